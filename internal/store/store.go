// Package store holds all SQL: one text for both engines, one file for each room's repository. A unit of work is opened
// by DB and handed through the rooms as an opaque kernel.Tx; the repositories here take it back.
package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store/dialect"
)

// DB is an open store on one engine.
type DB struct {
	Engine dialect.Engine
	Search SearchBounds
	clock  kernel.Clock

	mu    sync.Mutex
	wakes []func(kernel.Tenant)

	places placeMemo
	recent recentCases
}

var _ kernel.Store = (*DB)(nil)

// New wraps an engine. The clock gives each unit of work its instant.
func New(e dialect.Engine, clock kernel.Clock) *DB {
	return &DB{Engine: e, Search: DefaultSearch, clock: clock}
}

// Close closes the engine.
func (d *DB) Close() error { return d.Engine.Close() }

// OnOutbox calls fn after each commit that put rows into the outbox: a hint to look now, never the message itself.
func (d *DB) OnOutbox(fn func(kernel.Tenant)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wakes = append(d.wakes, fn)
}

// tx is the unit of work behind kernel.Tx.
type tx struct {
	dialect.Conn
	db     *DB
	tenant kernel.Tenant
	now    time.Time
	wrote  bool     // rows went into the outbox
	reads  bool     // nothing is written, so what is read is committed
	plan   *plan    // of an act that is worked out ahead; nil in the writer
	after  []func() // what is done when the unit is committed
}

func (t *tx) Tenant() kernel.Tenant { return t.tenant }
func (t *tx) Now() time.Time        { return t.now }

// on takes the unit of work back from its opaque form.
func on(k kernel.Tx) *tx {
	t, ok := k.(*tx)
	if !ok {
		panic("store: a unit of work of another store")
	}
	return t
}

// View implements kernel.Store.
func (d *DB) View(ctx context.Context, t kernel.Tenant, fn func(kernel.Tx) error) error {
	return d.Engine.Read(ctx, func(c dialect.Conn) error {
		return fn(&tx{Conn: c, db: d, tenant: t, now: d.clock.Now(), reads: true})
	})
}

// Look implements access.Store: fn reads a few rows of what is committed, each statement on a snapshot of its own.
func (d *DB) Look(ctx context.Context, t kernel.Tenant, fn func(kernel.Tx) error) error {
	return d.Engine.Look(ctx, func(c dialect.Conn) error {
		return fn(&tx{Conn: c, db: d, tenant: t, now: d.clock.Now()})
	})
}

// Update implements kernel.Store.
func (d *DB) Update(ctx context.Context, t kernel.Tenant, fn func(kernel.Tx) error) error {
	var x *tx
	err := d.Engine.Write(ctx, func(c dialect.Conn) error {
		x = &tx{Conn: c, db: d, tenant: t, now: d.clock.Now()}
		return fn(x)
	})
	if err == nil {
		d.committed(x)
	}
	return err
}

// committed does what a unit of work left for after its commit, and tells that there are rows in its tenant's outbox.
func (d *DB) committed(x *tx) {
	for _, fn := range x.after {
		fn()
	}
	if !x.wrote {
		return
	}
	d.mu.Lock()
	wakes := d.wakes
	d.mu.Unlock()
	for _, w := range wakes {
		w(x.tenant)
	}
}

// one runs a statement that must touch at most one row and reports whether it did.
func one(k kernel.Tx, query string, args ...any) (bool, error) {
	t := on(k)
	if t.plan != nil {
		t.plan.add(dialect.Statement{Query: query, Args: args, Must: true})
		return true, nil
	}
	n, err := t.Exec(query, args...)
	return n > 0, err
}

// do runs a statement whose count of rows tells nothing.
func do(k kernel.Tx, query string, args ...any) error {
	t := on(k)
	if t.plan != nil {
		t.plan.add(dialect.Statement{Query: query, Args: args})
		return nil
	}
	_, err := t.Exec(query, args...)
	return err
}

// scanAll reads all rows with scan.
func scanAll[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// notFound turns the absence of a row into say, and leaves other errors alone.
func notFound(err error, say kernel.Text) error {
	if errors.Is(err, sql.ErrNoRows) {
		return kernel.NotFound(say)
	}
	return err
}

// ms gives Unix milliseconds, 0 for the zero time.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// at gives the instant of Unix milliseconds in UTC, the zero time for 0.
func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// text gives v as JSON. It is for the store's own values, which always have a form.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("store: " + err.Error())
	}
	return string(b)
}

// parse reads JSON that this program wrote; the empty text leaves v as it is.
func parse(s string, v any) error {
	if s == "" {
		return nil
	}
	return json.Unmarshal([]byte(s), v)
}

// ids joins identifiers for one column.
func joinIDs(l []kernel.ID) string {
	s := make([]string, len(l))
	for i, id := range l {
		s[i] = string(id)
	}
	return strings.Join(s, " ")
}

func splitIDs(s string) []kernel.ID {
	var out []kernel.ID
	for _, f := range strings.Fields(s) {
		out = append(out, kernel.ID(f))
	}
	return out
}

// bulk inserts many rows with as few statements as the engines' limits on placeholders allow. tail follows the VALUES,
// such as an ON CONFLICT clause. Each row begins with the tenant.
func bulk[T any](k kernel.Tx, head string, cols int, tail string, rows []T, args func(T) []any) error {
	const most = 60 // rows a statement: few distinct texts, each long enough to spread its cost
	for len(rows) > 0 {
		n := min(most, len(rows))
		vals := make([]any, 0, n*cols)
		for _, r := range rows[:n] {
			a := args(r)
			if len(a) != cols {
				panic("store: wrong number of columns for " + head)
			}
			vals = append(vals, a...)
		}
		if _, err := on(k).Exec(head+" VALUES "+tuples(n, cols)+" "+tail, vals...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// tuples gives ($1,$2),($3,$4)…
func tuples(n, cols int) string {
	var b strings.Builder
	arg := 1
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		for j := range cols {
			if j == 0 {
				b.WriteByte('(')
			} else {
				b.WriteByte(',')
			}
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(arg))
			arg++
		}
		b.WriteByte(')')
	}
	return b.String()
}

// filter collects conditions and their arguments.
type filter struct {
	conds []string
	args  []any
	// Where the words of a search stand: the number of their placeholder, and the place of their condition.
	wordsArg, wordsCond int
}

// arg adds an argument and gives its placeholder.
func (f *filter) arg(v any) string {
	f.args = append(f.args, v)
	return "$" + strconv.Itoa(len(f.args))
}

// and adds a condition whose ? stand for the arguments in order.
func (f *filter) and(cond string, args ...any) {
	for _, a := range args {
		cond = strings.Replace(cond, "?", f.arg(a), 1)
	}
	f.conds = append(f.conds, cond)
}

// under narrows a column to a place and below.
func (f *filter) under(column string, p kernel.Path) {
	lo, hi := p.Range()
	f.and(column+" >= ? AND "+column+" < ?", lo, hi)
}

func (f *filter) where() string { return strings.Join(f.conds, " AND ") }

// allow narrows to what a scope holds.
func (f *filter) allow(s access.Scope, c access.Columns) {
	cond, args := s.Predicate(c, len(f.args)+1)
	f.conds = append(f.conds, cond)
	f.args = append(f.args, args...)
}

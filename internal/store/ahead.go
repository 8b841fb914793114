package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store/dialect"
)

// Ahead is Update for an act that decides by rows which its own writes hold it to: a conditional update on the version that
// it read, a unique key. fn runs first beside the others, on what is committed, and what it writes is only written down;
// then these writes alone take their turn, and stand together or not at all. When one of them does not find what fn had
// found, or fn asked what only the writer can tell (what it had itself written), fn runs again within Update: so a refusal
// is always one that was read.
//
// What an act must not rest on is a row that it neither changes nor names in a condition: between deciding and writing
// another may change it, as on PostgreSQL it may within Update.
//
// Cases may come from memory. A refusal that rests on one is not believed: fn runs again on what is stored.
func (d *DB) Ahead(ctx context.Context, t kernel.Tenant, fn func(kernel.Tx) error) error {
	x, err := d.workOut(ctx, t, true, fn)
	if err != nil && x.plan.recalled {
		x, err = d.workOut(ctx, t, false, fn)
	}
	if x.plan.blind {
		return d.Update(ctx, t, fn)
	}
	if err != nil || len(x.plan.todo) == 0 {
		return err
	}
	switch ok, err := d.Engine.Apply(ctx, x.plan.todo); {
	case err != nil:
		return err
	case !ok:
		return d.Update(ctx, t, fn)
	}
	d.committed(x)
	return nil
}

// workOut runs fn beside the others, and gives the unit of work with its plan.
func (d *DB) workOut(ctx context.Context, t kernel.Tenant, recall bool, fn func(kernel.Tx) error) (*tx, error) {
	p := &plan{recall: recall}
	x := &tx{Conn: p, db: d, tenant: t, now: d.clock.Now(), plan: p}
	err := d.Engine.Look(ctx, func(c dialect.Conn) error {
		p.read = c
		return fn(x)
	})
	return x, err
}

// plan is the connection of an act that is worked out ahead: it reads, and writes down what is to be written.
type plan struct {
	read dialect.Conn
	todo []dialect.Statement
	// recall says that cases may come from memory, recalled that one did.
	recall, recalled bool
	// blind says that something was asked that cannot be told ahead: what fn makes of it is not looked at.
	blind bool
}

var errBlind = errors.New("store: cannot be told ahead")

func (p *plan) add(s dialect.Statement) { p.todo = append(p.todo, s) }

// sees reports whether a query can be answered ahead: it only reads, and nothing of its own act that is not yet written.
func (p *plan) sees(query string) bool {
	if len(p.todo) > 0 || !strings.HasPrefix(query, "SELECT") {
		p.blind = true
	}
	return !p.blind
}

// Exec implements dialect.Conn. How many rows a statement touches is known to the writer alone: see one and do.
func (p *plan) Exec(string, ...any) (int64, error) {
	p.blind = true
	return 0, errBlind
}

// Query implements dialect.Conn.
func (p *plan) Query(query string, args ...any) (*sql.Rows, error) {
	if !p.sees(query) {
		return nil, errBlind
	}
	return p.read.Query(query, args...)
}

// QueryRow implements dialect.Conn.
func (p *plan) QueryRow(query string, args ...any) *sql.Row {
	if !p.sees(query) {
		return p.read.QueryRow("SELECT 1 WHERE 1 = 0")
	}
	return p.read.QueryRow(query, args...)
}

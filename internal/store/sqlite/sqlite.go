// Package sqlite is the embedded engine: one file with write-ahead log, one writer that commits what is queued as one
// transaction with a savepoint each (group commit, synchronous=FULL), and many readers. It exists because a county should
// need nothing but this program and a disk.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/store/migrations"
)

// Options of the engine. The zero value is what serves a county.
type Options struct {
	// Readers is the number of read connections; 0 means 4.
	Readers int
	// Batch is how many units of work may share one commit; 0 means 256.
	Batch int
	// BusyTimeout is how long another program's lock is waited for; 0 means 5 s.
	BusyTimeout time.Duration
	// ManyHits is from how many cases on a search goes by time instead of by word; 0 means 3000: reading as many rows of
	// cases, which lie scattered over the file, takes some ten milliseconds.
	ManyHits int
	// MostHits is from how many cases on the words are taken to be in nearly every case; 0 means 100,000: gathering as many
	// takes some thirty milliseconds, a look at one case some thirty microseconds.
	MostHits int
}

// Engine is an open file.
type Engine struct {
	path     string
	writeDSN string
	readDSN  string
	read     *sql.DB
	write    *sql.DB // its one connection is the writer's
	w        *writer
	readers  chan *reader // those at rest
	quit     chan struct{}
	close    func() error
	// wholeUpTo is the constant, but in tests.
	wholeUpTo int64
	manyHits  int
	mostHits  int
}

var (
	_ dialect.Engine = (*Engine)(nil)
	_ dialect.Common = (*Engine)(nil)
)

// Open opens the file at path, making it if it is new, and starts its writer.
func Open(ctx context.Context, path string, o Options) (*Engine, error) {
	return open(ctx, path, o, "")
}

// open is Open with further parameters of the connections that write.
func open(ctx context.Context, path string, o Options, more string) (*Engine, error) {
	if o.Readers == 0 {
		o.Readers = 4
	}
	if o.Batch == 0 {
		o.Batch = 256
	}
	if o.BusyTimeout == 0 {
		o.BusyTimeout = 5 * time.Second
	}
	if o.ManyHits == 0 {
		o.ManyHits = 3000
	}
	if o.MostHits == 0 {
		o.MostHits = 100_000
	}
	// The order of the pragmas matters: busy_timeout first, since switching to WAL itself takes a lock.
	common := fmt.Sprintf("&_pragma=busy_timeout(%d)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)"+
		"&_pragma=temp_store(MEMORY)", o.BusyTimeout.Milliseconds())
	e := &Engine{path: path, wholeUpTo: wholeUpTo, manyHits: o.ManyHits, mostHits: o.MostHits, readDSN: dsn(path) + "_txlock=deferred" + common + "&_pragma=query_only(1)&_pragma=cache_size(-8000)",
		writeDSN: dsn(path) + "_txlock=immediate" + common + "&_pragma=cache_size(-16000)&_pragma=wal_autocheckpoint(2000)" + more}
	if err := private(path); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	var err error
	if e.write, err = pool(e.writeDSN, 1); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if err := e.write.PingContext(ctx); err != nil {
		_ = e.write.Close()
		return nil, damaged(path, err)
	}
	if e.read, err = pool(e.readDSN, o.Readers); err != nil {
		_ = e.write.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	e.readers, e.quit, e.close = make(chan *reader, o.Readers), make(chan struct{}), sync.OnceValue(e.shut)
	for range o.Readers {
		e.readers <- &reader{}
	}
	e.w = newWriter(e.write, o.Batch)
	return e, nil
}

// private makes a new file that only its owner may read; the log beside it gets the same rights. It leaves a file that
// exists alone: opening and closing it here would drop the locks that another connection of this process holds on it.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// dsn begins the driver's name of a file.
func dsn(path string) string { return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" }

// pool opens at most conns connections.
func pool(dsn string, conns int) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// damaged explains an error of the first look at a file.
func damaged(path string, err error) error {
	code := errCode(err)
	if code&0xff == sqlite3.SQLITE_NOTADB || code&0xff == sqlite3.SQLITE_CORRUPT {
		return damage(path, err)
	}
	return fmt.Errorf("open %s: %w", path, err)
}

func damage(path string, cause error) error {
	return kernel.Unavailable(kernel.T(
		"数据库文件 "+path+" 已损坏，未启用。请用最近的备份恢复：sanzhi restore --data 目录 备份文件",
		"the database file "+path+" is damaged and was not opened; restore the last backup: sanzhi restore --data DIR FILE"), cause)
}

// Name implements dialect.Engine.
func (e *Engine) Name() dialect.Name { return dialect.SQLite }

// Close stops the writer after the batch at hand, waits for the snapshots that are being read, and closes the file.
func (e *Engine) Close() error { return e.close() }

func (e *Engine) shut() error {
	close(e.quit)
	e.w.close()
	for range cap(e.readers) {
		r := <-e.readers
		r.drop()
	}
	return errors.Join(e.read.Close(), e.write.Close())
}

// Write implements dialect.Engine: fn is queued for the one writer. Once fn has begun, the caller's context no longer
// counts; a context that ends before that takes the unit of work off the queue unrun.
func (e *Engine) Write(ctx context.Context, fn func(dialect.Conn) error) error {
	return e.w.do(ctx, fn)
}

// Migrate implements dialect.Engine. It has a connection of its own, since the writer keeps the other for good, and holds
// the lock of the folder, so that of two starts at once the second finds the work done.
func (e *Engine) Migrate(ctx context.Context) error {
	unlock, err := lockFolder(ctx, filepath.Dir(e.path))
	if err != nil {
		return err
	}
	defer unlock()
	db, err := pool(e.writeDSN, 1)
	if err != nil {
		return fmt.Errorf("open %s: %w", e.path, err)
	}
	defer func() { _ = db.Close() }()
	if err := migrations.Up(ctx, db, dialect.SQLite); err != nil {
		return err
	}
	return steer(ctx, db)
}

// Check implements dialect.Engine: the settings are those that lose nothing, and the file is whole. The settings are read
// on the writer's own connection, the only one whose settings count.
func (e *Engine) Check(ctx context.Context) error {
	undo := errors.New("nothing to keep")
	err := e.Write(ctx, func(c dialect.Conn) error {
		for _, want := range []struct{ pragma, value string }{{"journal_mode", "wal"}, {"synchronous", "2"}, {"foreign_keys", "1"}} {
			var got string
			if err := c.QueryRow("PRAGMA " + want.pragma).Scan(&got); err != nil {
				return damaged(e.path, err)
			}
			if got != want.value {
				return fmt.Errorf("sqlite: %s is %s, must be %s to lose nothing", want.pragma, got, want.value)
			}
		}
		return undo
	})
	if !errors.Is(err, undo) {
		return err
	}
	return e.whole(ctx)
}

// wholeUpTo is the size in bytes of a file that is read through before it is served: a second or two. What is larger would
// keep a district waiting for minutes after each restart, so that only the tables that do not grow with the work are.
const wholeUpTo = 512 << 20

// growing are the tables that grow with the work, and so are not read through in a large file.
const growing = `'case_record', 'case_cohandle', 'case_rate', 'rating', 'ledger', 'ledger_hash', 'outbox', 'delivery', 'idempotency', 'upload', 'blob', 'session', 'unmasking'`

// whole reads the file through, or as much as wholeUpTo says, and refuses one that is damaged.
func (e *Engine) whole(ctx context.Context) error {
	var faults []string
	err := e.Read(ctx, func(c dialect.Conn) error {
		checks, err := e.checks(c)
		if err != nil {
			return err
		}
		for _, check := range checks {
			rows, err := c.Query(check)
			if err != nil {
				return err
			}
			for rows.Next() {
				var s string
				if err := rows.Scan(&s); err != nil {
					return err
				}
				if s != "ok" {
					faults = append(faults, s)
				}
			}
			if err := rows.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return damaged(e.path, err)
	}
	if len(faults) > 0 {
		return damage(e.path, errors.New(strings.Join(faults, "; ")))
	}
	return nil
}

// checks gives the statements that read the file through.
func (e *Engine) checks(c dialect.Conn) ([]string, error) {
	var size int64
	if err := c.QueryRow("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").Scan(&size); err != nil {
		return nil, err
	}
	if size <= e.wholeUpTo {
		return []string{"PRAGMA quick_check(5)"}, nil
	}
	rows, err := c.Query(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'case_fts%' AND name NOT LIKE 'sqlite_%'
		AND name NOT IN (` + growing + `) ORDER BY name`)
	if err != nil {
		return nil, err
	}
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		out = append(out, `PRAGMA quick_check("`+strings.ReplaceAll(name, `"`, `""`)+`")`)
	}
	return out, rows.Err()
}

// IndexText implements dialect.Engine. The index is keyed by the case's row number and keeps no copy of the text.
func (e *Engine) IndexText(tenant, id string, bigrams []string) dialect.Statement {
	return dialect.Statement{Query: `INSERT INTO case_fts (rowid, doc) SELECT n, $3 FROM case_record WHERE tenant = $1 AND id = $2`,
		Args: []any{tenant, id, strings.Join(bigrams, " ")}}
}

// UnindexText implements dialect.Engine.
func (e *Engine) UnindexText(c dialect.Conn, tenant, id string) error {
	_, err := c.Exec(`DELETE FROM case_fts WHERE rowid IN (SELECT n FROM case_record WHERE tenant = $1 AND id = $2)`, tenant, id)
	return err
}

// Match implements dialect.Engine.
func (e *Engine) Match(arg int) string {
	return fmt.Sprintf("c.n IN (SELECT rowid FROM case_fts WHERE case_fts MATCH $%d)", arg)
}

// Hits implements dialect.Common.
func (e *Engine) Hits(c dialect.Conn, words string) (dialect.Hits, error) {
	var n int
	err := c.QueryRow("SELECT COUNT(*) FROM (SELECT rowid FROM case_fts WHERE case_fts MATCH $1 LIMIT $2)", words, e.mostHits).Scan(&n)
	switch {
	case err != nil || n < e.manyHits:
		return dialect.FewHits, err
	case n < e.mostHits:
		return dialect.ManyHits, nil
	default:
		return dialect.MostHits, nil
	}
}

// ByTime implements dialect.Common. When words are in many cases, the newest that hold them are found soonest by going
// through the cases from the newest on, and asking of each only whether its row number is among the hits; or, when nearly
// each is, by looking for one after the other.
func (e *Engine) ByTime(arg int, hits dialect.Hits) (from, match string) {
	// The index is that of UNIQUE (tenant, id); the plus keeps the row number from being what is gone through.
	from = "case_record c INDEXED BY sqlite_autoindex_case_record_1"
	if hits == dialect.MostHits {
		return from, fmt.Sprintf("EXISTS (SELECT 1 FROM case_fts WHERE case_fts MATCH $%d AND rowid = c.n)", arg)
	}
	return from, fmt.Sprintf("+c.n IN (SELECT rowid FROM case_fts WHERE case_fts MATCH $%d)", arg)
}

// Among implements dialect.Common. The conditions are answered by indexes alone, without a look at the cases themselves.
func (e *Engine) Among(conds []string, arg, newest int) string {
	parts := make([]string, len(conds))
	for i, c := range conds {
		parts[i] = "SELECT c.id, c.n FROM case_record c WHERE c.tenant = $1 AND " + c
	}
	all := "(" + strings.Join(parts, " UNION ") + ") k"
	if newest > 0 {
		// One by one, without gathering all hits.
		return fmt.Sprintf(`SELECT k.id FROM (SELECT k.id, k.n FROM %s ORDER BY k.id DESC LIMIT %d) k
			WHERE EXISTS (SELECT 1 FROM case_fts WHERE case_fts MATCH $%d AND rowid = k.n) ORDER BY k.id DESC`, all, newest, arg)
	}
	return fmt.Sprintf("SELECT k.id FROM %s WHERE +k.n IN (SELECT rowid FROM case_fts WHERE case_fts MATCH $%d) ORDER BY k.id DESC", all, arg)
}

// Latest implements dialect.Common.
func (e *Engine) Latest(arg, most int) string {
	return fmt.Sprintf("SELECT rowid AS n FROM case_fts WHERE case_fts MATCH $%d ORDER BY rowid DESC LIMIT %d", arg, most)
}

// NewestRows implements dialect.Common. The index holds both the id and the row number.
func (e *Engine) NewestRows(bound int) string {
	return fmt.Sprintf(`SELECT COUNT(*), COALESCE(MIN(k.n), 0) FROM (SELECT c.n FROM case_record c INDEXED BY sqlite_autoindex_case_record_1
		WHERE c.tenant = $1 AND c.id > $2 AND ($3 = '' OR c.id < $3) LIMIT %d) k`, bound)
}

// Newest implements dialect.Common. The index holds both the id and the row number.
func (e *Engine) Newest(most int) string {
	return fmt.Sprintf(`SELECT c.id, c.n FROM case_record c INDEXED BY sqlite_autoindex_case_record_1
		WHERE c.tenant = $1 AND ($2 = '' OR c.id < $2) ORDER BY c.id DESC LIMIT %d`, most)
}

// Within implements dialect.Common.
func (e *Engine) Within() string {
	return "SELECT rowid FROM case_fts WHERE case_fts MATCH $1 AND rowid BETWEEN $2 AND $3"
}

// Words implements dialect.Engine: every bigram as one phrase each, all of them wanted.
func (e *Engine) Words(bigrams []string) string {
	q := make([]string, len(bigrams))
	for i, b := range bigrams {
		q[i] = `"` + strings.ReplaceAll(b, `"`, `""`) + `"`
	}
	return strings.Join(q, " ")
}

// IsUnique implements dialect.Engine.
func (e *Engine) IsUnique(err error) bool {
	c := errCode(err)
	return c == sqlite3.SQLITE_CONSTRAINT_UNIQUE || c == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
}

// IsBusy implements dialect.Engine.
func (e *Engine) IsBusy(err error) bool { return errCode(err)&0xff == sqlite3.SQLITE_BUSY }

func errCode(err error) int {
	var se *sqlite.Error
	if errors.As(err, &se) {
		return se.Code()
	}
	return 0
}

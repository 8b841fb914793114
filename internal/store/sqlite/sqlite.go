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
}

// Engine is an open file.
type Engine struct {
	path  string
	read  *sql.DB
	write *sql.DB
	w     *writer
	stmts stmtCache
}

var _ dialect.Engine = (*Engine)(nil)

// Open opens the file at path, making it if it is new, and starts its writer.
func Open(ctx context.Context, path string, o Options) (*Engine, error) {
	if o.Readers == 0 {
		o.Readers = 4
	}
	if o.Batch == 0 {
		o.Batch = 256
	}
	if o.BusyTimeout == 0 {
		o.BusyTimeout = 5 * time.Second
	}
	// The order of the pragmas matters: busy_timeout first, since switching to WAL itself takes a lock.
	common := fmt.Sprintf("&_pragma=busy_timeout(%d)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)"+
		"&_pragma=temp_store(MEMORY)", o.BusyTimeout.Milliseconds())
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?"
	wdb, err := sql.Open("sqlite", dsn+"_txlock=immediate"+common+"&_pragma=cache_size(-16000)&_pragma=wal_autocheckpoint(2000)")
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	wdb.SetMaxOpenConns(1)
	wdb.SetMaxIdleConns(1)
	if err := wdb.PingContext(ctx); err != nil {
		_ = wdb.Close()
		return nil, damaged(path, err)
	}
	rdb, err := sql.Open("sqlite", dsn+"_txlock=deferred"+common+"&_pragma=query_only(1)&_pragma=cache_size(-8000)")
	if err != nil {
		_ = wdb.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	rdb.SetMaxOpenConns(o.Readers)
	rdb.SetMaxIdleConns(o.Readers)
	e := &Engine{path: path, read: rdb, write: wdb}
	e.stmts.db = rdb
	e.w = newWriter(wdb, o.Batch)
	return e, nil
}

// damaged explains an error of the first look at a file.
func damaged(path string, err error) error {
	code := errCode(err)
	if code == sqlite3.SQLITE_NOTADB || code == sqlite3.SQLITE_CORRUPT {
		return &kernel.Error{Kind: kernel.KindUnavailable, Say: kernel.T(
			"数据库文件 "+path+" 已损坏，未打开。请用最近的备份恢复：sanzhi restore --data 目录 备份文件",
			"the database file "+path+" is damaged and was not opened; restore the last backup: sanzhi restore --data DIR FILE"), Cause: err}
	}
	return fmt.Errorf("open %s: %w", path, err)
}

// Name implements dialect.Engine.
func (e *Engine) Name() dialect.Name { return dialect.SQLite }

// Close stops the writer after the batch at hand and closes the file.
func (e *Engine) Close() error {
	e.w.close()
	e.stmts.close()
	return errors.Join(e.read.Close(), e.write.Close())
}

// Write implements dialect.Engine: fn is queued for the one writer. Once fn has begun, the caller's context no longer
// counts; a context that ends before that takes the unit of work off the queue unrun.
func (e *Engine) Write(ctx context.Context, fn func(dialect.Conn) error) error {
	return e.w.do(ctx, fn)
}

// Read implements dialect.Engine.
func (e *Engine) Read(ctx context.Context, fn func(dialect.Conn) error) error {
	tx, err := e.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	return fn(&readConn{ctx: ctx, tx: tx, stmts: &e.stmts})
}

// readConn is a snapshot.
type readConn struct {
	ctx   context.Context
	tx    *sql.Tx
	stmts *stmtCache
}

func (c *readConn) Exec(query string, args ...any) (int64, error) {
	return 0, errors.New("sqlite: a read unit of work writes nothing")
}

func (c *readConn) Query(query string, args ...any) (*sql.Rows, error) {
	st, err := c.stmts.get(c.ctx, query)
	if err != nil {
		return nil, err
	}
	return c.tx.StmtContext(c.ctx, st).QueryContext(c.ctx, args...)
}

func (c *readConn) QueryRow(query string, args ...any) *sql.Row {
	st, err := c.stmts.get(c.ctx, query)
	if err != nil {
		return c.tx.QueryRowContext(c.ctx, query, args...) // gives the same error where it is scanned
	}
	return c.tx.StmtContext(c.ctx, st).QueryRowContext(c.ctx, args...)
}

// stmtCache keeps one prepared statement for each text. Texts are constants of the program and few; those of filters are
// bounded by the number of filters.
type stmtCache struct {
	db *sql.DB
	mu sync.RWMutex
	m  map[string]*sql.Stmt
}

const maxStmts = 2000

func (s *stmtCache) get(ctx context.Context, query string) (*sql.Stmt, error) {
	s.mu.RLock()
	st := s.m[query]
	s.mu.RUnlock()
	if st != nil {
		return st, nil
	}
	// Not under the request's context: the statement outlives the request.
	st, err := s.db.PrepareContext(context.WithoutCancel(ctx), query)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.m[query]; old != nil {
		_ = st.Close()
		return old, nil
	}
	if s.m == nil || len(s.m) >= maxStmts {
		s.m = map[string]*sql.Stmt{}
	}
	s.m[query] = st
	return st, nil
}

func (s *stmtCache) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range s.m {
		_ = st.Close()
	}
	s.m = nil
}

// Migrate implements dialect.Engine.
func (e *Engine) Migrate(ctx context.Context) error {
	return migrations.Up(ctx, e.write, dialect.SQLite)
}

// Check implements dialect.Engine: the settings are those that lose nothing, and the file is whole.
func (e *Engine) Check(ctx context.Context) error {
	for _, want := range []struct{ pragma, value string }{{"journal_mode", "wal"}, {"synchronous", "2"}, {"foreign_keys", "1"}} {
		var got string
		if err := e.write.QueryRowContext(ctx, "PRAGMA "+want.pragma).Scan(&got); err != nil {
			return damaged(e.path, err)
		}
		if got != want.value {
			return fmt.Errorf("sqlite: %s is %s, must be %s to lose nothing", want.pragma, got, want.value)
		}
	}
	rows, err := e.read.QueryContext(ctx, "PRAGMA quick_check(5)")
	if err != nil {
		return damaged(e.path, err)
	}
	defer func() { _ = rows.Close() }()
	var faults []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return damaged(e.path, err)
		}
		if s != "ok" {
			faults = append(faults, s)
		}
	}
	if err := rows.Err(); err != nil {
		return damaged(e.path, err)
	}
	if len(faults) > 0 {
		return &kernel.Error{Kind: kernel.KindUnavailable, Say: kernel.T(
			"数据库文件检查出损坏，未启用。请用最近的备份恢复：sanzhi restore --data 目录 备份文件",
			"the database file failed its check and was not opened; restore the last backup: sanzhi restore --data DIR FILE"),
			Cause: errors.New(strings.Join(faults, "; "))}
	}
	return nil
}

// Backup writes a consistent copy of the running database to a new file at path.
func (e *Engine) Backup(ctx context.Context, path string) error {
	_, err := e.read.ExecContext(ctx, "VACUUM INTO ?", path)
	return err
}

// IndexText implements dialect.Engine. The index is keyed by the case's row number and keeps no copy of the text.
func (e *Engine) IndexText(c dialect.Conn, tenant, id string, bigrams []string) error {
	_, err := c.Exec(`INSERT INTO case_fts (rowid, doc) SELECT n, $3 FROM case_record WHERE tenant = $1 AND id = $2`,
		tenant, id, strings.Join(bigrams, " "))
	return err
}

// Match implements dialect.Engine.
func (e *Engine) Match(arg int) string {
	return fmt.Sprintf("c.n IN (SELECT rowid FROM case_fts WHERE case_fts MATCH $%d)", arg)
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

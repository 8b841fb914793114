package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"sanzhi/internal/store/dialect"
)

// reader is one read connection with statements prepared on it. The statements are its own: prepared through the pool,
// they would need a second connection while the first holds a snapshot, and when every reader wants one, all wait for
// ever.
type reader struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

// maxStmts is how many statements a connection keeps. Texts are constants of the program and few; those of filters are
// bounded by the number of filters.
const maxStmts = 2000

// Read implements dialect.Engine. The snapshot is that of the first statement.
func (e *Engine) Read(ctx context.Context, fn func(dialect.Conn) error) error {
	return e.reading(ctx, func(r *reader) error {
		if err := r.exec("BEGIN"); err != nil {
			return err
		}
		u := &readConn{ctx: ctx, r: r}
		defer u.end()
		return fn(u)
	})
}

// Look implements dialect.Engine. A statement that reads a few rows is not cut off: to watch for that costs more than it.
func (e *Engine) Look(ctx context.Context, fn func(dialect.Conn) error) error {
	return e.reading(ctx, func(r *reader) error {
		u := &readConn{ctx: context.Background(), r: r}
		defer u.tidy()
		return fn(u)
	})
}

// reading runs fn with a reader of its own.
func (e *Engine) reading(ctx context.Context, fn func(*reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var r *reader
	select {
	case <-e.quit:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	case r = <-e.readers:
	}
	defer func() { e.readers <- r }()
	if err := r.connect(ctx, e.read); err != nil {
		return err
	}
	return fn(r)
}

func (r *reader) connect(ctx context.Context, db *sql.DB) (err error) {
	if r.conn == nil {
		if r.conn, err = db.Conn(ctx); err != nil {
			return err
		}
	}
	if len(r.stmts) >= maxStmts {
		r.forget()
	}
	return nil
}

func (r *reader) exec(query string) error {
	st, err := r.stmt(query)
	if err == nil {
		_, err = st.ExecContext(context.Background())
	}
	return err
}

func (r *reader) stmt(query string) (*sql.Stmt, error) {
	if st := r.stmts[query]; st != nil {
		return st, nil
	}
	// Not under the request's context: the statement outlives the request.
	st, err := r.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	if r.stmts == nil {
		r.stmts = map[string]*sql.Stmt{}
	}
	r.stmts[query] = st
	return st, nil
}

func (r *reader) forget() {
	for _, st := range r.stmts {
		_ = st.Close()
	}
	clear(r.stmts)
}

// drop closes the connection; the next snapshot connects anew.
func (r *reader) drop() {
	r.forget()
	if r.conn != nil {
		_ = r.conn.Raw(func(any) error { return driver.ErrBadConn })
		_ = r.conn.Close()
		r.conn = nil
	}
}

// readConn is what a unit of work reads on.
type readConn struct {
	ctx  context.Context
	r    *reader
	rows []*sql.Rows
	row  []*sql.Row
}

// tidy closes what was left open.
func (c *readConn) tidy() {
	for _, r := range c.rows {
		_ = r.Close()
	}
	for _, r := range c.row {
		_ = r.Scan()
	}
}

// end closes what was left open and ends the snapshot.
func (c *readConn) end() {
	c.tidy()
	if err := c.r.exec("ROLLBACK"); err != nil {
		c.r.drop()
	}
}

// Exec implements dialect.Conn.
func (c *readConn) Exec(string, ...any) (int64, error) {
	return 0, errors.New("sqlite: a read unit of work writes nothing")
}

// Query implements dialect.Conn.
func (c *readConn) Query(query string, args ...any) (*sql.Rows, error) {
	st, err := c.r.stmt(query)
	if err != nil {
		return nil, err
	}
	rows, err := st.QueryContext(c.ctx, args...)
	if err == nil {
		c.rows = append(c.rows, rows)
	}
	return rows, err
}

// QueryRow implements dialect.Conn.
func (c *readConn) QueryRow(query string, args ...any) *sql.Row {
	st, err := c.r.stmt(query)
	if err != nil {
		return c.r.conn.QueryRowContext(c.ctx, query, args...) // gives the same error where it is scanned
	}
	row := st.QueryRowContext(c.ctx, args...)
	c.row = append(c.row, row)
	return row
}

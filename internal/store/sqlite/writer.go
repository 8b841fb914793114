package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store/dialect"
)

// writer owns the one write connection. Callers queue units of work; it takes all that wait, runs each inside a savepoint,
// and commits them together, so that one sync of the disk serves them all.
type writer struct {
	db    *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	queue chan *work
	quit  chan struct{}
	done  chan struct{}
	once  sync.Once
	batch int
	// commits and works count for tests and metrics: how many syncs served how many units of work.
	mu             sync.Mutex
	commits, works uint64
}

// work is one queued unit of work.
type work struct {
	ctx context.Context
	fn  func(dialect.Conn) error
	err error
	out chan struct{}
}

func newWriter(db *sql.DB, batch int) *writer {
	w := &writer{db: db, queue: make(chan *work, 4*batch), quit: make(chan struct{}), done: make(chan struct{}), batch: batch,
		stmts: map[string]*sql.Stmt{}}
	go w.run()
	return w
}

var errClosed = kernel.Unavailable(kernel.T("系统正在停止，请稍后再试", "the program is stopping; please try again shortly"), errors.New("sqlite: writer closed"))

func (w *writer) do(ctx context.Context, fn func(dialect.Conn) error) error {
	it := &work{ctx: ctx, fn: fn, out: make(chan struct{})}
	select {
	case <-w.quit:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	case w.queue <- it:
	}
	// The outcome is awaited even when ctx ends: the unit of work may be part of a commit, and its caller must know.
	select {
	case <-it.out:
		return it.err
	case <-w.done:
		select {
		case <-it.out:
			return it.err
		default:
			return errClosed
		}
	}
}

func (w *writer) close() {
	w.once.Do(func() { close(w.quit) })
	<-w.done
}

func (w *writer) run() {
	defer close(w.done)
	defer w.release()
	batch := make([]*work, 0, w.batch)
	for {
		select {
		case <-w.quit:
			return
		case it := <-w.queue:
			batch = append(batch[:0], it)
		}
	fill:
		for len(batch) < w.batch {
			select {
			case it := <-w.queue:
				batch = append(batch, it)
			default:
				break fill
			}
		}
		w.commit(batch)
		for _, it := range batch {
			close(it.out)
		}
	}
}

// commit runs a batch as one transaction. An error of the batch itself fails every waiter of it.
func (w *writer) commit(batch []*work) {
	live := batch[:0:0]
	for _, it := range batch {
		if err := it.ctx.Err(); err != nil {
			it.err = err // given up before it began
			continue
		}
		live = append(live, it)
	}
	if len(live) == 0 {
		return
	}
	if err := w.begin(); err != nil {
		w.fail(live, err)
		return
	}
	kept := 0
	for i, it := range live {
		if err := w.one(it); err != nil {
			// The transaction itself is lost (disk full, I/O error): nobody's work is in it.
			w.fail(live, err)
			_ = w.exec("ROLLBACK")
			return
		}
		if live[i].err == nil {
			kept++
		}
	}
	end := "COMMIT"
	if kept == 0 {
		end = "ROLLBACK"
	}
	if err := w.exec(end); err != nil {
		w.fail(live, err)
		_ = w.exec("ROLLBACK")
		return
	}
	if kept > 0 {
		w.mu.Lock()
		w.commits++
		w.works += uint64(kept)
		w.mu.Unlock()
	}
}

func (w *writer) fail(live []*work, err error) {
	for _, it := range live {
		it.err = kernel.Unavailable(kernel.T("暂时存不进去，请稍后再试", "it could not be stored just now; please try again shortly"), err)
	}
}

// one runs a unit of work in its savepoint. The error it returns is the transaction's, not the unit's.
func (w *writer) one(it *work) error {
	if err := w.exec("SAVEPOINT unit"); err != nil {
		return err
	}
	it.err = w.guard(it.fn)
	if it.err != nil {
		if err := w.exec("ROLLBACK TO unit"); err != nil {
			return fmt.Errorf("%w (after %w)", err, it.err)
		}
	}
	return w.exec("RELEASE unit")
}

// guard keeps a panic of one unit of work from taking the others with it.
func (w *writer) guard(fn func(dialect.Conn) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = kernel.Internal("unit of work", fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
		}
	}()
	return fn(w)
}

// begin opens the transaction, connecting first when there is no connection.
func (w *writer) begin() error {
	if w.conn == nil {
		c, err := w.db.Conn(context.Background())
		if err != nil {
			return err
		}
		w.conn = c
	}
	return w.exec("BEGIN IMMEDIATE")
}

func (w *writer) release() {
	for _, st := range w.stmts {
		_ = st.Close()
	}
	if w.conn != nil {
		_ = w.conn.Close()
	}
}

func (w *writer) stmt(query string) (*sql.Stmt, error) {
	if st := w.stmts[query]; st != nil {
		return st, nil
	}
	st, err := w.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	if len(w.stmts) < maxStmts {
		w.stmts[query] = st
	}
	return st, nil
}

func (w *writer) exec(query string) error {
	_, err := w.Exec(query)
	return err
}

// Exec implements dialect.Conn.
func (w *writer) Exec(query string, args ...any) (int64, error) {
	st, err := w.stmt(query)
	if err != nil {
		return 0, err
	}
	r, err := st.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Query implements dialect.Conn. Rows must be closed before the next statement of the same unit of work.
func (w *writer) Query(query string, args ...any) (*sql.Rows, error) {
	st, err := w.stmt(query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(context.Background(), args...)
}

// QueryRow implements dialect.Conn.
func (w *writer) QueryRow(query string, args ...any) *sql.Row {
	st, err := w.stmt(query)
	if err != nil {
		return w.conn.QueryRowContext(context.Background(), query, args...)
	}
	return st.QueryRowContext(context.Background(), args...)
}

// Syncs tells how many commits (each one sync of the log) served how many units of work since the file was opened.
func (e *Engine) Syncs() (commits, works uint64) {
	e.w.mu.Lock()
	defer e.w.mu.Unlock()
	return e.w.commits, e.w.works
}

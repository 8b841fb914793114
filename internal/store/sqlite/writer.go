package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"

	sqlite3 "modernc.org/sqlite/lib"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store/dialect"
)

// writer owns the one write connection. Callers queue units of work; it takes all that wait, runs each inside a savepoint,
// and commits them together, so that one sync of the disk serves them all. A unit that was worked out before (Apply) does
// without a savepoint: should one of these have to be undone, the whole batch is, and runs again with a savepoint for each.
//
// A failed statement fails its unit of work, whatever the unit makes of the error, and nothing more of that unit runs:
// that is how PostgreSQL behaves, and after an error that ended the transaction itself (disk full, I/O) SQLite would
// commit each further statement on its own.
type writer struct {
	db    *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	queue chan *work
	quit  chan struct{}
	done  chan struct{}
	once  sync.Once
	batch int
	// Of the unit of work at hand: its first failed statement, and the results that it may have left open.
	bad  error
	rows []*sql.Rows
	row  []*sql.Row
	// commits and works count for tests and metrics: how many syncs served how many units of work.
	mu             sync.Mutex
	commits, works uint64
}

// work is one queued unit of work. It belongs to whoever sets taken first: to the writer, which then runs it and tells its
// outcome, or to the caller, who gave it up unrun.
type work struct {
	ctx   context.Context
	fn    func(dialect.Conn) error
	plan  []dialect.Statement // of a unit that was worked out before, what fn does
	err   error
	out   chan struct{}
	taken atomic.Bool
	mine  bool // the writer has taken it, and runs it
}

func newWriter(db *sql.DB, batch int) *writer {
	w := &writer{db: db, queue: make(chan *work, 4*batch), quit: make(chan struct{}), done: make(chan struct{}), batch: batch,
		stmts: map[string]*sql.Stmt{}}
	go w.run()
	return w
}

var errClosed = kernel.Unavailable(kernel.T("系统正在停止，请稍后再试", "the program is stopping; please try again shortly"), errors.New("sqlite: writer closed"))

func (w *writer) do(ctx context.Context, fn func(dialect.Conn) error) error {
	return w.await(&work{ctx: ctx, fn: fn, out: make(chan struct{})})
}

// await queues a unit of work and gives its outcome.
func (w *writer) await(it *work) error {
	ctx := it.ctx
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-w.quit:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	case w.queue <- it:
	}
	select {
	case <-it.out:
		return it.err
	case <-w.done:
	case <-ctx.Done():
		if it.taken.CompareAndSwap(false, true) {
			return ctx.Err() // still queued: it never runs
		}
		// It has begun. The outcome is awaited even now: it may be part of a commit, and its caller must know.
		select {
		case <-it.out:
			return it.err
		case <-w.done:
		}
	}
	select {
	case <-it.out:
		return it.err
	default:
		return errClosed
	}
}

func (w *writer) close() {
	w.once.Do(func() { close(w.quit) })
	<-w.done
}

func (w *writer) run() {
	defer close(w.done)
	defer w.drop()
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

// take reports whether the writer may run the unit of work: not when its caller gave it up.
func (it *work) take() bool {
	if !it.taken.CompareAndSwap(false, true) {
		return false
	}
	it.err = it.ctx.Err()
	it.mine = it.err == nil
	return it.mine
}

// commit runs a batch as one transaction. An error of the transaction itself fails every waiter of the batch, those too
// whose own work was refused: they may have been refused for what another wrote, and that is undone.
func (w *writer) commit(batch []*work) {
	kept, err := w.transact(batch, true)
	if errors.Is(err, errUndo) {
		kept, err = w.transact(batch, false)
	}
	if err != nil {
		w.fail(batch, err)
		return
	}
	if kept > 0 {
		w.mu.Lock()
		w.commits++
		w.works += uint64(kept)
		w.mu.Unlock()
	}
}

// transact runs the batch in one transaction and tells how many of its units were kept. With bare, units that were worked
// out before run without a savepoint; errUndo says that one of them would have had to be undone, and that nothing was kept.
func (w *writer) transact(batch []*work, bare bool) (kept int, err error) {
	begun := false
	for _, it := range batch {
		if !it.mine && !it.take() {
			continue
		}
		if !begun {
			if err := w.begin(); err != nil {
				return 0, err
			}
			begun = true
		}
		if bare && it.plan != nil {
			err = w.bare(it)
		} else {
			err = w.one(it)
		}
		if errors.Is(err, errUndo) {
			return 0, cmp.Or(w.exec("ROLLBACK"), err)
		}
		if err != nil {
			return 0, err
		}
		if it.err == nil {
			kept++
		}
	}
	if !begun {
		return 0, nil
	}
	if kept == 0 {
		return 0, w.exec("ROLLBACK")
	}
	return kept, w.exec("COMMIT")
}

// fail ends a batch whose transaction is lost: nobody's work is in it. The connection goes with it, since what state an
// I/O error left it in is unknown; the next batch connects anew. When another program merely holds the file, nothing has
// begun and the connection stays.
func (w *writer) fail(batch []*work, err error) {
	for _, it := range batch {
		it.taken.Store(true)
		it.err = kernel.Unavailable(kernel.T("暂时存不进去，请稍后再试", "it could not be stored just now; please try again shortly"), err)
	}
	if errCode(err)&0xff != sqlite3.SQLITE_BUSY {
		w.drop()
	}
}

// one runs a unit of work in its savepoint. The error it returns is the transaction's, not the unit's.
func (w *writer) one(it *work) error {
	if err := w.exec("SAVEPOINT unit"); err != nil {
		return err
	}
	it.err = w.guard(it.fn)
	if w.bad != nil && (it.err == nil || errors.Is(it.err, context.Canceled)) {
		it.err = w.bad
	}
	w.tidy()
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

// tidy forgets the unit of work at hand and closes the results that it left open, as one that panicked does: an open
// result would hold its statement and the snapshot that it reads.
func (w *writer) tidy() {
	for _, r := range w.rows {
		_ = r.Close()
	}
	for _, r := range w.row {
		_ = r.Scan() // of a row that was scanned this does nothing
	}
	clear(w.rows)
	clear(w.row)
	w.bad, w.rows, w.row = nil, w.rows[:0], w.row[:0]
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
	if len(w.stmts) >= maxStmts {
		w.forget() // only here, between units of work, is no statement in use
	}
	return w.exec("BEGIN IMMEDIATE")
}

func (w *writer) forget() {
	for _, st := range w.stmts {
		_ = st.Close()
	}
	clear(w.stmts)
}

// drop gives up the connection, and what its transaction holds, for good: the pool must not hand it out again.
func (w *writer) drop() {
	w.tidy()
	w.forget()
	if w.conn != nil {
		_ = w.conn.Raw(func(any) error { return driver.ErrBadConn })
		_ = w.conn.Close()
		w.conn = nil
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
	w.stmts[query] = st
	return st, nil
}

// exec runs a statement of the writer's own.
func (w *writer) exec(query string) error {
	st, err := w.stmt(query)
	if err != nil {
		return err
	}
	_, err = st.ExecContext(context.Background())
	return err
}

// failed remembers the first failed statement of the unit of work at hand.
func (w *writer) failed(err error) error {
	if w.bad == nil {
		w.bad = err
	}
	return err
}

// Exec implements dialect.Conn.
func (w *writer) Exec(query string, args ...any) (int64, error) {
	if w.bad != nil {
		return 0, w.bad
	}
	st, err := w.stmt(query)
	if err != nil {
		return 0, w.failed(err)
	}
	r, err := st.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, w.failed(err)
	}
	return r.RowsAffected()
}

// Query implements dialect.Conn. Rows must be closed before the next statement of the same unit of work.
func (w *writer) Query(query string, args ...any) (*sql.Rows, error) {
	if w.bad != nil {
		return nil, w.bad
	}
	st, err := w.stmt(query)
	if err != nil {
		return nil, w.failed(err)
	}
	rows, err := st.QueryContext(context.Background(), args...)
	if err != nil {
		return nil, w.failed(err)
	}
	w.rows = append(w.rows, rows)
	return rows, nil
}

// QueryRow implements dialect.Conn.
func (w *writer) QueryRow(query string, args ...any) *sql.Row {
	if w.bad != nil {
		return w.conn.QueryRowContext(ended, query, args...)
	}
	st, err := w.stmt(query)
	if err != nil {
		_ = w.failed(err)
		return w.conn.QueryRowContext(context.Background(), query, args...) // gives the same error where it is scanned
	}
	row := st.QueryRowContext(context.Background(), args...)
	if err := row.Err(); err != nil {
		_ = w.failed(err)
	}
	w.row = append(w.row, row)
	return row
}

// ended is a context that is over. A sql.Row cannot be made with an error of one's own; one that is asked for under this
// context gives context.Canceled where it is scanned, which one takes for the failure before it.
var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// Syncs tells how many commits (each one sync of the log) served how many units of work since the file was opened.
func (e *Engine) Syncs() (commits, works uint64) {
	e.w.mu.Lock()
	defer e.w.mu.Unlock()
	return e.w.commits, e.w.works
}

package sqlite

import (
	"context"
	"errors"

	"sanzhi/internal/store/dialect"
)

var (
	// errUnmet ends a unit that was worked out before and finds things changed.
	errUnmet = errors.New("sqlite: a statement touched no row")
	// errUndo ends a transaction in which a unit without a savepoint would have to be undone alone.
	errUndo = errors.New("sqlite: a unit without savepoint is to be undone")
)

// Apply implements dialect.Engine.
func (e *Engine) Apply(ctx context.Context, l []dialect.Statement) (bool, error) {
	failed := false
	err := e.w.await(&work{ctx: ctx, plan: l, out: make(chan struct{}), fn: func(c dialect.Conn) (err error) {
		_, err = apply(c, l)
		failed = err != nil
		return err
	}})
	if failed || errors.Is(err, errUnmet) {
		return false, nil
	}
	return err == nil, err
}

// apply runs the statements until one fails or does not touch what it must, and tells which.
func apply(c dialect.Conn, l []dialect.Statement) (int, error) {
	for i, s := range l {
		n, err := c.Exec(s.Query, s.Args...)
		if err == nil && n == 0 && s.Must {
			err = errUnmet
		}
		if err != nil {
			return i, err
		}
	}
	return len(l), nil
}

// bare runs a unit that was worked out before without a savepoint. When its first statement finds nothing there is nothing to
// undo. Any other trouble undoes the batch.
func (w *writer) bare(it *work) error {
	i, err := apply(w, it.plan)
	w.tidy()
	if err != nil && (i > 0 || !errors.Is(err, errUnmet)) {
		return errUndo
	}
	it.err = err
	return nil
}

package postgres

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"sanzhi/internal/store/dialect"
)

// Look implements dialect.Engine: no transaction is begun and ended around what reads a few rows.
func (e *Engine) Look(ctx context.Context, fn func(dialect.Conn) error) error {
	return fn(looking{ctx: ctx, db: e.db})
}

// looking reads what is committed, each statement for itself.
type looking struct {
	ctx context.Context
	db  *sql.DB
}

var errLook = errors.New("postgres: who looks writes nothing")

// Exec implements dialect.Conn.
func (looking) Exec(string, ...any) (int64, error) { return 0, errLook }

// Query implements dialect.Conn.
func (l looking) Query(query string, args ...any) (*sql.Rows, error) {
	if !strings.HasPrefix(query, "SELECT") {
		return nil, errLook
	}
	return l.db.QueryContext(l.ctx, query, args...)
}

// QueryRow implements dialect.Conn.
func (l looking) QueryRow(query string, args ...any) *sql.Row {
	if !strings.HasPrefix(query, "SELECT") {
		ended, cancel := context.WithCancel(l.ctx)
		cancel() // a row cannot be made with an error of one's own
		return l.db.QueryRowContext(ended, query, args...)
	}
	return l.db.QueryRowContext(l.ctx, query, args...)
}

// Apply implements dialect.Engine. All statements go to the server at once, where they are one transaction that ends with the
// last of them: one way there and back, where beginning, each statement and the commit would take one each. So what must
// touch a row fails when it does not, see strict.
func (e *Engine) Apply(ctx context.Context, l []dialect.Statement) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	c, err := e.db.Conn(ctx)
	if ctx.Err() != nil {
		if err == nil {
			_ = c.Close()
		}
		return false, ctx.Err()
	}
	if err != nil {
		return false, unavailable(err)
	}
	defer func() { _ = c.Close() }()
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second) // as in Write
	defer cancel()
	err = c.Raw(func(driver any) error {
		b := &pgx.Batch{}
		for _, s := range l {
			if s.Must {
				s.Query = strict(s.Query)
			}
			b.Queue(s.Query, s.Args...)
		}
		return driver.(*stdlib.Conn).Conn().SendBatch(work, b).Close()
	})
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return false, nil
	}
	if err != nil {
		return false, unavailable(err)
	}
	return true, nil
}

// stricts remembers what strict made of a text.
var stricts sync.Map

// strict gives the statement as one that fails when it touches no row, and takes its transaction with it: a row that is there
// already then is a violation of its key, and an update that finds nothing divides by it.
func strict(query string) string {
	if s, ok := stricts.Load(query); ok {
		return s.(string)
	}
	s := "WITH touched AS (" + query + " RETURNING 1) SELECT 1 / COUNT(*) FROM touched"
	if strings.HasPrefix(query, "INSERT") {
		s, _, _ = strings.Cut(query, "ON CONFLICT")
	}
	stricts.Store(query, s)
	return s
}

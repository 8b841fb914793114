// Package postgres is the engine for a district that has outgrown one file: the same SQL text over pgx, several processes,
// and the same schema distributed by tenant on Citus.
package postgres

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/store/migrations"
)

// Options of the engine.
type Options struct {
	// Conns is the most connections kept to the server; 0 means 16.
	Conns int
}

// Engine is an open database.
type Engine struct{ db *sql.DB }

var _ dialect.Engine = (*Engine)(nil)

// Open connects to the database named by a postgres:// URL.
func Open(ctx context.Context, url string, o Options) (*Engine, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	cfg.StatementCacheCapacity = 512
	// A role may have turned this off by default; what is acknowledged must be on disk.
	cfg.RuntimeParams["synchronous_commit"] = "on"
	cfg.RuntimeParams["application_name"] = "sanzhi"
	db := stdlib.OpenDB(*cfg)
	if o.Conns == 0 {
		o.Conns = 16
	}
	db.SetMaxOpenConns(o.Conns)
	db.SetMaxIdleConns(o.Conns)
	if err := db.PingContext(ctx); err != nil {
		_ = db.Close()
		return nil, kernel.Unavailable(kernel.T("连不上数据库，请检查地址和密码", "the database does not answer; check its address and password"), err)
	}
	return &Engine{db: db}, nil
}

// Name implements dialect.Engine.
func (e *Engine) Name() dialect.Name { return dialect.Postgres }

// Close closes the connections.
func (e *Engine) Close() error { return e.db.Close() }

type conn struct {
	ctx context.Context
	tx  *sql.Tx
}

func (c conn) Exec(query string, args ...any) (int64, error) {
	r, err := c.tx.ExecContext(c.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (c conn) Query(query string, args ...any) (*sql.Rows, error) {
	return c.tx.QueryContext(c.ctx, query, args...)
}

func (c conn) QueryRow(query string, args ...any) *sql.Row {
	return c.tx.QueryRowContext(c.ctx, query, args...)
}

// Read implements dialect.Engine.
func (e *Engine) Read(ctx context.Context, fn func(dialect.Conn) error) error {
	tx, err := e.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	return fn(conn{ctx: ctx, tx: tx})
}

// Write implements dialect.Engine. A unit of work that the server aborts for a deadlock or a serialisation failure runs
// again, up to five times.
func (e *Engine) Write(ctx context.Context, fn func(dialect.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c, err := e.db.Conn(ctx) // waiting for a free connection, the caller may still give up
	if ctx.Err() != nil {
		if err == nil {
			_ = c.Close()
		}
		return ctx.Err()
	}
	if err != nil {
		return unavailable(err)
	}
	defer func() { _ = c.Close() }()
	// As on SQLite, a unit of work that has begun is carried to its end: its outcome must not depend on whether the
	// caller is still listening. The time limit guards against a server that no longer answers.
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	for range 5 {
		if err = once(work, c, fn); !retryable(err) {
			return err
		}
	}
	return err
}

func unavailable(err error) error {
	return kernel.Unavailable(kernel.T("暂时存不进去，请稍后再试", "it could not be stored just now; please try again shortly"), err)
}

func once(ctx context.Context, c *sql.Conn, fn func(dialect.Conn) error) error {
	tx, err := c.BeginTx(ctx, nil)
	if err != nil {
		return unavailable(err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := guard(conn{ctx: ctx, tx: tx}, fn); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return unavailable(err) // when the server fell silent just now, it may even have been stored
	}
	return nil
}

// guard turns a panic of a unit of work into its error, as on SQLite.
func guard(c dialect.Conn, fn func(dialect.Conn) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = kernel.Internal("unit of work", fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
		}
	}()
	return fn(c)
}

// Migrate implements dialect.Engine.
func (e *Engine) Migrate(ctx context.Context) error {
	return migrations.Up(ctx, e.db, dialect.Postgres)
}

// Check implements dialect.Engine: what is acknowledged survives a crash of the server.
func (e *Engine) Check(ctx context.Context) error {
	for _, want := range []struct{ setting, value string }{{"fsync", "on"}, {"synchronous_commit", "on"}, {"full_page_writes", "on"}} {
		var got string
		if err := e.db.QueryRowContext(ctx, "SHOW "+want.setting).Scan(&got); err != nil {
			return err
		}
		if got != want.value {
			return fmt.Errorf("postgres: %s is %s, must be %s to lose nothing", want.setting, got, want.value)
		}
	}
	return nil
}

// UnindexText implements dialect.Engine.
func (e *Engine) UnindexText(c dialect.Conn, tenant, id string) error {
	_, err := c.Exec(`DELETE FROM case_search WHERE tenant = $1 AND case_id = $2`, tenant, id)
	return err
}

// Match implements dialect.Engine.
func (e *Engine) Match(arg int) string {
	// EXISTS becomes a join, which begins with the words when they are in few cases and with the newest when they are in many; IN
	// with a condition on c would be worked out anew for each case.
	return fmt.Sprintf("EXISTS (SELECT 1 FROM case_search s WHERE s.tenant = c.tenant AND s.case_id = c.id AND s.doc @@ $%d::tsquery)", arg)
}

// Words implements dialect.Engine.
func (e *Engine) Words(bigrams []string) string {
	q := make([]string, len(bigrams))
	for i, b := range bigrams {
		q[i] = quote(b)
	}
	return strings.Join(q, " & ")
}

// IndexText implements dialect.Engine.
func (e *Engine) IndexText(tenant, id string, bigrams []string) dialect.Statement {
	q := make([]string, len(bigrams))
	for i, b := range bigrams {
		q[i] = quote(b)
	}
	return dialect.Statement{Query: `INSERT INTO case_search (tenant, case_id, doc) VALUES ($1, $2, $3::tsvector)
		ON CONFLICT (tenant, case_id) DO UPDATE SET doc = excluded.doc`, Args: []any{tenant, id, strings.Join(q, " ")}}
}

// quote makes a lexeme of any text. A lexeme has at most 2046 bytes; what is longer stands for itself by its hash.
func quote(s string) string {
	if len(s) > 1000 {
		s = fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(s))) // no word that people write holds a colon
	}
	return "'" + strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(s) + "'"
}

// IsUnique implements dialect.Engine.
func (e *Engine) IsUnique(err error) bool { return sqlState(err) == "23505" }

// IsBusy implements dialect.Engine.
func (e *Engine) IsBusy(err error) bool { return sqlState(err) == "55P03" }

func retryable(err error) bool { s := sqlState(err); return s == "40001" || s == "40P01" }

func sqlState(err error) string {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Code
	}
	return ""
}

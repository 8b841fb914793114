// Package migrations holds the schema of both engines as numbered steps: the same number and name in each folder, so that
// an upgrade does the same thing everywhere.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"sanzhi/internal/store/dialect"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// Files gives the steps of one engine.
func Files(n dialect.Name) (fs.FS, error) { return fs.Sub(files, string(n)) }

// Up brings the schema up to date. On PostgreSQL a session lock keeps two starts apart; a SQLite file is locked by the
// program that serves it, and a migration beside it waits on the busy timeout.
func Up(ctx context.Context, db *sql.DB, n dialect.Name) error {
	steps, err := Files(n)
	if err != nil {
		return err
	}
	d := goose.DialectSQLite3
	var opts []goose.ProviderOption
	if n == dialect.Postgres {
		d = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(d, db, steps, opts...)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate %s: %w", n, err)
	}
	return nil
}

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

// Latest gives the number of an engine's last step.
func Latest(n dialect.Name) (int64, error) {
	steps, err := Files(n)
	if err != nil {
		return 0, err
	}
	names, err := fs.Glob(steps, "*.sql")
	if err != nil {
		return 0, err
	}
	var last int64
	for _, name := range names {
		v, err := goose.NumericComponent(name)
		if err != nil {
			return 0, err
		}
		last = max(last, v)
	}
	return last, nil
}

// Up brings the schema up to date. On PostgreSQL a session lock keeps two starts apart, for up to five minutes; on SQLite
// the caller holds the lock of the folder.
func Up(ctx context.Context, db *sql.DB, n dialect.Name) error {
	steps, err := Files(n)
	if err != nil {
		return err
	}
	d := goose.DialectSQLite3
	var opts []goose.ProviderOption
	if n == dialect.Postgres {
		d = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
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

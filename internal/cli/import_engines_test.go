package cli

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/store/postgres"
	"sanzhi/internal/store/sqlite"
)

// importAt is the instant of imports in tests.
var importAt = time.Date(2026, 5, 6, 1, 0, 0, 0, time.UTC)

// eachStore runs the test on a fresh store of each engine: PostgreSQL when SANZHI_TEST_POSTGRES names a server.
func eachStore(t *testing.T, f func(t *testing.T, db *store.DB, clock *kernel.ManualClock)) {
	t.Helper()
	ctx := context.Background()
	run := func(name string, open func(t *testing.T) (dialect.Engine, error)) {
		t.Run(name, func(t *testing.T) {
			e, err := open(t)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = e.Close() })
			if err := e.Migrate(ctx); err != nil {
				t.Fatal(err)
			}
			clock := kernel.NewManualClock(importAt)
			f(t, store.New(e, clock), clock)
		})
	}
	run("sqlite", func(t *testing.T) (dialect.Engine, error) {
		return sqlite.Open(ctx, filepath.Join(t.TempDir(), "sanzhi.db"), sqlite.Options{})
	})
	server := os.Getenv("SANZHI_TEST_POSTGRES")
	if server == "" {
		return
	}
	run("postgres", func(t *testing.T) (dialect.Engine, error) {
		db, err := sql.Open("pgx", server)
		if err != nil {
			return nil, err
		}
		name := "t" + strings.ToLower(string(kernel.NewID(time.Now())))
		if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
			return nil, err
		}
		t.Cleanup(func() {
			_, _ = db.Exec("DROP DATABASE " + name + " WITH (FORCE)")
			_ = db.Close()
		})
		base, query, _ := strings.Cut(server, "?")
		return postgres.Open(ctx, base[:strings.LastIndex(base, "/")+1]+name+"?"+query, postgres.Options{})
	})
}

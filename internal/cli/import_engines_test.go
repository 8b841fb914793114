package cli

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/store/postgres"
	"sanzhi/internal/store/sqlite"
	"sanzhi/internal/store/storetest/pgtest"
)

// importAt is the instant of imports in tests.
var importAt = time.Date(2026, 5, 6, 1, 0, 0, 0, time.UTC)

// eachStore runs the test on a fresh store of each engine: PostgreSQL when there is a server to test on.
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
	url, ok := pgtest.Fresh(t)
	if !ok {
		return
	}
	run("postgres", func(t *testing.T) (dialect.Engine, error) { return postgres.Open(ctx, url, postgres.Options{}) })
}

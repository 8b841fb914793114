package storetest

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

// Each runs a test on a fresh store of each engine, with the clock at the instant: PostgreSQL when there is a server to test
// on (see pgtest).
func Each(t *testing.T, at time.Time, f func(t *testing.T, db *store.DB, clock *kernel.ManualClock)) {
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
			clock := kernel.NewManualClock(at)
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

package store_test

import (
	"context"
	"testing"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/store/postgres"
	"sanzhi/internal/store/storetest"
	"sanzhi/internal/store/storetest/pgtest"
)

// openPostgres opens a store on the database at url and closes it when the test ends.
func openPostgres(t testing.TB, url string) *store.DB {
	t.Helper()
	e, err := postgres.Open(context.Background(), url, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return store.New(e, kernel.SystemClock{})
}

// freshPostgres gives an empty, migrated store; ok is false when there is no server to test on.
func freshPostgres(t testing.TB) (db *store.DB, url string, ok bool) {
	t.Helper()
	url, ok = pgtest.Fresh(t)
	if !ok {
		return nil, "", false
	}
	db = openPostgres(t, url)
	if err := db.Engine.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return db, url, true
}

func TestPostgres(t *testing.T) {
	url, ok := pgtest.Fresh(t)
	if !ok {
		return
	}
	storetest.Run(t, func(t *testing.T) *store.DB {
		db := openPostgres(t, pgtest.Schema(t, url))
		if err := db.Engine.Migrate(context.Background()); err != nil {
			t.Fatal(err)
		}
		return db
	})
}

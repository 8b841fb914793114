package store_test

import (
	"context"
	"path/filepath"
	"testing"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/store/sqlite"
	"sanzhi/internal/store/storetest"
)

// openSQLite opens a store on the file at path and closes it when the test ends.
func openSQLite(t testing.TB, path string) *store.DB {
	t.Helper()
	return openSQLiteWith(t, path, sqlite.Options{})
}

func openSQLiteWith(t testing.TB, path string, o sqlite.Options) *store.DB {
	t.Helper()
	e, err := sqlite.Open(context.Background(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return store.New(e, kernel.SystemClock{})
}

// freshSQLite gives an empty, migrated store.
func freshSQLite(t testing.TB) *store.DB {
	t.Helper()
	db := openSQLite(t, filepath.Join(t.TempDir(), "sanzhi.db"))
	if err := db.Engine.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T) *store.DB { return freshSQLite(t) })
}

// Every word counts as common here: a search that goes by time finds what one by word finds, in the same pages.
func TestSQLiteSearchByTime(t *testing.T) {
	storetest.Search(t, func(t *testing.T) *store.DB {
		db := openSQLiteWith(t, filepath.Join(t.TempDir(), "sanzhi.db"), sqlite.Options{ManyHits: 1})
		if err := db.Engine.Migrate(context.Background()); err != nil {
			t.Fatal(err)
		}
		return db
	})
}

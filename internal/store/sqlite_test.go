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

// Every word counts as common here: a search that goes by time, or by place, finds what one by word finds, in the same pages.
func TestSQLiteSearchCommon(t *testing.T) {
	for name, x := range map[string]struct {
		most   int
		bounds store.SearchBounds
	}{
		"one after the other": {1, store.SearchBounds{}},
		"by time":             {1000, store.SearchBounds{}},
		"by place":            {1000, store.SearchBounds{Few: 1000, Looked: 3}},
		"by place, newest":    {1, store.SearchBounds{Few: 1000, Newest: 7, Looked: 4}},
		"where few cases are": {1, store.SearchBounds{Few: 20, Newest: 2, Looked: 1}},
		"written last":        {1, store.SearchBounds{Latest: 1000}},
		"a few written last":  {1, store.SearchBounds{Latest: 6}},
		"run by run":          {1, store.SearchBounds{Looked: 4, Runs: 1000}},
		"a few run by run":    {1, store.SearchBounds{Looked: 3, Runs: 5}},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Search(t, func(t *testing.T) *store.DB {
				db := openSQLiteWith(t, filepath.Join(t.TempDir(), "sanzhi.db"), sqlite.Options{ManyHits: 1, MostHits: x.most})
				if err := db.Engine.Migrate(context.Background()); err != nil {
					t.Fatal(err)
				}
				db.Search = x.bounds
				return db
			})
		})
	}
}

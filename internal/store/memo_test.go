package store_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/store"
)

// Posts that were read are used again for less than a second: what this process changes is seen with its commit, also by
// a view that began before it; what another changes, after a second.
func TestPostsAreFresh(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "sanzhi.db")
	engine := openSQLite(t, path).Engine
	if err := engine.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	clock := kernel.NewManualClock(time.Date(2026, 6, 1, 1, 0, 0, 0, time.UTC))
	here, there := store.New(engine, clock), store.New(openSQLite(t, path).Engine, clock)
	const tenant, person = kernel.Tenant("630105"), kernel.ID("01FR8KGA007NN8QMDVSQ4X03SS")
	hold := func(db *store.DB, id kernel.ID, from, to time.Time) {
		t.Helper()
		if err := db.Update(ctx, tenant, func(tx kernel.Tx) error {
			return store.Orgs{}.PutHoldings(tx, []*orgs.Holding{{ID: id, Person: person, Role: kernel.Cadre, Path: "630105/", From: from, To: to}})
		}); err != nil {
			t.Fatal(err)
		}
	}
	posts := func(tx kernel.Tx) int {
		l, err := store.Orgs{}.PostsOf(tx, person)
		if err != nil {
			t.Fatal(err)
		}
		return len(l)
	}
	wants := func(what string, want int) {
		t.Helper()
		if err := here.View(ctx, tenant, func(tx kernel.Tx) error {
			if n := posts(tx); n != want {
				t.Errorf("%s: %d posts, want %d", what, n, want)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	begun := clock.Now().Add(-time.Hour)
	wants("before any", 0)
	hold(here, "1", begun, time.Time{})
	wants("after a commit here", 1)
	if err := here.View(ctx, tenant, func(tx kernel.Tx) error {
		_ = probeSnapshot(tx) // begins the snapshot
		hold(here, "2", begun, time.Time{})
		_ = posts(tx) // of the snapshot: whatever it says must not be remembered
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	wants("after a view that began before the commit", 2)
	hold(there, "3", begun, time.Time{})
	clock.Set(clock.Now().Add(time.Second))
	wants("a second after a commit elsewhere", 3)
	hold(here, "1", begun, clock.Now())
	wants("after one has ended", 2)
}

// probeSnapshot reads something, so that the snapshot of the view begins.
func probeSnapshot(tx kernel.Tx) error {
	_, err := store.Tenants{}.Get(tx)
	return err
}

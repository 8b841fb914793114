package storetest

import (
	"context"
	"testing"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/registers"
	"sanzhi/internal/store"
)

// registersHeldInTurn: of two units of work that look at what is held and then hold something, the second looks when the first is committed.
func registersHeldInTurn(t *testing.T, db *store.DB) {
	update(t, db, func(tx kernel.Tx) error {
		_, err := store.Tenants{DB: db}.Found(tx, &store.TenantRow{Tenant: tenant, Name: kernel.T("城北区", "Chengbei")})
		return err
	})
	begun, seen, failed := make(chan struct{}), make(chan int, 1), make(chan error, 1)
	go func() {
		<-begun
		failed <- db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
			if err := (store.Registers{}).Hold(tx); err != nil {
				return err
			}
			l, err := store.Registers{}.Held(tx, "block", "area")
			seen <- len(l)
			return err
		})
	}()
	update(t, db, func(tx kernel.Tx) error {
		if err := (store.Registers{}).Hold(tx); err != nil {
			return err
		}
		close(begun)
		// The other may look as early as it can; what it sees then must not be what is about to change.
		select {
		case n := <-seen:
			t.Errorf("the other looked before the first was done, and saw %d", n)
			seen <- n
		case <-time.After(300 * time.Millisecond):
		}
		return store.Registers{}.PutLinks(tx, []registers.Link{{ID: newID(), Entry: newID(), Role: "area", Target: newID(), Hold: "block area x", At: tx.Now()}})
	})
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
	if n := <-seen; n != 1 {
		t.Errorf("the second saw %d held, want 1", n)
	}
}

package cli

import (
	"context"
	"path/filepath"
	"testing"

	"sanzhi/internal/kernel"
	"sanzhi/internal/privacy"
	"sanzhi/internal/store"
)

// What is erased leaves the sealed ledger whole: the check of the whole store passes, and the rows give nothing personal any more. A
// row whose public part is changed instead does not pass.
func TestVerifyAfterErasure(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	a := openData(t, globals{Data: data})
	ctx := context.Background()
	row, err := openCase(a)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openCase(a); err != nil {
		t.Fatal(err)
	}
	if _, err := a.sealing.sealer.Seal(ctx, demoTenant, 1); err != nil {
		t.Fatal(err)
	}
	update := func(fn func(tx kernel.Tx) error) {
		t.Helper()
		if err := a.db.Update(ctx, demoTenant, fn); err != nil {
			t.Fatal(err)
		}
	}
	erased := 0
	update(func(tx kernel.Tx) (err error) {
		for _, s := range a.privacy.Sources {
			n, err := s.Erase(tx, privacy.Subject{Kind: privacy.OfCase, ID: row.Object})
			if err != nil {
				return err
			}
			erased += n
		}
		return nil
	})
	if err := a.db.View(ctx, demoTenant, func(tx kernel.Tx) error {
		rows, err := store.Ledger{}.OfObject(tx, row.Object)
		for _, r := range rows {
			if r.Personal != "" || r.Salt != "" {
				t.Errorf("%s keeps a personal part", r.Act)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if erased != 1 {
		t.Errorf("%d cases were erased", erased)
	}
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	mustRun(t, exitDone, "verify", "--data", data)
}

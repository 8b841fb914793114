package store_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/store"
)

func (b *book) appendAt(at time.Time) kernel.ID {
	b.t.Helper()
	id := kernel.NewID(at)
	b.update(func(tx kernel.Tx) error {
		return store.Ledger{}.Append(tx, &ledger.Row{ID: id, Object: id, At: at, Actor: "system", Act: "probe", Public: "{}", Seq: -1})
	})
	return id
}

func (b *book) seqOf(id kernel.ID) int64 {
	b.t.Helper()
	var seq int64
	err := b.db.View(context.Background(), ledgerOf, func(tx kernel.Tx) error {
		r, err := store.Ledger{}.Row(tx, id)
		if err == nil {
			seq = r.Seq
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return seq
}

// TestLateRowsAreSealed: a row whose id is smaller than that of rows sealed before it gets the next sequence, and those
// sealed before keep theirs.
func TestLateRowsAreSealed(t *testing.T) {
	eachBook(t, func(t *testing.T, b *book) {
		first, third := b.appendAt(bookStart), b.appendAt(bookStart.Add(2*time.Second))
		b.seal()
		second := b.appendAt(bookStart.Add(time.Second))
		if n := b.seal(); n != 1 {
			t.Errorf("%d rows were sealed", n)
		}
		if got := []int64{b.seqOf(first), b.seqOf(third), b.seqOf(second)}; !slices.Equal(got, []int64{0, 1, 2}) {
			t.Errorf("sequences %v", got)
		}
		if rep := b.check(nil); !rep.Whole() || rep.Size != 3 {
			t.Error(lines(rep))
		}
	})
}

// TestSealersMeet: when several seal at once while rows are written, each row gets one sequence, none is left out, and the
// ledger is whole.
func TestSealersMeet(t *testing.T) {
	eachBook(t, func(t *testing.T, b *book) {
		const writers, each = 4, 150
		done := make(chan struct{})
		var write, seal sync.WaitGroup
		for range writers {
			write.Go(func() {
				for i := range each {
					id := kernel.NewID(bookStart.Add(time.Duration(i) * time.Millisecond))
					err := b.db.Update(context.Background(), ledgerOf, func(tx kernel.Tx) error {
						return store.Ledger{}.Append(tx, &ledger.Row{ID: id, Object: id, At: tx.Now(), Actor: "system", Act: "probe", Public: "{}", Seq: -1})
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		for range 3 {
			s := *b.sealer
			s.Outside = store.CheckpointFiles{Dir: t.TempDir()} // each process has its own
			seal.Go(func() {
				for {
					_, _ = s.Seal(context.Background(), ledgerOf, 1) // who comes second fails whole, and that is right
					select {
					case <-done:
						return
					default:
					}
				}
			})
		}
		write.Wait()
		close(done)
		seal.Wait()
		b.seal()
		rep := b.check(nil)
		if !rep.Whole() || rep.Sealed != writers*each || rep.Size != writers*each || rep.Outside != rep.Checkpoints {
			t.Errorf("%+v\n%s", rep, lines(rep))
		}
	})
}

// TestManyUnits: a backlog is sealed in units, each with its checkpoint, and a broken line outside is mended.
func TestManyUnits(t *testing.T) {
	eachBook(t, func(t *testing.T, b *book) {
		b.update(func(tx kernel.Tx) error {
			for range 2*ledger.Unit + 1 {
				id := kernel.NewID(tx.Now())
				if err := (store.Ledger{}).Append(tx, &ledger.Row{ID: id, Object: id, At: tx.Now(), Actor: "system", Act: "probe", Public: "{}", Seq: -1}); err != nil {
					return err
				}
			}
			return nil
		})
		due, err := b.sealer.Due(context.Background(), ledgerOf)
		if err != nil || !due {
			t.Errorf("many rows are not due: %v", err)
		}
		if n, err := b.sealer.Seal(context.Background(), ledgerOf, 2); err != nil || n != 2*ledger.Unit {
			t.Errorf("%d, %v", n, err)
		}
		// The program stops between the commit and the file outside: the next sealing writes what is missing.
		b.rewrite(func(l []string) []string { return l[:1] })
		if n := b.seal(); n != 1 {
			t.Errorf("%d rows were sealed", n)
		}
		if rep := b.check(nil); !rep.Whole() || rep.Checkpoints != 3 || rep.Outside != 3 {
			t.Errorf("%+v\n%s", rep, lines(rep))
		}
	})
}

package storetest

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/store"
	"sanzhi/internal/vault"
)

// asked is the once-only door of a store, in one of its two ways.
type asked struct {
	*store.Once
	Do func(ctx context.Context, k kernel.RequestKey, act func(tx kernel.Tx) ([]byte, error)) (answer []byte, replayed bool, err error)
}

// inTurn and beside run a test of the once-only door in each way.
func inTurn(test func(t *testing.T, db *store.DB, open func(*testing.T, *store.DB) asked)) func(*testing.T, *store.DB) {
	return func(t *testing.T, db *store.DB) {
		test(t, db, func(t *testing.T, db *store.DB) asked { o := onceOf(t, db); return asked{o, o.Do} })
	}
}

func beside(test func(t *testing.T, db *store.DB, open func(*testing.T, *store.DB) asked)) func(*testing.T, *store.DB) {
	return func(t *testing.T, db *store.DB) {
		test(t, db, func(t *testing.T, db *store.DB) asked { o := onceOf(t, db); return asked{o, o.Ahead} })
	}
}

// onceOf gives the once-only door of a store with fresh keys.
func onceOf(t *testing.T, db *store.DB) *store.Once {
	t.Helper()
	keys, err := vault.NewKeyring(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &store.Once{DB: db, Sealer: vault.NewSealer(keys)}
}

func key(caller, k, body string) kernel.RequestKey {
	return kernel.RequestKey{Tenant: tenant, Caller: caller, Key: k, Body: []byte(body)}
}

// acts is an act that can be counted: it leaves one ledger row of the object each time, and answers with the row's own id,
// which no second run gives again.
func acts(object kernel.ID) func(tx kernel.Tx) ([]byte, error) {
	return func(tx kernel.Tx) ([]byte, error) {
		id := newID()
		err := store.Ledger{}.Append(tx, &ledger.Row{ID: id, Object: object, At: tx.Now(), Actor: "system", Act: "probe", Public: "{}", Seq: -1})
		return []byte(`{"id":"` + string(id) + `"}`), err
	}
}

// count tells how often the act happened.
func count(t *testing.T, db *store.DB, object kernel.ID) (n int) {
	t.Helper()
	view(t, db, func(tx kernel.Tx) error {
		l, err := store.Ledger{}.OfObject(tx, object)
		n = len(l)
		return err
	})
	return n
}

func onceHappensOnce(t *testing.T, db *store.DB, open func(*testing.T, *store.DB) asked) {
	o, ctx, object := open(t, db), context.Background(), newID()
	first, replayed, err := o.Do(ctx, key("a", "k", "body"), acts(object))
	if err != nil || replayed {
		t.Fatal(err, replayed)
	}
	again, replayed, err := o.Do(ctx, key("a", "k", "body"), acts(object))
	if err != nil || !replayed || !bytes.Equal(again, first) {
		t.Errorf("repeated: %s, %v, %v; want %s", again, replayed, err, first)
	}
	if n := count(t, db, object); n != 1 {
		t.Errorf("the act happened %d times", n)
	}
	_, _, err = o.Do(ctx, key("a", "k", "another body"), acts(object))
	wantKind(t, err, kernel.KindInvalid)
	for _, k := range []kernel.RequestKey{key("b", "k", "body"), key("a", "k2", "body"), {Tenant: other, Caller: "a", Key: "k", Body: []byte("body")}} {
		answer, replayed, err := o.Do(ctx, k, acts(object))
		if err != nil || replayed || bytes.Equal(answer, first) {
			t.Errorf("%+v is not the same request: %s, %v, %v", k, answer, replayed, err)
		}
	}
	for range 2 { // without a key each request is its own
		if _, replayed, err := o.Do(ctx, key("a", "", "body"), acts(object)); err != nil || replayed {
			t.Errorf("without key: %v, %v", replayed, err)
		}
	}
	if n := count(t, db, object); n != 5 { // and once in the other tenant
		t.Errorf("the act happened %d times, want 5", n)
	}
}

func onceAtTheSameTime(t *testing.T, db *store.DB, open func(*testing.T, *store.DB) asked) {
	o, object := open(t, db), newID()
	var wg sync.WaitGroup
	var fresh atomic.Int32
	answers := make([][]byte, 32)
	for i := range answers {
		wg.Go(func() {
			answer, replayed, err := o.Do(context.Background(), key("a", "k", "body"), acts(object))
			if err != nil {
				t.Errorf("caller %d: %v", i, err)
			}
			if !replayed {
				fresh.Add(1)
			}
			answers[i] = answer
		})
	}
	wg.Wait()
	for _, a := range answers {
		if !bytes.Equal(a, answers[0]) {
			t.Errorf("answers differ: %s and %s", a, answers[0])
		}
	}
	if n := count(t, db, object); n != 1 || fresh.Load() != 1 {
		t.Errorf("the act happened %d times, %d were told it was the first", n, fresh.Load())
	}
}

func onceExpires(t *testing.T, db *store.DB, open func(*testing.T, *store.DB) asked) {
	db, clock := clocked(db)
	o, ctx, object := open(t, db), context.Background(), newID()
	do := func(body string, want bool) {
		t.Helper()
		if _, replayed, err := o.Do(ctx, key("a", "k", body), acts(object)); err != nil || replayed != want {
			t.Fatalf("replayed %v, %v; want replayed %v", replayed, err, want)
		}
	}
	do("body", false)
	clock.Advance(store.KeptFor - time.Millisecond)
	do("body", true)
	clock.Advance(time.Millisecond)
	do("another body", false)
	do("another body", true)
	if n := count(t, db, object); n != 2 {
		t.Errorf("the act happened %d times, want 2", n)
	}
	if n, err := o.Forget(ctx, tenant, 10); err != nil || n != 0 {
		t.Errorf("forgot %d answers that are still kept, %v", n, err)
	}
}

func onceFailure(t *testing.T, db *store.DB, open func(*testing.T, *store.DB) asked) {
	db, clock := clocked(db)
	o, ctx, object := open(t, db), context.Background(), newID()
	_, _, err := o.Do(ctx, key("a", "k", "body"), func(tx kernel.Tx) ([]byte, error) {
		_, err := acts(object)(tx)
		return nil, errors.Join(err, errPlanted)
	})
	if !errors.Is(err, errPlanted) || count(t, db, object) != 0 {
		t.Fatalf("%v, %d rows", err, count(t, db, object))
	}
	first, replayed, err := o.Do(ctx, key("a", "k", "body"), acts(object))
	if err != nil || replayed {
		t.Fatalf("the failure was remembered: %v, %v", replayed, err)
	}
	// Done before, the act itself may fail when it is repeated (the case has moved on): the first answer stands.
	again, replayed, err := o.Do(ctx, key("a", "k", "body"), func(kernel.Tx) ([]byte, error) {
		return nil, kernel.Conflict(kernel.T("已经办了", "it is done"))
	})
	if err != nil || !replayed || !bytes.Equal(again, first) {
		t.Errorf("%s, %v, %v; want the first answer %s", again, replayed, err, first)
	}
	clock.Advance(store.KeptFor + time.Hour)
	for _, want := range []int64{1, 0} {
		if n, err := o.Forget(ctx, tenant, 10); err != nil || n != want {
			t.Errorf("forgot %d, %v; want %d", n, err, want)
		}
	}
}

package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"sanzhi/internal/jobs"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
)

// post puts n messages of a topic into the outbox.
func post(t *testing.T, db *store.DB, topic string, n int) {
	t.Helper()
	update(t, db, func(tx kernel.Tx) error {
		for i := range n {
			if err := (store.Outbox{}).Put(tx, topic, fmt.Sprint(i), map[string]any{"n": i}); err != nil {
				return err
			}
		}
		return nil
	})
}

func claim(t *testing.T, o store.Outbox, holder string, limit int) []*jobs.Message {
	t.Helper()
	l, err := o.Claim(context.Background(), tenant, "notify", holder, time.Minute, limit)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func outboxClaim(t *testing.T, db *store.DB) {
	o := store.Outbox{DB: db}
	const n, limit = 100, 7
	post(t, db, "notify", n)
	post(t, db, "webhook", 3)
	var mu sync.Mutex
	held := map[kernel.ID]string{}
	var wg sync.WaitGroup
	for h := range 8 {
		holder := fmt.Sprint("holder", h)
		wg.Go(func() {
			empty := 0
			for empty < 3 { // rows that another is taking are passed over, so one empty answer is not the end
				l, err := o.Claim(context.Background(), tenant, "notify", holder, time.Minute, limit)
				if err != nil {
					t.Errorf("%s: %v", holder, err)
					return
				}
				if len(l) > limit {
					t.Errorf("%d messages at once, the limit is %d", len(l), limit)
				}
				if len(l) == 0 {
					empty++
				}
				mu.Lock()
				for _, m := range l {
					if was, taken := held[m.ID]; taken {
						t.Errorf("%s got a message that %s holds", holder, was)
					}
					held[m.ID] = holder
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(held) != n {
		t.Errorf("%d of %d messages were given out", len(held), n)
	}
	if l := claim(t, o, "late", n); len(l) != 0 {
		t.Errorf("%d messages were given twice", len(l))
	}
}

func outboxLease(t *testing.T, db *store.DB) {
	db, clock := clocked(db)
	o, ctx := store.Outbox{DB: db}, context.Background()
	post(t, db, "notify", 1)
	first := claim(t, o, "a", 5)
	if len(first) != 1 {
		t.Fatalf("%d messages", len(first))
	}
	m := first[0]
	if m.Topic != "notify" || m.Target != "0" || m.Body != `{"n":0}` || !m.At.Equal(start) || m.Attempt != 0 {
		t.Errorf("the message is %+v", m)
	}
	clock.Advance(time.Minute - time.Millisecond)
	if l := claim(t, o, "b", 5); len(l) != 0 {
		t.Error("given again before the lease ended")
	}
	clock.Advance(time.Millisecond)
	if l := claim(t, o, "b", 5); len(l) != 1 || l[0].ID != m.ID {
		t.Fatalf("not given again after the lease: %v", l)
	}
	// The first holder comes late: the message is the second's.
	if err := errors.Join(o.Done(ctx, tenant, m.ID, "a"), o.Fail(ctx, tenant, m.ID, "a", "late", clock.Now())); err != nil {
		t.Fatal(err)
	}
	if l := claim(t, o, "c", 5); len(l) != 0 {
		t.Error("a holder whose lease was over let go of what another holds")
	}
	if err := o.Done(ctx, tenant, m.ID, "b"); err != nil {
		t.Fatal(err)
	}
	clock.Advance(time.Hour)
	if l := claim(t, o, "c", 5); len(l) != 0 {
		t.Error("done, and given again")
	}
}

func outboxFail(t *testing.T, db *store.DB) {
	db, clock := clocked(db)
	o, ctx := store.Outbox{DB: db}, context.Background()
	post(t, db, "notify", 1)
	var id kernel.ID
	for attempt := range 3 {
		l := claim(t, o, "a", 5)
		if len(l) != 1 || l[0].Attempt != attempt {
			t.Fatalf("attempt %d: %v", attempt, l)
		}
		id = l[0].ID
		if err := o.Fail(ctx, tenant, id, "a", "refused", clock.Now().Add(jobs.Backoff(attempt+1))); err != nil {
			t.Fatal(err)
		}
		clock.Advance(jobs.Backoff(attempt+1) - time.Millisecond)
		if l := claim(t, o, "b", 5); len(l) != 0 {
			t.Fatal("tried again before the pause was over")
		}
		clock.Advance(time.Millisecond)
	}
	if l := claim(t, o, "a", 5); len(l) != 1 || l[0].LastError != "refused" {
		t.Fatalf("%v", l)
	}
	if err := o.Fail(ctx, tenant, id, "a", "the last refusal", time.Time{}); err != nil {
		t.Fatal(err)
	}
	clock.Advance(48 * time.Hour)
	if l := claim(t, o, "a", 5); len(l) != 0 {
		t.Error("given up, and tried again")
	}
	view(t, db, func(tx kernel.Tx) error {
		l, err := o.GivenUp(tx, kernel.Page{Limit: 10})
		if len(l) != 1 || l[0].Attempt != 4 || l[0].LastError != "the last refusal" || l[0].GaveUpAt.IsZero() {
			t.Errorf("given up: %+v", l)
		}
		return err
	})
	for _, want := range []bool{true, false} {
		update(t, db, func(tx kernel.Tx) error {
			ok, err := o.Retry(tx, id)
			if ok != want {
				t.Errorf("retry: %v, want %v", ok, want)
			}
			return err
		})
	}
	if l := claim(t, o, "a", 5); len(l) != 1 || l[0].Attempt != 0 || !l[0].GaveUpAt.IsZero() {
		t.Errorf("after retry: %v", l)
	}
}

// outboxCause: what a receiver answers is kept as far as it fits, in whole characters. Cut within one, PostgreSQL refuses
// the text, and the failure is not counted.
func outboxCause(t *testing.T, db *store.DB) {
	db, clock := clocked(db)
	o, ctx := store.Outbox{DB: db}, context.Background()
	post(t, db, "notify", 1)
	for _, cause := range []string{"", "a" + strings.Repeat("对方拒绝", 200), "aa" + strings.Repeat("拒", 400), "bad \xff bytes", "a \x00 byte"} {
		l := claim(t, o, "a", 5)
		if len(l) != 1 {
			t.Fatalf("%.20q: %d messages", cause, len(l))
		}
		if !utf8.ValidString(l[0].LastError) || strings.Contains(l[0].LastError, "\x00") {
			t.Errorf("kept %q", l[0].LastError)
		}
		if err := o.Fail(ctx, tenant, l[0].ID, "a", cause, clock.Now()); err != nil {
			t.Errorf("%.20q: %v", cause, err)
			clock.Advance(time.Hour)
		}
	}
}

func outboxRecent(t *testing.T, db *store.DB) {
	db, clock := clocked(db)
	o, ctx := store.Outbox{DB: db}, context.Background()
	post(t, db, "case", 2)
	clock.Advance(time.Minute)
	post(t, db, "case", 3)
	post(t, db, "notify", 1)
	recent := func(since time.Time, limit int) (n int) {
		view(t, db, func(tx kernel.Tx) error {
			l, err := o.Recent(tx, "case", since, limit)
			n = len(l)
			for i := 1; i < len(l); i++ {
				if l[i].At.Before(l[i-1].At) {
					t.Error("not in the order of time")
				}
			}
			return err
		})
		return n
	}
	for _, tt := range []struct {
		since time.Time
		limit int
		want  int
	}{{start, 10, 5}, {start, 4, 4}, {start.Add(time.Millisecond), 10, 3}, {start.Add(time.Hour), 10, 0}} {
		if n := recent(tt.since, tt.limit); n != tt.want {
			t.Errorf("since %v: %d, want %d", tt.since, n, tt.want)
		}
	}
	for _, want := range []int64{1, 1, 0} {
		if n, err := o.Sweep(ctx, tenant, "case", start.Add(time.Minute), 1); err != nil || n != want {
			t.Errorf("swept %d, %v; want %d", n, err, want)
		}
	}
	if n := recent(start, 10); n != 3 {
		t.Errorf("%d left, want 3", n)
	}
	if l := claim(t, o, "a", 10); len(l) != 1 {
		t.Error("another topic was swept")
	}
}

func outboxWakes(t *testing.T, db *store.DB) {
	var wakes atomic.Int32
	db.OnOutbox(func(got kernel.Tenant) {
		if got != tenant {
			t.Errorf("woken for %s", got)
		}
		wakes.Add(1)
	})
	_ = db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
		return errors.Join(store.Outbox{}.Put(tx, "case", "x", nil), errPlanted)
	})
	update(t, db, func(tx kernel.Tx) error { return probe(tx, newID()) })
	if n := wakes.Load(); n != 0 {
		t.Errorf("woken %d times for nothing", n)
	}
	post(t, db, "case", 3)
	if n := wakes.Load(); n != 1 {
		t.Errorf("woken %d times for one commit", n)
	}
}

func leaseExclusive(t *testing.T, db *store.DB) {
	db, clock := clocked(db)
	o, ctx := store.Outbox{DB: db}, context.Background()
	var holders atomic.Int32
	var wg sync.WaitGroup
	for h := range 16 {
		wg.Go(func() {
			ok, err := o.Lease(ctx, tenant, "seal", fmt.Sprint(h), time.Minute)
			if err != nil {
				t.Error(err)
			}
			if ok {
				holders.Add(1)
			}
		})
	}
	wg.Wait()
	if holders.Load() != 1 {
		t.Fatalf("%d of 16 hold the duty", holders.Load())
	}
	clock.Advance(time.Minute) // the lease is over
	lease := func(name, holder string, want bool) {
		t.Helper()
		if ok, err := o.Lease(ctx, tenant, name, holder, time.Minute); err != nil || ok != want {
			t.Errorf("%s by %s: %v, %v; want %v", name, holder, ok, err, want)
		}
	}
	lease("seal", "x", true)
	lease("seal", "y", false)
	lease("clocks", "y", true)
	clock.Advance(time.Minute - time.Millisecond)
	lease("seal", "y", false)
	lease("seal", "x", true) // kept
	clock.Advance(time.Minute - time.Millisecond)
	lease("seal", "y", false)
	clock.Advance(time.Millisecond)
	lease("seal", "y", true)
}

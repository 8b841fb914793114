package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/rounds"
	"sanzhi/internal/store"
)

func roundDuty(n int) *rounds.Duty {
	due := start.AddDate(0, 0, n/3)
	return &rounds.Duty{ID: newID(), Template: "patrol", Version: 2, Kind: rounds.GridPatrol, Target: kernel.ID(fmt.Sprintf("place %03d", n)), Period: "2026-06-01", Place: "p",
		Path: kernel.Path(fmt.Sprintf("630105/002/%03d/", n%4)), Role: kernel.GridWorker, Post: "网格员", Unit: kernel.ID(fmt.Sprint("unit", n%2)), From: start, Due: due, Miss: due.AddDate(0, 0, 1),
		State: rounds.Open, Confidential: n%5 == 0}
}

// all gives every duty of a query, page by page.
func allDuties(t *testing.T, db *store.DB, q rounds.DutyQuery) (out []*rounds.Duty) {
	t.Helper()
	q.Page.Limit = 7
	for range 100 {
		var l []*rounds.Duty
		view(t, db, func(tx kernel.Tx) (err error) { l, q.Page.After, err = store.Rounds{}.ListDuties(tx, q); return err })
		out = append(out, l...)
		if q.Page.After == "" {
			return out
		}
	}
	t.Fatal("the list does not end")
	return nil
}

func roundsOnce(t *testing.T, db *store.DB) {
	var want []*rounds.Duty
	for n := range 60 { // more than one statement
		want = append(want, roundDuty(n))
	}
	var wg sync.WaitGroup
	added := make([]int, 6)
	for i := range added {
		wg.Go(func() {
			mine := make([]*rounds.Duty, len(want))
			for k, d := range want {
				c := *d
				c.ID = newID() // each process makes ids of its own
				mine[k] = &c
			}
			err := db.Update(context.Background(), tenant, func(tx kernel.Tx) (err error) { added[i], err = store.Rounds{}.AddDuties(tx, mine); return err })
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	sum := 0
	for _, n := range added {
		sum += n
	}
	if sum != len(want) {
		t.Errorf("%v were added, %d turns there are", added, len(want))
	}
	whole := access.Scope{Tenant: tenant, Clauses: []access.Clause{{}}}
	got := allDuties(t, db, rounds.DutyQuery{Allow: whole, Now: start})
	if len(got) != len(want) {
		t.Fatalf("%d on pages, want %d", len(got), len(want))
	}
	for i := 1; i < len(got); i++ {
		if got[i].Due.After(got[i-1].Due) {
			t.Fatal("the latest due does not come first")
		}
	}
	byTarget := map[kernel.ID]*rounds.Duty{}
	for _, d := range want {
		byTarget[d.Target] = d
	}
	for _, d := range got {
		w := *byTarget[d.Target]
		w.ID = d.ID
		if diff := cmp.Diff(&w, d); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	}
}

func roundsScope(t *testing.T, db *store.DB) {
	var all []*rounds.Duty
	for n := range 60 {
		all = append(all, roundDuty(n))
	}
	update(t, db, func(tx kernel.Tx) error { _, err := store.Rounds{}.AddDuties(tx, all); return err })
	if err := db.View(context.Background(), other, func(tx kernel.Tx) error {
		l, _, err := store.Rounds{}.ListDuties(tx, rounds.DutyQuery{Allow: access.Scope{Tenant: other, Clauses: []access.Clause{{}}}, Page: kernel.Page{Limit: 5}})
		if len(l) > 0 {
			t.Error("another district sees duties")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	lo, hi := kernel.Path("630105/002/001/").Range()
	for name, c := range map[string]struct {
		q    rounds.DutyQuery
		want func(d *rounds.Duty) bool
	}{
		"a place, nothing confidential": {rounds.DutyQuery{Allow: access.Scope{Tenant: tenant, Clauses: []access.Clause{{PathLo: lo, PathHi: hi, ExcludeConfidential: true}}}},
			func(d *rounds.Duty) bool { return d.Path == "630105/002/001/" && !d.Confidential }},
		"a unit": {rounds.DutyQuery{Unit: "unit1", Allow: access.Scope{Tenant: tenant, Clauses: []access.Clause{{}}}}, func(d *rounds.Duty) bool { return d.Unit == "unit1" }},
		"nobody": {rounds.DutyQuery{Allow: access.Scope{Tenant: tenant}}, func(*rounds.Duty) bool { return false }},
		"due in two days": {rounds.DutyQuery{From: start.AddDate(0, 0, 3), To: start.AddDate(0, 0, 5), Allow: access.Scope{Tenant: tenant, Clauses: []access.Clause{{}}}},
			func(d *rounds.Duty) bool {
				return !d.Due.Before(start.AddDate(0, 0, 3)) && d.Due.Before(start.AddDate(0, 0, 5))
			}},
	} {
		want := 0
		for _, d := range all {
			if c.want(d) {
				want++
			}
		}
		if got := allDuties(t, db, c.q); len(got) != want {
			t.Errorf("%s: %d, want %d", name, len(got), want)
		}
	}
	// A duty is finished once, and missed only while it is open.
	d := all[0]
	d.State, d.Passed, d.DoneAt, d.DoneBy = rounds.Done, true, start, "a"
	for i, want := range []bool{true, false} {
		update(t, db, func(tx kernel.Tx) error {
			if ok, err := (store.Rounds{}).Finish(tx, d); err != nil || ok != want {
				t.Errorf("finished the %dth time: %v %v", i+1, ok, err)
			}
			if ok, err := (store.Rounds{}).SetState(tx, d.ID, rounds.Open, rounds.Missed); err != nil || ok {
				t.Errorf("missed after it was done: %v %v", ok, err)
			}
			return nil
		})
	}
	late, clock := clocked(db)
	clock.Set(start.AddDate(0, 0, 4).Add(time.Second))
	view(t, late, func(tx kernel.Tx) error {
		l, err := store.Rounds{}.Overdue(tx, 100)
		want := 0
		for _, d := range all[1:] {
			if d.Miss.Before(tx.Now()) {
				want++
			}
		}
		if len(l) != want {
			t.Errorf("%d over, want %d", len(l), want)
		}
		return err
	})
}

package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/registers"
	"sanzhi/internal/store"
)

func regEntry(register, key string, path kernel.Path) *registers.Entry {
	return &registers.Entry{ID: newID(), Register: register, Key: key, Place: "p", Path: path, State: registers.Open, Values: kernel.Values{"name": key}, Words: strings.ToLower(key), Version: 1,
		By: "system", Created: start, Updated: start}
}

// registersUnique: one standing entry bears a key, one standing link holds a target, one writer wins a version.
func registersUnique(t *testing.T, db *store.DB) {
	r := store.Registers{}
	put := func(e *registers.Entry, links ...registers.Link) error {
		return db.Update(context.Background(), tenant, func(tx kernel.Tx) error { return r.Insert(tx, e, links) })
	}
	hold := func(e *registers.Entry, target string) registers.Link {
		return registers.Link{ID: newID(), Entry: e.ID, Role: "area", Target: kernel.ID(target), Hold: "block area " + target, At: start}
	}
	a, b, c := regEntry("block", "1", "630105/"), regEntry("block", "2", "630105/"), regEntry("brand", "1", "630105/")
	if err := put(a, hold(a, "x"), hold(a, "y")); err != nil {
		t.Fatal(err)
	}
	wantKind(t, put(regEntry("block", "1", "630105/")), kernel.KindConflict)
	wantKind(t, put(b, hold(b, "y")), kernel.KindConflict)
	if err := put(c); err != nil {
		t.Errorf("the same key in another register: %v", err)
	}
	view(t, db, func(tx kernel.Tx) error {
		if _, err := r.Get(tx, b.ID); !kernel.Is(err, kernel.KindNotFound) {
			t.Errorf("what was refused is there: %v", err)
		}
		held, err := r.Held(tx, "block", "area")
		if len(held) != 2 {
			t.Errorf("%d targets are held, want 2", len(held))
		}
		return err
	})
	for i, want := range []bool{true, false} {
		e := *a
		e.Version, e.State, e.Key = 2, registers.Ended, ""
		update(t, db, func(tx kernel.Tx) error {
			ok, err := r.Save(tx, &e)
			if ok != want {
				t.Errorf("writer %d of one version: %v, want %v", i, ok, want)
			}
			return err
		})
	}
	update(t, db, func(tx kernel.Tx) error { return r.Release(tx, a.ID) })
	if err := put(b, hold(b, "y")); err != nil {
		t.Errorf("what an ended entry held: %v", err)
	}
	if err := put(regEntry("block", "1", "630105/")); err != nil {
		t.Errorf("the key of an ended entry: %v", err)
	}
	if err := db.Update(context.Background(), other, func(tx kernel.Tx) error {
		l := hold(b, "y")
		return r.Insert(tx, regEntry("block", "1", "630104/"), []registers.Link{l})
	}); err != nil {
		t.Errorf("another district: %v", err)
	}
}

// registersList: pages are complete and without doubles, cut by scope, place, state, words; totals count the same rows.
func registersList(t *testing.T, db *store.DB) {
	r := store.Registers{}
	paths := []kernel.Path{"630105/001/", "630105/002/", "630105/0020/"}
	var want []string
	update(t, db, func(tx kernel.Tx) error {
		for i := range 60 {
			e := regEntry("census", fmt.Sprintf("Org %02d 企业", i), paths[i%3])
			e.Facet, e.Number, e.Yes = []string{"a", "b"}[i%2], 0.5, [2]bool{i%4 == 0, i%5 == 0}
			if i == 7 {
				e.State = registers.Ended
			}
			if i == 9 { // due and overdue
				e.Due = start.Add(-1)
			}
			if err := r.Insert(tx, e, nil); err != nil {
				return err
			}
			if i%3 == 1 && i != 7 {
				want = append(want, e.Key)
			}
		}
		return nil
	})
	all := access.ScopeOf(kernel.System(tenant), access.RegisterRead)
	list := func(q registers.Query, limit int) (got []string) {
		q.Register = "census"
		p := kernel.Page{Limit: limit}
		for range 100 {
			var l []*registers.Entry
			view(t, db, func(tx kernel.Tx) (err error) { l, p.After, err = r.List(tx, q, p); return err })
			for _, e := range l {
				got = append(got, e.Key)
			}
			if p.After == "" {
				slices.Sort(got)
				return got
			}
		}
		t.Fatal("the list does not end")
		return nil
	}
	narrow := access.Scope{Tenant: tenant, Clauses: []access.Clause{{PathLo: "630105/002/", PathHi: "630105/0020"}}}
	slices.Sort(want)
	for name, q := range map[string]registers.Query{"by place": {Path: "630105/002/", Scope: all}, "by scope": {Scope: narrow}} {
		for _, limit := range []int{1, 7, 100} {
			if diff := cmp.Diff(want, list(q, limit)); diff != "" {
				t.Errorf("%s, pages of %d (-want +got)\n%s", name, limit, diff)
			}
		}
	}
	for name, tt := range map[string]struct {
		q registers.Query
		n int
	}{"standing": {registers.Query{Scope: all}, 59}, "all": {registers.Query{Scope: all, State: registers.AnyState}, 60}, "ended": {registers.Query{Scope: all, State: registers.Ended}, 1},
		"words": {registers.Query{Scope: all, Text: "ORG 0"}, 9}, "percent": {registers.Query{Scope: all, Text: "%"}, 0}, "facet": {registers.Query{Scope: all, Facet: "a"}, 30},
		"overdue": {registers.Query{Scope: all, Overdue: true}, 1}, "nobody": {registers.Query{Scope: access.Scope{Tenant: tenant}}, 0}} {
		if got := list(tt.q, 13); len(got) != tt.n {
			t.Errorf("%s: %d, want %d", name, len(got), tt.n)
		}
	}
	view(t, db, func(tx kernel.Tx) error {
		got, err := r.Totals(tx, registers.Query{Register: "census", Scope: all})
		if diff := cmp.Diff([]registers.Total{{Facet: "a", Count: 30, Number: 15, Yes: [2]int{15, 6}}, {Facet: "b", Count: 29, Number: 14.5, Yes: [2]int{0, 6}}}, got); diff != "" {
			t.Errorf("totals (-want +got)\n%s", diff)
		}
		return err
	})
}

// registersRoundTrip: what is written comes back; visits are counted by the day and nothing else is there to be kept.
func registersRoundTrip(t *testing.T, db *store.DB) {
	r := store.Registers{}
	e := &registers.Entry{ID: newID(), Register: "pledge", Org: "o", Place: "p", Path: "630105/", Subject: "s", State: registers.Open, Due: start.AddDate(0, 1, 0), Key: "k",
		Values: kernel.Values{"what": "修扶手 \"<%"}, Sealed: "x", Facet: "f", Number: 1.25, Yes: [2]bool{false, true}, Words: "w", Note: "n", StateAt: start, Version: 1, By: "account:1", Created: start, Updated: start}
	l := registers.Link{ID: newID(), Entry: e.ID, Role: "case", Target: "t", Note: "2023-04-01", Sealed: "door", At: start}
	update(t, db, func(tx kernel.Tx) error { return r.Insert(tx, e, []registers.Link{l}) })
	view(t, db, func(tx kernel.Tx) error {
		got, err := r.Get(tx, e.ID)
		if diff := cmp.Diff(e, got); diff != "" {
			t.Errorf("entry (-want +got)\n%s", diff)
		}
		if err != nil {
			return err
		}
		links, err := r.Links(tx, []kernel.ID{e.ID})
		if diff := cmp.Diff([]registers.Link{l}, links[e.ID]); diff != "" {
			t.Errorf("links (-want +got)\n%s", diff)
		}
		return err
	})
	for _, day := range []string{"2026-06-01", "2026-06-01", "2026-06-02", "2026-06-09"} {
		update(t, db, func(tx kernel.Tx) error { return r.Count(tx, e.ID, day) })
	}
	view(t, db, func(tx kernel.Tx) error {
		n, err := r.Counted(tx, e.ID, "2026-06-01", "2026-06-08")
		if n != 3 {
			t.Errorf("%d visits, want 3", n)
		}
		return err
	})
	update(t, db, func(tx kernel.Tx) error {
		n, err := r.DropLinks(tx, "another", []kernel.ID{l.ID})
		if n != 0 {
			t.Errorf("a link of another entry was dropped")
		}
		return err
	})
}

package storetest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/planning"
	"sanzhi/internal/sheets"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/works"
)

// sheetsImports: an import comes back as it was with its changes in order, is undone once, and what it did is forgotten after its time.
func sheetsImports(t *testing.T, base *store.DB) {
	db, clock := clocked(base)
	var all []*sheets.Import
	for i, sheet := range []string{"orgs", "places", "orgs", "works"} {
		x := &sheets.Import{ID: kernel.NewID(clock.Now()), Sheet: sheet, File: fmt.Sprintf("表 '%d'.xlsx", i), By: "account:a", At: clock.Now(), Added: i, Changed: 2 * i, Same: 3}
		changes := []sheets.Change{{ID: newID(), N: 1, Row: 9, Object: newID(), Body: "sealed \x01 二"}, {ID: newID(), N: 0, Row: 3, Object: newID(), Body: "sealed 一"}}
		update(t, db, func(tx kernel.Tx) error { return store.Sheets{}.PutImport(tx, x, changes) })
		view(t, db, func(tx kernel.Tx) error {
			got, err := store.Sheets{}.Import(tx, x.ID)
			if diff := gocmp.Diff(x, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("import (-put +got):\n%s", diff)
			}
			l, err2 := store.Sheets{}.Changes(tx, x.ID)
			slices.SortFunc(changes, func(a, b sheets.Change) int { return cmp.Compare(a.N, b.N) })
			if diff := gocmp.Diff(changes, l); diff != "" {
				t.Errorf("changes (-put +got):\n%s", diff)
			}
			return cmp.Or(err, err2)
		})
		all = append(all, x)
		clock.Advance(24 * time.Hour)
	}
	view(t, db, func(tx kernel.Tx) error {
		var ids []kernel.ID
		for p := (kernel.Page{Limit: 1}); ; {
			l, next, err := store.Sheets{}.Imports(tx, []string{"orgs", "works"}, p)
			if err != nil {
				return err
			}
			for _, x := range l {
				ids = append(ids, x.ID)
			}
			if p.After = next; next == "" {
				break
			}
		}
		if diff := gocmp.Diff([]kernel.ID{all[3].ID, all[2].ID, all[0].ID}, ids); diff != "" {
			t.Errorf("the list (-want +got):\n%s", diff)
		}
		if l, _, err := (store.Sheets{}).Imports(tx, nil, kernel.Page{Limit: 9}); err != nil || len(l) != 0 {
			t.Errorf("imports of no sheet: %d, %v", len(l), err)
		}
		_, err := store.Sheets{}.Import(tx, newID())
		wantKind(t, err, kernel.KindNotFound)
		return nil
	})
	undone := make([]bool, 8)
	for _, err := range together(len(undone), func(i int) error {
		return db.Update(context.Background(), tenant, func(tx kernel.Tx) (err error) { undone[i], err = store.Sheets{}.Undone(tx, all[1].ID, 4); return err })
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	if n := len(slices.DeleteFunc(undone, func(ok bool) bool { return !ok })); n != 1 {
		t.Errorf("%d of 8 undid it", n)
	}
	view(t, db, func(tx kernel.Tx) error {
		x, err := store.Sheets{}.Import(tx, all[1].ID)
		if x == nil || x.Left != 4 || x.UndoneAt.IsZero() {
			t.Errorf("undone as %+v", x)
		}
		return err
	})
	update(t, db, func(tx kernel.Tx) error { return store.Sheets{}.Forget(tx, all[2].At) })
	view(t, db, func(tx kernel.Tx) error {
		for i, x := range all {
			l, err := store.Sheets{}.Changes(tx, x.ID)
			if err != nil || (len(l) > 0) != (i >= 2) {
				t.Errorf("import %d has %d changes after the clean-up, %v", i, len(l), err)
			}
		}
		for at, want := range map[time.Time]bool{all[2].At: false, all[3].At: true} {
			if old, err := (store.Sheets{}).Old(tx, at); err != nil || old != want {
				t.Errorf("old before %s: %v, %v", at, old, err)
			}
		}
		return nil
	})
}

// sheetsRemove: of the rows that an import touched those are told on which something hangs, and a row on which nothing does is taken out again.
func sheetsRemove(t *testing.T, db *store.DB) {
	up, down, free := newID(), newID(), newID()
	for id, path := range map[kernel.ID]string{up: "630105/1/", down: "630105/1/2/", free: "630105/3/"} {
		putPlace(t, db, string(id), "grid", path, 0)
	}
	write(t, db, func(c dialect.Conn) error {
		_, err := c.Exec("UPDATE place SET parent = $2 WHERE tenant = $1 AND id = $3", string(tenant), string(up), string(down))
		return err
	})
	i := &sheets.Import{ID: newID(), Sheet: "places", At: start}
	changes := []sheets.Change{{ID: newID(), N: 0, Row: 2, Object: up}, {ID: newID(), N: 1, Row: 3, Object: free}}
	update(t, db, func(tx kernel.Tx) error { return store.Sheets{}.PutImport(tx, i, changes) })
	used := func() (out map[kernel.ID][]kernel.ID) {
		view(t, db, func(tx kernel.Tx) (err error) { out, err = store.Sheets{}.Used(tx, "place", i.ID); return err })
		return out
	}
	if diff := gocmp.Diff(map[kernel.ID][]kernel.ID{up: {down}}, used()); diff != "" {
		t.Errorf("what hangs on the rows (-want +got):\n%s", diff)
	}
	update(t, db, func(tx kernel.Tx) error { return store.Sheets{}.Remove(tx, "place", down) })
	if diff := gocmp.Diff(map[kernel.ID][]kernel.ID{}, used()); diff != "" {
		t.Errorf("after it went (-want +got):\n%s", diff)
	}
	update(t, db, func(tx kernel.Tx) error { return store.Sheets{}.Remove(tx, "place", up) })
	for id, want := range map[kernel.ID]bool{up: false, down: false, free: true} {
		view(t, db, func(tx kernel.Tx) error {
			known, err := store.Sheets{}.Known(tx, "place", id)
			if known != want {
				t.Errorf("%s is there: %v", id, known)
			}
			return err
		})
	}
}

// pictureAdds: what stands at the steps is what is open, and the rates by day and by unit are those of all, taken apart; sums or none.
func pictureAdds(t *testing.T, db *store.DB) {
	all := fill(t, db, 80)
	update(t, db, func(tx kernel.Tx) error {
		units := map[kernel.ID]*orgs.Org{}
		for _, c := range all {
			if c.Unit != "" {
				units[c.Unit] = &orgs.Org{ID: c.Unit, Kind: orgs.Department, Name: string(c.Unit)}
			}
		}
		return store.Orgs{}.PutOrgs(tx, slices.Collect(maps.Values(units)))
	})
	now := start.Add(2 * time.Hour)
	q := cases.RateQuery{Now: now, Allow: everything(tenant)}
	check := func(when string) {
		t.Helper()
		view(t, db, func(tx kernel.Tx) error {
			got, err := store.Picture{}.Standing(tx, q)
			if err != nil {
				return err
			}
			want := map[string][2]int{}
			for _, c := range all {
				if c.Ended == "" && c.MergedInto == "" {
					key := fmt.Sprint(c.Path, " ", c.Flow, " ", c.Step)
					n := want[key]
					n[0]++
					if c.DueAt() < now.UnixMilli() {
						n[1]++
					}
					want[key] = n
				}
			}
			have := map[string][2]int{}
			for _, s := range got {
				have[fmt.Sprint(s.Path, " ", s.Flow, " ", s.Step)] = [2]int{s.Count, s.Overdue}
			}
			if diff := gocmp.Diff(want, have); diff != "" {
				t.Errorf("%s: what stands (-want +got):\n%s", when, diff)
			}
			whole, err := store.Cases{}.CountRates(tx, q)
			if err != nil {
				return err
			}
			days, err := store.Picture{}.Days(tx, q)
			if err != nil {
				return err
			}
			var sum cases.Rates
			for _, d := range days {
				addRates(&sum, d.Rates)
			}
			if sum != whole {
				t.Errorf("%s: the days come to %+v, all to %+v", when, sum, whole)
			}
			units, err := store.Picture{}.Units(tx, q)
			for _, u := range units {
				one := q
				one.Unit = u.Unit
				want, err := store.Cases{}.CountRates(tx, one)
				if err != nil || u.Rates != want {
					t.Errorf("%s: the unit %s has %+v, want %+v, %v", when, u.Unit, u.Rates, want, err)
				}
			}
			if len(units) < 2 {
				t.Errorf("%d units", len(units))
			}
			return err
		})
	}
	check("one by one")
	for settled := 1; settled > 0; {
		update(t, db, func(tx kernel.Tx) (err error) { settled, err = store.Cases{}.Settle(tx, 10); return err })
	}
	check("from the sums")
}

func addRates(sum *cases.Rates, r cases.Rates) {
	for _, p := range [][2]*cases.Rate{{&sum.Response, &r.Response}, {&sum.Resolution, &r.Resolution}, {&sum.Satisfaction, &r.Satisfaction}, {&sum.OnTime, &r.OnTime}} {
		p[0].Num += p[1].Num
		p[0].Den += p[1].Den
	}
}

// plansClaimed: a plan is worked out by one holder at a time, goes to another when the lease is over, and whoever lost it writes nothing.
func plansClaimed(t *testing.T, base *store.DB) {
	db, clock := clocked(base)
	p := &planning.Plan{ID: newID(), Kind: planning.AllKinds[0], Name: "重划 '网格'", Place: newID(), Path: "630105/1/", State: planning.Waiting, By: "account:a", Created: start, Updated: start}
	update(t, db, func(tx kernel.Tx) error { return store.Planning{}.Insert(tx, p) })
	view(t, db, func(tx kernel.Tx) error {
		got, err := store.Planning{}.Plan(tx, p.ID)
		if diff := gocmp.Diff(p, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("plan (-put +got):\n%s", diff)
		}
		return err
	})
	claimed := make([]bool, 8)
	for _, err := range together(len(claimed), func(i int) error {
		return db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
			got, err := store.Planning{}.Claim(tx, fmt.Sprint("holder ", i), start.Add(time.Minute))
			claimed[i] = got != nil
			return err
		})
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	first := slices.Index(claimed, true)
	if first < 0 || slices.Contains(claimed[first+1:], true) {
		t.Fatalf("held by %v", claimed)
	}
	clock.Advance(2 * time.Minute)
	update(t, db, func(tx kernel.Tx) error {
		got, err := store.Planning{}.Claim(tx, "heir", start.Add(time.Hour))
		if got == nil || got.ID != p.ID {
			t.Error("the lease is over and nobody takes it up")
		}
		for holder, want := range map[string]bool{fmt.Sprint("holder ", first): false, "heir": true} {
			if ok, err := (store.Planning{}).Advance(tx, p.ID, holder, 40, start.Add(time.Hour)); ok != want || err != nil {
				t.Errorf("%s goes on: %v, %v", holder, ok, err)
			}
		}
		done := *p
		done.State, done.Progress, done.Summary = planning.Done, 100, planning.Summary{Num: 3, Den: 4}
		if ok, err := (store.Planning{}).Finish(tx, &done, fmt.Sprint("holder ", first)); ok || err != nil {
			t.Errorf("who lost it ends it: %v, %v", ok, err)
		}
		if ok, err := (store.Planning{}).Finish(tx, &done, "heir"); !ok || err != nil {
			t.Errorf("the holder ends it: %v, %v", ok, err)
		}
		if ok, err := (store.Planning{}).Cancel(tx, p.ID); ok || err != nil {
			t.Errorf("what is ready is cancelled: %v, %v", ok, err)
		}
		for _, body := range []string{`{"a":1}`, `{"a":2}`} {
			if err := (store.Planning{}).PutPart(tx, p.ID, planning.PartResult, []byte(body)); err != nil {
				return err
			}
		}
		return err
	})
	view(t, db, func(tx kernel.Tx) error {
		b, err := store.Planning{}.Part(tx, p.ID, planning.PartResult)
		if string(b) != `{"a":2}` {
			t.Errorf("the part is %s", b)
		}
		none, err2 := store.Planning{}.Part(tx, newID(), planning.PartResult)
		if none != nil {
			t.Errorf("a part of no plan: %s", none)
		}
		return cmp.Or(err, err2)
	})
}

// plansListed: a list is cut to what the reader may see, and an adoption is undone once.
func plansListed(t *testing.T, db *store.DB) {
	var ids []kernel.ID
	for i := range 6 {
		p := &planning.Plan{ID: newID(), Kind: planning.AllKinds[i%2], Name: fmt.Sprint(i), Path: kernel.Path(fmt.Sprintf("630105/%d/", i%3)), State: planning.Waiting, Created: start, Updated: start}
		ids = append(ids, p.ID)
		update(t, db, func(tx kernel.Tx) error { return store.Planning{}.Insert(tx, p) })
	}
	scope := access.ScopeOf(kernel.Actor{Kind: kernel.ActorAccount, Tenant: tenant, Account: "a", Posts: []kernel.Post{{Role: kernel.Planner, Path: "630105/1/"}}}, access.PlanRead)
	view(t, db, func(tx kernel.Tx) error {
		l, next, err := store.Planning{}.Plans(tx, planning.Query{Scope: scope, Page: kernel.Page{Limit: 10}})
		var got []kernel.ID
		for _, p := range l {
			got = append(got, p.ID)
		}
		want := []kernel.ID{ids[4], ids[1]}
		slices.SortFunc(want, func(a, b kernel.ID) int { return cmp.Compare(b, a) })
		if diff := gocmp.Diff(want, got); diff != "" || next != "" {
			t.Errorf("in the planner's place (-want +got):\n%s", diff)
		}
		return err
	})
	a := &planning.Adoption{ID: newID(), Plan: ids[0], Kind: planning.AllKinds[0], Place: newID(), Path: "630105/0/", At: start, By: "account:a", Body: planning.Change{Ended: []kernel.ID{"x"}, Made: []kernel.ID{"y", "z"}, Cases: 3}}
	update(t, db, func(tx kernel.Tx) error {
		if err := (store.Planning{}).Adopt(tx, a); err != nil {
			return err
		}
		for _, want := range []bool{true, false} {
			if ok, err := (store.Planning{}).Undo(tx, a.ID); ok != want || err != nil {
				t.Errorf("undone: %v, want %v, %v", ok, want, err)
			}
		}
		return nil
	})
	view(t, db, func(tx kernel.Tx) error {
		l, err := store.Planning{}.AdoptionsOf(tx, ids[0])
		if len(l) != 1 || l[0].Undone.IsZero() || len(l[0].Body.Made) != 2 {
			t.Errorf("adoptions: %+v", l)
		}
		return err
	})
}

// worksKept: a project is changed by whoever saw its version, a name is given once, drafts are for who keeps them, and a bill comes back line by line.
func worksKept(t *testing.T, db *store.DB) {
	project := func(name string, path kernel.Path, published bool) *works.Project {
		return &works.Project{ID: newID(), Kind: works.Kinds[0].ID, Name: name, Place: newID(), Path: path, State: works.Active, Published: published, Version: 1, Created: start, Updated: start}
	}
	open, draft := project("滨河大道 '提升'", "630105/1/", true), project("背街小巷", "630105/2/", false)
	update(t, db, func(tx kernel.Tx) error {
		return cmp.Or(store.Works{}.InsertProject(tx, open), store.Works{}.InsertProject(tx, draft))
	})
	wantKind(t, db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
		return store.Works{}.InsertProject(tx, project(open.Name, "630105/3/", true))
	}), kernel.KindConflict)
	won := make([]bool, 8)
	for _, err := range together(len(won), func(i int) error {
		return db.Update(context.Background(), tenant, func(tx kernel.Tx) (err error) {
			c := *open
			c.Version, c.State = 2, works.Done
			won[i], err = store.Works{}.UpdateProject(tx, &c, 1)
			return err
		})
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	if n := len(slices.DeleteFunc(slices.Clone(won), func(ok bool) bool { return !ok })); n != 1 {
		t.Errorf("%d of 8 changed the version", n)
	}
	keeper := access.ScopeOf(kernel.Actor{Kind: kernel.ActorAccount, Tenant: tenant, Account: "a", Posts: []kernel.Post{{Role: kernel.CommunityClerk, Path: "630105/2/"}}}, access.RegisterRead)
	for name, c := range map[string]struct {
		drafts access.Scope
		want   int
	}{"the public": {access.Scope{Tenant: tenant}, 1}, "its keeper": {keeper, 2}} {
		view(t, db, func(tx kernel.Tx) error {
			l, _, err := store.Works{}.Projects(tx, works.Query{Drafts: c.drafts, Page: kernel.Page{Limit: 9}})
			if len(l) != c.want {
				t.Errorf("%s sees %d projects, want %d", name, len(l), c.want)
			}
			return err
		})
	}
	var items []*works.Item
	for i, q := range []string{"12000余株", "40盏", "近400条", "3600米"} {
		v, err := kernel.ParseQuantity(q)
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, &works.Item{ID: newID(), Project: open.ID, Subject: fmt.Sprint("第", i), Action: works.Actions[i].ID, Quantity: v, Location: "东", Source: "清单"})
	}
	update(t, db, func(tx kernel.Tx) error { return store.Works{}.PutItems(tx, items) })
	view(t, db, func(tx kernel.Tx) error {
		got, err := store.Works{}.Items(tx, open.ID)
		said := map[kernel.ID]string{}
		for _, i := range got {
			said[i.ID] = string(i.Action) + " " + works.FormatQuantity(i.Quantity)
		}
		for _, i := range items {
			if want := string(i.Action) + " " + works.FormatQuantity(i.Quantity); said[i.ID] != want {
				t.Errorf("a line is %q, put as %q", said[i.ID], want)
			}
		}
		return err
	})
}

// worksSites: a site of one type and name stands once, moves by its version, and is found by use and by the very name of its plan.
func worksSites(t *testing.T, db *store.DB) {
	site := func(name, plan string, uses ...works.Use) *works.Site {
		s := &works.Site{ID: newID(), Type: works.SiteTypes[0].ID, Name: name, State: works.Planned, Place: newID(), Path: "630105/1/", AsOf: start, Uses: uses, Source: "登记", Version: 1}
		if plan != "" {
			s.Plan = &works.Plan{Name: plan, Layer: "公园绿地"}
		}
		return s
	}
	all := []*works.Site{site("甲", "规划 100%", works.Uses[0].ID, works.Uses[1].ID), site("乙", "规划 100% 修编", works.Uses[1].ID), site("丙", "")}
	update(t, db, func(tx kernel.Tx) error {
		ok, err := store.WorkSites{}.PutSites(tx, all)
		if !ok {
			t.Error("new sites are refused")
		}
		return err
	})
	if err := db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
		ok, err := store.WorkSites{}.PutSites(tx, []*works.Site{site("甲", "")})
		if ok {
			t.Error("a site stands twice")
		}
		return cmp.Or(err, errPlanted)
	}); err == nil {
		t.Error("the refused write is kept")
	}
	view(t, db, func(tx kernel.Tx) error {
		for name, c := range map[string]struct {
			q    works.SiteQuery
			want string
		}{"all": {works.SiteQuery{}, "丙乙甲"}, "use": {works.SiteQuery{Use: works.Uses[1].ID}, "乙甲"}, "plan": {works.SiteQuery{Plan: "规划 100%"}, "甲"}, "longer plan": {works.SiteQuery{Plan: "规划 100% 修编"}, "乙"},
			"pattern": {works.SiteQuery{Plan: "规划%"}, ""}, "state": {works.SiteQuery{State: works.Done}, ""}} {
			c.q.Page = kernel.Page{Limit: 2}
			got := ""
			for {
				l, next, err := store.WorkSites{}.Sites(tx, c.q)
				if err != nil {
					return err
				}
				for _, s := range l {
					got += s.Name
				}
				if c.q.Page.After = next; next == "" {
					break
				}
			}
			if got != c.want {
				t.Errorf("%s finds %q, want %q", name, got, c.want)
			}
		}
		return nil
	})
	update(t, db, func(tx kernel.Tx) error {
		for i, want := range []bool{true, false} {
			s := *all[0]
			s.State, s.Version = works.Done, 2
			if ok, err := (store.WorkSites{}).UpdateSite(tx, &s, 1); ok != want || err != nil {
				t.Errorf("move %d: %v, %v", i, ok, err)
			}
		}
		return nil
	})
}

package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	"sanzhi/internal/reports"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
)

// issued makes a bulletin with one figure that counts n records.
func issued(n int, auto string) (*reports.Issued, map[string][]reports.Entry) {
	i := &reports.Issued{ID: newID(), Template: "monthly", Year: 2026, N: n, Path: "630105/", From: start.AddDate(0, -1, 0), To: start, AsOf: start, Status: reports.Draft, Version: 1,
		Auto: auto, Body: `{"v":1}`, Digest: "ab", Row: newID()}
	entries := map[string][]reports.Entry{"issues": {}}
	for k := range n {
		entries["issues"] = append(entries["issues"], reports.Entry{Record: kernel.ID(fmt.Sprintf("r%05d", k)), Text: fmt.Sprintf("row %d", k)})
	}
	return i, entries
}

func putReport(t *testing.T, db *store.DB, i *reports.Issued, entries map[string][]reports.Entry) (ok bool) {
	t.Helper()
	update(t, db, func(tx kernel.Tx) (err error) {
		ok, err = store.Reports{}.Insert(tx, i, entries)
		return err
	})
	return ok
}

// reportsKept: a bulletin comes back as it was, its number and its automatic name once, and moves once.
func reportsKept(t *testing.T, db *store.DB) {
	first, entries := issued(130, "monthly/2026-05")
	if !putReport(t, db, first, entries) {
		t.Fatal("the first was not stored")
	}
	same, more := issued(130, "")
	if putReport(t, db, same, more) {
		t.Error("the same number twice")
	}
	again, more := issued(131, "monthly/2026-05")
	if putReport(t, db, again, more) {
		t.Error("the same automatic name twice")
	}
	for n := range 3 { // without one, as many as people like
		if i, e := issued(n+1, ""); !putReport(t, db, i, e) {
			t.Errorf("number %d was refused", n+1)
		}
	}
	view(t, db, func(tx kernel.Tx) error {
		got, err := store.Reports{}.Get(tx, first.ID)
		if diff := cmp.Diff(first, got); diff != "" {
			t.Errorf("came back otherwise (-put +got):\n%s", diff)
		}
		if err != nil {
			return err
		}
		if n, err := (store.Reports{}).LastNumber(tx, "monthly", 2026); n != 130 || err != nil {
			t.Errorf("last number %d, %v", n, err)
		}
		if n, err := (store.Reports{}).LastNumber(tx, "monthly", 2025); n != 0 || err != nil {
			t.Errorf("last number of another year %d, %v", n, err)
		}
		for auto, want := range map[string]bool{"monthly/2026-05": true, "monthly/2026-06": false, "": false} {
			if has, err := (store.Reports{}).HasAuto(tx, auto); has != want || err != nil {
				t.Errorf("%q: %v, %v", auto, has, err)
			}
		}
		var back []reports.Entry
		after := kernel.ID("")
		for {
			l, err := store.Reports{}.Entries(tx, first.ID, "issues", after, 33)
			if err != nil {
				return err
			}
			back = append(back, l...)
			if len(l) < 33 {
				break
			}
			after = l[len(l)-1].Record
		}
		if diff := cmp.Diff(entries["issues"], back); diff != "" {
			t.Errorf("entries (-put +got):\n%s", diff)
		}
		_, err = store.Reports{}.Get(tx, same.ID)
		wantKind(t, err, kernel.KindNotFound)
		return nil
	})
	for n, want := range []bool{true, false} {
		update(t, db, func(tx kernel.Tx) error {
			ok, err := store.Reports{}.Move(tx, first.ID, reports.Draft, reports.Published, 1)
			if ok != want {
				t.Errorf("published the time %d: %v", n+1, ok)
			}
			return err
		})
	}
	err := db.View(context.Background(), other, func(tx kernel.Tx) error {
		_, err := store.Reports{}.Get(tx, first.ID)
		return err
	})
	wantKind(t, err, kernel.KindNotFound)
}

// reportsListed: pages are whole and without doubles, cut to the scope, with the published ones on request.
func reportsListed(t *testing.T, db *store.DB) {
	var all []kernel.ID
	for n := range 12 {
		i, e := issued(n+1, "")
		i.Path = kernel.Path([]string{"630105/", "630105/001/", "630105/002/"}[n%3])
		if n%4 == 0 {
			i.Status = reports.Published
		}
		putReport(t, db, i, e)
		all = append(all, i.ID)
	}
	list := func(q reports.ListQuery) (out []*reports.Issued) {
		t.Helper()
		q.Page.Limit = 5
		view(t, db, func(tx kernel.Tx) error {
			for {
				l, next, err := store.Reports{}.List(tx, q)
				if err != nil {
					return err
				}
				out = append(out, l...)
				if q.Page.After = next; next == "" {
					return nil
				}
			}
		})
		return out
	}
	whole := list(reports.ListQuery{Allow: everything(tenant)})
	var ids []kernel.ID
	for _, i := range whole {
		ids = append(ids, i.ID)
	}
	slices.Sort(all)
	slices.Reverse(all)
	if diff := cmp.Diff(all, ids); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	clerk := kernel.Actor{Kind: kernel.ActorAccount, Tenant: tenant, Account: "A", Posts: []kernel.Post{{Role: kernel.CommunityClerk, Path: "630105/001/"}}}
	scope := access.ScopeOf(clerk, access.ReportRead)
	for _, i := range list(reports.ListQuery{Allow: scope}) {
		if i.Path != "630105/001/" {
			t.Errorf("a clerk sees one of %s", i.Path)
		}
	}
	own, published := 0, 0
	for _, i := range whole {
		if i.Path == "630105/001/" || i.Status == reports.Published {
			own++
		}
		if i.Status == reports.Published {
			published++
		}
	}
	if n := len(list(reports.ListQuery{Allow: scope, OrPublished: true})); n != own || published != 3 {
		t.Errorf("with the published ones %d, want %d", n, own)
	}
	if n := len(list(reports.ListQuery{Allow: access.Scope{}, OrPublished: true, Status: reports.Published})); n != published {
		t.Errorf("nobody in particular sees %d published ones, want %d", n, published)
	}
}

// reportRows: the last row about an object at an instant, by time and, within a millisecond, by version.
func reportRows(t *testing.T, db *store.DB) {
	a, b, c := newID(), newID(), newID()
	rows := []*ledger.Row{{Object: a, Version: 1, At: start}, {Object: a, Version: 3, At: start.Add(time.Second)}, {Object: a, Version: 2, At: start.Add(time.Second)},
		{Object: a, Version: 4, At: start.Add(time.Hour)}, {Object: b, Version: 1, At: start.Add(time.Hour)}}
	update(t, db, func(tx kernel.Tx) error {
		for _, r := range rows {
			r.ID, r.Actor, r.Act, r.Public, r.Seq = newID(), "system", "x", "{}", -1
			if err := (store.Ledger{}).Append(tx, r); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, db, func(tx kernel.Tx) error {
		got, err := store.Reports{}.LastRows(tx, []kernel.ID{a, b, c}, start.Add(time.Minute))
		if len(got) != 1 || got[a] == nil || got[a].Version != 3 {
			t.Errorf("%+v", got)
		}
		return err
	})
}

// reportQueries: of every query the records add up to the count, at the district and at each place below, page by page and without
// doubles; and the counts are those that the registers' own functions give.
func reportQueries(t *testing.T, db *store.DB) {
	fillForReports(t, db)
	reg, err := store.ReportQueries()
	if err != nil {
		t.Fatal(err)
	}
	system := kernel.System(tenant)
	for _, q := range reg.All() {
		for _, path := range []kernel.Path{"630105/", "630105/002/", "630105/002/204/", "630105/00/"} {
			ask := reports.Ask{Path: path, AsOf: start.Add(time.Hour), Period: kernel.Period{From: start.AddDate(0, 0, -3), To: start.AddDate(0, 0, 2)}, Allow: access.ScopeOf(system, q.Reads)}
			view(t, db, func(tx kernel.Tx) error { return recordsAddUp(t, tx, q, ask) })
		}
	}
	reportCounts(t, db, reg)
}

// recordsAddUp walks the records of one question and holds their sum against the count.
func recordsAddUp(t *testing.T, tx kernel.Tx, q *reports.Query, ask reports.Ask) error {
	t.Helper()
	want, err := q.Count(tx, ask)
	if err != nil {
		return fmt.Errorf("%s: %w", q.ID, err)
	}
	got, seen := reports.Tally{}, map[kernel.ID]bool{}
	p := kernel.Page{Limit: 3}
	for {
		l, next, err := q.Records(tx, ask, p)
		if err != nil {
			return fmt.Errorf("%s: %w", q.ID, err)
		}
		for _, r := range l {
			got.Num += r.Num
			got.Den += r.Den
			if seen[r.ID] || !ask.Path.Holds(r.Path) || r.Num < 0 || r.Num > r.Den || r.Title.Zh == "" {
				t.Errorf("%s at %s: %+v", q.ID, ask.Path, r)
			}
			seen[r.ID] = true
		}
		if p.After = next; next == "" {
			break
		}
	}
	if got != want {
		t.Errorf("%s at %s counts %v, its records give %v", q.ID, ask.Path, want, got)
	}
	if ask.Path == "630105/00/" && want.Den != 0 {
		t.Errorf("%s counts %v at what is no place", q.ID, want)
	}
	return nil
}

// reportCounts holds the queries against what the fixture has, and against readers without posts.
func reportCounts(t *testing.T, db *store.DB, reg *reports.Registry) {
	system := kernel.System(tenant)
	ask := reports.Ask{Path: "630105/", AsOf: start.Add(time.Hour), Period: kernel.Period{From: start.AddDate(0, 0, -3), To: start.AddDate(0, 0, 2)}}
	for id, want := range map[string]reports.Tally{
		"compounds": {Num: 5, Den: 5}, "communities": {Num: 2, Den: 2}, "grids": {Num: 2, Den: 2}, "branches": {Num: 1, Den: 1}, "branch_coverage": {Num: 3, Den: 5}, "property_coverage": {Num: 0, Den: 5},
		"members": {Num: 3, Den: 3}, "grids_with_members": {Num: 1, Den: 2}, "police_deputies": {Num: 1, Den: 2}, "cases_opened": {Num: 3, Den: 3}, "cases_open": {Num: 2, Den: 2}, "resolution_rate": {Num: 1, Den: 2}, "satisfaction_rate": {Num: 1, Den: 2}, "issues_solved": {Num: 1, Den: 1},
		"hazards_closed": {Num: 0, Den: 0}, "centre_tiers": {Num: 1, Den: 1},
	} {
		q := reg.Get(id)
		a := ask
		a.Allow = access.ScopeOf(system, q.Reads)
		view(t, db, func(tx kernel.Tx) error {
			got, err := q.Count(tx, a)
			if got != want {
				t.Errorf("%s is %v, want %v", id, got, want)
			}
			return err
		})
		// A reader without posts sees what everyone may see of places, and nothing of cases and people.
		a.Allow = access.ScopeOf(kernel.Anonymous(tenant), q.Reads)
		view(t, db, func(tx kernel.Tx) error {
			l, _, err := q.Records(tx, a, kernel.Page{})
			if q.Reads != access.PlaceRead && len(l) > 0 {
				t.Errorf("%s shows %d records to anyone", id, len(l))
			}
			return err
		})
	}
}

// fillForReports founds two communities with grids, compounds, a branch, a deputy, members and cases.
func fillForReports(t *testing.T, db *store.DB) {
	for _, p := range []struct{ id, kind, path string }{{"county", "county", "630105/"}, {"street", "subdistrict", "630105/002/"}, {"c204", "community", "630105/002/204/"}, {"c205", "community", "630105/002/205/"},
		{"g1", "grid", "630105/002/204/g1/"}, {"g2", "grid_dedicated", "630105/002/205/g2/"}, {"站服务中心", "site", "630105/002/s1/"}} {
		putPlace(t, db, p.id, p.kind, p.path, 0)
	}
	write(t, db, func(c dialect.Conn) error { // the centre stands at the street
		_, err := c.Exec(`UPDATE place SET parent = 'street' WHERE tenant = $1 AND kind = 'site'`, string(tenant))
		return err
	})
	for i := range 5 {
		putPlace(t, db, fmt.Sprintf("cp%d", i), "compound", fmt.Sprintf("630105/002/204/cp%d/", i), 0)
	}
	putPlace(t, db, "gone", "compound", "630105/002/204/gone/", 5)
	ended := cover("branch", "cp4", orgs.CoverBranch, true)
	ended.To = start.Add(time.Minute)
	update(t, db, func(tx kernel.Tx) error {
		o := store.Orgs{}
		for _, err := range []error{
			o.PutOrgs(tx, []*orgs.Org{{ID: "branch", Kind: orgs.Branch, Name: "支部", Path: "630105/002/204/"}, {ID: "idle", Kind: orgs.Branch, Name: "没有小区的", Path: "630105/002/204/"}}),
			o.PutCovers(tx, []*orgs.Cover{cover("branch", "cp0", orgs.CoverBranch, true), cover("branch", "cp1", orgs.CoverBranch, true), cover("branch", "cp2", orgs.CoverBranch, true), cover("branch", "gone", orgs.CoverBranch, true), ended}),
			o.PutHoldings(tx, []*orgs.Holding{{ID: "h1", Person: "p1", Title: "社区副书记", Role: kernel.CommunityClerk, Place: "c204", Path: "630105/002/204/", From: start},
				{ID: "h2", Person: "p2", Title: "社区副书记", Role: kernel.CommunityClerk, Place: "c205", Path: "630105/002/205/", From: start.Add(2 * time.Hour)}}),
			o.PutReportIns(tx, []*orgs.ReportIn{{ID: "m1", Person: "p1", Unit: "branch", Community: "c204", Grid: "g1", From: start}, {ID: "m2", Person: "p2", Community: "c204", Grid: "g1", From: start},
				{ID: "m3", Person: "p3", Community: "c204", Grid: "g1", From: start}, {ID: "m4", Person: "p4", Community: "c205", Grid: "g2", From: start, To: start.Add(time.Minute)}}),
		} {
			if err != nil {
				return err
			}
		}
		return putReportCases(tx)
	})
}

// putReportCases stores an open, a solved, an unsolved, a confidential, a merged and an older case.
func putReportCases(tx kernel.Tx) error {
	for n, change := range []func(c *cases.Case){
		func(*cases.Case) {},
		func(c *cases.Case) { c.Step, c.Ended, c.ClosedAt = "rated", "done", start },
		func(c *cases.Case) { c.Step, c.Round = "submitted", 2 },
		func(c *cases.Case) { c.Confidential = true },
		func(c *cases.Case) { c.Step, c.Ended, c.MergedInto = "merged", "merged", "x" },
		func(c *cases.Case) { c.OpenedAt = start.AddDate(-1, 0, 0); c.Step, c.Ended = "rated", "done" },
	} {
		c := newCase(n)
		c.Title = kernel.T("路灯不亮", "Street lamp out")
		c.Flow, c.Step, c.Ended, c.Round, c.OpenedAt, c.Path, c.Confidential, c.MergedInto = "menu", "ordered", "", 1, start, "630105/002/204/g1/", false, ""
		c.Measures = cases.Measures{}
		change(c)
		if _, err := (store.Cases{}).Insert(tx, c, nil); err != nil {
			return err
		}
		if n == 1 || n == 2 {
			r := &cases.Rating{Case: c.ID, Round: 1, Requester: c.ID, Score: 5, Solved: n == 1, At: start}
			if n == 2 {
				r.Score = 1
			}
			if _, err := (store.Cases{}).Rate(tx, r); err != nil {
				return err
			}
		}
	}
	return nil
}

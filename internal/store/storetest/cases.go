package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"sanzhi/internal/access"
	"sanzhi/internal/access/accesstest"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
	"sanzhi/internal/workflow"
)

// everything is the scope of the program itself.
func everything(t kernel.Tenant) access.Scope {
	return access.ScopeOf(kernel.System(t), access.CaseRead)
}

// newCase gives the n-th case, all of whose required members are set.
func newCase(n int) *cases.Case {
	return &cases.Case{ID: newID(), Number: fmt.Sprintf("630105-20260601-%05d", n), Flow: "menu", FlowVersion: 1, Path: "630105/",
		Step: "order", Version: 1, Round: 1, OpenedBy: "anonymous", OpenedAt: start, UpdatedAt: start, StepAt: start}
}

// The world of generated cases is small, so that filters often meet.
var (
	flows = []string{"menu", "hazard"}
	steps = []string{"order", "submit", "done"}
	items = []string{"", "lift", "light"}
	bears = []cases.Strands{nil, {"zi"}, {"fa"}, {"zi", "fa"}, {"fa", "de", "zhi"}}
)

func instant() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		return start.Add(time.Duration(rapid.IntRange(-5, 5).Draw(t, "hours")) * time.Hour)
	})
}

func sometime() *rapid.Generator[time.Time] {
	return rapid.OneOf(rapid.Just(time.Time{}), instant())
}

func clockState() *rapid.Generator[workflow.ClockState] {
	return rapid.Custom(func(t *rapid.T) workflow.ClockState {
		s := workflow.ClockState{ID: rapid.SampledFrom([]string{"accept", "finish"}).Draw(t, "clock"), StartedAt: start, DueAt: instant().Draw(t, "due"),
			Limit: workflow.Limit{N: rapid.IntRange(1, 9).Draw(t, "limit"), Unit: workflow.WorkingDays}}
		switch rapid.IntRange(0, 3).Draw(t, "state") {
		case 0:
			kept := rapid.Bool().Draw(t, "kept")
			s.StoppedAt, s.OnTime = instant().Draw(t, "stopped"), &kept
		case 1:
			s.PausedAt = start
		}
		return s
	})
}

// aCase draws a case with every column that a list looks at, and texts that are hard on quoting.
func aCase(n int) *rapid.Generator[*cases.Case] {
	return rapid.Custom(func(t *rapid.T) *cases.Case {
		c := newCase(n)
		c.OpenedAt = instant().Draw(t, "opened")
		c.ID = kernel.NewID(c.OpenedAt)
		c.Flow, c.Step, c.Item = rapid.SampledFrom(flows).Draw(t, "flow"), rapid.SampledFrom(steps).Draw(t, "step"), rapid.SampledFrom(items).Draw(t, "item")
		if c.Step == "done" {
			c.Ended, c.ClosedAt = "done", instant().Draw(t, "closed")
		}
		c.Strands = rapid.SampledFrom(bears).Draw(t, "strands")
		c.Path = rapid.SampledFrom(accesstest.Paths).Draw(t, "path")
		c.Place = territory.At{Community: &territory.Ref{ID: newID(), Code: "630105002204", Name: "书院社区", Kind: territory.Community}, Path: c.Path}
		c.Title = kernel.T(`电梯 "坏" 了'`, `lift; DROP TABLE case_record --`)
		c.Text = rapid.StringOf(words()).Draw(t, "text")
		c.Lon, c.Lat = rapid.Float64Range(101.7, 101.8).Draw(t, "lon"), rapid.Float64Range(36.6, 36.7).Draw(t, "lat")
		c.Unit = maybe(t, "unit", accesstest.Orgs)
		c.Assignee = maybe(t, "assignee", accesstest.Accounts)
		c.Requester = maybe(t, "requester", accesstest.Accounts)
		c.Confidential, c.Urgent = rapid.Bool().Draw(t, "confidential"), rapid.Bool().Draw(t, "urgent")
		c.Supervised, c.Held, c.Solved = rapid.Bool().Draw(t, "supervised"), rapid.Bool().Draw(t, "held"), rapid.Bool().Draw(t, "solved")
		c.Clocks = rapid.SliceOfN(clockState(), 0, 2).Draw(t, "clocks")
		c.TickAt, c.FinishedAt, c.RatedAt = sometime().Draw(t, "tick"), sometime().Draw(t, "finished"), sometime().Draw(t, "rated")
		c.Measures = cases.Measures{RespKept: rapid.IntRange(0, 2).Draw(t, "rk"), RespMissed: rapid.IntRange(0, 2).Draw(t, "rm"), RespDue: sometime().Draw(t, "rd"),
			FinKept: rapid.IntRange(0, 2).Draw(t, "fk"), FinMissed: rapid.IntRange(0, 2).Draw(t, "fm"), FinDue: sometime().Draw(t, "fd")}
		c.Score = rapid.IntRange(0, 5).Draw(t, "score")
		c.Route, c.Result = cases.Route{Unit: accesstest.Orgs[0], Rule: "default"}, cases.Result{Text: "修好了\n", Photos: []kernel.ID{newID()}}
		c.Photos, c.Version, c.FlowVersion = []kernel.ID{newID(), newID()}, rapid.IntRange(1, 99).Draw(t, "version"), 3
		c.TrackHash, c.Source = "hash-"+c.Number, "src-"+c.Number
		c.Contact, c.Address, c.Form, c.PhoneIndex = "sealed contact", "sealed address", "sealed form", "index"
		return c
	})
}

func maybe[T ~string](t *rapid.T, name string, of []T) T {
	return rapid.SampledFrom(append([]T{""}, of...)).Draw(t, name)
}

// words are what residents write: Chinese of two planes, full-width, Latin with and without marks, Cyrillic, digits of two
// scripts, signs that a query language would read.
func words() *rapid.Generator[rune] {
	return rapid.SampledFrom([]rune("电梯坏了三楼㐀𠀀ＡＢ３aBcéÉñßİжЖ12٣ ，。-'\"*()^:+😀\u0301\n_%\\|&!ǅﬁ々〇"))
}

// fill inserts n drawn cases, with their words, and gives them.
func fill(t *testing.T, db *store.DB, n int) []*cases.Case {
	t.Helper()
	all := make([]*cases.Case, n)
	update(t, db, func(tx kernel.Tx) error {
		for i := range all {
			all[i] = aCase(i).Example(i)
			if ok, err := (store.Cases{}).Insert(tx, all[i], cases.Bigrams(all[i].Text)); err != nil || !ok {
				return fmt.Errorf("insert %d: %v, %w", i, ok, err)
			}
		}
		return nil
	})
	return all
}

func casesRoundTrip(t *testing.T, db *store.DB) {
	all := fill(t, db, 40)
	same := func(want *cases.Case) {
		t.Helper()
		view(t, db, func(tx kernel.Tx) error {
			got, err := store.Cases{}.Get(tx, want.ID)
			if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("case %s (-put +got):\n%s", want.Number, diff)
			}
			by, byErr := store.Cases{}.ByTrack(tx, want.TrackHash)
			if byErr == nil && by.ID != want.ID {
				t.Errorf("code of %s gives %s", want.ID, by.ID)
			}
			return errors.Join(err, byErr)
		})
	}
	for i, c := range all {
		same(c)
		// What an act may change, taken from another case.
		from := all[(i+1)%len(all)]
		was := c.Version
		c.Step, c.PrevStep, c.Ended, c.Version, c.Round = from.Step, c.Step, from.Ended, c.Version+1, 2
		c.Unit, c.Assignee, c.AssigneeName, c.Cohandles = from.Unit, from.Assignee, "王某某", accesstest.Orgs[:2]
		c.Urgent, c.Supervised, c.Held, c.Clocks, c.TickAt = from.Urgent, from.Supervised, from.Held, from.Clocks, from.TickAt
		c.Result, c.UpdatedAt, c.ClosedAt, c.FinishedAt, c.Measures = from.Result, start.Add(time.Hour), from.ClosedAt, from.FinishedAt, from.Measures
		c.Strands = from.Strands
		c.Score, c.Solved, c.RatedAt, c.StepAt = from.Score, from.Solved, from.RatedAt, start.Add(time.Hour)
		update(t, db, func(tx kernel.Tx) error {
			if ok, err := (store.Cases{}).Update(tx, c, was+5); err != nil || ok {
				return fmt.Errorf("a stale version was accepted: %v, %w", ok, err)
			}
			if ok, err := (store.Cases{}).Update(tx, c, was); err != nil || !ok {
				return fmt.Errorf("update: %v, %w", ok, err)
			}
			return nil
		})
		same(c)
	}
	view(t, db, func(tx kernel.Tx) error {
		_, err := store.Cases{}.Get(tx, newID())
		wantKind(t, err, kernel.KindNotFound)
		_, err = store.Cases{}.ByTrack(tx, "")
		wantKind(t, err, kernel.KindNotFound)
		return nil
	})
}

func casesUnique(t *testing.T, db *store.DB) {
	first, second := newCase(1), newCase(2)
	second.Number = first.Number
	update(t, db, func(tx kernel.Tx) error {
		for c, want := range map[*cases.Case]bool{first: true} {
			if ok, err := (store.Cases{}).Insert(tx, c, nil); err != nil || ok != want {
				return fmt.Errorf("%v, %w", ok, err)
			}
		}
		// A taken number is an answer, not an error: the unit of work draws another and goes on.
		if ok, err := (store.Cases{}).Insert(tx, second, nil); err != nil || ok {
			return fmt.Errorf("a taken number was accepted: %v, %w", ok, err)
		}
		second.Number = "630105-20260601-OTHER"
		if ok, err := (store.Cases{}).Insert(tx, second, nil); err != nil || !ok {
			return fmt.Errorf("the next number: %v, %w", ok, err)
		}
		return nil
	})
	for name, spoil := range map[string]func(c *cases.Case){
		"id":     func(c *cases.Case) { c.ID = first.ID },
		"source": func(c *cases.Case) { c.Source = "hotline-1" },
		"track":  func(c *cases.Case) { c.TrackHash = "h" },
	} {
		base := newCase(100)
		base.Number, base.Source, base.TrackHash = "base-"+name, "", ""
		spoil(base)
		if name == "id" {
			base = first
		} else {
			update(t, db, func(tx kernel.Tx) error { _, err := store.Cases{}.Insert(tx, base, nil); return err })
		}
		double := newCase(101)
		double.Number = "double-" + name
		spoil(double)
		err := db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
			_, err := store.Cases{}.Insert(tx, double, nil)
			return err
		})
		if err == nil || !db.Engine.IsUnique(err) {
			t.Errorf("%s: %v, want a violation of a unique key that the engine knows by its code", name, err)
		}
	}
}

// query draws a filter, with the words that it is the model of.
func query() *rapid.Generator[cases.Query] {
	return rapid.Custom(func(t *rapid.T) cases.Query {
		return cases.Query{Flow: maybe(t, "flow", flows), Step: maybe(t, "step", steps), Item: maybe(t, "item", items), Strand: maybe(t, "strand", workflow.Strands), Path: maybe(t, "path", accesstest.Paths),
			Unit: maybe(t, "unit", accesstest.Orgs), Overdue: rapid.Bool().Draw(t, "overdue"), Open: rapid.Bool().Draw(t, "open"),
			Closed: rapid.IntRange(0, 3).Draw(t, "closed") == 0, From: sometime().Draw(t, "from"), To: sometime().Draw(t, "to"), Now: instant().Draw(t, "now"),
			Allow: everything(tenant), ByDue: rapid.Bool().Draw(t, "by due")}
	})
}

// matches is what a query means.
func matches(q cases.Query, c *cases.Case) bool {
	for _, eq := range [][2]string{{q.Flow, c.Flow}, {q.Step, c.Step}, {q.Item, c.Item}, {string(q.Unit), string(c.Unit)}, {q.Number, c.Number}} {
		if eq[0] != "" && eq[0] != eq[1] {
			return false
		}
	}
	if q.Strand != "" && !slices.Contains(c.Strands, q.Strand) {
		return false
	}
	open := c.Ended == ""
	return (q.Path == "" || q.Path.Holds(c.Path)) && (!(q.Open || q.Overdue || q.ByDue) || open) && (!q.Closed || !open) &&
		(!q.Overdue || c.DueAt() < q.Now.UnixMilli()) && (q.From.IsZero() || !c.OpenedAt.Before(q.From)) && (q.To.IsZero() || c.OpenedAt.Before(q.To))
}

// pages reads a list to its end and gives the numbers of the cases.
func pages(t *testing.T, db *store.DB, q cases.Query) (got []string) {
	t.Helper()
	for range 1000 {
		var l []*cases.Case
		var next string
		view(t, db, func(tx kernel.Tx) (err error) { l, next, err = store.Cases{}.List(tx, q); return err })
		if len(l) > q.Page.Limit || next != "" && len(l) < q.Page.Limit {
			t.Fatalf("a page of %d, the limit is %d, next %q", len(l), q.Page.Limit, next)
		}
		for _, c := range l {
			got = append(got, c.Number)
		}
		if next == "" {
			return got
		}
		q.Page.After = next
	}
	t.Fatal("the list does not end")
	return nil
}

func casesLists(t *testing.T, db *store.DB) {
	all := fill(t, db, 60)
	rapid.Check(t, func(r *rapid.T) {
		q := query().Draw(r, "query")
		q.Page.Limit = rapid.IntRange(1, 20).Draw(r, "limit")
		var found []*cases.Case
		for _, c := range all {
			if matches(q, c) {
				found = append(found, c)
			}
		}
		slices.SortFunc(found, func(a, b *cases.Case) int {
			if q.ByDue {
				return cmp.Or(cmp.Compare(a.DueAt(), b.DueAt()), strings.Compare(string(a.ID), string(b.ID)))
			}
			return strings.Compare(string(b.ID), string(a.ID))
		})
		var want []string
		for _, c := range found {
			want = append(want, c.Number)
		}
		if diff := gocmp.Diff(want, pages(t, db, q)); diff != "" {
			r.Fatalf("(-want +got)\n%s", diff)
		}
		most := rapid.IntRange(1, 40).Draw(r, "most")
		view(t, db, func(tx kernel.Tx) error {
			n, err := store.Cases{}.Count(tx, q, most)
			if n != min(most, len(want)) {
				r.Fatalf("count %d, want %d", n, min(most, len(want)))
			}
			return err
		})
	})
	view(t, db, func(tx kernel.Tx) error {
		_, _, err := store.Cases{}.List(tx, cases.Query{Allow: everything(tenant), ByDue: true, Page: kernel.Page{After: "nonsense", Limit: 5}})
		wantKind(t, err, kernel.KindMalformed)
		return nil
	})
}

func casesScope(t *testing.T, db *store.DB) {
	rapid.Check(t, func(r *rapid.T) {
		targets := map[kernel.ID]access.Target{}
		for _, g := range rapid.SliceOfN(accesstest.Target(), 1, 4).Draw(r, "targets") {
			g.Tenant, g.Parties = tenant, nil // this table knows no parties
			targets[g.Case] = g
		}
		scope := access.ScopeOf(accesstest.Actor().Draw(r, "actor"), accesstest.Permission().Draw(r, "permission"))
		var want, got []string
		err := db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
			want, got = nil, nil
			for id, g := range targets {
				c := newCase(1)
				c.ID, c.Number, c.Path, c.Unit, c.Assignee, c.Requester = id, string(id), g.Path, g.Unit, g.Assignee, g.Requester
				c.Confidential, c.Cohandles = g.Confidential, g.Cohandlers
				if _, err := (store.Cases{}).Insert(tx, c, nil); err != nil {
					return err
				}
				if _, err := (store.Cases{}).Update(tx, c, 1); err != nil {
					return err
				}
				if scope.Match(g) {
					want = append(want, string(id))
				}
			}
			l, _, err := store.Cases{}.List(tx, cases.Query{Allow: scope, Page: kernel.Page{Limit: 100}})
			for _, c := range l {
				got = append(got, string(c.ID))
			}
			return errors.Join(err, errPlanted) // leave nothing
		})
		if !errors.Is(err, errPlanted) || strings.Contains(err.Error(), "\n") {
			r.Fatal(err)
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := gocmp.Diff(want, got); diff != "" {
			r.Fatalf("%+v (-allowed +listed)\n%s", scope, diff)
		}
	})
}

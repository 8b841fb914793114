package storetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sanzhi/internal/access"
	"sanzhi/internal/access/accesstest"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
)

// casesSearch: a search finds the cases whose text holds all its words, and no others, whatever the script.
func casesSearch(t *testing.T, db *store.DB) {
	all := fill(t, db, 60)
	inText := make([][]string, len(all))
	for i, c := range all {
		inText[i] = cases.Bigrams(c.Text)
	}
	rapid.Check(t, func(r *rapid.T) {
		// Half of the searches repeat a part of what somebody wrote.
		said := []rune(rapid.SampledFrom(all).Draw(r, "case").Text)
		if rapid.Bool().Draw(r, "made up") || len(said) == 0 {
			said = []rune(rapid.StringOfN(words(), 1, 4, -1).Draw(r, "words"))
		} else {
			from := rapid.IntRange(0, len(said)-1).Draw(r, "from")
			said = said[from:min(len(said), from+rapid.IntRange(1, 6).Draw(r, "length"))]
		}
		q := cases.Query{Words: cases.Bigrams(string(said)), Allow: everything(tenant), Page: kernel.Page{Limit: 100}}
		if rapid.Bool().Draw(r, "somebody's") {
			a := accesstest.Actor().Draw(r, "actor")
			a.Tenant = tenant
			q.Allow, q.Path = access.ScopeOf(a, access.CaseRead), maybe(r, "path", accesstest.Paths)
			q.Page.Limit = rapid.IntRange(1, 9).Draw(r, "page")
		}
		var want []string
		for i, c := range all {
			if !slices.ContainsFunc(q.Words, func(w string) bool { return !slices.Contains(inText[i], w) }) && q.Allow.Match(c.Target(tenant)) && matches(q, c) {
				want = append(want, c.Number)
			}
		}
		got := pages(t, db, q)
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			r.Fatalf("%q = %q (-want +got)\n%s", string(said), q.Words, diff)
		}
	})
}

func casesSearchExamples(t *testing.T, db *store.DB) {
	texts := map[string]string{
		"lift":  "3号楼电梯坏了，老人下不了楼",
		"light": "电灯不亮",
		"stair": "楼梯间有杂物",
		"latin": "WiFi 路由器 TP-LINK 坏了",
		"mark":  "café 门口噪音",
		"quote": `他说"电梯" OR 1=1; --`,
		"long":  strings.Repeat("x", 5000) + " 路灯",
	}
	n := 0
	for name, text := range texts {
		n++
		c := newCase(n)
		c.Number, c.Text = name, text
		update(t, db, func(tx kernel.Tx) error { _, err := store.Cases{}.Insert(tx, c, cases.Bigrams(text)); return err })
	}
	for search, want := range map[string][]string{
		"电梯": {"lift", "quote"}, "电梯坏了": {"lift"}, "电灯": {"light"}, "梯坏": {"lift"}, "电梯 老人": {"lift"}, "电梯 不亮": nil, "楼梯": {"stair"},
		"wifi": {"latin"}, "ＷＩＦＩ": {"latin"}, "tp": {"latin"}, "坏了": {"lift", "latin"}, "café": {"mark"}, "cafe": nil, "or": {"quote"},
		"路灯": {"long"}, strings.Repeat("x", 5000): {"long"}, strings.Repeat("x", 4999): nil, "水管": nil,
	} {
		got := pages(t, db, cases.Query{Words: cases.Bigrams(search), Allow: everything(tenant), Page: kernel.Page{Limit: 100}})
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%.30s (-want +got)\n%s", search, diff)
		}
	}
}

// casesSearchLate: cases that were imported long after newer ones were written come where their time puts them, on every page.
func casesSearchLate(t *testing.T, db *store.DB) {
	var want []string
	add := func(hours int, text string) {
		c := newCase(100 + hours)
		c.ID, c.Text = kernel.NewID(start.Add(time.Duration(hours)*time.Hour)), text
		update(t, db, func(tx kernel.Tx) error { _, err := store.Cases{}.Insert(tx, c, cases.Bigrams(text)); return err })
		if text != "" {
			want = append(want, c.Number)
		}
	}
	for h := 60; h > 40; h -= 4 { // newest first, the last of them written before all that follow
		add(h, "楼道灯不亮")
	}
	for h := 40; h > 0; h -= 2 {
		add(h, "楼道灯又不亮")
	}
	add(70, "")
	for _, limit := range []int{1, 2, 4, 100} {
		q := cases.Query{Words: cases.Bigrams("楼道灯"), Allow: everything(tenant), Page: kernel.Page{Limit: limit}}
		if diff := cmp.Diff(want, pages(t, db, q)); diff != "" {
			t.Errorf("%d a page (-want +got)\n%s", limit, diff)
		}
	}
}

// casesRates compares the four rates with a count by hand over drawn cases and ratings.
func casesRates(t *testing.T, db *store.DB) {
	all := fill(t, db, 60)
	var ratings []*cases.Rating
	update(t, db, func(tx kernel.Tx) error {
		for i, c := range all {
			for round := 1; round <= i%3; round++ {
				r := &cases.Rating{Case: c.ID, Round: round, Requester: c.ID, Score: 1 + (i+round)%5, Solved: i%2 == 0, Text: "sealed", At: start}
				ratings = append(ratings, r)
				if _, err := (store.Cases{}).Rate(tx, r); err != nil {
					return err
				}
			}
			if i%10 == 9 { // joined another case, with which it counts
				was := c.Version
				c.MergedInto, c.Version = all[0].ID, was+1
				if _, err := (store.Cases{}).Update(tx, c, was); err != nil {
					return err
				}
			}
		}
		return nil
	})
	byID := map[kernel.ID]*cases.Case{}
	for _, c := range all {
		byID[c.ID] = c
	}
	rapid.Check(t, func(r *rapid.T) {
		q := cases.RateQuery{Path: maybe(r, "path", accesstest.Paths), Unit: maybe(r, "unit", accesstest.Orgs), From: sometime().Draw(r, "from"),
			To: sometime().Draw(r, "to"), Now: instant().Draw(r, "now"), Allow: everything(tenant)}
		counts := func(c *cases.Case) bool {
			return c.MergedInto == "" && matches(cases.Query{Path: q.Path, Unit: q.Unit, From: q.From, To: q.To}, c)
		}
		over := func(due time.Time) int {
			if !due.IsZero() && due.Before(q.Now) {
				return 1
			}
			return 0
		}
		var want cases.Rates
		for _, c := range all {
			if counts(c) {
				m := c.Measures
				want.Response.Num += m.RespKept
				want.Response.Den += m.RespKept + m.RespMissed + over(m.RespDue)
				want.OnTime.Num += m.FinKept
				want.OnTime.Den += m.FinKept + m.FinMissed + over(m.FinDue)
			}
		}
		for _, g := range ratings {
			if counts(byID[g.Case]) {
				want.Resolution.Den++
				want.Satisfaction.Den++
				if g.Solved {
					want.Resolution.Num++
				}
				if g.Score >= 4 {
					want.Satisfaction.Num++
				}
			}
		}
		view(t, db, func(tx kernel.Tx) error {
			got, err := store.Cases{}.Rates(tx, q)
			if diff := cmp.Diff(want, got); diff != "" {
				r.Fatalf("(-want +got)\n%s", diff)
			}
			return err
		})
	})
}

// casesRatesOverdue is the same by example: two kept, one missed, one open and not yet due, which becomes overdue.
func casesRatesOverdue(t *testing.T, db *store.DB) {
	for i, m := range []cases.Measures{{FinKept: 1, RespKept: 1}, {FinKept: 1, RespMissed: 1}, {FinMissed: 1, RespKept: 1},
		{FinDue: start.Add(time.Hour), RespKept: 1}} {
		c := newCase(i)
		c.Measures = m
		update(t, db, func(tx kernel.Tx) error { _, err := store.Cases{}.Insert(tx, c, nil); return err })
	}
	for _, tt := range []struct {
		now    time.Duration
		onTime cases.Rate
	}{{0, cases.Rate{Num: 2, Den: 3}}, {time.Hour, cases.Rate{Num: 2, Den: 3}}, {time.Hour + time.Millisecond, cases.Rate{Num: 2, Den: 4}}} {
		view(t, db, func(tx kernel.Tx) error {
			got, err := store.Cases{}.Rates(tx, cases.RateQuery{Now: start.Add(tt.now), Allow: everything(tenant)})
			want := cases.Rates{Response: cases.Rate{Num: 3, Den: 4}, OnTime: tt.onTime}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("after %v (-want +got)\n%s", tt.now, diff)
			}
			return err
		})
	}
	view(t, db, func(tx kernel.Tx) error {
		got, err := store.Cases{}.Rates(tx, cases.RateQuery{Now: start, From: start.Add(time.Hour), Allow: everything(tenant)})
		if diff := cmp.Diff(cases.Rates{}, got); diff != "" {
			t.Errorf("of no cases: %s", diff)
		}
		return err
	})
}

func casesOthers(t *testing.T, db *store.DB) {
	a, b := newCase(1), newCase(2)
	a.Lon, a.Lat, a.TickAt = 101.75934, 36.64849, start.Add(time.Hour)
	b.Lon, b.Lat, b.TickAt = 101.75934, 36.64949, start.Add(2*time.Hour) // 111 m to the north
	rating := &cases.Rating{Case: a.ID, Round: 1, Requester: a.ID, Score: 5, Solved: true, Text: "sealed", At: start}
	look := &cases.Unmasking{ID: newID(), Case: a.ID, Account: newID(), Who: "王某", Fields: []string{"phone", "name"}, Reason: "回访", At: start}
	update(t, db, func(tx kernel.Tx) error {
		for _, c := range []*cases.Case{a, b} {
			if _, err := (store.Cases{}).Insert(tx, c, nil); err != nil {
				return err
			}
		}
		for _, want := range []bool{true, false} { // one rating a round
			if ok, err := (store.Cases{}).Rate(tx, rating); err != nil || ok != want {
				t.Errorf("rated: %v, %v; want %v", ok, err, want)
			}
		}
		return store.Cases{}.PutUnmasking(tx, look)
	})
	view(t, db, func(tx kernel.Tx) error {
		ratings, err := store.Cases{}.Ratings(tx, a.ID)
		if diff := cmp.Diff([]*cases.Rating{rating}, ratings); diff != "" || err != nil {
			t.Error(diff, err)
		}
		looks, err := store.Cases{}.Unmaskings(tx, a.ID)
		if diff := cmp.Diff([]*cases.Unmasking{look}, looks); diff != "" || err != nil {
			t.Error(diff, err)
		}
		for after, want := range map[time.Duration]int{0: 0, time.Hour: 1, 3 * time.Hour: 2} {
			if due, err := (store.Cases{}).Due(tx, start.Add(after), 10); err != nil || len(due) != want {
				t.Errorf("after %v %d clocks are due, %v; want %d", after, len(due), err, want)
			}
		}
		for metres, want := range map[float64]int{50: 1, 100: 1, 120: 2} {
			near, err := store.Cases{}.Near(tx, "menu", "", a.Lon, a.Lat, metres, start.Add(-time.Hour), 10)
			if err != nil || len(near) != want {
				t.Errorf("within %v m: %d, %v; want %d", metres, len(near), err, want)
			}
		}
		return nil
	})
}

// Search proves the search and the lists of an engine alone: for one that is opened so that it searches in another way.
func Search(t *testing.T, open func(t *testing.T) *store.DB) {
	t.Run("search finds all and only what was said", func(t *testing.T) { casesSearch(t, open(t)) })
	t.Run("search by examples", func(t *testing.T) { casesSearchExamples(t, open(t)) })
	t.Run("search puts what was written late in its place", func(t *testing.T) { casesSearchLate(t, open(t)) })
	t.Run("lists are complete and without doubles", func(t *testing.T) { casesLists(t, open(t)) })
}

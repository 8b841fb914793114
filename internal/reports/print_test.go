package reports

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

func TestPrint(t *testing.T) {
	cases, members, percent := kernel.T("件", "case|cases"), kernel.T("名", "member|members"), kernel.T("%", "%")
	for _, tt := range []struct {
		share  bool
		unit   kernel.Text
		rule   Rule
		tally  Tally
		zh, en string
		number string
	}{
		{false, cases, Rule{As: kernel.Exact}, Tally{718, 718}, "718件", "718 cases", "718"},
		{false, cases, Rule{}, Tally{1, 1}, "1件", "1 case", "1"},
		{false, members, Rule{As: kernel.AtLeast, Keep: 2}, Tally{1347, 1347}, "1300余名", "more than 1300 members", "1300"},
		{false, members, Rule{As: kernel.AtLeast, Keep: 2}, Tally{1399, 1399}, "1300余名", "more than 1300 members", "1300"},
		{false, members, Rule{As: kernel.AtLeast, Keep: 2}, Tally{1400, 1400}, "1400名", "1400 members", "1400"}, // nothing is cut: it is exact
		{false, members, Rule{As: kernel.AtLeast, Keep: 2}, Tally{136, 136}, "130余名", "more than 130 members", "130"},
		{false, members, Rule{As: kernel.AtLeast, Keep: 2}, Tally{57, 57}, "57名", "57 members", "57"},
		{false, members, Rule{As: kernel.AtLeast, Keep: 1}, Tally{104, 104}, "100余名", "more than 100 members", "100"},
		{false, members, Rule{As: kernel.Nearly, Keep: 1}, Tally{395, 395}, "近400名", "nearly 400 members", "400"},
		{false, members, Rule{As: kernel.About, Keep: 1}, Tally{97, 97}, "约100名", "about 100 members", "100"},
		{false, members, Rule{As: kernel.AtLeast, Keep: 2}, Tally{0, 0}, "0名", "0 members", "0"},
		{true, percent, Rule{Round: 2}, Tally{360, 360}, "100%", "100%", "100"},
		{true, percent, Rule{Round: 2}, Tally{359, 360}, "99.72%", "99.72%", "99.72"},
		{true, percent, Rule{}, Tally{359, 360}, "99%", "99%", "99"}, // never up to 100
		{true, percent, Rule{Round: 1}, Tally{9999, 10000}, "99.9%", "99.9%", "99.9"},
		{true, percent, Rule{}, Tally{1, 1000}, "1%", "1%", "1"}, // never down to nothing
		{true, percent, Rule{Round: 1}, Tally{0, 7}, "0.0%", "0.0%", "0.0"},
		{true, percent, Rule{}, Tally{0, 0}, "—", "—", "—"},
	} {
		got := Print(tt.share, tt.unit, tt.rule, tt.tally)
		if diff := cmp.Diff([]string{tt.zh, tt.en, tt.number}, []string{got.Text.Zh, got.Text.En, got.Number}); diff != "" {
			t.Errorf("%v of %v (-want +got):\n%s", tt.rule, tt.tally, diff)
		}
	}
}

// What is printed holds for what was counted, whatever the rule, and 余 and 近 for nothing beyond one unit of the last digit.
func TestPrintedFigureHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 2_000_000).Draw(t, "n")
		r := Rule{As: rapid.SampledFrom(kernel.AllQualifiers).Draw(t, "as"), Keep: rapid.IntRange(1, 4).Draw(t, "keep")}
		p := Print(false, kernel.T("件", "case|cases"), r, Tally{n, n})
		if !p.Quantity.Holds(float64(n)) {
			t.Fatalf("%d is printed as %s, which does not hold for it", n, p.Text.Zh)
		}
		step := stepOf(n, r.Keep)
		if p.Quantity.Qualifier == kernel.AtLeast && (p.Quantity.Holds(p.Quantity.Value-1) || p.Quantity.Holds(p.Quantity.Value+float64(step))) {
			t.Fatalf("%s of %d holds beyond its last digit", p.Text.Zh, n)
		}
		if p.Quantity.Qualifier == kernel.Exact && p.Quantity.Value != float64(n) {
			t.Fatalf("%d is printed exactly as %s", n, p.Text.Zh)
		}
	})
}

func TestSuppress(t *testing.T) {
	for _, tt := range []struct {
		cells []int
		hide  []bool
		total bool
	}{
		{[]int{12, 30, 7}, []bool{false, false, false}, false},
		{[]int{3, 30, 20}, []bool{true, false, true}, false}, // one alone could be worked out from the total
		{[]int{1, 1, 6, 9}, []bool{true, true, true, true}, false},
		{[]int{4, 4, 4, 50}, []bool{true, true, true, false}, false},
		{[]int{0, 0, 8}, []bool{false, false, false}, false},
		{[]int{3, 0, 0}, []bool{true, false, false}, true}, // the total is as small
		{[]int{2, 2}, []bool{true, true}, true},
		{nil, []bool{}, false},
	} {
		hide, total := Suppress(tt.cells)
		if diff := cmp.Diff(tt.hide, hide); diff != "" || total != tt.total {
			t.Errorf("%v: total %v (-want +got):\n%s", tt.cells, total, diff)
		}
	}
}

// Whoever knows the total and the cells that are told cannot tell any small cell: there is another way to fill the hidden ones, in
// which that cell is another number.
func TestSuppressedCellsCannotBeWorkedOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := rapid.SliceOfN(rapid.IntRange(0, 12), 1, 7).Draw(t, "cells")
		hide, total := Suppress(cells)
		hidden, sum := 0, 0
		for i, n := range cells {
			if n > 0 && n < leastCell && !hide[i] {
				t.Fatalf("%v: the cell %d is told", cells, n)
			}
			if hide[i] {
				hidden++
				sum += n
			}
		}
		if total || hidden == 0 {
			return
		}
		// Hidden cells are known to be above nothing. Each may be anything from 1 to sum minus the others' least.
		if hidden < 2 || sum-(hidden-1) < leastCell {
			t.Fatalf("%v hides %v: %d cells with %d in all give themselves away", cells, hide, hidden, sum)
		}
	})
}

func TestBefore(t *testing.T) {
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, kernel.Shanghai) }
	for _, tt := range []struct{ p, last, year kernel.Period }{
		{kernel.Period{From: day(2023, 3, 1), To: day(2023, 4, 1)}, kernel.Period{From: day(2023, 2, 1), To: day(2023, 3, 1)}, kernel.Period{From: day(2022, 3, 1), To: day(2022, 4, 1)}},
		{kernel.Period{From: day(2023, 1, 1), To: day(2023, 4, 1)}, kernel.Period{From: day(2022, 10, 1), To: day(2023, 1, 1)}, kernel.Period{From: day(2022, 1, 1), To: day(2022, 4, 1)}},
		{kernel.Period{From: day(2023, 4, 3), To: day(2023, 4, 10)}, kernel.Period{From: day(2023, 3, 27), To: day(2023, 4, 3)}, kernel.Period{From: day(2022, 4, 3), To: day(2022, 4, 10)}},
	} {
		last, year := Before(tt.p)
		for i, x := range [][2]kernel.Period{{tt.last, last}, {tt.year, year}} {
			if !x[0].From.Equal(x[1].From) || !x[0].To.Equal(x[1].To) {
				t.Errorf("%v, %d: %v, want %v", tt.p, i, x[1], x[0])
			}
		}
	}
}

func TestMonth(t *testing.T) {
	// 1 January, half an hour past midnight in Shanghai, which is still December in UTC.
	p := Month(time.Date(2025, 12, 31, 16, 30, 0, 0, time.UTC))
	if got := p.From.Format(time.DateOnly) + " " + p.To.Format(time.DateOnly); got != "2025-12-01 2026-01-01" {
		t.Error(got)
	}
}

func TestHanzi(t *testing.T) {
	for n, want := range map[int]string{1: "一", 9: "九", 10: "十", 11: "十一", 19: "十九", 20: "二十", 34: "三十四"} {
		if got := hanzi(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

func TestStatusesAreWhole(t *testing.T) {
	if len(AllStatuses) != 3 || slices.Contains(AllStatuses, "") {
		t.Error(AllStatuses)
	}
}

// someQuery is a query of a room that has come later.
func someQuery(id string, over Over) *Query {
	text := kernel.T("数", "count")
	return &Query{ID: id, Version: 1, Title: text, Leaves: text, Source: text, Unit: text, Over: over, Params: []string{"flow"}, Reads: access.CaseRead,
		Count:   func(kernel.Tx, Ask) (Tally, error) { return Tally{}, nil },
		Records: func(kernel.Tx, Ask, kernel.Page) ([]*Record, string, error) { return nil, "", nil }}
}

func registry(t *testing.T, l ...*Query) *Registry {
	t.Helper()
	r, err := NewRegistry(l)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRegistryRefuses(t *testing.T) {
	for name, spoil := range map[string]func(q *Query) *Query{
		"a text is missing":  func(q *Query) *Query { q.Leaves.En = ""; return q },
		"no permission":      func(q *Query) *Query { q.Reads = ""; return q },
		"no version":         func(q *Query) *Query { q.Version = 0; return q },
		"no word of time":    func(q *Query) *Query { q.Over = ""; return q },
		"nothing to count":   func(q *Query) *Query { q.Count = nil; return q },
		"nothing to list":    func(q *Query) *Query { q.Records = nil; return q },
		"registered already": func(q *Query) *Query { q.ID = "other"; return q },
	} {
		if _, err := NewRegistry([]*Query{someQuery("other", OverNow)}, []*Query{spoil(someQuery("one", OverNow))}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

const goodTemplate = `template: t
version: 1
title: {zh: 题, en: Title}
issuer: {zh: 签, en: Issuer}
number: {zh: "三治〔{year}〕{n}号", en: "Sanzhi {year}/{n}"}
headline: {zh: 头, en: Head}
awaits: [later]
sections:
  - id: one
    lines:
      - {zh: "有{a}件。", en: "There are {a}.", figures: {a: {query: known, as: at_least, keep: 2, params: {flow: menu}}}}
      - {zh: "又有{b}。", en: "And {b}.", figures: {b: {query: later}}}
`

func TestLint(t *testing.T) {
	reg := registry(t, someQuery("known", OverPeriod))
	for _, tt := range []struct{ name, from, to, where string }{
		{"good", "", "", ""},
		{"a text in one language", "en: Title", "en: ''", "title"},
		{"a number without its form", "〔{year}〕{n}号", "{n}", "number"},
		{"a query that nobody awaits", "awaits: [later]", "awaits: []", "sections[0].lines[1].b"},
		{"a figure that is not in the sentence", "And {b}.", "And.", "sections[0].lines[1].en"},
		{"a figure that is not there", "又有{b}。", "又有{b}{c}。", "sections[0].lines[1].zh"},
		{"a parameter that the query does not know", "flow: menu", "step: x", "sections[0].lines[0].a"},
		{"余 without digits", "keep: 2, ", "", "sections[0].lines[0].a"},
		{"a qualifier that is none", "as: at_least", "as: perhaps", "sections[0].lines[0].a"},
		{"twice the same name", "b: {query: later}", "a: {query: later}", "sections[0].lines[1].a"},
		{"a rhythm that is none", "version: 1", "version: 1\nevery: fortnight", "every"},
		{"a section without a name", "id: one", "id: ''", "sections[0]"},
	} {
		tpl, err := ParseTemplate([]byte(strings.Replace(goodTemplate, tt.from, tt.to, 1)))
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		found := Lint(tpl, reg)
		if tt.where == "" && len(found) == 0 {
			continue
		}
		if !slices.ContainsFunc(found, func(f Finding) bool { return f.Where == tt.where && f.Say.Zh != "" && f.Say.En != "" }) {
			t.Errorf("%s: %+v", tt.name, found)
		}
	}
	if _, err := ParseTemplate([]byte(goodTemplate + "colour: red\n")); !kernel.Is(err, kernel.KindInvalid) {
		t.Errorf("an unknown member: %v", err)
	}
	if _, err := ParseTemplate([]byte(strings.Repeat("#", maxTemplate+1))); !kernel.Is(err, kernel.KindTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

func FuzzParseTemplate(f *testing.F) {
	f.Add(goodTemplate)
	f.Add("a: [")
	reg, err := NewRegistry()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(_ *testing.T, s string) {
		if tpl, err := ParseTemplate([]byte(s)); err == nil {
			Lint(tpl, reg)
		}
	})
}

func TestEntryReadsBackOnlyWhatItWrote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &Record{Num: rapid.IntRange(0, 9).Draw(t, "num"), Den: rapid.IntRange(0, 9).Draw(t, "den")}
		hash := digestOf(rapid.String().Draw(t, "of"))
		s := entryText(rapid.SampledFrom([]string{entryLedger, entryRow}).Draw(t, "kind"), hash, r)
		kind, h, tally, ok := parseEntry(s)
		if !ok || h != hash || tally != (Tally{r.Num, r.Den}) || kind == "" {
			t.Fatalf("%q reads back as %q %q %v %v", s, kind, h, tally, ok)
		}
		i := rapid.IntRange(0, len(s)-1).Draw(t, "at")
		if changed := s[:i] + "g" + s[i+1:]; changed != s {
			if _, _, _, ok := parseEntry(changed); ok {
				t.Fatalf("%q is taken", changed)
			}
		}
	})
}

func TestRootTellsSetsApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-f]{1,4}`), 1, 20, rapid.ID[string]).Draw(t, "entries")
		mixed := rapid.Permutation(l).Draw(t, "mixed")
		root := RootOf(l)
		if RootOf(mixed) != root {
			t.Fatal("the root depends on the order")
		}
		i := rapid.IntRange(0, len(l)-1).Draw(t, "i")
		for _, other := range [][]string{slices.Delete(slices.Clone(l), i, i+1), append(slices.Clone(l), "x"), slices.Replace(slices.Clone(l), i, i+1, "y")} {
			if RootOf(other) == root {
				t.Fatalf("%v and %v have the same root", l, other)
			}
		}
	})
}

func act(at int64, name, from, to string, round int) *Act {
	return &Act{At: at, Act: name, Version: int(at), Public: map[string]any{"flow": "menu", "from": from, "to": to, "round": float64(round)}}
}

func TestReplay(t *testing.T) {
	in := Ask{Period: kernel.Period{From: time.UnixMilli(100), To: time.UnixMilli(200)}}
	solved, closed := ReplaySolved("menu", "rated"), ReplayClosed("menu", "rated")
	for _, tt := range []struct {
		name           string
		acts           []*Act
		solved, closed bool
	}{
		{"solved in the period", []*Act{act(90, "finish", "accepted", "done", 1), act(150, "rate", "done", "rated", 1)}, true, true},
		{"before it", []*Act{act(99, "rate", "done", "rated", 1)}, false, false},
		{"at its end, which is outside", []*Act{act(200, "rate", "done", "rated", 1)}, false, false},
		{"opened again", []*Act{act(110, "rate", "done", "rated", 1), act(120, "reopen", "rated", "submitted", 2)}, false, false},
		{"not solved, then solved later", []*Act{act(110, "rate", "done", "submitted", 2), act(250, "rate", "done", "rated", 2)}, false, false},
		{"a comment after it", []*Act{act(150, "rate", "done", "rated", 1), act(160, "comment", "rated", "rated", 1)}, true, true},
		{"a second requester in the period", []*Act{act(50, "rate", "done", "rated", 1), act(150, "rate", "rated", "rated", 1)}, true, false},
		{"another flow", []*Act{{At: 150, Act: "rate", Public: map[string]any{"flow": "x", "from": "done", "to": "rated", "round": 1.0}}}, false, false},
		{"nothing", nil, false, false},
		{"imported as closed in the period", []*Act{{At: 900, Act: "import", Public: map[string]any{"flow": "menu", "from": "", "to": "rated", "round": 1.0, "closed_at": 150.0}}}, false, true},
	} {
		if got := solved(in, tt.acts).Den > 0; got != tt.solved {
			t.Errorf("%s: solved is %v", tt.name, got)
		}
		if got := closed(in, tt.acts).Den > 0; got != tt.closed {
			t.Errorf("%s: closed is %v", tt.name, got)
		}
	}
}

func TestShippedTemplatesAwaitOnlyWhatIsNotThere(t *testing.T) {
	reg := registry(t)
	if _, err := Shipped(reg); err == nil {
		t.Error("the shipped templates pass without any query")
	}
}

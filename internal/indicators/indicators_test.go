package indicators

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
	"sanzhi/internal/workflow"
)

func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		in     string
		places int
		want   int64
	}{{"12.35", 2, 1235}, {"12", 2, 1200}, {"12.30", 1, 123}, {"0", 0, 0}, {"1,200", 0, 1200}, {"0.05", 2, 5}} {
		got, err := ParseAmount("amount", c.in, c.places)
		if err != nil || got != c.want {
			t.Errorf("%s with %d places: %d %v", c.in, c.places, got, err)
		}
	}
	for _, in := range []string{"12.345", "", "-1", "x", ".", ".5", "1e3", "99999999999999999", "+3", "1.2.3"} {
		if got, err := ParseAmount("amount", in, 2); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("%q is taken as %d", in, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n, places := rapid.Int64Range(0, maxAmount).Draw(t, "n"), rapid.IntRange(0, 4).Draw(t, "places")
		if back, err := ParseAmount("", FormatAmount(n, places), places); err != nil || back != n {
			t.Fatalf("%d is written %s and read %d (%v)", n, FormatAmount(n, places), back, err)
		}
	})
}

// Parts add up exactly, none is more than a step from its share, and a heavier part never gets less.
func TestDivide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64Range(0, maxAmount).Draw(t, "amount")
		weights := rapid.SliceOfN(rapid.IntRange(0, 1_000_000), 1, 60).Draw(t, "weights")
		parts, err := Divide(amount, weights)
		if err != nil {
			t.Fatal(err)
		}
		var sum, total int64
		for i := range parts {
			sum += parts[i]
			total += int64(weights[i])
		}
		if sum != amount {
			t.Fatalf("%d split into %v is %d", amount, parts, sum)
		}
		for i := range parts {
			share := float64(amount) / float64(len(parts))
			if total > 0 {
				share = float64(amount) * (float64(weights[i]) / float64(total))
			}
			if d := float64(parts[i]) - share; d > 1.5 || d < -1.5 {
				t.Fatalf("part %d is %d, its share %f", i, parts[i], share)
			}
			for j := range parts {
				if weights[i] > weights[j] && parts[i] < parts[j] {
					t.Fatalf("weight %d gets %d, weight %d gets %d", weights[i], parts[i], weights[j], parts[j])
				}
			}
		}
	})
	got, _ := Divide(100, []int{1, 1, 1})
	if diff := cmp.Diff([]int64{34, 33, 33}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := Divide(1, []int{1, -1}); !kernel.Is(err, kernel.KindInvalid) {
		t.Error(err)
	}
}

func period(t testing.TB, s string) Period {
	t.Helper()
	p, err := ParsePeriod("period", s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPeriods(t *testing.T) {
	q := period(t, "2023Q1")
	if got := q.From.In(kernel.Shanghai).Format(time.DateOnly) + " " + q.To.In(kernel.Shanghai).Format(time.DateOnly); got != "2023-01-01 2023-04-01" {
		t.Error(got)
	}
	for _, c := range []struct {
		of   string
		want []string
	}{{"2023", []string{"2023Q1", "2023Q2", "2023Q3", "2023Q4"}}, {"2023Q4", []string{"2023-10", "2023-11", "2023-12"}}, {"2023-02", nil}} {
		var got []string
		parts := period(t, c.of).Parts()
		for _, p := range parts {
			got = append(got, p.Label)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.of, diff)
		}
		if len(parts) > 0 && !tiles(period(t, c.of), parts) {
			t.Errorf("%s is not filled by its parts", c.of)
		}
	}
	if tiles(q, []Period{period(t, "2023-01"), period(t, "2023-03")}) || tiles(q, []Period{period(t, "2023-01"), period(t, "2023-02")}) || tiles(q, nil) {
		t.Error("a gap fills a quarter")
	}
	for _, bad := range []string{"", "2023Q5", "2023-13", "2023-00", "23", "1900", "2023-1"} {
		if _, err := ParsePeriod("period", bad); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("%s is taken", bad)
		}
	}
}

// January 2023: new year's day and the spring festival are off, and 28 and 29 January are worked.
func TestPace(t *testing.T) {
	c := workflow.China()
	jan := period(t, "2023-01")
	at := func(d int) time.Time { return time.Date(2023, 1, d, 0, 0, 0, 0, kernel.Shanghai) }
	if got := PaceOf(c, jan, at(31)); got != (Pace{18, 18}) {
		t.Errorf("%+v", got)
	}
	if got := PaceOf(c, jan, at(6)); got != (Pace{4, 18}) { // 3, 4, 5, 6
		t.Errorf("%+v", got)
	}
	if got := PaceOf(c, jan, at(1)); got.Elapsed != 0 {
		t.Errorf("%+v", got)
	}
	if f, ok := (Pace{4, 18}).forecast(100); !ok || f != 450 {
		t.Error(f, ok)
	}
	if _, ok := (Pace{0, 18}).forecast(100); ok {
		t.Error("a forecast from nothing")
	}
}

type everyDay struct{}

func (everyDay) IsWorkday(time.Time) bool { return true }

// tree is a quarter split over teams, each with a value; a negative value is none.
func tree(d *Def, whole int64, now time.Time, parts [][2]int64) *Assessed {
	p, _ := ParsePeriod("", "2023Q1")
	root := &Target{ID: "root", Root: "root", Holder: "mine", Amount: whole, Period: p}
	all := []*Target{root}
	readings := map[kernel.ID]Reading{}
	for i, x := range parts {
		id := kernel.ID(fmt.Sprintf("team%d", i))
		all = append(all, &Target{ID: id, Root: "root", Parent: "root", By: ByHolder, Holder: id, Amount: x[0], Period: p, Weight: int(x[0])})
		if x[1] >= 0 {
			readings[id] = Reading{Amount: x[1], N: 40, AsOf: now}
		}
	}
	return Assess(d, "root", all, readings, everyDay{}, now)
}

func TestAssess(t *testing.T) {
	half := time.Date(2023, 2, 14, 0, 0, 0, 0, kernel.Shanghai) // 45 of 90 days
	end := time.Date(2023, 4, 1, 0, 0, 0, 0, kernel.Shanghai)
	sum, cost := &Def{Nature: Sum, Better: More, Slack: 5}, &Def{Nature: Sum, Better: Less}
	for name, c := range map[string]struct {
		d     *Def
		now   time.Time
		whole int64
		parts [][2]int64
		want  State
	}{
		"on track":              {sum, half, 1000, [][2]int64{{600, 300}, {400, 200}}, OnTrack},
		"within the slack":      {sum, half, 1000, [][2]int64{{600, 280}, {400, 200}}, OnTrack},
		"behind":                {sum, half, 1000, [][2]int64{{600, 250}, {400, 200}}, Behind},
		"met early":             {sum, half, 1000, [][2]int64{{600, 700}, {400, 300}}, Met},
		"missed":                {sum, end, 1000, [][2]int64{{600, 599}, {400, 400}}, Missed},
		"met":                   {sum, end, 1000, [][2]int64{{600, 590}, {400, 410}}, Met},
		"nothing known":         {sum, half, 1000, [][2]int64{{600, -1}, {400, -1}}, Unknown},
		"cost within":           {cost, half, 1000, [][2]int64{{600, 300}, {400, 200}}, OnTrack},
		"cost will pass":        {cost, half, 1000, [][2]int64{{600, 310}, {400, 200}}, Behind},
		"cost passed":           {cost, half, 1000, [][2]int64{{600, 700}, {400, 301}}, Missed},
		"cost kept":             {cost, end, 1000, [][2]int64{{600, 600}, {400, 400}}, Met},
		"a limit kept":          {&Def{Nature: Limit}, end, 2, [][2]int64{{1, 1}, {1, 1}}, Met},
		"near a limit":          {&Def{Nature: Limit}, half, 5, [][2]int64{{5, 2}, {5, 2}}, Near},
		"the whole passed":      {&Def{Nature: Limit}, half, 2, [][2]int64{{2, 1}, {2, 2}}, Failed},
		"one team over":         {&Def{Nature: Limit}, half, 10, [][2]int64{{1, 2}, {1, 0}}, Failed},
		"a rate as it is":       {&Def{Nature: Rate, Better: More}, half, 90, [][2]int64{{90, 95}, {90, 85}}, OnTrack},
		"a rate below, running": {&Def{Nature: Rate, Better: More}, half, 91, [][2]int64{{90, 95}, {90, 85}}, Behind},
	} {
		if got := tree(c.d, c.whole, c.now, c.parts); got.State != c.want {
			t.Errorf("%s: %s, want %s (%d, forecast %d)", name, got.State, c.want, got.Actual, got.Forecast)
		}
	}
	// The value of a day is paced by that day, not by today.
	late := tree(sum, 1000, half, [][2]int64{{1000, 500}})
	late.AsOf = late.AsOf.AddDate(0, 0, -10)
	late.judge(everyDay{}, half)
	if late.Pace.Elapsed != 35 || late.Forecast != 1286 {
		t.Errorf("%+v forecast %d", late.Pace, late.Forecast)
	}
}

// A team over its safety limit fails the parent whatever the output.
func TestLimitFailsTheParent(t *testing.T) {
	now := time.Date(2023, 3, 31, 0, 0, 0, 0, kernel.Shanghai)
	output := tree(&Def{ID: "output", Nature: Sum, Better: More}, 1000, now, [][2]int64{{600, 900}, {400, 800}})
	safe := tree(&Def{ID: "accidents", Nature: Limit}, 3, now, [][2]int64{{1, 1}, {1, 0}})
	over := tree(&Def{ID: "accidents", Nature: Limit}, 3, now, [][2]int64{{1, 2}, {1, 0}})
	if c := CardOf([]*Assessed{output, safe}); len(c.Failed) != 0 || c.Score != 10000 {
		t.Errorf("%+v", c)
	}
	c := CardOf([]*Assessed{output, over})
	if len(c.Failed) != 1 || c.Failed[0] != "team0" || output.State != Met {
		t.Errorf("170 %% of the output outweighs a limit: %+v", c)
	}
	// Limits are never summed: two teams at their limit of 1 do not pass the whole's 3.
	if both := tree(&Def{Nature: Limit}, 3, now, [][2]int64{{1, 1}, {1, 1}}); both.State == Failed {
		t.Error("limits are summed")
	}
}

func TestSplitAmounts(t *testing.T) {
	split := func(d *Def, whole int64, parts ...Part) (*Divided, error) {
		out := &Divided{Def: d, Parent: &Target{Amount: whole}}
		for range parts {
			out.Parts = append(out.Parts, &Target{})
		}
		return out, amounts(d, out.Parent, parts, out)
	}
	given := func(l ...string) (out []Part) {
		for _, a := range l {
			out = append(out, Part{Amount: a})
		}
		return out
	}
	ton := &Def{Nature: Sum, Unit: "万吨", Places: 1}
	for name, c := range map[string]struct {
		d     *Def
		whole int64
		parts []Part
		say   string // of the refusal; empty: taken
	}{
		"adds up":              {ton, 1200, given("40.0", "40", "40"), ""},
		"too little":           {ton, 1200, given("40", "40", "39.8"), "各份相加是 119.8万吨，上级是 120.0万吨，少 0.2万吨"},
		"too much":             {ton, 1200, given("40", "40", "40.1"), "多 0.1万吨"},
		"half given":           {ton, 1200, given("60", ""), "要么每份都填数"},
		"finer than the step":  {ton, 1200, given("60.05", "59.95"), "最多 1 位小数"},
		"by weight":            {ton, 1001, []Part{{Weight: 2}, {Weight: 1}, {}}, ""},
		"a limit each":         {&Def{Nature: Limit, Unit: "起"}, 3, given("3", "3", "0"), ""},
		"a limit above":        {&Def{Nature: Limit, Unit: "起"}, 3, given("4", "1"), "不能高于上级的 3起"},
		"a rate's mean":        {&Def{Nature: Rate, Unit: "%"}, 90, []Part{{Amount: "95", Weight: 1}, {Amount: "85", Weight: 1}}, ""},
		"a rate's mean is off": {&Def{Nature: Rate, Unit: "%"}, 90, []Part{{Amount: "95", Weight: 3}, {Amount: "85", Weight: 1}}, "各份按权重平均是 93%，上级是 90%，多 3%"},
		"a rate for all":       {&Def{Nature: Rate, Unit: "%"}, 90, make([]Part, 3), ""},
	} {
		out, err := split(c.d, c.whole, c.parts...)
		if c.say == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if c.d.Nature == Sum && out.Sum != c.whole {
				t.Errorf("%s: %d", name, out.Sum)
			}
			continue
		}
		e, ok := err.(*kernel.Error)
		if !ok || e.Kind != kernel.KindInvalid || !strings.Contains(e.Say.Zh, c.say) || e.Say.En == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The quarter of the mine: split over n teams, each over three months, and all add up again to the last step.
func TestQuarterAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Int64Range(0, 1e9).Draw(t, "whole")
		teams, _ := Divide(whole, rapid.SliceOfN(rapid.IntRange(1, 50), 1, 20).Draw(t, "teams"))
		var sum int64
		for _, team := range teams {
			months, _ := Divide(team, []int{18, 20, 23}) // working days
			for _, m := range months {
				sum += m
			}
		}
		if sum != whole {
			t.Fatalf("%d, not %d", sum, whole)
		}
	})
}

type fixed map[string]float64

func (f fixed) Known() (out []Measure) {
	for k := range f {
		out = append(out, Measure{Name: k})
	}
	return out
}
func (f fixed) Measure(_ kernel.Tx, name string, _ Span) (float64, error) { return f[name], nil }

func TestFormulas(t *testing.T) {
	m := fixed{"on_time": 97, "to_finish": 120, "none": 0}
	for src, want := range map[string]float64{"on_time": 97, "100 * on_time / to_finish": 100 * 97.0 / 120, "max(on_time, to_finish)": 120, "on_time > 90 ? 1.0 : 0.0": 1, "3": 3} {
		f, err := compile("formula", src, m.Known())
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if got, ok, err := f.run(nil, m, Span{}); err != nil || !ok || got != want {
			t.Errorf("%s: %v %v %v", src, got, ok, err)
		}
	}
	f, err := compile("formula", "on_time / none", m.Known())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, err := f.run(nil, m, Span{}); ok || err != nil {
		t.Error("a share of nothing is a number", err)
	}
	for _, bad := range []string{"", "unknown", "on_time +", "'text'", "1..9", "on_time ** 9", "all([1], # > 0)", "len([1,2])", "now()", strings.Repeat("on_time + ", 60) + "1"} {
		if _, err := compile("formula", bad, m.Known()); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("%q is taken: %v", bad, err)
		}
	}
	both := Together(fixed{"a": 1}, fixed{"a": 2, "b": 3})
	if a, _ := both.Measure(nil, "a", Span{}); a != 1 || len(both.Known()) != 2 {
		t.Error("the first answers")
	}
	if _, err := both.Measure(nil, "c", Span{}); !kernel.Is(err, kernel.KindInternal) {
		t.Error(err)
	}
}

func FuzzCompile(f *testing.F) {
	m := fixed{"on_time": 97, "to_finish": 120}
	f.Add("100 * on_time / to_finish")
	f.Fuzz(func(_ *testing.T, src string) {
		if p, err := compile("formula", src, m.Known()); err == nil {
			_, _, _ = p.run(nil, m, Span{})
		}
	})
}

func TestRank(t *testing.T) {
	l := []Standing{{Org: "a", Score: 9000}, {Org: "b", Score: 11000}, {Org: "c", Score: 12000, Why: WhyFailed}, {Org: "d", Score: 9000}, {Org: "e", Why: WhyFew, Score: 12000}}
	rank(l)
	got := map[kernel.ID]int{}
	for _, s := range l {
		got[s.Org] = s.Rank
	}
	if diff := cmp.Diff(map[kernel.ID]int{"b": 1, "a": 2, "d": 2, "c": 0, "e": 0}, got); diff != "" {
		t.Error(diff)
	}
	alone := []Standing{{Org: "a", Score: 9000}, {Org: "b", Why: WhyFew}}
	rank(alone)
	if alone[0].Rank != 0 || alone[0].Why != WhyAlone {
		t.Errorf("%+v", alone)
	}
	a := tree(&Def{Nature: Rate, Better: More}, 90, time.Date(2023, 3, 1, 0, 0, 0, 0, kernel.Shanghai), [][2]int64{{90, 95}})
	a.N = 29
	if tooFew(a, 5) != WhyFew {
		t.Error("a rate of fewer than 30 is compared")
	}
	a.N = 30
	if tooFew(a, 5) != "" || tooFew(a, 31) != WhyFew {
		t.Error("the contest's own least number does not count")
	}
}

func TestDueAlerts(t *testing.T) {
	sum := &Def{Nature: Sum, Better: More}
	at := func(d *Def, now time.Time, whole int64, parts ...[2]int64) []AlertKind {
		a := tree(d, whole, now, parts)
		return due(a, true, PaceOf(everyDay{}, a.Period, now))
	}
	day := func(m time.Month, d int) time.Time { return time.Date(2023, m, d, 0, 0, 0, 0, kernel.Shanghai) }
	for name, c := range map[string]struct{ got, want []AlertKind }{
		"behind":                     {at(sum, day(2, 14), 1000, [2]int64{1000, 200}), []AlertKind{AlertBehind}},
		"behind, but early":          {at(sum, day(1, 10), 1000, [2]int64{1000, 10}), nil},
		"on track":                   {at(sum, day(2, 14), 1000, [2]int64{1000, 600}), nil},
		"near":                       {at(&Def{Nature: Limit}, day(2, 14), 5, [2]int64{5, 4}), []AlertKind{AlertNear}},
		"over":                       {at(&Def{Nature: Limit}, day(2, 14), 5, [2]int64{5, 6}), []AlertKind{AlertOver}},
		"unreported, ends soon":      {at(sum, day(3, 29), 1000), []AlertKind{AlertUnreported}},
		"unreported, time is left":   {at(sum, day(3, 20), 1000), nil},
		"measured is never reported": {at(&Def{Nature: Sum, Formula: "x"}, day(3, 29), 1000), nil},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	a := tree(sum, 1000, day(2, 14), [][2]int64{{1000, 200}})
	if due(a, false, a.Pace) != nil {
		t.Error("an alert when the period is over")
	}
}

package workflow

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

func sources(t *testing.T) []string {
	t.Helper()
	l, err := ShippedSources()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func shippedMenu(t *testing.T) (*Flow, string) {
	t.Helper()
	for _, s := range sources(t) {
		if f, err := Parse(strings.NewReader(s)); err == nil && f.ID == "menu" {
			return f, s
		}
	}
	t.Fatal("no menu flow is shipped")
	return nil, ""
}

// Whatever Play offers next, the same script with that act is not refused for the actor or the step.
func TestWhatPlayOffersMayBeTaken(t *testing.T) {
	f, _ := shippedMenu(t)
	rapid.Check(t, func(rt *rapid.T) {
		s := &Script{Urgent: rapid.Bool().Draw(rt, "urgent")}
		for n := range rapid.IntRange(1, 8).Draw(rt, "acts") {
			p, err := Play(f, s, China(), OfficeHours{})
			if err != nil || p.Refused != nil {
				rt.Fatalf("%v %v", err, p.Refused)
			}
			if len(p.Options) == 0 {
				if st, _ := f.Step(p.Step); st.End == "" {
					rt.Fatalf("nothing may be done at %s", p.Step)
				}
				return
			}
			o := rapid.SampledFrom(p.Options).Draw(rt, "option")
			act := Act{At: opening(n), Action: o.Action.ID, As: rapid.SampledFrom(o.As).Draw(rt, "as"), Form: sampleForm(o.Action.Form)}
			s.Acts = append(s.Acts, act)
			p, err = Play(f, s, China(), OfficeHours{})
			if err != nil {
				rt.Fatal(err)
			}
			if p.Refused != nil {
				if kernel.Is(p.Refused, kernel.KindForbidden) || strings.Contains(p.Refused.Error(), "not possible at this step") {
					rt.Fatalf("%s as %s at %s: %v", act.Action, act.As, p.Step, p.Refused)
				}
				s.Acts = s.Acts[:len(s.Acts)-1] // a guard had another opinion
			}
		}
	})
}

func opening(n int) string { return "2023-04-27 0" + string(rune('0'+n)) + ":00" }

func fieldOf(err error) string {
	if e, ok := err.(*kernel.Error); ok { //nolint:errorlint // made here, never wrapped
		return e.Field
	}
	return ""
}

// sampleForm answers every question that must be answered.
func sampleForm(fields []Field) map[string]any {
	out := map[string]any{}
	for _, f := range fields {
		if !f.Required && f.Type != "account" && f.Type != "units" { // who is named matters later
			continue
		}
		switch f.Type {
		case "boolean":
			out[f.ID] = true
		case "integer", "number":
			out[f.ID] = 5
		case "choice":
			out[f.ID] = f.Choices[0].ID
		case "units", "choices", "photos":
			out[f.ID] = []any{"u1"}
		case "date":
			out[f.ID] = "2023-05-01"
		default:
			out[f.ID] = "w1"
		}
	}
	return out
}

func TestPlayTellsWhereItStopped(t *testing.T) {
	f, _ := shippedMenu(t)
	p, err := Play(f, &Script{Acts: []Act{{At: "2023-04-27 09:00", Action: "order", As: "requester"}, {At: "2023-04-27 10:00", Action: "accept", As: "cadre"}}}, China(), OfficeHours{})
	if err != nil || p.Refused == nil || fieldOf(p.Refused) != "acts[2].action" || len(p.Moves) != 1 || p.Step != "ordered" {
		t.Errorf("%v %+v", err, p)
	}
	if p, _ = Play(f, &Script{Until: "x"}, China(), OfficeHours{}); fieldOf(p.Refused) != "until" {
		t.Errorf("%v", p.Refused)
	}
}

func TestCompare(t *testing.T) {
	a, source := shippedMenu(t)
	if d := Compare(a, a); len(d) != 0 {
		t.Errorf("a flow differs from itself: %v", d)
	}
	change := func(pairs ...string) []string {
		t.Helper()
		b, err := Parse(strings.NewReader(strings.NewReplacer(pairs...).Replace(source)))
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, d := range Compare(a, b) {
			out = append(out, string(d.Part)+" "+d.ID+" "+d.What)
			if d.What == "changed" && d.ID != "open" && d.Say.IsZero() {
				t.Errorf("%+v does not say what changed", d)
			}
		}
		return out
	}
	if d := cmp.Diff([]string{"clock submit changed", "clock dispatch changed"}, change("{n: 4, unit: working_hours}", "{n: 5, unit: working_hours}")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"flow title changed"}, change("zh: 五步点单", "zh: 六步点单")); d != "" {
		t.Error(d)
	}
	b := *a
	b.Actions = append([]Action{{ID: "brand_new"}}, a.Actions[1:]...)
	got := Compare(a, &b)
	if len(got) != 2 || got[0].What != "added" || got[1].What != "removed" || got[1].ID != a.Actions[0].ID {
		t.Errorf("%v", got)
	}
}

// Every shipped flow under another number is the same flow, with its comments.
func TestReissue(t *testing.T) {
	for _, s := range sources(t) {
		out, err := Reissue(s, 77)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Parse(strings.NewReader(out))
		if err != nil || f.Version != 77 || strings.Count(out, "#") != strings.Count(s, "#") {
			t.Errorf("%v %v", f, err)
		}
	}
	for name, s := range map[string]string{"in one line": "{flow: a, version: 1}", "no flow": "x: [", "in a text": "flow: a\ntitle: {zh: |-\n version: 1\n, en: x}\n"} {
		if out, err := Reissue(s, 2); err == nil {
			t.Errorf("%s: %s", name, out)
		}
	}
}

func TestLimitText(t *testing.T) {
	for l, want := range map[Limit]kernel.Text{{1, WorkingDays}: kernel.T("1 个工作日", "1 working day"), {2, UrgentHours}: kernel.T("2 小时（不停）", "2 hours, day and night"), {}: {}} {
		if got := LimitText(l); got != want {
			t.Errorf("%v: %v", l, got)
		}
	}
}

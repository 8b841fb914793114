package workflow

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/kernel"
)

func simulate(tb testing.TB, f *Flow, src string) ([]Move, error) {
	tb.Helper()
	s, err := ParseScript(strings.NewReader(src))
	if err != nil {
		tb.Fatal(err)
	}
	return Simulate(f, s, China(), OfficeHours{})
}

// told writes moves as lines that are easily compared.
func told(moves []Move) (out []string) {
	for _, m := range moves {
		due := "-"
		if !m.Due.IsZero() {
			due = m.Due.In(kernel.Shanghai).Format("01-02 15:04")
		}
		out = append(out, fmt.Sprintf("%s %s %s→%s bead %d round %d due %s", m.At.In(kernel.Shanghai).Format("01-02 15:04"), m.Event, m.From, m.To, m.Bead, m.Round, due))
	}
	return out
}

const loop = `
- {at: 2023-04-28 09:12, action: order, as: anyone}
- {at: 2023-04-28 09:40, action: submit, as: "community_clerk:li"}
- {at: 2023-04-28 10:00, action: comment, as: requester, form: {text: 四楼也不亮}}
- {at: 2023-04-28 10:20, action: dispatch, as: unit_dispatcher, form: {assignee: wang}}
- {at: 2023-04-28 10:40, action: accept, as: "cadre:wang"}
- {at: 2023-05-04 09:00, action: suspend, as: "cadre:wang", form: {reason: 等灯到货}}
- {at: 2023-05-06 09:00, action: resume, as: unit_dispatcher}
- {at: 2023-05-08 15:40, action: finish, as: "cadre:wang", form: {result: 换灯 3 盏}}
`

func TestTheLoop(t *testing.T) {
	f := shipped(t, "menu")
	moves, err := simulate(t, f, loop+`
- {at: 2023-05-08 20:00, action: rate, as: requester, form: {score: 2, solved: false}}
- {at: 2023-05-09 09:00, action: dispatch, as: unit_dispatcher}
- {at: 2023-05-09 09:30, action: accept, as: "cadre:zhao"}
- {at: 2023-05-09 11:00, action: finish, as: "cadre:zhao", form: {result: 又修了线}}
- {at: 2023-05-09 19:00, action: rate, as: requester, form: {score: 5, solved: true, text: 亮了}}
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"04-28 09:12 order →ordered bead 2 round 1 due 04-28 15:12",
		"04-28 09:40 submit ordered→submitted bead 3 round 1 due 04-28 15:40",
		"04-28 10:00 comment submitted→submitted bead 3 round 1 due 04-28 15:40",
		"04-28 10:20 dispatch submitted→dispatched bead 4 round 1 due 05-04 10:20",
		"04-28 10:40 accept dispatched→accepted bead 4 round 1 due 05-09 18:00",
		"05-04 09:00 suspend accepted→suspended bead 4 round 1 due 05-17 18:00",
		"05-06 09:00 resume suspended→accepted bead 4 round 1 due 05-11 18:00",
		"05-08 15:40 finish accepted→done bead 5 round 1 due 05-15 23:59",
		"05-08 20:00 rate.unsolved done→submitted bead 3 round 2 due 05-09 15:00",
		"05-09 09:00 dispatch submitted→dispatched bead 4 round 2 due 05-09 18:00",
		"05-09 09:30 accept dispatched→accepted bead 4 round 2 due 05-16 18:00",
		"05-09 11:00 finish accepted→done bead 5 round 2 due 05-16 23:59",
		"05-09 19:00 rate.else done→rated bead 5 round 2 due -",
	}
	if d := cmp.Diff(want, told(moves)); d != "" {
		t.Error(d)
	}
	if got := moves[0].Say.Zh; got != "社区已收到，2023-04-28 15:12 前交给单位" {
		t.Errorf("said: %s", got)
	}
	if got := moves[4].Line.En; got != "wang took it on" {
		t.Errorf("line: %s", got)
	}
	for _, s := range moves[len(moves)-1].Clocks {
		if s.Running() {
			t.Errorf("%s runs at the end", s.ID)
		}
	}
}

func TestNotRatedInTimeClosesByItself(t *testing.T) {
	f := shipped(t, "menu")
	script := "until: 2023-06-01 00:00\nacts:" + strings.ReplaceAll(loop, "\n-", "\n  -")
	moves, err := simulate(t, f, script)
	if err != nil {
		t.Fatal(err)
	}
	last := moves[len(moves)-1]
	if last.Event != "expire" || last.As != "system" || last.To != "unrated" || !last.At.Equal(date(t, "2023-05-16")) {
		t.Errorf("%+v", last)
	}
	early := strings.Replace(script, "until: 2023-06-01 00:00", "until: 2023-05-15 23:59", 1)
	if moves, err = simulate(t, f, early); err != nil || moves[len(moves)-1].Event != "finish" {
		t.Errorf("closed before its time: %v %v", told(moves), err)
	}
}

func TestRefusedActs(t *testing.T) {
	for _, c := range []struct{ name, script, field string }{
		{"not a step's action", "- {at: 2023-04-28 09:12, action: order}\n- {at: 2023-04-28 09:13, action: finish, as: cadre, form: {result: x}}", "acts[2].action"},
		{"not the actor", "- {at: 2023-04-28 09:12, action: order}\n- {at: 2023-04-28 09:13, action: submit, as: cadre}", "acts[2]"},
		{"form", "- {at: 2023-04-28 09:12, action: order}\n- {at: 2023-04-28 09:13, action: merge, as: community_clerk}", "acts[2].form.into"},
		{"guard", "- {at: 2023-04-28 09:12, action: order}\n- {at: 2023-04-28 09:13, action: merge, as: community_clerk, form: {into: case}}", "acts[2].action"},
		{"not opened", "- {at: 2023-04-28 09:13, action: submit, as: community_clerk}", "acts[1].action"},
		{"opened twice", "- {at: 2023-04-28 09:12, action: order}\n- {at: 2023-04-28 09:13, action: order}", "acts[2].action"},
		{"unknown", "- {at: 2023-04-28 09:12, action: fly}", "acts[1].action"},
		{"time", "- {at: yesterday, action: order}", "acts[1].at"},
		{"order of times", "- {at: 2023-04-28 09:12, action: order}\n- {at: 2023-04-28 09:11, action: cancel, as: requester}", "acts[2].at"},
		{"second cadre", loopUpTo(5) + "- {at: 2023-04-28 10:41, action: finish, as: \"cadre:qian\", form: {result: x}}", "acts[6]"},
		{"second rating", loop + "- {at: 2023-05-08 20:00, action: rate, as: requester, form: {score: 4, solved: true}}\n- {at: 2023-05-08 20:01, action: rate, as: requester, form: {score: 4, solved: true}}", "acts[10].action"},
	} {
		_, err := simulate(t, shipped(t, "menu"), c.script)
		var e *kernel.Error
		if !errors.As(err, &e) || e.Field != c.field {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func loopUpTo(n int) string {
	return strings.Join(strings.Split(strings.TrimSpace(loop), "\n")[:n], "\n") + "\n"
}

func TestExploreShipped(t *testing.T) {
	for _, id := range []string{"menu", "hazard"} {
		f := shipped(t, id)
		a := Explore(f)
		if len(a.Unreachable)+len(a.DeadEnds)+len(a.Endless) > 0 || a.Partial {
			t.Errorf("%s: %+v", id, a)
		}
		for _, s := range f.Steps {
			for _, act := range f.ActionsFrom(s.ID) {
				if !slices.ContainsFunc(a.Edges, func(e Edge) bool { return e.From == s.ID && strings.HasPrefix(e.Event+".", act.ID+".") }) {
					t.Errorf("%s: %s at %s was not walked", id, act.ID, s.ID)
				}
			}
		}
	}
	late := shipped(t, "menu")
	for i := range late.Clocks {
		if late.Clocks[i].ID == "rating" {
			late.Clocks[i].Starts = []string{"rate.else"} // the clock begins where it can close nothing any more
		}
	}
	if a := Explore(late); !slices.Equal(a.Unreachable, []string{"unrated"}) {
		t.Errorf("an automatic action whose clock does not run was taken: %+v", a.Unreachable)
	}
	f := shipped(t, "menu")
	f.Actions = slices.DeleteFunc(f.Actions, func(a Action) bool { return a.ID == "resume" })
	if a := Explore(f); !slices.Equal(a.DeadEnds, []string{"suspended"}) {
		t.Errorf("without resume: %+v", a)
	}
}

// person is somebody who may try anything.
type person struct{ role, account string }

// everyWay tries each action of the flow by each person from each state, up to a depth, with each of the forms given, and
// calls seen with the events that led to a state. It plays the true rules: actors, forms, guards, branches and clocks.
func everyWay(t *testing.T, f *Flow, depth int, people []person, forms map[string][]map[string]any, seen func(path []string, env CaseEnv)) {
	t.Helper()
	c := compiled(t, f)
	visited := map[string]bool{}
	var walk func(m simulation, path []string)
	walk = func(m simulation, path []string) {
		key := fmt.Sprint(m.env.Step, "|", m.env.Assignee, "|", m.env.Unit, "|", m.before, "|", m.env.Round > 1, "|", len(path) > 0 && strings.HasPrefix(path[len(path)-1], "recheck"))
		if len(path) == depth || visited[key] {
			return
		}
		visited[key] = true
		for i := range f.Actions {
			a := &f.Actions[i]
			answers := forms[a.ID]
			if len(answers) == 0 {
				answers = []map[string]any{nil}
			}
			for _, p := range people {
				for _, form := range answers {
					next := m
					next.moves = nil
					if next.take(Act{Action: a.ID, As: p.role + ":" + p.account, Form: form}, date(t, "2023-04-28 10:00")) != nil {
						continue
					}
					way := append(slices.Clone(path), next.moves[0].Event+" by "+p.account)
					seen(way, next.env)
					walk(next, way)
				}
			}
		}
	}
	walk(simulation{c: c, s: &Script{}, cal: China(), office: OfficeHours{}, env: CaseEnv{ID: "case", Flow: f.ID, Round: 1}}, nil)
}

// closedUnchecked gives a way to the end "done" that has no recheck by somebody other than whoever put it right last.
func closedUnchecked(t *testing.T, f *Flow) (bad []string, closed int) {
	t.Helper()
	people := []person{{"anyone", ""}, {"grid_worker", "sun"}, {"community_clerk", "li"}, {"community_clerk", "wang"}, {"cadre", "wang"}, {"cadre", "zhao"},
		{"unit_dispatcher", "qian"}, {"supervisor", "wang"}, {"supervisor", "wu"}, {"district_leader", "zheng"}, {"requester", ""}}
	text := map[string]any{"reason": "x"}
	forms := map[string][]map[string]any{"report": {{"severity": "general"}, {"severity": "urgent"}}, "finish": {{"result": "x", "photos": []any{"p"}}},
		"recheck": {{"passed": true, "words": "x"}, {"passed": false, "words": "x"}}, "return": {text}, "dismiss": {text}, "supervise": {{"words": "x"}},
		"comment": {{"text": "x"}}, "merge": {{"into": "other"}}, "transfer": {{"unit": "v", "reason": "x"}, {"unit": "unit", "reason": "x"}}}
	everyWay(t, f, 9, people, forms, func(path []string, env CaseEnv) {
		step, _ := f.Step(env.Step)
		if step.End != "done" {
			return
		}
		closed++
		rectifier := ""
		for _, p := range path {
			if who, ok := strings.CutPrefix(p, "finish by "); ok {
				rectifier = who
			}
		}
		if who, ok := strings.CutPrefix(path[len(path)-1], "recheck.else by "); !ok || who == rectifier || rectifier == "" {
			bad = path
		}
	})
	return bad, closed
}

func TestAHazardDoesNotCloseUnchecked(t *testing.T) {
	bad, closed := closedUnchecked(t, shipped(t, "hazard"))
	if bad != nil || closed == 0 {
		t.Errorf("%d ways to close; unchecked: %v", closed, bad)
	}
	// The search sees it when the guard is gone, and when a way around it is opened.
	f := shipped(t, "hazard")
	a, _ := f.Action("recheck")
	a.Guard = ""
	if bad, _ := closedUnchecked(t, f); bad == nil {
		t.Error("without its guard, nobody was seen to check their own work")
	}
	f = shipped(t, "hazard")
	a, _ = f.Action("dismiss")
	a.To, a.From = "rechecked", []string{"found", "rectified"}
	if bad, _ := closedUnchecked(t, f); bad == nil {
		t.Error("a way around the recheck was not seen")
	}
}

func TestAFailedRecheckGoesBack(t *testing.T) {
	moves, err := simulate(t, shipped(t, "hazard"), `
- {at: 2023-04-24 09:00, action: report, as: "grid_worker:sun", form: {severity: urgent}}
- {at: 2023-04-24 09:20, action: assign, as: community_clerk}
- {at: 2023-04-24 10:00, action: start, as: "cadre:wang"}
- {at: 2023-04-24 15:00, action: finish, as: "cadre:wang", form: {result: 换了线, photos: [p1]}}
- {at: 2023-04-24 17:00, action: recheck, as: "supervisor:wu", form: {passed: false, words: 还露着}}
- {at: 2023-04-25 10:00, action: finish, as: "cadre:wang", form: {result: 包好了, photos: [p2]}}
- {at: 2023-04-25 11:00, action: recheck, as: "community_clerk:li", form: {passed: true, words: 好了}}
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"04-24 09:00 report →found bead 2 round 1 due 04-24 10:00",
		"04-24 09:20 assign found→assigned bead 3 round 1 due 04-24 11:20",
		"04-24 10:00 start assigned→rectifying bead 3 round 1 due 04-25 09:20",
		"04-24 15:00 finish rectifying→rectified bead 4 round 1 due 04-25 15:00",
		"04-24 17:00 recheck.failed rectified→rectifying bead 3 round 2 due 04-25 17:00",
		"04-25 10:00 finish rectifying→rectified bead 4 round 2 due 04-26 10:00",
		"04-25 11:00 recheck.else rectified→rechecked bead 5 round 2 due -",
	}
	if d := cmp.Diff(want, told(moves)); d != "" {
		t.Error(d)
	}
}

func TestResolve(t *testing.T) {
	f := shipped(t, "menu")
	for _, c := range []struct{ step, prev, action, want string }{
		{"", "", "order", "ordered"}, {"ordered", "", "submit", "submitted"}, {"suspended", "accepted", "resume", "accepted"}, {"accepted", "", "comment", "accepted"},
		{"done", "", "rate", "rated"}, {"done", "", "rate.unsolved", "submitted"}, {"done", "", "rate.else", "rated"},
		{"suspended", "", "resume", ""}, {"suspended", "nowhere", "resume", ""}, {"ordered", "", "finish", ""}, {"done", "", "rate.maybe", ""},
		{"rated", "", "comment", ""}, {"ordered", "", "fly", ""},
	} {
		got, err := f.Resolve(c.step, c.prev, c.action)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s at %s: %q %v", c.action, c.step, got, err)
		}
	}
}

// The outside contract names the actions, their fields and the beads of the menu flow.
func TestTheMenuFlowKeepsTheContract(t *testing.T) {
	f := shipped(t, "menu")
	want := map[string]string{"order": "", "submit": "unit", "dispatch": "assignee", "accept": "", "finish": "result! photos", "return": "reason!", "transfer": "unit! reason!",
		"cohandle": "units!", "suspend": "reason!", "resume": "", "supervise": "words!", "merge": "into!", "comment": "text!", "reopen": "reason!",
		"rate": "score! solved! text", "cancel": "", "expire": ""}
	got := map[string]string{}
	for _, a := range f.Actions {
		var ids []string
		for _, x := range a.Form {
			if x.Required {
				x.ID += "!"
			}
			ids = append(ids, x.ID)
		}
		got[a.ID] = strings.Join(ids, " ")
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	var beads, steps string
	for _, b := range f.Beads {
		beads += b.Char + b.En
	}
	for _, s := range f.Steps {
		steps += fmt.Sprint(s.ID, s.Bead, s.End, " ")
	}
	if beads != "点O交S下D接A评R" || steps != "ordered2 submitted3 dispatched4 accepted4 done5 rated5done suspended4 unrated5unrated merged2merged cancelled2cancelled " {
		t.Errorf("%s\n%s", beads, steps)
	}
}

func TestFill(t *testing.T) {
	text := kernel.T("{unit}派了单，{due} 前有人接", "{unit} by {due}")
	if got := Fill(text, kernel.Chinese, map[string]string{"unit": "物业", "due": "18:00"}); got != "物业派了单，18:00 前有人接" {
		t.Error(got)
	}
	if got := Fill(text, kernel.English, nil); got != "by" {
		t.Errorf("%q", got)
	}
	if got := Fill(kernel.T("{a}", ""), kernel.Chinese, map[string]string{"a": "{b}", "b": "x"}); got != "{b}" {
		t.Errorf("a value was filled in again: %q", got)
	}
}

func FuzzParseScript(f *testing.F) {
	f.Add(loop)
	f.Add("urgent: true\nitem: {n: 1, unit: working_days}\nuntil: 2023-06-01 00:00\nacts:\n- {at: 2023-04-28T09:12:00Z, action: order}\n")
	f.Add(`[{"at": "2023-04-28 09:12", "action": "order", "form": {"a": [1, null, {"b": 2}]}}]`)
	flow := shipped(f, "menu")
	f.Fuzz(func(t *testing.T, src string) {
		s, err := ParseScript(strings.NewReader(src))
		if err == nil {
			s.Until = "" // only the acts: the clocks' own running is bounded, but slow over centuries
			_, err = Simulate(flow, s, China(), OfficeHours{})
		}
		var e *kernel.Error
		if err != nil && (!errors.As(err, &e) || e.Say.Zh == "" || e.Say.En == "") {
			t.Fatalf("an error that nobody understands: %v", err)
		}
	})
}

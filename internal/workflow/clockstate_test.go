package workflow

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func shipped(tb testing.TB, id string) *Flow {
	tb.Helper()
	flows, err := Shipped()
	if err != nil {
		tb.Fatal(err)
	}
	for _, f := range flows {
		if f.ID == id {
			return f
		}
	}
	tb.Fatalf("no shipped flow %s", id)
	return nil
}

// play applies actions at times, in pairs, and gives the clocks by id.
func play(tb testing.TB, f *Flow, ctx LimitContext, pairs ...string) map[string]ClockState {
	tb.Helper()
	var states []ClockState
	for i := 0; i < len(pairs); i += 2 {
		states = Apply(f, states, pairs[i], date(tb, pairs[i+1]), ctx, China(), OfficeHours{})
	}
	out := map[string]ClockState{}
	for _, s := range states {
		out[s.ID] = s
	}
	return out
}

func TestClocksOfTheLoop(t *testing.T) {
	c := play(t, shipped(t, "menu"), LimitContext{}, "order", "2023-04-26 10:00", "submit", "2023-04-26 11:00", "dispatch", "2023-04-26 15:00",
		"accept", "2023-04-27 09:30", "finish", "2023-04-28 16:00")
	for id, due := range map[string]string{"submit": "2023-04-26 16:00", "dispatch": "2023-04-26 17:00", "response": "2023-04-27 15:00",
		"finish": "2023-05-06 18:00", "total": "2023-05-19 18:00"} {
		s := c[id]
		if !s.DueAt.Equal(date(t, due)) || s.Running() || s.OnTime == nil || !*s.OnTime {
			t.Errorf("%s: %+v, want due %s and kept", id, s, due)
		}
	}
	if s := c["rating"]; !s.Running() || !s.DueAt.Equal(date(t, "2023-05-06").Add(-time.Millisecond)) {
		t.Errorf("rating: %+v", s)
	}
	if _, there := c["suspension"]; there {
		t.Error("a clock that never started is there")
	}
}

func TestLimitsOfACase(t *testing.T) {
	f := shipped(t, "menu")
	item := &Limit{2, WorkingDays}
	at := []string{"order", "2023-04-26 10:00", "submit", "2023-04-26 11:00", "dispatch", "2023-04-26 15:00"}
	if got := play(t, f, LimitContext{Item: item}, at...)["finish"]; got.Limit != *item || !got.DueAt.Equal(date(t, "2023-04-28 18:00")) {
		t.Errorf("the item's limit does not stand: %+v", got)
	}
	if got := play(t, f, LimitContext{Item: item}, at...)["response"]; got.Limit.Unit != WorkingHours {
		t.Errorf("the item's limit stands where it should not: %+v", got)
	}
	if got := play(t, f, LimitContext{Item: item, Urgent: true}, at...)["finish"]; !got.DueAt.Equal(date(t, "2023-04-27 15:00")) {
		t.Errorf("urgent: %+v", got)
	}
}

func TestNothingButTheFlowMovesAClock(t *testing.T) {
	f := shipped(t, "menu")
	at := []string{"order", "2023-04-26 10:00", "submit", "2023-04-26 11:00", "dispatch", "2023-04-26 15:00", "accept", "2023-04-27 09:30"}
	before := play(t, f, LimitContext{}, at...)
	after := play(t, f, LimitContext{Urgent: true, Item: &Limit{1, UrgentHours}}, append(slices.Clip(at),
		"comment", "2023-04-27 10:00", "cohandle", "2023-04-27 10:01", "supervise", "2023-04-27 10:02", "nonsense", "2023-04-27 10:03")...)
	for id := range before { // the context of the later acts must not reach the clocks that began before
		a, b := before[id], after[id]
		if a.Running() != b.Running() || a.Running() && !a.StartedAt.Equal(b.StartedAt) {
			t.Errorf("%s moved: %+v → %+v", id, a, b)
		}
	}
	states := Apply(f, nil, "order", date(t, "2023-04-26 10:00"), LimitContext{}, China(), OfficeHours{})
	same := Apply(f, states, "order", date(t, "2023-04-27 10:00"), LimitContext{}, China(), OfficeHours{})
	same = Apply(f, same, "comment", date(t, "2023-04-27 11:00"), LimitContext{Urgent: true}, China(), OfficeHours{})
	if d := cmp.Diff(states, same); d != "" {
		t.Errorf("starting a running clock, or a comment, changed it:\n%s", d)
	}
}

func TestReturningErasesNoBrokenPromise(t *testing.T) {
	f := shipped(t, "menu")
	early := play(t, f, LimitContext{}, "order", "2023-04-24 09:00", "submit", "2023-04-24 10:00", "dispatch", "2023-04-24 11:00", "return.else", "2023-04-24 15:00")
	if s := early["response"]; s.Running() || s.OnTime != nil {
		t.Errorf("returned in time counts for nobody: %+v", s)
	}
	if s := early["finish"]; !s.Running() || !s.StartedAt.Equal(date(t, "2023-04-24 11:00")) {
		t.Errorf("finding somebody else in the unit must not reset the finish clock: %+v", s)
	}
	late := play(t, f, LimitContext{}, "order", "2023-04-24 09:00", "submit", "2023-04-24 10:00", "dispatch", "2023-04-24 11:00", "return.else", "2023-04-25 15:00",
		"dispatch", "2023-04-25 16:00", "accept", "2023-04-25 17:00")
	if s := late["response"]; s.Missed != 1 || s.Kept != 0 || s.OnTime == nil || !*s.OnTime {
		t.Errorf("the first run was missed, the second kept: %+v", s)
	}
}

func TestUnsolvedBeginsANewRound(t *testing.T) {
	c := play(t, shipped(t, "menu"), LimitContext{}, "order", "2023-04-26 10:00", "submit", "2023-04-26 11:00", "dispatch", "2023-04-26 15:00",
		"accept", "2023-04-27 09:30", "finish", "2023-04-28 16:00", "rate.unsolved", "2023-04-28 20:00")
	for id, running := range map[string]bool{"submit": false, "dispatch": true, "response": false, "finish": false, "rating": false, "total": true} {
		if s := c[id]; s.Running() != running {
			t.Errorf("%s running = %v", id, s.Running())
		}
	}
	if s := c["total"]; s.Kept != 1 || !s.StartedAt.Equal(date(t, "2023-04-28 20:00")) {
		t.Errorf("total of the new round: %+v", s)
	}
}

func TestSuspending(t *testing.T) {
	f := shipped(t, "menu")
	at := []string{"order", "2023-04-19 09:00", "submit", "2023-04-19 10:00", "dispatch", "2023-04-19 11:00", "accept", "2023-04-19 15:00", "suspend", "2023-04-20 09:00"}
	held := play(t, f, LimitContext{}, at...)
	if s := held["finish"]; !s.Paused() || s.Overdue(date(t, "2023-06-01")) {
		t.Errorf("a paused clock does not run out: %+v", s)
	}
	on := play(t, f, LimitContext{}, append(at, "resume", "2023-04-24 09:00")...)
	// Due 04-25; 04-20, 04-21 and the make-up Sunday 04-23 were paused.
	if s := on["finish"]; s.Paused() || !s.DueAt.Equal(date(t, "2023-04-28 18:00")) || s.PausedFor != 96*time.Hour || len(s.Pauses) != 1 {
		t.Errorf("finish: %+v", s)
	}
	if s := on["suspension"]; s.Running() || !s.DueAt.Equal(date(t, "2023-05-06 18:00")) {
		t.Errorf("suspension: %+v", s)
	}
}

func TestNextDueWarnWake(t *testing.T) {
	f := shipped(t, "menu")
	states := Apply(f, nil, "order", date(t, "2023-04-26 14:00"), LimitContext{}, China(), OfficeHours{})
	if id, at := NextDue(states); id != "submit" || !at.Equal(date(t, "2023-04-26 18:00")) {
		t.Errorf("next due %s %v", id, at)
	}
	if got := Wake(f, states, China(), OfficeHours{}); !got.Equal(date(t, "2023-04-26 17:00")) {
		t.Errorf("three quarters of 14:00–18:00 is %v", got)
	}
	states[0].Warned = true
	if got := Wake(f, states, China(), OfficeHours{}); !got.Equal(date(t, "2023-04-26 18:00")) {
		t.Errorf("after the warning comes %v", got)
	}
	states[0].Escalated = true
	warn := Wake(f, states, China(), OfficeHours{})
	if !warn.After(date(t, "2023-05-10")) || !warn.Before(date(t, "2023-05-18 18:00")) {
		t.Errorf("then the total's warning: %v", warn)
	}
	step, _ := f.Step("ordered")
	if id, _ := StepDue(step, states); id != "submit" {
		t.Errorf("the step shows %s", id)
	}
	if id, at := NextDue(nil); id != "" || !at.IsZero() {
		t.Error("no clocks, yet something is due")
	}
}

func TestClockStateKeepsItsForm(t *testing.T) {
	c := play(t, shipped(t, "menu"), LimitContext{}, "order", "2023-04-26 10:00", "submit", "2023-04-26 11:00", "dispatch", "2023-04-26 15:00",
		"accept", "2023-04-27 09:30", "suspend", "2023-04-27 10:00", "resume", "2023-04-28 10:00", "finish", "2023-04-28 16:00")
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var back map[string]ClockState
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(c, back); d != "" {
		t.Errorf("through JSON:\n%s", d)
	}
	one, err := json.Marshal(c["submit"])
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"submit","s":"2023-04-26T02:00:00Z","d":"2023-04-26T08:00:00Z","x":"2023-04-26T03:00:00Z","l":{"n":4,"unit":"working_hours"},"ok":true}`
	if string(one) != want {
		t.Errorf("stored as\n%s, want\n%s", one, want)
	}
}

func TestApplyLeavesPausesOfTheGivenStatesAlone(t *testing.T) {
	f := shipped(t, "menu")
	pauses := append(make([]Pause, 0, 4), Pause{date(t, "2023-04-20 09:00"), date(t, "2023-04-20 10:00")})
	due, _ := China().Due(date(t, "2023-04-19 09:00"), Limit{5, WorkingDays}, OfficeHours{})
	given := []ClockState{{ID: "finish", StartedAt: date(t, "2023-04-19 09:00"), DueAt: due, Limit: Limit{5, WorkingDays}, PausedAt: date(t, "2023-04-21 09:00"), Pauses: pauses}}
	one := Apply(f, given, "resume", date(t, "2023-04-24 09:00"), LimitContext{}, China(), OfficeHours{})
	other := Apply(f, given, "resume", date(t, "2023-04-25 09:00"), LimitContext{}, China(), OfficeHours{})
	if one[0].Pauses[1].To.Equal(other[0].Pauses[1].To) || len(given[0].Pauses) != 1 {
		t.Errorf("two futures of one case share their pauses: %v", one[0].Pauses)
	}
}

// Whatever is done in whatever order: a stopped clock does not run, a running one has no verdict, the sum of verdicts
// never shrinks, and the states given are left alone.
func TestApplyProperties(t *testing.T) {
	f := shipped(t, "menu")
	var events []string
	for i := range f.Actions {
		for _, o := range f.Actions[i].outcomes() {
			events = append(events, o.event)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		var states []ClockState
		at := instants.Draw(t, "start")
		missed := map[string]int{}
		for range rapid.IntRange(1, 30).Draw(t, "acts") {
			at = at.Add(time.Duration(rapid.IntRange(0, 10*24*60).Draw(t, "wait")) * time.Minute)
			before, _ := json.Marshal(states)
			next := Apply(f, states, rapid.SampledFrom(events).Draw(t, "event"), at, LimitContext{}, China(), OfficeHours{})
			if after, _ := json.Marshal(states); string(after) != string(before) {
				t.Fatal("the states given were changed")
			}
			states = next
			for _, s := range states {
				n := s.Missed
				if s.OnTime != nil && !*s.OnTime {
					n++
				}
				switch {
				case s.Running() && s.OnTime != nil:
					t.Fatalf("runs with a verdict: %+v", s)
				case s.DueAt.Before(s.StartedAt):
					t.Fatalf("due before it began: %+v", s)
				case n < missed[s.ID]:
					t.Fatalf("a broken promise was lost: %+v", s)
				}
				missed[s.ID] = n
			}
		}
	})
}

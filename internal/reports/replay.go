package reports

import (
	"slices"
	"time"
)

// lastMove gives the last act that moved a case on; nil when none did.
func lastMove(acts []*Act) *Act {
	for i := len(acts) - 1; i >= 0; i-- {
		if a := acts[i]; a.Text("flow") != "" && a.Text("from") != a.Text("to") {
			return a
		}
	}
	return nil
}

func within(a Ask, t time.Time) bool { return !t.Before(a.Period.From) && t.Before(a.Period.To) }

// ReplaySolved counts a case of a flow that rests in the given step, with a rating of its last round that left it there.
func ReplaySolved(flow, step string) Replay {
	return func(a Ask, acts []*Act) Tally {
		last := lastMove(acts)
		if last == nil || last.Text("flow") != flow || last.Text("to") != step {
			return Tally{}
		}
		for _, x := range acts {
			if x.Act == "rate" && x.Text("to") == step && x.Number("round") == last.Number("round") && within(a, x.Time()) {
				return Tally{1, 1}
			}
		}
		return Tally{}
	}
}

// ReplayClosed counts a case of a flow that came to rest in one of the given steps within the period.
func ReplayClosed(flow string, steps ...string) Replay {
	return func(a Ask, acts []*Act) Tally {
		last := lastMove(acts)
		if last == nil || last.Text("flow") != flow || !slices.Contains(steps, last.Text("to")) {
			return Tally{}
		}
		at := last.Time()
		if ms := last.Number("closed_at"); ms != 0 { // what was imported was closed elsewhere, earlier
			at = time.UnixMilli(ms).UTC()
		}
		if !within(a, at) {
			return Tally{}
		}
		return Tally{1, 1}
	}
}

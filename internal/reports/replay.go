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

// openFlows are the shipped flows whose cases are no secret. The ledger does not say of a case whether it is, so of other flows, and of all flows
// together, it cannot be counted from the ledger alone what a figure may count.
var openFlows = []string{"menu", "hazard", "paired", "civility", "hotline"}

// OpenedInLedger says of which questions about opened cases the ledger tells all: those about one flow whose cases are no secret. Where a case rests
// now is asked of the store, and the strands that a case began with are those of its item.
func OpenedInLedger(a Ask) bool {
	return slices.Contains(openFlows, a.Params["flow"]) && a.Params["steps"] == "" && a.Params["strand"] == ""
}

// ReplayOpened counts a case that was opened within the period and was not merged into another.
func ReplayOpened(a Ask, acts []*Act) Tally {
	var first, last *Act
	for _, x := range acts {
		if x.Text("flow") == "" || x.Text("number") == "" {
			continue
		}
		if x.Text("from") == "" && first == nil {
			first = x
		}
		if last = x; x.Text("to") == "merged" && x.Text("from") != "merged" {
			return Tally{}
		}
	}
	if first == nil || first.Text("flow") != a.Params["flow"] {
		return Tally{}
	}
	if unit := a.Params["unit"]; unit != "" && last.Text("unit") != unit {
		return Tally{}
	}
	at := first.Time()
	if ms := first.Number("opened_at"); ms != 0 { // what was imported was opened elsewhere, earlier
		at = time.UnixMilli(ms).UTC()
	}
	if !within(a, at) {
		return Tally{}
	}
	return Tally{1, 1}
}

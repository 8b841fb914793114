package workflow

import "slices"

// Leading gives the action that moves the flow forward from a step: the first that names the step itself and leads to a
// later step which waits, or ends the case as done; from a held step, the one that goes back. Whoever may take it has the
// next act. Side moves (return, transfer, cancel, merge) and what the program does by itself are none.
func (f *Flow) Leading(step string) (*Action, bool) {
	index := func(id string) int { return slices.IndexFunc(f.Steps, func(s Step) bool { return s.ID == id }) }
	at := index(step)
	if at < 0 {
		return nil, false
	}
	for i := range f.Actions {
		a := &f.Actions[i]
		if a.Opens || a.Auto != "" || !slices.Contains(a.From, step) {
			continue
		}
		if a.To == "^" {
			return a, true
		}
		to := index(a.To)
		if to > at && (f.Steps[to].End == "" && !f.Steps[to].Held || f.Steps[to].End == "done") {
			return a, true
		}
	}
	return nil, false
}

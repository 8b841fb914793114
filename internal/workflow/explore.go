package workflow

import "slices"

// Edge is one way from a step to another: an action, or one outcome of it ("rate.unsolved").
type Edge struct {
	From  string `json:"from"` // empty for the action that opens
	Event string `json:"event"`
	To    string `json:"to"`
}

// Atlas is every way that a case may go, guards and actors aside.
type Atlas struct {
	Edges []Edge `json:"edges"`
	// Unreachable lists steps that no case comes to, DeadEnds those without an end that no action leaves, and Endless
	// those from which no end can be reached.
	Unreachable []string `json:"unreachable,omitempty"`
	DeadEnds    []string `json:"deadEnds,omitempty"`
	Endless     []string `json:"endless,omitempty"`
	// Partial says that the flow has more states than are looked at (maxStates), so that what is listed may be incomplete.
	Partial bool `json:"partial,omitempty"`
}

// Explore walks every reachable pair of step and action, with the clocks that run there: an action that the program takes
// by itself is possible only while its clock runs.
func Explore(f *Flow) Atlas {
	w := walkAll(f)
	a := Atlas{Edges: w.edges, Partial: w.partial}
	for _, s := range f.Steps {
		reached := slices.ContainsFunc(w.edges, func(e Edge) bool { return e.To == s.ID })
		leaves := slices.ContainsFunc(w.edges, func(e Edge) bool { return e.From == s.ID && e.To != s.ID })
		switch {
		case !reached:
			a.Unreachable = append(a.Unreachable, s.ID)
		case s.End == "" && !leaves:
			a.DeadEnds = append(a.DeadEnds, s.ID)
		case s.End == "" && !w.edgesReach(s.ID, func(to string) bool { t, _ := f.Step(to); return t.End != "" }):
			a.Endless = append(a.Endless, s.ID)
		}
	}
	return a
}

// maxStates bounds the states (step, step before a held one, clocks) that are looked at.
const maxStates = 20_000

// The states of a clock while walking.
const (
	clockOff byte = iota
	clockOn
	clockPaused
)

// node is one state of a case as far as the flow knows it.
type node struct {
	step, prev string // prev only in a held step
	clocks     string // one byte for each clock of the flow
}

type walk struct {
	f       *Flow
	nodes   []node
	index   map[node]int
	next    [][]int // successors of nodes
	edges   []Edge
	seen    map[Edge]bool
	partial bool
}

// outcome is one way out of an action.
type outcome struct{ event, to string }

// outcomes lists what an action may lead to: itself, or its branches and else.
func (a *Action) outcomes() []outcome {
	if len(a.Branches) == 0 {
		return []outcome{{a.ID, a.To}}
	}
	out := []outcome{{a.ID + "." + Else, a.To}}
	for _, b := range a.Branches {
		out = append(out, outcome{a.ID + "." + b.ID, b.To})
	}
	return out
}

func walkAll(f *Flow) *walk {
	w := &walk{f: f, index: map[node]int{}, seen: map[Edge]bool{}}
	open, ok := f.Opening()
	if !ok {
		return w
	}
	off := string(make([]byte, len(f.Clocks)))
	for _, o := range open.outcomes() {
		if _, ok := f.Step(o.to); ok {
			w.edge(Edge{"", o.event, o.to})
			w.visit(node{step: o.to, clocks: w.clocksAfter(off, o.event)})
		}
	}
	for i := 0; i < len(w.nodes); { // leaving one node may add others
		w.leave(i)
		i++
	}
	return w
}

// visit gives the index of a node, new or not; -1 when there are too many.
func (w *walk) visit(n node) int {
	if i, ok := w.index[n]; ok {
		return i
	}
	if len(w.nodes) == maxStates {
		w.partial = true
		return -1
	}
	w.index[n] = len(w.nodes)
	w.nodes = append(w.nodes, n)
	w.next = append(w.next, nil)
	return len(w.nodes) - 1
}

func (w *walk) edge(e Edge) {
	if !w.seen[e] {
		w.seen[e] = true
		w.edges = append(w.edges, e)
	}
}

// leave takes every action that is possible in a node.
func (w *walk) leave(i int) {
	n := w.nodes[i]
	here, _ := w.f.Step(n.step)
	for _, a := range w.f.ActionsFrom(n.step) {
		if a.Auto != "" && !w.running(n, a.Auto) {
			continue
		}
		for _, o := range a.outcomes() {
			to := n
			switch o.to {
			case "=":
			case "^":
				if n.prev == "" {
					continue
				}
				to.step, to.prev = n.prev, ""
			default:
				s, ok := w.f.Step(o.to)
				if !ok {
					continue
				}
				to.step = o.to
				switch {
				case !s.Held:
					to.prev = ""
				case !here.Held:
					to.prev = n.step
				}
			}
			to.clocks = w.clocksAfter(n.clocks, o.event)
			w.edge(Edge{n.step, o.event, to.step})
			if j := w.visit(to); j >= 0 && !slices.Contains(w.next[i], j) {
				w.next[i] = append(w.next[i], j)
			}
		}
	}
}

func (w *walk) running(n node, clock string) bool {
	for i, c := range w.f.Clocks {
		if c.ID == clock {
			return n.clocks[i] == clockOn
		}
	}
	return false
}

// clocksAfter is what Apply does to the clocks, without times.
func (w *walk) clocksAfter(clocks, event string) string {
	out := []byte(clocks)
	for i, c := range w.f.Clocks {
		if out[i] != clockOff {
			switch {
			case names(c.Stops, event), names(c.Voids, event), names(c.Restarts, event):
				out[i] = clockOff
			case names(c.Pauses, event):
				out[i] = clockPaused
			case names(c.Resumes, event):
				out[i] = clockOn
			}
		}
		if out[i] == clockOff && (names(c.Starts, event) || names(c.Restarts, event)) {
			out[i] = clockOn
		}
	}
	return string(out)
}

// edgesReach reports whether a step with the property can be reached from the step.
func (w *walk) edgesReach(from string, ok func(string) bool) bool {
	todo, seen := []string{from}, map[string]bool{from: true}
	for len(todo) > 0 {
		s := todo[0]
		todo = todo[1:]
		if ok(s) {
			return true
		}
		for _, e := range w.edges {
			if e.From == s && !seen[e.To] {
				seen[e.To] = true
				todo = append(todo, e.To)
			}
		}
	}
	return false
}

// canReach marks every node from which a node with the property can be reached.
func (w *walk) canReach(ok func(node) bool) []bool {
	back := make([][]int, len(w.nodes))
	for i, next := range w.next {
		for _, j := range next {
			back[j] = append(back[j], i)
		}
	}
	marked := make([]bool, len(w.nodes))
	var todo []int
	for i, n := range w.nodes {
		if ok(n) {
			marked[i] = true
			todo = append(todo, i)
		}
	}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, j := range back[i] {
			if !marked[j] {
				marked[j] = true
				todo = append(todo, j)
			}
		}
	}
	return marked
}

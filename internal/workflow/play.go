package workflow

import (
	"slices"
	"time"

	"sanzhi/internal/kernel"
)

// Option is an action that may be taken next in a played case, and as whom, in the words of a script.
type Option struct {
	Action *Action
	As     []string
}

// Played is how far a script came: what was done, where the case stands, and what may come next.
type Played struct {
	Moves    []Move
	Step     string // "" before the case is opened
	Unit     string
	Assignee string
	Now      time.Time
	Options  []Option
	// Refused is why the script stopped; nil when all of it was done.
	Refused error
}

// Play is Simulate that also tells what may be done next.
func Play(f *Flow, s *Script, cal *Calendar, office OfficeHours) (*Played, error) {
	sim, err := newSimulation(f, s, cal, office)
	if err != nil {
		return nil, err
	}
	p := &Played{Refused: sim.run()}
	p.Moves, p.Step, p.Unit, p.Assignee, p.Now = sim.moves, sim.env.Step, sim.env.Unit, sim.env.Assignee, sim.now
	p.Options = sim.options()
	return p, nil
}

// options lists what may be taken at the present step by somebody; what only a clock takes is not among them.
func (m *simulation) options() []Option {
	actions := m.c.Flow.ActionsFrom(m.env.Step)
	if m.env.Step == "" {
		actions = nil
		if a, ok := m.c.Flow.Opening(); ok {
			actions = append(actions, a)
		}
	}
	var out []Option
	for _, a := range actions {
		if _, err := m.c.Flow.Resolve(m.env.Step, m.before, a.ID); err != nil {
			continue
		}
		o := Option{Action: a}
		for _, w := range a.Actors {
			as := m.scriptName(w)
			kind, name := as, as
			if m.env.Assignee != "" && w.Relation == RelationAssignee || w.Relation == RelationOpen && m.env.Assignee != "" {
				as, name = kind+":"+m.env.Assignee, m.env.Assignee
			}
			if m.may(w, kind, name) && !slices.Contains(o.As, as) {
				o.As = append(o.As, as)
			}
		}
		if len(o.As) > 0 {
			out = append(out, o)
		}
	}
	return out
}

// scriptName is how a script names who may take an action.
func (m *simulation) scriptName(w Who) string {
	switch {
	case w.Anyone:
		return "anyone"
	case w.Requester:
		return "requester"
	case w.Post != "":
		return w.Post
	}
	return string(w.Role)
}

// newSimulation compiles the flow and sets the case before its beginning.
func newSimulation(f *Flow, s *Script, cal *Calendar, office OfficeHours) (*simulation, error) {
	compiled, err := Compile(f)
	if err != nil {
		return nil, err
	}
	return &simulation{c: compiled, s: s, cal: cal, office: office, env: CaseEnv{ID: "case", Flow: f.ID, Round: 1, Urgent: s.Urgent}}, nil
}

// startOf gives the instant of a script's line, or what is wrong with it.
func startOf(field, text string) (time.Time, error) {
	at, err := moment(text)
	if err != nil {
		return at, kernel.Invalid(field, kernel.T("时间请写成 2023-04-28 10:00 这样", "write the time like 2023-04-28 10:00"))
	}
	return at, nil
}

package workflow

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"sanzhi/internal/kernel"
)

// Script is a made-up case: who does what, when.
type Script struct {
	Urgent bool   `yaml:"urgent,omitempty" json:"urgent,omitempty"`
	Item   *Limit `yaml:"item,omitempty" json:"item,omitempty"` // the menu item's own limit
	// Until is the instant up to which the clocks go on after the last act, so that automatic actions come to pass.
	Until string `yaml:"until,omitempty" json:"until,omitempty"`
	Acts  []Act  `yaml:"acts" json:"acts"`
}

// Act is one line of a script.
type Act struct {
	// At is an instant with its zone (RFC 3339), or "2023-04-28 10:00" in Shanghai.
	At     string `yaml:"at" json:"at"`
	Action string `yaml:"action" json:"action"`
	// As is a role or the title of a post, with a name if two of them must be told apart ("cadre:wang"), or "requester",
	// or "anyone". The name stands for the account.
	As   string         `yaml:"as,omitempty" json:"as,omitempty"`
	Form map[string]any `yaml:"form,omitempty" json:"form,omitempty"`
}

// ParseScript reads a script from YAML or JSON: a Script, or only its list of acts.
func ParseScript(r io.Reader) (*Script, error) {
	src, err := readSource(r)
	if err != nil {
		return nil, err
	}
	s := &Script{}
	if isList(string(src)) {
		_, err = decode(src, &s.Acts)
	} else {
		_, err = decode(src, s)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

func isList(src string) bool {
	for line := range strings.Lines(src) {
		if line = strings.TrimSpace(line); line != "" && line != "---" && line[0] != '#' {
			return line[0] == '-' || line[0] == '['
		}
	}
	return false
}

// Move is what one act of a script, or the program by itself, did.
type Move struct {
	At     time.Time    `json:"at"`
	Event  string       `json:"event"`
	As     string       `json:"as"` // "system" for what the program does by itself
	From   string       `json:"from,omitempty"`
	To     string       `json:"to"`
	Bead   int          `json:"bead"`
	Round  int          `json:"round"`
	Line   kernel.Text  `json:"line,omitzero"` // filled in
	Say    kernel.Text  `json:"say"`           // filled in
	Due    time.Time    `json:"due,omitzero"`  // the step's clock
	Clocks []ClockState `json:"clocks"`
}

// Simulate plays a script on a flow, with made-up units and people: forms, guards, actors, clocks and automatic actions
// are the flow's own, while every post is taken to hold at the place, and at the unit that the relation asks for. It stops
// at the first act that is refused and gives what was done up to there; the Field of the error is "acts[3]…", counted from 1.
func Simulate(f *Flow, s *Script, cal *Calendar, office OfficeHours) ([]Move, error) {
	sim, err := newSimulation(f, s, cal, office)
	if err != nil {
		return nil, err
	}
	err = sim.run()
	return sim.moves, err
}

// run plays the script up to the first act that is refused.
func (m *simulation) run() error {
	for i, act := range m.s.Acts {
		field := fmt.Sprintf("acts[%d]", i+1)
		at, err := startOf(field+".at", act.At)
		if err != nil {
			return err
		}
		if at.Before(m.now) {
			return kernel.Invalid(field+".at", kernel.T("时间比上一行早，请按先后写", "earlier than the line before; write them in order"))
		}
		if err := m.runTo(at); err != nil {
			return inside(field, err)
		}
		if err := m.take(act, at); err != nil {
			return inside(field, err)
		}
	}
	if m.s.Until == "" {
		return nil
	}
	at, err := startOf("until", m.s.Until)
	if err != nil {
		return err
	}
	return inside("until", m.runTo(at))
}

func moment(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), nil
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", strings.Replace(s, "T", " ", 1), kernel.Shanghai)
	return t.UTC(), err
}

// inside puts the place in the script before the field of an error.
func inside(field string, err error) error {
	var e *kernel.Error
	if !errors.As(err, &e) {
		return err
	}
	out := *e
	out.Field = strings.TrimSuffix(field+"."+e.Field, ".")
	return &out
}

type simulation struct {
	c      *Compiled
	s      *Script
	cal    *Calendar
	office OfficeHours
	env    CaseEnv
	clocks []ClockState
	before string // the step before a held one
	now    time.Time
	moves  []Move
}

// maxAutomatic bounds what the program does by itself between two acts.
const maxAutomatic = 100

// runTo lets the clocks run up to at, and takes the automatic actions whose clock runs out before.
func (m *simulation) runTo(at time.Time) error {
	for range maxAutomatic {
		var next *Action
		var when time.Time
		for _, a := range m.c.Flow.ActionsFrom(m.env.Step) {
			for _, s := range m.clocks {
				due := s.DueAt.Add(time.Millisecond)
				if a.Auto == s.ID && a.Auto != "" && s.Running() && !s.Paused() && !due.After(at) && (next == nil || due.Before(when)) {
					next, when = a, due
				}
			}
		}
		if next == nil {
			return nil
		}
		if when.Before(m.now) {
			when = m.now
		}
		if err := m.do(next, "system", ActorEnv{Kind: "system"}, map[string]any{}, when); err != nil {
			return err
		}
	}
	return kernel.Invalid("auto", kernel.T("自动动作没完没了，请检查时钟", "automatic actions never come to rest; look at the clocks"))
}

// take does one act of the script.
func (m *simulation) take(act Act, at time.Time) error {
	a, ok := m.c.Flow.Action(act.Action)
	if !ok {
		return unknownAction(act.Action)
	}
	if a.Opens != (m.env.Step == "") {
		return kernel.Invalid("action", kernel.T("先开单，而且只开一次", "a case is opened first, and once"))
	}
	if _, err := m.c.Flow.Resolve(m.env.Step, m.before, a.ID); err != nil {
		return err
	}
	kind, name, _ := strings.Cut(act.As, ":")
	if name == "" {
		name = kind
	}
	if !slices.ContainsFunc(a.Actors, func(w Who) bool { return m.may(w, kind, name) }) {
		return kernel.Forbidden(kernel.T("「"+act.As+"」现在不能「"+a.Title.Zh+"」", act.As+" may not take \""+a.Title.En+"\" now"))
	}
	answers := maps.Clone(act.Form)
	for k, v := range answers {
		if l, ok := v.([]any); ok {
			answers[k] = slices.Clone(l)
		}
	}
	form, err := CheckForm(a.Form, answers)
	if err != nil {
		return err
	}
	return m.do(a, act.As, m.actor(kind, name), form, at)
}

func (m *simulation) actor(kind, name string) ActorEnv {
	switch kind {
	case "requester":
		return ActorEnv{Kind: string(kernel.ActorRequester)}
	case "anyone", "":
		return ActorEnv{Kind: string(kernel.ActorAnonymous)}
	}
	return ActorEnv{Kind: string(kernel.ActorAccount), Account: name, Unit: m.env.Unit, Orgs: []string{m.env.Unit}, Roles: []string{kind}}
}

// may reports whether an entry of the actors fits a made-up person.
func (m *simulation) may(w Who, kind, name string) bool {
	switch {
	case w.Anyone:
		return true
	case w.Requester:
		return kind == "requester"
	case w.Post != "" && w.Post != kind, w.Post == "" && string(w.Role) != kind:
		return false
	}
	switch w.Relation {
	case RelationAssignee:
		return m.env.Assignee == name
	case RelationOpen:
		return m.env.Assignee == "" || m.env.Assignee == name
	case RelationCohandle:
		return len(m.env.Cohandlers) > 0
	case RelationPlace, RelationUnit: // taken to hold
	}
	return true
}

// do takes an action whose actor and form are right.
func (m *simulation) do(a *Action, as string, actor ActorEnv, form map[string]any, at time.Time) error {
	out, err := m.c.Take(a.ID, Env{Case: m.env, Form: form, Actor: actor, Now: at})
	if err != nil {
		return err
	}
	from := m.env.Step
	to, err := m.c.Flow.Resolve(from, m.before, out.Event)
	if err != nil {
		return err
	}
	m.apply(out.Effects, actor, form)
	m.clocks = Apply(m.c.Flow, m.clocks, out.Event, at, LimitContext{Urgent: m.env.Urgent || Urgent(a.Form, form), Item: m.s.Item}, m.cal, m.office)
	m.env.Urgent = m.env.Urgent || Urgent(a.Form, form)
	if from == "" {
		m.env.OpenedAt, m.env.OpenedBy = at, actor.Account
	}
	step, _ := m.c.Flow.Step(to)
	if to != from {
		if old, _ := m.c.Flow.Step(from); !old.Held {
			m.before = from
		}
		m.env.Prev, m.env.Step, m.env.StepSince = from, to, at
	}
	m.now = at
	_, due := StepDue(step, m.clocks)
	words := m.words(form, actor, due)
	m.moves = append(m.moves, Move{At: at, Event: out.Event, As: as, From: from, To: to, Bead: step.Bead, Round: m.env.Round,
		Line: fillBoth(out.Line, words), Say: fillBoth(step.Say, words), Due: due, Clocks: slices.Clone(m.clocks)})
	return nil
}

func (m *simulation) words(form map[string]any, actor ActorEnv, due time.Time) map[string]string {
	words := map[string]string{}
	for k, v := range form {
		words[k] = fmt.Sprint(v)
	}
	words["unit"], words["assignee"], words["actor"], words["place"] = m.env.Unit, m.env.Assignee, actor.Account, m.env.Place
	if !due.IsZero() {
		words["due"] = due.In(kernel.Shanghai).Format("2006-01-02 15:04")
	}
	return words
}

func fillBoth(t kernel.Text, words map[string]string) kernel.Text {
	return kernel.T(Fill(t, kernel.Chinese, words), Fill(t, kernel.English, words))
}

// dropHelpers ends co-handling with the unit that asked for it, unless the flow keeps it.
func (m *simulation) dropHelpers(effects []Effect) {
	if !slices.Contains(effects, EffectKeepHelpers) {
		m.env.Cohandlers = nil
	}
}

// apply does to the made-up case what the effects say.
func (m *simulation) apply(effects []Effect, actor ActorEnv, form map[string]any) {
	text := func(id, otherwise string) string {
		if s, ok := form[id].(string); ok {
			return s
		}
		return otherwise
	}
	for _, e := range effects {
		switch e {
		case EffectFixUnit:
			m.env.Unit = text("unit", "unit")
		case EffectTransferUnit:
			m.env.Unit, m.env.Assignee = text("unit", m.env.Unit), ""
			m.dropHelpers(effects)
		case EffectAssign:
			m.env.Assignee = text("assignee", m.env.Assignee)
		case EffectTake:
			m.env.Assignee = actor.Account
		case EffectRelease:
			m.env.Assignee = ""
		case EffectClearUnit:
			m.env.Unit = ""
			m.dropHelpers(effects)
		case EffectCohandle:
			units, _ := stringList(form["units"])
			m.env.Cohandlers = append(slices.Clone(m.env.Cohandlers), units...)
		case EffectReopen:
			m.env.Round++
		case EffectSupervise:
			m.env.Supervised = true
		case EffectResult, EffectRate, EffectMerge, EffectKeepHelpers: // nothing that later steps look at
		}
	}
}

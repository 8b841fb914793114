// Package workflow holds flows as data: which steps a case of some kind goes through, who may take each action, which
// form it asks for, which clocks start and stop, and what the public may read. It parses, checks and simulates flows and
// computes deadlines on the working calendar; it knows no case, no store and no person.
package workflow

import (
	"slices"
	"strings"

	"sanzhi/internal/kernel"
)

// Flow is one version of one mechanism, such as the five-step menu loop. A running case keeps the version it began with.
type Flow struct {
	ID      string      `yaml:"flow" json:"flow"`
	Version int         `yaml:"version" json:"version"`
	Title   kernel.Text `yaml:"title" json:"title"`
	// Strand is 自治, 法治, 德治 or 智治 (zi, fa, de, zhi): the default tag of its cases.
	Strand string `yaml:"strand" json:"strand"`
	// Sector routes a case that was opened without an item of the menu, as an item's sector would.
	Sector string `yaml:"sector,omitempty" json:"sector,omitempty"`
	// Offer is how the resident's page offers the flow beside the menu; nil leaves it to the staff.
	Offer *Offer `yaml:"offer,omitempty" json:"offer,omitempty"`
	// Anonymous says that a case may be opened without an account.
	Anonymous bool `yaml:"anonymous" json:"anonymous"`
	// Confidential cases are readable only by their parties and the posts that act in them.
	Confidential bool     `yaml:"confidential" json:"confidential"`
	Beads        []Bead   `yaml:"beads" json:"beads"`
	Steps        []Step   `yaml:"steps" json:"steps"`
	Actions      []Action `yaml:"actions" json:"actions"`
	Clocks       []Clock  `yaml:"clocks" json:"clocks"`
}

// Offer is the line under which residents find a flow that no item of the menu leads to.
type Offer struct {
	Title kernel.Text `yaml:"title" json:"title"`
	Note  kernel.Text `yaml:"note" json:"note"`
}

// Bead is one character of the string that stands for the whole flow everywhere: 点 交 下 接 评.
type Bead struct {
	Char string      `yaml:"char" json:"char"`
	En   string      `yaml:"en" json:"en"` // one letter
	Name kernel.Text `yaml:"name" json:"name"`
}

// Step is a state that a case rests in. The first step is where a new case stands.
type Step struct {
	ID    string      `yaml:"id" json:"id"`
	Title kernel.Text `yaml:"title" json:"title"`
	// Bead is the 1-based bead that is "now" while the case rests here.
	Bead int `yaml:"bead" json:"bead"`
	// Say tells the requester in plain words what happens now; {unit}, {assignee}, {place} and {due} are filled in.
	Say kernel.Text `yaml:"say" json:"say"`
	// End is empty for a step that waits, else how the case ended: "done", "unrated", "merged", "cancelled", "refused".
	End string `yaml:"end,omitempty" json:"end,omitempty"`
	// Held marks a step in which the work is suspended.
	Held bool `yaml:"held,omitempty" json:"held,omitempty"`
	// Clock names the clock whose ring is drawn here and whose due time is {due}. Empty: the running clock due next.
	Clock string `yaml:"clock,omitempty" json:"clock,omitempty"`
}

// Action leads from one of its From steps to its To step.
type Action struct {
	ID    string      `yaml:"id" json:"id"`
	Title kernel.Text `yaml:"title" json:"title"`
	// Opens marks the one action that makes a case; its From is empty.
	Opens bool `yaml:"opens,omitempty" json:"opens,omitempty"`
	// From lists step ids; "*" is every step without an end.
	From []string `yaml:"from,omitempty" json:"from,omitempty"`
	// To is a step id, "=" to stay, or "^" to go back to the step before a held one.
	To     string  `yaml:"to" json:"to"`
	Actors []Who   `yaml:"actors" json:"actors"`
	Form   []Field `yaml:"form,omitempty" json:"form,omitempty"`
	// Guard is an expr expression over {case, form, actor, now}; the action is refused with GuardSay unless it is true.
	Guard    string      `yaml:"guard,omitempty" json:"guard,omitempty"`
	GuardSay kernel.Text `yaml:"guardSay,omitempty" json:"guardSay,omitzero"`
	// Effects say what the action does to the case beside moving it.
	Effects []Effect `yaml:"effects,omitempty" json:"effects,omitempty"`
	// Branches take the place of To, Effects and Line: the first whose When is true decides; when none is, the action's own stand.
	Branches []Branch `yaml:"branches,omitempty" json:"branches,omitempty"`
	// Line is what the public time line says of it, with {unit}, {assignee}, {actor} and {field} filled in; empty keeps it off.
	Line kernel.Text `yaml:"line,omitempty" json:"line,omitzero"`
	// Auto says that the program takes this action by itself when the named clock runs out.
	Auto string `yaml:"auto,omitempty" json:"auto,omitempty"`
}

// Branch is another outcome of an action, such as a rating that says "not solved". Clocks may name it as
// "action.branch", and the outcome in which no branch was taken as "action.else"; the bare action id means every outcome.
type Branch struct {
	ID string `yaml:"id" json:"id"`
	// When is an expr expression over {case, form, actor, now} that must be true for this branch.
	When    string      `yaml:"when" json:"when"`
	To      string      `yaml:"to" json:"to"`
	Effects []Effect    `yaml:"effects,omitempty" json:"effects,omitempty"` // in place of the action's
	Line    kernel.Text `yaml:"line,omitempty" json:"line,omitzero"`        // in place of the action's, when given
}

// Else names the outcome of an action with branches in which none of them was taken.
const Else = "else"

// Who may take an action. All that is given must hold at once.
type Who struct {
	// Role that one of the actor's posts must map to, at the case's place or above.
	Role kernel.Role `yaml:"role,omitempty" json:"role,omitempty"`
	// Post names posts by their own title, for flows that name one.
	Post string `yaml:"post,omitempty" json:"post,omitempty"`
	// Requester is whoever holds the tracking code or opened the case.
	Requester bool `yaml:"requester,omitempty" json:"requester,omitempty"`
	// Anyone may take it, signed in or not (used to open cases).
	Anyone bool `yaml:"anyone,omitempty" json:"anyone,omitempty"`
	// Level is the place kind that the post must be held at ("community", "street", "county"); empty is any.
	Level string `yaml:"level,omitempty" json:"level,omitempty"`
	// Relation narrows posts further.
	Relation Relation `yaml:"relation,omitempty" json:"relation,omitempty"`
}

// Relation is how the actor's post must stand to the case.
type Relation string

// The relations. RelationPlace is the default: the post's place holds the case.
const (
	RelationPlace    Relation = ""
	RelationUnit     Relation = "unit"     // the post's organisation is the case's unit, and its place holds the case
	RelationAssignee Relation = "assignee" // the actor is the assignee
	// RelationOpen: as unit, and the case has no assignee or the actor is the assignee.
	RelationOpen     Relation = "open"
	RelationCohandle Relation = "cohandle" // the post's organisation is a co-handling unit, and its place holds the case
)

// AllRelations lists the closed set.
var AllRelations = []Relation{RelationPlace, RelationUnit, RelationAssignee, RelationOpen, RelationCohandle}

// Effect is one thing an action does to the case beside moving it. The set is closed; cases implements each.
type Effect string

// The effects. Those that take a form field name it here.
const (
	EffectFixUnit      Effect = "fix_unit"      // form.unit, else the routed unit, becomes the case's unit
	EffectTransferUnit Effect = "transfer_unit" // form.unit becomes the unit, the assignee is cleared
	EffectAssign       Effect = "assign"        // form.assignee, when given, becomes the assignee
	EffectTake         Effect = "take"          // the actor becomes the assignee
	EffectRelease      Effect = "release"       // the assignee is cleared
	EffectClearUnit    Effect = "clear_unit"    // the unit is cleared and routed anew
	EffectCohandle     Effect = "cohandle"      // form.units are added as co-handling units
	EffectKeepHelpers  Effect = "keep_helpers"  // with transfer_unit or clear_unit: the co-handling units stay, who else go
	EffectResult       Effect = "result"        // form.result and form.photos are what was done
	EffectRate         Effect = "rate"          // form.score, form.solved and form.text are the rating of this round
	EffectReopen       Effect = "reopen"        // a new round begins
	EffectSupervise    Effect = "supervise"     // the case is marked as supervised (督办)
	EffectMerge        Effect = "merge"         // the case joins form.into; its requester follows and rates that case
)

// AllEffects lists the closed set.
var AllEffects = []Effect{EffectFixUnit, EffectTransferUnit, EffectAssign, EffectTake, EffectRelease, EffectClearUnit,
	EffectCohandle, EffectKeepHelpers, EffectResult, EffectRate, EffectReopen, EffectSupervise, EffectMerge}

// Field is one question of a form.
type Field struct {
	ID    string      `yaml:"id" json:"id"`
	Label kernel.Text `yaml:"label" json:"label"`
	Help  kernel.Text `yaml:"help,omitempty" json:"help,omitzero"`
	// Type is text, longtext, number, integer, boolean, choice, choices, date, time, unit, units, account, case, photos.
	Type     string   `yaml:"type" json:"type"`
	Required bool     `yaml:"required,omitempty" json:"required,omitempty"`
	Choices  []Choice `yaml:"choices,omitempty" json:"choices,omitempty"`
	Min      *float64 `yaml:"min,omitempty" json:"min,omitempty"` // of the number, or of the characters or items
	Max      *float64 `yaml:"max,omitempty" json:"max,omitempty"`
	// Personal answers are masked in lists, encrypted at rest and erased with the person's data.
	Personal bool `yaml:"personal,omitempty" json:"personal,omitempty"`
}

// Choice is one answer of a choice field.
type Choice struct {
	ID    string      `yaml:"id" json:"id"`
	Label kernel.Text `yaml:"label" json:"label"`
	// Urgent makes the clocks of a case with this answer run by their Urgent limit.
	Urgent bool `yaml:"urgent,omitempty" json:"urgent,omitempty"`
}

// Clock measures one promise of the flow.
type Clock struct {
	ID    string      `yaml:"id" json:"id"`
	Title kernel.Text `yaml:"title" json:"title"`
	// Measure is what the clock's end means to the rates: "response" (accepted in time), "finish" (done in time), or empty.
	Measure string `yaml:"measure,omitempty" json:"measure,omitempty"`
	// Starts, Stops, Voids, Pauses and Resumes list action ids, or outcomes of an action with branches ("rate.unsolved",
	// "rate.else"). Starting a running clock does not reset it, unless the action
	// stands in Restarts.
	Starts   []string `yaml:"starts" json:"starts"`
	Restarts []string `yaml:"restarts,omitempty" json:"restarts,omitempty"`
	Stops    []string `yaml:"stops" json:"stops"`
	// Voids stop the clock without keeping or breaking its promise (returned, merged, cancelled): before it is due the
	// promise counts nowhere; once it is overdue it stays broken.
	Voids   []string `yaml:"voids,omitempty" json:"voids,omitempty"`
	Pauses  []string `yaml:"pauses,omitempty" json:"pauses,omitempty"`
	Resumes []string `yaml:"resumes,omitempty" json:"resumes,omitempty"`
	Limit   Limit    `yaml:"limit" json:"limit"`
	Urgent  Limit    `yaml:"urgent,omitempty" json:"urgent,omitzero"`
	// Item says that the menu item's own limit, where it has one, stands before Limit.
	Item bool `yaml:"item,omitempty" json:"item,omitempty"`
	// WarnAt is the share of the time after which the holder is warned (0.75); 0 is never.
	WarnAt float64 `yaml:"warnAt,omitempty" json:"warnAt,omitempty"`
	// Escalate names the role that is told, at the case's place or above, when the time is over.
	Escalate kernel.Role `yaml:"escalate,omitempty" json:"escalate,omitempty"`
}

// Limit is a span of time in one of four units.
type Limit struct {
	N    int  `yaml:"n" json:"n"`
	Unit Unit `yaml:"unit" json:"unit"`
}

// Unit is how a limit counts.
type Unit string

// The units of limits (GB/T 30428.8 and local rules).
const (
	UrgentHours  Unit = "urgent_hours"  // 紧急工作时: hours that never stop
	WorkingHours Unit = "working_hours" // 工作时: hours of office time on working days
	WorkingDays  Unit = "working_days"  // 工作日: with make-up days; the day of the start does not count, ends at close of office
	NaturalDays  Unit = "natural_days"  // 自然日: calendar days, ends at the end of the day
)

// AllUnits lists the closed set.
var AllUnits = []Unit{UrgentHours, WorkingHours, WorkingDays, NaturalDays}

// Step gives the step with the id.
func (f *Flow) Step(id string) (Step, bool) {
	for _, s := range f.Steps {
		if s.ID == id {
			return s, true
		}
	}
	return Step{}, false
}

// Action gives the action with the id.
func (f *Flow) Action(id string) (*Action, bool) {
	for i := range f.Actions {
		if f.Actions[i].ID == id {
			return &f.Actions[i], true
		}
	}
	return nil, false
}

// Levels lists the tiers of place that a post may be held at.
var Levels = []string{"grid", "community", "village", "street", "county"}

// Ends lists how a case may end.
var Ends = []string{"done", "unrated", "merged", "cancelled", "refused"}

// Measures lists what the end of a clock may mean to the rates.
var Measures = []string{"", "response", "finish"}

// Strands lists 自治, 法治, 德治 and 智治.
var Strands = []string{"zi", "fa", "de", "zhi"}

// FieldTypes lists the types of form fields.
var FieldTypes = []string{"text", "longtext", "number", "integer", "boolean", "choice", "choices", "date", "time",
	"unit", "units", "account", "case", "photos"}

// Opening gives the action that makes a case.
func (f *Flow) Opening() (*Action, bool) {
	for i := range f.Actions {
		if f.Actions[i].Opens {
			return &f.Actions[i], true
		}
	}
	return nil, false
}

// ActionsFrom lists the actions that may be taken while the case rests in the step, in the order of the flow.
func (f *Flow) ActionsFrom(step string) []*Action {
	var out []*Action
	for i := range f.Actions {
		if f.leaves(&f.Actions[i], step) {
			out = append(out, &f.Actions[i])
		}
	}
	return out
}

// leaves reports whether the action may be taken in the step.
func (f *Flow) leaves(a *Action, step string) bool {
	if a.Opens {
		return false
	}
	for _, from := range a.From {
		if from == step {
			return true
		}
		if s, ok := f.Step(step); from == "*" && ok && s.End == "" {
			return true
		}
	}
	return false
}

// Resolve gives the step that a case goes to from step by an action or outcome ("rate", "rate.unsolved"): "=" stays, "^"
// goes back to prevStep, the step before a held one. It is an error (KindInvalid) when the action may not be taken in step.
func (f *Flow) Resolve(step, prevStep, action string) (to string, err error) {
	id, branch, _ := strings.Cut(action, ".")
	a, ok := f.Action(id)
	if !ok {
		return "", unknownAction(id)
	}
	if !a.Opens && !f.leaves(a, step) {
		return "", kernel.Invalid("action", kernel.T("这一步不能「"+a.Title.Zh+"」，请刷新后再看", "\""+a.Title.En+"\" is not possible at this step; reload and look again"))
	}
	to = a.To
	if branch != "" && branch != Else {
		i := slices.IndexFunc(a.Branches, func(b Branch) bool { return b.ID == branch })
		if i < 0 {
			return "", unknownAction(action)
		}
		to = a.Branches[i].To
	}
	switch to {
	case "=":
		return step, nil
	case "^":
		if _, ok := f.Step(prevStep); !ok {
			return "", kernel.Invalid("action", kernel.T("没有可以回到的上一步", "there is no earlier step to go back to"))
		}
		return prevStep, nil
	}
	return to, nil
}

func unknownAction(id string) error {
	return kernel.Invalid("action", kernel.T("流程里没有「"+id+"」这个动作", "the flow has no action \""+id+"\""))
}

package api

import (
	"slices"
	"strings"
	"time"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/workflow"
)

// FlowSheet is a version of a flow as it is drawn for who keeps flows: texts in both languages.
type FlowSheet struct {
	ID           string          `json:"id" example:"menu"`
	Version      int             `json:"version"`
	Title        kernel.Text     `json:"title"`
	Strand       string          `json:"strand"`
	Sector       string          `json:"sector,omitempty"`
	Anonymous    bool            `json:"anonymous" doc:"A case may be opened without an account"`
	Confidential bool            `json:"confidential"`
	Beads        []workflow.Bead `json:"beads"`
	Opens        *SheetAction    `json:"opens"`
	Steps        []SheetStep     `json:"steps"`
	Clocks       []SheetClock    `json:"clocks"`
	Source       string          `json:"source,omitempty" doc:"The YAML; not with a draft"`
	Published    *time.Time      `json:"published_at,omitempty"`
	InForce      int             `json:"in_force,omitempty" doc:"The version that new cases get"`
	Findings     []FlowFinding   `json:"findings,omitempty"`
}

// SheetStep is a step with what may be done there.
type SheetStep struct {
	ID      string        `json:"id"`
	Title   kernel.Text   `json:"title"`
	Say     kernel.Text   `json:"say" doc:"What the requester reads while the case rests here"`
	Bead    int           `json:"bead"`
	End     string        `json:"end,omitempty"`
	Held    bool          `json:"held,omitempty"`
	Clock   string        `json:"clock,omitempty"`
	Actions []SheetAction `json:"actions"`
}

// SheetAction is an action: who, what it asks, where it leads, what the public reads.
type SheetAction struct {
	ID     string       `json:"id"`
	Title  kernel.Text  `json:"title"`
	Ways   []SheetWay   `json:"ways"`
	Who    []string     `json:"who" doc:"In the reader's language; empty when only a clock takes it"`
	Form   []SheetField `json:"form,omitempty"`
	Guard  string       `json:"guard,omitempty"`
	Line   kernel.Text  `json:"line" doc:"The public time line; empty keeps it off"`
	Auto   string       `json:"auto,omitempty" doc:"The clock at whose end the program takes it by itself"`
	Clocks []SheetTouch `json:"clocks,omitempty"`
}

// SheetWay is one outcome of an action. To is a step, "=" to stay, "^" for the step before a held one.
type SheetWay struct {
	Branch string `json:"branch,omitempty"`
	When   string `json:"when,omitempty"`
	To     string `json:"to"`
}

// SheetField is a question of a form.
type SheetField struct {
	ID       string        `json:"id"`
	Label    kernel.Text   `json:"label"`
	Type     string        `json:"type"`
	Required bool          `json:"required,omitempty"`
	Personal bool          `json:"personal,omitempty"`
	Choices  []kernel.Text `json:"choices,omitempty"`
}

// SheetTouch is what an action does to a clock.
type SheetTouch struct {
	Clock string `json:"clock"`
	Does  string `json:"does" enum:"starts,restarts,stops,voids,pauses,resumes"`
}

// SheetClock is a clock with its limits in words.
type SheetClock struct {
	ID       string      `json:"id"`
	Title    kernel.Text `json:"title"`
	Limit    kernel.Text `json:"limit"`
	Urgent   kernel.Text `json:"urgent" doc:"Of urgent cases; empty when they have the same"`
	Item     bool        `json:"item,omitempty" doc:"A limit of the menu's item stands before it"`
	Measure  string      `json:"measure,omitempty" enum:"response,finish"`
	WarnAt   float64     `json:"warn_at,omitempty" doc:"The share of the time after which its holder is warned"`
	Escalate string      `json:"escalate,omitempty" doc:"Who is told when it is over, in the reader's language"`
}

func sheetOf(lang kernel.Lang, f *workflow.Flow) *FlowSheet {
	out := &FlowSheet{ID: f.ID, Version: f.Version, Title: f.Title, Strand: f.Strand, Sector: f.Sector, Anonymous: f.Anonymous, Confidential: f.Confidential,
		Beads: append([]workflow.Bead{}, f.Beads...), Steps: []SheetStep{}, Clocks: []SheetClock{}}
	if a, ok := f.Opening(); ok {
		x := sheetAction(lang, f, a)
		out.Opens = &x
	}
	for _, st := range f.Steps {
		x := SheetStep{ID: st.ID, Title: st.Title, Say: st.Say, Bead: st.Bead, End: st.End, Held: st.Held, Clock: st.Clock, Actions: []SheetAction{}}
		for _, a := range f.ActionsFrom(st.ID) {
			x.Actions = append(x.Actions, sheetAction(lang, f, a))
		}
		out.Steps = append(out.Steps, x)
	}
	for _, c := range f.Clocks {
		out.Clocks = append(out.Clocks, SheetClock{ID: c.ID, Title: c.Title, Limit: workflow.LimitText(c.Limit), Urgent: workflow.LimitText(c.Urgent), Item: c.Item,
			Measure: c.Measure, WarnAt: c.WarnAt, Escalate: roleNames[c.Escalate].In(lang)})
	}
	return out
}

func sheetAction(lang kernel.Lang, f *workflow.Flow, a *workflow.Action) SheetAction {
	out := SheetAction{ID: a.ID, Title: a.Title, Ways: []SheetWay{}, Who: []string{}, Guard: a.Guard, Line: a.Line, Auto: a.Auto}
	for _, b := range a.Branches {
		out.Ways = append(out.Ways, SheetWay{Branch: b.ID, When: b.When, To: b.To})
	}
	out.Ways = append(out.Ways, SheetWay{To: a.To})
	for _, w := range a.Actors {
		if s := whoText(w).In(lang); !slices.Contains(out.Who, s) {
			out.Who = append(out.Who, s)
		}
	}
	for _, x := range a.Form {
		field := SheetField{ID: x.ID, Label: x.Label, Type: x.Type, Required: x.Required, Personal: x.Personal}
		for _, c := range x.Choices {
			field.Choices = append(field.Choices, c.Label)
		}
		out.Form = append(out.Form, field)
	}
	for _, c := range f.Clocks {
		for _, t := range []struct {
			does string
			by   []string
		}{{"starts", c.Starts}, {"restarts", c.Restarts}, {"stops", c.Stops}, {"voids", c.Voids}, {"pauses", c.Pauses}, {"resumes", c.Resumes}} {
			if slices.ContainsFunc(t.by, func(id string) bool { id, _, _ = strings.Cut(id, "."); return id == a.ID }) {
				out.Clocks = append(out.Clocks, SheetTouch{Clock: c.ID, Does: t.does})
			}
		}
	}
	return out
}

var levelNames = map[string]kernel.Text{"grid": kernel.T("网格", "grid"), "community": kernel.T("社区", "community"), "village": kernel.T("村", "village"),
	"street": kernel.T("街道", "subdistrict"), "county": kernel.T("区县", "district")}

// whoText says who may take an action.
func whoText(w workflow.Who) kernel.Text {
	switch {
	case w.Anyone:
		return kernel.T("任何人，不用登录", "Anyone, without an account")
	case w.Requester:
		return kernel.T("提出这件事的人", "Whoever asked for it")
	}
	name := roleNames[w.Role]
	if w.Post != "" {
		name = kernel.T("「"+w.Post+"」", "The post “"+w.Post+"”")
	}
	if l := levelNames[w.Level]; !l.IsZero() {
		name = kernel.T(l.Zh+"的"+name.Zh, name.En+" of the "+l.En)
	}
	if w.Relation != workflow.RelationPlace {
		name.Zh = strings.TrimPrefix(name.Zh, "单位") // 在办单位的派单人
	}
	switch w.Relation {
	case workflow.RelationUnit:
		return kernel.T("在办单位的"+name.Zh, name.En+" of the unit in charge")
	case workflow.RelationAssignee:
		return kernel.T("接了单的"+name.Zh, name.En+" who has accepted it")
	case workflow.RelationOpen:
		return kernel.T("在办单位的"+name.Zh+"（没有指定人时谁都行）", name.En+" of the unit in charge (any, while nobody is named)")
	case workflow.RelationCohandle:
		return kernel.T("协办单位的"+name.Zh, name.En+" of a helping unit")
	case workflow.RelationPlace:
	}
	return name
}

// FlowChange tells what another version would change.
type FlowChange struct {
	From         int              `json:"from" doc:"The version in force; 0 when there is none yet"`
	Differences  []FlowDifference `json:"differences"`
	Running      []FlowRunning    `json:"running" doc:"Open cases by the version that they run and keep; empty for a confidential flow, whose cases are not counted"`
	Confidential bool             `json:"confidential,omitempty"`
}

// FlowDifference is one thing that differs.
type FlowDifference struct {
	Part  string `json:"part" enum:"flow,step,action,clock"`
	ID    string `json:"id"`
	What  string `json:"what" enum:"added,removed,changed" example:"changed"`
	Title string `json:"title"`
	Say   string `json:"say,omitempty"`
}

// FlowRunning is how many open cases run a version.
type FlowRunning struct {
	Version int `json:"version"`
	Cases   int `json:"cases"`
}

// FlowVersionRow is a published version.
type FlowVersionRow struct {
	Version   int       `json:"version"`
	Published time.Time `json:"published_at"`
	InForce   bool      `json:"in_force,omitempty"`
	Cases     *int      `json:"cases,omitempty" doc:"Open cases that run it; missing for a confidential flow"`
}

// FlowVersionList are the versions of a flow, the newest first.
type FlowVersionList struct {
	ID    string           `json:"id" example:"menu"`
	Title string           `json:"title"`
	Items []FlowVersionRow `json:"items"`
}

func differenceRows(lang kernel.Lang, l []workflow.Difference) []FlowDifference {
	out := []FlowDifference{}
	for _, d := range l {
		out = append(out, FlowDifference{Part: string(d.Part), ID: d.ID, What: d.What, Title: d.Title.In(lang), Say: d.Say.In(lang)})
	}
	return out
}

func versionRows(l []cases.FlowVersion, force int, running map[int]int) []FlowVersionRow {
	out := []FlowVersionRow{}
	for _, v := range l {
		row := FlowVersionRow{Version: v.Version, Published: v.Published, InForce: v.Version == force}
		if running != nil {
			n := running[v.Version]
			row.Cases = &n
		}
		out = append(out, row)
	}
	return out
}

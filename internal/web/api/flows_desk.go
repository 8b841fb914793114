package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/workflow"
)

type flowVersionIn struct {
	ID      string `path:"id" maxLength:"40" example:"menu"`
	Version int    `path:"version" minimum:"1"`
}

type restoreIn struct {
	ID      string `path:"id" maxLength:"40" example:"menu"`
	Version int    `path:"version" minimum:"1"`
	Key     string `header:"Idempotency-Key"`
}

type simulateIn struct {
	Key  string `header:"Idempotency-Key" doc:"Accepted; playing has no effect"`
	Body struct {
		Source string    `json:"source" maxLength:"262144" doc:"The flow as YAML"`
		Urgent bool      `json:"urgent,omitempty"`
		Until  string    `json:"until,omitempty" maxLength:"40" example:"2023-04-29 18:00" doc:"Let the clocks run up to here after the last act"`
		Acts   []PlayAct `json:"acts,omitempty" maxItems:"100"`
	}
}

// PlayAct is one line of a made-up case.
type PlayAct struct {
	At     string         `json:"at" maxLength:"40" example:"2023-04-28 10:00" doc:"In Shanghai, or RFC 3339"`
	Action string         `json:"action" maxLength:"40"`
	As     string         `json:"as,omitempty" maxLength:"80" example:"cadre" doc:"A role or post, requester, or anyone; with a name where two must be told apart"`
	Form   map[string]any `json:"form,omitempty"`
}

// PlayedCase is how far a made-up case came, and what may come next.
type PlayedCase struct {
	Moves   []PlayMove   `json:"moves"`
	Step    string       `json:"step" doc:"Empty before it is opened"`
	Title   string       `json:"title" doc:"Of the step"`
	End     string       `json:"end,omitempty"`
	At      *time.Time   `json:"at,omitempty" doc:"Of the last move"`
	Options []PlayOption `json:"options"`
	Refused *PlayRefused `json:"refused,omitempty" doc:"The act that was not allowed; what came before it was done"`
}

// PlayMove is what an act, or a clock, did.
type PlayMove struct {
	At     time.Time   `json:"at"`
	Action string      `json:"action" example:"submit"`
	Title  string      `json:"title"`
	As     string      `json:"as" doc:"In words"`
	Auto   bool        `json:"auto,omitempty" doc:"Taken by the program when a clock ran out"`
	To     string      `json:"to"`
	Step   string      `json:"step" doc:"The title of the step"`
	Bead   int         `json:"bead"`
	Round  int         `json:"round"`
	Line   string      `json:"line,omitempty" doc:"What the public reads"`
	Say    string      `json:"say" doc:"What the requester reads"`
	Clocks []PlayClock `json:"clocks"`
}

// PlayClock is the state of a clock after a move.
type PlayClock struct {
	ID     string    `json:"id"`
	Title  string    `json:"title"`
	State  string    `json:"state" enum:"running,paused,stopped,void" example:"running"`
	Due    time.Time `json:"due_at"`
	Limit  string    `json:"limit"`
	OnTime *bool     `json:"on_time,omitempty"`
}

// PlayOption is an action that may come next, and as whom.
type PlayOption struct {
	Action string   `json:"action" example:"submit"`
	Title  string   `json:"title"`
	As     []PlayAs `json:"as"`
	Form   []Field  `json:"form"`
}

// PlayAs is somebody who may take it.
type PlayAs struct {
	As  string `json:"as" example:"cadre"`
	Say string `json:"say"`
}

// PlayRefused says which act was not allowed, and why.
type PlayRefused struct {
	Act   int    `json:"act" doc:"Counted from 1; 0 when it is the script as a whole"`
	Field string `json:"field,omitempty"`
	Say   string `json:"say"`
}

func (s *Server) flowDeskRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/flows/{id}/versions", perm: access.FlowWrite, sum: "The published versions of a flow, and how many open cases run each", errors: []int{401, 403, 404}}, s.flowVersions)
	handle(s, api, op{method: "GET", path: "/flows/{id}/versions/{version}", perm: access.FlowWrite, sum: "A version of a flow as it is drawn, with its source", errors: []int{401, 403, 404}}, s.flowSheet)
	handle(s, api, op{method: "POST", path: "/flows/{id}/versions/{version}/restore", perm: access.FlowWrite, sum: "Publish a former version anew, under the next number", status: http.StatusCreated,
		errors: []int{401, 403, 404, 409}}, s.restoreFlow)
	handle(s, api, op{method: "POST", path: "/flows/simulate", perm: access.FlowWrite, sum: "Play a made-up case on a flow: who may do what, and when each clock runs out", errors: []int{401, 403}, max: 600 << 10}, s.simulate)
}

func (s *Server) flowVersions(ctx context.Context, in *flowIn) (*body[FlowVersionList], error) {
	a, err := s.whole(ctx, access.FlowWrite)
	if err != nil {
		return nil, err
	}
	set, err := s.Cases.Setups.Of(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	c, err := set.Flow(in.ID, 0)
	if err != nil {
		return nil, kernel.NotFound(kernel.T("没有这个流程", "there is no such flow"))
	}
	out := &body[FlowVersionList]{FlowVersionList{ID: in.ID, Title: c.Flow.Title.In(LangOf(ctx))}}
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		l, err := s.Admin.Flows.FlowVersions(tx, in.ID)
		if err != nil {
			return err
		}
		var running map[int]int
		if !c.Flow.Confidential {
			if running, err = s.Admin.Flows.OpenByVersion(tx, in.ID); err != nil {
				return err
			}
		}
		out.Body.Items = versionRows(l, c.Flow.Version, running)
		return nil
	})
	return out, err
}

func (s *Server) flowSheet(ctx context.Context, in *flowVersionIn) (*body[FlowSheet], error) {
	a, err := s.whole(ctx, access.FlowWrite)
	if err != nil {
		return nil, err
	}
	set, err := s.Cases.Setups.Of(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	var source string
	var published time.Time
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		if source, err = s.Admin.Flows.FlowSource(tx, in.ID, in.Version); err != nil {
			return err
		}
		l, err := s.Admin.Flows.FlowVersions(tx, in.ID)
		for _, v := range l {
			if v.Version == in.Version {
				published = v.Published
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	f, findings, err := workflow.Check(strings.NewReader(source))
	if err != nil {
		return nil, err
	}
	out := sheetOf(LangOf(ctx), f)
	out.Source, out.Published, out.InForce, out.Findings = source, given(published), set.Latest[in.ID], findingRows(LangOf(ctx), findings)
	return &body[FlowSheet]{*out}, nil
}

// checkedDry answers a flow that was only checked: as it is drawn, and what it would change.
func (s *Server) checkedDry(ctx context.Context, a kernel.Actor, f *workflow.Flow, out *FlowChecked) (*body[FlowChecked], error) {
	change, err := s.flowChange(ctx, a, f)
	if err != nil {
		return nil, err
	}
	out.Change, out.Sheet = change, sheetOf(LangOf(ctx), f)
	return &body[FlowChecked]{*out}, nil
}

// flowChange compares a flow with the version in force. Cases that run keep their version; of a confidential flow they are not counted.
func (s *Server) flowChange(ctx context.Context, a kernel.Actor, f *workflow.Flow) (*FlowChange, error) {
	out := &FlowChange{Differences: []FlowDifference{}, Running: []FlowRunning{}}
	set, err := s.Cases.Setups.Of(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	if out.From = set.Latest[f.ID]; out.From == 0 {
		return out, nil
	}
	was, err := set.Flow(f.ID, 0)
	if err != nil {
		return nil, err
	}
	out.Differences = differenceRows(LangOf(ctx), workflow.Compare(was.Flow, f))
	if out.Confidential = was.Flow.Confidential || f.Confidential; out.Confidential {
		return out, nil
	}
	return out, s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		n, err := s.Admin.Flows.OpenByVersion(tx, f.ID)
		for v, cases := range n {
			out.Running = append(out.Running, FlowRunning{Version: v, Cases: cases})
		}
		slices.SortFunc(out.Running, func(a, b FlowRunning) int { return b.Version - a.Version })
		return err
	})
}

// restoreFlow takes a change back: what was in force before is published under the next number.
func (s *Server) restoreFlow(ctx context.Context, in *restoreIn) (*body[FlowChecked], error) {
	a, err := s.whole(ctx, access.FlowWrite)
	if err != nil {
		return nil, err
	}
	done, err := once(ctx, s, in.Key, fmt.Sprintf("POST /flows/%s/versions/%d/restore", in.ID, in.Version), nil, func(tx kernel.Tx) (*FlowChecked, error) {
		source, err := s.Admin.Flows.FlowSource(tx, in.ID, in.Version)
		if err != nil {
			return nil, err
		}
		l, err := s.Admin.Flows.FlowVersions(tx, in.ID)
		if err != nil {
			return nil, err
		}
		force := l[0].Version
		if in.Version == force {
			return nil, kernel.Conflict(kernel.T("这一版正在用，不用再发布", "this version is in force as it is"))
		}
		next, err := workflow.Reissue(source, force+1)
		if err != nil {
			return nil, err
		}
		f, findings, err := workflow.Check(strings.NewReader(next))
		if err != nil {
			return nil, err
		}
		if err := publishable(f, findings); err != nil {
			return nil, err
		}
		if err := s.Desk.PutFlow(tx, f.ID, f.Version, next); err != nil {
			return nil, err
		}
		out := &FlowChecked{ID: f.ID, Version: f.Version, Published: true, Findings: findingRows(LangOf(ctx), findings)}
		return out, s.changed(tx, a, "flow_published", map[string]any{"flow": f.ID, "version": f.Version, "restored": in.Version})
	})
	s.renew(a.Tenant)
	return done, err
}

// simulate plays a made-up case by the district's own calendar and office hours. Nothing is kept.
func (s *Server) simulate(ctx context.Context, in *simulateIn) (*body[PlayedCase], error) {
	a, err := s.whole(ctx, access.FlowWrite)
	if err != nil {
		return nil, err
	}
	v, err := s.view(ctx, a)
	if err != nil {
		return nil, err
	}
	f, findings, err := workflow.Check(strings.NewReader(in.Body.Source))
	if err != nil {
		return nil, err
	}
	if err := publishable(f, findings); err != nil {
		return nil, err
	}
	script := &workflow.Script{Urgent: in.Body.Urgent, Until: in.Body.Until}
	for _, x := range in.Body.Acts {
		script.Acts = append(script.Acts, workflow.Act{At: x.At, Action: x.Action, As: x.As, Form: x.Form})
	}
	p, err := workflow.Play(f, script, v.set.Calendar, v.set.Office)
	if err != nil {
		return nil, err
	}
	return &body[PlayedCase]{v.played(f, p)}, nil
}

func (v *view) played(f *workflow.Flow, p *workflow.Played) PlayedCase {
	out := PlayedCase{Moves: []PlayMove{}, Step: p.Step, Options: []PlayOption{}, At: given(p.Now)}
	step, _ := f.Step(p.Step)
	out.Title, out.End = step.Title.In(v.lang), step.End
	for _, m := range p.Moves {
		out.Moves = append(out.Moves, v.playMove(f, m))
	}
	for _, o := range p.Options {
		x := PlayOption{Action: o.Action.ID, Title: o.Action.Title.In(v.lang), As: []PlayAs{}, Form: v.form(o.Action.Form)}
		for _, as := range o.As {
			x.As = append(x.As, PlayAs{As: as, Say: asText(as).In(v.lang)})
		}
		out.Options = append(out.Options, x)
	}
	var e *kernel.Error
	if errors.As(p.Refused, &e) {
		out.Refused = &PlayRefused{Field: e.Field, Say: e.Say.In(v.lang)}
		_, _ = fmt.Sscanf(e.Field, "acts[%d]", &out.Refused.Act) // 0 when it is no act
	}
	return out
}

func (v *view) playMove(f *workflow.Flow, m workflow.Move) PlayMove {
	id, _, _ := strings.Cut(m.Event, ".")
	x := PlayMove{At: m.At, Action: m.Event, As: asText(m.As).In(v.lang), Auto: m.As == "system", To: m.To, Bead: m.Bead, Round: m.Round, Line: m.Line.In(v.lang), Say: m.Say.In(v.lang),
		Clocks: []PlayClock{}}
	if a, ok := f.Action(id); ok {
		x.Title = a.Title.In(v.lang)
	}
	if st, ok := f.Step(m.To); ok {
		x.Step = st.Title.In(v.lang)
	}
	for _, c := range m.Clocks {
		i := slices.IndexFunc(f.Clocks, func(k workflow.Clock) bool { return k.ID == c.ID })
		k := PlayClock{ID: c.ID, State: "running", Due: c.DueAt, Limit: workflow.LimitText(c.Limit).In(v.lang), OnTime: c.OnTime}
		if i >= 0 {
			k.Title = f.Clocks[i].Title.In(v.lang)
		}
		switch {
		case !c.StoppedAt.IsZero() && c.OnTime == nil:
			k.State = "void"
		case !c.StoppedAt.IsZero():
			k.State = "stopped"
		case c.Paused():
			k.State = "paused"
		}
		x.Clocks = append(x.Clocks, k)
	}
	return x
}

// asText says who a line of a script stands for.
func asText(as string) kernel.Text {
	kind, name, _ := strings.Cut(as, ":")
	t := kernel.T("「"+kind+"」", "\""+kind+"\"")
	switch kind {
	case "system":
		t = kernel.T("到点自动", "by the clock")
	case "anyone", "":
		t = kernel.T("任何人", "anyone")
	case "requester":
		t = kernel.T("提出的人", "who asked for it")
	default:
		if r, ok := roleNames[kernel.Role(kind)]; ok {
			t = r
		}
	}
	if name != "" && name != kind {
		t = kernel.T(t.Zh+"（"+name+"）", t.En+" ("+name+")")
	}
	return t
}

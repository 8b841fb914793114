package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/rounds"
)

// RoundTemplate is a round as it is written.
type RoundTemplate struct {
	ID        string      `json:"id" example:"grid-patrol"`
	Version   int         `json:"version"`
	Kind      rounds.Kind `json:"kind" enum:"grid_patrol,hazard_inspection,paired_visit,pre_shift_check,care_visit"`
	KindName  string      `json:"kind_name" example:"网格巡查"`
	Title     string      `json:"title" example:"网格巡查"`
	Note      string      `json:"note,omitempty"`
	Who       string      `json:"who" example:"网格员"`
	Where     string      `json:"where" example:"综合网格、专属网格"`
	Every     string      `json:"every" example:"每 7 天一次"`
	Within    int         `json:"within" doc:"Days in which it is to be done"`
	Grace     int         `json:"grace" doc:"Days more in which it may be done late"`
	Published time.Time   `json:"published_at"`
	Stopped   *time.Time  `json:"stopped_at,omitempty"`
	Writable  bool        `json:"writable" doc:"Whether the reader may publish the next version, or stop it"`
	Items     []RoundItem `json:"items"`
	Source    string      `json:"source,omitempty" doc:"The YAML; in the answer for one template"`
}

// RoundTemplates are the templates, the stopped ones last.
type RoundTemplates struct {
	Items []RoundTemplate `json:"items"`
}

// RoundChecked answers a template that was sent.
type RoundChecked struct {
	ID        string        `json:"id"`
	Version   int           `json:"version"`
	Published bool          `json:"published"`
	Findings  []FlowFinding `json:"findings" doc:"What the linter has to say; an error keeps a template from being published"`
}

type roundPublishIn struct {
	Key     string `header:"Idempotency-Key"`
	Dry     bool   `query:"dry" doc:"Check only"`
	RawBody []byte
	Body    struct {
		Source string `json:"source" maxLength:"262144" doc:"The template as YAML"`
	}
}

type roundTemplateIn struct {
	ID string `path:"id" maxLength:"40" example:"grid-patrol"`
}

type roundStopIn struct {
	ID  string `path:"id" maxLength:"40" example:"grid-patrol"`
	Key string `header:"Idempotency-Key"`
}

func (s *Server) roundTemplateRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/rounds/templates", perm: access.RoundRead, sum: "The rounds in force", errors: []int{401, 403}}, s.roundTemplates)
	handle(s, api, op{method: "GET", path: "/rounds/templates/{id}", perm: access.RoundRead, sum: "A round with its source", errors: []int{401, 403, 404}}, s.roundTemplate)
	handle(s, api, op{method: "POST", path: "/rounds/templates", perm: access.RoundWrite, sum: "Check a round and publish it as a new version", status: http.StatusCreated, errors: []int{401, 403, 409}, max: 600 << 10}, s.roundPublish)
	handle(s, api, op{method: "POST", path: "/rounds/templates/{id}/stop", perm: access.RoundWrite, sum: "Stop a round: no further duties are made", status: http.StatusNoContent, errors: []int{401, 403, 404}}, s.roundStop)
}

func templateRow(lang kernel.Lang, x rounds.TemplateIn) RoundTemplate {
	t := x.Template
	var where []string
	for _, k := range t.Where.Kinds {
		where = append(where, k.Text().In(lang))
	}
	where = append(where, t.Where.Places...)
	out := RoundTemplate{ID: t.ID, Version: t.Version, Kind: t.Kind, KindName: t.Kind.Text().In(lang), Title: t.Title.In(lang), Note: t.Note.In(lang), Who: t.WhoSays(roleNames[t.Who.Role]).In(lang),
		Where: strings.Join(where, kernel.T("、", ", ").In(lang)), Every: t.Every.Says().In(lang), Within: t.Within, Grace: t.Grace, Published: x.Stored.Published, Writable: x.Writable, Items: roundItems(lang, t)}
	if t.Where.Below != "" {
		out.Where += " " + t.Where.Below
	}
	if !x.Stored.Stopped.IsZero() {
		out.Stopped = &x.Stored.Stopped
	}
	return out
}

func (s *Server) roundTemplates(ctx context.Context, _ *struct{}) (*body[RoundTemplates], error) {
	l, err := s.Rounds.List(ctx, CallerOf(ctx).Actor, true)
	out := RoundTemplates{Items: []RoundTemplate{}}
	for _, x := range l {
		out.Items = append(out.Items, templateRow(LangOf(ctx), x))
	}
	return &body[RoundTemplates]{out}, err
}

func (s *Server) roundTemplate(ctx context.Context, in *roundTemplateIn) (*body[RoundTemplate], error) {
	l, err := s.Rounds.List(ctx, CallerOf(ctx).Actor, true)
	if err != nil {
		return nil, err
	}
	for _, x := range l {
		if x.Template.ID == in.ID {
			out := templateRow(LangOf(ctx), x)
			out.Source = x.Stored.Source
			return &body[RoundTemplate]{out}, nil
		}
	}
	return nil, kernel.NotFound(kernel.T("没有这个模板", "there is no such template"))
}

func (s *Server) roundPublish(ctx context.Context, in *roundPublishIn) (*body[RoundChecked], error) {
	actor := CallerOf(ctx).Actor
	t, findings, err := s.Rounds.CheckTemplate(ctx, actor.Tenant, in.Body.Source)
	if err != nil {
		return nil, err
	}
	out := &RoundChecked{ID: t.ID, Version: t.Version, Findings: []FlowFinding{}}
	for _, f := range findings {
		out.Findings = append(out.Findings, FlowFinding{Line: f.Line, Where: f.Where, Rule: "round", Level: string(f.Level), Say: f.Say.In(LangOf(ctx))})
	}
	if in.Dry {
		return &body[RoundChecked]{*out}, nil
	}
	return once(ctx, s, in.Key, "POST /rounds/templates", in.RawBody, func(tx kernel.Tx) (*RoundChecked, error) {
		done := *out
		done.Published = true
		return &done, s.Rounds.Publish(tx, actor, t, findings, in.Body.Source)
	})
}

func (s *Server) roundStop(ctx context.Context, in *roundStopIn) (*struct{}, error) {
	actor := CallerOf(ctx).Actor
	_, err := once(ctx, s, in.Key, "POST /rounds/templates/"+in.ID+"/stop", nil, func(tx kernel.Tx) (*struct{}, error) {
		return &struct{}{}, s.Rounds.Stop(tx, actor, in.ID)
	})
	return nil, err
}

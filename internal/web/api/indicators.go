package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
)

// IndicatorDraft is a definition as somebody writes it down.
type IndicatorDraft struct {
	ID      string `json:"id" pattern:"^[a-z][a-z0-9_]{1,39}$" example:"on_time_rate"`
	NameZh  string `json:"name_zh" maxLength:"60" example:"按期办结率"`
	NameEn  string `json:"name_en" maxLength:"80" example:"Finished in time"`
	Subject string `json:"subject" maxLength:"20" example:"service"`
	Nature  string `json:"nature" enum:"sum,rate,limit"`
	Better  string `json:"better" enum:"more,less"`
	Unit    string `json:"unit" maxLength:"12" example:"%"`
	Places  int    `json:"places,omitempty" minimum:"0" maximum:"4"`
	Formula string `json:"formula,omitempty" maxLength:"400" example:"100 * on_time / to_finish"`
	Sample  string `json:"sample,omitempty" maxLength:"400" example:"to_finish"`
	ByUnit  bool   `json:"by_unit,omitempty"`
	Slack   int    `json:"slack,omitempty" minimum:"0" maximum:"50"`
	Note    string `json:"note,omitempty" maxLength:"300"`
}

type indicatorNewIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    IndicatorDraft
}

type targetsIn struct {
	Indicator string    `query:"indicator" maxLength:"40"`
	Holder    kernel.ID `query:"holder" maxLength:"26"`
	Period    string    `query:"period" maxLength:"10"`
	After     string    `query:"after" maxLength:"60"`
	Limit     int       `query:"limit" minimum:"1" maximum:"50" default:"20"`
}

type targetNewIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Indicator string    `json:"indicator" maxLength:"40" example:"on_time_rate"`
		Holder    kernel.ID `json:"holder" maxLength:"26"`
		Period    string    `json:"period" maxLength:"10" example:"2023Q1"`
		Amount    string    `json:"amount" maxLength:"20" example:"120.0"`
		Weight    int       `json:"weight,omitempty" minimum:"0" maximum:"1000"`
	}
}

// SplitPart is one part of a split as somebody writes it down. Without amounts what adds up is split by weight.
type SplitPart struct {
	Holder kernel.ID `json:"holder,omitempty" maxLength:"26"`
	Period string    `json:"period,omitempty" maxLength:"10" example:"2023-01"`
	Amount string    `json:"amount,omitempty" maxLength:"20" example:"40.0"`
	Weight int       `json:"weight,omitempty" minimum:"0" maximum:"1000000"`
}

type splitIn struct {
	WorkID
	Key     string `header:"Idempotency-Key"`
	Dry     bool   `query:"dry" doc:"Check only, and fill in what is left open"`
	RawBody []byte
	Body    struct {
		Version int         `json:"version"`
		By      string      `json:"by" enum:"holder,period"`
		Parts   []SplitPart `json:"parts" minItems:"1" maxItems:"200"`
	}
}

type valueIn struct {
	WorkID
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		AsOf   string `json:"as_of" format:"date" doc:"The day counts"`
		Amount string `json:"amount" maxLength:"20" example:"31.5"`
		N      int    `json:"n,omitempty" minimum:"0" doc:"How many records stand behind it"`
		Source string `json:"source" maxLength:"200" example:"调度日报 3月31日"`
	}
}

type cardIn struct {
	Holder kernel.ID `query:"holder" required:"true" maxLength:"26"`
	Period string    `query:"period" required:"true" maxLength:"10" example:"2023Q1"`
}

func (s *Server) indicatorRoutes(api huma.API) {
	read, write := access.IndicatorRead, access.IndicatorWrite
	handle(s, api, op{method: "GET", path: "/indicators/words", perm: read, sum: "The closed sets of indicators, and the measures for formulas", errors: []int{401, 403}}, s.indicatorWords)
	handle(s, api, op{method: "GET", path: "/indicators", perm: read, sum: "Definitions of indicators, each in its latest version", errors: []int{401, 403}}, s.listIndicators)
	handle(s, api, op{method: "POST", path: "/indicators", perm: write, sum: "Define an indicator, or its next version", status: http.StatusCreated, errors: []int{401, 403, 409}}, s.newIndicator)
	handle(s, api, op{method: "GET", path: "/indicators/targets", perm: read, sum: "The uppermost targets that the reader may see, each with how it stands", errors: []int{401, 403}}, s.listTargets)
	handle(s, api, op{method: "POST", path: "/indicators/targets", perm: write, sum: "Set a target", status: http.StatusCreated, errors: []int{401, 403}}, s.newTarget)
	handle(s, api, op{method: "GET", path: "/indicators/targets/{id}", perm: read, sum: "A target with all its parts", errors: []int{401, 403, 404}}, s.oneTarget)
	handle(s, api, op{method: "POST", path: "/indicators/targets/{id}/split", perm: write, sum: "Split a target over holders or periods; the parts must add up", errors: []int{401, 403, 404, 409}, max: 256 << 10}, s.splitTarget)
	handle(s, api, op{method: "POST", path: "/indicators/targets/{id}/values", perm: read, sum: "Report a value with its source: the holder, or who oversees it", errors: []int{401, 403, 404}}, s.reportValue)
	handle(s, api, op{method: "GET", path: "/indicators/card", perm: read, sum: "How a holder stands over all its indicators of a period", errors: []int{401, 403, 404}}, s.scorecard)
	handle(s, api, op{method: "GET", path: "/indicators/alerts", perm: read, sum: "Alerts, the newest first", errors: []int{401, 403}}, s.indicatorAlerts)
	handle(s, api, op{method: "POST", path: "/indicators/trial", perm: write, sum: "Try a formula on a unit and a period, and see what each of its measures gives; nothing is stored", errors: []int{401, 403, 404}}, s.tryFormula)
	s.indicatorLogRoutes(api)
}

func (s *Server) indicatorWords(ctx context.Context, _ *struct{}) (*body[IndicatorWords], error) {
	lang, a := LangOf(ctx), CallerOf(ctx).Actor
	w := IndicatorWords{Subjects: indicatorOptions(indicators.Subjects, lang), Natures: indicatorOptions(indicators.Natures, lang), Betters: indicatorOptions(indicators.Betters, lang),
		Themes: indicatorOptions(indicators.Themes, lang), RuleKinds: indicatorOptions(indicators.RuleKinds, lang), Measures: []WorkOption{},
		MayWrite: access.Decide(a, access.IndicatorWrite, access.Whole(a.Tenant)).Allow,
		MayLog:   !access.ScopeOf(a, access.IndicatorWrite).IsEmpty() || !access.ScopeOf(a, access.RegisterWrite).IsEmpty()}
	for _, m := range s.Indicators.Measures.Known() {
		w.Measures = append(w.Measures, WorkOption{ID: m.Name, Name: measureName(m.Title, m.Unit).In(lang)})
	}
	return &body[IndicatorWords]{w}, nil
}

// measureName names a measure with its unit.
func measureName(title kernel.Text, unit string) kernel.Text {
	t := kernel.T(title.Zh+"（"+unit+"）", title.En)
	if word := kernel.UnitOf(unit, 2, kernel.English); word != "" {
		t.En += " (" + word + ")"
	}
	return t
}

func (s *Server) listIndicators(ctx context.Context, in *WorkPage) (*body[IndicatorList], error) {
	out := &body[IndicatorList]{IndicatorList{Items: []Indicator{}}}
	err := s.Store.View(ctx, CallerOf(ctx).Actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Indicators.Repo.Defs(tx, kernel.Page{After: in.After, Limit: in.Limit}.Clamp(50, 200))
		for _, d := range l {
			out.Body.Items = append(out.Body.Items, indicatorView(d, LangOf(ctx)))
		}
		out.Body.Next = next
		return err
	})
	return out, err
}

func (s *Server) newIndicator(ctx context.Context, in *indicatorNewIn) (*body[Indicator], error) {
	actor, b := CallerOf(ctx).Actor, in.Body
	return once(ctx, s, in.Key, "POST /indicators", in.RawBody, func(tx kernel.Tx) (*Indicator, error) {
		d, err := s.Indicators.Define(tx, actor, indicators.Def{ID: b.ID, Name: kernel.T(b.NameZh, b.NameEn), Subject: b.Subject, Nature: indicators.Nature(b.Nature),
			Better: indicators.Better(b.Better), Unit: b.Unit, Places: b.Places, Formula: b.Formula, Sample: b.Sample, ByUnit: b.ByUnit, Slack: b.Slack, Note: b.Note})
		if err != nil {
			return nil, err
		}
		v := indicatorView(d, LangOf(ctx))
		return &v, nil
	})
}

// targetRow shows a target; depth is how many levels of parts are told.
func (n *workNames) targetRow(actor kernel.Actor, a *indicators.Assessed, depth int) (TargetRow, error) {
	d := a.Def
	f := func(v int64) string { return indicators.FormatAmount(v, d.Places) }
	r := TargetRow{ID: a.ID, Version: a.Version, Indicator: indicatorView(d, n.lang), Period: a.Period.Label, By: string(a.By), Parent: string(a.Parent), Amount: f(a.Amount),
		Weight: a.Weight, Own: a.Own, N: a.N, Source: a.Source, Elapsed: a.Pace.Elapsed, Total: a.Pace.Total, State: string(a.State),
		StateName: indicators.Name(indicators.States, string(a.State)).In(n.lang), OverBy: []string{}, Parts: []TargetRow{},
		MayWrite: indicators.MayWrite(n.tx, actor, a.Path), MayReport: d.Formula == "" && indicators.MayReport(n.tx, actor, a.Target)}
	var err error
	if r.Holder, err = n.org(a.Holder); err != nil {
		return r, err
	}
	if a.Known {
		r.Actual, r.AsOf = f(a.Actual), workDay(a.AsOf)
	}
	if a.Gap != 0 {
		r.Gap = f(a.Gap)
	}
	if a.Foreseen && d.Nature == indicators.Sum {
		r.Forecast = f(a.Forecast)
	}
	if at, ok := a.Attainment(); ok {
		p := float64(at) / 100
		r.Attainment = &p
	}
	if r.OverBy, err = n.overBy(a); err != nil {
		return r, err
	}
	if depth > 0 {
		for _, p := range a.Parts {
			row, err := n.targetRow(actor, p, depth-1)
			if err != nil {
				return r, err
			}
			r.Parts = append(r.Parts, row)
		}
	}
	return r, nil
}

// overBy names the holders that are over a limit, each once.
func (n *workNames) overBy(a *indicators.Assessed) ([]string, error) {
	out := []string{}
	var walk func(x *indicators.Assessed) error
	walk = func(x *indicators.Assessed) error {
		if slices.Contains(a.OverBy, x.ID) {
			o, err := n.org(x.Holder)
			if err != nil {
				return err
			}
			if o != nil && !slices.Contains(out, o.Name) {
				out = append(out, o.Name)
			}
		}
		for _, p := range x.Parts {
			if err := walk(p); err != nil {
				return err
			}
		}
		return nil
	}
	return out, walk(a)
}

func (s *Server) listTargets(ctx context.Context, in *targetsIn) (*body[TargetList], error) {
	actor := CallerOf(ctx).Actor
	out := &body[TargetList]{TargetList{Items: []TargetRow{}}}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Indicators.Roots(tx, actor, indicators.TargetQuery{Def: in.Indicator, Holder: in.Holder, Period: in.Period,
			Page: kernel.Page{After: in.After, Limit: in.Limit}.Clamp(20, 50)})
		if err != nil {
			return err
		}
		n := s.workNames(ctx, tx)
		for _, a := range l {
			r, err := n.targetRow(actor, a, 1)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, r)
		}
		out.Body.Next = next
		return nil
	})
	return out, err
}

func (s *Server) indicatorTarget(ctx context.Context, tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*TargetRow, error) {
	a, err := s.Indicators.Tree(tx, actor, id)
	if err != nil {
		return nil, err
	}
	r, err := s.workNames(ctx, tx).targetRow(actor, a, 8)
	return &r, err
}

func (s *Server) newTarget(ctx context.Context, in *targetNewIn) (*body[TargetRow], error) {
	actor, b := CallerOf(ctx).Actor, &in.Body
	return once(ctx, s, in.Key, "POST /indicators/targets", in.RawBody, func(tx kernel.Tx) (*TargetRow, error) {
		t, err := s.Indicators.Set(tx, actor, indicators.TargetDraft{Def: b.Indicator, Holder: b.Holder, Period: b.Period, Amount: b.Amount, Weight: b.Weight})
		if err != nil {
			return nil, err
		}
		return s.indicatorTarget(ctx, tx, actor, t.ID)
	})
}

func (s *Server) oneTarget(ctx context.Context, in *WorkID) (*body[TargetRow], error) {
	actor := CallerOf(ctx).Actor
	out := &body[TargetRow]{}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		r, err := s.indicatorTarget(ctx, tx, actor, in.ID)
		if err == nil {
			out.Body = *r
		}
		return err
	})
	return out, err
}

func (s *Server) splitTarget(ctx context.Context, in *splitIn) (*body[TargetSplit], error) {
	actor := CallerOf(ctx).Actor
	parts := make([]indicators.Part, len(in.Body.Parts))
	for i, p := range in.Body.Parts {
		parts[i] = indicators.Part{Holder: p.Holder, Period: p.Period, Amount: p.Amount, Weight: p.Weight}
	}
	split := func(tx kernel.Tx) (*TargetSplit, error) {
		d, err := s.Indicators.Split(tx, actor, in.ID, in.Body.Version, indicators.Split(in.Body.By), parts, in.Dry)
		if err != nil {
			return nil, err
		}
		return s.splitView(ctx, tx, d, in.Dry)
	}
	if !in.Dry {
		return once(ctx, s, in.Key, "POST /indicators/targets/"+string(in.ID)+"/split", in.RawBody, split)
	}
	out := &body[TargetSplit]{}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		v, err := split(tx)
		if err == nil {
			out.Body = *v
		}
		return err
	})
	return out, err
}

func (s *Server) splitView(ctx context.Context, tx kernel.Tx, d *indicators.Divided, dry bool) (*TargetSplit, error) {
	n := s.workNames(ctx, tx)
	f := func(v int64) string { return indicators.FormatAmount(v, d.Def.Places) }
	out := &TargetSplit{Dry: dry, Amount: f(d.Parent.Amount), Parts: []TargetPart{}}
	for _, p := range d.Parts {
		o, err := n.org(p.Holder)
		if err != nil {
			return nil, err
		}
		out.Parts = append(out.Parts, TargetPart{Holder: o, Period: p.Period.Label, Amount: f(p.Amount), Weight: p.Weight})
	}
	whole, en := f(d.Parent.Amount)+d.Def.Unit, kernel.Counted(f(d.Parent.Amount), d.Def.Unit)
	say := kernel.T(fmt.Sprintf("%d 份相加正好是 %s", len(d.Parts), whole), fmt.Sprintf("%d parts add up to %s exactly", len(d.Parts), en))
	switch d.Def.Nature {
	case indicators.Limit:
		say = kernel.T(fmt.Sprintf("各有各的限值，都不高于 %s；限值不相加", whole), fmt.Sprintf("each has a limit of its own, none above %s; limits are not summed", en))
	case indicators.Rate:
		out.Sum = f(d.Sum)
		say = kernel.T(fmt.Sprintf("%d 份按权重平均正好是 %s", len(d.Parts), whole), fmt.Sprintf("the weighted mean of %d parts is %s", len(d.Parts), en))
	case indicators.Sum:
		out.Sum = f(d.Sum)
	}
	out.Say = say.In(LangOf(ctx))
	return out, nil
}

func (s *Server) reportValue(ctx context.Context, in *valueIn) (*body[TargetRow], error) {
	actor, b := CallerOf(ctx).Actor, &in.Body
	asOf, err := day("as_of", b.AsOf, 0)
	if err != nil {
		return nil, err
	}
	return once(ctx, s, in.Key, "POST /indicators/targets/"+string(in.ID)+"/values", in.RawBody, func(tx kernel.Tx) (*TargetRow, error) {
		if _, err := s.Indicators.Report(tx, actor, in.ID, asOf, b.Amount, b.N, b.Source); err != nil {
			return nil, err
		}
		return s.indicatorTarget(ctx, tx, actor, in.ID)
	})
}

func (s *Server) scorecard(ctx context.Context, in *cardIn) (*body[Scorecard], error) {
	actor := CallerOf(ctx).Actor
	out := &body[Scorecard]{Scorecard{Period: in.Period, OverBy: []string{}, Items: []TargetRow{}}}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		c, err := s.Indicators.Card(tx, actor, in.Holder, in.Period)
		if err != nil {
			return err
		}
		n := s.workNames(ctx, tx)
		if out.Body.Holder, err = n.org(in.Holder); err != nil {
			return err
		}
		out.Body.Failed, out.Body.Scored = len(c.Failed) > 0, c.Scored
		for _, a := range c.Items {
			r, err := n.targetRow(actor, a, 1)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, r)
			for _, o := range r.OverBy {
				if !slices.Contains(out.Body.OverBy, o) {
					out.Body.OverBy = append(out.Body.OverBy, o)
				}
			}
		}
		if c.Scored > 0 && !out.Body.Failed {
			p := float64(c.Score) / 100
			out.Body.Score = &p
		}
		return nil
	})
	return out, err
}

package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
)

type constraintsIn struct {
	PageQuery
	Step string `query:"step" enum:"found,measured,solved"`
}

type constraintNewIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Org    kernel.ID `json:"org" maxLength:"26" doc:"Who sees to it"`
		Target kernel.ID `json:"target,omitempty" maxLength:"26" doc:"That it holds back"`
		Factor string    `json:"factor" maxLength:"500" example:"皮带运输能力不足"`
		Due    string    `json:"due,omitempty" format:"date"`
	}
}

type constraintStepIn struct {
	WorkID
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Step string `json:"step" enum:"measured,solved"`
		Text string `json:"text" maxLength:"500"`
	}
}

type contestNewIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Title   string         `json:"title" maxLength:"80" example:"二季度劳动竞赛"`
		Period  string         `json:"period" maxLength:"10" example:"2023Q2"`
		MinN    int            `json:"min_n" minimum:"1" example:"30"`
		Entries []ContestEntry `json:"entries" minItems:"1" maxItems:"20"`
		Orgs    []kernel.ID    `json:"orgs" minItems:"1" maxItems:"200" doc:"At least two"`
	}
}

type ruleNewIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Of     kernel.ID `json:"of,omitempty" maxLength:"26" doc:"The rule that it revises; empty for a new one"`
		Was    int       `json:"was,omitempty" doc:"The version that it revises"`
		Code   string    `json:"code" maxLength:"40" example:"AQ-07"`
		Kind   string    `json:"kind" enum:"rule,standard"`
		Title  string    `json:"title" maxLength:"120"`
		Change string    `json:"change" maxLength:"500"`
		Source string    `json:"source,omitempty" maxLength:"200"`
		Org    kernel.ID `json:"org" maxLength:"26"`
		From   string    `json:"from" format:"date"`
	}
}

func (s *Server) indicatorLogRoutes(api huma.API) {
	read, write := access.IndicatorRead, access.IndicatorWrite
	handle(s, api, op{method: "GET", path: "/indicators/constraints", perm: read, sum: "The constraint log", errors: []int{401, 403}}, s.listConstraints)
	handle(s, api, op{method: "POST", path: "/indicators/constraints", perm: read, sum: "Write a constraint down: who keeps the registers there, or sets targets", status: http.StatusCreated, errors: []int{401, 403, 404}}, s.newConstraint)
	handle(s, api, op{method: "POST", path: "/indicators/constraints/{id}", perm: read, sum: "The measure against a constraint, then its solution", errors: []int{401, 403, 404, 409}}, s.stepConstraint)
	handle(s, api, op{method: "GET", path: "/indicators/contests", perm: read, sum: "Contests between units, with their standings", errors: []int{401, 403}}, s.listContests)
	handle(s, api, op{method: "POST", path: "/indicators/contests", perm: write, sum: "Set up a contest between units", status: http.StatusCreated, errors: []int{401, 403}}, s.newContest)
	handle(s, api, op{method: "GET", path: "/indicators/rules", perm: read, sum: "Rules and standards in their latest version", errors: []int{401, 403}}, s.listRules)
	handle(s, api, op{method: "GET", path: "/indicators/rules/{id}", perm: read, sum: "All versions of a rule", errors: []int{401, 403, 404}}, s.oneRule)
	handle(s, api, op{method: "POST", path: "/indicators/rules", perm: read, sum: "A new rule, or the next version of one", status: http.StatusCreated, errors: []int{401, 403, 404, 409}}, s.newRule)
}

// targetBrief names a target; nil when there is none or the reader may not read it.
func (n *workNames) targetBrief(actor kernel.Actor, id kernel.ID) (*TargetBrief, error) {
	if id == "" {
		return nil, nil
	}
	t, err := n.s.Indicators.Repo.Target(n.tx, id)
	if kernel.Is(err, kernel.KindNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !access.Decide(actor, access.IndicatorRead, access.Target{Tenant: n.tx.Tenant(), Path: t.Path}).Allow {
		return nil, nil
	}
	d, err := n.s.Indicators.Repo.Def(n.tx, t.Def, t.DefVer)
	if err != nil {
		return nil, err
	}
	o, err := n.org(t.Holder)
	return &TargetBrief{ID: t.ID, Root: t.Root, Name: d.Name.In(n.lang), Unit: d.Unit, UnitWords: kernel.InWords(d.Unit, n.lang), Holder: o, Period: t.Period.Label, Amount: indicators.FormatAmount(t.Amount, d.Places)}, err
}

func (s *Server) indicatorAlerts(ctx context.Context, in *WorkPage) (*body[IndicatorAlerts], error) {
	actor := CallerOf(ctx).Actor
	out := &body[IndicatorAlerts]{IndicatorAlerts{Items: []IndicatorAlert{}}}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Indicators.Alerts.Alerts(tx, access.ScopeOf(actor, access.IndicatorRead), kernel.Page{After: in.After, Limit: in.Limit}.Clamp(50, 200))
		if err != nil {
			return err
		}
		n := s.workNames(ctx, tx)
		for _, a := range l {
			t, err := n.targetBrief(actor, a.Target)
			if err != nil {
				return err
			}
			if t == nil {
				continue
			}
			d, err := s.Indicators.DefOf(tx, a.Target)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, IndicatorAlert{Target: *t, Kind: string(a.Kind), KindName: indicators.Name(indicators.Alerts, string(a.Kind)).In(n.lang), At: a.At,
				Actual: indicators.FormatAmount(a.Actual, d.Places), Forecast: indicators.FormatAmount(a.Forecast, d.Places)})
		}
		out.Body.Next = next
		return nil
	})
	return out, err
}

func (n *workNames) constraint(actor kernel.Actor, c *indicators.Constraint) (ConstraintRow, error) {
	r := ConstraintRow{ID: c.ID, Step: string(c.Step), StepName: indicators.Name(indicators.Steps, string(c.Step)).In(n.lang), Factor: c.Factor, Measure: c.Measure,
		Solution: c.Solution, Due: workDay(c.Due), Found: c.Found, MayWrite: indicators.MayLog(n.tx, actor, c.Path)}
	some := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		return &t
	}
	r.Measured, r.Solved = some(c.Measured), some(c.Solved)
	var err error
	if r.Org, err = n.org(c.Org); err != nil {
		return r, err
	}
	r.Target, err = n.targetBrief(actor, c.Target)
	return r, err
}

func (s *Server) listConstraints(ctx context.Context, in *constraintsIn) (*body[ConstraintList], error) {
	actor := CallerOf(ctx).Actor
	out := &body[ConstraintList]{ConstraintList{Items: []ConstraintRow{}}}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Indicators.Log.Constraints(tx, indicators.ConstraintStep(in.Step), access.ScopeOf(actor, access.IndicatorRead), in.page())
		if err != nil {
			return err
		}
		n := s.workNames(ctx, tx)
		for _, c := range l {
			r, err := n.constraint(actor, c)
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

func (s *Server) newConstraint(ctx context.Context, in *constraintNewIn) (*body[ConstraintRow], error) {
	actor := CallerOf(ctx).Actor
	due, err := day("due", in.Body.Due, 0)
	if err != nil {
		return nil, err
	}
	return once(ctx, s, in.Key, "POST /indicators/constraints", in.RawBody, func(tx kernel.Tx) (*ConstraintRow, error) {
		c, err := s.Indicators.Find(tx, actor, in.Body.Org, in.Body.Target, in.Body.Factor, due)
		if err != nil {
			return nil, err
		}
		r, err := s.workNames(ctx, tx).constraint(actor, c)
		return &r, err
	})
}

func (s *Server) stepConstraint(ctx context.Context, in *constraintStepIn) (*body[ConstraintRow], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /indicators/constraints/"+string(in.ID), in.RawBody, func(tx kernel.Tx) (*ConstraintRow, error) {
		c, err := s.Indicators.Advance(tx, actor, in.ID, indicators.ConstraintStep(in.Body.Step), in.Body.Text)
		if err != nil {
			return nil, err
		}
		r, err := s.workNames(ctx, tx).constraint(actor, c)
		return &r, err
	})
}

func (n *workNames) contest(actor kernel.Actor, id kernel.ID) (ContestRow, error) {
	c, standings, err := n.s.Indicators.Standings(n.tx, actor, id)
	if err != nil {
		return ContestRow{}, err
	}
	r := ContestRow{ID: c.ID, Title: c.Title, Period: c.Period.Label, MinN: c.MinN, Entries: []ContestEntry{}, Units: []ContestUnit{}}
	for _, e := range c.Entries {
		d, err := n.s.Indicators.Repo.Def(n.tx, e.Def, 0)
		if err != nil {
			return r, err
		}
		r.Entries = append(r.Entries, ContestEntry{Indicator: e.Def, Name: d.Name.In(n.lang), Unit: d.Unit, UnitWords: kernel.InWords(d.Unit, n.lang), Theme: e.Theme, ThemeName: indicators.Name(indicators.Themes, e.Theme).In(n.lang), Weight: e.Weight})
	}
	for _, st := range standings {
		u := ContestUnit{Rank: st.Rank, Why: st.Why, Values: []ContestValue{}}
		if st.Rank > 0 {
			u.Score = float64(st.Score) / 100
		}
		if u.Org, err = n.org(st.Org); err != nil {
			return r, err
		}
		for _, v := range st.Values {
			x := ContestValue{N: v.N, State: string(v.State)}
			if v.Known {
				x.Actual, x.Target = indicators.FormatAmount(v.Actual, v.Def.Places), indicators.FormatAmount(v.Target, v.Def.Places)
			}
			u.Values = append(u.Values, x)
		}
		r.Units = append(r.Units, u)
	}
	return r, nil
}

func (s *Server) listContests(ctx context.Context, in *PageQuery) (*body[ContestList], error) {
	actor := CallerOf(ctx).Actor
	out := &body[ContestList]{ContestList{Items: []ContestRow{}}}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		page := in.page().Clamp(10, 20)
		l, next, err := s.Indicators.Log.Contests(tx, access.ScopeOf(actor, access.IndicatorRead), page)
		if err != nil {
			return err
		}
		n := s.workNames(ctx, tx)
		for _, c := range l {
			r, err := n.contest(actor, c.ID)
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

func (s *Server) newContest(ctx context.Context, in *contestNewIn) (*body[ContestRow], error) {
	actor, b := CallerOf(ctx).Actor, &in.Body
	d := indicators.ContestDraft{Title: b.Title, Period: b.Period, MinN: b.MinN, Orgs: b.Orgs}
	for _, e := range b.Entries {
		d.Entries = append(d.Entries, indicators.Entry{Def: e.Indicator, Theme: e.Theme, Weight: e.Weight})
	}
	return once(ctx, s, in.Key, "POST /indicators/contests", in.RawBody, func(tx kernel.Tx) (*ContestRow, error) {
		c, err := s.Indicators.OpenContest(tx, actor, d)
		if err != nil {
			return nil, err
		}
		r, err := s.workNames(ctx, tx).contest(actor, c.ID)
		return &r, err
	})
}

func (n *workNames) rule(actor kernel.Actor, r *indicators.Rule) (RuleVersion, error) {
	o, err := n.org(r.Org)
	return RuleVersion{ID: r.ID, Version: r.Version, Code: r.Code, Kind: r.Kind, KindName: indicators.Name(indicators.RuleKinds, r.Kind).In(n.lang), Title: r.Title, Change: r.Change,
		Source: r.Source, Org: o, From: workDay(r.From), At: r.At, MayWrite: indicators.MayLog(n.tx, actor, r.Path)}, err
}

func (n *workNames) rules(actor kernel.Actor, l []*indicators.Rule) ([]RuleVersion, error) {
	out := []RuleVersion{}
	for _, x := range l {
		r, err := n.rule(actor, x)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func (s *Server) listRules(ctx context.Context, in *WorkPage) (*body[RuleVersions], error) {
	actor := CallerOf(ctx).Actor
	out := &body[RuleVersions]{}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Indicators.Log.Rules(tx, access.ScopeOf(actor, access.IndicatorRead), kernel.Page{After: in.After, Limit: in.Limit}.Clamp(50, 200))
		if err != nil {
			return err
		}
		out.Body.Next = next
		out.Body.Items, err = s.workNames(ctx, tx).rules(actor, l)
		return err
	})
	return out, err
}

func (s *Server) oneRule(ctx context.Context, in *WorkID) (*body[RuleVersions], error) {
	actor := CallerOf(ctx).Actor
	out := &body[RuleVersions]{}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, err := s.Indicators.RuleOf(tx, actor, in.ID)
		if err != nil {
			return err
		}
		out.Body.Items, err = s.workNames(ctx, tx).rules(actor, l)
		return err
	})
	return out, err
}

func (s *Server) newRule(ctx context.Context, in *ruleNewIn) (*body[RuleVersion], error) {
	actor, b := CallerOf(ctx).Actor, &in.Body
	from, err := day("from", b.From, 0)
	if err != nil {
		return nil, err
	}
	return once(ctx, s, in.Key, "POST /indicators/rules", in.RawBody, func(tx kernel.Tx) (*RuleVersion, error) {
		r, err := s.Indicators.Revise(tx, actor, indicators.RuleDraft{Of: b.Of, Was: b.Was, Code: b.Code, Kind: b.Kind, Title: b.Title, Change: b.Change, Source: b.Source, Org: b.Org, From: from})
		if err != nil {
			return nil, err
		}
		v, err := s.workNames(ctx, tx).rule(actor, r)
		return &v, err
	})
}

package store

import (
	"errors"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
	"sanzhi/internal/works"
)

// Measures answers the named queries of indicators over cases, works and places. Confidential cases are in none of them, so
// that a figure is the same for all who read it and tells nothing about a dispute.
type Measures struct{}

var _ indicators.Measures = Measures{}

// measure is a named query.
type measure struct {
	indicators.Measure
	ask func(kernel.Tx, indicators.Span) (float64, error)
}

// rateOf asks for one of the four rates of the cases opened in the span, its numerator or its denominator.
func rateOf(pick func(cases.Rates) int) func(kernel.Tx, indicators.Span) (float64, error) {
	return func(k kernel.Tx, s indicators.Span) (float64, error) {
		r, err := Cases{}.Rates(k, cases.RateQuery{Path: s.Path, Unit: s.Unit, From: s.From, To: s.To, Now: on(k).now, Allow: openCases(k)})
		return float64(pick(r)), err
	}
}

// openCases is the scope of all cases but confidential ones.
func openCases(k kernel.Tx) access.Scope {
	return access.Scope{Tenant: on(k).tenant, Clauses: []access.Clause{{ExcludeConfidential: true}}}
}

// casesWhere counts cases by a condition on the instant column in the span.
func casesWhere(column, cond string) func(kernel.Tx, indicators.Span) (float64, error) {
	return func(k kernel.Tx, s indicators.Span) (n float64, err error) {
		f := caseFilter(on(k), cases.Query{Path: s.Path, Unit: s.Unit, Allow: openCases(k)})
		f.and("c.merged_into = ''")
		f.and("c."+column+" >= ?", ms(s.From))
		f.and("c."+column+" < ?", ms(s.To))
		if cond != "" {
			f.conds = append(f.conds, cond)
		}
		var count int
		err = on(k).QueryRow("SELECT COUNT(*) FROM case_record c WHERE "+f.where(), f.args...).Scan(&count)
		return float64(count), err
	}
}

func placesOf(kinds ...territory.Kind) func(kernel.Tx, indicators.Span) (float64, error) {
	return func(k kernel.Tx, s indicators.Span) (float64, error) {
		n := 0
		for _, kind := range kinds {
			c, err := Territory{}.CountPlaces(k, kind, s.Path)
			if err != nil {
				return 0, err
			}
			n += c
		}
		return float64(n), nil
	}
}

func worksIn(state works.State) func(kernel.Tx, indicators.Span) (float64, error) {
	return func(k kernel.Tx, s indicators.Span) (float64, error) {
		l, err := Works{}.CountByKind(k, works.Query{State: state, Within: s.Path, Host: s.Unit, Drafts: access.ScopeOf(kernel.System(on(k).tenant), access.RegisterRead)})
		n := 0
		for _, c := range l {
			n += c.N
		}
		return float64(n), err
	}
}

func sitesIn(state works.State) func(kernel.Tx, indicators.Span) (float64, error) {
	return func(k kernel.Tx, s indicators.Span) (n float64, err error) {
		lo, hi := s.Path.Range()
		var count int
		err = on(k).QueryRow(`SELECT COUNT(*) FROM work_site WHERE tenant = $1 AND state = $2 AND path >= $3 AND path < $4`, string(on(k).tenant), string(state), lo, hi).Scan(&count)
		return float64(count), err
	}
}

func measureOf(name, zh, en, unit string, ask func(kernel.Tx, indicators.Span) (float64, error)) measure {
	return measure{indicators.Measure{Name: name, Title: kernel.T(zh, en), Unit: unit}, ask}
}

var measures = []measure{
	measureOf("cases_opened", "受理件数", "cases opened", "件", casesWhere("opened_at", "")),
	measureOf("cases_closed", "办结件数", "cases closed", "件", casesWhere("closed_at", "c.ended = 'done'")),
	measureOf("hazards_opened", "发现的隐患", "hazards found", "起", casesWhere("opened_at", "c.flow = 'hazard'")),
	measureOf("hazards_closed", "消除的隐患", "hazards removed", "起", casesWhere("closed_at", "c.flow = 'hazard' AND c.ended = 'done'")),
	measureOf("responded", "按时接单", "accepted in time", "件", rateOf(func(r cases.Rates) int { return r.Response.Num })),
	measureOf("to_respond", "应接单", "due to be accepted", "件", rateOf(func(r cases.Rates) int { return r.Response.Den })),
	measureOf("solved", "评为已解决", "said to be solved", "件", rateOf(func(r cases.Rates) int { return r.Resolution.Num })),
	measureOf("rated", "已评价", "rated", "件", rateOf(func(r cases.Rates) int { return r.Resolution.Den })),
	measureOf("satisfied", "评为满意", "satisfied", "件", rateOf(func(r cases.Rates) int { return r.Satisfaction.Num })),
	measureOf("on_time", "按期办结", "finished in time", "件", rateOf(func(r cases.Rates) int { return r.OnTime.Num })),
	measureOf("to_finish", "应办结", "due to be finished", "件", rateOf(func(r cases.Rates) int { return r.OnTime.Den })),
	measureOf("works_built", "建成的工程", "works built", "个", worksIn(works.Done)),
	measureOf("works_active", "在建的工程", "works under way", "个", worksIn(works.Active)),
	measureOf("works_planned", "计划的工程", "works planned", "个", worksIn(works.Planned)),
	measureOf("sites_named", "有名称的建成示范点", "sites built and known by name", "个", sitesIn(works.Done)),
	measureOf("compounds", "小区", "compounds", "个", placesOf(territory.Compound)),
	measureOf("communities", "社区", "communities", "个", placesOf(territory.Community)),
	measureOf("villages", "行政村", "villages", "个", placesOf(territory.Village)),
	measureOf("grids", "网格", "grids", "个", placesOf(territory.GridGeneral, territory.GridDedicated)),
}

// Known implements indicators.Measures.
func (Measures) Known() []indicators.Measure {
	out := make([]indicators.Measure, len(measures))
	for i, m := range measures {
		out[i] = m.Measure
	}
	return out
}

// Measure implements indicators.Measures.
func (Measures) Measure(k kernel.Tx, name string, s indicators.Span) (float64, error) {
	for _, m := range measures {
		if m.Name == name {
			return m.ask(k, s)
		}
	}
	return 0, kernel.Internal("measure", errors.New("no measure "+name))
}

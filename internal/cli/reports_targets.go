package cli

import (
	"slices"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
	"sanzhi/internal/reports"
)

// targetsMet counts the targets at the top whose period ended in the time asked about, as the room of indicators judges them: what
// the store holds of a target is not enough, since a formula or the parts may give its value.
func (a *app) targetsMet() *reports.Query {
	list := func(tx kernel.Tx, ask reports.Ask) (out []*reports.Record, err error) {
		for p := (kernel.Page{Limit: 200}); ; {
			l, next, err := a.targets.Roots(tx, kernel.System(tx.Tenant()), indicators.TargetQuery{Page: p})
			if err != nil {
				return nil, err
			}
			for _, x := range l {
				end := x.Period.To
				if end.Before(ask.Period.From) || !end.Before(ask.Period.To) || end.After(ask.AsOf) || !ask.Path.Holds(x.Path) && ask.Path != "" ||
					!ask.Allow.Match(access.Target{Tenant: tx.Tenant(), Path: x.Path}) {
					continue
				}
				r := &reports.Record{ID: x.ID, Title: x.Def.Name, Path: x.Path, At: end, Den: 1, Facts: x.Def.ID + " " + x.Period.Label + " " + string(x.State)}
				if x.State == indicators.Met {
					r.Num = 1
				}
				out = append(out, r)
			}
			if p.After = next; next == "" {
				slices.SortFunc(out, func(x, y *reports.Record) int { return strings.Compare(string(y.ID), string(x.ID)) })
				return out, nil
			}
		}
	}
	return &reports.Query{ID: "targets_due_met", Version: 1, Share: true, Over: reports.OverPeriod, Reads: access.IndicatorRead,
		Title:  kernel.T("完成的指标 ÷ 这段时间里到期的指标", "targets that were met ÷ targets whose period ended"),
		Leaves: kernel.T("还没到期的、分解到下面的不算", "those not over yet, and the parts of others"),
		Source: kernel.T("指标", "the indicators"), Unit: kernel.T("%", "%"),
		Count: func(tx kernel.Tx, ask reports.Ask) (t reports.Tally, err error) {
			l, err := list(tx, ask)
			for _, r := range l {
				t.Num, t.Den = t.Num+r.Num, t.Den+r.Den
			}
			return t, err
		},
		Records: func(tx kernel.Tx, ask reports.Ask, p kernel.Page) ([]*reports.Record, string, error) {
			l, err := list(tx, ask)
			p = p.Clamp(50, 500)
			if p.After != "" {
				l = slices.DeleteFunc(l, func(r *reports.Record) bool { return string(r.ID) >= p.After })
			}
			if err != nil || len(l) <= p.Limit {
				return l, "", err
			}
			return l[:p.Limit], string(l[p.Limit-1].ID), nil
		}}
}

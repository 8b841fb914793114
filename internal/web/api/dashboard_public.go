package api

import (
	"context"
	"slices"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/reports"
	"sanzhi/internal/territory"
)

func (s *Server) publicDashboard(ctx context.Context, _ *struct{}) (*body[Dashboard], error) {
	t, lang := CallerOf(ctx).Actor.Tenant, LangOf(ctx)
	d, err := s.pictures.once("public "+string(t)+" "+string(lang), s.Clock.Now(), publicAge, func() (*Dashboard, error) {
		scope := openScope(access.ScopeOf(kernel.System(t), access.StatsRead))
		d, err := s.picture(ctx, t, lang, nil, scope, []territory.Kind{territory.Community, territory.Village})
		if err == nil {
			d.cover()
		}
		return d, err
	})
	if err != nil {
		return nil, err
	}
	return &body[Dashboard]{*d}, nil
}

// leastTold is the smallest number that the public edition tells.
const leastTold = 5

// cover takes out of a dashboard what tells of fewer than five, and as much more as it takes that this cannot be worked out from
// the rest. What is late is not told by place or step, since what is late and what stands would give each other away.
func (d *Dashboard) cover() {
	coverBeads(d)
	coverAreas(d)
	d.Flows, d.LateUnits = []DashFlow{}, []DashLate{}
	if few(d.Overdue) || few(d.Open-d.Overdue) {
		d.Overdue, d.OverdueHidden = 0, true
	}
	if few(d.Open) {
		d.Open, d.OpenHidden = 0, true
	}
	coverUnits(d)
	coverMonths(d)
	for _, r := range []*Ratio{&d.Rates.Response, &d.Rates.Resolution, &d.Rates.Satisfaction, &d.Rates.OnTime} {
		if tight(*r) {
			*r = Ratio{}
		}
	}
}

func few(n int) bool { return n > 0 && n < leastTold }

// tight tells whether a rate gives away a small number, or is of too few to be told.
func tight(r Ratio) bool { return !r.Comparable || few(r.Num) || few(r.Den-r.Num) }

func coverBeads(d *Dashboard) {
	counts := make([]int, len(d.Beads), len(d.Beads)+1)
	rest := d.Open
	for i := range d.Beads {
		counts[i] = d.Beads[i].Count
		rest -= counts[i]
		d.Beads[i].Overdue, d.Beads[i].Steps = 0, []DashStep{}
	}
	// What other processes hold is a cell as well: the total less the beads.
	hide, _ := reports.Suppress(append(counts, rest))
	for i := range d.Beads {
		if hide[i] {
			d.Beads[i].Count, d.Beads[i].Hidden = 0, true
		}
	}
}

func coverAreas(d *Dashboard) {
	counts := make([]int, len(d.Areas), len(d.Areas)+1)
	for i := range d.Areas {
		counts[i] = d.Areas[i].Count
		d.Areas[i].Overdue = 0
	}
	hide, _ := reports.Suppress(append(counts, d.Beside))
	var told []DashArea
	for i := range d.Areas {
		if a := &d.Areas[i]; hide[i] {
			a.Count, a.Class, a.Hidden = 0, 0, true
		} else {
			told = append(told, *a)
		}
	}
	d.Classes = classes(told)
	for i := range d.Areas {
		if !d.Areas[i].Hidden {
			d.Areas[i].Class = classOf(d.Classes, d.Areas[i].Count)
		}
	}
	d.Beside = 0
}

// coverUnits leaves the units whose on-time rate may be told, in the order of their names: the public edition ranks nobody. The
// others are told together by nobody, so that a hidden one is not what is missing from the whole.
func coverUnits(d *Dashboard) {
	kept, missed := make([]int, len(d.Units)), make([]int, len(d.Units))
	for i, u := range d.Units {
		kept[i], missed[i] = u.OnTime.Num, u.OnTime.Den-u.OnTime.Num
	}
	hideKept, _ := reports.Suppress(kept)
	hideMissed, _ := reports.Suppress(missed)
	out := []DashUnit{}
	for i, u := range d.Units {
		if u.OnTime.Comparable && !tight(u.OnTime) && !hideKept[i] && !hideMissed[i] {
			out = append(out, DashUnit{ID: u.ID, Name: u.Name, Rates: Rates{OnTime: u.OnTime}})
		}
	}
	slices.SortFunc(out, func(a, b DashUnit) int { return strings.Compare(a.Name, b.Name) })
	d.Units = out
}

func coverMonths(d *Dashboard) {
	kept, missed := make([]int, len(d.Months)), make([]int, len(d.Months))
	for i, m := range d.Months {
		kept[i], missed[i] = m.OnTime.Num, m.OnTime.Den-m.OnTime.Num
	}
	hideKept, _ := reports.Suppress(kept)
	hideMissed, _ := reports.Suppress(missed)
	for i := range d.Months {
		m := &d.Months[i]
		m.Resolution, m.Satisfaction = Ratio{}, Ratio{}
		if hideKept[i] || hideMissed[i] || tight(m.OnTime) {
			m.OnTime, m.Hidden = Ratio{}, true
		}
	}
}

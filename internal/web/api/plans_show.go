package api

import (
	"math"
	"slices"

	"sanzhi/internal/kernel"
	"sanzhi/internal/planning"
)

// show turns a result into what readers see.
func (d *PlanDetail) show(lang kernel.Lang, r *planning.Result, g *planning.Ground) {
	for _, a := range g.Areas {
		d.Areas = append(d.Areas, PlanArea{a.Name, a.Shape})
	}
	for _, h := range g.Homes {
		if !h.Guess {
			d.Homes = append(d.Homes, h.At)
		}
	}
	d.Water = g.Waters
	for _, n := range r.Notes {
		d.Notes = append(d.Notes, n.In(lang))
	}
	d.Today, d.Lots = planLots(lang, r.Today), planLots(lang, r.Lots)
	if r.Lots != nil {
		d.Now, d.After = planMeasures(&r.Now), planMeasures(&r.Plan)
	}
	if x := r.Siting; x != nil {
		d.Sites = &PlanSites{Radius: x.Radius, Line: x.Line, Before: x.Before, After: x.After, Bound: x.Bound, People: x.People, Added: []PlanStation{}}
		for _, a := range x.Added {
			d.Sites.Added = append(d.Sites.Added, PlanStation{a.Name, a.At, a.Gain})
		}
		for _, a := range g.Stands {
			d.Sites.Stands = append(d.Sites.Stands, a.At)
		}
	}
	if r.Reach != nil {
		d.Reach = planReach(r.Reach, g)
		for _, a := range g.Stands {
			d.Stands = append(d.Stands, a.At)
		}
	}
	if r.Staff != nil {
		d.Staff = planStaff(lang, r.Staff, g)
	}
}

// planStaff lists first what lacks somebody, then what changes; of what stays the first hundred.
func planStaff(lang kernel.Lang, x *planning.StaffResult, g *planning.Ground) *PlanStaff {
	out := &PlanStaff{Grids: x.Grids, Given: x.Given, Kept: x.Kept, Walk: x.Walk, Rows: []PlanDuty{}}
	rank := func(d planning.Duty) int {
		switch {
		case d.Worker < 0:
			return 0
		case d.New:
			return 1
		default:
			return 2
		}
	}
	rows := slices.Clone(x.Rows)
	slices.SortStableFunc(rows, func(a, b planning.Duty) int { return rank(a) - rank(b) })
	for i, d := range rows {
		if rank(d) == 2 && i >= 100 {
			break
		}
		row := PlanDuty{Grid: g.Lots[d.Lot].Name, New: d.New, Metres: d.Metres, Why: d.Why.In(lang)}
		if d.Worker >= 0 {
			row.Person, row.Title = g.Staff[d.Worker].ID, g.Staff[d.Worker].Title
			if from := g.Staff[d.Worker].Lots; d.New && len(from) > 0 {
				row.Title = g.Lots[from[0]].Name + " · " + row.Title
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

func planLots(lang kernel.Lang, l []planning.Lot) []PlanLot {
	var out []PlanLot
	for _, x := range l {
		out = append(out, PlanLot{Code: x.Code, Name: x.Name, Area: x.Area, People: x.People, Off: x.Off, Walk: x.Walk, Staff: x.Staff, Sites: x.Sites, Mix: x.Mix, Locked: x.Locked,
			Dedicated: x.Dedicated, Fresh: x.Fresh, Why: x.Why.In(lang), Shape: x.Shape, Centre: x.Centre})
	}
	return out
}

func planMeasures(m *planning.Measures) *PlanMeasures {
	return &PlanMeasures{Grids: m.Grids, Balanced: m.Balanced, Within: m.Within, Least: m.Least, Most: m.Most, Mean: m.Mean, People: m.People, Guessed: m.Guessed, Walk: m.Walk,
		Staffed: m.Staffed, Sited: m.Sited, Mix: m.Mix, Split: m.Split, Broken: m.Broken, Moved: m.Moved, Score: m.Score.All, Scale: m.Score.Scale, Convenient: m.Score.Convenient,
		Resources: m.Score.Resources, Functions: m.Score.Functions}
}

// mostShort is how many compounds that fall short are listed.
const mostShort = 200

func planReach(x *planning.ReachResult, g *planning.Ground) *PlanReach {
	out := &PlanReach{Line: x.Line}
	for _, row := range x.Rows {
		out.Rows = append(out.Rows, PlanReachRow{Name: row.Name, People: row.People, Green300: row.Green[0], Green500: row.Green[1], Foot300: row.OnFoot[0], Foot500: row.OnFoot[1],
			Min5: row.Station[0], Min10: row.Station[1], Min15: row.Station[2], Slow5: row.Slow[0], Slow10: row.Slow[1], Slow15: row.Slow[2]})
	}
	if x.Open == nil || len(x.Open.Rows) == 0 {
		return out // worked out before greens were measured
	}
	all := x.Open.Rows[0]
	out.Green = &PlanGreen{Green: planSight(all.Green), Park: planSight(all.Park), Short: []PlanShort{}, More: max(0, len(x.Open.Short)-mostShort)}
	pc := func(v float64) int { return int(100 * v) }
	for _, f := range x.Open.Short[:min(len(x.Open.Short), mostShort)] {
		out.Green.Short = append(out.Green.Short, PlanShort{Name: f.Name, Community: g.Areas[f.Area].Name, People: f.People, Green: pc(f.Green.Straight), GreenFoot: pc(f.Green.OnFoot),
			Park: pc(f.Park.Straight), ParkFoot: pc(f.Park.OnFoot)})
	}
	return out
}

func planSight(x planning.Sight) PlanSight {
	of := func(c planning.Cover) PlanCover {
		return PlanCover{int(math.Round(c.All)), int(math.Round(c.Straight)), int(math.Round(c.OnFoot))}
	}
	return PlanSight{Within: x.Within, Least: x.Least, Greens: x.Greens, People: of(x.People), Land: of(x.Land), Compounds: of(x.Compounds)}
}

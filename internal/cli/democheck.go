package cli

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
)

// figureRow is one figure beside what the running system's queries give.
type figureRow struct {
	Tenant string  `json:"tenant"`
	ID     string  `json:"id"`
	Title  string  `json:"title"`
	Want   string  `json:"want"`
	Got    float64 `json:"got"`
	Num    int     `json:"num,omitempty"`
	Den    int     `json:"den,omitempty"`
	Unit   string  `json:"unit"`
	Holds  bool    `json:"holds"`
	Source string  `json:"source"`
}

// measured is what a query gave: a count, or a rate with what it is made of.
type measured struct {
	value    float64
	num, den int
	source   string
	told     kernel.Qualifier // how the records themselves tell it; empty where they are counted
}

func count(n int, source string) measured { return measured{value: float64(n), source: source} }

func rate(r orgs.Rate, source string) measured {
	m := measured{num: r.Num, den: r.Den, source: source}
	if r.Den > 0 {
		m.value = 100 * float64(r.Num) / float64(r.Den)
	}
	return m
}

// checkDemo compares each figure of the eight articles with the store, or those of the tenant that is named, and fails on any
// difference.
func (e *env) checkDemo(a *app) error {
	var rows []figureRow
	if t := kernel.Tenant(e.global.Tenant); t == "" || t == demoTenant {
		l, err := e.checkDistrict(a)
		if err != nil {
			return err
		}
		rows = append(rows, l...)
	}
	for _, l := range demo.Localities() {
		if t := kernel.Tenant(e.global.Tenant); t != "" && t != l.Tenant {
			continue
		}
		more, err := e.checkLocality(a, l)
		if err != nil {
			return fmt.Errorf("%s: %w", l.Tenant, err)
		}
		rows = append(rows, more...)
	}
	if len(rows) == 0 {
		return kernel.NotFound(kernel.T("这不是演示数据里的地方", "this is no place of the demonstration"))
	}
	all := !slices.ContainsFunc(rows, func(r figureRow) bool { return !r.Holds })
	if e.global.JSON {
		if err := e.printJSON(map[string]any{"holds": all, "figures": rows}); err != nil {
			return err
		}
	} else {
		for _, r := range rows {
			mark := "ok "
			if !r.Holds {
				mark = "NOT"
			}
			got := fmt.Sprintf("%.4g %s", r.Got, r.Unit)
			if r.Got == math.Trunc(r.Got) {
				got = fmt.Sprintf("%.0f %s", r.Got, r.Unit)
			}
			if r.Den > 0 {
				got = fmt.Sprintf("%d/%d = %.2f %s", r.Num, r.Den, r.Got, r.Unit)
			}
			e.printf("%s %s %-20s %-14s %-26s %s\n", mark, r.Tenant, r.ID, r.Want, got, r.Title)
		}
	}
	if !all {
		return errNotSo
	}
	return nil
}

// rowOf holds what was measured against a figure.
func rowOf(t kernel.Tenant, f demo.Figure, m measured) figureRow {
	return figureRow{Tenant: string(t), ID: f.ID, Title: f.Title.Zh + " " + f.Title.En, Want: wanted(f.Quantity), Got: m.value, Num: m.num, Den: m.den, Unit: f.Quantity.Unit,
		Source: m.source, Holds: f.Quantity.Holds(m.value) && (f.Den == 0 || f.Den == m.den)}
}

// checkDistrict compares the figures of the district.
func (e *env) checkDistrict(a *app) (rows []figureRow, err error) {
	err = a.db.View(e.ctx, demoTenant, func(tx kernel.Tx) error {
		rows = nil
		for _, f := range demo.Figures() {
			m, err := measureFigure(tx, f)
			if err != nil {
				return fmt.Errorf("%s: %w", f.ID, err)
			}
			rows = append(rows, rowOf(demoTenant, f, m))
		}
		return nil
	})
	return rows, err
}

func wanted(q kernel.Quantity) string {
	s := strconv.FormatFloat(q.Value, 'f', -1, 64)
	switch q.Qualifier {
	case kernel.AtLeast:
		s += "余"
	case kernel.Nearly:
		s = "近" + s
	case kernel.About:
		s = "约" + s
	case kernel.Exact:
	}
	return s + " " + q.Unit
}

// measureFigure asks the store what a figure is now: the tables that the pages read, never the generator.
func measureFigure(tx kernel.Tx, f demo.Figure) (measured, error) {
	county := kernel.Path(demoTenant + "/")
	kinds := map[string][]territory.Kind{
		"compounds": {territory.Compound}, "communities": {territory.Community}, "villages": {territory.Village},
		"streets":       {territory.Subdistrict, territory.Town, territory.Township, territory.StreetSpecial},
		"grids_general": {territory.GridGeneral}, "grids_dedicated": {territory.GridDedicated}, "grids": {territory.GridGeneral, territory.GridDedicated},
	}
	if list, ok := kinds[f.ID]; ok {
		n := 0
		for _, k := range list {
			c, err := store.Territory{}.CountPlaces(tx, k, county)
			if err != nil {
				return measured{}, err
			}
			n += c
		}
		return count(n, "place"), nil
	}
	if ask, ok := roomFigures[f.ID]; ok {
		return ask(tx)
	}
	o := store.Orgs{}
	switch f.ID {
	case "branches":
		n, err := o.OrgCount(tx, orgs.Branch, orgs.CoverBranch)
		return count(n, "org, cover"), err
	case "branch_coverage":
		r, err := o.Coverage(tx, orgs.CoverBranch, county)
		return rate(r, "place, cover"), err
	case "police_deputies":
		r, err := o.PostCoverage(tx, string(territory.Community), "社区副书记", county)
		return rate(r, "place, holding"), err
	case "members":
		n, in, _, err := o.ReportIns(tx)
		if n != in {
			return count(-1, fmt.Sprintf("report_in: %d of %d stand in no grid", n-in, n)), err
		}
		return count(n, "report_in"), err
	case "grids_with_members":
		_, _, served, err := o.ReportIns(tx)
		if err != nil {
			return measured{}, err
		}
		n := 0
		for _, k := range kinds["grids"] {
			c, err := store.Territory{}.CountPlaces(tx, k, county)
			if err != nil {
				return measured{}, err
			}
			n += c
		}
		return rate(orgs.Rate{Num: served, Den: n}, "report_in, place"), nil
	case "issues_solved":
		n, err := store.Cases{}.Solved(tx, "menu", "done", f.Quantity.Period.From, f.Quantity.Period.To)
		return count(n, "case_record, rating"), err
	case "hazards_closed":
		n, err := store.Cases{}.Closed(tx, "hazard", "done", f.Quantity.Period.From, f.Quantity.Period.To)
		return count(n, "case_record"), err
	case "disputes_resolved":
		n, err := store.Cases{}.Closed(tx, "dispute", "done", f.Quantity.Period.From, f.Quantity.Period.To)
		return count(n, "case_record"), err
	case "centre_tiers":
		n, err := store.Territory{}.CentreTiers(tx)
		return count(n, "place"), err
	default:
		return measured{}, fmt.Errorf("no query for this figure")
	}
}

package store

import (
	"cmp"
	"database/sql"
	"fmt"
	"math"
	"slices"

	"sanzhi/internal/access"
	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
	"sanzhi/internal/reports"
	"sanzhi/internal/works"
)

// amount is a record that tells a quantity of its own.
type amount struct {
	reports.Record
	q kernel.Quantity
}

// amounts is a query over records that tell quantities: the figure is their sum, and as inexact as they are.
type amounts func(k kernel.Tx, a reports.Ask) ([]amount, error)

// query joins it to what is said about it. What the reader may not see is left out before anything is added.
func (l amounts) query(q reports.Query) *reports.Query {
	all := func(k kernel.Tx, a reports.Ask) ([]amount, error) {
		out, err := l(k, a)
		if err != nil {
			return nil, err
		}
		out = slices.DeleteFunc(out, func(x amount) bool {
			return a.Path != "" && !a.Path.Holds(x.Path) || !a.Allow.Match(access.Target{Tenant: on(k).tenant, Path: x.Path})
		})
		for i := range out {
			n := int(math.Round(out[i].q.Value))
			out[i].Num, out[i].Den = n, n
			out[i].Facts = or(out[i].Facts, kernel.FormatQuantity(out[i].q))
		}
		return out, nil
	}
	q.Count = func(k kernel.Tx, a reports.Ask) (t reports.Tally, err error) {
		out, err := all(k, a)
		for i := range out {
			t.Num += out[i].Num
			t.Den += out[i].Den
		}
		return t, err
	}
	q.Told = func(k kernel.Tx, a reports.Ask) (sum kernel.Quantity, err error) {
		out, err := all(k, a)
		for i := range out {
			if i == 0 {
				sum = out[i].q
			} else if sum, err = sum.Add(out[i].q); err != nil {
				return sum, fmt.Errorf("%s: %w", q.ID, err)
			}
		}
		return sum, err
	}
	q.Records = func(k kernel.Tx, a reports.Ask, p kernel.Page) ([]*reports.Record, string, error) {
		if !storable(p.After) {
			return nil, "", badCursor()
		}
		list, err := all(k, a)
		if err != nil {
			return nil, "", err
		}
		slices.SortFunc(list, func(a, b amount) int { return cmp.Compare(b.ID, a.ID) })
		p = p.Clamp(50, 500)
		var out []*reports.Record
		for i := range list {
			if p.After != "" && string(list[i].ID) >= p.After {
				continue
			}
			if len(out) == p.Limit {
				return out, string(out[p.Limit-1].ID), nearNames(k, out)
			}
			out = append(out, &list[i].Record)
		}
		return out, "", nearNames(k, out)
	}
	return &q
}

func workQueries() []*reports.Query {
	projects := countedSet{table: "work_project w", alias: "w", at: "w.updated_at", facts: "w.kind || ' ' || w.state || ' ' || w.name", where: []string{"w.published = 1"},
		more: asked(map[string]string{"kind": "w.kind", "state": "w.state"})}
	sites := countedSet{table: "work_site s", alias: "s", at: "s.as_of", facts: "s.type || ' ' || s.state || ' ' || s.name", more: asked(map[string]string{"type": "s.type", "state": "s.state"})}
	planned := sites
	planned.num = "CASE WHEN s.plan <> '' THEN 1 ELSE 0 END"
	planned.more = func(f *filter, a reports.Ask) {
		sites.more(f, a)
		if p := a.Params["plan"]; p != "" {
			f.and(`s.plan LIKE ? ESCAPE '\'`, workPlanLike(p))
		}
	}
	twins := countedSet{table: "work_flag g JOIN work_item i ON i.tenant = g.tenant AND i.id = g.b", alias: "g", zh: "i.subject", at: "g.at", facts: "g.state",
		more: asked(map[string]string{"state": "g.state"})}
	q := func(s countedSet, id string, title kernel.Text, leaves kernel.Text, params []string) *reports.Query {
		return s.query(reports.Query{ID: id, Version: 1, Title: title, Leaves: leaves, Source: fromWorks, Unit: unitItems, Over: reports.OverNow, Params: params, Reads: access.WorkRead})
	}
	lines := amounts(func(k kernel.Tx, a reports.Ask) ([]amount, error) {
		l, err := Works{}.Lines(k, works.Query{Kind: works.Kind(a.Params["kind"])})
		var out []amount
		for _, x := range l {
			it := x.Item
			says := map[string]string{"subject": it.Subject, "group": it.Group, "action": string(it.Action), "unit": it.Quantity.Unit}
			fits := it.TwinOf == ""
			for name, is := range says {
				fits = fits && (a.Params[name] == "" || a.Params[name] == is)
			}
			if fits {
				out = append(out, amount{reports.Record{ID: it.ID, Title: kernel.T(x.Name+"："+it.Subject, x.Name+": "+it.Subject), Path: x.Path}, it.Quantity})
			}
		}
		return out, err
	})
	return []*reports.Query{
		q(projects, "works", kernel.T("公布的工程", "works that are published"), kernel.T("草稿不算", "drafts"), []string{"kind", "state"}),
		q(sites, "sites", kernel.T("逐个登记的示范点", "demonstration sites entered one by one"), noneLeft, []string{"type", "state"}),
		planned.query(reports.Query{ID: "sites_in_plan", Version: 1, Title: kernel.T("写明对应规划图层的示范点 ÷ 逐个登记的示范点", "demonstration sites that name the layer of a plan they keep to ÷ sites entered one by one"), Leaves: noneLeft,
			Source: fromWorks, Unit: unitPercent, Share: true, Over: reports.OverNow, Params: []string{"plan", "state"}, Reads: access.WorkRead}),
		q(twins, "told_twice", kernel.T("疑似重复讲述的数", "figures that are likely told twice"), noneLeft, []string{"state"}),
		lines.query(reports.Query{ID: "work_amount", Version: 1, Title: kernel.T("工程清单里的数量相加", "quantities of the bills of works, added"),
			Leaves: kernel.T("确认重复讲述的行不算", "lines known to tell another's figure again"), Source: fromWorks, Unit: unitItems, Over: reports.OverNow,
			Params: []string{"kind", "subject", "group", "action", "unit"}, Reads: access.WorkRead}),
	}
}

func registerQueries() []*reports.Query {
	entries := countedSet{table: "register_entry e", alias: "e", zh: "e.register || ' ' || e.facet", at: "e.created_at", facts: "e.register || ' ' || e.state || ' ' || CAST(e.version AS TEXT)",
		where: []string{"e.state NOT IN ('ended', 'lifted')", "e.register NOT IN ('tolerance', 'accountability')"}, more: asked(map[string]string{"register": "e.register", "facet": "e.facet"})}
	paired := countedSet{table: "cover c JOIN place p ON p.tenant = c.tenant AND p.id = c.place JOIN org o ON o.tenant = c.tenant AND o.id = c.org", alias: "c", zh: "p.name", path: "p.path", at: "c.from_at",
		facts: "o.name || ' ' || p.code", where: []string{"c.kind = 'paired' AND c.lead = 1", lasting("c")}, more: asked(map[string]string{"unit": "o.name"})}
	told := amounts(func(k kernel.Tx, a reports.Ask) ([]amount, error) {
		f := &filter{}
		f.and("tenant = ?", string(on(k).tenant))
		f.and("register = ?", "count")
		if v := a.Params["what"]; v != "" {
			f.and("facet = ?", v)
		}
		rows, err := on(k).Query("SELECT "+entryCols+" FROM register_entry WHERE state = 'open' AND "+f.where(), f.args...)
		return scanAll(rows, err, func(r *sql.Rows) (amount, error) {
			e, err := scanEntry(r)
			if err != nil {
				return amount{}, err
			}
			q, err := kernel.ParseQuantity(e.Values["n"])
			return amount{reports.Record{ID: e.ID, Title: kernel.T(e.Facet, e.Facet), Path: e.Path, At: e.Created}, q}, err
		})
	})
	return []*reports.Query{
		entries.query(reports.Query{ID: "entries", Version: 1, Title: kernel.T("登记册里在用的条目", "entries of registers that are in force"), Leaves: kernel.T("已结束的、容错问责的不算", "ended ones, and those about officials' faults"),
			Source: fromRegisters, Unit: unitItems, Over: reports.OverNow, Params: []string{"register", "facet"}, Reads: access.RegisterRead}),
		paired.query(reports.Query{ID: "paired_compounds", Version: 1, Title: kernel.T("有牵头包联单位的小区", "compounds with a lead paired unit"), Leaves: noneLeft,
			Source: fromOrgs, Unit: unitItems, Over: reports.OverNow, Params: []string{"unit"}, Reads: access.PlaceRead}),
		told.query(reports.Query{ID: "told_count", Version: 1, Title: kernel.T("登记的总数，照来源的说法", "counts on record, as their source tells them"), Leaves: noneLeft,
			Source: fromRegisters, Unit: unitItems, Over: reports.OverNow, Params: []string{"what"}, Reads: access.RegisterRead}),
	}
}

func targetQueries() []*reports.Query {
	themes := countedSet{table: "indicator_contest c", alias: "c", zh: "c.id", facts: "c.id", num: "(LENGTH(c.body) - LENGTH(REPLACE(c.body, '\"theme\":', ''))) / 8"}
	themes.den = themes.num
	solved := countedSet{table: "indicator_constraint c", alias: "c", zh: "c.factor", at: "c.found_at", facts: "c.step", num: "CASE WHEN c.step = 'solved' THEN 1 ELSE 0 END"}
	rules := countedSet{table: "indicator_rule r", alias: "r", id: "r.id", zh: "r.title", at: "r.from_at", facts: "r.code || ' ' || CAST(r.version AS TEXT)",
		where: []string{"r.version > 1 AND NOT EXISTS (SELECT 1 FROM indicator_rule n WHERE n.tenant = r.tenant AND n.id = r.id AND n.version > r.version)"}}
	q := func(s countedSet, id string, unit, title kernel.Text, share bool) *reports.Query {
		return s.query(reports.Query{ID: id, Version: 1, Title: title, Leaves: noneLeft, Source: fromTargets, Unit: unit, Over: reports.OverNow, Share: share, Reads: access.IndicatorRead})
	}
	met := amountless(func(k kernel.Tx, a reports.Ask) ([]reports.Record, error) {
		return targetsOf(k, a.Params["period"], func(x *indicators.Assessed) bool { return x.State == indicators.Met })
	})
	split := amountless(func(k kernel.Tx, a reports.Ask) ([]reports.Record, error) {
		return targetsOf(k, a.Params["period"], readds)
	})
	return []*reports.Query{
		q(themes, "contest_themes", unitForms, kernel.T("劳动竞赛比的指标，一个主题一个", "indicators of the labour contests, one for each theme"), false),
		q(solved, "constraints_solved", unitPercent, kernel.T("有了解决方案的制约因素 ÷ 全部制约因素", "constraints with a solution ÷ all constraints"), true),
		q(rules, "rules_revised", unitItems, kernel.T("修订过的制度和标准，各算一次", "rules and standards that were revised, each once"), false),
		met.query(reports.Query{ID: "targets_met", Version: 1, Title: kernel.T("完成的指标 ÷ 全部指标，安全指标不超限才算完成", "targets that are met ÷ all targets; a safety limit is met while nobody is over it"), Leaves: noneLeft,
			Source: fromTargets, Unit: unitPercent, Share: true, Over: reports.OverNow, Params: []string{"period"}, Reads: access.IndicatorRead}),
		split.query(reports.Query{ID: "targets_split", Version: 1, Title: kernel.T("分解给单位、加回来一点不差的指标 ÷ 全部指标", "targets divided over holders that add up to the whole again ÷ all targets"), Leaves: noneLeft,
			Source: fromTargets, Unit: unitPercent, Share: true, Over: reports.OverNow, Params: []string{"period"}, Reads: access.IndicatorRead}),
	}
}

// readds reports whether a target is divided over holders whose parts are the whole again: their sum, their weighted mean, or
// limits of which none is above it.
func readds(x *indicators.Assessed) bool {
	var sum, weighed, weights int64
	n, above := 0, false
	for _, p := range x.Parts {
		if p.By != indicators.ByHolder {
			continue
		}
		n++
		sum += p.Amount
		weighed += p.Amount * int64(max(p.Weight, 1))
		weights += int64(max(p.Weight, 1))
		above = above || p.Amount > x.Amount
	}
	switch {
	case n == 0:
		return false
	case x.Def.Nature == indicators.Sum:
		return sum == x.Amount
	case x.Def.Nature == indicators.Rate:
		return weighed == x.Amount*weights
	default:
		return !above
	}
}

// targetsOf gives the targets at the top of a period (all periods when empty), each with whether it is now as asked.
func targetsOf(k kernel.Tx, period string, is func(*indicators.Assessed) bool) ([]reports.Record, error) {
	calendar, err := calendarOf(k)
	if err != nil {
		return nil, err
	}
	var out []reports.Record
	page := kernel.Page{Limit: 200}
	for {
		l, next, err := Indicators{}.Roots(k, indicators.TargetQuery{Period: period, Scope: access.ScopeOf(kernel.System(on(k).tenant), access.IndicatorRead), Page: page})
		if err != nil {
			return nil, err
		}
		for _, t := range l {
			d, err := Indicators{}.Def(k, t.Def, t.DefVer)
			if err != nil {
				return nil, err
			}
			if d.Formula != "" {
				continue // measured by its formula, which the room of indicators alone can do
			}
			tree, err := Indicators{}.Tree(k, t.Root)
			if err != nil {
				return nil, err
			}
			values, err := Indicators{}.Values(k, t.Root)
			if err != nil {
				return nil, err
			}
			known := map[kernel.ID]indicators.Reading{}
			for _, v := range values {
				known[v.Target] = indicators.Reading{Amount: v.Amount, N: v.N, AsOf: v.AsOf, Source: v.Source}
			}
			a := indicators.Assess(d, t.ID, tree, known, calendar, on(k).now)
			r := reports.Record{ID: t.ID, Title: d.Name, Path: t.Path, At: t.Period.To, Den: 1, Facts: string(a.State)}
			if is(a) {
				r.Num = 1
			}
			out = append(out, r)
		}
		if page.After = next; next == "" {
			return out, nil
		}
	}
}

// amountless is a query over records worked out one by one.
type amountless func(k kernel.Tx, a reports.Ask) ([]reports.Record, error)

func (l amountless) query(q reports.Query) *reports.Query {
	inner := amounts(func(k kernel.Tx, a reports.Ask) ([]amount, error) {
		list, err := l(k, a)
		out := make([]amount, len(list))
		for i, r := range list {
			out[i] = amount{Record: r, q: kernel.Quantity{Value: float64(r.Num)}}
		}
		return out, err
	})
	made := inner.query(q)
	// Num is what the quantity says, Den one each.
	records := made.Records
	made.Told = nil
	made.Records = func(k kernel.Tx, a reports.Ask, p kernel.Page) ([]*reports.Record, string, error) {
		out, next, err := records(k, a, p)
		for _, r := range out {
			r.Den = 1
		}
		return out, next, err
	}
	made.Count = func(k kernel.Tx, a reports.Ask) (t reports.Tally, err error) {
		for p := (kernel.Page{Limit: 500}); ; {
			out, next, err := made.Records(k, a, p)
			if err != nil {
				return t, err
			}
			for _, r := range out {
				t.Num += r.Num
				t.Den += r.Den
			}
			if p.After = next; next == "" {
				return t, nil
			}
		}
	}
	return made
}

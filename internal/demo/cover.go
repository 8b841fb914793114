package demo

import (
	"fmt"
	"slices"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

// cover links an organisation to a compound.
func (g *Registers) cover(kind orgs.CoverKind, o *orgs.Org, compound *territory.Place, lead bool) {
	key := fmt.Sprintf("cover %s %s %s", kind, o.ID, compound.ID)
	g.Covers = append(g.Covers, &orgs.Cover{ID: g.d.seed.id(key), Kind: kind, Org: o.ID, Place: compound.ID, Lead: lead, From: Founded})
}

// compounds gives the compounds of a unit in order.
func (g *Registers) compounds(a *area) []*territory.Place {
	var out []*territory.Place
	for _, grid := range a.parts {
		for _, c := range grid.compounds {
			out = append(out, g.d.Place(fmt.Sprintf("%s-C%03d", a.code, c.seq)))
		}
	}
	return out
}

// firms makes the property firms, each within one street, that serve eleven compounds in twelve; the rest, old yards
// without a firm, are looked after by their community.
func (g *Registers) firms() {
	words := shuffled(g.r, []string{"安居", "和美", "清禾", "同心", "万家", "恒悦", "佳园", "绿城北", "宏达", "新宇", "众合", "康居", "瑞安", "惠民", "永和", "中和",
		"仁居", "春风", "晨光", "北辰", "联丰", "长乐", "青山", "顺意", "华居", "德馨", "泰和", "家和", "益民", "悦邻", "优居", "城安"})
	home := g.d.layout.home()
	for _, st := range g.d.layout.county.parts {
		var all []*territory.Place
		keep := map[*territory.Place]bool{}
		for _, a := range st.parts {
			all = append(all, g.compounds(a)...)
			for _, grid := range a.parts {
				for _, c := range grid.compounds {
					if c == home {
						keep[g.d.Place(fmt.Sprintf("%s-C%03d", a.code, c.seq))] = true
					}
				}
			}
		}
		if len(all) == 0 {
			continue
		}
		var here []*orgs.Org
		for range max(1, len(all)/13) {
			name := words[0]
			words = words[1:]
			o := g.addOrg("firm "+name, orgs.PropertyFirm, name+"物业", nil, g.d.Place(st.code))
			o.Sectors = []string{"property"}
			g.staff(o, g.d.Place(st.code), 3)
			here = append(here, o)
		}
		for i, c := range all {
			if g.r.IntN(12) == 0 && !keep[c] {
				continue
			}
			o := here[i*len(here)/len(all)]
			g.cover(orgs.CoverProperty, o, c, true)
			g.firmOf[c.ID] = o.ID
		}
	}
}

// branches makes the 147 compound and building branches. Neighbouring compounds share one, each compound has a lead branch,
// and one compound in nine, where buildings have their own, belongs to two.
func (g *Registers) branches() {
	var units []*area
	counts := []*area{}
	for _, a := range g.d.layout.units() {
		if n := len(g.compounds(a)); n > 0 {
			units = append(units, a)
			counts = append(counts, &area{cells: make([]int, n)})
		}
	}
	share := shareOut(counts, numBranches, 1)
	for i, a := range units {
		all, place := g.compounds(a), g.d.Place(a.code)
		k := share[i]
		var made []*orgs.Org
		for j := range k {
			mine := all[j*len(all)/k : (j+1)*len(all)/k]
			name := mine[0].Name + "党支部"
			if len(mine) > 1 {
				name = mine[0].Name + "等小区联合党支部"
			}
			b := g.addOrg(fmt.Sprintf("branch %s %d", a.code, j), orgs.Branch, name, g.org["committee "+a.code], place)
			made = append(made, b)
			for _, c := range mine {
				g.cover(orgs.CoverBranch, b, c, true)
			}
		}
		for j := range k {
			if next := all[(j+1)*len(all)/k%len(all)]; k > 1 && g.r.IntN(4) == 0 {
				g.cover(orgs.CoverBranch, made[j], next, false)
			}
		}
	}
}

// pair gives each compound exactly one lead unit among the district's units, the street offices, schools and hospitals,
// and three compounds in ten a second unit beside it.
func (g *Registers) pair(units []unitRow) {
	var from []*orgs.Org
	for _, u := range units {
		from = append(from, g.org[u.Key])
	}
	for _, o := range g.Orgs {
		if o.Kind == orgs.Institution && o.Parent == "" {
			from = append(from, o)
		}
	}
	n := 0
	for _, a := range g.d.layout.units() {
		for _, c := range g.compounds(a) {
			g.cover(orgs.CoverPaired, from[n%len(from)], c, true)
			if g.r.IntN(10) < 3 {
				g.cover(orgs.CoverPaired, from[(n+1)%len(from)], c, false)
			}
			n++
		}
	}
}

// employers are the kinds of organisation that serving members come from.
var employers = []orgs.Kind{orgs.Department, orgs.Government, orgs.PublicUtility, orgs.Institution, orgs.PoliceStation}

// members registers 1,347 serving members to a unit, a community and one grid each, no grid without one.
func (g *Registers) members() {
	var grids, general []*territory.Place
	for _, p := range g.d.Places {
		if p.Kind.Level() != territory.LevelGrid {
			continue
		}
		grids = append(grids, p)
		if p.Kind == territory.GridGeneral {
			general = append(general, p)
		}
	}
	var units []*orgs.Org
	for _, o := range g.Orgs {
		if slices.Contains(employers, o.Kind) {
			units = append(units, o)
		}
	}
	for n := range numMembers {
		grid := pick(g.r, general)
		if n < len(grids) {
			grid = grids[n]
		}
		g.ReportIns = append(g.ReportIns, &orgs.ReportIn{ID: g.d.seed.id(fmt.Sprintf("report in %d", n)), Person: g.person(), Unit: pick(g.r, units).ID,
			Community: grid.Parent, Grid: grid.ID, From: Founded.AddDate(0, 0, g.r.IntN(60))})
	}
}

// Firm gives the property firm that serves the compound, or an empty id.
func (g *Registers) Firm(compound kernel.ID) kernel.ID { return g.firmOf[compound] }

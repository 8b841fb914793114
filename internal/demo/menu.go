package demo

import (
	"fmt"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

// Menu is what can be ordered in the district, who gets it, and which words call for an emergency number first.
type Menu struct {
	Items     []*cases.Item
	Rules     []cases.Rule
	Emergency []cases.Emergency

	setup *cases.Setup // of which only what routing needs
}

// menuFile is data/menu.json. Rules name units by their key and places by their code.
type menuFile struct {
	Items     []*cases.Item     `json:"items"`
	Emergency []cases.Emergency `json:"emergency"`
	Rules     []ruleRow         `json:"rules"`
}

type ruleRow struct {
	ID      string      `json:"id"`
	Sectors []string    `json:"sectors"`
	Via     cases.Via   `json:"via"`
	Unit    string      `json:"unit"`
	Place   string      `json:"place"`
	Sort    int         `json:"sort"`
	Title   kernel.Text `json:"title"`
}

// Menu gives the menu with its routing rules bound to the registers' units and the district's places.
func (g *Registers) Menu() (*Menu, error) {
	var f menuFile
	if err := readJSON("menu.json", &f); err != nil {
		return nil, err
	}
	m := &Menu{Items: f.Items, Emergency: f.Emergency}
	for _, r := range f.Rules {
		rule := cases.Rule{ID: r.ID, Sectors: r.Sectors, Via: r.Via, Sort: r.Sort, Title: r.Title}
		if o := g.Org(r.Unit); o != nil {
			rule.Unit = o.ID
		} else if r.Unit != "" {
			return nil, fmt.Errorf("menu.json: rule %s: no unit %s", r.ID, r.Unit)
		}
		if p := g.d.Place(r.Place); p != nil {
			rule.Place = p.Path
		} else if r.Place != "" {
			return nil, fmt.Errorf("menu.json: rule %s: no place %s", r.ID, r.Place)
		}
		m.Rules = append(m.Rules, rule)
	}
	m.setup = &cases.Setup{Items: m.Items, Rules: m.Rules, Orgs: map[kernel.ID]*orgs.Org{}, Committee: map[kernel.ID]kernel.ID{}, Property: g.firmOf,
		Paired: map[kernel.ID]kernel.ID{}}
	for _, c := range g.Covers {
		if c.Kind == orgs.CoverPaired && c.Lead {
			m.setup.Paired[c.Place] = c.Org
		}
	}
	for _, o := range g.Orgs {
		m.setup.Orgs[o.ID] = o
		if o.Kind == orgs.Committee {
			m.setup.Committee[o.Place] = o.ID
		}
	}
	return m, nil
}

// At lists the items that can be ordered at a place.
func (m *Menu) At(at *territory.At) []*cases.Item {
	var out []*cases.Item
	for _, it := range m.Items {
		if it.At(at) {
			out = append(out, it)
		}
	}
	return out
}

// Route gives the unit that the rules propose for a matter of the sector at a place.
func (m *Menu) Route(sector string, at *territory.At) cases.Route {
	return m.setup.Route(&cases.Item{Sector: sector}, at)
}

// at gives the places that hold a grid, and a compound when there is one.
func (g *Registers) at(grid *territory.Place, compound kernel.ID) *territory.At {
	unit := g.byID[grid.Parent]
	street := g.byID[unit.Parent]
	a := &territory.At{Grid: grid.Ref(), Street: street.Ref(), County: g.d.Places[0].Ref(), Path: grid.Path}
	if unit.Kind == territory.Community {
		a.Community = unit.Ref()
	} else {
		a.Village = unit.Ref()
	}
	if p := g.byID[compound]; p != nil {
		a.Compound = p.Ref()
	}
	return a
}

package demo

import (
	"fmt"
	"slices"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
	"sanzhi/internal/workflow"
)

// Item is one service that residents can order.
type Item struct {
	ID    string      `json:"id"`
	Group string      `json:"group"` // id of a Group
	Title kernel.Text `json:"title"`
	Note  kernel.Text `json:"note"` // who comes and what it costs
	// Promise is the limit in plain words, as the menu shows it before an order.
	Promise kernel.Text `json:"promise"`
	// Sector is what routing goes by.
	Sector string `json:"sector"`
	// Kinds are the kinds of unit at which it can be ordered: community, village, village_other.
	Kinds  []territory.Kind `json:"kinds"`
	Limit  workflow.Limit   `json:"limit"`
	Strand string           `json:"strand"` // zi, fa, de or zhi
	Flow   string           `json:"flow"`
	Form   []workflow.Field `json:"form"`
}

// Group is a heading of the menu.
type Group struct {
	ID    string      `json:"id"`
	Title kernel.Text `json:"title"`
}

// EmergencyLine is an emergency number and the words that make the program show it at once.
type EmergencyLine struct {
	Number string      `json:"number"`
	Title  kernel.Text `json:"title"`
	Words  []string    `json:"words"`
}

// Rule is one routing rule; the first that matches decides. All conditions that are given must hold.
type Rule struct {
	ID      string           `json:"id"`
	Sectors []string         `json:"sectors,omitempty"` // of the item
	Kinds   []territory.Kind `json:"kinds,omitempty"`   // of the community or village
	// Exactly one of these says where the case goes.
	Cover    orgs.CoverKind `json:"cover,omitempty"`    // the lead organisation that covers the compound in this way; no match where there is none
	Street   bool           `json:"street,omitempty"`   // the street office or town government
	Backstop bool           `json:"backstop,omitempty"` // 属地兜底: the committee; always matches
	Unit     kernel.ID      `json:"unitId,omitempty"`
	UnitKey  string         `json:"unit,omitempty"` // key of Registers.Org that Unit was found by
	Say      kernel.Text    `json:"say"`            // why, in words for the record
}

// Menu is what can be ordered in the district and who gets it.
type Menu struct {
	Groups    []Group         `json:"groups"`
	Items     []Item          `json:"items"`
	Emergency []EmergencyLine `json:"emergency"`
	Rules     []Rule          `json:"rules"`
}

// Menu gives the menu with its routing rules, bound to the registers' units.
func (g *Registers) Menu() (*Menu, error) {
	m := &Menu{}
	if err := readJSON("menu.json", m); err != nil {
		return nil, err
	}
	for i := range m.Rules {
		if k := m.Rules[i].UnitKey; k != "" {
			o := g.Org(k)
			if o == nil {
				return nil, fmt.Errorf("menu.json: rule %s: no unit %s", m.Rules[i].ID, k)
			}
			m.Rules[i].Unit = o.ID
		}
	}
	return m, nil
}

// Item gives the item with the id, or nil.
func (m *Menu) Item(id string) *Item {
	for i := range m.Items {
		if m.Items[i].ID == id {
			return &m.Items[i]
		}
	}
	return nil
}

// At lists the items that can be ordered in a community or village of the kind.
func (m *Menu) At(k territory.Kind) []*Item {
	var out []*Item
	for i := range m.Items {
		if slices.Contains(m.Items[i].Kinds, k) {
			out = append(out, &m.Items[i])
		}
	}
	return out
}

// Route gives the unit for a matter of the sector at a community or village (unit) and a compound (empty outside one), with
// the rule that matched. It never gives nobody: the last rule is the committee of the place.
func (m *Menu) Route(g *Registers, sector string, unit *territory.Place, compound kernel.ID) (kernel.ID, *Rule) {
	for i := range m.Rules {
		r := &m.Rules[i]
		if len(r.Sectors) > 0 && !slices.Contains(r.Sectors, sector) || len(r.Kinds) > 0 && !slices.Contains(r.Kinds, unit.Kind) {
			continue
		}
		switch {
		case r.Backstop:
			return g.Org("committee " + unit.Code).ID, r
		case r.Street:
			return g.Org("office " + unit.Code[:9]).ID, r
		case r.Cover == orgs.CoverProperty:
			if f := g.Firm(compound); f != "" {
				return f, r
			}
		case r.Unit != "":
			return r.Unit, r
		}
	}
	return "", nil
}

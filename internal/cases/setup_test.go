package cases

import (
	"testing"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

// routed is a small district: a compound of a community in a street, with who serves them.
func routed() (*Setup, territory.At) {
	s := &Setup{Orgs: map[kernel.ID]*orgs.Org{"light": {}, "water": {}, "street": {}, "committee": {}}, Committee: map[kernel.ID]kernel.ID{"c": "committee", "s": "street"},
		Property: map[kernel.ID]kernel.ID{"yard": "firm"}, Paired: map[kernel.ID]kernel.ID{"yard": "bureau"}}
	return s, territory.At{Community: &territory.Ref{ID: "c"}, Street: &territory.Ref{ID: "s"}, County: &territory.Ref{ID: "q"},
		Compound: &territory.Ref{ID: "yard"}, Path: "630105/1/2/"}
}

func TestRouteBy(t *testing.T) {
	item := &Item{ID: "lamp", Sector: "lighting"}
	unit := func(id, unit string, r Rule) Rule { r.ID, r.Via, r.Unit = id, ViaUnit, kernel.ID(unit); return r }
	sector := []string{"lighting"}
	for _, c := range []struct {
		name  string
		rules []Rule
		item  *Item
		at    func(*territory.At)
		want  Route
	}{
		{"the unit of the sector", []Rule{unit("a", "light", Rule{Sectors: sector})}, item, nil, Route{"light", "a"}},
		{"no rule: the community", nil, item, nil, Route{"committee", "backstop"}},
		{"another sector: the community", []Rule{unit("a", "water", Rule{Sectors: []string{"water"}})}, item, nil, Route{"committee", "backstop"}},
		{"no item: the community", []Rule{unit("a", "light", Rule{Sectors: sector})}, nil, nil, Route{"committee", "backstop"}},
		{"an item stands before a sector, also a deeper one", []Rule{unit("a", "light", Rule{Sectors: sector, Place: "630105/1/2/"}), unit("b", "water", Rule{Items: []string{"lamp"}})},
			item, nil, Route{"water", "b"}},
		{"the deeper place stands before", []Rule{unit("a", "light", Rule{Sectors: sector, Place: "630105/"}), unit("b", "water", Rule{Sectors: sector, Place: "630105/1/"})},
			item, nil, Route{"water", "b"}},
		{"a rule of another place does not match", []Rule{unit("a", "light", Rule{Sectors: sector, Place: "630105/9/"})}, item, nil, Route{"committee", "backstop"}},
		{"the lower sort stands before", []Rule{unit("a", "light", Rule{Sectors: sector, Sort: 2}), unit("b", "water", Rule{Sectors: sector, Sort: 1})}, item, nil, Route{"water", "b"}},
		{"else the id decides", []Rule{unit("b", "water", Rule{Sectors: sector}), unit("a", "light", Rule{Sectors: sector})}, item, nil, Route{"light", "a"}},
		{"a unit that is gone is passed over", []Rule{unit("a", "gone", Rule{Sectors: sector}), unit("b", "water", Rule{Sectors: sector})}, item, nil, Route{"water", "b"}},
		{"the property firm of the compound", []Rule{{ID: "a", Sectors: sector, Via: ViaProperty}}, item, nil, Route{"firm", "a"}},
		{"the paired unit of the compound", []Rule{{ID: "a", Sectors: sector, Via: ViaPaired}}, item, nil, Route{"bureau", "a"}},
		{"outside of compounds neither", []Rule{{ID: "a", Sectors: sector, Via: ViaProperty}, {ID: "b", Sectors: sector, Via: ViaPaired}}, item,
			func(at *territory.At) { at.Compound = nil }, Route{"committee", "backstop"}},
		{"a rule of the backstop names nobody before it", []Rule{{ID: "a", Sectors: sector, Via: ViaBackstop}}, item, nil, Route{"committee", "backstop"}},
		{"no committee: the street", nil, item, func(at *territory.At) { at.Community = nil }, Route{"street", "backstop"}},
		{"nobody at all", nil, item, func(at *territory.At) { at.Community, at.Street = nil, nil }, Route{"", "backstop"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, at := routed()
			if c.at != nil {
				c.at(&at)
			}
			if got := RouteBy(s, c.rules, c.item, &at); got != c.want {
				t.Errorf("goes to %v, want %v", got, c.want)
			}
		})
	}
}

package cases

import (
	"context"
	"maps"
	"slices"
	"sort"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
	"sanzhi/internal/workflow"
)

// Setup is what a district has set up, read once and then shared: flows, menu, routing, organisations, calendar and the
// index of places. It never changes; a change of any part makes a new one.
type Setup struct {
	Tenant   kernel.Tenant
	District kernel.Text
	Demo     bool
	Centre   [2]float64 // lon, lat in WGS84
	Bounds   [4]float64 // west, south, east, north
	// Flows holds every version that a case may still run, Latest the version that new cases get.
	Flows     map[string]map[int]*workflow.Compiled
	Latest    map[string]int
	Items     []*Item
	Rules     []Rule
	Emergency []Emergency
	Orgs      map[kernel.ID]*orgs.Org
	// Committee is the organisation in charge of a community or village, by place: the backstop (属地兜底).
	Committee map[kernel.ID]kernel.ID
	// Property and Paired are who serves a compound, by place.
	Property map[kernel.ID]kernel.ID
	Paired   map[kernel.ID]kernel.ID
	Calendar *workflow.Calendar
	Office   workflow.OfficeHours
	// Limits of orders without an account, where the district has set its own.
	Limits *OwnLimits
	Index  Locator
}

// Setups gives the present setup of a tenant.
type Setups interface {
	Of(ctx context.Context, t kernel.Tenant) (*Setup, error)
}

// Item is one service on the menu (居民点单): what can be ordered, where, with which form and promise.
type Item struct {
	ID      string           `json:"id"`
	Flow    string           `json:"flow"`
	Group   kernel.Text      `json:"group"`
	Title   kernel.Text      `json:"title"`
	Note    kernel.Text      `json:"note"`
	Promise kernel.Text      `json:"promise"`
	Strand  string           `json:"strand"`
	Sector  string           `json:"sector"`
	Form    []workflow.Field `json:"form,omitempty"`
	Limit   *workflow.Limit  `json:"limit,omitempty"`
	// Levels narrows the item to places whose community-level place is one of these kinds; empty is everywhere.
	Levels []territory.Kind `json:"levels,omitempty"`
	// Places narrows it to these paths and below; empty is the whole district.
	Places []kernel.Path `json:"places,omitempty"`
	// Off keeps the item from being ordered; cases that run keep its limit.
	Off bool `json:"off,omitempty"`
}

// At reports whether the item can be ordered at a place.
func (i *Item) At(at *territory.At) bool {
	if i.Off {
		return false
	}
	base := at.Community
	if base == nil {
		base = at.Village
	}
	if len(i.Levels) > 0 && (base == nil || !slices.Contains(i.Levels, base.Kind)) {
		return false
	}
	for _, p := range i.Places {
		if p.Holds(at.Path) {
			return true
		}
	}
	return len(i.Places) == 0
}

// Via says how a rule finds its unit.
type Via string

// The ways of finding a unit.
const (
	ViaUnit     Via = "unit"     // the rule names it
	ViaProperty Via = "property" // the property firm of the compound
	ViaPaired   Via = "paired"   // the lead paired unit of the compound (包联)
	ViaBackstop Via = "backstop" // the committee of the community or village (属地兜底); always the last
)

// AllVias lists the closed set.
var AllVias = []Via{ViaUnit, ViaProperty, ViaPaired, ViaBackstop}

// Rule sends orders to a unit: those of the items or sectors it names, at the place it names and below. Of several rules
// that match, the one with an item stands before one with a sector, then the deeper place, then the lower Sort.
type Rule struct {
	ID      string      `json:"id"`
	Items   []string    `json:"items,omitempty"`
	Sectors []string    `json:"sectors,omitempty"`
	Place   kernel.Path `json:"place,omitempty"`
	Via     Via         `json:"via"`
	Unit    kernel.ID   `json:"unit,omitempty"`
	Sort    int         `json:"sort"`
	Title   kernel.Text `json:"title"`
}

// Emergency is a number to ring instead of waiting, and the words that make the program say so.
type Emergency struct {
	Number string      `json:"number"`
	Title  kernel.Text `json:"title"`
	Words  []string    `json:"words"`
}

// EmergencyIn gives the emergencies whose words stand in a text.
func (s *Setup) EmergencyIn(text string) []Emergency {
	var out []Emergency
	for _, e := range s.Emergency {
		for _, w := range e.Words {
			if w != "" && strings.Contains(text, w) {
				out = append(out, e)
				break
			}
		}
	}
	return out
}

// Item gives the menu item with the id, or nil.
func (s *Setup) Item(id string) *Item {
	for _, i := range s.Items {
		if i.ID == id {
			return i
		}
	}
	return nil
}

// Flow gives a version of a flow; version 0 is the one that new cases get.
func (s *Setup) Flow(id string, version int) (*workflow.Compiled, error) {
	if version == 0 {
		version = s.Latest[id]
	}
	if c := s.Flows[id][version]; c != nil {
		return c, nil
	}
	return nil, kernel.Invalid("flow", kernel.T("没有「"+id+"」这个流程", "there is no flow \""+id+"\""))
}

// FlowIDs lists the flows in force, the menu's first, the others by id.
func (s *Setup) FlowIDs() []string {
	ids := slices.Sorted(maps.Keys(s.Latest))
	sort.SliceStable(ids, func(a, b int) bool { return ids[a] == "menu" && ids[b] != "menu" })
	return ids
}

// OrgName gives the name of an organisation, or the empty text.
func (s *Setup) OrgName(id kernel.ID) string {
	if o := s.Orgs[id]; o != nil {
		return o.Name
	}
	return ""
}

// Route proposes the unit for an item at a place and names the rule that matched: never nobody while the community has a
// committee. The rule's id is stored with the case.
func (s *Setup) Route(item *Item, at *territory.At) Route { return RouteBy(s, s.Rules, item, at) }

// RouteBy routes by other rules than those in force, for the dry run of a change.
func RouteBy(s *Setup, rules []Rule, item *Item, at *territory.At) Route {
	type match struct {
		r      *Rule
		byItem bool
	}
	var found []match
	for i := range rules {
		r := &rules[i]
		if r.Place != "" && !r.Place.Holds(at.Path) || r.Via == ViaBackstop {
			continue
		}
		byItem := item != nil && slices.Contains(r.Items, item.ID)
		if byItem || item != nil && slices.Contains(r.Sectors, item.Sector) {
			found = append(found, match{r, byItem})
		}
	}
	sort.SliceStable(found, func(a, b int) bool {
		x, y := found[a], found[b]
		if x.byItem != y.byItem {
			return x.byItem
		}
		if len(x.r.Place) != len(y.r.Place) {
			return len(x.r.Place) > len(y.r.Place)
		}
		if x.r.Sort != y.r.Sort {
			return x.r.Sort < y.r.Sort
		}
		return x.r.ID < y.r.ID
	})
	for _, m := range found {
		if u := s.via(m.r, at); u != "" {
			return Route{Unit: u, Rule: m.r.ID}
		}
	}
	return Route{Unit: s.backstop(at), Rule: string(ViaBackstop)}
}

func (s *Setup) via(r *Rule, at *territory.At) kernel.ID {
	switch r.Via {
	case ViaUnit:
		if s.Orgs[r.Unit] != nil {
			return r.Unit
		}
	case ViaProperty:
		if at.Compound != nil {
			return s.Property[at.Compound.ID]
		}
	case ViaPaired:
		if at.Compound != nil {
			return s.Paired[at.Compound.ID]
		}
	case ViaBackstop:
	}
	return ""
}

// backstop is the committee of the community or village, else what stands for the street, else for the county.
func (s *Setup) backstop(at *territory.At) kernel.ID {
	for _, p := range []*territory.Ref{at.Community, at.Village, at.Street, at.County} {
		if p != nil && s.Committee[p.ID] != "" {
			return s.Committee[p.ID]
		}
	}
	return ""
}

// Locator says which places hold a point.
type Locator interface {
	At(lon, lat float64) territory.At
}

package demo

import (
	"fmt"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

// Carrier is a person who can play a role in a case at some point.
type Carrier struct {
	Role   kernel.Role
	Person kernel.ID
	Place  kernel.ID // where the post is held
}

// relief gives each street a dispatcher and a cadre at a joint desk (综合受理台) who stand in for every unit that routing may
// choose there, so that one pair of accounts can carry any case at a point. The scripts never use them.
func (g *Registers) relief(units []unitRow) {
	g.desk = map[kernel.ID][2]kernel.ID{}
	for _, st := range g.d.layout.county.parts {
		place := g.d.Place(st.code)
		dispatcher, cadre := g.person(), g.person()
		g.desk[place.ID] = [2]kernel.ID{dispatcher, cadre}
		var served []*orgs.Org
		for _, u := range units {
			served = append(served, g.org[u.Key])
		}
		for _, o := range g.Orgs {
			if own := place.Path.Holds(o.Path) && (o.Kind == orgs.PropertyFirm || o.Kind == orgs.Committee); own || o == g.org["office "+st.code] {
				served = append(served, o)
			}
		}
		for _, o := range served {
			for i, role := range []kernel.Role{kernel.UnitDispatcher, kernel.Cadre} {
				title := []string{"综合受理台派单员", "综合受理台干部"}[i]
				g.Holdings = append(g.Holdings, &orgs.Holding{ID: g.d.seed.id(fmt.Sprintf("relief %s %s %s", st.code, o.ID, role)),
					Person: g.desk[place.ID][i], Title: title, Role: role, Org: o.ID, Place: place.ID, Path: place.Path, From: Founded})
			}
		}
	}
}

// Carriers gives one person for each role of staff that can carry a case at a place: the grid's worker, a clerk, the
// mediator and the volunteers' lead of the community, the joint desk of the street, and those of the street and the district.
func (g *Registers) Carriers(at *territory.At) []Carrier {
	if at.Grid == nil || at.Street == nil || at.County == nil {
		return nil
	}
	unit := at.Community
	if unit == nil {
		unit = at.Village
	}
	var out []Carrier
	add := func(role kernel.Role, place *territory.Ref) {
		if who := g.HoldersAt(role, place.ID); len(who) > 0 {
			out = append(out, Carrier{role, who[0], place.ID})
		}
	}
	add(kernel.GridWorker, at.Grid)
	add(kernel.CommunityClerk, unit)
	out = append(out, Carrier{kernel.UnitDispatcher, g.desk[at.Street.ID][0], at.Street.ID}, Carrier{kernel.Cadre, g.desk[at.Street.ID][1], at.Street.ID})
	add(kernel.Mediator, unit)
	add(kernel.Volunteer, unit)
	add(kernel.Supervisor, at.Street)
	for _, r := range []kernel.Role{kernel.Planner, kernel.DistrictLeader, kernel.SystemAdmin, kernel.SecurityAdmin, kernel.Auditor} {
		add(r, at.County)
	}
	return out
}

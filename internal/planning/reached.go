package planning

import (
	"context"
	"math"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/planning/reach"
)

// ReachResult is how many people reach something on foot.
type ReachResult struct {
	People int        `json:"people"`
	Line   bool       `json:"line"` // distances are straight lines, for the district has no walking network
	Rows   []ReachRow `json:"rows"`
	Open   *OpenGreen `json:"open,omitempty"`
}

// ReachRow is an area's people within each distance: of a station 5, 10 and 15 minutes, at the pace of grown people and of elders, and of
// green 300 m and a park 500 m, straight from the edge.
type ReachRow struct {
	Area    int    `json:"area"` // -1 for all
	Name    string `json:"name"`
	People  int    `json:"people"`
	Green   [2]int `json:"green"`
	OnFoot  [2]int `json:"onFoot"` // the same on foot to an entrance
	Station [3]int `json:"station"`
	Slow    [3]int `json:"slow"`
}

// minutes are the circles of life (GB 50180, TD/T 1062).
var minutes = [3]float64{5, 10, 15}

// reached counts who has green and stations within reach, along streets where n has them.
func (g *Ground) reached(n *reach.Network, tell told) (*Result, error) {
	r := &ReachResult{Line: n == nil, Rows: make([]ReachRow, len(g.Areas)+1)}
	all := &r.Rows[0]
	*all = ReachRow{Area: -1}
	for i, a := range g.Areas {
		r.Rows[i+1] = ReachRow{Area: i, Name: a.Name}
	}
	if err := tell(10); err != nil {
		return nil, err
	}
	away := g.toStations(n, g.Stands)
	for h, home := range g.Homes {
		for _, row := range []*ReachRow{all, &r.Rows[home.Area+1]} {
			row.People += home.People
			for i, m := range minutes {
				if away[h] <= m*reach.Speed {
					row.Station[i] += home.People
				}
				if away[h] <= m*reach.SlowSpeed {
					row.Slow[i] += home.People
				}
			}
		}
	}
	r.People = all.People
	var err error
	if r.Open, err = g.greenness(n, tell); err != nil {
		return nil, err
	}
	for i, x := range r.Open.Rows {
		r.Rows[i].Green = [2]int{int(x.Green.People.Straight), int(x.Park.People.Straight)}
		r.Rows[i].OnFoot = [2]int{int(x.Green.People.OnFoot), int(x.Park.People.OnFoot)}
	}
	return &Result{Reach: r, Notes: []kernel.Text{how(n), sayPace}}, tell(95)
}

// how says what distances are.
func how(n *reach.Network) kernel.Text {
	if n == nil {
		return sayLine
	}
	return sayStreet
}

// toStations gives how far each home is from its nearest stand, in metres.
func (g *Ground) toStations(n *reach.Network, stands []Stand) []float64 {
	if n != nil {
		return g.homes(n).toNearest(put(n, len(stands), func(i int) orb.Point { return stands[i].At }))
	}
	out := make([]float64, len(g.Homes))
	for h, home := range g.Homes {
		out[h] = math.Inf(1)
		for _, s := range stands {
			if math.Abs(home.At[1]-s.At[1])*111000 < out[h] {
				out[h] = min(out[h], geo.Distance(home.At, s.At))
			}
		}
	}
	return out
}

func (g *Ground) homes(n *reach.Network) *walks {
	return put(n, len(g.Homes), func(i int) orb.Point { return g.Homes[i].At })
}

// Standing is what would be if a station stood at a place.
type Standing struct {
	Line   bool
	Now    [3]int // people with a station within 5, 10 and 15 minutes
	Then   [3]int
	People int
	Beside int            // metres from the place to the nearest street
	Walked [][][2]float64 // the streets within 15 minutes, where there are any
}

// IfStation answers what would be if a station stood at a place: the sums now, and with it. On streets only what would be nearest to it is
// looked at anew.
func (g *Ground) IfStation(n *reach.Network, at orb.Point) (*Standing, error) {
	out := &Standing{Line: n == nil}
	count := func(sums *[3]int, metres float64, people int) {
		for i, m := range minutes {
			if metres <= m*reach.Speed {
				sums[i] += people
			}
		}
	}
	if n == nil {
		away := g.toStations(nil, g.Stands)
		for h, home := range g.Homes {
			out.People += home.People
			count(&out.Now, away[h], home.People)
			count(&out.Then, min(away[h], geo.Distance(home.At, at)), home.People)
		}
		return out, nil
	}
	l, ok := n.Snap(at)
	if !ok || l.Beside > reach.Units(farFromStreets) {
		return nil, kernel.Invalid("at", kernel.T("这里离街道太远，请点在街道附近", "this is too far from any street; choose a place near one"))
	}
	homes, stands := g.homes(n), put(n, len(g.Stands), func(i int) orb.Point { return g.Stands[i].At })
	sites, _ := stands.placed()
	f := reach.NewField(n, sites)
	sum := func(into *[3]int) {
		for h, home := range g.Homes {
			if x := f.At(homes.feet[h]); homes.on[h] && x.Site >= 0 {
				count(into, reach.Metres(x.Distance), home.People)
			}
		}
	}
	sum(&out.Now)
	f.Add(l)
	sum(&out.Then)
	out.People, _ = g.People()
	out.Beside = int(math.Round(reach.Metres(l.Beside)))
	out.Walked = n.Lines(reach.NewSearch(n).Isochrone(l, reach.Walked(minutes[2], reach.Speed)))
	return out, nil
}

// WhatIf answers, on the ground of a plan that is ready, what would be if a station stood at a place.
func (s *Service) WhatIf(ctx context.Context, actor kernel.Actor, id kernel.ID, at orb.Point) (*Standing, error) {
	var g *Ground
	var n *reach.Network
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		p, err := s.Get(tx, actor, id)
		if err != nil {
			return err
		}
		if _, g, err = s.Result(tx, p); err == nil && g.Streets != "" {
			n, err = s.networkOf(tx, g.Streets)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return g.IfStation(n, at)
}

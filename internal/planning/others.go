package planning

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/planning/assign"
	"sanzhi/internal/planning/reach"
	"sanzhi/internal/planning/siting"
)

// SitingResult is where stations would be added, and how many people have one within the radius before and after.
type SitingResult struct {
	Radius int       `json:"radius"`
	Line   bool      `json:"line"` // distances are straight lines
	Before int       `json:"before"`
	After  int       `json:"after"`
	Bound  int       `json:"bound"` // no choice of as many covers more
	People int       `json:"people"`
	Added  []Station `json:"added"`
}

// Station is one spot that was chosen.
type Station struct {
	At   orb.Point `json:"at"`
	Area int       `json:"area"`
	Name string    `json:"name"`
	Gain int       `json:"gain"` // people whom no earlier one reaches
}

// mostCandidates bounds where stations may stand; beyond it every second, third … home is a candidate.
const mostCandidates = 1500

// site adds stations where most people without one live, by maximal covering with a proven bound. Distances are along
// the streets where n has them.
func (g *Ground) site(ctx context.Context, n *reach.Network, p *Params, tell told) (*Result, error) {
	r := &SitingResult{Radius: p.Radius, Line: n == nil}
	r.People, _ = g.People()
	radius := float64(p.Radius)
	var open []int
	away := g.toStations(n, g.Stands)
	for h, home := range g.Homes {
		if away[h] <= radius {
			r.Before += home.People
		} else if home.People > 0 {
			open = append(open, h)
		}
	}
	r.After, r.Bound = r.Before, r.Before
	if len(open) == 0 {
		return &Result{Siting: r, Notes: []kernel.Text{how(n), kernel.T("这个距离内人人都已有站点。", "Everybody has a station within this distance already.")}}, nil
	}
	var spots []int
	for i := 0; i < len(open); i += 1 + len(open)/mostCandidates {
		spots = append(spots, open[i])
	}
	c := &siting.Covering{Candidates: len(spots), P: min(p.Stations, len(spots)), Start: make([]int32, 1, len(open)+1)}
	by, err := g.within(n, open, spots, radius, tell)
	if err != nil {
		return nil, err
	}
	for i, h := range open {
		c.By = append(c.By, by[i]...)
		c.Weights, c.Start = append(c.Weights, int64(g.Homes[h].People)), append(c.Start, int32(len(c.By)))
	}
	w := watching(ctx, tell, 60, 30)
	a, err := siting.SolveCovering(w.ctx, c, siting.Options{Seed: p.Seed, Progress: func(share float64, _, _ int64) { w.at(share) }})
	if err = w.end(err); err != nil {
		return nil, err
	}
	r.After, r.Bound = r.Before+int(a.Value), r.Before+int(a.Bound)
	g.stations(r, c, a.Open, open, spots)
	return &Result{Siting: r, Notes: []kernel.Text{how(n)}}, tell(95)
}

// within lists for each open home the spots, homes themselves, that lie within the radius, in ascending order.
func (g *Ground) within(n *reach.Network, open, spots []int, radius float64, tell told) ([][]int32, error) {
	by := make([][]int32, len(open))
	if n == nil {
		for k, h := range open {
			if k%256 == 0 {
				if err := tell(10 + 50*k/len(open)); err != nil {
					return nil, err
				}
			}
			for i, s := range spots {
				if near(g.Homes[h].At, g.Homes[s].At, radius) {
					by[k] = append(by[k], int32(i))
				}
			}
		}
		return by, nil
	}
	homes := put(n, len(open), func(i int) orb.Point { return g.Homes[open[i]].At })
	feet, which := homes.placed()
	at, search := reach.NewSpots(n, feet), reach.NewSearch(n)
	rank := make(map[int]int, len(open))
	for k, h := range open {
		rank[h] = k
	}
	for i, s := range spots {
		if i%64 == 0 {
			if err := tell(10 + 50*i/len(spots)); err != nil {
				return nil, err
			}
		}
		if k := rank[s]; homes.on[k] {
			search.Within(at, homes.feet[k], reach.Units(radius), func(f int32, _ uint32) {
				by[which[f]] = append(by[which[f]], int32(i))
			})
		} else {
			by[k] = append(by[k], int32(i)) // a home far from any street has a station only at its own door
		}
	}
	return by, nil
}

func near(a, b orb.Point, radius float64) bool {
	return math.Abs(a[1]-b[1])*111000 <= radius && geo.Distance(a, b) <= radius
}

// stations names what was chosen, those first that serve most whom no earlier one does.
func (g *Ground) stations(r *SitingResult, c *siting.Covering, chosen []int32, open, spots []int) {
	covered := make([]bool, len(open))
	gain := func(s int32) (n int) {
		for i := range open {
			if !covered[i] && slices.Contains(c.By[c.Start[i]:c.Start[i+1]], s) {
				n += g.Homes[open[i]].People
			}
		}
		return n
	}
	left := slices.Clone(chosen)
	slices.Sort(left)
	for len(left) > 0 {
		best, most := 0, -1
		for i, s := range left {
			if n := gain(s); n > most {
				best, most = i, n
			}
		}
		s := left[best]
		for i := range open {
			covered[i] = covered[i] || slices.Contains(c.By[c.Start[i]:c.Start[i+1]], s)
		}
		left = slices.Delete(left, best, best+1)
		home := g.Homes[spots[s]]
		name := plainName(g.Areas[home.Area].Name)
		if home.Compound >= 0 {
			name += g.Compounds[home.Compound]
		}
		r.Added = append(r.Added, Station{At: home.At, Area: home.Area, Name: name + "服务点", Gain: most})
	}
}

// StaffResult is who would serve which grid.
type StaffResult struct {
	Grids int    `json:"grids"`
	Given int    `json:"given"` // grids that get somebody
	Kept  int    `json:"kept"`  // with whom they have now
	Walk  int    `json:"walk"`  // metres to the grids that are new to somebody, a grid's mean
	Rows  []Duty `json:"rows"`
}

// Duty is one grid and who serves it, with the reason.
type Duty struct {
	Lot    int         `json:"lot"`
	Worker int         `json:"worker"` // of the ground's staff; -1 for nobody
	New    bool        `json:"new"`
	Metres int         `json:"metres"`
	Why    kernel.Text `json:"why"`
}

// changing is what it costs to take a grid from whom it knows, in metres.
const changing = 2000

// staff gives every grid somebody who serves it, at the least walking and changing, nobody more than the load.
func (g *Ground) staff(ctx context.Context, p *Params, tell told) (*Result, error) {
	if len(g.Staff) == 0 || len(g.Lots) == 0 {
		return nil, kernel.Invalid("place", kernel.T("这里没有网格，或者还没有网格员", "there are no grids here, or no grid workers yet"))
	}
	centre := make([]orb.Point, len(g.Lots))
	for i, l := range g.Lots {
		centre[i], _ = geo.LabelPoint(l.Shape)
	}
	prob := &assign.Problem{Demand: make([]int64, len(g.Lots)), Supply: make([]int64, len(g.Staff))}
	for i := range prob.Demand {
		prob.Demand[i] = 1
	}
	metres := map[[2]int]int{}
	for w, s := range g.Staff {
		prob.Supply[w] = int64(p.Load)
		for l := range g.Lots {
			if !slices.ContainsFunc(s.Lots, func(o int) bool { return g.Lots[o].Area == g.Lots[l].Area }) && !near(centre[l], centre[s.Lots[0]], 5000) {
				continue
			}
			least := math.Inf(1)
			for _, o := range s.Lots {
				least = min(least, geo.Distance(centre[l], centre[o]))
			}
			d := int(math.Round(least))
			cost := int64(d + changing)
			if slices.Contains(s.Lots, l) {
				cost = 0
			}
			metres[[2]int{w, l}] = d
			prob.Arcs = append(prob.Arcs, assign.Arc{L: int32(w), R: int32(l), Cost: cost})
		}
	}
	if err := tell(40); err != nil {
		return nil, err
	}
	w := watching(ctx, tell, 40, 50)
	s, err := assign.SolveTelling(w.ctx, prob, w.at)
	if err = w.end(err); err != nil {
		return nil, err
	}
	return g.duties(s, metres, p), tell(95)
}

func (g *Ground) duties(s *assign.Solution, metres map[[2]int]int, p *Params) *Result {
	r := &StaffResult{Grids: len(g.Lots)}
	by, load := make([]int, len(g.Lots)), make([]int, len(g.Staff))
	for i := range by {
		by[i] = -1
	}
	for _, f := range s.Flows {
		by[f.R] = int(f.L)
		load[f.L]++
	}
	walked, fresh := 0, 0
	for l, w := range by {
		d := Duty{Lot: l, Worker: w}
		switch {
		case w < 0:
			d.Why = kernel.T(fmt.Sprintf("附近的网格员都已管满 %d 格。", p.Load), fmt.Sprintf("All grid workers nearby serve %d grids already.", p.Load))
		case slices.Contains(g.Staff[w].Lots, l):
			r.Given++
			r.Kept++
			d.Why = kernel.T("本来就管这一格。", "Serves it already.")
		default:
			r.Given++
			d.New, d.Metres = true, metres[[2]int{w, l}]
			fresh++
			walked += d.Metres
			d.Why = kernel.T(fmt.Sprintf("没有人管；管着 %d 米外的网格，一共管 %d 格。", d.Metres, load[w]), fmt.Sprintf("Nobody serves it; whoever it is serves a grid %d m away, %d in all.", d.Metres, load[w]))
		}
		r.Rows = append(r.Rows, d)
	}
	r.Walk = walked / max(1, fresh)
	return &Result{Staff: r, Today: g.Lots}
}

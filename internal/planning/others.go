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
	"sanzhi/internal/planning/siting"
)

// SitingResult is where stations would be added, and how many people have one within the radius before and after.
type SitingResult struct {
	Radius int       `json:"radius"`
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

// site adds stations where most people without one live, by maximal covering with a proven bound. Distances are straight lines.
func (g *Ground) site(ctx context.Context, p *Params, tell told) (*Result, error) {
	r := &SitingResult{Radius: p.Radius}
	r.People, _ = g.People()
	radius := float64(p.Radius)
	var open []int
	for h, home := range g.Homes {
		if slices.ContainsFunc(g.Stands, func(s Stand) bool { return geo.Distance(home.At, s.At) <= radius }) {
			r.Before += home.People
		} else if home.People > 0 {
			open = append(open, h)
		}
	}
	r.After, r.Bound = r.Before, r.Before
	if len(open) == 0 {
		return &Result{Siting: r, Notes: []kernel.Text{kernel.T("这个距离内人人都已有站点。", "Everybody has a station within this distance already.")}}, nil
	}
	var spots []int
	for i := 0; i < len(open); i += 1 + len(open)/mostCandidates {
		spots = append(spots, open[i])
	}
	c := &siting.Covering{Candidates: len(spots), P: min(p.Stations, len(spots)), Start: make([]int32, 1, len(open)+1)}
	for n, h := range open {
		if n%256 == 0 {
			if err := tell(10 + 50*n/len(open)); err != nil {
				return nil, err
			}
		}
		for i, s := range spots {
			if near(g.Homes[h].At, g.Homes[s].At, radius) {
				c.By = append(c.By, int32(i))
			}
		}
		c.Weights, c.Start = append(c.Weights, int64(g.Homes[h].People)), append(c.Start, int32(len(c.By)))
	}
	w := watching(ctx, tell, 60, 30)
	a, err := siting.SolveCovering(w.ctx, c, siting.Options{Seed: p.Seed, Progress: func(share float64, _, _ int64) { w.at(share) }})
	if err = w.end(err); err != nil {
		return nil, err
	}
	r.After, r.Bound = r.Before+int(a.Value), r.Before+int(a.Bound)
	g.stations(r, c, a.Open, open, spots)
	return &Result{Siting: r}, tell(95)
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

// ReachResult is how many people reach something on foot.
type ReachResult struct {
	People int        `json:"people"`
	Line   bool       `json:"line"` // distances are straight lines, for the district has no walking network
	Rows   []ReachRow `json:"rows"`
}

// ReachRow is an area's people within each distance: of green 300 m and 500 m, of a station 5, 10 and 15 minutes.
type ReachRow struct {
	Area    int    `json:"area"` // -1 for all
	Name    string `json:"name"`
	People  int    `json:"people"`
	Green   [2]int `json:"green"`
	Station [3]int `json:"station"`
}

// pace is how many metres grown people walk in a minute.
const pace = 80

// reached counts who has green and stations within reach.
func (g *Ground) reached(greens []orb.Point, tell told) (*Result, error) {
	r := &ReachResult{Line: true, Rows: make([]ReachRow, len(g.Areas)+1)}
	all := &r.Rows[0]
	*all = ReachRow{Area: -1}
	for i, a := range g.Areas {
		r.Rows[i+1] = ReachRow{Area: i, Name: a.Name}
	}
	nearest := func(at orb.Point, n int, spot func(int) orb.Point) float64 {
		least := math.Inf(1)
		for i := range n {
			if s := spot(i); math.Abs(at[1]-s[1])*111000 < least {
				least = min(least, geo.Distance(at, s))
			}
		}
		return least
	}
	for h, home := range g.Homes {
		if h%512 == 0 {
			if err := tell(10 + 80*h/len(g.Homes)); err != nil {
				return nil, err
			}
		}
		green := nearest(home.At, len(greens), func(i int) orb.Point { return greens[i] })
		station := nearest(home.At, len(g.Stands), func(i int) orb.Point { return g.Stands[i].At })
		for _, row := range []*ReachRow{all, &r.Rows[home.Area+1]} {
			row.People += home.People
			for i, d := range []float64{300, 500} {
				if green <= d {
					row.Green[i] += home.People
				}
			}
			for i, minutes := range []float64{5, 10, 15} {
				if station <= minutes*pace {
					row.Station[i] += home.People
				}
			}
		}
	}
	r.People = all.People
	return &Result{Reach: r, Notes: []kernel.Text{kernel.T("这里还没有导入路网，距离按直线算，实际要走的路更长。", "No walking network is imported here: distances are straight lines, and the way on foot is longer.")}}, nil
}

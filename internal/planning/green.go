package planning

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/planning/reach"
)

// Green is an open green or a park, as the map has it.
type Green struct {
	Name  string           `json:"name"`
	Shape orb.MultiPolygon `json:"shape"`
	Doors []orb.Point      `json:"doors,omitempty"` // entrances, where they are known
}

// Cover is how much of something has what it needs: by the green's edge in a straight line, and on foot to an entrance.
type Cover struct {
	All      float64 `json:"all"`
	Straight float64 `json:"straight"`
	OnFoot   float64 `json:"onFoot"`
}

func (c *Cover) add(n float64, by [2]bool) {
	c.All += n
	if by[0] {
		c.Straight += n
	}
	if by[1] {
		c.OnFoot += n
	}
}

// Sight is one of the two rules, measured three ways.
type Sight struct {
	Within    int   `json:"within"` // metres
	Least     int   `json:"least"`  // m² from which a green counts
	Greens    int   `json:"greens"` // how many count
	People    Cover `json:"people"`
	Land      Cover `json:"land"` // m² of compounds
	Compounds Cover `json:"compounds"`
}

// Fall is a compound of which some place or home has not what the rules ask for.
type Fall struct {
	Name   string `json:"name"`
	Area   int    `json:"area"`
	People int    `json:"people"`
	// Green and Park are the shares of its land that are covered, 0 to 1.
	Green, Park Cover
}

// OpenGreen is what plans tell of 300 m to green and 500 m to a park: by community, the whole first, and the compounds that fall short.
type OpenGreen struct {
	Line  bool       `json:"line"` // nothing was measured on foot, for the district has no walking network
	Rows  []GreenRow `json:"rows"`
	Short []Fall     `json:"short"`
}

// GreenRow is a community, or all with Area -1.
type GreenRow struct {
	Area  int    `json:"area"`
	Name  string `json:"name"`
	Green Sight  `json:"green"`
	Park  Sight  `json:"park"`
}

// latticeStep is how many metres lie between the places of a compound's land that are tried.
const latticeStep = 20

// greenness measures both rules over the ground.
func (g *Ground) greenness(n *reach.Network, tell told) (*OpenGreen, error) {
	list := make([]reach.Green, len(g.Greens))
	for i, x := range g.Greens {
		list[i] = reach.Green{Shape: x.Shape, Entrances: x.Doors}
	}
	rules := [2]reach.GreenRule{reach.SeeGreen, reach.SeePark}
	var of [2]*reach.Greens
	for k, rule := range rules {
		of[k] = reach.NewGreens(n, rule, list)
	}
	out := &OpenGreen{Line: n == nil, Rows: make([]GreenRow, len(g.Areas)+1)}
	for i := range out.Rows {
		r := &out.Rows[i]
		if r.Area = i - 1; i > 0 {
			r.Name = g.Areas[i-1].Name
		}
		for k, s := range []*Sight{&r.Green, &r.Park} {
			s.Within, s.Least, s.Greens = int(rules[k].Within), int(rules[k].MinArea), of[k].Count()
		}
	}
	lands := make([]compound, len(g.Lands))
	for i, h := range g.Homes {
		if i%1024 == 0 {
			if err := tell(30 + 20*i/len(g.Homes)); err != nil {
				return nil, err
			}
		}
		by := [2][2]bool{of[0].Covers(h.At), of[1].Covers(h.At)}
		for _, r := range []*GreenRow{&out.Rows[0], &out.Rows[h.Area+1]} {
			r.Green.People.add(float64(h.People), by[0])
			r.Park.People.add(float64(h.People), by[1])
		}
		if h.Compound >= 0 && h.Compound < len(lands) {
			lands[h.Compound].people += h.People
			lands[h.Compound].lack(by)
		}
	}
	for i, l := range g.Lands {
		if i%16 == 0 {
			if err := tell(50 + 40*i/len(g.Lands)); err != nil {
				return nil, err
			}
		}
		if l.Shape != nil {
			lands[i].try(l.Shape, of)
			out.compound(&lands[i], g.Compounds[i], l.Area)
		}
	}
	slices.SortStableFunc(out.Short, func(a, b Fall) int { return cmp.Compare(b.People, a.People) })
	return out, nil
}

// compound is what the land and homes of a compound came to.
type compound struct {
	people int
	area   float64
	sides  [2]Cover // tried places, by rule
	left   [2][2]bool
}

func (c *compound) lack(by [2][2]bool) {
	for k := range by {
		for w, ok := range by[k] {
			c.left[k][w] = c.left[k][w] || !ok
		}
	}
}

func (c *compound) try(shape orb.MultiPolygon, of [2]*reach.Greens) {
	c.area = geo.Area(shape)
	reach.Lattice(shape, latticeStep, func(p orb.Point) {
		by := [2][2]bool{of[0].Covers(p), of[1].Covers(p)}
		c.lack(by)
		for k := range by {
			c.sides[k].add(1, by[k])
		}
	})
}

// compound counts one compound, and names it when it falls short.
func (o *OpenGreen) compound(c *compound, name string, area int) {
	share := func(k int, v float64) float64 { return v / math.Max(1, c.sides[k].All) }
	land := func(k int) Cover {
		return Cover{c.area, c.area * share(k, c.sides[k].Straight), c.area * share(k, c.sides[k].OnFoot)}
	}
	for _, r := range []*GreenRow{&o.Rows[0], &o.Rows[area+1]} {
		for k, s := range []*Sight{&r.Green, &r.Park} {
			l := land(k)
			s.Land = Cover{s.Land.All + l.All, s.Land.Straight + l.Straight, s.Land.OnFoot + l.OnFoot}
			s.Compounds.add(1, [2]bool{!c.left[k][0], !c.left[k][1]})
		}
	}
	way := 1 // on foot, where that can be told
	if o.Line {
		way = 0
	}
	if c.left[0][way] || c.left[1][way] {
		of := func(k int) Cover { return Cover{1, share(k, c.sides[k].Straight), share(k, c.sides[k].OnFoot)} }
		o.Short = append(o.Short, Fall{Name: name, Area: area, People: c.people, Green: of(0), Park: of(1)})
	}
}

var (
	sayLine   = kernel.T("这里还没有导入路网，距离按直线算，实际要走的路更长。", "No walking network is imported here: distances are straight lines, and the way on foot is longer.")
	sayPace   = kernel.T("步行按每分钟 80 米算，老人按 50 米算。", "People walk 80 m a minute, elders 50 m.")
	sayStreet = kernel.T("距离沿街道算，从门口走到入口。", "Distances are along the streets, from the door to the entrance.")
)

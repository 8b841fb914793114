package reach

import (
	"math"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
)

// GreenRule is one half of "见绿 within 300 m, 见园 within 500 m": from what size an open green counts and how far it may be.
type GreenRule struct {
	MinArea float64 // m²
	Within  float64 // metres
}

// The usual rules. "300/500" has no single legal definition: the sizes are those of the national garden city standard.
var (
	SeeGreen = GreenRule{400, 300}
	SeePark  = GreenRule{5000, 500}
)

// Green is an open green or park.
type Green struct {
	Shape     orb.Geometry // Polygon or MultiPolygon
	Entrances []orb.Point  // none when they are not known: Doors then finds where the network comes in
}

// Home is where people live.
type Home struct {
	At       orb.Point
	People   int64
	Compound int // position in the list of compounds, or −1
}

// Covered is a share measured in three ways.
type Covered struct {
	Area      float64 // of the compounds' land, 0 … 1
	People    float64 // of the people
	Compounds float64 // of the compounds, those of which every tried place and every home is covered
}

// Access is how much is within a rule's distance, straight from the green's edge and on foot to an entrance.
type Access struct{ Straight, OnFoot Covered }

// DefaultStep is the distance in metres of the places that are tried of a compound's land.
const DefaultStep = 10.0

// Greenness measures a rule for homes and compounds (their land as areas). Land is tried on a square lattice with so many
// metres between; nothing is measured from centroids. A place inside a green is 0 m from it either way. A place from which no
// entrance can be reached is not covered on foot.
func (n *Network) Greenness(rule GreenRule, greens []Green, homes []Home, compounds []orb.Geometry, step float64) Access {
	if !(step > 0) {
		step = DefaultStep
	}
	g := NewGreens(n, rule, greens)
	var land, people, whole [2]tally
	left := make([][2]bool, len(compounds)) // something of the compound is not covered
	for i, area := range compounds {
		Lattice(area, step, func(p orb.Point) {
			for k, ok := range g.Covers(p) {
				land[k].add(1, ok)
				left[i][k] = left[i][k] || !ok
			}
		})
	}
	for _, h := range homes {
		for k, ok := range g.Covers(h.At) {
			people[k].add(float64(h.People), ok)
			if h.Compound >= 0 && h.Compound < len(left) {
				left[h.Compound][k] = left[h.Compound][k] || !ok
			}
		}
	}
	for i := range left {
		for k := range whole {
			whole[k].add(1, !left[i][k])
		}
	}
	of := func(k int) Covered { return Covered{land[k].share(), people[k].share(), whole[k].share()} }
	return Access{of(0), of(1)}
}

type tally struct{ all, within float64 }

func (t *tally) add(weight float64, within bool) {
	t.all += weight
	if within {
		t.within += weight
	}
}

func (t *tally) share() float64 {
	if t.all == 0 {
		return 0
	}
	return t.within / t.all
}

// Greens is the greens that count by a rule, ready for questions. It is immutable and safe for concurrent use.
type Greens struct {
	n      *Network
	within float64
	areas  []*geo.Prepared
	shapes []orb.Geometry
	field  *Field
}

// NewGreens takes those of the greens that are large enough for the rule. Without a network nothing is covered on foot.
func NewGreens(n *Network, rule GreenRule, greens []Green) *Greens {
	g := &Greens{n: n, within: rule.Within}
	var doors []Location
	for _, x := range greens {
		if geo.Area(x.Shape) < rule.MinArea {
			continue
		}
		g.areas, g.shapes = append(g.areas, geo.Prepare(x.Shape)), append(g.shapes, x.Shape)
		if n != nil {
			doors = append(doors, n.Doors(x.Shape, x.Entrances)...)
		}
	}
	if n != nil {
		g.field = NewField(n, doors)
	}
	return g
}

// Count is how many greens count.
func (g *Greens) Count() int { return len(g.areas) }

// Covers tells whether a place is covered in a straight line from a green's edge, and on foot to an entrance. A place inside a
// green is covered either way.
func (g *Greens) Covers(p orb.Point) (by [2]bool) {
	f := planeAt(p)
	for i, area := range g.areas {
		b := area.Bound()
		if f.toBox(&box{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}) > g.within*g.within {
			continue
		}
		if area.Locate(p) != geo.Outside {
			return [2]bool{true, true}
		}
		if by[0] {
			continue
		}
		best := math.Inf(1)
		eachSide(g.shapes[i], func(a, b orb.Point) {
			d2, _ := f.toSide(a, b)
			best = min(best, d2)
		})
		by[0] = best <= g.within*g.within
	}
	if g.n == nil {
		return by
	}
	if l, ok := g.n.Snap(p); ok {
		x := g.field.At(l)
		by[1] = x.Site >= 0 && x.Distance <= Units(g.within)
	}
	return by
}

// Lattice calls do for every place of a square lattice, step metres apart, that lies in an area; for an area that holds none
// of them, for the point where its name would stand.
func Lattice(area orb.Geometry, step float64, do func(orb.Point)) {
	in := geo.Prepare(area)
	b := in.Bound()
	f := planeAt(b.Center())
	found := false
	// Places are counted from the equator and the meridian, so that neighbours share one lattice.
	dx, dy := step/f.kx, step/f.ky
	for y := math.Ceil(b.Min[1]/dy) * dy; y <= b.Max[1]; y += dy {
		for x := math.Ceil(b.Min[0]/dx) * dx; x <= b.Max[0]; x += dx {
			if p := (orb.Point{x, y}); in.Locate(p) != geo.Outside {
				found = true
				do(p)
			}
		}
	}
	if p, ok := geo.LabelPoint(area); ok && !found {
		do(p)
	}
}

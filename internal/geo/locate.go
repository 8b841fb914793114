package geo

import (
	"math"
	"math/big"

	"github.com/paulmach/orb"
)

// Position is where a point lies relative to an area.
type Position int

// The positions.
const (
	Outside Position = iota
	Border
	Inside
)

// AllPositions lists the closed set.
var AllPositions = []Position{Outside, Border, Inside}

func (p Position) String() string {
	return [...]string{"outside", "border", "inside"}[p]
}

// edge is one directed side of a ring, with the area's interior on its left.
type edge struct{ a, b orb.Point }

// Prepared is an area made ready for many questions. It is immutable and safe for concurrent use.
type Prepared struct {
	bound orb.Bound
	edges []edge
	// Edges are listed by horizontal slab: slabs[s] … slabs[s+1] index into order.
	slabs []int32
	order []int32
	scale float64 // slabs per degree
}

// edgesPerSlab balances the walk through a slab against the memory of listing tall edges many times.
const edgesPerSlab = 4

// Prepare readies a valid Polygon or MultiPolygon (or Ring or Bound). Any other geometry has no area: everything is
// outside it. Rings may run either way round.
func Prepare(g orb.Geometry) *Prepared {
	p := &Prepared{bound: orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{-1, -1}}}
	polys := polygons(g)
	for _, poly := range polys {
		for i, ring := range poly {
			p.addRing(ring, i == 0)
		}
	}
	if len(p.edges) == 0 {
		return p
	}
	p.bound = g.Bound()
	p.buildSlabs()
	return p
}

// polygons gives the areas of g as a list of polygons; nil when g has none.
func polygons(g orb.Geometry) orb.MultiPolygon {
	switch g := g.(type) {
	case orb.Polygon:
		return orb.MultiPolygon{g}
	case orb.MultiPolygon:
		return g
	case orb.Ring:
		return orb.MultiPolygon{orb.Polygon{g}}
	case orb.Bound:
		return orb.MultiPolygon{g.ToPolygon()}
	case orb.Collection:
		var all orb.MultiPolygon
		for _, m := range g {
			all = append(all, polygons(m)...)
		}
		return all
	default:
		return nil
	}
}

func (p *Prepared) addRing(r orb.Ring, shell bool) {
	forward := isCCW(r) == shell
	for i := 1; i < len(r); i++ {
		if r[i-1] == r[i] {
			continue
		}
		if forward {
			p.edges = append(p.edges, edge{r[i-1], r[i]})
		} else {
			p.edges = append(p.edges, edge{r[i], r[i-1]})
		}
	}
}

func (p *Prepared) buildSlabs() {
	n := max(1, len(p.edges)/edgesPerSlab)
	height := p.bound.Max[1] - p.bound.Min[1]
	if p.scale = float64(n) / height; math.IsInf(p.scale, 0) || math.IsNaN(p.scale) {
		n, p.scale = 1, 0
	}
	count := make([]int32, n+1)
	each := func(f func(s, i int)) {
		for i, e := range p.edges {
			for s := p.slab(min(e.a[1], e.b[1]), n); s <= p.slab(max(e.a[1], e.b[1]), n); s++ {
				f(s, i)
			}
		}
	}
	each(func(s, _ int) { count[s+1]++ })
	for s := range n {
		count[s+1] += count[s]
	}
	p.slabs = append([]int32(nil), count...)
	p.order = make([]int32, count[n])
	each(func(s, i int) { p.order[count[s]] = int32(i); count[s]++ })
}

// slab is monotone in y, so that an edge that spans y is always listed in y's slab.
func (p *Prepared) slab(y float64, n int) int {
	return max(0, min(n-1, int((y-p.bound.Min[1])*p.scale)))
}

// Bound is the smallest box round the area; its Min is beyond its Max when there is no area.
func (p *Prepared) Bound() orb.Bound { return p.bound }

// Locate tells exactly where pt lies. A point that is not finite is outside.
func (p *Prepared) Locate(pt orb.Point) Position {
	x, y := pt[0], pt[1]
	if !(x >= p.bound.Min[0] && x <= p.bound.Max[0] && y >= p.bound.Min[1] && y <= p.bound.Max[1]) {
		return Outside
	}
	s := p.slab(y, len(p.slabs)-1)
	odd := false
	for _, i := range p.order[p.slabs[s]:p.slabs[s+1]] {
		e := &p.edges[i]
		aUp, bUp := e.a[1] > y, e.b[1] > y
		if aUp == bUp && e.a[1] != y && e.b[1] != y {
			continue // wholly above or below
		}
		if e.a[0] < x && e.b[0] < x {
			continue // wholly behind the ray that runs east
		}
		if e.a[0] > x && e.b[0] > x {
			odd = odd != (aUp != bUp)
			continue
		}
		switch o := Orient(e.a, e.b, pt); {
		case o == 0:
			if onBox(e, x, y) {
				return Border
			}
		case aUp != bUp && (o > 0) == bUp:
			odd = !odd
		}
	}
	if odd {
		return Inside
	}
	return Outside
}

func onBox(e *edge, x, y float64) bool {
	return min(e.a[0], e.b[0]) <= x && x <= max(e.a[0], e.b[0]) && min(e.a[1], e.b[1]) <= y && y <= max(e.a[1], e.b[1])
}

// locateExact is Locate for a point that no float can hold.
func (p *Prepared) locateExact(pt ratPoint) Position {
	odd := false
	for i := range p.edges {
		a, b := rat(p.edges[i].a), rat(p.edges[i].b)
		aUp, bUp := a[1].Cmp(pt[1]) > 0, b[1].Cmp(pt[1]) > 0
		o := orientExact(a, b, pt)
		switch {
		case o == 0 && between(a[0], b[0], pt[0]) && between(a[1], b[1], pt[1]):
			return Border
		case aUp != bUp && (o > 0) == bUp:
			odd = !odd
		}
	}
	if odd {
		return Inside
	}
	return Outside
}

func between(a, b, v *big.Rat) bool {
	return a.Cmp(v) <= 0 && v.Cmp(b) <= 0 || b.Cmp(v) <= 0 && v.Cmp(a) <= 0
}

// Locate tells exactly where pt lies relative to a valid area: a Polygon with holes or a MultiPolygon. For many points of
// one area, Prepare it.
func Locate(area orb.Geometry, pt orb.Point) Position { return Prepare(area).Locate(pt) }

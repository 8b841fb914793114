package geo

import (
	"slices"

	"github.com/paulmach/orb"
)

// relation is what the borders of two areas a and b tell about their interiors. All of it is exact.
type relation struct {
	cross      bool // two sides cross properly
	aIn, aOut  bool // a stretch of a's border lies strictly inside, outside b
	bIn        bool // a stretch of b's border lies strictly inside a
	same, anti bool // a common stretch has both interiors on one side, on opposite sides
	at         orb.Point
}

// overlap: the border of a common piece of two interiors is made of stretches of either border, each strictly inside the
// other area or shared with both interiors on one side; or the borders cross.
func (r relation) overlap() bool { return r.cross || r.aIn || r.bIn || r.same }

// beyond: a reaches outside b.
func (r relation) beyond() bool { return r.cross || r.aOut || r.bIn || r.anti }

// relate compares two valid areas. With brief set it stops at the first sign of an overlap.
func relate(a, b *Prepared, brief bool) relation {
	var r relation
	box, ok := commonBox(a.bound, b.bound)
	if !ok {
		r.aOut = len(a.edges) > 0
		return r
	}
	ea, outside := near(a.edges, box)
	r.aOut = outside
	eb, _ := near(b.edges, box)
	if r.cross, r.at = anyCrossing(ea, eb); r.cross {
		return r
	}
	r.walk(ea, eb, b, func(at Position, p orb.Point) {
		switch at {
		case Inside:
			r.aIn, r.at = true, p
		case Outside:
			r.aOut = true
		case Border: // shared, and judged by its way
		}
	})
	if brief && r.overlap() {
		return r
	}
	r.walk(eb, ea, a, func(at Position, p orb.Point) {
		if at == Inside {
			r.bIn, r.at = true, p
		}
	})
	return r
}

func commonBox(a, b orb.Bound) (orb.Bound, bool) {
	if !a.Intersects(b) {
		return a, false
	}
	return orb.Bound{
		Min: orb.Point{max(a.Min[0], b.Min[0]), max(a.Min[1], b.Min[1])},
		Max: orb.Point{min(a.Max[0], b.Max[0]), min(a.Max[1], b.Max[1])},
	}, true
}

// near gives the sides that meet the box, and whether any side leaves it.
func near(edges []edge, box orb.Bound) (in []edge, leaves bool) {
	for _, e := range edges {
		if max(e.a[0], e.b[0]) < box.Min[0] || min(e.a[0], e.b[0]) > box.Max[0] ||
			max(e.a[1], e.b[1]) < box.Min[1] || min(e.a[1], e.b[1]) > box.Max[1] {
			leaves = true
			continue
		}
		in = append(in, e)
	}
	return in, leaves
}

// anyCrossing sweeps both lists from west to east. Both are sorted by their western end.
func anyCrossing(ea, eb []edge) (bool, orb.Point) {
	west := func(e edge) float64 { return min(e.a[0], e.b[0]) }
	byWest := func(x, y edge) int { return sign(west(x) - west(y)) }
	slices.SortFunc(ea, byWest)
	slices.SortFunc(eb, byWest)
	var la, lb []edge // sides that the sweep line still meets
	for i, j := 0, 0; i < len(ea) || j < len(eb); {
		var e edge
		var live []edge
		if j == len(eb) || i < len(ea) && west(ea[i]) <= west(eb[j]) {
			e = ea[i]
			i++
			la = append(la, e)
			lb = alive(lb, west(e))
			live = lb
		} else {
			e = eb[j]
			j++
			lb = append(lb, e)
			la = alive(la, west(e))
			live = la
		}
		for _, o := range live {
			if crossProperly(e.a, e.b, o.a, o.b) {
				return true, crossing(e, o)
			}
		}
	}
	return false, orb.Point{}
}

func alive(list []edge, x float64) []edge {
	return slices.DeleteFunc(list, func(e edge) bool { return max(e.a[0], e.b[0]) < x })
}

// walk cuts each side of from at the vertices of to that lie on it, and tells each stretch's place in area, whose sides to
// are. Stretches on the border are judged here, by the way they run.
func (r *relation) walk(from, to []edge, area *Prepared, tell func(Position, orb.Point)) {
	sorted := slices.Clone(to)
	slices.SortFunc(sorted, func(x, y edge) int { return sign(x.a[0] - y.a[0]) })
	for _, e := range from {
		nodes := nodesOn(e, sorted)
		for i := 1; i < len(nodes); i++ {
			p, q := nodes[i-1], nodes[i]
			at := area.Locate(p)
			if at == Border {
				at = area.Locate(q)
			}
			if at == Border && !r.shared(p, q, area) {
				at = area.locateExact(midpoint(p, q))
			}
			tell(at, p)
		}
	}
}

// nodesOn gives the ends of e and, between them in order, the starts of sides (sorted by longitude) that lie on e.
func nodesOn(e edge, sorted []edge) []orb.Point {
	lo, hi := min(e.a[0], e.b[0]), max(e.a[0], e.b[0])
	i, _ := slices.BinarySearchFunc(sorted, lo, func(s edge, x float64) int { return sign(s.a[0] - x) })
	nodes := []orb.Point{e.a}
	for ; i < len(sorted) && sorted[i].a[0] <= hi; i++ {
		if v := sorted[i].a; v != e.a && v != e.b && onSegment(e.a, e.b, v) {
			nodes = append(nodes, v)
		}
	}
	return inOrder(append(nodes, e.b), e)
}

// inOrder sorts points of one segment along it and drops repeats.
func inOrder(nodes []orb.Point, e edge) []orb.Point {
	if len(nodes) > 2 {
		slices.SortFunc(nodes, func(p, q orb.Point) int {
			if d := sign(p[0]-q[0]) * sign(e.b[0]-e.a[0]); d != 0 {
				return d
			}
			return sign(p[1]-q[1]) * sign(e.b[1]-e.a[1])
		})
		nodes = slices.Compact(nodes)
	}
	return nodes
}

// shared reports whether the stretch p–q runs along a side of area, and notes which way.
func (r *relation) shared(p, q orb.Point, area *Prepared) bool {
	n := len(area.slabs) - 1
	s := area.slab(p[1], n)
	for _, i := range area.order[area.slabs[s]:area.slabs[s+1]] {
		o := area.edges[i]
		if !onSegment(o.a, o.b, p) || !onSegment(o.a, o.b, q) {
			continue
		}
		if sign(q[0]-p[0]) == sign(o.b[0]-o.a[0]) && sign(q[1]-p[1]) == sign(o.b[1]-o.a[1]) {
			r.same, r.at = true, p
		} else {
			r.anti = true
		}
		return true
	}
	return false
}

package reach

import (
	"math"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
)

// Doors gives the locations by which people come into an area: its entrances where they are known, else every place where
// the network crosses its edge, else the place of the network nearest to its edge.
func (n *Network) Doors(area orb.Geometry, entrances []orb.Point) []Location {
	var out []Location
	for _, p := range entrances {
		if l, ok := n.Snap(p); ok {
			out = append(out, l)
		}
	}
	if len(out) > 0 {
		return out
	}
	eachSide(area, func(a, b orb.Point) { out = n.crossings(out, a, b) })
	if len(out) > 0 {
		return out
	}
	var best Location
	found := false
	eachSide(area, func(a, b orb.Point) {
		// The nearest place to a long side may be near none of its ends: it is tried every twenty metres.
		steps := max(1, min(1000, int(geo.Distance(a, b)/20)))
		for i := range steps {
			t := float64(i) / float64(steps)
			if l, ok := n.Snap(orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}); ok && (!found || l.Beside < best.Beside) {
				best, found = l, true
			}
		}
	})
	if found {
		out = append(out, best)
	}
	return out
}

// eachSide calls do for every side of an area's rings.
func eachSide(g orb.Geometry, do func(a, b orb.Point)) {
	switch g := g.(type) {
	case orb.Polygon:
		for _, r := range g {
			for i := 1; i < len(r); i++ {
				do(r[i-1], r[i])
			}
		}
	case orb.MultiPolygon:
		for _, p := range g {
			eachSide(p, do)
		}
	}
}

// crossings adds the places where the network crosses the segment a–b.
func (n *Network) crossings(out []Location, a, b orb.Point) []Location {
	if len(n.index.sides) == 0 {
		return out
	}
	window := box{min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])}
	n.index.meeting(len(n.index.levels)-1, 0, &window, func(s sideRef) {
		c := &n.chains[s.chain]
		p, x := n.corner(c, s.k)
		q, y := n.corner(c, s.k+1)
		op, oq := geo.Orient(a, b, p), geo.Orient(a, b, q)
		if op*oq > 0 || geo.Orient(p, q, a)*geo.Orient(p, q, b) > 0 || op == 0 && oq == 0 {
			return
		}
		// Twice the areas that the ends make with the segment are as their distances from it.
		dp := math.Abs((b[0]-a[0])*(p[1]-a[1]) - (b[1]-a[1])*(p[0]-a[0]))
		dq := math.Abs((b[0]-a[0])*(q[1]-a[1]) - (b[1]-a[1])*(q[0]-a[0]))
		t := 0.0
		if dp+dq > 0 {
			t = dp / (dp + dq)
		}
		out = append(out, Location{Chain: s.chain, Along: x + uint32(math.Round(t*float64(y-x)))})
	})
	return out
}

// meeting calls do for every side whose box meets a window.
func (x *sideIndex) meeting(level, i int, w *box, do func(sideRef)) {
	b := &x.levels[level][i]
	if b.x0 > w.x1 || b.x1 < w.x0 || b.y0 > w.y1 || b.y1 < w.y0 {
		return
	}
	if level == 0 {
		do(x.sides[i])
		return
	}
	for k := i * fan; k < min(len(x.levels[level-1]), i*fan+fan); k++ {
		x.meeting(level-1, k, w, do)
	}
}

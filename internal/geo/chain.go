package geo

import (
	"slices"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"
)

// A chain is a sum of directed stretches of border, each with a whole weight. The border of an area, interior on the left,
// is a chain; the border of "outer minus all parts" is the sum of theirs. Stretches are stored from the lower point to the
// higher one, so that a stretch and its reverse cancel. An empty chain proves that outer and the sum of the parts are equal
// almost everywhere: a chain without border bounds nothing.
type chain map[edge]int

func lessPoint(a, b orb.Point) bool { return a[0] < b[0] || a[0] == b[0] && a[1] < b[1] }

func (c chain) add(a, b orb.Point, weight int) {
	if lessPoint(b, a) {
		a, b, weight = b, a, -weight
	}
	if w := c[edge{a, b}] + weight; w != 0 {
		c[edge{a, b}] = w
	} else {
		delete(c, edge{a, b})
	}
}

// vertexTree holds every distinct vertex of the areas.
func vertexTree(areas []*Prepared) *rtree.RTreeG[orb.Point] {
	var tree rtree.RTreeG[orb.Point]
	seen := map[orb.Point]bool{}
	for _, a := range areas {
		for _, e := range a.edges {
			if !seen[e.a] {
				seen[e.a] = true
				tree.Insert(e.a, e.a, e.a)
			}
		}
	}
	return &tree
}

// residue sums the borders of the areas with the given weights, cut at every vertex that lies on them, so that a corner
// that stands on a neighbour's straight side is no fault.
func residue(areas []*Prepared, weights []int) chain {
	// Most sides match whole: what is left after a first sum is all that needs cutting.
	whole := chain{}
	for i, a := range areas {
		for _, e := range a.edges {
			whole.add(e.a, e.b, weights[i])
		}
	}
	if len(whole) == 0 {
		return whole
	}
	tree := vertexTree(areas)
	cut := make(chain, len(whole))
	for e, w := range whole {
		nodes := cutAt(e, tree)
		for i := 1; i < len(nodes); i++ {
			cut.add(nodes[i-1], nodes[i], w)
		}
	}
	return cut
}

// directed gives the stretches with weight ±1 the way they run, in a fixed order.
func (c chain) directed() []edge {
	out := make([]edge, 0, len(c))
	for e, w := range c {
		if w < 0 {
			e.a, e.b = e.b, e.a
		}
		out = append(out, e)
	}
	slices.SortFunc(out, func(x, y edge) int {
		for _, d := range [][2]float64{{x.a[0], y.a[0]}, {x.a[1], y.a[1]}, {x.b[0], y.b[0]}, {x.b[1], y.b[1]}} {
			if s := sign(d[0] - d[1]); s != 0 {
				return s
			}
		}
		return 0
	})
	return out
}

// rings joins a border without crossings and with all weights ±1 into closed rings, interior on the left. Where several
// stretches leave a point it takes the sharpest left turn, so that areas that touch in a point stay apart.
func (c chain) rings() []orb.Ring {
	edges := c.directed()
	leaving := map[orb.Point][]int{}
	for i, e := range edges {
		leaving[e.a] = append(leaving[e.a], i)
	}
	used := make([]bool, len(edges))
	var out []orb.Ring
	for i := range edges {
		if used[i] {
			continue
		}
		ring := orb.Ring{edges[i].a}
		for k := i; k >= 0 && !used[k]; k = next(edges, leaving[edges[k].b], used, k) {
			used[k] = true
			ring = append(ring, edges[k].b)
		}
		out = append(out, splitRing(ring)...)
	}
	return out
}

// next picks the unused stretch that turns most to the left after edge k, or -1.
func next(edges []edge, from []int, used []bool, k int) int {
	best := -1
	for _, j := range from {
		if !used[j] && (best < 0 || moreLeft(edges[k], edges[j].b, edges[best].b)) {
			best = j
		}
	}
	return best
}

// moreLeft reports whether going on from in.b to p turns more to the left than going to q. A turn is measured from the
// reverse of in, clockwise: the first stretch met when sweeping clockwise from where one came from is the sharpest left.
func moreLeft(in edge, p, q orb.Point) bool {
	half := func(v orb.Point) int { // 0: left of in or straight on, 1: right of it
		if Orient(in.a, in.b, v) < 0 {
			return 1
		}
		return 0
	}
	if hp, hq := half(p), half(q); hp != hq {
		return hp < hq
	}
	return Orient(in.b, q, p) > 0
}

// splitRing cuts a closed walk that passes a point twice into simple rings.
func splitRing(walk orb.Ring) []orb.Ring {
	var out []orb.Ring
	at := map[orb.Point]int{}
	var path orb.Ring
	for _, p := range walk {
		if k, ok := at[p]; ok {
			ring := append(slices.Clone(path[k:]), p)
			if len(ring) > 3 {
				out = append(out, ring)
			}
			for _, q := range path[k+1:] {
				delete(at, q)
			}
			path = path[:k+1]
			continue
		}
		at[p] = len(path)
		path = append(path, p)
	}
	return out
}

// assemble groups rings into polygons: a counter-clockwise ring is a shell, a clockwise one a hole of the smallest shell
// round it. A clockwise ring in no shell borders ground without end and is left out.
func assemble(rings []orb.Ring) []orb.Polygon {
	var areas []orb.Polygon
	var holes []orb.Ring
	for _, r := range rings {
		if isCCW(r) {
			areas = append(areas, orb.Polygon{r})
		} else {
			holes = append(holes, r)
		}
	}
	prepared := make([]*Prepared, len(areas))
	for i := range areas {
		prepared[i] = Prepare(areas[i])
	}
	for _, h := range holes {
		best := -1
		for i := range prepared {
			if ringIn(h, prepared[i]) == Inside && (best < 0 || Area(areas[i][:1]) < Area(areas[best][:1])) {
				best = i
			}
		}
		if best >= 0 {
			areas[best] = append(areas[best], h)
		}
	}
	return areas
}

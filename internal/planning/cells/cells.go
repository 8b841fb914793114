// Package cells gives every home the ground around it: the region is cut into the Voronoi cells of its homes, so that
// grids are drawn as unions of cells, close without gap or overlap, and two homes are neighbours when their cells share a
// side. Rivers and railways cut neighbours apart. It knows no person, place or store.
package cells

import (
	"math"
	"slices"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
)

// Edge joins two neighbouring seeds; Length is how many metres of side their cells share.
type Edge struct {
	A, B   int32
	Length float64
}

// Cells are the ground of each seed, in one or more pieces that hang together, and who neighbours whom (A < B, in order).
type Cells struct {
	Pieces [][]orb.Polygon
	Edges  []Edge
}

// Build cuts a region (WGS84) into the cells of its seeds. A part of a cell that a bay of the region parts from its seed goes to
// the neighbour with the longest common side. A seed outside the region has no ground and is tied to the nearest seed that has.
func Build(region orb.MultiPolygon, seeds []orb.Point) (*Cells, error) {
	c := &Cells{Pieces: make([][]orb.Polygon, len(seeds))}
	if len(seeds) == 0 || len(region) == 0 {
		return nil, kernel.Invalid("region", kernel.T("这里没有可划的地方", "there is no ground to divide here"))
	}
	if len(seeds) == 1 {
		c.Pieces[0] = slices.Clone(region)
		return c, nil
	}
	p := newPlane(region.Bound(), seeds)
	rings, err := p.cells()
	if err != nil {
		return nil, err
	}
	cl := newClipper(region)
	var pieces []piece
	for i, r := range rings {
		got, err := cl.clip(r)
		if err != nil {
			return nil, kernel.Internal("cell", err)
		}
		pieces = append(pieces, owned(got, int32(i), seeds[i])...)
	}
	match(pieces)
	sides := sidesOf(pieces)
	settle(pieces, sides)
	for i := range pieces {
		o := pieces[i].owner
		c.Pieces[o] = append(c.Pieces[o], pieces[i].shape)
	}
	c.Edges = edgesOf(pieces, sides)
	c.tieLandless(seeds)
	return c, nil
}

// piece is one polygon of ground and whose it is.
type piece struct {
	shape orb.Polygon
	owner int32
	main  bool // holds its seed, or is the largest when none does
}

func owned(got orb.MultiPolygon, seed int32, at orb.Point) []piece {
	out, best, most := make([]piece, len(got)), -1, -1.0
	for j, poly := range got {
		out[j] = piece{shape: poly, owner: seed}
		a := geo.Area(poly)
		if geo.Locate(poly, at) != geo.Outside {
			a = math.Inf(1)
		}
		if a > most {
			best, most = j, a
		}
	}
	if best >= 0 {
		out[best].main = true
	}
	return out
}

type side struct{ a, b orb.Point }

// pair is two pieces that share a side.
type pair struct{ i, j int32 }

func pairOf(i, j int32) pair { return pair{min(i, j), max(i, j)} }

// sidesOf finds which pieces share sides and how many metres. Cells share their corners exactly, so a side of one stands
// turned round in the other.
func sidesOf(pieces []piece) map[pair]float64 {
	of := map[side]int32{}
	for i, p := range pieces {
		for _, r := range p.shape {
			for k := 1; k < len(r); k++ {
				of[side{r[k-1], r[k]}] = int32(i)
			}
		}
	}
	out := map[pair]float64{}
	for i, p := range pieces {
		for _, r := range p.shape {
			for k := 1; k < len(r); k++ {
				for _, s := range []side{{r[k], r[k-1]}, {r[k-1], r[k]}} {
					if j, ok := of[s]; ok && j != int32(i) {
						out[pairOf(int32(i), j)] += geo.Distance(r[k-1], r[k]) / 2
					}
				}
			}
		}
	}
	return out
}

// settle gives pieces that lie apart from their seed to the neighbour with the longest common side, from the settled ones outwards.
func settle(pieces []piece, sides map[pair]float64) {
	near := make([][]int32, len(pieces))
	for p := range sides {
		near[p.i], near[p.j] = append(near[p.i], p.j), append(near[p.j], p.i)
	}
	for moved := true; moved; {
		moved = false
		for i := range pieces {
			if pieces[i].main {
				continue
			}
			best, most := int32(-1), 0.0
			slices.Sort(near[i])
			for _, j := range near[i] {
				l := sides[pairOf(int32(i), j)]
				if pieces[j].main && l > most {
					best, most = j, l
				}
			}
			if best >= 0 {
				pieces[i].owner, pieces[i].main, moved = pieces[best].owner, true, true
			}
		}
	}
}

func edgesOf(pieces []piece, sides map[pair]float64) []Edge {
	sum := map[pair]float64{}
	for p, l := range sides {
		a, b := pieces[p.i].owner, pieces[p.j].owner
		if a != b {
			sum[pairOf(a, b)] += math.Round(l * 1e6) // whole micrometres: the sum does not depend on the order
		}
	}
	out := make([]Edge, 0, len(sum))
	for p, l := range sum {
		out = append(out, Edge{p.i, p.j, l / 1e6})
	}
	sortEdges(out)
	return out
}

func sortEdges(l []Edge) {
	slices.SortFunc(l, func(a, b Edge) int {
		if a.A != b.A {
			return int(a.A) - int(b.A)
		}
		return int(a.B) - int(b.B)
	})
}

func (c *Cells) tieLandless(seeds []orb.Point) {
	for i := range seeds {
		if len(c.Pieces[i]) > 0 {
			continue
		}
		best, least := -1, math.Inf(1)
		for j := range seeds {
			if d := geo.Distance(seeds[i], seeds[j]); len(c.Pieces[j]) > 0 && d < least {
				best, least = j, d
			}
		}
		if best >= 0 {
			c.Edges = append(c.Edges, Edge{int32(min(i, best)), int32(max(i, best)), 1})
		}
	}
	sortEdges(c.Edges)
}

// Cut leaves out the edges whose seeds a break parts: the straight line between them crosses a break's line an odd number of times
// (a line that is crossed twice is only grazed), or touches the banks of a broad water.
func Cut(edges []Edge, seeds []orb.Point, lines []orb.LineString, waters []orb.Polygon) []Edge {
	var out []Edge
	for _, e := range edges {
		a, b := seeds[e.A], seeds[e.B]
		parted := slices.ContainsFunc(lines, func(l orb.LineString) bool { return crossings(a, b, l)%2 == 1 })
		for _, w := range waters {
			parted = parted || slices.ContainsFunc(w, func(r orb.Ring) bool { return crossings(a, b, orb.LineString(r)) > 0 })
		}
		if !parted {
			out = append(out, e)
		}
	}
	return out
}

func crossings(a, b orb.Point, l orb.LineString) (n int) {
	for k := 1; k < len(l); k++ {
		if crosses(a, b, l[k-1], l[k]) {
			n++
		}
	}
	return n
}

// crosses reports whether ab crosses cd. Of touching ends only one side counts, so that a line through a corner of a break counts once.
func crosses(a, b, c, d orb.Point) bool {
	side := func(p, q, r orb.Point) bool { return geo.Orient(p, q, r) > 0 }
	return side(a, b, c) != side(a, b, d) && side(c, d, a) != side(c, d, b)
}

package cells

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
)

// apart is how far, in degrees (a millimetre), a corner may lie from a side and still be on it.
const apart = 1e-8

// lone is a side of a piece, the k-th of its r-th ring, that no other piece has corner for corner.
type lone struct {
	side
	piece, ring, k int
}

// match makes pieces share their corners exactly. Where the overlay cut cells at the border it may have set a corner into a side of
// one cell and not of its neighbour: every side without a twin gets the corners of such sides of other pieces that lie on it.
func match(pieces []piece) {
	has := map[side]int{}
	for _, p := range pieces {
		for _, r := range p.shape {
			for k := 1; k < len(r); k++ {
				has[side{r[k-1], r[k]}]++
			}
		}
	}
	var alone []lone
	for i, p := range pieces {
		for n, r := range p.shape {
			for k := 1; k < len(r); k++ {
				if has[side{r[k], r[k-1]}] == 0 && r[k] != r[k-1] {
					alone = append(alone, lone{side{r[k-1], r[k]}, i, n, k})
				}
			}
		}
	}
	on := cornersOn(alone)
	// From the last side to the first, so that the numbers of those before stay right.
	for i := len(alone) - 1; i >= 0; i-- {
		if l := alone[i]; len(on[i]) > 0 {
			shape := pieces[l.piece].shape
			shape[l.ring] = slices.Insert(slices.Clone(shape[l.ring]), l.k, on[i]...)
		}
	}
}

// cornersOn lists, for each lone side, the corners of other pieces' lone sides that lie on it, from its beginning to its end.
func cornersOn(alone []lone) [][]orb.Point {
	order := make([]int, len(alone))
	for i := range order {
		order[i] = i
	}
	west := func(i int) float64 { return min(alone[i].a[0], alone[i].b[0]) }
	slices.SortFunc(order, func(i, j int) int { return cmp.Or(cmp.Compare(west(i), west(j)), cmp.Compare(i, j)) })
	on := make([][]orb.Point, len(alone))
	put := func(i, j int) { // the ends of i that lie on j
		for _, p := range []orb.Point{alone[i].a, alone[i].b} {
			if inside(alone[j].side, p) && !slices.Contains(on[j], p) {
				on[j] = append(on[j], p)
			}
		}
	}
	var open []int
	for _, i := range order {
		open = slices.DeleteFunc(open, func(o int) bool { return max(alone[o].a[0], alone[o].b[0]) < west(i)-apart })
		for _, o := range open {
			if alone[o].piece != alone[i].piece {
				put(o, i)
				put(i, o)
			}
		}
		open = append(open, i)
	}
	for j := range on {
		a := alone[j].a
		slices.SortFunc(on[j], func(p, q orb.Point) int {
			return cmp.Compare(math.Hypot(p[0]-a[0], p[1]-a[1]), math.Hypot(q[0]-a[0], q[1]-a[1]))
		})
	}
	return on
}

// inside reports whether p lies on s, between its ends.
func inside(s side, p orb.Point) bool {
	if p == s.a || p == s.b {
		return false
	}
	dx, dy, x, y := s.b[0]-s.a[0], s.b[1]-s.a[1], p[0]-s.a[0], p[1]-s.a[1]
	l, t := dx*dx+dy*dy, dx*x+dy*y
	return t > 0 && t < l && math.Abs(dx*y-dy*x) <= apart*math.Sqrt(l)
}

// Merge gives the ground of the seeds that were given each part, for parts from 0 to parts-1. Neighbouring parts share their
// corners exactly.
func (c *Cells) Merge(part []int32, parts int) ([]orb.MultiPolygon, error) {
	of := make([][]orb.Polygon, parts)
	for i, pieces := range c.Pieces {
		of[part[i]] = append(of[part[i]], pieces...)
	}
	out := make([]orb.MultiPolygon, parts)
	for k, l := range of {
		if len(l) == 0 {
			continue
		}
		if out[k] = join(l); out[k] != nil {
			continue
		}
		all := make([]orb.Geometry, len(l))
		for i, p := range l {
			all[i] = p
		}
		u, err := geo.Union(all)
		if err != nil {
			return nil, kernel.Internal("union of cells", err)
		}
		out[k] = u
	}
	return out, nil
}

// join is the ground of pieces that share their corners: the sides that two of them have fall away, the others close into rings.
// It is exact, where an overlay in floats would snap corners that nearly meet. nil says that the pieces do not fit after all.
func join(l []orb.Polygon) orb.MultiPolygon {
	whole, left := 0.0, map[side]int{}
	for _, p := range l {
		whole += geo.Area(p)
		for n, r := range p {
			r = slices.Clone(r)
			if (r.Orientation() == orb.CCW) != (n == 0) {
				r.Reverse()
			}
			for k := 1; k < len(r); k++ {
				if s, back := (side{r[k-1], r[k]}), (side{r[k], r[k-1]}); left[back] > 0 {
					if left[back]--; left[back] == 0 {
						delete(left, back)
					}
				} else if r[k-1] != r[k] {
					left[s]++
				}
			}
		}
	}
	out := nest(rings(left))
	if out == nil || math.Abs(geo.Area(out)-whole) > 1e-9*whole || geo.Validate(out) != nil {
		return nil
	}
	return out
}

// rings closes sides that have their ground on the left into rings, no corner twice in one: shells run against the clock, holes with it.
func rings(left map[side]int) []orb.Ring {
	next := map[orb.Point][]orb.Point{}
	var starts []orb.Point
	for s := range left {
		if next[s.a] == nil {
			starts = append(starts, s.a)
		}
		next[s.a] = append(next[s.a], s.b)
	}
	byPlace := func(p, q orb.Point) int { return cmp.Or(cmp.Compare(p[0], q[0]), cmp.Compare(p[1], q[1])) }
	slices.SortFunc(starts, byPlace)
	var out []orb.Ring
	for _, start := range starts {
		for len(next[start]) > 0 {
			path, at := []orb.Point{start}, map[orb.Point]int{start: 0}
			for {
				v := path[len(path)-1]
				if len(next[v]) == 0 {
					return nil // a loose end
				}
				from := v
				if len(path) > 1 {
					from = path[len(path)-2]
				}
				i := leftmost(from, v, next[v])
				w := next[v][i]
				next[v] = slices.Delete(next[v], i, i+1)
				k, been := at[w]
				if !been {
					at[w] = len(path)
					path = append(path, w)
					continue
				}
				// The way has come back to w: what lies between is a ring.
				out = append(out, append(slices.Clone(orb.Ring(path[k:])), w))
				for _, p := range path[k+1:] {
					delete(at, p)
				}
				if path = path[:k+1]; k == 0 {
					break
				}
			}
		}
	}
	return out
}

// leftmost picks the way out of v that turns most to the left of one who comes from another corner, so that a ring keeps to one face.
func leftmost(from, v orb.Point, ways []orb.Point) int {
	if len(ways) == 1 || from == v {
		return 0
	}
	back := math.Atan2(from[1]-v[1], from[0]-v[0])
	best, least := 0, math.Inf(1)
	for i, w := range ways {
		a := back - math.Atan2(w[1]-v[1], w[0]-v[0]) // with the clock from the way back
		for a <= 0 {
			a += 2 * math.Pi
		}
		if a < least {
			best, least = i, a
		}
	}
	return best
}

// nest gives every hole to the smallest shell round it.
func nest(rings []orb.Ring) orb.MultiPolygon {
	var out orb.MultiPolygon
	var holes []orb.Ring
	for _, r := range rings {
		if r.Orientation() == orb.CCW {
			out = append(out, orb.Polygon{r})
		} else {
			holes = append(holes, r)
		}
	}
	slices.SortStableFunc(out, func(p, q orb.Polygon) int { return cmp.Compare(geo.Area(p), geo.Area(q)) })
	shells := make([]orb.Polygon, len(out))
	for i, p := range out {
		shells[i] = orb.Polygon{p[0]}
	}
	for _, h := range holes {
		i := slices.IndexFunc(shells, func(p orb.Polygon) bool {
			// A hole may touch its shell in corners: one that does not decides.
			for _, c := range h {
				if at := geo.Locate(p, c); at != geo.Border {
					return at == geo.Inside
				}
			}
			return false
		})
		if i < 0 {
			return nil
		}
		out[i] = append(out[i], h)
	}
	return out
}

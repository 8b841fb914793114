package demo

import (
	"math"
	"math/rand/v2"
	"sort"
)

// slicer cuts sets of cells into parts of given weights by streets: each cut follows lattice lines, with at most one
// dog-leg, keeps both sides in one piece, and prefers the lines that neighbours were cut along.
type slicer struct {
	m    *mesh
	r    *rand.Rand
	used map[[2]int]int // lattice lines cut along so far: {axis, line} → how often
	cuts []cut
}

// cut is a street made by slicing, with the depth of the cut below the area that was sliced.
type cut struct {
	chain []node
	depth int
}

// parts cuts cells into len(weights) parts, the first weights lying south and by the river.
func (s *slicer) parts(cells []int, weights []float64) [][]int { return s.cutUp(cells, weights, 0) }

func (s *slicer) cutUp(cells []int, weights []float64, depth int) [][]int {
	if len(weights) == 1 {
		return [][]int{cells}
	}
	k, share := halve(weights)
	a, b := s.bestCut(cells, share, len(weights))
	if chain := shared(a, b); len(chain) > 1 {
		s.cuts = append(s.cuts, cut{chain, depth})
	}
	return append(s.cutUp(a, weights[:k], depth+1), s.cutUp(b, weights[k:], depth+1)...)
}

// halve splits the list where its halves weigh most alike, and gives the first half's share.
func halve(w []float64) (k int, share float64) {
	total, sum, best := 0.0, 0.0, math.Inf(1)
	for _, x := range w {
		total += x
	}
	for i, x := range w[:len(w)-1] {
		sum += x
		if d := math.Abs(sum/total - 0.5); d < best {
			best, k, share = d, i+1, sum/total
		}
	}
	return k, share
}

// side says on which side of a cut a cell lies: along axis 0 (u) or 1 (v), at line before the dog-leg and line2 after it.
type side struct{ axis, line, line2, leg int }

func (d side) first(c int) bool {
	u, v := cellUV(c)
	if d.axis == 1 {
		u, v = v, u
	}
	if v < d.leg {
		return u < d.line
	}
	return u < d.line2
}

// tried is a cut that was weighed: flip says that the first part lies on its far side.
type tried struct {
	side side
	flip bool
	cost float64
}

func (s *slicer) bestCut(cells []int, share float64, n int) (a, b []int) {
	var all []tried
	lo, hi := bounds(cells)
	for axis := range 2 {
		l0, l1, o0, o1 := lo.u, hi.u, lo.v, hi.v
		flip := (lo.u+hi.u)/2 < riverU // west of the river the first part lies east
		if axis == 1 {
			l0, l1, o0, o1, flip = lo.v, hi.v, lo.u, hi.u, false
		}
		want := share
		if flip {
			want = 1 - share
		}
		for line := l0 + 1; line <= l1; line++ {
			for _, leg := range []int{0, 1 + s.r.IntN(3), -1 - s.r.IntN(3)} {
				d := side{axis, line, line + leg, o0 + 1 + s.r.IntN(max(1, o1-o0))}
				if leg != 0 && (n < 3 || d.line2 <= l0 || d.line2 > l1) {
					continue
				}
				all = append(all, tried{d, flip, s.cost(cells, d, want) * (0.9 + 0.2*s.r.Float64())})
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].cost < all[j].cost })
	for _, t := range all {
		if a, b = cleave(cells, t.side); !whole(a) || !whole(b) {
			continue
		}
		s.used[[2]int{t.side.axis, t.side.line}]++
		if t.flip {
			return b, a
		}
		return a, b
	}
	return cells, nil // the area's outline fails then, and Build says which
}

// whole reports whether the cells are one piece without holes.
func whole(cells []int) bool {
	if len(cells) == 0 {
		return false
	}
	_, err := outline(cells)
	return err == nil
}

func cleave(cells []int, d side) (a, b []int) {
	for _, c := range cells {
		if d.first(c) {
			a = append(a, c)
		} else {
			b = append(b, c)
		}
	}
	return a, b
}

// cost weighs a cut: how far the shares are off, how long and thin the parts are, and whether a street runs there already.
func (s *slicer) cost(cells []int, d side, want float64) float64 {
	a, b := cleave(cells, d)
	if len(a) == 0 || len(b) == 0 {
		return math.Inf(1)
	}
	off := float64(len(a))/float64(len(cells)) - want
	if math.Abs(off) > 0.2 {
		return math.Inf(1)
	}
	scale := min(want, 1-want)
	c := 1 + 14*(off/scale)*(off/scale) + s.stretch(a) + s.stretch(b)
	if s.used[[2]int{d.axis, d.line}] > 0 {
		c *= 0.86
	}
	if d.axis == 0 && d.line == riverU {
		c *= 0.6
	}
	if d.line != d.line2 {
		c *= 1.04
	}
	return c
}

// stretch is how far a set is from a compact block: its longer side over its shorter, and the share of its box it misses.
func (s *slicer) stretch(cells []int) float64 {
	lo, hi := bounds(cells)
	x0, y0 := s.m.metres(lo.u, (lo.v+hi.v)/2, 0, 0.5)
	x1, y1 := s.m.metres(hi.u, (lo.v+hi.v)/2, 1, 0.5)
	x2, y2 := s.m.metres((lo.u+hi.u)/2, lo.v, 0.5, 0)
	x3, y3 := s.m.metres((lo.u+hi.u)/2, hi.v, 0.5, 1)
	w, h := math.Hypot(x1-x0, y1-y0), math.Hypot(x3-x2, y3-y2)
	box := float64((hi.u - lo.u + 1) * (hi.v - lo.v + 1))
	return max(w, h)/min(w, h) - 1 + 1.5*(1-float64(len(cells))/box)
}

// bounds gives the lowest and highest columns and rows of a set of cells.
func bounds(cells []int) (lo, hi node) {
	lo, hi = node{meshU, meshV}, node{-1, -1}
	for _, c := range cells {
		u, v := cellUV(c)
		lo.u, lo.v, hi.u, hi.v = min(lo.u, u), min(lo.v, v), max(hi.u, u), max(hi.v, v)
	}
	return lo, hi
}

// largest gives the largest rectangle of cells of the set, none in a column beside the river, at most maxW × maxH; zero when
// there is none. free says which cells may be used.
func largest(cells []int, maxW, maxH int, free map[int]bool) span {
	ok := func(u, v int) bool {
		return u >= 0 && u < meshU && v >= 0 && v < meshV && free[cellAt(u, v)] && u != riverU && u != riverU-1
	}
	var best span
	for _, c := range cells {
		u0, v0 := cellUV(c)
		w := maxW
		for h := 1; h <= maxH; h++ {
			run := 0
			for run < w && ok(u0+run, v0+h-1) {
				run++
			}
			w = run
			if w == 0 {
				break
			}
			if w*h > best.w*best.h || w*h == best.w*best.h && abs(w-h) < abs(best.w-best.h) {
				best = span{u0, v0, w, h}
			}
		}
	}
	return best
}

func abs(n int) int { return max(n, -n) }

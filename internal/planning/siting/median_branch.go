package siting

import (
	"math"
	"slices"
)

// medianNode is a node of the search tree: what it has fixed, its multipliers to begin from, its bound and the site to branch on.
type medianNode struct {
	must, shut []bool
	u          []float64
	bound      int64
	next       int32
}

func (s *medianSearch) keep(b int64) medianNode {
	return medianNode{slices.Clone(s.must), slices.Clone(s.shut), slices.Clone(s.u), b, s.doubtful()}
}

func (s *medianSearch) load(x *medianNode) {
	copy(s.must, x.must)
	copy(s.shut, x.shut)
	copy(s.u, x.u)
}

// branch searches the tree, the node of the lowest bound first, until no bound is below the best value or the nodes that were
// allowed are used up.
func (s *medianSearch) branch() error {
	open := []medianNode{s.keep(s.bound)}
	for len(open) > 0 {
		k := 0
		for i := range open {
			if open[i].bound < open[k].bound {
				k = i
			}
		}
		top := open[k]
		if s.bound = top.bound; top.bound >= s.value {
			s.bound = s.value
			return nil
		}
		if s.nodes >= s.o.Nodes || s.work > medianWork {
			return s.stopped()
		}
		open = slices.Delete(open, k, k+1)
		if top.next < 0 {
			continue // its one choice was tried
		}
		for _, opening := range []bool{true, false} {
			s.load(&top)
			if opening {
				s.must[top.next] = true
			} else {
				s.shut[top.next] = true
			}
			s.nodes++
			if !possible(s.must, s.shut, s.p) {
				continue
			}
			b, err := s.climb(200, s.nodes%16 < 2)
			if err != nil {
				return err
			}
			if b = max(b, top.bound); b < s.value {
				open = append(open, s.keep(b))
			}
		}
	}
	s.bound = s.value
	return nil
}

// doubtful gives the free site that was chosen most nearly half of the time lately: both ways of it raise the bound. −1 when none is
// free.
func (s *medianSearch) doubtful() int32 {
	best, least := int32(-1), math.Inf(1)
	for _, j := range s.free {
		if d := math.Abs(s.freq[j] - 0.5); d < least {
			best, least = j, d
		}
	}
	return best
}

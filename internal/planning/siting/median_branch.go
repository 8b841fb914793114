package siting

import (
	"math"
	"slices"
)

// branch searches the tree, the node of the lowest bound first, until no bound is below the best value or the nodes that were
// allowed are used up.
func (s *medianSearch) branch() error {
	save := func(b int64) state { return state{slices.Clone(s.must), slices.Clone(s.shut), slices.Clone(s.u), b} }
	load := func(x state) {
		copy(s.must, x.must)
		copy(s.shut, x.shut)
		copy(s.u, x.u)
	}
	open := []state{save(s.bound)}
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
		if s.nodes >= s.o.Nodes {
			return s.stopped()
		}
		open = slices.Delete(open, k, k+1)
		load(top)
		j := s.doubtful()
		if j < 0 {
			s.from(slices.Clone(s.order[:s.p]))
			continue
		}
		for _, opening := range []bool{true, false} {
			load(top)
			if opening {
				s.must[j] = true
			} else {
				s.shut[j] = true
			}
			s.nodes++
			if !possible(s.must, s.shut, s.p) {
				continue
			}
			b, err := s.climb(90, s.nodes%8 < 2)
			if err != nil {
				return err
			}
			if b = max(b, top.bound); b < s.value {
				open = append(open, save(b))
			}
		}
	}
	s.bound = s.value
	return nil
}

// doubtful gives the free site that saves most among those not chosen for certain: the one nearest to the border between chosen
// and not chosen; −1 when none is free.
func (s *medianSearch) doubtful() int32 {
	s.relaxed(s.u)
	best, least := int32(-1), math.Inf(1)
	if s.p >= s.n {
		return best
	}
	border := (s.rho[s.order[s.p-1]] + s.rho[s.order[s.p]]) / 2
	if math.IsInf(border, 0) || math.IsNaN(border) {
		border = s.rho[s.order[s.p-1]]
	}
	for _, j := range s.order {
		if s.must[j] || s.shut[j] {
			continue
		}
		if d := math.Abs(s.rho[j] - border); d < least {
			best, least = j, d
		}
	}
	return best
}

package siting

import (
	"math"
	"slices"
)

// state is what a node of the search tree has fixed, with its multipliers to begin from.
type state struct {
	must, shut []bool
	u          []float64
	bound      int64
}

func (s *coverSearch) save(bound int64) state {
	return state{slices.Clone(s.must), slices.Clone(s.shut), slices.Clone(s.u), bound}
}

func (s *coverSearch) load(x state) {
	copy(s.must, x.must)
	copy(s.shut, x.shut)
	copy(s.u, x.u)
}

// branch searches the tree, the node of the highest bound first, until no bound is above the best value or the nodes that
// were allowed are used up. The bound of the whole is that of the best node left.
func (s *coverSearch) branch() error {
	open := []state{s.save(s.bound)}
	for len(open) > 0 {
		k := 0
		for i := range open {
			if open[i].bound > open[k].bound {
				k = i
			}
		}
		top := open[k]
		s.bound = top.bound
		if top.bound <= s.value {
			s.bound = s.value
			return nil
		}
		if s.nodes >= s.o.Nodes || s.work > mostWork {
			return s.stopped()
		}
		open = slices.Delete(open, k, k+1)
		s.load(top)
		j := s.doubtful()
		if j < 0 { // nothing is open any more: the one choice left was tried
			s.from(s.chosen())
			continue
		}
		for _, opening := range []bool{true, false} {
			s.load(top)
			if opening {
				s.must[j] = true
			} else {
				s.shut[j] = true
			}
			s.nodes++
			if !possible(s.must, s.shut, s.p) {
				continue
			}
			b, err := s.descend(90, false)
			if err != nil {
				return err
			}
			if s.nodes%8 == 0 || s.nodes < 8 {
				s.from(s.chosen())
			}
			if b = min(b, top.bound); b > s.value {
				open = append(open, s.save(b))
			}
		}
	}
	s.bound = s.value
	return nil
}

// possible reports whether p sites can be chosen with what is fixed.
func possible(must, shut []bool, p int) bool {
	open, may := 0, 0
	for j := range must {
		if must[j] {
			open++
		}
		if !shut[j] {
			may++
		}
	}
	return open <= p && may >= p
}

// doubtful gives the free site whose score lies nearest to the border between chosen and not chosen, weighed by how undecided
// it was lately; −1 when none is free.
func (s *coverSearch) doubtful() int32 {
	s.relaxed(s.u)
	best, least := int32(-1), math.Inf(1)
	if s.p >= s.n {
		return best
	}
	border := s.score[s.order[s.p-1]]
	if border > 1e14 {
		border = s.score[s.order[s.p]]
	}
	for _, j := range s.order {
		if s.must[j] || s.shut[j] {
			continue
		}
		d := math.Abs(s.score[j]-border)/math.Max(1, border) + 0.5*math.Abs(s.smooth[j]-0.5)
		if d < least {
			best, least = j, d
		}
	}
	return best
}

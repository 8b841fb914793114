package siting

import (
	"math"
	"slices"
)

// descend lowers the Lagrangian bound of the present node by subgradient steps (Held, Wolfe and Crowder 1974, with the direction
// smoothed after Camerini, Fratta and Maffioli 1975). Relaxed is that a row counts only when somebody covers it:
//
//	L(u) = Σ (w_i − u_i)⁺ + Σ_{j chosen} Σ_{i covered by j} u_i,   0 ≤ u_i ≤ w_i,
//
// whose smallest value is that of the linear relaxation. It gives the node's bound, rounded down, and fixes the sites whose
// opening or closing would bring the bound below the best value. primal lets it try the choices it meets as beginnings.
func (s *coverSearch) descend(rounds int, primal bool) (int64, error) {
	best := math.Inf(1)
	theta, since := 1.2, 0
	u := slices.Clone(s.u)
	bestU := slices.Clone(s.u)
	clear(s.grad)
	for round := range rounds {
		s.rounds++
		l := s.relaxed(u)
		if l < best-1e-7*math.Abs(best) || math.IsInf(best, 1) {
			if l < best-1e-4*math.Abs(best) {
				since = 0
			}
			best = l
			copy(bestU, u)
		}
		if floor(best) <= s.value {
			break
		}
		if since++; since > 60 {
			since = 0
			if theta *= 0.7; theta < 0.001 {
				break
			}
		}
		if primal && (round%25 == 24 || round == 8) {
			s.from(s.chosen())
		}
		if round%16 == 15 {
			s.tell(best)
		}
		if err := s.stopped(); err != nil {
			return 0, err
		}
		s.step(u, l, theta)
	}
	copy(s.u, bestU)
	s.relaxed(s.u)
	s.fix(best)
	return floor(best), nil
}

// floor rounds a bound down to whole weights, with room for rounding errors of the sums.
func floor(b float64) int64 { return int64(math.Floor(b + 1e-6*math.Max(1, math.Abs(b)*1e-6))) }

// relaxed computes L(u), the scores of the sites, and who is chosen: the first of order, as many as p.
func (s *coverSearch) relaxed(u []float64) float64 {
	clear(s.score)
	s.work += int64(len(s.rowBy))
	l := 0.0
	for i, w := range s.weight {
		l += float64(w) - u[i]
		if u[i] == 0 {
			continue
		}
		for _, j := range s.row(i) {
			s.score[j] += u[i]
		}
	}
	for j := range s.score {
		if s.must[j] {
			s.score[j] += 1e15 // before all others
		} else if s.shut[j] {
			s.score[j] = -1
		}
	}
	s.arrange()
	for _, j := range s.order[:s.p] {
		if l += s.score[j]; s.must[j] {
			l -= 1e15
		}
	}
	return l
}

// arrange brings the p highest scores to the front of order, the p-th at its place and the next behind it.
func (s *coverSearch) arrange() {
	front(s.order, s.p, func(a, b int32) bool { return s.score[a] > s.score[b] || s.score[a] == s.score[b] && a < b })
}

// front brings the p first of l to its front, the p-th at its place and the next right behind it, by quickselect.
func front(l []int32, p int, before func(a, b int32) bool) {
	lo, hi := 0, len(l)-1
	for lo < hi {
		v := l[(lo+hi)/2]
		i, j := lo, hi
		for i <= j {
			for before(l[i], v) {
				i++
			}
			for before(v, l[j]) {
				j--
			}
			if i <= j {
				l[i], l[j] = l[j], l[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case p-1 <= j:
			hi = j
		case p-1 >= i:
			lo = i
		default:
			lo = hi // the p-th stands between the two parts
		}
	}
	for k := range min(p, len(l)) {
		if before(l[p-1], l[k]) {
			l[p-1], l[k] = l[k], l[p-1]
		}
	}
	for k := p; k < len(l); k++ {
		if before(l[k], l[p]) {
			l[p], l[k] = l[k], l[p]
		}
	}
}

func (s *coverSearch) chosen() []int32 { return slices.Clone(s.order[:s.p]) }

// step moves the multipliers against the subgradient: down where a row is covered more often than it counts, up where nobody
// covers it.
func (s *coverSearch) step(u []float64, l, theta float64) {
	clear(s.cnt)
	for _, j := range s.order[:s.p] {
		s.smooth[j] += 0.05 * (1 - s.smooth[j])
		for _, i := range s.col(j) {
			s.cnt[i]++
		}
	}
	for _, j := range s.order[s.p:] {
		s.smooth[j] *= 0.95
	}
	norm := 0.0
	for i, w := range s.weight {
		g := float64(s.cnt[i])
		if u[i] < float64(w) {
			g--
		}
		d := g + 0.95*s.grad[i]
		if u[i] <= 0 && d > 0 || u[i] >= float64(w) && d < 0 {
			d = 0 // the bound on u holds it
		}
		s.grad[i] = d
		norm += d * d
	}
	if norm == 0 {
		return
	}
	t := theta * (l - float64(s.value)) / norm
	if t <= 0 {
		t = theta * math.Max(1, math.Abs(l)*1e-6) / norm
	}
	for i, w := range s.weight {
		if s.grad[i] != 0 {
			u[i] = math.Min(float64(w), math.Max(0, u[i]-t*s.grad[i]))
		}
	}
}

// fix opens and closes for good, at this node and below, the sites of which the bound says that the other way is no better than
// the best value.
func (s *coverSearch) fix(l float64) {
	if s.p >= s.n {
		return
	}
	last, next := s.score[s.order[s.p-1]], s.score[s.order[s.p]]
	if s.shut[s.order[s.p]] {
		next = math.Inf(-1)
	}
	for k, j := range s.order {
		switch {
		case s.must[j] || s.shut[j]:
		case k < s.p && floor(l-s.score[j]+next) <= s.value:
			s.must[j] = true
		case k >= s.p && last < 1e14 && floor(l-last+s.score[j]) <= s.value:
			s.shut[j] = true
		}
	}
}

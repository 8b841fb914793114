package partition

import "slices"

// off is how far part p is out of its bounds.
func (r *refiner) off(p int32) int32 { return max(0, r.lo[p]-r.pw[p], r.pw[p]-r.hi[p]) }

// dev is how far part p is from the middle of its bounds, doubled.
func (r *refiner) dev(p int32) int64 {
	return 2*int64(r.pw[p]) - int64(r.lo[p]) - int64(r.hi[p])
}

// bad gives the parts that are out of their bounds.
func (r *refiner) bad() (list []int32) {
	if r.paired {
		for _, p := range r.only {
			if r.off(p) > 0 {
				list = append(list, p)
			}
		}
		return list
	}
	for p := range r.pw {
		if r.off(int32(p)) > 0 {
			list = append(list, int32(p))
		}
	}
	return list
}

// relief is the best move of v that helps a part out of bounds. A mild one leaves less out of bounds in all; otherwise it need only
// bring the two parts' loads closer to each other, and what it overfills hands on in turn: the sum of squared loads falls with
// every move, so that load runs off like heat (diffusion on the quotient graph, after Cybenko) and the search ends.
func (r *refiner) relief(v int32, mild bool) (gain int64, to int32) {
	p, w := r.part[v], r.l.w[v]
	to = -1
	if w == 0 || r.paired && p != r.only[0] && p != r.only[1] {
		return 0, -1
	}
	own := r.tally(v)
	over := r.pw[p] > r.hi[p]
	for _, q := range r.near {
		c := r.conn[q]
		r.conn[q] = 0
		if r.paired && q != r.only[0] && q != r.only[1] {
			continue
		}
		if !over && r.pw[q] >= r.lo[q] || mild && r.shift(p, q, w) >= 0 || !mild && r.dev(p)-r.dev(q) <= 2*int64(w) {
			continue
		}
		g := r.worth(v, p, q, c-own)
		if to < 0 || g > gain || g == gain && r.dev(q) < r.dev(to) {
			gain, to = g, q
		}
	}
	return gain, to
}

// shift is how much more the parts p and q are out of their bounds once weight w has gone from p to q.
func (r *refiner) shift(p, q, w int32) int32 {
	return max(0, r.lo[p]-r.pw[p]+w, r.pw[p]-w-r.hi[p]) + max(0, r.lo[q]-r.pw[q]-w, r.pw[q]+w-r.hi[q]) - r.off(p) - r.off(q)
}

// balance moves vertices out of parts that are too heavy and into those that are too light, at the least loss of cut, in at most
// rounds rounds: mildly at first, then by diffusion, which is taken back when it ends with more parts out of bounds. It gives how
// many remain so.
func (r *refiner) balance(rounds int) int {
	left := len(r.bad())
	for i := 0; i < rounds && left > 0 && r.relieve(true); i++ {
		left = len(r.bad())
	}
	if left == 0 {
		return 0
	}
	kept := slices.Clone(r.part)
	for i := 0; i < rounds && r.relieve(false); i++ {
	}
	if now := len(r.bad()); now < left {
		return now
	}
	r.restore(kept)
	return left
}

// restore goes back to a partition that was kept.
func (r *refiner) restore(kept []int32) {
	for v, p := range kept {
		if r.part[v] != p {
			r.move(int32(v), p)
			r.candidate(int32(v))
			for _, a := range r.l.arcs[r.l.first[v]:r.l.first[v+1]] {
				r.candidate(a.To)
			}
		}
	}
}

// relieve is one round of balance; false when nothing was moved.
func (r *refiner) relieve(mild bool) bool {
	r.prune()
	r.turn++
	r.heap = r.heap[:0]
	for _, v := range r.cand {
		if g, to := r.relief(v, mild); to >= 0 {
			r.enter(v, to, g)
		}
	}
	moved := false
	for len(r.heap) > 0 {
		e := r.pop()
		s := &r.slot[e.v]
		if s.wait != r.turn || s.gain != e.gain {
			continue
		}
		g, to := r.relief(e.v, mild)
		s.wait = 0
		if to < 0 {
			continue
		}
		if g < e.gain {
			r.enter(e.v, to, g)
			continue
		}
		if !r.guard(e.v, 1000) {
			continue
		}
		r.move(e.v, to)
		r.candidate(e.v)
		moved = true
		for _, a := range r.l.arcs[r.l.first[e.v]:r.l.first[e.v+1]] {
			r.candidate(a.To)
			if g, to := r.relief(a.To, mild); to >= 0 {
				r.enter(a.To, to, g)
			}
		}
	}
	return moved
}

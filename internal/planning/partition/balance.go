package partition

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

// relief is the best move of v that helps a part out of bounds and brings the two parts' loads closer to each other. What it
// overfills hands on in turn: the sum of squared loads falls with every move, so that load runs off like heat (diffusion on the
// quotient graph, after Cybenko) and the search ends.
func (r *refiner) relief(v int32) (gain int64, to int32) {
	p, w := r.part[v], int64(r.l.w[v])
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
		if !over && r.pw[q] >= r.lo[q] || r.dev(p)-r.dev(q) <= 2*w {
			continue
		}
		g := r.worth(v, p, q, c-own)
		if to < 0 || g > gain || g == gain && r.dev(q) < r.dev(to) {
			gain, to = g, q
		}
	}
	return gain, to
}

// balance moves vertices out of parts that are too heavy and into those that are too light, at the least loss of cut, in at most
// rounds rounds. It gives how many parts remain out of bounds.
func (r *refiner) balance(rounds int) int {
	left := len(r.bad())
	for ; left > 0 && rounds > 0; rounds-- {
		r.prune()
		r.turn++
		r.heap = r.heap[:0]
		for _, v := range r.cand {
			if g, to := r.relief(v); to >= 0 {
				r.enter(v, g)
			}
		}
		moved := 0
		for len(r.heap) > 0 {
			e := r.pop()
			if r.wait[e.v] != r.turn || r.gain[e.v] != e.gain {
				continue
			}
			g, to := r.relief(e.v)
			r.wait[e.v] = 0
			if to < 0 {
				continue
			}
			if g < e.gain {
				r.enter(e.v, g)
				continue
			}
			if !r.guard(e.v, 1000) {
				continue
			}
			r.move(e.v, to)
			r.candidate(e.v)
			moved++
			for _, a := range r.l.arcs[r.l.first[e.v]:r.l.first[e.v+1]] {
				r.candidate(a.To)
				if g, to := r.relief(a.To); to >= 0 {
					r.enter(a.To, g)
				}
			}
		}
		left = len(r.bad())
		if moved == 0 {
			break
		}
	}
	return left
}

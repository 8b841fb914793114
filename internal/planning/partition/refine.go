package partition

import "slices"

// refiner holds a partition of one level and improves it. Every move passes the guard, so parts that are connected stay so; they
// stay so on the next finer level too, since clusters are connected.
type refiner struct {
	l      *level
	part   []int32
	pw     []int32 // weight of each part
	lo, hi []int32 // bounds of each part
	rnd    rng
	terms  *terms // what counts beyond the cut; nil for nothing
	only   [2]int32
	paired bool // moves only between the parts of only
	loose  bool // parts may fall apart for now

	conn   []int32 // weight of a vertex's arcs to each part; zero outside tally
	near   []int32 // parts that tally found
	cand   []int32 // a superset of the boundary
	inCand []bool

	heap  []entry
	slot  []slot
	turn  uint32
	round uint32
	seeds []int32
	moves []move
	age   uint32 // moves ever made, by which a gain tells whether it is still true

	work  int64    // vertices that chains and recombination may still look at: bounds that cannot be met must not cost for ever
	seen  []uint32 // marks of the guard
	mark  uint32
	queue []int32
}

type entry struct {
	gain int64
	v    int32
}

// slot is what a search knows of a vertex, side by side, since it is asked for together.
type slot struct {
	gain int64  // gain under which the vertex waits in the heap, when wait is this search's
	wait uint32 // search in which gain is valid
	lock uint32 // round in which the vertex was moved
	age  uint32 // when gain was reckoned
	to   int32  // where it would go
}

type move struct{ v, from int32 }

func newRefiner(l *level, part []int32, parts int, lo, hi []int32, rnd rng) *refiner {
	r := &refiner{l: l, part: part, lo: lo, hi: hi, rnd: rnd, pw: make([]int32, parts), conn: make([]int32, parts)}
	r.room(l.n)
	for v, p := range part {
		r.pw[p] += l.w[v]
	}
	return r
}

// room makes the working columns as long as the finest level that is to come. Marks of coarser levels stay behind in them: each
// search, round and guard has a number of its own.
func (r *refiner) room(n int32) {
	r.inCand, r.slot, r.seen = make([]bool, n), make([]slot, n), make([]uint32, n)
}

// finer carries the partition to the finer level; the boundary is looked for only below the coarser one.
func (r *refiner) finer(l *level) {
	part := make([]int32, l.n)
	r.mark += 2
	for _, v := range r.cand {
		r.inCand[v] = false
		if r.onBoundary(v) {
			r.seen[v] = r.mark
		}
	}
	old := r.part
	r.l, r.part, r.cand = l, part, r.cand[:0]
	for v, d := range l.down {
		part[v] = old[d]
		if r.seen[d] == r.mark && r.onBoundaryOf(int32(v), old) {
			r.candidate(int32(v))
		}
	}
}

// onBoundaryOf is onBoundary by the parts of the coarser level.
func (r *refiner) onBoundaryOf(v int32, old []int32) bool {
	down := r.l.down
	p := old[down[v]]
	for _, a := range r.l.arcs[r.l.first[v]:r.l.first[v+1]] {
		if old[down[a.To]] != p {
			return true
		}
	}
	return false
}

// scan finds the boundary anew.
func (r *refiner) scan() {
	clear(r.inCand)
	r.cand = r.cand[:0]
	for v := range r.l.n {
		if r.onBoundary(v) {
			r.candidate(v)
		}
	}
}

// prune drops candidates that are inside their part.
func (r *refiner) prune() {
	kept := r.cand[:0]
	for _, v := range r.cand {
		if r.onBoundary(v) {
			kept = append(kept, v)
		} else {
			r.inCand[v] = false
		}
	}
	r.cand = kept
}

func (r *refiner) candidate(v int32) {
	if !r.inCand[v] {
		r.inCand[v] = true
		r.cand = append(r.cand, v)
	}
}

func (r *refiner) onBoundary(v int32) bool {
	p := r.part[v]
	for _, a := range r.l.arcs[r.l.first[v]:r.l.first[v+1]] {
		if r.part[a.To] != p {
			return true
		}
	}
	return false
}

// tally counts the arcs of v to other parts into conn and near, and gives those to its own; the caller clears conn.
func (r *refiner) tally(v int32) (own int32) {
	p := r.part[v]
	near := r.near[:0]
	for _, a := range r.l.arcs[r.l.first[v]:r.l.first[v+1]] {
		q := r.part[a.To]
		if q == p {
			own += a.Weight
			continue
		}
		if r.conn[q] == 0 {
			near = append(near, q)
		}
		r.conn[q] += a.Weight
	}
	r.near = near
	return own
}

// best gives the part to which v goes with the most gain within the bounds, or -1. Of equal ones the lightest. Nearly every vertex
// touches one other part at most, which needs no count of parts.
func (r *refiner) best(v int32) (gain int64, to int32) {
	part := r.part
	p, w := part[v], r.l.w[v]
	if r.paired && p != r.only[0] && p != r.only[1] || r.pw[p]-w < r.lo[p] {
		return 0, -1
	}
	diff, to := int32(0), int32(-1)
	for _, a := range r.l.arcs[r.l.first[v]:r.l.first[v+1]] {
		switch q := part[a.To]; q {
		case p:
			diff -= a.Weight
		case to:
			diff += a.Weight
		default:
			if to >= 0 {
				return r.bestOf(v)
			}
			diff, to = diff+a.Weight, q
		}
	}
	if to < 0 || r.pw[to]+w > r.hi[to] || r.paired && to != r.only[0] && to != r.only[1] {
		return 0, -1
	}
	return r.worth(v, p, to, diff), to
}

// bestOf is best for a vertex that touches several parts.
func (r *refiner) bestOf(v int32) (gain int64, to int32) {
	p, w := r.part[v], r.l.w[v]
	own := r.tally(v)
	to = -1
	for _, q := range r.near {
		c := r.conn[q]
		r.conn[q] = 0
		if r.pw[q]+w > r.hi[q] || r.paired && q != r.only[0] && q != r.only[1] {
			continue
		}
		g := r.worth(v, p, q, c-own)
		if to < 0 || g > gain || g == gain && r.pw[q] < r.pw[to] {
			gain, to = g, q
		}
	}
	return gain, to
}

// worth is the gain of moving v from p to q when diff is the weight of its arcs to q less those to p.
func (r *refiner) worth(v, p, q, diff int32) int64 {
	if r.terms == nil {
		return int64(diff)
	}
	return int64(diff)*unit + r.terms.gain(r.l, v, p, q)
}

// move puts v into part q.
func (r *refiner) move(v, q int32) {
	p, w := r.part[v], r.l.w[v]
	r.age++
	r.part[v] = q
	r.pw[p] -= w
	r.pw[q] += w
	if r.terms != nil {
		r.terms.move(r.l, v, p, q)
	}
}

// guard reports whether the part of v stays connected and not empty without it. It looks at most a little around v, first among
// its neighbours alone, which settles nearly all cases in a planar graph; what it cannot see it refuses.
func (r *refiner) guard(v int32, reach int) bool {
	l, p := r.l, r.part[v]
	r.mark += 2
	sought, first := 0, int32(-1)
	for _, a := range l.arcs[l.first[v]:l.first[v+1]] {
		if r.part[a.To] == p {
			r.seen[a.To] = r.mark // sought, not found yet
			sought++
			first = a.To
		}
	}
	if sought <= 1 {
		return sought == 1
	}
	found := 1
	q := append(r.queue[:0], first)
	r.seen[first] = r.mark + 1
	for i := 0; i < len(q) && found < sought; i++ {
		for _, a := range l.arcs[l.first[q[i]]:l.first[q[i]+1]] {
			if r.seen[a.To] == r.mark {
				r.seen[a.To] = r.mark + 1
				q = append(q, a.To)
				found++
			}
		}
	}
	if found < sought {
		r.seen[v] = r.mark + 1
		for i := 0; i < len(q) && found < sought && len(q) < reach; i++ {
			for _, a := range l.arcs[l.first[q[i]]:l.first[q[i]+1]] {
				if r.part[a.To] != p || r.seen[a.To] == r.mark+1 {
					continue
				}
				if r.seen[a.To] == r.mark {
					found++
				}
				r.seen[a.To] = r.mark + 1
				q = append(q, a.To)
			}
		}
	}
	r.queue = q
	return found == sought
}

// stretch is how many seeds are put in random order at a time: far ones after one another would each be fetched from afar.
const stretch = 1024

// pass lets a localized search start at every vertex of the boundary that may gain at least least, in an order random among those
// near to each other (the k-way search of Sanders and Schulz). It gives the whole gain.
func (r *refiner) pass(patience, reach int, least int64) (total int64) {
	r.round++
	r.seeds = r.seeds[:0]
	r.movable(func(v, _ int32, g int64) {
		if g >= least {
			r.seeds = append(r.seeds, v)
		}
	})
	for s := range slices.Chunk(r.seeds, stretch) {
		shuffle(s, &r.rnd)
		for _, v := range s {
			if r.slot[v].lock == r.round {
				continue
			}
			if g, to := r.best(v); to >= 0 && g >= least {
				total += r.search(v, to, g, patience, reach)
			}
		}
	}
	return total
}

// movable tells of every vertex of the boundary that may move where to, and its gain; what has left the boundary is forgotten.
func (r *refiner) movable(tell func(v, to int32, gain int64)) {
	kept := r.cand[:0]
	for _, v := range r.cand {
		g, to := r.best(v)
		if to < 0 && !r.onBoundary(v) {
			r.inCand[v] = false
			continue
		}
		kept = append(kept, v)
		if to >= 0 {
			tell(v, to, g)
		}
	}
	r.cand = kept
}

// search climbs from one vertex: only what it has touched can be moved, even at a loss.
func (r *refiner) search(seed, to int32, g int64, patience, reach int) int64 {
	r.turn++
	r.heap = r.heap[:0]
	r.enter(seed, to, g)
	return r.climb(patience, reach)
}

// sweep is one search that starts at the whole boundary at once (Fiduccia and Mattheyses).
func (r *refiner) sweep(patience, reach int) int64 {
	r.round++
	r.turn++
	r.heap = r.heap[:0]
	r.movable(r.enter)
	return r.climb(patience, reach)
}

// climb moves the best vertex that waits, until patience moves have passed since the best state, and goes back to that.
func (r *refiner) climb(patience, reach int) int64 {
	r.moves = r.moves[:0]
	var sum, best int64
	kept := 0
	for len(r.heap) > 0 && len(r.moves)-kept < patience {
		e := r.pop()
		s := &r.slot[e.v]
		if s.wait != r.turn || s.gain != e.gain || s.lock == r.round {
			continue
		}
		s.wait = 0
		g, to := e.gain, s.to
		if s.age != r.age {
			if g, to = r.best(e.v); to < 0 {
				continue
			}
			if g < e.gain {
				r.enter(e.v, to, g)
				continue
			}
		}
		if !r.loose && !r.guard(e.v, reach) {
			continue
		}
		r.moves = append(r.moves, move{e.v, r.part[e.v]})
		r.move(e.v, to)
		s.lock = r.round
		r.candidate(e.v)
		if sum += g; sum > best {
			best, kept = sum, len(r.moves)
		}
		r.touch(e.v)
	}
	r.undo(kept)
	return best
}

// touch enters the neighbours of a vertex that was moved.
func (r *refiner) touch(v int32) {
	for _, a := range r.l.arcs[r.l.first[v]:r.l.first[v+1]] {
		s := &r.slot[a.To]
		if s.lock == r.round {
			continue
		}
		if g, to := r.best(a.To); to >= 0 {
			r.candidate(a.To)
			r.enter(a.To, to, g)
		} else {
			s.wait = 0
		}
	}
}

// undo takes back the moves after the first keep, last one first: each state on the way was a connected one.
func (r *refiner) undo(keep int) {
	for i := len(r.moves) - 1; i >= keep; i-- {
		m := r.moves[i]
		r.slot[m.v].lock = 0
		r.move(m.v, m.from)
		for _, a := range r.l.arcs[r.l.first[m.v]:r.l.first[m.v+1]] {
			r.candidate(a.To)
		}
	}
	r.moves = r.moves[:keep]
}

// enter puts v into the heap under gain g, unless it waits there under the same.
func (r *refiner) enter(v, to int32, g int64) {
	s := &r.slot[v]
	if s.wait == r.turn && s.gain == g {
		return // with the age of then: it will be reckoned anew
	}
	s.wait, s.gain, s.age, s.to = r.turn, g, r.age, to
	h := append(r.heap, entry{g, v})
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 2
		if h[up].gain >= g {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = entry{g, v}
	r.heap = h
}

// pop takes the entry of the most gain.
func (r *refiner) pop() entry {
	h := r.heap
	top := h[0]
	n := len(h) - 1
	last := h[n]
	h = h[:n]
	for i := 0; n > 0; {
		c := 2*i + 1
		if c+1 < n && h[c+1].gain > h[c].gain {
			c++
		}
		if c >= n || h[c].gain <= last.gain {
			h[i] = last
			break
		}
		h[i] = h[c]
		i = c
	}
	r.heap = h
	return top
}

package partition

// link is a step of an ejection chain: vertex v goes between part and the part before it in the chain.
type link struct {
	part, before int32
	v            int32
	in           int32 // weight that comes in (or goes out, for a part that is too light) on this step
}

// chain mends one part out of bounds by an ejection chain (Glover): it hands a vertex to a neighbour, which hands one on, and so on
// to a part with room; for a part too light the other way round. The search is by breadth, so that few parts are disturbed, and
// every part but p ends within its bounds, or as it was.
func (r *refiner) chain(p int32) bool {
	over := r.pw[p] > r.hi[p]
	list, from := r.fringe()
	r.work -= int64(len(list))
	links := []link{{part: p, before: -1, v: -1}}
	seen := map[int32]bool{p: true}
	for i := 0; i < len(links) && len(links) < 2000 && r.work > 0; i++ {
		l := links[i]
		r.work -= 10 * int64(from[l.part+1]-from[l.part])
		best := map[int32]link{}
		var order []int32
		consider := func(v, q int32) {
			w := r.l.w[v]
			if seen[q] || w == 0 || !r.fits(l, w, over) {
				return
			}
			b, ok := best[q]
			if ok && b.in <= w {
				return
			}
			if !r.guard(v, 1000) {
				return
			}
			if !ok {
				order = append(order, q)
			}
			best[q] = link{part: q, before: int32(i), v: v, in: w}
		}
		for _, v := range list[from[l.part]:from[l.part+1]] {
			for _, a := range r.l.arcs[r.l.first[v]:r.l.first[v+1]] {
				if q := r.part[a.To]; q == l.part {
					continue
				} else if over {
					consider(v, q)
				} else {
					consider(a.To, q)
				}
			}
		}
		for _, q := range order {
			b := best[q]
			if over && r.pw[q]+b.in <= r.hi[q] || !over && r.pw[q]-b.in >= r.lo[q] {
				if r.pull(append(links[:len(links):len(links)], b), over) {
					return true
				}
				continue
			}
			seen[q] = true
			links = append(links, b)
		}
	}
	return false
}

// fits reports whether the part of l, once it has taken (given) its vertex, can give (take) one of weight w. The first part of a
// chain need only come nearer to its bounds.
func (r *refiner) fits(l link, w int32, over bool) bool {
	p := l.part
	if l.before < 0 {
		if over {
			return r.pw[p]-w >= r.lo[p]
		}
		return r.pw[p]+w <= r.hi[p]
	}
	if over {
		now := r.pw[p] + l.in - w
		return r.lo[p] <= now && now <= max(r.hi[p], r.pw[p])
	}
	now := r.pw[p] - l.in + w
	return min(r.lo[p], r.pw[p]) <= now && now <= r.hi[p]
}

// pull carries a chain out from its far end; false, and nothing changed, when a part would fall apart.
func (r *refiner) pull(links []link, over bool) bool {
	r.moves = r.moves[:0]
	for l := links[len(links)-1]; l.before >= 0; l = links[l.before] {
		v, to := l.v, l.part
		if !over {
			to = links[l.before].part
		}
		touches := false
		for _, a := range r.l.arcs[r.l.first[v]:r.l.first[v+1]] {
			touches = touches || r.part[a.To] == to
		}
		if !touches || !r.guard(v, 1000) {
			r.undo(0)
			return false
		}
		r.moves = append(r.moves, move{v, r.part[v]})
		r.move(v, to)
		r.candidate(v)
		for _, a := range r.l.arcs[r.l.first[v]:r.l.first[v+1]] {
			r.candidate(a.To)
		}
	}
	return true
}

// chains lets every part out of bounds try, until none can be mended further.
func (r *refiner) chains() {
	for _, p := range r.bad() {
		for tries := 0; r.off(p) > 0 && tries < 50 && r.work > 0 && r.chain(p); tries++ {
		}
	}
}

// fringe gives the boundary vertices of each part, those of part p at list[from[p]:from[p+1]].
func (r *refiner) fringe() (list, from []int32) {
	r.prune()
	from = make([]int32, len(r.pw)+1)
	for _, v := range r.cand {
		from[r.part[v]+1]++
	}
	for p := range r.pw {
		from[p+1] += from[p]
	}
	at := append([]int32(nil), from...)
	list = make([]int32, len(r.cand))
	for _, v := range r.cand {
		list[at[r.part[v]]] = v
		at[r.part[v]]++
	}
	return list, from
}

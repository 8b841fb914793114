package reach

// ball is what a search from a junction met.
type ball struct {
	of   int32
	at   []int32 // junctions
	away []uint32
	// By radius: the sum of what stands on the core, the chains that lie within the radius from every node of every chain at
	// this junction; and the rim, the other chains that begin within it.
	core []int64
	rim  [][]rimChain
}

// rimChain is a chain and how far its ends a and b are.
type rimChain struct {
	chain int32
	a, b  uint32
}

// balls is how many searches are remembered. Chains are walked in the order of the Hilbert curve, so that the other end of a
// chain was mostly searched from a moment ago.
const balls = 4096

// everywhere sums demand round every node.
type everywhere struct {
	n      *Network
	d      *Demand
	s      *Search
	radius []uint32
	margin []uint32 // by junction: the longest chain there that has inner nodes
	kept   []ball
	spare  ball
	a, b   []uint32 // by junction: distance from the ends of the chain in hand
	sums   []int64
	all    []int64 // for every node of the chain in hand
}

// Everywhere sums the demand within each radius (units, ascending) of every node. The answer holds len(radius) sums a node,
// in the network's Order. Searches run from junctions only: what the nodes inside a chain reach follows from the searches of
// its two ends, and differs between them only at the rim.
func (d *Demand) Everywhere(radius []uint32) []int64 {
	n := d.n
	k := len(radius)
	w := &everywhere{n: n, d: d, s: NewSearch(n), radius: radius, kept: make([]ball, balls), sums: make([]int64, len(n.at)*k), all: make([]int64, k),
		a: make([]uint32, n.junction), b: make([]uint32, n.junction), margin: make([]uint32, n.junction)}
	if k == 0 {
		return w.sums
	}
	for i := range w.a {
		w.a[i], w.b[i] = Unreachable, Unreachable
	}
	for i := range n.chains {
		if c := &n.chains[i]; c.from < c.to {
			w.margin[c.a], w.margin[c.b] = max(w.margin[c.a], c.length), max(w.margin[c.b], c.length)
		}
	}
	for i := range w.kept {
		w.kept[i].of = -1
	}
	next := 0 // chains are in the order of their ends a
	for u := range n.junction {
		p := w.ball(u)
		w.junction(u, p)
		load(w.a, p)
		for ; next < len(n.chains) && n.chains[next].a == u; next++ {
			if c := &n.chains[next]; c.from < c.to {
				w.chain(int32(next), p)
			}
		}
		unload(w.a, p)
	}
	return w.sums
}

func load(to []uint32, p *ball) {
	for i, v := range p.at {
		to[v] = p.away[i]
	}
}

func unload(to []uint32, p *ball) {
	for _, v := range p.at {
		to[v] = Unreachable
	}
}

// ball gives what lies round a junction. The pointer holds until another junction of the same remainder is asked for.
func (w *everywhere) ball(u int32) *ball {
	p := &w.kept[u%balls]
	if p.of != u {
		w.search(u, p)
	}
	return p
}

func (w *everywhere) search(u int32, p *ball) {
	s, k := w.s, len(w.radius)
	r := min(w.radius[k-1], maxLength)
	s.begin()
	s.improve(u, 0, r)
	s.spread(r)
	p.of, p.at, p.away = u, append(p.at[:0], s.met...), p.away[:0]
	if p.core == nil {
		p.core, p.rim = make([]int64, k), make([][]rimChain, k)
	}
	clear(p.core)
	for j := range p.rim {
		p.rim[j] = p.rim[j][:0]
	}
	for _, v := range s.met {
		p.away = append(p.away, s.distance[v])
	}
	margin := uint64(w.margin[u])
	s.chains(func(e, _, _ int32, a, b uint32) {
		there := &w.d.chains[e]
		if there.sum == 0 {
			return
		}
		worst, near := there.worst(a, b)+margin, min(a, b)
		for j, r := range w.radius {
			switch {
			case worst <= uint64(r):
				p.core[j] += there.sum
			case near <= r:
				p.rim[j] = append(p.rim[j], rimChain{e, a, b})
			}
		}
	})
	s.clear()
}

// junction sums round a junction.
func (w *everywhere) junction(u int32, p *ball) {
	k := len(w.radius)
	for j, r := range w.radius {
		sum := p.core[j]
		for i := range p.rim[j] {
			x := &p.rim[j][i]
			if there := &w.d.chains[x.chain]; there.worst(x.a, x.b) <= uint64(r) {
				sum += there.sum
			} else {
				sum += w.d.partly(there, x.a, x.b, r)
			}
		}
		w.sums[int(u)*k+j] = sum
	}
}

// chain sums round the nodes inside a chain, of whose end a the ball p is loaded. What stands on the core of a is within
// reach of all of them. What begins beyond the radius from a is in the rim of b, since it is nearer to b by the chain's
// length at most.
func (w *everywhere) chain(i int32, p *ball) {
	n, k := w.n, len(w.radius)
	c := &n.chains[i]
	other := p
	switch {
	case c.b == c.a:
	case c.b%balls == c.a%balls:
		other = &w.spare
		w.search(c.b, other)
	default:
		other = w.ball(c.b)
	}
	load(w.b, other)
	for j, r := range w.radius {
		w.all[j] = p.core[j]
		for _, x := range p.rim[j] {
			if x.chain != i {
				e := &n.chains[x.chain]
				w.add(c, j, x.chain, x.a, x.b, w.b[e.a], w.b[e.b])
			}
		}
		for _, x := range other.rim[j] {
			if e := &n.chains[x.chain]; w.a[e.a] > r && w.a[e.b] > r {
				w.add(c, j, x.chain, w.a[e.a], w.a[e.b], x.a, x.b)
			}
		}
	}
	unload(w.b, other)
	self := w.d.chains[i].worst(0, w.a[c.b]) + uint64(w.margin[c.a])
	endB, endA := w.a[c.b], w.a[c.b] // as far from each other, whichever way one looks
	for v := c.from; v < c.to; v++ {
		along := n.along[v-n.junction]
		for j := range w.radius {
			sum := w.sums[int(v)*k+j : int(v)*k+j+1]
			sum[0] += w.all[j]
			if self > uint64(w.radius[j]) { // else it was in the core
				w.d.own(i, min(along, endA+c.length-along), min(c.length-along, endB+along), along, 0, w.radius[j:j+1], sum)
			}
		}
	}
}

// add adds for every node inside chain c what stands within radius j on another, whose ends are ax and ay from c's end a, and
// bx and by from its end b. A node t units along c is min(t+da, length−t+db) from a place that is da and db from c's ends: at
// most half of length+da+db, so that many chains are within reach of all nodes of c or of none, and are counted once for all.
func (w *everywhere) add(c *chain, j int, other int32, ax, ay, bx, by uint32) {
	n, k, r, there := w.n, len(w.radius), w.radius[j], &w.d.chains[other]
	along := n.along[c.from-n.junction : c.to-n.junction]
	first, last := uint64(along[0]), uint64(along[len(along)-1])
	length := uint64(c.length)
	worstA, worstB := there.worst(ax, ay), there.worst(bx, by)
	switch {
	case min(worstA+last, worstB+length-first, (worstA+worstB+length+1)/2) <= uint64(r):
		w.all[j] += there.sum
	case min(first+uint64(min(ax, ay)), length-last+uint64(min(bx, by))) > uint64(r):
	default:
		for m, t := range along {
			da, db := min(t+ax, c.length-t+bx), min(t+ay, c.length-t+by)
			if min(da, db) <= r {
				w.sums[(int(c.from)+m)*k+j] += w.d.partly(there, da, db, r)
			}
		}
	}
}

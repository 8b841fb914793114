package reach

// ball is what a search from a junction met: junctions and their distances.
type ball struct {
	of   int32
	at   []int32
	away []uint32
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
	kept   []ball
	spare  ball
	a, b   []uint32 // by junction: distance from the ends of the chain in hand
	sums   []int64
}

// Everywhere sums the demand within each radius (units, ascending) of every node. The answer holds len(radius) sums a node,
// in the network's Order. Searches run from junctions only: what the nodes inside a chain reach follows from the searches of
// its two ends.
func (d *Demand) Everywhere(radius []uint32) []int64 {
	n := d.n
	k := len(radius)
	w := &everywhere{n: n, d: d, s: NewSearch(n), radius: radius, kept: make([]ball, balls), sums: make([]int64, len(n.at)*k)}
	if k == 0 {
		return w.sums
	}
	w.a, w.b = make([]uint32, n.junction), make([]uint32, n.junction)
	for i := range w.a {
		w.a[i], w.b[i] = Unreachable, Unreachable
	}
	for i := range w.kept {
		w.kept[i].of = -1
	}
	next := 0 // chains are in the order of their ends a
	for u := range n.junction {
		p := w.ball(u)
		load(w.a, p)
		w.junction(u, p)
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
	r := min(w.radius[len(w.radius)-1], maxLength)
	s := w.s
	s.begin()
	s.improve(u, 0, r)
	s.spread(r)
	p.of, p.at, p.away = u, append(p.at[:0], s.met...), p.away[:0]
	for _, v := range s.met {
		p.away = append(p.away, s.distance[v])
	}
	s.clear()
}

// junction sums round a junction, whose ball is loaded as a.
func (w *everywhere) junction(u int32, p *ball) {
	n, k := w.n, len(w.radius)
	sums := w.sums[int(u)*k : int(u)*k+k]
	for i, v := range p.at {
		for _, e := range n.arcs[n.first[v]:n.first[v+1]] {
			if e.to < v && w.a[e.to] < Unreachable {
				continue
			}
			if n.chains[e.chain].a == v {
				w.d.within(e.chain, p.away[i], w.a[e.to], w.radius, sums)
			} else {
				w.d.within(e.chain, w.a[e.to], p.away[i], w.radius, sums)
			}
		}
	}
}

// chain sums round the nodes inside a chain, of whose end a the ball p is loaded.
func (w *everywhere) chain(i int32, p *ball) {
	n := w.n
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
	for _, v := range p.at {
		w.round(i, v)
	}
	for _, v := range other.at {
		if w.a[v] == Unreachable {
			w.round(i, v)
		}
	}
	k := len(w.radius)
	for v := c.from; v < c.to; v++ {
		along := n.along[v-n.junction]
		w.d.own(i, min(along, w.b[c.a]+c.length-along), min(c.length-along, w.a[c.b]+along), along, 0, w.radius, w.sums[int(v)*k:int(v)*k+k])
	}
	unload(w.b, other)
}

// round adds, for every node inside chain i, what stands on the chains at junction v.
func (w *everywhere) round(i, v int32) {
	n, k := w.n, len(w.radius)
	c := &n.chains[i]
	for _, e := range n.arcs[n.first[v]:n.first[v+1]] {
		if e.chain == i || w.d.chains[e.chain].sum == 0 || e.to < v && (w.a[e.to] < Unreachable || w.b[e.to] < Unreachable) {
			continue
		}
		x, y := v, e.to
		if n.chains[e.chain].a != v {
			x, y = y, x
		}
		ax, bx, ay, by := w.a[x], w.b[x], w.a[y], w.b[y]
		for m := c.from; m < c.to; m++ {
			t := n.along[m-n.junction]
			w.d.within(e.chain, min(t+ax, c.length-t+bx), min(t+ay, c.length-t+by), w.radius, w.sums[int(m)*k:int(m)*k+k])
		}
	}
}

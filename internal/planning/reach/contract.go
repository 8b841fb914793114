package reach

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/paulmach/orb"
)

// contract finds junctions and chains. A ring without junction gets one at its node of the lowest number, and a chain that
// would grow longer than the scale of lengths ends early.
func (n *Network) contract(g *rawGraph) {
	count := int32(len(g.nodes))
	isJunction := make([]bool, count)
	walked := make([]bool, len(g.size))
	w := &walker{g: g, isJunction: isJunction, walked: walked}
	for v := range count {
		isJunction[v] = g.degree(v) != 2
	}
	for v := range count {
		if isJunction[v] {
			w.from(v)
		}
	}
	for v := range count { // what is left are rings
		if !isJunction[v] && !walked[g.side[g.first[v]]] {
			isJunction[v] = true
			w.from(v)
		}
	}
	n.number(g, w)
}

// walker follows chains from junctions.
type walker struct {
	g          *rawGraph
	isJunction []bool
	walked     []bool // by side
	chains     []rawChain
	inner      []int32
	along      []uint32
}

type rawChain struct {
	a, b     int32
	length   uint32
	from, to int32 // of inner
}

func (w *walker) from(v int32) {
	for i := w.g.first[v]; i < w.g.first[v+1]; i++ {
		if !w.walked[w.g.side[i]] {
			w.follow(v, i)
		}
	}
}

func (w *walker) follow(v, i int32) {
	g := w.g
	for {
		c := rawChain{a: v, from: int32(len(w.inner))}
		for {
			s := g.side[i]
			if c.length > maxLength-g.size[s] {
				break // begin another chain at the node where this one stands
			}
			w.walked[s] = true
			c.length += g.size[s]
			c.b = g.to[i]
			if w.isJunction[c.b] {
				break
			}
			w.inner, w.along = append(w.inner, c.b), append(w.along, c.length)
			if i = g.first[c.b]; g.side[i] == s {
				i++
			}
		}
		ended := w.isJunction[c.b]
		if !ended {
			w.isJunction[c.b] = true
			w.inner, w.along = w.inner[:len(w.inner)-1], w.along[:len(w.along)-1]
		}
		c.to = int32(len(w.inner))
		w.chains = append(w.chains, c)
		if ended {
			return
		}
		v = c.b
	}
}

// number gives nodes and chains their new numbers.
func (n *Network) number(g *rawGraph, w *walker) {
	order := hilbertOrder(g.nodes, w.isJunction)
	count := len(g.nodes)
	n.junction = int32(len(order))
	n.now, n.old, n.at = make([]int32, count), make([]int32, count), make([]orb.Point, count)
	put := func(new, old int32) { n.now[old], n.old[new], n.at[new] = new, old, g.nodes[old] }
	for i, v := range order {
		put(int32(i), v)
	}
	for i := range w.chains {
		c := &w.chains[i]
		c.a, c.b = n.now[c.a], n.now[c.b]
		if c.a > c.b {
			c.a, c.b = c.b, c.a
			slices.Reverse(w.inner[c.from:c.to])
			slices.Reverse(w.along[c.from:c.to])
			for k := c.from; k < c.to; k++ {
				w.along[k] = c.length - w.along[k]
			}
		}
	}
	slices.SortStableFunc(w.chains, func(x, y rawChain) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	n.chains = make([]chain, len(w.chains))
	n.along, n.inChain = make([]uint32, len(w.inner)), make([]int32, len(w.inner))
	next := n.junction
	for i, c := range w.chains {
		n.chains[i] = chain{c.a, c.b, c.length, next, next + c.to - c.from}
		for k := c.from; k < c.to; k++ {
			put(next, w.inner[k])
			n.along[next-n.junction], n.inChain[next-n.junction] = w.along[k], int32(i)
			next++
		}
	}
}

// link lists the chains at each junction and fits the queue's buckets to their lengths.
func (n *Network) link() {
	n.first = make([]int32, n.junction+1)
	for _, c := range n.chains {
		n.first[c.a+1]++
		if c.b != c.a {
			n.first[c.b+1]++
		}
	}
	for i := range n.junction {
		n.first[i+1] += n.first[i]
	}
	n.arcs = make([]arc, n.first[n.junction])
	next := slices.Clone(n.first[:n.junction])
	sum := uint64(0)
	for i, c := range n.chains {
		sum += uint64(c.length)
		n.arcs[next[c.a]] = arc{c.b, c.length, int32(i), false}
		next[c.a]++
		if c.b != c.a {
			n.arcs[next[c.b]] = arc{c.a, c.length, int32(i), true}
			next[c.b]++
		}
	}
	n.hops = make([]hop, len(n.arcs))
	for i, e := range n.arcs {
		n.hops[i] = hop{e.to, e.length}
	}
	n.shift = widthOf(sum, len(n.chains))
	n.less = newElimination(n, mostNeighbours)
}

// widthOf fits the queue's buckets to lengths: one a quarter of the mean wide seldom holds two nodes of which one improves the
// other.
func widthOf(sum uint64, count int) uint {
	return uint(max(0, bits.Len64(sum/uint64(max(1, count)))-3))
}

// hilbertOrder lists the chosen nodes along a Hilbert curve over their box.
func hilbertOrder(at []orb.Point, chosen []bool) []int32 {
	type keyed struct {
		key uint64
		v   int32
	}
	lo, hi := orb.Point{math.Inf(1), math.Inf(1)}, orb.Point{math.Inf(-1), math.Inf(-1)}
	for _, p := range at {
		lo, hi = orb.Point{min(lo[0], p[0]), min(lo[1], p[1])}, orb.Point{max(hi[0], p[0]), max(hi[1], p[1])}
	}
	size := max(hi[0]-lo[0], hi[1]-lo[1], 1e-12)
	var list []keyed
	for v, p := range at {
		if chosen[v] {
			list = append(list, keyed{hilbert(uint32((p[0]-lo[0])/size*65535), uint32((p[1]-lo[1])/size*65535)), int32(v)})
		}
	}
	slices.SortFunc(list, func(x, y keyed) int { return cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(x.v, y.v)) })
	out := make([]int32, len(list))
	for i, k := range list {
		out[i] = k.v
	}
	return out
}

// hilbert is the distance along the Hilbert curve of order 16 (Warren, Hacker's Delight, second edition, section 16-1).
func hilbert(x, y uint32) uint64 {
	d := uint64(0)
	for s := uint32(1 << 15); s > 0; s >>= 1 {
		rx, ry := uint32(0), uint32(0)
		if x&s != 0 {
			rx = 1
		}
		if y&s != 0 {
			ry = 1
		}
		d += uint64(s) * uint64(s) * uint64((3*rx)^ry)
		if ry == 0 {
			if rx == 1 {
				x, y = 65535-x, 65535-y
			}
			x, y = y, x
		}
	}
	return d
}

package reach

import (
	"cmp"
	"math"
	"slices"
)

// label is a distance in units and, below it, the number of a site. Labels compare as numbers: of sites equally far the one
// with the lowest number is the nearest, whatever the order of work.
type label uint64

// noLabel is beyond every label that stands for a path.
const noLabel = label(Unreachable)<<32 | math.MaxUint32

func newLabel(distance uint32, site int32) label { return label(distance)<<32 | label(uint32(site)) }

func (l label) distance() uint32 { return uint32(l >> 32) }

func (l label) plus(length uint32) label { return l + label(length)<<32 }

// Nearest is the nearest site of a location and how far it is in units; Site is -1 when none can be reached.
type Nearest struct {
	Site     int32
	Distance uint32
}

func (l label) nearest() Nearest {
	if l.distance() >= Unreachable {
		return Nearest{-1, Unreachable}
	}
	return Nearest{int32(uint32(l)), l.distance()}
}

// Field knows the nearest site of every location of a network. It is changed by Add and Remove; while it is not, it is safe
// for concurrent use.
type Field struct {
	n     *Network
	sites []Location
	gone  []bool
	label []label  // by junction
	on    []seat   // the sites by chain
	busy  []uint64 // by chain, a bit: there are sites on it
	q     queue
}

// seat is a site's place on its chain.
type seat struct {
	chain, site   int32
	along, beside uint32
}

// NewField finds the nearest of the sites, which are numbered as they stand in the list, for all locations: two sweeps over the
// junctions and between them one search from all sites at once over the few that the sweeps leave (Dijkstra 1959, with Dial's
// queue); what lies on chains follows from their ends by two sums.
func NewField(n *Network, sites []Location) *Field {
	f := &Field{n: n, sites: slices.Clone(sites), gone: make([]bool, len(sites)), label: make([]label, n.junction)}
	for i := range f.label {
		f.label[i] = noLabel
	}
	f.seat()
	for _, s := range f.on {
		a, b := f.ends(s.site)
		c := &n.chains[s.chain]
		f.label[c.a] = min(f.label[c.a], a)
		f.label[c.b] = min(f.label[c.b], b)
	}
	n.less.settle(f.label, &f.q)
	return f
}

// seat sorts the sites by their chains.
func (f *Field) seat() {
	f.on, f.busy = f.on[:0], make([]uint64, len(f.n.chains)/64+1)
	keys := make([]uint64, 0, len(f.sites))
	for i, l := range f.sites {
		if !f.gone[i] {
			f.busy[l.Chain/64] |= 1 << (l.Chain % 64)
			keys = append(keys, uint64(l.Chain)<<32|uint64(i))
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		l := &f.sites[uint32(k)]
		f.on = append(f.on, seat{l.Chain, int32(uint32(k)), l.Along, l.Beside})
	}
}

// ends gives the labels that a site lends to the ends of its chain.
func (f *Field) ends(site int32) (a, b label) {
	l := f.sites[site]
	c := &f.n.chains[l.Chain]
	return newLabel(l.Beside, site).plus(l.Along), newLabel(l.Beside, site).plus(c.length - l.Along)
}

func (f *Field) seed(site int32) {
	a, b := f.ends(site)
	c := &f.n.chains[f.sites[site].Chain]
	f.improve(c.a, a)
	f.improve(c.b, b)
}

func (f *Field) improve(v int32, l label) {
	if l < f.label[v] && l < noLabel {
		f.label[v] = l
		f.q.push(v, l.distance())
	}
}

// spread settles everything in the queue.
func (f *Field) spread() {
	n, labels := f.n, f.label
	distance := func(v int32) uint32 { return labels[v].distance() }
	for f.q.next(distance) {
		at := f.q.at
		for u := f.q.take(); u != none; u = f.q.take() {
			l := labels[u]
			if l.distance()>>n.shift != at {
				continue // settled in an earlier bucket
			}
			for _, e := range n.hops[n.first[u]:n.first[u+1]] {
				if m := l.plus(e.length); m < labels[e.to] {
					labels[e.to] = m
					f.q.push(e.to, m.distance())
				}
			}
		}
	}
}

// seats gives the sites on a chain.
func (f *Field) seats(c int32) []seat {
	if f.busy[c/64]>>(c%64)&1 == 0 {
		return nil
	}
	i, _ := slices.BinarySearchFunc(f.on, c, func(s seat, c int32) int { return cmp.Compare(s.chain, c) })
	j := i
	for j < len(f.on) && f.on[j].chain == c {
		j++
	}
	return f.on[i:j]
}

// At gives the nearest site of a location, the way beside the network at both ends counted in.
func (f *Field) At(l Location) Nearest {
	return f.labelAt(l.Chain, l.Along).plus(l.Beside).nearest()
}

// labelAt is the label of a place on a chain.
func (f *Field) labelAt(chain int32, along uint32) label {
	c := &f.n.chains[chain]
	best := min(f.label[c.a].plus(along), f.label[c.b].plus(c.length-along))
	for _, s := range f.seats(chain) {
		best = min(best, s.label(along))
	}
	return min(best, noLabel)
}

func (s *seat) label(along uint32) label {
	return newLabel(s.beside, s.site).plus(max(s.along, along) - min(s.along, along))
}

// NodeField is the nearest site of every node, in the network's Order.
type NodeField []label

// At gives the nearest site of a node by its position in the Order.
func (f NodeField) At(i int) Nearest { return f[i].nearest() }

// Nodes gives the nearest site of every node.
func (f *Field) Nodes() NodeField {
	n := f.n
	out := make(NodeField, len(n.at))
	copy(out, f.label)
	// What the ends of each chain lend to the nodes inside it; written down first for some chains, so that their nodes can be gone
	// through without asking where one chain ends and the next begins.
	var ends [256][2]label
	for first := 0; first < len(n.chains); first += len(ends) {
		chains := n.chains[first:min(first+len(ends), len(n.chains))]
		for i := range chains {
			c := &chains[i]
			ends[i] = [2]label{f.label[c.a], f.label[c.b].plus(c.length)}
		}
		from, to := chains[0].from, chains[len(chains)-1].to
		inner := out[from:to]
		along, inChain := n.along[from-n.junction:to-n.junction], n.inChain[from-n.junction:to-n.junction]
		along, inChain = along[:len(inner)], inChain[:len(inner)]
		for k := range inner {
			p, e := label(along[k])<<32, &ends[uint8(inChain[k])]
			inner[k] = min(e[0]+p, e[1]-p) // what no path leads to stays beyond noLabel
		}
	}
	for j := range f.on {
		s := &f.on[j]
		c := &n.chains[s.chain]
		for v := c.from; v < c.to; v++ {
			out[v] = min(out[v], s.label(n.along[v-n.junction]))
		}
	}
	return out
}

// Add puts one more site into the field and gives its number. Only what it is the nearest of is visited.
func (f *Field) Add(site Location) int32 {
	i := int32(len(f.sites))
	f.sites, f.gone = append(f.sites, site), append(f.gone, false)
	f.seat()
	f.q.reset(f.n.shift)
	f.seed(i)
	f.spread()
	return i
}

// Remove takes a site out of the field; its number is not used again. What it was the nearest of is given to the others from
// its border inwards. A site that is not there changes nothing.
func (f *Field) Remove(site int32) {
	if site < 0 || int(site) >= len(f.sites) || f.gone[site] {
		return
	}
	f.gone[site] = true
	f.seat()
	n := f.n
	lost := f.territory(site)
	f.q.reset(n.shift)
	for _, v := range lost {
		f.label[v] = noLabel
	}
	for _, v := range lost {
		best := noLabel
		for _, e := range n.arcs[n.first[v]:n.first[v+1]] {
			best = min(best, f.label[e.to].plus(e.length))
			for _, s := range f.seats(e.chain) {
				a, b := f.ends(s.site)
				if n.chains[e.chain].a == v {
					best = min(best, a)
				}
				if n.chains[e.chain].b == v {
					best = min(best, b)
				}
			}
		}
		// A neighbour may be of the territory and have its label already; whatever the order, labels only fall from here.
		f.improve(v, best)
	}
	f.spread()
}

// territory lists the junctions that a site is the nearest of: they hang together, beginning at the ends of its chain.
func (f *Field) territory(site int32) []int32 {
	n := f.n
	c := &n.chains[f.sites[site].Chain]
	var list []int32
	seen := map[int32]bool{}
	add := func(v int32) {
		if uint32(f.label[v]) == uint32(site) && f.label[v] < noLabel && !seen[v] {
			seen[v] = true
			list = append(list, v)
		}
	}
	add(c.a)
	add(c.b)
	for i := 0; i < len(list); i++ {
		for _, e := range n.arcs[n.first[list[i]]:n.first[list[i]+1]] {
			add(e.to)
		}
	}
	return list
}

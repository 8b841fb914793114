package reach

import (
	"math"
	"slices"
)

// Demand is people at locations of a network, ready to be summed by distance. It is immutable and safe for concurrent use.
type Demand struct {
	n      *Network
	chains []served
	points []person
	Total  int64
}

// served is what stands on one chain, as far as a sum over the whole of it needs.
type served struct {
	sum        int64
	length     uint32
	beside     uint32 // the farthest beside it
	fromA      uint32 // the farthest from the end a, with its way beside
	fromB      uint32
	first, end int32
}

type person struct {
	along, beside uint32
	count         int64
}

// NewDemand places counts at locations; counts are in whatever unit the caller sums in and none is negative. Locations that
// stand at the same spot are put together.
func NewDemand(n *Network, at []Location, count []int64) *Demand {
	d := &Demand{n: n, chains: make([]served, len(n.chains))}
	order := make([]int32, len(at))
	for i, l := range at {
		order[i] = int32(i)
		d.chains[l.Chain].end++
	}
	next := int32(0)
	for i := range d.chains {
		c := &d.chains[i]
		c.first, next = next, next+c.end
		c.end, c.length = c.first, n.chains[i].length
	}
	for i, l := range at {
		order[d.chains[l.Chain].end] = int32(i)
		d.chains[l.Chain].end++
	}
	d.points = make([]person, 0, len(at))
	for i := range d.chains {
		c := &d.chains[i]
		list := order[c.first:c.end]
		slices.SortStableFunc(list, func(x, y int32) int { return int(int64(at[x].Along) - int64(at[y].Along)) })
		c.first = int32(len(d.points))
		for _, k := range list {
			d.add(c, at[k], count[k])
		}
		c.end = int32(len(d.points))
		d.Total += c.sum
	}
	return d
}

func (d *Demand) add(c *served, l Location, count int64) {
	c.sum += count
	c.beside = max(c.beside, l.Beside)
	c.fromA = max(c.fromA, min(Unreachable, l.Along+l.Beside))
	c.fromB = max(c.fromB, min(Unreachable, c.length-l.Along+l.Beside))
	if k := len(d.points) - 1; k >= int(c.first) && d.points[k].along == l.Along && d.points[k].beside == l.Beside {
		d.points[k].count += count
		return
	}
	d.points = append(d.points, person{l.Along, l.Beside, count})
}

// within adds to sums, one for each radius in ascending order, what stands on a chain whose ends are a and b units away.
func (d *Demand) within(chain int32, a, b uint32, radius []uint32, sums []int64) {
	c := &d.chains[chain]
	if c.sum == 0 {
		return
	}
	worst := c.worst(a, b)
	near := min(a, b)
	for i, r := range radius {
		switch {
		case worst <= uint64(r):
			sums[i] += c.sum
		case near > r:
		default:
			sums[i] += d.partly(c, a, b, r)
		}
	}
}

// worst is at least as far as anything on the chain whose ends are a and b away. The farthest place from both ends lies where
// the two ways are equally long: (a+b+length)/2.
func (c *served) worst(a, b uint32) uint64 {
	return min(uint64(a)+uint64(c.fromA), uint64(b)+uint64(c.fromB), (uint64(a)+uint64(b)+uint64(c.length)+1)/2+uint64(c.beside))
}

// partly sums what of a chain lies within r.
func (d *Demand) partly(c *served, a, b, r uint32) int64 {
	sum := int64(0)
	for i := c.first; i < c.end; i++ {
		p := &d.points[i]
		if v := min(a+p.along, b+c.length-p.along); v <= r && p.beside <= r-v {
			sum += p.count
		}
	}
	return sum
}

// own is within for the chain on which the walk begins.
func (d *Demand) own(chain int32, a, b, along, beside uint32, radius []uint32, sums []int64) {
	c := &d.chains[chain]
	for i := c.first; i < c.end; i++ {
		p := &d.points[i]
		straight := beside + max(along, p.along) - min(along, p.along)
		away := min(uint64(a)+uint64(p.along), uint64(b)+uint64(c.length-p.along), uint64(straight)) + uint64(p.beside)
		for k, r := range radius {
			if away <= uint64(r) {
				sums[k] += p.count
			}
		}
	}
}

// Search walks outwards from one location at a time. It keeps its memory and is for one caller at a time.
type Search struct {
	n        *Network
	distance []uint32
	met      []int32
	q        queue
}

// NewSearch readies a search.
func NewSearch(n *Network) *Search {
	s := &Search{n: n, distance: make([]uint32, n.junction)}
	for i := range s.distance {
		s.distance[i] = Unreachable
	}
	s.q.reset(n.shift)
	return s
}

// run settles all junctions within the radius; clear must follow.
func (s *Search) run(l Location, radius uint32) {
	c := &s.n.chains[l.Chain]
	s.begin()
	s.improve(c.a, l.Beside+l.Along, radius)
	s.improve(c.b, l.Beside+c.length-l.Along, radius)
	s.spread(radius)
}

func (s *Search) begin() {
	s.met = s.met[:0]
	s.q.again()
}

func (s *Search) improve(v int32, d, radius uint32) {
	if d > radius || d >= s.distance[v] {
		return
	}
	if s.distance[v] == Unreachable {
		s.met = append(s.met, v)
	}
	s.distance[v] = d
	s.q.push(v, d)
}

func (s *Search) spread(radius uint32) {
	n := s.n
	of := func(v int32) uint32 { return s.distance[v] }
	for s.q.next(of) {
		at := s.q.at
		for u := s.q.take(); u != none; u = s.q.take() {
			d := s.distance[u]
			if d>>n.shift != at {
				continue
			}
			for _, e := range n.hops[n.first[u]:n.first[u+1]] {
				if x := d + e.length; x < s.distance[e.to] {
					s.improve(e.to, x, radius)
				}
			}
		}
	}
}

func (s *Search) clear() {
	for _, v := range s.met {
		s.distance[v] = Unreachable
	}
}

// Population sums the demand within each radius (units, ascending) of a location, into sums.
func (s *Search) Population(d *Demand, l Location, radius []uint32, sums []int64) {
	clear(sums)
	if len(radius) == 0 {
		return
	}
	s.run(l, min(radius[len(radius)-1], maxLength))
	c := &s.n.chains[l.Chain]
	d.own(l.Chain, s.distance[c.a], s.distance[c.b], l.Along, l.Beside, radius, sums)
	s.chains(func(e, u, w int32, a, b uint32) {
		if e != l.Chain {
			d.within(e, a, b, radius, sums)
		}
	})
	s.clear()
}

// chains calls each for every chain with an end that was met, with its ends and how far they are.
func (s *Search) chains(each func(chain, a, b int32, da, db uint32)) {
	n := s.n
	for _, u := range s.met {
		for _, e := range n.arcs[n.first[u]:n.first[u+1]] {
			if e.to < u && s.distance[e.to] < Unreachable {
				continue // told from its other end
			}
			if c := &n.chains[e.chain]; c.a == u {
				each(e.chain, u, e.to, s.distance[u], s.distance[e.to])
			} else {
				each(e.chain, e.to, u, s.distance[e.to], s.distance[u])
			}
		}
	}
}

// Stretch is a piece of a chain, from a distance from its end a to another.
type Stretch struct {
	Chain    int32
	From, To uint32
}

// Isochrone lists what of the network lies within a radius in units of a location, in the order of chains, the pieces of one
// chain apart.
func (s *Search) Isochrone(l Location, radius uint32) []Stretch {
	radius = min(radius, maxLength)
	s.run(l, radius)
	var out []Stretch
	s.chains(func(e, _, _ int32, a, b uint32) {
		if e != l.Chain {
			out = appendStretches(out, e, s.n.chains[e].length, a, b, radius, nil)
		}
	})
	c := &s.n.chains[l.Chain]
	if l.Beside <= radius {
		left := radius - l.Beside
		mid := Stretch{l.Chain, l.Along - min(l.Along, left), min(c.length, l.Along+left)}
		out = appendStretches(out, l.Chain, c.length, s.distance[c.a], s.distance[c.b], radius, &mid)
	}
	s.clear()
	slices.SortFunc(out, func(x, y Stretch) int {
		if x.Chain != y.Chain {
			return int(x.Chain) - int(y.Chain)
		}
		return int(int64(x.From) - int64(y.From))
	})
	return out
}

// appendStretches adds the pieces of a chain that are reached from its ends and, where the walk began on it, from within.
func appendStretches(out []Stretch, chain int32, length, a, b, radius uint32, mid *Stretch) []Stretch {
	parts := make([]Stretch, 0, 3)
	if a <= radius {
		parts = append(parts, Stretch{chain, 0, min(length, radius-a)})
	}
	if mid != nil {
		parts = append(parts, *mid)
	}
	if b <= radius {
		parts = append(parts, Stretch{chain, length - min(length, radius-b), length})
	}
	begin := len(out)
	for _, p := range parts {
		if k := len(out) - 1; k >= begin && out[k].To >= p.From {
			out[k].To = max(out[k].To, p.To)
			continue
		}
		out = append(out, p)
	}
	return out
}

// Walked gives how far one walks in some minutes at a speed in metres a minute, in units.
func Walked(minutes, speed float64) uint32 {
	if v := minutes * speed; v >= 0 && !math.IsNaN(v) {
		return Units(v)
	}
	return 0
}

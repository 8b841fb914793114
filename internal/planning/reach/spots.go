package reach

// Spots are numbered places on a network, ready to be met by searches. They are immutable and safe for concurrent use.
type Spots struct {
	first []int32 // by chain, into on
	on    []seat
}

// NewSpots places spots, which are numbered as they stand in the list.
func NewSpots(n *Network, at []Location) *Spots {
	p := &Spots{first: make([]int32, len(n.chains)+1), on: make([]seat, len(at))}
	for _, l := range at {
		p.first[l.Chain+1]++
	}
	for i := range n.chains {
		p.first[i+1] += p.first[i]
	}
	next := append([]int32(nil), p.first[:len(n.chains)]...)
	for i, l := range at {
		p.on[next[l.Chain]] = seat{l.Chain, int32(i), l.Along, l.Beside}
		next[l.Chain]++
	}
	return p
}

// Within calls each for every spot within a radius (units) of a location, with how far it is; in no order.
func (s *Search) Within(p *Spots, l Location, radius uint32, each func(spot int32, units uint32)) {
	radius = min(radius, maxLength)
	s.run(l, radius)
	own := &s.n.chains[l.Chain]
	a, b := s.distance[own.a], s.distance[own.b]
	for _, x := range p.on[p.first[l.Chain]:p.first[l.Chain+1]] {
		straight := uint64(l.Beside) + uint64(max(l.Along, x.along)-min(l.Along, x.along))
		if away := min(uint64(a)+uint64(x.along), uint64(b)+uint64(own.length-x.along), straight) + uint64(x.beside); away <= uint64(radius) {
			each(x.site, uint32(away))
		}
	}
	s.chains(func(e, _, _ int32, a, b uint32) {
		if e == l.Chain {
			return
		}
		length := s.n.chains[e].length
		for _, x := range p.on[p.first[e]:p.first[e+1]] {
			if away := min(uint64(a)+uint64(x.along), uint64(b)+uint64(length-x.along)) + uint64(x.beside); away <= uint64(radius) {
				each(x.site, uint32(away))
			}
		}
	})
	s.clear()
}

// Lines gives stretches as lines on Earth.
func (n *Network) Lines(l []Stretch) [][][2]float64 {
	out := make([][][2]float64, 0, len(l))
	for _, s := range l {
		c := &n.chains[s.Chain]
		p := n.place(s.Chain, s.From)
		line := [][2]float64{p}
		for k := int32(1); k <= c.to-c.from; k++ {
			if at, x := n.corner(c, k); x > s.From && x < s.To {
				line = append(line, at)
			}
		}
		out = append(out, append(line, n.place(s.Chain, s.To)))
	}
	return out
}

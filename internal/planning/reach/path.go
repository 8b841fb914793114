package reach

import "github.com/paulmach/orb"

// Path gives the way from a location to its nearest site as a line along the network, from the location's foot to the
// site's; the stretches beside the network are not drawn. It is nil when no site can be reached.
func (f *Field) Path(l Location) orb.LineString {
	n := f.n
	best := f.labelAt(l.Chain, l.Along)
	if best >= noLabel {
		return nil
	}
	line := orb.LineString{n.place(l.Chain, l.Along)}
	chain, along := l.Chain, l.Along
	for range 2*len(n.chains) + 2 { // no way takes a chain twice
		c := &n.chains[chain]
		for _, s := range f.seats(chain) {
			if s.label(along) == best {
				return n.draw(line, chain, along, s.along)
			}
		}
		v := c.a
		switch {
		case along > 0 && f.label[c.a].plus(along) == best:
			line = n.draw(line, chain, along, 0)
		case along < c.length && f.label[c.b].plus(c.length-along) == best:
			v = c.b
			line = n.draw(line, chain, along, c.length)
		case along > 0: // it stands at an end from which the way goes on along another chain
			v = c.b
		}
		if chain, best = f.step(v); chain < 0 {
			return line // not reached: a label always comes from somewhere
		}
		along = f.endOf(chain, v, best)
	}
	return line
}

// endOf gives the end of a chain at which a way stands that came to it from junction v. Both ends of a loop are at v: it is the
// one from which the site on the loop is as far as the label says.
func (f *Field) endOf(chain, v int32, l label) uint32 {
	c := &f.n.chains[chain]
	if c.a != v {
		return c.length
	}
	if c.b == v {
		for _, s := range f.seats(chain) {
			if s.label(0) != l && s.label(c.length) == l {
				return c.length
			}
		}
	}
	return 0
}

// step gives the chain by which the label of a junction came to it, and that label.
func (f *Field) step(v int32) (chain int32, l label) {
	n := f.n
	l = f.label[v]
	for _, e := range n.arcs[n.first[v]:n.first[v+1]] {
		if e.to != v && f.label[e.to].plus(e.length) == l {
			return e.chain, l
		}
		for _, s := range f.seats(e.chain) {
			if c := &n.chains[e.chain]; c.a == v && s.label(0) == l || c.b == v && s.label(c.length) == l {
				return e.chain, l
			}
		}
	}
	return -1, l
}

// place is where on Earth a place on a chain lies.
func (n *Network) place(chain int32, along uint32) orb.Point {
	c := &n.chains[chain]
	lo, hi := int32(0), c.to-c.from // the side that begins at corner lo holds it
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if _, x := n.corner(c, mid); x <= along {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	p, x := n.corner(c, lo)
	q, y := n.corner(c, lo+1)
	t := float64(along-x) / float64(y-x)
	return orb.Point{p[0] + t*(q[0]-p[0]), p[1] + t*(q[1]-p[1])}
}

// draw adds to a line the way along a chain from one place to another, whose first point it ends with already.
func (n *Network) draw(line orb.LineString, chain int32, from, to uint32) orb.LineString {
	c := &n.chains[chain]
	inner := c.to - c.from
	if from <= to {
		for k := int32(1); k <= inner; k++ {
			if p, x := n.corner(c, k); x > from && x < to {
				line = append(line, p)
			}
		}
	} else {
		for k := inner; k >= 1; k-- {
			if p, x := n.corner(c, k); x < from && x > to {
				line = append(line, p)
			}
		}
	}
	if from != to {
		line = append(line, n.place(chain, to))
	}
	return line
}

// Place is where on Earth the foot of a location lies.
func (n *Network) Place(l Location) orb.Point { return n.place(l.Chain, l.Along) }

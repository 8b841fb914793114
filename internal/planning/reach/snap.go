package reach

import (
	"math"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
)

// fan is how many boxes stand under one of the next level.
const fan = 16

// box is in degrees; float64 so that no side ever leaves its box.
type box struct{ x0, y0, x1, y1 float64 }

// sideRef is one straight side of a chain: from its corner k to the next.
type sideRef struct{ chain, k int32 }

// sideIndex is a static packed tree of boxes over the sides in the order of chains, which is near to the Hilbert order that
// packing asks for (Kamel and Faloutsos, On packing R-trees, 1993).
type sideIndex struct {
	sides  []sideRef
	levels [][]box // from the sides' own up to one box
}

func (x *sideIndex) build(n *Network) {
	var boxes []box
	for i := range n.chains {
		c := &n.chains[i]
		for k := int32(0); k <= c.to-c.from; k++ {
			p, _ := n.corner(c, k)
			q, _ := n.corner(c, k+1)
			x.sides = append(x.sides, sideRef{int32(i), k})
			boxes = append(boxes, box{min(p[0], q[0]), min(p[1], q[1]), max(p[0], q[0]), max(p[1], q[1])})
		}
	}
	for x.levels = [][]box{boxes}; len(boxes) > 1; x.levels = append(x.levels, boxes) {
		up := make([]box, 0, len(boxes)/fan+1)
		for i := 0; i < len(boxes); i += fan {
			b := boxes[i]
			for _, o := range boxes[i+1 : min(i+fan, len(boxes))] {
				b = box{min(b.x0, o.x0), min(b.y0, o.y0), max(b.x1, o.x1), max(b.y1, o.y1)}
			}
			up = append(up, b)
		}
		boxes = up
	}
}

// plane is the neighbourhood of a point as a plane: metres east and north of it.
type plane struct {
	o      orb.Point
	kx, ky float64
}

func planeAt(p orb.Point) plane {
	k := geo.EarthMeanRadius * math.Pi / 180
	return plane{p, k * math.Cos(p[1]*math.Pi/180), k}
}

func (f plane) xy(p orb.Point) (x, y float64) { return (p[0] - f.o[0]) * f.kx, (p[1] - f.o[1]) * f.ky }

// toBox is the square of the distance from the plane's origin to a box.
func (f plane) toBox(b *box) float64 {
	dx := max(b.x0-f.o[0], 0, f.o[0]-b.x1) * f.kx
	dy := max(b.y0-f.o[1], 0, f.o[1]-b.y1) * f.ky
	return dx*dx + dy*dy
}

// toSide gives the square of the distance from the plane's origin to a side, and how far along it the nearest point lies,
// from 0 to 1.
func (f plane) toSide(p, q orb.Point) (d2, t float64) {
	px, py := f.xy(p)
	qx, qy := f.xy(q)
	dx, dy := qx-px, qy-py
	if l2 := dx*dx + dy*dy; l2 > 0 {
		t = min(1, max(0, -(px*dx+py*dy)/l2))
	}
	x, y := px+t*dx, py+t*dy
	return x*x + y*y, t
}

// Snap finds the location on the network nearest to p, in the plane round p. ok is false when the network has no sides or p is
// no place. Of sides as near as each other the first counts.
func (n *Network) Snap(p orb.Point) (l Location, ok bool) {
	if len(n.index.sides) == 0 || !(math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90) {
		return l, false
	}
	s := snapper{n: n, f: planeAt(p), best: math.Inf(1)}
	top := len(n.index.levels) - 1
	s.visit(top, 0, s.f.toBox(&n.index.levels[top][0]))
	c := &n.chains[s.side.chain]
	a, from := n.corner(c, s.side.k)
	b, to := n.corner(c, s.side.k+1)
	foot := orb.Point{a[0] + s.t*(b[0]-a[0]), a[1] + s.t*(b[1]-a[1])}
	along := from + uint32(math.Round(s.t*float64(to-from)))
	return Location{s.side.chain, along, min(maxLength, Units(geo.Distance(p, foot)))}, true
}

type snapper struct {
	n    *Network
	f    plane
	best float64
	t    float64
	side sideRef
	hit  int
}

// visit searches the box i of a level, near ones first.
func (s *snapper) visit(level, i int, d2 float64) {
	if d2 > s.best {
		return
	}
	if level == 0 {
		r := s.n.index.sides[i]
		c := &s.n.chains[r.chain]
		p, _ := s.n.corner(c, r.k)
		q, _ := s.n.corner(c, r.k+1)
		if d, t := s.f.toSide(p, q); d < s.best || d == s.best && i < s.hit {
			s.best, s.t, s.side, s.hit = d, t, r, i
		}
		return
	}
	below := s.n.index.levels[level-1]
	from, to := i*fan, min(len(below), i*fan+fan)
	var far [fan]float64
	for k := from; k < to; k++ {
		far[k-from] = s.f.toBox(&below[k])
	}
	for range to - from {
		k := 0
		for j := 1; j < to-from; j++ {
			if far[j] < far[k] {
				k = j
			}
		}
		if far[k] > s.best {
			return
		}
		d := far[k]
		far[k] = math.Inf(1)
		s.visit(level-1, from+k, d)
	}
}

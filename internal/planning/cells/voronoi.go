package cells

import (
	"cmp"
	"math"
	"math/big"
	"slices"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
)

// plane is the seeds in metres round the middle of the region, with ghosts far outside, so that every real cell ends.
type plane struct {
	mid    orb.Point
	kx, ky float64 // metres a degree
	pts    []orb.Point
	real   int
	tris   []tri
}

type tri struct {
	v      [3]int32
	centre orb.Point
	r2     float64
}

// nudge moves a seed by at most a third of a metre, by its number alone: rows of houses stand on lattices, where four points lie
// on one circle and no triangulation is better than another.
func nudge(i int) (dx, dy float64) {
	h := uint64(i+1) * 0x9E3779B97F4A7C15
	h ^= h >> 29
	h *= 0xBF58476D1CE4E5B9
	h ^= h >> 32
	return (float64(h&0xffff)/65535 - 0.5) * 0.66, (float64(h>>16&0xffff)/65535 - 0.5) * 0.66
}

// spread gives a seed a spot that is a metre or more from all before it: several houses often bear the one position of their
// compound. They are set out on a spiral round it.
func spread(taken map[[2]int]bool, x, y float64, i int) orb.Point {
	for k := 0; ; k++ {
		r, a := 2*math.Sqrt(float64(k)), 2.399963*float64(k)
		px, py := x+r*math.Cos(a), y+r*math.Sin(a)
		cell := [2]int{int(math.Floor(px / 2)), int(math.Floor(py / 2))}
		if !taken[cell] {
			taken[cell] = true
			dx, dy := nudge(i)
			return orb.Point{2*float64(cell[0]) + 1 + dx, 2*float64(cell[1]) + 1 + dy}
		}
	}
}

func newPlane(b orb.Bound, seeds []orb.Point) *plane {
	for _, s := range seeds {
		b = b.Extend(s)
	}
	p := &plane{mid: b.Center(), ky: 111195, real: len(seeds)}
	p.kx = p.ky * math.Cos(p.mid[1]*math.Pi/180)
	taken := map[[2]int]bool{}
	for i, s := range seeds {
		p.pts = append(p.pts, spread(taken, (s[0]-p.mid[0])*p.kx, (s[1]-p.mid[1])*p.ky, i))
	}
	size := max((b.Max[0]-b.Min[0])*p.kx, (b.Max[1]-b.Min[1])*p.ky, 1)
	for k := range 12 {
		a := (float64(k) + 0.3) * math.Pi / 6
		p.pts = append(p.pts, orb.Point{8 * size * math.Cos(a), 8 * size * math.Sin(a)})
	}
	// The triangle that holds all; its corners are the last three points.
	p.pts = append(p.pts, orb.Point{-400 * size, -301 * size}, orb.Point{401 * size, -300 * size}, orb.Point{3 * size, 500 * size})
	return p
}

// tri makes a triangle whose corners run against the clock.
func (p *plane) tri(a, b, c int32) tri {
	if geo.Orient(p.pts[a], p.pts[b], p.pts[c]) < 0 {
		b, c = c, b
	}
	o, q, r := p.pts[a], p.pts[b], p.pts[c]
	bx, by, cx, cy := q[0]-o[0], q[1]-o[1], r[0]-o[0], r[1]-o[1]
	d := 2 * (bx*cy - by*cx)
	ux := (cy*(bx*bx+by*by) - by*(cx*cx+cy*cy)) / d
	uy := (bx*(cx*cx+cy*cy) - cx*(bx*bx+by*by)) / d
	return tri{v: [3]int32{a, b, c}, centre: orb.Point{o[0] + ux, o[1] + uy}, r2: ux*ux + uy*uy}
}

// inCircle reports whether d lies within the circle through a, b and c, which run against the clock: in floats where their error
// cannot matter, else exactly. A wrong answer would tear the triangulation.
func inCircle(a, b, c, d orb.Point) bool {
	ax, ay, bx, by, cx, cy := a[0]-d[0], a[1]-d[1], b[0]-d[0], b[1]-d[1], c[0]-d[0], c[1]-d[1]
	al, bl, cl := ax*ax+ay*ay, bx*bx+by*by, cx*cx+cy*cy
	det := al*(bx*cy-cx*by) + bl*(cx*ay-ax*cy) + cl*(ax*by-bx*ay)
	size := al*(math.Abs(bx*cy)+math.Abs(cx*by)) + bl*(math.Abs(cx*ay)+math.Abs(ax*cy)) + cl*(math.Abs(ax*by)+math.Abs(bx*ay))
	if math.Abs(det) > 1e-14*size {
		return det > 0
	}
	num := func(v float64) *big.Rat { return new(big.Rat).SetFloat64(v) }
	sub := func(x, y *big.Rat) *big.Rat { return new(big.Rat).Sub(x, y) }
	mul := func(x, y *big.Rat) *big.Rat { return new(big.Rat).Mul(x, y) }
	var v [3][2]*big.Rat
	for i, q := range []orb.Point{a, b, c} {
		v[i] = [2]*big.Rat{sub(num(q[0]), num(d[0])), sub(num(q[1]), num(d[1]))}
	}
	sum := new(big.Rat)
	for i := range 3 {
		p, q, r := v[i], v[(i+1)%3], v[(i+2)%3]
		lift := new(big.Rat).Add(mul(p[0], p[0]), mul(p[1], p[1]))
		sum.Add(sum, mul(lift, sub(mul(q[0], r[1]), mul(r[0], q[1]))))
	}
	return sum.Sign() > 0
}

// triangulate is the incremental Delaunay triangulation (Bowyer 1981, Watson 1981), the seeds from west to east so that triangles whose
// circle lies to the west of all that is to come are put away.
func (p *plane) triangulate() {
	n := int32(len(p.pts))
	order := make([]int32, 0, n-3)
	for i := range n - 3 {
		order = append(order, i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(p.pts[a][0], p.pts[b][0]), cmp.Compare(a, b))
	})
	open := []tri{p.tri(n-3, n-2, n-1)}
	for _, i := range order {
		at := p.pts[i]
		rim := map[[2]int32]int{}
		kept := open[:0]
		for _, t := range open {
			dx := at[0] - t.centre[0]
			switch {
			case dx > 1 && (dx-1)*(dx-1) > t.r2*1.000001:
				p.tris = append(p.tris, t)
			case inCircle(p.pts[t.v[0]], p.pts[t.v[1]], p.pts[t.v[2]], at):
				for k := range 3 {
					a, b := t.v[k], t.v[(k+1)%3]
					rim[[2]int32{min(a, b), max(a, b)}]++
				}
			default:
				kept = append(kept, t)
			}
		}
		open = kept
		var sides [][2]int32
		for s, times := range rim {
			if times == 1 {
				sides = append(sides, s)
			}
		}
		slices.SortFunc(sides, func(a, b [2]int32) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
		for _, s := range sides {
			open = append(open, p.tri(s[0], s[1], i))
		}
	}
	p.tris = append(p.tris, open...)
}

// cells gives the ring of each real seed's cell, in degrees. Corners are computed once each, so that neighbours share them exactly.
func (p *plane) cells() ([]orb.Ring, error) {
	p.triangulate()
	around := make([][]int32, len(p.pts))
	corner := make([]orb.Point, len(p.tris))
	for i, t := range p.tris {
		corner[i] = orb.Point{p.mid[0] + t.centre[0]/p.kx, p.mid[1] + t.centre[1]/p.ky}
		for _, v := range t.v {
			around[v] = append(around[v], int32(i))
		}
	}
	out := make([]orb.Ring, p.real)
	for i := range p.real {
		at := p.pts[i]
		// By the triangles' own middles, which lie in sectors apart, not by their corners, which may nearly coincide.
		angle := func(t int32) float64 {
			x, y := 0.0, 0.0
			for _, v := range p.tris[t].v {
				x, y = x+(p.pts[v][0]-at[0])/3, y+(p.pts[v][1]-at[1])/3
			}
			return math.Atan2(y, x)
		}
		slices.SortFunc(around[i], func(a, b int32) int { return cmp.Or(cmp.Compare(angle(a), angle(b)), cmp.Compare(a, b)) })
		var r orb.Ring
		for _, t := range around[i] {
			if len(r) == 0 || r[len(r)-1] != corner[t] {
				r = append(r, corner[t])
			}
		}
		if len(r) < 3 {
			return nil, kernel.Invalid("units", kernel.T("有两处住户的位置完全相同，请先分开", "two homes stand at the very same spot; part them first"))
		}
		out[i] = append(r, r[0])
	}
	return out, nil
}

// clipper cuts cells at the border of the region; cells well inside are left as they are.
type clipper struct {
	region orb.MultiPolygon
	area   *geo.Prepared
	sides  []side
}

func newClipper(region orb.MultiPolygon) *clipper {
	c := &clipper{region: region, area: geo.Prepare(region)}
	for _, poly := range region {
		for _, r := range poly {
			for k := 1; k < len(r); k++ {
				c.sides = append(c.sides, side{r[k-1], r[k]})
			}
		}
	}
	return c
}

func (c *clipper) clip(r orb.Ring) (orb.MultiPolygon, error) {
	b := r.Bound()
	near := slices.ContainsFunc(c.sides, func(s side) bool {
		return max(s.a[0], s.b[0]) >= b.Min[0] && min(s.a[0], s.b[0]) <= b.Max[0] && max(s.a[1], s.b[1]) >= b.Min[1] && min(s.a[1], s.b[1]) <= b.Max[1]
	})
	if near {
		return geo.Intersection(c.region, orb.Polygon{r})
	}
	if c.area.Locate(r[0]) == geo.Outside {
		return nil, nil
	}
	return orb.MultiPolygon{{r}}, nil
}

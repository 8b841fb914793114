package basemap

import (
	"math"

	"github.com/paulmach/orb"
)

// Extent is how many units a tile's side has; margin is how far beyond its sides it is drawn, so that strokes meet.
const (
	Extent = 4096
	margin = 96
	// unitsPerPixel: a tile is shown on 512 pixels.
	unitsPerPixel = Extent / 512
)

// cutter gathers the tiles of one zoom.
type cutter struct {
	zoom  int
	tiles map[[2]uint32]*tile
}

// tolerance is by how much a line may be straightened, in units: half a pixel, and a little at the last zoom, which is enlarged.
func (c *cutter) tolerance() float64 {
	if c.zoom == MaxZoom {
		return 1.5
	}
	return unitsPerPixel / 2
}

// least is the area below which a surface is not drawn, in square units.
func (c *cutter) least() float64 {
	if c.zoom == MaxZoom {
		return unitsPerPixel * unitsPerPixel / 2
	}
	return 4 * unitsPerPixel * unitsPerPixel
}

func (c *cutter) feature(f *Feature) {
	switch g := f.Geometry.(type) {
	case orb.Point:
		c.point(f, world(g, c.zoom))
	case orb.LineString:
		c.lines(f, []orb.LineString{g})
	case orb.MultiLineString:
		c.lines(f, g)
	case orb.Polygon:
		c.polygon(f, g)
	case orb.MultiPolygon:
		for _, p := range g {
			c.polygon(f, p)
		}
	}
}

func (c *cutter) tile(x, y int) *tile {
	k := [2]uint32{uint32(x), uint32(y)}
	t := c.tiles[k]
	if t == nil {
		t = &tile{layers: map[Layer]*layer{}}
		c.tiles[k] = t
	}
	return t
}

// span gives the first and last tile that reach over [lo, hi] of one axis.
func (c *cutter) span(lo, hi float64) (int, int) {
	last := 1<<c.zoom - 1
	return max(0, int(math.Floor((lo-margin)/Extent))), min(last, int(math.Floor((hi+margin)/Extent)))
}

// A name stands in one tile: the client draws it whole.
func (c *cutter) point(f *Feature, p orb.Point) {
	x, y := int(p[0])/Extent, int(p[1])/Extent
	c.tile(x, y).add(f, point, [][][2]int{{{int(p[0]) - x*Extent, int(p[1]) - y*Extent}}})
}

func (c *cutter) project(l []orb.Point) []orb.Point {
	out := make([]orb.Point, len(l))
	for i, p := range l {
		out[i] = world(p, c.zoom)
	}
	return out
}

func (c *cutter) lines(f *Feature, lines []orb.LineString) {
	type piece = []orb.Point
	columns := map[int][]piece{}
	for _, l := range lines {
		whole := simplified(c.project(l), c.tolerance())
		b := orb.LineString(whole).Bound()
		x0, x1 := c.span(b.Min[0], b.Max[0])
		for x := x0; x <= x1; x++ {
			columns[x] = append(columns[x], cutLine(whole, 0, float64(x*Extent-margin), float64((x+1)*Extent+margin))...)
		}
	}
	for x, pieces := range columns {
		rows := map[int][][][2]int{}
		for _, p := range pieces {
			b := orb.LineString(p).Bound()
			y0, y1 := c.span(b.Min[1], b.Max[1])
			for y := y0; y <= y1; y++ {
				for _, part := range cutLine(p, 1, float64(y*Extent-margin), float64((y+1)*Extent+margin)) {
					if l := rounded(part, x, y, false); len(l) > 1 {
						rows[y] = append(rows[y], l)
					}
				}
			}
		}
		for y, l := range rows {
			c.tile(x, y).add(f, line, l)
		}
	}
}

func (c *cutter) polygon(f *Feature, p orb.Polygon) {
	var rings [][]orb.Point
	for i, r := range p {
		ring := simplified(c.project(r), c.tolerance())
		if len(ring) < 4 || math.Abs(area(ring)) < c.least() {
			if i == 0 {
				return
			}
			continue
		}
		rings = append(rings, ring)
	}
	if len(rings) == 0 {
		return
	}
	b := orb.LineString(rings[0]).Bound()
	x0, x1 := c.span(b.Min[0], b.Max[0])
	for x := x0; x <= x1; x++ {
		column := cutRings(rings, 0, float64(x*Extent-margin), float64((x+1)*Extent+margin))
		if len(column) == 0 {
			continue
		}
		b := orb.LineString(column[0]).Bound()
		y0, y1 := c.span(b.Min[1], b.Max[1])
		for y := y0; y <= y1; y++ {
			c.rings(f, x, y, cutRings(column, 1, float64(y*Extent-margin), float64((y+1)*Extent+margin)))
		}
	}
}

// rings puts what is left of a polygon into a tile: the outer ring clockwise as seen, holes the other way, as the format wants.
func (c *cutter) rings(f *Feature, x, y int, l [][]orb.Point) {
	var out [][][2]int
	for i, r := range l {
		ring := rounded(r, x, y, true)
		a := area2(ring)
		if len(ring) < 3 || a == 0 {
			if i == 0 {
				return
			}
			continue
		}
		if (a > 0) != (i == 0) {
			for p, q := 0, len(ring)-1; p < q; p, q = p+1, q-1 {
				ring[p], ring[q] = ring[q], ring[p]
			}
		}
		out = append(out, ring)
	}
	if len(out) > 0 {
		c.tile(x, y).add(f, polygon, out)
	}
}

// rounded gives whole units within a tile, without points that fall on the one before; a ring loses its last point.
func rounded(l []orb.Point, x, y int, ring bool) [][2]int {
	out := make([][2]int, 0, len(l))
	for _, p := range l {
		q := [2]int{int(math.Round(p[0])) - x*Extent, int(math.Round(p[1])) - y*Extent}
		if n := len(out); n == 0 || out[n-1] != q {
			out = append(out, q)
		}
	}
	for ring && len(out) > 1 && out[0] == out[len(out)-1] {
		out = out[:len(out)-1]
	}
	return out
}

// area is the signed area of a closed ring.
func area(l []orb.Point) (a float64) {
	for i := 1; i < len(l); i++ {
		a += (l[i-1][0]-l[0][0])*(l[i][1]-l[0][1]) - (l[i][0]-l[0][0])*(l[i-1][1]-l[0][1])
	}
	return a / 2
}

// area2 is twice the signed area of an open ring in tile units.
func area2(l [][2]int) (a int) {
	for i := range l {
		j := (i + 1) % len(l)
		a += l[i][0]*l[j][1] - l[j][0]*l[i][1]
	}
	return a
}

// cutLine gives the parts of a line within lo and hi on an axis.
func cutLine(l []orb.Point, axis int, lo, hi float64) (out [][]orb.Point) {
	var part []orb.Point
	end := func() {
		if len(part) > 1 {
			out = append(out, part)
		}
		part = nil
	}
	for i := 0; i+1 < len(l); i++ {
		p, q := l[i], l[i+1]
		a, b := p[axis], q[axis]
		if a < lo && b < lo || a > hi && b > hi {
			end()
			continue
		}
		from, to := within(p, q, axis, lo, hi)
		if from != p {
			end()
		}
		if part == nil {
			part = append(part, from)
		}
		part = append(part, to)
		if to != q {
			end()
		}
	}
	end()
	return out
}

// within shortens a segment that is not wholly outside.
func within(p, q orb.Point, axis int, lo, hi float64) (orb.Point, orb.Point) {
	from, to := p, q
	for _, at := range []float64{lo, hi} {
		beyond := func(v float64) bool { return at == lo && v < lo || at == hi && v > hi }
		if beyond(p[axis]) {
			from = crossing(p, q, axis, at)
		}
		if beyond(q[axis]) {
			to = crossing(p, q, axis, at)
		}
	}
	return from, to
}

func crossing(p, q orb.Point, axis int, at float64) orb.Point {
	t := (at - p[axis]) / (q[axis] - p[axis])
	out := orb.Point{p[0] + t*(q[0]-p[0]), p[1] + t*(q[1]-p[1])}
	out[axis] = at
	return out
}

// cutRings cuts closed rings at lo and hi of an axis (Sutherland and Hodgman); without an outer ring nothing is left.
func cutRings(rings [][]orb.Point, axis int, lo, hi float64) (out [][]orb.Point) {
	for i, r := range rings {
		b := orb.LineString(r).Bound()
		if b.Min[axis] < lo || b.Max[axis] > hi {
			r = cutSide(cutSide(r, axis, lo, 1), axis, hi, -1)
		}
		if len(r) < 4 {
			if i == 0 {
				return nil
			}
			continue
		}
		out = append(out, r)
	}
	return out
}

// cutSide keeps what lies on one side of a value: above it with side 1, below with -1.
func cutSide(r []orb.Point, axis int, at, side float64) (out []orb.Point) {
	if len(r) < 4 {
		return nil
	}
	in := func(p orb.Point) bool { return (p[axis]-at)*side >= 0 }
	for i := 0; i+1 < len(r); i++ {
		p, q := r[i], r[i+1]
		if in(p) {
			out = append(out, p)
		}
		if in(p) != in(q) {
			out = append(out, crossing(p, q, axis, at))
		}
	}
	if len(out) > 0 {
		out = append(out, out[0])
	}
	return out
}

// simplified straightens a line by Douglas and Peucker without recursion; ends stay.
func simplified(l []orb.Point, tolerance float64) []orb.Point {
	if len(l) < 3 {
		return l
	}
	keep := make([]bool, len(l))
	keep[0], keep[len(l)-1] = true, true
	stack := [][2]int{{0, len(l) - 1}}
	if l[0] == l[len(l)-1] { // a ring has no direction: it is halved at the point that is farthest
		far, most := 0, 0.0
		for i, p := range l {
			if d := (p[0]-l[0][0])*(p[0]-l[0][0]) + (p[1]-l[0][1])*(p[1]-l[0][1]); d > most {
				far, most = i, d
			}
		}
		keep[far] = true
		stack = [][2]int{{0, far}, {far, len(l) - 1}}
	}
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		far, most := 0, tolerance*tolerance
		for i := s[0] + 1; i < s[1]; i++ {
			if d := apart(l[i], l[s[0]], l[s[1]]); d > most {
				far, most = i, d
			}
		}
		if far > 0 {
			keep[far] = true
			stack = append(stack, [2]int{s[0], far}, [2]int{far, s[1]})
		}
	}
	out := make([]orb.Point, 0, len(l))
	for i, p := range l {
		if keep[i] {
			out = append(out, p)
		}
	}
	return out
}

// apart is the square of the distance of p from the segment a–b.
func apart(p, a, b orb.Point) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	if n := dx*dx + dy*dy; n > 0 {
		t := max(0, min(1, ((p[0]-a[0])*dx+(p[1]-a[1])*dy)/n))
		a = orb.Point{a[0] + t*dx, a[1] + t*dy}
	}
	return (p[0]-a[0])*(p[0]-a[0]) + (p[1]-a[1])*(p[1]-a[1])
}

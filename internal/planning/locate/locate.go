// Package locate tells in which zone a point lies, for millions of points: grids, communities, counties. It exists because a
// tree of boxes asks every candidate exactly; here a raster answers for all points that no border comes near, and only the
// others are asked exactly (true-hit filtering: Kipf and others, Adaptive Main-Memory Indexing for High-Performance
// Point-Polygon Joins, 2020).
package locate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
)

// Side is how many cells the raster has each way, at most: an index is built once and answers many million points, so it is worth
// more cells than a first million would pay for.
const Side = 2048

// minCell is the side of the smallest cell in degrees, a millimetre: far coarser than what coordinates resolve, so that the
// cell of a point on an edge is never farther from the edge's own cells than the margin in mark.
const minCell = 1e-8

// Zone is an area with its code. Its border belongs to it.
type Zone struct {
	Code  string
	Shape orb.Geometry // valid Polygon or MultiPolygon
}

// Index is zones made ready for points. It is immutable and safe for concurrent use.
type Index struct {
	zones  []Zone // in the order of codes
	order  []int32
	exact  []*geo.Prepared
	origin orb.Point
	bound  orb.Bound
	sx, sy float64 // cells a degree
	nx, ny int
	// cell holds 0 where no zone is, 1+z where zone z alone is and no border, and asked where a list says what there may be:
	// the list of cell c begins at list[at[c]].
	cell  []uint16
	at    []int32
	list  []int32
	sides []side
}

// asked marks cells that a border may cross, and those of zones whose number 16 bits do not hold.
const asked = math.MaxUint16

// A list holds how many candidates there are and for each, lowest code first, its zone times four plus one of these:
const (
	whole  = 0 // the whole cell is the zone's
	hard   = 1 // ask the zone itself
	outer  = 2 // the cell's centre is outside the zone; how many sides of the zone touch the cell, and their numbers, follow
	middle = 3 // the same, and the centre is inside
)

// side is one side of a zone's ring.
type side struct{ a, b orb.Point }

// New readies zones. Two zones with one code, a zone without area or a coordinate that is no place are KindInvalid.
func New(zones []Zone) (*Index, error) {
	x := &Index{order: make([]int32, len(zones))}
	for i := range x.order {
		x.order[i] = int32(i)
	}
	slices.SortStableFunc(x.order, func(a, b int32) int { return cmp.Compare(zones[a].Code, zones[b].Code) })
	first := true
	for k, i := range x.order {
		z := zones[i]
		if k > 0 && z.Code == x.zones[k-1].Code {
			return nil, kernel.Invalid(fmt.Sprintf("features[%d]", i), kernel.T("代码“"+z.Code+"”出现了两次", "the code \""+z.Code+"\" occurs twice"))
		}
		p := geo.Prepare(z.Shape)
		b := p.Bound()
		if !(b.Min[0] >= -180 && b.Max[0] <= 180 && b.Min[1] >= -90 && b.Max[1] <= 90) || b.Min[0] > b.Max[0] {
			return nil, kernel.Invalid(fmt.Sprintf("features[%d]", i), kernel.T("“"+z.Code+"”没有面积，或者经纬度不对", "\""+z.Code+"\" has no area or no place on Earth"))
		}
		x.zones, x.exact = append(x.zones, z), append(x.exact, p)
		if first {
			x.bound, first = b, false
		} else {
			x.bound = x.bound.Union(b)
		}
	}
	if !x.raster() {
		return nil, kernel.TooLarge("features", kernel.T("区域互相重叠太多，请检查文件", "the zones lie over one another too much; check the file"), nil)
	}
	return x, nil
}

// At gives the zone of a point, as a position in the list given to New: the one with the lowest code of those that hold it,
// −1 when none does. more tells that the point lies inside another one as well; a common border is no such overlap.
func (x *Index) At(p orb.Point) (zone int32, more bool) {
	c, ok := x.cellOf(p)
	if !ok {
		return -1, false
	}
	switch v := x.cell[c]; v {
	case 0:
		return -1, false
	case asked:
		return x.ask(c, x.list[x.at[c]:], p)
	default:
		return x.order[v-1], false
	}
}

// cellOf gives the cell of a point; ok is false outside the box of all zones.
func (x *Index) cellOf(p orb.Point) (c int, ok bool) {
	if !(p[0] >= x.bound.Min[0] && p[0] <= x.bound.Max[0] && p[1] >= x.bound.Min[1] && p[1] <= x.bound.Max[1]) || x.nx == 0 {
		return 0, false
	}
	cx, cy := int((p[0]-x.origin[0])*x.sx), int((p[1]-x.origin[1])*x.sy)
	return min(cy, x.ny-1)*x.nx + min(cx, x.nx-1), true
}

// centre is the middle of a cell, as far as floats tell; what counts is that it is always the same point.
func (x *Index) centre(c int) orb.Point {
	return orb.Point{x.origin[0] + (float64(c%x.nx)+0.5)/x.sx, x.origin[1] + (float64(c/x.nx)+0.5)/x.sy}
}

// ask asks the candidates of a cell exactly.
func (x *Index) ask(c int, l []int32, p orb.Point) (zone int32, more bool) {
	zone = -1
	inside := 0
	n := l[0]
	l = l[1:]
	r := x.centre(c)
	for range n {
		e := l[0]
		l = l[1:]
		at := geo.Inside
		switch e & 3 {
		case hard:
			at = x.exact[e>>2].Locate(p)
		case outer, middle:
			k := l[0]
			var sure bool
			if at, sure = x.walk(l[1:1+k], p, r, e&3 == middle); !sure {
				at = x.exact[e>>2].Locate(p)
			}
			l = l[1+k:]
		}
		if at == geo.Outside {
			continue
		}
		if zone < 0 {
			zone = x.order[e>>2]
		}
		if at == geo.Inside {
			inside++
		}
	}
	return zone, inside > 1
}

// walk tells where p lies by the sides that are crossed on the way from it to the cell's centre r, of which it is known
// whether it is inside: first east or west to q, then north or south. Ends of sides count on one side of each line, so that
// no crossing is counted twice. It is not sure when q stands on a side.
func (x *Index) walk(sides []int32, p, r orb.Point, inside bool) (at geo.Position, sure bool) {
	q := orb.Point{r[0], p[1]}
	for _, i := range sides {
		s := &x.sides[i]
		a, b := &s.a, &s.b
		if up, north := a[1] > p[1], b[1] > p[1]; up != north || a[1] == p[1] || b[1] == p[1] {
			if min(a[0], b[0]) <= max(p[0], q[0]) && max(a[0], b[0]) >= min(p[0], q[0]) {
				op, oq := geo.Orient(*a, *b, p), geo.Orient(*a, *b, q)
				if op == 0 && within(a, b, p) {
					return geo.Border, true
				}
				if oq == 0 && within(a, b, q) {
					return 0, false
				}
				if up != north && op != oq && op*oq != 0 {
					inside = !inside
				}
			}
		}
		if east, west := a[0] > q[0], b[0] > q[0]; east != west && min(a[1], b[1]) <= max(q[1], r[1]) && max(a[1], b[1]) >= min(q[1], r[1]) {
			if geo.Orient(*a, *b, q) != geo.Orient(*a, *b, r) {
				inside = !inside
			}
		}
	}
	if inside {
		return geo.Inside, true
	}
	return geo.Outside, true
}

func within(a, b *orb.Point, p orb.Point) bool {
	return min(a[0], b[0]) <= p[0] && p[0] <= max(a[0], b[0]) && min(a[1], b[1]) <= p[1] && p[1] <= max(a[1], b[1])
}

// batch is how many points are looked up side by side.
const batch = 512

// All gives the zone of each point into zone, as At does, and counts the points that lie inside several. Points are looked up
// in batches, step by step, so that the waits for memory of one overlap with those of others.
func (x *Index) All(points []orb.Point, zone []int32) (several int) {
	var b lookups
	for len(points) > 0 {
		n := min(batch, len(points))
		several += x.some(&b, points[:n], zone[:n])
		points, zone = points[n:], zone[n:]
	}
	return several
}

// lookups are the points of a batch that must be asked for exactly.
type lookups struct {
	cell, point, list, head [batch]int32
	a                       [batch]float64
}

func (x *Index) some(b *lookups, points []orb.Point, zone []int32) (several int) {
	n := 0
	for i, p := range points {
		zone[i] = -1
		c, ok := x.cellOf(p)
		if !ok {
			continue
		}
		v := x.cell[c]
		if v == asked {
			b.cell[n], b.point[n] = int32(c), int32(i)
			n++
		} else if v > 0 {
			zone[i] = x.order[v-1]
		}
	}
	for k, c := range b.cell[:n] {
		b.list[k] = x.at[c]
	}
	for k, l := range b.list[:n] {
		b.head[k] = x.list[l+1]
	}
	for k, l := range b.list[:n] {
		if b.head[k]&3 >= outer {
			b.a[k] = x.sides[x.list[l+3]].a[0]
		}
	}
	for k, i := range b.point[:n] {
		z, more := x.ask(int(b.cell[k]), x.list[b.list[k]:], points[i])
		zone[i] = z
		if more {
			several++
		}
	}
	return several
}

// raster fits cells to the box of all zones and fills them; false when there is too much to fill in.
func (x *Index) raster() bool {
	if len(x.zones) == 0 {
		return true
	}
	x.origin = x.bound.Min
	fit := func(extent float64) (n int, scale float64) {
		n = int(min(Side, max(1, extent/minCell)))
		if scale = float64(n) / extent; math.IsInf(scale, 0) || math.IsNaN(scale) {
			return 1, 0
		}
		return n, scale
	}
	x.nx, x.sx = fit(x.bound.Max[0] - x.bound.Min[0])
	x.ny, x.sy = fit(x.bound.Max[1] - x.bound.Min[1])
	x.cell, x.at = make([]uint16, x.nx*x.ny), make([]int32, x.nx*x.ny)
	f := &filler{x: x, head: x.at, seen: make([]int32, x.nx*x.ny)}
	f.reserve()
	for z := range x.zones {
		if f.zone(int32(z)); f.full {
			return false
		}
	}
	f.finish()
	return true
}

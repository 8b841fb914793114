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
	zones  []Zone  // in the order of codes
	order  []int32 // by 1 + the number of a zone: its place in the list given to New; −1 first, for no zone
	exact  []*geo.Prepared
	origin orb.Point
	bound  orb.Bound
	sx, sy float64 // cells a degree
	nx, ny int
	// block holds, for a square of cells (tile each way), 0 where no zone is, 1+z where zone z alone is and no border, and mixed
	// plus the number of a tile where cells differ. Few blocks do, so that nearly all that is read for a point stays in the
	// processor's own memory. cell holds the same for each cell of each tile, and mixed plus the beginning of a list where that
	// says what there may be.
	block []uint32
	bx    int // blocks in a row
	cell  []uint32
	list  []int32
	// corners of all rings, each without repetitions and with its first again as its last; a side is named by its first corner.
	corners []orb.Point
}

// A tile is 1<<tileBits cells each way, as many as the processor reads at a time; mixed marks the number of one, and the beginning of
// a list.
const (
	tileBits = 2
	tile     = 1 << tileBits
	mixed    = 1 << 31
)

// A list holds how many candidates there are and for each, lowest code first, its zone times four plus one of these. Where two
// zones share all their border in a cell, as neighbours do, and one has its centre, a point that is not on the border lies in one
// of the two: the list then begins with the complement of the second one's number, then come the parts of the cell that are one's
// alone (see parts), and only the first one follows.
const (
	whole  = 0 // the whole cell is the zone's
	hard   = 1 // ask the zone itself
	outer  = 2 // the cell's centre is outside the zone; how many sides of the zone touch the cell, and their numbers, follow
	middle = 3 // the same, and the centre is inside
)

// New readies zones. Two zones with one code, a zone without area or a coordinate that is no place are KindInvalid.
func New(zones []Zone) (*Index, error) { return build(zones, Side) }

// build makes a raster of at most side cells each way.
func build(zones []Zone, side int) (*Index, error) {
	x := &Index{order: make([]int32, len(zones)+1)}
	for i := range x.order {
		x.order[i] = int32(i) - 1
	}
	slices.SortStableFunc(x.order[1:], func(a, b int32) int { return cmp.Compare(zones[a].Code, zones[b].Code) })
	first := true
	for k, i := range x.order[1:] {
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
	if !x.raster(side) {
		return nil, kernel.TooLarge("features", kernel.T("区域互相重叠太多，请检查文件", "the zones lie over one another too much; check the file"), nil)
	}
	return x, nil
}

// At gives the zone of a point, as a position in the list given to New: the one with the lowest code of those that hold it,
// −1 when none does. more tells that the point lies inside another one as well; a common border is no such overlap.
func (x *Index) At(p orb.Point) (zone int32, more bool) {
	cx, cy, ok := x.cellOf(p)
	if !ok {
		return -1, false
	}
	v := x.block[x.blockOf(cx, cy)]
	if v < mixed {
		return x.order[v], false
	}
	c := tileCell(v, cx, cy)
	if v = x.cell[c]; v < mixed {
		return x.order[v], false
	}
	return x.ask(x.list[v&^mixed:], p, cx, cy)
}

// cellOf gives the column and the row of the cell of a point; ok is false outside the box of all zones.
func (x *Index) cellOf(p orb.Point) (cx, cy int, ok bool) {
	if !(p[0] >= x.bound.Min[0] && p[0] <= x.bound.Max[0] && p[1] >= x.bound.Min[1] && p[1] <= x.bound.Max[1]) || x.nx == 0 {
		return 0, 0, false
	}
	cx, cy = int((p[0]-x.origin[0])*x.sx), int((p[1]-x.origin[1])*x.sy)
	return min(cx, x.nx-1), min(cy, x.ny-1), true
}

func (x *Index) blockOf(cx, cy int) int { return cy>>tileBits*x.bx + cx>>tileBits }

// tileCell gives the cell of a mixed block.
func tileCell(block uint32, cx, cy int) int {
	return int(block&^mixed)<<(2*tileBits) | cy&(tile-1)<<tileBits | cx&(tile-1)
}

// centre is the middle of a cell, as far as floats tell; what counts is that it is always the same point.
func (x *Index) centre(cx, cy int) orb.Point {
	return orb.Point{x.origin[0] + (float64(cx)+0.5)/x.sx, x.origin[1] + (float64(cy)+0.5)/x.sy}
}

// ask asks the candidates of a cell exactly.
func (x *Index) ask(l []int32, p orb.Point, cx, cy int) (zone int32, more bool) {
	if l[0] < 0 {
		if z, sure := x.askParts(l, p, cx, cy); sure {
			return z, false
		}
	}
	return x.askSides(l, p, x.centre(cx, cy))
}

// askSides asks the candidates of a cell with the centre r by their sides.
func (x *Index) askSides(l []int32, p, r orb.Point) (zone int32, more bool) {
	if l[0] < 0 {
		return x.askPair(l, p, r), false
	}
	zone = -1
	inside := 0
	n := l[0]
	l = l[1:]
	for range n {
		e := l[0]
		l = l[1:]
		at := geo.Inside
		switch e & 3 {
		case hard:
			at = x.exact[e>>2].Locate(p)
		case outer, middle:
			k := l[0]
			at = x.walkOrAsk(e, l[1:1+k], p, r)
			l = l[1+k:]
		}
		if at == geo.Outside {
			continue
		}
		if zone < 0 {
			zone = x.order[1+e>>2]
		}
		if at == geo.Inside {
			inside++
		}
	}
	return zone, inside > 1
}

// A pair's list holds from partsAt on which parts of the cell are the first zone's alone, and which the second's; from pairAt on, the
// first one with its sides.
const (
	partsAt = 1
	pairAt  = partsAt + 4
)

// askParts answers for a point of a pair's cell that lies in a part without border.
func (x *Index) askParts(l []int32, p orb.Point, cx, cy int) (zone int32, sure bool) {
	part := x.partOf(p, cx, cy)
	half := part >> 5 // of the 64 bits
	first := uint32(l[partsAt+half]) >> (part & 31) & 1
	second := uint32(l[partsAt+2+half]) >> (part & 31) & 1
	e := l[pairAt] >> 2
	if second != 0 {
		e = ^l[0]
	}
	return x.order[1+e], first|second != 0
}

func (x *Index) askPair(l []int32, p, r orb.Point) (zone int32) {
	e := l[pairAt]
	if x.walkOrAsk(e, l[pairAt+2:pairAt+2+l[pairAt+1]], p, r) == geo.Outside {
		return x.order[1+^l[0]]
	}
	return x.order[1+e>>2]
}

func (x *Index) walkOrAsk(e int32, sides []int32, p, r orb.Point) geo.Position {
	at, sure := x.walk(sides, p, r, e&3 == middle)
	if !sure {
		return x.exact[e>>2].Locate(p)
	}
	return at
}

// walk tells where p lies by the sides that are crossed on the way from it to the cell's centre r, of which it is known
// whether it is inside: first east or west to q, then north or south. Ends of sides count on one side of each line, so that
// no crossing is counted twice. It is not sure when q stands on a side.
func (x *Index) walk(sides []int32, p, r orb.Point, inside bool) (at geo.Position, sure bool) {
	q := orb.Point{r[0], p[1]}
	for _, i := range sides {
		a, b := &x.corners[i], &x.corners[i+1]
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

// lookups are the cells of a batch, and then the points that are not answered yet: first those of mixed blocks, then those of cells
// that a border crosses, then those of parts that it touches. Each loop over them reads memory that the one before has worked out, and waits for none
// of it before all is asked for.
type lookups struct {
	cx, cy [batch]uint16
	block  [batch]int32
	value  [batch]uint32
	point  [batch]int32
	cell   [batch]int32
	sum    float64 // what touching read, so that it is not left out
}

// some answers a batch. A mixed one is written down always and counted only if it is one: that costs less than a
// branch that cannot be foreseen.
func (x *Index) some(b *lookups, points []orb.Point, zone []int32) (several int) {
	value, zone := b.value[:len(points)], zone[:len(points)]
	for i, p := range points {
		cx, cy, ok := x.cellOf(p)
		b.cx[i], b.cy[i], b.block[i] = uint16(cx), uint16(cy), int32(x.blockOf(cx, cy))
		if !ok {
			b.block[i] = int32(len(x.block) - 1) // holds no zone
		}
	}
	for i := range value {
		value[i] = x.block[b.block[i]]
	}
	n := 0
	for i, v := range value {
		b.point[n], b.cell[n] = int32(i), int32(tileCell(v, int(b.cx[i]), int(b.cy[i])))
		n += int(v >> 31)
		zone[i] = x.order[v&(v>>31-1)]
	}
	for k, c := range b.cell[:n] {
		value[k] = x.cell[c]
	}
	m := 0
	for k, v := range value[:n] {
		i := b.point[k]
		b.point[m], b.cell[m] = i, int32(v&^mixed)
		m += int(v >> 31)
		zone[i] = x.order[v&(v>>31-1)]
	}
	for k, l := range b.cell[:m] {
		b.block[k] = x.list[l]
	}
	n = 0
	for k, l := range b.cell[:m] {
		i := b.point[k]
		if b.block[k] < 0 {
			z, sure := x.askParts(x.list[l:], points[i], int(b.cx[i]), int(b.cy[i]))
			if zone[i] = z; sure {
				continue
			}
		}
		b.point[n], b.cell[n] = i, l
		n++
	}
	for _, l := range b.cell[:n] {
		b.sum += x.touch(x.list[l:])
	}
	for k, l := range b.cell[:n] {
		i := b.point[k]
		z, more := x.askSides(x.list[l:], points[i], x.centre(int(b.cx[i]), int(b.cy[i])))
		zone[i] = z
		if more {
			several++
		}
	}
	return several
}

// touch reads a little of all that askSides will read.
func (x *Index) touch(l []int32) (sum float64) {
	n := l[0]
	l = l[1:]
	if n < 0 {
		n, l = 1, l[pairAt-1:]
	}
	for range n {
		e := l[0]
		l = l[1:]
		if e&3 >= outer {
			k := l[0]
			sum += x.corners[l[1]][0] + x.corners[l[k]][0]
			l = l[1+k:]
		}
	}
	return sum
}

// raster fits cells to the box of all zones and fills them; false when there is too much to fill in.
func (x *Index) raster(side int) bool {
	if len(x.zones) == 0 {
		x.block = make([]uint32, 1)
		return true
	}
	x.origin = x.bound.Min
	fit := func(extent float64) (n int, scale float64) {
		n = int(min(float64(side), max(1, extent/minCell)))
		if scale = float64(n) / extent; math.IsInf(scale, 0) || math.IsNaN(scale) {
			return 1, 0
		}
		return n, scale
	}
	x.nx, x.sx = fit(x.bound.Max[0] - x.bound.Min[0])
	x.ny, x.sy = fit(x.bound.Max[1] - x.bound.Min[1])
	f := &filler{x: x, cell: make([]uint16, x.nx*x.ny), head: make([]int32, x.nx*x.ny), seen: make([]int32, x.nx*x.ny)}
	f.reserve()
	for z := range x.zones {
		if f.zone(int32(z)); f.full {
			return false
		}
	}
	f.finish()
	return true
}

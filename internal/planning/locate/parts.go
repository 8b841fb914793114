package locate

import (
	"math"
	"math/bits"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
)

// A pair's cell is divided into parts, 8 × 8 of them, and a bit tells of each whether it is one zone's alone: three of four points of
// such a cell are answered by that, without reading the border.
const (
	partBits = 3
	parts    = 1 << partBits
)

// partOf gives the number of the part of a cell that a point lies in.
func (x *Index) partOf(p orb.Point, cx, cy int) uint {
	u := int(((p[0]-x.origin[0])*x.sx - float64(cx)) * parts)
	v := int(((p[1]-x.origin[1])*x.sy - float64(cy)) * parts)
	return uint(min(v, parts-1))<<partBits | uint(min(u, parts-1))
}

// partCentre is a point in the middle of a part.
func (x *Index) partCentre(part uint, cx, cy int) orb.Point {
	u, v := float64(part&(parts-1))+0.5, float64(part>>partBits)+0.5
	return orb.Point{x.origin[0] + (float64(cx)+u/parts)/x.sx, x.origin[1] + (float64(cy)+v/parts)/x.sy}
}

// parts writes into a pair's list which parts of its cell the border does not touch, and whose they are: those that hang together
// without it between them are one zone's, so one of them is asked.
func (f *filler) parts(l []int32, cx, cy int) {
	x := f.x
	e, sides := l[pairAt], l[pairAt+2:]
	touched := uint64(0)
	for _, i := range sides {
		touched |= x.partsOf(x.corners[i], x.corners[i+1], cx, cy)
	}
	r := x.centre(cx, cy)
	for free := ^touched; free != 0; {
		at := bits.TrailingZeros64(free)
		whose := spread(1<<at, free)
		free &^= whose
		k := partsAt
		switch x.walkOrAsk(e, sides, x.partCentre(uint(at), cx, cy), r) {
		case geo.Inside:
		case geo.Outside:
			k += 2
		default:
			continue
		}
		l[k] |= int32(uint32(whose))
		l[k+1] |= int32(uint32(whose >> 32))
	}
}

// spread gives what of free hangs together with a part.
func spread(from, free uint64) uint64 {
	const west, east = 0x0101010101010101, 0x8080808080808080
	for {
		to := (from | from&^east<<1 | from&^west>>1 | from<<parts | from>>parts) & free
		if to == from {
			return to
		}
		from = to
	}
}

// partsOf gives the parts of a cell that a side may touch, as edge does for cells.
func (x *Index) partsOf(a, b orb.Point, cx, cy int) (touched uint64) {
	const margin = margin * parts
	if a[1] > b[1] {
		a, b = b, a
	}
	l := line{
		((a[0]-x.origin[0])*x.sx - float64(cx)) * parts, ((a[1]-x.origin[1])*x.sy - float64(cy)) * parts,
		((b[0]-x.origin[0])*x.sx - float64(cx)) * parts, ((b[1]-x.origin[1])*x.sy - float64(cy)) * parts,
	}
	from, to := partIn(l.ay-margin), partIn(l.by+margin)
	for row := from; row <= to; row++ {
		c0, c1 := l.over(row, row == parts-1, margin)
		first, last := partIn(c0-margin), partIn(c1+margin)
		touched |= (2<<last - 1<<first) << (row * parts)
	}
	return touched
}

// partIn gives the column or the row of a part, the nearest one for what lies outside the cell.
func partIn(at float64) int { return int(min(parts-1, max(0, math.Floor(at)))) }

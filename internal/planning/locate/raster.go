package locate

import (
	"math"
	"slices"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
)

// margin widens what an edge covers of a row, in cells: far more than all rounding, far less than a cell.
const margin = 4e-3

// filler paints zones into the raster, in the order of codes.
type filler struct {
	x      *Index
	seen   []int32 // by cell: 1 + the last zone whose border was marked there
	seenBy int32
	cell   []uint16 // of all cells, row by row: 1 + the only zone, 0 for none; or asked
	// The candidates of a cell hang in a chain: head is 1 + the last link, 0 for none. In the end it is where its list begins.
	head  []int32
	links []link
	full  bool       // more candidates than the raster takes
	spans [][2]int32 // by row: the cells with the zone's border lie between
}

// asked marks cells that a border may cross, and those of zones whose number 16 bits do not hold: they have candidates.
const asked = math.MaxUint16

type link struct {
	zone int32
	side int32 // −1 when the whole cell is the zone's
	next int32
}

// reserve makes room for all sides, and for about as many links as cells that they run through.
func (f *filler) reserve() {
	corners, cells := 0, 0.0
	for i := range f.x.zones {
		eachRing(f.x.zones[i].Shape, func(r orb.Ring) {
			for i := 1; i < len(r); i++ {
				cells += math.Abs(r[i][0]-r[i-1][0])*f.x.sx + math.Abs(r[i][1]-r[i-1][1])*f.x.sy + 1
			}
			corners += len(r)
		})
	}
	f.x.corners, f.links = make([]orb.Point, 0, corners), make([]link, 0, int(min(cells*1.02+64, maxLinks)))
}

func (f *filler) zone(z int32) {
	x := f.x
	b := x.exact[z].Bound()
	f.seenBy = z + 1
	r0, r1 := x.row(b.Min[1]), x.row(b.Max[1])
	f.spans = append(f.spans[:0], make([][2]int32, r1-r0+1)...)
	for i := range f.spans {
		f.spans[i] = [2]int32{int32(x.nx), -1}
	}
	eachRing(x.zones[z].Shape, func(r orb.Ring) {
		if len(r) > 0 {
			x.corners = append(x.corners, r[0])
		}
		for i := 1; i < len(r); i++ {
			if r[i-1] != r[i] {
				x.corners = append(x.corners, r[i])
				f.edge(z, r0, r[i-1], r[i])
			}
		}
	})
	for row := r0; row <= r1 && !f.full; row++ {
		f.fill(z, row, f.spans[row-r0])
	}
}

func eachRing(g orb.Geometry, do func(orb.Ring)) {
	switch g := g.(type) {
	case orb.Ring:
		do(g)
	case orb.Polygon:
		for _, r := range g {
			do(r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			eachRing(p, do)
		}
	case orb.Bound:
		eachRing(g.ToPolygon(), do)
	case orb.Collection:
		for _, m := range g {
			eachRing(m, do)
		}
	}
}

// row is the same monotone function of latitude as in cellOf.
func (x *Index) row(lat float64) int { return min(x.ny-1, max(0, int((lat-x.origin[1])*x.sy))) }

func (x *Index) column(cells float64) int { return min(x.nx-1, max(0, int(math.Floor(cells)))) }

// A line runs from a to b, which does not lie below a, over rows of one unit each.
type line struct{ ax, ay, bx, by float64 }

// over gives between which columns a line may run in a row, margin above and below included. The last row holds what lies above it too:
// the upper border, and what rounding leaves.
func (l line) over(row int, last bool, margin float64) (c0, c1 float64) {
	if l.by-l.ay <= margin {
		return min(l.ax, l.bx), max(l.ax, l.bx)
	}
	u := l.ax + (l.bx-l.ax)*min(1, max(0, (float64(row)-margin-l.ay)/(l.by-l.ay)))
	v := l.ax + (l.bx-l.ax)*min(1, max(0, (float64(row+1)+margin-l.ay)/(l.by-l.ay)))
	if last {
		return min(u, v, l.bx), max(u, v, l.bx)
	}
	return min(u, v), max(u, v)
}

// edge marks every cell that an edge may touch.
func (f *filler) edge(z int32, r0 int, a, b orb.Point) {
	x := f.x
	if a[1] > b[1] {
		a, b = b, a
	}
	l := line{(a[0] - x.origin[0]) * x.sx, (a[1] - x.origin[1]) * x.sy, (b[0] - x.origin[0]) * x.sx, (b[1] - x.origin[1]) * x.sy}
	from, to := x.row(a[1]), x.row(b[1])
	// The first and the last row are reached by rounding alone when an end lies next to them.
	from, to = max(r0, min(from, int(math.Max(0, l.ay-margin)))), min(x.ny-1, max(to, int(l.by+margin)))
	to = min(to, r0+len(f.spans)-1)
	for row := from; row <= to; row++ {
		c0, c1 := l.over(row, row == x.ny-1, margin)
		for c := x.column(c0 - margin); c <= x.column(c1+margin); c++ {
			f.mark(z, row, c, r0)
		}
	}
}

// mark notes the last side as touching a cell.
func (f *filler) mark(z int32, row, c, r0 int) {
	k := row*f.x.nx + c
	f.hang(k, z, int32(len(f.x.corners)-2))
	if f.seen[k] == f.seenBy {
		return
	}
	f.seen[k] = f.seenBy
	s := &f.spans[row-r0]
	s[0], s[1] = min(s[0], int32(c)), max(s[1], int32(c))
}

// maxLinks bounds the memory that zones lying over one another can ask for, and zones of very many sides.
const maxLinks = 12_000_000

func (f *filler) hang(k int, zone, side int32) {
	if len(f.links) == maxLinks {
		f.full = true
		return
	}
	f.links = append(f.links, link{zone, side, f.head[k]})
	f.head[k] = int32(len(f.links))
}

// fill paints what of a row lies inside the zone: between two cells of the border all cells are alike, so one is asked.
func (f *filler) fill(z int32, row int, span [2]int32) {
	x := f.x
	base := row * x.nx
	for c := int(span[0]) + 1; c < int(span[1]); c++ {
		if f.seen[base+c] == f.seenBy {
			continue
		}
		end := c
		for f.seen[base+end] != f.seenBy {
			end++ // ends at the span's end
		}
		if x.exact[z].Locate(x.centre(c, row)) == geo.Inside {
			for k := base + c; k < base+end; k++ {
				if f.cell[k] == 0 && f.head[k] == 0 && z+1 < asked {
					f.cell[k] = uint16(z + 1)
				} else {
					f.hang(k, z, -1)
				}
			}
		}
		c = end
	}
}

// finish turns chains of candidates into lists, lowest code first, and the raster into blocks.
func (f *filler) finish() {
	x := f.x
	x.list = make([]int32, 0, 3*len(f.links))
	var cell []link
	for k, h := range f.head {
		if h == 0 {
			continue
		}
		cell = cell[:0]
		if f.cell[k] > 0 {
			cell = append(cell, link{zone: int32(f.cell[k]) - 1, side: -1})
		}
		for ; h != 0; h = f.links[h-1].next {
			cell = append(cell, f.links[h-1])
		}
		slices.SortFunc(cell, func(a, b link) int {
			if a.zone != b.zone {
				return int(a.zone - b.zone)
			}
			return int(a.side - b.side)
		})
		f.cell[k], f.head[k] = asked, int32(len(x.list))
		f.write(k, cell)
	}
	f.blocks()
}

// blocks keeps cells one by one only where those of a block differ. The last block is that of points outside: no zone is there.
func (f *filler) blocks() {
	x := f.x
	x.bx = (x.nx + tile - 1) / tile
	x.block = make([]uint32, 0, x.bx*((x.ny+tile-1)/tile)+1)
	for cy := 0; cy < x.ny; cy += tile {
		for cx := 0; cx < x.nx; cx += tile {
			x.block = append(x.block, f.blockAt(cx, cy))
		}
	}
	x.block = append(x.block, 0)
}

func (f *filler) blockAt(cx, cy int) uint32 {
	x := f.x
	east, north := min(cx+tile, x.nx), min(cy+tile, x.ny)
	v, same := f.cell[cy*x.nx+cx], true
	for row := cy; row < north; row++ {
		for _, w := range f.cell[row*x.nx+cx : row*x.nx+east] {
			same = same && w == v
		}
	}
	if same && v != asked {
		return uint32(v)
	}
	t := len(x.cell) >> (2 * tileBits)
	x.cell = append(x.cell, make([]uint32, tile*tile)...)
	for row := cy; row < north; row++ {
		for col := cx; col < east; col++ {
			k, c := row*x.nx+col, tileCell(uint32(t), col, row)
			if x.cell[c] = uint32(f.cell[k]); f.cell[k] == asked {
				x.cell[c] = mixed | uint32(f.head[k])
			}
		}
	}
	return mixed | uint32(t)
}

// write adds the list of one cell.
func (f *filler) write(k int, cell []link) {
	x := f.x
	centre := x.centre(k%x.nx, k/x.nx)
	if at, ok := f.pair(cell, centre); ok {
		n := sidesOf(cell)
		x.list = append(x.list, ^cell[n].zone, 0, 0, 0, 0)
		first := len(x.list) - pairAt
		f.candidate(cell[:n], at)
		f.parts(x.list[first:], k%x.nx, k/x.nx)
		return
	}
	count := len(x.list)
	x.list = append(x.list, 0)
	for len(cell) > 0 {
		n := sidesOf(cell)
		x.list[count]++
		f.candidate(cell[:n], x.exact[cell[0].zone].Locate(centre))
		cell = cell[n:]
	}
}

// candidate adds one zone of a cell, which has the cell's centre or not, to its list.
func (f *filler) candidate(cell []link, at geo.Position) {
	x, z := f.x, cell[0].zone
	switch {
	case cell[0].side < 0:
		x.list = append(x.list, 4*z+whole)
	case at == geo.Border || len(cell) > manySides:
		x.list = append(x.list, 4*z+hard)
	default:
		what := 4*z + outer
		if at == geo.Inside {
			what = 4*z + middle
		}
		x.list = append(x.list, what, int32(len(cell)))
		for _, l := range cell {
			x.list = append(x.list, l.side)
		}
	}
}

// sidesOf tells how many links in the front belong to one zone.
func sidesOf(cell []link) (n int) {
	for n = 1; n < len(cell) && cell[n].zone == cell[0].zone; n++ {
	}
	return n
}

// pair tells whether a cell is of two zones whose sides in it are the same, and one of them has the centre; at is where the centre
// is for the first one.
func (f *filler) pair(cell []link, centre orb.Point) (at geo.Position, ok bool) {
	n := sidesOf(cell)
	if cell[0].side < 0 || cell[len(cell)-1].side < 0 || 2*n != len(cell) || n > manySides || sidesOf(cell[n:]) != n {
		return 0, false
	}
	x := f.x
	for _, l := range cell[:n] {
		a, b := x.corners[l.side], x.corners[l.side+1]
		if !slices.ContainsFunc(cell[n:], func(m link) bool {
			c, d := x.corners[m.side], x.corners[m.side+1]
			return a == d && b == c || a == c && b == d
		}) {
			return 0, false
		}
	}
	at, other := x.exact[cell[0].zone].Locate(centre), x.exact[cell[n].zone].Locate(centre)
	return at, at != other && at != geo.Border && other != geo.Border
}

// manySides is how many sides of a zone in one cell are slower to walk through than to ask the zone.
const manySides = 24

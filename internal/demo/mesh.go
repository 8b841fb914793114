package demo

import (
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"
)

// The mesh: meshU columns from west to east and meshV rows from south to north. The river runs along column line riverU.
const (
	meshU, meshV = 160, 155
	riverU       = 84
)

// Metres to a degree at the district's latitude (WGS84 series for the meridian and the parallel at 36.65°).
const (
	metresLat = 110969.2
	metresLon = 89424.5
)

// Middle is the district's centre in WGS84. It stands on building 3 of 建设巷 12 号院.
var Middle = orb.Point{101.7593426, 36.6484989}

// mesh is the one planar mesh that every area is made of: cell (u,v) lies between the vertices (u,v) and (u+1,v+1).
// Each vertex is rounded once to 1e-7°, so that areas which share an edge share it to the last digit.
type mesh struct {
	x, y  [meshU + 1][meshV + 1]float64 // metres, before the district is put in its place
	at    [meshU + 1][meshV + 1]orb.Point
	shift [2]float64 // metres added so that the centre falls where it must
}

func cellAt(u, v int) int          { return v*meshU + u }
func cellUV(c int) (u, v int)      { return c % meshU, c / meshU }
func round7(f float64) float64     { return math.Round(f*1e7) / 1e7 }
func smooth(t float64) float64     { return t * t * (3 - 2*t) }
func lerp(a, b, t float64) float64 { return a + (b-a)*t }

// profile is a smooth curve through points (at, value), flat beyond its ends.
type profile [][2]float64

func (p profile) at(t float64) float64 {
	if t <= p[0][0] {
		return p[0][1]
	}
	for i := 1; i < len(p); i++ {
		if t <= p[i][0] {
			return lerp(p[i-1][1], p[i][1], smooth((t-p[i-1][0])/(p[i][0]-p[i-1][0])))
		}
	}
	return p[len(p)-1][1]
}

// Half widths of the valley in metres, west and east of the river, over metres north of the southern edge.
var (
	westWidth = profile{{0, 4900}, {2600, 5700}, {3600, 5700}, {6000, 4500}, {7600, 3500}, {9300, 3300}, {10600, 3100}, {12800, 2300}}
	eastWidth = profile{{0, 3900}, {2400, 4500}, {3200, 4400}, {5200, 3100}, {6600, 2500}, {8300, 2700}, {10400, 3000}, {12800, 2300}}
)

// noise is smooth deterministic noise: a sum of waves with seeded directions and phases, in [-1, 1].
type noise [][3]float64

func newNoise(r *rand.Rand, wavelength float64) noise {
	var n noise
	for range 5 {
		a, k := r.Float64()*2*math.Pi, 2*math.Pi/(wavelength*(0.7+0.6*r.Float64()))
		n = append(n, [3]float64{k * math.Cos(a), k * math.Sin(a), r.Float64() * 2 * math.Pi})
	}
	return n
}

func (n noise) at(x, y float64) float64 {
	s := 0.0
	for _, w := range n {
		s += math.Sin(w[0]*x + w[1]*y + w[2])
	}
	return s / float64(len(n))
}

// newMesh warps the lattice into a valley: dense in the town by the river, wider in the villages, bent along the river.
func newMesh(s seeded) *mesh {
	m, r := &mesh{}, s.rng("mesh")
	cols, rows := columns(r), rowsNorth(r)
	height := rows[meshV]
	wide, fine := [2]noise{newNoise(r, 2300), newNoise(r, 2300)}, [2]noise{newNoise(r, 620), newNoise(r, 620)}
	for u := range meshU + 1 {
		for v := range meshV + 1 {
			t, y0 := cols[u], rows[v]
			side := westWidth
			if t > 0 {
				side = eastWidth
			}
			h := y0 / height
			x := riverX(y0) + t*side.at(y0)
			y := y0 + (1-h)*560*t*t*t*t - h*430*t*t*t*t + 150*math.Sin(t*2.2+y0/2600)
			a := 40 + 60*h // the villages are laid out more freely than the town
			x, y = x+a*wide[0].at(x, y)+0.28*a*fine[0].at(x, y), y+a*wide[1].at(x, y)+0.28*a*fine[1].at(x, y)
			x, y = x+3*(r.Float64()-0.5), y+3*(r.Float64()-0.5)
			const turn = 0.075 // radians
			m.x[u][v], m.y[u][v] = x*math.Cos(turn)-y*math.Sin(turn), x*math.Sin(turn)+y*math.Cos(turn)
		}
	}
	return m
}

// riverX is the river's way: metres east over metres north of the southern edge.
func riverX(y float64) float64 {
	return 300*math.Sin(y/1900+0.7) + 85*math.Sin(y/830+2) - 0.05*y
}

// columns gives each column line its place in [-1, 1], zero at the river, columns widening outwards.
func columns(r *rand.Rand) [meshU + 1]float64 {
	var at [meshU + 1]float64
	for u := range meshU {
		far := math.Abs(float64(u)+0.5-riverU) / riverU
		wide := (0.8 + 0.9*far*far) * (0.86 + 0.28*r.Float64())
		if u == riverU || u == riverU-1 {
			wide = 1.5 // room for the river and its banks
		}
		at[u+1] = at[u] + wide
	}
	zero, end := at[riverU], at[meshU]
	for u := range at {
		if u <= riverU {
			at[u] = (at[u] - zero) / zero
		} else {
			at[u] = (at[u] - zero) / (end - zero)
		}
	}
	return at
}

// rowsNorth gives each row line its metres north of the southern edge: 50 m rows in the town, 110 m in the far north.
func rowsNorth(r *rand.Rand) [meshV + 1]float64 {
	step := profile{{60, 50}, {105, 108}}
	var at [meshV + 1]float64
	for v := range meshV {
		at[v+1] = at[v] + step.at(float64(v))*(0.86+0.28*r.Float64())
	}
	return at
}

// metres gives a point inside a cell in metres, s and t in [0,1] across it (bilinear).
func (m *mesh) metres(u, v int, s, t float64) (x, y float64) {
	at := func(g *[meshU + 1][meshV + 1]float64) float64 {
		return lerp(lerp(g[u][v], g[u+1][v], s), lerp(g[u][v+1], g[u+1][v+1], s), t)
	}
	return at(&m.x), at(&m.y)
}

// put moves the mesh so that the point (x,y) in metres falls on Middle, and rounds each vertex once.
func (m *mesh) put(x, y float64) {
	m.shift = [2]float64{-x, -y}
	for u := range m.x {
		for v := range m.x[u] {
			m.at[u][v] = m.lonlat(m.x[u][v], m.y[u][v])
		}
	}
}

// lonlat gives a point in metres as WGS84, rounded to 1e-7°.
func (m *mesh) lonlat(x, y float64) orb.Point {
	return orb.Point{round7(Middle[0] + (x+m.shift[0])/metresLon), round7(Middle[1] + (y+m.shift[1])/metresLat)}
}

// point gives a point inside a cell as WGS84, from the rounded vertices, so that it lies within the cell as drawn.
func (m *mesh) point(u, v int, s, t float64) orb.Point {
	var p orb.Point
	for i := range 2 {
		p[i] = round7(lerp(lerp(m.at[u][v][i], m.at[u+1][v][i], s), lerp(m.at[u][v+1][i], m.at[u+1][v+1][i], s), t))
	}
	return p
}

// quad gives the rectangle [s0,s1]×[t0,t1] of one cell as a ring, counter-clockwise.
func (m *mesh) quad(u, v int, s0, t0, s1, t1 float64) orb.Polygon {
	a := m.point(u, v, s0, t0)
	return orb.Polygon{{a, m.point(u, v, s1, t0), m.point(u, v, s1, t1), m.point(u, v, s0, t1), a}}
}

// span is a rectangle of whole cells: columns u … u+w-1, rows v … v+h-1.
type span struct{ u, v, w, h int }

func (b span) cells() []int {
	var out []int
	for v := b.v; v < b.v+b.h; v++ {
		for u := b.u; u < b.u+b.w; u++ {
			out = append(out, cellAt(u, v))
		}
	}
	return out
}

// inset gives the span drawn in by the share in (0, 0.5) of a cell on each side. Its vertices stand where it crosses
// column and row lines, so that each of its edges runs within one convex cell.
func (m *mesh) inset(b span, in float64) orb.Polygon {
	var ring orb.Ring
	u1, v1 := b.u+b.w-1, b.v+b.h-1
	ring = append(ring, m.point(b.u, b.v, in, in))
	for u := b.u; u < u1; u++ {
		ring = append(ring, m.point(u, b.v, 1, in))
	}
	ring = append(ring, m.point(u1, b.v, 1-in, in))
	for v := b.v; v < v1; v++ {
		ring = append(ring, m.point(u1, v, 1-in, 1))
	}
	ring = append(ring, m.point(u1, v1, 1-in, 1-in))
	for u := u1; u > b.u; u-- {
		ring = append(ring, m.point(u, v1, 0, 1-in))
	}
	ring = append(ring, m.point(b.u, v1, in, 1-in))
	for v := v1; v > b.v; v-- {
		ring = append(ring, m.point(b.u, v, in, 0))
	}
	return orb.Polygon{append(ring, ring[0])}
}

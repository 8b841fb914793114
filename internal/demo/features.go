package demo

import (
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"sanzhi/internal/territory"
)

// plant puts small greens into free cells of the comprehensive grids: pocket parks of 400 m² and more.
func (l *layout) plant() {
	r := l.seed.rng("greens")
	for _, a := range l.units() {
		if a.kind != territory.Community {
			continue
		}
		g := l.ground(a)
		for _, grid := range a.parts {
			if grid.kind != territory.GridGeneral || r.IntN(10) > 3 {
				continue
			}
			b := largest(grid.cells, 1, 1, g.free)
			if b.w == 1 {
				grid.greens = append(grid.greens, b)
			}
		}
	}
}

// addFeatures adds the river, the 湟水 south of the district, the streets and the small greens.
func (d *District) addFeatures() {
	m := d.layout.mesh
	d.feature(FeatureRiver, "北川河", m.river())
	d.feature(FeatureRiver, "湟水", m.southRiver())
	for _, a := range d.layout.units() {
		for _, g := range a.parts {
			for i, b := range g.greens {
				u, v := b.u, b.v
				d.feature(FeatureGreen, fmt.Sprintf("%s口袋公园%d", g.name, i+1), m.quad(u, v, 0.12, 0.14, 0.88, 0.86))
			}
		}
	}
	d.streets()
}

func (d *District) feature(k FeatureKind, name string, shape orb.Geometry) {
	d.Features = append(d.Features, Feature{k, name, shape})
}

// river is a band of a third of a cell on either side of the column line riverU.
func (m *mesh) river() orb.Polygon {
	const bank = 0.45
	var left, right orb.Ring
	for v := range meshV {
		left, right = append(left, m.point(riverU-1, v, 1-bank, 0)), append(right, m.point(riverU, v, bank, 0))
	}
	left, right = append(left, m.point(riverU-1, meshV-1, 1-bank, 1)), append(right, m.point(riverU, meshV-1, bank, 1))
	return closed(right, left)
}

// southRiver runs along the southern edge, outside the district, into which the valley opens.
func (m *mesh) southRiver() orb.Polygon {
	var near, far orb.Ring
	for u := range meshU + 1 {
		x, y := m.x[u][0], m.y[u][0]
		if u == 0 {
			near, far = append(near, m.lonlat(x-2500, y+250)), append(far, m.lonlat(x-2500, y+150))
		}
		near, far = append(near, m.lonlat(x, y-170)), append(far, m.lonlat(x, y-290))
		if u == meshU {
			near, far = append(near, m.lonlat(x+2500, y+60)), append(far, m.lonlat(x+2500, y-60))
		}
	}
	return closed(far, near)
}

// closed joins a chain and the way back along another into a ring.
func closed(there, back orb.Ring) orb.Polygon {
	ring := append(orb.Ring{}, there...)
	for _, p := range slices.Backward(back) {
		ring = append(ring, p)
	}
	return orb.Polygon{append(ring, ring[0])}
}

// streets names the cuts: those that part streets and communities, and the first lanes within communities.
func (d *District) streets() {
	l := d.layout
	r := d.seed.rng("street names")
	names, n := shuffled(r, roadNames), 0
	name := func() string {
		n++
		if n <= len(names) {
			return names[n-1]
		}
		return fmt.Sprintf("规划%d路", n-len(names))
	}
	add := func(k FeatureKind, name string, chain []node) {
		if !alongRiver(chain) {
			d.feature(k, name, l.mesh.line(chain))
		}
	}
	for i, a := range l.county.parts {
		for _, b := range l.county.parts[i+1:] {
			if chain := shared(a.cells, b.cells); len(chain) > 3 {
				add(FeatureMain, name(), chain)
			}
		}
	}
	for _, c := range l.cuts {
		k := FeatureRoad
		if c.depth == 0 {
			k = FeatureMain
		}
		add(k, name(), c.chain)
	}
	for i, c := range l.lanes {
		lane := laneNames[i%len(laneNames)]
		if k := i / len(laneNames); k > 0 {
			lane = fmt.Sprintf("%s%d条", lane[:len(lane)-len("巷")], k+1)
		}
		add(FeatureLane, lane, c.chain)
	}
}

// alongRiver reports whether most of a chain runs in the river.
func alongRiver(chain []node) bool {
	n := 0
	for _, p := range chain {
		if p.u == riverU {
			n++
		}
	}
	return 2*n > len(chain)
}

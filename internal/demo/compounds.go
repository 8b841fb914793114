package demo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"sanzhi/internal/territory"
)

// compound is a 小区: a rectangle of cells within one grid, drawn in so that the street runs round it.
type compound struct {
	span      span
	name      string
	seq       int // within its community, from 1
	buildings []building
}

// building stands within one cell of its compound.
type building struct {
	u, v           int
	s0, t0, s1, t1 float64 // its rectangle within the cell
	households     int
	people         int
}

const compoundInset = 0.09 // share of a cell between a compound's wall and the middle of the street

func (c *compound) count() (households, people int) {
	for _, b := range c.buildings {
		households, people = households+b.households, people+b.people
	}
	return households, people
}

// settle places the 360 compounds, their buildings and the people.
func (l *layout) settle() error {
	r := l.seed.rng("settle")
	var town, rural []*area
	for _, a := range l.units() {
		for _, g := range a.parts {
			switch {
			case g.kind == territory.GridDedicated:
			case a.kind == territory.Community:
				town = append(town, g)
			case a.kind == territory.Village && len(a.code) == 12 && a.code[6:9] < "100":
				rural = append(rural, g)
			}
		}
	}
	r.Shuffle(len(town), func(i, j int) { town[i], town[j] = town[j], town[i] })
	const inVillages, pairs = 10, 34
	left := numCompounds - inVillages
	left -= l.place(r, town, 5, 3, pairs, true)
	left -= l.place(r, town, 2, 2, left, false)
	sort.SliceStable(rural, func(i, j int) bool { return rural[i].code[12:] < rural[j].code[12:] }) // one a village first
	left += inVillages
	left -= l.place(r, rural, 3, 2, left, false)
	if left != 0 {
		return fmt.Errorf("%d compounds found no grid", left)
	}
	l.nameCompounds()
	l.plant()
	l.people(r)
	return nil
}

// units lists the communities, villages and the pseudo-area in order of code.
func (l *layout) units() []*area {
	var out []*area
	for _, st := range l.county.parts {
		out = append(out, st.parts...)
	}
	return out
}

// place gives up to n grids, the roomiest first, a compound in their largest rectangle of at least w × h, or two compounds
// side by side, and says how many compounds it placed.
func (l *layout) place(r *rand.Rand, grids []*area, w, h, n int, pair bool) int {
	type room struct {
		g *area
		b span
	}
	var rooms []room
	for _, g := range grids {
		if len(g.compounds) > 0 {
			continue
		}
		if b := largest(g.cells, 6, 5, set(g.cells)); b.w >= w && b.h >= h {
			rooms = append(rooms, room{g, b})
		}
	}
	sort.SliceStable(rooms, func(i, j int) bool { return rooms[i].b.w*rooms[i].b.h > rooms[j].b.w*rooms[j].b.h })
	if pair { // the widest rooms are not always those that are shared
		r.Shuffle(len(rooms), func(i, j int) { rooms[i], rooms[j] = rooms[j], rooms[i] })
		n /= 2
	}
	placed := 0
	for _, room := range rooms[:min(n, len(rooms))] {
		if b := room.b; pair {
			k := b.w / 2
			l.build(r, room.g, span{b.u, b.v, k, b.h})
			l.build(r, room.g, span{b.u + k, b.v, b.w - k, b.h})
			placed += 2
		} else {
			l.build(r, room.g, b)
			placed++
		}
	}
	return placed
}

// build makes a compound of at most 15 cells in the span, with 8 to 14 buildings in rows that face south.
func (l *layout) build(r *rand.Rand, g *area, b span) {
	for b.w*b.h > 15 || b.w*b.h >= len(g.cells) {
		if b.w > b.h {
			b.w--
		} else {
			b.h--
		}
	}
	cells := b.cells()
	n := between(r, 8, 14)
	n = min(n, 2*len(cells))
	double := max(0, n-len(cells)) // cells with two buildings
	if n < len(cells) {            // what is not built is the yard
		r.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
		cells = cells[:n]
		sort.Ints(cells)
	}
	c := &compound{span: b}
	for i, cell := range slices.Backward(cells) { // numbered from the north, where the gate is
		u, v := cellUV(cell)
		if i < double {
			c.buildings = append(c.buildings, l.house(r, u, v, 0.72), l.house(r, u, v, 0.29))
		} else {
			c.buildings = append(c.buildings, l.house(r, u, v, 0.42+0.16*r.Float64()))
		}
	}
	g.compounds = append(g.compounds, c)
}

// house is a slab 12–15 m deep, in a cell at the height t.
func (l *layout) house(r *rand.Rand, u, v int, t float64) building {
	x0, y0 := l.mesh.metres(u, v, 0.5, 0)
	x1, y1 := l.mesh.metres(u, v, 0.5, 1)
	half := min(0.15, (12+3*r.Float64())/math.Hypot(x1-x0, y1-y0)/2)
	s0 := 0.14 + 0.1*r.Float64()
	return building{u: u, v: v, s0: s0, s1: 0.76 + 0.1*r.Float64(), t0: t - half, t1: t + half}
}

func set(cells []int) map[int]bool {
	m := make(map[int]bool, len(cells))
	for _, c := range cells {
		m[c] = true
	}
	return m
}

// people settles the people: in each unit, every comprehensive grid within 12 % of the unit's mean, most of them in the
// compounds, the rest in houses of their own along the streets.
func (l *layout) people(r *rand.Rand) {
	for _, a := range l.units() {
		mean := between(r, 330, 520)
		if a.kind == territory.Community {
			mean = between(r, 560, 1040)
		}
		for _, g := range a.parts {
			target := int(float64(mean) * (0.88 + 0.24*r.Float64()))
			if g.kind == territory.GridDedicated {
				target = g.host.lodgers(r)
			}
			g.people, g.households = target, homes(target)
			l.fill(r, g, target)
		}
		shareGroups(a)
		for _, g := range a.parts {
			a.people, a.households = a.people+g.people, a.households+g.households
		}
	}
	for _, st := range l.county.parts {
		for _, a := range st.parts {
			st.people, st.households = st.people+a.people, st.households+a.households
		}
		l.county.people, l.county.households = l.county.people+st.people, l.county.households+st.households
	}
}

// homes is the number of households that people make up: 2.6 to a household, as the 2020 census found for cities.
func homes(people int) int { return int(math.Round(float64(people) / 2.6)) }

// fill spreads nine tenths of a grid's people over its buildings.
func (l *layout) fill(r *rand.Rand, g *area, target int) {
	var all []*building
	for _, c := range g.compounds {
		for i := range c.buildings {
			all = append(all, &c.buildings[i])
		}
	}
	if len(all) == 0 {
		return
	}
	rest := 0
	for _, b := range all {
		b.people = int(0.9 * float64(target) / float64(len(all)) * (0.75 + 0.5*r.Float64()))
		b.households = homes(b.people)
		rest += b.people
	}
	households := 0
	for _, b := range all {
		households += b.households
	}
	g.people = max(target, rest)
	g.households = households + homes(g.people-rest)
}

// shareGroups shares the people of each grid of a village among its villager groups by area.
func shareGroups(a *area) {
	for _, g := range a.parts {
		in := set(g.cells)
		var groups []*area
		for _, z := range a.groups {
			if in[z.cells[0]] {
				groups = append(groups, z)
			}
		}
		p, h := g.people, g.households
		for i, z := range groups {
			z.people, z.households = g.people*len(z.cells)/len(g.cells), g.households*len(z.cells)/len(g.cells)
			if i == len(groups)-1 {
				z.people, z.households = p, h
			}
			p, h = p-z.people, h-z.households
		}
	}
}

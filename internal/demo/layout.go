package demo

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/paulmach/orb"

	"sanzhi/internal/territory"
)

// The figures that the layout meets exactly (the source article's, and the official code list's).
const (
	numStreets     = 7
	numCommunities = 31
	numVillages    = 38
	numCompounds   = 360
	numGeneral     = 533
	numDedicated   = 105
)

// area is a place as a set of cells, before it has a shape: the county, a street, a community or village, a grid, a group.
type area struct {
	code, name string
	kind       territory.Kind
	cells      []int
	parts      []*area // the next tier down
	groups     []*area // villager groups of a village, each within one grid
	host       *host   // of a dedicated grid
	compounds  []*compound
	greens     []span
	households int
	people     int
}

// layout is the district as sets of cells and streets.
type layout struct {
	mesh   *mesh
	seed   seeded
	county *area
	cuts   []cut // level 0: streets that part communities; level 1 and deeper: lanes within them
	lanes  []cut
	used   map[[2]int]int
}

// streetOf says to which street-level unit a cell belongs: four subdistricts side by side in the south, 大堡子镇 in the
// west, the industrial park in the middle, 廿里铺镇 up the valley.
func streetOf(u, v int) string {
	jog := func(at, lo, hi int) int {
		if v < at {
			return lo
		}
		return hi
	}
	switch {
	case u < jog(26, 30, 33) && v < 58:
		return "630105004"
	case u < riverU && v < jogU(u, 56, 58, 61):
		return "630105003"
	case u >= riverU && u < jog(34, 122, 119) && v < 70:
		return "630105002"
	case u >= jog(34, 122, 119) && v < 66:
		return "630105001"
	case u < jog(96, 74, 70) && v < jogU(u, 36, 122, 128):
		return "630105100"
	case u < 128 && u >= jog(96, 74, 70) && v < jogU(u, 104, 99, 95):
		return "630105400"
	default:
		return "630105101"
	}
}

// jogU is a border that steps from lo to hi at column at.
func jogU(u, at, lo, hi int) int {
	if u < at {
		return lo
	}
	return hi
}

// newLayout lays the district out down to grids and villager groups.
func newLayout(s seeded) (*layout, error) {
	streets, err := readCodes("streets.csv", 2, streetKind)
	if err != nil {
		return nil, err
	}
	units, err := readCodes("villages.csv", 2, villageKind)
	if err != nil {
		return nil, err
	}
	l := &layout{mesh: newMesh(s), seed: s, used: map[[2]int]int{}}
	l.mesh.put(l.mesh.metres(riverU+9, 33, 0.5, 0.5)) // near enough to number the grids by
	l.county = &area{code: string(Tenant), name: "城北区", kind: territory.County}
	byStreet := map[string][]int{}
	for v := range meshV {
		for u := range meshU {
			byStreet[streetOf(u, v)] = append(byStreet[streetOf(u, v)], cellAt(u, v))
			l.county.cells = append(l.county.cells, cellAt(u, v))
		}
	}
	for _, c := range streets {
		st := &area{code: c.code, name: c.name, kind: c.kind, cells: byStreet[c.code]}
		var below []code
		for _, w := range units {
			if w.parent == c.code {
				below = append(below, w)
			}
		}
		l.divide(st, below)
		l.county.parts = append(l.county.parts, st)
	}
	if err := l.grids(); err != nil {
		return nil, err
	}
	return l, nil
}

// divide cuts a street-level unit into its communities and villages, the communities towards the town and the river.
func (l *layout) divide(st *area, units []code) {
	sort.SliceStable(units, func(i, j int) bool {
		return units[i].kind == territory.Community && units[j].kind != territory.Community
	})
	var comms int
	for _, c := range units {
		if c.kind == territory.Community {
			comms++
		}
	}
	weights := make([]float64, len(units))
	for i, c := range units {
		switch {
		case c.kind == territory.Community && st.kind == territory.Subdistrict:
			weights[i] = 1
		case c.kind == territory.Community:
			weights[i] = 250
		case st.kind == territory.Town:
			weights[i] = float64(len(st.cells)-250*comms) / float64(len(units)-comms)
		default:
			weights[i] = 0.62
		}
	}
	sl := &slicer{m: l.mesh, r: l.seed.rng("slice " + st.code), used: l.used}
	parts := sl.parts(st.cells, weights)
	l.cuts = append(l.cuts, sl.cuts...)
	if st.code == "630105002" { // 小桥社区 is the one in the middle of the town
		bring(parts, units, "630105002004", node{riverU + 9, 33})
	}
	for i, c := range units {
		st.parts = append(st.parts, &area{code: c.code, name: c.short, kind: c.kind, cells: parts[i]})
	}
	sort.Slice(st.parts, func(i, j int) bool { return st.parts[i].code < st.parts[j].code })
}

// bring swaps the part that holds the cell at to the unit with the code.
func bring(parts [][]int, units []code, code string, at node) {
	var has, want int
	for i, u := range units {
		if u.code == code {
			want = i
		}
		for _, c := range parts[i] {
			if c == cellAt(at.u, at.v) {
				has = i
			}
		}
	}
	parts[has], parts[want] = parts[want], parts[has]
}

// grids cuts each community and village into its grids: 533 comprehensive and 105 dedicated in all, shared out by area.
func (l *layout) grids() error {
	var comms, villages []*area
	var special *area
	for _, st := range l.county.parts {
		for _, a := range st.parts {
			switch a.kind {
			case territory.Community:
				comms = append(comms, a)
			case territory.Village:
				villages = append(villages, a)
			default:
				special = a
			}
		}
	}
	if len(comms) != numCommunities || len(villages) != numVillages || special == nil {
		return fmt.Errorf("the code list has %d communities and %d villages", len(comms), len(villages))
	}
	const commGeneral, commDedicated, specialGeneral, specialDedicated = 374, 76, 4, 13
	cg, cd := shareOut(comms, commGeneral, 6), shareOut(comms, commDedicated, 1)
	vg := shareOut(villages, numGeneral-commGeneral-specialGeneral, 3)
	vd := shareOut(villages, numDedicated-commDedicated-specialDedicated, 0)
	for i, a := range comms {
		if err := l.cutGrids(a, cg[i], cd[i]); err != nil {
			return err
		}
	}
	for i, a := range villages {
		if err := l.cutGrids(a, vg[i], vd[i]); err != nil {
			return err
		}
	}
	return l.cutGrids(special, specialGeneral, specialDedicated)
}

// shareOut shares n among areas by their number of cells, each at least least, by largest remainder.
func shareOut(areas []*area, n, least int) []int {
	total := 0
	for _, a := range areas {
		total += len(a.cells)
	}
	type rest struct {
		i int
		r float64
	}
	out, rests, left := make([]int, len(areas)), make([]rest, len(areas)), n
	for i, a := range areas {
		exact := float64(n-least*len(areas)) * float64(len(a.cells)) / float64(total)
		out[i] = least + int(exact)
		rests[i] = rest{i, exact - math.Floor(exact)}
		left -= out[i]
	}
	sort.SliceStable(rests, func(i, j int) bool { return rests[i].r > rests[j].r })
	for _, r := range rests[:left] {
		out[r.i]++
	}
	return out
}

// cutGrids cuts an area into grids numbered from west to east, from north to south, some of them dedicated.
func (l *layout) cutGrids(a *area, general, dedicated int) error {
	sl := &slicer{m: l.mesh, r: l.seed.rng("grids " + a.code), used: l.used}
	weights := make([]float64, general+dedicated)
	for i := range weights {
		weights[i] = 1
	}
	for _, cells := range sl.parts(a.cells, weights) {
		a.parts = append(a.parts, &area{kind: territory.GridGeneral, cells: cells})
	}
	for _, c := range sl.cuts {
		if c.depth < 2 {
			l.lanes = append(l.lanes, c)
		}
	}
	if err := l.number(a); err != nil {
		return err
	}
	for _, i := range sl.r.Perm(len(a.parts))[:dedicated] {
		a.parts[i].kind = territory.GridDedicated
	}
	for i, g := range a.parts {
		g.name = fmt.Sprintf("%s第%d网格", strings.TrimSuffix(a.name, "虚拟社区"), i+1)
	}
	if a.kind == territory.Village {
		l.cutGroups(a)
	}
	return nil
}

// number orders grids by the codes that the territory's rule gives them.
func (l *layout) number(a *area) error {
	shapes := make([]orb.Geometry, len(a.parts))
	for i, g := range a.parts {
		p, err := l.mesh.polygon(g.cells)
		if err != nil {
			return fmt.Errorf("grids of %s: %w", a.name, err)
		}
		shapes[i] = p
	}
	codes, err := territory.NumberGrids(a.code, shapes)
	if err != nil {
		return err
	}
	for i, g := range a.parts {
		g.code = codes[i]
	}
	sort.Slice(a.parts, func(i, j int) bool { return a.parts[i].code < a.parts[j].code })
	return nil
}

// centroid is the mean of the cells' middles, in metres.
func (l *layout) centroid(cells []int) (x, y float64) {
	for _, c := range cells {
		u, v := cellUV(c)
		cx, cy := l.mesh.metres(u, v, 0.5, 0.5)
		x, y = x+cx, y+cy
	}
	n := float64(len(cells))
	return x / n, y / n
}

// cutGroups cuts each comprehensive grid of a village into one to three villager groups; a dedicated grid joins none.
func (l *layout) cutGroups(a *area) {
	r := l.seed.rng("groups " + a.code)
	for _, g := range a.parts {
		if g.kind == territory.GridDedicated {
			continue
		}
		n := between(r, 1, 3)
		w := []float64{1, 1, 1}[:n]
		for _, cells := range (&slicer{m: l.mesh, r: r, used: l.used}).parts(g.cells, w) {
			a.groups = append(a.groups, &area{kind: territory.VillagerGroup, cells: cells,
				code: fmt.Sprintf("%s-Z%02d", a.code, len(a.groups)+1), name: fmt.Sprintf("%s%d组", a.name, len(a.groups)+1)})
		}
	}
}

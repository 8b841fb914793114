package planning

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"sanzhi/internal/kernel"
	"sanzhi/internal/planning/cells"
)

// islands joins ground of an area that lies apart (an exclave, a strip behind a river) and holds less than half of what a grid holds to
// the nearest home of the rest: as a grid of its own it would take one from those who need it. Larger pieces stay apart. What was
// joined is told. mean is how many people a grid has on average; homes are numbers in free.
func (d *draft) islands(area int, homes []int, seeds []orb.Point, edges []cells.Edge, mean float64) []cells.Edge {
	root := make([]int, len(homes))
	people := make([]float64, len(homes))
	for i, k := range homes {
		root[i], people[i] = i, float64(d.g.Homes[d.free[k]].People)
	}
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	join := func(a, b int) {
		if a, b = find(a), find(b); a != b {
			root[b] = a
			people[a] += people[b]
		}
	}
	for _, e := range edges {
		join(int(e.A), int(e.B))
	}
	pieces := map[int][]int{}
	for i := range homes {
		pieces[find(i)] = append(pieces[find(i)], i)
	}
	if len(pieces) == 1 {
		return edges
	}
	order := make([]int, 0, len(pieces))
	for r := range pieces {
		order = append(order, r)
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(people[a], people[b]), cmp.Compare(a, b)) })
	count, apart := 0, 0.0
	for _, r := range order {
		if alone := find(r); 2*people[alone] >= mean {
			continue
		}
		from, to, best := -1, -1, math.Inf(1)
		for _, i := range pieces[r] {
			shrink := math.Cos(seeds[i][1] * math.Pi / 180)
			for j := range homes {
				if find(j) == find(r) {
					continue
				}
				if far := math.Hypot((seeds[i][0]-seeds[j][0])*shrink, seeds[i][1]-seeds[j][1]); far < best {
					from, to, best = i, j, far
				}
			}
		}
		if from < 0 {
			break // all hang together by now
		}
		count, apart = count+1, apart+people[find(r)]
		edges = append(edges, cells.Edge{A: int32(min(from, to)), B: int32(max(from, to)), Length: 1})
		join(from, to)
	}
	if count > 0 {
		name := d.g.Areas[area].Name
		d.notes = append(d.notes, kernel.T(fmt.Sprintf("%s：有 %d 块地方、共 %.0f 人和别处不相连，各归到最近的网格", name, count, apart),
			fmt.Sprintf("%s: %d pieces with %.0f people lie apart; each goes with the nearest grid", name, count, apart)))
	}
	return edges
}

// perGrid is how many people a grid that is drawn anew has on average, before communities are looked at.
func (d *draft) perGrid() float64 {
	total := 0
	for _, h := range d.free {
		total += d.g.Homes[h].People
	}
	parts := len(d.today) - len(d.kept)
	if d.p.Grids > 0 {
		parts = d.p.Grids - len(d.kept)
	}
	if parts <= 0 {
		return 0 // one grid a community: nothing is too small
	}
	return float64(total) / float64(parts)
}

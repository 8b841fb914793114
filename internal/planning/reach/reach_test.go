package reach

import (
	"container/heap"
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"sanzhi/internal/geo"
)

// plainGraph is the oracle's network: nothing contracted, places on sides are nodes of their own.
type plainGraph struct{ to [][]plainArc }

type plainArc struct {
	to     int
	length int64
}

func (g *plainGraph) node() int {
	g.to = append(g.to, nil)
	return len(g.to) - 1
}

func (g *plainGraph) join(a, b int, length int64) {
	g.to[a], g.to[b] = append(g.to[a], plainArc{b, length}), append(g.to[b], plainArc{a, length})
}

type plainHeap []plainArc

func (h plainHeap) Len() int           { return len(h) }
func (h plainHeap) Less(i, j int) bool { return h[i].length < h[j].length }
func (h plainHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *plainHeap) Push(x any)        { *h = append(*h, x.(plainArc)) }
func (h *plainHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

// from is Dijkstra's algorithm as in the textbook.
func (g *plainGraph) from(source int) []int64 {
	d := make([]int64, len(g.to))
	for i := range d {
		d[i] = math.MaxInt64
	}
	d[source] = 0
	h := &plainHeap{{source, 0}}
	for h.Len() > 0 {
		x := heap.Pop(h).(plainArc)
		if x.length > d[x.to] {
			continue
		}
		for _, a := range g.to[x.to] {
			if v := x.length + a.length; v < d[a.to] {
				d[a.to] = v
				heap.Push(h, plainArc{a.to, v})
			}
		}
	}
	return d
}

// town is a drawn network.
type town struct {
	nodes []orb.Point
	sides []Side
	n     *Network
}

func drawTown(t *rapid.T) *town {
	w := &town{}
	size := rapid.IntRange(2, 40).Draw(t, "nodes")
	for range size {
		// A coarse raster makes nodes share places and ways share lengths.
		x, y := rapid.IntRange(0, 12).Draw(t, "x"), rapid.IntRange(0, 12).Draw(t, "y")
		w.nodes = append(w.nodes, orb.Point{101.7 + float64(x)*0.001, 36.6 + float64(y)*0.001})
	}
	seen := map[Side]bool{}
	add := func(a, b int) {
		s := Side{int32(min(a, b)), int32(max(a, b))}
		if !seen[s] {
			seen[s] = true
			w.sides = append(w.sides, s)
		}
	}
	for i := 1; i < size; i++ { // long lines, so that there is something to contract
		if rapid.IntRange(0, 9).Draw(t, "line") > 0 {
			add(i-1, i)
		}
	}
	for range rapid.IntRange(0, size).Draw(t, "more") {
		add(rapid.IntRange(0, size-1).Draw(t, "a"), rapid.IntRange(0, size-1).Draw(t, "b"))
	}
	var err error
	if w.n, err = New(w.nodes, w.sides); err != nil {
		t.Fatal(err)
	}
	// A town is so small that all of it would be taken out.
	w.n.less = newElimination(w.n, rapid.IntRange(0, mostNeighbours).Draw(t, "neighbours"))
	return w
}

func (w *town) locations(t *rapid.T, what string, most int) []Location {
	var out []Location
	if w.n.Chains() == 0 {
		return nil
	}
	for range rapid.IntRange(0, most).Draw(t, what) {
		c := rapid.IntRange(0, w.n.Chains()-1).Draw(t, "chain")
		l := Location{Chain: int32(c), Along: rapid.Uint32Range(0, w.n.chains[c].length).Draw(t, "along")}
		if rapid.Bool().Draw(t, "aside") {
			l.Beside = rapid.Uint32Range(0, 300*UnitsPerMetre).Draw(t, "beside")
		}
		out = append(out, l)
	}
	return out
}

// plain makes the oracle's graph and gives the nodes that stand for the locations.
func (w *town) plain(ls []Location) (*plainGraph, []int) {
	g := &plainGraph{to: make([][]plainArc, len(w.nodes))}
	type stop struct {
		at   int64
		node int
	}
	stops := map[Side][]stop{}
	var nodes []int
	for _, l := range ls {
		c := &w.n.chains[l.Chain]
		walk := append([]int32{c.a}, append(inner(c), c.b)...)
		k := 0
		for {
			if _, x := w.n.corner(c, int32(k+1)); x >= l.Along {
				break
			}
			k++
		}
		_, x := w.n.corner(c, int32(k))
		_, y := w.n.corner(c, int32(k+1))
		p, q, at := w.n.old[walk[k]], w.n.old[walk[k+1]], int64(l.Along-x)
		if p > q {
			p, q, at = q, p, int64(y-l.Along)
		}
		foot, node := g.node(), g.node()
		g.join(foot, node, int64(l.Beside))
		stops[Side{p, q}] = append(stops[Side{p, q}], stop{at, foot})
		nodes = append(nodes, node)
	}
	for _, s := range w.sides {
		if s.A == s.B {
			continue
		}
		length := int64(max(1, Units(geo.Distance(w.nodes[s.A], w.nodes[s.B]))))
		list := append([]stop{{0, int(s.A)}}, stops[s]...)
		slices.SortStableFunc(list, func(x, y stop) int { return int(x.at - y.at) })
		list = append(list, stop{length, int(s.B)})
		for i := 1; i < len(list); i++ {
			g.join(list[i-1].node, list[i].node, list[i].at-list[i-1].at)
		}
	}
	return g, nodes
}

func inner(c *chain) []int32 {
	var out []int32
	for v := c.from; v < c.to; v++ {
		out = append(out, v)
	}
	return out
}

// nearest is the oracle's answer for one node of its graph.
func nearest(from [][]int64, node int, gone []bool) Nearest {
	best := Nearest{-1, Unreachable}
	for i, d := range from {
		if !gone[i] && d[node] < int64(best.Distance) {
			best = Nearest{int32(i), uint32(d[node])}
		}
	}
	return best
}

func TestNearestIsPlainDijkstra(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawTown(t)
		sites, points := w.locations(t, "sites", 6), w.locations(t, "points", 6)
		g, at := w.plain(append(slices.Clone(sites), points...))
		var from [][]int64
		for i := range sites {
			from = append(from, g.from(at[i]))
		}
		check := func(f *Field, gone []bool) {
			nodes := f.Nodes()
			for i := range nodes {
				got := nodes.At(i)
				if want := nearest(from, int(w.n.old[i]), gone); got != want {
					t.Fatalf("node %d: %v, want %v", w.n.old[i], got, want)
				}
			}
			for i, p := range points {
				want := nearest(from, at[len(sites)+i], gone)
				if got := f.At(p); got != want {
					t.Fatalf("point %d: %v, want %v", i, got, want)
				}
				checkPath(t, f, p, want)
			}
		}
		f := NewField(w.n, sites)
		gone := make([]bool, len(sites))
		check(f, gone)
		// Sites that come and go give the same as a field made at once.
		g2 := NewField(w.n, sites[:len(sites)/2])
		for _, s := range sites[len(sites)/2:] {
			g2.Add(s)
		}
		check(g2, gone)
		for i := range sites {
			if rapid.Bool().Draw(t, "remove") {
				g2.Remove(int32(i))
				gone[i] = true
			}
		}
		check(g2, gone)
	})
}

// checkPath adds up a path's sides.
func checkPath(t *rapid.T, f *Field, p Location, want Nearest) {
	line := f.Path(p)
	if want.Site < 0 {
		if line != nil {
			t.Fatalf("a path where there is none: %v", line)
		}
		return
	}
	site := f.sites[want.Site]
	walked := geo.Length(line) + Metres(p.Beside) + Metres(site.Beside)
	if math.Abs(walked-Metres(want.Distance)) > 0.05 || line[0] != f.n.Place(p) || geo.Distance(line[len(line)-1], f.n.Place(site)) > 0.001 {
		t.Fatalf("path of %v m, want %v m: %v", walked, Metres(want.Distance), line)
	}
}

func TestPopulationIsPlainDijkstra(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawTown(t)
		homes, places := w.locations(t, "homes", 30), w.locations(t, "places", 4)
		g, at := w.plain(append(slices.Clone(homes), places...))
		count := make([]int64, len(homes))
		for i := range count {
			count[i] = rapid.Int64Range(0, 9).Draw(t, "people")
		}
		radius := []uint32{Units(rapid.Float64Range(0, 300).Draw(t, "r")), Units(400), Units(rapid.Float64Range(400, 3000).Draw(t, "R"))}
		want := func(node int) []int64 {
			sums := make([]int64, 3)
			d := g.from(node)
			for i, h := range at[:len(homes)] {
				for k, r := range radius {
					if d[h] <= int64(r) {
						sums[k] += count[i]
					}
				}
			}
			return sums
		}
		d := NewDemand(w.n, homes, count)
		s := NewSearch(w.n)
		sums := make([]int64, 3)
		for i, p := range places {
			s.Population(d, p, radius, sums)
			if exp := want(at[len(homes)+i]); !slices.Equal(sums, exp) {
				t.Fatalf("place %d: %v, want %v", i, sums, exp)
			}
			checkIsochrone(t, w, s, p, d, homes, count, radius[1], sums[1])
		}
		all := d.Everywhere(radius)
		for v, old := range w.n.old {
			if exp := want(int(old)); !slices.Equal(all[v*3:v*3+3], exp) {
				t.Fatalf("node %d: %v, want %v", old, all[v*3:v*3+3], exp)
			}
		}
	})
}

// checkIsochrone counts the people who stand on the isochrone's stretches, of those who stand beside nothing.
func checkIsochrone(t *rapid.T, w *town, s *Search, p Location, d *Demand, homes []Location, count []int64, r uint32, whole int64) {
	on, out := int64(0), s.Isochrone(p, r)
	for i, h := range homes {
		for _, x := range out {
			if x.Chain == h.Chain && x.From <= h.Along && h.Along <= x.To && h.Beside == 0 {
				on += count[i]
				break
			}
		}
		if h.Beside > 0 {
			one := make([]int64, 1)
			s.Population(NewDemand(w.n, homes[i:i+1], count[i:i+1]), p, []uint32{r}, one)
			on += one[0]
		}
	}
	if on != whole {
		t.Fatalf("isochrone holds %d, population within is %d: %v", on, whole, out)
	}
}

func TestSnapIsTheNearestSide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawTown(t)
		p := orb.Point{rapid.Float64Range(101.69, 101.72).Draw(t, "lon"), rapid.Float64Range(36.59, 36.62).Draw(t, "lat")}
		l, ok := w.n.Snap(p)
		best, f := math.Inf(1), planeAt(p)
		for _, s := range w.sides {
			if s.A != s.B {
				d2, _ := f.toSide(w.nodes[s.A], w.nodes[s.B])
				best = min(best, d2)
			}
		}
		if ok != (best < math.Inf(1)) {
			t.Fatalf("ok %v, best %v", ok, best)
		}
		if !ok {
			return
		}
		if want := math.Sqrt(best); math.Abs(Metres(l.Beside)-want) > 0.001*want+0.001 || math.Abs(geo.Distance(p, w.n.Place(l))-Metres(l.Beside)) > 0.001 {
			t.Fatalf("%v m beside, want %v", Metres(l.Beside), want)
		}
	})
}

func TestNetworkRefusesNonsense(t *testing.T) {
	for _, tt := range []struct {
		nodes []orb.Point
		sides []Side
	}{
		{[]orb.Point{{math.NaN(), 0}}, nil},
		{[]orb.Point{{0, 91}}, nil},
		{[]orb.Point{{0, 0}}, []Side{{0, 1}}},
		{[]orb.Point{{0, 0}}, []Side{{-1, 0}}},
	} {
		if _, err := New(tt.nodes, tt.sides); err == nil {
			t.Errorf("%v passed", tt)
		}
	}
	// A chain round the world is cut where the scale ends; nothing on it wraps round.
	var nodes []orb.Point
	var sides []Side
	for i := range 360 {
		nodes = append(nodes, orb.Point{float64(i) - 180, 0})
		sides = append(sides, Side{int32(i), int32((i + 1) % 360)})
	}
	n, err := New(nodes, sides)
	if err != nil {
		t.Fatal(err)
	}
	l, _ := n.NodeLocation(0)
	f := NewField(n, []Location{l}).Nodes()
	for i := range f {
		x := f.At(i)
		hops := min(n.old[i], 360-n.old[i])
		if (x.Site == 0) != (hops < 2) {
			t.Errorf("node %d: %v", n.old[i], x)
		}
	}
}

package cells

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"sanzhi/internal/geo"
)

// bay is a square with a bay from the north, 1000 m wide or so.
var bay = orb.MultiPolygon{{{{101.7, 36.6}, {101.712, 36.6}, {101.712, 36.61}, {101.707, 36.61}, {101.707, 36.602}, {101.705, 36.602}, {101.705, 36.61}, {101.7, 36.61}, {101.7, 36.6}}}}

func seedsIn(t *rapid.T, least int) []orb.Point {
	n := rapid.IntRange(least, 60).Draw(t, "n")
	var out []orb.Point
	lattice := rapid.Bool().Draw(t, "lattice")
	for len(out) < n {
		x, y := rapid.Float64Range(0, 1).Draw(t, "x"), rapid.Float64Range(0, 1).Draw(t, "y")
		if lattice {
			x, y = math.Round(x*12)/12, math.Round(y*12)/12
		}
		out = append(out, orb.Point{101.7 + 0.012*x, 36.6 + 0.01*y})
	}
	return out
}

// The cells of any homes, drawn together as any parts, close to a hundredth of a square metre in a hundred hectares: no gap, no overlap, nothing beyond the border.
func TestCellsClose(t *testing.T) {
	whole := geo.Area(bay)
	rapid.Check(t, func(t *rapid.T) {
		seeds := seedsIn(t, 1)
		c, err := Build(bay, seeds)
		if err != nil {
			t.Fatal(err)
		}
		parts := rapid.IntRange(1, 4).Draw(t, "parts")
		part := make([]int32, len(seeds))
		for i := range part {
			part[i] = int32(rapid.IntRange(0, parts-1).Draw(t, "part"))
		}
		shapes, err := c.Merge(part, parts)
		if err != nil {
			t.Fatal(err)
		}
		var list []geo.Part
		sum := 0.0
		for _, s := range shapes {
			if s != nil {
				list = append(list, geo.Part{Name: "x", Shape: s})
				sum += geo.Area(s)
			}
		}
		if math.Abs(sum-whole) > 0.01 {
			t.Fatalf("%v m² of %v", sum, whole)
		}
		for _, f := range geo.CheckCoverage(bay, list) {
			if f.Kind == geo.FaultInvalid || f.Area > 0.01 {
				t.Fatalf("%v: %v m², %v", f.Kind, f.Area, f.Say.En)
			}
		}
	})
}

// Every home inside reaches every other through cells that touch, and ground lies with its nearest home except beyond a bay.
func TestCellsHangTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seeds := seedsIn(t, 2)
		c, err := Build(bay, seeds)
		if err != nil {
			t.Fatal(err)
		}
		near := make([][]int32, len(seeds))
		for _, e := range c.Edges {
			near[e.A], near[e.B] = append(near[e.A], e.B), append(near[e.B], e.A)
		}
		seen, queue := map[int32]bool{0: true}, []int32{0}
		for len(queue) > 0 {
			v := queue[0]
			queue = queue[1:]
			for _, w := range near[v] {
				if !seen[w] {
					seen[w] = true
					queue = append(queue, w)
				}
			}
		}
		if len(seen) != len(seeds) {
			t.Fatalf("%d of %d homes hang together", len(seen), len(seeds))
		}
	})
}

// A whole compound in a corner of the region: the overlay sets corners into sides of one cell and not of its neighbour.
func TestCornersAreMatched(t *testing.T) {
	seeds := make([]orb.Point, 27)
	for i := range seeds {
		seeds[i] = orb.Point{101.712, 36.61}
	}
	seeds[23], seeds[25] = orb.Point{101.712, 36.600078125}, orb.Point{101.712, 36.600078125}
	seeds[26] = orb.Point{101.706, 36.605}
	c, err := Build(bay, seeds)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(c.Edges, func(e Edge) bool { return (e.A == 25 || e.B == 25) && e.A != 23 }) {
		t.Errorf("the south-east corner is an island: %v", c.Edges)
	}
}

// Touching in a corner, holes, holes that touch: rings are as the standard for simple features has them, and no ground is lost.
func TestJoin(t *testing.T) {
	at := func(x, y float64) orb.Polygon {
		return orb.Polygon{{{x, y}, {x + 1, y}, {x + 1, y + 1}, {x, y + 1}, {x, y}}}
	}
	var around, corner []orb.Polygon // a hole in the middle; one more at its corner
	for x := range 4 {
		for y := range 4 {
			hole := x == 1 && y == 1
			if !hole {
				around = append(around, at(float64(x), float64(y)))
			}
			if !hole && (x != 2 || y != 2) {
				corner = append(corner, at(float64(x), float64(y)))
			}
		}
	}
	for name, x := range map[string]struct {
		in           []orb.Polygon
		shells, hole int
	}{
		"one":               {[]orb.Polygon{at(0, 0)}, 1, 0},
		"two in a row":      {[]orb.Polygon{at(0, 0), at(1, 0)}, 1, 0},
		"by a corner":       {[]orb.Polygon{at(0, 0), at(1, 1)}, 2, 0},
		"round a hole":      {around, 1, 1},
		"holes that touch":  {corner, 1, 2},
		"a hole at the rim": {append([]orb.Polygon{}, around[1:]...), 1, 1},
		"an isle in a hole": {append([]orb.Polygon{{{{1.2, 1.2}, {1.8, 1.2}, {1.8, 1.8}, {1.2, 1.8}, {1.2, 1.2}}}}, around...), 2, 1},
	} {
		got := join(x.in)
		holes := 0
		for _, p := range got {
			holes += len(p) - 1
		}
		if len(got) != x.shells || holes != x.hole {
			t.Errorf("%s: %d shells and %d holes: %v", name, len(got), holes, got)
		}
	}
	if got := join([]orb.Polygon{at(0, 0), at(0.5, 0)}); got != nil {
		t.Errorf("pieces that overlap: %v", got)
	}
}

// Three homes in a row: the middle one parts the others; the bay parts neighbours that a crow would not.
func TestNeighbours(t *testing.T) {
	for name, x := range map[string]struct {
		seeds []orb.Point
		want  [][2]int32
	}{
		"row":        {[]orb.Point{{101.701, 36.601}, {101.7055, 36.601}, {101.711, 36.601}}, [][2]int32{{0, 1}, {1, 2}}},
		"beside bay": {[]orb.Point{{101.7045, 36.608}, {101.7075, 36.608}, {101.706, 36.6005}}, [][2]int32{{0, 2}, {1, 2}}},
		"outside":    {[]orb.Point{{101.701, 36.601}, {101.711, 36.601}, {101.9, 36.601}}, [][2]int32{{0, 1}, {1, 2}}},
	} {
		c, err := Build(bay, x.seeds)
		if err != nil {
			t.Fatal(err)
		}
		var got [][2]int32
		for _, e := range c.Edges {
			got = append(got, [2]int32{e.A, e.B})
		}
		if d := cmp.Diff(x.want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestBreaksCut(t *testing.T) {
	seeds := []orb.Point{{0, 0}, {2, 0}, {2, 2}}
	edges := []Edge{{0, 1, 1}, {0, 2, 1}, {1, 2, 1}}
	for name, x := range map[string]struct {
		breaks []orb.LineString
		waters []orb.Polygon
		want   []Edge
	}{
		"none":            {nil, nil, edges},
		"a river between": {[]orb.LineString{{{1, -1}, {1, 0.5}, {0.2, 3}}}, nil, []Edge{{1, 2, 1}}},
		"its bend":        {[]orb.LineString{{{1, -1}, {1, 0}, {1, 3}}}, nil, []Edge{{1, 2, 1}}},
		"only grazed":     {[]orb.LineString{{{0.5, -1}, {1, 0.3}, {1.5, -1}}}, nil, edges},
		"crossed twice":   {[]orb.LineString{{{0.5, -1}, {0.5, 0.2}, {1.5, 0.2}, {1.5, -1}}}, nil, edges},
		"a broad water":   {nil, []orb.Polygon{{{{0.9, -1}, {1.1, -1}, {1.1, 3}, {0.9, 3}, {0.9, -1}}}}, []Edge{{1, 2, 1}}},
	} {
		if d := cmp.Diff(x.want, Cut(edges, seeds, x.breaks, x.waters)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestNothingToDivide(t *testing.T) {
	if _, err := Build(nil, []orb.Point{{1, 1}}); err == nil {
		t.Error("no region")
	}
	if _, err := Build(bay, nil); err == nil {
		t.Error("no homes")
	}
}

package territory

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
)

func rect(x0, y0, x1, y1 float64) orb.Polygon {
	return orb.Polygon{{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}, {x0, y0}}}
}

func child(kind Kind, code, name string, parent *Place, shape orb.Geometry) *Place {
	p := &Place{ID: kernel.ID("id-" + code), Kind: kind, Code: code, Name: name, Shape: shape}
	if parent == nil {
		p.Path = kernel.Path("").Child(code)
	} else {
		p.Parent, p.Path = parent.ID, parent.Path.Child(segment(code, parent.Code))
	}
	return p
}

// district is a county of two streets, side by side, each of n × n communities of 2 × 2 grids, all squares of side d.
func district(n int, d float64) []*Place {
	x0, y0 := 101.7, 36.6
	at := func(i, j int) (float64, float64) { return x0 + float64(i)*d, y0 + float64(j)*d }
	box := func(i0, j0, i1, j1 int) orb.Polygon {
		ax, ay := at(i0, j0)
		bx, by := at(i1, j1)
		return rect(ax, ay, bx, by)
	}
	county := child(County, "630105", "城北区", nil, box(0, 0, 4*n, 2*n))
	all := []*Place{county}
	for s := range 2 {
		street := child(Subdistrict, fmt.Sprintf("630105%03d", s+1), fmt.Sprintf("%d街道", s+1), county, box(2*n*s, 0, 2*n*(s+1), 2*n))
		all = append(all, street)
		for c := range n * n {
			kind, number := Community, c+1
			if c%3 == 2 {
				kind, number = Village, 200+c
			}
			ci, cj := 2*n*s+2*(c%n), 2*(c/n)
			community := child(kind, fmt.Sprintf("%s%03d", street.Code, number), "社区", street, box(ci, cj, ci+2, cj+2))
			all = append(all, community)
			for g := range 4 {
				i, j := ci+g%2, cj+g/2
				all = append(all, child(GridGeneral, fmt.Sprintf("%s%03d", community.Code, g+1), "网格", community, box(i, j, i+1, j+1)))
			}
		}
	}
	return all
}

// bruteAt is At by walking all places with the plain rule: from the top, the lowest code among what lies in the level above.
func bruteAt(places []*Place, lon, lat float64) At {
	low := func(in *Place, kinds ...Kind) (best *Place) {
		for _, p := range places {
			if slices.Contains(kinds, p.Kind) && (in == nil || in.Path.Holds(p.Path)) && geo.Locate(p.Shape, orb.Point{lon, lat}) != geo.Outside &&
				(best == nil || p.Code < best.Code) {
				best = p
			}
		}
		return best
	}
	county := low(nil, County)
	street := low(county, Subdistrict, Town, Township, StreetSpecial)
	above := first(street, county)
	tier := low(above, Community, Village, VillageOther)
	above = first(tier, above)
	grid, compound := low(above, GridGeneral, GridDedicated), low(above, Compound)
	var a At
	to := &a.Village
	if tier != nil && tier.Kind == Community {
		to = &a.Community
	}
	for _, s := range []struct {
		to *(*Ref)
		p  *Place
	}{{&a.County, county}, {&a.Street, street}, {to, tier}, {&a.Grid, grid}, {&a.Compound, compound}, {&a.Building, low(first(compound, above), Building)}} {
		if s.p != nil {
			*s.to = s.p.Ref()
		}
	}
	for _, p := range []*Place{county, street, tier, grid} {
		if p != nil {
			a.Path = p.Path
		}
	}
	return a
}

func first(a, b *Place) *Place {
	if a == nil {
		return b
	}
	return a
}

func TestAtAgreesWithTheRule(t *testing.T) {
	places := district(3, 0.01)
	host := places[3]
	compound := child(Compound, "c1", "小区", places[2], rect(101.702, 36.602, 101.708, 36.608))
	places = append(places, compound, child(Building, "b1", "楼", compound, rect(101.703, 36.603, 101.704, 36.604)),
		child(Site, "s1", "站", places[2], orb.Point{101.7035, 36.6035}))
	x := NewIndex(slices.Values(places), time.Time{})
	if x.Len() != len(places)-1 {
		t.Errorf("%d of %d places have an area", x.Len(), len(places))
	}
	rapid.Check(t, func(t *rapid.T) {
		// Half of the points lie on borders and corners.
		along := func(from float64, name string) float64 {
			if rapid.Bool().Draw(t, name+" on a line") {
				p := rapid.SampledFrom(places).Draw(t, name).Shape.Bound().Min
				if from > 100 {
					return p[0]
				}
				return p[1]
			}
			return from + rapid.Float64Range(-0.01, 0.13).Draw(t, name)
		}
		lon, lat := along(101.7, "lon"), along(36.6, "lat")
		if d := cmp.Diff(bruteAt(places, lon, lat), x.At(lon, lat)); d != "" {
			t.Fatalf("At(%v, %v): %s", lon, lat, d)
		}
	})
	got := x.At(101.7035, 36.6035)
	if got.Building == nil || got.Building.Code != "b1" || got.Compound.Code != "c1" || got.Path != host.Path {
		t.Errorf("in the building: %+v", got)
	}
	if got := x.At(0, 0); got != (At{}) {
		t.Errorf("far away: %+v", got)
	}
	if got := x.At(math.NaN(), 36); got != (At{}) {
		t.Errorf("nowhere: %+v", got)
	}
}

func TestAtOnCommonCornerTakesTheLowestCode(t *testing.T) {
	places := district(2, 0.1)
	slices.Reverse(places) // the order of building must not matter
	x := NewIndex(slices.Values(places), time.Time{})
	corner := places[len(places)-1].Shape.(orb.Polygon).Bound().Min
	inner := x.At(corner[0]+0.1, corner[1]+0.1)
	if inner.Grid == nil || inner.Grid.Code != "630105001001001" {
		t.Errorf("corner of four grids: %+v", inner.Grid)
	}
}

// Community and village are one tier: a point that both hold belongs to the one with the lower code.
func TestAtBetweenCommunityAndVillage(t *testing.T) {
	for _, codes := range [][2]string{{"1", "2"}, {"2", "1"}} {
		community, village := child(Community, codes[0], "社区", nil, rect(0, 0, 1, 1)), child(Village, codes[1], "村", nil, rect(1, 0, 2, 1))
		got := NewIndex(slices.Values([]*Place{community, village}), time.Time{}).At(1, 0.5)
		if (got.Community != nil) != (codes[0] == "1") || (got.Village != nil) != (codes[1] == "1") || got.Path != "1/" {
			t.Errorf("%v: %+v", codes, got)
		}
	}
}

// A community without grids does not borrow its neighbour's on their border: a case there would lie in two communities.
func TestAtStaysInOnePlace(t *testing.T) {
	bare, other := child(Community, "1", "甲", nil, rect(0, 0, 1, 1)), child(Community, "2", "乙", nil, rect(1, 0, 2, 1))
	grid := child(GridGeneral, "2001", "乙网格", other, rect(1, 0, 2, 1))
	got := NewIndex(slices.Values([]*Place{bare, other, grid}), time.Time{}).At(1, 0.5)
	if got.Community == nil || got.Community.Code != "1" || got.Grid != nil || got.Path != bare.Path {
		t.Errorf("%+v", got)
	}
}

func TestHoldingGoesFromTheSmallest(t *testing.T) {
	places := district(2, 0.01)
	x := NewIndex(slices.Values(places), time.Time{})
	var kinds []Kind
	for _, p := range x.Holding(101.7051, 36.6052) {
		kinds = append(kinds, p.Kind)
	}
	if d := cmp.Diff([]Kind{GridGeneral, Community, Subdistrict, County}, kinds); d != "" {
		t.Error(d)
	}
}

func TestIndexTakesWhatStands(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2023, 4, d, 0, 0, 0, 0, time.UTC) }
	old := child(Community, "630105001001", "旧", nil, rect(0, 0, 1, 1))
	old.ValidTo = day(10)
	renewed := child(Community, "630105001002", "新", nil, rect(0, 0, 1, 1))
	renewed.ValidFrom = day(10)
	for _, c := range []struct {
		at   int
		want string
	}{{9, "旧"}, {10, "新"}, {11, "新"}} {
		if got := NewIndex(slices.Values([]*Place{old, renewed}), day(c.at)).At(0.5, 0.5); got.Community == nil || got.Community.Name != c.want {
			t.Errorf("on day %d: %+v", c.at, got.Community)
		}
	}
}

func TestIndexIsSafeForConcurrentReads(t *testing.T) {
	places := district(2, 0.01)
	x := NewIndex(slices.Values(places), time.Time{})
	want := x.At(101.7051, 36.6052)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				if x.At(101.7051, 36.6052) != want {
					t.Error("another answer")
				}
				x.Holding(101.71, 36.61)
			}
		})
	}
	wg.Wait()
}

// 648 grids with bent borders of some 40 vertices, and 8,000 buildings.
func BenchmarkIndex(b *testing.B) {
	places := district(9, 0.004)
	for _, p := range places {
		p.Shape = densify(p.Shape.(orb.Polygon), 0.0004)
	}
	parent := places[2]
	for i := range 8000 {
		lon, lat := 101.7+float64(i%100)*0.00143, 36.6+float64(i/100)*0.0009
		places = append(places, child(Building, fmt.Sprintf("b%d", i), "楼", parent, rect(lon, lat, lon+0.0004, lat+0.0002)))
	}
	x := NewIndex(slices.Values(places), time.Time{})
	r := rand.New(rand.NewPCG(1, 2))
	points := make([]orb.Point, 4096)
	for i := range points {
		points[i] = orb.Point{101.7 + r.Float64()*0.144, 36.6 + r.Float64()*0.072}
	}
	b.Run("At", func(b *testing.B) {
		i := 0
		for b.Loop() {
			p := points[i%len(points)]
			if x.At(p[0], p[1]).County == nil {
				b.Fatal("no county")
			}
			i++
		}
	})
	b.Run("Holding", func(b *testing.B) {
		i := 0
		for b.Loop() {
			p := points[i%len(points)]
			x.Holding(p[0], p[1])
			i++
		}
	})
	b.Run("Build", func(b *testing.B) {
		for b.Loop() {
			NewIndex(slices.Values(places), time.Time{})
		}
	})
}

func densify(p orb.Polygon, step float64) orb.Polygon {
	var out orb.Ring
	for i := 1; i < len(p[0]); i++ {
		a, b := p[0][i-1], p[0][i]
		n := max(1, int(math.Round(max(math.Abs(b[0]-a[0]), math.Abs(b[1]-a[1]))/step)))
		for k := range n {
			f := float64(k) / float64(n)
			out = append(out, orb.Point{a[0] + f*(b[0]-a[0]), a[1] + f*(b[1]-a[1])})
		}
	}
	return orb.Polygon{append(out, out[0])}
}

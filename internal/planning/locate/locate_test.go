package locate

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
)

// holds is the oracle: crossings of a ray counted in rational numbers. It gives outside, border or inside.
func holds(g orb.Geometry, p orb.Point) geo.Position {
	r := func(v float64) *big.Rat { return new(big.Rat).SetFloat64(v) }
	px, py := r(p[0]), r(p[1])
	odd, border := false, false
	eachRing(g, func(ring orb.Ring) {
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			ax, ay, bx, by := r(a[0]), r(a[1]), r(b[0]), r(b[1])
			var l, m, n, o big.Rat
			cross := l.Mul(m.Sub(bx, ax), n.Sub(py, ay)).Cmp(o.Mul(new(big.Rat).Sub(by, ay), new(big.Rat).Sub(px, ax)))
			if cross == 0 && min(a[0], b[0]) <= p[0] && p[0] <= max(a[0], b[0]) && min(a[1], b[1]) <= p[1] && p[1] <= max(a[1], b[1]) {
				border = true
			}
			if up := b[1] > p[1]; (a[1] > p[1]) != up && (cross > 0) == up {
				odd = !odd
			}
		}
	})
	switch {
	case border:
		return geo.Border
	case odd:
		return geo.Inside
	}
	return geo.Outside
}

// drawZones makes triangles and quadrangles over a raster of corners, a tiling of some of its squares, and a hole.
func drawZones(t *rapid.T) []Zone {
	var zones []Zone
	scale := rapid.SampledFrom([]float64{1, 0.1, 1e-4, 1e-9, 1.0 / 3}).Draw(t, "scale")
	origin := rapid.SampledFrom([]orb.Point{{101.7, 36.6}, {0, 0}, {-0.3, -89}}).Draw(t, "origin")
	at := func(x, y float64) orb.Point {
		return orb.Point{origin[0] + x*scale*0.1, origin[1] + y*scale*0.1}
	}
	for i := range rapid.IntRange(1, 8).Draw(t, "zones") {
		x, y := float64(rapid.IntRange(0, 5).Draw(t, "x")), float64(rapid.IntRange(0, 5).Draw(t, "y"))
		dx, dy := rapid.Float64Range(0.5, 4).Draw(t, "dx"), rapid.Float64Range(0.5, 4).Draw(t, "dy")
		var shape orb.Geometry
		ring := orb.Ring{at(x, y), at(x+dx, y), at(x+dx, y+dy), at(x, y+dy), at(x, y)}
		switch rapid.IntRange(0, 4).Draw(t, "form") {
		case 0:
			shape = orb.Polygon{ring}
		case 1:
			shape = orb.Polygon{{at(x, y), at(x+dx, y+dy/3), at(x+dx/7, y+dy), at(x, y)}}
		case 2:
			shape = orb.Polygon{ring, {at(x+dx/4, y+dy/4), at(x+dx/2, y+dy/2), at(x+dx/2, y+dy/4), at(x+dx/4, y+dy/4)}}
		case 3: // neighbours along a winding border, as grids are
			line := []orb.Point{at(x+dx/2, y)}
			n := rapid.IntRange(1, 40).Draw(t, "bends")
			for k := range n {
				line = append(line, at(x+dx*(0.5+rapid.Float64Range(-0.3, 0.3).Draw(t, "bend")), y+dy*float64(k+1)/float64(n+1)))
			}
			line = append(line, at(x+dx/2, y+dy))
			west := append(orb.Ring{at(x, y)}, line...)
			shape = orb.Polygon{append(west, at(x, y+dy), at(x, y))}
			slices.Reverse(line)
			east := append(orb.Ring{at(x+dx, y+dy)}, line...)
			if other := (orb.Polygon{append(east, at(x+dx, y), at(x+dx, y+dy))}); geo.Validate(other) == nil {
				zones = append(zones, Zone{fmt.Sprintf("%c2", 'z'-i), other})
			}
		default:
			shape = orb.MultiPolygon{{ring}, {{at(x+9, y), at(x+9.5, y), at(x+9.25, y+1), at(x+9, y)}}}
		}
		if geo.Validate(shape) == nil {
			zones = append(zones, Zone{fmt.Sprintf("%c", 'z'-i), shape})
		}
	}
	return zones
}

func TestZonesAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zones := drawZones(t)
		// Few cells hold much each; many are what is used.
		x, err := build(zones, rapid.SampledFrom([]int{1, 6, 30, 31, 200, Side}).Draw(t, "side"))
		if err != nil {
			t.Fatal(err)
		}
		var corners []orb.Point
		for _, z := range zones {
			eachRing(z.Shape, func(r orb.Ring) { corners = append(corners, r...) })
		}
		if len(corners) == 0 {
			return
		}
		var points []orb.Point
		for range 200 {
			a, b := rapid.SampledFrom(corners).Draw(t, "a"), rapid.SampledFrom(corners).Draw(t, "b")
			p := orb.Point{a[0], b[1]}
			switch rapid.IntRange(0, 4).Draw(t, "where") {
			case 0:
				p = a
			case 1: // near a side
				u := rapid.Float64Range(0, 1).Draw(t, "u")
				p = orb.Point{a[0] + u*(b[0]-a[0]), a[1] + u*(b[1]-a[1])}
			case 2:
				p = orb.Point{math.Nextafter(a[0], b[0]), math.Nextafter(a[1], -100)}
			case 3: // the border of a cell
				if x.sx > 0 && x.sy > 0 {
					p = orb.Point{x.origin[0] + float64(rapid.IntRange(0, x.nx).Draw(t, "column"))/x.sx, x.origin[1] + float64(rapid.IntRange(0, x.ny).Draw(t, "row"))/x.sy}
				}
			}
			check(t, x, zones, p)
			points = append(points, p)
		}
		all, several := make([]int32, len(points)), 0
		for i, p := range points {
			z, more := x.At(p)
			if all[i] = z; more {
				several++
			}
		}
		got := make([]int32, len(points))
		if n := x.All(points, got); n != several || !slices.Equal(got, all) {
			t.Fatalf("all at once %v, one by one %v; several %d and %d", got, all, n, several)
		}
	})
}

func check(t *rapid.T, x *Index, zones []Zone, p orb.Point) {
	want, inside := int32(-1), 0
	order := make([]int32, len(zones))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(zones[a].Code, zones[b].Code) })
	for _, i := range order {
		at := holds(zones[i].Shape, p)
		if at != geo.Outside && want < 0 {
			want = i
		}
		if at == geo.Inside {
			inside++
		}
	}
	if got, more := x.At(p); got != want || more != (inside > 1) {
		t.Fatalf("%v: zone %d, several %v; want %d, inside %d", p, got, more, want, inside)
	}
}

func TestZonesAreRefused(t *testing.T) {
	square := orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}
	for _, zones := range [][]Zone{
		{{"a", square}, {"a", square}},
		{{"a", orb.Point{1, 2}}},
		{{"a", orb.Polygon{{{0, 0}, {500, 0}, {1, 1}, {0, 0}}}}},
	} {
		if _, err := New(zones); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("%v: %v", zones, err)
		}
	}
	x, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	zone := make([]int32, 1)
	if z, _ := x.At(orb.Point{0, 0}); z != -1 || x.All([]orb.Point{{0, 0}}, zone) != 0 || zone[0] != -1 {
		t.Error(z, zone)
	}
}

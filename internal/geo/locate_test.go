package geo

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// Coordinates of every size, on a coarse lattice (where collinear points abound) and near each other in the last bits.
func coordinate() *rapid.Generator[float64] {
	return rapid.OneOf(
		rapid.Map(rapid.IntRange(-4, 4), func(i int) float64 { return float64(i) / 2 }),
		rapid.Float64Range(-180, 180),
		rapid.Map(rapid.IntRange(-3, 3), func(i int) float64 { return 101.7 + float64(i)*0x1p-46 }),
		rapid.Map(rapid.IntRange(-3, 3), func(i int) float64 { return float64(i) * 1e-200 }),
		rapid.SampledFrom([]float64{0.1, 0.2, 0.3, 0.7, 1.1, math.SmallestNonzeroFloat64}),
	)
}

func point() *rapid.Generator[orb.Point] {
	return rapid.Custom(func(t *rapid.T) orb.Point {
		return orb.Point{coordinate().Draw(t, "x"), coordinate().Draw(t, "y")}
	})
}

func TestOrientAgreesWithRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := point().Draw(t, "a"), point().Draw(t, "b"), point().Draw(t, "c")
		if got, want := Orient(a, b, c), orientExact(rat(a), rat(b), rat(c)); got != want {
			t.Fatalf("Orient(%v, %v, %v) = %d, want %d", a, b, c, got, want)
		}
	})
}

// On the line y = x/3 scaled, plain float determinants are wrong for many of these points.
func TestOrientNeedsMoreThanFloats(t *testing.T) {
	a, b := orb.Point{12, 12}, orb.Point{24, 24}
	wrong := 0
	for i := range 64 {
		for j := range 64 {
			p := orb.Point{0.5 + float64(i)*0x1p-53, 0.5 + float64(j)*0x1p-53}
			want := sign(p[1] - p[0])
			if got := Orient(a, b, p); got != want {
				t.Fatalf("Orient at %d,%d = %d, want %d", i, j, got, want)
			}
			if sign((a[0]-p[0])*(b[1]-p[1])-(a[1]-p[1])*(b[0]-p[0])) != want {
				wrong++
			}
		}
	}
	if wrong == 0 {
		t.Error("the floats are right everywhere: this test proves nothing")
	}
}

func TestLocate(t *testing.T) {
	holed := orb.Polygon{{{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}}, {{2, 2}, {2, 4}, {4, 4}, {4, 2}, {2, 2}}}
	slanted := orb.Polygon{{{0, 0}, {0.3, 0.1}, {0.2, 0.4}, {0, 0}}}
	two := orb.MultiPolygon{holed, {{{20, 0}, {21, 0}, {21, 1}, {20, 1}, {20, 0}}}}
	for _, c := range []struct {
		area orb.Geometry
		p    orb.Point
		want Position
	}{
		{holed, orb.Point{5, 5}, Inside}, {holed, orb.Point{3, 3}, Outside}, {holed, orb.Point{2, 3}, Border},
		{holed, orb.Point{0, 0}, Border}, {holed, orb.Point{10, 5}, Border}, {holed, orb.Point{5, 10}, Border},
		{holed, orb.Point{math.Nextafter(10, 11), 5}, Outside}, {holed, orb.Point{math.Nextafter(10, 9), 5}, Inside},
		{holed, orb.Point{-1, 0}, Outside}, {holed, orb.Point{-1, 10}, Outside}, {holed, orb.Point{1, 2}, Inside}, {holed, orb.Point{5, 4}, Inside},
		{holed, orb.Point{math.NaN(), 5}, Outside}, {holed, orb.Point{math.Inf(1), 5}, Outside},
		{two, orb.Point{20.5, 0.5}, Inside}, {two, orb.Point{15, 0.5}, Outside}, {two, orb.Point{3, 3}, Outside},
		{slanted, orb.Point{0.15, 0.05}, Border}, {slanted, orb.Point{0.15, math.Nextafter(0.05, 1)}, Inside}, {slanted, orb.Point{0.15, math.Nextafter(0.05, 0)}, Outside},
		{orb.Point{1, 1}, orb.Point{1, 1}, Outside}, {nil, orb.Point{1, 1}, Outside}, {orb.Polygon{}, orb.Point{1, 1}, Outside},
	} {
		if got := Locate(c.area, c.p); got != c.want {
			t.Errorf("Locate(%v, %v) = %v, want %v", c.area, c.p, got, c.want)
		}
	}
}

// star makes a simple polygon round a centre, with as many vertices as asked.
func star(t *rapid.T, n int) orb.Polygon {
	r := make(orb.Ring, 0, n+1)
	for i := range n {
		d := rapid.Float64Range(0.2, 1).Draw(t, "radius")
		s, c := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		r = append(r, orb.Point{101 + d*c, 36 + d*s})
	}
	return orb.Polygon{append(r, r[0])}
}

// The slabs and the filter must not change the answer of the plain exact walk.
func TestLocateAgreesWithRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		poly := star(t, rapid.IntRange(3, 60).Draw(t, "n"))
		area := Prepare(poly)
		r := poly[0]
		i := rapid.IntRange(1, len(r)-1).Draw(t, "side")
		mid := orb.Point{(r[i-1][0] + r[i][0]) / 2, (r[i-1][1] + r[i][1]) / 2}
		for _, p := range []orb.Point{r[i], mid, {r[i][0], mid[1]}, {mid[0], r[i][1]}, {101, 36},
			{rapid.Float64Range(99.9, 102.1).Draw(t, "x"), rapid.Float64Range(34.9, 37.1).Draw(t, "y")}} {
			if got, want := area.Locate(p), area.locateExact(rat(p)); got != want {
				t.Fatalf("Locate(%v) = %v, want %v", p, got, want)
			}
		}
		if area.Locate(r[i]) != Border || area.Locate(orb.Point{101, 36}) != Inside {
			t.Fatal("a vertex is not on the border, or the centre not inside")
		}
	})
}

// surface integrates the ellipsoid's surface M·N·cosφ over one degree of longitude by Simpson's rule, as an independent way.
func surface(lat1, lat2 float64) float64 {
	f := func(lat float64) float64 {
		s, c := math.Sincos(lat * math.Pi / 180)
		w := 1 - wgsE2*s*s
		return wgsA * wgsA * (1 - wgsE2) / (w * w) * c
	}
	const n = 1000
	h, sum := (lat2-lat1)/n, 0.0
	for i := range n {
		x := lat1 + float64(i)*h
		sum += f(x) + 4*f(x+h/2) + f(x+h)
	}
	return sum * h / 6 * (math.Pi / 180) * (math.Pi / 180)
}

func TestMeasures(t *testing.T) {
	cell := orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}}
	if got, want := Area(cell), surface(0, 1); math.Abs(got/want-1) > 1e-9 {
		t.Errorf("degree cell = %f m², want %f", got, want)
	}
	north := orb.Polygon{{{101, 36}, {102, 36}, {102, 37}, {101, 37}, {101, 36}}}
	if got, want := Area(north), surface(36, 37); math.Abs(got/want-1) > 1e-9 {
		t.Errorf("degree cell at 36° = %f m², want %f", got, want)
	}
	// The whole ellipsoid: 510,065,621,724,088 m² (GeographicLib).
	if got := Area(orb.Polygon{{{-180, -90}, {180, -90}, {180, 90}, {-180, 90}, {-180, -90}}}); math.Abs(got/510065621724088-1) > 1e-9 {
		t.Errorf("whole Earth = %.0f m²", got)
	}
	holed := orb.Polygon{cell[0], {{0.2, 0.2}, {0.4, 0.2}, {0.4, 0.4}, {0.2, 0.4}, {0.2, 0.2}}}
	if got, want := Area(holed)+Area(orb.Polygon{holed[1]}), Area(cell); math.Abs(got/want-1) > 1e-12 {
		t.Errorf("hole and rest = %f, whole = %f", got, want)
	}
	if got := Distance(orb.Point{0, 0}, orb.Point{0, 1}); math.Abs(got-111195.08) > 0.01 {
		t.Errorf("a degree of the mean sphere = %f m", got)
	}
	if got := Length(orb.LineString{{0, 0}, {0, 1}, {0, 0}}); math.Abs(got-2*111195.08) > 0.02 {
		t.Errorf("there and back = %f m", got)
	}
	if c, ok := Centroid(holed); !ok || math.Abs(c[0]-(0.5-0.04*0.3)/0.96) > 1e-9 {
		t.Errorf("centroid of the holed cell = %v", c)
	}
}

func TestLabelPointIsInside(t *testing.T) {
	u := orb.Polygon{{{0, 0}, {10, 0}, {10, 10}, {9, 10}, {9, 1}, {1, 1}, {1, 10}, {0, 10}, {0, 0}}}
	if c, _ := Centroid(u); Locate(u, c) == Inside {
		t.Fatal("the centroid is inside: this test proves nothing")
	}
	if p, ok := LabelPoint(u); !ok || Locate(u, p) != Inside {
		t.Errorf("label point %v of the U is not inside", p)
	}
	if _, ok := LabelPoint(orb.Polygon{}); ok {
		t.Error("an empty polygon has a label point")
	}
	rapid.Check(t, func(t *rapid.T) {
		poly := star(t, rapid.IntRange(3, 40).Draw(t, "n"))
		if p, ok := LabelPoint(poly); !ok || Locate(poly, p) != Inside {
			t.Fatalf("label point %v is not inside", p)
		}
	})
}

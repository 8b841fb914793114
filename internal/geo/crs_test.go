package geo

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

func near7(a, b orb.Point, tol float64) bool {
	return math.Abs(a[0]-b[0]) < tol && math.Abs(a[1]-b[1]) < tol
}

// The centre of 城北区 in three systems, computed independently with the gcoord library.
func TestCRSVector(t *testing.T) {
	gcj, wgs, bd := orb.Point{101.761297, 36.648448}, orb.Point{101.7593426, 36.6484989}, orb.Point{101.7676980, 36.6547564}
	for _, c := range []struct {
		name      string
		got, want orb.Point
	}{
		{"gcj to wgs", GCJ02.ToWGS84(gcj), wgs},
		{"wgs to gcj", GCJ02.FromWGS84(wgs), gcj},
		{"wgs to bd", BD09.FromWGS84(wgs), bd},
		{"bd to wgs", BD09.ToWGS84(bd), wgs},
		{"cgcs2000", CGCS2000.ToWGS84(wgs), wgs},
	} {
		if !near7(c.got, c.want, 1e-7) {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
}

func TestCRSRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := orb.Point{rapid.Float64Range(73, 135).Draw(t, "lon"), rapid.Float64Range(3, 54).Draw(t, "lat")}
		for _, c := range AllCRS {
			if q := c.ToWGS84(c.FromWGS84(p)); !near7(p, q, 1e-9) {
				t.Errorf("%s: %v came back as %v", c, p, q)
			}
		}
		if near7(GCJ02.FromWGS84(p), p, 1e-5) {
			t.Errorf("GCJ-02 does not move %v", p)
		}
	})
}

func TestCRSOutsideChinaIsIdentity(t *testing.T) {
	for _, p := range []orb.Point{{9.5, 47.1}, {7.42, 43.73}, {-74, 40.7}, {151.2, -33.9}, {0, 0}} {
		for _, c := range AllCRS {
			if c.FromWGS84(p) != p || c.ToWGS84(p) != p {
				t.Errorf("%s moves %v", c, p)
			}
		}
	}
}

func TestParseCRS(t *testing.T) {
	for in, want := range map[string]CRS{"": WGS84, "WGS84": WGS84, "EPSG:4490": CGCS2000, "urn:ogc:def:crs:OGC:1.3:CRS84": WGS84,
		"gcj02": GCJ02, " bd-09 ": BD09} {
		if got, err := ParseCRS(in); err != nil || got != want {
			t.Errorf("ParseCRS(%q) = %q, %v", in, got, err)
		}
	}
	if _, err := ParseCRS("EPSG:3857"); !kernel.Is(err, kernel.KindInvalid) {
		t.Errorf("a projected system was taken: %v", err)
	}
	for _, c := range AllCRS {
		if got, err := ParseCRS(string(c)); err != nil || got != c {
			t.Errorf("%s is not its own name", c)
		}
	}
}

func TestGeometryConversionCopies(t *testing.T) {
	in := orb.Collection{orb.Point{101, 36}, orb.MultiPolygon{{{{101, 36}, {102, 36}, {102, 37}, {101, 36}}}},
		orb.MultiLineString{{{101, 36}, {102, 37}}}, orb.MultiPoint{{101, 36}}}
	keep := orb.Clone(in)
	out := GCJ02.GeometryFromWGS84(in)
	if !orb.Equal(in, keep) {
		t.Fatal("the input changed")
	}
	if orb.Equal(in, out) {
		t.Fatal("nothing moved")
	}
	if want := GCJ02.FromWGS84(orb.Point{102, 36}); out.(orb.Collection)[1].(orb.MultiPolygon)[0][0][1] != want {
		t.Errorf("vertex moved elsewhere than its point: want %v", want)
	}
}

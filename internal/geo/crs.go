package geo

import (
	"math"
	"strings"

	"github.com/paulmach/orb"

	"sanzhi/internal/kernel"
)

// CRS is a geographic coordinate system in use in China. Longitude and latitude are in degrees in all of them.
type CRS string

// The coordinate systems.
const (
	WGS84    CRS = "wgs84"    // GPS, and everything inside the program
	CGCS2000 CRS = "cgcs2000" // EPSG:4490, the national system; agrees with WGS84 within centimetres
	GCJ02    CRS = "gcj02"    // public Chinese maps (AMap, Tencent): shifted by some hundred metres
	BD09     CRS = "bd09"     // Baidu: GCJ-02 shifted again
)

// AllCRS lists the closed set.
var AllCRS = []CRS{WGS84, CGCS2000, GCJ02, BD09}

// crsNames are the spellings met in requests and in the crs member of GeoJSON files, in lower case. GeoJSON positions are
// longitude first whatever the authority's axis order says (RFC 7946 section 3.1.1, and the 2008 text before it).
var crsNames = map[string]CRS{
	"wgs84": WGS84, "wgs-84": WGS84, "wgs 84": WGS84, "epsg:4326": WGS84, "urn:ogc:def:crs:epsg::4326": WGS84, "crs84": WGS84, "ogc:crs84": WGS84,
	"urn:ogc:def:crs:ogc:1.3:crs84": WGS84, "urn:ogc:def:crs:ogc::crs84": WGS84,
	"cgcs2000": CGCS2000, "epsg:4490": CGCS2000, "urn:ogc:def:crs:epsg::4490": CGCS2000,
	"gcj02": GCJ02, "gcj-02": GCJ02,
	"bd09": BD09, "bd-09": BD09, "bd09ll": BD09,
}

// ParseCRS reads the name of a coordinate system as requests and files spell it. Empty means WGS84, as in RFC 7946.
// An unknown name is an invalid "crs".
func ParseCRS(s string) (CRS, error) {
	if s == "" {
		return WGS84, nil
	}
	if c, ok := crsNames[strings.ToLower(strings.TrimSpace(s))]; ok {
		return c, nil
	}
	return "", kernel.Invalid("crs", kernel.T("不认识这个坐标系，请用 wgs84、cgcs2000、gcj02 或 bd09",
		"unknown coordinate system; use wgs84, cgcs2000, gcj02 or bd09"))
}

// Constants of the GCJ-02 shift: the Krasovsky 1940 ellipsoid, as in every public description of the transformation.
const (
	krasovskyA  = 6378245.0
	krasovskyE2 = 0.00669342162296594323
	// bdPi is the turn that BD-09 uses for its wobble.
	bdPi = math.Pi * 3000 / 180
)

// inShiftedArea reports whether GCJ-02 applies at p: the usual rectangle round China. Outside it the shift is nothing.
func inShiftedArea(p orb.Point) bool {
	return p[0] >= 72.004 && p[0] <= 137.8347 && p[1] >= 0.8293 && p[1] <= 55.8271
}

// shift gives the GCJ-02 displacement at a WGS84 point, in degrees.
func shift(p orb.Point) orb.Point {
	x, y := p[0]-105, p[1]-35
	root := math.Sqrt(math.Abs(x))
	wave := (20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)) * 2 / 3
	lat := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root + wave +
		(20*math.Sin(y*math.Pi)+40*math.Sin(y/3*math.Pi))*2/3 +
		(160*math.Sin(y/12*math.Pi)+320*math.Sin(y*math.Pi/30))*2/3
	lon := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root + wave +
		(20*math.Sin(x*math.Pi)+40*math.Sin(x/3*math.Pi))*2/3 +
		(150*math.Sin(x/12*math.Pi)+300*math.Sin(x/30*math.Pi))*2/3
	sin, cos := math.Sincos(p[1] * math.Pi / 180)
	w := 1 - krasovskyE2*sin*sin
	return orb.Point{
		lon * 180 / (krasovskyA / math.Sqrt(w) * cos * math.Pi),
		lat * 180 / (krasovskyA * (1 - krasovskyE2) / (w * math.Sqrt(w)) * math.Pi),
	}
}

func gcjFromWGS(p orb.Point) orb.Point {
	if !inShiftedArea(p) {
		return p
	}
	d := shift(p)
	return orb.Point{p[0] + d[0], p[1] + d[1]}
}

// wgsFromGCJ inverts gcjFromWGS. The shift varies by less than a hundredth over its own length, so that looking it up at
// the last guess gains two digits a round; it ends when nothing moves any more.
func wgsFromGCJ(p orb.Point) orb.Point {
	if !inShiftedArea(p) {
		return p
	}
	g := p
	for range 30 {
		d := shift(g)
		next := orb.Point{p[0] - d[0], p[1] - d[1]}
		if math.Abs(next[0]-g[0]) < 1e-13 && math.Abs(next[1]-g[1]) < 1e-13 {
			return next
		}
		g = next
	}
	return g
}

func bdFromGCJ(p orb.Point) orb.Point {
	if !inShiftedArea(p) {
		return p
	}
	r := math.Hypot(p[0], p[1]) + 0.00002*math.Sin(p[1]*bdPi)
	t := math.Atan2(p[1], p[0]) + 0.000003*math.Cos(p[0]*bdPi)
	return orb.Point{r*math.Cos(t) + 0.0065, r*math.Sin(t) + 0.006}
}

// gcjFromBD inverts bdFromGCJ by the same kind of iteration: the published closed inverse is off by up to some decimetres.
func gcjFromBD(p orb.Point) orb.Point {
	g := orb.Point{p[0] - 0.0065, p[1] - 0.006}
	if !inShiftedArea(g) {
		return p
	}
	for range 30 {
		f := bdFromGCJ(g)
		dx, dy := p[0]-f[0], p[1]-f[1]
		g = orb.Point{g[0] + dx, g[1] + dy}
		if math.Abs(dx) < 1e-13 && math.Abs(dy) < 1e-13 {
			break
		}
	}
	return g
}

// ToWGS84 gives the WGS84 point of a point in c. GCJ-02 and BD-09 are inverted iteratively, to about 1e-12 degrees. Outside
// the shifted area, and for CGCS2000, it is the point itself.
func (c CRS) ToWGS84(p orb.Point) orb.Point {
	switch c {
	case GCJ02:
		return wgsFromGCJ(p)
	case BD09:
		return wgsFromGCJ(gcjFromBD(p))
	default:
		return p
	}
}

// FromWGS84 gives the point in c of a WGS84 point.
func (c CRS) FromWGS84(p orb.Point) orb.Point {
	switch c {
	case GCJ02:
		return gcjFromWGS(p)
	case BD09:
		return bdFromGCJ(gcjFromWGS(p))
	default:
		return p
	}
}

// GeometryToWGS84 converts every point of g from c. Equal points stay equal, so that shared borders stay shared; a corner
// that stood on a neighbour's straight side without being its vertex moves off it (see ReadCollection). The answer shares
// nothing with g.
func (c CRS) GeometryToWGS84(g orb.Geometry) orb.Geometry { return mapPoints(g, c.ToWGS84) }

// GeometryFromWGS84 converts every point of g to c. The answer shares nothing with g.
func (c CRS) GeometryFromWGS84(g orb.Geometry) orb.Geometry { return mapPoints(g, c.FromWGS84) }

func mapPoints(g orb.Geometry, f func(orb.Point) orb.Point) orb.Geometry {
	switch g := g.(type) {
	case nil:
		return nil
	case orb.Point:
		return f(g)
	case orb.MultiPoint:
		return orb.MultiPoint(mapAll(g, f))
	case orb.LineString:
		return orb.LineString(mapAll(g, f))
	case orb.Ring:
		return orb.Ring(mapAll(g, f))
	case orb.MultiLineString:
		return orb.MultiLineString(mapAll(g, func(l orb.LineString) orb.LineString { return mapAll(l, f) }))
	case orb.Polygon:
		return mapPolygon(g, f)
	case orb.MultiPolygon:
		return orb.MultiPolygon(mapAll(g, func(p orb.Polygon) orb.Polygon { return mapPolygon(p, f) }))
	case orb.Collection:
		return orb.Collection(mapAll(g, func(m orb.Geometry) orb.Geometry { return mapPoints(m, f) }))
	case orb.Bound:
		return mapPolygon(g.ToPolygon(), f)
	default:
		return nil
	}
}

func mapPolygon(p orb.Polygon, f func(orb.Point) orb.Point) orb.Polygon {
	return mapAll(p, func(r orb.Ring) orb.Ring { return mapAll(r, f) })
}

func mapAll[T any](in []T, f func(T) T) []T {
	out := make([]T, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}

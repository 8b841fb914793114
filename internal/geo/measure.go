package geo

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// EarthMeanRadius is the mean radius of the Earth in metres, (2a+b)/3 of WGS84 (IUGG).
const EarthMeanRadius = 6371008.7714

// The WGS84 ellipsoid: semi-major axis in metres, first eccentricity and its square.
const (
	wgsA  = 6378137.0
	wgsE2 = 0.00669437999014131699613723
)

var wgsE = math.Sqrt(wgsE2)

// Distance is the great-circle distance of two WGS84 points in metres (haversine on the mean sphere; within 0.5 % of the
// ellipsoid, 0.2 % at China's latitudes).
func Distance(a, b orb.Point) float64 {
	const rad = math.Pi / 180
	sLat, sLon := math.Sin((b[1]-a[1])*rad/2), math.Sin((b[0]-a[0])*rad/2)
	h := sLat*sLat + math.Cos(a[1]*rad)*math.Cos(b[1]*rad)*sLon*sLon
	return 2 * EarthMeanRadius * math.Asin(min(1, math.Sqrt(h)))
}

// Length is the length of a path in metres.
func Length(path orb.LineString) float64 {
	sum := 0.0
	for i := 1; i < len(path); i++ {
		sum += Distance(path[i-1], path[i])
	}
	return sum
}

// Area is the area of a Polygon (holes taken out) or MultiPolygon in square metres on the WGS84 ellipsoid; zero for other
// geometries. It is the planar area in Lambert's cylindrical equal-area projection of the ellipsoid (Snyder 1987, Map
// Projections, equations 10-15 and 3-12), so that the areas of tiles add up to that of the whole. Sides are straight in that
// projection, which differs from the geodesic by less than a millionth for sides under ten kilometres.
func Area(g orb.Geometry) float64 {
	sum := 0.0
	for _, poly := range polygons(g) {
		for i, r := range poly {
			if i == 0 {
				sum += math.Abs(ringArea(r))
			} else {
				sum -= math.Abs(ringArea(r))
			}
		}
	}
	return max(0, sum)
}

// ringArea is the signed area, positive counter-clockwise.
func ringArea(r orb.Ring) float64 {
	if len(r) < 4 {
		return 0
	}
	// Offsets from the first vertex keep the digits of small shapes.
	x0, y0 := r[0][0], authalic(r[0][1])
	sum, px, py := 0.0, 0.0, 0.0
	for _, p := range r[1:] {
		x, y := p[0]-x0, authalic(p[1])-y0
		sum += px*y - x*py
		px, py = x, y
	}
	return sum / 2 * math.Pi / 180
}

// authalic is the northing in metres of the equal-area cylindrical projection, for a standard parallel at the equator and
// eastings of wgsA·λ; the product with λ in radians is what ringArea sums.
func authalic(lat float64) float64 {
	s := math.Sin(lat * math.Pi / 180)
	es := wgsE * s
	return wgsA * wgsA * (1 - wgsE2) / 2 * (s/(1-es*es) + math.Atanh(es)/wgsE)
}

// Centroid is the centre of gravity of an area, the mean of points, or the middle of lines, in degrees. It need not lie
// inside. ok is false for an empty geometry.
func Centroid(g orb.Geometry) (c orb.Point, ok bool) {
	if g == nil {
		return c, false
	}
	if polys := polygons(g); len(polys) > 0 {
		if c, ok = areaCentroid(polys); ok {
			return c, true
		}
	}
	n := 0.0
	mapPoints(g, func(p orb.Point) orb.Point {
		c[0] += p[0]
		c[1] += p[1]
		n++
		return p
	})
	if n == 0 {
		return c, false
	}
	return orb.Point{c[0] / n, c[1] / n}, true
}

// areaCentroid weighs in degrees: over a district the change of scale moves the centre by less than a metre.
func areaCentroid(polys orb.MultiPolygon) (orb.Point, bool) {
	var origin orb.Point
	var sx, sy, sum float64
	first := true
	for _, poly := range polys {
		for i, r := range poly {
			if len(r) == 0 {
				continue
			}
			if first {
				origin, first = r[0], false
			}
			turn := 1.0
			if isCCW(r) != (i == 0) {
				turn = -1
			}
			for k := 1; k < len(r); k++ {
				ax, ay := r[k-1][0]-origin[0], r[k-1][1]-origin[1]
				bx, by := r[k][0]-origin[0], r[k][1]-origin[1]
				w := turn * (ax*by - bx*ay)
				sx += (ax + bx) * w
				sy += (ay + by) * w
				sum += w
			}
		}
	}
	if sum == 0 {
		return orb.Point{}, false
	}
	return orb.Point{origin[0] + sx/(3*sum), origin[1] + sy/(3*sum)}, true
}

// LabelPoint is a point where the name of a place can stand: the centroid when it lies inside, else the middle of the
// widest stretch of a parallel inside the area. For a geometry without area it is the centroid. ok is false when the
// geometry is empty.
func LabelPoint(g orb.Geometry) (p orb.Point, ok bool) {
	c, ok := Centroid(g)
	if !ok {
		return c, false
	}
	area := Prepare(g)
	if len(area.edges) == 0 || area.Locate(c) == Inside {
		return c, true
	}
	best, width := c, 0.0
	height := area.bound.Max[1] - area.bound.Min[1]
	// Scan lines at odd fractions seldom meet a vertex; more of them where the shape is thin.
	for lines := 7.0; lines < 2000 && width == 0; lines *= 5 {
		for i := 1.0; i < lines; i++ {
			if q, w := area.widest(area.bound.Min[1] + height*(i-0.382)/lines); w > width && area.Locate(q) == Inside {
				best, width = q, w
			}
		}
	}
	return best, true
}

// widest gives the middle and the width of the widest stretch inside the area at latitude y.
func (p *Prepared) widest(y float64) (orb.Point, float64) {
	var xs []float64
	for _, e := range p.edges {
		if (e.a[1] > y) != (e.b[1] > y) {
			xs = append(xs, e.a[0]+(y-e.a[1])/(e.b[1]-e.a[1])*(e.b[0]-e.a[0]))
		}
	}
	slices.Sort(xs)
	var best orb.Point
	width := 0.0
	for i := 0; i+1 < len(xs); i += 2 {
		if w := xs[i+1] - xs[i]; w > width {
			best, width = orb.Point{xs[i] + w/2, y}, w
		}
	}
	return best, width
}

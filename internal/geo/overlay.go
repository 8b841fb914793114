package geo

import (
	"github.com/paulmach/orb"
	"github.com/peterstace/simplefeatures/geom"
)

// The overlay library works in floats: it draws the shapes of faults. Whether there is a fault is decided exactly before.

func toGeom(g orb.Geometry) geom.Geometry {
	var polys []geom.Polygon
	for _, p := range polygons(g) {
		rings := make([]geom.LineString, len(p))
		for i, r := range p {
			flat := make([]float64, 0, 2*len(r))
			for _, v := range r {
				flat = append(flat, v[0], v[1])
			}
			rings[i] = geom.NewLineString(geom.NewSequence(flat, geom.DimXY))
		}
		polys = append(polys, geom.NewPolygon(rings))
	}
	return geom.NewMultiPolygon(polys).AsGeometry()
}

// areasOf keeps the areas of an overlay's answer, and drops points and lines.
func areasOf(g geom.Geometry) orb.MultiPolygon {
	var out orb.MultiPolygon
	for _, d := range g.Dump() {
		p, ok := d.AsPolygon()
		if !ok || p.IsEmpty() {
			continue
		}
		var poly orb.Polygon
		for _, ring := range p.DumpRings() {
			seq := ring.Coordinates()
			r := make(orb.Ring, seq.Length())
			for i := range r {
				xy := seq.GetXY(i)
				r[i] = orb.Point{xy.X, xy.Y}
			}
			poly = append(poly, r)
		}
		out = append(out, poly)
	}
	return out
}

// Intersection gives the common area of a and b, nil when there is none. It is computed in floats: vertices where sides
// cross are rounded.
func Intersection(a, b orb.Geometry) (orb.MultiPolygon, error) {
	g, err := geom.Intersection(toGeom(a), toGeom(b))
	return areasOf(g), err
}

// Difference gives the area of a that is not in b, in floats.
func Difference(a, b orb.Geometry) (orb.MultiPolygon, error) {
	g, err := geom.Difference(toGeom(a), toGeom(b))
	return areasOf(g), err
}

// Union gives the area that any of the shapes holds, in floats.
func Union(shapes []orb.Geometry) (orb.MultiPolygon, error) {
	all := make([]geom.Geometry, len(shapes))
	for i, s := range shapes {
		all[i] = toGeom(s)
	}
	g, err := geom.UnionMany(all)
	return areasOf(g), err
}

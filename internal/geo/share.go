package geo

import (
	"io"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"
)

// ReadCollection reads a whole file as ReadFeatures does, and keeps shared borders shared where a corner of one area stands
// on a neighbour's straight side: such corners become vertices of the neighbour before the coordinates are converted.
// Converted one by one, a side of a kilometre bends by centimetres (GCJ-02) to a metre (BD-09) away from that corner. Use
// it for areas that must tile.
func ReadCollection(r io.Reader, declared CRS) ([]Feature, error) {
	var all []Feature
	rd := newFeatureReader(r, declared, func(f Feature) error {
		all = append(all, f)
		return nil
	})
	rd.asWritten = true
	if err := rd.run(); err != nil {
		return nil, err
	}
	if rd.crs != GCJ02 && rd.crs != BD09 {
		return all, nil
	}
	shapes := make([]orb.Geometry, len(all))
	for i, f := range all {
		shapes[i] = f.Geometry
	}
	for i, s := range ShareVertices(shapes) {
		all[i].Geometry = rd.crs.GeometryToWGS84(s)
	}
	return all, nil
}

// ShareVertices gives the shapes with every vertex of any area among them added to each side that it lies exactly on. The
// ground that the shapes hold stays the same. Shapes without area are given as they are; the answer shares nothing that it
// changed.
func ShareVertices(shapes []orb.Geometry) []orb.Geometry {
	var tree rtree.RTreeG[orb.Point]
	seen := map[orb.Point]bool{}
	for _, s := range shapes {
		for _, p := range polygons(s) {
			for _, r := range p {
				for _, v := range r {
					if !seen[v] {
						seen[v] = true
						tree.Insert(v, v, v)
					}
				}
			}
		}
	}
	share := func(p orb.Polygon) orb.Polygon {
		return mapAll(p, func(r orb.Ring) orb.Ring { return withVertices(r, &tree) })
	}
	return mapAll(shapes, func(s orb.Geometry) orb.Geometry {
		switch s := s.(type) {
		case orb.Polygon:
			return share(s)
		case orb.MultiPolygon:
			return orb.MultiPolygon(mapAll(s, share))
		default:
			return s
		}
	})
}

func withVertices(r orb.Ring, tree *rtree.RTreeG[orb.Point]) orb.Ring {
	if len(r) == 0 {
		return r
	}
	out := orb.Ring{r[0]}
	for i := 1; i < len(r); i++ {
		out = append(out, cutAt(edge{r[i-1], r[i]}, tree)[1:]...)
	}
	return out
}

// cutAt gives the ends of e and, between them in order, the points of the tree that lie exactly on it.
func cutAt(e edge, tree *rtree.RTreeG[orb.Point]) []orb.Point {
	nodes := []orb.Point{e.a, e.b}
	tree.Search([2]float64{min(e.a[0], e.b[0]), min(e.a[1], e.b[1])}, [2]float64{max(e.a[0], e.b[0]), max(e.a[1], e.b[1])},
		func(_, _ [2]float64, v orb.Point) bool {
			if v != e.a && v != e.b && Orient(e.a, e.b, v) == 0 {
				nodes = append(nodes, v)
			}
			return true
		})
	return inOrder(nodes, e)
}

package territory

import (
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"sanzhi/internal/geo"
)

// Index answers which places hold a point. It is built once from a version of the territory, never changes, and is safe for
// concurrent use; a new version is a new Index. The places it was built from must not be changed afterwards.
type Index struct {
	tree    rtree.RTreeG[int32]
	entries []entry
}

type entry struct {
	place *Place
	ref   *Ref
	area  *geo.Prepared
	size  float64 // m²
}

// NewIndex takes the places that have an area and stand at the instant at. Places without a shape, or whose shape is a
// point or line, hold no point.
func NewIndex(places iter.Seq[*Place], at time.Time) *Index {
	x := &Index{}
	for p := range places {
		if !p.Stands(at) || p.Shape == nil {
			continue
		}
		area := geo.Prepare(p.Shape)
		b := area.Bound()
		if b.Min[0] > b.Max[0] {
			continue
		}
		x.tree.Insert(b.Min, b.Max, int32(len(x.entries)))
		x.entries = append(x.entries, entry{p, p.Ref(), area, geo.Area(p.Shape)})
	}
	return x
}

// Stands reports whether the place is in force at the instant: founded, and not yet ended.
func (p *Place) Stands(at time.Time) bool {
	return !at.Before(p.ValidFrom) && (p.ValidTo.IsZero() || at.Before(p.ValidTo))
}

// Len is the number of places with an area.
func (x *Index) Len() int { return len(x.entries) }

// each calls f for every place that holds the WGS84 point, its border counted in.
func (x *Index) each(lon, lat float64, f func(*entry)) {
	pt := [2]float64{lon, lat}
	x.tree.Search(pt, pt, func(_, _ [2]float64, i int32) bool {
		if e := &x.entries[i]; e.area.Locate(orb.Point(pt)) != geo.Outside {
			f(e)
		}
		return true
	})
}

// At tells which place of each level, which compound and which building hold the WGS84 point. Of several places of one
// level that hold it, as on a common border, the one with the lowest code is told; that is decided exactly. Levels are
// decided from the top, each among the places below the one above, so that all that is told lies one within the other. The
// Refs are shared: do not change them.
func (x *Index) At(lon, lat float64) At {
	var room [16]*entry // most points lie in fewer places
	hits := room[:0]
	x.each(lon, lat, func(e *entry) { hits = append(hits, e) })
	lowest := func(in *entry, is func(Kind) bool) *entry {
		var best *entry
		for _, e := range hits {
			if is(e.place.Kind) && (in == nil || in.place.Path.Holds(e.place.Path)) && (best == nil || e.place.Code < best.place.Code) {
				best = e
			}
		}
		return best
	}
	county := lowest(nil, func(k Kind) bool { return k.Level() == LevelCounty })
	street := lowest(county, func(k Kind) bool { return k.Level() == LevelStreet })
	// A community and a village stand at one tier: a point on their border belongs to one of them.
	base := lowest(either(street, county), func(k Kind) bool { return k.Level() == LevelCommunity || k.Level() == LevelVillage })
	above := either(base, either(street, county))
	grid := lowest(above, func(k Kind) bool { return k.Level() == LevelGrid })
	compound := lowest(above, func(k Kind) bool { return k == Compound })
	building := lowest(either(compound, above), func(k Kind) bool { return k == Building })
	at := At{Grid: grid.told(), Street: street.told(), County: county.told(), Compound: compound.told(), Building: building.told()}
	if base != nil && base.place.Kind.Level() == LevelCommunity {
		at.Community = base.ref
	} else {
		at.Village = base.told()
	}
	if e := either(grid, either(base, either(street, county))); e != nil {
		at.Path = e.place.Path
	}
	return at
}

// told gives what is told of an entry, nil for none.
func (e *entry) told() *Ref {
	if e == nil {
		return nil
	}
	return e.ref
}

// either gives a, or b where there is no a.
func either(a, b *entry) *entry {
	if a == nil {
		return b
	}
	return a
}

// Holding gives every place of every kind that holds the WGS84 point, its border counted in, by area from the smallest;
// places of equal area by code.
func (x *Index) Holding(lon, lat float64) []*Place {
	var hits []*entry
	x.each(lon, lat, func(e *entry) { hits = append(hits, e) })
	slices.SortFunc(hits, func(a, b *entry) int {
		switch {
		case a.size < b.size:
			return -1
		case a.size > b.size:
			return 1
		default:
			return strings.Compare(a.place.Code, b.place.Code)
		}
	})
	out := make([]*Place, len(hits))
	for i, e := range hits {
		out[i] = e.place
	}
	return out
}

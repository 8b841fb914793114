package territory

import (
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
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
// level that hold it, as on a common border, the one with the lowest code is told; that is decided exactly. The Refs are
// shared: do not change them.
func (x *Index) At(lon, lat float64) At {
	const grid, community, village, street, county, compound, building, slots = 0, 1, 2, 3, 4, 5, 6, 7
	var best [slots]*entry
	x.each(lon, lat, func(e *entry) {
		var slot int
		switch e.place.Kind.Level() {
		case LevelGrid:
			slot = grid
		case LevelCommunity:
			slot = community
		case LevelVillage:
			slot = village
		case LevelStreet:
			slot = street
		case LevelCounty:
			slot = county
		default:
			switch e.place.Kind {
			case Compound:
				slot = compound
			case Building:
				slot = building
			default:
				return
			}
		}
		if best[slot] == nil || e.place.Code < best[slot].place.Code {
			best[slot] = e
		}
	})
	ref := func(slot int) *Ref {
		if best[slot] == nil {
			return nil
		}
		return best[slot].ref
	}
	return At{Grid: ref(grid), Community: ref(community), Village: ref(village), Street: ref(street), County: ref(county),
		Compound: ref(compound), Building: ref(building), Path: smallestPath(best[grid], lower(best[community], best[village]), best[street], best[county])}
}

// lower picks the lower code where a community and a village hold the same point: both stand at one tier.
func lower(a, b *entry) *entry {
	if a == nil || b != nil && b.place.Code < a.place.Code {
		return b
	}
	return a
}

func smallestPath(tiers ...*entry) kernel.Path {
	for _, e := range tiers {
		if e != nil {
			return e.place.Path
		}
	}
	return ""
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

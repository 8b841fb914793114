package reach

import (
	"slices"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo/osmpbf"
	"sanzhi/internal/kernel"
)

// Walkable reports whether people may walk along an OSM way: one of the highways that carry walkers, unless its tags close it
// to the public (access=private or no) or to walkers (foot=no or private); a foot tag that allows overrides both the kind of
// highway and the access tag. Motorways and what is planned, being built or gone are not walked. Source:
// wiki.openstreetmap.org/wiki/OSM_tags_for_routing/Access_restrictions.
func Walkable(tags osmpbf.Tags) bool {
	kind := tags.Find("highway")
	if kind == "" {
		return false
	}
	switch kind {
	case "construction", "proposed", "planned", "abandoned", "razed", "disused", "no", "raceway", "bus_guideway", "platform", "rest_area", "services", "escape":
		return false
	}
	switch tags.Find("foot") {
	case "yes", "designated", "permissive", "official", "destination", "customers":
		return true
	case "no", "private", "use_sidepath":
		return false
	}
	switch tags.Find("access") {
	case "private", "no":
		return false
	}
	switch kind {
	case "trunk", "trunk_link":
		return tags.Find("motorroad") != "yes"
	case "primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link", "unclassified", "residential",
		"living_street", "service", "pedestrian", "track", "footway", "path", "steps", "cycleway", "bridleway", "corridor", "elevator", "road":
		return true
	}
	return false
}

// FromOSM reads the walking network of an OSM file in the PBF format and gives it with the OSM numbers of its nodes, in the
// order given to New. Parts of ways whose nodes the file lacks are left out. A file without any way to walk is KindInvalid.
func FromOSM(file []byte) (*Network, []int64, error) {
	var refs []int64 // ways one after another, each followed by its end in ends
	var ends []int
	err := osmpbf.Scan(file, osmpbf.Handler{Way: func(_ int64, r []int64, tags osmpbf.Tags) error {
		if len(r) > 1 && Walkable(tags) {
			refs, ends = append(refs, r...), append(ends, len(refs)+len(r))
		}
		return nil
	}})
	if err != nil {
		return nil, nil, err
	}
	if len(refs) == 0 {
		return nil, nil, kernel.Invalid("network", kernel.T("文件里没有可以步行的道路", "the file has no way that can be walked"))
	}
	ids := slices.Clone(refs)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	nodes, here := make([]orb.Point, len(ids)), make([]bool, len(ids))
	find := finder{ids: ids}
	err = osmpbf.Scan(file, osmpbf.Handler{Node: func(id int64, at orb.Point, _ osmpbf.Tags) error {
		if i, ok := find.next(id); ok {
			nodes[i], here[i] = at, true
		}
		return nil
	}})
	if err != nil {
		return nil, nil, err
	}
	var sides []Side
	begin := 0
	for _, end := range ends {
		last := -1
		for _, r := range refs[begin:end] {
			i, _ := slices.BinarySearch(ids, r)
			if !here[i] {
				i = -1
			}
			if last >= 0 && i >= 0 && i != last {
				sides = append(sides, Side{int32(last), int32(i)})
			}
			last = i
		}
		begin = end
	}
	n, err := New(nodes, sides)
	return n, ids, err
}

// finder looks up numbers that mostly come in ascending order, as nodes do in files.
type finder struct {
	ids []int64
	at  int
}

func (f *finder) next(id int64) (int, bool) {
	for step := 0; step < 8 && f.at < len(f.ids) && f.ids[f.at] < id; step++ {
		f.at++
	}
	if f.at < len(f.ids) && f.ids[f.at] == id {
		f.at++
		return f.at - 1, true
	}
	if f.at < len(f.ids) && id < f.ids[f.at] && (f.at == 0 || f.ids[f.at-1] < id) {
		return 0, false
	}
	i, ok := slices.BinarySearch(f.ids, id)
	f.at = i
	return i, ok
}

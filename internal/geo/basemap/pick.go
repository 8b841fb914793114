package basemap

import "github.com/paulmach/orb"

// Keys are the tags of OpenStreetMap that Pick looks at, and those that give names.
var Keys = []string{"highway", "railway", "waterway", "natural", "landuse", "leisure", "building", "place", "water", "tunnel", "area", "name", "name:zh"}

var roads = map[string]string{"motorway": "motorway", "motorway_link": "motorway", "trunk": "trunk", "trunk_link": "trunk", "primary": "primary",
	"primary_link": "primary", "secondary": "secondary", "secondary_link": "secondary", "tertiary": "tertiary", "tertiary_link": "tertiary",
	"residential": "street", "unclassified": "street", "living_street": "street", "pedestrian": "street", "road": "street", "service": "service", "track": "path",
	"footway": "path", "path": "path", "cycleway": "path", "steps": "path", "bridleway": "path"}

var greens = map[string]bool{"park": true, "garden": true, "playground": true, "pitch": true, "golf_course": true, "nature_reserve": true, "wood": true, "scrub": true,
	"forest": true, "grass": true, "meadow": true, "village_green": true, "recreation_ground": true, "cemetery": true, "orchard": true, "vineyard": true, "allotments": true}

var uses = map[string]bool{"residential": true, "commercial": true, "retail": true, "industrial": true, "railway": true, "construction": true, "military": true, "education": true}

var placeClasses = map[string]string{"city": "city", "town": "town", "village": "village", "suburb": "suburb", "quarter": "suburb", "neighbourhood": "hamlet", "hamlet": "hamlet",
	"locality": "hamlet", "isolated_dwelling": ""}

// Pick tells the layer and the class of an element by its tags; ok is false for what the map does not draw.
func Pick(tag func(key string) string) (l Layer, class string, ok bool) {
	if c := roads[tag("highway")]; c != "" {
		return Road, c, tag("area") != "yes"
	}
	if b := tag("building"); b != "" && b != "no" {
		return Building, "", true
	}
	if c := placeClasses[tag("place")]; c != "" && tag("name") != "" {
		return Place, c, true
	}
	switch r := tag("railway"); r {
	case "rail", "narrow_gauge", "subway", "light_rail", "funicular":
		return Rail, "rail", tag("tunnel") != "yes"
	case "tram":
		return Rail, "tram", true
	}
	switch w := tag("waterway"); w {
	case "river", "canal", "stream", "ditch":
		return Water, w, tag("tunnel") == ""
	case "riverbank", "dock":
		return Water, "", true
	}
	if n := tag("natural"); n == "water" || n == "bay" || tag("landuse") == "reservoir" || tag("landuse") == "basin" {
		return Water, "", true
	}
	for _, k := range []string{"leisure", "natural", "landuse"} {
		if greens[tag(k)] {
			return Green, tag(k), true
		}
	}
	if u := tag("landuse"); uses[u] {
		return Landuse, u, true
	}
	return "", "", false
}

// Of makes a feature of an element with tags, nil when it is none: a closed road is a line, a surface without area is none, and
// places are points.
func Of(tags map[string]string, g orb.Geometry) *Feature {
	l, class, ok := Pick(func(k string) string { return tags[k] })
	if !ok || g == nil {
		return nil
	}
	name := tags["name:zh"]
	if name == "" {
		name = tags["name"]
	}
	f := &Feature{Layer: l, Class: class, Name: name, Geometry: g}
	if l == Building || l == Landuse {
		f.Name = "" // the district's own places bear the names
	}
	_, isPoint := g.(orb.Point)
	switch {
	case l == Place && !isPoint, l != Place && isPoint:
		return nil
	case l == Road || l == Rail:
		if p, ok := g.(orb.Polygon); ok {
			f.Geometry = orb.LineString(p[0])
		}
		if _, ok := g.(orb.MultiPolygon); ok {
			return nil
		}
	case l == Water && class != "":
		if p, ok := g.(orb.Polygon); ok && (class == "stream" || class == "ditch") {
			f.Geometry = orb.LineString(p[0])
		}
	case l == Building || l == Green || l == Landuse:
		if _, ok := g.(orb.LineString); ok {
			return nil
		}
	}
	return f
}

// OfDistrict makes a feature of what a district draws by itself: its houses and greens, and its rivers and streets by their
// kind; nil when the map does not draw it.
func OfDistrict(kind, name string, g orb.Geometry) *Feature {
	f := &Feature{Name: name, Geometry: g}
	switch kind {
	case "building":
		f.Layer, f.Name = Building, ""
	case "compound":
		f.Layer, f.Class, f.Name = Landuse, "residential", ""
	case "green", "park", "forest", "garden", "playground":
		f.Layer, f.Class = Green, kind
	case "river", "water", "canal", "lake":
		f.Layer = Water
		if _, surface := g.(orb.Polygon); !surface {
			f.Class = "river"
		}
	case "main":
		f.Layer, f.Class = Road, "primary"
	case "road":
		f.Layer, f.Class = Road, "tertiary"
	case "lane":
		f.Layer, f.Class = Road, "street"
	default:
		return nil
	}
	return f
}

package geo

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/paulmach/orb"
)

// WriteFeatures streams a GeoJSON FeatureCollection in WGS84 (RFC 7946: no crs member, shells counter-clockwise, holes
// clockwise). Numbers are written with the fewest digits that read back as the same value.
func WriteFeatures(w io.Writer, features iter.Seq[Feature]) error {
	b := bufio.NewWriter(w)
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	first := true
	for f := range features {
		if !first {
			b.WriteByte(',')
		}
		first = false
		text, err := f.MarshalJSON()
		if err != nil {
			return err
		}
		b.WriteByte('\n')
		b.Write(text)
	}
	b.WriteString("]}\n")
	return b.Flush()
}

// MarshalJSON gives the feature as GeoJSON.
func (f Feature) MarshalJSON() ([]byte, error) {
	g, err := GeometryJSON(f.Geometry)
	if err != nil {
		return nil, err
	}
	props := f.Properties
	if props == nil {
		props = map[string]any{}
	}
	return json.Marshal(struct {
		Type       string          `json:"type"`
		ID         string          `json:"id,omitempty"`
		Geometry   json.RawMessage `json:"geometry"`
		Properties map[string]any  `json:"properties"`
	}{"Feature", f.ID, g, props})
}

// GeometryJSON gives a geometry as a GeoJSON geometry object, or null for nil.
func GeometryJSON(g orb.Geometry) (json.RawMessage, error) {
	type member struct {
		Type        string `json:"type"`
		Coordinates any    `json:"coordinates"`
	}
	switch g := g.(type) {
	case nil:
		return json.RawMessage("null"), nil
	case orb.Collection:
		all := make([]json.RawMessage, len(g))
		for i, m := range g {
			var err error
			if all[i], err = GeometryJSON(m); err != nil {
				return nil, err
			}
		}
		return json.Marshal(struct {
			Type       string            `json:"type"`
			Geometries []json.RawMessage `json:"geometries"`
		}{"GeometryCollection", all})
	case orb.Ring, orb.Bound:
		return json.Marshal(member{"Polygon", wind(polygons(g)[0])})
	case orb.Polygon:
		return json.Marshal(member{"Polygon", wind(g)})
	case orb.MultiPolygon:
		return json.Marshal(member{"MultiPolygon", mapAll(g, wind)})
	case orb.Point, orb.MultiPoint, orb.LineString, orb.MultiLineString:
		return json.Marshal(member{g.GeoJSONType(), g})
	default:
		return nil, fmt.Errorf("no GeoJSON for %T", g)
	}
}

// ParseGeometry reads one GeoJSON geometry object in WGS84, as GeometryJSON writes it, under the rules of ReadFeatures.
func ParseGeometry(raw []byte) (orb.Geometry, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	return parseGeometry(raw, "geometry", 0)
}

// wind gives the polygon with its shell counter-clockwise and its holes clockwise, copying only what must turn.
func wind(p orb.Polygon) orb.Polygon {
	out := slices.Clone(p)
	for i, r := range p {
		if isCCW(r) != (i == 0) {
			out[i] = slices.Clone(r)
			slices.Reverse(out[i])
		}
	}
	return out
}

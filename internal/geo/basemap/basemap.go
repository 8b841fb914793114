// Package basemap makes the vector tiles that lie under a district's own data: water, greens, land use, houses, roads, railways
// and the names of places, from z8 to z15, simplified for each zoom and cut with a margin. It exists so that a map needs no
// service outside: what OpenStreetMap or the district itself knows becomes one file of the program's own.
package basemap

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo/pmtiles"
)

// The zooms that are cut. Beyond the last the client enlarges it.
const (
	MinZoom = 8
	MaxZoom = 15
)

// Layer is a layer of the tiles.
type Layer string

// The layers, from the ground up.
const (
	Landuse  Layer = "landuse"
	Green    Layer = "green"
	Water    Layer = "water"
	Building Layer = "building"
	Road     Layer = "road"
	Rail     Layer = "rail"
	Place    Layer = "place"
)

// Layers lists them all in the order of drawing.
var Layers = []Layer{Landuse, Green, Water, Building, Road, Rail, Place}

// Feature is one thing that the map draws, in WGS84.
type Feature struct {
	Layer    Layer
	Class    string // of a road its width, of a place its size
	Name     string
	Geometry orb.Geometry
}

// firstZoom is from which zoom on a class is drawn; what is not named is drawn from the layer's own.
var firstZoom = map[Layer]map[string]int{
	Landuse:  {"": 10},
	Green:    {"": 10},
	Water:    {"": 8, "canal": 11, "stream": 13, "ditch": 14},
	Building: {"": 14},
	Road:     {"": 14, "motorway": 8, "trunk": 8, "primary": 9, "secondary": 10, "tertiary": 11, "street": 13, "service": 14, "path": 14},
	Rail:     {"": 10, "tram": 13},
	Place:    {"": 13, "city": 8, "town": 9, "suburb": 12, "village": 11, "hamlet": 13},
}

func (f *Feature) from() int {
	if z, ok := firstZoom[f.Layer][f.Class]; ok {
		return z
	}
	return firstZoom[f.Layer][""]
}

// Options say what the archive tells about itself.
type Options struct {
	Name        string
	Attribution string // must stand wherever the map is shown
}

// ErrNothing says that there is nothing to draw.
var ErrNothing = errors.New("there is nothing that a base map could draw")

// Write cuts the features into tiles and writes the archive.
func Write(w io.Writer, features []Feature, o Options) error {
	var bound orb.Bound
	n := 0
	for _, f := range features {
		if f.Geometry == nil || f.Geometry.Bound().IsEmpty() || outside(f.Geometry.Bound()) {
			continue
		}
		if n++; n == 1 {
			bound = f.Geometry.Bound()
		}
		bound = bound.Union(f.Geometry.Bound())
	}
	if n == 0 {
		return ErrNothing
	}
	about, err := metadata(o)
	if err != nil {
		return err
	}
	a := &pmtiles.Archive{Bounds: [4]float64{bound.Min[0], bound.Min[1], bound.Max[0], bound.Max[1]}, Metadata: about, MinZoom: MinZoom, MaxZoom: MaxZoom,
		Compression: pmtiles.Gzip}
	for z := MinZoom; z <= MaxZoom; z++ {
		c := &cutter{zoom: z, tiles: map[[2]uint32]*tile{}}
		for i := range features {
			if f := &features[i]; f.Geometry != nil && f.from() <= z && !outside(f.Geometry.Bound()) {
				c.feature(f)
			}
		}
		if err := c.write(a); err != nil {
			return err
		}
	}
	if a.Tiles() == 0 {
		return ErrNothing
	}
	_, err = a.WriteTo(w)
	return err
}

// outside reports what the projection cannot show.
func outside(b orb.Bound) bool {
	return !(b.Min[0] >= -180 && b.Max[0] <= 180 && b.Min[1] >= -85 && b.Max[1] <= 85)
}

func (c *cutter) write(a *pmtiles.Archive) error {
	at := make([][2]uint32, 0, len(c.tiles))
	for k := range c.tiles {
		at = append(at, k)
	}
	slices.SortFunc(at, func(p, q [2]uint32) int { return cmp.Or(cmp.Compare(p[0], q[0]), cmp.Compare(p[1], q[1])) })
	var b bytes.Buffer
	zip, err := gzip.NewWriterLevel(&b, gzip.BestSpeed+3)
	if err != nil {
		return err
	}
	for _, k := range at {
		b.Reset()
		zip.Reset(&b)
		if _, err := zip.Write(c.tiles[k].encode()); err != nil {
			return err
		}
		if err := zip.Close(); err != nil {
			return err
		}
		if err := a.Add(uint32(c.zoom), k[0], k[1], b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// metadata is what the format asks an archive of vector tiles to tell.
func metadata(o Options) ([]byte, error) {
	type layer struct {
		ID      string            `json:"id"`
		Fields  map[string]string `json:"fields"`
		MinZoom int               `json:"minzoom"`
		MaxZoom int               `json:"maxzoom"`
	}
	var l []layer
	for _, name := range Layers {
		first := MaxZoom
		for _, z := range firstZoom[name] {
			first = min(first, z)
		}
		l = append(l, layer{string(name), map[string]string{"class": "String", "name": "String"}, first, MaxZoom})
	}
	return json.Marshal(map[string]any{"name": o.Name, "attribution": o.Attribution, "type": "baselayer", "vector_layers": l})
}

// world projects to web mercator, in units of which a tile of the zoom has Extent.
func world(p orb.Point, zoom int) orb.Point {
	n := float64(uint64(Extent) << zoom)
	s := math.Sin(p[1] * math.Pi / 180)
	return orb.Point{(p[0]/360 + 0.5) * n, (0.5 - math.Log((1+s)/(1-s))/(4*math.Pi)) * n}
}

package basemap_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"sanzhi/internal/geo/basemap"
	"sanzhi/internal/geo/pmtiles"
)

// seen is a feature as a client reads it out of a tile.
type seen struct {
	layer string
	tags  map[string]string
	kind  int
	parts [][][2]int
}

// fields walks a protocol buffer; it is another hand than the one that wrote it.
func fields(t *testing.T, b []byte, each func(num int, v uint64, sub []byte)) {
	t.Helper()
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		b = b[n:]
		v, n := binary.Uvarint(b)
		b = b[n:]
		switch key & 7 {
		case 0:
			each(int(key>>3), v, nil)
		case 2:
			each(int(key>>3), 0, b[:v])
			b = b[v:]
		default:
			t.Fatalf("wire type %d", key&7)
		}
	}
}

func decode(t *testing.T, raw []byte) (out []seen) {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	fields(t, b, func(num int, _ uint64, l []byte) {
		if num != 3 {
			t.Fatalf("field %d of a tile", num)
		}
		var name string
		var keys, values []string
		var features [][]byte
		extent, version := uint64(0), uint64(0)
		fields(t, l, func(num int, v uint64, sub []byte) {
			switch num {
			case 1:
				name = string(sub)
			case 2:
				features = append(features, sub)
			case 3:
				keys = append(keys, string(sub))
			case 4:
				fields(t, sub, func(_ int, _ uint64, s []byte) { values = append(values, string(s)) })
			case 5:
				extent = v
			case 15:
				version = v
			}
		})
		if extent != basemap.Extent || version != 2 {
			t.Fatalf("layer %s: extent %d, version %d", name, extent, version)
		}
		for _, f := range features {
			out = append(out, feature(t, name, keys, values, f))
		}
	})
	return out
}

func feature(t *testing.T, layer string, keys, values []string, b []byte) seen {
	s := seen{layer: layer, tags: map[string]string{}}
	ints := func(b []byte) (out []uint64) {
		for len(b) > 0 {
			v, n := binary.Uvarint(b)
			out, b = append(out, v), b[n:]
		}
		return out
	}
	fields(t, b, func(num int, v uint64, sub []byte) {
		switch num {
		case 2:
			tags := ints(sub)
			for i := 0; i+1 < len(tags); i += 2 {
				s.tags[keys[tags[i]]] = values[tags[i+1]]
			}
		case 3:
			s.kind = int(v)
		case 4:
			x, y := 0, 0
			c := ints(sub)
			for i := 0; i < len(c); {
				cmd, n := c[i]&7, int(c[i]>>3)
				i++
				if cmd == 7 {
					last := len(s.parts) - 1
					s.parts[last] = append(s.parts[last], s.parts[last][0])
					continue
				}
				for range n {
					x += int(int64(c[i]>>1) ^ -int64(c[i]&1))
					y += int(int64(c[i+1]>>1) ^ -int64(c[i+1]&1))
					i += 2
					if cmd == 1 {
						s.parts = append(s.parts, nil)
					}
					last := len(s.parts) - 1
					s.parts[last] = append(s.parts[last], [2]int{x, y})
				}
			}
		}
	})
	return s
}

func made(t *testing.T, l ...basemap.Feature) *pmtiles.Reader {
	t.Helper()
	var b bytes.Buffer
	if err := basemap.Write(&b, l, basemap.Options{Name: "试验区", Attribution: "© 某人"}); err != nil {
		t.Fatal(err)
	}
	r, err := pmtiles.Open(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func box(w, s, e, n float64) orb.Ring {
	return orb.Ring{{w, s}, {e, s}, {e, n}, {w, n}, {w, s}}
}

// back turns a point of a tile into degrees.
func back(z, x, y uint32, p [2]int) orb.Point {
	n := float64(uint64(1) << z)
	fx, fy := (float64(x)+float64(p[0])/basemap.Extent)/n, (float64(y)+float64(p[1])/basemap.Extent)/n
	return orb.Point{fx*360 - 180, math.Atan(math.Sinh(math.Pi*(1-2*fy))) * 180 / math.Pi}
}

func mercator(lat float64) float64 {
	return math.Log(math.Tan(math.Pi/4+lat*math.Pi/360)) / (2 * math.Pi)
}

func twice(r [][2]int) (a int) {
	for i := 0; i+1 < len(r); i++ {
		a += r[i][0]*r[i+1][1] - r[i+1][0]*r[i][1]
	}
	return a
}

// Whatever is drawn stands where it lies, in every tile that it touches; outer rings run clockwise, holes the other way, and
// nothing reaches farther beyond a tile than the margin.
func TestSurfacesStandWhereTheyLie(t *testing.T) {
	lake := basemap.Feature{Layer: basemap.Water, Name: "湖", Geometry: orb.Polygon{box(101.70, 36.60, 101.76, 36.65), box(101.72, 36.62, 101.73, 36.63)}}
	r := made(t, lake)
	tiles, holes := 0, 0
	err := r.Each(func(z, x, y uint32, raw []byte) error {
		tiles++
		for _, f := range decode(t, raw) {
			if f.layer != "water" || f.tags["name"] != "湖" || f.kind != 3 {
				t.Fatalf("%+v", f)
			}
			for i, ring := range f.parts {
				if a := twice(ring); (a > 0) != (i == 0) {
					t.Fatalf("%d/%d/%d: ring %d has area %d", z, x, y, i, a)
				}
				holes += min(i, 1)
				for _, p := range ring {
					if p[0] < -96 || p[0] > 4192 || p[1] < -96 || p[1] > 4192 {
						t.Fatalf("%d/%d/%d: %v is far outside", z, x, y, p)
					}
					at, slack := back(z, x, y, p), 360/float64(uint64(1)<<z)/4096*6
					if at[0] < 101.70-slack || at[0] > 101.76+slack || at[1] < 36.60-slack || at[1] > 36.65+slack {
						t.Fatalf("%d/%d/%d: %v lies at %v", z, x, y, p, at)
					}
				}
			}
		}
		return nil
	})
	if err != nil || holes == 0 || r.MinZoom != 8 || r.MaxZoom != 15 {
		t.Fatal(err, holes, r.Header)
	}
	x, y := (101.71/360+0.5)*32768, (0.5-mercator(36.61))*32768
	if raw, _ := r.Tile(15, uint32(x), uint32(y)); raw == nil || tiles < 30 {
		t.Errorf("%d tiles, and none in the middle", tiles)
	}
	about, err := r.About()
	if err != nil || !json.Valid(about) || !strings.Contains(string(about), "© 某人") || !strings.Contains(string(about), `"vector_layers"`) {
		t.Error(string(about), err)
	}
}

// A line through many tiles is cut into parts that together are as long as it, at every zoom from its first on.
func TestLinesKeepTheirLength(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		x0, y0 := rapid.Float64Range(101.6, 101.9).Draw(rt, "x0"), rapid.Float64Range(36.5, 36.8).Draw(rt, "y0")
		x1, y1 := rapid.Float64Range(101.6, 101.9).Draw(rt, "x1"), rapid.Float64Range(36.5, 36.8).Draw(rt, "y1")
		if math.Hypot(x1-x0, y1-y0) < 0.02 {
			return
		}
		r := made(t, basemap.Feature{Layer: basemap.Road, Class: "primary", Geometry: orb.LineString{{x0, y0}, {x1, y1}}})
		length := map[uint32]float64{}
		err := r.Each(func(z, x, y uint32, raw []byte) error {
			for _, f := range decode(t, raw) {
				for _, l := range f.parts {
					for i := 1; i < len(l); i++ {
						// What lies in the margin is told by the neighbour as well.
						const steps = 64
						for k := range steps {
							s := (float64(k) + 0.5) / steps
							px, py := float64(l[i-1][0])+s*float64(l[i][0]-l[i-1][0]), float64(l[i-1][1])+s*float64(l[i][1]-l[i-1][1])
							if px >= 0 && px < 4096 && py >= 0 && py < 4096 {
								length[z] += math.Hypot(float64(l[i][0]-l[i-1][0]), float64(l[i][1]-l[i-1][1])) / steps
							}
						}
					}
				}
			}
			return nil
		})
		if err != nil {
			rt.Fatal(err)
		}
		for z := uint32(9); z <= 15; z++ {
			want := math.Hypot((x1-x0)/360, mercator(y1)-mercator(y0)) * float64(uint64(1)<<z) * 4096
			if math.Abs(length[z]-want) > 0.03*want+400 {
				rt.Fatalf("z%d: %.0f units long, want %.0f", z, length[z], want)
			}
		}
		if length[8] != 0 {
			rt.Fatal("a primary road is drawn before its zoom")
		}
	})
}

func TestWhatIsTooSmallIsLeftOutUntilItShows(t *testing.T) {
	house := orb.Polygon{box(101.7500, 36.6500, 101.7502, 36.6501)} // 18 by 11 metres
	r := made(t, basemap.Feature{Layer: basemap.Green, Geometry: house}, basemap.Feature{Layer: basemap.Building, Geometry: house},
		basemap.Feature{Layer: basemap.Place, Class: "village", Name: "三其村", Geometry: orb.Point{101.75, 36.65}},
		basemap.Feature{Layer: basemap.Water, Geometry: orb.Point{200, 99}})
	from := map[string]uint32{}
	_ = r.Each(func(z, _, _ uint32, raw []byte) error {
		for _, f := range decode(t, raw) {
			if _, ok := from[f.layer]; !ok {
				from[f.layer] = z
			}
		}
		return nil
	})
	if from["green"] < 14 || from["building"] < 14 || from["place"] != 11 || len(from) != 3 {
		t.Errorf("first seen at %v", from)
	}
	if err := basemap.Write(io.Discard, nil, basemap.Options{}); !errors.Is(err, basemap.ErrNothing) {
		t.Error(err)
	}
}

func TestTagsOfOpenStreetMap(t *testing.T) {
	ring := orb.Polygon{box(0, 0, 1, 1)}
	for _, c := range []struct {
		tags  string
		g     orb.Geometry
		layer basemap.Layer
		class string
	}{
		{"highway=residential", orb.LineString{{0, 0}, {1, 1}}, basemap.Road, "street"},
		{"highway=primary", ring, basemap.Road, "primary"}, // a roundabout
		{"highway=pedestrian area=yes", ring, "", ""},
		{"highway=proposed", orb.LineString{{0, 0}, {1, 1}}, "", ""},
		{"building=no", ring, "", ""},
		{"building=school amenity=school", ring, basemap.Building, ""},
		{"natural=water water=lake", ring, basemap.Water, ""},
		{"waterway=stream tunnel=culvert", orb.LineString{{0, 0}, {1, 1}}, "", ""},
		{"landuse=forest", ring, basemap.Green, "forest"},
		{"landuse=forest", orb.LineString{{0, 0}, {1, 1}}, "", ""},
		{"landuse=industrial", ring, basemap.Landuse, "industrial"},
		{"railway=rail", orb.LineString{{0, 0}, {1, 1}}, basemap.Rail, "rail"},
		{"railway=rail tunnel=yes", orb.LineString{{0, 0}, {1, 1}}, "", ""},
		{"place=village name=Balzers", orb.Point{}, basemap.Place, "village"},
		{"place=village", orb.Point{}, "", ""},
		{"leisure=park", orb.Point{}, "", ""},
	} {
		tags := map[string]string{}
		for kv := range strings.FieldsSeq(c.tags) {
			k, v, _ := strings.Cut(kv, "=")
			tags[k] = v
		}
		f := basemap.Of(tags, c.g)
		switch {
		case f == nil && c.layer != "":
			t.Errorf("%s %s is not drawn", c.tags, c.g.GeoJSONType())
		case f != nil && (f.Layer != c.layer || f.Class != c.class):
			t.Errorf("%s %s is %s/%s", c.tags, c.g.GeoJSONType(), f.Layer, f.Class)
		case f != nil && f.Layer == basemap.Road:
			if _, ok := f.Geometry.(orb.LineString); !ok {
				t.Errorf("%s is a %T", c.tags, f.Geometry)
			}
		}
	}
}

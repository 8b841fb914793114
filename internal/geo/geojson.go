package geo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/paulmach/orb"

	"sanzhi/internal/kernel"
)

// Feature is one feature of a GeoJSON file.
type Feature struct {
	Index      int          // position in its collection, from 0
	ID         string       // the feature's own id, "" when it has none
	Geometry   orb.Geometry // WGS84, or nil when the file says null
	Properties map[string]any
}

// maxFeatureFaults ends the reading of a file that is wrong throughout; a person mends a page of faults at a time.
const maxFeatureFaults = 50

// ReadFeatures streams a GeoJSON Feature or FeatureCollection and gives each feature, converted to WGS84, to each.
// declared is the coordinate system that the caller says the file is in; empty means the file's crs member, or WGS84. A crs
// member must agree with declared and stand before the features.
//
// Polygons must have closed rings of at least four positions (repeats in a row are dropped) and every position two or more
// numbers with longitude in [-180,180] and latitude in [-90,90]; altitudes are dropped. A file that is no GeoJSON is
// malformed; faulty features are gathered into one invalid error (More holds the rest), each with the path of the value
// that is wrong, and are not given to each. An error of each ends the reading and is returned as it is.
func ReadFeatures(r io.Reader, declared CRS, each func(Feature) error) error {
	return newFeatureReader(r, declared, each).run()
}

func newFeatureReader(r io.Reader, declared CRS, each func(Feature) error) *featureReader {
	rd := &featureReader{dec: json.NewDecoder(r), crs: declared, told: declared != "", each: each}
	rd.dec.UseNumber()
	return rd
}

func (rd *featureReader) run() error {
	if err := rd.object(); err != nil {
		return err
	}
	if _, err := rd.dec.Token(); !errors.Is(err, io.EOF) {
		return malformed("", "文件末尾有多余内容", "there is something after the end of the document")
	}
	return rd.faults()
}

type featureReader struct {
	dec       *json.Decoder
	crs       CRS // "" until declared or read
	each      func(Feature) error
	n         int
	bad       []kernel.Error
	kind      string
	told      bool // the caller declared the crs
	seen      bool // features were met
	one       rawFeature
	asWritten bool // leave coordinates in the file's system
}

type rawFeature struct {
	Type       string          `json:"type"`
	ID         json.RawMessage `json:"id"`
	Geometry   json.RawMessage `json:"geometry"`
	Properties json.RawMessage `json:"properties"`
}

func malformed(field, zh, en string) error { return kernel.Malformed(field, kernel.T(zh, en)) }

func notJSON(err error) error {
	return &kernel.Error{Kind: kernel.KindMalformed, Say: kernel.T("文件不是完整的 GeoJSON，请重新导出", "the file is not complete GeoJSON; export it again"), Cause: err}
}

// object reads the top object member by member, so that a collection of any size is never held whole.
func (rd *featureReader) object() error {
	if t, err := rd.dec.Token(); err != nil || t != json.Delim('{') {
		return notJSON(err)
	}
	for rd.dec.More() {
		key, err := rd.dec.Token()
		if err != nil {
			return notJSON(err)
		}
		name, _ := key.(string) // in an object a key is always text
		if err := rd.member(name); err != nil {
			return err
		}
	}
	if _, err := rd.dec.Token(); err != nil {
		return notJSON(err)
	}
	switch {
	case rd.kind == "Feature" && !rd.seen:
		return rd.feature(rd.one)
	case rd.kind == "FeatureCollection" && rd.seen:
		return nil
	default:
		return malformed("type", "文件应是 Feature 或 FeatureCollection", "the file must be a Feature or a FeatureCollection")
	}
}

func (rd *featureReader) member(key string) error {
	var err error
	switch key {
	case "type":
		err = rd.dec.Decode(&rd.kind)
	case "crs":
		return rd.crsMember()
	case "features":
		return rd.features()
	case "id":
		err = rd.dec.Decode(&rd.one.ID)
	case "geometry":
		err = rd.dec.Decode(&rd.one.Geometry)
	case "properties":
		err = rd.dec.Decode(&rd.one.Properties)
	default:
		var skip json.RawMessage
		err = rd.dec.Decode(&skip)
	}
	rd.one.Type = rd.kind
	if err != nil {
		return notJSON(err)
	}
	return nil
}

func (rd *featureReader) crsMember() error {
	var m *struct {
		Properties struct {
			Name string `json:"name"`
		} `json:"properties"`
	}
	if err := rd.dec.Decode(&m); err != nil {
		return notJSON(err)
	}
	if m == nil {
		return nil
	}
	c, err := ParseCRS(m.Properties.Name)
	if err != nil {
		return err
	}
	if rd.seen && rd.crs != c && !rd.told {
		return kernel.Invalid("crs", kernel.T("坐标系写在要素之后，请在导入时选定坐标系", "the coordinate system stands after the features; name it when importing"))
	}
	if rd.crs != "" && rd.crs != c {
		return kernel.Invalid("crs", kernel.T(fmt.Sprintf("文件写明坐标系是 %s，与所选的 %s 不一致，请核对后再导入", c, rd.crs),
			fmt.Sprintf("the file says its coordinate system is %s, not %s; check which is right", c, rd.crs)))
	}
	rd.crs = c
	return nil
}

func (rd *featureReader) features() error {
	if rd.seen {
		return malformed("features", "文件里有两个 features", "the file has two members named features")
	}
	rd.seen = true
	if t, err := rd.dec.Token(); err != nil || t != json.Delim('[') {
		return notJSON(err)
	}
	if rd.crs == "" {
		rd.crs = WGS84
	}
	for rd.dec.More() {
		var f rawFeature
		if err := rd.dec.Decode(&f); err != nil {
			return notJSON(err)
		}
		if err := rd.feature(f); err != nil {
			return err
		}
	}
	if _, err := rd.dec.Token(); err != nil {
		return notJSON(err)
	}
	return nil
}

// feature checks and converts one feature. A fault of the feature is kept; only too many of them end the reading.
func (rd *featureReader) feature(raw rawFeature) error {
	f := Feature{Index: rd.n}
	rd.n++
	at := fmt.Sprintf("features[%d]", f.Index)
	err := f.fill(raw, at)
	if err == nil {
		if !rd.asWritten {
			f.Geometry = rd.crs.GeometryToWGS84(f.Geometry)
		}
		return rd.each(f)
	}
	var ke *kernel.Error
	if !errors.As(err, &ke) {
		return err
	}
	name, _ := f.Properties["name"].(string)
	zh, en := fmt.Sprintf("第 %d 个要素", f.Index+1), fmt.Sprintf("feature %d", f.Index+1)
	if name != "" {
		zh, en = zh+"（"+name+"）", en+" ("+name+")"
	}
	rd.bad = append(rd.bad, kernel.Error{Kind: kernel.KindInvalid, Field: ke.Field, Say: kernel.T(zh+"："+ke.Say.Zh, en+": "+ke.Say.En)})
	if len(rd.bad) >= maxFeatureFaults {
		return rd.faults()
	}
	return nil
}

func (rd *featureReader) faults() error {
	if len(rd.bad) == 0 {
		return nil
	}
	first := rd.bad[0]
	first.More = rd.bad[1:]
	return &first
}

func (f *Feature) fill(raw rawFeature, at string) error {
	if len(raw.Properties) > 0 {
		dec := json.NewDecoder(bytes.NewReader(raw.Properties))
		if err := dec.Decode(&f.Properties); err != nil {
			return kernel.Invalid(at+".properties", kernel.T("properties 应是对象", "properties must be an object"))
		}
	}
	if raw.Type != "Feature" {
		return kernel.Invalid(at+".type", kernel.T("type 应是 Feature", "type must be Feature"))
	}
	if len(raw.ID) > 0 && !bytes.Equal(raw.ID, []byte("null")) {
		if json.Unmarshal(raw.ID, &f.ID) != nil {
			if _, err := strconv.ParseFloat(string(raw.ID), 64); err != nil {
				return kernel.Invalid(at+".id", kernel.T("id 应是文字或数字", "id must be a text or a number"))
			}
			f.ID = string(raw.ID)
		}
	}
	if len(raw.Geometry) == 0 || bytes.Equal(raw.Geometry, []byte("null")) {
		return nil
	}
	g, err := parseGeometry(raw.Geometry, at+".geometry", 0)
	f.Geometry = g
	return err
}

// maxCollectionDepth is how deep GeometryCollections may nest; RFC 7946 advises against nesting at all.
const maxCollectionDepth = 3

func parseGeometry(raw json.RawMessage, at string, depth int) (orb.Geometry, error) {
	var g struct {
		Type        string            `json:"type"`
		Coordinates json.RawMessage   `json:"coordinates"`
		Geometries  []json.RawMessage `json:"geometries"`
	}
	if json.Unmarshal(raw, &g) != nil {
		return nil, kernel.Invalid(at, kernel.T("geometry 应是对象", "geometry must be an object"))
	}
	if g.Type == "GeometryCollection" {
		if depth >= maxCollectionDepth {
			return nil, kernel.Invalid(at, kernel.T("几何集合嵌套过深", "geometry collections are nested too deeply"))
		}
		all := make(orb.Collection, len(g.Geometries))
		for i, m := range g.Geometries {
			var err error
			if all[i], err = parseGeometry(m, fmt.Sprintf("%s.geometries[%d]", at, i), depth+1); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
	c := coords{at: at + ".coordinates"}
	// encoding/json reads null as zero, which is a place off Africa.
	if bytes.Contains(g.Coordinates, []byte("null")) || len(g.Coordinates) == 0 {
		return nil, kernel.Invalid(c.at, kernel.T("坐标缺失或为 null", "coordinates are missing or null"))
	}
	return c.parse(g.Type, g.Coordinates)
}

// coords turns nested arrays into orb values, keeping the path for its complaints.
type coords struct{ at string }

func (c coords) parse(kind string, raw json.RawMessage) (orb.Geometry, error) {
	switch kind {
	case "Point":
		return decodeThen(c, raw, c.point)
	case "MultiPoint":
		return decodeThen(c, raw, func(v [][]float64) (orb.MultiPoint, error) { return parseAll(c, v, coords.point) })
	case "LineString":
		return decodeThen(c, raw, c.line)
	case "MultiLineString":
		return decodeThen(c, raw, func(v [][][]float64) (orb.MultiLineString, error) { return parseAll(c, v, coords.line) })
	case "Polygon":
		return decodeThen(c, raw, c.polygon)
	case "MultiPolygon":
		return decodeThen(c, raw, func(v [][][][]float64) (orb.MultiPolygon, error) { return parseAll(c, v, coords.polygon) })
	default:
		return nil, kernel.Invalid(c.at, kernel.T("不认识的几何类型", "unknown type of geometry"))
	}
}

func decodeThen[V any, G orb.Geometry](c coords, raw json.RawMessage, f func(V) (G, error)) (orb.Geometry, error) {
	var v V
	if json.Unmarshal(raw, &v) != nil {
		return nil, kernel.Invalid(c.at, kernel.T("坐标的层次与几何类型不符，或不是数字", "coordinates do not fit the type of geometry, or are not numbers"))
	}
	g, err := f(v)
	if err != nil {
		return nil, err
	}
	return g, nil
}

func parseAll[V, G any](c coords, in []V, f func(coords, V) (G, error)) ([]G, error) {
	out := make([]G, len(in))
	for i, v := range in {
		var err error
		if out[i], err = f(coords{c.at + "[" + strconv.Itoa(i) + "]"}, v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c coords) point(v []float64) (orb.Point, error) {
	if len(v) < 2 {
		return orb.Point{}, kernel.Invalid(c.at, kernel.T("坐标应有经度和纬度两个数", "a position needs a longitude and a latitude"))
	}
	if !(math.Abs(v[0]) <= 180 && math.Abs(v[1]) <= 90) {
		return orb.Point{}, kernel.Invalid(c.at, kernel.T("经度应在 -180 到 180 之间，纬度应在 -90 到 90 之间，请确认顺序是先经度后纬度，且单位是度",
			"longitude must be within ±180 and latitude within ±90; check that longitude comes first and the unit is degrees"))
	}
	return orb.Point{v[0], v[1]}, nil
}

func (c coords) line(v [][]float64) (orb.LineString, error) {
	if len(v) < 2 {
		return nil, kernel.Invalid(c.at, kernel.T("线至少要两个点", "a line needs at least two positions"))
	}
	return parseAll(c, v, coords.point)
}

func (c coords) polygon(v [][][]float64) (orb.Polygon, error) {
	if len(v) == 0 {
		return nil, kernel.Invalid(c.at, kernel.T("面至少要一个环", "a polygon needs at least one ring"))
	}
	return parseAll(c, v, coords.ring)
}

func (c coords) ring(v [][]float64) (orb.Ring, error) {
	pts, err := parseAll(c, v, coords.point)
	if err != nil {
		return nil, err
	}
	if len(pts) < 4 {
		return nil, kernel.Invalid(c.at, kernel.T("环至少要四个点，首尾相同", "a ring needs at least four positions, the last equal to the first"))
	}
	if pts[0] != pts[len(pts)-1] {
		return nil, kernel.Invalid(c.at, kernel.T("环没有闭合，最后一个点应与第一个点相同", "the ring is not closed; its last position must equal its first"))
	}
	out := pts[:1]
	for _, p := range pts[1:] {
		if p != out[len(out)-1] {
			out = append(out, p)
		}
	}
	if len(out) < 4 {
		return nil, kernel.Invalid(c.at, kernel.T("环的各点重复，围不成面", "the positions of the ring repeat; it encloses no area"))
	}
	return out, nil
}

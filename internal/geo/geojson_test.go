package geo

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

func readAll(text string, declared CRS) ([]Feature, error) {
	var out []Feature
	err := ReadFeatures(strings.NewReader(text), declared, func(f Feature) error {
		out = append(out, f)
		return nil
	})
	return out, err
}

func collection(geometry string) string {
	return `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"一号"},"geometry":` + geometry + `}]}`
}

const square = `{"type":"Polygon","coordinates":[[[101,36],[102,36],[102,37],[101,37],[101,36]]]}`

func TestReadFeaturesRefuses(t *testing.T) {
	poly := func(ring string) string { return collection(`{"type":"Polygon","coordinates":[` + ring + `]}`) }
	for _, c := range []struct {
		name, text string
		kind       kernel.Kind
		field      string
		say        string // part of the Chinese text
	}{
		{"empty", ``, kernel.KindMalformed, "", "不是完整"},
		{"array", `[]`, kernel.KindMalformed, "", "不是完整"},
		{"cut off", collection(square)[:80], kernel.KindMalformed, "", "不是完整"},
		{"trailing", collection(square) + "{}", kernel.KindMalformed, "", "多余"},
		{"bare geometry", square, kernel.KindMalformed, "type", "FeatureCollection"},
		{"no features", `{"type":"FeatureCollection"}`, kernel.KindMalformed, "type", "Feature"},
		{"features twice", `{"type":"FeatureCollection","features":[],"features":[]}`, kernel.KindMalformed, "features", "两个"},
		{"open ring", poly(`[[101,36],[102,36],[102,37],[101,37]]`), kernel.KindInvalid, "features[0].geometry.coordinates[0]", "没有闭合"},
		{"short ring", poly(`[[101,36],[102,36],[101,36]]`), kernel.KindInvalid, "features[0].geometry.coordinates[0]", "四个点"},
		{"point as ring", poly(`[[101,36],[101,36],[101,36],[101,36]]`), kernel.KindInvalid, "features[0].geometry.coordinates[0]", "重复"},
		{"swapped axes", poly(`[[36,101],[36,102],[37,102],[36,101]]`), kernel.KindInvalid, "features[0].geometry.coordinates[0][0]", "先经度后纬度"},
		{"metres", poly(`[[101,36],[389000,4057000],[102,37],[101,36]]`), kernel.KindInvalid, "features[0].geometry.coordinates[0][1]", "单位是度"},
		{"null number", poly(`[[101,36],[null,36],[102,37],[101,36]]`), kernel.KindInvalid, "features[0].geometry.coordinates", "null"},
		{"one number", poly(`[[101],[102,36],[102,37],[101]]`), kernel.KindInvalid, "features[0].geometry.coordinates[0][0]", "经度和纬度"},
		{"text as number", collection(`{"type":"Point","coordinates":["101",36]}`), kernel.KindInvalid, "features[0].geometry.coordinates", "不是数字"},
		{"wrong depth", collection(`{"type":"Polygon","coordinates":[[101,36]]}`), kernel.KindInvalid, "features[0].geometry.coordinates", "层次"},
		{"no ring", collection(`{"type":"Polygon","coordinates":[]}`), kernel.KindInvalid, "features[0].geometry.coordinates", "环"},
		{"unknown type", collection(`{"type":"Circle","coordinates":[1,2]}`), kernel.KindInvalid, "features[0].geometry.coordinates", "不认识"},
		{"not a feature", `{"type":"FeatureCollection","features":[{"type":"Thing"}]}`, kernel.KindInvalid, "features[0].type", "Feature"},
		{"odd properties", `{"type":"FeatureCollection","features":[{"type":"Feature","properties":[1],"geometry":null}]}`, kernel.KindInvalid, "features[0].properties", "对象"},
		{"unknown crs", `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:3857"}},"features":[]}`, kernel.KindInvalid, "crs", "坐标系"},
		{"late crs", `{"type":"FeatureCollection","features":[],"crs":{"type":"name","properties":{"name":"gcj02"}}}`, kernel.KindInvalid, "crs", "之后"},
	} {
		_, err := readAll(c.text, "")
		var e *kernel.Error
		if !errors.As(err, &e) || e.Kind != c.kind || e.Field != c.field || !strings.Contains(e.Say.Zh, c.say) || e.Say.En == "" {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}

func TestReadFeaturesGathersFaults(t *testing.T) {
	bad := `{"type":"Feature","properties":{"name":"坏"},"geometry":{"type":"Point","coordinates":[200,0]}}`
	good := `{"type":"Feature","id":7,"properties":null,"geometry":` + square + `}`
	got, err := readAll(`{"features":[`+strings.Join([]string{bad, good, bad}, ",")+`],"type":"FeatureCollection"}`, "")
	var e *kernel.Error
	if !errors.As(err, &e) || e.Field != "features[0].geometry.coordinates" || len(e.More) != 1 || e.More[0].Field != "features[2].geometry.coordinates" {
		t.Fatalf("got %v", err)
	}
	if !strings.Contains(e.Say.Zh, "第 1 个要素（坏）：") || !strings.Contains(e.More[0].Say.En, "feature 3 (坏): ") {
		t.Errorf("the fault does not name its feature: %v", e)
	}
	if len(got) != 1 || got[0].ID != "7" || got[0].Index != 1 {
		t.Errorf("the good feature came as %v", got)
	}
	many := strings.Repeat(bad+",", 10000) + bad
	if _, err = readAll(`{"type":"FeatureCollection","features":[`+many+`]}`, ""); !errors.As(err, &e) || len(e.More) != maxFeatureFaults-1 {
		t.Errorf("a file that is wrong throughout gave %d faults", 1+len(e.More))
	}
}

func TestReadFeaturesConverts(t *testing.T) {
	crs := `"crs":{"type":"name","properties":{"name":"gcj02"}},`
	point := `{"type":"Feature","geometry":{"type":"Point","coordinates":[101.761297,36.648448,2261]},"properties":{}}`
	want := orb.Point{101.7593426, 36.6484989}
	for _, c := range []struct {
		text     string
		declared CRS
	}{
		{`{` + crs + `"type":"FeatureCollection","features":[` + point + `]}`, ""},
		{`{` + crs + `"type":"FeatureCollection","features":[` + point + `]}`, GCJ02},
		{`{"type":"FeatureCollection","features":[` + point + `]}`, GCJ02},
		{strings.Replace(point, `{"type":"Feature",`, `{"type":"Feature",`+crs, 1), ""},
		{strings.Replace(point, `"properties":{}`, `"properties":{},`+strings.TrimSuffix(crs, ","), 1), ""},
	} {
		got, err := readAll(c.text, c.declared)
		if err != nil || len(got) != 1 || !near7(got[0].Geometry.(orb.Point), want, 1e-7) {
			t.Errorf("%s as %q: %v, %v", c.text, c.declared, got, err)
		}
	}
	if _, err := readAll(`{`+crs+`"type":"FeatureCollection","features":[]}`, WGS84); !kernel.Is(err, kernel.KindInvalid) {
		t.Errorf("a crs against the declared one was taken: %v", err)
	}
}

func TestReadFeaturesStops(t *testing.T) {
	stop := errors.New("enough")
	n := 0
	f := `{"type":"Feature","geometry":null}`
	err := ReadFeatures(strings.NewReader(`{"type":"FeatureCollection","features":[`+f+`,`+f+`]}`), "", func(Feature) error { n++; return stop })
	if !errors.Is(err, stop) || n != 1 {
		t.Errorf("got %v after %d features", err, n)
	}
}

func TestWriteFeatures(t *testing.T) {
	clockwise := orb.Polygon{{{0, 0}, {0, 4}, {4, 4}, {4, 0}, {0, 0}}, {{1, 1}, {2, 1}, {2, 2}, {1, 1}}}
	var b bytes.Buffer
	err := WriteFeatures(&b, slices.Values([]Feature{{ID: "a", Geometry: clockwise, Properties: map[string]any{"name": "一号"}}, {}}))
	want := `{"type":"FeatureCollection","features":[
{"type":"Feature","id":"a","geometry":{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[2,2],[2,1],[1,1]]]},"properties":{"name":"一号"}},
{"type":"Feature","geometry":null,"properties":{}}]}
`
	if err != nil || b.String() != want {
		t.Errorf("got %v\n%s", err, cmp.Diff(want, b.String()))
	}
}

func TestGeometryRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		poly := wind(star(t, rapid.IntRange(3, 12).Draw(t, "n")))
		for _, g := range []orb.Geometry{poly, orb.MultiPolygon{poly}, poly[0][0], orb.MultiPoint(poly[0]), orb.LineString(poly[0]),
			orb.MultiLineString{orb.LineString(poly[0])}, orb.Collection{poly, poly[0][1]}} {
			text, err := GeometryJSON(g)
			if err != nil {
				t.Fatal(err)
			}
			if back, err := ParseGeometry(text); err != nil || !orb.Equal(g, back) {
				t.Fatalf("%v came back as %v, %v", g, back, err)
			}
		}
	})
}

func FuzzReadFeatures(f *testing.F) {
	f.Add([]byte(collection(square)), "")
	f.Add([]byte(`{"type":"Feature","id":1e3,"geometry":{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}}`), "bd09")
	f.Add([]byte(`{"crs":null,"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"MultiLineString","coordinates":[[[1,2],[3,4]]]}}]}`), "gcj02")
	f.Fuzz(func(t *testing.T, text []byte, declared string) {
		var got []Feature
		err := ReadFeatures(bytes.NewReader(text), CRS(declared), func(f Feature) error { got = append(got, f); return nil })
		if err != nil {
			var e *kernel.Error
			if !errors.As(err, &e) || e.Say.Zh == "" || e.Say.En == "" {
				t.Fatalf("not an error for people: %v", err)
			}
			return
		}
		var b bytes.Buffer
		if err := WriteFeatures(&b, slices.Values(got)); err != nil {
			t.Fatal(err)
		}
		again, err := readAll(b.String(), "")
		if err != nil || len(again) != len(got) {
			t.Fatalf("what was written does not read: %v\n%s", err, b.String())
		}
	})
}

package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sanzhi/internal/geo/osmpbf/osmpbftest"
)

// cross is a network of four streets of 1112 m that meet at 0,0; the northern one is private.
func cross(t *testing.T) string {
	t.Helper()
	nodes := []osmpbftest.Node{{ID: 1}, {ID: 2, Lon: 0.01}, {ID: 3, Lon: -0.01}, {ID: 4, Lat: -0.01}, {ID: 5, Lat: 0.01}}
	var ways []osmpbftest.Way
	for i := range int64(4) {
		ways = append(ways, osmpbftest.Way{ID: i, Refs: []int64{1, i + 2}, Tags: []string{"highway", "residential"}})
	}
	ways[3].Tags = append(ways[3].Tags, "access", "private")
	return file(t, "x.osm.pbf", string(osmpbftest.Encode(nodes, ways, nil)))
}

func TestPlanReach(t *testing.T) {
	sites := file(t, "s.geojson", `{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"id":"east"},"geometry":{"type":"Point","coordinates":[0.01,0]}},
		{"type":"Feature","properties":{"id":"south"},"geometry":{"type":"Polygon","coordinates":[[[-0.001,-0.009],[0.001,-0.009],[0,-0.012],[-0.001,-0.009]]]}}]}`)
	points := file(t, "p.csv", "id,lon,lat,population\na,0.008,0.0001,30\n\"b,c\",-0.01,0,10\nd,0,-0.0085,0\n")
	out, nodes := filepath.Join(t.TempDir(), "o.csv"), filepath.Join(t.TempDir(), "n.csv")
	status, said, errs := plan(t, "reach", "--json", "--network", cross(t), "--sites", sites, "--points", points, "--minutes", "5,10,30", "--out", out, "--nodes", nodes)
	var r reachReport
	if err := json.Unmarshal([]byte(said), &r); status != exitDone || err != nil || r.Network.Nodes != 4 || r.Network.Junctions != 4 || r.Sites != 2 || r.Points != 3 || r.Population != 40 {
		t.Fatalf("status %d, %v: %s %s", status, err, said, errs)
	}
	if p := r.Profiles; p[0].Within[0].Share != 0.75 || p[0].Within[2].Share != 1 || p[1].MetresPerMinute != 50 || p[1].Within[0].Share != 0.75 {
		t.Errorf("%+v", p)
	}
	b, err := os.ReadFile(out)
	want := "id,site,metres,minutes,within5,within10,within30,slow_minutes\na,east,233.5097,2.9189,1,1,1,4.67\n\"b,c\",south,2112.7065,26.4088,0,0,1,42.254\nd,south,55.5975,0.695,1,1,1,1.112\n"
	if err != nil || string(b) != want {
		t.Errorf("%v: %s", err, b)
	}
	b, err = os.ReadFile(nodes)
	if want = "node,site,metres,minutes,people5,people10,people30\n1,south,1000.7557,12.5094,0,0,40\n"; err != nil || !strings.HasPrefix(string(b), want) {
		t.Errorf("%v: %s", err, b)
	}
}

func TestPlanLocate(t *testing.T) {
	zones := file(t, "z.geojson", `{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"code":"b"},"geometry":{"type":"Polygon","coordinates":[[[1,0],[2,0],[2,1],[1,1],[1,0]]]}},
		{"type":"Feature","properties":{"code":"a"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}}]}`)
	out := filepath.Join(t.TempDir(), "o.csv")
	status, said, errs := plan(t, "locate", "--json", "--zones", zones, "--points", file(t, "p.csv", "id,lon,lat\n1,0.5,0.5\n2,1,0.3\n3,1.2,1\n4,2.0000001,1\n"), "--out", out)
	var r locateReport
	if err := json.Unmarshal([]byte(said), &r); status != exitDone || err != nil || r.Found != 3 || r.Outside != 1 || r.Several != 0 {
		t.Fatalf("status %d, %v: %s %s", status, err, said, errs)
	}
	if b, err := os.ReadFile(out); err != nil || string(b) != "id,zone\n1,a\n2,a\n3,b\n4,\n" {
		t.Errorf("%v: %s", err, b)
	}
}

func TestPlanReachSaysWhatIsWrong(t *testing.T) {
	sites, points := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":1},"geometry":{"type":"Point","coordinates":[0,0]}}]}`, "id,lon,lat\n1,0,0\n"
	line := strings.Replace(sites, `"Point","coordinates":[0,0]`, `"LineString","coordinates":[[0,0],[1,1]]`, 1)
	for _, c := range []struct{ sites, points, minutes, want string }{
		{sites, "id,lon,lat\n1,0,0\n1,0,0\n", "5", "第 3 行"},
		{sites, "id,lon\n1,0\n", "5", "第 1 行"},
		{line, points, "5", "features[0]"},
		{`{"type":"FeatureCollection","features":[]}`, points, "5", "没有站点"},
		{`{`, points, "5", "GeoJSON"},
		{sites, points, "-5", "--minutes"},
		{sites, points, "NaN", "--minutes"},
	} {
		status, _, errs := plan(t, "reach", "--network", cross(t), "--sites", file(t, "s.geojson", c.sites), "--points", file(t, "p.csv", c.points), "--minutes="+c.minutes)
		if status != exitFailed || !strings.Contains(errs, c.want) {
			t.Errorf("%+v: status %d: %s", c, status, errs)
		}
	}
}

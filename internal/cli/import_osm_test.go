package cli

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sanzhi/internal/geo/osmpbf"
	"sanzhi/internal/geo/osmpbf/osmpbftest"
	"sanzhi/internal/geo/pmtiles"
)

func TestImportOSM(t *testing.T) {
	var nodes []osmpbftest.Node
	for i := range int64(16) {
		nodes = append(nodes, osmpbftest.Node{ID: i, Lon: 101.7 + float64(i%4)*0.001, Lat: 36.6 + float64(i/4)*0.001})
	}
	nodes = append(nodes, osmpbftest.Node{ID: 20, Lon: 101.7005, Lat: 36.6005, Tags: []string{"amenity", "clinic", "name", "卫生站"}})
	square := func(i int64) []int64 { return []int64{i, i + 1, i + 5, i + 4, i} }
	osm := osmpbftest.Encode(nodes, []osmpbftest.Way{
		{ID: 1, Refs: []int64{0, 1, 2, 3}, Tags: []string{"highway", "footway"}},
		{ID: 2, Refs: square(5), Tags: []string{"building", "yes"}},
		{ID: 3, Refs: square(8), Tags: []string{"leisure", "park", "name", "公园"}},
		{ID: 4, Refs: []int64{0, 5, 1, 4, 0}, Tags: []string{"building", "yes"}}, // crosses itself
		{ID: 5, Refs: []int64{2, 3, 7}}, {ID: 6, Refs: []int64{2, 6, 7}},
	}, []osmpbftest.Relation{{ID: 9, Members: []osmpbf.Member{{Type: 'w', Ref: 5, Role: "outer"}, {Type: 'w', Ref: 6, Role: "outer"}}, Tags: []string{"type", "multipolygon", "building", "school", "amenity", "school", "name", "小学"}}})
	name, data := file(t, "x.osm.pbf", string(osm)), t.TempDir()
	run := func(more ...string) (int, osmReport, string) {
		var o, e bytes.Buffer
		status := Main(append([]string{"--data", data, "--json", "--tenant", "990001", "import", "osm", name}, more...), strings.NewReader(""), &o, &e)
		var r osmReport
		if status == exitDone {
			if err := json.Unmarshal(o.Bytes(), &r); err != nil {
				t.Fatal(err)
			}
		}
		return status, r, o.String() + e.String()
	}
	if status, _, said := run(); status == exitDone {
		t.Errorf("a district without a name was founded: %s", said)
	}
	status, r, said := run("--name-zh", "试验区", "--name-en", "Trial")
	if status != exitDone || r.Founded == nil || r.Buildings != 2 || r.Sites != 2 || r.Greens != 1 || r.Dropped != 1 || r.Places.New != 7 || r.Nodes != 4 || r.Attribution == "" {
		t.Fatalf("status %d: %+v %s", status, r, said)
	}
	maps := filesKept(t, data)
	if len(maps) != 1 || r.MapFeatures != 5 || r.MapBytes != len(maps[0]) { // a way, a park, two houses, a school: one that crosses itself is drawn as it is
		t.Fatalf("%d base maps of %d features", len(maps), r.MapFeatures)
	}
	tiles, err := pmtiles.Open(strings.NewReader(maps[0]))
	if err != nil || tiles.MaxZoom != 15 || tiles.Bounds[0] < 101.69 || tiles.Bounds[2] > 101.71 {
		t.Fatal(err, tiles)
	}
	if about, err := tiles.About(); err != nil || !strings.Contains(string(about), osmAttribution) {
		t.Error(string(about), err)
	}
	if status, r, said = run(); status != exitDone || r.Founded != nil || r.Places.New != 0 || r.Places.Same != 7 {
		t.Errorf("again: status %d: %+v %s", status, r.Places, said)
	}
}

// filesKept gives the contents of the district's files.
func filesKept(t *testing.T, data string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(data, "files"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		out = append(out, string(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

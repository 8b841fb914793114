package osmpbf_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"sanzhi/internal/geo/osmpbf"
	"sanzhi/internal/geo/osmpbf/osmpbftest"
	"sanzhi/internal/kernel"
)

var (
	nodes     = []osmpbftest.Node{{ID: 5, Lon: 101.75, Lat: 36.5}, {ID: 3, Lon: -0.0000001, Lat: -89, Tags: []string{"name", "图书馆", "amenity", "library"}}, {ID: 1 << 40, Lon: 180, Lat: 90}}
	ways      = []osmpbftest.Way{{ID: 7, Refs: []int64{5, 3, 1 << 40, 5}, Tags: []string{"highway", "footway"}}, {ID: 8}}
	relations = []osmpbftest.Relation{{ID: 9, Members: []osmpbf.Member{{Type: 'w', Ref: 7, Role: "outer"}, {Type: 'n', Ref: 3}, {Type: 'r', Ref: -2, Role: "x"}}, Tags: []string{"type", "multipolygon"}}}
)

func TestWhatIsWrittenIsRead(t *testing.T) {
	var n []osmpbftest.Node
	var w []osmpbftest.Way
	var r []osmpbftest.Relation
	pick := func(t osmpbf.Tags, keys ...string) (out []string) {
		for _, k := range keys {
			if v := t.Find(k); v != "" {
				out = append(out, k, v)
			}
		}
		return out
	}
	err := osmpbf.Scan(osmpbftest.Encode(nodes, ways, relations), osmpbf.Handler{
		Node: func(id int64, at orb.Point, tags osmpbf.Tags) error {
			n = append(n, osmpbftest.Node{ID: id, Lon: at[0], Lat: at[1], Tags: pick(tags, "name", "amenity")})
			return nil
		},
		Way: func(id int64, refs []int64, tags osmpbf.Tags) error {
			w = append(w, osmpbftest.Way{ID: id, Refs: append([]int64(nil), refs...), Tags: pick(tags, "highway")})
			return nil
		},
		Relation: func(id int64, m []osmpbf.Member, tags osmpbf.Tags) error {
			r = append(r, osmpbftest.Relation{ID: id, Members: append([]osmpbf.Member(nil), m...), Tags: pick(tags, "type")})
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{cmp.Diff(nodes, n), cmp.Diff(ways, w), cmp.Diff(relations, r)} {
		if d != "" {
			t.Error(d)
		}
	}
}

func TestHandlersErrorEndsTheReading(t *testing.T) {
	stop := errors.New("enough")
	err := osmpbf.Scan(osmpbftest.Encode(nodes, ways, nil), osmpbf.Handler{Way: func(int64, []int64, osmpbf.Tags) error { return stop }})
	if !errors.Is(err, stop) || kernel.Is(err, kernel.KindMalformed) {
		t.Error(err)
	}
}

func read(file []byte) error {
	return osmpbf.Scan(file, osmpbf.Handler{
		Node:     func(_ int64, _ orb.Point, tags osmpbf.Tags) error { tags.Find("name"); return nil },
		Way:      func(_ int64, _ []int64, tags osmpbf.Tags) error { tags.Find("highway"); return nil },
		Relation: func(int64, []osmpbf.Member, osmpbf.Tags) error { return nil }})
}

func TestBrokenFilesAreRefused(t *testing.T) {
	good := osmpbftest.Encode(nodes, ways, relations)
	lying := osmpbftest.Block("OSMHeader", nil)
	lying[4+int(lying[3])+1]++ // the size that the blob promises
	for name, file := range map[string][]byte{
		"another size than promised": lying,
		"empty":                      nil, "text": []byte("id,lon,lat\n1,2,3\n"), "cut off": good[:len(good)-9], "no header": good[90:],
		"a length beyond the file": append([]byte{0, 0, 255, 255}, good...), "a node outside the world": osmpbftest.Encode([]osmpbftest.Node{{ID: 1, Lon: 181}}, nil, nil),
		"history": osmpbftest.Block("OSMHeader", append([]byte{4<<3 | 2, 21}, "HistoricalInformation"...)),
	} {
		err := read(file)
		if !kernel.Is(err, kernel.KindMalformed) || !strings.Contains(err.Error(), "block ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := read(good); err != nil {
		t.Error(err)
	}
	for _, good := range [][]byte{good, osmpbftest.EncodePlain(nodes, ways, relations)} {
		for i := range good { // no single broken byte brings the reader down
			for _, flip := range []byte{0xff, 0x40, 0x02, 0x20} {
				bad := append([]byte(nil), good...)
				bad[i] ^= flip
				if err := read(bad); err != nil && !kernel.Is(err, kernel.KindMalformed) {
					t.Errorf("byte %d: %v", i, err)
				}
			}
		}
	}
}

func FuzzScan(f *testing.F) {
	f.Add(osmpbftest.Encode(nodes, ways, relations))
	f.Add(osmpbftest.EncodePlain(nodes, ways, relations))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, file := range [][]byte{b, append(osmpbftest.Encode(nil, nil, nil), osmpbftest.Block("OSMData", b)...)} {
			if err := read(file); err != nil && !kernel.Is(err, kernel.KindMalformed) {
				t.Error(err)
			}
		}
	})
}

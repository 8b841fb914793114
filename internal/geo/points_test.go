package geo

import (
	"strings"
	"testing"

	"sanzhi/internal/kernel"
)

func TestReadPoints(t *testing.T) {
	p, err := ReadPoints([]byte("\uFEFFname,id,lat,lon,population\r\n\"a,\"\"b\"\"\",\"7\",36.5,101.7,12.5\r\n\r\nx,9,-36.5,1e1,\nx,8,0,0,3"))
	if err != nil || len(p.ID) != 3 || string(p.ID[0]) != "7" || p.At[0] != [2]float64{101.7, 36.5} || p.At[1] != [2]float64{10, -36.5} || p.Count[0] != 12500 || p.Count[1] != 0 {
		t.Fatalf("%v %v", p, err)
	}
	if p, err = ReadPoints([]byte("id,lon,lat\n")); err != nil || len(p.ID) != 0 || p.Count != nil {
		t.Errorf("%v %v", p, err)
	}
	for text, want := range map[string]string{
		"":                                    "line 1",
		"id,lon\n":                            "line 1",
		"id,lon,lat,lat\n":                    "line 1",
		"id,lon,lat\n1,2,3\n1,2,3\n":          "line 3",
		"id,lon,lat\n2,2,3\n1,2,3\n\n2,2,3\n": "line 5",
		"id,lon,lat\n,2,3\n":                  "line 2",
		"id,lon,lat\n1,NaN,3\n":               "line 2",
		"id,lon,lat\n1,181,3\n":               "line 2",
		"id,lon,lat\n1,2\n":                   "line 2",
		"id,lon,lat\n\"1,2,3\n":               "line 2",
		"id,lon,lat,population\n1,2,3,4\n2,2,3,-1": "line 3",
		"id,lon,lat,population\n1,2,3,Inf\n":       "line 2",
	} {
		if _, err := ReadPoints([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func FuzzReadPoints(f *testing.F) {
	f.Add([]byte("id,lon,lat,population\n1,2,3,4\n\"2\",2,3,4\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ReadPoints(b)
		switch {
		case err != nil && !kernel.Is(err, kernel.KindInvalid) && !kernel.Is(err, kernel.KindMalformed):
			t.Error(err)
		case err == nil && (len(p.ID) != len(p.At) || p.Count != nil && len(p.Count) != len(p.ID)):
			t.Errorf("%d ids, %d points, %d counts", len(p.ID), len(p.At), len(p.Count))
		}
	})
}

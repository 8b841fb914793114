package pmtiles_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sanzhi/internal/geo/pmtiles"
)

// The numbers that the specification names.
func TestIDsOfTheSpecification(t *testing.T) {
	for _, c := range []struct {
		z, x, y uint32
		id      uint64
	}{{0, 0, 0, 0}, {1, 0, 0, 1}, {1, 0, 1, 2}, {1, 1, 1, 3}, {1, 1, 0, 4}, {2, 0, 0, 5}, {2, 1, 0, 6}, {2, 1, 1, 7}, {12, 3423, 1763, 19078479}} {
		if got := pmtiles.ID(c.z, c.x, c.y); got != c.id {
			t.Errorf("%d/%d/%d is %d, want %d", c.z, c.x, c.y, got, c.id)
		}
	}
}

func TestIDsGoBothWaysAndTheCurveHasNoJump(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.Uint32Range(0, pmtiles.MostZoom).Draw(t, "z")
		x, y := rapid.Uint32Range(0, 1<<z-1).Draw(t, "x"), rapid.Uint32Range(0, 1<<z-1).Draw(t, "y")
		id := pmtiles.ID(z, x, y)
		z2, x2, y2, ok := pmtiles.ZXY(id)
		if !ok || z2 != z || x2 != x || y2 != y {
			t.Fatalf("%d/%d/%d became %d/%d/%d", z, x, y, z2, x2, y2)
		}
		if z3, x3, y3, ok := pmtiles.ZXY(id + 1); ok && z3 == z {
			if d := int64(x3) - int64(x); d*d+(int64(y3)-int64(y))*(int64(y3)-int64(y)) != 1 {
				t.Fatalf("%d/%d/%d is followed by %d/%d", z, x, y, x3, y3)
			}
		}
	})
}

type tile struct{ Z, X, Y uint32 }

func archive(t *testing.T, tiles map[tile]string) *pmtiles.Reader {
	t.Helper()
	a := &pmtiles.Archive{Bounds: [4]float64{101.7, 36.6, 101.8, 36.7}, Metadata: []byte(`{"name":"试"}`), MinZoom: 3, MaxZoom: 15, Compression: pmtiles.None}
	for k, v := range tiles {
		if err := a.Add(k.Z, k.X, k.Y, []byte(v)); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	n, err := a.WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		t.Fatal(n, b.Len(), err)
	}
	r, err := pmtiles.Open(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What is written is read: few tiles with a root alone, many with leaves, equal ones as runs.
func TestWhatIsWrittenIsRead(t *testing.T) {
	for _, n := range []uint32{1, 7, 40, 300} {
		tiles := map[tile]string{}
		for x := range n {
			for y := range n {
				if (x*7+y)%5 > 0 {
					tiles[tile{14, 1000 + x, 2000 + y}] = fmt.Sprintf("tile %d/%d", x/3, y/3)
				}
			}
		}
		tiles[tile{3, 7, 0}] = "low"
		r := archive(t, tiles)
		got := map[tile]string{}
		if err := r.Each(func(z, x, y uint32, b []byte) error { got[tile{z, x, y}] = string(b); return nil }); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tiles, got); d != "" {
			t.Fatalf("%d: %.400s", n, d)
		}
		for k, want := range tiles {
			if n == 300 && k.X%37 > 0 {
				continue // each look into a leaf unpacks it
			}
			if b, err := r.Tile(k.Z, k.X, k.Y); err != nil || string(b) != want {
				t.Fatalf("%v: %q %v", k, b, err)
			}
		}
		if b, err := r.Tile(14, 1000, 1999); b != nil || err != nil {
			t.Fatalf("a tile that is not there: %q %v", b, err)
		}
		if n == 300 && r.Leaves.Length == 0 {
			t.Error("so many tiles fit into no root")
		}
		if r.Root.Offset+r.Root.Length > pmtiles.RootMost || r.Addressed != uint64(len(tiles)) || r.Bounds[3] != 36.7 || !r.Clustered {
			t.Errorf("%d: %+v", n, r.Header)
		}
		if about, err := r.About(); err != nil || string(about) != `{"name":"试"}` {
			t.Error(string(about), err)
		}
	}
}

func TestWhatIsNoTileIsRefused(t *testing.T) {
	a := &pmtiles.Archive{}
	for _, c := range []struct {
		z, x, y uint32
		b       string
	}{{2, 4, 0, "x"}, {2, 0, 4, "x"}, {27, 0, 0, "x"}, {1, 0, 0, ""}} {
		if a.Add(c.z, c.x, c.y, []byte(c.b)) == nil {
			t.Errorf("%v was taken", c)
		}
	}
	_ = a.Add(2, 1, 1, []byte("a"))
	_ = a.Add(2, 1, 1, []byte("b"))
	if _, err := a.WriteTo(&bytes.Buffer{}); err == nil {
		t.Error("a tile was written twice")
	}
}

// FuzzOpen looks for bytes that bring the reader down.
func FuzzOpen(f *testing.F) {
	a := &pmtiles.Archive{Compression: pmtiles.None}
	for x := range uint32(9) {
		_ = a.Add(9, x, x, []byte{byte(x)})
	}
	var b bytes.Buffer
	if _, err := a.WriteTo(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes(), uint32(3))
	f.Add([]byte("PMTiles\x03"), uint32(0))
	f.Fuzz(func(t *testing.T, raw []byte, x uint32) {
		r, err := pmtiles.Open(bytes.NewReader(raw))
		if err != nil {
			return
		}
		_, _ = r.Tile(9, x&511, x&511)
		_, _ = r.About()
	})
}

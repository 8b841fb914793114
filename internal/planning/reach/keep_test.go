package reach

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// A kept network gives the same distances as the one that was kept, for the town's places are whole steps of a kept one.
func TestAKeptNetworkIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawTown(t)
		again, err := Kept(w.n.Keep())
		if err != nil {
			t.Fatal(err)
		}
		if w.n.Nodes() != again.Nodes() || w.n.Junctions() != again.Junctions() || math.Abs(w.n.Length()-again.Length()) > 0.001 {
			t.Fatalf("%d nodes, %d junctions, %v m; %d, %d, %v", w.n.Nodes(), w.n.Junctions(), w.n.Length(), again.Nodes(), again.Junctions(), again.Length())
		}
		from, ok := w.n.NodeLocation(0)
		if !ok {
			return
		}
		// What was the i-th node of the network is the one that the kept one was given as its i-th.
		there, _ := again.NodeLocation(int(w.n.now[0]))
		want, got := NewField(w.n, []Location{from}).Nodes(), NewField(again, []Location{there}).Nodes()
		for i := range want {
			a, b := want.At(i), got.At(int(again.now[i]))
			// Each side's length is rounded, from places that differ in their last binary digit.
			if a.Site != b.Site || math.Abs(float64(a.Distance)-float64(b.Distance)) > 40 {
				t.Fatalf("node %d: %v, kept %v", i, a, b)
			}
		}
	})
}

func TestKeptRefusesWhatIsBroken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := drawTown(t).n.Keep()
		cut := rapid.IntRange(0, len(raw)-1).Draw(t, "cut")
		if n, err := Kept(raw[:cut]); err == nil {
			t.Fatalf("a network of %d of %d bytes was read: %d nodes", cut, len(raw), n.Nodes())
		}
		raw[rapid.IntRange(0, len(raw)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		_, _ = Kept(raw) // whatever comes of it, it ends
	})
}

func FuzzKept(f *testing.F) {
	f.Add([]byte(keptAs))
	f.Add([]byte(keptAs + "\x02\x02\x01\x00\x00\x02\x02\x00\x01\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if n, err := Kept(raw); err == nil && n.Nodes() > len(raw) {
			t.Fatalf("%d nodes from %d bytes", n.Nodes(), len(raw))
		}
	})
}

func TestWithinIsPlainDijkstra(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawTown(t)
		spots, from := w.locations(t, "spots", 8), w.locations(t, "from", 3)
		g, at := w.plain(append(append([]Location(nil), spots...), from...))
		p, s, radius := NewSpots(w.n, spots), NewSearch(w.n), Units(rapid.Float64Range(0, 900).Draw(t, "r"))
		for i, l := range from {
			d := g.from(at[len(spots)+i])
			want, got := map[int32]uint32{}, map[int32]uint32{}
			for k := range spots {
				if d[at[k]] <= int64(radius) {
					want[int32(k)] = uint32(d[at[k]])
				}
			}
			s.Within(p, l, radius, func(spot int32, units uint32) {
				if _, twice := got[spot]; twice {
					t.Fatalf("spot %d is met twice", spot)
				}
				got[spot] = units
			})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

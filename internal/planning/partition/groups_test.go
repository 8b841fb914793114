package partition

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestGroupsOfParts finds every part in one group, groups of one size but for one part, and bounds that leave room for the parts.
func TestGroupsOfParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := &divider{k: rapid.IntRange(1, 6000).Draw(t, "parts")}
		names := d.groups()
		var all []int32
		least, most := d.k, 0
		for _, n := range names {
			all = append(all, n...)
			least, most = min(least, len(n)), max(most, len(n))
		}
		for p, q := range all {
			if int32(p) != q {
				t.Fatalf("part %d stands where %d should", q, p)
			}
		}
		if len(all) != d.k || most-least > 1 || most > together {
			t.Fatalf("%d parts in groups of %d to %d", len(all), least, most)
		}
		d.lo, d.hi = 90, 110
		for _, n := range names {
			d.many = append(d.many, int64(len(n)))
		}
		lo, hi := make([]int32, len(names)), make([]int32, len(names))
		d.setBounds(lo, hi, int64(100*d.k))
		for g, m := range d.many {
			if int64(lo[g]) < 90*m || int64(hi[g]) > 110*m || int64(lo[g]) > 100*m || int64(hi[g]) < 100*m || len(names) > 1 && lo[g] == hi[g] {
				t.Fatalf("%d parts of 90 to 110 are to weigh %d to %d together", m, lo[g], hi[g])
			}
		}
	})
}

// TestToldGainIsTheGain counts the cut again after every pass and sweep.
func TestToldGainIsTheGain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rnd := rng(rapid.Uint64().Draw(t, "town"))
		g := town(rapid.IntRange(4, 30).Draw(t, "wide"), rapid.IntRange(4, 30).Draw(t, "high"), 0, rapid.SampledFrom([]int{1, 30}).Draw(t, "most"), &rnd)
		k := rapid.IntRange(2, 9).Draw(t, "parts")
		first, err := Solve(context.Background(), g, Options{Parts: k, Tolerance: 0.4, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		part := slices.Clone(first.Part)
		lo, hi := make([]int32, k), make([]int32, k)
		for p := range hi {
			hi[p] = int32(first.Most) + 60
		}
		r := newRefiner(&level{n: int32(len(g.Weight)), first: g.First, arcs: g.Arcs, w: g.Weight}, part, k, lo, hi, rnd)
		r.scan()
		was := first.Cut
		for i := range 4 {
			gain := int64(0)
			if i%2 == 0 {
				gain = r.sweep(5, 60)
			} else {
				gain = r.pass(5, 60, -2)
			}
			now := Measure(g, part, k)
			if gain < 0 || now.Cut != was-gain || now.Broken != 0 {
				t.Fatalf("a gain of %d was told, but the cut went from %d to %d, with %d broken", gain, was, now.Cut, now.Broken)
			}
			was = now.Cut
			for p, w := range weights(g, part, k) {
				if int64(r.pw[p]) != w {
					t.Fatalf("part %d weighs %d, told %d", p, w, r.pw[p])
				}
			}
		}
	})
}

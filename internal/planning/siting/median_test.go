package siting

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// cost is what a choice costs, point by point.
func (m *Median) cost(open []int32) (v int64) {
	for i := range m.Points {
		d := int32(math.MaxInt32)
		for _, j := range open {
			d = min(d, m.Dist[i*m.Sites+int(j)])
		}
		w := int64(1)
		if m.Weights != nil {
			w = m.Weights[i]
		}
		v += w * int64(d)
	}
	return v
}

// scatter makes a p-median of distances that follow no plane, so that the bound at the root leaves a gap.
func scatter(r *rand.Rand, points, sites, p, longest int) *Median {
	m := &Median{Points: points, Sites: sites, P: p, Dist: make([]int32, points*sites)}
	for k := range m.Dist {
		m.Dist[k] = int32(r.IntN(longest))
	}
	if r.IntN(2) == 0 {
		m.Weights = make([]int64, points)
		for i := range m.Weights {
			m.Weights[i] = r.Int64N(9)
		}
	}
	for _, j := range r.Perm(sites)[:r.IntN(4)] {
		if r.IntN(2) == 0 && len(m.Fixed) < p-1 {
			m.Fixed = append(m.Fixed, int32(j))
		} else {
			m.Forbidden = append(m.Forbidden, int32(j))
		}
	}
	return m
}

func TestMedianBranchesToTheOptimum(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 4))
	branched := 0
	for k := range 60 {
		m := scatter(r, 20+r.IntN(30), 16+r.IntN(8), 3+r.IntN(3), []int{12, 90, 3 * shortLength}[k%3])
		best := int64(math.MaxInt64)
		choices(m.Sites, m.P, m.Fixed, m.Forbidden, func(open []bool) {
			list := make([]int32, 0, m.P)
			for j, o := range open {
				if o {
					list = append(list, int32(j))
				}
			}
			best = min(best, m.cost(list))
		})
		for _, o := range []Options{{}, {Nodes: 3, Rounds: 40}, {Nodes: -1}} {
			a, err := SolveMedian(context.Background(), m, o)
			if err != nil {
				t.Fatal(err)
			}
			if a.Value != m.cost(a.Open) || a.Value < best || a.Bound > best || o.Nodes == 0 && a.Value != a.Bound {
				t.Errorf("%d, %v: value %d, bound %d, its sites cost %d, optimum %d", k, o, a.Value, a.Bound, m.cost(a.Open), best)
			}
			if o.Nodes == 0 && a.Nodes > 0 {
				branched++
			}
		}
	}
	if branched < 20 {
		t.Errorf("only %d searches branched", branched)
	}
}

// A search that believes in a value one above the optimum must not prove it: no bound may pass the optimum, no optimal choice be
// fixed away, and the tree leads to one.
func TestNoOptimumIsBoundAway(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 9))
	for k := range 150 {
		m := scatter(r, 20+r.IntN(30), 14+r.IntN(8), 2+r.IntN(4), []int{12, 90, 3 * shortLength}[k%3])
		optimum, best := int64(math.MaxInt64), [][]int32{}
		choices(m.Sites, m.P, m.Fixed, m.Forbidden, func(open []bool) {
			list := make([]int32, 0, m.P)
			for j, o := range open {
				if o {
					list = append(list, int32(j))
				}
			}
			if v := m.cost(list); v < optimum {
				optimum, best = v, nil
			}
			if m.cost(list) == optimum {
				best = append(best, list)
			}
		})
		s := newMedianSearch(m, Options{Seed: uint64(k)})
		s.ctx, s.value, s.best = context.Background(), optimum+1, []int32{}
		b, err := s.climb(300, false)
		if err != nil {
			t.Fatal(err)
		}
		if s.bound = b; b > optimum {
			t.Errorf("%d: bound %d, optimum %d", k, b, optimum)
		}
		for _, list := range best {
			for j := range int32(m.Sites) {
				if in := slices.Contains(list, j); s.must[j] && !in || s.shut[j] && in {
					t.Errorf("%d: site %d was fixed against the optimal choice %v", k, j, list)
				}
			}
		}
		if s.rooted = true; s.value > optimum {
			if err := s.branch(); err != nil || s.value != optimum {
				t.Errorf("%d: %v; the tree comes to %d, the optimum is %d", k, err, s.value, optimum)
			}
		}
	}
}

func TestExchangesAreWeighedRight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		p := 2 + r.IntN(4)
		m := scatter(r, 5+r.IntN(20), p+5+r.IntN(8), p, 1+r.IntN(40))
		m.Fixed = nil
		s := newMedianSearch(m, Options{})
		sites := make([]int32, 0, p)
		for _, j := range r.Perm(m.Sites) {
			if !s.shut[j] && len(sites) < p {
				sites = append(sites, int32(j))
			}
		}
		c := s.newClusters(sites)
		c.weigh()
		for j := range int32(m.Sites) {
			if c.open[j] || s.shut[j] {
				continue
			}
			least := int64(math.MaxInt64)
			for k := range sites {
				other := slices.Clone(sites)
				other[k] = j
				least = min(least, m.cost(other))
			}
			if got := c.value - c.gain[j] + c.least[j]; got != least {
				t.Fatalf("the best exchange for %d is said to cost %d, costs %d", j, got, least)
			}
		}
	})
}

// beasley makes a network by the recipe of the OR-Library's pmed1–40: n nodes, n²/50 edges of whole lengths 1 to 100.
func beasley(n, p int, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	order, seen := r.Perm(n), map[[2]int]bool{}
	var out strings.Builder
	edge := func(a, b int) {
		if k := [2]int{min(a, b) + 1, max(a, b) + 1}; a != b && !seen[k] {
			seen[k] = true
			fmt.Fprintf(&out, "%d %d %d\n", k[0], k[1], 1+r.IntN(100))
		}
	}
	for k := 1; k < n; k++ {
		edge(order[k-1], order[k])
	}
	for len(seen) < n*n/50 {
		edge(r.IntN(n), r.IntN(n))
	}
	return fmt.Sprintf("%d %d %d\n", n, len(seen), p) + out.String()
}

func TestNetworksOfTheRecipeAreProven(t *testing.T) {
	for seed := range uint64(3) {
		for _, size := range [][2]int{{100, 5}, {100, 33}, {200, 10}, {300, 5}, {300, 30}, {400, 10}} {
			m, err := ReadMedian([]byte(beasley(size[0], size[1], seed)))
			if err != nil {
				t.Fatal(err)
			}
			a, err := SolveMedian(context.Background(), m, Options{Seed: seed})
			if err != nil || a.Value != a.Bound || a.Value != m.cost(a.Open) {
				t.Errorf("%v of seed %d: %v, %+v, its sites cost %d", size, seed, err, a, m.cost(a.Open))
				continue
			}
			b, err := SolveMedian(context.Background(), m, Options{Seed: seed})
			if err != nil || !slices.Equal(a.Open, b.Open) || a.Rounds != b.Rounds || a.Nodes != b.Nodes {
				t.Errorf("%v of seed %d: the same again gives %+v, was %+v", size, seed, b, a)
			}
		}
	}
}

func BenchmarkMedian(b *testing.B) {
	for _, size := range [][2]int{{400, 10}, {600, 60}, {900, 90}} {
		m, err := ReadMedian([]byte(beasley(size[0], size[1], 1)))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("%d of %d", size[1], size[0]), func(b *testing.B) {
			for b.Loop() {
				if _, err := SolveMedian(context.Background(), m, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

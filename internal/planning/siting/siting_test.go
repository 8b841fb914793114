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

	"sanzhi/internal/kernel"
)

// choices calls fn with each choice of p of n sites that keeps to what is fixed and forbidden.
func choices(n, p int, fixed, forbidden []int32, fn func(open []bool)) {
	open := make([]bool, n)
	var rec func(j, left int)
	rec = func(j, left int) {
		if left == 0 {
			for k := j; k < n; k++ {
				if slices.Contains(fixed, int32(k)) {
					return
				}
			}
			fn(open)
			return
		}
		if j == n {
			return
		}
		if !slices.Contains(forbidden, int32(j)) {
			open[j] = true
			rec(j+1, left-1)
			open[j] = false
		}
		if !slices.Contains(fixed, int32(j)) {
			rec(j+1, left)
		}
	}
	rec(0, p)
}

func drawSites(t *rapid.T, n int) (p int, fixed, forbidden []int32) {
	for j := range int32(n) {
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			fixed = append(fixed, j)
		case 1:
			forbidden = append(forbidden, j)
		}
	}
	if n == len(forbidden) {
		forbidden = nil
	}
	return rapid.IntRange(max(1, len(fixed)), max(1, n-len(forbidden))).Draw(t, "p"), fixed, forbidden
}

func covered(c *Covering, open []bool) (v int64) {
	for i, w := range c.Weights {
		if slices.ContainsFunc(c.By[c.Start[i]:c.Start[i+1]], func(j int32) bool { return open[j] }) {
			v += w
		}
	}
	return v
}

func TestCoveringIsTheOptimumOrBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &Covering{Candidates: rapid.IntRange(1, 10).Draw(t, "n"), Start: []int32{0}}
		for range rapid.IntRange(0, 25).Draw(t, "rows") {
			c.Weights = append(c.Weights, rapid.Int64Range(0, 20).Draw(t, "w"))
			for j := range c.Candidates {
				if rapid.IntRange(0, 3).Draw(t, "covers") == 0 {
					c.By = append(c.By, int32(j))
				}
			}
			c.Start = append(c.Start, int32(len(c.By)))
		}
		c.P, c.Fixed, c.Forbidden = drawSites(t, c.Candidates)
		best := int64(-1)
		choices(c.Candidates, c.P, c.Fixed, c.Forbidden, func(open []bool) { best = max(best, covered(c, open)) })
		for _, o := range []Options{{}, {Seed: 3, Rounds: 5, Nodes: -1}} {
			a, err := SolveCovering(context.Background(), c, o)
			if err != nil {
				t.Fatal(err)
			}
			if a.Value > best || a.Bound < best || len(a.Open) != c.P {
				t.Fatalf("%v: value %d, bound %d, optimum %d, %d open of %d", o, a.Value, a.Bound, best, len(a.Open), c.P)
			}
			if o.Nodes == 0 && a.Value != a.Bound {
				t.Fatalf("not proven: value %d, bound %d, optimum %d", a.Value, a.Bound, best)
			}
			keeps(t, a, c.Fixed, c.Forbidden)
			open := make([]bool, c.Candidates)
			for _, j := range a.Open {
				open[j] = true
			}
			if v := covered(c, open); v != a.Value {
				t.Fatalf("says %d, covers %d", a.Value, v)
			}
		}
	})
}

func keeps(t *rapid.T, a *Answer, fixed, forbidden []int32) {
	for _, j := range fixed {
		if !slices.Contains(a.Open, j) {
			t.Fatalf("%d is not open", j)
		}
	}
	for _, j := range forbidden {
		if slices.Contains(a.Open, j) {
			t.Fatalf("%d is open", j)
		}
	}
}

func TestMedianIsTheOptimumOrBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &Median{Points: rapid.IntRange(1, 14).Draw(t, "points"), Sites: rapid.IntRange(1, 9).Draw(t, "sites")}
		for range m.Points * m.Sites {
			m.Dist = append(m.Dist, int32(rapid.IntRange(0, 30).Draw(t, "d")))
		}
		if rapid.Bool().Draw(t, "weighted") {
			for range m.Points {
				m.Weights = append(m.Weights, rapid.Int64Range(0, 5).Draw(t, "w"))
			}
		}
		m.P, m.Fixed, m.Forbidden = drawSites(t, m.Sites)
		cost := func(open []bool) (v int64) {
			for i := range m.Points {
				d := int32(math.MaxInt32)
				for j, o := range open {
					if o {
						d = min(d, m.Dist[i*m.Sites+j])
					}
				}
				w := int64(1)
				if m.Weights != nil {
					w = m.Weights[i]
				}
				v += w * int64(d)
			}
			return v
		}
		best := int64(math.MaxInt64)
		choices(m.Sites, m.P, m.Fixed, m.Forbidden, func(open []bool) { best = min(best, cost(open)) })
		for _, o := range []Options{{}, {Seed: 3, Rounds: 5, Nodes: -1}} {
			a, err := SolveMedian(context.Background(), m, o)
			if err != nil {
				t.Fatal(err)
			}
			if a.Value < best || a.Bound > best || len(a.Open) != m.P || o.Nodes == 0 && a.Value != a.Bound {
				t.Fatalf("%v: value %d, bound %d, optimum %d, %d open of %d", o, a.Value, a.Bound, best, len(a.Open), m.P)
			}
			keeps(t, a, m.Fixed, m.Forbidden)
			open := make([]bool, m.Sites)
			for _, j := range a.Open {
				open[j] = true
			}
			if v := cost(open); v != a.Value {
				t.Fatalf("says %d, costs %d", a.Value, v)
			}
		}
	})
}

// town makes a covering of n candidates and rows in clusters, each row covered by the candidates within a radius.
func town(n, rows, p int, radius float64) *Covering {
	r := rand.New(rand.NewPCG(7, 7))
	type xy struct{ x, y float64 }
	place := func() xy {
		c := xy{float64(r.IntN(6)) + 0.5, float64(r.IntN(6)) + 0.5}
		return xy{c.x + r.NormFloat64()*0.5, c.y + r.NormFloat64()*0.5}
	}
	sites := make([]xy, n)
	for j := range sites {
		sites[j] = place()
	}
	c := &Covering{Candidates: n, P: p, Start: []int32{0}}
	for range rows {
		at := place()
		c.Weights = append(c.Weights, 1+r.Int64N(400))
		for j, s := range sites {
			if math.Hypot(s.x-at.x, s.y-at.y) < radius {
				c.By = append(c.By, int32(j))
			}
		}
		c.Start = append(c.Start, int32(len(c.By)))
	}
	return c
}

func TestTheSameSeedGivesTheSameSites(t *testing.T) {
	c := town(120, 700, 12, 0.35)
	a, err := SolveCovering(context.Background(), c, Options{Seed: 5, Nodes: 20})
	if err != nil {
		t.Fatal(err)
	}
	b, err := SolveCovering(context.Background(), c, Options{Seed: 5, Nodes: 20})
	if err != nil || !slices.Equal(a.Open, b.Open) || a.Bound != b.Bound || a.Rounds != b.Rounds {
		t.Errorf("%v: %+v and %+v", err, a, b)
	}
	if a.Gap() > 0.01 {
		t.Errorf("gap %.4f", a.Gap())
	}
}

func TestASearchCanBeStopped(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := SolveCovering(ctx, town(120, 700, 12, 0.35), Options{}); !kernel.Is(err, kernel.KindUnavailable) {
		t.Errorf("%v", err)
	}
	if _, err := SolveMedian(ctx, ring(60, 7), Options{}); !kernel.Is(err, kernel.KindUnavailable) {
		t.Errorf("%v", err)
	}
}

// ring is a p-median of points on a line, each a site.
func ring(n, p int) *Median {
	m := &Median{Points: n, Sites: n, P: p, Dist: make([]int32, n*n)}
	for i := range n {
		for j := range n {
			m.Dist[i*n+j] = int32((i*i*7%997 - j*j*7%997) * (i*i*7%997 - j*j*7%997) % 4001)
		}
	}
	return m
}

func TestMalformedInstancesSayWhere(t *testing.T) {
	for text, want := range map[string]string{
		"": "line 1", "3 2\n": "line 2", "3 99999999 1\n": "line 1", "3 1 1\n5 9 1\n": "line 2", "3 1 1\n5 1 4\n": "line 2", "2 2 1\n5 1 0\n5 1 2\n": "line 4",
		"3 1 1\n5 1 x\n": "line 2", "3 1 1\n5 1 2\n9": "line 3", "3 1 7\n5 1 2\n": "p", "0 1 1\n": "line 1",
	} {
		if _, _, err := ReadCovering([]byte(text)); !kernel.Is(err, kernel.KindInvalid) || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%q: %v, should name %s", text, err, want)
		}
	}
	for text, want := range map[string]string{"": "line 1", "2 1 1\n1 3 5\n": "line 2", "2 1 1\n1 2 -5\n": "line 2", "3 1 1\n1 2 5\n": "network", "9999 1 1": "line 1", "2 1 3\n1 2 5\n": "p"} {
		if _, err := ReadMedian([]byte(text)); !kernel.Is(err, kernel.KindInvalid) || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%q: %v, should name %s", text, err, want)
		}
	}
}

func TestCandidatesFromZeroOrOne(t *testing.T) {
	for text, first := range map[string]int32{"2 2 1\n5 1 0\n6 1 1\n": 0, "2 2 1\n5 1 1\n6 1 2\n": 1} {
		c, f, err := ReadCovering([]byte(text))
		if err != nil || f != first {
			t.Fatalf("%q: %v, first %d", text, err, f)
		}
		a, err := SolveCovering(context.Background(), c, Options{})
		if err != nil || a.Value != 6 || a.Open[0] != 1 {
			t.Errorf("%q: %v %+v", text, err, a)
		}
	}
}

func TestOfAnEdgeNamedTwiceTheLastCounts(t *testing.T) {
	m, err := ReadMedian([]byte("3 3 1\n1 2 9\n2 3 4\n2 1 5\n"))
	if err != nil || m.Dist[0*3+1] != 5 || m.Dist[0*3+2] != 9 {
		t.Errorf("%v %v", err, m)
	}
}

func FuzzReadCovering(f *testing.F) {
	f.Add([]byte("2 2 1\n5 1 0\n6 1 1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, _, err := ReadCovering(b)
		if err != nil || c.Candidates > 60 || len(c.Weights) > 60 {
			return
		}
		if a, err := SolveCovering(context.Background(), c, Options{Nodes: 5, Rounds: 30}); err == nil && a.Value > a.Bound {
			t.Fatalf("%+v", a)
		}
	})
}

func FuzzReadMedian(f *testing.F) {
	f.Add([]byte("3 3 1\n1 2 9\n2 3 4\n2 1 5\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ReadMedian(b)
		if err != nil || m.Sites > 40 {
			return
		}
		if a, err := SolveMedian(context.Background(), m, Options{Nodes: 5, Rounds: 30}); err == nil && a.Value < a.Bound {
			t.Fatalf("%+v", a)
		}
	})
}

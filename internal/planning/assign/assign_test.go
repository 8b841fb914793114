package assign

import (
	"bytes"
	"context"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

// slow fills as much as can be filled at the least cost by successive shortest paths (Bellman–Ford), one unit at a time.
func slow(p *Problem) (filled, cost int64) {
	nL, nR := len(p.Supply), len(p.Demand)
	n := nL + nR + 2
	type e struct {
		to, back int
		room     int64
		cost     int64
	}
	g := make([][]e, n)
	add := func(a, b int, room, cost int64) {
		g[a] = append(g[a], e{b, len(g[b]), room, cost})
		g[b] = append(g[b], e{a, len(g[a]) - 1, 0, -cost})
	}
	for l, s := range p.Supply {
		add(n-2, l, s, 0)
	}
	for r, d := range p.Demand {
		add(nL+r, n-1, d, 0)
	}
	for _, a := range p.Arcs {
		add(int(a.L), nL+int(a.R), math.MaxInt32, a.Cost)
	}
	for {
		dist, by := make([]int64, n), make([][2]int, n)
		for i := range dist {
			dist[i] = math.MaxInt64
		}
		dist[n-2] = 0
		for changed := true; changed; {
			changed = false
			for v := range g {
				for i, x := range g[v] {
					if dist[v] != math.MaxInt64 && x.room > 0 && dist[v]+x.cost < dist[x.to] {
						dist[x.to], by[x.to], changed = dist[v]+x.cost, [2]int{v, i}, true
					}
				}
			}
		}
		if dist[n-1] == math.MaxInt64 {
			return filled, cost
		}
		for v := n - 1; v != n-2; v = by[v][0] {
			x := &g[by[v][0]][by[v][1]]
			x.room--
			g[v][x.back].room++
		}
		filled, cost = filled+1, cost+dist[n-1]
	}
}

func problems(t *rapid.T) *Problem {
	nL, nR := rapid.IntRange(0, 7).Draw(t, "nL"), rapid.IntRange(0, 7).Draw(t, "nR")
	p := &Problem{Supply: make([]int64, nL), Demand: make([]int64, nR)}
	for i := range p.Supply {
		p.Supply[i] = rapid.Int64Range(0, 4).Draw(t, "s")
	}
	for i := range p.Demand {
		p.Demand[i] = rapid.Int64Range(0, 4).Draw(t, "d")
	}
	dear := rapid.SampledFrom([]int64{0, 1, 3, 20, 100000}).Draw(t, "dear")
	thick := rapid.IntRange(1, 4).Draw(t, "thick")
	for l := range nL {
		for r := range nR {
			if rapid.IntRange(0, 3).Draw(t, "there") < thick {
				p.Arcs = append(p.Arcs, Arc{int32(l), int32(r), rapid.Int64Range(0, dear).Draw(t, "c")})
			}
		}
	}
	return p
}

// holds checks a solution against its problem and the slow oracle.
func holds(t *rapid.T, p *Problem, s *Solution) {
	filled, cost := slow(p)
	if s.Filled != filled || s.Cost != cost || s.Bound != cost {
		t.Fatalf("filled %d of %d at %d (bound %d), should be %d", s.Filled, filled, s.Cost, s.Bound, cost)
	}
	cheap := map[[2]int32]int64{}
	for _, a := range p.Arcs {
		cheap[[2]int32{a.L, a.R}] = a.Cost
	}
	used, got, sum := make([]int64, len(p.Supply)), make([]int64, len(p.Demand)), int64(0)
	for _, f := range s.Flows {
		c, ok := cheap[[2]int32{f.L, f.R}]
		if !ok || f.Amount <= 0 {
			t.Fatalf("no arc carries %+v", f)
		}
		used[f.L], got[f.R], sum = used[f.L]+f.Amount, got[f.R]+f.Amount, sum+c*f.Amount
	}
	asked := int64(0)
	for l := range used {
		if used[l] > p.Supply[l] {
			t.Fatalf("left %d gives %d of %d", l, used[l], p.Supply[l])
		}
	}
	for r := range got {
		short := int64(0)
		if s.Short != nil {
			short = s.Short[r]
		}
		if asked += p.Demand[r]; got[r]+short != p.Demand[r] {
			t.Fatalf("right %d gets %d, short %d of %d", r, got[r], short, p.Demand[r])
		}
	}
	if sum != s.Cost || (s.Lack == nil) != (filled == asked) {
		t.Fatalf("cost %d, lack %v, filled %d of %d", sum, s.Lack, filled, asked)
	}
	if k := s.Lack; k != nil {
		if k.Asked-k.There != asked-filled {
			t.Fatalf("the lack asks for %d of %d, %d are short", k.Asked, k.There, asked-filled)
		}
		in := map[int32]bool{}
		for _, r := range k.Right {
			in[r] = true
		}
		left := map[int32]bool{}
		for _, a := range p.Arcs {
			if in[a.R] {
				left[a.L] = true
			}
		}
		if len(left) != len(k.Left) {
			t.Fatalf("%d could serve the set, %d are named", len(left), len(k.Left))
		}
	}
}

func TestItIsTheOptimum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problems(t)
		s, err := Solve(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		holds(t, p, s)
	})
}

func TestAChangedNodeIsSolvedAnew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problems(t)
		if len(p.Demand) == 0 {
			return // nothing to change
		}
		s, err := NewSolver(p)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := s.Solve(context.Background()); err != nil {
				t.Fatal(err)
			}
			r := int32(rapid.IntRange(0, len(p.Demand)-1).Draw(t, "r"))
			var arcs []Arc
			for l := range p.Supply {
				if rapid.Bool().Draw(t, "there") {
					arcs = append(arcs, Arc{int32(l), r, rapid.Int64Range(0, 90).Draw(t, "c")})
				}
			}
			if err := s.Change(r, arcs); err != nil {
				t.Fatal(err)
			}
			var kept []Arc
			for _, a := range p.Arcs {
				if a.R != r {
					kept = append(kept, a)
				}
			}
			p.Arcs = append(kept, arcs...)
			got, err := s.Solve(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			holds(t, p, got)
		}
	})
}

func TestMalformedInstancesSayWhere(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "line 1",
		"2 2\n":                        "line 2",
		"-1 2 3":                       "line 1",
		"2 2 99999999999":              "line 1",
		"1000000 1000000 9":            "line 1",
		"1 1 1\n1\n1\n0 0":             "line 4",
		"1 1 1\n1\n1\n0 1 5\n":         "line 4",
		"1 1 1\n1\n1\n0 0 5\n7":        "line 5",
		"1 1 1\n1\nx\n0 0 5\n":         "line 3",
		"1 1 1\n1\n1\n0 0 5.5\n":       "line 4",
		"1 1 1\n1\n1\n0 0 99999999999": "line 4",
	} {
		_, err := Read([]byte(text))
		if !kernel.Is(err, kernel.KindInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, should name %s", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("2 2 3\n1 1\n1 1\n0 0 4\n0 1 2\n1 1 9\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Read(b)
		if err != nil || len(p.Arcs) > 200 || len(p.Supply)+len(p.Demand) > 200 {
			return
		}
		s, err := Solve(context.Background(), p)
		if err != nil {
			return
		}
		if s.Cost != s.Bound {
			t.Fatalf("cost %d, bound %d", s.Cost, s.Bound)
		}
		var out bytes.Buffer
		if err := s.Write(&out); err != nil {
			t.Fatal(err)
		}
	})
}

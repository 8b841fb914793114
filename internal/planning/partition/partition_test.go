package partition

import (
	"context"
	"errors"
	"hash/fnv"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

// town draws a planar graph: the points of a jittered lattice, its edges and one diagonal of each square, of which the share
// gone is left out, so that it may fall into pieces.
func town(wide, high int, gone float64, most int, rnd *rng) *Graph {
	n := wide * high
	real := func() float64 { return float64(rnd.below(1<<20)) / (1 << 20) }
	g := &Graph{First: make([]int32, 1, n+1)}
	next := make([][]int32, n)
	for v := range n {
		x, y := v%wide, v/wide
		g.X, g.Y = append(g.X, float64(x)+real()/2), append(g.Y, float64(y)+real()/2)
		g.Weight = append(g.Weight, int32(1+rnd.below(most)))
		for _, d := range [3][2]int{{1, 0}, {0, 1}, {1, 1}} {
			if x+d[0] < wide && y+d[1] < high && real() >= gone {
				u := v + d[0] + d[1]*wide
				next[v], next[u] = append(next[v], int32(u)), append(next[u], int32(v))
			}
		}
	}
	for v := range n {
		slices.Sort(next[v])
		for _, u := range next[v] {
			g.Arcs = append(g.Arcs, Arc{u, 1})
		}
		g.First = append(g.First, int32(len(g.Arcs)))
	}
	return g
}

// pieces counts the pieces of the vertices that in accepts, the slow way.
func pieces(g *Graph, in func(v int32) bool, same func(u, v int32) bool) int {
	count := 0
	for v, l := range spreadLabels(g, in, same) {
		if in(int32(v)) && l == int32(v) {
			count++
		}
	}
	return count
}

// spreadLabels labels each piece by its least vertex: labels spread until nothing changes.
func spreadLabels(g *Graph, in func(v int32) bool, same func(u, v int32) bool) []int32 {
	label := make([]int32, len(g.Weight))
	for v := range label {
		label[v] = int32(v)
	}
	for changed := true; changed; {
		changed = false
		for v := range int32(len(label)) {
			for _, a := range g.Arcs[g.First[v]:g.First[v+1]] {
				if in(v) && in(a.To) && same(v, a.To) && label[a.To] < label[v] {
					label[v], changed = label[a.To], true
				}
			}
		}
	}
	return label
}

func always(int32, int32) bool { return true }

// checkResult counts everything again.
func checkResult(t *rapid.T, g *Graph, o *Options, r *Result) {
	weight, cut := make([]int64, o.Parts), int64(0)
	for v, p := range r.Part {
		if p < 0 || int(p) >= o.Parts {
			t.Fatalf("vertex %d is in part %d of %d", v, p, o.Parts)
		}
		weight[p] += int64(g.Weight[v])
		for _, a := range g.Arcs[g.First[v]:g.First[v+1]] {
			if r.Part[a.To] != p {
				cut += int64(a.Weight)
			} else if o.Borders != nil && o.Borders[v] != o.Borders[a.To] && at(o.Fixed, int32(v)) < 0 {
				t.Fatalf("part %d crosses a border", p)
			}
		}
		if f := at(o.Fixed, int32(v)); f >= 0 && f != p {
			t.Fatalf("vertex %d, fixed in %d, is in %d", v, f, p)
		}
	}
	if r.Cut != cut/2 || r.Bound > r.Cut || r.Least != slices.Min(weight) || r.Most != slices.Max(weight) {
		t.Fatalf("cut %d, bound %d, least %d, most %d; counted %d, %v", r.Cut, r.Bound, r.Least, r.Most, cut/2, weight)
	}
	inside, fixed := 0, map[int32]bool{}
	for _, f := range o.Fixed {
		fixed[f] = true
	}
	count := make([]int, o.Parts)
	for v, l := range spreadLabels(g, func(int32) bool { return true }, func(u, v int32) bool { return r.Part[u] == r.Part[v] }) {
		if l == int32(v) {
			count[r.Part[v]]++
		}
	}
	for p, w := range weight {
		if count[p] != 1 && !fixed[int32(p)] {
			t.Fatalf("part %d is in %d pieces", p, count[p])
		}
		if math.Abs(float64(w)/r.Mean-1) <= o.Tolerance {
			inside++
		}
	}
	if r.Within != inside {
		t.Fatalf("%d parts within, counted %d of %v", r.Within, inside, weight)
	}
	if r.Within < o.Parts && len(r.NotMet) == 0 {
		t.Fatalf("only %d of %d within, and nothing is named", r.Within, o.Parts)
	}
	if len(fixed) == 0 && r.Broken != 0 {
		t.Fatalf("%d broken", r.Broken)
	}
}

// drawOptions asks for anything that can be asked for.
func drawOptions(t *rapid.T, g *Graph) *Options {
	n := len(g.Weight)
	column := func(name string, least, most int) []int32 {
		if !rapid.Bool().Draw(t, "with "+name) {
			return nil
		}
		side := rapid.IntRange(1, 5).Draw(t, name+" size")
		col := make([]int32, n)
		for v := range col {
			col[v] = int32(least + (int(g.X[v])/side+3*(int(g.Y[v])/side))%(most-least+1))
		}
		return col
	}
	o := &Options{Tolerance: rapid.Float64Range(0, 0.5).Draw(t, "tolerance"), Seed: rapid.Uint64().Draw(t, "seed"),
		Effort: rapid.IntRange(0, 1).Draw(t, "effort"), Borders: column("borders", 0, 3), Groups: column("groups", -1, 60),
		Current: column("current", -1, 9), Fixed: column("fixed", -4, 1)}
	for v, f := range o.Fixed {
		o.Fixed[v] = max(-1, f)
	}
	o.Change = float64(rapid.IntRange(0, 2).Draw(t, "change"))
	o.Compact = float64(rapid.IntRange(0, 1).Draw(t, "compact"))
	o.Parts = min(n, rapid.OneOf(rapid.IntRange(2, 24), rapid.IntRange(2, 24), rapid.IntRange(together+1, 5*together)).Draw(t, "parts"))
	return o
}

func TestEveryPartHangsTogether(t *testing.T) {
	solved := 0
	rapid.Check(t, func(t *rapid.T) {
		rnd := rng(rapid.Uint64().Draw(t, "town"))
		g := town(rapid.IntRange(2, 18).Draw(t, "wide"), rapid.IntRange(1, 12).Draw(t, "high"),
			float64(rapid.SampledFrom([]int{0, 0, 1, 4}).Draw(t, "gone"))/10, rapid.SampledFrom([]int{1, 10, 400}).Draw(t, "most"), &rnd)
		o := drawOptions(t, g)
		r, err := Solve(context.Background(), g, *o)
		if err != nil {
			if !kernel.Is(err, kernel.KindInvalid) {
				t.Fatal(err)
			}
			return // more pieces than parts
		}
		solved++
		checkResult(t, g, o, r)
		checkGroups(t, g, o, r)
		again, err := Solve(context.Background(), g, *o)
		if err != nil || !slices.Equal(again.Part, r.Part) {
			t.Fatalf("%v: another partition from the same seed", err)
		}
	})
	if solved < 10 {
		t.Errorf("only %d were solved", solved)
	}
}

// checkGroups finds every connected piece of a compound in one part.
func checkGroups(t *rapid.T, g *Graph, o *Options, r *Result) {
	if o.Groups == nil {
		return
	}
	in := func(v int32) bool { return o.Groups[v] >= 0 && at(o.Fixed, v) < 0 }
	same := func(u, v int32) bool { return o.Groups[u] == o.Groups[v] && at(o.Borders, u) == at(o.Borders, v) }
	for v, l := range spreadLabels(g, in, same) {
		if in(int32(v)) && r.Part[v] != r.Part[l] {
			t.Fatalf("vertices %d and %d of compound %d are in parts %d and %d", v, l, o.Groups[v], r.Part[v], r.Part[l])
		}
	}
}

// optimum tries all partitions of a tiny graph: the least cut of k connected parts within the bounds, or -1.
func optimum(g *Graph, k int, lo, hi int32) int64 {
	n, best := len(g.Weight), int64(-1)
	part := make([]int32, n)
	var try func(v int, used int32)
	try = func(v int, used int32) {
		if v < n {
			for p := int32(0); p <= used && int(p) < k; p++ {
				part[v] = p
				try(v+1, max(used, p+1))
			}
			return
		}
		m := Measure(g, part, k)
		if int(used) == k && m.Broken == 0 && m.Least >= int64(lo) && m.Most <= int64(hi) && (best < 0 || m.Cut < best) {
			best = m.Cut
		}
	}
	try(0, 0)
	return best
}

func TestBesideTheOptimum(t *testing.T) {
	found, there, cut, least := 0, 0, int64(0), int64(0)
	rapid.Check(t, func(t *rapid.T) {
		rnd := rng(rapid.Uint64().Draw(t, "town"))
		g := town(3, 3, 0.1, rapid.SampledFrom([]int{1, 3, 9}).Draw(t, "most"), &rnd)
		k := rapid.IntRange(2, 3).Draw(t, "k")
		r, err := Solve(context.Background(), g, Options{Parts: k, Tolerance: 0.25, Seed: 1})
		if err != nil {
			return
		}
		lo, hi := bounds(r.Mean, 0.25)
		best := optimum(g, k, lo, hi)
		if best < 0 {
			if r.Within == k && r.Broken == 0 {
				t.Fatalf("all %d parts within, though no partition is", k)
			}
			return
		}
		if r.Bound > best {
			t.Fatalf("bound %d above the optimum %d", r.Bound, best)
		}
		there++
		if r.Within == k {
			found++
			cut, least = cut+r.Cut, least+best
			if r.Cut < best {
				t.Fatalf("cut %d below the optimum %d", r.Cut, best)
			}
		}
	})
	if t.Logf("within the bounds %d of %d, cut %d, optimum %d", found, there, cut, least); found < there*9/10 || cut > least*5/4 {
		t.Errorf("within the bounds %d of %d, cut %d, optimum %d", found, there, cut, least)
	}
}

// TestGuard asks of the guard that it never lets a part fall apart, and that with enough reach it refuses nothing else.
func TestGuard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rnd := rng(rapid.Uint64().Draw(t, "town"))
		g := town(rapid.IntRange(2, 9).Draw(t, "wide"), rapid.IntRange(2, 9).Draw(t, "high"), 0.2, 1, &rnd)
		l := &level{n: int32(len(g.Weight)), first: g.First, arcs: g.Arcs, w: g.Weight}
		part := make([]int32, l.n)
		for v := range part {
			part[v] = int32(int(g.X[v]) / 4)
		}
		r := newRefiner(l, part, 4, make([]int32, 4), make([]int32, 4), 1)
		for v := range l.n {
			in := func(u int32) bool { return part[u] == part[v] }
			without := func(u int32) bool { return in(u) && u != v }
			keeps := pieces(g, without, always) == pieces(g, in, always) && slices.ContainsFunc(g.Arcs[g.First[v]:g.First[v+1]], func(a Arc) bool { return in(a.To) })
			if small, large := r.guard(v, 3), r.guard(v, 1000); small && !keeps || large != keeps {
				t.Fatalf("vertex %d: guard %v and %v, truth %v", v, small, large, keeps)
			}
		}
	})
}

// TestSamePlanEverywhere compares with a plan written down: another machine must not give another one.
func TestSamePlanEverywhere(t *testing.T) {
	rnd := rng(5)
	g := town(60, 50, 0.05, 100, &rnd)
	r, err := Solve(context.Background(), g, Options{Parts: 40, Tolerance: 0.1, Seed: 3, Compact: 0.5, Effort: 1})
	if err != nil {
		t.Fatal(err)
	}
	h := fnv.New64a()
	for _, p := range r.Part {
		h.Write([]byte{byte(p)})
	}
	if r.Cut != planCut || h.Sum64() != planHash {
		t.Errorf("cut %d, plan %#x", r.Cut, h.Sum64())
	}
	other, err := Solve(context.Background(), g, Options{Parts: 40, Tolerance: 0.1, Seed: 4, Compact: 0.5, Effort: 1})
	if err != nil || slices.Equal(other.Part, r.Part) {
		t.Errorf("%v: another seed gives the same plan", err)
	}
}

func TestAllWithinInATown(t *testing.T) {
	rnd := rng(9)
	g := town(120, 100, 0.05, 80, &rnd)
	for _, k := range []int{2, 7, 64, 300} {
		r, err := Solve(context.Background(), g, Options{Parts: k, Tolerance: 0.1, Seed: 1})
		if err != nil || r.Within != k-r.Components+1 || r.Broken != 0 {
			t.Errorf("%d parts: %v, %d within, %d broken, %d components: %+v", k, err, r.Within, r.Broken, r.Components, r.NotMet)
		}
	}
}

func TestRoundsOfImprovement(t *testing.T) {
	rnd := rng(9)
	g := town(120, 100, 0, 80, &rnd)
	was := int64(math.MaxInt64)
	for e := range 4 {
		r, err := Solve(context.Background(), g, Options{Parts: 30, Tolerance: 0.1, Seed: 1, Effort: e})
		if err != nil || r.Within != 30 {
			t.Fatalf("effort %d: %v, %d within", e, err, r.Within)
		}
		if e > 1 && r.Cut > was {
			t.Errorf("effort %d: cut %d, before %d", e, r.Cut, was)
		}
		was = r.Cut
	}
}

// TestStayingCounts asks for few changes and gets fewer.
func TestStayingCounts(t *testing.T) {
	rnd := rng(2)
	g := town(60, 50, 0, 40, &rnd)
	o := Options{Parts: 20, Tolerance: 0.1, Seed: 1}
	today, err := Solve(context.Background(), g, o)
	if err != nil {
		t.Fatal(err)
	}
	for v := range g.Weight { // people move to the west
		if g.X[v] < 20 {
			g.Weight[v] += 12
		}
	}
	o.Current = today.Part
	moved := []int64{}
	for _, o.Change = range []float64{0, 0.5, 4} {
		r, err := Solve(context.Background(), g, o)
		if err != nil || r.Within != 20 || r.Broken != 0 {
			t.Fatalf("%v: %+v", err, r.NotMet)
		}
		moved = append(moved, r.Moved)
	}
	if moved[1] > moved[0]*9/10 || moved[2] > moved[0]*9/10 || moved[2] == 0 {
		t.Errorf("moved %v", moved)
	}
}

func TestShapeCounts(t *testing.T) {
	rnd := rng(2)
	g := town(60, 50, 0.1, 40, &rnd)
	radius := []float64{}
	for _, c := range []float64{0, 3} {
		r, err := Solve(context.Background(), g, Options{Parts: 20, Tolerance: 0.1, Seed: 1, Compact: c})
		if err != nil {
			t.Fatal(err)
		}
		radius = append(radius, r.Radius)
	}
	if radius[1] >= radius[0] {
		t.Errorf("radius %v", radius)
	}
}

func TestSolveCanBeStopped(t *testing.T) {
	rnd := rng(2)
	g := town(60, 50, 0, 40, &rnd)
	ctx, stop := context.WithCancel(context.Background())
	told := 0
	_, err := Solve(ctx, g, Options{Parts: 20, Tolerance: 0.1, Progress: func(done, all int) { told++; stop() }})
	if !errors.Is(err, context.Canceled) || told == 0 {
		t.Errorf("%v after %d reports", err, told)
	}
}

func TestMeasureSeesPieces(t *testing.T) {
	g := rows([]int32{1, 2, 3, 4})
	for _, tt := range []struct {
		part        []int32
		broken      int
		least, most int64
	}{{[]int32{0, 0, 1, 1}, 0, 3, 7}, {[]int32{0, 1, 0, 1}, 2, 4, 6}, {[]int32{0, 1, 1, 0}, 1, 5, 5}, {[]int32{1, 1, 1, 1}, 1, 0, 10}} {
		if r := Measure(g, tt.part, 2); r.Broken != tt.broken || r.Least != tt.least || r.Most != tt.most {
			t.Errorf("%v: %+v", tt.part, r)
		}
	}
}

// TestTerms moves one vertex and compares the gain with what the move changes.
func TestTerms(t *testing.T) {
	l := &level{n: 4, w: []int32{2, 2, 4, 2}, x: []int32{0, 10, 20, 100}, y: []int32{0, 0, 0, 0}, home: []int32{0, 1, -1, 1}}
	part := []int32{0, 0, 0, 1}
	s := newTerms(&Options{Change: 1}, l, part, 2)
	one := int64(s.stay * 2)
	for v, want := range []int64{-one, one, 0} {
		if g := s.gain(l, int32(v), 0, 1); g != want || one <= 0 {
			t.Errorf("staying: moving %d gains %d, not %d", v, g, want)
		}
	}
	c := newTerms(&Options{Compact: 1}, l, part, 2)
	if far, near := c.gain(l, 0, 0, 1), c.gain(l, 2, 0, 1); far >= near || near >= 0 {
		t.Errorf("shape: %d and %d", far, near)
	}
	c.move(l, 2, 0, 1)
	if fresh := newTerms(&Options{Compact: 1}, l, []int32{0, 0, 1, 1}, 2); fresh.sx[1] != c.sx[1] || fresh.size[0] != c.size[0] || c.gain(l, 1, 0, 1) >= 0 {
		t.Errorf("after a move: %+v, afresh %+v", c, fresh)
	}
}

// TestRecombination mends a pair from any split of it: the tree cut must bring both parts within, in one piece each.
func TestRecombination(t *testing.T) {
	rnd := rng(4)
	g := town(8, 8, 0, 3, &rnd)
	l := &level{n: 64, first: g.First, arcs: g.Arcs, w: g.Weight}
	part := make([]int32, 64)
	part[0], part[1] = 1, 1
	total := weights(g, part, 1+1)
	half := int32(total[0]+total[1]) / 2
	r := newRefiner(l, part, 2, []int32{half - 4, half - 4}, []int32{half + 4, half + 4}, 1)
	r.work = 1 << 30
	nodes := make([]int32, 64)
	for v := range nodes {
		nodes[v] = int32(v)
	}
	if !r.resplit(nodes, 0, 1, 20) || len(r.bad()) > 0 || Measure(g, r.part, 2).Broken > 0 {
		t.Errorf("%v, loads %v", r.part, r.pw)
	}
	for v := range r.part {
		r.part[v] = min(1, int32(v)/62)
	}
	r = newRefiner(l, r.part, 2, r.lo, r.hi, 1)
	r.work = 1 << 30
	if r.recombine(3, 20) != 0 || Measure(g, r.part, 2).Broken > 0 {
		t.Errorf("%v, loads %v", r.part, r.pw)
	}
}

// TestProgressGoesOn: within one region, not only between regions, and never back.
func TestProgressGoesOn(t *testing.T) {
	rnd := rng(6)
	g := town(60, 50, 0.1, 40, &rnd)
	last, steps := 0, 0
	_, err := Solve(context.Background(), g, Options{Parts: 40, Tolerance: 0.2, Effort: 2, Progress: func(done, all int) {
		if done < last || done > all || all != len(g.Weight) {
			t.Errorf("%d of %d after %d", done, all, last)
		}
		if done > last {
			steps++
		}
		last = done
	}})
	if err != nil || last != len(g.Weight) || steps < 6 {
		t.Errorf("%v: ended at %d of %d in %d steps", err, last, len(g.Weight), steps)
	}
}

package partition

import (
	"context"
	"math"
	"strings"
	"testing"

	"sanzhi/internal/kernel"
)

// rows makes a graph of separate paths, one for each list of weights.
func rows(lists ...[]int32) *Graph {
	g := &Graph{First: []int32{0}}
	for y, list := range lists {
		for x, w := range list {
			v := int32(len(g.Weight))
			if x > 0 {
				g.Arcs = append(g.Arcs, Arc{v - 1, 1})
			}
			if x < len(list)-1 {
				g.Arcs = append(g.Arcs, Arc{v + 1, 1})
			}
			g.First = append(g.First, int32(len(g.Arcs)))
			g.Weight, g.X, g.Y = append(g.Weight, w), append(g.X, float64(x)), append(g.Y, float64(y))
		}
	}
	return g
}

func TestWhatCannotBeMet(t *testing.T) {
	tens := func(n int) (list []int32) {
		for range n {
			list = append(list, 10)
		}
		return list
	}
	for _, tt := range []struct {
		name  string
		g     *Graph
		o     Options
		want  []Why
		say   string
		least int
	}{
		{"a river", rows(tens(40), tens(60)), Options{Parts: 10}, nil, "", 10},
		{"an island", rows(tens(100), tens(1)), Options{Parts: 11}, []Why{WhyLight}, "cannot be met: component of weight 10", 10},
		{"neither one nor two", rows(tens(14), tens(86)), Options{Parts: 10}, []Why{WhyRange}, "neither 1 nor 2 parts fit", 9},
		{"one too heavy", rows(append(tens(190), 130)), Options{Parts: 20}, []Why{WhyHeavy}, "one whole (a compound or building) weighs 130", 19},
		{"one too heavy and little beside it", rows(tens(100), append(tens(1), 200)), Options{Parts: 11}, []Why{WhyHeavy}, "weighs 200", 10},
		{"a compound in two pieces", rows(tens(8)), Options{Parts: 2, Groups: []int32{3, -1, -1, -1, 3, 3, -1, -1}}, []Why{WhyGroup}, "compound 3", 2},
		{"a part fixed too light", rows(tens(13)), Options{Parts: 4, Fixed: []int32{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 2}}, []Why{WhyFixed}, "fixed beforehand", 3},
	} {
		tt.o.Tolerance = 0.1
		r, err := Solve(context.Background(), tt.g, tt.o)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		var why []Why
		said := ""
		for _, m := range r.NotMet {
			why = append(why, m.Why)
			said += m.Say.En
		}
		if len(why) != len(tt.want) || len(why) > 0 && why[0] != tt.want[0] || !strings.Contains(said, tt.say) || r.Within < tt.least || r.Broken > 0 {
			t.Errorf("%s: %+v, %d within, %d broken, %v", tt.name, r.NotMet, r.Within, r.Broken, r.Part)
		}
	}
}

// TestBordersAreKept gives two communities side by side: four parts to one, six to the other.
func TestBordersAreKept(t *testing.T) {
	rnd := rng(3)
	g := town(50, 20, 0, 1, &rnd)
	borders := make([]int32, 1000)
	for v := range borders {
		if g.X[v] >= 20 {
			borders[v] = 7
		}
	}
	r, err := Solve(context.Background(), g, Options{Parts: 10, Tolerance: 0.05, Borders: borders})
	if err != nil || r.Within != 10 || len(r.NotMet) > 0 || r.Components != 2 {
		t.Fatalf("%v %+v", err, r)
	}
	of := map[int32]int32{}
	for v, p := range r.Part {
		if c, ok := of[p]; ok && c != borders[v] {
			t.Fatalf("part %d crosses", p)
		}
		of[p] = borders[v]
	}
}

// TestApportionBesideTheBest tries all ways to share parts among a few components: none has more weight within reach of the bounds.
func TestApportionBesideTheBest(t *testing.T) {
	rnd := rng(1)
	for range 20_000 { // cases in which it matters are rare
		weights := make([]int64, 1+rnd.below(4))
		for i := range weights {
			weights[i] = int64(5 + rnd.below(56))
		}
		k := len(weights) + rnd.below(min(9, 5*len(weights))-len(weights)+1)
		p := &plan{o: &Options{Tolerance: 0.02 + float64(rnd.below(38))/100}}
		total := int64(0)
		for _, w := range weights {
			total += w
			p.regions = append(p.regions, region{nodes: make([]int32, w), weight: w})
		}
		p.mean = float64(total) / float64(k)
		p.lo, p.hi = bounds(p.mean, p.o.Tolerance)
		left := k
		for i := range p.regions {
			p.regions[i].parts = p.nearest(&p.regions[i])
			left -= p.regions[i].parts
		}
		p.settle(left)
		p.exchange()
		sum, admitted := 0, int64(0)
		for i := range p.regions {
			sum += p.regions[i].parts
			if p.admits(&p.regions[i], p.regions[i].parts) {
				admitted += p.regions[i].weight
			}
		}
		if sum != k {
			t.Fatalf("%d parts given of %d", sum, k)
		}
		if best := mostAdmitted(p, 0, k); admitted < best {
			t.Fatalf("%d of %v admitted in %d parts, %d can be", admitted, weights, k, best)
		}
	}
}

func mostAdmitted(p *plan, i, k int) int64 {
	if i == len(p.regions) {
		if k == 0 {
			return 0
		}
		return math.MinInt32
	}
	best := int64(math.MinInt32)
	for m := 1; m <= k; m++ {
		one := int64(0)
		if p.admits(&p.regions[i], m) {
			one = p.regions[i].weight
		}
		best = max(best, one+mostAdmitted(p, i+1, k-m))
	}
	return best
}

func TestWrongOptions(t *testing.T) {
	g := rows([]int32{1, 2, 3}, []int32{4})
	for _, tt := range []struct {
		name string
		o    Options
		want string
	}{
		{"no parts", Options{}, "parts"},
		{"more parts than vertices", Options{Parts: 5}, "parts"},
		{"fewer parts than pieces", Options{Parts: 1}, "2 pieces"},
		{"all tolerated", Options{Parts: 2, Tolerance: 1}, "tolerance"},
		{"no number", Options{Parts: 2, Tolerance: math.NaN()}, "tolerance"},
		{"a shape of no number", Options{Parts: 2, Compact: math.NaN()}, "term"},
		{"too much effort", Options{Parts: 2, Effort: 11}, "rounds"},
		{"a short column", Options{Parts: 2, Borders: []int32{1}}, "borders"},
		{"a border below nothing", Options{Parts: 2, Borders: []int32{1, 1, 1, -1}}, "borders"},
		{"a part fixed beyond all", Options{Parts: 2, Fixed: []int32{2, 1, 1, -1}}, "fixed"},
		{"all fixed but one part", Options{Parts: 3, Fixed: []int32{0, 0, 1, 1}}, "things to put"},
		{"compounds leave too few", Options{Parts: 3, Groups: []int32{0, 0, 0, 1}}, "things to put"},
	} {
		if _, err := Solve(context.Background(), g, tt.o); !kernel.Is(err, kernel.KindInvalid) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

package assign

import (
	"context"
	"math/rand/v2"
	"testing"
)

// orders makes staff of capacity 8 and orders, each near sixty of the staff.
func orders(staff, n int) *Problem {
	r := rand.New(rand.NewPCG(1, 2))
	p := &Problem{Supply: make([]int64, staff), Demand: make([]int64, n)}
	for i := range p.Supply {
		p.Supply[i] = 8
	}
	for i := range p.Demand {
		p.Demand[i] = 1
		p.Arcs = append(p.Arcs, around(r, staff, int32(i))...)
	}
	return p
}

func around(r *rand.Rand, staff int, to int32) []Arc {
	at := r.IntN(staff)
	out := make([]Arc, 60)
	for k := range out {
		out[k] = Arc{int32((at + k) % staff), to, int64(k*20 + r.IntN(300))}
	}
	return out
}

func BenchmarkSolve(b *testing.B) {
	p := orders(1300, 8000)
	for b.Loop() {
		if _, err := Solve(context.Background(), p); err != nil {
			b.Fatal(err)
		}
	}
}

// One order of a solved problem changes.
func BenchmarkChange(b *testing.B) {
	s, err := NewSolver(orders(1300, 8000))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.Solve(context.Background()); err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for b.Loop() {
		j := int32(r.IntN(8000))
		if err := s.Change(j, around(r, 1300, j)); err != nil {
			b.Fatal(err)
		}
		if _, err := s.Solve(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

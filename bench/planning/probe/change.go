package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"

	"sanzhi/internal/planning/assign"
)

// change solves an instance once and then moves one order after another to where some other order stands. Each change is
// solved anew from the tree that is there; some are compared with a solution from nothing.
func change(instance, many, out string) error {
	count, err := number(many, 100_000)
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(filepath.Clean(instance))
	if err != nil {
		return err
	}
	p, err := assign.Read(raw)
	if err != nil {
		return err
	}
	byOrder := make([][]assign.Arc, len(p.Demand))
	for _, a := range p.Arcs {
		byOrder[a.R] = append(byOrder[a.R], a)
	}
	ctx := context.Background()
	solver, err := assign.NewSolver(p)
	if err != nil {
		return err
	}
	last, err := solver.Solve(ctx)
	if err != nil {
		return err
	}
	r, spent, wrong := rand.New(rand.NewPCG(5, 9)), []float64{}, 0
	for i := range count {
		to, like := int32(r.IntN(len(byOrder))), r.IntN(len(byOrder))
		arcs := make([]assign.Arc, len(byOrder[like]))
		for k, a := range byOrder[like] {
			arcs[k] = assign.Arc{L: a.L, R: to, Cost: a.Cost + int64(r.IntN(50))}
		}
		begin := cpu()
		if err := solver.Change(to, arcs); err != nil {
			return err
		}
		if last, err = solver.Solve(ctx); err != nil {
			return err
		}
		spent = append(spent, cpu()-begin)
		byOrder[to] = arcs
		if (i+1)%max(1, count/10) == 0 {
			anew, err := assign.Solve(ctx, (*assign.Problem)(together(p, byOrder)))
			if err != nil {
				return err
			}
			if anew.Cost != last.Cost || anew.Filled != last.Filled {
				wrong++
			}
		}
	}
	if err := inTo(out+".instance", together(p, byOrder).write); err != nil {
		return err
	}
	if err := inTo(out+".solution", last.Write); err != nil {
		return err
	}
	half := middle(spent)
	return tell(map[string]any{"cpu": half, "worst": spent[len(spent)-1], "count": count, "wrong": wrong, "cost": last.Cost})
}

type problem assign.Problem

func together(p *assign.Problem, byOrder [][]assign.Arc) *problem {
	q := &problem{Supply: p.Supply, Demand: p.Demand}
	for _, arcs := range byOrder {
		q.Arcs = append(q.Arcs, arcs...)
	}
	return q
}

func (q *problem) write(w io.Writer) error {
	_, err := fmt.Fprintln(w, len(q.Supply), len(q.Demand), len(q.Arcs))
	for _, list := range [][]int64{q.Supply, q.Demand} {
		for _, v := range list {
			if err == nil {
				_, err = fmt.Fprint(w, v, " ")
			}
		}
		if err == nil {
			_, err = fmt.Fprintln(w)
		}
	}
	for _, a := range q.Arcs {
		if err == nil {
			_, err = fmt.Fprintln(w, a.L, a.R, a.Cost)
		}
	}
	return err
}

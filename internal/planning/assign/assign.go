// Package assign gives places to fill to those who can fill them, at the least total cost: staff to grids and posts, orders
// to staff. It is the transportation problem, solved to the optimum by a primal network simplex over the arcs that matter,
// with the dual values as the proof; what cannot be filled is named by the minimum cut. It knows no person, place or store.
package assign

import (
	"context"

	"sanzhi/internal/kernel"
)

// Arc says that left node L may serve right node R at Cost for each unit.
type Arc struct {
	L, R int32
	Cost int64
}

// Problem is a transportation problem: left nodes hold at most Supply units each, right nodes ask for exactly Demand units
// each, and units travel along Arcs. A pair may stand in Arcs once.
type Problem struct {
	Supply, Demand []int64
	Arcs           []Arc
}

// Flow is Amount units that left node L gives to right node R.
type Flow struct {
	L, R   int32
	Amount int64
}

// Lack is a set of right nodes that cannot all be filled, with all the left nodes that could serve any of them: together they
// ask for Asked units, and no more than There exist (the minimum cut, after Hall and Ford–Fulkerson).
type Lack struct {
	Right, Left  []int32
	Asked, There int64
}

// Solution is the best filling of a problem. Cost is the sum over Flows; Bound is the value of the dual solution over the units
// that can be filled: they are equal when the solution is proven.
type Solution struct {
	Flows  []Flow
	Filled int64
	Cost   int64
	Bound  int64
	// Short gives for each right node the units that could not be filled; nil when all were.
	Short []int64
	Lack  *Lack
	// Pivots is how many steps the simplex took, for measurements.
	Pivots int
}

// Limits of what is taken: the sum of all units and the largest cost of a unit keep every product within 64 bits.
const (
	MaxNodes = 4 << 20
	MaxUnits = 1 << 31
	MaxCost  = 1 << 31
)

// Check finds what makes a problem malformed: KindInvalid, naming the arc or node by its number from 0.
func (p *Problem) Check() error {
	if len(p.Supply)+len(p.Demand) > MaxNodes {
		return kernel.Invalid("nodes", kernel.T("节点太多", "there are too many nodes"))
	}
	for _, side := range []struct {
		name string
		list []int64
	}{{"supply", p.Supply}, {"demand", p.Demand}} {
		sum := int64(0)
		for _, v := range side.list {
			if v < 0 || v > MaxUnits {
				return kernel.Invalid(side.name, kernel.T("数量应在 0 到 "+num(MaxUnits)+" 之间", "an amount must lie between 0 and "+num(MaxUnits)))
			}
			if sum += v; sum > MaxUnits {
				return kernel.Invalid(side.name, kernel.T("数量加起来超过 "+num(MaxUnits), "the amounts add up to more than "+num(MaxUnits)))
			}
		}
	}
	for i, a := range p.Arcs {
		if a.L < 0 || int(a.L) >= len(p.Supply) || a.R < 0 || int(a.R) >= len(p.Demand) {
			return kernel.Invalid("arc "+num(int64(i)), kernel.T("这条边的端点不存在", "the arc joins nodes that do not exist"))
		}
		if a.Cost < 0 || a.Cost > MaxCost {
			return kernel.Invalid("arc "+num(int64(i)), kernel.T("费用应在 0 到 "+num(MaxCost)+" 之间", "the cost must lie between 0 and "+num(MaxCost)))
		}
	}
	return nil
}

// Solve gives the optimum of a problem; see Solver for changing a solved one. It ends early only with the context's error.
func Solve(ctx context.Context, p *Problem) (*Solution, error) {
	return SolveTelling(ctx, p, nil)
}

// SolveTelling is Solve that tells now and then how far it is. How many steps there will be is not known before, so the share
// nears one ever more slowly.
func SolveTelling(ctx context.Context, p *Problem, tell func(share float64)) (*Solution, error) {
	s, err := NewSolver(p)
	if err != nil {
		return nil, err
	}
	s.tell = tell
	return s.Solve(ctx)
}

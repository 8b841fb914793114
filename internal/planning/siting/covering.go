// Package siting chooses where stations stand: those p of the candidates that cover most people (maximal covering, Church and
// ReVelle 1974), or that are nearest to all (p-median, Hakimi 1964). Each answer comes with a proven bound, from Lagrangian
// relaxation with branch and bound on what the bound leaves open. It knows no place, no person and no store.
package siting

import (
	"context"
	"fmt"
	"math"
	"slices"

	"sanzhi/internal/kernel"
)

// Covering asks for P candidates that cover the largest weight. Row i weighs Weights[i] and is covered by any of
// By[Start[i]:Start[i+1]].
type Covering struct {
	Candidates int
	P          int
	Weights    []int64
	Start      []int32
	By         []int32
	// Fixed candidates are open in any case and count among P; Forbidden ones stay closed.
	Fixed, Forbidden []int32
}

// Options bound the work of a search. The same options give the same answer on every machine.
type Options struct {
	Seed uint64
	// Rounds is how many steps the bound may take at the root; 0 is the default.
	Rounds int
	// Nodes is how many branches may be looked at; 0 is the default, below 0 none.
	Nodes int
	// Progress is told now and then how much of the work allowed is done, the best value and the bound; nil for nobody.
	Progress func(share float64, value, bound int64)
}

// Answer is a choice of sites. Of a covering, Bound is never below the optimum and Value never above it; of a p-median the other
// way round. They are equal when the optimum is proven.
type Answer struct {
	Open  []int32
	Value int64
	Bound int64
	// Nodes and Rounds are what the search took, for measurements.
	Nodes, Rounds int
}

// Gap is how far the value may be from the optimum, as a share of the bound.
func (a *Answer) Gap() float64 {
	if a.Bound == a.Value {
		return 0
	}
	return math.Abs(float64(a.Bound-a.Value)) / math.Max(math.Abs(float64(a.Bound)), 1)
}

const (
	maxCandidates = 1 << 20
	maxWeight     = 1 << 40
)

// Check finds what makes a covering malformed or impossible: KindInvalid, naming the row from 0.
func (c *Covering) Check() error {
	if c.Candidates < 1 || c.Candidates > maxCandidates {
		return kernel.Invalid("candidates", kernel.T("候选点应在 1 到 1048576 之间", "there must be 1 to 1048576 candidates"))
	}
	if len(c.Start) != len(c.Weights)+1 || int(c.Start[len(c.Weights)]) != len(c.By) {
		return kernel.Invalid("rows", kernel.T("行和候选点的列表不配套", "the rows and the lists of candidates do not fit together"))
	}
	for i, w := range c.Weights {
		if w < 0 || w > maxWeight {
			return kernel.Invalid(fmt.Sprintf("row %d", i), kernel.T("权重应在 0 到 1099511627776 之间", "a weight must lie between 0 and 1099511627776"))
		}
		for _, j := range c.By[c.Start[i]:c.Start[i+1]] {
			if j < 0 || int(j) >= c.Candidates {
				return kernel.Invalid(fmt.Sprintf("row %d", i), kernel.T(fmt.Sprintf("没有 %d 号候选点", j), fmt.Sprintf("there is no candidate %d", j)))
			}
		}
	}
	return checkSites(c.Candidates, c.P, c.Fixed, c.Forbidden)
}

func checkSites(n, p int, fixed, forbidden []int32) error {
	state := make([]int8, n)
	for _, list := range []struct {
		as    int8
		sites []int32
	}{{1, fixed}, {-1, forbidden}} {
		for _, j := range list.sites {
			if j < 0 || int(j) >= n || state[j] != 0 {
				return kernel.Invalid("sites", kernel.T(fmt.Sprintf("%d 号点不存在，或者定了两次", j), fmt.Sprintf("site %d does not exist, or was fixed twice", j)))
			}
			state[j] = list.as
		}
	}
	if p < len(fixed) || p > n-len(forbidden) || p < 1 {
		return kernel.Invalid("p", kernel.T(fmt.Sprintf("要选 %d 个点，能选的有 %d 个，已定 %d 个，选不出来", p, n-len(forbidden), len(fixed)),
			fmt.Sprintf("%d sites are asked for, %d may be chosen and %d are fixed: that cannot be", p, n-len(forbidden), len(fixed))))
	}
	return nil
}

// SolveCovering chooses the sites of a covering. It ends early only with the context's error.
func SolveCovering(ctx context.Context, c *Covering, o Options) (*Answer, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	s := newCoverSearch(c, o)
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	slices.Sort(s.best)
	return &Answer{Open: s.best, Value: s.value, Bound: max(s.bound, s.value), Nodes: s.nodes, Rounds: s.rounds}, nil
}

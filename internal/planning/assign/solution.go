package assign

import (
	"cmp"
	"slices"

	"sanzhi/internal/kernel"
)

// read gives the solution that the tree holds.
func (s *Solver) read() *Solution {
	out := &Solution{Pivots: s.pivots}
	base := int32(s.base())
	short := make([]int64, s.nR)
	lacking := int64(0)
	for v := range int32(s.nL + s.nR) {
		if s.flow[v] == 0 {
			continue
		}
		e := &s.edges[s.pred[v]]
		switch {
		case s.pred[v] >= base:
			out.Flows = append(out.Flows, Flow{e.from, e.to - int32(s.nL), s.flow[v]})
			out.Cost += e.cost * s.flow[v]
			out.Filled += s.flow[v]
		case int(s.pred[v]) >= s.nL:
			short[int(s.pred[v])-s.nL] = s.flow[v]
			lacking += s.flow[v]
		}
	}
	out.Flows = s.sorted(out.Flows)
	// The dual solution: pi is feasible for every arc, as the last pricing showed.
	for l, have := range s.supply {
		out.Bound -= have * (s.pi[l] - s.pi[s.root()])
	}
	for r, want := range s.demand {
		out.Bound += want * (s.pi[s.nL+r] - s.pi[s.root()])
	}
	if lacking > 0 {
		out.Bound -= lacking * s.price
		out.Short, out.Lack = short, s.lack(short, out.Flows)
	}
	return out
}

// sorted gives the flows in the order of right and left nodes, by counting.
func (s *Solver) sorted(flows []Flow) []Flow {
	at := make([]int32, s.nR+1)
	for _, f := range flows {
		at[f.R+1]++
	}
	for r := range s.nR {
		at[r+1] += at[r]
	}
	out := make([]Flow, len(flows))
	for _, f := range flows {
		out[at[f.R]] = f
		at[f.R]++
	}
	for lo := 0; lo < len(out); {
		hi := lo + 1
		for hi < len(out) && out[hi].R == out[lo].R {
			hi++
		}
		if hi-lo > 1 {
			slices.SortFunc(out[lo:hi], func(a, b Flow) int { return cmp.Compare(a.L, b.L) })
		}
		lo = hi
	}
	return out
}

// lack finds the minimum cut on the side of what is short: from each short right node to all that could serve it, and from
// these to the right nodes that they serve now.
func (s *Solver) lack(short []int64, flows []Flow) *Lack {
	serves := make([][]int32, s.nL)
	for _, f := range flows {
		serves[f.L] = append(serves[f.L], f.R)
	}
	seenR, seenL := make([]bool, s.nR), make([]bool, s.nL)
	var todo []int32
	for r, n := range short {
		if n > 0 {
			seenR[r] = true
			todo = append(todo, int32(r))
		}
	}
	out := &Lack{}
	for len(todo) > 0 {
		r := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		out.Right, out.Asked = append(out.Right, r), out.Asked+s.demand[r]
		for _, e := range s.arcsOf(r) {
			l := s.edges[e].from
			if seenL[l] || s.edges[e].cost >= s.price {
				continue
			}
			seenL[l] = true
			out.Left, out.There = append(out.Left, l), out.There+s.supply[l]
			for _, next := range serves[l] {
				if !seenR[next] {
					seenR[next] = true
					todo = append(todo, next)
				}
			}
		}
	}
	slices.Sort(out.Right)
	slices.Sort(out.Left)
	return out
}

// Change gives a right node other arcs than it had: an order that moved, a post that asks for another skill. The tree stays, so
// that the next Solve takes a few steps only. No arcs at all cancel the node's claim: it stays short.
func (s *Solver) Change(r int32, arcs []Arc) error {
	if r < 0 || int(r) >= s.nR {
		return kernel.Invalid("r", kernel.T("没有这个需求", "there is no such right node"))
	}
	own := s.arcsOf(r)
	at := make(map[int32]int32, len(own))
	for _, e := range own {
		at[s.edges[e].from] = e
	}
	for i, a := range arcs {
		if a.R != r || a.L < 0 || int(a.L) >= s.nL || a.Cost < 0 || a.Cost*int64(min(s.nL, s.nR)+2) >= s.price {
			return kernel.Invalid("arc "+num(int64(i)), kernel.T("这条边的端点或费用不对", "the ends or the cost of the arc do not fit the problem"))
		}
	}
	for _, e := range own {
		s.edges[e].cost = 2 * s.price // dearer than staying short, so nothing travels there
	}
	for _, a := range arcs {
		e, ok := at[a.L]
		if !ok {
			e = int32(len(s.edges))
			s.edges, s.inList = append(s.edges, edge{}), append(s.inList, false)
			if s.more == nil {
				s.more = map[int32][]int32{}
			}
			s.more[r] = append(s.more[r], e)
			at[a.L] = e
		}
		s.edges[e] = edge{a.L, int32(s.nL) + r, a.Cost}
		s.enlist(e)
	}
	s.redual()
	return nil
}

// redual computes the duals from the tree.
func (s *Solver) redual() {
	todo := []int32{s.root()}
	for len(todo) > 0 {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for c := s.child[v]; c != none; c = s.sib[c] {
			if cost := s.edges[s.pred[c]].cost; s.up[c] {
				s.pi[c] = s.pi[v] - cost
			} else {
				s.pi[c] = s.pi[v] + cost
			}
			todo = append(todo, c)
		}
	}
}

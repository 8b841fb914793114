package assign

import "math"

// pivot lets the edge enter: flow goes around the cycle that it closes until an arc of the tree is empty, which leaves. Of
// those that empty first it is the last on the way that flow takes from the join around the cycle: this keeps the tree strongly feasible
// (every node can send flow to the root), so that the simplex never turns in circles.
func (s *Solver) pivot(e int32) {
	from, to := s.edges[e].from, s.edges[e].to
	a, b := from, to
	delta, out, side := int64(math.MaxInt64), none, 0
	// Up from both ends to where they join. On the tail's side flow comes down, on the head's side it goes up.
	for a != b {
		if s.depth[a] >= s.depth[b] {
			if s.up[a] && s.flow[a] < delta {
				delta, out, side = s.flow[a], a, 1
			}
			a = s.parent[a]
		} else {
			if !s.up[b] && s.flow[b] <= delta {
				delta, out, side = s.flow[b], b, 2
			}
			b = s.parent[b]
		}
	}
	if delta > 0 {
		s.push(from, a, delta, true)
		s.push(to, a, delta, false)
	}
	in, other := from, to
	if side == 2 {
		in, other = to, from
	}
	s.regraft(e, in, other, out, delta)
}

// push moves delta along the tree between v and join: down to v on the tail's side of the entering arc, else up from v.
func (s *Solver) push(v, join int32, delta int64, down bool) {
	for ; v != join; v = s.parent[v] {
		if s.up[v] == down {
			s.flow[v] -= delta
		} else {
			s.flow[v] += delta
		}
	}
}

// regraft hangs the part of the tree below out, turned so that in is its top, from other by the entering edge.
func (s *Solver) regraft(e, in, other, out int32, delta int64) {
	// Turn the path from in up to out: each node becomes its former child's child.
	v, p := in, other
	edge, up, flow := e, s.edges[e].from == in, delta
	for {
		next := s.parent[v]
		nextEdge, nextUp, nextFlow := s.pred[v], s.up[v], s.flow[v]
		s.cut(v)
		s.pred[v], s.up[v], s.flow[v] = edge, up, flow
		s.hang(v, p)
		if v == out {
			break
		}
		p, v = v, next
		edge, up, flow = nextEdge, !nextUp, nextFlow
	}
	// The duals of the part move by the same amount, so that the new arc of the tree costs nothing.
	x := &s.edges[e]
	shift := x.cost + s.pi[x.from] - s.pi[x.to]
	if x.from == in {
		shift = -shift
	}
	s.settle(in, shift)
}

// settle shifts the duals of v and all below it, and counts their depth anew.
func (s *Solver) settle(top int32, shift int64) {
	s.depth[top] = s.depth[s.parent[top]] + 1
	s.pi[top] += shift
	v := top
	for {
		if c := s.child[v]; c != none {
			s.depth[c] = s.depth[v] + 1
			s.pi[c] += shift
			v = c
			continue
		}
		for v != top && s.sib[v] == none {
			v = s.parent[v]
		}
		if v == top {
			return
		}
		v = s.sib[v]
		s.depth[v] = s.depth[s.parent[v]] + 1
		s.pi[v] += shift
	}
}

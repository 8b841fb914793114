package partition

import (
	"cmp"
	"slices"
)

// members gives the vertices of each part, those of part p at list[from[p]:from[p+1]].
func (r *refiner) members() (list, from []int32) {
	from = make([]int32, len(r.pw)+1)
	for _, p := range r.part {
		from[p+1]++
	}
	for p := range r.pw {
		from[p+1] += from[p]
	}
	at := slices.Clone(from)
	list = make([]int32, len(r.part))
	for v, p := range r.part {
		list[at[p]] = int32(v)
		at[p]++
	}
	return list, from
}

// recombine mends parts that balance could not: it merges such a part with a neighbour, draws random spanning trees of both, and
// cuts the tree edge that brings them nearest to their bounds at the least cut (DeFord, Duchin, Solomon). It gives how many parts
// remain out of bounds.
func (r *refiner) recombine(rounds, trees int) int {
	best, kept := len(r.bad()), slices.Clone(r.part)
	for range rounds {
		bad := r.bad()
		if len(bad) < best {
			best, kept = len(bad), slices.Clone(r.part)
		}
		if best == 0 {
			return 0
		}
		slices.SortStableFunc(bad, func(p, q int32) int { return cmp.Compare(r.off(q), r.off(p)) })
		list, from := r.members()
		touched := make([]bool, len(r.pw))
		better := false
		for _, p := range bad {
			for _, q := range r.neighbours(list[from[p]:from[p+1]], p) {
				if touched[p] || touched[q] || r.work <= 0 {
					continue
				}
				nodes := append(slices.Clone(list[from[p]:from[p+1]]), list[from[q]:from[q+1]]...)
				if r.resplit(nodes, p, q, trees) {
					touched[p], touched[q], better = true, true, true
				}
			}
		}
		if r.balance(20) == 0 {
			return 0
		}
		if r.work <= 0 {
			break
		}
		if !better {
			trees *= 2
		}
	}
	if now := len(r.bad()); now <= best {
		return now
	}
	r.restore(kept)
	return best
}

// neighbours gives the parts that touch part p: first those whose load is on the other side of the middle.
func (r *refiner) neighbours(nodes []int32, p int32) (list []int32) {
	seen := map[int32]bool{p: true}
	for _, v := range nodes {
		for _, a := range r.l.arcs[r.l.first[v]:r.l.first[v+1]] {
			if q := r.part[a.To]; !seen[q] {
				seen[q] = true
				list = append(list, q)
			}
		}
	}
	heavy := r.dev(p) > 0
	slices.SortStableFunc(list, func(a, b int32) int {
		if heavy {
			a, b = b, a
		}
		return cmp.Compare(r.dev(b), r.dev(a))
	})
	return list
}

// cost is how bad the loads a and b are for parts p and q: first what is out of bounds, then the squares.
func (r *refiner) cost(p, q int32, a, b int64) (off, square int64) {
	da, db := 2*a-int64(r.lo[p])-int64(r.hi[p]), 2*b-int64(r.lo[q])-int64(r.hi[q])
	off = max(0, int64(r.lo[p])-a, a-int64(r.hi[p])) + max(0, int64(r.lo[q])-b, b-int64(r.hi[q]))
	return off, max(da, -da) + max(db, -db)
}

// resplit divides nodes, the vertices of p and q, anew when that brings the two nearer to their bounds.
func (r *refiner) resplit(nodes []int32, p, q int32, trees int) bool {
	index := make(map[int32]int32, len(nodes))
	for i, v := range nodes {
		index[v] = int32(i)
	}
	off, square := r.cost(p, q, int64(r.pw[p]), int64(r.pw[q]))
	whole := int64(r.pw[p]) + int64(r.pw[q])
	var best []int32 // the side that becomes p
	bestCut := int64(1) << 62
	for i := 0; i < trees && r.work > 0; i++ {
		order, parent := r.tree(nodes, index)
		r.work -= int64(10 * len(nodes))
		below := make([]int64, len(nodes))
		for i := len(order) - 1; i > 0; i-- {
			below[order[i]] += int64(r.l.w[nodes[order[i]]])
			below[parent[order[i]]] += below[order[i]]
		}
		for _, i := range order[1:] {
			o, s := r.cost(p, q, below[i], whole-below[i])
			if o > off || o == off && s > square || o == off && s == square && best == nil {
				continue
			}
			r.work -= int64(2 * len(nodes))
			side := subtree(order, parent, i)
			cut := r.cutOf(nodes, index, side)
			if o < off || s < square && off > 0 || cut < bestCut {
				off, square, bestCut, best = o, s, cut, side
			}
		}
	}
	if best == nil {
		return false
	}
	for _, v := range nodes {
		r.candidate(v)
		if r.part[v] != q {
			r.move(v, q)
		}
	}
	for _, i := range best {
		r.move(nodes[i], p)
	}
	return true
}

// tree draws a random spanning tree of nodes: the vertices in an order in which parents come first, and their parents.
func (r *refiner) tree(nodes []int32, index map[int32]int32) (order, parent []int32) {
	parent = make([]int32, len(nodes))
	for i := range parent {
		parent[i] = -2
	}
	type arc struct{ from, to int32 }
	open := []arc{{-1, int32(r.rnd.below(len(nodes)))}}
	for len(open) > 0 {
		i := r.rnd.below(len(open))
		a := open[i]
		open[i] = open[len(open)-1]
		open = open[:len(open)-1]
		if parent[a.to] != -2 {
			continue
		}
		parent[a.to] = a.from
		order = append(order, a.to)
		v := nodes[a.to]
		for _, e := range r.l.arcs[r.l.first[v]:r.l.first[v+1]] {
			if j, ok := index[e.To]; ok && parent[j] == -2 {
				open = append(open, arc{a.to, j})
			}
		}
	}
	return order, parent
}

// subtree gives what hangs below vertex top of a tree.
func subtree(order, parent []int32, top int32) (side []int32) {
	in := make([]bool, len(parent))
	in[top] = true
	for _, i := range order {
		if i == top || parent[i] >= 0 && in[parent[i]] {
			in[i] = true
			side = append(side, i)
		}
	}
	return side
}

// cutOf counts the arcs from side to the rest of nodes.
func (r *refiner) cutOf(nodes []int32, index map[int32]int32, side []int32) (cut int64) {
	in := make([]bool, len(nodes))
	for _, i := range side {
		in[i] = true
	}
	for _, i := range side {
		v := nodes[i]
		for _, a := range r.l.arcs[r.l.first[v]:r.l.first[v+1]] {
			if j, ok := index[a.To]; ok && !in[j] {
				cut += int64(a.Weight)
			}
		}
	}
	return cut
}

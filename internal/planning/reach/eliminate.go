package reach

import (
	"cmp"
	"slices"
)

// elimination is the junctions without most of them: one after another, those with the fewest neighbours are taken out, and
// their neighbours joined by the ways through them that nothing replaces (contraction hierarchies: Geisberger and others,
// 2008). What a search over all junctions finds is then found by one sweep over those taken out in their order, a search over the
// few that are left, and one sweep back; the sweeps need no queue.
type elimination struct {
	out   []int32 // the junctions taken out, each before those that its arcs lead to
	first []int32 // arcs of out[i] are hops[first[i]:first[i+1]]
	hops  []hop
	// What is left: its junctions, and its arcs among their positions.
	core      []int32
	coreFirst []int32
	coreHops  []hop
	shift     uint // of the queue over what is left
}

// mostNeighbours is how many neighbours a junction that is taken out may have: one with d of them leaves up to d(d−1)/2 ways,
// so that beyond some the sweeps grow faster than what is left shrinks. Between 12 and 40 a field takes about as long.
const mostNeighbours = 16

// eliminator takes junctions out.
type eliminator struct {
	near   [][]hop // by junction: what is left around it, or its arcs once it is out
	gone   []bool
	lists  [][]int32 // by how many neighbours are left
	length []uint32  // of the arcs of the junction in hand, by where they lead; 0 for none
}

func newElimination(n *Network, most int) *elimination {
	w := &eliminator{lists: make([][]int32, most+1), near: make([][]hop, n.junction), gone: make([]bool, n.junction), length: make([]uint32, n.junction)}
	room := make([]hop, 0, len(n.hops))
	for v := range n.junction {
		begin := len(room)
		for _, e := range n.hops[n.first[v]:n.first[v+1]] {
			if e.to != v {
				room = join(room, begin, e)
			}
		}
		w.near[v] = room[begin:len(room):len(room)]
	}
	for v := range n.junction {
		w.list(v)
	}
	x := &elimination{out: w.sorted(w.run())}
	x.fill(n, w)
	return x
}

// join adds an arc to those from begin on, or shortens the one that is there.
func join(list []hop, begin int, e hop) []hop {
	for i := begin; i < len(list); i++ {
		if list[i].to == e.to {
			list[i].length = min(list[i].length, e.length)
			return list
		}
	}
	return append(list, e)
}

func (w *eliminator) list(v int32) {
	if d := len(w.near[v]); d < len(w.lists) {
		w.lists[d] = append(w.lists[d], v)
	}
}

// run takes out what has few neighbours, the fewest first, and gives the order.
func (w *eliminator) run() []int32 {
	var order []int32
	for d := 0; d < len(w.lists); {
		if len(w.lists[d]) == 0 {
			d++
			continue
		}
		list := w.lists[d]
		w.lists[d] = nil
		for _, v := range list {
			if !w.gone[v] && len(w.near[v]) == d {
				w.take(v)
				order = append(order, v)
			}
		}
		d = 0
	}
	return order
}

// take takes a junction out and joins its neighbours, where no way by what is left is as short.
func (w *eliminator) take(v int32) {
	w.gone[v] = true
	near := w.near[v]
	for _, a := range near {
		list := w.near[a.to]
		k := slices.IndexFunc(list, func(e hop) bool { return e.to == v })
		list[k] = list[len(list)-1]
		w.near[a.to] = list[:len(list)-1]
	}
	for i, a := range near[:max(0, len(near)-1)] {
		for _, e := range w.near[a.to] {
			w.length[e.to] = e.length
		}
		for _, b := range near[i+1:] {
			length := uint64(a.length) + uint64(b.length)
			if length > uint64(maxLength) || w.witness(b.to, uint32(length)) {
				continue
			}
			w.near[a.to] = join(w.near[a.to], 0, hop{b.to, uint32(length)})
			w.near[b.to] = join(w.near[b.to], 0, hop{a.to, uint32(length)})
			w.length[b.to] = uint32(length)
		}
		for _, e := range w.near[a.to] {
			w.length[e.to] = 0
		}
	}
	for _, a := range near {
		w.list(a.to)
	}
}

// witness tells whether the arcs whose lengths are at hand lead to b on a way of at most one more arc that is no longer.
func (w *eliminator) witness(b int32, length uint32) bool {
	if l := w.length[b]; l > 0 && l <= length {
		return true
	}
	for _, f := range w.near[b] {
		if l := w.length[f.to]; l > 0 && uint64(l)+uint64(f.length) <= uint64(length) {
			return true
		}
	}
	return false
}

// sorted gives the junctions taken out level by level: on the first are those that no arc leads to, each other one stands above all
// whose arcs lead to it (Delling and others, PHAST, 2011). Within a level those with as many arcs stand together, so that the
// processor foresees where the arcs of one end, and then near ones.
func (w *eliminator) sorted(order []int32) []int32 {
	level := make([]int32, len(w.near))
	for _, v := range order {
		for _, e := range w.near[v] {
			level[e.to] = max(level[e.to], level[v]+1)
		}
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(level[a], level[b]), cmp.Compare(len(w.near[a]), len(w.near[b])), cmp.Compare(a, b))
	})
	return order
}

// prune drops the ways among what is left that are no shorter than some way by a third junction. Both parts of that are shorter than
// the way itself, and so stand or are themselves replaced by shorter ones: all can be judged by what there was.
func (w *eliminator) prune() {
	drop := make([][]int32, len(w.near))
	for v := range w.near {
		if w.gone[v] {
			continue
		}
		for _, e := range w.near[v] {
			w.length[e.to] = e.length
		}
		for _, e := range w.near[v] {
			for _, f := range w.near[e.to] {
				if l := w.length[f.to]; l > 0 && uint64(e.length)+uint64(f.length) <= uint64(l) {
					drop[v] = append(drop[v], f.to)
				}
			}
		}
		for _, e := range w.near[v] {
			w.length[e.to] = 0
		}
	}
	for v, list := range drop {
		w.near[v] = slices.DeleteFunc(w.near[v], func(e hop) bool { return slices.Contains(list, e.to) })
	}
}

// fill writes the arcs down in the order of the sweeps, and what is left.
func (x *elimination) fill(n *Network, w *eliminator) {
	total := 0
	for _, v := range x.out {
		total += len(w.near[v])
	}
	x.first, x.hops = make([]int32, 1, len(x.out)+1), make([]hop, 0, total)
	for _, v := range x.out {
		x.hops = append(x.hops, w.near[v]...)
		x.first = append(x.first, int32(len(x.hops)))
	}
	at := make([]int32, n.junction)
	total = 0
	w.prune()
	for v := range n.junction {
		if !w.gone[v] {
			at[v] = int32(len(x.core))
			x.core = append(x.core, v)
			total += len(w.near[v])
		}
	}
	x.coreFirst, x.coreHops = make([]int32, 1, len(x.core)+1), make([]hop, 0, total)
	sum := uint64(0)
	for _, v := range x.core {
		for _, e := range w.near[v] {
			x.coreHops = append(x.coreHops, hop{at[e.to], e.length})
			sum += uint64(e.length)
		}
		x.coreFirst = append(x.coreFirst, int32(len(x.coreHops)))
	}
	// Junctions that are left have many ways, so that finer buckets pay.
	x.shift = widthOf(sum/4, len(x.coreHops))
}

// settle makes labels that hold for some junctions hold for all; label is by junction, the queue is lent.
func (x *elimination) settle(label []label, q *queue) {
	x.up(label)
	x.search(label, q)
	x.down(label)
}

// up gives every junction taken out the chance to improve those that its arcs lead to.
func (x *elimination) up(label []label) {
	from := x.first[0]
	for i, v := range x.out {
		l, to := label[v], x.first[i+1]
		if l < noLabel {
			for _, e := range x.hops[from:to] {
				label[e.to] = min(label[e.to], l.plus(e.length))
			}
		}
		from = to
	}
}

// down gives every junction taken out what those have that its arcs lead to.
func (x *elimination) down(label []label) {
	to := x.first[len(x.out)]
	for i, v := range slices.Backward(x.out) {
		l, from := label[v], x.first[i]
		for _, e := range x.hops[from:to] {
			l = min(l, label[e.to].plus(e.length))
		}
		label[v] = min(l, noLabel)
		to = from
	}
}

// search settles what is left.
func (x *elimination) search(all []label, q *queue) {
	labels := make([]label, len(x.core))
	q.reset(x.shift)
	for i, v := range x.core {
		labels[i] = all[v]
		if labels[i] < noLabel {
			q.push(int32(i), labels[i].distance())
		}
	}
	distance := func(v int32) uint32 { return labels[v].distance() }
	for q.next(distance) {
		at := q.at
		for u := q.take(); u != none; u = q.take() {
			l := labels[u]
			if l.distance()>>x.shift != at {
				continue // settled in an earlier bucket
			}
			for _, e := range x.coreHops[x.coreFirst[u]:x.coreFirst[u+1]] {
				if m := l.plus(e.length); m < labels[e.to] {
					labels[e.to] = m
					q.push(e.to, m.distance())
				}
			}
		}
	}
	for i, v := range x.core {
		all[v] = labels[i]
	}
}

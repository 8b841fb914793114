package partition

import (
	"context"
	"fmt"

	"sanzhi/internal/kernel"
)

// plan is one run of Solve.
type plan struct {
	ctx     context.Context
	g       *Graph
	o       *Options
	base    *level // compounds contracted
	top     []int32
	first   []int32 // a vertex of the graph in each of the base
	regions []region
	of      []int32 // region of each vertex of the base, -1 for fixed ones
	free    []int32 // parts that are not fixed
	lo, hi  int32
	mean    float64
	part    []int32 // of each vertex of the base
	notMet  []NotMet
}

// union is a forest of disjoint sets whose roots are their least members.
type union []int32

func newUnion(n int) union {
	u := make(union, n)
	for v := range u {
		u[v] = int32(v)
	}
	return u
}

func (u union) find(v int32) int32 {
	for u[v] != v {
		u[v] = u[u[v]]
		v = u[v]
	}
	return v
}

func (u union) join(a, b int32) {
	a, b = u.find(a), u.find(b)
	u[max(a, b)] = min(a, b)
}

func (p *plan) border(v int32) int32 { return at(p.o.Borders, v) }
func (p *plan) fixed(v int32) int32  { return at(p.o.Fixed, v) }

func at(column []int32, v int32) int32 {
	if column == nil {
		return -1
	}
	return column[v]
}

// contractGroups makes the base level, with each connected piece of a compound as one vertex.
func (p *plan) contractGroups() error {
	n := int32(len(p.g.Weight))
	p.base = &level{n: n, first: p.g.First, arcs: p.g.Arcs, w: p.g.Weight}
	p.base.x, p.base.y = grid(p.g.X, p.g.Y)
	if p.o.Groups == nil {
		return nil
	}
	u := newUnion(int(n))
	for v := range n {
		for _, a := range p.g.Arcs[p.g.First[v]:p.g.First[v+1]] {
			if gr := p.o.Groups[v]; gr >= 0 && a.To < v && gr == p.o.Groups[a.To] && p.border(v) == p.border(a.To) && p.fixed(v) == p.fixed(a.To) {
				u.join(v, a.To)
			}
		}
	}
	down, next, count := make([]int32, n), make([]int32, n), int32(0)
	last := make([]int32, 0, n)
	known, named := map[int32]bool{}, map[int32]bool{}
	for v := range n {
		next[v] = -1
		root, group := u.find(v), p.o.Groups[v]
		if root != v {
			down[v] = down[root]
			next[last[down[v]]] = v
			last[down[v]] = v
			continue
		}
		down[v] = count
		count++
		last = append(last, v)
		p.first = append(p.first, v)
		if group >= 0 && known[group] && !named[group] {
			named[group] = true
			p.notMet = append(p.notMet, NotMet{Why: WhyGroup, Vertex: v, Border: p.border(v), Say: kernel.T(
				fmt.Sprintf("小区 %d 在图里不连在一起，只能逐块保持完整", group), fmt.Sprintf("compound %d does not hang together in the graph; its pieces stay whole each", group))})
		}
		known[group] = true
	}
	p.top = down
	p.base = p.base.merge(down, next, make([]int32, count), count)
	return nil
}

// origin gives a vertex of the graph in vertex v of the base.
func (p *plan) origin(v int32) int32 {
	if p.first == nil {
		return v
	}
	return p.first[v]
}

// findRegions joins what hangs together within one community and is not fixed.
func (p *plan) findRegions() {
	l, u := p.base, newUnion(int(p.base.n))
	plain := p.o.Borders == nil && p.o.Fixed == nil
	for v := range l.n {
		for _, a := range l.arcs[l.first[v]:l.first[v+1]] {
			if a.To > v || u[a.To] == u[v] {
				continue
			}
			if s, t := p.origin(v), p.origin(a.To); plain || p.fixed(s) < 0 && p.fixed(t) < 0 && p.border(s) == p.border(t) {
				u.join(v, a.To)
			}
		}
	}
	p.of = make([]int32, l.n)
	for v := range l.n {
		if p.fixed(p.origin(v)) >= 0 {
			p.of[v] = -1
			continue
		}
		if u.find(v) == v {
			p.of[v] = int32(len(p.regions))
			p.regions = append(p.regions, region{border: p.border(p.origin(v))})
		} else {
			p.of[v] = p.of[u.find(v)]
		}
		g := &p.regions[p.of[v]]
		g.nodes = append(g.nodes, v)
		g.weight += int64(l.w[v])
	}
}

package partition

import (
	"container/heap"
	"context"
	"fmt"
	"math"

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
	p.base = p.base.merge(down, next, count)
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
			if a.To > v {
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

// apportion gives each region its number of parts: the one nearest to its share that the bounds admit, at least one, then as many
// more or fewer as the sum asks, where that harms least.
func (p *plan) apportion() error {
	p.findRegions()
	taken := make([]bool, p.o.Parts)
	for _, f := range p.o.Fixed {
		if f >= 0 {
			taken[f] = true
		}
	}
	for i, t := range taken {
		if !t {
			p.free = append(p.free, int32(i))
		}
	}
	k, total, nodes := len(p.free), int64(0), 0
	for _, g := range p.regions {
		total += g.weight
		nodes += len(g.nodes)
	}
	if k < len(p.regions) {
		return kernel.Invalid("parts", kernel.T(fmt.Sprintf("可分的份数是 %d，但图分成互不相连的 %d 块，每块至少要一份", k, len(p.regions)),
			fmt.Sprintf("there are %d parts to give, but the graph falls into %d pieces and each needs one at least", k, len(p.regions))))
	}
	if k > nodes {
		return kernel.Invalid("parts", kernel.T(fmt.Sprintf("可分的份数是 %d，但只有 %d 个不可再分的单元", k, nodes),
			fmt.Sprintf("there are %d parts to give, but only %d things to put into them", k, nodes)))
	}
	if k == 0 {
		p.mean = float64(p.sum()) / float64(p.o.Parts)
		p.lo, p.hi = bounds(p.mean, p.o.Tolerance)
		return nil
	}
	p.mean = float64(total) / float64(k)
	p.lo, p.hi = bounds(p.mean, p.o.Tolerance)
	for i := range p.regions {
		p.regions[i].parts = p.nearest(&p.regions[i])
		k -= p.regions[i].parts
	}
	p.settle(k)
	for i := range p.regions {
		p.judge(&p.regions[i])
	}
	return nil
}

func (p *plan) sum() (total int64) {
	for _, w := range p.g.Weight {
		total += int64(w)
	}
	return total
}

// admits reports whether region g can be m parts within the bounds, by weight alone.
func (p *plan) admits(g *region, m int) bool {
	return int64(m)*int64(p.lo) <= g.weight && g.weight <= int64(m)*int64(p.hi)
}

// nearest gives the number of parts for g nearest to its share, of those that the bounds admit when there are any.
func (p *plan) nearest(g *region) int {
	share := float64(g.weight) / p.mean
	m := max(1, min(len(g.nodes), int(math.Floor(share+0.5))))
	for d := range 2 {
		for _, c := range [2]int{m + d, m - d} {
			if c >= 1 && c <= len(g.nodes) && p.admits(g, c) {
				return c
			}
		}
	}
	return m
}

// harm is how bad it is for g to be m parts: first whether they cannot be within the bounds, then how far off they are.
func (p *plan) harm(g *region, m int) float64 {
	times := float64(g.weight) / float64(float64(m)*p.mean)
	miss := math.Min(1e6, max(times, 1/max(times, 1e-6))-1)
	h := float64(float64(m) * miss * miss)
	if !p.admits(g, m) {
		h += 1000
	}
	return h
}

// step is a change of one region's number of parts.
type step struct {
	harm   float64
	region int
}

type steps []step

func (s steps) Len() int { return len(s) }
func (s steps) Less(i, j int) bool {
	return s[i].harm < s[j].harm || s[i].harm == s[j].harm && s[i].region < s[j].region
}
func (s steps) Swap(i, j int) { s[i], s[j] = s[j], s[i] }

// Push implements heap.Interface.
func (s *steps) Push(x any) { *s = append(*s, x.(step)) }

// Pop implements heap.Interface.
func (s *steps) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}

// settle gives k more parts to the regions, or takes away -k, one after another.
func (p *plan) settle(k int) {
	by := 1
	if k < 0 {
		by = -1
	}
	var s steps
	offer := func(i int) {
		g := &p.regions[i]
		if m := g.parts + by; m >= 1 && m <= len(g.nodes) {
			heap.Push(&s, step{p.harm(g, m) - p.harm(g, g.parts), i})
		}
	}
	for i := range p.regions {
		offer(i)
	}
	for ; k != 0 && len(s) > 0; k -= by {
		i := heap.Pop(&s).(step).region
		p.regions[i].parts += by
		offer(i)
	}
}

// judge sets the bounds of a region and names it when its weight does not fit its number of parts.
func (p *plan) judge(g *region) {
	g.lo, g.hi = p.lo, p.hi
	if p.admits(g, g.parts) {
		return
	}
	times := float64(g.weight) / p.mean
	m := NotMet{Vertex: p.origin(g.nodes[0]), Border: g.border, Weight: g.weight, Parts: g.parts}
	where, place := "", ""
	if g.border >= 0 {
		where, place = fmt.Sprintf("社区 %d ", g.border), fmt.Sprintf(" of community %d", g.border)
	}
	m.Why = WhyRange
	for c := max(1, int(times/2)); c <= int(2*times)+1; c++ {
		if p.admits(g, c) {
			m.Why = WhyShare
		}
	}
	if m.Why == WhyRange && g.weight < int64(p.lo) {
		m.Why = WhyLight
	}
	switch m.Why {
	case WhyLight:
		m.Say = kernel.T(fmt.Sprintf("不能满足：%s有一块重量只有 %d，是平均的 %.2f 倍，够不上一份", where, g.weight, times),
			fmt.Sprintf("cannot be met: component%s of weight %d, %.2f times the mean, is too light for a part", place, g.weight, times))
	case WhyShare:
		m.Say = kernel.T(fmt.Sprintf("不能满足：%s有一块重量 %d，是平均的 %.2f 倍，总份数只容它分 %d 份", where, g.weight, times, g.parts),
			fmt.Sprintf("cannot be met: component%s of weight %d, %.2f times the mean; the number of parts in all leaves it %d", place, g.weight, times, g.parts))
	default:
		m.Say = kernel.T(fmt.Sprintf("不能满足：%s有一块重量 %d，是平均的 %.2f 倍，分 %d 份或 %d 份都不合适", where, g.weight, times, int(times), int(times)+1),
			fmt.Sprintf("cannot be met: component%s of weight %d, %.2f times the mean; neither %d nor %d parts fit", place, g.weight, times, int(times), int(times)+1))
	}
	p.notMet = append(p.notMet, m)
	g.lo, g.hi = bounds(float64(g.weight)/float64(g.parts), p.o.Tolerance)
}

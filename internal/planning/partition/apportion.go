package partition

import (
	"container/heap"
	"fmt"
	"math"

	"sanzhi/internal/kernel"
)

// apportion gives each region its number of parts: the one nearest to its share that the bounds admit, at least one, then as many
// more or fewer as the sum asks, where that harms least in all.
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
		p.regions[i].weigh(p)
		p.regions[i].parts = p.nearest(&p.regions[i])
		k -= p.regions[i].parts
	}
	p.settle(k)
	p.exchange()
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

// weigh finds the vertices that are too heavy for any part, compounds mostly. Each takes one part for itself, whatever it weighs: a
// share by weight alone would leave the region parts with nobody in them.
func (g *region) weigh(p *plan) {
	for _, v := range g.nodes {
		if w := p.base.w[v]; w > p.hi {
			g.heavy = append(g.heavy, v)
			g.heaviness += int64(w)
		}
	}
}

// share is how many parts are due to g.
func (p *plan) share(g *region) float64 {
	return float64(len(g.heavy)) + float64(g.weight-g.heaviness)/p.mean
}

// admits reports whether region g can be m parts within the bounds, by weight alone.
func (p *plan) admits(g *region, m int) bool {
	return len(g.heavy) == 0 && int64(m)*int64(p.lo) <= g.weight && g.weight <= int64(m)*int64(p.hi)
}

// nearest gives the number of parts for g nearest to its share, of those that the bounds admit when there are any.
func (p *plan) nearest(g *region) int {
	m := max(1, min(len(g.nodes), int(math.Floor(p.share(g)+0.5))))
	for d := range 2 {
		for _, c := range [2]int{m + d, m - d} {
			if c >= 1 && c <= len(g.nodes) && p.admits(g, c) {
				return c
			}
		}
	}
	return m
}

// harm is how bad it is for g to be m parts: first whether they cannot be within the bounds, counted by its share, then how far
// off they are.
func (p *plan) harm(g *region, m int) float64 {
	times := p.share(g) / float64(m)
	miss := math.Min(1e6, max(times, 1/max(times, 1e-6))-1)
	h := math.Min(500, float64(float64(m)*miss*miss))
	if !p.admits(g, m) {
		h += 1000 * max(1, p.share(g))
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

// exchange lets regions give parts to each other where that does less harm in all: the least sum of harms over all changes of at
// most few parts a region whose running sum stays small, by dynamic programming over the regions in order.
func (p *plan) exchange() {
	const few, sums = 4, 24
	const width = 2*sums + 1
	if n := len(p.regions); n < 2 || n > 100_000 {
		return
	}
	choice := make([][width]int8, len(p.regions))
	var now, then [width]float64
	for s := range now {
		now[s] = math.Inf(1)
	}
	now[sums] = 0
	for i := range p.regions {
		g := &p.regions[i]
		for s := range then {
			then[s] = math.Inf(1)
		}
		for j := range 2*few + 1 {
			d := (j + 1) / 2 // no change first, then the small ones
			if j%2 == 0 {
				d = -d
			}
			if g.parts+d < 1 || g.parts+d > len(g.nodes) {
				continue
			}
			h := p.harm(g, g.parts+d)
			for s := max(0, -d); s < min(width, width-d); s++ {
				if c := now[s] + h; c < then[s+d] {
					then[s+d] = c
					choice[i][s+d] = int8(d)
				}
			}
		}
		now = then
	}
	s := sums
	for i := len(p.regions) - 1; i >= 0; i-- {
		d := int(choice[i][s])
		p.regions[i].parts += d
		s -= d
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
	for _, v := range g.heavy {
		w := p.base.w[v]
		p.notMet = append(p.notMet, NotMet{Why: WhyHeavy, Vertex: p.origin(v), Border: g.border, Weight: int64(w), Parts: 1, Say: kernel.T(
			fmt.Sprintf("不能满足：%s有一个整体（小区或楼）重量 %d，是平均的 %.2f 倍，不拆开就超出一份", where, w, float64(w)/p.mean),
			fmt.Sprintf("cannot be met: one whole (a compound or building)%s weighs %d, %.2f times the mean; undivided it is too much for a part", place, w, float64(w)/p.mean))})
	}
	if len(g.heavy) > 0 {
		return
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

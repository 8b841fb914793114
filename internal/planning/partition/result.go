package partition

import (
	"fmt"
	"math"
	"slices"

	"sanzhi/internal/kernel"
)

// solveRegions divides one region after another and names the parts.
func (p *plan) solveRegions() error {
	p.part = make([]int32, p.base.n)
	for v := range p.base.n {
		p.part[v] = p.fixed(p.origin(v))
	}
	used := make([]bool, p.o.Parts)
	names := make([][]int32, len(p.regions))
	isFree := make([]bool, p.o.Parts)
	for _, f := range p.free {
		isFree[f] = true
	}
	done := 0
	local := make([]int32, p.base.n)
	for i := range p.regions {
		g := &p.regions[i]
		d := &divider{ctx: p.ctx, o: p.o, k: g.parts, lo: g.lo, hi: g.hi, rnd: rng(p.o.Seed*0x9e3779b97f4a7c15 + uint64(i)), tell: func(float64) {}}
		if p.o.Progress != nil {
			d.tell = func(share float64) { p.o.Progress(done+int(share*float64(len(g.nodes))), int(p.base.n)) }
		}
		part, continued, err := d.divide(p.extract(g, local))
		if err != nil {
			return err
		}
		for j, v := range g.nodes {
			p.part[v] = part[j]
		}
		for j, name := range continued {
			if name < 0 || int(name) >= p.o.Parts || used[name] || !isFree[name] {
				continued[j] = -1
			} else {
				used[name] = true
			}
		}
		names[i] = continued
		d.tell(1)
		done += len(g.nodes)
	}
	next := 0
	for i, g := range p.regions {
		for j := range names[i] {
			if names[i][j] >= 0 {
				continue
			}
			for used[p.free[next]] {
				next++
			}
			names[i][j] = p.free[next]
			next++
		}
		for _, v := range g.nodes {
			p.part[v] = names[i][p.part[v]]
		}
	}
	return nil
}

// extract gives a region as a level of its own; local is room for the numbers of its vertices.
func (p *plan) extract(g *region, local []int32) *level {
	b := p.base
	if len(p.regions) == 1 && int32(len(g.nodes)) == b.n {
		c := *b
		if p.o.Current != nil {
			c.home = make([]int32, b.n)
			for v := range b.n {
				c.home[v] = p.o.Current[p.origin(v)]
			}
		}
		return &c
	}
	n := int32(len(g.nodes))
	l := &level{n: n, first: make([]int32, n+1), w: make([]int32, n), x: make([]int32, n), y: make([]int32, n), size: make([]int32, n)}
	if p.o.Current != nil {
		l.home = make([]int32, n)
	}
	of, size := p.of[g.nodes[0]], int32(0)
	for i, v := range g.nodes {
		local[v] = int32(i)
		size += b.first[v+1] - b.first[v]
	}
	l.arcs = make([]Arc, 0, size)
	for i, v := range g.nodes {
		l.w[i], l.x[i], l.y[i], l.size[i] = b.w[v], b.x[v], b.y[v], b.sizeOf(v)
		if l.home != nil {
			l.home[i] = p.o.Current[p.origin(v)]
		}
		for _, a := range b.arcs[b.first[v]:b.first[v+1]] {
			if p.of[a.To] == of {
				l.arcs = append(l.arcs, Arc{local[a.To], a.Weight})
			}
		}
		l.first[i+1] = int32(len(l.arcs))
	}
	return l
}

// result carries the partition up to the graph and measures it there, by a search of its own.
func (p *plan) result() *Result {
	part := p.part
	if p.top != nil {
		part = make([]int32, len(p.top))
		for v, t := range p.top {
			part[v] = p.part[t]
		}
	}
	r := Measure(p.g, part, p.o.Parts)
	r.Mean, r.Components = p.mean, len(p.regions)
	p.bound(r)
	weight := weights(p.g, part, p.o.Parts)
	mine := make([]*region, p.o.Parts)
	first := make([]int32, p.o.Parts)
	heavy := make([]bool, p.o.Parts)
	for v := range p.base.n {
		if p.base.w[v] > p.hi {
			heavy[p.part[v]] = true // and named with its region
		}
		if of := p.of[v]; of >= 0 && mine[p.part[v]] == nil {
			mine[p.part[v]], first[p.part[v]] = &p.regions[of], p.origin(v)
		}
	}
	for i, w := range weight {
		if within(w, p.mean, p.o.Tolerance) {
			r.Within++
			continue
		}
		times := float64(w) / p.mean
		switch g := mine[i]; {
		case g == nil:
			p.notMet = append(p.notMet, NotMet{Why: WhyFixed, Vertex: -1, Border: -1, Weight: w, Parts: 1, Say: kernel.T(
				fmt.Sprintf("预先划定的第 %d 份重量 %d，是平均的 %.2f 倍", i, w, times), fmt.Sprintf("part %d, fixed beforehand, weighs %d, %.2f times the mean", i, w, times))})
		case p.admits(g, g.parts) || len(g.heavy) > 0 && !heavy[i]:
			p.notMet = append(p.notMet, NotMet{Why: WhyStuck, Vertex: first[i], Border: g.border, Weight: w, Parts: 1, Say: kernel.T(
				fmt.Sprintf("第 %d 份重量 %d，是平均的 %.2f 倍，调整不进范围", i, w, times), fmt.Sprintf("part %d weighs %d, %.2f times the mean; no exchange brings it within", i, w, times))})
		}
	}
	for v, c := range p.o.Current {
		if c >= 0 && c != part[v] {
			r.Moved += int64(p.g.Weight[v])
		}
	}
	r.NotMet = p.notMet
	return r
}

// bound is what every partition cuts: the edges between regions, and one edge for each further part of a region, of which no two
// are the same when the parts hang together (contract the parts: what is left is connected).
func (p *plan) bound(r *Result) {
	r.Bound = max(0, int64(len(p.free)-len(p.regions))) * p.g.least
	if len(p.regions) == 1 && p.o.Fixed == nil {
		return
	}
	for v := range p.base.n {
		for _, a := range p.base.arcs[p.base.first[v]:p.base.first[v+1]] {
			if a.To < v && p.of[v] != p.of[a.To] {
				r.Bound += int64(a.Weight)
			}
		}
	}
}

func weights(g *Graph, part []int32, parts int) []int64 {
	w := make([]int64, parts)
	for v, p := range part {
		w[p] += int64(g.Weight[v])
	}
	return w
}

// Measure takes a partition, with every part from 0 to parts-1, and gives its cut, loads, broken parts and radius.
func Measure(g *Graph, part []int32, parts int) *Result {
	r := &Result{Part: part, Parts: parts, Least: math.MaxInt64}
	sx, sy, size := make([]float64, parts), make([]float64, parts), make([]float64, parts)
	pieces := make([]int32, parts)
	left := slices.Clone(part) // ^part once a search has been there
	var queue []int32
	for s, p := range part {
		sx[p], sy[p], size[p] = sx[p]+g.X[s], sy[p]+g.Y[s], size[p]+1
		if left[s] < 0 {
			continue
		}
		left[s] = ^p
		pieces[p]++
		queue = append(queue[:0], int32(s))
		for i := 0; i < len(queue); i++ {
			v := queue[i]
			for _, a := range g.Arcs[g.First[v]:g.First[v+1]] {
				switch left[a.To] {
				case p:
					left[a.To] = ^p
					queue = append(queue, a.To)
				case ^p:
				default:
					r.Cut += int64(a.Weight) // once from either side
				}
			}
		}
	}
	r.Cut /= 2
	for p, w := range weights(g, part, parts) {
		r.Least, r.Most = min(r.Least, w), max(r.Most, w)
		r.Mean += float64(w) / float64(parts)
		if pieces[p] != 1 {
			r.Broken++
		}
	}
	square := 0.0
	for v, p := range part {
		dx, dy := g.X[v]-sx[p]/size[p], g.Y[v]-sy[p]/size[p]
		square += float64(dx*dx) + float64(dy*dy)
	}
	r.Radius = math.Sqrt(square / float64(len(part)))
	return r
}

package partition

import "math"

// level is a graph of one resolution: the region itself or a coarser picture of it. Coordinates are whole numbers, so that no
// machine's way of rounding can change a plan. tie and home, when there, keep vertices of different labels from being merged.
type level struct {
	n     int32
	first []int32
	arcs  []Arc
	w     []int32
	x, y  []int32
	tie   []int32 // part from which a further round starts
	home  []int32 // today's part, or -1
	size  []int32 // vertices of the region in each; nil when one
	down  []int32 // vertex of the next coarser level
	salt  uint64  // of a further round, which must not merge the same again; 0 for none
}

// rng is splitmix64 (Steele, Lea, Flood), small and the same everywhere.
type rng uint64

func (r *rng) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below gives a number from 0 to n-1.
func (r *rng) below(n int) int { return int((r.next() >> 32) * uint64(n) >> 32) }

func shuffle(s []int32, r *rng) {
	for i := len(s) - 1; i > 0; i-- {
		j := r.below(i + 1)
		s[i], s[j] = s[j], s[i]
	}
}

// cluster merges neighbours by the rating weight² ÷ (load × load) of Holtgrewe, Sanders and Schulz, which evens out the loads of
// the coarser vertices; what finds no free neighbour joins the cluster of one. Clusters stay connected and below most.
func (l *level) cluster(most int32, s *scratch) (down []int32, n int32) {
	down = make([]int32, l.n)
	s.next, s.mate, s.load, s.inv = s.next[:l.n], s.mate[:l.n], s.load[:l.n], s.inv[:l.n]
	next, mate, load, inv := s.next, s.mate, s.load, s.inv
	for v, w := range l.w {
		mate[v], next[v] = -1, -1
		load[v] = w
		inv[v] = 1 / float32(w+1)
	}
	for v := range l.n {
		if mate[v] >= 0 {
			continue
		}
		best, free := float32(0), int32(-1)
		bestTaken, taken := float32(0), int32(-1)
		for _, a := range l.arcs[l.first[v]:l.first[v+1]] {
			if l.tie != nil && l.tie[a.To] != l.tie[v] || l.home != nil && l.home[a.To] != l.home[v] {
				continue
			}
			rating := float32(a.Weight) * float32(a.Weight) * inv[a.To]
			if l.salt != 0 {
				rating *= l.chance(v, a.To)
			}
			if m := mate[a.To]; m < 0 {
				if rating > best && load[v]+l.w[a.To] <= most {
					best, free = rating, a.To
				}
			} else if rating > bestTaken && load[v]+load[m] <= most {
				bestTaken, taken = rating, m
			}
		}
		switch {
		case free >= 0:
			mate[v], mate[free] = v, v
			load[v] += l.w[free]
			next[v] = free
		case taken >= 0:
			mate[v] = taken
			load[taken] += l.w[v]
			next[v], next[taken] = next[taken], v
		default:
			mate[v] = v
		}
	}
	for v := range l.n {
		if mate[v] == v {
			down[v] = n
			n++
		}
	}
	for v := range l.n {
		down[v] = down[mate[v]]
	}
	return down, n
}

// chance is a factor from 1 to 3 for an edge, the same both ways.
func (l *level) chance(u, v int32) float32 {
	return 1 + float32(uint64(u^v)*l.salt*0x9e3779b97f4a7c15>>40)/(1<<23)
}

// scratch is room for one level after another, each smaller than the one before.
type scratch struct {
	next, mate, load []int32
	inv              []float32
}

func newScratch(n int32) *scratch {
	return &scratch{make([]int32, n), make([]int32, n), make([]int32, n), make([]float32, n)}
}

// coarser merges clusters into the vertices of a new level, placed at their centroids; nil when little would be gained.
func (l *level) coarser(most int32, s *scratch) *level {
	down, n := l.cluster(most, s)
	if float64(n) > 0.95*float64(l.n) {
		return nil
	}
	return l.merge(down, s.next, s.mate[:n], n)
}

// merge makes the coarser level of n vertices: down gives the vertex of each, numbered by their first, and next chains those of
// one vertex from its first; at is room for n numbers.
func (l *level) merge(down, next, at []int32, n int32) *level {
	c := &level{n: n, first: make([]int32, n+1), w: make([]int32, n), x: make([]int32, n), y: make([]int32, n), size: make([]int32, n), salt: l.salt}
	if l.tie != nil {
		c.tie = make([]int32, n)
	}
	if l.home != nil {
		c.home = make([]int32, n)
	}
	arcs := make([]Arc, 0, len(l.arcs)*2/3)
	for i := range at {
		at[i] = -1
	}
	k := int32(0)
	for v := range l.n {
		if down[v] != k {
			continue
		}
		start := int32(len(arcs))
		var sx, sy, sw int64
		for u := v; u >= 0; u = next[u] {
			m := int64(l.w[u]) + 1
			sx, sy, sw = sx+m*int64(l.x[u]), sy+m*int64(l.y[u]), sw+m
			c.w[k] += l.w[u]
			c.size[k] += l.sizeOf(u)
			for _, a := range l.arcs[l.first[u]:l.first[u+1]] {
				t := down[a.To]
				if t == k {
					continue
				}
				if p := at[t]; p >= start {
					arcs[p].Weight += a.Weight
				} else {
					at[t] = int32(len(arcs))
					arcs = append(arcs, Arc{t, a.Weight})
				}
			}
		}
		c.x[k], c.y[k] = int32(sx/sw), int32(sy/sw)
		if l.tie != nil {
			c.tie[k] = l.tie[v]
		}
		if l.home != nil {
			c.home[k] = l.home[v]
		}
		k++
		c.first[k] = int32(len(arcs))
	}
	c.arcs = arcs
	l.down = down
	return c
}

func (l *level) sizeOf(v int32) int32 {
	if l.size == nil {
		return 1
	}
	return l.size[v]
}

// hierarchy gives the levels from l down to one of about target vertices.
func (l *level) hierarchy(target, most int32) []*level {
	levels, s := []*level{l}, newScratch(l.n)
	for levels[len(levels)-1].n > target {
		c := levels[len(levels)-1].coarser(most, s)
		if c == nil {
			break
		}
		levels = append(levels, c)
	}
	return levels
}

// grid puts coordinates on whole numbers of 2^22 steps across the longer side.
func grid(x, y []float64) (gx, gy []int32) {
	minX, minY, span := math.Inf(1), math.Inf(1), 0.0
	maxX, maxY := math.Inf(-1), math.Inf(-1)
	for v := range x {
		minX, maxX = min(minX, x[v]), max(maxX, x[v])
		minY, maxY = min(minY, y[v]), max(maxY, y[v])
	}
	span = max(maxX/2-minX/2, maxY/2-minY/2)
	gx, gy = make([]int32, len(x)), make([]int32, len(x))
	if span > 0 {
		for v := range x {
			gx[v] = int32((x[v]/2 - minX/2) / span * (1 << 22))
			gy[v] = int32((y[v]/2 - minY/2) / span * (1 << 22))
		}
	}
	return gx, gy
}

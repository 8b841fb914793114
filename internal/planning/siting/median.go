package siting

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"sanzhi/internal/kernel"
)

// Median asks for P sites of least total weighted distance from all points to their nearest open site. Dist holds the distance
// of point i to site j at i*Sites+j.
type Median struct {
	Points, Sites    int
	P                int
	Dist             []int32
	Weights          []int64 // of the points; nil is 1 each
	Fixed, Forbidden []int32
}

const (
	maxMedian = 4096
	maxLength = 1 << 20
)

// Check finds what makes a p-median malformed or impossible.
func (m *Median) Check() error {
	if m.Points < 1 || m.Sites < 1 || m.Points > maxMedian || m.Sites > maxMedian || len(m.Dist) != m.Points*m.Sites || m.Weights != nil && len(m.Weights) != m.Points {
		return kernel.Invalid("points", kernel.T("点、站点和距离表不配套，或多于 4096 个", "points, sites and distances do not fit together, or are more than 4096"))
	}
	for k, d := range m.Dist {
		if d < 0 || d > maxLength*maxMedian/4 {
			return kernel.Invalid("distance", kernel.T(fmt.Sprintf("点 %d 到站点 %d 的距离不对，或者走不到", k/m.Sites, k%m.Sites),
				fmt.Sprintf("the distance of point %d to site %d is wrong, or there is no way", k/m.Sites, k%m.Sites)))
		}
	}
	for i, w := range m.Weights {
		if w < 0 || w > 1<<30 {
			return kernel.Invalid(fmt.Sprintf("point %d", i), kernel.T("权重应在 0 到 1073741824 之间", "a weight must lie between 0 and 1073741824"))
		}
	}
	return checkSites(m.Sites, m.P, m.Fixed, m.Forbidden)
}

// fromEdges makes a p-median of a network: each node is a point and a site.
func fromEdges(n, p int, cost map[[2]int32]int32) (*Median, error) {
	type arc struct{ to, c int32 }
	out := make([][]arc, n)
	for _, e := range slices.SortedFunc(keys(cost), func(a, b [2]int32) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }) {
		out[e[0]] = append(out[e[0]], arc{e[1], cost[e]})
		out[e[1]] = append(out[e[1]], arc{e[0], cost[e]})
	}
	m := &Median{Points: n, Sites: n, P: p, Dist: make([]int32, n*n)}
	var heap []int64 // distance and node in one number
	for from := range n {
		d := m.Dist[from*n : (from+1)*n]
		for k := range d {
			d[k] = math.MaxInt32
		}
		d[from] = 0
		heap = append(heap[:0], int64(from))
		for len(heap) > 0 {
			var top int64
			top, heap = pop(heap)
			v, dv := int32(top&0xffffff), int32(top>>24)
			if dv > d[v] {
				continue
			}
			for _, a := range out[v] {
				if nd := dv + a.c; nd < d[a.to] {
					d[a.to] = nd
					heap = push(heap, int64(nd)<<24|int64(a.to))
				}
			}
		}
	}
	for k, d := range m.Dist {
		if d == math.MaxInt32 {
			return nil, kernel.Invalid("network", kernel.T(fmt.Sprintf("%d 号点走不到 %d 号点", k/n+1, k%n+1), fmt.Sprintf("node %d cannot be reached from node %d", k%n+1, k/n+1)))
		}
	}
	return m, m.Check()
}

func keys[K comparable, V any](m map[K]V) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// push and pop keep a heap of numbers, the least on top.
func push(h []int64, x int64) []int64 {
	h = append(h, x)
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if h[up] <= h[i] {
			break
		}
		h[up], h[i] = h[i], h[up]
		i = up
	}
	return h
}

func pop(h []int64) (int64, []int64) {
	top := h[0]
	n := len(h) - 1
	h[0] = h[n]
	h = h[:n]
	for i := 0; ; {
		k := 2*i + 1
		if k >= n {
			return top, h
		}
		if k+1 < n && h[k+1] < h[k] {
			k++
		}
		if h[i] <= h[k] {
			return top, h
		}
		h[i], h[k] = h[k], h[i]
		i = k
	}
}

// SolveMedian chooses the sites of a p-median. It ends early only with the context's error.
func SolveMedian(ctx context.Context, m *Median, o Options) (*Answer, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	s := newMedianSearch(m, o)
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	slices.Sort(s.best)
	return &Answer{Open: s.best, Value: s.value, Bound: min(s.bound, s.value), Nodes: s.nodes, Rounds: s.rounds}, nil
}

// Package partition draws grids: it splits a planar graph of buildings, weighted and with coordinates, into connected parts of
// nearly equal weight with few edges cut, because a grid that falls in two pieces or carries twice its neighbour's load cannot be
// walked. It is multilevel: matching that carries centroids, recursive bisection of the coarsest graph, localized k-way search
// with a guard that keeps every part connected on every level, and two-sided balance. It knows no person, place or store.
package partition

import (
	"context"
	"math"

	"sanzhi/internal/kernel"
)

// Arc is one direction of an edge: to vertex To, with the weight that cutting it costs.
type Arc struct{ To, Weight int32 }

// Graph is an undirected graph without loops: the arcs of vertex v are Arcs[First[v]:First[v+1]], and each edge stands there
// twice with the same weight. Weight is the load of a vertex (persons), X and Y where it stands, in metres of any plane.
type Graph struct {
	First  []int32
	Arcs   []Arc
	Weight []int32
	X, Y   []float64
	least  int64 // weight of the lightest edge, once checked
}

// Options is what is asked of a partition. A nil slice asks for nothing; the others have one entry a vertex.
type Options struct {
	Parts     int     // how many parts, from 1 to the number of vertices
	Tolerance float64 // 0.10: every part within ±10 % of the mean weight
	Seed      uint64  // the same seed gives the same partition on every machine
	Effort    int     // further rounds of improvement, 0 to MaxEffort; each costs about as much as two first solutions
	// Borders gives the community of each vertex, 0 or more; no part crosses from one to another.
	Borders []int32
	// Groups gives the compound of each vertex, -1 for none; those of one compound stay together. A compound that does not hang
	// together in the graph is named in the result, and its pieces stay whole each.
	Groups []int32
	// Fixed gives the part that a vertex was given beforehand, -1 for none. Such a part takes no other vertices.
	Fixed []int32
	// Current is today's part of each vertex, -1 for none; the search starts from it, keeps its names, and counts Change cut
	// edges for each vertex of mean weight that leaves its part.
	Current []int32
	Change  float64
	// Compact counts that many cut edges for each vertex at the mean radius from its part's centroid (0: shape does not count
	// beyond the cut), after the balanced centroidal power diagrams of Cohen-Addad, Klein and Young.
	Compact float64
	// Progress is told now and then how much of the work is done, as a number of vertices of all; it never falls.
	Progress func(done, all int)
}

// Limits of what is taken. Sums of weights keep within 32 bits.
const (
	MaxVertices = 1 << 26
	MaxTotal    = math.MaxInt32
	MaxEffort   = 10
)

// Why names what stood in the way.
type Why string

// What a partition may fail to meet.
const (
	WhyLight Why = "light" // a component that is lighter than the least part allowed
	WhyRange Why = "range" // no number of parts fits a component's weight, such as 1.4 times the mean
	WhyHeavy Why = "heavy" // a vertex or compound that alone is heavier than the most a part may weigh
	WhyShare Why = "share" // another number of parts would fit, but the sum over all components is given
	WhyStuck Why = "stuck" // a part outside the tolerance that no exchange could mend
	WhyGroup Why = "group" // a compound that does not hang together
	WhyFixed Why = "fixed" // a part fixed beforehand that is outside the tolerance or in pieces
)

// NotMet is one thing asked for that could not be had. Vertex is one vertex of what it is about; Border its community, or -1.
type NotMet struct {
	Why    Why         `json:"why"`
	Vertex int32       `json:"vertex"`
	Border int32       `json:"border"`
	Weight int64       `json:"weight"`
	Parts  int         `json:"parts"`
	Say    kernel.Text `json:"say"`
}

// Result is a partition and its measures. Cut is the weight of the edges between parts and Bound a number that no partition
// goes below (edges across borders and water, and those that tie the parts of one component together). Broken is how many
// parts are in pieces, counted by a search at the end. Radius is the root mean square distance of a vertex to the centroid
// of its part. Moved is the weight that left today's part.
type Result struct {
	Part        []int32
	Parts       int
	Cut, Bound  int64
	Least, Most int64
	Mean        float64
	Within      int
	Broken      int
	Radius      float64
	Moved       int64
	Components  int
	NotMet      []NotMet
}

// within reports whether a part of weight w is within the tolerance, as everybody counts it.
func within(w int64, mean, tolerance float64) bool {
	return math.Abs(float64(w)/mean-1) <= tolerance
}

// bounds gives the least and most weight of a part within mean × (1 ± tolerance). No weight may lie between them.
func bounds(mean, tolerance float64) (lo, hi int32) {
	least, most := int64(math.Ceil(mean*(1-tolerance)))-1, int64(math.Floor(mean*(1+tolerance)))+1
	for !within(least, mean, tolerance) && float64(least) < mean {
		least++
	}
	for !within(most, mean, tolerance) && float64(most) > mean {
		most--
	}
	return int32(max(0, least)), int32(min(most, MaxTotal))
}

// Solve gives a partition. What cannot be met is named in the result; an error is KindInvalid for a malformed graph or a number
// of parts that cannot be, or the context's own.
func Solve(ctx context.Context, g *Graph, o Options) (*Result, error) {
	if err := g.check(&o); err != nil {
		return nil, err
	}
	p := &plan{ctx: ctx, g: g, o: &o}
	if err := p.contractGroups(); err != nil {
		return nil, err
	}
	if err := p.apportion(); err != nil {
		return nil, err
	}
	if err := p.solveRegions(); err != nil {
		return nil, err
	}
	return p.result(), nil
}

// check finds what makes a graph or the options malformed.
func (g *Graph) check(o *Options) error {
	n := len(g.Weight)
	bad := func(field, zh, en string) error { return kernel.Invalid(field, kernel.T(zh, en)) }
	switch {
	case n == 0:
		return bad("graph", "图里没有顶点", "the graph has no vertices")
	case n > MaxVertices:
		return bad("graph", "顶点太多", "there are too many vertices")
	case len(g.First) != n+1 || len(g.X) != n || len(g.Y) != n || int(g.First[n]) != len(g.Arcs):
		return bad("graph", "图的各列长度不一致", "the graph's columns differ in length")
	case o.Parts < 1 || o.Parts > n:
		return bad("parts", "份数应在 1 和顶点数之间", "the number of parts must lie between 1 and the number of vertices")
	case !(o.Tolerance >= 0 && o.Tolerance < 1):
		return bad("tolerance", "允许偏差应不小于 0、小于 1", "the tolerance must be 0 or more and below 1")
	case !(o.Change >= 0 && o.Change <= 1000 && o.Compact >= 0 && o.Compact <= 1000):
		return bad("change", "权重应在 0 到 1000 之间", "the weight of a term must lie between 0 and 1000")
	case o.Effort < 0 || o.Effort > MaxEffort:
		return bad("effort", "改进轮数应在 0 到 10 之间", "the rounds of improvement must lie between 0 and 10")
	}
	for _, c := range []struct {
		name  string
		col   []int32
		least int32
		most  int
	}{{"borders", o.Borders, 0, math.MaxInt32}, {"groups", o.Groups, -1, math.MaxInt32}, {"fixed", o.Fixed, -1, o.Parts}, {"current", o.Current, -1, math.MaxInt32}} {
		if c.col != nil && len(c.col) != n {
			return bad(c.name, "这一列的长度和顶点数不一致", "the column's length differs from the number of vertices")
		}
		for _, v := range c.col {
			if v < c.least || int(v) >= c.most {
				return bad(c.name, "这一列里有超出范围的编号", "the column holds a number out of range")
			}
		}
	}
	return g.checkArcs()
}

// checkArcs reads every number once.
func (g *Graph) checkArcs() error {
	bad := func(field, zh, en string) error { return kernel.Invalid(field, kernel.T(zh, en)) }
	n, total, cut := int32(len(g.Weight)), int64(0), int64(0)
	g.least = math.MaxInt32
	for v := range n {
		if g.First[v] > g.First[v+1] || g.First[v] < 0 {
			return bad("graph", "图的索引不是递增的", "the graph's index does not ascend")
		}
		if g.Weight[v] < 0 {
			return bad("graph", "顶点的重量是负数", "a vertex has a negative weight")
		}
		if math.IsNaN(g.X[v]-g.X[v]) || math.IsNaN(g.Y[v]-g.Y[v]) {
			return bad("graph", "顶点的坐标不是数", "a vertex stands at no place")
		}
		total += int64(g.Weight[v])
		for _, a := range g.Arcs[g.First[v]:g.First[v+1]] {
			if a.To < 0 || a.To >= n || a.To == v || a.Weight < 1 {
				return bad("graph", "边的端点或权重不对", "an edge has a wrong end or weight")
			}
			cut += int64(a.Weight)
			g.least = min(g.least, int64(a.Weight))
		}
	}
	if total > MaxTotal || cut > MaxTotal {
		return kernel.TooLarge("graph", kernel.T("重量加起来太大", "the weights add up to too much"), nil)
	}
	if total == 0 {
		return bad("graph", "所有顶点的重量都是 0", "all vertices weigh nothing")
	}
	return nil
}

package demo

import (
	"fmt"
	"sort"

	"github.com/paulmach/orb"
)

// node is a vertex of the lattice.
type node struct{ u, v int }

// edge is a directed edge between neighbouring vertices.
type edge struct{ a, b node }

// corners gives a cell's vertices counter-clockwise.
func corners(c int) [4]node {
	u, v := cellUV(c)
	return [4]node{{u, v}, {u + 1, v}, {u + 1, v + 1}, {u, v + 1}}
}

// outline gives the boundary of a set of cells as one counter-clockwise ring of vertices: the directed edges of the cells,
// less each edge whose reverse is there too. It fails if the set is not one piece, has a hole or touches itself.
func outline(cells []int) ([]node, error) {
	edges := map[edge]bool{}
	for _, c := range cells {
		k := corners(c)
		for i := range k {
			e := edge{k[i], k[(i+1)%4]}
			if rev := (edge{e.b, e.a}); edges[rev] {
				delete(edges, rev)
			} else {
				edges[e] = true
			}
		}
	}
	next := make(map[node]node, len(edges))
	first := node{meshU + 1, meshV + 1}
	for e := range edges {
		if _, twice := next[e.a]; twice {
			return nil, fmt.Errorf("%d cells touch themselves at %v", len(cells), e.a)
		}
		next[e.a] = e.b
		if e.a.v < first.v || e.a.v == first.v && e.a.u < first.u {
			first = e.a
		}
	}
	ring := []node{first}
	for n := next[first]; n != first; n = next[n] {
		ring = append(ring, n)
	}
	if len(ring) != len(next) {
		return nil, fmt.Errorf("%d cells have a boundary of more than one ring", len(cells))
	}
	return ring, nil
}

// polygon gives the set of cells as a polygon, rings closed, the outer one counter-clockwise.
func (m *mesh) polygon(cells []int) (orb.Polygon, error) {
	ring, err := outline(cells)
	if err != nil {
		return nil, err
	}
	out := make(orb.Ring, 0, len(ring)+1)
	for _, n := range ring {
		out = append(out, m.at[n.u][n.v])
	}
	return orb.Polygon{append(out, out[0])}, nil
}

// shared gives the longest chain of edges that part two sets of cells: the street between them.
func shared(a, b []int) []node {
	inB := map[edge]bool{}
	for _, c := range b {
		k := corners(c)
		for i := range k {
			inB[edge{k[i], k[(i+1)%4]}] = true
		}
	}
	next, from := map[node]node{}, map[node]bool{}
	for _, c := range a {
		k := corners(c)
		for i := range k {
			if e := (edge{k[i], k[(i+1)%4]}); inB[edge{e.b, e.a}] {
				next[e.a], from[e.b] = e.b, true
			}
		}
	}
	var starts []node
	for n := range next {
		if !from[n] {
			starts = append(starts, n)
		}
	}
	sort.Slice(starts, func(i, j int) bool {
		return starts[i].v < starts[j].v || starts[i].v == starts[j].v && starts[i].u < starts[j].u
	})
	var best []node
	for _, s := range starts {
		chain := []node{s}
		for n, ok := next[s]; ok; n, ok = next[n] {
			chain = append(chain, n)
		}
		if len(chain) > len(best) {
			best = chain
		}
	}
	return best
}

func (m *mesh) line(chain []node) orb.LineString {
	out := make(orb.LineString, 0, len(chain))
	for _, n := range chain {
		out = append(out, m.at[n.u][n.v])
	}
	return out
}

package partition

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

// write gives a graph in the format of METIS, and its coordinates.
func write(g *Graph, vertexWeights, edgeWeights bool) (graph, coordinates []byte) {
	b := strconv.AppendInt([]byte("% a town\n"), int64(len(g.Weight)), 10)
	b = strconv.AppendInt(append(b, ' '), int64(len(g.Arcs)/2), 10)
	b = append(b, map[[2]bool]string{{}: "\n", {true, false}: " 010\n", {false, true}: " 1 1\r\n", {true, true}: " 011\n"}[[2]bool{vertexWeights, edgeWeights}]...)
	var c []byte
	for v := range g.Weight {
		if vertexWeights {
			b = strconv.AppendInt(b, int64(g.Weight[v]), 10)
		}
		for _, a := range g.Arcs[g.First[v]:g.First[v+1]] {
			b = strconv.AppendInt(append(b, ' '), int64(a.To)+1, 10)
			if edgeWeights {
				b = strconv.AppendInt(append(b, ' '), int64(a.Weight), 10)
			}
		}
		b = append(b, '\n')
		c = strconv.AppendFloat(c, g.X[v], 'g', -1, 64)
		c = strconv.AppendFloat(append(c, ' '), g.Y[v], 'f', -1, 64)
		c = append(strconv.AppendInt(append(c, " 1 "...), int64(v%7), 10), '\n')
	}
	return b, c
}

func TestReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rnd := rng(rapid.Uint64().Draw(t, "town"))
		g := town(rapid.IntRange(1, 9).Draw(t, "wide"), rapid.IntRange(1, 9).Draw(t, "high"), 0.2, 500, &rnd)
		for i := range g.X {
			g.X[i] *= rapid.SampledFrom([]float64{1, -1e-7, 1e11}).Draw(t, "scale")
		}
		vertexWeights, edgeWeights := rapid.Bool().Draw(t, "vertex weights"), rapid.Bool().Draw(t, "edge weights")
		graph, coordinates := write(g, vertexWeights, edgeWeights)
		r, err := ReadGraph(graph)
		if err != nil {
			t.Fatalf("%v in %s", err, graph)
		}
		c, err := r.ReadCoordinates(coordinates)
		if err != nil {
			t.Fatalf("%v in %s", err, coordinates)
		}
		if !slices.Equal(r.First, g.First) || !slices.Equal(r.Arcs, g.Arcs) || vertexWeights && !slices.Equal(r.Weight, g.Weight) ||
			!slices.Equal(r.X, g.X) || !slices.Equal(r.Y, g.Y) || len(c) != len(g.X) || c[len(c)-1] != int32((len(c)-1)%7) {
			t.Fatalf("read %+v, wrote %+v", r, g)
		}
	})
}

func TestWrongGraphs(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", "line 1"},
		{"a huge header", "67000000 1000000000 010\n1 2\n", "shorter than its first line"},
		{"too many vertices", "670000000 10 010\n1 2\n", "line 1: n must lie"},
		{"no vertices", "0 0\n", "line 1: n must lie"},
		{"a negative number", "2 -1\n2\n1\n", "line 1: m must be"},
		{"a format with sizes", "2 1 100\n1 2\n1 1\n", "line 1: fmt"},
		{"two constraints", "2 1 010 2\n1 1 2\n1 1 1\n", "line 1: ncon"},
		{"a neighbour that is not there", "2 1\n3\n1\n", "line 2: neighbour must lie between 1 and 2"},
		{"itself", "% c\n2 1\n1\n1\n", "line 3: a neighbour is the vertex itself"},
		{"twice", "2 2\n2 2\n1 1\n", "line 2: a neighbour is the vertex itself or stands twice"},
		{"a letter", "2 1\n2\n1x\n", "line 3: neighbour must be a whole number"},
		{"a negative weight", "2 1 010\n-5 2\n1 1\n", "line 2: weight"},
		{"no weight", "2 1 010\n\n1 1\n", "line 2: weight"},
		{"weights beyond all", "2 1 010\n2147483647 2\n1 1\n", "line 3: the weights add up"},
		{"an edge of no weight", "2 1 001\n2 0\n1 0\n", "line 2: edge weight"},
		{"no end", "4 1\n2\n1\n", "line 4: the file ends here"},
		{"one side", "3 1\n2 3\n\n\n", "vertices 1 and 2"},
		{"weights that differ", "2 1 001\n2 5\n1 6\n", "vertices 2 and 1"},
		{"fewer edges", "3 2 0\n2\n1\n \n", "line 1: there are fewer edges"},
		{"more edges", "3 1\n2\n1 3\n2\n", "line 3: there are more edges"},
		{"more lines", "2 1\n2\n1\n\n7\n", "line 5: the line holds more"},
	} {
		if _, err := ReadGraph([]byte(tt.text)); !kernel.Is(err, kernel.KindInvalid) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestWrongCoordinates(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", "line 1: the file is too short"},
		{"not a number", "1 NaN\n1 2\n", "line 1: y must be a finite"},
		{"no end of it", "1 2\nInf 2\n", "line 2: x must be a finite"},
		{"too far", "1 2\n1e300 2\n", "line 2: x must be a finite"},
		{"one column", "1 2\n1   \n", "line 2: y must be a finite"},
		{"a weight below nothing", "1 2 -1\n1 2\n", "line 1: weight"},
		{"a community missing", "1 2 1 0\n1 2 1\n", "line 2: the community is missing"},
		{"a community too many", "1 2 1\n1 2 1 0\n", "line 2: the line holds more"},
		{"a community too large", "1 2 1 2147483647\n1 2 1 0\n", "line 1: community"},
		{"five columns", "1 2 1 0 0\n1 2 1 0\n", "line 1: the line holds more"},
		{"cut short", "1.00 2.00\n", "line 2: the file ends here"},
		{"more lines", "1 2\n1 2\n3 4\n", "line 3: the line holds more"},
	} {
		g := &Graph{Weight: make([]int32, 2)}
		if _, err := g.ReadCoordinates([]byte(tt.text)); !kernel.Is(err, kernel.KindInvalid) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func FuzzReadGraph(f *testing.F) {
	rnd := rng(1)
	g := town(4, 3, 0.2, 9, &rnd)
	for _, with := range [][2]bool{{false, false}, {true, false}, {true, true}} {
		b, _ := write(g, with[0], with[1])
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := ReadGraph(b)
		if err != nil {
			return
		}
		g.X, g.Y = make([]float64, len(g.Weight)), make([]float64, len(g.Weight))
		if err := g.check(&Options{Parts: 1}); kernel.Is(err, kernel.KindInvalid) && slices.Max(g.Weight) > 0 {
			t.Fatal(err)
		}
		again, _ := write(g, true, true)
		if h, err := ReadGraph(again); err != nil || !slices.Equal(h.Arcs, g.Arcs) {
			t.Fatalf("%v reading back %s", err, again)
		}
	})
}

func FuzzReadCoordinates(f *testing.F) {
	f.Add([]byte("1 2 3 4\n5.25 -6e3 7 8\n"))
	f.Add([]byte("1 2\n3 4"))
	f.Fuzz(func(t *testing.T, b []byte) {
		g := &Graph{Weight: make([]int32, 2), First: make([]int32, 3)}
		g.Weight[0] = 1
		c, err := g.ReadCoordinates(b)
		if err != nil {
			return
		}
		if err := g.check(&Options{Parts: 2, Borders: c}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestWrite(t *testing.T) {
	var b bytes.Buffer
	if err := (&Result{Part: []int32{0, 12, 3}}).Write(&b); err != nil || b.String() != "0\n12\n3\n" {
		t.Errorf("%v %q", err, b.String())
	}
}

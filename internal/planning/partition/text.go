package partition

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"

	"sanzhi/internal/kernel"
)

// scanner reads numbers line by line and knows on which line it stands.
type scanner struct {
	b    []byte
	at   int
	line int
	err  error
}

func (s *scanner) fail(zh, en string) {
	if s.err == nil {
		s.err = kernel.Invalid(fmt.Sprintf("line %d", s.line), kernel.T(fmt.Sprintf("第 %d 行：%s", s.line, zh), fmt.Sprintf("line %d: %s", s.line, en)))
	}
}

// skip goes over blanks within the line and reports whether something stands there.
func (s *scanner) skip() bool {
	for s.at < len(s.b) && (s.b[s.at] == ' ' || s.b[s.at] == '\t' || s.b[s.at] == '\r') {
		s.at++
	}
	return s.at < len(s.b) && s.b[s.at] != '\n'
}

// endLine goes to the next line.
func (s *scanner) endLine() {
	if s.skip() {
		s.fail("这一行多了内容", "the line holds more than it should")
	}
	if s.at < len(s.b) {
		s.at++
	}
	s.line++
}

// comments goes over lines that begin with %.
func (s *scanner) comments() {
	for s.at < len(s.b) && s.b[s.at] == '%' {
		end := bytes.IndexByte(s.b[s.at:], '\n')
		if end < 0 {
			end = len(s.b) - s.at - 1
		}
		s.at += end + 1
		s.line++
	}
}

// number reads a whole number from least to most.
func (s *scanner) number(what string, least, most int64) int64 {
	s.skip()
	from, v := s.at, int64(0)
	for s.at < len(s.b) {
		c := s.b[s.at] - '0'
		if c > 9 || v > most {
			break
		}
		v = v*10 + int64(c)
		s.at++
	}
	end := s.at == len(s.b) || s.b[s.at] <= ' '
	switch {
	case s.at == from || v <= most && !end:
		s.fail(what+" 应是整数", what+" must be a whole number")
	case v < least || v > most:
		s.fail(fmt.Sprintf("%s 应在 %d 到 %d 之间", what, least, most), fmt.Sprintf("%s must lie between %d and %d", what, least, most))
	}
	if s.err != nil {
		return least
	}
	return v
}

// real reads a number with a fraction.
func (s *scanner) real(what string) float64 {
	s.skip()
	from := s.at
	whole, scale, digits, dot := int64(0), 1.0, 0, false
	for ; s.at < len(s.b) && s.b[s.at] > ' '; s.at++ {
		switch c := s.b[s.at]; {
		case c >= '0' && c <= '9':
			digits++
			if digits <= 15 {
				whole = whole*10 + int64(c-'0')
				if dot {
					scale *= 10
				}
			}
		case c == '.' && !dot:
			dot = true
		default:
			digits = 99
		}
	}
	if digits > 0 && digits <= 15 {
		return float64(whole) / scale // both are exact, so the quotient is the nearest number there is
	}
	f, err := strconv.ParseFloat(string(s.b[from:min(s.at, from+400)]), 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > 1e15 {
		s.fail(what+" 应是有限的数", what+" must be a finite number")
		return 0
	}
	return f
}

// ReadGraph takes a graph in the format of METIS (its manual, 4.1.1): "n m [fmt [ncon]]", then for each vertex its weight when fmt
// says so and its neighbours, numbered from 1, with the weight of the edge when fmt says so. Lines that begin with % are comments.
// An error is KindInvalid and names the line.
func ReadGraph(b []byte) (*Graph, error) {
	s := &scanner{b: b, line: 1}
	s.comments()
	n := s.number("n", 1, MaxVertices)
	m := s.number("m", 0, math.MaxInt32/2)
	vertexWeights, edgeWeights := s.format()
	s.endLine()
	// A vertex takes a byte at least and an arc two, so a header that promises more than there is asks for no memory.
	if s.err == nil && int64(len(b)) < n+4*m {
		s.line = 1
		s.fail("文件比第一行说的短", "the file is shorter than its first line says")
	}
	if s.err != nil {
		return nil, s.err
	}
	g := &Graph{First: make([]int32, n+1), Weight: make([]int32, n), Arcs: make([]Arc, 0, 2*m)}
	seen := make([]int32, n)
	var up, down uint64
	total := int64(0)
	for v := range int32(n) {
		s.comments()
		if s.at >= len(b) {
			s.fail("文件到这里就完了", "the file ends here")
		}
		g.Weight[v] = 1
		if vertexWeights {
			g.Weight[v] = int32(s.number("weight", 0, MaxTotal))
		}
		if total += int64(g.Weight[v]); total > MaxTotal {
			s.fail("重量加起来太大", "the weights add up to too much")
		}
		for s.skip() && s.err == nil {
			a := Arc{int32(s.number("neighbour", 1, n)) - 1, 1}
			if edgeWeights {
				a.Weight = int32(s.number("edge weight", 1, MaxTotal))
			}
			if a.To == v || seen[a.To] == v+1 {
				s.fail("邻居是自己或重复", "a neighbour is the vertex itself or stands twice")
			}
			if len(g.Arcs) == cap(g.Arcs) {
				s.fail("边比第一行说的多", "there are more edges than the first line says")
				break
			}
			seen[a.To] = v + 1
			g.Arcs = append(g.Arcs, a)
			if a.To > v {
				up += trace(v, a.To, a.Weight)
			} else {
				down += trace(a.To, v, a.Weight)
			}
		}
		s.endLine()
		if s.err != nil {
			return nil, s.err
		}
		g.First[v+1] = int32(len(g.Arcs))
	}
	s.tail()
	if s.err == nil && len(g.Arcs) < cap(g.Arcs) {
		s.line = 1
		s.fail("边比第一行说的少", "there are fewer edges than the first line says")
	}
	if s.err == nil && up != down {
		return nil, g.oneWay()
	}
	return g, s.err
}

// format reads the rest of the first line.
func (s *scanner) format() (vertexWeights, edgeWeights bool) {
	if !s.skip() {
		return false, false
	}
	f := s.number("fmt", 0, 111)
	if f != 0 && f != 1 && f != 10 && f != 11 {
		s.fail("fmt 应是 000、001、010 或 011", "fmt must be 000, 001, 010 or 011")
	}
	if s.skip() {
		s.number("ncon", 1, 1)
	}
	return f >= 10, f%10 == 1
}

// tail goes over what may stand behind the last line: blank lines and comments.
func (s *scanner) tail() {
	for s.at < len(s.b) && s.err == nil {
		s.comments()
		if s.at < len(s.b) {
			s.endLine()
		}
	}
}

// trace is a fingerprint of an edge; those of both directions add up to the same when each edge stands twice.
func trace(u, v, w int32) uint64 {
	r := rng(uint64(uint32(u))<<32 | uint64(uint32(v)))
	return r.next() * (2*uint64(w) + 1)
}

// oneWay names the first edge that stands on one side only.
func (g *Graph) oneWay() error {
	type edge struct{ u, v int32 }
	there := map[edge]int32{}
	for v := range int32(len(g.Weight)) {
		for _, a := range g.Arcs[g.First[v]:g.First[v+1]] {
			if a.To > v {
				there[edge{v, a.To}] = a.Weight
			} else if there[edge{a.To, v}] == a.Weight {
				delete(there, edge{a.To, v})
			} else {
				return oneWay(v, a.To)
			}
		}
	}
	for v := range int32(len(g.Weight)) {
		for _, a := range g.Arcs[g.First[v]:g.First[v+1]] {
			if _, ok := there[edge{v, a.To}]; ok {
				return oneWay(v, a.To)
			}
		}
	}
	return nil
}

func oneWay(u, v int32) error {
	return kernel.Invalid("graph", kernel.T(fmt.Sprintf("顶点 %d 和 %d 之间的边应在两行各出现一次、权重相同", u+1, v+1),
		fmt.Sprintf("the edge of vertices %d and %d must stand on both their lines, with the same weight", u+1, v+1)))
}

// ReadCoordinates takes one line a vertex, "x y [weight [community]]", puts x and y into the graph and gives the communities, nil
// when the lines have none. The weight is read but that of the graph counts. An error is KindInvalid and names the line.
func (g *Graph) ReadCoordinates(b []byte) (communities []int32, err error) {
	n := len(g.Weight)
	s := &scanner{b: b, line: 1}
	if len(b) < 4*n-1 {
		s.fail(fmt.Sprintf("文件太短，应有 %d 行", n), fmt.Sprintf("the file is too short, it should have %d lines", n))
		return nil, s.err
	}
	g.X, g.Y = make([]float64, n), make([]float64, n)
	for v := range n {
		if s.at >= len(b) {
			s.fail("文件到这里就完了", "the file ends here")
		}
		g.X[v], g.Y[v] = s.real("x"), s.real("y")
		if s.skip() {
			s.number("weight", 0, MaxTotal)
		}
		if s.skip() && (v == 0 || communities != nil) {
			if v == 0 {
				communities = make([]int32, n)
			}
			communities[v] = int32(s.number("community", 0, math.MaxInt32-1))
		} else if communities != nil {
			s.fail("缺少社区编号", "the community is missing")
		}
		s.endLine()
		if s.err != nil {
			return nil, s.err
		}
	}
	s.tail()
	return communities, s.err
}

// Write writes the part of each vertex, one a line, as METIS does.
func (r *Result) Write(w io.Writer) error {
	b := bufio.NewWriterSize(w, 1<<16)
	line := make([]byte, 0, 16)
	for _, p := range r.Part {
		line = append(strconv.AppendInt(line[:0], int64(p), 10), '\n')
		if _, err := b.Write(line); err != nil {
			return err
		}
	}
	return b.Flush()
}

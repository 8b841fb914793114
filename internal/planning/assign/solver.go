package assign

import (
	"context"
	"math"
	"slices"
	"strconv"

	"sanzhi/internal/kernel"
)

func num(n int64) string { return strconv.FormatInt(n, 10) }

// edge is an arc of the network: real ones lead from a left to a right node, those of the root stand for what is not used
// (left → root, free) and for what is not filled (root → right, dearer than any filling).
type edge struct {
	from, to int32
	cost     int64
}

// Solver holds a problem, its tree of basic arcs and its duals, so that a changed problem is solved anew from where the last
// one ended. It is a primal network simplex on a strongly feasible tree (Cunningham 1976; Ahuja, Magnanti, Orlin 1993, ch. 11):
// only an arc of the tree carries flow. Real arcs are priced from a short list first; all others are looked at when the list has
// no arc left that helps, and those that do join it.
type Solver struct {
	nL, nR   int
	supply   []int64
	demand   []int64
	edges    []edge  // the root's arcs first: left slacks, right shortages; then the real arcs in the problem's order
	inList   []bool  // by edge
	list     []int32 // the edges that are priced
	next     int     // where the pricing of the list goes on
	price    int64   // what a unit costs that is not filled
	pi       []int64 // duals: an arc helps when cost + pi[from] − pi[to] < 0
	parent   []int32
	pred     []int32 // edge to the parent
	up       []bool  // the edge leads from the node to its parent
	flow     []int64 // on the edge to the parent
	depth    []int32
	child    []int32 // first child, and the ring of siblings
	sib, bis []int32
	byRight  []int32 // CSR of the real arcs of each right node
	rightArc []int32
	more     map[int32][]int32 // real arcs that a change added, by right node
	pivots   int
	tell     func(share float64)
}

const none = int32(-1)

func (s *Solver) root() int32 { return int32(s.nL + s.nR) }
func (s *Solver) base() int   { return s.nL + s.nR } // number of the first real edge

// NewSolver prepares a problem: KindInvalid when it is malformed.
func NewSolver(p *Problem) (*Solver, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	s := &Solver{nL: len(p.Supply), nR: len(p.Demand), supply: slices.Clone(p.Supply), demand: slices.Clone(p.Demand)}
	n := s.nL + s.nR
	s.edges = make([]edge, n+len(p.Arcs))
	most := int64(0)
	for i, a := range p.Arcs {
		s.edges[n+i] = edge{a.L, int32(s.nL) + a.R, a.Cost}
		most = max(most, a.Cost)
	}
	// A path that fills one more unit alternates between real arcs taken and given up: at most one of each a node.
	// Changes may cost up to four times what is dear now.
	s.price = (4*most + 1000) * int64(min(s.nL, s.nR)+2)
	units := int64(1)
	for _, d := range p.Demand {
		units += d
	}
	if float64(s.price)*2*float64(units) > math.MaxInt64/4 {
		return nil, kernel.Invalid("cost", kernel.T("费用和数量太大，请换大一点的单位", "the costs and amounts are too large; give them in larger units"))
	}
	s.inList = make([]bool, len(s.edges))
	s.index()
	s.plant()
	s.choose()
	return s, nil
}

// index lists the real arcs of each right node.
func (s *Solver) index() {
	s.byRight = make([]int32, s.nR+1)
	real := s.edges[s.base():]
	for i := range real {
		s.byRight[int(real[i].to)-s.nL+1]++
	}
	for r := range s.nR {
		s.byRight[r+1] += s.byRight[r]
	}
	at := slices.Clone(s.byRight)
	s.rightArc = make([]int32, len(real))
	for i := range real {
		r := int(real[i].to) - s.nL
		s.rightArc[at[r]] = int32(s.base() + i)
		at[r]++
	}
}

// plant makes the first tree: every node hangs from the root; all that exists is unused, all that is asked for is short.
func (s *Solver) plant() {
	n := s.nL + s.nR
	s.pi, s.flow = make([]int64, n+1), make([]int64, n+1)
	s.parent, s.pred, s.depth = make([]int32, n+1), make([]int32, n+1), make([]int32, n+1)
	s.child, s.sib, s.bis = make([]int32, n+1), make([]int32, n+1), make([]int32, n+1)
	s.up = make([]bool, n+1)
	root := s.root()
	s.parent[root], s.pred[root], s.child[root] = none, none, none
	for v := range int32(n) {
		s.parent[v], s.pred[v], s.depth[v], s.child[v] = root, v, 1, none
		if int(v) < s.nL {
			s.edges[v] = edge{v, root, 0}
			s.flow[v], s.up[v] = s.supply[v], true
		} else {
			s.edges[v] = edge{root, v, s.price}
			s.flow[v], s.pi[v] = s.demand[int(v)-s.nL], s.price
			if s.flow[v] == 0 { // an empty arc of the tree must lead up
				s.edges[v], s.up[v], s.pi[v] = edge{v, root, s.price}, true, -s.price
			}
		}
		s.hang(v, root)
	}
}

// hang puts v first among the children of p.
func (s *Solver) hang(v, p int32) {
	s.parent[v] = p
	first := s.child[p]
	s.sib[v], s.bis[v] = first, none
	if first != none {
		s.bis[first] = v
	}
	s.child[p] = v
}

// cut takes v from the children of its parent.
func (s *Solver) cut(v int32) {
	if s.bis[v] == none {
		s.child[s.parent[v]] = s.sib[v]
	} else {
		s.sib[s.bis[v]] = s.sib[v]
	}
	if s.sib[v] != none {
		s.bis[s.sib[v]] = s.bis[v]
	}
}

// near is how many of the cheapest arcs of each right node are priced from the beginning.
const near = 12

// choose fills the list with the root's arcs and the cheapest arcs of each right node.
func (s *Solver) choose() {
	for e := range int32(s.base()) {
		s.enlist(e)
	}
	var buf []int32
	for r := range s.nR {
		buf = append(buf[:0], s.rightArc[s.byRight[r]:s.byRight[r+1]]...)
		if len(buf) > near {
			s.cheapest(buf, near)
			buf = buf[:near]
		}
		for _, e := range buf {
			s.enlist(e)
		}
	}
}

// arcsOf lists the real arcs of a right node.
func (s *Solver) arcsOf(r int32) []int32 {
	own := s.rightArc[s.byRight[r]:s.byRight[r+1]]
	if extra := s.more[r]; len(extra) > 0 {
		return slices.Concat(own, extra)
	}
	return own
}

func (s *Solver) enlist(e int32) {
	if !s.inList[e] {
		s.inList[e] = true
		s.list = append(s.list, e)
	}
}

// cheapest brings the k cheapest edges of l to its front, by quickselect; among equals the lower number counts as cheaper.
func (s *Solver) cheapest(l []int32, k int) {
	less := func(a, b int32) bool {
		ca, cb := s.edges[a].cost, s.edges[b].cost
		return ca < cb || ca == cb && a < b
	}
	lo, hi := 0, len(l)-1
	for lo < hi {
		p := l[(lo+hi)/2]
		i, j := lo, hi
		for i <= j {
			for less(l[i], p) {
				i++
			}
			for less(p, l[j]) {
				j--
			}
			if i <= j {
				l[i], l[j] = l[j], l[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k-1 <= j:
			hi = j
		case k-1 >= i:
			lo = i
		default:
			return
		}
	}
}

// Solve brings the tree to the optimum and reads the solution from it.
func (s *Solver) Solve(ctx context.Context) (*Solution, error) {
	for {
		for {
			e := s.enter()
			if e == none {
				break
			}
			s.pivot(e)
			if s.pivots++; s.pivots&1023 != 0 {
				continue
			}
			if s.tell != nil {
				s.tell(float64(s.pivots) / float64(s.pivots+4*s.base()))
			}
			if ctx.Err() != nil {
				return nil, kernel.Unavailable(kernel.T("计算已停下", "the calculation was stopped"), ctx.Err())
			}
		}
		if s.widen() == 0 {
			return s.read(), nil
		}
	}
}

// enter finds an arc of the list that helps, by block search: the best of a block, and the next block when it has none.
func (s *Solver) enter() int32 {
	block := max(int(math.Sqrt(float64(len(s.list)))), 32)
	best, found := int64(0), none
	left := block
	n := len(s.list)
	i := s.next
	for range n {
		if i == n {
			i = 0
		}
		e := &s.edges[s.list[i]]
		if c := e.cost + s.pi[e.from] - s.pi[e.to]; c < best {
			best, found = c, s.list[i]
		}
		i++
		if left--; left == 0 {
			if found != none {
				break
			}
			left = block
		}
	}
	s.next = i
	return found
}

// widen looks at all real arcs and puts those that help into the list: for each right node the few that help most. It gives how
// many did; none proves the optimum.
func (s *Solver) widen() int {
	const most = 6
	type candidate struct {
		c int64
		e int32
	}
	var best [most]candidate
	added := 0
	for r := range s.nR {
		n := 0
		pr := s.pi[s.nL+r]
		for _, id := range s.arcsOf(int32(r)) {
			e := &s.edges[id]
			c := e.cost + s.pi[e.from] - pr
			if c >= 0 || n == most && c >= best[most-1].c {
				continue
			}
			if n < most {
				n++
			}
			k := n - 1
			for ; k > 0 && best[k-1].c > c; k-- {
				best[k] = best[k-1]
			}
			best[k] = candidate{c, id}
		}
		for _, b := range best[:n] {
			s.enlist(b.e)
		}
		added += n
	}
	return added
}

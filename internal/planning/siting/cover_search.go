package siting

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"sanzhi/internal/kernel"
)

// coverSearch solves one covering: a Lagrangian bound with exchanges at the root, then depth-first branching on the sites that
// the bound leaves open.
type coverSearch struct {
	n, p     int
	weight   []int64 // of rows that differ in who covers them
	rowStart []int32
	rowBy    []int32
	colStart []int32
	colRows  []int32
	must     []bool // open in any case, at the present node
	shut     []bool // closed in any case, at the present node
	certain  int64  // weight in which no choice changes anything: rows that a fixed site covers
	r        *rand.Rand
	o        Options

	best   []int32
	value  int64
	bound  int64
	nodes  int
	rounds int
	rooted bool            // the bound of the root is known
	work   int64           // entries of the rows that were looked at
	ctx    context.Context //nolint:containedctx // a search lives as long as one call

	u      []float64 // multipliers by row
	score  []float64 // by site
	grad   []float64
	cnt    []int32
	order  []int32
	smooth []float64 // how often a site was chosen lately, by site
}

func (s *coverSearch) row(i int) []int32   { return s.rowBy[s.rowStart[i]:s.rowStart[i+1]] }
func (s *coverSearch) col(j int32) []int32 { return s.colRows[s.colStart[j]:s.colStart[j+1]] }

// newCoverSearch merges rows that the same sites cover, and leaves out those that weigh nothing.
func newCoverSearch(c *Covering, o Options) *coverSearch {
	s := &coverSearch{n: c.Candidates, p: c.P, must: make([]bool, c.Candidates), shut: make([]bool, c.Candidates), o: o, r: rand.New(rand.NewPCG(o.Seed, 0x517e))}
	if s.o.Rounds == 0 {
		s.o.Rounds = 2500
	}
	if s.o.Nodes == 0 {
		s.o.Nodes = 400
	}
	for _, j := range c.Fixed {
		s.must[j] = true
	}
	for _, j := range c.Forbidden {
		s.shut[j] = true
	}
	seen := map[uint64][]int32{}
	s.rowStart = []int32{0}
	var buf []int32
	for i, w := range c.Weights {
		buf = append(buf[:0], c.By[c.Start[i]:c.Start[i+1]]...)
		slices.Sort(buf)
		buf = slices.Compact(buf)
		if w == 0 || len(buf) == 0 {
			continue
		}
		h := uint64(len(buf))
		for _, j := range buf {
			h = (h ^ uint64(j)) * 0x9e3779b97f4a7c15
			h ^= h >> 29
		}
		same := slices.IndexFunc(seen[h], func(k int32) bool { return slices.Equal(s.row(int(k)), buf) })
		if same >= 0 {
			s.weight[seen[h][same]] += w
			continue
		}
		seen[h] = append(seen[h], int32(len(s.weight)))
		s.weight = append(s.weight, w)
		s.rowBy = append(s.rowBy, buf...)
		s.rowStart = append(s.rowStart, int32(len(s.rowBy)))
	}
	s.transpose()
	s.u, s.grad, s.cnt = make([]float64, len(s.weight)), make([]float64, len(s.weight)), make([]int32, len(s.weight))
	s.score, s.smooth, s.order = make([]float64, s.n), make([]float64, s.n), make([]int32, s.n)
	for j := range s.order {
		s.order[j] = int32(j)
	}
	return s
}

func (s *coverSearch) transpose() {
	s.colStart = make([]int32, s.n+1)
	for _, j := range s.rowBy {
		s.colStart[j+1]++
	}
	for j := range s.n {
		s.colStart[j+1] += s.colStart[j]
	}
	at := slices.Clone(s.colStart)
	s.colRows = make([]int32, len(s.rowBy))
	for i := range s.weight {
		for _, j := range s.row(i) {
			s.colRows[at[j]] = int32(i)
			at[j]++
		}
	}
}

// offer takes a choice that covers more than the best so far.
func (s *coverSearch) offer(c *cover) {
	if s.best == nil || c.value > s.value {
		s.best, s.value = slices.Clone(c.list), c.value
	}
}

// from makes a choice of the sites given, first come first taken, and improves it.
func (s *coverSearch) from(sites []int32) {
	c := s.newCover()
	for j := range int32(s.n) {
		if s.must[j] {
			c.add(j)
		}
	}
	for _, j := range sites {
		if len(c.list) < s.p && !c.open[j] && !s.shut[j] {
			c.add(j)
		}
	}
	c.fill()
	c.improve()
	s.offer(c)
}

func (s *coverSearch) run(ctx context.Context) error {
	s.ctx = ctx
	s.from(nil)
	all := int64(0)
	for i, w := range s.weight {
		all += w
		// A row's weight is shared by those who cover it now: a good beginning for its multiplier.
		s.u[i] = float64(w)
	}
	c := s.newCover()
	for _, j := range s.best {
		c.add(j)
	}
	for i := range s.u {
		s.u[i] /= math.Max(1, float64(c.count[i]))
	}
	s.bound = all
	root, err := s.descend(s.o.Rounds, true)
	if err != nil {
		return err
	}
	s.bound, s.rooted = min(s.bound, root), true
	s.tell(float64(s.bound))
	s.shake(mostWork / 2)
	if s.value >= s.bound || s.o.Nodes < 0 {
		return s.stopped()
	}
	return s.branch()
}

func (s *coverSearch) stopped() error {
	if err := s.ctx.Err(); err != nil {
		return kernel.Unavailable(kernel.T("计算已停下", "the calculation was stopped"), err)
	}
	return nil
}

// tell says how far the search is: by rounds at the root, where bound is the best so far, by nodes and work after it.
func (s *coverSearch) tell(bound float64) {
	if s.o.Progress == nil {
		return
	}
	share := min(0.5, 0.5*float64(s.rounds)/float64(s.o.Rounds))
	if s.rooted {
		share = 0.5 + 0.5*max(float64(s.nodes)/float64(max(1, s.o.Nodes)), float64(s.work)/float64(mostWork))
	}
	s.o.Progress(min(1, share), s.value, min(s.bound, floor(min(bound, 1e18))))
}

// mostWork bounds a search by the entries of the rows that it looks at, so that it ends in time and in the same place everywhere.
const mostWork = int64(2_700_000_000)

// shake closes a few sites near each other at random, fills up again and improves, and keeps what is better, until it has done
// the work allowed or nothing better came of many tries.
func (s *coverSearch) shake(work int64) {
	work += s.work
	c := s.newCover()
	for _, j := range s.best {
		c.add(j)
	}
	for idle := 0; s.work < work && idle < 20*len(c.list)+60; idle++ {
		if s.tell(float64(s.bound)); s.value >= s.bound || s.ctx.Err() != nil {
			return
		}
		before := slices.Clone(c.list)
		seed := c.list[s.r.IntN(len(c.list))]
		for _, j := range s.near(c, seed, 2+s.r.IntN(6)) {
			if !s.must[j] {
				c.drop(j)
			}
		}
		// One site at random keeps it from coming back the way it went.
		if k := int32(s.r.IntN(s.n)); !c.open[k] && !s.shut[k] && c.gain[k] > 0 && len(c.list) < s.p {
			c.add(k)
		}
		c.fill()
		c.improve()
		if c.value > s.value {
			s.offer(c)
			idle = 0
		} else if c.value < s.value-s.value/4000 { // as bad as that it may get on the way (record-to-record travel: Dueck 1993)
			for _, j := range slices.Clone(c.list) {
				if !slices.Contains(before, j) {
					c.drop(j)
				}
			}
			for _, j := range before {
				if !c.open[j] {
					c.add(j)
				}
			}
		}
	}
}

// near gives open sites that share most weight with a site, the site itself first.
func (s *coverSearch) near(c *cover, site int32, k int) []int32 {
	shared := map[int32]int64{}
	for _, i := range s.col(site) {
		for _, j := range s.row(int(i)) {
			if c.open[j] {
				shared[j] += s.weight[i]
			}
		}
	}
	delete(shared, site)
	out := make([]int32, 0, len(shared)+1)
	for j := range shared {
		out = append(out, j)
	}
	slices.SortFunc(out, func(a, b int32) int { return cmp.Or(cmp.Compare(shared[b], shared[a]), cmp.Compare(a, b)) })
	out = append([]int32{site}, out...)
	return out[:min(k, len(out))]
}

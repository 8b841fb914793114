package siting

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"sanzhi/internal/kernel"
)

// medianSearch solves one p-median: the Lagrangian bound of the assignment constraints with exchanges from the choices that it
// meets, then branching on the sites that the bound leaves open.
type medianSearch struct {
	m, n, p int
	dist    []int32
	near    [][]int32 // by site: the points, nearest first
	nearD   [][]int32 // and how far they are
	weight  []int64
	w       []float64 // the same
	must    []bool
	shut    []bool
	r       *rand.Rand
	o       Options
	ctx     context.Context //nolint:containedctx // a search lives as long as one call

	best   []int32
	value  int64
	bound  int64
	nodes  int
	rounds int
	rooted bool            // the bound of the root is known
	tried  map[uint64]bool // choices that were beginnings already

	u     []float64 // multipliers by point: what its nearest site may cost
	rho   []float64 // by site: what opening it saves, negative
	grad  []float64
	order []int32
	cnt   []float64
}

func newMedianSearch(m *Median, o Options) *medianSearch {
	s := &medianSearch{m: m.Points, n: m.Sites, p: m.P, dist: m.Dist, weight: m.Weights, must: make([]bool, m.Sites), shut: make([]bool, m.Sites),
		r: rand.New(rand.NewPCG(o.Seed, 0x3ed1a)), o: o, tried: map[uint64]bool{}}
	if s.o.Rounds == 0 {
		s.o.Rounds = 700
	}
	if s.o.Nodes == 0 {
		s.o.Nodes = int(max(120, min(400, 120*810_000/(int64(s.m)*int64(s.n))))) // a small one's branches are soon looked at
	}
	if s.weight == nil {
		s.weight = make([]int64, s.m)
		for i := range s.weight {
			s.weight[i] = 1
		}
	}
	s.w = make([]float64, s.m)
	for i, v := range s.weight {
		s.w[i] = float64(v)
	}
	for _, j := range m.Fixed {
		s.must[j] = true
	}
	for _, j := range m.Forbidden {
		s.shut[j] = true
	}
	s.near, s.nearD = make([][]int32, s.n), make([][]int32, s.n)
	all, far := make([]int32, s.n*s.m), make([]int32, s.n*s.m)
	keys := make([]int64, s.m) // distance and point in one number, so that sorting is quick
	for j := range s.n {
		s.near[j], s.nearD[j] = all[j*s.m:(j+1)*s.m:(j+1)*s.m], far[j*s.m:(j+1)*s.m:(j+1)*s.m]
		for i := range s.m {
			keys[i] = int64(s.dist[i*s.n+j])<<16 | int64(i)
		}
		slices.Sort(keys)
		for k, x := range keys {
			s.near[j][k], s.nearD[j][k] = int32(x&0xffff), int32(x>>16)
		}
	}
	s.u, s.grad, s.cnt = make([]float64, s.m), make([]float64, s.m), make([]float64, s.m)
	s.rho, s.order = make([]float64, s.n), make([]int32, s.n)
	for j := range s.order {
		s.order[j] = int32(j)
	}
	return s
}

// from improves a choice by exchanges, and keeps it when it is the best so far.
func (s *medianSearch) from(sites []int32) {
	h := uint64(14695981039346656037)
	for _, j := range slices.Sorted(slices.Values(sites)) {
		h = (h ^ uint64(j)) * 1099511628211
	}
	if s.tried[h] {
		return
	}
	s.tried[h] = true
	c := s.newClusters(sites)
	c.improve()
	s.offer(c)
}

func (s *medianSearch) offer(c *clusters) {
	if s.best == nil || c.value < s.value {
		s.best, s.value = slices.Clone(c.list), c.value
	}
}

// greedy opens the fixed sites, and then the site that saves most until p are open.
func (s *medianSearch) greedy() []int32 {
	var sites []int32
	d1 := make([]int32, s.m)
	for i := range d1 {
		d1[i] = maxLength * maxMedian / 4
	}
	take := func(j int32) {
		sites = append(sites, j)
		for i := range s.m {
			d1[i] = min(d1[i], s.dist[i*s.n+int(j)])
		}
	}
	for j := range int32(s.n) {
		if s.must[j] {
			take(j)
		}
	}
	for len(sites) < s.p {
		best, most := int32(-1), int64(-1)
		for j := range int32(s.n) {
			if s.shut[j] || slices.Contains(sites, j) {
				continue
			}
			saved := int64(0)
			for i := range s.m {
				if d := s.dist[i*s.n+int(j)]; d < d1[i] {
					saved += s.weight[i] * int64(d1[i]-d)
				}
			}
			if saved > most {
				best, most = j, saved
			}
		}
		take(best)
	}
	return sites
}

func (s *medianSearch) run(ctx context.Context) error {
	s.ctx = ctx
	s.from(s.greedy())
	c := s.newClusters(s.best)
	for i := range s.u {
		s.u[i] = float64(c.d2[i])
		if c.d2[i] == far {
			s.u[i] = float64(c.d1[i]) + 1
		}
	}
	root, err := s.climb(s.o.Rounds, true)
	if err != nil {
		return err
	}
	s.bound, s.rooted = root, true
	s.tell()
	if s.value > s.bound {
		s.shake(40)
	}
	if s.value <= s.bound || s.o.Nodes < 0 {
		return s.stopped()
	}
	return s.branch()
}

func (s *medianSearch) stopped() error {
	if err := s.ctx.Err(); err != nil {
		return kernel.Unavailable(kernel.T("计算已停下", "the calculation was stopped"), err)
	}
	return nil
}

// tell says how far the search is: by rounds at the root, by nodes after it.
func (s *medianSearch) tell() {
	if s.o.Progress == nil {
		return
	}
	share := min(0.5, 0.5*float64(s.rounds)/float64(s.o.Rounds))
	if s.rooted {
		share = 0.5 + 0.5*float64(s.nodes)/float64(max(1, s.o.Nodes))
	}
	s.o.Progress(min(1, share), s.value, min(s.bound, s.value))
}

// shake moves a few sites of the best choice to random places and exchanges from there.
func (s *medianSearch) shake(tries int) {
	for range tries {
		if s.tell(); s.value <= s.bound || s.ctx.Err() != nil {
			return
		}
		c := s.newClusters(s.best)
		for range 2 + s.r.IntN(max(1, min(6, s.p/4))) {
			out := c.list[s.r.IntN(len(c.list))]
			in := int32(s.r.IntN(s.n))
			if !s.must[out] && !c.open[in] && !s.shut[in] {
				c.swap(out, in)
			}
		}
		c.improve()
		s.offer(c)
	}
}

// climb raises the Lagrangian bound of the present node by subgradient steps. Relaxed is that each point goes to exactly one site
// (Cornuéjols, Fisher and Nemhauser 1977; Beasley 1993):
//
//	L(u) = Σ w_i u_i + Σ_{j among the p least} ρ_j,   ρ_j = Σ_i w_i min(0, d_ij − u_i)
//
// It gives the node's bound, rounded up, and fixes the sites of which the bound says that the other way is no better.
func (s *medianSearch) climb(rounds int, primal bool) (int64, error) {
	best := math.Inf(-1)
	theta, since := 1.5, 0
	u, bestU := slices.Clone(s.u), slices.Clone(s.u)
	clear(s.grad)
	for round := range rounds {
		s.rounds++
		l := s.relaxed(u)
		if l > best {
			if l > best+1e-4*math.Abs(best) {
				since = 0
			}
			best = l
			copy(bestU, u)
		}
		if ceil(best) >= s.value {
			break
		}
		if since++; since > 12 {
			since = 0
			if theta *= 0.65; theta < 0.005 {
				break
			}
		}
		if primal && (round < 20 && round%4 == 3 || round%24 == 23) {
			s.from(slices.Clone(s.order[:s.p]))
		}
		if round%16 == 15 {
			s.tell()
		}
		if err := s.stopped(); err != nil {
			return 0, err
		}
		s.step(u, l, theta)
	}
	copy(s.u, bestU)
	s.relaxed(s.u)
	s.fix(best)
	return ceil(best), nil
}

// ceil rounds a bound up to whole units, with room for rounding errors of the sums.
func ceil(b float64) int64 { return int64(math.Ceil(b - 1e-6*math.Max(1, math.Abs(b)*1e-6))) }

// relaxed computes L(u), what each site saves, and who is chosen: the first of order, as many as p.
func (s *medianSearch) relaxed(u []float64) float64 {
	l, most := 0.0, 0.0
	for i, v := range u {
		l += s.w[i] * v
		most = math.Max(most, v)
	}
	for j := range s.rho {
		if s.shut[j] {
			s.rho[j] = math.Inf(1)
			continue
		}
		sum := 0.0
		dist := s.nearD[j]
		for k, i := range s.near[j] {
			d := float64(dist[k])
			if d >= most {
				break
			}
			if v := u[i]; d < v {
				sum += s.w[i] * (d - v)
			}
		}
		s.rho[j] = sum
	}
	front(s.order, s.p, func(a, b int32) bool {
		if s.must[a] != s.must[b] {
			return s.must[a]
		}
		return s.rho[a] < s.rho[b] || s.rho[a] == s.rho[b] && a < b
	})
	for _, j := range s.order[:s.p] {
		l += s.rho[j]
	}
	return l
}

// step moves the multipliers: up for points that no chosen site takes, down for those that several take.
func (s *medianSearch) step(u []float64, l, theta float64) {
	for i := range s.cnt {
		s.cnt[i] = 1
	}
	most := slices.Max(u)
	for _, j := range s.order[:s.p] {
		dist := s.nearD[j]
		for k, i := range s.near[j] {
			d := float64(dist[k])
			if d >= most {
				break
			}
			if d < u[i] {
				s.cnt[i]--
			}
		}
	}
	norm := 0.0
	for i := range u {
		s.grad[i] = s.w[i]*s.cnt[i] + 0.5*s.grad[i]
		norm += s.grad[i] * s.grad[i]
	}
	if norm == 0 {
		return
	}
	t := theta * math.Max(1.01*float64(s.value)-l, 0.5) / norm
	for i := range u {
		u[i] = math.Max(0, u[i]+t*s.grad[i])
	}
}

func (s *medianSearch) fix(l float64) {
	if s.p >= s.n {
		return
	}
	last, next := s.rho[s.order[s.p-1]], s.rho[s.order[s.p]]
	if s.must[s.order[s.p-1]] {
		last = math.Inf(-1) // nobody may make room
	}
	for k, j := range s.order {
		switch {
		case s.must[j] || s.shut[j]:
		case k < s.p && s.beyond(l-s.rho[j]+next):
			s.must[j] = true
		case k >= s.p && s.beyond(l-last+s.rho[j]):
			s.shut[j] = true
		}
	}
}

// beyond reports whether a bound leaves nothing better than the best choice.
func (s *medianSearch) beyond(l float64) bool { return math.IsInf(l, 1) || ceil(l) >= s.value }

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
	all     *table // of the sites that the root leaves
	here    table  // of those that are free at the present node
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
	work   int64           // entries of the table that the bounds looked at
	rooted bool            // the bound of the root is known
	tried  map[uint64]bool // choices that were beginnings already

	u     []float64 // multipliers by point: what its nearest site may cost
	rho   []float64 // by site: what opening it saves, negative
	grad  []float64
	order []int32   // the free sites, those chosen first
	freq  []float64 // by site: how often it was chosen lately
	cnt   []float64 // by point: how many chosen sites take it
	most  []float64 // by point: how far the nearest site is that is open in any case; no multiplier is above
	free  []int32
	left  int // how many of the free ones are to be opened
	// chosen is scratch; looked is how many entries of the table the last sum took.
	chosen []bool
	looked int
	gone   []int32
}

func newMedianSearch(m *Median, o Options) *medianSearch {
	s := &medianSearch{m: m.Points, n: m.Sites, p: m.P, dist: m.Dist, weight: m.Weights, must: make([]bool, m.Sites), shut: make([]bool, m.Sites),
		r: rand.New(rand.NewPCG(o.Seed, 0x3ed1a)), o: o, tried: map[uint64]bool{}}
	if s.o.Rounds == 0 {
		s.o.Rounds = 700
	}
	if s.o.Nodes == 0 {
		s.o.Nodes = 20_000
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
	s.all = s.rows()
	s.u, s.grad, s.cnt = make([]float64, s.m), make([]float64, s.m), make([]float64, s.m)
	s.rho, s.freq, s.most, s.chosen = make([]float64, s.n), make([]float64, s.n), make([]float64, s.m), make([]bool, s.n)
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
	sites := make([]int32, 0, s.p)
	d1, saved := make([]int32, s.m), make([]int64, s.n)
	for i := range d1 {
		d1[i] = maxLength * maxMedian / 4
		s.save(i, d1[i], 0, saved, 1)
	}
	take := func(j int32) {
		sites = append(sites, j)
		for i := range s.m {
			if d := s.dist[i*s.n+int(j)]; d < d1[i] {
				s.save(i, d1[i], d, saved, -1)
				d1[i] = d
			}
		}
		saved[j] = -1
	}
	for j := range int32(s.n) {
		if s.must[j] {
			take(j)
		}
	}
	for len(sites) < s.p {
		best, most := int32(-1), int64(-1)
		for j := range int32(s.n) {
			if !s.shut[j] && saved[j] > most && !slices.Contains(sites, j) {
				best, most = j, saved[j]
			}
		}
		take(best)
	}
	return sites
}

// save adds to each site what it saves a point whose nearest open site is at old, over one at d.
func (s *medianSearch) save(i int, old, d int32, saved []int64, sign int64) {
	w := sign * s.weight[i]
	for _, e := range s.all.row(i) {
		if e.d >= old {
			return
		}
		saved[e.site] += w * int64(old-max(e.d, d))
	}
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
	s.bound, s.rooted = min(root, s.value), true
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

// medianWork bounds a search by the entries that its bounds look at, so that it ends in time and in the same place everywhere.
const medianWork = int64(2_000_000_000)

// tell says how far the search is: by rounds at the root, by nodes and work after it.
func (s *medianSearch) tell() {
	if s.o.Progress == nil {
		return
	}
	share := min(0.5, 0.5*float64(s.rounds)/float64(s.o.Rounds))
	if s.rooted {
		share = 0.5 + 0.5*max(float64(s.nodes)/float64(max(1, s.o.Nodes)), float64(s.work)/float64(medianWork))
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
	if s.enter(); s.left == 0 || s.left == len(s.free) {
		return s.only(), nil
	}
	best := math.Inf(-1)
	theta, since := s.theta(), 0
	u, bestU := slices.Clone(s.u), slices.Clone(s.u)
	clear(s.grad)
	for _, j := range s.free {
		s.freq[j] = 0
	}
	for round := range rounds {
		s.rounds++
		s.hold(u)
		l := s.relaxed(u)
		if l > best {
			if l > best+1e-4*math.Abs(best) {
				since = 0
			}
			best = l
			copy(bestU, u)
		}
		if ceil(best) >= s.value {
			return ceil(best), nil
		}
		if since++; since > 8 {
			since = 0
			if theta *= 0.7; theta < 0.005 {
				break
			}
		}
		if primal && (round < 20 && round%4 == 3 || round%24 == 23) {
			s.from(s.choice())
		}
		if round%16 == 15 {
			if s.tell(); s.fix(l, false) {
				if s.left == 0 || s.left == len(s.free) {
					return s.only(), nil
				}
				continue
			}
		}
		if err := s.stopped(); err != nil {
			return 0, err
		}
		s.step(u, l, theta)
	}
	copy(s.u, bestU)
	s.hold(s.u)
	if s.fix(s.relaxed(s.u), true); s.left == 0 || s.left == len(s.free) {
		return s.only(), nil
	}
	return ceil(best), nil
}

// theta is how long the first steps are: short below the root, where the multipliers begin near their best.
func (s *medianSearch) theta() float64 {
	if s.rooted {
		return 0.3
	}
	return 1.5
}

// only takes the one choice that is left, whose value is the bound.
func (s *medianSearch) only() int64 {
	c := s.newClusters(s.choice())
	s.offer(c)
	return c.value
}

// choice is what is open in any case and the first of order.
func (s *medianSearch) choice() []int32 {
	sites := make([]int32, 0, s.p)
	for j := range int32(s.n) {
		if s.must[j] {
			sites = append(sites, j)
		}
	}
	return append(sites, s.order[:s.left]...)
}

// hold keeps multipliers at or below the distance of a site open in any case: above it they gain nothing.
func (s *medianSearch) hold(u []float64) {
	for i, v := range u {
		u[i] = math.Min(v, s.most[i])
	}
}

// ceil rounds a bound up to whole units, with room for rounding errors of the sums.
func ceil(b float64) int64 { return int64(math.Ceil(b - 1e-6*math.Max(1, math.Abs(b)*1e-6))) }

// step moves the multipliers: up for points that no chosen site takes, down for those that several take.
func (s *medianSearch) step(u []float64, l, theta float64) {
	s.taken(u)
	for _, j := range s.free {
		s.freq[j] *= 0.9
	}
	for _, j := range s.order[:s.left] {
		s.freq[j] += 0.1
	}
	norm := 0.0
	for i, v := range u {
		g := s.w[i] * (1 - s.cnt[i])
		if v >= s.most[i] {
			g = math.Min(g, 0) // the site open in any case takes it
		}
		s.grad[i] = g + 0.5*s.grad[i]
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

// fix opens and shuts for good, at this node and below, the sites of which a bound, that of the last sum, says that the other way
// is no better than the best choice; then the relaxation is made anew without them. Unless it must, it waits until an eighth of
// the free sites can go, and reports whether they went.
func (s *medianSearch) fix(l float64, now bool) bool {
	last, next := s.rho[s.order[s.left-1]], s.rho[s.order[s.left]]
	s.gone = s.gone[:0]
	for k, j := range s.order {
		if k < s.left && ceil(l-s.rho[j]+next) >= s.value || k >= s.left && ceil(l-last+s.rho[j]) >= s.value {
			s.gone = append(s.gone, j)
		}
	}
	if 8*len(s.gone) < len(s.free) && !now {
		return false
	}
	for _, j := range s.gone {
		if slices.Contains(s.order[:s.left], j) {
			s.must[j] = true
		} else {
			s.shut[j] = true
		}
	}
	if !s.rooted && len(s.gone) > 0 {
		t := &table{}
		s.narrow(t, s.all, false)
		s.all = t
	}
	s.enter()
	return true
}

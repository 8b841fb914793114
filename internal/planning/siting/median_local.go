package siting

import (
	"math"
	"slices"
)

// clusters is a choice of sites of a p-median under repair: each point's nearest and second nearest open site.
type clusters struct {
	s      *medianSearch
	open   []bool
	list   []int32
	first  []int32 // by point; −1 while nothing is open
	second []int32
	d1, d2 []int32
	value  int64
	// By site, for the exchanges: what closing an open one costs, what opening a closed one saves, and which open one is best
	// closed for it. extra is scratch.
	loss, gain, extra, least []int64
	out                      []int32
	touched                  []int32
	points                   []int32 // in the order of their nearest open sites
	from                     []int32 // by site: where its points begin there
}

const far = math.MaxInt32

func (s *medianSearch) newClusters(sites []int32) *clusters {
	ints := func() []int32 { return make([]int32, s.m) }
	sums := func() []int64 { return make([]int64, s.n) }
	c := &clusters{s: s, open: make([]bool, s.n), first: ints(), second: ints(), d1: ints(), d2: ints(), points: ints(),
		loss: sums(), gain: sums(), extra: sums(), least: sums(), out: make([]int32, s.n), from: make([]int32, s.n+1)}
	for i := range s.m {
		c.first[i], c.second[i], c.d1[i], c.d2[i] = -1, -1, far, far
	}
	for _, j := range sites {
		c.open[j] = true
		c.list = append(c.list, j)
	}
	for i := range s.m {
		c.look(i)
	}
	c.count()
	return c
}

// look finds the two nearest open sites of a point.
func (c *clusters) look(i int) {
	row := c.s.dist[i*c.s.n : (i+1)*c.s.n]
	a, b := int32(-1), int32(-1)
	da, db := int32(far), int32(far)
	for _, j := range c.list {
		switch d := row[j]; {
		case d < da || d == da && j < a:
			a, b, da, db = j, a, d, da
		case d < db || d == db && j < b:
			b, db = j, d
		}
	}
	c.first[i], c.second[i], c.d1[i], c.d2[i] = a, b, da, db
}

func (c *clusters) count() {
	c.value = 0
	for i, d := range c.d1 {
		c.value += c.s.weight[i] * int64(d)
	}
}

// swap closes one site and opens another.
func (c *clusters) swap(out, in int32) {
	c.open[out], c.open[in] = false, true
	c.list[slices.Index(c.list, out)] = in
	for i := range c.s.m {
		d := c.s.dist[i*c.s.n+int(in)]
		switch {
		case c.first[i] == out || c.second[i] == out:
			c.look(i)
		case d < c.d1[i]:
			c.second[i], c.d2[i] = c.first[i], c.d1[i]
			c.first[i], c.d1[i] = in, d
		case d < c.d2[i]:
			c.second[i], c.d2[i] = in, d
		}
	}
	c.count()
}

// improve exchanges as long as that is better, the best exchange first (Whitaker 1983; Resende and Werneck 2007): opening j
// saves for all points that it is nearer to, and closing r then costs what r's points lose beyond that.
func (c *clusters) improve() {
	for {
		c.weigh()
		bestIn, best := int32(-1), int64(0)
		for j := range int32(c.s.n) {
			if c.open[j] || c.s.shut[j] || c.out[j] < 0 {
				continue
			}
			if d := c.gain[j] - c.least[j]; d > best {
				bestIn, best = j, d
			}
		}
		if bestIn < 0 {
			return
		}
		c.swap(c.out[bestIn], bestIn)
	}
}

// weigh finds for each closed site what opening it saves and which open site it costs least to close for it. Only sites nearer
// to a point than its second open one matter to it.
func (c *clusters) weigh() {
	clear(c.gain)
	c.group()
	cheap, most := int32(-1), int64(math.MaxInt64)
	for _, r := range c.list {
		if !c.s.must[r] && c.loss[r] < most {
			cheap, most = r, c.loss[r]
		}
	}
	for j := range c.out {
		c.out[j], c.least[j] = cheap, most
	}
	for _, r := range c.list {
		c.touched = c.touched[:0]
		for _, i := range c.points[c.from[r]:c.from[r+1]] {
			c.serve(i)
		}
		for _, j := range c.touched {
			if v := c.loss[r] - c.extra[j]; v < c.least[j] && !c.s.must[r] {
				c.out[j], c.least[j] = r, v
			}
			c.extra[j] = 0
		}
	}
}

// serve adds up what each site near a point could save it, and how much less the closing of its nearest open site would then
// cost.
func (c *clusters) serve(i int32) {
	w, d1, d2 := c.s.weight[i], c.d1[i], c.d2[i]
	for _, e := range c.s.all.row(int(i)) {
		if e.d >= d2 {
			return
		}
		if c.extra[e.site] == 0 {
			c.touched = append(c.touched, e.site)
		}
		if e.d < d1 {
			c.gain[e.site] += w * int64(d1-e.d)
			c.extra[e.site] += w * int64(d2-d1)
		} else {
			c.extra[e.site] += w * int64(d2-e.d)
		}
	}
}

// group sorts the points by their nearest open sites, and finds what closing each of those costs.
func (c *clusters) group() {
	clear(c.from)
	for _, r := range c.list {
		c.loss[r] = 0
	}
	for i, r := range c.first {
		c.from[r+1]++
		c.loss[r] += c.s.weight[i] * int64(c.d2[i]-c.d1[i])
	}
	for r := range c.s.n {
		c.from[r+1] += c.from[r]
	}
	for i, r := range c.first {
		c.points[c.from[r]] = int32(i)
		c.from[r]++
	}
	copy(c.from[1:], c.from[:c.s.n])
	c.from[0] = 0
}

package siting

import (
	"math"
	"slices"
)

// clusters is a choice of sites of a p-median under repair: each point's nearest and second nearest open site.
type clusters struct {
	s       *medianSearch
	open    []bool
	list    []int32
	first   []int32 // by point; −1 while nothing is open
	second  []int32
	d1, d2  []int32
	value   int64
	loss    []int64 // scratch, by site
	touched []int32 // scratch
}

const far = math.MaxInt32

func (s *medianSearch) newClusters(sites []int32) *clusters {
	c := &clusters{s: s, open: make([]bool, s.n), first: make([]int32, s.m), second: make([]int32, s.m), d1: make([]int32, s.m), d2: make([]int32, s.m), loss: make([]int64, s.n)}
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

// improve exchanges as long as that is better, the best exchange of each closed site in turn (Whitaker 1983; Hansen and
// Mladenović 1997): opening j saves for all that it is nearer to, and closing r then costs what r's points lose beyond that.
func (c *clusters) improve() {
	for {
		for j := range c.loss {
			c.loss[j] = 0
		}
		most := int32(0)
		for i, w := range c.s.weight {
			c.loss[c.first[i]] += w * int64(c.d2[i]-c.d1[i])
			most = max(most, c.d2[i])
		}
		bestIn, bestOut, best := int32(-1), int32(-1), int64(0)
		for j := range int32(c.s.n) {
			if c.open[j] || c.s.shut[j] {
				continue
			}
			if out, d := c.exchange(j, most); d > best {
				bestIn, bestOut, best = j, out, d
			}
		}
		if bestIn < 0 {
			return
		}
		c.swap(bestOut, bestIn)
	}
}

// exchange gives the open site whose closing costs least when j opens, and what both together save.
func (c *clusters) exchange(j, most int32) (out int32, saved int64) {
	gain := int64(0)
	touched := c.touched[:0]
	dist := c.s.nearD[j]
	for k, i := range c.s.near[j] {
		d := dist[k]
		if d >= most {
			break
		}
		w := c.s.weight[i]
		if d < c.d1[i] {
			gain += w * int64(c.d1[i]-d)
			// When the nearest closes, the point goes to j, not to its second.
			c.loss[c.first[i]] -= w * int64(c.d2[i]-c.d1[i])
			touched = append(touched, i)
		} else if d < c.d2[i] {
			c.loss[c.first[i]] -= w * int64(c.d2[i]-d)
			touched = append(touched, i)
		}
	}
	out = -1
	for _, r := range c.list {
		if !c.s.must[r] && (out < 0 || c.loss[r] < c.loss[out]) {
			out = r
		}
	}
	if out >= 0 {
		saved = gain - c.loss[out]
	}
	c.touched = touched
	for _, i := range touched {
		if d := c.s.dist[int(i)*c.s.n+int(j)]; d < c.d1[i] {
			c.loss[c.first[i]] += c.s.weight[i] * int64(c.d2[i]-c.d1[i])
		} else {
			c.loss[c.first[i]] += c.s.weight[i] * int64(c.d2[i]-d)
		}
	}
	return out, saved
}

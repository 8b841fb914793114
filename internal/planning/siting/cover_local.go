package siting

// cover is a choice of sites of a covering under repair: how often each row is covered, what each closed site would gain and
// each open one would lose.
type cover struct {
	s     *coverSearch
	open  []bool
	list  []int32 // the open sites
	count []int32 // by row
	gain  []int64 // of closed sites: weight of rows that nobody covers yet
	loss  []int64 // of open sites: weight of rows that they alone cover
	value int64
	extra []int64 // scratch, by site
	look  []bool  // of open sites: something near has changed since its exchanges were looked at
	near  []int32 // scratch
}

func (s *coverSearch) newCover() *cover {
	c := &cover{s: s, open: make([]bool, s.n), count: make([]int32, len(s.weight)), gain: make([]int64, s.n), loss: make([]int64, s.n), extra: make([]int64, s.n), look: make([]bool, s.n)}
	for i, w := range s.weight {
		for _, j := range s.row(i) {
			c.gain[j] += w
		}
	}
	return c
}

// add opens a site.
func (c *cover) add(j int32) {
	c.open[j], c.look[j] = true, true
	c.list = append(c.list, j)
	c.value += c.gain[j]
	for _, i := range c.s.col(j) {
		w := c.s.weight[i]
		c.count[i]++
		switch c.count[i] {
		case 1:
			for _, k := range c.s.row(int(i)) {
				c.gain[k] -= w
			}
			c.loss[j] += w
		case 2:
			for _, k := range c.s.row(int(i)) {
				if c.open[k] && k != j {
					c.loss[k] -= w
					c.look[k] = true
				}
			}
		}
	}
}

// drop closes a site.
func (c *cover) drop(j int32) {
	c.open[j] = false
	for k, x := range c.list {
		if x == j {
			c.list[k] = c.list[len(c.list)-1]
			c.list = c.list[:len(c.list)-1]
			break
		}
	}
	c.value -= c.loss[j]
	for _, i := range c.s.col(j) {
		w := c.s.weight[i]
		c.count[i]--
		switch c.count[i] {
		case 0:
			for _, k := range c.s.row(int(i)) {
				c.gain[k] += w
			}
		case 1:
			for _, k := range c.s.row(int(i)) {
				if c.open[k] {
					c.loss[k] += w
					c.look[k] = true
				}
			}
		}
	}
	c.loss[j] = 0
}

// fill opens the site that gains most until p are open.
func (c *cover) fill() {
	for len(c.list) < c.s.p {
		best := int32(-1)
		for j := range int32(c.s.n) {
			if !c.open[j] && !c.s.shut[j] && (best < 0 || c.gain[j] > c.gain[best]) {
				best = j
			}
		}
		if best < 0 {
			return
		}
		c.add(best)
	}
}

// improve exchanges one open site for a closed one as long as that covers more, the best exchange of each open site first. Of an
// open site near which nothing changed since it was looked at, only the exchange for the site that gains most is tried again.
func (c *cover) improve() {
	for again := true; again; {
		again = false
		top := c.top()
		for k := 0; k < len(c.list); k++ {
			out := c.list[k]
			if c.s.must[out] || !c.look[out] && (top < 0 || c.gain[top] <= c.loss[out]) {
				continue
			}
			c.look[out] = false
			in, better := c.exchange(out, top)
			if better <= 0 {
				continue
			}
			c.drop(out)
			c.add(in)
			again = true
			top = c.top()
			k = max(-1, k-1)
		}
	}
}

// top is the closed site that gains most.
func (c *cover) top() int32 {
	best := int32(-1)
	for j := range int32(c.s.n) {
		if !c.open[j] && !c.s.shut[j] && (best < 0 || c.gain[j] > c.gain[best]) {
			best = j
		}
	}
	return best
}

// exchange finds the closed site that makes most of out's going: its own gain, and what of out's rows it covers too.
func (c *cover) exchange(out, top int32) (in int32, better int64) {
	in, better = top, -1
	if top >= 0 {
		better = c.gain[top] - c.loss[out]
	}
	if c.loss[out] == 0 {
		return in, better
	}
	touched := c.near[:0]
	for _, i := range c.s.col(out) {
		if c.count[i] != 1 {
			continue
		}
		w := c.s.weight[i]
		row := c.s.row(int(i))
		c.s.work += int64(len(row))
		for _, j := range row {
			if c.open[j] || c.s.shut[j] {
				continue
			}
			if c.extra[j] == 0 {
				touched = append(touched, j)
			}
			c.extra[j] += w
		}
	}
	c.near = touched
	for _, j := range touched {
		if d := c.gain[j] + c.extra[j] - c.loss[out]; d > better || d == better && j < in {
			in, better = j, d
		}
		c.extra[j] = 0
	}
	return in, better
}

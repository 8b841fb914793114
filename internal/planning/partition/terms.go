package partition

// unit is the gain of one cut edge when other terms count beside it.
const unit = 256

// terms is what counts beyond the cut: nearness to the centroid of one's part, and staying in today's part.
type terms struct {
	pull   float64 // gain for one vertex at one squared step from the centroid
	stay   float64 // gain for one unit of weight
	sx, sy []int64 // sum of the coordinates of each part, a vertex of the region counting one
	size   []int64
}

// newTerms gives nil when nothing counts but the cut.
func newTerms(o *Options, l *level, part []int32, parts int) *terms {
	if o.Compact == 0 && (o.Change == 0 || l.home == nil) {
		return nil
	}
	t := &terms{sx: make([]int64, parts), sy: make([]int64, parts), size: make([]int64, parts)}
	var total, count int64
	for v, p := range part {
		s := int64(l.sizeOf(int32(v)))
		t.size[p] += s
		t.sx[p] += s * int64(l.x[v])
		t.sy[p] += s * int64(l.y[v])
		total += int64(l.w[v])
		count += s
	}
	if l.home != nil && total > 0 {
		t.stay = o.Change * unit * float64(count) / float64(total)
	}
	spread := 0.0
	for v, p := range part {
		spread += float64(float64(l.sizeOf(int32(v))) * t.far(l, int32(v), p))
	}
	if spread > 0 {
		t.pull = o.Compact * unit * float64(count) / spread
	}
	return t
}

// far is the squared distance of v to the centroid of p. The conversions keep every machine from fusing the sum.
func (t *terms) far(l *level, v, p int32) float64 {
	if t.size[p] == 0 {
		return 0
	}
	dx := float64(int64(l.x[v]) - t.sx[p]/t.size[p])
	dy := float64(int64(l.y[v]) - t.sy[p]/t.size[p])
	return float64(dx*dx) + float64(dy*dy)
}

// gain is what moving v from p to q adds.
func (t *terms) gain(l *level, v, p, q int32) int64 {
	g := 0.0
	if t.pull > 0 {
		g = float64((t.far(l, v, p) - t.far(l, v, q)) * t.pull * float64(l.sizeOf(v)))
	}
	if t.stay > 0 {
		switch l.home[v] {
		case p:
			g -= float64(t.stay * float64(l.w[v]))
		case q:
			g += float64(t.stay * float64(l.w[v]))
		}
	}
	return int64(max(-1<<40, min(1<<40, g)))
}

func (t *terms) move(l *level, v, p, q int32) {
	s := int64(l.sizeOf(v))
	t.size[p], t.size[q] = t.size[p]-s, t.size[q]+s
	t.sx[p], t.sx[q] = t.sx[p]-s*int64(l.x[v]), t.sx[q]+s*int64(l.x[v])
	t.sy[p], t.sy[q] = t.sy[p]-s*int64(l.y[v]), t.sy[q]+s*int64(l.y[v])
}

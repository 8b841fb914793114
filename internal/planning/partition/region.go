package partition

import (
	"cmp"
	"context"
	"slices"
)

// region is a connected piece of the map that is divided by itself.
type region struct {
	nodes     []int32 // vertices of the base level
	weight    int64
	parts     int
	border    int32
	lo, hi    int32
	heavy     []int32 // vertices that alone are more than a part may weigh
	heaviness int64   // what they weigh in all
}

// divider divides one region.
type divider struct {
	ctx    context.Context
	o      *Options
	k      int
	lo, hi int32
	rnd    rng
	tell   func(share float64) // of this region's work, as far as it is done
	far    int                 // moves without gain after which a search goes back
	many   []int64             // parts that each part is to be divided into later, nil for one
}

// How coarse the coarsest level is and how hard each level is searched; found by trial on districts of 100,000 and a million
// buildings. A level above the finest is searched once with a pull to the centroids: round parts are the better start for a small cut.
const (
	perPart   = 20     // vertices of the coarsest level for each part
	perVertex = 24     // a coarse vertex is at most this share of a part
	together  = 64     // parts that are cut out of one group on the coarsest level
	leastSize = 200    // vertices below which nothing is merged
	reach     = 60     // vertices that the guard looks at
	patience  = 12     // moves without gain after which a search goes back
	further   = 24     // the same where effort is asked for
	leastGain = -1     // edges that the first move of a search may cost
	roundness = 0.5    // cut edges for a vertex at the mean radius, in the first pass of a coarse level
	cheap     = 20_000 // vertices of a level that is searched again and again, as long as it helps
	again     = 4      // how often
)

// divide gives the part of each vertex of l, from 0 to k-1, and the name of today's part that each of them continues, or -1.
func (d *divider) divide(l *level) (part []int32, names []int32, err error) {
	names = make([]int32, d.k)
	for i := range names {
		names[i] = -1
	}
	if d.k == 1 {
		if l.home != nil {
			names[0] = slices.MaxFunc(today(l), func(a, b share) int { return cmp.Compare(a.weight, b.weight) }).name
		}
		return make([]int32, l.n), names, nil
	}
	if l.home != nil {
		names = d.startFrom(l, names)
	}
	part, err = d.cycle(l, 0)
	for e := range d.o.Effort {
		if err != nil {
			return nil, nil, err
		}
		l.tie = part
		part, err = d.cycle(l, e+1)
	}
	return part, names, err
}

// cycle goes down to the coarsest level and up again, starting from l.tie when there is one. turn counts the cycles before it.
func (d *divider) cycle(l *level, turn int) ([]int32, error) {
	d.far = patience
	if d.o.Effort > 0 {
		d.far = further
	}
	total := int64(0)
	for _, w := range l.w {
		total += int64(w)
	}
	mean := total / int64(d.k)
	if turn > 0 {
		l.salt = d.rnd.next() | 1
	}
	levels := l.hierarchy(int32(max(perPart*d.k, leastSize)), int32(max(mean/perVertex, 1)))
	if err := d.ctx.Err(); err != nil {
		return nil, err
	}
	all := int64(0)
	for _, x := range levels {
		all += int64(x.n)
	}
	todo := all
	top := levels[len(levels)-1]
	lo, hi := make([]int32, d.k), make([]int32, d.k)
	d.setBounds(lo, hi, total)
	start := top.tie
	if start == nil {
		start = make([]int32, top.n)
	}
	r := newRefiner(top, start, d.k, lo, hi, d.rnd)
	r.room(l.n)
	if err := d.begin(r); err != nil {
		return nil, err
	}
	r.terms = newTerms(d.o, r.l, r.part, d.k)
	for i := len(levels) - 1; ; i-- {
		d.improve(r, l.tie == nil && (i > 0 || len(levels) == 1), i == 0 && d.many == nil)
		todo -= int64(r.l.n)
		d.tell((float64(turn+1) - float64(todo)/float64(all)) / float64(d.o.Effort+1))
		if err := d.ctx.Err(); err != nil {
			return nil, err
		}
		if i == 0 {
			break
		}
		r.finer(levels[i-1])
	}
	d.rnd = r.rnd
	return r.part, nil
}

// setBounds gives each part its bounds: those of a part that will be divided leave room for that.
func (d *divider) setBounds(lo, hi []int32, total int64) {
	if d.many == nil {
		for p := range lo {
			lo[p], hi[p] = d.lo, d.hi
		}
		return
	}
	b, all := &bisector{lo: d.lo, hi: d.hi}, int64(0)
	for _, m := range d.many {
		all += m
	}
	for p, m := range d.many {
		least, most := b.allowed(total, m, all)
		lo[p], hi[p] = int32(least), int32(most)
	}
}

// groups halves the parts until no group has more than together of them.
func (d *divider) groups() (names [][]int32) {
	all := make([]int32, d.k)
	for p := range all {
		all[p] = int32(p)
	}
	names = [][]int32{all}
	for len(names[0]) > together {
		finer := make([][]int32, 0, 2*len(names))
		for _, n := range names {
			half := (len(n) + 1) / 2
			finer = append(finer, n[:half], n[half:])
		}
		names = finer
	}
	return names
}

// begin divides the parts that are there until none is empty.
func (d *divider) begin(r *refiner) error {
	b := &bisector{r: r, lo: d.lo, hi: d.hi, tries: 1 + 2*min(1, d.o.Effort), many: d.many}
	var free []int32
	used := 0
	for p, w := range r.pw {
		if w > 0 {
			used++
		} else {
			free = append(free, int32(p))
		}
	}
	if used <= 1 {
		if err := d.start(r, b); err != nil {
			return err
		}
	} else {
		for _, p := range free {
			q := int32(slices.Index(r.pw, slices.Max(r.pw)))
			list, from := r.members()
			b.split(slices.Clone(list[from[q]:from[q+1]]), []int32{q, p})
		}
	}
	r.scan()
	return nil
}

// start divides what is whole. Many parts are first taken as few groups of them, each some parts heavy, which a cycle of their own
// divides on levels still coarser than this (deep multilevel, after Gottesbüren, Heuer, Sanders and Schlag): the long cuts between groups
// come out better there, and cheaper.
func (d *divider) start(r *refiner, b *bisector) error {
	names := d.groups()
	part := make([]int32, r.l.n)
	if len(names) > 1 {
		o := *d.o
		o.Effort = 0
		sub := &divider{ctx: d.ctx, o: &o, k: len(names), lo: d.lo, hi: d.hi, rnd: d.rnd, tell: func(float64) {}, many: make([]int64, len(names))}
		for i, n := range names {
			sub.many[i] = b.count(n)
		}
		l := *r.l
		l.tie = nil
		var err error
		if part, err = sub.cycle(&l, 0); err != nil {
			return err
		}
		d.rnd = sub.rnd
	}
	clear(r.pw)
	for v, g := range part {
		r.part[v] = names[g][0]
		r.pw[names[g][0]] += r.l.w[v]
	}
	list, from := r.members()
	for _, n := range names {
		b.split(list[from[n[0]]:from[n[0]+1]], n)
	}
	return nil
}

// improve works on one level: loads first, then shape where shape is set, then the cut; on the finest nothing may stay out of bounds
// that can be mended.
func (d *divider) improve(r *refiner, shape, finest bool) {
	if finest {
		r.fill()
	}
	r.balance(8)
	if shape {
		asked, o := r.terms, *d.o
		o.Compact += roundness
		r.terms = newTerms(&o, r.l, r.part, d.k)
		r.pass(d.far, reach, leastGain)
		r.terms = asked
		if asked != nil {
			r.terms = newTerms(d.o, r.l, r.part, d.k)
		}
	}
	r.pass(d.far, reach, leastGain)
	if r.l.n < cheap {
		for i := 0; i < again && r.pass(d.far, reach, leastGain) > 0; i++ {
		}
	}
	if !finest {
		return
	}
	if r.balance(30) > 0 {
		r.work = 50*int64(r.l.n) + 200_000
		r.chains()
		r.recombine(12, 8)
		r.chains()
	}
	r.pass(d.far, reach, 0)
}

// fill gives a vertex to every part that has none. A vertex at the end of a search tree leaves its part connected.
func (r *refiner) fill() {
	list, from := r.members()
	var rich []int32
	for p := range r.pw {
		if from[p+1]-from[p] > 1 {
			rich = append(rich, int32(p))
		}
	}
	slices.SortStableFunc(rich, func(p, q int32) int { return cmp.Compare(r.pw[q], r.pw[p]) })
	for p := range r.pw {
		if from[p+1] > from[p] {
			continue
		}
		for len(rich) > 0 && !r.shed(list[from[rich[0]]:from[rich[0]+1]], rich[0], int32(p)) {
			rich = rich[1:]
		}
	}
}

// shed gives the last vertex of a search through part p to part q; false when p has only one.
func (r *refiner) shed(nodes []int32, p, q int32) bool {
	r.mark += 2
	var seen []int32
	for _, v := range nodes {
		if r.part[v] == p {
			seen = append(seen, v)
			r.seen[v] = r.mark
			break
		}
	}
	for i := 0; i < len(seen); i++ {
		v := seen[i]
		for _, a := range r.l.arcs[r.l.first[v]:r.l.first[v+1]] {
			if r.part[a.To] == p && r.seen[a.To] != r.mark {
				r.seen[a.To] = r.mark
				seen = append(seen, a.To)
			}
		}
	}
	if len(seen) < 2 {
		return false
	}
	last := seen[len(seen)-1]
	r.move(last, q)
	r.candidate(last)
	for _, a := range r.l.arcs[r.l.first[last]:r.l.first[last+1]] {
		r.candidate(a.To)
	}
	return true
}

// share is the weight of one of today's parts in a region.
type share struct {
	name   int32
	weight int64
}

// today gives today's parts in l, by name.
func today(l *level) []share {
	sums := map[int32]int64{}
	for v, h := range l.home {
		sums[h] += int64(l.w[v])
	}
	list := make([]share, 0, len(sums))
	for h, w := range sums {
		list = append(list, share{h, w})
	}
	slices.SortFunc(list, func(a, b share) int { return cmp.Compare(a.name, b.name) })
	return list
}

// startFrom makes l.tie from today's parts: the heaviest k of them, of each its heaviest piece; what is left over goes to the
// nearest by steps in the graph. l.home becomes the same numbers.
func (d *divider) startFrom(l *level, names []int32) []int32 {
	list := slices.DeleteFunc(today(l), func(s share) bool { return s.name < 0 })
	slices.SortStableFunc(list, func(a, b share) int { return cmp.Compare(b.weight, a.weight) })
	number := map[int32]int32{}
	for i, s := range list[:min(len(list), d.k)] {
		number[s.name] = int32(i)
		names[i] = s.name
	}
	if len(number) == 0 {
		l.home = nil
		return names
	}
	home := make([]int32, l.n)
	for v, h := range l.home {
		home[v] = -1
		if i, ok := number[h]; ok {
			home[v] = i
		}
	}
	l.home = home
	l.tie = l.spread(l.heaviest(home, d.k))
	return names
}

// heaviest leaves of each label only its heaviest piece, the rest becomes -1.
func (l *level) heaviest(label []int32, k int) []int32 {
	piece := make([]int32, l.n)
	best, bestPiece := make([]int64, k), make([]int32, k)
	count := int32(0)
	var queue []int32
	for s := range l.n {
		if label[s] < 0 || piece[s] > 0 {
			continue
		}
		count++
		piece[s] = count
		queue = append(queue[:0], s)
		weight := int64(0)
		for i := 0; i < len(queue); i++ {
			v := queue[i]
			weight += int64(l.w[v])
			for _, a := range l.arcs[l.first[v]:l.first[v+1]] {
				if label[a.To] == label[s] && piece[a.To] == 0 {
					piece[a.To] = count
					queue = append(queue, a.To)
				}
			}
		}
		if weight > best[label[s]] {
			best[label[s]], bestPiece[label[s]] = weight, count
		}
	}
	kept := make([]int32, l.n)
	for v, h := range label {
		kept[v] = -1
		if h >= 0 && piece[v] == bestPiece[h] {
			kept[v] = h
		}
	}
	return kept
}

// spread gives every vertex the label that is the fewest steps away.
func (l *level) spread(label []int32) []int32 {
	var queue []int32
	for v, h := range label {
		if h >= 0 {
			queue = append(queue, int32(v))
		}
	}
	for i := 0; i < len(queue); i++ {
		v := queue[i]
		for _, a := range l.arcs[l.first[v]:l.first[v+1]] {
			if label[a.To] < 0 {
				label[a.To] = label[v]
				queue = append(queue, a.To)
			}
		}
	}
	return label
}

package partition

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// directions are the lines along which a set of vertices is swept, eight around the half circle, as whole numbers.
var directions = [8][2]int64{{1, 0}, {0, 1}, {1, 1}, {-1, 1}, {2, 1}, {-1, 2}, {1, 2}, {-2, 1}}

// bisector splits one part after another of the coarsest level (recursive bisection; the geometric start is that of Simon and of
// Gilbert, Miller and Teng, by sweeps in several directions instead of random circles).
type bisector struct {
	r      *refiner
	lo, hi int32
	keys   []int64
	window []int32
	tries  int     // sweeps that are refined
	many   []int64 // parts that each part is to be divided into later, nil for one
}

// How hard a set is split. Most of the cut is made by the last splits, and small sets are cheap to try again.
const (
	few      = 16 // parts of a set of which more lines are refined
	fewTries = 2  // how many
	rounds   = 3  // sweeps over the whole boundary, while sides may fall apart
	stamina  = 30 // moves without gain after which such a one goes back
	boldness = -2 // edges that the first move of a local search may cost
	local    = 20 // moves without gain after which that goes back
)

// sweep is one cut by a line: vertices whose key is below that of the split, or equal with a smaller number, lie on the first side.
type sweep struct {
	dir   int
	cut   int64
	key   int64
	last  int32
	empty bool
}

// split divides the connected set nodes, all in part names[0], into the parts of names. A part may stay empty when loads are huge.
func (b *bisector) split(nodes, names []int32) {
	if len(names) < 2 || len(nodes) < 2 {
		return
	}
	r, half := b.r, (len(names)+1)/2
	k1, k := b.count(names[:half]), b.count(names)
	label, other := names[0], names[half]
	whole := int64(r.pw[label])
	keepLo, keepHi := [2]int32{r.lo[label], r.lo[other]}, [2]int32{r.hi[label], r.hi[other]}
	least, most := b.allowed(whole, k1, k)
	r.lo[label], r.hi[label] = int32(least), int32(most)
	r.lo[other], r.hi[other] = int32(whole-most), int32(whole-least)
	r.only, r.paired = [2]int32{label, other}, true
	sweeps := b.sweeps(nodes, label, least, most)
	var bestSide []bool
	bestCost := int64(math.MaxInt64)
	for i, s := range sweeps {
		if i >= b.tries && (k > few || i >= fewTries) {
			break
		}
		b.assign(nodes, label, other, s)
		if cost := b.refine(nodes, label, other); cost < bestCost {
			bestCost, bestSide = cost, bestSide[:0]
			for _, v := range nodes {
				bestSide = append(bestSide, r.part[v] == other)
			}
		}
	}
	var first, second []int32
	for i, v := range nodes {
		if bestSide[i] {
			second = append(second, v)
		} else {
			first = append(first, v)
		}
	}
	b.give(first, label)
	b.give(second, other)
	r.lo[label], r.lo[other], r.hi[label], r.hi[other] = keepLo[0], keepLo[1], keepHi[0], keepHi[1]
	r.paired = false
	b.split(first, names[:half])
	b.split(second, names[half:])
}

// count gives how many parts there will be of names in the end.
func (b *bisector) count(names []int32) int64 {
	if b.many == nil {
		return int64(len(names))
	}
	sum := int64(0)
	for _, p := range names {
		sum += b.many[p]
	}
	return sum
}

// allowed gives the weights allowed on the side of k1 of k parts: what the bounds leave, drawn in so that later splits and the
// search over all parts have room, the more where many splits are to follow.
func (b *bisector) allowed(whole, k1, k int64) (least, most int64) {
	lower := max(k1*int64(b.lo), whole-(k-k1)*int64(b.hi))
	upper := min(k1*int64(b.hi), whole-(k-k1)*int64(b.lo))
	centre := whole * k1 / k
	if lower > centre || upper < centre {
		return centre, centre
	}
	draw := int64(2 + bits.Len64(uint64(k1)))
	num, den := int64(3), 2*draw+2
	if k == 2 {
		num, den = 3, 5 // nothing is split after this
	}
	return max(0, centre-(centre-lower)*num/den), min(whole, centre+(upper-centre)*num/den)
}

// sweeps gives the best cut of each direction whose first side weighs between least and most, the best first.
func (b *bisector) sweeps(nodes []int32, label int32, least, most int64) []sweep {
	list := make([]sweep, 0, len(directions))
	for d := range directions {
		list = append(list, b.along(nodes, label, d, least, most))
	}
	slices.SortStableFunc(list, func(x, y sweep) int { return cmp.Compare(x.cut, y.cut) })
	return list
}

func key(l *level, v int32, d int) int64 {
	return directions[d][0]*int64(l.x[v]) + directions[d][1]*int64(l.y[v])
}

// along sweeps in one direction. A histogram of the keys finds the stretch in which the line may lie; only that is sorted.
func (b *bisector) along(nodes []int32, label int32, d int, least, most int64) sweep {
	const steps = 1024
	l, r := b.r.l, b.r
	keys := b.keys[:0]
	lowest, highest := int64(math.MaxInt64), int64(math.MinInt64)
	for _, v := range nodes {
		k := key(l, v, d)
		keys = append(keys, k)
		lowest, highest = min(lowest, k), max(highest, k)
	}
	b.keys = keys
	var weight [steps]int64
	width := (highest-lowest)/steps + 1
	for i, v := range nodes {
		weight[(keys[i]-lowest)/width] += int64(l.w[v])
	}
	from, before := 0, int64(0)
	for from < steps-1 && before+weight[from] < least {
		before += weight[from]
		from++
	}
	till, sum := from, before
	for till < steps-1 && sum+weight[till] <= most {
		sum += weight[till]
		till++
	}
	win := b.window[:0]
	for i, v := range nodes {
		at := int((keys[i] - lowest) / width)
		if at < from {
			r.part[v] = -1 // the first side, for the count below
		} else if at <= till {
			win = append(win, v)
		}
	}
	slices.SortFunc(win, func(x, y int32) int {
		return cmp.Or(cmp.Compare(key(l, x, d), key(l, y, d)), cmp.Compare(x, y))
	})
	b.window = win
	best := b.bestLine(nodes, win, label, d, before, least, most)
	for _, v := range nodes {
		r.part[v] = label
	}
	return best
}

// bestLine moves a line through the vertices of win, in order, and gives the place of the least cut whose first side, before at the
// start, weighs between least and most, or nearly. The first side is marked by part -1.
func (b *bisector) bestLine(nodes, win []int32, label int32, d int, before, least, most int64) sweep {
	l, r := b.r.l, b.r
	cut := int64(0)
	for _, v := range nodes {
		if r.part[v] != -1 {
			continue
		}
		for _, a := range l.arcs[l.first[v]:l.first[v+1]] {
			if r.part[a.To] == label {
				cut += int64(a.Weight)
			}
		}
	}
	best := sweep{dir: d, cut: math.MaxInt64, empty: true}
	off := int64(math.MaxInt64)
	for _, v := range win {
		before += int64(l.w[v])
		for _, a := range l.arcs[l.first[v]:l.first[v+1]] {
			switch r.part[a.To] {
			case label:
				cut += int64(a.Weight)
			case -1:
				cut -= int64(a.Weight)
			}
		}
		r.part[v] = -1
		miss := max(0, least-before, before-most)
		if miss < off || miss == off && cut < best.cut {
			off, best = miss, sweep{dir: d, cut: cut, key: key(l, v, d), last: v}
		}
	}
	return best
}

// assign puts the vertices of nodes on the sides of a sweep.
func (b *bisector) assign(nodes []int32, label, other int32, s sweep) {
	l, r := b.r.l, b.r
	both := r.pw[label] + r.pw[other]
	r.pw[label], r.pw[other] = 0, both
	for _, v := range nodes {
		k := key(l, v, s.dir)
		if !s.empty && (k < s.key || k == s.key && v <= s.last) {
			r.part[v] = label
			r.pw[label] += l.w[v]
		} else {
			r.part[v] = other
		}
	}
	r.pw[other] -= r.pw[label]
}

// give names the part of nodes.
func (b *bisector) give(nodes []int32, label int32) {
	b.r.pw[label] = 0
	for _, v := range nodes {
		b.r.part[v] = label
		b.r.pw[label] += b.r.l.w[v]
	}
}

// refine improves and balances both sides and gives the cut with a heavy charge for what is out of bounds. At first they may fall
// apart: a search that need not keep them connected finds its way more often, and their lighter pieces are then given to the other.
func (b *bisector) refine(nodes []int32, label, other int32) int64 {
	r, l := b.r, b.r.l
	b.connect(nodes, label, other)
	r.loose = true
	for i := 0; i < rounds && r.sweep(stamina, 100) > 0; i++ {
	}
	r.loose = false
	b.connect(nodes, label, other)
	r.pass(local, 100, boldness)
	cost := int64(0)
	for _, v := range nodes {
		if r.part[v] != label {
			continue
		}
		for _, a := range l.arcs[l.first[v]:l.first[v+1]] {
			if r.part[a.To] == other {
				cost += int64(a.Weight)
			}
		}
	}
	return cost + int64(r.off(label)+r.off(other))<<20
}

// connect makes both sides connected and brings them within their bounds.
func (b *bisector) connect(nodes []int32, label, other int32) {
	r, l := b.r, b.r.l
	r.join(nodes, label, other)
	r.join(nodes, other, label)
	for _, v := range r.cand {
		r.inCand[v] = false
	}
	r.cand = r.cand[:0]
	for _, v := range nodes {
		for _, a := range l.arcs[l.first[v]:l.first[v+1]] {
			if q := r.part[a.To]; q != r.part[v] && (q == label || q == other) {
				r.candidate(v)
				break
			}
		}
	}
	r.balance(4)
}

// join leaves of part p, among nodes, only its heaviest piece; the others go to q, which they touch when nodes is connected.
func (r *refiner) join(nodes []int32, p, q int32) {
	r.mark += 2
	var best, piece []int32
	heaviest := int64(-1)
	var all [][]int32
	for _, s := range nodes {
		if r.part[s] != p || r.seen[s] == r.mark {
			continue
		}
		piece = []int32{s}
		r.seen[s] = r.mark
		weight := int64(0)
		for i := 0; i < len(piece); i++ {
			v := piece[i]
			weight += int64(r.l.w[v])
			for _, a := range r.l.arcs[r.l.first[v]:r.l.first[v+1]] {
				if r.part[a.To] == p && r.seen[a.To] != r.mark {
					r.seen[a.To] = r.mark
					piece = append(piece, a.To)
				}
			}
		}
		if weight > heaviest {
			piece, best, heaviest = best, piece, weight
		}
		if piece != nil {
			all = append(all, piece)
		}
	}
	for _, piece := range all {
		for _, v := range piece {
			r.move(v, q)
		}
	}
}

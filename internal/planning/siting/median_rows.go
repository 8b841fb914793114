package siting

import (
	"cmp"
	"math"
	"slices"
)

// near is a site that may serve a point, with its distance.
type near struct{ d, site int32 }

// table holds for each point the sites that may still serve it, nearest first: those of point i stand in
// list[start[i]:start[i+1]]. A site that is open in any case ends the list of a point, for none behind it serves the point.
type table struct {
	start []int32
	list  []near
}

func (t *table) row(i int) []near { return t.list[t.start[i]:t.start[i+1]] }

// rows sorts the sites that are not shut by their distance from each point.
func (s *medianSearch) rows() *table {
	t := &table{start: make([]int32, s.m+1), list: make([]near, 0, s.m*s.n)}
	longest := int32(0)
	for _, d := range s.dist {
		longest = max(longest, d)
	}
	var count []int32
	if longest <= shortLength {
		count = make([]int32, longest+2)
	}
	for i := range s.m {
		d := s.dist[i*s.n : (i+1)*s.n]
		if count != nil {
			t.list = byCount(t.list, d, s.shut, count)
		} else {
			from := len(t.list)
			for j, x := range d {
				if !s.shut[j] {
					t.list = append(t.list, near{x, int32(j)})
				}
			}
			slices.SortFunc(t.list[from:], func(a, b near) int { return cmp.Or(cmp.Compare(a.d, b.d), cmp.Compare(a.site, b.site)) })
		}
		t.start[i+1] = int32(len(t.list))
	}
	return t
}

// shortLength is up to where sorting by counting is quicker than by comparing.
const shortLength = 1 << 12

func byCount(list []near, d []int32, shut []bool, count []int32) []near {
	clear(count)
	total := 0
	for j, x := range d {
		if !shut[j] {
			count[x+1]++
			total++
		}
	}
	for k := 1; k < len(count); k++ {
		count[k] += count[k-1]
	}
	from := len(list)
	list = list[:from+total]
	for j, x := range d {
		if !shut[j] {
			list[from+int(count[x])] = near{x, int32(j)}
			count[x]++
		}
	}
	return list
}

// narrow leaves out of a table the sites that are shut and what lies behind a site open in any case. The one open in any case is
// not in the list either: its distance caps the point's multiplier.
func (s *medianSearch) narrow(into, from *table, open bool) {
	into.start = append(into.start[:0], 0)
	into.list = into.list[:0]
	for i := range s.m {
		if open {
			s.most[i] = math.Inf(1)
		}
		for _, e := range from.row(i) {
			if s.shut[e.site] {
				continue
			}
			if s.must[e.site] && open {
				s.most[i] = float64(e.d)
				break
			}
			into.list = append(into.list, e)
			if s.must[e.site] {
				break
			}
		}
		into.start = append(into.start, int32(len(into.list)))
	}
}

// enter readies the relaxation for what is open and shut at the present node: only the sites still free take part.
func (s *medianSearch) enter() {
	s.narrow(&s.here, s.all, true)
	s.free, s.left = s.free[:0], s.p
	for j := range int32(s.n) {
		switch {
		case s.must[j]:
			s.left--
		case !s.shut[j]:
			s.free = append(s.free, j)
		}
	}
	s.order = append(s.order[:0], s.free...)
}

// relaxed computes L(u) and what each site saves; the sites chosen are the first of order, as many as are left to open.
func (s *medianSearch) relaxed(u []float64) float64 {
	for _, j := range s.free {
		s.rho[j] = 0
	}
	l, rho := 0.0, s.rho
	s.looked = 0
	for i, v := range u {
		w := s.w[i]
		l += w * v
		row := s.here.row(i)
		k := 0
		for ; k < len(row); k++ {
			d := float64(row[k].d)
			if d >= v {
				break
			}
			rho[row[k].site] += w * (d - v)
		}
		s.looked += k
	}
	s.work += int64(s.looked + s.m)
	if s.left > 0 {
		front(s.order, s.left, func(a, b int32) bool { return rho[a] < rho[b] || rho[a] == rho[b] && a < b })
	}
	for _, j := range s.order[:s.left] {
		l += rho[j]
	}
	return l
}

// taken counts for each point how many of the chosen sites take it.
func (s *medianSearch) taken(u []float64) {
	clear(s.cnt)
	if s.left*s.m < s.looked {
		for i, v := range u {
			row := s.dist[i*s.n : (i+1)*s.n]
			for _, j := range s.order[:s.left] {
				if float64(row[j]) < v {
					s.cnt[i]++
				}
			}
		}
		return
	}
	for _, j := range s.order[:s.left] {
		s.chosen[j] = true
	}
	for i, v := range u {
		for _, e := range s.here.row(i) {
			if float64(e.d) >= v {
				break
			}
			if s.chosen[e.site] {
				s.cnt[i]++
			}
		}
	}
	for _, j := range s.order[:s.left] {
		s.chosen[j] = false
	}
}

package activities

import (
	"cmp"
	"slices"
	"time"

	"sanzhi/internal/kernel"
)

// Worker is who may be matched: when they can come, what they can do, and for how many shifts.
type Worker struct {
	ID      kernel.ID
	Windows []Span // short ones, around what has to be done at home
	Skills  []string
	Most    int // shifts in this call; 0 for as many as there are days
	// Busy are days on which they have a place in the call already.
	Busy map[string]bool
}

// fits tells why a worker cannot take a shift; the empty text when they can.
func (w *Worker) fits(p *Post) lack {
	for _, s := range p.Skills {
		if !slices.Contains(w.Skills, s) {
			return lackSkill
		}
	}
	if !slices.ContainsFunc(w.Windows, func(x Span) bool { return !x.From.After(p.From) && !x.To.Before(p.To) }) {
		return lackTime
	}
	return ""
}

type lack string

const (
	lackSkill lack = "skill"
	lackTime  lack = "time"
)

// Placed is one worker in one shift.
type Placed struct {
	Worker, Post kernel.ID
}

// Unfilled names a shift that keeps free places, and why: how many lack the skill or the time, and how many who could have come
// are needed elsewhere.
type Unfilled struct {
	Post   kernel.ID
	Places int
	// Late: it begins after the deadline, so nobody is placed.
	Late                    bool
	NoSkill, NoTime, Placed int
}

// Matching is the answer of Match.
type Matching struct {
	Placed   []Placed
	Unfilled []Unfilled
	Places   int // that were free in shifts before the deadline
}

// Match fills as many free places of paid shifts as can be filled before the deadline: a maximum flow over worker → worker's
// day → shift, so that nobody has two shifts a day or more than they asked for. It is the same for the same input in
// whatever order it comes. A zero deadline is none.
func Match(posts []*Post, workers []*Worker, deadline time.Time) Matching {
	posts, workers = slices.Clone(posts), slices.Clone(workers)
	slices.SortFunc(posts, func(a, b *Post) int { return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.ID, b.ID)) })
	slices.SortFunc(workers, func(a, b *Worker) int { return cmp.Compare(a.ID, b.ID) })
	m := newFlow(posts, workers, deadline)
	var out Matching
	for w := range workers {
		for m.augment(w) { // by turns of one shift each, until this worker cannot add any
		}
	}
	for i, p := range posts {
		free := p.Free()
		for _, d := range m.taken[i] {
			out.Placed = append(out.Placed, Placed{Worker: workers[m.days[d].worker].ID, Post: p.ID})
		}
		if !m.late[i] {
			out.Places += free
		}
		if left := free - len(m.taken[i]); left > 0 {
			out.Unfilled = append(out.Unfilled, m.why(i, left))
		}
	}
	slices.SortFunc(out.Placed, func(a, b Placed) int { return cmp.Or(cmp.Compare(a.Post, b.Post), cmp.Compare(a.Worker, b.Worker)) })
	return out
}

// workDay is one worker on one day: at most one shift. post is the shift, or -1.
type workDay struct {
	worker int
	day    string
	post   int
	can    []int // shifts of that day that the worker could take
}

// flow is the residual network. The capacity of a worker is most less used, of a day one, of a shift its free places.
type flow struct {
	posts   []*Post
	workers []*Worker
	late    []bool
	days    []workDay
	of      [][]int // worker → days
	used    []int
	taken   [][]int // shift → days
}

func newFlow(posts []*Post, workers []*Worker, deadline time.Time) *flow {
	m := &flow{posts: posts, workers: workers, late: make([]bool, len(posts)), of: make([][]int, len(workers)), used: make([]int, len(workers)), taken: make([][]int, len(posts))}
	for i, p := range posts {
		m.late[i] = !deadline.IsZero() && p.To.After(deadline)
	}
	for w, x := range workers {
		at := map[string]int{}
		for i, p := range posts {
			day := p.Day()
			if m.late[i] || p.Pay != Paid || x.Busy[day] || x.fits(p) != "" {
				continue
			}
			d, ok := at[day]
			if !ok {
				d = len(m.days)
				at[day] = d
				m.days = append(m.days, workDay{worker: w, day: day, post: -1})
				m.of[w] = append(m.of[w], d)
			}
			m.days[d].can = append(m.days[d].can, i)
		}
	}
	return m
}

// most is how many shifts a worker takes.
func (m *flow) most(w int) int {
	if n := m.workers[w].Most; n > 0 {
		return n - len(m.workers[w].Busy)
	}
	return len(m.of[w])
}

// hop is how a search came to a node.
type hop struct{ fromDay, post int }

// augment finds a shortest augmenting path that begins at the worker and ends at a shift with a free place, and takes it.
// On its way it may move others to another shift of theirs that day, or to another day.
func (m *flow) augment(start int) bool {
	if m.used[start] >= m.most(start) {
		return false
	}
	seenDay, seenPost, seenWorker := map[int]bool{}, map[int]bool{}, map[int]bool{start: true}
	came := map[int]hop{} // day → the day that gives way to it, and the shift that passes over
	via := map[int]int{}  // shift → day
	var queue []int
	push := func(d int, h hop) {
		if !seenDay[d] {
			seenDay[d], came[d] = true, h
			queue = append(queue, d)
		}
	}
	for _, d := range m.of[start] {
		if m.days[d].post < 0 {
			push(d, hop{-1, -1})
		}
	}
	for len(queue) > 0 {
		d := queue[0]
		queue = queue[1:]
		for _, p := range m.days[d].can {
			if seenPost[p] || m.days[d].post == p {
				continue
			}
			seenPost[p], via[p] = true, d
			if len(m.taken[p]) < m.posts[p].Free() {
				m.take(start, p, via, came)
				return true
			}
			for _, e := range m.taken[p] {
				// The day e gives the shift p up: it takes another one, or its worker works on another day instead.
				push(e, hop{d, p})
				if w := m.days[e].worker; !seenWorker[w] {
					seenWorker[w] = true
					for _, f := range m.of[w] {
						if m.days[f].post < 0 {
							push(f, hop{-2 - e, p})
						}
					}
				}
			}
		}
	}
	return false
}

// take turns the path that ends at shift p around.
func (m *flow) take(start, p int, via map[int]int, came map[int]hop) {
	m.used[start]++
	for {
		d := via[p]
		h := came[d]
		left := m.days[d].post // the shift that d leaves, if it had one
		m.days[d].post = p
		m.taken[p] = append(m.taken[p], d)
		slices.Sort(m.taken[p])
		switch {
		case h.fromDay == -1:
			return
		case h.fromDay <= -2: // the worker's day e is freed for this one
			e := -2 - h.fromDay
			left = m.days[e].post
			m.days[e].post = -1
			m.drop(left, e)
		default:
			m.drop(left, d)
		}
		p = h.post
	}
}

func (m *flow) drop(p, d int) {
	m.taken[p] = slices.DeleteFunc(m.taken[p], func(x int) bool { return x == d })
}

// why counts the workers who cannot fill what is left of a shift.
func (m *flow) why(i, left int) Unfilled {
	u := Unfilled{Post: m.posts[i].ID, Places: left, Late: m.late[i]}
	if u.Late {
		return u
	}
	for w, x := range m.workers {
		switch x.fits(m.posts[i]) {
		case lackSkill:
			u.NoSkill++
		case lackTime:
			u.NoTime++
		default:
			if !slices.ContainsFunc(m.taken[i], func(d int) bool { return m.days[d].worker == w }) {
				u.Placed++
			}
		}
	}
	return u
}

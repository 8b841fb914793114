package planning

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
)

// Measures are the figures by which a set of grids is judged. Grids that are dedicated or locked count among Grids, but not among
// those that are balanced.
type Measures struct {
	Grids    int     `json:"grids"`
	Balanced int     `json:"balanced"`
	Within   int     `json:"within"` // of those balanced, how many lie within the tolerance
	Least    int     `json:"least"`
	Most     int     `json:"most"`
	Mean     float64 `json:"mean"`
	People   int     `json:"people"`
	Guessed  int     `json:"guessed"` // of them, shared out over the ground because no building is known
	Walk     float64 `json:"walk"`    // metres from home to the middle of the grid, a person's mean, straight line
	Staffed  int     `json:"staffed"` // grids with somebody
	Sited    int     `json:"sited"`   // grids with a station within 500 m of their middle, straight line
	Mix      float64 `json:"mix"`     // kinds of service within 1000 m of the middle, a grid's mean
	Split    int     `json:"split"`   // compounds that lie in more than one grid
	Broken   int     `json:"broken"`  // grids in pieces
	Moved    int     `json:"moved"`   // people who get another grid
	Score    Scores  `json:"score"`
}

// Scores are the four criteria from 0 to 100 and what they come to by their weights.
type Scores struct {
	Scale, Convenient, Resources, Functions, All int
}

// measure judges lots by where each home lies (-1: in none), and fills in what belongs to each lot.
func (g *Ground) measure(lots []Lot, of []int, p *Params) Measures {
	m := Measures{Grids: len(lots)}
	m.People, m.Guessed = g.People()
	people, sum := make([]int, len(lots)), make([]orb.Point, len(lots))
	for i := range lots {
		lots[i].Homes = 0
	}
	where := map[int]map[int]bool{}
	for h, home := range g.Homes {
		l := of[h]
		if l < 0 {
			continue
		}
		people[l] += home.People
		lots[l].Homes++
		sum[l][0] += home.At[0] * float64(home.People)
		sum[l][1] += home.At[1] * float64(home.People)
		if home.Compound >= 0 {
			if where[home.Compound] == nil {
				where[home.Compound] = map[int]bool{}
			}
			where[home.Compound][l] = true
		}
	}
	for _, in := range where {
		if len(in) > 1 {
			m.Split++
		}
	}
	total := 0
	for i := range lots {
		if balanced(&lots[i], p) {
			m.Balanced++
			total += people[i]
		}
	}
	m.Mean = float64(total) / float64(max(1, m.Balanced))
	m.Least = math.MaxInt
	for i := range lots {
		l := &lots[i]
		l.People = people[i]
		l.Centre, _ = geo.LabelPoint(l.Shape)
		if people[i] > 0 {
			l.Centre = orb.Point{sum[i][0] / float64(people[i]), sum[i][1] / float64(people[i])}
		}
		l.Walk, l.Off = 0, 0
		if balanced(l, p) {
			m.Least, m.Most = min(m.Least, people[i]), max(m.Most, people[i])
			l.Off = 100 * (float64(people[i])/m.Mean - 1)
			if math.Abs(l.Off) <= float64(p.Tolerance)+1e-9 {
				m.Within++
			}
		}
	}
	if m.Balanced == 0 {
		m.Least, m.Mean = 0, 0
	}
	g.nearby(lots, of, &m)
	m.Score = m.score(p.Weights)
	return m
}

func balanced(l *Lot, p *Params) bool { return !l.Locked && !(l.Dedicated && p.Dedicated) }

// nearby measures walks, staff, stations and services.
func (g *Ground) nearby(lots []Lot, of []int, m *Measures) {
	walked, people := 0.0, 0
	for h, home := range g.Homes {
		if l := of[h]; l >= 0 {
			d := geo.Distance(home.At, lots[l].Centre) * float64(home.People)
			lots[l].Walk += d
			walked += d
			people += home.People
		}
	}
	m.Walk = walked / float64(max(1, people))
	mix := 0
	for i := range lots {
		l := &lots[i]
		l.Walk /= float64(max(1, l.People))
		l.Sites = 0
		kinds := map[string]bool{}
		for _, s := range g.Stands {
			d := geo.Distance(l.Centre, s.At)
			if d <= 500 {
				l.Sites++
			}
			if d <= 1000 {
				for _, f := range s.Functions {
					kinds[f] = true
				}
			}
		}
		l.Mix = len(kinds)
		mix += l.Mix
		if l.Sites > 0 {
			m.Sited++
		}
		if l.Staff > 0 {
			m.Staffed++
		}
	}
	m.Mix = float64(mix) / float64(max(1, len(lots)))
}

func (m *Measures) score(w Weights) Scores {
	share := func(a, b int) float64 { return float64(a) / float64(max(1, b)) }
	spread := 0.0
	if m.Mean > 0 {
		spread = math.Max(0, 1-float64(m.Most-m.Least)/(2*m.Mean))
	}
	s := [4]float64{0.7*share(m.Within, m.Balanced) + 0.3*spread, 1 / (1 + m.Walk/150), (share(m.Staffed, m.Grids) + share(m.Sited, m.Grids) + 1 - share(m.Moved, m.People)) / 3,
		math.Min(1, m.Mix/8)}
	ws := [4]float64{float64(w.Scale), float64(w.Convenient), float64(w.Resources), float64(w.Functions)}
	all, sum := 0.0, 0.0
	for i := range s {
		all, sum = all+s[i]*ws[i], sum+ws[i]
	}
	if sum == 0 {
		all, sum = s[0]+s[1]+s[2]+s[3], 4
	}
	pc := func(v float64) int { return int(math.Round(100 * v)) }
	return Scores{pc(s[0]), pc(s[1]), pc(s[2]), pc(s[3]), pc(all / sum)}
}

// explain says of each lot outside the tolerance why it could not be had: how its area's people divide, and what cannot be parted.
func (g *Ground) explain(lots []Lot, of []int, m *Measures, p *Params) {
	total, count := make([]int, len(g.Areas)), make([]int, len(g.Areas))
	for i := range lots {
		if balanced(&lots[i], p) {
			total[lots[i].Area] += lots[i].People
			count[lots[i].Area]++
		}
	}
	largest, of2 := make([]int, len(lots)), map[[2]int]int{}
	for h, home := range g.Homes {
		if home.Compound >= 0 && of[h] >= 0 {
			of2[[2]int{of[h], home.Compound}] += home.People
		}
	}
	for k, n := range of2 {
		largest[k[0]] = max(largest[k[0]], n)
	}
	for i := range lots {
		l := &lots[i]
		l.Why = kernel.Text{}
		if !balanced(l, p) || math.Abs(l.Off) <= float64(p.Tolerance)+1e-9 {
			continue
		}
		a, n := g.Areas[l.Area].Name, count[l.Area]
		off := func(k int) int { return int(math.Round(100 * (float64(total[l.Area])/float64(k)/m.Mean - 1))) }
		other := n + 1
		if off(n) < 0 {
			other = max(1, n-1)
		}
		switch {
		case l.People == 0:
			l.Why = kernel.T(fmt.Sprintf("这一格没有住人的房子：%s 的人住得太集中，分 %d 格多了。可以少分一格，或者让小区拆开。", a, n),
				fmt.Sprintf("No home of this grid has people: those of %s live too close together for %d grids. One grid less, or parting compounds, would help.", a, n))
		case p.Whole && largest[i] > int(m.Mean):
			l.Why = kernel.T(fmt.Sprintf("有一个 %d 人的小区，不拆开就配不平。", largest[i]), fmt.Sprintf("It holds a compound of %d people; without parting it the grids cannot be levelled.", largest[i]))
		case abs(off(n)) > p.Tolerance && other == n:
			l.Why = kernel.T(fmt.Sprintf("%s 一共 %d 人，只有一格，和平均差 %+d%%。社区的界线不能越过，只好这样。", a, total[l.Area], off(n)),
				fmt.Sprintf("%s has %d people and this one grid, %+d%% off the mean. Grids keep within their community, so it stays so.", a, total[l.Area], off(n)))
		case abs(off(n)) > p.Tolerance:
			l.Why = kernel.T(fmt.Sprintf("%s %d 人：分 %d 格，每格和平均差 %+d%%；分 %d 格，差 %+d%%。", a, total[l.Area], n, off(n), other, off(other)),
				fmt.Sprintf("%s has %d people: in %d grids each is %+d%% off the mean, in %d grids %+d%%.", a, total[l.Area], n, off(n), other, off(other)))
		case p.Whole && largest[i] > 0:
			l.Why = kernel.T(fmt.Sprintf("最大的小区有 %d 人，小区不拆开，就差这些。可以放宽人数上下，或者让小区拆开。", largest[i]),
				fmt.Sprintf("Its largest compound has %d people and is kept whole. A wider tolerance, or parting compounds, would help.", largest[i]))
		default:
			l.Why = kernel.T("房子挨得不匀，和邻格换不出更平的。可以放宽人数上下。", "Homes lie unevenly here; no exchange with its neighbours is better. A wider tolerance would help.")
		}
	}
}

func abs(n int) int { return max(n, -n) }

// byArea lists the indexes of lots by area.
func byArea(lots []Lot, areas int) [][]int {
	out := make([][]int, areas)
	for i, l := range lots {
		out[l.Area] = append(out[l.Area], i)
	}
	for _, l := range out {
		slices.SortFunc(l, func(a, b int) int {
			if lots[a].Code < lots[b].Code {
				return -1
			}
			return 1
		})
	}
	return out
}

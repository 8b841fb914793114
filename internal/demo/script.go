package demo

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// The period of the source's 718 solved issues: from 1 April 2022 to the end of 28 April 2023, Shanghai time.
var (
	PeriodFrom = time.Date(2022, 4, 1, 0, 0, 0, 0, kernel.Shanghai)
	PeriodTo   = time.Date(2023, 4, 29, 0, 0, 0, 0, kernel.Shanghai)
)

const (
	numSolved  = 718 // 急难愁盼 issues solved in the period
	numHazards = 136 // stands for the source's 130余
)

// Contact is how to reach the requester of a script, made up; both empty for an anonymous order.
type Contact struct{ Name, Phone string }

// Act is one act of a script, to be played through the case service when its clock shows At.
type Act struct {
	At     time.Time
	Action string // action id of the flow
	// By is the person who acts, in a post of role As. Both are empty when the requester acts, with the tracking code or,
	// for the opening act, without an account.
	By   kernel.ID
	As   kernel.Role
	Form map[string]any
	// Photos is how many pictures the form needs: the player uploads Picture(seed, n) and puts the ids under "photos".
	Photos int
}

// Script is the past of one case as acts in order. The first act opens it.
type Script struct {
	Key     string // unique, stable
	Flow    string
	Item    string // of the menu; empty for hazards
	Text    string
	At      orb.Point // WGS84
	Place   kernel.ID // the building or grid where it is
	Contact Contact
	Form    map[string]any // answers to the form of the item, or of the opening action
	Acts    []Act
	// Step is where the case rests when the script has been played.
	Step string
	// Issue says that it is one of the 718 issues solved in the period.
	Issue bool
}

// Cue is one act of one script, for playing all of them in the order of time.
type Cue struct{ Script, Act int }

// Timeline orders the acts of all scripts by time; acts of one script keep their order.
func Timeline(scripts []*Script) []Cue {
	var out []Cue
	for i, s := range scripts {
		for k := range s.Acts {
			out = append(out, Cue{i, k})
		}
	}
	slices.SortStableFunc(out, func(a, b Cue) int {
		return cmp.Or(scripts[a.Script].Acts[a.Act].At.Compare(scripts[b.Script].Acts[b.Act].At), cmp.Compare(a.Script, b.Script), cmp.Compare(a.Act, b.Act))
	})
	return out
}

// Office hours of the made-up staff: 8:30–12:00 and 14:30–18:00 from Monday to Friday. The program's own calendar decides
// what is in time; this one only keeps the scripts plausible.
var officeHours = [][2]int{{8*60 + 30, 12 * 60}, {14*60 + 30, 18 * 60}}

// office gives the instant d of office time after t.
func office(t time.Time, d time.Duration) time.Time {
	t = t.In(kernel.Shanghai)
	for range 400 {
		day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, kernel.Shanghai)
		if w := t.Weekday(); w != time.Saturday && w != time.Sunday {
			for _, h := range officeHours {
				from, to := day.Add(time.Duration(h[0])*time.Minute), day.Add(time.Duration(h[1])*time.Minute)
				if t.Before(from) {
					t = from
				}
				if left := to.Sub(t); left > 0 {
					if d <= left {
						return t.Add(d)
					}
					d, t = d-left, to
				}
			}
		}
		t = day.AddDate(0, 0, 1)
	}
	return t
}

// minutes gives a span between two numbers of minutes, to the second.
func minutes(r *rand.Rand, lo, hi int) time.Duration {
	return time.Duration(between(r, lo*60, hi*60)) * time.Second
}

// awake moves an instant at night to the morning after, when people write and answer.
func awake(r *rand.Rand, t time.Time) time.Time {
	t = t.In(kernel.Shanghai)
	switch h := t.Hour(); {
	case h < 7:
		t = time.Date(t.Year(), t.Month(), t.Day(), 7, 0, 0, 0, kernel.Shanghai).Add(minutes(r, 0, 150))
	case h >= 22:
		t = time.Date(t.Year(), t.Month(), t.Day()+1, 7, 0, 0, 0, kernel.Shanghai).Add(minutes(r, 0, 150))
	}
	return t
}

// spot is where a case of the scripts is.
type spot struct {
	unit     *territory.Place // community or village
	place    *territory.Place // building, or grid
	grid     *territory.Place
	compound kernel.ID
	where    *territory.At
	at       orb.Point
}

// cast finds places and people for the scripts.
type cast struct {
	g       *Registers
	m       *Menu
	words   words
	units   []*area
	weights []int
	total   int
}

func newCast(g *Registers, m *Menu) (*cast, error) {
	c := &cast{g: g, m: m}
	if err := readJSON("past.json", &c.words); err != nil {
		return nil, err
	}
	for _, it := range m.Items {
		if w := c.words.Items[it.ID]; it.Limit == nil || len(w.Texts) == 0 || slices.ContainsFunc(w.Texts, func(o orderWords) bool { return len(o.Results) == 0 }) {
			return nil, fmt.Errorf("past.json: nothing is said about %s, or it has no limit", it.ID)
		}
	}
	for _, a := range g.d.layout.units() {
		if a.kind != territory.VillageOther {
			c.units = append(c.units, a)
			c.total += a.people
			c.weights = append(c.weights, c.total)
		}
	}
	return c, nil
}

// spot chooses a place by where people live: in the compounds, else anywhere in a grid away from the river.
func (c *cast) spot(r *rand.Rand) spot {
	i, _ := slices.BinarySearch(c.weights, 1+r.IntN(c.total))
	return c.spotIn(r, c.units[i])
}

// spotHome chooses a place in the community in the middle of the town, whose desk visitors see first.
func (c *cast) spotHome(r *rand.Rand) spot {
	i := slices.IndexFunc(c.units, func(a *area) bool { return a.code == homeUnit })
	return c.spotIn(r, c.units[i])
}

func (c *cast) spotIn(r *rand.Rand, a *area) spot {
	grid := a.parts[r.IntN(len(a.parts))]
	d := c.g.d
	s := spot{unit: d.Place(a.code), grid: d.Place(grid.code)}
	if len(grid.compounds) == 0 {
		cells := grid.cells
		u, v := cellUV(cells[r.IntN(len(cells))])
		s.place, s.at = s.grid, d.layout.mesh.point(u, v, 0.3+0.4*r.Float64(), 0.3+0.4*r.Float64())
		s.where = c.g.at(s.grid, "")
		return s
	}
	k := pick(r, grid.compounds)
	b := r.IntN(len(k.buildings))
	h := k.buildings[b]
	code := fmt.Sprintf("%s-C%03d", a.code, k.seq)
	s.compound, s.place = d.Place(code).ID, d.Place(fmt.Sprintf("%s-B%03d", code, b+1))
	s.where = c.g.at(s.grid, s.compound)
	s.at = d.layout.mesh.point(h.u, h.v, (h.s0+h.s1)/2, (h.t0+h.t1)/2)
	return s
}

// contact makes up a requester: two in three leave a name and a phone, one in six a phone only.
func (c *cast) contact(r *rand.Rand) Contact {
	phone := fmt.Sprintf("1380000%04d", between(r, 5000, 9999))
	switch r.IntN(6) {
	case 0:
		return Contact{}
	case 1:
		return Contact{Phone: phone}
	default:
		return Contact{Name: madeUpName(r), Phone: phone}
	}
}

package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/rounds"
)

// RoundPlay is what becomes of one duty in a made-up past: nothing, or a result at an instant, with one finding or none.
type RoundPlay struct {
	At  time.Time // zero when nobody does it
	Bad string    // the item that is not all right
}

// recentFindings is how far back findings may raise orders of the menu, which stay open; older findings are hazards, which are
// carried to their end.
const recentFindings = 2 * 24 * time.Hour

// PlayRound decides what becomes of a duty, from its target and turn alone: nine in ten are done in time, the others late or not at
// all, and three in two hundred find something.
func PlayRound(seed string, d *rounds.Duty, t *rounds.Template, now time.Time) RoundPlay {
	r := seeded(seed).rng(fmt.Sprintf("round %s %s %s", d.Template, d.Target, d.Period))
	at := d.From
	switch u := r.Float64(); {
	case u < 0.03:
		return RoundPlay{}
	case u < 0.08 && d.Miss.Sub(d.Due) > 24*time.Hour:
		at = d.Due.Add(time.Millisecond)
	default:
		at = at.AddDate(0, 0, r.IntN(max(1, int(d.Due.Sub(d.From)/(24*time.Hour))+1)))
	}
	p := RoundPlay{At: byDay(r, at, d, t.Who.Role != kernel.GridWorker)}
	if p.At.After(now) {
		return RoundPlay{}
	}
	fresh := now.Sub(p.At) < recentFindings
	var can []string
	for i := range t.Items {
		it := &t.Items[i]
		if it.Raise != nil && (fresh || it.Raise.Flow == rounds.FlowHazard) {
			can = append(can, it.ID)
		}
	}
	if len(can) > 0 && r.IntN(200) < 3 {
		p.Bad = pick(r, can)
	}
	return p
}

// byDay gives an instant of the working day; staff of offices work from Monday to Friday where the time allows it.
func byDay(r *rand.Rand, day time.Time, d *rounds.Duty, office bool) time.Time {
	day = rounds.Day(day)
	at := func(day time.Time) time.Time {
		return day.Add(minutes(r, 8*60+30, 17*60+50)).UTC().Truncate(time.Second)
	}
	if w := day.Weekday(); office && (w == time.Saturday || w == time.Sunday) {
		for n := 1; n < 3; n++ {
			if next := day.AddDate(0, 0, n); next.Weekday() == time.Monday && next.Before(d.Due) {
				return at(next)
			}
			if back := day.AddDate(0, 0, -n); back.Weekday() == time.Friday && !back.Before(d.From) {
				return at(back)
			}
		}
	}
	return at(day)
}

// RoundAnswers fills in a template: all is well but the item named.
func RoundAnswers(t *rounds.Template, bad string) map[string]any {
	out := map[string]any{}
	for i := range t.Items {
		it := &t.Items[i]
		if it.Optional || it.Type == rounds.Text {
			continue
		}
		switch it.Type {
		case rounds.YesNo:
			good := it.Good == nil || *it.Good
			out[it.ID] = good == (it.ID != bad)
		case rounds.OneOf:
			want := it.ID == bad
			i := slices.IndexFunc(it.Choices, func(c rounds.Choice) bool { return c.Bad == want })
			out[it.ID] = it.Choices[i].ID
		case rounds.Number:
			n := 0.0
			if it.GoodMin != nil {
				n = *it.GoodMin
			} else if it.Min != nil {
				n = *it.Min
			}
			if it.ID == bad && it.GoodMax != nil {
				n = *it.GoodMax + 1
			}
			out[it.ID] = n
		case rounds.Text:
		}
	}
	return out
}

// RoundCare is somebody made up who agreed to be visited.
type RoundCare struct {
	Name, Phone, Address string
	Place, Clerk         kernel.ID
	Visitor              kernel.ID
	Every                int
	Part                 rounds.PartOfDay
}

// RoundCrew is a made-up crew that is checked before its shift.
type RoundCrew struct {
	Name    string
	Place   kernel.ID
	Unit    kernel.ID
	Leader  kernel.ID
	Workers []string
}

// Cares makes up who is visited: four in each of three communities, by the lead of the volunteers' team.
func (g *Registers) Cares() []RoundCare {
	r := g.d.seed.rng("cares")
	var out []RoundCare
	for _, a := range g.d.layout.units() {
		place := g.d.Place(a.code)
		visitors, clerks := g.HoldersAt(kernel.Volunteer, place.ID), g.HoldersAt(kernel.CommunityClerk, place.ID)
		compounds := g.compounds(a)
		if len(visitors) == 0 || len(clerks) == 0 || len(compounds) == 0 || len(out) >= 8 && a.code != homeUnit {
			continue
		}
		for range 4 {
			c := pick(r, compounds)
			out = append(out, RoundCare{Name: madeUpName(r), Phone: fmt.Sprintf("1380000%04d", between(r, 5000, 9999)), Place: c.ID, Clerk: clerks[0], Visitor: visitors[0],
				Address: fmt.Sprintf("%s%d号楼%d单元%d0%d", c.Name, between(r, 1, 6), between(r, 1, 3), between(r, 1, 6), between(r, 1, 2)),
				Every:   pick(r, []int{3, 7, 7, 14}), Part: pick(r, rounds.AllParts)})
		}
	}
	return out
}

// Crews makes up the crews that are checked before their shifts: sweepers and gardeners.
func (g *Registers) Crews() []RoundCrew {
	r := g.d.seed.rng("crews")
	var out []RoundCrew
	for _, x := range []struct{ key, name string }{{"sanitation", "早班清扫"}, {"parks", "绿化养护"}} {
		o := g.org[x.key]
		leaders := g.Holders(kernel.Cadre, o.ID)
		if len(leaders) == 0 {
			continue
		}
		c := RoundCrew{Name: x.name, Place: g.d.Place(homeUnit).ID, Unit: o.ID, Leader: leaders[0]}
		for range between(r, 4, 6) {
			c.Workers = append(c.Workers, madeUpName(r))
		}
		out = append(out, c)
	}
	return out
}

// MeasureWords are what the records of the six measures say.
var MeasureWords = map[string]string{"training": "学习交通安全和作业规程，全员参加", "sentinel": "路口设了安全哨兵，早晚高峰在岗", "self_check": "班前逐人自检，问题当场改",
	"mirror": "在班组门口装好仪容镜，逐人对照着装", "drill": "灭火器和止血包扎演练一次", "qr_board": "二维码展板更新三段警示视频"}

// pairStaff gives each paired unit that has nobody of its own a cadre for its compounds: a school or a hospital that leads one sends
// somebody there.
func (g *Registers) pairStaff() {
	byID := map[kernel.ID]*orgs.Org{}
	for _, o := range g.Orgs {
		byID[o.ID] = o
	}
	for _, c := range g.Covers {
		if o := byID[c.Org]; c.Kind == orgs.CoverPaired && c.Lead && len(g.Holders(kernel.Cadre, o.ID)) == 0 {
			g.post(g.person(), "包联干部", kernel.Cadre, o, g.d.Places[0])
		}
	}
}

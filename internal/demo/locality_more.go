package demo

import (
	"fmt"
	"time"

	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

// Activities makes the sessions of the locality's runs, its series, and its venues. Sessions in the pool take a venue that is
// free at that time, or none.
func (g *Land) Activities() (*Activities, error) {
	out := &Activities{}
	if g.Series != "" {
		out.Series = &activities.Series{ID: g.seed.id("series"), Title: g.Series, Programme: "training", Path: g.Places[0].Path}
	}
	for _, v := range g.Locality.Venues {
		p := g.Place(v.Place)
		out.Venues = append(out.Venues, &activities.Venue{ID: g.seed.id("venue " + v.Title), Title: v.Title, Kind: v.Kind, Place: p.ID, Path: p.Path, Seats: v.Seats})
	}
	taken := map[string]bool{}
	for _, r := range g.Runs {
		run := r.Run
		for _, code := range r.At {
			p := g.Place(code)
			if p == nil {
				return nil, fmt.Errorf("%s: no place %s", g.Tenant, code)
			}
			host := g.Org("committee " + code)
			if host == nil {
				host = g.Org("office " + code)
			}
			run.Wheres = append(run.Wheres, Where{Place: p, Host: host.ID})
		}
		if run.Series != "" {
			run.Series = out.Series.ID
			out.Series.Planned, out.Series.Held = run.N, run.N
		}
		list := Sessions(g.Seed(), run)
		if r.Pooled {
			pool(list, out.Venues, taken)
		}
		out.Past = append(out.Past, list...)
	}
	return out, nil
}

// pool gives each session a venue that no other has at any quarter of its time.
func pool(list []*activities.Activity, venues []*activities.Venue, taken map[string]bool) {
	for i, a := range list {
		for n := range venues {
			v := venues[(i+n)%len(venues)]
			slots := activities.Slots(a.From, a.To)
			free := true
			for _, s := range slots {
				free = free && !taken[fmt.Sprint(v.ID, s)]
			}
			if !free {
				continue
			}
			for _, s := range slots {
				taken[fmt.Sprint(v.ID, s)] = true
			}
			a.Venue, a.Spot = v.ID, v.Title
			break
		}
	}
}

// Pickers are the people of the piece work: first those in steady jobs, then those who take odd shifts.
func (g *Land) Pickers() []Volunteer {
	w := g.Labour
	list := Volunteers(g.Seed(), "pickers", activities.WorkerKind, w.Stable+w.Pickers, g.Place(w.Place).Path)
	for i := range list {
		p := &list[i].Person
		if p.Employment = activities.Flexible; i < w.Stable {
			p.Employment = activities.Stable
		}
		list[i].Contact.Phone = fmt.Sprintf("1381%07d", i)
	}
	return list
}

// PickedShift is one paid shift: who, at which post of which day, and how much.
type PickedShift struct {
	Day, Post, Picker int
	Grams             int64
}

// Harvest makes the days of the piece work that is over, and the shifts that were paid at them.
func (g *Land) Harvest() (days []*activities.Activity, shifts []PickedShift) {
	w, r := g.Labour, g.seed.rng("harvest")
	for d := range w.Days {
		a := g.day(fmt.Sprintf("harvest %d", d), w.From.AddDate(0, 0, d))
		a.Stage, a.ClosedAt, a.Source = activities.Closed, a.To, "演示导入"
		a.Precautions = activities.Precautions{Quality: w.Quality, QualityAt: a.From.Add(-time.Hour)}
		days = append(days, a)
	}
	grams := func() int64 { return activities.Jin(int64(between(r, w.Jin[0], w.Jin[1]))) }
	for p := range w.Stable {
		for n := range 3 { // the steady ones come on most days; three of these are weighed here
			shifts = append(shifts, PickedShift{(p + 6*n) % w.Days, 0, p, grams()})
		}
	}
	for n := range w.Flexible {
		shifts = append(shifts, PickedShift{n % w.Days, 1, w.Stable + (2*(n/w.Days)+n%w.Days)%w.Pickers, grams()})
	}
	for _, s := range shifts {
		days[s.Day].Posts[s.Post].Filled++
		days[s.Day].Outcome.TookPart++
	}
	for _, a := range days {
		a.Outcome.Words = "按斤结清"
		a.Outcome.TookPart = 0 // those who came were weighed one by one
		for _, p := range a.Posts {
			p.Capacity = max(p.Capacity, p.Filled)
		}
	}
	return days, shifts
}

// day makes a day of piece work with a steady and an odd post.
func (g *Land) day(key string, at time.Time) *activities.Activity {
	w, p := g.Labour, g.Place(g.Labour.Place)
	from := at.Add(7 * time.Hour)
	a := &activities.Activity{ID: g.seed.id("labour " + key), Programme: "labour", Form: w.Form, Title: w.Title, About: "村党支部牵线，按斤计酬，当天结算。", Strands: strands(activities.SelfRule),
		Place: p.ID, Path: p.Path, Spot: p.Name + "茶园", Host: g.Org("committee " + p.Code).ID, Version: 1, From: from, To: from.Add(10 * time.Hour), Created: at.AddDate(0, 0, -3)}
	for i, x := range []struct {
		title string
		kind  activities.Employment
	}{{"茶场长工", activities.Stable}, {"采茶零工", activities.Flexible}} {
		a.Posts = append(a.Posts, &activities.Post{ID: g.seed.id(fmt.Sprintf("labour %s %d", key, i)), Pay: activities.Paid, Title: x.title, Capacity: 1, RateFen: w.RateFen, Employment: x.kind, From: a.From, To: a.To})
	}
	return a
}

// Call makes the call that is open now: two short shifts a day for three days, and for every third of those who take odd shifts the
// hours at which they can leave home.
func (g *Land) Call(pickers []Volunteer, now time.Time) *activities.Activity {
	local := now.In(kernel.Shanghai)
	at := func(days, hour int) time.Time {
		return time.Date(local.Year(), local.Month(), local.Day()+days, hour, 0, 0, 0, kernel.Shanghai).UTC()
	}
	c := g.day("call", at(2, 0))
	c.Stage, c.Created, c.From, c.To, c.Posts = activities.Open, now, at(2, 7), at(4, 18), nil
	for d := range 3 {
		for j, hour := range []int{7, 14} {
			c.Posts = append(c.Posts, &activities.Post{ID: g.seed.id(fmt.Sprintf("call %d %d", d, j)), Pay: activities.Paid, Title: []string{"上午班", "下午班"}[j], Capacity: g.Labour.CallPlaces, RateFen: g.Labour.RateFen,
				From: at(2+d, hour), To: at(2+d, hour+4), Employment: activities.Flexible})
		}
	}
	r := g.seed.rng("windows")
	for i := g.Labour.Stable; i < len(pickers); i += 3 {
		p := &pickers[i].Person
		p.Most = between(r, 1, 3)
		for d := range 3 {
			if r.IntN(3) > 0 {
				hour := []int{7, 14}[r.IntN(2)]
				p.Windows = append(p.Windows, activities.Span{From: at(2+d, hour-1), To: at(2+d, hour+5)})
			}
		}
	}
	return c
}

// Groups gives the villager groups of a place.
func (g *Land) Groups(code string) (out []kernel.ID) {
	for _, p := range g.Places {
		if p.Kind == territory.VillagerGroup && p.Parent == g.Place(code).ID {
			out = append(out, p.ID)
		}
	}
	return out
}

// Volunteers of the brigade, with telephone numbers that nobody else has.
func (g *Land) Volunteers() []Volunteer {
	b := g.Brigade
	list := Volunteers(g.Seed(), "brigade", activities.VolunteerKind, b.People, g.Place(b.Place).Path)
	for i := range list {
		list[i].Contact.Phone = fmt.Sprintf("1382%07d", i)
	}
	return list
}

// NewTeams makes the brigade and its four teams.
func (g *Land) NewTeams() []*activities.Team {
	p := g.Place(g.Brigade.Place)
	lead := &activities.Team{ID: g.seed.id("brigade"), Title: "孝美" + p.Name + "志愿服务队", Place: p.ID, Path: p.Path, LeadTitle: g.Brigade.LeadTitle}
	for _, h := range g.Holdings {
		if h.Title == g.Brigade.LeadTitle && h.Place == p.ID {
			lead.Lead = h.Person
		}
	}
	out := []*activities.Team{lead}
	for _, k := range activities.TeamKinds[1:] {
		out = append(out, &activities.Team{ID: g.seed.id("team " + k.ID), Parent: lead.ID, Title: p.Name + k.Title.Zh + "支队", Kind: k.ID, Place: p.ID, Path: p.Path})
	}
	return out
}

// ClinicVisits is how many of those agreed to visits by the clinic as well.
const ClinicVisits = 3

// OrgKind gives the kind of an organisation.
func (g *Land) OrgKind(id kernel.ID) orgs.Kind {
	for _, o := range g.Orgs {
		if o.ID == id {
			return o.Kind
		}
	}
	return ""
}

// CareNames are made-up people who agreed to be visited.
func (g *Land) CareNames() []Volunteer {
	list := Volunteers(g.Seed(), "cares", activities.VolunteerKind, g.Brigade.Cares, g.Place(g.Brigade.Place).Path)
	for i := range list {
		list[i].Contact.Phone = fmt.Sprintf("1383%07d", i)
	}
	return list
}

// CrewNames are made-up workers of the crew, each name once.
func (g *Land) CrewNames() (out []string) {
	r, seen := g.seed.rng("crew"), map[string]bool{}
	for len(out) < g.Crew.Workers {
		if n := madeUpName(r); !seen[n] {
			seen[n], out = true, append(out, n)
		}
	}
	return out
}

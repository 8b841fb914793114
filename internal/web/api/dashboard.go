package api

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/paulmach/orb"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
	"sanzhi/internal/workflow"
)

// mainFlow is the flow whose five beads are the funnel.
const mainFlow = "menu"

// Picture counts for the dashboard.
type Picture interface {
	Standing(tx kernel.Tx, q cases.RateQuery) ([]cases.Standing, error)
	Late(tx kernel.Tx, q cases.RateQuery) ([]cases.UnitLate, error)
	Days(tx kernel.Tx, q cases.RateQuery) ([]cases.DayRates, error)
	Units(tx kernel.Tx, q cases.RateQuery) ([]cases.UnitRates, error)
}

// DashBead is one of the five steps and how many open cases stand there.
type DashBead struct {
	Char    string     `json:"char"`
	En      string     `json:"en"`
	Name    string     `json:"name"`
	Count   int        `json:"count"`
	Overdue int        `json:"overdue"`
	Steps   []DashStep `json:"steps" doc:"Of the main flow, with their own counts"`
	Hidden  bool       `json:"hidden,omitempty" doc:"Too few to tell"`
}

// DashStep is one step of the main flow.
type DashStep struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Count   int    `json:"count"`
	Overdue int    `json:"overdue"`
}

// DashFlow is how much of one process is under way.
type DashFlow struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Count   int    `json:"count"`
	Overdue int    `json:"overdue"`
}

// DashArea is a place of the map with how many open cases lie there.
type DashArea struct {
	ID      kernel.ID `json:"id"`
	Name    string    `json:"name"`
	Count   int       `json:"count"`
	Overdue int       `json:"overdue"`
	Class   int       `json:"class" minimum:"0" maximum:"5" doc:"Of five by count; 0 is none"`
	Hidden  bool      `json:"hidden,omitempty"`
}

// DashMonth is what became of the cases that were opened in a month.
type DashMonth struct {
	Month        string `json:"month" example:"2023-04"`
	OnTime       Ratio  `json:"on_time"`
	Resolution   Ratio  `json:"resolution"`
	Satisfaction Ratio  `json:"satisfaction"`
	Hidden       bool   `json:"hidden,omitempty"`
}

// DashUnit is how one unit did. Residents are never compared.
type DashUnit struct {
	ID   kernel.ID `json:"id"`
	Name string    `json:"name"`
	Rates
}

// DashLate is how many open cases are over their time at one unit.
type DashLate struct {
	ID    kernel.ID `json:"id" doc:"Empty for cases that are not with a unit yet"`
	Name  string    `json:"name"`
	Count int       `json:"count"`
	Since time.Time `json:"since" doc:"The deadline that passed first"`
}

// Dashboard is how a place stands at an instant.
type Dashboard struct {
	AsOf    time.Time `json:"as_of"`
	From    string    `json:"from" format:"date" doc:"First day that rates, months and units look at"`
	Place   *Named    `json:"place,omitempty"`
	Box     []float64 `json:"box" doc:"West, south, east, north of the place, WGS84"`
	Open    int       `json:"open"`
	Overdue int       `json:"overdue"`
	// What the public edition does not tell, because it is too small.
	OpenHidden    bool        `json:"open_hidden,omitempty"`
	OverdueHidden bool        `json:"overdue_hidden,omitempty"`
	LateUnits     []DashLate  `json:"late_units" doc:"All that is overdue, by unit, the most first: the counts come to overdue. Not in the public edition"`
	Beads         []DashBead  `json:"beads"`
	Flows         []DashFlow  `json:"flows"`
	Rates         Rates       `json:"rates"`
	Kinds         string      `json:"kinds" doc:"Of the places in areas, as GET /map takes them"`
	Areas         []DashArea  `json:"areas"`
	Classes       []int       `json:"classes" doc:"The least count of each class"`
	Beside        int         `json:"beside" doc:"Open cases that lie in none of the areas"`
	Months        []DashMonth `json:"months"`
	Units         []DashUnit  `json:"units" doc:"With 30 or more in the denominator, by on-time rate; the others below by name"`
}

type dashboardIn struct {
	Place kernel.ID `query:"place" maxLength:"26"`
}

func (s *Server) dashboardRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/dashboard", perm: access.StatsRead, sum: "How a place stands: the five steps, the map, rates, months, units", errors: []int{401, 403, 404}}, s.dashboard)
	handle(s, api, op{method: "GET", path: "/public/dashboard", open: "the district in figures, with nothing told of fewer than five", sum: "The dashboard for everybody"}, s.publicDashboard)
}

// pictures keeps an answer for a moment: many look at the same picture at once, above all when something moves.
type pictures struct {
	mu    sync.Mutex
	known map[string]picture
}

type picture struct {
	at   time.Time
	dash *Dashboard
}

// Within which an answer may be told again.
const (
	pictureAge = 3 * time.Second
	publicAge  = time.Minute
)

// once gives the kept answer when it is young enough, else a new one. Two that ask at once may both work it out.
func (p *pictures) once(key string, now time.Time, age time.Duration, fn func() (*Dashboard, error)) (*Dashboard, error) {
	p.mu.Lock()
	got, ok := p.known[key]
	p.mu.Unlock()
	if since := now.Sub(got.at); ok && since >= 0 && since < age {
		return got.dash, nil
	}
	d, err := fn()
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil || len(p.known) > 200 {
		p.known = map[string]picture{}
	}
	p.known[key] = picture{now, d}
	return d, nil
}

// openScope is a scope without confidential cases: a figure must not tell an outsider that there is a dispute.
func openScope(sc access.Scope) access.Scope {
	sc.Clauses = slices.Clone(sc.Clauses)
	for i := range sc.Clauses {
		sc.Clauses[i].ExcludeConfidential = true
	}
	return sc
}

func (s *Server) dashboard(ctx context.Context, in *dashboardIn) (*body[Dashboard], error) {
	actor, lang := CallerOf(ctx).Actor, LangOf(ctx)
	at := access.Whole(actor.Tenant)
	var place *territory.Place
	if in.Place != "" {
		err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) (err error) {
			place, err = s.Places.Place(tx, in.Place)
			return err
		})
		if err != nil {
			return nil, err
		}
		at.Path = place.Path
	}
	scope := openScope(access.ScopeOf(actor, access.StatsRead))
	var key strings.Builder
	key.WriteString(string(actor.Tenant) + " " + string(lang) + " " + string(at.Path))
	for _, c := range scope.Clauses {
		key.WriteString(" " + c.PathLo)
	}
	d, err := s.pictures.once(key.String(), s.Clock.Now(), pictureAge, func() (*Dashboard, error) {
		return s.picture(ctx, actor.Tenant, lang, place, scope, []territory.Kind{territory.GridGeneral, territory.GridDedicated})
	})
	if err != nil {
		return nil, err
	}
	return &body[Dashboard]{*d}, nil
}

// picture draws the whole up.
func (s *Server) picture(ctx context.Context, t kernel.Tenant, lang kernel.Lang, place *territory.Place, scope access.Scope, kinds []territory.Kind) (*Dashboard, error) {
	set, err := s.Cases.Setups.Of(ctx, t)
	if err != nil {
		return nil, err
	}
	m, err := s.mapOf(ctx, t)
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	local := now.In(kernel.Shanghai)
	from := time.Date(local.Year(), local.Month()-11, 1, 0, 0, 0, 0, kernel.Shanghai)
	d := &Dashboard{AsOf: now, From: from.Format(time.DateOnly)}
	q := cases.RateQuery{Now: now, Allow: scope}
	if place != nil {
		q.Path, d.Place = place.Path, &Named{ID: place.ID, Name: place.Name}
	}
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		standing, err := s.Picture.Standing(tx, q)
		if err != nil {
			return err
		}
		d.stand(set, lang, standing)
		d.areas(m, q.Path, kinds, standing)
		late, err := s.Picture.Late(tx, q)
		if err != nil {
			return err
		}
		d.late(set, late)
		q.From = from
		days, err := s.Picture.Days(tx, q)
		if err != nil {
			return err
		}
		d.months(from, days)
		units, err := s.Picture.Units(tx, q)
		if err != nil {
			return err
		}
		d.units(set, units)
		return nil
	})
	return d, err
}

// stand counts what stands at each bead of the main flow, and in each process.
func (d *Dashboard) stand(set *cases.Setup, lang kernel.Lang, l []cases.Standing) {
	flows := map[string]*workflow.Flow{}
	byFlow := map[string]*DashFlow{}
	d.Beads, d.Flows = []DashBead{}, []DashFlow{}
	ids := set.FlowIDs()
	var main *workflow.Flow
	for _, id := range ids {
		f, err := set.Flow(id, 0)
		if err != nil {
			continue
		}
		flows[id] = f.Flow
		if id == mainFlow {
			main = f.Flow
		}
	}
	if main != nil {
		for _, b := range main.Beads {
			d.Beads = append(d.Beads, DashBead{Char: b.Char, En: b.En, Name: b.Name.In(lang), Steps: []DashStep{}})
		}
		for _, st := range main.Steps {
			if at := standsAt(main, st); st.End == "" && at >= 1 && at <= len(d.Beads) {
				b := &d.Beads[at-1]
				b.Steps = append(b.Steps, DashStep{ID: st.ID, Title: st.Title.In(lang)})
			}
		}
	}
	for _, x := range l {
		d.Open += x.Count
		d.Overdue += x.Overdue
		f := flows[x.Flow]
		if f == nil {
			continue
		}
		if byFlow[x.Flow] == nil {
			byFlow[x.Flow] = &DashFlow{ID: x.Flow, Title: f.Title.In(lang)}
		}
		byFlow[x.Flow].Count += x.Count
		byFlow[x.Flow].Overdue += x.Overdue
		if f != main {
			continue
		}
		for i := range d.Beads {
			for k := range d.Beads[i].Steps {
				if st := &d.Beads[i].Steps[k]; st.ID == x.Step {
					st.Count += x.Count
					st.Overdue += x.Overdue
					d.Beads[i].Count += x.Count
					d.Beads[i].Overdue += x.Overdue
				}
			}
		}
	}
	for _, id := range ids {
		if byFlow[id] != nil {
			d.Flows = append(d.Flows, *byFlow[id])
		}
	}
	slices.SortStableFunc(d.Flows, func(a, b DashFlow) int { return b.Count - a.Count })
}

// late tells what is overdue by unit.
func (d *Dashboard) late(set *cases.Setup, l []cases.UnitLate) {
	d.LateUnits = make([]DashLate, len(l))
	for i, u := range l {
		d.LateUnits[i] = DashLate{ID: u.Unit, Name: set.OrgName(u.Unit), Count: u.Count, Since: time.UnixMilli(u.Since).UTC()}
	}
}

// standsAt is the bead of the funnel at which a case of the step stands: the one that was filled last, so that an order that is placed and
// not yet submitted stands at 点. What waits for the last bead stands there, for nothing is open after it; and so does a step that an
// earlier step of the same bead leads to, such as accepted after dispatched: its bead's work goes on.
func standsAt(f *workflow.Flow, st workflow.Step) int {
	if st.Bead >= len(f.Beads) {
		return st.Bead
	}
	for _, before := range f.Steps {
		if before.ID == st.ID {
			break
		}
		if before.Bead != st.Bead || before.End != "" {
			continue
		}
		for _, a := range f.Actions {
			if a.To == st.ID && slices.Contains(a.From, before.ID) {
				return st.Bead
			}
		}
	}
	return st.Bead - 1
}

// areas counts by the places of the map that hold the cases, and puts them into five classes.
func (d *Dashboard) areas(m *tenantMap, path kernel.Path, kinds []territory.Kind, l []cases.Standing) {
	at, box := map[kernel.Path]*DashArea{}, orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{-1, -1}}
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	d.Kinds, d.Areas, d.Classes, d.Box = strings.Join(names, ","), []DashArea{}, []int{}, []float64{}
	for _, p := range m.areas {
		if slices.Contains(kinds, p.kind) && (path == "" || path.Holds(p.path)) {
			at[p.path] = &DashArea{ID: p.id, Name: p.name}
			if box.Min[0] > box.Max[0] {
				box = p.bound
			}
			box = box.Union(p.bound)
		}
	}
	for _, x := range l {
		a := at[x.Path]
		for p := x.Path; a == nil && p != ""; a = at[p] {
			p = p[:strings.LastIndexByte(strings.TrimSuffix(string(p), "/"), '/')+1]
		}
		if a == nil {
			d.Beside += x.Count
			continue
		}
		a.Count += x.Count
		a.Overdue += x.Overdue
	}
	for _, p := range m.areas {
		if a := at[p.path]; a != nil && a.ID == p.id {
			d.Areas = append(d.Areas, *a)
		}
	}
	if len(d.Areas) > 0 {
		d.Box = []float64{box.Min[0], box.Min[1], box.Max[0], box.Max[1]}
	}
	d.Classes = classes(d.Areas)
	for i := range d.Areas {
		d.Areas[i].Class = classOf(d.Classes, d.Areas[i].Count)
	}
}

// classes gives the least count of each of at most five classes: each count that there is has its own, or a share of them when
// there are more.
func classes(l []DashArea) []int {
	var n []int
	for _, a := range l {
		if a.Count > 0 {
			n = append(n, a.Count)
		}
	}
	slices.Sort(n)
	n = slices.Compact(n)
	if len(n) <= 5 {
		return append([]int{}, n...)
	}
	out := make([]int, 5)
	for i := range out {
		out[i] = n[i*len(n)/5]
	}
	return out
}

func classOf(least []int, n int) int {
	c := 0
	for i, x := range least {
		if n >= x {
			c = i + 1
		}
	}
	return c
}

// months sums the days by month, and over all.
func (d *Dashboard) months(from time.Time, days []cases.DayRates) {
	var all cases.Rates
	sums := make([]cases.Rates, 12)
	for _, x := range days {
		day := time.Unix(x.Day*86400, 0).UTC() // the calendar's day, whatever the clock there
		i := (day.Year()-from.Year())*12 + int(day.Month()) - int(from.Month())
		if i < 0 || i > 11 {
			continue
		}
		addRates(&sums[i], x.Rates)
		addRates(&all, x.Rates)
	}
	d.Rates = ratesOf(all)
	d.Months = make([]DashMonth, 12)
	for i, x := range sums {
		d.Months[i] = DashMonth{Month: from.AddDate(0, i, 0).Format("2006-01"), OnTime: ratio(x.OnTime), Resolution: ratio(x.Resolution), Satisfaction: ratio(x.Satisfaction)}
	}
}

func addRates(to *cases.Rates, r cases.Rates) {
	for _, x := range []struct{ to, of *cases.Rate }{{&to.Response, &r.Response}, {&to.Resolution, &r.Resolution}, {&to.Satisfaction, &r.Satisfaction}, {&to.OnTime, &r.OnTime}} {
		x.to.Num += x.of.Num
		x.to.Den += x.of.Den
	}
}

func ratesOf(r cases.Rates) Rates {
	return Rates{Response: ratio(r.Response), Resolution: ratio(r.Resolution), Satisfaction: ratio(r.Satisfaction), OnTime: ratio(r.OnTime)}
}

// units ranks those that can be compared; the others stand below by name.
func (d *Dashboard) units(set *cases.Setup, l []cases.UnitRates) {
	d.Units = []DashUnit{}
	for _, u := range l {
		if name := set.OrgName(u.Unit); name != "" && u.OnTime.Den+u.Resolution.Den+u.Response.Den > 0 {
			d.Units = append(d.Units, DashUnit{ID: u.Unit, Name: name, Rates: ratesOf(u.Rates)})
		}
	}
	slices.SortFunc(d.Units, func(a, b DashUnit) int {
		switch x, y := a.OnTime, b.OnTime; {
		case x.Comparable != y.Comparable && x.Comparable:
			return -1
		case x.Comparable != y.Comparable:
			return 1
		case x.Comparable && y.Num*x.Den != x.Num*y.Den:
			return cmp.Compare(y.Num*x.Den, x.Num*y.Den)
		default:
			return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(string(a.ID), string(b.ID)))
		}
	})
}

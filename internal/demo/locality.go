package demo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/paulmach/orb"

	"sanzhi/internal/activities"
	"sanzhi/internal/ballots"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

// Locality is one of the seven small demonstration tenants beside the district: what its source tells, as values. Official codes
// and names are real where the list of divisions has them; shapes, people and what the source leaves open are made up.
type Locality struct {
	Tenant kernel.Tenant
	Name   kernel.Text
	// Middle is where its made-up square lies; Side is its length in degrees.
	Middle orb.Point
	Side   float64
	// Bulletin is the template that gives the article's figures, over From and To.
	Bulletin string
	From, To time.Time
	Places   []LocalPlace
	Orgs     []LocalOrg
	Pairs    []LocalPair

	Works      WorkSet
	Settled    bool // figures that are told twice were looked at and count once
	Indicators IndicatorSet
	Programmes []*activities.Programme
	Runs       []LocalRun
	Series     string // of the runs that are numbered
	Venues     []LocalVenue
	Kept       []LocalEntry
	Brigade    *LocalBrigade
	Labour     *LocalLabour
	Crew       *LocalCrew
	Honours    []LocalHonour
	Figures    []LocalFigure
}

// LocalPlace is a place below another, by code; an empty Under is the county. A site is a point, everything else a part of what
// it stands under.
type LocalPlace struct {
	Kind              territory.Kind
	Code, Name, Under string
	Functions         []string
}

// LocalOrg is an organisation beside the offices and committees that every place has. Cadres is how many it has.
type LocalOrg struct {
	Key, Name string
	Kind      orgs.Kind
	Place     string
	Cadres    int
}

// LocalPair is a unit that leads a compound (包联).
type LocalPair struct{ Org, Compound string }

// LocalRun is many sessions, at places by code.
type LocalRun struct {
	Run
	At     []string
	Pooled bool // in the shared venues, never two at once in one
}

// LocalVenue is a venue of the pool.
type LocalVenue struct {
	Kind, Title, Place string
	Seats              int
}

// LocalEntry is an entry of a register.
type LocalEntry struct {
	Register, Org, Place string
	Values               map[string]string
	Links                [][2]string // role, and the key of an organisation or the code of a place
	Act, Note            string
}

// LocalBrigade is the volunteers of a village: people in four teams, some in two, and grids over its villager groups.
type LocalBrigade struct {
	Place, LeadTitle string
	People, Grids    int
	Twice            int // how many are in a second team
	Cares            int // how many agreed to be visited
}

// LocalLabour is piece work: who was paid, and a call that is open now.
type LocalLabour struct {
	Place, Form, Title, Quality string
	Stable, Flexible            int
	Pickers                     int // who took the odd shifts
	From                        time.Time
	Days                        int
	RateFen                     int64
	Jin                         [2]int // tenths of a 斤 a day, from and to
	CallPlaces                  int    // free places of a shift of the open call
}

// LocalCrew is a crew that is checked before its shift on a day, with the six measures of that day.
type LocalCrew struct {
	Place, Org, Name string
	Day              time.Time
	Workers          int
}

// LocalHonour is a round of an award.
type LocalHonour struct {
	Place   string
	Kind    ballots.Kind
	Title   kernel.Text
	Scripts []HonourScript
}

// LocalFigure is a figure of the article with the query that gives it.
type LocalFigure struct {
	Figure
	Query  string
	Params map[string]string
}

// Localities are the seven, in the order of the source.
func Localities() []*Locality {
	return []*Locality{greenTown(), coalMine(), metroSite(), teaVillage(), pairedTown(), volunteerVillage(), threeColours()}
}

// LocalityOf gives the locality of a tenant, or nil.
func LocalityOf(t kernel.Tenant) *Locality {
	for _, l := range Localities() {
		if l.Tenant == t {
			return l
		}
	}
	return nil
}

// Seed is the public seed of the locality.
func (l *Locality) Seed() string { return "sanzhi-" + string(l.Tenant) }

// Land is a locality's places, organisations and people as values.
type Land struct {
	*Locality
	Places    []*territory.Place
	Orgs      []*orgs.Org
	People    []Person
	Holdings  []*orgs.Holding
	Covers    []*orgs.Cover
	Items     []*cases.Item
	Emergency []cases.Emergency

	seed  seeded
	r     *rand.Rand
	place map[string]*territory.Place
	org   map[string]*orgs.Org
	names map[string]bool
}

// Place gives a place by its code, Org an organisation by its key: "government", "office CODE", "committee CODE" or its own;
// nil when there is none.
func (g *Land) Place(code string) *territory.Place { return g.place[code] }

// Org gives an organisation by its key.
func (g *Land) Org(key string) *orgs.Org { return g.org[key] }

// Build makes the locality: the same to the byte each time.
func (l *Locality) Build() (*Land, error) {
	g := &Land{Locality: l, seed: seeded(l.Seed()), place: map[string]*territory.Place{}, org: map[string]*orgs.Org{}, names: map[string]bool{}}
	g.r = g.seed.rng("people")
	half := l.Side / 2
	box := orb.Bound{Min: orb.Point{l.Middle[0] - half, l.Middle[1] - half}, Max: orb.Point{l.Middle[0] + half, l.Middle[1] + half}}
	county := g.add(nil, LocalPlace{Kind: territory.County, Code: string(l.Tenant), Name: l.Name.Zh}, box)
	if err := g.below(county, box); err != nil {
		return nil, err
	}
	if len(g.Places) != len(l.Places)+1 {
		return nil, fmt.Errorf("%s: %d places of %d found a parent", l.Tenant, len(g.Places)-1, len(l.Places))
	}
	var f menuFile
	if err := readJSON("menu.json", &f); err != nil {
		return nil, err
	}
	g.Items, g.Emergency = f.Items, f.Emergency
	return g, g.staff()
}

// below divides a box among the places below one: rows of cells that share their borders and nothing else. Grids stand beside
// compounds and groups, so each rank of kinds divides the whole anew.
func (g *Land) below(p *territory.Place, box orb.Bound) error {
	ranks := map[bool][]LocalPlace{}
	for _, x := range g.Locality.Places {
		under := x.Under
		if under == "" {
			under = string(g.Tenant)
		}
		if under == p.Code {
			grid := x.Kind == territory.GridGeneral || x.Kind == territory.GridDedicated
			ranks[grid] = append(ranks[grid], x)
		}
	}
	for _, grid := range []bool{false, true} {
		list := ranks[grid]
		if len(list) == 0 {
			continue
		}
		across := int(math.Ceil(math.Sqrt(float64(len(list)))))
		down := (len(list) + across - 1) / across
		for i, x := range list {
			if !x.Kind.MayStandUnder(p.Kind) {
				return fmt.Errorf("%s may not stand under %s", x.Code, p.Code)
			}
			row, in := i/across, across
			if row == down-1 {
				in = len(list) - row*across // the last row fills its width
			}
			cell := share(box, row, down, i-row*across, in)
			child := g.add(p, x, cell)
			if err := g.below(child, cell); err != nil {
				return err
			}
		}
	}
	return nil
}

// share gives one cell of a box; borders of neighbours are the same numbers.
func share(b orb.Bound, row, rows, col, cols int) orb.Bound {
	x := func(i int) float64 {
		return math.Round((b.Min[0]+(b.Max[0]-b.Min[0])*float64(i)/float64(cols))*1e7) / 1e7
	}
	y := func(i int) float64 {
		return math.Round((b.Min[1]+(b.Max[1]-b.Min[1])*float64(i)/float64(rows))*1e7) / 1e7
	}
	return orb.Bound{Min: orb.Point{x(col), y(row)}, Max: orb.Point{x(col + 1), y(row + 1)}}
}

func (g *Land) add(parent *territory.Place, x LocalPlace, box orb.Bound) *territory.Place {
	p := &territory.Place{ID: g.seed.id("place " + x.Code), Kind: x.Kind, Code: x.Code, Name: x.Name, Initials: territory.Initials(x.Name), Functions: x.Functions, ValidFrom: Founded}
	if parent == nil {
		p.Path = kernel.Path("").Child(x.Code)
	} else {
		segment := x.Code
		if len(x.Code) > len(parent.Code) && x.Code[:len(parent.Code)] == parent.Code {
			segment = x.Code[len(parent.Code):]
		}
		p.Parent, p.Path = parent.ID, parent.Path.Child(segment)
	}
	if x.Kind == territory.Site {
		p.Shape = box.Center()
	} else {
		p.Shape = box.ToPolygon()
	}
	g.Places = append(g.Places, p)
	g.place[x.Code] = p
	return p
}

func (g *Land) addOrg(key, name string, kind orgs.Kind, place *territory.Place) *orgs.Org {
	o := &orgs.Org{ID: g.seed.id("org " + key), Kind: kind, Name: name, Initials: territory.Initials(name), Place: place.ID, Path: place.Path}
	if gov := g.org["government"]; gov != nil {
		o.Parent = gov.ID
	}
	g.Orgs, g.org[key] = append(g.Orgs, o), o
	return o
}

// post gives a new person a post.
func (g *Land) post(title string, role kernel.Role, o *orgs.Org, place *territory.Place) {
	n := len(g.People)
	p := Person{ID: g.seed.id(fmt.Sprintf("person %d", n)), Phone: fmt.Sprintf("1380000%04d", n)}
	for p.Name == "" || g.names[p.Name] {
		p.Name = madeUpName(g.r)
	}
	g.names[p.Name] = true
	g.People = append(g.People, p)
	g.Holdings = append(g.Holdings, &orgs.Holding{ID: g.seed.id(fmt.Sprintf("holding %d", n)), Person: p.ID, Title: title, Role: role, Org: o.ID, Place: place.ID, Path: place.Path,
		Level: string(place.Kind.Level()), From: Founded})
}

// staff makes an office or committee for each place that has one, the organisations of the story, and who works there.
func (g *Land) staff() error {
	county := g.Places[0]
	gov := g.addOrg("government", g.Name.Zh+"人民政府", orgs.Government, county)
	if g.Tenant[:2] == "99" {
		gov.Name, gov.Kind = g.Name.Zh+"项目管理办公室", orgs.Institution
	}
	for _, x := range []struct {
		title string
		role  kernel.Role
	}{{"督查专员", kernel.Supervisor}, {"区县领导", kernel.DistrictLeader}, {"规划员", kernel.Planner}, {"系统管理员", kernel.SystemAdmin}, {"安全管理员", kernel.SecurityAdmin}, {"审计管理员", kernel.Auditor}} {
		g.post(x.title, x.role, gov, county)
	}
	for _, p := range g.Places {
		switch p.Kind {
		case territory.Subdistrict, territory.Town, territory.Township, territory.StreetSpecial:
			o := g.addOrg("office "+p.Code, p.Name+"人民政府", orgs.Government, p)
			if p.Kind == territory.StreetSpecial || p.Kind == territory.Subdistrict {
				o.Name = p.Name + "办事处"
			}
			g.post("派单员", kernel.UnitDispatcher, o, p)
			g.post("干部", kernel.Cadre, o, p)
		case territory.Community, territory.Village, territory.VillageOther:
			o := g.addOrg("committee "+p.Code, p.Name+map[territory.Kind]string{territory.Community: "居委会", territory.Village: "委会", territory.VillageOther: "服务站"}[p.Kind], orgs.Committee, p)
			g.post(map[territory.Kind]string{territory.Community: "社区书记", territory.Village: "村党总支书记", territory.VillageOther: "驻点负责人"}[p.Kind], kernel.CommunityClerk, o, p)
			g.post("网格员", kernel.GridWorker, o, p)
			g.post("志愿服务队长", kernel.Volunteer, o, p)
		default: // compounds, groups and sites are served by the committee above
		}
	}
	for _, x := range g.Locality.Orgs {
		p := g.place[x.Place]
		if p == nil {
			p = county
		}
		o := g.addOrg(x.Key, x.Name, x.Kind, p)
		g.post("派单员", kernel.UnitDispatcher, o, p)
		for range max(1, x.Cadres) {
			g.post("干部", kernel.Cadre, o, p)
		}
	}
	for i, x := range g.Pairs {
		o, p := g.org[x.Org], g.place[x.Compound]
		if o == nil || p == nil {
			return fmt.Errorf("%s: no pair of %s and %s", g.Tenant, x.Org, x.Compound)
		}
		g.Covers = append(g.Covers, &orgs.Cover{ID: g.seed.id(fmt.Sprintf("pair %d", i)), Kind: orgs.CoverPaired, Org: o.ID, Place: p.ID, Lead: true, From: Founded})
	}
	return nil
}

// fig makes a figure of an article. Quantity is written as the source writes it.
func fig(id, zh, en, quantity, query string, params ...string) LocalFigure {
	q, err := kernel.ParseQuantity(quantity)
	if err != nil {
		panic(fmt.Sprintf("figure %s: %s: %v", id, quantity, err)) // a constant of this package, held by its tests
	}
	f := LocalFigure{Figure: Figure{ID: id, Title: kernel.T(zh, en), Quantity: q}, Query: query}
	for i := 0; i+1 < len(params); i += 2 {
		if f.Params == nil {
			f.Params = map[string]string{}
		}
		f.Params[params[i]] = params[i+1]
	}
	return f
}

// allOf makes a share of all den, which is 100 per cent.
func allOf(id, zh, en string, den int, query string, params ...string) LocalFigure {
	f := fig(id, zh, en, "100%", query, params...)
	f.Den = den
	return f
}

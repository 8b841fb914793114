package demo

import (
	"fmt"

	"github.com/paulmach/orb"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// District is the demonstration district as values.
type District struct {
	Seed string
	// Places in order of the tree: a parent stands before its children. Initials are empty, the store computes them.
	Places []*territory.Place
	// Centres are the service centres of the three tiers; each is also a place of kind site.
	Centres []Centre
	// Features are what a map draws beside the places.
	Features []Feature
	// Hosts names the unit that each dedicated grid belongs to.
	Hosts []Host

	byCode map[string]*territory.Place
	layout *layout
	seed   seeded
}

// Tier is one of the three tiers of service centres.
type Tier string

// The tiers: district, town or subdistrict, community or village.
const (
	TierDistrict Tier = "district"
	TierStreet   Tier = "street"
	TierUnit     Tier = "community"
)

// AllTiers lists the closed set.
var AllTiers = []Tier{TierDistrict, TierStreet, TierUnit}

// Centre is a service centre (党建综合服务中心): what it does stands in the functions of its place.
type Centre struct {
	Place kernel.ID
	Tier  Tier
	Hours kernel.Text
}

// FeatureKind is what a feature of the map is.
type FeatureKind string

// The kinds of feature. Green is open green of at least 400 m² that is no place of its own.
const (
	FeatureRiver FeatureKind = "river" // polygon
	FeatureMain  FeatureKind = "main"  // line: a street between communities
	FeatureRoad  FeatureKind = "road"  // line
	FeatureLane  FeatureKind = "lane"  // line
	FeatureGreen FeatureKind = "green" // polygon
)

// AllFeatureKinds lists the closed set.
var AllFeatureKinds = []FeatureKind{FeatureRiver, FeatureMain, FeatureRoad, FeatureLane, FeatureGreen}

// Feature is a line or polygon of the map in WGS84. Greens and rivers are polygons, streets are lines.
type Feature struct {
	Kind  FeatureKind
	Name  string
	Shape orb.Geometry
}

// Host is the unit of a dedicated grid, with its kind: mall, school, hospital, park, industrial or market.
type Host struct {
	Org  kernel.ID
	Grid kernel.ID
	Kind string
	Name string
}

// Build makes the district from a public seed. It is the same to the byte for the same seed; it fails only when the seed
// gives a layout that does not meet the figures, which the tests rule out for DefaultSeed.
func Build(seed string) (*District, error) {
	s := seeded(seed)
	l, err := newLayout(s)
	if err != nil {
		return nil, err
	}
	l.hosts()
	if err := l.settle(); err != nil {
		return nil, err
	}
	home := l.home()
	if home == nil || len(home.buildings) < 3 {
		return nil, fmt.Errorf("the middle of the town has no compound")
	}
	b := home.buildings[2]
	l.mesh.put(l.mesh.metres(b.u, b.v, (b.s0+b.s1)/2, (b.t0+b.t1)/2))
	d := &District{Seed: seed, byCode: map[string]*territory.Place{}, layout: l, seed: s}
	if err := d.addCounty(); err != nil {
		return nil, err
	}
	d.addSites()
	d.addFeatures()
	return d, nil
}

// Place gives the place with the code, or nil.
func (d *District) Place(code string) *territory.Place { return d.byCode[code] }

// add makes a place below parent with a path segment.
func (d *District) add(parent *territory.Place, kind territory.Kind, code, name, segment string, shape orb.Geometry) *territory.Place {
	p := &territory.Place{ID: d.seed.id("place " + code), Kind: kind, Code: code, Name: name, Shape: shape, ValidFrom: Founded,
		Path: kernel.Path(segment + "/")}
	if parent != nil {
		p.Parent, p.Path = parent.ID, parent.Path.Child(segment)
	}
	d.Places = append(d.Places, p)
	d.byCode[code] = p
	return p
}

// addArea adds an area with the shape of its cells.
func (d *District) addArea(parent *territory.Place, a *area, segment string) (*territory.Place, error) {
	shape, err := d.layout.mesh.polygon(a.cells)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", a.code, a.name, err)
	}
	p := d.add(parent, a.kind, a.code, a.name, segment, shape)
	p.Households, p.People = a.households, a.people
	return p, nil
}

func (d *District) addCounty() error {
	c := d.layout.county
	county, err := d.addArea(nil, c, c.code)
	if err != nil {
		return err
	}
	for _, st := range c.parts {
		street, err := d.addArea(county, st, st.code[6:])
		if err != nil {
			return err
		}
		for _, a := range st.parts {
			if err := d.addUnit(street, a); err != nil {
				return err
			}
		}
	}
	return nil
}

// addUnit adds a community or village with its grids, villager groups, compounds and buildings.
func (d *District) addUnit(street *territory.Place, a *area) error {
	unit, err := d.addArea(street, a, a.code[9:])
	if err != nil {
		return err
	}
	for _, g := range a.parts {
		grid, err := d.addArea(unit, g, g.code[12:])
		if err != nil {
			return err
		}
		if g.host != nil {
			grid.Host = d.seed.id("org host " + g.code)
			d.Hosts = append(d.Hosts, Host{Org: grid.Host, Grid: grid.ID, Kind: string(g.host.kind), Name: g.host.name})
		}
	}
	for i, z := range a.groups {
		if _, err := d.addArea(unit, z, fmt.Sprintf("z%02d", i+1)); err != nil {
			return err
		}
	}
	for _, g := range a.parts {
		for _, c := range g.compounds {
			d.addCompound(unit, c)
		}
	}
	return nil
}

func (d *District) addCompound(unit *territory.Place, c *compound) {
	m := d.layout.mesh
	segment := fmt.Sprintf("c%03d", c.seq)
	p := d.add(unit, territory.Compound, fmt.Sprintf("%s-C%03d", unit.Code, c.seq), c.name, segment, m.inset(c.span, compoundInset))
	p.Households, p.People = c.count()
	for i, b := range c.buildings {
		q := d.add(p, territory.Building, fmt.Sprintf("%s-B%03d", p.Code, i+1), fmt.Sprintf("%d号楼", i+1),
			fmt.Sprintf("b%03d", i+1), m.quad(b.u, b.v, b.s0, b.t0, b.s1, b.t1))
		q.Households, q.People = b.households, b.people
	}
}

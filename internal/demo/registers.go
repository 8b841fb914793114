package demo

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

// numBranches is the source's count of compound and building branches; together they cover all 360 compounds.
// numMembers is the count of serving members that stands for the source's 1300余.
const (
	numBranches = 147
	numMembers  = 1347
)

// Person is a made-up person in the clear; whoever stores it seals name and phone. The id is also that of the person's account.
type Person struct {
	ID    kernel.ID
	Name  string
	Phone string
}

// Registers are the organisations, people, posts, covers and report-ins of the district. Initials are empty.
type Registers struct {
	Orgs      []*orgs.Org
	People    []Person
	Holdings  []*orgs.Holding
	Covers    []*orgs.Cover
	ReportIns []*orgs.ReportIn

	d       *District
	r       *rand.Rand
	org     map[string]*orgs.Org // by key
	names   map[string]bool
	byID    map[kernel.ID]*territory.Place
	firmOf  map[kernel.ID]kernel.ID    // compound → property firm
	desk    map[kernel.ID][2]kernel.ID // street → dispatcher and cadre of its joint desk
	holders map[holderKey][]kernel.ID
}

// holderKey finds those who hold posts of a role at an organisation, or at a place when org is empty.
type holderKey struct {
	role       kernel.Role
	org, place kernel.ID
}

// unitRow is a row of data/units.json: a unit of the district in charge of sectors.
type unitRow struct {
	Key     string    `json:"key"`
	Kind    orgs.Kind `json:"kind"`
	Name    string    `json:"name"`
	Sectors []string  `json:"sectors"`
	Cadres  int       `json:"cadres"`
}

// Registers makes the district's registers. They depend on the seed and the places only.
func (d *District) Registers() (*Registers, error) {
	var units []unitRow
	if err := readJSON("units.json", &units); err != nil {
		return nil, err
	}
	g := &Registers{d: d, r: d.seed.rng("registers"), org: map[string]*orgs.Org{}, names: map[string]bool{}, byID: map[kernel.ID]*territory.Place{},
		firmOf: map[kernel.ID]kernel.ID{}, holders: map[holderKey][]kernel.ID{}}
	for _, p := range d.Places {
		g.byID[p.ID] = p
	}
	g.district(units)
	for _, st := range d.layout.county.parts {
		g.street(st)
	}
	g.firms()
	g.branches()
	g.pair(units)
	g.members()
	g.relief(units)
	g.hotline()
	g.pairStaff()
	return g, nil
}

func readJSON(name string, into any) error {
	b, err := data.ReadFile("data/" + name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Org gives the organisation with the key: "government", a key of the units such as "water", "office 630105002",
// "committee 630105002004", "police 630105002", "host 630105002004017"; nil when there is none.
func (g *Registers) Org(key string) *orgs.Org { return g.org[key] }

// Holders lists the people who hold a post with the role at an organisation, in the order of the register.
func (g *Registers) Holders(role kernel.Role, org kernel.ID) []kernel.ID {
	return g.holders[holderKey{role: role, org: org}]
}

// HoldersAt lists the people who hold a post with the role at exactly the place.
func (g *Registers) HoldersAt(role kernel.Role, place kernel.ID) []kernel.ID {
	return g.holders[holderKey{role: role, place: place}]
}

func (g *Registers) addOrg(key string, kind orgs.Kind, name string, parent *orgs.Org, place *territory.Place) *orgs.Org {
	o := &orgs.Org{ID: g.d.seed.id("org " + key), Kind: kind, Name: name, Place: place.ID, Path: place.Path,
		Phone: fmt.Sprintf("0971-0%06d", len(g.Orgs)+1)} // no number in an area begins with 0
	if parent != nil {
		o.Parent = parent.ID
	}
	g.Orgs = append(g.Orgs, o)
	g.org[key] = o
	return o
}

// person makes a person whose name and phone nobody else has. The phones are 1380000 and four digits.
func (g *Registers) person() kernel.ID {
	n := len(g.People)
	p := Person{ID: g.d.seed.id(fmt.Sprintf("person %d", n)), Phone: fmt.Sprintf("1380000%04d", n)}
	for p.Name == "" || g.names[p.Name] {
		p.Name = madeUpName(g.r)
	}
	g.names[p.Name] = true
	g.People = append(g.People, p)
	return p.ID
}

// post gives a person a post at an organisation and a place.
func (g *Registers) post(person kernel.ID, title string, role kernel.Role, org *orgs.Org, place *territory.Place) kernel.ID {
	h := &orgs.Holding{ID: g.d.seed.id(fmt.Sprintf("holding %d", len(g.Holdings))), Person: person, Title: title, Role: role, Place: place.ID,
		Path: place.Path, From: Founded}
	if org != nil {
		h.Org = org.ID
	}
	g.Holdings = append(g.Holdings, h)
	byOrg, byPlace := holderKey{role: role, org: h.Org}, holderKey{role: role, place: h.Place}
	g.holders[byOrg] = append(g.holders[byOrg], person)
	g.holders[byPlace] = append(g.holders[byPlace], person)
	return person
}

// staff gives an organisation one dispatcher and n cadres at a place.
func (g *Registers) staff(o *orgs.Org, place *territory.Place, n int) {
	g.post(g.person(), "派单员", kernel.UnitDispatcher, o, place)
	for range n {
		g.post(g.person(), "干部", kernel.Cadre, o, place)
	}
}

// district makes the government, its units and those whose posts are held at the district.
func (g *Registers) district(units []unitRow) {
	county := g.d.Places[0]
	gov := g.addOrg("government", orgs.Government, "城北区人民政府", nil, county)
	for _, u := range units {
		o := g.addOrg(u.Key, u.Kind, u.Name, gov, county)
		o.Sectors = u.Sectors
		g.staff(o, county, u.Cadres)
	}
	for _, p := range []struct {
		title string
		role  kernel.Role
		n     int
	}{{"督查员", kernel.Supervisor, 2}, {"区领导", kernel.DistrictLeader, 2}, {"规划员", kernel.Planner, 2}, {"系统管理员", kernel.SystemAdmin, 1},
		{"安全管理员", kernel.SecurityAdmin, 1}, {"审计员", kernel.Auditor, 1}} {
		for range p.n {
			g.post(g.person(), p.title, p.role, gov, county)
		}
	}
	for _, name := range []string{"法律服务志愿队", "环保公益志愿队", "应急救护志愿队", "文艺惠民志愿队"} {
		t := g.addOrg("team "+name, orgs.VolunteerTeam, "城北区"+name, gov, county)
		g.post(g.person(), "队长", kernel.Volunteer, t, county)
	}
}

// hotline makes the district's desk of the 12345 hotline. Its agents hold their posts at the district: calls come from everywhere.
func (g *Registers) hotline() {
	county := g.d.Places[0]
	o := g.addOrg("hotline", orgs.Institution, "城北区 12345 热线受理中心", g.org["government"], county)
	for range 2 {
		g.post(g.person(), "热线坐席", kernel.GridWorker, o, county)
	}
}

// street makes a street office, its police station and the bodies of its communities and villages.
func (g *Registers) street(st *area) {
	place := g.d.Place(st.code)
	name := st.name
	switch st.kind {
	case territory.Town:
		name += "人民政府"
	case territory.Subdistrict:
		name += "办事处"
	default:
		name += "管理委员会"
	}
	office := g.addOrg("office "+st.code, orgs.Government, name, g.org["government"], place)
	g.staff(office, place, 4)
	g.post(g.person(), "督查员", kernel.Supervisor, office, place)
	police := g.addOrg("police "+st.code, orgs.PoliceStation, strings.TrimSuffix(strings.TrimSuffix(st.name, "街道"), "镇")+"派出所", g.org["government"], place)
	g.addOrg("social "+st.code, orgs.SocialOrg, st.name+"社会工作站", office, place)
	for _, a := range st.parts {
		g.unit(a, office, police)
	}
}

// unit makes the committee of a community or village with its clerks, its backstop dispatcher and cadres, its mediation
// committee, volunteer team and grid workers, the police officer who is a community's deputy secretary, and the hosts of its
// dedicated grids.
func (g *Registers) unit(a *area, office, police *orgs.Org) {
	place := g.d.Place(a.code)
	names := map[territory.Kind][3]string{territory.Community: {"居民委员会", "社区书记", "社区工作者"},
		territory.Village: {"村民委员会", "村书记", "村务工作者"}, territory.VillageOther: {"综合服务站", "站长", "服务站工作者"}}[a.kind]
	base := strings.TrimSuffix(strings.TrimSuffix(a.name, "村"), "虚拟社区")
	c := g.addOrg("committee "+a.code, orgs.Committee, base+names[0], office, place)
	head := g.post(g.person(), names[1], kernel.CommunityClerk, c, place)
	g.post(head, "派单员", kernel.UnitDispatcher, c, place) // what no unit is in charge of, the committee does itself
	for range 2 {
		w := g.post(g.person(), names[2], kernel.CommunityClerk, c, place)
		g.post(w, "经办人", kernel.Cadre, c, place)
	}
	if a.kind != territory.VillageOther {
		m := g.addOrg("mediation "+a.code, orgs.Mediation, a.name+"人民调解委员会", c, place)
		g.post(g.person(), "人民调解员", kernel.Mediator, m, place)
		t := g.addOrg("team "+a.code, orgs.VolunteerTeam, a.name+"志愿服务队", c, place)
		g.post(g.person(), "队长", kernel.Volunteer, t, place)
	}
	if a.kind == territory.Community {
		g.post(g.person(), "社区副书记", kernel.Mediator, police, place)
	}
	for _, grid := range a.parts {
		gp := g.d.Place(grid.code)
		g.post(g.person(), "网格员", kernel.GridWorker, c, gp)
		if grid.host != nil {
			kind := orgs.Enterprise
			if k := grid.host.kind; k == hostSchool || k == hostHospital || k == hostPark {
				kind = orgs.Institution
			}
			g.addOrg("host "+grid.code, kind, grid.host.name, nil, place)
		}
	}
}

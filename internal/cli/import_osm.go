package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/geo/osmpbf"
	"sanzhi/internal/kernel"
	"sanzhi/internal/planning/reach"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
)

type importOSMCmd struct {
	File   string `arg:"" help:"OpenStreetMap extract (.osm.pbf)." type:"existingfile"`
	NameZh string `help:"Name of the district in Chinese, when it is to be founded." placeholder:"NAME"`
	NameEn string `help:"Name of the district in English, when it is to be founded." placeholder:"NAME"`
	Admin  string `help:"User name of the system administrator of a new district." default:"admin" placeholder:"USER"`
	People int    `help:"How many people live in the whole file; they are shared over the homes by floor space, as an estimate." placeholder:"N"`
	Level  string `help:"admin_level of the boundaries that become communities, where --under names none." default:"8"`
	Under  string `help:"Code of the community or village that buildings and sites stand under; one is made when left out." placeholder:"CODE"`
}

// osmAttribution must stand wherever the map is shown.
const osmAttribution = "© OpenStreetMap contributors"

// osmReport is what the command found and did.
type osmReport struct {
	Founded     *Founded      `json:"founded,omitempty"`
	Places      *PlacesReport `json:"places"`
	Buildings   int           `json:"buildings"`
	Communities int           `json:"communities"`
	Compounds   int           `json:"compounds"` // residential land
	Sites       int           `json:"sites"`
	Greens      int           `json:"greens"` // greens and parks
	Drawn       int           `json:"drawn"`  // greens and waters that the map draws
	Dropped     int           `json:"dropped"`
	Nodes       int           `json:"networkNodes"`
	Km          float64       `json:"networkKm"`
	Paved       bool          `json:"networkNew"` // it differs from the one that was there
	People      int           `json:"people,omitempty"`
	MapFeatures int           `json:"mapFeatures"` // of the base map
	MapBytes    int           `json:"mapBytes"`
	Attribution string        `json:"attribution"`
}

// Run implements the command.
func (c *importOSMCmd) Run(e *env) error {
	if e.global.Tenant == "" {
		return kernel.Invalid("tenant", kernel.T("请写明区县的六位代码，如 --tenant 990001", "name the district by its six digits, such as --tenant 990001"))
	}
	t, err := kernel.ParseTenant(e.global.Tenant)
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	m := &osmImport{c: c, t: t, r: osmReport{Attribution: osmAttribution}, bound: orb.Bound{Min: orb.Point{180, 90}, Max: orb.Point{-180, -90}}}
	if err := m.read(raw); err != nil {
		return e.refused(err)
	}
	return e.running(true, func(a *app) error {
		if err := m.store(e, a); err != nil {
			if m.r.Founded != nil && !e.global.JSON { // its passwords are told nowhere else
				err = errors.Join(err, m.r.Founded.print(&printer{w: e.out}))
			}
			return e.refused(err)
		}
		if e.global.JSON {
			return e.printJSON(m.r)
		}
		return m.r.print(e)
	})
}

// osmImport gathers what a file holds.
type osmImport struct {
	c      *importOSMCmd
	t      kernel.Tenant
	r      osmReport
	places []geo.Feature
	// bounds are the communities that the file draws; compounds come before the places.
	bounds    []geo.Feature
	compounds []geo.Feature
	drawn     []geo.Feature
	bound     orb.Bound
	n         *reach.Network
	rooms     []dwelling
	tiles     []byte
}

// osmSites are the amenities that become sites.
var osmSites = []string{"school", "kindergarten", "college", "clinic", "hospital", "doctors", "pharmacy", "townhall", "library", "community_centre",
	"social_centre", "social_facility", "nursing_home", "police", "fire_station", "post_office", "courthouse", "marketplace", "toilets", "shelter"}

// osmKeys are the tags that are kept.
var osmKeys = []string{"building", "amenity", "leisure", "landuse", "natural", "waterway", "name", "name:zh", "name:en", "addr:street", "addr:housenumber", "boundary", "admin_level"}

func osmGreen(leisure, landuse string) string {
	switch {
	case leisure == "park" || leisure == "garden" || leisure == "playground":
		return leisure
	case landuse == "village_green" || landuse == "recreation_ground":
		return landuse
	}
	return ""
}

func (m *osmImport) read(raw []byte) error {
	n, _, err := reach.FromOSM(raw)
	if err != nil {
		return err
	}
	m.n = n
	m.r.Nodes, m.r.Km = n.Nodes(), n.Length()/1000
	shapes, err := osmpbf.Shapes(raw, osmKeys, func(tags osmpbf.Tags) bool {
		return tags.Find("building") != "" || slices.Contains(osmSites, tags.Find("amenity")) || tags.Find("natural") == "water" ||
			tags.Find("waterway") == "river" || tags.Find("landuse") == "residential" || m.boundary(tags.Find("boundary"), tags.Find("admin_level")) || osmGreen(tags.Find("leisure"), tags.Find("landuse")) != ""
	})
	if err != nil {
		return err
	}
	for _, s := range shapes {
		m.shape(s)
	}
	if m.tiles, err = m.baseMap(raw); err != nil {
		return err
	}
	m.house()
	if m.c.People < 0 {
		return kernel.Invalid("people", kernel.T("--people 应是 0 或更多", "--people must be 0 or more"))
	}
	if m.c.People > 0 && len(m.rooms) > 0 {
		m.settle()
	}
	return nil
}

// shape sorts one element into places and what is drawn.
func (m *osmImport) shape(s osmpbf.Shape) {
	_, area := s.Geometry.(orb.Polygon)
	if _, many := s.Geometry.(orb.MultiPolygon); many {
		area = true
	}
	if area && geo.Validate(s.Geometry) != nil {
		m.r.Dropped++
		return
	}
	m.bound = m.bound.Union(s.Geometry.Bound())
	name := osmName(s.Tags)
	green := osmGreen(s.Tags["leisure"], s.Tags["landuse"])
	if area && green != "" {
		m.r.Greens++
		m.add(s, territory.Site, name, "绿地", green)
		m.draw(s, "green", name)
		return
	}
	if m.boundary(s.Tags["boundary"], s.Tags["admin_level"]) {
		if area && name != "" {
			m.bounds = append(m.bounds, geo.Feature{Geometry: s.Geometry, Properties: map[string]any{"name": name}})
		}
		return
	}
	if s.Tags["landuse"] == "residential" && area {
		m.compound(s, name)
		return
	}
	if s.Tags["natural"] == "water" && area || s.Tags["waterway"] == "river" {
		m.draw(s, "river", name)
	}
	if slices.Contains(osmSites, s.Tags["amenity"]) && name != "" && (area || s.Type == 'n') {
		m.r.Sites++
		m.add(s, territory.Site, name, "", s.Tags["amenity"])
	}
	if b := s.Tags["building"]; b != "" && b != "no" && area {
		m.r.Buildings++
		m.add(s, territory.Building, name, "楼栋", "")
		m.home(b, s.Geometry)
	}
}

// boundary reports whether tags say that an area is to be a community.
func (m *osmImport) boundary(kind, level string) bool {
	return m.c.Under == "" && kind == "administrative" && level == m.c.Level
}

// compound makes a compound of residential land.
func (m *osmImport) compound(s osmpbf.Shape, name string) {
	m.r.Compounds++
	code := fmt.Sprintf("osm-%c%d-c", s.Type, s.ID)
	if name == "" {
		name = fmt.Sprintf("住宅用地 %c%d", s.Type, s.ID)
	}
	m.compounds = append(m.compounds, geo.Feature{Geometry: s.Geometry, Properties: map[string]any{"code": code, "name": name, "kind": string(territory.Compound), "parent": m.c.Under}})
}

// house puts every building under the compound that its middle lies in, the first of several, and the compounds before all that
// stands under them.
func (m *osmImport) house() {
	lands := make([]osmLand, len(m.compounds))
	for i, c := range m.compounds {
		code, _ := c.Properties["code"].(string)
		lands[i] = osmLand{geo.Prepare(c.Geometry), code}
	}
	for _, p := range m.places {
		if p.Properties["kind"] != string(territory.Building) {
			continue
		}
		if code := landOf(lands, p.Geometry); code != "" {
			p.Properties["parent"] = code
		}
	}
	for i := range m.rooms {
		m.rooms[i].place += len(m.compounds)
	}
	m.places = append(m.compounds, m.places...)
}

// osmHomes are the kinds of building that people live in; "yes" says nothing, and most are homes.
var osmHomes = []string{"yes", "house", "residential", "apartments", "detached", "semidetached_house", "terrace", "bungalow", "farm", "dormitory"}

// home notes how much room a building has for people: its ground, for the number of floors is seldom known. Sheds have none.
func (m *osmImport) home(kind string, g orb.Geometry) {
	if a := geo.Area(g); slices.Contains(osmHomes, kind) && a >= 40 && a <= 5000 {
		m.rooms = append(m.rooms, dwelling{len(m.places) - 1, a})
	}
}

// dwelling is a home among the places, and its ground in m².
type dwelling struct {
	place int
	area  float64
}

// settle shares people over the homes, so that they add up to all.
func (m *osmImport) settle() {
	sum := 0.0
	for _, h := range m.rooms {
		sum += h.area
	}
	done, so := 0, 0.0
	for _, h := range m.rooms {
		so += h.area
		upTo := int(math.Round(float64(m.c.People) * so / sum))
		m.places[h.place].Properties["people"] = float64(upTo - done)
		done = upTo
	}
	m.r.People = done
}

func osmName(tags map[string]string) string {
	for _, k := range []string{"name:zh", "name"} {
		if tags[k] != "" {
			return tags[k]
		}
	}
	return strings.TrimSpace(tags["addr:street"] + " " + tags["addr:housenumber"])
}

// add makes a place of an element. One that is a building and a site as well gives both, each with a code of its own.
func (m *osmImport) add(s osmpbf.Shape, kind territory.Kind, name, otherwise, function string) {
	code := fmt.Sprintf("osm-%c%d", s.Type, s.ID)
	if kind == territory.Site {
		code += "-s"
	}
	if name == "" {
		name = fmt.Sprintf("%s %c%d", otherwise, s.Type, s.ID)
	}
	p := map[string]any{"code": code, "name": name, "kind": string(kind), "parent": m.c.Under}
	if function != "" {
		p["functions"] = []any{function}
	}
	m.places = append(m.places, geo.Feature{Geometry: s.Geometry, Properties: p})
}

func (m *osmImport) draw(s osmpbf.Shape, kind, name string) {
	m.r.Drawn++
	m.drawn = append(m.drawn, geo.Feature{Geometry: s.Geometry, Properties: map[string]any{"kind": kind, "name": name, "source": osmAttribution}})
}

// store founds the district unless it is there, and writes places and map.
func (m *osmImport) store(e *env, a *app) error {
	row, err := m.district(e, a)
	if err != nil {
		return err
	}
	if m.c.Under == "" {
		if err := m.frame(e, a, row); err != nil {
			return err
		}
	}
	file, w := io.Pipe()
	defer func() { _ = file.Close() }() // ends the writer, whatever was read
	go func() { _ = w.CloseWithError(geo.WriteFeatures(w, slices.Values(m.places))) }()
	m.r.Places, err = ImportPlaces(e.ctx, a.db, a.cases.Ledger, m.t, file, PlacesOptions{})
	if err != nil {
		return err
	}
	var drawn bytes.Buffer
	if err := geo.WriteFeatures(&drawn, slices.Values(m.drawn)); err != nil {
		return err
	}
	c := m.bound.Center()
	row.Settings.Features, row.Settings.Centre = drawn.String(), [2]float64{c[0], c[1]}
	row.Settings.Bounds = [4]float64{m.bound.Min[0], m.bound.Min[1], m.bound.Max[0], m.bound.Max[1]}
	return m.keepMap(e, a, row, func() error {
		return a.db.Update(e.ctx, m.t, func(tx kernel.Tx) (err error) {
			if _, m.r.Paved, err = a.plans.Pave(tx, kernel.System(m.t), m.n, osmAttribution); err != nil {
				return err
			}
			return a.tenants.Put(tx, row)
		})
	})
}

// district gives the district's row, after founding it where it is not there.
func (m *osmImport) district(e *env, a *app) (*store.TenantRow, error) {
	find := func() (*store.TenantRow, error) {
		list, err := a.tenants.List(e.ctx)
		for _, r := range list {
			if r.Tenant == m.t {
				return r, err
			}
		}
		return nil, err
	}
	row, err := find()
	if err != nil || row != nil {
		return row, err
	}
	if m.r.Founded, err = Found(e.ctx, a, m.t, kernel.T(strings.TrimSpace(m.c.NameZh), strings.TrimSpace(m.c.NameEn)), m.c.Admin, "09:00-12:00,14:00-18:00"); err != nil {
		return nil, err
	}
	return find()
}

// frame puts a subdistrict and its communities before the places, for a district whose divisions nobody has brought in: those that
// the file draws, else one. In a district that has communities, somebody must say which is meant.
func (m *osmImport) frame(e *env, a *app, row *store.TenantRow) error {
	street := string(m.t) + "001"
	head := []geo.Feature{{Properties: map[string]any{"code": street, "name": row.Name.Zh + "街道", "kind": string(territory.Subdistrict), "parent": string(m.t)}}}
	codes := map[string]bool{}
	community := func(n int, name string, shape orb.Geometry) string {
		code := fmt.Sprintf("%s%03d", street, n)
		codes[code] = true
		head = append(head, geo.Feature{Geometry: shape, Properties: map[string]any{"code": code, "name": name, "kind": string(territory.Community), "parent": street}})
		return code
	}
	lands := make([]osmLand, 0, len(m.bounds))
	for i, f := range m.bounds {
		name, _ := f.Properties["name"].(string)
		lands = append(lands, osmLand{geo.Prepare(f.Geometry), community(i+2, name, f.Geometry)})
	}
	rest := ""
	for _, p := range m.places {
		if p.Properties["parent"] != "" {
			continue
		}
		if p.Properties["parent"] = landOf(lands, p.Geometry); p.Properties["parent"] != "" {
			continue
		}
		if rest == "" {
			rest = community(1, row.Name.Zh+"社区", nil)
		}
		p.Properties["parent"] = rest
	}
	other := false
	err := a.db.View(e.ctx, m.t, func(tx kernel.Tx) error {
		return store.Territory{}.EachPlace(tx, func(p *territory.Place) error {
			l := p.Kind.Level()
			other = other || (l == territory.LevelCommunity || l == territory.LevelVillage) && !codes[p.Code]
			return nil
		})
	})
	if err == nil && other {
		err = kernel.Invalid("under", kernel.T("这里已有社区或村，请用 --under 写明楼栋和站点属于哪一个", "the district has communities or villages already; name with --under the one that buildings and sites stand under"))
	}
	m.r.Communities = len(codes)
	m.places = append(head, m.places...)
	return err
}

// osmLand is an area that others lie in, by its code.
type osmLand struct {
	*geo.Prepared
	code string
}

// landOf gives the first of the areas that holds the middle of a shape; empty for none.
func landOf(lands []osmLand, g orb.Geometry) string {
	at, ok := geo.LabelPoint(g)
	for _, l := range lands {
		if ok && l.Bound().Contains(at) && l.Locate(at) != geo.Outside {
			return l.code
		}
	}
	return ""
}

func (r *osmReport) print(e *env) error {
	p := &printer{w: e.out}
	if r.Founded != nil {
		if err := r.Founded.print(p); err != nil {
			return err
		}
	}
	p.say(kernel.T(
		fmt.Sprintf("社区 %d，小区 %d，楼栋 %d，站点 %d，绿地 %d；步行网 %d 个节点，%.1f 公里；形状不对而略去 %d", r.Communities, r.Compounds, r.Buildings, r.Sites, r.Greens, r.Nodes, r.Km, r.Dropped),
		fmt.Sprintf("%d communities, %d compounds, %d buildings, %d sites, %d greens; walking network of %d nodes, %.1f km; %d left out because of their shapes", r.Communities, r.Compounds, r.Buildings, r.Sites, r.Greens, r.Nodes, r.Km, r.Dropped)))
	p.say(kernel.T(fmt.Sprintf("底图 %d 个要素，%.1f MB", r.MapFeatures, float64(r.MapBytes)/1e6), fmt.Sprintf("base map of %d features, %.1f MB", r.MapFeatures, float64(r.MapBytes)/1e6)))
	p.say(kernel.T("地图数据 "+osmAttribution, "map data "+osmAttribution))
	if p.err != nil {
		return p.err
	}
	return r.Places.Print(e.out)
}

package api

import (
	"context"
	"math"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
	"sanzhi/internal/vault"
	"sanzhi/internal/workflow"
)

// Config is what a page needs before anybody signs in.
type Config struct {
	Tenant   string     `json:"tenant" example:"630105"`
	District string     `json:"district" example:"城北区"`
	Demo     bool       `json:"demo"`
	Centre   [2]float64 `json:"centre" doc:"lon, lat"`
	Bounds   [4]float64 `json:"bounds" doc:"west, south, east, north"`
	Lang     string     `json:"lang"`
	Version  string     `json:"version"`
}

type menuIn struct {
	Lon   float64   `query:"lon" minimum:"-180" maximum:"180"`
	Lat   float64   `query:"lat" minimum:"-90" maximum:"90"`
	CRS   string    `query:"crs" enum:"wgs84,cgcs2000,gcj02,bd09"`
	Place kernel.ID `query:"place" doc:"Instead of a point: the menu at a place, such as the building whose code was scanned"`
}

type atIn struct {
	Lon float64 `query:"lon" required:"true" minimum:"-180" maximum:"180"`
	Lat float64 `query:"lat" required:"true" minimum:"-90" maximum:"90"`
	CRS string  `query:"crs" enum:"wgs84,cgcs2000,gcj02,bd09"`
}

type placesIn struct {
	Parent kernel.ID `query:"parent" doc:"The places right below it; the district itself when neither parent nor q is given"`
	Q      string    `query:"q" maxLength:"80" doc:"A part of the name, the beginning of the code, or pinyin initials"`
	Kind   []string  `query:"kind" doc:"Kinds, separated by commas"`
	After  string    `query:"after" maxLength:"120"`
	Limit  int       `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type orgsIn struct {
	Q     string   `query:"q" maxLength:"80"`
	Kind  []string `query:"kind"`
	After string   `query:"after" maxLength:"200"`
	Limit int      `query:"limit" minimum:"1" maximum:"200" default:"50"`
	// Who can take a case.
	CanTake bool      `query:"can_take" doc:"Only units that can take a case: somebody there could do the next step. kind does not narrow these"`
	Case    kernel.ID `query:"case" doc:"With can_take: the case that it is about"`
	Action  string    `query:"action" maxLength:"40" doc:"With can_take and case: the action that would name the unit"`
}

// OrgRow is an organisation in a list.
type OrgRow struct {
	ID       kernel.ID `json:"id"`
	Name     string    `json:"name"`
	Kind     orgs.Kind `json:"kind"`
	KindName string    `json:"kind_name"`
	Phone    string    `json:"phone,omitempty"`
}

// OrgList is one keyset page of organisations.
type OrgList struct {
	Items []OrgRow `json:"items"`
	Next  string   `json:"next,omitempty"`
}

type staffIn struct {
	ID   kernel.ID `path:"id"`
	Case kernel.ID `query:"case" required:"true"`
}

// Staff are the cadres of a unit who may be assigned to a case.
type Staff struct {
	Items []StaffRow `json:"items"`
}

// StaffRow is one of them; Load is how many open cases are in their hands.
type StaffRow struct {
	ID   kernel.ID `json:"id"`
	Name string    `json:"name"`
	Load int       `json:"load"`
}

type ratesIn struct {
	Place kernel.ID `query:"place"`
	Unit  kernel.ID `query:"unit"`
	From  string    `query:"from" format:"date" doc:"First day (Asia/Shanghai) on which a counted case was opened"`
	To    string    `query:"to" format:"date" doc:"Last day"`
}

// Resolve says that a menu belongs to a place.
func (in *menuIn) Resolve(ctx huma.Context) []error {
	if in.Place != "" {
		return nil
	}
	return append(finite(ctx, "lon", in.Lon), finite(ctx, "lat", in.Lat)...)
}

// Resolve refuses what is no number.
func (in *atIn) Resolve(ctx huma.Context) []error {
	return append(finite(ctx, "lon", in.Lon), finite(ctx, "lat", in.Lat)...)
}

// finite asks for a number that is one: NaN passes every bound.
func finite(ctx huma.Context, name string, v float64) []error {
	switch {
	case ctx.Query(name) == "":
		return []error{&huma.ErrorDetail{Location: "query." + name, Message: "required query parameter is missing"}}
	case math.IsNaN(v):
		return []error{&huma.ErrorDetail{Location: "query." + name, Message: "invalid float"}}
	}
	return nil
}

func (s *Server) districtRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/config", open: "it is what any visitor sees", sum: "The district and its middle"}, s.config)
	handle(s, api, op{method: "GET", path: "/menu", perm: access.MenuRead, sum: "What can be ordered at a place"}, s.menu)
	handle(s, api, op{method: "GET", path: "/places", perm: access.PlaceRead, sum: "Places, a level at a time, or by name, code or initials"}, s.places)
	handle(s, api, op{method: "GET", path: "/places/at", perm: access.PlaceRead, sum: "Every place that holds a point"}, s.placesAt)
	handle(s, api, op{method: "GET", path: "/orgs", perm: access.OrgRead, sum: "Organisations by name or initials", errors: []int{401}}, s.orgs)
	handle(s, api, op{method: "GET", path: "/orgs/{id}/staff", perm: access.CaseRead, sum: "Who of a unit may be assigned to a case", errors: []int{401, 404}}, s.staff)
	handle(s, api, op{method: "GET", path: "/flows", perm: access.FlowRead, sum: "The flows in force"}, s.flows)
	handle(s, api, op{method: "GET", path: "/stats/rates", perm: access.StatsRead, sum: "The three rates and the on-time rate, with what they are made of", errors: []int{401}}, s.rates)
}

func (s *Server) config(ctx context.Context, _ *struct{}) (*body[Config], error) {
	set, err := s.Cases.Setups.Of(ctx, s.Tenant)
	if err != nil {
		return nil, err
	}
	lang := LangOf(ctx)
	return &body[Config]{Config{Tenant: string(s.Tenant), District: set.District.In(lang), Demo: set.Demo, Centre: set.Centre, Bounds: set.Bounds,
		Lang: string(lang), Version: s.Version}}, nil
}

func (s *Server) menu(ctx context.Context, in *menuIn) (*body[Menu], error) {
	if in.Place == "" {
		ctx = s.atPoint(ctx, in.Lon, in.Lat, in.CRS)
	}
	actor := CallerOf(ctx).Actor
	v, err := s.view(ctx, actor)
	if err != nil {
		return nil, err
	}
	lon, lat, err := s.pointOf(ctx, v.set.Tenant, in)
	if err != nil {
		return nil, err
	}
	at := v.set.Index.At(lon, lat)
	out := &body[Menu]{Menu{Items: []MenuItem{}, More: v.offers(&at), Place: at, Emergency: emergencyLines(v.lang, v.set.Emergency), Point: []float64{lon, lat}}}
	if at.County == nil {
		return out, nil
	}
	for _, i := range v.set.Items {
		if !i.At(&at) {
			continue
		}
		r := v.set.Route(i, &at)
		out.Body.Items = append(out.Body.Items, MenuItem{ID: i.ID, Title: i.Title.In(v.lang), Group: i.Group.In(v.lang), Note: i.Note.In(v.lang),
			Promise: i.Promise.In(v.lang), Strand: i.Strand, Flow: i.Flow, Form: v.form(i.Form), Unit: v.named(r.Unit)})
	}
	return out, nil
}

// offers are the flows that residents may open at a place without an item of the menu.
func (v *view) offers(at *territory.At) []MenuItem {
	out := []MenuItem{}
	for _, id := range v.set.FlowIDs() {
		c, err := v.set.Flow(id, 0)
		if at.County == nil || err != nil || !c.Flow.Anonymous || c.Flow.Offer == nil || slices.ContainsFunc(v.set.Items, func(i *cases.Item) bool { return i.Flow == id }) {
			continue
		}
		f := c.Flow
		m := MenuItem{Title: f.Offer.Title.In(v.lang), Note: f.Offer.Note.In(v.lang), Strand: f.Strand, Flow: id,
			Unit: v.named(v.set.Route(&cases.Item{Sector: f.Sector}, at).Unit)}
		if a, ok := f.Opening(); ok {
			m.Form = v.form(a.Form)
		}
		out = append(out, m)
	}
	return out
}

// locate gives the places that hold the point of a request, or the middle of the place that it names.
func (s *Server) locate(ctx context.Context, set *cases.Setup, in *menuIn) (territory.At, error) {
	lon, lat, err := s.pointOf(ctx, set.Tenant, in)
	if err != nil {
		return territory.At{}, err
	}
	return set.Index.At(lon, lat), nil
}

// pointOf gives the point of a request, or one inside the place that it names.
func (s *Server) pointOf(ctx context.Context, t kernel.Tenant, in *menuIn) (lon, lat float64, err error) {
	if in.Place != "" {
		return s.middle(ctx, t, in.Place)
	}
	crs, err := geo.ParseCRS(in.CRS)
	if err != nil {
		return 0, 0, err
	}
	p := crs.ToWGS84([2]float64{in.Lon, in.Lat})
	return p[0], p[1], nil
}

// middle gives a point inside a place.
func (s *Server) middle(ctx context.Context, t kernel.Tenant, id kernel.ID) (lon, lat float64, err error) {
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		mid, err := s.Places.Middles(tx, []kernel.ID{id})
		if err != nil {
			return err
		}
		p, ok := mid[id]
		if !ok {
			return kernel.NotFound(kernel.T("没有这个地方", "there is no such place"))
		}
		lon, lat = p[0], p[1]
		return nil
	})
	return lon, lat, err
}

func (s *Server) placesAt(ctx context.Context, in *atIn) (*body[territory.At], error) {
	ctx = s.atPoint(ctx, in.Lon, in.Lat, in.CRS)
	set, err := s.Cases.Setups.Of(ctx, CallerOf(ctx).Actor.Tenant)
	if err != nil {
		return nil, err
	}
	at, err := s.locate(ctx, set, &menuIn{Lon: in.Lon, Lat: in.Lat, CRS: in.CRS})
	return &body[territory.At]{at}, err
}

func (s *Server) places(ctx context.Context, in *placesIn) (*body[PlaceList], error) {
	lang := LangOf(ctx)
	out := &body[PlaceList]{PlaceList{Items: []PlaceNode{}}}
	page := kernel.Page{After: in.After, Limit: in.Limit}.Clamp(100, 500)
	err := s.Store.View(ctx, CallerOf(ctx).Actor.Tenant, func(tx kernel.Tx) error {
		var l []*territory.Place
		var err error
		if in.Q != "" || len(in.Kind) > 0 {
			q := territory.Query{Text: in.Q}
			for _, k := range in.Kind {
				q.Kinds = append(q.Kinds, territory.Kind(k))
			}
			if in.Parent != "" {
				p, err := s.Places.Place(tx, in.Parent)
				if err != nil {
					return err
				}
				q.Within = p.Path
			}
			l, out.Body.Next, err = s.searchPlaces(tx, q, page)
		} else {
			l, out.Body.Next, err = s.Places.Children(tx, in.Parent, page)
		}
		if err != nil {
			return err
		}
		out.Body.Items, err = s.nodes(tx, lang, l, in.Q != "")
		return err
	})
	return out, err
}

// nodes renders places as rows of the tree; above adds the names of the places above them.
func (s *Server) nodes(tx kernel.Tx, lang kernel.Lang, l []*territory.Place, above bool) ([]PlaceNode, error) {
	ids := make([]kernel.ID, len(l))
	for i, p := range l {
		ids[i] = p.ID
	}
	has, err := s.Places.HasChildren(tx, ids)
	if err != nil {
		return nil, err
	}
	mid, err := s.Places.Middles(tx, ids)
	if err != nil {
		return nil, err
	}
	names := map[kernel.ID]*territory.Place{}
	out := make([]PlaceNode, len(l))
	for i, p := range l {
		out[i] = PlaceNode{ID: p.ID, Parent: p.Parent, Code: p.Code, Path: p.Path, Name: p.Name, Kind: p.Kind, KindName: capital(p.Kind.Text().In(lang)), Children: has[p.ID],
			People: p.People, Homes: p.Households}
		if m, ok := mid[p.ID]; ok {
			out[i].Lon, out[i].Lat = &m[0], &m[1]
		}
		for up := p.Parent; above && up != ""; {
			q := names[up]
			if q == nil {
				if q, err = s.Places.Place(tx, up); err != nil {
					return nil, err
				}
				names[up] = q
			}
			if q.Kind != territory.County {
				out[i].Above = q.Name + sep(out[i].Above) + out[i].Above
			}
			up = q.Parent
		}
	}
	return out, nil
}

func sep(s string) string {
	if s == "" {
		return ""
	}
	return " · "
}

var orgKindNames = map[orgs.Kind]kernel.Text{
	orgs.Government: kernel.T("政府、街道办", "Government office"), orgs.Department: kernel.T("部门", "Department"), orgs.Committee: kernel.T("居（村）委会", "Committee"),
	orgs.Branch: kernel.T("党支部", "Party branch"), orgs.PropertyFirm: kernel.T("物业", "Property firm"), orgs.PublicUtility: kernel.T("水电气暖", "Public utility"),
	orgs.PoliceStation: kernel.T("派出所", "Police station"), orgs.VolunteerTeam: kernel.T("志愿服务队", "Volunteer team"), orgs.Enterprise: kernel.T("企业", "Enterprise"),
	orgs.SocialOrg: kernel.T("社会组织", "Social organisation"), orgs.JointBody: kernel.T("联合体", "Joint body"), orgs.Mediation: kernel.T("调解委员会", "Mediation committee"),
	orgs.Institution: kernel.T("事业单位", "Institution"),
}

func (s *Server) orgs(ctx context.Context, in *orgsIn) (*body[OrgList], error) {
	lang := LangOf(ctx)
	kinds := make([]orgs.Kind, len(in.Kind))
	for i, k := range in.Kind {
		kinds[i] = orgs.Kind(k)
	}
	list := func(tx kernel.Tx, p kernel.Page) ([]*orgs.Org, string, error) { return s.Orgs.Orgs(tx, in.Q, kinds, p) }
	if in.CanTake {
		list = func(tx kernel.Tx, p kernel.Page) ([]*orgs.Org, string, error) { return s.takers(ctx, tx, in, p) }
	}
	out := &body[OrgList]{OrgList{Items: []OrgRow{}}}
	err := s.Store.View(ctx, CallerOf(ctx).Actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := list(tx, kernel.Page{After: in.After, Limit: in.Limit}.Clamp(50, 200))
		for _, o := range l {
			out.Body.Items = append(out.Body.Items, OrgRow{ID: o.ID, Name: o.Name, Kind: o.Kind, KindName: orgKindNames[o.Kind].In(lang), Phone: o.Phone})
		}
		out.Body.Next = next
		return err
	})
	return out, err
}

// takers lists the units that an action may name: as the action itself would check them.
func (s *Server) takers(ctx context.Context, tx kernel.Tx, in *orgsIn, p kernel.Page) ([]*orgs.Org, string, error) {
	actor := CallerOf(ctx).Actor
	set, err := s.Cases.Setups.Of(ctx, actor.Tenant)
	if err != nil {
		return nil, "", err
	}
	if in.Case == "" {
		return s.Orgs.Takers(tx, in.Q, cases.AnyTakerRoles(set), "", p)
	}
	c, _, err := s.Cases.Read(tx, actor, in.Case)
	if err != nil {
		return nil, "", err
	}
	f, err := set.Flow(c.Flow, c.FlowVersion)
	if err != nil {
		return nil, "", err
	}
	roles := cases.AnyTakerRoles(set)
	if in.Action != "" {
		a, ok := f.Flow.Action(in.Action)
		if !ok {
			return nil, "", kernel.Invalid("action", kernel.T("没有「"+in.Action+"」这个动作", "there is no action \""+in.Action+"\""))
		}
		roles = cases.TakerRoles(f.Flow, a)
	}
	return s.Orgs.Takers(tx, in.Q, roles, c.Path, p)
}

func (s *Server) staff(ctx context.Context, in *staffIn) (*body[Staff], error) {
	actor := CallerOf(ctx).Actor
	out := &body[Staff]{Staff{Items: []StaffRow{}}}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		c, _, err := s.Cases.Read(tx, actor, in.Case)
		if err != nil {
			return err
		}
		l, err := s.Orgs.Staff(tx, in.ID, kernel.Cadre, c.Path)
		if err != nil {
			return err
		}
		for _, p := range l {
			name, err := s.Cases.Sealer.OpenText(p.NameSealed, vault.Field{Tenant: actor.Tenant, Table: "person", ID: p.ID, Field: "name"})
			if err != nil {
				return kernel.Internal("staff", err)
			}
			load, err := s.Cases.Cases.Load(tx, p.ID)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, StaffRow{ID: p.ID, Name: vault.MaskName(name), Load: load})
		}
		return nil
	})
	return out, err
}

// FlowList are the flows in force.
type FlowList struct {
	Items []FlowInfo `json:"items"`
}

func (s *Server) flows(ctx context.Context, _ *struct{}) (*body[FlowList], error) {
	v, err := s.view(ctx, CallerOf(ctx).Actor)
	if err != nil {
		return nil, err
	}
	out := &body[FlowList]{FlowList{Items: []FlowInfo{}}}
	for _, id := range v.set.FlowIDs() {
		f, err := v.set.Flow(id, 0)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, v.flow(f.Flow))
	}
	return out, nil
}

func (v *view) flow(f *workflow.Flow) FlowInfo {
	i := FlowInfo{ID: f.ID, Version: f.Version, Title: f.Title.In(v.lang), Strand: f.Strand, Beads: []Bead{}, Steps: []StepInfo{}, Opens: []Field{}}
	for _, b := range f.Beads {
		i.Beads = append(i.Beads, Bead{Char: b.Char, En: b.En, Name: b.Name.In(v.lang)})
	}
	for _, st := range f.Steps {
		i.Steps = append(i.Steps, StepInfo{ID: st.ID, Title: st.Title.In(v.lang), Bead: st.Bead, End: st.End})
	}
	if a, ok := f.Opening(); ok {
		i.Opens = v.form(a.Form)
	}
	return i
}

func (s *Server) rates(ctx context.Context, in *ratesIn) (*body[Rates], error) {
	actor := CallerOf(ctx).Actor
	q := cases.RateQuery{Unit: in.Unit, Now: s.Clock.Now(), Allow: access.ScopeOf(actor, access.StatsRead)}
	for i := range q.Allow.Clauses {
		// A figure must not tell an outsider that there is a dispute: confidential cases are in no rate.
		q.Allow.Clauses[i].ExcludeConfidential = true
	}
	var err error
	if q.From, err = day("from", in.From, 0); err != nil {
		return nil, err
	}
	if q.To, err = day("to", in.To, 1); err != nil {
		return nil, err
	}
	out := &body[Rates]{}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		if in.Place != "" {
			p, err := s.Places.Place(tx, in.Place)
			if err != nil {
				return err
			}
			q.Path = p.Path
		}
		r, err := s.Cases.Cases.Rates(tx, q)
		out.Body = Rates{Response: ratio(r.Response), Resolution: ratio(r.Resolution), Satisfaction: ratio(r.Satisfaction), OnTime: ratio(r.OnTime)}
		return err
	})
	return out, err
}

// leastComparable is the denominator below which a rate is neither compared nor ranked.
const leastComparable = 30

func ratio(r cases.Rate) Ratio {
	out := Ratio{Num: r.Num, Den: r.Den, Comparable: r.Den >= leastComparable}
	if r.Den > 0 {
		f := float64(r.Num) / float64(r.Den)
		out.Rate = &f
	}
	return out
}

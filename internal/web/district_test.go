package web_test

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
	"sanzhi/internal/vault"
	"sanzhi/internal/workflow"
)

const password = "correct horse 9"

// secretFlow is a flow that only mediators see: what everybody else may not even count.
const secretFlow = `flow: secret
version: 1
title: {zh: 纠纷, en: Dispute}
strand: fa
anonymous: true
confidential: true
beads:
  - {char: 申, en: A, name: {zh: 申请, en: Ask}}
  - {char: 调, en: M, name: {zh: 调解, en: Mediate}}
steps:
  - id: asked
    title: {zh: 待调解, en: Asked}
    bead: 2
    say: {zh: 调解委员会已收到, en: The committee has it}
  - id: settled
    title: {zh: 已调解, en: Settled}
    bead: 2
    end: done
    say: {zh: 调解好了, en: It is settled}
actions:
  - id: ask
    title: {zh: 申请, en: Ask}
    opens: true
    to: asked
    actors: [{anyone: true}]
    line: {zh: 您申请了调解, en: You asked for mediation}
  - id: settle
    title: {zh: 办结, en: Settle}
    from: [asked]
    to: settled
    actors: [{role: mediator}]
    form:
      - {id: words, label: {zh: 结果, en: Outcome}, type: text, required: true, max: 100}
    line: {zh: 调解好了, en: Settled}
`

func box(west, south, east, north float64) orb.Polygon {
	return orb.Polygon{{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}}
}

// Points of the fixture, in WGS84.
var (
	centre    = [2]float64{101.7593426, 36.6484989} // in compound and grid 1 of 小桥社区
	centreGCJ = [2]float64{101.761297, 36.648448}   // the same point as GCJ-02; taken for WGS84 it would lie in grid 2
	border    = [2]float64{101.75, 36.62}           // between the two streets
	northern  = [2]float64{101.77, 36.68}           // in 北社区
	outside   = [2]float64{102.5, 36.6}
)

func (w *world) placeRows() []*territory.Place {
	type row struct {
		name, parent, segment, code string
		kind                        territory.Kind
		shape                       orb.Geometry
	}
	var out []*territory.Place
	paths := map[string]kernel.Path{}
	for _, r := range []row{
		{"城北区", "", "630105", "630105", territory.County, box(101.70, 36.60, 101.80, 36.70)},
		{"西街道", "城北区", "001", "630105001", territory.Subdistrict, box(101.70, 36.60, 101.75, 36.70)},
		{"东街道", "城北区", "002", "630105002", territory.Subdistrict, box(101.75, 36.60, 101.80, 36.70)},
		{"西社区", "西街道", "001", "630105001001", territory.Community, box(101.70, 36.60, 101.75, 36.70)},
		{"小桥社区", "东街道", "001", "630105002001", territory.Community, box(101.75, 36.60, 101.80, 36.66)},
		{"北社区", "东街道", "002", "630105002002", territory.Community, box(101.75, 36.66, 101.80, 36.70)},
		{"西网格", "西社区", "001", "630105001001001", territory.GridGeneral, box(101.70, 36.60, 101.75, 36.70)},
		{"第1网格", "小桥社区", "001", "630105002001001", territory.GridGeneral, box(101.75, 36.60, 101.76, 36.66)},
		{"第2网格", "小桥社区", "002", "630105002001002", territory.GridGeneral, box(101.76, 36.60, 101.80, 36.66)},
		{"建设巷", "小桥社区", "c01", "C01", territory.Compound, box(101.7570, 36.6470, 101.7598, 36.6499)},
		{"3号楼", "建设巷", "b03", "B03", territory.Building, box(101.7590, 36.6482, 101.7596, 36.6488)},
	} {
		p := &territory.Place{ID: kernel.NewID(opening), Parent: w.places[r.parent], Kind: r.kind, Code: r.code, Name: r.name, Shape: r.shape,
			Initials: territory.Initials(r.name), Path: paths[r.parent].Child(r.segment), ValidFrom: opening.AddDate(-1, 0, 0)}
		w.places[r.name], paths[r.name] = p.ID, p.Path
		out = append(out, p)
	}
	return out
}

type orgRow struct {
	name, place string
	kind        orgs.Kind
}

var orgRows = []orgRow{
	{"区政府", "城北区", orgs.Government}, {"西社区居委会", "西社区", orgs.Committee}, {"小桥居委会", "小桥社区", orgs.Committee},
	{"北社区居委会", "北社区", orgs.Committee}, {"城管局", "城北区", orgs.Department}, {"自来水公司", "城北区", orgs.PublicUtility},
	{"安居物业", "小桥社区", orgs.PropertyFirm}, {"小桥调委会", "小桥社区", orgs.Mediation},
}

type personRow struct {
	user, name string
	role       kernel.Role
	org, place string
}

// personRows are the people; user is the sign-in name.
var personRows = []personRow{
	{"clerk", "李小桥", kernel.CommunityClerk, "小桥居委会", "小桥社区"}, {"clerk-north", "赵北", kernel.CommunityClerk, "北社区居委会", "北社区"},
	{"grid", "孙网格", kernel.GridWorker, "小桥居委会", "第1网格"}, {"dispatcher", "周派单", kernel.UnitDispatcher, "城管局", "城北区"},
	{"cadre", "王干部", kernel.Cadre, "城管局", "城北区"}, {"cadre2", "吴干部", kernel.Cadre, "城管局", "城北区"},
	{"water", "郑派水", kernel.UnitDispatcher, "自来水公司", "城北区"}, {"water-cadre", "冯修水", kernel.Cadre, "自来水公司", "城北区"},
	{"firm", "陈物业", kernel.UnitDispatcher, "安居物业", "小桥社区"}, {"firm-cadre", "褚电工", kernel.Cadre, "安居物业", "小桥社区"},
	{"supervisor", "卫督办", kernel.Supervisor, "区政府", "东街道"}, {"leader", "蒋区长", kernel.DistrictLeader, "区政府", "城北区"},
	{"mediator", "沈调解", kernel.Mediator, "小桥调委会", "小桥社区"}, {"resident", "韩居民", kernel.Resident, "", "小桥社区"},
	{"neighbour", "杨邻居", kernel.Resident, "", "小桥社区"}, {"volunteer", "朱志愿", kernel.Volunteer, "", "小桥社区"},
	{"planner", "秦规划", kernel.Planner, "区政府", "城北区"}, {"sysadmin", "尤系统", kernel.SystemAdmin, "区政府", "城北区"},
	{"secadmin", "许安全", kernel.SecurityAdmin, "区政府", "城北区"}, {"auditor", "何审计", kernel.Auditor, "区政府", "城北区"},
}

// fill writes the district in one unit of work.
func (w *world) fill() {
	w.t.Helper()
	ctx := context.Background()
	places := w.placeRows()
	path, level := map[kernel.ID]kernel.Path{}, map[kernel.ID]string{}
	for _, p := range places {
		path[p.ID], level[p.ID] = p.Path, string(p.Kind.Level())
	}
	var orgList []*orgs.Org
	for _, r := range orgRows {
		o := &orgs.Org{ID: kernel.NewID(opening), Kind: r.kind, Name: r.name, Initials: territory.Initials(r.name), Place: w.places[r.place], Path: path[w.places[r.place]], Phone: "0971-5500000"}
		w.orgs[r.name] = o.ID
		orgList = append(orgList, o)
	}
	phc, err := w.access.Hasher.Hash(ctx, password)
	if err != nil {
		w.t.Fatal(err)
	}
	var people []*orgs.Person
	var holdings []*orgs.Holding
	var accounts []access.Account
	for _, r := range personRows {
		id := kernel.NewID(opening)
		w.people[r.user] = id
		p, a := &orgs.Person{ID: id}, access.Account{ID: id, Tenant: tenant, User: r.user, NameMasked: vault.MaskName(r.name), PasswordPHC: phc, Created: opening}
		if p.NameSealed, err = w.cases.Sealer.SealText(r.name, vault.Field{Tenant: tenant, Table: "person", ID: id, Field: "name"}); err != nil {
			w.t.Fatal(err)
		}
		if a.NameSealed, err = w.cases.Sealer.SealText(r.name, access.NameField(tenant, id)); err != nil {
			w.t.Fatal(err)
		}
		at := w.places[r.place]
		people, accounts = append(people, p), append(accounts, a)
		holdings = append(holdings, &orgs.Holding{ID: kernel.NewID(opening), Person: id, Title: string(r.role), Role: r.role, Org: w.orgs[r.org], Place: at,
			Path: path[at], Level: level[at], From: opening.AddDate(-1, 0, 0)})
	}
	w.update(func(tx kernel.Tx) error {
		o, t := store.Orgs{}, store.Tenants{DB: w.db}
		return first(
			func() error { return t.Put(tx, districtRow()) },
			func() error { return store.Territory{}.UpsertPlaces(tx, places) },
			func() error { return o.PutOrgs(tx, orgList) },
			func() error { return o.PutPeople(tx, people) },
			func() error { return o.PutHoldings(tx, holdings) },
			func() error {
				return o.PutCovers(tx, []*orgs.Cover{{ID: kernel.NewID(opening), Kind: orgs.CoverProperty, Org: w.orgs["安居物业"], Place: w.places["建设巷"], Lead: true, From: opening},
					{ID: kernel.NewID(opening), Kind: orgs.CoverPaired, Org: w.orgs["自来水公司"], Place: w.places["建设巷"], Lead: true, From: opening}})
			},
			func() error { return w.flows(tx, t) },
			func() error { return t.PutItems(tx, items) },
			func() error { return t.PutRules(tx, w.rules()) },
			func() error {
				for _, a := range accounts {
					if err := (store.Access{}).InsertAccount(tx, a); err != nil {
						return err
					}
				}
				return nil
			})
	})
}

func districtRow() *store.TenantRow {
	return &store.TenantRow{Tenant: tenant, Name: kernel.T("城北区", "Chengbei District"), Settings: store.Settings{Office: "08:30-12:00,14:30-18:00",
		Emergency: []cases.Emergency{{Number: "119", Title: kernel.T("火警", "Fire"), Words: []string{"着火", "冒烟"}}},
		Centre:    centre, Bounds: [4]float64{101.70, 36.60, 101.80, 36.70},
		Features: `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"LineString","coordinates":[[101.70,36.65],[101.80,36.65]]},"properties":{"kind":"river","name":"北川河"}},
{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[101.71,36.61],[101.72,36.61],[101.72,36.62],[101.71,36.62],[101.71,36.61]]]},"properties":{"kind":"park","name":"西园"}}]}`}}
}

var items = []*cases.Item{
	{ID: "stair-light", Flow: "menu", Group: kernel.T("修一修", "Repairs"), Title: kernel.T("楼道灯不亮", "Stair light out"), Promise: kernel.T("2 天内修好", "within 2 days"), Strand: "zi", Sector: "property"},
	{ID: "street-lamp", Flow: "menu", Group: kernel.T("修一修", "Repairs"), Title: kernel.T("路灯不亮", "Street lamp out"), Strand: "zi", Sector: "lighting",
		Form: []workflow.Field{{ID: "lamps", Label: kernel.T("几盏", "How many"), Type: "integer", Min: ptr(1), Max: ptr(99)}}},
	{ID: "chat", Flow: "menu", Group: kernel.T("说一说", "Talk"), Title: kernel.T("别的事", "Something else"), Strand: "zi", Sector: "other"},
	{ID: "north-only", Flow: "menu", Group: kernel.T("说一说", "Talk"), Title: kernel.T("北社区才有", "North only"), Strand: "zi", Sector: "other", Places: []kernel.Path{"630105/002/002/"}},
}

func ptr(f float64) *float64 { return new(f) }

func (w *world) rules() []cases.Rule {
	return []cases.Rule{
		{ID: "property", Sectors: []string{"property"}, Via: cases.ViaProperty, Title: kernel.T("按物业服务范围", "By property firm")},
		{ID: "lighting", Sectors: []string{"lighting"}, Via: cases.ViaUnit, Unit: w.orgs["城管局"], Title: kernel.T("按行业主管：城管局", "By sector")},
		{ID: "paired", Sectors: []string{"paired"}, Via: cases.ViaPaired, Title: kernel.T("小区的包联单位", "By pairing")},
	}
}

func (w *world) flows(tx kernel.Tx, t store.Tenants) error {
	list, err := workflow.ShippedSources()
	if err != nil {
		return err
	}
	for _, src := range append(list, secretFlow) {
		f, err := workflow.Parse(strings.NewReader(src))
		if err != nil {
			return err
		}
		if err := t.PutFlow(tx, f.ID, f.Version, src); err != nil {
			return err
		}
	}
	return nil
}

func first(steps ...func() error) error {
	for _, s := range steps {
		if err := s(); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) update(fn func(kernel.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(context.Background(), tenant, fn); err != nil {
		w.t.Fatal(err)
	}
}

// tick lets the clocks act that are due now.
func (w *world) tick() {
	w.t.Helper()
	for range 3 { // a case that acts may be due again
		if _, err := w.cases.Tick(context.Background(), tenant, 100); err != nil {
			w.t.Fatal(err)
		}
	}
}

// order places an order at the centre and gives the answer.
func (w *world) order(user, item, text string, more ...map[string]any) *answer {
	w.t.Helper()
	b := map[string]any{"flow": "menu", "item": item, "text": text, "lon": centre[0], "lat": centre[1]}
	for _, m := range more {
		maps.Copy(b, m)
	}
	return w.do(user, "POST", "/cases", b).want(201)
}

// act takes an action with the version that the case has now.
func (w *world) act(user, id, action string, form map[string]any) *answer {
	w.t.Helper()
	b := map[string]any{"version": w.version(id)}
	maps.Copy(b, form)
	return w.do(user, "POST", "/cases/"+id+"/"+action, b)
}

// version reads the version of a case from the store.
func (w *world) version(id string) (v int) {
	w.t.Helper()
	err := w.db.View(context.Background(), tenant, func(tx kernel.Tx) error {
		c, err := (store.Cases{}).Get(tx, kernel.ID(id))
		if err == nil {
			v = c.Version
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// to brings a fresh order for a street lamp to a step of the menu flow; it gives the case's id and its code.
func (w *world) to(step string) (id, code string) {
	w.t.Helper()
	a := w.order("", "street-lamp", "路灯不亮 "+string(kernel.NewID(time.Now())))
	id, code = a.str("id"), a.str("track_code")
	for _, s := range []struct {
		step, user, action string
		form               map[string]any
	}{{"ordered", "clerk", "submit", nil}, {"submitted", "dispatcher", "dispatch", nil}, {"dispatched", "cadre", "accept", nil},
		{"accepted", "cadre", "finish", map[string]any{"result": "换了灯泡"}}, {"done", "", "", nil}} {
		if s.step == step {
			return id, code
		}
		w.act(s.user, id, s.action, s.form).want(200)
	}
	w.t.Fatalf("no step %q", step)
	return "", ""
}

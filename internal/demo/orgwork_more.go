package demo

import (
	"fmt"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	room "sanzhi/internal/registers"
	"sanzhi/internal/territory"
)

// newOrg founds an organisation that the registers need.
func (w *OrgWork) newOrg(key, name string, kind orgs.Kind, parent *orgs.Org, place *territory.Place) *orgs.Org {
	o := &orgs.Org{ID: w.seed.id("work org " + key), Kind: kind, Name: name, Place: place.ID, Path: place.Path}
	if parent != nil {
		o.Parent = parent.ID
	}
	w.Orgs = append(w.Orgs, o)
	return o
}

// census counts the new organisations of each community: those that stand in the register, and small ones by made-up names.
func (w *OrgWork) census() {
	row := func(p *territory.Place, name, kind string, staff int) {
		branch := w.r.IntN(10) < 6 && staff > 3
		w.keep(between(w.r, 20, 90), room.Draft{Register: "census", Place: p.ID, Values: map[string]string{"name": name, "kind": kind, "staff": fmt.Sprint(staff),
			"has_branch": yesNo(branch), "has_work": yesNo(branch || w.r.IntN(12) > 0), "checked": w.date(95)}})
	}
	for _, p := range w.kinds[territory.Community] {
		for _, o := range w.atPlace[p.ID] {
			if o.Kind == orgs.Enterprise {
				row(p, o.Name, "enterprise", between(w.r, 20, 200))
			}
		}
		for _, x := range [][2]string{{"餐饮店", "enterprise"}, {"家政服务部", "enterprise"}, {"棋友会", "social"}, {"外卖配送站", "platform"}} {
			row(p, p.Name+x[0], x[1], between(w.r, 2, 30))
		}
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// tasks give each street the four roles of the census: 两新工委 leads, the street coordinates, the sectors cooperate, the
// communities are the backstop.
func (w *OrgWork) tasks() {
	if len(w.kinds[territory.County]) == 0 || len(w.org[orgs.Department]) < 2 {
		return
	}
	county := w.kinds[territory.County][0]
	lead := w.newOrg("new organisations", county.Name+"两新工委", orgs.Department, w.at(county.ID, orgs.Government), county)
	for _, p := range w.streets() {
		office := w.at(p.ID, orgs.Government)
		links := []room.LinkDraft{{Role: "lead", Target: lead.ID}}
		if office != nil {
			links = append(links, room.LinkDraft{Role: "coordinate", Target: office.ID})
		}
		for _, o := range w.org[orgs.Department][:2] {
			links = append(links, room.LinkDraft{Role: "cooperate", Target: o.ID})
		}
		for _, o := range w.org[orgs.Committee] {
			if p.Path.Holds(o.Path) {
				links = append(links, room.LinkDraft{Role: "backstop", Target: o.ID})
			}
		}
		if office == nil || len(links) < 5 {
			continue
		}
		w.keep(100, room.Draft{Register: "task", Place: p.ID, Links: links, Values: map[string]string{"name": p.Name + "两新组织大排查", "detail": "一家一家上门，有没有组织、有没有人联系，分开记"}})
	}
}

var modes = []struct{ key, plan string }{
	{"property", "村集体建临街商铺，出租收入归集体，年底分红"}, {"tourism", "办采摘园和农家乐，周末接待城里来的人"}, {"processing", "办酿皮、馍馍加工点，送进城里的超市"},
	{"planting", "连片种蔬菜和油菜，统一农资、统一卖"}, {"storage", "旧院子改成冷库和分拣点，给周边电商用"},
}

// villages give each village its plan and a member who keeps the link to some households.
func (w *OrgWork) villages() {
	groups := map[kernel.ID][]*territory.Place{}
	for _, p := range w.kinds[territory.VillagerGroup] {
		groups[p.Parent] = append(groups[p.Parent], p)
	}
	for i, v := range w.kinds[territory.Village] {
		m := modes[i%len(modes)]
		w.keep(between(w.r, 150, 280), room.Draft{Register: "plan", Place: v.ID, Values: map[string]string{"mode": m.key, "plan": m.plan, "until": w.date(-365)}})
		var links []room.LinkDraft
		for n := range 5 {
			if g := groups[v.ID]; len(g) > 0 {
				links = append(links, room.LinkDraft{Role: "household", Target: g[n%len(g)].ID, Door: fmt.Sprintf("%d号", between(w.r, 1, 120)), Consent: w.date(between(w.r, 30, 120))})
			}
		}
		if len(links) > 0 {
			w.keep(25, room.Draft{Register: "household", Place: v.ID, Links: links, Values: map[string]string{"holder": madeUpName(w.r), "duty": "有事带话，农忙搭把手"}})
		}
	}
}

var (
	vegetables = []string{"辣椒", "番茄", "娃娃菜", "西兰花", "黄瓜", "菠菜"}
	staples    = []string{"小麦", "青稞", "马铃薯", "油菜", "蚕豆"}
)

// countryside gives the first town its layout, its line from enterprise to households, and its varieties.
func (w *OrgWork) countryside() {
	var town *territory.Place
	for _, p := range w.kinds[territory.Town] {
		if town == nil || p.Path < town.Path {
			town = p
		}
	}
	if town == nil {
		return
	}
	names := map[string][]string{"corridor": {"河谷绿色产业廊"}, "wing": {"蔬菜种植翼", "乡村旅游翼"}, "park": {"设施农业园", "采摘体验园", "加工物流园", "花卉园", "农耕文化园"},
		"point": {"村史馆", "共享菜园", "农家书屋", "电商服务点", "水塔观景点", "老磨坊"}}
	for _, part := range room.LayoutParts {
		for i, n := range names[part.Choice.Key] {
			w.keep(160, room.Draft{Register: "layout", Place: town.ID, Values: map[string]string{"plan": town.Name + "联建示范带", "part": part.Choice.Key, "number": fmt.Sprint(i + 1), "name": n}})
		}
	}
	for _, l := range []struct {
		class string
		names []string
	}{{"vegetable", vegetables}, {"staple", staples}} {
		for _, n := range l.names {
			w.keep(140, room.Draft{Register: "variety", Place: town.ID, Values: map[string]string{"class": l.class, "name": n}})
		}
	}
	w.keep(140, room.Draft{Register: "count", Place: town.ID, Values: map[string]string{"what": "蔬菜品种", "n": "30多个", "as_of": w.date(141), "source": "镇农业服务中心"}})
	firm := w.newOrg("leading enterprise", "河谷菜篮子农业公司", orgs.Enterprise, nil, town)
	cooperative := w.newOrg("cooperative", town.Name+"蔬菜种植合作社", orgs.Enterprise, nil, town)
	links := []room.LinkDraft{{Role: "cooperative", Target: cooperative.ID}}
	for _, v := range w.kinds[territory.Village] {
		if town.Path.Holds(v.Path) && len(links) < 5 {
			links = append(links, room.LinkDraft{Role: "village", Target: v.ID})
		}
	}
	if len(links) > 1 {
		w.keep(130, room.Draft{Register: "linkage", Org: firm.ID, Links: links, Values: map[string]string{"product": "高原冷凉蔬菜", "households": "420余户", "varieties": "娃娃菜、西兰花、菠菜"}})
	}
}

// counts give each community the number of its e-bikes, without people.
func (w *OrgWork) counts() {
	for _, p := range w.kinds[territory.Community] {
		w.keep(40, room.Draft{Register: "count", Place: p.ID, Values: map[string]string{"what": "电动车", "n": fmt.Sprintf("%d余辆", 10*between(w.r, 30, 90)), "as_of": w.date(45), "source": "社区登记台账"}})
	}
}

func (w *OrgWork) discipline() {
	list := w.org[orgs.Committee]
	for i, x := range []struct{ register, matter, basis, decision string }{
		{"tolerance", "加装电梯意见没有听全就开工，停了两周", "容错办法：为公办事、程序补正及时", "exempt"},
		{"tolerance", "集中充电棚选址反复，误了工期", "容错办法：首次探索、没有谋利", "lighten"},
		{"tolerance", "补贴名单多报三户，自查改正", "容错办法不适用：核实不严", "refused"},
		{"accountability", "连续三次超时办结没有说明", "督办办法", "talk"},
		{"accountability", "反映的问题经查不属实", "核查报告", "cleared"},
	} {
		if len(list) == 0 {
			return
		}
		o := list[i*7%len(list)]
		w.keep(between(w.r, 30, 100), room.Draft{Register: x.register, Org: o.ID, Values: map[string]string{"person": madeUpName(w.r), "matter": x.matter, "basis": x.basis, "decision": x.decision, "decided": w.date(110)}})
	}
}

// OrgWork gives the registers of the district.
func (g *Registers) OrgWork(in OrgWorkOf) *OrgWork {
	in.Places, in.Orgs, in.ReportIns, in.Seed = g.d.Places, g.Orgs, g.ReportIns, g.d.Seed
	in.Hours = map[kernel.ID]string{}
	for _, c := range g.d.Centres {
		in.Hours[c.Place] = c.Hours.Zh
	}
	return NewOrgWork(in)
}

// registerFigures are what `demo --check` compares of the registers.
func registerFigures() []Figure {
	exact := func(id, zh, en string, n float64, unit string, den int) Figure {
		return Figure{ID: id, Title: kernel.T(zh, en), Quantity: kernel.Quantity{Value: n, Unit: unit, Qualifier: kernel.Exact}, Den: den}
	}
	return []Figure{
		exact("branch_brands", "有品牌的党支部", "branches with a brand", 100, "%", numBranches),
		exact("station_tiers", "服务中心的级数", "tiers among the service centres", float64(len(AllTiers)), "级", 0),
		exact("blocks", "包联片区", "blocks with one owner each", numBlocks, "片", 0),
		exact("villages_planned", "有规划的村", "villages with a plan", 100, "%", numVillages),
		exact("buildings_linked", "组织链条通到楼栋", "buildings linked to the district", 100, "%", 0),
	}
}

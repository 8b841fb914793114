package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	room "sanzhi/internal/registers"
	"sanzhi/internal/territory"
)

// OrgWorkOf is what the builders of registers need of a district: any tenant has it.
type OrgWorkOf struct {
	Places    []*territory.Place
	Orgs      []*orgs.Org
	ReportIns []*orgs.ReportIn
	// Hours tells the opening hours of sites, where they are known.
	Hours map[kernel.ID]string
	Seed  string
	Now   time.Time
}

// Kept is one entry with what happened to it: the act of the register that was taken, and how many came by.
type Kept struct {
	room.Draft
	At     time.Time
	Act    string
	Note   string
	ActAt  time.Time
	Visits int
	// Evidence asks for a closed case of the entry's organisation as evidence.
	Evidence bool
}

// OrgWork is what organisations keep, with the few places and organisations that it needs beside those that stand.
type OrgWork struct {
	Places []*territory.Place
	Orgs   []*orgs.Org
	Kept   []Kept

	in      OrgWorkOf
	r       *rand.Rand
	seed    seeded
	place   map[kernel.ID]*territory.Place
	kinds   map[territory.Kind][]*territory.Place
	org     map[orgs.Kind][]*orgs.Org
	atPlace map[kernel.ID][]*orgs.Org
}

// NewOrgWork builds the registers of a district from its places, organisations and report-ins. It is the same for the same input.
func NewOrgWork(in OrgWorkOf) *OrgWork {
	w := &OrgWork{in: in, seed: seeded(in.Seed), r: seeded(in.Seed).rng("orgwork"), place: map[kernel.ID]*territory.Place{}, kinds: map[territory.Kind][]*territory.Place{},
		org: map[orgs.Kind][]*orgs.Org{}, atPlace: map[kernel.ID][]*orgs.Org{}}
	for _, p := range in.Places {
		w.place[p.ID] = p
		w.kinds[p.Kind] = append(w.kinds[p.Kind], p)
	}
	for _, o := range in.Orgs {
		w.org[o.Kind] = append(w.org[o.Kind], o)
		w.atPlace[o.Place] = append(w.atPlace[o.Place], o)
	}
	w.duties()
	w.pledges()
	w.brands()
	w.services()
	w.joints()
	w.stations()
	w.blocks()
	w.census()
	w.tasks()
	w.villages()
	w.countryside()
	w.counts()
	w.discipline()
	return w
}

// keep enters something some days before now.
func (w *OrgWork) keep(days int, d room.Draft) *Kept {
	w.Kept = append(w.Kept, Kept{Draft: d, At: workMinute(w.in.Now.AddDate(0, 0, -days), w.r.IntN(400))})
	return &w.Kept[len(w.Kept)-1]
}

// workMinute gives a minute of the working hours of a day.
func workMinute(day time.Time, n int) time.Time {
	d := day.In(kernel.Shanghai)
	return time.Date(d.Year(), d.Month(), d.Day(), 9, 0, 0, 0, kernel.Shanghai).Add(time.Duration(n) * time.Minute).UTC()
}

func (w *OrgWork) date(days int) string {
	return w.in.Now.In(kernel.Shanghai).AddDate(0, 0, -days).Format(time.DateOnly)
}

// at gives the first organisation of a kind at exactly a place.
func (w *OrgWork) at(place kernel.ID, kind orgs.Kind) *orgs.Org {
	for _, o := range w.atPlace[place] {
		if o.Kind == kind {
			return o
		}
	}
	return nil
}

var dutiesOf = map[orgs.Kind][][2]string{
	orgs.Department:    {{"受理派来的事，限时办结", "首接负责制"}, {"每季度到包联小区走访", "包联责任制"}, {"公开本部门办事指南", "政务公开条例"}},
	orgs.PublicUtility: {{"抢修不隔夜", "服务承诺"}, {"停供提前一天告知", "供用服务规范"}},
	orgs.Committee:     {{"收到居民的事，当天交出去", "社区交单制度"}, {"没有主管单位的事，社区兜底", "属地兜底制度"}, {"每月走访需要照顾的住户", "走访制度"}},
	orgs.PropertyFirm:  {{"公共区域每天保洁", "物业服务合同"}, {"电梯、消防设施按月检查", "物业服务合同"}, {"收支每半年公示一次", "物业服务合同"}},
}

func (w *OrgWork) duties() {
	for _, k := range []orgs.Kind{orgs.Department, orgs.PublicUtility, orgs.Committee, orgs.PropertyFirm} {
		for _, o := range w.org[k] {
			for i, d := range dutiesOf[k] {
				kept := w.keep(between(w.r, 120, 300), room.Draft{Register: "duty", Org: o.ID, Values: map[string]string{"title": d[0], "basis": d[1]}})
				kept.Evidence = i == 0
			}
		}
	}
	for _, k := range []orgs.Kind{orgs.Department, orgs.Committee} {
		for i, o := range w.org[k] {
			post := [][2]string{{"窗口服务先锋岗", "材料齐全的当场办，缺材料的一次说清"}, {"矛盾调解先锋岗", "上门听两边怎么说，当面把话说开"}, {"环境整治先锋岗", "每周带头清理楼道和院子"}}[i%3]
			w.keep(between(w.r, 60, 200), room.Draft{Register: "pioneer", Org: o.ID, Values: map[string]string{"name": post[0], "duty": post[1]}})
		}
	}
	for _, p := range w.streets() {
		o := w.at(p.ID, orgs.Government)
		if o == nil {
			continue
		}
		for _, s := range [][3]string{{"indoor", p.Name + "党员课堂", "每月一讲，讲政策也讲本事"}, {"field", p.Name + "院落课堂", "到小区、田头、工地去讲"}, {"platform", p.Name + "学习平台", "课表、资料和签到都在上面"}} {
			w.keep(200, room.Draft{Register: "classroom", Org: o.ID, Values: map[string]string{"slot": s[0], "name": s[1], "about": s[2]}})
		}
	}
}

// streets gives the places of the street level.
func (w *OrgWork) streets() []*territory.Place {
	var out []*territory.Place
	for _, p := range w.in.Places {
		if p.Kind.Level() == territory.LevelStreet {
			out = append(out, p)
		}
	}
	return out
}

var pledgeWords = []string{"修好楼道里坏了的扶手", "给没有电梯的老人每周送一次菜", "把楼前的停车线重新划好", "装好院门口的照明灯", "清掉楼道里堆的杂物", "给活动室添二十把椅子", "开通电动车集中充电", "每月组织一次院落议事"}

func (w *OrgWork) pledges() {
	list := append(append([]*orgs.Org{}, w.org[orgs.Committee]...), w.org[orgs.Branch]...)
	for i, o := range list {
		made, span := between(w.r, 60, 220), between(w.r, 30, 150)
		p := w.keep(made, room.Draft{Register: "pledge", Org: o.ID, Values: map[string]string{"what": pledgeWords[i%len(pledgeWords)], "due": w.date(made - span)}})
		switch n := w.r.IntN(20); {
		case made > span && n == 0:
			p.Act, p.Note, p.ActAt = "lapse", "材料晚到，已改到下个月", workMinute(w.in.Now.AddDate(0, 0, span-made), 60)
		case made > span && n != 1:
			p.Act, p.Note, p.ActAt = "fulfil", "做完了，请楼里的代表看过", workMinute(w.in.Now.AddDate(0, 0, -between(w.r, made-span, made-1)), 90)
		}
	}
}

var brandWords = []string{"暖心邻里", "红色楼栋", "院里有事好商量", "小板凳议事", "敲门问一声", "银龄互助", "清洁家园", "一家亲", "灯亮心安", "楼长来了"}

func (w *OrgWork) brands() {
	for i, o := range w.org[orgs.Branch] {
		base, _, _ := strings.Cut(strings.TrimSuffix(o.Name, "党支部"), "等小区")
		w.keep(between(w.r, 100, 250), room.Draft{Register: "brand", Org: o.ID, Values: map[string]string{"name": base + "·" + brandWords[i%len(brandWords)]}})
	}
}

// services gives every third member who reported in one or two services of an hour to four.
func (w *OrgWork) services() {
	for i, in := range w.in.ReportIns {
		if i%3 != 0 {
			continue
		}
		for range between(w.r, 1, 2) {
			days := between(w.r, 5, 150)
			w.keep(days-1, room.Draft{Register: "service", Subject: in.ID, Values: map[string]string{"kind": pick(w.r, []string{"policy", "mediation", "help", "environment"}),
				"on": w.date(days), "hours": pick(w.r, []string{"1", "1.5", "2", "3", "4"})}})
		}
	}
}

func (w *OrgWork) joints() {
	for i, p := range w.streets() {
		office := w.at(p.ID, orgs.Government)
		if office == nil {
			continue
		}
		members := []room.LinkDraft{{Role: "member", Target: office.ID}}
		for _, k := range []orgs.Kind{orgs.PoliceStation, orgs.SocialOrg, orgs.PropertyFirm, orgs.Institution, orgs.Enterprise} {
			for _, o := range w.org[k] {
				if p.Path.Holds(o.Path) {
					members = append(members, room.LinkDraft{Role: "member", Target: o.ID})
					break
				}
			}
		}
		if len(members) < 2 {
			continue
		}
		w.keep(180, room.Draft{Register: "joint", Org: office.ID, Links: members,
			Values: map[string]string{"name": p.Name + "党建联合体", "pilot": []string{"pilot", "spread", "none"}[min(i/2, 2)], "aim": "资源一起用，难题一起解，活动一起办"}})
	}
}

var stationKinds = []struct{ suffix, kind, level, hours string }{
	{"服务中心", "centre", "community", ""}, {"微综合体", "micro", "community", "每天 8:30-20:00"}, {"骑手驿站", "rider", "station", "每天 7:00-22:00"},
	{"候鸟驿站", "mobile", "station", "每天 9:00-20:00"}, {"法律服务站", "legal", "station", "工作日 9:00-12:00，14:30-17:30；周六 9:00-12:00"}, {"便民充电站", "charging", "station", "24 小时"},
}

func (w *OrgWork) stations() {
	for _, p := range w.kinds[territory.Site] {
		for _, k := range stationKinds {
			if strings.HasSuffix(p.Name, k.suffix) {
				w.station(p, k.kind, k.level, k.hours)
				break
			}
		}
	}
	for _, grid := range w.kinds[territory.GridDedicated] {
		if at, ok := geo.LabelPoint(grid.Shape); ok && (strings.Contains(grid.Name, "商场") || strings.Contains(grid.Name, "广场") || strings.Contains(grid.Name, "购物")) {
			up := w.place[grid.Parent]
			n := len(w.Places) + 1
			p := &territory.Place{ID: w.seed.id("merchant " + grid.Code), Parent: up.ID, Kind: territory.Site, Code: fmt.Sprintf("%s-M%03d", up.Code, n), Path: up.Path.Child(fmt.Sprintf("m%03d", n)),
				Name: strings.TrimSuffix(grid.Name[strings.Index(grid.Name, "（")+len("（"):], "）") + "爱心商户", Functions: []string{"休息饮水", "电动车充电"}, Shape: at, ValidFrom: up.ValidFrom}
			w.Places = append(w.Places, p)
			w.place[p.ID] = p
			w.station(p, "merchant", "merchant", "每天 10:00-21:30")
		}
	}
}

func (w *OrgWork) station(p *territory.Place, kind, level, hours string) {
	v := map[string]string{"kind": kind, "level": level, "hours": hours}
	if h := w.in.Hours[p.ID]; h != "" {
		v["hours"] = h
	}
	if kind == "centre" {
		switch w.place[p.Parent].Kind.Level() {
		case territory.LevelCounty:
			v["tier"] = "district"
		case territory.LevelStreet:
			v["tier"] = "street"
		default:
			v["tier"] = "community"
		}
		if v["hours"] == "" {
			v["hours"] = "工作日 8:30-12:00，14:30-18:00"
		}
	}
	var functions []string
	for _, f := range p.Functions {
		functions = append(functions, room.Need(f)...)
	}
	if len(functions) == 0 {
		return
	}
	v["functions"] = strings.Join(functions, "、")
	kept := w.keep(240, room.Draft{Register: "station", Place: p.ID, Values: v})
	if kind == "mobile" {
		kept.Visits = between(w.r, 4, 9)
	}
}

// numBlocks is into how many blocks the main town is cut.
const numBlocks = 10

// blocks cuts the communities, in the order of their codes, in ten blocks with an owner each.
func (w *OrgWork) blocks() {
	all, owners := w.kinds[territory.Community], w.org[orgs.Department]
	for i := range min(numBlocks, len(all), len(owners)) {
		mine := all[i*len(all)/numBlocks : (i+1)*len(all)/numBlocks]
		var links []room.LinkDraft
		for _, p := range mine {
			links = append(links, room.LinkDraft{Role: "area", Target: p.ID})
		}
		w.keep(210, room.Draft{Register: "block", Org: owners[i].ID, Links: links, Values: map[string]string{"number": fmt.Sprint(i + 1), "name": mine[0].Name + "一片"}})
	}
}

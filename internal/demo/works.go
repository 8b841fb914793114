package demo

import (
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/works"
)

// WorkSet is a modest set of works of a district, as values. Places are named by code and organisations by the key that the
// district's registers know them by, so that any district is built by the same loader.
type WorkSet struct {
	Programmes []works.Programme // without ids
	Works      []Work
	Sites      works.Meta
	SiteRows   []works.RegisterRow
}

// Work is one project. Programme is a name; Host, Members and stakes are keys of organisations.
type Work struct {
	Kind      works.Kind
	Name      string
	Place     string
	Host      string
	Programme string
	Summary   string
	Members   []string
	Pilot     bool
	Stages    []works.Stage
	Methods   []works.Method
	Uses      []works.Use
	Plan      *works.Plan
	Stakes    []WorkStake
	Shared    *works.Shared
	Support   []string
	Items     []WorkItem
	Photos    []WorkPhoto
	Draft     bool // not published
}

// WorkStake is an organisation's part, by key, or a group's, by name.
type WorkStake struct {
	Part      works.Part
	Org, Name string
}

// WorkItem is a line of a bill; Quantity and Own are written as sources write them.
type WorkItem struct {
	Subject, Group          string
	Action                  works.Action
	Quantity, Own, Location string
	Source                  string
}

// WorkPhoto is a drawn picture of a spot; N tells Picture which.
type WorkPhoto struct {
	Spot   string
	Moment works.Moment
	Taken  time.Time
	N      int
}

func on(y int, m time.Month, d int) time.Time {
	return time.Date(y, m, d, 0, 0, 0, 0, kernel.Shanghai).UTC()
}

// RuralTown is 大堡子镇, to which the source's rural programme and agri-tourism complex belong.
const RuralTown = "630105100"

const (
	cityProgramme   = "党建引领基层治理三年行动"
	countyProgramme = "三乡工程"
)

// Works makes the works of the demonstration district. Names follow the source; quantities and sites are invented.
func (d *District) Works() WorkSet {
	return WorkSet{
		Programmes: []works.Programme{
			{Name: cityProgramme, Level: "city", FromYear: 2022, ToYear: 2024, Support: []string{"市级党建项目补助", "优先立项"}},
			{Name: countyProgramme, Level: "county", FromYear: 2021, ToYear: 2025, Support: []string{"土地流转指导", "小额贷款贴息"}},
		},
		Works: append(ruralWorks(), d.communityWorks()...),
		Sites: works.Meta{Name: "绿色宜居示范点", AsOf: on(2023, 3, 31), Source: "演示数据"},
		SiteRows: []works.RegisterRow{
			{Record: "total", State: "done", Count: "9"}, {Record: "type", Type: "community", State: "done", Count: "4"}, {Record: "type", Type: "village", State: "done", Count: "3"},
			{Record: "type", Type: "school", State: "done", Count: "1"}, {Record: "type", Type: "river", State: "done", Count: "1"},
			{Record: "total", State: "planned", Count: "3"}, {Record: "type", Type: "community", State: "planned", Count: "3"},
			{Record: "site", Type: "river", State: "done", Name: "北川河湿地步道", Methods: "plant_trees、leave_space", Uses: "leisure、sport", Plan: "城北区绿地系统规划"},
			{Record: "site", Type: "village", State: "done", Name: "大堡子镇花海", Place: RuralTown, Methods: "plant_trees", Uses: "tourism", Plan: "城北区国土空间规划"},
			{Record: "site", Type: "community", State: "planned", Name: "小桥大街口袋公园", Place: "630105002", Methods: "fill_gaps、open_wall", Uses: "leisure、learning", Plan: "城北区绿地系统规划"},
		},
	}
}

func ruralWorks() []Work {
	stage := func(name string, st works.State, from, to time.Time) works.Stage {
		s := works.Stage{Name: name, State: st, From: from, To: to}
		if st == works.Done {
			s.Done = to
		}
		return s
	}
	return []Work{
		{Kind: "rural", Name: "三乡工程示范片", Place: RuralTown, Host: "office " + RuralTown, Programme: countyProgramme, Summary: "市民下乡、能人回乡、企业兴乡，带动一镇的院落、道路和果园。",
			Stages: []works.Stage{stage("规划", works.Done, on(2021, 3, 1), on(2021, 6, 30)), stage("院落改造", works.Done, on(2021, 8, 1), on(2022, 10, 20)), stage("道路与果园", works.Active, on(2022, 9, 1), on(2023, 9, 30))},
			Plan:   &works.Plan{Name: "城北区国土空间规划", Layer: "乡村建设", Code: "XC-03"}, Support: []string{"村集体入股"},
			Stakes: []WorkStake{{Part: "build", Org: "farming"}, {Part: "manage", Org: "office " + RuralTown}, {Part: "govern", Name: "村民议事会"}, {Part: "share", Name: "入股农户"}},
			Items: []WorkItem{{"闲置院落", "院落", "renew", "46余处", "", "沿线各村", "示范片台账 第 2 行"}, {"村道硬化", "道路", "renew", "3600米", "", "进村道路", "示范片台账 第 3 行"},
				{"果树", "绿化", "plant", "1200余棵", "", "坡地果园", "示范片台账 第 4 行"}},
			Photos: []WorkPhoto{{"村口", "before", on(2021, 7, 12), 90}, {"村口", "after", on(2022, 10, 22), 91}}},
		{Kind: "complex", Name: "农旅综合体", Place: RuralTown, Host: "farming", Programme: countyProgramme, Summary: "采摘、民宿和花海连成一片，游客有处停，农户有活干。",
			Stages:  []works.Stage{stage("花海一期", works.Done, on(2022, 3, 10), on(2022, 7, 1)), stage("停车场与游客站", works.Active, on(2023, 2, 20), on(2023, 8, 31))},
			Methods: []works.Method{"plant_trees"}, Uses: []works.Use{"tourism", "leisure"},
			Items:  []WorkItem{{"花卉", "绿化", "plant", "30000余株", "", "花海一期", "综合体台账 第 1 行"}, {"停车位", "停车", "add", "120个", "", "游客站", "综合体台账 第 2 行"}},
			Photos: []WorkPhoto{{"花海东侧", "before", on(2022, 3, 9), 92}, {"花海东侧", "after", on(2022, 7, 3), 93}}},
		{Kind: works.JointBody, Name: "乡村振兴党建联合体", Place: RuralTown, Host: "office " + RuralTown, Pilot: true, Members: []string{"office " + RuralTown, "farming", "labour"},
			Summary: "镇、农业和人社部门联成一体，项目一起定，资源一起用。", Stages: []works.Stage{stage("试点", works.Active, on(2022, 5, 1), on(2023, 12, 31))}},
	}
}

func (d *District) communityWorks() []Work {
	community := ""
	for _, p := range d.Places {
		if p.Kind.Level() == "community" {
			community = p.Code
			break
		}
	}
	street := community[:9]
	done := func(name string, from, to time.Time) works.Stage {
		return works.Stage{Name: name, State: works.Done, From: from, To: to, Done: to}
	}
	return []Work{
		{Kind: "street", Name: "小桥文化街", Place: "630105002", Host: "urban", Programme: cityProgramme, Summary: "临街门面统一整修，老照片上墙，晚上灯亮起来。",
			Stages: []works.Stage{done("立面整修", on(2022, 4, 6), on(2022, 8, 30)), done("亮化", on(2022, 9, 5), on(2022, 11, 10)), {Name: "座椅与导览", State: works.Active, From: on(2023, 3, 1), To: on(2023, 6, 30)}},
			Uses:   []works.Use{"leisure", "learning"}, Stakes: []WorkStake{{Part: "build", Org: "urban"}, {Part: "manage", Org: "office 630105002"}, {Part: "share", Name: "沿街商户"}},
			Items: []WorkItem{{"外立面", "", "renew", "4100余㎡", "", "文化街两侧", "竣工单 第 1 行"}, {"路灯", "照明", "replace", "40盏", "", "文化街", "竣工单 第 2 行"}, {"护栏", "", "remove", "260米", "", "人行道外侧", "竣工单 第 3 行"},
				{"花卉", "绿化", "replace", "700余株", "", "街心花箱", "竣工单 第 4 行"}},
			Photos: []WorkPhoto{{"街口牌坊", "before", on(2022, 4, 2), 94}, {"街口牌坊", "after", on(2022, 11, 12), 95}}},
		{Kind: "greening", Name: "沿街花箱提升", Place: street, Host: "sanitation", Summary: "把沿街空置的花箱种起来。", Stages: []works.Stage{done("种植", on(2023, 3, 20), on(2023, 4, 12))},
			Methods: []works.Method{"fill_gaps", "open_wall"}, Uses: []works.Use{"leisure"}, Plan: &works.Plan{Name: "城北区绿地系统规划", Layer: "街旁绿地"},
			Items: []WorkItem{{"花卉", "绿化", "replace", "700余株", "", "文化街街心花箱", "环卫月报 第 6 行"}, {"行道树", "绿化", "replant", "19棵", "", "人行道", "环卫月报 第 7 行"}}},
		{Kind: "shed", Name: "车棚与充电桩", Place: community, Host: "committee " + community, Programme: cityProgramme, Summary: "居民点单要充电，社区和物业一起建了车棚，飞线拆掉。",
			Stages: []works.Stage{done("建棚", on(2023, 1, 9), on(2023, 2, 18)), done("装充电桩", on(2023, 2, 20), on(2023, 3, 6))},
			Stakes: []WorkStake{{Part: "build", Org: "housing"}, {Part: "manage", Org: "committee " + community}, {Part: "govern", Name: "居民代表会"}, {Part: "share", Name: "全体住户"}},
			Items:  []WorkItem{{"车棚", "", "build", "3座", "", "小区东侧", "社区台账 第 1 行"}, {"充电桩", "", "build", "24个", "", "车棚内", "社区台账 第 2 行"}, {"飞线", "", "remove", "30余处", "", "各楼外墙", "社区台账 第 3 行"}},
			Photos: []WorkPhoto{{"小区东侧", "before", on(2023, 1, 6), 96}, {"小区东侧", "after", on(2023, 3, 7), 97}}},
		{Kind: "renewal", Name: "老旧小区改造二期", Place: street, Host: "housing", Summary: "管网、屋面和单元门，今年的清单还在核。", Draft: true,
			Stages: []works.Stage{{Name: "征求居民意见", State: works.Active, From: on(2023, 4, 1), To: on(2023, 5, 15)}, {Name: "施工", State: works.Planned, From: on(2023, 6, 1), To: on(2023, 10, 31)}},
			Items:  []WorkItem{{"地下管网", "", "renew", "7条", "", "三个小区", "初步设计 第 3 页"}}},
	}
}

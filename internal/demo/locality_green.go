package demo

import (
	"fmt"

	"github.com/paulmach/orb"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
	"sanzhi/internal/works"
)

func towns(list ...[2]string) []LocalPlace {
	out := make([]LocalPlace, len(list))
	for i, x := range list {
		kind := territory.Town
		switch {
		case x[0][6] == '0':
			kind = territory.Subdistrict
		case x[0][6] >= '4':
			kind = territory.StreetSpecial
		case x[0][6] >= '2':
			kind = territory.Township
		}
		out[i] = LocalPlace{Kind: kind, Code: x[0], Name: x[1]}
	}
	return out
}

// under makes places of a kind below one, from code and name.
func under(parent string, kind territory.Kind, list ...[2]string) []LocalPlace {
	out := make([]LocalPlace, len(list))
	for i, x := range list {
		out[i] = LocalPlace{Kind: kind, Code: x[0], Name: x[1], Under: parent}
	}
	return out
}

// numbered makes n places of a kind with made-up codes after the parent's.
func numbered(parent string, kind territory.Kind, name string, n int) []LocalPlace {
	out := make([]LocalPlace, n)
	for i := range out {
		out[i] = LocalPlace{Kind: kind, Code: fmt.Sprintf("%s%03d", parent, i+1), Name: fmt.Sprintf(name, i+1), Under: parent}
	}
	return out
}

func join[T any](lists ...[]T) (out []T) {
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

const (
	greenProgramme = "绿美城市建设"
	greenSource    = "报道：双江绿美城市"
)

// greenTown is 双江: demonstration sites by type, the works of the greening and the bill that its article tells.
func greenTown() *Locality {
	l := &Locality{Tenant: "530925", Name: kernel.T("双江拉祜族佤族布朗族傣族自治县", "Shuangjiang County"), Middle: orb.Point{99.8262, 23.4735}, Side: 0.24, Bulletin: "greening", From: on(2022, 4, 1), To: on(2023, 4, 1),
		Places: join(towns([2]string{"530925101", "勐勐镇"}, [2]string{"530925102", "勐库镇"}, [2]string{"530925201", "沙河乡"}, [2]string{"530925202", "大文乡"}, [2]string{"530925203", "忙糯乡"}, [2]string{"530925205", "邦丙乡"}),
			under("530925101", territory.Community, [2]string{"530925101001", "公很社区"}, [2]string{"530925101002", "新村社区"}, [2]string{"530925101003", "双江农场社区"}, [2]string{"530925101004", "那布社区"}),
			under("530925201", territory.Community, [2]string{"530925201001", "允甸社区"}, [2]string{"530925201002", "土戈社区"}, [2]string{"530925201003", "允景社区"}),
			under("530925101004", territory.Compound, [2]string{"530925101004C01", "锦丽新城小区"})),
		Orgs: []LocalOrg{{Key: "housing", Name: "双江自治县住房和城乡建设局", Kind: orgs.Department, Cadres: 2}, {Key: "forestry", Name: "双江自治县林业和草原局", Kind: orgs.Department},
			{Key: "water", Name: "双江自治县水务局", Kind: orgs.Department}, {Key: "traffic", Name: "双江自治县交通运输局", Kind: orgs.Department}, {Key: "hospital", Name: "双江自治县人民医院", Kind: orgs.Institution}},
		Settled: true}
	l.Works = greenWorks()
	amount := func(id, zh, en, quantity, subject, action string) LocalFigure {
		return fig(id, zh, en, quantity, "work_amount", "subject", subject, "action", action)
	}
	l.Figures = []LocalFigure{
		fig("sites_built", "绿美先进示范点", "demonstration sites", "50个", "sites", "state", "done"),
		fig("sites_planned", "下一步打造的绿美社区", "sites planned, apart from those built", "18个", "sites", "state", "planned"),
		fig("planned_communities", "计划中属于社区的", "planned ones that are communities", "18个", "sites", "state", "planned", "type", "community"),
		amount("flowers_planted", "红植花卉", "flowers planted", "12000余株", "花卉", "plant"),
		amount("flowers_replaced", "更换的花卉，讲了两遍只算一次", "flowers replaced, told twice and counted once", "7000余株", "花卉", "replace"),
		amount("walkway", "人行步道", "walkway", "3600米", "人行步道", "renew"), amount("bricks", "透水砖", "permeable paving", "1500米", "透水砖", "renew"),
		amount("facade", "外立面改造", "façades renewed", "41000余平方米", "外立面", "renew"), amount("lamps", "更换路灯", "lamps replaced", "40盏", "路灯", "replace"),
		amount("trees", "补植凤凰木", "flame trees replanted", "19棵", "凤凰木", "replant"),
		fig("told_twice", "确认重复讲述的数", "figures settled as told twice", "1个", "told_twice", "state", "confirmed"),
	}
	for _, t := range greenTypes {
		l.Figures = append(l.Figures, fig("sites_"+string(t.id), t.name+"示范点", "demonstration sites: "+string(t.id), fmt.Sprintf("%d个", t.n), "sites", "state", "done", "type", string(t.id)))
	}
	return l
}

var greenTypes = []struct {
	id   works.SiteType
	name string
	n    int
}{{"town", "城镇", 3}, {"community", "社区", 8}, {"village", "乡村", 16}, {"traffic", "交通", 13}, {"river", "河湖", 1}, {"school", "校园", 3}, {"scenic", "景区", 6}}

func greenWorks() WorkSet {
	done := func(name string) []works.Stage {
		return []works.Stage{{Name: name, State: works.Done, From: on(2022, 5, 1), To: on(2023, 2, 28), Done: on(2023, 2, 20)}}
	}
	active := func(name string) []works.Stage {
		return []works.Stage{{Name: name, State: works.Active, From: on(2022, 9, 1), To: on(2023, 12, 31)}}
	}
	plan := &works.Plan{Name: "绿地系统规划", Layer: "国土空间规划·蓝绿空间"}
	avenue := Work{Kind: "greening", Name: "北回归大道绿美街区", Place: "530925101", Host: "housing", Programme: greenProgramme, Summary: "道路中间的护栏拆掉，换成花箱；两侧补种凤凰木。", Stages: done("街区提升"),
		Methods: []works.Method{"plant_trees", "fence_out", "fill_gaps"}, Uses: []works.Use{"leisure", "tourism"}, Plan: plan,
		Items: []WorkItem{{Subject: "花卉", Action: "replace", Quantity: "7000余株", Location: "道路中间花箱护栏", Source: greenSource}, {Subject: "花卉", Action: "replace", Quantity: "7000余株", Location: "北回归大道花箱", Source: greenSource},
			{Subject: "路灯", Action: "replace", Quantity: "40盏", Location: "北回归大道", Source: greenSource}, {Subject: "凤凰木", Action: "replant", Quantity: "19棵", Location: "北回归大道两侧", Source: greenSource}}}
	set := WorkSet{
		Programmes: []works.Programme{{Name: greenProgramme, Level: "county", FromYear: 2022, ToYear: 2024, Support: []string{"沿街单位认养"}}},
		Works: []Work{
			{Kind: "greening", Name: "滨河大道提升", Place: "530925101", Host: "housing", Programme: greenProgramme, Summary: "沿河种花种树，步道铺透水砖。", Stages: done("种植与铺装"),
				Methods: []works.Method{"plant_trees", "leave_space"}, Uses: []works.Use{"leisure", "sport"}, Plan: plan,
				Items: []WorkItem{{Subject: "花卉", Action: "plant", Quantity: "12000余株", Location: "滨河大道", Source: greenSource}, {Subject: "人行步道", Action: "renew", Quantity: "3600米", Location: "滨河大道", Source: greenSource},
					{Subject: "透水砖", Action: "renew", Quantity: "1500米", Location: "滨河大道", Source: greenSource}}},
			avenue,
			{Kind: "greening", Name: "北回归大道绿美滨河区", Place: "530925101", Host: "housing", Programme: greenProgramme, Summary: "围墙打开，河岸的绿透到街上。", Stages: done("破墙透绿"), Methods: []works.Method{"open_wall"}, Uses: []works.Use{"leisure"}, Plan: plan},
			{Kind: "greening", Name: "十里养生长廊绿道网络", Place: "530925201", Host: "forestry", Programme: greenProgramme, Summary: "把镇子、茶山和河边连成走得通的绿道。", Stages: active("绿道贯通"), Methods: []works.Method{"leave_space"}, Uses: []works.Use{"sport", "tourism", "learning"}, Plan: plan},
			{Kind: "other", Name: "美丽县城", Place: "530925", Host: "housing", Programme: greenProgramme, Summary: "县城的街巷、水系和公共空间一起整修。", Stages: active("县城提升")},
			{Kind: "lighting", Name: "亮化提质", Place: "530925101", Host: "housing", Programme: greenProgramme, Summary: "街面和桥的灯换成省电的。", Stages: done("换装")},
			{Kind: "facade", Name: "棚户区和老旧小区改造", Place: "530925101", Host: "housing", Programme: greenProgramme, Summary: "临街外立面统一整修。", Stages: done("外立面"),
				Items: []WorkItem{{Subject: "外立面", Action: "renew", Quantity: "41000余㎡", Location: "棚户区和老旧小区", Source: greenSource}}},
			{Kind: "river", Name: "南勐河治理", Place: "530925101", Host: "water", Programme: greenProgramme, Summary: "清淤、护岸、截污。", Stages: active("河道治理")},
			{Kind: "river", Name: "忙糯河治理", Place: "530925203", Host: "water", Programme: greenProgramme, Summary: "报道印作“忙禄河”，按乡名核为忙糯河。", Stages: active("河道治理")},
			{Kind: "greening", Name: "荧光绿道", Place: "530925201", Host: "forestry", Programme: greenProgramme, Summary: "夜里自己发光的步道，散步不用打灯。", Stages: done("铺装"), Uses: []works.Use{"sport"}},
		},
		Sites: works.Meta{Name: "绿美先进示范点", AsOf: on(2023, 3, 31), Source: greenSource},
	}
	set.SiteRows = greenSites()
	return set
}

// greenSites are 50 sites that are built and 18 that are planned, with the totals that the source declares: the importer holds
// one against the other. Two of the planned ones are named by the source, the rest bear numbers.
func greenSites() []works.RegisterRow {
	rows := []works.RegisterRow{{Record: "total", State: "done", Count: "50"}, {Record: "total", State: "planned", Count: "18"}, {Record: "type", Type: "community", State: "planned", Count: "18"}}
	methods, uses := works.Methods, works.Uses
	for _, t := range greenTypes {
		rows = append(rows, works.RegisterRow{Record: "type", Type: string(t.id), State: "done", Count: fmt.Sprint(t.n)})
		for i := range t.n {
			rows = append(rows, works.RegisterRow{Record: "site", Type: string(t.id), State: "done", Name: fmt.Sprintf("绿美%s示范点 %d", t.name, i+1), Methods: string(methods[i%len(methods)].ID), Uses: string(uses[i%len(uses)].ID), Plan: "绿地系统规划"})
		}
	}
	for i := range 18 {
		name, place := fmt.Sprintf("绿美社区（计划）%d", i+1), ""
		switch i {
		case 0:
			name, place = "县人民医院", "530925101"
		case 1:
			name, place = "锦丽新城小区", "530925101004C01"
		}
		rows = append(rows, works.RegisterRow{Record: "site", Type: "community", State: "planned", Name: name, Place: place})
	}
	return rows
}

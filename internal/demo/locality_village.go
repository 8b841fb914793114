package demo

import (
	"strings"

	"github.com/paulmach/orb"

	"sanzhi/internal/activities"
	"sanzhi/internal/ballots"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

const teaVillageCode, careVillageCode, colourTown = "522622103204", "341002104203", "620723104"

// teaVillage is 青塘村: the branch brings tea gardens and hands together in a short harvest.
func teaVillage() *Locality {
	v := teaVillageCode
	l := &Locality{Tenant: "522622", Name: kernel.T("黄平县", "Huangping County"), Middle: orb.Point{107.9164, 26.9053}, Side: 0.24, Bulletin: "tea", From: on(2023, 3, 1), To: on(2023, 5, 1),
		Places: join(towns([2]string{"522622100", "新州镇"}, [2]string{"522622101", "旧州镇"}, [2]string{"522622102", "重安镇"}, [2]string{"522622103", "谷陇镇"}, [2]string{"522622104", "平溪镇"}, [2]string{"522622105", "野洞河镇"},
			[2]string{"522622106", "浪洞镇"}, [2]string{"522622107", "上塘镇"}, [2]string{"522622203", "一碗水乡"}, [2]string{"522622204", "纸房乡"}, [2]string{"522622206", "翁坪乡"}),
			under("522622103", territory.Village, [2]string{v, "青塘村"}, [2]string{"522622103200", "谷陇村"}, [2]string{"522622103205", "岩英村"}), numbered(v, territory.VillagerGroup, "青塘村%d组", 6)),
		Orgs: []LocalOrg{{Key: "garden", Name: "青塘村茶场", Kind: orgs.Enterprise, Place: v}, {Key: "branch", Name: "青塘村党支部", Kind: orgs.Branch, Place: v}},
		Kept: []LocalEntry{
			{Register: "count", Place: v, Values: map[string]string{"what": "茶园面积", "n": "1000余亩", "as_of": "2023-04-10", "source": "报道：青塘村千亩茶园"}},
			{Register: "linkage", Org: "garden", Values: map[string]string{"product": "春茶", "households": "100余户"}, Links: [][2]string{{"cooperative", "branch"}, {"village", v}}},
		},
		Labour: &LocalLabour{Place: v, Form: "tea", Title: "清明采茶", Quality: "一芽一叶，提采，不掐采；茶场技术员上班前讲过", Stable: 53, Flexible: 628, Pickers: 84, From: on(2023, 3, 20), Days: 20, RateFen: 3640, Jin: [2]int{50, 60}, CallPlaces: 8},
		Runs: []LocalRun{{Run: Run{Key: "harvest help", Programme: "service", Service: true, Pay: activities.Unpaid, N: 8, From: on(2023, 3, 20), To: on(2023, 4, 10), Came: [2]int{8, 15}, Good: [2]int{5, 12},
			Occasions: []Occasion{{"harvest", "党员志愿服务队帮采茶", "早一天是宝，晚一天是草，帮缺人手的人家抢了一天", strands(activities.SelfRule)}}}, At: []string{v}}},
	}
	l.Figures = []LocalFigure{
		fig("tea_area", "茶园", "tea gardens", "1000余亩", "told_count", "what", "茶园面积"),
		fig("jobs_stable", "稳定就业", "steady jobs", "50余人", "jobs_stable"), fig("jobs_flexible", "灵活就业", "odd jobs", "600余人次", "jobs_flexible"),
		fig("picked_a_day", "一人一天采茶，5到6斤", "picked by one person in a day, 5 to 6 jin", "约5.5斤", "picked_a_day"),
		fig("wage_a_day", "一天的收入", "earned in a day", "约100元", "wage_a_day"),
	}
	l.Figures[3].Quantity.Below, l.Figures[3].Quantity.Above = 0.5, 0.5
	return l
}

// volunteerVillage is 查塘村: a brigade of 61 in four teams, over twelve grids.
func volunteerVillage() *Locality {
	v := careVillageCode
	l := &Locality{Tenant: "341002", Name: kernel.T("屯溪区", "Tunxi District"), Middle: orb.Point{118.3174, 29.7093}, Side: 0.2, Bulletin: "volunteers", From: on(2022, 4, 1), To: on(2023, 4, 1),
		Places: join(towns([2]string{"341002001", "昱东街道"}, [2]string{"341002002", "昱中街道"}, [2]string{"341002003", "昱西街道"}, [2]string{"341002004", "老街街道"}, [2]string{"341002100", "屯光镇"}, [2]string{"341002101", "阳湖镇"},
			[2]string{"341002102", "黎阳镇"}, [2]string{"341002103", "新潭镇"}, [2]string{"341002104", "奕棋镇"}),
			under("341002104", territory.Village, [2]string{"341002104200", "徐村"}, [2]string{"341002104201", "奕棋村"}, [2]string{"341002104202", "林塘村"}, [2]string{v, "查塘村"}, [2]string{"341002104204", "博村"}),
			under("341002104", territory.Community, [2]string{"341002104400", "龙井社区"}), numbered(v, territory.VillagerGroup, "查塘村%d组", 15)),
		Orgs:    []LocalOrg{{Key: "clinic", Name: "奕棋镇卫生院", Kind: orgs.Institution, Place: "341002104", Cadres: 2}, {Key: "branch", Name: "查塘村党总支", Kind: orgs.Branch, Place: v}},
		Brigade: &LocalBrigade{Place: v, LeadTitle: "村党总支书记", People: 61, Grids: 12, Twice: 9, Cares: 6},
		Series:  "孝悌讲堂",
		Runs: []LocalRun{
			{Run: Run{Key: "service", Programme: "service", Service: true, Pay: activities.Unpaid, N: 34, From: on(2022, 4, 1), To: on(2023, 4, 1), Came: [2]int{5, 14}, Good: [2]int{22, 44}, Occasions: []Occasion{
				{"service", "政策讲到院子里", "讲了医保和惠农补贴", strands(activities.Law)}, {"clean", "河边村道大扫除", "清了河边和村道", strands(activities.SelfRule)},
				{"care", "看望空巢老人", "上门说说话，修了水龙头", strands(activities.Virtue)}, {"service", "陪留守孩子写作业", "辅导功课", strands(activities.Virtue)}}}, At: []string{v}},
			{Run: Run{Key: "special", Programme: "six", Pay: activities.Seat, N: 13, From: on(2022, 5, 1), To: on(2023, 3, 20), Came: [2]int{20, 60}, Good: [2]int{20, 60}, Occasions: []Occasion{
				{"celebrate", "中秋团圆饭", "陪老人吃月饼", strands(activities.Virtue)}, {"play", "送戏进村", "看了一场黄梅戏", strands(activities.Virtue)}, {"tell", "防溺水课", "讲了怎么救、怎么不下水", strands(activities.Law)}}}, At: []string{v}},
			{Run: Run{Key: "class", Programme: "training", Pay: activities.Seat, N: 6, From: on(2022, 6, 1), To: on(2023, 3, 1), Came: [2]int{15, 40}, Good: [2]int{15, 40}, Series: "numbered",
				Occasions: []Occasion{{"class", "孝悌讲堂", "讲家规家训", strands(activities.Virtue)}}}, At: []string{v}},
		},
		Kept: []LocalEntry{{Register: "pledge", Org: "branch", Values: map[string]string{"what": "支部领办、党员带头，每户都有联系的党员", "due": "2023-12-31"}}},
		Honours: []LocalHonour{{v, ballots.TenStars, kernel.T("十星级文明户", "Ten-star households"), TenStarHonours()[:5]}, {v, ballots.GoodDaughter, kernel.T("好媳妇", "Good daughters-in-law"), GoodDaughters()},
			{v, ballots.GoodMother, kernel.T("好婆婆", "Good mothers-in-law"), []HonourScript{{"汪桂花", "儿媳上夜班，带孙子做饭五年", ballots.BySelf, true, nil, ballots.StageGranted, ballots.ConsentGiven, false}}}},
	}
	l.Figures = []LocalFigure{
		fig("volunteers", "志愿者，在几个队也只算一次", "volunteers, each once", "61人", "volunteers"), fig("volunteer_teams", "志愿服务支队", "teams of volunteers", "4支", "volunteer_teams"),
		fig("volunteer_grids", "志愿服务网格", "grids of volunteers", "12个", "volunteer_grids"), allOf("groups_in_grids", "归入网格的村民组", "villager groups in a grid", 15, "groups_in_grids"),
		fig("volunteer_posts", "志愿服务岗位", "kinds of post", "4类", "volunteer_posts"), fig("volunteer_sessions", "志愿服务活动", "volunteer activities", "30余次", "volunteer_sessions"),
		fig("benefit_times", "志愿服务受益", "people helped, in person-times", "1000余人次", "volunteer_benefit"), fig("special", "特色活动", "special activities", "10余次", "activities", "programme", "six"),
		fig("award_kinds", "好媳妇、好婆婆、十星级文明户", "kinds of award", "3种", "award_kinds"),
	}
	return l
}

// threeColours is 平川镇: six forms of activity in pooled venues, and the farms of a corridor, two wings, five parks and many points.
func threeColours() *Locality {
	t := colourTown
	l := &Locality{Tenant: "620723", Name: kernel.T("临泽县", "Linze County"), Middle: orb.Point{100.1643, 39.1525}, Side: 0.24, Bulletin: "three_colours", From: on(2022, 4, 1), To: on(2023, 4, 1),
		Places: join(towns([2]string{"620723101", "沙河镇"}, [2]string{"620723102", "新华镇"}, [2]string{"620723103", "蓼泉镇"}, [2]string{t, "平川镇"}, [2]string{"620723105", "板桥镇"}, [2]string{"620723106", "鸭暖镇"}, [2]string{"620723107", "倪家营镇"}),
			under(t, territory.Village, colourVillages()...)),
		Orgs: []LocalOrg{{Key: "leader", Name: "平川镇蔬菜龙头企业", Kind: orgs.Enterprise, Place: t}, {Key: "coop", Name: "平川镇蔬菜合作社", Kind: orgs.SocialOrg, Place: t}},
		Programmes: []*activities.Programme{{ID: "six", Title: kernel.T("讲评帮乐庆赛", "Six forms"), Exactly: 6, Service: true, Posts: activities.ServicePosts(), Forms: []activities.Choice{
			{ID: "tell", Title: kernel.T("讲", "Tell")}, {ID: "commend", Title: kernel.T("评", "Commend")}, {ID: "help", Title: kernel.T("帮", "Help")}, {ID: "play", Title: kernel.T("乐", "Play")},
			{ID: "celebrate", Title: kernel.T("庆", "Celebrate")}, {ID: "contest", Title: kernel.T("赛", "Contest")}}}},
		Venues: []LocalVenue{{"party_room", "平川镇党员活动室", t, 60}, {"square", "平川镇文化广场", t, 400}, {"library", "平川镇农家书屋", t, 30}},
		Runs: []LocalRun{
			{Run: Run{Key: "six", Programme: "six", Service: true, Pay: activities.Unpaid, N: 94, From: on(2022, 4, 1), To: on(2023, 4, 1), Came: [2]int{9, 14}, Good: [2]int{10, 40}, Occasions: []Occasion{
				{"tell", "党课讲到田埂上", "讲了一上午", strands(activities.Virtue)}, {"commend", "评一评谁家院子好", "评出三户", strands(activities.Virtue)}, {"help", "帮孤寡老人收菜", "收完装车", strands(activities.Virtue)},
				{"play", "乡村大舞台", "自己编自己演", strands(activities.SelfRule)}, {"celebrate", "丰收节", "一起庆丰收", strands(activities.Virtue)}, {"contest", "拔河比赛", "八个村来赛", strands(activities.SelfRule)}}}, At: []string{t}, Pooled: true},
			{Run: Run{Key: "training", Programme: "training", Pay: activities.Seat, N: 9, From: on(2022, 6, 1), To: on(2023, 3, 1), Came: [2]int{20, 40}, Good: [2]int{20, 40}, Occasions: []Occasion{
				{"class", "蔬菜病虫害课", "课堂讲", strands(activities.Digital)}, {"onsite", "棚里看修剪", "现场教", strands(activities.Digital)}, {"online", "网上学电商", "网络学", strands(activities.Digital)}, {"gathered", "党员集中轮训", "集中学两天", strands(activities.Virtue)}}}, At: []string{t}},
		},
	}
	l.Kept = colourEntries(t)
	l.Figures = []LocalFigure{
		fig("volunteer_sessions", "志愿服务", "volunteer sessions", "90余场次", "volunteer_sessions"), fig("volunteer_times", "参加志愿服务", "volunteers, in person-times", "1000余人次", "volunteer_times"),
		fig("activity_forms", "讲评帮乐庆赛六种形式", "forms of activity", "6种", "activity_forms", "programme", "six"), fig("varieties", "蔬菜品种", "varieties of vegetables", "30余个", "told_count", "what", "蔬菜品种"),
		fig("varieties_named", "点得出名的蔬菜品种", "varieties that are named", "6个", "entries", "register", "variety", "facet", "vegetable"), fig("staples", "口粮田作物", "staple crops", "5种", "entries", "register", "variety", "facet", "staple"),
		fig("corridor", "一廊（张罗公路）", "one corridor", "1个", "entries", "register", "layout", "facet", "corridor"), fig("wings", "两翼", "two wings", "2个", "entries", "register", "layout", "facet", "wing"),
		fig("parks", "五园", "five parks", "5个", "entries", "register", "layout", "facet", "park"), fig("venue_kinds", "整合的场地种类", "kinds of venue pooled", "3种", "venue_kinds"),
	}
	return l
}

func colourEntries(t string) []LocalEntry {
	const plan = "一廊两翼五园多点"
	var out []LocalEntry
	add := func(register string, values ...string) {
		e := LocalEntry{Register: register, Place: t, Values: map[string]string{}}
		for i := 0; i+1 < len(values); i += 2 {
			e.Values[values[i]] = values[i+1]
		}
		out = append(out, e)
	}
	for _, p := range []struct{ part, list string }{{"corridor", "张罗公路蔬菜长廊"}, {"wing", "东翼制种|西翼高原夏菜"}, {"park", "蔬菜产业园|制种产业园|养殖产业园|林果产业园|农产品加工园"}, {"point", "采摘点|育苗点|冷链点|电商点"}} {
		for i, name := range strings.Split(p.list, "|") {
			add("layout", "plan", plan, "part", p.part, "number", FmtInt(i+1), "name", name)
		}
	}
	for _, name := range strings.Split("番茄|辣椒|茄子|西兰花|娃娃菜|洋葱", "|") {
		add("variety", "name", name, "class", "vegetable", "note", "演示")
	}
	for _, name := range strings.Split("小麦|玉米|马铃薯|大豆|谷子", "|") {
		add("variety", "name", name, "class", "staple", "note", "演示")
	}
	add("count", "what", "蔬菜品种", "n", "30多个", "as_of", "2023-04-01", "source", "报道：平川镇三色")
	out = append(out, LocalEntry{Register: "linkage", Org: "leader", Values: map[string]string{"product": "高原夏菜", "households": "300余户"}, Links: [][2]string{{"cooperative", "coop"}, {"village", colourVillages()[0][0]}}},
		LocalEntry{Register: "tolerance", Org: "office " + t, Values: map[string]string{"person": "张大川", "matter": "试种新品种，第一季减产", "basis": "事前集体议定，过程留痕，没有谋私", "decision": "exempt", "decided": "2023-03-10"}},
		LocalEntry{Register: "accountability", Org: "office " + t, Values: map[string]string{"person": "李小河", "matter": "渠道巡查漏了两次", "basis": "巡查记录缺两次，未造成损失", "decision": "talk", "decided": "2023-02-20"}})
	return out
}

// colourVillages are villages of 平川镇 of the list of divisions.
func colourVillages() [][2]string {
	return [][2]string{{"620723104201", "黄家堡村"}, {"620723104202", "五里墩村"}, {"620723104203", "一工程村"}, {"620723104204", "平川村"}, {"620723104205", "三一村"},
		{"620723104206", "三二村"}, {"620723104207", "三三村"}, {"620723104208", "芦湾村"}, {"620723104209", "四坝村"}, {"620723104210", "贾家墩村"}}
}

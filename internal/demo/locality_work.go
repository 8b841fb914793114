package demo

import (
	"github.com/paulmach/orb"

	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

const mineSource = "一季度生产经营分析（演示数值）"

// coalMine is 黄陵二号煤矿 as an enterprise of its county. The source names what is decomposed and that the quarter was reached; the
// amounts are made up.
func coalMine() *Locality {
	teams := []string{"face1", "face2", "drive1", "drive2"}
	l := &Locality{Tenant: "610632", Name: kernel.T("黄陵县（黄陵二号煤矿）", "Huangling County (Huangling No. 2 mine)"), Middle: orb.Point{109.2629, 35.5851}, Side: 0.24, Bulletin: "enterprise", From: on(2023, 1, 1), To: on(2023, 4, 1),
		Places: join(towns([2]string{"610632001", "桥山街道"}, [2]string{"610632101", "店头镇"}, [2]string{"610632102", "隆坊镇"}, [2]string{"610632103", "田庄镇"}, [2]string{"610632104", "阿党镇"}, [2]string{"610632105", "双龙镇"}),
			under("610632101", territory.Community, [2]string{"610632101006", "南川社区"}, [2]string{"610632101007", "北川社区"}),
			under("610632101006", territory.Site, [2]string{"610632101006S01", "黄陵二号煤矿"})),
		Orgs: []LocalOrg{{Key: "mine", Name: "黄陵二号煤矿", Kind: orgs.Enterprise, Place: "610632101006", Cadres: 2}, {Key: "production", Name: "生产技术部", Kind: orgs.Enterprise, Place: "610632101006"},
			{Key: "safety", Name: "安全监察部", Kind: orgs.Enterprise, Place: "610632101006"}, {Key: "finance", Name: "经营管理部", Kind: orgs.Enterprise, Place: "610632101006"},
			{Key: "face1", Name: "综采一队", Kind: orgs.Enterprise, Place: "610632101006"}, {Key: "face2", Name: "综采二队", Kind: orgs.Enterprise, Place: "610632101006"},
			{Key: "drive1", Name: "掘进一队", Kind: orgs.Enterprise, Place: "610632101006"}, {Key: "drive2", Name: "掘进二队", Kind: orgs.Enterprise, Place: "610632101006"}}}
	part := func(holder, amount, value string) IndicatorPart {
		return IndicatorPart{Holder: holder, Amount: amount, Weight: 1, Value: value, Source: mineSource, AsOf: on(2023, 3, 31), N: 90}
	}
	zero := make([]IndicatorPart, len(teams))
	for i, k := range teams {
		zero[i] = part(k, "0", "0")
	}
	l.Indicators = IndicatorSet{
		Defs: []indicators.Def{
			{ID: "output", Name: kernel.T("原煤产量", "Coal output"), Subject: "output", Nature: indicators.Sum, Better: indicators.More, Unit: "万吨", Places: 2, Slack: 5},
			{ID: "unit_cost", Name: kernel.T("吨煤成本", "Cost of a tonne"), Subject: "cost", Nature: indicators.Rate, Better: indicators.Less, Unit: "元", Places: 2, Slack: 2},
			{ID: "accidents", Name: kernel.T("轻伤以上事故", "Accidents with injury"), Subject: "safety", Nature: indicators.Limit, Better: indicators.Less, Unit: "起"},
			{ID: "contract_supply", Name: kernel.T("长协兑现", "Contract coal delivered"), Subject: "output", Nature: indicators.Sum, Better: indicators.More, Unit: "万吨", Places: 2, Slack: 5},
			{ID: "price_kept", Name: kernel.T("按约定价供应的天数", "Days at the agreed price"), Subject: "other", Nature: indicators.Sum, Better: indicators.More, Unit: "天"},
		},
		Targets: []IndicatorTarget{
			{Def: "output", Holder: "mine", Period: "2023Q1", Amount: "200.00", Weight: 3, Over: []IndicatorPart{part("face1", "86.67", "88.10"), part("face2", "83.33", "84.25"), part("drive1", "16.50", "16.90"), part("drive2", "13.50", "13.62")}},
			{Def: "unit_cost", Holder: "mine", Period: "2023Q1", Amount: "180.00", Weight: 2, Over: []IndicatorPart{part("production", "180.00", "176.40"), part("finance", "180.00", "179.10")}},
			{Def: "accidents", Holder: "mine", Period: "2023Q1", Amount: "0", Weight: 3, Over: zero},
			{Def: "contract_supply", Holder: "mine", Period: "2023Q1", Amount: "120.00", Weight: 2, Over: []IndicatorPart{part("production", "120.00", "121.30")}},
			{Def: "price_kept", Holder: "mine", Period: "2023Q1", Amount: "90", Weight: 1, Over: []IndicatorPart{part("finance", "90", "90")}},
		},
		Constraints: []IndicatorConstraint{
			{"production", "采掘接续紧张，工作面搬家影响产量", "研判搬家工期，提前备齐支架和运输线路", "两面接替生产，搬家工期压到二十天"},
			{"safety", "春节前后人员流动，班组新人多", "节后复工先培训再下井，老带新结对", "复工培训全员合格，新人三个月不单独作业"},
			{"finance", "材料价格上涨，成本压力大", "逐项核定消耗定额，修旧利废", "定额到班组，按周分析"},
		},
		Contests: []IndicatorContest{{Title: "稳增长、保供应、强安全、稳煤价劳动竞赛", Period: "2023Q1", MinN: 30, Orgs: teams, Entries: []indicators.Entry{{Def: "output", Theme: "growth", Weight: 3}, {Def: "contract_supply", Theme: "supply", Weight: 2},
			{Def: "accidents", Theme: "safety", Weight: 3}, {Def: "price_kept", Theme: "price", Weight: 1}}}},
		Rules: []IndicatorRule{
			{Code: "AQ-12", Kind: "rule", Title: "班前安全确认制度", Change: "首次制定", Source: "矿发文件（演示）", Org: "safety", From: on(2021, 1, 1)},
			{Code: "AQ-12", Kind: "rule", Title: "班前安全确认制度", Change: "确认改为逐人逐项", Source: "矿发文件（演示）", Org: "safety", From: on(2023, 1, 5)},
			{Code: "JS-03", Kind: "standard", Title: "采掘工作面质量标准", Change: "首次制定", Source: "矿发文件（演示）", Org: "production", From: on(2020, 6, 1)},
			{Code: "JS-03", Kind: "standard", Title: "采掘工作面质量标准", Change: "支护间距和验收频次修订", Source: "矿发文件（演示）", Org: "production", From: on(2023, 1, 5)},
		},
	}
	l.Figures = []LocalFigure{
		allOf("quarter_met", "一季度指标完成", "targets of the first quarter met", 5, "targets_met", "period", "2023Q1"),
		fig("contest_themes", "劳动竞赛的主题", "themes of the labour contest", "4个", "contest_themes"),
		allOf("constraints_solved", "制约因素有了解决方案", "constraints with a solution", 3, "constraints_solved"),
		fig("rules_revised", "修订完善的制度和标准", "rules and standards revised", "2个", "rules_revised"),
		allOf("targets_split", "分解到部门和区队、加回来一点不差的指标", "targets split over departments and teams that add up again", 5, "targets_split", "period", "2023Q1"),
	}
	return l
}

// metroSite is the site of a photo's caption, a tenant that is in no list of divisions.
func metroSite() *Locality {
	day := on(2023, 4, 10)
	l := &Locality{Tenant: "990051", Name: kernel.T("中交二公局重庆轨道交通工地", "Metro site of CCCC Second Highway, Chongqing"), Middle: orb.Point{106.5516, 29.5630}, Side: 0.02, Bulletin: "site_safety", From: on(2023, 4, 1), To: on(2023, 5, 1),
		Places: []LocalPlace{{Kind: territory.StreetSpecial, Code: "990051401", Name: "轨道交通标段"}, {Kind: territory.VillageOther, Code: "990051401501", Name: "一号工点", Under: "990051401"},
			{Kind: territory.VillageOther, Code: "990051401502", Name: "二号工点", Under: "990051401"}},
		Orgs: []LocalOrg{{Key: "contractor", Name: "中交二公局项目部", Kind: orgs.Enterprise, Place: "990051401", Cadres: 3}},
		Crew: &LocalCrew{Place: "990051401501", Org: "contractor", Name: "一号工点早班", Day: day, Workers: 12}}
	l.Figures = []LocalFigure{
		fig("safety_measures", "4月10日记录的安全措施", "safety measures on record for 10 April", "6项", "safety_measures", "day", "2023-04-10"),
		allOf("shift_checks", "当班人员班前自检合格", "workers of the shift whose check passed", 12, "shift_checks", "day", "2023-04-10"),
		fig("shifts_opened", "逐人查完才开工的班", "shifts opened once everybody was checked", "1班", "shifts_opened", "day", "2023-04-10"),
	}
	return l
}

// pairedTown is 和林格尔: units paired with compounds, the town cut into ten blocks, and its works.
func pairedTown() *Locality {
	communities := [][2]string{{"150123100001", "昭君道社区"}, {"150123100002", "衙门巷社区"}, {"150123100003", "团部社区"}, {"150123100004", "盛春花园社区"}, {"150123100005", "学府社区"},
		{"150123100006", "利民巷社区"}, {"150123100007", "棋盘营社区"}, {"150123100008", "广场社区"}, {"150123100009", "和托路社区"}, {"150123100010", "和清路社区"}}
	l := &Locality{Tenant: "150123", Name: kernel.T("和林格尔县", "Horinger County"), Middle: orb.Point{111.8218, 40.3787}, Side: 0.2, Bulletin: "paired", From: on(2022, 4, 1), To: on(2023, 4, 1),
		Places: join(towns([2]string{"150123100", "城关镇"}, [2]string{"150123101", "盛乐镇"}, [2]string{"150123102", "新店子镇"}, [2]string{"150123103", "巧什营镇"}, [2]string{"150123203", "舍必崖乡"}, [2]string{"150123205", "大红城乡"},
			[2]string{"150123206", "羊群沟乡"}, [2]string{"150123207", "黑老夭乡"}, [2]string{"150123400", "盛乐经济工业园区"}, [2]string{"150123401", "内蒙古和林格尔新区"}), under("150123100", territory.Community, communities...)),
		Orgs: []LocalOrg{{Key: "police", Name: "和林格尔县公安局", Kind: orgs.Department, Cadres: 6}, {Key: "forestry", Name: "林业和草原局", Kind: orgs.Department, Cadres: 2},
			{Key: "housing", Name: "住房和城乡建设局", Kind: orgs.Department}, {Key: "urban", Name: "城市管理综合执法局", Kind: orgs.Department}, {Key: "tax", Name: "税务局", Kind: orgs.Department},
			{Key: "education", Name: "教育局", Kind: orgs.Department}, {Key: "health", Name: "卫生健康委员会", Kind: orgs.Department}, {Key: "finance", Name: "财政局", Kind: orgs.Department},
			{Key: "civil", Name: "民政局", Kind: orgs.Department}, {Key: "water", Name: "水务局", Kind: orgs.Department}}}
	owners := []string{"police", "forestry", "housing", "urban", "tax", "education", "health", "finance", "civil", "water"}
	names := []string{"地税小区", "公安家属院", "盛世小区", "团结小区", "学府花园", "利民小区", "阳光小区", "广场小区", "和托小区", "和清小区"}
	for i, c := range communities {
		code := c[0] + "C01"
		l.Places = append(l.Places, LocalPlace{Kind: territory.Compound, Code: code, Name: names[i], Under: c[0]})
		org := "police" // leads the first six, 地税小区 among them
		if i >= 6 {
			org = []string{"forestry", "housing", "urban", "tax"}[i-6]
		}
		l.Pairs = append(l.Pairs, LocalPair{org, code})
		l.Kept = append(l.Kept, LocalEntry{Register: "block", Org: owners[i], Values: map[string]string{"number": FmtInt(i + 1), "name": c[1] + "片区"}, Links: [][2]string{{"area", c[0]}}})
	}
	l.Works = pairedWorks()
	amount := func(id, zh, en, quantity string, params ...string) LocalFigure {
		return fig(id, zh, en, quantity, "work_amount", params...)
	}
	l.Figures = []LocalFigure{
		fig("police_compounds", "公安局包联的小区", "compounds paired with the police", "6个", "paired_compounds", "unit", "和林格尔县公安局"),
		fig("forestry_compounds", "林业和草原局包联的小区", "compounds paired with forestry", "1个", "paired_compounds", "unit", "林业和草原局"),
		allOf("paired_coverage", "有牵头包联单位的小区", "compounds with a lead unit", 10, "paired_coverage"),
		fig("blocks", "十个社区切块包联", "blocks, one owner each", "10个", "entries", "register", "block"),
		fig("communities", "社区", "communities", "10个", "communities"),
		amount("pipes", "市政道路和地下管网", "roads and pipes", "7条", "subject", "道路和地下管网"), amount("renewals", "老旧小区改造", "old compounds renewed", "21个", "subject", "老旧小区"),
		amount("car_parks", "停车场新改建", "car parks built or rebuilt", "2处", "subject", "停车场"), amount("parking", "新增车位", "parking places added", "150个", "subject", "车位"),
		amount("pocket_parks", "口袋公园", "pocket parks", "3个", "subject", "口袋公园"), amount("micro_green", "小微绿地", "micro green spaces", "4个", "subject", "小微绿地"),
		amount("green_sites", "口袋公园和小微绿地合计", "green sites together", "7个", "group", "绿地"), amount("lanes", "背街小巷硬化", "back lanes paved", "近400条", "subject", "背街小巷"),
		amount("toilets", "公厕", "public toilets", "32座", "subject", "公厕"), amount("e_bikes", "电动车登记上牌", "e-bikes registered", "1.8万余辆", "subject", "电动车"),
	}
	return l
}

package registers

import (
	"slices"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

var t = kernel.T

func sheet(key string, title kernel.Text, cols ...kernel.Column) kernel.Sheet {
	return kernel.Sheet{Key: key, Title: title, Columns: cols}
}

func must(c kernel.Column) kernel.Column { c.Required = true; return c }

func col(key string, typ kernel.ColumnType, name kernel.Text) kernel.Column {
	return kernel.Column{Key: key, Type: typ, Name: name}
}

func helped(c kernel.Column, help kernel.Text) kernel.Column { c.Help = help; return c }

func pick(key string, name kernel.Text, choices ...kernel.Choice) kernel.Column {
	return kernel.Column{Key: key, Type: kernel.ColumnChoice, Name: name, Choices: choices}
}

func c(key, zh, en string) kernel.Choice { return kernel.Choice{Key: key, Name: t(zh, en)} }

// evidence are the links by which a duty or a pledge leads to what was done.
func evidence() []LinkRole {
	return []LinkRole{
		{Key: "case", Name: t("办件", "Case"), Kind: ToCase}, {Key: "work", Name: t("工程", "Work"), Kind: ToWork},
		{Key: "activity", Name: t("活动", "Activity"), Kind: ToActivity}, {Key: "round", Name: t("巡查走访", "Round"), Kind: ToRound},
	}
}

var hoursColumn = kernel.Column{Key: "hours", Type: kernel.ColumnText, Name: t("开放时间", "Opening hours"), Required: true, Max: 200, Help: sayHours,
	Check: func(cell string) (string, error) { h, err := ParseHours(cell); return h.String(), err },
	Show: func(cell string) kernel.Text {
		h, err := ParseHours(cell)
		if err != nil {
			return t(cell, cell)
		}
		return h.Text()
	}}

// personColumn is a name that few see; lists show it masked.
func personColumn(key string, name kernel.Text) kernel.Column {
	return kernel.Column{Key: key, Type: kernel.ColumnText, Name: name, Required: true, Personal: true, Max: 40}
}

func byOrg(c *Checked) string   { return string(c.Entry.Org) }
func byPlace(c *Checked) string { return string(c.Entry.Place) }

// catalogue is the list of registers. Read and Write are filled in below where they are the usual ones.
var catalogue = usual(slices.Concat(dutyRegisters(), joinRegisters(), placeRegisters(), newRegisters(), villageRegisters(), figureRegisters(), checkRegisters()))

func usual(l []*Register) []*Register {
	for _, r := range l {
		if r.Read == "" {
			r.Read = access.RegisterRead
		}
		if r.Write == "" {
			r.Write = access.RegisterWrite
		}
	}
	return l
}

func dutyRegisters() []*Register {
	return []*Register{
		{Sheet: sheet("duty", t("职责清单", "Duty lists"), must(col("title", kernel.ColumnText, t("职责", "Duty"))),
			col("detail", kernel.ColumnLong, t("具体做什么", "What is done")), col("basis", kernel.ColumnText, t("依据", "Basis"))),
			About: t("一个单位管什么，一条一条写清，做过的事连在后面", "What an organisation is there for, item by item, with what was done behind each"),
			Group: GroupDuty, NeedOrg: true, Links: evidence()},
		{Sheet: sheet("pledge", t("承诺践诺", "Pledges"), must(col("what", kernel.ColumnLong, t("承诺什么", "What is pledged"))), must(col("due", kernel.ColumnDate, t("什么时候兑现", "By when")))),
			About: t("公开承诺，到期看兑现没有", "Pledged in public, with a day by which it is done"),
			Group: GroupDuty, Standing: t("待兑现", "to be kept"), Read: access.PlaceRead, NeedOrg: true, DueColumn: "due", Links: evidence(),
			Acts: []Act{
				{Key: "fulfil", Title: t("兑现了", "Fulfilled"), From: []string{Open}, To: "fulfilled", Word: t("已兑现", "fulfilled"), Note: t("怎么兑现的", "How it was fulfilled")},
				{Key: "lapse", Title: t("没能兑现", "Not kept"), From: []string{Open}, To: "lapsed", Word: t("没能兑现", "not kept"), Note: t("为什么没能兑现，接下来怎么办", "Why, and what comes next")},
			}},
		{Sheet: sheet("pioneer", t("党员先锋岗", "Pioneer posts"), must(col("name", kernel.ColumnText, t("岗位名称", "Post"))), must(col("duty", kernel.ColumnText, t("岗位做什么", "What it does")))),
			About: t("记岗位，不记人名", "Posts, without names of people"), Group: GroupDuty, NeedOrg: true, Unique: func(c *Checked) string { return byOrg(c) + " " + c.Entry.Values["name"] }},
		{Sheet: sheet("brand", t("一支部一品牌", "One brand a branch"), must(col("name", kernel.ColumnText, t("品牌", "Brand"))), col("about", kernel.ColumnLong, t("做什么", "What it stands for"))),
			About: t("每个支部最多一个品牌", "At most one brand for each branch"), Group: GroupDuty, Read: access.PlaceRead, NeedOrg: true, OrgKinds: []orgs.Kind{orgs.Branch}, Unique: byOrg},
		{Sheet: sheet("classroom", t("两课堂一平台", "Two classes and a platform"),
			must(pick("slot", t("哪一个", "Which"), c("indoor", "室内课堂", "Class indoors"), c("field", "现场课堂", "Class on site"), c("platform", "平台", "Platform"))),
			must(col("name", kernel.ColumnText, t("名称", "Name"))), col("about", kernel.ColumnLong, t("怎么用", "How it is used"))),
			About: t("每个单位两个课堂、一个平台", "Each organisation has two classes and one platform"), Group: GroupDuty, NeedOrg: true, FacetColumn: "slot",
			Unique: func(c *Checked) string { return byOrg(c) + " " + c.Entry.Values["slot"] }},
	}
}

func joinRegisters() []*Register {
	return []*Register{
		{Sheet: sheet("service", t("双报到服务", "Service of members reported in"),
			must(pick("kind", t("哪一类服务", "Service"), c("policy", "政策宣传", "Explaining policy"), c("mediation", "矛盾化解", "Settling disputes"), c("help", "便民帮困", "Help"), c("environment", "环境整治", "Environment"))),
			must(col("on", kernel.ColumnDate, t("哪天", "Day"))), must(kernel.Column{Key: "hours", Type: kernel.ColumnNumber, Name: t("几小时", "Hours"), Check: between(0, 24)}),
			col("what", kernel.ColumnText, t("做了什么", "What was done"))),
			About: t("在职党员到社区报到以后做的事和时长", "What serving members did in their community, and for how long"), Group: GroupJoin, Subject: ToReportIn,
			FacetColumn: "kind", NumberColumn: "hours", Links: evidence(), Rule: notAhead("on")},
		{Sheet: sheet("joint", t("党建联合体", "Joint bodies"), must(col("name", kernel.ColumnText, t("名称", "Name"))),
			must(pick("pilot", t("试点", "Pilot"), c("pilot", "正在试点", "Pilot"), c("spread", "已经推开", "Adopted"), c("none", "不是试点", "No pilot"))),
			col("aim", kernel.ColumnLong, t("一起做什么", "What it does together"))),
			About: t("至少两个单位联在一起；少于两个就不成联合体", "At least two organisations; with fewer there is none"), Group: GroupJoin, NeedOrg: true, FacetColumn: "pilot",
			Links: []LinkRole{{Key: "member", Name: t("成员单位", "Member"), Kind: ToOrg, Least: 2}}, NumberLinks: "member",
			Unique: func(c *Checked) string { return c.Entry.Values["name"] }},
	}
}

func placeRegisters() []*Register {
	return []*Register{
		{Sheet: sheet("station", t("服务阵地", "Stations"),
			must(pick("kind", t("类型", "Kind"), c("centre", "党建综合服务中心", "Service centre"), c("micro", "微综合体", "Micro service complex"), c("rider", "骑手驿站", "Riders' station"),
				c("mobile", "候鸟驿站", "Station for mobile members"), c("legal", "法律服务站", "Legal service station"), c("charging", "便民充电站", "Charging station"), c("merchant", "爱心商户", "Helping shop"))),
			pick("tier", t("哪一级（中心才填）", "Tier (centres only)"), c("district", "区级", "District"), c("street", "镇街级", "Town or subdistrict"), c("community", "社区（村）级", "Community or village")),
			pick("level", t("三级阵地", "Level of the network"), c("community", "街道社区", "Subdistrict and community"), c("station", "服务站", "Service station"), c("merchant", "企业商户", "Company or shop")),
			must(kernel.Column{Key: "functions", Type: kernel.ColumnChoices, Name: t("能办什么", "What it does"), Choices: functionChoices()}),
			hoursColumn, kernel.Column{Key: "phone", Type: kernel.ColumnText, Name: t("电话", "Phone"), Max: 30}),
			About: t("居民按需要找得到：在哪、几点开、能办什么", "Found by need: where it is, when it is open, what it does"), Group: GroupPlace, Read: access.PlaceRead, FacetColumn: "kind",
			PlaceKinds: []territory.Kind{territory.Site}, Unique: byPlace, Rule: stationRule, CheckIns: true},
		{Sheet: sheet("block", t("包联片区", "Blocks and their owners"), must(kernel.Column{Key: "number", Type: kernel.ColumnInteger, Name: t("第几片", "Number"), Check: between(0, 999)}),
			must(col("name", kernel.ColumnText, t("片区名称", "Name"))), col("note", kernel.ColumnText, t("备注", "Remark"))),
			About: t("城区切块，一块一个单位负责，块与块不重叠", "The town cut in blocks: one owner each, no overlap"), Group: GroupPlace, NeedOrg: true, Partition: true,
			Links: []LinkRole{{Key: "area", Name: t("包含的地方", "Holds"), Kind: ToPlace, Least: 1, Alone: true}}, NumberLinks: "area",
			Unique: func(c *Checked) string { return c.Entry.Values["number"] }},
	}
}

func newRegisters() []*Register {
	org := func(key, zh, en string, least, most int) LinkRole {
		return LinkRole{Key: key, Name: t(zh, en), Kind: ToOrg, Least: least, Most: most}
	}
	return []*Register{
		{Sheet: sheet("census", t("两新组织大排查", "Census of new organisations"), must(col("name", kernel.ColumnText, t("单位名称", "Name"))),
			must(pick("kind", t("类型", "Kind"), c("enterprise", "非公企业", "Private enterprise"), c("social", "社会组织", "Social organisation"), c("platform", "新业态平台站点", "Station of a platform"))),
			kernel.Column{Key: "staff", Type: kernel.ColumnInteger, Name: t("从业人数", "People at work"), Check: between(-1, 1e6)},
			must(col("has_branch", kernel.ColumnBool, t("建了党组织", "Has a branch"))), must(col("has_work", kernel.ColumnBool, t("工作覆盖到了（有指导员或联系人）", "Is reached by the work (an instructor or a contact)"))),
			must(col("checked", kernel.ColumnDate, t("排查日期", "Day of the census")))),
			About: t("组织覆盖和工作覆盖是两个率，分开算，都写明分母", "Covered by an organisation and reached by the work are two rates, never mixed, each with its denominator"),
			Group: GroupNew, PlaceKinds: communities, FacetColumn: "kind", YesColumns: [2]string{"has_branch", "has_work"}, Rule: notAhead("checked"),
			Unique: func(c *Checked) string { return byPlace(c) + " " + c.Entry.Values["name"] }},
		{Sheet: sheet("task", t("牵头任务", "Tasks and who carries them"), must(col("name", kernel.ColumnText, t("任务", "Task"))), col("detail", kernel.ColumnLong, t("怎么做", "How"))),
			About: t("谁牵头、谁统筹、谁联动、谁兜底，四个角色都要有单位", "Who leads, who coordinates, who cooperates, who is the backstop: all four are filled"), Group: GroupNew,
			PlaceKinds: []territory.Kind{territory.County, territory.Subdistrict, territory.Town, territory.Township, territory.StreetSpecial},
			Links:      []LinkRole{org("lead", "牵头", "Leads", 1, 1), org("coordinate", "统筹", "Coordinates", 1, 0), org("cooperate", "联动", "Cooperates", 1, 0), org("backstop", "兜底", "Backstop", 1, 0)},
			Rule:       oneRoleEach, Standing: t("在办", "under way"), Acts: []Act{{Key: "done", Title: t("做完了", "Done"), From: []string{Open}, To: "done", Word: t("已完成", "done"), Note: t("做成了什么", "What came of it")}}},
	}
}

var communities = []territory.Kind{territory.Community, territory.Village, territory.VillageOther}

// industryModes are the five modes of 一村一策.
var industryModes = []kernel.Choice{c("property", "商铺物业", "Shops and property"), c("tourism", "乡村旅游", "Rural tourism"), c("processing", "生产加工", "Processing"),
	c("planting", "种植业", "Planting"), c("storage", "仓储物流", "Storage and logistics")}

// LayoutParts are the parts of 一廊两翼五园多点 with how many a plan has; 0 is any number.
var LayoutParts = []struct {
	Choice kernel.Choice
	Most   int
}{{c("corridor", "廊", "Corridor"), 1}, {c("wing", "翼", "Wing"), 2}, {c("park", "园", "Park"), 5}, {c("point", "点", "Point"), 0}}

func villageRegisters() []*Register {
	var parts []kernel.Choice
	for _, p := range LayoutParts {
		parts = append(parts, p.Choice)
	}
	return []*Register{
		{Sheet: sheet("household", t("联户连心", "Members and households"), personColumn("holder", t("联系人", "Who keeps the link")), col("duty", kernel.ColumnText, t("帮什么", "What it is for"))),
			About: t("一人联几户。只记哪扇门、哪天同意的，不建家庭档案；不同意就去掉", "One person keeps the link to some households: the door and the day they agreed, no file about them; who withdraws is taken out"), Group: GroupFarm,
			PlaceKinds: communities, Links: []LinkRole{{Key: "household", Name: t("联系的户", "Household"), Kind: ToDoor, Least: 1, Consent: true}}, NumberLinks: "household"},
		{Sheet: sheet("plan", t("一村一策", "One plan a village"), must(pick("mode", t("产业路子", "Mode of industry"), industryModes...)), must(col("plan", kernel.ColumnLong, t("怎么干", "The plan"))),
			col("until", kernel.ColumnDate, t("到什么时候", "Until"))),
			About: t("一个村一份，五种路子选一种", "One for each village, of five modes"), Group: GroupFarm, PlaceKinds: []territory.Kind{territory.Village}, FacetColumn: "mode", DueColumn: "until", Unique: byPlace},
		{Sheet: sheet("layout", t("联建布局", "Joint layout"), must(col("plan", kernel.ColumnText, t("哪个规划", "Plan"))), must(pick("part", t("廊、翼、园、点", "Part"), parts...)),
			must(kernel.Column{Key: "number", Type: kernel.ColumnInteger, Name: t("第几个", "Number"), Check: between(0, 999)}), must(col("name", kernel.ColumnText, t("名称", "Name"))),
			col("what", kernel.ColumnText, t("做什么", "What it is for"))),
			About: t("一廊、两翼、五园、多点", "One corridor, two wings, five parks, many points"), Group: GroupFarm, PlaceKinds: placed, FacetColumn: "part", Rule: layoutRule,
			Unique: func(c *Checked) string {
				v := c.Entry.Values
				return v["plan"] + " " + v["part"] + " " + v["number"]
			}},
		{Sheet: sheet("linkage", t("企业带合作社带农户", "Enterprise, cooperative, households"), must(col("product", kernel.ColumnText, t("做什么产品", "Product"))),
			must(helped(col("households", kernel.ColumnQuantity, t("带动农户", "Households")), t("只填数，不列名字", "A number, no names"))), col("varieties", kernel.ColumnText, t("品种", "Varieties"))),
			About: t("龙头企业、合作社、农户连成一条", "A leading enterprise, cooperatives and households in one line"), Group: GroupFarm, NeedOrg: true, OrgKinds: []orgs.Kind{orgs.Enterprise}, QuantityColumn: "households",
			Links: []LinkRole{{Key: "cooperative", Name: t("合作社", "Cooperative"), Kind: ToOrg, Least: 1}, {Key: "village", Name: t("在哪些村", "Villages"), Kind: ToPlace, Least: 1}}},
		{Sheet: sheet("variety", t("品种", "Varieties"), must(col("name", kernel.ColumnText, t("品种", "Variety"))),
			must(pick("class", t("类别", "Class"), c("vegetable", "蔬菜", "Vegetable"), c("staple", "口粮田", "Staple crop"))), col("note", kernel.ColumnText, t("备注", "Remark"))),
			About: t("点得出名的品种；总数另在登记数里", "Varieties that are named; the total stands among the counts"), Group: GroupFarm, PlaceKinds: placed, FacetColumn: "class",
			Unique: func(c *Checked) string { return c.Entry.Values["class"] + " " + c.Entry.Values["name"] }},
	}
}

var placed = slices.Concat([]territory.Kind{territory.County, territory.Subdistrict, territory.Town, territory.Township, territory.StreetSpecial}, communities)

func figureRegisters() []*Register {
	return []*Register{
		{Sheet: sheet("count", t("登记数", "Counts"), must(col("what", kernel.ColumnText, t("什么", "What"))),
			must(helped(col("n", kernel.ColumnQuantity, t("多少", "How many")), t("例如 1.8万余辆、近400条、360个", "Such as 1.8万余辆, 近400条, 360个"))),
			must(col("as_of", kernel.ColumnDate, t("截至", "As of"))), must(col("source", kernel.ColumnText, t("来源", "Source")))),
			About: t("电动车这类只登记数量，不登记人", "Numbers such as of e-bikes, without people"), Group: GroupFigure, PlaceKinds: placed, FacetColumn: "what", QuantityColumn: "n", Rule: notAhead("as_of"),
			Unique: func(c *Checked) string { return byPlace(c) + " " + c.Entry.Values["what"] }},
	}
}

func checkRegisters() []*Register {
	acts := []Act{
		{Key: "appeal", Title: t("本人申诉", "Appeal"), From: []string{Open}, To: "appealed", Word: t("申诉中", "appealed"), Note: t("申诉什么", "What the appeal says")},
		{Key: "uphold", Title: t("维持", "Uphold"), From: []string{"appealed"}, To: "upheld", Word: t("维持", "upheld"), Note: t("维持的理由", "Why it is upheld")},
		{Key: "lift", Title: t("撤销", "Lift"), From: []string{Open, "appealed"}, To: "lifted", Word: t("已撤销", "lifted"), Note: t("撤销的理由", "Why it is lifted")},
	}
	entry := func(key string, title, about kernel.Text, decisions ...kernel.Choice) *Register {
		return &Register{Sheet: sheet(key, title, personColumn("person", t("当事人", "Person concerned")), must(col("matter", kernel.ColumnLong, t("什么事", "What happened"))),
			must(col("basis", kernel.ColumnLong, t("依据", "Basis"))), must(pick("decision", t("决定", "Decision"), decisions...)), must(col("decided", kernel.ColumnDate, t("决定日期", "Day of the decision")))),
			About: about, Group: GroupCheck, Read: access.DisciplineRead, Write: access.DisciplineWrite, Confidential: true, Standing: t("已决定", "decided"), NeedOrg: true, FacetColumn: "decision", Acts: acts, Rule: notAhead("decided")}
	}
	return []*Register{
		entry("tolerance", t("容错纠错", "Tolerance of faults"), t("干事中的失误，依据清楚的可以容错。名字封存，只有督查和区领导能看", "Faults made in earnest may be tolerated on a stated basis. The name is sealed: supervisors and leaders alone may look"),
			c("exempt", "免予追责", "Exempted"), c("lighten", "从轻处理", "Lightened"), c("refused", "不予容错", "Not tolerated")),
		entry("accountability", t("追责问责", "Accountability"), t("查清才决定，本人可以申诉。名字封存，只有督查和区领导能看", "Decided on what was found; the person may appeal. The name is sealed: supervisors and leaders alone may look"),
			c("talk", "提醒谈话", "Talk"), c("notice", "通报", "Notice"), c("referred", "移送处理", "Referred"), c("cleared", "不予追责", "Cleared")),
	}
}

package demo

import "sanzhi/internal/kernel"

// Figure is one figure of the source article, which a live query over the loaded district must meet.
type Figure struct {
	ID       string          `json:"id"`
	Title    kernel.Text     `json:"title"`
	Quantity kernel.Quantity `json:"quantity"`
	// Den is the denominator of a rate in per cent, else 0.
	Den int `json:"den,omitempty"`
}

// Figures lists what `demo --check` compares. Rates are in per cent with their denominator beside.
func Figures() []Figure {
	exact := func(id, zh, en string, n float64, unit string) Figure {
		return Figure{ID: id, Title: kernel.T(zh, en), Quantity: kernel.Quantity{Value: n, Unit: unit, Qualifier: kernel.Exact}}
	}
	period := kernel.Period{From: PeriodFrom.UTC(), To: PeriodTo.UTC()}
	rate := func(id, zh, en string, den int) Figure {
		f := exact(id, zh, en, 100, "%")
		f.Den = den
		return f
	}
	issues := exact("issues_solved", "解决的急难愁盼问题", "urgent issues solved", numSolved, "件")
	issues.Quantity.Period = period
	list := []Figure{
		exact("branches", "小区（楼栋）党支部", "compound and building branches", numBranches, "个"),
		exact("compounds", "小区", "compounds", numCompounds, "个"),
		rate("branch_coverage", "小区党组织覆盖率", "compounds covered by a branch", numCompounds),
		exact("streets", "镇街", "towns and subdistricts", numStreets, "个"),
		exact("communities", "社区", "communities", numCommunities, "个"),
		exact("villages", "行政村", "villages", numVillages, "个"),
		exact("grids_general", "综合网格", "comprehensive grids", numGeneral, "个"),
		exact("grids_dedicated", "专属网格", "dedicated grids", numDedicated, "个"),
		exact("grids", "网格", "grids", numGeneral+numDedicated, "个"),
		rate("police_deputies", "穿警服的社区副书记", "communities with a police deputy secretary", numCommunities),
		{ID: "members", Title: kernel.T("在社区报到的在职党员", "serving members reported in"),
			Quantity: kernel.Quantity{Value: 1300, Unit: "人", Qualifier: kernel.AtLeast, Step: 100}},
		rate("grids_with_members", "有在职党员的网格", "grids with a serving member", numGeneral+numDedicated),
		issues,
		{ID: "hazards_closed", Title: kernel.T("消除的安全隐患", "hazards removed"),
			Quantity: kernel.Quantity{Value: 130, Unit: "起", Qualifier: kernel.AtLeast, Step: 10, Period: period}},
		{ID: "disputes_resolved", Title: kernel.T("化解的矛盾纠纷", "disputes resolved"),
			Quantity: kernel.Quantity{Value: 290, Unit: "起", Qualifier: kernel.AtLeast, Step: 10, Period: period}},
		exact("centre_tiers", "三级党建综合服务中心", "tiers of service centres", float64(len(AllTiers)), "级"),
	}
	for _, more := range roomFigures {
		list = append(list, more()...)
	}
	return list
}

// roomFigures are the figures of the rooms beside cases, each in a file of its own, figures_ROOM.go.
var roomFigures = []func() []Figure{
	workFigures,
	registerFigures,
	activityFigures,
}

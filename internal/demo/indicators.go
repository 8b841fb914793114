package demo

import (
	"fmt"
	"time"

	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
)

// IndicatorSet is a set of indicators of a district or an enterprise, as values. Holders are keys of organisations.
type IndicatorSet struct {
	Defs        []indicators.Def
	Targets     []IndicatorTarget
	Constraints []IndicatorConstraint
	Contests    []IndicatorContest
	Rules       []IndicatorRule
}

// IndicatorTarget is a target at the top and the parts that it is divided into. Amounts of parts may be left out.
type IndicatorTarget struct {
	Def, Holder, Period, Amount string
	Weight                      int
	Over                        []IndicatorPart // over holders
	Times                       []IndicatorPart // over periods
}

// IndicatorPart is one part with what was reported for it, if anything.
type IndicatorPart struct {
	Holder, Period, Amount string
	Weight                 int
	Value, Source          string
	N                      int
	AsOf                   time.Time
}

// IndicatorConstraint is a line of the constraint log as far as it has come.
type IndicatorConstraint struct{ Org, Factor, Measure, Solution string }

// IndicatorContest is a contest between organisations.
type IndicatorContest struct {
	Title, Period string
	MinN          int
	Entries       []indicators.Entry
	Orgs          []string
}

// IndicatorRule is a version of a rule; versions of one code follow each other.
type IndicatorRule struct {
	Code, Kind, Title, Change, Source, Org string
	From                                   time.Time
}

// Indicators makes the targets of the demonstration district for the year of now: measured over its own cases and works.
func (d *District) Indicators(now time.Time) IndicatorSet {
	local := now.In(kernel.Shanghai)
	year := fmt.Sprint(local.Year())
	streets := []string{}
	for _, s := range d.layout.county.parts {
		streets = append(streets, "office "+s.code)
	}
	var over, same []IndicatorPart
	for i, s := range streets {
		over = append(over, IndicatorPart{Holder: s, Weight: 6 - i/2})
		same = append(same, IndicatorPart{Holder: s, Weight: 1})
	}
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, kernel.Shanghai).UTC()
	reported := func(holder, value string) IndicatorPart {
		return IndicatorPart{Holder: holder, Amount: "1", Value: value, Source: "在建工程安全月报（演示）", AsOf: day, N: local.YearDay()}
	}
	return IndicatorSet{
		Defs: []indicators.Def{
			{ID: "cases_done", Name: kernel.T("办结件数", "Cases closed"), Subject: "service", Nature: indicators.Sum, Better: indicators.More, Unit: "件", Formula: "cases_closed", Sample: "cases_opened", Slack: 5},
			{ID: "on_time_rate", Name: kernel.T("按期办结率", "Finished in time"), Subject: "service", Nature: indicators.Rate, Better: indicators.More, Unit: "%", Places: 1, Formula: "100 * on_time / to_finish", Sample: "to_finish", Slack: 2},
			{ID: "satisfied_rate", Name: kernel.T("满意率", "Satisfied"), Subject: "service", Nature: indicators.Rate, Better: indicators.More, Unit: "%", Places: 1, Formula: "100 * satisfied / rated", Sample: "rated", Slack: 2},
			{ID: "site_accidents", Name: kernel.T("在建工程安全事故", "Accidents at works"), Subject: "safety", Nature: indicators.Limit, Better: indicators.Less, Unit: "起", Slack: 0},
			{ID: "works_done", Name: kernel.T("建成的工程", "Works built"), Subject: "works", Nature: indicators.Sum, Better: indicators.More, Unit: "个", Formula: "works_built", Slack: 10},
		},
		Targets: []IndicatorTarget{
			{Def: "cases_done", Holder: "government", Period: year, Amount: "240", Weight: 3, Over: over},
			{Def: "on_time_rate", Holder: "government", Period: year, Amount: "90.0", Weight: 3, Over: same},
			{Def: "satisfied_rate", Holder: "government", Period: year, Amount: "85.0", Weight: 2},
			{Def: "works_done", Holder: "government", Period: year, Amount: "6", Weight: 1},
			{Def: "site_accidents", Holder: "government", Period: year, Amount: "1", Over: []IndicatorPart{reported("housing", "0"), reported("urban", "0"), reported("farming", "0")}},
		},
		Constraints: []IndicatorConstraint{
			{Org: "housing", Factor: "老旧小区地下管网图纸不全，开挖前要逐段探测", Measure: "请自来水公司派老师傅带队，先探测三个小区", Solution: "三个小区管线图补齐，入库存档"},
			{Org: "urban", Factor: "文化街夜间施工和商户营业时间冲突", Measure: "分段围挡，晚九点后进料"},
			{Org: "farming", Factor: "花海游客站停车位不够"},
		},
		Contests: []IndicatorContest{{Title: "镇街劳动竞赛", Period: year, MinN: 30, Entries: []indicators.Entry{{Def: "on_time_rate", Theme: "supply", Weight: 2}, {Def: "cases_done", Theme: "growth", Weight: 1}}, Orgs: streets}},
		Rules: []IndicatorRule{
			{Code: "AQ-01", Kind: "rule", Title: "在建工程安全日查制度", Change: "首次制定", Source: "演示文件", Org: "housing", From: on(2022, 3, 1)},
			{Code: "AQ-01", Kind: "rule", Title: "在建工程安全日查制度", Change: "班前自检改为逐人打勾", Source: "演示文件", Org: "housing", From: on(2023, 4, 1)},
			{Code: "FW-02", Kind: "standard", Title: "首接负责服务标准", Change: "首次制定", Source: "演示文件", Org: "government", From: on(2022, 9, 1)},
		},
	}
}

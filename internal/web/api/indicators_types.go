package api

import (
	"time"

	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
)

// IndicatorWords are the closed sets of this room and the measures that formulas may name.
type IndicatorWords struct {
	Subjects  []WorkOption `json:"subjects"`
	Natures   []WorkOption `json:"natures"`
	Betters   []WorkOption `json:"betters"`
	Themes    []WorkOption `json:"themes"`
	RuleKinds []WorkOption `json:"rule_kinds"`
	Measures  []WorkOption `json:"measures" doc:"Names for formulas"`
	MayWrite  bool         `json:"may_write"`
	MayLog    bool         `json:"may_log" doc:"Whether the reader may write the constraint log and the rules somewhere"`
}

// Indicator is the latest version of a definition.
type Indicator struct {
	ID          string `json:"id" example:"on_time_rate"`
	Version     int    `json:"version"`
	Name        string `json:"name" example:"按期办结率"`
	NameZh      string `json:"name_zh" example:"按期办结率"`
	NameEn      string `json:"name_en" example:"Finished in time"`
	Subject     string `json:"subject" example:"service"`
	SubjectName string `json:"subject_name" example:"服务"`
	Nature      string `json:"nature" example:"rate"`
	NatureName  string `json:"nature_name" example:"比率"`
	Better      string `json:"better" example:"more"`
	Unit        string `json:"unit" example:"%"`
	UnitWords   string `json:"unit_words" example:"case|cases" doc:"The unit in the reader's language, one and many parted by a bar where they differ"`
	Places      int    `json:"places" example:"1"`
	Formula     string `json:"formula,omitempty" example:"100 * on_time / to_finish"`
	Sample      string `json:"sample,omitempty" example:"to_finish"`
	ByUnit      bool   `json:"by_unit"`
	Slack       int    `json:"slack" example:"5"`
	Note        string `json:"note,omitempty"`
}

// IndicatorList is one keyset page of definitions, by id.
type IndicatorList struct {
	Items []Indicator `json:"items"`
	Next  string      `json:"next,omitempty"`
}

// TargetRow is a target with how it stands. Amounts are decimal numbers in words, exact to the smallest step.
type TargetRow struct {
	ID         kernel.ID   `json:"id"`
	Version    int         `json:"version"`
	Indicator  Indicator   `json:"indicator"`
	Holder     *Named      `json:"holder"`
	Period     string      `json:"period" example:"2023Q1"`
	By         string      `json:"by,omitempty" doc:"holder or period: over what the whole was split to give this"`
	Parent     string      `json:"parent,omitempty"`
	Amount     string      `json:"amount" example:"120.0"`
	Weight     int         `json:"weight"`
	Actual     string      `json:"actual,omitempty" example:"31.5"`
	Own        bool        `json:"own" doc:"Actual is its own value, else what its parts give together"`
	N          int         `json:"n" doc:"Records behind the value"`
	AsOf       string      `json:"as_of,omitempty" format:"date"`
	Source     string      `json:"source,omitempty"`
	Gap        string      `json:"gap,omitempty" doc:"Own value less what the parts give, when they differ"`
	Attainment *float64    `json:"attainment" doc:"Per cent, two places; null for a limit and while nothing is known"`
	Elapsed    int         `json:"elapsed" doc:"Working days gone, up to the day of the value"`
	Total      int         `json:"total" doc:"Working days of the period"`
	Forecast   string      `json:"forecast,omitempty" doc:"At the present pace, at the end of the period"`
	State      string      `json:"state" example:"on_track"`
	StateName  string      `json:"state_name" example:"按进度"`
	OverBy     []string    `json:"over_by" doc:"Holders at or below it that are over their limit"`
	MayWrite   bool        `json:"may_write"`
	MayReport  bool        `json:"may_report"`
	Parts      []TargetRow `json:"parts" doc:"Of a list: the next level only is told"`
}

// TargetList is one keyset page of targets at the top, the latest period first.
type TargetList struct {
	Items []TargetRow `json:"items"`
	Next  string      `json:"next,omitempty"`
}

// TargetPart is one part of a split.
type TargetPart struct {
	Holder *Named `json:"holder"`
	Period string `json:"period" example:"2023-01"`
	Amount string `json:"amount" example:"40.0"`
	Weight int    `json:"weight"`
}

// TargetSplit is a split that adds up.
type TargetSplit struct {
	Dry    bool         `json:"dry"`
	Amount string       `json:"amount" example:"120.0"`
	Sum    string       `json:"sum,omitempty" doc:"Of the parts, the mean of a rate; absent for limits, which are never summed"`
	Parts  []TargetPart `json:"parts"`
	Say    string       `json:"say" example:"3 份相加正好是 120.0万吨"`
}

// Scorecard is how a holder stands over all its indicators of a period.
type Scorecard struct {
	Holder *Named      `json:"holder"`
	Period string      `json:"period" example:"2023Q1"`
	Failed bool        `json:"failed" doc:"Over a limit somewhere below: failed whatever the output"`
	OverBy []string    `json:"over_by"`
	Score  *float64    `json:"score" doc:"Mean attainment by weights in per cent, each at most 100; null when failed or nothing is known"`
	Scored int         `json:"scored"`
	Items  []TargetRow `json:"items"`
}

// IndicatorAlert is one alert; each is raised once for a target.
type IndicatorAlert struct {
	Target   TargetBrief `json:"target"`
	Kind     string      `json:"kind" example:"behind"`
	KindName string      `json:"kind_name" example:"按现在的进度完不成"`
	At       time.Time   `json:"at"`
	Actual   string      `json:"actual"`
	Forecast string      `json:"forecast"`
}

// TargetBrief names a target.
type TargetBrief struct {
	ID        kernel.ID `json:"id"`
	Root      kernel.ID `json:"root"`
	Name      string    `json:"name" example:"原煤产量"`
	Unit      string    `json:"unit" example:"万吨"`
	UnitWords string    `json:"unit_words" example:"case|cases" doc:"As in Indicator"`
	Holder    *Named    `json:"holder"`
	Period    string    `json:"period"`
	Amount    string    `json:"amount"`
}

// IndicatorAlerts is one keyset page of alerts, newest first.
type IndicatorAlerts struct {
	Items []IndicatorAlert `json:"items"`
	Next  string           `json:"next,omitempty"`
}

// ConstraintRow is a line of the constraint log.
type ConstraintRow struct {
	ID       kernel.ID    `json:"id"`
	Target   *TargetBrief `json:"target"`
	Org      *Named       `json:"org"`
	Step     string       `json:"step" example:"found"`
	StepName string       `json:"step_name" example:"制约因素"`
	Factor   string       `json:"factor"`
	Measure  string       `json:"measure,omitempty"`
	Solution string       `json:"solution,omitempty"`
	Due      string       `json:"due,omitempty" format:"date"`
	Found    time.Time    `json:"found_at"`
	Measured *time.Time   `json:"measured_at,omitempty"`
	Solved   *time.Time   `json:"solved_at,omitempty"`
	MayWrite bool         `json:"may_write"`
}

// ConstraintList is one keyset page of the log, newest first.
type ConstraintList struct {
	Items []ConstraintRow `json:"items"`
	Next  string          `json:"next,omitempty"`
}

// ContestEntry is one indicator of a contest.
type ContestEntry struct {
	Indicator string `json:"indicator" maxLength:"40" example:"on_time_rate"`
	Name      string `json:"name,omitempty" example:"按期办结率"`
	Unit      string `json:"unit,omitempty" example:"%"`
	UnitWords string `json:"unit_words,omitempty" example:"case|cases" doc:"As in Indicator"`
	Theme     string `json:"theme" enum:"growth,supply,safety,price"`
	ThemeName string `json:"theme_name,omitempty" example:"稳增长"`
	Weight    int    `json:"weight" minimum:"1" maximum:"1000"`
}

// ContestValue is one value of a unit in a contest.
type ContestValue struct {
	Actual string `json:"actual,omitempty"`
	Target string `json:"target,omitempty"`
	N      int    `json:"n"`
	State  string `json:"state"`
}

// ContestUnit is how one unit stands.
type ContestUnit struct {
	Org    *Named         `json:"org"`
	Rank   int            `json:"rank" doc:"0: not compared"`
	Score  float64        `json:"score" doc:"Per cent; 0 when it is not compared"`
	Why    string         `json:"why,omitempty" enum:"few,absent,failed,alone"`
	Values []ContestValue `json:"values"`
}

// ContestRow is a contest between units.
type ContestRow struct {
	ID      kernel.ID      `json:"id"`
	Title   string         `json:"title" example:"二季度劳动竞赛"`
	Period  string         `json:"period" example:"2023Q2"`
	MinN    int            `json:"min_n" example:"30"`
	Entries []ContestEntry `json:"entries"`
	Units   []ContestUnit  `json:"units"`
}

// ContestList is one keyset page of contests, newest first; their standings are in each.
type ContestList struct {
	Items []ContestRow `json:"items"`
	Next  string       `json:"next,omitempty"`
}

// RuleVersion is one version of a rule or standard.
type RuleVersion struct {
	ID       kernel.ID `json:"id"`
	Version  int       `json:"version"`
	Code     string    `json:"code" example:"AQ-07"`
	Kind     string    `json:"kind" example:"rule"`
	KindName string    `json:"kind_name" example:"制度"`
	Title    string    `json:"title"`
	Change   string    `json:"change"`
	Source   string    `json:"source,omitempty"`
	Org      *Named    `json:"org"`
	From     string    `json:"from" format:"date"`
	At       time.Time `json:"at"`
	MayWrite bool      `json:"may_write"`
}

// RuleVersions is one keyset page of rules, each in its latest version, by code; or all versions of one.
type RuleVersions struct {
	Items []RuleVersion `json:"items"`
	Next  string        `json:"next,omitempty"`
}

func indicatorOptions(l []indicators.Option, lang kernel.Lang) []WorkOption {
	out := make([]WorkOption, len(l))
	for i, o := range l {
		out[i] = WorkOption{ID: o.ID, Name: o.Name.In(lang)}
	}
	return out
}

func indicatorView(d *indicators.Def, lang kernel.Lang) Indicator {
	return Indicator{ID: d.ID, Version: d.Version, Name: d.Name.In(lang), NameZh: d.Name.Zh, NameEn: d.Name.En, Subject: d.Subject, SubjectName: indicators.Name(indicators.Subjects, d.Subject).In(lang),
		Nature: string(d.Nature), NatureName: indicators.Name(indicators.Natures, string(d.Nature)).In(lang), Better: string(d.Better), Unit: d.Unit, UnitWords: kernel.InWords(d.Unit, lang), Places: d.Places,
		Formula: d.Formula, Sample: d.Sample, ByUnit: d.ByUnit, Slack: d.Slack, Note: d.Note}
}

// Package indicators keeps what a district or an enterprise has set itself to reach, and how far it is: definitions with
// formulas over the program's own records or with reported values, targets split over departments, teams and periods so that
// they add up again, limits that are never sums, alerts before it is too late, the constraint log, contests between units,
// and the register of rules. It measures units and processes, never persons.
package indicators

import (
	"time"

	"sanzhi/internal/kernel"
)

// Nature is how an indicator behaves when it is split.
type Nature string

// The natures.
const (
	Sum   Nature = "sum"   // parts add up to the whole, exactly
	Rate  Nature = "rate"  // the whole is the mean of the parts by their weights
	Limit Nature = "limit" // each part has a limit of its own; over any of them, the whole fails
)

// Better says which way is good.
type Better string

// The ways.
const (
	More Better = "more"
	Less Better = "less" // such as cost
)

// Option is one value of a closed set with its name.
type Option struct {
	ID   string
	Name kernel.Text
}

// The closed sets, in their order.
var (
	Natures = []Option{{string(Sum), kernel.T("累计", "Sum")}, {string(Rate), kernel.T("比率", "Rate")}, {string(Limit), kernel.T("限值", "Limit")}}
	Betters = []Option{{string(More), kernel.T("越多越好", "More is better")}, {string(Less), kernel.T("越少越好", "Less is better")}}
	// Subjects are what an indicator is about.
	Subjects = []Option{{"safety", kernel.T("安全", "Safety")}, {"output", kernel.T("产量", "Output")}, {"cost", kernel.T("成本", "Cost")},
		{"service", kernel.T("服务", "Service")}, {"works", kernel.T("工程", "Works")}, {"other", kernel.T("其他", "Other")}}
	// Themes of a labour contest: the four.
	Themes = []Option{{"growth", kernel.T("稳增长", "Steady growth")}, {"supply", kernel.T("保供应", "Secure supply")},
		{"safety", kernel.T("强安全", "Stronger safety")}, {"price", kernel.T("稳煤价", "Steady coal price")}}
	RuleKinds = []Option{{"rule", kernel.T("制度", "Rule")}, {"standard", kernel.T("标准", "Standard")}}
)

func has(l []Option, id string) bool {
	for _, o := range l {
		if o.ID == id {
			return true
		}
	}
	return false
}

// Name gives the name of a value of a set, or the value itself.
func Name(l []Option, id string) kernel.Text {
	for _, o := range l {
		if o.ID == id {
			return o.Name
		}
	}
	return kernel.T(id, id)
}

// Def is one version of an indicator's definition. A target keeps the version that it was set with.
type Def struct {
	ID      string      `json:"id"`
	Version int         `json:"version"`
	Name    kernel.Text `json:"name"`
	Subject string      `json:"subject"`
	Nature  Nature      `json:"nature"`
	Better  Better      `json:"better"`
	Unit    string      `json:"unit"`
	Places  int         `json:"places"` // decimal places of the smallest step
	// Formula is an expression over the measures; empty: values are reported. Sample is how many records stand behind a value.
	Formula string `json:"formula,omitempty"`
	Sample  string `json:"sample,omitempty"`
	// ByUnit measures what the holder is in charge of, wherever it lies; else what lies at the holder's place.
	ByUnit bool `json:"by_unit,omitempty"`
	// Slack is by how many per cent the forecast may miss the target before there is an alert.
	Slack int    `json:"slack"`
	Note  string `json:"note,omitempty"`
}

// Split says over what a target was divided.
type Split string

// The ways to divide.
const (
	ByHolder Split = "holder"
	ByPeriod Split = "period"
)

// Target is what a holder is to reach in a period. Amounts are in smallest steps: 1235 is 12.35 with two places.
type Target struct {
	ID      kernel.ID
	Def     string
	DefVer  int
	Root    kernel.ID // the target at the top; its own id when it is that
	Parent  kernel.ID // empty at the top
	By      Split     // over what the parent was divided to give this one
	Holder  kernel.ID // an organisation
	Path    kernel.Path
	Period  Period
	Amount  int64
	Weight  int // in the mean of a rate, and among the indicators of one holder
	Version int
}

// Value is one reported value: what was reached from the beginning of the period to the day.
type Value struct {
	ID     kernel.ID
	Target kernel.ID
	AsOf   time.Time // the beginning of the day in Shanghai; the day counts
	Amount int64
	N      int // how many records stand behind it
	Source string
	By     string
	At     time.Time
}

// AlertKind is why an alert was raised.
type AlertKind string

// The alerts.
const (
	AlertBehind     AlertKind = "behind"     // at the present pace the target will be missed
	AlertNear       AlertKind = "near"       // four fifths of a limit are used
	AlertOver       AlertKind = "over"       // a limit is passed
	AlertUnreported AlertKind = "unreported" // the period ends in three working days and nothing was reported
)

// Alerts are the kinds with their words.
var Alerts = []Option{{string(AlertBehind), kernel.T("按现在的进度完不成", "Will be missed at this pace")}, {string(AlertNear), kernel.T("接近限值", "Near the limit")},
	{string(AlertOver), kernel.T("超过限值", "Over the limit")}, {string(AlertUnreported), kernel.T("快到期还没有填报", "Nothing reported, and the period ends soon")}}

// Alert is raised at most once for a target and kind.
type Alert struct {
	Target   kernel.ID
	Kind     AlertKind
	Path     kernel.Path
	At       time.Time
	Actual   int64
	Forecast int64
}

// Constraint is one line of the constraint log: 制约因素 → 应对措施 → 解决方案.
type Constraint struct {
	ID       kernel.ID
	Target   kernel.ID // that it holds back; may be empty
	Org      kernel.ID // who sees to it
	Path     kernel.Path
	Factor   string
	Measure  string
	Solution string
	Step     ConstraintStep
	Due      time.Time
	Found    time.Time
	Measured time.Time
	Solved   time.Time
}

// ConstraintStep is how far a line has come.
type ConstraintStep string

// The steps, each after the other.
const (
	StepFound    ConstraintStep = "found"
	StepMeasured ConstraintStep = "measured"
	StepSolved   ConstraintStep = "solved"
)

// Steps are the steps with their words.
var Steps = []Option{{string(StepFound), kernel.T("制约因素", "Constraint")}, {string(StepMeasured), kernel.T("应对措施", "Measure")}, {string(StepSolved), kernel.T("解决方案", "Solution")}}

// Entry is one indicator of a contest.
type Entry struct {
	Def    string `json:"def"`
	Theme  string `json:"theme"`
	Weight int    `json:"weight"`
}

// Contest compares units, never persons, over their targets of one period.
type Contest struct {
	ID      kernel.ID
	Title   string
	Period  Period
	Entries []Entry
	Orgs    []kernel.ID
	MinN    int // with fewer records behind a value no unit is compared
	Path    kernel.Path
}

// Rule is one version of a rule or standard.
type Rule struct {
	ID      kernel.ID // of the rule, the same in all versions
	Version int
	Code    string
	Kind    string
	Title   string
	Change  string // what this version changes
	Source  string // the document
	Org     kernel.ID
	Path    kernel.Path
	From    time.Time // in force from
	At      time.Time
}

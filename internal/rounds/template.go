// Package rounds is duties that recur: grid patrols, hazard inspections, visits of paired units, checks before a shift, and
// care visits. A template says who goes where, how often, and what is looked at; the program makes a duty of each turn, people
// record what they found, once, and a finding raises a case in the same unit of work. What is kept of a visit is the place and
// the time of the duty, never a way that somebody took.
package rounds

import (
	"bytes"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"sort"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
	"sanzhi/internal/workflow"
)

// Kind is what a round is for.
type Kind string

// The kinds of round.
const (
	GridPatrol       Kind = "grid_patrol"       // 网格巡查
	HazardInspection Kind = "hazard_inspection" // 隐患排查
	PairedVisit      Kind = "paired_visit"      // 包联走访
	PreShiftCheck    Kind = "pre_shift_check"   // 班前安全自检
	CareVisit        Kind = "care_visit"        // 入户关爱
)

// AllRoundKinds lists the closed set.
var AllRoundKinds = []Kind{GridPatrol, HazardInspection, PairedVisit, PreShiftCheck, CareVisit}

// Text gives the name of the kind.
func (k Kind) Text() kernel.Text {
	switch k {
	case GridPatrol:
		return kernel.T("网格巡查", "Grid patrol")
	case HazardInspection:
		return kernel.T("隐患排查", "Hazard inspection")
	case PairedVisit:
		return kernel.T("包联走访", "Paired-unit visit")
	case PreShiftCheck:
		return kernel.T("班前安全自检", "Pre-shift check")
	case CareVisit:
		return kernel.T("入户关爱", "Care visit")
	default:
		return kernel.Text{}
	}
}

// Confidential reports whether duties of the kind are seen only by who does them and by the community's clerk.
func (k Kind) Confidential() bool { return k == CareVisit }

// Template is one round as it is written: versioned data, of which a running duty keeps its version.
type Template struct {
	ID      string `yaml:"template"`
	Version int    `yaml:"version"`
	Kind    Kind   `yaml:"kind"`
	// Consent is which agreement a care visit rests on.
	Consent ConsentTo   `yaml:"consent"`
	Title   kernel.Text `yaml:"title"`
	Note    kernel.Text `yaml:"note"`
	Who     Who         `yaml:"who"`
	Where   Where       `yaml:"where"`
	Every   Every       `yaml:"every"`
	// Within is in how many days from its first a duty is to be done; Grace is how many more it may be done late. Then it is
	// missed.
	Within int    `yaml:"within"`
	Grace  int    `yaml:"grace"`
	Items  []Item `yaml:"items"`
	// Programme is what else belongs to the round and is kept as records: the six safety measures of a works section.
	Programme []Measure `yaml:"programme"`
}

// Who does it: somebody who holds a post with the role at the place or above it and, where a unit is asked for, at that unit.
type Who struct {
	Role kernel.Role `yaml:"role"`
	Post string      `yaml:"post"` // the post's own title, when only that one is meant
	Unit UnitBy      `yaml:"unit"`
	Name string      `yaml:"name"` // of the unit, when it is named
}

// UnitBy says how the unit of a duty is found.
type UnitBy string

// The ways of finding a unit; empty asks for none.
const (
	UnitPaired   UnitBy = "paired"   // the compound's lead unit (包联)
	UnitProperty UnitBy = "property" // the property firm of the compound
	UnitHost     UnitBy = "host"     // the host of the dedicated grid
	UnitNamed    UnitBy = "named"    // the one that the template names
)

// AllUnitBys lists the closed set.
var AllUnitBys = []UnitBy{UnitPaired, UnitProperty, UnitHost, UnitNamed}

// Where it is done: at all places of the kinds (below a place, when its code is given), or at the places listed.
type Where struct {
	Kinds  []territory.Kind `yaml:"kinds"`
	Below  string           `yaml:"below"`
	Places []string         `yaml:"places"`
}

// Every says how often: every so many days, or on weekdays every so many weeks, or before each shift, or as agreed with each
// person.
type Every struct {
	Days  int      `yaml:"days"`
	Weeks int      `yaml:"weeks"`
	On    []string `yaml:"on"`
	// Stagger spreads the places over the days (or weeks) of the interval, so that not all are due at once.
	Stagger bool `yaml:"stagger"`
	Shift   bool `yaml:"shift"`
	Person  bool `yaml:"person"`
}

// Item is one thing that is looked at.
type Item struct {
	ID       string      `yaml:"id"`
	Label    kernel.Text `yaml:"label"`
	Help     kernel.Text `yaml:"help"`
	Type     ItemType    `yaml:"type"`
	Optional bool        `yaml:"optional"`
	// Good is the answer of a yes_no item that is all right; yes when left out.
	Good    *bool    `yaml:"good"`
	Choices []Choice `yaml:"choices"`
	Min     *float64 `yaml:"min"` // what can be
	Max     *float64 `yaml:"max"`
	GoodMin *float64 `yaml:"good_min"` // what is all right
	GoodMax *float64 `yaml:"good_max"`
	Photo   PhotoAsk `yaml:"photo"`
	Raise   *Raise   `yaml:"raise"`
}

// ItemType is how an item is answered.
type ItemType string

// The types of item.
const (
	YesNo  ItemType = "yes_no"
	OneOf  ItemType = "choice"
	Number ItemType = "number"
	Text   ItemType = "text"
)

// AllItemTypes lists the closed set.
var AllItemTypes = []ItemType{YesNo, OneOf, Number, Text}

// PhotoAsk says when an item needs a photo; empty is never.
type PhotoAsk string

// When a photo is needed.
const (
	PhotoNotGood PhotoAsk = "not_ok"
	PhotoAlways  PhotoAsk = "always"
)

// AllPhotoAsks lists the closed set.
var AllPhotoAsks = []PhotoAsk{PhotoNotGood, PhotoAlways}

// Choice is one answer of a choice item.
type Choice struct {
	ID    string      `yaml:"id"`
	Label kernel.Text `yaml:"label"`
	// Bad says that this answer is a finding.
	Bad bool `yaml:"bad"`
}

// Raise is the case that an item raises when it is not all right: a hazard, which closes only after a recheck, or an order of
// the menu.
type Raise struct {
	Flow string         `yaml:"flow"`
	Item string         `yaml:"item"`
	Form map[string]any `yaml:"form"`
	Text kernel.Text    `yaml:"text"`
}

// Flows that a finding may raise.
const (
	FlowHazard = "hazard"
	FlowMenu   = "menu"
)

// Measure is one part of a programme, such as 警示仪容镜, of which records are kept by day.
type Measure struct {
	ID    string      `yaml:"id"`
	Title kernel.Text `yaml:"title"`
}

// Item gives the item with the id, or nil.
func (t *Template) Item(id string) *Item {
	for i := range t.Items {
		if t.Items[i].ID == id {
			return &t.Items[i]
		}
	}
	return nil
}

// Parse reads one template from YAML; faults of form are told with the line ("line 12"). It checks the form only.
func Parse(r io.Reader) (*Template, error) {
	t := &Template{}
	if err := workflow.Decode(r, t); err != nil {
		return nil, err
	}
	t.defaults()
	return t, nil
}

// Check parses and lints at once, each finding with its line.
func Check(r io.Reader) (*Template, []Finding, error) {
	t, _, findings, err := check(r)
	return t, findings, err
}

func check(r io.Reader) (*Template, *workflow.Document, []Finding, error) {
	t := &Template{}
	doc, err := workflow.DecodeDocument(r, t)
	if err != nil {
		return nil, nil, nil, err
	}
	t.defaults()
	findings := Lint(t)
	for i := range findings {
		findings[i].Line = doc.Line(findings[i].path)
	}
	return t, doc, findings, nil
}

func (t *Template) defaults() {
	if t.Within == 0 {
		t.Within = 1
	}
}

//go:embed templates/*.yaml
var shipped embed.FS

// ShippedSources gives the YAML of the templates that come with the program, in the order of their ids.
func ShippedSources() ([]string, error) {
	names, err := fs.Glob(shipped, "templates/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("rounds.ShippedSources: %w", err)
	}
	sort.Strings(names)
	out := make([]string, len(names))
	for i, n := range names {
		b, err := shipped.ReadFile(n)
		if err != nil {
			return nil, fmt.Errorf("rounds.ShippedSources: %w", err)
		}
		out[i] = string(b)
	}
	return out, nil
}

// Shipped gives the shipped templates, parsed and without errors.
func Shipped() ([]*Template, error) {
	sources, err := ShippedSources()
	if err != nil {
		return nil, err
	}
	out := make([]*Template, len(sources))
	for i, s := range sources {
		t, findings, err := Check(bytes.NewReader([]byte(s)))
		if err != nil {
			return nil, fmt.Errorf("rounds.Shipped: %w", err)
		}
		if len(findings) > 0 {
			return nil, fmt.Errorf("rounds.Shipped: %s line %d: %s", t.ID, findings[0].Line, findings[0].Say.En)
		}
		out[i] = t
	}
	return out, nil
}

// WhoSays says in words who does it.
func (t *Template) WhoSays(role kernel.Text) kernel.Text {
	units := map[UnitBy]kernel.Text{UnitPaired: kernel.T("包联单位的", " of the paired unit"), UnitProperty: kernel.T("物业的", " of the property firm"),
		UnitHost: kernel.T("专属网格单位的", " of the grid's host"), UnitNamed: kernel.T(t.Who.Name+"的", " of "+t.Who.Name)}
	u := units[t.Who.Unit]
	who := kernel.T(u.Zh+role.Zh, role.En+u.En)
	if t.Who.Post != "" {
		who = kernel.T(u.Zh+t.Who.Post, t.Who.Post+u.En)
	}
	return who
}

var dayNames = map[string]kernel.Text{"mon": kernel.T("周一", "Monday"), "tue": kernel.T("周二", "Tuesday"), "wed": kernel.T("周三", "Wednesday"),
	"thu": kernel.T("周四", "Thursday"), "fri": kernel.T("周五", "Friday"), "sat": kernel.T("周六", "Saturday"), "sun": kernel.T("周日", "Sunday")}

// Says says how often in words.
func (e Every) Says() kernel.Text {
	switch {
	case e.Shift:
		return kernel.T("每班开工前", "before each shift")
	case e.Person:
		return kernel.T("按和本人约好的间隔", "as agreed with each person")
	case e.Days == 1:
		return kernel.T("每天", "every day")
	case e.Days > 1:
		return kernel.T(fmt.Sprintf("每 %d 天一次", e.Days), fmt.Sprintf("every %d days", e.Days))
	}
	var zh, en []string
	for _, d := range e.On {
		zh, en = append(zh, dayNames[d].Zh), append(en, dayNames[d].En)
	}
	if e.Weeks > 1 {
		return kernel.T(fmt.Sprintf("每 %d 周的%s", e.Weeks, strings.Join(zh, "、")), fmt.Sprintf("every %d weeks on %s", e.Weeks, strings.Join(en, ", ")))
	}
	return kernel.T("每"+strings.Join(zh, "、"), "every "+strings.Join(en, ", "))
}

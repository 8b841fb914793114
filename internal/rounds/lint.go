package rounds

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
	"sanzhi/internal/workflow"
)

// Finding is one fault of a template. One of the level error keeps it from being published.
type Finding struct {
	Line  int
	Where string // such as items[2].label
	Level workflow.Level
	Say   kernel.Text
	path  string
}

// Bounds of a template.
const (
	maxItems   = 40
	maxWithin  = 366
	maxChoices = 20
)

var idPattern = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)

type linter struct {
	t        *Template
	findings []Finding
}

func (l *linter) fault(where string, zh, en string) {
	l.findings = append(l.findings, Finding{Where: where, Level: workflow.LevelError, Say: kernel.T(zh, en), path: "$." + where})
}

func (l *linter) warn(where string, zh, en string) {
	l.findings = append(l.findings, Finding{Where: where, Level: workflow.LevelWarning, Say: kernel.T(zh, en), path: "$." + where})
}

// Lint looks for everything in a template that would fail, mislead, or keep what must not be kept.
func Lint(t *Template) []Finding {
	l := &linter{t: t}
	l.head()
	l.who()
	l.where()
	l.every()
	if n := len(t.Items); n == 0 || n > maxItems {
		l.fault("items", fmt.Sprintf("检查项要有 1 到 %d 项，现在 %d 项", maxItems, n), fmt.Sprintf("there must be 1 to %d items; there are %d", maxItems, n))
	}
	seen := map[string]bool{}
	for i := range t.Items {
		it := &t.Items[i]
		at := fmt.Sprintf("items[%d]", i)
		if !idPattern.MatchString(it.ID) {
			l.fault(at+".id", "编号用小写字母开头，只含小写字母、数字、_ 和 -", "an id begins with a small letter and has small letters, digits, _ and - only")
		} else if seen[it.ID] {
			l.fault(at+".id", "编号「"+it.ID+"」用了两次", "the id \""+it.ID+"\" is used twice")
		}
		seen[it.ID] = true
		l.item(at, it)
	}
	l.programme()
	l.consent()
	return l.findings
}

func (l *linter) text(where string, t kernel.Text, must bool) {
	if must && t.IsZero() || !t.IsZero() && (strings.TrimSpace(t.Zh) == "" || strings.TrimSpace(t.En) == "") {
		l.fault(where, "中文和英文都要写", "write it in both languages")
	}
}

func (l *linter) head() {
	t := l.t
	if !idPattern.MatchString(t.ID) {
		l.fault("template", "模板的编号用小写字母开头，只含小写字母、数字、_ 和 -", "the template's id begins with a small letter and has small letters, digits, _ and - only")
	}
	if t.Version < 1 {
		l.fault("version", "版本从 1 开始", "versions begin at 1")
	}
	if !slices.Contains(AllRoundKinds, t.Kind) {
		l.fault("kind", "没有这一类，只有 grid_patrol、hazard_inspection、paired_visit、pre_shift_check、care_visit",
			"there is no such kind; it is one of grid_patrol, hazard_inspection, paired_visit, pre_shift_check, care_visit")
	}
	l.text("title", t.Title, true)
	l.text("note", t.Note, false)
	if t.Within < 1 || t.Within > maxWithin {
		l.fault("within", "几天内做完，要在 1 到 366 之间", "within is between 1 and 366 days")
	}
	if t.Grace < 0 || t.Grace > maxWithin {
		l.fault("grace", "可以晚几天，要在 0 到 366 之间", "grace is between 0 and 366 days")
	}
	if n := t.Every.Length(); n > 0 && t.Within+t.Grace > n {
		l.warn("within", fmt.Sprintf("下一轮 %d 天后就开始了，这一轮还没算完，两轮会叠在一起", n), fmt.Sprintf("the next turn begins after %d days, before this one is over: two would stand side by side", n))
	}
}

// doers are the roles that may be asked to make a round.
var doers = []kernel.Role{kernel.GridWorker, kernel.CommunityClerk, kernel.UnitDispatcher, kernel.Cadre, kernel.Volunteer}

func (l *linter) who() {
	w := l.t.Who
	if !slices.Contains(doers, w.Role) {
		l.fault("who", "由谁做：角色要是 grid_worker、community_clerk、unit_dispatcher、cadre 或 volunteer",
			"who does it: the role is grid_worker, community_clerk, unit_dispatcher, cadre or volunteer")
	}
	if w.Unit != "" && !slices.Contains(AllUnitBys, w.Unit) {
		l.fault("who.unit", "单位只能写 paired、property、host 或 named", "the unit is paired, property, host or named")
	}
	if (w.Unit == UnitNamed) != (strings.TrimSpace(w.Name) != "") {
		l.fault("who.unit", "写 named 就要写单位名称 name，不写 named 就不要写", "named goes with the name of the unit, and the name with named")
	}
	if w.Unit != "" && (w.Role == kernel.GridWorker || w.Role == kernel.Volunteer) {
		l.warn("who.unit", "网格员和志愿者通常不在单位里任职，可能没有人做", "grid workers and volunteers seldom hold posts at a unit; perhaps nobody could do it")
	}
}

func (l *linter) where() {
	t := l.t
	free := t.Every.Shift || t.Every.Person
	given := len(t.Where.Kinds) > 0 || len(t.Where.Places) > 0
	switch {
	case free && given:
		l.fault("where", "每班或按人的，不写地方", "rounds by shift or by person name no places")
	case !free && !given:
		l.fault("where", "要写去哪里：kinds 或 places", "say where: kinds or places")
	case len(t.Where.Kinds) > 0 && len(t.Where.Places) > 0:
		l.fault("where", "kinds 和 places 只写一样", "give kinds or places, not both")
	}
	for i, k := range t.Where.Kinds {
		if !slices.Contains(territory.AllKinds, k) {
			l.fault(fmt.Sprintf("where.kinds[%d]", i), "没有「"+string(k)+"」这一类地方", "there is no kind of place \""+string(k)+"\"")
		}
		if t.Who.Unit == UnitPaired && k != territory.Compound || t.Who.Unit == UnitHost && k != territory.GridDedicated {
			l.fault(fmt.Sprintf("where.kinds[%d]", i), "包联单位只在小区有，专属网格单位只在专属网格有", "only compounds have a paired unit, and only dedicated grids a host")
		}
	}
}

func (l *linter) every() {
	t, e := l.t, l.t.Every
	ways := 0
	for _, given := range []bool{e.Days > 0, e.Weeks > 0, e.Shift, e.Person} {
		if given {
			ways++
		}
	}
	if ways != 1 || e.Days < 0 || e.Weeks < 0 || e.Days > maxWithin || e.Weeks > 52 {
		l.fault("every", "多久一次：days、weeks、shift、person 里写一样，天数到 366，周数到 52", "how often: exactly one of days, weeks, shift and person; days up to 366, weeks up to 52")
	}
	if (e.Weeks > 0) != (len(e.On) > 0) {
		l.fault("every", "写 weeks 就要写星期几 on，不写 weeks 就不要写", "weeks goes with the weekdays in on, and on with weeks")
	}
	for i, d := range e.On {
		if !slices.Contains(weekdays, d) || slices.Contains(e.On[:i], d) {
			l.fault(fmt.Sprintf("every.on[%d]", i), "星期写 mon、tue、wed、thu、fri、sat、sun，不重复", "weekdays are mon, tue, wed, thu, fri, sat, sun, each once")
		}
	}
	if (t.Kind == PreShiftCheck) != e.Shift {
		l.fault("every", "班前自检按班（shift: true），别的不按班", "a pre-shift check is made before each shift (shift: true), and nothing else is")
	}
	if (t.Kind == CareVisit) != e.Person {
		l.fault("every", "入户关爱按人约定（person: true），别的不按人", "a care visit is agreed with each person (person: true), and nothing else is")
	}
}

func (l *linter) item(at string, it *Item) {
	l.text(at+".label", it.Label, true)
	l.refused(at, it)
	l.text(at+".help", it.Help, false)
	if !slices.Contains(AllItemTypes, it.Type) {
		l.fault(at+".type", "类型只有 yes_no、choice、number、text", "the type is yes_no, choice, number or text")
		return
	}
	if it.Good != nil && it.Type != YesNo {
		l.fault(at+".good", "good 只给 yes_no 用", "good is for yes_no only")
	}
	if (len(it.Choices) > 0) != (it.Type == OneOf) {
		l.fault(at+".choices", "choice 要列出选项，别的类型不要", "a choice lists its choices, and nothing else does")
	}
	l.choices(at, it)
	l.bounds(at, it)
	if it.Photo != "" && !slices.Contains(AllPhotoAsks, it.Photo) {
		l.fault(at+".photo", "照片写 not_ok 或 always", "photo is not_ok or always")
	}
	if it.Photo == PhotoNotGood && !it.canFail() {
		l.fault(at+".photo", "这一项没有不合格的答案，要照片请写 always", "this item has no answer that is not all right; write always to ask for a photo")
	}
	l.raise(at, it)
	l.care(at, it)
}

// refused keeps out of every checklist what the program does not hold about people.
func (l *linter) refused(at string, it *Item) {
	words := []string{it.ID, it.Label.Zh, it.Label.En, it.Help.Zh, it.Help.En}
	for _, c := range it.Choices {
		words = append(words, c.ID, c.Label.Zh, c.Label.En)
	}
	for _, w := range words {
		if r, ok := kernel.RefusedIn(w); ok {
			l.fault(at, "检查表不问"+r.Say.Zh+"，请去掉", "a checklist does not ask for "+r.Say.En+"; leave it out")
			return
		}
	}
}

// canFail reports whether an item has an answer that is not all right.
func (it *Item) canFail() bool {
	switch it.Type {
	case YesNo:
		return true
	case OneOf:
		return slices.ContainsFunc(it.Choices, func(c Choice) bool { return c.Bad })
	case Number:
		return it.GoodMin != nil || it.GoodMax != nil
	default:
		return false
	}
}

func (l *linter) choices(at string, it *Item) {
	if it.Type == OneOf && (len(it.Choices) < 2 || len(it.Choices) > maxChoices) {
		l.fault(at+".choices", "选项要有 2 到 20 个", "there must be 2 to 20 choices")
	}
	seen := map[string]bool{}
	good := it.Type != OneOf
	for i, c := range it.Choices {
		w := fmt.Sprintf("%s.choices[%d]", at, i)
		if !idPattern.MatchString(c.ID) || seen[c.ID] {
			l.fault(w+".id", "选项编号用小写字母，不重复", "a choice's id has small letters and is used once")
		}
		seen[c.ID] = true
		good = good || !c.Bad
		l.text(w+".label", c.Label, true)
	}
	if !good {
		l.fault(at+".choices", "至少要有一个合格的选项", "at least one choice must be all right")
	}
}

func (l *linter) bounds(at string, it *Item) {
	if it.Type != Number {
		if it.Min != nil || it.Max != nil || it.GoodMin != nil || it.GoodMax != nil {
			l.fault(at, "min、max、good_min、good_max 只给 number 用", "min, max, good_min and good_max are for numbers only")
		}
		return
	}
	over := func(a, b *float64) bool { return a != nil && b != nil && *a > *b }
	if over(it.Min, it.Max) || over(it.GoodMin, it.GoodMax) || over(it.Min, it.GoodMin) || over(it.GoodMax, it.Max) || over(it.Min, it.GoodMax) || over(it.GoodMin, it.Max) {
		l.fault(at, "上下限写反了，或者合格范围超出了能填的范围", "the bounds are the wrong way round, or what is all right lies outside what can be")
	}
}

func (l *linter) raise(at string, it *Item) {
	r := it.Raise
	if r == nil {
		return
	}
	switch {
	case !it.canFail():
		l.fault(at+".raise", "这一项没有不合格的答案，不会立案", "this item has no answer that is not all right, so it raises nothing")
	case r.Flow != FlowHazard && r.Flow != FlowMenu:
		l.fault(at+".raise", "立案只能走 hazard 或 menu", "a finding raises a case of the flow hazard or menu")
	case (r.Flow == FlowMenu) != (r.Item != ""):
		l.fault(at+".raise", "走 menu 要写菜单项 item，走 hazard 不写", "menu goes with the item to order, hazard with none")
	case l.t.Kind == HazardInspection && r.Flow != FlowHazard:
		l.fault(at+".raise", "隐患排查发现的问题走 hazard，复查合格才销号", "what a hazard inspection finds goes to hazard, which closes only after a recheck")
	}
	l.text(at+".raise.text", r.Text, false)
}

// care keeps out of a visit what must not be asked of people.
func (l *linter) care(at string, it *Item) {
	if l.t.Kind != CareVisit {
		return
	}
	if it.Photo != "" {
		l.fault(at+".photo", "入户关爱不拍照", "no photo is taken at a care visit")
	}
	if it.Raise != nil {
		l.fault(at+".raise", "入户关爱不自动立案，本人要点单请帮他点", "a care visit raises no case by itself; order with the person, if they wish")
	}
	words := []string{strings.NewReplacer("_", " ", "-", " ").Replace(it.ID), it.Label.Zh, it.Label.En, it.Help.Zh, it.Help.En}
	for _, c := range it.Choices {
		words = append(words, c.Label.Zh, c.Label.En, strings.NewReplacer("_", " ", "-", " ").Replace(c.ID))
	}
	for _, w := range words {
		if h := HealthWord(w); h != "" {
			l.fault(at, "入户关爱不问健康，请去掉「"+h+"」", "a care visit does not ask about health; leave out \""+h+"\"")
			return
		}
	}
}

func (l *linter) programme() {
	if len(l.t.Programme) > 0 && l.t.Kind != PreShiftCheck {
		l.fault("programme", "只有班前自检带安全措施清单", "only a pre-shift check has a programme of measures")
	}
	seen := map[string]bool{}
	for i, m := range l.t.Programme {
		at := fmt.Sprintf("programme[%d]", i)
		if !idPattern.MatchString(m.ID) || seen[m.ID] {
			l.fault(at+".id", "编号用小写字母，不重复", "an id has small letters and is used once")
		}
		seen[m.ID] = true
		l.text(at+".title", m.Title, true)
	}
}

package workflow

import (
	"fmt"
	"slices"
	"strings"

	"sanzhi/internal/kernel"
)

func (l *linter) action(i int, a *Action) {
	at := root.key("actions").item(i, a.ID)
	l.id(at, a.ID, l.seenBefore(i, func(j int) string { return l.f.Actions[j].ID }))
	if slices.Contains(reservedActions, a.ID) {
		l.err("id", at, "「"+a.ID+"」已另有用处，请换一个编号", "\""+a.ID+"\" is taken for something else; choose another id")
	}
	l.text(at.key("title"), a.Title, false)
	lineWords := []string{"unit", "assignee", "actor"}
	for _, f := range a.Form {
		if !f.Personal {
			lineWords = append(lineWords, f.ID)
		}
	}
	l.text(at.key("line"), a.Line, true)
	l.placeholders(at.key("line"), a.Line, lineWords)
	l.from(at, a)
	l.target(at.key("to"), a.To, a)
	l.actors(at, a)
	l.fields(at.key("form"), a.Form)
	l.guard(at, a)
	l.effects(at.key("effects"), a.Effects, a.Form)
	seen := map[string]bool{Else: true}
	for j, b := range a.Branches {
		bat := at.key("branches").item(j, b.ID)
		l.id(bat, b.ID, seen)
		l.target(bat.key("to"), b.To, a)
		l.effects(bat.key("effects"), b.Effects, a.Form)
		l.text(bat.key("line"), b.Line, true)
		l.placeholders(bat.key("line"), b.Line, lineWords)
		l.expr(bat.key("when"), b.When, a.Form)
	}
	l.auto(at, a)
}

func (l *linter) from(at spot, a *Action) {
	if !a.Opens && len(a.From) == 0 {
		l.err("target", at.key("from"), "没有写从哪些步骤可以做", "it does not say from which steps it may be taken")
	}
	for _, from := range a.From {
		if _, ok := l.f.Step(from); !ok && from != "*" {
			l.err("target", at.key("from"), "没有「"+from+"」这一步", "there is no step \""+from+"\"")
		}
	}
}

func (l *linter) target(at spot, to string, a *Action) {
	switch to {
	case "=":
		return
	case "^":
		for _, from := range a.From {
			if s, ok := l.f.Step(from); ok && !s.Held || from == "*" {
				l.err("target", at, "「^」只能用在暂停的步骤（held）", "\"^\" goes back from held steps only")
			}
		}
		return
	}
	if _, ok := l.f.Step(to); !ok {
		l.err("target", at, "没有「"+to+"」这一步", "there is no step \""+to+"\"")
	}
}

func (l *linter) actors(at spot, a *Action) {
	at = at.key("actors")
	if len(a.Actors) == 0 && a.Auto == "" {
		l.err("who", at, "没有写谁能做这个动作", "it does not say who may take this action")
	}
	for i, w := range a.Actors {
		wat := at.item(i, "")
		l.who(wat, w)
		if w.Anyone && !a.Opens {
			l.err("who", wat, "anyone 只能用来开单", "anyone may open a case, nothing else")
		}
		if w.Requester && a.Opens {
			l.err("who", wat, "开单前还没有点单人，请写 anyone 或 role", "before a case is open it has no requester; use anyone or a role")
		}
		if w.Relation == RelationAssignee && !l.anyEffect(EffectAssign, EffectTake) {
			l.err("who", wat, "流程里没有 assign 或 take，永远不会有承办人", "no action assigns or takes the case, so there is never an assignee")
		}
		if w.Relation == RelationCohandle && !l.anyEffect(EffectCohandle) {
			l.err("who", wat, "流程里没有 cohandle，永远不会有协办单位", "no action adds co-handling units")
		}
	}
}

// who wants an entry to name one kind of actor, in words that exist.
func (l *linter) who(at spot, w Who) {
	post := w.Role != "" || w.Post != ""
	kinds := 0
	for _, is := range []bool{post, w.Requester, w.Anyone} {
		if is {
			kinds++
		}
	}
	if kinds != 1 {
		l.err("who", at, "每一条写一种人：role 或 post，或 requester，或 anyone", "each entry names one kind of actor: role or post, or requester, or anyone")
	}
	if !post && (w.Level != "" || w.Relation != "") {
		l.err("who", at, "level 和 relation 只能与 role 或 post 一起写", "level and relation stand with role or post only")
	}
	if w.Role != "" {
		oneOf(l, at.key("role"), w.Role, kernel.AllRoles)
	}
	if w.Level != "" {
		oneOf(l, at.key("level"), w.Level, Levels)
	}
	oneOf(l, at.key("relation"), w.Relation, AllRelations)
}

// anyEffect reports whether some action of the flow has one of the effects.
func (l *linter) anyEffect(effects ...Effect) bool {
	for _, a := range l.f.Actions {
		all := slices.Clone(a.Effects)
		for _, b := range a.Branches {
			all = append(all, b.Effects...)
		}
		for _, e := range effects {
			if slices.Contains(all, e) {
				return true
			}
		}
	}
	return false
}

func (l *linter) guard(at spot, a *Action) {
	if a.Guard == "" {
		if !a.GuardSay.IsZero() {
			l.add(LevelWarning, "guard", at.key("guardSay"), "有 guardSay，没有 guard", "there is a guardSay but no guard")
		}
		return
	}
	l.expr(at.key("guard"), a.Guard, a.Form)
	l.text(at.key("guardSay"), a.GuardSay, false)
}

func (l *linter) expr(at spot, src string, form []Field) {
	if _, err := compileExpr(src, form); err != nil {
		say := exprSay(err)
		l.err("guard", at, say.Zh, say.En)
	}
}

func (l *linter) fields(at spot, form []Field) {
	if len(form) > maxFields {
		l.err("size", at, fmt.Sprintf("一张表最多 %d 项", maxFields), fmt.Sprintf("a form has at most %d fields", maxFields))
	}
	for _, f := range LintForm(form) {
		f.Where, f.path = at.where+"."+f.Where, at.path+f.path
		l.findings = append(l.findings, f)
	}
}

// LintForm checks the fields of a form, of an action or of a menu item; Where begins with the id of the field.
func LintForm(form []Field) []Finding {
	l := &linter{f: &Flow{}}
	seen := map[string]bool{}
	for i, f := range form {
		at := spot{"", ""}.item(i, f.ID)
		at.where = strings.TrimPrefix(at.where, ".")
		l.id(at, f.ID, seen)
		l.text(at.key("label"), f.Label, false)
		l.text(at.key("help"), f.Help, true)
		l.refused(at.key("label"), f.ID, f.Label.Zh, f.Label.En)
		oneOf(l, at.key("type"), f.Type, FieldTypes)
		if f.Min != nil && f.Max != nil && *f.Min > *f.Max {
			l.err("form", at.key("min"), "min 大于 max，谁也填不对", "min is more than max; no answer fits")
		}
		if sized := f.Type != "number" && f.Type != "integer"; sized && (f.Min != nil && *f.Min < 0 || f.Max != nil && *f.Max < 1) {
			l.err("form", at.key("max"), "字数和项数的 min 不能小于 0，max 不能小于 1", "of characters and items, min cannot be below 0 nor max below 1")
		}
		isChoice := f.Type == "choice" || f.Type == "choices"
		if isChoice != (len(f.Choices) > 0) {
			l.err("form", at.key("choices"), "choice 和 choices 要有选项，其他类型不能有", "choice and choices need options, other types have none")
		}
		ids := map[string]bool{}
		for j, c := range f.Choices {
			cat := at.key("choices").item(j, c.ID)
			l.id(cat, c.ID, ids)
			l.text(cat.key("label"), c.Label, false)
			l.refused(cat.key("label"), c.ID, c.Label.Zh, c.Label.En)
		}
	}
	return l.findings
}

// refused finds words that ask for what the program does not hold about people.
func (l *linter) refused(at spot, words ...string) {
	for _, w := range words {
		if r, bad := kernel.RefusedIn(w); bad {
			l.err("refused", at, "「"+w+"」问的是"+r.Say.Zh+"，不收集也不保存，请去掉", "\""+w+"\" asks for "+r.Say.En+", which is neither asked for nor kept; remove it")
			return
		}
	}
}

// need is a form field that an effect reads.
type need struct {
	id       string
	types    []string
	optional bool
}

var effectNeeds = map[Effect][]need{
	EffectFixUnit:      {{"unit", []string{"unit"}, true}},
	EffectTransferUnit: {{"unit", []string{"unit"}, false}},
	EffectAssign:       {{"assignee", []string{"account"}, true}},
	EffectCohandle:     {{"units", []string{"units"}, false}},
	EffectResult:       {{"result", []string{"text", "longtext"}, false}, {"photos", []string{"photos"}, true}},
	EffectRate:         {{"score", []string{"integer", "number"}, false}, {"solved", []string{"boolean"}, false}, {"text", []string{"text", "longtext"}, true}},
	EffectMerge:        {{"into", []string{"case"}, false}},
}

func (l *linter) effects(at spot, effects []Effect, form []Field) {
	for i, e := range effects {
		eat := at.item(i, string(e))
		oneOf(l, eat, e, AllEffects)
		if slices.Contains(effects[:i], e) {
			l.err("duplicate", eat, "「"+string(e)+"」写了两次", "\""+string(e)+"\" is given twice")
		}
		for _, n := range effectNeeds[e] {
			j := slices.IndexFunc(form, func(f Field) bool { return f.ID == n.id })
			switch {
			case j < 0 && (!n.optional || e == EffectAssign):
				l.err("effect", eat, "「"+string(e)+"」要用表里的 "+n.id+"，表里没有", "\""+string(e)+"\" reads the field "+n.id+", which the form lacks")
			case j < 0:
			case !slices.Contains(n.types, form[j].Type):
				l.err("effect", eat, fmt.Sprintf("%s 的类型应是 %v", n.id, n.types), fmt.Sprintf("the field %s should have the type %v", n.id, n.types))
			case !n.optional && !form[j].Required:
				l.err("effect", eat, n.id+" 应是必填（required）", "the field "+n.id+" should be required")
			}
		}
	}
}

func (l *linter) auto(at spot, a *Action) {
	if a.Auto == "" {
		return
	}
	at = at.key("auto")
	i := slices.IndexFunc(l.f.Clocks, func(c Clock) bool { return c.ID == a.Auto })
	if i < 0 {
		l.err("unknown", at, "没有「"+a.Auto+"」这个时钟", "there is no clock \""+a.Auto+"\"")
		return
	}
	for _, f := range a.Form {
		if f.Required {
			l.err("auto", at, "程序自己做的动作不会填表，「"+f.ID+"」不能必填", "the program fills in no form; \""+f.ID+"\" cannot be required")
		}
	}
	c := l.f.Clocks[i]
	for _, o := range a.outcomes() {
		if !names(c.Stops, o.event) && !names(c.Voids, o.event) && !names(c.Restarts, o.event) {
			l.err("auto", at, "时钟到点后要停下或重新开始，否则这个动作会一再发生", "the clock must stop or restart by this action, or the action would be taken again and again")
		}
	}
}

package workflow

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"sanzhi/internal/kernel"
)

// Level is how much a finding weighs: a flow with an error cannot be published.
type Level string

// The levels.
const (
	LevelError   Level = "error"
	LevelWarning Level = "warning"
)

// Finding is one fault of a flow.
type Finding struct {
	Line  int         `json:"line,omitempty"` // of the source, when Check had one
	Where string      `json:"where"`          // such as actions.submit.guard
	Rule  string      `json:"rule"`
	Level Level       `json:"level"`
	Say   kernel.Text `json:"say"`
	path  string      // the same place as a YAML path
}

func (f Finding) String() string { return string(f.Level) + ": " + f.Where + ": " + f.Say.En }

// Rules lists what Lint looks at; docs/flows.md explains each.
var Rules = []string{"id", "duplicate", "unknown", "text", "placeholder", "bead", "opening", "target", "who", "guard",
	"form", "effect", "auto", "clock", "limit", "unreachable", "dead-end", "endless", "nobody", "clock-start", "clock-stop",
	"clock-pause", "size", "refused"}

// Bounds of a flow.
const (
	maxSteps, maxActions, maxClocks, maxFields = 40, 80, 12, 40
)

var idPattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// reservedActions are names that stand beside the actions in the outside contract (POST /cases/{id}/…).
var reservedActions = []string{"unmask", "events", "strands"}

// Lint looks for everything in a flow that would fail, mislead or leave a case behind. A flow without findings of the level
// error may be published. Nothing of the flow is changed.
func Lint(f *Flow) []Finding {
	l := &linter{f: f}
	l.head()
	for i, s := range f.Steps {
		l.step(i, s)
	}
	for i := range f.Actions {
		l.action(i, &f.Actions[i])
	}
	for i, c := range f.Clocks {
		l.clock(i, c)
	}
	l.opening()
	if l.sound() {
		l.ways()
	}
	return l.findings
}

type linter struct {
	f        *Flow
	findings []Finding
}

// spot is a place in a flow: for people, and as a YAML path.
type spot struct{ where, path string }

func (s spot) key(k string) spot {
	return spot{strings.TrimPrefix(s.where+"."+k, "."), s.path + "." + k}
}

func (s spot) item(i int, id string) spot {
	if id == "" {
		id = fmt.Sprint(i + 1)
	}
	return spot{s.where + "." + id, fmt.Sprintf("%s[%d]", s.path, i)}
}

var root = spot{"", "$"}

func (l *linter) add(level Level, rule string, at spot, zh, en string) {
	l.findings = append(l.findings, Finding{Where: at.where, Rule: rule, Level: level, Say: kernel.T(zh, en), path: at.path})
}

func (l *linter) err(rule string, at spot, zh, en string) { l.add(LevelError, rule, at, zh, en) }

// sound reports whether the flow can be walked at all.
func (l *linter) sound() bool {
	return !slices.ContainsFunc(l.findings, func(f Finding) bool {
		return slices.Contains([]string{"size", "opening", "target", "duplicate"}, f.Rule) && f.Level == LevelError
	})
}

// text wants both languages; an optional text may be wholly empty.
func (l *linter) text(at spot, t kernel.Text, optional bool) {
	if optional && t.IsZero() {
		return
	}
	if strings.TrimSpace(t.Zh) == "" {
		l.err("text", at, "缺少中文", "the Chinese text is missing")
	}
	if strings.TrimSpace(t.En) == "" {
		l.err("text", at, "缺少英文", "the English text is missing")
	}
}

// id wants a plain id that stands once in its list.
func (l *linter) id(at spot, id string, seen map[string]bool) {
	if !idPattern.MatchString(id) {
		l.err("id", at, "编号「"+id+"」应以小写字母开头，只用小写字母、数字和下划线，最多 40 个字符", "the id \""+id+"\" should begin with a small letter and hold only small letters, digits and underscores, at most 40")
	}
	if seen[id] {
		l.err("duplicate", at, "编号「"+id+"」用了两次", "the id \""+id+"\" is used twice")
	}
	seen[id] = true
}

// oneOf wants v to be one of a closed set.
func oneOf[T ~string](l *linter, at spot, v T, set []T) {
	if !slices.Contains(set, v) {
		list := fmt.Sprint(set)
		l.err("unknown", at, "「"+string(v)+"」不在可用的值里："+list, "\""+string(v)+"\" is not one of "+list)
	}
}

func (l *linter) head() {
	f := l.f
	l.id(root.key("flow"), f.ID, map[string]bool{})
	if f.Version < 1 {
		l.err("id", root.key("version"), "版本从 1 开始", "versions begin with 1")
	}
	l.text(root.key("title"), f.Title, false)
	oneOf(l, root.key("strand"), f.Strand, Strands)
	if f.Offer != nil {
		l.text(root.key("offer").key("title"), f.Offer.Title, false)
		l.text(root.key("offer").key("note"), f.Offer.Note, false)
		if a, ok := f.Opening(); ok && (!f.Anonymous || !slices.ContainsFunc(a.Actors, func(w Who) bool { return w.Anyone })) {
			l.err("who", root.key("offer"), "offer 会写在居民的页面上，请让谁都能开（anonymous: true，actors 里有 anyone）",
				"offer puts it on the residents' page, so anyone must be able to open it (anonymous: true, and anyone among the actors)")
		}
	}
	if len(f.Steps) > maxSteps || len(f.Actions) > maxActions || len(f.Clocks) > maxClocks {
		l.err("size", root, fmt.Sprintf("流程太大：最多 %d 步、%d 个动作、%d 个时钟", maxSteps, maxActions, maxClocks),
			fmt.Sprintf("the flow is too large: at most %d steps, %d actions and %d clocks", maxSteps, maxActions, maxClocks))
	}
	if len(f.Beads) < 2 || len(f.Beads) > 7 {
		l.err("bead", root.key("beads"), "珠子应有 2 到 7 颗", "there should be 2 to 7 beads")
	}
	letters := map[string]bool{}
	for i, b := range f.Beads {
		at := root.key("beads").item(i, "")
		l.text(at.key("name"), b.Name, false)
		if utf8.RuneCountInString(b.Char) != 1 || utf8.RuneCountInString(b.En) != 1 {
			l.err("bead", at, "珠子上写一个汉字（char）和一个字母（en）", "a bead bears one character (char) and one letter (en)")
		}
		if letters[b.Char] || letters[b.En] {
			l.err("bead", at, "两颗珠子不能写同样的字", "two beads bear the same sign")
		}
		letters[b.Char], letters[b.En] = true, true
	}
}

func (l *linter) step(i int, s Step) {
	at := root.key("steps").item(i, s.ID)
	l.id(at, s.ID, l.seenBefore(i, func(j int) string { return l.f.Steps[j].ID }))
	l.text(at.key("title"), s.Title, false)
	l.text(at.key("say"), s.Say, false)
	l.placeholders(at.key("say"), s.Say, []string{"unit", "assignee", "place", "due"})
	if s.Bead < 1 || s.Bead > len(l.f.Beads) {
		l.err("bead", at.key("bead"), fmt.Sprintf("bead 应在 1 到 %d 之间", len(l.f.Beads)), fmt.Sprintf("bead should lie between 1 and %d", len(l.f.Beads)))
	}
	if s.End != "" {
		oneOf(l, at.key("end"), s.End, Ends)
		if s.Held {
			l.err("dead-end", at.key("held"), "结束的一步不能同时是暂停", "a step cannot be both an end and held")
		}
	}
	if s.Clock != "" && !slices.ContainsFunc(l.f.Clocks, func(c Clock) bool { return c.ID == s.Clock }) {
		l.err("unknown", at.key("clock"), "没有「"+s.Clock+"」这个时钟", "there is no clock \""+s.Clock+"\"")
	}
}

// seenBefore gives the ids of the items of a list before the ith.
func (l *linter) seenBefore(i int, id func(int) string) map[string]bool {
	m := map[string]bool{}
	for j := range i {
		m[id(j)] = true
	}
	return m
}

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// placeholders wants every {name} in a text to be one that is filled in.
func (l *linter) placeholders(at spot, t kernel.Text, known []string) {
	for _, text := range []string{t.Zh, t.En} {
		for _, p := range placeholder.FindAllString(text, -1) {
			if !slices.Contains(known, strings.Trim(p, "{}")) {
				l.err("placeholder", at, "「"+p+"」不会被填上，可用的有："+strings.Join(known, "、"), p+" is never filled in; known are: "+strings.Join(known, ", "))
			}
		}
	}
}

func (l *linter) opening() {
	n := 0
	for i, a := range l.f.Actions {
		if !a.Opens {
			continue
		}
		n++
		at := root.key("actions").item(i, a.ID)
		if len(a.From) > 0 || a.Auto != "" {
			l.err("opening", at, "开单的动作没有 from，也没有 auto", "the action that opens has neither from nor auto")
		}
		for _, o := range a.outcomes() {
			if o.to == "=" || o.to == "^" {
				l.err("opening", at.key("to"), "开单的动作要写明到哪一步", "the action that opens names the step it leads to")
			}
		}
		if len(l.f.Steps) > 0 && a.To != l.f.Steps[0].ID {
			l.err("opening", at.key("to"), "新单应停在第一步「"+l.f.Steps[0].ID+"」", "a new case stands at the first step, \""+l.f.Steps[0].ID+"\"")
		}
		anyone := slices.ContainsFunc(a.Actors, func(w Who) bool { return w.Anyone })
		if anyone != l.f.Anonymous {
			l.err("opening", at.key("actors"), "anonymous 与 anyone 不一致：不登录能不能开单，两处要说得一样", "anonymous and anyone disagree: both must say the same about opening without an account")
		}
	}
	if n != 1 {
		l.err("opening", root.key("actions"), fmt.Sprintf("应正好有一个开单的动作（opens），现在有 %d 个", n), fmt.Sprintf("exactly one action opens a case (opens); there are %d", n))
	}
}

// ways looks at every way that a case may go.
func (l *linter) ways() {
	a := Explore(l.f)
	for i, s := range l.f.Steps {
		at := root.key("steps").item(i, s.ID)
		switch {
		case slices.Contains(a.Unreachable, s.ID):
			l.err("unreachable", at, "没有任何动作能走到这一步", "no action leads to this step")
		case slices.Contains(a.DeadEnds, s.ID):
			l.err("dead-end", at, "走到这一步就出不去了：没有动作离开它，它也不是结束", "a case cannot leave this step: no action leads on, and it is no end")
		case slices.Contains(a.Endless, s.ID):
			l.err("endless", at, "从这一步走不到任何结束", "no end can be reached from this step")
		case s.End == "" && !l.someoneMoves(s.ID):
			l.err("nobody", at, "这一步没有人能往下办", "nobody can take this step on")
		}
	}
	if a.Partial {
		l.add(LevelWarning, "size", root, "流程的走法太多，没有全部看完", "the flow has too many ways; not all were looked at")
	}
	l.clockWays()
}

// someoneMoves reports whether some actor, or the program by a clock, can take the case away from the step.
func (l *linter) someoneMoves(step string) bool {
	return slices.ContainsFunc(l.f.ActionsFrom(step), func(a *Action) bool {
		moves := slices.ContainsFunc(a.outcomes(), func(o outcome) bool { return o.to != "=" && o.to != step })
		return moves && (len(a.Actors) > 0 || a.Auto != "")
	})
}

package workflow

import (
	"slices"
	"strings"

	"sanzhi/internal/kernel"
)

func (l *linter) clock(i int, c Clock) {
	at := root.key("clocks").item(i, c.ID)
	l.id(at, c.ID, l.seenBefore(i, func(j int) string { return l.f.Clocks[j].ID }))
	l.text(at.key("title"), c.Title, false)
	oneOf(l, at.key("measure"), c.Measure, Measures)
	for j, o := range l.f.Clocks {
		if j < i && c.Measure != "" && o.Measure == c.Measure {
			l.err("clock", at.key("measure"), "「"+c.Measure+"」只能由一个时钟来算", "only one clock may measure \""+c.Measure+"\"")
		}
	}
	lists := map[string][]string{"starts": c.Starts, "restarts": c.Restarts, "stops": c.Stops, "voids": c.Voids, "pauses": c.Pauses, "resumes": c.Resumes}
	for _, name := range []string{"starts", "restarts", "stops", "voids", "pauses", "resumes"} {
		for _, event := range lists[name] {
			l.event(at.key(name), event)
		}
	}
	if len(c.Starts) == 0 {
		l.err("clock-start", at, "没有写什么时候开始", "it never starts")
	}
	if len(c.Stops) == 0 {
		l.err("clock-stop", at, "没有写什么时候停", "it never stops")
	}
	if len(c.Pauses) > 0 && len(c.Resumes) == 0 {
		l.err("clock-pause", at.key("pauses"), "暂停以后没有恢复", "it pauses but never resumes")
	}
	if len(c.Resumes) > 0 && len(c.Pauses) == 0 {
		l.add(LevelWarning, "clock-pause", at.key("resumes"), "有恢复，没有暂停", "it resumes but never pauses")
	}
	for _, p := range c.Pauses {
		if slices.Contains(c.Resumes, p) {
			l.err("clock-pause", at.key("pauses"), "「"+p+"」不能既暂停又恢复", "\""+p+"\" cannot both pause and resume")
		}
	}
	l.limit(at.key("limit"), c.Limit)
	if c.Urgent != (Limit{}) {
		l.limit(at.key("urgent"), c.Urgent)
	}
	if c.WarnAt < 0 || c.WarnAt >= 1 {
		l.err("clock", at.key("warnAt"), "warnAt 是 0 到 1 之间的比例，如 0.75", "warnAt is a share between 0 and 1, such as 0.75")
	}
	if c.Escalate != "" {
		oneOf(l, at.key("escalate"), c.Escalate, kernel.AllRoles)
	}
}

// event wants an action id, or an outcome of an action with branches.
func (l *linter) event(at spot, event string) {
	id, branch, dotted := strings.Cut(event, ".")
	a, ok := l.f.Action(id)
	if ok && dotted {
		ok = slices.ContainsFunc(a.outcomes(), func(o outcome) bool { return o.event == id+"."+branch })
	}
	if !ok {
		l.err("unknown", at, "没有「"+event+"」这个动作", "there is no action \""+event+"\"")
	}
}

func (l *linter) limit(at spot, limit Limit) {
	oneOf(l, at.key("unit"), limit.Unit, AllUnits)
	if limit.N < 1 || limit.N > MaxLimit {
		l.err("limit", at.key("n"), "时限应在 1 到 2000 之间", "a limit lies between 1 and 2000")
	}
}

// clockWays follows the clocks along every way of the flow.
func (l *linter) clockWays() {
	w := walkAll(l.f)
	for i, c := range l.f.Clocks {
		at := root.key("clocks").item(i, c.ID)
		running := func(n node) bool { return n.clocks[i] != clockOff }
		paused := func(n node) bool { return n.clocks[i] == clockPaused }
		if len(c.Starts) == 0 || len(c.Stops) == 0 {
			continue
		}
		if !slices.ContainsFunc(w.nodes, running) {
			l.err("clock-start", at.key("starts"), "按流程走，它永远不会开始", "along the flow it never starts")
			continue
		}
		canStop := w.canReach(func(n node) bool { return !running(n) })
		canGo := w.canReach(func(n node) bool { return n.clocks[i] == clockOn })
		ends, stuck, held := map[string]bool{}, map[string]bool{}, map[string]bool{}
		for j, n := range w.nodes {
			s, _ := l.f.Step(n.step)
			switch {
			case running(n) && s.End != "":
				ends[n.step] = true
			case running(n) && !canStop[j]:
				stuck[n.step] = true
			case paused(n) && !canGo[j]:
				held[n.step] = true
			}
		}
		for _, s := range l.f.Steps {
			switch {
			case ends[s.ID]:
				l.err("clock-stop", at.key("stops"), "到了结束「"+s.ID+"」它还在走", "it still runs at the end \""+s.ID+"\"")
			case stuck[s.ID]:
				l.err("clock-stop", at.key("stops"), "到了「"+s.ID+"」以后它再也停不下来", "from \""+s.ID+"\" on it can never stop")
			case held[s.ID]:
				l.err("clock-pause", at.key("pauses"), "在「"+s.ID+"」暂停以后，再也不会恢复", "paused at \""+s.ID+"\" it never resumes")
			}
		}
	}
}

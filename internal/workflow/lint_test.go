package workflow

import (
	"slices"
	"strings"
	"testing"

	"sanzhi/internal/kernel"
)

// small is a flow without faults, as short as it can be; each planted fault changes one thing of it.
const small = `
flow: small
version: 1
title: {zh: 小流程, en: Small}
strand: zi
anonymous: true
beads:
  - {char: 点, en: O, name: {zh: 点单, en: Order}}
  - {char: 办, en: D, name: {zh: 办理, en: Do}}
steps:
  - {id: open, title: {zh: 待办, en: Open}, bead: 2, say: {zh: "{due} 前办", en: "by {due}"}, clock: finish}
  - {id: held, title: {zh: 暂停, en: Held}, bead: 2, say: {zh: 停, en: on hold}, held: true}
  - {id: closed, title: {zh: 办结, en: Closed}, bead: 2, say: {zh: 好了, en: done}, end: done}
actions:
  - {id: order, title: {zh: 点单, en: Order}, opens: true, to: open, actors: [{anyone: true}]}
  - {id: take, title: {zh: 接, en: Take}, from: [open], to: "=", actors: [{role: cadre, relation: open}], effects: [take]}
  - {id: hold, title: {zh: 停, en: Hold}, from: [open], to: held, actors: [{role: cadre, relation: assignee}]}
  - {id: resume, title: {zh: 续, en: Resume}, from: [held], to: "^", actors: [{role: cadre}]}
  - id: close
    title: {zh: 结, en: Close}
    from: [open]
    to: closed
    actors: [{role: cadre}]
    form:
      - {id: result, label: {zh: 结果, en: Result}, type: text, required: true}
      - {id: kind, label: {zh: 类别, en: Kind}, type: choice, choices: [{id: a, label: {zh: 甲, en: A}}]}
    guard: form.result != case.item
    guardSay: {zh: 不行, en: "no"}
    effects: [result]
    branches:
      - {id: again, when: form.kind == "a", to: open}
    line: {zh: "{result}", en: "{result}"}
clocks:
  - id: finish
    title: {zh: 时限, en: Limit}
    measure: finish
    starts: [order]
    restarts: [close.again]
    stops: [close.else]
    pauses: [hold]
    resumes: [resume]
    limit: {n: 3, unit: working_days}
    urgent: {n: 3, unit: urgent_hours}
    warnAt: 0.75
    escalate: supervisor
`

func parsed(tb testing.TB, src string) *Flow {
	tb.Helper()
	f, err := Parse(strings.NewReader(src))
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

func TestSmallFlowHasNoFindings(t *testing.T) {
	for _, f := range Lint(parsed(t, small)) {
		t.Error(f)
	}
}

// Each row replaces one thing of the small flow (two, parted by &&); the finding must name its rule and its place.
func TestPlantedFaults(t *testing.T) {
	for _, c := range []struct{ rule, where, old, new string }{
		{"id", "flow", "flow: small", "flow: Small-1"},
		{"id", "version", "version: 1", "version: 0"},
		{"id", "actions.events", "id: take", "id: events"},
		{"duplicate", "steps.open", "id: held, title", "id: open, title"},
		{"duplicate", "actions.take", "id: hold, title", "id: take, title"},
		{"duplicate", "actions.close.effects.result", "effects: [result]", "effects: [result, result]"},
		{"duplicate", "actions.close.form.kind", "id: result, label", "id: kind, label"},
		{"duplicate", "actions.close.branches.else", "id: again", "id: else"},
		{"unknown", "strand", "strand: zi", "strand: ren"},
		{"text", "offer.title", "strand: zi", "strand: zi\noffer: {title: {zh: 报一报}, note: {zh: 说明, en: Note}}"},
		{"unknown", "steps.open.clock", "clock: finish", "clock: total"},
		{"unknown", "steps.closed.end", "end: done", "end: over"},
		{"unknown", "actions.resume.actors.1.role", "to: \"^\", actors: [{role: cadre}]", "to: \"^\", actors: [{role: king}]"},
		{"unknown", "actions.resume.actors.1.level", "to: \"^\", actors: [{role: cadre}]", "to: \"^\", actors: [{role: cadre, level: moon}]"},
		{"unknown", "actions.take.actors.1.relation", "relation: open", "relation: friend"},
		{"unknown", "actions.take.effects.fly", "effects: [take]", "effects: [take, fly]"},
		{"unknown", "actions.close.form.result.type", "type: text", "type: sound"},
		{"unknown", "clocks.finish.measure", "measure: finish", "measure: speed"},
		{"unknown", "clocks.finish.starts", "starts: [order]", "starts: [order, begin]"},
		{"unknown", "clocks.finish.stops", "close.else]", "close.never]"},
		{"unknown", "clocks.finish.limit.unit", "unit: working_days", "unit: moons"},
		{"unknown", "clocks.finish.escalate", "escalate: supervisor", "escalate: king"},
		{"unknown", "actions.resume.auto", "from: [held]", "auto: total, from: [held]"},
		{"text", "title", "en: Small}", "en: \"\"}"},
		{"text", "steps.held.say", "{zh: 停, en: on hold}", "{zh: \"\", en: on hold}"},
		{"text", "actions.close.guardSay", "guardSay: {zh: 不行, en: \"no\"}", ""},
		{"text", "actions.close.form.kind.choices.a.label", "{zh: 甲, en: A}", "{zh: 甲, en: \"\"}"},
		{"text", "actions.close.line", "line: {zh: \"{result}\", en: \"{result}\"}", "line: {zh: 好, en: \"\"}"},
		{"text", "beads.1.name", "en: Order}}\n  - {char", "en: \" \"}}\n  - {char"},
		{"text", "clocks.finish.title", "en: Limit}", "en: \"\"}"},
		{"placeholder", "steps.open.say", "en: \"by {due}\"", "en: \"by {deadline}\""},
		{"placeholder", "actions.close.line", "line: {zh: \"{result}\"", "line: {zh: \"{phone}\""},
		{"placeholder", "actions.close.line", "type: text, required: true", "type: text, required: true, personal: true"},
		{"bead", "steps.held.bead", "en: Held}, bead: 2", "en: Held}, bead: 3"},
		{"bead", "beads.2", "char: 办", "char: 办办"},
		{"bead", "beads.2", "en: D,", "en: O,"},
		{"opening", "actions", "opens: true, to: open", "from: [open], to: open"},
		{"opening", "actions", "id: take, title", "opens: true, id: take, title"},
		{"opening", "actions.order.to", "opens: true, to: open", "opens: true, to: held"},
		{"opening", "actions.order.to", "opens: true, to: open", "opens: true, to: \"=\""},
		{"opening", "actions.order.actors", "anonymous: true", "anonymous: false"},
		{"opening", "actions.order", "opens: true, to: open", "opens: true, from: [open], to: open"},
		{"target", "actions.close.to", "to: closed", "to: shut"},
		{"target", "actions.hold.from", "from: [open], to: held", "from: [opened], to: held"},
		{"target", "actions.hold.from", "from: [open], to: held", "from: [], to: held"},
		{"target", "actions.hold.to", "from: [open], to: held", "from: [open], to: \"^\""},
		{"target", "actions.close.branches.again.to", "when: form.kind == \"a\", to: open", "when: form.kind == \"a\", to: shut"},
		{"who", "actions.resume.actors", "to: \"^\", actors: [{role: cadre}]", "to: \"^\", actors: []"},
		{"who", "actions.resume.actors.1", "to: \"^\", actors: [{role: cadre}]", "to: \"^\", actors: [{anyone: true}]"},
		{"who", "actions.resume.actors.1", "to: \"^\", actors: [{role: cadre}]", "to: \"^\", actors: [{level: county}]"},
		{"who", "actions.resume.actors.1", "to: \"^\", actors: [{role: cadre}]", "to: \"^\", actors: [{requester: true, role: cadre}]"},
		{"who", "actions.order.actors.1", "to: open, actors: [{anyone: true}]", "to: open, actors: [{requester: true}]"},
		{"who", "actions.hold.actors.1", "effects: [take]}", "}"},
		{"who", "actions.hold.actors.1", "relation: assignee", "relation: cohandle"},
		{"guard", "actions.close.guard", "guard: form.result != case.item", "guard: form.result !="},
		{"guard", "actions.close.guard", "guard: form.result != case.item", "guard: case.round"},
		{"guard", "actions.close.guard", "guard: form.result != case.item", "guard: form.speed == 1"},
		{"guard", "actions.close.guardSay", "guard: form.result != case.item", ""},
		{"guard", "actions.close.branches.again.when", "when: form.kind == \"a\"", "when: form.kind"},
		{"form", "actions.close.form.result.min", "type: text, required: true", "type: text, required: true, min: 3, max: 2"},
		{"form", "actions.close.form.result.max", "type: text, required: true", "type: text, required: true, max: 0"},
		{"form", "actions.close.form.kind.choices", ", choices: [{id: a, label: {zh: 甲, en: A}}]", ""},
		{"form", "actions.close.form.kind.choices", "type: choice", "type: text"},
		{"effect", "actions.close.effects.merge", "effects: [result]\n    branches", "effects: [merge, result]\n    branches"},
		{"effect", "actions.close.effects.result", "{id: result, label", "{id: outcome, label"},
		{"effect", "actions.close.effects.result", "type: text, required: true", "type: text"},
		{"effect", "actions.close.effects.result", "type: text, required: true", "type: number, required: true"},
		{"effect", "actions.take.effects.rate", "effects: [take]", "effects: [take, rate]"},
		{"effect", "actions.take.effects.assign", "effects: [take]", "effects: [take, assign]"},
		{"effect", "actions.take.effects.merge", "effects: [take]", "effects: [take, merge]"},
		{"effect", "actions.take.effects.transfer_unit", "effects: [take]", "effects: [take, transfer_unit]"},
		{"effect", "actions.take.effects.cohandle", "effects: [take]", "effects: [take, cohandle]"},
		{"auto", "actions.take.auto", "from: [open], to: \"=\"", "from: [open], auto: finish, to: \"=\""},
		{"auto", "actions.close.auto", "  - id: close", "  - id: close\n    auto: finish"},
		{"clock", "clocks.finish.warnAt", "warnAt: 0.75", "warnAt: 75"},
		{"clock", "clocks.finish.measure", "clocks:", "clocks:\n  - {id: second, title: {zh: 二, en: two}, starts: [order], stops: [close], limit: {n: 1, unit: natural_days}, measure: finish}"},
		{"limit", "clocks.finish.limit.n", "limit: {n: 3, unit: working_days}", "limit: {n: 0, unit: working_days}"},
		{"limit", "clocks.finish.urgent.n", "urgent: {n: 3", "urgent: {n: 9999"},
		{"unreachable", "steps.held", "from: [open], to: held", "from: [open], to: open"},
		{"dead-end", "steps.held", "from: [held], to: \"^\"", "from: [open], to: open"},
		{"dead-end", "steps.closed.held", "end: done}", "end: done, held: true}"},
		{"endless", "steps.open", "    to: closed", "    to: open"},
		{"nobody", "steps.held", "to: \"^\", actors: [{role: cadre}]", "to: \"^\", actors: []"},
		{"clock-start", "clocks.finish", "starts: [order]\n    restarts: [close.again]", "starts: []"},
		{"clock-start", "clocks.finish.starts", "from: [open], to: held && starts: [order]\n    restarts: [close.again]", "from: [open], to: open && starts: [resume]"},
		{"clock-stop", "clocks.finish", "stops: [close.else]", "stops: []"},
		{"clock-stop", "clocks.finish.stops", "stops: [close.else]", "stops: [close.again]"},
		{"clock-stop", "clocks.finish.stops", "from: [open], to: held && stops: [close.else]", "from: [open, closed], to: held && stops: [hold]"},
		{"clock-stop", "clocks.late.stops", "clocks:", "clocks:\n  - {id: late, title: {zh: 二, en: two}, starts: [close.else], stops: [take], limit: {n: 1, unit: natural_days}}"},
		{"clock-pause", "clocks.finish.pauses", "resumes: [resume]", "resumes: []"},
		{"clock-pause", "clocks.finish.resumes", "pauses: [hold]", "pauses: []"},
		{"clock-pause", "clocks.finish.pauses", "pauses: [hold]", "pauses: [hold, resume]"},
		{"clock-pause", "clocks.finish.pauses", "from: [open], to: held && restarts: [close.again]", "from: [open], to: open && voids: [close.again]"},
		{"size", "actions.close.form", "    form:", "    form:" + strings.Repeat("\n      - {id: x, label: {zh: 甲, en: A}, type: text}", 41)},
		{"refused", "actions.close.form.result.label", "{id: result, label: {zh: ", "{id: result, label: {zh: 宗教信仰 "},
		{"refused", "actions.close.form.kind.choices.a.label", "choices: [{id: a, label: {zh: 甲, en: A}}]", "choices: [{id: a, label: {zh: 甲, en: Health}}]"},
	} {
		t.Run(c.rule+" "+c.where, func(t *testing.T) {
			src, with := small, strings.Split(c.new, " && ")
			for i, old := range strings.Split(c.old, " && ") {
				if strings.Count(src, old) != 1 {
					t.Fatalf("%q stands %d times in the flow", old, strings.Count(src, old))
				}
				src = strings.Replace(src, old, with[i], 1)
			}
			findings := Lint(parsed(t, src))
			i := slices.IndexFunc(findings, func(f Finding) bool { return f.Rule == c.rule && f.Where == c.where })
			if i < 0 {
				t.Fatalf("not found; found was %v", findings)
			}
			if f := findings[i]; f.Say.Zh == "" || f.Say.En == "" {
				t.Errorf("not said in both languages: %+v", f)
			}
		})
	}
}

// Every rule is planted at least once, and every finding's rule is listed.
func TestRulesAreClosed(t *testing.T) {
	src := readTest(t, "lint_test.go")
	for _, r := range Rules {
		if !strings.Contains(src, "{\""+r+"\", \"") {
			t.Errorf("no fault is planted for %q", r)
		}
	}
}

func TestFindingsHaveLines(t *testing.T) {
	for _, c := range []struct{ old, new, where, line string }{
		{"guard: form.result != case.item", "guard: case.round", "actions.close.guard", "    guard: case.round"},
		{"from: [open], to: held", "from: [open], to: hell", "actions.hold.to", "  - {id: hold, title"},
		{"urgent: {n: 3", "urgent: {n: 0", "clocks.finish.urgent.n", "    urgent: {n: 0"},
		{"form.kind == \"a\"", "form.kind", "actions.close.branches.again.when", "      - {id: again"},
		{"strand: zi", "", "strand", "flow: small"},
	} {
		src := strings.Replace(small, c.old, c.new, 1)
		_, findings, err := Check(strings.NewReader(src))
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(findings, func(f Finding) bool { return f.Where == c.where })
		if i < 0 {
			t.Errorf("%s: not found: %v", c.where, findings)
			continue
		}
		lines := strings.Split(src, "\n")
		if n := findings[i].Line; c.where != "strand" && (n < 1 || n > len(lines) || !strings.HasPrefix(lines[n-1], c.line)) {
			t.Errorf("%s: line %d", c.where, n)
		}
	}
}

func TestLintSurvivesAnything(t *testing.T) {
	for _, f := range []*Flow{{}, {Steps: make([]Step, 3), Actions: make([]Action, 3), Clocks: make([]Clock, 2), Beads: make([]Bead, 2)},
		{Actions: []Action{{Opens: true, To: "x", Branches: []Branch{{}}}}}} {
		findings := Lint(f)
		if len(findings) == 0 {
			t.Error("an empty flow has no findings")
		}
		for _, x := range findings {
			if !slices.Contains(Rules, x.Rule) {
				t.Errorf("%q is not listed", x.Rule)
			}
		}
	}
}

func TestLintForm(t *testing.T) {
	if got := LintForm([]Field{field("a", "text")}); len(got) != 0 {
		t.Error(got)
	}
	if got := LintForm([]Field{field("a", "text"), {ID: "a", Type: "text", Label: kernel.T("甲", "")}}); len(got) != 2 {
		t.Errorf("%v", got)
	}
}

// What the program does not hold about people cannot be asked for by any form, nor slipped into any answer.
func TestFormsAskForNothingRefused(t *testing.T) {
	for _, label := range []string{"宗教信仰", "民族", "政治面貌", "健康状况", "人脸照片", "指纹", "身份证号", "行动轨迹", "社会关系", "居民评分", "重点人员"} {
		f := field("a", "text")
		f.Label.Zh = label
		if got := LintForm([]Field{f}); len(got) != 1 || got[0].Rule != "refused" || got[0].Level != LevelError {
			t.Errorf("%s: %v", label, got)
		}
	}
	for _, id := range []string{"religion", "ethnicity", "health", "id_number", "face_photo", "location_history"} {
		if got := LintForm([]Field{field(id, "text")}); len(got) != 1 || got[0].Rule != "refused" {
			t.Errorf("%s: %v", id, got)
		}
	}
	for _, kind := range []string{"text", "longtext"} {
		_, err := CheckForm([]Field{field("a", kind)}, map[string]any{"a": "我的身份证 110105 19491231 002X"})
		if !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("%s takes an identity number: %v", kind, err)
		}
	}
}

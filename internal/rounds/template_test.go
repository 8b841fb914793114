package rounds_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/kernel"
	"sanzhi/internal/rounds"
	"sanzhi/internal/workflow"
)

func TestShipped(t *testing.T) {
	all, err := rounds.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	var kinds []rounds.Kind
	for _, x := range all {
		kinds = append(kinds, x.Kind)
		if x.Kind.Text().IsZero() || x.Every.Says().IsZero() {
			t.Errorf("%s is not said in words", x.ID)
		}
		if x.Kind == rounds.PreShiftCheck {
			var titles []string
			for _, m := range x.Programme {
				titles = append(titles, m.Title.Zh)
			}
			want := []string{"安全教育培训", "安全哨兵", "班前安全自检", "警示仪容镜", "应急技能培训与演练", "警示教育二维码展板"}
			if diff := cmp.Diff(want, titles); diff != "" {
				t.Errorf("the six measures (-want +got)\n%s", diff)
			}
		}
		if x.Kind == rounds.PairedVisit {
			for _, id := range []string{"bike_shed", "bins", "flower_beds"} {
				if x.Item(id) == nil {
					t.Errorf("the paired visit does not look at %s", id)
				}
			}
		}
	}
	for _, k := range rounds.AllRoundKinds {
		if !slices.Contains(kinds, k) {
			t.Errorf("nothing is shipped for %s", k)
		}
	}
}

// sound is a template without a fault; the tests change one line each.
const sound = `template: patrol
version: 1
kind: grid_patrol
title: {zh: 巡查, en: Patrol}
who: {role: grid_worker}
where: {kinds: [grid]}
every: {days: 7}
within: 3
grace: 1
items:
  - id: lamps
    label: {zh: 路灯, en: Lamps}
    type: yes_no
    photo: not_ok
    raise: {flow: menu, item: street-light}
  - id: bins
    label: {zh: 桶, en: Bins}
    type: number
    min: 0
    max: 9
    good_max: 2
  - id: state
    label: {zh: 情况, en: State}
    type: choice
    choices:
      - {id: good, label: {zh: 好, en: Good}}
      - {id: bad, label: {zh: 坏, en: Bad}, bad: true}
  - id: words
    label: {zh: 记一记, en: Note}
    type: text
    optional: true
`

// care makes a care visit of the sound template's head, with the items given.
func care(items string) string {
	return "template: care\nversion: 1\nkind: care_visit\ntitle: {zh: 关爱, en: Care}\nwho: {role: volunteer}\nevery: {person: true}\nitems:\n" + items
}

func TestLint(t *testing.T) {
	if _, findings, err := rounds.Check(strings.NewReader(sound)); err != nil || len(findings) > 0 {
		t.Fatalf("the sound one: %v %v", findings, err)
	}
	for _, c := range []struct{ name, was, now, want string }{
		{"id", "template: patrol", "template: Patrol", "1 template"},
		{"version", "version: 1", "version: 0", "2 version"},
		{"kind", "kind: grid_patrol", "kind: stroll", "3 kind"},
		{"one language", "title: {zh: 巡查, en: Patrol}", "title: {zh: 巡查}", "4 title"},
		{"role", "role: grid_worker", "role: auditor", "5 who"},
		{"unit", "role: grid_worker", "role: cadre, unit: none", "5 who.unit"},
		{"unit without name", "role: grid_worker", "role: cadre, unit: named", "5 who.unit"},
		{"paired at a grid", "role: grid_worker", "role: cadre, unit: paired", "6 where.kinds[0]"},
		{"no place", "where: {kinds: [grid]}", "where: {below: '630105'}", "6 where"},
		{"kind of place", "kinds: [grid]", "kinds: [moon]", "6 where.kinds[0]"},
		{"two ways", "every: {days: 7}", "every: {days: 7, shift: true}", "7 every"},
		{"weeks without days", "every: {days: 7}", "every: {weeks: 1}", "7 every"},
		{"weekday", "every: {days: 7}", "every: {weeks: 1, on: [mon, mon]}", "7 every.on[1]"},
		{"turns overlap", "within: 3", "within: 7", "8 within"},
		{"grace", "grace: 1", "grace: -1", "9 grace"},
		{"twice", "id: bins", "id: lamps", "16 items[1].id"},
		{"item's language", "label: {zh: 路灯, en: Lamps}", "label: {zh: 路灯, en: ' '}", "12 items[0].label"},
		{"type", "type: yes_no", "type: maybe", "13 items[0].type"},
		{"photo", "photo: not_ok", "photo: often", "14 items[0].photo"},
		{"flow", "flow: menu, item: street-light", "flow: dispute", "15 items[0].raise"},
		{"menu without item", "flow: menu, item: street-light", "flow: menu", "15 items[0].raise"},
		{"inspection to the menu", "kind: grid_patrol", "kind: hazard_inspection", "15 items[0].raise"},
		{"bounds", "max: 9", "max: 1", "16 items[1]"},
		{"no good choice", "- {id: good, label: {zh: 好, en: Good}}", "- {id: good, label: {zh: 好, en: Good}, bad: true}", "26 items[2].choices"},
		{"photo of nothing wrong", "type: text", "type: text\n    photo: not_ok", "31 items[3].photo"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := strings.Replace(sound, c.was, c.now, 1)
			if src == sound {
				t.Fatal("nothing was changed")
			}
			_, findings, err := rounds.Check(strings.NewReader(src))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range findings {
				got = append(got, fmt.Sprintf("%d %s", f.Line, f.Where))
				if f.Say.Zh == "" || f.Say.En == "" {
					t.Errorf("%s is not said in both languages", f.Where)
				}
			}
			if !slices.Contains(got, c.want) {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

func TestParseFaultsHaveLines(t *testing.T) {
	for src, want := range map[string]string{"template: x\nversion: one\n": "line 2", "template: x\nwhy: y\n": "line 2", sound + "within: 4\n": "line 32"} {
		_, _, err := rounds.Check(strings.NewReader(src))
		var e *kernel.Error
		if !asError(err, &e) || e.Field != want {
			t.Errorf("%q: %v, want %s", src[:min(len(src), 30)], err, want)
		}
	}
}

// A visit has no field for health, however it is named.
func TestCareAsksNothingOfHealth(t *testing.T) {
	ok := "  - id: met\n    label: {zh: 见到了, en: Met}\n    type: yes_no\n"
	if _, findings, err := rounds.Check(strings.NewReader(care(ok))); err != nil || len(findings) > 0 {
		t.Fatalf("%v %v", findings, err)
	}
	for _, item := range []string{
		"  - id: bp\n    label: {zh: 血压多少, en: Reading}\n    type: number\n",
		"  - id: how\n    label: {zh: 怎么样, en: How is their health}\n    type: text\n",
		"  - id: blood_sugar\n    label: {zh: 数值, en: Value}\n    type: number\n",
		"  - id: how\n    label: {zh: 怎么样, en: How}\n    type: choice\n    choices:\n      - {id: well, label: {zh: 好, en: Well}}\n      - {id: b, label: {zh: 生病了, en: Not well}}\n",
		"  - id: met\n    label: {zh: 见到了, en: Met}\n    type: yes_no\n    photo: always\n",
		"  - id: met\n    label: {zh: 见到了, en: Met}\n    type: yes_no\n    raise: {flow: hazard}\n",
	} {
		_, findings, err := rounds.Check(strings.NewReader(care(item)))
		if err != nil || !slices.ContainsFunc(findings, func(f rounds.Finding) bool { return f.Level == workflow.LevelError }) {
			t.Errorf("passed: %s (%v)", item, err)
		}
	}
}

func TestHealthWords(t *testing.T) {
	for text, want := range map[string]string{
		"想请人换个灯泡": "", "水龙头有毛病，请修一修": "", "想多来坐坐": "", "Needs a lift to the market": "", "Please fix the tap": "", "Ring the bell twice": "",
		"血压有点高": "血压", "血 压 高": "血压", "最近住院了": "住院", "常年吃药": "药", "她有糖尿病": "病", "Has ＤＩＡＢＥＴＥＳ": "diabet", "in hospital again": "hospital",
		"心-脏-病": "病", "Depressed lately": "depress", "painting the wall": "", "a sharp pain": "pain", "illness": "illness", "she is ill": "ill", "the illuminated sign": "",
	} {
		if got := rounds.HealthWord(text); (got == "") != (want == "") {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func asError(err error, e **kernel.Error) bool { return errors.As(err, e) }

// A checklist of any kind asks nothing that the program does not hold about people.
func TestChecklistsAskNothingRefused(t *testing.T) {
	sources, err := rounds.ShippedSources()
	if err != nil {
		t.Fatal(err)
	}
	for _, src := range sources {
		tpl, err := rounds.Parse(strings.NewReader(src))
		if err != nil {
			t.Fatal(err)
		}
		for bad, zh := range map[string]string{"religion_of_owner": "问一句", "ok": "登记户主身份证号"} {
			broken := *tpl
			broken.Items = append(slices.Clone(tpl.Items), rounds.Item{ID: bad, Label: kernel.T(zh, "Ask"), Type: rounds.YesNo})
			n := len(rounds.Lint(&broken)) - len(rounds.Lint(tpl))
			if n != 1 {
				t.Errorf("%s: %q adds %d findings", tpl.ID, zh, n)
			}
		}
	}
}

package web_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
)

func (w *world) define(id, nature, unit string, more ...any) {
	w.t.Helper()
	b := map[string]any{"id": id, "name_zh": "指标 " + id, "name_en": "Indicator " + id, "subject": "output", "nature": nature, "better": "more", "unit": unit}
	for i := 0; i < len(more); i += 2 {
		b[more[i].(string)] = more[i+1]
	}
	w.do("sysadmin", "POST", "/indicators", b).want(201)
}

// target sets a target as the supervisor of the eastern street and gives its id.
func (w *world) target(def, holder, period, amount string) string {
	w.t.Helper()
	return w.do("supervisor", "POST", "/indicators/targets", map[string]any{"indicator": def, "holder": w.orgs[holder], "period": period, "amount": amount}).want(201).str("id")
}

func parts(l ...map[string]any) []any {
	out := make([]any, len(l))
	for i, p := range l {
		out[i] = p
	}
	return out
}

func (w *world) share(holder, amount string, weight int) map[string]any {
	m := map[string]any{"holder": w.orgs[holder], "weight": weight}
	if amount != "" {
		m["amount"] = amount
	}
	return m
}

// A target is split over teams and periods; what does not add up is refused with the difference.
func TestTargetSplit(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.define("coal", "sum", "万吨", "places", 1)
		id := w.target("coal", "小桥居委会", "2023Q2", "120.0")
		split := func(query, by string, version int, p []any) *answer {
			return w.do("supervisor", "POST", "/indicators/targets/"+id+"/split"+query, map[string]any{"version": version, "by": by, "parts": p})
		}
		off := split("", "holder", 1, parts(w.share("北社区居委会", "70.0", 0), w.share("安居物业", "49.8", 0))).want(422)
		if !strings.Contains(off.str("detail"), "各份相加是 119.8万吨，上级是 120.0万吨，少 0.2万吨") || off.fields()[0] != "parts" {
			t.Error(off.Raw)
		}
		dry := split("?dry=1", "holder", 1, parts(w.share("北社区居委会", "", 2), w.share("安居物业", "", 1), w.share("小桥调委会", "", 4))).want(200)
		if dry.str("sum") != "120.0" || dry.str("parts.0.amount") != "34.3" || dry.str("parts.1.amount") != "17.1" || dry.str("parts.2.amount") != "68.6" || !strings.Contains(dry.str("say"), "正好是 120.0万吨") {
			t.Error(dry.Raw)
		}
		if a := w.do("supervisor", "GET", "/indicators/targets/"+id, nil).want(200); len(a.list("parts")) != 0 {
			t.Error("a trial is stored")
		}
		w.do("clerk", "POST", "/indicators/targets/"+id+"/split", map[string]any{"version": 1, "by": "holder", "parts": parts(w.share("安居物业", "120", 0))}).want(403)
		split("", "holder", 1, parts(w.share("北社区居委会", "70", 0), w.share("安居物业", "50", 0))).want(200)
		split("", "holder", 1, parts(w.share("安居物业", "120", 0))).want(409)
		split("", "holder", 2, parts(w.share("安居物业", "60", 0), w.share("安居物业", "60", 0))).want(422)
		split("", "holder", 2, parts(w.share("城管局", "120", 0))).want(422) // of the district, outside what the supervisor oversees
		split("", "holder", 2, parts(w.share("北社区居委会", "60", 0), w.share("安居物业", "60", 0))).want(200)
		split("", "period", 3, parts(map[string]any{"period": "2023-04"}, map[string]any{"period": "2023-06"})).want(422)
		split("", "period", 3, parts(map[string]any{"period": "2023-04", "weight": 19}, map[string]any{"period": "2023-05", "weight": 20}, map[string]any{"period": "2023-06", "weight": 21})).want(200)
		a := w.do("supervisor", "GET", "/indicators/targets/"+id, nil).want(200)
		if len(a.list("parts")) != 5 || a.str("parts.0.amount") != "60.0" || a.str("parts.2.amount") != "38.0" || a.str("parts.4.amount") != "42.0" {
			t.Fatal(a.Raw)
		}
		// What a team reports is carried up; a part that has a value is not replaced any more.
		part := a.str("parts.0.id")
		value := map[string]any{"as_of": "2023-04-26", "amount": "31.5", "source": "调度日报"}
		w.do("cadre", "POST", "/indicators/targets/"+part+"/values", value).want(403)
		w.do("supervisor", "POST", "/indicators/targets/"+part+"/values", map[string]any{"as_of": "2023-05-26", "amount": "31.5", "source": "调度日报"}).want(422)
		w.do("supervisor", "POST", "/indicators/targets/"+part+"/values", map[string]any{"as_of": "2023-04-26", "amount": "31.55", "source": "调度日报"}).want(422)
		w.do("supervisor", "POST", "/indicators/targets/"+part+"/values", value).want(200)
		w.clock.Advance(time.Minute)
		w.do("supervisor", "POST", "/indicators/targets/"+part+"/values", map[string]any{"as_of": "2023-04-26", "amount": "30.5", "source": "调度日报更正"}).want(200)
		a = w.do("supervisor", "GET", "/indicators/targets/"+id, nil).want(200)
		if a.str("actual") != "30.5" || a.get("own") != false || a.get("attainment") != 25.42 || a.num("elapsed") != 18 || a.num("total") != 62 {
			t.Error(a.Raw)
		}
		split("", "holder", 4, parts(w.share("安居物业", "120", 0))).want(409)
		// The holder itself may report, another organisation of the place may not.
		own := a.str("parts.1.id")
		for who, want := range map[string]int{"firm": 403, "clerk-north": 403} {
			if a.str("parts.1.holder.id") == string(w.orgs["安居物业"]) && who == "firm" {
				want = 200
			}
			if a.str("parts.1.holder.id") == string(w.orgs["北社区居委会"]) && who == "clerk-north" {
				want = 200
			}
			got := w.do(who, "POST", "/indicators/targets/"+own+"/values", value)
			if want == 403 && got.Status == 404 {
				continue // not the reader's place at all
			}
			got.want(want)
		}
		// A community sees its own part of the street's target, and neither the whole nor the parts of others.
		l := w.do("clerk-north", "GET", "/indicators/targets", nil).want(200)
		if len(l.list("items")) != 1 || l.str("items.0.holder.name") != "北社区居委会" || l.str("items.0.amount") != "60.0" {
			t.Errorf("%s", l.Raw)
		}
		w.do("clerk-north", "GET", "/indicators/targets/"+id, nil).want(404)
		if l := w.do("leader", "GET", "/indicators/targets", nil).want(200); len(l.list("items")) != 1 || len(l.list("items.0.parts")) != 5 {
			t.Errorf("the whole is listed once: %s", l.Raw)
		}
		w.do("resident", "GET", "/indicators/targets", nil).want(403)
		w.do("", "GET", "/indicators/targets/"+id, nil).want(401)
	})
}

// Over its safety limit a team fails the whole, whatever the output; limits are not added up.
func TestSafetyLimit(t *testing.T) {
	w := newWorld(t)
	w.define("output", "sum", "吨")
	w.define("accidents", "limit", "起", "subject", "safety", "better", "less")
	out := w.target("output", "小桥居委会", "2023Q2", "100")
	safe := w.target("accidents", "小桥居委会", "2023Q2", "2")
	for id, n := range map[string]string{out: "50", safe: "2"} {
		w.do("supervisor", "POST", "/indicators/targets/"+id+"/split", map[string]any{"version": 1, "by": "holder", "parts": parts(w.share("北社区居委会", n, 0), w.share("安居物业", n, 0))}).want(200)
	}
	w.do("supervisor", "POST", "/indicators/targets/"+safe+"/split", map[string]any{"version": 2, "by": "holder", "parts": parts(w.share("北社区居委会", "3", 0))}).want(422)
	say := func(root string, i int, amount string) {
		t.Helper()
		a := w.do("supervisor", "GET", "/indicators/targets/"+root, nil).want(200)
		w.do("supervisor", "POST", "/indicators/targets/"+a.list("parts")[i].(map[string]any)["id"].(string)+"/values", map[string]any{"as_of": "2023-04-26", "amount": amount, "source": "日报"}).want(200)
	}
	say(out, 0, "90")
	say(out, 1, "80")
	card := func() *answer {
		return w.do("supervisor", "GET", "/indicators/card?holder="+string(w.orgs["小桥居委会"])+"&period=2023Q2", nil).want(200)
	}
	say(safe, 0, "1")
	if c := card(); c.get("failed") != false || c.get("score") != 100.0 {
		t.Error(c.Raw)
	}
	say(safe, 1, "3")
	c := card()
	if c.get("failed") != true || c.get("score") != nil || len(c.list("over_by")) != 2 { // the team, and the whole's own limit of 2
		t.Error(c.Raw)
	}
	if a := w.do("supervisor", "GET", "/indicators/targets/"+safe, nil).want(200); a.str("state") != "failed" || a.get("attainment") != nil || a.str("forecast") != "" {
		t.Error(a.Raw)
	}
}

// A formula measures the program's own records, and confidential ones are in none of its figures.
func TestMeasured(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.define("opened", "sum", "件", "formula", "cases_opened", "sample", "cases_opened")
		w.define("closed", "rate", "%", "formula", "100 * cases_closed / cases_opened", "places", 1)
		w.do("sysadmin", "POST", "/indicators", map[string]any{"id": "bad", "name_zh": "坏的", "name_en": "Bad", "subject": "other", "nature": "sum", "better": "more", "unit": "件", "formula": "people_tracked"}).want(422)
		w.do("planner", "POST", "/indicators", map[string]any{"id": "mine", "name_zh": "我的", "name_en": "Mine", "subject": "other", "nature": "sum", "better": "more", "unit": "件"}).want(403)
		at := w.target("opened", "小桥居委会", "2023Q2", "10")
		rate := w.target("closed", "北社区居委会", "2023Q2", "90")
		for range 3 {
			w.to("submitted")
		}
		w.order("", "", "调解", map[string]any{"flow": "secret"})
		a := w.do("clerk", "GET", "/indicators/targets/"+at, nil).want(200)
		if a.str("actual") != "3" || a.num("n") != 3 || a.get("own") != true || a.str("source") != "cases_opened" || a.get("may_report") != false {
			t.Error(a.Raw)
		}
		w.do("supervisor", "POST", "/indicators/targets/"+at+"/values", map[string]any{"as_of": "2023-04-26", "amount": "9", "source": "手工"}).want(422)
		if a := w.do("supervisor", "GET", "/indicators/targets/"+rate, nil).want(200); a.str("actual") != "" || a.str("state") != "unknown" {
			t.Errorf("a share of nothing: %s", a.Raw)
		}
		for _, m := range w.do("leader", "GET", "/indicators/words", nil).want(200).list("measures") {
			name := m.(map[string]any)["id"].(string)
			err := w.db.View(context.Background(), tenant, func(tx kernel.Tx) error {
				_, err := w.indicators().Measures.Measure(tx, name, indicators.Span{Path: kernel.Path(tenant + "/"), Unit: w.orgs["城管局"], From: opening.AddDate(0, -1, 0), To: opening.AddDate(0, 1, 0)})
				return err
			})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// An alert comes before the period ends, once, with its rows of ledger and outbox; looking again raises nothing.
func TestIndicatorAlerts(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.define("steady", "sum", "吨")
		id := w.target("steady", "小桥居委会", "2023Q2", "100")
		w.do("supervisor", "POST", "/indicators/targets/"+id+"/values", map[string]any{"as_of": "2023-04-27", "amount": "5", "source": "日报"}).want(200)
		tick := func() (raised int) {
			t.Helper()
			var due []indicators.Due
			w.update(func(tx kernel.Tx) (err error) {
				due, _, err = w.indicators().Look(tx, "", 10)
				return err
			})
			w.update(func(tx kernel.Tx) (err error) {
				raised, err = w.indicators().Raise(tx, due)
				return err
			})
			return raised
		}
		before := w.audit(kernel.ID(id))
		if n := tick(); n != 1 {
			t.Fatalf("%d alerts", n)
		}
		if n := tick(); n != 0 {
			t.Errorf("an alert is raised again: %d", n)
		}
		if n := w.audit(kernel.ID(id)); n != before+1 {
			t.Errorf("%d rows in the ledger, %d before", n, before)
		}
		l, err := w.outbox.Claim(context.Background(), tenant, "notify", "test", time.Minute, 10)
		if err != nil || len(l) != 1 || !strings.Contains(l[0].Body, `"what":"indicator_alert"`) {
			t.Errorf("%v %v", l, err)
		}
		a := w.do("leader", "GET", "/indicators/alerts", nil).want(200)
		if len(a.list("items")) != 1 || a.str("items.0.kind") != "behind" || a.str("items.0.target.amount") != "100" || a.str("items.0.forecast") != "16" {
			t.Error(a.Raw)
		}
		if a := w.do("clerk-north", "GET", "/indicators/alerts", nil).want(200); len(a.list("items")) != 0 {
			t.Error(a.Raw)
		}
	})
}

// 制约因素 → 应对措施 → 解决方案, each after the other; rules are kept in versions; contests compare units, with enough records.
func TestIndicatorLog(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		new := map[string]any{"org": w.orgs["小桥居委会"], "factor": "皮带运输能力不足", "due": "2023-05-31"}
		w.do("clerk-north", "POST", "/indicators/constraints", new).want(404)
		w.do("leader", "POST", "/indicators/constraints", new).want(403)
		c := w.do("clerk", "POST", "/indicators/constraints", new).want(201)
		at := "/indicators/constraints/" + c.str("id")
		w.do("clerk", "POST", at, map[string]any{"step": "solved", "text": "换了皮带"}).want(422)
		w.do("clerk", "POST", at, map[string]any{"step": "measured", "text": "夜班检修"}).want(200)
		w.do("clerk", "POST", at, map[string]any{"step": "measured", "text": "再来"}).want(422)
		if a := w.do("clerk", "POST", at, map[string]any{"step": "solved", "text": "换了皮带"}).want(200); a.str("measure") != "夜班检修" || a.str("solution") != "换了皮带" || a.str("step") != "solved" {
			t.Error(a.Raw)
		}
		if a := w.do("leader", "GET", "/indicators/constraints?step=solved", nil).want(200); len(a.list("items")) != 1 {
			t.Error(a.Raw)
		}
		rule := map[string]any{"code": "AQ-07", "kind": "rule", "title": "入井检身制度", "change": "首次制定", "org": w.orgs["小桥居委会"], "from": "2023-03-01"}
		r := w.do("clerk", "POST", "/indicators/rules", rule).want(201)
		w.do("clerk", "POST", "/indicators/rules", rule).want(409)
		rule["of"], rule["was"], rule["change"], rule["from"] = r.str("id"), 1, "增加仪容镜", "2023-02-01"
		w.do("clerk", "POST", "/indicators/rules", rule).want(422)
		rule["from"] = "2023-05-01"
		w.do("clerk", "POST", "/indicators/rules", rule).want(201)
		w.do("clerk", "POST", "/indicators/rules", rule).want(409)
		if a := w.do("leader", "GET", "/indicators/rules", nil).want(200); len(a.list("items")) != 1 || a.num("items.0.version") != 2 {
			t.Error(a.Raw)
		}
		if a := w.do("leader", "GET", "/indicators/rules/"+r.str("id"), nil).want(200); len(a.list("items")) != 2 || a.str("items.1.change") != "首次制定" {
			t.Error(a.Raw)
		}
	})
}

func TestContest(t *testing.T) {
	w := newWorld(t)
	w.define("yield", "sum", "吨")
	orgs := []string{"小桥居委会", "北社区居委会", "安居物业"}
	reported := map[string]int{"小桥居委会": 40, "北社区居委会": 29, "安居物业": 35}
	for i, o := range orgs {
		id := w.target("yield", o, "2023Q2", "100")
		w.do("supervisor", "POST", "/indicators/targets/"+id+"/values", map[string]any{"as_of": "2023-04-26", "amount": []string{"60", "90", "80"}[i], "n": reported[o], "source": "日报"}).want(200)
	}
	open := func(o ...kernel.ID) (c *indicators.Contest, err error) {
		err = w.db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
			c, err = w.indicators().OpenContest(tx, kernel.System(tenant), indicators.ContestDraft{Title: "二季度劳动竞赛", Period: "2023Q2", MinN: 30, Orgs: o,
				Entries: []indicators.Entry{{Def: "yield", Theme: "growth", Weight: 1}}})
			return err
		})
		return c, err
	}
	if _, err := open(w.orgs["小桥居委会"], w.people["cadre"]); !kernel.Is(err, kernel.KindInvalid) {
		t.Errorf("a person takes part: %v", err)
	}
	if _, err := open(w.orgs["小桥居委会"]); !kernel.Is(err, kernel.KindInvalid) {
		t.Errorf("a contest of one: %v", err)
	}
	if _, err := open(w.orgs[orgs[0]], w.orgs[orgs[1]], w.orgs[orgs[2]]); err != nil {
		t.Fatal(err)
	}
	w.do("supervisor", "POST", "/indicators/contests", map[string]any{"title": "街道竞赛", "period": "2023Q2", "min_n": 30, "orgs": []any{w.orgs[orgs[0]], w.orgs[orgs[1]]},
		"entries": []any{map[string]any{"indicator": "yield", "theme": "growth", "weight": 1}}}).want(404)
	a := w.do("leader", "GET", "/indicators/contests", nil).want(200)
	if len(a.list("items.0.units")) != 3 || a.str("items.0.units.0.org.name") != "安居物业" || a.num("items.0.units.0.rank") != 1 || a.str("items.0.units.1.org.name") != "小桥居委会" ||
		a.num("items.0.units.1.rank") != 2 || a.str("items.0.units.2.why") != "few" || a.num("items.0.units.2.rank") != 0 || a.str("items.0.entries.0.theme_name") != "稳增长" {
		t.Error(a.Raw)
	}
}

// A formula is tried before it is anybody's target: it tells what each measure gives, stores nothing, and refuses what a definition would.
func TestAFormulaIsTried(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		for range 3 {
			w.to("ordered")
		}
		body := func(more ...any) map[string]any {
			b := map[string]any{"formula": "100 * cases_opened / (cases_opened + 1)", "sample": "cases_opened", "places": 2, "holder": w.orgs["小桥居委会"], "period": "2023Q2"}
			for i := 0; i < len(more); i += 2 {
				b[more[i].(string)] = more[i+1]
			}
			return b
		}
		a := w.do("supervisor", "POST", "/indicators/trial", body()).want(200)
		if a.str("amount") != "75.00" || a.num("n") != 3 || len(a.list("measures")) != 1 || a.str("measures.0.name") != "cases_opened" || a.num("measures.0.value") != 3 {
			t.Errorf("%s", a.Raw)
		}
		if a := w.do("supervisor", "POST", "/indicators/trial", body("period", "2022Q1", "formula", "100 / cases_opened")).want(200); a.get("amount") != nil || a.num("measures.0.value") != 0 {
			t.Errorf("a share of nothing is a number: %s", a.Raw)
		}
		for field, b := range map[string]map[string]any{"formula": body("formula", "cases_opened + residents_scored"), "sample": body("sample", "1 .. 9"), "period": body("period", "2023Q7"), "holder": body("holder", "01GZ03JSM0VNBXZ4X8JQ4A6Q5V")} {
			if a := w.do("supervisor", "POST", "/indicators/trial", b).want(422); a.fields()[0] != field {
				t.Errorf("%s: %s", field, a.Raw)
			}
		}
		w.do("", "POST", "/indicators/trial", body()).want(401)
		w.do("clerk", "POST", "/indicators/trial", body()).want(403)
		w.do("supervisor", "POST", "/indicators/trial", body("holder", w.orgs["区政府"])).want(404) // of a street, not of the district
		if l := w.do("supervisor", "GET", "/indicators", nil).want(200); len(l.list("items")) != 0 {
			t.Errorf("a trial stores a definition: %s", l.Raw)
		}
	})
}

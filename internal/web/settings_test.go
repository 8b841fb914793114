package web_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"

	"sanzhi/internal/web"
	"sanzhi/internal/web/api"
	"sanzhi/internal/workflow"
)

// keyState is what the fixture tells of its keys.
func (w *world) keyState() api.KeyState {
	return api.KeyState{Current: "k2", Old: []string{"k1"}, Public: "sanzhi+00000000+AQ"}
}

const nobodyID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"

func init() {
	one := func(who string) []string { return []string{who} }
	sys, sec, aud := one("sysadmin"), one("secadmin"), one("auditor")
	guarded = append(guarded, []struct {
		method, path string
		body         any
		who          []string
	}{
		{"GET", "/flows/menu/versions", nil, sys},
		{"GET", "/flows/menu/versions/1", nil, sys},
		{"POST", "/flows/menu/versions/1/restore", nil, sys},
		{"POST", "/flows/simulate", map[string]any{"source": secretFlow}, sys},
		{"GET", "/settings", nil, sys},
		{"PATCH", "/settings", map[string]any{}, sys},
		{"GET", "/settings/calendar?year=2023", nil, sys},
		{"GET", "/settings/keys", nil, sec},
		{"GET", "/accounts/" + nobodyID, nil, sec},
		{"POST", "/accounts/" + nobodyID + "/password", nil, sec},
		{"DELETE", "/accounts/" + nobodyID + "/sessions/" + nobodyID, nil, sec},
		{"DELETE", "/accounts/" + nobodyID + "/tokens/" + nobodyID, nil, sec},
		{"GET", "/posts", nil, sec},
		{"GET", "/roles", nil, sec},
		{"GET", "/audit/people", nil, aud},
		{"GET", "/audit/acts", nil, aud},
		{"GET", "/audit/ledger", nil, aud},
		{"POST", "/audit/exports", map[string]any{}, aud},
		{"GET", "/audit/exports/" + nobodyID, nil, aud},
	}...)
}

// A flow is checked, drawn, compared and played before it is published; running cases keep their version; the change is taken back.
func TestAFlowIsChangedAndTakenBack(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.order("", "street-lamp", "x")
		w.order("", "street-lamp", "y")
		v := w.do("sysadmin", "GET", "/flows/menu/versions", nil).want(200)
		if len(v.list("items")) != 1 || v.num("items.0.cases") != 2 || v.get("items.0.in_force") != true {
			t.Fatalf("%s", v.Raw)
		}
		sheet := w.do("sysadmin", "GET", "/flows/menu/versions/1", nil).want(200)
		source := sheet.str("source")
		if sheet.num("in_force") != 1 || sheet.str("opens.id") != "order" || sheet.str("steps.0.title.en") == "" || len(sheet.list("steps.0.actions.0.who")) == 0 {
			t.Fatalf("%s", sheet.Raw)
		}
		w.do("sysadmin", "GET", "/flows/menu/versions/2", nil).want(404)

		next := strings.Replace(strings.Replace(source, "version: 1", "version: 2", 1), "limit: {n: 4,", "limit: {n: 8,", 1)
		if next == strings.Replace(source, "version: 1", "version: 2", 1) {
			t.Fatal("the flow has no limit of four to change")
		}
		dry := w.do("sysadmin", "POST", "/flows?dry=true", map[string]any{"source": next}, english()).want(201)
		if dry.num("change.from") != 1 || dry.num("change.running.0.version") != 1 || dry.num("change.running.0.cases") != 2 || dry.str("sheet.id") != "menu" {
			t.Errorf("%s", dry.Raw)
		}
		if len(dry.list("change.differences")) != 1 || dry.str("change.differences.0.part") != "clock" || !strings.Contains(dry.str("change.differences.0.say"), "4 working hours → 8 working hours") {
			t.Errorf("differences: %v", dry.get("change.differences"))
		}
		// Cases of a confidential flow are not counted for who may not read them.
		w.open("", "dispute", "楼上吵", map[string]any{"kind": "neighbours"})
		if a := w.do("sysadmin", "GET", "/flows/dispute/versions", nil).want(200); a.get("items.0.cases") != nil {
			t.Errorf("confidential cases are counted: %s", a.Raw)
		}

		play := w.do("sysadmin", "POST", "/flows/simulate", map[string]any{"source": next}).want(200)
		if play.str("step") != "" || play.str("options.0.action") != "order" || play.str("options.0.as.0.as") != "anyone" {
			t.Fatalf("%s", play.Raw)
		}
		acts := []any{map[string]any{"at": "2023-04-27 10:00", "action": "order", "as": "requester"}, map[string]any{"at": "2023-04-27 10:30", "action": "accept", "as": "cadre"}}
		play = w.do("sysadmin", "POST", "/flows/simulate", map[string]any{"source": next, "acts": acts}).want(200)
		if len(play.list("moves")) != 1 || play.num("refused.act") != 2 || play.str("refused.say") == "" || play.str("step") != "ordered" {
			t.Errorf("%s", play.Raw)
		}
		if play.str("moves.0.clocks.0.due_at") == "" || len(play.list("options")) == 0 {
			t.Errorf("%s", play.Raw)
		}
		if n := w.do("sysadmin", "GET", "/cases?state=all", nil).want(200); len(n.list("items")) != 0 {
			t.Errorf("playing made cases: %s", n.Raw)
		}
		w.do("sysadmin", "POST", "/flows/simulate", map[string]any{"source": "flow: ["}).want(422)

		w.do("sysadmin", "POST", "/flows", map[string]any{"source": next}, key("p")).want(201)
		w.clock.Advance(time.Second)
		w.order("", "street-lamp", "z")
		v = w.do("sysadmin", "GET", "/flows/menu/versions", nil).want(200)
		if v.num("items.0.version") != 2 || v.num("items.0.cases") != 1 || v.num("items.1.cases") != 2 {
			t.Errorf("running cases did not keep their version: %s", v.Raw)
		}
		w.do("sysadmin", "POST", "/flows/menu/versions/2/restore", nil).want(409)
		back := w.do("sysadmin", "POST", "/flows/menu/versions/1/restore", nil, key("b")).want(201)
		if again := w.do("sysadmin", "POST", "/flows/menu/versions/1/restore", nil, key("b")).want(201); back.num("version") != 3 || again.num("version") != 3 {
			t.Errorf("%s %s", back.Raw, again.Raw)
		}
		now := w.do("sysadmin", "GET", "/flows/menu/versions/3", nil).want(200)
		if now.str("source") != strings.Replace(source, "version: 1", "version: 3", 1) {
			t.Error("what came back is not what was")
		}
		log := w.do("auditor", "GET", "/audit?act=flow_published", nil).want(200)
		if len(log.list("items")) != 2 || log.num("items.0.public.restored") != 1 || !strings.Contains(log.str("items.0.who"), "sysadmin") || log.str("items.0.title") != "发布了流程" {
			t.Errorf("%s", log.Raw)
		}
	})
}

// Two who change the menu or the rules at once do not undo each other unawares; what is switched off is ordered by nobody.
func TestTheMenuIsNotReplacedUnseen(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		at := fmt.Sprintf("?lon=%v&lat=%v", centre[0], centre[1])
		menu := w.do("sysadmin", "GET", "/menu/items", nil).want(200)
		items, mark := menu.list("items"), menu.str("mark")
		lamp := -1
		for i := range items {
			if menu.str(fmt.Sprintf("items.%d.id", i)) == "street-lamp" {
				lamp = i
			}
		}
		item, _ := items[lamp].(map[string]any)
		item["off"] = true
		put := w.do("sysadmin", "PUT", "/menu/items", map[string]any{"items": items, "mark": mark}).want(200)
		if put.str("mark") == mark {
			t.Error("the mark did not change")
		}
		w.do("sysadmin", "PUT", "/menu/items", map[string]any{"items": items, "mark": mark}).want(409)
		if m := w.do("", "GET", "/menu"+at, nil).want(200); strings.Contains(m.Raw, "street-lamp") {
			t.Errorf("what is switched off stands on the menu: %s", m.Raw)
		}
		w.do("", "POST", "/cases", map[string]any{"flow": "menu", "item": "street-lamp", "text": "x", "lon": centre[0], "lat": centre[1]}).want(422)
		if m := w.do("sysadmin", "GET", "/menu/items", nil).want(200); !strings.Contains(m.Raw, `"off":true`) {
			t.Error("what is switched off is gone")
		}
		for name, form := range map[string]any{
			"id":      []any{map[string]any{"id": "A", "label": map[string]any{"zh": "x", "en": "x"}, "type": "text"}},
			"label":   []any{map[string]any{"id": "a", "label": map[string]any{"zh": "x", "en": ""}, "type": "text"}},
			"choices": []any{map[string]any{"id": "a", "label": map[string]any{"zh": "x", "en": "x"}, "type": "choice"}},
			"unit":    []any{map[string]any{"id": "a", "label": map[string]any{"zh": "x", "en": "x"}, "type": "unit"}},
			"refused": []any{map[string]any{"id": "a", "label": map[string]any{"zh": "身份证号", "en": "Identity number"}, "type": "text"}},
		} {
			item["form"] = form
			if a := w.do("sysadmin", "PUT", "/menu/items", map[string]any{"items": items}); a.Status != 422 || !strings.HasPrefix(a.fields()[0], fmt.Sprintf("items[%d].form", lamp)) {
				t.Errorf("%s: %d %s", name, a.Status, a.Raw)
			}
		}
		item["form"] = []any{map[string]any{"id": "a", "label": map[string]any{"zh": "单元", "en": "Entrance"}, "type": "choice", "choices": []any{map[string]any{"id": "1", "label": map[string]any{"zh": "一", "en": "1"}}}}}
		w.do("sysadmin", "PUT", "/menu/items", map[string]any{"items": items}).want(200)
		delete(item, "form")
		item["limit"] = map[string]any{"n": 0, "unit": "working_days"}
		w.do("sysadmin", "PUT", "/menu/items", map[string]any{"items": items}).want(422)
		rules := w.do("sysadmin", "GET", "/routing/rules", nil).want(200)
		w.do("sysadmin", "PUT", "/routing/rules", map[string]any{"rules": rules.list("rules"), "mark": "0000000000000000"}).want(409)
		w.do("sysadmin", "PUT", "/routing/rules", map[string]any{"rules": rules.list("rules"), "mark": rules.str("mark")}).want(200)
	})
}

// A trial of rules tells what goes elsewhere, in which communities, and which rule matches how often.
func TestATrialNamesPlacesButNoCases(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		w.order("", "street-lamp", "只有本人知道的话")
	}
	rules := []any{map[string]any{"id": "r", "items": []string{"street-lamp"}, "via": "unit", "unit": w.orgs["自来水公司"], "sort": 0, "title": map[string]any{"zh": "规则", "en": "Rule"}},
		map[string]any{"id": "never", "items": []string{"stair-light"}, "via": "unit", "unit": w.orgs["自来水公司"], "sort": 0, "title": map[string]any{"zh": "规则", "en": "Rule"}}}
	try := w.do("sysadmin", "POST", "/routing/try", map[string]any{"rules": rules}).want(200)
	if try.str("moves.0.where.0.place") != "小桥社区" || try.num("moves.0.where.0.cases") != 3 || try.num("hits.0.cases") != 3 || try.num("hits.1.cases") != 0 {
		t.Errorf("%s", try.Raw)
	}
	if strings.Contains(try.Raw, "只有本人") {
		t.Error("a trial shows a case")
	}
}

func TestSettings(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		s := w.do("sysadmin", "GET", "/settings", nil).want(200)
		mark := s.str("mark")
		if s.str("office") == "" || s.get("limits_default") != true || s.num("limits.address.burst") != access.DefaultOrderLimits.Address.Burst || !slices.Contains(s.list("years"), any(2023.0)) {
			t.Fatalf("%s", s.Raw)
		}
		for field, body := range map[string]map[string]any{
			"office":                    {"office": "18:00-09:00"},
			"emergency[0].number":       {"emergency": []any{map[string]any{"number": "x", "title": map[string]any{"zh": "火", "en": "Fire"}, "words": []string{"火"}}}},
			"emergency[0].title":        {"emergency": []any{map[string]any{"number": "119", "title": map[string]any{"zh": "火", "en": ""}, "words": []string{"火"}}}},
			"emergency[0].words":        {"emergency": []any{map[string]any{"number": "119", "title": map[string]any{"zh": "火", "en": "Fire"}, "words": []string{}}}},
			"calendar.holidays":         {"calendar": map[string]any{"years": []int{2040}, "holidays": []string{"2041-01-01"}, "workdays": []string{}}},
			"calendar.workdays":         {"calendar": map[string]any{"years": []int{2040}, "holidays": []string{}, "workdays": []string{"2040-01-02"}}}, // a Monday
			"limits.address.burst":      {"limits": map[string]any{"address": map[string]any{"burst": 0, "seconds": 1}, "phone": map[string]any{"burst": 1, "seconds": 1}, "all": map[string]any{"burst": 1, "seconds": 1}}},
			"limits.phone.seconds":      {"limits": map[string]any{"address": map[string]any{"burst": 1, "seconds": 1}, "phone": map[string]any{"burst": 1, "seconds": 0}, "all": map[string]any{"burst": 1, "seconds": 1}}},
			"body.emergency[0].unknown": {"emergency": []any{map[string]any{"number": "119", "title": map[string]any{"zh": "火", "en": "Fire"}, "words": []string{"火"}, "unknown": 1}}},
		} {
			a := w.do("sysadmin", "PATCH", "/settings", body)
			if a.Status != 422 || !slices.Contains(a.fields(), strings.TrimPrefix(field, "body.")) {
				t.Errorf("%s: %d %s", field, a.Status, a.Raw)
			}
		}
		changed := w.do("sysadmin", "PATCH", "/settings", map[string]any{"mark": mark, "office": "08:30-12:00,15:00-18:30"}).want(200)
		if changed.str("office") != "08:30-12:00,15:00-18:30" || changed.get("office_default") != false || changed.str("mark") == mark {
			t.Errorf("%s", changed.Raw)
		}
		w.do("sysadmin", "PATCH", "/settings", map[string]any{"mark": mark, "office": "09:00-10:00"}).want(409)
		set, err := w.setups.Of(context.Background(), tenant)
		if err != nil || set.Office.String() != "08:30-12:00,15:00-18:30" {
			t.Errorf("%v %v", set, err)
		}

		w.clock.Advance(time.Second)
		w.do("sysadmin", "PATCH", "/settings", map[string]any{"emergency": []any{map[string]any{"number": "96110", "title": map[string]any{"zh": "反诈", "en": "Fraud"}, "words": []string{"骗子"}}}}).want(200)
		if a := w.order("", "street-lamp", "门口有骗子"); !strings.Contains(a.Raw, "96110") {
			t.Errorf("the new word shows nothing: %s", a.Raw)
		}

		// A holiday of the district itself: what is due moves on by a day.
		due := func() time.Time {
			t.Helper()
			set, err := w.setups.Of(context.Background(), tenant)
			if err != nil {
				t.Fatal(err)
			}
			d, _ := set.Calendar.Due(opening, workflow.Limit{N: 1, Unit: workflow.WorkingDays}, set.Office)
			return d
		}
		w.clock.Advance(time.Second)
		before := due()
		year := w.do("sysadmin", "GET", "/settings/calendar?year=2023", nil).want(200)
		holidays := append(year.list("holidays"), "2023-04-28")
		w.do("sysadmin", "PATCH", "/settings", map[string]any{"calendar": map[string]any{"years": []int{2023}, "holidays": holidays, "workdays": year.list("workdays")}}).want(200)
		if after := due(); after.Sub(before) < 24*time.Hour {
			t.Errorf("due %v before and %v after the day was made a holiday", before, after)
		}
		if y := w.do("sysadmin", "GET", "/settings/calendar?year=2023", nil).want(200); y.get("own") != true || len(y.list("holidays")) != len(holidays) {
			t.Errorf("%s", y.Raw)
		}
		if y := w.do("sysadmin", "GET", "/settings/calendar?year=2040", nil).want(200); y.get("known") != false {
			t.Errorf("%s", y.Raw)
		}
		log := w.do("auditor", "GET", "/audit?act=settings_changed", nil).want(200)
		if len(log.list("items")) != 3 || log.str("items.2.public.after.office") != "08:30-12:00,15:00-18:30" {
			t.Errorf("%s", log.Raw)
		}
		if k := w.do("secadmin", "GET", "/settings/keys", nil, english()).want(200); k.str("current") != "k2" || len(k.list("fixed")) != 3 || k.str("fixed.0.why") == "" {
			t.Errorf("%s", k.Raw)
		}
	})
}

// byDistrict are limits as the program joins them.
type byDistrict struct {
	*access.OrderLimiter
	by *access.OrderLimiters
}

func (b byDistrict) For(t kernel.Tenant, l access.OrderLimits) api.OrderLimits { return b.by.Of(t, l) }

// The limits that a district sets hold from the next order on.
func TestOrderLimitsOfADistrict(t *testing.T) {
	w := newWorld(t, func(c *web.Config) {
		clock := c.API.Clock
		c.API.Limits = byDistrict{access.NewOrderLimiter(access.DefaultOrderLimits, clock), access.NewOrderLimiters(clock)}
	})
	pace := func(n int) map[string]any { return map[string]any{"burst": n, "seconds": 3600} }
	w.do("sysadmin", "PATCH", "/settings", map[string]any{"limits": map[string]any{"address": pace(2), "phone": pace(9), "all": pace(9)}}).want(200)
	w.order("", "street-lamp", "a")
	w.order("", "street-lamp", "b")
	w.do("", "POST", "/cases", map[string]any{"flow": "menu", "item": "street-lamp", "text": "c", "lon": centre[0], "lat": centre[1]}).want(http.StatusTooManyRequests)
	w.do("sysadmin", "PATCH", "/settings", map[string]any{"limits_default": true}).want(200)
	w.order("", "street-lamp", "c")
}

// An account gets a one-time password that is told once; its sign-ins and tokens are seen and ended one by one.
func TestOneTimePasswordsAndSignIns(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		made := w.do("secadmin", "POST", "/accounts", map[string]any{"user": "fresh", "name": "华新来"}, key("n")).want(201)
		id, once := made.str("id"), made.str("password")
		if len(once) < 16 || made.get("must_change") != true {
			t.Fatalf("%s", made.Raw)
		}
		if l := w.do("secadmin", "GET", "/accounts?q=FRE", nil).want(200); len(l.list("items")) != 1 || strings.Contains(l.Raw, once) {
			t.Errorf("%s", l.Raw)
		}
		in := w.do("", "POST", "/sessions", map[string]any{"user": "fresh", "password": once}).want(201)
		cookie := header{"Cookie", strings.Split(in.Header.Get("Set-Cookie"), ";")[0]}
		if in.get("must_change") != true {
			t.Errorf("%s", in.Raw)
		}
		w.do("", "POST", "/me/password", map[string]any{"old": once, "password": "black tea 78"}, cookie).want(204)
		in = w.do("", "POST", "/sessions", map[string]any{"user": "fresh", "password": "black tea 78"}).want(201)
		cookie = header{"Cookie", strings.Split(in.Header.Get("Set-Cookie"), ";")[0]}
		bearer := w.do("", "POST", "/tokens", map[string]any{"name": "夜间导出", "days": 3}, cookie).want(201).str("token")
		sheet := w.do("secadmin", "GET", "/accounts/"+id, nil).want(200)
		if len(sheet.list("sessions")) != 1 || sheet.str("tokens.0.name") != "夜间导出" || sheet.get("own") == true || strings.Contains(sheet.Raw, bearer) {
			t.Errorf("%s", sheet.Raw)
		}
		w.do("secadmin", "DELETE", "/accounts/"+id+"/tokens/"+sheet.str("tokens.0.id"), nil).want(204)
		w.do("", "GET", "/me", nil, who(bearer)).want(401)
		w.do("", "GET", "/me", nil, cookie).want(200)
		w.do("secadmin", "DELETE", "/accounts/"+id+"/sessions/"+sheet.str("sessions.0.id"), nil).want(204)
		w.do("", "GET", "/me", nil, cookie).want(401)
		w.do("secadmin", "DELETE", "/accounts/"+id+"/sessions/"+sheet.str("sessions.0.id"), nil).want(404)

		reset := w.do("secadmin", "POST", "/accounts/"+id+"/password", nil, key("r")).want(201)
		if again := w.do("secadmin", "POST", "/accounts/"+id+"/password", nil, key("r")).want(201); again.str("password") != reset.str("password") || reset.str("password") == once {
			t.Errorf("%s %s", reset.Raw, again.Raw)
		}
		w.do("", "POST", "/sessions", map[string]any{"user": "fresh", "password": "black tea 78"}).want(401)
		if in := w.do("", "POST", "/sessions", map[string]any{"user": "fresh", "password": reset.str("password")}).want(201); in.get("must_change") != true {
			t.Errorf("%s", in.Raw)
		}
		w.do("secadmin", "POST", "/accounts/"+string(w.people["secadmin"])+"/password", nil).want(403)
		if me := w.do("secadmin", "GET", "/accounts/"+string(w.people["secadmin"]), nil).want(200); me.get("own") != true {
			t.Errorf("%s", me.Raw)
		}
		w.do("secadmin", "GET", "/accounts/"+nobodyID, nil).want(404)
	})
}

func TestPostsAreListed(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		var names []string
		for after := ""; ; {
			l := w.do("secadmin", "GET", "/posts?limit=5&after="+after, nil).want(200)
			for i := range l.list("items") {
				names = append(names, l.str(fmt.Sprintf("items.%d.user", i)))
			}
			if after = l.str("next"); after == "" {
				break
			}
		}
		slices.Sort(names)
		if len(slices.Compact(names)) != len(personRows) {
			t.Errorf("%d of %d are listed: %v", len(names), len(personRows), names)
		}
		if l := w.do("secadmin", "GET", "/posts?role=cadre&org="+string(w.orgs["城管局"]), nil).want(200); len(l.list("items")) != 2 || strings.Contains(l.Raw, "王干部") {
			t.Errorf("%s", l.Raw)
		}
		l := w.do("secadmin", "GET", "/posts?place="+string(w.places["小桥社区"])+"&role=grid_worker", nil).want(200)
		if len(l.list("items")) != 1 || l.str("items.0.place.name") != "第1网格" {
			t.Fatalf("%s", l.Raw)
		}
		w.do("secadmin", "DELETE", "/accounts/"+l.str("items.0.account")+"/posts/"+l.str("items.0.id"), nil).want(204)
		w.clock.Advance(time.Second)
		if l := w.do("secadmin", "GET", "/posts?role=grid_worker", nil).want(200); len(l.list("items")) != 0 {
			t.Errorf("a post that ended is listed: %s", l.Raw)
		}
		roles := w.do("secadmin", "GET", "/roles", nil).want(200)
		if len(roles.list("items")) != len(kernel.AllRoles) || strings.Contains(roles.Raw, `""`) {
			t.Errorf("a role or a permission has no name: %s", roles.Raw)
		}
	})
}

// The auditor finds what was done by person, object, act and day, with who and what in words, and takes a copy that is itself on record.
func TestTheAuditorFindsAndExports(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		id, _ := w.to("done")
		made := w.do("secadmin", "POST", "/accounts", map[string]any{"user": "fresh", "name": "华新来"}).want(201)
		people := w.do("auditor", "GET", "/audit/people?q=secadm", nil).want(200)
		if len(people.list("items")) != 1 || people.str("items.0.name") == "许安全" {
			t.Fatalf("%s", people.Raw)
		}
		log := w.do("auditor", "GET", "/audit?actor="+people.str("items.0.actor"), nil).want(200)
		if len(log.list("items")) != 1 || log.str("items.0.act") != "account_made" || log.str("items.0.object") != made.str("id") || !strings.Contains(log.str("items.0.who"), "secadmin") {
			t.Errorf("what the security administrator did is not found: %s", log.Raw)
		}
		if l := w.do("auditor", "GET", "/audit?object="+id+"&act=submit", nil, english()).want(200); !strings.Contains(l.str("items.0.who"), "clerk") || l.str("items.0.title") == "submit" {
			t.Errorf("%s", l.Raw)
		}
		acts := w.do("auditor", "GET", "/audit/acts", nil).want(200)
		if !strings.Contains(acts.Raw, `"account_made"`) || !strings.Contains(acts.Raw, `"submit"`) {
			t.Errorf("%s", acts.Raw)
		}
		state := w.do("auditor", "GET", "/audit/ledger", nil).want(200)
		if state.num("sealed") != 0 || state.num("waiting") == 0 || state.str("oldest") == "" || state.get("checkpoint") != nil || state.str("public") == "" {
			t.Errorf("%s", state.Raw)
		}

		took := w.do("auditor", "POST", "/audit/exports", map[string]any{"object": id}, key("e")).want(201)
		if again := w.do("auditor", "POST", "/audit/exports", map[string]any{"object": id}, key("e")).want(201); again.str("id") != took.str("id") {
			t.Error("a repeated request took another copy")
		}
		file := w.do("auditor", "GET", "/audit/exports/"+took.str("id"), nil).want(200)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.Raw, "\ufeff"))).ReadAll()
		if err != nil || len(rows) != took.num("rows")+1 || len(rows) != 6 || rows[1][7] != id {
			t.Errorf("%v %d rows: %s", err, len(rows), file.Raw)
		}
		if !strings.Contains(file.Header.Get("Content-Disposition"), "audit-") {
			t.Errorf("%v", file.Header)
		}
		if l := w.do("auditor", "GET", "/audit?act=audit_exported", nil).want(200); len(l.list("items")) != 1 || l.num("items.0.public.rows") != 5 {
			t.Errorf("%s", l.Raw)
		}
		// Another row of the ledger is no copy.
		other := w.do("auditor", "GET", "/audit?act=submit", nil).want(200).str("items.0.id")
		w.do("auditor", "GET", "/audit/exports/"+other, nil).want(404)
	})
}

// Who sends a message again stands in the ledger.
func TestRetryingIsOnRecord(t *testing.T) {
	w := newWorld(t)
	w.update(func(tx kernel.Tx) error { return w.outbox.Put(tx, "webhook", "x", map[string]any{}) })
	l, err := w.outbox.Claim(context.Background(), tenant, "webhook", "me", time.Minute, 1)
	if err != nil || len(l) != 1 {
		t.Fatalf("%v %v", l, err)
	}
	if err := w.outbox.Fail(context.Background(), tenant, l[0].ID, "me", "refused", time.Time{}); err != nil {
		t.Fatal(err)
	}
	w.do("sysadmin", "POST", "/outbox/"+string(l[0].ID)+"/retry", nil).want(204)
	if log := w.do("auditor", "GET", "/audit?act=outbox_retried", nil).want(200); len(log.list("items")) != 1 || log.str("items.0.public.message") != string(l[0].ID) {
		t.Errorf("%s", log.Raw)
	}

}

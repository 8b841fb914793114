package web_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sanzhi/internal/territory"
)

// Before it is handed over, a case's unit is told to be routing's proposal; afterwards it is the unit's own.
func TestAProposedUnitIsToldToBeOne(t *testing.T) {
	w := newWorld(t)
	id, _ := w.to("ordered")
	if got := w.do("clerk", "GET", "/cases/"+id, nil).want(200); got.str("unit.name") != "城管局" || got.get("unit.proposed") != true || got.get("route.unit.proposed") != nil {
		t.Errorf("%s", got.Raw)
	}
	w.act("clerk", id, "submit", nil).want(200)
	if got := w.do("clerk", "GET", "/cases/"+id, nil).want(200); got.str("unit.name") != "城管局" || got.get("unit.proposed") != nil {
		t.Errorf("%s", got.Raw)
	}
}

// A resident whose order was merged into another's rates that case from the account, once a round, and reads nothing else of it.
func TestAMergedOrderIsRatedFromTheAccount(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		into, code := w.to("ordered")
		own := w.order("resident", "street-lamp", "路灯坏了").str("id")
		w.act("clerk", own, "merge", map[string]any{"into": into}).want(200)
		number := w.do("clerk", "GET", "/cases/"+into, nil).want(200).str("number")
		if got := w.do("clerk", "GET", "/cases/"+own, nil).want(200); got.str("merged.id") != into || !strings.Contains(got.str("merged.name"), number) || len(got.list("actions")) != 0 {
			t.Errorf("the clerk's: %s", got.Raw)
		}
		offered := func() (out []string) {
			got := w.do("resident", "GET", "/cases/"+own, nil).want(200)
			if strings.Contains(got.Raw, number) || got.str("merged.name") == "" {
				t.Errorf("the resident's: %s", got.Raw)
			}
			for _, x := range got.list("actions") {
				m, _ := x.(map[string]any)
				s, _ := m["id"].(string)
				out = append(out, s)
			}
			return out
		}
		if slices.Contains(offered(), "rate") {
			t.Error("it may be rated before anything was done")
		}
		w.act("resident", own, "rate", map[string]any{"score": 5, "solved": true}).want(409)
		for _, s := range []struct {
			user, action string
			form         map[string]any
		}{{"clerk", "submit", nil}, {"dispatcher", "dispatch", nil}, {"cadre", "accept", nil}, {"cadre", "finish", map[string]any{"result": "换了灯泡"}}} {
			w.act(s.user, into, s.action, s.form).want(200)
		}
		if !slices.Contains(offered(), "rate") {
			t.Errorf("offered %v", offered())
		}
		w.do("resident", "GET", "/cases/"+into, nil).want(404)
		w.act("neighbour", own, "rate", map[string]any{"score": 1, "solved": false}).want(404)
		w.do("", "POST", "/track/"+code+"/rate", map[string]any{"score": 5, "solved": true}).want(200) // the first requester
		done := w.act("resident", own, "rate", map[string]any{"score": 2, "solved": false}).want(200)
		if done.str("id") != into || done.num("round") != 2 {
			t.Errorf("not solved opens the next round: %s", done.Raw)
		}
		w.act("resident", own, "rate", map[string]any{"score": 2, "solved": false}).want(409)
		if stale := w.do("resident", "POST", "/cases/"+own+"/comment", map[string]any{"version": 77, "text": "还是不亮"}); stale.Status != 409 {
			t.Errorf("a version that never was: %d", stale.Status)
		}
		w.act("resident", own, "comment", map[string]any{"text": "还是不亮"}).want(200)
	})
}

// Who was called in by a unit that passes the case on has no more to read in it.
func TestHelpersGoWithTheUnitThatCalledThem(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		for _, x := range []struct {
			name, step, user, action string
			form                     map[string]any
		}{{"transfer", "accepted", "dispatcher", "transfer", map[string]any{"unit": w.orgs["安居物业"], "reason": "是小区里的"}},
			{"return", "submitted", "dispatcher", "return", map[string]any{"reason": "不归我们"}}} {
			id, _ := w.to(x.step)
			w.act("clerk", id, "cohandle", map[string]any{"units": []any{w.orgs["自来水公司"]}}).want(200)
			w.do("water", "GET", "/cases/"+id, nil).want(200)
			w.act(x.user, id, x.action, x.form).want(200)
			w.do("water", "GET", "/cases/"+id, nil).want(404)
			if l := w.do("water", "GET", "/cases", nil).want(200); len(l.list("items")) != 0 {
				t.Errorf("%s: the former helper lists %s", x.name, l.Raw)
			}
			if got := w.do("clerk", "GET", "/cases/"+id, nil).want(200); len(got.list("cohandles")) != 0 {
				t.Errorf("%s: %s", x.name, got.Raw)
			}
		}
	})
}

// A case that was opened again shows what was done before as former, until it is done anew.
func TestAFormerResultIsToldToBeOne(t *testing.T) {
	w := newWorld(t)
	id, code := w.to("done")
	look := func(former any, round int) {
		t.Helper()
		staff, own := w.do("clerk", "GET", "/cases/"+id, nil).want(200), w.do("", "GET", "/track/"+code, nil).want(200)
		for _, a := range []*answer{staff, own} {
			if a.get("result.former") != former || a.num("result.round") != round {
				t.Errorf("former %v, round %d; want %v, %d", a.get("result.former"), a.num("result.round"), former, round)
			}
		}
	}
	look(nil, 1)
	w.clock.Advance(time.Hour)
	w.do("", "POST", "/track/"+code+"/rate", map[string]any{"score": 1, "solved": false}).want(200)
	look(true, 1)
	w.clock.Advance(time.Hour)
	for _, s := range []struct {
		user, action string
		form         map[string]any
	}{{"dispatcher", "dispatch", nil}, {"cadre", "accept", nil}, {"cadre", "finish", map[string]any{"result": "又换了"}}} {
		w.act(s.user, id, s.action, s.form).want(200)
	}
	look(nil, 2)
}

// The list of units that an action may name holds all and only those that the action takes.
func TestOnlyUnitsThatCanTakeACaseAreProposed(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		names := func(user, query string) (out []string) {
			for _, x := range w.do(user, "GET", "/orgs?limit=200&"+query, nil).want(200).list("items") {
				m, _ := x.(map[string]any)
				s, _ := m["name"].(string)
				out = append(out, s)
			}
			return out
		}
		id, _ := w.to("submitted")
		all := names("clerk", "")
		takers := names("clerk", "can_take=true")
		here := names("clerk", "can_take=true&action=transfer&case="+id)
		if len(takers) >= len(all) || slices.Contains(takers, "小桥调委会") || !slices.Contains(takers, "自来水公司") {
			t.Errorf("all %v, takers %v", all, takers)
		}
		for _, name := range all {
			if name == "城管局" {
				continue // it has the case
			}
			own, _ := w.to("submitted")
			a := w.act("clerk", own, "transfer", map[string]any{"unit": w.orgs[name], "reason": "试"})
			if (a.Status == 200) != slices.Contains(here, name) {
				t.Errorf("%s: listed %v, taken %d %s", name, slices.Contains(here, name), a.Status, a.Raw)
			}
		}
		if l := names("clerk", "can_take=true&q=自来"); !slices.Equal(l, []string{"自来水公司"}) {
			t.Errorf("by name: %v", l)
		}
		w.do("clerk", "GET", "/orgs?can_take=true&action=fly&case="+id, nil).want(422)
		w.do("clerk-north", "GET", "/orgs?can_take=true&action=transfer&case="+id, nil).want(404)

		// Whose accounts are all disabled can take nothing, and nobody of them is offered.
		w.do("secadmin", "PATCH", "/accounts/"+string(w.people["water"]), map[string]any{"disabled": true}).want(200)
		if slices.Contains(names("clerk", "can_take=true&action=transfer&case="+id), "自来水公司") {
			t.Error("a unit without anybody who may sign in is listed")
		}
		w.act("clerk", id, "transfer", map[string]any{"unit": w.orgs["自来水公司"], "reason": "试"}).want(422)
		staff := func() int {
			return len(w.do("dispatcher", "GET", "/orgs/"+string(w.orgs["城管局"])+"/staff?case="+id, nil).want(200).list("items"))
		}
		before := staff()
		w.do("secadmin", "PATCH", "/accounts/"+string(w.people["cadre2"]), map[string]any{"disabled": true}).want(200)
		if before != 2 || staff() != 1 {
			t.Errorf("staff %d, then %d", before, staff())
		}
		w.act("dispatcher", id, "dispatch", map[string]any{"assignee": w.people["cadre2"]}).want(422)
	})
}

// Kinds of places bear one name wherever they are named.
func TestKindsOfPlacesBearOneName(t *testing.T) {
	w := newWorld(t)
	seen := 0
	for _, x := range w.do("", "GET", "/places?q=桥", nil, english()).want(200).list("items") {
		m, _ := x.(map[string]any)
		kind, _ := m["kind"].(string)
		name, _ := m["kind_name"].(string)
		if want := territory.Kind(kind).Text(); !strings.EqualFold(name, want.En) || name[:1] != strings.ToUpper(name[:1]) {
			t.Errorf("%s is called %q, want %q", kind, name, want.En)
		}
		seen++
	}
	if seen == 0 {
		t.Error("no places")
	}
}

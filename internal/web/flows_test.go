package web_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/store"
)

// open opens a case of a flow without an item of the menu at the centre.
func (w *world) open(user, flow, text string, form map[string]any) (id, code string) {
	w.t.Helper()
	a := w.do(user, "POST", "/cases", map[string]any{"flow": flow, "text": text, "lon": centre[0], "lat": centre[1], "form": form}).want(201)
	return a.str("id"), a.str("track_code")
}

// hotline gives somebody a post at the desk of the district's hotline.
func (w *world) hotline() {
	w.t.Helper()
	w.update(func(tx kernel.Tx) error {
		return store.Orgs{}.PutHoldings(tx, []*orgs.Holding{{ID: kernel.NewID(tx.Now()), Person: w.people["neighbour"], Title: "热线坐席", Role: kernel.GridWorker,
			Org: w.orgs["区政府"], Place: w.places["城北区"], Path: "630105/", Level: "county", From: tx.Now().Add(-time.Hour)}})
	})
}

// A dispute is read by its parties, the mediator and nobody else; an agreement is taken only with all that the law asks for; the
// court stays open at every step.
func TestADisputeIsMediated(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.hotline()
		id, code := w.open("", "dispute", "楼上夜里声音大", map[string]any{"kind": "neighbours", "other_party": "楼上的住户", "wish": "十点以后安静"})
		for _, user := range []string{"clerk", "grid", "supervisor", "leader", "dispatcher", "cadre", "neighbour"} {
			w.do(user, "GET", "/cases/"+id, nil).want(404)
			if l := w.do(user, "GET", "/cases?flow=dispute&state=all", nil).want(200); len(l.list("items")) != 0 {
				t.Errorf("%s finds the dispute in a list: %s", user, l.Raw)
			}
		}
		w.act("mediator", id, "accept", map[string]any{"rights": true, "willing": false}).want(422)
		w.act("mediator", id, "accept", map[string]any{"rights": true, "willing": true}).want(200)
		// The other party asks too, and the two are joined: it follows with its own code and may leave.
		other, otherCode := w.open("", "dispute", "楼下老来敲门", map[string]any{"kind": "neighbours"})
		w.act("mediator", other, "join", map[string]any{"into": id}).want(200)
		if tr := w.do("", "GET", "/track/"+otherCode, nil).want(200); tr.str("step") != "mediating" {
			t.Errorf("the other party sees %s", tr.Raw)
		}
		w.act("mediator", id, "record", map[string]any{"date": "2023-04-28", "words": "各说了各的"}).want(200)
		if tr := w.do("", "GET", "/track/"+otherCode, nil).want(200); strings.Contains(tr.Raw, "各说了各的") {
			t.Error("the record of the talk stands on the public time line")
		}
		agreed := map[string]any{"kind": "written", "facts": "走动声音大", "result": "装软垫", "performance": "三天内", "deadline": "2023-05-10", "signed": true, "sealed": true}
		w.act("mediator", id, "agree", agreed).want(422) // no copy for each yet
		agreed["copies"] = true
		w.act("mediator", id, "agree", agreed).want(200)
		tr := w.do("", "GET", "/track/"+code, nil).want(200)
		if tr.str("step") != "agreed" || !strings.HasPrefix(tr.str("clock.due_at"), "2023-05-27") { // 30 natural days from 27 April
			t.Errorf("agreed: %s", tr.Raw)
		}
		w.clock.Advance(31 * 24 * time.Hour)
		w.tick()
		if tr = w.do("", "GET", "/track/"+code, nil).want(200); tr.str("step") != "resolved" || tr.str("end") != "done" {
			t.Errorf("after thirty days: %s", tr.Raw)
		}
	})
}

// The mediator gives the other party a code of its own, without what the first party said; either may leave, and it ends for both.
func TestTheOtherPartyGetsACodeOfItsOwn(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		id, code := w.open("", "dispute", "楼上夜里声音大", map[string]any{"kind": "neighbours", "other_party": "楼上的住户", "wish": "十点以后安静"})
		for user, want := range map[string]int{"": 401, "clerk": 404, "resident": 404} {
			w.do(user, "POST", "/cases/"+id+"/party", map[string]any{}).want(want)
		}
		if c := w.do("mediator", "GET", "/cases/"+id, nil).want(200); c.get("parties.may_add") != true || c.num("parties.joined") != 0 {
			t.Errorf("%s", c.Raw)
		}
		party := map[string]any{"contact": map[string]any{"name": "楼上的", "phone": "13912345678"}}
		a := w.do("mediator", "POST", "/cases/"+id+"/party", party, key("party-1")).want(201)
		if again := w.do("mediator", "POST", "/cases/"+id+"/party", party, key("party-1")).want(201); again.Raw != a.Raw {
			t.Error("the same request gives a second code")
		}
		if c := w.do("mediator", "GET", "/cases/"+id, nil).want(200); c.num("parties.joined") != 1 || c.str("step") != "asked" {
			t.Errorf("%s", c.Raw)
		}
		theirs := a.str("track_code")
		w.act("mediator", id, "accept", map[string]any{"rights": true, "willing": true}).want(200)
		tr := w.do("", "GET", "/track/"+theirs, nil).want(200)
		if tr.str("step") != "mediating" || strings.Contains(tr.Raw, "楼上夜里声音大") || strings.Contains(tr.Raw, "十点以后安静") {
			t.Errorf("the other party sees %s", tr.Raw)
		}
		w.do("", "POST", "/track/"+theirs+"/leave", map[string]any{}).want(200)
		for _, c := range []string{code, theirs} {
			if tr := w.do("", "GET", "/track/"+c, nil).want(200); tr.str("end") != "cancelled" || !strings.Contains(tr.Raw, "法院") {
				t.Errorf("after one has left: %s", tr.Raw)
			}
		}
		w.do("mediator", "POST", "/cases/"+id+"/party", party).want(409)
		lamp, _ := w.to("ordered") // nobody adds parties to an order
		w.do("clerk", "POST", "/cases/"+lamp+"/party", party).want(409)
	})
}

func TestMediationNeverBlocksTheCourt(t *testing.T) {
	w := newWorld(t)
	for _, user := range []string{"", "mediator"} {
		id, code := w.open("", "dispute", "租金没给", map[string]any{"kind": "land"})
		w.act("mediator", id, "accept", map[string]any{"rights": true, "willing": true}).want(200)
		if user == "" {
			w.do("", "POST", "/track/"+code+"/leave", map[string]any{}).want(200)
		} else {
			w.act(user, id, "leave", nil).want(200)
		}
		tr := w.do("", "GET", "/track/"+code, nil).want(200)
		if tr.str("end") != "cancelled" || !strings.Contains(tr.Raw, "法院") {
			t.Errorf("left: %s", tr.Raw)
		}
	}
	id, code := w.open("", "dispute", "工钱没给", map[string]any{"kind": "work"})
	w.act("mediator", id, "accept", map[string]any{"rights": true, "willing": true}).want(200)
	w.act("mediator", id, "fail", nil).want(422) // it must name the ways that stay open
	w.act("mediator", id, "fail", map[string]any{"ways": "可以申请劳动仲裁"}).want(200)
	if tr := w.do("", "GET", "/track/"+code, nil).want(200); !strings.Contains(tr.Raw, "劳动仲裁") {
		t.Errorf("failed: %s", tr.Raw)
	}
}

// The callback of the hotline is the rating; who was not heard is in no rate.
func TestTheHotlineCallsBack(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.hotline()
		through := func(urgency string) (id string) {
			id, _ = w.open("neighbour", "hotline", "停水了", map[string]any{"urgency": urgency})
			w.act("neighbour", id, "dispatch", map[string]any{"unit": w.orgs["自来水公司"]}).want(200)
			w.act("water", id, "accept", map[string]any{"contacted": true}).want(200)
			w.act("water", id, "answer", map[string]any{"result": "修好了"}).want(200)
			return id
		}
		heard, silent, unsolved := through("utility"), through("ordinary"), through("danger")
		w.act("clerk", heard, "callback", map[string]any{"score": 5, "solved": true}).want(403) // a community's clerk is not the hotline
		w.act("neighbour", heard, "callback", map[string]any{"score": 5, "solved": true}).want(200)
		w.act("neighbour", silent, "unheard", map[string]any{"why": "unreached"}).want(200)
		if s := w.act("neighbour", unsolved, "callback", map[string]any{"score": 1, "solved": false}).want(200); s.str("step") != "dispatched" {
			t.Errorf("unsolved: %s", s.Raw)
		}
		r := w.do("leader", "GET", "/stats/rates", nil).want(200)
		if r.num("satisfaction.num") != 1 || r.num("satisfaction.den") != 2 || r.num("resolution.den") != 2 {
			t.Errorf("rates: %s", r.Raw)
		}
	})
}

// How soon a call must go out depends on what it is about.
func TestTheHotlinesDispatchClocks(t *testing.T) {
	w := newWorld(t)
	w.hotline()
	for urgency, hours := range map[string]int{"danger": 1, "utility": 2, "ordinary": 24} {
		id, _ := w.open("", "hotline", "来电", map[string]any{"urgency": urgency})
		c := w.do("neighbour", "GET", "/cases/"+id, nil).want(200)
		due, err := time.Parse(time.RFC3339, c.str("clocks.0.due_at"))
		if err != nil || due.Sub(w.clock.Now()).Round(time.Minute) != time.Duration(hours)*time.Hour {
			t.Errorf("%s is due %v after the call (%v): %s", urgency, due.Sub(w.clock.Now()), err, c.Raw)
		}
	}
}

// Units that differ on who is in charge do not send the caller away: the district decides.
func TestTheDistrictDecidesWhoIsInCharge(t *testing.T) {
	w := newWorld(t)
	w.hotline()
	id, _ := w.open("neighbour", "hotline", "路中间有坑", map[string]any{"urgency": "ordinary"})
	w.act("neighbour", id, "dispatch", map[string]any{"unit": w.orgs["自来水公司"]}).want(200)
	w.act("water", id, "contest", map[string]any{"reason": "路归城管"}).want(200)
	w.act("leader", id, "decide", map[string]any{"unit": w.orgs["城管局"], "reason": "市政道路"}).want(200)
	if c := w.do("dispatcher", "GET", "/cases/"+id, nil).want(200); c.str("step") != "dispatched" || c.str("unit.name") != "城管局" {
		t.Errorf("decided: %s", c.Raw)
	}
}

// A civility finding is closed only after somebody else than who set it right has looked again.
func TestACivilityFindingIsVerified(t *testing.T) {
	w := newWorld(t)
	id, _ := w.open("grid", "civility", "楼道堆物", map[string]any{"kind": "clutter"})
	waits := func(want string) {
		t.Helper()
		for _, c := range w.do("leader", "GET", "/cases?flow=civility", nil).want(200).list("items") {
			if got := c.(map[string]any)["waits"]; got != want {
				t.Errorf("waits for %v, not %s", got, want)
			}
		}
	}
	waits("网格员或社区工作者")
	w.act("clerk", id, "assign", map[string]any{"unit": w.orgs["城管局"]}).want(200)
	waits("城管局")
	w.act("cadre", id, "finish", map[string]any{"result": "清了"}).want(422) // a photo is asked for
	w.act("grid", id, "verify", map[string]any{"passed": true}).want(409)
	w.act("cadre", id, "finish", map[string]any{"result": "清了", "photos": []string{w.upload(picture(t, "jpeg", 40)).want(201).str("id")}}).want(200)
	waits("网格员、社区工作者或督办员") // the unit has done its part: the next act is not its own
	w.act("grid", id, "verify", map[string]any{"passed": false}).want(200)
	w.act("cadre2", id, "finish", map[string]any{"result": "又清了", "photos": []string{w.upload(picture(t, "jpeg", 40)).want(201).str("id")}}).want(200)
	if s := w.act("clerk", id, "verify", map[string]any{"passed": true}).want(200); s.str("step") != "verified" {
		t.Errorf("verified: %s", s.Raw)
	}
}

// A request goes to the unit that is paired with the compound, and without one to the community.
func TestThePairedUnitGetsTheRequest(t *testing.T) {
	w := newWorld(t)
	id, code := w.open("", "paired", "院里的地坑坑洼洼", nil)
	if c := w.do("water", "GET", "/cases/"+id, nil).want(200); c.str("unit.name") != "自来水公司" || c.str("route.rule") != "paired" {
		t.Errorf("asked: %s", c.Raw)
	}
	w.do("cadre", "GET", "/cases/"+id, nil).want(404)
	w.act("water-cadre", id, "take", nil).want(200)
	w.act("water-cadre", id, "finish", map[string]any{"result": "平好了"}).want(200)
	w.do("", "POST", "/track/"+code+"/rate", map[string]any{"score": 5, "solved": true}).want(200)
}

// Beside the menu residents find the flows that offer themselves, and no others.
func TestTheMenuOffersOtherMatters(t *testing.T) {
	w := newWorld(t)
	m := w.do("", "GET", "/menu?lon=101.7593426&lat=36.6484989", nil).want(200)
	var flows []string
	for i := range m.list("more") {
		flows = append(flows, m.str("more."+string(rune('0'+i))+".flow"))
	}
	if !slices.Equal(flows, []string{"civility", "dispute", "hazard", "paired"}) {
		t.Errorf("more: %v", flows)
	}
}

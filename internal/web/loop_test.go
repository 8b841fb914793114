package web_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// The loop as people live it: each step by the one whose step it is, over HTTP alone.
func TestLoop(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		a := w.order("", "stair-light", "三楼到五楼都黑", map[string]any{"contact": map[string]any{"name": "张三丰", "phone": "138 1234 5678"}})
		if !regexp.MustCompile(`^630105-20230427-[0-9A-HJKMNP-TV-Z]{5}$`).MatchString(a.str("number")) {
			t.Errorf("number %q", a.str("number"))
		}
		code := a.str("track_code")
		if !regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{3,4}){3}$`).MatchString(code) || len(strings.ReplaceAll(code, "-", "")) != 15 {
			t.Errorf("track_code %q", code)
		}
		if a.str("step") != "ordered" || a.num("version") != 1 || a.str("place.grid.name") != "第1网格" || a.str("place.community.name") != "小桥社区" ||
			a.get("place.village") != nil || a.str("place.street.name") != "东街道" || a.str("place.county.code") != "630105" || a.str("receipt.signature") == "" {
			t.Errorf("created: %s", a.Raw)
		}
		id := a.str("id")
		got := w.do("clerk", "GET", "/cases/"+id, nil).want(200)
		if got.str("route.unit.name") != "安居物业" || got.str("unit.name") != "安居物业" || got.str("contact.name") != "张*" || got.str("contact.phone") != "138****5678" {
			t.Errorf("before submit: %s", got.Raw)
		}
		w.do("firm", "GET", "/cases/"+id, nil).want(404) // nobody's yet but the community's
		if s := w.act("clerk", id, "submit", nil).want(200); s.str("step") != "submitted" || s.num("version") != 2 || s.str("id") != id {
			t.Errorf("submit: %s", s.Raw)
		}
		got = w.do("firm", "GET", "/cases/"+id, nil).want(200)
		if got.str("unit.name") != "安居物业" {
			t.Errorf("submit fixes the routed unit: %s", got.Raw)
		}
		w.act("clerk", id, "dispatch", nil).want(403)
		w.act("dispatcher", id, "dispatch", nil).want(404)
		staff := w.do("firm", "GET", "/orgs/"+got.str("unit.id")+"/staff?case="+id, nil).want(200)
		if len(staff.list("items")) != 1 {
			t.Fatalf("staff: %s", staff.Raw)
		}
		w.act("firm", id, "dispatch", map[string]any{"form": map[string]any{"assignee": staff.str("items.0.id")}}).want(200)
		if s := w.act("firm-cadre", id, "accept", nil).want(200); s.str("step") != "accepted" {
			t.Errorf("accept: %s", s.Raw)
		}
		w.act("firm-cadre", id, "finish", nil).want(422)
		w.act("firm-cadre", id, "finish", map[string]any{"result": "换了三只灯"}).want(200)
		tr := w.do("", "GET", "/track/"+code, nil).want(200)
		if tr.str("step") != "done" || tr.str("result.text") != "换了三只灯" || !strings.Contains(tr.Raw, `"rate"`) {
			t.Errorf("track: %s", tr.Raw)
		}
		w.do("", "POST", "/track/"+code+"/rate", map[string]any{"score": 6, "solved": true}).want(422)
		w.do("", "POST", "/track/"+code+"/rate", map[string]any{"score": 5, "solved": true, "text": "很快"}).want(200)
		w.do("", "POST", "/track/"+code+"/rate", map[string]any{"score": 1, "solved": false}).want(409)
		if tr = w.do("", "GET", "/track/"+code, nil).want(200); tr.str("end") != "done" || tr.num("rating.score") != 5 || len(tr.list("beads")) != 5 {
			t.Errorf("track at the end: %s", tr.Raw)
		}
		ev := w.do("clerk", "GET", "/cases/"+id+"/events", nil).want(200)
		var acts []string
		for i := range ev.list("items") {
			acts = append(acts, ev.str("items."+string(rune('0'+i))+".act"))
		}
		if !slices.Equal(acts, []string{"order", "submit", "dispatch", "accept", "finish", "rate"}) {
			t.Errorf("events: %v", acts)
		}
	})
}

// sideMoves are the moves beside the straight way: from a step, by somebody, with answers, to a status and a step.
var sideMoves = []struct {
	name, from, user, action string
	form                     map[string]any
	status                   int
	step                     string
	field                    string
}{
	{"the unit returns it to the community", "submitted", "dispatcher", "return", map[string]any{"reason": "不归我们"}, 200, "ordered", ""},
	{"a return says why", "submitted", "dispatcher", "return", nil, 422, "submitted", "reason"},
	{"a cadre gives it back to the unit", "accepted", "cadre", "return", map[string]any{"reason": "病了"}, 200, "submitted", ""},
	{"a cadre cannot return what was not sent out", "submitted", "cadre", "return", map[string]any{"reason": "x"}, 422, "submitted", ""},
	{"another cadre cannot return what is in somebody's hands", "accepted", "cadre2", "return", map[string]any{"reason": "x"}, 403, "accepted", ""},
	{"transfer to another unit", "submitted", "dispatcher", "transfer", map[string]any{"unit": "自来水公司", "reason": "是水的事"}, 200, "submitted", ""},
	{"transfer from dispatched", "dispatched", "clerk", "transfer", map[string]any{"unit": "自来水公司", "reason": "是水的事"}, 200, "submitted", ""},
	{"transfer to the same unit", "submitted", "dispatcher", "transfer", map[string]any{"unit": "城管局", "reason": "x"}, 422, "submitted", ""},
	{"transfer to nobody", "submitted", "dispatcher", "transfer", map[string]any{"unit": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "reason": "x"}, 422, "submitted", "form.unit"},
	{"transfer without a reason", "submitted", "dispatcher", "transfer", map[string]any{"unit": "自来水公司"}, 422, "submitted", "reason"},
	{"cohandle", "accepted", "dispatcher", "cohandle", map[string]any{"units": []string{"自来水公司"}}, 200, "accepted", ""},
	{"cohandle with oneself", "accepted", "dispatcher", "cohandle", map[string]any{"units": []string{"城管局"}}, 422, "accepted", ""},
	{"suspend", "accepted", "cadre", "suspend", map[string]any{"reason": "等料"}, 200, "suspended", ""},
	{"suspend without a reason", "accepted", "cadre", "suspend", nil, 422, "accepted", "reason"},
	{"what is not accepted cannot be suspended", "dispatched", "dispatcher", "suspend", map[string]any{"reason": "x"}, 409, "dispatched", ""},
	{"supervise", "submitted", "supervisor", "supervise", map[string]any{"words": "抓紧办"}, 200, "submitted", ""},
	{"supervise is not the clerk's", "submitted", "clerk", "supervise", map[string]any{"words": "抓紧办"}, 403, "submitted", ""},
	{"a comment", "dispatched", "clerk", "comment", map[string]any{"text": "居民来电催"}, 200, "dispatched", ""},
	{"an empty comment", "dispatched", "clerk", "comment", map[string]any{"text": "  "}, 422, "dispatched", "text"},
	{"the supervisor reopens", "done", "supervisor", "reopen", map[string]any{"reason": "没修好"}, 200, "submitted", ""},
	{"the cadre cannot rate", "done", "cadre", "rate", map[string]any{"score": 5, "solved": true}, 403, "done", ""},
	{"the clerk cannot cancel", "ordered", "clerk", "cancel", nil, 403, "ordered", ""},
	{"accept before dispatch", "submitted", "cadre", "accept", nil, 409, "submitted", ""},
	{"an action that is not", "submitted", "dispatcher", "fly", nil, 404, "submitted", ""},
	{"the opening action again", "submitted", "clerk", "order", nil, 404, "submitted", ""},
	{"who may not see it", "accepted", "water", "comment", map[string]any{"text": "x"}, 404, "accepted", ""},
	{"another community's clerk", "ordered", "clerk-north", "submit", nil, 404, "ordered", ""},
	{"an answer that the form does not ask", "submitted", "dispatcher", "dispatch", map[string]any{"colour": "red"}, 422, "submitted", "colour"},
	{"an assignee of another unit", "submitted", "dispatcher", "dispatch", map[string]any{"assignee": "@water-cadre"}, 422, "submitted", "form.assignee"},
	{"finish in form", "accepted", "cadre", "finish", map[string]any{"form": map[string]any{"result": "好了"}}, 200, "done", ""},
	{"finish beside version", "accepted", "cadre", "finish", map[string]any{"result": "好了"}, 200, "done", ""},
	{"finish twice", "done", "cadre", "finish", map[string]any{"result": "好了"}, 409, "done", ""},
}

func TestSideMoves(t *testing.T) {
	w := newWorld(t)
	for _, m := range sideMoves {
		t.Run(m.name, func(t *testing.T) {
			w.t = t
			id, _ := w.to(m.from)
			before := w.version(id)
			a := w.act(m.user, id, m.action, w.named(m.form)).want(m.status)
			if m.field != "" && !slices.ContainsFunc(a.fields(), func(f string) bool { return f == m.field || f == "form."+m.field }) {
				t.Errorf("fields %v, want %s: %s", a.fields(), m.field, a.Raw)
			}
			if m.status != 200 && w.version(id) != before {
				t.Error("a refused act moved the case")
			}
			if got := w.do("leader", "GET", "/cases/"+id, nil).want(200); got.str("step") != m.step {
				t.Errorf("step %s, want %s", got.str("step"), m.step)
			}
		})
	}
}

// named replaces names of units by their ids, and @user by the person's.
func (w *world) named(form map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range form {
		switch x := v.(type) {
		case string:
			if id, ok := w.orgs[x]; ok {
				v = id
			} else if user, ok := strings.CutPrefix(x, "@"); ok {
				v = w.people[user]
			}
		case []string:
			l := make([]any, len(x))
			for i := range x {
				l[i] = w.orgs[x[i]]
			}
			v = l
		}
		out[k] = v
	}
	return out
}

func TestCohandlersSeeAndComment(t *testing.T) {
	w := newWorld(t)
	id, _ := w.to("accepted")
	w.do("water-cadre", "GET", "/cases/"+id, nil).want(404)
	w.act("clerk", id, "cohandle", map[string]any{"units": []any{w.orgs["自来水公司"]}}).want(200)
	for _, user := range []string{"water", "water-cadre"} {
		got := w.do(user, "GET", "/cases/"+id, nil).want(200)
		if got.str("cohandles.0.name") != "自来水公司" {
			t.Errorf("%s: %s", user, got.Raw)
		}
		w.act(user, id, "comment", map[string]any{"text": "管子我们来看"}).want(200)
		if l := w.do(user, "GET", "/cases", nil).want(200); len(l.list("items")) != 1 {
			t.Errorf("%s lists %s", user, l.Raw)
		}
	}
	w.act("water-cadre", id, "finish", map[string]any{"result": "x"}).want(403)
}

func TestSuspendedClockStandsStill(t *testing.T) {
	w := newWorld(t)
	id, _ := w.to("accepted")
	due := func() (state, at string) {
		got := w.do("cadre", "GET", "/cases/"+id, nil).want(200)
		for _, c := range got.list("clocks") {
			if m, _ := c.(map[string]any); m["id"] == "finish" {
				return m["state"].(string), m["due_at"].(string)
			}
		}
		t.Fatalf("no clock: %s", got.Raw)
		return "", ""
	}
	_, before := due()
	w.act("cadre", id, "suspend", map[string]any{"reason": "等料"}).want(200)
	if state, _ := due(); state != "paused" {
		t.Errorf("state %s", state)
	}
	w.clock.Advance(14 * 24 * time.Hour)
	w.tick()
	if over := w.do("cadre", "GET", "/cases?overdue=true&step=suspended", nil).want(200); strings.Contains(over.Raw, `"finish"`) {
		t.Errorf("a paused clock is over: %s", over.Raw)
	}
	w.act("cadre", id, "resume", nil).want(200)
	state, after := due()
	b, _ := time.Parse(time.RFC3339, before)
	a, _ := time.Parse(time.RFC3339, after)
	if state != "running" || !a.After(b.Add(7*24*time.Hour)) {
		t.Errorf("after two weeks on hold the clock is %s and due %s, was due %s", state, after, before)
	}
}

func TestMerge(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		into, codeA := w.to("submitted")
		other, codeB := w.to("ordered")
		secret := w.do("", "POST", "/cases", map[string]any{"flow": "secret", "text": "邻里纠纷", "lon": centre[0], "lat": centre[1]}).want(201).str("id")
		far := w.do("", "POST", "/cases", map[string]any{"flow": "menu", "item": "chat", "text": "x", "lon": northern[0], "lat": northern[1]}).want(201).str("id")
		for _, bad := range []string{other, secret, far, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "x"} {
			w.act("clerk", other, "merge", map[string]any{"into": bad}).want(422)
		}
		w.act("clerk", other, "merge", map[string]any{"into": into}).want(200)
		w.act("clerk", other, "comment", map[string]any{"text": "还能补一句"})
		w.act("dispatcher", into, "dispatch", nil).want(200)
		w.act("cadre", into, "accept", nil).want(200)
		w.act("cadre", into, "finish", map[string]any{"result": "好了"}).want(200)
		if tr := w.do("", "GET", "/track/"+codeB, nil).want(200); tr.str("step") != "done" || !strings.Contains(tr.Raw, "好了") {
			t.Errorf("the merged order follows the other: %s", tr.Raw)
		}
		w.do("", "POST", "/track/"+codeA+"/rate", map[string]any{"score": 5, "solved": true}).want(200)
		w.do("", "POST", "/track/"+codeB+"/rate", map[string]any{"score": 2, "solved": true}).want(200)
		w.do("", "POST", "/track/"+codeB+"/rate", map[string]any{"score": 2, "solved": true}).want(409)
		if tr := w.do("", "GET", "/track/"+codeA, nil).want(200); tr.num("rating.score") != 5 {
			t.Errorf("one requester reads another's rating: %s", tr.Raw)
		}
		r := w.do("leader", "GET", "/stats/rates", nil).want(200)
		if r.num("satisfaction.num") != 1 || r.num("satisfaction.den") != 2 || r.num("resolution.num") != 2 {
			t.Errorf("both ratings count: %s", r.Raw)
		}
	})
}

func TestNotSolvedReopens(t *testing.T) {
	w := newWorld(t)
	id, code := w.to("done")
	a := w.do("", "POST", "/track/"+code+"/rate", map[string]any{"score": 2, "solved": false, "text": "又灭了"}).want(200)
	if a.str("step") != "submitted" || a.num("round") != 2 {
		t.Errorf("%s", a.Raw)
	}
	got := w.do("dispatcher", "GET", "/cases/"+id, nil).want(200)
	if got.get("assignee") != nil || got.get("supervised") != true || got.num("round") != 2 {
		t.Errorf("%s", got.Raw)
	}
	for _, s := range []struct{ user, action string }{{"dispatcher", "dispatch"}, {"cadre2", "accept"}} {
		w.act(s.user, id, s.action, nil).want(200)
	}
	w.act("cadre2", id, "finish", map[string]any{"result": "换了线"}).want(200)
	w.do("", "POST", "/track/"+code+"/rate", map[string]any{"score": 4, "solved": true}).want(200)
	r := w.do("leader", "GET", "/stats/rates", nil).want(200)
	if r.num("resolution.den") != 2 || r.num("resolution.num") != 1 {
		t.Errorf("one rating a round: %s", r.Raw)
	}
}

func TestUnratedClosesAndCountsNowhere(t *testing.T) {
	w := newWorld(t)
	id, code := w.to("done")
	w.clock.Advance(8 * 24 * time.Hour)
	w.tick()
	if tr := w.do("", "GET", "/track/"+code, nil).want(200); tr.str("end") != "unrated" {
		t.Errorf("%s", tr.Raw)
	}
	r := w.do("leader", "GET", "/stats/rates", nil).want(200)
	if r.num("resolution.den") != 0 || r.get("resolution.rate") != nil || r.num("on_time.den") != 1 {
		t.Errorf("%s", r.Raw)
	}
	w.do("", "POST", "/track/"+code+"/rate", map[string]any{"score": 5, "solved": true}).want(409)
	w.do("", "POST", "/track/"+code+"/reopen", map[string]any{"reason": "又坏了"}).want(200)
	if w.version(id) < 7 {
		t.Error("the reopening left no trace")
	}
}

func TestRequesterByCode(t *testing.T) {
	w := newWorld(t)
	_, code := w.to("ordered")
	plain := strings.ReplaceAll(code, "-", "")
	for _, c := range []string{plain, strings.ToLower(code), plain[:5] + "%20" + plain[5:], strings.NewReplacer("0", "O", "1", "I").Replace(plain), "%20" + code + "%20",
		strings.NewReplacer("0", "o", "1", "l").Replace(strings.ToLower(code))} {
		w.do("", "GET", "/track/"+c, nil).want(200)
	}
	wrong := []byte(plain)
	if wrong[7]++; wrong[7] > 'Z' || wrong[7] == ':' {
		wrong[7] = 'A'
	}
	for _, c := range []string{string(wrong), "x", strings.Repeat("9", 15), plain[:14]} {
		w.do("", "GET", "/track/"+c, nil).want(404)
	}
	w.do("", "POST", "/track/"+code+"/comment", map[string]any{"text": "门口有狗"}).want(200)
	w.do("", "POST", "/track/"+code+"/comment", map[string]any{"version": 1, "text": "旧页面"}).want(409)
	w.do("", "POST", "/track/"+code+"/submit", map[string]any{}).want(403)
	w.do("", "POST", "/track/"+code+"/rate", map[string]any{"score": 5, "solved": true}).want(409)
	w.do("", "POST", "/track/"+code+"/rate", map[string]any{"solved": true}).want(422)
	w.do("", "POST", "/track/"+code+"/cancel", map[string]any{}).want(200)
	w.do("", "POST", "/track/"+code+"/cancel", map[string]any{}).want(409)
	if tr := w.do("", "GET", "/track/"+code, nil).want(200); tr.str("end") != "cancelled" {
		t.Errorf("%s", tr.Raw)
	}
}

// Of many who accept at once exactly one does; the others learn that somebody was first.
func TestAcceptRace(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		id, _ := w.to("dispatched")
		w.bearer("cadre")
		w.bearer("cadre2")
		v := w.version(id)
		const n = 16
		got := make(chan int, n)
		for i := range n {
			user := []string{"cadre", "cadre2"}[i%2]
			go func() { got <- w.do(user, "POST", "/cases/"+id+"/accept", map[string]any{"version": v}).Status }()
		}
		count := map[int]int{}
		for range n {
			count[<-got]++
		}
		if count[200] != 1 || count[409] != n-1 {
			t.Errorf("statuses %v", count)
		}
	})
}

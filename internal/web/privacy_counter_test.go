package web_test

import (
	"strings"
	"testing"
	"time"
)

// A person at the counter is found by the whole telephone, at the clerk's places only; what is kept is masked until the clerk says why, which
// the person reads; a correction and an erasure go their way with a deadline.
func TestTheCounter(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.t = t
		phone := "13812345678"
		order := w.order("", "street-lamp", "路灯不亮", map[string]any{"contact": map[string]any{"name": "张三丰", "phone": phone}}).want(201).str("id")
		made := w.do("clerk", "POST", "/activities", w.event(nil)).want(201)
		w.step("clerk", made.str("id"), "open", nil).want(200)
		w.signUp("", made.str("id"), made.str("posts.0.id"), "张三丰", phone).want(201)
		w.do("", "POST", "/cases", map[string]any{"flow": "dispute", "text": "楼上吵", "lon": centre[0], "lat": centre[1], "form": map[string]any{"kind": "neighbours"},
			"contact": map[string]any{"name": "张三丰", "phone": phone}}).want(201)
		find := func(user, phone string) *answer {
			return w.do(user, "POST", "/privacy/find", map[string]any{"phone": phone, "reason": "本人来柜台，当面拨通"})
		}
		for user, want := range map[string]int{"": 401, "volunteer": 403, "cadre": 403} {
			find(user, phone).want(want)
		}
		w.do("clerk", "POST", "/privacy/find", map[string]any{"phone": phone, "reason": ""}).want(422)
		w.do("clerk", "POST", "/privacy/find", map[string]any{"phone": "1381234", "reason": "本人来柜台，当面拨通"}).want(422) // never a part of a number
		hits := find("clerk", "138 1234 5678").want(200)
		kinds := map[string]string{}
		for i := range hits.list("items") {
			at := "items." + string(rune('0'+i))
			kinds[hits.str(at+".kind")] = hits.str(at + ".id")
		}
		// The order, the sign-up and the registration that it made; the dispute is opened by its code alone.
		if len(hits.list("items")) != 3 || kinds["case"] != order || kinds["signup"] == "" || kinds["person"] == "" || strings.Contains(hits.Raw, "张三丰") || strings.Contains(hits.Raw, phone) {
			t.Errorf("%s", hits.Raw)
		}
		if a := find("clerk-north", phone).want(200); len(a.list("items")) != 0 {
			t.Errorf("another place's clerk finds %s", a.Raw)
		}
		if a := find("secadmin", phone).want(200); strings.Contains(a.Raw, order) {
			t.Errorf("who may not read the order finds it: %s", a.Raw)
		}
		path := "/privacy/people/case/" + order
		f := w.do("clerk", "GET", path, nil).want(200)
		if strings.Contains(f.Raw, "张三丰") || strings.Contains(f.Raw, phone) || !strings.Contains(f.Raw, "138****5678") || f.get("masked") != true {
			t.Errorf("%s", f.Raw)
		}
		w.do("clerk", "POST", path+"/open", map[string]any{"reason": "看"}).want(422)
		w.do("clerk-north", "POST", path+"/open", map[string]any{"reason": "本人要求看全文"}).want(404)
		if f := w.do("clerk", "POST", path+"/open", map[string]any{"reason": "本人要求看全文"}).want(200); !strings.Contains(f.Raw, "张三丰") || !strings.Contains(f.Raw, phone) {
			t.Errorf("%s", f.Raw)
		}
		if f := w.do("clerk", "GET", path, nil).want(200); f.str("looks.0.reason") != "本人要求看全文" || f.str("looks.0.who") == "" {
			t.Errorf("the person does not read who looked: %s", f.Raw)
		}
		// A correction with its deadline, and its answer.
		r := w.do("clerk", "POST", path+"/requests", map[string]any{"kind": "correction", "changes": map[string]string{"phone": "13900000001"}}).want(201)
		if r.str("state") != "open" || !strings.HasPrefix(r.str("due_at"), "2023-05-22") {
			t.Errorf("%s", r.Raw)
		}
		w.do("clerk", "POST", "/privacy/requests/"+r.str("id")+"/answer", map[string]any{"version": 1, "done": true, "answer": "已经更正"}).want(200)
		if a := find("clerk", phone).want(200); strings.Contains(a.Raw, order) {
			t.Errorf("found by the former number: %s", a.Raw)
		}
		if a := find("clerk", "13900000001").want(200); !strings.Contains(a.Raw, order) {
			t.Errorf("not found by the corrected number: %s", a.Raw)
		}
		// Erased, the registration is found no more; the telephone stands in no row of the ledger.
		w.clock.Advance(time.Second)
		e := w.do("clerk", "POST", "/privacy/people/person/"+kinds["person"]+"/requests", map[string]any{"kind": "erasure"}).want(201)
		w.do("clerk", "POST", "/privacy/requests/"+e.str("id")+"/answer", map[string]any{"version": 1, "done": true, "answer": "已经删除"}).want(200)
		if a := find("clerk", phone).want(200); len(a.list("items")) != 0 {
			t.Errorf("what was erased is found: %s", a.Raw)
		}
		if l := w.rows("SELECT COUNT(*) FROM ledger WHERE act = 'privacy_found'"); l[0][0] == "0" {
			t.Error("nobody can tell that there was a search")
		}
		if l := w.rows("SELECT COUNT(*) FROM ledger WHERE act IN ('privacy_found', 'privacy_opened') AND (public LIKE '%138%' OR personal LIKE '%13812345678%')"); l[0][0] != "0" {
			t.Errorf("the number stands in the ledger: %v", l)
		}
	})
}

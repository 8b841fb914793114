package web_test

import (
	"context"
	"strings"
	"testing"
	"time"
)

// personal are words that stand in an order and must be gone once it is erased.
var personal = []string{"韩三姐", "13897612345", "3号楼2单元501", "我妈晚上不敢下楼", "来得快，谢谢小王"}

// closedOrder carries an order with personal data to its end and gives its id and code.
func (w *world) closedOrder() (id, code string) {
	w.t.Helper()
	o := w.order("", "street-lamp", personal[3], map[string]any{"address": "建设巷3号楼2单元501", "contact": map[string]string{"name": personal[0], "phone": personal[1]},
		"form": map[string]any{"lamps": 2}})
	id, code = o.str("id"), o.str("track_code")
	w.act("clerk", id, "submit", nil).want(200)
	w.act("dispatcher", id, "dispatch", nil).want(200)
	w.act("cadre", id, "accept", nil).want(200)
	w.do("clerk", "POST", "/cases/"+id+"/unmask", map[string]any{"fields": []string{"phone"}, "reason": "约上门时间"}).want(200)
	w.act("cadre", id, "finish", map[string]any{"result": "换了灯"}).want(200)
	w.do("", "POST", "/track/"+code+"/rate", map[string]any{"score": 5, "solved": true, "text": personal[4]}).want(200)
	return id, code
}

// Whoever holds a code reads what is kept, why and until when, and who looked; in full only with the telephone of the order.
func TestWhatIsKept(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.t = t
		id, code := w.closedOrder()
		f := w.do("", "GET", "/privacy/track/"+code, nil).want(200)
		for _, s := range []string{"韩三姐", "13897612345", "501"} {
			if strings.Contains(f.Raw, s) {
				t.Errorf("a code alone shows %s", s)
			}
		}
		if f.get("masked") != true || f.get("verify") != true || !strings.Contains(f.Raw, "138****2345") || f.str("looks.0.reason") != "约上门时间" || f.str("looks.0.who") == "" {
			t.Errorf("%s", f.Raw)
		}
		if !strings.HasPrefix(f.str("items.0.until"), "2024-04-27") || f.str("items.0.purpose") != "request_contact" {
			t.Errorf("%s", f.Raw)
		}
		w.do("", "POST", "/privacy/track/"+code+"/open", map[string]any{"phone": "13900000000"}).want(403)
		full := w.do("", "POST", "/privacy/track/"+code+"/open", map[string]any{"phone": "138 9761 2345"}).want(200)
		for _, s := range personal {
			if !strings.Contains(full.Raw, s) {
				t.Errorf("the export lacks %s", s)
			}
		}
		// Every item stands under a purpose of the register, which anyone may read.
		purposes := map[string]bool{}
		for _, p := range w.do("", "GET", "/privacy/purposes", nil).want(200).list("items") {
			m := p.(map[string]any)
			purposes[m["id"].(string)] = m["law"] != "" && m["why"] != "" && m["who"] != ""
		}
		for _, i := range full.list("items") {
			if p := i.(map[string]any)["purpose"].(string); !purposes[p] {
				t.Errorf("%v stands under no purpose that is explained", i)
			}
		}
		mine := w.do("resident", "GET", "/privacy/mine", nil).want(200)
		if !strings.Contains(mine.Raw, "韩居民") || strings.Contains(mine.Raw, id) {
			t.Errorf("%s", mine.Raw)
		}
		w.do("", "GET", "/privacy/mine", nil).want(401)
	})
}

// Requests have a deadline of 15 working days and are answered by whoever is in charge of the place; the ledger tells no words.
func TestPrivacyRequests(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.t = t
		id, code := w.closedOrder()
		ask := func(status int, body map[string]any) *answer {
			t.Helper()
			return w.do("", "POST", "/privacy/track/"+code+"/requests", body).want(status)
		}
		ask(422, map[string]any{"kind": "correction"})
		ask(422, map[string]any{"kind": "correction", "changes": map[string]string{"party": "x"}})
		ask(422, map[string]any{"kind": "access"})
		r := ask(201, map[string]any{"kind": "correction", "changes": map[string]string{"phone": "139 7100 0001"}, "text": "换号了"})
		// 15 working days after Thursday, 27 April 2023, over the May holiday: 28 April, 4–6 and 8–12, 15–19 and 22 May.
		if due := r.str("due_at"); !strings.HasPrefix(due, "2023-05-22T") {
			t.Errorf("due at %s", due)
		}
		ask(409, map[string]any{"kind": "correction", "text": "再提一次"})
		for user, want := range map[string]int{"clerk": 1, "secadmin": 1, "clerk-north": 0} {
			if l := w.do(user, "GET", "/privacy/requests", nil).want(200); len(l.list("items")) != want {
				t.Errorf("%s reads %d requests", user, len(l.list("items")))
			} else if strings.Contains(l.Raw, "13971000001") || want > 0 && !strings.Contains(l.Raw, "139****0001") {
				t.Errorf("the new number is not masked for %s: %s", user, l.Raw)
			}
		}
		w.do("cadre", "GET", "/privacy/requests", nil).want(403)
		answer := func(user, request string, status int, done bool) {
			t.Helper()
			w.do(user, "POST", "/privacy/requests/"+request+"/answer", map[string]any{"version": 1, "done": done, "answer": "已经按您说的办了"}).want(status)
		}
		answer("clerk-north", r.str("id"), 404, true)
		answer("clerk", r.str("id"), 200, true)
		answer("clerk", r.str("id"), 409, true)
		w.do("", "POST", "/privacy/track/"+code+"/open", map[string]any{"phone": "13971000001"}).want(200)

		// Refused, with the reason that the person reads.
		w.clock.Advance(time.Second)
		r = ask(201, map[string]any{"kind": "erasure", "text": "请都删掉"})
		answer("secadmin", r.str("id"), 200, false)
		if f := w.do("", "GET", "/privacy/track/"+code, nil); f.str("requests.0.state") != "refused" || f.str("requests.0.answer") != "已经按您说的办了" {
			t.Errorf("%s", f.Raw)
		}
		w.clock.Advance(time.Second)
		r = ask(201, map[string]any{"kind": "erasure", "text": "请都删掉"})
		rates := w.do("clerk", "GET", "/stats/rates", nil).want(200).Raw
		answer("clerk", r.str("id"), 200, true)
		for _, s := range append(personal, "13971000001", "换了灯") {
			for _, user := range []string{"clerk", "supervisor"} {
				if l := w.told(user, s, "/cases/"+id, "/cases/"+id+"/events", "/cases?state=all&q=不敢下楼", "/cases?state=all"); l != nil {
					t.Errorf("%s still reads %s at %v", user, s, l)
				}
			}
			if f := w.do("", "POST", "/privacy/track/"+code+"/open", map[string]any{}).want(200); strings.Contains(f.Raw, s) {
				t.Errorf("still kept: %s", s)
			}
		}
		if l := w.do("clerk", "GET", "/cases?state=all&q=不敢下楼", nil).want(200); len(l.list("items")) != 0 {
			t.Errorf("search still finds what was erased: %s", l.Raw)
		}
		if after := w.do("clerk", "GET", "/stats/rates", nil).want(200).Raw; after != rates {
			t.Errorf("the rates changed: %s, were %s", after, rates)
		}
		for _, row := range w.rows("SELECT act, public, personal FROM ledger WHERE act LIKE 'privacy%'") {
			if row[2] != "" || strings.Contains(row[1], "已经") || strings.Contains(row[1], "换号") || strings.Contains(row[1], "1397") {
				t.Errorf("the ledger tells of a request: %v", row)
			}
		}
		w.do("", "GET", "/track/"+code, nil).want(200) // the code still leads to the case
		w.do("clerk", "GET", "/cases/"+id, nil).want(200)
	})
}

// A withdrawal needs nobody's leave: how to reach the person is gone at once, the order goes on.
func TestWithdrawal(t *testing.T) {
	w := newWorld(t)
	id, code := w.to("ordered")
	r := w.do("", "POST", "/privacy/track/"+code+"/requests", map[string]any{"kind": "withdrawal"}).want(201)
	if r.str("state") != "done" {
		t.Errorf("%s", r.Raw)
	}
	if l := w.rows("SELECT contact, address, phone_index, body FROM case_record WHERE id = '" + id + "'")[0]; l[0]+l[1]+l[2] != "" || l[3] == "" {
		t.Errorf("%v", l)
	}
	w.do("clerk", "POST", "/cases/"+id+"/submit", map[string]any{"version": w.do("clerk", "GET", "/cases/"+id, nil).num("version")}).want(200)
}

// An account is erased once it holds no post for work: it cannot sign in, names nobody, and what it said stands without a name.
func TestAccountErased(t *testing.T) {
	w := newWorld(t)
	b := w.openBallot(nil)
	w.do("cadre", "POST", "/privacy/mine/requests", map[string]any{"kind": "erasure"}).want(201)
	w.clock.Advance(time.Second)
	w.do("resident", "POST", "/privacy/mine/requests", map[string]any{"kind": "erasure"}).want(201)
	requests := w.do("secadmin", "GET", "/privacy/requests", nil).want(200)
	if l := w.do("clerk", "GET", "/privacy/requests", nil).want(200); len(l.list("items")) != 0 {
		t.Error("a community's clerk handles what concerns an account")
	}
	for i, status := range []int{409, 200} {
		r := requests.list("items")[i].(map[string]any)
		w.do("secadmin", "POST", "/privacy/requests/"+r["id"].(string)+"/answer", map[string]any{"version": 1, "done": true, "answer": "账号已经注销"}).want(status)
	}
	w.do("", "POST", "/sessions", map[string]any{"user": "resident", "password": password}).want(401)
	if l := w.told("clerk", "韩", "/ballots/"+b, "/ballots"); l != nil {
		t.Errorf("the name still stands at %v", l)
	}
	if got := w.do("secadmin", "GET", "/accounts?limit=200", nil).want(200); strings.Contains(got.Raw, `"resident"`) || strings.Contains(got.Raw, "韩") {
		t.Errorf("%s", got.Raw)
	}
	w.do("secadmin", "POST", "/privacy/mine/requests", map[string]any{"kind": "access", "text": "谁看过我的信息"}).want(201)
	own := w.do("secadmin", "GET", "/privacy/requests", nil)
	for _, i := range own.list("items") {
		if m := i.(map[string]any); m["kind"] == "access" {
			w.do("secadmin", "POST", "/privacy/requests/"+m["id"].(string)+"/answer", map[string]any{"version": 1, "done": true, "answer": "没有人看过"}).want(403)
		}
	}
}

// Clocks end what is kept: contacts twelve months after the close by default, or as the district sets it; counts stay.
func TestRetention(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.t = t
		id, _ := w.closedOrder()
		open := w.order("", "chat", "还没办的事", map[string]any{"contact": map[string]string{"name": "韩三姐"}}).str("id")
		rates := w.do("leader", "GET", "/stats/rates", nil).want(200).Raw
		tick := func(at time.Time) {
			t.Helper()
			w.clock.Set(at)
			if _, err := w.privacy.Tick(context.Background(), tenant, 100); err != nil {
				t.Fatal(err)
			}
		}
		kept := func(id string) string { return w.rows("SELECT contact FROM case_record WHERE id = '" + id + "'")[0][0] }
		tick(opening.AddDate(1, 0, -1))
		if kept(id) == "" {
			t.Error("ended a day early")
		}
		tick(opening.AddDate(1, 0, 1))
		if kept(id) != "" || kept(open) == "" {
			t.Error("the closed order keeps its contact, or the open one lost it")
		}
		if got := w.rows("SELECT COUNT(*) FROM ledger WHERE act = 'retention' AND public LIKE '%request_contact%'"); got[0][0] != "1" {
			t.Errorf("retention is not on record: %v", got)
		}
		w.clock.Set(opening)
		if after := w.do("leader", "GET", "/stats/rates", nil).want(200).Raw; after != rates {
			t.Errorf("the rates changed: %s, were %s", after, rates)
		}
		// The district's own setting, by the security administrator alone, with a reason, and never below the law.
		set := func(user, purpose string, status, months int) {
			t.Helper()
			w.do(user, "PUT", "/privacy/purposes/"+purpose, map[string]any{"version": 0, "months": months, "reason": "本区规定"}).want(status)
		}
		set("clerk", "request_words", 403, 6)
		set("secadmin", "access_log", 422, 5)
		set("secadmin", "account", 422, 5)
		set("secadmin", "nothing", 404, 5)
		set("secadmin", "request_words", 200, 6)
		set("secadmin", "request_words", 409, 7)
		tick(opening.AddDate(0, 7, 0))
		if body := w.rows("SELECT body FROM case_record WHERE id = '" + id + "'")[0][0]; body != "" {
			t.Errorf("words are kept longer than the district says: %s", body)
		}
	})
}

// What the boundaries of the program refuse does not get into an order, a form or a post.
func TestRefusedAtTheDoor(t *testing.T) {
	w := newWorld(t)
	const number = "110105 19491231 002X"
	order := func(body map[string]any) *answer {
		m := map[string]any{"flow": "menu", "item": "chat", "text": "灯不亮", "lon": centre[0], "lat": centre[1]}
		for k, v := range body {
			m[k] = v
		}
		return w.do("", "POST", "/cases", m)
	}
	order(nil).want(201)
	order(map[string]any{"text": "我的身份证是" + number}).want(422)
	order(map[string]any{"address": number}).want(422)
	order(map[string]any{"contact": map[string]string{"name": "张三" + number, "phone": "13897612345"}}).want(422)
	_, code := w.to("ordered")
	w.do("", "POST", "/track/"+code+"/comment", map[string]any{"text": number}).want(422)
	bad := strings.Replace(secretFlow, "label: {zh: 结果, en: Outcome}", "label: {zh: 宗教信仰, en: Religion}", 1)
	if a := w.do("sysadmin", "POST", "/flows?dry=true", map[string]any{"source": bad}); !strings.Contains(a.Raw, "refused") {
		t.Errorf("a flow may ask for religion: %d %s", a.Status, a.Raw)
	}
}

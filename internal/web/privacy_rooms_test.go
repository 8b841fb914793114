package web_test

import (
	"strings"
	"testing"
	"time"
)

// Who signed up without an account sees by the code what is kept, in full with the telephone, and takes it back at once.
func TestSignupsFile(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.t = t
		made := w.do("clerk", "POST", "/activities", w.event(nil)).want(201)
		id, post := made.str("id"), made.str("posts.0.id")
		w.step("clerk", id, "open", nil).want(200)
		code := w.signUp("", id, post, "张三丰", "13812345678").want(201).str("code")
		f := w.do("", "GET", "/privacy/track/"+code, nil).want(200)
		if strings.Contains(f.Raw, "张三丰") || strings.Contains(f.Raw, "13812345678") || !strings.Contains(f.Raw, "138****5678") || !strings.Contains(f.Raw, "activity_person.phone") {
			t.Errorf("%s", f.Raw)
		}
		w.do("", "POST", "/privacy/track/"+code+"/open", map[string]any{"phone": "13900000000"}).want(403)
		if f := w.do("", "POST", "/privacy/track/"+code+"/open", map[string]any{"phone": "13812345678"}).want(200); !strings.Contains(f.Raw, "张三丰") {
			t.Errorf("%s", f.Raw)
		}
		w.do("", "GET", "/privacy/track/AAAA-AAAA-AAAA-AAA", nil).want(404)
		// Withdrawn: how to reach the person is gone, the place stays.
		if r := w.do("", "POST", "/privacy/track/"+code+"/requests", map[string]any{"kind": "withdrawal"}).want(201); r.str("state") != "done" {
			t.Errorf("%s", r.Raw)
		}
		if l := w.rows("SELECT contact, state FROM activity_signup WHERE activity = '" + id + "'"); l[0][0] != "" || l[0][1] != "in" {
			t.Errorf("%v", l)
		}
		// Erased: by the clerk of the place, and of the registration as well.
		w.clock.Advance(time.Second)
		r := w.do("", "POST", "/privacy/track/"+code+"/requests", map[string]any{"kind": "erasure"}).want(201)
		w.do("clerk-north", "POST", "/privacy/requests/"+r.str("id")+"/answer", map[string]any{"version": 1, "done": true, "answer": "已经删除"}).want(404)
		w.do("clerk", "POST", "/privacy/requests/"+r.str("id")+"/answer", map[string]any{"version": 1, "done": true, "answer": "已经删除"}).want(200)
		if l := w.rows("SELECT name || phone || shown FROM activity_person"); len(l) != 1 || l[0][0] != "*" {
			t.Errorf("%v", l)
		}
		// An account's file has its sign-ups and registration.
		w.signUp("resident", id, post, "", "").want(201)
		if f := w.do("resident", "GET", "/privacy/mine", nil).want(200); !strings.Contains(f.Raw, "一起扫楼道") {
			t.Errorf("%s", f.Raw)
		}
	})
}

// Who has neither account nor code comes to the clerk: the file is masked, says who looked, and a withdrawal is done at once.
func TestTheClerksDesk(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.t = t
		w.withRounds(0)
		id := w.do("clerk", "POST", "/rounds/care", w.agreed(nil)).want(201).str("id")
		w.do("clerk", "POST", "/rounds/care/"+id+"/unmask", map[string]any{"reason": "约上门时间"}).want(200)
		path := "/privacy/people/care/" + id
		for user, want := range map[string]int{"": 401, "volunteer": 403, "clerk-north": 404, "secadmin": 404, "clerk": 200} {
			w.do(user, "GET", path, nil).want(want)
		}
		f := w.do("clerk", "GET", path, nil).want(200)
		if strings.Contains(f.Raw, "张桂兰") || !strings.Contains(f.Raw, "care_visits") || f.str("looks.0.reason") != "约上门时间" || f.str("looks.0.who") == "" {
			t.Errorf("%s", f.Raw)
		}
		w.do("clerk", "GET", "/privacy/people/account/"+id, nil).want(422)
		w.do("clerk-north", "POST", path+"/requests", map[string]any{"kind": "withdrawal"}).want(404)
		if r := w.do("clerk", "POST", path+"/requests", map[string]any{"kind": "withdrawal"}).want(201); r.str("state") != "done" {
			t.Errorf("%s", r.Raw)
		}
		if l := w.rows("SELECT name || phone || address FROM round_care WHERE id = '" + id + "'"); l[0][0] != "" {
			t.Errorf("%v", l)
		}
	})
}

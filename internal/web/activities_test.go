package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func rfc(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// event is an activity as a client writes it, an hour from now for two hours.
func (w *world) event(more map[string]any) map[string]any {
	from := w.clock.Now().Add(time.Hour)
	b := map[string]any{"programme": "service", "form": "clean", "title": "一起扫楼道", "place": string(w.places["小桥社区"]), "strands": []string{"de", "zi"},
		"from": rfc(from), "to": rfc(from.Add(2 * time.Hour)), "posts": []any{map[string]any{"pay": "unpaid", "kind": "environment", "title": "扫楼道", "capacity": 2}}}
	for k, v := range more {
		b[k] = v
	}
	return b
}

func (w *world) step(user, id, act string, body map[string]any) *answer {
	if body == nil {
		body = map[string]any{}
	}
	return w.do(user, "POST", "/activities/"+id+"/"+act, body)
}

func (w *world) signUp(user, id, post, name, phone string) *answer {
	b := map[string]any{"post": post}
	if name != "" {
		b["contact"] = map[string]any{"name": name, "phone": phone}
	}
	w.clock.Advance(time.Millisecond) // who comes first is told by the clock
	return w.do(user, "POST", "/activities/"+id+"/signups", b)
}

// An activity from its announcement over sign-up and check-in to hours and certificate.
func TestActivityLife(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.do("", "POST", "/activities", w.event(nil)).want(401)
		w.do("volunteer", "POST", "/activities", w.event(nil)).want(403)
		w.do("clerk-north", "POST", "/activities", w.event(nil)).want(403) // not at their place
		w.do("clerk", "POST", "/activities", w.event(map[string]any{"form": "teach"})).want(422)
		made := w.do("clerk", "POST", "/activities", w.event(map[string]any{"risk": true, "travel_out": 15}), key("make-1")).want(201)
		again := w.do("clerk", "POST", "/activities", w.event(map[string]any{"risk": true, "travel_out": 15}), key("make-1")).want(201)
		id, post := made.str("id"), made.str("posts.0.id")
		if again.str("id") != id || made.str("stage") != "draft" || made.str("receipt.signature") == "" || made.str("form_title") != "卫生整治" {
			t.Errorf("made: %s", made.Raw)
		}
		// A draft is there for its keepers alone, in lists too.
		for user, want := range map[string]int{"": 404, "resident": 404, "clerk-north": 404, "clerk": 200, "dispatcher": 200} {
			w.do(user, "GET", "/activities/"+id, nil).want(want)
			if n := len(w.do(user, "GET", "/activities", nil).want(200).list("items")); (n == 1) != (want == 200) {
				t.Errorf("%q sees %d", user, n)
			}
		}
		w.signUp("", id, post, "张三丰", "13812345678").want(404)
		w.step("clerk", id, "open", nil).want(200)
		w.step("clerk", id, "open", nil).want(409)
		near := w.do("", "GET", fmt.Sprintf("/activities/near?lon=%f&lat=%f", centre[0], centre[1]), nil).want(200)
		if len(near.list("items")) != 1 || near.str("items.0.title") != "一起扫楼道" {
			t.Errorf("near: %s", near.Raw)
		}
		if far := w.do("", "GET", "/activities/near?place="+string(w.places["西社区"]), nil).want(200); len(far.list("items")) != 0 {
			t.Errorf("another street: %s", far.Raw)
		}

		w.signUp("", id, post, "张三丰", "12").want(422)
		one := w.signUp("", id, post, "张三丰", "138 1234 5678").want(201)
		two := w.signUp("volunteer", id, post, "", "").want(201)
		three := w.signUp("", id, post, "李四", "13912345678").want(201)
		if one.str("state") != "in" || two.str("state") != "in" || three.str("state") != "waiting" || three.num("waiting") != 1 {
			t.Errorf("%s %s %s", one.Raw, two.Raw, three.Raw)
		}
		w.signUp("", id, post, "张三丰", "13812345678").want(409) // the same telephone
		mine := func(code string) *answer { return w.do("", "GET", "/activity-signups/"+code, nil) }
		if a := mine(three.str("code")).want(200); a.str("state") != "waiting" || a.num("ahead") != 0 {
			t.Errorf("third: %s", a.Raw)
		}
		mine("AAAA-AAAA-AAAA-AAA").want(404)
		w.do("", "GET", "/activities/"+id+"/signups", nil).want(401)
		w.do("resident", "GET", "/activities/"+id+"/signups", nil).want(403)
		w.do("clerk-north", "GET", "/activities/"+id+"/signups", nil).want(403)
		list := w.do("clerk", "GET", "/activities/"+id+"/signups", nil).want(200)
		if list.str("items.0.who") != "张*" || list.str("items.0.phone") != "138****5678" || strings.Contains(list.Raw, "张三丰") || strings.Contains(list.Raw, "13812345678") {
			t.Errorf("sign-ups: %s", list.Raw)
		}
		if public := w.do("", "GET", "/activities/"+id, nil).want(200); strings.Contains(public.Raw, "张") || strings.Contains(public.Raw, "朱") {
			t.Errorf("the public page names somebody: %s", public.Raw)
		}
		// The first leaves, the third moves up by itself.
		if a := w.do("", "POST", "/activity-signups/"+one.str("code")+"/withdraw", nil).want(200); a.str("state") != "off" || a.get("moved_up") != true {
			t.Errorf("withdraw: %s", a.Raw)
		}
		w.do("", "POST", "/activity-signups/"+one.str("code")+"/withdraw", nil).want(409)
		if a := mine(three.str("code")).want(200); a.str("state") != "in" {
			t.Errorf("third: %s", a.Raw)
		}

		w.do("clerk", "GET", "/activities/"+id+"/code?turn=in", nil).want(409)
		w.clock.Set(opening.Add(time.Hour))
		w.step("clerk", id, "hold", nil).want(200)
		w.signUp("", id, post, "王五", "13712345678").want(409)
		w.clock.Set(opening.Add(time.Hour))
		turn := func(code, way, host string) *answer {
			return w.do("", "POST", "/activity-signups/"+code+"/turns", map[string]any{"turn": way, "code": host})
		}
		shown := w.do("clerk", "GET", "/activities/"+id+"/code?turn=in&origin=https://sanzhi.example", nil).want(200)
		if !strings.HasPrefix(shown.str("svg"), "<svg xmlns=") || strings.Count(shown.str("svg"), "h1v1h-1z") < 300 {
			t.Errorf("no square code: %s", shown.Raw)
		}
		// Insurance and briefing first.
		for _, p := range []map[string]any{{"insurance": "意外险 保单 7"}, {"briefing": "楼道湿滑，戴手套"}} {
			turn(three.str("code"), "in", shown.str("code")).want(409)
			w.step("clerk", id, "prepare", p).want(200)
		}
		turn(three.str("code"), "out", shown.str("code")).want(422) // a code for the other turn
		turn(one.str("code"), "in", shown.str("code")).want(409)    // has left
		turn(three.str("code"), "in", shown.str("code")).want(200)
		turn(three.str("code"), "in", shown.str("code")).want(409)
		w.clock.Advance(3 * time.Minute)
		turn(three.str("code"), "in", shown.str("code")).want(422) // two minutes old
		// The account shows its own code to the host.
		pass := w.do("volunteer", "GET", "/activity-signups/"+two.str("id")+"/pass", nil).want(200)
		w.do("resident", "GET", "/activity-signups/"+two.str("id")+"/pass", nil).want(404)
		desk := func(user, way, code string) *answer {
			return w.do(user, "POST", "/activities/"+id+"/turns", map[string]any{"turn": way, "code": code})
		}
		desk("resident", "in", pass.str("code")).want(403)
		desk("clerk", "in", pass.str("code")+"0").want(422)
		desk("clerk", "in", "https://sanzhi.example/desk/activities/"+id+"?p="+pass.str("code")).want(200)
		w.clock.Advance(57 * time.Minute)
		out := w.do("clerk", "GET", "/activities/"+id+"/code?turn=out", nil).want(200)
		turn(three.str("code"), "out", out.str("code")).want(200)
		w.clock.Advance(2 * time.Hour)

		w.step("clerk", id, "close", map[string]any{"words": "扫了 6 栋", "benefit_times": 3, "benefit_people": 4}).want(422)
		w.step("clerk", id, "close", map[string]any{"words": "扫了 6 栋", "benefit_times": 40, "benefit_people": 32}).want(200)
		w.step("clerk", id, "cancel", map[string]any{"words": "不办了"}).want(409)
		// In at 10:00 and out at 11:00, a quarter of it on the way: 45 minutes. The other stayed from 10:03 to the end at 12:00.
		if a := mine(three.str("code")).want(200); a.num("minutes") != 45 || a.str("words") != "扫了 6 栋" {
			t.Errorf("third at the end: %s", a.Raw)
		}
		if a := w.do("volunteer", "GET", "/activity-record", nil).want(200); a.num("minutes") != 117-15 || a.get("hours") != 1.7 || a.num("stars") != 0 {
			t.Errorf("record: %s", a.Raw)
		}
		w.do("resident", "GET", "/activity-record", nil).want(404)
		f := w.do("", "GET", "/activities/figures", nil).want(200)
		if f.num("sessions.value") != 1 || f.num("came_times.value") != 2 || f.str("came_times.unit") != "人次" || f.num("benefit_people.value") != 32 || f.str("benefit_people.unit") != "人" {
			t.Errorf("figures: %s", f.Raw)
		}

		people := w.do("clerk", "GET", "/activity-people?kind=volunteer", nil).want(200)
		w.do("resident", "GET", "/activity-people", nil).want(403)
		var li string
		for i := range people.list("items") {
			if people.str(fmt.Sprintf("items.%d.who", i)) == "李*" {
				li = people.str(fmt.Sprintf("items.%d.id", i))
			}
		}
		ask := map[string]any{"person": li, "place": string(w.places["小桥社区"]), "issuer": "小桥居委会", "in_charge": "李小桥", "handler": "孙网格", "contact": "0971-5500000"}
		w.do("resident", "POST", "/activity-certificates", ask).want(403)
		proof := w.do("clerk", "POST", "/activity-certificates", ask).want(201)
		if proof.str("name") != "李四" || proof.get("hours") != 0.7 || proof.str("content.0.title") != "一起扫楼道" || !strings.HasPrefix(proof.str("volunteer"), "V630105-2023-") || proof.str("number") == "" {
			t.Errorf("certificate: %s", proof.Raw)
		}
		w.do("clerk", "GET", "/activity-certificates/"+proof.str("id"), nil).want(200)
		w.do("clerk-north", "GET", "/activity-certificates/"+proof.str("id"), nil).want(404)
		w.do("resident", "GET", "/activity-certificates/"+proof.str("id"), nil).want(404)
		w.proofsFound(t, li, proof, one.str("code"), three.str("code"))
	})
}

// Paid work is kept apart from volunteering, shifts are matched, and wages follow from what was weighed.
func TestLabourCall(t *testing.T) {
	w := newWorld(t)
	from := w.clock.Now().Add(2 * time.Hour)
	shift := func(title string, day, capacity int) map[string]any {
		at := from.AddDate(0, 0, day)
		return map[string]any{"pay": "paid", "title": title, "capacity": capacity, "from": rfc(at), "to": rfc(at.Add(3 * time.Hour)), "rate_fen": 3600, "employment": "flexible"}
	}
	call := w.event(map[string]any{"programme": "labour", "form": "tea", "title": "清明采茶", "to": rfc(from.AddDate(0, 0, 3)), "posts": []any{shift("第一天", 0, 2), shift("第二天", 1, 2)}})
	call["posts"].([]any)[0].(map[string]any)["rate_fen"] = 0
	w.do("clerk", "POST", "/activities", call).want(422)
	call["posts"].([]any)[0].(map[string]any)["rate_fen"] = 3600
	made := w.do("clerk", "POST", "/activities", call).want(201)
	id := made.str("id")
	w.step("clerk", id, "open", nil).want(200)

	register := func(kind, name, phone string, days ...int) *answer {
		windows := []any{}
		for _, d := range days {
			at := from.AddDate(0, 0, d)
			windows = append(windows, map[string]any{"from": rfc(at.Add(-time.Hour)), "to": rfc(at.Add(4 * time.Hour))})
		}
		b := map[string]any{"kind": kind, "place": string(w.places["小桥社区"]), "contact": map[string]any{"name": name, "phone": phone}, "windows": windows}
		if kind == "worker" {
			b["employment"] = "flexible"
		}
		return w.do("clerk", "POST", "/activity-people", b)
	}
	register("worker", "赵茶", "13900000001", 0, 1).want(201)
	register("worker", "钱茶", "13900000002", 0).want(201)
	register("worker", "孙茶", "13900000003", 0).want(201)
	register("volunteer", "周愿", "13900000004").want(201)
	register("volunteer", "赵茶", "13900000001").want(409) // one registration for each person

	first := made.str("posts.0.id")
	if a := w.signUp("", id, first, "周愿", "13900000004").want(409); !strings.Contains(a.Raw, "志愿") {
		t.Errorf("a volunteer at a paid post: %s", a.Raw)
	}
	w.signUp("", id, first, "无名", "13900000009").want(409) // not registered
	help := w.do("clerk", "POST", "/activities", w.event(nil)).want(201)
	w.step("clerk", help.str("id"), "open", nil).want(200)
	w.signUp("", help.str("id"), help.str("posts.0.id"), "钱茶", "13900000002").want(409)

	match := func(body map[string]any) *answer {
		return w.do("clerk", "POST", "/activities/"+id+"/matching", body).want(200)
	}
	// 赵 can come on both days: with two others on the first day, three of four places are filled, and the reason is told.
	for _, tt := range []struct {
		body           map[string]any
		places, filled int
	}{{map[string]any{}, 4, 3}, {map[string]any{"deadline": rfc(from.Add(5 * time.Hour))}, 2, 2}, {map[string]any{"apply": true}, 4, 3}, {map[string]any{"apply": true}, 1, 0}} {
		m := match(tt.body)
		if m.num("places") != tt.places || m.num("filled") != tt.filled || m.str("unfilled.0.why") == "" {
			t.Errorf("%v: %s", tt.body, m.Raw)
		}
	}
	list := w.do("clerk", "GET", "/activities/"+id+"/signups", nil).want(200)
	if len(list.list("items")) != 3 {
		t.Fatalf("sign-ups: %s", list.Raw)
	}
	w.clock.Advance(2 * time.Hour)
	w.step("clerk", id, "hold", nil).want(200)
	picker := list.str("items.0.id")
	weigh := func(grams int) *answer {
		return w.do("clerk", "POST", "/activities/"+id+"/weighings", map[string]any{"signup": picker, "grams": grams})
	}
	in := map[string]any{"turn": "in", "signup": picker}
	w.do("clerk", "POST", "/activities/"+id+"/turns", in).want(409) // before the briefing on quality
	weigh(2750).want(409)
	w.step("clerk", id, "prepare", map[string]any{"quality": "一芽一叶，提采不掐采"}).want(200)
	w.do("clerk", "POST", "/activities/"+id+"/turns", in).want(200)
	weigh(0).want(422)
	weigh(2500).want(201)
	if a := weigh(250).want(201); a.num("items.0.grams") != 2750 || a.num("fen") != 9900 { // 5.5 斤 at 18 元
		t.Errorf("wages: %s", a.Raw)
	}
	w.do("resident", "GET", "/activities/"+id+"/wages", nil).want(403)
	w.step("clerk", id, "close", map[string]any{"words": "采了一天"}).want(200)
	weigh(500).want(409)
	f := w.do("", "GET", "/activities/figures", nil).want(200)
	if f.num("flexible_jobs.value") != 1 || f.str("flexible_jobs.unit") != "人次" || f.num("stable_jobs.value") != 0 || f.str("stable_jobs.unit") != "人" {
		t.Errorf("jobs: %s", f.Raw)
	}
	if a := w.do("clerk", "GET", "/activities/"+id+"/signups", nil).want(200); a.num("items.0.minutes") != 0 {
		t.Errorf("paid work counts as service: %s", a.Raw)
	}
}

// Venues, series, teams and programmes over HTTP.
func TestActivityPool(t *testing.T) {
	w := newWorld(t)
	home := string(w.places["小桥社区"])
	venue := w.do("clerk", "POST", "/activity-venues", map[string]any{"title": "文化广场", "kind": "square", "place": home, "seats": 80}).want(201)
	w.do("clerk-north", "POST", "/activity-venues", map[string]any{"title": "别处的", "kind": "square", "place": home}).want(403)
	six := func(more map[string]any) map[string]any {
		b := w.event(map[string]any{"programme": "six", "form": "play", "venue": venue.str("id"), "posts": []any{map[string]any{"pay": "seat", "title": "座位", "capacity": 9}}})
		for k, v := range more {
			b[k] = v
		}
		return b
	}
	first := w.do("clerk", "POST", "/activities", six(nil)).want(201)
	if a := w.do("clerk", "POST", "/activities", six(nil)).want(409); !strings.Contains(a.Raw, "场地") {
		t.Errorf("double booking: %s", a.Raw)
	}
	w.step("clerk", first.str("id"), "cancel", map[string]any{"words": "下雨"}).want(200)
	w.do("clerk", "POST", "/activities", six(nil)).want(201) // the venue is free again
	w.do("clerk", "POST", "/activities", six(map[string]any{"form": "teach"})).want(422)

	series := w.do("clerk", "POST", "/activity-series", map[string]any{"title": "三治论坛", "programme": "forum", "place": home, "planned": 14}).want(201)
	talk := map[string]any{"programme": "forum", "form": "forum", "series": series.str("id"), "posts": []any{map[string]any{"pay": "seat", "title": "座位", "capacity": 9}}}
	var ids []string
	for range 4 {
		a := w.do("clerk", "POST", "/activities", w.event(talk)).want(201)
		w.step("clerk", a.str("id"), "open", nil).want(200)
		ids = append(ids, a.str("id"))
	}
	w.step("clerk", ids[1], "cancel", map[string]any{"words": "改期"}).want(200)
	for i, id := range []string{ids[0], ids[2], ids[3]} {
		if a := w.step("clerk", id, "hold", nil).want(200); a.num("number") != i+1 {
			t.Errorf("session %d bears %d", i+1, a.num("number"))
		}
	}
	w.do("clerk", "POST", "/activities", w.event(map[string]any{"series": series.str("id")})).want(422) // of another programme

	team := map[string]any{"title": "孝美小桥", "place": home, "lead_title": "村党总支书记", "lead": string(w.people["clerk"])}
	w.do("clerk", "POST", "/activity-teams", team).want(422) // the lead does not hold that post
	team["lead_title"] = ""
	brigade := w.do("clerk", "POST", "/activity-teams", team).want(201)
	law := w.do("clerk", "POST", "/activity-teams", map[string]any{"title": "法律支队", "kind": "law", "place": home, "parent": brigade.str("id")}).want(201)
	person := w.do("clerk", "POST", "/activity-people", map[string]any{"kind": "volunteer", "place": home, "contact": map[string]any{"name": "周愿", "phone": "13900000004"}}).want(201)
	worker := w.do("clerk", "POST", "/activity-people", map[string]any{"kind": "worker", "employment": "stable", "place": home, "contact": map[string]any{"name": "赵茶", "phone": "13900000001"}}).want(201)
	join := func(team, person string) *answer {
		return w.do("clerk", "POST", "/activity-teams/"+team+"/members", map[string]any{"people": []string{person}, "post": "policy"})
	}
	join(law.str("id"), worker.str("id")).want(409)
	join(law.str("id"), person.str("id")).want(200)
	if a := join(brigade.str("id"), person.str("id")).want(200); a.num("members") != 1 || a.str("people.0.post_title") != "政策宣传岗" {
		t.Errorf("one person in two teams: %s", a.Raw)
	}
	w.do("resident", "GET", "/activity-teams/"+law.str("id"), nil).want(403)

	own := map[string]any{"title": map[string]any{"zh": "六步", "en": "Six"}, "exactly": 6, "forms": []any{map[string]any{"id": "a", "title": map[string]any{"zh": "一", "en": "One"}}}}
	w.do("clerk", "PUT", "/activities/programmes/mine", own).want(403)
	w.do("sysadmin", "PUT", "/activities/programmes/mine", own).want(422)
	own["exactly"] = 1
	w.do("sysadmin", "PUT", "/activities/programmes/mine", own).want(200)
	w.do("clerk", "POST", "/activities", w.event(map[string]any{"programme": "mine", "form": "a", "posts": []any{map[string]any{"pay": "seat", "title": "座位", "capacity": 9}}})).want(201)
	w.do("sysadmin", "PUT", "/activities/settings", map[string]any{"count_travel": true}).want(200)
	if a := w.do("", "GET", "/activities/programmes", nil).want(200); a.get("count_travel") != true || len(a.list("items")) != 10 {
		t.Errorf("programmes: %s", a.Raw)
	}
}

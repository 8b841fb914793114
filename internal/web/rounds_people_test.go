package web_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/vault"
)

func personField(id kernel.ID) vault.Field {
	return vault.Field{Tenant: tenant, Table: "person", ID: id, Field: "name"}
}

// agreed is somebody who agreed to be visited by the volunteer.
func (w *world) agreed(change map[string]any) map[string]any {
	b := map[string]any{"name": "张桂兰", "phone": "13812345678", "address": "建设巷 3号楼2单元501", "place": string(w.places["第1网格"]), "visitor": string(w.people["volunteer"]), "every": 7,
		"part": "morning", "consent_text": "care-1", "consent_by": "self", "consent_how": "written", "agreed": true}
	for k, v := range change {
		b[k] = v
	}
	return b
}

func TestCareConsentAndSight(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.withRounds(0)
		if c := w.do("clerk", "GET", "/rounds/care/consent", nil).want(200); c.str("version") != "care-1" || !strings.Contains(c.str("text"), "六个月") {
			t.Errorf("the text: %s", c.Raw)
		}
		for field, v := range map[string]any{"agreed": false, "consent_text": "care-0", "name": " ", "visitor": string(w.people["resident"]), "place": string(kernel.NewID(opening)), "phone": "12"} {
			if a := w.do("clerk", "POST", "/rounds/care", w.agreed(map[string]any{field: v})).want(422); a.fields()[0] != field {
				t.Errorf("%s: %s", field, a.Raw)
			}
		}
		w.do("clerk", "POST", "/rounds/care", w.agreed(map[string]any{"name": "张桂兰（糖尿病）"})).want(422)
		w.do("clerk-north", "POST", "/rounds/care", w.agreed(nil)).want(404)
		w.do("dispatcher", "POST", "/rounds/care", w.agreed(nil)).want(403)
		w.do("grid", "POST", "/rounds/care", w.agreed(nil)).want(403)
		id := w.do("clerk", "POST", "/rounds/care", w.agreed(nil), key("care")).want(201).str("id")
		if again := w.do("clerk", "POST", "/rounds/care", w.agreed(nil), key("care")).want(201).str("id"); again != id {
			t.Error("the same request enrolled twice")
		}

		who := w.do("clerk", "GET", "/rounds/care/visitors?place="+string(w.places["第1网格"]), nil).want(200)
		if !strings.Contains(who.Raw, string(w.people["volunteer"])) || strings.Contains(who.Raw, string(w.people["cadre"])) || strings.Contains(who.Raw, "志愿\"") || who.str("items.0.name") == "" {
			t.Errorf("who may visit: %s", who.Raw)
		}
		w.do("grid", "GET", "/rounds/care/visitors?place="+string(w.places["第1网格"]), nil).want(403)
		w.do("clerk-north", "GET", "/rounds/care/visitors?place="+string(w.places["第1网格"]), nil).want(404)

		// Who visits and the clerk see it, masked; nobody else, in no list and no count.
		for user, sees := range map[string]bool{"clerk": true, "volunteer": true, "grid": false, "clerk-north": false, "supervisor": false, "leader": false, "cadre": false} {
			if users := map[string]bool{"leader": true, "supervisor": true}; users[user] {
				w.do(user, "GET", "/rounds/care", nil).want(403)
			} else if n := len(w.do(user, "GET", "/rounds/care", nil).want(200).list("items")); (n == 1) != sees {
				t.Errorf("%s sees %d", user, n)
			}
			if user == "volunteer" {
				continue // holds no right to boards
			}
			got := w.do(user, "GET", "/rounds/duties?template=care-visit", nil).want(200)
			if n := len(got.list("items")); (n == 1) != sees {
				t.Errorf("%s sees %d visits", user, n)
			}
			if n := w.tally(user, "", "入户关爱"); (n[5] == 1) != sees {
				t.Errorf("%s counts %v", user, n)
			}
		}
		row := w.do("volunteer", "GET", "/rounds/care", nil).want(200)
		if row.str("items.0.name") != "张*" || row.str("items.0.phone") != "138****5678" || row.str("items.0.address") != "建设巷 3号楼" || row.str("items.0.visitor.name") != "朱*" || row.get("items.0.next_due") == nil {
			t.Errorf("masked: %s", row.Raw)
		}
		mine := w.mine("volunteer")
		if len(mine) != 1 {
			t.Fatalf("the volunteer's day: %v", mine)
		}
		d := w.do("volunteer", "GET", "/rounds/duties/"+mine[0], nil).want(200)
		if d.str("subject") != "张*" || d.str("when") != "morning" || d.str("care") != id {
			t.Errorf("the visit: %s", d.Raw)
		}
		w.do("grid", "GET", "/rounds/duties/"+mine[0], nil).want(404)
		w.do("leader", "GET", "/rounds/results/"+mine[0], nil).want(404)
		// In clear only with a reason, which stands in the ledger.
		w.do("grid", "POST", "/rounds/care/"+id+"/unmask", map[string]any{"reason": "上门"}).want(404)
		w.do("volunteer", "POST", "/rounds/care/"+id+"/unmask", map[string]any{"reason": " "}).want(422)
		if clear := w.do("volunteer", "POST", "/rounds/care/"+id+"/unmask", map[string]any{"reason": "今天上门"}).want(200); clear.str("name") != "张桂兰" || clear.str("phone") != "13812345678" {
			t.Errorf("clear: %s", clear.Raw)
		}
		if log := w.do("auditor", "GET", "/audit?object="+id, nil).want(200); !strings.Contains(log.Raw, "care_unmasked") || strings.Contains(log.Raw, "张桂兰") {
			t.Errorf("the ledger: %s", log.Raw)
		}
		// A visitor who holds no post any more sees nothing.
		w.update(func(tx kernel.Tx) error {
			hs, err := store.Desk{Tenants: store.Tenants{DB: w.db}}.Holdings(tx, w.people["volunteer"])
			for _, h := range hs {
				h.To = tx.Now()
				err = store.Orgs{}.PutHoldings(tx, hs)
			}
			return err
		})
		w.clock.Advance(time.Minute)
		w.srv.Stream.Wake(tenant)
		if a := w.do("volunteer", "GET", "/rounds/care", nil); a.Status != 403 && len(a.list("items")) > 0 {
			t.Errorf("after the post: %d %s", a.Status, a.Raw)
		}
	})
}

// sealedPart reads what the store keeps of somebody, to see that it is gone.
func (w *world) sealedPart(query string, id string) (out []string) {
	w.t.Helper()
	err := w.db.Engine.Read(context.Background(), func(c dialect.Conn) error {
		rows, err := c.Query(query, id)
		if err != nil {
			return err
		}
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				return err
			}
			out = append(out, s)
		}
		return rows.Err()
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func TestCareVisitKeepsNoHealth(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.withRounds(0)
		id := w.do("clerk", "POST", "/rounds/care", w.agreed(nil)).want(201).str("id")
		path := "/rounds/duties/" + w.mine("volunteer")[0] + "/result"
		visit := func(words string) map[string]any {
			return map[string]any{"answers": map[string]any{"met": true, "help": "repair", "words": words}}
		}
		for _, words := range []string{"血压高，要买药", "她 糖 尿 病", "has diabetes", "刚出院"} {
			a := w.do("volunteer", "POST", path, visit(words)).want(422)
			if a.fields()[0] != "answers.words" || !strings.Contains(a.Raw, "健康") {
				t.Errorf("%s: %s", words, a.Raw)
			}
		}
		a := w.do("volunteer", "POST", path, map[string]any{"answers": visit("")["answers"], "notes": map[string]any{"met": "在医院"}}).want(422)
		if a.fields()[0] != "answers.met" {
			t.Errorf("in the words beside: %s", a.Raw)
		}
		photo := w.upload(picture(t, "jpeg", 64)).want(201).str("id")
		w.do("volunteer", "POST", path, map[string]any{"answers": visit("换灯泡")["answers"], "photos": map[string]any{"met": []string{photo}}}).want(422)
		w.do("volunteer", "POST", path, visit("水龙头滴水，想换一个")).want(200)
		const notes = "SELECT r.notes FROM round_result r JOIN round_duty d ON d.tenant = r.tenant AND d.id = r.duty WHERE d.tenant = '630105' AND d.target = $1 AND r.notes <> ''"
		kept := w.sealedPart(notes, id)
		if len(kept) != 1 || strings.Contains(kept[0], "水龙头") {
			t.Fatalf("kept: %q", kept)
		}
		// Six months later the words are gone; the visit still counts.
		w.clock.Set(opening.AddDate(0, 6, -1))
		w.rtick()
		if len(w.sealedPart(notes, id)) != 1 {
			t.Error("erased before its time")
		}
		w.clock.Set(opening.AddDate(0, 6, 1))
		w.rtick()
		if l := w.sealedPart(notes, id); len(l) != 0 {
			t.Errorf("after six months: %q", l)
		}
		if n := w.tally("clerk", "", "入户关爱"); n[1] != 1 {
			t.Errorf("the visit counts: %v", n)
		}
	})
}

func TestCareMissedAndWithdrawn(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.withRounds(0)
		id := w.do("clerk", "POST", "/rounds/care", w.agreed(nil)).want(201).str("id")
		w.do("volunteer", "POST", "/rounds/duties/"+w.mine("volunteer")[0]+"/result", map[string]any{"answers": map[string]any{"met": true, "help": "none", "words": "聊了一会儿"}}).want(200)
		if l := w.mine("volunteer"); len(l) != 0 {
			t.Fatalf("done: %v", l)
		}
		w.days(7)
		second := w.mine("volunteer")
		if len(second) != 1 {
			t.Fatalf("after a week: %v", second)
		}
		w.days(6) // three days to do it, two more late
		if row := w.do("clerk", "GET", "/rounds/care", nil).want(200); row.num("items.0.missed") != 1 {
			t.Errorf("a missed visit is not shown: %s", row.Raw)
		}
		var told []string
		err := w.db.View(context.Background(), tenant, func(tx kernel.Tx) error {
			l, err := w.outbox.Recent(tx, "notify", opening, 100)
			for _, m := range l {
				if m.Target == second[0] {
					told = append(told, string(m.Body))
				}
			}
			return err
		})
		if err != nil || len(told) != 1 || !strings.Contains(told[0], "visit_missed") || strings.Contains(told[0], "张") {
			t.Errorf("a missed visit warns once, without a name: %v %v", told, err)
		}
		w.days(1)
		if l := w.mine("volunteer"); len(l) != 1 {
			t.Fatalf("the third visit: %v", l)
		}

		w.do("volunteer", "POST", "/rounds/care/"+id+"/withdraw", nil).want(403)
		w.do("clerk-north", "POST", "/rounds/care/"+id+"/withdraw", nil).want(404)
		w.do("clerk", "POST", "/rounds/care/"+id+"/withdraw", nil).want(204)
		w.do("clerk", "POST", "/rounds/care/"+id+"/withdraw", nil).want(409)
		if l := w.mine("volunteer"); len(l) != 0 {
			t.Errorf("visits go on: %v", l)
		}
		if diff := cmp.Diff([]string{"/"}, w.sealedPart("SELECT name || phone || address || '/' FROM round_care WHERE tenant = '630105' AND id = $1", id)); diff != "" {
			t.Errorf("kept of the person: %s", diff)
		}
		if l := w.sealedPart("SELECT r.notes FROM round_result r JOIN round_duty d ON d.tenant = r.tenant AND d.id = r.duty WHERE d.tenant = '630105' AND d.target = $1 AND r.notes <> ''", id); len(l) != 0 {
			t.Errorf("kept of the visits: %q", l)
		}
		w.days(8)
		if l := w.mine("volunteer"); len(l) != 0 {
			t.Errorf("a visit was planned after the withdrawal: %v", l)
		}
		if n := len(w.do("clerk", "GET", "/rounds/care", nil).want(200).list("items")); n != 0 {
			t.Errorf("still listed: %d", n)
		}
	})
}

// check is a pre-shift check; ready is the answer to the last question.
func check(helmet, ready bool) map[string]any {
	return map[string]any{"answers": map[string]any{"helmet": helmet, "vest": true, "mirror": true, "tools": true, "briefed": true, "ready": ready}}
}

// A shift opens only when each worker's check is complete and all right.
func TestShiftOpensWhenAllAreChecked(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.withRounds(0)
		starts := w.clock.Now().Add(2 * time.Hour).Format(time.RFC3339)
		body := map[string]any{"name": "早班", "place": string(w.places["小桥社区"]), "starts_at": starts, "workers": []string{"李大山", "王小河", "赵海"}}
		w.do("grid", "POST", "/rounds/shifts", body).want(403)
		for field, v := range map[string]any{"workers": []string{}, "name": "", "starts_at": "2020-01-01T00:00:00Z", "workers[1]": []string{"甲", "甲"}} {
			b := map[string]any{}
			for k, x := range body {
				b[k] = x
			}
			b[strings.TrimSuffix(field, "[1]")] = v
			if a := w.do("cadre", "POST", "/rounds/shifts", b).want(422); a.fields()[0] != field {
				t.Errorf("%s: %s", field, a.Raw)
			}
		}
		sh := w.do("cadre", "POST", "/rounds/shifts", body, key("shift")).want(201)
		id := sh.str("id")
		if w.do("cadre", "POST", "/rounds/shifts", body, key("shift")).want(201).str("id") != id || sh.num("workers") != 3 || sh.str("unit.name") != "城管局" {
			t.Errorf("the shift: %s", sh.Raw)
		}
		path := "/rounds/shifts/" + id
		crew := func() *answer { return w.do("cadre", "GET", path, nil).want(200) }
		duty := func(i int) string { return crew().str(fmt.Sprintf("crew.%d.duty", i)) }
		if c := crew(); c.str("crew.0.name")[:3] == "" || strings.Contains(c.Raw, "大山") || len(c.list("crew")) != 3 {
			t.Errorf("the crew is masked: %s", c.Raw)
		}
		if got := w.mine("cadre"); len(got) != 0 {
			t.Errorf("checks stand in today's list: %v", got)
		}
		w.do("cadre", "POST", path+"/open", nil).want(422)
		first, second := duty(0), duty(1)
		w.do("water-cadre", "POST", "/rounds/duties/"+first+"/result", check(true, true)).want(403)
		w.do("cadre", "POST", "/rounds/duties/"+first+"/result", check(true, true)).want(200)
		w.do("cadre2", "POST", "/rounds/duties/"+second+"/result", check(false, true)).want(200) // no helmet
		a := w.do("cadre", "POST", path+"/open", nil).want(422)
		if a.fields()[0] != "workers" || !strings.Contains(a.Raw, "2 人") {
			t.Errorf("two of three are not ready: %s", a.Raw)
		}
		w.do("cadre", "POST", path+"/workers/"+first+"/recheck", nil).want(409)
		w.do("cadre", "POST", path+"/workers/"+second+"/recheck", nil).want(200)
		var anew, third string
		for i, c := range crew().list("crew") {
			m, _ := c.(map[string]any)
			if m["state"] == "open" {
				if third == "" {
					third = duty(i)
				} else {
					anew = duty(i)
				}
			}
		}
		w.do("cadre", "POST", "/rounds/duties/"+anew+"/result", check(true, true)).want(200)
		w.do("cadre", "POST", path+"/open", nil).want(422) // one is not checked yet
		w.do("cadre", "POST", path+"/workers/"+third+"/stand-down", nil).want(200)
		w.do("water-cadre", "POST", path+"/open", nil).want(403)
		open := w.do("cadre", "POST", path+"/open", nil, key("open")).want(200)
		if open.str("state") != "open" || open.num("workers") != 2 || open.num("ready") != 2 {
			t.Errorf("open: %s", open.Raw)
		}
		if again := w.do("cadre", "POST", path+"/open", nil, key("open")).want(200); again.Raw != open.Raw {
			t.Errorf("opened again: %s", again.Raw)
		}
		w.do("cadre", "POST", path+"/open", nil).want(409)
		w.do("cadre", "POST", path+"/workers", map[string]any{"workers": []string{"后来的"}}).want(409)
		w.do("cadre", "POST", path+"/close", nil).want(200)
		w.do("cadre", "POST", path+"/close", nil).want(409)
		if l := w.do("leader", "GET", "/rounds/shifts", nil).want(200); l.str("items.0.state") != "closed" {
			t.Errorf("the list: %s", l.Raw)
		}
		w.do("clerk-north", "GET", path, nil).want(404)
		// After six months the names are gone.
		names := "SELECT subject FROM round_duty WHERE tenant = '630105' AND shift = $1 AND subject <> ''"
		if len(w.sealedPart(names, id)) == 0 {
			t.Error("the names are not there")
		}
		w.clock.Set(opening.AddDate(0, 6, 2))
		w.rtick()
		if l := w.sealedPart(names, id); len(l) != 0 {
			t.Errorf("after six months: %q", l)
		}
	})
}

// A crew that grows while the shift opens: either the worker is checked too, or the shift had opened before.
func TestShiftOpensWithTheCrewThatIsThere(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.withRounds(0)
		bearer := w.bearer("cadre")
		for n := range 6 {
			sh := w.do("cadre", "POST", "/rounds/shifts", map[string]any{"name": fmt.Sprint("班", n), "place": string(w.places["小桥社区"]), "starts_at": w.clock.Now().Format(time.RFC3339),
				"workers": []string{"李大山"}}).want(201).str("id")
			path := "/rounds/shifts/" + sh
			duty := w.do("cadre", "GET", path, nil).want(200).str("crew.0.duty")
			w.do("cadre", "POST", "/rounds/duties/"+duty+"/result", check(true, true)).want(200)
			done := make(chan int)
			go func() {
				done <- w.do("", "POST", path+"/workers", map[string]any{"workers": []string{"王小河"}}, who(bearer)).Status
			}()
			opened := w.do("", "POST", path+"/open", nil, who(bearer)).Status
			added := <-done
			if opened == 200 && added == 200 {
				t.Fatal("the shift opened with a worker who was not checked")
			}
			if opened != 200 && added != 200 {
				t.Errorf("neither: open %d, add %d", opened, added)
			}
		}
	})
}

// The six measures of 1.4 are programme items with records by day.
func TestShiftMeasures(t *testing.T) {
	w := newWorld(t)
	w.withRounds(0)
	all := w.do("leader", "GET", "/rounds/measures", nil).want(200)
	var titles []string
	for i := range all.list("measures") {
		titles = append(titles, all.str(fmt.Sprintf("measures.%d.title", i)))
	}
	if diff := cmp.Diff([]string{"安全教育培训", "安全哨兵", "班前安全自检", "警示仪容镜", "应急技能培训与演练", "警示教育二维码展板"}, titles); diff != "" {
		t.Error(diff)
	}
	photo := w.upload(picture(t, "jpeg", 64)).want(201).str("id")
	b := map[string]any{"measure": "mirror", "place": string(w.places["小桥社区"]), "day": "2023-04-10", "words": "仪容镜前检查着装", "photos": []string{photo}}
	w.do("clerk", "POST", "/rounds/measures", b).want(403)
	w.do("cadre", "POST", "/rounds/measures", map[string]any{"measure": "magic", "place": b["place"], "day": "2023-04-10", "words": "x"}).want(422)
	w.do("cadre", "POST", "/rounds/measures", map[string]any{"measure": "mirror", "place": b["place"], "day": "2023-05-10", "words": "还没到"}).want(422)
	w.do("cadre", "POST", "/rounds/measures", b, key("m")).want(201)
	w.do("cadre", "POST", "/rounds/measures", b, key("m")).want(201)
	all = w.do("leader", "GET", "/rounds/measures", nil).want(200)
	if all.num("measures.3.records") != 1 || all.str("measures.3.last") != "2023-04-10" || all.str("items.0.day") != "2023-04-10" || len(all.list("items.0.photos")) != 1 {
		t.Errorf("after one record: %s", all.Raw)
	}
	w.do("leader", "GET", "/photos/"+photo, nil).want(200)
	w.do("clerk-north", "GET", "/photos/"+photo, nil).want(404)
}

package web_test

import (
	"strings"
	"testing"
	"time"
)

// Who serves a door is told by posts and telephones, never by name; what was done there, from five on.
func TestNeighbourhood(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		at := "/neighbourhood?place=" + string(w.places["3号楼"])
		a := w.do("", "GET", at, nil).want(200)
		if a.str("serves.0.place.name") != "第1网格" || a.str("serves.0.name") != "小桥居委会" || a.str("serves.0.posts.0.title") != "grid_worker" ||
			a.str("serves.1.place.name") != "小桥社区" || a.str("serves.0.phone") == "" {
			t.Errorf("serves: %s", a.Raw)
		}
		if e := w.do("", "GET", at, nil, english()).want(200); e.str("serves.0.kind_name") != "Committee" || e.str("serves.0.posts.0.role_title") != "Grid worker" {
			t.Errorf("who serves, in English: %s", e.Raw)
		}
		if a.str("covers.0.kind_name") != "物业" || a.str("covers.0.name") != "安居物业" || a.str("covers.1.name") != "自来水公司" {
			t.Errorf("covers: %s", a.Raw)
		}
		for _, p := range personRows {
			if strings.Contains(a.Raw, p.name) {
				t.Errorf("it names %s", p.name)
			}
		}
		for _, title := range []string{"unit_dispatcher", "supervisor", "system_admin", "auditor"} {
			if strings.Contains(a.Raw, title) {
				t.Errorf("%s is no neighbour", title)
			}
		}
		if a.get("done.total") == nil || a.num("done.total") != 0 {
			t.Errorf("nothing is done yet: %s", a.Raw)
		}
		solve := func(n int) {
			for range n {
				o := w.order("", "stair-light", "灯不亮")
				w.carry(o.str("id"))
				w.do("", "POST", "/track/"+o.str("track_code")+"/rate", map[string]any{"score": 5, "solved": true}).want(200)
			}
		}
		solve(4)
		if a = w.do("", "GET", at, nil).want(200); a.get("done.total") != nil || len(a.list("done.items")) != 0 || a.get("done.few") != true {
			t.Errorf("four are too few to be told: %s", a.Raw)
		}
		solve(1)
		w.order("", "chat", "还没办") // open: not done
		if a = w.do("", "GET", at, nil, english()).want(200); a.num("done.total") != 5 || a.str("done.items.0.title") != "Stair light out" || a.num("done.items.0.count") != 5 {
			t.Errorf("five may be told: %s", a.Raw)
		}
		// It is of lately, and of this community alone.
		if b := w.do("", "GET", "/neighbourhood?place="+string(w.places["北社区"]), nil).want(200); b.num("done.total") != 0 || len(b.list("covers")) != 0 {
			t.Errorf("elsewhere: %s", b.Raw)
		}
		w.clock.Advance(100 * 24 * time.Hour)
		if a = w.do("", "GET", at, nil).want(200); a.num("done.total") != 0 || len(a.list("done.items")) != 0 {
			t.Errorf("long ago: %s", a.Raw)
		}
		w.do("", "GET", "/neighbourhood?place=01ARZ3NDEKTSV4RRFFQ69G5FAV", nil).want(404)
		if m := w.do("", "GET", "/menu?place="+string(w.places["3号楼"]), nil).want(200); len(m.list("point")) != 2 {
			t.Errorf("a menu says where it lies: %s", m.Raw)
		}
	})
}

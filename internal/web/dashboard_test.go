package web_test

import (
	"strings"
	"testing"
	"time"
)

func TestDashboard(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.do("", "GET", "/dashboard", nil).want(401)
		before := w.do("leader", "GET", "/dashboard", nil).want(200)
		w.order("", "street-lamp", "路灯不亮")
		w.clock.Advance(4 * time.Second)
		after := w.do("leader", "GET", "/dashboard", nil).want(200)
		if after.num("open") != before.num("open")+1 {
			t.Fatalf("open: %d, then %d", before.num("open"), after.num("open"))
		}
		beads := after.list("beads")
		if len(beads) != 5 || beads[0].(map[string]any)["count"].(float64) != 1 {
			t.Errorf("beads: %v", beads)
		}
		sum := 0
		for _, a := range after.list("areas") {
			sum += int(a.(map[string]any)["count"].(float64))
		}
		if sum+after.num("beside") != after.num("open") {
			t.Errorf("areas hold %d and %d beside, of %d", sum, after.num("beside"), after.num("open"))
		}
		// One case is too few to be told to everybody, by step, by place, or as the whole.
		public := w.do("", "GET", "/public/dashboard", nil).want(200)
		if public.num("open") != 0 || public.JSON["open_hidden"] != true || strings.Contains(public.Raw, `"count":1`) || len(public.list("units")) != 0 {
			t.Errorf("public: %s", public.Raw)
		}
	})
}

// What is overdue is told by unit, the most first, and comes to all that is overdue; everybody is told of no unit.
func TestLateUnitsComeToWhatIsOverdue(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		for range 3 {
			w.to("dispatched")
		}
		w.to("ordered")
		w.clock.Advance(60 * 24 * time.Hour)
		d := w.do("leader", "GET", "/dashboard", nil).want(200)
		units, sum, before := map[string]int{}, 0, 1<<30
		for _, x := range d.list("late_units") {
			u := x.(map[string]any)
			n := int(u["count"].(float64))
			if n > before {
				t.Errorf("not the most first: %s", d.Raw)
			}
			if (u["id"] == "") != (u["name"] == "") {
				t.Errorf("a unit without its name: %v", u)
			}
			units[u["id"].(string)], before = n, n
			sum += n
		}
		if sum != d.num("overdue") || sum < 4 || units[""] != 1 {
			t.Errorf("%d late by unit, %d overdue: %v", sum, d.num("overdue"), units)
		}
		for id, n := range units {
			if list := w.do("leader", "GET", "/cases?overdue=true&state=open&unit="+id, nil).want(200).list("items"); id != "" && len(list) != n {
				t.Errorf("the unit %s has %d late cases, its list %d", id, n, len(list))
			}
		}
		if public := w.do("", "GET", "/public/dashboard", nil).want(200); len(public.list("late_units")) != 0 || public.get("late_units") == nil {
			t.Errorf("public: %s", public.Raw)
		}
	})
}

// Each of the five steps that an order can wait at is told at a bead of its own: placed, submitted, dispatched, being done, done.
func TestTheFunnelHasAStepAtEachBead(t *testing.T) {
	w := newWorld(t)
	at := func() (out [5]int) {
		t.Helper()
		w.clock.Advance(4 * time.Second)
		d := w.do("leader", "GET", "/dashboard", nil).want(200)
		sum := 0
		for i, b := range d.list("beads") {
			out[i] = int(b.(map[string]any)["count"].(float64))
			sum += out[i]
		}
		if sum != d.num("open") {
			t.Errorf("the beads hold %d of %d", sum, d.num("open"))
		}
		return out
	}
	want := at()
	for i, step := range []string{"ordered", "submitted", "dispatched", "accepted", "done"} {
		id, _ := w.to(step)
		want[i]++
		if got := at(); got != want {
			t.Fatalf("%s: %v, want %v", step, got, want)
		}
		if step == "accepted" { // on hold it is still with who took it on
			w.act("cadre", id, "suspend", map[string]any{"reason": "等配件"}).want(200)
			if got := at(); got != want {
				t.Errorf("on hold: %v, want %v", got, want)
			}
		}
	}
}

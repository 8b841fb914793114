package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/planning"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
)

func (w *world) plans() *planning.Service {
	t := store.Tenants{DB: w.db}
	return planning.NewService(planning.Ports{Store: w.db, Plans: store.Planning{}, Adoptions: store.Planning{}, Places: store.Territory{}, Paved: store.Planning{}, Crew: store.Planning{}, Features: store.Desk{Tenants: t, Outbox: w.outbox},
		Cases: store.Planning{}, Posts: store.Planning{}, Setups: t, Ledger: w.cases.Ledger, Clock: w.clock})
}

// settle gives the grids of 小桥社区 people: the small one three times as many as the large one.
func (w *world) settle() {
	w.update(func(tx kernel.Tx) error {
		var l []*territory.Place
		for name, n := range map[string]int{"第1网格": 3600, "第2网格": 1200, "西网格": 900} {
			p, err := store.Territory{}.Shape(tx, w.places[name])
			if err != nil {
				return err
			}
			p.People = n
			l = append(l, p)
		}
		return store.Territory{}.UpsertPlaces(tx, l)
	})
}

func grids(place kernel.ID, more map[string]any) map[string]any {
	p := map[string]any{"weights": map[string]any{"scale": 80, "convenient": 50, "resources": 20, "functions": 20}, "tolerance": 10, "whole": true, "dedicated": true, "seed": 1}
	for k, v := range more {
		p[k] = v
	}
	return map[string]any{"kind": "partition", "name": "重划小桥", "place": string(place), "params": p}
}

// planned asks for a plan and works it out.
func (w *world) planned(b map[string]any) *answer {
	w.t.Helper()
	a := w.do("planner", "POST", "/plans", b).want(201)
	if a.str("state") != "waiting" {
		w.t.Fatal(a.Raw)
	}
	if _, err := w.plans().Work(context.Background(), tenant, "me"); err != nil {
		w.t.Fatal(err)
	}
	a = w.do("planner", "GET", "/plans/"+a.str("id"), nil).want(200)
	if a.str("state") != "done" || a.num("progress") != 100 {
		w.t.Fatal(a.Raw)
	}
	return a
}

func (w *world) gridOf(id string) string {
	return w.do("supervisor", "GET", "/cases/"+id, nil).want(200).str("place.grid.id")
}

// Adopted, the open cases lie in the new grids and posts go with them; taken back, all is as before.
func TestPlanAdoptAndUndo(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.settle()
		var ids []string
		before := map[string]string{}
		for i := range 6 {
			a := w.order("resident", "stair-light", "楼道灯", map[string]any{"lon": 101.752 + float64(i)*0.007, "lat": 36.61 + float64(i)*0.008})
			ids = append(ids, a.str("id"))
			before[a.str("id")] = w.gridOf(a.str("id"))
		}
		p := w.planned(grids(w.places["小桥社区"], nil))
		drawn := func() int {
			return len(w.do("", "GET", "/map?w=101&s=36&e=102&n=37&kinds=grid", nil).want(200).list("features"))
		}
		had := drawn()
		r := w.do("planner", "GET", "/plans/"+p.str("id")+"/result", nil).want(200)
		if r.num("now.within") != 0 || r.num("after.within") != 2 || r.num("after.broken") != 0 || r.num("after.people") != 4800 || len(r.list("lots")) != 2 {
			t.Fatalf("%v", r.get("after"))
		}
		plan := "/plans/" + p.str("id")
		w.do("leader", "POST", plan+"/adopt", map[string]any{}).want(403)
		w.do("clerk", "GET", plan, nil).want(403)
		w.clock.Advance(time.Minute)
		a := w.do("planner", "POST", plan+"/adopt", map[string]any{}, key("adopt-once")).want(200)
		if again := w.do("planner", "POST", plan+"/adopt", map[string]any{}, key("adopt-once")).want(200); again.str("adopted.id") != a.str("adopted.id") {
			t.Error("the same request adopts twice")
		}
		w.clock.Advance(time.Second * 3)
		moved := 0
		for i, id := range ids {
			c := w.do("supervisor", "GET", "/cases/"+id, nil).want(200)
			if c.str("place.grid.id") == before[id] {
				t.Errorf("case %s lies in a grid that ended", id)
			}
			lon, lat := 101.752+float64(i)*0.007, 36.61+float64(i)*0.008
			at := w.do("", "GET", fmt.Sprintf("/places/at?lon=%v&lat=%v", lon, lat), nil).want(200)
			if at.str("grid.id") != c.str("place.grid.id") {
				t.Errorf("case %s in %s, its point in %s", id, c.str("place.grid.id"), at.str("grid.id"))
			}
			moved++
		}
		if n := drawn(); had < 2 || n != had { // two ended, two began
			t.Errorf("the map draws %d grids, it drew %d", n, had)
		}
		if a.num("adopted.cases") != moved || a.num("adopted.made") != 2 || a.num("adopted.ended") != 2 || a.num("adopted.posts") != 1 {
			t.Error(a.Raw)
		}
		if x := w.do("planner", "POST", plan+"/adopt", map[string]any{}).want(409); x.str("detail") == "" {
			t.Error(x.Raw)
		}
		w.ledgered(p.str("id"), "plan_created", "plan_adopted")
		w.clock.Advance(time.Minute)
		w.do("leader", "POST", "/plans/adoptions/"+a.str("adopted.id")+"/undo", map[string]any{}).want(403)
		w.do("planner", "POST", "/plans/adoptions/"+a.str("adopted.id")+"/undo", map[string]any{}).want(200)
		w.do("planner", "POST", "/plans/adoptions/"+a.str("adopted.id")+"/undo", map[string]any{}).want(409)
		w.clock.Advance(time.Second * 3)
		if n := drawn(); n != had {
			t.Errorf("taken back, the map draws %d grids, it drew %d", n, had)
		}
		after := map[string]string{}
		for _, id := range ids {
			after[id] = w.gridOf(id)
		}
		if d := cmp.Diff(before, after); d != "" {
			t.Error(d)
		}
		w.update(func(tx kernel.Tx) error {
			l, err := store.Planning{}.GridStaff(tx, "630105/002/")
			if err != nil || len(l) != 1 || l[0].Place != w.places["第1网格"] {
				t.Errorf("posts: %v %v", l, err)
			}
			return nil
		})
	})
}

func (w *world) ledgered(object string, acts ...string) {
	w.t.Helper()
	var got []string
	if err := w.db.View(context.Background(), tenant, func(tx kernel.Tx) error {
		rows, err := w.cases.Ledger.OfObject(tx, kernel.ID(object))
		for _, r := range rows {
			got = append(got, r.Act)
		}
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	if d := cmp.Diff(acts, got); d != "" {
		w.t.Error(d)
	}
}

// The same inputs and seed give the same plan; grids close; a locked grid stays and the rest is drawn anew.
func TestPlanIsTheSameAgain(t *testing.T) {
	w := newWorld(t)
	w.settle()
	more := map[string]any{"grids": 4}
	one, two := w.planned(grids(w.places["小桥社区"], more)), w.planned(grids(w.places["小桥社区"], more))
	lots := func(a *answer) *answer { return w.do("planner", "GET", "/plans/"+a.str("id")+"/result", nil).want(200) }
	x, y := lots(one), lots(two)
	if d := cmp.Diff(x.get("lots"), y.get("lots")); d != "" {
		t.Fatal("another plan of the same inputs")
	}
	var shape struct {
		Lots []struct {
			Name  string
			Shape orb.MultiPolygon
		}
	}
	if err := json.Unmarshal([]byte(x.Raw), &shape); err != nil {
		t.Fatal(err)
	}
	var parts []geo.Part
	for _, l := range shape.Lots {
		parts = append(parts, geo.Part{Name: l.Name, Shape: l.Shape})
	}
	for _, f := range geo.CheckCoverage(box(101.75, 36.60, 101.80, 36.66), parts) {
		if f.Area > 1 || f.Kind == geo.FaultInvalid {
			t.Errorf("grids do not close: %v m², %s", f.Area, f.Say.En)
		}
	}
	keep := x.str("lots.1.code")
	z := lots(w.planned(grids(w.places["小桥社区"], map[string]any{"grids": 3, "base": one.str("id"), "locked": []string{keep}})))
	if z.str("lots.0.code") != keep || z.get("lots.0.locked") != true || len(z.list("lots")) != 3 || len(z.list("today")) != 4 {
		t.Errorf("%v", z.list("lots"))
	}
	if d := cmp.Diff(x.get("lots.1.shape"), z.get("lots.0.shape")); d != "" {
		t.Error("a locked grid was drawn anew")
	}
	// A river parts the district at 36.65: no grid lies on both of its sides.
	v := lots(w.planned(grids(w.places["小桥社区"], map[string]any{"grids": 4, "water": true})))
	if v.num("after.broken") != 0 || len(v.list("lots")) != 4 {
		t.Errorf("%v", v.get("after"))
	}
}

// Who may not read a plan does not see it in lists; what cannot be asked is refused with its field; a plan is cancelled once.
func TestPlanRights(t *testing.T) {
	w := newWorld(t)
	w.settle()
	w.do("clerk", "POST", "/plans", grids(w.places["小桥社区"], nil)).want(403)
	w.do("", "POST", "/plans", grids(w.places["小桥社区"], nil)).want(401)
	for field, b := range map[string]map[string]any{
		"tolerance": grids(w.places["小桥社区"], map[string]any{"tolerance": 0}),
		"place":     grids(w.places["第1网格"], nil),
		"base":      grids(w.places["小桥社区"], map[string]any{"base": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}),
	} {
		if f := w.do("planner", "POST", "/plans", b).want(422).fields(); len(f) != 1 || f[0] != field {
			t.Errorf("%s: %v", field, f)
		}
	}
	west := w.do("planner", "POST", "/plans", grids(w.places["西社区"], nil)).want(201)
	w.do("supervisor", "GET", "/plans/"+west.str("id"), nil).want(404)
	if l := w.do("supervisor", "GET", "/plans", nil).want(200).list("items"); len(l) != 0 {
		t.Errorf("%v", l)
	}
	if l := w.do("leader", "GET", "/plans", nil).want(200).list("items"); len(l) != 1 {
		t.Errorf("%v", l)
	}
	w.do("planner", "GET", "/plans/"+west.str("id")+"/result", nil).want(409)
	w.do("planner", "POST", "/plans/"+west.str("id")+"/cancel", map[string]any{}).want(200)
	w.do("planner", "POST", "/plans/"+west.str("id")+"/cancel", map[string]any{}).want(409)
	if ok, err := w.plans().Work(context.Background(), tenant, "me"); ok || err != nil {
		t.Errorf("what was cancelled is worked out: %v %v", ok, err)
	}
	// What cannot be drawn fails with its reason.
	p := w.do("planner", "POST", "/plans", grids(w.places["北社区"], nil)).want(201)
	if _, err := w.plans().Work(context.Background(), tenant, "me"); err != nil {
		t.Fatal(err)
	}
	if a := w.do("planner", "GET", "/plans/"+p.str("id"), nil).want(200); a.str("state") != "failed" || a.str("fault") == "" {
		t.Error(a.Raw)
	}
}

// A run that a process left is taken up by another when its lease is over, and only then.
func TestPlanIsTakenUpAgain(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.settle()
		p := w.do("planner", "POST", "/plans", grids(w.places["小桥社区"], nil)).want(201)
		w.update(func(tx kernel.Tx) error {
			x, err := store.Planning{}.Claim(tx, "gone", tx.Now().Add(time.Minute))
			if err != nil || x == nil {
				t.Errorf("%v %v", x, err)
			}
			return err
		})
		if ok, err := w.plans().Work(context.Background(), tenant, "me"); ok || err != nil {
			t.Fatalf("taken up while another holds it: %v %v", ok, err)
		}
		w.clock.Advance(2 * time.Minute)
		if ok, err := w.plans().Work(context.Background(), tenant, "me"); !ok || err != nil {
			t.Fatal(ok, err)
		}
		w.update(func(tx kernel.Tx) error {
			if ok, err := (store.Planning{}).Advance(tx, kernel.ID(p.str("id")), "gone", 50, tx.Now()); ok || err != nil {
				t.Errorf("who lost the run goes on: %v %v", ok, err)
			}
			return nil
		})
		if a := w.do("planner", "GET", "/plans/"+p.str("id"), nil).want(200); a.str("state") != "done" {
			t.Error(a.Raw)
		}
	})
}

// Stations, posts and reach: each kind gives figures that add up.
func TestPlanOtherKinds(t *testing.T) {
	w := newWorld(t)
	w.settle()
	ask := func(kind string, params map[string]any) *answer {
		a := w.planned(map[string]any{"kind": kind, "name": kind, "place": string(w.places["小桥社区"]), "params": params})
		return w.do("planner", "GET", "/plans/"+a.str("id")+"/result", nil).want(200)
	}
	s := ask("siting", map[string]any{"stations": 3, "radius": 1000})
	gain := 0
	for i := range s.list("sites.added") {
		gain += s.num(fmt.Sprintf("sites.added.%d.gain", i))
	}
	if s.num("sites.before") != 0 || gain == 0 || gain != s.num("sites.after") || s.num("sites.bound") < gain || len(s.list("sites.added")) != 3 {
		t.Error(s.get("sites"))
	}
	a := w.do("planner", "POST", "/plans/"+s.str("plan.id")+"/adopt", map[string]any{}).want(200)
	if a.num("adopted.made") != 3 {
		t.Error(a.Raw)
	}
	again := ask("siting", map[string]any{"stations": 1, "radius": 1000})
	if again.num("sites.before") != gain {
		t.Errorf("stations that were adopted do not count: %v", again.get("sites"))
	}
	f := ask("assignment", map[string]any{"load": 2})
	if f.num("staff.given") != 2 || f.num("staff.kept") != 1 || f.str("staff.rows.0.why") == "" {
		t.Error(f.get("staff"))
	}
	w.do("planner", "POST", "/plans/"+f.str("plan.id")+"/adopt", map[string]any{}).want(200)
	if f = ask("assignment", map[string]any{"load": 2}); f.num("staff.kept") != 2 {
		t.Error(f.get("staff"))
	}
	r := ask("reach", nil)
	if r.num("reach.rows.0.people") != 4800 || r.num("reach.rows.0.min15") < r.num("reach.rows.0.min5") || r.get("reach.line") != true {
		t.Error(r.get("reach"))
	}
}

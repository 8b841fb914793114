package web_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/planning/reach"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
)

func (w *world) walk(tx kernel.Tx, from [2]float64, to [][2]float64) ([]float64, []bool, error) {
	var points []orb.Point
	for _, p := range to {
		points = append(points, p)
	}
	return w.plans().Walk(tx, from, points)
}

// comb is a network of which every street runs north to south, joined along the northern edge only: whoever wants to the next street goes all
// the way round.
func comb(t testing.TB) *reach.Network {
	t.Helper()
	var nodes []orb.Point
	var sides []reach.Side
	for i := range 10 {
		for k := range 11 {
			nodes = append(nodes, orb.Point{101.705 + float64(i)*0.01, 36.695 - float64(k)*0.0095})
			if k > 0 {
				sides = append(sides, reach.Side{A: int32(len(nodes) - 2), B: int32(len(nodes) - 1)})
			}
		}
		if i > 0 {
			sides = append(sides, reach.Side{A: int32(len(nodes) - 22), B: int32(len(nodes) - 11)})
		}
	}
	n, err := reach.New(nodes, sides)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (w *world) pave() {
	w.t.Helper()
	w.update(func(tx kernel.Tx) error {
		_, fresh, err := w.plans().Pave(tx, kernel.System(tenant), comb(w.t), "by hand")
		if err == nil && !fresh {
			w.t.Error("the first network is not new")
		}
		return err
	})
}

// crew gives cadre2 a post at 第1网格, so that somebody of 城管局 works near.
func (w *world) crew() {
	w.update(func(tx kernel.Tx) error {
		p, err := store.Territory{}.Place(tx, w.places["第1网格"])
		if err != nil {
			return err
		}
		return store.Orgs{}.PutHoldings(tx, []*orgs.Holding{{ID: kernel.NewID(opening), Person: w.people["cadre2"], Title: "片区办事员", Role: kernel.Cadre, Org: w.orgs["城管局"],
			Place: p.ID, Path: p.Path, Level: string(territory.LevelGrid), From: opening.AddDate(-1, 0, 0)}})
	})
}

func lamp(lon, lat float64) map[string]any {
	return map[string]any{"item": "street-lamp", "lon": lon, "lat": lat}
}

// The dispatcher sees who could take an order and why, and nobody who may not; nobody else sees it.
func TestSuggest(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.crew()
		id := w.order("", "street-lamp", "路灯不亮", lamp(101.7645, 36.632)).str("id")
		near := w.order("", "street-lamp", "路灯不亮了", lamp(101.757, 36.632)).str("id")
		path := "/cases/" + near + "/suggest"
		w.do("dispatcher", "GET", path, nil).want(404) // not its unit's yet: it knows nothing of it
		w.act("clerk", id, "submit", nil).want(200)
		w.act("clerk", near, "submit", nil).want(200)
		for user, status := range map[string]int{"": 401, "resident": 404, "water": 404, "cadre": 403, "clerk": 403} {
			if a := w.do(user, "GET", path, nil); a.Status != status {
				t.Errorf("%q: %d, want %d: %s", user, a.Status, status, a.Raw)
			}
		}
		a := w.do("dispatcher", "GET", path, nil).want(200)
		if len(a.list("items")) != 2 || a.str("items.0.id") != string(w.people["cadre2"]) || a.get("line") != true || a.str("items.0.title") != "片区办事员" ||
			a.str("items.0.from") != "post" || a.num("items.0.metres") < 200 || a.num("items.0.metres") > 400 || a.str("items.0.place.name") != "第1网格" || a.get("items.0.on_foot") != false {
			t.Fatal(a.Raw)
		}
		if strings.Contains(a.Raw, "吴干部") || strings.Contains(a.Raw, "score") || a.str("items.0.name") != "吴*" {
			t.Errorf("a name or a rating is told: %s", a.Raw)
		}
		straight := a.num("items.0.metres")
		w.pave()
		if a = w.do("dispatcher", "GET", path, nil).want(200); a.get("line") != false || a.get("items.0.on_foot") != true || a.num("items.0.metres") <= straight {
			t.Errorf("along streets: %s", a.Raw)
		}
		// What somebody has in hand counts, and how far it is from here.
		w.act("dispatcher", id, "dispatch", map[string]any{"assignee": string(w.people["cadre"])}).want(200)
		a = w.do("dispatcher", "GET", path, nil).want(200)
		if k := 1 - b2i(a.str("items.0.id") == string(w.people["cadre"])); a.num(fmt.Sprintf("items.%d.load", k)) != 1 || a.str(fmt.Sprintf("items.%d.from", k)) != "order" {
			t.Errorf("%s", a.Raw)
		}
		w.do("secadmin", "PATCH", "/accounts/"+string(w.people["cadre2"]), map[string]any{"disabled": true}).want(200)
		if a = w.do("dispatcher", "GET", path, nil).want(200); len(a.list("items")) != 1 || a.str("items.0.id") != string(w.people["cadre"]) {
			t.Errorf("who may not sign in is suggested: %s", a.Raw)
		}
		w.act("dispatcher", near, "dispatch", map[string]any{"assignee": a.str("items.0.id")}).want(200)
		w.do("dispatcher", "GET", path, nil).want(403) // there is nothing to dispatch any more
	})
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Asked for all that waits, the orders are shared out evenly, none beyond anybody's capacity; what is left says why; nothing is dispatched by asking.
func TestProposeForAll(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.crew()
		var ids []string
		for i := range 5 {
			id := w.order("", "street-lamp", fmt.Sprintf("第 %d 盏路灯不亮", i), lamp(101.7545+0.0005*float64(i), 36.62+0.004*float64(i))).str("id")
			w.act("clerk", id, "submit", nil).want(200)
			ids = append(ids, id)
		}
		w.do("", "GET", "/cases/proposals", nil).want(401)
		for _, user := range []string{"clerk", "water", "cadre", "resident"} {
			if a := w.do(user, "GET", "/cases/proposals", nil).want(200); len(a.list("items"))+len(a.list("left")) != 0 {
				t.Errorf("%s: %s", user, a.Raw)
			}
		}
		a := w.do("dispatcher", "GET", "/cases/proposals?capacity=2", nil).want(200)
		if len(a.list("items")) != 4 || len(a.list("left")) != 1 || a.get("proven") != true || !strings.Contains(a.str("left.0.why"), "5 件要派，只接得下 4 件") {
			t.Fatal(a.Raw)
		}
		w.do("dispatcher", "GET", "/cases/proposals?capacity=0", nil).want(422)
		for _, id := range ids {
			if c := w.do("dispatcher", "GET", "/cases/"+id, nil).want(200); c.str("step") != "submitted" {
				t.Errorf("asking dispatched: %s", c.Raw)
			}
		}
		load := map[string]int{}
		for i := range a.list("items") {
			at := fmt.Sprintf("items.%d.", i)
			load[a.str(at+"to.id")]++
			w.do("dispatcher", "POST", "/cases/"+a.str(at+"case")+"/"+a.str(at+"action"), map[string]any{"version": a.num(at + "version"), a.str(at + "field"): a.str(at + "to.id")}).want(200)
		}
		if d := cmp.Diff(map[string]int{string(w.people["cadre"]): 2, string(w.people["cadre2"]): 2}, load); d != "" {
			t.Error(d)
		}
		if a = w.do("dispatcher", "GET", "/cases/proposals?capacity=2", nil).want(200); len(a.list("items")) != 0 || len(a.list("left")) != 1 {
			t.Error(a.Raw)
		}
		// Nobody holds a post any more: the reason is another.
		w.clock.Advance(time.Hour)
		w.update(func(tx kernel.Tx) error {
			for _, user := range []string{"cadre", "cadre2"} {
				l, err := store.Desk{}.Holdings(tx, w.people[user])
				if err != nil {
					return err
				}
				for _, h := range l {
					if err := (store.Planning{}).EndHoldings(tx, []kernel.ID{h.ID}); err != nil {
						return err
					}
				}
			}
			return nil
		})
		w.clock.Advance(time.Second)
		if a = w.do("dispatcher", "GET", "/cases/proposals", nil, english()).want(200); !strings.Contains(a.str("left.0.why"), "holds a post at this place") {
			t.Error(a.Raw)
		}
	})
}

// With a network, reach and siting go along the streets and say so; what if a station stood here is answered without keeping anything.
func TestPlanOnStreets(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.settle()
		ask := func(kind string, place string, params map[string]any) *answer {
			a := w.planned(map[string]any{"kind": kind, "name": kind, "place": string(w.places[place]), "params": params})
			return w.do("planner", "GET", "/plans/"+a.str("id")+"/result", nil).want(200)
		}
		line, lineSite := ask("reach", "城北区", nil), ask("siting", "小桥社区", map[string]any{"stations": 2, "radius": 1000})
		w.pave()
		w.update(func(tx kernel.Tx) error { // the same again is no other
			if _, fresh, err := w.plans().Pave(tx, kernel.System(tenant), comb(t), "by hand"); err != nil || fresh {
				t.Errorf("fresh %v, %v", fresh, err)
			}
			return nil
		})
		on, onSite := ask("reach", "城北区", nil), ask("siting", "小桥社区", map[string]any{"stations": 2, "radius": 1000})
		if line.get("reach.line") != true || on.get("reach.line") != false || lineSite.get("sites.line") != true || onSite.get("sites.line") != false {
			t.Errorf("%v %v", line.get("reach"), on.get("reach"))
		}
		if a, b := lineSite.num("sites.after"), onSite.num("sites.after"); b == 0 || b > a {
			t.Errorf("%d in a straight line, %d on foot", a, b)
		}
		straight, foot := on.num("reach.green.park.people.straight"), on.num("reach.green.park.people.on_foot")
		if straight == 0 || straight != line.num("reach.green.park.people.straight") || foot >= straight || line.num("reach.green.park.people.on_foot") != 0 || on.num("reach.green.park.greens") != 1 {
			t.Errorf("straight %d, on foot %d: %v", straight, foot, on.get("reach.green"))
		}
		if on.num("reach.green.park.compounds.all") != 1 || on.str("reach.green.short.0.name") != "建设巷" || on.str("reach.green.short.0.community") != "小桥社区" {
			t.Errorf("%v", on.get("reach.green"))
		}
		land := geoArea(w, t)
		if got := float64(on.num("reach.green.park.land.all")); math.Abs(got-land) > 1 {
			t.Errorf("land of %v m², want %v", got, land)
		}
		plan := "/plans/" + on.str("plan.id")
		x := w.do("planner", "GET", plan+"/if?lon=101.715&lat=36.655", nil).want(200)
		if x.get("line") != false || len(x.list("walked")) == 0 || x.num("now.2") != 0 || x.num("then.2") == 0 || x.num("then.0") > x.num("then.2") || x.num("people") != 5700 {
			t.Error(x.Raw)
		}
		w.do("planner", "GET", plan+"/if?lon=102.5&lat=36.6", nil).want(422)
		w.do("clerk", "GET", plan+"/if?lon=101.715&lat=36.655", nil).want(403)
		w.do("", "GET", plan+"/if?lon=101.715&lat=36.655", nil).want(401)
		if y := w.do("planner", "GET", "/plans/"+line.str("plan.id")+"/if?lon=101.715&lat=36.655", nil).want(200); y.get("line") != true || y.num("then.2") < x.num("then.2") {
			t.Errorf("the plan that was worked out without streets goes along them: %s", y.Raw)
		}
	})
}

func geoArea(w *world, t *testing.T) (m2 float64) {
	w.update(func(tx kernel.Tx) error {
		p, err := store.Territory{}.Shape(tx, w.places["建设巷"])
		if err == nil {
			m2 = geo.Area(p.Shape)
		}
		return err
	})
	return m2
}

// Stations are told by how far one walks, once there are streets, and that it is so.
func TestStationsAlongStreets(t *testing.T) {
	w := newWorld(t)
	for name, lon := range map[string]float64{"甲站": 101.7552, "乙站": 101.7648} {
		w.add("clerk", "station", entry{"place": w.site("小桥社区", "S"+name, name, [2]float64{lon, 36.61}), "values": cells{"kind": "rider", "functions": "充电", "hours": "24 小时"}}).want(201)
	}
	at := "/stations?need=充电&lon=101.7605&lat=36.61" // between two streets that meet far in the north, nearer to the eastern one
	a := w.do("", "GET", at, nil).want(200)
	if a.str("items.0.name") != "乙站" || a.get("items.0.on_foot") != nil || a.num("items.1.metres") > 500 {
		t.Error(a.Raw)
	}
	w.pave()
	if a = w.do("", "GET", at, nil).want(200); a.str("items.0.name") != "乙站" || a.get("items.0.on_foot") != true || a.num("items.1.metres") < 15000 {
		t.Error(a.Raw)
	}
}

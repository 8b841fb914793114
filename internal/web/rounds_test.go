package web_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
)

// withRounds puts the shipped rounds in force and lets days pass, each planned as the program does it.
func (w *world) withRounds(days int) {
	w.t.Helper()
	w.update(func(tx kernel.Tx) error { return w.rounds.Found(tx) })
	w.days(days)
}

// days lets days pass.
func (w *world) days(n int) {
	w.t.Helper()
	w.rtick()
	for range n {
		w.clock.Advance(24 * time.Hour)
		w.rtick()
	}
}

// rtick lets the program do what is due of rounds; twice, since the second time must change nothing.
func (w *world) rtick() {
	w.t.Helper()
	for range 2 {
		if err := w.rounds.Tick(context.Background(), tenant, 500); err != nil {
			w.t.Fatal(err)
		}
	}
	if _, err := w.privacy.Tick(context.Background(), tenant, 500); err != nil {
		w.t.Fatal(err)
	}
}

// patrol is an answer to the shipped grid patrol in which all is well.
func patrol(change map[string]any) map[string]any {
	a := map[string]any{"lamps": true, "road": "good", "litter": true, "fire_lane": true}
	for k, v := range change {
		a[k] = v
	}
	return map[string]any{"answers": a}
}

// mine gives the ids of today's duties, of one template or of all.
func (w *world) mine(user string, template ...string) (ids []string) {
	w.t.Helper()
	for _, x := range w.do(user, "GET", "/rounds/today", nil).want(200).list("items") {
		m, _ := x.(map[string]any)
		s, _ := m["id"].(string)
		of, _ := m["template"].(string)
		if len(template) == 0 || template[0] == of {
			ids = append(ids, s)
		}
	}
	return ids
}

// until lets days pass until somebody has so many duties: which day that is depends on the places' ids.
func (w *world) until(user string, n int, template ...string) []string {
	w.t.Helper()
	for range 40 {
		if ids := w.mine(user, template...); len(ids) >= n {
			return ids
		}
		w.days(1)
	}
	w.t.Fatalf("%s never has %d duties", user, n)
	return nil
}

func TestRoundPatrol(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.withRounds(0)
		ids := w.until("grid", 1, "grid-patrol")
		if got := w.mine("clerk", "grid-patrol"); len(got) != 0 {
			t.Errorf("the clerk has %v: a patrol is the grid worker's", got)
		}
		d := w.do("grid", "GET", "/rounds/duties/"+ids[0], nil).want(200)
		if d.str("place.name") != "第1网格" || d.get("mine") != true || len(d.list("items")) != 5 || d.str("state") != "open" {
			t.Errorf("the duty: %s", d.Raw)
		}
		path := "/rounds/duties/" + ids[0] + "/result"
		for _, c := range []struct {
			body  map[string]any
			field string
		}{
			{map[string]any{"answers": map[string]any{"lamps": true}}, "answers.road"},
			{patrol(map[string]any{"road": "lake"}), "answers.road"},
			{patrol(map[string]any{"weather": "fine"}), "answers.weather"},
			{patrol(map[string]any{"fire_lane": false}), "photos.fire_lane"},
			{map[string]any{"answers": patrol(nil)["answers"], "notes": map[string]any{"nothing": "x"}}, "notes.nothing"},
		} {
			if a := w.do("grid", "POST", path, c.body).want(422); a.fields()[0] != c.field {
				t.Errorf("%v: %s, want %s", c.body, a.Raw, c.field)
			}
		}
		w.do("clerk", "POST", path, patrol(nil)).want(403)
		w.do("clerk-north", "POST", path, patrol(nil)).want(404)

		photo := w.upload(picture(t, "jpeg", 64)).want(201).str("id")
		good := w.upload(picture(t, "jpeg", 65)).want(201).str("id")
		found := patrol(map[string]any{"fire_lane": false, "heard": "有人问停车"})
		found["photos"] = map[string]any{"fire_lane": []string{photo}, "lamps": []string{good}}
		found["notes"] = map[string]any{"fire_lane": "3 号楼前停了一排车"}
		a := w.do("grid", "POST", path, found, key("a result of a phone")).want(200)
		if a.str("state") != "done" || a.get("passed") != false || len(a.list("findings")) != 1 || a.str("receipt.leaf") == "" {
			t.Fatalf("recorded: %s", a.Raw)
		}
		// The case is there, and each leads to the other.
		c := w.do("clerk", "GET", "/cases/"+a.str("findings.0.case"), nil).want(200)
		if c.str("flow") != "hazard" || c.str("step") != "found" || !strings.Contains(c.str("full_text"), "3 号楼前停了一排车") || len(c.list("photos")) != 1 || c.str("place.grid.name") != "第1网格" {
			t.Errorf("the case: %s", c.Raw)
		}
		back := w.do("clerk", "GET", "/rounds/findings?case="+c.str("id"), nil).want(200)
		if len(back.list("items")) != 1 || back.str("items.0.duty") != ids[0] || back.str("items.0.number") != c.str("number") {
			t.Errorf("from the case back: %s", back.Raw)
		}
		w.do("clerk", "GET", "/photos/"+photo, nil).want(200)
		w.do("clerk", "GET", "/photos/"+good, nil).want(200)
		w.do("clerk-north", "GET", "/photos/"+good, nil).want(404)
		w.do("", "GET", "/photos/"+good, nil).want(404)

		// Once only: the same request gives the same answer, now and when the program has long forgotten answers; another is refused.
		if b := w.do("grid", "POST", path, found, key("a result of a phone")).want(200); b.Raw != a.Raw {
			t.Errorf("again: %s", b.Raw)
		}
		w.do("grid", "POST", path, patrol(nil), key("another phone")).want(409)
		w.clock.Advance(72 * time.Hour)
		if _, err := (&store.Once{DB: w.db, Sealer: w.cases.Sealer}).Forget(context.Background(), tenant, 100); err != nil {
			t.Fatal(err)
		}
		if b := w.do("grid", "POST", path, found, key("a result of a phone")).want(200); b.str("findings.0.case") != a.str("findings.0.case") {
			t.Errorf("after three days: %s", b.Raw)
		}
		if n := len(w.do("clerk", "GET", "/rounds/findings", nil).want(200).list("items")); n != 1 {
			t.Errorf("%d findings", n)
		}
		w.do("clerk-north", "GET", "/rounds/duties/"+ids[0], nil).want(404)
		w.do("clerk-north", "GET", "/rounds/results/"+ids[0], nil).want(404)
		seen := w.do("leader", "GET", "/rounds/results/"+ids[0], nil).want(200)
		if len(seen.list("answers")) != 5 || seen.str("answers.3.words") != "3 号楼前停了一排车" {
			t.Errorf("what was recorded: %s", seen.Raw)
		}
		if strings.Contains(seen.Raw, "done_by") || strings.Contains(seen.Raw, string(w.people["grid"])) {
			t.Errorf("a board names who did it: %s", seen.Raw)
		}
	})
}

// Of two who record at the same moment one does.
func TestRoundRecordedOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.withRounds(0)
		id := w.until("grid", 1, "grid-patrol")[0]
		bearer := w.bearer("grid")
		var wg sync.WaitGroup
		got := make([]int, 8)
		for i := range got {
			wg.Go(func() {
				body := patrol(map[string]any{"lamps": false})
				got[i] = w.do("", "POST", "/rounds/duties/"+id+"/result", body, who(bearer), key(fmt.Sprint("phone ", i))).Status
			})
		}
		wg.Wait()
		count := map[int]int{}
		for _, s := range got {
			count[s]++
		}
		if diff := cmp.Diff(map[int]int{200: 1, 409: 7}, count); diff != "" {
			t.Error(diff)
		}
		if n := len(w.do("clerk", "GET", "/cases?flow=hazard", nil).want(200).list("items")); n != 1 {
			t.Errorf("%d cases of one finding", n)
		}
	})
}

func TestRoundFailedResultLeavesNothing(t *testing.T) {
	w := newWorld(t)
	w.withRounds(0)
	id := w.until("grid", 1, "grid-patrol")[0]
	body := patrol(map[string]any{"fire_lane": false, "lamps": false})
	body["photos"] = map[string]any{"fire_lane": []string{string(kernel.NewID(opening))}} // never uploaded
	w.do("grid", "POST", "/rounds/duties/"+id+"/result", body, key("x")).want(422)
	if n := len(w.do("clerk", "GET", "/cases", nil).want(200).list("items")); n != 0 {
		t.Errorf("%d cases of a result that was refused", n)
	}
	if d := w.do("grid", "GET", "/rounds/duties/"+id, nil).want(200); d.str("state") != "open" {
		t.Errorf("the duty: %s", d.Raw)
	}
}

// tally gives due, done, late, missed, over, open of one row.
func (w *world) tally(user, query, name string) [6]int {
	w.t.Helper()
	a := w.do(user, "GET", "/rounds/stats?"+query, nil).want(200)
	for i := range a.list("items") {
		p := fmt.Sprintf("items.%d.", i)
		if a.str(p+"name") == name {
			return [6]int{a.num(p + "due"), a.num(p + "done"), a.num(p + "late"), a.num(p + "missed"), a.num(p + "over"), a.num(p + "open")}
		}
	}
	return [6]int{}
}

// dailySrc is a patrol of every grid, every day, that may be made one day late.
const dailySrc = `template: daily
version: 1
kind: grid_patrol
title: {zh: 每日, en: Daily}
who: {role: grid_worker}
where: {kinds: [grid]}
every: {days: 1}
within: 1
grace: 1
items:
  - {id: seen, label: {zh: 走过了, en: Walked}, type: yes_no}
`

func TestRoundLateAndMissed(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.do("sysadmin", "POST", "/rounds/templates", map[string]any{"source": dailySrc}).want(201)
		w.rtick()
		first := w.mine("grid")
		if len(first) != 1 {
			t.Fatalf("on the first day: %v", first)
		}
		seen := map[string]any{"answers": map[string]any{"seen": true}}
		w.do("grid", "POST", "/rounds/duties/"+first[0]+"/result", seen).want(200)
		w.days(1)
		second := w.mine("grid")
		if len(second) != 1 || second[0] == first[0] {
			t.Fatalf("on the second day: %v", second)
		}
		w.days(1)
		if l := w.mine("grid"); len(l) != 2 {
			t.Fatalf("on the third day yesterday's may be made late: %v", l)
		}
		if a := w.do("grid", "POST", "/rounds/duties/"+second[0]+"/result", seen).want(200); a.get("late") != true {
			t.Errorf("late: %s", a.Raw)
		}
		w.days(2)
		// Three grids, five days. 第1网格: in time, late, missed, over, open. The others missed three days, then over, open.
		want := map[string][6]int{"小桥社区": {8, 1, 1, 4, 2, 2}, "北社区": {}}
		for place, n := range want {
			if got := w.tally("leader", "by=place&place="+string(w.places["东街道"]), place); got != n {
				t.Errorf("%s: %v, want %v", place, got, n)
			}
		}
		if got := w.tally("leader", "", "每日"); got != [6]int{12, 1, 1, 7, 3, 3} {
			t.Errorf("the district: %v", got)
		}
		// What one may not see is in no count.
		if got := w.tally("clerk-north", "", "每日"); got != [6]int{} {
			t.Errorf("the north: %v", got)
		}
		if n := len(w.do("clerk", "GET", "/rounds/duties?overdue=true", nil).want(200).list("items")); n != 6 {
			t.Errorf("%d duties over or missed, want 6", n)
		}
		missed := w.do("clerk", "GET", "/rounds/duties?state=missed", nil).want(200)
		var mine string
		for i := range missed.list("items") {
			if missed.str(fmt.Sprintf("items.%d.place.name", i)) == "第1网格" {
				mine = missed.str(fmt.Sprintf("items.%d.id", i))
			}
		}
		w.do("grid", "POST", "/rounds/duties/"+mine+"/result", seen).want(409)
		// Pages have no gap and no double.
		got, after := map[string]bool{}, ""
		for {
			a := w.do("leader", "GET", "/rounds/duties?limit=4&after="+after, nil).want(200)
			for i := range a.list("items") {
				got[a.str(fmt.Sprintf("items.%d.id", i))] = true
			}
			if after = a.str("next"); after == "" {
				break
			}
		}
		if len(got) != 15 {
			t.Errorf("%d duties on pages, want 15", len(got))
		}
	})
}

// A hazard that an inspection finds closes only after a recheck by somebody else.
func TestRoundHazardNeedsRecheck(t *testing.T) {
	w := newWorld(t)
	w.update(func(tx kernel.Tx) error {
		p, err := store.Territory{}.Shape(tx, w.places["第1网格"])
		if err != nil {
			return err
		}
		p.Kind = territory.GridDedicated
		return store.Territory{}.UpsertPlaces(tx, []*territory.Place{p})
	})
	w.withRounds(0)
	ids := w.until("clerk", 1, "hazard-inspection")
	photo := w.upload(picture(t, "jpeg", 64)).want(201).str("id")
	a := w.do("clerk", "POST", "/rounds/duties/"+ids[0]+"/result", map[string]any{
		"answers": map[string]any{"exits": true, "extinguishers": 2, "wiring": "good", "gas": true},
		"photos":  map[string]any{"extinguishers": []string{photo}}, "urgent": map[string]any{"extinguishers": true}}).want(200)
	id := a.str("findings.0.case")
	c := w.do("clerk", "GET", "/cases/"+id, nil).want(200)
	if c.get("urgent") != true || c.str("flow") != "hazard" {
		t.Errorf("the case: %s", c.Raw)
	}
	w.act("clerk", id, "assign", map[string]any{"unit": string(w.orgs["城管局"])}).want(200)
	w.act("cadre", id, "start", nil).want(200)
	done := w.upload(picture(t, "jpeg", 65)).want(201).str("id")
	w.act("cadre", id, "finish", map[string]any{"result": "换了两只", "photos": []string{done}}).want(200)
	open := w.do("clerk", "GET", "/rounds/findings", nil).want(200)
	if open.get("items.0.closed") != false {
		t.Errorf("closed before the recheck: %s", open.Raw)
	}
	w.act("grid", id, "recheck", map[string]any{"passed": true, "words": "看过了，两只都换了"}).want(200)
	if shut := w.do("clerk", "GET", "/rounds/findings", nil).want(200); shut.get("items.0.closed") != true {
		t.Errorf("after the recheck: %s", shut.Raw)
	}
}

// 包联责任制: the police bureau leads six compounds, 地税小区 among them; each compound has exactly one lead.
func TestRoundPairs(t *testing.T) {
	w := newWorld(t)
	names := []string{"地税小区", "公安小区", "阳光小区", "供电小区", "粮食小区", "邮政小区"}
	police, forest := kernel.NewID(opening), kernel.NewID(opening)
	cadre := kernel.NewID(opening)
	var ids []kernel.ID
	w.update(func(tx kernel.Tx) error {
		base, err := store.Territory{}.Place(tx, w.places["小桥社区"])
		if err != nil {
			return err
		}
		county := kernel.Path("630105/")
		o := store.Orgs{}
		if err := o.PutOrgs(tx, []*orgs.Org{{ID: police, Kind: orgs.Department, Name: "公安局", Place: w.places["城北区"], Path: county}, {ID: forest, Kind: orgs.Department, Name: "林业和草原局", Place: w.places["城北区"], Path: county}}); err != nil {
			return err
		}
		var places []*territory.Place
		var covers []*orgs.Cover
		for i, n := range names {
			lon := 101.7601 + float64(i)*0.001
			p := &territory.Place{ID: kernel.NewID(opening), Parent: base.ID, Kind: territory.Compound, Code: fmt.Sprint("P", i), Name: n, Path: base.Path.Child(fmt.Sprint("p", i)),
				Shape: orb.Polygon{{{lon, 36.61}, {lon + 0.0005, 36.61}, {lon + 0.0005, 36.6105}, {lon, 36.6105}, {lon, 36.61}}}, ValidFrom: opening.AddDate(-1, 0, 0)}
			ids = append(ids, p.ID)
			places = append(places, p)
			covers = append(covers, &orgs.Cover{ID: kernel.NewID(opening), Kind: orgs.CoverPaired, Org: police, Place: p.ID, Lead: true, From: opening})
		}
		// A second unit helps; it leads nothing.
		covers = append(covers, &orgs.Cover{ID: kernel.NewID(opening), Kind: orgs.CoverPaired, Org: forest, Place: ids[0], From: opening})
		person := &orgs.Person{ID: cadre}
		if person.NameSealed, err = w.cases.Sealer.SealText("方民警", personField(cadre)); err != nil {
			return err
		}
		// The fixture's own compound has nobody who leads it any more.
		if _, err := o.EndCover(tx, w.orgs["自来水公司"], w.places["建设巷"], orgs.CoverPaired); err != nil {
			return err
		}
		return first(func() error { return store.Territory{}.UpsertPlaces(tx, places) }, func() error { return o.PutCovers(tx, covers) }, func() error { return o.PutPeople(tx, []*orgs.Person{person}) },
			func() error {
				return store.Access{}.InsertAccount(tx, access.Account{ID: cadre, Tenant: tenant, User: "police", NameMasked: "方*", Created: opening})
			},
			func() error {
				return o.PutHoldings(tx, []*orgs.Holding{{ID: kernel.NewID(opening), Person: cadre, Title: "民警", Role: kernel.Cadre, Org: police, Place: w.places["城北区"], Path: county, Level: "county", From: opening.AddDate(-1, 0, 0)}})
			})
	})
	w.people["police"] = cadre
	pairs := w.do("leader", "GET", "/rounds/pairs", nil).want(200)
	if pairs.num("led.num") != 6 || pairs.num("led.den") != 7 || len(pairs.list("items")) != 1 || len(pairs.list("items.0.compounds")) != 6 || pairs.str("without.0.name") != "建设巷" {
		t.Errorf("pairs: %s", pairs.Raw)
	}
	if !strings.Contains(pairs.Raw, "地税小区") {
		t.Error("地税小区 is not among them")
	}
	// A second lead is refused by the store.
	err := w.db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
		return store.Orgs{}.PutCovers(tx, []*orgs.Cover{{ID: kernel.NewID(opening), Kind: orgs.CoverPaired, Org: forest, Place: ids[1], Lead: true, From: opening}})
	})
	if !kernel.Is(err, kernel.KindConflict) {
		t.Errorf("a second lead: %v", err)
	}
	w.withRounds(13)
	all := w.do("leader", "GET", "/rounds/duties?template=paired-visit&limit=200", nil).want(200)
	if len(all.list("items")) != 6 {
		t.Errorf("%d visits in two weeks, want one a compound", len(all.list("items")))
	}
	if got := w.tally("leader", "by=unit", "公安局"); got[5]+got[0] != 6 {
		t.Errorf("by unit: %v", got)
	}
	if got := w.mine("cadre"); len(got) != 0 {
		t.Errorf("another unit's cadre has %v", got)
	}
	w.until("police", 3)
	today := w.do("police", "GET", "/rounds/today", nil).want(200)
	if today.num("metres") == 0 {
		t.Fatalf("the police cadre's day: %s", today.Raw)
	}
	// From west to east, or back: nobody walks to and fro.
	var lons []float64
	for i := range today.list("items") {
		x, _ := today.get(fmt.Sprintf("items.%d.lon", i)).(float64)
		lons = append(lons, x)
	}
	for i := 2; i < len(lons); i++ {
		if (lons[i]-lons[i-1])*(lons[1]-lons[0]) <= 0 {
			t.Errorf("the order goes to and fro: %v", lons)
		}
	}
}

func TestRoundTemplates(t *testing.T) {
	w := newWorld(t)
	w.withRounds(0)
	list := w.do("clerk", "GET", "/rounds/templates", nil).want(200)
	if len(list.list("items")) != 7 {
		t.Errorf("in force: %s", list.Raw)
	}
	one := w.do("clerk", "GET", "/rounds/templates/grid-patrol", nil, english()).want(200)
	if one.str("who") != "Grid worker" || one.str("every") != "every 7 days" || !strings.Contains(one.str("source"), "template: grid-patrol") {
		t.Errorf("in words: %s", one.Raw)
	}
	// The fixture's menu has neither garbage nor road: said as warnings, and found cases become hazards.
	dry := w.do("sysadmin", "POST", "/rounds/templates?dry=true", map[string]any{"source": one.str("source")}).want(201)
	if len(dry.list("findings")) == 0 || dry.str("findings.0.level") != "warning" || dry.get("published") != false {
		t.Errorf("dry: %s", dry.Raw)
	}
	bad := w.do("sysadmin", "POST", "/rounds/templates", map[string]any{"source": strings.Replace(dailySrc, "within: 1", "within: soon", 1)})
	if bad.Status != 422 || !strings.HasPrefix(bad.fields()[0], "line 8") {
		t.Errorf("a fault of form: %d %s", bad.Status, bad.Raw)
	}
	bad = w.do("sysadmin", "POST", "/rounds/templates", map[string]any{"source": strings.Replace(dailySrc, "en: Walked", "en: ''", 1)}).want(422)
	if !strings.HasPrefix(bad.fields()[0], "line 11: items[0].label") {
		t.Errorf("a fault of sense: %s", bad.Raw)
	}
	// A clerk sets rounds of the own community, a dispatcher those of the own unit; nobody under the name of another's.
	own := strings.Replace(strings.Replace(dailySrc, "kinds: [grid]", "kinds: [grid], below: '630105002001'", 1), "template: daily", "template: xiaoqiao", 1)
	w.do("clerk", "POST", "/rounds/templates", map[string]any{"source": dailySrc}).want(403)
	w.do("clerk-north", "POST", "/rounds/templates", map[string]any{"source": own}).want(403)
	w.do("clerk", "POST", "/rounds/templates", map[string]any{"source": own}).want(201)
	w.do("clerk", "POST", "/rounds/templates", map[string]any{"source": own}).want(409)
	steal := strings.Replace(strings.Replace(own, "template: xiaoqiao", "template: grid-patrol", 1), "version: 1", "version: 2", 1)
	w.do("clerk", "POST", "/rounds/templates", map[string]any{"source": steal}).want(403)
	w.do("dispatcher", "POST", "/rounds/templates", map[string]any{"source": dailySrc}).want(403)
	unit := strings.Replace(strings.Replace(dailySrc, "role: grid_worker", "role: cadre, unit: named, name: 城管局", 1), "template: daily", "template: urban", 1)
	w.do("water", "POST", "/rounds/templates", map[string]any{"source": unit}).want(403)
	w.do("dispatcher", "POST", "/rounds/templates", map[string]any{"source": unit}).want(201)
	w.do("grid", "POST", "/rounds/templates", map[string]any{"source": own}).want(403)
	w.do("clerk", "POST", "/rounds/templates/grid-patrol/stop", nil).want(403)

	// A running duty keeps its version.
	w.rtick()
	id := w.mine("grid")
	next := strings.Replace(strings.Replace(own, "version: 1", "version: 2", 1), "id: seen", "id: walked", 1)
	w.do("clerk", "POST", "/rounds/templates", map[string]any{"source": next}).want(201)
	w.rtick()
	var old string
	for _, x := range id {
		if d := w.do("grid", "GET", "/rounds/duties/"+x, nil).want(200); d.str("template") == "xiaoqiao" {
			old = x
			if d.num("version") != 1 || d.str("items.0.id") != "seen" {
				t.Errorf("the running duty: %s", d.Raw)
			}
		}
	}
	w.do("grid", "POST", "/rounds/duties/"+old+"/result", map[string]any{"answers": map[string]any{"seen": true}}).want(200)
	w.do("clerk", "POST", "/rounds/templates/xiaoqiao/stop", nil).want(204)
	w.do("clerk", "POST", "/rounds/templates/xiaoqiao/stop", nil).want(404)
	before := len(w.do("clerk", "GET", "/rounds/duties?template=xiaoqiao&limit=200", nil).want(200).list("items"))
	w.days(2)
	if after := len(w.do("clerk", "GET", "/rounds/duties?template=xiaoqiao&limit=200", nil).want(200).list("items")); after != before {
		t.Errorf("stopped, and yet %d became %d", before, after)
	}
}

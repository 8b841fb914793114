package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
	"sanzhi/internal/vault"
)

// village founds a village with two groups in the north of the fixture.
func (w *world) village() {
	w.t.Helper()
	id := map[string]kernel.ID{"村": kernel.NewID(opening), "一组": kernel.NewID(opening), "二组": kernel.NewID(opening)}
	rows := []*territory.Place{
		{ID: id["村"], Parent: w.places["东街道"], Kind: territory.Village, Code: "630105002201", Name: "北村", Path: "630105/002/201/", Shape: box(101.75, 36.69, 101.80, 36.70), ValidFrom: opening.AddDate(-1, 0, 0)},
		{ID: id["一组"], Parent: id["村"], Kind: territory.VillagerGroup, Code: "Z1", Name: "一组", Path: "630105/002/201/z1/", Shape: box(101.75, 36.69, 101.77, 36.70), ValidFrom: opening.AddDate(-1, 0, 0)},
		{ID: id["二组"], Parent: id["村"], Kind: territory.VillagerGroup, Code: "Z2", Name: "二组", Path: "630105/002/201/z2/", Shape: box(101.77, 36.69, 101.80, 36.70), ValidFrom: opening.AddDate(-1, 0, 0)},
	}
	w.update(func(tx kernel.Tx) error { return store.Territory{}.UpsertPlaces(tx, rows) })
	w.places["北村"], w.places["一组"], w.places["二组"] = id["村"], id["一组"], id["二组"]
}

// TestHouseholds: a person keeps the link to n households, each with the day of its consent; a door is sealed, withdrawn whole.
func TestHouseholds(t *testing.T) {
	w := newWorld(t)
	w.village()
	door := func(place, door, consent string) map[string]any {
		return map[string]any{"role": "household", "target": w.places[place], "door": door, "consent": consent}
	}
	e := func(links ...any) entry {
		return entry{"place": w.places["北村"], "values": cells{"holder": "王建国"}, "links": links}
	}
	w.add("dispatcher", "household", e()).want(422)
	if a := w.add("dispatcher", "household", e(door("一组", "12号", ""))).want(422); a.fields()[0] != "consent" {
		t.Errorf("without consent: %s", a.Raw)
	}
	w.add("dispatcher", "household", e(door("一组", "12号", "2023-05-01"))).want(422) // a day to come
	id := w.add("dispatcher", "household", e(door("一组", "12号", "2023-04-01"), door("一组", "13号", "2023-04-02"), door("二组", "3号", "2023-04-02"))).want(201).str("id")
	a := w.do("dispatcher", "GET", "/register-entries/"+id, nil).want(200)
	if a.num("counts.0.n") != 3 || a.str("values.holder") != "王*" || a.str("links.0.consent") == "" {
		t.Errorf("three households: %s", a.Raw)
	}
	for _, secret := range []string{"12号", "王建国"} {
		if strings.Contains(a.Raw, secret) || strings.Contains(w.do("dispatcher", "GET", "/registers/household", nil).want(200).Raw, secret) ||
			strings.Contains(w.do("auditor", "GET", "/audit?object="+id, nil).want(200).Raw, secret) {
			t.Errorf("%s is shown", secret)
		}
	}
	if x := w.do("dispatcher", "GET", "/registers/household/totals", nil).want(200); x.num("items.0.number") != 3 {
		t.Errorf("totals: %s", x.Raw)
	}
	w.do("dispatcher", "POST", "/register-entries/"+id+"/links", entry{"version": 1, "remove": []any{a.get("links.0.id"), a.get("links.1.id")}}).want(200)
	if a := w.do("dispatcher", "GET", "/register-entries/"+id, nil).want(200); a.num("counts.0.n") != 1 {
		t.Errorf("after two withdrew: %s", a.Raw)
	}
}

// TestVillagePlan: one for each village, of five modes; the layout has one corridor, two wings, five parks, many points.
func TestVillagePlan(t *testing.T) {
	w := newWorld(t)
	w.village()
	plan := func(place, mode string) entry {
		return entry{"place": w.places[place], "values": cells{"mode": mode, "plan": "办农家乐"}}
	}
	w.add("dispatcher", "plan", plan("北村", "炒股")).want(422)
	w.add("dispatcher", "plan", plan("小桥社区", "乡村旅游")).want(422)
	w.add("dispatcher", "plan", plan("北村", "乡村旅游")).want(201)
	w.add("dispatcher", "plan", plan("北村", "种植业")).want(409)
	for _, r := range w.do("dispatcher", "GET", "/registers", nil).want(200).list("items") {
		if r := r.(map[string]any); r["key"] == "plan" {
			if n := len(r["columns"].([]any)[0].(map[string]any)["choices"].([]any)); n != 5 {
				t.Errorf("%d modes", n)
			}
		}
	}
	layout := func(part string, n int) int {
		return w.add("dispatcher", "layout", entry{"place": w.places["北村"], "values": cells{"plan": "联建", "part": part, "number": fmt.Sprint(n), "name": fmt.Sprint(part, n)}}).Status
	}
	got := map[string]int{}
	for part, most := range map[string]int{"廊": 1, "翼": 2, "园": 5, "点": 9} {
		for n := 1; n <= most+1; n++ {
			if layout(part, n) == 201 {
				got[part]++
			}
		}
	}
	if diff := cmp.Diff(map[string]int{"廊": 1, "翼": 2, "园": 5, "点": 10}, got); diff != "" {
		t.Errorf("parts (-want +got)\n%s", diff)
	}
	if s := layout("翼", 2); s != 409 {
		t.Errorf("the second wing twice: %d", s)
	}
}

// TestBlocks: one owner a block, no place in two, no common ground in the tree or on the map.
func TestBlocks(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.village() // its shape lies within 北社区's, beside it in the tree
		block := func(n int, places ...string) entry {
			links := []any{}
			for _, p := range places {
				links = append(links, link("area", w.places[p]))
			}
			return entry{"org": w.orgs["城管局"], "values": cells{"number": fmt.Sprint(n), "name": fmt.Sprintf("第%d片", n)}, "links": links}
		}
		noOwner := block(1, "小桥社区")
		delete(noOwner, "org")
		w.add("dispatcher", "block", noOwner).want(422)
		w.add("dispatcher", "block", block(1)).want(422)
		id := w.add("dispatcher", "block", block(1, "小桥社区")).want(201).str("id")
		w.add("dispatcher", "block", block(2, "小桥社区")).want(409)      // the same place
		w.add("dispatcher", "block", block(2, "第1网格")).want(409)      // within it
		w.add("dispatcher", "block", block(2, "东街道")).want(409)       // holds it
		w.add("dispatcher", "block", block(2, "北社区", "北村")).want(409) // two of its own on one ground
		w.add("dispatcher", "block", block(2, "北社区")).want(201)       // side by side
		w.add("dispatcher", "block", block(3, "北村")).want(409)        // on the ground of 北社区
		w.add("dispatcher", "block", block(2, "西社区")).want(409)       // the number is taken
		w.do("dispatcher", "POST", "/register-entries/"+id+"/links", entry{"version": 1, "add": []any{link("area", w.places["北村"])}}).want(409)
		w.do("dispatcher", "POST", "/register-entries/"+id+"/links", entry{"version": 1, "add": []any{link("area", w.places["西社区"])}}).want(200)
		w.do("dispatcher", "POST", "/register-entries/"+id+"/acts/end", entry{"version": 2, "note": "重新切块"}).want(200)
		w.add("dispatcher", "block", block(1, "第1网格", "第2网格")).want(201) // what ended holds nothing
	})
}

// TestReportIn: a member is registered with unit, community and grid, and what was done since is counted in hours.
func TestReportIn(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		sealed, err := w.cases.Sealer.SealText("孟在职", vault.Field{Tenant: tenant, Table: "person", ID: w.people["cadre"], Field: "name"})
		if err != nil {
			t.Fatal(err)
		}
		in := &orgs.ReportIn{ID: kernel.NewID(opening), Person: w.people["cadre"], Unit: w.orgs["城管局"], Community: w.places["小桥社区"], Grid: w.places["第1网格"], From: opening}
		w.update(func(tx kernel.Tx) error {
			return first(func() error { return store.Orgs{}.PutPeople(tx, []*orgs.Person{{ID: in.Person, NameSealed: sealed}}) },
				func() error { return store.Orgs{}.PutReportIns(tx, []*orgs.ReportIn{in}) })
		})
		service := func(hours, on string) entry {
			return entry{"subject": in.ID, "values": cells{"kind": "便民帮困", "hours": hours, "on": on}}
		}
		w.add("clerk", "service", service("25", "2023-04-20")).want(422)
		w.add("clerk", "service", service("0", "2023-04-20")).want(422)
		w.add("clerk", "service", service("2", "2023-05-20")).want(422)
		w.add("clerk", "service", entry{"values": cells{"kind": "便民帮困", "hours": "2", "on": "2023-04-20"}}).want(422)
		w.add("clerk-north", "service", service("2", "2023-04-20")).want(422) // not there for who may not see it
		w.add("clerk", "service", service("2", "2023-04-20")).want(201)
		w.add("clerk", "service", service("1.5", "2023-04-21")).want(201)
		a := w.do("clerk", "GET", "/report-ins", nil).want(200)
		if a.num("items.0.services") != 2 || a.get("items.0.hours") != 3.5 || a.str("items.0.name") != "孟*" || a.str("items.0.unit.name") != "城管局" || a.str("items.0.grid.name") != "第1网格" {
			t.Errorf("report-ins: %s", a.Raw)
		}
		if n := len(w.do("clerk-north", "GET", "/report-ins", nil).want(200).list("items")); n != 0 {
			t.Errorf("another community's clerk sees %d", n)
		}
		w.do("resident", "GET", "/report-ins", nil).want(403)
		if p := w.do("clerk", "GET", "/orgs/"+string(w.orgs["城管局"])+"/profile", nil).want(200); p.num("report_in") != 1 {
			t.Errorf("profile: %s", p.Raw)
		}
	})
}

// TestOrgTree: a level at a time; one organisation with what it covers and its posts, names masked; the chain.
func TestOrgTree(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		b := w.branch("建设巷党支部")
		w.update(func(tx kernel.Tx) error {
			return store.Orgs{}.PutCovers(tx, []*orgs.Cover{{ID: kernel.NewID(opening), Kind: orgs.CoverBranch, Org: b, Place: w.places["建设巷"], Lead: true, From: opening}})
		})
		w.do("", "GET", "/orgs/tree", nil).want(401)
		seen := map[string]bool{}
		after := ""
		for range 20 {
			a := w.do("clerk", "GET", "/orgs/tree?limit=3&after="+strings.ReplaceAll(after, "\x1f", "%1f"), nil).want(200)
			for _, x := range a.list("items") {
				name := x.(map[string]any)["name"].(string)
				if seen[name] {
					t.Errorf("%s comes twice", name)
				}
				seen[name] = true
			}
			if after = a.str("next"); after == "" {
				break
			}
		}
		if len(seen) != len(orgRows) || seen["建设巷党支部"] {
			t.Errorf("the top level: %v", seen)
		}
		if a := w.do("clerk", "GET", "/orgs/tree?parent="+string(w.orgs["小桥居委会"]), nil).want(200); a.str("items.0.name") != "建设巷党支部" {
			t.Errorf("below the committee: %s", a.Raw)
		}
		p := w.do("clerk", "GET", "/orgs/"+string(b)+"/profile", nil).want(200)
		if p.str("above.0.name") != "小桥居委会" || p.str("covers.0.places.0.name") != "建设巷" || p.num("covers.0.count") != 1 {
			t.Errorf("the branch: %s", p.Raw)
		}
		firm := w.do("clerk", "GET", "/orgs/"+string(w.orgs["安居物业"])+"/profile", nil).want(200)
		if firm.str("covers.0.kind") != "property" || len(firm.list("posts")) != 2 || strings.Contains(firm.Raw, "陈物业") {
			t.Errorf("the firm: %s", firm.Raw)
		}
		chain := w.do("clerk", "GET", "/orgs/chain", nil).want(200)
		if chain.num("buildings.num") != 1 || chain.num("buildings.den") != 1 || chain.num("compounds.num") != 1 {
			t.Errorf("the chain: %s", chain.Raw)
		}
		// The branch's committee stands alone in the fixture, not below the district's government.
		if chain.str("faults.0.kind") != "unattached" || len(chain.list("faults")) != 1 {
			t.Errorf("the chain's faults: %s", chain.Raw)
		}
	})
}

// TestCountsAndDuties: quantities keep 余 when they are added; duties lead to evidence; dispatchers keep to their own organisation.
func TestCountsAndDuties(t *testing.T) {
	w := newWorld(t)
	for place, n := range map[string]string{"小桥社区": "1.8万余辆", "北社区": "200辆"} {
		user := map[string]string{"小桥社区": "clerk", "北社区": "clerk-north"}[place]
		w.add(user, "count", entry{"place": w.places[place], "values": cells{"what": "电动车", "n": n, "as_of": "2023-04-01", "source": "社区登记"}}).want(201)
	}
	w.add("clerk", "count", entry{"place": w.places["小桥社区"], "values": cells{"what": "充电桩", "n": "许多", "as_of": "2023-04-01", "source": "社区登记"}}).want(422)
	a := w.do("leader", "GET", "/registers/count/totals", nil).want(200)
	if a.str("items.0.sum") != "18200余辆" || a.str("items.0.name") != "电动车" {
		t.Errorf("the sum: %s", a.Raw)
	}
	if a := w.do("clerk", "GET", "/registers/count/totals", nil).want(200); a.str("items.0.sum") != "1.8万余辆" {
		t.Errorf("the sum of the own community: %s", a.Raw)
	}
	duty := entry{"org": w.orgs["城管局"], "place": w.places["城北区"], "values": cells{"title": "路灯维护"}}
	w.add("water", "duty", duty).want(403) // another unit of the same district
	id := w.add("dispatcher", "duty", duty).want(201).str("id")
	w.do("water", "POST", "/register-entries/"+id+"/acts/end", entry{"version": 1, "note": "不要了"}).want(403)
	caseID, _ := w.to("accepted")
	w.do("dispatcher", "POST", "/register-entries/"+id+"/links", entry{"version": 1, "add": []any{link("work", kernel.ID(caseID))}}).want(422) // no works here
	w.do("dispatcher", "POST", "/register-entries/"+id+"/links", entry{"version": 1, "add": []any{link("case", kernel.ID(caseID))}}).want(200)
	if x := w.do("dispatcher", "GET", "/register-entries/"+id, nil).want(200); x.str("links.0.name") == "" || x.str("links.0.target") != caseID {
		t.Errorf("the evidence: %s", x.Raw)
	}
	if n := len(w.do("dispatcher", "GET", "/registers/duty?q=路灯", nil).want(200).list("items")); n != 1 {
		t.Errorf("found %d", n)
	}
	if n := len(w.do("dispatcher", "GET", "/registers/duty?q=水表", nil).want(200).list("items")); n != 0 {
		t.Errorf("found %d", n)
	}
	other := entry{"org": w.orgs["城管局"], "values": cells{"slot": "平台", "name": "云课堂"}}
	w.add("dispatcher", "classroom", other).want(201)
	w.add("dispatcher", "classroom", other).want(409)
}

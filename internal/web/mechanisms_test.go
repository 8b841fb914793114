package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/registers"
	"sanzhi/internal/reports"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/works"
)

// What the source's articles ask to be seen of single mechanisms, one test each: see docs/coverage.md.

// A property firm is an organisation that serves some compounds, keeps its own duties, and is rated by those who live there.
func TestAFirmServesItsCompounds(t *testing.T) {
	w := newWorld(t)
	firm := w.orgs["安居物业"]
	served := func() (names []string) {
		for _, c := range w.do("clerk", "GET", "/orgs/"+string(firm)+"/profile", nil).want(200).list("covers") {
			m := c.(map[string]any)
			if m["kind"] == "property" {
				names = append(names, fmt.Sprint(m["count"]))
			}
		}
		return names
	}
	if got := served(); len(got) != 1 || got[0] != "1" {
		t.Fatalf("serves %v, want one compound", got)
	}
	w.update(func(tx kernel.Tx) error {
		return store.Orgs{}.PutCovers(tx, []*orgs.Cover{{ID: kernel.NewID(opening), Kind: orgs.CoverProperty, Org: firm, Place: w.places["第1网格"], Lead: true, From: opening}})
	})
	if got := served(); len(got) != 1 || got[0] != "2" {
		t.Errorf("after a second one: %v", got)
	}
	w.add("firm", "duty", entry{"org": firm, "place": w.places["小桥社区"], "values": cells{"title": "楼道灯两天内修好"}}).want(201)
	if p := w.do("clerk", "GET", "/orgs/"+string(firm)+"/profile", nil).want(200); !strings.Contains(p.Raw, `"register":"duty"`) {
		t.Errorf("its duties: %s", p.Raw)
	}
	o := w.order("", "stair-light", "三楼到五楼都黑", nil)
	id, code := o.str("id"), o.str("track_code")
	w.act("clerk", id, "submit", nil).want(200)
	w.act("firm", id, "dispatch", nil).want(200)
	w.act("firm-cadre", id, "accept", nil).want(200)
	w.act("firm-cadre", id, "finish", map[string]any{"result": "换了三只灯"}).want(200)
	if c := w.do("clerk", "GET", "/cases/"+id, nil).want(200); c.str("unit.id") != string(firm) {
		t.Fatalf("the case is not the firm's: %s", c.Raw)
	}
	rated := func() (int, int) {
		a := w.do("leader", "GET", "/stats/rates?unit="+string(firm), nil).want(200)
		return a.num("satisfaction.num"), a.num("satisfaction.den")
	}
	if n, d := rated(); n != 0 || d != 0 {
		t.Fatalf("rated before anybody rated: %d/%d", n, d)
	}
	w.do("", "POST", "/track/"+code+"/rate", map[string]any{"score": 5, "solved": true}).want(200)
	if n, d := rated(); n != 1 || d != 1 {
		t.Errorf("the firm's ratings: %d/%d", n, d)
	}
}

// Service centres have three tiers, each at its own level of place; a micro complex does two things at least.
func TestServiceCentresHaveThreeTiers(t *testing.T) {
	w := newWorld(t)
	var tiers []string
	stations, err := registers.Find("station")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range stations.Sheet.Column("tier").Choices {
		tiers = append(tiers, c.Key)
	}
	if diff := cmp.Diff([]string{"district", "street", "community"}, tiers); diff != "" {
		t.Fatalf("tiers (-want +got)\n%s", diff)
	}
	at := map[string]kernel.ID{"district": w.site("城北区", "C1", "区中心", [2]float64{101.7600, 36.6485}), "street": w.site("东街道", "C2", "街道中心", [2]float64{101.7610, 36.6485}),
		"community": w.site("小桥社区", "C3", "社区中心", [2]float64{101.7620, 36.6485})}
	for here, place := range at {
		for _, tier := range append(tiers, "village-group") {
			status := 422
			if tier == here {
				status = 201
			}
			w.add("dispatcher", "station", entry{"place": place, "values": cells{"kind": "centre", "tier": tier, "functions": "诉求受理", "hours": "每天 8:00-9:00"}}).want(status)
		}
	}
	micro := w.site("小桥社区", "M1", "小桥微综合体", [2]float64{101.7630, 36.6485})
	station := func(functions string) *answer {
		return w.add("clerk", "station", entry{"place": micro, "values": cells{"kind": "micro", "functions": functions, "hours": "每天 8:00-20:00"}})
	}
	if a := station("充电").want(422); a.fields()[0] != "functions" {
		t.Error(a.Raw)
	}
	id := station("充电、法律援助").want(201).str("id")
	if a := w.do("", "GET", "/register-entries/"+id, nil).want(200); !strings.Contains(a.Raw, "legal_aid") || !strings.Contains(a.Raw, "charging") {
		t.Errorf("both functions are shown: %s", a.Raw)
	}
}

// A check-in at a station for mobile members is a number of a day. No person, no instant, no place that somebody came from is in any table.
func TestACheckInLeavesNoTrace(t *testing.T) {
	w := newWorld(t)
	id := w.add("clerk", "station", entry{"place": w.site("小桥社区", "B1", "小桥候鸟驿站", [2]float64{101.7600, 36.6485}), "values": cells{"kind": "mobile", "functions": "诉求受理", "hours": "每天 8:00-20:00"}}).want(201)
	path := "/register-entries/" + id.str("id") + "/check-in"
	for n := range 3 {
		w.do("clerk", "POST", path, nil, key(fmt.Sprint("in ", n))).want(200)
	}
	if a := w.do("clerk", "POST", path, map[string]any{"name": "候鸟党员", "lon": 101.76, "lat": 36.64}, key("more")); a.Status == 200 && a.num("today") != 4 {
		t.Errorf("a name and a position change the number: %s", a.Raw)
	}
	var columns, rows []string
	if err := w.db.Engine.Read(t.Context(), func(c dialect.Conn) error {
		r, err := c.Query("SELECT * FROM register_visit WHERE tenant = $1", string(tenant))
		if err != nil {
			return err
		}
		defer func() { _ = r.Close() }()
		if columns, err = r.Columns(); err != nil {
			return err
		}
		for r.Next() {
			var a, b, c, d string
			if err := r.Scan(&a, &b, &c, &d); err != nil {
				return err
			}
			rows = append(rows, strings.Join([]string{c, d}, " "))
		}
		return r.Err()
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"tenant", "entry", "day", "n"}, columns); diff != "" {
		t.Errorf("what is kept of visits (-want +got)\n%s", diff)
	}
	if len(rows) != 1 || !strings.HasPrefix(rows[0], "2023-04-27 ") {
		t.Errorf("one row a day, a number: %v", rows)
	}
	log := w.do("auditor", "GET", "/audit?object="+id.str("id")+"&act=register.check_in", nil).want(200)
	if strings.Contains(log.Raw, "101.76") || strings.Contains(log.Raw, "候鸟党员") {
		t.Errorf("the ledger keeps where somebody was: %s", log.Raw)
	}
}

// A green site bears what it is good for, of four uses, and names the layer of the plan that it keeps to; both are found.
func TestSitesBearUsesAndKeepToAPlan(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		site := func(name string, more ...any) map[string]any {
			b := map[string]any{"type": "community", "name": name, "state": "done", "place": string(w.places["小桥社区"]), "as_of": "2023-03-31"}
			for i := 0; i < len(more); i += 2 {
				b[more[i].(string)] = more[i+1]
			}
			return b
		}
		all := []string{}
		for _, u := range works.Uses {
			all = append(all, string(u.ID))
		}
		if diff := cmp.Diff([]string{"leisure", "sport", "tourism", "learning"}, all); diff != "" {
			t.Fatalf("uses (-want +got)\n%s", diff)
		}
		plan := map[string]any{"name": "城北区绿地系统规划", "layer": "公园绿地", "code": "G1-07"}
		w.do("planner", "POST", "/sites", site("甲园", "uses", []string{"parking"})).want(422)
		w.do("planner", "POST", "/sites", site("甲园", "plan", map[string]any{"layer": "公园绿地"})).want(422)
		a := w.do("planner", "POST", "/sites", site("甲园", "uses", []string{"leisure", "sport"}, "plan", plan)).want(201)
		if a.str("plan.layer") != "公园绿地" || a.str("plan.code") != "G1-07" || a.str("uses.1.name") != "运动健身" {
			t.Errorf("shown: %s", a.Raw)
		}
		w.do("planner", "POST", "/sites", site("乙园", "uses", []string{"learning"}, "plan", map[string]any{"name": "城北区绿地系统规划修编"})).want(201)
		w.do("planner", "POST", "/sites", site("丙园")).want(201)
		for query, want := range map[string]string{"": "丙园 乙园 甲园", "use=sport": "甲园", "use=learning": "乙园", "use=tourism": "", "plan=城北区绿地系统规划": "甲园", "plan=城北区绿地系统规划修编": "乙园", "plan=国土空间规划": "", "use=sport&plan=城北区绿地系统规划": "甲园"} {
			var names []string
			for _, x := range w.do("", "GET", "/sites?"+query, nil).want(200).list("items") {
				names = append(names, x.(map[string]any)["name"].(string))
			}
			if diff := cmp.Diff(want, strings.Join(names, " ")); diff != "" {
				t.Errorf("%s (-want +got)\n%s", query, diff)
			}
		}
		w.do("", "GET", "/sites?use=parking", nil).want(422)
		queries, err := store.ReportQueries()
		if err != nil {
			t.Fatal(err)
		}
		q := queries.Get("sites_in_plan")
		for plan, want := range map[string]reports.Tally{"": {Num: 2, Den: 3}, "城北区绿地系统规划": {Num: 1, Den: 1}} {
			if err := w.db.View(t.Context(), tenant, func(tx kernel.Tx) error {
				got, err := q.Count(tx, reports.Ask{Path: "630105/", AsOf: tx.Now(), Params: map[string]string{"plan": plan}, Allow: access.ScopeOf(kernel.System(tenant), q.Reads)})
				if got != want {
					t.Errorf("in the plan %q: %+v, want %+v", plan, got, want)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A project shows the programme that it belongs to, its level and what supports it, to everyone once it is published.
func TestAProjectShowsItsProgramme(t *testing.T) {
	w := newWorld(t)
	p := w.do("planner", "POST", "/works/programmes", map[string]any{"name": "党建引领基层治理三年行动", "level": "city", "from_year": 2022, "to_year": 2024, "support": []any{"项目补助", "以奖代补"}}).want(201)
	w.do("planner", "POST", "/works/programmes", map[string]any{"name": "省的计划", "level": "province", "from_year": 2022, "to_year": 2024}).want(422)
	w.do("planner", "POST", "/works", w.workDraft("other", "没有的计划", "城北区", "programme", kernel.NewID(opening))).want(422)
	a := w.do("planner", "POST", "/works", w.workDraft("rural", "三乡工程", "城北区", "programme", p.str("id"))).want(201)
	w.do("", "GET", "/works/"+a.str("id"), nil).want(404)
	w.do("planner", "POST", "/works/"+a.str("id")+"/publish", map[string]any{"version": 1, "published": true}).want(200)
	b := w.do("", "GET", "/works/"+a.str("id"), nil).want(200)
	if b.str("programme.name") != "党建引领基层治理三年行动" || b.str("programme.level_name") != "市级" || b.num("programme.from_year") != 2022 || b.num("programme.to_year") != 2024 ||
		len(b.list("programme.support")) != 2 || b.str("programme.support.1") != "以奖代补" {
		t.Errorf("%s", b.Raw)
	}
}

// The sentinel, the mirror, the drill and the QR board are recorded by the day, each with words and photos, and counted apart.
func TestEachSafetyMeasureIsRecorded(t *testing.T) {
	w := newWorld(t)
	w.withRounds(0)
	measures := []string{"sentinel", "mirror", "drill", "qr_board"}
	for i, m := range measures {
		photo := w.upload(picture(t, "jpeg", 64+i)).want(201).str("id")
		b := map[string]any{"measure": m, "place": string(w.places["小桥社区"]), "day": "2023-04-10", "words": "第" + fmt.Sprint(i) + "条", "photos": []string{photo}}
		w.do("cadre", "POST", "/rounds/measures", b).want(201)
		if i > 1 {
			b["day"], b["photos"] = "2023-04-11", []string{}
			w.do("cadre", "POST", "/rounds/measures", b).want(201)
		}
		bad := map[string]any{"measure": m, "place": b["place"], "day": "2023-04-10", "words": ""}
		w.do("cadre", "POST", "/rounds/measures", bad).want(422)
	}
	all := w.do("leader", "GET", "/rounds/measures", nil).want(200)
	got := map[string]string{}
	for i := range all.list("measures") {
		at := fmt.Sprintf("measures.%d.", i)
		got[all.str(at+"id")] = fmt.Sprint(all.num(at+"records"), " ", all.str(at+"last"))
	}
	want := map[string]string{"training": "0 ", "self_check": "0 ", "sentinel": "1 2023-04-10", "mirror": "1 2023-04-10", "drill": "2 2023-04-11", "qr_board": "2 2023-04-11"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got)\n%s", diff)
	}
	for i := range all.list("items") {
		at := fmt.Sprintf("items.%d.", i)
		if all.str(at+"day") == "2023-04-10" && len(all.list(at+"photos")) != 1 || all.str(at+"words") == "" {
			t.Errorf("a record: %s", all.Raw)
		}
	}
}

// A leading enterprise, its cooperatives and the households stand in one line: none of the three may be left out, and the households are a number.
func TestLinkage(t *testing.T) {
	w := newWorld(t)
	w.village()
	firm, coop := &orgs.Org{ID: kernel.NewID(opening), Kind: orgs.Enterprise, Name: "高原夏菜公司", Place: w.places["城北区"], Path: "630105/"},
		&orgs.Org{ID: kernel.NewID(opening), Kind: orgs.SocialOrg, Name: "北村合作社", Place: w.places["北村"], Path: "630105/002/201/"}
	w.update(func(tx kernel.Tx) error { return store.Orgs{}.PutOrgs(tx, []*orgs.Org{firm, coop}) })
	line := func(org kernel.ID, values cells, links ...any) entry {
		return entry{"org": org, "place": w.places["城北区"], "values": values, "links": links}
	}
	whole := cells{"product": "高原夏菜", "households": "300余户", "varieties": "西兰花、娃娃菜"}
	coops, village := link("cooperative", coop.ID), link("village", w.places["北村"])
	w.add("clerk", "linkage", line(firm.ID, whole, coops, village)).want(404)
	w.keepsFor(firm.ID)
	for field, e := range map[string]entry{"links.cooperative": line(firm.ID, whole, village), "links.village": line(firm.ID, whole, coops), "households": line(firm.ID, cells{"product": "菜", "households": "张三家、李四家"}, coops, village)} {
		if a := w.add("keeper", "linkage", e).want(422); a.fields()[0] != field {
			t.Errorf("%s: %s", field, a.Raw)
		}
	}
	w.add("keeper", "linkage", line(firm.ID, cells{"product": "菜"}, coops, village)).want(422)
	if a := w.add("dispatcher", "linkage", line(w.orgs["城管局"], whole, coops, village)).want(422); a.fields()[0] != "org" {
		t.Errorf("a department leads the line: %s", a.Raw)
	}
	id := w.add("keeper", "linkage", line(firm.ID, whole, coops, village)).want(201).str("id")
	a := w.do("keeper", "GET", "/register-entries/"+id, nil).want(200)
	if a.str("org.name") != "高原夏菜公司" || a.str("values.households") != "300余户" || len(a.list("links")) != 2 || !strings.Contains(a.Raw, "北村合作社") || !strings.Contains(a.Raw, "北村") {
		t.Errorf("one line: %s", a.Raw)
	}
	if s := w.do("keeper", "GET", "/registers/linkage/totals", nil).want(200); !strings.Contains(s.Raw, "300余户") {
		t.Errorf("the sum stays 余: %s", s.Raw)
	}
}

// Dangling cables and sheds with smart charging are kinds of work of their own, with their bills.
func TestCablesAndSheds(t *testing.T) {
	w := newWorld(t)
	for kind, line := range map[string][3]string{"wires": {"飞线", "treat", "120处"}, "shed": {"智能充电桩", "build", "36个"}} {
		a := w.do("clerk", "POST", "/works", w.workDraft(kind, "小桥"+line[0], "小桥社区")).want(201)
		b := w.do("clerk", "POST", "/works/"+a.str("id")+"/items", map[string]any{"items": []any{map[string]any{"subject": line[0], "action": line[1], "quantity": line[2], "source": "台账"}}}).want(200)
		if b.str("kind") != kind || b.str("bill.0.quantity.text") != line[2] {
			t.Errorf("%s: %s", kind, b.Raw)
		}
		w.do("clerk", "POST", "/works/"+a.str("id")+"/publish", map[string]any{"version": b.num("version"), "published": true}).want(200)
		if l := w.do("", "GET", "/works?kind="+kind, nil).want(200); len(l.list("items")) != 1 {
			t.Errorf("the list of %s: %s", kind, l.Raw)
		}
	}
}

// keepsFor gives an organisation somebody who keeps its registers: the account "keeper".
func (w *world) keepsFor(org kernel.ID) {
	w.t.Helper()
	id := kernel.NewID(opening)
	w.people["keeper"] = id
	name, err := w.sealer.SealText("管台账", personField(id))
	if err != nil {
		w.t.Fatal(err)
	}
	w.update(func(tx kernel.Tx) error {
		s := store.Orgs{}
		return first(
			func() error { return s.PutPeople(tx, []*orgs.Person{{ID: id, NameSealed: name}}) },
			func() error {
				return s.PutHoldings(tx, []*orgs.Holding{{ID: kernel.NewID(opening), Person: id, Title: "台账员", Role: kernel.UnitDispatcher, Org: org, Place: w.places["城北区"], Path: "630105/", Level: "county", From: opening.AddDate(-1, 0, 0)}})
			},
			func() error {
				return store.Access{}.InsertAccount(tx, access.Account{ID: id, Tenant: tenant, User: "keeper", NameMasked: "管**", PasswordPHC: "x", Created: opening})
			})
	})
}

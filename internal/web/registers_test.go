package web_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/registers"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
)

// findCase is the finder of cases, as the program joins it.
func (w *world) findCase(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (registers.Found, error) {
	c, _, err := w.cases.Read(tx, actor, id)
	if err != nil {
		return registers.Found{}, err
	}
	return registers.Found{Name: c.Number}, nil
}

type entry = map[string]any
type cells = map[string]string

func link(role string, target kernel.ID) map[string]any {
	return map[string]any{"role": role, "target": target}
}

// add enters something and gives the answer.
func (w *world) add(user, register string, e entry) *answer {
	w.t.Helper()
	return w.do(user, "POST", "/registers/"+register, e)
}

// branch founds a branch below the committee of 小桥社区, and gives its id.
func (w *world) branch(name string) kernel.ID {
	w.t.Helper()
	o := &orgs.Org{ID: kernel.NewID(opening), Parent: w.orgs["小桥居委会"], Kind: orgs.Branch, Name: name, Place: w.places["小桥社区"], Path: "630105/002/001/"}
	w.update(func(tx kernel.Tx) error { return store.Orgs{}.PutOrgs(tx, []*orgs.Org{o}) })
	w.orgs[name] = o.ID
	return o.ID
}

// site founds a site with a point below a place.
func (w *world) site(parent, code, name string, at [2]float64) kernel.ID {
	w.t.Helper()
	p := &territory.Place{ID: kernel.NewID(opening), Parent: w.places[parent], Kind: territory.Site, Code: code, Name: name, Shape: orb.Point(at), ValidFrom: opening.AddDate(-1, 0, 0)}
	w.update(func(tx kernel.Tx) error {
		up, err := store.Territory{}.Place(tx, p.Parent)
		if err != nil {
			return err
		}
		p.Path = up.Path.Child(strings.ToLower(code))
		return store.Territory{}.UpsertPlaces(tx, []*territory.Place{p})
	})
	w.places[name] = p.ID
	return p.ID
}

// TestPledge: a pledge is public with its due date; it is fulfilled once, with evidence, by its own community.
func TestPledge(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		b := w.branch("建设巷党支部")
		pledge := entry{"org": b, "values": cells{"what": "年底前修好三单元的扶手", "due": "2023年5月10日"}}
		w.add("", "pledge", pledge).want(401)
		w.add("grid", "pledge", pledge).want(403)
		w.add("clerk-north", "pledge", pledge).want(403)
		a := w.add("clerk", "pledge", entry{"org": b, "values": cells{"due": "明天", "colour": "red"}}).want(422)
		if diff := cmp.Diff([]string{"colour", "what", "due"}, a.fields()); diff != "" {
			t.Errorf("faults (-want +got)\n%s", diff)
		}
		id := w.add("clerk", "pledge", pledge).want(201).str("id")
		if got := w.do("", "GET", "/registers/pledge", nil).want(200); got.str("items.0.values.due") != "2023-05-10" || got.str("items.0.org.name") != "建设巷党支部" {
			t.Errorf("the public list: %s", got.Raw)
		}
		caseID, _ := w.to("accepted")
		w.do("clerk", "POST", "/register-entries/"+id+"/links", entry{"version": 1, "add": []any{link("case", kernel.ID(caseID))}}).want(200)
		w.do("clerk", "POST", "/register-entries/"+id+"/links", entry{"version": 2, "add": []any{link("case", kernel.NewID(opening))}}).want(422)
		w.do("clerk", "POST", "/register-entries/"+id+"/links", entry{"version": 2, "add": []any{link("case", kernel.ID(caseID))}}).want(422) // twice
		if a := w.do("", "GET", "/register-entries/"+id, nil).want(200); a.str("links.0.target") != caseID || a.str("links.0.name") != "" {
			t.Errorf("whoever may not read the case sees its name: %s", a.Raw)
		}
		w.clock.Set(opening.AddDate(0, 0, 20)) // 17 May
		figure := func() [2]int {
			a := w.do("clerk", "GET", "/registers/figures", nil).want(200)
			return [2]int{a.num("pledges.num"), a.num("pledges.den")}
		}
		if got := figure(); got != [2]int{0, 1} {
			t.Errorf("an overdue pledge: %v", got)
		}
		if a := w.do("", "GET", "/registers/pledge?overdue=true", nil).want(200); len(a.list("items")) != 1 || a.get("items.0.overdue") != true {
			t.Errorf("overdue: %s", a.Raw)
		}
		fulfil := "/register-entries/" + id + "/acts/fulfil"
		w.do("clerk", "POST", fulfil, entry{"version": 2}).want(422) // how?
		w.do("clerk-north", "POST", fulfil, entry{"version": 2, "note": "修好了"}).want(403)
		w.do("clerk", "POST", fulfil, entry{"version": 1, "note": "修好了"}).want(409)
		first := w.do("clerk", "POST", fulfil, entry{"version": 2, "note": "修好了"}, key("fulfil-1")).want(200)
		again := w.do("clerk", "POST", fulfil, entry{"version": 2, "note": "修好了"}, key("fulfil-1")).want(200)
		if first.Raw != again.Raw {
			t.Errorf("the same request again: %s, before %s", again.Raw, first.Raw)
		}
		w.do("clerk", "POST", fulfil, entry{"version": 3, "note": "又修好了"}).want(409)
		w.do("clerk", "POST", "/register-entries/"+id+"/change", entry{"version": 3, "values": pledge["values"]}).want(409)
		if got := figure(); got != [2]int{1, 1} {
			t.Errorf("fulfilled: %v", got)
		}
		if a := w.do("", "GET", "/register-entries/"+id, nil); a.str("state") != "fulfilled" || a.str("note") != "修好了" {
			t.Errorf("the public entry: %s", a.Raw)
		}
		var acts []string
		for _, r := range w.do("auditor", "GET", "/audit?object="+id, nil).want(200).list("items") {
			acts = append(acts, r.(map[string]any)["act"].(string))
		}
		slices.Sort(acts)
		if diff := cmp.Diff([]string{"register.add", "register.fulfil", "register.link"}, acts); diff != "" {
			t.Errorf("the ledger (-want +got)\n%s", diff)
		}
	})
}

// TestBrand: at most one for each branch, of branches only; the rate counts branches.
func TestBrand(t *testing.T) {
	w := newWorld(t)
	a, b := w.branch("甲支部"), w.branch("乙支部")
	brand := func(org kernel.ID) entry { return entry{"org": org, "values": cells{"name": "红色楼栋"}} }
	id := w.add("clerk", "brand", brand(a)).want(201).str("id")
	w.add("clerk", "brand", brand(a)).want(409)
	w.add("clerk", "brand", brand(w.orgs["小桥居委会"])).want(422)
	rate := func() string {
		x := w.do("clerk", "GET", "/registers/figures", nil).want(200)
		return fmt.Sprint(x.num("brands.num"), "/", x.num("brands.den"))
	}
	if got := rate(); got != "1/2" {
		t.Errorf("one of two: %s", got)
	}
	w.add("clerk", "brand", brand(b)).want(201)
	if got := rate(); got != "2/2" {
		t.Errorf("both: %s", got)
	}
	w.do("clerk", "POST", "/register-entries/"+id+"/acts/end", entry{"version": 1, "note": "换一个"}).want(200)
	if got := rate(); got != "1/2" {
		t.Errorf("after one ended: %s", got)
	}
	w.add("clerk", "brand", brand(a)).want(201) // an ended one holds nothing
}

// TestJoint: at least two members on entry and on removal.
func TestJoint(t *testing.T) {
	w := newWorld(t)
	body := func(members ...kernel.ID) entry {
		links := []any{}
		for _, m := range members {
			links = append(links, link("member", m))
		}
		return entry{"org": w.orgs["小桥居委会"], "values": cells{"name": "小桥联合体", "pilot": "正在试点"}, "links": links}
	}
	one, two := w.orgs["小桥居委会"], w.orgs["安居物业"]
	for _, tooFew := range []entry{body(), body(one), body(one, one)} {
		if a := w.add("clerk", "joint", tooFew).want(422); a.fields()[0] != "links.member" {
			t.Errorf("too few: %s", a.Raw)
		}
	}
	id := w.add("clerk", "joint", body(one, two)).want(201).str("id")
	links := w.do("clerk", "GET", "/register-entries/"+id, nil).want(200).list("links")
	first := links[0].(map[string]any)["id"]
	w.do("clerk", "POST", "/register-entries/"+id+"/links", entry{"version": 1, "remove": []any{first}}).want(422)
	w.do("clerk", "POST", "/register-entries/"+id+"/links", entry{"version": 1, "remove": []any{first}, "add": []any{link("member", w.orgs["自来水公司"])}}).want(200)
	if a := w.do("clerk", "GET", "/register-entries/"+id, nil).want(200); len(a.list("links")) != 2 || a.num("counts.0.n") != 2 {
		t.Errorf("after one was replaced: %s", a.Raw)
	}
	if a := w.do("clerk", "GET", "/orgs/"+string(w.orgs["自来水公司"])+"/profile", nil).want(200); a.str("joined.0.name") != "小桥联合体" {
		t.Errorf("the member does not show it: %s", a.Raw)
	}
}

// TestStations: three tiers, two functions of a complex, found by need, the nearest first, open or not.
func TestStations(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		near := w.site("小桥社区", "S1", "小桥骑手驿站", [2]float64{101.7600, 36.6485})
		far := w.site("北社区", "S2", "北社区充电站", [2]float64{101.7700, 36.6800})
		centreSite := w.site("东街道", "S3", "东街道服务中心", [2]float64{101.7650, 36.6500})
		station := func(place kernel.ID, kind, functions, hours string, more ...string) entry {
			v := cells{"kind": kind, "functions": functions, "hours": hours}
			for i := 0; i < len(more); i += 2 {
				v[more[i]] = more[i+1]
			}
			return entry{"place": place, "values": v}
		}
		for field, bad := range map[string]entry{
			"tier":      station(near, "rider", "充电", "每天 8:00-9:00", "tier", "street"),
			"functions": station(near, "micro", "充电", "每天 8:00-9:00"),
			"hours":     station(near, "rider", "充电", "随时"),
			"place":     station(w.places["建设巷"], "rider", "充电", "每天 8:00-9:00"),
		} {
			if a := w.add("clerk", "station", bad).want(422); a.fields()[0] != field {
				t.Errorf("%s: %s", field, a.Raw)
			}
		}
		for _, tier := range []string{"district", ""} {
			bad := station(centreSite, "centre", "诉求受理", "每天 8:00-9:00")
			if tier != "" {
				bad["values"].(cells)["tier"] = tier
			}
			if a := w.add("dispatcher", "station", bad).want(422); a.fields()[0] != "tier" {
				t.Errorf("a centre of the tier %q below a street: %s", tier, a.Raw)
			}
		}
		w.add("dispatcher", "station", station(centreSite, "centre", "诉求受理、法律咨询", "工作日 8:30-12:00，14:30-18:00", "tier", "street")).want(201)
		id := w.add("clerk", "station", station(near, "rider", "充电、法律援助、教育培训", "每天 8:00-20:00")).want(201).str("id")
		w.add("clerk", "station", station(near, "rider", "充电", "每天 8:00-20:00")).want(409) // one a place
		w.add("clerk-north", "station", station(far, "charging", "充电", "24 小时")).want(201)
		names := func(query string) (got []string) {
			for _, x := range w.do("", "GET", "/stations?"+query, nil).want(200).list("items") {
				got = append(got, x.(map[string]any)["name"].(string))
			}
			return got
		}
		at := fmt.Sprintf("&lon=%v&lat=%v", centre[0], centre[1])
		for query, want := range map[string][]string{
			"need=充电" + at:                  {"小桥骑手驿站", "北社区充电站"},
			"need=充电&lon=101.77&lat=36.679": {"北社区充电站", "小桥骑手驿站"},
			"need=法律援助" + at:                {"小桥骑手驿站"},
			"need=教育培训" + at:                {"小桥骑手驿站"},
			"need=律师" + at:                  {"小桥骑手驿站", "东街道服务中心"},
			"need=lawyer" + at:              {"小桥骑手驿站", "东街道服务中心"},
			"need=飞机" + at:                  nil,
			"kind=centre" + at:              {"东街道服务中心"},
			at[1:] + "&limit=2":             {"小桥骑手驿站", "东街道服务中心"},
			fmt.Sprintf("need=充电&crs=gcj02&lon=%v&lat=%v", centreGCJ[0], centreGCJ[1]): {"小桥骑手驿站", "北社区充电站"},
		} {
			if diff := cmp.Diff(want, names(query)); diff != "" {
				t.Errorf("%s (-want +got)\n%s", query, diff)
			}
		}
		first := w.do("", "GET", "/stations?limit=2"+at, nil).want(200)
		if diff := cmp.Diff([]string{"北社区充电站"}, names("limit=2"+at+"&after="+strings.ReplaceAll(first.str("next"), "\x1f", "%1f"))); diff != "" {
			t.Errorf("the second page (-want +got)\n%s", diff)
		}
		if m := first.num("items.0.metres"); m < 50 || m > 70 {
			t.Errorf("the nearest is %d m away, about 58 expected", m)
		}
		w.do("", "GET", "/stations?lon=101.7", nil).want(422)
		w.clock.Set(opening.AddDate(0, 0, 3)) // Sunday 30 April 09:00, a holiday
		if diff := cmp.Diff([]string{"小桥骑手驿站", "北社区充电站"}, names("open=true"+at)); diff != "" {
			t.Errorf("open on a holiday (-want +got)\n%s", diff)
		}
		if a := w.do("", "GET", "/stations?kind=centre", nil, english()).want(200); a.str("items.0.opens") != "2023-05-04T00:30:00Z" || a.str("items.0.hours") != "working days 8:30–12:00, 14:30–18:00" {
			t.Errorf("closed until the next working day: %s", a.Raw)
		}
		checkIns(t, w, id)
	})
}

// checkIns: who comes is counted by the day, and no row of the program knows more.
func checkIns(t *testing.T, w *world, id string) {
	path := "/register-entries/" + id + "/check-in"
	w.do("", "POST", path, nil).want(401)
	w.do("clerk-north", "POST", path, nil).want(403)
	for want := 1; want <= 2; want++ {
		if a := w.do("clerk", "POST", path, nil, key(fmt.Sprint("visit ", want))).want(200); a.num("today") != want {
			t.Errorf("visit %d: %s", want, a.Raw)
		}
	}
	w.do("clerk", "POST", path, nil, key("visit 2")).want(200)
	if a := w.do("", "GET", "/register-entries/"+id, nil).want(200); a.num("visits") != 2 {
		t.Errorf("visits of the month: %s", a.Raw)
	}
	n := 0
	for _, r := range w.do("auditor", "GET", "/audit?object="+id+"&act=register.check_in", nil).want(200).list("items") {
		row := r.(map[string]any)
		n++
		if diff := cmp.Diff(map[string]any{"register": "station", "day": "2023-04-30"}, row["public"]); diff != "" || row["digest"] != nil && row["digest"] != "" {
			t.Errorf("the ledger tells more of a visit (-want +got)\n%s %v", diff, row)
		}
	}
	if n != 2 {
		t.Errorf("%d ledger rows for two visits", n)
	}
}

// TestCensus: two rates with one denominator each, never mixed.
func TestCensus(t *testing.T) {
	w := newWorld(t)
	row := func(name, branch, work string) entry {
		return entry{"place": w.places["小桥社区"], "values": cells{"name": name, "kind": "非公企业", "has_branch": branch, "has_work": work, "checked": "2023-04-20", "staff": "12"}}
	}
	for i, r := range [][2]string{{"是", "是"}, {"否", "是"}, {"否", "是"}, {"否", "否"}} {
		w.add("clerk", "census", row(fmt.Sprint("企业", i), r[0], r[1])).want(201)
	}
	w.add("clerk", "census", row("企业0", "是", "是")).want(409)
	w.add("clerk", "census", entry{"place": w.places["小桥社区"], "values": cells{"name": "企业9", "kind": "非公企业", "has_branch": "是", "checked": "2023-04-20"}}).want(422)
	north := row("北企业", "是", "否")
	north["place"] = w.places["北社区"]
	w.add("clerk-north", "census", north).want(201)
	get := func(user string) string {
		a := w.do(user, "GET", "/registers/figures", nil).want(200)
		return fmt.Sprintf("%d/%d %d/%d", a.num("org_coverage.num"), a.num("org_coverage.den"), a.num("work_coverage.num"), a.num("work_coverage.den"))
	}
	for user, want := range map[string]string{"leader": "2/5 3/5", "clerk": "1/4 3/4", "clerk-north": "1/1 0/1", "resident": "0/0 0/0"} {
		if got := get(user); got != want {
			t.Errorf("%s sees %s, want %s", user, got, want)
		}
	}
	a := w.do("leader", "GET", "/registers/census/totals", nil).want(200)
	if a.str("rates.0.key") != "has_branch" || a.num("rates.0.num") != 2 || a.str("rates.1.key") != "has_work" || a.num("rates.1.num") != 3 || a.num("rates.1.den") != 5 {
		t.Errorf("totals: %s", a.Raw)
	}
	w.do("", "GET", "/registers/census", nil).want(401)
	w.do("resident", "GET", "/registers/census", nil).want(404)
}

// TestTask: four roles, each filled, one organisation in one role.
func TestTask(t *testing.T) {
	w := newWorld(t)
	task := func(links ...any) entry {
		return entry{"place": w.places["城北区"], "values": cells{"name": "两新组织排查"}, "links": links}
	}
	lead, street, sector, community := link("lead", w.orgs["区政府"]), link("coordinate", w.orgs["城管局"]), link("cooperate", w.orgs["自来水公司"]), link("backstop", w.orgs["小桥居委会"])
	all := []any{lead, street, sector, community}
	for i := range all {
		w.add("dispatcher", "task", task(slices.Delete(slices.Clone(all), i, i+1)...)).want(422)
	}
	w.add("dispatcher", "task", task(append(slices.Clone(all), link("lead", w.orgs["北社区居委会"]))...)).want(422)
	w.add("dispatcher", "task", task(lead, street, sector, link("backstop", w.orgs["区政府"]))).want(422)
	id := w.add("dispatcher", "task", task(all...)).want(201).str("id")
	var roles []string
	for _, c := range w.do("dispatcher", "GET", "/register-entries/"+id, nil).want(200).list("counts") {
		roles = append(roles, c.(map[string]any)["key"].(string))
	}
	if diff := cmp.Diff([]string{"lead", "coordinate", "cooperate", "backstop"}, roles); diff != "" {
		t.Errorf("roles (-want +got)\n%s", diff)
	}
	w.do("clerk", "GET", "/register-entries/"+id, nil).want(404) // above what the clerk's post holds
}

// TestDiscipline: the person is sealed; supervisors and leaders see that there is an entry, others do not.
func TestDiscipline(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		e := entry{"org": w.orgs["小桥居委会"], "values": cells{"person": "欧阳明远", "matter": "雨天铺路误工", "basis": "容错办法第三条", "decision": "免予追责", "decided": "2023-04-20"}}
		w.add("clerk", "tolerance", e).want(404)
		w.add("leader", "tolerance", e).want(403)
		id := w.add("supervisor", "tolerance", e).want(201).str("id")
		for user, status := range map[string]int{"": 401, "clerk": 404, "grid": 404, "dispatcher": 404, "auditor": 404, "sysadmin": 404, "leader": 200, "supervisor": 200} {
			if a := w.do(user, "GET", "/register-entries/"+id, nil).want(status); strings.Contains(a.Raw, "欧阳明远") {
				t.Errorf("%s sees the name", user)
			}
			list := w.do(user, "GET", "/registers/tolerance", nil).want(status)
			if strings.Contains(list.Raw, "欧阳明远") {
				t.Errorf("%s sees the name in the list", user)
			}
			if info := w.do(user, "GET", "/registers", nil).want(200); strings.Contains(info.Raw, "tolerance") != (status == 200) {
				t.Errorf("%s: the register is listed: %s", user, info.Raw)
			}
		}
		reveal := "/register-entries/" + id + "/reveal"
		w.do("leader", "POST", reveal, entry{"reason": "核对"}).want(403)
		w.do("supervisor", "POST", reveal, entry{"reason": " "}).want(422)
		if a := w.do("supervisor", "POST", reveal, entry{"reason": "核对申诉"}, key("look")).want(200); a.str("values.person") != "欧阳明远" {
			t.Errorf("revealed: %s", a.Raw)
		}
		w.do("supervisor", "POST", reveal, entry{"reason": "核对申诉"}, key("look")).want(200)
		rows := w.do("auditor", "GET", "/audit?object="+id, nil).want(200)
		if n := strings.Count(rows.Raw, `"act":"register.reveal"`); n != 1 {
			t.Errorf("%d looks are recorded, want 1", n)
		}
		for _, word := range []string{"欧阳", "误工", "容错办法", "exempt"} {
			if strings.Contains(rows.Raw, word) {
				t.Errorf("the open ledger says %s: %s", word, rows.Raw)
			}
		}
		// A change that sends the masked name back keeps the name.
		masked := w.do("supervisor", "GET", "/register-entries/"+id, nil).get("values").(map[string]any)
		masked["decision"] = "lighten"
		w.do("supervisor", "POST", "/register-entries/"+id+"/change", entry{"version": 1, "values": masked}).want(200)
		if a := w.do("supervisor", "POST", reveal, entry{"reason": "再核对"}).want(200); a.str("values.person") != "欧阳明远" {
			t.Errorf("after the change: %s", a.Raw)
		}
		w.do("supervisor", "POST", "/register-entries/"+id+"/acts/appeal", entry{"version": 2, "note": "不服"}).want(200)
		w.do("supervisor", "POST", "/register-entries/"+id+"/acts/uphold", entry{"version": 3, "note": "证据清楚"}).want(200)
		w.do("supervisor", "POST", "/register-entries/"+id+"/acts/lift", entry{"version": 4, "note": "改变主意"}).want(409)
	})
}

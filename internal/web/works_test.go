package web_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"sanzhi/internal/kernel"
)

const siteRegister = "记录,类型,状态,个数,名称,地点代码\n合计,,建成,%d,,\n类型,城镇,建成,3,,\n类型,社区,建成,8,,\n类型,乡村,建成,16,,\n类型,交通,建成,13,,\n类型,河湖,建成,1,,\n" +
	"类型,校园,建成,3,,\n类型,景区,建成,6,,\n合计,,计划,18,,\n类型,社区,计划,18,,\n示范点,社区,计划,,县人民医院,\n示范点,社区,计划,,锦丽新城小区,630105002001\n"

func register(total int) map[string]any {
	return map[string]any{"name": "绿美先进示范点", "as_of": "2023-03-31", "csv": fmt.Sprintf(siteRegister, total)}
}

// A register of 50 is taken, 49 and 51 are refused with the rows and the difference, and 18 planned stay apart.
func TestWorksImport(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		for total, say := range map[int]string{49: "多 1", 51: "少 1"} {
			a := w.do("planner", "POST", "/works/import", register(total)).want(422)
			if f := a.fields(); len(f) != 1 || f[0] != "line 2: count" || !strings.Contains(a.str("detail"), say) || !strings.Contains(a.str("detail"), "城镇 3（第 3 行）") {
				t.Errorf("%d: %s", total, a.Raw)
			}
			if a := w.do("planner", "POST", "/works/import", register(total), english()).want(422); !strings.Contains(a.str("detail"), "the types add up to 50") {
				t.Error(a.Raw)
			}
		}
		dry := w.do("planner", "POST", "/works/import?dry=1", register(50)).want(200)
		if dry.num("built") != 50 || dry.num("planned") != 18 || dry.num("sites") != 2 {
			t.Error(dry.Raw)
		}
		if a := w.do("", "GET", "/sites/totals", nil).want(200); a.num("built") != 0 || a.num("planned") != 0 {
			t.Errorf("what was refused or tried is written: %s", a.Raw)
		}
		w.do("clerk", "POST", "/works/import", register(50)).want(403)
		w.do("", "POST", "/works/import", register(50)).want(401)
		first := w.do("planner", "POST", "/works/import", register(50), key("import-1")).want(200)
		if again := w.do("planner", "POST", "/works/import", register(50), key("import-1")).want(200); again.Raw != first.Raw {
			t.Error("the same request is done twice")
		}
		w.do("planner", "POST", "/works/import", register(50)).want(409)
		a := w.do("", "GET", "/sites/totals", nil).want(200)
		if a.num("built") != 50 || a.num("planned") != 18 || len(a.list("types")) != 7 || a.str("as_of") != "2023-03-31" {
			t.Errorf("50 built and 18 planned, never 68: %s", a.Raw)
		}
		if a.str("types.1.type") != "community" || a.num("types.1.built") != 8 || a.num("types.1.planned") != 18 || a.num("types.1.named") != 2 {
			t.Error(a.Raw)
		}
		// A planned one is built: it moves from one side to the other.
		l := w.do("", "GET", "/sites?type=community&state=planned&limit=1", nil).want(200)
		if len(l.list("items")) != 1 || l.str("next") == "" {
			t.Fatal(l.Raw)
		}
		l = w.do("clerk", "GET", "/sites?place="+string(w.places["小桥社区"]), nil).want(200)
		if len(l.list("items")) != 1 || l.str("items.0.name") != "锦丽新城小区" {
			t.Fatal(l.Raw)
		}
		move := map[string]any{"version": 1, "state": "done", "as_of": "2023-04-20"}
		at := "/sites/" + l.str("items.0.id") + "/state"
		w.do("clerk-north", "POST", at, move).want(403)
		w.do("clerk", "POST", at, move).want(200)
		w.do("clerk", "POST", at, move).want(409)
		if a := w.do("", "GET", "/sites/totals", nil).want(200); a.num("built") != 51 || a.num("planned") != 17 || a.num("types.1.built") != 9 {
			t.Error(a.Raw)
		}
	})
}

func (w *world) workDraft(kind, name, place string, more ...any) map[string]any {
	m := map[string]any{"kind": kind, "name": name, "place": string(w.places[place])}
	for i := 0; i < len(more); i += 2 {
		m[more[i].(string)] = more[i+1]
	}
	return m
}

// A draft is for who reads the registers there; once published it is everybody's, with its photos, and without cases.
func TestWorkIsPublished(t *testing.T) {
	w := newWorld(t)
	w.do("clerk", "POST", "/works", w.workDraft("street", "北社区文化街", "北社区")).want(403)
	w.do("volunteer", "POST", "/works", w.workDraft("street", "小桥文化街", "小桥社区")).want(403)
	w.do("", "POST", "/works", w.workDraft("street", "小桥文化街", "小桥社区")).want(401)
	a := w.do("clerk", "POST", "/works", w.workDraft("street", "小桥文化街", "小桥社区", "host", w.orgs["城管局"], "stages", []any{
		map[string]any{"name": "设计", "state": "done", "from": "2023-01-05", "done": "2023-02-10"}, map[string]any{"name": "施工", "state": "active", "from": "2023-03-01", "to": "2023-06-30"}},
		"stakes", []any{map[string]any{"part": "build", "org": w.orgs["城管局"]}, map[string]any{"part": "govern", "name": "居民代表会"}}), key("new-1")).want(201)
	id := a.str("id")
	if a.str("state") != "active" || a.get("published") != false || a.str("stakes.0.name") != "城管局" || len(a.list("stages")) != 2 {
		t.Error(a.Raw)
	}
	w.do("clerk", "POST", "/works", w.workDraft("street", "小桥文化街", "小桥社区")).want(409)
	if b := w.do("clerk", "POST", "/works/"+id+"/items", map[string]any{"items": []any{
		map[string]any{"subject": "路灯", "action": "replace", "quantity": "40盏", "source": "工程量清单 第 1 行"}, map[string]any{"subject": "座椅", "action": "add", "quantity": "12把", "source": "工程量清单 第 2 行"}}}).want(200); len(b.list("bill")) != 2 {
		t.Error(b.Raw)
	}
	photo := w.upload(picture(t, "jpeg", 64)).want(201).str("id")
	w.do("clerk", "POST", "/works/"+id+"/photos", map[string]any{"photos": []any{photo}, "spot": "东口", "moment": "before", "taken": "2023-04-01"}).want(200)
	w.do("clerk", "POST", "/works/"+id+"/photos", map[string]any{"photos": []any{photo}, "spot": "东口", "moment": "after"}).want(422)
	c, _ := w.to("submitted")
	w.do("clerk", "POST", "/works/"+id+"/cases", map[string]any{"case": c}).want(200)
	w.do("clerk", "POST", "/works/"+id+"/cases", map[string]any{"case": c}).want(409)
	unseen := func(who string) {
		t.Helper()
		w.do(who, "GET", "/works/"+id, nil).want(404)
		w.do(who, "GET", "/photos/"+photo, nil).want(404)
		if l := w.do(who, "GET", "/works", nil).want(200); len(l.list("items")) != 0 {
			t.Errorf("%q sees a draft in the list", who)
		}
		if l := w.do(who, "GET", "/works/totals", nil).want(200); len(l.list("kinds")) != 0 || len(l.list("subjects")) != 0 {
			t.Errorf("%q counts a draft: %s", who, l.Raw)
		}
	}
	for _, who := range []string{"", "resident", "clerk-north", "auditor"} {
		unseen(who)
	}
	w.do("leader", "GET", "/works/"+id, nil).want(200)
	w.do("leader", "GET", "/photos/"+photo, nil).want(200)
	w.do("leader", "POST", "/works/"+id+"/publish", map[string]any{"version": 1, "published": true}).want(403)
	w.do("clerk", "POST", "/works/"+id+"/publish", map[string]any{"version": 9, "published": true}).want(409)
	w.do("clerk", "POST", "/works/"+id+"/publish", map[string]any{"version": 1, "published": true}).want(200)
	b := w.do("", "GET", "/works/"+id, nil).want(200)
	if len(b.list("photos")) != 1 || len(b.list("cases")) != 0 || b.get("may_write") != false || b.str("totals.1.net.text") != "0盏" || b.str("totals.0.net.text") != "12把" {
		t.Errorf("%s", b.Raw)
	}
	if a := w.do("", "GET", "/photos/"+photo+"/thumb", nil).want(200); a.Header.Get("Content-Type") != "image/jpeg" {
		t.Error(a.Header)
	}
	// Both ways: of a work its cases, of a case its works, each for who may read the case.
	if b := w.do("clerk", "GET", "/works/"+id, nil); len(b.list("cases")) != 1 || b.str("cases.0.id") != c {
		t.Error(b.Raw)
	}
	for who, n := range map[string]int{"clerk": 1, "": 0, "clerk-north": 0} {
		if l := w.do(who, "GET", "/works?case="+c, nil).want(200); len(l.list("items")) != n {
			t.Errorf("%q sees %d works of the case", who, len(l.list("items")))
		}
	}
	if rows := w.audit(kernel.ID(id)); rows < 5 {
		t.Errorf("%d rows in the ledger", rows)
	}
	w.do("clerk", "POST", "/works/"+id+"/publish", map[string]any{"version": 2, "published": false}).want(200)
	unseen("")
}

// The doubled 花卉7000余株 is flagged, counts once when confirmed and twice when dismissed; a reason is always given.
func TestWorkFlags(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		csv := "记录,类型,状态,名称,内容,归类,做法,数量,位置,出处\n工程,道路街巷,建成,道路绿化提升,,,,,,\n工程,增绿,建成,绿美滨河街区,,,,,,\n" +
			"清单,,,道路绿化提升,花卉,绿化,更换,7000余株,道路中间花箱护栏,通报第 4 行\n清单,,,绿美滨河街区,花卉,绿化,更换,7000余株,北回归大道花箱,通报第 9 行\n" +
			"清单,,,道路绿化提升,路灯,,更换,40盏,,\n清单,,,绿美滨河街区,护栏,,拆除,300米,,\n清单,,,绿美滨河街区,凤凰木,绿化,新植,19棵,,\n"
		body := map[string]any{"name": "绿美城市台账", "as_of": "2023-03-31", "csv": csv}
		dry := w.do("planner", "POST", "/works/import?dry=1", body).want(200)
		if dry.num("flags") != 1 || !strings.Contains(dry.str("pairs.0.a")+dry.str("pairs.0.b"), "北回归大道花箱") {
			t.Error(dry.Raw)
		}
		if a := w.do("planner", "POST", "/works/import", body).want(200); a.num("flags") != 1 || a.num("items") != 5 || a.num("projects") != 2 {
			t.Error(a.Raw)
		}
		flowers := func() (text string, flagged int) {
			a := w.do("planner", "GET", "/works/totals", nil).want(200)
			for i := range a.list("subjects") {
				if a.str(fmt.Sprintf("subjects.%d.subject", i)) == "花卉" {
					if net := a.str(fmt.Sprintf("subjects.%d.net.text", i)); net != "0株" {
						t.Errorf("what is replaced adds %s", net)
					}
					return a.str(fmt.Sprintf("subjects.%d.all.text", i)), a.num("open")
				}
			}
			t.Fatal(a.Raw)
			return
		}
		want := func(text string, open int) {
			t.Helper()
			if got, n := flowers(); got != text || n != open {
				t.Errorf("%s with %d open, want %s with %d", got, n, text, open)
			}
		}
		want("14000余株", 1)
		w.do("", "GET", "/works/flags", nil).want(401)
		l := w.do("planner", "GET", "/works/flags", nil).want(200)
		if len(l.list("items")) != 1 || l.str("items.0.why") != "names" {
			t.Fatal(l.Raw)
		}
		at := "/works/flags/" + l.str("items.0.id") + "/settle"
		settle := func(who, was, to, reason string) *answer {
			return w.do(who, "POST", at, map[string]any{"was": was, "state": to, "reason": reason})
		}
		settle("planner", "open", "confirmed", "").want(422)
		settle("clerk", "open", "confirmed", "同一批花").want(404) // a draft of the district is not the community's to know
		settle("planner", "open", "confirmed", "同一批花，通报里说了两次").want(200)
		settle("planner", "open", "confirmed", "再来一次").want(409)
		want("7000余株", 0)
		settle("planner", "confirmed", "open", "再核一遍").want(200)
		want("14000余株", 1)
		settle("planner", "open", "dismissed", "两批花，合同不同").want(200)
		want("14000余株", 0)
		if a := w.do("planner", "GET", "/works/flags?state=dismissed", nil).want(200); a.str("items.0.reason") != "两批花，合同不同" {
			t.Error(a.Raw)
		}
	})
}

// A work shared with another district counts its own part, a programme and its level are shown, and a joint body has members.
func TestWorkKinds(t *testing.T) {
	w := newWorld(t)
	p := w.do("planner", "POST", "/works/programmes", map[string]any{"name": "党建引领基层治理三年行动", "level": "city", "from_year": 2022, "to_year": 2024, "support": []any{"项目补助"}}).want(201)
	w.do("planner", "POST", "/works/programmes", map[string]any{"name": "党建引领基层治理三年行动", "level": "city", "from_year": 2022, "to_year": 2024}).want(409)
	w.do("clerk", "POST", "/works/programmes", map[string]any{"name": "社区计划", "level": "city", "from_year": 2022, "to_year": 2024}).want(403)
	shared := map[string]any{"key": "civil-2023", "own_share": 40, "with": []any{map[string]any{"tenant": "630104", "name": "城西区"}}}
	a := w.do("planner", "POST", "/works", w.workDraft("other", "文明城市共建", "城北区", "programme", p.str("id"), "shared", shared)).want(201)
	if a.str("programme.level_name") != "市级" || a.str("programme.name") != "党建引领基层治理三年行动" || a.get("shared") != true {
		t.Error(a.Raw)
	}
	b := w.do("planner", "POST", "/works/"+a.str("id")+"/items", map[string]any{"items": []any{map[string]any{"subject": "长椅", "action": "add", "quantity": "200把", "source": "共建协议"}}}).want(200)
	if b.str("bill.0.quantity.text") != "80把" || b.str("bill.0.whole.text") != "200把" || b.str("totals.0.net.text") != "80把" {
		t.Error(b.Raw)
	}
	own := map[string]any{"key": "x", "with": []any{map[string]any{"tenant": "630105", "name": "本区"}}}
	w.do("planner", "POST", "/works", w.workDraft("other", "和自己共建", "城北区", "shared", own)).want(422)
	one := []any{string(w.orgs["城管局"]), string(w.orgs["城管局"])}
	if a := w.do("planner", "POST", "/works", w.workDraft("joint_body", "河湟联合体", "城北区", "members", one)).want(422); a.fields()[0] != "members" {
		t.Error(a.Raw)
	}
	two := []any{string(w.orgs["城管局"]), string(w.orgs["安居物业"])}
	if a := w.do("planner", "POST", "/works", w.workDraft("joint_body", "河湟联合体", "城北区", "members", two, "pilot", true)).want(201); len(a.list("members")) != 2 || a.get("pilot") != true {
		t.Error(a.Raw)
	}
}

// audit counts the rows of an object in the ledger.
func (w *world) audit(object kernel.ID) (n int) {
	w.t.Helper()
	if err := w.db.View(context.Background(), tenant, func(tx kernel.Tx) error {
		l, err := w.cases.Ledger.OfObject(tx, object)
		n = len(l)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// A line is written anew and taken out under the version that was read, with the reason; a figure that was told twice counts again when the
// line that told it first is gone, and a changed figure is looked at anew.
func TestABillIsCorrected(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		a := w.do("clerk", "POST", "/works", w.workDraft("greening", "滨河花箱", "小桥社区")).want(201)
		id := a.str("id")
		line := func(subject, quantity, place string) map[string]any {
			return map[string]any{"subject": subject, "action": "plant", "quantity": quantity, "location": place, "source": "通报 第 4 行"}
		}
		b := w.do("clerk", "POST", "/works/"+id+"/items", map[string]any{"items": []any{line("花卉", "7000余株", "道路中间"), line("花卉", "7000余株", "花箱"), line("路灯", "40盏", "")}}).want(200)
		if b.num("flags") != 1 {
			t.Fatalf("%s", b.Raw)
		}
		flag := w.do("clerk", "GET", "/works/flags?state=open", nil).want(200).str("items.0.id")
		w.do("clerk", "POST", "/works/flags/"+flag+"/settle", map[string]any{"was": "open", "state": "confirmed", "reason": "同一批花"}).want(200)
		b = w.do("clerk", "GET", "/works/"+id, nil).want(200)
		first, second, at2 := b.str("bill.0.id"), b.str("bill.1.id"), "bill.1"
		if b.str("bill.0.twin_of") == second { // which of two told at once stays in the sums is no matter
			first, second, at2 = second, first, "bill.0"
		}
		if b.str(at2+".twin_of") != first {
			t.Fatalf("%s", b.Raw)
		}
		at := "/works/" + id + "/items/"
		change := map[string]any{"version": b.num("version"), "item": line("花卉", "7000余株", "花箱（北侧）")}
		for user, want := range map[string]int{"": 401, "clerk-north": 404, "leader": 403} { // a draft is not there for the others
			if user == "leader" {
				w.do("clerk", "GET", "/works/"+id, nil).want(200)
			}
			w.do(user, "POST", at+second+"/change", change).want(want)
		}
		w.do("clerk", "POST", at+second+"/change", map[string]any{"version": 99, "item": line("花卉", "7000余株", "")}).want(409)
		// Another place of the same figure changes nothing of what was decided.
		b = w.do("clerk", "POST", at+second+"/change", change, key("line-1")).want(200)
		if b.str(at2+".location") != "花箱（北侧）" || b.str(at2+".twin_of") != first {
			t.Errorf("%s", b.Raw)
		}
		w.do("clerk", "POST", at+second+"/change", change).want(409)
		if r := w.do("clerk", "POST", at+second+"/change", map[string]any{"version": b.num("version"), "item": line("花卉", "许多", "")}).want(422); r.fields()[0] != "quantity" {
			t.Errorf("%s", r.Raw)
		}
		// The line that told it first goes: the other counts by itself.
		w.do("clerk", "POST", at+first+"/drop", map[string]any{"version": b.num("version"), "reason": ""}).want(422)
		b = w.do("clerk", "POST", at+first+"/drop", map[string]any{"version": b.num("version"), "reason": "和花箱是同一批"}).want(200)
		if len(b.list("bill")) != 2 || b.str("bill.0.twin_of") != "" || b.str("totals.0.net.text") != "7000余株" {
			t.Errorf("%s", b.Raw)
		}
		w.do("clerk", "POST", at+first+"/drop", map[string]any{"version": b.num("version"), "reason": "再去掉一次"}).want(404)
		// Another figure is looked at anew, and a new line gets a number of its own.
		b = w.do("clerk", "POST", "/works/"+id+"/items", map[string]any{"items": []any{line("花卉", "800株", "")}}).want(200)
		if b.num("bill.2.line") != 4 || b.num("flags") != 0 {
			t.Errorf("%s", b.Raw)
		}
		b = w.do("clerk", "POST", at+b.str("bill.2.id")+"/change", map[string]any{"version": b.num("version"), "item": line("花卉", "7000余株", "")}).want(200)
		if b.num("flags") != 1 {
			t.Errorf("the same figure again is not seen: %s", b.Raw)
		}
		if l := w.rows("SELECT COUNT(*) FROM ledger WHERE act IN ('work_item_changed', 'work_item_dropped')"); l[0][0] != "3" {
			t.Errorf("%v", l)
		}
	})
}

// A stage goes back, stops or disappears only with a reason that everybody who sees the work reads; a photo taken by mistake goes again; and
// a work that a case led to is linked as it is written down.
func TestStagesGoBackWithAReason(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		c, _ := w.to("submitted")
		stage := func(name, state string, more ...string) map[string]any {
			m := map[string]any{"name": name, "state": state}
			for i := 0; i < len(more); i += 2 {
				m[more[i]] = more[i+1]
			}
			return m
		}
		a := w.do("clerk", "POST", "/works", w.workDraft("shed", "阳光小区充电棚", "小桥社区", "case", c, "stages", []any{stage("设计", "active"), stage("施工", "planned")})).want(201)
		id := a.str("id")
		if len(a.list("cases")) != 1 || a.str("cases.0.id") != c {
			t.Errorf("%s", a.Raw)
		}
		w.do("clerk", "POST", "/works", w.workDraft("shed", "另一个棚", "小桥社区", "case", "01GZ03JSM0VNBXZ4X8JQ4A6Q5V")).want(422)
		if l := w.do("clerk", "GET", "/works", nil).want(200); len(l.list("items")) != 1 {
			t.Errorf("a work stands whose case was refused: %s", l.Raw)
		}
		version := a.num("version")
		set := func(want int, stages ...any) *answer {
			t.Helper()
			r := w.do("clerk", "POST", "/works/"+id+"/stages", map[string]any{"version": version, "stages": stages}).want(want)
			if want == 200 {
				version = r.num("version")
			}
			return r
		}
		set(200, stage("设计", "done", "done", "2023-04-20"), stage("施工", "active", "from", "2023-04-21"))
		if r := set(422, stage("设计", "active"), stage("施工", "active")); r.fields()[0] != "stages[0].note" {
			t.Errorf("%s", r.Raw)
		}
		if r := set(422, stage("设计", "done", "done", "2023-04-20"), stage("施工", "stopped")); r.fields()[0] != "stages[1].note" {
			t.Errorf("%s", r.Raw)
		}
		set(422, stage("设计", "done", "done", "2023-04-20")) // what has begun is not left out
		draft := w.workDraft("shed", "阳光小区充电棚", "小桥社区", "version", version, "stages", []any{stage("设计", "planned"), stage("施工", "active")})
		w.do("clerk", "POST", "/works/"+id, draft).want(422) // nor by writing the whole anew
		r := set(200, stage("设计", "active", "note", "消防要求改图"), stage("施工", "active", "from", "2023-04-21"), stage("验收", "planned"))
		if r.str("stages.0.note") != "消防要求改图" || r.str("state") != "active" {
			t.Errorf("%s", r.Raw)
		}
		set(200, stage("设计", "active", "note", "消防要求改图"), stage("施工", "active")) // what was only planned may go
		photo := w.upload(picture(t, "jpeg", 48)).want(201).str("id")
		w.do("clerk", "POST", "/works/"+id+"/photos", map[string]any{"photos": []any{photo}, "spot": "东口", "moment": "before", "caption": "拍错了"}).want(200)
		w.do("clerk-north", "POST", "/works/"+id+"/photos/"+photo+"/drop", nil).want(404)
		if r := w.do("clerk", "POST", "/works/"+id+"/photos/"+photo+"/drop", nil).want(200); len(r.list("photos")) != 0 {
			t.Errorf("%s", r.Raw)
		}
		w.do("clerk", "POST", "/works/"+id+"/photos/"+photo+"/drop", nil).want(404)
		w.do("leader", "GET", "/photos/"+photo, nil).want(404)
	})
}

// The totals tell a reader only of the pairs that the list of pairs shows them: the works are public, the pairs are the registers'.
func TestPairsToldAreThePairsListed(t *testing.T) {
	w := newWorld(t)
	a := w.do("clerk", "POST", "/works", w.workDraft("greening", "滨河花箱", "小桥社区")).want(201)
	line := func(place string) map[string]any {
		return map[string]any{"subject": "花卉", "action": "plant", "quantity": "7000余株", "location": place, "source": "通报 第 4 行"}
	}
	b := w.do("clerk", "POST", "/works/"+a.str("id")+"/items", map[string]any{"items": []any{line("道路中间"), line("花箱")}}).want(200)
	w.do("clerk", "POST", "/works/"+a.str("id")+"/publish", map[string]any{"version": b.num("version"), "published": true}).want(200)
	for who, n := range map[string]int{"clerk": 1, "clerk-north": 0} {
		told := w.do(who, "GET", "/works/totals", nil).want(200)
		listed := w.do(who, "GET", "/works/flags", nil).want(200)
		if told.num("open") != n || len(listed.list("items")) != n || len(told.list("subjects")) != 1 {
			t.Errorf("%s: told %d, listed %d of %d: %s", who, told.num("open"), len(listed.list("items")), n, told.Raw)
		}
	}
}

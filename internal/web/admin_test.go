package web_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sanzhi/internal/kernel"
)

// guarded are the routes of administrators with who may use each; everybody else of the fixture gets 403, nobody 401.
var guarded = []struct {
	method, path string
	body         any
	who          []string
}{
	{"GET", "/accounts", nil, []string{"secadmin"}},
	{"POST", "/accounts", map[string]any{"user": "x", "name": "x", "password": "x"}, []string{"secadmin"}},
	{"GET", "/outbox/given-up", nil, []string{"sysadmin"}},
	{"POST", "/outbox/01ARZ3NDEKTSV4RRFFQ69G5FAV/retry", nil, []string{"sysadmin"}},
	{"GET", "/audit", nil, []string{"auditor"}},
	{"GET", "/audit/looks", nil, []string{"auditor"}},
	{"POST", "/flows?dry=true", map[string]any{"source": secretFlow}, []string{"sysadmin"}},
	{"GET", "/menu/items", nil, []string{"sysadmin", "clerk", "clerk-north"}},
	{"GET", "/routing/rules", nil, []string{"sysadmin"}},
	{"GET", "/webhooks", nil, []string{"sysadmin"}},
	{"POST", "/webhooks", map[string]any{"url": "https://example.org/"}, []string{"sysadmin"}},
	{"DELETE", "/webhooks/01ARZ3NDEKTSV4RRFFQ69G5FAV", nil, []string{"sysadmin"}},
	{"POST", "/webhooks/01ARZ3NDEKTSV4RRFFQ69G5FAV/test", nil, []string{"sysadmin"}},
	{"GET", "/webhooks/01ARZ3NDEKTSV4RRFFQ69G5FAV/deliveries", nil, []string{"sysadmin"}},
	{"POST", "/routing/try", map[string]any{"rules": []any{}}, []string{"sysadmin"}},
}

func TestAdministratorsAreKeptApart(t *testing.T) {
	w := newWorld(t)
	for _, g := range guarded {
		t.Run(g.method+" "+g.path, func(t *testing.T) {
			w.t = t
			w.do("", g.method, g.path, g.body).want(401)
			for _, p := range personRows {
				a := w.do(p.user, g.method, g.path, g.body)
				if may := slices.Contains(g.who, p.user); may == (a.Status == 403 || a.Status == 401) {
					t.Errorf("%s: status %d, may %v: %s", p.user, a.Status, may, a.Raw)
				}
			}
		})
	}
	w.t = t
	w.do("clerk", "PUT", "/menu/items", map[string]any{"items": []any{}}).want(403) // a community's clerk does not replace the district's menu
	w.do("sysadmin", "GET", "/cases", nil).want(200)
	id, _ := w.to("ordered")
	w.do("sysadmin", "GET", "/cases/"+id, nil).want(404)
	w.do("auditor", "GET", "/cases/"+id, nil).want(404)
}

func TestAccountsAndPosts(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		made := w.do("secadmin", "POST", "/accounts", map[string]any{"user": "NEW.cadre", "name": "华新来", "password": "green tea 77"}, key("k1")).want(201)
		id := made.str("id")
		if made.str("user") != "new.cadre" || made.str("name") != "华**" && made.str("name") != "华*" || strings.Contains(made.Raw, "华新来") {
			t.Errorf("%s", made.Raw)
		}
		if again := w.do("secadmin", "POST", "/accounts", map[string]any{"user": "NEW.cadre", "name": "华新来", "password": "green tea 77"}, key("k1")).want(201); again.str("id") != id {
			t.Errorf("a repeated request made another account: %s", again.Raw)
		}
		w.do("secadmin", "POST", "/accounts", map[string]any{"user": "new.cadre", "name": "x", "password": "green tea 78"}).want(409)
		w.do("secadmin", "POST", "/accounts", map[string]any{"user": "a", "name": "x", "password": "green tea 78"}).want(422)
		w.do("secadmin", "POST", "/accounts", map[string]any{"user": "ab", "name": "x", "password": "12345678"}).want(422)
		var users []string
		for after := ""; ; {
			l := w.do("secadmin", "GET", "/accounts?limit=4&after="+after, nil).want(200)
			for i := range l.list("items") {
				users = append(users, l.str(fmt.Sprintf("items.%d.user", i)))
			}
			if after = l.str("next"); after == "" {
				break
			}
		}
		if len(users) != len(personRows)+1 || !slices.IsSorted(users) {
			t.Errorf("accounts: %v", users)
		}
		post := func(status int, body map[string]any) *answer {
			t.Helper()
			return w.do("secadmin", "POST", "/accounts/"+id+"/posts", body).want(status)
		}
		post(422, map[string]any{"role": "king", "place": w.places["城北区"]})
		if a := post(422, map[string]any{"role": "cadre", "place": w.places["城北区"]}); !slices.Equal(a.fields(), []string{"org"}) {
			t.Errorf("%s", a.Raw)
		}
		post(422, map[string]any{"role": "cadre", "org": w.orgs["城管局"], "place": "01ARZ3NDEKTSV4RRFFQ69G5FAV"})
		post(422, map[string]any{"role": "cadre", "org": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "place": w.places["城北区"]})
		given := post(201, map[string]any{"role": "cadre", "title": "路灯班", "org": w.orgs["城管局"], "place": w.places["城北区"]})
		post(201, map[string]any{"role": "auditor", "place": w.places["城北区"]})
		post(422, map[string]any{"role": "system_admin", "place": w.places["城北区"]}) // one administrator's role a person

		// The newcomer signs in and works; the post ends, and with it the right, at once.
		in := w.do("", "POST", "/sessions", map[string]any{"user": "new.cadre", "password": "green tea 77"}).want(201)
		cookie := header{"Cookie", strings.Split(in.Header.Get("Set-Cookie"), ";")[0]}
		caseID, _ := w.to("dispatched")
		w.do("", "GET", "/cases/"+caseID, nil, cookie).want(200)
		staff := w.do("dispatcher", "GET", "/orgs/"+string(w.orgs["城管局"])+"/staff?case="+caseID, nil).want(200)
		if !strings.Contains(staff.Raw, id) {
			t.Errorf("who got a post is not among the staff: %s", staff.Raw)
		}
		w.do("secadmin", "DELETE", "/accounts/"+id+"/posts/"+given.str("id"), nil).want(204)
		w.do("", "GET", "/cases/"+caseID, nil, cookie).want(404)
		w.do("secadmin", "DELETE", "/accounts/"+id+"/posts/"+given.str("id"), nil).want(404)
		if l := w.do("secadmin", "GET", "/accounts/"+id+"/posts", nil).want(200); len(l.list("items")) != 2 || strings.Count(l.Raw, `"to":null`) != 1 || !strings.Contains(l.Raw, "路灯班") {
			t.Errorf("%s", l.Raw)
		}
		if a := w.do("secadmin", "PATCH", "/accounts/"+id, map[string]any{"disabled": true}).want(200); a.get("disabled") != true {
			t.Errorf("%s", a.Raw)
		}
		w.do("", "GET", "/me", nil, cookie).want(401)
		w.do("", "POST", "/sessions", map[string]any{"user": "new.cadre", "password": "green tea 77"}).want(401)
		w.do("secadmin", "PATCH", "/accounts/"+id, map[string]any{"disabled": false, "password": "black tea 88"}).want(200)
		w.do("", "POST", "/sessions", map[string]any{"user": "new.cadre", "password": "black tea 88"}).want(201)

		// Nobody gives rights to themselves, and each giving is on record.
		me := string(w.people["secadmin"])
		w.do("secadmin", "POST", "/accounts/"+me+"/posts", map[string]any{"role": "cadre", "org": w.orgs["城管局"], "place": w.places["城北区"]}).want(403)
		w.do("secadmin", "PATCH", "/accounts/"+me, map[string]any{"password": "black tea 99"}).want(403)
		log := w.do("auditor", "GET", "/audit?object="+id, nil).want(200)
		for _, act := range []string{"account_made", "post_given", "post_ended", "account_disabled", "account_enabled", "password_set", "sign_in"} {
			if !strings.Contains(log.Raw, `"`+act+`"`) {
				t.Errorf("the ledger does not tell of %s", act)
			}
		}
	})
}

func TestMine(t *testing.T) {
	w := newWorld(t)
	in := func() header {
		a := w.do("", "POST", "/sessions", map[string]any{"user": "cadre", "password": password}).want(201)
		return header{"Cookie", strings.Split(a.Header.Get("Set-Cookie"), ";")[0]}
	}
	first, second := in(), in()
	l := w.do("", "GET", "/sessions", nil, first).want(200)
	if len(l.list("items")) != 2 || l.get("items.1.current") != true && l.get("items.0.current") != true {
		t.Fatalf("%s", l.Raw)
	}
	other := 0
	if l.get("items.0.current") == true {
		other = 1
	}
	w.do("", "GET", "/me", nil, second).want(200)
	w.do("", "DELETE", "/sessions/"+l.str(fmt.Sprintf("items.%d.id", other)), nil, first).want(204)
	w.do("", "GET", "/me", nil, second).want(401)
	w.do("", "GET", "/me", nil, first).want(200)
	w.do("water", "DELETE", "/sessions/"+l.str(fmt.Sprintf("items.%d.id", 1-other)), nil).want(404) // not one's own

	tok := w.do("", "POST", "/tokens", map[string]any{"name": "导出", "days": 3}, first, key("t")).want(201)
	bearer := tok.str("token")
	if again := w.do("", "POST", "/tokens", map[string]any{"name": "导出", "days": 3}, first, key("t")).want(201); again.str("id") != tok.str("id") {
		t.Error("a repeated request made another token")
	}
	w.do("", "GET", "/me", nil, who(bearer)).want(200)
	if l := w.do("", "GET", "/tokens", nil, first).want(200); len(l.list("items")) != 1 || strings.Contains(l.Raw, bearer) {
		t.Errorf("%s", l.Raw)
	}
	w.do("", "DELETE", "/tokens/"+tok.str("id"), nil, first).want(204)
	w.do("", "GET", "/me", nil, who(bearer)).want(401)

	w.do("", "POST", "/me/password", map[string]any{"old": "wrong", "password": "green tea 77"}, first).want(422)
	w.do("", "POST", "/me/password", map[string]any{"old": password, "password": "short"}, first).want(422)
	w.do("", "POST", "/me/password", map[string]any{"old": password, "password": "green tea 77"}, first).want(204)
	w.do("", "GET", "/me", nil, first).want(401)
	a := w.do("", "POST", "/sessions", map[string]any{"user": "cadre", "password": "green tea 77"}).want(201)
	cookie := header{"Cookie", strings.Split(a.Header.Get("Set-Cookie"), ";")[0]}
	w.do("", "DELETE", "/sessions", nil, cookie).want(204)
	w.do("", "GET", "/me", nil, cookie).want(401)
	// A program that signs out ends its token.
	w.do("water", "GET", "/me", nil).want(200)
	w.do("water", "DELETE", "/sessions/current", nil).want(204)
	w.do("water", "GET", "/me", nil).want(401)
}

func TestSetupIsReplacedByTheSystemAdministrator(t *testing.T) {
	w := newWorld(t)
	at := fmt.Sprintf("?lon=%v&lat=%v", centre[0], centre[1])
	for range 3 {
		w.order("", "street-lamp", "x")
	}
	got := w.do("sysadmin", "GET", "/menu/items", nil).want(200)
	list := got.list("items")
	w.do("sysadmin", "PUT", "/menu/items", map[string]any{"items": append(list, list[0])}).want(422)
	w.do("sysadmin", "PUT", "/menu/items", map[string]any{"items": list[1:]}).want(200)
	if m := w.do("", "GET", "/menu"+at, nil).want(200); strings.Contains(m.Raw, "stair-light") {
		t.Errorf("the menu is still the old one: %s", m.Raw)
	}
	rules := []any{map[string]any{"id": "r", "sectors": []string{"lighting"}, "via": "unit", "unit": w.orgs["自来水公司"], "sort": 0, "title": map[string]any{"zh": "规则", "en": "Rule"}}}
	try := w.do("sysadmin", "POST", "/routing/try", map[string]any{"rules": rules}).want(200)
	if try.num("cases") != 3 || try.num("changed") != 3 || try.str("moves.0.to.name") != "自来水公司" || try.num("moves.0.cases") != 3 {
		t.Errorf("%s", try.Raw)
	}
	if m := w.do("", "GET", "/menu"+at, nil).want(200); !strings.Contains(m.Raw, "城管局") {
		t.Errorf("trying changed the rules: %s", m.Raw)
	}
	w.do("sysadmin", "PUT", "/routing/rules", map[string]any{"rules": []any{map[string]any{"id": "r", "via": "moon", "sort": 0, "title": map[string]any{"zh": "x", "en": "x"}}}}).want(422)
	w.do("sysadmin", "PUT", "/routing/rules", map[string]any{"rules": rules}).want(200)
	if m := w.do("", "GET", "/menu"+at, nil).want(200); !strings.Contains(m.Raw, "自来水公司") {
		t.Errorf("the new rules do not count: %s", m.Raw)
	}

	next := strings.Replace(secretFlow, "version: 1", "version: 2", 1)
	if a := w.do("sysadmin", "POST", "/flows?dry=true", map[string]any{"source": next}).want(201); a.get("published") != false {
		t.Errorf("%s", a.Raw)
	}
	broken := strings.Replace(next, "to: settled", "to: nowhere", 1)
	if a := w.do("sysadmin", "POST", "/flows", map[string]any{"source": broken}).want(422); len(a.fields()) == 0 || !strings.HasPrefix(a.fields()[0], "line ") {
		t.Errorf("the linter's words: %s", a.Raw)
	}
	w.do("sysadmin", "POST", "/flows", map[string]any{"source": "flow: ["}).want(422)
	pub := w.do("sysadmin", "POST", "/flows", map[string]any{"source": next})
	if pub.Status == 422 { // the fixture's flow need not please the linter in all
		t.Fatalf("%s", pub.Raw)
	}
	if f := w.do("mediator", "GET", "/flows/secret", nil).want(200); f.num("version") != 2 {
		t.Errorf("%s", f.Raw)
	}
	w.do("sysadmin", "POST", "/flows", map[string]any{"source": strings.Replace(next, "调解好了", "调好了", 1)}).want(409)
	w.do("mediator", "GET", "/flows/nothing", nil).want(404)
	if log := w.do("auditor", "GET", "/audit?actor=account:"+string(w.people["sysadmin"]), nil).want(200); len(log.list("items")) != 3 {
		t.Errorf("three changes are on record: %s", log.Raw)
	}
}

func TestGivenUpIsTriedAgain(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.update(func(tx kernel.Tx) error {
			return w.outbox.Put(tx, "webhook", "https://example.org", map[string]any{"secret": "x"})
		})
		l, err := w.outbox.Claim(ctx, tenant, "webhook", "me", time.Minute, 1)
		if err != nil || len(l) != 1 {
			t.Fatalf("%v %v", l, err)
		}
		if err := w.outbox.Fail(ctx, tenant, l[0].ID, "me", "refused", time.Time{}); err != nil {
			t.Fatal(err)
		}
		got := w.do("sysadmin", "GET", "/outbox/given-up", nil).want(200)
		if got.str("items.0.cause") != "refused" || strings.Contains(got.Raw, "secret") {
			t.Errorf("%s", got.Raw)
		}
		id := got.str("items.0.id")
		w.do("sysadmin", "POST", "/outbox/"+id+"/retry", nil, key("r")).want(204)
		w.do("sysadmin", "POST", "/outbox/"+id+"/retry", nil, key("r")).want(204)
		w.do("sysadmin", "POST", "/outbox/"+id+"/retry", nil).want(404)
		if got := w.do("sysadmin", "GET", "/outbox/given-up", nil).want(200); len(got.list("items")) != 0 {
			t.Errorf("%s", got.Raw)
		}
	})
}

func TestAuditPages(t *testing.T) {
	w := newWorld(t)
	id, _ := w.to("done")
	seen := map[string]bool{}
	for after := ""; ; {
		l := w.do("auditor", "GET", "/audit?limit=2&object="+id+"&after="+after, nil).want(200)
		for i := range l.list("items") {
			seen[l.str(fmt.Sprintf("items.%d.act", i))] = true
		}
		if after = l.str("next"); after == "" {
			break
		}
	}
	if len(seen) != 5 {
		t.Errorf("acts %v", seen)
	}
	if l := w.do("auditor", "GET", "/audit?act=submit&from=2023-04-27&to=2023-04-27", nil).want(200); len(l.list("items")) != 1 {
		t.Errorf("%s", l.Raw)
	}
	if l := w.do("auditor", "GET", "/audit?to=2023-04-26", nil).want(200); len(l.list("items")) != 0 {
		t.Errorf("%s", l.Raw)
	}
	w.do("auditor", "GET", "/audit?after=x", nil).want(422)
}

// An auditor is told what each row is about: its kind, and a name where that may be read. Cases are not read by auditors.
func TestAuditSaysWhatRowsAreAbout(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		id, _ := w.to("submitted")
		number := w.do("leader", "GET", "/cases/"+id, nil).want(200).str("number")
		l := w.do("auditor", "GET", "/audit?act=submit", nil, english()).want(200)
		if l.str("items.0.object") != id || l.str("items.0.on.kind") != "case" || l.str("items.0.on.what") != "Case" || l.str("items.0.on.name") != number || l.get("items.0.on.read") != nil {
			t.Errorf("a case: %s", l.Raw)
		}
		account := w.do("secadmin", "GET", "/accounts?q=cadre", nil).want(200).str("items.0.id")
		w.do("secadmin", "PATCH", "/accounts/"+account, map[string]any{"disabled": true}).want(200)
		l = w.do("auditor", "GET", "/audit?object="+account+"&limit=1", nil).want(200)
		if l.str("items.0.on.kind") != "account" || l.str("items.0.on.what") != "账号" || !strings.HasPrefix(l.str("items.0.on.name"), "cadre") {
			t.Errorf("an account: %s", l.Raw)
		}
	})
}

func TestMap(t *testing.T) {
	w := newWorld(t)
	box := "/map?w=101.755&s=36.645&e=101.765&n=36.655"
	a := w.do("", "GET", box, nil).want(200)
	for _, want := range []string{"第1网格", "建设巷", "3号楼", "北川河"} {
		if !strings.Contains(a.Raw, want) {
			t.Errorf("no %s in the box", want)
		}
	}
	for _, not := range []string{"西园", "城北区", "西社区"} {
		if strings.Contains(a.Raw, not) {
			t.Errorf("%s in the box", not)
		}
	}
	if !strings.Contains(a.Raw, "[101.755,36.65]") || strings.Contains(a.Raw, "[101.7,36.65]") {
		t.Errorf("the river is not clipped: %s", a.Raw)
	}
	if a.Header.Get("Content-Type") != "application/geo+json" || a.Header.Get("ETag") == "" {
		t.Errorf("%v", a.Header)
	}
	w.do("", "GET", box, nil, header{"If-None-Match", a.Header.Get("ETag")}).want(http.StatusNotModified)
	if k := w.do("", "GET", box+"&kinds=building,community", nil).want(200); len(k.list("features")) != 2 || k.str("features.0.type") != "Feature" {
		t.Errorf("%s", k.Raw)
	}
	for _, bad := range []string{"/map", "/map?w=a&s=1&e=2&n=3", "/map?w=3&s=1&e=2&n=3", "/map?w=NaN&s=1&e=2&n=3"} {
		w.do("", "GET", bad, nil).want(422)
	}
}

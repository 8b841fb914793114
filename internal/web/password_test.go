package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
)

// An account with a password of somebody else's choice sees nothing and changes nothing until it has one of its own.
func TestAGivenPasswordMustBeChanged(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		made := w.do("secadmin", "POST", "/accounts", map[string]any{"user": "given", "name": "华新来", "password": "green tea 77"}).want(201)
		id := kernel.ID(made.str("id"))
		w.do("secadmin", "POST", "/accounts/"+string(id)+"/posts", map[string]any{"role": "district_leader", "title": "区长", "place": w.places["城北区"]}).want(201)
		if err := w.db.Update(context.Background(), tenant, func(tx kernel.Tx) error { return store.Access{}.SetMustChange(tx, id, true) }); err != nil {
			t.Fatal(err)
		}
		signIn := func(password string) (*answer, header) {
			a := w.do("", "POST", "/sessions", map[string]any{"user": "given", "password": password}).want(201)
			return a, header{"Cookie", strings.Split(a.Header.Get("Set-Cookie"), ";")[0]}
		}
		in, cookie := signIn("green tea 77")
		if in.get("must_change") != true || len(in.list("may")) > 10 || len(in.list("posts")) != 0 {
			t.Errorf("%s", in.Raw)
		}
		for _, path := range []string{"/stats/rates", "/cases", "/cases/queue", "/audit"} {
			a := w.do("", "GET", path, nil, cookie)
			if path != "/cases" && path != "/cases/queue" && (a.Status != http.StatusForbidden || !strings.Contains(a.Raw, "一次性密码")) {
				t.Errorf("%s: %d %s", path, a.Status, a.Raw)
			}
			if len(a.list("items")) != 0 || a.num("mine") != 0 {
				t.Errorf("%s shows %s", path, a.Raw)
			}
		}
		// A token made now is no way around.
		token := w.do("", "POST", "/tokens", map[string]any{"name": "x", "days": 1}, cookie).want(201).str("token")
		w.do("", "GET", "/stats/rates", nil, who(token)).want(403)
		if me := w.do("", "GET", "/me", nil, cookie).want(200); me.get("must_change") != true {
			t.Errorf("%s", me.Raw)
		}
		if a := w.do("", "POST", "/me/password", map[string]any{"old": "green tea 77", "password": "green tea 77"}, cookie).want(422); len(a.fields()) != 1 || a.fields()[0] != "password" {
			t.Errorf("%s", a.Raw)
		}
		w.do("", "POST", "/me/password", map[string]any{"old": "green tea 77", "password": "black tea 78"}, cookie).want(204)
		w.do("", "GET", "/me", nil, who(token)).want(401)
		in, cookie = signIn("black tea 78")
		if in.get("must_change") != false || len(in.list("posts")) != 1 {
			t.Errorf("%s", in.Raw)
		}
		w.do("", "GET", "/stats/rates", nil, cookie).want(200)
	})
}

package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/web"
)

// TestARequestMeansTheDistrictOfItsAccountPointOrCode: several districts in one store, and which of them a request speaks of.
func TestARequestMeansTheDistrictOfItsAccountPointOrCode(t *testing.T) {
	e, a, _ := localStore(t)
	const home kernel.Tenant = "150123"
	srv := httptest.NewServer(web.New(web.Config{API: a.deps(home, false, false)}).Handler)
	defer srv.Close()
	call := func(method, path string, in any, token string) (int, map[string]any) {
		t.Helper()
		b, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), method, srv.URL+"/api/v1"+path, bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		if token != "" {
			req.Header.Set("Cookie", token)
		}
		res, err := srv.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		out := map[string]any{}
		_ = json.NewDecoder(res.Body).Decode(&out)
		out["cookie"] = strings.Split(res.Header.Get("Set-Cookie"), ";")[0]
		return res.StatusCode, out
	}
	// The default, of a request without any sign.
	if _, c := call("GET", "/config", nil, ""); c["tenant"] != string(home) || c["demo"] != true {
		t.Errorf("default: %v", c)
	}
	// The point's, of who is not signed in.
	tea := demo.LocalityOf("522622")
	lon, lat := tea.Middle[0]+1e-5, tea.Middle[1]+1e-5
	if _, at := call("GET", fmt.Sprintf("/places/at?lon=%v&lat=%v", lon, lat), nil, ""); at["county"] == nil || at["county"].(map[string]any)["code"] != "522622" {
		t.Errorf("the point's: %v", at)
	}
	village, err := e.villageMiddle(a, tea.Tenant, "522622103204")
	if err != nil {
		t.Fatal(err)
	}
	status, made := call("POST", "/cases", map[string]any{"flow": "menu", "item": "street-light", "text": "村口的路灯不亮", "lon": village[0], "lat": village[1]}, "")
	number, _ := made["number"].(string)
	if status != http.StatusCreated || !strings.HasPrefix(number, "522622-") {
		t.Fatalf("an order at a point of another district: %d %v", status, made)
	}
	// The code's.
	if status, got := call("GET", "/track/"+strings.ReplaceAll(made["track_code"].(string), "-", ""), nil, ""); status != http.StatusOK || got["number"] != number {
		t.Errorf("the code's: %d %v", status, got)
	}
	// The account's, wherever the point is.
	e.global.Tenant = "341002"
	list, err := e.localAccounts(a, "341002")
	if err != nil {
		t.Fatal(err)
	}
	status, me := call("POST", "/sessions", map[string]any{"user": list[0].User, "password": list[0].Password}, "")
	if status != http.StatusCreated || me["tenant"] != "341002" || me["demo"] != true {
		t.Fatalf("sign-in: %d %v", status, me)
	}
	if _, at := call("GET", fmt.Sprintf("/places/at?lon=%v&lat=%v", lon, lat), nil, me["cookie"].(string)); at["county"] != nil {
		t.Errorf("an account of another district was told %v", at["county"])
	}
}

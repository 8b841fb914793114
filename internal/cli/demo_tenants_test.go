package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/web"
)

// TestPhotosFollowTheOrderToItsDistrict: whoever is not signed in uploads before anybody knows whose the matter is; the photos go with the order to the
// district of its point, and no further.
func TestPhotosFollowTheOrderToItsDistrict(t *testing.T) {
	e, a, _ := localStore(t)
	srv := httptest.NewServer(web.New(web.Config{API: a.deps("150123", false, false)}).Handler)
	defer srv.Close()
	do := func(method, path, kind string, body []byte) (int, map[string]any, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, srv.URL+"/api/v1"+path, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", kind)
		res, err := srv.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		raw, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]any{}
		_ = json.Unmarshal(raw, &out)
		return res.StatusCode, out, string(raw)
	}
	upload := func(n int) string {
		t.Helper()
		jpeg, err := demo.Picture(demo.DefaultSeed, n)
		if err != nil {
			t.Fatal(err)
		}
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		part, err := w.CreateFormFile("photo", "photo.jpg")
		if err == nil {
			_, err = part.Write(jpeg)
		}
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		status, got, raw := do("POST", "/uploads", w.FormDataContentType(), form.Bytes())
		if status != http.StatusCreated {
			t.Fatalf("upload: %d %s", status, raw)
		}
		return got["id"].(string)
	}
	village, err := e.villageMiddle(a, "522622", "522622103204")
	if err != nil {
		t.Fatal(err)
	}
	order := func(photos ...string) (int, map[string]any, string) {
		t.Helper()
		b, err := json.Marshal(map[string]any{"flow": "menu", "item": "street-light", "text": "村口的路灯不亮", "lon": village[0], "lat": village[1], "photos": photos})
		if err != nil {
			t.Fatal(err)
		}
		return do("POST", "/cases", "application/json", b)
	}
	photo := upload(1)
	status, made, raw := order(photo, upload(2))
	if number, _ := made["number"].(string); status != http.StatusCreated || !strings.HasPrefix(number, "522622-") {
		t.Fatalf("an order with photos at a point of another district: %d %s", status, raw)
	}
	code, _ := made["track_code"].(string)
	if _, _, raw := do("GET", "/track/"+code, "", nil); strings.Count(raw, "/thumb") != 2 {
		t.Errorf("the photos are not with the order: %s", raw)
	}
	for _, path := range []string{"/photos/" + photo, "/photos/" + photo + "/thumb"} {
		if status, _, raw := do("GET", path+"?code="+code, "", nil); status != http.StatusOK || !strings.HasPrefix(raw, "\xff\xd8") {
			t.Errorf("%s: %d", path, status)
		}
		if status, _, _ := do("GET", path, "", nil); status != http.StatusNotFound {
			t.Errorf("%s without the code: %d", path, status)
		}
	}
	if status, _, raw := order(photo); status != http.StatusUnprocessableEntity || !strings.Contains(raw, "photos[0]") {
		t.Errorf("a photo that an order has taken: %d %s", status, raw)
	}
	if status, _, raw := order(string(kernel.NewID(a.clock.Now()))); status != http.StatusUnprocessableEntity || !strings.Contains(raw, "photos[0]") {
		t.Errorf("a photo that nobody uploaded: %d %s", status, raw)
	}
	// An account's photos are its own district's: nothing is brought to it.
	lonely := upload(3)
	if err := a.db.Update(t.Context(), "341002", func(tx kernel.Tx) error {
		err := a.files.Take(tx, []kernel.ID{kernel.ID(lonely)}, kernel.NewID(tx.Now()))
		if !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("a photo of another district is taken: %v", err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	// Orders near by are those of the point's district.
	b, _ := json.Marshal(map[string]any{"item": "street-light", "text": "路灯不亮", "lon": village[0], "lat": village[1]})
	if _, _, raw := do("POST", "/cases/similar", "application/json", b); !strings.Contains(raw, "路灯") {
		t.Errorf("orders near by: %s", raw)
	}
}

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

package web_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sanzhi/internal/web"
)

// sources are all that a policy may name: nothing inline, nothing evaluated, nothing from another host.
var sources = map[string][]string{
	"default-src": {"'none'"}, "script-src": {"'self'"}, "style-src": {"'self'"}, "img-src": {"'self'", "data:", "blob:"}, "font-src": {"'self'"},
	"connect-src": {"'self'"}, "worker-src": {"'self'", "blob:"}, "manifest-src": {"'self'"}, "form-action": {"'self'"}, "base-uri": {"'none'"}, "frame-ancestors": {"'none'"},
}

// Every kind of answer carries the policy: pages of both faces, pages without script, the verifier, errors, refusals, files.
func TestPolicyOfEveryAnswer(t *testing.T) {
	page := func(s string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("<!doctype html><title>" + s + "</title>")}
	}
	w := newWorld(t, func(c *web.Config) {
		c.UI = fstest.MapFS{"index.html": page("resident"), "desk.html": page("desk"), "assets/a.js": {Data: []byte("export {}")}, "assets/a.css": {Data: []byte("p{}")}}
	})
	for _, c := range []struct {
		name, method, path string
		status             int
		headers            []header
	}{
		{"resident", "GET", "/", 200, nil},
		{"resident, a deep link", "GET", "/t/K7ND-4Q2M-9XAB-C0T", 200, nil},
		{"verifier", "GET", "/verify", 200, nil},
		{"desk", "GET", "/desk/", 200, nil},
		{"desk, a deep link", "GET", "/desk/queue?tab=all", 200, nil},
		{"desk without its slash", "GET", "/desk", 301, nil},
		{"script", "GET", "/assets/a.js", 200, nil},
		{"style", "GET", "/assets/a.css", 200, nil},
		{"no such file", "GET", "/assets/none.js", 404, nil},
		{"a page is not posted to", "POST", "/verify", 405, nil},
		{"plain", "GET", "/plain", 200, nil},
		{"plain, in English and large", "GET", "/plain?lang=en&big=1", 200, nil},
		{"plain, track", "GET", "/plain/track", 200, nil},
		{"plain, no such order", "GET", "/plain/t/K7ND-4Q2M-9XAB-C0T", 404, nil},
		{"plain, no such page", "GET", "/plain/nothing", 404, nil},
		{"plain, no such place", "GET", "/plain/menu?place=x", 404, nil},
		{"plain, style", "GET", "/plain/plain.css", 200, nil},
		{"interface", "GET", "/api/v1/config", 200, nil},
		{"interface, not signed in", "GET", "/api/v1/activity-record", 401, nil},
		{"interface, not there", "GET", "/api/v1/nothing", 404, nil},
		{"interface, refused", "POST", "/api/v1/nothing", 403, []header{{"Origin", "https://elsewhere.example"}, {"Sec-Fetch-Site", "cross-site"}}},
		{"document", "GET", "/api/docs/", 200, nil},
		{"document, machine-readable", "GET", "/api/openapi.json", 200, nil},
		{"no such tiles", "GET", "/tiles/none.pmtiles", 404, nil},
		{"health", "GET", "/healthz", 200, nil},
		{"metrics", "GET", "/metrics", 200, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), c.method, w.http.URL+c.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range c.headers {
				req.Header.Set(h.name, h.value)
			}
			client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			res, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			_, _ = io.Copy(io.Discard, res.Body)
			if res.StatusCode != c.status {
				t.Errorf("status %d, want %d", res.StatusCode, c.status)
			}
			for _, fault := range strict(res.Header.Values("Content-Security-Policy")) {
				t.Error(fault)
			}
			if res.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Error("nosniff is missing")
			}
		})
	}
}

// strict tells what a policy allows beyond what it may, and what it leaves open.
func strict(policies []string) (faults []string) {
	if len(policies) != 1 {
		return []string{"want one policy, got: " + strings.Join(policies, " | ")}
	}
	seen := map[string]bool{}
	for d := range strings.SplitSeq(policies[0], ";") {
		f := strings.Fields(d)
		if len(f) == 0 {
			continue
		}
		allowed, ok := sources[f[0]]
		if !ok || seen[f[0]] {
			faults = append(faults, "a directive that is not known, or twice: "+d)
		}
		seen[f[0]] = true
		for _, s := range f[1:] {
			if !slices.Contains(allowed, s) {
				faults = append(faults, f[0]+" allows "+s)
			}
		}
	}
	for d := range sources {
		if !seen[d] {
			faults = append(faults, d+" is left open")
		}
	}
	return faults
}

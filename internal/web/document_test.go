package web_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/web"
	"sanzhi/internal/web/api"
)

// operations gives what the document describes, by "GET /cases/{id}".
func operations(doc *huma.OpenAPI) map[string]*huma.Operation {
	out := map[string]*huma.Operation{}
	for path, i := range doc.Paths {
		for m, o := range map[string]*huma.Operation{"GET": i.Get, "POST": i.Post, "PUT": i.Put, "PATCH": i.Patch, "DELETE": i.Delete} {
			if o != nil {
				out[m+" "+path] = o
			}
		}
	}
	return out
}

// Every route of the interface stands in the document, and the document describes nothing else.
func TestRoutesAreDescribed(t *testing.T) {
	s := web.New(web.Config{API: api.Deps{Tenant: tenant}})
	described := operations(s.OpenAPI)
	for _, p := range s.Routes {
		method, path, _ := strings.Cut(p, " ")
		if path, ok := strings.CutPrefix(path, "/api/v1"); ok {
			if described[method+" "+path] == nil {
				t.Errorf("%s is not in the document", p)
			}
			delete(described, method+" "+path)
		}
	}
	for p := range described {
		t.Errorf("the document describes %s, which is no route", p)
	}
	if len(s.Routes) < 50 {
		t.Errorf("only %d routes are known", len(s.Routes))
	}
}

// Every answer and every body of the document has an example that is of its schema.
func TestExamples(t *testing.T) {
	s := web.New(web.Config{API: api.Deps{Tenant: tenant}})
	reg := s.OpenAPI.Components.Schemas
	for name, o := range operations(s.OpenAPI) {
		check := func(what string, content map[string]*huma.MediaType) {
			for kind, m := range content {
				if kind == "multipart/form-data" || strings.HasPrefix(kind, "image/") {
					continue
				}
				if m.Example == nil {
					t.Errorf("%s: %s has no example", name, what)
					continue
				}
				raw, err := json.Marshal(m.Example)
				if err != nil {
					t.Fatal(err)
				}
				var v any
				if err := json.Unmarshal(raw, &v); err != nil {
					t.Fatal(err)
				}
				res := &huma.ValidateResult{}
				huma.Validate(reg, m.Schema, huma.NewPathBuffer([]byte{}, 0), huma.ModeReadFromServer, v, res)
				for _, e := range res.Errors {
					t.Errorf("%s: the example of %s: %v", name, what, e)
				}
			}
		}
		if o.RequestBody != nil {
			check("the body", o.RequestBody.Content)
		}
		answers := 0
		for status, r := range o.Responses {
			if status[0] == '2' {
				answers++
			}
			check(status, r.Content)
		}
		if answers == 0 || o.Summary == "" || o.Description == "" || o.OperationID == "" {
			t.Errorf("%s is not described", name)
		}
	}
}

// The committed document is what the code says. `go run ./cmd/sanzhi openapi > api/openapi.json` writes it anew.
func TestDocumentIsCommitted(t *testing.T) {
	_, doc := api.New(http.NewServeMux(), api.Deps{Tenant: tenant, Version: "1"})
	raw, err := doc.OpenAPI().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := json.Indent(&want, raw, "", "  "); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../api/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(bytes.TrimSpace(got), bytes.TrimSpace(want.Bytes())) {
		t.Error("api/openapi.json is not what the code says: go run ./cmd/sanzhi openapi > api/openapi.json")
	}
}

// The pages of the documentation need nothing from elsewhere and nothing that the policy forbids.
func TestDocsPage(t *testing.T) {
	w := newWorld(t)
	get := func(path string) (*http.Response, string) {
		res, err := http.Get(w.http.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		var b bytes.Buffer
		_, _ = b.ReadFrom(res.Body)
		if res.StatusCode != 200 {
			t.Fatalf("%s: %d", path, res.StatusCode)
		}
		return res, b.String()
	}
	res, page := get("/api/docs")
	if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") || !strings.Contains(res.Header.Get("Content-Security-Policy"), "script-src 'self'") {
		t.Errorf("%v", res.Header)
	}
	if regexp.MustCompile(`<script>|<style|style=|onclick|https?://`).MatchString(page) {
		t.Error("the page has something inline, or from elsewhere")
	}
	var linked []string
	for _, m := range regexp.MustCompile(`(?:src|href)="(/[^"]*)"`).FindAllStringSubmatch(page, -1) {
		linked = append(linked, m[1])
	}
	if !slices.Contains(linked, "/api/docs/docs.js") || !slices.Contains(linked, "/api/docs/docs.css") {
		t.Errorf("links %v", linked)
	}
	for _, l := range linked {
		res, text := get(l)
		if strings.HasSuffix(l, ".js") && (strings.Contains(text, "innerHTML") || strings.Contains(text, "eval(")) {
			t.Error("the page writes markup")
		}
		if strings.HasSuffix(l, ".css") && !strings.HasPrefix(res.Header.Get("Content-Type"), "text/css") {
			t.Errorf("%s is %s", l, res.Header.Get("Content-Type"))
		}
	}
}

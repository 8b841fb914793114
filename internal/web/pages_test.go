package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// A page goes in the smallest form that the client takes, and a cache in between is told why.
func TestPagesGoPackedToWhoeverTakesThem(t *testing.T) {
	h := pages(fstest.MapFS{"index.html": {Data: []byte("plain")}, "index.html.gz": {Data: []byte("zip")}, "index.html.br": {Data: []byte("brotli")},
		"desk.html": {Data: []byte("desk")}, "desk.html.gz": {Data: []byte("deskzip")}, "assets/a.js": {Data: []byte("a")}})
	type got struct{ Body, Coding, Vary string }
	for _, c := range []struct {
		path, accept string
		want         got
	}{
		{"/t/ABCD", "gzip, deflate, br, zstd", got{"brotli", "br", "Accept-Encoding"}},
		{"/", "br;q=0, gzip;q=0.5", got{"zip", "gzip", "Accept-Encoding"}},
		{"/", "GZIP", got{"zip", "gzip", "Accept-Encoding"}},
		{"/", "br ; q=0.0, gzip;q=0", got{"plain", "", "Accept-Encoding"}},
		{"/", "gzip;q=x", got{"plain", "", "Accept-Encoding"}},
		{"/", "bread, xgzip", got{"plain", "", "Accept-Encoding"}},
		{"/", "", got{"plain", "", "Accept-Encoding"}},
		{"/desk/me", "br, gzip", got{"deskzip", "gzip", "Accept-Encoding"}},
		{"/assets/a.js", "br, gzip", got{"a", "", "Accept-Encoding"}},
	} {
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		r.Header.Set("Accept-Encoding", c.accept)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if d := cmp.Diff(c.want, got{w.Body.String(), w.Header().Get("Content-Encoding"), w.Header().Get("Vary")}); d != "" {
			t.Errorf("%s for %q: %s", c.path, c.accept, d)
		}
	}
}

// What anybody may read is packed; what may hold a secret, what failed and what is not taken packed goes as it is.
func TestOpenAnswersGoPacked(t *testing.T) {
	long := strings.Repeat("a place and what can be ordered there, ", 200)
	h := packed(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "7800")
		if r.URL.Query().Has("bad") {
			w.WriteHeader(http.StatusUnprocessableEntity)
		}
		_, _ = io.WriteString(w, long)
	}))
	for _, c := range []struct {
		method, url, accept string
		zipped              bool
	}{
		{http.MethodGet, "/api/v1/menu?lon=1&lat=2", "gzip, br", true},
		{http.MethodGet, "/api/v1/neighbourhood", "gzip", true},
		{http.MethodGet, "/api/v1/menu", "br", false},
		{http.MethodGet, "/api/v1/menu?bad", "gzip", false},
		{http.MethodGet, "/api/v1/track/K7AS-1AGR-G802-7E3", "gzip", false},
		{http.MethodGet, "/api/v1/cases", "gzip", false},
		{http.MethodGet, "/api/v1/me", "gzip", false},
		{http.MethodPost, "/api/v1/menu", "gzip", false},
	} {
		r := httptest.NewRequest(c.method, c.url, nil)
		r.Header.Set("Accept-Encoding", c.accept)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Content-Encoding") == "gzip"; got != c.zipped {
			t.Errorf("%s %s for %q: packed %t", c.method, c.url, c.accept, got)
			continue
		}
		var body io.Reader = w.Body
		if c.zipped {
			if w.Body.Len() > len(long)/4 || w.Header().Get("Content-Length") != "" {
				t.Errorf("%s: %d bytes, length said %q", c.url, w.Body.Len(), w.Header().Get("Content-Length"))
			}
			z, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			body = z
		}
		if b, err := io.ReadAll(body); err != nil || string(b) != long {
			t.Errorf("%s: %v, %d bytes", c.url, err, len(b))
		}
	}
}

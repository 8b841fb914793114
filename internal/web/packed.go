package web

import (
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// takes reports whether a client takes answers in a coding: the Accept-Encoding of a request, where q=0 is a refusal.
func takes(r *http.Request, coding string) bool {
	for _, part := range strings.Split(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		_, weight, weighted := strings.Cut(strings.ReplaceAll(params, " ", ""), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		return !weighted || err == nil && q > 0
	}
	return false
}

// open are the answers that anybody may read and that hold nothing of the reader: they are sent packed. An answer with a secret
// in it is not, for its length would tell of what stands beside the secret.
var open = map[string]bool{"/api/v1/config": true, "/api/v1/menu": true, "/api/v1/neighbourhood": true, "/api/v1/stations": true, "/api/v1/activities/near": true,
	"/api/openapi.json": true}

// packed sends what is open packed to whoever takes it: a place's menu is fourteen kilobytes, and two when packed.
func packed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !open[r.URL.Path] || r.Method != http.MethodGet {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Add("Vary", "Accept-Encoding")
		if !takes(r, "gzip") {
			next.ServeHTTP(w, r)
			return
		}
		p := &packer{ResponseWriter: w}
		defer p.close()
		next.ServeHTTP(p, r)
	})
}

var zips = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// packer packs an answer that went well; what went wrong goes as it is.
type packer struct {
	http.ResponseWriter
	zip   *gzip.Writer
	begun bool
}

func (p *packer) WriteHeader(status int) {
	if h := p.Header(); !p.begun && status == http.StatusOK && h.Get("Content-Encoding") == "" {
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		p.zip = zips.Get().(*gzip.Writer) //nolint:forcetypeassert // the pool makes nothing else
		p.zip.Reset(p.ResponseWriter)
	}
	p.begun = true
	p.ResponseWriter.WriteHeader(status)
}

func (p *packer) Write(b []byte) (int, error) {
	if !p.begun {
		p.WriteHeader(http.StatusOK)
	}
	if p.zip != nil {
		return p.zip.Write(b)
	}
	return p.ResponseWriter.Write(b)
}

// Unwrap lets a handler reach what it is served with, to set its deadlines.
func (p *packer) Unwrap() http.ResponseWriter { return p.ResponseWriter }

func (p *packer) close() {
	if p.zip == nil {
		return
	}
	_ = p.zip.Close() //nolint:errcheck // the reader has gone
	p.zip.Reset(nil)
	zips.Put(p.zip)
}

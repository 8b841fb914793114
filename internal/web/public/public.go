// Package public is the resident's way without script: choose a place, order, follow, rate, find a station, as plain forms and links.
// It asks the same interface as the pages with script do, within the request that it serves, so every rule is the same.
package public

import (
	"bytes"
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/web/api"
)

//go:embed pages/*.html
var files embed.FS

//go:embed pages/plain.css
var css []byte

//go:embed pages/mark.svg
var mark []byte

// Root is where the pages lie.
const Root = "/plain"

// Sends reports whether a request carries a form that may bring photos over a slow line.
func Sends(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, Root+"/")
}

// Mux is where the pages register.
type Mux interface {
	HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request))
}

// Pages are the pages over the interface.
type Pages struct {
	api http.Handler
	now func() time.Time
	all *template.Template
}

// Register puts the pages on the mux. Calls go to the handler of the interface, in the name of whoever asked for the page.
func Register(mux Mux, rest http.Handler, clock kernel.Clock) {
	p := &Pages{api: rest, now: func() time.Time { return clock.Now() }, all: template.Must(template.New("").ParseFS(files, "pages/*.html"))}
	get := func(path string, h func(*visit) error) { mux.HandleFunc("GET "+Root+path, p.visit(h)) }
	for name, f := range map[string]struct {
		kind string
		raw  []byte
	}{"/plain.css": {"text/css; charset=utf-8", css}, "/mark.svg": {"image/svg+xml", mark}} {
		mux.HandleFunc("GET "+Root+name, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", f.kind)
			w.Header().Set("Cache-Control", "public, max-age=3600")
			_, _ = w.Write(f.raw)
		})
	}
	get("", p.home)
	get("/place", p.place)
	get("/menu", p.menu)
	get("/order", p.order)
	mux.HandleFunc("POST "+Root+"/order", p.visit(p.send))
	get("/sent", p.sent)
	get("/track", p.find)
	get("/t/{code}", p.track)
	mux.HandleFunc("POST "+Root+"/t/{code}/{action}", p.visit(p.act))
	get("/stations", p.stations)
	get("/", func(v *visit) error {
		return v.show(http.StatusNotFound, "lost", v.T("lost.title"), v.r.URL.Path)
	})
}

// visit is one request for a page.
type visit struct {
	p     *Pages
	w     http.ResponseWriter
	r     *http.Request
	Lang  kernel.Lang
	Big   bool
	asked string // ?lang= as it was asked for; carried along
	query url.Values
}

func (p *Pages) visit(h func(*visit) error) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		v := &visit{p: p, w: w, r: r, Lang: api.LangOf(r.Context()), Big: q.Get("big") == "1", query: q}
		if l := q.Get("lang"); l == "zh" || l == "en" {
			v.asked = l
		}
		// Forms say where they come from, so that another site's are refused; nothing is told to other hosts.
		w.Header().Set("Referrer-Policy", "same-origin")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Vary", "Accept-Language")
		if err := h(v); err != nil {
			v.fail(err)
		}
	}
}

// fail shows what went wrong as a page.
func (v *visit) fail(err error) {
	p := api.ProblemOf(v.r.Context(), err)
	v.w.Header().Del("Content-Type")
	for k, l := range p.GetHeaders() {
		v.w.Header()[k] = l
	}
	if err := v.show(p.Status, "fault", p.Title, p); err != nil {
		slog.ErrorContext(v.r.Context(), "page without script", "cause", err)
		http.Error(v.w, p.Title, http.StatusInternalServerError)
	}
}

// page is what every template gets.
type page struct {
	*visit
	Title string
	Body  any
}

func (v *visit) show(status int, name, title string, body any) error {
	var b bytes.Buffer
	if err := v.p.all.ExecuteTemplate(&b, name, page{v, title, body}); err != nil {
		return kernel.Internal("page "+name, err)
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = v.w.Write(b.Bytes())
	return nil
}

// HTMLLang is the language for the document.
func (v *visit) HTMLLang() string {
	if v.Lang == kernel.English {
		return "en"
	}
	return "zh-CN"
}

// Demo says whether what the district holds is made up for demonstration: every page carries that mark, since a page may be all that
// somebody sees.
func (v *visit) Demo() bool {
	var c api.Config
	return v.ask("/config", nil, &c) == nil && c.Demo
}

// T gives the words under a key.
func (v *visit) T(key string, args ...any) string {
	w, ok := words[key]
	if !ok {
		panic("public: no words under " + key)
	}
	if len(args) == 0 {
		return w.In(v.Lang)
	}
	return fmt.Sprintf(w.In(v.Lang), args...)
}

// URL makes an address of these pages with pairs of a name and a value; language and size go along.
func (v *visit) URL(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return address(path, v.carry(q))
}

func address(path string, q url.Values) string {
	if len(q) == 0 {
		return Root + path
	}
	return Root + path + "?" + q.Encode()
}

func (v *visit) carry(q url.Values) url.Values {
	if v.asked != "" {
		q.Set("lang", v.asked)
	}
	if v.Big {
		q.Set("big", "1")
	}
	return q
}

// Carried are language and size as hidden fields of forms that are sent by GET.
func (v *visit) Carried() map[string]string {
	out := map[string]string{}
	for k := range v.carry(url.Values{}) {
		out[k] = v.carry(url.Values{}).Get(k)
	}
	return out
}

// Other is this page in the other language, Size the same with larger or usual letters.
func (v *visit) Other() string {
	q := v.here()
	q.Set("lang", map[kernel.Lang]string{kernel.Chinese: "en", kernel.English: "zh"}[v.Lang])
	return v.same(q)
}

// Size is this page with larger, or usual, letters.
func (v *visit) Size() string {
	q := v.here()
	if v.Big {
		q.Del("big")
	} else {
		q.Set("big", "1")
	}
	return v.same(q)
}

// Script is where the pages with script begin.
func (v *visit) Script() string {
	if v.asked != "" {
		return "/?lang=" + v.asked
	}
	return "/"
}

// here is the query of this page; a form that was sent says what its own page had.
func (v *visit) here() url.Values { return v.carry(maps.Clone(v.query)) }

func (v *visit) same(q url.Values) string {
	path := strings.TrimPrefix(v.r.URL.Path, Root)
	if code := v.r.PathValue("action"); code != "" {
		path = "/t/" + url.PathEscape(v.r.PathValue("code"))
	}
	return address(path, q)
}

// Token is a fresh token of a form: sent twice, it is done once.
func (v *visit) Token() string { return strings.ToLower(rand.Text()) }

// answer is what a call within the request gave.
type answer struct {
	header http.Header
	status int
	bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// call asks the interface as the visitor of the page, and reads its answer into out. A refusal is an *api.Problem.
func (v *visit) call(ctx context.Context, method, path string, body io.Reader, kind, key string, out any) error {
	r, err := http.NewRequestWithContext(ctx, method, "/api/v1"+path, body)
	if err != nil {
		return kernel.Malformed("path", kernel.T("网址不对，请从头再来", "the address is not valid; begin anew"))
	}
	r.RemoteAddr, r.Host = v.r.RemoteAddr, v.r.Host
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	a := &answer{header: http.Header{}}
	v.p.api.ServeHTTP(a, r)
	if a.status >= 400 {
		p := &api.Problem{}
		if err := json.Unmarshal(a.Bytes(), p); err != nil || p.Status == 0 {
			return kernel.Internal("answer within", errors.Join(err, fmt.Errorf("%s %s: %d", method, path, a.status)))
		}
		return p
	}
	if err := json.Unmarshal(a.Bytes(), out); err != nil {
		return kernel.Internal("answer within", err)
	}
	return nil
}

// ask is a GET.
func (v *visit) ask(path string, q url.Values, out any) error {
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return v.call(v.r.Context(), http.MethodGet, path, nil, "", "", out)
}

// post sends JSON once for a token.
func (v *visit) post(ctx context.Context, path, token string, body, out any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return kernel.Internal("body within", err)
	}
	return v.call(ctx, http.MethodPost, path, bytes.NewReader(raw), "application/json", token, out)
}

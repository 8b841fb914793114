// Package web is the program's face to the network: one handler with limits on every read, headers that keep a page to
// itself, the REST surface, live updates, the pages, and what watches over it all (healthz, readyz, metrics).
package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"sanzhi/internal/kernel"
	"sanzhi/internal/web/api"
	"sanzhi/internal/web/public"
)

// Config is what the face stands on.
type Config struct {
	API api.Deps
	// UI is the built pages; nil when the program was built without them.
	UI fs.FS
	// Ready tells why the program cannot serve now, nil when it can.
	Ready func(ctx context.Context) error
	// Origins are the addresses that pages may be served from beside the request's own host.
	Origins []string
	// Timeout is how long a request may take, streams and uploads apart; DefaultTimeout when left out.
	Timeout time.Duration
}

// Server is the assembled face.
type Server struct {
	API     *api.Server
	OpenAPI *huma.OpenAPI
	Stream  *Hub
	Handler http.Handler
	// Routes are the patterns of the mux.
	Routes []string
}

// policy lets a page load from its own host only. Maps draw with workers made of blobs.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
	"worker-src 'self' blob:; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// New assembles the face.
func New(c Config) *Server {
	mux := &table{ServeMux: http.NewServeMux()}
	rest, doc := api.New(mux, c.API)
	s := &Server{API: rest, OpenAPI: doc.OpenAPI(), Stream: NewHub(c.API)}
	mux.HandleFunc("GET /api/v1/stream", s.Stream.ServeHTTP)
	document(mux, doc.OpenAPI())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { ready(w, r, c.Ready) })
	reg := prometheus.NewRegistry()
	m := newMetrics(reg)
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /tiles/{file}", rest.Tiles)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		api.NotThere(w, r)
	})
	public.Register(mux, mux, c.API.Clock)
	mux.Handle("/", pages(c.UI))

	guard := http.NewCrossOriginProtection()
	for _, o := range c.Origins {
		if err := guard.AddTrustedOrigin(o); err != nil {
			slog.Warn("origin left out", "origin", o, "cause", err)
		}
	}
	h := packed(deadline(mux, c.Timeout))
	h = crossOrigin(guard, h)
	h = rest.Identify(h)
	h = headers(h)
	h = recovered(h)
	h = m.count(mux.ServeMux, h)
	s.Handler, s.Routes = h, mux.patterns
	return s
}

// table is a mux that knows its routes, so that a test can hold them against the document.
type table struct {
	*http.ServeMux
	patterns []string
}

// HandleFunc registers a route.
func (t *table) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	t.patterns = append(t.patterns, pattern)
	t.ServeMux.HandleFunc(pattern, h)
}

// Handle registers a route.
func (t *table) Handle(pattern string, h http.Handler) { t.HandleFunc(pattern, h.ServeHTTP) }

// crossOrigin refuses what a page of another origin makes a browser send. A request that names its right in a header was not
// made by a browser by itself.
func crossOrigin(guard *http.CrossOriginProtection, next http.Handler) http.Handler {
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		api.Fail(w, r, kernel.Forbidden(kernel.T("这个请求来自别的网站，已拒绝；请在本站页面上操作", "the request came from another site and was refused; use this site's own pages")))
	}))
	guarded := guard.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if api.IsBearer(r) {
			next.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// headers keeps a page to itself, and answers of the interface out of caches.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer") // addresses may hold a tracking code
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(self)")
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store")
			h.Set("Vary", "Accept-Language, Cookie, Authorization")
		}
		next.ServeHTTP(w, r)
	})
}

// recovered turns a panic of a handler into an answer, with the cause in the log.
func recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if v := recover(); v != nil && v != http.ErrAbortHandler { //nolint:errorlint // the very value that net/http looks for
				api.Fail(w, r, kernel.Internal("handler", fmt.Errorf("panic: %v\n%s", v, debug.Stack())))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

func ready(w http.ResponseWriter, r *http.Request, check func(context.Context) error) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := check(ctx); err != nil {
		slog.WarnContext(ctx, "not ready", "cause", err)
		var e *kernel.Error
		say := "the store does not answer"
		if errors.As(err, &e) {
			say = e.Say.En
		}
		w.Header().Set("Retry-After", "2")
		http.Error(w, "not ready: "+say, http.StatusServiceUnavailable)
		return
	}
	_, _ = fmt.Fprintln(w, "ready")
}

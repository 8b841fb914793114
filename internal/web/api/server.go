package api

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"sanzhi/internal/access"
	"sanzhi/internal/activities"
	"sanzhi/internal/ballots"
	"sanzhi/internal/cases"
	"sanzhi/internal/files"
	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	"sanzhi/internal/planning"
	"sanzhi/internal/privacy"
	"sanzhi/internal/registers"
	"sanzhi/internal/rounds"
	"sanzhi/internal/sheets"
	"sanzhi/internal/territory"
	"sanzhi/internal/works"
)

// Deps are what the surface stands on.
type Deps struct {
	Tenant kernel.Tenant // whose district a request without any other sign of a tenant means
	// Tenants lists the districts served, for requests about a point; nil when there is one only.
	Tenants       func(ctx context.Context) ([]kernel.Tenant, error)
	Clock         kernel.Clock
	Store         kernel.Store
	Cases         *cases.Service
	Rounds        *rounds.Service
	Access        *access.Service
	Orgs          OrgReader
	Places        PlaceReader
	Once          Once
	Limits        OrderLimits
	Uploads       OrderLimits        // of photos
	SignKey       ed25519.PrivateKey // signs receipts; nil leaves them unsigned
	Files         *files.Service
	Activities    *activities.Service
	Version       string
	TrustProxy    bool // believe X-Forwarded-For of the proxy in front
	SecureCookies bool // the program is reached over TLS
	// Signed keeps whom tokens speak for; nil reads it at each request.
	Signed *SignedCache
	Desk   Desk
	// Ballots, Privacy and PrivacyPaths serve what places decide and the rights of people.
	Ballots      *ballots.Service
	Privacy      *privacy.Service
	PrivacyPaths PrivacyPaths
	Hooks        HookKeeper
	// Registers and OrgWork are organisations at work.
	Registers *registers.Service
	OrgWork   OrgWork
	// Renew makes the next request of this process read a tenant's setup anew; nil waits for it to be noticed.
	Renew func(kernel.Tenant)

	Works      *works.Service
	Plans      *planning.Service
	Indicators *indicators.Service
	// Bulletins are the reports.
	Bulletins Bulletins
	// Sheets are registers as files; Picture counts for the dashboard.
	Sheets  *sheets.Service
	Picture Picture
	// Neighbours tells residents who serves their place.
	Neighbours Neighbours
	// Admin is what the pages of administrators read beside.
	Admin AdminDeps
	// Points are cases on a map; Basemaps open what lies under them.
	Points   PointReader
	Basemaps BasemapFiles
}

// PrivacyPaths tells where requests about a subject are handled.
type PrivacyPaths interface {
	PathOf(tx kernel.Tx, s privacy.Subject) (kernel.Path, error)
	// ByPhone gives what is kept under the index of a telephone at the paths, the newest first, at most so many of each kind.
	ByPhone(tx kernel.Tx, index string, paths []kernel.Path, most int) ([]privacy.Hit, error)
}

// Once does what a request asks for at most once.
type Once interface {
	// Do runs act in a unit of work and gives its answer; a repeated request gets the first answer, replayed, and act
	// leaves no trace.
	Do(ctx context.Context, k kernel.RequestKey, act func(kernel.Tx) ([]byte, error)) (answer []byte, replayed bool, err error)
	// Ahead is Do for an act that decides by rows which its own conditional writes hold it to: it is worked out beside the
	// others, and only its writes wait for their turn.
	Ahead(ctx context.Context, k kernel.RequestKey, act func(kernel.Tx) ([]byte, error)) (answer []byte, replayed bool, err error)
}

// OrgReader finds organisations and their people.
type OrgReader interface {
	Org(tx kernel.Tx, id kernel.ID) (*orgs.Org, error)
	Orgs(tx kernel.Tx, q string, kinds []orgs.Kind, p kernel.Page) ([]*orgs.Org, string, error)
	// Takers lists those at which somebody holds a post with one of the roles, at a place that holds the path.
	Takers(tx kernel.Tx, q string, roles []kernel.Role, path kernel.Path, p kernel.Page) ([]*orgs.Org, string, error)
	Staff(tx kernel.Tx, org kernel.ID, role kernel.Role, path kernel.Path) ([]*orgs.Person, error)
}

// PlaceReader finds places.
type PlaceReader interface {
	Place(tx kernel.Tx, id kernel.ID) (*territory.Place, error)
	Children(tx kernel.Tx, parent kernel.ID, page kernel.Page) ([]*territory.Place, string, error)
	Search(tx kernel.Tx, q territory.Query, page kernel.Page) ([]*territory.Place, string, error)
	HasChildren(tx kernel.Tx, ids []kernel.ID) (map[kernel.ID]bool, error)
	// Middles gives a point inside each place that has a shape: lon, lat in WGS84.
	Middles(tx kernel.Tx, ids []kernel.ID) (map[kernel.ID][2]float64, error)
}

func (s *Server) routes(api huma.API) {
	s.sessionRoutes(api)
	s.districtRoutes(api)
	s.caseRoutes(api)
	s.caseExportRoutes(api)
	s.suggestRoutes(api)
	s.trackRoutes(api)
	s.photoRoutes(api)
	s.mineRoutes(api)
	s.accountRoutes(api)
	s.deskRoutes(api)
	s.setupRoutes(api)
	s.mapRoutes(api)
	s.workRoutes(api)
	s.indicatorRoutes(api)
	s.registerRoutes(api)
	s.activityRoutes(api)
	s.ballotRoutes(api)
	s.honourRoutes(api)
	s.privacyRoutes(api)
	s.hookRoutes(api)
	s.roundRoutes(api)
	s.reportRoutes(api)
	s.sheetRoutes(api)
	s.dashboardRoutes(api)
	s.planRoutes(api)
	s.neighbourRoutes(api)
	s.adminRoutes(api)
	s.caseMapRoutes(api)
	s.findRoutes(api)
}

// OrderLimits slow down whoever floods the menu, without locking out a neighbourhood behind one address.
type OrderLimits interface {
	Allow(address, phoneIndex string) error
}

// Server is the REST surface.
type Server struct {
	Deps
	maps     maps
	misses   misses
	pictures pictures
	base     basemaps
}

// useProblems makes huma speak in our problems. Its hooks are variables of its package, set once.
var useProblems = sync.OnceFunc(func() {
	huma.NewErrorWithContext = humaProblem
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		if status == 0 {
			return &Problem{} // it asks for the type alone
		}
		return humaProblem(nil, status, msg, errs...)
	}
})

// New makes the surface and registers its routes on the mux. The OpenAPI document is made of the same registration.
func New(mux humago.Mux, d Deps) (*Server, huma.API) {
	s := &Server{Deps: d}
	useProblems()
	cfg := huma.DefaultConfig("sanzhi 三治", d.Version)
	cfg.Info.Description = "Everyday governance of a district: orders, the places they lie at, the people who see to them, and figures that anyone can check."
	cfg.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	cfg.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "", "", ""
	cfg.CreateHooks = nil
	cfg.Formats = map[string]huma.Format{"application/json": jsonFormat(), "json": jsonFormat()}
	cfg.Servers = []*huma.Server{{URL: "/api/v1"}}
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":   {Type: "http", Scheme: "bearer", Description: "A personal access token: sanzhi token, or the account's page"},
		"session": {Type: "apiKey", In: "cookie", Name: CookieName, Description: "The browser's session"},
	}
	api := humago.NewWithPrefix(mux, "/api/v1", cfg)
	s.routes(api)
	s.Plain(mux)
	describe(api.OpenAPI())
	return s, api
}

// schemaName names a schema after its type. The parts of flows as they are kept are told from those that readers see.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Name() != "" && strings.HasSuffix(t.PkgPath(), "/workflow") {
		return "Kept" + name
	}
	return name
}

// op is one route: what huma needs and the permission that is asked for it. The permission is asked again, about the very
// thing, inside; here it keeps out whoever cannot hold it anywhere.
type op struct {
	method, path string
	// perm is the permission; open routes name none and say why.
	perm access.Permission
	open string
	// signed routes concern the reader's own account alone: who is signed in may.
	signed bool
	sum    string
	// status of a success; 200 when left out.
	status int
	// errors that a client must expect, beside 400, 413, 422, 500 and 503.
	errors []int
	max    int64 // bytes of the body; 64 KiB when left out
}

// handle registers a route. A route that declares neither a permission nor why it is open does not start.
func handle[I, O any](_ *Server, api huma.API, o op, fn func(ctx context.Context, in *I) (*O, error)) {
	if declared := []bool{o.perm != "", o.open != "", o.signed}; len(slices.DeleteFunc(declared, func(b bool) bool { return !b })) != 1 {
		panic("api: " + o.method + " " + o.path + " must declare a permission, or why it is open")
	}
	if o.max == 0 {
		o.max = 64 << 10
	}
	operation := huma.Operation{Method: o.method, Path: o.path, Summary: o.sum, OperationID: operationID(o), DefaultStatus: o.status, MaxBodyBytes: o.max,
		BodyReadTimeout: 10 * time.Second, Errors: append([]int{http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusServiceUnavailable}, o.errors...)}
	if o.perm != "" {
		operation.Description = "Asks for the permission `" + string(o.perm) + "`."
		operation.Security = []map[string][]string{{"token": {}}, {"session": {}}}
	} else if o.signed {
		operation.Description = "For whoever is signed in: it concerns the own account alone."
		operation.Security = []map[string][]string{{"token": {}}, {"session": {}}}
	} else {
		operation.Description = "Open: " + o.open + "."
	}
	huma.Register(api, operation, func(ctx context.Context, in *I) (*O, error) {
		if o.signed && CallerOf(ctx).Actor.Kind != kernel.ActorAccount {
			return nil, ProblemOf(ctx, kernel.Unsigned())
		}
		if o.perm != "" && !access.Somewhere(CallerOf(ctx).Actor, o.perm) {
			if CallerOf(ctx).Actor.Kind != kernel.ActorAccount {
				return nil, ProblemOf(ctx, kernel.Unsigned())
			}
			if CallerOf(ctx).MustChange {
				return nil, ProblemOf(ctx, kernel.Forbidden(kernel.T("请先把一次性密码改成自己的密码，再用系统", "change the one-time password to one of your own first")))
			}
			return nil, ProblemOf(ctx, kernel.Forbidden(kernel.T("您的岗位没有这项权限，如有需要请联系管理员", "your post does not allow this; ask an administrator if you need it")))
		}
		out, err := fn(ctx, in)
		if err != nil {
			return nil, ProblemOf(ctx, err)
		}
		return out, nil
	})
}

func operationID(o op) string {
	id := []byte{}
	for _, c := range []byte(o.method + o.path) {
		switch {
		case c >= 'A' && c <= 'Z':
			id = append(id, c+'a'-'A')
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			id = append(id, c)
		case len(id) > 0 && id[len(id)-1] != '-':
			id = append(id, '-')
		}
	}
	for len(id) > 0 && id[len(id)-1] == '-' {
		id = id[:len(id)-1]
	}
	return string(id)
}

// body wraps an answer for huma.
type body[T any] struct{ Body T }

// longKey is from how many characters on an Idempotency-Key is taken to be random, as a UUID is.
const longKey = 20

// once runs an act at most once for its Idempotency-Key, in one unit of work with its answer.
func once[T any](ctx context.Context, s *Server, key, route string, raw []byte, act func(kernel.Tx) (*T, error)) (*body[T], error) {
	return onceBy(ctx, s.Once.Do, key, route, raw, act)
}

// onceAhead is once for an act that is worked out ahead (see Once.Ahead).
func onceAhead[T any](ctx context.Context, s *Server, key, route string, raw []byte, act func(kernel.Tx) (*T, error)) (*body[T], error) {
	return onceBy(ctx, s.Once.Ahead, key, route, raw, act)
}

// door is Once.Do or Once.Ahead.
type door func(ctx context.Context, k kernel.RequestKey, act func(kernel.Tx) ([]byte, error)) (answer []byte, replayed bool, err error)

func onceBy[T any](ctx context.Context, in door, key, route string, raw []byte, act func(kernel.Tx) (*T, error)) (*body[T], error) {
	k, err := requestKey(CallerOf(ctx), key, append([]byte(route+"\n"), raw...))
	if err != nil {
		return nil, err
	}
	var out *T
	answer, replayed, err := in(ctx, k, func(tx kernel.Tx) ([]byte, error) {
		v, err := act(tx)
		if err != nil {
			return nil, err
		}
		out = v
		if key == "" {
			return nil, nil
		}
		return json.Marshal(v)
	})
	if err != nil {
		return nil, err
	}
	if replayed {
		out = new(T)
		if err := json.Unmarshal(answer, out); err != nil {
			return nil, kernel.Internal("stored answer", err)
		}
	}
	return &body[T]{*out}, nil
}

// requestKey names a request of a caller. Who has not signed in is known by the address.
func requestKey(c Caller, key string, sent []byte) (kernel.RequestKey, error) {
	k := kernel.RequestKey{Tenant: c.Actor.Tenant, Caller: c.Actor.Ref(), Key: key, Body: sent}
	// A phone that sends its draft again may come from another address by then, so a key that nobody guesses stands alone.
	if c.Actor.Kind == kernel.ActorAnonymous && len(key) < longKey {
		k.Caller += ":" + access.AddressKey(c.Address)
	}
	if len(key) > 200 || !utf8.ValidString(key) {
		return k, kernel.Invalid("Idempotency-Key", kernel.T("提交编号最多 200 个字符", "an Idempotency-Key has at most 200 characters"))
	}
	return k, nil
}

// receipt signs the promise that a ledger row will be sealed.
func (s *Server) receipt(t kernel.Tenant, row *ledger.Row) (Receipt, error) {
	leaf, err := ledger.LeafHash(t, row)
	if err != nil {
		return Receipt{}, kernel.Internal("receipt", err)
	}
	r := Receipt{Tenant: string(t), Ledger: row.ID, Leaf: leaf}
	if s.SignKey != nil {
		r.Signature = base64.StdEncoding.EncodeToString(ed25519.Sign(s.SignKey, []byte("sanzhi receipt v1\n"+string(t)+"\n"+leaf)))
	}
	return r, nil
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	for k, v := range p.GetHeaders() {
		w.Header()[k] = v //nolint:modernize // maps is another thing in this package
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) //nolint:errchkjson // the client is gone when this fails
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

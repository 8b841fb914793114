package web_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/activities"
	"sanzhi/internal/cases"
	"sanzhi/internal/files"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/registers"
	"sanzhi/internal/rounds"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/store/postgres"
	"sanzhi/internal/store/sqlite"
	"sanzhi/internal/store/storetest/pgtest"
	"sanzhi/internal/vault"
	"sanzhi/internal/web"
	"sanzhi/internal/web/api"
)

const tenant kernel.Tenant = "630105"

// opening is when the fixture begins: Thursday, 2023-04-27 09:00 in Shanghai.
var opening = time.Date(2023, 4, 27, 1, 0, 0, 0, time.UTC)

// world is a served district that a test has for itself.
type world struct {
	t         testing.TB
	clock     *kernel.ManualClock
	db        *store.DB
	access    *access.Service
	cases     *cases.Service
	sealer    *vault.Sealer
	rounds    *rounds.Service
	files     *files.Service
	outbox    store.Outbox
	setups    *store.Setups
	srv       *web.Server
	http      *httptest.Server
	places    map[string]kernel.ID // by name of the fixture
	orgs      map[string]kernel.ID
	people    map[string]kernel.ID
	bearers   map[string]string
	registers *registers.Service
	rooms
}

// option changes what a world is joined from.
type option func(*web.Config)

// newWorld serves the fixture from a fresh SQLite file.
func newWorld(t testing.TB, opts ...option) *world {
	t.Helper()
	e, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "sanzhi.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return worldOn(t, e, opts...)
}

// eachEngine runs a test on SQLite, and on PostgreSQL where there is a server.
func eachEngine(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, newWorld(t)) })
	t.Run("postgres", func(t *testing.T) {
		dsn, ok := pgtest.Fresh(t)
		if !ok {
			return
		}
		e, err := postgres.Open(context.Background(), dsn, postgres.Options{})
		if err != nil {
			t.Fatal(err)
		}
		f(t, worldOn(t, e))
	})
}

func worldOn(t testing.TB, e dialect.Engine, opts ...option) *world {
	t.Helper()
	ctx := context.Background()
	if err := e.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, clock: kernel.NewManualClock(opening), places: map[string]kernel.ID{}, orgs: map[string]kernel.ID{},
		people: map[string]kernel.ID{}, bearers: map[string]string{}}
	w.db = store.New(e, w.clock)
	t.Cleanup(func() { _ = w.db.Close() })
	ring, err := vault.NewKeyring(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	deps := w.join(ring)
	w.fill()
	cfg := web.Config{API: deps, Ready: func(ctx context.Context) error { _, err := w.setups.Of(ctx, tenant); return err }}
	for _, o := range opts {
		o(&cfg)
	}
	w.srv = web.New(cfg)
	w.db.OnOutbox(w.srv.Stream.Wake)
	run, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); w.srv.Stream.Run(run, w.outbox) }()
	w.http = httptest.NewServer(w.srv.Handler)
	t.Cleanup(func() {
		w.srv.Stream.Close()
		w.http.CloseClientConnections()
		w.http.Close()
		stop()
		<-done
	})
	return w
}

// journal writes access events as the program does.
type journal struct {
	log    *ledger.Log
	outbox store.Outbox
}

func (j journal) RecordAccess(tx kernel.Tx, ev access.Event) error {
	actor := kernel.Anonymous(tx.Tenant())
	if id, ok := strings.CutPrefix(ev.By, "account:"); ok {
		actor = kernel.Actor{Kind: kernel.ActorAccount, Tenant: tx.Tenant(), Account: kernel.ID(id)}
	}
	_, err := j.log.Append(tx, ledger.Entry{Actor: actor, Act: string(ev.What), Object: ev.Account, Public: map[string]any{"by": ev.By}})
	if err != nil || ev.Account == "" {
		return err
	}
	return j.outbox.Put(tx, api.TopicAccess, string(ev.Account), map[string]any{})
}

func (w *world) join(ring *vault.Keyring) api.Deps {
	w.t.Helper()
	sealer := vault.NewSealer(ring)
	w.sealer = sealer
	w.outbox = store.Outbox{DB: w.db}
	w.setups = &store.Setups{Tenants: store.Tenants{DB: w.db}, Clock: w.clock}
	w.files = files.NewService(files.Parts{Store: w.db, Uploads: store.Uploads{}, Blobs: store.Blobs{DB: w.db},
		Cleaner: files.NewCleaner(files.DefaultLimits, 1, 16), Clock: w.clock})
	w.cases = cases.NewService(cases.Ports{Store: w.db, Cases: store.Cases{}, Looks: store.Cases{}, Tending: store.Cases{}, Uploads: w.files, Outbox: w.outbox,
		Ledger: ledger.NewLog(store.Ledger{}, sealer), People: store.Orgs{}, Setups: w.setups, Sealer: sealer, Keyring: ring, Clock: w.clock})
	w.rounds = rounds.NewService(rounds.Ports{Store: w.db, Templates: store.Rounds{}, Duties: store.Rounds{}, Cares: store.Rounds{}, Shifts: store.Rounds{}, Ground: store.RoundGround{},
		Cases: api.RoundCases{Cases: w.cases}, Uploads: w.files, Outbox: w.outbox, Ledger: w.cases.Ledger, Sealer: sealer, Clock: w.clock})
	hasher, err := access.NewHasher(access.Params{MemoryKiB: 64, Time: 1, Threads: 1}, 2, 64)
	if err != nil {
		w.t.Fatal(err)
	}
	w.access = access.NewService(access.Parts{Store: w.db, Accounts: store.Access{}, Sessions: store.Access{}, Tokens: store.Access{}, Posts: store.Orgs{},
		Journal: journal{w.cases.Ledger, w.outbox}, Hasher: hasher, Throttle: access.NewThrottle(access.DefaultSignInLimits, w.clock), Sealer: sealer, Clock: w.clock,
		Policy: access.DefaultPolicy})
	w.registers = registers.NewService(registers.Ports{Store: w.db, Repo: store.Registers{}, Counts: store.Registers{}, Ledger: w.cases.Ledger, Orgs: store.Orgs{}, Places: store.Territory{},
		Sealer: sealer, Calendars: store.Registers{}, Walk: w.walk, Find: map[registers.LinkKind]registers.Finder{registers.ToReportIn: store.Registers{}.FindReportIn, registers.ToCase: w.findCase}})
	_, sign, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	b, p := w.joinBallots(sealer, ring)
	return api.Deps{Rounds: w.rounds,
		Ballots: b, Privacy: p, PrivacyPaths: store.PrivacyAccounts{Sealer: sealer}, Tenant: tenant, Clock: w.clock, Store: w.db, Cases: w.cases, Access: w.access, Orgs: store.Orgs{}, Places: store.Territory{},
		Once: &store.Once{DB: w.db, Sealer: sealer}, Limits: access.NewOrderLimiter(access.DefaultOrderLimits, w.clock),
		Uploads: access.NewOrderLimiter(access.DefaultOrderLimits, w.clock), Files: w.files, Activities: joinActivities(w, sealer, ring), SignKey: sign, Version: "1", Signed: api.NewSignedCache(),
		Desk: store.Desk{Tenants: store.Tenants{DB: w.db}, Outbox: w.outbox}, Renew: w.setups.Forget, Hooks: store.Webhooks{DB: w.db, Sealer: sealer},
		Works: w.works(), Indicators: w.indicators(),
		Sheets: w.sheets(ring), Picture: store.Picture{}, Neighbours: store.Neighbours{}, Points: store.Cases{}, Basemaps: &store.Basemaps{Blobs: store.Blobs{DB: w.db}},
		Plans:     w.plans(),
		Admin:     api.AdminDeps{Setup: store.SetupDesk{}, Flows: store.SetupDesk{}, People: store.SetupDesk{}, Ledger: store.Ledger{}, Keys: w.keyState},
		Registers: w.registers, OrgWork: store.Registers{}, Bulletins: w.bulletins(sealer)}
}

func joinActivities(w *world, sealer *vault.Sealer, ring *vault.Keyring) *activities.Service {
	a := store.Activities{}
	return activities.NewService(activities.Ports{Store: w.db, Repo: a, Venues: a, Signups: a, Attendances: a, People: a, Labour: a, Teams: a, Places: store.Territory{},
		Posts: store.Orgs{}, Ledger: w.cases.Ledger, Sealer: sealer, Keyring: ring})
}

// answer is what came back.
type answer struct {
	t      testing.TB
	Status int
	Header http.Header
	Raw    string
	JSON   map[string]any
}

// header is one header line of a request.
type header struct{ name, value string }

func who(token string) header          { return header{"Authorization", "Bearer " + token} }
func key(k string) header              { return header{"Idempotency-Key", k} }
func english() header                  { return header{"Accept-Language", "en"} }
func (w *world) as(user string) header { return who(w.bearer(user)) }

// bearer gives a personal token of an account of the fixture; the empty name is nobody.
func (w *world) bearer(user string) string {
	w.t.Helper()
	if b := w.bearers[user]; b != "" {
		return b
	}
	id, ok := w.people[user]
	if !ok {
		w.t.Fatalf("the fixture has no %q", user)
	}
	b, _, err := w.access.CreateToken(context.Background(), kernel.System(tenant), id, "test", 300*24*time.Hour)
	if err != nil {
		w.t.Fatal(err)
	}
	w.bearers[user] = b
	return b
}

// do sends a request; a body that is no string is sent as JSON. user "" is nobody.
func (w *world) do(user, method, path string, body any, headers ...header) *answer {
	w.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	case []byte:
		r = bytes.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			w.t.Fatal(err)
		}
		r = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, w.http.URL+"/api/v1"+path, r)
	if err != nil {
		w.t.Fatal(err)
	}
	if r != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if user != "" {
		req.Header.Set("Authorization", "Bearer "+w.bearer(user))
	}
	for _, h := range headers {
		req.Header.Set(h.name, h.value)
	}
	return w.send(req)
}

func (w *world) send(req *http.Request) *answer {
	w.t.Helper()
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		w.t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	a := &answer{t: w.t, Status: res.StatusCode, Header: res.Header, Raw: string(raw)}
	_ = json.Unmarshal(raw, &a.JSON) // not all answers are JSON; who looks into it sees what is missing
	return a
}

// want fails the test unless the answer has the status.
func (a *answer) want(status int) *answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("status %d, want %d: %s", a.Status, status, a.Raw)
	}
	return a
}

// get walks members and, for numbers, elements: "items.0.id". It gives nil where the path ends early.
func (a *answer) get(path string) any {
	var v any = a.JSON
	for p := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[p]
		case []any:
			var i int
			if _, err := fmt.Sscanf(p, "%d", &i); err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func (a *answer) str(path string) string { s, _ := a.get(path).(string); return s }

func (a *answer) num(path string) int { f, _ := a.get(path).(float64); return int(f) }

func (a *answer) list(path string) []any { l, _ := a.get(path).([]any); return l }

// fields lists the fields that a problem document names.
func (a *answer) fields() []string {
	var out []string
	for _, e := range a.list("errors") {
		m, _ := e.(map[string]any)
		s, _ := m["field"].(string)
		out = append(out, s)
	}
	return out
}

package web_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/jobs"
	"sanzhi/internal/kernel"
	"sanzhi/internal/notify"
	"sanzhi/internal/store"
)

// receiver is somebody else's machine that is told.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	calls  []http.Header
	bodies []string
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{status: 204}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		b, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.calls, r.bodies = append(r.calls, req.Header), append(r.bodies, string(b))
		w.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

// hookOf finds hooks as the program does.
type hookOf struct{ store.Webhooks }

func (h hookOf) Hook(ctx context.Context, t kernel.Tenant, id kernel.ID) (notify.Hook, error) {
	x, err := h.Get(ctx, t, id)
	return notify.Hook{ID: x.ID, URL: x.URL, Secret: x.Secret}, err
}

// send sends what is due, and gives how many messages were tried.
func (w *world) sendHooks() int {
	w.t.Helper()
	n, err := jobs.Deliver(context.Background(), w.outbox, notify.NewWebhook(hookOf{store.Webhooks{DB: w.db, Sealer: w.sealer}}), w.clock, tenant, jobs.TopicWebhook, "test")
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// states gives the states of a hook's deliveries, the newest first.
func (w *world) states(hook string) (out []string) {
	for _, x := range w.do("sysadmin", "GET", "/webhooks/"+hook+"/deliveries", nil).want(200).list("items") {
		m, _ := x.(map[string]any)
		s, _ := m["state"].(string)
		out = append(out, s)
	}
	return out
}

func TestWebhooks(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		r := newReceiver(t)
		for _, url := range []string{"http://example.org/", "ftp://127.0.0.1/", "nonsense"} {
			if a := w.do("sysadmin", "POST", "/webhooks", map[string]any{"url": url}).want(422); len(a.fields()) != 1 || a.fields()[0] != "url" {
				t.Errorf("%s: %s", url, a.Raw)
			}
		}
		w.do("sysadmin", "POST", "/webhooks", map[string]any{"url": r.URL, "topics": []string{"gossip"}}).want(422)

		made := w.do("sysadmin", "POST", "/webhooks", map[string]any{"url": r.URL + "/in?token=x"}, key("hook-1")).want(201)
		id, secret := made.str("id"), made.str("secret")
		if len(secret) < 40 {
			t.Fatalf("%s", made.Raw)
		}
		if again := w.do("sysadmin", "POST", "/webhooks", map[string]any{"url": r.URL + "/in?token=x"}, key("hook-1")).want(201); again.Raw != made.Raw {
			t.Errorf("the same request: %s", again.Raw)
		}
		list := w.do("sysadmin", "GET", "/webhooks", nil).want(200)
		if len(list.list("items")) != 1 || list.str("items.0.id") != id || strings.Contains(list.Raw, secret) || strings.Contains(list.Raw, "secret") {
			t.Errorf("%s", list.Raw)
		}

		test := w.do("sysadmin", "POST", "/webhooks/"+id+"/test", nil, key("test-1")).want(202)
		w.do("sysadmin", "POST", "/webhooks/"+id+"/test", nil, key("test-1")).want(202) // the same request
		if diff := cmp.Diff([]string{"waiting"}, w.states(id)); diff != "" {
			t.Error(diff)
		}
		if n := w.sendHooks(); n != 1 || len(r.calls) != 1 {
			t.Fatalf("%d sent, %d arrived", n, len(r.calls))
		}
		if h := r.calls[0]; h.Get(notify.HeaderSignature) != notify.Sign(secret, []byte(r.bodies[0])) || h.Get(notify.HeaderID) != test.str("id") ||
			!strings.Contains(r.bodies[0], `"what":"test"`) {
			t.Errorf("%v %s", h, r.bodies[0])
		}
		if diff := cmp.Diff([]string{"delivered"}, w.states(id)); diff != "" {
			t.Error(diff)
		}

		// One that answers badly is tried again, later.
		r.status = 500
		w.clock.Advance(time.Second)
		w.do("sysadmin", "POST", "/webhooks/"+id+"/test", nil).want(202)
		w.sendHooks()
		failed := w.do("sysadmin", "GET", "/webhooks/"+id+"/deliveries?limit=1", nil).want(200)
		if failed.str("items.0.state") != "waiting" || failed.num("items.0.attempts") != 1 || !strings.Contains(failed.str("items.0.cause"), "500") || failed.str("next") == "" {
			t.Errorf("%s", failed.Raw)
		}
		if rest := w.do("sysadmin", "GET", "/webhooks/"+id+"/deliveries?limit=1&after="+failed.str("next"), nil).want(200); rest.str("items.0.id") != test.str("id") || rest.str("next") != "" {
			t.Errorf("%s", rest.Raw)
		}
		for range jobs.MaxAttempts {
			w.clock.Advance(7 * time.Hour)
			w.sendHooks()
		}
		if diff := cmp.Diff([]string{"given_up", "delivered"}, w.states(id)); diff != "" {
			t.Error(diff)
		}

		// One that was removed is told nothing any more, and leaves nothing behind.
		w.do("sysadmin", "POST", "/webhooks/"+id+"/test", nil).want(202)
		w.do("sysadmin", "DELETE", "/webhooks/"+id, nil).want(204)
		w.do("sysadmin", "DELETE", "/webhooks/"+id, nil).want(404)
		w.do("sysadmin", "POST", "/webhooks/"+id+"/test", nil).want(404)
		before := len(r.calls)
		w.clock.Advance(7 * time.Hour)
		if w.sendHooks(); len(r.calls) != before || len(w.states(id)) != 0 {
			t.Errorf("%d calls after it was removed, deliveries %v", len(r.calls)-before, w.states(id))
		}
		acts := map[string]int{}
		for _, x := range w.do("auditor", "GET", "/audit", nil).want(200).list("items") {
			m, _ := x.(map[string]any)
			s, _ := m["act"].(string)
			acts[s]++
		}
		if acts["webhook_added"] != 1 || acts["webhook_tested"] != 3 || acts["webhook_removed"] != 1 {
			t.Errorf("the ledger: %v", acts)
		}
	})
}

func TestWebhooksAreNotTooMany(t *testing.T) {
	w := newWorld(t)
	for range 20 {
		w.do("sysadmin", "POST", "/webhooks", map[string]any{"url": "https://example.org/"}).want(201)
	}
	w.do("sysadmin", "POST", "/webhooks", map[string]any{"url": "https://example.org/"}).want(409)
	if a := w.do("sysadmin", "GET", "/webhooks?limit=15", nil).want(200); len(a.list("items")) != 15 || len(w.do("sysadmin", "GET", "/webhooks?after="+a.str("next"), nil).list("items")) != 5 {
		t.Errorf("%s", a.Raw)
	}
}

func TestAnsweredCallsAreForgottenAfterThirtyDays(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		r := newReceiver(t)
		id := w.do("sysadmin", "POST", "/webhooks", map[string]any{"url": r.URL}).want(201).str("id")
		w.do("sysadmin", "POST", "/webhooks/"+id+"/test", nil).want(202)
		w.sendHooks()
		for days, want := range []int{1, 0} {
			w.clock.Advance(time.Duration(29+2*days) * 24 * time.Hour)
			if err := (store.Webhooks{DB: w.db}).SweepDeliveries(t.Context(), tenant, 10); err != nil {
				t.Fatal(err)
			}
			if got := len(w.states(id)); got != want {
				t.Errorf("%d deliveries are listed, want %d", got, want)
			}
		}
	})
}

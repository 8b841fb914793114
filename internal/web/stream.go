package web

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/jobs"
	"sanzhi/internal/kernel"
	"sanzhi/internal/web/api"
)

// Hub tells open pages what changed. It reads the outbox's "case" rows, which every process does for its own listeners, and
// passes each on to those who may read the case; at an "access" row it asks the account's streams for their right again.
type Hub struct {
	deps api.Deps
	mu   sync.Mutex
	subs map[*listener]struct{}
	of   map[kernel.ID]int // open streams by account
	wake chan struct{}
	done chan struct{}
	once sync.Once
}

// listener is one open page.
type listener struct {
	actor   kernel.Actor
	scope   access.Scope
	out     chan []byte // events as they go over the wire, written once for all who get them
	expires time.Time
	// ask tells the stream to look again whether its right holds: something happened to the account.
	ask chan struct{}
}

// change is one case that moved on.
type change struct {
	ID           kernel.ID   `json:"id"`
	Step         string      `json:"step"`
	Version      int         `json:"version"`
	Act          string      `json:"act"`
	Path         string      `json:"path"`
	Unit         kernel.ID   `json:"unit"`
	Assignee     kernel.ID   `json:"assignee"`
	Cohandles    []kernel.ID `json:"cohandles"`
	Requester    kernel.ID   `json:"requester"`
	Confidential bool        `json:"confidential"`
}

// Bounds of streams: listeners of one process (fewer than its connections) and of one account, messages that wait for a slow
// page, and how long a row is told. Ten thousand streams were held and timed (bench/streams); one takes some 30 kB.
const (
	maxListeners = 12_000
	maxOfAccount = 64
	maxWaiting   = 64
	tellFor      = 10 * time.Second
	pollEvery    = 500 * time.Millisecond
)

// Outbox gives what was written to tell.
type Outbox interface {
	Recent(tx kernel.Tx, topic string, since time.Time, limit int) ([]*jobs.Message, error)
}

// NewHub makes a hub; Run must run beside it.
func NewHub(d api.Deps) *Hub {
	return &Hub{deps: d, subs: map[*listener]struct{}{}, of: map[kernel.ID]int{}, wake: make(chan struct{}, 1), done: make(chan struct{})}
}

// Wake says that something was written to tell.
func (h *Hub) Wake(kernel.Tenant) {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// Close ends all streams, so that pages connect again elsewhere or later.
func (h *Hub) Close() { h.once.Do(func() { close(h.done) }) }

// Run looks at the outbox when something was written here, and every half second for what other processes wrote. A row is
// looked for during ten seconds: identifiers and instants of different processes follow no common order.
func (h *Hub) Run(ctx context.Context, outbox Outbox) {
	seen := map[kernel.ID]time.Time{}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.done:
			return
		case <-tick.C:
		case <-h.wake:
		}
		now := h.deps.Clock.Now()
		for id, at := range seen {
			if now.Sub(at) > 2*tellFor {
				delete(seen, id)
			}
		}
		for _, t := range h.tenants() {
			if err := h.tell(ctx, outbox, t, now, seen); err != nil && ctx.Err() == nil {
				slog.WarnContext(ctx, "live updates", "cause", err)
			}
		}
	}
}

func (h *Hub) tenants() []kernel.Tenant {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []kernel.Tenant
	have := map[kernel.Tenant]bool{}
	for l := range h.subs {
		if !have[l.actor.Tenant] {
			have[l.actor.Tenant] = true
			out = append(out, l.actor.Tenant)
		}
	}
	return out
}

func (h *Hub) tell(ctx context.Context, outbox Outbox, t kernel.Tenant, now time.Time, seen map[kernel.ID]time.Time) error {
	var rows []*jobs.Message
	err := h.deps.Store.View(ctx, t, func(tx kernel.Tx) (err error) {
		if rows, err = outbox.Recent(tx, api.TopicAccess, now.Add(-tellFor), 5000); err != nil {
			return err
		}
		moved, err := outbox.Recent(tx, "case", now.Add(-tellFor), 5000)
		rows = append(rows, moved...)
		return err
	})
	if err != nil {
		return err
	}
	for _, m := range rows {
		if _, ok := seen[m.ID]; ok {
			continue
		}
		seen[m.ID] = now
		if m.Topic == api.TopicAccess {
			h.Ask(kernel.ID(m.Target))
			continue
		}
		var c change
		if err := json.Unmarshal([]byte(m.Body), &c); err != nil {
			return fmt.Errorf("outbox row %s: %w", m.ID, err)
		}
		h.pass(t, c)
	}
	return nil
}

// Ask makes every stream of an account look again whether its right holds.
func (h *Hub) Ask(account kernel.ID) {
	h.deps.Forget(account)
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.subs {
		if l.actor.Account == account {
			select {
			case l.ask <- struct{}{}:
			default:
			}
		}
	}
}

func (h *Hub) pass(t kernel.Tenant, c change) {
	target := access.Target{Tenant: t, Path: kernel.Path(c.Path), Case: c.ID, Unit: c.Unit, Assignee: c.Assignee, Cohandlers: c.Cohandles,
		Requester: c.Requester, Confidential: c.Confidential}
	told := slices.Concat(event("case", map[string]any{"id": c.ID, "step": c.Step, "version": c.Version, "act": c.Act, "path": c.Path}), event("queue", struct{}{}))
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.subs {
		if !l.scope.Match(target) {
			continue
		}
		select {
		case l.out <- told:
		default:
			// A page that does not keep up is cut off; it connects again and reads its lists anew.
			delete(h.subs, l)
			close(l.out)
		}
	}
}

// ServeHTTP opens a stream for who is signed in. It ends when the right to it does: at once when something happens to the
// account, and with every beat the right is asked anew (a post may end by the calendar).
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	c := api.CallerOf(ctx)
	if c.Actor.Kind != kernel.ActorAccount {
		api.Fail(w, r, kernel.Unsigned())
		return
	}
	l := &listener{actor: c.Actor, scope: access.ScopeOf(c.Actor, access.CaseRead), out: make(chan []byte, maxWaiting), expires: c.Expires,
		ask: make(chan struct{}, 1)}
	h.mu.Lock()
	full := len(h.subs) >= maxListeners || h.of[c.Actor.Account] >= maxOfAccount
	if !full {
		h.subs[l] = struct{}{}
		h.of[c.Actor.Account]++
	}
	h.mu.Unlock()
	if full {
		api.Fail(w, r, kernel.Unavailable(kernel.T("打开的页面太多了，稍后会自动再连", "too many pages are open; it connects again by itself"), nil))
		return
	}
	defer h.leave(l)
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	h.write(ctx, w, rc, l, r)
}

func (h *Hub) leave(l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.of[l.actor.Account]--; h.of[l.actor.Account] <= 0 {
		delete(h.of, l.actor.Account)
	}
	if _, ok := h.subs[l]; ok {
		delete(h.subs, l)
		close(l.out)
	}
}

func (h *Hub) write(ctx context.Context, w http.ResponseWriter, rc *http.ResponseController, l *listener, r *http.Request) {
	send := func(told []byte) bool {
		_ = rc.SetWriteDeadline(time.Now().Add(15 * time.Second))
		if _, err := w.Write(told); err != nil {
			return false
		}
		return rc.Flush() == nil
	}
	if !send(event("hello", struct{}{})) {
		return
	}
	beat := time.NewTicker(20 * time.Second)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.done:
			return
		case <-l.ask:
			if !h.holds(ctx, l, r) {
				return
			}
		case <-beat.C:
			if !h.holds(ctx, l, r) || !send(event("beat", struct{}{})) {
				return
			}
		case told, ok := <-l.out:
			if !ok || !send(told) {
				return
			}
		}
	}
}

// event writes a server-sent event. What is told are plain values: they always encode.
func event(name string, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		b = []byte("{}")
	}
	return fmt.Appendf(nil, "event: %s\ndata: %s\n\n", name, b)
}

// holds reports whether the stream may go on as it is: the token holds, and gives the same posts as when the stream began.
func (h *Hub) holds(ctx context.Context, l *listener, r *http.Request) bool {
	if h.deps.Clock.Now().After(l.expires) {
		return false
	}
	now, ok := h.deps.StillSigned(ctx, r)
	return ok && slices.Equal(now.Actor.Posts, l.actor.Posts)
}

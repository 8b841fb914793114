package api

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/jobs"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

// HookKeeper keeps the addresses that a district has named to be told.
type HookKeeper interface {
	Hooks(tx kernel.Tx, p kernel.Page) ([]jobs.Hook, error)
	AddHook(tx kernel.Tx, h jobs.Hook, most int) error
	RemoveHook(tx kernel.Tx, id kernel.ID) (bool, error)
	// Tell puts a message to one address into the outbox.
	Tell(tx kernel.Tx, hook kernel.ID, body map[string]any) (kernel.ID, error)
	Deliveries(tx kernel.Tx, hook kernel.ID, p kernel.Page) ([]jobs.Delivery, error)
}

// maxHooks is how many webhooks a district may have: each message is sent to each of them.
const maxHooks = 20

// HookRow is a webhook without its secret.
type HookRow struct {
	ID      kernel.ID `json:"id"`
	URL     string    `json:"url" example:"https://example.org/sanzhi"`
	Topics  []string  `json:"topics" doc:"What it is told; empty is everything" example:"[\"notify\"]"`
	Created time.Time `json:"created_at"`
}

// HookList is one keyset page of webhooks, newest first.
type HookList struct {
	Items []HookRow `json:"items"`
	Next  string    `json:"next,omitempty"`
}

// NewHook is a webhook that was just named, with its secret, which is told this once.
type NewHook struct {
	HookRow
	Secret string `json:"secret" doc:"Each call carries the header Sanzhi-Signature: the hexadecimal HMAC-SHA-256 of its body under this secret" example:"p8cXfPZc1wB0vJd5mG3sQeYt7uHk2rLn9aVi4xWoTzE"`
}

// DeliveryRow is one call to a webhook.
type DeliveryRow struct {
	ID       kernel.ID          `json:"id" doc:"The call's Idempotency-Key"`
	State    jobs.DeliveryState `json:"state" enum:"waiting,delivered,given_up" example:"delivered"`
	At       time.Time          `json:"at"`
	Attempts int                `json:"attempts"`
	NextAt   *time.Time         `json:"next_at,omitempty" doc:"When it is tried next"`
	DoneAt   *time.Time         `json:"done_at,omitempty" doc:"When it was answered, or given up"`
	Cause    string             `json:"cause,omitempty" doc:"Why the last attempt failed" example:"connection refused"`
}

// DeliveryList is one keyset page of calls, newest first.
type DeliveryList struct {
	Items []DeliveryRow `json:"items"`
	Next  string        `json:"next,omitempty"`
}

type newHookIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		URL    string   `json:"url" minLength:"1" maxLength:"500" doc:"https, or http on the machine itself" example:"https://example.org/sanzhi"`
		Topics []string `json:"topics,omitempty" maxItems:"8" doc:"What it is told; empty is everything" example:"[\"notify\"]"`
	}
}

type deliveriesIn struct {
	PageQuery
	ID kernel.ID `path:"id"`
}

func (s *Server) hookRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/webhooks", perm: access.SettingsWrite, sum: "Webhooks: addresses that are told what happens", errors: []int{401, 403}}, s.webhooks)
	handle(s, api, op{method: "POST", path: "/webhooks", perm: access.SettingsWrite, sum: "Name a webhook; its secret is told this once", status: http.StatusCreated, errors: []int{401, 403, 409}}, s.addHook)
	handle(s, api, op{method: "DELETE", path: "/webhooks/{id}", perm: access.SettingsWrite, sum: "Remove a webhook", status: http.StatusNoContent, errors: []int{401, 403, 404}}, s.removeHook)
	handle(s, api, op{method: "POST", path: "/webhooks/{id}/test", perm: access.SettingsWrite, sum: "Send a webhook a test message", status: http.StatusAccepted, errors: []int{401, 403, 404}}, s.testHook)
	handle(s, api, op{method: "GET", path: "/webhooks/{id}/deliveries", perm: access.SettingsWrite, sum: "What a webhook was told in the last thirty days, and is to be told", errors: []int{401, 403}}, s.deliveries)
}

// onePage asks for one row more than a page, and tells where the next begins.
func onePage[T any](p kernel.Page, ask func(kernel.Page) ([]T, error), id func(T) kernel.ID) ([]T, string, error) {
	l, err := ask(kernel.Page{After: p.After, Limit: p.Limit + 1})
	if err != nil || len(l) <= p.Limit {
		return l, "", err
	}
	return l[:p.Limit], string(id(l[p.Limit-1])), nil
}

func hookRow(h jobs.Hook) HookRow {
	return HookRow{ID: h.ID, URL: h.URL, Topics: append([]string{}, h.Topics...), Created: h.Created}
}

func (s *Server) webhooks(ctx context.Context, in *PageQuery) (*body[HookList], error) {
	a, err := s.whole(ctx, access.SettingsWrite)
	if err != nil {
		return nil, err
	}
	out := &body[HookList]{HookList{Items: []HookRow{}}}
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		l, next, err := onePage(in.page(), func(p kernel.Page) ([]jobs.Hook, error) { return s.Hooks.Hooks(tx, p) }, func(h jobs.Hook) kernel.ID { return h.ID })
		for _, h := range l {
			out.Body.Items = append(out.Body.Items, hookRow(h))
		}
		out.Body.Next = next
		return err
	})
	return out, err
}

func (s *Server) addHook(ctx context.Context, in *newHookIn) (*body[NewHook], error) {
	a, err := s.whole(ctx, access.SettingsWrite)
	if err != nil {
		return nil, err
	}
	h := jobs.Hook{URL: in.Body.URL, Topics: in.Body.Topics}
	if err := jobs.CheckHook(h); err != nil {
		return nil, err
	}
	return once(ctx, s, in.Key, "POST /webhooks", in.RawBody, func(tx kernel.Tx) (*NewHook, error) {
		h.ID, h.Secret, h.Created = kernel.NewID(tx.Now()), newSecret(), tx.Now()
		if err := s.Hooks.AddHook(tx, h, maxHooks); err != nil {
			return nil, err
		}
		return &NewHook{HookRow: hookRow(h), Secret: h.Secret}, s.recordHook(tx, a, "webhook_added", h.ID)
	})
}

func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// recordHook writes to the ledger who did what to a webhook. The address is left out: such often hold a secret.
func (s *Server) recordHook(tx kernel.Tx, by kernel.Actor, act string, hook kernel.ID) error {
	_, err := s.Cases.Ledger.Append(tx, ledger.Entry{Actor: by, Act: act, Object: kernel.ID(tx.Tenant()), Public: map[string]any{"by": by.Ref(), "webhook": string(hook)}})
	return err
}

var noHook = kernel.T("没有这个通知地址，请刷新列表", "there is no such webhook; reload the list")

func (s *Server) removeHook(ctx context.Context, in *idIn) (*struct{}, error) {
	a, err := s.whole(ctx, access.SettingsWrite)
	if err != nil {
		return nil, err
	}
	return nil, s.Store.Update(ctx, a.Tenant, func(tx kernel.Tx) error {
		ok, err := s.Hooks.RemoveHook(tx, in.ID)
		if err == nil && !ok {
			err = kernel.NotFound(noHook)
		}
		if err != nil {
			return err
		}
		return s.recordHook(tx, a, "webhook_removed", in.ID)
	})
}

// testHook queues a message that means nothing: it goes the way of all others, with signature and retries.
func (s *Server) testHook(ctx context.Context, in *keyedIDIn) (*body[DeliveryRow], error) {
	a, err := s.whole(ctx, access.SettingsWrite)
	if err != nil {
		return nil, err
	}
	return once(ctx, s, in.Key, "POST /webhooks/"+string(in.ID)+"/test", nil, func(tx kernel.Tx) (*DeliveryRow, error) {
		now := tx.Now()
		id, err := s.Hooks.Tell(tx, in.ID, map[string]any{"what": "test", "at": now.UnixMilli()})
		if err != nil {
			return nil, err
		}
		return &DeliveryRow{ID: id, State: jobs.DeliveryWaiting, At: now, NextAt: &now}, s.recordHook(tx, a, "webhook_tested", in.ID)
	})
}

func (s *Server) deliveries(ctx context.Context, in *deliveriesIn) (*body[DeliveryList], error) {
	a, err := s.whole(ctx, access.SettingsWrite)
	if err != nil {
		return nil, err
	}
	out := &body[DeliveryList]{DeliveryList{Items: []DeliveryRow{}}}
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		l, next, err := onePage(in.page(), func(p kernel.Page) ([]jobs.Delivery, error) { return s.Hooks.Deliveries(tx, in.ID, p) }, func(d jobs.Delivery) kernel.ID { return d.ID })
		for _, d := range l {
			out.Body.Items = append(out.Body.Items, DeliveryRow{ID: d.ID, State: d.State, At: d.At, Attempts: d.Attempts, NextAt: given(d.NextAt), DoneAt: given(d.DoneAt), Cause: d.Cause})
		}
		out.Body.Next = next
		return err
	})
	return out, err
}

// given leaves out an instant that there is none of.
func given(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

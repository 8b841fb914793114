// Package notify sends what the outbox holds to where it goes: today, signed web calls to the systems that a district has
// named. It exists so that an act never waits for, or depends on, somebody else's machine.
package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"sanzhi/internal/jobs"
	"sanzhi/internal/kernel"
)

// Hook is one address that a district has named, with the secret that both sides know.
type Hook struct {
	ID     kernel.ID
	URL    string
	Secret string
}

// Hooks finds a hook of the tenant; NotFound when it was taken away.
type Hooks interface {
	Hook(ctx context.Context, t kernel.Tenant, id kernel.ID) (Hook, error)
}

// Webhook sends messages whose target is a hook.
type Webhook struct {
	Hooks  Hooks
	Client *http.Client
}

// NewWebhook makes a sender that waits at most ten seconds for an answer and follows no redirect.
func NewWebhook(h Hooks) *Webhook {
	return &Webhook{Hooks: h, Client: &http.Client{Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// The headers of a call. The signature is the hexadecimal HMAC-SHA-256 of the body under the hook's secret; the id is the
// same each time a message is tried, so that the receiver can act once.
const (
	HeaderID        = "Idempotency-Key"
	HeaderSignature = "Sanzhi-Signature"
	HeaderTenant    = "Sanzhi-Tenant"
)

// Send implements jobs.Sender. Any answer of 2xx is success. A hook that was taken away ends the message.
func (w *Webhook) Send(ctx context.Context, t kernel.Tenant, m *jobs.Message) error {
	h, err := w.Hooks.Hook(ctx, t, kernel.ID(m.Target))
	if kernel.Is(err, kernel.KindNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	body := []byte(m.Body)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return bare(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "sanzhi")
	req.Header.Set(HeaderID, string(m.ID))
	req.Header.Set(HeaderTenant, string(t))
	req.Header.Set(HeaderSignature, Sign(h.Secret, body))
	res, err := w.Client.Do(req)
	if err != nil {
		return bare(err)
	}
	// The connection is used again only when the answer was read; of a long one not more than it is worth.
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	_ = res.Body.Close()
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return fmt.Errorf("answered %s", res.Status)
	}
	return nil
}

// bare leaves the address out of an error, which is kept and shown: addresses of hooks often hold a secret.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// Sign gives the signature of a body.
func Sign(secret string, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write(body)
	return hex.EncodeToString(m.Sum(nil))
}

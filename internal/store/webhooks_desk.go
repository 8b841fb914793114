package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"sanzhi/internal/jobs"
	"sanzhi/internal/kernel"
)

// Hooks gives the addresses that the district has named, the newest first, without their secrets.
func (w Webhooks) Hooks(k kernel.Tx, p kernel.Page) ([]jobs.Hook, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.and("active = 1")
	if p.After != "" {
		f.and("id < ?", p.After)
	}
	limit := f.arg(p.Limit)
	rows, err := on(k).Query("SELECT id, url, topics, created_at FROM webhook WHERE "+f.where()+" ORDER BY id DESC LIMIT "+limit, f.args...)
	return scanAll(rows, err, func(r *sql.Rows) (h jobs.Hook, err error) {
		var topics string
		var created int64
		err = r.Scan(&h.ID, &h.URL, &topics, &created)
		h.Topics, h.Created = strings.Fields(topics), at(created)
		return h, err
	})
}

// AddHook keeps an address with its secret, unless the district has as many as it may.
func (w Webhooks) AddHook(k kernel.Tx, h jobs.Hook, most int) error {
	l, err := w.Hooks(k, kernel.Page{Limit: most})
	if err != nil {
		return err
	}
	if len(l) >= most {
		return kernel.Conflict(kernel.T("通知地址已经够多了，请先删掉不用的", "there are as many webhooks as there may be; remove one that is not needed"))
	}
	return w.Put(k, WebhookRow{ID: h.ID, URL: h.URL, Secret: h.Secret, Topics: strings.Join(h.Topics, " "), Active: true})
}

// RemoveHook forgets an address and what was to be told to it; false when there is none.
func (Webhooks) RemoveHook(k kernel.Tx, id kernel.ID) (bool, error) {
	t := string(on(k).tenant)
	ok, err := one(k, `DELETE FROM webhook WHERE tenant = $1 AND id = $2`, t, string(id))
	if err != nil || !ok {
		return ok, err
	}
	if _, err := on(k).Exec(`DELETE FROM outbox WHERE tenant = $1 AND topic = 'webhook' AND target = $2`, t, string(id)); err != nil {
		return false, err
	}
	_, err = on(k).Exec(`DELETE FROM delivery WHERE tenant = $1 AND hook = $2`, t, string(id))
	return true, err
}

// Tell puts a message to one address into the outbox and gives its id; not found when there is no such address.
func (Webhooks) Tell(k kernel.Tx, hook kernel.ID, body map[string]any) (kernel.ID, error) {
	var n int
	if err := on(k).QueryRow(`SELECT COUNT(*) FROM webhook WHERE tenant = $1 AND id = $2 AND active = 1`, string(on(k).tenant), string(hook)).Scan(&n); err != nil {
		return "", err
	}
	if n == 0 {
		return "", kernel.NotFound(kernel.T("没有这个通知地址", "there is no such webhook"))
	}
	id, now := kernel.NewID(on(k).now), ms(on(k).now)
	_, err := on(k).Exec(`INSERT INTO outbox (tenant, id, topic, target, body, at, next_at, attempt, lease, lease_until, gave_up_at, last_error)
		VALUES ($1, $2, 'webhook', $3, $4, $5, $5, 0, '', 0, 0, '')`, string(on(k).tenant), string(id), string(hook), text(body), now)
	return id, err
}

// Deliveries gives what was told to an address, or is to be, the newest first.
func (Webhooks) Deliveries(k kernel.Tx, hook kernel.ID, p kernel.Page) ([]jobs.Delivery, error) {
	f := &filter{args: []any{string(on(k).tenant), string(hook)}}
	f.and("1 = 1")
	if p.After != "" {
		f.and("id < ?", p.After)
	}
	limit := f.arg(p.Limit)
	rows, err := on(k).Query(`SELECT id, at, attempts, next_at, done_at, gave_up_at, last_error FROM (
		SELECT id, at, attempt AS attempts, next_at, 0 AS done_at, gave_up_at, last_error FROM outbox WHERE tenant = $1 AND topic = 'webhook' AND target = $2
		UNION ALL SELECT id, at, attempts, 0, done_at, 0, '' FROM delivery WHERE tenant = $1 AND hook = $2) d WHERE `+f.where()+" ORDER BY id DESC LIMIT "+limit, f.args...)
	return scanAll(rows, err, func(r *sql.Rows) (d jobs.Delivery, err error) {
		var when, next, done, gaveUp int64
		err = r.Scan(&d.ID, &when, &d.Attempts, &next, &done, &gaveUp, &d.Cause)
		d.At = at(when)
		switch {
		case done > 0:
			d.State, d.DoneAt = jobs.DeliveryDelivered, at(done)
		case gaveUp > 0:
			d.State, d.DoneAt = jobs.DeliveryGivenUp, at(gaveUp)
		default:
			d.State, d.NextAt = jobs.DeliveryWaiting, at(next)
		}
		return d, err
	})
}

// delivered notes that a message reached its address, in the unit of work that takes it out of the outbox.
func delivered(k kernel.Tx, id kernel.ID, holder string) error {
	_, err := on(k).Exec(`INSERT INTO delivery (tenant, hook, id, at, done_at, attempts)
		SELECT tenant, target, id, at, $1, attempt + 1 FROM outbox WHERE tenant = $2 AND id = $3 AND lease = $4 AND topic = 'webhook'
		AND EXISTS (SELECT 1 FROM webhook w WHERE w.tenant = outbox.tenant AND w.id = outbox.target) ON CONFLICT DO NOTHING`,
		ms(on(k).now), string(on(k).tenant), string(id), holder)
	return err
}

// keepDeliveries is how long calls that were answered are listed.
const keepDeliveries = 30 * 24 * time.Hour

// SweepDeliveries forgets calls that were answered long ago, at most limit of them.
func (w Webhooks) SweepDeliveries(ctx context.Context, t kernel.Tenant, limit int) error {
	return w.DB.Update(ctx, t, func(k kernel.Tx) error {
		_, err := on(k).Exec(`DELETE FROM delivery WHERE tenant = $1 AND (hook, id) IN (SELECT hook, id FROM delivery WHERE tenant = $1 AND done_at < $2 LIMIT $3)`,
			string(t), ms(on(k).now.Add(-keepDeliveries)), limit)
		return err
	})
}

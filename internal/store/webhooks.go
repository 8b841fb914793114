package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"sanzhi/internal/jobs"
	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
)

// Webhooks keeps the addresses that a district has named to be told.
type Webhooks struct {
	DB     *DB
	Sealer *vault.Sealer
}

// WebhookRow is one of them. Its secret is sealed at rest.
type WebhookRow struct {
	ID     kernel.ID
	URL    string
	Secret string
	// Topics are those that it is told, separated by spaces; empty is all.
	Topics string
	Active bool
}

func hookField(t kernel.Tenant, id kernel.ID) vault.Field {
	return vault.Field{Tenant: t, Table: "webhook", ID: id, Field: "secret"}
}

// Put adds a webhook, or changes it.
func (w Webhooks) Put(k kernel.Tx, r WebhookRow) error {
	sealed, err := w.Sealer.SealText(r.Secret, hookField(on(k).tenant, r.ID))
	if err != nil {
		return err
	}
	_, err = on(k).Exec(`INSERT INTO webhook (tenant, id, url, secret, topics, active, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (tenant, id) DO UPDATE SET url = excluded.url, secret = excluded.secret, topics = excluded.topics, active = excluded.active`,
		string(on(k).tenant), string(r.ID), r.URL, sealed, r.Topics, flag(r.Active), ms(on(k).now))
	return err
}

// List gives the tenant's webhooks by id, without their secrets.
func (w Webhooks) List(k kernel.Tx) ([]WebhookRow, error) {
	rows, err := on(k).Query(`SELECT id, url, topics, active FROM webhook WHERE tenant = $1 ORDER BY id`, string(on(k).tenant))
	return scanAll(rows, err, func(r *sql.Rows) (x WebhookRow, err error) { return x, r.Scan(&x.ID, &x.URL, &x.Topics, &x.Active) })
}

// Get gives an active webhook with its secret.
func (w Webhooks) Get(ctx context.Context, t kernel.Tenant, id kernel.ID) (x WebhookRow, err error) {
	err = w.DB.View(ctx, t, func(k kernel.Tx) error {
		var sealed string
		err := on(k).QueryRow(`SELECT id, url, secret, topics, active FROM webhook WHERE tenant = $1 AND id = $2 AND active = 1`, string(t), string(id)).
			Scan(&x.ID, &x.URL, &sealed, &x.Topics, &x.Active)
		if errors.Is(err, sql.ErrNoRows) {
			return kernel.NotFound(kernel.T("没有这个通知地址", "there is no such webhook"))
		}
		if err != nil {
			return err
		}
		x.Secret, err = w.Sealer.OpenText(sealed, hookField(t, id))
		return err
	})
	return x, err
}

// FanOut takes up to limit messages that are to be told and puts one message for each active webhook in their place, in one
// unit of work: each address then succeeds or fails by itself. It tells how many it took.
func (o Outbox) FanOut(ctx context.Context, t kernel.Tenant, topic string, limit int) (n int, err error) {
	err = o.DB.Update(ctx, t, func(k kernel.Tx) error {
		n = 0
		rows, err := on(k).Query("SELECT "+outboxCols+" FROM outbox WHERE tenant = $1 AND topic = $2 AND next_at <= $3 ORDER BY next_at, id LIMIT $4",
			string(t), topic, ms(on(k).now), limit)
		list, err := scanAll(rows, err, scanMessage)
		if err != nil || len(list) == 0 {
			return err
		}
		hooks, err := (Webhooks{}).List(k)
		if err != nil {
			return err
		}
		for _, m := range list {
			ok, err := one(k, `DELETE FROM outbox WHERE tenant = $1 AND id = $2`, string(t), string(m.ID))
			if err != nil {
				return err
			}
			if !ok {
				continue // another process took it
			}
			n++
			if err := putEach(k, m, hooks, on(k).now); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

func putEach(k kernel.Tx, m *jobs.Message, hooks []WebhookRow, now time.Time) error {
	for _, h := range hooks {
		if topics := strings.Fields(h.Topics); !h.Active || len(topics) > 0 && !slices.Contains(topics, m.Topic) {
			continue
		}
		if _, err := on(k).Exec(`INSERT INTO outbox (tenant, id, topic, target, body, at, next_at, attempt, lease, lease_until, gave_up_at, last_error)
			VALUES ($1, $2, 'webhook', $3, $4, $5, $6, 0, '', 0, 0, '')`, string(on(k).tenant), string(kernel.NewID(now)), string(h.ID), m.Body, ms(m.At), ms(now)); err != nil {
			return err
		}
	}
	return nil
}

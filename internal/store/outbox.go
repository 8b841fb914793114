package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"sanzhi/internal/cases"
	"sanzhi/internal/jobs"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store/dialect"
)

// Outbox keeps messages that leave after the commit of the act that wrote them.
type Outbox struct{ DB *DB }

var (
	_ cases.Outbox = Outbox{}
	_ jobs.Queue   = Outbox{}
)

// Put implements cases.Outbox.
func (Outbox) Put(k kernel.Tx, topic, target string, body map[string]any) error {
	t := on(k)
	t.wrote = true
	return do(k, `INSERT INTO outbox (tenant, id, topic, target, body, at, next_at, attempt, lease, lease_until, gave_up_at, last_error)
		VALUES ($1, $2, $3, $4, $5, $6, $6, 0, '', 0, 0, '')`, string(t.tenant), string(kernel.NewID(t.now)), topic, target, text(body), ms(t.now))
}

const outboxCols = `id, topic, target, body, at, next_at, attempt, gave_up_at, last_error`

func scanMessage(r *sql.Rows) (*jobs.Message, error) {
	m := &jobs.Message{}
	var when, next, gaveUp int64
	err := r.Scan(&m.ID, &m.Topic, &m.Target, &m.Body, &when, &next, &m.Attempt, &gaveUp, &m.LastError)
	m.At, m.NextAt, m.GaveUpAt = at(when), at(next), at(gaveUp)
	return m, err
}

// Claim implements jobs.Queue. Two holders never get the same message: the lease is taken by a conditional update, and on
// PostgreSQL rows that another holder is taking are passed over.
func (o Outbox) Claim(ctx context.Context, t kernel.Tenant, topic, holder string, lease time.Duration, limit int) (out []*jobs.Message, err error) {
	skip := ""
	if o.DB.Engine.Name() == dialect.Postgres {
		skip = " FOR UPDATE SKIP LOCKED"
	}
	err = o.DB.Update(ctx, t, func(k kernel.Tx) error {
		now := ms(on(k).now)
		// Materialised, since PostgreSQL may else run the inner query once for each row, and then takes more than the limit.
		rows, err := on(k).Query(`WITH picked AS MATERIALIZED (SELECT id FROM outbox
			WHERE tenant = $3 AND topic = $4 AND next_at <= $5 AND gave_up_at = 0 AND lease_until <= $5 ORDER BY next_at, id LIMIT $6`+skip+`)
			UPDATE outbox SET lease = $1, lease_until = $2 WHERE tenant = $3 AND id IN (SELECT id FROM picked)
			RETURNING `+outboxCols, holder, now+lease.Milliseconds(), string(t), topic, now, limit)
		out, err = scanAll(rows, err, scanMessage)
		return err
	})
	return out, err
}

// Done implements jobs.Queue.
func (o Outbox) Done(ctx context.Context, t kernel.Tenant, id kernel.ID, holder string) error {
	return o.DB.Update(ctx, t, func(k kernel.Tx) error {
		if err := delivered(k, id, holder); err != nil {
			return err
		}
		_, err := on(k).Exec(`DELETE FROM outbox WHERE tenant = $1 AND id = $2 AND lease = $3`, string(t), string(id), holder)
		return err
	})
}

// Fail implements jobs.Queue.
func (o Outbox) Fail(ctx context.Context, t kernel.Tenant, id kernel.ID, holder, cause string, next time.Time) error {
	return o.DB.Update(ctx, t, func(k kernel.Tx) error {
		gaveUp := int64(0)
		if next.IsZero() {
			gaveUp = ms(on(k).now)
		}
		_, err := on(k).Exec(`UPDATE outbox SET attempt = attempt + 1, next_at = $1, gave_up_at = $2, last_error = $3, lease = '', lease_until = 0
			WHERE tenant = $4 AND id = $5 AND lease = $6`, ms(next), gaveUp, short(cause), string(t), string(id), holder)
		return err
	})
}

// short keeps at most 500 bytes of what a receiver said, in whole characters and without the zero byte: PostgreSQL keeps
// no others.
func short(s string) string {
	s = strings.ReplaceAll(s, "\x00", " ")
	return strings.ToValidUTF8(s[:min(len(s), 500)], "")
}

// GivenUp lists messages that were given up, the newest first.
func (Outbox) GivenUp(k kernel.Tx, p kernel.Page) ([]*jobs.Message, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.and("gave_up_at > 0")
	if p.After != "" {
		f.and("id < ?", p.After)
	}
	limit := f.arg(p.Limit)
	rows, err := on(k).Query("SELECT "+outboxCols+" FROM outbox WHERE "+f.where()+" ORDER BY id DESC LIMIT "+limit, f.args...)
	return scanAll(rows, err, scanMessage)
}

// Retry puts a message that was given up back into the queue; false when there is none.
func (Outbox) Retry(k kernel.Tx, id kernel.ID) (bool, error) {
	return one(k, `UPDATE outbox SET gave_up_at = 0, attempt = 0, next_at = $1 WHERE tenant = $2 AND id = $3 AND gave_up_at > 0`,
		ms(on(k).now), string(on(k).tenant), string(id))
}

// Recent gives the messages of a topic that were written at since or later, oldest first: what every process shows to its
// own listeners.
func (Outbox) Recent(k kernel.Tx, topic string, since time.Time, limit int) ([]*jobs.Message, error) {
	rows, err := on(k).Query("SELECT "+outboxCols+" FROM outbox WHERE tenant = $1 AND topic = $2 AND next_at >= $3 ORDER BY next_at, id LIMIT $4",
		string(on(k).tenant), topic, ms(since), limit)
	return scanAll(rows, err, scanMessage)
}

// AccessTold reports whether anything happened to an account within the last minute, which is how long Sweep is told to leave
// the rows that say so.
func (o Outbox) AccessTold(ctx context.Context, t kernel.Tenant, account kernel.ID) (told bool, err error) {
	err = o.DB.Look(ctx, t, func(k kernel.Tx) error {
		// The topic stands in the text: as an argument it would make PostgreSQL plan anew at each request.
		return on(k).QueryRow(`SELECT EXISTS (SELECT 1 FROM outbox WHERE tenant = $1 AND topic = 'access' AND target = $2)`,
			string(t), string(account)).Scan(&told)
	})
	return told, err
}

// Sweep removes messages of a topic that every process has had the time to show, at most limit of them.
func (o Outbox) Sweep(ctx context.Context, t kernel.Tenant, topic string, before time.Time, limit int) (n int64, err error) {
	err = o.DB.Update(ctx, t, func(k kernel.Tx) error {
		n, err = on(k).Exec(`DELETE FROM outbox WHERE tenant = $1 AND id IN (SELECT id FROM outbox WHERE tenant = $1 AND topic = $2
			AND next_at < $3 LIMIT $4)`, string(t), topic, ms(before), limit)
		return err
	})
	return n, err
}

// Lease takes or keeps a periodic duty for holder until the lease ends; false when another holds it.
func (o Outbox) Lease(ctx context.Context, t kernel.Tenant, name, holder string, d time.Duration) (ok bool, err error) {
	err = o.DB.Update(ctx, t, func(k kernel.Tx) error {
		now := on(k).now
		ok, err = one(k, `INSERT INTO lease (tenant, name, holder, until_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant, name) DO UPDATE SET holder = excluded.holder, until_at = excluded.until_at
			WHERE lease.holder = excluded.holder OR lease.until_at <= $5`, string(t), name, holder, ms(now.Add(d)), ms(now))
		return err
	})
	return ok, err
}

package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
)

// Once makes requests that carry an Idempotency-Key happen at most once: the answer is stored in the unit of work of the
// act itself, sealed (it may hold a tracking code), and given again to whoever repeats the request within 48 hours.
type Once struct {
	DB     *DB
	Sealer *vault.Sealer
}

// KeptFor is how long an answer is kept.
const KeptFor = 48 * time.Hour

var keptForMS = strconv.FormatInt(KeptFor.Milliseconds(), 10)

var (
	errOtherBody = kernel.Invalid("Idempotency-Key", kernel.T("同一个提交编号不能用来送不同的内容，请换一个编号", "the same Idempotency-Key was sent with another body; use a new key"))
	errReplay    = errors.New("store: answered before")
)

// Do runs act in a unit of work and gives its answer; a repeated request gets the first answer and act leaves no trace.
func (o *Once) Do(ctx context.Context, k kernel.RequestKey, act func(tx kernel.Tx) ([]byte, error)) (answer []byte, replayed bool, err error) {
	return o.do(ctx, k, o.DB.Update, act)
}

// Ahead is Do for an act that is worked out before its turn to write (see DB.Ahead).
func (o *Once) Ahead(ctx context.Context, k kernel.RequestKey, act func(tx kernel.Tx) ([]byte, error)) (answer []byte, replayed bool, err error) {
	return o.do(ctx, k, o.DB.Ahead, act)
}

// update is DB.Update or DB.Ahead.
type update func(ctx context.Context, t kernel.Tenant, fn func(kernel.Tx) error) error

func (o *Once) do(ctx context.Context, k kernel.RequestKey, in update, act func(tx kernel.Tx) ([]byte, error)) (answer []byte, replayed bool, err error) {
	if k.Key == "" {
		err = in(ctx, k.Tenant, func(tx kernel.Tx) (err error) {
			answer, err = act(tx)
			return err
		})
		return answer, false, err
	}
	sum := sha256.Sum256(k.Body)
	hash := hex.EncodeToString(sum[:])
	err = in(ctx, k.Tenant, func(tx kernel.Tx) error {
		answer, err = act(tx)
		if err != nil {
			return err
		}
		sealed, err := o.Sealer.Seal(answer, answerField(k))
		if err != nil {
			return err
		}
		ok, err := one(tx, `INSERT INTO idempotency (tenant, caller, idem_key, body_hash, answer, at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (tenant, caller, idem_key) DO UPDATE SET body_hash = excluded.body_hash, answer = excluded.answer, at = excluded.at
			WHERE idempotency.at <= excluded.at - `+keptForMS, string(k.Tenant), k.Caller, k.Key, hash, sealed, ms(tx.Now()))
		if err == nil && !ok {
			err = errReplay // undo what act wrote: it was done before
		}
		return err
	})
	if err == nil {
		return answer, false, nil
	}
	// The act failed, or was done before: if its key is known, the first answer is the answer.
	before, found, lookErr := o.before(ctx, k, hash)
	switch {
	case lookErr != nil:
		return nil, false, lookErr
	case found:
		return before, true, nil
	case errors.Is(err, errReplay):
		return nil, false, kernel.Unavailable(kernel.T("请稍后再送一次", "please send it again shortly"), err)
	}
	return nil, false, err
}

func answerField(k kernel.RequestKey) vault.Field {
	sum := sha256.Sum256([]byte(k.Caller + "\x00" + k.Key))
	return vault.Field{Tenant: k.Tenant, Table: "idempotency", ID: kernel.ID(hex.EncodeToString(sum[:16])), Field: "answer"}
}

func (o *Once) before(ctx context.Context, k kernel.RequestKey, hash string) (answer []byte, found bool, err error) {
	err = o.DB.View(context.WithoutCancel(ctx), k.Tenant, func(tx kernel.Tx) error {
		var was, sealed string
		err := on(tx).QueryRow(`SELECT body_hash, answer FROM idempotency WHERE tenant = $1 AND caller = $2 AND idem_key = $3 AND at > $4`,
			string(k.Tenant), k.Caller, k.Key, ms(tx.Now().Add(-KeptFor))).Scan(&was, &sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if was != hash {
			return errOtherBody
		}
		found = true
		answer, err = o.Sealer.Open(sealed, answerField(k))
		return err
	})
	return answer, found, err
}

// Forget removes answers older than KeptFor, at most limit of them, and tells how many.
func (o *Once) Forget(ctx context.Context, t kernel.Tenant, limit int) (n int64, err error) {
	err = o.DB.Update(ctx, t, func(tx kernel.Tx) error {
		n, err = on(tx).Exec(`DELETE FROM idempotency WHERE tenant = $1 AND (caller, idem_key) IN
			(SELECT caller, idem_key FROM idempotency WHERE tenant = $1 AND at < $2 LIMIT $3)`, string(t), ms(tx.Now().Add(-KeptFor)), limit)
		return err
	})
	return n, err
}

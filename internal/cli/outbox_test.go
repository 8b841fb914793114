package cli

import (
	"testing"

	"sanzhi/internal/jobs"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
)

func TestAWebhookIsToldItsTopicsOnly(t *testing.T) {
	eachStore(t, func(t *testing.T, db *store.DB, clock *kernel.ManualClock) {
		a := joined(t, db, clock)
		hooks := store.Webhooks{DB: db, Sealer: a.sealer}
		if err := db.Update(t.Context(), nyc, func(tx kernel.Tx) error {
			for _, h := range []store.WebhookRow{{ID: "all", Active: true}, {ID: "named", Topics: "case notify", Active: true}, {ID: "other", Topics: "case", Active: true},
				{ID: "off", Topics: "notify"}} {
				h.URL, h.Secret = "http://127.0.0.1/", "s3cret"
				if err := hooks.Put(tx, h); err != nil {
					return err
				}
			}
			return a.outbox.Put(tx, "notify", "x", map[string]any{"what": "overdue"})
		}); err != nil {
			t.Fatal(err)
		}
		if n, err := a.outbox.FanOut(t.Context(), nyc, "notify", 10); n != 1 || err != nil {
			t.Fatalf("%d taken, %v", n, err)
		}
		l, err := a.outbox.Claim(t.Context(), nyc, "webhook", "me", jobs.Lease, 10)
		told := map[string]bool{}
		for _, m := range l {
			told[m.Target] = true
		}
		if err != nil || len(l) != 2 || !told["all"] || !told["named"] {
			t.Errorf("told %v, %v", told, err)
		}
		if n, err := a.outbox.FanOut(t.Context(), nyc, "notify", 10); n != 0 || err != nil {
			t.Errorf("taken again: %d, %v", n, err)
		}
	})
}

package cli

import (
	"context"
	"time"

	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
)

// joinIndicators joins the room of indicators. Rooms that bring measures of their own stand beside store.Measures.
func joinIndicators(a *app) *indicators.Service {
	return indicators.NewService(indicators.Ports{Repo: store.Indicators{}, Alerts: store.Indicators{}, Log: store.IndicatorLog{}, Measures: indicators.Together(store.Measures{}),
		Orgs: store.Orgs{}, Outbox: a.outbox, Ledger: a.cases.Ledger, Calendars: store.Indicators{}})
}

// indicatorPause is how often running targets are looked at; indicatorStep is how many of them in one view.
const (
	indicatorPause = 10 * time.Minute
	indicatorStep  = 10
)

// indicatorDuty looks at the running targets now and then and raises the alerts that are called for. The lease is its clock: it
// is taken by a holder that never comes again, so that it can be taken anew when it has run out and not before.
func (a *app) indicatorDuty(ctx context.Context, t kernel.Tenant) error {
	ok, err := a.outbox.Lease(ctx, t, "indicators", string(kernel.NewID(a.clock.Now())), indicatorPause)
	if err != nil || !ok {
		return err
	}
	for after := kernel.ID(""); ; {
		var due []indicators.Due
		var next kernel.ID
		if err := a.db.View(ctx, t, func(tx kernel.Tx) (err error) {
			due, next, err = a.targets.Look(tx, after, indicatorStep)
			return err
		}); err != nil {
			return err
		}
		if len(due) > 0 {
			if err := a.db.Update(ctx, t, func(tx kernel.Tx) error {
				_, err := a.targets.Raise(tx, due)
				return err
			}); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		after = next
	}
}

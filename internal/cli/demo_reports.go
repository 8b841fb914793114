package cli

import (
	"context"
	"fmt"

	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/reports"
)

// loadReports issues and publishes the bulletin of the period that the source article tells of.
func loadReports(ctx context.Context, l *loader) error {
	_, err := l.a.issue(ctx, kernel.System(demoTenant), reports.Order{Template: "focus", From: demo.PeriodFrom, To: demo.PeriodTo}, true)
	if err != nil {
		return fmt.Errorf("bulletin: %w", err)
	}
	return nil
}

// issue counts a bulletin, writes it down and, when asked, publishes it.
func (a *app) issue(ctx context.Context, actor kernel.Actor, o reports.Order, publish bool) (i *reports.Issued, err error) {
	ready, err := a.reports.Prepare(ctx, actor, o)
	if err != nil {
		return nil, err
	}
	err = a.db.Update(ctx, actor.Tenant, func(tx kernel.Tx) error {
		if i, err = a.reports.Commit(tx, actor, ready); err != nil || !publish {
			return err
		}
		i, err = a.reports.Publish(tx, actor, i.ID, i.Version)
		return err
	})
	return i, err
}

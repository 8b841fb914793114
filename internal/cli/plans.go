package cli

import (
	"context"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/planning"
	"sanzhi/internal/store"
)

// joinPlans joins the room of plans.
func joinPlans(a *app) *planning.Service {
	return planning.NewService(planning.Ports{Store: a.db, Plans: store.Planning{}, Adoptions: store.Planning{}, Places: store.Territory{}, Paved: store.Planning{}, Crew: store.Planning{},
		Features: store.Desk{Tenants: a.tenants, Outbox: a.outbox}, Cases: store.Planning{}, Posts: store.Planning{}, Setups: a.tenants, Ledger: a.cases.Ledger, Clock: a.clock})
}

// startPlanning works plans out, one after another, apart from the duties, which must not wait for them.
func (a *app) startPlanning(ctx context.Context) <-chan struct{} {
	holder := "plan " + string(kernel.NewID(a.clock.Now()))
	return every(ctx, time.Second, "planning", func() error {
		return a.forTenants(ctx, func(t kernel.Tenant) error {
			_, err := a.plans.Work(ctx, t, holder)
			return err
		})
	})
}

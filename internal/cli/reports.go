package cli

import (
	"context"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/reports"
	"sanzhi/internal/store"
)

// joinReports joins the room that issues bulletins.
func (a *app) joinReports() error {
	queries, err := store.ReportQueries()
	if err != nil {
		return err
	}
	if queries, err = reports.NewRegistry(queries.All(), []*reports.Query{a.targetsMet()}); err != nil {
		return err
	}
	templates, err := reports.Shipped(queries)
	if err != nil {
		return err
	}
	a.reports = reports.NewService(reports.Ports{Store: a.db, Repo: store.Reports{}, Places: store.Territory{}, Ledger: ledger.NewLog(store.Ledger{}, a.sealer),
		Queries: queries, Templates: templates, Clock: a.clock, District: a.district})
	return nil
}

// district names a tenant's district.
func (a *app) district(ctx context.Context, t kernel.Tenant) (kernel.Text, error) {
	list, err := a.tenants.List(ctx)
	for _, x := range list {
		if x.Tenant == t {
			return x.Name, err
		}
	}
	return kernel.T(string(t), string(t)), err
}

// proofs makes receipts with the installation's key.
func (a *app) proofs() (reports.Signing, error) {
	verifier, err := a.keys.verifier()
	return reports.Signing{Rows: store.Ledger{}, Verifier: verifier, Key: a.keys.sign}, err
}

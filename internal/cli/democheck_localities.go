package cli

import (
	"cmp"
	"fmt"

	"sanzhi/internal/access"
	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/reports"
	"sanzhi/internal/store"
)

// checkLocality compares the figures of an article with what the queries of the reports give now. A figure told with 余, 近 or 约
// by its records must be told in the same way as the article does.
func (e *env) checkLocality(a *app, l *demo.Locality) (rows []figureRow, err error) {
	queries, err := store.ReportQueries()
	if err != nil {
		return nil, err
	}
	err = a.db.View(e.ctx, l.Tenant, func(tx kernel.Tx) error {
		rows = nil
		for _, f := range l.Figures {
			m, err := measureLocal(tx, queries, l, f)
			if err != nil {
				return fmt.Errorf("%s: %w", f.ID, err)
			}
			r := rowOf(l.Tenant, f.Figure, m)
			if m.told != "" { // 近400 as it is told is 近400, though a count of 400 would not be
				r.Holds = m.told == cmp.Or(f.Quantity.Qualifier, kernel.Exact) && m.value == f.Quantity.Value
			}
			rows = append(rows, r)
		}
		return nil
	})
	return rows, err
}

// measureLocal asks a query of the reports what a figure is now.
func measureLocal(tx kernel.Tx, queries *reports.Registry, l *demo.Locality, f demo.LocalFigure) (measured, error) {
	path := kernel.Path("").Child(string(l.Tenant))
	q := queries.Get(f.Query)
	if q == nil {
		return measured{}, fmt.Errorf("there is no query %s", f.Query)
	}
	ask := reports.Ask{Path: path, AsOf: tx.Now(), Period: kernel.Period{From: l.From.UTC(), To: l.To.UTC()}, Params: f.Params, Allow: access.ScopeOf(kernel.System(l.Tenant), q.Reads)}
	t, err := q.Count(tx, ask)
	if err != nil {
		return measured{}, err
	}
	m := measured{value: float64(t.Num), source: q.Source.En}
	if q.Share {
		m.num, m.den, m.value = t.Num, t.Den, 0
		if t.Den > 0 {
			m.value = 100 * float64(t.Num) / float64(t.Den)
		}
	}
	if q.Mean > 0 && t.Den > 0 {
		m.value = float64(t.Num) / float64(t.Den) / float64(q.Mean)
	}
	if q.Told != nil {
		told, err := q.Told(tx, ask)
		if err != nil {
			return measured{}, err
		}
		m.told = cmp.Or(told.Qualifier, kernel.Exact)
	}
	return m, nil
}

// localAccounts lists the sign-ins of one of the small localities, from its store: the name before @ and the tenant after it.
func (e *env) localAccounts(a *app, t kernel.Tenant) (out []account, err error) {
	password := demoPassword(demo.DefaultSeed)
	err = a.db.View(e.ctx, t, func(tx kernel.Tx) error {
		out = nil
		row, err := a.tenants.Get(tx)
		if err != nil {
			return err
		}
		if row.Settings.DemoSeed == "" || demo.LocalityOf(t) == nil {
			return kernel.NotFound(kernel.T("这不是演示数据里的地方", "this is no place of the demonstration"))
		}
		for page := (kernel.Page{Limit: 500}); ; {
			l, err := store.Access{}.ListAccounts(tx, page)
			if err != nil || len(l) == 0 {
				return err
			}
			for _, x := range l {
				posts, err := store.Orgs{}.PostsOf(tx, x.ID)
				if err != nil {
					return err
				}
				for _, p := range posts {
					place, err := store.Territory{}.Place(tx, p.Place)
					if err != nil {
						return err
					}
					out = append(out, account{Role: p.Role, User: x.User + "@" + string(t), Password: password, Place: place.Name, Post: p.Name})
				}
			}
			page.After = l[len(l)-1].User
		}
	})
	return out, err
}

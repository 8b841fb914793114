package cli

import (
	"context"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
)

// loadStrands lets the clerks of the places say of some cases of the demonstration that they bear more than one strand.
func loadStrands(ctx context.Context, l *loader) error {
	clerks := map[kernel.Path]kernel.ID{}
	for _, p := range l.d.Places {
		if p.Kind != territory.Community && p.Kind != territory.Village {
			continue
		}
		if h := l.g.HoldersAt(kernel.CommunityClerk, p.ID); len(h) > 0 {
			clerks[p.Path] = h[0]
		}
	}
	clock := kernel.NewManualClock(l.now.Add(-time.Hour))
	a, err := join(l.a.engine, l.a.keys, clock, "")
	if err != nil {
		return err
	}
	for _, more := range demo.MoreStrands() {
		err := a.db.Update(ctx, demoTenant, func(tx kernel.Tx) error {
			found, _, err := store.Cases{}.List(tx, cases.Query{Item: more.Item, From: demo.PeriodFrom, To: l.now.Add(-24 * time.Hour),
				Allow: access.ScopeOf(kernel.System(demoTenant), access.CaseRead), Page: kernel.Page{Limit: more.Cases}})
			for _, c := range found {
				if err != nil {
					return err
				}
				for path, who := range clerks {
					if path.Holds(c.Path) && c.MergedInto == "" {
						_, err = a.cases.Tag(tx, l.actorOf(who), c.ID, c.Version, more.Strands)
					}
				}
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

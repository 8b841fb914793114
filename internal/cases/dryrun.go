package cases

import (
	"context"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// Moved is a past case that other rules would have sent to another unit.
type Moved struct {
	ID     kernel.ID
	Number string
	Item   string
	Path   kernel.Path
	// From is what the rules in force propose for it, To what the others would.
	From, To Route
}

// DryRunReport counts what a change of the rules would have moved.
type DryRunReport struct {
	Cases int // looked at
	Moved int
	// Lost and Won count the moved cases by unit.
	Lost, Won map[kernel.ID]int
}

// DryRun tells, before a change of the routing rules, which of the cases opened between from and to (half-open; zero is no
// bound) the given rules would have sent elsewhere than those in force do: each moved case, the newest first, is given to
// each, whose error ends the run. Cases merged into another are left out. Nothing is written; cases are read by pages, each
// in a unit of work of its own. It is for who may change the rules, and gives nothing of what a case says.
func (s *Service) DryRun(ctx context.Context, actor kernel.Actor, rules []Rule, from, to time.Time, each func(Moved) error) (DryRunReport, error) {
	r := DryRunReport{Lost: map[kernel.ID]int{}, Won: map[kernel.ID]int{}}
	if err := access.Decide(actor, access.RoutingWrite, access.Whole(actor.Tenant)).Err(); err != nil {
		return r, err
	}
	set, err := s.Setups.Of(ctx, actor.Tenant)
	if err != nil {
		return r, err
	}
	q := Query{From: from, To: to, Allow: access.ScopeOf(kernel.System(actor.Tenant), access.CaseRead), Page: kernel.Page{Limit: 200}}
	for {
		var page []*Case
		var next string
		if err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) (err error) {
			page, next, err = s.Cases.List(tx, q)
			return err
		}); err != nil {
			return r, err
		}
		for _, c := range page {
			if c.MergedInto != "" {
				continue
			}
			r.Cases++
			item := set.Item(c.Item)
			m := Moved{ID: c.ID, Number: c.Number, Item: c.Item, Path: c.Path, From: set.Route(item, &c.Place), To: RouteBy(set, rules, item, &c.Place)}
			if m.From.Unit == m.To.Unit {
				continue
			}
			r.Moved++
			r.Lost[m.From.Unit]++
			r.Won[m.To.Unit]++
			if err := each(m); err != nil {
				return r, err
			}
		}
		if next == "" {
			return r, nil
		}
		q.Page.After = next
	}
}

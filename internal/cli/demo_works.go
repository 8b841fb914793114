package cli

import (
	"bytes"
	"context"
	"fmt"

	"sanzhi/internal/demo"
	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/works"
)

// roomBuilder puts a tenant's works and indicators into its store by the calls that people's acts take. org and place find what
// the values name by key and code; which district it is, it does not know.
type roomBuilder struct {
	a      *app
	tenant kernel.Tenant
	org    func(key string) (kernel.ID, error)
	place  func(code string) (id kernel.ID, err error)
}

func (l *loader) builder() *roomBuilder {
	return &roomBuilder{a: l.a, tenant: demoTenant,
		org: func(key string) (kernel.ID, error) {
			if o := l.g.Org(key); o != nil {
				return o.ID, nil
			}
			return "", fmt.Errorf("no organisation %q", key)
		},
		place: func(code string) (kernel.ID, error) {
			if p := l.d.Place(code); p != nil {
				return p.ID, nil
			}
			return "", fmt.Errorf("no place %q", code)
		}}
}

func demoWorks(ctx context.Context, l *loader) error { return l.builder().works(ctx, l.d.Works()) }

func demoIndicators(ctx context.Context, l *loader) error {
	return l.builder().indicators(ctx, l.d.Indicators(l.now))
}

// works loads a set of works; each is written, given its bill and photos, and published.
func (b *roomBuilder) works(ctx context.Context, set demo.WorkSet) error {
	actor := kernel.System(b.tenant)
	programmes := map[string]kernel.ID{}
	for _, p := range set.Programmes {
		if err := b.a.db.Update(ctx, b.tenant, func(tx kernel.Tx) error {
			x, err := b.a.works.AddProgramme(tx, actor, p)
			if err == nil {
				programmes[p.Name] = x.ID
			}
			return err
		}); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	for _, w := range set.Works {
		if err := b.work(ctx, actor, w, programmes[w.Programme]); err != nil {
			return fmt.Errorf("%s: %w", w.Name, err)
		}
	}
	if len(set.SiteRows) == 0 {
		return nil
	}
	return b.a.db.Update(ctx, b.tenant, func(tx kernel.Tx) error {
		_, err := b.a.works.Import(tx, actor, set.Sites, set.SiteRows, false)
		return err
	})
}

// draft turns a work's keys into ids, and puts it at the middle of its place.
func (b *roomBuilder) draft(ctx context.Context, w demo.Work, programme kernel.ID) (works.Draft, error) {
	d := works.Draft{Kind: w.Kind, Name: w.Name, Programme: programme, Body: works.Body{Summary: w.Summary, Stages: w.Stages, Support: w.Support, Methods: w.Methods,
		Uses: w.Uses, Plan: w.Plan, Pilot: w.Pilot, Shared: w.Shared}}
	var err error
	if d.Place, err = b.place(w.Place); err != nil {
		return d, err
	}
	if w.Host != "" {
		if d.Host, err = b.org(w.Host); err != nil {
			return d, err
		}
	}
	for _, m := range w.Members {
		id, err := b.org(m)
		if err != nil {
			return d, err
		}
		d.Body.Members = append(d.Body.Members, id)
	}
	for _, st := range w.Stakes {
		x := works.Stake{Part: st.Part, Name: st.Name}
		if st.Org != "" {
			if x.Org, err = b.org(st.Org); err != nil {
				return d, err
			}
		}
		d.Body.Stakes = append(d.Body.Stakes, x)
	}
	return d, b.a.db.View(ctx, b.tenant, func(tx kernel.Tx) error {
		at, err := store.Territory{}.Middles(tx, []kernel.ID{d.Place})
		d.Lon, d.Lat = at[d.Place][0], at[d.Place][1]
		return err
	})
}

func (b *roomBuilder) work(ctx context.Context, actor kernel.Actor, w demo.Work, programme kernel.ID) error {
	d, err := b.draft(ctx, w, programme)
	if err != nil {
		return err
	}
	var items []works.ItemDraft
	for _, i := range w.Items {
		x := works.ItemDraft{Subject: i.Subject, Group: i.Group, Action: i.Action, Location: i.Location, Source: i.Source}
		if x.Quantity, err = works.ParseQuantity("quantity", i.Quantity); err != nil {
			return fmt.Errorf("%s: %w", i.Quantity, err)
		}
		if i.Own != "" {
			own, err := works.ParseQuantity("own", i.Own)
			if err != nil {
				return err
			}
			x.Own = &own
		}
		items = append(items, x)
	}
	photos := make([]kernel.ID, len(w.Photos))
	for i, p := range w.Photos {
		jpeg, err := demo.Picture(demo.DefaultSeed, p.N)
		if err != nil {
			return err
		}
		u, err := b.a.files.Receive(ctx, b.tenant, bytes.NewReader(jpeg))
		if err != nil {
			return err
		}
		photos[i] = u.ID
	}
	return b.a.db.Update(ctx, b.tenant, func(tx kernel.Tx) error {
		p, err := b.a.works.Create(tx, actor, d)
		if err != nil {
			return err
		}
		if len(items) > 0 {
			if _, _, err := b.a.works.AddItems(tx, actor, p.ID, items); err != nil {
				return err
			}
		}
		for i, ph := range w.Photos {
			if err := b.a.works.AddPhotos(tx, actor, p.ID, photos[i:i+1], ph.Spot, ph.Moment, ph.Taken, ""); err != nil {
				return err
			}
		}
		if w.Draft {
			return nil
		}
		_, err = b.a.works.Publish(tx, actor, p.ID, p.Version, true)
		return err
	})
}

// indicators loads definitions, targets with their splits and values, the constraint log, contests and rules.
func (b *roomBuilder) indicators(ctx context.Context, set demo.IndicatorSet) error {
	actor := kernel.System(b.tenant)
	return b.a.db.Update(ctx, b.tenant, func(tx kernel.Tx) error {
		for _, d := range set.Defs {
			if _, err := b.a.targets.Define(tx, actor, d); err != nil {
				return fmt.Errorf("%s: %w", d.ID, err)
			}
		}
		for _, t := range set.Targets {
			if err := b.target(tx, actor, t); err != nil {
				return fmt.Errorf("%s: %w", t.Def, err)
			}
		}
		for _, c := range set.Constraints {
			if err := b.constraint(tx, actor, c); err != nil {
				return fmt.Errorf("%s: %w", c.Factor, err)
			}
		}
		for _, c := range set.Contests {
			if err := b.contest(tx, actor, c); err != nil {
				return fmt.Errorf("%s: %w", c.Title, err)
			}
		}
		return b.rules(tx, actor, set.Rules)
	})
}

func (b *roomBuilder) target(tx kernel.Tx, actor kernel.Actor, t demo.IndicatorTarget) error {
	holder, err := b.org(t.Holder)
	if err != nil {
		return err
	}
	x, err := b.a.targets.Set(tx, actor, indicators.TargetDraft{Def: t.Def, Holder: holder, Period: t.Period, Amount: t.Amount, Weight: t.Weight})
	if err != nil {
		return err
	}
	for _, split := range []struct {
		by    indicators.Split
		parts []demo.IndicatorPart
	}{{indicators.ByHolder, t.Over}, {indicators.ByPeriod, t.Times}} {
		if len(split.parts) == 0 {
			continue
		}
		parts := make([]indicators.Part, len(split.parts))
		for i, p := range split.parts {
			parts[i] = indicators.Part{Period: p.Period, Amount: p.Amount, Weight: p.Weight}
			if p.Holder != "" {
				if parts[i].Holder, err = b.org(p.Holder); err != nil {
					return err
				}
			}
		}
		done, err := b.a.targets.Split(tx, actor, x.ID, 0, split.by, parts, false)
		if err != nil {
			return err
		}
		for i, p := range split.parts {
			if p.Value == "" {
				continue
			}
			if _, err := b.a.targets.Report(tx, actor, done.Parts[i].ID, p.AsOf, p.Value, p.N, p.Source); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *roomBuilder) constraint(tx kernel.Tx, actor kernel.Actor, c demo.IndicatorConstraint) error {
	org, err := b.org(c.Org)
	if err != nil {
		return err
	}
	x, err := b.a.targets.Find(tx, actor, org, "", c.Factor, tx.Now().AddDate(0, 1, 0))
	if err != nil || c.Measure == "" {
		return err
	}
	if _, err := b.a.targets.Advance(tx, actor, x.ID, indicators.StepMeasured, c.Measure); err != nil || c.Solution == "" {
		return err
	}
	_, err = b.a.targets.Advance(tx, actor, x.ID, indicators.StepSolved, c.Solution)
	return err
}

func (b *roomBuilder) contest(tx kernel.Tx, actor kernel.Actor, c demo.IndicatorContest) error {
	d := indicators.ContestDraft{Title: c.Title, Period: c.Period, MinN: c.MinN, Entries: c.Entries}
	for _, key := range c.Orgs {
		id, err := b.org(key)
		if err != nil {
			return err
		}
		d.Orgs = append(d.Orgs, id)
	}
	_, err := b.a.targets.OpenContest(tx, actor, d)
	return err
}

func (b *roomBuilder) rules(tx kernel.Tx, actor kernel.Actor, l []demo.IndicatorRule) error {
	of := map[string]kernel.ID{}
	for _, r := range l {
		org, err := b.org(r.Org)
		if err != nil {
			return err
		}
		x, err := b.a.targets.Revise(tx, actor, indicators.RuleDraft{Of: of[r.Code], Code: r.Code, Kind: r.Kind, Title: r.Title, Change: r.Change, Source: r.Source, Org: org, From: r.From})
		if err != nil {
			return fmt.Errorf("%s: %w", r.Code, err)
		}
		of[r.Code] = x.ID
	}
	return nil
}

// workFigure counts the published rural works and complexes that belong to the town of the source.
func workFigure(tx kernel.Tx) (measured, error) {
	place, err := store.Territory{}.PlaceByCode(tx, demo.RuralTown)
	if err != nil {
		return measured{}, err
	}
	n := 0
	for _, kind := range []works.Kind{"rural", "complex"} {
		l, err := store.Works{}.CountByKind(tx, works.Query{Kind: kind, Within: place.Path})
		if err != nil {
			return measured{}, err
		}
		for _, c := range l {
			n += c.N
		}
	}
	return count(n, "work_project"), nil
}

package cli

import (
	"context"
	"time"

	"sanzhi/internal/ballots"
	"sanzhi/internal/cases"
	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/privacy"
	"sanzhi/internal/store"
	"sanzhi/internal/workflow"
	"sanzhi/internal/works"
)

// joinBallots joins what places decide and the rights of people: each knows the other through its own ports alone.
func (a *app) joinBallots() {
	of := store.PrivacyCases{Sealer: a.sealer, Ring: a.keys.ring}
	a.ballots = ballots.NewService(ballots.Ports{Store: a.db, Ballots: store.Ballots{}, Rolls: store.Ballots{}, Honours: store.Ballots{}, Objections: store.Ballots{},
		Residents: store.Ballots{}, Places: store.Territory{}, Ledger: a.cases.Ledger, Sealer: a.sealer, Keyring: a.keys.ring,
		Tasks: map[string]ballots.Tasks{"case": caseTasks{a.cases}, "work": workTasks{a.works}}})
	a.privacy = privacy.NewService(privacy.Ports{Store: a.db, Repo: store.Privacy{}, Runs: store.Privacy{}, Looks: store.PrivacyLooks{PrivacyCases: of, Log: a.cases.Ledger}, Ledger: a.cases.Ledger, Sealer: a.sealer,
		Offices: offices{a.cases.Setups}, Sources: append(store.PrivacySources(of), honours{a.ballots}), Keepers: store.Privacy{}.Keepers()})
	a.ballots.Consents = a.privacy
}

// offices tells deadlines by a district's calendar.
type offices struct{ setups cases.Setups }

// Due implements privacy.Offices.
func (o offices) Due(ctx context.Context, t kernel.Tenant, start time.Time, days int) (time.Time, bool, error) {
	set, err := o.setups.Of(ctx, t)
	if err != nil {
		return time.Time{}, false, err
	}
	due, provisional := set.Calendar.Due(start, workflow.Limit{N: days, Unit: workflow.WorkingDays}, set.Office)
	return due, provisional, nil
}

// caseTasks makes a case of the menu of what was resolved.
type caseTasks struct{ cases *cases.Service }

// Prepare implements ballots.Tasks.
func (c caseTasks) Prepare(ctx context.Context, actor kernel.Actor, t ballots.Task) (func(tx kernel.Tx) (kernel.ID, error), error) {
	var at [2]float64
	err := c.cases.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		m, err := store.Territory{}.Middles(tx, []kernel.ID{t.Place})
		at = m[t.Place]
		return err
	})
	if err != nil {
		return nil, err
	}
	if at == [2]float64{} {
		return nil, kernel.Invalid("kind", kernel.T("这个地方在地图上没有范围，请到「代录」里自己开单", "the place has no shape on the map; open the case by hand"))
	}
	set, err := c.cases.Setups.Of(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	item := set.Item(t.Item)
	if item == nil {
		return nil, kernel.Invalid("item", kernel.T("请从菜单里选这件事归哪一项", "choose the item of the menu that it belongs to"))
	}
	d, err := c.cases.Prepare(ctx, actor, cases.Order{Flow: item.Flow, Item: item.ID, Text: t.Text, Lon: at[0], Lat: at[1], CRS: geo.WGS84})
	if err != nil {
		return nil, err
	}
	return func(tx kernel.Tx) (kernel.ID, error) {
		o, err := c.cases.StoreDraft(tx, actor, d)
		if err != nil {
			return "", err
		}
		return o.Case.ID, nil
	}, nil
}

// workTasks makes a work of what was resolved: planned, and not published until somebody has filled it in.
type workTasks struct{ works *works.Service }

// Prepare implements ballots.Tasks.
func (w workTasks) Prepare(_ context.Context, actor kernel.Actor, t ballots.Task) (func(tx kernel.Tx) (kernel.ID, error), error) {
	return func(tx kernel.Tx) (kernel.ID, error) {
		name := []rune(t.Title)
		d := works.Draft{Kind: "other", Name: string(name[:min(len(name), 80)]), Place: t.Place, Body: works.Body{Summary: t.Text, Source: kernel.T("居民决议", "A resolution of residents").In(actor.Lang)}}
		p, err := w.works.Create(tx, actor, d)
		if err != nil {
			return "", err
		}
		return p.ID, nil
	}, nil
}

// honours tells the register of personal rights what nominations keep about an account.
type honours struct{ ballots *ballots.Service }

var _ privacy.Source = honours{}

// of gives the nominations that an account consented to.
func (h honours) of(tx kernel.Tx, s privacy.Subject) ([]*ballots.Nomination, error) {
	if s.Kind != privacy.OfAccount {
		return nil, nil
	}
	l, _, err := h.ballots.Honours.Nominations(tx, ballots.HonourQuery{Account: s.ID, Page: kernel.Page{Limit: 500}})
	out := l[:0]
	for _, n := range l {
		if n.Subject == s.ID {
			out = append(out, n)
		}
	}
	return out, err
}

// Kept implements privacy.Source.
func (h honours) Kept(tx kernel.Tx, s privacy.Subject, _ func(string) int) ([]privacy.Item, error) {
	l, err := h.of(tx, s)
	var out []privacy.Item
	for _, n := range l {
		shown, err := h.ballots.Show(tx, kernel.Actor{Kind: kernel.ActorAccount, Tenant: tx.Tenant(), Account: s.ID}, n)
		if err != nil {
			return nil, err
		}
		out = append(out, privacy.Item{Field: "nomination.name", Label: kernel.T("评选：名字", "Award: name"), Value: shown.Name, Purpose: privacy.PurposeHonour, Object: n.ID,
			Mask: privacy.MaskName, Withdraw: string(n.ID)},
			privacy.Item{Field: "nomination.why", Label: kernel.T("评选：事迹", "Award: reasons"), Value: shown.Why, Purpose: privacy.PurposeHonour, Object: n.ID, Mask: privacy.MaskWhole})
	}
	return out, err
}

// Correct implements privacy.Source: a name on the board is corrected by naming anew.
func (honours) Correct(kernel.Tx, privacy.Subject, map[string]string) ([]string, error) {
	return nil, nil
}

// Erase implements privacy.Source.
func (h honours) Erase(tx kernel.Tx, s privacy.Subject) (int, error) { return h.Withdraw(tx, s) }

// Withdraw implements privacy.Source.
func (h honours) Withdraw(tx kernel.Tx, s privacy.Subject) (n int, err error) {
	l, err := h.of(tx, s)
	for _, x := range l {
		if x.Consent != ballots.ConsentGiven {
			continue
		}
		if err = h.ballots.Withdraw(tx, x); err != nil {
			return n, err
		}
		n++
	}
	return n, err
}

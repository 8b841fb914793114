package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	room "sanzhi/internal/registers"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
)

// registersLoader enters what organisations keep, by the calls that people's acts take, day by day under a clock set by hand.
type registersLoader struct {
	l     *loader
	a     *app
	clock *kernel.ManualClock
	// Who enters: the dispatcher of an organisation, the clerk at a place, the supervisor of the district.
	dispatcher, clerk map[kernel.ID]kernel.ID
	supervisor        kernel.ID
	anyone            kernel.ID // a dispatcher whose post holds the whole district
	above             map[kernel.ID]kernel.ID
	orgs              map[kernel.ID]*orgs.Org
}

// event is one thing that happened.
type event struct {
	at time.Time
	do func(tx kernel.Tx) error
}

// loadRegisters is the room's part of the demonstration district.
func loadRegisters(ctx context.Context, l *loader) error {
	clock := kernel.NewManualClock(l.now)
	a, err := join(l.a.engine, l.a.keys, clock, "")
	if err != nil {
		return err
	}
	w := l.g.OrgWork(demo.OrgWorkOf{Now: l.now})
	r := newRegistersLoader(l, a, clock, w)
	if err := r.found(ctx, w); err != nil {
		return err
	}
	events := r.events(w)
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	for len(events) > 0 {
		n := 1
		for n < len(events) && sameDay(events[n].at, events[0].at) {
			n++
		}
		clock.Set(events[n-1].at) // nothing of the day is ahead of what it leads to
		if err := a.db.Update(ctx, demoTenant, func(tx kernel.Tx) error {
			for _, e := range events[:n] {
				if err := e.do(tx); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}

func sameDay(a, b time.Time) bool {
	return a.In(kernel.Shanghai).Format(time.DateOnly) == b.In(kernel.Shanghai).Format(time.DateOnly)
}

func newRegistersLoader(l *loader, a *app, clock *kernel.ManualClock, w *demo.OrgWork) *registersLoader {
	r := &registersLoader{l: l, a: a, clock: clock, dispatcher: map[kernel.ID]kernel.ID{}, clerk: map[kernel.ID]kernel.ID{}, above: map[kernel.ID]kernel.ID{}, orgs: map[kernel.ID]*orgs.Org{}}
	for _, p := range append(slices.Clone(l.d.Places), w.Places...) {
		r.above[p.ID] = p.Parent
	}
	for _, o := range append(slices.Clone(l.g.Orgs), w.Orgs...) {
		r.orgs[o.ID] = o
	}
	county := l.d.Places[0].ID
	for _, h := range l.g.Holdings {
		switch {
		case h.Role == kernel.UnitDispatcher:
			r.dispatcher[h.Org] = cmp.Or(r.dispatcher[h.Org], h.Person)
			if h.Place == county {
				r.anyone = cmp.Or(r.anyone, h.Person)
			}
		case h.Role == kernel.CommunityClerk:
			r.clerk[h.Place] = cmp.Or(r.clerk[h.Place], h.Person)
		case h.Role == kernel.Supervisor && h.Place == county:
			r.supervisor = cmp.Or(r.supervisor, h.Person)
		}
	}
	return r
}

// found stores the places and organisations that the registers need beside those that stand.
func (r *registersLoader) found(ctx context.Context, w *demo.OrgWork) error {
	for _, o := range w.Orgs {
		o.Initials = territory.Initials(o.Name)
	}
	return r.l.a.db.Update(ctx, demoTenant, func(tx kernel.Tx) error {
		if err := (store.Territory{}).UpsertPlaces(tx, w.Places); err != nil {
			return err
		}
		if err := (store.Orgs{}).PutOrgs(tx, w.Orgs); err != nil {
			return err
		}
		return r.l.a.tenants.Touch(tx)
	})
}

// actor gives who enters something: whoever runs the organisation, else the clerk of its place or of the place above.
func (r *registersLoader) actor(d room.Draft) kernel.Actor {
	reg, err := room.Find(d.Register)
	if err == nil && reg.Confidential {
		return r.l.actorOf(r.supervisor)
	}
	place := d.Place
	if o := r.orgs[d.Org]; o != nil {
		if p := r.dispatcher[o.ID]; p != "" {
			return r.l.actorOf(p)
		}
		place = cmp.Or(place, o.Place)
	}
	for at := place; at != ""; at = r.above[at] {
		if p := r.clerk[at]; p != "" {
			return r.l.actorOf(p)
		}
	}
	if d.Org == "" {
		return r.l.actorOf(r.anyone)
	}
	return kernel.System(demoTenant) // a firm in the country whose posts nobody holds here
}

// actorOf gives the actor behind an account of the district.
func (l *loader) actorOf(person kernel.ID) kernel.Actor {
	return kernel.Actor{Kind: kernel.ActorAccount, Tenant: demoTenant, Account: person, Name: l.masked[person], Posts: l.posts[person]}
}

func (r *registersLoader) events(w *demo.OrgWork) []event {
	grids := map[kernel.ID]kernel.ID{}
	for _, in := range r.l.g.ReportIns {
		grids[in.ID] = in.Grid
	}
	var out []event
	for i := range w.Kept {
		k := &w.Kept[i]
		who := k.Draft
		who.Place = cmp.Or(who.Place, grids[k.Subject])
		actor := r.actor(who)
		var id kernel.ID
		out = append(out, event{k.At, func(tx kernel.Tx) error {
			e, err := r.add(tx, actor, k)
			if err != nil {
				return fmt.Errorf("%s %v: %w", k.Register, k.Values, err)
			}
			id = e.ID
			return nil
		}})
		if k.Act != "" {
			out = append(out, event{k.ActAt, func(tx kernel.Tx) error {
				_, _, err := r.a.registers.Act(tx, actor, id, 0, k.Act, k.Note)
				return err
			}})
		}
		for n := range k.Visits {
			out = append(out, event{r.l.now.AddDate(0, 0, -2*n-1), func(tx kernel.Tx) error {
				_, err := r.a.registers.CheckIn(tx, actor, id)
				return err
			}})
		}
	}
	return out
}

// add enters one thing, with a closed case of its organisation as evidence where that is asked for and there is one.
func (r *registersLoader) add(tx kernel.Tx, actor kernel.Actor, k *demo.Kept) (*room.Entry, error) {
	d := k.Draft
	if k.Evidence && d.Org != "" {
		closed, _, err := (store.Cases{}).List(tx, cases.Query{Flow: "menu", Unit: d.Org, Closed: true, Now: tx.Now(), Allow: access.ScopeOf(actor, access.CaseRead), Page: kernel.Page{Limit: 1}})
		if err != nil {
			return nil, err
		}
		for _, c := range closed {
			d.Links = append(slices.Clone(d.Links), room.LinkDraft{Role: "case", Target: c.ID})
		}
	}
	e, _, err := r.a.registers.Add(tx, actor, d)
	return e, err
}

// registerFigure counts one of the room's figures.
func registerFigure(id string) func(tx kernel.Tx) (measured, error) {
	return func(tx kernel.Tx) (measured, error) {
		r, county := store.Registers{}, kernel.Path(demoTenant+"/")
		total := func(register string) (int, error) {
			l, err := r.Totals(tx, room.Query{Register: register, Scope: access.ScopeOf(kernel.System(demoTenant), access.RegisterRead)})
			n := 0
			for _, x := range l {
				n += x.Count
			}
			return n, err
		}
		switch id {
		case "branch_brands":
			x, err := r.OrgsWith(tx, orgs.Branch, "brand", county)
			return rate(x, "org, register_entry"), err
		case "station_tiers":
			l, err := r.Stations(tx)
			tiers := map[string]bool{}
			for _, st := range l {
				if t := st.Entry.Values["tier"]; t != "" {
					tiers[t] = true
				}
			}
			return count(len(tiers), "register_entry"), err
		case "villages_planned":
			n, err := total("plan")
			if err != nil {
				return measured{}, err
			}
			den, err := store.Territory{}.CountPlaces(tx, territory.Village, county)
			return rate(orgs.Rate{Num: n, Den: den}, "register_entry, place"), err
		case "buildings_linked":
			places, list, covers, err := r.Tree(tx)
			if err != nil {
				return measured{}, err
			}
			c := orgs.CheckChain(places, list, covers)
			if len(c.Faults) > 0 {
				return count(-1, fmt.Sprintf("%d faults, the first at %s", len(c.Faults), c.Faults[0].Name)), nil
			}
			return rate(c.Buildings, "place, org, cover"), nil
		case "blocks":
			n, err := total("block")
			return count(n, "register_entry"), err
		default:
			return measured{}, fmt.Errorf("no query for %s", id)
		}
	}
}

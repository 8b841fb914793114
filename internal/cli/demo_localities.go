package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/reports"
	"sanzhi/internal/rounds"
	"sanzhi/internal/store"
	"sanzhi/internal/vault"
	"sanzhi/internal/works"
)

// localLoader puts one of the small localities into a store, by the calls that people's acts take.
type localLoader struct {
	a      *app
	g      *demo.Land
	now    time.Time
	posts  map[kernel.ID][]kernel.Post
	masked map[kernel.ID]string
}

// fillLocalities makes those of the seven that are not there yet, and tells how many it made.
func (e *env) fillLocalities(a *app) (int, error) {
	list, err := a.tenants.List(e.ctx)
	if err != nil {
		return 0, err
	}
	there := map[kernel.Tenant]*store.TenantRow{}
	for _, t := range list {
		there[t.Tenant] = t
	}
	made := 0
	var phc string
	for _, l := range demo.Localities() {
		if t := there[l.Tenant]; t != nil {
			if t.Settings.DemoSeed == "" {
				return made, notFresh(t)
			}
			continue
		}
		if phc == "" {
			if phc, err = a.access.Hasher.Hash(e.ctx, demoPassword(demo.DefaultSeed)); err != nil {
				return made, err
			}
		}
		if err := loadLocality(e.ctx, a, l, phc); err != nil {
			return made, fmt.Errorf("%s: %w", l.Tenant, err)
		}
		made++
	}
	return made, nil
}

// loadLocality makes one locality whole: the seed that is written last says so.
func loadLocality(ctx context.Context, a *app, x *demo.Locality, phc string) error {
	g, err := x.Build()
	if err != nil {
		return err
	}
	l := &localLoader{a: a, g: g, now: a.clock.Now(), posts: map[kernel.ID][]kernel.Post{}, masked: map[kernel.ID]string{}}
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"registers", func(ctx context.Context) error { return l.base(ctx, phc) }}, {"works", l.works}, {"indicators", l.indicators}, {"entries", l.entries},
		{"activities", l.activities}, {"brigade", l.brigade}, {"labour", l.labour}, {"crew", l.crew}, {"honours", l.honours}, {"bulletin", l.bulletin},
		{"founding", func(ctx context.Context) error { return l.found(ctx, g.Seed()) }},
	} {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	a.setups.Forget(g.Tenant)
	return nil
}

func (l *localLoader) update(ctx context.Context, fn func(tx kernel.Tx) error) error {
	return l.a.db.Update(ctx, l.g.Tenant, fn)
}

func (l *localLoader) found(ctx context.Context, seed string) error {
	b := l.g.Places[0].Shape.Bound()
	row := &store.TenantRow{Tenant: l.g.Tenant, Name: l.g.Name, Demo: true, Settings: store.Settings{Office: "08:30-12:00,14:30-18:00", Emergency: l.g.Emergency,
		Centre: [2]float64{l.g.Middle[0], l.g.Middle[1]}, Bounds: [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}, DemoSeed: seed}}
	return l.update(ctx, func(tx kernel.Tx) error { return l.a.tenants.Put(tx, row) })
}

// base stores places, organisations, people, posts, accounts, flows and menu in one unit of work.
func (l *localLoader) base(ctx context.Context, phc string) error {
	if err := l.found(ctx, ""); err != nil {
		return err
	}
	people := make([]*orgs.Person, len(l.g.People))
	accounts := make([]access.Account, len(l.g.People))
	numbers := map[kernel.Role]int{}
	for i, p := range l.g.People {
		h := l.g.Holdings[i] // one post each
		numbers[h.Role]++
		l.masked[p.ID] = vault.MaskName(p.Name)
		l.posts[p.ID] = []kernel.Post{{ID: h.ID, Role: h.Role, Name: h.Title, Org: h.Org, Place: h.Place, Path: h.Path, Level: h.Level}}
		people[i] = &orgs.Person{ID: p.ID, PhoneIndex: l.a.keys.ring.PhoneIndex(l.g.Tenant, p.Phone)}
		accounts[i] = access.Account{ID: p.ID, Tenant: l.g.Tenant, User: strings.ReplaceAll(string(h.Role), "_", "-") + "-" + strconv.Itoa(numbers[h.Role]), NameMasked: l.masked[p.ID], PasswordPHC: phc, Created: l.now}
		for _, s := range []struct {
			into  *string
			text  string
			field vault.Field
		}{{&people[i].NameSealed, p.Name, vault.Field{Tenant: l.g.Tenant, Table: "person", ID: p.ID, Field: "name"}},
			{&people[i].PhoneSealed, p.Phone, vault.Field{Tenant: l.g.Tenant, Table: "person", ID: p.ID, Field: "phone"}},
			{&accounts[i].NameSealed, p.Name, access.NameField(l.g.Tenant, p.ID)}} {
			var err error
			if *s.into, err = l.a.sealer.SealText(s.text, s.field); err != nil {
				return err
			}
		}
	}
	return l.update(ctx, func(tx kernel.Tx) error {
		o := store.Orgs{}
		for _, step := range []func() error{
			func() error { return store.Territory{}.UpsertPlaces(tx, l.g.Places) }, func() error { return o.PutOrgs(tx, l.g.Orgs) }, func() error { return o.PutPeople(tx, people) },
			func() error { return o.PutHoldings(tx, l.g.Holdings) }, func() error { return o.PutCovers(tx, l.g.Covers) }, func() error { return putShippedFlows(tx, l.a) },
			func() error { return l.a.tenants.PutItems(tx, l.g.Items) },
			func() error {
				for _, a := range accounts {
					if err := (store.Access{}).InsertAccount(tx, a); err != nil {
						return err
					}
				}
				return nil
			},
			func() error { return l.a.tenants.Touch(tx) },
		} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l *localLoader) builder() *roomBuilder {
	return &roomBuilder{a: l.a, tenant: l.g.Tenant, org: l.org, place: l.place}
}

func (l *localLoader) org(key string) (kernel.ID, error) {
	if o := l.g.Org(key); o != nil {
		return o.ID, nil
	}
	return "", fmt.Errorf("no organisation %q", key)
}

func (l *localLoader) place(code string) (kernel.ID, error) {
	if p := l.g.Place(code); p != nil {
		return p.ID, nil
	}
	return "", fmt.Errorf("no place %q", code)
}

// works loads works and sites; figures told twice are settled as one where the locality has looked at them.
func (l *localLoader) works(ctx context.Context) error {
	if err := l.builder().works(ctx, l.g.Works); err != nil || !l.g.Settled {
		return err
	}
	system := kernel.System(l.g.Tenant)
	return l.update(ctx, func(tx kernel.Tx) error {
		flags, _, err := store.WorkFlags{}.Flags(tx, works.FlagOpen, access.ScopeOf(system, access.WorkWrite), kernel.Page{Limit: 100})
		for _, f := range flags {
			if err == nil {
				_, err = l.a.works.Settle(tx, system, f.ID, works.FlagOpen, works.FlagConfirmed, "同一处花箱在报道里讲了两遍")
			}
		}
		return err
	})
}

func (l *localLoader) indicators(ctx context.Context) error {
	if len(l.g.Indicators.Defs) == 0 {
		return nil
	}
	return l.builder().indicators(ctx, l.g.Indicators)
}

// bulletin issues and publishes the article's figures, at the end, when they are all there.
func (l *localLoader) bulletin(ctx context.Context) error {
	_, err := l.a.issue(ctx, kernel.System(l.g.Tenant), reports.Order{Template: l.g.Bulletin, From: l.g.From, To: l.g.To}, true)
	return err
}

// actor is who holds the post of a role at a place or organisation.
func (l *localLoader) actor(role kernel.Role, at kernel.ID) (kernel.Actor, error) {
	for _, h := range l.g.Holdings {
		if h.Role == role && (h.Place == at || h.Org == at) {
			return kernel.Actor{Kind: kernel.ActorAccount, Tenant: l.g.Tenant, Account: h.Person, Name: l.masked[h.Person], Posts: l.posts[h.Person], Lang: kernel.Chinese}, nil
		}
	}
	return kernel.Actor{}, fmt.Errorf("nobody is %s at %s", role, at)
}

// honours plays the rounds of awards under a clock set by hand.
func (l *localLoader) honours(ctx context.Context) error {
	for _, h := range l.g.Honours {
		p := l.g.Place(h.Place)
		clerk, err := l.actor(kernel.CommunityClerk, p.ID)
		if err != nil {
			return err
		}
		s, err := newStage(ctx, l.a, l.now, clerk, p)
		if err != nil {
			return err
		}
		if err := s.round(h.Kind, h.Title, h.Scripts); err != nil {
			return fmt.Errorf("%s: %w", h.Kind, err)
		}
	}
	return nil
}

// crew checks a crew of the past before its shift, opens the shift, and records the six measures of that day.
func (l *localLoader) crew(ctx context.Context) error {
	c := l.g.Crew
	if c == nil {
		if l.g.Brigade != nil {
			return nil // put in force with the brigade
		}
		return l.update(ctx, l.a.rounds.Found)
	}
	org, place := l.g.Org(c.Org), l.g.Place(c.Place)
	lead, err := l.actor(kernel.Cadre, org.ID)
	if err != nil {
		return err
	}
	clock := kernel.NewManualClock(c.Day.Add(6 * time.Hour))
	a, err := join(l.a.engine, l.a.keys, clock, "")
	if err != nil {
		return err
	}
	a.files.Blobs, a.cases.Setups = l.a.blobs, l.a.setups
	p := &roundPlayer{roundCast: roundCast{tenant: l.g.Tenant, seed: l.g.Seed(), now: c.Day.Add(20 * time.Hour), posts: l.posts, masked: l.masked}, a: a, clock: clock}
	if err := l.update(ctx, a.rounds.Found); err != nil {
		return err
	}
	crew := demo.RoundCrew{Name: c.Name, Place: place.ID, Unit: org.ID, Leader: lead.Account, Workers: l.g.CrewNames()}
	if err := p.shift(ctx, crew, rounds.Day(c.Day), false); err != nil {
		return err
	}
	return p.measures(ctx, crew, c.Day.In(kernel.Shanghai), 0)
}

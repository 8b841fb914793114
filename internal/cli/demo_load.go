package cli

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/demo"
	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
	"sanzhi/internal/vault"
	"sanzhi/internal/workflow"
)

// loader puts the district's values into a store.
type loader struct {
	a       *app
	d       *demo.District
	g       *demo.Registers
	m       *demo.Menu
	scripts []*demo.Script
	now     time.Time
	posts   map[kernel.ID][]kernel.Post
	masked  map[kernel.ID]string
}

func newLoader(a *app) (*loader, error) {
	l := &loader{a: a, now: a.clock.Now(), posts: map[kernel.ID][]kernel.Post{}, masked: map[kernel.ID]string{}}
	var err error
	if l.d, err = demo.Build(demo.DefaultSeed); err != nil {
		return nil, err
	}
	if l.g, err = l.d.Registers(); err != nil {
		return nil, err
	}
	if l.m, err = l.g.Menu(); err != nil {
		return nil, err
	}
	l.scripts, err = l.g.Past(l.m, l.now)
	return l, err
}

// registers stores places, organisations, people, posts, accounts, flows, menu and rules.
func (l *loader) registers(ctx context.Context) error {
	if err := l.found(ctx, ""); err != nil {
		return err
	}
	people, err := l.people()
	if err != nil {
		return err
	}
	for _, o := range l.g.Orgs {
		o.Initials = territory.Initials(o.Name)
	}
	hosts := map[kernel.ID]kernel.ID{}
	for _, h := range l.d.Hosts {
		hosts[h.Grid] = h.Org
	}
	levels := map[kernel.ID]string{}
	for _, p := range l.d.Places {
		if p.Kind == territory.GridDedicated && p.Host == "" {
			p.Host = hosts[p.ID]
		}
		levels[p.ID] = string(p.Kind.Level())
	}
	for _, h := range l.g.Holdings {
		h.Level = levels[h.Place]
		l.posts[h.Person] = append(l.posts[h.Person], kernel.Post{ID: h.ID, Role: h.Role, Name: h.Title, Org: h.Org, Place: h.Place, Path: h.Path, Level: h.Level})
	}
	return l.a.db.Update(ctx, demoTenant, func(tx kernel.Tx) error {
		o := store.Orgs{}
		for _, step := range []func() error{
			func() error { return store.Territory{}.UpsertPlaces(tx, l.d.Places) },
			func() error { return o.PutOrgs(tx, l.g.Orgs) },
			func() error { return o.PutPeople(tx, people) },
			func() error { return o.PutHoldings(tx, l.g.Holdings) },
			func() error { return o.PutCovers(tx, l.g.Covers) },
			func() error { return o.PutReportIns(tx, l.g.ReportIns) },
			func() error { return l.flows(tx) },
			func() error { return l.a.tenants.PutItems(tx, l.m.Items) },
			func() error { return l.a.tenants.PutRules(tx, l.m.Rules) },
			func() error { return l.accounts(ctx, tx) },
			func() error { return l.a.tenants.Touch(tx) },
		} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
}

// found writes the district's own row; with a seed it is a finished demonstration district.
func (l *loader) found(ctx context.Context, seed string) error {
	b := l.d.Places[0].Shape.Bound()
	features, err := l.features()
	if err != nil {
		return err
	}
	row := &store.TenantRow{Tenant: demoTenant, Name: kernel.T("城北区", "Chengbei District"), Demo: true, Settings: store.Settings{Office: "08:30-12:00,14:30-18:00",
		Emergency: l.m.Emergency, Centre: [2]float64{demo.Middle[0], demo.Middle[1]}, Bounds: [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]},
		Features: features, DemoSeed: seed}}
	return l.a.db.Update(ctx, demoTenant, func(tx kernel.Tx) error { return l.a.tenants.Put(tx, row) })
}

// features are the river, streets and greens of the map as GeoJSON.
func (l *loader) features() (string, error) {
	list := make([]geo.Feature, len(l.d.Features))
	for i, f := range l.d.Features {
		list[i] = geo.Feature{Geometry: f.Shape, Properties: map[string]any{"kind": string(f.Kind), "name": f.Name}}
	}
	var b bytes.Buffer
	err := geo.WriteFeatures(&b, slices.Values(list))
	return b.String(), err
}

func (l *loader) people() ([]*orgs.Person, error) {
	out := make([]*orgs.Person, len(l.g.People))
	for i, p := range l.g.People {
		x := &orgs.Person{ID: p.ID, PhoneIndex: l.a.keys.ring.PhoneIndex(demoTenant, p.Phone)}
		var err error
		if x.NameSealed, err = l.a.sealer.SealText(p.Name, vault.Field{Tenant: demoTenant, Table: "person", ID: p.ID, Field: "name"}); err != nil {
			return nil, err
		}
		if x.PhoneSealed, err = l.a.sealer.SealText(p.Phone, vault.Field{Tenant: demoTenant, Table: "person", ID: p.ID, Field: "phone"}); err != nil {
			return nil, err
		}
		out[i], l.masked[p.ID] = x, vault.MaskName(p.Name)
	}
	return out, nil
}

func (l *loader) flows(tx kernel.Tx) error { return putShippedFlows(tx, l.a) }

// putShippedFlows publishes the flows that come with the program.
func putShippedFlows(tx kernel.Tx, a *app) error {
	shipped, err := workflow.ShippedSources()
	if err != nil {
		return err
	}
	for _, s := range shipped {
		f, err := workflow.Parse(strings.NewReader(s))
		if err != nil {
			return err
		}
		if err := a.tenants.PutFlow(tx, f.ID, f.Version, s); err != nil {
			return err
		}
	}
	return nil
}

// demoPassword is the one password of all demonstration accounts, derived from the public seed. It protects nothing, and a
// district that has it is served to the machine itself only.
func demoPassword(seed string) string {
	m := hmac.New(sha256.New, []byte("sanzhi demonstration password"))
	m.Write([]byte(seed))
	s := strings.ToLower(base32.StdEncoding.EncodeToString(m.Sum(nil)))
	return s[:4] + "-" + s[4:8] + "-" + s[8:12]
}

// accounts gives everybody who holds a post an account: the role and a number as user name. They share one password and so
// one hash of it.
func (l *loader) accounts(ctx context.Context, tx kernel.Tx) error {
	phc, err := l.a.access.Hasher.Hash(ctx, demoPassword(demo.DefaultSeed))
	if err != nil {
		return err
	}
	numbers := map[kernel.Role]int{}
	names := map[kernel.ID]string{}
	for _, p := range l.g.People {
		names[p.ID] = p.Name
	}
	done := map[kernel.ID]bool{}
	for _, h := range l.g.Holdings {
		if done[h.Person] {
			continue
		}
		done[h.Person] = true
		numbers[h.Role]++
		a := access.Account{ID: h.Person, Tenant: demoTenant, User: strings.ReplaceAll(string(h.Role), "_", "-") + "-" + strconv.Itoa(numbers[h.Role]),
			NameMasked: l.masked[h.Person], PasswordPHC: phc, Created: tx.Now()}
		if a.NameSealed, err = l.a.sealer.SealText(names[h.Person], access.NameField(demoTenant, h.Person)); err != nil {
			return err
		}
		if err := (store.Access{}).InsertAccount(tx, a); err != nil {
			return err
		}
	}
	return nil
}

// past plays the scripts through the very services that serve: a number of players side by side, each with a clock of its
// own over the same store.
func (l *loader) past(ctx context.Context, progress func(done, all int)) error {
	const players = 24
	work := make(chan *demo.Script)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(work)
		for _, s := range l.scripts {
			select {
			case work <- s:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	var mu sync.Mutex
	played := 0
	for range players {
		g.Go(func() error {
			clock := kernel.NewManualClock(l.now)
			a, err := join(l.a.engine, l.a.keys, clock, "")
			if err != nil {
				return err
			}
			a.files.Blobs = l.a.blobs
			// The setup is read by the machine's clock: the players' clocks jump.
			a.cases.Setups = l.a.setups
			p := &player{l: l, a: a, clock: clock}
			for s := range work {
				if err := p.play(ctx, s); err != nil {
					return fmt.Errorf("%s: %w", s.Key, err)
				}
				mu.Lock()
				played++
				progress(played, len(l.scripts))
				mu.Unlock()
			}
			return nil
		})
	}
	return g.Wait()
}

// player plays one script after another.
type player struct {
	l     *loader
	a     *app
	clock *kernel.ManualClock
}

func (p *player) actor(act demo.Act) kernel.Actor {
	if act.By == "" {
		return kernel.Anonymous(demoTenant)
	}
	return kernel.Actor{Kind: kernel.ActorAccount, Tenant: demoTenant, Account: act.By, Name: p.l.masked[act.By], Posts: p.l.posts[act.By]}
}

func (p *player) play(ctx context.Context, s *demo.Script) error {
	set, err := p.a.cases.Setups.Of(ctx, demoTenant)
	if err != nil {
		return err
	}
	var c *cases.Case
	var code vault.TrackCode
	for i, act := range s.Acts {
		p.clock.Set(act.At)
		actor := p.actor(act)
		if i == 0 {
			if c, code, err = p.order(ctx, s, actor); err != nil {
				return fmt.Errorf("%s: %w", act.Action, err)
			}
			continue
		}
		form, err := p.form(ctx, act)
		if err != nil {
			return err
		}
		var done *cases.Done // c stays as it was until the act is stored: a unit of work may run again
		if err := p.a.db.Update(ctx, demoTenant, func(tx kernel.Tx) (err error) {
			if act.By == "" {
				done, err = p.a.cases.ActByCode(tx, set, code, act.Action, 0, form)
			} else {
				done, err = p.a.cases.Act(tx, set, actor, c.ID, act.Action, c.Version, form)
			}
			return err
		}); err != nil {
			return fmt.Errorf("%s (step %s): %w", act.Action, c.Step, err)
		}
		c = done.Case
	}
	if c.Step != s.Step {
		return fmt.Errorf("rests in %s, should in %s", c.Step, s.Step)
	}
	return nil
}

// order opens the script's case.
func (p *player) order(ctx context.Context, s *demo.Script, actor kernel.Actor) (c *cases.Case, code vault.TrackCode, err error) {
	d, err := p.a.cases.Prepare(ctx, actor, cases.Order{Flow: s.Flow, Item: s.Item, Text: s.Text, Lon: s.At[0], Lat: s.At[1],
		Contact: cases.Contact{Name: s.Contact.Name, Phone: s.Contact.Phone}, Form: s.Form})
	if err != nil {
		return nil, code, err
	}
	err = p.a.db.Update(ctx, demoTenant, func(tx kernel.Tx) error {
		o, err := p.a.cases.StoreDraft(tx, actor, d)
		if err == nil {
			c, code = o.Case, o.Code
		}
		return err
	})
	return c, code, err
}

// form fills in the pictures that a form needs.
func (p *player) form(ctx context.Context, act demo.Act) (map[string]any, error) {
	if act.Photos == 0 {
		return act.Form, nil
	}
	form := map[string]any{}
	maps.Copy(form, act.Form)
	var ids []any
	for n := range act.Photos {
		jpeg, err := demo.Picture(demo.DefaultSeed, n)
		if err != nil {
			return nil, err
		}
		u, err := p.a.files.Receive(ctx, demoTenant, bytes.NewReader(jpeg))
		if err != nil {
			return nil, err
		}
		ids = append(ids, string(u.ID))
	}
	form["photos"] = ids
	return form, nil
}

package cli

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"sanzhi/internal/cases"
	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/vault"
)

// district is the demonstration district without its past, on one engine, with a clock that the test sets.
type district struct {
	*testing.T
	a     *app
	clock *kernel.ManualClock
	l     *loader
	set   *cases.Setup
}

// registers are the district's values, made once for all tests.
var registers = sync.OnceValues(func() (*loader, error) {
	l := &loader{}
	var err error
	if l.d, err = demo.Build(demo.DefaultSeed); err != nil {
		return nil, err
	}
	if l.g, err = l.d.Registers(); err != nil {
		return nil, err
	}
	l.m, err = l.g.Menu()
	return l, err
})

// friday is Friday, 28 April 2023, 10:00 in Shanghai: before the holiday of 1 May and the make-up days around it.
var friday = time.Date(2023, 4, 28, 2, 0, 0, 0, time.UTC)

// eachDistrict runs a test on the district on each engine.
func eachDistrict(t *testing.T, f func(d *district)) {
	t.Helper()
	eachStore(t, func(t *testing.T, db *store.DB, clock *kernel.ManualClock) {
		clock.Set(friday)
		made, err := registers()
		if err != nil {
			t.Fatal(err)
		}
		d := &district{T: t, a: joined(t, db, clock), clock: clock}
		d.l = &loader{a: d.a, d: made.d, g: made.g, m: made.m, now: friday, posts: map[kernel.ID][]kernel.Post{}, masked: map[kernel.ID]string{}}
		if err := d.l.registers(context.Background()); err != nil {
			t.Fatal(err)
		}
		d.reload()
		f(d)
	})
}

func (d *district) check(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// reload reads the setup anew.
func (d *district) reload() {
	d.Helper()
	d.a.setups.Forget(demoTenant)
	set, err := d.a.setups.Of(d.Context(), demoTenant)
	d.check(err)
	d.set = set
}

func (d *district) update(f func(tx kernel.Tx) error) error {
	return d.a.db.Update(d.Context(), demoTenant, f)
}

func (d *district) view(f func(tx kernel.Tx) error) {
	d.Helper()
	d.check(d.a.db.View(d.Context(), demoTenant, f))
}

func (d *district) actor(person kernel.ID) kernel.Actor {
	return kernel.Actor{Kind: kernel.ActorAccount, Tenant: demoTenant, Account: person, Name: d.l.masked[person], Posts: d.l.posts[person]}
}

// holder gives who holds a role at an organisation, the nth of them.
func (d *district) holder(role kernel.Role, org kernel.ID, n int) kernel.Actor {
	d.Helper()
	l := d.l.g.Holders(role, org)
	if len(l) <= n {
		d.Fatalf("%s has only %d with the role %s", d.set.OrgName(org), len(l), role)
	}
	return d.actor(l[n])
}

// clerk gives a clerk of the case's community.
func (d *district) clerk(c *cases.Case) kernel.Actor {
	d.Helper()
	l := d.l.g.HoldersAt(kernel.CommunityClerk, c.Place.Community.ID)
	if len(l) == 0 {
		d.Fatal("the community has no clerk")
	}
	return d.actor(l[0])
}

// item asks nothing and goes to a unit of the district.
const item = "street-light"

// order places an order at the district's centre without an account.
func (d *district) order(text string) (*cases.Case, vault.TrackCode) {
	d.Helper()
	return d.open(kernel.Anonymous(demoTenant), cases.Order{Flow: "menu", Item: item, Text: text})
}

func (d *district) open(who kernel.Actor, o cases.Order) (*cases.Case, vault.TrackCode) {
	d.Helper()
	o.Lon, o.Lat = demo.Middle[0], demo.Middle[1]
	draft, err := d.a.cases.Prepare(d.Context(), who, o)
	d.check(err)
	var opened *cases.Opened
	d.check(d.update(func(tx kernel.Tx) error {
		opened, err = d.a.cases.StoreDraft(tx, who, draft)
		return err
	}))
	return opened.Case, opened.Code
}

// get gives the case as it is stored.
func (d *district) get(id kernel.ID) (c *cases.Case) {
	d.Helper()
	d.view(func(tx kernel.Tx) (err error) {
		c, err = store.Cases{}.Get(tx, id)
		return err
	})
	return c
}

// try takes an action on the case as it stands.
func (d *district) try(who kernel.Actor, id kernel.ID, action string, form map[string]any) error {
	d.Helper()
	version := d.get(id).Version
	return d.update(func(tx kernel.Tx) error {
		_, err := d.a.cases.Act(tx, d.set, who, id, action, version, form)
		return err
	})
}

// act takes an action that must be possible, a minute later.
func (d *district) act(who kernel.Actor, id kernel.ID, action string, form map[string]any) *cases.Case {
	d.Helper()
	d.clock.Advance(time.Minute)
	if err := d.try(who, id, action, form); err != nil {
		d.Fatalf("%s: %v", action, err)
	}
	return d.get(id)
}

// byCode takes an action as the holder of a code.
func (d *district) byCode(code vault.TrackCode, action string, form map[string]any) error {
	d.clock.Advance(time.Minute)
	return d.update(func(tx kernel.Tx) error {
		_, err := d.a.cases.ActByCode(tx, d.set, code, action, 0, form)
		return err
	})
}

// finish carries an order from the community's desk to the rating.
func (d *district) finish(c *cases.Case) *cases.Case {
	d.Helper()
	if c.Step == "ordered" {
		c = d.act(d.clerk(c), c.ID, "submit", nil)
	}
	c = d.act(d.holder(kernel.UnitDispatcher, c.Unit, 0), c.ID, "dispatch", nil)
	cadre := d.holder(kernel.Cadre, c.Unit, 0)
	d.act(cadre, c.ID, "accept", nil)
	return d.act(cadre, c.ID, "finish", map[string]any{"result": "修好了"})
}

// refused fails unless the error is of the kind and about the field.
func (d *district) refused(err error, kind kernel.Kind, field string) {
	d.Helper()
	var e *kernel.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Field != field {
		d.Fatalf("got %v, want %v on %q", err, kind, field)
	}
}

// photo uploads a picture.
func (d *district) photo() string {
	d.Helper()
	jpeg, err := demo.Picture(demo.DefaultSeed, 1)
	d.check(err)
	u, err := d.a.files.Receive(d.Context(), demoTenant, bytes.NewReader(jpeg))
	d.check(err)
	return string(u.ID)
}

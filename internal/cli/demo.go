package cli

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
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
	"sanzhi/internal/store/sqlite"
	"sanzhi/internal/territory"
	"sanzhi/internal/vault"
	"sanzhi/internal/workflow"
)

const demoTenant = demo.Tenant

type demoCmd struct {
	Check    bool   `help:"Compare the figures of the district with what its queries give."`
	Accounts bool   `help:"List the accounts."`
	At       string `help:"With --accounts: one account of each role that can carry a case at LON,LAT." placeholder:"LON,LAT"`
}

// Run implements the command.
func (c *demoCmd) Run(e *env) (err error) {
	if c.Check || c.Accounts || c.At != "" {
		a, err := e.open(false)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, a.close()) }()
		if c.Check {
			return e.checkDemo(a)
		}
		return e.printAccounts(a, c.At)
	}
	if e.global.Database == "" {
		unlock, err := e.lockForServing()
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, unlock()) }()
	}
	return e.makeDemo()
}

// makeDemo makes the demonstration district in a store that has no such district yet. A new SQLite file comes into being
// beside its place and is moved there whole, so that a broken load leaves nothing behind; in a store that was there before,
// what a broken load left is told of the next time.
func (e *env) makeDemo() error {
	if _, err := os.Stat(e.global.sqlitePath()); e.global.Database == "" && errors.Is(err, fs.ErrNotExist) {
		return e.makeDemoFile()
	}
	a, err := e.open(true)
	if err != nil {
		return err
	}
	err = e.fillDemo(a)
	return errors.Join(err, a.close())
}

// makeDemoFile makes the district in a new SQLite file.
func (e *env) makeDemoFile() (err error) {
	k, err := e.global.openKeys(true)
	if err != nil {
		return err
	}
	path := e.global.sqlitePath()
	part := path + ".part"
	clean := func() error {
		var errs []error
		for _, f := range []string{part, part + "-wal", part + "-shm"} {
			if err := os.Remove(f); !errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, err)
			}
		}
		return errors.Join(errs...)
	}
	if err := clean(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, clean()) }() // after the move there is nothing left to clean
	engine, err := sqlite.Open(e.ctx, part, sqlite.Options{})
	if err != nil {
		return err
	}
	if err := engine.Migrate(e.ctx); err != nil {
		return errors.Join(err, engine.Close())
	}
	a, err := join(engine, k, e.clock, e.global.Data)
	if err != nil {
		return errors.Join(err, engine.Close())
	}
	if err := errors.Join(e.fillDemo(a), a.close()); err != nil {
		return err
	}
	// Closing the last connection brought the log into the file; else the file alone would not be the whole.
	if st, err := os.Stat(part + "-wal"); err == nil && st.Size() > 0 {
		return fmt.Errorf("demo: %s-wal was not brought into the file", part)
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// notFresh says why a store is refused whose district must not be touched: a real one, or what a broken load left of a demonstration.
func notFresh(t *store.TenantRow) error {
	if !t.Demo {
		return kernel.Conflict(kernel.T("这里已有正式的区县 "+string(t.Tenant)+"，演示数据不能放进来，请换一个数据目录或数据库",
			"the district "+string(t.Tenant)+" is a real one; the demonstration cannot be put into it: use another data directory or database"))
	}
	return kernel.Conflict(kernel.T("上一次生成演示数据时中断了，请换一个空的数据目录或数据库再来", "the last making of the demonstration was cut off; start again with an empty data directory or database"))
}

func (e *env) fillDemo(a *app) error {
	list, err := a.tenants.List(e.ctx)
	if err != nil {
		return err
	}
	for _, t := range list {
		if t.Tenant != demoTenant {
			continue
		}
		if t.Settings.DemoSeed == "" {
			return notFresh(t)
		}
		e.printf("%s 的演示数据已经在了。\nThe demonstration district is there already.\n", t.Name.Zh)
		return nil
	}
	begin := time.Now()
	l, err := newLoader(a)
	if err != nil {
		return err
	}
	if err := l.registers(e.ctx); err != nil {
		return fmt.Errorf("registers: %w", err)
	}
	if err := l.past(e.ctx, e.progress("演示案件 past cases")); err != nil {
		return fmt.Errorf("past: %w", err)
	}
	// The last thing written says that the district is whole.
	if err := l.found(e.ctx, demo.DefaultSeed); err != nil {
		return err
	}
	e.printf("演示数据已生成：%d 个地点、%d 个单位、%d 人、%d 件事，用时 %.1f 秒。\n", len(l.d.Places), len(l.g.Orgs), len(l.g.People), len(l.scripts), time.Since(begin).Seconds())
	e.printf("The demonstration district is made: %d places, %d organisations, %d people, %d cases.\n", len(l.d.Places), len(l.g.Orgs), len(l.g.People), len(l.scripts))
	return nil
}

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

func (l *loader) flows(tx kernel.Tx) error {
	shipped, err := workflow.ShippedSources()
	if err != nil {
		return err
	}
	for _, s := range shipped {
		f, err := workflow.Parse(strings.NewReader(s))
		if err != nil {
			return err
		}
		if err := l.a.tenants.PutFlow(tx, f.ID, f.Version, s); err != nil {
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

// account is one sign-in of the demonstration district.
type account struct {
	Role     kernel.Role `json:"role"`
	User     string      `json:"user"`
	Password string      `json:"password"`
	Place    string      `json:"place"`
	Post     string      `json:"post"`
}

// printAccounts lists the accounts, or one of each role that can carry a case at a point.
func (e *env) printAccounts(a *app, at string) error {
	out, err := e.demoAccounts(a, at)
	if err != nil {
		return err
	}
	if e.global.JSON {
		return e.printJSON(out)
	}
	for _, x := range out {
		e.printf("%-18s %-22s %s  %s %s\n", x.Role, x.User, x.Password, x.Place, x.Post)
	}
	return nil
}

func (e *env) demoAccounts(a *app, at string) ([]account, error) {
	users, seed, err := e.demoUsers(a)
	if err != nil {
		return nil, err
	}
	d, err := demo.Build(seed)
	if err != nil {
		return nil, err
	}
	g, err := d.Registers()
	if err != nil {
		return nil, err
	}
	names := map[kernel.ID]string{}
	for _, p := range d.Places {
		names[p.ID] = p.Name
	}
	password := demoPassword(seed)
	var out []account
	if at != "" {
		set, err := a.setups.Of(e.ctx, demoTenant)
		if err != nil {
			return nil, err
		}
		lon, lat, err := parsePoint(at)
		if err != nil {
			return nil, err
		}
		places := set.Index.At(lon, lat)
		for _, c := range g.Carriers(&places) {
			out = append(out, account{Role: c.Role, User: users[c.Person], Password: password, Place: names[c.Place]})
		}
		return out, nil
	}
	done := map[string]bool{}
	for _, h := range g.Holdings {
		if key := users[h.Person] + " " + string(h.Role); !done[key] {
			done[key] = true
			out = append(out, account{Role: h.Role, User: users[h.Person], Password: password, Place: names[h.Place], Post: h.Title})
		}
	}
	return out, nil
}

// demoUsers gives the names under which people sign in, and the seed that the district was made from.
func (e *env) demoUsers(a *app) (users map[kernel.ID]string, seed string, err error) {
	users = map[kernel.ID]string{}
	err = a.db.View(e.ctx, demoTenant, func(tx kernel.Tx) error {
		row, err := a.tenants.Get(tx)
		if err != nil {
			return err
		}
		if seed = row.Settings.DemoSeed; seed == "" {
			return kernel.NotFound(kernel.T("这里没有演示数据，先运行 sanzhi demo", "there is no demonstration district here; run sanzhi demo first"))
		}
		for page := (kernel.Page{Limit: 500}); ; {
			l, err := store.Access{}.ListAccounts(tx, page)
			if err != nil || len(l) == 0 {
				return err
			}
			for _, x := range l {
				users[x.ID] = x.User
			}
			page.After = l[len(l)-1].User
		}
	})
	return users, seed, err
}

func parsePoint(s string) (lon, lat float64, err error) {
	a, b, ok := strings.Cut(s, ",")
	if ok {
		var e1, e2 error
		lon, e1 = strconv.ParseFloat(strings.TrimSpace(a), 64)
		lat, e2 = strconv.ParseFloat(strings.TrimSpace(b), 64)
		ok = e1 == nil && e2 == nil
	}
	if !ok {
		return 0, 0, kernel.Invalid("at", kernel.T("地点应写成 经度,纬度", "a point is written LON,LAT"))
	}
	return lon, lat, nil
}

// progress shows how far a long command is, on a terminal's line, once it has lasted a second.
func (e *env) progress(what string) func(done, all int) {
	begin := time.Now()
	last := begin
	f, _ := e.err.(*os.File)
	terminal := false
	if f != nil {
		st, err := f.Stat()
		terminal = err == nil && st.Mode()&fs.ModeCharDevice != 0
	}
	return func(done, all int) {
		now := time.Now()
		if !terminal || now.Sub(begin) < time.Second || now.Sub(last) < 100*time.Millisecond && done < all {
			return
		}
		last = now
		_, _ = fmt.Fprintf(e.err, "\r%s %d/%d", what, done, all)
		if done == all {
			_, _ = fmt.Fprintln(e.err)
		}
	}
}

package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/store/sqlite"
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
	begin := time.Now()
	there := false
	for _, t := range list {
		if t.Tenant != demoTenant {
			continue
		}
		if t.Settings.DemoSeed == "" {
			return notFresh(t)
		}
		there = true
	}
	if !there {
		if err := e.fillDistrict(a, begin); err != nil {
			return err
		}
	}
	made, err := e.fillLocalities(a)
	switch {
	case err != nil:
		return err
	case made > 0:
		e.printf("另有 %d 个小的演示地方，sanzhi demo --tenant 代码 --accounts 列出各处的账号。\n%d small localities are made beside it; sanzhi demo --tenant CODE --accounts lists their sign-ins.\n", made, made)
	case there:
		e.printf("%s 的演示数据已经在了。\nThe demonstration district is there already.\n", "城北区")
	}
	return nil
}

// fillDistrict makes the district of the demonstration.
func (e *env) fillDistrict(a *app, begin time.Time) error {
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
	for _, r := range demoRooms {
		if err := r.load(e.ctx, l); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	// The last thing written says that the district is whole.
	if err := l.found(e.ctx, demo.DefaultSeed); err != nil {
		return err
	}
	e.printf("演示数据已生成：%d 个地点、%d 个单位、%d 人、%d 件事，用时 %.1f 秒。\n", len(l.d.Places), len(l.g.Orgs), len(l.g.People), len(l.scripts), time.Since(begin).Seconds())
	e.printf("The demonstration district is made: %d places, %d organisations, %d people, %d cases.\n", len(l.d.Places), len(l.g.Orgs), len(l.g.People), len(l.scripts))
	return nil
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
	if t := kernel.Tenant(e.global.Tenant); t != "" && t != demoTenant {
		out, err = e.localAccounts(a, t)
	}
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

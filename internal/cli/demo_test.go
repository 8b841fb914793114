package cli

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/store/storetest/pgtest"
)

// commandAt gives what a command has, over a folder.
func commandAt(t *testing.T, dir string) (*env, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	return &env{ctx: context.Background(), out: &out, err: &out, clock: kernel.NewManualClock(importAt), global: &globals{Data: dir}}, &out
}

func opened(t *testing.T, e *env, makeNew bool) *app {
	t.Helper()
	a, err := e.open(makeNew)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func closed(t *testing.T, a *app) {
	t.Helper()
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
}

// found puts a district's row into a store.
func found(t *testing.T, a *app, row *store.TenantRow) {
	t.Helper()
	if err := a.db.Update(t.Context(), row.Tenant, func(tx kernel.Tx) error { return a.tenants.Put(tx, row) }); err != nil {
		t.Fatal(err)
	}
}

func TestTheDemonstrationLeavesARealDistrictAlone(t *testing.T) {
	for name, row := range map[string]*store.TenantRow{
		"real":       {Tenant: demoTenant, Name: kernel.T("城北区", "Chengbei")},
		"broken off": {Tenant: demoTenant, Name: kernel.T("城北区", "Chengbei"), Demo: true},
	} {
		t.Run(name, func(t *testing.T) {
			e, _ := commandAt(t, t.TempDir())
			a := opened(t, e, true)
			found(t, a, row)
			closed(t, a)
			if err := (&demoCmd{}).Run(e); !kernel.Is(err, kernel.KindConflict) {
				t.Fatalf("got %v, want a refusal", err)
			}
			a = opened(t, e, false)
			defer closed(t, a)
			list, err := a.tenants.List(t.Context())
			if err != nil || len(list) != 1 || list[0].Demo != row.Demo || list[0].Revision != 1 {
				t.Errorf("the district was changed: %+v, %v", list[0], err)
			}
		})
	}
}

func TestADemonstrationCutOffLeavesNoFileAndIsMadeAgain(t *testing.T) {
	dir := t.TempDir()
	e, _ := commandAt(t, dir)
	ctx, cancel := context.WithCancel(e.ctx)
	e.ctx = ctx
	e.clock = &cutting{Clock: e.clock, after: 400, cut: cancel}
	if err := (&demoCmd{}).Run(e); err == nil {
		t.Fatal("the load was not cut off")
	}
	left, err := filepath.Glob(filepath.Join(dir, "sanzhi.db*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		if filepath.Base(f) != "sanzhi.db.lock" {
			t.Errorf("left behind: %s", f)
		}
	}
	// What a power cut leaves is cleared away too.
	if err := os.WriteFile(filepath.Join(dir, "sanzhi.db.part"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	e, out := commandAt(t, dir)
	if err := (&demoCmd{}).Run(e); err != nil {
		t.Fatal(err)
	}
	a := opened(t, e, false)
	before := figuresOf(t, a)
	closed(t, a)
	out.Reset()
	if err := (&demoCmd{}).Run(e); err != nil { // once more changes nothing
		t.Fatal(err)
	}
	if !bytes.Contains(out.Bytes(), []byte("已经在了")) {
		t.Errorf("the second time said %q", out)
	}
	noPersonInClear(t, e)
	a = opened(t, e, false)
	defer closed(t, a)
	if after := figuresOf(t, a); after != before {
		t.Errorf("the second time changed %v to %v", before, after)
	}
	if err := (&demoCmd{Check: true}).Run(e); err != nil {
		t.Errorf("check: %v\n%s", err, out)
	}
}

// noPersonInClear reads the store's file as anybody could who came by it: no name and no telephone number of a person stands
// in it, be it of staff or of somebody who asked for something.
func noPersonInClear(t *testing.T, e *env) {
	t.Helper()
	b, err := os.ReadFile(e.global.sqlitePath())
	if err != nil {
		t.Fatal(err)
	}
	a := opened(t, e, false)
	l, err := newLoader(a)
	closed(t, a)
	if err != nil {
		t.Fatal(err)
	}
	secret := map[string]bool{}
	for _, p := range l.g.People {
		secret[p.Name], secret[p.Phone] = true, true
	}
	asked := 0
	for _, s := range l.scripts {
		if s.Contact.Phone != "" {
			asked++
			secret[s.Contact.Name], secret[s.Contact.Phone] = true, true
		}
	}
	delete(secret, "")
	if len(secret) < 4000 || asked < 100 {
		t.Fatalf("only %d names and numbers of people, %d of those who asked", len(secret), asked)
	}
	lengths := map[int]bool{}
	for s := range secret {
		lengths[len(s)] = true
	}
	found := map[string]int{}
	for i := range b {
		if b[i] < 0xE4 && b[i] != '1' { // neither Chinese nor a mobile number
			continue
		}
		for n := range lengths {
			if i+n <= len(b) && secret[string(b[i:i+n])] {
				found[string(b[i:i+n])]++
			}
		}
	}
	if len(found) > 0 {
		t.Errorf("in clear in the store's file: %v", found)
	}
}

// cutting is a clock that cuts the load off when it was asked often enough.
type cutting struct {
	kernel.Clock
	mu    sync.Mutex
	after int
	cut   func()
}

func (c *cutting) Now() (now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.after--; c.after == 0 {
		c.cut()
	}
	return c.Clock.Now()
}

// figuresOf counts what a second load would change: cases, rows of the ledger, accounts, and the revision of the setup.
func figuresOf(t *testing.T, a *app) (n [4]int64) {
	t.Helper()
	for i, q := range []string{"case_record", "ledger", "account"} {
		if err := a.engine.Read(t.Context(), func(c dialect.Conn) error { return c.QueryRow("SELECT COUNT(*) FROM " + q).Scan(&n[i]) }); err != nil {
			t.Fatal(err)
		}
	}
	list, err := a.tenants.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n[3] = list[0].Revision
	return n
}

func TestPublicPasswordsAreNeverShownToANetwork(t *testing.T) {
	e, _ := commandAt(t, t.TempDir())
	a := opened(t, e, true)
	defer closed(t, a)
	const open = "0.0.0.0:8080"
	if err := a.keepDemoAtHome(t.Context(), open); err != nil {
		t.Errorf("an empty store: %v", err)
	}
	found(t, a, &store.TenantRow{Tenant: demoTenant, Demo: true}) // as a load that was cut off leaves it, with its accounts
	if err := a.keepDemoAtHome(t.Context(), open); !kernel.Is(err, kernel.KindForbidden) {
		t.Errorf("a load that was cut off: %v", err)
	}
	if err := a.keepDemoAtHome(t.Context(), "127.0.0.1:8080"); err != nil {
		t.Errorf("on loopback: %v", err)
	}
	found(t, a, &store.TenantRow{Tenant: demoTenant, Demo: true, Settings: store.Settings{DemoSeed: demo.DefaultSeed}})
	if err := a.keepDemoAtHome(t.Context(), open); !kernel.Is(err, kernel.KindForbidden) {
		t.Errorf("the whole demonstration: %v", err)
	}
}

func TestNoNewKeysForAStoreThatHasData(t *testing.T) {
	check := func(t *testing.T, e *env) {
		t.Helper()
		a := opened(t, e, true) // an empty store gets its keys
		found(t, a, &store.TenantRow{Tenant: demoTenant})
		closed(t, a)
		closed(t, opened(t, e, true))
		if err := os.Rename(e.global.keyPath(), e.global.keyPath()+".away"); err != nil {
			t.Fatal(err)
		}
		for _, makeNew := range []bool{true, false} {
			a, err := e.open(makeNew)
			if err == nil {
				closed(t, a)
				t.Fatal("a store with data was opened with new keys")
			}
			if !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the cause is lost: %v", err)
			}
		}
		if _, err := os.Stat(e.global.keyPath()); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a key file was made: %v", err)
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		e, _ := commandAt(t, t.TempDir())
		check(t, e)
	})
	if url, ok := pgtest.Fresh(t); ok {
		t.Run("postgres", func(t *testing.T) {
			e, _ := commandAt(t, t.TempDir())
			e.global.Database = url
			check(t, e)
		})
	}
}

func TestKeysMadeByTwoAtOnceAreTheSame(t *testing.T) {
	for range 20 {
		g := &globals{Data: t.TempDir()}
		var wg sync.WaitGroup
		made := make([]*keys, 4)
		for i := range made {
			wg.Go(func() {
				k, err := g.openKeys(true)
				if err != nil {
					t.Error(err)
					return
				}
				made[i] = k
			})
		}
		wg.Wait()
		if t.Failed() {
			return
		}
		for _, k := range made[1:] {
			if !k.sign.Equal(made[0].sign) {
				t.Fatal("two processes went away with different keys")
			}
		}
		st, err := os.Stat(g.keyPath())
		if err != nil || st.Mode().Perm() != 0o600 {
			t.Fatalf("mode %v, %v", st.Mode(), err)
		}
	}
}

package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/store/storetest/pgtest"
	"sanzhi/internal/vault"
)

// eachData runs the test over a data directory and over PostgreSQL; args name the store to the command line.
func eachData(t *testing.T, fn func(t *testing.T, g globals, args []string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "data")
		fn(t, globals{Data: dir}, []string{"--data", dir})
	})
	t.Run("postgres", func(t *testing.T) {
		if url, ok := pgtest.Fresh(t); ok {
			dir := t.TempDir()
			fn(t, globals{Data: dir, Database: url}, []string{"--data", dir, "--database", url})
		}
	})
}

// fillSealed puts a value into every column that holds sealed ones.
func fillSealed(t *testing.T, a *app, n int) {
	t.Helper()
	for range n {
		if _, err := openCase(a); err != nil {
			t.Fatal(err)
		}
	}
	id := kernel.NewID(a.clock.Now())
	seal := func(f vault.Field, text string) string {
		s, err := a.sealer.SealText(text, f)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	person := func(name string) vault.Field {
		return vault.Field{Tenant: demoTenant, Table: "person", ID: id, Field: name}
	}
	err := a.db.Update(context.Background(), demoTenant, func(tx kernel.Tx) error {
		if err := (store.Orgs{}).PutPeople(tx, []*orgs.Person{{ID: id, NameSealed: seal(person("name"), "张三"), PhoneSealed: seal(person("phone"), "13800005678"), PhoneIndex: "x"}}); err != nil {
			return err
		}
		return store.Access{}.InsertAccount(tx, access.Account{Tenant: demoTenant, ID: id, User: "zhang", NameSealed: seal(access.NameField(demoTenant, id), "张三"), Created: tx.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.once.Do(context.Background(), kernel.RequestKey{Tenant: demoTenant, Caller: "c", Key: "k", Body: []byte("b")}, func(kernel.Tx) ([]byte, error) {
		return []byte("answer"), nil
	}); err != nil {
		t.Fatal(err)
	}
}

// opens checks that what fillSealed wrote can be read.
func opens(t *testing.T, a *app) {
	t.Helper()
	b, replayed, err := a.once.Do(context.Background(), kernel.RequestKey{Tenant: demoTenant, Caller: "c", Key: "k", Body: []byte("b")}, func(kernel.Tx) ([]byte, error) {
		return []byte("another"), nil
	})
	if err != nil || !replayed || string(b) != "answer" {
		t.Errorf("the answer is %q, replayed %v, %v", b, replayed, err)
	}
	err = a.db.View(context.Background(), demoTenant, func(tx kernel.Tx) error {
		acc, err := store.Access{}.AccountByUser(tx, "zhang")
		if err != nil {
			return err
		}
		if name, err := a.sealer.OpenText(acc.NameSealed, access.NameField(demoTenant, acc.ID)); err != nil || name != "张三" {
			t.Errorf("the name is %q, %v", name, err)
		}
		l, err := store.Ledger{}.Subjects(tx, "", 1000)
		if err != nil {
			return err
		}
		for _, s := range l {
			c, err := store.Cases{}.Get(tx, s.ID)
			if err != nil {
				return err
			}
			p, err := a.cases.Open(demoTenant, c)
			if err != nil || p.Address != "三号楼" || p.Contact.Name != "张三" {
				t.Errorf("%+v, %v", p, err)
			}
			if text, err := a.cases.ResultText(demoTenant, c); err != nil || text != "修好了" {
				t.Errorf("%q, %v", text, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func rotateOnce(t *testing.T, want int, args []string, more ...string) rotated {
	t.Helper()
	out := mustRun(t, want, append(append([]string{"keys", "rotate", "--json"}, args...), more...)...)
	var r rotated
	if want == exitDone {
		if err := json.Unmarshal([]byte(out), &r); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// TestRotation: every value is under the new key afterwards, everything opens, the ledger is whole, and the old key is not
// needed any more.
func TestRotation(t *testing.T) {
	eachData(t, func(t *testing.T, g globals, args []string) {
		a := openData(t, g)
		fillSealed(t, a, 450)
		if _, err := a.sealing.sealer.Seal(context.Background(), demoTenant, 1); err != nil {
			t.Fatal(err)
		}
		if err := a.close(); err != nil {
			t.Fatal(err)
		}
		// Of each case address, contact, form, result, rating and ledger row; a person's two, an account's, an answer.
		const values = 450*6 + 4
		if r := rotateOnce(t, exitDone, args); r.Key != "k2" || r.Resumed || r.Anew != values || r.Same != 0 || len(r.Old) != 1 {
			t.Errorf("%+v, want %d", r, values)
		}
		if r := rotateOnce(t, exitDone, args, "--drop-old"); r.Key != "k3" || r.Anew != values || len(r.Dropped) != 2 || len(r.Old) != 0 {
			t.Errorf("%+v", r)
		}
		a = openData(t, g)
		defer func() { _ = a.close() }()
		opens(t, a)
		mustRun(t, exitDone, append([]string{"verify"}, args...)...)
	})
}

// TestRotationGoesOn: after a break the same key is used on, and what a break left is sealed anew.
func TestRotationGoesOn(t *testing.T) {
	eachData(t, func(t *testing.T, g globals, args []string) {
		a := openData(t, g)
		fillSealed(t, a, 450)
		if err := a.keys.ring.AddKey(nil); err != nil {
			t.Fatal(err)
		}
		if err := a.keys.write(g.keyPath()); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		r := &store.Rotation{DB: a.db, Sealer: a.sealer, Done: func(n int) {
			if n >= 600 {
				stop()
			}
		}}
		if did, err := r.Run(ctx, demoTenant); err == nil || did.Anew == 0 {
			t.Fatalf("not broken off: %+v %v", did, err)
		}
		opens(t, a) // half of the way both keys are in use
		if err := a.close(); err != nil {
			t.Fatal(err)
		}
		if r := rotateOnce(t, exitDone, args, "--drop-old"); r.Key != "k2" || !r.Resumed || r.Anew == 0 || r.Same < 600 || r.Anew+r.Same != 450*6+4 {
			t.Errorf("%+v", r)
		}
		a = openData(t, g)
		defer func() { _ = a.close() }()
		opens(t, a)
	})
}

// TestRotationKeepsWhatItDoesNotKnow: a sealed value in a column that the rotation does not go through keeps its key from
// being dropped.
func TestRotationKeepsWhatItDoesNotKnow(t *testing.T) {
	eachData(t, func(t *testing.T, g globals, args []string) {
		a := openData(t, g)
		fillSealed(t, a, 1)
		s, err := a.sealer.SealText("secret", vault.Field{Tenant: demoTenant, Table: "webhook", ID: "w", Field: "secret"})
		if err != nil {
			t.Fatal(err)
		}
		err = a.engine.Write(context.Background(), func(c dialect.Conn) error {
			_, err := c.Exec(`INSERT INTO webhook (tenant, id, url, secret, topics, active) VALUES ('630105', 'w', '', $1, '', 1)`, s)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.close(); err != nil {
			t.Fatal(err)
		}
		status, _, errs := run(t, append([]string{"keys", "rotate", "--drop-old"}, args...)...)
		if status != exitFailed || !strings.Contains(errs, "webhook.secret") {
			t.Errorf("ends with %d: %s", status, errs)
		}
		if b, err := os.ReadFile(g.keyPath()); err != nil || !strings.Contains(string(b), `"k1"`) {
			t.Errorf("the old key is gone (%v)", err)
		}
	})
}

// TestRotationRefusesWhileServing: a program that serves knows only the keys that it started with.
func TestRotationRefusesWhileServing(t *testing.T) {
	eachData(t, func(t *testing.T, g globals, args []string) {
		a := openData(t, g)
		fillSealed(t, a, 1)
		if ok, err := a.outbox.Lease(context.Background(), demoTenant, "duties", "x", time.Minute); err != nil || !ok {
			t.Fatal(err)
		}
		if err := a.close(); err != nil {
			t.Fatal(err)
		}
		rotateOnce(t, exitFailed, args)
		if b, err := os.ReadFile(g.keyPath()); err != nil || strings.Contains(string(b), `"k2"`) {
			t.Errorf("a key was made (%v)", err)
		}
	})
}

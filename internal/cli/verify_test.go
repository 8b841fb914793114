package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

// TestReceiptIsCheckedOffline: the receipt of an act, before and after sealing, is checked with the public key alone, and any
// change of it is found.
func TestReceiptIsCheckedOffline(t *testing.T) {
	dir := t.TempDir()
	data, public := filepath.Join(dir, "data"), filepath.Join(dir, "public.txt")
	a := openData(t, globals{Data: data})
	var rows []*ledger.Row
	for range 5 {
		row, err := openCase(a)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	if err := os.WriteFile(public, []byte(mustRun(t, exitDone, "keys", "public", "--data", data)), 0o600); err != nil {
		t.Fatal(err)
	}
	check := func(want int, receipt string) string {
		t.Helper()
		file := filepath.Join(t.TempDir(), "receipt.json")
		if err := os.WriteFile(file, []byte(receipt), 0o600); err != nil {
			t.Fatal(err)
		}
		return mustRun(t, want, "verify", "receipt", file, "--public", public, "--data", filepath.Join(dir, "none"))
	}
	promise := mustRun(t, exitDone, "receipt", "--ledger", string(rows[2].ID), "--data", data)
	if out := check(exitDone, promise); strings.Contains(promise, "checkpoint") || !strings.Contains(out, "a promise") {
		t.Errorf("%s\n%s", promise, out)
	}
	if _, err := a.sealing.sealer.Seal(context.Background(), demoTenant, 1); err != nil {
		t.Fatal(err)
	}
	proof := mustRun(t, exitDone, "receipt", "--ledger", string(rows[2].ID), "--data", data)
	if out := check(exitDone, proof); !strings.Contains(out, "of 5 rows") {
		t.Error(out)
	}
	other := mustRun(t, exitDone, "receipt", "--ledger", string(rows[3].ID), "--data", data)
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	var r, o ledger.Receipt
	for text, into := range map[string]*ledger.Receipt{proof: &r, other: &o} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	for name, change := range map[string]func(r *ledger.Receipt){
		"another leaf":           func(r *ledger.Receipt) { r.Leaf = o.Leaf },
		"another's signature":    func(r *ledger.Receipt) { r.Signature = o.Signature },
		"another row":            func(r *ledger.Receipt) { r.Ledger = o.Ledger },
		"another tenant":         func(r *ledger.Receipt) { r.Tenant = "630104" },
		"another's record":       func(r *ledger.Receipt) { r.Record = o.Record },
		"another's path":         func(r *ledger.Receipt) { r.Proof.Path = o.Proof.Path },
		"another sequence":       func(r *ledger.Receipt) { r.Proof.Seq = o.Proof.Seq },
		"no such sequence":       func(r *ledger.Receipt) { r.Proof.Seq = -1 },
		"a sequence behind":      func(r *ledger.Receipt) { r.Proof.Seq = 5 },
		"a path that is none":    func(r *ledger.Receipt) { r.Proof.Path = []string{"x"} },
		"a changed checkpoint":   func(r *ledger.Receipt) { r.Proof.Checkpoint = strings.Replace(r.Proof.Checkpoint, "\n5\n", "\n6\n", 1) },
		"an unsigned checkpoint": func(r *ledger.Receipt) { r.Proof.Checkpoint, _, _ = strings.Cut(r.Proof.Checkpoint, "—") },
		"neither of the two":     func(r *ledger.Receipt) { r.Signature, r.Proof = "", nil },
	} {
		x := r
		if r.Proof != nil {
			p := *r.Proof
			x.Proof = &p
		}
		change(&x)
		b, err := json.Marshal(&x)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { check(exitNot, string(b)) })
	}
	check(exitFailed, `{"tenant":"x"}`)
	// The receipt of the web has neither record nor proof, and may leave out the tenant.
	file := filepath.Join(dir, "web.json")
	b, err := json.Marshal(map[string]string{"ledger": string(r.Ledger), "leaf": r.Leaf, "signature": r.Signature})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	mustRun(t, exitDone, "verify", "receipt", file, "--public", public, "--tenant", "630105", "--data", filepath.Join(dir, "none"))
	mustRun(t, exitNot, "verify", "receipt", file, "--public", public, "--tenant", "630104", "--data", filepath.Join(dir, "none"))
}

// TestVerifyNeedsItsFiles: without the file outside a ledger is not whole, and without keys only its personal parts stay shut.
func TestVerifyNeedsItsFiles(t *testing.T) {
	data, _ := smallBackup(t)
	public := filepath.Join(t.TempDir(), "public.txt")
	if err := os.WriteFile(public, []byte(mustRun(t, exitDone, "keys", "public", "--data", data)), 0o600); err != nil {
		t.Fatal(err)
	}
	none := filepath.Join(data, "no-keys.json")
	mustRun(t, exitFailed, "verify", "--data", data, "--keys", none)
	if out := mustRun(t, exitDone, "verify", "--data", data, "--keys", none, "--public", public); !strings.Contains(out, "3 not opened") {
		t.Error(out)
	}
	outside := filepath.Join(data, "checkpoints", "630105.txt")
	b, err := os.ReadFile(outside)
	if err != nil {
		t.Fatal(err)
	}
	// A write that was broken off is no fault.
	if err := os.WriteFile(outside, append(b, `"sanzhi/630`...), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := mustRun(t, exitDone, "verify", "--data", data); !strings.Contains(out, "broken off") {
		t.Error(out)
	}
	a := openData(t, globals{Data: data})
	if _, err := openCase(a); err != nil {
		t.Fatal(err)
	}
	if n, err := a.sealing.sealer.Seal(context.Background(), demoTenant, 1); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	if out := mustRun(t, exitDone, "verify", "--data", data); !strings.Contains(out, "2 checkpoints inside, 2 outside") {
		t.Error(out)
	}
	if err := os.Remove(outside); err != nil {
		t.Fatal(err)
	}
	if out := mustRun(t, exitNot, "verify", "--data", data); !strings.Contains(out, string(ledger.CheckpointGone)) {
		t.Error(out)
	}
}

// TestSealingIsPaced: few rows wait a minute, one holder seals, and a broken ledger is left alone for a while.
func TestSealingIsPaced(t *testing.T) {
	g := globals{Data: filepath.Join(t.TempDir(), "data")}
	a := openData(t, g)
	defer func() { _ = a.close() }()
	clock := kernel.NewManualClock(importAt)
	b, err := join(a.engine, a.keys, clock, g.Data)
	if err != nil {
		t.Fatal(err)
	}
	sealed := func(want int64) {
		t.Helper()
		var n int64
		err := b.db.View(context.Background(), demoTenant, func(tx kernel.Tx) (err error) {
			n, err = b.sealing.sealer.Repo.Size(tx)
			return err
		})
		if err != nil || n != want {
			t.Fatalf("%d rows are sealed, want %d (%v)", n, want, err)
		}
	}
	seal := func(holder string) {
		t.Helper()
		if err := b.sealing.seal(context.Background(), demoTenant, holder); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := openCase(b); err != nil {
		t.Fatal(err)
	}
	seal("a")
	sealed(0)
	clock.Advance(ledger.Patience)
	seal("a")
	sealed(1)
	if _, err := openCase(b); err != nil {
		t.Fatal(err)
	}
	if ok, err := b.outbox.Lease(context.Background(), demoTenant, "seal", "b", ledger.Patience*2); err != nil || ok {
		t.Fatal("the lease is not held", err)
	}
	clock.Advance(ledger.Patience)
	if ok, err := b.outbox.Lease(context.Background(), demoTenant, "seal", "b", ledger.Patience*2); err != nil || !ok {
		t.Fatal("the lease is not free", err)
	}
	seal("a")
	sealed(1)
	seal("b")
	sealed(2)
}

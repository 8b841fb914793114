package cli

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/vault"
)

// run runs the command line.
func run(t *testing.T, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	status = Main(args, strings.NewReader(""), &o, &e)
	return status, o.String(), e.String()
}

// mustRun runs the command line, which must end with the status.
func mustRun(t *testing.T, want int, args ...string) string {
	t.Helper()
	status, out, errs := run(t, args...)
	if status != want {
		t.Fatalf("sanzhi %s ends with %d, want %d\n%s%s", strings.Join(args, " "), status, want, out, errs)
	}
	return out
}

// openData opens the program over a data directory, or over PostgreSQL.
func openData(t *testing.T, g globals) *app {
	t.Helper()
	e := &env{ctx: context.Background(), in: strings.NewReader(""), out: io.Discard, err: io.Discard, clock: kernel.SystemClock{}, global: &g}
	a, err := e.open(true)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

var caseNumber atomic.Int64

// openCase opens a case with everything sealed that a case can have, and gives its ledger row.
func openCase(a *app) (*ledger.Row, error) {
	id := kernel.NewID(a.clock.Now())
	seal := func(table, field string, of kernel.ID, text string) string {
		s, err := a.sealer.SealText(text, vault.Field{Tenant: demoTenant, Table: table, ID: of, Field: field})
		if err != nil {
			panic(err)
		}
		return s
	}
	var row *ledger.Row
	err := a.db.Update(context.Background(), demoTenant, func(tx kernel.Tx) error {
		c := &cases.Case{ID: id, Number: fmt.Sprintf("630105-20260601-%06d", caseNumber.Add(1)), Flow: "menu", FlowVersion: 1, Path: "630105/", Step: "order", Version: 1,
			Round: 1, OpenedBy: "anonymous", OpenedAt: tx.Now(), UpdatedAt: tx.Now(), StepAt: tx.Now(), Address: seal("case_record", "address", id, `"三号楼"`),
			Contact: seal("case_record", "contact", id, `{"name":"张三"}`), Form: seal("case_record", "form", id, `{}`),
			Result: cases.Result{Text: seal("case_record", "result", id, "修好了")}}
		if ok, err := (store.Cases{}).Insert(tx, c, nil); err != nil || !ok {
			return errors.Join(err, fmt.Errorf("inserted: %v", ok))
		}
		if _, err := (store.Cases{}).Rate(tx, &cases.Rating{Case: id, Round: 1, Requester: id, Score: 5, At: tx.Now(), Text: seal("rating", "text", id, "好")}); err != nil {
			return err
		}
		var err error
		row, err = a.cases.Ledger.Append(tx, ledger.Entry{Actor: kernel.System(demoTenant), Act: "order", Object: id, Version: 1, Personal: map[string]any{"text": "电梯坏了"},
			Public: map[string]any{"flow": "menu", "number": c.Number, "from": "", "to": "order"}})
		return err
	})
	return row, err
}

// TestBackupWhileWriting is the drill: people write, a backup is taken, it is restored elsewhere, and what was acknowledged
// before the backup began is all there, as are keys, photos and checkpoints.
func TestBackupWhileWriting(t *testing.T) {
	dir := t.TempDir()
	data, elsewhere, file := filepath.Join(dir, "data"), filepath.Join(dir, "elsewhere"), filepath.Join(dir, "backup.tar")
	a := openData(t, globals{Data: data})
	ctx, stop := context.WithCancel(context.Background())
	sha := strings.Repeat("ab", 32)
	if err := a.blobs.Put(ctx, demoTenant, sha, []byte("photo")); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var acknowledged []kernel.ID
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				row, err := openCase(a)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				acknowledged = append(acknowledged, row.ID)
				mu.Unlock()
			}
		})
	}
	wg.Go(func() {
		for ctx.Err() == nil {
			if _, err := a.sealing.sealer.Seal(context.Background(), demoTenant, 1); err != nil {
				t.Error(err)
				return
			}
		}
	})
	count := func() int { mu.Lock(); defer mu.Unlock(); return len(acknowledged) }
	for count() < 200 {
		time.Sleep(time.Millisecond)
	}
	before := count()
	mustRun(t, exitDone, "backup", file, "--data", data)
	for after := count(); count() < after+50; { // it did not hold the writers up for good
		time.Sleep(time.Millisecond)
	}
	stop()
	wg.Wait()
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := run(t, "backup", file, "--data", data); status != exitFailed {
		t.Error("a backup was overwritten")
	}
	b, err := os.ReadFile(file)
	if err != nil || bytes.Contains(b, []byte("keyring")) {
		t.Errorf("the keys are in the backup (%v)", err)
	}
	mustRun(t, exitDone, "restore", file, "--data", elsewhere, "--keys", filepath.Join(data, "keys.json"))
	if status, _, _ := run(t, "restore", file, "--data", elsewhere, "--keys", filepath.Join(data, "keys.json")); status != exitFailed {
		t.Error("a data directory was overwritten")
	}
	mustRun(t, exitDone, "verify", "--data", elsewhere, "--keys", filepath.Join(data, "keys.json"))
	r := openData(t, globals{Data: elsewhere, Keys: filepath.Join(data, "keys.json")})
	defer func() { _ = r.close() }()
	err = r.db.View(context.Background(), demoTenant, func(tx kernel.Tx) error {
		for _, id := range acknowledged[:before] {
			row, err := store.Ledger{}.Row(tx, id)
			if err != nil {
				return err
			}
			if p, err := r.cases.Ledger.Personal(demoTenant, row); err != nil || p["text"] != "电梯坏了" {
				return fmt.Errorf("%v %w", p, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if p, err := r.blobs.Get(context.Background(), demoTenant, sha); err != nil || string(p) != "photo" {
		t.Errorf("the photo: %q, %v", p, err)
	}
	// The restored store is sealed on, and stays whole.
	if _, err := openCase(r); err != nil {
		t.Fatal(err)
	}
	if n, err := r.sealing.sealer.Seal(context.Background(), demoTenant, 1000); err != nil || n == 0 {
		t.Errorf("sealed %d rows: %v", n, err)
	}
	mustRun(t, exitDone, "verify", "--data", elsewhere, "--keys", filepath.Join(data, "keys.json"))
}

// smallBackup makes a data directory with a sealed ledger, and its backup.
func smallBackup(t *testing.T) (data, file string) {
	t.Helper()
	dir := t.TempDir()
	data, file = filepath.Join(dir, "data"), filepath.Join(dir, "backup.tar")
	a := openData(t, globals{Data: data})
	for range 3 {
		if _, err := openCase(a); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.sealing.sealer.Seal(context.Background(), demoTenant, 1); err != nil {
		t.Fatal(err)
	}
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	mustRun(t, exitDone, "backup", file, "--data", data)
	return data, file
}

// TestRestoreRefusesBadBackups: nothing of a backup that is not whole reaches the data directory.
func TestRestoreRefusesBadBackups(t *testing.T) {
	data, file := smallBackup(t)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	add := func(name string) []byte {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		_ = w.WriteHeader(&tar.Header{Name: name, Size: 1, Mode: 0o600, Typeflag: tar.TypeReg})
		_, _ = w.Write([]byte("x"))
		_ = w.Flush()
		return append(b.Bytes(), whole...)
	}
	for name, b := range map[string][]byte{
		"cut in the middle":       whole[:len(whole)/2],
		"cut before the end":      whole[:bytes.LastIndex(whole, []byte("SHA256SUMS"))],
		"a bit is flipped":        flipped(whole, bytes.Index(whole, []byte("SQLite format 3"))+4096*3+17),
		"the way out":             add("../escaped"),
		"an absolute way":         add("/tmp/escaped"),
		"a name that is not ours": add("files/630105/ab/keys.json"),
		"a second database":       add("sanzhi.db"),
		"nothing":                 {},
		"no archive":              []byte(strings.Repeat("no archive ", 500)),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			bad, to := filepath.Join(dir, "bad.tar"), filepath.Join(dir, "to")
			if err := os.WriteFile(bad, b, 0o600); err != nil {
				t.Fatal(err)
			}
			status, _, errs := run(t, "restore", bad, "--data", to, "--keys", filepath.Join(data, "keys.json"))
			if status != exitFailed || !strings.Contains(errs, "not restored") && !strings.Contains(errs, "没有恢复") {
				t.Errorf("ends with %d: %s", status, errs)
			}
			left, _ := filepath.Glob(filepath.Join(to, "*"))
			left = slices.DeleteFunc(left, func(s string) bool { return strings.HasSuffix(s, ".lock") })
			more, _ := filepath.Glob(filepath.Join(dir, ".sanzhi-*"))
			if len(left)+len(more) > 0 {
				t.Errorf("left behind: %v %v", left, more)
			}
		})
	}
}

func flipped(b []byte, at int) []byte {
	b = slices.Clone(b)
	b[at] ^= 1
	return b
}

// TestRestoreVerifiesTheLedger: a backup of a ledger that somebody changed is not restored without a word.
func TestRestoreVerifiesTheLedger(t *testing.T) {
	data, _ := smallBackup(t)
	a := openData(t, globals{Data: data})
	err := a.engine.Write(context.Background(), func(c dialect.Conn) error {
		_, err := c.Exec(`UPDATE ledger SET actor = 'account:x' WHERE seq = 1`)
		return err
	})
	if err := errors.Join(err, a.close()); err != nil {
		t.Fatal(err)
	}
	file, to, keys := filepath.Join(t.TempDir(), "b.tar"), filepath.Join(t.TempDir(), "to"), filepath.Join(data, "keys.json")
	mustRun(t, exitDone, "backup", file, "--data", data)
	out := mustRun(t, exitNot, "restore", file, "--data", to, "--keys", keys)
	if !strings.Contains(out, "row_changed: row 1 ") {
		t.Errorf("the row is not named: %s", out)
	}
	mustRun(t, exitDone, "restore", file, "--data", to, "--keys", keys, "--despite-findings")
	out = mustRun(t, exitNot, "verify", "--data", to, "--keys", keys, "--json")
	var v verified
	if err := json.Unmarshal([]byte(out), &v); err != nil || v.Whole || len(v.Tenants) != 1 || v.Tenants[0].Findings[0].Kind != ledger.RowChanged {
		t.Errorf("%v %s", err, out)
	}
}

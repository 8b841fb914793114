package sqlite

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"sanzhi/internal/kernel"
)

const lockEnv = "SANZHI_TEST_LOCK"

// TestMain plays the other program when it is told to: it takes the lock of a file, says so, and waits.
func TestMain(m *testing.M) {
	if path := os.Getenv(lockEnv); path != "" {
		_, err := Lock(path)
		fmt.Println("locked:", err == nil, err)
		_, _ = os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// otherProgram starts one that takes the lock, and gives what it says.
func otherProgram(t *testing.T, path string) (cmd *exec.Cmd, said string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(self)
	cmd.Env = append(os.Environ(), lockEnv+"="+path)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	said, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return cmd, said
}

func TestOneServerAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sanzhi.db")
	if Locked(path) {
		t.Error("locked before anybody came")
	}
	cmd, said := otherProgram(t, path)
	if !strings.HasPrefix(said, "locked: true") {
		t.Fatal(said)
	}
	if !Locked(path) {
		t.Error("another program serves it and it does not look locked")
	}
	_, err := Lock(path)
	var e *kernel.Error
	pid := fmt.Sprint(cmd.Process.Pid)
	if !errors.As(err, &e) || e.Kind != kernel.KindConflict || !strings.Contains(e.Say.Zh, pid) || !strings.Contains(e.Say.En, pid) {
		t.Errorf("%v, want a conflict that names process %s in both languages", err, pid)
	}
	if err := cmd.Process.Kill(); err != nil { // SIGKILL: it cleans nothing up
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if Locked(path) {
		t.Error("locked by a program that is dead")
	}
	l, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if !Locked(path) {
		t.Error("held here and not locked")
	}
	if _, said := otherProgram(t, path); !strings.HasPrefix(said, "locked: false") || !strings.Contains(said, fmt.Sprint(os.Getpid())) {
		t.Errorf("the other program: %s", said)
	}
	if err := l.Release(); err != nil || Locked(path) {
		t.Errorf("released: %v, still locked %v", err, Locked(path))
	}
	if _, err := Lock(filepath.Join(t.TempDir(), "no", "such", "folder")); !kernel.Is(err, kernel.KindUnavailable) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func TestBackupAndRestore(t *testing.T) {
	e := fresh(t, "")
	dir := t.TempDir()
	backup := filepath.Join(dir, "backup.db")
	for i := range 20 {
		if err := put(e, fmt.Sprint("before", i)); err != nil {
			t.Fatal(err)
		}
	}
	var stop atomic.Bool
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := 0; !stop.Load(); i++ {
				if err := put(e, fmt.Sprintf("during-%d-%d", g, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	err := e.Backup(bg, backup)
	stop.Store(true)
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(backup); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v; want 0600", st.Mode(), err)
	}
	if err := e.Backup(bg, backup); !kernel.Is(err, kernel.KindConflict) {
		t.Errorf("a backup over another: %v", err)
	}

	target := filepath.Join(dir, "sanzhi.db")
	if kept, err := Restore(bg, backup, target, RestoreOptions{}); err != nil || kept != "" {
		t.Fatal(kept, err)
	}
	r := at(t, target, "")
	got := names(t, r)
	// Whatever the backup holds of a writer is a beginning of what it wrote: no later row without the earlier.
	for name := range got {
		var g, i int
		if n, _ := fmt.Sscanf(name, "during-%d-%d", &g, &i); n == 2 && i > 0 && !got[fmt.Sprintf("during-%d-%d", g, i-1)] {
			t.Errorf("%s without the one before it", name)
		}
	}
	for i := range 20 {
		if !got[fmt.Sprint("before", i)] {
			t.Errorf("row %d is not in the backup", i)
		}
	}
	if err := r.Check(bg); err != nil {
		t.Error(err)
	}

	// The restored database goes on, with a log beside it, and is then replaced.
	if err := put(r, "after"); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for _, more := range []string{"-wal", "-shm"} { // as a killed program leaves them
		if err := os.WriteFile(target+more, []byte("a log of the other database"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Restore(bg, backup, target, RestoreOptions{}); !kernel.Is(err, kernel.KindConflict) {
		t.Errorf("a database was overwritten untold: %v", err)
	}
	kept, err := Restore(bg, backup, target, RestoreOptions{Overwrite: true})
	if err != nil || kept == "" {
		t.Fatal(kept, err)
	}
	if got := names(t, at(t, target, "")); got["after"] || !got["before0"] {
		t.Error("the target is not the backup")
	}
	if b, err := os.ReadFile(kept + "-wal"); err != nil || !strings.HasPrefix(string(b), "a log") {
		t.Errorf("the log of the replaced database is not kept: %v", err)
	}
	if err := os.Remove(kept + "-wal"); err != nil {
		t.Fatal(err)
	}
	if got := names(t, at(t, kept, "")); !got["after"] {
		t.Error("the replaced database was not kept")
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*.part*"))
	if len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestRestoreRefuses(t *testing.T) {
	e := fresh(t, "")
	for i := range 200 {
		if err := put(e, fmt.Sprint(strings.Repeat("n", 300), i)); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	if err := e.Backup(bg, good); err != nil {
		t.Fatal(err)
	}
	alter := func(name, statement string) string {
		path := filepath.Join(dir, name)
		if err := copyFile(path, good); err != nil {
			t.Fatal(err)
		}
		db, err := pool(dsn(path), 1)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
		return path
	}
	damaged, noise, logged := filepath.Join(dir, "damaged.db"), filepath.Join(dir, "noise.db"), filepath.Join(dir, "logged.db")
	for _, err := range []error{copyFile(damaged, good), copyFile(logged, good), os.WriteFile(noise, []byte(strings.Repeat("not a database ", 999)), 0o600),
		os.WriteFile(logged+"-wal", []byte("frames"), 0o600)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	damageFile(t, damaged, 30*4096, 3*4096)
	for name, backup := range map[string]string{
		"damaged": damaged, "no database": noise, "not there": filepath.Join(dir, "nowhere.db"), "a log beside it": logged,
		"a newer schema": alter("newer.db", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (999999, 1)"),
		"not ours":       alter("foreign.db", "DROP TABLE goose_db_version"),
	} {
		target := filepath.Join(t.TempDir(), "sanzhi.db")
		_, err := Restore(bg, backup, target, RestoreOptions{})
		if !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("%s: %v, want it refused", name, err)
		}
		if _, err := os.Stat(target); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: the target was made", name)
		}
	}
	target := filepath.Join(dir, "served.db")
	l, err := Lock(target)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(bg, good, target, RestoreOptions{Overwrite: true}); !kernel.Is(err, kernel.KindConflict) {
		t.Errorf("while it is served: %v", err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(bg, good, target, RestoreOptions{}); err != nil {
		t.Error(err)
	}
}

func copyFile(to, from string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o600)
}

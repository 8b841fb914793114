package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store/dialect"
)

var bg = context.Background()

// fresh opens a migrated database in its own folder.
func fresh(t *testing.T, more string) *Engine {
	t.Helper()
	return at(t, filepath.Join(t.TempDir(), "sanzhi.db"), more)
}

func at(t *testing.T, path, more string) *Engine {
	t.Helper()
	e, err := open(bg, path, Options{}, more)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	if err := e.Migrate(bg); err != nil {
		t.Fatal(err)
	}
	return e
}

func put(e *Engine, name string) error {
	return e.Write(bg, func(c dialect.Conn) error {
		_, err := c.Exec(`INSERT INTO lease (tenant, name, holder, until_at) VALUES ('630105', $1, '', 1)`, name)
		return err
	})
}

// names gives all rows that put wrote.
func names(t *testing.T, e *Engine) map[string]bool {
	t.Helper()
	got := map[string]bool{}
	err := e.Read(bg, func(c dialect.Conn) error {
		rows, err := c.Query(`SELECT name FROM lease WHERE tenant = '630105'`)
		if err != nil {
			return err
		}
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				return err
			}
			got[s] = true
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// lostAtPowerCut writes rows from many callers, cuts the power after each acknowledgement that it looks at, and counts
// the acknowledged rows that are gone.
func lostAtPowerCut(t *testing.T, more string) (lost int, d *disk, e *Engine) {
	t.Helper()
	d = newDisk(t)
	e = fresh(t, useDisk+more)
	for round := range 3 {
		var wg sync.WaitGroup
		for i := range 32 {
			wg.Go(func() {
				if err := put(e, fmt.Sprintf("%d-%d", round, i)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		after, err := Open(bg, d.cutPower(t), Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = after.Close() }()
		if err := after.Migrate(bg); err != nil { // when even the schema was lost
			t.Fatal(err)
		}
		there := names(t, after)
		for name := range names(t, e) {
			if !there[name] {
				lost++
			}
		}
	}
	return lost, d, e
}

func TestAcknowledgedSurvivesPowerCut(t *testing.T) {
	lost, d, e := lostAtPowerCut(t, "")
	if lost != 0 {
		t.Errorf("%d acknowledged rows are lost", lost)
	}
	commits, works := e.Syncs()
	if n := d.logSyncs(); uint64(n) < commits {
		t.Errorf("%d syncs of the log for %d commits", n, commits)
	}
	if works != 96 || commits >= works {
		t.Errorf("%d units of work in %d commits: they do not share", works, commits)
	}
}

// The same with a setting that does not sync each commit: the test above can fail.
func TestPowerCutIsNoticed(t *testing.T) {
	if lost, _, _ := lostAtPowerCut(t, "&_pragma=synchronous(NORMAL)"); lost == 0 {
		t.Error("nothing was lost without syncs: the power cut is not one")
	}
}

// After a failed sync or write nobody of the batch is told that it is stored, and the next batch is stored again.
func TestDiskErrors(t *testing.T) {
	for name, plant := range map[string]func(d *disk){
		"sync fails":  func(d *disk) { d.plant([]int32{sqlite3.SQLITE_IOERR_FSYNC}, nil) },
		"write fails": func(d *disk) { d.plant(nil, []int32{sqlite3.SQLITE_IOERR}) },
		"disk full":   func(d *disk) { d.plant(nil, []int32{sqlite3.SQLITE_FULL}) },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDisk(t)
			e := fresh(t, useDisk)
			if err := put(e, "before"); err != nil {
				t.Fatal(err)
			}
			plant(d)
			err := put(e, "lost")
			if !kernel.Is(err, kernel.KindUnavailable) {
				t.Errorf("%v, want it unavailable", err)
			}
			for i := range 3 {
				if err := put(e, fmt.Sprint("after", i)); err != nil {
					t.Fatalf("after the error: %v", err)
				}
			}
			got := names(t, e)
			if got["lost"] || !got["before"] || !got["after0"] || len(got) != 4 {
				t.Errorf("there: %v", got)
			}
			if err := e.Check(bg); err != nil {
				t.Error(err)
			}
		})
	}
}

// A unit of work that goes on after the disk was full in its middle must not leave half of itself: SQLite has undone the
// transaction, and what follows would be committed alone.
func TestErrorInTheMiddle(t *testing.T) {
	d := newDisk(t)
	e := fresh(t, useDisk+"&_pragma=cache_size(2)") // pages go to the log before the commit
	if err := put(e, "before"); err != nil {
		t.Fatal(err)
	}
	err := e.Write(bg, func(c dialect.Conn) error {
		d.plant(nil, []int32{sqlite3.SQLITE_FULL})
		for i := range 400 {
			_, _ = c.Exec(`INSERT INTO lease (tenant, name, holder, until_at) VALUES ('630105', $1, $2, 1)`, fmt.Sprint(i), strings.Repeat("x", 500))
		}
		return nil
	})
	if err == nil {
		t.Error("half a unit of work was acknowledged")
	}
	if got := names(t, e); len(got) != 1 {
		t.Errorf("%d rows are there, want 1", len(got))
	}
	if err := put(e, "after"); err != nil {
		t.Error(err)
	}
}

func TestWrongSettingsAreRefused(t *testing.T) {
	for _, more := range []string{"&_pragma=synchronous(NORMAL)", "&_pragma=synchronous(OFF)"} {
		if err := fresh(t, more).Check(bg); err == nil || kernel.Is(err, kernel.KindUnavailable) {
			t.Errorf("%s: %v, want a refusal that names the setting", more, err)
		}
	}
	if err := fresh(t, "").Check(bg); err != nil {
		t.Error(err)
	}
}

// A caller that gives up while it waits is answered at once, not when the others are done.
func TestQueuedCallerGivesUp(t *testing.T) {
	e := fresh(t, "")
	began, end := make(chan struct{}), make(chan struct{})
	held := make(chan error)
	go func() { held <- e.Write(bg, func(dialect.Conn) error { close(began); <-end; return nil }) }()
	<-began
	ctx, cancel := context.WithCancel(bg)
	waiting := make(chan error)
	go func() { waiting <- e.Write(ctx, func(dialect.Conn) error { t.Error("it ran"); return nil }) }()
	time.Sleep(10 * time.Millisecond)
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) { // the first still holds the writer
		t.Error(err)
	}
	close(end)
	if err := <-held; err != nil {
		t.Error(err)
	}
}

// More readers than connections, each with a new statement, once waited for each other for ever.
func TestManyReadersPrepare(t *testing.T) {
	e := fresh(t, "")
	ctx, cancel := context.WithTimeout(bg, 2*time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			err := e.Read(ctx, func(c dialect.Conn) error {
				var n int
				time.Sleep(time.Millisecond)
				return c.QueryRow(fmt.Sprintf("SELECT %d", i)).Scan(&n)
			})
			if err != nil {
				t.Errorf("reader %d: %v", i, err)
			}
		})
	}
	wg.Wait()
}

// Statements beyond the limit are closed, on both kinds of connection, and the next ones work.
func TestStatementsAreBounded(t *testing.T) {
	e := fresh(t, "")
	var n int
	for i := range maxStmts + 50 {
		query := fmt.Sprintf("SELECT %d", i)
		one := func(c dialect.Conn) error { return c.QueryRow(query).Scan(&n) }
		if err := errors.Join(e.Write(bg, one), e.Read(bg, one)); err != nil || n != i {
			t.Fatalf("statement %d: %d, %v", i, n, err)
		}
	}
	if len(e.w.stmts) > maxStmts {
		t.Errorf("%d statements are kept", len(e.w.stmts))
	}
}

// damage overwrites pages in the middle of a closed file.
func damageFile(t *testing.T, path string, from, n int) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := from; i < min(from+n, len(b)); i++ {
		b[i] = 0xa5
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDamagedFileIsRefused(t *testing.T) {
	for name, at := range map[string]int{"header": 0, "first page": 100, "middle": 40960, "whole": 0} {
		path := filepath.Join(t.TempDir(), "sanzhi.db")
		e, err := Open(bg, path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		err = e.Migrate(bg)
		for i := range 50 {
			err = errors.Join(err, put(e, strings.Repeat("name", 200)+fmt.Sprint(i)))
		}
		if err := errors.Join(err, e.Check(bg), e.Close()); err != nil {
			t.Fatal(err)
		}
		n := 8192
		if name == "whole" {
			n = 1 << 30
		}
		damageFile(t, path, at, n)
		e, err = Open(bg, path, Options{})
		if err == nil {
			err = e.Check(bg)
			_ = e.Close()
		}
		var say *kernel.Error
		if !errors.As(err, &say) || say.Kind != kernel.KindUnavailable || !strings.Contains(say.Say.Zh, "sanzhi restore") || !strings.Contains(say.Say.En, "sanzhi restore") {
			t.Errorf("%s: %v, want it unavailable with words that name restore", name, err)
		}
	}
}

func TestFileIsPrivate(t *testing.T) {
	e := fresh(t, "")
	if err := put(e, "x"); err != nil {
		t.Fatal(err)
	}
	for _, more := range []string{"", "-wal", "-shm"} {
		st, err := os.Stat(e.path + more)
		if err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v; want 0600", filepath.Base(e.path)+more, st.Mode(), err)
		}
	}
}

// A large file is not read through before it is served, but what does not grow with the work is.
func TestChecksOfLargeFile(t *testing.T) {
	ctx := t.Context()
	e, err := Open(ctx, filepath.Join(t.TempDir(), "sanzhi.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close() }()
	if err := e.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		upTo       int64
		all, place bool
	}{{wholeUpTo, true, false}, {0, false, true}} {
		e.wholeUpTo = c.upTo
		var got []string
		if err := e.Read(ctx, func(conn dialect.Conn) (err error) {
			got, err = e.checks(conn)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if all := slices.Contains(got, "PRAGMA quick_check(5)"); all != c.all {
			t.Errorf("up to %d: all %v, want %v", c.upTo, all, c.all)
		}
		if place := slices.Contains(got, `PRAGMA quick_check("place")`); place != c.place {
			t.Errorf("up to %d: place %v, want %v", c.upTo, place, c.place)
		}
		for _, big := range []string{"ledger", "case_record", "case_fts_data"} {
			if slices.Contains(got, `PRAGMA quick_check("`+big+`")`) {
				t.Errorf("up to %d: %s is read through", c.upTo, big)
			}
		}
		if err := e.Check(ctx); err != nil {
			t.Errorf("up to %d: %v", c.upTo, err)
		}
	}
}

// Without statistics the planner reads a district's whole ledger for one case. It is given some, the same for everybody.
func TestPlansAreSteered(t *testing.T) {
	e := fresh(t, "")
	for _, c := range []struct{ query, plan string }{
		{"SELECT act FROM ledger WHERE tenant = 'x' AND object = 'y' ORDER BY at, version, id", "USING INDEX ledger_object (tenant=? AND object=?)"},
		{"SELECT role FROM holding WHERE tenant = 'x' AND person = 'y' ORDER BY id", "USING INDEX holding_person (tenant=? AND person=?)"},
		{"SELECT step FROM case_record WHERE tenant = 'x' AND track_hash = 'y' AND track_hash <> ''", "USING INDEX case_track (tenant=? AND track_hash=?)"},
		{"SELECT id FROM case_record WHERE tenant = 'x' AND tick_at > 0 AND tick_at <= 9 ORDER BY tick_at LIMIT 9", "USING INDEX case_tick"},
		{"SELECT unit FROM case_record WHERE tenant = 'x' AND ended = '' AND due_at < 9", "USING INDEX case_open (tenant=? AND due_at<?)"},
		{"SELECT body FROM outbox WHERE tenant = 'x' AND topic = 'y' AND next_at >= 9 ORDER BY next_at, id LIMIT 9", "USING INDEX outbox_next (tenant=? AND topic=? AND next_at>?)"},
		{"SELECT id FROM upload WHERE tenant = 'x' AND case_id = 'y' AND case_id <> ''", "upload_case (tenant=? AND case_id=?)"},
	} {
		var plan string
		if err := e.Read(bg, func(conn dialect.Conn) error {
			var id, parent, n int
			return conn.QueryRow("EXPLAIN QUERY PLAN "+c.query).Scan(&id, &parent, &n, &plan)
		}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan, c.plan) {
			t.Errorf("%s\n goes by %q, should by %q", c.query, plan, c.plan)
		}
	}
	const lines = "SELECT COUNT(*), COALESCE(MIN(rowid), 0) FROM sqlite_stat1"
	var n, first, again, firstAgain int
	count := func(n, first *int) {
		t.Helper()
		if err := e.Read(bg, func(conn dialect.Conn) error { return conn.QueryRow(lines).Scan(n, first) }); err != nil {
			t.Fatal(err)
		}
	}
	count(&n, &first)
	if err := e.Migrate(bg); err != nil {
		t.Fatal(err)
	}
	if count(&again, &firstAgain); n < 50 || n != again || first != firstAgain {
		t.Errorf("opened again it has %d lines of statistics, at first %d", again, n)
	}
}

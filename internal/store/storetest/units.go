package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
)

var errPlanted = errors.New("planted")

func viewIsSnapshot(t *testing.T, db *store.DB) {
	before, during := newID(), newID()
	update(t, db, func(tx kernel.Tx) error { return probe(tx, before) })
	view(t, db, func(tx kernel.Tx) error {
		if l, err := (store.Ledger{}).OfObject(tx, before); err != nil || len(l) != 1 {
			return fmt.Errorf("the row from before is not there: %d, %w", len(l), err)
		}
		update(t, db, func(tx kernel.Tx) error { return probe(tx, during) })
		l, err := store.Ledger{}.OfObject(tx, during)
		if err == nil && len(l) != 0 {
			t.Error("a row that was committed after the snapshot shows in it")
		}
		return err
	})
	if !has(t, db, during) {
		t.Error("the next view does not see the row")
	}
}

func viewWritesNothing(t *testing.T, db *store.DB) {
	id := newID()
	if err := db.View(context.Background(), tenant, func(tx kernel.Tx) error { return probe(tx, id) }); err == nil {
		t.Error("a view accepted a row")
	}
	if has(t, db, id) {
		t.Error("a view wrote a row")
	}
	// Neither by a statement that gives rows.
	_ = db.Engine.Read(context.Background(), func(c dialect.Conn) error {
		rows, err := c.Query(`INSERT INTO lease (tenant, name, holder, until_at) VALUES ('630105', 'x', 'x', 1) RETURNING name`)
		if err == nil {
			rows.Next()
			return rows.Close()
		}
		return err
	})
	if n := leases(t, db); n != 0 {
		t.Errorf("a view wrote %d rows by RETURNING", n)
	}
}

func leases(t *testing.T, db *store.DB) (n int) {
	t.Helper()
	read(t, db, func(c dialect.Conn) error {
		return c.QueryRow(`SELECT COUNT(*) FROM lease WHERE tenant = '630105'`).Scan(&n)
	})
	return n
}

func updateIsWhole(t *testing.T, db *store.DB) {
	good, failed, panicked, after := newID(), newID(), newID(), newID()
	update(t, db, func(tx kernel.Tx) error { return probe(tx, good) })
	err := db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
		return errors.Join(probe(tx, failed), errPlanted)
	})
	if !errors.Is(err, errPlanted) {
		t.Errorf("the unit's own error did not come back: %v", err)
	}
	err = db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
		if err := probe(tx, panicked); err != nil {
			return err
		}
		panic("planted")
	})
	wantKind(t, err, kernel.KindInternal)
	update(t, db, func(tx kernel.Tx) error { return probe(tx, after) })
	for id, want := range map[kernel.ID]bool{good: true, failed: false, panicked: false, after: true} {
		if has(t, db, id) != want {
			t.Errorf("row there: %v, want %v", !want, want)
		}
	}
}

// hold occupies the engine with a unit of work until release is called, so that others queue behind it.
func hold(db *store.DB) (release func()) {
	began, end, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		var once sync.Once
		_ = db.Engine.Write(context.Background(), func(dialect.Conn) error {
			once.Do(func() { close(began) })
			<-end
			return nil
		})
	}()
	<-began
	return func() { close(end); <-done }
}

// sharing is an engine that commits many units of work together.
type sharing interface {
	Syncs() (commits, works uint64)
}

func savepoints(t *testing.T, db *store.DB) {
	const n = 64
	ids := make([]kernel.ID, n)
	errs := make([]error, n)
	release := hold(db)
	var wg sync.WaitGroup
	for i := range n {
		ids[i] = newID()
		wg.Go(func() {
			errs[i] = db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
				if err := probe(tx, ids[i]); err != nil || i%3 != 0 {
					return err
				}
				switch i % 4 { // each third fails, in different ways
				case 0:
					return errPlanted
				case 1:
					panic("planted")
				case 2:
					return probe(tx, ids[i]) // the key is taken
				default:
					_ = probe(tx, ids[i]) // the same, and not looked at
					return nil
				}
			})
		})
	}
	time.Sleep(50 * time.Millisecond) // most have queued by then; the outcome is the same when not
	release()
	wg.Wait()
	for i, id := range ids {
		if there, want := has(t, db, id), i%3 != 0; there != want || (errs[i] == nil) != want {
			t.Errorf("unit %d: there %v, error %v; want there %v", i, there, errs[i], want)
		}
	}
	if e, ok := db.Engine.(sharing); ok {
		if commits, works := e.Syncs(); commits == 0 || works < 42 || commits > works {
			t.Errorf("%d commits for %d units of work", commits, works)
		}
	}
}

// Whatever a unit of work makes of a failed statement, it fails, and nothing after that statement counts: PostgreSQL
// aborts the transaction, and SQLite may have undone all of it.
func failedStatement(t *testing.T, db *store.DB) {
	first, second := newID(), newID()
	for name, fail := range map[string]func(c dialect.Conn) error{
		"exec": func(c dialect.Conn) error { _, err := c.Exec("INSERT INTO no_such_table VALUES (1)"); return err },
		"query": func(c dialect.Conn) error {
			_, err := c.Query("SELECT no_such_column FROM lease WHERE tenant = ''")
			return err
		},
		"row": func(c dialect.Conn) error {
			var n int
			return c.QueryRow("SELECT no_such_column FROM lease WHERE tenant = ''").Scan(&n)
		},
	} {
		var in error
		err := db.Engine.Write(context.Background(), func(c dialect.Conn) error {
			if _, err := c.Exec(`INSERT INTO lease (tenant, name, holder, until_at) VALUES ('630105', $1, 'x', 1)`, string(first)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			in = fail(c)
			_, _ = c.Exec(`INSERT INTO lease (tenant, name, holder, until_at) VALUES ('630105', $1, 'x', 1)`, string(second))
			var n int
			_ = c.QueryRow(`SELECT COUNT(*) FROM lease WHERE tenant = '630105'`).Scan(&n)
			return nil
		})
		if in == nil {
			t.Fatalf("%s: the planted statement did not fail", name)
		}
		if err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("%s: the unit's outcome is %v, want the failure of its statement", name, err)
		}
		if n := leases(t, db); n != 0 {
			t.Errorf("%s: %d rows were kept", name, n)
		}
	}
}

func leftOpen(t *testing.T, db *store.DB) {
	write(t, db, func(c dialect.Conn) error {
		for i := range 3 {
			if _, err := c.Exec(`INSERT INTO lease (tenant, name, holder, until_at) VALUES ('630105', $1, 'x', 1)`, fmt.Sprint(i)); err != nil {
				return err
			}
		}
		return nil
	})
	const query = `SELECT name FROM lease WHERE tenant = '630105' ORDER BY name`
	for range 3 {
		_ = db.Engine.Write(context.Background(), func(c dialect.Conn) error {
			rows, err := c.Query(query)
			if err != nil {
				t.Error(err)
				return err
			}
			rows.Next()
			panic("with a result open")
		})
		_ = db.Engine.Write(context.Background(), func(c dialect.Conn) error { _ = c.QueryRow(query); return errPlanted })
		id := newID()
		update(t, db, func(tx kernel.Tx) error { return probe(tx, id) })
		if !has(t, db, id) {
			t.Fatal("the next unit of work is not there")
		}
		write(t, db, func(c dialect.Conn) error {
			rows, err := c.Query(query)
			if err != nil {
				return err
			}
			n := 0
			for rows.Next() {
				n++
			}
			if n != 3 {
				t.Errorf("the same statement now gives %d rows, want 3", n)
			}
			return errors.Join(rows.Err(), rows.Close())
		})
	}
}

// cancelled plants callers that go away before, during and after their unit of work, among others that stay. Nil means
// that the row is there, the context's error that it is not, and nobody else is touched.
func cancelled(t *testing.T, db *store.DB) {
	const n = 48
	ids := make([]kernel.ID, n)
	errs := make([]error, n)
	var ran [n]atomic.Bool
	release := hold(db)
	var wg sync.WaitGroup
	for i := range n {
		ids[i] = newID()
		ctx, cancel := context.WithCancel(context.Background())
		if i%4 == 0 {
			cancel() // before
		}
		if i%4 == 1 {
			time.AfterFunc(time.Duration(i)*2*time.Millisecond, cancel) // sometime: queued, at work, or done
		}
		wg.Go(func() {
			defer cancel() // after, for those who stay
			errs[i] = db.Update(ctx, tenant, func(tx kernel.Tx) error {
				ran[i].Store(true)
				if i%4 == 2 {
					cancel() // during
				}
				return probe(tx, ids[i])
			})
		})
	}
	time.Sleep(60 * time.Millisecond)
	release()
	wg.Wait()
	for i, id := range ids {
		there := has(t, db, id)
		switch {
		case errs[i] == nil && there, errors.Is(errs[i], context.Canceled) && !there:
		default:
			t.Errorf("caller %d: error %v, row there %v", i, errs[i], there)
		}
		if i%4 == 0 && (errs[i] == nil || ran[i].Load()) {
			t.Errorf("caller %d was gone before it began: error %v, ran %v", i, errs[i], ran[i].Load())
		}
		if i%4 >= 2 && errs[i] != nil {
			t.Errorf("caller %d stayed, or left when its work had begun: %v", i, errs[i])
		}
	}
}

func deadlineInTheMiddle(t *testing.T, db *store.DB) {
	id := newID()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	began := false
	err := db.Update(ctx, tenant, func(tx kernel.Tx) error {
		began = true
		<-ctx.Done()
		return probe(tx, id)
	})
	if there := has(t, db, id); began && (err != nil || !there) || !began && there {
		t.Errorf("began %v, error %v, there %v", began, err, there)
	}
	gone, cancelGone := context.WithTimeout(context.Background(), -time.Second)
	defer cancelGone()
	if err := db.Update(gone, tenant, func(kernel.Tx) error { t.Error("it ran"); return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want the deadline", err)
	}
	if err := db.View(gone, tenant, func(tx kernel.Tx) error { _, err := store.Ledger{}.OfObject(tx, id); return err }); err == nil {
		t.Error("a view whose time is over gave an answer")
	}
}

// closeWaits closes the store while one unit of work is at its work and others wait: each gets an answer, and it is either
// done or refused in words.
func closeWaits(t *testing.T, db *store.DB) {
	began, end := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var wg sync.WaitGroup
	outcome := make([]error, 17)
	wg.Go(func() {
		outcome[0] = db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
			once.Do(func() { close(began) })
			<-end
			return probe(tx, newID())
		})
	})
	<-began
	for i := 1; i < len(outcome); i++ {
		wg.Go(func() {
			outcome[i] = db.Update(context.Background(), tenant, func(tx kernel.Tx) error { return probe(tx, newID()) })
		})
	}
	time.Sleep(20 * time.Millisecond)
	closed := make(chan error)
	go func() { closed <- db.Close() }()
	time.Sleep(20 * time.Millisecond)
	close(end)
	if err := <-closed; err != nil {
		t.Errorf("close: %v", err)
	}
	wg.Wait()
	if outcome[0] != nil {
		t.Errorf("the unit of work that had begun: %v", outcome[0])
	}
	for _, err := range outcome[1:] {
		if err != nil {
			wantKind(t, err, kernel.KindUnavailable)
		}
	}
}

func afterClose(t *testing.T, db *store.DB) {
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	wantKind(t, db.Update(context.Background(), tenant, func(kernel.Tx) error { t.Error("it ran"); return nil }), kernel.KindUnavailable)
	if err := db.View(context.Background(), tenant, func(kernel.Tx) error { return nil }); err == nil {
		t.Error("a view of a closed store gave an answer")
	}
	if err := db.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func raceOnVersion(t *testing.T, db *store.DB) {
	c := newCase(1)
	update(t, db, func(tx kernel.Tx) error { _, err := store.Cases{}.Insert(tx, c, nil); return err })
	for round := range 3 {
		var wins atomic.Int32
		var wg sync.WaitGroup
		for i := range 32 {
			wg.Go(func() {
				err := db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
					mine := *c
					mine.Version, mine.AssigneeName = c.Version+1, fmt.Sprint(i)
					ok, err := store.Cases{}.Update(tx, &mine, c.Version)
					if err == nil && !ok {
						err = kernel.Conflict(kernel.T("别人先办了", "somebody was first"))
					}
					return err
				})
				if err == nil {
					wins.Add(1)
				} else if !kernel.Is(err, kernel.KindConflict) {
					t.Errorf("caller %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if wins.Load() != 1 {
			t.Fatalf("round %d: %d of 32 won", round, wins.Load())
		}
		c.Version++
	}
	view(t, db, func(tx kernel.Tx) error {
		got, err := store.Cases{}.Get(tx, c.ID)
		if err == nil && got.Version != c.Version {
			t.Errorf("version %d, want %d", got.Version, c.Version)
		}
		return err
	})
}

func tenants(t *testing.T, db *store.DB) {
	id := newID()
	c := newCase(1)
	update(t, db, func(tx kernel.Tx) error {
		if _, err := (store.Cases{}).Insert(tx, c, []string{"电梯"}); err != nil {
			return err
		}
		return errors.Join(probe(tx, id), store.Outbox{}.Put(tx, "case", "x", nil))
	})
	err := db.View(context.Background(), other, func(tx kernel.Tx) error {
		if l, err := (store.Ledger{}).OfObject(tx, id); err != nil || len(l) != 0 {
			t.Errorf("%d ledger rows of another tenant, %v", len(l), err)
		}
		_, err := store.Cases{}.Get(tx, c.ID)
		wantKind(t, err, kernel.KindNotFound)
		q := cases.Query{Allow: everything(other), Words: []string{"电梯"}, Page: kernel.Page{Limit: 10}}
		l, _, err := store.Cases{}.List(tx, q)
		if len(l) != 0 {
			t.Error("search finds another tenant's case")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	o := store.Outbox{DB: db}
	if l, err := o.Claim(context.Background(), other, "case", "h", time.Minute, 10); err != nil || len(l) != 0 {
		t.Errorf("%d messages of another tenant, %v", len(l), err)
	}
}

func settings(t *testing.T, db *store.DB) {
	if err := db.Engine.Check(context.Background()); err != nil {
		t.Fatal(err)
	}
	// Again after the first unit of work: the check must not wait for a connection that is kept for good.
	id := newID()
	update(t, db, func(tx kernel.Tx) error { return probe(tx, id) })
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := db.Engine.Check(ctx); err != nil {
		t.Fatal(err)
	}
}

func migrateAgain(t *testing.T, db *store.DB) {
	id := newID()
	update(t, db, func(tx kernel.Tx) error { return probe(tx, id) })
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := db.Engine.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	if !has(t, db, id) {
		t.Error("migrating again lost a row")
	}
}

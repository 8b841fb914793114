package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sanzhi/internal/access/accesstest"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/workflow"
)

var errMoved = kernel.Conflict(kernel.T("别人先办了", "somebody was first"))

// ahead runs fn ahead, which must succeed, and tells how often it ran.
func ahead(t *testing.T, db *store.DB, fn func(tx kernel.Tx) error) (runs int) {
	t.Helper()
	if err := db.Ahead(context.Background(), tenant, func(tx kernel.Tx) error { runs++; return fn(tx) }); err != nil {
		t.Fatal(err)
	}
	return runs
}

// step moves a case on from a version, as an act does: errMoved when it is another by then.
func step(tx kernel.Tx, id kernel.ID, version int, change func(c *cases.Case)) error {
	c, err := store.Cases{}.Get(tx, id)
	if err != nil {
		return err
	}
	if c.Version != version {
		return errMoved
	}
	c.Version++
	change(c)
	ok, err := store.Cases{}.Update(tx, c, version)
	if err == nil && !ok {
		err = errMoved
	}
	return err
}

func get(t *testing.T, db *store.DB, id kernel.ID) (c *cases.Case) {
	t.Helper()
	view(t, db, func(tx kernel.Tx) (err error) {
		c, err = store.Cases{}.Get(tx, id)
		return err
	})
	return c
}

func aheadIsWhole(t *testing.T, db *store.DB) {
	id, lost := newID(), newID()
	if n := ahead(t, db, func(tx kernel.Tx) error { return probe(tx, id) }); n != 1 || !has(t, db, id) {
		t.Errorf("it ran %d times, and is there: %v", n, has(t, db, id))
	}
	err := db.Ahead(context.Background(), tenant, func(tx kernel.Tx) error { return errors.Join(probe(tx, lost), errPlanted) })
	if !errors.Is(err, errPlanted) || has(t, db, lost) {
		t.Errorf("%v, and is there: %v", err, has(t, db, lost))
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if err := db.Ahead(gone, tenant, func(tx kernel.Tx) error { return probe(tx, lost) }); err == nil || has(t, db, lost) {
		t.Errorf("given up: %v, and is there: %v", err, has(t, db, lost))
	}
	// The same row again is told as the error that it is, and leaves nothing else behind.
	err = db.Ahead(context.Background(), tenant, func(tx kernel.Tx) error { return errors.Join(probe(tx, lost), probe(tx, id)) })
	if err == nil || !db.Engine.IsUnique(err) || has(t, db, lost) {
		t.Errorf("a row twice: %v, and is there: %v", err, has(t, db, lost))
	}
}

// What an act asks of its own writes only the writer can tell.
func aheadSeesItself(t *testing.T, db *store.DB) {
	id := newID()
	seen := 0
	runs := ahead(t, db, func(tx kernel.Tx) error {
		if err := probe(tx, id); err != nil {
			return err
		}
		l, err := store.Ledger{}.OfObject(tx, id)
		seen = len(l)
		return err
	})
	if seen != 1 || runs != 2 || !has(t, db, id) {
		t.Errorf("it ran %d times and saw %d rows of its own", runs, seen)
	}
	c := newCase(7)
	ahead(t, db, func(tx kernel.Tx) error { _, err := store.Cases{}.Insert(tx, c, nil); return err })
	runs = ahead(t, db, func(tx kernel.Tx) error {
		if err := probe(tx, newID()); err != nil {
			return err
		}
		// A refusal that rests on what was not yet there is not believed either.
		if n, err := (store.Cases{}).Count(tx, cases.Query{Flow: "menu"}, 9); err != nil || n != 0 {
			return fmt.Errorf("%d cases without a right to see any, %w", n, err)
		}
		return nil
	})
	if runs != 2 {
		t.Errorf("it ran %d times", runs)
	}
}

func lookWritesNothing(t *testing.T, db *store.DB) {
	const put = `INSERT INTO lease (tenant, name, holder, until_at) VALUES ('630105', 'x', 'x', 1) RETURNING name`
	for _, q := range []string{put, "WITH a AS (" + put + ") SELECT name FROM a"} {
		_ = db.Engine.Look(context.Background(), func(c dialect.Conn) error {
			var name string
			if err := c.QueryRow(q).Scan(&name); err == nil {
				t.Errorf("%s gave a row", q)
			}
			if _, err := c.Exec(q); err == nil {
				t.Errorf("%s was run", q)
			}
			rows, err := c.Query(q)
			if err == nil {
				rows.Next()
				return rows.Close()
			}
			return err
		})
	}
	if err := db.Look(context.Background(), tenant, func(tx kernel.Tx) error { return probe(tx, newID()) }); err == nil {
		t.Error("who looks wrote a row")
	}
	if n := leases(t, db); n != 0 {
		t.Errorf("who looks wrote %d rows", n)
	}
}

// A plan whose later statement finds nothing leaves nothing, and harms none of those that share its commit.
func applyIsWhole(t *testing.T, db *store.DB) {
	ctx := context.Background()
	insert := func(id kernel.ID) dialect.Statement {
		return dialect.Statement{Query: `INSERT INTO lease (tenant, name, holder, until_at) VALUES ($1, $2, 'x', 1)`, Args: []any{string(tenant), string(id)}}
	}
	nothing := dialect.Statement{Query: `UPDATE lease SET holder = 'y' WHERE tenant = $1 AND name = 'nobody'`, Args: []any{string(tenant)}, Must: true}
	taken := dialect.Statement{Query: `INSERT INTO lease (tenant, name, holder, until_at) VALUES ($1, 'taken', 'x', 1) ON CONFLICT DO NOTHING`, Args: []any{string(tenant)}, Must: true}
	if ok, err := db.Engine.Apply(ctx, []dialect.Statement{taken}); err != nil || !ok {
		t.Fatal(ok, err)
	}
	want := 1
	for kind, c := range []struct {
		more []dialect.Statement // beside two rows that are kept, or not
		kept bool
	}{
		{[]dialect.Statement{nothing}, false},
		{[]dialect.Statement{taken}, false},
		{[]dialect.Statement{{Query: taken.Query, Args: taken.Args}}, true},
		{[]dialect.Statement{{Query: nothing.Query, Args: nothing.Args}}, true},
		{[]dialect.Statement{{Query: strings.ReplaceAll(taken.Query, " ON CONFLICT DO NOTHING", ""), Args: taken.Args}}, false},
	} {
		var wg sync.WaitGroup
		for i := range 16 {
			two := []dialect.Statement{insert(newID()), insert(newID())}
			plan, kept := two, i%2 == 0 || c.kept // every second one has nothing more
			switch i % 4 {
			case 1:
				plan = append(two, c.more...)
			case 3:
				plan = append(c.more[:1:1], two...)
			}
			if kept {
				want += 2
			}
			wg.Go(func() {
				if ok, err := db.Engine.Apply(ctx, plan); err != nil || ok != kept {
					t.Errorf("kind %d, %d: %v, %v; want %v", kind, i%4, ok, err, kept)
				}
			})
			wg.Go(func() {
				_ = db.Engine.Write(ctx, func(c dialect.Conn) error { // in the same batch, and refused
					_, err := c.Exec(two[0].Query, string(tenant), string(newID()))
					return errors.Join(err, errPlanted)
				})
			})
		}
		wg.Wait()
		if n := leases(t, db); n != want {
			t.Errorf("kind %d: %d rows, want %d", kind, n, want)
		}
	}
}

// Two who decide by the same version: the second one's writes find nothing, it decides again, and is refused by what it reads.
func aheadLosesRace(t *testing.T, db *store.DB) {
	c := newCase(1)
	ahead(t, db, func(tx kernel.Tx) error { _, err := store.Cases{}.Insert(tx, c, nil); return err })
	for _, where := range []*store.DB{db, store.New(db.Engine, kernel.SystemClock{})} { // in this process, and in another
		from, runs, row := get(t, db, c.ID).Version, 0, newID()
		err := db.Ahead(context.Background(), tenant, func(tx kernel.Tx) error {
			if err := errors.Join(probe(tx, row), step(tx, c.ID, from, func(c *cases.Case) { c.AssigneeName = "late" })); err != nil {
				return err
			}
			if runs++; runs == 1 {
				ahead(t, where, func(tx kernel.Tx) error {
					return step(tx, c.ID, from, func(c *cases.Case) { c.AssigneeName = "first" })
				})
			}
			return nil
		})
		wantKind(t, err, kernel.KindConflict)
		if got := get(t, db, c.ID); got.Version != from+1 || got.AssigneeName != "first" || has(t, db, row) {
			t.Errorf("version %d of %q, the loser's row is there: %v", got.Version, got.AssigneeName, has(t, db, row))
		}
	}
	var wins atomic.Int32
	var wg sync.WaitGroup
	from := get(t, db, c.ID).Version
	for i := range 32 {
		wg.Go(func() {
			err := db.Ahead(context.Background(), tenant, func(tx kernel.Tx) error {
				return step(tx, c.ID, from, func(c *cases.Case) { c.AssigneeName = fmt.Sprint(i) })
			})
			if err == nil {
				wins.Add(1)
			} else if !kernel.Is(err, kernel.KindConflict) {
				t.Errorf("caller %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if wins.Load() != 1 || get(t, db, c.ID).Version != from+1 {
		t.Errorf("%d of 32 won", wins.Load())
	}
}

// A case that is remembered may be behind what another process wrote: no refusal is drawn from it, and it writes over nothing.
func aheadRemembers(t *testing.T, db *store.DB) {
	db, clock := clocked(db)
	elsewhere := store.New(db.Engine, clock)
	c := newCase(1)
	c.TrackHash = "hash"
	c.TickAt, c.Clocks = start.Add(time.Hour), []workflow.ClockState{{ID: "total", StartedAt: start, DueAt: start.Add(time.Hour)}}
	ahead(t, db, func(tx kernel.Tx) error { _, err := store.Cases{}.Insert(tx, c, nil); return err })
	same := func() {
		t.Helper()
		var own, by *cases.Case
		ahead(t, db, func(tx kernel.Tx) (err error) {
			if own, err = (store.Cases{}).Get(tx, c.ID); err == nil {
				by, err = store.Cases{}.ByTrack(tx, "hash")
			}
			return err
		})
		for _, got := range []*cases.Case{own, by} {
			if diff := gocmp.Diff(get(t, elsewhere, c.ID), got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(cases.Case{}, "Kept")); diff != "" {
				t.Errorf("it is remembered otherwise than it is stored (-stored +remembered):\n%s", diff)
			}
		}
	}
	same()
	ahead(t, elsewhere, func(tx kernel.Tx) error { return step(tx, c.ID, 1, func(c *cases.Case) { c.Unit = "away" }) })
	// Of an older version there is nothing to be done, and of the newer one this process knows nothing yet.
	if n := ahead(t, db, func(tx kernel.Tx) error { return step(tx, c.ID, 2, func(c *cases.Case) { c.Step = "submit" }) }); n != 2 {
		t.Errorf("it ran %d times: the case was not remembered, or its refusal was believed", n)
	}
	if got := get(t, db, c.ID); got.Unit != "away" || got.Step != "submit" || got.Version != 3 {
		t.Errorf("unit %q, step %q, version %d", got.Unit, got.Step, got.Version)
	}
	same()
	// The program's own look at the clocks leaves the version alone.
	update(t, elsewhere, func(tx kernel.Tx) error {
		c, err := store.Cases{}.Get(tx, c.ID)
		if err != nil {
			return err
		}
		c.TickAt, c.Clocks[0].Warned = start.Add(2*time.Hour), true
		_, err = store.Cases{}.Update(tx, c, c.Version)
		return err
	})
	ahead(t, db, func(tx kernel.Tx) error { return step(tx, c.ID, 3, func(c *cases.Case) { c.Step = "done" }) })
	if got := get(t, db, c.ID); !got.Clocks[0].Warned || !got.TickAt.Equal(start.Add(2*time.Hour)) || got.Step != "done" {
		t.Errorf("the warning is lost: %+v, tick at %v, step %q", got.Clocks[0], got.TickAt, got.Step)
	}
	same()
	// What a unit of work wrote that was undone is not remembered.
	err := db.Ahead(context.Background(), tenant, func(tx kernel.Tx) error {
		return errors.Join(step(tx, c.ID, 4, func(c *cases.Case) { c.Step = "undone" }), errPlanted)
	})
	if !errors.Is(err, errPlanted) {
		t.Error(err)
	}
	same()
	clock.Advance(time.Hour)
	same()
}

// Each column that an act may change reaches the store by itself, and nothing else does.
func aheadWritesWhatChanged(t *testing.T, db *store.DB) {
	db, _ = clocked(db)
	c := newCase(1)
	ahead(t, db, func(tx kernel.Tx) error { _, err := store.Cases{}.Insert(tx, c, nil); return err })
	later := start.Add(time.Minute)
	due := []workflow.ClockState{{ID: "total", StartedAt: start, DueAt: later}}
	for name, change := range map[string]func(c *cases.Case){
		"step": func(c *cases.Case) { c.Step, c.PrevStep, c.StepAt = "submit", "order", later }, "ended": func(c *cases.Case) { c.Ended, c.ClosedAt = "done", later },
		"round": func(c *cases.Case) { c.Round = 2 }, "unit": func(c *cases.Case) { c.Unit = accesstest.Orgs[0] },
		"assignee": func(c *cases.Case) { c.Assignee = newID() }, "name": func(c *cases.Case) { c.AssigneeName = "王某" },
		"cohandles": func(c *cases.Case) { c.Cohandles = accesstest.Orgs[:2] }, "urgent": func(c *cases.Case) { c.Urgent = true },
		"supervised": func(c *cases.Case) { c.Supervised = true }, "held": func(c *cases.Case) { c.Held = true },
		"route":  func(c *cases.Case) { c.Route = cases.Route{Unit: accesstest.Orgs[1], Rule: "r"} },
		"clocks": func(c *cases.Case) { c.Clocks = due }, "paused": func(c *cases.Case) { c.Clocks[0].PausedAt = later },
		"tick": func(c *cases.Case) { c.TickAt = later }, "result": func(c *cases.Case) { c.Result.Text = "sealed" },
		"photos": func(c *cases.Case) { c.Result.Photos = []kernel.ID{newID()} }, "merged": func(c *cases.Case) { c.MergedInto = newID() },
		"updated": func(c *cases.Case) { c.UpdatedAt = later }, "finished": func(c *cases.Case) { c.FinishedAt = later },
		"measures": func(c *cases.Case) { c.Measures = cases.Measures{RespKept: 1, FinMissed: 2, FinDue: later} },
		"missed":   func(c *cases.Case) { c.Measures.RespMissed, c.Measures.FinKept, c.Measures.RespDue = 3, 4, later },
		"rated":    func(c *cases.Case) { c.Score, c.Solved, c.RatedAt = 5, true, later },
	} {
		want := get(t, db, c.ID)
		if name == "paused" && len(want.Clocks) == 0 {
			continue // maps have no order: then there is no clock yet
		}
		version := want.Version
		runs := ahead(t, db, func(tx kernel.Tx) error { return step(tx, c.ID, version, change) })
		want.Version++
		change(want)
		got := get(t, db, c.ID)
		if name == "assignee" || name == "merged" || name == "photos" {
			want.Assignee, want.MergedInto, want.Result.Photos = got.Assignee, got.MergedInto, got.Result.Photos // newly made
		}
		if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || runs != 1 {
			t.Errorf("%s, run %d times (-want +got):\n%s", name, runs, diff)
		}
	}
	got := get(t, db, c.ID)
	if got.Assignee == "" || got.MergedInto == "" || len(got.Result.Photos) != 1 {
		t.Errorf("%q, %q, %v", got.Assignee, got.MergedInto, got.Result.Photos)
	}
}

// A message of an act that was worked out ahead wakes after its commit, like any other.
func aheadWakes(t *testing.T, db *store.DB) {
	var woken []kernel.Tenant
	db.OnOutbox(func(t kernel.Tenant) { woken = append(woken, t) })
	put := func(tx kernel.Tx) error {
		return store.Outbox{}.Put(tx, "access", "somebody", map[string]any{})
	}
	told := func(account kernel.ID) bool {
		t.Helper()
		ok, err := store.Outbox{DB: db}.AccessTold(context.Background(), tenant, account)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	_ = db.Ahead(context.Background(), tenant, func(tx kernel.Tx) error { return errors.Join(put(tx), errPlanted) })
	if len(woken) != 0 || told("somebody") {
		t.Error("woken by what was undone")
	}
	ahead(t, db, put)
	if len(woken) != 1 || !told("somebody") || told("another") {
		t.Errorf("woken %v, told %v and %v", woken, told("somebody"), told("another"))
	}
	ahead(t, db, func(tx kernel.Tx) error { // whichever way it is written
		_, err := store.Ledger{}.OfObject(tx, "x")
		return errors.Join(err, put(tx), store.Ledger{}.Append(tx, &ledger.Row{ID: newID(), Object: "x", At: tx.Now(), Public: "{}", Seq: -1}))
	})
	if len(woken) != 2 {
		t.Errorf("woken %v", woken)
	}
}

package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sanzhi/internal/access"
	"sanzhi/internal/access/accesstest"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
)

// midnight is the beginning of the suite's day in Asia/Shanghai.
var midnight = start.Add(-9 * time.Hour)

// openings lie on both sides of the ends of days.
func openings() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		beside := rapid.SampledFrom([]time.Duration{0, time.Millisecond, -time.Millisecond, 9 * time.Hour}).Draw(t, "beside")
		return midnight.AddDate(0, 0, rapid.IntRange(-1, 1).Draw(t, "day")).Add(beside)
	})
}

// bounds of a question: mostly whole days, as people ask.
func bounds() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		switch rapid.IntRange(0, 5).Draw(t, "bound") {
		case 0, 1:
			return time.Time{}
		case 2:
			return instant().Draw(t, "instant")
		default:
			return midnight.AddDate(0, 0, rapid.IntRange(-1, 2).Draw(t, "day"))
		}
	})
}

// sight draws what a reader may see: places, as all readers of rates have them, or what only lists have.
func sight(tn kernel.Tenant) *rapid.Generator[access.Scope] {
	return rapid.Custom(func(t *rapid.T) access.Scope {
		if rapid.IntRange(0, 4).Draw(t, "kind of sight") == 0 {
			a := accesstest.Actor().Draw(t, "actor")
			a.Tenant = tn
			return access.ScopeOf(a, access.CaseRead)
		}
		s := access.Scope{Tenant: tn}
		closed := rapid.Bool().Draw(t, "without confidential")
		for range rapid.IntRange(0, 3).Draw(t, "places") {
			c := access.Clause{ExcludeConfidential: closed}
			if p := maybe(t, "place", accesstest.Paths); p != "" {
				c.PathLo, c.PathHi = p.Range()
			}
			s.Clauses = append(s.Clauses, c)
		}
		return s
	})
}

// history is a district whose cases are opened, rated, closed, changed and put into the sums in any order.
type history struct {
	db  *store.DB
	tn  kernel.Tenant
	all []*cases.Case
}

// anyCase takes few of rapid's draws, which are not endless.
func anyCase(r *rapid.T, n int) *cases.Case {
	return aCase(n).Example(rapid.IntRange(0, 500).Draw(r, "case"))
}

func (h *history) update(r *rapid.T, fn func(tx kernel.Tx) error) {
	if err := h.db.Update(context.Background(), h.tn, fn); err != nil {
		r.Fatal(err)
	}
}

func (h *history) step(r *rapid.T) {
	h.update(r, func(tx kernel.Tx) error {
		what := rapid.IntRange(0, 9).Draw(r, "what")
		if len(h.all) == 0 || what < 3 {
			c := anyCase(r, len(h.all))
			c.OpenedAt = openings().Draw(r, "opened")
			c.Ended = rapid.SampledFrom([]string{"", "done", "done"}).Draw(r, "ended")
			h.all = append(h.all, c)
			_, err := store.Cases{}.Insert(tx, c, nil)
			return err
		}
		if what < 5 {
			_, err := store.Cases{}.Settle(tx, rapid.IntRange(1, 4).Draw(r, "at most"))
			return err
		}
		c := rapid.SampledFrom(h.all).Draw(r, "which")
		if what < 7 {
			_, err := store.Cases{}.Rate(tx, &cases.Rating{Case: c.ID, Round: rapid.IntRange(1, 2).Draw(r, "round"), Requester: rapid.SampledFrom(h.all).Draw(r, "who").ID,
				Score: rapid.IntRange(1, 5).Draw(r, "score"), Solved: rapid.Bool().Draw(r, "solved"), At: start})
			return err
		}
		n := anyCase(r, 0)
		c.Measures, c.Unit = n.Measures, n.Unit
		c.Ended = rapid.SampledFrom([]string{"", "done", "cancelled"}).Draw(r, "ended")
		c.MergedInto = kernel.ID(rapid.SampledFrom([]string{"", "", string(h.all[0].ID)}).Draw(r, "merged"))
		was := c.Version
		c.Version += rapid.IntRange(0, 1).Draw(r, "version")
		if ok, err := (store.Cases{}).Update(tx, c, was); err != nil || !ok {
			return fmt.Errorf("%v, %w", ok, err)
		}
		if ok, err := (store.Cases{}).Update(tx, c, was+7); err != nil || ok {
			return fmt.Errorf("a version that never was: %v, %w", ok, err)
		}
		return nil
	})
}

// compare asks for rates in both ways. Half of the questions are wide, so that they meet many cases.
func (h *history) compare(r *rapid.T) {
	err := h.db.View(context.Background(), h.tn, func(tx kernel.Tx) error {
		for i := range 8 {
			q := cases.RateQuery{From: bounds().Draw(r, "from"), To: bounds().Draw(r, "to"), Now: instant().Draw(r, "now"), Allow: everything(h.tn)}
			if i%2 == 0 {
				q.Path, q.Unit, q.Allow = maybe(r, "path", accesstest.Paths), maybe(r, "unit", accesstest.Orgs), sight(h.tn).Draw(r, "sight")
			}
			want, err := store.Cases{}.CountRates(tx, q)
			if err != nil {
				return err
			}
			got, err := store.Cases{}.Rates(tx, q)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(want, got); diff != "" {
				return fmt.Errorf("%+v (-want +got)\n%s", q, diff)
			}
		}
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
}

// casesRatesSummed: whatever has happened, the rates are what a look at every case gives.
func casesRatesSummed(t *testing.T, db *store.DB) {
	tn, summed := 100_000, 0
	rapid.Check(t, func(r *rapid.T) {
		tn++
		h := &history{db: db, tn: kernel.Tenant(fmt.Sprint(tn))}
		for range rapid.IntRange(5, 40).Draw(r, "steps") {
			h.step(r)
		}
		h.compare(r)
		// In the end everything that is over goes into the sums, once.
		for range 100 {
			n := 0
			h.update(r, func(tx kernel.Tx) (err error) { n, err = store.Cases{}.Settle(tx, 3); return err })
			if summed += n; n == 0 {
				h.compare(r)
				return
			}
		}
		r.Fatal("settling has no end")
	})
	if summed == 0 {
		t.Error("nothing was put into the sums")
	}
}

// casesRatesRace: of an act on a closed case and its going into the sums at the same time, none is lost.
func casesRatesRace(t *testing.T, db *store.DB) {
	const n = 24
	var all []*cases.Case
	for i := range n {
		c := newCase(i)
		c.Ended, c.Measures = "done", cases.Measures{RespKept: 1, FinKept: 1}
		all = append(all, c)
		update(t, db, func(tx kernel.Tx) error {
			if _, err := (store.Cases{}).Rate(tx, &cases.Rating{Case: c.ID, Round: 1, Requester: c.ID, Score: 5, Solved: true, At: start}); err != nil {
				return err
			}
			_, err := store.Cases{}.Insert(tx, c, nil)
			return err
		})
	}
	errs := make(chan error)
	go func() {
		for range 3 * n {
			if err := db.Update(context.Background(), tenant, func(tx kernel.Tx) error { _, err := store.Cases{}.Settle(tx, 3); return err }); err != nil {
				errs <- err
				return
			}
		}
		errs <- nil
	}()
	for _, c := range slices.Backward(all) {
		go func() {
			errs <- db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
				moved := *c
				moved.Version, moved.Unit, moved.Measures = 2, accesstest.Orgs[0], cases.Measures{RespMissed: 1, FinMissed: 1}
				ok, err := store.Cases{}.Update(tx, &moved, 1)
				if err == nil && !ok {
					err = fmt.Errorf("case %s was refused", c.Number)
				}
				return err
			})
		}()
	}
	for range n + 1 {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	view(t, db, func(tx kernel.Tx) error {
		for _, unit := range []kernel.ID{"", accesstest.Orgs[0], accesstest.Orgs[1]} {
			want := cases.Rates{}
			if unit != accesstest.Orgs[1] {
				want = cases.Rates{Response: cases.Rate{Den: n}, OnTime: cases.Rate{Den: n}, Resolution: cases.Rate{Num: n, Den: n}, Satisfaction: cases.Rate{Num: n, Den: n}}
			}
			got, err := store.Cases{}.Rates(tx, cases.RateQuery{Unit: unit, Now: start, Allow: everything(tenant)})
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("unit %q: %v (-want +got)\n%s", unit, err, diff)
			}
		}
		return nil
	})
}

// casesRatesFromSums: what is settled is read from the sums alone, for whole days and for all time, at every level.
func casesRatesFromSums(t *testing.T, db *store.DB) {
	c := newCase(1)
	c.Path, c.Unit, c.Ended, c.Measures = "630105/002/204/", accesstest.Orgs[0], "done", cases.Measures{RespKept: 1, FinKept: 1}
	update(t, db, func(tx kernel.Tx) error {
		if _, err := (store.Cases{}).Insert(tx, c, nil); err != nil {
			return err
		}
		n, err := store.Cases{}.Settle(tx, 10)
		if n != 1 {
			t.Errorf("%d cases settled", n)
		}
		return err
	})
	write(t, db, func(conn dialect.Conn) error {
		_, err := conn.Exec("UPDATE case_rate SET fin_kept = fin_kept + 100, fin_all = fin_all + 100 WHERE tenant = $1", string(tenant))
		return err
	})
	for _, path := range []kernel.Path{"", "630105/", "630105/002/", "630105/002/204/"} {
		for _, unit := range []kernel.ID{"", c.Unit} {
			for _, days := range [][2]time.Time{{}, {midnight, midnight.AddDate(0, 0, 1)}} {
				view(t, db, func(tx kernel.Tx) error {
					got, err := store.Cases{}.Rates(tx, cases.RateQuery{Path: path, Unit: unit, From: days[0], To: days[1], Now: start, Allow: everything(tenant)})
					want := cases.Rates{Response: cases.Rate{Num: 1, Den: 1}, OnTime: cases.Rate{Num: 101, Den: 101}}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%q %q %v (-want +got)\n%s", path, unit, days, diff)
					}
					return err
				})
			}
		}
	}
}

// ticksRace: of many that look at the clocks of a case at once, one does something about them.
func ticksRace(t *testing.T, db *store.DB) {
	c := newCase(1)
	c.TickAt = start
	update(t, db, func(tx kernel.Tx) error { _, err := store.Cases{}.Insert(tx, c, nil); return err })
	const n = 4
	var read sync.WaitGroup
	read.Add(n)
	all := make(chan struct{})
	go func() { read.Wait(); close(all) }()
	told := make(chan bool)
	errs := make(chan error)
	for range n {
		go func() {
			mine, once := false, sync.OnceFunc(read.Done)
			err := db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
				mine = false
				got, err := store.Cases{}.Get(tx, c.ID)
				once()
				if err != nil || got.TickAt.IsZero() {
					return err
				}
				select { // where units of work run side by side, all have read before one writes
				case <-all:
				case <-time.After(300 * time.Millisecond):
				}
				if mine, err = (store.Cases{}).ClaimTick(tx, got); err != nil || !mine {
					return err
				}
				got.TickAt = time.Time{}
				_, err = store.Cases{}.Update(tx, got, got.Version)
				return err
			})
			told <- mine
			errs <- err
		}()
	}
	times := 0
	for range n {
		if <-told {
			times++
		}
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if times != 1 {
		t.Errorf("%d of %d did something about it", times, n)
	}
}

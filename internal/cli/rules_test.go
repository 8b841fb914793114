package cli

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
	"sanzhi/internal/workflow"
)

const county = kernel.Path(demoTenant + "/")

func TestCoverageFallsWithOneLink(t *testing.T) {
	eachDistrict(t, func(d *district) {
		of := map[kernel.ID][]*orgs.Cover{}
		for _, c := range d.l.g.Covers {
			if c.Kind == orgs.CoverBranch {
				of[c.Place] = append(of[c.Place], c)
			}
		}
		var only *orgs.Cover
		for _, l := range of {
			if len(l) == 1 {
				only = l[0]
			}
		}
		if only == nil {
			d.Fatal("no compound is covered once")
		}
		coverage := func() (r orgs.Rate) {
			d.view(func(tx kernel.Tx) (err error) {
				r, err = store.Orgs{}.Coverage(tx, orgs.CoverBranch, county)
				return err
			})
			return r
		}
		if r := coverage(); r != (orgs.Rate{Num: 360, Den: 360}) {
			d.Fatalf("coverage %+v", r)
		}
		d.check(d.update(func(tx kernel.Tx) error {
			ok, err := store.Orgs{}.EndCover(tx, only.Org, only.Place, orgs.CoverBranch)
			if !ok {
				d.Error("the link was not there")
			}
			return err
		}))
		if r := coverage(); r != (orgs.Rate{Num: 359, Den: 360}) || r.Percent() != "99.72 %" {
			d.Errorf("after cutting one link %+v = %s", r, r.Percent())
		}
		d.view(func(tx kernel.Tx) error {
			r, err := store.Orgs{}.PostCoverage(tx, string(territory.Community), "社区副书记", county)
			if r != (orgs.Rate{Num: 31, Den: 31}) {
				d.Errorf("police officers who are deputy secretaries: %+v", r)
			}
			return err
		})
	})
}

func TestACompoundHasOneLeadAmongItsPairedUnits(t *testing.T) {
	eachDistrict(t, func(d *district) {
		leads := map[kernel.ID]int{}
		var lead *orgs.Cover
		d.view(func(tx kernel.Tx) error {
			l, err := store.Orgs{}.Covers(tx, orgs.CoverPaired)
			for _, c := range l {
				leads[c.Place] += 0
				if c.Lead {
					leads[c.Place]++
					lead = c
				}
			}
			return err
		})
		if len(leads) != 360 {
			d.Errorf("%d compounds are paired", len(leads))
		}
		for place, n := range leads {
			if n != 1 {
				d.Errorf("%s has %d leads", place, n)
			}
		}
		var other kernel.ID
		for _, o := range d.l.g.Orgs {
			if o.Kind == orgs.Department && o.ID != lead.Org {
				other = o.ID
			}
		}
		for _, o := range []kernel.ID{other, lead.Org} {
			d.refused(d.update(func(tx kernel.Tx) error {
				return store.Orgs{}.PutCovers(tx, []*orgs.Cover{{ID: kernel.NewID(tx.Now()), Kind: orgs.CoverPaired, Org: o, Place: lead.Place, Lead: true, From: tx.Now()}})
			}), kernel.KindConflict, "")
		}
	})
}

func TestThreeWorkingDaysRunAcrossTheHoliday(t *testing.T) {
	eachDistrict(t, func(d *district) {
		h, _ := d.open(kernel.Anonymous(demoTenant), cases.Order{Flow: "hazard", Text: "电线垂下来了", Form: map[string]any{"severity": "general"}})
		h = d.act(d.clerk(h), h.ID, "assign", map[string]any{"unit": string(d.l.g.Org("water").ID)})
		cadre := d.holder(kernel.Cadre, h.Unit, 0)
		d.act(cadre, h.ID, "start", nil)
		h = d.act(cadre, h.ID, "finish", map[string]any{"result": "改好了", "photos": []any{d.photo()}})
		i := slices.IndexFunc(h.Clocks, func(s workflow.ClockState) bool { return s.ID == "recheck" })
		// 2023-04-29 to 05-03 are free; Saturday 05-06 is a working day. The office closes at 18:00.
		want := time.Date(2023, 5, 6, 18, 0, 0, 0, kernel.Shanghai)
		if i < 0 || !h.Clocks[i].DueAt.Equal(want) || h.Clocks[i].Provisional {
			d.Fatalf("clocks %+v, want recheck due at %v", h.Clocks, want)
		}
		acts := func() (n int) {
			var rows []*ledger.Row
			d.view(func(tx kernel.Tx) (err error) { rows, err = d.a.cases.Ledger.OfObject(tx, h.ID); return err })
			for _, r := range rows {
				if r.Act == "overdue" {
					n++
				}
			}
			return n
		}
		for _, at := range []struct {
			now  time.Time
			over int
		}{{want.Add(-time.Second), 0}, {want, 1}, {want.Add(time.Minute), 1}} {
			d.clock.Set(at.now)
			for range 3 {
				_, err := d.a.cases.Tick(d.Context(), demoTenant, 100)
				d.check(err)
			}
			if n := acts(); n != at.over {
				d.Errorf("at %v: told %d times that it is over, want %d", at.now, n, at.over)
			}
		}
	})
}

func TestAClockThatActsActsOnce(t *testing.T) {
	eachDistrict(t, func(d *district) {
		c, code := d.order("路灯不亮了")
		d.finish(c)
		d.clock.Advance(9 * 24 * time.Hour)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := d.a.cases.Tick(d.Context(), demoTenant, 100); err != nil {
					d.Error(err)
				}
			})
		}
		wg.Go(func() { // the requester rates in the same moment: one of the two happens
			if err := d.byCode(code, "rate", map[string]any{"score": 5, "solved": true}); err != nil && !kernel.Is(err, kernel.KindConflict) {
				d.Error(err)
			}
		})
		wg.Wait()
		got := d.get(c.ID)
		if got.Ended != "unrated" && got.Ended != "done" {
			d.Fatalf("ended %q", got.Ended)
		}
		n := map[string]int{}
		d.view(func(tx kernel.Tx) error {
			rows, err := d.a.cases.Ledger.OfObject(tx, c.ID)
			for _, r := range rows {
				n[r.Act]++
			}
			return err
		})
		if n["expire"]+n["rate"] != 1 {
			d.Errorf("acts %v", n)
		}
	})
}

func TestEachActPutsOneRowIntoTheOutbox(t *testing.T) {
	eachDistrict(t, func(d *district) {
		c, code := d.order("路灯不亮了")
		d.finish(c)
		d.check(d.byCode(code, "comment", map[string]any{"text": "灯亮了"}))
		d.check(d.byCode(code, "rate", map[string]any{"score": 5, "solved": true}))
		d.view(func(tx kernel.Tx) error {
			l, err := d.a.outbox.Recent(tx, "case", time.UnixMilli(1), 100)
			if len(l) != 7 {
				d.Errorf("%d rows of the outbox for 7 acts", len(l))
			}
			return err
		})
	})
}

func TestADryRunTellsWhatARuleWouldMove(t *testing.T) {
	eachDistrict(t, func(d *district) {
		const lamps = 230 // more than a page
		last, _ := d.order("路灯不亮了")
		o := cases.Order{Flow: "menu", Item: item, Text: "路灯不亮了", Lon: last.Lon, Lat: last.Lat}
		d.check(d.update(func(tx kernel.Tx) error {
			for range lamps - 1 {
				draft, err := d.a.cases.Prepare(d.Context(), kernel.Anonymous(demoTenant), o)
				if err != nil {
					return err
				}
				if _, err := d.a.cases.StoreDraft(tx, kernel.Anonymous(demoTenant), draft); err != nil {
					return err
				}
			}
			return nil
		}))
		for range 3 {
			d.open(kernel.Anonymous(demoTenant), cases.Order{Flow: "menu", Item: "water", Text: "没水"})
		}
		from, to := d.set.Route(d.set.Item(item), &last.Place), d.l.g.Org("water").ID
		rules := append(slices.Clone(d.set.Rules), cases.Rule{ID: "new", Items: []string{item}, Via: cases.ViaUnit, Unit: to})
		admin := d.actor(d.l.g.HoldersAt(kernel.SystemAdmin, d.l.d.Places[0].ID)[0])
		moved := map[string]bool{}
		run := func(rules []cases.Rule, from, to time.Time) cases.DryRunReport {
			r, err := d.a.cases.DryRun(d.Context(), admin, rules, from, to, func(m cases.Moved) error {
				moved[m.Number] = true
				if m.Item != item || m.To.Rule != "new" {
					d.Errorf("moved %+v", m)
				}
				return nil
			})
			d.check(err)
			return r
		}
		want := cases.DryRunReport{Cases: lamps + 3, Moved: lamps, Lost: map[kernel.ID]int{from.Unit: lamps}, Won: map[kernel.ID]int{to: lamps}}
		if diff := cmp.Diff(want, run(rules, time.Time{}, time.Time{})); diff != "" || len(moved) != lamps {
			d.Errorf("%d moved: %s", len(moved), diff)
		}
		if r := run(d.set.Rules, time.Time{}, time.Time{}); r.Moved != 0 || r.Cases != lamps+3 {
			d.Errorf("the rules in force: %+v", r)
		}
		if r := run(rules, friday.Add(time.Hour), time.Time{}); r.Cases != 0 {
			d.Errorf("none was opened later: %+v", r)
		}
		_, err := d.a.cases.DryRun(d.Context(), d.holder(kernel.UnitDispatcher, to, 0), rules, time.Time{}, time.Time{}, nil)
		d.refused(err, kernel.KindForbidden, "")
	})
}

package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/access"
	"sanzhi/internal/activities"
	"sanzhi/internal/ballots"
	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/privacy"
	room "sanzhi/internal/registers"
	"sanzhi/internal/reports"
	"sanzhi/internal/rounds"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
)

// TestFiguresOfTheRooms: what happened in a room stands in the bulletin, what is to come or was called off does not.
func TestFiguresOfTheRooms(t *testing.T) {
	eachDistrict(t, func(d *district) {
		made, err := d.l.g.Activities(d.clock.Now())
		d.check(err)
		d.check(d.update(func(tx kernel.Tx) error {
			if err := (store.Activities{}).PutSeries(tx, made.Series); err != nil {
				return err
			}
			off := *made.Past[0]
			off.ID, off.Stage = kernel.NewID(tx.Now()), activities.Cancelled
			for _, l := range [][]*activities.Activity{made.Past, {&off}} {
				if err := importActivities(tx, d.a.acts.Ledger, l); err != nil {
					return err
				}
			}
			return nil
		}))
		d.clock.Advance(time.Minute)
		_, doc := d.issue(reports.Order{Template: "focus", From: demo.PeriodFrom, To: demo.PeriodTo})
		got := map[string]string{}
		for _, k := range []string{"volunteering", "school", "forum", "disputes"} {
			if f := doc.Figure(k); f != nil {
				got[k] = f.Text.Zh
			}
		}
		if diff := cmp.Diff(map[string]string{"volunteering": "1500余次", "school": "100余次", "forum": "14期", "disputes": "0起"}, got); diff != "" {
			d.Errorf("figures (-want +got):\n%s", diff)
		}
		if f := doc.Figure("volunteering"); f.Num != 1537 {
			d.Errorf("%d sessions: one that was called off counts", f.Num)
		}
		// Each query of the program gives as many as its records add up to.
		d.view(func(tx kernel.Tx) error {
			ask := reports.Ask{Path: kernel.Path(demoTenant + "/"), Period: kernel.Period{From: demo.PeriodFrom, To: demo.PeriodTo}, AsOf: tx.Now(), Allow: access.ScopeOf(kernel.System(demoTenant), access.CaseRead)}
			for _, q := range d.a.reports.Queries.All() {
				want, err := q.Count(tx, ask)
				if err != nil {
					return err
				}
				var sum reports.Tally
				if err := q.Each(tx, ask, func(r *reports.Record) error { sum.Num += r.Num; sum.Den += r.Den; return nil }); err != nil {
					return err
				}
				if sum != want {
					d.Errorf("%s counts %+v, its records give %+v", q.ID, want, sum)
				}
			}
			return nil
		})
	})
}

// TestAResolutionBecomesAWork: a planned one at the ballot's place, which nobody but the registers' readers sees until it is published.
func TestAResolutionBecomesAWork(t *testing.T) {
	eachDistrict(t, func(d *district) {
		id := d.solved("路灯不亮")
		clerk := d.clerk(d.get(id))
		put, err := d.a.ballots.Tasks["work"].Prepare(d.Context(), clerk, ballots.Task{Place: clerk.Posts[0].Place, Title: strings.Repeat("修", 90), Text: "在 3 号楼前修一段坡道"})
		d.check(err)
		var work kernel.ID
		d.check(d.update(func(tx kernel.Tx) (err error) { work, err = put(tx); return err }))
		d.view(func(tx kernel.Tx) error {
			p, err := d.a.works.Read(tx, clerk, work)
			if err != nil {
				return err
			}
			if p.Published || p.State != "planned" || !strings.Contains(p.Body.Summary, "坡道") || p.Place != clerk.Posts[0].Place {
				d.Errorf("%+v", p)
			}
			if _, err := d.a.works.Read(tx, kernel.Anonymous(demoTenant), work); !kernel.Is(err, kernel.KindNotFound) {
				d.Errorf("everybody reads a draft: %v", err)
			}
			found, err := d.a.registers.Find[room.ToWork](tx, clerk, work)
			if err != nil || found.Name != p.Name {
				d.Errorf("as evidence: %+v %v", found, err)
			}
			return nil
		})
	})
}

// village gives a village with the clerk who serves it.
func (d *district) village() (out struct {
	id    kernel.ID
	clerk kernel.Actor
}) {
	d.Helper()
	for _, p := range d.l.d.Places {
		if l := d.l.g.HoldersAt(kernel.CommunityClerk, p.ID); p.Kind == territory.Village && len(l) > 0 {
			out.id, out.clerk = p.ID, d.actor(l[0])
			return out
		}
	}
	d.Fatal("no village has a clerk")
	return out
}

// kept writes down somebody who agreed to be visited, and somebody who keeps the link to a household.
func (d *district) kept() (care, entry kernel.ID) {
	d.Helper()
	v := d.village()
	d.check(d.update(func(tx kernel.Tx) error {
		if err := d.a.rounds.Found(tx); err != nil {
			return err
		}
		c, err := d.a.rounds.Agree(tx, v.clerk, rounds.Enrol{Name: "赵大娘", Phone: "13897600001", Address: "二组 5 号", Place: v.id, Visitor: v.clerk.Account, Every: 7,
			Text: rounds.ConsentVersion, By: rounds.BySelf, How: rounds.InWriting, Agreed: true})
		if err != nil {
			return err
		}
		e, _, err := d.a.registers.Add(tx, v.clerk, room.Draft{Register: "household", Place: v.id, Values: map[string]string{"holder": "钱书记"},
			Links: []room.LinkDraft{{Role: "household", Target: v.id, Door: "6 号", Consent: "2023-04-01"}}})
		if err == nil {
			care, entry = c.ID, e.ID
		}
		return err
	}))
	return care, entry
}

// TestThePersonsFile: each room shows what it keeps about somebody, corrects and erases it, and its clock ends it.
func TestThePersonsFile(t *testing.T) {
	eachDistrict(t, func(d *district) {
		care, entry := d.kept()
		file := func(s privacy.Subject) (out string) {
			d.Helper()
			d.view(func(tx kernel.Tx) error {
				f, err := d.a.privacy.File(tx, s)
				if err != nil {
					return err
				}
				for _, i := range f.Items {
					out += i.Field + "=" + i.Value + " "
					if p, ok := privacy.Lookup(i.Purpose); !ok || i.Until.IsZero() != (p.Months == 0) && i.Field != "register_entry.sealed" && i.Field != "register_link.sealed" {
						d.Errorf("%s: purpose %q until %v", i.Field, i.Purpose, i.Until)
					}
				}
				return nil
			})
			return strings.TrimSpace(out)
		}
		visited, listed := privacy.Subject{Kind: privacy.OfCare, ID: care}, privacy.Subject{Kind: privacy.OfEntry, ID: entry}
		for _, x := range []struct{ got, want string }{
			{file(visited), "round_care.name=赵大娘 round_care.phone=13897600001 round_care.address=二组 5 号"},
			{file(listed), "register_entry.sealed=钱书记 register_link.sealed=6 号"},
		} {
			if diff := cmp.Diff(x.want, x.got); diff != "" {
				d.Error(diff)
			}
		}
		d.check(d.update(func(tx kernel.Tx) error {
			for _, src := range d.a.privacy.Sources {
				for _, s := range []privacy.Subject{visited, listed} {
					if _, err := src.Correct(tx, s, map[string]string{"name": "孙大爷"}); err != nil {
						return err
					}
				}
			}
			return nil
		}))
		if a, b := file(visited), file(listed); !strings.Contains(a, "孙大爷") || !strings.Contains(b, "孙大爷") {
			d.Errorf("not corrected: %s, %s", a, b)
		}
		erase := func(s privacy.Subject) (n int) {
			d.Helper()
			d.check(d.update(func(tx kernel.Tx) error {
				for _, src := range d.a.privacy.Sources {
					m, err := src.Erase(tx, s)
					if err != nil {
						return err
					}
					n += m
				}
				return nil
			}))
			return n
		}
		if n := erase(visited) + erase(listed); n != 3 {
			d.Errorf("%d things were erased", n)
		}
		if a, b := file(visited), file(listed); a+b != "" {
			d.Errorf("still kept: %s %s", a, b)
		}
		d.view(func(tx kernel.Tx) error { // the link still counts
			links, err := store.Registers{}.Links(tx, []kernel.ID{entry})
			if len(links[entry]) != 1 {
				d.Errorf("%+v", links)
			}
			return err
		})
	})
}

// TestRegistersForget: names and doors of an entry that has ended go when their clock has run out, and not a day before.
func TestRegistersForget(t *testing.T) {
	eachDistrict(t, func(d *district) {
		_, entry := d.kept()
		ended := d.clock.Now()
		d.check(d.update(func(tx kernel.Tx) error {
			e, err := store.Registers{}.Get(tx, entry)
			if err != nil {
				return err
			}
			e.State, e.StateAt, e.Version = room.Ended, ended, e.Version+1
			_, err = store.Registers{}.Save(tx, e)
			return err
		}))
		for _, days := range []int{-1, 1} {
			d.check(d.update(func(tx kernel.Tx) error {
				for _, k := range d.a.privacy.Keepers {
					if k.Purpose() == privacy.PurposeEntry || k.Purpose() == privacy.PurposeHousehold {
						if _, err := k.Forget(tx, ended.AddDate(0, 0, days), 10); err != nil {
							return err
						}
					}
				}
				e, err := store.Registers{}.Get(tx, entry)
				links, _ := store.Registers{}.Links(tx, []kernel.ID{entry})
				if err == nil && days < 0 && (e.Sealed == "" || len(links[entry]) != 1) {
					d.Error("ended before its time")
				}
				return err
			}))
		}
		d.view(func(tx kernel.Tx) error {
			e, err := store.Registers{}.Get(tx, entry)
			links, _ := store.Registers{}.Links(tx, []kernel.ID{entry})
			if b, _ := json.Marshal(e.Values); e.Sealed != "" || len(links[entry]) != 0 || strings.Contains(string(b), "钱书记") {
				d.Errorf("kept on: %s %v", b, links)
			}
			return err
		})
	})
}

package cli

import (
	"strings"
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
	"sanzhi/internal/vault"
)

// orgOfKind gives an organisation of the kind at the place or above.
func (d *district) orgOfKind(kind orgs.Kind, at kernel.Path) kernel.ID {
	d.Helper()
	for _, o := range d.l.g.Orgs {
		if o.Kind == kind && o.Path.Holds(at) {
			return o.ID
		}
	}
	d.Fatalf("no %s at %s", kind, at)
	return ""
}

func TestACaseGoesOnlyToAUnitThatCanTakeIt(t *testing.T) {
	eachDistrict(t, func(d *district) {
		c, _ := d.order("路灯不亮")
		clerk := d.clerk(c)
		idle := []kernel.ID{d.orgOfKind(orgs.Branch, c.Path), d.orgOfKind(orgs.VolunteerTeam, c.Path), d.orgOfKind(orgs.SocialOrg, c.Path),
			d.orgOfKind(orgs.PoliceStation, c.Path), "01AN0N0RGAN1SAT10NATA11000"}
		for _, u := range idle {
			d.refused(d.try(clerk, c.ID, "submit", map[string]any{"unit": string(u)}), kernel.KindInvalid, "form.unit")
		}
		c = d.act(clerk, c.ID, "submit", nil)
		if c.Unit == "" || c.Unit != c.Route.Unit {
			d.Fatalf("submitted to %q, routed to %q", c.Unit, c.Route.Unit)
		}
		for _, u := range idle {
			d.refused(d.try(clerk, c.ID, "transfer", map[string]any{"unit": string(u), "reason": "不归这里管"}), kernel.KindInvalid, "form.unit")
			d.refused(d.try(clerk, c.ID, "cohandle", map[string]any{"units": []string{string(u)}}), kernel.KindInvalid, "form.units")
		}
		other := d.l.g.Org("water").ID
		c = d.act(clerk, c.ID, "transfer", map[string]any{"unit": string(other), "reason": "不归这里管"})
		if c.Unit != other {
			d.Errorf("transferred to %s, want %s", c.Unit, other)
		}
		// A hazard waits for a cadre, not for a dispatcher.
		h, _ := d.open(kernel.Anonymous(demoTenant), cases.Order{Flow: "hazard", Text: "电线垂下来了", Form: map[string]any{"severity": "general"}})
		d.refused(d.try(clerk, h.ID, "assign", map[string]any{"unit": string(idle[0])}), kernel.KindInvalid, "form.unit")
		d.act(clerk, h.ID, "assign", map[string]any{"unit": string(other)})
	})
}

func TestEveryRouteLeadsToAUnitThatCanTakeIt(t *testing.T) {
	eachDistrict(t, func(d *district) {
		idle := map[string]bool{}
		tried := 0
		d.view(func(tx kernel.Tx) error {
			staffed := map[kernel.ID]bool{}
			for _, p := range d.l.d.Places {
				if p.Kind != territory.GridGeneral || p.Shape == nil {
					continue
				}
				middle := p.Shape.Bound().Center()
				at := d.set.Index.At(middle[0], middle[1])
				if at.Grid == nil {
					continue
				}
				for _, i := range d.set.Items {
					if !i.At(&at) {
						continue
					}
					tried++
					u := d.set.Route(i, &at).Unit
					if staffed[u] {
						continue
					}
					for _, role := range []kernel.Role{kernel.UnitDispatcher, kernel.Cadre} {
						l, err := store.Orgs{}.Staff(tx, u, role, at.Path)
						if err != nil {
							return err
						}
						if len(l) == 0 {
							idle[i.ID+" → "+d.set.OrgName(u)+": no "+string(role)] = true
						}
					}
					staffed[u] = true
				}
			}
			return nil
		})
		if tried < 1000 || len(idle) > 0 {
			d.Errorf("%d routes tried; dead ends: %v", tried, idle)
		}
	})
}

func TestMergedChainsAreFollowedAndRatedByEachRequester(t *testing.T) {
	eachDistrict(t, func(d *district) {
		a, codeA := d.order("路灯不亮了")
		b, codeB := d.order("巷口的路灯黑着")
		c, codeC := d.order("灯坏了好几天")
		clerk := d.clerk(a)
		d.act(clerk, a.ID, "merge", map[string]any{"into": string(b.ID)})
		d.act(clerk, b.ID, "merge", map[string]any{"into": string(c.ID)})
		d.refused(d.try(clerk, c.ID, "merge", map[string]any{"into": string(a.ID)}), kernel.KindInvalid, "form.into")

		own, lives, err := d.a.cases.ByCode(d.Context(), demoTenant, codeA)
		d.check(err)
		if own.ID != a.ID || lives.ID != c.ID {
			d.Fatalf("the first order lives on in %s, want %s", lives.ID, c.ID)
		}
		d.finish(d.get(c.ID))

		rate := func(score int) map[string]any {
			return map[string]any{"score": score, "solved": true, "text": "谢谢"}
		}
		d.check(d.byCode(codeB, "rate", rate(4)))
		d.check(d.byCode(codeA, "rate", rate(2)))
		d.check(d.byCode(codeC, "rate", rate(5))) // the case's own requester is not shut out by the others
		for _, code := range []vault.TrackCode{codeA, codeB, codeC} {
			d.refused(d.byCode(code, "rate", rate(1)), kernel.KindConflict, "")
		}
		d.view(func(tx kernel.Tx) error {
			l, err := store.Cases{}.Ratings(tx, c.ID)
			got := map[kernel.ID]int{}
			for _, r := range l {
				got[r.Requester] = r.Score
			}
			if diff := cmp.Diff(map[kernel.ID]int{a.ID: 2, b.ID: 4, c.ID: 5}, got); diff != "" {
				d.Error(diff)
			}
			return err
		})
	})
}

func TestALaterRequesterWhoSaysNotSolvedOpensTheNextRound(t *testing.T) {
	eachDistrict(t, func(d *district) {
		a, codeA := d.order("路灯不亮了")
		b, codeB := d.order("巷口的路灯黑着")
		d.act(d.clerk(a), a.ID, "merge", map[string]any{"into": string(b.ID)})
		done := d.finish(d.get(b.ID))
		d.check(d.byCode(codeB, "rate", map[string]any{"score": 5, "solved": true}))
		d.check(d.byCode(codeA, "rate", map[string]any{"score": 1, "solved": false}))
		c := d.get(b.ID)
		if c.Step != "submitted" || c.Ended != "" || c.Round != 2 || !c.Supervised || c.Assignee != "" || c.Unit != done.Unit || !c.ClosedAt.IsZero() {
			d.Errorf("step %s, ended %q, round %d, supervised %v, assignee %q, unit %s, closed %v", c.Step, c.Ended, c.Round, c.Supervised, c.Assignee, c.Unit, c.ClosedAt)
		}
		running := map[string]bool{}
		for i := range c.Clocks {
			running[c.Clocks[i].ID] = c.Clocks[i].Running()
		}
		if diff := cmp.Diff(map[string]bool{"submit": false, "dispatch": true, "response": false, "finish": false, "rating": false, "total": true}, running); diff != "" {
			d.Error(diff)
		}
		// Once the time for the rating is over, nobody rates a round any more.
		d.finish(c)
		d.check(d.byCode(codeB, "rate", map[string]any{"score": 5, "solved": true}))
		d.clock.Advance(9 * 24 * time.Hour)
		d.refused(d.byCode(codeA, "rate", map[string]any{"score": 1, "solved": true}), kernel.KindConflict, "")
	})
}

func TestNobodyCancelsAnOrderThatOthersAreJoinedTo(t *testing.T) {
	eachDistrict(t, func(d *district) {
		a, codeA := d.order("路灯不亮了")
		b, codeB := d.order("巷口的路灯黑着")
		d.act(d.clerk(a), a.ID, "merge", map[string]any{"into": string(b.ID)})
		d.refused(d.byCode(codeA, "cancel", nil), kernel.KindConflict, "")
		d.refused(d.byCode(codeB, "cancel", nil), kernel.KindConflict, "")
		d.view(func(tx kernel.Tx) error {
			f, err := d.a.cases.Follow(tx, codeB)
			if err != nil {
				return err
			}
			offers, err := d.a.cases.Offers(d.set, f.Actor, f.Case, tx)
			for _, x := range offers {
				if x.ID == "cancel" {
					d.Error("cancelling is offered")
				}
			}
			return err
		})
		_, alone := d.order("井盖响")
		d.check(d.byCode(alone, "cancel", nil))
	})
}

func TestRequestersOfJoinedCasesDoNotReadEachOther(t *testing.T) {
	eachDistrict(t, func(d *district) {
		a, codeA := d.order("路灯不亮了")
		b, codeB := d.order("巷口的路灯黑着")
		d.act(d.clerk(a), a.ID, "merge", map[string]any{"into": string(b.ID)})
		d.check(d.byCode(codeA, "comment", map[string]any{"text": "甲的话"}))
		d.check(d.byCode(codeB, "comment", map[string]any{"text": "乙的话"}))
		d.finish(d.get(b.ID))
		d.check(d.byCode(codeA, "rate", map[string]any{"score": 2, "solved": false, "text": "甲的评语"}))
		said := func(code vault.TrackCode) (words string, acts []string) {
			d.view(func(tx kernel.Tx) error {
				f, err := d.a.cases.Follow(tx, code)
				if err != nil {
					return err
				}
				for _, r := range f.Rows {
					acts = append(acts, r.Act)
					p, err := d.a.cases.Ledger.Personal(demoTenant, r)
					if err != nil {
						return err
					}
					if form, _ := p["form"].(map[string]any); form != nil {
						s, _ := form["text"].(string)
						words += s + " "
					}
				}
				return nil
			})
			return words, acts
		}
		words, acts := said(codeA)
		if strings.Contains(words, "乙") || !strings.Contains(words, "甲的话") || !strings.Contains(words, "甲的评语") {
			d.Errorf("the first requester reads %q", words)
		}
		if diff := cmp.Diff([]string{"order", "merge", "comment", "submit", "dispatch", "accept", "finish", "rate"}, acts); diff != "" {
			d.Error(diff)
		}
		words, acts = said(codeB)
		if strings.Contains(words, "甲") || !strings.Contains(words, "乙的话") {
			d.Errorf("the second requester reads %q", words)
		}
		if diff := cmp.Diff([]string{"order", "comment", "submit", "dispatch", "accept", "finish", "rate"}, acts); diff != "" {
			d.Error(diff)
		}
	})
}

func TestCasesMergedIntoEachOtherAtOnceMakeNoRing(t *testing.T) {
	eachDistrict(t, func(d *district) {
		for range 10 {
			a, _ := d.order("路灯不亮了")
			b, _ := d.order("巷口的路灯黑着")
			clerk := d.clerk(a)
			var wg sync.WaitGroup
			for _, p := range [][2]kernel.ID{{a.ID, b.ID}, {b.ID, a.ID}} {
				wg.Go(func() {
					err := d.update(func(tx kernel.Tx) error {
						_, err := d.a.cases.Act(tx, d.set, clerk, p[0], "merge", 1, map[string]any{"into": string(p[1])})
						return err
					})
					if err != nil && !kernel.Is(err, kernel.KindConflict) && !kernel.Is(err, kernel.KindInvalid) {
						d.Error(err)
					}
				})
			}
			wg.Wait()
			a, b = d.get(a.ID), d.get(b.ID)
			if (a.MergedInto == "") == (b.MergedInto == "") {
				d.Fatalf("%q and %q: want exactly one merged", a.MergedInto, b.MergedInto)
			}
		}
	})
}

func TestStrangersDoNotRateAndClosedCasesTakeNoMerge(t *testing.T) {
	eachDistrict(t, func(d *district) {
		c, code := d.order("路灯不亮了")
		clerk := d.clerk(c)
		done := d.finish(c)
		rating := map[string]any{"score": 5, "solved": true}
		d.refused(d.try(clerk, c.ID, "rate", rating), kernel.KindForbidden, "")
		d.refused(d.try(d.holder(kernel.Cadre, done.Unit, 0), c.ID, "rate", rating), kernel.KindForbidden, "")
		d.refused(d.try(kernel.Actor{Kind: kernel.ActorAccount, Tenant: demoTenant, Account: "somebody"}, c.ID, "rate", rating), kernel.KindNotFound, "")
		other, _ := d.order("巷口的路灯黑着")
		d.refused(d.try(kernel.Actor{Kind: kernel.ActorRequester, Tenant: demoTenant, Case: other.ID}, c.ID, "rate", rating), kernel.KindNotFound, "")
		d.check(d.byCode(code, "rate", rating))
		d.refused(d.try(clerk, other.ID, "merge", map[string]any{"into": string(c.ID)}), kernel.KindInvalid, "form.into")
	})
}

func TestAHazardClosesOnlyAfterSomebodyElseRechecked(t *testing.T) {
	eachDistrict(t, func(d *district) {
		h, _ := d.open(kernel.Anonymous(demoTenant), cases.Order{Flow: "hazard", Text: "电线垂下来了", Form: map[string]any{"severity": "urgent"}})
		clerk := d.clerk(h)
		unit := d.set.Committee[h.Place.Community.ID] // its cadres are clerks too, who may recheck what others put right
		h = d.act(clerk, h.ID, "assign", map[string]any{"unit": string(unit)})
		cadre := d.holder(kernel.Cadre, unit, 0)
		d.act(cadre, h.ID, "start", nil)
		photo := d.photo()
		for _, action := range []string{"recheck", "finish"} {
			form := map[string]any{"passed": true, "words": "好了", "result": "剪了"}
			if err := d.try(cadre, h.ID, action, form); err == nil {
				d.Errorf("%s was taken without rectification or photos", action)
			}
		}
		h = d.act(cadre, h.ID, "finish", map[string]any{"result": "剪断接好了", "photos": []any{photo}})
		if h.Step != "rectified" || h.Ended != "" {
			d.Fatalf("step %s, ended %q before the recheck", h.Step, h.Ended)
		}
		d.refused(d.try(cadre, h.ID, "recheck", map[string]any{"passed": true, "words": "好了"}), kernel.KindInvalid, "action")
		h = d.act(clerk, h.ID, "recheck", map[string]any{"passed": false, "words": "还露着"})
		if h.Step != "rectifying" || h.Ended != "" || h.Round != 2 || h.Assignee != cadre.Account {
			d.Fatalf("after a failed recheck: step %s, ended %q, round %d, assignee %s", h.Step, h.Ended, h.Round, h.Assignee)
		}
		d.refused(d.try(cadre, h.ID, "finish", map[string]any{"result": "又弄了", "photos": []any{photo}}), kernel.KindInvalid, "photos[0]")
		d.act(cadre, h.ID, "finish", map[string]any{"result": "重新接好了", "photos": []any{d.photo()}})
		h = d.act(clerk, h.ID, "recheck", map[string]any{"passed": true, "words": "合格"})
		if h.Step != "rechecked" || h.Ended != "done" {
			d.Fatalf("step %s, ended %q", h.Step, h.Ended)
		}
		var rows []*ledger.Row
		d.view(func(tx kernel.Tx) (err error) {
			rows, err = d.a.cases.Ledger.OfObject(tx, h.ID)
			return err
		})
		acts := []string{}
		for _, r := range rows {
			acts = append(acts, r.Act)
		}
		if diff := cmp.Diff([]string{"report", "assign", "start", "finish", "recheck", "finish", "recheck"}, acts); diff != "" {
			d.Error(diff)
		}
	})
}

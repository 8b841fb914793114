package demo

import (
	"fmt"
	"math/rand/v2"
	"time"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/workflow"
)

// turnKind is a turn that a case takes on its way.
type turnKind string

const (
	plain        turnKind = ""
	givenBack    turnKind = "return"    // the unit gives it back to the community
	passedOn     turnKind = "return2"   // a cadre gives it back to the unit
	transferred  turnKind = "transfer"  // to another unit
	suspended    turnKind = "suspend"   // and resumed, unless it rests there
	supervisedBy turnKind = "supervise" // 督办
	notSolved    turnKind = "unsolved"  // the resident says so, a second round begins
	talked       turnKind = "comment"
)

// plan is what a script of the menu flow must come to.
type plan struct {
	stop string // step to rest in
	turn turnKind
	late bool
	home bool // in the community in the middle of the town
}

// teller writes one script.
type teller struct {
	*cast
	r      *rand.Rand
	s      *Script
	it     *cases.Item
	said   orderWords
	spot   spot
	urgent bool
	unit   kernel.ID
	cadre  kernel.ID
	t      time.Time
	plan   plan
}

func (w *teller) act(action string, by kernel.ID, as kernel.Role, form map[string]any) {
	w.s.Acts = append(w.s.Acts, Act{At: w.t.UTC().Truncate(time.Second), Action: action, By: by, As: as, Form: form})
}

// wait lets time pass: minutes of office time, or a sixth of it by the clock when the case is urgent.
func (w *teller) wait(lo, hi int) {
	if w.urgent {
		w.t = w.t.Add(minutes(w.r, max(1, lo/6), max(2, hi/6)))
		return
	}
	w.t = office(w.t, minutes(w.r, lo, hi))
}

// tell writes a menu case from an order at the instant at. The case rests in the plan's step.
func (c *cast) tell(key string, at time.Time, p plan) *Script {
	r := c.g.d.seed.rng("case " + key)
	w := &teller{cast: c, r: r, s: &Script{Key: key, Flow: "menu", Step: p.stop, Contact: c.contact(r)}, spot: c.spot(r), plan: p}
	if p.home {
		w.spot = c.spotHome(r)
	}
	w.t = awake(r, at)
	w.it = w.item()
	said, text, form := c.order(r, w.it, w.spot, w.t)
	w.said, w.s.Item, w.s.Text, w.s.Form, w.s.At, w.s.Place = said, w.it.ID, text, form, w.spot.at, w.spot.place.ID
	w.urgent = workflow.Urgent(w.it.Form, form)
	w.unit = c.m.Route(w.it.Sector, w.spot.where).Unit
	w.act("order", "", "", nil)
	w.toDone()
	return w.s
}

// item chooses what can be ordered at the place: heating only from mid-October to mid-April, water channels and house
// repairs where they exist.
func (w *teller) item() *cases.Item {
	items := w.m.At(w.spot.where)
	for {
		it := pick(w.r, items)
		cold := w.t.Month() < 4 || w.t.Month() > 10 || w.t.Month() == 10 && w.t.Day() >= 15 || w.t.Month() == 4 && w.t.Day() < 15
		if it.Sector == "heat" && !cold || it.Sector == "irrigation" && cold || it.Sector == "property" && w.spot.compound == "" {
			continue
		}
		return it
	}
}

// toDone takes the case from the order to where the plan rests, through its turn.
func (w *teller) toDone() {
	if w.plan.stop == "cancelled" {
		w.t = w.t.Add(minutes(w.r, 2, 25))
		w.act("cancel", "", "", nil)
		return
	}
	if w.plan.stop == "ordered" && w.plan.turn != givenBack {
		return
	}
	w.submit()
	if w.plan.turn == givenBack {
		w.wait(20, 200)
		w.act("return", w.dispatcher(), kernel.UnitDispatcher, map[string]any{"reason": pick(w.r, w.words.Common.Returns)})
		if w.plan.stop == "ordered" {
			return
		}
		w.submit()
	}
	if w.plan.turn == transferred {
		w.wait(20, 200)
		w.transfer()
	}
	if w.plan.stop == "submitted" && w.plan.turn != passedOn && w.plan.turn != notSolved {
		return
	}
	w.round(1)
}

func (w *teller) submit() {
	w.wait(10, 200)
	w.act("submit", pick(w.r, w.g.HoldersAt(kernel.CommunityClerk, w.spot.unit.ID)), kernel.CommunityClerk, map[string]any{"unit": string(w.unit)})
}

func (w *teller) dispatcher() kernel.ID { return w.g.Holders(kernel.UnitDispatcher, w.unit)[0] }

func (w *teller) transfer() {
	by, from := w.dispatcher(), w.unit
	for w.unit == from {
		w.unit = w.g.Org(pick(w.r, []string{"urban", "housing", "water", "power", "sanitation"})).ID
	}
	w.act("transfer", by, kernel.UnitDispatcher, map[string]any{"unit": string(w.unit), "reason": pick(w.r, w.words.Common.Transfers)})
}

// round is one round from the dispatch to the rating; an unsolved first round begins a second.
func (w *teller) round(n int) {
	w.wait(10, 200)
	w.cadre = pick(w.r, w.g.Holders(kernel.Cadre, w.unit))
	var form map[string]any
	if w.r.IntN(2) == 0 {
		form = map[string]any{"assignee": string(w.cadre)}
	}
	w.act("dispatch", w.dispatcher(), kernel.UnitDispatcher, form)
	start := w.t
	first := n == 1 && w.plan.turn != plain
	if w.plan.stop == "dispatched" && !(first && w.plan.turn == notSolved) {
		return
	}
	if first && w.plan.turn == passedOn {
		w.wait(15, 200)
		w.act("return", w.cadre, kernel.Cadre, map[string]any{"reason": pick(w.r, w.words.Common.CadreReturns)})
		if w.plan.stop == "submitted" {
			return
		}
		w.plan.turn = plain
		w.round(1)
		return
	}
	w.wait(15, 380)
	w.act("accept", w.cadre, kernel.Cadre, nil)
	if n == 1 && w.onTheWay() {
		return
	}
	if w.plan.stop == "accepted" && !(n == 1 && w.plan.turn == notSolved) {
		return
	}
	w.finish(start)
	w.rate(n)
}

// onTheWay takes the turns of a case that is under way, and reports whether the case rests there.
func (w *teller) onTheWay() bool {
	switch w.plan.turn {
	case suspended:
		w.wait(60, 400)
		w.act("suspend", w.cadre, kernel.Cadre, map[string]any{"reason": pick(w.r, w.words.Common.Suspends)})
		if w.plan.stop == "suspended" {
			return true
		}
		w.t = office(w.t, minutes(w.r, 900, 2400))
		w.act("resume", w.cadre, kernel.Cadre, nil)
	case supervisedBy:
		w.wait(60, 300)
		w.act("supervise", pick(w.r, w.g.Holders(kernel.Supervisor, w.g.Org("government").ID)), kernel.Supervisor,
			map[string]any{"words": pick(w.r, w.words.Common.SuperviseText)})
	case talked:
		w.wait(30, 200)
		if w.r.IntN(2) == 0 {
			w.act("comment", "", "", map[string]any{"text": w.words.Common.Comments[1]})
		} else {
			w.act("comment", w.cadre, kernel.Cadre, map[string]any{"text": w.words.Common.Comments[2]})
		}
	case plain, givenBack, passedOn, transferred, notSolved: // taken elsewhere
	}
	return false
}

// finish ends the work within the item's limit counted from the dispatch, or beyond it when the plan is late.
func (w *teller) finish(start time.Time) {
	const day = 7 * 60 // minutes of office time
	limit := *w.it.Limit
	if w.urgent {
		limit = workflow.Limit{N: 24, Unit: workflow.UrgentHours}
	}
	switch {
	case limit.Unit == workflow.UrgentHours && w.plan.late:
		w.t = maxTime(w.t.Add(time.Hour), awake(w.r, start.Add(time.Duration(limit.N)*time.Hour+minutes(w.r, 120, 2000))))
	case limit.Unit == workflow.UrgentHours:
		w.t = w.t.Add(minutes(w.r, 40, 240))
		if h := w.t.In(kernel.Shanghai).Hour(); h >= 22 || h < 7 { // it waits for the morning, still within a day
			w.t = awake(w.r, w.t)
		}
	case w.plan.late:
		w.t = maxTime(office(w.t, time.Hour), office(start, minutes(w.r, limit.N*day+day, limit.N*day+5*day)))
	default:
		w.t = maxTime(office(w.t, minutes(w.r, 20, 90)), office(start, minutes(w.r, 60, limit.N*day*8/10)))
	}
	w.act("finish", w.cadre, kernel.Cadre, map[string]any{"result": pick(w.r, w.said.Results)})
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// rate ends a round: the resident rates within five days, well before the seven that the flow gives.
func (w *teller) rate(n int) {
	if w.plan.stop == "done" && !(n == 1 && w.plan.turn == notSolved) {
		return
	}
	w.t = awake(w.r, w.t.Add(minutes(w.r, 30, 5*24*60)))
	if n == 1 && w.plan.turn == notSolved {
		w.act("rate", "", "", map[string]any{"score": float64(between(w.r, 1, 2)), "solved": false, "text": pick(w.r, w.words.Common.Unsolved)})
		if w.plan.stop != "submitted" {
			w.round(2)
		}
		return
	}
	score, text := w.score()
	form := map[string]any{"score": float64(score), "solved": true}
	if text != "" {
		form["text"] = text
	}
	w.act("rate", "", "", form)
}

// score is 4 or 5 for 94 in 100.
func (w *teller) score() (int, string) {
	switch k := w.r.IntN(100); {
	case k < 68:
		return 5, pick(w.r, w.words.Common.Good)
	case k < 94:
		return 4, pick(w.r, w.words.Common.Good)
	case k < 99:
		return 3, pick(w.r, w.words.Common.Fair)
	default:
		return 2, pick(w.r, w.words.Common.Fair)
	}
}

// turnAt spreads the turns over the cases.
func turnAt(r *rand.Rand) turnKind {
	switch k := r.IntN(100); {
	case k < 7:
		return notSolved
	case k < 11:
		return givenBack
	case k < 15:
		return passedOn
	case k < 19:
		return transferred
	case k < 23:
		return suspended
	case k < 26:
		return supervisedBy
	case k < 36:
		return talked
	default:
		return plain
	}
}

// Past gives the scripts of the district's past: the 718 issues solved in the period, the hazards closed and the disputes
// resolved in it, and the recent and open cases that lead up to now. Only the last depend on now. All acts lie before now, which must be later than
// PeriodTo.
func (g *Registers) Past(m *Menu, now time.Time) ([]*Script, error) {
	if now.Before(PeriodTo.AddDate(0, 2, 0)) {
		return nil, kernel.Invalid("now", kernel.T("演示区的“今天”要在 2023 年 7 月以后", "the demonstration's today must be after June 2023"))
	}
	c, err := newCast(g, m)
	if err != nil {
		return nil, err
	}
	out := append(c.issues(), c.hazards()...)
	more, err := c.mechanisms(now)
	return append(append(out, c.recent(now)...), more...), err
}

// issues are the 718: each solved, rated and over within the period.
func (c *cast) issues() []*Script {
	r := c.g.d.seed.rng("issues")
	span := int(PeriodTo.Sub(PeriodFrom) / time.Minute)
	var out []*Script
	for n := 0; len(out) < numSolved; n++ {
		at := PeriodFrom.Add(time.Duration(r.IntN(span)) * time.Minute)
		s := c.tell(fmt.Sprintf("issue-%04d", n), at, plan{stop: "rated", turn: turnAt(r), late: r.IntN(100) < 3})
		if last := s.Acts[len(s.Acts)-1].At; last.Before(PeriodTo) {
			s.Issue = true
			out = append(out, s)
		}
	}
	return out
}

package cases

import (
	"context"
	"errors"
	"slices"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/vault"
	"sanzhi/internal/workflow"
)

// Done is a case after an act, with the ledger row of it.
type Done struct {
	Case *Case
	Row  *ledger.Row
}

var (
	errStale = kernel.Conflict(kernel.T("这件事刚被别人办过一步，请刷新后再看", "somebody else has just moved this case; reload and look again"))
	errTwice = kernel.Conflict(kernel.T("这一轮已经评过了", "this round has been rated already"))
	// errJoined keeps one requester from ending what others wait for.
	errJoined     = kernel.Conflict(kernel.T("还有别人的单并在这一件里，不能撤单", "other people's orders are joined to this one, so it cannot be cancelled"))
	errRatingOver = kernel.Conflict(kernel.T("评单的时间已经过了；还没解决的话，可以重新打开", "the time for rating is over; if it is not solved, you can reopen it"))
	errRing       = errors.New("cases merged in a ring")
)

// Act takes an action on a case in the caller's unit of work. version is the one the actor saw; a case that has moved on is
// a conflict, so that of many who accept at once exactly one does.
func (s *Service) Act(tx kernel.Tx, set *Setup, actor kernel.Actor, id kernel.ID, action string, version int, answers map[string]any) (*Done, error) {
	c, err := s.read(tx, actor, id)
	if err != nil {
		return nil, err
	}
	if version == 0 {
		return nil, kernel.Invalid("version", kernel.T("请带上您看到的版本号", "give the version that you saw"))
	}
	if c.Version != version {
		return nil, errStale
	}
	if c.MergedInto != "" && isRequester(actor, c) {
		return s.actJoined(tx, set, c, action, answers)
	}
	return s.act(tx, set, actor, c, action, answers)
}

// ActByCode takes an action as the holder of a tracking code. Who opened a case that was merged into another acts on that
// other case. version 0 acts on whatever version there is.
func (s *Service) ActByCode(tx kernel.Tx, set *Setup, code vault.TrackCode, action string, version int, answers map[string]any) (*Done, error) {
	own, c, err := s.byCode(tx, code)
	if err != nil {
		return nil, err
	}
	if version != 0 && c.Version != version {
		return nil, errStale
	}
	return s.actAs(tx, set, own, c, action, answers)
}

// actAs takes an action on a case as the requester of own, which is the case itself or was merged into it.
func (s *Service) actAs(tx kernel.Tx, set *Setup, own, c *Case, action string, answers map[string]any) (*Done, error) {
	actor := kernel.Actor{Kind: kernel.ActorRequester, Tenant: tx.Tenant(), Case: c.ID}
	again, err := s.othersRated(tx, set, own, c, action)
	if err != nil {
		return nil, err
	}
	if again {
		return s.rateAgain(tx, set, actor, own, c, action, answers)
	}
	return s.actFor(tx, set, actor, own.ID, c, action, answers)
}

// byCode gives the case that was opened with the code, and the case that it lives on in.
func (s *Service) byCode(tx kernel.Tx, code vault.TrackCode) (own, c *Case, err error) {
	chain, err := s.chain(tx, code)
	if err != nil {
		return nil, nil, err
	}
	return chain[0], chain[len(chain)-1], nil
}

// maxChain bounds how many cases are merged one into the next: more would be a ring.
const maxChain = 200

// chain gives the case that was opened with the code, the one that it was merged into, the one that this was merged into,
// and so on: the last is not merged.
func (s *Service) chain(tx kernel.Tx, code vault.TrackCode) ([]*Case, error) {
	c, err := s.Cases.ByTrack(tx, s.Keyring.TrackHash(code))
	if err != nil {
		return nil, err
	}
	return s.chainFrom(tx, c)
}

func (s *Service) chainFrom(tx kernel.Tx, c *Case) (l []*Case, err error) {
	l = []*Case{c}
	for c.MergedInto != "" {
		if len(l) == maxChain {
			return nil, kernel.Internal("case "+string(l[0].ID), errRing)
		}
		if c, err = s.Cases.Get(tx, c.MergedInto); err != nil {
			return nil, err
		}
		l = append(l, c)
	}
	return l, nil
}

// ByCode gives the case that the holder of a code follows, and the one that the holder opened.
func (s *Service) ByCode(ctx context.Context, t kernel.Tenant, code vault.TrackCode) (own, c *Case, err error) {
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		own, c, err = s.byCode(tx, code)
		return err
	})
	return own, c, err
}

func (s *Service) act(tx kernel.Tx, set *Setup, actor kernel.Actor, c *Case, action string, answers map[string]any) (*Done, error) {
	return s.actFor(tx, set, actor, c.ID, c, action, answers)
}

// actFor takes an action; requester is the case that a requester opened (c itself unless merged).
func (s *Service) actFor(tx kernel.Tx, set *Setup, actor kernel.Actor, requester kernel.ID, c *Case, action string, answers map[string]any) (*Done, error) {
	f, err := set.Flow(c.Flow, c.FlowVersion)
	if err != nil {
		return nil, err
	}
	a, ok := f.Flow.Action(action)
	if !ok || a.Opens {
		return nil, kernel.NotFound(kernel.T("没有「"+action+"」这个动作", "there is no action \""+action+"\""))
	}
	if !may(tx.Tenant(), actor, a, c) {
		return nil, kernel.Forbidden(kernel.T("这一步「"+a.Title.Zh+"」不由您来办", "\""+a.Title.En+"\" is not yours to do here"))
	}
	if _, err := f.Flow.Resolve(c.Step, c.PrevStep, a.ID); err != nil {
		return nil, s.tooLate(tx, a, c, requester, err)
	}
	form, err := workflow.CheckForm(a.Form, answers)
	if err != nil {
		return nil, err
	}
	return s.take(tx, set, actor, requester, c, f, a, form, c.Step)
}

// take carries out an action that the actor may take, with its clean answers. from is the step that the ledger names.
func (s *Service) take(tx kernel.Tx, set *Setup, actor kernel.Actor, requester kernel.ID, c *Case, f *workflow.Compiled, a *workflow.Action, form map[string]any, from string) (*Done, error) {
	out, err := f.Take(a.ID, environment(actor, c, form, tx))
	if err != nil {
		return nil, err
	}
	was := c.Version
	if err := s.move(f.Flow, c, out, tx.Now()); err != nil {
		return nil, err
	}
	if c.Ended == endCancelled {
		if joined, err := s.joined(tx, c); err != nil {
			return nil, err
		} else if joined {
			return nil, errJoined
		}
	}
	e := &effecting{s: s, tx: tx, set: set, flow: f.Flow, actor: actor, c: c, form: form, requester: requester, all: out.Effects}
	for _, eff := range out.Effects {
		if err := e.apply(eff); err != nil {
			return nil, err
		}
	}
	if err := e.takePhotos(a.Form); err != nil {
		return nil, err
	}
	limits := workflow.LimitContext{Urgent: c.Urgent}
	if item := set.Item(c.Item); item != nil {
		limits.Item = item.Limit
	}
	s.runClocks(set, f.Flow, c, out.Event, tx.Now(), limits)
	c.Version, c.UpdatedAt = was+1, tx.Now()
	if ok, err := s.Cases.Update(tx, c, was); err != nil {
		return nil, err
	} else if !ok {
		return nil, errStale
	}
	row, err := s.record(tx, set, as(actor, requester), c, a.ID, out, from, form)
	if err != nil {
		return nil, err
	}
	return &Done{Case: c, Row: row}, nil
}

// as gives the actor as the ledger names one: a requester by the case that this very requester opened.
func as(actor kernel.Actor, requester kernel.ID) kernel.Actor {
	if actor.Kind == kernel.ActorRequester {
		actor.Case = requester
	}
	return actor
}

// endCancelled is how a case ends that its requester took back.
const endCancelled = "cancelled"

// joined reports whether other cases were merged into this one, so that it is no longer one requester's alone. In a confidential matter those
// are its other parties, of whom each may end it for all: mediation holds nobody (人民调解法, articles 3 and 26).
func (s *Service) joined(tx kernel.Tx, c *Case) (bool, error) {
	if c.Confidential {
		return false, nil
	}
	n, err := s.Cases.Count(tx, Query{MergedInto: c.ID, Allow: access.ScopeOf(kernel.System(tx.Tenant()), access.CaseRead)}, 1)
	return n > 0, err
}

// tooLate says why an action that the actor may take cannot be taken in the present step: the case has moved on.
func (s *Service) tooLate(tx kernel.Tx, a *workflow.Action, c *Case, requester kernel.ID, why error) error {
	if slices.Contains(a.Effects, workflow.EffectRate) {
		l, err := s.Cases.Ratings(tx, c.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(l, func(r *Rating) bool { return r.Requester == requester && r.Round == c.Round }) {
			return errTwice
		}
	}
	var e *kernel.Error
	if errors.As(why, &e) {
		return kernel.Conflict(e.Say)
	}
	return why
}

// move brings the case to the step that the outcome names.
func (s *Service) move(f *workflow.Flow, c *Case, out workflow.Outcome, now time.Time) error {
	to, err := f.Resolve(c.Step, c.PrevStep, out.Event)
	if err != nil {
		return err
	}
	if to == c.Step {
		return nil
	}
	st, ok := f.Step(to)
	if !ok {
		return kernel.Internal("flow "+f.ID, errNoStep)
	}
	c.PrevStep, c.Step, c.StepAt = c.Step, to, now
	c.Held, c.Ended = st.Held, st.End
	c.ClosedAt = time.Time{}
	if st.End != "" {
		c.ClosedAt = now
	}
	return nil
}

// runClocks starts, stops and pauses the clocks of the case and derives what depends on them.
func (s *Service) runClocks(set *Setup, f *workflow.Flow, c *Case, event string, now time.Time, limits workflow.LimitContext) {
	c.Clocks = workflow.Apply(f, c.Clocks, event, now, limits, set.Calendar, set.Office)
	c.Measures = Measure(f, c.Clocks)
	c.TickAt = time.Time{}
	if c.Ended == "" {
		c.TickAt = workflow.Wake(f, c.Clocks, set.Calendar, set.Office)
		// A clock that acts by itself must be looked at when it is due even if it was escalated.
		for i := range f.Actions {
			for _, st := range c.Clocks {
				if f.Actions[i].Auto == st.ID && st.Running() && !st.Paused() && (c.TickAt.IsZero() || st.DueAt.Before(c.TickAt)) {
					c.TickAt = st.DueAt
				}
			}
		}
	}
}

// record writes the act to the ledger and tells others through the outbox, both in the act's unit of work.
func (s *Service) record(tx kernel.Tx, set *Setup, actor kernel.Actor, c *Case, act string, out workflow.Outcome, from string, form map[string]any) (*ledger.Row, error) {
	personal := map[string]any{}
	if actor.Name != "" {
		personal["who"] = actor.Name
	}
	if c.Unit != "" {
		personal["unit"] = set.OrgName(c.Unit)
	}
	if c.AssigneeName != "" {
		personal["assignee"] = c.AssigneeName
	}
	if org := orgOf(set, actor, c); org != "" {
		personal["org"] = org
	}
	if len(form) > 0 {
		personal["form"] = form
	}
	row, err := s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: act, Object: c.ID, Version: c.Version, Personal: personal,
		Public: map[string]any{"flow": c.Flow, "number": c.Number, "from": from, "to": c.Step, "event": out.Event, "round": c.Round, "unit": string(c.Unit)}})
	if err != nil {
		return nil, err
	}
	return row, s.Outbox.Put(tx, "case", string(c.ID), news(c, act))
}

// news is what others are told of a case that has moved.
func news(c *Case, act string) map[string]any {
	return map[string]any{"id": string(c.ID), "step": c.Step, "version": c.Version, "act": act, "path": string(c.Path), "unit": string(c.Unit),
		"assignee": string(c.Assignee), "cohandles": c.Cohandles, "requester": string(c.Requester), "confidential": c.Confidential}
}

// orgOf names the organisation for which the actor speaks here: the case's unit, a unit that helps, else that of the deepest
// post that holds the case.
func orgOf(set *Setup, actor kernel.Actor, c *Case) string {
	name, best := "", -1
	for _, p := range actor.Posts {
		n := set.OrgName(p.Org)
		if n == "" || !p.Path.Holds(c.Path) {
			continue
		}
		rank := len(p.Path)
		if slices.Contains(c.Cohandles, p.Org) {
			rank += 1 << 10
		}
		if p.Org == c.Unit && p.Role != kernel.CommunityClerk {
			rank += 1 << 20
		}
		if rank > best {
			name, best = n, rank
		}
	}
	return name
}

// othersRated reports whether the action is the rating of a round that another requester of the joined cases has rated
// already, so that the case rests where it can be rated no more.
func (s *Service) othersRated(tx kernel.Tx, set *Setup, own, c *Case, action string) (bool, error) {
	if c.Ended != "done" {
		return false, nil
	}
	f, err := set.Flow(c.Flow, c.FlowVersion)
	if err != nil {
		return false, err
	}
	if a, ok := f.Flow.Action(action); !ok || !slices.Contains(a.Effects, workflow.EffectRate) {
		return false, nil
	}
	l, err := s.Cases.Ratings(tx, c.ID)
	others := false
	for _, r := range l {
		if r.Round == c.Round && r.Requester == own.ID {
			return false, errTwice
		}
		others = others || r.Round == c.Round
	}
	return others, err
}

// rateAgain lets a requester rate the round that another requester of the joined cases has rated already, within the time
// that the flow gives for it. "Not solved" opens the next round as the first rating would have.
func (s *Service) rateAgain(tx kernel.Tx, set *Setup, actor kernel.Actor, own, c *Case, action string, answers map[string]any) (*Done, error) {
	f, err := set.Flow(c.Flow, c.FlowVersion)
	if err != nil {
		return nil, err
	}
	a, _ := f.Flow.Action(action)
	if ratingOver(f.Flow, a, c, tx.Now()) {
		return nil, errRatingOver
	}
	if !may(tx.Tenant(), actor, a, c) {
		return nil, kernel.Forbidden(kernel.T("这一步「"+a.Title.Zh+"」不由您来办", "\""+a.Title.En+"\" is not yours to do here"))
	}
	form, err := workflow.CheckForm(a.Form, answers)
	if err != nil {
		return nil, err
	}
	// The guards look at the case as it was when it was to be rated.
	open := *c
	open.Step, open.Ended, open.ClosedAt = a.From[0], "", time.Time{}
	out, err := f.Take(a.ID, environment(actor, &open, form, tx))
	if err != nil {
		return nil, err
	}
	if slices.Contains(out.Effects, workflow.EffectReopen) {
		return s.take(tx, set, actor, own.ID, &open, f, a, form, c.Step)
	}
	e := &effecting{s: s, tx: tx, set: set, flow: f.Flow, actor: actor, c: &open, form: form, requester: own.ID}
	if err := e.rate(); err != nil {
		return nil, err
	}
	row, err := s.record(tx, set, as(actor, own.ID), c, a.ID, workflow.Outcome{Event: a.ID}, c.Step, form)
	return &Done{Case: c, Row: row}, err
}

// ratingOver reports whether the time for the rating, as the flow's clock gave it, is over.
func ratingOver(f *workflow.Flow, a *workflow.Action, c *Case, now time.Time) bool {
	for _, def := range f.Clocks {
		if !slices.Contains(def.Stops, a.ID) {
			continue
		}
		for i := range c.Clocks {
			if st := &c.Clocks[i]; st.ID == def.ID && now.After(st.DueAt) {
				return true
			}
		}
	}
	return false
}

package cases

import (
	"context"
	"slices"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/workflow"
)

var errNoParty = kernel.Conflict(kernel.T("这件事现在不能再加一方", "no other party can be added to this matter now"))

// joining gives the action by which the actor joins a new application of a confidential flow to another one; nil when the flow has none for
// the actor. That is what makes a flow one of parties: each has a case of its own, and with it a code of its own.
func joining(f *workflow.Flow, actor kernel.Actor, c *Case) *workflow.Action {
	open, ok := f.Opening()
	if !ok || !f.Confidential {
		return nil
	}
	for i := range f.Actions {
		a := &f.Actions[i]
		if slices.Contains(a.Effects, workflow.EffectMerge) && slices.Contains(a.From, open.To) && may(actor.Tenant, actor, a, c) {
			return a
		}
	}
	return nil
}

// Parties tells how many applications are joined to a confidential case, and whether the actor may give another party a code now.
func (s *Service) Parties(tx kernel.Tx, set *Setup, actor kernel.Actor, c *Case) (joined int, may bool, err error) {
	f, err := set.Flow(c.Flow, 0)
	if err != nil || !c.Confidential {
		return 0, false, err
	}
	joined, err = s.Cases.Count(tx, Query{MergedInto: c.ID, Allow: access.ScopeOf(kernel.System(tx.Tenant()), access.CaseRead)}, 20)
	return joined, c.Ended == "" && c.MergedInto == "" && joining(f.Flow, actor, c) != nil, err
}

// PrepareParty prepares the application of another party, at the place of the case and of its kind, for whoever keeps the case. What the first
// party said stays with that party: only answers that the flow must have and that are not personal go over.
func (s *Service) PrepareParty(ctx context.Context, actor kernel.Actor, id kernel.ID, contact Contact) (*Draft, error) {
	c, err := s.Get(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	set, err := s.Setups.Of(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	f, err := set.Flow(c.Flow, 0)
	if err != nil {
		return nil, err
	}
	if c.Ended != "" || c.MergedInto != "" || joining(f.Flow, actor, c) == nil {
		return nil, errNoParty
	}
	private, err := s.Open(actor.Tenant, c)
	if err != nil {
		return nil, err
	}
	o := Order{Flow: c.Flow, Lon: c.Lon, Lat: c.Lat, Contact: contact, Form: map[string]any{}, Text: kernel.T("另一方当事人", "The other party").Zh}
	open, _ := f.Flow.Opening()
	for _, field := range open.Form {
		if v, ok := private.Form[field.ID]; ok && field.Required && !field.Personal {
			o.Form[field.ID] = v
		}
	}
	return s.Prepare(ctx, actor, o)
}

// JoinParty stores the prepared application and joins it to the case, in one unit of work: its code follows the case from then on.
func (s *Service) JoinParty(tx kernel.Tx, set *Setup, actor kernel.Actor, id kernel.ID, d *Draft) (*Opened, error) {
	o, err := s.StoreDraft(tx, actor, d)
	if err != nil {
		return nil, err
	}
	a := joining(d.flow.Flow, actor, o.Case)
	if a == nil {
		return nil, errNoParty
	}
	_, err = s.act(tx, set, actor, o.Case, a.ID, map[string]any{"into": string(id)})
	return o, err
}

package cases

import (
	"sanzhi/internal/kernel"
	"sanzhi/internal/workflow"
)

// Tending is what a case's row is asked for beside the change of an act.
type Tending interface {
	// DropHelpers forgets which units help with the case.
	DropHelpers(tx kernel.Tx, id kernel.ID) error
	// ClaimTick reports whether the case is still in the version and due at the instant that were read, and keeps others
	// from claiming it until the unit of work has ended: of many that look at its clocks one does something about them.
	ClaimTick(tx kernel.Tx, c *Case) (bool, error)
	// Strands counts the cases of a query by strand.
	Strands(tx kernel.Tx, q RateQuery) (StrandTotals, error)
}

// actJoined takes an action for the account whose case was merged into another: on that other case, as the holder of the
// tracking code would.
func (s *Service) actJoined(tx kernel.Tx, set *Setup, own *Case, action string, answers map[string]any) (*Done, error) {
	l, err := s.chainFrom(tx, own)
	if err != nil {
		return nil, err
	}
	return s.actAs(tx, set, own, l[len(l)-1], action, answers)
}

// OffersJoined gives the case that the actor's own was merged into and what the actor may do there; nil when the case is not
// the actor's own, or was not merged.
func (s *Service) OffersJoined(set *Setup, actor kernel.Actor, own *Case, tx kernel.Tx) (*Case, []*workflow.Action, error) {
	if own.MergedInto == "" || !isRequester(actor, own) {
		return nil, nil, nil
	}
	l, err := s.chainFrom(tx, own)
	if err != nil {
		return nil, nil, err
	}
	c := l[len(l)-1]
	as := kernel.Actor{Kind: kernel.ActorRequester, Tenant: tx.Tenant(), Case: c.ID, Lang: actor.Lang}
	offers, err := s.Offers(set, as, c, tx)
	return c, offers, err
}

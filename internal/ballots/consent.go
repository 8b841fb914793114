package ballots

import (
	"slices"

	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
)

// Agreement is the answer of whom a nomination names, or of their family.
type Agreement struct {
	Agree    bool
	By       By
	ShowName bool // the full name on the board
	Text     int  // version of the words that were shown
}

var errNoSlip = kernel.NotFound(kernel.T("没有这个同意码，请对照纸条再输一遍", "no nomination has this code; compare it with your slip"))

// ByCode gives the nomination of a slip, in full: whoever holds it is whom it names, or their family.
func (s *Service) ByCode(tx kernel.Tx, code vault.TrackCode) (*Nomination, *Award, Shown, error) {
	n, err := s.Honours.NominationByCode(tx, s.consentHash(tx.Tenant(), code))
	if kernel.Is(err, kernel.KindNotFound) {
		err = errNoSlip
	}
	if err != nil {
		return nil, nil, Shown{}, err
	}
	a, err := s.Honours.Award(tx, n.Award)
	if err != nil {
		return nil, nil, Shown{}, err
	}
	out := Shown{Inside: true}
	return n, a, out, s.opened(tx, n, &out, true)
}

// Answer takes the consent, or the refusal, of whom a nomination names. An account that is signed in is remembered, so that the
// person finds it among what is kept about them.
func (s *Service) Answer(tx kernel.Tx, actor kernel.Actor, code vault.TrackCode, in Agreement) (*Nomination, error) {
	n, _, _, err := s.ByCode(tx, code)
	if err != nil {
		return nil, err
	}
	if n.Consent != ConsentAsked || n.Stage != StageNominated {
		return nil, kernel.Conflict(kernel.T("已经答复过了", "this was answered already"))
	}
	if !slices.Contains(AllBys, in.By) {
		return nil, kernel.Invalid("by", kernel.T("请选是本人还是家人", "say whether you are the person or their family"))
	}
	if !in.Agree {
		n.Consent, n.ConsentBy, n.Stage = ConsentRefused, in.By, StageEnded
		return n, s.forget(tx, n, "consent_refused")
	}
	if in.Text != ConsentText {
		return nil, kernel.Conflict(kernel.T("同意书已经更新，请重新打开再看一遍", "the words of consent have changed; open the page again and read them"))
	}
	n.Consent, n.ConsentBy, n.ConsentText, n.ShowName, n.Stage = ConsentGiven, in.By, in.Text, in.ShowName, StageConsented
	if actor.Kind == kernel.ActorAccount {
		n.Subject = actor.Account
	}
	if err := s.Consents.Given(tx, subjectOf(n), PurposeHonour, in.Text, string(in.By)); err != nil {
		return nil, err
	}
	return n, s.saveNomination(tx, kernel.Anonymous(tx.Tenant()), n, "consent_given", map[string]any{"by": string(in.By), "text": in.Text, "full_name": in.ShowName}, nil)
}

func subjectOf(n *Nomination) string { return "nomination:" + string(n.ID) }

// WithdrawByCode takes a consent back, at any time.
func (s *Service) WithdrawByCode(tx kernel.Tx, code vault.TrackCode) (*Nomination, error) {
	n, _, _, err := s.ByCode(tx, code)
	if err != nil {
		return nil, err
	}
	return n, s.Withdraw(tx, n)
}

// WithdrawMine takes the consent back that the account gave.
func (s *Service) WithdrawMine(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Nomination, error) {
	n, err := s.Honours.Nomination(tx, id)
	if err != nil {
		return nil, err
	}
	if actor.Kind != kernel.ActorAccount || actor.Account == "" || actor.Account != n.Subject {
		return nil, errAbsent
	}
	return n, s.Withdraw(tx, n)
}

// Withdraw ends a consent: name, reasons, stars and the words of objections are gone at once, and with them every list, page and
// export that showed them. What was decided stays as a count.
func (s *Service) Withdraw(tx kernel.Tx, n *Nomination) error {
	if n.Consent != ConsentGiven {
		return kernel.Conflict(kernel.T("没有可以撤回的同意", "there is no consent to withdraw"))
	}
	n.Consent = ConsentWithdrawn
	if n.Stage == StageConsented || n.Stage == StageNotice {
		n.Stage = StageEnded
	}
	if err := s.Consents.Withdrawn(tx, subjectOf(n), PurposeHonour); err != nil {
		return err
	}
	return s.forget(tx, n, "consent_withdrawn")
}

// forget erases all that tells who a nomination named.
func (s *Service) forget(tx kernel.Tx, n *Nomination, act string) error {
	n.Name, n.Why, n.Stars, n.Subject, n.ShowName = "", "", nil, "", false
	objections, err := s.Objections.ObjectionsTo(tx, n.ID)
	if err != nil {
		return err
	}
	if err := s.Objections.EraseObjections(tx, n.ID); err != nil {
		return err
	}
	for _, o := range objections {
		if err := s.Consents.Erase(tx, o.ID); err != nil {
			return err
		}
	}
	if err := s.Consents.Erase(tx, n.ID); err != nil {
		return err
	}
	return s.saveNomination(tx, kernel.Anonymous(tx.Tenant()), n, act, nil, nil)
}

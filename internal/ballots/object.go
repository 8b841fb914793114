package ballots

import "sanzhi/internal/kernel"

// Object takes what somebody has against a nomination on the board. It stops the decision until it is answered. No name is asked for.
func (s *Service) Object(tx kernel.Tx, actor kernel.Actor, id kernel.ID, text string) (*Objection, error) {
	n, err := s.Honours.Nomination(tx, id)
	if err != nil {
		return nil, err
	}
	if !n.OnBoard() || n.Stage != StageNotice {
		return nil, errAbsent
	}
	if tx.Now().After(n.NoticeUntil) {
		return nil, kernel.Conflict(kernel.T("公示期已经结束；还有意见请直接找社区", "the time of publicity is over; please speak to the community"))
	}
	if text, err = kernel.Clean("text", text, 6, maxPost); err != nil {
		return nil, err
	}
	o := &Objection{ID: kernel.NewID(tx.Now()), Nomination: n.ID, State: ObjectionOpen, At: tx.Now()}
	if actor.Kind == kernel.ActorAccount {
		o.By = actor.Account
	}
	if o.Body, err = s.seal(tx.Tenant(), "objection", o.ID, "body", text); err != nil {
		return nil, err
	}
	if err := s.Objections.InsertObjection(tx, o); err != nil {
		return nil, err
	}
	_, err = s.record(tx, kernel.Anonymous(tx.Tenant()), "objected", o.ID, 1, map[string]any{"nomination": string(n.ID)}, nil)
	return o, err
}

// AnswerObjection answers an objection, once.
func (s *Service) AnswerObjection(tx kernel.Tx, actor kernel.Actor, id kernel.ID, upheld bool, answer string) (*Objection, error) {
	o, err := s.Objections.Objection(tx, id)
	if err != nil {
		return nil, err
	}
	n, err := s.Nomination(tx, actor, o.Nomination)
	if err != nil {
		return nil, err
	}
	if err := manage(actor, tx.Tenant(), n.Path); err != nil {
		return nil, err
	}
	if answer, err = kernel.Clean("answer", answer, 4, maxPost); err != nil {
		return nil, err
	}
	o.State, o.AnsweredAt = ObjectionDismissed, tx.Now()
	if upheld {
		o.State = ObjectionUpheld
	}
	if o.Answer, err = s.seal(tx.Tenant(), "objection", o.ID, "answer", answer); err != nil {
		return nil, err
	}
	if ok, err := s.Objections.AnswerObjection(tx, o.ID, o.State, o.Answer, tx.Now()); err != nil {
		return nil, err
	} else if !ok {
		return nil, errStale
	}
	_, err = s.record(tx, actor, "objection_answered", o.ID, 2, map[string]any{"nomination": string(n.ID), "upheld": upheld}, nil)
	return o, err
}

// ObjectionWords is an objection opened for who may read it.
type ObjectionWords struct {
	*Objection
	Words, Said string
}

// ObjectionsTo gives the objections that the actor may read: all to the committee, one's own otherwise, and in words never to whom
// the nomination names.
func (s *Service) ObjectionsTo(tx kernel.Tx, actor kernel.Actor, n *Nomination) ([]ObjectionWords, error) {
	l, err := s.Objections.ObjectionsTo(tx, n.ID)
	if err != nil {
		return nil, err
	}
	runs := manages(actor, tx.Tenant(), n.Path)
	var out []ObjectionWords
	for _, o := range l {
		if !runs && (actor.Kind != kernel.ActorAccount || actor.Account == "" || o.By != actor.Account) {
			continue
		}
		w := ObjectionWords{Objection: o}
		if w.Words, err = s.open(tx.Tenant(), "objection", o.ID, "body", o.Body); err != nil {
			return nil, err
		}
		if w.Said, err = s.open(tx.Tenant(), "objection", o.ID, "answer", o.Answer); err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

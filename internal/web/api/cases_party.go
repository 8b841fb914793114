package api

import (
	"context"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
)

type partyIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Contact *Contact `json:"contact,omitempty" doc:"How to reach that party; may be left out"`
	}
}

// addParty opens the other party's application for it and joins it, so that it need not ask for what it was invited to.
func (s *Server) addParty(ctx context.Context, in *partyIn) (*body[Created], error) {
	a := CallerOf(ctx).Actor
	set, err := s.Cases.Setups.Of(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	contact := cases.Contact{}
	if in.Body.Contact != nil {
		contact = cases.Contact{Name: in.Body.Contact.Name, Phone: in.Body.Contact.Phone}
	}
	d, err := s.Cases.PrepareParty(ctx, a, in.ID, contact)
	if err != nil && in.Key == "" {
		return nil, err
	}
	return once(ctx, s, in.Key, "POST /cases/"+string(in.ID)+"/party", in.RawBody, func(tx kernel.Tx) (*Created, error) {
		if err != nil {
			return nil, err // unless the same request was answered before: then that answer is given
		}
		done, err := s.Cases.JoinParty(tx, set, a, in.ID, d)
		if err != nil {
			return nil, err
		}
		receipt, err := s.receipt(tx.Tenant(), done.Row)
		if err != nil {
			return nil, err
		}
		return &Created{ID: done.Case.ID, Number: done.Case.Number, TrackCode: done.Code.Grouped(), Step: done.Case.Step, Version: done.Case.Version,
			Place: done.Case.Place, Receipt: receipt, Emergency: []EmergencyLine{}}, nil
	})
}

// parties tells who follows a matter between parties; nothing of any other.
func (v *view) parties(tx kernel.Tx, c *cases.Case, d *CaseDetail) error {
	if !c.Confidential {
		return nil
	}
	n, may, err := v.s.Cases.Parties(tx, v.set, v.who, c)
	if err == nil && (n > 0 || may) {
		d.Parties = &CaseParties{Joined: n, MayAdd: may}
	}
	return err
}

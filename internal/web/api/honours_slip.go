package api

import (
	"context"

	"sanzhi/internal/ballots"
	"sanzhi/internal/kernel"
)

// ofSlip gives the view of a slip.
func (s *Server) ofSlip(ctx context.Context, tx kernel.Tx, raw func() (*ballots.Nomination, *ballots.Award, ballots.Shown, error)) (*ConsentView, error) {
	n, a, shown, err := raw()
	if err != nil {
		return nil, s.missed(ctx, err)
	}
	row, err := s.nominationRow(ctx, tx, n, shown)
	if err != nil {
		return nil, err
	}
	row.Objections = nil
	return &ConsentView{Nomination: *row, NoticeDays: a.NoticeDays, Text: ballots.ConsentText}, nil
}

func (s *Server) consentView(ctx context.Context, in *consentCodeIn) (*body[ConsentView], error) {
	code, t, err := s.withCode(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	out := &body[ConsentView]{}
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		v, err := s.ofSlip(ctx, tx, func() (*ballots.Nomination, *ballots.Award, ballots.Shown, error) { return s.Ballots.ByCode(tx, code) })
		if err == nil {
			out.Body = *v
		}
		return err
	})
	return out, err
}

func (s *Server) consent(ctx context.Context, in *consentIn) (*body[ConsentView], error) {
	return s.bySlip(ctx, in.Code, in.Key, "POST /consent/…", in.RawBody, func(tx kernel.Tx, c codeCaller) error {
		_, err := s.Ballots.Answer(tx, c.who, c.code, ballots.Agreement{Agree: in.Body.Agree, By: in.Body.By, ShowName: in.Body.ShowName, Text: in.Body.Text})
		return err
	})
}

func (s *Server) withdrawByCode(ctx context.Context, in *consentCodeIn) (*body[ConsentView], error) {
	return s.bySlip(ctx, in.Code, in.Key, "POST /consent/…/withdraw", nil, func(tx kernel.Tx, c codeCaller) error {
		_, err := s.Ballots.WithdrawByCode(tx, c.code)
		return err
	})
}

// bySlip takes an act of whoever holds a slip; whoever is signed in to the slip's own district is known to it.
func (s *Server) bySlip(ctx context.Context, raw, key, route string, sent []byte, act func(kernel.Tx, codeCaller) error) (*body[ConsentView], error) {
	c, ctx, err := s.codeCaller(ctx, raw)
	if err != nil {
		return nil, err
	}
	return once(ctx, s, key, route, sent, func(tx kernel.Tx) (*ConsentView, error) {
		if err := act(tx, c); err != nil {
			return nil, s.missed(ctx, err)
		}
		return s.ofSlip(ctx, tx, func() (*ballots.Nomination, *ballots.Award, ballots.Shown, error) {
			return s.Ballots.ByCode(tx, c.code)
		})
	})
}

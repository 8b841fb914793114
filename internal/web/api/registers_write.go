package api

import (
	"context"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/registers"
)

func drafts(l []LinkIn) []registers.LinkDraft {
	out := make([]registers.LinkDraft, len(l))
	for i, x := range l {
		out[i] = registers.LinkDraft{Role: x.Role, Target: x.Target, Door: x.Door, Consent: x.Consent}
	}
	return out
}

// written answers a write with its signed promise.
func (s *Server) written(tx kernel.Tx, e *registers.Entry, row *ledger.Row, err error) (*EntryWritten, error) {
	if err != nil {
		return nil, err
	}
	r, err := s.receipt(tx.Tenant(), row)
	return &EntryWritten{ID: e.ID, State: e.State, Version: e.Version, Receipt: r}, err
}

func (s *Server) addEntry(ctx context.Context, in *entryAddIn) (*body[EntryWritten], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /registers/"+in.Register, in.RawBody, func(tx kernel.Tx) (*EntryWritten, error) {
		e, row, err := s.Registers.Add(tx, actor, registers.Draft{Register: in.Register, Org: in.Body.Org, Place: in.Body.Place, Subject: in.Body.Subject, Values: in.Body.Values, Links: drafts(in.Body.Links)})
		return s.written(tx, e, row, err)
	})
}

func (s *Server) changeEntry(ctx context.Context, in *entryChangeIn) (*body[EntryWritten], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /register-entries/"+string(in.ID)+"/change", in.RawBody, func(tx kernel.Tx) (*EntryWritten, error) {
		e, row, err := s.Registers.Change(tx, actor, in.ID, in.Body.Version, in.Body.Values)
		return s.written(tx, e, row, err)
	})
}

func (s *Server) actOnEntry(ctx context.Context, in *entryActIn) (*body[EntryWritten], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /register-entries/"+string(in.ID)+"/acts/"+in.Act, in.RawBody, func(tx kernel.Tx) (*EntryWritten, error) {
		e, row, err := s.Registers.Act(tx, actor, in.ID, in.Body.Version, in.Act, in.Body.Note)
		return s.written(tx, e, row, err)
	})
}

func (s *Server) linkEntry(ctx context.Context, in *entryLinksIn) (*body[EntryWritten], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /register-entries/"+string(in.ID)+"/links", in.RawBody, func(tx kernel.Tx) (*EntryWritten, error) {
		e, row, err := s.Registers.Relink(tx, actor, in.ID, in.Body.Version, drafts(in.Body.Add), in.Body.Remove)
		return s.written(tx, e, row, err)
	})
}

// revealEntry keeps under the key only that there was a look; what is sealed is read anew, if it still may be.
func (s *Server) revealEntry(ctx context.Context, in *entryRevealIn) (*body[Revealed], error) {
	actor := CallerOf(ctx).Actor
	if _, err := once(ctx, s, in.Key, "POST /register-entries/"+string(in.ID)+"/reveal", in.RawBody, func(tx kernel.Tx) (*struct{}, error) {
		return &struct{}{}, s.Registers.Reveal(tx, actor, in.ID, in.Body.Reason)
	}); err != nil {
		return nil, err
	}
	out := &body[Revealed]{}
	return out, s.Registers.View(ctx, actor, func(tx kernel.Tx) (err error) {
		out.Body.Values, err = s.Registers.Personal(tx, actor, in.ID)
		return err
	})
}

func (s *Server) checkIn(ctx context.Context, in *keyedIDIn) (*body[CheckedIn], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /register-entries/"+string(in.ID)+"/check-in", nil, func(tx kernel.Tx) (*CheckedIn, error) {
		n, err := s.Registers.CheckIn(tx, actor, in.ID)
		return &CheckedIn{n}, err
	})
}

package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
)

type trackIn struct {
	Code string `path:"code" maxLength:"40" example:"K7ND-4Q2M-9XAB-C0T"`
}

type trackActIn struct {
	Code    string `path:"code" maxLength:"40"`
	Action  string `path:"action" maxLength:"40" example:"comment"`
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    actBody
}

type rateIn struct {
	Code    string `path:"code" maxLength:"40"`
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Version int    `json:"version,omitempty"`
		Score   int    `json:"score" minimum:"1" maximum:"5"`
		Solved  bool   `json:"solved"`
		Text    string `json:"text,omitempty" maxLength:"4000"`
	}
}

func (s *Server) trackRoutes(api huma.API) {
	const code = "the code that the order was given is the key"
	handle(s, api, op{method: "GET", path: "/track/{code}", open: code, sum: "Follow an order by its code", errors: []int{404, 429}}, s.track)
	handle(s, api, op{method: "GET", path: "/track/{code}/receipt", open: code, sum: "The receipt of an order as a file that is checked offline: a promise, and once sealed its proof", errors: []int{404, 429}}, s.trackReceipt)
	handle(s, api, op{method: "POST", path: "/track/{code}/rate", open: code, sum: "Rate this round: solved = false opens it again", errors: []int{404, 409, 429}}, s.rate)
	handle(s, api, op{method: "POST", path: "/track/{code}/{action}", open: code, sum: "Comment, cancel, reopen: what the requester may do", errors: []int{403, 404, 409, 429}}, s.trackAct)
}

// withCode gives the code and the tenant that it names, and slows down whoever tries many.
func (s *Server) withCode(ctx context.Context, raw string) (vault.TrackCode, kernel.Tenant, error) {
	c := CallerOf(ctx)
	if s.misses.wait(c.Address, s.Clock.Now()) > 0 {
		return "", "", errMisses
	}
	code, t, err := vault.ParseTrackCode(raw)
	if err != nil {
		s.misses.count(c.Address, s.Clock.Now())
		return "", "", kernel.NotFound(kernel.T("没有这个查单码，请对照收据再输一遍", "no order has this code; compare it with your receipt and try again"))
	}
	return code, t, nil
}

// missed counts a code that does not exist.
func (s *Server) missed(ctx context.Context, err error) error {
	if kernel.Is(err, kernel.KindNotFound) {
		s.misses.count(CallerOf(ctx).Address, s.Clock.Now())
	}
	return err
}

func (s *Server) track(ctx context.Context, in *trackIn) (*body[Track], error) {
	code, t, err := s.withCode(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	v, err := s.view(ctx, kernel.Anonymous(t))
	if err != nil {
		return nil, err
	}
	var out *Track
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		f, err := s.Cases.Follow(tx, code)
		if err != nil {
			return s.missed(ctx, err)
		}
		v.who = f.Actor
		offers, err := s.Cases.Offers(v.set, f.Actor, f.Case, tx)
		if err != nil {
			return err
		}
		out, err = v.track(f.Own, f.Case, f.Rows, offers, f.Looks, code.Grouped())
		return err
	})
	if err != nil {
		return nil, err
	}
	return &body[Track]{*out}, nil
}

func (s *Server) rate(ctx context.Context, in *rateIn) (*body[Acted], error) {
	form := map[string]any{"score": in.Body.Score, "solved": in.Body.Solved}
	if in.Body.Text != "" {
		form["text"] = in.Body.Text
	}
	return s.byCode(ctx, in.Code, "rate", in.Key, in.RawBody, in.Body.Version, form)
}

func (s *Server) trackAct(ctx context.Context, in *trackActIn) (*body[Acted], error) {
	form, err := answersOf(in.RawBody)
	if err != nil {
		return nil, err
	}
	return s.byCode(ctx, in.Code, in.Action, in.Key, in.RawBody, in.Body.Version, form)
}

func (s *Server) byCode(ctx context.Context, raw, action, key string, sent []byte, version int, form map[string]any) (*body[Acted], error) {
	code, t, err := s.withCode(ctx, raw)
	if err != nil {
		return nil, err
	}
	set, err := s.Cases.Setups.Of(ctx, t)
	if err != nil {
		return nil, err
	}
	if err := s.bringPhotos(ctx, t, photosIn(form)); err != nil {
		return nil, err
	}
	c := CallerOf(ctx)
	// The code is the caller: whoever holds it, from whatever device, is the same requester.
	c.Actor = kernel.Actor{Kind: kernel.ActorRequester, Tenant: t, Case: kernel.ID(s.Cases.Keyring.TrackHash(code)), Lang: LangOf(ctx)}
	ctx = context.WithValue(ctx, keyCaller, c)
	out, err := onceAhead(ctx, s, key, "POST /track/…/"+action, sent, func(tx kernel.Tx) (*Acted, error) {
		done, err := s.Cases.ActByCode(tx, set, code, action, version, form)
		if err != nil {
			return nil, err
		}
		return &Acted{ID: done.Case.ID, Step: done.Case.Step, Version: done.Case.Version, Round: done.Case.Round}, nil
	})
	return out, s.missed(ctx, err)
}

package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/privacy"
)

// Who has neither an account nor a code at hand comes to the counter: somebody who rang once, signed up, is registered as a volunteer, agreed
// to be visited, or whose name stands in a register. The clerk finds what is kept by the telephone that the person says, or by the record.

type personPath struct {
	Kind privacy.SubjectKind `path:"kind" enum:"case,signup,person,care,entry"`
	ID   kernel.ID           `path:"id"`
}

type askForIn struct {
	Kind    privacy.SubjectKind `path:"kind" enum:"case,signup,person,care,entry"`
	ID      kernel.ID           `path:"id"`
	Key     string              `header:"Idempotency-Key"`
	RawBody []byte
	Body    askBody
}

func (s *Server) privacyDesk(api huma.API) {
	handle(s, api, op{method: "GET", path: "/privacy/people/{kind}/{id}", perm: access.PrivacyRead, sum: "What is kept about somebody without account or code, masked, for the clerk whom they came to",
		errors: []int{401, 403, 404}}, s.privacyPerson)
	s.privacyCounter(api)
	handle(s, api, op{method: "POST", path: "/privacy/people/{kind}/{id}/requests", perm: access.PrivacyWrite, sum: "Take down what such a person asks for; a withdrawal is done at once", status: 201,
		errors: []int{401, 403, 404, 409}}, s.askFor)
}

// atDesk lets the clerk of the place through. Who is visited is known to who visits and to the community's clerk alone, so that whoever else
// handles requests needs the permission to write rounds down as well.
func (s *Server) atDesk(tx kernel.Tx, actor kernel.Actor, in personPath, perm access.Permission) (privacy.Subject, error) {
	subject := privacy.Subject{Kind: in.Kind, ID: in.ID}
	path, err := s.PrivacyPaths.PathOf(tx, subject)
	if err != nil {
		return subject, err
	}
	at := access.Target{Tenant: tx.Tenant(), Path: path}
	if !access.Decide(actor, access.PrivacyRead, at).Allow || in.Kind == privacy.OfCare && !access.Decide(actor, access.RoundWrite, at).Allow || !s.deskReads(tx, actor, in) {
		return subject, kernel.NotFound(kernel.T("没有找到，或者您无权查看", "not found, or not yours to see"))
	}
	return subject, access.Decide(actor, perm, at).Err()
}

func (s *Server) privacyPerson(ctx context.Context, in *personPath) (*body[PrivacyFile], error) {
	a, out := CallerOf(ctx).Actor, &body[PrivacyFile]{}
	set, err := s.Cases.Setups.Of(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		subject, err := s.atDesk(tx, a, *in, access.PrivacyRead)
		if err != nil {
			return err
		}
		f, err := s.file(ctx, set, tx, subject, true)
		if err == nil {
			out.Body = *f
			out.Body.Verify = false
		}
		return err
	})
	return out, err
}

func (s *Server) askFor(ctx context.Context, in *askForIn) (*body[PrivacyRequest], error) {
	a := CallerOf(ctx).Actor
	due, err := s.Privacy.Due(ctx, a.Tenant, s.Clock.Now())
	if err != nil {
		return nil, err
	}
	return once(ctx, s, in.Key, "POST /privacy/people/"+string(in.Kind)+"/"+string(in.ID)+"/requests", in.RawBody, func(tx kernel.Tx) (*PrivacyRequest, error) {
		subject, err := s.atDesk(tx, a, personPath{in.Kind, in.ID}, access.PrivacyWrite)
		if err != nil {
			return nil, err
		}
		return s.ask(ctx, tx, a, subject, due, in.Body)
	})
}

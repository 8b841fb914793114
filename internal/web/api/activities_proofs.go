package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
)

// CertificateRow is a certificate of service in a list. It names nobody.
type CertificateRow struct {
	ID     kernel.ID `json:"id"`
	Number string    `json:"number" example:"630105-20230428-7K3M9"`
	Hours  float64   `json:"hours" doc:"Rounded down to 0.1"`
	Issuer string    `json:"issuer" example:"小桥居委会"`
	Issued time.Time `json:"issued"`
}

// CertificateList is one keyset page of certificates, the newest first.
type CertificateList struct {
	Items []CertificateRow `json:"items"`
	Next  string           `json:"next,omitempty"`
}

type personCertificatesIn struct {
	ID    kernel.ID `path:"id"`
	After string    `query:"after" maxLength:"40"`
	Limit int       `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type signupCertificatesIn struct {
	Code  string `path:"code" maxLength:"40" example:"K7ND-4Q2M-9XAB-C0T"`
	After string `query:"after" maxLength:"40"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type signupCertificateIn struct {
	Code string    `path:"code" maxLength:"40" example:"K7ND-4Q2M-9XAB-C0T"`
	ID   kernel.ID `path:"id"`
	Body struct {
		Phone string `json:"phone,omitempty" maxLength:"40" doc:"The telephone of the sign-up; not asked of the account that signed up"`
	}
}

func (s *Server) certificateRoutes(api huma.API) {
	const code = "the code that the sign-up was given is the key"
	handle(s, api, op{method: "GET", path: "/activity-certificates", signed: true, sum: "The certificates of my own service, the newest first", errors: []int{401}}, s.myCertificates)
	handle(s, api, op{method: "GET", path: "/activity-people/{id}/certificates", signed: true, sum: "The certificates of one volunteer, for the person and for whoever keeps the volunteers of the place",
		errors: []int{401, 403, 404}}, s.personCertificates)
	handle(s, api, op{method: "GET", path: "/activity-signups/{code}/certificates", open: code, sum: "The certificates of whoever signed up; they name nobody", errors: []int{404, 429}}, s.signupCertificates)
	handle(s, api, op{method: "POST", path: "/activity-signups/{code}/certificates/{id}/open", open: code, sum: "One of them in full, with the telephone of the sign-up", errors: []int{403, 404, 429}},
		s.signupCertificate)
}

func certificateList(l []*activities.Certificate, next string) *body[CertificateList] {
	out := &body[CertificateList]{CertificateList{Items: []CertificateRow{}, Next: next}}
	for _, c := range l {
		out.Body.Items = append(out.Body.Items, CertificateRow{c.ID, c.Number, float64(activities.Tenths(c.Minutes)) / 10, c.Proof.Issuer, c.Issued})
	}
	return out
}

func (s *Server) certificates(ctx context.Context, read func(tx kernel.Tx, actor kernel.Actor) ([]*activities.Certificate, string, error)) (out *body[CertificateList], err error) {
	actor := CallerOf(ctx).Actor
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := read(tx, actor)
		out = certificateList(l, next)
		return err
	})
	return out, err
}

func (s *Server) myCertificates(ctx context.Context, in *pooledIn) (*body[CertificateList], error) {
	return s.certificates(ctx, func(tx kernel.Tx, actor kernel.Actor) ([]*activities.Certificate, string, error) {
		return s.Activities.MyCertificates(tx, actor, in.page())
	})
}

func (s *Server) personCertificates(ctx context.Context, in *personCertificatesIn) (*body[CertificateList], error) {
	return s.certificates(ctx, func(tx kernel.Tx, actor kernel.Actor) ([]*activities.Certificate, string, error) {
		return s.Activities.PersonCertificates(tx, actor, in.ID, pooledIn{in.After, in.Limit}.page())
	})
}

func (s *Server) signupCertificates(ctx context.Context, in *signupCertificatesIn) (*body[CertificateList], error) {
	return s.certificates(ctx, func(tx kernel.Tx, _ kernel.Actor) ([]*activities.Certificate, string, error) {
		x, err := s.signupBy(ctx, tx, in.Code)
		if err != nil {
			return nil, "", err
		}
		return s.Activities.SignupCertificates(tx, x, pooledIn{in.After, in.Limit}.page())
	})
}

func (s *Server) signupCertificate(ctx context.Context, in *signupCertificateIn) (out *body[CertificateView], err error) {
	c := CallerOf(ctx)
	err = s.Store.View(ctx, c.Actor.Tenant, func(tx kernel.Tx) error {
		x, err := s.signupBy(ctx, tx, in.Code)
		if err != nil {
			return err
		}
		proof, err := s.Activities.SignupCertificate(tx, c.Actor, x, in.Body.Phone, in.ID)
		if kernel.Is(err, kernel.KindForbidden) {
			s.misses.count(c.Address, s.Clock.Now()) // whoever tries telephones is slowed down
		}
		if err == nil {
			out = &body[CertificateView]{*certificateView(LangOf(ctx), proof)}
		}
		return err
	})
	return out, err
}

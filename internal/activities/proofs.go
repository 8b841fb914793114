package activities

import (
	"encoding/json"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// everything is the scope of whoever reads what is their own.
func everything(t kernel.Tenant) access.Scope {
	return access.Scope{Tenant: t, Clauses: []access.Clause{{}}}
}

// MyCertificates gives the certificates of the actor's own service, the newest first.
func (s *Service) MyCertificates(tx kernel.Tx, actor kernel.Actor, p kernel.Page) ([]*Certificate, string, error) {
	return s.proofs(tx, "account:"+string(actor.Account), everything(tx.Tenant()), p)
}

// PersonCertificates gives those of one registration: all to the person, to others those of places whose volunteers they keep.
func (s *Service) PersonCertificates(tx kernel.Tx, actor kernel.Actor, id kernel.ID, p kernel.Page) ([]*Certificate, string, error) {
	x, err := s.personFor(tx, actor, id)
	if err != nil {
		return nil, "", err
	}
	scope := access.ScopeOf(actor, access.ActivityWrite)
	if actor.Kind == kernel.ActorAccount && x.Who == "account:"+string(actor.Account) {
		scope = everything(tx.Tenant())
	}
	return s.proofs(tx, x.Who, scope, p)
}

// SignupCertificates gives those of whoever signed up.
func (s *Service) SignupCertificates(tx kernel.Tx, x *Signup, p kernel.Page) ([]*Certificate, string, error) {
	return s.proofs(tx, x.Who, everything(tx.Tenant()), p)
}

// SignupCertificate opens one of whoever signed up. The code alone may have been found on a slip: it opens the name only with the
// telephone of the sign-up, or to the account itself.
func (s *Service) SignupCertificate(tx kernel.Tx, actor kernel.Actor, x *Signup, phone string, id kernel.ID) (*Certificate, error) {
	own := actor.Kind == kernel.ActorAccount && x.Who == "account:"+string(actor.Account)
	index := s.PhoneIndex(tx.Tenant(), phone)
	switch {
	case own || index != "" && x.Who == "phone:"+index:
	case strings.HasPrefix(x.Who, "account:"):
		return nil, kernel.Forbidden(kernel.T("这次报名是用账号报的，请登录后再打开证明", "this sign-up belongs to an account; sign in to open the certificate"))
	default:
		return nil, kernel.Forbidden(kernel.T("电话和报名时留的不一样", "the telephone is not the one of the sign-up"))
	}
	c, err := s.People.Certificate(tx, id)
	if err != nil {
		return nil, err
	}
	if c.Who != x.Who {
		return nil, kernel.NotFound(sayNoCertificate)
	}
	return c, s.openProof(tx, c)
}

func (s *Service) proofs(tx kernel.Tx, who string, scope access.Scope, p kernel.Page) ([]*Certificate, string, error) {
	l, next, err := s.People.Certificates(tx, who, scope, p)
	for _, c := range l {
		if err == nil {
			err = s.openProof(tx, c)
		}
	}
	return l, next, err
}

func (s *Service) openProof(tx kernel.Tx, c *Certificate) error {
	b, err := s.Sealer.Open(c.Body, certField(tx.Tenant(), c.ID))
	if err != nil {
		return kernel.Internal("certificate", err)
	}
	return json.Unmarshal(b, &c.Proof)
}

var sayNoCertificate = kernel.T("没有这份证明，或者不归您看", "there is no such certificate, or it is not yours to read")

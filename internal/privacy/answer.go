package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

// HandledPaths gives where the actor handles requests.
func HandledPaths(actor kernel.Actor, t kernel.Tenant) []kernel.Path {
	var out []kernel.Path
	for _, p := range actor.Posts {
		if p.Path != "" && access.Decide(kernel.Actor{Kind: actor.Kind, Tenant: actor.Tenant, Account: actor.Account, Posts: []kernel.Post{p}},
			access.PrivacyRead, access.Target{Tenant: t, Path: p.Path}).Allow {
			out = append(out, p.Path)
		}
	}
	return out
}

// Opened is a request with its words.
type Opened struct {
	*Request
	Said    string
	Asked   map[string]string
	Replied string
}

// Open opens the words of a request for who may read them.
func (s *Service) Open(t kernel.Tenant, r *Request) (o Opened, err error) {
	o = Opened{Request: r}
	if o.Said, err = s.open(t, r.ID, "words", r.Words); err != nil {
		return o, err
	}
	if o.Replied, err = s.open(t, r.ID, "answer", r.Answer); err != nil {
		return o, err
	}
	changes, err := s.open(t, r.ID, "changes", r.Changes)
	if err != nil || changes == "" {
		return o, err
	}
	return o, json.Unmarshal([]byte(changes), &o.Asked)
}

// Requests lists the requests that the actor handles, what is due first in front.
func (s *Service) Requests(tx kernel.Tx, actor kernel.Actor, open bool, p kernel.Page) ([]*Request, string, error) {
	paths := HandledPaths(actor, tx.Tenant())
	if len(paths) == 0 {
		return nil, "", access.Decide(actor, access.PrivacyRead, access.Whole(tx.Tenant())).Err()
	}
	return s.Repo.Requests(tx, Query{Open: open, Paths: paths, Page: p})
}

// Answer ends a request: done, which carries it out in the same unit of work, or refused with the reason. Who asked reads the answer;
// the ledger tells the outcome without it.
func (s *Service) Answer(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, done bool, words string) (*Request, error) {
	r, err := s.Repo.Request(tx, id)
	if err != nil {
		return nil, err
	}
	target := access.Target{Tenant: tx.Tenant(), Path: r.Path}
	if !access.Decide(actor, access.PrivacyRead, target).Allow {
		return nil, kernel.NotFound(kernel.T("没有找到，或者您无权查看", "not found, or not yours to see"))
	}
	if err := access.Decide(actor, access.PrivacyWrite, target).Err(); err != nil {
		return nil, err
	}
	if r.Subject == (Subject{OfAccount, actor.Account}) {
		return nil, kernel.Forbidden(kernel.T("自己的申请请由别人办", "your own request is for somebody else to answer"))
	}
	if r.Version != version || r.State != StateOpen {
		return nil, errStale
	}
	if words, err = kernel.Clean("answer", words, 4, 1000); err != nil {
		return nil, err
	}
	touched := 0
	r.State = StateRefused
	if done {
		r.State = StateDone
		if touched, err = s.carryOut(tx, r); err != nil {
			return nil, err
		}
	}
	if r.Answer, err = s.seal(tx.Tenant(), r.ID, "answer", words); err != nil {
		return nil, err
	}
	late := tx.Now().After(r.DueAt)
	r.Handler, r.AnsweredAt, r.Version = actor.Account, tx.Now(), version+1
	if ok, err := s.Repo.UpdateRequest(tx, r, version); err != nil {
		return nil, err
	} else if !ok {
		return nil, errStale
	}
	_, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "privacy_answered", Object: r.ID, Version: r.Version,
		Public: map[string]any{"kind": string(r.Kind), "state": string(r.State), "touched": touched, "late": late}})
	return r, err
}

// carryOut does what a request asks for.
func (s *Service) carryOut(tx kernel.Tx, r *Request) (n int, err error) {
	switch r.Kind {
	case KindErasure:
		for _, src := range s.Sources {
			m, err := src.Erase(tx, r.Subject)
			if err != nil {
				return n, err
			}
			n += m
		}
		if err := s.Repo.EraseRequests(tx, r.Subject); err != nil {
			return n, err
		}
		_, err = s.Repo.EndConsent(tx, r.Subject.Ref(), "")
	case KindCorrection:
		var o Opened
		if o, err = s.Open(tx.Tenant(), r); err != nil || len(o.Asked) == 0 {
			return 0, err
		}
		for _, src := range s.Sources {
			knew, err := src.Correct(tx, r.Subject, o.Asked)
			if err != nil {
				return n, err
			}
			n += len(knew)
		}
		if n < len(o.Asked) {
			return n, kernel.Conflict(kernel.T("要改的内容已经不在了，请和本人联系后再答复", "what should be corrected is not there any more; speak to the person, then answer"))
		}
	case KindAccess, KindWithdrawal:
	}
	return n, err
}

// Given implements the rooms' port for consents.
func (s *Service) Given(tx kernel.Tx, subject, purpose string, text int, by string) error {
	if p, ok := Lookup(purpose); !ok || p.Basis != BasisConsent {
		return kernel.Internal("consent to "+purpose, errNoPurpose)
	}
	return s.Repo.PutConsent(tx, &Consent{ID: kernel.NewID(tx.Now()), Subject: subject, Purpose: purpose, Text: text, By: by, Given: tx.Now()})
}

// Withdrawn implements the rooms' port for consents.
func (s *Service) Withdrawn(tx kernel.Tx, subject, purpose string) error {
	_, err := s.Repo.EndConsent(tx, subject, purpose)
	return err
}

// Erase implements the rooms' port: the personal parts of an object's rows in the ledger go, every proof stays whole.
func (s *Service) Erase(tx kernel.Tx, object kernel.ID) error {
	_, err := s.Runs.ErasePersonal(tx, object)
	return err
}

// errNoPurpose says that a room asks for consent to what the register does not know as resting on consent.
var errNoPurpose = errors.New("no purpose of the register that rests on consent")

// Tick ends what its clock has ended: for each purpose once a day, in units of work of at most limit records.
func (s *Service) Tick(ctx context.Context, t kernel.Tenant, limit int) (n int, err error) {
	for _, k := range s.Keepers {
		m, err := s.keep(ctx, t, k, limit)
		if err != nil {
			return n, fmt.Errorf("retention of %s: %w", k.Purpose(), err)
		}
		n += m
	}
	return n, nil
}

func (s *Service) keep(ctx context.Context, t kernel.Tenant, k Keeper, limit int) (n int, err error) {
	due := false
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		ran, err := s.Runs.RunOn(tx, k.Purpose(), dayOf(tx.Now()))
		due = !ran
		return err
	})
	if err != nil || !due {
		return 0, err
	}
	err = s.Store.Update(ctx, t, func(tx kernel.Tx) error {
		n = 0
		terms, err := s.Terms(tx)
		if err != nil {
			return err
		}
		months := terms[k.Purpose()].Months
		if months == 0 {
			return nil
		}
		if n, err = k.Forget(tx, tx.Now().AddDate(0, -months, 0), limit); err != nil {
			return err
		}
		if n > 0 {
			if _, err := s.Ledger.Append(tx, ledger.Entry{Actor: kernel.System(t), Act: "retention", Public: map[string]any{"purpose": k.Purpose(), "n": n, "months": months}}); err != nil {
				return err
			}
		}
		if n < limit {
			return s.Runs.PutRun(tx, k.Purpose(), dayOf(tx.Now()), n)
		}
		return nil
	})
	return n, err
}

func dayOf(t time.Time) string { return t.In(kernel.Shanghai).Format(time.DateOnly) }

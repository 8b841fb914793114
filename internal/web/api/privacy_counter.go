package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/privacy"
	"sanzhi/internal/vault"
)

type counterFindIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Phone  string `json:"phone" maxLength:"40" doc:"The whole number, as the person at the counter says it"`
		Reason string `json:"reason" maxLength:"200" doc:"What the person came for, and how the clerk knows that the number is theirs" example:"本人来更正电话，当面拨通"`
	}
}

// CounterHit is one record that is kept under a telephone. Each is opened by itself: nothing joins them into a file of a person.
type CounterHit struct {
	Kind   privacy.SubjectKind `json:"kind" enum:"case,signup,person"`
	ID     kernel.ID           `json:"id"`
	Title  string              `json:"title" example:"路灯不亮"`
	Number string              `json:"number,omitempty" example:"630105-20230428-7K3M9"`
	At     time.Time           `json:"at"`
}

// CounterHits is what a search at the counter gives.
type CounterHits struct {
	Items []CounterHit `json:"items"`
	More  bool         `json:"more" doc:"There are more of a kind than are told; ask for the number of the record"`
}

type counterOpenIn struct {
	Kind    privacy.SubjectKind `path:"kind" enum:"case,signup,person,care,entry"`
	ID      kernel.ID           `path:"id"`
	Key     string              `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Reason string `json:"reason" maxLength:"200" doc:"The person reads it"`
	}
}

// counterMost is how many records of a kind one search tells.
const counterMost = 50

func (s *Server) privacyCounter(api huma.API) {
	handle(s, api, op{method: "POST", path: "/privacy/find", perm: access.PrivacyWrite, sum: "What is kept under a whole telephone number at the clerk's places, for the person at the counter; logged with the reason",
		errors: []int{401, 403}}, s.counterFind)
	handle(s, api, op{method: "POST", path: "/privacy/people/{kind}/{id}/open", perm: access.PrivacyWrite, sum: "The file of a person at the counter in full, with a reason that is logged and that the person reads",
		errors: []int{401, 403, 404}}, s.counterOpen)
}

// deskReads reports whether the clerk may read the record itself: a dispute is opened by its parties' codes, never at the counter.
func (s *Server) deskReads(tx kernel.Tx, actor kernel.Actor, in personPath) bool {
	if in.Kind != privacy.OfCase {
		return true
	}
	_, _, err := s.Cases.Read(tx, actor, in.ID)
	return err == nil
}

func (s *Server) counterFind(ctx context.Context, in *counterFindIn) (*body[CounterHits], error) {
	a, lang := CallerOf(ctx).Actor, LangOf(ctx)
	reason, err := kernel.Clean("reason", in.Body.Reason, 4, 200)
	if err != nil {
		return nil, err
	}
	phone, err := vault.NormalisePhone("phone", in.Body.Phone)
	if err != nil {
		return nil, err
	}
	index := s.Cases.PhoneIndex(a.Tenant, phone)
	if index == "" {
		return nil, kernel.Invalid("phone", kernel.T("请输入完整的电话号码", "type the whole telephone number"))
	}
	return once(ctx, s, in.Key, "POST /privacy/find", in.RawBody, func(tx kernel.Tx) (*CounterHits, error) {
		out := &CounterHits{Items: []CounterHit{}}
		hits, err := s.PrivacyPaths.ByPhone(tx, index, privacy.HandledPaths(a, tx.Tenant()), counterMost+1)
		if err != nil {
			return nil, err
		}
		of := map[privacy.SubjectKind]int{}
		for _, h := range hits {
			if _, err := s.atDesk(tx, a, personPath{h.Kind, h.ID}, access.PrivacyWrite); err != nil {
				continue
			}
			if of[h.Kind]++; of[h.Kind] > counterMost {
				out.More = true
				continue
			}
			out.Items = append(out.Items, CounterHit{Kind: h.Kind, ID: h.ID, Title: h.Title.In(lang), Number: h.Number, At: h.At})
		}
		// That somebody searched is kept, the number is not.
		_, err = s.Privacy.Ledger.Append(tx, ledger.Entry{Actor: a, Act: privacy.ActFound, Public: map[string]any{"found": len(out.Items)},
			Personal: map[string]any{"who": a.Name, "reason": reason}})
		return out, err
	})
}

func (s *Server) counterOpen(ctx context.Context, in *counterOpenIn) (*body[PrivacyFile], error) {
	a := CallerOf(ctx).Actor
	reason, err := kernel.Clean("reason", in.Body.Reason, 4, 200)
	if err != nil {
		return nil, err
	}
	set, err := s.Cases.Setups.Of(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	return once(ctx, s, in.Key, "POST /privacy/people/"+string(in.Kind)+"/"+string(in.ID)+"/open", in.RawBody, func(tx kernel.Tx) (*PrivacyFile, error) {
		subject, err := s.atDesk(tx, a, personPath{in.Kind, in.ID}, access.PrivacyWrite)
		if err != nil {
			return nil, err
		}
		f, err := s.file(ctx, set, tx, subject, false)
		if err != nil {
			return nil, err
		}
		f.Verify = false
		_, err = s.Privacy.Ledger.Append(tx, ledger.Entry{Actor: a, Act: privacy.ActOpened, Object: subject.ID, Public: map[string]any{"kind": string(subject.Kind), "fields": len(f.Items)},
			Personal: map[string]any{"who": a.Name, "reason": reason}})
		return f, err
	})
}

package privacy

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/vault"
)

// Ports are what the service stands on.
type Ports struct {
	Store   kernel.Store
	Repo    Repo
	Runs    Runs
	Looks   Looks
	Ledger  *ledger.Log
	Sealer  *vault.Sealer
	Offices Offices
	// Sources and Keepers are the rooms that keep something about people.
	Sources []Source
	Keepers []Keeper
}

// Service takes what people ask about their data.
type Service struct{ Ports }

// NewService joins the service to its ports.
func NewService(p Ports) *Service { return &Service{p} }

var errStale = kernel.Conflict(kernel.T("刚被别人办过一步，请刷新后再看", "somebody else has just moved this; reload and look again"))

// Terms gives how long each purpose's data are kept in the district.
func (s *Service) Terms(tx kernel.Tx) (map[string]Term, error) {
	set, err := s.Repo.Terms(tx)
	if err != nil {
		return nil, err
	}
	out := map[string]Term{}
	for _, p := range Register {
		out[p.ID] = Term{Purpose: p.ID, Months: p.Months}
		if t, ok := set[p.ID]; ok && !p.Fixed {
			out[p.ID] = t
		}
	}
	return out, nil
}

// minAccess is the least that sign-in records are kept: six months (网络安全法, article 21).
const minAccess = 6

// SetTerm sets the retention clock of a purpose for the whole district, with the reason.
func (s *Service) SetTerm(tx kernel.Tx, actor kernel.Actor, purpose string, version, months int, reason string) (Term, error) {
	if err := access.Decide(actor, access.PrivacyWrite, access.Whole(tx.Tenant())).Err(); err != nil {
		return Term{}, err
	}
	p, ok := Lookup(purpose)
	if !ok {
		return Term{}, kernel.NotFound(kernel.T("没有这个用途", "there is no such purpose"))
	}
	if p.Fixed {
		return Term{}, kernel.Invalid("months", kernel.T("这个用途的期限是固定的，不能改", "the time of this purpose is fixed"))
	}
	least := 1
	if purpose == PurposeAccess {
		least = minAccess
	}
	if months < least || months > 60 {
		return Term{}, kernel.Invalid("months", kernel.T(fmt.Sprintf("应在 %d 到 60 个月之间", least), fmt.Sprintf("between %d and 60 months", least)))
	}
	reason, err := kernel.Clean("reason", reason, 4, 200)
	if err != nil {
		return Term{}, err
	}
	terms, err := s.Terms(tx)
	if err != nil {
		return Term{}, err
	}
	if terms[purpose].Version != version {
		return Term{}, errStale
	}
	t := Term{Purpose: purpose, Version: version + 1, Months: months, Reason: reason, At: tx.Now()}
	if err := s.Repo.PutTerm(tx, &t); err != nil {
		return Term{}, err
	}
	_, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "purpose_term", Object: "", Version: t.Version,
		Public: map[string]any{"purpose": purpose, "months": months, "was": terms[purpose].Months, "reason": reason}})
	return t, err
}

// File is all that is kept about a subject.
type File struct {
	Items    []Item
	Consents []*Consent
	Requests []*Request
	Looks    []Look
}

// File gathers what is kept about a subject. The caller has proved to be the subject: signed in, or with the code.
func (s *Service) File(tx kernel.Tx, subject Subject) (*File, error) {
	terms, err := s.Terms(tx)
	if err != nil {
		return nil, err
	}
	f := &File{}
	months := func(purpose string) int { return terms[purpose].Months }
	for _, src := range s.Sources {
		items, err := src.Kept(tx, subject, months)
		if err != nil {
			return nil, err
		}
		f.Items = append(f.Items, items...)
	}
	if f.Consents, err = s.Repo.ConsentsOf(tx, subject.Ref()); err != nil {
		return nil, err
	}
	if f.Requests, err = s.Repo.RequestsOf(tx, subject); err != nil {
		return nil, err
	}
	f.Looks, err = s.Looks.LooksAt(tx, subject)
	return f, err
}

// Asking is what a person asks for.
type Asking struct {
	Kind    Kind
	Words   string
	Changes map[string]string // of a correction: name, phone, address
}

// Correctable are the fields that a correction may name, and how each is masked.
var Correctable = map[string]Mask{"name": MaskName, "phone": MaskPhone, "address": MaskAddress}

// Due gives the deadline of a request that is made now; it is asked before the unit of work.
func (s *Service) Due(ctx context.Context, t kernel.Tenant, now time.Time) (Deadline, error) {
	at, provisional, err := s.Offices.Due(ctx, t, now, Days)
	return Deadline{at, provisional}, err
}

// Deadline is when a request must be answered.
type Deadline struct {
	At          time.Time
	Provisional bool
}

// Ask takes a request of a person. A withdrawal is done at once, for it needs nobody's leave; all else waits for its answer until the
// deadline.
func (s *Service) Ask(tx kernel.Tx, actor kernel.Actor, subject Subject, path kernel.Path, due Deadline, in Asking) (*Request, error) {
	if !slices.Contains(AllKinds, in.Kind) {
		return nil, kernel.Invalid("kind", kernel.T("请选要做什么", "choose what you ask for"))
	}
	words, err := kernel.Clean("text", in.Words, 0, 1000)
	if err != nil {
		return nil, err
	}
	if in.Kind == KindAccess && words == "" {
		return nil, kernel.Invalid("text", kernel.T("请写明想知道什么", "say what you want to know"))
	}
	changes, err := checkChanges(in)
	if err != nil {
		return nil, err
	}
	r := &Request{ID: kernel.NewID(tx.Now()), Subject: subject, Path: path, Kind: in.Kind, State: StateOpen, Version: 1, At: tx.Now(), DueAt: due.At, Provisional: due.Provisional}
	if err := s.oneOpen(tx, r); err != nil {
		return nil, err
	}
	if r.Words, err = s.seal(tx.Tenant(), r.ID, "words", words); err != nil {
		return nil, err
	}
	if r.Changes, err = s.seal(tx.Tenant(), r.ID, "changes", changes); err != nil {
		return nil, err
	}
	done := 0
	if in.Kind == KindWithdrawal {
		if done, err = s.withdraw(tx, subject); err != nil {
			return nil, err
		}
		r.State, r.AnsweredAt = StateDone, tx.Now()
	}
	if err := s.Repo.InsertRequest(tx, r); err != nil {
		return nil, err
	}
	_, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "privacy_asked", Object: r.ID, Version: 1,
		Public: map[string]any{"kind": string(r.Kind), "state": string(r.State), "due": r.DueAt.UnixMilli(), "ended": done}})
	return r, err
}

// oneOpen refuses a second request of a kind while the first waits.
func (s *Service) oneOpen(tx kernel.Tx, r *Request) error {
	l, err := s.Repo.RequestsOf(tx, r.Subject)
	if err != nil {
		return err
	}
	for _, x := range l {
		if x.Kind == r.Kind && x.State == StateOpen {
			return kernel.Conflict(kernel.T("这样的申请已经提过，还在办；请等答复", "such a request is being handled; please wait for its answer"))
		}
	}
	return nil
}

// withdraw ends what rests on the subject's consent.
func (s *Service) withdraw(tx kernel.Tx, subject Subject) (n int, err error) {
	for _, src := range s.Sources {
		m, err := src.Withdraw(tx, subject)
		if err != nil {
			return n, err
		}
		n += m
	}
	m, err := s.Repo.EndConsent(tx, subject.Ref(), "")
	return n + m, err
}

// checkChanges checks a correction and gives it as JSON; empty for other kinds.
func checkChanges(in Asking) (string, error) {
	if in.Kind != KindCorrection {
		return "", nil
	}
	clean := map[string]string{}
	for f, v := range in.Changes {
		if _, ok := Correctable[f]; !ok {
			return "", kernel.Invalid("changes."+f, kernel.T("能更正的是称呼、电话和地址；别的请写在说明里", "name, phone and address can be corrected; write anything else in words"))
		}
		v, err := kernel.Clean("changes."+f, v, 1, 120)
		if err != nil {
			return "", err
		}
		if f == "phone" {
			if v, err = vault.NormalisePhone("changes.phone", v); err != nil {
				return "", err
			}
		}
		clean[f] = v
	}
	if len(clean) == 0 && in.Words == "" {
		return "", kernel.Invalid("changes", kernel.T("请写明哪里不对、应该是什么", "say what is wrong and what it should be"))
	}
	if len(clean) == 0 {
		return "", nil
	}
	b, err := json.Marshal(clean)
	return string(b), err
}

func (s *Service) seal(t kernel.Tenant, id kernel.ID, field, plain string) (string, error) {
	if plain == "" {
		return "", nil
	}
	sealed, err := s.Sealer.SealText(plain, vault.Field{Tenant: t, Table: "privacy_request", ID: id, Field: field})
	if err != nil {
		return "", kernel.Internal("seal "+field, err)
	}
	return sealed, nil
}

func (s *Service) open(t kernel.Tenant, id kernel.ID, field, sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	plain, err := s.Sealer.OpenText(sealed, vault.Field{Tenant: t, Table: "privacy_request", ID: id, Field: field})
	if err != nil {
		return "", kernel.Internal("open "+field, err)
	}
	return plain, nil
}

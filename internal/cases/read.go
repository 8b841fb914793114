package cases

import (
	"encoding/json"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/vault"
)

// Read gives a case that the actor may read, with its rows of the ledger.
func (s *Service) Read(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Case, []*ledger.Row, error) {
	c, err := s.read(tx, actor, id)
	if err != nil {
		return nil, nil, err
	}
	rows, err := s.Ledger.OfObject(tx, c.ID)
	return c, rows, err
}

// Following is what the holder of a code follows.
type Following struct {
	Actor kernel.Actor
	Own   *Case // the case that was opened with the code
	Case  *Case // the case that it lives on in: itself, or the one that it was merged into
	Rows  []*ledger.Row
	Looks []*Unmasking
}

// Follow gives the case behind a code: the rows of the own order and, from each merging on, of the case that it was merged
// into. What the other requesters of joined cases said is left out: only what moved the case stands, without their words.
func (s *Service) Follow(tx kernel.Tx, code vault.TrackCode) (*Following, error) {
	chain, err := s.chain(tx, code)
	if err != nil {
		return nil, err
	}
	own, c := chain[0], chain[len(chain)-1]
	f := &Following{Own: own, Case: c, Actor: kernel.Actor{Kind: kernel.ActorRequester, Tenant: tx.Tenant(), Case: c.ID}}
	since := time.Time{}
	for _, x := range chain {
		rows, err := s.Ledger.OfObject(tx, x.ID)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if !since.IsZero() && !r.At.After(since) {
				continue
			}
			if r = without(r, own, x); r != nil {
				f.Rows = append(f.Rows, r)
			}
		}
		since = x.ClosedAt
	}
	f.Looks, err = s.Looks.Unmaskings(tx, own.ID)
	return f, err
}

// without gives the row as the requester of own may see it: as it is, or, when another requester of the joined case did it,
// without the words, or nil when it moved nothing.
func without(r *ledger.Row, own, c *Case) *ledger.Row {
	other := strings.HasPrefix(r.Actor, string(kernel.ActorRequester)+":") && r.Actor != string(kernel.ActorRequester)+":"+string(own.ID) ||
		own.ID != c.ID && c.Requester != "" && r.Actor == string(kernel.ActorAccount)+":"+string(c.Requester)
	if !other {
		return r
	}
	var moved struct {
		From string `json:"from"`
		To   string `json:"to"`
	}
	if err := json.Unmarshal([]byte(r.Public), &moved); err != nil || moved.From == moved.To {
		return nil
	}
	bare := *r
	bare.Personal = ""
	return &bare
}

// Bounds of what counts as similar: near, recent, of the same item, with like words.
const (
	similarMetres = 200
	similarDays   = 30
	similarLike   = 0.25
	similarMost   = 5
)

// Similar gives open cases near a point that the actor may read and that seem to be about the same: of the same item, or
// with like words.
func (s *Service) Similar(tx kernel.Tx, actor kernel.Actor, not kernel.ID, flow, item, text string, lon, lat float64) ([]*Case, error) {
	l, err := s.Cases.Near(tx, flow, "", lon, lat, similarMetres, tx.Now().Add(-similarDays*24*time.Hour), 200)
	if err != nil {
		return nil, err
	}
	type scored struct {
		c    *Case
		like float64
	}
	var found []scored
	for _, c := range l {
		if c.ID == not || !access.Decide(actor, access.CaseRead, c.Target(tx.Tenant())).Allow {
			continue
		}
		like := Like(text, c.Text)
		if item != "" && c.Item == item {
			like += 0.5
		}
		if like >= similarLike {
			found = append(found, scored{c, like})
		}
	}
	sort.SliceStable(found, func(a, b int) bool { return found[a].like > found[b].like })
	var out []*Case
	for i := range min(len(found), similarMost) {
		out = append(out, found[i].c)
	}
	return out, nil
}

// Unmask gives personal fields of a case in clear. The look is stored with its reason, written to the ledger, and shown to
// the requester.
func (s *Service) Unmask(tx kernel.Tx, actor kernel.Actor, id kernel.ID, fields []string, reason string) (Private, error) {
	c, err := s.read(tx, actor, id)
	if err != nil {
		return Private{}, err
	}
	if err := access.Decide(actor, access.CaseUnmask, c.Target(tx.Tenant())).Err(); err != nil {
		return Private{}, err
	}
	reason = strings.TrimSpace(reason)
	if utf8.RuneCountInString(reason) < 2 {
		return Private{}, kernel.Invalid("reason", kernel.T("请写明为什么要看，本人会看到", "say why you need to see it; the person will read it"))
	}
	all, err := s.Open(tx.Tenant(), c)
	if err != nil {
		return Private{}, err
	}
	var out Private
	for _, f := range fields {
		switch f {
		case "name":
			out.Contact.Name = all.Contact.Name
		case "phone":
			out.Contact.Phone = all.Contact.Phone
		case "address":
			out.Address = all.Address
		default:
			return Private{}, kernel.Invalid("fields", kernel.T("只能看称呼、电话和地址", "only name, phone and address can be seen"))
		}
	}
	u := &Unmasking{ID: kernel.NewID(tx.Now()), Case: c.ID, Account: actor.Account, Who: actor.Name, Fields: fields, Reason: reason, At: tx.Now()}
	if err := s.Looks.PutUnmasking(tx, u); err != nil {
		return Private{}, err
	}
	_, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "unmask", Object: c.ID, Version: c.Version,
		Public: map[string]any{"fields": fields}, Personal: map[string]any{"who": actor.Name, "reason": reason}})
	return out, err
}

// PhoneIndex is the blind index of a telephone number as somebody typed it; empty when it is none.
func (s *Service) PhoneIndex(t kernel.Tenant, phone string) string {
	n, err := vault.NormalisePhone("contact.phone", phone)
	if err != nil {
		return ""
	}
	return s.Keyring.PhoneIndex(t, n)
}

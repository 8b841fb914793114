package api

import (
	"context"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/privacy"
	"sanzhi/internal/vault"
	"sanzhi/internal/workflow"
)

// PurposeRow is one purpose of the register, which anyone may read.
type PurposeRow struct {
	ID      string        `json:"id" example:"request_contact"`
	Title   string        `json:"title" example:"办单联系"`
	Basis   privacy.Basis `json:"basis" enum:"duty,consent,contract"`
	Law     string        `json:"law" doc:"The basis in words"`
	Why     string        `json:"why"`
	Months  int           `json:"months" doc:"Retention clock; 0 where from says how long" example:"12"`
	From    string        `json:"from" doc:"When the clock begins"`
	Who     string        `json:"who" doc:"Who may see it"`
	Fields  []string      `json:"fields" example:"case_record.contact"`
	Fixed   bool          `json:"fixed,omitempty"`
	Version int           `json:"version" doc:"Of the district's own setting; 0 is the default"`
	Reason  string        `json:"reason,omitempty" doc:"Why the district set it so"`
}

// PurposeList is the register.
type PurposeList struct {
	Items []PurposeRow `json:"items"`
}

// KeptItem is one thing that is kept about the reader.
type KeptItem struct {
	Field   string     `json:"field" example:"case_record.contact"`
	Label   string     `json:"label" example:"电话"`
	Value   string     `json:"value" doc:"Masked until the reader has shown to be the person" example:"138****5678"`
	Purpose string     `json:"purpose" example:"request_contact"`
	Until   *time.Time `json:"until,omitempty" doc:"Left out while the clock has not begun"`
	Object  kernel.ID  `json:"object"`
	// Withdraw is the nomination whose consent can be taken back.
	Withdraw string `json:"withdraw,omitempty"`
}

// ConsentRow is one consent of the reader.
type ConsentRow struct {
	Purpose   string     `json:"purpose"`
	Text      int        `json:"text"`
	By        string     `json:"by" example:"self"`
	Given     time.Time  `json:"given_at"`
	Withdrawn *time.Time `json:"withdrawn_at,omitempty"`
}

// PrivacyLook is one look at the reader's data.
type PrivacyLook struct {
	At     time.Time `json:"at"`
	Who    string    `json:"who" doc:"Masked"`
	Fields []string  `json:"fields"`
	Reason string    `json:"reason"`
	Object kernel.ID `json:"object"`
}

// PrivacyRequest is one request about a person's data.
type PrivacyRequest struct {
	ID       kernel.ID         `json:"id"`
	Kind     privacy.Kind      `json:"kind" enum:"access,correction,erasure,withdrawal"`
	State    privacy.State     `json:"state" enum:"open,done,refused"`
	Text     string            `json:"text,omitempty"`
	Changes  map[string]string `json:"changes,omitempty" doc:"Of a correction; masked for who handles it"`
	Answer   string            `json:"answer,omitempty"`
	Subject  string            `json:"subject,omitempty" doc:"Told to who handles it: account or case, by its id" example:"case:01GZ03JSM0VNBXZ4X8JQ4A6Q5V"`
	At       time.Time         `json:"at"`
	Due      time.Time         `json:"due_at"`
	Answered *time.Time        `json:"answered_at,omitempty"`
	Version  int               `json:"version"`
}

// PrivacyFile is what is kept about the reader, and what they asked.
type PrivacyFile struct {
	Subject  string           `json:"subject" example:"case:01GZ03JSM0VNBXZ4X8JQ4A6Q5V"`
	Masked   bool             `json:"masked" doc:"Values are masked: who holds a code has not shown to be the person"`
	Verify   bool             `json:"verify" doc:"The telephone of the order opens the values"`
	At       time.Time        `json:"at"`
	Items    []KeptItem       `json:"items"`
	Consents []ConsentRow     `json:"consents"`
	Requests []PrivacyRequest `json:"requests"`
	Looks    []PrivacyLook    `json:"looks"`
	Purposes []PurposeRow     `json:"purposes"`
}

// PrivacyRequestList is one keyset page of requests.
type PrivacyRequestList struct {
	Items []PrivacyRequest `json:"items"`
	Next  string           `json:"next,omitempty"`
}

type termIn struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Version int    `json:"version"`
		Months  int    `json:"months"`
		Reason  string `json:"reason" maxLength:"400"`
	}
}

// askBody is what a person asks for.
type askBody struct {
	Kind    privacy.Kind      `json:"kind" enum:"access,correction,erasure,withdrawal"`
	Text    string            `json:"text,omitempty" maxLength:"2000"`
	Changes map[string]string `json:"changes,omitempty" doc:"Of a correction: name, phone, address"`
}

type askMineIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    askBody
}

type askCodeIn struct {
	Code    string `path:"code" maxLength:"40"`
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    askBody
}

type openFileIn struct {
	Code    string `path:"code" maxLength:"40"`
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Phone string `json:"phone,omitempty" maxLength:"40" doc:"The telephone of the order, to see the values in full"`
	}
}

type requestsIn struct {
	PageQuery
	State string `query:"state" enum:"open,done" default:"open"`
}

type answerRequestIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Version int    `json:"version"`
		Done    bool   `json:"done" doc:"Carry it out; else it is refused"`
		Answer  string `json:"answer" maxLength:"2000" doc:"Told to the person"`
	}
}

func (s *Server) privacyRoutes(api huma.API) {
	const code = "the code that the order was given is the key"
	handle(s, api, op{method: "GET", path: "/privacy/purposes", open: "what is kept about people, why and until when is no secret", sum: "The register of purposes"}, s.purposes)
	handle(s, api, op{method: "PUT", path: "/privacy/purposes/{id}", perm: access.PrivacyWrite, sum: "Set how long a purpose's data are kept", errors: []int{401, 403, 404, 409}}, s.setTerm)
	handle(s, api, op{method: "GET", path: "/privacy/mine", signed: true, sum: "What is kept about me, why, until when, and who looked; machine-readable", errors: []int{401}}, s.privacyMine)
	handle(s, api, op{method: "POST", path: "/privacy/mine/requests", signed: true, sum: "Ask for access, correction, erasure or withdrawal", status: 201, errors: []int{401, 409}}, s.askMine)
	handle(s, api, op{method: "GET", path: "/privacy/track/{code}", open: code, sum: "What is kept about an order's requester, masked", errors: []int{404, 429}}, s.privacyTrack)
	handle(s, api, op{method: "POST", path: "/privacy/track/{code}/open", open: code, sum: "The same in full, with the telephone of the order", errors: []int{403, 404, 429}}, s.privacyOpen)
	handle(s, api, op{method: "POST", path: "/privacy/track/{code}/requests", open: code, sum: "Ask for access, correction, erasure or withdrawal", status: 201, errors: []int{404, 409, 429}}, s.askTrack)
	s.privacyDesk(api)
	handle(s, api, op{method: "GET", path: "/privacy/requests", perm: access.PrivacyRead, sum: "Requests to handle, what is due first in front", errors: []int{401, 403}}, s.privacyRequests)
	handle(s, api, op{method: "POST", path: "/privacy/requests/{id}/answer", perm: access.PrivacyWrite, sum: "Carry a request out, or refuse it with the reason", errors: []int{401, 403, 404, 409}}, s.answerRequest)
}

// codeCaller is whoever holds a code.
type codeCaller struct {
	code   vault.TrackCode
	tenant kernel.Tenant
	who    kernel.Actor // signed in to the code's district, else anonymous
}

// codeCaller reads a code. In the context it gives, the code is the caller: whoever holds it, from whatever device, is the same.
func (s *Server) codeCaller(ctx context.Context, raw string) (codeCaller, context.Context, error) {
	code, t, err := s.withCode(ctx, raw)
	if err != nil {
		return codeCaller{}, ctx, err
	}
	c := CallerOf(ctx)
	out := codeCaller{code, t, c.Actor}
	if c.Actor.Kind != kernel.ActorAccount || c.Actor.Tenant != t {
		out.who = kernel.Anonymous(t)
	}
	c.Actor = kernel.Actor{Kind: kernel.ActorRequester, Tenant: t, Case: kernel.ID(s.Cases.Keyring.TrackHash(code)), Lang: LangOf(ctx)}
	return out, context.WithValue(ctx, keyCaller, c), nil
}

func purposeRows(terms map[string]privacy.Term, lang kernel.Lang) []PurposeRow {
	out := []PurposeRow{}
	for _, p := range privacy.Register {
		fields := p.Fields
		if fields == nil {
			fields = []string{}
		}
		t := terms[p.ID]
		out = append(out, PurposeRow{ID: p.ID, Title: p.Title.In(lang), Basis: p.Basis, Law: privacy.BasisTitle(p.Basis).In(lang), Why: p.Why.In(lang), Months: t.Months,
			From: p.From.In(lang), Who: p.Who.In(lang), Fields: fields, Fixed: p.Fixed, Version: t.Version, Reason: t.Reason})
	}
	return out
}

func (s *Server) purposes(ctx context.Context, _ *struct{}) (*body[PurposeList], error) {
	out := &body[PurposeList]{}
	err := s.Store.View(ctx, CallerOf(ctx).Actor.Tenant, func(tx kernel.Tx) error {
		terms, err := s.Privacy.Terms(tx)
		out.Body.Items = purposeRows(terms, LangOf(ctx))
		return err
	})
	return out, err
}

func (s *Server) setTerm(ctx context.Context, in *termIn) (*body[PurposeList], error) {
	a, out := CallerOf(ctx).Actor, &body[PurposeList]{}
	err := s.Store.Update(ctx, a.Tenant, func(tx kernel.Tx) error {
		if _, err := s.Privacy.SetTerm(tx, a, in.ID, in.Body.Version, in.Body.Months, in.Body.Reason); err != nil {
			return err
		}
		terms, err := s.Privacy.Terms(tx)
		out.Body.Items = purposeRows(terms, LangOf(ctx))
		return err
	})
	return out, err
}

// mask hides a value from who has not shown to be the person.
func mask(i privacy.Item) string {
	switch i.Mask {
	case privacy.MaskName:
		return vault.MaskName(i.Value)
	case privacy.MaskPhone:
		return vault.MaskPhone(i.Value)
	case privacy.MaskAddress:
		return vault.MaskAddress(i.Value)
	case privacy.MaskWhole:
		return "***"
	default:
		return i.Value
	}
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (s *Server) file(ctx context.Context, set *cases.Setup, tx kernel.Tx, subject privacy.Subject, masked bool) (*PrivacyFile, error) {
	f, err := s.Privacy.File(tx, subject)
	if err != nil {
		return nil, err
	}
	terms, err := s.Privacy.Terms(tx)
	if err != nil {
		return nil, err
	}
	lang := LangOf(ctx)
	out := &PrivacyFile{Subject: subject.Ref(), Masked: masked, At: tx.Now(), Items: []KeptItem{}, Consents: []ConsentRow{}, Requests: []PrivacyRequest{}, Looks: []PrivacyLook{},
		Purposes: purposeRows(terms, lang)}
	for _, i := range f.Items {
		row := KeptItem{Field: i.Field, Label: i.Label.In(lang), Value: i.Value, Purpose: i.Purpose, Until: instant(i.Until), Object: i.Object, Withdraw: i.Withdraw}
		if label := answerLabel(set, i.Key); !label.IsZero() {
			row.Label = label.In(lang)
		}
		if masked {
			row.Value = mask(i)
		}
		out.Verify = out.Verify || masked && i.Mask == privacy.MaskPhone
		out.Items = append(out.Items, row)
	}
	for _, c := range f.Consents {
		out.Consents = append(out.Consents, ConsentRow{Purpose: c.Purpose, Text: c.Text, By: c.By, Given: c.Given, Withdrawn: instant(c.Withdrawn)})
	}
	for _, l := range f.Looks {
		out.Looks = append(out.Looks, PrivacyLook{At: l.At, Who: l.Who, Fields: l.Fields, Reason: l.Reason, Object: l.Object})
	}
	for _, r := range f.Requests {
		row, err := s.requestRow(tx.Tenant(), r)
		if err != nil {
			return nil, err
		}
		row.Subject = ""
		if masked {
			row.Text, row.Changes = "", nil
		}
		out.Requests = append(out.Requests, *row)
	}
	return out, nil
}

// answerLabel finds what a form's field is called, in the menu and the flows in force; nothing for one that is gone.
func answerLabel(set *cases.Setup, key string) kernel.Text {
	fields := []workflow.Field{}
	for _, i := range set.Items {
		fields = append(fields, i.Form...)
	}
	for _, id := range set.FlowIDs() {
		if f, err := set.Flow(id, 0); err == nil {
			if open, ok := f.Flow.Opening(); ok {
				fields = append(fields, open.Form...)
			}
		}
	}
	for _, f := range fields {
		if key != "" && f.ID == key {
			return f.Label
		}
	}
	return kernel.Text{}
}

func (s *Server) requestRow(t kernel.Tenant, r *privacy.Request) (*PrivacyRequest, error) {
	o, err := s.Privacy.Open(t, r)
	return &PrivacyRequest{ID: r.ID, Kind: r.Kind, State: r.State, Text: o.Said, Changes: o.Asked, Answer: o.Replied, Subject: r.Subject.Ref(), At: r.At, Due: r.DueAt,
		Answered: instant(r.AnsweredAt), Version: r.Version}, err
}

// maskedRow is requestRow for who handles it: a correction is carried out without being read, and read in the person's file alone,
// where looking leaves a trace.
func (s *Server) maskedRow(t kernel.Tenant, r *privacy.Request) (*PrivacyRequest, error) {
	row, err := s.requestRow(t, r)
	for k, v := range row.Changes {
		row.Changes[k] = mask(privacy.Item{Value: v, Mask: privacy.Correctable[k]})
	}
	return row, err
}

func (s *Server) privacyMine(ctx context.Context, _ *struct{}) (*body[PrivacyFile], error) {
	a, out := CallerOf(ctx).Actor, &body[PrivacyFile]{}
	set, err := s.Cases.Setups.Of(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		f, err := s.file(ctx, set, tx, privacy.Subject{Kind: privacy.OfAccount, ID: a.Account}, false)
		if err == nil {
			out.Body = *f
		}
		return err
	})
	return out, err
}

// ownCase gives the case that a code opened: not the one that it lives on in, which is another's. A code of a sign-up gives that.
func (s *Server) ownCase(ctx context.Context, tx kernel.Tx, code vault.TrackCode) (privacy.Subject, string, error) {
	f, err := s.Cases.Follow(tx, code)
	if kernel.Is(err, kernel.KindNotFound) { // a sign-up for an activity has a code as well
		if x, err := s.Activities.Signups.ByCode(tx, s.Cases.Keyring.TrackHash(code)); err == nil {
			index, _ := strings.CutPrefix(x.Who, "phone:")
			return privacy.Subject{Kind: privacy.OfSignup, ID: x.ID}, index, nil
		}
	}
	if err != nil {
		return privacy.Subject{}, "", s.missed(ctx, err)
	}
	return privacy.Subject{Kind: privacy.OfCase, ID: f.Own.ID}, f.Own.PhoneIndex, nil
}

func (s *Server) privacyTrack(ctx context.Context, in *trackIn) (*body[PrivacyFile], error) {
	code, t, err := s.withCode(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	out := &body[PrivacyFile]{}
	set, err := s.Cases.Setups.Of(ctx, t)
	if err != nil {
		return nil, err
	}
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		subject, _, err := s.ownCase(ctx, tx, code)
		if err != nil {
			return err
		}
		f, err := s.file(ctx, set, tx, subject, true)
		if err == nil {
			out.Body = *f
		}
		return err
	})
	return out, err
}

var errPhone = kernel.Forbidden(kernel.T("电话和点单时留的不一样", "this is not the telephone that the order was given"))

// privacyOpen gives the whole to who holds the code and knows the telephone of the order. An order without one has nothing that names
// a person but what was typed into it, and the code alone opens it.
func (s *Server) privacyOpen(ctx context.Context, in *openFileIn) (*body[PrivacyFile], error) {
	c, asked, err := s.codeCaller(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	out := &body[PrivacyFile]{}
	set, err := s.Cases.Setups.Of(ctx, c.tenant)
	if err != nil {
		return nil, err
	}
	err = s.Store.View(asked, c.tenant, func(tx kernel.Tx) error {
		subject, index, err := s.ownCase(ctx, tx, c.code)
		if err != nil {
			return err
		}
		if index != "" && s.Cases.PhoneIndex(c.tenant, in.Body.Phone) != index {
			s.misses.count(CallerOf(ctx).Address, s.Clock.Now())
			return errPhone
		}
		f, err := s.file(ctx, set, tx, subject, false)
		if err == nil {
			out.Body = *f
		}
		return err
	})
	return out, err
}

func (s *Server) ask(ctx context.Context, tx kernel.Tx, actor kernel.Actor, subject privacy.Subject, due privacy.Deadline, in askBody) (*PrivacyRequest, error) {
	path, err := s.PrivacyPaths.PathOf(tx, subject)
	if err != nil {
		return nil, err
	}
	r, err := s.Privacy.Ask(tx, actor, subject, path, due, privacy.Asking{Kind: in.Kind, Words: in.Text, Changes: in.Changes})
	if err != nil {
		return nil, err
	}
	return s.requestRow(tx.Tenant(), r)
}

func (s *Server) askMine(ctx context.Context, in *askMineIn) (*body[PrivacyRequest], error) {
	a := CallerOf(ctx).Actor
	due, err := s.Privacy.Due(ctx, a.Tenant, s.Clock.Now())
	if err != nil {
		return nil, err
	}
	return once(ctx, s, in.Key, "POST /privacy/mine/requests", in.RawBody, func(tx kernel.Tx) (*PrivacyRequest, error) {
		return s.ask(ctx, tx, a, privacy.Subject{Kind: privacy.OfAccount, ID: a.Account}, due, in.Body)
	})
}

func (s *Server) askTrack(ctx context.Context, in *askCodeIn) (*body[PrivacyRequest], error) {
	c, asked, err := s.codeCaller(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	due, err := s.Privacy.Due(ctx, c.tenant, s.Clock.Now())
	if err != nil {
		return nil, err
	}
	return once(asked, s, in.Key, "POST /privacy/track/…/requests", in.RawBody, func(tx kernel.Tx) (*PrivacyRequest, error) {
		subject, _, err := s.ownCase(ctx, tx, c.code)
		if err != nil {
			return nil, err
		}
		return s.ask(ctx, tx, kernel.Actor{Kind: kernel.ActorRequester, Tenant: c.tenant, Case: subject.ID}, subject, due, in.Body)
	})
}

func (s *Server) privacyRequests(ctx context.Context, in *requestsIn) (*body[PrivacyRequestList], error) {
	a, out := CallerOf(ctx).Actor, &body[PrivacyRequestList]{PrivacyRequestList{Items: []PrivacyRequest{}}}
	err := s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Privacy.Requests(tx, a, in.State != "done", in.page())
		for _, r := range l {
			row, err := s.maskedRow(tx.Tenant(), r)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, *row)
		}
		out.Body.Next = next
		return err
	})
	return out, err
}

func (s *Server) answerRequest(ctx context.Context, in *answerRequestIn) (*body[PrivacyRequest], error) {
	return once(ctx, s, in.Key, "POST /privacy/requests/"+string(in.ID)+"/answer", in.RawBody, func(tx kernel.Tx) (*PrivacyRequest, error) {
		r, err := s.Privacy.Answer(tx, CallerOf(ctx).Actor, in.ID, in.Body.Version, in.Body.Done, in.Body.Answer)
		if err != nil {
			return nil, err
		}
		return s.maskedRow(tx.Tenant(), r)
	})
}

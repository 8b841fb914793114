package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/jobs"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

// MapSource gives what a map draws.
type MapSource interface {
	// Features are drawn beside places: rivers, streets, greens; GeoJSON in WGS84, or empty.
	Features(tx kernel.Tx) (string, error)
	EachPlace(tx kernel.Tx, each func(*territory.Place) error) error
	// Basemap names the content that is the base map; empty when none was brought in.
	Basemap(tx kernel.Tx) (string, error)
}

// PostKeeper keeps who holds which post.
type PostKeeper interface {
	Holdings(tx kernel.Tx, person kernel.ID) ([]*orgs.Holding, error)
	PutHoldings(tx kernel.Tx, l []*orgs.Holding) error
	// EndHolding ends a post now; false when there is none that lasts longer.
	EndHolding(tx kernel.Tx, person, holding kernel.ID) (bool, error)
	Person(tx kernel.Tx, id kernel.ID) (*orgs.Person, error)
	PutPeople(tx kernel.Tx, l []*orgs.Person) error
}

// SetupKeeper keeps what a district has set up. Touch tells every process to read it anew.
type SetupKeeper interface {
	PutItems(tx kernel.Tx, items []*cases.Item) error
	PutRules(tx kernel.Tx, rules []cases.Rule) error
	PutFlow(tx kernel.Tx, id string, version int, source string) error
	Touch(tx kernel.Tx) error
}

// Desk is what administrators read and change.
type Desk interface {
	MapSource
	PostKeeper
	SetupKeeper
	GivenUp(tx kernel.Tx, p kernel.Page) ([]*jobs.Message, error)
	Retry(tx kernel.Tx, id kernel.ID) (bool, error)
	Audit(tx kernel.Tx, object kernel.ID, actor, act string, from, to time.Time, p kernel.Page) ([]*ledger.Row, string, error)
	Things(tx kernel.Tx, ids []kernel.ID, seen access.Scope) (map[kernel.ID]ledger.Thing, error)
	Looks(tx kernel.Tx, p kernel.Page) ([]*cases.Unmasking, string, error)
}

// OutboxRow is a message that was given up; what it says is not shown.
type OutboxRow struct {
	ID       kernel.ID `json:"id"`
	Topic    string    `json:"topic" example:"webhook"`
	Target   string    `json:"target"`
	At       time.Time `json:"at"`
	GaveUp   time.Time `json:"gave_up_at"`
	Attempts int       `json:"attempts"`
	Cause    string    `json:"cause" example:"connection refused"`
}

// OutboxList is one keyset page of messages that were given up, newest first.
type OutboxList struct {
	Items []OutboxRow `json:"items"`
	Next  string      `json:"next,omitempty"`
}

// AuditRow is one line of the ledger without its personal part.
type AuditRow struct {
	ID      kernel.ID       `json:"id"`
	At      time.Time       `json:"at"`
	Actor   string          `json:"actor" example:"account:01GZ03JSM0VNBXZ4X8JQ4A6Q5V"`
	Who     string          `json:"who" example:"李* li.xiaoqiao" doc:"The actor in words, the name masked"`
	Act     string          `json:"act" example:"submit"`
	Title   string          `json:"title" example:"交单" doc:"The act in words"`
	Object  kernel.ID       `json:"object" doc:"The case or account that it was done to"`
	On      *AuditThing     `json:"on,omitempty" doc:"What the object is, as far as the reader may know it"`
	Version int             `json:"version"`
	Public  json.RawMessage `json:"public" doc:"Canonical JSON of what anyone may know"`
	Digest  string          `json:"digest,omitempty" doc:"Of the personal part, in hexadecimal"`
	Seq     int64           `json:"seq" doc:"Place in the sealed ledger; -1 until it is sealed"`
}

// AuditList is one keyset page of the ledger, newest first.
type AuditList struct {
	Items []AuditRow `json:"items"`
	Next  string     `json:"next,omitempty"`
}

// LookRow is one look at masked data.
type LookRow struct {
	ID      kernel.ID `json:"id"`
	At      time.Time `json:"at"`
	Case    kernel.ID `json:"case"`
	Account kernel.ID `json:"account"`
	Who     string    `json:"who" doc:"Masked"`
	Fields  []string  `json:"fields"`
	Reason  string    `json:"reason"`
}

// LookList is one keyset page of looks, newest first.
type LookList struct {
	Items []LookRow `json:"items"`
	Next  string    `json:"next,omitempty"`
}

// PageQuery asks for a page of rows whose cursor is an id.
type PageQuery struct {
	After string `query:"after" maxLength:"26" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (p PageQuery) page() kernel.Page {
	return kernel.Page{After: p.After, Limit: p.Limit}.Clamp(50, 200)
}

type auditIn struct {
	PageQuery
	Object kernel.ID `query:"object" maxLength:"26"`
	Actor  string    `query:"actor" maxLength:"60" doc:"As in the rows: account:ID, requester:ID, anonymous, system"`
	Act    string    `query:"act" maxLength:"40"`
	From   string    `query:"from" format:"date" doc:"First day (Asia/Shanghai)"`
	To     string    `query:"to" format:"date" doc:"Last day"`
}

type keyedIDIn struct {
	ID  kernel.ID `path:"id"`
	Key string    `header:"Idempotency-Key"`
}

func (s *Server) deskRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/outbox/given-up", perm: access.OutboxRead, sum: "Messages that could not be delivered", errors: []int{401, 403}}, s.givenUp)
	handle(s, api, op{method: "POST", path: "/outbox/{id}/retry", perm: access.OutboxRetry, sum: "Try to deliver a message again", status: http.StatusNoContent, errors: []int{401, 403, 404}}, s.retry)
	handle(s, api, op{method: "GET", path: "/audit", perm: access.AuditRead, sum: "The ledger by object, actor, act and day", errors: []int{401, 403}}, s.audit)
	handle(s, api, op{method: "GET", path: "/audit/looks", perm: access.AuditRead, sum: "Who looked at masked data, when and why", errors: []int{401, 403}}, s.looks)
}

func (s *Server) givenUp(ctx context.Context, in *PageQuery) (*body[OutboxList], error) {
	a, err := s.whole(ctx, access.OutboxRead)
	if err != nil {
		return nil, err
	}
	page, out := in.page(), &body[OutboxList]{OutboxList{Items: []OutboxRow{}}}
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		l, err := s.Desk.GivenUp(tx, kernel.Page{After: page.After, Limit: page.Limit + 1})
		if len(l) > page.Limit {
			l = l[:page.Limit]
			out.Body.Next = string(l[page.Limit-1].ID)
		}
		for _, m := range l {
			out.Body.Items = append(out.Body.Items, OutboxRow{ID: m.ID, Topic: m.Topic, Target: m.Target, At: m.At, GaveUp: m.GaveUpAt, Attempts: m.Attempt, Cause: m.LastError})
		}
		return err
	})
	return out, err
}

func (s *Server) retry(ctx context.Context, in *keyedIDIn) (*struct{}, error) {
	a, err := s.whole(ctx, access.OutboxRetry)
	if err != nil {
		return nil, err
	}
	_, err = once(ctx, s, in.Key, "POST /outbox/"+string(in.ID)+"/retry", nil, func(tx kernel.Tx) (*struct{}, error) {
		ok, err := s.Desk.Retry(tx, in.ID)
		if err == nil && !ok {
			err = kernel.NotFound(kernel.T("没有这条，或者它已经在重新投递", "there is no such message, or it is being delivered again"))
		}
		if err != nil {
			return nil, err
		}
		_, err = s.Cases.Ledger.Append(tx, ledger.Entry{Actor: a, Act: "outbox_retried", Object: kernel.ID(tx.Tenant()), Public: map[string]any{"by": a.Ref(), "message": string(in.ID)}})
		return &struct{}{}, err
	})
	return nil, err
}

func (s *Server) audit(ctx context.Context, in *auditIn) (*body[AuditList], error) {
	a, err := s.whole(ctx, access.AuditRead)
	if err != nil {
		return nil, err
	}
	from, err := day("from", in.From, 0)
	if err != nil {
		return nil, err
	}
	to, err := day("to", in.To, 1)
	if err != nil {
		return nil, err
	}
	out := &body[AuditList]{AuditList{Items: []AuditRow{}}}
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Desk.Audit(tx, in.Object, in.Actor, in.Act, from, to, in.page())
		if err != nil {
			return err
		}
		w, err := s.wordsFor(ctx, tx, l)
		if err != nil {
			return err
		}
		things, err := s.thingsOf(tx, a, w.lang, l)
		if err != nil {
			return err
		}
		for _, r := range l {
			row := w.row(r)
			row.On = things[r.Object]
			out.Body.Items = append(out.Body.Items, row)
		}
		out.Body.Next = next
		return nil
	})
	return out, err
}

func (s *Server) looks(ctx context.Context, in *PageQuery) (*body[LookList], error) {
	a, err := s.whole(ctx, access.AuditRead)
	if err != nil {
		return nil, err
	}
	out := &body[LookList]{LookList{Items: []LookRow{}}}
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Desk.Looks(tx, in.page())
		for _, u := range l {
			out.Body.Items = append(out.Body.Items, LookRow{ID: u.ID, At: u.At, Case: u.Case, Account: u.Account, Who: u.Who, Fields: u.Fields, Reason: u.Reason})
		}
		out.Body.Next = next
		return err
	})
	return out, err
}

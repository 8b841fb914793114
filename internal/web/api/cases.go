package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

type openIn struct {
	Key     string `header:"Idempotency-Key" doc:"Makes a repeated request the same request: the first answer is given again for 48 hours"`
	RawBody []byte
	Body    NewCase
}

type listIn struct {
	Step    string    `query:"step" maxLength:"40"`
	Flow    string    `query:"flow" maxLength:"40"`
	Item    string    `query:"item" maxLength:"80"`
	Strand  string    `query:"strand" enum:"zi,fa,de,zhi" doc:"Cases that bear this strand, whatever others they bear"`
	Place   kernel.ID `query:"place" doc:"A place: its cases and those of all places below"`
	Unit    kernel.ID `query:"unit"`
	Q       string    `query:"q" maxLength:"100" doc:"Words of what was said, or a whole number"`
	Overdue bool      `query:"overdue"`
	State   string    `query:"state" enum:"open,closed,all" default:"all"`
	IDs     []string  `query:"ids" maxItems:"50" doc:"These cases alone, separated by commas"`
	Mine    bool      `query:"mine" doc:"Only cases whose next act is the reader's"`
	Sort    string    `query:"sort" enum:"due,new" doc:"due (what runs out first; open cases) with mine, else new"`
	After   string    `query:"after" maxLength:"80"`
	Limit   int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type caseIn struct {
	ID kernel.ID `path:"id"`
}

type actIn struct {
	ID      kernel.ID `path:"id"`
	Action  string    `path:"action" maxLength:"40" example:"submit"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    actBody
}

// actBody is Act whose form's answers may also stand beside version.
type actBody struct {
	_       struct{}       `additionalProperties:"true"`
	Version int            `json:"version,omitempty" doc:"The version of the case that the actor saw"`
	Form    map[string]any `json:"form,omitempty" doc:"Answers to the action's form by field id; they may stand beside version as well"`
}

type unmaskIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Fields []string `json:"fields" enum:"name,phone,address" minItems:"1" maxItems:"3"`
		Reason string   `json:"reason" minLength:"2" maxLength:"200" doc:"Why: the requester sees it"`
	}
}

// Unmasked are the fields that were asked for, in clear.
type Unmasked struct {
	Name    string `json:"name,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Address string `json:"address,omitempty"`
}

func (s *Server) caseRoutes(api huma.API) {
	handle(s, api, op{method: "POST", path: "/cases", perm: access.CaseOpen, sum: "Order a service, or open another case", status: http.StatusCreated, errors: []int{403, 429}}, s.open)
	handle(s, api, op{method: "GET", path: "/cases", perm: access.CaseRead, sum: "Cases that the reader may see, by keyset pages", errors: []int{401}}, s.list)
	handle(s, api, op{method: "GET", path: "/cases/queue", perm: access.CaseRead, sum: "How much waits for the reader", errors: []int{401}}, s.queue)
	handle(s, api, op{method: "POST", path: "/cases/similar", perm: access.CaseOpen, sum: "Open cases near by with like words, before an order is sent"}, s.similar)
	handle(s, api, op{method: "GET", path: "/cases/{id}", perm: access.CaseRead, sum: "A case", errors: []int{401, 404}}, s.get)
	handle(s, api, op{method: "GET", path: "/cases/{id}/events", perm: access.CaseRead, sum: "A case's time line", errors: []int{401, 404}}, s.caseEvents)
	handle(s, api, op{method: "POST", path: "/cases/{id}/{action}", perm: access.CaseRead, sum: "Take an action of the case's flow", errors: []int{401, 403, 404, 409}}, s.act)
	handle(s, api, op{method: "POST", path: "/cases/{id}/party", perm: access.CaseRead, sum: "Give another party of a confidential matter a code of its own: its application, joined to the case", status: http.StatusCreated, errors: []int{401, 403, 404, 409}}, s.addParty)
	handle(s, api, op{method: "POST", path: "/cases/{id}/strands", perm: access.CaseTag, sum: "Say which strands a case bears: one or more", errors: []int{401, 403, 404, 409}}, s.tag)
	handle(s, api, op{method: "GET", path: "/stats/strands", perm: access.StatsRead, sum: "Cases opened in a time by strand, and how many different ones", errors: []int{401}}, s.strandTotals)
	handle(s, api, op{method: "POST", path: "/cases/{id}/unmask", perm: access.CaseUnmask, sum: "See masked fields, with a reason that is logged and shown to the person", errors: []int{401, 403, 404}}, s.unmask)
}

func (s *Server) open(ctx context.Context, in *openIn) (*body[Created], error) {
	ctx = s.atPoint(ctx, in.Body.Lon, in.Body.Lat, in.Body.CRS)
	c := CallerOf(ctx)
	crs, err := geo.ParseCRS(in.Body.CRS)
	if err != nil {
		return nil, err
	}
	o := cases.Order{Flow: in.Body.Flow, Item: in.Body.Item, Text: in.Body.Text, Lon: in.Body.Lon, Lat: in.Body.Lat, CRS: crs, Address: in.Body.Address,
		Form: in.Body.Form}
	if in.Body.Contact != nil {
		o.Contact = cases.Contact{Name: in.Body.Contact.Name, Phone: in.Body.Contact.Phone}
	}
	for _, p := range in.Body.Photos {
		o.Photos = append(o.Photos, kernel.ID(p))
	}
	d, err := s.prepare(ctx, c, o)
	if err != nil && in.Key == "" {
		return nil, err
	}
	return onceAhead(ctx, s, in.Key, "POST /cases", in.RawBody, func(tx kernel.Tx) (*Created, error) {
		if err != nil {
			return nil, err // unless the same request was answered before: then that answer is given
		}
		done, err := s.Cases.StoreDraft(tx, c.Actor, d)
		if err != nil {
			return nil, err
		}
		receipt, err := s.receipt(tx.Tenant(), done.Row)
		if err != nil {
			return nil, err
		}
		return &Created{ID: done.Case.ID, Number: done.Case.Number, TrackCode: done.Code.Grouped(), Step: done.Case.Step, Version: done.Case.Version,
			Place: done.Case.Place, Receipt: receipt, Emergency: emergencyLines(LangOf(ctx), done.Emergency)}, nil
	})
}

// prepare slows down who floods, and checks the order.
func (s *Server) prepare(ctx context.Context, c Caller, o cases.Order) (*cases.Draft, error) {
	if c.Actor.Kind == kernel.ActorAnonymous {
		if err := s.orderLimits(ctx, c.Actor.Tenant).Allow(c.Address, s.Cases.PhoneIndex(c.Actor.Tenant, o.Contact.Phone)); err != nil {
			return nil, err
		}
	}
	d, err := s.Cases.Prepare(ctx, c.Actor, o)
	if err == nil && c.Actor.Kind == kernel.ActorAnonymous {
		err = s.bringPhotos(ctx, c.Actor.Tenant, append(slices.Clone(o.Photos), photosIn(o.Form)...))
	}
	return d, err
}

func emergencyLines(lang kernel.Lang, l []cases.Emergency) []EmergencyLine {
	out := []EmergencyLine{}
	for _, e := range l {
		out = append(out, EmergencyLine{Number: e.Number, Title: e.Title.In(lang), Words: e.Words})
	}
	return out
}

// query turns the filters of a request into those of the store, within what the reader may see.
func (s *Server) query(ctx context.Context, in *listIn) (cases.Query, error) {
	actor := CallerOf(ctx).Actor
	q := cases.Query{Flow: in.Flow, Step: in.Step, Item: in.Item, Strand: in.Strand, Unit: in.Unit, Overdue: in.Overdue, Open: in.State == "open", Closed: in.State == "closed",
		Now: s.Clock.Now(), Allow: access.ScopeOf(actor, access.CaseRead), Page: kernel.Page{After: in.After, Limit: in.Limit}.Clamp(50, 200)}
	set, err := s.Cases.Setups.Of(ctx, actor.Tenant)
	if err != nil {
		return q, err
	}
	for _, id := range in.IDs {
		one, err := kernel.ParseID("ids", id)
		if err != nil {
			return q, err
		}
		q.IDs = append(q.IDs, one)
	}
	if in.Mine {
		q.Mine = cases.Turns(set, actor)
	}
	q.ByDue = in.Sort == "due" || in.Sort == "" && in.Mine
	if _, err := kernel.ParseID("after", in.After[strings.LastIndexByte(in.After, '.')+1:]); in.After != "" && err != nil {
		return q, kernel.Malformed("after", kernel.T("翻页标记不对，请从第一页重新看", "the page mark is not valid; start again from the first page"))
	}
	if w := strings.TrimSpace(in.Q); w != "" {
		if strings.HasPrefix(w, string(actor.Tenant)+"-") {
			q.Number = strings.ToUpper(w)
		} else if q.Words = cases.Bigrams(w); len(q.Words) == 0 {
			return q, kernel.Invalid("q", kernel.T("请输入要找的字", "type the words to look for"))
		}
	}
	if in.Place != "" {
		err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
			p, err := s.Places.Place(tx, in.Place)
			if err == nil {
				q.Path = p.Path
			}
			return err
		})
	}
	return q, err
}

func (s *Server) list(ctx context.Context, in *listIn) (*body[CaseList], error) {
	q, err := s.query(ctx, in)
	if err != nil {
		return nil, err
	}
	actor := CallerOf(ctx).Actor
	v, err := s.view(ctx, actor)
	if err != nil {
		return nil, err
	}
	out := &body[CaseList]{CaseList{Items: []CaseRow{}}}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Cases.Cases.List(tx, q)
		for _, c := range l {
			out.Body.Items = append(out.Body.Items, v.row(c))
		}
		out.Body.Next = next
		return err
	})
	return out, err
}

func (s *Server) queue(ctx context.Context, _ *struct{}) (*body[QueueSummary], error) {
	q, err := s.query(ctx, &listIn{Mine: true})
	if err != nil {
		return nil, err
	}
	const most = 10_000
	var out QueueSummary
	err = s.Store.View(ctx, CallerOf(ctx).Actor.Tenant, func(tx kernel.Tx) error {
		if out.Mine, err = s.Cases.Cases.Count(tx, q, most); err != nil {
			return err
		}
		over := q
		over.Overdue = true
		if out.Overdue, err = s.Cases.Cases.Count(tx, over, most); err != nil {
			return err
		}
		// Due by the end of today, less what is over.
		y, m, d := q.Now.In(kernel.Shanghai).Date()
		over.Now = time.Date(y, m, d+1, 0, 0, 0, 0, kernel.Shanghai)
		n, err := s.Cases.Cases.Count(tx, over, most)
		out.Today = n - out.Overdue
		return err
	})
	return &body[QueueSummary]{out}, err
}

func (s *Server) get(ctx context.Context, in *caseIn) (*body[CaseDetail], error) {
	actor := CallerOf(ctx).Actor
	v, err := s.view(ctx, actor)
	if err != nil {
		return nil, err
	}
	var out *CaseDetail
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		c, rows, err := s.Cases.Read(tx, actor, in.ID)
		if err != nil {
			return err
		}
		offers, err := s.Cases.Offers(v.set, actor, c, tx)
		if err != nil {
			return err
		}
		var similar []*cases.Case
		if c.Ended == "" {
			if similar, err = s.Cases.Similar(tx, actor, c.ID, c.Flow, c.Item, c.Text, c.Lon, c.Lat); err != nil {
				return err
			}
		}
		if out, err = v.detail(c, rows, offers, similar); err != nil {
			return err
		}
		if err := v.parties(tx, c, out); err != nil || c.MergedInto == "" {
			return err
		}
		return v.joined(tx, c, out)
	})
	if err != nil {
		return nil, err
	}
	return &body[CaseDetail]{*out}, nil
}

func (s *Server) caseEvents(ctx context.Context, in *caseIn) (*body[Events], error) {
	actor := CallerOf(ctx).Actor
	v, err := s.view(ctx, actor)
	if err != nil {
		return nil, err
	}
	var c *cases.Case
	var rows []*ledger.Row
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		c, rows, err = s.Cases.Read(tx, actor, in.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	lines, err := v.lines(rows)
	if err != nil {
		return nil, err
	}
	return &body[Events]{Events{Items: v.events(c, lines, false)}}, nil
}

// answersOf takes the answers of an action from form and from beside version.
func answersOf(raw []byte, beside ...string) (map[string]any, error) {
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, kernel.Malformed("body", kernel.T("请求的格式不对，请检查后再送", "the request is not well formed; check it and send it again"))
	}
	form, _ := all["form"].(map[string]any)
	if form == nil {
		form = map[string]any{}
	}
	delete(all, "form")
	for _, k := range append(beside, "version", "$schema") {
		delete(all, k)
	}
	for k, v := range all {
		form[k] = v //nolint:modernize // maps is another thing in this package
	}
	return form, nil
}

func (s *Server) act(ctx context.Context, in *actIn) (*body[Acted], error) {
	actor := CallerOf(ctx).Actor
	form, err := answersOf(in.RawBody)
	if err != nil {
		return nil, err
	}
	set, err := s.Cases.Setups.Of(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	return onceAhead(ctx, s, in.Key, "POST /cases/"+string(in.ID)+"/"+in.Action, in.RawBody, func(tx kernel.Tx) (*Acted, error) {
		done, err := s.Cases.Act(tx, set, actor, in.ID, in.Action, in.Body.Version, form)
		if err != nil {
			return nil, err
		}
		return &Acted{ID: done.Case.ID, Step: done.Case.Step, Version: done.Case.Version, Round: done.Case.Round}, nil
	})
}

func (s *Server) unmask(ctx context.Context, in *unmaskIn) (*body[Unmasked], error) {
	actor := CallerOf(ctx).Actor
	// The answer holds what must not be kept: only that there was a look is stored for the key, and a repeated request reads
	// the fields again, if they may still be read, without a second line in the log.
	looked, err := once(ctx, s, in.Key, "POST /cases/"+string(in.ID)+"/unmask", in.RawBody, func(tx kernel.Tx) (*struct{}, error) {
		_, err := s.Cases.Unmask(tx, actor, in.ID, in.Body.Fields, in.Body.Reason)
		return &struct{}{}, err
	})
	if looked == nil {
		return nil, err
	}
	out := &body[Unmasked]{}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		c, _, err := s.Cases.Read(tx, actor, in.ID)
		if err != nil {
			return err
		}
		if err := access.Decide(actor, access.CaseUnmask, c.Target(tx.Tenant())).Err(); err != nil {
			return err
		}
		p, err := s.Cases.Open(tx.Tenant(), c)
		out.Body = unmasked(p, in.Body.Fields)
		return err
	})
	return out, err
}

// unmasked gives the fields that were asked for.
func unmasked(p cases.Private, fields []string) Unmasked {
	var out Unmasked
	for _, f := range fields {
		switch f {
		case "name":
			out.Name = p.Contact.Name
		case "phone":
			out.Phone = p.Contact.Phone
		case "address":
			out.Address = p.Address
		}
	}
	return out
}

type similarIn struct {
	RawBody []byte
	Body    struct {
		Flow string  `json:"flow,omitempty"`
		Item string  `json:"item,omitempty" maxLength:"80"`
		Text string  `json:"text,omitempty" maxLength:"4000"`
		Lon  float64 `json:"lon"`
		Lat  float64 `json:"lat"`
		CRS  string  `json:"crs,omitempty"`
	}
}

// similar shows what anybody may know of open cases near by: what, where, how far; nothing of who asked.
func (s *Server) similar(ctx context.Context, in *similarIn) (*body[CaseList], error) {
	ctx = s.atPoint(ctx, in.Body.Lon, in.Body.Lat, in.Body.CRS)
	actor := CallerOf(ctx).Actor
	crs, err := geo.ParseCRS(in.Body.CRS)
	if err != nil {
		return nil, err
	}
	p := crs.ToWGS84([2]float64{in.Body.Lon, in.Body.Lat})
	v, err := s.view(ctx, kernel.Anonymous(actor.Tenant))
	if err != nil {
		return nil, err
	}
	flow := in.Body.Flow
	if flow == "" {
		flow = "menu"
	}
	out := &body[CaseList]{CaseList{Items: []CaseRow{}}}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, err := s.Cases.Similar(tx, kernel.System(actor.Tenant), "", flow, in.Body.Item, in.Body.Text, p[0], p[1])
		for _, c := range l {
			if c.Confidential {
				continue
			}
			r := v.row(c)
			out.Body.Items = append(out.Body.Items, CaseRow{Flow: r.Flow, Item: r.Item, Title: r.Title, Where: r.Where, Step: r.Step, StepTitle: r.StepTitle,
				Bead: r.Bead, OpenedAt: r.OpenedAt, Clock: r.Clock, Strand: r.Strand, Strands: r.Strands})
		}
		return err
	})
	return out, err
}

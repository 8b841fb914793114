package api

import (
	"context"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/paulmach/orb"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/planning"
	"sanzhi/internal/planning/reach"
	"sanzhi/internal/vault"
	"sanzhi/internal/workflow"
)

// SuggestRow is one who could take an order, and why. Nothing of it tells how orders were rated.
type SuggestRow struct {
	ID     kernel.ID `json:"id"`
	Name   string    `json:"name" doc:"Masked"`
	Title  string    `json:"title" doc:"The post by which this person may take it"`
	Place  *Named    `json:"place" doc:"Where that post is"`
	Load   int       `json:"load" doc:"Open orders in hand"`
	From   string    `json:"from,omitempty" enum:"post,order" doc:"Where the way begins: the middle of the place of the post, or another order in hand"`
	Metres int       `json:"metres,omitempty"`
	OnFoot bool      `json:"on_foot" doc:"Along the streets; else a straight line"`
	Why    string    `json:"why"`
}

// Suggestions are those who could take an order, the most fitting first; none when nobody may.
type Suggestions struct {
	Items []SuggestRow `json:"items"`
	Line  bool         `json:"line" doc:"The district has no walking network; all ways are straight lines"`
	None  string       `json:"none,omitempty" doc:"Why there is nobody"`
}

// ProposedRow is one order and who would take it.
type ProposedRow struct {
	Case    kernel.ID  `json:"case"`
	Number  string     `json:"number"`
	Title   string     `json:"title"`
	Where   string     `json:"where"`
	Version int        `json:"version"`
	Action  string     `json:"action" doc:"The act that dispatches it; form.FIELD names the person"`
	Field   string     `json:"field"`
	To      SuggestRow `json:"to"`
}

// UnproposedRow is an order that nobody can take, with the reason.
type UnproposedRow struct {
	Case   kernel.ID `json:"case"`
	Number string    `json:"number"`
	Title  string    `json:"title"`
	Where  string    `json:"where"`
	Why    string    `json:"why"`
}

// Proposals give the orders that the reader has to dispatch to people, all at once. Nothing is dispatched by asking.
type Proposals struct {
	Items    []ProposedRow   `json:"items"`
	Left     []UnproposedRow `json:"left"`
	Capacity int             `json:"capacity" doc:"Open orders that nobody is to exceed"`
	Proven   bool            `json:"proven" doc:"No other sharing fills as many at less walking and evener load"`
	Line     bool            `json:"line"`
	More     bool            `json:"more" doc:"More orders wait than were looked at"`
}

type proposalsIn struct {
	Capacity int `query:"capacity" minimum:"1" maximum:"50" default:"8"`
}

type caseID struct {
	ID kernel.ID `path:"id" maxLength:"26"`
}

func (s *Server) suggestRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/cases/{id}/suggest", perm: access.CaseRead, sum: "Who could take an order, and why", errors: []int{401, 403, 404}}, s.suggest)
	handle(s, api, op{method: "GET", path: "/cases/proposals", perm: access.CaseRead, sum: "Who could take which of all orders that the reader has to dispatch", errors: []int{401}}, s.proposals)
}

// mostProposed is how many orders are shared out at a time.
const mostProposed = 200

// dispatching gives the act by which the actor may give a case to somebody, and the field that names the person; nil when it is not the actor's.
func (s *Server) dispatching(tx kernel.Tx, set *cases.Setup, actor kernel.Actor, c *cases.Case) (*workflow.Action, string, error) {
	offers, err := s.Cases.Offers(set, actor, c, tx)
	if err != nil {
		return nil, "", err
	}
	for _, a := range offers {
		if !slices.Contains(a.Effects, workflow.EffectAssign) {
			continue
		}
		for _, f := range a.Form {
			if f.Type == "account" {
				return a, f.ID, nil
			}
		}
	}
	return nil, "", nil
}

func orderOf(c *cases.Case) planning.Order {
	return planning.Order{ID: c.ID, At: orb.Point{c.Lon, c.Lat}, Path: c.Path}
}

// suggester turns suggestions into what readers see.
type suggester struct {
	s     *Server
	tx    kernel.Tx
	lang  kernel.Lang
	names *workNames
	n     *reach.Network
}

func (s *Server) suggester(ctx context.Context, tx kernel.Tx) (*suggester, error) {
	n, _, err := s.Plans.Network(tx)
	return &suggester{s, tx, LangOf(ctx), s.workNames(ctx, tx), n}, err
}

func (x *suggester) row(p *planning.Suggestion) (SuggestRow, error) {
	r := SuggestRow{ID: p.Hand.ID, Title: p.Title, Load: p.Load, From: string(p.From), Metres: p.Metres, OnFoot: p.OnFoot, Why: p.Why().In(x.lang)}
	name, err := x.s.Cases.Sealer.OpenText(p.Hand.NameSealed, vault.Field{Tenant: x.tx.Tenant(), Table: "person", ID: p.Hand.ID, Field: "name"})
	if err != nil {
		return r, kernel.Internal("suggest", err)
	}
	r.Name = vault.MaskName(name)
	r.Place, err = x.names.place(p.Place)
	return r, err
}

func (s *Server) suggest(ctx context.Context, in *caseID) (*body[Suggestions], error) {
	actor := CallerOf(ctx).Actor
	set, err := s.Cases.Setups.Of(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	out := &body[Suggestions]{}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		c, _, err := s.Cases.Read(tx, actor, in.ID)
		if err != nil {
			return err
		}
		a, _, err := s.dispatching(tx, set, actor, c)
		if err != nil {
			return err
		}
		if a == nil {
			return kernel.Forbidden(kernel.T("这件事现在不由您派人", "it is not yours to send somebody now"))
		}
		hands, err := s.Plans.Gather(tx, c.Unit, kernel.Cadre)
		if err != nil {
			return err
		}
		x, err := s.suggester(ctx, tx)
		if err != nil {
			return err
		}
		out.Body = Suggestions{Items: []SuggestRow{}, Line: x.n == nil}
		for _, p := range planning.Suggest(x.n, orderOf(c), hands) {
			r, err := x.row(&p)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, r)
		}
		if len(out.Body.Items) == 0 {
			out.Body.None = kernel.T("本单位没有管这个地方的办事人员。", "Nobody of the unit holds a post at this place.").In(x.lang)
		}
		return nil
	})
	return out, err
}

// waiting is an order that the reader has to dispatch.
type waiting struct {
	c     *cases.Case
	act   string
	field string
}

func (s *Server) proposals(ctx context.Context, in *proposalsIn) (*body[Proposals], error) {
	actor := CallerOf(ctx).Actor
	set, err := s.Cases.Setups.Of(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	out := &body[Proposals]{}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		out.Body = Proposals{Items: []ProposedRow{}, Left: []UnproposedRow{}, Capacity: in.Capacity, Proven: true}
		by, units, err := s.waiting(tx, set, actor, &out.Body)
		if err != nil {
			return err
		}
		x, err := s.suggester(ctx, tx)
		if err != nil {
			return err
		}
		out.Body.Line = x.n == nil
		for _, unit := range units {
			if err := s.proposeFor(ctx, x, &out.Body, unit, by[unit]); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// waiting lists the orders that the reader has to dispatch, by unit, what is due first before the rest.
func (s *Server) waiting(tx kernel.Tx, set *cases.Setup, actor kernel.Actor, out *Proposals) (by map[kernel.ID][]waiting, units []kernel.ID, err error) {
	by = map[kernel.ID][]waiting{}
	q := cases.Query{Mine: cases.Turns(set, actor), Open: true, Allow: access.ScopeOf(actor, access.CaseRead), ByDue: true, Now: tx.Now(), Page: kernel.Page{Limit: 100}}
	for n := 0; n < mostProposed; {
		l, next, err := s.Cases.Cases.List(tx, q)
		if err != nil {
			return nil, nil, err
		}
		for _, c := range l {
			a, field, err := s.dispatching(tx, set, actor, c)
			if err != nil {
				return nil, nil, err
			}
			if a == nil {
				continue
			}
			if len(by[c.Unit]) == 0 {
				units = append(units, c.Unit)
			}
			by[c.Unit] = append(by[c.Unit], waiting{c, a.ID, field})
			n++
		}
		if next == "" {
			return by, units, nil
		}
		q.Page.After = next
	}
	out.More = true
	return by, units, nil
}

func (s *Server) proposeFor(ctx context.Context, x *suggester, out *Proposals, unit kernel.ID, l []waiting) error {
	hands, err := s.Plans.Gather(x.tx, unit, kernel.Cadre)
	if err != nil {
		return err
	}
	orders := make([]planning.Order, len(l))
	for i, w := range l {
		orders[i] = orderOf(w.c)
	}
	p, err := planning.Propose(ctx, x.n, orders, hands, out.Capacity)
	if err != nil {
		return err
	}
	out.Proven = out.Proven && p.Proven
	for _, g := range p.Given {
		to, err := x.row(&g.To)
		if err != nil {
			return err
		}
		w := l[g.Order]
		out.Items = append(out.Items, ProposedRow{Case: w.c.ID, Number: w.c.Number, Title: w.c.Title.In(x.lang), Where: where(w.c.Place), Version: w.c.Version, Action: w.act, Field: w.field, To: to})
	}
	for _, g := range p.Left {
		c := l[g.Order].c
		out.Left = append(out.Left, UnproposedRow{Case: c.ID, Number: c.Number, Title: c.Title.In(x.lang), Where: where(c.Place), Why: g.Why.In(x.lang)})
	}
	return nil
}

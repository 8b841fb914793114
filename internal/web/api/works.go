package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/works"
)

type worksIn struct {
	Kind      string    `query:"kind" maxLength:"20"`
	State     string    `query:"state" maxLength:"20"`
	Programme kernel.ID `query:"programme" maxLength:"26"`
	Place     kernel.ID `query:"place" maxLength:"26" doc:"This place and below"`
	Case      kernel.ID `query:"case" maxLength:"26" doc:"Works that this case led to"`
	Q         string    `query:"q" maxLength:"60" doc:"A part of the name"`
	After     string    `query:"after" maxLength:"26"`
	Limit     int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// WorkID names a work, a target or a line of their registers.
type WorkID struct {
	ID kernel.ID `path:"id" maxLength:"26"`
}

// WorkDraft is a project as somebody writes it down.
type WorkDraft struct {
	Version   int         `json:"version,omitempty" doc:"Of the project that is changed"`
	Kind      string      `json:"kind" maxLength:"20" example:"street"`
	Name      string      `json:"name" maxLength:"80"`
	Place     kernel.ID   `json:"place" maxLength:"26"`
	Lon       float64     `json:"lon,omitempty" minimum:"-180" maximum:"180"`
	Lat       float64     `json:"lat,omitempty" minimum:"-90" maximum:"90"`
	Host      kernel.ID   `json:"host,omitempty" maxLength:"26"`
	Programme kernel.ID   `json:"programme,omitempty" maxLength:"26"`
	Summary   string      `json:"summary,omitempty" maxLength:"1000"`
	Address   string      `json:"address,omitempty" maxLength:"120"`
	Stages    []WorkStage `json:"stages,omitempty" maxItems:"40"`
	Support   []string    `json:"support,omitempty" maxItems:"40"`
	Methods   []string    `json:"methods,omitempty" maxItems:"10"`
	Uses      []string    `json:"uses,omitempty" maxItems:"10"`
	Plan      *WorkPlan   `json:"plan,omitempty"`
	Stakes    []WorkStake `json:"stakes,omitempty" maxItems:"40"`
	Members   []kernel.ID `json:"members,omitempty" maxItems:"60"`
	Pilot     bool        `json:"pilot,omitempty"`
	Shared    *WorkShared `json:"shared,omitempty"`
	Source    string      `json:"source,omitempty" maxLength:"200"`
	Case      kernel.ID   `json:"case,omitempty" maxLength:"26" doc:"Of a new work: the case that led to it"`
}

// WorkNewBody is a work as it is sent.
type WorkNewBody struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    WorkDraft
}

type workChangeIn struct {
	WorkID
	WorkNewBody
}

type workPublishIn struct {
	WorkID
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Version   int  `json:"version"`
		Published bool `json:"published"`
	}
}

type workStagesIn struct {
	WorkID
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Version int         `json:"version"`
		Stages  []WorkStage `json:"stages" maxItems:"40"`
	}
}

// WorkItemDraft is a line of a bill as somebody writes it down.
type WorkItemDraft struct {
	Subject  string `json:"subject" maxLength:"60" example:"花卉"`
	Group    string `json:"group,omitempty" maxLength:"40"`
	Action   string `json:"action" maxLength:"20" example:"replace"`
	Quantity string `json:"quantity" maxLength:"40" example:"7000余株"`
	Own      string `json:"own,omitempty" maxLength:"40" doc:"Of a shared work: the own part"`
	Location string `json:"location,omitempty" maxLength:"120"`
	Source   string `json:"source" maxLength:"200"`
}

type workItemsIn struct {
	WorkID
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Items []WorkItemDraft `json:"items" minItems:"1" maxItems:"200"`
	}
}

type workPhotosIn struct {
	WorkID
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Photos  []kernel.ID `json:"photos" minItems:"1" maxItems:"12"`
		Spot    string      `json:"spot" maxLength:"60" example:"东口"`
		Moment  string      `json:"moment" enum:"before,during,after"`
		Taken   string      `json:"taken,omitempty" format:"date"`
		Caption string      `json:"caption,omitempty" maxLength:"120"`
	}
}

type workCaseIn struct {
	WorkID
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Case kernel.ID `json:"case" maxLength:"26"`
	}
}

func (s *Server) workRoutes(api huma.API) {
	read, write := access.WorkRead, access.WorkWrite
	handle(s, api, op{method: "GET", path: "/works/words", perm: read, sum: "The closed sets of works, in words"}, s.workWords)
	handle(s, api, op{method: "GET", path: "/works", perm: read, sum: "Works: published ones are everybody's, drafts for who reads the registers there"}, s.listWorks)
	handle(s, api, op{method: "GET", path: "/works/totals", perm: read, sum: "Sums of works by kind and thing", errors: []int{404}}, s.workTotals)
	handle(s, api, op{method: "GET", path: "/works/{id}", perm: read, sum: "A work with stages, bill, photos and cases", errors: []int{404}}, s.oneWork)
	handle(s, api, op{method: "POST", path: "/works", perm: write, sum: "Write a work down; it is not published", status: http.StatusCreated, errors: []int{401, 403, 409}}, s.newWork)
	handle(s, api, op{method: "POST", path: "/works/{id}", perm: write, sum: "Write a work anew", errors: []int{401, 403, 404, 409}}, s.changeWork)
	handle(s, api, op{method: "POST", path: "/works/{id}/publish", perm: write, sum: "Publish a work, or take it back", errors: []int{401, 403, 404, 409}}, s.publishWork)
	handle(s, api, op{method: "POST", path: "/works/{id}/stages", perm: write, sum: "Replace the stages of a work", errors: []int{401, 403, 404, 409}}, s.workStages)
	handle(s, api, op{method: "POST", path: "/works/{id}/items", perm: write, sum: "Add lines to a work's bill", errors: []int{401, 403, 404}, max: 256 << 10}, s.workItems)
	handle(s, api, op{method: "POST", path: "/works/{id}/photos", perm: write, sum: "Add photos of one spot", errors: []int{401, 403, 404}}, s.workPhotos)
	handle(s, api, op{method: "POST", path: "/works/{id}/cases", perm: write, sum: "Say that a case led to a work", errors: []int{401, 403, 404, 409}}, s.workCase)
	s.workEditRoutes(api)
	s.workRegisterRoutes(api)
}

func (s *Server) workWords(ctx context.Context, _ *struct{}) (*body[WorkWords], error) {
	lang, a := LangOf(ctx), CallerOf(ctx).Actor
	return &body[WorkWords]{WorkWords{Kinds: workOptions(works.Kinds, lang), States: workOptions(works.States, lang), Actions: workOptions(works.Actions, lang),
		Methods: workOptions(works.Methods, lang), Uses: workOptions(works.Uses, lang), Parts: workOptions(works.Parts, lang), Moments: workOptions(works.Moments, lang),
		Levels: workOptions(works.Levels, lang), SiteTypes: workOptions(works.SiteTypes, lang), MayWrite: !access.ScopeOf(a, access.WorkWrite).IsEmpty(),
		MayImport: access.Decide(a, access.WorkWrite, access.Whole(a.Tenant)).Allow}}, nil
}

// worksQuery turns a request into a query; a place that is not there is not found.
func (s *Server) worksQuery(tx kernel.Tx, in *worksIn) (works.Query, error) {
	q := works.Query{Kind: works.Kind(in.Kind), State: works.State(in.State), Programme: in.Programme, Text: in.Q, Case: in.Case,
		Page: kernel.Page{After: in.After, Limit: in.Limit}.Clamp(50, 200)}
	if in.Place != "" {
		p, err := s.Places.Place(tx, in.Place)
		if err != nil {
			return q, err
		}
		q.Within = p.Path
	}
	return q, nil
}

// workNames finds the names of places and organisations once each.
type workNames struct {
	s    *Server
	tx   kernel.Tx
	lang kernel.Lang
	orgs map[kernel.ID]*Named
	at   map[kernel.ID]*Named
}

func (s *Server) workNames(ctx context.Context, tx kernel.Tx) *workNames {
	return &workNames{s: s, tx: tx, lang: LangOf(ctx), orgs: map[kernel.ID]*Named{}, at: map[kernel.ID]*Named{}}
}

// org gives the organisation, or nil when there is none.
func (n *workNames) org(id kernel.ID) (*Named, error) {
	if x, ok := n.orgs[id]; ok || id == "" {
		return x, nil
	}
	o, err := n.s.Orgs.Org(n.tx, id)
	if kernel.Is(err, kernel.KindNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	n.orgs[id] = &Named{ID: id, Name: o.Name}
	return n.orgs[id], nil
}

func (n *workNames) place(id kernel.ID) (*Named, error) {
	if x, ok := n.at[id]; ok || id == "" {
		return x, nil
	}
	p, err := n.s.Places.Place(n.tx, id)
	if kernel.Is(err, kernel.KindNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	n.at[id] = &Named{ID: id, Name: p.Name}
	return n.at[id], nil
}

func (n *workNames) work(p *works.Project) (WorkRow, error) {
	r := WorkRow{ID: p.ID, Kind: string(p.Kind), KindName: works.Kinds.Name(p.Kind).In(n.lang), Name: p.Name, State: string(p.State),
		StateName: works.States.Name(p.State).In(n.lang), Published: p.Published, Updated: p.Updated, Shared: p.Body.Shared != nil}
	var err, err2 error
	r.Place, err = n.place(p.Place)
	r.Host, err2 = n.org(p.Host)
	return r, errors.Join(err, err2)
}

func (s *Server) listWorks(ctx context.Context, in *worksIn) (*body[WorkList], error) {
	actor := CallerOf(ctx).Actor
	out := &body[WorkList]{WorkList{Items: []WorkRow{}}}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		q, err := s.worksQuery(tx, in)
		if err != nil {
			return err
		}
		l, next, err := s.Works.List(tx, actor, q)
		if err != nil {
			return err
		}
		n := s.workNames(ctx, tx)
		for _, p := range l {
			r, err := n.work(p)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, r)
		}
		out.Body.Next = next
		return nil
	})
	return out, err
}

func (s *Server) workTotals(ctx context.Context, in *worksIn) (*body[WorkTotals], error) {
	actor, lang := CallerOf(ctx).Actor, LangOf(ctx)
	out := &body[WorkTotals]{WorkTotals{Kinds: []WorkKindCount{}}}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		q, err := s.worksQuery(tx, in)
		if err != nil {
			return err
		}
		sums, err := s.Works.Sums(tx, actor, q)
		if err != nil {
			return err
		}
		at := map[works.Kind]int{}
		for _, c := range sums.Kinds {
			i, ok := at[c.Kind]
			if !ok {
				i = len(out.Body.Kinds)
				at[c.Kind] = i
				out.Body.Kinds = append(out.Body.Kinds, WorkKindCount{string(c.Kind), works.Kinds.Name(c.Kind).In(lang), 0, map[string]int{}})
			}
			out.Body.Kinds[i].All += c.N
			out.Body.Kinds[i].States[string(c.State)] = c.N
		}
		slices.SortFunc(out.Body.Kinds, func(a, b WorkKindCount) int {
			return cmp.Or(cmp.Compare(b.All, a.All), cmp.Compare(a.Kind, b.Kind))
		})
		out.Body.Open = sums.Open
		if out.Body.Subjects, err = workSums(sums.Subjects, LangOf(ctx)); err != nil {
			return err
		}
		out.Body.Groups, err = workSums(sums.Groups, LangOf(ctx))
		return err
	})
	return out, err
}

func workSums(l []works.Total, lang kernel.Lang) ([]WorkTotal, error) {
	out := make([]WorkTotal, 0, len(l))
	some := func(q kernel.Quantity) *WorkFigure {
		if q.Value == 0 {
			return nil
		}
		f := workFigure(q, lang)
		return &f
	}
	for _, t := range l {
		net, err := t.Net()
		if err != nil {
			return nil, err
		}
		all, err := t.All()
		if err != nil {
			return nil, err
		}
		out = append(out, WorkTotal{Group: t.Group, Subject: t.Subject, Unit: t.Unit, Added: some(t.Added), Removed: some(t.Removed), Other: some(t.Other),
			Net: workFigure(net, lang), All: workFigure(all, lang), Lines: t.Lines, Flagged: t.Flagged})
	}
	return out, nil
}

func (s *Server) oneWork(ctx context.Context, in *WorkID) (*body[WorkDetail], error) {
	actor := CallerOf(ctx).Actor
	out := &body[WorkDetail]{}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		d, err := s.workDetail(ctx, tx, actor, in.ID)
		if err == nil {
			out.Body = *d
		}
		return err
	})
	return out, err
}

func (s *Server) newWork(ctx context.Context, in *WorkNewBody) (*body[WorkDetail], error) {
	return s.workAct(ctx, in.Key, "POST /works", in.RawBody, func(tx kernel.Tx, a kernel.Actor) (kernel.ID, error) {
		d, err := in.Body.draft()
		if err != nil {
			return "", err
		}
		p, err := s.Works.Create(tx, a, d)
		if err != nil {
			return "", err
		}
		return p.ID, nil
	})
}

// workAct runs an act on a work once and answers with the work as it is then.
func (s *Server) workAct(ctx context.Context, key, route string, raw []byte, act func(kernel.Tx, kernel.Actor) (kernel.ID, error)) (*body[WorkDetail], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, key, route, raw, func(tx kernel.Tx) (*WorkDetail, error) {
		id, err := act(tx, actor)
		if err != nil {
			return nil, err
		}
		return s.workDetail(ctx, tx, actor, id)
	})
}

func (s *Server) changeWork(ctx context.Context, in *workChangeIn) (*body[WorkDetail], error) {
	return s.workAct(ctx, in.Key, "POST /works/"+string(in.ID), in.RawBody, func(tx kernel.Tx, a kernel.Actor) (kernel.ID, error) {
		d, err := in.Body.draft()
		if err != nil {
			return "", err
		}
		_, err = s.Works.Change(tx, a, in.ID, in.Body.Version, d)
		return in.ID, err
	})
}

func (s *Server) publishWork(ctx context.Context, in *workPublishIn) (*body[WorkDetail], error) {
	return s.workAct(ctx, in.Key, "POST /works/"+string(in.ID)+"/publish", in.RawBody, func(tx kernel.Tx, a kernel.Actor) (kernel.ID, error) {
		_, err := s.Works.Publish(tx, a, in.ID, in.Body.Version, in.Body.Published)
		return in.ID, err
	})
}

func (s *Server) workStages(ctx context.Context, in *workStagesIn) (*body[WorkDetail], error) {
	return s.workAct(ctx, in.Key, "POST /works/"+string(in.ID)+"/stages", in.RawBody, func(tx kernel.Tx, a kernel.Actor) (kernel.ID, error) {
		stages, err := workStagesOf(in.Body.Stages)
		if err != nil {
			return "", err
		}
		_, err = s.Works.SetStages(tx, a, in.ID, in.Body.Version, stages)
		return in.ID, err
	})
}

func (s *Server) workItems(ctx context.Context, in *workItemsIn) (*body[WorkDetail], error) {
	return s.workAct(ctx, in.Key, "POST /works/"+string(in.ID)+"/items", in.RawBody, func(tx kernel.Tx, a kernel.Actor) (kernel.ID, error) {
		drafts := make([]works.ItemDraft, len(in.Body.Items))
		for i, d := range in.Body.Items {
			var err error
			if drafts[i], err = d.draft(fmt.Sprintf("items[%d].", i)); err != nil {
				return "", err
			}
		}
		_, _, err := s.Works.AddItems(tx, a, in.ID, drafts)
		return in.ID, err
	})
}

func (s *Server) workPhotos(ctx context.Context, in *workPhotosIn) (*body[WorkDetail], error) {
	taken, err := day("taken", in.Body.Taken, 0)
	if err != nil {
		return nil, err
	}
	return s.workAct(ctx, in.Key, "POST /works/"+string(in.ID)+"/photos", in.RawBody, func(tx kernel.Tx, a kernel.Actor) (kernel.ID, error) {
		return in.ID, s.Works.AddPhotos(tx, a, in.ID, in.Body.Photos, in.Body.Spot, works.Moment(in.Body.Moment), taken, in.Body.Caption)
	})
}

func (s *Server) workCase(ctx context.Context, in *workCaseIn) (*body[WorkDetail], error) {
	return s.workAct(ctx, in.Key, "POST /works/"+string(in.ID)+"/cases", in.RawBody, func(tx kernel.Tx, a kernel.Actor) (kernel.ID, error) {
		_, err := s.Works.LinkCase(tx, a, in.ID, in.Body.Case)
		return in.ID, err
	})
}

// mayWorkPhoto reports whether the reader may see the photos of a work.
func (s *Server) mayWorkPhoto(tx kernel.Tx, actor kernel.Actor, owner kernel.ID) bool {
	if s.Works == nil {
		return false
	}
	_, err := s.Works.Read(tx, actor, owner)
	return err == nil
}

package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/works"
)

// WorkPage asks for a page whose cursor is no id.
type WorkPage struct {
	After string `query:"after" maxLength:"400"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type workProgrammeIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Name     string   `json:"name" maxLength:"80"`
		Level    string   `json:"level" enum:"city,county"`
		FromYear int      `json:"from_year" example:"2022"`
		ToYear   int      `json:"to_year" example:"2024"`
		Support  []string `json:"support,omitempty" maxItems:"40"`
	}
}

type workFlagsIn struct {
	PageQuery
	State string `query:"state" enum:"open,confirmed,dismissed" default:"open"`
}

type workSettleIn struct {
	WorkID
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Was    string `json:"was" enum:"open,confirmed,dismissed" doc:"The state that the reader saw"`
		State  string `json:"state" enum:"open,confirmed,dismissed" doc:"confirmed: one figure told twice, it counts once; dismissed: two figures"`
		Reason string `json:"reason" maxLength:"500"`
	}
}

type worksImportIn struct {
	Key     string `header:"Idempotency-Key"`
	Dry     bool   `query:"dry" doc:"Check only"`
	RawBody []byte
	Body    struct {
		Name   string              `json:"name" maxLength:"80" example:"绿美先进示范点"`
		AsOf   string              `json:"as_of" format:"date"`
		Source string              `json:"source,omitempty" maxLength:"200"`
		CSV    string              `json:"csv,omitempty" maxLength:"2097152" doc:"UTF-8, the first line names the columns; or rows"`
		Rows   []works.RegisterRow `json:"rows,omitempty" maxItems:"5000"`
	}
}

type sitesIn struct {
	WorkPage
	Type  string    `query:"type" maxLength:"20"`
	State string    `query:"state" maxLength:"20"`
	Use   string    `query:"use" enum:"leisure,sport,tourism,learning" doc:"What the green space is good for: leisure 休闲娱乐, sport 运动健身, tourism 旅游观光, learning 科普教育"`
	Plan  string    `query:"plan" maxLength:"80" doc:"Name of the plan whose layer the site keeps to"`
	Place kernel.ID `query:"place" maxLength:"26"`
	Q     string    `query:"q" maxLength:"60"`
}

type siteNewIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Type    string    `json:"type" maxLength:"20" example:"community"`
		Name    string    `json:"name" maxLength:"80"`
		State   string    `json:"state" enum:"done,planned"`
		Place   kernel.ID `json:"place" maxLength:"26"`
		Lon     float64   `json:"lon,omitempty" minimum:"-180" maximum:"180"`
		Lat     float64   `json:"lat,omitempty" minimum:"-90" maximum:"90"`
		AsOf    string    `json:"as_of,omitempty" format:"date"`
		Methods []string  `json:"methods,omitempty" maxItems:"10"`
		Uses    []string  `json:"uses,omitempty" maxItems:"10"`
		Plan    *WorkPlan `json:"plan,omitempty"`
		Source  string    `json:"source,omitempty" maxLength:"200"`
	}
}

type siteMoveIn struct {
	WorkID
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Version int    `json:"version"`
		State   string `json:"state" enum:"done,planned"`
		AsOf    string `json:"as_of,omitempty" format:"date"`
	}
}

func (s *Server) workRegisterRoutes(api huma.API) {
	read, write := access.WorkRead, access.WorkWrite
	handle(s, api, op{method: "GET", path: "/works/programmes", perm: read, sum: "Programmes that works belong to"}, s.workProgrammes)
	handle(s, api, op{method: "POST", path: "/works/programmes", perm: write, sum: "Write a programme down", status: http.StatusCreated, errors: []int{401, 403, 409}}, s.newWorkProgramme)
	handle(s, api, op{method: "GET", path: "/works/flags", perm: access.RegisterRead, sum: "Figures that may be told twice", errors: []int{401, 403}}, s.workFlags)
	handle(s, api, op{method: "POST", path: "/works/flags/{id}/settle", perm: write, sum: "Confirm or dismiss a likely double count", errors: []int{401, 403, 404, 409}}, s.settleFlag)
	handle(s, api, op{method: "POST", path: "/works/import", perm: write, sum: "Import a register of works, or check it", errors: []int{401, 403, 409}, max: 4 << 20}, s.importWorks)
	handle(s, api, op{method: "GET", path: "/sites", perm: read, sum: "Demonstration sites that are known by name", errors: []int{404}}, s.listSites)
	handle(s, api, op{method: "GET", path: "/sites/totals", perm: read, sum: "Demonstration sites by type, built and planned apart"}, s.siteTotals)
	handle(s, api, op{method: "POST", path: "/sites", perm: write, sum: "Write a demonstration site down", status: http.StatusCreated, errors: []int{401, 403, 409}}, s.newSite)
	handle(s, api, op{method: "POST", path: "/sites/{id}/state", perm: write, sum: "Say that a planned site is built, or is not", errors: []int{401, 403, 404, 409}}, s.moveSite)
}

func (s *Server) workProgrammes(ctx context.Context, in *WorkPage) (*body[WorkProgrammes], error) {
	out := &body[WorkProgrammes]{WorkProgrammes{Items: []WorkProgramme{}}}
	err := s.Store.View(ctx, CallerOf(ctx).Actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Works.Programmes.Programmes(tx, kernel.Page{After: in.After, Limit: in.Limit}.Clamp(50, 200))
		for _, p := range l {
			out.Body.Items = append(out.Body.Items, workProgramme(p, LangOf(ctx)))
		}
		out.Body.Next = next
		return err
	})
	return out, err
}

func (s *Server) newWorkProgramme(ctx context.Context, in *workProgrammeIn) (*body[WorkProgramme], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /works/programmes", in.RawBody, func(tx kernel.Tx) (*WorkProgramme, error) {
		p, err := s.Works.AddProgramme(tx, actor, works.Programme{Name: in.Body.Name, Level: works.Level(in.Body.Level), FromYear: in.Body.FromYear, ToYear: in.Body.ToYear, Support: in.Body.Support})
		if err != nil {
			return nil, err
		}
		v := workProgramme(p, LangOf(ctx))
		return &v, nil
	})
}

// mayWorkFlag reports whether the reader may decide about a pair.
func mayWorkFlag(tx kernel.Tx, a kernel.Actor, p works.Pair) bool {
	return works.MayWrite(tx, a, p.ProjectA.Path) && works.MayWrite(tx, a, p.ProjectB.Path)
}

func (s *Server) workFlags(ctx context.Context, in *workFlagsIn) (*body[WorkFlags], error) {
	actor := CallerOf(ctx).Actor
	out := &body[WorkFlags]{WorkFlags{Items: []WorkFlag{}}}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Works.Pairs(tx, actor, works.FlagState(in.State), in.page())
		if err != nil {
			return err
		}
		n := s.workNames(ctx, tx)
		for _, p := range l {
			f, err := n.flag(p, mayWorkFlag(tx, actor, p))
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, f)
		}
		out.Body.Next = next
		return nil
	})
	return out, err
}

func (s *Server) settleFlag(ctx context.Context, in *workSettleIn) (*body[WorkFlag], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /works/flags/"+string(in.ID)+"/settle", in.RawBody, func(tx kernel.Tx) (*WorkFlag, error) {
		p, err := s.Works.Settle(tx, actor, in.ID, works.FlagState(in.Body.Was), works.FlagState(in.Body.State), in.Body.Reason)
		if err != nil {
			return nil, err
		}
		f, err := s.workNames(ctx, tx).flag(*p, mayWorkFlag(tx, actor, *p))
		return &f, err
	})
}

func (s *Server) importWorks(ctx context.Context, in *worksImportIn) (*body[WorksImported], error) {
	actor := CallerOf(ctx).Actor
	asOf, err := day("as_of", in.Body.AsOf, 0)
	if err != nil {
		return nil, err
	}
	rows := in.Body.Rows
	if in.Body.CSV != "" {
		if len(rows) > 0 {
			return nil, kernel.Invalid("rows", kernel.T("csv 和 rows 只送一样", "send csv or rows, not both"))
		}
		if rows, err = works.ReadCSV(in.Body.CSV); err != nil {
			return nil, err
		}
	}
	meta := works.Meta{Name: in.Body.Name, AsOf: asOf, Source: in.Body.Source}
	if in.Dry {
		var out *WorksImported
		err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
			im, err := s.Works.Import(tx, actor, meta, rows, true)
			if err == nil {
				out = worksImported(im, true, LangOf(ctx))
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		return &body[WorksImported]{*out}, nil
	}
	return once(ctx, s, in.Key, "POST /works/import", in.RawBody, func(tx kernel.Tx) (*WorksImported, error) {
		im, err := s.Works.Import(tx, actor, meta, rows, false)
		if err != nil {
			return nil, err
		}
		return worksImported(im, false, LangOf(ctx)), nil
	})
}

func worksImported(im *works.Imported, dry bool, lang kernel.Lang) *WorksImported {
	out := &WorksImported{Dry: dry, Sites: im.Sites, Projects: im.Projects, Items: im.Items, Flags: im.Flags, Pairs: []WorkPair{}}
	if im.Register != nil {
		out.Built, out.Planned = im.Register.Total[works.Done], im.Register.Total[works.Planned]
	}
	say := func(id kernel.ID) string {
		l := im.Lines[id]
		return l.Name + " · " + l.Item.Subject + " " + works.SayQuantity(l.Item.Quantity).In(lang) + sep(l.Item.Location) + l.Item.Location
	}
	for _, f := range im.Pairs {
		out.Pairs = append(out.Pairs, WorkPair{Why: works.Reasons.Name(f.Why).In(lang), A: say(f.A), B: say(f.B)})
	}
	return out
}

func (s *Server) listSites(ctx context.Context, in *sitesIn) (*body[SiteList], error) {
	actor := CallerOf(ctx).Actor
	out := &body[SiteList]{SiteList{Items: []SiteRow{}}}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		q := works.SiteQuery{Type: works.SiteType(in.Type), State: works.State(in.State), Use: works.Use(in.Use), Plan: in.Plan, Text: in.Q, Page: kernel.Page{After: in.After, Limit: in.Limit}.Clamp(50, 200)}
		if in.Place != "" {
			p, err := s.Places.Place(tx, in.Place)
			if err != nil {
				return err
			}
			q.Within = p.Path
		}
		l, next, err := s.Works.Sites.Sites(tx, q)
		if err != nil {
			return err
		}
		n := s.workNames(ctx, tx)
		for _, site := range l {
			r, err := n.site(site, works.MayWrite(tx, actor, site.Path))
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

func (s *Server) siteTotals(ctx context.Context, _ *struct{}) (*body[SiteTotals], error) {
	lang := LangOf(ctx)
	out := &body[SiteTotals]{SiteTotals{Types: []SiteTypeCount{}}}
	err := s.Store.View(ctx, CallerOf(ctx).Actor.Tenant, func(tx kernel.Tx) error {
		sums, err := s.Works.SiteSums(tx)
		if err != nil {
			return err
		}
		for _, c := range sums.Types {
			out.Body.Types = append(out.Body.Types, SiteTypeCount{Type: string(c.Type), TypeName: works.SiteTypes.Name(c.Type).In(lang), Built: c.Built, Planned: c.Planned, Named: c.Named})
		}
		out.Body.Built, out.Body.Planned = sums.Built, sums.Planned
		if r := sums.Register; r != nil {
			out.Body.Register, out.Body.AsOf, out.Body.Source = r.Name, workDay(r.AsOf), r.Source
		}
		return nil
	})
	return out, err
}

func (s *Server) newSite(ctx context.Context, in *siteNewIn) (*body[SiteRow], error) {
	actor, b := CallerOf(ctx).Actor, &in.Body
	asOf, err := day("as_of", b.AsOf, 0)
	if err != nil {
		return nil, err
	}
	d := works.SiteDraft{Type: works.SiteType(b.Type), Name: b.Name, State: works.State(b.State), Place: b.Place, Lon: b.Lon, Lat: b.Lat, AsOf: asOf, Plan: b.Plan.plan(), Source: b.Source}
	for _, m := range b.Methods {
		d.Methods = append(d.Methods, works.Method(m))
	}
	for _, u := range b.Uses {
		d.Uses = append(d.Uses, works.Use(u))
	}
	return once(ctx, s, in.Key, "POST /sites", in.RawBody, func(tx kernel.Tx) (*SiteRow, error) {
		site, err := s.Works.AddSite(tx, actor, d)
		if err != nil {
			return nil, err
		}
		r, err := s.workNames(ctx, tx).site(site, true)
		return &r, err
	})
}

func (s *Server) moveSite(ctx context.Context, in *siteMoveIn) (*body[SiteRow], error) {
	actor := CallerOf(ctx).Actor
	asOf, err := day("as_of", in.Body.AsOf, 0)
	if err != nil {
		return nil, err
	}
	return once(ctx, s, in.Key, "POST /sites/"+string(in.ID)+"/state", in.RawBody, func(tx kernel.Tx) (*SiteRow, error) {
		site, err := s.Works.MoveSite(tx, actor, in.ID, in.Body.Version, works.State(in.Body.State), asOf)
		if err != nil {
			return nil, err
		}
		r, err := s.workNames(ctx, tx).site(site, true)
		return &r, err
	})
}

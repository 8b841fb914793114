package api

import (
	"context"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/reports"
	"sanzhi/internal/territory"
)

// Neighbours reads what stands around a resident's own door.
type Neighbours interface {
	Serving(tx kernel.Tx, places []kernel.ID, roles []kernel.Role) ([]cases.Serving, error)
	Done(tx kernel.Tx, path kernel.Path, since time.Time, allow access.Scope) ([]cases.DoneCount, error)
	CoversOf(tx kernel.Tx, place kernel.ID, kind orgs.CoverKind) ([]*orgs.Org, error)
}

// Neighbourhood is who serves a place and what was done there lately.
type Neighbourhood struct {
	Place  territory.At `json:"place"`
	Serves []ServesRow  `json:"serves" doc:"Organisations with posts at the place, the nearest tier first; never a person's name"`
	Covers []CoversRow  `json:"covers" doc:"Who looks after the compound"`
	Done   *DoneLately  `json:"done" doc:"What was done in the community or village; null outside of one"`
}

// ServesRow is one organisation that serves one tier of the place.
type ServesRow struct {
	Org   kernel.ID  `json:"org"`
	Name  string     `json:"name" example:"小桥社区居民委员会"`
	Place Named      `json:"place"`
	Kind  string     `json:"kind_name" example:"居（村）委会" doc:"What kind of organisation it is"`
	Phone string     `json:"phone,omitempty" example:"0971-5550000"`
	Posts []PostName `json:"posts"`
}

// PostName is a post by its name.
type PostName struct {
	Title string `json:"title" example:"网格员"`
	Role  string `json:"role_title" example:"网格员" doc:"What the post does, in the reader's language; the title is the district's own word"`
	Count int    `json:"count" example:"2"`
}

// CoversRow is an organisation that covers the compound.
type CoversRow struct {
	Kind     orgs.CoverKind `json:"kind"`
	KindName string         `json:"kind_name" example:"物业"`
	Name     string         `json:"name" example:"安居物业"`
	Phone    string         `json:"phone,omitempty" example:"0971-5550000"`
}

// DoneLately is how much was closed as done since a day. What is fewer than five is not told.
type DoneLately struct {
	Place Named     `json:"place"`
	From  string    `json:"from" format:"date"`
	Total *int      `json:"total" doc:"Null when it is too few to be told"`
	Items []DoneRow `json:"items" doc:"Those that may be told, the most first"`
	Few   bool      `json:"few,omitempty" doc:"There are others, too few each to be told"`
}

// DoneRow is one kind of case and how many of it were done.
type DoneRow struct {
	Title string `json:"title" example:"楼道灯不亮"`
	Count int    `json:"count" example:"12"`
}

func (s *Server) neighbourRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/neighbourhood", perm: access.PlaceRead, sum: "Who serves a place and what was done there lately, without persons", errors: []int{404}}, s.neighbourhood)
}

// Posts that residents meet. Who dispatches, oversees or administers is no neighbour.
var neighbourly = []kernel.Role{kernel.GridWorker, kernel.CommunityClerk, kernel.Mediator, kernel.Volunteer}

// lately is how far back the doings of a neighbourhood go.
const lately = 90

var coverSay = map[orgs.CoverKind]kernel.Text{orgs.CoverProperty: kernel.T("物业", "Property service"), orgs.CoverBranch: kernel.T("党支部", "Party branch"),
	orgs.CoverPaired: kernel.T("包联单位", "Paired unit")}

func (s *Server) neighbourhood(ctx context.Context, in *menuIn) (*body[Neighbourhood], error) {
	if in.Place == "" {
		ctx = s.atPoint(ctx, in.Lon, in.Lat, in.CRS)
	}
	t, lang := CallerOf(ctx).Actor.Tenant, LangOf(ctx)
	set, err := s.Cases.Setups.Of(ctx, t)
	if err != nil {
		return nil, err
	}
	at, err := s.locate(ctx, set, in)
	if err != nil {
		return nil, err
	}
	out := &body[Neighbourhood]{Neighbourhood{Place: at, Serves: []ServesRow{}, Covers: []CoversRow{}}}
	return out, s.Store.View(ctx, t, func(tx kernel.Tx) error {
		if out.Body.Serves, err = s.serves(tx, &at, lang); err != nil {
			return err
		}
		if out.Body.Covers, err = s.coversOf(tx, &at, lang); err != nil {
			return err
		}
		out.Body.Done, err = s.doneLately(tx, &at, lang)
		return err
	})
}

func (s *Server) serves(tx kernel.Tx, at *territory.At, lang kernel.Lang) ([]ServesRow, error) {
	out := []ServesRow{}
	for _, p := range []*territory.Ref{at.Grid, at.Community, at.Village} {
		if p == nil {
			continue
		}
		l, err := s.Neighbours.Serving(tx, []kernel.ID{p.ID}, neighbourly)
		if err != nil {
			return nil, err
		}
		for _, role := range neighbourly { // in the order in which residents meet them
			for _, x := range l {
				if x.Role != role {
					continue
				}
				i := slices.IndexFunc(out, func(r ServesRow) bool { return r.Org == x.Org && r.Place.ID == p.ID })
				if i < 0 {
					i = len(out)
					out = append(out, ServesRow{Org: x.Org, Name: x.Name, Place: Named{ID: p.ID, Name: p.Name}, Kind: orgKindNames[orgs.Kind(x.Kind)].In(lang), Phone: x.Phone})
				}
				out[i].Posts = append(out[i].Posts, PostName{x.Title, roleNames[x.Role].In(lang), x.Count})
			}
		}
	}
	return out, nil
}

func (s *Server) coversOf(tx kernel.Tx, at *territory.At, lang kernel.Lang) ([]CoversRow, error) {
	out := []CoversRow{}
	if at.Compound == nil {
		return out, nil
	}
	for _, kind := range []orgs.CoverKind{orgs.CoverProperty, orgs.CoverPaired, orgs.CoverBranch} {
		l, err := s.Neighbours.CoversOf(tx, at.Compound.ID, kind)
		if err != nil {
			return nil, err
		}
		for _, o := range l {
			out = append(out, CoversRow{Kind: kind, KindName: coverSay[kind].In(lang), Name: o.Name, Phone: o.Phone})
		}
	}
	return out, nil
}

// doneLately counts for everybody what the district may tell of itself, as the public dashboard does: without confidential cases,
// and nothing of fewer than five.
func (s *Server) doneLately(tx kernel.Tx, at *territory.At, lang kernel.Lang) (*DoneLately, error) {
	p := at.Community
	if p == nil {
		p = at.Village
	}
	if p == nil {
		return nil, nil //nolint:nilnil // outside of a community there is none
	}
	place, err := s.Places.Place(tx, p.ID)
	if err != nil {
		return nil, err
	}
	y, m, d := tx.Now().In(kernel.Shanghai).Date()
	since := time.Date(y, m, d-lately, 0, 0, 0, 0, kernel.Shanghai)
	l, err := s.Neighbours.Done(tx, place.Path, since, openScope(access.ScopeOf(kernel.System(tx.Tenant()), access.StatsRead)))
	if err != nil {
		return nil, err
	}
	out := &DoneLately{Place: Named{ID: p.ID, Name: p.Name}, From: since.Format("2006-01-02"), Items: []DoneRow{}}
	cells, total := make([]int, len(l)), 0
	for i := range l {
		cells[i] = l[i].Count
		total += l[i].Count
	}
	hide, all := reports.Suppress(cells)
	if !all {
		out.Total = &total
	}
	for i := range l {
		if hide[i] {
			out.Few = true
			continue
		}
		out.Items = append(out.Items, DoneRow{l[i].Title.In(lang), l[i].Count})
	}
	slices.SortStableFunc(out.Items, func(a, b DoneRow) int { return b.Count - a.Count })
	return out, nil
}

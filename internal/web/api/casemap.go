package api

import (
	"context"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// PointReader gives where cases lie, for a map that shows thousands.
type PointReader interface {
	Points(tx kernel.Tx, q cases.Query) (points []cases.Point, next string, err error)
}

// mostPoints is how many cases one page of points holds.
const mostPoints = 5000

type pointsIn struct {
	Step    string    `query:"step" maxLength:"40"`
	Flow    string    `query:"flow" maxLength:"40"`
	Item    string    `query:"item" maxLength:"80"`
	Place   kernel.ID `query:"place" doc:"A place: its cases and those of all places below"`
	Unit    kernel.ID `query:"unit"`
	Overdue bool      `query:"overdue"`
	Mine    bool      `query:"mine" doc:"Only cases whose next act is the reader's"`
	After   string    `query:"after" maxLength:"80"`
	Limit   int       `query:"limit" minimum:"1" maximum:"5000" default:"5000"`
}

// CasePoints are open cases as columns: the nth of each belong together. Texts are left out; GET /cases?ids= has them.
type CasePoints struct {
	IDs     []kernel.ID  `json:"ids"`
	At      [][2]float64 `json:"at" doc:"lon, lat in WGS84"`
	Steps   []int        `json:"steps" doc:"Index into kinds"`
	Overdue []bool       `json:"overdue"`
	Grids   []int        `json:"grids" doc:"Index into grid_ids; -1 where no grid holds the case"`
	Kinds   []FlowStep   `json:"kinds"`
	GridIDs []kernel.ID  `json:"grid_ids"`
	Next    string       `json:"next,omitempty"`
}

// FlowStep is a step of a flow.
type FlowStep struct {
	Flow  string `json:"flow" example:"menu"`
	Step  string `json:"step" example:"submitted"`
	Title string `json:"title"`
}

func (s *Server) caseMapRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/cases/points", perm: access.CaseRead, sum: "Where the open cases lie that the reader may see, for a map", errors: []int{401}}, s.casePoints)
}

func (s *Server) casePoints(ctx context.Context, in *pointsIn) (*body[CasePoints], error) {
	q, err := s.query(ctx, &listIn{Step: in.Step, Flow: in.Flow, Item: in.Item, Place: in.Place, Unit: in.Unit, Overdue: in.Overdue, Mine: in.Mine, State: "open", Sort: "new", After: in.After})
	if err != nil {
		return nil, err
	}
	q.Page.Limit = in.Limit
	actor := CallerOf(ctx).Actor
	v, err := s.view(ctx, actor)
	if err != nil {
		return nil, err
	}
	m, err := s.mapOf(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	out := &body[CasePoints]{CasePoints{IDs: []kernel.ID{}, At: [][2]float64{}, Steps: []int{}, Overdue: []bool{}, Grids: []int{}, Kinds: []FlowStep{}, GridIDs: []kernel.ID{}}}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Points.Points(tx, q)
		out.Body.fill(v, m, l)
		out.Body.Next = next
		return err
	})
	return out, err
}

// fill turns points into columns.
func (p *CasePoints) fill(v *view, m *tenantMap, l []cases.Point) {
	grids, kinds, grid := m.grids(), map[FlowStep]int{}, map[kernel.ID]int{}
	for _, c := range l {
		p.IDs, p.At, p.Overdue = append(p.IDs, c.ID), append(p.At, [2]float64{c.Lon, c.Lat}), append(p.Overdue, c.DueAt < v.now.UnixMilli())
		k := FlowStep{Flow: c.Flow, Step: c.Step}
		n, ok := kinds[k]
		if !ok {
			n = len(p.Kinds)
			kinds[k] = n
			if f, err := v.set.Flow(c.Flow, 0); err == nil {
				if st, ok := f.Flow.Step(c.Step); ok {
					k.Title = st.Title.In(v.lang)
				}
			}
			p.Kinds = append(p.Kinds, k)
		}
		p.Steps = append(p.Steps, n)
		id, at := heldBy(grids, c.Path), -1
		if id != "" {
			if at, ok = grid[id]; !ok {
				at = len(p.GridIDs)
				grid[id] = at
				p.GridIDs = append(p.GridIDs, id)
			}
		}
		p.Grids = append(p.Grids, at)
	}
}

// grids gives the grids of the map by their paths.
func (m *tenantMap) grids() map[kernel.Path]kernel.ID {
	out := map[kernel.Path]kernel.ID{}
	for _, a := range m.areas {
		if slices.Contains([]territory.Kind{territory.GridGeneral, territory.GridDedicated}, a.kind) {
			out[a.path] = a.id
		}
	}
	return out
}

// heldBy finds the place of at that is p or above it.
func heldBy(at map[kernel.Path]kernel.ID, p kernel.Path) kernel.ID {
	for p != "" {
		if id := at[p]; id != "" {
			return id
		}
		p = p[:strings.LastIndexByte(strings.TrimSuffix(string(p), "/"), '/')+1]
	}
	return ""
}

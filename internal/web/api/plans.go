package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/paulmach/orb"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/planning"
)

// PlanWeights say how much each criterion counts.
type PlanWeights struct {
	Scale      int `json:"scale" minimum:"0" maximum:"100"`
	Convenient int `json:"convenient" minimum:"0" maximum:"100"`
	Resources  int `json:"resources" minimum:"0" maximum:"100"`
	Functions  int `json:"functions" minimum:"0" maximum:"100"`
}

// PlanParams are what is asked of a plan.
type PlanParams struct {
	Weights   PlanWeights `json:"weights,omitempty"`
	Grids     int         `json:"grids,omitempty" minimum:"0" maximum:"5000" doc:"How many in all; 0: as many as now"`
	Tolerance int         `json:"tolerance,omitempty" minimum:"0" maximum:"50" doc:"± per cent"`
	Whole     bool        `json:"whole,omitempty" doc:"Compounds stay in one piece"`
	Water     bool        `json:"water,omitempty" doc:"No grid crosses a river or railway"`
	Dedicated bool        `json:"dedicated,omitempty" doc:"Dedicated grids stay as they are"`
	Base      kernel.ID   `json:"base,omitempty" maxLength:"26" doc:"The plan whose grids this one begins from; today's when left out"`
	Locked    []string    `json:"locked,omitempty" maxItems:"1000" doc:"Codes of grids that stay as they are"`
	Seed      uint64      `json:"seed,omitempty"`
	Stations  int         `json:"stations,omitempty" minimum:"0" maximum:"200"`
	Radius    int         `json:"radius,omitempty" minimum:"0" maximum:"5000"`
	Load      int         `json:"load,omitempty" minimum:"0" maximum:"20"`
}

// PlanRow is a plan as a list shows it.
type PlanRow struct {
	ID        kernel.ID   `json:"id"`
	Kind      string      `json:"kind"`
	KindName  string      `json:"kind_name"`
	Name      string      `json:"name"`
	Place     *Named      `json:"place"`
	State     string      `json:"state"`
	StateName string      `json:"state_name"`
	Progress  int         `json:"progress"`
	Num       int         `json:"num"`
	Den       int         `json:"den"`
	Fault     string      `json:"fault,omitempty"`
	Created   time.Time   `json:"created_at"`
	Updated   time.Time   `json:"updated_at"`
	Params    PlanParams  `json:"params"`
	Adopted   *PlanTaken  `json:"adopted,omitempty"`
	History   []PlanTaken `json:"history,omitempty"`
	MayWrite  bool        `json:"may_write"`
}

// PlanTaken is one adoption.
type PlanTaken struct {
	ID     kernel.ID `json:"id"`
	At     time.Time `json:"at"`
	Undone time.Time `json:"undone_at,omitzero"`
	Ended  int       `json:"ended"`
	Made   int       `json:"made"`
	Cases  int       `json:"cases"`
	Posts  int       `json:"posts"`
}

// PlanList is a page of plans.
type PlanList struct {
	Items    []PlanRow `json:"items"`
	Next     string    `json:"next,omitempty"`
	MayWrite bool      `json:"may_write"`
}

// PlanMeasures are the figures of a set of grids.
type PlanMeasures struct {
	Grids      int     `json:"grids"`
	Balanced   int     `json:"balanced"`
	Within     int     `json:"within"`
	Least      int     `json:"least"`
	Most       int     `json:"most"`
	Mean       float64 `json:"mean"`
	People     int     `json:"people"`
	Guessed    int     `json:"guessed"`
	Walk       float64 `json:"walk"`
	Staffed    int     `json:"staffed"`
	Sited      int     `json:"sited"`
	Mix        float64 `json:"mix"`
	Split      int     `json:"split"`
	Broken     int     `json:"broken"`
	Moved      int     `json:"moved"`
	Score      int     `json:"score"`
	Scale      int     `json:"scale"`
	Convenient int     `json:"convenient"`
	Resources  int     `json:"resources"`
	Functions  int     `json:"functions"`
}

// PlanLot is one grid of a plan, or of what it began from.
type PlanLot struct {
	Code      string           `json:"code"`
	Name      string           `json:"name"`
	Area      int              `json:"area"`
	People    int              `json:"people"`
	Off       float64          `json:"off"`
	Walk      float64          `json:"walk"`
	Staff     int              `json:"staff"`
	Sites     int              `json:"sites"`
	Mix       int              `json:"mix"`
	Locked    bool             `json:"locked"`
	Dedicated bool             `json:"dedicated"`
	Fresh     bool             `json:"fresh"`
	Why       string           `json:"why,omitempty"`
	Shape     orb.MultiPolygon `json:"shape"`
	Centre    orb.Point        `json:"centre"`
}

// PlanArea is a community of a plan.
type PlanArea struct {
	Name  string           `json:"name"`
	Shape orb.MultiPolygon `json:"shape"`
}

// PlanStation is one station that a plan would add.
type PlanStation struct {
	Name string    `json:"name"`
	At   orb.Point `json:"at"`
	Gain int       `json:"gain"`
}

// PlanSites is where stations would be added.
type PlanSites struct {
	Radius int           `json:"radius"`
	Line   bool          `json:"line" doc:"Distances are straight lines"`
	Before int           `json:"before"`
	After  int           `json:"after"`
	Bound  int           `json:"bound"`
	People int           `json:"people"`
	Added  []PlanStation `json:"added"`
	Stands []orb.Point   `json:"stands"`
}

// PlanDuty is who would serve a grid.
type PlanDuty struct {
	Grid   string    `json:"grid"`
	Title  string    `json:"title,omitempty"`
	Person kernel.ID `json:"person,omitempty"`
	New    bool      `json:"new"`
	Metres int       `json:"metres"`
	Why    string    `json:"why"`
}

// PlanStaff is who would serve which grid; those that change or lack somebody stand first.
type PlanStaff struct {
	Grids int        `json:"grids"`
	Given int        `json:"given"`
	Kept  int        `json:"kept"`
	Walk  int        `json:"walk"`
	Rows  []PlanDuty `json:"rows"`
}

// PlanReachRow is how many of a community's people reach something on foot.
type PlanReachRow struct {
	Name     string `json:"name"`
	People   int    `json:"people"`
	Green300 int    `json:"green300" doc:"With open green of 400 m² or more within 300 m of its edge, in a straight line"`
	Green500 int    `json:"green500" doc:"With a park of 5000 m² or more within 500 m of its edge, in a straight line"`
	Foot300  int    `json:"foot300" doc:"The same on foot to an entrance"`
	Foot500  int    `json:"foot500"`
	Min5     int    `json:"min5"`
	Min10    int    `json:"min10"`
	Min15    int    `json:"min15"`
	Slow5    int    `json:"slow5" doc:"At the pace of elders, 50 m a minute"`
	Slow10   int    `json:"slow10"`
	Slow15   int    `json:"slow15"`
}

// PlanCover is how much has green in reach: all there is, by a straight line from the edge, and on foot to an entrance.
type PlanCover struct {
	All      int `json:"all"`
	Straight int `json:"straight"`
	OnFoot   int `json:"on_foot"`
}

// PlanSight is one of the two rules measured three ways.
type PlanSight struct {
	Within    int       `json:"within" doc:"Metres"`
	Least     int       `json:"least" doc:"m² from which a green counts"`
	Greens    int       `json:"greens" doc:"How many count"`
	People    PlanCover `json:"people"`
	Land      PlanCover `json:"land" doc:"m² of compounds"`
	Compounds PlanCover `json:"compounds" doc:"Of which every tried place and every home is covered"`
}

// PlanShort is a compound that falls short, with the percentages of its land that are covered.
type PlanShort struct {
	Name      string `json:"name"`
	Community string `json:"community"`
	People    int    `json:"people"`
	Green     int    `json:"green" doc:"Per cent of its land with green within 300 m, straight"`
	GreenFoot int    `json:"green_foot"`
	Park      int    `json:"park" doc:"Per cent of its land with a park within 500 m, straight"`
	ParkFoot  int    `json:"park_foot"`
}

// PlanGreen is 300 m to green and 500 m to a park.
type PlanGreen struct {
	Green PlanSight   `json:"green"`
	Park  PlanSight   `json:"park"`
	Short []PlanShort `json:"short"`
	More  int         `json:"more" doc:"How many more fall short than are listed"`
}

// PlanReach is a reach report. Line says that distances are straight lines.
type PlanReach struct {
	Line  bool           `json:"line"`
	Rows  []PlanReachRow `json:"rows"`
	Green *PlanGreen     `json:"green,omitempty"`
}

// PlanIf is what would be if a station stood at a place: people with one within 5, 10 and 15 minutes, now and then.
type PlanIf struct {
	People int            `json:"people"`
	Line   bool           `json:"line" doc:"Distances are straight lines"`
	Now    []int          `json:"now"`
	Then   []int          `json:"then"`
	Beside int            `json:"beside" doc:"Metres from the place to the nearest street"`
	Walked [][][2]float64 `json:"walked" doc:"The streets within 15 minutes"`
}

type planIfIn struct {
	PlanID
	Lon float64 `query:"lon" minimum:"-180" maximum:"180" required:"true"`
	Lat float64 `query:"lat" minimum:"-90" maximum:"90" required:"true"`
}

// PlanDetail is a plan with what it came to, once it is ready.
type PlanDetail struct {
	Plan  PlanRow       `json:"plan"`
	Now   *PlanMeasures `json:"now,omitempty"`
	After *PlanMeasures `json:"after,omitempty"`
	Today []PlanLot     `json:"today,omitempty"`
	Lots  []PlanLot     `json:"lots,omitempty"`
	Areas []PlanArea    `json:"areas,omitempty"`
	Homes []orb.Point   `json:"homes,omitempty" doc:"Where people live; shares of a grid's people whose houses are not known are left out"`
	Water []orb.Polygon `json:"water,omitempty"`
	Notes []string      `json:"notes,omitempty"`
	Sites *PlanSites    `json:"sites,omitempty"`
	Staff *PlanStaff    `json:"staff,omitempty"`
	Reach *PlanReach    `json:"reach,omitempty"`
	// Stands are the stations that a reach report counted.
	Stands []orb.Point `json:"stands,omitempty"`
}

type plansIn struct {
	Kind  string    `query:"kind" maxLength:"20"`
	State string    `query:"state" maxLength:"20"`
	Place kernel.ID `query:"place" maxLength:"26" doc:"This place and below"`
	After string    `query:"after" maxLength:"26"`
	Limit int       `query:"limit" minimum:"1" maximum:"100" default:"30"`
}

// PlanID names a plan or an adoption.
type PlanID struct {
	ID kernel.ID `path:"id" maxLength:"26"`
}

type planNewIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Kind   string     `json:"kind" enum:"partition,siting,assignment,reach"`
		Name   string     `json:"name" maxLength:"60"`
		Place  kernel.ID  `json:"place" maxLength:"26"`
		Params PlanParams `json:"params,omitempty"`
	}
}

type planActIn struct {
	PlanID
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
}

func (s *Server) planRoutes(api huma.API) {
	read, write := access.PlanRead, access.PlanWrite
	handle(s, api, op{method: "GET", path: "/plans", perm: read, sum: "Plans, the newest first"}, s.listPlans)
	handle(s, api, op{method: "POST", path: "/plans", perm: write, sum: "Ask for a plan; it is worked out beside", status: http.StatusCreated, errors: []int{401, 403, 404}, max: 128 << 10}, s.newPlan)
	handle(s, api, op{method: "GET", path: "/plans/{id}", perm: read, sum: "How far a plan is", errors: []int{404}}, s.onePlan)
	handle(s, api, op{method: "GET", path: "/plans/{id}/result", perm: read, sum: "What a plan came to, beside what it began from", errors: []int{404, 409}}, s.planResult)
	handle(s, api, op{method: "GET", path: "/plans/{id}/if", perm: read, sum: "What if a station stood here: people with one within 5, 10 and 15 minutes, now and then", errors: []int{404, 409}}, s.planIf)
	handle(s, api, op{method: "POST", path: "/plans/{id}/cancel", perm: write, sum: "Stop working a plan out", errors: []int{401, 403, 404, 409}}, s.cancelPlan)
	handle(s, api, op{method: "POST", path: "/plans/{id}/adopt", perm: write, sum: "Make a plan the district's own: grids, posts and open cases change in one unit of work", errors: []int{401, 403, 404, 409}}, s.adoptPlan)
	handle(s, api, op{method: "POST", path: "/plans/adoptions/{id}/undo", perm: write, sum: "Take an adoption back", errors: []int{401, 403, 404, 409}}, s.undoPlan)
}

func (p PlanParams) asked() planning.Params {
	return planning.Params{Weights: planning.Weights(p.Weights), Grids: p.Grids, Tolerance: p.Tolerance, Whole: p.Whole, Water: p.Water, Dedicated: p.Dedicated,
		Base: p.Base, Locked: p.Locked, Seed: p.Seed, Stations: p.Stations, Radius: p.Radius, Load: p.Load}
}

func planParams(p planning.Params) PlanParams {
	return PlanParams{Weights: PlanWeights(p.Weights), Grids: p.Grids, Tolerance: p.Tolerance, Whole: p.Whole, Water: p.Water, Dedicated: p.Dedicated,
		Base: p.Base, Locked: p.Locked, Seed: p.Seed, Stations: p.Stations, Radius: p.Radius, Load: p.Load}
}

// planRow shows a plan, with its adoptions.
func (s *Server) planRow(ctx context.Context, tx kernel.Tx, n *workNames, p *planning.Plan) (PlanRow, error) {
	lang, actor := LangOf(ctx), CallerOf(ctx).Actor
	r := PlanRow{ID: p.ID, Kind: string(p.Kind), KindName: p.Kind.Text().In(lang), Name: p.Name, State: string(p.State), StateName: p.State.Text().In(lang), Progress: p.Progress,
		Num: p.Summary.Num, Den: p.Summary.Den, Fault: p.Fault.In(lang), Created: p.Created, Updated: p.Updated, Params: planParams(p.Params),
		MayWrite: access.Decide(actor, access.PlanWrite, p.Target(tx.Tenant())).Allow}
	place, err := n.place(p.Place)
	if err != nil {
		return r, err
	}
	r.Place = place
	if p.State != planning.Done {
		return r, nil
	}
	l, err := s.Plans.Adoptions.AdoptionsOf(tx, p.ID)
	for _, a := range l {
		x := PlanTaken{ID: a.ID, At: a.At, Undone: a.Undone, Ended: len(a.Body.Ended), Made: len(a.Body.Made), Cases: a.Body.Cases, Posts: a.Body.Posts}
		r.History = append(r.History, x)
		if a.Undone.IsZero() && r.Adopted == nil {
			r.Adopted = &x
		}
	}
	return r, err
}

func (s *Server) listPlans(ctx context.Context, in *plansIn) (*body[PlanList], error) {
	actor := CallerOf(ctx).Actor
	out := &body[PlanList]{PlanList{Items: []PlanRow{}, MayWrite: access.Somewhere(actor, access.PlanWrite)}}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		q := planning.Query{Kind: planning.Kind(in.Kind), State: planning.State(in.State), Page: kernel.Page{After: in.After, Limit: in.Limit}}
		if in.Place != "" {
			p, err := s.Places.Place(tx, in.Place)
			if err != nil {
				return err
			}
			q.Within = p.Path
		}
		l, next, err := s.Plans.List(tx, actor, q)
		if err != nil {
			return err
		}
		n := s.workNames(ctx, tx)
		out.Body.Items = out.Body.Items[:0]
		for _, p := range l {
			r, err := s.planRow(ctx, tx, n, p)
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

func (s *Server) onePlan(ctx context.Context, in *PlanID) (*body[PlanRow], error) {
	actor := CallerOf(ctx).Actor
	out := &body[PlanRow]{}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		p, err := s.Plans.Get(tx, actor, in.ID)
		if err != nil {
			return err
		}
		out.Body, err = s.planRow(ctx, tx, s.workNames(ctx, tx), p)
		return err
	})
	return out, err
}

// planAct runs an act on a plan once and answers with the plan as it is then.
func (s *Server) planAct(ctx context.Context, key, route string, raw []byte, act func(kernel.Tx, kernel.Actor) (kernel.ID, error)) (*body[PlanRow], error) {
	actor := CallerOf(ctx).Actor
	out, err := once(ctx, s, key, route, raw, func(tx kernel.Tx) (*PlanRow, error) {
		id, err := act(tx, actor)
		if err != nil {
			return nil, err
		}
		p, err := s.Plans.Get(tx, actor, id)
		if err != nil {
			return nil, err
		}
		r, err := s.planRow(ctx, tx, s.workNames(ctx, tx), p)
		return &r, err
	})
	return out, err
}

func (s *Server) newPlan(ctx context.Context, in *planNewIn) (*body[PlanRow], error) {
	return s.planAct(ctx, in.Key, "POST /plans", in.RawBody, func(tx kernel.Tx, a kernel.Actor) (kernel.ID, error) {
		p, err := s.Plans.Create(tx, a, planning.Draft{Kind: planning.Kind(in.Body.Kind), Name: in.Body.Name, Place: in.Body.Place, Params: in.Body.Params.asked()})
		if err != nil {
			return "", err
		}
		return p.ID, nil
	})
}

func (s *Server) cancelPlan(ctx context.Context, in *planActIn) (*body[PlanRow], error) {
	return s.planAct(ctx, in.Key, "POST /plans/"+string(in.ID)+"/cancel", in.RawBody, func(tx kernel.Tx, a kernel.Actor) (kernel.ID, error) {
		_, err := s.Plans.Cancel(tx, a, in.ID)
		return in.ID, err
	})
}

func (s *Server) adoptPlan(ctx context.Context, in *planActIn) (*body[PlanRow], error) {
	out, err := s.planAct(ctx, in.Key, "POST /plans/"+string(in.ID)+"/adopt", in.RawBody, func(tx kernel.Tx, a kernel.Actor) (kernel.ID, error) {
		_, err := s.Plans.Adopt(tx, a, in.ID)
		return in.ID, err
	})
	return out, s.renewed(ctx, err)
}

func (s *Server) undoPlan(ctx context.Context, in *planActIn) (*body[PlanRow], error) {
	out, err := s.planAct(ctx, in.Key, "POST /plans/adoptions/"+string(in.ID)+"/undo", in.RawBody, func(tx kernel.Tx, a kernel.Actor) (kernel.ID, error) {
		x, err := s.Plans.Undo(tx, a, in.ID)
		if err != nil {
			return "", err
		}
		return x.Plan, nil
	})
	return out, s.renewed(ctx, err)
}

// renewed makes this process read the district anew after a change of it.
func (s *Server) renewed(ctx context.Context, err error) error {
	if err == nil && s.Renew != nil {
		s.Renew(CallerOf(ctx).Actor.Tenant)
	}
	return err
}

func (s *Server) planResult(ctx context.Context, in *PlanID) (*body[PlanDetail], error) {
	actor := CallerOf(ctx).Actor
	out := &body[PlanDetail]{}
	var r *planning.Result
	var g *planning.Ground
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		p, err := s.Plans.Get(tx, actor, in.ID)
		if err != nil {
			return err
		}
		var err2 error
		r, g, err = s.Plans.Result(tx, p)
		out.Body.Plan, err2 = s.planRow(ctx, tx, s.workNames(ctx, tx), p)
		return errors.Join(err, err2)
	})
	if err != nil {
		return nil, err
	}
	out.Body.show(LangOf(ctx), r, g)
	return out, nil
}

func (s *Server) planIf(ctx context.Context, in *planIfIn) (*body[PlanIf], error) {
	actor := CallerOf(ctx).Actor
	x, err := s.Plans.WhatIf(ctx, actor, in.ID, orb.Point{in.Lon, in.Lat})
	if err != nil {
		return nil, err
	}
	return &body[PlanIf]{PlanIf{People: x.People, Line: x.Line, Now: x.Now[:], Then: x.Then[:], Beside: x.Beside, Walked: append([][][2]float64{}, x.Walked...)}}, nil
}

package planning

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"sanzhi/internal/access"
	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	"sanzhi/internal/planning/reach"
	"sanzhi/internal/territory"
)

// Places is what plans need of the territory.
type Places interface {
	Place(tx kernel.Tx, id kernel.ID) (*territory.Place, error)
	EachPlace(tx kernel.Tx, each func(*territory.Place) error) error
	UpsertPlaces(tx kernel.Tx, places []*territory.Place) error
	// Shape gives a place with its shape.
	Shape(tx kernel.Tx, id kernel.ID) (*territory.Place, error)
}

// Features gives what a map draws beside places, as GeoJSON; empty when there is nothing.
type Features interface {
	Features(tx kernel.Tx) (string, error)
}

// Cases moves what is open when grids change.
type Cases interface {
	// MoveOpen gives every open case at the path the places that at tells, and says how many changed.
	MoveOpen(tx kernel.Tx, within kernel.Path, at func(lon, lat float64) territory.At) (int, error)
}

// Posts are the holdings of grids.
type Posts interface {
	// GridStaff gives who holds a grid worker's post now at a grid of the path.
	GridStaff(tx kernel.Tx, within kernel.Path) ([]*orgs.Holding, error)
	// MovePosts moves the posts and report-ins of one place to another, all or those given only, and says which went.
	MovePosts(tx kernel.Tx, from, to *territory.Place, only []kernel.ID) ([]kernel.ID, error)
	PutHoldings(tx kernel.Tx, h []*orgs.Holding) error
	// EndHoldings ends holdings now.
	EndHoldings(tx kernel.Tx, ids []kernel.ID) error
}

// Setups makes all processes read the district anew.
type Setups interface{ Touch(tx kernel.Tx) error }

// Ports are what the service stands on.
type Ports struct {
	Store     kernel.Store
	Plans     Repo
	Adoptions Adoptions
	Places    Places
	Features  Features
	Paved     Paved
	Crew      Crew
	Cases     Cases
	Posts     Posts
	Setups    Setups
	Ledger    *ledger.Log
	Clock     kernel.Clock
}

// Service makes plans, works them out and adopts them.
type Service struct {
	Ports
	networks networks
}

// NewService joins the service to its ports.
func NewService(p Ports) *Service { return &Service{Ports: p} }

var noPlan = kernel.T("没有这个方案，或者您看不到它", "there is no such plan, or you may not see it")

// Draft is a plan as somebody asks for it.
type Draft struct {
	Kind   Kind
	Name   string
	Place  kernel.ID
	Params Params
}

func (s *Service) record(tx kernel.Tx, actor kernel.Actor, act string, object kernel.ID, public map[string]any) error {
	_, err := s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: act, Object: object, Version: 1, Public: public})
	return err
}

// Create asks for a plan; it waits to be worked out.
func (s *Service) Create(tx kernel.Tx, actor kernel.Actor, d Draft) (*Plan, error) {
	if err := d.Params.Check(d.Kind); err != nil {
		return nil, err
	}
	name := strings.TrimSpace(d.Name)
	if name == "" || utf8.RuneCountInString(name) > 60 {
		return nil, kernel.Invalid("name", kernel.T("请给方案起个名字，最多 60 个字", "give the plan a name of at most 60 characters"))
	}
	place, err := s.Places.Place(tx, d.Place)
	if kernel.Is(err, kernel.KindNotFound) {
		return nil, kernel.Invalid("place", kernel.T("没有这个地方，请重新选", "there is no such place; choose again"))
	}
	if err != nil {
		return nil, err
	}
	switch place.Kind.Level() {
	case territory.LevelCounty, territory.LevelStreet, territory.LevelCommunity, territory.LevelVillage:
	default:
		return nil, kernel.Invalid("place", kernel.T("请选一个区县、镇街、社区或村", "choose a district, a street, a community or a village"))
	}
	if err := allow(actor, access.PlanWrite, access.Target{Tenant: tx.Tenant(), Path: place.Path}); err != nil {
		return nil, err
	}
	if d.Params.Base != "" {
		base, err := s.Get(tx, actor, d.Params.Base)
		if err != nil || base.Kind != Partition || base.State != Done || base.Path != place.Path {
			return nil, kernel.Invalid("base", kernel.T("只能接着同一个地方、已经算好的网格方案划", "only a plan of grids for the same place that is ready can be gone on from"))
		}
	}
	slices.Sort(d.Params.Locked)
	p := &Plan{ID: kernel.NewID(tx.Now()), Kind: d.Kind, Name: name, Place: place.ID, Path: place.Path, State: Waiting, Params: d.Params, By: actor.Ref(), Created: tx.Now(), Updated: tx.Now()}
	if err := s.Plans.Insert(tx, p); err != nil {
		return nil, err
	}
	return p, s.record(tx, actor, "plan_created", p.ID, map[string]any{"kind": string(p.Kind), "place": string(p.Place), "name": p.Name})
}

func allow(actor kernel.Actor, perm access.Permission, t access.Target) error {
	d := access.Decide(actor, perm, t)
	switch {
	case d.Allow:
		return nil
	case !d.Readable && !d.SignIn:
		return kernel.NotFound(noPlan)
	default:
		return d.Err()
	}
}

// Get gives a plan that the actor may read.
func (s *Service) Get(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Plan, error) {
	p, err := s.Plans.Plan(tx, id)
	if err != nil {
		return nil, err
	}
	return p, allow(actor, access.PlanRead, p.Target(tx.Tenant()))
}

// List gives the plans that the actor may read, the newest first.
func (s *Service) List(tx kernel.Tx, actor kernel.Actor, q Query) ([]*Plan, string, error) {
	q.Scope = access.ScopeOf(actor, access.PlanRead)
	if q.Scope.IsEmpty() {
		return nil, "", nil
	}
	return s.Plans.Plans(tx, q)
}

// Cancel ends a plan that is not ready yet.
func (s *Service) Cancel(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Plan, error) {
	p, err := s.Get(tx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := allow(actor, access.PlanWrite, p.Target(tx.Tenant())); err != nil {
		return nil, err
	}
	ok, err := s.Plans.Cancel(tx, id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, kernel.Conflict(kernel.T("这个方案已经算完了，不用取消", "this plan is worked out already; there is nothing to cancel"))
	}
	p.State = Cancelled
	return p, s.record(tx, actor, "plan_cancelled", id, nil)
}

// Result gives what a plan came to, with the ground that it was worked out from.
func (s *Service) Result(tx kernel.Tx, p *Plan) (*Result, *Ground, error) {
	r, g := &Result{}, &Ground{}
	for part, v := range map[Part]any{PartResult: r, PartInput: g} {
		raw, err := s.Plans.Part(tx, p.ID, part)
		if err != nil {
			return nil, nil, err
		}
		if raw == nil {
			return nil, nil, kernel.Conflict(kernel.T("这个方案还没有算好，请稍等", "this plan is not ready yet; wait a little"))
		}
		if err := json.Unmarshal(raw, v); err != nil {
			return nil, nil, kernel.Internal("plan "+string(part), err)
		}
	}
	return r, g, nil
}

var errLost = errors.New("planning: the run is no longer ours")

// Work takes up one plan that waits, or one that a process left unfinished, and works it out. It reports whether there was one.
func (s *Service) Work(ctx context.Context, t kernel.Tenant, holder string) (bool, error) {
	var p *Plan
	err := s.Store.Update(ctx, t, func(tx kernel.Tx) (err error) {
		p, err = s.Plans.Claim(tx, holder, tx.Now().Add(lease))
		return err
	})
	if err != nil || p == nil {
		return false, err
	}
	r, err := s.run(ctx, t, p, holder)
	switch {
	case errors.Is(err, errLost):
		return true, nil
	case ctx.Err() != nil:
		return true, nil // a shutdown: whoever comes next takes it up when the lease is over
	case err != nil && kernel.Is(err, kernel.KindInternal):
		p.State, p.Fault = Failed, kernel.T("系统出错了，已经记下", "something went wrong on our side; it is recorded")
	case err != nil:
		var e *kernel.Error
		errors.As(err, &e)
		p.State, p.Fault, err = Failed, e.Say, nil
	default:
		p.State, p.Progress, p.Summary = Done, 100, r.summary(p.Kind)
	}
	ferr := s.Store.Update(ctx, t, func(tx kernel.Tx) error {
		if r != nil {
			raw, err := pack(r)
			if err != nil {
				return kernel.Internal("plan", err)
			}
			if err := s.Plans.PutPart(tx, p.ID, PartResult, raw); err != nil {
				return err
			}
		}
		ok, err := s.Plans.Finish(tx, p, holder)
		if err == nil && !ok {
			return errLost // cancelled in this moment: what came out is left out
		}
		return err
	})
	if errors.Is(ferr, errLost) {
		ferr = nil
	}
	return true, errors.Join(err, ferr)
}

func (r *Result) summary(k Kind) Summary {
	switch k {
	case Partition:
		return Summary{Num: r.Plan.Within, Den: r.Plan.Balanced}
	case Siting:
		return Summary{Num: r.Siting.After, Den: r.Siting.People}
	case Assignment:
		return Summary{Num: r.Staff.Given, Den: r.Staff.Grids}
	case Reach:
		return Summary{Num: r.Reach.Rows[0].Station[2], Den: r.Reach.People}
	default:
		return Summary{}
	}
}

// run reads the ground, or takes the one that an earlier run read, and works the plan out.
func (s *Service) run(ctx context.Context, t kernel.Tenant, p *Plan, holder string) (*Result, error) {
	g, n, err := s.survey(ctx, t, p)
	if err != nil {
		return nil, err
	}
	told := s.teller(ctx, t, p, holder)
	if err := told(3); err != nil {
		return nil, err
	}
	switch p.Kind {
	case Partition:
		return g.draw(ctx, &p.Params, told)
	case Siting:
		return g.site(ctx, n, &p.Params, told)
	case Assignment:
		return g.staff(ctx, &p.Params, told)
	case Reach:
		return g.reached(n, told)
	default:
		return nil, kernel.Internal("plan kind "+string(p.Kind), nil)
	}
}

// survey gives the ground of a plan, and the network that it is walked on.
func (s *Service) survey(ctx context.Context, t kernel.Tenant, p *Plan) (g *Ground, n *reach.Network, err error) {
	sv, kept := newSurveyor(p.Path), []byte(nil)
	var base *Result
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		if kept, err = s.Plans.Part(tx, p.ID, PartInput); err != nil {
			return err
		}
		if kept != nil {
			g = &Ground{}
			if err := json.Unmarshal(kept, g); err != nil {
				return kernel.Internal("ground", err)
			}
			if g.Streets != "" {
				n, err = s.networkOf(tx, g.Streets)
			}
			return err
		}
		if n, err = s.look(tx, sv); err != nil {
			return err
		}
		if p.Params.Base == "" {
			return s.staffed(tx, sv, p)
		}
		from, err := s.Plans.Plan(tx, p.Params.Base)
		if err != nil {
			return err
		}
		base, g, err = s.Result(tx, from)
		return err
	})
	switch {
	case err != nil || kept != nil:
		return g, n, err
	case base != nil:
		g.standOn(base)
	default:
		g = sv.finish()
	}
	raw, err := pack(g)
	if err != nil {
		return nil, nil, kernel.Internal("ground", err)
	}
	return g, n, s.Store.Update(ctx, t, func(tx kernel.Tx) error { return s.Plans.PutPart(tx, p.ID, PartInput, raw) })
}

// look reads features, places and the newest network.
func (s *Service) look(tx kernel.Tx, sv *surveyor) (*reach.Network, error) {
	text, err := s.Features.Features(tx)
	if err == nil && text != "" {
		err = geo.ReadFeatures(strings.NewReader(text), geo.WGS84, sv.feature)
	}
	if err != nil {
		return nil, err
	}
	if err := s.Places.EachPlace(tx, func(x *territory.Place) error { sv.place(tx, x); return nil }); err != nil {
		return nil, err
	}
	n, streets, err := s.Network(tx)
	if streets != nil {
		sv.g.Streets = streets.ID
	}
	return n, err
}

// Survey gives the ground of a place as it is now, and its network, for questions that keep nothing.
func (s *Service) Survey(ctx context.Context, t kernel.Tenant, within kernel.Path) (g *Ground, n *reach.Network, err error) {
	sv := newSurveyor(within)
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		n, err = s.look(tx, sv)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return sv.finish(), n, nil
}

// Reached measures what people of a place reach on foot now.
func (s *Service) Reached(ctx context.Context, t kernel.Tenant, within kernel.Path) (*ReachResult, error) {
	g, n, err := s.Survey(ctx, t, within)
	if err != nil {
		return nil, err
	}
	r, err := g.reached(n, func(int) error { return ctx.Err() })
	if err != nil {
		return nil, err
	}
	return r.Reach, nil
}

// standOn makes a plan's grids those that the next begins from.
func (g *Ground) standOn(r *Result) {
	g.Lots = r.Lots
	for h := range g.Homes {
		g.Homes[h].Lot = r.Of[h]
	}
	for _, l := range g.Lots {
		g.Areas[l.Area].Last = max(g.Areas[l.Area].Last, trailing(l.Code))
	}
}

// staffed counts who serves each grid.
func (s *Service) staffed(tx kernel.Tx, sv *surveyor, p *Plan) error {
	l, err := s.Posts.GridStaff(tx, p.Path)
	if err != nil {
		return err
	}
	at, worker := map[kernel.ID]int{}, map[kernel.ID]int{}
	for i, x := range sv.g.Lots {
		at[x.ID] = i
	}
	for _, h := range l {
		i, ok := at[h.Place]
		if !ok {
			continue
		}
		sv.g.Lots[i].Staff++
		k, known := worker[h.Person]
		if !known {
			k = len(sv.g.Staff)
			worker[h.Person] = k
			sv.g.Staff = append(sv.g.Staff, Worker{ID: h.Person, Title: h.Title, Org: h.Org})
		}
		sv.g.Staff[k].Lots = append(sv.g.Staff[k].Lots, i)
	}
	return nil
}

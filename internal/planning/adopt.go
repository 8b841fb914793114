package planning

import (
	"slices"
	"time"

	"github.com/paulmach/orb"

	"sanzhi/internal/access"
	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

// Adopt makes a plan the district's own, in one unit of work: grids that are drawn anew end and others begin in their place, with
// their codes, posts and open cases; stations are founded; posts are given. The ledger says what was done.
func (s *Service) Adopt(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Adoption, error) {
	p, err := s.Get(tx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := allow(actor, access.PlanWrite, p.Target(tx.Tenant())); err != nil {
		return nil, err
	}
	if p.State != Done || p.Kind == Reach {
		return nil, kernel.Conflict(kernel.T("只有算好的方案才能采用，可达只是报告", "only a plan that is ready can be adopted; a reach report cannot"))
	}
	r, g, err := s.Result(tx, p)
	if err != nil {
		return nil, err
	}
	a := &Adoption{ID: kernel.NewID(tx.Now()), Plan: p.ID, Kind: p.Kind, Place: p.Place, Path: p.Path, At: tx.Now(), By: actor.Ref()}
	a.Body.Heirs, a.Body.Went = map[kernel.ID]kernel.ID{}, map[kernel.ID][]kernel.ID{}
	switch p.Kind {
	case Partition:
		err = s.adoptGrids(tx, a, r, g)
	case Siting:
		err = s.adoptSites(tx, a, r, g)
	case Assignment:
		err = s.adoptPosts(tx, a, r, g)
	case Reach:
	}
	if err != nil {
		return nil, err
	}
	if err := s.Adoptions.Adopt(tx, a); err != nil {
		return nil, err
	}
	if err := s.Setups.Touch(tx); err != nil {
		return nil, err
	}
	return a, s.record(tx, actor, "plan_adopted", p.ID, map[string]any{"adoption": string(a.ID), "kind": string(p.Kind), "place": string(p.Place),
		"ended": len(a.Body.Ended), "made": len(a.Body.Made), "cases": a.Body.Cases, "posts": a.Body.Posts})
}

// town is the places of a path as they stand, by id, for one adoption.
type town struct {
	all  []*territory.Place
	byID map[kernel.ID]*territory.Place
}

func (s *Service) town(tx kernel.Tx) (*town, error) {
	t := &town{byID: map[kernel.ID]*territory.Place{}}
	return t, s.Places.EachPlace(tx, func(p *territory.Place) error {
		t.all = append(t.all, p)
		t.byID[p.ID] = p
		return nil
	})
}

var stale = kernel.T("这里的网格在方案算出以后变过了，请重新算一次再采用", "the grids here have changed since the plan was worked out; work it out anew and adopt that")

func (s *Service) adoptGrids(tx kernel.Tx, a *Adoption, r *Result, g *Ground) error {
	t, err := s.town(tx)
	if err != nil {
		return err
	}
	if err := sound(r, g); err != nil {
		return err
	}
	ends, made := map[kernel.ID]*territory.Place{}, []*territory.Place(nil)
	keep := map[kernel.ID]bool{}
	for _, l := range r.Lots {
		if was := t.byID[l.ID]; was != nil && l.ID != "" && !l.Fresh {
			if !was.Stands(tx.Now()) {
				return kernel.Conflict(stale)
			}
			if orb.Equal(multi(was.Shape), l.Shape) {
				keep[l.ID] = true
			}
		}
	}
	for _, p := range t.all {
		if p.Kind.Level() == territory.LevelGrid && p.Stands(tx.Now()) && a.Path.Holds(p.Path) && !keep[p.ID] {
			ends[p.ID] = p
		}
	}
	codes := map[string]bool{}
	for _, p := range t.all {
		codes[p.Code] = codes[p.Code] || p.Stands(tx.Now()) && ends[p.ID] == nil
	}
	heir := map[kernel.ID]*territory.Place{}
	for i := range r.Lots {
		l := &r.Lots[i]
		if keep[l.ID] {
			continue
		}
		parent := t.byID[g.Areas[l.Area].ID]
		p := &territory.Place{ID: kernel.NewID(tx.Now()), Parent: parent.ID, Kind: territory.GridGeneral, Code: l.Code, Name: l.Name, Shape: l.Shape, People: l.People, ValidFrom: tx.Now()}
		if l.Dedicated {
			p.Kind, p.Host = territory.GridDedicated, l.Host
		}
		p.Path = parent.Path.Child(l.Code[min(len(parent.Code), len(l.Code)-1):])
		if was := ends[l.ID]; was != nil && !l.Fresh {
			p.Path, p.Functions = was.Path, was.Functions
			p.Households = was.Households * l.People / max(1, was.People)
			heir[was.ID] = p
		} else if codes[l.Code] {
			return kernel.Conflict(stale)
		}
		for _, id := range l.Takes {
			heir[id] = p
		}
		made = append(made, p)
	}
	return s.swap(tx, a, t, ends, made, heir)
}

func multi(g orb.Geometry) orb.MultiPolygon { return areas(g) }

// sound refuses grids that do not close: more than a square metre of gap or overlap in a community.
func sound(r *Result, g *Ground) error {
	parts := make([][]geo.Part, len(g.Areas))
	for _, l := range r.Lots {
		parts[l.Area] = append(parts[l.Area], geo.Part{Name: l.Name, Shape: l.Shape})
	}
	for i, l := range parts {
		if len(l) == 0 || g.Areas[i].Shape == nil {
			continue
		}
		for _, f := range geo.CheckCoverage(g.Areas[i].Shape, l) {
			if f.Kind == geo.FaultInvalid || f.Area > 1 {
				return kernel.Conflict(kernel.T(g.Areas[i].Name+"的网格合不拢："+f.Say.Zh, "the grids of "+g.Areas[i].Name+" do not close: "+f.Say.En))
			}
		}
	}
	return nil
}

// swap ends and founds places, and moves what stands at them.
func (s *Service) swap(tx kernel.Tx, a *Adoption, t *town, ends map[kernel.ID]*territory.Place, made []*territory.Place, heir map[kernel.ID]*territory.Place) error {
	var write []*territory.Place
	for _, id := range sorted(ends) {
		c := *ends[id]
		c.ValidTo = tx.Now()
		write = append(write, &c)
		a.Body.Ended = append(a.Body.Ended, id)
		t.byID[id].ValidTo = tx.Now()
	}
	if err := s.Places.UpsertPlaces(tx, write); err != nil {
		return err
	}
	if err := s.Places.UpsertPlaces(tx, made); err != nil {
		return err
	}
	for _, p := range made {
		a.Body.Made = append(a.Body.Made, p.ID)
	}
	for _, id := range a.Body.Ended {
		to := heir[id]
		if to == nil {
			to = s.heirOf(ends[id], made)
		}
		if to == nil {
			continue
		}
		went, err := s.Posts.MovePosts(tx, ends[id], to, nil)
		if err != nil {
			return err
		}
		a.Body.Posts += len(went)
		a.Body.Heirs[id] = to.ID
		if len(went) > 0 {
			a.Body.Went[id] = went
		}
	}
	return s.moveCases(tx, a, append(t.all, made...))
}

// heirOf gives the new place that holds the middle of one that ended.
func (s *Service) heirOf(was *territory.Place, made []*territory.Place) *territory.Place {
	at, ok := geo.LabelPoint(was.Shape)
	for _, p := range made {
		if ok && p.Parent == was.Parent && geo.Locate(p.Shape, at) != geo.Outside {
			return p
		}
	}
	return nil
}

func sorted[V any](m map[kernel.ID]V) []kernel.ID {
	l := make([]kernel.ID, 0, len(m))
	for id := range m {
		l = append(l, id)
	}
	slices.Sort(l)
	return l
}

func (s *Service) moveCases(tx kernel.Tx, a *Adoption, all []*territory.Place) (err error) {
	x := territory.NewIndex(slices.Values(all), tx.Now())
	a.Body.Cases, err = s.Cases.MoveOpen(tx, a.Path, x.At)
	return err
}

func (s *Service) adoptSites(tx kernel.Tx, a *Adoption, r *Result, g *Ground) error {
	var made []*territory.Place
	for i, st := range r.Siting.Added {
		area := g.Areas[st.Area]
		code := area.Code + "-P" + string(a.ID[20:]) + string(rune('A'+i/26)) + string(rune('A'+i%26))
		p := &territory.Place{ID: kernel.NewID(tx.Now()), Parent: area.ID, Kind: territory.Site, Code: code, Name: st.Name, Path: area.Path.Child(code[len(area.Code):]), Shape: st.At,
			Functions: []string{"便民服务"}, ValidFrom: tx.Now()}
		made = append(made, p)
		a.Body.Made = append(a.Body.Made, p.ID)
	}
	return s.Places.UpsertPlaces(tx, made)
}

func (s *Service) adoptPosts(tx kernel.Tx, a *Adoption, r *Result, g *Ground) error {
	var given []*orgs.Holding
	for _, d := range r.Staff.Rows {
		if !d.New {
			continue
		}
		lot, w := g.Lots[d.Lot], g.Staff[d.Worker]
		p, err := s.Places.Place(tx, lot.ID)
		if err != nil {
			return err
		}
		if !p.Stands(tx.Now()) {
			return kernel.Conflict(stale)
		}
		h := &orgs.Holding{ID: kernel.NewID(tx.Now()), Person: w.ID, Title: w.Title, Role: kernel.GridWorker, Org: w.Org, Place: p.ID, Path: p.Path, Level: string(territory.LevelGrid), From: tx.Now()}
		given = append(given, h)
		a.Body.Given = append(a.Body.Given, h.ID)
	}
	a.Body.Posts = len(given)
	if len(given) == 0 {
		return nil
	}
	return s.Posts.PutHoldings(tx, given)
}

// Undo takes an adoption back: what began ends, what ended stands again with its id, posts and open cases. It is possible while all
// that began still stands.
func (s *Service) Undo(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Adoption, error) {
	a, err := s.Adoptions.Adoption(tx, id)
	if err != nil {
		return nil, err
	}
	if err := allow(actor, access.PlanWrite, access.Target{Tenant: tx.Tenant(), Path: a.Path}); err != nil {
		return nil, err
	}
	ok, err := s.Adoptions.Undo(tx, id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, kernel.Conflict(kernel.T("这次采用已经撤回了", "this adoption is taken back already"))
	}
	t, err := s.town(tx)
	if err != nil {
		return nil, err
	}
	if err := s.restore(tx, a, t); err != nil {
		return nil, err
	}
	if err := s.Posts.EndHoldings(tx, a.Body.Given); err != nil {
		return nil, err
	}
	if err := s.Setups.Touch(tx); err != nil {
		return nil, err
	}
	a.Undone = tx.Now()
	return a, s.record(tx, actor, "plan_undone", a.Plan, map[string]any{"adoption": string(a.ID), "cases": a.Body.Cases, "place": string(a.Place)})
}

func (s *Service) restore(tx kernel.Tx, a *Adoption, t *town) error {
	var ended, again []*territory.Place
	for _, id := range a.Body.Made {
		p := t.byID[id]
		if p == nil || !p.Stands(tx.Now()) {
			return kernel.Conflict(kernel.T("之后又采用过别的方案，请先撤回那一个", "another plan was adopted since; take that one back first"))
		}
		p.ValidTo = tx.Now()
		ended = append(ended, p)
	}
	if err := s.Places.UpsertPlaces(tx, ended); err != nil {
		return err
	}
	for _, id := range a.Body.Ended {
		p := t.byID[id]
		p.ValidTo = time.Time{}
		again = append(again, p)
	}
	if err := s.Places.UpsertPlaces(tx, again); err != nil {
		return err
	}
	// Those who came from here come back; who was given a post since goes to the grid of the same path.
	for _, all := range []bool{false, true} {
		for _, p := range again {
			to, went := t.byID[a.Body.Heirs[p.ID]], a.Body.Went[p.ID]
			if to == nil || all && to.Path != p.Path || !all && len(went) == 0 {
				continue
			}
			if all {
				went = nil
			}
			if _, err := s.Posts.MovePosts(tx, to, p, went); err != nil {
				return err
			}
		}
	}
	if a.Kind != Partition {
		return nil
	}
	return s.moveCases(tx, a, t.all)
}

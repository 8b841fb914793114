package activities

import (
	"context"
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/territory"
	"sanzhi/internal/vault"
)

// Places finds where something is.
type Places interface {
	Place(tx kernel.Tx, id kernel.ID) (*territory.Place, error)
}

// Posts tells which posts a person holds now.
type Posts interface {
	PostsOf(tx kernel.Tx, person kernel.ID) ([]kernel.Post, error)
}

// Ports are what the service stands on.
type Ports struct {
	Store       kernel.Store
	Repo        Repo
	Venues      Venues
	Signups     Signups
	Attendances Attendances
	People      People
	Labour      Labour
	Teams       Teams
	Places      Places
	Posts       Posts
	Ledger      *ledger.Log
	Sealer      *vault.Sealer
	Keyring     *vault.Keyring
}

// Service decides about activities and keeps them.
type Service struct{ Ports }

// NewService joins the service to its ports.
func NewService(p Ports) *Service { return &Service{p} }

var sayNone = kernel.T("没有这个活动，或者它还没有公布", "there is no such activity, or it is not announced yet")

func target(t kernel.Tenant, path kernel.Path) access.Target {
	return access.Target{Tenant: t, Path: path}
}

// mayWrite refuses whoever may not keep activities at the path.
func mayWrite(tx kernel.Tx, actor kernel.Actor, path kernel.Path) error {
	return access.Decide(actor, access.ActivityWrite, target(tx.Tenant(), path)).Err()
}

// MayWrite reports whether the actor may keep activities at the path.
func MayWrite(actor kernel.Actor, path kernel.Path) bool {
	return access.Decide(actor, access.ActivityWrite, target(actor.Tenant, path)).Allow
}

// Read gives an activity that the actor may read: drafts are there for those alone who may write them.
func (s *Service) Read(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Activity, error) {
	a, err := s.Repo.Activity(tx, id)
	if err != nil {
		return nil, err
	}
	if err := access.Decide(actor, access.ActivityRead, target(tx.Tenant(), a.Path)).Err(); err != nil {
		return nil, err
	}
	if a.Stage == Draft && !MayWrite(actor, a.Path) {
		return nil, kernel.NotFound(sayNone)
	}
	return a, nil
}

// forWriting gives an activity that the actor may change.
func (s *Service) forWriting(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Activity, error) {
	a, err := s.Read(tx, actor, id)
	if err != nil {
		return nil, err
	}
	return a, mayWrite(tx, actor, a.Path)
}

// List gives a page of the activities that the actor may read.
func (s *Service) List(ctx context.Context, actor kernel.Actor, q Query, p kernel.Page) (out []*Activity, next string, err error) {
	q.Drafts = access.ScopeOf(actor, access.ActivityWrite)
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		out, next, err = s.Repo.List(tx, q, p)
		return err
	})
	return out, next, err
}

// Programmes gives the programmes of the district: those that ship, and its own in their place.
func (s *Service) Programmes(tx kernel.Tx) ([]*Programme, error) {
	own, err := s.Repo.Programmes(tx)
	if err != nil {
		return nil, err
	}
	byID := map[string]*Programme{}
	for _, p := range own {
		byID[p.ID] = p
	}
	var out []*Programme
	for _, p := range Shipped() {
		if o := byID[p.ID]; o != nil {
			p = o
			delete(byID, o.ID)
		}
		out = append(out, p)
	}
	for _, p := range own {
		if byID[p.ID] != nil {
			out = append(out, p)
		}
	}
	return out, nil
}

func (s *Service) programme(tx kernel.Tx, id string) (*Programme, error) {
	all, err := s.Programmes(tx)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if p.ID == id {
			return p, nil
		}
	}
	return nil, kernel.Invalid("programme", kernel.T("没有这个项目，请从列表里选", "there is no such programme; choose one from the list"))
}

// PutProgramme keeps a programme of the district's own.
func (s *Service) PutProgramme(tx kernel.Tx, actor kernel.Actor, p *Programme) error {
	if err := access.Decide(actor, access.SettingsWrite, access.Whole(tx.Tenant())).Err(); err != nil {
		return err
	}
	if err := p.Check(); err != nil {
		return err
	}
	if _, err := s.log(tx, actor, "activity_programme", kernel.ID(p.ID), 0, map[string]any{"programme": p.ID, "forms": len(p.Forms)}); err != nil {
		return err
	}
	return s.Repo.PutProgramme(tx, p)
}

// PutSettings keeps how hours are counted.
func (s *Service) PutSettings(tx kernel.Tx, actor kernel.Actor, set Settings) error {
	if err := access.Decide(actor, access.SettingsWrite, access.Whole(tx.Tenant())).Err(); err != nil {
		return err
	}
	if _, err := s.log(tx, actor, "activity_setting", "activities", 0, map[string]any{"count_travel": set.CountTravel}); err != nil {
		return err
	}
	return s.Repo.PutSettings(tx, set)
}

func (s *Service) log(tx kernel.Tx, actor kernel.Actor, act string, object kernel.ID, version int, public map[string]any) (*ledger.Row, error) {
	return s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: act, Object: object, Version: version, Public: public})
}

// logged writes the ledger row of a change of an activity.
func (s *Service) logged(tx kernel.Tx, actor kernel.Actor, a *Activity, act string, more map[string]any) (*ledger.Row, error) {
	public := map[string]any{"stage": string(a.Stage), "programme": a.Programme, "form": a.Form}
	for k, v := range more {
		public[k] = v
	}
	return s.log(tx, actor, act, a.ID, a.Version, public)
}

// place fills in where the activity is.
func (s *Service) place(tx kernel.Tx, a *Activity) error {
	if a.Venue != "" {
		v, err := s.Venues.Venue(tx, a.Venue)
		if err != nil {
			return err
		}
		a.Place, a.Path = v.Place, v.Path
		if a.Spot == "" {
			a.Spot = v.Title
		}
		return nil
	}
	if a.Place == "" {
		return kernel.Invalid("place", kernel.T("请选地点", "choose a place"))
	}
	p, err := s.Places.Place(tx, a.Place)
	if err != nil {
		return err
	}
	a.Path = p.Path
	if a.Spot == "" {
		a.Spot = p.Name
	}
	return nil
}

// prepare checks an activity that is to be written, and takes its venue.
func (s *Service) prepare(tx kernel.Tx, actor kernel.Actor, a *Activity) error {
	p, err := s.programme(tx, a.Programme)
	if err != nil {
		return err
	}
	if err := s.place(tx, a); err != nil {
		return err
	}
	if err := mayWrite(tx, actor, a.Path); err != nil {
		return err
	}
	if err := a.check(p); err != nil {
		return err
	}
	if a.Series != "" {
		series, err := s.Repo.SeriesOf(tx, a.Series)
		if err != nil {
			return err
		}
		if series.Programme != a.Programme {
			return kernel.Invalid("series", kernel.T("这个系列属于别的项目", "the series belongs to another programme"))
		}
	}
	if a.Venue == "" {
		return s.Venues.Release(tx, a.ID)
	}
	return s.Venues.Book(tx, a.Venue, a.ID, Slots(a.From, a.To))
}

// Create writes a draft.
func (s *Service) Create(tx kernel.Tx, actor kernel.Actor, a *Activity) (*ledger.Row, error) {
	a.ID, a.Stage, a.Version, a.Number, a.Created = kernel.NewID(tx.Now()), Draft, 1, 0, tx.Now()
	for _, p := range a.Posts {
		p.ID, p.Filled, p.Waiting = kernel.NewID(tx.Now()), 0, 0
	}
	if err := s.prepare(tx, actor, a); err != nil {
		return nil, err
	}
	if err := s.Repo.Insert(tx, []*Activity{a}); err != nil {
		return nil, err
	}
	return s.logged(tx, actor, a, "activity_draft", nil)
}

var sayMoved = kernel.T("刚才有人先改了这个活动，请看看最新的情况再办", "somebody changed the activity just before you; look at how it stands now and try again")

// write stores a change of the version that was read.
func (s *Service) write(tx kernel.Tx, a *Activity, version int) error {
	if version != 0 && version != a.Version {
		return kernel.Conflict(sayMoved)
	}
	a.Version++
	ok, err := s.Repo.Update(tx, a)
	if err == nil && !ok {
		err = kernel.Conflict(sayMoved)
	}
	return err
}

// Edit changes what a draft or an open activity says. Posts keep their ids; one that people signed up for neither goes away nor
// gets smaller than they are.
func (s *Service) Edit(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, n *Activity) (*Activity, *ledger.Row, error) {
	a, err := s.forWriting(tx, actor, id)
	if err != nil {
		return nil, nil, err
	}
	if a.Stage != Draft && a.Stage != Open {
		return nil, nil, kernel.Conflict(kernel.T("活动已经开始或结束，不能再改", "the activity has begun or is over and cannot be changed"))
	}
	old := map[kernel.ID]*Post{}
	for _, p := range a.Posts {
		old[p.ID] = p
	}
	for i, p := range n.Posts {
		if o := old[p.ID]; o != nil {
			p.Filled, p.Waiting = o.Filled, o.Waiting
			if p.Capacity < p.Filled || p.Pay != o.Pay || p.Filled+p.Waiting > 0 && (!p.From.IsZero() && !p.From.Equal(o.From) || !p.To.IsZero() && !p.To.Equal(o.To)) {
				return nil, nil, kernel.Conflict(kernel.T("第 "+itoa(i+1)+" 个岗位已有人报名，只能加人数、改名称", "people signed up for post "+itoa(i+1)+": it can be renamed and enlarged only"))
			}
			delete(old, p.ID)
			continue
		}
		p.ID, p.Filled, p.Waiting = kernel.NewID(tx.Now()), 0, 0
	}
	for _, o := range old {
		if o.Filled+o.Waiting > 0 {
			return nil, nil, kernel.Conflict(kernel.T("“"+o.Title+"”已有人报名，不能去掉", "people signed up for “"+o.Title+"”: it stays"))
		}
	}
	n.ID, n.Stage, n.Version, n.Number, n.Created, n.Precautions, n.Source = a.ID, a.Stage, a.Version, a.Number, a.Created, a.Precautions, a.Source
	if n.Series != a.Series && a.Stage != Draft {
		return nil, nil, kernel.Conflict(kernel.T("公布以后不能换系列", "the series is fixed once the activity is announced"))
	}
	if err := s.prepare(tx, actor, n); err != nil {
		return nil, nil, err
	}
	if err := s.write(tx, n, version); err != nil {
		return nil, nil, err
	}
	moved, err := s.Signups.MoveUp(tx, n.ID)
	if err != nil {
		return nil, nil, err
	}
	row, err := s.logged(tx, actor, n, "activity_edit", map[string]any{"moved_up": moved})
	return n, row, err
}

func (s *Service) move(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, from []Stage, do func(a *Activity) (act string, more map[string]any, err error)) (*Activity, *ledger.Row, error) {
	a, err := s.forWriting(tx, actor, id)
	if err != nil {
		return nil, nil, err
	}
	ok := false
	for _, f := range from {
		ok = ok || a.Stage == f
	}
	if !ok {
		return nil, nil, kernel.Conflict(kernel.T("活动现在是“"+StageNames[a.Stage].Zh+"”，这一步办不了", "the activity is "+StageNames[a.Stage].En+" now; this cannot be done"))
	}
	act, more, err := do(a)
	if err != nil {
		return nil, nil, err
	}
	if err := s.write(tx, a, version); err != nil {
		return nil, nil, err
	}
	row, err := s.logged(tx, actor, a, act, more)
	return a, row, err
}

// StageNames are the stages in words.
var StageNames = map[Stage]kernel.Text{Draft: kernel.T("草稿", "a draft"), Open: kernel.T("报名中", "open"), Held: kernel.T("进行中", "under way"),
	Closed: kernel.T("已结束", "closed"), Cancelled: kernel.T("已取消", "cancelled")}

// Announce opens a draft for signing up.
func (s *Service) Announce(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int) (*Activity, *ledger.Row, error) {
	return s.move(tx, actor, id, version, []Stage{Draft}, func(a *Activity) (string, map[string]any, error) {
		if !a.To.After(tx.Now()) {
			return "", nil, kernel.Invalid("to", kernel.T("结束时间已经过了，请先改时间", "its time is over; change the time first"))
		}
		a.Stage = Open
		return "activity_open", nil, nil
	})
}

// earliest is how long before its time an activity may be said to be held.
const earliest = 2 * time.Hour

// Hold says that an open activity has begun. One of a series gets its number now, so that what is cancelled leaves no gap.
func (s *Service) Hold(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int) (*Activity, *ledger.Row, error) {
	return s.move(tx, actor, id, version, []Stage{Open}, func(a *Activity) (string, map[string]any, error) {
		if tx.Now().Before(a.From.Add(-earliest)) {
			return "", nil, kernel.Invalid("from", kernel.T("还没到时间，开始前两小时起才能开始", "it is too early: it can begin from two hours before its time"))
		}
		a.Stage = Held
		more := map[string]any{}
		if a.Series != "" {
			var err error
			if a.Number, err = s.Repo.NextNumber(tx, a.Series); err != nil {
				return "", nil, err
			}
			more["series"], more["session"] = string(a.Series), a.Number
		}
		return "activity_hold", more, nil
	})
}

// Cancel calls off what was not held yet: sign-ups end and the venue is free again.
func (s *Service) Cancel(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, reason string) (*Activity, *ledger.Row, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || len([]rune(reason)) > 200 {
		return nil, nil, kernel.Invalid("reason", kernel.T("请写取消的原因，报了名的人会看到", "say why it is called off: those who signed up will read it"))
	}
	a, row, err := s.move(tx, actor, id, version, []Stage{Draft, Open}, func(a *Activity) (string, map[string]any, error) {
		a.Stage, a.Outcome.Words, a.ClosedAt = Cancelled, reason, tx.Now()
		return "activity_cancel", map[string]any{"reason": reason}, s.Venues.Release(tx, a.ID)
	})
	if err != nil {
		return nil, nil, err
	}
	return a, row, s.Signups.EndAll(tx, a.ID) // after the activity is held fast: a sign-up beside it is in, or is refused
}

// Close writes what came of an activity that was held. Whoever did not check out is taken to have stayed to its end, or to now
// when that is earlier.
func (s *Service) Close(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, o Outcome) (*Activity, *ledger.Row, error) {
	o.Words, o.TookPart = strings.TrimSpace(o.Words), 0
	switch {
	case o.Words == "" || len([]rune(o.Words)) > mostWords:
		return nil, nil, kernel.Invalid("words", kernel.T("请写几句做了什么", "say in a few words what was done"))
	case o.Times < 0 || o.People < 0 || o.People > o.Times:
		return nil, nil, kernel.Invalid("people", kernel.T("受益人数不能多于受益人次", "there cannot be more persons than person-times"))
	}
	a, row, err := s.move(tx, actor, id, version, []Stage{Held}, func(a *Activity) (string, map[string]any, error) {
		a.Stage, a.Outcome, a.ClosedAt = Closed, o, tx.Now()
		return "activity_close", map[string]any{"benefit_times": o.Times, "benefit_people": o.People}, nil
	})
	if err != nil {
		return nil, nil, err
	}
	end := a.To
	if tx.Now().Before(end) {
		end = tx.Now()
	}
	return a, row, s.Attendances.CloseAll(tx, a.ID, end)
}

// Prepare records precautions: what is given is written with the instant, what is empty stays.
func (s *Service) Prepare(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, p Precautions) (*Activity, *ledger.Row, error) {
	return s.move(tx, actor, id, version, []Stage{Draft, Open, Held}, func(a *Activity) (string, map[string]any, error) {
		more := map[string]any{}
		for _, x := range []struct {
			name string
			to   *string
			at   *time.Time
			say  string
		}{{"insurance", &a.Precautions.Insurance, &a.Precautions.InsuredAt, p.Insurance}, {"briefing", &a.Precautions.Briefing, &a.Precautions.BriefedAt, p.Briefing},
			{"quality", &a.Precautions.Quality, &a.Precautions.QualityAt, p.Quality}} {
			say := strings.TrimSpace(x.say)
			if len([]rune(say)) > 500 {
				return "", nil, kernel.Invalid(x.name, kernel.T("写得太长了，请写短一些", "it is too long; shorten it"))
			}
			if say != "" {
				*x.to, *x.at = say, tx.Now()
				more[x.name] = true
			}
		}
		if len(more) == 0 {
			return "", nil, kernel.Invalid("insurance", kernel.T("请至少填一项", "fill in at least one of them"))
		}
		return "activity_precaution", more, nil
	})
}

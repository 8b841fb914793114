package rounds

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/vault"
)

// Ports are what the service stands on.
type Ports struct {
	Store     kernel.Store
	Templates Templates
	Duties    Duties
	Cares     Cares
	Shifts    Shifts
	Ground    Ground
	Cases     CaseOpener
	Uploads   Uploads
	Outbox    Outbox
	Ledger    *ledger.Log
	Sealer    *vault.Sealer
	Clock     kernel.Clock
}

// Service makes duties, records results, and reads them for who may.
type Service struct {
	Ports

	parsed sync.Map // source of a template → *Template
}

// NewService joins the service to its ports.
func NewService(p Ports) *Service { return &Service{Ports: p} }

var (
	sayNoDuty   = kernel.T("没有这项任务，或者您看不到它", "there is no such duty, or you may not see it")
	errNoDuty   = kernel.NotFound(sayNoDuty)
	errNotYours = kernel.Forbidden(kernel.T("这项任务不由您的岗位来做", "this duty is not one of your post's"))
)

// template gives a stored template parsed. What was published can be parsed; a source is parsed once.
func (s *Service) template(tx kernel.Tx, id string, version int) (*Template, error) {
	st, err := s.Templates.TemplateOf(tx, id, version)
	if err != nil {
		return nil, err
	}
	return s.parse(st.Source)
}

func (s *Service) parse(source string) (*Template, error) {
	if t, ok := s.parsed.Load(source); ok {
		p, _ := t.(*Template)
		return p, nil
	}
	t, err := Parse(strings.NewReader(source))
	if err != nil {
		return nil, kernel.Internal("stored template", err)
	}
	s.parsed.Store(source, t)
	return t, nil
}

// Sight is what an actor may see of duties: those at the places where the actor may read rounds, but what is confidential only as
// the community's clerk, or when it is the actor's own to do.
func Sight(actor kernel.Actor) access.Scope {
	out := access.Scope{Tenant: actor.Tenant}
	add := func(c access.Clause) {
		if !slices.Contains(out.Clauses, c) {
			out.Clauses = append(out.Clauses, c)
		}
	}
	for _, c := range access.ScopeOf(actor, access.RoundRead).Clauses {
		c.ExcludeConfidential = actor.Kind != kernel.ActorSystem
		add(c)
	}
	if actor.Kind != kernel.ActorAccount {
		return out
	}
	for _, c := range access.ScopeOf(actor, access.RoundDo).Clauses {
		c.Assignee = actor.Account
		add(c)
	}
	for _, p := range actor.Posts {
		if p.Role == kernel.CommunityClerk && p.Path != "" {
			var c access.Clause
			c.PathLo, c.PathHi = p.Path.Range()
			add(c)
		}
	}
	return out
}

// MayRead reports whether the actor may see a duty.
func MayRead(actor kernel.Actor, d *Duty) bool { return Sight(actor).Match(d.target(actor.Tenant)) }

// Turns gives the ways in which duties are the actor's to do.
func Turns(actor kernel.Actor) []Turn {
	out := []Turn{}
	if actor.Kind != kernel.ActorAccount {
		return out
	}
	for _, p := range actor.Posts {
		if p.Path == "" || !slices.Contains(access.Bundle(p.Role), access.RoundDo) {
			continue
		}
		t := Turn{Role: p.Role, Post: p.Name, Org: p.Org}
		t.PathLo, t.PathHi = p.Path.Range()
		out = append(out, t, Turn{PathLo: t.PathLo, PathHi: t.PathHi, Assignee: actor.Account})
	}
	return out
}

// match reports whether the duty is somebody's in this way: the rule of the list, for one.
func (t Turn) match(d *Duty) bool {
	if string(d.Path) < t.PathLo || string(d.Path) >= t.PathHi {
		return false
	}
	if t.Assignee != "" {
		return d.Assignee == t.Assignee
	}
	return d.Assignee == "" && d.Role == t.Role && (d.Post == "" || d.Post == t.Post) && (d.Unit == "" || d.Unit == t.Org)
}

// MayDo reports whether the duty is the actor's to do.
func MayDo(actor kernel.Actor, d *Duty) bool {
	if !access.Decide(actor, access.RoundDo, access.Target{Tenant: actor.Tenant, Path: d.Path}).Allow {
		return false
	}
	return slices.ContainsFunc(Turns(actor), func(t Turn) bool { return t.match(d) })
}

// readDuty gives a duty that the actor may see.
func (s *Service) readDuty(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Duty, error) {
	d, err := s.Duties.Duty(tx, id)
	if err != nil {
		return nil, err
	}
	if !MayRead(actor, d) && !MayDo(actor, d) {
		return nil, errNoDuty
	}
	return d, nil
}

// Done gives a duty that was done and that the actor may see, with the name of its template: what duty lists and pledges show as evidence.
func (s *Service) Done(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (string, *Duty, error) {
	d, err := s.readDuty(tx, actor, id)
	if err != nil {
		return "", nil, err
	}
	if d.State != Done {
		return "", nil, errNoDuty
	}
	t, err := s.template(tx, d.Template, d.Version)
	if err != nil {
		return "", nil, err
	}
	return t.Title.In(actor.Lang) + " " + d.DoneAt.In(kernel.Shanghai).Format(time.DateOnly), d, nil
}

// Detail is a duty with its template, and what was recorded once it is.
type Detail struct {
	Duty     *Duty
	Template *Template
	Result   *Result
	Notes    map[string]string
	Found    []*Found
	Mine     bool
	// Subject is the masked name of the person or worker that it is about.
	Subject string
	// Away is where somebody who is visited lives, masked to the building.
	Away string
	When string
}

// Get gives a duty that the actor may see, with all that belongs to it.
func (s *Service) Get(ctx context.Context, actor kernel.Actor, id kernel.ID) (*Detail, error) {
	out := &Detail{}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) (err error) {
		d, err := s.readDuty(tx, actor, id)
		if err != nil {
			return err
		}
		out.Duty, out.Mine = d, d.State == Open && MayDo(actor, d)
		if out.Template, err = s.template(tx, d.Template, d.Version); err != nil {
			return err
		}
		if err := s.subject(tx, out); err != nil {
			return err
		}
		if d.State != Done {
			return nil
		}
		if out.Result, err = s.Duties.Result(tx, id); err != nil {
			return err
		}
		if out.Notes, err = s.notes(tx.Tenant(), out.Result); err != nil {
			return err
		}
		out.Found, _, err = s.Duties.ListFound(tx, FoundQuery{Duty: id, Allow: Sight(actor), Page: kernel.Page{Limit: maxItems}})
		return err
	})
	return out, err
}

// subject fills in whom the duty is about, masked.
func (s *Service) subject(tx kernel.Tx, out *Detail) (err error) {
	d := out.Duty
	switch d.Kind {
	case CareVisit:
		c, err := s.Cares.Care(tx, d.Target)
		if err != nil {
			return err
		}
		p, err := s.openCare(tx.Tenant(), c)
		out.Subject, out.Away, out.When = vault.MaskName(p.Name), vault.MaskAddress(p.Address), string(c.Part)
		return err
	case PreShiftCheck:
		out.Subject, err = s.Worker(tx.Tenant(), d)
	case GridPatrol, HazardInspection, PairedVisit:
	}
	return err
}

// TodayLimit bounds the list of one person.
const TodayLimit = 200

// Today gives the duties that are the actor's to do now, in an order for walking, and the length of the way in metres. Those
// without a place on the map come last.
func (s *Service) Today(ctx context.Context, actor kernel.Actor) (l []*Duty, metres float64, err error) {
	turns := Turns(actor)
	if len(turns) == 0 {
		return nil, 0, nil
	}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, _, err = s.Duties.ListDuties(tx, DutyQuery{State: Open, Mine: turns, Now: tx.Now(), Allow: access.Scope{Tenant: actor.Tenant, Clauses: []access.Clause{{}}},
			Page: kernel.Page{Limit: TodayLimit}})
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	var stops []Stop
	for _, d := range l {
		if d.Located {
			stops = append(stops, Stop{d.ID, d.Lon, d.Lat})
		}
	}
	order, metres := Walk(stops)
	at := map[kernel.ID]int{}
	for i, id := range order {
		at[id] = i + 1
	}
	slices.SortFunc(l, func(a, b *Duty) int {
		x, y := at[a.ID], at[b.ID]
		if x == 0 {
			x = len(l) + 1
		}
		if y == 0 {
			y = len(l) + 1
		}
		if x != y {
			return x - y
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	return l, metres, nil
}

// under gives the path of a place, the empty one for none.
func (s *Service) under(tx kernel.Tx, place kernel.ID) (kernel.Path, error) {
	if place == "" {
		return "", nil
	}
	p, err := s.Ground.Place(tx, place)
	if err != nil {
		return "", err
	}
	return p.Path, nil
}

// Board lists duties that the actor may see.
func (s *Service) Board(ctx context.Context, actor kernel.Actor, place kernel.ID, q DutyQuery) (l []*Duty, next string, err error) {
	q.Allow = Sight(actor)
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		q.Now = tx.Now()
		if q.Path, err = s.under(tx, place); err != nil {
			return err
		}
		l, next, err = s.Duties.ListDuties(tx, q)
		return err
	})
	return l, next, err
}

// Findings lists findings that the actor may see, the newest first.
func (s *Service) Findings(ctx context.Context, actor kernel.Actor, place kernel.ID, q FoundQuery) (l []*Found, next string, err error) {
	q.Allow = Sight(actor)
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		if q.Path, err = s.under(tx, place); err != nil {
			return err
		}
		l, next, err = s.Duties.ListFound(tx, q)
		return err
	})
	return l, next, err
}

// Tallies counts the duties that the actor may see, whose time to be done falls into [from, to): by template, by the places right
// below, or by unit. No person is ever counted apart.
func (s *Service) Tallies(ctx context.Context, actor kernel.Actor, place kernel.ID, by By, q DutyQuery) (l []TallyRow, err error) {
	q.Allow = Sight(actor)
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		q.Now = tx.Now()
		if by == ByPlace && place == "" {
			p, err := s.Ground.PlaceByCode(tx, string(actor.Tenant))
			if err != nil {
				return err
			}
			place = p.ID
		}
		if q.Path, err = s.under(tx, place); err != nil {
			return err
		}
		l, err = s.Duties.Tallies(tx, q, by, place)
		return err
	})
	return l, err
}

// Pairings tells which unit leads which compounds at a place (包联责任制): every compound has exactly one lead.
func (s *Service) Pairings(ctx context.Context, actor kernel.Actor, place kernel.ID) (units []Pairing, without []Named, all int, err error) {
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		p := access.Whole(actor.Tenant)
		if place != "" {
			if p.Path, err = s.under(tx, place); err != nil {
				return err
			}
		}
		if err := access.Decide(actor, access.RoundRead, p).Err(); err != nil {
			return err
		}
		units, without, all, err = s.Ground.Pairings(tx, p.Path)
		return err
	})
	return units, without, all, err
}

// ReadPhoto reports whether the actor may see the photos of a result.
func (s *Service) ReadPhoto(tx kernel.Tx, actor kernel.Actor, owner kernel.ID) error {
	_, err := s.readDuty(tx, actor, owner)
	if kernel.Is(err, kernel.KindNotFound) {
		return s.readRecordPhoto(tx, actor, owner)
	}
	return err
}

func dayKey(t time.Time) string { return t.In(kernel.Shanghai).Format(time.DateOnly) }

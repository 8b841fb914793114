package rounds

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	"sanzhi/internal/workflow"
)

// TemplateIn is a template in force, or one that was.
type TemplateIn struct {
	Stored   *StoredTemplate
	Template *Template
	Writable bool // by who asked for the list
}

// List gives the templates, the stopped ones last.
func (s *Service) List(ctx context.Context, actor kernel.Actor, stopped bool) (out []TemplateIn, err error) {
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		if out, err = s.inForce(tx, stopped); err != nil {
			return err
		}
		for i := range out {
			out[i].Writable = s.mayPublish(tx, actor, out[i].Template) == nil
		}
		return nil
	})
	return out, err
}

func (s *Service) inForce(tx kernel.Tx, stopped bool) ([]TemplateIn, error) {
	l, err := s.Templates.InForce(tx, stopped)
	if err != nil {
		return nil, err
	}
	out := make([]TemplateIn, len(l))
	for i, st := range l {
		t, err := s.parse(st.Source)
		if err != nil {
			return nil, err
		}
		out[i] = TemplateIn{Stored: st, Template: t}
	}
	return out, nil
}

// CheckTemplate reads a template, lints it, and asks whether the district has the flows and items that its findings raise.
func (s *Service) CheckTemplate(ctx context.Context, t kernel.Tenant, source string) (*Template, []Finding, error) {
	tm, doc, findings, err := check(strings.NewReader(source))
	if err != nil {
		return nil, nil, err
	}
	for i := range tm.Items {
		r := tm.Items[i].Raise
		if r == nil {
			continue
		}
		if err := s.Cases.Known(ctx, t, *r); err != nil {
			var e *kernel.Error
			if !errors.As(err, &e) || e.Kind != kernel.KindInvalid {
				return nil, nil, err
			}
			where := fmt.Sprintf("items[%d].raise", i)
			findings = append(findings, Finding{Where: where, Level: workflow.LevelWarning, Line: doc.Line("$." + where),
				Say: kernel.T("本区现在没有这一项（"+e.Say.Zh+"），会改走隐患整改", "the district does not have this now ("+e.Say.En+"); a finding would be raised as a hazard")})
		}
	}
	return tm, findings, nil
}

// mayPublish reports whether the actor may put a template of this kind in force, or end it: at the places that it reaches, and who
// holds the right as a unit's dispatcher only for the own unit.
func (s *Service) mayPublish(tx kernel.Tx, actor kernel.Actor, t *Template) error {
	target := access.Whole(tx.Tenant())
	if t.Where.Below != "" {
		p, err := s.Ground.PlaceByCode(tx, t.Where.Below)
		if err != nil {
			return err
		}
		target.Path = p.Path
	}
	if !access.Decide(actor, access.RoundWrite, target).Allow {
		return kernel.Forbidden(kernel.T("这项巡查要去的地方超出了您岗位负责的范围，请用 below 写明您负责的地方", "this round goes beyond the places that your post is responsible for; name yours in below"))
	}
	unit := kernel.ID("")
	if t.Who.Unit == UnitNamed {
		var err error
		if unit, err = s.Ground.OrgNamed(tx, t.Who.Name); err != nil {
			return err
		}
	}
	for _, p := range actor.Posts {
		if slices.Contains(access.Bundle(p.Role), access.RoundWrite) && p.Path.Holds(target.Path) && (p.Role != kernel.UnitDispatcher || unit != "" && p.Org == unit) {
			return nil
		}
	}
	return kernel.Forbidden(kernel.T("单位派单人只能给自己的单位定巡查，请写 unit: named 和单位名称", "a unit's dispatcher sets rounds for the own unit only: write unit: named and its name"))
}

// Publish puts a template in force as a new version, in the caller's unit of work. Faults are told all at once, by line.
func (s *Service) Publish(tx kernel.Tx, actor kernel.Actor, t *Template, findings []Finding, source string) error {
	var faults []kernel.Error
	for _, f := range findings {
		if f.Level == workflow.LevelError {
			faults = append(faults, kernel.Error{Kind: kernel.KindInvalid, Field: fmt.Sprintf("line %d: %s", f.Line, f.Where), Say: f.Say})
		}
	}
	if len(faults) > 0 {
		faults[0].More = faults[1:]
		return &faults[0]
	}
	if err := s.mayPublish(tx, actor, t); err != nil {
		return err
	}
	latest, err := s.replaced(tx, actor, t.ID)
	if err != nil {
		return err
	}
	say := kernel.T(fmt.Sprintf("下一个版本是 %d，请改好 version 再发布", latest+1), fmt.Sprintf("the next version is %d; set version to it and publish again", latest+1))
	if t.Version != latest+1 {
		return kernel.Conflict(say)
	}
	ok, err := s.Templates.PutTemplate(tx, &StoredTemplate{ID: t.ID, Version: t.Version, Source: source, Published: tx.Now(), By: actor.Account})
	if err != nil {
		return err
	}
	if !ok {
		return kernel.Conflict(say)
	}
	_, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "round_published", Object: kernel.ID(tx.Tenant()), Public: map[string]any{"template": t.ID, "version": t.Version}})
	return err
}

// replaced gives the version that a new one takes the place of, 0 when there is none. Whoever may not change that one may not
// publish under its name.
func (s *Service) replaced(tx kernel.Tx, actor kernel.Actor, id string) (int, error) {
	st, err := s.Templates.TemplateOf(tx, id, 0)
	if kernel.Is(err, kernel.KindNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	was, err := s.parse(st.Source)
	if err != nil {
		return 0, err
	}
	return st.Version, s.mayPublish(tx, actor, was)
}

// Found puts the templates that come with the program in force in a new district. It is an act of the program itself.
func (s *Service) Found(tx kernel.Tx) error {
	sources, err := ShippedSources()
	if err != nil {
		return err
	}
	for _, src := range sources {
		t, err := s.parse(src)
		if err != nil {
			return err
		}
		if _, err := s.Templates.PutTemplate(tx, &StoredTemplate{ID: t.ID, Version: t.Version, Source: src, Published: tx.Now()}); err != nil {
			return err
		}
		if _, err := s.Ledger.Append(tx, ledger.Entry{Actor: kernel.System(tx.Tenant()), Act: "round_published", Object: kernel.ID(tx.Tenant()),
			Public: map[string]any{"template": t.ID, "version": t.Version}}); err != nil {
			return err
		}
	}
	return nil
}

var errNoTemplate = kernel.NotFound(kernel.T("没有这个模板，或者它已经停用", "there is no such template, or it is stopped already"))

// Stop ends a template: no further duties are made of it; those that are open stay to be done.
func (s *Service) Stop(tx kernel.Tx, actor kernel.Actor, id string) error {
	n, err := s.replaced(tx, actor, id)
	if err != nil {
		return err
	}
	if n == 0 {
		return errNoTemplate
	}
	ok, err := s.Templates.StopTemplate(tx, id)
	if err != nil {
		return err
	}
	if !ok {
		return errNoTemplate
	}
	_, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "round_stopped", Object: kernel.ID(tx.Tenant()), Public: map[string]any{"template": id}})
	return err
}

// Tick makes the duties of the day and marks those that were missed. It may run as often as one likes: what is done is done once.
func (s *Service) Tick(ctx context.Context, t kernel.Tenant, limit int) error {
	return errors.Join(s.Plan(ctx, t), s.missed(ctx, t, limit))
}

// Plan makes the duties of the day of the present instant.
func (s *Service) Plan(ctx context.Context, t kernel.Tenant) error {
	var missing []TemplateIn
	day := Day(s.Clock.Now())
	err := s.Store.View(ctx, t, func(tx kernel.Tx) error {
		all, err := s.inForce(tx, false)
		if err != nil || len(all) == 0 {
			return err
		}
		made, err := s.Templates.Planned(tx, dayKey(day))
		for _, x := range all {
			if !slices.Contains(made, planKey(x.Template.ID, x.Template.Version)) && !x.Template.Every.Shift {
				missing = append(missing, x)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	var faults []error
	for _, x := range missing {
		if err := s.Store.Update(ctx, t, func(tx kernel.Tx) error { return s.plan(tx, x, day) }); err != nil {
			faults = append(faults, fmt.Errorf("plan %s: %w", x.Template.ID, err))
		}
	}
	return errors.Join(faults...)
}

func planKey(id string, version int) string { return fmt.Sprintf("%s %d", id, version) }

func (s *Service) plan(tx kernel.Tx, x TemplateIn, day time.Time) error {
	t := x.Template
	ok, err := s.Templates.Plan(tx, t.ID, t.Version, dayKey(day))
	if err != nil || !ok {
		return err
	}
	var duties []*Duty
	if t.Every.Person {
		duties, err = s.visits(tx, t, day)
	} else {
		duties, err = s.turns(tx, t, x.Stored.Published, day)
	}
	if err != nil {
		return err
	}
	n, err := s.Duties.AddDuties(tx, duties)
	if err != nil || n == 0 {
		return err
	}
	_, err = s.Ledger.Append(tx, ledger.Entry{Actor: kernel.System(tx.Tenant()), Act: "round_planned", Object: kernel.ID(tx.Tenant()),
		Public: map[string]any{"template": t.ID, "version": t.Version, "day": dayKey(day), "duties": n}})
	return err
}

// turns makes the duties of a template whose turn has begun and can still be done. A turn that began before the template was
// published is left out: nobody could have known of it.
func (s *Service) turns(tx kernel.Tx, t *Template, published, day time.Time) ([]*Duty, error) {
	spots, err := s.spots(tx, t)
	if err != nil {
		return nil, err
	}
	unitOf, err := s.unitOf(tx, t)
	if err != nil {
		return nil, err
	}
	var out []*Duty
	for _, sp := range spots {
		begin, ok := t.Every.Turn(day, sp.ID)
		if !ok || begin.Before(Day(published)) {
			continue
		}
		due, miss := t.Times(begin)
		unit := unitOf(sp)
		if !miss.After(tx.Now()) || t.Who.Unit != "" && unit == "" {
			continue // over already, or a place that has no such unit: the list of pairs shows it
		}
		out = append(out, &Duty{ID: kernel.NewID(tx.Now()), Template: t.ID, Version: t.Version, Kind: t.Kind, Target: sp.ID, Period: dayKey(begin), Place: sp.ID, Path: sp.Path,
			Role: t.Who.Role, Post: t.Who.Post, Unit: unit, Confidential: t.Kind.Confidential(), From: begin, Due: due, Miss: miss, State: Open})
	}
	return out, nil
}

func (s *Service) spots(tx kernel.Tx, t *Template) ([]Spot, error) {
	below := kernel.Path(tx.Tenant() + "/")
	if t.Where.Below != "" {
		p, err := s.Ground.PlaceByCode(tx, t.Where.Below)
		if err != nil {
			return nil, err
		}
		below = p.Path
	}
	if len(t.Where.Kinds) > 0 {
		return s.Ground.Spots(tx, t.Where.Kinds, below)
	}
	var out []Spot
	for _, code := range t.Where.Places {
		p, err := s.Ground.PlaceByCode(tx, code)
		if kernel.Is(err, kernel.KindNotFound) {
			continue // it has ended since
		}
		if err != nil {
			return nil, err
		}
		out = append(out, Spot{ID: p.ID, Path: p.Path, Host: p.Host})
	}
	return out, nil
}

// unitOf gives how the unit of a place is found.
func (s *Service) unitOf(tx kernel.Tx, t *Template) (func(Spot) kernel.ID, error) {
	by := func(kind orgs.CoverKind) (func(Spot) kernel.ID, error) {
		leads, err := s.Ground.Leads(tx, kind)
		return func(sp Spot) kernel.ID { return leads[sp.ID] }, err
	}
	switch t.Who.Unit {
	case UnitPaired:
		return by(orgs.CoverPaired)
	case UnitProperty:
		return by(orgs.CoverProperty)
	case UnitHost:
		return func(sp Spot) kernel.ID { return sp.Host }, nil
	case UnitNamed:
		id, err := s.Ground.OrgNamed(tx, t.Who.Name)
		return func(Spot) kernel.ID { return id }, err
	default:
		return func(Spot) kernel.ID { return "" }, nil
	}
}

// missed marks the duties whose time is over, late time included. A care visit that was missed warns: somebody waits for it.
func (s *Service) missed(ctx context.Context, t kernel.Tenant, limit int) error {
	var due []*Duty
	err := s.Store.View(ctx, t, func(tx kernel.Tx) (err error) {
		due, err = s.Duties.Overdue(tx, limit)
		return err
	})
	if err != nil || len(due) == 0 {
		return err
	}
	return s.Store.Update(ctx, t, func(tx kernel.Tx) error {
		for _, d := range due {
			if err := s.miss(tx, d); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) miss(tx kernel.Tx, d *Duty) error {
	ok, err := s.Duties.SetState(tx, d.ID, Open, Missed)
	if err != nil || !ok {
		return err // somebody did it at the last moment
	}
	if _, err := s.Ledger.Append(tx, ledger.Entry{Actor: kernel.System(tx.Tenant()), Act: "round_missed", Object: d.ID,
		Public: map[string]any{"template": d.Template, "due": d.Due.UnixMilli()}}); err != nil {
		return err
	}
	if d.Kind != CareVisit {
		return nil
	}
	return s.Outbox.Put(tx, "notify", string(d.ID), map[string]any{"what": "visit_missed", "id": string(d.ID), "path": string(d.Path), "assignee": string(d.Assignee),
		"role": string(kernel.CommunityClerk), "due": d.Due.UnixMilli()})
}

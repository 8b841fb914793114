package rounds

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/vault"
)

// ShiftState is how a shift stands.
type ShiftState string

// The states of a shift.
const (
	ShiftPlanned ShiftState = "planned"
	ShiftOpen    ShiftState = "open"
	ShiftClosed  ShiftState = "closed"
)

// AllShiftStates lists the closed set.
var AllShiftStates = []ShiftState{ShiftPlanned, ShiftOpen, ShiftClosed}

// Shift is one crew's work of a day. It opens only when the check of every worker is complete and all right.
type Shift struct {
	ID        kernel.ID
	Template  string
	Version   int
	Name      string
	Place     kernel.ID
	PlaceName string
	Path      kernel.Path
	Unit      kernel.ID
	Day       string // 2026-11-23
	StartsAt  time.Time
	State     ShiftState
	OpenedAt  time.Time
	OpenedBy  kernel.ID
	ClosedAt  time.Time
	By        kernel.ID
	// Revision changes with every change of the crew.
	Revision int
	// Workers counts those who are to be checked, Ready those whose check is complete and all right.
	Workers, Ready int
}

// NewShift is a crew that is to begin.
type NewShift struct {
	Template string // the pre-shift check; the only one in force when left out
	Name     string
	Place    kernel.ID
	Unit     kernel.ID // of the actor's posts; the first when left out
	StartsAt time.Time
	Workers  []string
}

// ShiftQuery selects shifts or records.
type ShiftQuery struct {
	Path  kernel.Path
	Allow access.Scope
	Page  kernel.Page
}

// Shifts keeps shifts and the records of the programme.
type Shifts interface {
	PutShift(tx kernel.Tx, s *Shift) error
	Shift(tx kernel.Tx, id kernel.ID) (*Shift, error)
	ListShifts(tx kernel.Tx, q ShiftQuery) ([]*Shift, string, error)
	// TouchShift holds a planned shift against being opened in the same moment; false when it is not planned.
	TouchShift(tx kernel.Tx, id kernel.ID) (bool, error)
	// OpenShift opens a planned shift if its crew is still that of the revision, and the check of each is complete and all right;
	// else it reports false.
	OpenShift(tx kernel.Tx, s *Shift, by kernel.ID) (bool, error)
	// CloseShift closes an open shift; false when it is not open.
	CloseShift(tx kernel.Tx, id kernel.ID) (bool, error)
	PutRecord(tx kernel.Tx, r *Record) error
	Record(tx kernel.Tx, id kernel.ID) (*Record, error)
	ListRecords(tx kernel.Tx, q ShiftQuery) ([]*Record, string, error)
	Measures(tx kernel.Tx, q ShiftQuery) ([]MeasureCount, error)
}

// Bounds of a shift.
const (
	maxWorkers   = 200
	maxShiftName = 60
)

func workerField(t kernel.Tenant, duty kernel.ID) vault.Field {
	return vault.Field{Tenant: t, Table: "round_duty", ID: duty, Field: "subject"}
}

// Worker gives the masked name of the worker whom a duty checks; empty once it was erased.
func (s *Service) Worker(t kernel.Tenant, d *Duty) (string, error) {
	if d.Subject == "" {
		return "", nil
	}
	name, err := s.Sealer.OpenText(d.Subject, workerField(t, d.ID))
	return vault.MaskName(name), err
}

func (s *Shift) target(t kernel.Tenant) access.Target {
	return access.Target{Tenant: t, Path: s.Path, Unit: s.Unit}
}

var (
	errNoShift  = kernel.NotFound(kernel.T("没有这一班，或者您看不到它", "there is no such shift, or you may not see it"))
	errNotCrew  = kernel.Forbidden(kernel.T("这一班不归您的单位管", "this shift is not your unit's"))
	errNotReady = kernel.T("还有人没查完或不合格，不能开工", "somebody has not been checked yet, or is not ready: the shift cannot open")
)

// mayRun reports whether a shift is in the actor's hands: a post of the template's role, or the unit's dispatcher, at the unit.
func mayRun(actor kernel.Actor, t *Template, path kernel.Path, unit kernel.ID) bool {
	if !access.Decide(actor, access.RoundDo, access.Target{Tenant: actor.Tenant, Path: path}).Allow {
		return false
	}
	return slices.ContainsFunc(actor.Posts, func(p kernel.Post) bool {
		return (p.Role == t.Who.Role || p.Role == kernel.UnitDispatcher) && p.Path.Holds(path) && p.Org == unit
	})
}

// shiftTemplate gives the pre-shift check that is meant.
func (s *Service) shiftTemplate(tx kernel.Tx, id string) (TemplateIn, error) {
	l, err := s.inForce(tx, false)
	if err != nil {
		return TemplateIn{}, err
	}
	for _, x := range l {
		if x.Template.Kind == PreShiftCheck && (id == "" || x.Template.ID == id) {
			return x, nil
		}
	}
	return TemplateIn{}, kernel.Invalid("template", kernel.T("本区还没有班前自检的模板，请先发布一个", "the district has no template of pre-shift checks yet; publish one first"))
}

// PlanShift writes down a crew, with one check for each worker, in the caller's unit of work.
func (s *Service) PlanShift(tx kernel.Tx, actor kernel.Actor, in NewShift) (*Shift, error) {
	x, err := s.shiftTemplate(tx, in.Template)
	if err != nil {
		return nil, err
	}
	place, err := s.Ground.Place(tx, in.Place)
	if err != nil {
		return nil, kernel.Invalid("place", kernel.T("没有这个地方，请从列表里选", "there is no such place; choose one from the list"))
	}
	if in.Unit == "" {
		for _, p := range actor.Posts {
			if in.Unit == "" && mayRun(actor, x.Template, place.Path, p.Org) {
				in.Unit = p.Org
			}
		}
	}
	if in.Unit == "" || !mayRun(actor, x.Template, place.Path, in.Unit) {
		return nil, errNotCrew
	}
	in.Name = strings.TrimSpace(in.Name)
	if n := utf8.RuneCountInString(in.Name); n == 0 || n > maxShiftName {
		return nil, kernel.Invalid("name", kernel.T("请给这一班起个名，最多 60 字", "give the shift a name, 60 characters at most"))
	}
	if in.StartsAt.IsZero() || in.StartsAt.Before(tx.Now().Add(-12*time.Hour)) || in.StartsAt.After(tx.Now().AddDate(0, 0, 14)) {
		return nil, kernel.Invalid("starts_at", kernel.T("开工时间要在今天到两周以内", "the shift begins today or within two weeks"))
	}
	sh := &Shift{ID: kernel.NewID(tx.Now()), Template: x.Template.ID, Version: x.Template.Version, Name: in.Name, Place: place.ID, PlaceName: place.Name, Path: place.Path, Unit: in.Unit,
		Day: dayKey(in.StartsAt), StartsAt: in.StartsAt.UTC(), State: ShiftPlanned, By: actor.Account}
	if err := s.Shifts.PutShift(tx, sh); err != nil {
		return nil, err
	}
	if err := s.crew(tx, x.Template, sh, in.Workers, 0); err != nil {
		return nil, err
	}
	sh.Workers = len(in.Workers)
	_, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "shift_planned", Object: sh.ID, Public: map[string]any{"template": sh.Template, "version": sh.Version, "place": string(sh.Place),
		"unit": string(sh.Unit), "starts": sh.StartsAt.UnixMilli(), "workers": len(in.Workers)}})
	return sh, err
}

// crew makes the checks of workers; n are there already.
func (s *Service) crew(tx kernel.Tx, t *Template, sh *Shift, names []string, n int) error {
	if len(names) == 0 || n+len(names) > maxWorkers {
		return kernel.Invalid("workers", kernel.T(fmt.Sprintf("一班要有 1 到 %d 人", maxWorkers), fmt.Sprintf("a shift has 1 to %d workers", maxWorkers)))
	}
	begin := Day(sh.StartsAt)
	due, miss := t.Times(begin)
	duties := make([]*Duty, len(names))
	for i, name := range names {
		field := fmt.Sprintf("workers[%d]", i)
		name = strings.TrimSpace(name)
		if c := utf8.RuneCountInString(name); c == 0 || c > maxName {
			return kernel.Invalid(field, kernel.T("请填姓名，最多 60 字", "fill in a name, 60 characters at most"))
		}
		if slices.ContainsFunc(names[:i], func(o string) bool { return strings.TrimSpace(o) == name }) {
			return kernel.Invalid(field, kernel.T("「"+name+"」写了两次；同名的请加个记号", "\""+name+"\" is there twice; mark people of the same name"))
		}
		d := &Duty{ID: kernel.NewID(tx.Now()), Template: t.ID, Version: t.Version, Kind: t.Kind, Period: sh.Day, Place: sh.Place, Path: sh.Path, Role: t.Who.Role, Unit: sh.Unit,
			Shift: sh.ID, From: Day(tx.Now()), Due: due, Miss: miss, State: Open}
		d.Target = d.ID // each worker of each shift is a target of their own
		var err error
		if d.Subject, err = s.Sealer.SealText(name, workerField(tx.Tenant(), d.ID)); err != nil {
			return kernel.Internal("seal name", err)
		}
		duties[i] = d
	}
	_, err := s.Duties.AddDuties(tx, duties)
	return err
}

// running gives a shift that is in the actor's hands.
func (s *Service) running(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Shift, *Template, error) {
	sh, err := s.Shifts.Shift(tx, id)
	if err != nil {
		return nil, nil, err
	}
	t, err := s.template(tx, sh.Template, sh.Version)
	if err != nil {
		return nil, nil, err
	}
	if !mayRun(actor, t, sh.Path, sh.Unit) {
		if Sight(actor).Match(sh.target(tx.Tenant())) {
			return nil, nil, errNotCrew
		}
		return nil, nil, errNoShift
	}
	return sh, t, nil
}

// touch keeps a planned shift planned until the unit of work ends.
func (s *Service) touch(tx kernel.Tx, id kernel.ID) error {
	ok, err := s.Shifts.TouchShift(tx, id)
	if err == nil && !ok {
		err = kernel.Conflict(kernel.T("这一班已经开工或收工，人员不能再改", "the shift is open or closed already; its crew can no longer be changed"))
	}
	return err
}

// AddWorkers adds workers to a shift that has not opened.
func (s *Service) AddWorkers(tx kernel.Tx, actor kernel.Actor, id kernel.ID, names []string) error {
	sh, t, err := s.running(tx, actor, id)
	if err != nil {
		return err
	}
	if err := s.touch(tx, id); err != nil {
		return err
	}
	if err := s.crew(tx, t, sh, names, sh.Workers); err != nil {
		return err
	}
	_, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "shift_joined", Object: id, Public: map[string]any{"workers": len(names)}})
	return err
}

// StandDown takes a worker out of a shift that has not opened: not fit for it today, or not come. No reason is asked.
func (s *Service) StandDown(tx kernel.Tx, actor kernel.Actor, id, duty kernel.ID) error {
	d, err := s.worker(tx, actor, id, duty)
	if err != nil {
		return err
	}
	return s.leave(tx, actor, d, "shift_left")
}

// Recheck lets a worker whose check was not all right be checked anew.
func (s *Service) Recheck(tx kernel.Tx, actor kernel.Actor, id, duty kernel.ID) error {
	d, err := s.worker(tx, actor, id, duty)
	if err != nil {
		return err
	}
	if d.State != Done || d.Passed {
		return kernel.Conflict(kernel.T("只有查过而不合格的才再查一次", "only a check that was made and was not all right is made again"))
	}
	name, err := s.Sealer.OpenText(d.Subject, workerField(tx.Tenant(), d.ID))
	if err != nil {
		return kernel.Internal("open name", err)
	}
	sh, err := s.Shifts.Shift(tx, id)
	if err != nil {
		return err
	}
	t, err := s.template(tx, sh.Template, sh.Version)
	if err != nil {
		return err
	}
	if err := s.leave(tx, actor, d, "shift_rechecked"); err != nil {
		return err
	}
	return s.crew(tx, t, sh, []string{name}, 0)
}

// worker gives the check of a worker of a planned shift in the actor's hands.
func (s *Service) worker(tx kernel.Tx, actor kernel.Actor, id, duty kernel.ID) (*Duty, error) {
	if _, _, err := s.running(tx, actor, id); err != nil {
		return nil, err
	}
	if err := s.touch(tx, id); err != nil {
		return nil, err
	}
	d, err := s.Duties.Duty(tx, duty)
	if err != nil {
		return nil, err
	}
	if d.Shift != id || d.State == Ended {
		return nil, errNoDuty
	}
	return d, nil
}

func (s *Service) leave(tx kernel.Tx, actor kernel.Actor, d *Duty, act string) error {
	ok, err := s.Duties.SetState(tx, d.ID, d.State, Ended)
	if err != nil {
		return err
	}
	if !ok {
		return errDone
	}
	_, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: act, Object: d.Shift, Public: map[string]any{"duty": string(d.ID)}})
	return err
}

// OpenShift opens a shift when the check of each worker is complete and all right; else it says how many are not ready.
func (s *Service) OpenShift(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Shift, error) {
	sh, _, err := s.running(tx, actor, id)
	if err != nil {
		return nil, err
	}
	if sh.State != ShiftPlanned {
		return nil, kernel.Conflict(kernel.T("这一班已经开过工了", "the shift was opened already"))
	}
	ok, err := s.Shifts.OpenShift(tx, sh, actor.Account)
	if err != nil {
		return nil, err
	}
	n := sh.Workers - sh.Ready
	if !ok && n == 0 && sh.Workers > 0 {
		return nil, kernel.Conflict(kernel.T("人员刚刚有变动，请刷新后再看", "the crew has just changed; reload and look again"))
	}
	if !ok {
		return nil, kernel.Invalid("workers", kernel.T(fmt.Sprintf("%s：%d 人里还有 %d 人", errNotReady.Zh, sh.Workers, n), fmt.Sprintf("%s (%d of %d)", errNotReady.En, n, sh.Workers)))
	}
	if _, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "shift_opened", Object: id, Public: map[string]any{"workers": sh.Workers}}); err != nil {
		return nil, err
	}
	return s.Shifts.Shift(tx, id)
}

// CloseShift closes an open shift.
func (s *Service) CloseShift(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Shift, error) {
	if _, _, err := s.running(tx, actor, id); err != nil {
		return nil, err
	}
	ok, err := s.Shifts.CloseShift(tx, id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, kernel.Conflict(kernel.T("这一班没有开工，或者已经收工", "the shift is not open, or was closed already"))
	}
	if _, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "shift_closed", Object: id}); err != nil {
		return nil, err
	}
	return s.Shifts.Shift(tx, id)
}

// ShiftDetail is a shift with the checks of its workers.
type ShiftDetail struct {
	Shift  *Shift
	Checks []*Duty
	Names  []string // masked, beside Checks
	Mine   bool     // in the reader's hands
}

// GetShift gives a shift that the actor may see.
func (s *Service) GetShift(ctx context.Context, actor kernel.Actor, id kernel.ID) (*ShiftDetail, error) {
	out := &ShiftDetail{}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) (err error) {
		if out.Shift, err = s.Shifts.Shift(tx, id); err != nil {
			return err
		}
		if !Sight(actor).Match(out.Shift.target(tx.Tenant())) {
			return errNoShift
		}
		t, err := s.template(tx, out.Shift.Template, out.Shift.Version)
		if err != nil {
			return err
		}
		out.Mine = mayRun(actor, t, out.Shift.Path, out.Shift.Unit)
		all, _, err := s.Duties.ListDuties(tx, DutyQuery{Shift: id, Now: tx.Now(), Allow: Sight(actor), Page: kernel.Page{Limit: 2 * maxWorkers}})
		if err != nil {
			return err
		}
		for _, d := range all {
			if d.State == Ended {
				continue
			}
			name, err := s.Worker(tx.Tenant(), d)
			if err != nil {
				return err
			}
			out.Checks, out.Names = append(out.Checks, d), append(out.Names, name)
		}
		return nil
	})
	return out, err
}

// ListShifts lists shifts that the actor may see, the newest first.
func (s *Service) ListShifts(ctx context.Context, actor kernel.Actor, place kernel.ID, p kernel.Page) (l []*Shift, next string, err error) {
	q := ShiftQuery{Allow: Sight(actor), Page: p}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		if q.Path, err = s.under(tx, place); err != nil {
			return err
		}
		l, next, err = s.Shifts.ListShifts(tx, q)
		return err
	})
	return l, next, err
}

package cases

import (
	"context"
	"errors"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/workflow"
)

// Tick looks at the cases whose clocks ask for something: it warns, escalates, and takes the actions that the flow lets the
// program take by itself. It tells how many it looked at. A case that somebody moves at the same moment is left to the next
// tick.
func (s *Service) Tick(ctx context.Context, t kernel.Tenant, limit int) (int, error) {
	set, err := s.Setups.Of(ctx, t)
	if err != nil {
		return 0, err
	}
	var due []kernel.ID
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		due, err = s.Cases.Due(tx, tx.Now(), limit)
		return err
	})
	if err != nil {
		return 0, err
	}
	var faults []error
	for _, id := range due {
		err := s.Store.Update(ctx, t, func(tx kernel.Tx) error { return s.tick(tx, set, id) })
		if err != nil && !kernel.Is(err, kernel.KindConflict) {
			faults = append(faults, err)
		}
	}
	return len(due), errors.Join(faults...)
}

func (s *Service) tick(tx kernel.Tx, set *Setup, id kernel.ID) error {
	c, err := s.Cases.Get(tx, id)
	if err != nil || c.Ended != "" || c.TickAt.IsZero() || c.TickAt.After(tx.Now()) {
		return err
	}
	f, err := set.Flow(c.Flow, c.FlowVersion)
	if err != nil {
		return err
	}
	if ok, err := s.Tending.ClaimTick(tx, c); err != nil || !ok {
		return err // another process is at it, or somebody acts
	}
	for i := range f.Flow.Actions {
		a := &f.Flow.Actions[i]
		if a.Auto == "" || !over(c.Clocks, a.Auto, tx.Now()) {
			continue
		}
		if _, err := f.Flow.Resolve(c.Step, c.PrevStep, a.ID); err == nil {
			_, err := s.act(tx, set, kernel.System(tx.Tenant()), c, a.ID, nil)
			return err
		}
	}
	for _, def := range f.Flow.Clocks {
		for i := range c.Clocks {
			st := &c.Clocks[i]
			if st.ID != def.ID || !st.Running() || st.Paused() {
				continue
			}
			if err := s.warn(tx, set, c, def, st); err != nil {
				return err
			}
		}
	}
	c.TickAt = workflow.Wake(f.Flow, c.Clocks, set.Calendar, set.Office)
	// The version stays: a warning does not make anybody's open form stale.
	ok, err := s.Cases.Update(tx, c, c.Version)
	if err == nil && !ok {
		return errStale
	}
	return err
}

func over(states []workflow.ClockState, id string, now time.Time) bool {
	for i := range states {
		if s := &states[i]; s.ID == id {
			return s.Running() && !s.Paused() && !now.Before(s.DueAt)
		}
	}
	return false
}

// warn tells the holder that the time runs out, and whom the flow names that it is over: once each run of the clock.
func (s *Service) warn(tx kernel.Tx, set *Setup, c *Case, def workflow.Clock, st *workflow.ClockState) error {
	var act string
	switch {
	case !tx.Now().Before(st.DueAt) && !st.Escalated:
		st.Warned, st.Escalated, act = true, true, "overdue"
	case !st.Warned && def.WarnAt > 0 && !tx.Now().Before(workflow.WarnTime(def, *st, set.Calendar, set.Office)):
		st.Warned, act = true, "warn"
	default:
		return nil
	}
	if _, err := s.Ledger.Append(tx, ledger.Entry{Actor: kernel.System(tx.Tenant()), Act: act, Object: c.ID, Version: c.Version,
		Public: map[string]any{"clock": def.ID, "due": st.DueAt.UnixMilli()}}); err != nil {
		return err
	}
	return s.Outbox.Put(tx, "notify", string(c.ID), map[string]any{"what": act, "id": string(c.ID), "number": c.Number, "clock": def.ID, "step": c.Step,
		"path": string(c.Path), "unit": string(c.Unit), "assignee": string(c.Assignee), "role": string(def.Escalate), "due": st.DueAt.UnixMilli()})
}

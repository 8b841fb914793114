package workflow

import (
	"slices"
	"strings"
	"time"
)

// ClockState is one clock of one case, stored as JSON in the case's row. Instants are UTC; a zero instant has not come.
type ClockState struct {
	ID        string    `json:"id"`
	StartedAt time.Time `json:"s"`
	DueAt     time.Time `json:"d"`
	StoppedAt time.Time `json:"x,omitzero"`
	PausedAt  time.Time `json:"p,omitzero"` // set while the clock stands still
	// Limit is the promise as it was given at the start; a later change of the flow or the menu item does not touch it.
	Limit Limit `json:"l"`
	// Pauses are the spans in which the clock stood still since its start, and PausedFor their sum in plain time.
	Pauses    []Pause       `json:"ps,omitempty"`
	PausedFor time.Duration `json:"pf,omitempty"`
	// Provisional says that DueAt rests on a year whose calendar is not published yet.
	Provisional bool `json:"pv,omitempty"`
	// Warned and Escalated are set by whoever tells people, once each run of the clock.
	Warned    bool `json:"w,omitempty"`
	Escalated bool `json:"e,omitempty"`
	// OnTime is whether the promise was kept; nil while the clock runs, and when it was voided before it was due.
	OnTime *bool `json:"ok,omitempty"`
	// Kept and Missed count the earlier runs of the clock in this case, so that starting anew erases no broken promise.
	Kept   int `json:"k,omitempty"`
	Missed int `json:"m,omitempty"`
}

// Pause is a span [From, To) in which a clock stood still.
type Pause struct {
	From time.Time `json:"f"`
	To   time.Time `json:"t"`
}

// Running reports whether the clock was started and not stopped; a paused clock is running.
func (s *ClockState) Running() bool { return !s.StartedAt.IsZero() && s.StoppedAt.IsZero() }

// Paused reports whether the clock stands still.
func (s *ClockState) Paused() bool { return s.Running() && !s.PausedAt.IsZero() }

// Overdue reports whether the promise is broken at the instant now: over while it runs, or stopped too late. A paused
// clock is overdue only if it was so when the pause began.
func (s *ClockState) Overdue(now time.Time) bool {
	switch {
	case s.OnTime != nil:
		return !*s.OnTime
	case !s.Running():
		return false
	case s.Paused():
		return s.PausedAt.After(s.DueAt)
	}
	return now.After(s.DueAt)
}

// LimitContext is what a case brings to the limits of its clocks.
type LimitContext struct {
	// Urgent makes clocks with an Urgent limit run by it; it stands before the menu item's own limit.
	Urgent bool
	// Item is the menu item's own limit, or nil.
	Item *Limit
}

// For gives the limit that a clock of the case begins with.
func (ctx LimitContext) For(c Clock) Limit {
	switch {
	case ctx.Urgent && c.Urgent.N > 0:
		return c.Urgent
	case c.Item && ctx.Item != nil && ctx.Item.N > 0:
		return *ctx.Item
	}
	return c.Limit
}

// Names reports whether a list of a clock ("rate", "rate.unsolved") holds the event: an action id, or an outcome.
func names(list []string, event string) bool {
	id, _, _ := strings.Cut(event, ".")
	return slices.Contains(list, event) || slices.Contains(list, id)
}

// Apply gives the clocks of a case after an action (or an outcome such as "rate.unsolved", see Outcome.Event) at the
// instant at. Nothing else changes a clock: no edit, no comment that the flow does not name, no later change of a limit.
// Of one clock an action first stops or voids, then pauses or resumes, then starts. The states given are not changed.
func Apply(flow *Flow, states []ClockState, action string, at time.Time, ctx LimitContext, cal *Calendar, office OfficeHours) []ClockState {
	at = at.UTC()
	out := slices.Clone(states)
	for _, c := range flow.Clocks {
		i := slices.IndexFunc(out, func(s ClockState) bool { return s.ID == c.ID })
		starts := names(c.Starts, action) || names(c.Restarts, action)
		if i < 0 {
			if !starts {
				continue
			}
			out = append(out, ClockState{ID: c.ID})
			i = len(out) - 1
		}
		s := &out[i]
		s.Pauses = slices.Clone(s.Pauses)
		if s.Running() {
			switch {
			case names(c.Stops, action):
				s.stop(at, cal, office, false)
			case names(c.Voids, action), names(c.Restarts, action):
				s.stop(at, cal, office, true)
			case names(c.Pauses, action) && !s.Paused():
				s.PausedAt = at
			case names(c.Resumes, action) && s.Paused():
				s.resume(at, cal, office)
			}
		}
		if starts && !s.Running() {
			s.start(at, ctx.For(c), cal, office)
		}
	}
	return out
}

func (s *ClockState) start(at time.Time, limit Limit, cal *Calendar, office OfficeHours) {
	n := ClockState{ID: s.ID, StartedAt: at, Limit: limit, Kept: s.Kept, Missed: s.Missed}
	if s.OnTime != nil && *s.OnTime {
		n.Kept++
	} else if s.OnTime != nil {
		n.Missed++
	}
	n.DueAt, n.Provisional = cal.Due(at, limit, office)
	*s = n
}

func (s *ClockState) stop(at time.Time, cal *Calendar, office OfficeHours, void bool) {
	if s.Paused() {
		s.resume(at, cal, office)
	}
	s.StoppedAt = at
	if onTime := !at.After(s.DueAt); !onTime || !void {
		s.OnTime = &onTime
	}
}

func (s *ClockState) resume(at time.Time, cal *Calendar, office OfficeHours) {
	p := Pause{From: s.PausedAt, To: at}
	provisional := s.Provisional
	s.DueAt, s.Provisional = cal.Shift(s.DueAt, p.From, p.To, s.Limit, office)
	s.Provisional = s.Provisional || provisional
	s.Pauses, s.PausedFor, s.PausedAt = append(s.Pauses, p), s.PausedFor+p.To.Sub(p.From), time.Time{}
}

// Settle computes the due time of a running provisional clock anew, from its start and its pauses, for the day on which
// a year's calendar arrives. Any other clock is given back as it is.
func Settle(s ClockState, cal *Calendar, office OfficeHours) ClockState {
	if !s.Provisional || !s.Running() {
		return s
	}
	s.DueAt, s.Provisional = cal.Due(s.StartedAt, s.Limit, office)
	for _, p := range s.Pauses {
		due, provisional := cal.Shift(s.DueAt, p.From, p.To, s.Limit, office)
		s.DueAt, s.Provisional = due, s.Provisional || provisional
	}
	return s
}

// NextDue gives the running, not paused clock that is due first; an empty id when there is none.
func NextDue(states []ClockState) (id string, at time.Time) {
	for i := range states {
		if s := &states[i]; s.Running() && !s.Paused() && (id == "" || s.DueAt.Before(at)) {
			id, at = s.ID, s.DueAt
		}
	}
	return id, at
}

// StepDue gives the clock that a step shows and its due time: the step's own while it runs, else NextDue.
func StepDue(step Step, states []ClockState) (id string, at time.Time) {
	for i := range states {
		if s := &states[i]; step.Clock != "" && s.ID == step.Clock && s.Running() && !s.Paused() {
			return s.ID, s.DueAt
		}
	}
	return NextDue(states)
}

// WarnTime gives the instant at which the holder is warned that the clock c, in the state s, runs out: when the share
// WarnAt of its whole time, in the limit's own sense, is used. Zero when it never warns, is paused or stopped.
func WarnTime(c Clock, s ClockState, cal *Calendar, office OfficeHours) time.Time {
	if c.WarnAt <= 0 || !s.Running() || s.Paused() {
		return time.Time{}
	}
	first, _ := cal.Due(s.StartedAt, s.Limit, office)
	whole := cal.Elapsed(s.StartedAt, first, s.Limit, office)
	left := time.Duration((1 - c.WarnAt) * float64(whole)).Truncate(time.Second)
	return cal.before(s.DueAt, left, s.Limit, office)
}

// Wake gives the next instant at which some clock of the case asks for something that has not been done: a warning not
// given, a due time not escalated. Zero when there is none.
func Wake(flow *Flow, states []ClockState, cal *Calendar, office OfficeHours) (at time.Time) {
	for _, c := range flow.Clocks {
		for _, s := range states {
			if s.ID != c.ID || !s.Running() || s.Paused() {
				continue
			}
			next := s.DueAt
			if w := WarnTime(c, s, cal, office); !s.Warned && !w.IsZero() {
				next = w
			} else if s.Escalated {
				continue
			}
			if at.IsZero() || next.Before(at) {
				at = next
			}
		}
	}
	return at
}

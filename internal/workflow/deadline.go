package workflow

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sanzhi/internal/kernel"
)

// OfficeHours are the spans of a working day in which the office is open, in order and apart from each other. The zero
// value is 09:00–12:00 and 14:00–18:00.
type OfficeHours struct {
	spans []span
}

// span is [from, to) after midnight.
type span struct{ from, to time.Duration }

var defaultSpans = []span{{9 * time.Hour, 12 * time.Hour}, {14 * time.Hour, 18 * time.Hour}}

// ParseOfficeHours reads spans such as "09:00-12:00,14:00-18:00", at most eight. "24:00" may stand at the very end.
func ParseOfficeHours(s string) (OfficeHours, error) {
	bad := func() (OfficeHours, error) {
		return OfficeHours{}, kernel.Invalid("officeHours", kernel.T("上班时间应写成 09:00-12:00,14:00-18:00，先后排好，不要重叠",
			"office hours are written as 09:00-12:00,14:00-18:00, in order and without overlap"))
	}
	var o OfficeHours
	for _, part := range strings.Split(s, ",") {
		from, to, ok := strings.Cut(strings.TrimSpace(part), "-")
		f, okF := clockTime(from)
		t, okT := clockTime(to)
		if !ok || !okF || !okT || f >= t || len(o.spans) == 8 {
			return bad()
		}
		if n := len(o.spans); n > 0 && f < o.spans[n-1].to {
			return bad()
		}
		o.spans = append(o.spans, span{f, t})
	}
	return o, nil
}

// clockTime reads HH:MM up to 24:00.
func clockTime(s string) (time.Duration, bool) {
	s = strings.TrimSpace(s)
	if s == "24:00" {
		return 24 * time.Hour, true
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != 5 {
		return 0, false
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, true
}

// String writes the hours as ParseOfficeHours reads them.
func (o OfficeHours) String() string {
	var parts []string
	for _, s := range o.list() {
		parts = append(parts, fmt.Sprintf("%02d:%02d-%02d:%02d", int(s.from.Hours()), int(s.from.Minutes())%60, int(s.to.Hours()), int(s.to.Minutes())%60))
	}
	return strings.Join(parts, ",")
}

func (o OfficeHours) list() []span {
	if len(o.spans) == 0 {
		return defaultSpans
	}
	return o.spans
}

// closing is when the office closes for the day.
func (o OfficeHours) closing() time.Duration { l := o.list(); return l[len(l)-1].to }

// perDay is the office time of one working day.
func (o OfficeHours) perDay() (sum time.Duration) {
	for _, s := range o.list() {
		sum += s.to - s.from
	}
	return sum
}

// within is the office time of one working day that lies in [from, to) after midnight.
func (o OfficeHours) within(from, to time.Duration) (sum time.Duration) {
	for _, s := range o.list() {
		if a, b := max(s.from, from), min(s.to, to); a < b {
			sum += b - a
		}
	}
	return sum
}

// close gives the close of office on a day. A close at 24:00 is the day's last millisecond, so that it never falls on
// the next day.
func (o OfficeHours) close(d day) time.Time {
	if o.closing() == 24*time.Hour {
		return d.end()
	}
	return d.at(o.closing())
}

// OfficeTime is the office time on working days in [from, to); zero when to is not after from.
func (c *Calendar) OfficeTime(from, to time.Time, office OfficeHours) (sum time.Duration) {
	for d := dayOf(from); d <= dayOf(to); d++ {
		if c.works(d) {
			sum += office.within(max(0, from.Sub(d.at(0))), min(24*time.Hour, to.Sub(d.at(0))))
		}
	}
	return sum
}

// Workdays counts the working days after the day of from, up to and with the day of to (Shanghai).
func (c *Calendar) Workdays(from, to time.Time) (n int) {
	for d := dayOf(from) + 1; d <= dayOf(to); d++ {
		if c.works(d) {
			n++
		}
	}
	return n
}

// Due gives the instant (UTC) at which a limit that begins at start runs out; an act at that instant is still in time.
//
//   - 紧急工作时 urgent_hours: N hours that never stop.
//   - 工作时 working_hours: N hours of office time on working days; the earliest instant at which they are used up, so
//     that the end of a morning is 12:00 and not 14:00.
//   - 工作日 working_days: close of office on the Nth working day after the day of the start, which does not count.
//   - 自然日 natural_days: 23:59:59.999 of the Nth day after the day of the start.
//
// It is provisional when it rests on a day whose year's calendar is not published yet.
func (c *Calendar) Due(start time.Time, limit Limit, office OfficeHours) (due time.Time, provisional bool) {
	switch limit.Unit {
	case UrgentHours:
		return start.Add(time.Duration(limit.N) * time.Hour).UTC(), false
	case WorkingHours:
		due = c.addOffice(start, time.Duration(limit.N)*time.Hour, office)
	case WorkingDays:
		due = office.close(c.nthWorkday(dayOf(start), limit.N))
	default:
		return (dayOf(start) + day(limit.N)).end().UTC(), false
	}
	return due.UTC(), c.provisional(dayOf(start), dayOf(due))
}

// addOffice gives the earliest instant at which d of office time has passed since t.
func (c *Calendar) addOffice(t time.Time, d time.Duration, office OfficeHours) time.Time {
	for today := dayOf(t); ; today++ {
		if !c.works(today) {
			continue
		}
		now := max(0, t.Sub(today.at(0)))
		for _, s := range office.list() {
			from := max(s.from, now)
			if from >= s.to {
				continue
			}
			if open := s.to - from; d > open {
				d -= open
				continue
			}
			if at := from + d; at < 24*time.Hour {
				return today.at(at)
			}
			return today.end()
		}
	}
}

// nthWorkday gives the nth working day after d, n ≥ 1.
func (c *Calendar) nthWorkday(d day, n int) day {
	for n > 0 {
		d++
		if c.works(d) {
			n--
		}
	}
	return d
}

// Shift gives the due time of a limit that stood still in [pausedFrom, pausedTo), so that what was left is kept:
//
//   - hours: the hours left at the pause (office time, or hours that never stop) run from the resumption on;
//   - days: the due day moves on by the number of days paused. A working day counts as paused when the clock stood still
//     for at least half of its office time, a natural day when for at least twelve hours, so that a pause over night
//     gains nothing. It never ends before the close of the first (working) day on which there is time left to act.
//
// A limit that was over when the pause began stays over: its due time does not move.
func (c *Calendar) Shift(due, pausedFrom, pausedTo time.Time, limit Limit, office OfficeHours) (newDue time.Time, provisional bool) {
	if !pausedTo.After(pausedFrom) || pausedFrom.After(due) {
		return due.UTC(), limit.working() && c.provisional(dayOf(pausedFrom), dayOf(due))
	}
	switch limit.Unit {
	case UrgentHours:
		return due.Add(pausedTo.Sub(pausedFrom)).UTC(), false
	case WorkingHours:
		newDue = due
		if left := c.OfficeTime(pausedFrom, due, office); left > 0 {
			newDue = c.addOffice(pausedTo, left, office)
		}
	case WorkingDays:
		paused := c.pausedDays(pausedFrom, pausedTo, func(d day) bool {
			return c.works(d) && 2*c.pausedOn(d, pausedFrom, pausedTo, office) >= office.perDay()
		})
		newDue = office.close(c.nthWorkday(dayOf(due), paused))
		for d := dayOf(pausedTo); newDue.Before(pausedTo); d++ {
			if c.works(d) {
				newDue = office.close(d)
			}
		}
	default:
		paused := c.pausedDays(pausedFrom, pausedTo, func(d day) bool {
			return 2*(min(24*time.Hour, pausedTo.Sub(d.at(0)))-max(0, pausedFrom.Sub(d.at(0)))) >= 24*time.Hour
		})
		newDue = (dayOf(due) + day(paused)).end()
		if newDue.Before(pausedTo) {
			newDue = dayOf(pausedTo).end()
		}
		return newDue.UTC(), false
	}
	return newDue.UTC(), c.provisional(dayOf(pausedFrom), dayOf(newDue))
}

func (c *Calendar) pausedDays(from, to time.Time, counts func(day) bool) (n int) {
	for d := dayOf(from); d <= dayOf(to); d++ {
		if counts(d) {
			n++
		}
	}
	return n
}

func (c *Calendar) pausedOn(d day, from, to time.Time, office OfficeHours) time.Duration {
	return office.within(max(0, from.Sub(d.at(0))), min(24*time.Hour, to.Sub(d.at(0))))
}

func (l Limit) working() bool { return l.Unit == WorkingHours || l.Unit == WorkingDays }

// Remaining is how much of a limit is left at the instant at, in the limit's own sense of time: office time on working
// days for 工作时 and 工作日, plain time for 紧急工作时 and 自然日. Zero when it is over.
func (c *Calendar) Remaining(at, due time.Time, limit Limit, office OfficeHours) time.Duration {
	if !limit.working() {
		return max(0, due.Sub(at))
	}
	return c.OfficeTime(at, due, office)
}

// Elapsed is how much time, in the limit's own sense, has passed between start and at; pauses are the caller's to take off.
func (c *Calendar) Elapsed(start, at time.Time, limit Limit, office OfficeHours) time.Duration {
	return c.Remaining(start, at, limit, office)
}

// before gives the latest instant at which d, in the limit's own sense of time, is still left until due.
func (c *Calendar) before(due time.Time, d time.Duration, limit Limit, office OfficeHours) time.Time {
	if !limit.working() {
		return due.Add(-d).UTC()
	}
	for today := dayOf(due); d > 0; today-- {
		if !c.works(today) {
			continue
		}
		now := min(24*time.Hour, due.Sub(today.at(0)))
		for _, s := range slices.Backward(office.list()) {
			to := min(s.to, now)
			if to <= s.from {
				continue
			}
			if open := to - s.from; d > open {
				d -= open
				continue
			}
			return today.at(to - d).UTC()
		}
	}
	return due.UTC()
}

// MaxLimit bounds the number of a limit, whatever its unit.
const MaxLimit = 2000

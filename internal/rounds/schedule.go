package rounds

import (
	"hash/fnv"
	"slices"
	"time"

	"sanzhi/internal/kernel"
)

// Day gives the first instant of the calendar day (Asia/Shanghai) of an instant.
func Day(t time.Time) time.Time {
	y, m, d := t.In(kernel.Shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, kernel.Shanghai)
}

// epoch is the Monday from which days and weeks of intervals are counted, so that a new version of a template keeps the rhythm.
var epoch = time.Date(2020, 1, 6, 0, 0, 0, 0, kernel.Shanghai)

func dayNumber(day time.Time) int { return int(day.Sub(epoch) / (24 * time.Hour)) }

var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// Turn gives the first day of the turn that a target is in on a day: the latest day up to then on which one begins. It is not
// ok for templates that are not kept by the calendar, or when none has begun yet. target spreads what is staggered.
func (e Every) Turn(day time.Time, target kernel.ID) (begin time.Time, ok bool) {
	n := dayNumber(Day(day))
	switch {
	case e.Days > 0:
		back := mod(n-e.offset(target, e.Days), e.Days)
		return epoch.AddDate(0, 0, n-back), true
	case e.Weeks > 0:
		for back := range 7*e.Weeks + 7 {
			at := n - back
			week := (at - mod(at, 7)) / 7
			if mod(week-e.offset(target, e.Weeks), e.Weeks) == 0 && slices.Contains(e.On, weekdays[mod(at, 7)]) {
				return epoch.AddDate(0, 0, at), true
			}
		}
	}
	return time.Time{}, false
}

func mod(a, n int) int { return (a%n + n) % n }

func (e Every) offset(target kernel.ID, n int) int {
	if !e.Stagger || n < 2 {
		return 0
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(target)) // never fails
	return int(h.Sum32() % uint32(n))
}

// TurnOf gives the first day of the turn of somebody who is visited every so many days since an agreement.
func TurnOf(day, agreed time.Time, every int) time.Time {
	first := Day(agreed)
	gone := int(Day(day).Sub(first) / (24 * time.Hour))
	return first.AddDate(0, 0, gone-mod(gone, max(every, 1)))
}

// Times gives when a duty whose turn begins on a day is due, and when it is missed.
func (t *Template) Times(begin time.Time) (due, miss time.Time) {
	due = begin.AddDate(0, 0, t.Within).Add(-time.Millisecond)
	return due, due.AddDate(0, 0, t.Grace)
}

// Length is the shortest number of days between two turns, 0 when it is not fixed.
func (e Every) Length() int {
	switch {
	case e.Days > 0:
		return e.Days
	case e.Weeks > 0:
		var at []int
		for i, d := range weekdays {
			if slices.Contains(e.On, d) {
				at = append(at, i)
			}
		}
		if len(at) == 0 {
			return 0
		}
		least := 7*e.Weeks - at[len(at)-1] + at[0]
		for i := 1; i < len(at); i++ {
			least = min(least, at[i]-at[i-1])
		}
		return least
	}
	return 0
}

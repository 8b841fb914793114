package indicators

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"sanzhi/internal/kernel"
)

// Period is a span of whole days in Shanghai, half open, with the label by which people know it: 2023, 2023Q1, 2023-03.
type Period struct {
	Label    string
	From, To time.Time
}

var periodForm = regexp.MustCompile(`^(\d{4})(?:Q([1-4])|-(\d{2}))?$`)

// ParsePeriod reads a year, a quarter or a month.
func ParsePeriod(field, s string) (Period, error) {
	m := periodForm.FindStringSubmatch(s)
	bad := kernel.Invalid(field, kernel.T("时期应写成 2023、2023Q1 或 2023-03", "a period is written like 2023, 2023Q1 or 2023-03"))
	if m == nil {
		return Period{}, bad
	}
	year, _ := strconv.Atoi(m[1])
	first, months := 1, 12
	switch {
	case m[2] != "":
		q, _ := strconv.Atoi(m[2])
		first, months = 3*q-2, 3
	case m[3] != "":
		first, _ = strconv.Atoi(m[3])
		months = 1
		if first < 1 || first > 12 {
			return Period{}, bad
		}
	}
	if year < 1949 || year > 2200 {
		return Period{}, bad
	}
	from := time.Date(year, time.Month(first), 1, 0, 0, 0, 0, kernel.Shanghai)
	return Period{Label: s, From: from.UTC(), To: from.AddDate(0, months, 0).UTC()}, nil
}

// Parts gives the next smaller periods: a year's quarters, a quarter's months; nil for a month.
func (p Period) Parts() []Period {
	from := p.From.In(kernel.Shanghai)
	months := (p.To.In(kernel.Shanghai).Year()-from.Year())*12 + int(p.To.In(kernel.Shanghai).Month()-from.Month())
	var labels []string
	switch months {
	case 12:
		for q := 1; q <= 4; q++ {
			labels = append(labels, fmt.Sprintf("%dQ%d", from.Year(), q))
		}
	case 3:
		for m := range 3 {
			labels = append(labels, from.AddDate(0, m, 0).Format("2006-01"))
		}
	}
	out := make([]Period, len(labels))
	for i, l := range labels {
		out[i], _ = ParsePeriod("", l) // made above
	}
	return out
}

// tiles reports whether the periods, in their order, fill the whole without gap or overlap.
func tiles(whole Period, parts []Period) bool {
	at := whole.From
	for _, p := range parts {
		if !p.From.Equal(at) {
			return false
		}
		at = p.To
	}
	return at.Equal(whole.To)
}

// Calendar knows working days.
type Calendar interface{ IsWorkday(date time.Time) bool }

// Calendars gives the district's calendar: its own years stand before the program's.
type Calendars interface {
	Calendar(tx kernel.Tx) (Calendar, error)
}

// Pace is how much of a period's working time has passed.
type Pace struct{ Elapsed, Total int }

// PaceOf counts working days of a period, and those of them up to and with the day of asOf. A period without working days
// counts its days.
func PaceOf(c Calendar, p Period, asOf time.Time) Pace {
	pace := count(p, asOf, c.IsWorkday)
	if pace.Total == 0 {
		pace = count(p, asOf, func(time.Time) bool { return true })
	}
	return pace
}

func count(p Period, asOf time.Time, works func(time.Time) bool) (pace Pace) {
	for d := p.From; d.Before(p.To); d = d.Add(24 * time.Hour) {
		if !works(d) {
			continue
		}
		pace.Total++
		if !d.After(asOf) {
			pace.Elapsed++
		}
	}
	return pace
}

// forecast is where an amount ends at the present pace, rounded half up; false before any working day has passed.
func (p Pace) forecast(amount int64) (int64, bool) {
	if p.Elapsed == 0 {
		return 0, false
	}
	e, t := int64(p.Elapsed), int64(p.Total)
	return (2*amount*t + e) / (2 * e), true
}

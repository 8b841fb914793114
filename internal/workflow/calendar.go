package workflow

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"sanzhi/internal/kernel"
)

//go:embed calendar/cn.json
var chinaJSON []byte

// Calendar knows which days are working days in the zone kernel.Shanghai: Monday to Friday but for statutory holidays, and
// the make-up working days (调休). It does not change once made, and may be used by many at once.
type Calendar struct {
	years map[int]bool
	days  map[day]bool // days that differ from the week, or are named: true is a working day
}

// China gives the calendar that ships with the program: the years 2004–2026 (sources in calendar/README.md).
var China = sync.OnceValue(func() *Calendar {
	c, err := ReadCalendar(bytes.NewReader(chinaJSON))
	if err != nil {
		panic("workflow: the embedded calendar is broken: " + err.Error())
	}
	return c
})

// maxCalendar bounds a calendar file, in bytes.
const maxCalendar = 1 << 20

// ReadCalendar reads a calendar file: {"years": [2027], "holidays": ["2027-01-01", …], "workdays": ["2027-02-06", …]}.
// A day that is not a date, or stands in both lists, is refused (KindInvalid) with its place in the file.
func ReadCalendar(r io.Reader) (*Calendar, error) {
	var f struct {
		Years    []int    `json:"years"`
		Holidays []string `json:"holidays"`
		Workdays []string `json:"workdays"`
	}
	dec := json.NewDecoder(io.LimitReader(r, maxCalendar))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return nil, &kernel.Error{Kind: kernel.KindInvalid, Field: "calendar", Cause: err,
			Say: kernel.T("日历文件读不懂，请按 years、holidays、workdays 三项来写", "the calendar cannot be read; it has three keys: years, holidays, workdays")}
	}
	c := &Calendar{years: map[int]bool{}, days: map[day]bool{}}
	for _, y := range f.Years {
		c.years[y] = true
	}
	for list, days := range map[string][]string{"holidays": f.Holidays, "workdays": f.Workdays} {
		for _, s := range days {
			t, err := time.ParseInLocation(time.DateOnly, s, kernel.Shanghai)
			_, twice := c.days[dayOf(t)]
			if err != nil || twice {
				return nil, kernel.Invalid("calendar."+list, kernel.T("「"+s+"」不是日期，或者写了两次，请改正", "\""+s+"\" is not a date, or stands there twice; please correct it"))
			}
			c.days[dayOf(t)] = list == "workdays"
		}
	}
	return c, nil
}

// With gives a calendar that also knows what o knows. Of a year that both know, o's days stand.
func (c *Calendar) With(o *Calendar) *Calendar {
	n := &Calendar{years: map[int]bool{}, days: map[day]bool{}}
	for d, work := range c.days {
		if !o.years[d.year()] {
			n.days[d] = work
		}
	}
	maps.Copy(n.days, o.days)
	maps.Copy(n.years, c.years)
	maps.Copy(n.years, o.years)
	return n
}

// Known reports whether the year's list of holidays and make-up days is there.
func (c *Calendar) Known(year int) bool { return c.years[year] }

// Years lists the years whose list is there, in order.
func (c *Calendar) Years() []int { return slices.Sorted(maps.Keys(c.years)) }

// IsWorkday reports whether the day on which date falls in Shanghai is a working day. Of a year that is not known it is
// what the week says.
func (c *Calendar) IsWorkday(date time.Time) bool { return c.works(dayOf(date)) }

// IsHoliday reports whether the day on which date falls in Shanghai belongs to a statutory holiday, a weekend day in it included.
func (c *Calendar) IsHoliday(date time.Time) bool {
	work, named := c.days[dayOf(date)]
	return named && !work
}

func (c *Calendar) works(d day) bool {
	if work, ok := c.days[d]; ok {
		return work
	}
	w := d.weekday()
	return w != time.Saturday && w != time.Sunday
}

// settled reports whether the day can no longer change. The notice of the following year moves days as early as
// 29 December (2007, 2018), so those wait for it too.
func (c *Calendar) settled(d day) bool {
	t := d.at(0)
	if t.Month() == time.December && t.Day() >= 29 {
		return c.years[t.Year()] && c.years[t.Year()+1]
	}
	return c.years[t.Year()]
}

// provisional reports whether any day of [from, to] may still change.
func (c *Calendar) provisional(from, to day) bool {
	for d := from; d <= to; d++ {
		if !c.settled(d) {
			return true
		}
	}
	return false
}

// day counts the days since 1970-01-01 in Shanghai. The zone is a fixed +08:00, so every day has 24 hours.
type day int64

const zoneSeconds, daySeconds = 8 * 3600, 24 * 3600

func dayOf(t time.Time) day {
	s := t.Unix() + zoneSeconds
	d := s / daySeconds
	if s%daySeconds < 0 {
		d--
	}
	return day(d)
}

// at gives the instant that is the offset after the day's midnight, in UTC.
func (d day) at(offset time.Duration) time.Time {
	return time.Unix(int64(d)*daySeconds-zoneSeconds, 0).Add(offset).In(kernel.Shanghai)
}

func (d day) weekday() time.Weekday { return time.Weekday(((int64(d)+4)%7 + 7) % 7) } // 1970-01-01 was a Thursday

func (d day) year() int { return d.at(0).Year() }

// end gives the last millisecond of the day, which is where a limit in natural days ends: 23:59:59.999, so that the
// deadline still shows the day it belongs to.
func (d day) end() time.Time { return d.at(daySeconds*time.Second - time.Millisecond) }

package workflow

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"sanzhi/internal/kernel"
)

func date(tb testing.TB, s string) time.Time {
	tb.Helper()
	layout := "2006-01-02 15:04"
	if len(s) == len(time.DateOnly) {
		layout = time.DateOnly
	}
	d, err := time.ParseInLocation(layout, s, kernel.Shanghai)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// independent reads the second set of holidays: what each named day of its years is.
func independent(t *testing.T, year int) map[string]bool {
	t.Helper()
	src, err := os.ReadFile(fmt.Sprintf("testdata/holiday-calendar-CN/%d.json", year))
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Dates []struct {
			Date string `json:"date"`
			Type string `json:"type"`
		} `json:"dates"`
	}
	if err := json.Unmarshal(src, &f); err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, d := range f.Dates {
		switch d.Type {
		case "public_holiday":
			out[d.Date] = false
		case "transfer_workday":
			out[d.Date] = true
		default:
			t.Fatalf("%s: unknown type %q", d.Date, d.Type)
		}
	}
	return out
}

// disagreements lists the days of a year on which a calendar and the second set differ.
func disagreements(c *Calendar, year int, other map[string]bool) (days []string) {
	for d := time.Date(year, 1, 1, 12, 0, 0, 0, kernel.Shanghai); d.Year() == year; d = d.AddDate(0, 0, 1) {
		work, named := other[d.Format(time.DateOnly)]
		if !named {
			work = d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
		}
		if c.IsWorkday(d) != work {
			days = append(days, d.Format(time.DateOnly))
		}
	}
	return days
}

func TestTwoCalendarsAgree(t *testing.T) {
	merged := map[string]bool{}
	for year := 2021; year <= 2026; year++ {
		maps.Copy(merged, independent(t, year))
	}
	for year := 2021; year <= 2026; year++ {
		if !China().Known(year) {
			t.Errorf("%d is not known", year)
		}
		if days := disagreements(China(), year, merged); days != nil {
			t.Errorf("%d: the two sets differ on %v", year, days)
		}
	}
	// The comparison can fail: one make-up day taken away is seen.
	delete(merged, "2023-05-06")
	if days := disagreements(China(), 2023, merged); len(days) != 1 || days[0] != "2023-05-06" {
		t.Errorf("a planted difference was seen as %v", days)
	}
}

func TestIsWorkday(t *testing.T) {
	for s, want := range map[string]bool{
		"2023-04-28": true, "2023-04-29": false, "2023-05-03": false, "2023-05-04": true, "2023-05-06": true, "2023-05-07": false,
		"2023-04-23": true /* make-up Sunday */, "2018-12-29": true, "2018-12-31": false, "2026-10-07": false, "2027-01-01": true,
	} {
		if got := China().IsWorkday(date(t, s)); got != want {
			t.Errorf("IsWorkday(%s) = %v", s, got)
		}
		if late := date(t, s).Add(24*time.Hour - time.Millisecond).UTC(); China().IsWorkday(late) != want {
			t.Errorf("the end of %s, told in UTC, is another day", s)
		}
	}
	if China().Known(2003) || China().Known(2027) || !China().Known(2004) {
		t.Error("the known years are 2004–2026")
	}
}

func TestReadCalendarRefuses(t *testing.T) {
	for name, src := range map[string]string{
		"not JSON":    `{`,
		"unknown key": `{"year": [2027]}`,
		"no date":     `{"years": [2027], "holidays": ["2027-02-30"]}`,
		"both lists":  `{"years": [2027], "holidays": ["2027-01-01"], "workdays": ["2027-01-01"]}`,
	} {
		if _, err := ReadCalendar(strings.NewReader(src)); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestANewYearSettlesDeadlines(t *testing.T) {
	start, limit := date(t, "2026-12-24 10:00"), Limit{5, WorkingDays}
	due, provisional := China().Due(start, limit, OfficeHours{})
	if !provisional || !due.Equal(date(t, "2026-12-31 18:00")) {
		t.Fatalf("due %v, provisional %v: the end of December waits for next year's notice", due.In(kernel.Shanghai), provisional)
	}
	next, err := ReadCalendar(strings.NewReader(`{"years": [2027], "holidays": ["2026-12-31", "2027-01-01"], "workdays": ["2026-12-26"]}`))
	if err != nil {
		t.Fatal(err)
	}
	both := China().With(next)
	if due, provisional := both.Due(start, limit, OfficeHours{}); provisional || !due.Equal(date(t, "2026-12-30 18:00")) {
		t.Errorf("due %v, provisional %v", due.In(kernel.Shanghai), provisional)
	}
	if China().Known(2027) || !both.Known(2027) || !both.Known(2004) {
		t.Error("With must add to what was known, and leave it as it was")
	}
	s := ClockState{ID: "x", StartedAt: start, Limit: limit, DueAt: due, Provisional: true}
	if got := Settle(s, both, OfficeHours{}); got.Provisional || !got.DueAt.Equal(date(t, "2026-12-30 18:00")) {
		t.Errorf("settled to %v", got)
	}
}

func FuzzReadCalendar(f *testing.F) {
	f.Add(`{"years": [2027], "holidays": ["2027-01-01"], "workdays": ["2027-02-06"]}`)
	f.Add(`{"years": [-1], "holidays": ["0001-01-01"]}`)
	f.Fuzz(func(t *testing.T, src string) {
		c, err := ReadCalendar(strings.NewReader(src))
		if err != nil {
			return
		}
		both := China().With(c)
		if due, _ := both.Due(date(t, "2023-04-28 10:00"), Limit{3, WorkingDays}, OfficeHours{}); !both.IsWorkday(due) {
			t.Fatalf("due on a day off: %v", due)
		}
	})
}

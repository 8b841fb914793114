package workflow

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

func TestDue(t *testing.T) {
	long, err := ParseOfficeHours("08:30-17:30")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		start       string
		n           int
		unit        Unit
		office      OfficeHours
		want        string
		provisional bool
	}{
		{"2023-04-28 10:00", 3, WorkingDays, OfficeHours{}, "2023-05-06 18:00", false},
		{"2023-04-28 23:59", 3, WorkingDays, OfficeHours{}, "2023-05-06 18:00", false},
		{"2023-04-28 00:00", 7, WorkingDays, OfficeHours{}, "2023-05-11 18:00", false},
		{"2023-04-29 10:00", 1, WorkingDays, OfficeHours{}, "2023-05-04 18:00", false},
		{"2023-04-28 10:00", 3, WorkingDays, long, "2023-05-06 17:30", false},
		{"2023-04-28 10:00", 2, WorkingHours, OfficeHours{}, "2023-04-28 12:00", false},
		{"2023-04-28 11:00", 2, WorkingHours, OfficeHours{}, "2023-04-28 15:00", false},
		{"2023-04-28 12:30", 4, WorkingHours, OfficeHours{}, "2023-04-28 18:00", false},
		{"2023-04-28 17:30", 1, WorkingHours, OfficeHours{}, "2023-05-04 09:30", false},
		{"2023-04-28 19:00", 1, WorkingHours, OfficeHours{}, "2023-05-04 10:00", false},
		{"2023-04-28 07:00", 1, WorkingHours, OfficeHours{}, "2023-04-28 10:00", false},
		{"2023-04-28 23:00", 24, UrgentHours, OfficeHours{}, "2023-04-29 23:00", false},
		{"2026-12-25 10:00", 1, WorkingDays, OfficeHours{}, "2026-12-28 18:00", false},
		{"2026-12-28 10:00", 1, WorkingDays, OfficeHours{}, "2026-12-29 18:00", true},
		{"2026-12-30 10:00", 5, WorkingDays, OfficeHours{}, "2027-01-06 18:00", true},
		{"2026-12-30 10:00", 48, UrgentHours, OfficeHours{}, "2027-01-01 10:00", false},
	} {
		due, provisional := China().Due(date(t, c.start), Limit{c.n, c.unit}, c.office)
		if !due.Equal(date(t, c.want)) || provisional != c.provisional {
			t.Errorf("%s + %d %s = %s (provisional %v), want %s", c.start, c.n, c.unit, due.In(kernel.Shanghai), provisional, c.want)
		}
		if due.Location() != time.UTC {
			t.Errorf("%s + %d %s is not told in UTC", c.start, c.n, c.unit)
		}
	}
	due, _ := China().Due(date(t, "2023-04-28 10:00"), Limit{7, NaturalDays}, OfficeHours{})
	if want := date(t, "2023-05-06").Add(-time.Millisecond); !due.Equal(want) {
		t.Errorf("7 natural days end at %v, want %v", due, want)
	}
}

func TestShift(t *testing.T) {
	for _, c := range []struct{ name, due, from, to, want, unit string }{
		{"hours keep what is left", "2023-04-24 16:00", "2023-04-24 15:00", "2023-04-26 10:00", "2023-04-26 11:00", "working_hours"},
		{"a night costs no office time", "2023-04-25 10:00", "2023-04-24 18:00", "2023-04-25 09:00", "2023-04-25 10:00", "working_hours"},
		{"urgent hours move by the clock", "2023-04-24 16:00", "2023-04-24 15:00", "2023-04-25 15:00", "2023-04-25 16:00", "urgent_hours"},
		{"two working days paused", "2023-04-26 18:00", "2023-04-24 10:00", "2023-04-26 10:00", "2023-04-28 18:00", "working_days"},
		{"over the holiday", "2023-04-28 18:00", "2023-04-27 09:00", "2023-05-04 09:00", "2023-05-05 18:00", "working_days"},
		{"a pause over night gains nothing", "2023-04-28 18:00", "2023-04-26 17:59", "2023-04-27 09:01", "2023-04-28 18:00", "working_days"},
		{"never before the resumption", "2023-04-26 18:00", "2023-04-26 16:00", "2023-04-27 10:00", "2023-04-27 18:00", "working_days"},
		{"natural days move by the days", "2023-04-30 23:59", "2023-04-24 10:00", "2023-04-26 10:00", "2023-05-02 23:59", "natural_days"},
		{"natural days last until the resumption", "2023-04-24 23:59", "2023-04-24 20:00", "2023-04-25 07:00", "2023-04-25 23:59", "natural_days"},
		{"what is over stays over", "2023-04-24 16:00", "2023-04-24 17:00", "2023-04-28 15:00", "2023-04-24 16:00", "working_hours"},
		{"over stays over in days", "2023-04-24 18:00", "2023-04-25 10:00", "2023-04-28 15:00", "2023-04-24 18:00", "working_days"},
	} {
		due, _ := China().Shift(date(t, c.due), date(t, c.from), date(t, c.to), Limit{5, Unit(c.unit)}, OfficeHours{})
		if !due.Truncate(time.Minute).Equal(date(t, c.want)) {
			t.Errorf("%s: %s, want %s", c.name, due.In(kernel.Shanghai), c.want)
		}
	}
}

// The generators: instants of the years that both calendars know, limits of every unit, and office hours.
var (
	instants = rapid.Custom(func(t *rapid.T) time.Time {
		from := time.Date(2021, 1, 1, 0, 0, 0, 0, kernel.Shanghai)
		return from.Add(time.Duration(rapid.Int64Range(0, 5*365*24*3600).Draw(t, "s")) * time.Second)
	})
	limits = rapid.Custom(func(t *rapid.T) Limit {
		return Limit{rapid.IntRange(1, 40).Draw(t, "n"), rapid.SampledFrom(AllUnits).Draw(t, "unit")}
	})
	offices = rapid.Custom(func(t *rapid.T) OfficeHours {
		o, err := ParseOfficeHours(rapid.SampledFrom([]string{"09:00-12:00,14:00-18:00", "08:30-17:30", "00:00-06:00,06:30-07:00,20:00-23:59"}).Draw(t, "office"))
		if err != nil {
			t.Fatal(err)
		}
		return o
	})
)

// checkDue wants of a due time what the words of each unit promise.
func checkDue(c *Calendar, start, due time.Time, limit Limit, office OfficeHours) string {
	switch limit.Unit {
	case UrgentHours:
		if due.Sub(start) != time.Duration(limit.N)*time.Hour {
			return "urgent hours stopped"
		}
	case WorkingHours:
		if !c.IsWorkday(due) {
			return "due on a day off"
		}
		if c.OfficeTime(start, due, office) != time.Duration(limit.N)*time.Hour {
			return "office time between start and due is not the limit"
		}
		if c.OfficeTime(start, due.Add(-time.Second), office) == time.Duration(limit.N)*time.Hour {
			return "not the earliest such instant"
		}
	case WorkingDays:
		if !c.IsWorkday(due) {
			return "due on a day off"
		}
		if c.Workdays(start, due) != limit.N || !due.Equal(office.close(dayOf(due))) {
			return "not the close of office of the nth working day"
		}
	case NaturalDays:
		if int(dayOf(due)-dayOf(start)) != limit.N {
			return "not the nth day"
		}
	}
	return ""
}

func TestDueProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start, later := instants.Draw(t, "start"), time.Duration(rapid.Int64Range(0, 90*24*3600).Draw(t, "later"))*time.Second
		limit, office := limits.Draw(t, "limit"), offices.Draw(t, "office")
		due, provisional := China().Due(start, limit, office)
		if fault := checkDue(China(), start, due, limit, office); fault != "" {
			t.Fatalf("%s: %v", fault, due.In(kernel.Shanghai))
		}
		if provisional {
			t.Fatalf("%v is provisional", due)
		}
		if after, _ := China().Due(start.Add(later), limit, office); after.Before(due) {
			t.Fatalf("a later start is due earlier: %v < %v", after, due)
		}
		more := limit
		more.N++
		if d, _ := China().Due(start, more, office); !d.After(due) {
			t.Fatalf("a longer limit is not due later")
		}
	})
}

func TestCheckDueSeesFaults(t *testing.T) {
	start := date(t, "2023-04-28 10:00")
	due, _ := China().Due(start, Limit{3, WorkingDays}, OfficeHours{})
	for name, wrong := range map[string]time.Time{"a day early": due.AddDate(0, 0, -1), "a day late": due.AddDate(0, 0, 2), "an hour early": due.Add(-time.Hour)} {
		if checkDue(China(), start, wrong, Limit{3, WorkingDays}, OfficeHours{}) == "" {
			t.Errorf("%s was not seen", name)
		}
	}
}

func TestShiftProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start, limit, office := instants.Draw(t, "start"), limits.Draw(t, "limit"), offices.Draw(t, "office")
		due, _ := China().Due(start, limit, office)
		from := start.Add(time.Duration(rapid.Int64Range(0, int64(due.Sub(start))).Draw(t, "from")))
		pause := time.Duration(rapid.Int64Range(0, 40*24*3600).Draw(t, "pause")) * time.Second
		more := time.Duration(rapid.Int64Range(0, 10*24*3600).Draw(t, "more")) * time.Second
		if same, _ := China().Shift(due, from, from, limit, office); !same.Equal(due) {
			t.Fatalf("a pause of no length moved %v to %v", due, same)
		}
		moved, _ := China().Shift(due, from, from.Add(pause), limit, office)
		if moved.Before(due) || (pause > 0 && moved.Before(from.Add(pause))) && China().Remaining(from, due, limit, office) > 0 {
			t.Fatalf("moved to %v: before it was due, or before it resumed", moved)
		}
		if again, _ := China().Shift(due, from, from.Add(pause+more), limit, office); again.Before(moved) {
			t.Fatalf("a longer pause is due earlier")
		}
		switch limit.Unit {
		case WorkingHours:
			before, after := China().OfficeTime(from, due, office), China().OfficeTime(from.Add(pause), moved, office)
			if before != after {
				t.Fatalf("%v of office time was left, %v is left after the pause", before, after)
			}
			if used := China().OfficeTime(start, from, office); used+after != time.Duration(limit.N)*time.Hour {
				t.Fatalf("used %v and left %v are not the limit", used, after)
			}
		case UrgentHours:
			if moved.Sub(due) != pause {
				t.Fatalf("moved by %v", moved.Sub(due))
			}
		case WorkingDays:
			if !China().IsWorkday(moved) {
				t.Fatalf("due on a day off: %v", moved)
			}
		case NaturalDays:
			if !moved.Equal(dayOf(moved).end()) {
				t.Fatalf("not the end of a day: %v", moved)
			}
		}
	})
}

func TestBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start, limit, office := instants.Draw(t, "start"), limits.Draw(t, "limit"), offices.Draw(t, "office")
		due, _ := China().Due(start, limit, office)
		whole := China().Elapsed(start, due, limit, office)
		left := time.Duration(rapid.Int64Range(0, int64(whole/time.Second)).Draw(t, "left")) * time.Second
		at := China().before(due, left, limit, office)
		if got := China().Remaining(at, due, limit, office); got != left {
			t.Fatalf("asked for %v left, got %v at %v", left, got, at)
		}
	})
}

func TestParseOfficeHours(t *testing.T) {
	for _, bad := range []string{"", "9-12", "09:00-12:00,11:00-18:00", "12:00-09:00", "09:00-24:30", "09:00", "09:00-09:00", "a-b"} {
		if _, err := ParseOfficeHours(bad); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, good := range []string{"09:00-12:00,14:00-18:00", "00:00-24:00"} {
		if o, err := ParseOfficeHours(good); err != nil || o.String() != good {
			t.Errorf("%q: %v %v", good, o, err)
		}
	}
	if (OfficeHours{}).String() != "09:00-12:00,14:00-18:00" {
		t.Error("the default hours are others")
	}
	round, _ := ParseOfficeHours("00:00-24:00")
	if due, _ := China().Due(date(t, "2023-04-28 10:00"), Limit{1, WorkingDays}, round); !China().IsWorkday(due) {
		t.Errorf("a close at midnight falls on a day off: %v", due)
	}
}

func FuzzParseOfficeHours(f *testing.F) {
	f.Add("09:00-12:00,14:00-18:00")
	f.Add("00:00-24:00")
	f.Add(" 08:30 - 17:30 ")
	f.Fuzz(func(t *testing.T, s string) {
		o, err := ParseOfficeHours(s)
		if err != nil {
			return
		}
		again, err := ParseOfficeHours(o.String())
		if err != nil || again.String() != o.String() || o.perDay() <= 0 || o.closing() > 24*time.Hour {
			t.Fatalf("%q is %v, then %v %v", s, o, again, err)
		}
	})
}

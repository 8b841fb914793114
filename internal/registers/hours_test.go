package registers

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
	"sanzhi/internal/workflow"
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, kernel.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

// TestHoursSaid: beside days that depart from it, every day is not said to be every day.
func TestHoursSaid(t *testing.T) {
	for in, want := range map[string]kernel.Text{
		"每天 8:30-18:00": kernel.T("每天 8:30–18:00", "daily 8:30–18:00"),
		"每天 8:30-18:00；周二、周四 8:30-20:00": kernel.T("平时 8:30–18:00；周二、周四 8:30–20:00", "usually 8:30–18:00; Tue, Thu 8:30–20:00"),
		"工作日 9:00-17:00；周六 9:00-12:00":   kernel.T("工作日 9:00–17:00；周六 9:00–12:00", "working days 9:00–17:00; Sat 9:00–12:00"),
	} {
		h, err := ParseHours(in)
		if err != nil || h.Text() != want {
			t.Errorf("%s is said %v, %v; want %v", in, h.Text(), err, want)
		}
	}
}

func TestHoursText(t *testing.T) {
	for in, want := range map[string]string{
		"工作日 8:30-12:00，14:30-18:00；周六 9:00-12:00":              "工作日 8:30–12:00，14:30–18:00；周六 9:00–12:00",
		"working days 08:30-12:00, 14:30-18:00; Sat 9:00-12:00": "工作日 8:30–12:00，14:30–18:00；周六 9:00–12:00",
		"周一至周五 9:00–17:00；节假日 休息；每天 10:00-11:00":                "每天 10:00–11:00；周一至周五 9:00–17:00；节假日 休息",
		"24 小时":              "每天 0:00–24:00",
		"周二、周四 8:30到20:00":   "周二、周四 8:30–20:00",
		"Sat-Mon 9:00-10:00": "周一、周六、周日 9:00–10:00",
	} {
		h, err := ParseHours(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if h.String() != want {
			t.Errorf("%s prints %s, want %s", in, h, want)
		}
		for _, s := range []string{h.Text().Zh, h.Text().En} {
			if again, err := ParseHours(s); err != nil || again.String() != want {
				t.Errorf("%s is read back as %s, %v", s, again, err)
			}
		}
	}
	for _, bad := range []string{"", "周八 8:00-9:00", "8:00", "9:00-8:00", "8:00-9:00, 8:30-10:00", "周末 8:00-9:00", "每天 8:00-9:00；每天 9:00-10:00",
		"工作日、周六 8:00-9:00", "8:00-24:01", "随时"} {
		if h, err := ParseHours(bad); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("%q is read as %s, %v", bad, h, err)
		}
	}
}

// The calendar of 2023: 29 April to 3 May are a holiday, 23 April and 6 May (a Saturday) are worked.
func TestHoursAt(t *testing.T) {
	office := "工作日 8:30-12:00，14:30-18:00；周二 8:30-20:00；周六 9:00-12:00"
	for _, tt := range []struct {
		hours, at, next string
		open            bool
	}{
		{office, "2023-04-27 09:00", "2023-04-27 12:00", true},
		{office, "2023-04-27 12:00", "2023-04-27 14:30", false},
		{office, "2023-04-28 18:00", "2023-05-04 08:30", false}, // Saturday the 29th is a holiday, whatever Saturdays are
		{office, "2023-05-06 15:00", "2023-05-06 18:00", true},  // a Saturday that is worked
		{office, "2023-05-13 10:00", "2023-05-13 12:00", true},
		{office, "2023-05-16 19:00", "2023-05-16 20:00", true},
		{office + "；节假日 10:00-11:00", "2023-05-01 10:30", "2023-05-01 11:00", true},
		{"每天 9:00-10:00", "2023-05-01 09:30", "2023-05-01 10:00", true},
		{"每天 9:00-10:00；节假日 休息", "2023-04-29 09:30", "2023-05-04 09:00", false},
		{"周五 20:00-24:00；周六 0:00-2:00", "2023-05-12 23:00", "2023-05-13 02:00", true},
		{"24 小时", "2023-05-12 23:00", "", true},
		{"节假日 9:00-10:00", "2023-05-15 09:00", "", false},
	} {
		h, err := ParseHours(tt.hours)
		if err != nil {
			t.Fatal(err)
		}
		got := h.At(workflow.China(), at(tt.at))
		next := ""
		if !got.Next.IsZero() {
			next = got.Next.In(kernel.Shanghai).Format("2006-01-02 15:04")
		}
		if got.Open != tt.open || next != tt.next {
			t.Errorf("%s at %s: open %v until %s, want %v %s", tt.hours, tt.at, got.Open, next, tt.open, tt.next)
		}
	}
}

// What is printed is read back as the same hours: open at the same instants.
func TestHoursRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h Hours
		for _, d := range rapid.SliceOfNDistinct(rapid.IntRange(0, 9), 1, 5, rapid.ID).Draw(t, "days") {
			c := clause{days: []dayKind{dayKind(d)}}
			from := 0
			for range rapid.IntRange(0, 2).Draw(t, "spans") {
				a := rapid.IntRange(from, 1400).Draw(t, "from")
				b := rapid.IntRange(a+1, 1440).Draw(t, "to")
				c.spans = append(c.spans, span{a, b})
				if from = b + 1; from > 1400 {
					break
				}
			}
			h.clauses = append(h.clauses, c)
		}
		for _, s := range []string{h.Text().Zh, h.Text().En} {
			again, err := ParseHours(s)
			if err != nil {
				t.Fatalf("%s: %v", s, err)
			}
			when := opening.Add(time.Duration(rapid.IntRange(0, 60*24*400).Draw(t, "minute")) * time.Minute)
			if x, y := h.At(workflow.China(), when), again.At(workflow.China(), when); x != y {
				t.Fatalf("%s at %v: %v, read back %v", s, when, x, y)
			}
		}
	})
}

var opening = at("2023-04-01 00:00")

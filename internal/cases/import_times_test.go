package cases

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func timeMapping(t testing.TB, zoneName, ambiguous string, formats ...string) *Mapping {
	t.Helper()
	m := &Mapping{}
	m.Times.Formats, m.Times.Zone, m.Times.Ambiguous = formats, zoneName, ambiguous
	c := &mappingCheck{m: m}
	c.times()
	if err := c.err(); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTimesOfManySystems(t *testing.T) {
	for _, tt := range []struct {
		name, zone, ambiguous string
		formats               []string
		in, want              string // want is RFC 3339, or a part of the English refusal after "!"
	}{
		{"New York", "America/New_York", refuse, []string{"M/D/YYYY H:mm"}, "3/14/2025 1:20", "2025-03-14T05:20:00Z"},
		{"Chicago", "America/Chicago", refuse, []string{"MM/DD/YYYY hh:mm:ss A"}, "01/31/2025 11:59:07 pm", "2025-02-01T05:59:07Z"},
		{"Amsterdam, day first", "Europe/Amsterdam", refuse, []string{"DD-MM-YYYY HH:mm"}, "03-04-2025 09:05", "2025-04-03T07:05:00Z"},
		{"with seconds and parts", "Europe/Amsterdam", refuse, []string{"YYYY-MM-DDTHH:mm:ss"}, "2025-01-02T03:04:05.250", "2025-01-02T02:04:05.25Z"},
		{"own offset", "", refuse, []string{"iso"}, "2025-01-02T03:04:05+08:00", "2025-01-01T19:04:05Z"},
		{"month by name", "Asia/Shanghai", refuse, []string{"DD MMM YYYY"}, "05 jan 2025", "2025-01-04T16:00:00Z"},
		{"Shanghai", "Asia/Shanghai", refuse, []string{"YYYY/M/D H:mm:ss"}, "2023/4/28 9:00:00", "2023-04-28T01:00:00Z"},
		{"second format fits", "UTC", refuse, []string{"YYYY-MM-DD", "DD.MM.YYYY"}, "13.02.2025", "2025-02-13T00:00:00Z"},
		{"two formats, two times", "UTC", refuse, []string{"MM/DD/YYYY", "DD/MM/YYYY"}, "03/04/2025", "!different times"},
		{"two formats, one time", "UTC", refuse, []string{"MM/DD/YYYY", "DD/MM/YYYY"}, "04/04/2025", "2025-04-04T00:00:00Z"},
		{"no such month", "UTC", refuse, []string{"MM/DD/YYYY"}, "13/04/2025", "!is not a time"},
		{"no such day", "UTC", refuse, []string{"DD.MM.YYYY"}, "30.02.2025", "!is not a time"},
		{"more than a time", "UTC", refuse, []string{"DD.MM.YYYY"}, "03.02.2025 x", "!is not a time"},
		{"skipped hour", "America/New_York", refuse, []string{"M/D/YYYY H:mm"}, "3/9/2025 2:30", "!does not exist"},
		{"doubled hour", "America/New_York", refuse, []string{"M/D/YYYY H:mm"}, "11/2/2025 1:30", "!comes twice"},
		{"doubled hour, first", "America/New_York", "earlier", []string{"M/D/YYYY H:mm"}, "11/2/2025 1:30", "2025-11-02T05:30:00Z"},
		{"doubled hour, second", "America/New_York", "later", []string{"M/D/YYYY H:mm"}, "11/2/2025 1:30", "2025-11-02T06:30:00Z"},
		{"half an hour of summer time", "Australia/Lord_Howe", "later", []string{"YYYY-MM-DD HH:mm"}, "2025-04-06 01:45", "2025-04-05T15:15:00Z"},
		{"Shanghai had summer time", "Asia/Shanghai", refuse, []string{"YYYY-MM-DD HH:mm"}, "1988-07-01 08:00", "1988-06-30T23:00:00Z"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, say := timeMapping(t, tt.zone, tt.ambiguous, tt.formats...).instant(tt.in)
			if want, refused := strings.CutPrefix(tt.want, "!"); refused {
				if !strings.Contains(say.En, want) || say.Zh == "" {
					t.Errorf("%s gives %v %q, want a refusal with %q", tt.in, got, say.En, want)
				}
				return
			}
			if !say.IsZero() || got.Format(time.RFC3339Nano) != tt.want {
				t.Errorf("%s is %s (%s), want %s", tt.in, got.Format(time.RFC3339Nano), say.En, tt.want)
			}
		})
	}
}

func TestFormatsThatSayNoDay(t *testing.T) {
	for _, bad := range []string{"", "HH:mm", "MM/DD", "YYYY-MM", "dd/MM/YYYY", "YYYY-MM-DD %H", "2006-01-02", "YYYY-MM-DD HH:mm 时"} {
		if f, part := compileTime(bad); part == "" && bad != "" {
			t.Errorf("%q is taken as %q", bad, f.layout)
		}
	}
	if m := (&Mapping{}); true {
		m.Times.Formats, m.Times.Zone = []string{"YYYY-MM-DD"}, "Local"
		c := &mappingCheck{m: m}
		if c.times(); c.err() == nil {
			t.Error("the zone of the machine is taken")
		}
	}
}

// TestWallClock: what an instant shows on the zone's clocks reads back as that instant, or as one of two.
func TestWallClock(t *testing.T) {
	zones := []string{"America/New_York", "Europe/Amsterdam", "Asia/Shanghai", "Australia/Lord_Howe", "Africa/Casablanca", "UTC", "Asia/Kathmandu"}
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.SampledFrom(zones).Draw(r, "zone")
		loc, err := time.LoadLocation(name)
		if err != nil {
			r.Fatal(err)
		}
		at := time.Unix(rapid.Int64Range(0, 2_000_000_000).Draw(r, "at")/60*60, 0).UTC()
		wall := at.In(loc).Format("2006-01-02 15:04")
		early, say1 := timeMapping(t, name, "earlier", "YYYY-MM-DD HH:mm").instant(wall)
		late, say2 := timeMapping(t, name, "later", "YYYY-MM-DD HH:mm").instant(wall)
		if !say1.IsZero() || !say2.IsZero() || !early.Equal(at) && !late.Equal(at) {
			r.Fatalf("%v shows %s in %s, which reads as %v or %v (%s %s)", at, wall, name, early, late, say1.En, say2.En)
		}
		if early.After(late) {
			r.Fatalf("the earlier %v is after the later %v", early, late)
		}
	})
}

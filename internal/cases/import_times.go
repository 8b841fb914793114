package cases

import (
	"strings"
	"time"
	_ "time/tzdata" // zones must not depend on what the machine has installed

	"sanzhi/internal/kernel"
)

// timeFormat is one way of writing times, as Go's layout.
type timeFormat struct {
	layout string
	zoned  bool // names its own offset
}

// timeTokens are what a format is made of, longest first where one begins another.
var timeTokens = []struct {
	token, layout string
	zoned         bool
}{
	{"YYYY", "2006", false}, {"MMMM", "January", false}, {"MMM", "Jan", false}, {"MM", "01", false}, {"M", "1", false}, {"DD", "02", false}, {"D", "2", false},
	{"HH", "15", false}, {"H", "15", false}, {"hh", "03", false}, {"h", "3", false}, {"mm", "04", false}, {"ss", "05", false}, {"SSS", "000", false},
	{"A", "PM", false}, {"Z", "Z07:00", true}, {"T", "T", false},
}

// compileTime makes a layout of a format; bad is the part that is not known.
func compileTime(format string) (f timeFormat, bad string) {
	if format == "iso" {
		return timeFormat{time.RFC3339, true}, ""
	}
	rest := format
next:
	for rest != "" {
		for _, t := range timeTokens {
			if after, ok := strings.CutPrefix(rest, t.token); ok {
				f.layout += t.layout
				f.zoned = f.zoned || t.zoned
				rest = after
				continue next
			}
		}
		if c := rest[0]; !strings.ContainsRune(" /.-:,", rune(c)) {
			return f, rest
		}
		f.layout += rest[:1]
		rest = rest[1:]
	}
	if !strings.Contains(format, "YYYY") || !strings.Contains(format, "M") || !strings.Contains(format, "D") {
		return f, format // a time without its day
	}
	return f, ""
}

// zone is the zone of times that name none.
type zone struct{ loc *time.Location }

func (z *zone) load(name string) bool {
	if name == "Local" { // would depend on the machine
		return false
	}
	loc, err := time.LoadLocation(name)
	z.loc = loc
	return err == nil
}

// instant reads a time by the mapping's formats. A time that two formats read differently, that the zone's clocks skip, or
// that comes twice is refused, unless the mapping says which is meant.
func (m *Mapping) instant(s string) (time.Time, kernel.Text) {
	var found []time.Time
	for _, f := range m.times {
		t, say, ok := m.inFormat(f, s)
		if !say.IsZero() {
			return t, say
		}
		if ok && (len(found) == 0 || !t.Equal(found[0])) {
			found = append(found, t)
		}
	}
	switch len(found) {
	case 1:
		return found[0].UTC(), kernel.Text{}
	case 0:
		return time.Time{}, kernel.T("“"+s+"”不是 "+strings.Join(m.Times.Formats, " 或 ")+" 的时间", "\""+s+"\" is not a time written as "+strings.Join(m.Times.Formats, " or "))
	default:
		return time.Time{}, kernel.T("“"+s+"”按不同的写法会读成不同的时间，请在 times.formats 里只留一种", "\""+s+"\" reads as different times; keep one of times.formats")
	}
}

func (m *Mapping) inFormat(f timeFormat, s string) (t time.Time, say kernel.Text, ok bool) {
	s = strings.ToUpper(s) // pm as PM; names of months are read in any case
	if f.zoned {
		t, err := time.Parse(f.layout, s)
		return t, kernel.Text{}, err == nil
	}
	wall, err := time.Parse(f.layout, s) // the clock's face, as if in UTC
	if err != nil {
		return t, kernel.Text{}, false
	}
	candidates := m.zone.at(wall)
	switch {
	case len(candidates) == 1:
		return candidates[0], kernel.Text{}, true
	case len(candidates) == 0:
		return t, kernel.T("“"+s+"”在 "+m.Times.Zone+" 不存在（夏令时跳过了这一小时）", "\""+s+"\" does not exist in "+m.Times.Zone+" (clocks skipped that hour)"), false
	case m.Times.Ambiguous == "earlier":
		return candidates[0], kernel.Text{}, true
	case m.Times.Ambiguous == "later":
		return candidates[1], kernel.Text{}, true
	default:
		return t, kernel.T("“"+s+"”在 "+m.Times.Zone+" 有两次（夏令时结束），请在 times.ambiguous 写明 earlier 或 later",
			"\""+s+"\" comes twice in "+m.Times.Zone+" (clocks went back); say earlier or later in times.ambiguous"), false
	}
}

// at gives the instants at which the zone's clocks show the wall time, earliest first: one as a rule, none in a gap, two
// where clocks went back.
func (z zone) at(wall time.Time) []time.Time {
	var out []time.Time
	seen := map[int]bool{}
	for _, probe := range []time.Duration{-36 * time.Hour, 36 * time.Hour} {
		_, offset := wall.Add(probe).In(z.loc).Zone()
		if seen[offset] {
			continue
		}
		seen[offset] = true
		t := wall.Add(-time.Duration(offset) * time.Second)
		if _, there := t.In(z.loc).Zone(); there == offset {
			out = append(out, t)
		}
	}
	if len(out) == 2 && out[1].Before(out[0]) {
		out[0], out[1] = out[1], out[0]
	}
	return out
}

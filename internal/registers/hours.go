package registers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sanzhi/internal/kernel"
)

// Calendars gives the district's days: its own years stand before the program's.
type Calendars interface {
	Days(tx kernel.Tx) (Days, error)
}

// Days knows working days and holidays; workflow.Calendar does.
type Days interface {
	IsWorkday(date time.Time) bool
	IsHoliday(date time.Time) bool
}

// span is a time of day from, to, in minutes after midnight; to may be 1440.
type span struct{ from, to int }

// dayKind is for which days a clause holds.
type dayKind int

// The kinds: one of the week, or all, or by the calendar.
const (
	everyDay dayKind = 7 + iota
	workdays
	holidays
)

// clause is the hours of some days; no spans is closed.
type clause struct {
	days  []dayKind // time.Weekday, or one of the kinds
	spans []span
}

// Hours are opening hours. The clause that is nearest to a day holds: a statutory holiday takes the clause for holidays, else
// that for every day, else it is closed; a make-up working day at a weekend takes the clause for working days; any other day the
// one that names its day of the week, else that for working days if it is one, else that for every day.
type Hours struct{ clauses []clause }

var weekZh = []string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}
var weekEn = []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}

var kindWords = map[dayKind]kernel.Text{everyDay: kernel.T("每天", "daily"), workdays: kernel.T("工作日", "working days"), holidays: kernel.T("节假日", "holidays")}

var sayHours = kernel.T("开放时间这样写：工作日 8:30-12:00，14:30-18:00；周六 9:00-12:00；节假日 休息", "write hours like this: working days 8:30-12:00, 14:30-18:00; Sat 9:00-12:00; holidays closed")

// ParseHours reads opening hours as people write them, in either language.
func ParseHours(s string) (Hours, error) {
	s = strings.NewReplacer("；", ";", "，", ",", "–", "-", "—", "-", "~", "-", "～", "-", "至", "-", "到", "-", "：", ":", "星期", "周", "礼拜", "周",
		"周天", "周日", "24小时", "0:00-24:00", "24 小时", "0:00-24:00", "24 hours", "0:00-24:00").Replace(s)
	var h Hours
	seen := map[dayKind]bool{}
	for part := range strings.SplitSeq(s, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		c, err := parseClause(part)
		if err != nil {
			return Hours{}, err
		}
		for _, d := range c.days {
			if seen[d] {
				return Hours{}, kernel.Invalid("", kernel.T("“"+dayWord(d).Zh+"”写了两次，请并成一条", dayWord(d).En+" stands there twice; make it one"))
			}
			seen[d] = true
		}
		h.clauses = append(h.clauses, c)
	}
	if len(h.clauses) == 0 {
		return Hours{}, kernel.Invalid("", sayHours)
	}
	slices.SortStableFunc(h.clauses, func(a, b clause) int { return order(a.days[0]) - order(b.days[0]) })
	return h, nil
}

// order puts the clause for every day first, then working days, the week from Monday, and holidays last.
func order(d dayKind) int {
	switch d {
	case everyDay:
		return 0
	case workdays:
		return 1
	case holidays:
		return 9
	default:
		return 2 + (int(d)+6)%7
	}
}

func parseClause(s string) (clause, error) {
	cut := strings.IndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' })
	shut := false
	if cut < 0 {
		for _, w := range []string{"休息", "不开", "closed"} {
			if i := strings.Index(strings.ToLower(s), w); i >= 0 {
				cut, shut = i, true
				break
			}
		}
	}
	if cut < 0 {
		return clause{}, kernel.Invalid("", sayHours)
	}
	var c clause
	var err error
	if c.days, err = parseDays(strings.TrimSpace(s[:cut])); err != nil || shut {
		return c, err
	}
	for t := range strings.SplitSeq(s[cut:], ",") {
		sp, err := parseSpan(strings.TrimSpace(t))
		if err != nil {
			return clause{}, err
		}
		if n := len(c.spans); n > 0 && c.spans[n-1].to >= sp.from {
			return clause{}, kernel.Invalid("", kernel.T("“"+s+"”里的时段要一段接一段，不能重叠", "the times in \""+s+"\" must follow each other and not overlap"))
		}
		c.spans = append(c.spans, sp)
	}
	return c, nil
}

func parseDays(s string) ([]dayKind, error) {
	if s == "" {
		return []dayKind{everyDay}, nil
	}
	var out []dayKind
	for w := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune("、,及和", r) }) {
		if from, to, ok := strings.Cut(w, "-"); ok {
			a, okA := dayOf(from)
			b, okB := dayOf(to)
			if !okA || !okB || a > 6 || b > 6 {
				return nil, unknownDay(w)
			}
			for d := a; ; d = (d + 1) % 7 {
				out = append(out, d)
				if d == b {
					break
				}
			}
			continue
		}
		d, ok := dayOf(w)
		if !ok {
			return nil, unknownDay(w)
		}
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b dayKind) int { return order(a) - order(b) })
	if len(slices.Compact(slices.Clone(out))) != len(out) || len(out) > 1 && out[len(out)-1] > 6 || len(out) > 1 && out[0] > 6 {
		return nil, unknownDay(s)
	}
	return out, nil
}

func unknownDay(w string) error {
	return kernel.Invalid("", kernel.T("不认识“"+strings.TrimSpace(w)+"”，请写每天、工作日、周一、周一至周五或节假日", "unknown days \""+strings.TrimSpace(w)+"\"; use daily, working days, Mon, Mon-Fri or holidays"))
}

func dayOf(w string) (dayKind, bool) {
	w = strings.ToLower(strings.TrimSpace(w))
	for k, t := range kindWords {
		if w == t.Zh || w == t.En {
			return k, true
		}
	}
	switch w {
	case "天天", "每日", "every day", usually.Zh, usually.En:
		return everyDay, true
	case "法定节假日":
		return holidays, true
	case "周末":
		return 0, false // 周六、周日, so that it is plain what a holiday does
	}
	for i := range weekZh {
		if w == weekZh[i] || w == strings.TrimPrefix(weekZh[i], "周") || w == strings.ToLower(weekEn[i]) || w == strings.ToLower(time.Weekday(i).String()) {
			return dayKind(i), true
		}
	}
	return 0, false
}

func dayWord(d dayKind) kernel.Text {
	if t, ok := kindWords[d]; ok {
		return t
	}
	return kernel.T(weekZh[d], weekEn[d])
}

func parseSpan(s string) (span, error) {
	from, to, ok := strings.Cut(s, "-")
	a, okA := minute(from)
	b, okB := minute(to)
	if !ok || !okA || !okB || a >= b {
		return span{}, kernel.Invalid("", kernel.T("“"+s+"”不是时段，请写 8:30-12:00；过夜的分成两段", "\""+s+"\" is no time; write 8:30-12:00, and split what goes over midnight"))
	}
	return span{a, b}, nil
}

func minute(s string) (int, bool) {
	hs, ms, ok := strings.Cut(strings.TrimSpace(s), ":")
	h, errH := strconv.Atoi(hs)
	m, errM := strconv.Atoi(ms)
	if !ok || errH != nil || errM != nil || len(ms) != 2 || h < 0 || m < 0 || m > 59 || h*60+m > 1440 {
		return 0, false
	}
	return h*60 + m, true
}

func clock(m int) string { return fmt.Sprintf("%d:%02d", m/60, m%60) }

// usually is what every day is called beside clauses that depart from it: 每天 would contradict them.
var usually = kernel.T("平时", "usually")

// Text says the hours; either language is read back by ParseHours.
func (h Hours) Text() kernel.Text {
	if len(h.clauses) > 1 {
		return h.text(usually)
	}
	return h.text(kindWords[everyDay])
}

func (h Hours) text(every kernel.Text) kernel.Text {
	var zh, en []string
	for _, c := range h.clauses {
		dz, de := daysText(c.days)
		if c.days[0] == everyDay {
			dz, de = every.Zh, every.En
		}
		var spans []string
		for _, s := range c.spans {
			spans = append(spans, clock(s.from)+"–"+clock(s.to))
		}
		if len(spans) == 0 {
			zh, en = append(zh, dz+" 休息"), append(en, de+" closed")
			continue
		}
		zh, en = append(zh, dz+" "+strings.Join(spans, "，")), append(en, de+" "+strings.Join(spans, ", "))
	}
	return kernel.T(strings.Join(zh, "；"), strings.Join(en, "; "))
}

// String is the canonical form that is kept.
func (h Hours) String() string { return h.text(kindWords[everyDay]).Zh }

// daysText says days, three or more in a row as a range.
func daysText(days []dayKind) (zh, en string) {
	var zs, es []string
	for i := 0; i < len(days); {
		j := i
		for j+1 < len(days) && days[i] <= 6 && order(days[j+1]) == order(days[j])+1 {
			j++
		}
		if j-i < 2 {
			j = i
		}
		a, b := dayWord(days[i]), dayWord(days[j])
		if i == j {
			zs, es = append(zs, a.Zh), append(es, a.En)
		} else {
			zs, es = append(zs, a.Zh+"至"+b.Zh), append(es, a.En+"-"+b.En)
		}
		i = j + 1
	}
	return strings.Join(zs, "、"), strings.Join(es, ", ")
}

// on gives the hours of a day.
func (h Hours) on(cal Days, day time.Time) []span {
	find := func(d dayKind) ([]span, bool) {
		for _, c := range h.clauses {
			if slices.Contains(c.days, d) {
				return c.spans, true
			}
		}
		return nil, false
	}
	week := day.In(kernel.Shanghai).Weekday()
	weekend := week == time.Saturday || week == time.Sunday
	var try []dayKind
	switch {
	case cal.IsHoliday(day):
		try = []dayKind{holidays, everyDay}
	case weekend && cal.IsWorkday(day):
		try = []dayKind{workdays, dayKind(week), everyDay}
	case cal.IsWorkday(day):
		try = []dayKind{dayKind(week), workdays, everyDay}
	default:
		try = []dayKind{dayKind(week), everyDay}
	}
	for _, d := range try {
		if s, ok := find(d); ok {
			return s
		}
	}
	return nil
}

// State is whether a place is open at an instant, and when that changes: the close of this time, or the next opening within
// two weeks; zero when there is none.
type State struct {
	Open bool
	Next time.Time
}

// At gives the state at an instant. Times that touch midnight go on over it.
func (h Hours) At(cal Days, at time.Time) State {
	local := at.In(kernel.Shanghai)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, kernel.Shanghai)
	var s State
	for n := range 15 {
		day := midnight.AddDate(0, 0, n)
		for _, sp := range h.on(cal, day) {
			from, to := day.Add(time.Duration(sp.from)*time.Minute), day.Add(time.Duration(sp.to)*time.Minute)
			switch {
			case s.Open && from.Equal(s.Next):
				s.Next = to
			case s.Open:
				return s
			case !at.Before(from) && at.Before(to):
				s = State{true, to}
			case at.Before(from):
				return State{false, from}
			}
		}
		if s.Open && s.Next.Before(day.AddDate(0, 0, 1)) {
			return s
		}
	}
	if s.Open {
		s.Next = time.Time{} // it does not close
	}
	return s
}

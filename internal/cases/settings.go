package cases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/workflow"
)

// Own are the settings that a district keeps for itself beside flows, menu and routing.
type Own struct {
	Office    string      `json:"office"` // office hours, "09:00-12:00,14:00-18:00"; empty is the default
	Emergency []Emergency `json:"emergency"`
	// Calendar holds years that the district knows by itself: those not published when the program was made, and local holidays.
	Calendar OwnDays `json:"calendar"`
	// Limits of orders without an account; nil is the program's own.
	Limits *OwnLimits `json:"limits,omitempty"`
}

// OwnDays are the days of whole years as a district keeps them. Of a year that stands here, the program's own list does not count.
type OwnDays struct {
	Years    []int    `json:"years"`
	Holidays []string `json:"holidays"`
	Workdays []string `json:"workdays"`
}

// OwnLimits say how many orders may come without an account.
type OwnLimits struct {
	Address Pace `json:"address"`
	Phone   Pace `json:"phone"`
	All     Pace `json:"all"`
}

// Pace lets Burst pass at once, and one more each so many seconds.
type Pace struct {
	Burst   int     `json:"burst"`
	Seconds float64 `json:"seconds"`
}

// Order gives the limits as those who slow down take them.
func (l *OwnLimits) Order() access.OrderLimits {
	out := access.DefaultOrderLimits
	if l == nil {
		return out
	}
	limit := func(p Pace) access.Limit {
		return access.Limit{Every: time.Duration(p.Seconds * float64(time.Second)), Burst: p.Burst}
	}
	out.Address, out.Phone, out.All = limit(l.Address), limit(l.Phone), limit(l.All)
	return out
}

// LimitsOf is the other way round.
func LimitsOf(o access.OrderLimits) OwnLimits {
	pace := func(l access.Limit) Pace { return Pace{Burst: l.Burst, Seconds: l.Every.Seconds()} }
	return OwnLimits{Address: pace(o.Address), Phone: pace(o.Phone), All: pace(o.All)}
}

// Read gives the days as a calendar.
func (d OwnDays) Read() (*workflow.Calendar, error) {
	raw, err := json.Marshal(OwnDays{append([]int{}, d.Years...), append([]string{}, d.Holidays...), append([]string{}, d.Workdays...)})
	if err != nil {
		return nil, kernel.Internal("calendar", err)
	}
	return workflow.ReadCalendar(bytes.NewReader(raw))
}

// CalendarOf joins the program's calendar with what a district keeps.
func CalendarOf(d OwnDays) (*workflow.Calendar, error) {
	if len(d.Years) == 0 {
		return workflow.China(), nil
	}
	own, err := d.Read()
	if err != nil {
		return nil, err
	}
	return workflow.China().With(own), nil
}

// Bounds of what a district sets.
const (
	maxEmergency = 20
	maxWords     = 60
	maxOwnDays   = 400
	maxBurst     = 10_000
	maxPause     = 3600
)

var emergencyNumber = regexp.MustCompile(`^[0-9][0-9-]{2,19}$`)

// Check finds what would leave a clock without hours, a word that shows nothing, or everybody shut out.
func (o *Own) Check() error {
	if o.Office != "" {
		if _, err := workflow.ParseOfficeHours(o.Office); err != nil {
			return kernel.Invalid("office", kernel.T("上班时间应写成 09:00-12:00,14:00-18:00，先后排好，不要重叠", "office hours are written as 09:00-12:00,14:00-18:00, in order and without overlap"))
		}
	}
	if err := checkEmergency(o.Emergency); err != nil {
		return err
	}
	if err := o.Calendar.check(); err != nil {
		return err
	}
	if o.Limits == nil {
		return nil
	}
	for _, l := range []struct {
		field string
		pace  Pace
	}{{"limits.address", o.Limits.Address}, {"limits.phone", o.Limits.Phone}, {"limits.all", o.Limits.All}} {
		if l.pace.Burst < 1 || l.pace.Burst > maxBurst {
			return kernel.Invalid(l.field+".burst", kernel.T(fmt.Sprintf("一次最多几单要在 1 到 %d 之间", maxBurst), fmt.Sprintf("how many at once must lie between 1 and %d", maxBurst)))
		}
		if !(l.pace.Seconds >= 0.01 && l.pace.Seconds <= maxPause) {
			return kernel.Invalid(l.field+".seconds", kernel.T(fmt.Sprintf("间隔秒数要在 0.01 到 %d 之间", maxPause), fmt.Sprintf("the seconds between two must lie between 0.01 and %d", maxPause)))
		}
	}
	return nil
}

func checkEmergency(list []Emergency) error {
	if len(list) > maxEmergency {
		return kernel.Invalid("emergency", kernel.T(fmt.Sprintf("最多 %d 个紧急电话", maxEmergency), fmt.Sprintf("at most %d emergency numbers", maxEmergency)))
	}
	seen := map[string]bool{}
	for i, e := range list {
		field := func(name string) string { return fmt.Sprintf("emergency[%d].%s", i, name) }
		switch {
		case !emergencyNumber.MatchString(e.Number):
			return kernel.Invalid(field("number"), kernel.T("电话号码只用数字和短横，如 119", "a number has digits and hyphens only, such as 119"))
		case seen[e.Number]:
			return kernel.Invalid(field("number"), kernel.T("「"+e.Number+"」写了两次，请合在一起", "\""+e.Number+"\" stands there twice; join the two"))
		case strings.TrimSpace(e.Title.Zh) == "" || strings.TrimSpace(e.Title.En) == "":
			return kernel.Invalid(field("title"), kernel.T("请用两种语言写名称", "give the name in both languages"))
		case len(e.Words) == 0 || len(e.Words) > maxWords:
			return kernel.Invalid(field("words"), kernel.T(fmt.Sprintf("请写 1 到 %d 个词，居民说到其中一个就会看到这个电话", maxWords), fmt.Sprintf("give 1 to %d words; who writes one of them is shown this number", maxWords)))
		}
		for _, w := range e.Words {
			if n := utf8.RuneCountInString(w); strings.TrimSpace(w) != w || n < 1 || n > 20 {
				return kernel.Invalid(field("words"), kernel.T("「"+w+"」不行：一个词 1 到 20 个字，前后不留空格", "\""+w+"\" will not do: a word has 1 to 20 characters and no spaces around it"))
			}
		}
		seen[e.Number] = true
	}
	return nil
}

func (d OwnDays) check() error {
	if len(d.Holidays)+len(d.Workdays) > maxOwnDays*max(1, len(d.Years)) || len(d.Years) > 30 {
		return kernel.Invalid("calendar", kernel.T("日子太多了，请检查", "there are too many days; look again"))
	}
	for i, y := range d.Years {
		if y < 2000 || y > 2100 || slices.Contains(d.Years[:i], y) {
			return kernel.Invalid("calendar.years", kernel.T(fmt.Sprintf("年份 %d 不对，或者写了两次", y), fmt.Sprintf("the year %d is not right, or stands there twice", y)))
		}
	}
	if _, err := d.Read(); err != nil {
		return err
	}
	for field, list := range map[string][]string{"calendar.holidays": d.Holidays, "calendar.workdays": d.Workdays} {
		for _, s := range list {
			t, err := time.ParseInLocation(time.DateOnly, s, kernel.Shanghai)
			if err != nil || !slices.Contains(d.Years, t.Year()) {
				return kernel.Invalid(field, kernel.T("「"+s+"」不在所列的年份里", "\""+s+"\" is in none of the years that are listed"))
			}
			if wd := t.Weekday(); field == "calendar.workdays" && wd != time.Saturday && wd != time.Sunday {
				return kernel.Invalid(field, kernel.T("「"+s+"」本来就是工作日，补班只能是周末", "\""+s+"\" is a working day as it is; only a weekend day is made up"))
			}
		}
	}
	return nil
}

// FlowVersion is one published version of a flow.
type FlowVersion struct {
	Version   int
	Published time.Time
}

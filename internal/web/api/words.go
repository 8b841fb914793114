package api

import (
	"fmt"
	"strings"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
	"sanzhi/internal/workflow"
)

// When says an instant as people do: 今天 18:00, 明天 9:00, 4月28日 18:00; the year only when it is another one.
// In English it follows a word like by: 18:00 today, 18:00 on 28 April.
func When(lang kernel.Lang, t, now time.Time) string {
	t, now = t.In(kernel.Shanghai), now.In(kernel.Shanghai)
	day := func(x time.Time) int64 { return x.Add(8*time.Hour).Unix() / 86400 }
	clock := strings.TrimPrefix(t.Format("15:04"), "0")
	days := map[int64]kernel.Text{-1: kernel.T("昨天", "yesterday"), 0: kernel.T("今天", "today"), 1: kernel.T("明天", "tomorrow")}
	if w, ok := days[day(t)-day(now)]; ok {
		if lang == kernel.English {
			return clock + " " + w.En
		}
		return w.In(lang) + " " + clock
	}
	if lang == kernel.English {
		if t.Year() == now.Year() {
			return clock + t.Format(" on 2\u00a0January")
		}
		return clock + t.Format(" on 2\u00a0January 2006")
	}
	s := fmt.Sprintf("%d月%d日 %s", t.Month(), t.Day(), clock)
	if t.Year() != now.Year() {
		s = fmt.Sprintf("%d年", t.Year()) + s
	}
	return s
}

// limitSay says a limit: 2 个工作日.
func limitSay(lang kernel.Lang, l workflow.Limit) string {
	zh := map[workflow.Unit]string{workflow.UrgentHours: "%d 小时", workflow.WorkingHours: "%d 个工作时", workflow.WorkingDays: "%d 个工作日", workflow.NaturalDays: "%d 天"}
	en := map[workflow.Unit]string{workflow.UrgentHours: "hour", workflow.WorkingHours: "working hour", workflow.WorkingDays: "working day", workflow.NaturalDays: "day"}
	if lang == kernel.English {
		s := fmt.Sprintf("%d %s", l.N, en[l.Unit])
		if l.N != 1 {
			s += "s"
		}
		return s
	}
	return fmt.Sprintf(zh[l.Unit], l.N)
}

// capital begins a word that stands alone with a capital.
func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

var roleNames = map[kernel.Role]kernel.Text{
	kernel.Resident: kernel.T("居民", "Resident"), kernel.GridWorker: kernel.T("网格员", "Grid worker"), kernel.CommunityClerk: kernel.T("社区工作者", "Community clerk"),
	kernel.UnitDispatcher: kernel.T("单位派单人", "Unit dispatcher"), kernel.Cadre: kernel.T("办事干部", "Cadre"), kernel.Supervisor: kernel.T("督办员", "Supervisor"),
	kernel.Mediator: kernel.T("调解员", "Mediator"), kernel.Volunteer: kernel.T("志愿者", "Volunteer"), kernel.Planner: kernel.T("规划员", "Planner"),
	kernel.DistrictLeader: kernel.T("区领导", "District leader"), kernel.SystemAdmin: kernel.T("系统管理员", "System administrator"),
	kernel.SecurityAdmin: kernel.T("安全管理员", "Security administrator"), kernel.Auditor: kernel.T("审计员", "Auditor"),
}

// where says the place of a case in words: 小桥社区 · 建设巷 12 号院 3 号楼.
func where(at territory.At) string {
	var near, fine []string
	for _, p := range []*territory.Ref{at.Community, at.Village} {
		if p != nil {
			near = append(near, p.Name)
		}
	}
	if len(near) == 0 && at.Street != nil {
		near = append(near, at.Street.Name)
	}
	for _, p := range []*territory.Ref{at.Compound, at.Building} {
		if p != nil {
			fine = append(fine, p.Name)
		}
	}
	if len(fine) == 0 && at.Grid != nil {
		fine = append(fine, at.Grid.Name)
	}
	return strings.Join(append(near, strings.Join(fine, " ")), " · ")
}

// day reads a calendar day of Asia/Shanghai and gives the instant at which it begins, or the day plus days after it; the empty text
// is the zero time.
func day(field, s string, plus int) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, kernel.Shanghai)
	if err != nil {
		return time.Time{}, kernel.Malformed(field, kernel.T("日期应写成 2023-04-28", "a date is written like 2023-04-28"))
	}
	return t.AddDate(0, 0, plus), nil
}

package store

import (
	"maps"
	"slices"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/reports"
)

// Units of what rooms beside cases count.
var (
	unitSessions = kernel.T("次", "session|sessions")
	unitTimes    = kernel.T("人次", "person-time|person-times")
	unitPeople   = kernel.T("人", "person|people")
	unitForms    = kernel.T("种", "kind|kinds")
	unitTeams    = kernel.T("支", "team|teams")
)

var (
	fromActivities = kernel.T("活动与志愿服务登记", "the register of activities")
	fromWorks      = kernel.T("工程台账与示范点登记", "the registers of works and sites")
	fromRegisters  = kernel.T("各类登记册", "the registers")
	fromRounds     = kernel.T("巡查与班前自检记录", "records of rounds and pre-shift checks")
	fromTargets    = kernel.T("指标与竞赛登记", "the register of targets and contests")
	fromAwards     = kernel.T("评选登记", "the register of awards")
)

// asked narrows by parameters: each names a column.
func asked(columns map[string]string) func(f *filter, a reports.Ask) {
	return func(f *filter, a reports.Ask) {
		for _, name := range slices.Sorted(maps.Keys(columns)) {
			if v := a.Params[name]; v != "" {
				f.and(columns[name]+" = ?", v)
			}
		}
	}
}

// held narrows to activities that were held in the period.
const held = "a.stage IN ('held', 'closed') AND a.from_at >= {from} AND a.from_at < {to}"

func heldSet(where ...string) countedSet {
	return countedSet{table: "activity a", alias: "a", zh: "a.title", at: "a.from_at", facts: "a.programme || ' ' || a.form || ' ' || CAST(a.version AS TEXT)",
		where: append([]string{held}, where...), more: func(f *filter, a reports.Ask) {
			asked(map[string]string{"programme": "a.programme", "form": "a.form", "series": "a.series"})(f, a)
			if s := a.Params["strand"]; s != "" {
				f.and("(' ' || a.strands || ' ') LIKE ?", "% "+s+" %")
			}
		}}
}

var heldParams = []string{"programme", "form", "series", "strand"}

func activityQueries() []*reports.Query {
	over := func(s countedSet, id string, unit, title, leaves kernel.Text, params []string) *reports.Query {
		return s.query(reports.Query{ID: id, Version: 1, Title: title, Leaves: leaves, Source: fromActivities, Unit: unit, Over: reports.OverPeriod, Params: params, Reads: access.ActivityRead})
	}
	unheld := kernel.T("没办的、取消的不算", "those not held or called off")
	took, good := heldSet(), heldSet()
	took.num = "a.took_part + (SELECT COUNT(DISTINCT x.signup) FROM activity_attendance x WHERE x.tenant = a.tenant AND x.activity = a.id)"
	took.den = took.num
	good.num, good.den = "a.benefit_times", "a.benefit_times"
	service := heldSet("a.service = 1")
	servedTimes, servedGood := service, service
	servedGood.num, servedGood.den = "a.benefit_times", "a.benefit_times"
	servedTimes.num, servedTimes.den = took.num, took.num
	forms := heldSet(`NOT EXISTS (SELECT 1 FROM activity b WHERE b.tenant = a.tenant AND b.programme = a.programme AND b.form = a.form AND b.stage IN ('held', 'closed')
		AND b.from_at >= {from} AND b.from_at < {to} AND b.id < a.id)`)
	venues := countedSet{table: "activity_venue v", alias: "v", zh: "v.title", facts: "v.kind || ' ' || v.title", more: asked(map[string]string{"kind": "v.kind"})}
	kinds := venues
	kinds.where = []string{"NOT EXISTS (SELECT 1 FROM activity_venue w WHERE w.tenant = v.tenant AND w.kind = v.kind AND w.id < v.id)"}
	now := func(s countedSet, id string, unit, title kernel.Text, params []string) *reports.Query {
		return s.query(reports.Query{ID: id, Version: 1, Title: title, Leaves: noneLeft, Source: fromActivities, Unit: unit, Over: reports.OverNow, Params: params, Reads: access.ActivityRead})
	}
	return append([]*reports.Query{
		over(heldSet(), "activities", unitSessions, kernel.T("办过的活动", "activities that were held"), unheld, heldParams),
		over(service, "volunteer_sessions", unitSessions, kernel.T("办过的志愿服务活动", "volunteer activities that were held"), unheld, heldParams),
		over(heldSet("a.programme = 'school'"), "school_activities", unitSessions, kernel.T("党校课堂办过的活动", "activities of the school that were held"), unheld, nil),
		over(heldSet("a.programme = 'forum' AND a.number > 0"), "forum_sessions", kernel.T("期", "session|sessions"), kernel.T("办过的论坛，按期数", "numbered sessions of the forum that were held"), unheld, nil),
		over(took, "took_part", unitTimes, kernel.T("来参加活动的人次：逐人签到的加导入时写明的", "those who came, in person-times: checked in one by one, or told by an import"), unheld, heldParams),
		over(servedTimes, "volunteer_times", unitTimes, kernel.T("参加志愿服务的人次", "volunteers who came, in person-times"), unheld, heldParams),
		over(good, "benefit_times", unitTimes, kernel.T("活动受益的人次", "those who had the good of activities, in person-times"), unheld, heldParams),
		over(servedGood, "volunteer_benefit", unitTimes, kernel.T("志愿服务受益的人次", "those who had the good of volunteering, in person-times"), unheld, heldParams),
		over(forms, "activity_forms", unitForms, kernel.T("用过的活动形式，每种列最早的一场", "forms of activity that were used; the first of each stands for it"), unheld, []string{"programme"}),
		now(venues, "venues", unitItems, kernel.T("共用的场地", "venues that are shared"), []string{"kind"}),
		now(kinds, "venue_kinds", unitForms, kernel.T("共用场地的种类，每种列一个", "kinds of venue that are shared; one stands for each"), nil),
	}, peopleQueries()...)
}

// peopleQueries count volunteers and paid work. Steady jobs are persons and odd jobs person-times: two queries, never one.
func peopleQueries() []*reports.Query {
	volunteers := countedSet{table: "activity_person p", alias: "p", zh: "p.number", facts: "p.number", where: []string{`p.kind = 'volunteer' AND EXISTS
		(SELECT 1 FROM team_member m WHERE m.tenant = p.tenant AND m.person = p.id AND m.from_at <= {asof} AND (m.to_at = 0 OR m.to_at > {asof}))`}}
	teams := countedSet{table: "volunteer_team t", alias: "t", zh: "t.title", facts: "t.kind || ' ' || t.title", where: []string{"t.parent <> ''"}}
	posts := countedSet{table: "team_member m JOIN volunteer_team t ON t.tenant = m.tenant AND t.id = m.team", alias: "m", zh: "m.post", path: "t.path", facts: "m.post",
		where: []string{"m.post <> '' AND m.to_at = 0 AND NOT EXISTS (SELECT 1 FROM team_member n WHERE n.tenant = m.tenant AND n.post = m.post AND n.to_at = 0 AND n.id < m.id)"}}
	grids := countedSet{table: "volunteer_grid g JOIN place p ON p.tenant = g.tenant AND p.id = g.grp", alias: "g", id: "p.id", path: "p.path", zh: "p.name",
		facts: "CAST(g.grid AS TEXT) || ' ' || p.code", where: []string{"NOT EXISTS (SELECT 1 FROM volunteer_grid h WHERE h.tenant = g.tenant AND h.team = g.team AND h.grid = g.grid AND h.grp < g.grp)"}}
	groups := placeSet("villager_group")
	groups.num = "CASE WHEN EXISTS (SELECT 1 FROM volunteer_grid g WHERE g.tenant = p.tenant AND g.grp = p.id) THEN 1 ELSE 0 END"
	const wages = "activity_wage w JOIN activity a ON a.tenant = w.tenant AND a.id = w.activity"
	once := func(by, kind string) countedSet {
		return countedSet{table: wages, alias: "w", zh: "a.title", path: "a.path", at: "w.at", facts: "w.employment || ' ' || CAST(w.grams AS TEXT)", where: []string{"w.employment = '" + kind + `' AND NOT EXISTS
			(SELECT 1 FROM activity_wage y WHERE y.tenant = w.tenant AND y.` + by + " = w." + by + " AND y.employment = w.employment AND y.id < w.id)"}}
	}
	q := func(s countedSet, id string, unit, title kernel.Text, x reports.Query) *reports.Query {
		x.ID, x.Version, x.Title, x.Leaves, x.Source, x.Unit, x.Over = id, 1, title, noneLeft, fromActivities, unit, reports.OverNow
		return s.query(x)
	}
	people := reports.Query{Persons: true, Reads: access.ActivityWrite}
	return []*reports.Query{
		q(volunteers, "volunteers", unitPeople, kernel.T("在队的志愿者，一人在几个队也只算一次", "volunteers in teams, each once, in however many teams"), people),
		q(teams, "volunteer_teams", unitTeams, kernel.T("总队下面的志愿服务支队", "teams of volunteers below a brigade"), reports.Query{Reads: access.ActivityRead}),
		q(posts, "volunteer_posts", unitForms, kernel.T("有志愿者在岗的岗位种类，每种列一个", "kinds of post that volunteers hold; one stands for each"), reports.Query{Reads: access.ActivityWrite}),
		q(grids, "volunteer_grids", unitItems, kernel.T("志愿服务网格，每个列一个村民组", "grids of volunteers; a villager group stands for each"), reports.Query{Reads: access.ActivityRead}),
		q(groups, "groups_in_grids", unitPercent, kernel.T("归入志愿服务网格的村民组 ÷ 全部村民组", "villager groups in a grid of volunteers ÷ all villager groups"), reports.Query{Share: true, Reads: access.PlaceRead}),
		q(once("who", "stable"), "jobs_stable", unitPeople, kernel.T("稳定就业的人，领过计件工资的，一人一次", "people in steady jobs who were paid, each once"), people),
		q(once("signup", "flexible"), "jobs_flexible", unitTimes, kernel.T("灵活就业的人次，领过计件工资的班次", "odd jobs that were paid, in person-times"), people),
		dayOfWork("SUM(w.grams)").query(dayQuery("picked_a_day", 500, kernel.T("斤", "jin"), kernel.T("一人一天采下的斤数，按过秤记录平均", "what one person picked in a day, averaged over the weighings"))),
		dayOfWork("SUM((w.grams * w.rate_fen + 500) / 1000)").query(dayQuery("wage_a_day", 100, kernel.T("元", "yuan"), kernel.T("一人一天挣的元数，过秤的公斤数乘单价，逐次四舍五入到分，按天平均", "what one person earned in a day: kilograms weighed times the rate, each rounded to the fen, averaged over days"))),
	}
}

func awardQueries() []*reports.Query {
	kinds := countedSet{table: "award a", alias: "a", zh: "a.kind", facts: "a.kind", where: []string{"NOT EXISTS (SELECT 1 FROM award b WHERE b.tenant = a.tenant AND b.kind = a.kind AND b.id < a.id)"}}
	return []*reports.Query{kinds.query(reports.Query{ID: "award_kinds", Version: 1, Title: kernel.T("办过的评选种类，每种列一轮", "kinds of award; one round stands for each"), Leaves: noneLeft,
		Source: fromAwards, Unit: unitForms, Over: reports.OverNow, Reads: access.BallotRead})}
}

func roundQueries() []*reports.Query {
	day := asked(map[string]string{"day": "r.day", "measure": "r.measure"})
	measures := countedSet{table: "round_record r", alias: "r", zh: "r.words", at: "r.at", facts: "r.measure || ' ' || r.day", more: day,
		where: []string{"NOT EXISTS (SELECT 1 FROM round_record s WHERE s.tenant = r.tenant AND s.measure = r.measure AND s.day = r.day AND s.id < r.id)"}}
	shifts := countedSet{table: "round_shift r", alias: "r", at: "r.opened_at", facts: "r.day || ' ' || r.state", where: []string{"r.opened_at > 0"}, more: asked(map[string]string{"day": "r.day"})}
	checks := countedSet{table: "round_duty d JOIN round_shift r ON r.tenant = d.tenant AND r.id = d.shift", alias: "d", zh: "r.name", path: "d.path", at: "d.done_at", facts: "d.state || ' ' || CAST(d.passed AS TEXT)",
		num: "CASE WHEN d.state = 'done' AND d.passed = 1 THEN 1 ELSE 0 END", more: asked(map[string]string{"day": "r.day"})}
	partner := countedSet{table: "round_duty d JOIN round_care c ON c.tenant = d.tenant AND c.id = d.target JOIN org o ON o.tenant = c.tenant AND o.id = c.partner", alias: "d", zh: "o.name", path: "d.path",
		at: "d.done_at", facts: "d.state || ' ' || d.unit", where: []string{"d.state = 'done' AND c.partner <> ''", "d.done_at >= {from} AND d.done_at < {to}"}}
	q := func(s countedSet, id string, unit, title kernel.Text, params []string, share bool) *reports.Query {
		return s.query(reports.Query{ID: id, Version: 1, Title: title, Leaves: noneLeft, Source: fromRounds, Unit: unit, Over: reports.OverNow, Params: params, Share: share, Reads: access.RoundRead})
	}
	return []*reports.Query{
		q(measures, "safety_measures", unitForms, kernel.T("有记录的安全措施，同一天同一种只算一次", "safety measures on record, each once a day"), []string{"day", "measure"}, false),
		q(shifts, "shifts_opened", kernel.T("班", "shift|shifts"), kernel.T("逐人查完才开工的班", "shifts that opened once everybody was checked"), []string{"day"}, false),
		partner.query(reports.Query{ID: "partner_visits", Version: 1, Title: kernel.T("卫生院等单位按单独同意上门的次数，只知道去过", "visits that a clinic or other institution made by a consent of its own; only that they were made is known"),
			Leaves: kernel.T("没去成的、漏了的不算", "those not made or missed"), Source: fromRounds, Unit: kernel.T("次", "visit|visits"), Over: reports.OverPeriod, Persons: true, Reads: access.PrivacyRead}),
		q(checks, "shift_checks", unitPercent, kernel.T("班前自检合格的人 ÷ 当班的人", "workers whose pre-shift check passed ÷ workers of the shift"), []string{"day"}, true),
	}
}

package store

import (
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/reports"
)

func replaceAll(s, old, with string) string { return strings.ReplaceAll(s, old, with) }

// caseSet counts cases. Confidential ones are in no figure, since a figure must not tell that there is a dispute; one that was
// merged into another counts once, with that one.
func caseSet(where ...string) countedSet {
	return countedSet{table: "case_record c", alias: "c", zh: "c.title_zh", en: "c.title_en", at: "c.opened_at",
		facts: "c.number || ' ' || c.step || ' ' || CAST(c.version AS TEXT)", columns: caseColumns,
		where: append([]string{"c.merged_into = '' AND c.confidential = 0"}, where...)}
}

// openedIn narrows to cases opened in the period.
const openedIn = "c.opened_at >= {from} AND c.opened_at < {to}"

// inStep narrows to the flow and the steps that the question names.
func inStep(f *filter, a reports.Ask) {
	if flow := a.Params["flow"]; flow != "" {
		f.and("c.flow = ?", flow)
	}
	if steps := strings.Fields(a.Params["steps"]); len(steps) > 0 {
		ids := make([]kernel.ID, len(steps))
		for i, s := range steps {
			ids[i] = kernel.ID(s)
		}
		f.conds = append(f.conds, "c.step IN ("+f.in(ids)+")")
	}
	byStrand(f, a)
	if unit := a.Params["unit"]; unit != "" {
		f.and("c.unit = ?", unit)
	}
}

var caseParams = []string{"flow", "steps", "unit", "strand"}

func caseQueries() []*reports.Query {
	// The rating that ended the round, whoever of the requesters gave it.
	solved := caseSet("c.flow = 'menu' AND c.ended = 'done'", `EXISTS (SELECT 1 FROM rating r WHERE r.tenant = c.tenant AND r.case_id = c.id AND r.round = c.round
		AND r.solved = 1 AND r.at >= {from} AND r.at < {to})`)
	solved.at = "c.closed_at"
	closed := caseSet("c.flow = 'hazard' AND c.ended = 'done' AND c.closed_at >= {from} AND c.closed_at < {to}")
	closed.at = "c.closed_at"
	opened, standing, overdue := caseSet(openedIn), caseSet("c.ended = ''"), caseSet("c.ended = '' AND c.due_at < {asof}")
	opened.more, standing.more, overdue.more = inStep, inStep, inStep
	count := func(s countedSet, id string, over reports.Over, unit, title, leaves kernel.Text, params []string, replay reports.Replay) *reports.Query {
		return s.query(reports.Query{ID: id, Version: 1, Title: title, Leaves: leaves, Source: fromCases, Unit: unit, Over: over, Params: params, Small: true,
			Reads: access.CaseRead, Replay: replay})
	}
	received := count(opened, "cases_opened", reports.OverPeriod, unitCases, kernel.T("这段时间里收到的事", "cases that were opened in the period"), noSecrets, caseParams, reports.ReplayOpened)
	received.Replays = reports.OpenedInLedger
	return append([]*reports.Query{
		count(solved, "issues_solved", reports.OverPeriod, unitCases, kernel.T("居民点单、到“评”这一步居民说解决了的。一件并了几件的只算一次", "cases that residents ordered and, when rating, said are solved; several merged into one count once"),
			kernel.T("没评的、说没解决的、后来又重开的不算", "cases not rated, not solved, or opened again since"), nil, reports.ReplaySolved("menu", "rated")),
		count(closed, "hazards_closed", reports.OverPeriod, unitHazards, kernel.T("查出、整改并复查合格的安全隐患", "hazards that were found, removed and passed the recheck"),
			kernel.T("还没复查的、并入别件的不算", "hazards not rechecked yet, or merged into others"), nil, reports.ReplayClosed("hazard", "rechecked")),
		received,
		count(standing, "cases_open", reports.OverNow, unitCases, kernel.T("还在办的事", "cases that are open"), noSecrets, caseParams, nil),
		count(overdue, "cases_overdue", reports.OverNow, unitCases, kernel.T("还在办、而且有一个时限已经过了的事", "open cases with a deadline that has passed"), noSecrets, caseParams, nil),
	}, rateQueries()...)
}

// rateQueries are 响应, 解决, 满意 and 按期 over the cases opened in a period, as GET /stats/rates gives them: promises and ratings are counted,
// so that one case may add more than one.
func rateQueries() []*reports.Query {
	const ratings = "SELECT COUNT(*) FROM rating r WHERE r.tenant = c.tenant AND r.case_id = c.id"
	due := func(name string) string {
		return "CASE WHEN c." + name + " > 0 AND c." + name + " < {asof} THEN 1 ELSE 0 END"
	}
	var out []*reports.Query
	for _, x := range []struct {
		id, num, den  string
		title, leaves kernel.Text
	}{
		{"response_rate", "c.resp_kept", "c.resp_kept + c.resp_missed + " + due("resp_due"),
			kernel.T("按时接单的次数 ÷ 应当接单的次数", "dispatches accepted in time ÷ dispatches that were due"), kernel.T("还没到时限的不算", "those whose time is not over")},
		{"resolution_rate", "(" + ratings + " AND r.solved = 1)", "(" + ratings + ")",
			kernel.T("居民说解决了的评价 ÷ 全部评价", "ratings that say it is solved ÷ all ratings"), kernel.T("没有评价的不算", "cases that were not rated")},
		{"satisfaction_rate", "(" + ratings + " AND r.score >= 4)", "(" + ratings + ")",
			kernel.T("打 4 分、5 分的评价 ÷ 全部评价", "ratings of 4 and 5 ÷ all ratings"), kernel.T("没有评价的不算", "cases that were not rated")},
		{"on_time_rate", "c.fin_kept", "c.fin_kept + c.fin_missed + " + due("fin_due"),
			kernel.T("按期办结的次数 ÷（办结的和超期未办的次数）", "work finished in time ÷ work finished or overdue"), kernel.T("还没到时限的不算", "those whose time is not over")},
	} {
		s := caseSet(openedIn)
		s.num, s.den, s.more = x.num, x.den, inStep
		out = append(out, s.query(reports.Query{ID: x.id, Version: 1, Title: x.title, Leaves: x.leaves, Source: fromCases, Unit: unitPercent, Share: true, Small: true,
			Over: reports.OverPeriod, Params: caseParams, Reads: access.CaseRead}))
	}
	return out
}

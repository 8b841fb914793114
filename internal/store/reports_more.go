package store

import (
	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/reports"
)

// disputeQueries count what mediation resolved. Disputes are read by the parties, the mediator and the committee alone: the total is told, the
// records only to them, and fewer than five nowhere.
func disputeQueries() []*reports.Query {
	s := caseSet("c.flow = 'dispute' AND c.ended = 'done' AND c.closed_at >= {from} AND c.closed_at < {to}")
	s.where[0] = "c.merged_into = ''"
	s.at, s.facts = "c.closed_at", "c.step"
	return []*reports.Query{s.query(reports.Query{ID: "disputes_resolved", Version: 1, Source: fromCases, Unit: kernel.T("起", "dispute|disputes"), Over: reports.OverPeriod,
		Title:  kernel.T("调解委员会调成的矛盾纠纷：达成协议并生效，或经司法确认", "disputes that mediation resolved: an agreement in force, or confirmed by the court"),
		Leaves: kernel.T("没有调成的、不予受理的、当事人退出的不算", "those not resolved, not taken up, or left by a party"),
		Reads:  access.CaseRead, Persons: true, Small: true, Replay: reports.ReplayClosed("dispute", "resolved", "confirmed")})}
}

// publishedQueries count published projects, and demonstration sites that are known by name.
func publishedQueries() []*reports.Query {
	works := func(state string) countedSet {
		return countedSet{table: "work_project w", alias: "w", facts: "w.kind || ' ' || w.state || ' ' || w.name",
			where: []string{"w.published = 1 AND w.state = '" + state + "' AND w.created_at <= {asof}"}}
	}
	sites := func(state string) countedSet {
		return countedSet{table: "work_site w", alias: "w", at: "w.as_of", facts: "w.type || ' ' || w.state || ' ' || w.name", where: []string{"w.state = '" + state + "' AND w.as_of <= {asof}"}}
	}
	query := func(s countedSet, id string, title, leaves kernel.Text) *reports.Query {
		return s.query(reports.Query{ID: id, Version: 1, Title: title, Leaves: leaves, Source: fromWorks, Unit: unitItems, Over: reports.OverNow, Reads: access.WorkRead})
	}
	drafts := kernel.T("没有公开的不算", "those that are not published")
	unnamed := kernel.T("登记册里只有数、没有名称的不算", "those that a register counts without naming them")
	return []*reports.Query{
		query(works("done"), "works_built", kernel.T("建成的工程", "works that are built"), drafts),
		query(works("active"), "works_active", kernel.T("在建的工程", "works under way"), drafts),
		query(sites("done"), "sites_built", kernel.T("建成的示范点", "demonstration sites that are built"), unnamed),
		query(sites("planned"), "sites_planned", kernel.T("计划的示范点", "demonstration sites that are planned"), unnamed),
	}
}

// keptQueries count entries of registers that everybody may read.
func keptQueries() []*reports.Query {
	const entry = "register_entry e"
	pledges := countedSet{table: entry + " LEFT JOIN org o ON o.tenant = e.tenant AND o.id = e.org", alias: "e", zh: "COALESCE(o.name, '—')", at: "e.due_at", facts: "e.state || ' ' || e.words",
		where: []string{"e.register = 'pledge' AND e.state <> 'ended' AND e.due_at >= {from} AND e.due_at < {to} AND (e.due_at < {asof} OR e.state <> 'open')"},
		num:   "CASE WHEN e.state = 'fulfilled' THEN 1 ELSE 0 END"}
	brands := countedSet{table: "org o", alias: "o", facts: "o.kind || ' ' || o.name", where: []string{"o.kind = 'branch'"},
		num: "CASE WHEN EXISTS (SELECT 1 FROM register_entry e WHERE e.tenant = o.tenant AND e.org = o.id AND e.register = 'brand' AND e.state = 'open' AND e.created_at <= {asof}) THEN 1 ELSE 0 END"}
	stations := countedSet{table: entry + " JOIN place p ON p.tenant = e.tenant AND p.id = e.place", alias: "e", zh: "p.name", facts: "e.facet || ' ' || p.name",
		where: []string{"e.register = 'station' AND e.state = 'open' AND e.created_at <= {asof} AND " + stands}}
	return []*reports.Query{
		pledges.query(reports.Query{ID: "pledges_kept", Version: 1, Title: kernel.T("按期兑现的承诺 ÷ 到期的和已有结果的承诺", "pledges that were kept ÷ pledges due or settled"),
			Leaves: kernel.T("还没到期也还没结果的、撤销的不算", "those not due and not settled, and those withdrawn"), Source: fromRegisters, Unit: unitPercent, Share: true,
			Over: reports.OverPeriod, Reads: access.PlaceRead}),
		brands.query(reports.Query{ID: "brands_coverage", Version: 1, Title: kernel.T("有品牌的支部 ÷ 全部支部", "branches that have a brand ÷ all branches"), Leaves: noneLeft,
			Source: fromRegisters, Unit: unitPercent, Share: true, Over: reports.OverNow, Reads: access.OrgRead}),
		stations.query(reports.Query{ID: "stations", Version: 1, Title: kernel.T("开着的服务阵地", "stations that stand"), Leaves: kernel.T("已经撤销的不算", "those that have ended"),
			Source: fromRegisters, Unit: unitItems, Over: reports.OverNow, Reads: access.PlaceRead}),
	}
}

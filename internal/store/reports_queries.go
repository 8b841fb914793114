package store

import (
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/reports"
	"sanzhi/internal/territory"
)

// ReportQueries are the queries of all rooms, each room's in a list of its own. A room that comes later adds its line here.
func ReportQueries() (*reports.Registry, error) {
	return reports.NewRegistry(
		placeQueries(),
		orgQueries(),
		caseQueries(),
		disputeQueries(), publishedQueries(), keptQueries(),
		activityQueries(), workQueries(), registerQueries(), roundQueries(), targetQueries(), awardQueries(),
	)
}

// Units, in 中文 and English: one and many.
var (
	unitItems   = kernel.T("个", "item|items")
	unitCases   = kernel.T("件", "case|cases")
	unitHazards = kernel.T("起", "hazard|hazards")
	unitMembers = kernel.T("名", "member|members")
	unitPercent = kernel.T("%", "%")
)

var (
	fromPlaces = kernel.T("地点登记册", "the register of places")
	fromOrgs   = kernel.T("机构与岗位登记册", "the register of organisations and posts")
	fromCases  = kernel.T("办件与台账", "cases and the ledger")
	noneLeft   = kernel.T("没有另外排除的", "nothing is left out")
	noSecrets  = kernel.T("并入别件的、保密的不算", "cases merged into others and confidential ones")
)

// stands narrows to what stands at the as-of instant.
const stands = "p.valid_from <= {asof} AND (p.valid_to = 0 OR p.valid_to > {asof})"

// placeSet counts the places of some kinds.
func placeSet(kinds ...territory.Kind) countedSet {
	return countedSet{table: "place p", alias: "p", zh: "p.name", facts: "p.kind || ' ' || p.code || ' ' || p.name", where: []string{stands},
		more: func(f *filter, _ reports.Ask) {
			ids := make([]kernel.ID, len(kinds))
			for i, k := range kinds {
				ids[i] = kernel.ID(k)
			}
			f.conds = append(f.conds, "p.kind IN ("+f.in(ids)+")")
		}}
}

func placeQueries() []*reports.Query {
	var out []*reports.Query
	for _, x := range []struct {
		id    string
		title kernel.Text
		kinds []territory.Kind
	}{
		{"compounds", kernel.T("现在登记着的小区", "compounds that are registered now"), []territory.Kind{territory.Compound}},
		{"streets", kernel.T("现有的街道、镇、乡", "subdistricts, towns and townships"), []territory.Kind{territory.Subdistrict, territory.Town, territory.Township, territory.StreetSpecial}},
		{"communities", kernel.T("现有的社区", "communities"), []territory.Kind{territory.Community}},
		{"villages", kernel.T("现有的行政村", "villages"), []territory.Kind{territory.Village}},
		{"grids_general", kernel.T("现有的综合网格", "comprehensive grids"), []territory.Kind{territory.GridGeneral}},
		{"grids_dedicated", kernel.T("现有的专属网格", "dedicated grids"), []territory.Kind{territory.GridDedicated}},
		{"grids", kernel.T("现有的综合网格和专属网格", "comprehensive and dedicated grids"), []territory.Kind{territory.GridGeneral, territory.GridDedicated}},
	} {
		out = append(out, placeSet(x.kinds...).query(reports.Query{ID: x.id, Version: 1, Title: x.title, Leaves: kernel.T("已经撤销的不算", "those that have ended"),
			Source: fromPlaces, Unit: unitItems, Over: reports.OverNow, Reads: access.PlaceRead}))
	}
	return append(out, centreTiers())
}

// centreTiers counts the tiers of place that have a service centre: of each tier the centre with the smallest id stands for it.
func centreTiers() *reports.Query {
	const tier = `CASE %.kind WHEN 'county' THEN 1 WHEN 'community' THEN 3 WHEN 'village' THEN 3 WHEN 'village_other' THEN 3 ELSE 2 END`
	of := func(alias string) string { return strings.ReplaceAll(tier, "%", alias) }
	s := countedSet{table: "place p JOIN place u ON u.tenant = p.tenant AND u.id = p.parent", alias: "p", facts: "p.code || ' ' || p.name",
		where: []string{stands, "p.kind = 'site' AND p.name LIKE '%服务中心'", `NOT EXISTS (SELECT 1 FROM place q JOIN place w ON w.tenant = q.tenant AND w.id = q.parent
			WHERE q.tenant = p.tenant AND q.kind = 'site' AND q.name LIKE '%服务中心' AND q.valid_from <= {asof} AND (q.valid_to = 0 OR q.valid_to > {asof})
			AND ` + of("w") + " = " + of("u") + " AND q.id < p.id)"}}
	return s.query(reports.Query{ID: "centre_tiers", Version: 1, Title: kernel.T("有服务中心的层级：区、镇街、社区（村）各列一个", "tiers that have a service centre: district, street and community; one of each stands for it"),
		Leaves: noneLeft, Source: fromPlaces, Unit: kernel.T("级", "tier|tiers"), Over: reports.OverNow, Reads: access.PlaceRead})
}

// lasting narrows a cover, post or report-in to what lasts at the as-of instant.
func lasting(alias string) string {
	return alias + ".from_at <= {asof} AND (" + alias + ".to_at = 0 OR " + alias + ".to_at > {asof})"
}

// coverage is a share of compounds: those that are covered in a way.
func coverage(kind orgs.CoverKind) countedSet {
	s := placeSet(territory.Compound)
	s.num = "CASE WHEN EXISTS (SELECT 1 FROM cover c WHERE c.tenant = p.tenant AND c.place = p.id AND c.kind = '" + string(kind) + "' AND " + lasting("c") + ") THEN 1 ELSE 0 END"
	return s
}

func orgQueries() []*reports.Query {
	branches := countedSet{table: "org o", alias: "o", facts: "o.kind || ' ' || o.name", where: []string{"o.kind = 'branch'",
		"EXISTS (SELECT 1 FROM cover c WHERE c.tenant = o.tenant AND c.org = o.id AND c.kind = 'branch' AND " + lasting("c") + ")"}}
	deputies := placeSet(territory.Community)
	deputies.num = "CASE WHEN EXISTS (SELECT 1 FROM holding h WHERE h.tenant = p.tenant AND h.place = p.id AND h.title = '社区副书记' AND " + lasting("h") + ") THEN 1 ELSE 0 END"
	members := countedSet{table: "report_in r JOIN place p ON p.tenant = r.tenant AND p.id = r.grid LEFT JOIN org u ON u.tenant = r.tenant AND u.id = r.unit", alias: "r",
		zh: "COALESCE(u.name, '—')", path: "p.path", at: "r.from_at", facts: "r.person || ' ' || r.unit || ' ' || r.grid", where: []string{lasting("r")}}
	served := placeSet(territory.GridGeneral, territory.GridDedicated)
	served.num = "CASE WHEN EXISTS (SELECT 1 FROM report_in r WHERE r.tenant = p.tenant AND r.grid = p.id AND " + lasting("r") + ") THEN 1 ELSE 0 END"
	share := func(s countedSet, id string, title, leaves kernel.Text) *reports.Query {
		return s.query(reports.Query{ID: id, Version: 1, Title: title, Leaves: leaves, Source: fromOrgs, Unit: unitPercent, Share: true, Over: reports.OverNow, Reads: access.PlaceRead})
	}
	return []*reports.Query{
		branches.query(reports.Query{ID: "branches", Version: 1, Title: kernel.T("至少覆盖一个小区的小区（楼栋）党支部", "branches of compounds and buildings that cover at least one compound"),
			Leaves: kernel.T("没有覆盖小区的支部不算", "branches that cover no compound"), Source: fromOrgs, Unit: unitItems, Over: reports.OverNow, Reads: access.OrgRead}),
		share(coverage(orgs.CoverBranch), "branch_coverage", kernel.T("有党支部覆盖的小区 ÷ 全部小区", "compounds that a branch covers ÷ all compounds"), noneLeft),
		share(coverage(orgs.CoverProperty), "property_coverage", kernel.T("有物业服务的小区 ÷ 全部小区", "compounds that a property firm serves ÷ all compounds"), noneLeft),
		share(coverage(orgs.CoverPaired), "paired_coverage", kernel.T("有包联单位的小区 ÷ 全部小区", "compounds that have a paired unit ÷ all compounds"), noneLeft),
		share(deputies, "police_deputies", kernel.T("有人担任“社区副书记”的社区 ÷ 全部社区", "communities whose post of deputy secretary is held ÷ all communities"), noneLeft),
		share(served, "grids_with_members", kernel.T("有在职党员报到的网格 ÷ 全部网格", "grids that a serving member reported in to ÷ all grids"), noneLeft),
		members.query(reports.Query{ID: "members", Version: 1, Title: kernel.T("在社区报到、落到网格的在职党员", "serving members who reported in to a community and stand in a grid"),
			Leaves: kernel.T("已经结束报到的不算", "those whose report-in has ended"), Source: fromOrgs, Unit: unitMembers, Persons: true, Over: reports.OverNow, Reads: access.RegisterRead}),
	}
}

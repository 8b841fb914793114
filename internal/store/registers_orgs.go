package store

import (
	"database/sql"
	"strconv"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/registers"
	"sanzhi/internal/territory"
)

// Children gives the organisations right below one ("" for those without a parent): those with something below them first, then
// by name; and how many stand below each. The cursor is "rank name id" of the last row.
func (Registers) Children(k kernel.Tx, parent kernel.ID, p kernel.Page) ([]*orgs.Org, map[kernel.ID]int, string, error) {
	f := &filter{}
	f.and("o.tenant = ?", string(on(k).tenant))
	f.and("o.parent = ?", string(parent))
	inner := "SELECT " + prefixed("o.", orgCols) + `, (SELECT COUNT(*) FROM org c WHERE c.tenant = o.tenant AND c.parent = o.id) AS below FROM org o WHERE ` + f.where()
	after := "1 = 1"
	if part := strings.SplitN(p.After, "\x1f", 3); len(part) == 3 {
		rank, name, id := f.arg(flag(part[0] == "1")), f.arg(part[1]), f.arg(part[2])
		after = "(x.r > " + rank + " OR x.r = " + rank + " AND (x.name > " + name + " OR x.name = " + name + " AND x.id > " + id + "))"
	}
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT "+prefixed("x.", orgCols)+", x.below, x.r FROM (SELECT y.*, CASE WHEN y.below > 0 THEN 0 ELSE 1 END AS r FROM ("+inner+") y) x WHERE "+after+
		" ORDER BY x.r, x.name, x.id LIMIT "+limit, f.args...)
	below, rank := map[kernel.ID]int{}, map[kernel.ID]int{}
	out, err := scanAll(rows, err, func(r *sql.Rows) (*orgs.Org, error) {
		o := &orgs.Org{}
		var sectors string
		var n, at int
		err := r.Scan(&o.ID, &o.Parent, &o.Kind, &o.Name, &o.Initials, &o.Place, &o.Path, &sectors, &o.Phone, &n, &at)
		o.Sectors, below[o.ID], rank[o.ID] = strings.Fields(sectors), n, at
		return o, err
	})
	if err != nil || len(out) <= p.Limit {
		return out, below, "", err
	}
	last := out[p.Limit-1]
	return out[:p.Limit], below, strconv.Itoa(rank[last.ID]) + "\x1f" + last.Name + "\x1f" + string(last.ID), nil
}

// Covered gives the places that an organisation covers now in a way, by code, and how many there are in all.
func (Registers) Covered(k kernel.Tx, org kernel.ID, kind orgs.CoverKind, limit int) ([]*territory.Place, int, error) {
	args := []any{string(on(k).tenant), string(org), string(kind)}
	const from = ` FROM cover c JOIN place p ON p.tenant = c.tenant AND p.id = c.place WHERE c.tenant = $1 AND c.org = $2 AND c.kind = $3 AND c.to_at = 0`
	var n int
	if err := on(k).QueryRow("SELECT COUNT(*)"+from, args...).Scan(&n); err != nil || n == 0 {
		return nil, n, err
	}
	rows, err := on(k).Query("SELECT "+prefixed("p.", placeCols)+from+" ORDER BY p.code, p.id LIMIT $4", append(args, limit)...)
	l, err := scanAll(rows, err, func(r *sql.Rows) (*territory.Place, error) { return scanPlace(r) })
	return l, n, err
}

// Posts gives the posts held at an organisation now, by role and title, with the people who hold them.
func (Registers) Posts(k kernel.Tx, org kernel.ID, limit int) ([]*orgs.Holding, []*orgs.Person, error) {
	rows, err := on(k).Query("SELECT "+prefixed("h.", holdingCols)+`, p.id, p.name, p.phone, p.phone_index FROM holding h JOIN person p ON p.tenant = h.tenant AND p.id = h.person
		WHERE h.tenant = $1 AND h.org = $2 AND h.from_at <= $3 AND (h.to_at = 0 OR h.to_at > $3) ORDER BY h.role, h.title, h.id LIMIT $4`,
		string(on(k).tenant), string(org), ms(on(k).now), limit)
	var people []*orgs.Person
	posts, err := scanAll(rows, err, func(r *sql.Rows) (*orgs.Holding, error) {
		h, p := &orgs.Holding{}, &orgs.Person{}
		var from, to int64
		err := r.Scan(&h.ID, &h.Person, &h.Title, &h.Role, &h.Org, &h.Place, &h.Path, &h.Level, &from, &to, &p.ID, &p.NameSealed, &p.PhoneSealed, &p.PhoneIndex)
		h.From, h.To = at(from), at(to)
		people = append(people, p)
		return h, err
	})
	return posts, people, err
}

// Tree gives all places that stand, without shapes, all organisations and all covers by branches: what CheckChain walks.
func (Registers) Tree(k kernel.Tx) ([]*territory.Place, []*orgs.Org, []*orgs.Cover, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.standing(k)
	rows, err := on(k).Query("SELECT "+placeCols+" FROM place WHERE "+f.where()+" ORDER BY path, id", f.args...)
	places, err := scanAll(rows, err, func(r *sql.Rows) (*territory.Place, error) { return scanPlace(r) })
	if err != nil {
		return nil, nil, nil, err
	}
	list, err := Orgs{}.All(k)
	if err != nil {
		return nil, nil, nil, err
	}
	covers, err := Orgs{}.Covers(k, orgs.CoverBranch)
	return places, list, covers, err
}

const reportInCols = `r.id, r.person, r.unit, r.community, r.grid, r.from_at, r.to_at`

func scanReportIn(r scanner, more ...any) (*orgs.ReportIn, error) {
	x := &orgs.ReportIn{}
	var from, to int64
	err := r.Scan(append([]any{&x.ID, &x.Person, &x.Unit, &x.Community, &x.Grid, &from, &to}, more...)...)
	x.From, x.To = at(from), at(to)
	return x, err
}

// ReportIn gives one report-in that lasts.
func (Registers) ReportIn(k kernel.Tx, id kernel.ID) (*orgs.ReportIn, error) {
	x, err := scanReportIn(on(k).QueryRow("SELECT "+reportInCols+" FROM report_in r WHERE r.tenant = $1 AND r.id = $2 AND r.to_at = 0", string(on(k).tenant), string(id)))
	return x, notFound(err, kernel.T("没有这次报到", "there is no such report-in"))
}

// ReportIns gives the members reported in at a path that the scope holds, by id.
func (Registers) ReportIns(k kernel.Tx, path kernel.Path, unit kernel.ID, scope access.Scope, p kernel.Page) ([]*registers.Served, string, error) {
	f := &filter{}
	f.and("r.tenant = ?", string(on(k).tenant))
	f.conds = append(f.conds, "r.to_at = 0")
	if path != "" {
		f.under("g.path", path)
	}
	if unit != "" {
		f.and("r.unit = ?", string(unit))
	}
	if p.After != "" {
		f.and("r.id > ?", p.After)
	}
	allowed, args := scope.Predicate(access.Columns{Tenant: "r.tenant", Path: "g.path"}, len(f.args)+1)
	f.conds, f.args = append(f.conds, allowed), append(f.args, args...)
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT "+reportInCols+`, n.id, n.name, u.name, c.name, g.name,
		(SELECT COALESCE(SUM(e.num), 0) FROM register_entry e WHERE e.tenant = r.tenant AND e.subject = r.id AND e.register = 'service' AND e.state = 'open'),
		(SELECT COUNT(*) FROM register_entry e WHERE e.tenant = r.tenant AND e.subject = r.id AND e.register = 'service' AND e.state = 'open')
		FROM report_in r JOIN person n ON n.tenant = r.tenant AND n.id = r.person JOIN org u ON u.tenant = r.tenant AND u.id = r.unit
		JOIN place c ON c.tenant = r.tenant AND c.id = r.community JOIN place g ON g.tenant = r.tenant AND g.id = r.grid
		WHERE `+f.where()+" ORDER BY r.id LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*registers.Served, error) {
		s := &registers.Served{}
		x, err := scanReportIn(r, &s.Person.ID, &s.Person.NameSealed, &s.Unit, &s.Community, &s.Grid, &s.Hours, &s.Services)
		if err == nil {
			s.ReportIn = *x
		}
		return s, err
	})
	if err != nil || len(out) <= p.Limit {
		return out, "", err
	}
	return out[:p.Limit], string(out[p.Limit-1].ReportIn.ID), nil
}

// FindReportIn is the finder of report-ins: it asks whether the actor may read the register at the grid.
func (r Registers) FindReportIn(k kernel.Tx, actor kernel.Actor, id kernel.ID) (registers.Found, error) {
	x, err := r.ReportIn(k, id)
	if err != nil {
		return registers.Found{}, err
	}
	grid, err := Territory{}.Place(k, x.Grid)
	if err != nil {
		return registers.Found{}, err
	}
	if d := access.Decide(actor, access.RegisterRead, access.Target{Tenant: k.Tenant(), Path: grid.Path}); !d.Allow {
		return registers.Found{}, d.Err()
	}
	return registers.Found{Name: grid.Name, Org: x.Unit, Place: x.Grid}, nil
}

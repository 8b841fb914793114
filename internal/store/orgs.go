package store

import (
	"cmp"
	"database/sql"
	"slices"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
)

// Orgs keeps organisations, people, posts, covers and report-ins.
type Orgs struct{}

var (
	_ orgs.Repo   = Orgs{}
	_ orgs.Counts = Orgs{}
)

const orgCols = `id, parent, kind, name, initials, place, path, sectors, phone`

// PutOrgs implements orgs.Repo.
func (Orgs) PutOrgs(k kernel.Tx, l []*orgs.Org) error {
	t := string(on(k).tenant)
	return bulk(k, "INSERT INTO org (tenant, "+orgCols+")", 10, `ON CONFLICT (tenant, id) DO UPDATE SET parent = excluded.parent, kind = excluded.kind,
		name = excluded.name, initials = excluded.initials, place = excluded.place, path = excluded.path, sectors = excluded.sectors, phone = excluded.phone`,
		l, func(o *orgs.Org) []any {
			return []any{t, string(o.ID), string(o.Parent), string(o.Kind), o.Name, o.Initials, string(o.Place), string(o.Path), strings.Join(o.Sectors, " "), o.Phone}
		})
}

func scanOrg(r scanner) (*orgs.Org, error) {
	o := &orgs.Org{}
	var sectors string
	err := r.Scan(&o.ID, &o.Parent, &o.Kind, &o.Name, &o.Initials, &o.Place, &o.Path, &sectors, &o.Phone)
	o.Sectors = strings.Fields(sectors)
	return o, err
}

// Org implements orgs.Repo.
func (Orgs) Org(k kernel.Tx, id kernel.ID) (*orgs.Org, error) {
	o, err := scanOrg(on(k).QueryRow("SELECT "+orgCols+" FROM org WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return o, notFound(err, kernel.T("没有这个单位", "there is no such organisation"))
}

// Orgs implements orgs.Repo. The cursor is "name id" of the last row.
func (Orgs) Orgs(k kernel.Tx, q string, kinds []orgs.Kind, p kernel.Page) ([]*orgs.Org, string, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	if q != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(q) + "%"
		f.and(`(name LIKE ? ESCAPE '\' OR initials LIKE ? ESCAPE '\')`, like, strings.ToLower(like))
	}
	if len(kinds) > 0 {
		in := make([]string, len(kinds))
		for i, kind := range kinds {
			in[i] = f.arg(string(kind))
		}
		f.conds = append(f.conds, "kind IN ("+strings.Join(in, ", ")+")")
	}
	if name, id, ok := strings.Cut(p.After, "\x1f"); ok {
		n := f.arg(name)
		f.and("(name > "+n+" OR (name = "+n+" AND id > ?))", id)
	}
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT "+orgCols+" FROM org WHERE "+f.where()+" ORDER BY name, id LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*orgs.Org, error) { return scanOrg(r) })
	if err != nil || len(out) <= p.Limit {
		return out, "", err
	}
	last := out[p.Limit-1]
	return out[:p.Limit], last.Name + "\x1f" + string(last.ID), nil
}

// All gives every organisation of the tenant, for the setup.
func (Orgs) All(k kernel.Tx) ([]*orgs.Org, error) {
	rows, err := on(k).Query("SELECT "+orgCols+" FROM org WHERE tenant = $1 ORDER BY id", string(on(k).tenant))
	return scanAll(rows, err, func(r *sql.Rows) (*orgs.Org, error) { return scanOrg(r) })
}

// PutPeople implements orgs.Repo.
func (Orgs) PutPeople(k kernel.Tx, l []*orgs.Person) error {
	t := string(on(k).tenant)
	return bulk(k, "INSERT INTO person (tenant, id, name, phone, phone_index)", 5,
		"ON CONFLICT (tenant, id) DO UPDATE SET name = excluded.name, phone = excluded.phone, phone_index = excluded.phone_index", l,
		func(p *orgs.Person) []any { return []any{t, string(p.ID), p.NameSealed, p.PhoneSealed, p.PhoneIndex} })
}

func scanPerson(r scanner) (*orgs.Person, error) {
	p := &orgs.Person{}
	return p, r.Scan(&p.ID, &p.NameSealed, &p.PhoneSealed, &p.PhoneIndex)
}

// Person implements orgs.Repo.
func (Orgs) Person(k kernel.Tx, id kernel.ID) (*orgs.Person, error) {
	p, err := scanPerson(on(k).QueryRow("SELECT id, name, phone, phone_index FROM person WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return p, notFound(err, kernel.T("没有这个人", "there is no such person"))
}

// PutHoldings implements orgs.Repo.
func (Orgs) PutHoldings(k kernel.Tx, l []*orgs.Holding) error {
	t := string(on(k).tenant)
	return bulk(k, "INSERT INTO holding (tenant, id, person, title, role, org, place, path, level, from_at, to_at)", 11,
		"ON CONFLICT (tenant, id) DO UPDATE SET title = excluded.title, role = excluded.role, to_at = excluded.to_at", l,
		func(h *orgs.Holding) []any {
			return []any{t, string(h.ID), string(h.Person), h.Title, string(h.Role), string(h.Org), string(h.Place), string(h.Path), h.Level, ms(h.From), ms(h.To)}
		})
}

// PostsOf implements orgs.Repo.
func (Orgs) PostsOf(k kernel.Tx, person kernel.ID) ([]kernel.Post, error) {
	t := on(k)
	now := ms(t.now)
	rows, err := t.Query(`SELECT id, role, title, org, place, path, level FROM holding
		WHERE tenant = $1 AND person = $2 AND from_at <= $3 AND (to_at = 0 OR to_at > $3)`, string(t.tenant), string(person), now)
	posts, err := scanAll(rows, err, func(r *sql.Rows) (p kernel.Post, err error) {
		return p, r.Scan(&p.ID, &p.Role, &p.Name, &p.Org, &p.Place, &p.Path, &p.Level)
	})
	// Sorted here: asked to, SQLite without statistics reads all holdings of the district in the order of their ids.
	slices.SortFunc(posts, func(a, b kernel.Post) int { return cmp.Compare(a.ID, b.ID) })
	return posts, err
}

// holdsPost joins the posts of a role at an organisation that are held now, at a place that holds a path, to who holds them. A
// post's place holds the path when it is one of its beginnings. Who may not sign in can take nothing on.
const holdsPost = `FROM holding h JOIN person p ON p.tenant = h.tenant AND p.id = h.person
		WHERE h.tenant = $1 AND h.org = $2 AND h.role = $3 AND h.from_at <= $4 AND (h.to_at = 0 OR h.to_at > $4)
		AND h.path <> '' AND h.path = substr($5, 1, length(h.path))
		AND NOT EXISTS (SELECT 1 FROM account a WHERE a.tenant = p.tenant AND a.id = p.id AND a.disabled = 1)`

// Staffed implements cases.People.
func (Orgs) Staffed(k kernel.Tx, org kernel.ID, role kernel.Role, path kernel.Path) (found bool, err error) {
	err = on(k).QueryRow("SELECT EXISTS (SELECT 1 "+holdsPost+")",
		string(on(k).tenant), string(org), string(role), ms(on(k).now), string(path)).Scan(&found)
	return found, err
}

// Staff implements orgs.Repo.
func (Orgs) Staff(k kernel.Tx, org kernel.ID, role kernel.Role, path kernel.Path) ([]*orgs.Person, error) {
	now := ms(on(k).now)
	rows, err := on(k).Query("SELECT DISTINCT p.id, p.name, p.phone, p.phone_index "+holdsPost+" ORDER BY p.id LIMIT 500",
		string(on(k).tenant), string(org), string(role), now, string(path))
	return scanAll(rows, err, func(r *sql.Rows) (*orgs.Person, error) { return scanPerson(r) })
}

var sayLead = kernel.T("这个小区已经有牵头单位，或者已经由这个单位负责；请先结束原来的，再登记新的",
	"the compound has a lead unit already, or is covered by this one already; end that first, then enter the new one")

// PutCovers implements orgs.Repo: KindConflict when a compound would have two leads, or an organisation twice.
func (Orgs) PutCovers(k kernel.Tx, l []*orgs.Cover) error {
	t := string(on(k).tenant)
	err := bulk(k, "INSERT INTO cover (tenant, id, kind, org, place, lead, from_at, to_at)", 8,
		"ON CONFLICT (tenant, id) DO UPDATE SET lead = excluded.lead, to_at = excluded.to_at", l, func(c *orgs.Cover) []any {
			return []any{t, string(c.ID), string(c.Kind), string(c.Org), string(c.Place), flag(c.Lead), ms(c.From), ms(c.To)}
		})
	if err != nil && on(k).db.Engine.IsUnique(err) {
		return &kernel.Error{Kind: kernel.KindConflict, Say: sayLead, Cause: err}
	}
	return err
}

// CoversOf implements orgs.Repo.
func (Orgs) CoversOf(k kernel.Tx, place kernel.ID, kind orgs.CoverKind) ([]*orgs.Org, error) {
	rows, err := on(k).Query("SELECT "+prefixed("o.", orgCols)+` FROM cover c JOIN org o ON o.tenant = c.tenant AND o.id = c.org
		WHERE c.tenant = $1 AND c.place = $2 AND c.kind = $3 AND c.to_at = 0 ORDER BY c.lead DESC, o.name, o.id`, string(on(k).tenant), string(place), string(kind))
	return scanAll(rows, err, func(r *sql.Rows) (*orgs.Org, error) { return scanOrg(r) })
}

// Covers gives all covers of a kind that last, as pairs of place and organisation, the lead first.
func (Orgs) Covers(k kernel.Tx, kind orgs.CoverKind) ([]*orgs.Cover, error) {
	rows, err := on(k).Query(`SELECT id, kind, org, place, lead, from_at, to_at FROM cover WHERE tenant = $1 AND kind = $2 AND to_at = 0
		ORDER BY place, lead DESC, id`, string(on(k).tenant), string(kind))
	return scanAll(rows, err, func(r *sql.Rows) (*orgs.Cover, error) {
		c := &orgs.Cover{}
		var from, to int64
		err := r.Scan(&c.ID, &c.Kind, &c.Org, &c.Place, &c.Lead, &from, &to)
		c.From, c.To = at(from), at(to)
		return c, err
	})
}

// EndCover ends a cover at the instant of the unit of work; false when it had ended.
func (Orgs) EndCover(k kernel.Tx, org, place kernel.ID, kind orgs.CoverKind) (bool, error) {
	return one(k, `UPDATE cover SET to_at = $1 WHERE tenant = $2 AND org = $3 AND place = $4 AND kind = $5 AND to_at = 0`,
		ms(on(k).now), string(on(k).tenant), string(org), string(place), string(kind))
}

// PutReportIns implements orgs.Repo.
func (Orgs) PutReportIns(k kernel.Tx, l []*orgs.ReportIn) error {
	t := string(on(k).tenant)
	return bulk(k, "INSERT INTO report_in (tenant, id, person, unit, community, grid, from_at, to_at)", 8,
		"ON CONFLICT (tenant, id) DO UPDATE SET grid = excluded.grid, to_at = excluded.to_at", l, func(r *orgs.ReportIn) []any {
			return []any{t, string(r.ID), string(r.Person), string(r.Unit), string(r.Community), string(r.Grid), ms(r.From), ms(r.To)}
		})
}

// Coverage implements orgs.Counts.
func (Orgs) Coverage(k kernel.Tx, kind orgs.CoverKind, path kernel.Path) (r orgs.Rate, err error) {
	lo, hi := path.Range()
	err = on(k).QueryRow(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM cover c WHERE c.tenant = p.tenant AND c.place = p.id AND c.kind = $4
		AND c.to_at = 0) THEN 1 ELSE 0 END), 0) FROM place p WHERE p.tenant = $1 AND p.kind = 'compound' AND p.valid_to = 0 AND p.path >= $2 AND p.path < $3`,
		string(on(k).tenant), lo, hi, string(kind)).Scan(&r.Den, &r.Num)
	return r, err
}

// PostCoverage implements orgs.Counts.
func (Orgs) PostCoverage(k kernel.Tx, placeKind, title string, path kernel.Path) (r orgs.Rate, err error) {
	lo, hi := path.Range()
	err = on(k).QueryRow(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM holding h WHERE h.tenant = p.tenant AND h.place = p.id AND h.title = $5
		AND h.from_at <= $6 AND (h.to_at = 0 OR h.to_at > $6)) THEN 1 ELSE 0 END), 0)
		FROM place p WHERE p.tenant = $1 AND p.kind = $4 AND p.valid_to = 0 AND p.path >= $2 AND p.path < $3`,
		string(on(k).tenant), lo, hi, placeKind, title, ms(on(k).now)).Scan(&r.Den, &r.Num)
	return r, err
}

// OrgCount implements orgs.Counts.
func (Orgs) OrgCount(k kernel.Tx, kind orgs.Kind, cover orgs.CoverKind) (n int, err error) {
	err = on(k).QueryRow(`SELECT COUNT(*) FROM org o WHERE o.tenant = $1 AND o.kind = $2 AND EXISTS
		(SELECT 1 FROM cover c WHERE c.tenant = o.tenant AND c.org = o.id AND c.kind = $3 AND c.to_at = 0)`,
		string(on(k).tenant), string(kind), string(cover)).Scan(&n)
	return n, err
}

// ReportIns implements orgs.Counts.
func (Orgs) ReportIns(k kernel.Tx) (members, inGrid, gridsServed int, err error) {
	err = on(k).QueryRow(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN p.id IS NOT NULL THEN 1 ELSE 0 END), 0), COUNT(DISTINCT p.id)
		FROM report_in r LEFT JOIN place p ON p.tenant = r.tenant AND p.id = r.grid AND p.kind IN ('grid', 'grid_dedicated') AND p.valid_to = 0
		WHERE r.tenant = $1 AND r.to_at = 0`, string(on(k).tenant)).Scan(&members, &inGrid, &gridsServed)
	return members, inGrid, gridsServed, err
}

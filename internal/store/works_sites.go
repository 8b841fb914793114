package store

import (
	"database/sql"
	"fmt"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/works"
)

// WorkSites keeps demonstration sites and their registers.
type WorkSites struct{}

// WorkFlags keeps likely double counts.
type WorkFlags struct{}

var (
	_ works.SiteRepo = WorkSites{}
	_ works.FlagRepo = WorkFlags{}
)

// InsertRegister implements works.SiteRepo.
func (WorkSites) InsertRegister(k kernel.Tx, r *works.Register) (bool, error) {
	return one(k, `INSERT INTO site_register (tenant, id, name, as_of, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, as_of, name) DO NOTHING`,
		string(on(k).tenant), string(r.ID), r.Name, ms(r.AsOf), text(r))
}

// LatestRegister implements works.SiteRepo.
func (WorkSites) LatestRegister(k kernel.Tx) (*works.Register, error) {
	r := &works.Register{}
	var body string
	err := on(k).QueryRow(`SELECT body FROM site_register WHERE tenant = $1 ORDER BY as_of DESC, id DESC LIMIT 1`, string(on(k).tenant)).Scan(&body)
	if kernel.Is(notFound(err, kernel.T("还没有登记册", "there is no register yet")), kernel.KindNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return r, parse(body, r)
}

const workSiteCols = `id, register, type, name, state, entered, place, path, lon, lat, as_of, methods, uses, plan, source, version`

func workJoin[T ~string](l []T) string {
	s := make([]string, len(l))
	for i, v := range l {
		s[i] = string(v)
	}
	return strings.Join(s, " ")
}

func workSplit[T ~string](s string) []T {
	var out []T
	for _, f := range strings.Fields(s) {
		out = append(out, T(f))
	}
	return out
}

// PutSites implements works.SiteRepo.
func (WorkSites) PutSites(k kernel.Tx, l []*works.Site) (bool, error) {
	t := string(on(k).tenant)
	err := bulk(k, "INSERT INTO work_site (tenant, "+workSiteCols+")", 17, "", l, func(s *works.Site) []any {
		plan := ""
		if s.Plan != nil {
			plan = text(s.Plan)
		}
		return []any{t, string(s.ID), string(s.Register), string(s.Type), s.Name, string(s.State), string(s.Entered), string(s.Place), string(s.Path), s.Lon, s.Lat,
			ms(s.AsOf), workJoin(s.Methods), workJoin(s.Uses), plan, s.Source, s.Version}
	})
	if err != nil && on(k).db.Engine.IsUnique(err) {
		return false, nil
	}
	return err == nil, err
}

func scanWorkSite(r scanner) (*works.Site, error) {
	s := &works.Site{}
	var asOf int64
	var methods, uses, plan string
	if err := r.Scan(&s.ID, &s.Register, &s.Type, &s.Name, &s.State, &s.Entered, &s.Place, &s.Path, &s.Lon, &s.Lat, &asOf, &methods, &uses, &plan, &s.Source, &s.Version); err != nil {
		return nil, err
	}
	s.AsOf, s.Methods, s.Uses = at(asOf), workSplit[works.Method](methods), workSplit[works.Use](uses)
	if plan != "" {
		s.Plan = &works.Plan{}
		if err := parse(plan, s.Plan); err != nil {
			return nil, fmt.Errorf("site %s: %w", s.ID, err)
		}
	}
	return s, nil
}

// Site implements works.SiteRepo.
func (WorkSites) Site(k kernel.Tx, id kernel.ID) (*works.Site, error) {
	s, err := scanWorkSite(on(k).QueryRow("SELECT "+workSiteCols+" FROM work_site WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return s, notFound(err, kernel.T("没有这个示范点", "there is no such site"))
}

// UpdateSite implements works.SiteRepo.
func (WorkSites) UpdateSite(k kernel.Tx, s *works.Site, was int) (bool, error) {
	return one(k, `UPDATE work_site SET state = $1, as_of = $2, version = $3 WHERE tenant = $4 AND id = $5 AND version = $6`,
		string(s.State), ms(s.AsOf), s.Version, string(on(k).tenant), string(s.ID), was)
}

// workPlanLike is a pattern for the kept JSON of a plan with this very name.
func workPlanLike(name string) string { return `{"name":` + workEscape(text(name)) + "%" }

// Sites implements works.SiteRepo. The cursor is type, name and id of the last row.
func (WorkSites) Sites(k kernel.Tx, q works.SiteQuery) ([]*works.Site, string, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	for _, eq := range []struct{ col, v string }{{"type", string(q.Type)}, {"state", string(q.State)}} {
		if eq.v != "" {
			f.and(eq.col+" = ?", eq.v)
		}
	}
	if q.Within != "" {
		f.under("path", q.Within)
	}
	if q.Use != "" {
		f.and("(' ' || uses || ' ') LIKE ?", "% "+string(q.Use)+" %")
	}
	if q.Plan != "" {
		// The plan's name as it stands in the kept JSON, closing quote included, so that no name is taken for a longer one.
		f.and(`plan LIKE ? ESCAPE '\'`, workPlanLike(q.Plan))
	}
	if q.Text != "" {
		f.and(`name LIKE ? ESCAPE '\'`, workLike(q.Text))
	}
	if after := strings.Split(q.Page.After, "\x1f"); len(after) == 2 {
		t := f.arg(after[0])
		f.and("(type > "+t+" OR (type = "+t+" AND name > ?))", after[1])
	}
	limit := f.arg(q.Page.Limit + 1)
	rows, err := on(k).Query("SELECT "+workSiteCols+" FROM work_site WHERE "+f.where()+" ORDER BY type, name LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*works.Site, error) { return scanWorkSite(r) })
	if err != nil || len(out) <= q.Page.Limit {
		return out, "", err
	}
	last := out[q.Page.Limit-1]
	return out[:q.Page.Limit], string(last.Type) + "\x1f" + last.Name, nil
}

// Tally implements works.SiteRepo: the sites of the register, and those entered by hand.
func (WorkSites) Tally(k kernel.Tx, register kernel.ID) ([]works.SiteTally, error) {
	rows, err := on(k).Query(`SELECT type, state, entered, register, COUNT(*) FROM work_site WHERE tenant = $1 AND (register = $2 OR register = '')
		GROUP BY type, state, entered, register ORDER BY type, state, entered, register`, string(on(k).tenant), string(register))
	return scanAll(rows, err, func(r *sql.Rows) (t works.SiteTally, err error) {
		return t, r.Scan(&t.Type, &t.State, &t.Entered, &t.Register, &t.N)
	})
}

const workFlagCols = `id, a, b, why, state, reason, decided_by, at, path`

// PutFlags implements works.FlagRepo.
func (WorkFlags) PutFlags(k kernel.Tx, l []*works.Flag) (int, error) {
	n := 0
	for _, x := range l {
		fresh, err := one(k, "INSERT INTO work_flag (tenant, "+workFlagCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (tenant, a, b) DO NOTHING",
			string(on(k).tenant), string(x.ID), string(x.A), string(x.B), string(x.Why), string(x.State), x.Reason, x.By, ms(x.At), string(x.Path))
		if err != nil {
			return n, err
		}
		n += flag(fresh)
	}
	return n, nil
}

func scanWorkFlag(r scanner) (*works.Flag, error) {
	f := &works.Flag{}
	var when int64
	err := r.Scan(&f.ID, &f.A, &f.B, &f.Why, &f.State, &f.Reason, &f.By, &when, &f.Path)
	f.At = at(when)
	return f, err
}

// Flag implements works.FlagRepo.
func (WorkFlags) Flag(k kernel.Tx, id kernel.ID) (*works.Flag, error) {
	f, err := scanWorkFlag(on(k).QueryRow("SELECT "+workFlagCols+" FROM work_flag WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return f, notFound(err, kernel.T("没有这一对", "there is no such pair"))
}

// Flags implements works.FlagRepo.
func (WorkFlags) Flags(k kernel.Tx, s works.FlagState, scope access.Scope, p kernel.Page) ([]*works.Flag, string, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.and("state = ?", string(s))
	if p.After != "" {
		f.and("id > ?", p.After)
	}
	cond, args := scope.Predicate(access.Columns{Tenant: "tenant", Path: "path"}, len(f.args)+1)
	f.conds = append(f.conds, cond)
	f.args = append(f.args, args...)
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT "+workFlagCols+" FROM work_flag WHERE "+f.where()+" ORDER BY id LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*works.Flag, error) { return scanWorkFlag(r) })
	if err != nil || len(out) <= p.Limit {
		return out, "", err
	}
	return out[:p.Limit], string(out[p.Limit-1].ID), nil
}

// FlagsOf implements works.FlagRepo.
func (WorkFlags) FlagsOf(k kernel.Tx, items []kernel.ID) ([]*works.Flag, error) {
	wanted := map[kernel.ID]bool{}
	for _, id := range items {
		wanted[id] = true
	}
	if len(items) == 0 {
		return nil, nil
	}
	// Flags are few: they are read whole, so that the text of the statement does not grow with the lines.
	rows, err := on(k).Query("SELECT "+workFlagCols+" FROM work_flag WHERE tenant = $1 ORDER BY id", string(on(k).tenant))
	all, err := scanAll(rows, err, func(r *sql.Rows) (*works.Flag, error) { return scanWorkFlag(r) })
	var out []*works.Flag
	for _, f := range all {
		if wanted[f.A] || wanted[f.B] {
			out = append(out, f)
		}
	}
	return out, err
}

// Settle implements works.FlagRepo.
func (WorkFlags) Settle(k kernel.Tx, f *works.Flag, was works.FlagState) (bool, error) {
	return one(k, `UPDATE work_flag SET state = $1, reason = $2, decided_by = $3, at = $4 WHERE tenant = $5 AND id = $6 AND state = $7`,
		string(f.State), f.Reason, f.By, ms(f.At), string(on(k).tenant), string(f.ID), string(was))
}

// SetTwin implements works.FlagRepo.
func (WorkFlags) SetTwin(k kernel.Tx, item, of kernel.ID) error {
	_, err := on(k).Exec(`UPDATE work_item SET twin_of = $1 WHERE tenant = $2 AND id = $3`, string(of), string(on(k).tenant), string(item))
	return err
}

// Item implements works.FlagRepo.
func (WorkFlags) Item(k kernel.Tx, id kernel.ID) (*works.Item, error) {
	i, err := scanWorkItem(on(k).QueryRow("SELECT "+workItemCols+" FROM work_item WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return i, notFound(err, kernel.T("没有这一行", "there is no such line"))
}

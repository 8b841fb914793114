package store

import (
	"database/sql"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/planning"
	"sanzhi/internal/territory"
)

// Planning keeps plans and their adoptions, and moves what stands at grids.
type Planning struct{}

var (
	_ planning.Repo      = Planning{}
	_ planning.Adoptions = Planning{}
	_ planning.Posts     = Planning{}
	_ planning.Cases     = Planning{}
)

const planCols = `id, kind, name, place, path, state, progress, params, fault, summary, made_by, created_at, updated_at, holder, lease_until`

// Insert implements planning.Repo.
func (Planning) Insert(k kernel.Tx, p *planning.Plan) error {
	return do(k, "INSERT INTO plan (tenant, "+planCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
		string(on(k).tenant), string(p.ID), string(p.Kind), p.Name, string(p.Place), string(p.Path), string(p.State), p.Progress, text(p.Params), text(p.Fault), text(p.Summary), p.By,
		ms(p.Created), ms(p.Updated), p.Holder, ms(p.Lease))
}

func scanPlan(r scanner) (*planning.Plan, error) {
	p := &planning.Plan{}
	var params, fault, summary string
	var created, updated, lease int64
	if err := r.Scan(&p.ID, &p.Kind, &p.Name, &p.Place, &p.Path, &p.State, &p.Progress, &params, &fault, &summary, &p.By, &created, &updated, &p.Holder, &lease); err != nil {
		return nil, err
	}
	p.Created, p.Updated, p.Lease = at(created), at(updated), at(lease)
	for s, v := range map[string]any{params: &p.Params, fault: &p.Fault} {
		if err := parse(s, v); err != nil {
			return nil, err
		}
	}
	return p, parse(summary, &p.Summary)
}

var noPlan = kernel.T("没有这个方案，或者您看不到它", "there is no such plan, or you may not see it")

// Plan implements planning.Repo.
func (Planning) Plan(k kernel.Tx, id kernel.ID) (*planning.Plan, error) {
	p, err := scanPlan(on(k).QueryRow("SELECT "+planCols+" FROM plan WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return p, notFound(err, noPlan)
}

// Plans implements planning.Repo.
func (Planning) Plans(k kernel.Tx, q planning.Query) ([]*planning.Plan, string, error) {
	page := q.Page.Clamp(30, 100)
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	if q.Kind != "" {
		f.and("kind = ?", string(q.Kind))
	}
	if q.State != "" {
		f.and("state = ?", string(q.State))
	}
	if q.Within != "" {
		f.under("path", q.Within)
	}
	if page.After != "" {
		f.and("id < ?", page.After)
	}
	f.allow(q.Scope, access.Columns{Tenant: "tenant", Path: "path"})
	limit := f.arg(page.Limit + 1)
	rows, err := on(k).Query("SELECT "+planCols+" FROM plan WHERE "+f.where()+" ORDER BY id DESC LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*planning.Plan, error) { return scanPlan(r) })
	if err != nil || len(out) <= page.Limit {
		return out, "", err
	}
	return out[:page.Limit], string(out[page.Limit-1].ID), nil
}

// Claim implements planning.Repo: the oldest that waits, or whose holder's lease is over.
func (p Planning) Claim(k kernel.Tx, holder string, until time.Time) (*planning.Plan, error) {
	t, now := string(on(k).tenant), ms(on(k).now)
	rows, err := on(k).Query(`SELECT `+planCols+` FROM plan WHERE tenant = $1 AND (state = 'waiting' OR state = 'running' AND lease_until < $2) ORDER BY id LIMIT 1`, t, now)
	l, err := scanAll(rows, err, func(r *sql.Rows) (*planning.Plan, error) { return scanPlan(r) })
	if err != nil || len(l) == 0 {
		return nil, err
	}
	ok, err := one(k, `UPDATE plan SET state = 'running', holder = $1, lease_until = $2, updated_at = $3 WHERE tenant = $4 AND id = $5 AND (state = 'waiting' OR state = 'running' AND lease_until < $3)`,
		holder, ms(until), now, t, string(l[0].ID))
	if err != nil || !ok {
		return nil, err
	}
	l[0].State, l[0].Holder, l[0].Lease = planning.Running, holder, until
	return l[0], nil
}

// Advance implements planning.Repo.
func (Planning) Advance(k kernel.Tx, id kernel.ID, holder string, progress int, until time.Time) (bool, error) {
	return one(k, `UPDATE plan SET progress = $1, lease_until = $2, updated_at = $3 WHERE tenant = $4 AND id = $5 AND state = 'running' AND holder = $6`,
		progress, ms(until), ms(on(k).now), string(on(k).tenant), string(id), holder)
}

// Finish implements planning.Repo.
func (Planning) Finish(k kernel.Tx, p *planning.Plan, holder string) (bool, error) {
	return one(k, `UPDATE plan SET state = $1, progress = $2, fault = $3, summary = $4, updated_at = $5, holder = '', lease_until = 0
		WHERE tenant = $6 AND id = $7 AND state = 'running' AND holder = $8`,
		string(p.State), p.Progress, text(p.Fault), text(p.Summary), ms(on(k).now), string(on(k).tenant), string(p.ID), holder)
}

// Cancel implements planning.Repo.
func (Planning) Cancel(k kernel.Tx, id kernel.ID) (bool, error) {
	return one(k, `UPDATE plan SET state = 'cancelled', holder = '', lease_until = 0, updated_at = $1 WHERE tenant = $2 AND id = $3 AND state IN ('waiting', 'running')`,
		ms(on(k).now), string(on(k).tenant), string(id))
}

// PutPart implements planning.Repo.
func (Planning) PutPart(k kernel.Tx, plan kernel.ID, part planning.Part, body []byte) error {
	return do(k, `INSERT INTO plan_part (tenant, plan, part, body) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, plan, part) DO UPDATE SET body = excluded.body`,
		string(on(k).tenant), string(plan), string(part), string(body))
}

// Part implements planning.Repo.
func (Planning) Part(k kernel.Tx, plan kernel.ID, part planning.Part) ([]byte, error) {
	var body string
	err := on(k).QueryRow(`SELECT body FROM plan_part WHERE tenant = $1 AND plan = $2 AND part = $3`, string(on(k).tenant), string(plan), string(part)).Scan(&body)
	if kernel.Is(notFound(err, noPlan), kernel.KindNotFound) {
		return nil, nil
	}
	return []byte(body), err
}

const adoptionCols = `id, plan, kind, place, path, at, made_by, undone_at, body`

// Adopt implements planning.Adoptions.
func (Planning) Adopt(k kernel.Tx, a *planning.Adoption) error {
	return do(k, "INSERT INTO plan_adoption (tenant, "+adoptionCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		string(on(k).tenant), string(a.ID), string(a.Plan), string(a.Kind), string(a.Place), string(a.Path), ms(a.At), a.By, ms(a.Undone), text(a.Body))
}

func scanAdoption(r scanner) (*planning.Adoption, error) {
	a := &planning.Adoption{}
	var when, undone int64
	var body string
	if err := r.Scan(&a.ID, &a.Plan, &a.Kind, &a.Place, &a.Path, &when, &a.By, &undone, &body); err != nil {
		return nil, err
	}
	a.At, a.Undone = at(when), at(undone)
	return a, parse(body, &a.Body)
}

// Adoption implements planning.Adoptions.
func (Planning) Adoption(k kernel.Tx, id kernel.ID) (*planning.Adoption, error) {
	a, err := scanAdoption(on(k).QueryRow("SELECT "+adoptionCols+" FROM plan_adoption WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return a, notFound(err, noPlan)
}

// AdoptionsOf implements planning.Adoptions.
func (Planning) AdoptionsOf(k kernel.Tx, plan kernel.ID) ([]*planning.Adoption, error) {
	rows, err := on(k).Query("SELECT "+adoptionCols+" FROM plan_adoption WHERE tenant = $1 AND plan = $2 ORDER BY id DESC LIMIT 50", string(on(k).tenant), string(plan))
	return scanAll(rows, err, func(r *sql.Rows) (*planning.Adoption, error) { return scanAdoption(r) })
}

// Undo implements planning.Adoptions.
func (Planning) Undo(k kernel.Tx, id kernel.ID) (bool, error) {
	return one(k, `UPDATE plan_adoption SET undone_at = $1 WHERE tenant = $2 AND id = $3 AND undone_at = 0`, ms(on(k).now), string(on(k).tenant), string(id))
}

// GridStaff implements planning.Posts.
func (Planning) GridStaff(k kernel.Tx, within kernel.Path) ([]*orgs.Holding, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.and("role = ? AND level = ?", string(kernel.GridWorker), string(territory.LevelGrid))
	f.under("path", within)
	now := f.arg(ms(on(k).now))
	f.conds = append(f.conds, "from_at <= "+now+" AND (to_at = 0 OR to_at > "+now+")")
	rows, err := on(k).Query("SELECT id, person, title, role, org, place, path FROM holding WHERE "+f.where()+" ORDER BY path, id", f.args...)
	return scanAll(rows, err, func(r *sql.Rows) (*orgs.Holding, error) {
		h := &orgs.Holding{}
		return h, r.Scan(&h.ID, &h.Person, &h.Title, &h.Role, &h.Org, &h.Place, &h.Path)
	})
}

// PutHoldings implements planning.Posts.
func (Planning) PutHoldings(k kernel.Tx, h []*orgs.Holding) error { return Orgs{}.PutHoldings(k, h) }

// EndHoldings implements planning.Posts.
func (Planning) EndHoldings(k kernel.Tx, ids []kernel.ID) error {
	for _, id := range ids {
		if err := do(k, `UPDATE holding SET to_at = $1 WHERE tenant = $2 AND id = $3 AND to_at = 0`, ms(on(k).now), string(on(k).tenant), string(id)); err != nil {
			return err
		}
	}
	return nil
}

// MovePosts implements planning.Posts.
func (Planning) MovePosts(k kernel.Tx, from, to *territory.Place, only []kernel.ID) (went []kernel.ID, err error) {
	wanted := map[kernel.ID]bool{}
	for _, id := range only {
		wanted[id] = true
	}
	t := string(on(k).tenant)
	for _, q := range []struct{ list, move string }{
		{`SELECT id FROM holding WHERE tenant = $1 AND place = $2 ORDER BY id`, `UPDATE holding SET place = $1, path = $2 WHERE tenant = $3 AND id = $4`},
		{`SELECT id FROM report_in WHERE tenant = $1 AND grid = $2 ORDER BY id`, `UPDATE report_in SET grid = $1 WHERE tenant = $3 AND id = $4 AND $2 <> ''`},
	} {
		rows, err := on(k).Query(q.list, t, string(from.ID))
		ids, err := scanAll(rows, err, func(r *sql.Rows) (id kernel.ID, err error) { return id, r.Scan(&id) })
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if only != nil && !wanted[id] {
				continue
			}
			if err := do(k, q.move, string(to.ID), string(to.Path), t, string(id)); err != nil {
				return nil, err
			}
			went = append(went, id)
		}
	}
	return went, nil
}

// MoveOpen implements planning.Cases. The version grows, so that an act that began from the former place begins anew.
func (Planning) MoveOpen(k kernel.Tx, within kernel.Path, where func(lon, lat float64) territory.At) (moved int, err error) {
	const page = 500
	t, after := on(k), ""
	type open struct {
		id          kernel.ID
		lon, lat    float64
		path, place string
	}
	lo, hi := within.Range()
	for {
		rows, err := t.Query(`SELECT id, lon, lat, path, place FROM case_record WHERE tenant = $1 AND ended = '' AND path >= $2 AND path < $3 AND id > $4 ORDER BY id LIMIT $5`,
			string(t.tenant), lo, hi, after, page)
		l, err := scanAll(rows, err, func(r *sql.Rows) (c open, err error) { return c, r.Scan(&c.id, &c.lon, &c.lat, &c.path, &c.place) })
		if err != nil {
			return moved, err
		}
		for _, c := range l {
			place := where(c.lon, c.lat)
			if !within.Holds(place.Path) || string(place.Path) == c.path && text(place) == c.place {
				continue
			}
			ok, err := one(k, `UPDATE case_record SET path = $1, place = $2, version = version + 1 WHERE tenant = $3 AND id = $4 AND ended = ''`,
				string(place.Path), text(place), string(t.tenant), string(c.id))
			if err != nil {
				return moved, err
			}
			moved += flag(ok)
			id := c.id
			t.after = append(t.after, func() { t.db.recent.forget(t.tenant, id) })
		}
		if len(l) < page {
			return moved, nil
		}
		after = string(l[page-1].id)
	}
}

package store

import (
	"database/sql"
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
)

// Neighbours tells residents who serves a place and what was done there lately: posts without persons, and counts.
type Neighbours struct{ Orgs }

// Serving gives the posts of some roles that are held now at places: by place, organisation and title, with how many hold them.
func (Neighbours) Serving(k kernel.Tx, places []kernel.ID, roles []kernel.Role) ([]cases.Serving, error) {
	if len(places) == 0 || len(roles) == 0 {
		return nil, nil
	}
	t := on(k)
	f := &filter{}
	f.and("h.tenant = ?", string(t.tenant))
	in := func(column string, l []string) {
		for i, s := range l {
			l[i] = f.arg(s)
		}
		f.conds = append(f.conds, column+" IN ("+strings.Join(l, ", ")+")")
	}
	ids, names := make([]string, len(places)), make([]string, len(roles))
	for i, p := range places {
		ids[i] = string(p)
	}
	for i, r := range roles {
		names[i] = string(r)
	}
	in("h.place", ids)
	in("h.role", names)
	now := f.arg(ms(t.now))
	f.conds = append(f.conds, "h.from_at <= "+now, "(h.to_at = 0 OR h.to_at > "+now+")")
	rows, err := t.Query(`SELECT h.place, h.role, h.title, o.id, o.name, o.kind, o.phone, COUNT(DISTINCT h.person) FROM holding h
		JOIN org o ON o.tenant = h.tenant AND o.id = h.org WHERE `+f.where()+`
		GROUP BY h.place, h.role, h.title, o.id, o.name, o.kind, o.phone ORDER BY h.place, h.role, h.title, o.id`, f.args...)
	return scanAll(rows, err, func(r *sql.Rows) (s cases.Serving, err error) {
		return s, r.Scan(&s.Place, &s.Role, &s.Title, &s.Org, &s.Name, &s.Kind, &s.Phone, &s.Count)
	})
}

// Done counts what was closed as done below a path since an instant, by its title, as far as the scope goes.
func (Neighbours) Done(k kernel.Tx, path kernel.Path, since time.Time, allow access.Scope) ([]cases.DoneCount, error) {
	t := on(k)
	f := caseFilter(t, cases.Query{Path: path, Closed: true, Allow: allow})
	f.and("c.merged_into = ''")
	f.and("c.ended = ?", "done")
	f.and("c.closed_at >= ?", ms(since))
	rows, err := t.Query("SELECT c.title_zh, c.title_en, COUNT(*) FROM case_record c WHERE "+f.where()+" GROUP BY c.title_zh, c.title_en ORDER BY c.title_zh, c.title_en", f.args...)
	return scanAll(rows, err, func(r *sql.Rows) (d cases.DoneCount, err error) {
		return d, r.Scan(&d.Title.Zh, &d.Title.En, &d.Count)
	})
}

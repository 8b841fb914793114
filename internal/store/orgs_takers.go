package store

import (
	"database/sql"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
)

// Takers lists as Orgs does, but only organisations at which somebody who may sign in holds a post with one of the roles now; with a
// path, at a place that holds it.
func (Orgs) Takers(k kernel.Tx, q string, roles []kernel.Role, path kernel.Path, p kernel.Page) ([]*orgs.Org, string, error) {
	f := &filter{}
	f.and("o.tenant = ?", string(on(k).tenant))
	if q != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(q) + "%"
		f.and(`(o.name LIKE ? ESCAPE '\' OR o.initials LIKE ? ESCAPE '\')`, like, strings.ToLower(like))
	}
	if len(roles) > 0 {
		in := make([]string, len(roles))
		for i, r := range roles {
			in[i] = f.arg(string(r))
		}
		post := "h.org = o.id AND h.role IN (" + strings.Join(in, ", ") + ") AND h.from_at <= ? AND (h.to_at = 0 OR h.to_at > ?)"
		args := []any{ms(on(k).now), ms(on(k).now)}
		if path != "" {
			post += " AND h.path <> '' AND h.path = substr(?, 1, length(h.path))"
			args = append(args, string(path))
		}
		f.and("EXISTS (SELECT 1 FROM holding h WHERE h.tenant = o.tenant AND "+post+
			" AND NOT EXISTS (SELECT 1 FROM account a WHERE a.tenant = h.tenant AND a.id = h.person AND a.disabled = 1))", args...)
	}
	if name, id, ok := strings.Cut(p.After, "\x1f"); ok {
		n := f.arg(name)
		f.and("(o.name > "+n+" OR (o.name = "+n+" AND o.id > ?))", id)
	}
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT "+prefixed("o.", orgCols)+" FROM org o WHERE o.tenant = $1 AND "+f.where()+" ORDER BY o.name, o.id LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*orgs.Org, error) { return scanOrg(r) })
	if err != nil || len(out) <= p.Limit {
		return out, "", err
	}
	last := out[p.Limit-1]
	return out[:p.Limit], last.Name + "\x1f" + string(last.ID), nil
}

package store

import (
	"database/sql"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
)

// SetupDesk is what a district has set up as its administrators see it: as it is kept, with what was in force before.
type SetupDesk struct{}

// Items gives the menu in its order, with what is switched off.
func (SetupDesk) Items(k kernel.Tx) (out []*cases.Item, err error) {
	err = loadBodies(k, "menu_item", func(body string) error {
		i := &cases.Item{}
		out = append(out, i)
		return parse(body, i)
	})
	return out, err
}

// Rules gives the routing rules in their order.
func (SetupDesk) Rules(k kernel.Tx) (out []cases.Rule, err error) {
	err = loadBodies(k, "route_rule", func(body string) error {
		var r cases.Rule
		err := parse(body, &r)
		out = append(out, r)
		return err
	})
	return out, err
}

// Revision is the number that grows with each change of what the district has set up.
func (SetupDesk) Revision(k kernel.Tx) (n int64, err error) {
	err = on(k).QueryRow(`SELECT revision FROM tenant WHERE tenant = $1`, string(on(k).tenant)).Scan(&n)
	return n, notFound(err, kernel.T("还没有这个区县的数据", "this district has not been founded here"))
}

// TouchFrom says that something of the setup has changed; false when something else changed since the revision was read.
func (SetupDesk) TouchFrom(k kernel.Tx, revision int64) (bool, error) {
	return one(k, `UPDATE tenant SET revision = revision + 1 WHERE tenant = $1 AND revision = $2`, string(on(k).tenant), revision)
}

// Own gives the district's own settings.
func (SetupDesk) Own(k kernel.Tx) (*cases.Own, error) {
	row, err := (Tenants{}).Get(k)
	if err != nil {
		return nil, err
	}
	s := row.Settings
	return &cases.Own{Office: s.Office, Emergency: s.Emergency, Calendar: s.Calendar, Limits: s.Limits}, nil
}

// PutOwn replaces the district's own settings; false when something of the setup changed since the revision was read.
func (SetupDesk) PutOwn(k kernel.Tx, o *cases.Own, revision int64) (bool, error) {
	row, err := (Tenants{}).Get(k)
	if err != nil {
		return false, err
	}
	s := row.Settings
	s.Office, s.Emergency, s.Calendar, s.Limits = o.Office, o.Emergency, o.Calendar, o.Limits
	return one(k, `UPDATE tenant SET settings = $1, revision = revision + 1 WHERE tenant = $2 AND revision = $3`, text(s), string(on(k).tenant), revision)
}

// FlowVersions lists the published versions of a flow, the newest first.
func (SetupDesk) FlowVersions(k kernel.Tx, id string) ([]cases.FlowVersion, error) {
	rows, err := on(k).Query(`SELECT version, published_at FROM flow WHERE tenant = $1 AND id = $2 ORDER BY version DESC`, string(on(k).tenant), id)
	return scanAll(rows, err, func(r *sql.Rows) (v cases.FlowVersion, err error) {
		var when int64
		err = r.Scan(&v.Version, &when)
		v.Published = at(when)
		return v, err
	})
}

// FlowSource gives the source of a version of a flow.
func (SetupDesk) FlowSource(k kernel.Tx, id string, version int) (source string, err error) {
	err = on(k).QueryRow(`SELECT body FROM flow WHERE tenant = $1 AND id = $2 AND version = $3`, string(on(k).tenant), id, version).Scan(&source)
	return source, notFound(err, kernel.T("没有这个流程，或者没有这一版", "there is no such flow, or no such version of it"))
}

// OpenByVersion counts the open cases of a flow by the version that they run.
func (SetupDesk) OpenByVersion(k kernel.Tx, flow string) (map[int]int, error) {
	out := map[int]int{}
	rows, err := on(k).Query(`SELECT flow_version, COUNT(*) FROM case_record WHERE tenant = $1 AND ended = '' AND flow = $2 GROUP BY flow_version`, string(on(k).tenant), flow)
	_, err = scanAll(rows, err, func(r *sql.Rows) (bool, error) {
		var version, n int
		err := r.Scan(&version, &n)
		out[version] = n
		return true, err
	})
	return out, err
}

// PostsHeld gives posts that are held now or will be, in the order in which they were given, with whose they are.
func (SetupDesk) PostsHeld(k kernel.Tx, q orgs.PostQuery, p kernel.Page) ([]orgs.HeldPost, error) {
	f := &filter{}
	f.and("h.tenant = ?", string(on(k).tenant))
	f.and("(h.to_at = 0 OR h.to_at > ?)", ms(on(k).now))
	if q.Role != "" {
		f.and("h.role = ?", string(q.Role))
	}
	if q.Org != "" {
		f.and("h.org = ?", string(q.Org))
	}
	if q.Under != "" {
		f.under("h.path", q.Under)
	}
	if p.After != "" {
		f.and("h.id > ?", p.After)
	}
	limit := f.arg(p.Limit)
	rows, err := on(k).Query(`SELECT h.id, h.person, h.title, h.role, h.org, h.place, h.from_at, h.to_at, COALESCE(a.user_name, ''), COALESCE(a.name_masked, ''),
		COALESCE(a.disabled, 0), COALESCE(p.name, '') FROM holding h LEFT JOIN account a ON a.tenant = h.tenant AND a.id = h.person
		LEFT JOIN person p ON p.tenant = h.tenant AND p.id = h.person WHERE `+f.where()+" ORDER BY h.id LIMIT "+limit, f.args...)
	return scanAll(rows, err, func(r *sql.Rows) (h orgs.HeldPost, err error) {
		var from, to int64
		err = r.Scan(&h.ID, &h.Person, &h.Title, &h.Role, &h.Org, &h.Place, &from, &to, &h.User, &h.Masked, &h.Disabled, &h.NameSealed)
		h.From, h.To = at(from), at(to)
		return h, err
	})
}

// AccountsLike gives accounts whose user name begins with q, by user name.
func (SetupDesk) AccountsLike(k kernel.Tx, q string, p kernel.Page) ([]access.Account, error) {
	if q == "" {
		return Access{}.ListAccounts(k, p)
	}
	rows, err := on(k).Query("SELECT "+accountCols+" FROM account WHERE tenant = $1 AND user_name > $2 AND user_name >= $3 AND user_name < $4 ORDER BY user_name LIMIT $5",
		string(on(k).tenant), p.After, q, q+"\U0010FFFF", p.Limit)
	return scanAll(rows, err, func(r *sql.Rows) (access.Account, error) { return scanAccount(r) })
}

// AccountsByID gives the accounts of a page of other rows, by id; those that are gone are missing.
func (SetupDesk) AccountsByID(k kernel.Tx, ids []kernel.ID) (map[kernel.ID]access.Account, error) {
	out := map[kernel.ID]access.Account{}
	if len(ids) == 0 {
		return out, nil
	}
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.conds = append(f.conds, "id IN ("+f.in(ids)+")")
	rows, err := on(k).Query("SELECT "+accountCols+" FROM account WHERE "+f.where(), f.args...)
	_, err = scanAll(rows, err, func(r *sql.Rows) (bool, error) {
		a, err := scanAccount(r)
		out[a.ID] = a
		return true, err
	})
	return out, err
}

// PathNames names the places that stand at the paths; those that are gone are missing.
func (SetupDesk) PathNames(k kernel.Tx, paths []kernel.Path) (map[kernel.Path]string, error) {
	out := map[kernel.Path]string{}
	if len(paths) == 0 {
		return out, nil
	}
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.conds = append(f.conds, "valid_to = 0")
	marks := make([]string, len(paths))
	for i, p := range paths {
		marks[i] = f.arg(string(p))
	}
	rows, err := on(k).Query("SELECT path, name FROM place WHERE "+f.where()+" AND path IN ("+strings.Join(marks, ", ")+")", f.args...)
	_, err = scanAll(rows, err, func(r *sql.Rows) (bool, error) {
		var path kernel.Path
		var name string
		err := r.Scan(&path, &name)
		out[path] = name
		return true, err
	})
	return out, err
}

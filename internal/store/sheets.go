package store

import (
	"database/sql"
	"strings"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/sheets"
)

// Sheets keeps imports of files and what they did.
type Sheets struct{}

var (
	_ sheets.Repo    = Sheets{}
	_ sheets.OrgRepo = SheetOrgs{}
)

// PutImport implements sheets.Repo.
func (Sheets) PutImport(k kernel.Tx, i *sheets.Import, changes []sheets.Change) error {
	t := string(on(k).tenant)
	_, err := on(k).Exec(`INSERT INTO sheet_import (tenant, id, sheet, file, by_ref, at, added, changed, same, undone_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)`,
		t, string(i.ID), i.Sheet, i.File, i.By, ms(i.At), i.Added, i.Changed, i.Same)
	if err != nil {
		return err
	}
	return bulk(k, "INSERT INTO sheet_change (tenant, id, import, n, line, object, body)", 7, "", changes, func(c sheets.Change) []any {
		return []any{t, string(c.ID), string(i.ID), c.N, c.Row, string(c.Object), c.Body}
	})
}

const sheetImportCols = "id, sheet, file, by_ref, at, added, changed, same, undone_at"

func scanImport(r scanner) (*sheets.Import, error) {
	i := &sheets.Import{}
	var when, undone int64
	err := r.Scan(&i.ID, &i.Sheet, &i.File, &i.By, &when, &i.Added, &i.Changed, &i.Same, &undone)
	i.At, i.UndoneAt = at(when), at(undone)
	return i, err
}

// Import implements sheets.Repo.
func (Sheets) Import(k kernel.Tx, id kernel.ID) (*sheets.Import, error) {
	i, err := scanImport(on(k).QueryRow("SELECT "+sheetImportCols+" FROM sheet_import WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return i, notFound(err, kernel.T("没有这次导入", "there is no such import"))
}

// Imports implements sheets.Repo. The cursor is the id of the last row.
func (Sheets) Imports(k kernel.Tx, of []string, p kernel.Page) ([]*sheets.Import, string, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.oneOf("sheet", of)
	if p.After != "" {
		f.and("id < ?", p.After)
	}
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT "+sheetImportCols+" FROM sheet_import WHERE "+f.where()+" ORDER BY id DESC LIMIT "+limit, f.args...)
	l, err := scanAll(rows, err, func(r *sql.Rows) (*sheets.Import, error) { return scanImport(r) })
	if err != nil || len(l) <= p.Limit {
		return l, "", err
	}
	return l[:p.Limit], string(l[p.Limit-1].ID), nil
}

// oneOf narrows a column to a list; an empty list matches nothing.
func (f *filter) oneOf(column string, list []string) {
	if len(list) == 0 {
		f.conds = append(f.conds, "1 = 0")
		return
	}
	marks := make([]string, len(list))
	for i, v := range list {
		marks[i] = f.arg(v)
	}
	f.conds = append(f.conds, column+" IN ("+strings.Join(marks, ", ")+")")
}

// Changes implements sheets.Repo.
func (Sheets) Changes(k kernel.Tx, id kernel.ID) ([]sheets.Change, error) {
	rows, err := on(k).Query("SELECT id, n, line, object, body FROM sheet_change WHERE tenant = $1 AND import = $2 ORDER BY n", string(on(k).tenant), string(id))
	return scanAll(rows, err, func(r *sql.Rows) (c sheets.Change, err error) {
		return c, r.Scan(&c.ID, &c.N, &c.Row, &c.Object, &c.Body)
	})
}

// Undone implements sheets.Repo.
func (Sheets) Undone(k kernel.Tx, id kernel.ID) (bool, error) {
	return one(k, "UPDATE sheet_import SET undone_at = $3 WHERE tenant = $1 AND id = $2 AND undone_at = 0", string(on(k).tenant), string(id), ms(on(k).now))
}

// Forget implements sheets.Repo.
func (Sheets) Forget(k kernel.Tx, before time.Time) error {
	return do(k, `DELETE FROM sheet_change WHERE tenant = $1 AND import IN (SELECT id FROM sheet_import WHERE tenant = $1 AND at < $2)`, string(on(k).tenant), ms(before))
}

// Old implements sheets.Repo.
func (Sheets) Old(k kernel.Tx, before time.Time) (old bool, err error) {
	err = on(k).QueryRow(`SELECT EXISTS (SELECT 1 FROM sheet_import i WHERE i.tenant = $1 AND i.at < $2
		AND EXISTS (SELECT 1 FROM sheet_change c WHERE c.tenant = i.tenant AND c.import = i.id))`, string(on(k).tenant), ms(before)).Scan(&old)
	return old, err
}

// removal is how a row is taken out again: refused when anything else has come to hang on it.
type removal struct {
	hangs []string // conditions on $1, the tenant, and $2, the row
	drop  []string
}

var removals = map[string]removal{
	"register_entry": {hangs: []string{"SELECT 1 FROM register_link WHERE tenant = $1 AND entry = $2", "SELECT 1 FROM register_visit WHERE tenant = $1 AND entry = $2"},
		drop: []string{"DELETE FROM register_entry WHERE tenant = $1 AND id = $2"}},
	"org": {hangs: []string{"SELECT 1 FROM holding WHERE tenant = $1 AND org = $2", "SELECT 1 FROM cover WHERE tenant = $1 AND org = $2", "SELECT 1 FROM case_record WHERE tenant = $1 AND unit = $2",
		"SELECT 1 FROM org WHERE tenant = $1 AND parent = $2", "SELECT 1 FROM register_entry WHERE tenant = $1 AND org = $2", "SELECT 1 FROM indicator_target WHERE tenant = $1 AND holder = $2",
		"SELECT 1 FROM work_project WHERE tenant = $1 AND host = $2", "SELECT 1 FROM activity WHERE tenant = $1 AND host = $2", "SELECT 1 FROM report_in WHERE tenant = $1 AND unit = $2"},
		drop: []string{"DELETE FROM org WHERE tenant = $1 AND id = $2"}},
	"holding": {drop: []string{`DELETE FROM person WHERE tenant = $1 AND id = (SELECT person FROM holding WHERE tenant = $1 AND id = $2)
		AND NOT EXISTS (SELECT 1 FROM holding h WHERE h.tenant = $1 AND h.person = person.id AND h.id <> $2)
		AND NOT EXISTS (SELECT 1 FROM account a WHERE a.tenant = $1 AND a.id = person.id)
		AND NOT EXISTS (SELECT 1 FROM report_in r WHERE r.tenant = $1 AND r.person = person.id)`, "DELETE FROM holding WHERE tenant = $1 AND id = $2"}},
	"place": {hangs: []string{"SELECT 1 FROM place WHERE tenant = $1 AND parent = $2", "SELECT 1 FROM case_record WHERE tenant = $1 AND place = $2", "SELECT 1 FROM cover WHERE tenant = $1 AND place = $2",
		"SELECT 1 FROM holding WHERE tenant = $1 AND place = $2", "SELECT 1 FROM org WHERE tenant = $1 AND place = $2", "SELECT 1 FROM register_entry WHERE tenant = $1 AND place = $2",
		"SELECT 1 FROM register_link WHERE tenant = $1 AND target = $2", "SELECT 1 FROM work_project WHERE tenant = $1 AND place = $2", "SELECT 1 FROM activity WHERE tenant = $1 AND place = $2"},
		drop: []string{"DELETE FROM place WHERE tenant = $1 AND id = $2"}},
	"activity_person": {hangs: []string{"SELECT 1 FROM activity_signup s JOIN activity_person p ON p.tenant = s.tenant AND p.who = s.who WHERE p.tenant = $1 AND p.id = $2",
		"SELECT 1 FROM team_member WHERE tenant = $1 AND person = $2"}, drop: []string{"DELETE FROM activity_person WHERE tenant = $1 AND id = $2"}},
	"work_project": {hangs: []string{"SELECT 1 FROM work_item WHERE tenant = $1 AND project = $2", "SELECT 1 FROM work_photo WHERE tenant = $1 AND project = $2", "SELECT 1 FROM work_case WHERE tenant = $1 AND project = $2"},
		drop: []string{"DELETE FROM work_project WHERE tenant = $1 AND id = $2"}},
	"indicator_target": {hangs: []string{"SELECT 1 FROM indicator_target WHERE tenant = $1 AND parent = $2", "SELECT 1 FROM indicator_value WHERE tenant = $1 AND target = $2"},
		drop: []string{"DELETE FROM indicator_alert WHERE tenant = $1 AND target = $2", "DELETE FROM indicator_target WHERE tenant = $1 AND id = $2"}},
	"activity": {hangs: []string{"SELECT 1 FROM activity_signup WHERE tenant = $1 AND activity = $2"},
		drop: []string{"DELETE FROM venue_slot WHERE tenant = $1 AND activity = $2", "DELETE FROM activity_post WHERE tenant = $1 AND activity = $2", "DELETE FROM activity WHERE tenant = $1 AND id = $2"}},
}

// Remove implements sheets.Repo.
func (Sheets) Remove(k kernel.Tx, table string, id kernel.ID) error {
	t, args := on(k), []any{string(on(k).tenant), string(id)}
	r, ok := removals[table]
	if !ok {
		panic("store: no removal of " + table)
	}
	for _, h := range r.hangs {
		var hangs bool
		if err := t.QueryRow("SELECT EXISTS ("+h+")", args...).Scan(&hangs); err != nil {
			return err
		}
		if hangs {
			return kernel.Conflict(kernel.T("它已经被别处用到", "it is in use elsewhere by now"))
		}
	}
	for _, d := range r.drop {
		if _, err := t.Exec(d, args...); err != nil {
			return err
		}
	}
	return nil
}

// SheetOrgs is Orgs with all posts at once.
type SheetOrgs struct{ Orgs }

// Held implements sheets.OrgRepo.
func (SheetOrgs) Held(k kernel.Tx) ([]*orgs.Holding, map[kernel.ID]*orgs.Person, error) {
	t := on(k)
	rows, err := t.Query("SELECT "+prefixed("h.", holdingCols)+", p.id, p.name, p.phone, p.phone_index FROM holding h JOIN person p ON p.tenant = h.tenant AND p.id = h.person"+
		" WHERE h.tenant = $1 AND (h.to_at = 0 OR h.to_at > $2) ORDER BY h.id", string(t.tenant), ms(t.now))
	people := map[kernel.ID]*orgs.Person{}
	l, err := scanAll(rows, err, func(r *sql.Rows) (*orgs.Holding, error) {
		h, p := &orgs.Holding{}, &orgs.Person{}
		var from, to int64
		err := r.Scan(&h.ID, &h.Person, &h.Title, &h.Role, &h.Org, &h.Place, &h.Path, &h.Level, &from, &to, &p.ID, &p.NameSealed, &p.PhoneSealed, &p.PhoneIndex)
		h.From, h.To = at(from), at(to)
		people[p.ID] = p
		return h, err
	})
	return l, people, err
}

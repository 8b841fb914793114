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
	_, err := on(k).Exec(`INSERT INTO sheet_import (tenant, id, sheet, file, by_ref, at, added, changed, same, undone_at, left_rows) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0)`,
		t, string(i.ID), i.Sheet, i.File, i.By, ms(i.At), i.Added, i.Changed, i.Same)
	if err != nil {
		return err
	}
	return bulk(k, "INSERT INTO sheet_change (tenant, id, import, n, line, object, body)", 7, "", changes, func(c sheets.Change) []any {
		return []any{t, string(c.ID), string(i.ID), c.N, c.Row, string(c.Object), c.Body}
	})
}

const sheetImportCols = "id, sheet, file, by_ref, at, added, changed, same, undone_at, left_rows"

func scanImport(r scanner) (*sheets.Import, error) {
	i := &sheets.Import{}
	var when, undone int64
	err := r.Scan(&i.ID, &i.Sheet, &i.File, &i.By, &when, &i.Added, &i.Changed, &i.Same, &undone, &i.Left)
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
func (Sheets) Undone(k kernel.Tx, id kernel.ID, left int) (bool, error) {
	return one(k, "UPDATE sheet_import SET undone_at = $3, left_rows = $4 WHERE tenant = $1 AND id = $2 AND undone_at = 0", string(on(k).tenant), string(id), ms(on(k).now), left)
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

// Known implements sheets.Repo.
func (Sheets) Known(k kernel.Tx, table string, id kernel.ID) (known bool, err error) {
	if _, ok := removals[table]; !ok {
		panic("store: no table " + table + " of a sheet")
	}
	err = on(k).QueryRow("SELECT EXISTS (SELECT 1 FROM "+table+" WHERE tenant = $1 AND id = $2)", string(on(k).tenant), string(id)).Scan(&known)
	return known, err
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

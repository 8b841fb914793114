package store

import (
	"cmp"
	"database/sql"
	"slices"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/reports"
)

// Reports keeps bulletins and what their figures counted.
type Reports struct{}

var _ reports.Repo = Reports{}

const reportCols = `id, template, year, n, path, from_at, to_at, as_of, status, version, auto, body, digest, ledger_row, published_at`

func scanReport(r scanner) (*reports.Issued, error) {
	i := &reports.Issued{}
	var from, to, asOf, published int64
	err := r.Scan(&i.ID, &i.Template, &i.Year, &i.N, &i.Path, &from, &to, &asOf, &i.Status, &i.Version, &i.Auto, &i.Body, &i.Digest, &i.Row, &published)
	i.From, i.To, i.AsOf, i.PublishedAt = at(from), at(to), at(asOf), at(published)
	return i, err
}

// entryRow is an entry with the figure that counted it.
type entryRow struct {
	figure string
	reports.Entry
}

// Insert implements reports.Repo.
func (Reports) Insert(k kernel.Tx, i *reports.Issued, entries map[string][]reports.Entry) (bool, error) {
	t := string(on(k).tenant)
	ok, err := one(k, "INSERT INTO report (tenant, "+reportCols+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT DO NOTHING`, t, string(i.ID), i.Template, i.Year, i.N, string(i.Path), ms(i.From), ms(i.To), ms(i.AsOf), string(i.Status), i.Version,
		i.Auto, i.Body, i.Digest, string(i.Row), ms(i.PublishedAt))
	if err != nil || !ok {
		return ok, err
	}
	var rows []entryRow
	for figure, l := range entries {
		for _, e := range l {
			rows = append(rows, entryRow{figure, e})
		}
	}
	slices.SortFunc(rows, func(a, b entryRow) int {
		return cmp.Or(cmp.Compare(a.figure, b.figure), cmp.Compare(a.Record, b.Record))
	})
	return true, bulk(k, "INSERT INTO report_entry (tenant, report, figure, record, entry)", 5, "", rows, func(e entryRow) []any {
		return []any{t, string(i.ID), e.figure, string(e.Record), e.Text}
	})
}

// Get implements reports.Repo.
func (Reports) Get(k kernel.Tx, id kernel.ID) (*reports.Issued, error) {
	i, err := scanReport(on(k).QueryRow("SELECT "+reportCols+" FROM report WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return i, notFound(err, kernel.T("没有这份简报，或者您看不到它", "there is no such bulletin, or you may not see it"))
}

// List implements reports.Repo. The cursor is the id of the last row.
func (Reports) List(k kernel.Tx, q reports.ListQuery) ([]*reports.Issued, string, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	if q.Template != "" {
		f.and("template = ?", q.Template)
	}
	if q.Status != "" {
		f.and("status = ?", string(q.Status))
	}
	if q.Path != "" {
		f.and("path = ?", string(q.Path))
	}
	if !q.Before.IsZero() {
		f.and("as_of < ?", ms(q.Before))
	}
	if q.Page.After != "" {
		if !storable(q.Page.After) {
			return nil, "", badCursor()
		}
		f.and("id < ?", q.Page.After)
	}
	f.allow(q.Allow, access.Columns{Tenant: "tenant", Path: "path"})
	if last := len(f.conds) - 1; q.OrPublished {
		f.conds[last] = "(" + f.conds[last] + " OR status = 'published')"
	}
	page := q.Page.Clamp(20, 200)
	limit := f.arg(page.Limit + 1)
	rows, err := on(k).Query("SELECT "+reportCols+" FROM report WHERE "+f.where()+" ORDER BY id DESC LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*reports.Issued, error) { return scanReport(r) })
	if err != nil || len(out) <= page.Limit {
		return out, "", err
	}
	return out[:page.Limit], string(out[page.Limit-1].ID), nil
}

// Move implements reports.Repo.
func (Reports) Move(k kernel.Tx, id kernel.ID, was, to reports.Status, version int) (bool, error) {
	published := int64(0)
	if to == reports.Published {
		published = ms(on(k).now)
	}
	return one(k, `UPDATE report SET status = $1, version = version + 1, published_at = $2 WHERE tenant = $3 AND id = $4 AND status = $5 AND version = $6`,
		string(to), published, string(on(k).tenant), string(id), string(was), version)
}

// Entries implements reports.Repo.
func (Reports) Entries(k kernel.Tx, id kernel.ID, figure string, after kernel.ID, limit int) ([]reports.Entry, error) {
	rows, err := on(k).Query(`SELECT record, entry FROM report_entry WHERE tenant = $1 AND report = $2 AND figure = $3 AND record > $4 ORDER BY record LIMIT $5`,
		string(on(k).tenant), string(id), figure, string(after), limit)
	return scanAll(rows, err, func(r *sql.Rows) (e reports.Entry, err error) { return e, r.Scan(&e.Record, &e.Text) })
}

// LastNumber implements reports.Repo.
func (Reports) LastNumber(k kernel.Tx, template string, year int) (n int, err error) {
	err = on(k).QueryRow(`SELECT COALESCE(MAX(n), 0) FROM report WHERE tenant = $1 AND template = $2 AND year = $3`, string(on(k).tenant), template, year).Scan(&n)
	return n, err
}

// HasAuto implements reports.Repo.
func (Reports) HasAuto(k kernel.Tx, auto string) (bool, error) {
	var n int
	err := on(k).QueryRow(`SELECT COUNT(*) FROM report WHERE tenant = $1 AND auto = $2 AND auto <> ''`, string(on(k).tenant), auto).Scan(&n)
	return n > 0, err
}

// LastRows implements reports.Repo. Acts on one object follow each other in time; within a millisecond the version decides.
func (Reports) LastRows(k kernel.Tx, objects []kernel.ID, asOf time.Time) (map[kernel.ID]*ledger.Row, error) {
	out := make(map[kernel.ID]*ledger.Row, len(objects))
	for l := range slices.Chunk(objects, mostIn) {
		f := &filter{}
		f.and("tenant = ?", string(on(k).tenant))
		f.and("at <= ?", ms(asOf))
		f.conds = append(f.conds, "object IN ("+f.in(l)+")")
		rows, err := on(k).Query("SELECT id, object, at, actor, act, version, public, digest, '', '', seq FROM ledger WHERE "+f.where(), f.args...)
		found, err := scanAll(rows, err, scanLedger)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			if was := out[r.Object]; was == nil || cmp.Or(was.At.Compare(r.At), cmp.Compare(was.Version, r.Version), cmp.Compare(was.ID, r.ID)) < 0 {
				out[r.Object] = r
			}
		}
	}
	return out, nil
}

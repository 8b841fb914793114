package store

import (
	"database/sql"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
)

// Points gives where the cases of a query lie, the newest first, and the cursor of the next page. Cases merged into another lie
// where that lies.
func (Cases) Points(k kernel.Tx, q cases.Query) ([]cases.Point, string, error) {
	t := on(k)
	q.ByDue = false
	f := caseFilter(t, q)
	f.and("c.merged_into = ''")
	if q.Page.After != "" {
		f.and("c.id < ?", q.Page.After)
	}
	limit := f.arg(q.Page.Limit + 1)
	rows, err := t.Query("SELECT c.id, c.lon, c.lat, c.flow, c.step, c.path, c.due_at FROM case_record c WHERE "+f.where()+" ORDER BY c.id DESC LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (p cases.Point, err error) {
		return p, r.Scan(&p.ID, &p.Lon, &p.Lat, &p.Flow, &p.Step, &p.Path, &p.DueAt)
	})
	if err != nil || len(out) <= q.Page.Limit {
		return out, "", err
	}
	return out[:q.Page.Limit], string(out[q.Page.Limit-1].ID), nil
}

// some narrows to cases that are named, or whose number begins or ends so.
func (f *filter) some(q cases.Query) {
	if len(q.IDs) > 0 {
		f.conds = append(f.conds, "c.id IN ("+f.in(q.IDs)+")")
	}
	if q.NumberPart.Begin != "" {
		f.conds = append(f.conds, f.begins("c.number", q.NumberPart.Begin))
	}
	if q.NumberPart.End != "" {
		f.and("substr(c.number, 17) = ?", q.NumberPart.End) // as the index case_number_end has it
	}
}

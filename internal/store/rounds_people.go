package store

import (
	"database/sql"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/rounds"
)

const careCols = `id, template, name, phone, address, place, path, visitor, every_days, part, consent_text, consent_by, consent_how, agreed_at, recorded_by, ended_at, partner`

// selectCare reads those who are visited, c, with how their visits stand.
var selectCare = "SELECT " + prefixed("c.", careCols) + `, COALESCE(p.name, ''), COALESCE(o.name, ''),
	COALESCE((SELECT MAX(d.done_at) FROM round_duty d WHERE d.tenant = c.tenant AND d.target = c.id AND d.state = 'done'), 0),
	COALESCE((SELECT MIN(d.due_at) FROM round_duty d WHERE d.tenant = c.tenant AND d.target = c.id AND d.state = 'open'), 0),
	(SELECT COUNT(*) FROM round_duty d WHERE d.tenant = c.tenant AND d.target = c.id AND d.state = 'missed' AND d.due_at >
		COALESCE((SELECT MAX(e.due_at) FROM round_duty e WHERE e.tenant = c.tenant AND e.target = c.id AND e.state = 'done'), 0))
	FROM round_care c LEFT JOIN place p ON p.tenant = c.tenant AND p.id = c.place
	LEFT JOIN org o ON o.tenant = c.tenant AND o.id = c.partner WHERE c.tenant = $1`

func scanCare(r scanner) (*rounds.Care, error) {
	c := &rounds.Care{}
	var agreed, ended, last, next int64
	err := r.Scan(&c.ID, &c.Template, &c.Name, &c.Phone, &c.Address, &c.Place, &c.Path, &c.Visitor, &c.Every, &c.Part, &c.ConsentText, &c.ConsentBy, &c.ConsentHow, &agreed,
		&c.RecordedBy, &ended, &c.Partner, &c.PlaceName, &c.PartnerName, &last, &next, &c.Missed)
	c.AgreedAt, c.EndedAt, c.LastAt, c.NextDue = at(agreed), at(ended), at(last), at(next)
	return c, err
}

// PutCare implements rounds.Cares.
func (Rounds) PutCare(k kernel.Tx, c *rounds.Care) error {
	_, err := on(k).Exec("INSERT INTO round_care (tenant, "+careCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, $17)",
		string(on(k).tenant), string(c.ID), c.Template, c.Name, c.Phone, c.Address, string(c.Place), string(c.Path), string(c.Visitor), c.Every, string(c.Part), c.ConsentText,
		string(c.ConsentBy), string(c.ConsentHow), ms(c.AgreedAt), string(c.RecordedBy), string(c.Partner))
	return err
}

// Care implements rounds.Cares.
func (Rounds) Care(k kernel.Tx, id kernel.ID) (*rounds.Care, error) {
	c, err := scanCare(on(k).QueryRow(selectCare+" AND c.id = $2", string(on(k).tenant), string(id)))
	return c, notFound(err, kernel.T("没有这位，或者您不能看", "there is nobody of that id, or they are not yours to see"))
}

// ListCares implements rounds.Cares.
func (Rounds) ListCares(k kernel.Tx, allow access.Scope, p kernel.Page) ([]*rounds.Care, string, error) {
	f := &filter{}
	f.and("c.tenant = ?", string(on(k).tenant))
	f.conds = append(f.conds, "c.ended_at = 0")
	if p.After != "" {
		f.and("c.id > ?", p.After)
	}
	f.allow(allow, access.Columns{Tenant: "c.tenant", Path: "c.path", Assignee: "c.visitor", Confidential: "1"})
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query(selectCare+" AND "+f.where()+" ORDER BY c.id LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*rounds.Care, error) { return scanCare(r) })
	if err != nil || len(out) <= p.Limit {
		return out, "", err
	}
	return out[:p.Limit], string(out[p.Limit-1].ID), nil
}

// Agreed implements rounds.Cares.
func (Rounds) Agreed(k kernel.Tx, template string) ([]*rounds.Care, error) {
	rows, err := on(k).Query(selectCare+" AND c.ended_at = 0 AND c.template = $2 ORDER BY c.id", string(on(k).tenant), template)
	return scanAll(rows, err, func(r *sql.Rows) (*rounds.Care, error) { return scanCare(r) })
}

// Withdraw implements rounds.Cares.
func (Rounds) Withdraw(k kernel.Tx, id kernel.ID) (bool, error) {
	t := on(k)
	ok, err := one(k, `UPDATE round_care SET name = '', phone = '', address = '', ended_at = $1 WHERE tenant = $2 AND id = $3 AND ended_at = 0`, ms(t.now), string(t.tenant), string(id))
	if err != nil || !ok {
		return ok, err
	}
	if _, err := t.Exec(`UPDATE round_duty SET state = 'ended' WHERE tenant = $1 AND target = $2 AND state = 'open'`, string(t.tenant), string(id)); err != nil {
		return false, err
	}
	_, err = t.Exec(`UPDATE round_result SET notes = '', answers = '{}', notes_end = $1 WHERE tenant = $2 AND notes_end = 0
		AND duty IN (SELECT d.id FROM round_duty d WHERE d.tenant = $2 AND d.target = $3)`, ms(t.now), string(t.tenant), string(id))
	return err == nil, err
}

// EraseNotes is the retention clock of visit_notes: the words of care visits go, that they were made stays.
func (Rounds) EraseNotes(k kernel.Tx, before time.Time, limit int) (int, error) {
	n, err := on(k).Exec(`UPDATE round_result SET notes = '', notes_end = $1 WHERE tenant = $2 AND duty IN
		(SELECT r.duty FROM round_result r WHERE r.tenant = $2 AND r.confidential = 1 AND r.notes <> '' AND r.at < $3 LIMIT $4)`,
		ms(on(k).now), string(on(k).tenant), ms(before), limit)
	return int(n), err
}

// EraseNames is the retention clock of shift_checks: the names of workers go, that they were checked stays.
func (Rounds) EraseNames(k kernel.Tx, before time.Time, limit int) (int, error) {
	n, err := on(k).Exec(`UPDATE round_duty SET subject = '' WHERE tenant = $1 AND id IN
		(SELECT d.id FROM round_duty d WHERE d.tenant = $1 AND d.subject <> '' AND d.due_at < $2 LIMIT $3)`, string(on(k).tenant), ms(before), limit)
	return int(n), err
}

const shiftCols = `id, template, version, name, place, path, unit, day, starts_at, state, revision, opened_at, opened_by, closed_at, account`

// selectShift reads shifts s, with how many are to be checked and how many are ready.
var selectShift = "SELECT " + prefixed("s.", shiftCols) + `, COALESCE(p.name, ''),
	(SELECT COUNT(*) FROM round_duty d WHERE d.tenant = s.tenant AND d.shift = s.id AND d.state <> 'ended'),
	(SELECT COUNT(*) FROM round_duty d WHERE d.tenant = s.tenant AND d.shift = s.id AND d.state = 'done' AND d.passed = 1)
	FROM round_shift s LEFT JOIN place p ON p.tenant = s.tenant AND p.id = s.place WHERE s.tenant = $1`

func scanShift(r scanner) (*rounds.Shift, error) {
	s := &rounds.Shift{}
	var starts, opened, closed int64
	err := r.Scan(&s.ID, &s.Template, &s.Version, &s.Name, &s.Place, &s.Path, &s.Unit, &s.Day, &starts, &s.State, &s.Revision, &opened, &s.OpenedBy, &closed, &s.By,
		&s.PlaceName, &s.Workers, &s.Ready)
	s.StartsAt, s.OpenedAt, s.ClosedAt = at(starts), at(opened), at(closed)
	return s, err
}

// PutShift implements rounds.Shifts.
func (Rounds) PutShift(k kernel.Tx, s *rounds.Shift) error {
	_, err := on(k).Exec("INSERT INTO round_shift (tenant, "+shiftCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'planned', 1, 0, '', 0, $11)",
		string(on(k).tenant), string(s.ID), s.Template, s.Version, s.Name, string(s.Place), string(s.Path), string(s.Unit), s.Day, ms(s.StartsAt), string(s.By))
	return err
}

// Shift implements rounds.Shifts.
func (Rounds) Shift(k kernel.Tx, id kernel.ID) (*rounds.Shift, error) {
	s, err := scanShift(on(k).QueryRow(selectShift+" AND s.id = $2", string(on(k).tenant), string(id)))
	return s, notFound(err, kernel.T("没有这一班，或者您看不到它", "there is no such shift, or you may not see it"))
}

// shiftFilter turns a query into conditions on a table of shifts or records.
func shiftFilter(k kernel.Tx, alias string, q rounds.ShiftQuery) *filter {
	f := &filter{}
	f.and(alias+".tenant = ?", string(on(k).tenant))
	if q.Path != "" {
		f.under(alias+".path", q.Path)
	}
	f.allow(q.Allow, access.Columns{Tenant: alias + ".tenant", Path: alias + ".path", Unit: alias + ".unit", Confidential: "0"})
	return f
}

// ListShifts implements rounds.Shifts, the newest first; the cursor is the id of the last row.
func (Rounds) ListShifts(k kernel.Tx, q rounds.ShiftQuery) ([]*rounds.Shift, string, error) {
	f := shiftFilter(k, "s", q)
	if q.Page.After != "" {
		f.and("s.id < ?", q.Page.After)
	}
	limit := f.arg(q.Page.Limit + 1)
	rows, err := on(k).Query(selectShift+" AND "+f.where()+" ORDER BY s.id DESC LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*rounds.Shift, error) { return scanShift(r) })
	if err != nil || len(out) <= q.Page.Limit {
		return out, "", err
	}
	return out[:q.Page.Limit], string(out[q.Page.Limit-1].ID), nil
}

// TouchShift implements rounds.Shifts.
func (Rounds) TouchShift(k kernel.Tx, id kernel.ID) (bool, error) {
	return one(k, `UPDATE round_shift SET revision = revision + 1 WHERE tenant = $1 AND id = $2 AND state = 'planned'`, string(on(k).tenant), string(id))
}

// OpenShift implements rounds.Shifts. A crew that changes in the same moment has another revision.
func (Rounds) OpenShift(k kernel.Tx, s *rounds.Shift, by kernel.ID) (bool, error) {
	return one(k, `UPDATE round_shift SET state = 'open', opened_at = $1, opened_by = $2 WHERE tenant = $3 AND id = $4 AND state = 'planned' AND revision = $5
		AND EXISTS (SELECT 1 FROM round_duty d WHERE d.tenant = $3 AND d.shift = $4 AND d.state = 'done')
		AND NOT EXISTS (SELECT 1 FROM round_duty d WHERE d.tenant = $3 AND d.shift = $4 AND d.state <> 'ended' AND NOT (d.state = 'done' AND d.passed = 1))`,
		ms(on(k).now), string(by), string(on(k).tenant), string(s.ID), s.Revision)
}

// CloseShift implements rounds.Shifts.
func (Rounds) CloseShift(k kernel.Tx, id kernel.ID) (bool, error) {
	return one(k, `UPDATE round_shift SET state = 'closed', closed_at = $1 WHERE tenant = $2 AND id = $3 AND state = 'open'`, ms(on(k).now), string(on(k).tenant), string(id))
}

const recordCols = `id, template, measure, place, path, unit, day, words, photos, at, account`

var selectRecord = "SELECT " + prefixed("r.", recordCols) + `, COALESCE(p.name, '') FROM round_record r LEFT JOIN place p ON p.tenant = r.tenant AND p.id = r.place WHERE r.tenant = $1`

func scanRecord(rs scanner) (*rounds.Record, error) {
	r := &rounds.Record{}
	var when int64
	var photos string
	err := rs.Scan(&r.ID, &r.Template, &r.Measure, &r.Place, &r.Path, &r.Unit, &r.Day, &r.Words, &photos, &when, &r.By, &r.PlaceName)
	r.At, r.Photos = at(when), splitIDs(photos)
	return r, err
}

// PutRecord implements rounds.Shifts.
func (Rounds) PutRecord(k kernel.Tx, r *rounds.Record) error {
	_, err := on(k).Exec("INSERT INTO round_record (tenant, "+recordCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
		string(on(k).tenant), string(r.ID), r.Template, r.Measure, string(r.Place), string(r.Path), string(r.Unit), r.Day, r.Words, joinIDs(r.Photos), ms(r.At), string(r.By))
	return err
}

// Record implements rounds.Shifts.
func (Rounds) Record(k kernel.Tx, id kernel.ID) (*rounds.Record, error) {
	r, err := scanRecord(on(k).QueryRow(selectRecord+" AND r.id = $2", string(on(k).tenant), string(id)))
	return r, notFound(err, kernel.T("没有这条记录", "there is no such record"))
}

// ListRecords implements rounds.Shifts, the newest first; the cursor is the id of the last row.
func (Rounds) ListRecords(k kernel.Tx, q rounds.ShiftQuery) ([]*rounds.Record, string, error) {
	f := shiftFilter(k, "r", q)
	if q.Page.After != "" {
		f.and("r.id < ?", q.Page.After)
	}
	limit := f.arg(q.Page.Limit + 1)
	rows, err := on(k).Query(selectRecord+" AND "+f.where()+" ORDER BY r.id DESC LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*rounds.Record, error) { return scanRecord(r) })
	if err != nil || len(out) <= q.Page.Limit {
		return out, "", err
	}
	return out[:q.Page.Limit], string(out[q.Page.Limit-1].ID), nil
}

// Measures implements rounds.Shifts.
func (Rounds) Measures(k kernel.Tx, q rounds.ShiftQuery) ([]rounds.MeasureCount, error) {
	f := shiftFilter(k, "r", q)
	rows, err := on(k).Query(`SELECT r.template, r.measure, COUNT(*), MAX(r.day) FROM round_record r WHERE r.tenant = $1 AND `+f.where()+` GROUP BY r.template, r.measure ORDER BY r.template, r.measure`, f.args...)
	return scanAll(rows, err, func(r *sql.Rows) (m rounds.MeasureCount, err error) {
		return m, r.Scan(&m.Template, &m.Measure, &m.Records, &m.Last)
	})
}

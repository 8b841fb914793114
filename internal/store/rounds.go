package store

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/rounds"
)

// Rounds keeps duties that recur, and what belongs to them.
type Rounds struct{}

var (
	_ rounds.Templates = Rounds{}
	_ rounds.Duties    = Rounds{}
	_ rounds.Cares     = Rounds{}
	_ rounds.Shifts    = Rounds{}
)

const templateCols = `id, version, source, published_at, published_by, stopped_at`

func scanTemplate(r scanner) (*rounds.StoredTemplate, error) {
	t := &rounds.StoredTemplate{}
	var published, stopped int64
	err := r.Scan(&t.ID, &t.Version, &t.Source, &published, &t.By, &stopped)
	t.Published, t.Stopped = at(published), at(stopped)
	return t, err
}

// PutTemplate implements rounds.Templates.
func (Rounds) PutTemplate(k kernel.Tx, t *rounds.StoredTemplate) (bool, error) {
	return one(k, "INSERT INTO round_template (tenant, "+templateCols+") VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT DO NOTHING",
		string(on(k).tenant), t.ID, t.Version, t.Source, ms(t.Published), string(t.By))
}

var noRoundTemplate = kernel.T("没有这个模板", "there is no such template")

// TemplateOf implements rounds.Templates; version 0 is the latest.
func (Rounds) TemplateOf(k kernel.Tx, id string, version int) (*rounds.StoredTemplate, error) {
	t, err := scanTemplate(on(k).QueryRow("SELECT "+templateCols+" FROM round_template WHERE tenant = $1 AND id = $2 AND (version = $3 OR $3 = 0) ORDER BY version DESC LIMIT 1",
		string(on(k).tenant), id, version))
	return t, notFound(err, noRoundTemplate)
}

// InForce implements rounds.Templates.
func (Rounds) InForce(k kernel.Tx, stopped bool) ([]*rounds.StoredTemplate, error) {
	rows, err := on(k).Query("SELECT "+templateCols+` FROM round_template t WHERE t.tenant = $1 AND (t.stopped_at = 0 OR $2 = 1)
		AND NOT EXISTS (SELECT 1 FROM round_template n WHERE n.tenant = t.tenant AND n.id = t.id AND n.version > t.version)
		ORDER BY CASE WHEN t.stopped_at = 0 THEN 0 ELSE 1 END, t.id`, string(on(k).tenant), flag(stopped))
	return scanAll(rows, err, func(r *sql.Rows) (*rounds.StoredTemplate, error) { return scanTemplate(r) })
}

// StopTemplate implements rounds.Templates.
func (Rounds) StopTemplate(k kernel.Tx, id string) (bool, error) {
	return one(k, `UPDATE round_template SET stopped_at = $1 WHERE tenant = $2 AND id = $3 AND stopped_at = 0
		AND version = (SELECT MAX(n.version) FROM round_template n WHERE n.tenant = $2 AND n.id = $3)`, ms(on(k).now), string(on(k).tenant), id)
}

// Plan implements rounds.Templates.
func (Rounds) Plan(k kernel.Tx, template string, version int, day string) (bool, error) {
	return one(k, `INSERT INTO round_plan (tenant, day, template, version, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		string(on(k).tenant), day, template, version, ms(on(k).now))
}

// Planned implements rounds.Templates.
func (Rounds) Planned(k kernel.Tx, day string) ([]string, error) {
	rows, err := on(k).Query(`SELECT template, version FROM round_plan WHERE tenant = $1 AND day = $2 ORDER BY template, version`, string(on(k).tenant), day)
	return scanAll(rows, err, func(r *sql.Rows) (string, error) {
		var id string
		var version int
		err := r.Scan(&id, &version)
		return fmt.Sprintf("%s %d", id, version), err
	})
}

const dutyCols = `id, template, version, kind, target, period, place, path, role, post, unit, assignee, shift, subject, confidential, from_at, due_at, miss_at,
	state, passed, late, done_at, done_by`

// selectDuty reads duties d with what is known of their places now.
var selectDuty = "SELECT " + prefixed("d.", dutyCols) + `, COALESCE(p.name, ''), COALESCE(p.kind, ''), COALESCE(p.lon, 0), COALESCE(p.lat, 0), CASE WHEN p.lon IS NULL THEN 0 ELSE 1 END
	FROM round_duty d LEFT JOIN place p ON p.tenant = d.tenant AND p.id = d.place WHERE d.tenant = $1`

func scanDuty(r scanner) (*rounds.Duty, error) {
	d := &rounds.Duty{}
	var from, due, miss, done int64
	err := r.Scan(&d.ID, &d.Template, &d.Version, &d.Kind, &d.Target, &d.Period, &d.Place, &d.Path, &d.Role, &d.Post, &d.Unit, &d.Assignee, &d.Shift, &d.Subject, &d.Confidential,
		&from, &due, &miss, &d.State, &d.Passed, &d.Late, &done, &d.DoneBy, &d.PlaceName, &d.PlaceKind, &d.Lon, &d.Lat, &d.Located)
	d.From, d.Due, d.Miss, d.DoneAt = at(from), at(due), at(miss), at(done)
	return d, err
}

// AddDuties implements rounds.Duties.
func (Rounds) AddDuties(k kernel.Tx, l []*rounds.Duty) (added int, err error) {
	const cols, most = 24, 40
	t := string(on(k).tenant)
	for len(l) > 0 {
		n := min(most, len(l))
		args := make([]any, 0, n*cols)
		for _, d := range l[:n] {
			args = append(args, t, string(d.ID), d.Template, d.Version, string(d.Kind), string(d.Target), d.Period, string(d.Place), string(d.Path), string(d.Role), d.Post,
				string(d.Unit), string(d.Assignee), string(d.Shift), d.Subject, flag(d.Confidential), ms(d.From), ms(d.Due), ms(d.Miss), string(d.State), flag(d.Passed), flag(d.Late),
				ms(d.DoneAt), string(d.DoneBy))
		}
		did, err := on(k).Exec("INSERT INTO round_duty (tenant, "+dutyCols+") VALUES "+tuples(n, cols)+" ON CONFLICT DO NOTHING", args...)
		if err != nil {
			return added, err
		}
		added += int(did)
		l = l[n:]
	}
	return added, nil
}

var noDuty = kernel.T("没有这项任务，或者您看不到它", "there is no such duty, or you may not see it")

// Duty implements rounds.Duties.
func (Rounds) Duty(k kernel.Tx, id kernel.ID) (*rounds.Duty, error) {
	d, err := scanDuty(on(k).QueryRow(selectDuty+" AND d.id = $2", string(on(k).tenant), string(id)))
	return d, notFound(err, noDuty)
}

// dutyFilter turns a query into conditions on round_duty d. The tenant is the first argument.
func dutyFilter(k kernel.Tx, q rounds.DutyQuery) *filter {
	f := &filter{}
	f.and("d.tenant = ?", string(on(k).tenant))
	for _, eq := range []struct{ col, v string }{{"template", q.Template}, {"unit", string(q.Unit)}, {"shift", string(q.Shift)}, {"state", string(q.State)}} {
		if eq.v != "" {
			f.and("d."+eq.col+" = ?", eq.v)
		}
	}
	if q.Path != "" {
		f.under("d.path", q.Path)
	}
	if q.Late {
		f.conds = append(f.conds, "d.late = 1")
	}
	if q.Overdue {
		f.and("(d.state = 'missed' OR (d.state = 'open' AND d.due_at < ?))", ms(q.Now))
	}
	if !q.From.IsZero() {
		f.and("d.due_at >= ?", ms(q.From))
	}
	if !q.To.IsZero() {
		f.and("d.due_at < ?", ms(q.To))
	}
	if q.Mine != nil {
		f.mine(q)
	}
	f.allow(q.Allow, access.Columns{Tenant: "d.tenant", Path: "d.path", Unit: "d.unit", Assignee: "d.assignee", Confidential: "d.confidential"})
	return f
}

// mine narrows to open duties that are one's own to do now. Checks before a shift are found through the shift.
func (f *filter) mine(q rounds.DutyQuery) {
	f.and("d.from_at <= ? AND d.shift = ''", ms(q.Now))
	var any []string
	for _, t := range q.Mine {
		c := "d.path >= " + f.arg(t.PathLo) + " AND d.path < " + f.arg(t.PathHi) + " AND "
		if t.Assignee != "" {
			c += "d.assignee = " + f.arg(string(t.Assignee))
		} else {
			c += "d.assignee = '' AND d.role = " + f.arg(string(t.Role)) + " AND (d.post = '' OR d.post = " + f.arg(t.Post) + ") AND (d.unit = '' OR d.unit = " + f.arg(string(t.Org)) + ")"
		}
		any = append(any, "("+c+")")
	}
	if len(any) == 0 {
		any = []string{"1 = 0"}
	}
	f.conds = append(f.conds, "("+strings.Join(any, " OR ")+")")
}

// ListDuties implements rounds.Duties. The cursor is "due.id" of the last row; one's own come by what is due first.
func (Rounds) ListDuties(k kernel.Tx, q rounds.DutyQuery) ([]*rounds.Duty, string, error) {
	f := dutyFilter(k, q)
	order := " ORDER BY d.due_at DESC, d.id DESC"
	if q.Mine != nil {
		order = " ORDER BY d.due_at, d.id"
	} else if due, id, ok := strings.Cut(q.Page.After, "."); ok {
		n, err := strconv.ParseInt(due, 10, 64)
		if err != nil {
			return nil, "", badCursor()
		}
		a := f.arg(n)
		f.and("(d.due_at < "+a+" OR (d.due_at = "+a+" AND d.id < ?))", id)
	}
	limit := f.arg(q.Page.Limit + 1)
	rows, err := on(k).Query(selectDuty+" AND "+f.where()+order+" LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*rounds.Duty, error) { return scanDuty(r) })
	if err != nil || len(out) <= q.Page.Limit {
		return out, "", err
	}
	out = out[:q.Page.Limit]
	last := out[len(out)-1]
	return out, strconv.FormatInt(ms(last.Due), 10) + "." + string(last.ID), nil
}

// Finish implements rounds.Duties.
func (Rounds) Finish(k kernel.Tx, d *rounds.Duty) (bool, error) {
	return one(k, `UPDATE round_duty SET state = $1, passed = $2, late = $3, done_at = $4, done_by = $5 WHERE tenant = $6 AND id = $7 AND state = 'open'`,
		string(d.State), flag(d.Passed), flag(d.Late), ms(d.DoneAt), string(d.DoneBy), string(on(k).tenant), string(d.ID))
}

// Overdue implements rounds.Duties.
func (Rounds) Overdue(k kernel.Tx, limit int) ([]*rounds.Duty, error) {
	rows, err := on(k).Query(selectDuty+" AND d.state = 'open' AND d.miss_at < $2 ORDER BY d.miss_at LIMIT $3", string(on(k).tenant), ms(on(k).now), limit)
	return scanAll(rows, err, func(r *sql.Rows) (*rounds.Duty, error) { return scanDuty(r) })
}

// SetState implements rounds.Duties.
func (Rounds) SetState(k kernel.Tx, id kernel.ID, from, to rounds.State) (bool, error) {
	return one(k, `UPDATE round_duty SET state = $1 WHERE tenant = $2 AND id = $3 AND state = $4`, string(to), string(on(k).tenant), string(id), string(from))
}

// PutResult implements rounds.Duties.
func (Rounds) PutResult(k kernel.Tx, r *rounds.Result) error {
	_, err := on(k).Exec(`INSERT INTO round_result (tenant, duty, at, account, once_key, answers, notes, photos, good, not_good, notes_end, confidential)
		SELECT d.tenant, d.id, $3, $4, $5, $6, $7, $8, $9, $10, 0, d.confidential FROM round_duty d WHERE d.tenant = $1 AND d.id = $2`,
		string(on(k).tenant), string(r.Duty), ms(r.At), string(r.By), r.Key, text(r.Answers), r.Notes, joinIDs(r.Photos), r.Good, r.NotGood)
	return err
}

// Result implements rounds.Duties.
func (Rounds) Result(k kernel.Tx, duty kernel.ID) (*rounds.Result, error) {
	r := &rounds.Result{Duty: duty}
	var when, end int64
	var answers, photos string
	err := on(k).QueryRow(`SELECT at, account, once_key, answers, notes, photos, good, not_good, notes_end FROM round_result WHERE tenant = $1 AND duty = $2`,
		string(on(k).tenant), string(duty)).Scan(&when, &r.By, &r.Key, &answers, &r.Notes, &photos, &r.Good, &r.NotGood, &end)
	if err != nil {
		return nil, notFound(err, noDuty)
	}
	r.At, r.NotesEnd, r.Photos = at(when), at(end), splitIDs(photos)
	return r, parse(answers, &r.Answers)
}

// PutFound implements rounds.Duties.
func (Rounds) PutFound(k kernel.Tx, l []*rounds.Found) error {
	t := string(on(k).tenant)
	return bulk(k, "INSERT INTO round_finding (tenant, id, duty, template, item, say_zh, say_en, place, path, at, flow, case_id, number)", 13, "", l, func(f *rounds.Found) []any {
		return []any{t, string(f.ID), string(f.Duty), f.Template, f.Item, f.Say.Zh, f.Say.En, string(f.Place), string(f.Path), ms(f.At), f.Flow, string(f.Case), f.Number}
	})
}

// ListFound implements rounds.Duties, the newest first; the cursor is the id of the last row.
func (Rounds) ListFound(k kernel.Tx, q rounds.FoundQuery) ([]*rounds.Found, string, error) {
	f := &filter{}
	f.and("f.tenant = ?", string(on(k).tenant))
	for _, eq := range []struct{ col, v string }{{"case_id", string(q.Case)}, {"duty", string(q.Duty)}} {
		if eq.v != "" {
			f.and("f."+eq.col+" = ?", eq.v)
		}
	}
	if q.Path != "" {
		f.under("f.path", q.Path)
	}
	if q.Page.After != "" {
		f.and("f.id < ?", q.Page.After)
	}
	// A finding is a case by now: nothing of it is confidential, and visits to people raise none.
	f.allow(q.Allow, access.Columns{Tenant: "f.tenant", Path: "f.path", Confidential: "0"})
	limit := f.arg(q.Page.Limit + 1)
	rows, err := on(k).Query(`SELECT f.id, f.duty, f.template, f.item, f.say_zh, f.say_en, f.place, COALESCE(p.name, ''), f.path, f.at, f.flow, f.case_id, f.number, COALESCE(c.ended, '')
		FROM round_finding f LEFT JOIN place p ON p.tenant = f.tenant AND p.id = f.place LEFT JOIN case_record c ON c.tenant = f.tenant AND c.id = f.case_id
		WHERE f.tenant = $1 AND `+f.where()+" ORDER BY f.id DESC LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*rounds.Found, error) {
		x := &rounds.Found{}
		var when int64
		err := r.Scan(&x.ID, &x.Duty, &x.Template, &x.Item, &x.Say.Zh, &x.Say.En, &x.Place, &x.PlaceName, &x.Path, &when, &x.Flow, &x.Case, &x.Number, &x.CaseEnded)
		x.At = at(when)
		return x, err
	})
	if err != nil || len(out) <= q.Page.Limit {
		return out, "", err
	}
	return out[:q.Page.Limit], string(out[q.Page.Limit-1].ID), nil
}

// Tallies implements rounds.Duties.
func (Rounds) Tallies(k kernel.Tx, q rounds.DutyQuery, by rounds.By, parent kernel.ID) ([]rounds.TallyRow, error) {
	f := dutyFilter(k, q)
	f.conds = append(f.conds, "d.state <> 'ended'")
	group, name, join := "d.template", "d.template", ""
	switch by {
	case rounds.ByUnit:
		group, name, join = "d.unit", "o.name", " JOIN org o ON o.tenant = d.tenant AND o.id = d.unit"
	case rounds.ByPlace:
		group, name = "c.id", "c.name"
		join = " JOIN place c ON c.tenant = d.tenant AND c.valid_to = 0 AND c.kind <> 'site' AND c.parent = " + f.arg(string(parent)) +
			" AND d.path >= c.path AND d.path < substr(c.path, 1, length(c.path) - 1) || '0'"
	case rounds.ByTemplate:
	}
	now := f.arg(ms(q.Now))
	when := func(cond string) string { return "SUM(CASE WHEN " + cond + " THEN 1 ELSE 0 END)" }
	rows, err := on(k).Query("SELECT "+group+", "+name+", "+strings.Join([]string{when("d.state = 'done' AND d.late = 0"), when("d.state = 'done' AND d.late = 1"), when("d.state = 'missed'"),
		when("d.state = 'open' AND d.due_at < " + now), when("d.state = 'open' AND d.due_at >= " + now)}, ", ")+
		" FROM round_duty d"+join+" WHERE d.tenant = $1 AND "+f.where()+" GROUP BY "+group+", "+name+" ORDER BY "+name+", "+group, f.args...)
	return scanAll(rows, err, func(r *sql.Rows) (rounds.TallyRow, error) {
		t := rounds.TallyRow{}
		err := r.Scan(&t.ID, &t.Name, &t.Done, &t.Late, &t.Missed, &t.Over, &t.Open)
		t.Due = t.Done + t.Late + t.Missed + t.Over
		return t, err
	})
}

package store

import (
	"database/sql"
	"fmt"
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
)

// Indicators keeps definitions, targets, values and alerts.
type Indicators struct{}

var (
	_ indicators.Repo      = Indicators{}
	_ indicators.AlertRepo = Indicators{}
)

// PutDef implements indicators.Repo.
func (Indicators) PutDef(k kernel.Tx, d *indicators.Def) (bool, error) {
	return one(k, `INSERT INTO indicator_def (tenant, id, version, body) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, id, version) DO NOTHING`,
		string(on(k).tenant), d.ID, d.Version, text(d))
}

func scanDef(r scanner) (*indicators.Def, error) {
	d := &indicators.Def{}
	var body string
	if err := r.Scan(&body); err != nil {
		return nil, err
	}
	return d, parse(body, d)
}

// Def implements indicators.Repo.
func (Indicators) Def(k kernel.Tx, id string, version int) (*indicators.Def, error) {
	d, err := scanDef(on(k).QueryRow(`SELECT body FROM indicator_def WHERE tenant = $1 AND id = $2 AND (version = $3 OR $3 = 0) ORDER BY version DESC LIMIT 1`,
		string(on(k).tenant), id, version))
	return d, notFound(err, kernel.T("没有这个指标", "there is no such indicator"))
}

// Defs implements indicators.Repo.
func (Indicators) Defs(k kernel.Tx, p kernel.Page) ([]*indicators.Def, string, error) {
	rows, err := on(k).Query(`SELECT d.body FROM indicator_def d WHERE d.tenant = $1 AND d.id > $2
		AND NOT EXISTS (SELECT 1 FROM indicator_def n WHERE n.tenant = d.tenant AND n.id = d.id AND n.tenant = $1 AND n.version > d.version) ORDER BY d.id LIMIT $3`,
		string(on(k).tenant), p.After, p.Limit+1)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*indicators.Def, error) { return scanDef(r) })
	if err != nil || len(out) <= p.Limit {
		return out, "", err
	}
	return out[:p.Limit], out[p.Limit-1].ID, nil
}

const targetCols = `id, def, def_version, root, parent, split_by, holder, path, period, from_at, to_at, amount, weight, version`

// InsertTargets implements indicators.Repo.
func (Indicators) InsertTargets(k kernel.Tx, l []*indicators.Target) error {
	t := string(on(k).tenant)
	return bulk(k, "INSERT INTO indicator_target (tenant, "+targetCols+")", 15, "", l, func(x *indicators.Target) []any {
		return []any{t, string(x.ID), x.Def, x.DefVer, string(x.Root), string(x.Parent), string(x.By), string(x.Holder), string(x.Path), x.Period.Label,
			ms(x.Period.From), ms(x.Period.To), x.Amount, x.Weight, x.Version}
	})
}

func scanTarget(r scanner) (*indicators.Target, error) {
	t := &indicators.Target{}
	var from, to int64
	err := r.Scan(&t.ID, &t.Def, &t.DefVer, &t.Root, &t.Parent, &t.By, &t.Holder, &t.Path, &t.Period.Label, &from, &to, &t.Amount, &t.Weight, &t.Version)
	t.Period.From, t.Period.To = at(from), at(to)
	return t, err
}

func targets(rows *sql.Rows, err error) ([]*indicators.Target, error) {
	return scanAll(rows, err, func(r *sql.Rows) (*indicators.Target, error) { return scanTarget(r) })
}

// Target implements indicators.Repo.
func (Indicators) Target(k kernel.Tx, id kernel.ID) (*indicators.Target, error) {
	t, err := scanTarget(on(k).QueryRow("SELECT "+targetCols+" FROM indicator_target WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return t, notFound(err, kernel.T("没有这个目标，或者您看不到它", "there is no such target, or you may not see it"))
}

// Bump implements indicators.Repo.
func (Indicators) Bump(k kernel.Tx, id kernel.ID, was int) (bool, error) {
	return one(k, `UPDATE indicator_target SET version = version + 1 WHERE tenant = $1 AND id = $2 AND version = $3`, string(on(k).tenant), string(id), was)
}

// Roots implements indicators.Repo. The cursor is beginning and id of the last row.
func (Indicators) Roots(k kernel.Tx, q indicators.TargetQuery) ([]*indicators.Target, string, error) {
	f := &filter{}
	f.and("t.tenant = ?", string(on(k).tenant))
	for _, eq := range []struct{ col, v string }{{"def", q.Def}, {"holder", string(q.Holder)}, {"period", q.Period}} {
		if eq.v != "" {
			f.and("t."+eq.col+" = ?", eq.v)
		}
	}
	scope := func(table string) string {
		cond, args := q.Scope.Predicate(access.Columns{Tenant: table + ".tenant", Path: table + ".path"}, len(f.args)+1)
		f.args = append(f.args, args...)
		return cond
	}
	f.conds = append(f.conds, scope("t"))
	f.conds = append(f.conds, "(t.parent = '' OR NOT EXISTS (SELECT 1 FROM indicator_target p WHERE p.tenant = t.tenant AND p.id = t.parent AND "+scope("p")+"))")
	if from, id, ok := cursorOf(q.Page.After); ok {
		n := f.arg(from)
		f.and("(t.from_at < "+n+" OR (t.from_at = "+n+" AND t.id > ?))", id)
	}
	limit := f.arg(q.Page.Limit + 1)
	out, err := targets(on(k).Query("SELECT "+prefixed("t.", targetCols)+" FROM indicator_target t WHERE "+f.where()+" ORDER BY t.from_at DESC, t.id LIMIT "+limit, f.args...))
	if err != nil || len(out) <= q.Page.Limit {
		return out, "", err
	}
	last := out[q.Page.Limit-1]
	return out[:q.Page.Limit], fmt.Sprintf("%d %s", ms(last.Period.From), last.ID), nil
}

// cursorOf reads a cursor of an instant and an id.
func cursorOf(s string) (when int64, id string, ok bool) {
	n, err := fmt.Sscanf(s, "%d %s", &when, &id)
	return when, id, err == nil && n == 2
}

// Tree implements indicators.Repo.
func (Indicators) Tree(k kernel.Tx, root kernel.ID) ([]*indicators.Target, error) {
	return targets(on(k).Query("SELECT "+targetCols+" FROM indicator_target WHERE tenant = $1 AND root = $2 ORDER BY id", string(on(k).tenant), string(root)))
}

// DropSplit implements indicators.Repo.
func (Indicators) DropSplit(k kernel.Tx, parent kernel.ID, by indicators.Split) (bool, error) {
	t := string(on(k).tenant)
	var used bool
	err := on(k).QueryRow(`SELECT EXISTS (SELECT 1 FROM indicator_target p WHERE p.tenant = $1 AND p.parent = $2 AND p.split_by = $3 AND
		(EXISTS (SELECT 1 FROM indicator_target c WHERE c.tenant = p.tenant AND c.parent = p.id) OR EXISTS (SELECT 1 FROM indicator_value v WHERE v.tenant = p.tenant AND v.target = p.id)))`,
		t, string(parent), string(by)).Scan(&used)
	if err != nil || used {
		return false, err
	}
	if _, err := on(k).Exec(`DELETE FROM indicator_alert WHERE tenant = $1 AND target IN (SELECT id FROM indicator_target WHERE tenant = $1 AND parent = $2 AND split_by = $3)`,
		t, string(parent), string(by)); err != nil {
		return false, err
	}
	_, err = on(k).Exec(`DELETE FROM indicator_target WHERE tenant = $1 AND parent = $2 AND split_by = $3`, t, string(parent), string(by))
	return err == nil, err
}

// HeldBy implements indicators.Repo.
func (Indicators) HeldBy(k kernel.Tx, holder kernel.ID, period string) ([]*indicators.Target, error) {
	return targets(on(k).Query("SELECT "+targetCols+" FROM indicator_target WHERE tenant = $1 AND holder = $2 AND period = $3 ORDER BY def, id LIMIT 200",
		string(on(k).tenant), string(holder), period))
}

// PutValue implements indicators.Repo.
func (Indicators) PutValue(k kernel.Tx, v *indicators.Value) error {
	_, err := on(k).Exec(`INSERT INTO indicator_value (tenant, id, target, as_of, amount, records, source, reported_by, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		string(on(k).tenant), string(v.ID), string(v.Target), ms(v.AsOf), v.Amount, v.N, v.Source, v.By, ms(v.At))
	return err
}

// Values implements indicators.Repo.
func (Indicators) Values(k kernel.Tx, root kernel.ID) ([]*indicators.Value, error) {
	rows, err := on(k).Query(`SELECT v.id, v.target, v.as_of, v.amount, v.records, v.source, v.reported_by, v.at FROM indicator_target t
		JOIN indicator_value v ON v.tenant = t.tenant AND v.target = t.id AND v.tenant = $1 WHERE t.tenant = $1 AND t.root = $2
		AND NOT EXISTS (SELECT 1 FROM indicator_value n WHERE n.tenant = $1 AND n.target = v.target AND
			(n.as_of > v.as_of OR (n.as_of = v.as_of AND (n.at > v.at OR (n.at = v.at AND n.id > v.id))))) ORDER BY v.target`,
		string(on(k).tenant), string(root))
	return scanAll(rows, err, func(r *sql.Rows) (*indicators.Value, error) {
		v := &indicators.Value{}
		var asOf, when int64
		err := r.Scan(&v.ID, &v.Target, &asOf, &v.Amount, &v.N, &v.Source, &v.By, &when)
		v.AsOf, v.At = at(asOf), at(when)
		return v, err
	})
}

// Raise implements indicators.AlertRepo.
func (Indicators) Raise(k kernel.Tx, a *indicators.Alert) (bool, error) {
	return one(k, `INSERT INTO indicator_alert (tenant, target, kind, path, at, actual, forecast) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, target, kind) DO NOTHING`,
		string(on(k).tenant), string(a.Target), string(a.Kind), string(a.Path), ms(a.At), a.Actual, a.Forecast)
}

// Alerts implements indicators.AlertRepo. The cursor is instant, target and kind of the last row.
func (Indicators) Alerts(k kernel.Tx, scope access.Scope, p kernel.Page) ([]*indicators.Alert, string, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	cond, args := scope.Predicate(access.Columns{Tenant: "tenant", Path: "path"}, len(f.args)+1)
	f.conds = append(f.conds, cond)
	f.args = append(f.args, args...)
	if when, rest, ok := cursorOf(p.After); ok {
		target, kind, _ := strings.Cut(rest, "/")
		n, t := f.arg(when), f.arg(target)
		f.and("(at < "+n+" OR (at = "+n+" AND (target > "+t+" OR (target = "+t+" AND kind > ?))))", kind)
	}
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT target, kind, path, at, actual, forecast FROM indicator_alert WHERE "+f.where()+" ORDER BY at DESC, target, kind LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*indicators.Alert, error) {
		a := &indicators.Alert{}
		var when int64
		err := r.Scan(&a.Target, &a.Kind, &a.Path, &when, &a.Actual, &a.Forecast)
		a.At = at(when)
		return a, err
	})
	if err != nil || len(out) <= p.Limit {
		return out, "", err
	}
	last := out[p.Limit-1]
	return out[:p.Limit], fmt.Sprintf("%d %s/%s", ms(last.At), last.Target, last.Kind), nil
}

// Running implements indicators.AlertRepo.
func (Indicators) Running(k kernel.Tx, when time.Time, after kernel.ID, limit int) ([]*indicators.Target, error) {
	return targets(on(k).Query("SELECT "+targetCols+" FROM indicator_target WHERE tenant = $1 AND parent = '' AND from_at <= $2 AND to_at > $2 AND id > $3 ORDER BY id LIMIT $4",
		string(on(k).tenant), ms(when), string(after), limit))
}

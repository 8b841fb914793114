package store

import (
	"database/sql"

	"sanzhi/internal/access"
	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
)

// IndicatorLog keeps the constraint log, contests and rules.
type IndicatorLog struct{}

var _ indicators.LogRepo = IndicatorLog{}

const constraintCols = `id, target, org, path, factor, measure, solution, step, due_at, found_at, measured_at, solved_at`

// PutConstraint implements indicators.LogRepo.
func (IndicatorLog) PutConstraint(k kernel.Tx, c *indicators.Constraint) error {
	_, err := on(k).Exec("INSERT INTO indicator_constraint (tenant, "+constraintCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
		string(on(k).tenant), string(c.ID), string(c.Target), string(c.Org), string(c.Path), c.Factor, c.Measure, c.Solution, string(c.Step),
		ms(c.Due), ms(c.Found), ms(c.Measured), ms(c.Solved))
	return err
}

func scanConstraint(r scanner) (*indicators.Constraint, error) {
	c := &indicators.Constraint{}
	var due, found, measured, solved int64
	err := r.Scan(&c.ID, &c.Target, &c.Org, &c.Path, &c.Factor, &c.Measure, &c.Solution, &c.Step, &due, &found, &measured, &solved)
	c.Due, c.Found, c.Measured, c.Solved = at(due), at(found), at(measured), at(solved)
	return c, err
}

// Constraint implements indicators.LogRepo.
func (IndicatorLog) Constraint(k kernel.Tx, id kernel.ID) (*indicators.Constraint, error) {
	c, err := scanConstraint(on(k).QueryRow("SELECT "+constraintCols+" FROM indicator_constraint WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return c, notFound(err, kernel.T("没有这一条", "there is no such line"))
}

// StepConstraint implements indicators.LogRepo.
func (IndicatorLog) StepConstraint(k kernel.Tx, c *indicators.Constraint, was indicators.ConstraintStep) (bool, error) {
	return one(k, `UPDATE indicator_constraint SET measure = $1, solution = $2, step = $3, measured_at = $4, solved_at = $5 WHERE tenant = $6 AND id = $7 AND step = $8`,
		c.Measure, c.Solution, string(c.Step), ms(c.Measured), ms(c.Solved), string(on(k).tenant), string(c.ID), string(was))
}

// scoped begins a filter with the tenant and the scope, after the cursor, by id downwards.
func scopedByID(k kernel.Tx, scope access.Scope, after string) *filter {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	cond, args := scope.Predicate(access.Columns{Tenant: "tenant", Path: "path"}, len(f.args)+1)
	f.conds = append(f.conds, cond)
	f.args = append(f.args, args...)
	if after != "" {
		f.and("id < ?", after)
	}
	return f
}

// Constraints implements indicators.LogRepo.
func (IndicatorLog) Constraints(k kernel.Tx, step indicators.ConstraintStep, scope access.Scope, p kernel.Page) ([]*indicators.Constraint, string, error) {
	f := scopedByID(k, scope, p.After)
	f.and("tenant = ?", string(on(k).tenant))
	if step != "" {
		f.and("step = ?", string(step))
	}
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT "+constraintCols+" FROM indicator_constraint WHERE "+f.where()+" ORDER BY id DESC LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*indicators.Constraint, error) { return scanConstraint(r) })
	if err != nil || len(out) <= p.Limit {
		return out, "", err
	}
	return out[:p.Limit], string(out[p.Limit-1].ID), nil
}

// PutContest implements indicators.LogRepo.
func (IndicatorLog) PutContest(k kernel.Tx, c *indicators.Contest) error {
	_, err := on(k).Exec(`INSERT INTO indicator_contest (tenant, id, path, body) VALUES ($1, $2, $3, $4)`, string(on(k).tenant), string(c.ID), string(c.Path), text(c))
	return err
}

func scanContest(r scanner) (*indicators.Contest, error) {
	c := &indicators.Contest{}
	var body string
	if err := r.Scan(&body); err != nil {
		return nil, err
	}
	return c, parse(body, c)
}

// Contest implements indicators.LogRepo.
func (IndicatorLog) Contest(k kernel.Tx, id kernel.ID) (*indicators.Contest, error) {
	c, err := scanContest(on(k).QueryRow(`SELECT body FROM indicator_contest WHERE tenant = $1 AND id = $2`, string(on(k).tenant), string(id)))
	return c, notFound(err, kernel.T("没有这场竞赛，或者您看不到它", "there is no such contest, or you may not see it"))
}

// Contests implements indicators.LogRepo.
func (IndicatorLog) Contests(k kernel.Tx, scope access.Scope, p kernel.Page) ([]*indicators.Contest, string, error) {
	f := scopedByID(k, scope, p.After)
	f.and("tenant = ?", string(on(k).tenant))
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT body FROM indicator_contest WHERE "+f.where()+" ORDER BY id DESC LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*indicators.Contest, error) { return scanContest(r) })
	if err != nil || len(out) <= p.Limit {
		return out, "", err
	}
	return out[:p.Limit], string(out[p.Limit-1].ID), nil
}

const ruleCols = `id, version, code, kind, title, change, source, org, path, from_at, at`

// PutRule implements indicators.LogRepo.
func (IndicatorLog) PutRule(k kernel.Tx, r *indicators.Rule) (bool, error) {
	return one(k, "INSERT INTO indicator_rule (tenant, "+ruleCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
		string(on(k).tenant), string(r.ID), r.Version, r.Code, r.Kind, r.Title, r.Change, r.Source, string(r.Org), string(r.Path), ms(r.From), ms(r.At))
}

func scanRule(r scanner) (*indicators.Rule, error) {
	x := &indicators.Rule{}
	var from, when int64
	err := r.Scan(&x.ID, &x.Version, &x.Code, &x.Kind, &x.Title, &x.Change, &x.Source, &x.Org, &x.Path, &from, &when)
	x.From, x.At = at(from), at(when)
	return x, err
}

// Rule implements indicators.LogRepo.
func (IndicatorLog) Rule(k kernel.Tx, id kernel.ID) ([]*indicators.Rule, error) {
	rows, err := on(k).Query("SELECT "+ruleCols+" FROM indicator_rule WHERE tenant = $1 AND id = $2 ORDER BY version DESC LIMIT 500", string(on(k).tenant), string(id))
	out, err := scanAll(rows, err, func(r *sql.Rows) (*indicators.Rule, error) { return scanRule(r) })
	if err == nil && len(out) == 0 {
		err = kernel.NotFound(kernel.T("没有这项制度", "there is no such rule"))
	}
	return out, err
}

// Rules implements indicators.LogRepo. The cursor is the code of the last row.
func (IndicatorLog) Rules(k kernel.Tx, scope access.Scope, p kernel.Page) ([]*indicators.Rule, string, error) {
	f := &filter{}
	f.and("r.tenant = ?", string(on(k).tenant))
	f.and("NOT EXISTS (SELECT 1 FROM indicator_rule n WHERE n.tenant = r.tenant AND n.id = r.id AND n.version > r.version)")
	cond, args := scope.Predicate(access.Columns{Tenant: "r.tenant", Path: "r.path"}, len(f.args)+1)
	f.conds = append(f.conds, cond)
	f.args = append(f.args, args...)
	if p.After != "" {
		f.and("r.code > ?", p.After)
	}
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT "+prefixed("r.", ruleCols)+" FROM indicator_rule r WHERE "+f.where()+" ORDER BY r.code LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*indicators.Rule, error) { return scanRule(r) })
	if err != nil || len(out) <= p.Limit {
		return out, "", err
	}
	return out[:p.Limit], out[p.Limit-1].Code, nil
}

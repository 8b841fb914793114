package indicators

import (
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// mayLog reports whether the actor keeps the constraint log and the rules of what lies at the path.
func mayLog(tx kernel.Tx, actor kernel.Actor, path kernel.Path) error {
	if MayWrite(tx, actor, path) {
		return nil
	}
	if err := access.Decide(actor, access.IndicatorRead, target(tx, path)).Err(); err != nil {
		return err
	}
	return access.Decide(actor, access.RegisterWrite, target(tx, path)).Err()
}

// Find writes a constraint down: what holds a target back.
func (s *Service) Find(tx kernel.Tx, actor kernel.Actor, org, of kernel.ID, factor string, due time.Time) (*Constraint, error) {
	o, err := s.Orgs.Org(tx, org)
	if err != nil {
		return nil, refuse("org", err)
	}
	if err := mayLog(tx, actor, o.Path); err != nil {
		return nil, err
	}
	if of != "" {
		if _, err := s.read(tx, actor, of); err != nil {
			return nil, refuse("target", err)
		}
	}
	if err := between("factor", factor, 2, 500); err != nil {
		return nil, err
	}
	c := &Constraint{ID: kernel.NewID(tx.Now()), Target: of, Org: o.ID, Path: o.Path, Factor: strings.TrimSpace(factor), Step: StepFound, Due: due, Found: tx.Now()}
	if err := s.Log.PutConstraint(tx, c); err != nil {
		return nil, err
	}
	return c, s.record(tx, actor, "constraint_found", c.ID, 1, map[string]any{"org": string(org), "target": string(of)}, map[string]any{"text": c.Factor})
}

// Advance takes a constraint one step on: a measure against it, then the solution. Neither is skipped.
func (s *Service) Advance(tx kernel.Tx, actor kernel.Actor, id kernel.ID, to ConstraintStep, words string) (*Constraint, error) {
	c, err := s.Log.Constraint(tx, id)
	if err != nil {
		return nil, err
	}
	if err := mayLog(tx, actor, c.Path); err != nil {
		return nil, err
	}
	if err := between("text", words, 2, 500); err != nil {
		return nil, err
	}
	was := StepFound
	switch to {
	case StepMeasured:
		c.Measure, c.Measured = strings.TrimSpace(words), tx.Now()
	case StepSolved:
		was = StepMeasured
		c.Solution, c.Solved = strings.TrimSpace(words), tx.Now()
	default:
		return nil, choose("step", Steps[1:], string(to))
	}
	if c.Step != was {
		return nil, kernel.Invalid("step", kernel.T("先有制约因素，再定应对措施，最后是解决方案，不能跳步", "first the constraint, then a measure, then the solution; no step is skipped"))
	}
	c.Step = to
	ok, err := s.Log.StepConstraint(tx, c, was)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, kernel.Conflict(kernel.T("刚有人推进过这一条，请刷新", "somebody has just moved this line on; load it again"))
	}
	return c, s.record(tx, actor, "constraint_"+string(to), c.ID, 1, map[string]any{"org": string(c.Org)}, map[string]any{"text": strings.TrimSpace(words)})
}

// RuleDraft is a version of a rule as somebody writes it down. Of names the rule that it revises; empty for a new one.
type RuleDraft struct {
	Of     kernel.ID
	Was    int // the version that it revises
	Code   string
	Kind   string
	Title  string
	Change string
	Source string
	Org    kernel.ID
	From   time.Time
}

// Revise stores a new rule, or the next version of one; earlier versions stay.
func (s *Service) Revise(tx kernel.Tx, actor kernel.Actor, d RuleDraft) (*Rule, error) {
	o, err := s.Orgs.Org(tx, d.Org)
	if err != nil {
		return nil, refuse("org", err)
	}
	if err := mayLog(tx, actor, o.Path); err != nil {
		return nil, err
	}
	for _, err := range []error{between("code", d.Code, 1, 40), between("title", d.Title, 2, 120), between("change", d.Change, 2, 500), choose("kind", RuleKinds, d.Kind)} {
		if err != nil {
			return nil, err
		}
	}
	if d.From.IsZero() {
		return nil, kernel.Invalid("from", kernel.T("请写明从哪天起施行", "say from which day it is in force"))
	}
	r := &Rule{ID: kernel.NewID(tx.Now()), Version: 1, Code: strings.TrimSpace(d.Code), Kind: d.Kind, Title: strings.TrimSpace(d.Title), Change: strings.TrimSpace(d.Change),
		Source: d.Source, Org: o.ID, Path: o.Path, From: d.From, At: tx.Now()}
	if d.Of != "" {
		l, err := s.Log.Rule(tx, d.Of)
		if err != nil {
			return nil, err
		}
		if err := mayLog(tx, actor, l[0].Path); err != nil {
			return nil, err
		}
		if d.From.Before(l[0].From) {
			return nil, kernel.Invalid("from", kernel.T("新版的施行日不能早于上一版", "a new version is not in force before the one it revises"))
		}
		if d.Was != 0 && d.Was != l[0].Version {
			return nil, kernel.Conflict(kernel.T("刚有人修订过，请在最新一版上改", "somebody has just revised it; begin with the latest version"))
		}
		r.ID, r.Version = l[0].ID, l[0].Version+1
	}
	ok, err := s.Log.PutRule(tx, r)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, kernel.Conflict(kernel.T("刚有人修订过，请在最新一版上改", "somebody has just revised it; begin with the latest version"))
	}
	return r, s.record(tx, actor, "rule_revised", r.ID, r.Version, map[string]any{"code": r.Code, "title": r.Title, "version": r.Version, "from": r.From.UnixMilli()}, nil)
}

// MayLog reports whether the actor keeps the constraint log and the rules of what lies at the path.
func MayLog(tx kernel.Tx, actor kernel.Actor, path kernel.Path) bool {
	return mayLog(tx, actor, path) == nil
}

// RuleOf gives all versions of a rule that the actor may read, the newest first.
func (s *Service) RuleOf(tx kernel.Tx, actor kernel.Actor, id kernel.ID) ([]*Rule, error) {
	l, err := s.Log.Rule(tx, id)
	if err != nil {
		return nil, err
	}
	if !access.Decide(actor, access.IndicatorRead, target(tx, l[0].Path)).Allow {
		return nil, kernel.NotFound(kernel.T("没有这项制度", "there is no such rule"))
	}
	return l, nil
}

// DefOf gives the definition that a target was set with.
func (s *Service) DefOf(tx kernel.Tx, id kernel.ID) (*Def, error) {
	t, err := s.Repo.Target(tx, id)
	if err != nil {
		return nil, err
	}
	return s.Repo.Def(tx, t.Def, t.DefVer)
}

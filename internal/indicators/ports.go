package indicators

import (
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
)

// TargetQuery narrows a list of uppermost targets.
type TargetQuery struct {
	Def    string
	Holder kernel.ID
	Period string // its label
	Scope  access.Scope
	Page   kernel.Page
}

// Repo keeps definitions, targets and values. Every method touches only the tenant of the Tx.
type Repo interface {
	// PutDef stores a new version; false when it is there already.
	PutDef(tx kernel.Tx, d *Def) (bool, error)
	// Def gives a version of a definition, the latest for version 0.
	Def(tx kernel.Tx, id string, version int) (*Def, error)
	// Defs lists the latest version of each, by id.
	Defs(tx kernel.Tx, p kernel.Page) ([]*Def, string, error)
	InsertTargets(tx kernel.Tx, l []*Target) error
	Target(tx kernel.Tx, id kernel.ID) (*Target, error)
	// Bump raises a target's version if it is still the given one, else reports false.
	Bump(tx kernel.Tx, id kernel.ID, was int) (bool, error)
	// Roots lists the uppermost targets in the scope, the latest period first: those at the top, and parts whose whole is
	// outside it, such as a street's part of the district's target.
	Roots(tx kernel.Tx, q TargetQuery) ([]*Target, string, error)
	// Tree gives a target at the top and all below it.
	Tree(tx kernel.Tx, root kernel.ID) ([]*Target, error)
	// DropSplit removes the parts that a target was divided into in one way; false when one of them is divided further or has
	// values.
	DropSplit(tx kernel.Tx, parent kernel.ID, by Split) (bool, error)
	// HeldBy gives a holder's targets of a period.
	HeldBy(tx kernel.Tx, holder kernel.ID, period string) ([]*Target, error)
	PutValue(tx kernel.Tx, v *Value) error
	// Values gives, for each target of a tree that has any, the value of the latest day, the last that was reported for it.
	Values(tx kernel.Tx, root kernel.ID) ([]*Value, error)
}

// AlertRepo keeps alerts.
type AlertRepo interface {
	// Raise stores an alert; false when the target has one of this kind already.
	Raise(tx kernel.Tx, a *Alert) (bool, error)
	// Alerts lists the newest first.
	Alerts(tx kernel.Tx, scope access.Scope, p kernel.Page) ([]*Alert, string, error)
	// Running gives the targets at the top whose period holds the instant, by id after the cursor.
	Running(tx kernel.Tx, at time.Time, after kernel.ID, limit int) ([]*Target, error)
}

// LogRepo keeps the constraint log, contests and rules.
type LogRepo interface {
	PutConstraint(tx kernel.Tx, c *Constraint) error
	Constraint(tx kernel.Tx, id kernel.ID) (*Constraint, error)
	// StepConstraint stores a line that is still at the step was, else reports false.
	StepConstraint(tx kernel.Tx, c *Constraint, was ConstraintStep) (bool, error)
	Constraints(tx kernel.Tx, step ConstraintStep, scope access.Scope, p kernel.Page) ([]*Constraint, string, error)
	PutContest(tx kernel.Tx, c *Contest) error
	Contest(tx kernel.Tx, id kernel.ID) (*Contest, error)
	Contests(tx kernel.Tx, scope access.Scope, p kernel.Page) ([]*Contest, string, error)
	// PutRule stores a version of a rule; false when that version is there already.
	PutRule(tx kernel.Tx, r *Rule) (bool, error)
	// Rule gives all versions of a rule, the newest first.
	Rule(tx kernel.Tx, id kernel.ID) ([]*Rule, error)
	// Rules lists the newest version of each, by code.
	Rules(tx kernel.Tx, scope access.Scope, p kernel.Page) ([]*Rule, string, error)
}

// Outbox tells others after the commit.
type Outbox interface {
	Put(tx kernel.Tx, topic, target string, body map[string]any) error
}

// Orgs finds organisations.
type Orgs interface {
	Org(tx kernel.Tx, id kernel.ID) (*orgs.Org, error)
}

// Ports are what the service stands on.
type Ports struct {
	Repo      Repo
	Alerts    AlertRepo
	Log       LogRepo
	Measures  Measures
	Orgs      Orgs
	Outbox    Outbox
	Ledger    *ledger.Log
	Calendars Calendars
}

// Service sets, splits, measures and compares for who may. Its methods are given the unit of work of whoever calls.
type Service struct{ Ports }

// NewService joins the service to its ports.
func NewService(p Ports) *Service { return &Service{p} }

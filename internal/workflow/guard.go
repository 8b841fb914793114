package workflow

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"

	"sanzhi/internal/kernel"
)

// Env is what guards and branches may look at.
type Env struct {
	Case  CaseEnv
	Form  map[string]any // as CheckForm gives it; a field that was not answered counts as "", 0, false or an empty list
	Actor ActorEnv
	Now   time.Time
}

// CaseEnv is the case as guards see it; the comments give the names there where they differ from the field's own.
type CaseEnv struct {
	ID         string
	Flow       string
	Step       string
	Prev       string // the step before this one
	Round      int
	Item       string
	Unit       string
	Assignee   string   // an account
	Cohandlers []string // units
	Supervised bool
	Urgent     bool
	Overdue    bool      // some running clock is over
	Place      string    // the smallest place that holds it
	Photos     int       // how many photos it has
	OpenedAt   time.Time // opened
	OpenedBy   string    // opener: an account, or empty
	StepSince  time.Time // since: when it came to this step
}

// ActorEnv is who acts.
type ActorEnv struct {
	Kind    string   // account, requester, anonymous, system
	Account string   // empty without sign-in
	Unit    string   // the organisation of the post that acts
	Orgs    []string // the organisations of all posts that count here
	Roles   []string // the roles of the posts whose place holds the case
}

// vars gives the names that an expression may use; their types are taken from it too. Plain maps, because expr cannot
// compile access to structs inside a typed map.
func (e Env) vars(form map[string]any) map[string]any {
	c, a := e.Case, e.Actor
	return map[string]any{
		"case": map[string]any{"id": c.ID, "flow": c.Flow, "step": c.Step, "prev": c.Prev, "round": c.Round, "item": c.Item, "unit": c.Unit,
			"assignee": c.Assignee, "cohandlers": list(c.Cohandlers), "supervised": c.Supervised, "urgent": c.Urgent, "overdue": c.Overdue,
			"place": c.Place, "photos": c.Photos, "opened": c.OpenedAt, "opener": c.OpenedBy, "since": c.StepSince},
		"actor": map[string]any{"kind": a.Kind, "account": a.Account, "unit": a.Unit, "orgs": list(a.Orgs), "roles": list(a.Roles)},
		"now":   e.Now,
		"form":  form,
	}
}

// list gives an empty list for nil, which expr would not look into.
func list(l []string) []string {
	if l == nil {
		return []string{}
	}
	return l
}

// typesOf gives the types of the names, strictly: a name that is not there is an error when an expression is compiled.
func typesOf(vars map[string]any) types.Map {
	out := types.Map{}
	for k, v := range vars {
		if m, ok := v.(map[string]any); ok {
			out[k] = typesOf(m)
		} else {
			out[k] = types.TypeOf(v)
		}
	}
	return out
}

// Budgets of one expression: nodes of its tree, and values it may make while it runs.
const (
	maxExprNodes  = 200
	maxExprMemory = 10_000
	maxExprLength = 1000
)

// exprFunctions are the built-in functions that expressions may call.
var exprFunctions = []string{"all", "any", "none", "one", "count", "len", "abs", "min", "max", "lower", "upper", "trim",
	"hasPrefix", "hasSuffix", "duration"}

// Compiled is a flow whose expressions are compiled. It may be used by many at once.
type Compiled struct {
	Flow     *Flow
	programs map[string]*program // by action id, and by action.branch
}

type program struct {
	vm    *vm.Program
	forms bool // mentions form
}

// Compile compiles all guards and branches of a flow. It gives a kernel.Error (KindInvalid) for the first expression
// that does not compile or is not a yes or no; its Field is actions.ID.guard or actions.ID.branches.ID.
func Compile(f *Flow) (*Compiled, error) {
	c := &Compiled{Flow: f, programs: map[string]*program{}}
	for i := range f.Actions {
		a := &f.Actions[i]
		if a.Guard != "" {
			p, err := compileExpr(a.Guard, a.Form)
			if err != nil {
				return nil, exprError("actions."+a.ID+".guard", err)
			}
			c.programs[a.ID] = p
		}
		for _, b := range a.Branches {
			p, err := compileExpr(b.When, a.Form)
			if err != nil {
				return nil, exprError("actions."+a.ID+".branches."+b.ID, err)
			}
			c.programs[a.ID+"."+b.ID] = p
		}
	}
	return c, nil
}

func exprError(field string, cause error) error {
	return &kernel.Error{Kind: kernel.KindInvalid, Field: field, Cause: cause, Say: exprSay(cause)}
}

func exprSay(cause error) kernel.Text {
	why, _, _ := strings.Cut(cause.Error(), "\n") // what follows is a drawing of the place, or a stack
	return kernel.T("条件写得不对，请按提示改正："+why, "the expression is not right: "+why)
}

// compileExpr compiles one expression whose form has the given fields; a field that the form lacks is an error.
func compileExpr(src string, form []Field) (*program, error) {
	if src == "" {
		return nil, errors.New("empty expression")
	}
	if len(src) > maxExprLength {
		return nil, fmt.Errorf("longer than %d characters", maxExprLength)
	}
	fields := map[string]any{}
	for _, f := range form {
		fields[f.ID] = zeroOf(f.Type)
	}
	tree, err := parser.Parse(src)
	if err != nil {
		return nil, err
	}
	look := &looker{}
	ast.Walk(&tree.Node, look)
	if look.err != nil {
		return nil, look.err
	}
	opts := []expr.Option{
		expr.Env(typesOf(Env{}.vars(fields))),
		expr.AsBool(), expr.MaxNodes(maxExprNodes), expr.DisableAllBuiltins(),
	}
	for _, name := range exprFunctions {
		opts = append(opts, expr.EnableBuiltin(name))
	}
	p, err := expr.Compile(src, opts...)
	if err != nil {
		return nil, err
	}
	return &program{vm: p, forms: look.form}, nil
}

// looker walks an expression before it is compiled. Ranges (1..n), powers, patterns and more than two
// predicates are refused: the budgets of nodes and memory do not bound the time that they take. What is left looks at each answer a bounded number of times.
type looker struct {
	form       bool // the expression mentions form
	predicates int
	err        error
}

const maxPredicates = 2

// Visit implements ast.Visitor.
func (l *looker) Visit(n *ast.Node) {
	switch x := (*n).(type) {
	case *ast.IdentifierNode:
		l.form = l.form || x.Value == "form"
	case *ast.PredicateNode:
		if l.predicates++; l.predicates > maxPredicates {
			l.err = fmt.Errorf("more than %d predicates", maxPredicates)
		}
	case *ast.BinaryNode:
		if x.Operator == ".." || x.Operator == "**" || x.Operator == "^" || x.Operator == "matches" {
			l.err = fmt.Errorf("the operator %s is not used here", x.Operator)
		}
	}
}

// zeroOf gives the value that stands for an unanswered field of a type, in the Go type that CheckForm gives.
func zeroOf(fieldType string) any {
	switch fieldType {
	case "number":
		return float64(0)
	case "integer":
		return 0
	case "boolean":
		return false
	case "choices", "units", "photos":
		return []string{}
	default:
		return ""
	}
}

// Allow reports whether the action's guard holds; an action without a guard is allowed. An error (KindInternal) is a guard
// that failed while it ran, which refuses the action too.
func (c *Compiled) Allow(action string, env Env) (bool, error) {
	a, ok := c.Flow.Action(action)
	if !ok {
		return false, unknownAction(action)
	}
	if c.programs[a.ID] == nil {
		return true, nil
	}
	return c.run(a.ID, a, env)
}

// Offer reports whether the action may be shown as possible before its form is filled in: the guard holds, or depends on
// the form.
func (c *Compiled) Offer(action string, env Env) bool {
	if p := c.programs[action]; p != nil && p.forms {
		return true
	}
	ok, err := c.Allow(action, env)
	return ok && err == nil
}

// Outcome is what an action does once its guard holds.
type Outcome struct {
	// Event is what clocks know it by: the action id, or "action.branch" ("action.else") for an action with branches.
	Event   string
	To      string // as Resolve reads it: a step id, "=" or "^"
	Effects []Effect
	Line    kernel.Text
}

// Take checks the action's guard and chooses its branch. A guard that does not hold is a KindInvalid error on "action"
// with the flow's own GuardSay.
func (c *Compiled) Take(action string, env Env) (Outcome, error) {
	a, ok := c.Flow.Action(action)
	if !ok {
		return Outcome{}, unknownAction(action)
	}
	if ok, err := c.Allow(action, env); err != nil {
		return Outcome{}, err
	} else if !ok {
		return Outcome{}, kernel.Invalid("action", a.GuardSay)
	}
	out := Outcome{Event: a.ID, To: a.To, Effects: a.Effects, Line: a.Line}
	if len(a.Branches) > 0 {
		out.Event = a.ID + "." + Else
	}
	for _, b := range a.Branches {
		ok, err := c.run(a.ID+"."+b.ID, a, env)
		if err != nil {
			return Outcome{}, err
		}
		if !ok {
			continue
		}
		out = Outcome{Event: a.ID + "." + b.ID, To: b.To, Effects: b.Effects, Line: b.Line}
		if b.Line.IsZero() {
			out.Line = a.Line
		}
		break
	}
	return out, nil
}

func (c *Compiled) run(key string, a *Action, env Env) (bool, error) {
	form := make(map[string]any, len(a.Form))
	for _, f := range a.Form {
		form[f.ID] = typed(f.Type, env.Form[f.ID])
	}
	machine := vm.VM{MemoryBudget: maxExprMemory}
	v, err := machine.Run(c.programs[key].vm, env.vars(form))
	if err != nil {
		return false, kernel.Internal("workflow: expression of "+key, err)
	}
	ok, isBool := v.(bool)
	if !isBool {
		return false, kernel.Internal("workflow: expression of "+key, errors.New("not a yes or no: "+strconv.Quote(fmt.Sprint(v))))
	}
	return ok, nil
}

// typed gives v in the Go type of the field, also when it has been through JSON; anything else is the zero value.
func typed(fieldType string, v any) any {
	zero := zeroOf(fieldType)
	switch zero.(type) {
	case float64:
		if n, ok := number(v); ok {
			return n
		}
	case int:
		if n, ok := number(v); ok && n == math.Trunc(n) {
			return int(n)
		}
	case bool:
		if b, ok := v.(bool); ok {
			return b
		}
	case string:
		if s, ok := v.(string); ok {
			return s
		}
	case []string:
		if l, ok := stringList(v); ok {
			return slices.Clone(l)
		}
	}
	return zero
}

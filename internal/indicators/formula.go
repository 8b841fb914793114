package indicators

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"

	"sanzhi/internal/kernel"
)

// Measure is one named query over the program's own records.
type Measure struct {
	Name  string
	Title kernel.Text
	Unit  string
}

// Span is what a measure is asked for.
type Span struct {
	Path     kernel.Path
	Unit     kernel.ID // what this organisation is in charge of; empty: all at the path
	From, To time.Time
}

// Measures answers named queries over records.
type Measures interface {
	Known() []Measure
	Measure(tx kernel.Tx, name string, s Span) (float64, error)
}

// Together joins the measures of several rooms. Of a name that two offer the first answers.
func Together(l ...Measures) Measures { return together(l) }

type together []Measures

func (t together) Known() (out []Measure) {
	for _, m := range t {
		for _, k := range m.Known() {
			if !slices.ContainsFunc(out, func(o Measure) bool { return o.Name == k.Name }) {
				out = append(out, k)
			}
		}
	}
	return out
}

func (t together) Measure(tx kernel.Tx, name string, s Span) (float64, error) {
	for _, m := range t {
		if slices.ContainsFunc(m.Known(), func(o Measure) bool { return o.Name == name }) {
			return m.Measure(tx, name, s)
		}
	}
	return 0, kernel.Internal("measure", errors.New("no measure "+name))
}

// Bounds of one formula: nodes of its tree, and values it may make while it runs.
const (
	maxFormula = 400
	maxNodes   = 80
	maxMemory  = 1000
)

// formula is an expression over measures.
type formula struct {
	vm    *vm.Program
	names []string
}

// compile reads a formula. A name that is no measure, and anything but arithmetic, comparison and min, max, abs and round,
// is refused.
func compile(field, src string, known []Measure) (*formula, error) {
	bad := func(err error) error {
		why, _, _ := strings.Cut(err.Error(), "\n")
		return &kernel.Error{Kind: kernel.KindInvalid, Field: field, Cause: err,
			Say: kernel.T("公式写得不对，请按提示改正："+why, "the formula is not right: "+why)}
	}
	if len(src) > maxFormula {
		return nil, bad(fmt.Errorf("longer than %d characters", maxFormula))
	}
	tree, err := parser.Parse(src)
	if err != nil {
		return nil, bad(err)
	}
	look := &looker{}
	ast.Walk(&tree.Node, look)
	if look.err != nil {
		return nil, bad(look.err)
	}
	env := types.Map{}
	for _, m := range known {
		env[m.Name] = types.Float
	}
	opts := []expr.Option{expr.Env(env), expr.AsFloat64(), expr.MaxNodes(maxNodes), expr.DisableAllBuiltins()}
	for _, name := range []string{"min", "max", "abs", "round"} {
		opts = append(opts, expr.EnableBuiltin(name))
	}
	p, err := expr.Compile(src, opts...)
	if err != nil {
		return nil, bad(err)
	}
	slices.Sort(look.names)
	return &formula{vm: p, names: slices.Compact(look.names)}, nil
}

// looker walks a formula before it is compiled: it gathers the names, and refuses what takes time out of proportion.
type looker struct {
	names []string
	err   error
}

// Visit implements ast.Visitor.
func (l *looker) Visit(n *ast.Node) {
	switch x := (*n).(type) {
	case *ast.IdentifierNode:
		l.names = append(l.names, x.Value)
	case *ast.PredicateNode, *ast.ArrayNode, *ast.MapNode, *ast.StringNode:
		l.err = errors.New("only numbers are reckoned with here")
	case *ast.BinaryNode:
		if x.Operator == ".." || x.Operator == "**" || x.Operator == "^" || x.Operator == "matches" {
			l.err = fmt.Errorf("the operator %s is not used here", x.Operator)
		}
	}
}

// run asks the measures that the formula names and reckons; false when the result is no number, such as a share of nothing.
func (f *formula) run(tx kernel.Tx, m Measures, s Span) (float64, bool, error) {
	env := map[string]any{}
	for _, name := range f.names {
		if name == "min" || name == "max" || name == "abs" || name == "round" {
			continue
		}
		v, err := m.Measure(tx, name, s)
		if err != nil {
			return 0, false, err
		}
		env[name] = v
	}
	machine := vm.VM{MemoryBudget: maxMemory}
	v, err := machine.Run(f.vm, env)
	if err != nil {
		return 0, false, kernel.Internal("formula", err)
	}
	x, ok := v.(float64)
	if !ok || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, false, nil
	}
	return x, true, nil
}

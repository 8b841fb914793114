package kernel

import (
	"math"
	"time"
)

// Qualifier says how a figure is meant; the empty one is Exact. A sum with any member that is not exact is itself not exact.
type Qualifier string

// The qualifiers.
const (
	Exact   Qualifier = "exact"
	AtLeast Qualifier = "at_least" // 余、多
	Nearly  Qualifier = "nearly"   // 近
	About   Qualifier = "about"    // 约
)

// AllQualifiers lists the closed set.
var AllQualifiers = []Qualifier{Exact, AtLeast, Nearly, About}

// Period is a half-open span of time [From, To); a zero end is open.
type Period struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Quantity is a figure with all that makes it checkable: its unit, how it is meant, as of when, and over which period.
type Quantity struct {
	Value     float64   `json:"value"`
	Unit      string    `json:"unit"`
	Qualifier Qualifier `json:"qualifier"`
	// Step is how wide a figure with 余 or 近 is: one unit of the last digit that the source gives, 100 for 1300余. Zero means
	// one. In a sum it is the sum of the steps.
	Step float64 `json:"step,omitempty"`
	// Below and Above say how far from Value the count behind a sum of unlike figures may lie. Both zero, the qualifier says it.
	Below  float64   `json:"below,omitempty"`
	Above  float64   `json:"above,omitempty"`
	AsOf   time.Time `json:"asOf,omitzero"`
	Period Period    `json:"period,omitzero"`
}

// span gives how far below and above Value an exact count may lie.
func (q Quantity) span() (below, above float64) {
	step := q.Step
	if step == 0 {
		step = 1
	}
	switch q.Qualifier {
	case AtLeast:
		return 0, step
	case Nearly:
		return step, 0
	case About:
		if q.Below == 0 && q.Above == 0 {
			return math.Abs(q.Value) / 10, math.Abs(q.Value) / 10
		}
		return q.Below, q.Above
	default: // Exact
		return 0, 0
	}
}

// Holds reports whether an exact count agrees with the figure as published: 1300余 holds for 1300 ≤ n < 1400, 近400 (step 100)
// for 300 < n < 400, 约 within ten per cent, a sum for what its members hold for together. Edges that belong to the figure
// belong to it whatever the rounding of floating point does, and those that do not, do not.
func (q Quantity) Holds(actual float64) bool {
	below, above := q.span()
	lo, hi := q.Value-below, q.Value+above
	slack := 1e-12 * max(math.Abs(lo), math.Abs(hi), math.Abs(actual))
	switch q.Qualifier {
	case AtLeast:
		return actual >= lo-slack && actual < hi-slack
	case Nearly:
		return actual > lo+slack && actual < hi-slack
	default:
		return actual >= lo-slack && actual <= hi+slack
	}
}

// Add sums two figures of the same unit; another unit is KindInvalid. What the sum holds for is what its members hold for
// together: 余 with 余 stays 余 and 近 with 近 stays 近, their steps added, an exact figure moves the other, and any other
// mixture is 约 with the bounds in Below and Above. So 余 and 近 never become exact by adding. AsOf and Period are kept when
// both figures have the same.
func (q Quantity) Add(o Quantity) (Quantity, error) {
	if q.Unit != o.Unit {
		return Quantity{}, Invalid("unit", T("不能把“"+o.Unit+"”加到“"+q.Unit+"”上，请分开列出", "cannot add "+o.Unit+" to "+q.Unit+"; list them apart"))
	}
	sum := Quantity{Value: q.Value + o.Value, Unit: q.Unit, Qualifier: with(q.Qualifier, o.Qualifier)}
	qBelow, qAbove := q.span()
	oBelow, oAbove := o.span()
	below, above := qBelow+oBelow, qAbove+oAbove
	switch sum.Qualifier {
	case AtLeast:
		sum.Step = above
	case Nearly:
		sum.Step = below
	case About:
		sum.Below, sum.Above = below, above
	case Exact:
	}
	if q.AsOf.Equal(o.AsOf) {
		sum.AsOf = q.AsOf
	}
	if q.Period.From.Equal(o.Period.From) && q.Period.To.Equal(o.Period.To) {
		sum.Period = q.Period
	}
	return sum, nil
}

// with gives the qualifier of a sum.
func with(a, b Qualifier) Qualifier {
	if a == "" {
		a = Exact
	}
	if b == "" {
		b = Exact
	}
	switch {
	case a == b || b == Exact:
		return a
	case a == Exact:
		return b
	default:
		return About
	}
}

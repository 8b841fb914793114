package kernel

import (
	"fmt"
	"time"
)

// Qualifier says how a figure is meant. A sum with any member that is not exact is itself not exact.
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
	// Step is one unit of the last digit that the source gives: 100 for 1300余. Zero means one.
	Step   float64   `json:"step,omitempty"`
	AsOf   time.Time `json:"asOf,omitzero"`
	Period Period    `json:"period,omitzero"`
}

// Holds reports whether an exact count agrees with the figure as published: 1300余 holds for 1300–1399, 近400 (step 100)
// for 300 < n < 400, 约 within ten per cent.
func (q Quantity) Holds(actual float64) bool {
	step := q.Step
	if step == 0 {
		step = 1
	}
	switch q.Qualifier {
	case AtLeast:
		return actual >= q.Value && actual < q.Value+step
	case Nearly:
		return actual < q.Value && actual > q.Value-step
	case About:
		return actual >= q.Value*0.9 && actual <= q.Value*1.1
	default:
		return actual == q.Value
	}
}

// Add sums two figures of the same unit. 余 and 近 never become exact by adding: equal qualifiers are kept, 余 with exact
// stays 余, 近 with exact stays 近, and any other mixture is 约.
func (q Quantity) Add(o Quantity) (Quantity, error) {
	if q.Unit != o.Unit {
		return Quantity{}, fmt.Errorf("cannot add %s to %s", o.Unit, q.Unit)
	}
	sum := Quantity{Value: q.Value + o.Value, Unit: q.Unit, Step: max(q.Step, o.Step)}
	switch {
	case q.Qualifier == o.Qualifier:
		sum.Qualifier = q.Qualifier
	case q.Qualifier == Exact:
		sum.Qualifier = o.Qualifier
	case o.Qualifier == Exact:
		sum.Qualifier = q.Qualifier
	default:
		sum.Qualifier = About
	}
	return sum, nil
}

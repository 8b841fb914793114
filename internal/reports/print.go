package reports

import (
	"math"
	"strconv"
	"strings"

	"sanzhi/internal/kernel"
)

// Rule says how a count is printed. As is the qualifier; Keep is how many leading digits a figure with 余, 近 or 约 keeps; Round
// is how many decimals a share has. 余 is the count cut down to Keep digits: 1342 with two is 1300余, which holds for 1300 to
// 1399. A count that the cut leaves as it is, is printed exactly.
type Rule struct {
	As    kernel.Qualifier `json:"as" yaml:"as"`
	Keep  int              `json:"keep,omitempty" yaml:"keep"`
	Round int              `json:"round,omitempty" yaml:"round"`
	// Told is the step of a figure whose records are themselves told with 余, 近 or 约, as As says; a template never sets it. Such
	// a figure is printed as it was told and never becomes exact.
	Told float64 `json:"told,omitempty" yaml:"-"`
	// Mean is of a figure that is an average: so many of what is counted make one of the unit. The query sets it, never a template.
	Mean int `json:"mean,omitempty" yaml:"-"`
}

// tell keeps how the records of a figure are told, in place of what the template asks for.
func (r *Rule) tell(q kernel.Quantity) {
	switch q.Qualifier {
	case kernel.AtLeast, kernel.Nearly:
		r.As, r.Told = q.Qualifier, max(q.Step, 1)
	case kernel.About:
		r.As, r.Told = kernel.About, max(q.Below, q.Above, math.Abs(q.Value)/10)
	default: // exact: the template says
	}
}

// Printed is a figure as it stands on paper.
type Printed struct {
	Quantity kernel.Quantity
	Number   string // the digits alone
	Text     kernel.Text
}

// Print applies a rule to a tally. A share of nothing is printed as —.
func Print(share bool, unit kernel.Text, r Rule, t Tally) Printed {
	if share {
		return printShare(r, t)
	}
	if r.Mean > 0 {
		return printMean(unit, r, t)
	}
	n := t.Num
	q := kernel.Quantity{Value: float64(n), Unit: unit.Zh, Qualifier: kernel.Exact}
	if r.Told > 0 {
		q.Qualifier = r.As
		if r.As == kernel.About {
			q.Below, q.Above = r.Told, r.Told
		} else {
			q.Step = r.Told
		}
	} else if step := stepOf(n, r.Keep); r.As != kernel.Exact && r.As != "" && step > 1 && n%step != 0 {
		q.Step = float64(step)
		switch r.As {
		case kernel.AtLeast:
			q.Value, q.Qualifier = float64(n-n%step), kernel.AtLeast
		case kernel.Nearly:
			q.Value, q.Qualifier = float64(n-n%step+step), kernel.Nearly
		default:
			for q.Qualifier, q.Step = kernel.About, 0; ; step /= 10 { // as few digits as stay within a tenth
				if q.Value = float64((n + step/2) / step * step); q.Holds(float64(n)) {
					break
				}
			}
		}
	}
	p := Printed{Quantity: q, Number: strconv.FormatFloat(q.Value, 'f', 0, 64)}
	zh, en := p.Number, p.Number
	switch q.Qualifier {
	case kernel.AtLeast:
		zh, en = zh+"余", "more than "+en
	case kernel.Nearly:
		zh, en = "近"+zh, "nearly "+en
	case kernel.About:
		zh, en = "约"+zh, "about "+en
	default: // exact
	}
	p.Text = kernel.T(zh+unit.Zh, strings.TrimSpace(en+" "+plural(unit.En, n)))
	return p
}

// plural takes "case|cases" apart; a unit without a bar is the same for one and for many.
func plural(unit string, n int) string {
	one, many, ok := strings.Cut(unit, "|")
	if ok && n != 1 {
		return many
	}
	return one
}

// stepOf is one unit of the last digit kept.
func stepOf(n, keep int) int {
	keep = max(keep, 1)
	digits, step := len(strconv.Itoa(n)), 1
	for range digits - keep {
		step *= 10
	}
	return step
}

// printShare prints a share in per cent. It rounds half up, in whole numbers, and never up to 100 nor down to 0 what is not: 359
// of 360 without decimals is 99 %.
func printShare(r Rule, t Tally) Printed {
	p := Printed{Number: "—", Text: kernel.T("—", "—"), Quantity: kernel.Quantity{Unit: "%", Qualifier: kernel.Exact}}
	if t.Den <= 0 {
		return p
	}
	scale := int(math.Pow10(min(max(r.Round, 0), 2)))
	h := (200*t.Num*scale + t.Den) / (2 * t.Den)
	if t.Num < t.Den {
		h = min(h, 100*scale-1)
	}
	if t.Num > 0 {
		h = max(h, 1)
	}
	p.Number = strconv.FormatFloat(float64(h)/float64(scale), 'f', len(strconv.Itoa(scale))-1, 64)
	if t.Num == t.Den {
		p.Number = "100"
	}
	p.Quantity.Value, _ = strconv.ParseFloat(p.Number, 64) // it is one
	p.Text = kernel.T(p.Number+"%", p.Number+"%")
	return p
}

package reports

import (
	"math"
	"strconv"

	"sanzhi/internal/kernel"
)

// mean makes the rule of a query that is an average stand with the figure, so that whoever checks it prints it the same way.
func (q *Query) mean(f *Figure) {
	if q.Mean > 0 {
		f.Rule.As, f.Rule.Mean = kernel.About, q.Mean
	}
}

// counts is what the suppression of persons looks at: of an average how many it is made of, else what is counted.
func (q *Query) counts(t Tally) (share bool, of Tally) {
	if q.Mean > 0 {
		return false, Tally{t.Den, t.Den}
	}
	return q.Share, t
}

// printMean prints an average: Num ÷ Den, Mean of Num being one of the unit. An average is always 约: no single day need have been so.
func printMean(unit kernel.Text, r Rule, t Tally) Printed {
	p := Printed{Number: "—", Text: kernel.T("—", "—"), Quantity: kernel.Quantity{Unit: unit.Zh, Qualifier: kernel.About}}
	if t.Den <= 0 {
		return p
	}
	scale := math.Pow10(min(max(r.Round, 0), 2))
	v := math.Floor(float64(t.Num)*scale/(float64(t.Den)*float64(r.Mean))+0.5) / scale
	p.Number, p.Quantity.Value = strconv.FormatFloat(v, 'f', -1, 64), v
	p.Text = kernel.T("约"+p.Number+unit.Zh, "about "+p.Number+" "+plural(unit.En, 2))
	return p
}

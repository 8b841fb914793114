package indicators

import (
	"errors"
	"math"
	"slices"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// Trial is a formula as somebody tries it: on a unit and a period, before it is anybody's target.
type Trial struct {
	Formula string
	Sample  string
	ByUnit  bool
	Places  int
	Holder  kernel.ID
	Period  string
}

// Tried is what a formula gives.
type Tried struct {
	Amount   int64
	Known    bool // it is a number: not so a share of nothing
	N        int
	Sampled  bool
	Measures []TriedMeasure // that the formulas name, by name
}

// TriedMeasure is one measure of a tried formula.
type TriedMeasure struct {
	Measure

	Value float64
}

// Try reckons a formula without storing anything. Only who may set targets for the unit may try it there: a measure is a figure over
// records that not everybody reads.
func (s *Service) Try(tx kernel.Tx, actor kernel.Actor, t Trial) (*Tried, error) {
	o, err := s.Orgs.Org(tx, t.Holder)
	if err != nil {
		return nil, refuse("holder", err)
	}
	if err := access.Decide(actor, access.IndicatorWrite, target(tx, o.Path)).Err(); err != nil {
		return nil, err
	}
	p, err := ParsePeriod("period", t.Period)
	if err != nil {
		return nil, err
	}
	if t.Places < 0 || t.Places > 4 {
		return nil, kernel.Invalid("places", kernel.T("小数位数是 0 到 4", "there are 0 to 4 decimal places"))
	}
	if t.Formula == "" {
		return nil, kernel.Invalid("formula", kernel.T("请先写公式，例如 100 * on_time / to_finish", "write a formula first, such as 100 * on_time / to_finish"))
	}
	span := Span{Path: o.Path, From: p.From, To: p.To}
	if t.ByUnit {
		span.Unit = o.ID
	}
	out, seen := &Tried{}, map[string]bool{}
	known := s.Measures.Known()
	run := func(field, src string, places int) (int64, bool, error) {
		f, err := compile(field, src, known)
		if err != nil {
			return 0, false, err
		}
		if err := s.name(tx, f, known, span, seen, out); err != nil {
			return 0, false, err
		}
		v, ok, err := f.run(tx, s.Measures, span)
		if err != nil || !ok {
			return 0, false, err
		}
		n, whole := toSteps(v, places)
		return n, whole, nil
	}
	if out.Amount, out.Known, err = run("formula", t.Formula, t.Places); err != nil || t.Sample == "" {
		return out, err
	}
	n, ok, err := run("sample", t.Sample, 0)
	if err != nil {
		return nil, err
	}
	if n > math.MaxInt32 || n < 0 {
		return nil, kernel.Internal("sample", errors.New("a number of records out of bounds"))
	}
	out.N, out.Sampled = int(n), ok
	return out, nil
}

// name tells what each measure of a formula gives, each once.
func (s *Service) name(tx kernel.Tx, f *formula, known []Measure, span Span, seen map[string]bool, out *Tried) error {
	for _, m := range known {
		if !slices.Contains(f.names, m.Name) || seen[m.Name] {
			continue
		}
		v, err := s.Measures.Measure(tx, m.Name, span)
		if err != nil {
			return err
		}
		seen[m.Name] = true
		out.Measures = append(out.Measures, TriedMeasure{m, v})
	}
	return nil
}

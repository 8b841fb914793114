package api

import (
	"context"

	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
)

type trialIn struct {
	Body struct {
		Formula string    `json:"formula" maxLength:"400" example:"100 * on_time / to_finish"`
		Sample  string    `json:"sample,omitempty" maxLength:"400" example:"to_finish"`
		ByUnit  bool      `json:"by_unit,omitempty"`
		Places  int       `json:"places,omitempty" minimum:"0" maximum:"4"`
		Holder  kernel.ID `json:"holder" maxLength:"26"`
		Period  string    `json:"period" maxLength:"10" example:"2023Q1"`
	}
}

// FormulaTried is what a formula gives on a unit and a period.
type FormulaTried struct {
	Amount   string         `json:"amount,omitempty" example:"96.4" doc:"Left out when it is no number, such as a share of nothing"`
	N        *int           `json:"n,omitempty" doc:"Records behind it, by the formula of the sample"`
	Measures []TrialMeasure `json:"measures"`
}

// TrialMeasure is one measure that the formula names.
type TrialMeasure struct {
	Name  string  `json:"name" example:"to_finish"`
	Title string  `json:"title" example:"应办结"`
	Unit  string  `json:"unit" example:"件"`
	Value float64 `json:"value" example:"412"`
}

func (s *Server) tryFormula(ctx context.Context, in *trialIn) (*body[FormulaTried], error) {
	a, b, out := CallerOf(ctx).Actor, &in.Body, &body[FormulaTried]{FormulaTried{Measures: []TrialMeasure{}}}
	err := s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		t, err := s.Indicators.Try(tx, a, indicators.Trial{Formula: b.Formula, Sample: b.Sample, ByUnit: b.ByUnit, Places: b.Places, Holder: b.Holder, Period: b.Period})
		if err != nil {
			return err
		}
		if t.Known {
			out.Body.Amount = indicators.FormatAmount(t.Amount, b.Places)
		}
		if t.Sampled {
			out.Body.N = &t.N
		}
		for _, m := range t.Measures {
			out.Body.Measures = append(out.Body.Measures, TrialMeasure{m.Name, m.Title.In(LangOf(ctx)), kernel.UnitOf(m.Unit, m.Value, LangOf(ctx)), m.Value})
		}
		return nil
	})
	return out, err
}

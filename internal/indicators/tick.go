package indicators

import (
	"maps"

	"sanzhi/internal/kernel"
)

// unreportedDays is with how many working days left a target without any value is brought to mind.
const unreportedDays = 3

// Due is an alert that is called for, with what is said of it.
type Due struct {
	Alert
	version int
	said    map[string]any
}

// Look gives the alerts that the running targets after the cursor call for, whether they were raised or not, and the cursor of
// the next turn, empty at the end. It only reads: measuring takes longer than a unit of work that writes should.
func (s *Service) Look(tx kernel.Tx, after kernel.ID, limit int) (out []Due, next kernel.ID, err error) {
	l, err := s.Alerts.Running(tx, tx.Now(), after, limit)
	if err != nil {
		return nil, "", err
	}
	c, err := s.Calendars.Calendar(tx)
	if err != nil {
		return nil, "", err
	}
	for _, t := range l {
		a, err := s.assess(tx, t)
		if err != nil {
			return nil, "", err
		}
		out = append(out, calls(tx, c, a)...)
	}
	if len(l) == limit {
		next = l[len(l)-1].ID
	}
	return out, next, nil
}

// calls gives what a target and all below it call for now.
func calls(tx kernel.Tx, c Calendar, a *Assessed) (out []Due) {
	running := !tx.Now().Before(a.Period.From) && tx.Now().Before(a.Period.To)
	for _, kind := range due(a, running, PaceOf(c, a.Period, tx.Now())) {
		out = append(out, Due{Alert: Alert{Target: a.ID, Kind: kind, Path: a.Path, Actual: a.Actual, Forecast: a.Forecast}, version: a.Version,
			said: map[string]any{"indicator": a.Target.Def, "holder": string(a.Holder), "period": a.Period.Label, "alert": string(kind),
				"target": FormatAmount(a.Amount, a.Def.Places), "actual": FormatAmount(a.Actual, a.Def.Places), "unit": a.Def.Unit}})
	}
	for _, p := range a.Parts {
		out = append(out, calls(tx, c, p)...)
	}
	return out
}

// Raise raises alerts, each once for its target: with its row of the ledger and of the outbox. It tells how many were new.
func (s *Service) Raise(tx kernel.Tx, l []Due) (int, error) {
	raised := 0
	for _, d := range l {
		x := d.Alert
		x.At = tx.Now()
		fresh, err := s.Alerts.Raise(tx, &x)
		if err != nil {
			return raised, err
		}
		if !fresh {
			continue
		}
		raised++
		if err := s.record(tx, kernel.System(tx.Tenant()), "indicator_alert", x.Target, d.version, d.said, nil); err != nil {
			return raised, err
		}
		body := map[string]any{"what": "indicator_alert", "id": string(x.Target)}
		maps.Copy(body, d.said)
		if err := s.Outbox.Put(tx, "notify", string(x.Target), body); err != nil {
			return raised, err
		}
	}
	return raised, nil
}

// due tells which alerts a target calls for while its period runs. That a target is behind is said from a quarter of its
// working days on: before, the pace says little.
func due(a *Assessed, running bool, pace Pace) []AlertKind {
	var out []AlertKind
	if !running {
		return nil
	}
	switch {
	case a.Def.Nature == Limit && a.Known && a.Actual > a.Amount:
		out = append(out, AlertOver)
	case a.State == Near:
		out = append(out, AlertNear)
	case a.State == Behind && 4*pace.Elapsed >= pace.Total, a.State == Missed && a.Def.Nature == Sum:
		out = append(out, AlertBehind)
	case !a.Known && len(a.Parts) == 0 && a.Def.Formula == "" && pace.Total-pace.Elapsed <= unreportedDays:
		out = append(out, AlertUnreported)
	}
	return out
}

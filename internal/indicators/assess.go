package indicators

import (
	"slices"
	"time"

	"sanzhi/internal/kernel"
)

// State is how a target stands.
type State string

// The states.
const (
	Unknown State = "unknown"  // nothing is measured or reported
	OnTrack State = "on_track" // at the present pace it will be reached
	Behind  State = "behind"   // at the present pace it will be missed
	Met     State = "met"
	Missed  State = "missed"
	Near    State = "near"   // a limit of which four fifths are used
	Failed  State = "failed" // a limit that is passed, here or in any part
)

// States are the states with their words.
var States = []Option{{string(Unknown), kernel.T("还没有数", "No value yet")}, {string(OnTrack), kernel.T("按进度", "On track")}, {string(Behind), kernel.T("落后", "Behind")},
	{string(Met), kernel.T("完成", "Met")}, {string(Missed), kernel.T("未完成", "Missed")}, {string(Near), kernel.T("接近限值", "Near the limit")}, {string(Failed), kernel.T("超限", "Over the limit")}}

// Assessed is a target with how far it is.
type Assessed struct {
	*Target
	Def      *Def
	Known    bool // Actual holds
	Actual   int64
	N        int
	AsOf     time.Time
	Source   string
	Own      bool  // Actual is its own value, else what its parts give
	Gap      int64 // of what adds up: own value less what the parts give, when both are known
	Pace     Pace
	Forecast int64
	Foreseen bool // Forecast holds
	State    State
	OverBy   []kernel.ID // targets at or below this one that are over their limit
	Parts    []*Assessed
}

// Reading is a value of one target as it is known from reports or from a formula.
type Reading struct {
	Amount int64
	N      int
	AsOf   time.Time
	Source string
}

// Assess builds the tree below root and tells of each target how it stands. readings holds what is known of single targets;
// what is known of parts is carried up: sums of an indicator that adds up and of a limit's count, the weighted mean of a
// rate. A limit is never compared with a sum of limits: over any one below it, the whole fails.
func Assess(d *Def, root kernel.ID, targets []*Target, readings map[kernel.ID]Reading, c Calendar, now time.Time) *Assessed {
	kids := map[kernel.ID][]*Target{}
	var top *Target
	for _, t := range targets {
		if t.ID == root {
			top = t
		} else {
			kids[t.Parent] = append(kids[t.Parent], t)
		}
	}
	if top == nil {
		return nil
	}
	return assess(d, top, kids, readings, c, now)
}

func assess(d *Def, t *Target, kids map[kernel.ID][]*Target, readings map[kernel.ID]Reading, c Calendar, now time.Time) *Assessed {
	a := &Assessed{Target: t, Def: d}
	for _, k := range kids[t.ID] {
		p := assess(d, k, kids, readings, c, now)
		a.Parts = append(a.Parts, p)
		a.OverBy = append(a.OverBy, p.OverBy...)
	}
	slices.SortFunc(a.Parts, func(x, y *Assessed) int {
		if x.By != y.By {
			return compare(string(x.By), string(y.By))
		}
		if n := x.Period.From.Compare(y.Period.From); n != 0 {
			return n
		}
		return compare(string(x.ID), string(y.ID))
	})
	a.carry(readings)
	a.judge(c, now)
	return a
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

// carry finds the value: the target's own, else what its parts give.
func (a *Assessed) carry(readings map[kernel.ID]Reading) {
	below, known := a.below()
	if r, ok := readings[a.ID]; ok {
		a.Known, a.Own, a.Actual, a.N, a.AsOf, a.Source = true, true, r.Amount, r.N, r.AsOf, r.Source
		if known && a.Def.Nature == Sum {
			a.Gap = r.Amount - below.Amount
		}
		return
	}
	if known {
		a.Known, a.Actual, a.N, a.AsOf = true, below.Amount, below.N, below.AsOf
	}
}

// below is what the parts give together: those of one split, the one over holders first. Parts of which nothing is known
// count as nothing yet.
func (a *Assessed) below() (Reading, bool) {
	for _, by := range []Split{ByHolder, ByPeriod} {
		var r Reading
		var amounts []int64
		var weights []int
		for _, p := range a.Parts {
			if p.By != by || !p.Known {
				continue
			}
			amounts, weights = append(amounts, p.Actual), append(weights, p.Weight)
			r.Amount += p.Actual
			r.N += p.N
			if p.AsOf.After(r.AsOf) {
				r.AsOf = p.AsOf
			}
		}
		if len(amounts) > 0 {
			if a.Def.Nature == Rate {
				r.Amount = mean(amounts, weights)
			}
			return r, true
		}
	}
	return Reading{}, false
}

func (a *Assessed) judge(c Calendar, now time.Time) {
	asOf := now
	if a.Known && !a.AsOf.IsZero() && a.AsOf.Before(asOf) {
		asOf = a.AsOf
	}
	a.Pace = PaceOf(c, a.Period, asOf)
	ended := !now.Before(a.Period.To)
	if a.Known {
		switch {
		case a.Def.Nature == Rate || ended:
			a.Forecast, a.Foreseen = a.Actual, true
		default:
			a.Forecast, a.Foreseen = a.Pace.forecast(a.Actual)
		}
	}
	switch {
	case a.Def.Nature == Limit:
		a.judgeLimit(ended)
	case !a.Known:
		a.State = Unknown
	case ended:
		a.State = Missed
		if a.reached(a.Actual, 0) {
			a.State = Met
		}
	case a.Def.Better == More && a.Def.Nature == Sum && a.Actual >= a.Amount:
		a.State = Met
	case a.Def.Better == Less && a.Def.Nature == Sum && a.Actual > a.Amount:
		a.State = Missed
	case !a.Foreseen || a.reached(a.Forecast, a.Def.Slack):
		a.State = OnTrack
	default:
		a.State = Behind
	}
}

func (a *Assessed) judgeLimit(ended bool) {
	if a.Known && a.Actual > a.Amount {
		a.OverBy = append([]kernel.ID{a.ID}, a.OverBy...)
	}
	switch {
	case len(a.OverBy) > 0:
		a.State = Failed
	case !a.Known:
		a.State = Unknown
	case ended:
		a.State = Met
	case a.Amount > 0 && 5*a.Actual >= 4*a.Amount:
		a.State = Near
	default:
		a.State = OnTrack
	}
}

// reached reports whether an amount meets the target, or misses it by at most slack per cent.
func (a *Assessed) reached(amount int64, slack int) bool {
	if a.Def.Better == Less {
		return 100*amount <= a.Amount*int64(100+slack)
	}
	return 100*amount >= a.Amount*int64(100-slack)
}

// Attainment is actual over target in hundredths of a per cent; false when it has none: nothing is known, the target is 0, or
// it is a limit, which is kept or not.
func (a *Assessed) Attainment() (int64, bool) {
	if !a.Known || a.Amount == 0 || a.Def.Nature == Limit {
		return 0, false
	}
	return (20000*a.Actual + a.Amount) / (2 * a.Amount), true
}

// Card is how a holder stands over all its indicators of one period.
type Card struct {
	Items  []*Assessed
	Score  int64 // mean attainment by weights, each at most 100 %, in hundredths of a per cent
	Scored int   // indicators that count in it
	Failed []kernel.ID
}

// CardOf gathers assessments of one holder and period. Over a limit anywhere below, the holder has failed, whatever the output.
func CardOf(l []*Assessed) Card {
	c := Card{Items: l}
	var amounts []int64
	var weights []int
	for _, a := range l {
		c.Failed = append(c.Failed, a.OverBy...)
		if at, ok := a.Attainment(); ok {
			if a.Def.Better == Less {
				at = lessAttained(a)
			}
			amounts, weights = append(amounts, min(at, 10000)), append(weights, a.Weight)
		}
	}
	c.Scored = len(amounts)
	c.Score = mean(amounts, weights)
	return c
}

// lessAttained scores what should stay small: full marks within the target, then target over actual.
func lessAttained(a *Assessed) int64 {
	if a.Actual <= a.Amount {
		return 10000
	}
	return (20000*a.Amount + a.Actual) / (2 * a.Actual)
}

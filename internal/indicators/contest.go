package indicators

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// rateSample is how many records must stand behind a rate before anything is compared by it.
const rateSample = 30

// ContestDraft is a contest as somebody sets it up.
type ContestDraft struct {
	Title   string
	Period  string
	Entries []Entry
	Orgs    []kernel.ID
	MinN    int
}

// OpenContest sets a contest up. Its participants are organisations: there is no contest of persons.
func (s *Service) OpenContest(tx kernel.Tx, actor kernel.Actor, d ContestDraft) (*Contest, error) {
	whole := access.Whole(tx.Tenant())
	if err := access.Decide(actor, access.IndicatorWrite, whole).Err(); err != nil {
		return nil, err
	}
	if err := between("title", d.Title, 2, 80); err != nil {
		return nil, err
	}
	p, err := ParsePeriod("period", d.Period)
	if err != nil {
		return nil, err
	}
	if d.MinN < 1 || d.MinN > 100000 {
		return nil, kernel.Invalid("min_n", kernel.T("最少记录数至少是 1，一般用 30", "the least number of records is at least 1; 30 is usual"))
	}
	if len(d.Entries) == 0 || len(d.Entries) > 20 {
		return nil, kernel.Invalid("entries", kernel.T("请选 1 到 20 个指标", "choose 1 to 20 indicators"))
	}
	for i, e := range d.Entries {
		field := fmt.Sprintf("entries[%d].", i)
		if err := choose(field+"theme", Themes, e.Theme); err != nil {
			return nil, err
		}
		if _, err := s.Repo.Def(tx, e.Def, 0); err != nil {
			return nil, refuse(field+"def", err)
		}
		if e.Weight < 1 || e.Weight > 1000 {
			return nil, kernel.Invalid(field+"weight", kernel.T("权重是 1 到 1000", "a weight is 1 to 1000"))
		}
	}
	sorted := slices.Clone(d.Orgs)
	slices.Sort(sorted)
	if len(slices.Compact(sorted)) != len(d.Orgs) || len(d.Orgs) < 2 || len(d.Orgs) > 200 {
		return nil, kernel.Invalid("orgs", kernel.T("请选 2 到 200 个单位，不重复", "choose 2 to 200 organisations, each once"))
	}
	for i, o := range d.Orgs {
		if _, err := s.Orgs.Org(tx, o); err != nil {
			return nil, kernel.Invalid(fmt.Sprintf("orgs[%d]", i), kernel.T("这不是单位。竞赛只比单位，不比个人", "this is no organisation; contests compare units, never persons"))
		}
	}
	c := &Contest{ID: kernel.NewID(tx.Now()), Title: strings.TrimSpace(d.Title), Period: p, Entries: d.Entries, Orgs: d.Orgs, MinN: d.MinN, Path: whole.Path}
	if err := s.Log.PutContest(tx, c); err != nil {
		return nil, err
	}
	return c, s.record(tx, actor, "contest_opened", c.ID, 1, map[string]any{"title": c.Title, "period": p.Label, "orgs": len(c.Orgs), "min_n": c.MinN}, nil)
}

// Why a unit has no rank.
const (
	WhyFew    = "few"    // too few records stand behind a value
	WhyAbsent = "absent" // it has no target or no value of an indicator
	WhyFailed = "failed" // it is over a limit, whatever its output
	WhyAlone  = "alone"  // there is nobody to compare it with
)

// Standing is how one unit stands in a contest.
type Standing struct {
	Org    kernel.ID
	Score  int64 // weighted attainment in hundredths of a per cent
	Rank   int   // 0: not compared, for the reason Why
	Why    string
	Values []EntryValue // in the order of the contest's indicators
}

// EntryValue is one value of a unit.
type EntryValue struct {
	Def    *Def
	Known  bool
	Actual int64
	Target int64
	N      int
	State  State
}

// Standings tells how the units of a contest stand. A rank is given only to units whose every value rests on enough records;
// with fewer than two of them to none.
func (s *Service) Standings(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Contest, []Standing, error) {
	c, err := s.Log.Contest(tx, id)
	if err != nil {
		return nil, nil, err
	}
	if !access.Decide(actor, access.IndicatorRead, target(tx, c.Path)).Allow {
		return nil, nil, kernel.NotFound(kernel.T("没有这场竞赛，或者您看不到它", "there is no such contest, or you may not see it"))
	}
	out := make([]Standing, len(c.Orgs))
	for i, o := range c.Orgs {
		if out[i], err = s.standing(tx, c, o); err != nil {
			return nil, nil, err
		}
	}
	rank(out)
	return c, out, nil
}

func (s *Service) standing(tx kernel.Tx, c *Contest, org kernel.ID) (Standing, error) {
	st := Standing{Org: org}
	held, err := s.Repo.HeldBy(tx, org, c.Period.Label)
	if err != nil {
		return st, err
	}
	var scores []int64
	var weights []int
	for _, e := range c.Entries {
		i := slices.IndexFunc(held, func(t *Target) bool { return t.Def == e.Def })
		if i < 0 {
			d, err := s.Repo.Def(tx, e.Def, 0)
			if err != nil {
				return st, err
			}
			st.Values = append(st.Values, EntryValue{Def: d, State: Unknown})
			st.Why = cmp.Or(st.Why, WhyAbsent)
			continue
		}
		a, err := s.assess(tx, held[i])
		if err != nil {
			return st, err
		}
		st.Values = append(st.Values, EntryValue{Def: a.Def, Known: a.Known, Actual: a.Actual, Target: a.Amount, N: a.N, State: a.State})
		if a.Def.Nature == Limit {
			if a.State == Failed {
				st.Why = WhyFailed
			}
			continue
		}
		if why := tooFew(a, c.MinN); why != "" {
			st.Why = cmp.Or(st.Why, why)
			continue
		}
		at, _ := a.Attainment()
		if a.Def.Better == Less {
			at = lessAttained(a)
		}
		scores, weights = append(scores, min(at, 12000)), append(weights, e.Weight)
	}
	st.Score = mean(scores, weights)
	return st, nil
}

// tooFew tells why a value is not compared, or nothing.
func tooFew(a *Assessed, minN int) string {
	if a.Def.Nature == Rate {
		minN = max(minN, rateSample)
	}
	switch _, ok := a.Attainment(); {
	case !ok:
		return WhyAbsent
	case a.N < minN:
		return WhyFew
	default:
		return ""
	}
}

// rank gives equal scores equal ranks.
func rank(l []Standing) {
	able := 0
	for _, s := range l {
		if s.Why == "" {
			able++
		}
	}
	slices.SortStableFunc(l, func(a, b Standing) int {
		return cmp.Or(cmp.Compare(bit(a.Why != ""), bit(b.Why != "")), cmp.Compare(b.Score, a.Score), cmp.Compare(a.Org, b.Org))
	})
	for i := range l {
		switch {
		case l[i].Why != "":
		case able < 2:
			l[i].Why = WhyAlone
		case i > 0 && l[i].Score == l[i-1].Score:
			l[i].Rank = l[i-1].Rank
		default:
			l[i].Rank = i + 1
		}
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

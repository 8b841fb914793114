package indicators

import (
	"fmt"
	"slices"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// Part is one part of a split as somebody writes it down. Over holders it names an organisation, over periods a period. A
// part without amount gets one: its share by weight of what adds up, the whole's own value of a rate or a limit.
type Part struct {
	Holder kernel.ID
	Period string
	Amount string
	Weight int
}

// Divided is a split that adds up.
type Divided struct {
	Parent *Target
	Def    *Def
	Parts  []*Target
	Sum    int64 // of the parts; the mean of a rate; 0 for a limit, whose parts are never summed
}

// Split divides a target over holders or periods, in place of an earlier split of the same way. What adds up must add up to
// the target exactly, with the difference named when it does not; a rate's weighted mean must be the target; no part of a
// limit may be above it. Each part is filled or given: either all amounts are, or none is. With dry nothing is stored.
func (s *Service) Split(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, by Split, parts []Part, dry bool) (*Divided, error) {
	t, err := s.read(tx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := access.Decide(actor, access.IndicatorWrite, target(tx, t.Path)).Err(); err != nil {
		return nil, err
	}
	if version != 0 && version != t.Version {
		return nil, kernel.Conflict(sayStale)
	}
	d, err := s.Repo.Def(tx, t.Def, t.DefVer)
	if err != nil {
		return nil, err
	}
	out := &Divided{Parent: t, Def: d}
	if out.Parts, err = s.parts(tx, actor, t, by, parts); err != nil {
		return nil, err
	}
	if err := amounts(d, t, parts, out); err != nil {
		return nil, err
	}
	if dry {
		return out, nil
	}
	ok, err := s.Repo.Bump(tx, t.ID, t.Version)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, kernel.Conflict(sayStale)
	}
	t.Version++
	if ok, err = s.Repo.DropSplit(tx, t.ID, by); err != nil {
		return nil, err
	}
	if !ok {
		return nil, kernel.Conflict(kernel.T("原来的分解已经有填报或往下分了，不能整个换掉", "parts of the earlier split have values or are split further; it cannot be replaced"))
	}
	if err := s.Repo.InsertTargets(tx, out.Parts); err != nil {
		return nil, err
	}
	said := make([]any, len(out.Parts))
	for i, p := range out.Parts {
		said[i] = map[string]any{"holder": string(p.Holder), "period": p.Period.Label, "amount": FormatAmount(p.Amount, d.Places)}
	}
	return out, s.record(tx, actor, "target_split", t.ID, t.Version, map[string]any{"by": string(by), "amount": FormatAmount(t.Amount, d.Places), "parts": said}, nil)
}

// parts makes the targets of a split, still without amounts.
func (s *Service) parts(tx kernel.Tx, actor kernel.Actor, t *Target, by Split, parts []Part) ([]*Target, error) {
	if len(parts) < 1 || len(parts) > 200 {
		return nil, kernel.Invalid("parts", kernel.T("请分成 1 到 200 份", "there are 1 to 200 parts"))
	}
	out := make([]*Target, len(parts))
	var periods []Period
	for i, p := range parts {
		x := &Target{ID: kernel.NewID(tx.Now()), Def: t.Def, DefVer: t.DefVer, Root: t.Root, Parent: t.ID, By: by, Holder: t.Holder, Path: t.Path, Period: t.Period, Weight: p.Weight, Version: 1}
		out[i] = x
		switch by {
		case ByHolder:
			field := fmt.Sprintf("parts[%d].holder", i)
			if slices.ContainsFunc(parts[:i], func(o Part) bool { return o.Holder == p.Holder }) {
				return nil, kernel.Invalid(field, kernel.T("同一个单位写了两次", "this organisation is there twice"))
			}
			o, err := s.Orgs.Org(tx, p.Holder)
			if err != nil {
				return nil, refuse(field, err)
			}
			if err := access.Decide(actor, access.IndicatorWrite, target(tx, o.Path)).Err(); err != nil {
				return nil, kernel.Invalid(field, kernel.T("“"+o.Name+"”不在您负责的范围内", o.Name+" is outside what you are responsible for"))
			}
			x.Holder, x.Path = o.ID, o.Path
		case ByPeriod:
			var err error
			if x.Period, err = ParsePeriod(fmt.Sprintf("parts[%d].period", i), p.Period); err != nil {
				return nil, err
			}
			periods = append(periods, x.Period)
		default:
			return nil, kernel.Invalid("by", kernel.T("请选：分给单位，或分到时期", "choose: over holders, or over periods"))
		}
	}
	if by == ByPeriod && !tiles(t.Period, periods) {
		return nil, kernel.Invalid("parts", kernel.T("各段时期要首尾相接，正好铺满 "+t.Period.Label, "the periods must follow each other and fill "+t.Period.Label+" exactly"))
	}
	return out, nil
}

// amounts gives each part its amount and checks that they belong to the whole.
func amounts(d *Def, t *Target, parts []Part, out *Divided) error {
	given := 0
	weights := make([]int, len(parts))
	for i, p := range parts {
		weights[i] = p.Weight
		if p.Weight < 0 || p.Weight > 1_000_000 {
			return kernel.Invalid(fmt.Sprintf("parts[%d].weight", i), kernel.T("权重是 0 到 1000000", "a weight is 0 to 1000000"))
		}
		if strings.TrimSpace(p.Amount) != "" {
			given++
		}
	}
	if given == 0 {
		return fill(d, t, weights, out)
	}
	if given < len(parts) {
		return kernel.Invalid("parts", kernel.T("要么每份都填数，要么都不填、按权重分", "give every part its amount, or none and split by weight"))
	}
	list := make([]int64, len(parts))
	for i, p := range parts {
		var err error
		if list[i], err = ParseAmount(fmt.Sprintf("parts[%d].amount", i), p.Amount, d.Places); err != nil {
			return err
		}
		out.Parts[i].Amount = list[i]
	}
	switch d.Nature {
	case Limit:
		for i, a := range list {
			if a > t.Amount {
				return kernel.Invalid(fmt.Sprintf("parts[%d].amount", i), kernel.T("限值不能高于上级的 "+FormatAmount(t.Amount, d.Places)+d.Unit, "a limit is not above the "+FormatAmount(t.Amount, d.Places)+" of the whole"))
			}
		}
		return nil
	case Rate:
		out.Sum = mean(list, weights)
	case Sum:
		for _, a := range list {
			out.Sum += a
		}
	}
	return addsUp(d, t, out.Sum)
}

func fill(d *Def, t *Target, weights []int, out *Divided) error {
	if d.Nature != Sum {
		for _, p := range out.Parts {
			p.Amount = t.Amount
		}
		if d.Nature == Rate {
			out.Sum = t.Amount
		}
		return nil
	}
	list, err := Divide(t.Amount, weights)
	if err != nil {
		return err
	}
	for i, a := range list {
		out.Parts[i].Amount = a
		out.Sum += a
	}
	return addsUp(d, t, out.Sum)
}

// addsUp refuses parts that are not the whole, with the difference.
func addsUp(d *Def, t *Target, sum int64) error {
	diff := sum - t.Amount
	if diff == 0 {
		return nil
	}
	word, wordEn := "多", "more"
	if diff < 0 {
		word, wordEn, diff = "少", "less", -diff
	}
	f := func(n int64) string { return FormatAmount(n, d.Places) }
	what, whatEn := "各份相加", "the parts add up to"
	if d.Nature == Rate {
		what, whatEn = "各份按权重平均", "the weighted mean of the parts is"
	}
	return kernel.Invalid("parts", kernel.T(fmt.Sprintf("%s是 %s%s，上级是 %s%s，%s %s%s", what, f(sum), d.Unit, f(t.Amount), d.Unit, word, f(diff), d.Unit),
		fmt.Sprintf("%s %s, the whole is %s: %s %s", whatEn, f(sum), f(t.Amount), f(diff), wordEn)))
}

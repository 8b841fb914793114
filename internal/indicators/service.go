package indicators

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

var (
	sayNoTarget = kernel.T("没有这个目标，或者您看不到它", "there is no such target, or you may not see it")
	sayStale    = kernel.T("这个目标刚被别人改过，请刷新后再分解", "somebody has just changed this target; load it again, then split it")
	defForm     = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)
)

func target(tx kernel.Tx, path kernel.Path) access.Target {
	return access.Target{Tenant: tx.Tenant(), Path: path}
}

func (s *Service) record(tx kernel.Tx, actor kernel.Actor, act string, object kernel.ID, version int, public, personal map[string]any) error {
	_, err := s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: act, Object: object, Version: version, Public: public, Personal: personal})
	return err
}

func between(field, v string, lo, hi int) error {
	if n := utf8.RuneCountInString(strings.TrimSpace(v)); n < lo || n > hi {
		return kernel.Invalid(field, kernel.T("字数不对，请写 "+FormatAmount(int64(lo), 0)+" 到 "+FormatAmount(int64(hi), 0)+" 个字",
			"write between "+FormatAmount(int64(lo), 0)+" and "+FormatAmount(int64(hi), 0)+" characters"))
	}
	return nil
}

func choose(field string, l []Option, v string) error {
	if has(l, v) {
		return nil
	}
	var zh, en []string
	for _, o := range l {
		zh, en = append(zh, o.Name.Zh), append(en, o.Name.En)
	}
	return kernel.Invalid(field, kernel.T("请从这几项里选一个："+strings.Join(zh, "、"), "choose one of "+strings.Join(en, ", ")))
}

// Define stores a new version of a definition for the whole district. Targets that are set keep their own version.
func (s *Service) Define(tx kernel.Tx, actor kernel.Actor, d Def) (*Def, error) {
	if err := access.Decide(actor, access.IndicatorWrite, access.Whole(tx.Tenant())).Err(); err != nil {
		return nil, err
	}
	if !defForm.MatchString(d.ID) {
		return nil, kernel.Invalid("id", kernel.T("代号用小写字母、数字和下划线，2 到 40 个", "the id has 2 to 40 small letters, digits and underscores"))
	}
	for _, err := range []error{between("name.zh", d.Name.Zh, 2, 60), between("name.en", d.Name.En, 2, 80), between("unit", d.Unit, 1, 12), choose("subject", Subjects, d.Subject),
		choose("nature", Natures, string(d.Nature)), choose("better", Betters, string(d.Better))} {
		if err != nil {
			return nil, err
		}
	}
	switch {
	case d.Places < 0 || d.Places > 4:
		return nil, kernel.Invalid("places", kernel.T("小数位数是 0 到 4", "there are 0 to 4 decimal places"))
	case d.Slack < 0 || d.Slack > 50:
		return nil, kernel.Invalid("slack", kernel.T("容许落后的百分数是 0 到 50", "the slack is 0 to 50 per cent"))
	case d.Sample != "" && d.Formula == "":
		return nil, kernel.Invalid("sample", kernel.T("有公式才有样本数公式", "a formula of the sample needs a formula"))
	}
	for _, f := range []struct{ field, src string }{{"formula", d.Formula}, {"sample", d.Sample}} {
		if f.src == "" {
			continue
		}
		if _, err := compile(f.field, f.src, s.Measures.Known()); err != nil {
			return nil, err
		}
	}
	d.Version = 1
	if was, err := s.Repo.Def(tx, d.ID, 0); err == nil {
		d.Version = was.Version + 1
	} else if !kernel.Is(err, kernel.KindNotFound) {
		return nil, err
	}
	ok, err := s.Repo.PutDef(tx, &d)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, kernel.Conflict(kernel.T("刚有人改过这个指标，请刷新后再改", "somebody has just changed this indicator; load it again"))
	}
	return &d, s.record(tx, actor, "indicator_defined", kernel.ID(tx.Tenant()), d.Version, map[string]any{"indicator": d.ID, "version": d.Version, "formula": d.Formula}, nil)
}

// TargetDraft is a target at the top as somebody sets it.
type TargetDraft struct {
	Def    string
	Holder kernel.ID
	Period string
	Amount string
	Weight int
}

// Set sets a target at the top of a tree.
func (s *Service) Set(tx kernel.Tx, actor kernel.Actor, d TargetDraft) (*Target, error) {
	def, err := s.Repo.Def(tx, d.Def, 0)
	if err != nil {
		return nil, refuse("def", err)
	}
	o, err := s.Orgs.Org(tx, d.Holder)
	if err != nil {
		return nil, refuse("holder", err)
	}
	if err := access.Decide(actor, access.IndicatorWrite, target(tx, o.Path)).Err(); err != nil {
		return nil, err
	}
	p, err := ParsePeriod("period", d.Period)
	if err != nil {
		return nil, err
	}
	amount, err := ParseAmount("amount", d.Amount, def.Places)
	if err != nil {
		return nil, err
	}
	if d.Weight < 0 || d.Weight > 1000 {
		return nil, kernel.Invalid("weight", kernel.T("权重是 0 到 1000", "a weight is 0 to 1000"))
	}
	t := &Target{ID: kernel.NewID(tx.Now()), Def: def.ID, DefVer: def.Version, Holder: o.ID, Path: o.Path, Period: p, Amount: amount, Weight: d.Weight, Version: 1}
	t.Root = t.ID
	if err := s.Repo.InsertTargets(tx, []*Target{t}); err != nil {
		return nil, err
	}
	return t, s.record(tx, actor, "target_set", t.ID, 1, map[string]any{"indicator": t.Def, "holder": string(t.Holder), "period": p.Label,
		"amount": FormatAmount(amount, def.Places), "unit": def.Unit}, nil)
}

func refuse(field string, err error) error {
	if kernel.Is(err, kernel.KindNotFound) {
		return kernel.Invalid(field, kernel.T("没有找到，请从列表里重新选", "not found; choose it from the list again"))
	}
	return err
}

// read gives a target that the actor may read.
func (s *Service) read(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Target, error) {
	t, err := s.Repo.Target(tx, id)
	if err != nil {
		return nil, err
	}
	if err := access.Decide(actor, access.IndicatorRead, target(tx, t.Path)).Err(); err != nil {
		if kernel.Is(err, kernel.KindUnsigned) {
			return nil, err
		}
		return nil, kernel.NotFound(sayNoTarget)
	}
	return t, nil
}

// MayWrite reports whether the actor may set and split what lies at the path.
func MayWrite(tx kernel.Tx, actor kernel.Actor, path kernel.Path) bool {
	return access.Decide(actor, access.IndicatorWrite, target(tx, path)).Allow
}

// MayReport reports whether the actor may report values for a target: who sets targets there, and who keeps the registers
// of the holder itself.
func MayReport(tx kernel.Tx, actor kernel.Actor, t *Target) bool {
	if MayWrite(tx, actor, t.Path) {
		return true
	}
	if !access.Decide(actor, access.RegisterWrite, target(tx, t.Path)).Allow {
		return false
	}
	for _, p := range actor.Posts {
		if p.Org == t.Holder {
			return true
		}
	}
	return false
}

// Report stores what was reached up to and with a day, with its source. A later report for the same day corrects it; both stay.
func (s *Service) Report(tx kernel.Tx, actor kernel.Actor, id kernel.ID, asOf time.Time, amount string, n int, source string) (*Value, error) {
	t, err := s.read(tx, actor, id)
	if err != nil {
		return nil, err
	}
	if !MayReport(tx, actor, t) {
		return nil, kernel.Forbidden(kernel.T("这个目标由承担单位或督查岗位填报", "values are reported by the holder of the target, or by who oversees it"))
	}
	d, err := s.Repo.Def(tx, t.Def, t.DefVer)
	if err != nil {
		return nil, err
	}
	switch {
	case d.Formula != "":
		return nil, kernel.Invalid("amount", kernel.T("这个指标由系统按公式算，不填报", "this indicator is measured by its formula and is not reported"))
	case asOf.Before(t.Period.From) || !asOf.Before(t.Period.To) || asOf.After(tx.Now()):
		return nil, kernel.Invalid("as_of", kernel.T("截至日期要在这个时期里，且不在今天以后", "the day lies within the period and is not to come"))
	case n < 0:
		return nil, kernel.Invalid("n", kernel.T("记录数不能小于 0", "the number of records is not below 0"))
	}
	a, err := ParseAmount("amount", amount, d.Places)
	if err != nil {
		return nil, err
	}
	if err := between("source", source, 2, 200); err != nil {
		return nil, err
	}
	v := &Value{ID: kernel.NewID(tx.Now()), Target: t.ID, AsOf: asOf, Amount: a, N: n, Source: strings.TrimSpace(source), By: actor.Ref(), At: tx.Now()}
	if err := s.Repo.PutValue(tx, v); err != nil {
		return nil, err
	}
	return v, s.record(tx, actor, "value_reported", t.ID, t.Version, map[string]any{"amount": FormatAmount(a, d.Places), "unit": d.Unit, "as_of": asOf.UnixMilli(), "n": n},
		map[string]any{"source": v.Source})
}

// Tree gives a target at the top and all below it that the actor may read, each with how it stands.
func (s *Service) Tree(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Assessed, error) {
	t, err := s.read(tx, actor, id)
	if err != nil {
		return nil, err
	}
	return s.assess(tx, t)
}

// assess tells how a target and all below it stand.
func (s *Service) assess(tx kernel.Tx, t *Target) (*Assessed, error) {
	d, err := s.Repo.Def(tx, t.Def, t.DefVer)
	if err != nil {
		return nil, err
	}
	all, err := s.Repo.Tree(tx, t.Root)
	if err != nil {
		return nil, err
	}
	readings, err := s.readings(tx, d, t, all)
	if err != nil {
		return nil, err
	}
	c, err := s.Calendars.Calendar(tx)
	if err != nil {
		return nil, err
	}
	a := Assess(d, t.ID, all, readings, c, tx.Now())
	if a == nil {
		return nil, kernel.NotFound(sayNoTarget)
	}
	return a, nil
}

// readings gives what is known of single targets: by the formula of each at or below t, or as it was reported.
func (s *Service) readings(tx kernel.Tx, d *Def, t *Target, all []*Target) (map[kernel.ID]Reading, error) {
	out := map[kernel.ID]Reading{}
	if d.Formula == "" {
		values, err := s.Repo.Values(tx, t.Root)
		for _, v := range values {
			out[v.Target] = Reading{Amount: v.Amount, N: v.N, AsOf: v.AsOf, Source: v.Source}
		}
		return out, err
	}
	f, err := compile("formula", d.Formula, s.Measures.Known())
	if err != nil {
		return nil, err
	}
	var sample *formula
	if d.Sample != "" {
		if sample, err = compile("sample", d.Sample, s.Measures.Known()); err != nil {
			return nil, err
		}
	}
	below := under(t.ID, all)
	for _, x := range all {
		if !below[x.ID] || x.Period.From.After(tx.Now()) {
			continue
		}
		span := Span{Path: x.Path, From: x.Period.From, To: x.Period.To}
		if d.ByUnit {
			span.Unit = x.Holder
		}
		v, ok, err := f.run(tx, s.Measures, span)
		if err != nil {
			return nil, err
		}
		amount, whole := toSteps(v, d.Places)
		if !ok || !whole {
			continue
		}
		r := Reading{Amount: amount, AsOf: tx.Now(), Source: d.Formula}
		if sample != nil {
			n, ok, err := sample.run(tx, s.Measures, span)
			if err != nil {
				return nil, err
			}
			if steps, whole := toSteps(n, 0); ok && whole {
				r.N = int(steps)
			}
		}
		out[x.ID] = r
	}
	return out, nil
}

// under gives the target and all below it.
func under(id kernel.ID, all []*Target) map[kernel.ID]bool {
	kids := map[kernel.ID][]kernel.ID{}
	for _, t := range all {
		if t.Parent != "" {
			kids[t.Parent] = append(kids[t.Parent], t.ID)
		}
	}
	out := map[kernel.ID]bool{}
	for todo := []kernel.ID{id}; len(todo) > 0; {
		x := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !out[x] {
			out[x] = true
			todo = append(todo, kids[x]...)
		}
	}
	return out
}

// Roots gives a page of the uppermost targets that the actor may read, each with how it stands.
func (s *Service) Roots(tx kernel.Tx, actor kernel.Actor, q TargetQuery) ([]*Assessed, string, error) {
	q.Scope = access.ScopeOf(actor, access.IndicatorRead)
	l, next, err := s.Repo.Roots(tx, q)
	if err != nil {
		return nil, "", err
	}
	out := make([]*Assessed, len(l))
	for i, t := range l {
		if out[i], err = s.assess(tx, t); err != nil {
			return nil, "", err
		}
	}
	return out, next, nil
}

// Card tells how a holder stands over all its indicators of a period, as far as the actor may read them.
func (s *Service) Card(tx kernel.Tx, actor kernel.Actor, holder kernel.ID, period string) (Card, error) {
	if _, err := ParsePeriod("period", period); err != nil {
		return Card{}, err
	}
	l, err := s.Repo.HeldBy(tx, holder, period)
	if err != nil {
		return Card{}, err
	}
	var all []*Assessed
	for _, t := range l {
		if !access.Decide(actor, access.IndicatorRead, target(tx, t.Path)).Allow {
			continue
		}
		a, err := s.assess(tx, t)
		if err != nil {
			return Card{}, err
		}
		all = append(all, a)
	}
	return CardOf(all), nil
}

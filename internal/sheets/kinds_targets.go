package sheets

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
)

func targetKind() Kind {
	return Kind{Key: "targets", table: "indicator_target", Title: t("目标", "Targets"), About: t("哪个单位、哪个时期、哪项指标要达到多少，怎么分到单位和时期；设定以后只能加，不能改", "Who is to reach how much of what, by when, and how it is split; targets are added, never changed"),
		Group: groupRooms, Read: access.IndicatorRead, Write: access.IndicatorWrite, open: (*Service).openTargets}
}

// targeting is the sheet of targets within one unit of work. A target that is a part names its whole as "organisation / period".
type targeting struct {
	s     *Service
	tx    kernel.Tx
	actor kernel.Actor
	n     *Names
	defs  map[string]*indicators.Def
	byKey map[string][]*indicators.Target // by def, holder and period
}

const wholeSign = " / "

func (w *targeting) ref(holder kernel.ID, period string) string {
	return w.n.Org(holder) + wholeSign + period
}

func targetKey(def string, holder kernel.ID, period string) string {
	return def + "\x1f" + string(holder) + "\x1f" + period
}

func (w *targeting) note(x *indicators.Target) {
	k := targetKey(x.Def, x.Holder, x.Period.Label)
	w.byKey[k] = append(w.byKey[k], x)
}

var wholeHelp = t("分解出来的目标才填：上级目标的单位和时期，例如“区政府 / 2023”。同一个上级分出的几行要一起写，加起来正好；可以是同一张表里的行", "For parts only: organisation and period of the whole, such as \"District / 2023\". All parts of a whole are written together and add up to it; the whole may be a row of the same sheet")

func (s *Service) openTargets(tx kernel.Tx, actor kernel.Actor, n *Names) (*Opened, error) {
	w := &targeting{s: s, tx: tx, actor: actor, n: n, defs: map[string]*indicators.Def{}, byKey: map[string][]*indicators.Target{}}
	var choices []kernel.Choice
	for page := (kernel.Page{Limit: pageOf}); ; {
		l, next, err := s.Targets.Repo.Defs(tx, page)
		if err != nil {
			return nil, err
		}
		for _, d := range l {
			w.defs[d.ID] = d
			choices = append(choices, kernel.Choice{Key: d.ID, Name: d.Name})
		}
		if page.After = next; next == "" {
			break
		}
	}
	o := &Opened{Key: []string{"def", "holder", "period", "of"}, Sheet: &kernel.Sheet{Columns: []kernel.Column{
		{Key: "def", Type: kernel.ColumnChoice, Name: t("指标", "Indicator"), Required: true, Choices: choices},
		n.orgColumn("holder", t("单位", "Organisation"), true),
		{Key: "period", Type: kernel.ColumnText, Name: t("时期", "Period"), Required: true, Help: t("写成 2023、2023Q1 或 2023-03", "Such as 2023, 2023Q1 or 2023-03"), Check: func(cell string) (string, error) {
			p, err := indicators.ParsePeriod("", plainPeriod(cell))
			return p.Label, err
		}},
		{Key: "amount", Type: kernel.ColumnText, Name: t("目标值", "Target"), Required: true}, {Key: "weight", Type: kernel.ColumnInteger, Name: t("权重", "Weight")},
		{Key: "of", Type: kernel.ColumnText, Name: t("分自", "Part of"), Max: 160, Help: wholeHelp, Check: w.checkWhole},
	}}, Each: w.each, Add: w.add, AddAll: w.addAll, Fill: w.fill}
	o.Name = func(v kernel.Values) string { return v["def"] + "\x1f" + v["holder"] + wholeSign + v["period"] }
	o.Under = func(v kernel.Values) string {
		if v["of"] == "" || v["of"] == v["holder"]+wholeSign+v["period"] {
			return ""
		}
		return v["def"] + "\x1f" + v["of"]
	}
	o.Together = func(v kernel.Values) string {
		if v["of"] == "" {
			return ""
		}
		return v["def"] + "\x1f" + v["of"] + "\x1f" + string(w.way(v))
	}
	o.Remove = func(id kernel.ID) error { return s.Repo.Remove(tx, "indicator_target", id) }
	return o, nil
}

var monthWords = regexp.MustCompile(`^(\d{4})年(\d{1,2})月$`)

// plainPeriod takes 2023年, 2023年一季度 and 2023年3月 as well.
func plainPeriod(cell string) string {
	if m := monthWords.FindStringSubmatch(cell); m != nil {
		return fmt.Sprintf("%s-%02s", m[1], m[2])
	}
	return strings.NewReplacer("年第", "Q", "年一", "Q1", "年二", "Q2", "年三", "Q3", "年四", "Q4", "年", "", "季度", "", "一", "1", "二", "2", "三", "3", "四", "4", " ", "", "q", "Q").Replace(cell)
}

func (w *targeting) checkWhole(cell string) (string, error) {
	i := strings.LastIndexAny(cell, "/／")
	if i < 0 {
		return "", kernel.Invalid("", t("写成“单位 / 时期”，例如“区政府 / 2023”", "write it as \"organisation / period\", such as \"District / 2023\""))
	}
	o, err := w.n.FindOrg(strings.TrimSpace(cell[:i]))
	if err != nil {
		return "", err
	}
	p, err := indicators.ParsePeriod("", plainPeriod(strings.TrimLeft(cell[i:], "/／ ")))
	return w.ref(o.ID, p.Label), err
}

func (w *targeting) fill(v kernel.Values) error {
	noZero(v, "weight")
	d := w.defs[v["def"]]
	if d == nil {
		return nil
	}
	a, err := indicators.ParseAmount("amount", v["amount"], d.Places)
	if err == nil {
		v["amount"] = indicators.FormatAmount(a, d.Places)
	}
	return err
}

// way tells over what a part was divided from its whole: the period is the same, or the organisation is.
func (w *targeting) way(v kernel.Values) indicators.Split {
	if strings.HasSuffix(v["of"], wholeSign+v["period"]) {
		return indicators.ByHolder
	}
	return indicators.ByPeriod
}

func (w *targeting) each(each func(Row) error) error {
	w.byKey = map[string][]*indicators.Target{}
	q := indicators.TargetQuery{Scope: access.ScopeOf(w.actor, access.IndicatorRead), Page: kernel.Page{Limit: pageOf}}
	for {
		l, next, err := w.s.Targets.Repo.Roots(w.tx, q)
		if err != nil {
			return err
		}
		for _, root := range l {
			if root.Parent != "" { // a part whose whole lies outside: it is shown with its whole, to who may see that
				continue
			}
			tree, err := w.s.Targets.Repo.Tree(w.tx, root.Root)
			if err != nil {
				return err
			}
			if err := w.eachOf(tree, each); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		q.Page.After = next
	}
}

// eachOf gives a tree, wholes before their parts.
func (w *targeting) eachOf(tree []*indicators.Target, each func(Row) error) error {
	by, kids := map[kernel.ID]*indicators.Target{}, map[kernel.ID][]*indicators.Target{}
	for _, x := range tree {
		by[x.ID] = x
		kids[x.Parent] = append(kids[x.Parent], x)
	}
	var down func(parent kernel.ID) error
	down = func(parent kernel.ID) error {
		l := kids[parent]
		slices.SortFunc(l, func(a, b *indicators.Target) int { return cmp.Compare(a.ID, b.ID) })
		for _, x := range l {
			w.note(x)
			d := w.defs[x.Def]
			if d != nil && access.Decide(w.actor, access.IndicatorRead, access.Target{Tenant: w.tx.Tenant(), Path: x.Path}).Allow {
				v := kernel.Values{"def": x.Def, "holder": w.n.Org(x.Holder), "period": x.Period.Label, "amount": indicators.FormatAmount(x.Amount, d.Places), "weight": count(x.Weight)}
				if up := by[x.Parent]; up != nil {
					v["of"] = w.ref(up.Holder, up.Period.Label)
				}
				if err := each(Row{ID: x.ID, Path: x.Path, Mark: strconv.Itoa(x.Version), Values: trim(v)}); err != nil {
					return err
				}
			}
			if err := down(x.ID); err != nil {
				return err
			}
		}
		return nil
	}
	return down("")
}

func (w *targeting) add(v kernel.Values) (kernel.ID, error) {
	weight, _ := strconv.Atoi(v["weight"]) // a whole number, or none
	x, err := w.s.Targets.Set(w.tx, w.actor, indicators.TargetDraft{Def: v["def"], Holder: w.n.orgID(v["holder"]), Period: v["period"], Amount: v["amount"], Weight: weight})
	if err != nil {
		return "", err
	}
	w.note(x)
	return x.ID, nil
}

// addAll divides a whole into the rows that name it.
func (w *targeting) addAll(l []kernel.Values) ([]kernel.ID, error) {
	v := l[0]
	whole, err := w.whole(v)
	if err != nil {
		return nil, err
	}
	by := w.way(v)
	parts, order := make([]indicators.Part, len(l)), make([]int, len(l)) // in the order of their periods; rows may stand in any
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(l[a]["period"], l[b]["period"]) })
	for i, at := range order {
		v := l[at]
		weight, _ := strconv.Atoi(v["weight"]) // a whole number, or none
		parts[i] = indicators.Part{Holder: w.n.orgID(v["holder"]), Period: v["period"], Amount: v["amount"], Weight: weight}
		if by == indicators.ByPeriod && parts[i].Holder != whole.Holder {
			return nil, kernel.Invalid(fmt.Sprintf("parts[%d].of", at), t("单位和时期都和上级不同：先分给单位，再分到时期，各写各的行", "neither organisation nor period is that of the whole: split over organisations first, then over periods, in rows of their own"))
		}
	}
	tree, err := w.s.Targets.Repo.Tree(w.tx, whole.Root)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(tree, func(x *indicators.Target) bool { return x.Parent == whole.ID && x.By == by }) {
		return nil, kernel.Invalid("parts[0].of", t("“"+v["of"]+"”已经分解过了，要改请到它的页面上改", "\""+v["of"]+"\" is split already; change it on its page"))
	}
	d, err := w.s.Targets.Split(w.tx, w.actor, whole.ID, 0, by, parts, false)
	if err != nil {
		return nil, splitField(err, order)
	}
	ids := make([]kernel.ID, len(d.Parts))
	for i, x := range d.Parts {
		w.note(x)
		ids[order[i]] = x.ID
	}
	return ids, nil
}

// whole finds the target that parts name; of several the uppermost.
func (w *targeting) whole(v kernel.Values) (*indicators.Target, error) {
	i := strings.LastIndex(v["of"], wholeSign)
	l := w.byKey[targetKey(v["def"], w.n.orgID(v["of"][:i]), v["of"][i+len(wholeSign):])]
	if len(l) == 0 {
		return nil, kernel.Invalid("parts[0].of", t("没有“"+v["of"]+"”的这项目标，请先写上它", "there is no such target of \""+v["of"]+"\"; write it first"))
	}
	for _, x := range l {
		if x.Parent == "" {
			return x, nil
		}
	}
	return l[0], nil
}

// splitField names the column of what does not add up, and the row by its place in the file.
func splitField(err error, order []int) error {
	var e *kernel.Error
	if !errors.As(err, &e) || e.Kind != kernel.KindInvalid {
		return err
	}
	if e.Field == "parts" {
		return kernel.Invalid("parts[0].amount", e.Say)
	}
	var i int
	if n, _ := fmt.Sscanf(e.Field, "parts[%d]", &i); n == 1 && i < len(order) {
		return kernel.Invalid(fmt.Sprintf("parts[%d]%s", order[i], e.Field[strings.IndexByte(e.Field, ']')+1:]), e.Say)
	}
	return err
}

package reports

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

func leafHash(entry string) tlog.Hash { return tlog.RecordHash([]byte(entry)) }

// Order asks for a bulletin.
type Order struct {
	Template string
	Place    kernel.ID // empty: the whole district
	From, To time.Time
	// Auto names a bulletin that is made by itself, so that it is made once.
	Auto string
}

// Prepared is a bulletin that has been counted and waits to be written down.
type Prepared struct {
	Doc     *Doc
	Entries map[string][]Entry
	auto    string
	tpl     *Template
}

// counting makes the figures of one bulletin on one snapshot.
type counting struct {
	s    *Service
	tx   kernel.Tx
	doc  *Doc
	prev *Doc // the one before it, for what only stands now
	root *territory.Place
	out  map[string][]Entry
	// streets names the places right below, by path.
	streets []*territory.Place
}

// Prepare counts a bulletin on one snapshot. Nothing is written yet.
func (s *Service) Prepare(ctx context.Context, actor kernel.Actor, o Order) (*Prepared, error) {
	tpl := s.Templates.Get(o.Template)
	if tpl == nil {
		return nil, kernel.Invalid("template", kernel.T("没有这个模板，请从列表里选", "there is no such template; choose one of the list"))
	}
	if o.From.IsZero() || !o.From.Before(o.To) {
		return nil, kernel.Invalid("from", kernel.T("起始日要早于截止日", "the first day must come before the last"))
	}
	district, err := s.District(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	p := &Prepared{auto: o.Auto, tpl: tpl, Entries: map[string][]Entry{}}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		root, err := s.place(tx, o.Place)
		if err != nil {
			return err
		}
		if err := access.Decide(actor, access.ReportWrite, access.Target{Tenant: tx.Tenant(), Path: root.Path}).Err(); err != nil {
			return err
		}
		if o.From.After(tx.Now()) {
			return kernel.Invalid("from", kernel.T("这段时间还没有开始", "that period has not begun"))
		}
		name := kernel.T(root.Name, root.Name)
		if root.Kind == territory.County {
			name = district
		}
		p.Doc = &Doc{V: DocVersion, Tenant: tx.Tenant(), ID: kernel.NewID(tx.Now()), Template: tpl.ID, TemplateVersion: tpl.Version,
			Title: tpl.Title, Issuer: tpl.Issuer, Place: name, Path: root.Path, From: o.From.UTC(), To: o.To.UTC(), AsOf: tx.Now(),
			Sections: []DocSection{}, Figures: []Figure{}}
		c := &counting{s: s, tx: tx, doc: p.Doc, root: root, out: p.Entries}
		return c.run(tpl)
	})
	return p, err
}

// place gives a place, or the district.
func (s *Service) place(tx kernel.Tx, id kernel.ID) (*territory.Place, error) {
	if id != "" {
		return s.Places.Place(tx, id)
	}
	l, _, err := s.Places.Children(tx, "", kernel.Page{Limit: 1})
	if err == nil && len(l) == 0 {
		err = kernel.NotFound(kernel.T("这个区县还没有地点，请先导入", "the district has no places yet; import them first"))
	}
	if err != nil {
		return nil, err
	}
	return l[0], nil
}

func (c *counting) run(tpl *Template) error {
	var err error
	if c.prev, err = c.s.previous(c.tx, c.doc); err != nil {
		return err
	}
	if err := c.below(); err != nil {
		return err
	}
	c.doc.Title, c.doc.Issuer, c.doc.Headline = c.fill(tpl.Title), c.fill(tpl.Issuer), c.fill(tpl.Headline)
	headed := 0
	for i := range tpl.Sections {
		s, err := c.section(&tpl.Sections[i])
		if err != nil {
			return err
		}
		if len(s.Zh)+len(s.Row)+len(s.Beads) == 0 && s.Table == nil {
			continue
		}
		if s.Heading.Zh != "" {
			headed++
			s.Heading = kernel.T(hanzi(headed)+"、"+s.Heading.Zh, strconv.Itoa(headed)+". "+s.Heading.En)
		}
		c.doc.Sections = append(c.doc.Sections, *s)
	}
	return nil
}

// below finds the places right below that tables and spreads are by.
func (c *counting) below() error {
	p := kernel.Page{Limit: 500}
	for {
		l, next, err := c.s.Places.Children(c.tx, c.root.ID, p)
		if err != nil {
			return err
		}
		for _, x := range l {
			switch x.Kind {
			case territory.Subdistrict, territory.Town, territory.Township, territory.StreetSpecial, territory.Community, territory.Village, territory.VillageOther:
				c.streets = append(c.streets, x)
			default: // compounds and grids are too small to tell of
			}
		}
		if p.After = next; next == "" {
			return nil
		}
	}
}

// hanzi counts as headings do.
func hanzi(n int) string {
	const digits = "零一二三四五六七八九"
	d := []rune(digits)
	switch {
	case n < 10:
		return string(d[n])
	case n < 20:
		return strings.TrimSuffix("十"+string(d[n-10]), "零")
	default:
		return strings.TrimSuffix(string(d[n/10])+"十"+string(d[n%10]), "零")
	}
}

func (c *counting) section(t *Section) (*DocSection, error) {
	s := &DocSection{ID: t.ID, Heading: t.Heading}
	for i := range t.Lines {
		if err := c.line(s, &t.Lines[i]); err != nil {
			return nil, err
		}
	}
	for _, cells := range []struct {
		from []Cell
		to   *[]DocCell
	}{{t.Row, &s.Row}, {t.Beads, &s.Beads}} {
		for _, cell := range cells.from {
			ok, err := c.figure(cell.Key, cell.Spec)
			if err != nil {
				return nil, err
			}
			if ok {
				*cells.to = append(*cells.to, DocCell{Label: c.fill(cell.Label), Figure: cell.Key})
			}
		}
	}
	if t.Table != nil {
		if ok, err := c.figure(t.Table.Key, t.Table.Spec); err != nil {
			return nil, err
		} else if ok {
			s.Table, err = c.table(t.Table)
			return s, err
		}
	}
	return s, nil
}

// line adds a sentence, when all its queries are registered.
func (c *counting) line(s *DocSection, l *Line) error {
	keys := make([]string, 0, len(l.Figures))
	for key, spec := range l.Figures {
		if c.s.Queries.Get(spec.Query) == nil {
			return nil
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		if _, err := c.figure(key, l.Figures[key]); err != nil {
			return err
		}
	}
	s.Zh = append(s.Zh, c.runs(l.Zh, kernel.Chinese)...)
	if len(s.En) > 0 {
		s.En = append(s.En, Run{Text: " "})
	}
	s.En = append(s.En, c.runs(l.En, kernel.English)...)
	return nil
}

func (c *counting) runs(text string, lang kernel.Lang) []Run {
	var out []Run
	for _, p := range pieces(text) {
		switch {
		case p.key == "":
			out = append(out, Run{Text: p.text})
		case slices.Contains(words, p.key):
			out = append(out, Run{Text: c.word(p.key, lang)})
		default:
			out = append(out, Run{Figure: p.key})
		}
	}
	return out
}

func (c *counting) fill(t kernel.Text) kernel.Text {
	in := func(s string, lang kernel.Lang) string {
		var b strings.Builder
		for _, r := range c.runs(s, lang) {
			b.WriteString(r.Text)
		}
		return b.String()
	}
	return kernel.T(in(t.Zh, kernel.Chinese), in(t.En, kernel.English))
}

// word is what stands for one of the words in braces that are no figures.
func (c *counting) word(key string, lang kernel.Lang) string {
	d := c.doc
	switch key {
	case "district":
		return d.Place.In(lang)
	case "from":
		return dayIn(lang, d.From)
	case "to":
		return dayIn(lang, d.To.Add(-time.Millisecond))
	case "asof":
		return dayIn(lang, d.AsOf)
	case "month":
		if lang == kernel.English {
			return d.From.In(kernel.Shanghai).Format("January")
		}
		return strconv.Itoa(int(d.From.In(kernel.Shanghai).Month())) + "月"
	default: // year; n stands in numbers only
		return strconv.Itoa(d.From.In(kernel.Shanghai).Year())
	}
}

// dayIn says a day of Asia/Shanghai.
func dayIn(lang kernel.Lang, t time.Time) string {
	t = t.In(kernel.Shanghai)
	if lang == kernel.English {
		return t.Format("2 January 2006")
	}
	return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
}

// figure counts one figure and commits to what it counted; false when its query is not registered.
func (c *counting) figure(key string, spec Spec) (bool, error) {
	q := c.s.Queries.Get(spec.Query)
	if q == nil {
		return false, nil
	}
	f := Figure{Key: key, Query: q.ID, Version: q.Version, Title: q.Title, Leaves: q.Leaves, Source: q.Source, Unit: q.Unit, Params: spec.Params,
		Path: c.root.Path, Over: q.Over, AsOf: c.doc.AsOf, Share: q.Share, Persons: q.Persons, Rule: spec.Rule}
	if spec.Unit.Zh != "" {
		f.Unit = spec.Unit
	}
	if f.Rule.As == "" {
		f.Rule.As = kernel.Exact
	}
	if q.Over == OverPeriod {
		f.From, f.To = c.doc.From, c.doc.To
	}
	set, err := c.s.setOf(c.tx, q, f.Ask())
	if err != nil {
		return false, fmt.Errorf("%s: %w", q.ID, err)
	}
	if q.Told != nil {
		ask := f.Ask()
		ask.Allow = access.ScopeOf(kernel.System(c.tx.Tenant()), q.Reads)
		told, err := q.Told(c.tx, ask)
		if err != nil {
			return false, fmt.Errorf("%s: %w", q.ID, err)
		}
		f.Rule.tell(told)
	}
	q.mean(&f)
	f.Num, f.Den, f.Size, f.Root = set.tally.Num, set.tally.Den, len(set.entries), set.root()
	f.print()
	if q.Mean == 0 { // an average is not spread over places nor compared
		if err := c.compare(q, &f); err != nil {
			return false, fmt.Errorf("%s: %w", q.ID, err)
		}
	}
	if share, of := q.counts(f.Tally()); q.Persons && hiddenTally(share, of) {
		f.hide()
	} else {
		if q.Mean == 0 {
			c.spread(q, &f, set)
		}
		c.out[key] = set.entries
	}
	c.doc.Figures = append(c.doc.Figures, f)
	return true, nil
}

// print fills in how the figure is printed.
func (f *Figure) print() {
	p := Print(f.Share, f.Unit, f.Rule, f.Tally())
	f.Number, f.Text, f.As, f.Step = p.Number, p.Text, p.Quantity.Qualifier, p.Quantity.Step
}

// fewer is what stands in place of a figure that is too small to be told.
var fewer = kernel.T("少于5"+"", "fewer than 5")

// hide takes out of a figure all that would tell how small it is.
func (f *Figure) hide() {
	f.Hidden, f.Num, f.Den, f.Size, f.Number, f.As, f.Step = true, 0, 0, 0, "", kernel.Exact, 0
	f.Last, f.Year, f.Places, f.Months = nil, nil, nil, nil
	f.Root = "" // over so few records it could be guessed
	f.Text = kernel.T(fewer.Zh+f.Unit.Zh, strings.TrimSpace(fewer.En+" "+plural(f.Unit.En, 2)))
	if f.Share {
		f.Text = kernel.T("人数太少，不公布", "too few to be told")
	}
}

// compare asks the same of the period before and of the same period a year ago. What only stands now cannot be asked of the
// past: for it the bulletin before this one is looked up.
func (c *counting) compare(q *Query, f *Figure) error {
	if q.Over == OverNow {
		if c.prev == nil {
			return nil
		}
		if was := c.prev.Figure(f.Key); was != nil && was.Query == f.Query && was.Version == f.Version && !was.Hidden {
			f.Last = &Past{To: was.AsOf, Num: was.Num, Den: was.Den, Text: was.Text}
		}
		return nil
	}
	last, year := Before(kernel.Period{From: f.From, To: f.To})
	for _, x := range []struct {
		period kernel.Period
		to     **Past
	}{{last, &f.Last}, {year, &f.Year}} {
		a := f.Ask()
		a.Period, a.Allow = x.period, access.ScopeOf(kernel.System(c.tx.Tenant()), q.Reads)
		t, err := q.Count(c.tx, a)
		if err != nil {
			return err
		}
		if q.Persons && hiddenTally(q.Share, t) {
			continue
		}
		*x.to = &Past{From: x.period.From.UTC(), To: x.period.To.UTC(), Num: t.Num, Den: t.Den, Text: Print(q.Share, f.Unit, f.Rule, t).Text}
	}
	return nil
}

// Before gives the period right before one and the same period a year ago. Whole months are followed by as many months.
func Before(p kernel.Period) (last, year kernel.Period) {
	from, to := p.From.In(kernel.Shanghai), p.To.In(kernel.Shanghai)
	year = kernel.Period{From: from.AddDate(-1, 0, 0), To: to.AddDate(-1, 0, 0)}
	first := func(t time.Time) bool { return t.Day() == 1 && t.Hour()+t.Minute()+t.Second()+t.Nanosecond() == 0 }
	if first(from) && first(to) {
		months := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())
		return kernel.Period{From: from.AddDate(0, -months, 0), To: from}, year
	}
	return kernel.Period{From: from.Add(-to.Sub(from)), To: from}, year
}

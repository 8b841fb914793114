package reports

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"sanzhi/internal/kernel"
)

// Template is a kind of bulletin as data. Its file is YAML; docs/reports.md tells it line by line.
type Template struct {
	ID      string `yaml:"template"`
	Version int    `yaml:"version"`
	// Every is "month" for a bulletin that is drafted by itself when a month is over; empty for one that people ask for.
	Every  string      `yaml:"every"`
	Title  kernel.Text `yaml:"title"`
	Issuer kernel.Text `yaml:"issuer"`
	// Number is the form of the number: 三治简〔{year}〕{n}号.
	Number   kernel.Text `yaml:"number"`
	Headline kernel.Text `yaml:"headline"`
	// Awaits names queries of rooms that may not be there; lines that need them appear when they are.
	Awaits   []string  `yaml:"awaits"`
	Sections []Section `yaml:"sections"`
}

// Section is a headed part: sentences, a row of shares, the five beads, or a table by place. Headed parts are counted as 一、二、三.
type Section struct {
	ID      string      `yaml:"id"`
	Heading kernel.Text `yaml:"heading"`
	Lines   []Line      `yaml:"lines"`
	Row     []Cell      `yaml:"row"`
	Beads   []Cell      `yaml:"beads"`
	Table   *Table      `yaml:"table"`
}

// Line is a sentence in both languages, with figures in braces: {issues}. It is left out when a query of its is not
// registered.
type Line struct {
	Zh      string          `yaml:"zh"`
	En      string          `yaml:"en"`
	Figures map[string]Spec `yaml:"figures"`
}

// Cell is a figure under a label.
type Cell struct {
	Key   string      `yaml:"key"`
	Label kernel.Text `yaml:"label"`
	Spec  `yaml:",inline"`
}

// Table is one query by the places right below, with their sum.
type Table struct {
	Key  string `yaml:"key"`
	Spec `yaml:",inline"`
}

// Spec is a named query with its parameters and how its answer is printed.
type Spec struct {
	Query  string            `yaml:"query"`
	Params map[string]string `yaml:"params"`
	// Unit stands in place of the query's own.
	Unit kernel.Text `yaml:"unit"`
	Rule `yaml:",inline"`
}

//go:embed templates/*.yaml
var shipped embed.FS

// Shelf holds the templates by id.
type Shelf struct{ list []*Template }

// Shipped reads the templates that come with the program, linted against the queries that there are.
func Shipped(r *Registry) (*Shelf, error) {
	names, err := fs.Glob(shipped, "templates/*.yaml")
	if err != nil {
		return nil, err
	}
	s := &Shelf{}
	for _, name := range names {
		src, err := shipped.ReadFile(name)
		if err != nil {
			return nil, err
		}
		t, err := ParseTemplate(src)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if l := Lint(t, r); len(l) > 0 {
			return nil, fmt.Errorf("%s: %s: %s", name, l[0].Where, l[0].Say.En)
		}
		s.list = append(s.list, t)
	}
	return s, nil
}

// All gives the templates in the order of their files.
func (s *Shelf) All() []*Template { return slices.Clone(s.list) }

// Get gives a template; nil when there is none.
func (s *Shelf) Get(id string) *Template {
	for _, t := range s.list {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// maxTemplate bounds a template, in bytes.
const maxTemplate = 64 << 10

// ParseTemplate reads a template. Unknown members and anything over 64 KiB are refused.
func ParseTemplate(src []byte) (t *Template, err error) {
	if len(src) > maxTemplate {
		return nil, kernel.TooLarge("", kernel.T("模板太大，最多 64 KB", "the template is too large; at most 64 KB"), nil)
	}
	defer func() {
		if p := recover(); p != nil { // the YAML library walks a document it half understood
			t, err = nil, badTemplate(fmt.Errorf("%v", p))
		}
	}()
	t = &Template{}
	if err := yaml.NewDecoder(bytes.NewReader(src), yaml.Strict()).Decode(t); err != nil {
		return nil, badTemplate(err)
	}
	return t, nil
}

func badTemplate(cause error) error {
	return &kernel.Error{Kind: kernel.KindInvalid, Field: "template", Cause: cause,
		Say: kernel.T("模板读不了，请对照说明检查缩进和字段名", "the template cannot be read; check indents and names of members against the guide")}
}

// Finding is one thing that is wrong with a template.
type Finding struct {
	Where string
	Say   kernel.Text
}

// linter gathers findings.
type linter struct {
	reg   *Registry
	t     *Template
	keys  map[string]bool
	found []Finding
}

func (l *linter) add(where, zh, en string) {
	l.found = append(l.found, Finding{where, kernel.T(zh, en)})
}

func (l *linter) text(where string, t kernel.Text) {
	if t.Zh == "" || t.En == "" {
		l.add(where, "要有中文和英文", "both languages are needed")
	}
}

// words are the places in a text that are no figures.
var words = []string{"district", "from", "to", "asof", "month", "year", "n"}

// Lint checks the sense of a template: texts in both languages, each figure known and used in both, numbers that can be told
// apart.
func Lint(t *Template, r *Registry) []Finding {
	l := &linter{reg: r, t: t, keys: map[string]bool{}}
	if t.ID == "" || t.Version < 1 {
		l.add("template", "要有名字和版本号", "a name and a version are needed")
	}
	if t.Every != "" && t.Every != "month" {
		l.add("every", "只能是 month 或不写", "must be month or left out")
	}
	for where, text := range map[string]kernel.Text{"title": t.Title, "issuer": t.Issuer, "number": t.Number, "headline": t.Headline} {
		l.text(where, text)
	}
	if !strings.Contains(t.Number.Zh, "〔{year}〕{n}号") {
		l.add("number", "发文字号要写成“…〔{year}〕{n}号”", "the number must have the form …〔{year}〕{n}号")
	}
	for _, id := range t.Awaits {
		if r.Get(id) == nil && !validID(id) {
			l.add("awaits", "“"+id+"”不像查询的名字", id+" is no name of a query")
		}
	}
	for i, s := range t.Sections {
		l.section(fmt.Sprintf("sections[%d]", i), &s)
	}
	if len(t.Sections) == 0 {
		l.add("sections", "至少要有一段", "there must be at least one section")
	}
	slices.SortFunc(l.found, func(a, b Finding) int { return strings.Compare(a.Where, b.Where) })
	return l.found
}

func validID(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

func (l *linter) section(where string, s *Section) {
	if s.ID == "" || !validID(s.ID) {
		l.add(where, "每段要有名字", "a section needs a name")
	}
	if s.Heading.Zh != "" || s.Heading.En != "" {
		l.text(where+".heading", s.Heading)
	}
	if len(s.Lines)+len(s.Row)+len(s.Beads) == 0 && s.Table == nil {
		l.add(where, "这一段是空的", "the section is empty")
	}
	for i, line := range s.Lines {
		l.line(fmt.Sprintf("%s.lines[%d]", where, i), &line)
	}
	for i, c := range slices.Concat(s.Row, s.Beads) {
		at := fmt.Sprintf("%s.cells[%d]", where, i)
		l.text(at+".label", c.Label)
		l.figure(at, c.Key, c.Spec)
	}
	if s.Table != nil {
		l.figure(where+".table", s.Table.Key, s.Table.Spec)
	}
}

func (l *linter) line(where string, line *Line) {
	l.text(where, kernel.T(line.Zh, line.En))
	for key, spec := range line.Figures {
		l.figure(where+"."+key, key, spec)
	}
	for lang, text := range map[string]string{"zh": line.Zh, "en": line.En} {
		used := map[string]bool{}
		for _, p := range pieces(text) {
			if p.key == "" || slices.Contains(words, p.key) {
				continue
			}
			used[p.key] = true
			if _, ok := line.Figures[p.key]; !ok {
				l.add(where+"."+lang, "“{"+p.key+"}”没有对应的数", "{"+p.key+"} is no figure of this line")
			}
		}
		for key := range line.Figures {
			if !used[key] {
				l.add(where+"."+lang, "“"+key+"”这个数没有写进句子", "the figure "+key+" does not stand in the sentence")
			}
		}
	}
}

func (l *linter) figure(where, key string, s Spec) {
	switch {
	case key == "" || !validID(key) || slices.Contains(words, key):
		l.add(where, "数的名字只能用小写字母、数字和下划线", "a figure's name has small letters, digits and underscores")
	case l.keys[key]:
		l.add(where, "“"+key+"”用了两次", key+" is there twice")
	}
	l.keys[key] = true
	if s.As != "" && !slices.Contains(kernel.AllQualifiers, s.As) {
		l.add(where, "“"+string(s.As)+"”不是一种说法", string(s.As)+" is no qualifier")
	}
	if (s.As == kernel.AtLeast || s.As == kernel.Nearly || s.As == kernel.About) && s.Keep < 1 {
		l.add(where, "余、近、约要说明留几位（keep）", "余, 近 and 约 must say how many digits they keep")
	}
	if s.Round < 0 || s.Round > 2 || s.Keep < 0 || s.Keep > 6 {
		l.add(where, "小数最多两位，保留位数 1 到 6", "two decimals at most, and one to six digits kept")
	}
	if s.Unit.Zh == "" && s.Unit.En != "" { // English may go without: 5 of them
		l.add(where+".unit", "要有中文和英文", "both languages are needed")
	}
	q := l.reg.Get(s.Query)
	if q == nil {
		if !slices.Contains(l.t.Awaits, s.Query) {
			l.add(where, "没有叫“"+s.Query+"”的查询，也没有写在 awaits 里", "there is no query "+s.Query+", nor is it awaited")
		}
		return
	}
	for name := range s.Params {
		if !slices.Contains(q.Params, name) {
			l.add(where, "查询“"+s.Query+"”没有参数“"+name+"”", "the query "+s.Query+" has no parameter "+name)
		}
	}
}

// piece is a stretch of plain text, or what stands in braces.
type piece struct{ text, key string }

// pieces takes a text apart at its braces.
func pieces(s string) []piece {
	var out []piece
	for s != "" {
		i := strings.IndexByte(s, '{')
		j := strings.IndexByte(s, '}')
		if i < 0 || j < i {
			return append(out, piece{text: s})
		}
		if i > 0 {
			out = append(out, piece{text: s[:i]})
		}
		out = append(out, piece{key: s[i+1 : j]})
		s = s[j+1:]
	}
	return out
}

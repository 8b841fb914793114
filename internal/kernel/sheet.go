package kernel

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// ColumnType is what the cells of a column hold.
type ColumnType string

// The types. A cell is kept as text in its canonical form, which is given beside each.
const (
	ColumnText     ColumnType = "text"     // one line, trimmed
	ColumnLong     ColumnType = "long"     // several lines, trimmed
	ColumnInteger  ColumnType = "integer"  // -12
	ColumnNumber   ColumnType = "number"   // 12.5
	ColumnDate     ColumnType = "date"     // 2023-04-28, a day in Shanghai
	ColumnBool     ColumnType = "bool"     // yes, no
	ColumnChoice   ColumnType = "choice"   // a key of the choices
	ColumnChoices  ColumnType = "choices"  // keys, in the order of the choices, a space between
	ColumnQuantity ColumnType = "quantity" // as FormatQuantity writes it
)

// AllColumnTypes lists the closed set.
var AllColumnTypes = []ColumnType{ColumnText, ColumnLong, ColumnInteger, ColumnNumber, ColumnDate, ColumnBool, ColumnChoice, ColumnChoices, ColumnQuantity}

// Choice is one of the answers that a column takes.
type Choice struct {
	Key  string
	Name Text
}

// Column is one column of a sheet.
type Column struct {
	Key      string
	Name     Text
	Help     Text
	Type     ColumnType
	Choices  []Choice
	Required bool
	Max      int // runes of a text; 200 of a line and 2000 of a long text when left out
	// Personal cells are sealed where they are kept, and shown masked.
	Personal bool
	// Check reads a text further than its type does: it gives the canonical form, or says what is wrong with it.
	Check func(cell string) (string, error)
	// Show gives a cell in its canonical form as people read it, where the type alone cannot.
	Show func(cell string) Text
}

// Values are the cells of one row by the key of their column, each in its canonical form; empty cells are absent.
type Values map[string]string

// Sheet describes a table that people read, fill in, export and import. It is the one description behind a page's form, a
// list, and a file with columns.
type Sheet struct {
	Key     string
	Title   Text
	Columns []Column
}

// Table is a sheet with its rows, in a stable order.
type Table interface {
	Sheet() *Sheet
	Rows(tx Tx) iter.Seq2[Values, error]
}

// Column gives the column with the key, or nil.
func (s *Sheet) Column(key string) *Column {
	for i := range s.Columns {
		if s.Columns[i].Key == key {
			return &s.Columns[i]
		}
	}
	return nil
}

// Head gives the names of the columns in a language, a star behind those that must be filled in.
func (s *Sheet) Head(lang Lang) []string {
	out := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		out[i] = c.Name.In(lang)
		if c.Required {
			out[i] += "*"
		}
	}
	return out
}

// Bind tells which column stands at each place of a file's head: by its key or by its name in either language. A name that
// is not known, a column twice and a required one that is missing are told all at once.
func (s *Sheet) Bind(head []string) ([]*Column, error) {
	out := make([]*Column, len(head))
	var f faults
	for i, h := range head {
		h = strings.TrimSuffix(strings.TrimSpace(h), "*")
		j := slices.IndexFunc(s.Columns, func(c Column) bool { return h == c.Key || h == c.Name.Zh || strings.EqualFold(h, c.Name.En) })
		switch {
		case h == "":
		case j < 0:
			f.add("head."+strconv.Itoa(i+1), T("不认识列“"+h+"”，可以用的列："+strings.Join(s.Head(Chinese), "、"), "unknown column \""+h+"\"; the columns are: "+strings.Join(s.Head(English), ", ")))
		case slices.Contains(out[:i], &s.Columns[j]):
			f.add("head."+strconv.Itoa(i+1), T("列“"+h+"”出现了两次，请留一个", "the column \""+h+"\" stands there twice; keep one"))
		default:
			out[i] = &s.Columns[j]
		}
	}
	for i := range s.Columns {
		if c := &s.Columns[i]; c.Required && !slices.Contains(out, c) {
			f.add("head", T("缺少列“"+c.Name.Zh+"”", "the column \""+c.Name.En+"\" is missing"))
		}
	}
	return out, f.err()
}

// Parse reads the cells of one row by column key, as people write them, into their canonical forms. All faults are told at
// once, each by its column: "due", or "rows[3].due" when the row has a number. A key that is no column is a fault.
func (s *Sheet) Parse(row int, cells map[string]string) (Values, error) {
	v := Values{}
	var f faults
	at := func(key string) string {
		if row > 0 {
			return fmt.Sprintf("rows[%d].%s", row, key)
		}
		return key
	}
	for _, k := range slices.Sorted(mapKeys(cells)) {
		if s.Column(k) == nil {
			f.add(at(k), T("没有“"+k+"”这一项，请去掉", "there is no column \""+k+"\"; leave it out"))
		}
	}
	for i := range s.Columns {
		c := &s.Columns[i]
		got, err := c.parse(cells[c.Key])
		if err != nil {
			f.take(at(c.Key), err)
			continue
		}
		if got != "" {
			v[c.Key] = got
		}
	}
	return v, f.err()
}

// Print gives the cells of a row in the order of the columns, as people read them.
func (s *Sheet) Print(v Values, lang Lang) []string {
	out := make([]string, len(s.Columns))
	for i := range s.Columns {
		out[i] = s.Columns[i].Print(v[s.Columns[i].Key], lang)
	}
	return out
}

// Print gives a cell in its canonical form as people read it.
func (c *Column) Print(cell string, lang Lang) string {
	if cell == "" {
		return ""
	}
	if c.Show != nil {
		return c.Show(cell).In(lang)
	}
	switch c.Type {
	case ColumnBool:
		return map[bool]Text{true: T("是", "yes"), false: T("否", "no")}[cell == "yes"].In(lang)
	case ColumnChoice, ColumnChoices:
		var names []string
		for _, k := range strings.Fields(cell) {
			names = append(names, c.ChoiceName(k).In(lang))
		}
		return strings.Join(names, T("、", ", ").In(lang))
	case ColumnQuantity:
		q, err := ParseQuantity(cell)
		if err != nil {
			return cell
		}
		return q.Text().In(lang)
	default:
		return cell
	}
}

// ChoiceName gives the name of a choice, or the key itself when it is none.
func (c *Column) ChoiceName(key string) Text {
	for _, ch := range c.Choices {
		if ch.Key == key {
			return ch.Name
		}
	}
	return T(key, key)
}

// parse reads one cell.
func (c *Column) parse(cell string) (string, error) {
	cell = strings.TrimSpace(cell)
	if cell == "" {
		if c.Required {
			return "", Invalid("", T("请填“"+c.Name.Zh+"”", "please fill in \""+c.Name.En+"\""))
		}
		return "", nil
	}
	if !utf8.ValidString(cell) || strings.ContainsRune(cell, 0) {
		return "", Invalid("", T("有读不了的字符，请重新输入", "there are characters that cannot be read; type it again"))
	}
	got, err := c.typed(cell)
	if err != nil || c.Check == nil {
		return got, err
	}
	return c.Check(got)
}

// typed reads a cell by the column's type.
func (c *Column) typed(cell string) (string, error) {
	switch c.Type {
	case ColumnInteger, ColumnNumber:
		return c.number(cell)
	case ColumnDate:
		return parseDay(cell)
	case ColumnBool:
		return parseBool(cell)
	case ColumnChoice:
		return c.choice(cell)
	case ColumnChoices:
		return c.choices(cell)
	case ColumnQuantity:
		q, err := ParseQuantity(cell)
		if err != nil {
			return "", err
		}
		return FormatQuantity(q), nil
	default:
		return c.text(cell)
	}
}

func (c *Column) text(cell string) (string, error) {
	most := c.Max
	switch {
	case most > 0:
	case c.Type == ColumnLong:
		most = 2000
	default:
		most = 200
	}
	if c.Type != ColumnLong {
		cell = strings.Join(strings.Fields(cell), " ")
	}
	if n := utf8.RuneCountInString(cell); n > most {
		return "", Invalid("", T(fmt.Sprintf("最多 %d 个字，现在有 %d 个", most, n), fmt.Sprintf("at most %d characters; there are %d", most, n)))
	}
	return cell, nil
}

func (c *Column) number(cell string) (string, error) {
	f, err := strconv.ParseFloat(strings.NewReplacer(",", "", "，", "").Replace(cell), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) || math.Abs(f) > 1e15 {
		return "", Invalid("", T("请填数字，例如 12", "give a number, such as 12"))
	}
	if c.Type == ColumnInteger && f != math.Trunc(f) {
		return "", Invalid("", T("请填整数", "give a whole number"))
	}
	return plainNumber(f), nil
}

func plainNumber(f float64) string { return strconv.FormatFloat(f+0, 'f', -1, 64) }

// choice finds a choice by its key or its name in either language.
func (c *Column) choice(cell string) (string, error) {
	var zh, en []string
	for _, ch := range c.Choices {
		if cell == ch.Key || cell == ch.Name.Zh || strings.EqualFold(cell, ch.Name.En) {
			return ch.Key, nil
		}
		zh, en = append(zh, ch.Name.Zh), append(en, ch.Name.En)
	}
	return "", Invalid("", T("没有“"+cell+"”这一项，可以填："+strings.Join(zh, "、"), "there is no \""+cell+"\"; it may be: "+strings.Join(en, ", ")))
}

func (c *Column) choices(cell string) (string, error) {
	split := strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune("、,，;；|", r) })
	if one, err := c.choice(strings.TrimSpace(cell)); err == nil {
		return one, nil
	}
	if len(split) == 1 {
		split = strings.Fields(cell) // the canonical form
	}
	has := map[string]bool{}
	for _, s := range split {
		k, err := c.choice(strings.TrimSpace(s))
		if err != nil {
			return "", err
		}
		has[k] = true
	}
	var keys []string
	for _, ch := range c.Choices {
		if has[ch.Key] {
			keys = append(keys, ch.Key)
		}
	}
	return strings.Join(keys, " "), nil
}

func parseBool(cell string) (string, error) {
	switch strings.ToLower(cell) {
	case "yes", "true", "1", "是", "有", "y", "√":
		return "yes", nil
	case "no", "false", "0", "否", "无", "没有", "不是", "n", "×":
		return "no", nil
	}
	return "", Invalid("", T("请填“是”或“否”", "give yes or no"))
}

// parseDay reads a day as people and sheets write it.
func parseDay(cell string) (string, error) {
	s := strings.TrimSuffix(strings.NewReplacer("年", "-", "月", "-", "/", "-", ".", "-").Replace(cell), "日")
	t, err := time.ParseInLocation("2006-1-2", s, Shanghai)
	if err != nil || t.Year() < 1900 || t.Year() > 2200 {
		return "", Invalid("", T("请填日期，例如 2023-04-28", "give a date, such as 2023-04-28"))
	}
	return t.Format(time.DateOnly), nil
}

// faults gathers what is wrong with one row or head.
type faults []Error

func (f *faults) add(field string, say Text) {
	*f = append(*f, Error{Kind: KindInvalid, Field: field, Say: say})
}

func (f *faults) take(field string, err error) {
	say := T("填得不对，请改正", "this is not right; please correct it")
	if e, ok := err.(*Error); ok { //nolint:errorlint // what a column says of its own cell
		say = e.Say
	}
	f.add(field, say)
}

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	first := f[0]
	first.More = f[1:]
	return &first
}

func mapKeys(m map[string]string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

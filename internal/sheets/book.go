package sheets

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// book is a workbook that is being written. Texts are written as texts and never as formulas.
type book struct {
	f           *excelize.File
	head, wrong int
	text        int // a style whose cells stay texts
	lang        kernel.Lang
	err         error
}

func (b *book) fail(err error) {
	if b.err == nil && err != nil {
		b.err = kernel.Internal("xlsx", err)
	}
}

func newBook(lang kernel.Lang) *book {
	b := &book{f: excelize.NewFile(), lang: lang}
	var err error
	b.head, err = b.f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F1EEE6"}}, NumFmt: 49})
	b.fail(err)
	b.wrong, err = b.f.NewStyle(&excelize.Style{Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F6D5CF"}}, NumFmt: 49})
	b.fail(err)
	b.text, err = b.f.NewStyle(&excelize.Style{NumFmt: 49})
	b.fail(err)
	return b
}

// sheet writes rows to a new sheet; the first is the head.
func (b *book) sheet(name string, widths []float64, rows func(put func(cells []any))) {
	_, err := b.f.NewSheet(name)
	b.fail(err)
	w, err := b.f.NewStreamWriter(name)
	b.fail(err)
	if b.err != nil {
		return
	}
	for i, x := range widths {
		b.fail(w.SetColWidth(i+1, i+1, x))
		b.fail(w.SetColStyle(i+1, i+1, b.text))
	}
	b.fail(w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
	n := 0
	rows(func(cells []any) {
		n++
		at, err := excelize.CoordinatesToCellName(1, n)
		b.fail(err)
		if n == 1 {
			for i, v := range cells {
				cells[i] = excelize.Cell{StyleID: b.head, Value: v}
			}
		}
		if b.err == nil {
			b.fail(w.SetRow(at, cells))
		}
	})
	b.fail(w.Flush())
}

func (b *book) bytes() ([]byte, error) {
	b.fail(b.f.DeleteSheet("Sheet1"))
	b.f.SetActiveSheet(0)
	if b.err != nil {
		return nil, b.err
	}
	var out bytes.Buffer
	if err := b.f.Write(&out); err != nil {
		return nil, kernel.Internal("xlsx", err)
	}
	return out.Bytes(), b.f.Close()
}

// cellOf writes a cell in its canonical form as people read it.
func cellOf(c *kernel.Column, cell string, lang kernel.Lang) any {
	switch c.Type {
	case kernel.ColumnInteger, kernel.ColumnNumber:
		if f, err := strconv.ParseFloat(cell, 64); err == nil {
			return f
		}
	case kernel.ColumnQuantity: // as it is kept: the words of one language are not read in the other
		return quote(cell)
	}
	if c.Show != nil { // what is shown need not be readable again
		return quote(cell)
	}
	return quote(c.Print(cell, lang))
}

// sheetName keeps a sheet's name within what Excel allows.
func sheetName(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) {
			return -1
		}
		return r
	}, s)
	for utf8.RuneCountInString(s) > 28 {
		s = string([]rune(s)[:28])
	}
	return s
}

func widthOf(c *kernel.Column) float64 {
	switch c.Type {
	case kernel.ColumnLong:
		return 48
	case kernel.ColumnDate, kernel.ColumnBool, kernel.ColumnInteger, kernel.ColumnNumber:
		return 14
	default:
		return 24
	}
}

// workbook writes a sheet with its rows, how to fill it in, and the lists behind its drop-downs.
func (s *Service) workbook(o *Opened, n *Names, lang kernel.Lang, rows func(put func(cells []any))) ([]byte, error) {
	b := newBook(lang)
	sheet := o.Sheet
	widths := make([]float64, len(sheet.Columns))
	for i := range sheet.Columns {
		widths[i] = widthOf(&sheet.Columns[i])
	}
	title := sheetName(sheet.Title.In(lang))
	b.sheet(title, widths, func(put func([]any)) {
		head := make([]any, len(sheet.Columns))
		for i, h := range sheet.Head(lang) {
			head[i] = h
		}
		put(head)
		rows(put)
	})
	b.guide(sheet)
	b.lists(sheet, n, title)
	return b.bytes()
}

var typeNames = map[kernel.ColumnType]kernel.Text{
	kernel.ColumnText: t("文字", "text"), kernel.ColumnLong: t("文字，可以多行", "text, several lines"), kernel.ColumnInteger: t("整数", "whole number"),
	kernel.ColumnNumber: t("数字", "number"), kernel.ColumnDate: t("日期，例如 2023-04-28", "date, such as 2023-04-28"), kernel.ColumnBool: t("是或否", "yes or no"),
	kernel.ColumnChoice: t("选一项", "one of the list"), kernel.ColumnChoices: t("可以选几项，中间用顿号", "one or more, commas between"), kernel.ColumnQuantity: t("数量和单位，例如 1300余名", "a figure with its unit, such as 1300余名"),
}

// guide writes the page that says how to fill the sheet in.
func (b *book) guide(sheet *kernel.Sheet) {
	b.sheet(t("怎么填", "How to fill in").In(b.lang), []float64{24, 12, 28, 80}, func(put func([]any)) {
		put([]any{t("列", "Column").In(b.lang), t("必填", "Required").In(b.lang), t("填什么", "What").In(b.lang), t("说明", "Notes").In(b.lang)})
		for i := range sheet.Columns {
			c := &sheet.Columns[i]
			must := t("否", "no")
			if c.Required {
				must = t("是", "yes")
			}
			notes := []string{}
			if !c.Help.IsZero() {
				notes = append(notes, c.Help.In(b.lang))
			}
			if c.Personal {
				notes = append(notes, t("个人信息：加密保存，导出时只露一部分", "personal: kept sealed, and exported masked").In(b.lang))
			}
			if c.Type == kernel.ColumnChoices || c.Type == kernel.ColumnChoice {
				var l []string
				for _, ch := range c.Choices {
					l = append(l, ch.Name.In(b.lang))
				}
				notes = append(notes, strings.Join(l, t("、", ", ").In(b.lang)))
			}
			put([]any{quote(c.Name.In(b.lang)), must.In(b.lang), typeNames[c.Type].In(b.lang), quote(strings.Join(notes, t("。", ". ").In(b.lang)))})
		}
	})
}

// lists writes what the drop-downs offer, and binds them to their columns.
func (b *book) lists(sheet *kernel.Sheet, n *Names, title string) {
	hidden := t("选项", "Lists").In(b.lang)
	var cols [][]string
	drop := func(at int, values []string, strict bool) {
		if len(values) == 0 || b.err != nil {
			return
		}
		cols = append(cols, values)
		from, err := excelize.CoordinatesToCellName(len(cols), 1, true)
		b.fail(err)
		to, err := excelize.CoordinatesToCellName(len(cols), len(values), true)
		b.fail(err)
		col, err := excelize.ColumnNumberToName(at + 1)
		b.fail(err)
		dv := excelize.NewDataValidation(true)
		dv.Sqref = col + "2:" + col + strconv.Itoa(MostRows+1)
		dv.SetSqrefDropList("'" + hidden + "'!" + from + ":" + to)
		dv.ShowErrorMessage = strict
		if strict {
			dv.SetError(excelize.DataValidationErrorStyleStop, sheet.Columns[at].Name.In(b.lang), t("请从下拉里选一项", "choose one of the list").In(b.lang))
		}
		b.fail(b.f.AddDataValidation(title, dv))
	}
	var places bool
	for i := range sheet.Columns {
		c := &sheet.Columns[i]
		switch {
		case c.Type == kernel.ColumnBool:
			drop(i, []string{t("是", "yes").In(b.lang), t("否", "no").In(b.lang)}, true)
		case c.Type == kernel.ColumnChoice:
			var l []string
			for _, ch := range c.Choices {
				l = append(l, quote(ch.Name.In(b.lang)))
			}
			drop(i, l, true)
		case c.Help == orgHelp:
			var l []string
			for _, o := range n.Orgs {
				l = append(l, quote(n.Org(o.ID)))
			}
			drop(i, l[:min(len(l), 3000)], false)
		case c.Help == placeHelp:
			places = true
		}
	}
	if len(cols) > 0 {
		b.sheet(hidden, nil, func(put func([]any)) { putColumns(cols, put) })
		b.fail(b.f.SetSheetVisible(hidden, false))
	}
	if places {
		b.sheet(t("地点", "Places").In(b.lang), []float64{24, 32, 20}, func(put func([]any)) {
			put([]any{t("代码", "Code").In(b.lang), t("名称", "Name").In(b.lang), t("是什么", "Kind").In(b.lang)})
			for _, p := range n.Places {
				if p.Kind != territory.Building && p.Kind != territory.Entrance {
					put([]any{p.Code, quote(p.Name), p.Kind.Text().In(b.lang)})
				}
			}
		})
	}
}

// putColumns writes lists side by side.
func putColumns(cols [][]string, put func([]any)) {
	for row := 0; ; row++ {
		cells := make([]any, len(cols))
		any := false
		for i, c := range cols {
			if row < len(c) {
				cells[i], any = c[row], true
			}
		}
		if !any {
			return
		}
		put(cells)
	}
}

// Template gives an empty sheet with its drop-downs.
func (s *Service) Template(tx kernel.Tx, actor kernel.Actor, key string, lang kernel.Lang) ([]byte, error) {
	k, err := s.Kind(actor, key)
	if err != nil {
		return nil, err
	}
	o, n, err := s.both(tx, actor, k)
	if err != nil {
		return nil, err
	}
	return s.workbook(o, n, lang, func(func([]any)) {})
}

func (s *Service) both(tx kernel.Tx, actor kernel.Actor, k *Kind) (*Opened, *Names, error) {
	o, err := s.Open(tx, actor, k)
	if err != nil {
		return nil, nil, err
	}
	n, err := s.names(tx)
	return o, n, err
}

// Marked gives a file back with the wrong cells marked, and a column that says what is wrong in the reader's language.
func Marked(sheet *kernel.Sheet, f *File, faults []Fault, lang kernel.Lang) ([]byte, error) {
	b := newBook(lang)
	wide := len(f.Head)
	for wide > 0 && isFaultHead(f.Head[wide-1]) {
		wide--
	}
	byRow := map[int][]Fault{}
	for _, x := range faults {
		byRow[x.Row] = append(byRow[x.Row], x)
	}
	at := map[string]int{}
	if cols, err := sheet.Bind(f.Head[:wide]); err == nil {
		for i, c := range cols {
			if c != nil {
				at[c.Key] = i
			}
		}
	}
	row := func(n int, cells []string) []any {
		out := make([]any, wide+1)
		for i := range wide {
			if i < len(cells) {
				out[i] = quote(cells[i])
			}
		}
		var words []string
		for _, x := range byRow[n] {
			say := x.Say.In(lang)
			if c := sheet.Column(x.Column); c != nil {
				say = c.Name.In(lang) + t("：", ": ").In(lang) + say
				if i, ok := at[x.Column]; ok {
					out[i] = excelize.Cell{StyleID: b.wrong, Value: out[i]}
				}
			}
			words = append(words, say)
		}
		out[wide] = quote(strings.Join(words, t("；", "; ").In(lang)))
		return out
	}
	widths := make([]float64, wide+1)
	for i := range widths {
		widths[i] = 24
	}
	widths[wide] = 80
	b.sheet(sheetName(sheet.Title.In(lang)), widths, func(put func([]any)) {
		head := row(1, f.Head)
		head[wide] = faultHead.In(lang)
		put(head)
		last := 1
		for _, r := range f.Rows {
			for last++; last < r.N; last++ {
				put([]any{nil})
			}
			cells := make([]string, len(r.Cells))
			copy(cells, r.Cells)
			for i, c := range sheet.Columns {
				if k, ok := at[c.Key]; ok && k < len(cells) {
					cells[k] = f.cell(&sheet.Columns[i], cells[k])
				}
			}
			put(row(r.N, cells))
		}
	})
	return b.bytes()
}

var faultHead = t("要改的地方", "What to correct")

func isFaultHead(s string) bool {
	s = strings.TrimSpace(s)
	return s == faultHead.Zh || s == faultHead.En
}

// FileName gives the name under which a workbook is saved.
func FileName(k *Kind, lang kernel.Lang, now time.Time) string {
	return sheetName(k.Title.In(lang)) + " " + now.In(kernel.Shanghai).Format(time.DateOnly) + ".xlsx"
}

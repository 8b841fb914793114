package paper

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"sanzhi/internal/kernel"
)

// book writes sheets row by row. Texts are written as texts: none is ever taken for a formula, whatever it begins with.
type book struct {
	f    *excelize.File
	head int
	err  error
}

func (b *book) fail(err error) {
	if b.err == nil && err != nil {
		b.err = kernel.Internal("xlsx", err)
	}
}

// sheet fills one sheet; widths are those of its columns, the first row is its head.
func (b *book) sheet(name string, widths []float64, rows [][]any) {
	_, err := b.f.NewSheet(name)
	b.fail(err)
	w, err := b.f.NewStreamWriter(name)
	b.fail(err)
	if b.err != nil {
		return
	}
	for i, x := range widths {
		b.fail(w.SetColWidth(i+1, i+1, x))
	}
	for i, row := range rows {
		cells := make([]any, len(row))
		for k, v := range row {
			if s, ok := v.(string); ok {
				v = plain(s)
			}
			cells[k] = v
			if i == 0 {
				cells[k] = excelize.Cell{StyleID: b.head, Value: v}
			}
		}
		at, err := excelize.CoordinatesToCellName(1, i+1)
		b.fail(err)
		b.fail(w.SetRow(at, cells))
	}
	b.fail(w.Flush())
	b.fail(b.f.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
}

// plain leaves out what a workbook cannot hold and puts a sign that is not shown as part of a formula before what begins like one,
// so that a table saved as CSV and opened again is harmless too.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' {
			return -1
		}
		return r
	}, s)
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func (j *Job) xlsx() ([]byte, error) {
	b := &book{f: excelize.NewFile()}
	style, err := b.f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	b.fail(err)
	b.head = style
	text, figures, trace := j.say("简报", "Bulletin"), j.say("数字", "Figures"), j.say("记录", "Records")
	b.sheet(text, []float64{100, 18}, j.textRows())
	b.sheet(figures, []float64{14, 22, 10, 10, 18, 60, 24, 26, 40, 18, 18, 22, 68}, j.figureRows())
	b.sheet(trace, []float64{14, 30, 40, 24, 18, 8, 8}, j.traceRows())
	b.fail(b.f.DeleteSheet("Sheet1"))
	for _, name := range []string{text, figures, trace} {
		b.fail(b.f.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddHeader: "&C" + strings.ReplaceAll(j.mark(), "&", "&&"), OddFooter: "&L" + strings.ReplaceAll(j.foot(), "&", "&&") + "&R&P/&N"}))
	}
	b.fail(b.f.SetDocProps(&excelize.DocProperties{Title: j.Title + " " + j.Number, Creator: "sanzhi", Description: j.foot(),
		Created: j.When.UTC().Format("2006-01-02T15:04:05Z"), Modified: j.When.UTC().Format("2006-01-02T15:04:05Z")}))
	if b.err != nil {
		return nil, b.err
	}
	var out bytes.Buffer
	if err := b.f.Write(&out); err != nil {
		return nil, kernel.Internal("xlsx", err)
	}
	return out.Bytes(), b.f.Close()
}

func (j *Job) textRows() [][]any {
	rows := [][]any{{j.Title, j.Number}, {j.Headline, j.day(j.AsOf)}}
	for i := range j.Sections {
		s := &j.Sections[i]
		if s.Heading != "" {
			rows = append(rows, []any{s.Heading})
		}
		var b strings.Builder
		for _, r := range s.Runs {
			b.WriteString(r.Text)
		}
		if b.Len() > 0 {
			rows = append(rows, []any{b.String()})
		}
		for _, l := range [][]Cell{s.Row, s.Beads, s.Table} {
			for _, c := range l {
				rows = append(rows, []any{c.Label, c.Text})
			}
		}
	}
	for _, n := range append(j.notes(), j.foot()) {
		rows = append(rows, []any{n})
	}
	return rows
}

func (j *Job) figureRows() [][]any {
	rows := [][]any{{j.say("名字", "Name"), j.say("印作", "Printed"), j.say("分子", "Above"), j.say("分母", "Below"), j.say("怎么讲", "Meant"), j.say("数的是什么", "What is counted"),
		j.say("来源", "Source"), j.say("时间", "Time"), j.say("没算", "Left out"), j.say("上期", "Before"), j.say("去年同期", "A year ago"), j.say("算法", "Query"), j.say("记录承诺", "Commitment")}}
	for i := range j.Figures {
		f := &j.Figures[i]
		num, den := any(f.Num), any(f.Den)
		if f.Hidden {
			num, den = "", ""
		}
		rows = append(rows, []any{f.Key, f.Text, num, den, j.meant(f), f.Title, f.Source, j.span(f.From, f.To, f.AsOf), f.Leaves, f.Last, f.Year,
			fmt.Sprintf("%s v%d", f.Query, f.Version), f.Root})
	}
	return rows
}

func (j *Job) traceRows() [][]any {
	rows := [][]any{{j.say("数", "Figure"), j.say("记录编号", "Record"), j.say("是什么", "What"), j.say("在哪里", "Where"), j.say("什么时候", "When"), j.say("分子", "Above"), j.say("分母", "Below")}}
	for i := range j.Figures {
		f := &j.Figures[i]
		for _, r := range f.Records {
			when := ""
			if !r.At.IsZero() {
				when = r.At.In(kernel.Shanghai).Format("2006-01-02 15:04")
			}
			rows = append(rows, []any{f.Key, r.ID, r.Title, r.Near, when, r.Num, r.Den})
		}
	}
	return rows
}

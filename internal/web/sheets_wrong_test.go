package web_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
	"sanzhi/internal/sheets"
)

// wrongCell is what a column of the type does not take.
func wrongCell(c *kernel.Column) string {
	switch c.Type {
	case kernel.ColumnInteger:
		return "1.5"
	case kernel.ColumnNumber:
		return "abc"
	case kernel.ColumnDate:
		return "2023-13-01"
	case kernel.ColumnBool:
		return "也许"
	case kernel.ColumnChoice, kernel.ColumnChoices:
		return "没有这一项"
	case kernel.ColumnQuantity:
		return "许多"
	}
	most := c.Max
	if most == 0 {
		most = map[kernel.ColumnType]int{kernel.ColumnText: 200, kernel.ColumnLong: 2000}[c.Type]
	}
	return strings.Repeat("长", most+1)
}

// A wrong cell of each column of each sheet is told at its row and column in both languages, and marked in the sheet that is given back.
func TestEveryWrongCell(t *testing.T) {
	d := newDesk(t)
	kinds := map[kernel.ColumnType]bool{}
	for _, key := range d.keys() {
		t.Run(key, func(t *testing.T) {
			d.t = t
			k, err := d.s.Kind(d.actor, key)
			if err != nil {
				t.Fatal(err)
			}
			var sheet *kernel.Sheet
			d.do(func(tx kernel.Tx) error {
				o, err := d.s.Open(tx, d.actor, k)
				if err == nil {
					sheet = o.Sheet
				}
				return err
			})
			template := d.template(key, kernel.English)
			for i := range sheet.Columns {
				c := &sheet.Columns[i]
				if i == 0 {
					continue // the system number
				}
				kinds[c.Type] = true
				cells := []string{wrongCell(c)}
				if c.Required {
					cells = append(cells, " ")
				}
				if strings.Contains(c.Help.En, "The name, of the list") || strings.Contains(c.Help.En, "The code, with") {
					cells = append(cells, "没有这个")
				}
				for _, cell := range cells {
					d.wrong(sheet, key, template, i, cell)
				}
			}
		})
	}
	for _, k := range kernel.AllColumnTypes {
		if !kinds[k] {
			t.Errorf("no sheet has a column of type %s", k)
		}
	}
}

// wrong sends the rows of a sheet with one cell wrong in the second.
func (d *desk) wrong(sheet *kernel.Sheet, key string, template []byte, column int, cell string) {
	d.t.Helper()
	c := sheet.Columns[column]
	bad := slices.Clone(every[key][0])
	bad[column-1] = cell
	file := d.fillIn(template, [][]string{bad})
	out := d.try(key, file, true)
	at := slices.IndexFunc(out.Faults, func(f sheets.Fault) bool { return f.Row == 2 && f.Column == c.Key })
	if at < 0 {
		d.t.Errorf("%q in %s: %+v", few(cell), c.Key, out.Faults)
		return
	}
	say := out.Faults[at].Say
	if say.Zh == "" || say.En == "" || say.Zh == say.En {
		d.t.Errorf("%s: said %+v", c.Key, say)
	}
	f, err := sheets.ReadFile(file)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, lang := range []kernel.Lang{kernel.Chinese, kernel.English} {
		data, err := sheets.Marked(sheet, f, out.Faults, lang)
		if err != nil {
			d.t.Fatal(err)
		}
		x, err := excelize.OpenReader(bytes.NewReader(data))
		if err != nil {
			d.t.Fatal(err)
		}
		name := x.GetSheetList()[0]
		rows, err := x.GetRows(name)
		if err != nil {
			d.t.Fatal(err)
		}
		words := rows[1][len(rows[1])-1]
		if len(rows[1]) != len(sheet.Columns)+1 || !strings.Contains(words, c.Name.In(lang)) || !strings.Contains(words, say.In(lang)) {
			d.t.Errorf("%s: the sheet given back says %q", c.Key, words)
		}
		for i := range sheet.Columns {
			pos, _ := excelize.CoordinatesToCellName(i+1, 2)
			style, err := x.GetCellStyle(name, pos)
			if err != nil {
				d.t.Fatal(err)
			}
			st, err := x.GetStyle(style)
			if err != nil {
				d.t.Fatal(err)
			}
			red := slices.Contains(st.Fill.Color, "F6D5CF")
			told := slices.ContainsFunc(out.Faults, func(f sheets.Fault) bool { return f.Column == sheet.Columns[i].Key })
			if red != told {
				d.t.Errorf("%s: %s marked %v, told %v", c.Key, pos, red, told)
			}
		}
	}
}

func few(s string) string {
	if len(s) > 30 {
		return s[:30] + "…"
	}
	return s
}

// Any rows at all: what is exported and brought in again, here or elsewhere, is what it was.
func TestExportAndBack(t *testing.T) {
	here, there := newDesk(t), newDesk(t)
	n := 0
	text := rapid.StringOfN(rapid.SampledFrom([]rune("=+-@'\"<>&_x0041 \t\n,|；、中a1*𠮷")), 1, 20, -1).Filter(func(s string) bool { return strings.TrimSpace(s) != "" })
	rapid.Check(t, func(r *rapid.T) {
		n++
		rows := [][]string{}
		for i := range rapid.IntRange(1, 5).Draw(r, "rows") {
			rows = append(rows, []string{rapid.SampledFrom([]string{"小桥居委会", "城管局"}).Draw(r, "org"), "", fmt.Sprintf("%s%d.%d", text.Draw(r, "title"), n, i),
				rapid.OneOf(rapid.Just(""), text).Draw(r, "detail"), rapid.OneOf(rapid.Just(""), text).Draw(r, "basis")})
		}
		lang := rapid.SampledFrom([]kernel.Lang{kernel.Chinese, kernel.English}).Draw(r, "lang")
		done := here.try("duty", here.fillIn(here.template("duty", lang), rows), false)
		if done.Added != len(rows) || len(done.Faults) > 0 {
			r.Fatalf("%+v", done)
		}
		export := here.export("duty", lang)
		if again := here.try("duty", export, true); again.Same != again.Rows {
			r.Fatalf("brought in again: %+v", again)
		}
		if got := there.try("duty", export, false); got.Added != len(rows) {
			r.Fatalf("brought in elsewhere: %+v", got)
		}
		if a, b := here.rows(here.export("duty", lang), false), there.rows(there.export("duty", lang), false); !slices.EqualFunc(a, b, slices.Equal) {
			r.Fatalf("here %q, there %q", a, b)
		}
	})
}

package sheets

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

// archive packs parts as they are.
func archive(t *testing.T, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// plainBook are the parts of a workbook with one sheet.
func plainBook(rows string) map[string]string {
	return map[string]string{
		"[Content_Types].xml":        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
		"_rels/.rels":                `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + rows + `</sheetData></worksheet>`,
	}
}

const oneRow = `<row r="1"><c r="A1" t="inlineStr"><is><t>名称</t></is></c></row>`

func TestReadFile(t *testing.T) {
	f, err := ReadFile(archive(t, plainBook(oneRow+`<row r="3"><c r="B3" t="inlineStr"><is><t>'=1+1</t></is></c></row>`)))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Rows) != 1 || f.Rows[0].N != 3 || f.Rows[0].Cells[1] != "=1+1" {
		t.Errorf("read %+v", f)
	}
}

func TestHostileFiles(t *testing.T) {
	with := func(name, text string) []byte {
		p := plainBook(oneRow)
		p[name] = text
		return archive(t, p)
	}
	good := archive(t, plainBook(oneRow))
	wide := strings.Builder{}
	for i := range 200 {
		at, _ := excelize.CoordinatesToCellName(i+1, 1)
		fmt.Fprintf(&wide, `<c r="%s"><v>1</v></c>`, at)
	}
	for _, c := range []struct {
		name string
		data []byte
		kind kernel.Kind
		say  kernel.Text
	}{
		{"no zip", []byte("name,phone\n"), kernel.KindInvalid, sayNoXLSX},
		{"empty", nil, kernel.KindInvalid, sayNoXLSX},
		{"truncated", good[:len(good)/2], kernel.KindInvalid, sayNoXLSX},
		{"another zip", archive(t, map[string]string{"a.txt": "b"}), kernel.KindInvalid, sayNoXLSX},
		{"too large", make([]byte, MostBytes+1), kernel.KindTooLarge, kernel.Text{}},
		{"zip bomb", with("xl/media/a.bin", strings.Repeat("0", mostUnpacked+1)), kernel.KindInvalid, sayHuge},
		{"macros", with("xl/vbaProject.bin", "x"), kernel.KindInvalid, sayActive},
		{"macros in another case", with("XL/VBAPROJECT.BIN", "x"), kernel.KindInvalid, sayActive},
		{"external link", with("xl/externalLinks/externalLink1.xml", "<x/>"), kernel.KindInvalid, sayActive},
		{"entities", with("xl/sharedStrings.xml", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><sst/>`), kernel.KindInvalid, sayActive},
		{"doctype across a block", with("xl/styles.xml", strings.Repeat(" ", 64<<10-5)+`<!DOCTYPE a>`), kernel.KindInvalid, sayActive},
		{"wide", archive(t, plainBook(`<row r="1">`+wide.String()+`</row>`)), kernel.KindInvalid, sayWide},
		{"a column beyond the last", archive(t, plainBook(`<row r="1"><c r="ZZZZZ1"><v>1</v></c></row>`)), kernel.KindInvalid, sayNoXLSX},
		{"broken", archive(t, plainBook(`<row r="1"><c r="A1"><v>`)), kernel.KindInvalid, kernel.Text{}},
		{"outside", with("xl/../../etc/passwd", "x"), kernel.KindInvalid, sayNoXLSX},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadFile(c.data)
			if !kernel.Is(err, c.kind) {
				t.Fatalf("got %v, want %s", err, c.kind)
			}
			if e, ok := err.(*kernel.Error); !c.say.IsZero() && (!ok || e.Say != c.say) { //nolint:errorlint // as it is given
				t.Errorf("said %v", err)
			}
		})
	}
}

// What is quoted is no formula for any reader of tables, and reads back as what it was.
func TestQuote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("'=+-@\t a中1"))).Draw(t, "s")
		q := quote(s)
		if dangerous(q) {
			t.Fatalf("%q stays a formula", q)
		}
		if got := unquote(q); got != s {
			t.Fatalf("%q became %q by way of %q", s, got, q)
		}
	})
}

func TestMarked(t *testing.T) {
	sheet := &kernel.Sheet{Title: kernel.T("表", "Sheet"), Columns: []kernel.Column{{Key: "name", Name: kernel.T("名称", "Name"), Type: kernel.ColumnText}}}
	f := &File{Head: []string{"名称"}, Rows: []FileRow{{4, []string{"=x"}}}}
	data, err := Marked(sheet, f, []Fault{{4, "name", kernel.T("请改", "correct it")}}, kernel.English)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadFile(data)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Head, []string{"名称", "What to correct"}) || len(got.Rows) != 1 || got.Rows[0].N != 4 || !slices.Equal(got.Rows[0].Cells, []string{"=x", "Name: correct it"}) {
		t.Errorf("marked: %+v", got)
	}
}

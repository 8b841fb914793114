package sheets

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

// archive packs parts as they are.
func archive(t testing.TB, parts map[string]string) []byte {
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

// hostile are files as somebody might send them to do harm, or by mistake.
func hostile(t testing.TB) []struct {
	name string
	data []byte
	kind kernel.Kind
	say  kernel.Text
} {
	with := func(name, text string) []byte {
		p := plainBook(oneRow)
		p[name] = text
		return archive(t, p)
	}
	rows := func(xml string) []byte { return archive(t, plainBook(xml)) }
	good := archive(t, plainBook(oneRow))
	many := func(n int, row string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, row, i+1)
		}
		return b.String()
	}
	shared := plainBook(`<row r="1"><c r="A1" t="s"><v>0</v></c></row>` + many(9_000, `<row><c t="s"><v>0</v></c><c t="s"><v>0</v></c><!-- %d --></row>`))
	shared["xl/_rels/workbook.xml.rels"] = strings.Replace(shared["xl/_rels/workbook.xml.rels"], "</Relationships>",
		`<Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>`, 1)
	shared["xl/sharedStrings.xml"] = `<sst><si><t>` + strings.Repeat("哈", 10_000) + `</t></si></sst>`
	type c = struct {
		name string
		data []byte
		kind kernel.Kind
		say  kernel.Text
	}
	no := func(name string, say kernel.Text, data []byte) c { return c{name, data, kernel.KindInvalid, say} }
	return []c{
		no("no zip", sayNoXLSX, []byte("name,phone\n")),
		no("empty", sayNoXLSX, nil),
		no("truncated", sayNoXLSX, good[:len(good)/2]),
		no("another zip", sayNoXLSX, archive(t, map[string]string{"a.txt": "b"})),
		{"too large", make([]byte, MostBytes+1), kernel.KindTooLarge, kernel.Text{}},
		no("zip bomb", sayHuge, with("xl/media/a.bin", strings.Repeat("0", mostUnpacked+1))),
		no("zip bomb that lies about its size", sayNoXLSX, liar(t, mostUnpacked+1)),
		no("thousands of parts", sayHuge, archive(t, manyParts(5_000))),
		no("macros", sayActive, with("xl/vbaProject.bin", "x")),
		no("macros in another case", sayActive, with("XL/VBAPROJECT.BIN", "x")),
		no("macros by type", sayActive, with("[Content_Types].xml", `<Types><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>`)),
		no("external link", sayActive, with("xl/externalLinks/externalLink1.xml", "<x/>")),
		no("query", sayActive, with("xl/connections.xml", "<x/>")),
		no("billion laughs in the texts", sayActive, with("xl/sharedStrings.xml", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><sst/>`)),
		no("an entity of its own", sayActive, rows(`<row r="1"><c r="A1" t="str"><v>&laugh;</v></c></row>`)),
		no("doctype far in", sayActive, with("xl/styles.xml", strings.Repeat(" ", 64<<10-5)+`<!DOCTYPE a>`)),
		no("another encoding", sayOdd, with("xl/workbook.xml", "\xff\xfe<\x00a\x00/\x00>\x00")),
		no("locked", sayLocked, append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"...)),
		no("of before 2007", sayOld, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Workbook")),
		no("1048576 rows", sayHuge, rows(many(1<<20, `<row r="%d"><c><v>1</v></c></row>`))),
		no("200000 rows", sayLong, rows(many(200_000, `<row r="%d"><c><v>1</v></c></row>`))),
		no("a row far down", sayLong, rows(oneRow+`<row r="1048576"><c><v>1</v></c></row>`)),
		no("16384 columns", sayWide, rows(`<row r="1">`+many(16_384, `<c><v>%d</v></c>`)+`</row>`)),
		no("16384 columns, the last alone", sayWide, rows(`<row r="1"><c r="XFD1"><v>1</v></c></row>`)),
		no("a column beyond the last", sayOdd, rows(`<row r="1"><c r="ZZZZZ1"><v>1</v></c></row>`)),
		no("a cell twice", sayOdd, rows(`<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>1</v></c></row>`)),
		no("rows that go back", sayOdd, rows(`<row r="2"/><row r="1"/>`)),
		no("a huge cell", kernel.Text{}, rows(`<row r="1"><c r="A1" t="inlineStr"><is><t>`+strings.Repeat("x", 20<<20)+`</t></is></c></row>`)),
		no("one long text in each cell", sayHuge, archive(t, shared)),
		no("deep", sayOdd, rows(strings.Repeat("<a>", 1_000_000)+strings.Repeat("</a>", 1_000_000))),
		no("elements that cross", sayOdd, rows(`<row r="1"><c></row></c>`)),
		no("broken", sayOdd, rows(`<row r="1"><c r="A1"><v>`)),
		no("a text that is not there", sayOdd, rows(`<row r="1"><c r="A1" t="s"><v>7</v></c></row>`)),
		no("outside", sayOdd, with("xl/../../etc/passwd", "x")),
		no("a part twice", sayOdd, twice(t)),
		no("only empty rows", sayHuge, rows(many(1<<20, `<row r="%d"><c s="1"/></row>`))),
	}
}

func manyParts(n int) map[string]string {
	p := plainBook(oneRow)
	for i := range n {
		p[fmt.Sprintf("xl/a%d.xml", i)] = "<a/>"
	}
	return p
}

// twice is a workbook whose sheet is there twice, of which one program may read the first and another the second.
func twice(t testing.TB) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	p := plainBook(oneRow)
	for _, name := range append(slices.Sorted(maps.Keys(p)), "xl/worksheets/sheet1.xml") {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(p[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// liar says that its sheet has ten bytes.
func liar(t testing.TB, size int) []byte {
	var packed bytes.Buffer
	d, err := flate.NewWriter(&packed, 9)
	if err == nil {
		_, err = d.Write(bytes.Repeat([]byte(" "), size))
	}
	if err != nil || d.Close() != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range plainBook(oneRow) {
		h := &zip.FileHeader{Name: name, Method: zip.Store, UncompressedSize64: uint64(len(text)), CompressedSize64: uint64(len(text)), CRC32: crc32.ChecksumIEEE([]byte(text))}
		body := []byte(text)
		if strings.HasSuffix(name, "sheet1.xml") {
			h.Method, h.UncompressedSize64, h.CompressedSize64, body = zip.Deflate, 10, uint64(packed.Len()), packed.Bytes()
		}
		w, err := z.CreateRaw(h)
		if err == nil {
			_, err = w.Write(body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHostileFiles(t *testing.T) {
	for _, c := range hostile(t) {
		t.Run(c.name, func(t *testing.T) {
			begin := time.Now()
			_, err := ReadFile(c.data)
			t.Logf("%d KB, %v: %v", len(c.data)>>10, time.Since(begin), err)
			if !kernel.Is(err, c.kind) {
				t.Fatalf("got %v, want %s", err, c.kind)
			}
			if e, ok := err.(*kernel.Error); !ok || e.Say.Zh == "" || e.Say.En == "" || !c.say.IsZero() && e.Say != c.say { //nolint:errorlint // as it is given
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

// Whatever excelize writes, as shared texts or in the cells, is read as it was meant.
func TestReadsWhatExcelizeWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("a中<>&\"'_x00410D \n哈𠮷"))).Filter(func(s string) bool { return strings.TrimSpace(s) != "" })
		want := rapid.SliceOfN(rapid.SliceOfN(text, 1, 5), 1, 6).Draw(t, "rows")
		stream := rapid.Bool().Draw(t, "stream")
		f := excelize.NewFile()
		var w *excelize.StreamWriter
		var err error
		if stream {
			if w, err = f.NewStreamWriter("Sheet1"); err != nil {
				t.Fatal(err)
			}
		}
		for i, r := range want {
			at, _ := excelize.CoordinatesToCellName(1, i+1)
			cells := make([]any, len(r))
			for j := range r {
				cells[j] = r[j]
			}
			if stream {
				err = w.SetRow(at, cells)
			} else {
				err = f.SetSheetRow("Sheet1", at, &cells)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if stream {
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		var b bytes.Buffer
		if err := f.Write(&b); err != nil {
			t.Fatal(err)
		}
		got, err := ReadFile(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		rows := [][]string{got.Head}
		for _, r := range got.Rows {
			rows = append(rows, r.Cells)
		}
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	})
}

func TestCellValues(t *testing.T) {
	for _, c := range []struct{ cell, want string }{
		{`<c><v>13800001234</v></c>`, "13800001234"}, {`<c t="n"><v>1.3800001234E10</v></c>`, "13800001234"}, {`<c><v>0.30000000000000004</v></c>`, "0.3"},
		{`<c><v>12.350000000000001</v></c>`, "12.35"}, {`<c t="b"><v>1</v></c>`, "TRUE"}, {`<c t="d"><v>2023-04-28T00:00:00</v></c>`, "2023-04-28"}, {`<c t="str"><f>A1</f><v>a&amp;b</v></c>`, "a&b"},
		{`<c><f>1+1</f></c>`, ""}, {`<c t="inlineStr"><is><r><t>一</t></r><r><rPr><b/></rPr><t>二</t></r><rPh sb="0" eb="1"><t>yi</t></rPh></is></c>`, "一二"},
		{`<x:c t="inlineStr"><x:is><x:t><![CDATA[<a>&lt;]]></x:t></x:is></x:c>`, "<a>&lt;"}, {`<c t="str"><v>a_x000D_&#10;b&#x4e2d;</v></c>`, "a\nb中"},
	} {
		f, err := ReadFile(archive(t, plainBook(`<row><c><v>1</v></c></row><row><c><v>9</v></c>`+c.cell+`</row>`)))
		if err != nil {
			t.Errorf("%s: %v", c.cell, err)
			continue
		}
		got := ""
		if l := f.Rows[0].Cells; len(l) > 1 {
			got = l[1]
		}
		if got != c.want {
			t.Errorf("%s is %q, want %q", c.cell, got, c.want)
		}
	}
}

// What somebody sends never makes the reader fall or keep more than it may.
func FuzzReadFile(f *testing.F) {
	for _, c := range hostile(f) {
		if len(c.data) < 1<<16 {
			f.Add(c.data)
		}
	}
	f.Add(archive(f, plainBook(oneRow)))
	f.Fuzz(func(t *testing.T, data []byte) { bounded(t, data) })
}

// FuzzSheet looks behind the zip.
func FuzzSheet(f *testing.F) {
	f.Add(oneRow, `<sst><si><t>a</t></si></sst>`)
	f.Add(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="b"><v>1</v></c></row><row><c t="e"><v>#REF!</v></c></row>`, `<sst><si><r><t>一</t></r><rPh><t>x</t></rPh></si></sst>`)
	f.Add(`<row><c t="inlineStr"><is><t><![CDATA[x]]></t></is></c></row>`, `<a`)
	f.Fuzz(func(t *testing.T, rows, texts string) {
		p := plainBook(rows)
		p["xl/sharedStrings.xml"] = texts
		p["xl/_rels/workbook.xml.rels"] = strings.Replace(p["xl/_rels/workbook.xml.rels"], "</Relationships>", `<Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`, 1)
		bounded(t, archive(t, p))
	})
}

func bounded(t *testing.T, data []byte) {
	f, err := ReadFile(data)
	if err != nil {
		if !kernel.Is(err, kernel.KindInvalid) && !kernel.Is(err, kernel.KindTooLarge) {
			t.Fatalf("%v", err)
		}
		return
	}
	total := 0
	for _, r := range append([]FileRow{{1, f.Head}}, f.Rows...) {
		if len(r.Cells) == 0 || len(r.Cells) > mostCells {
			t.Fatalf("row %d has %d cells", r.N, len(r.Cells))
		}
		for _, c := range r.Cells {
			total += len(c)
		}
	}
	if len(f.Rows) > MostRows || total > mostText {
		t.Fatalf("%d rows, %d bytes", len(f.Rows), total)
	}
}

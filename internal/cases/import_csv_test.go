package cases

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

type tableRow struct {
	Line   int
	Fields []string
	Say    string
}

func readTable(t testing.TB, text, delimiter, encoding string) (header []string, rows []tableRow, err error) {
	t.Helper()
	tab, err := newTable(strings.NewReader(text), delimiter, encoding)
	if err != nil {
		return nil, nil, err
	}
	for {
		fields, line, say, err := tab.next()
		if errors.Is(err, io.EOF) {
			return tab.header, rows, nil
		}
		if err != nil {
			return tab.header, rows, err
		}
		if !say.IsZero() {
			fields = nil
		}
		rows = append(rows, tableRow{line, fields, say.En})
	}
}

func TestTablesOfManySystems(t *testing.T) {
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String("编号,事由\n1,路灯不亮\n")
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("编号\t事由\r\n1\t路灯不亮\r\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, text, delimiter, encoding string
		header                          []string
		rows                            []tableRow
	}{
		{"plain", "a,b\n1,2\n3,4\n", "comma", "utf-8", []string{"a", "b"}, []tableRow{{2, []string{"1", "2"}, ""}, {3, []string{"3", "4"}, ""}}},
		{"no last line end", "a,b\n1,2", "comma", "utf-8", []string{"a", "b"}, []tableRow{{2, []string{"1", "2"}, ""}}},
		{"mark, CR LF, semicolons, quotes", "\ufeff\"a\"; b \r\n\"1;\r\nx\"\"y\";2\r\n\r\n3;\r\n", "semicolon", "utf-8", []string{"a", "b"},
			[]tableRow{{2, []string{"1;\r\nx\"y", "2"}, ""}, {5, []string{"3", ""}, ""}}},
		{"lone CR", "a,b\r1,2\r3,4", "comma", "utf-8", []string{"a", "b"}, []tableRow{{2, []string{"1", "2"}, ""}, {3, []string{"3", "4"}, ""}}},
		{"tabs", "a\tb\n1\t2,5\n", "tab", "utf-8", []string{"a", "b"}, []tableRow{{2, []string{"1", "2,5"}, ""}}},
		{"a quote inside a field", "a|b\n12\" pipe|2\n", "pipe", "utf-8", []string{"a", "b"}, []tableRow{{2, []string{"12\" pipe", "2"}, ""}}},
		{"empty quotes", "a,b\n\"\",\"\"\n", "comma", "utf-8", []string{"a", "b"}, []tableRow{{2, []string{"", ""}, ""}}},
		{"gb18030", gbk, "comma", "gb18030", []string{"编号", "事由"}, []tableRow{{2, []string{"1", "路灯不亮"}, ""}}},
		{"utf-16", wide, "tab", "utf-16", []string{"编号", "事由"}, []tableRow{{2, []string{"1", "路灯不亮"}, ""}}},
		{"windows-1252", "a,b\n1,caf\xe9 \x80\n", "comma", "windows-1252", []string{"a", "b"}, []tableRow{{2, []string{"1", "café €"}, ""}}},
		{"rows that do not fit are told and passed over", "a,b\n1\n1,2,3\n\"x\"y,2\n\xff,2\n5,6\n", "comma", "utf-8", []string{"a", "b"}, []tableRow{
			{2, nil, "has 1 columns and the header has 2; check the delimiter and the quotes"}, {3, nil, "has 3 columns and the header has 2; check the delimiter and the quotes"},
			{4, nil, "something follows a closing quote; check the quotes"}, {5, nil, "has text that cannot be read; check file.encoding (utf-8, utf-16, gb18030, windows-1252)"},
			{6, []string{"5", "6"}, ""}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			header, rows, err := readTable(t, tt.text, tt.delimiter, tt.encoding)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.header, header) + cmp.Diff(tt.rows, rows); d != "" {
				t.Error(d)
			}
		})
	}
}

// endless gives the same bytes for ever, and counts.
type endless struct {
	text string
	read int
}

func (e *endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		n += copy(p[n:], e.text)
	}
	e.read += n
	return n, nil
}

func TestHostileTablesAreRefusedSoon(t *testing.T) {
	for _, tt := range []struct {
		name string
		head string
		then string // without end
		line string
		most int // bytes that may be read before the refusal
	}{
		{"a line without end", "a,b\n1,2\n", "x", "line 3", 2 << 20},
		{"a header without end", "", "x", "line 1", 2 << 20},
		{"a quote that is never closed", "a,b\n1,2\n3,\"", "x\n", "line 3", 2 << 20},
		{"columns without end", "a,b\n1,2\n", "1,", "line 3", 1 << 20},
		{"NUL bytes", "a,b\n1,2\n", "\x00", "line 3", 1 << 20},
	} {
		t.Run(tt.name, func(t *testing.T) {
			source := &endless{text: tt.then}
			tab, err := newTable(io.MultiReader(strings.NewReader(tt.head), source), "comma", "utf-8")
			for err == nil {
				_, _, _, err = tab.next()
			}
			var k *kernel.Error
			if !errors.As(err, &k) || k.Kind != kernel.KindMalformed || k.Field != tt.line || k.Say.Zh == "" {
				t.Errorf("gives %v, want a malformed %s", err, tt.line)
			}
			if source.read > tt.most {
				t.Errorf("%d bytes were read first", source.read)
			}
		})
	}
	for name, text := range map[string]string{"nothing": "", "only a mark": "\ufeff", "a quote open at the end": "a,\"b\nc"} {
		if _, _, err := readTable(t, text, "comma", "utf-8"); !kernel.Is(err, kernel.KindMalformed) {
			t.Errorf("%s gives %v", name, err)
		}
	}
}

// TestTableReadsWhatIsWritten: what encoding/csv writes reads back as it was.
func TestTableReadsWhatIsWritten(t *testing.T) {
	field := rapid.OneOf(rapid.StringOfN(rapid.RuneFrom([]rune("ab \",;\n\t'小桥é")), 0, 8, -1), rapid.SampledFrom([]string{"", "\"", "\"\"", "\n", ","}))
	rapid.Check(t, func(r *rapid.T) {
		cols := rapid.IntRange(2, 5).Draw(r, "columns")
		rows := rapid.SliceOfN(rapid.SliceOfN(field, cols, cols), 1, 6).Draw(r, "rows")
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.UseCRLF = rapid.Bool().Draw(r, "crlf")
		header := make([]string, cols)
		for i := range header {
			header[i] = "h" + string(rune('a'+i))
		}
		if err := w.Write(header); err != nil {
			r.Fatal(err)
		}
		if err := w.WriteAll(rows); err != nil {
			r.Fatal(err)
		}
		_, got, err := readTable(t, b.String(), "comma", "utf-8")
		if err != nil {
			r.Fatal(err)
		}
		var fields [][]string
		for _, x := range got {
			for i := range x.Fields {
				x.Fields[i] = strings.ReplaceAll(x.Fields[i], "\r\n", "\n") // the writer turns line ends inside fields
			}
			fields = append(fields, x.Fields)
		}
		if d := cmp.Diff(rows, fields); d != "" {
			r.Fatalf("%q: %s", b.String(), d)
		}
	})
}

// FuzzTable: any bytes are read to an end or refused, lines only grow, and every row that is taken fits the header.
func FuzzTable(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\ufeffa;b\r\n\"x\"\"\";\"\r\n\"\r\n", "a\n\"", "a,b\r1,2\r", "a,b\n\xff,\x00\n", "a,b\n\"x\"y,1\n\n,\n"} {
		f.Add(s, uint8(0))
	}
	f.Fuzz(func(t *testing.T, text string, how uint8) {
		delimiter := []string{"comma", "semicolon", "tab", "pipe"}[how%4]
		encoding := []string{"utf-8", "utf-16", "gb18030", "windows-1252"}[how/4%4]
		header, rows, err := readTable(t, text, delimiter, encoding)
		if err != nil {
			var k *kernel.Error
			if !errors.As(err, &k) || k.Kind != kernel.KindMalformed || !strings.HasPrefix(k.Field, "line ") || k.Say.Zh == "" || k.Say.En == "" {
				t.Fatalf("%v", err)
			}
		}
		last := 1
		for _, r := range rows {
			if r.Line <= last {
				t.Fatalf("line %d after %d", r.Line, last)
			}
			last = r.Line
			if r.Say == "" && len(r.Fields) != len(header) {
				t.Fatalf("%v does not fit %v", r.Fields, header)
			}
		}
	})
}

package paper

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

func job(lang kernel.Lang) *Job {
	at := time.Date(2023, 4, 28, 1, 0, 0, 0, time.UTC)
	j := &Job{Lang: lang, Number: "三治简〔2023〕1号", Title: "城北区基层治理简报", Issuer: "城北区社会治理中心", Headline: "事事有回音", Place: "城北区", Digest: strings.Repeat("9b1e04d7", 8),
		From: at.AddDate(0, -1, 0), To: at, AsOf: at, Copy: "01GZ03JSM0VNBXZ4X8JQ4A6Q5V", Who: "张* <b>&", When: at}
	j.Sections = []Section{
		{Heading: "一、居民怎么说", Runs: []Run{{Text: "到4月28日，解决了"}, {Text: "718件", Key: "issues"}, {Text: "，参加办事的在职党员"}, {Text: "1300余名", Key: "members"}, {Text: "。<&>\"“引”"}}},
		{Row: []Cell{{Label: "响应率，按时接单", Text: "96.0%", Key: "response", Num: 356, Den: 371, Share: true}}},
		{Beads: []Cell{{Label: "点", Text: "38件", Key: "o"}}},
		{Table: []Cell{{Label: "小桥大街街道", Text: "107件"}, {Label: "合计", Text: "718件", Key: "issues"}}},
	}
	for i := range 30 {
		j.Figures = append(j.Figures, Figure{Key: fmt.Sprintf("k%d", i), Query: "issues_solved", Version: 1, Title: "居民说解决了的", Leaves: "没评的不算", Source: "办件与台账", Text: "718件", As: "exact",
			Num: 718, Den: 718, From: j.From, To: j.To, AsOf: at, Root: strings.Repeat("ab", 32), Last: "700件"})
	}
	j.Figures[1].As, j.Figures[1].Num, j.Figures[1].Text = "at_least", 1347, "1300余名"
	j.Figures[2].Share, j.Figures[2].Num, j.Figures[2].Den = true, 356, 371
	j.Figures[3].Hidden = true
	j.Figures[0].Records = []Record{{ID: "01A", Title: "=1+1", Near: "+SUM(A1)", At: at, Num: 1, Den: 1}, {ID: "-2", Title: "@cmd", Near: "小桥社区", Num: 1, Den: 1}}
	return j
}

// Every copy says over which period, from where, how it is meant, of how many, and who took it when.
func TestEveryCopySaysWhereItComesFrom(t *testing.T) {
	for _, lang := range []kernel.Lang{kernel.Chinese, kernel.English} {
		j := job(lang)
		want := []string{j.span(j.From, j.To, j.AsOf), "办件与台账", "没评的不算", "356 ÷ 371", "1347", j.When.In(kernel.Shanghai).Format("2006-01-02 15:04"), "张* <b>&", j.Copy, j.check(), j.Number}
		for format := range Formats {
			raw, err := j.Make(format)
			if err != nil {
				t.Fatal(err)
			}
			text := textOf(t, j, format, raw)
			for _, w := range want {
				if !strings.Contains(flatten(text), flatten(w)) {
					t.Errorf("%s, %s: %q is not there", lang, format, w)
				}
			}
		}
	}
	if _, err := job(kernel.Chinese).Make("doc"); !kernel.Is(err, kernel.KindInvalid) {
		t.Errorf("an unknown format: %v", err)
	}
}

func flatten(s string) string { return strings.Join(strings.Fields(s), "") }

var tags = regexp.MustCompile(`<[^>]*>`)

// textOf reads what a person would read.
func textOf(t *testing.T, j *Job, format string, raw []byte) string {
	t.Helper()
	switch format {
	case "docx":
		var b strings.Builder
		for name, text := range unzip(t, raw) {
			if strings.HasPrefix(name, "word/") && strings.HasSuffix(name, ".xml") {
				b.WriteString(tags.ReplaceAllString(text, ""))
			}
		}
		return unescape(b.String())
	case "html":
		return unescape(tags.ReplaceAllString(string(raw), ""))
	case "xlsx":
		f, err := excelize.OpenReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, name := range f.GetSheetList() {
			rows, err := f.GetRows(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rows {
				b.WriteString(strings.Join(r, " ") + "\n")
			}
		}
		fig, err := f.GetRows(f.GetSheetList()[1])
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range fig[1:] {
			b.WriteString(r[2] + " ÷ " + r[3] + "\n")
		}
		return b.String()
	default: // pdf: as it was laid, since its text is compressed and numbered by glyph
		return laid(t, j)
	}
}

func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", `"`, "&quot;", `"`, "&#43;", "+", "&amp;", "&").Replace(s)
}

func unzip(t *testing.T, raw []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(b)
	}
	return out
}

// laid gives all that the layout is asked to draw.
func laid(t *testing.T, j *Job) string {
	t.Helper()
	var b strings.Builder
	w := func(s ...string) { b.WriteString(strings.Join(s, " ") + " ") }
	w(j.Title, j.Number, j.Issuer, j.day(j.AsOf), j.Headline)
	for _, s := range j.Sections {
		w(s.Heading)
		for _, r := range s.Runs {
			b.WriteString(r.Text)
		}
		for _, l := range [][]Cell{s.Row, s.Beads, s.Table} {
			for _, c := range l {
				w(c.Label, c.Text)
				if c.Share {
					w(fmt.Sprintf("%d ÷ %d", c.Num, c.Den))
				}
			}
		}
	}
	w(j.notes()...)
	w(j.say("数据说明", "About the figures"))
	for i := range j.Figures {
		f := &j.Figures[i]
		s := fmt.Sprintf("%d. %s", i+1, f.Text) + j.say("（", " (") + j.meant(f) + j.say("）", ")")
		if x := j.behind(f); x != "" {
			s += j.say("；", "; ") + x
		}
		w(s + j.say("：", ": ") + j.source(f))
	}
	w(j.foot(), j.Issuer+j.say(" 印发 ", ", issued ")+j.day(j.AsOf))
	return b.String()
}

// No character of the bulletin is lost on the way to the page: what was drawn is held against what was to be, by its counts.
func TestPDFDropsNothing(t *testing.T) {
	for _, lang := range []kernel.Lang{kernel.Chinese, kernel.English} {
		j := job(lang)
		w, err := j.layPDF()
		if err != nil {
			t.Fatal(err)
		}
		pages := w.pdf.GetNumberOfPages()
		want := map[rune]int{}
		add := func(s string, times int) {
			for _, r := range s {
				if r != ' ' {
					want[r] += times
				}
			}
		}
		add(laid(t, j), 1)
		add(j.mark(), 5*pages)
		for n := range pages {
			add(fmt.Sprintf("— %d —", n+1), 1)
		}
		got := map[rune]int{}
		for r, n := range w.drawn {
			if r != ' ' {
				got[r] = n
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +drawn):\n%s", lang, diff)
		}
		if len(w.gone) > 0 {
			t.Errorf("the font lacks %v", w.gone)
		}
		raw, err := w.pdf.GetBytesPdfReturnErr()
		if err != nil || !bytes.HasPrefix(raw, []byte("%PDF-")) || !bytes.Contains(raw, []byte("%%EOF")) || pages < 2 {
			t.Errorf("%d pages, %d bytes, %v", pages, len(raw), err)
		}
	}
}

// A character that the font does not have is shown as 〓 and named at the end, never dropped in silence.
func TestPDFNamesWhatTheFontLacks(t *testing.T) {
	j := job(kernel.Chinese)
	j.Headline = "㟃家湾办事"
	w, err := j.layPDF()
	if err != nil {
		t.Fatal(err)
	}
	if !w.gone['㟃'] || w.drawn['〓'] != 2 || w.drawn['㟃'] != 0 { // in its place, and in the note
		t.Errorf("gone %v, 〓 drawn %d times", w.gone, w.drawn['〓'])
	}
}

// The font holds ASCII, all of GB 2312's common characters that a bulletin uses, and the marks around them.
func TestFontHoldsTheMarks(t *testing.T) {
	f, err := face()
	if err != nil {
		t.Fatal(err)
	}
	w := &writer{font: f, gone: map[rune]bool{}, width: map[rune]float64{}}
	w.glyphs("0123456789abcXYZ，。、；：？（）《》「」〔〕“”‘’…—·×÷％℃余近约居民点单社区交单单位下单干部接单群众评单", 16, 0, "")
	if len(w.gone) > 0 || w.err != nil {
		t.Errorf("lacks %v, %v", w.gone, w.err)
	}
}

func glyphsOf(s string) (out []glyph) {
	for _, r := range s {
		w := 1.0
		if r < 0x2e80 {
			w = 0.5
		}
		out = append(out, glyph{r: r, width: w})
	}
	return out
}

func lineText(lines [][]glyph) (out []string) {
	for _, l := range lines {
		var b strings.Builder
		for _, g := range l {
			b.WriteRune(g.r)
		}
		out = append(out, b.String())
	}
	return out
}

func TestBreakLines(t *testing.T) {
	for _, tt := range []struct {
		text  string
		width float64
		want  []string
	}{
		{"甲乙丙丁，戊己庚", 4, []string{"甲乙丙", "丁，戊", "己庚"}},
		{"甲乙丙（丁戊）己庚", 4, []string{"甲乙丙", "（丁戊）", "己庚"}},
		{"共1300余名", 3, []string{"共1300", "余名"}},
		{"甲乙丙 1300件", 4, []string{"甲乙丙", "1300件"}},
		{"more than 130 hazards", 5, []string{"more than", "130", "hazards"}},
		{"甲乙丙丁戊", 4, []string{"甲乙丙", "丁戊"}},                       // no character stands alone on the last line
		{"甲乙丙丁戊。", 4, []string{"甲乙丙", "丁戊。"}},                     // nor with its mark
		{"abcdefghijklmn", 3, []string{"abcdef", "ghijkl", "mn"}}, // a word wider than the line
	} {
		got := lineText(breakLines(glyphsOf(tt.text), tt.width, 0))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
	}
	// A figure is not parted from its unit.
	l := append(glyphsOf("甲乙丙"), glyphsOf("533个")...)
	for i := 3; i < len(l); i++ {
		l[i].key = "grids"
	}
	if diff := cmp.Diff([]string{"甲乙丙", "533个丁戊"}, lineText(breakLines(append(l, glyphsOf("丁戊")...), 5, 0))); diff != "" {
		t.Error(diff)
	}
}

// Lines hold every character in its order, fit the width, and keep the rules of what stands first and last.
func TestLinesKeepAllCharacters(t *testing.T) {
	marks := []rune("，。、（）“”《》件个名甲乙丙丁1234 ab%-")
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOfN(rapid.SampledFrom(marks), 1, 60).Draw(t, "text"))
		lines := lineText(breakLines(glyphsOf(s), 8, 2))
		if got, want := flatten(strings.Join(lines, "")), flatten(s); got != want {
			t.Fatalf("%q became %q", want, got)
		}
		if n := slices.IndexFunc(lines, func(l string) bool { return l == "" }); n >= 0 && strings.TrimSpace(s) != "" && n < len(lines)-1 && lines[n] == "" && n > 0 {
			t.Fatalf("line %d is empty: %q", n, lines)
		}
	})
}

// The Word file is whole: every part is well-formed, named in the list of types, and every relation leads to a part; the page is that
// of GB/T 9704-2012.
func TestDocxIsWhole(t *testing.T) {
	raw, err := job(kernel.Chinese).docx()
	if err != nil {
		t.Fatal(err)
	}
	parts := unzip(t, raw)
	for name, text := range parts {
		d := xml.NewDecoder(strings.NewReader(text))
		for {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if name != "[Content_Types].xml" && !strings.HasSuffix(name, ".rels") && !strings.Contains(parts["[Content_Types].xml"], `PartName="/`+name+`"`) {
			t.Errorf("%s has no type", name)
		}
	}
	target := regexp.MustCompile(`Target="([^"]+)"`)
	for rels, dir := range map[string]string{"_rels/.rels": "", "word/_rels/document.xml.rels": "word/"} {
		for _, m := range target.FindAllStringSubmatch(parts[rels], -1) {
			if parts[dir+m[1]] == "" {
				t.Errorf("%s leads to %s, which is not there", rels, m[1])
			}
		}
	}
	doc := parts["word/document.xml"]
	for _, id := range regexp.MustCompile(`r:id="([^"]+)"`).FindAllStringSubmatch(doc, -1) {
		if !strings.Contains(parts["word/_rels/document.xml.rels"], `Id="`+id[1]+`"`) {
			t.Errorf("the relation %s is not there", id[1])
		}
	}
	for _, want := range []string{
		`<w:pgSz w:w="11906" w:h="16838"/>`,                                        // A4
		`w:top="2098" w:right="1474" w:bottom="1984" w:left="1587"`,                // 37, 26, 35, 28 mm: a text of 156 × 225 mm
		`<w:docGrid w:type="linesAndChars" w:linePitch="579" w:charSpace="-847"/>`, // 22 lines of 28 characters
		`w:eastAsia="仿宋_GB2312"/><w:sz w:val="32"/>`,                               // 3号
		`w:eastAsia="方正小标宋简体"/><w:sz w:val="44"/>`,                                 // 2号
		"三治简〔2023〕1号", "2023年4月28日", `<w:u w:val="dotted"/>`, "&lt;&amp;&gt;",
	} {
		if !strings.Contains(doc, want) {
			t.Errorf("the document lacks %s", want)
		}
	}
	if !strings.Contains(parts["word/header1.xml"], "张*") {
		t.Error("no watermark")
	}
	order(t, doc)
}

// order checks that the members of a paragraph's and a run's properties stand in the order that the schema asks for.
func order(t *testing.T, doc string) {
	t.Helper()
	for _, x := range []struct {
		outer   string
		members []string
	}{
		{"pPr", []string{"keepNext", "pBdr", "tabs", "snapToGrid", "spacing", "ind", "jc"}},
		{"rPr", []string{"rFonts", "sz", "szCs", "u"}},
		{"sectPr", []string{"headerReference", "footerReference", "pgSz", "pgMar", "docGrid"}},
	} {
		for _, m := range regexp.MustCompile(`<w:`+x.outer+`>(.*?)</w:`+x.outer+`>`).FindAllStringSubmatch(doc, -1) {
			last := -1
			for _, tag := range regexp.MustCompile(`<w:(\w+)`).FindAllStringSubmatch(m[1], -1) {
				if i := slices.Index(x.members, tag[1]); i >= 0 {
					if i < last {
						t.Errorf("%s: %s stands too late", x.outer, tag[1])
					}
					last = i
				}
			}
		}
	}
}

// A cell that begins like a formula is a text, as a whole and when it is saved as CSV.
func TestNoCellIsAFormula(t *testing.T) {
	raw, err := job(kernel.Chinese).xlsx()
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, name := range f.GetSheetList() {
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		for y, r := range rows {
			for x, v := range r {
				at, err := excelize.CoordinatesToCellName(x+1, y+1)
				if err != nil {
					t.Fatal(err)
				}
				if formula, err := f.GetCellFormula(name, at); err != nil || formula != "" {
					t.Errorf("%s!%s is the formula %q (%v)", name, at, formula, err)
				}
				if v != "" && strings.ContainsRune("=+-@", rune(v[0])) {
					t.Errorf("%s!%s begins like a formula: %q", name, at, v)
				}
				if strings.HasPrefix(v, "'") {
					seen++
				}
			}
		}
	}
	if seen != 4 {
		t.Errorf("%d cells were made harmless, want the 4 that were planted", seen)
	}
}

func TestPageHasNoScript(t *testing.T) {
	raw, err := job(kernel.Chinese).html()
	if err != nil {
		t.Fatal(err)
	}
	s := strings.ToLower(string(raw))
	for _, bad := range []string{"<script", "javascript:", " onclick", " style=\"", "http://", "https://", "<b>&"} {
		if strings.Contains(s, bad) {
			t.Errorf("the page has %s", bad)
		}
	}
	for _, m := range regexp.MustCompile(`href="#f-(\w+)"`).FindAllStringSubmatch(string(raw), -1) {
		if m[1] != "issues" && m[1] != "members" && m[1] != "response" && m[1] != "o" && !strings.Contains(string(raw), `id="f-`+m[1]+`"`) {
			t.Errorf("the figure %s leads nowhere", m[1])
		}
	}
}

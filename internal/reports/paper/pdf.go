package paper

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/signintech/gopdf"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"sanzhi/internal/kernel"
)

//go:embed font/SanzhiKai.ttf
var kai []byte

// The page of GB/T 9704-2012 in points: A4, 37 mm above, 28 mm at the binding, a text of 156 × 225 mm with 22 lines of 28
// characters in size 3 (16 pt).
const (
	mm        = 72 / 25.4
	pageW     = 210 * mm
	pageH     = 297 * mm
	topM      = 37 * mm
	leftM     = 28 * mm
	textW     = 156 * mm
	textH     = 225 * mm
	lineGap   = textH / 22
	charGap   = textW / 28
	bodySize  = 16
	titleSize = 22
	noteSize  = 10.5
	tight     = charGap - bodySize // between the characters, so that 28 fit
)

// missing stands for a character that the font does not have; which they were is said at the end.
const missing = '〓'

// face is the font as it is measured.
var face = sync.OnceValues(func() (*sfnt.Font, error) { return sfnt.Parse(kai) })

// writer lays text on pages.
type writer struct {
	pdf  *gopdf.GoPdf
	font *sfnt.Font
	buf  sfnt.Buffer
	y    float64
	mark string
	err  error
	// gone are the characters that the font does not have.
	gone map[rune]bool
	// drawn counts what was put on the pages, so that a test can hold it against what was to be.
	drawn map[rune]int
	width map[rune]float64
}

func (j *Job) pdf() ([]byte, error) {
	w, err := j.layPDF()
	if err != nil {
		return nil, err
	}
	return w.pdf.GetBytesPdfReturnErr()
}

func (j *Job) layPDF() (*writer, error) {
	f, err := face()
	if err != nil {
		return nil, kernel.Internal("font", err)
	}
	w := &writer{pdf: &gopdf.GoPdf{}, font: f, mark: j.mark(), gone: map[rune]bool{}, drawn: map[rune]int{}, width: map[rune]float64{}}
	w.pdf.Start(gopdf.Config{PageSize: gopdf.Rect{W: pageW, H: pageH}})
	w.pdf.SetInfo(gopdf.PdfInfo{Title: j.Title + " " + j.Number, Author: j.Issuer, Subject: j.foot(), Creator: "sanzhi", CreationDate: j.When})
	if err := w.pdf.AddTTFFontData("kai", kai); err != nil {
		return nil, kernel.Internal("font", err)
	}
	w.page()
	w.centre(j.Title, titleSize)
	w.gap(lineGap / 2)
	w.centre(j.Number, bodySize)
	w.rule(1.2)
	w.gap(lineGap / 2)
	w.ends(j.Issuer, j.day(j.AsOf))
	w.gap(lineGap / 2)
	w.centre(j.Headline, titleSize-2)
	w.gap(lineGap / 3)
	for i := range j.Sections {
		w.section(j, &j.Sections[i])
	}
	w.appendix(j)
	w.number()
	return w, w.err
}

func (w *writer) page() {
	w.pdf.AddPage()
	w.y = topM
	w.watermark()
}

// watermark lies under the text, in a grey that leaves it readable.
func (w *writer) watermark() {
	w.pdf.SetTextColor(232, 232, 228)
	for row := range 5 {
		y := 150 + float64(row)*140
		w.pdf.Rotate(30, pageW/2, y)
		w.put(w.glyphs(w.mark, 20, 0, ""), pageW/2-w.wide(w.mark, 20)/2, y, 20, 0)
		w.pdf.RotateReset()
	}
	w.pdf.SetTextColor(0, 0, 0)
}

// room begins a new page unless so much is left.
func (w *writer) room(h float64) {
	if w.y+h > topM+textH {
		w.page()
	}
}

func (w *writer) gap(h float64) { w.y += h }

// glyphs measures a text; what the font does not have becomes 〓.
func (w *writer) glyphs(s string, size, spread float64, key string) []glyph {
	out := make([]glyph, 0, len(s))
	for _, r := range s {
		if i, err := w.font.GlyphIndex(&w.buf, r); err != nil || i == 0 {
			w.gone[r] = true
			r = missing
		}
		out = append(out, glyph{r: r, width: w.em(r)*size + spread, key: key})
	}
	return out
}

// em is a character's advance, as a share of the size.
func (w *writer) em(r rune) float64 {
	if x, ok := w.width[r]; ok {
		return x
	}
	i, err := w.font.GlyphIndex(&w.buf, r)
	const units = 1000
	adv := fixed.I(units)
	if err == nil {
		adv, err = w.font.GlyphAdvance(&w.buf, i, fixed.I(units), font.HintingNone)
	}
	if err != nil {
		w.fail(err)
	}
	w.width[r] = float64(adv) / 64 / units
	return w.width[r]
}

func (w *writer) wide(s string, size float64) float64 { return sum(w.glyphs(s, size, 0, "")) }

func (w *writer) fail(err error) {
	if w.err == nil && err != nil {
		w.err = kernel.Internal("pdf", err)
	}
}

// put draws glyphs at a base line's left end.
func (w *writer) put(l []glyph, x, y, size, spread float64) {
	w.fail(w.pdf.SetFont("kai", "", size))
	w.fail(w.pdf.SetCharSpacing(spread))
	for len(l) > 0 {
		n := 1
		for n < len(l) && l[n].key == l[0].key {
			n++
		}
		var b strings.Builder
		for _, g := range l[:n] {
			b.WriteRune(g.r)
			w.drawn[g.r]++
		}
		w.pdf.SetXY(x, y)
		w.fail(w.pdf.Text(b.String()))
		end := x + sum(l[:n])
		if l[0].key != "" { // a figure: dotted, since it leads to its records
			w.pdf.SetCustomLineType([]float64{0.8, 1.6}, 0)
			w.pdf.SetLineWidth(0.7)
			w.pdf.Line(x, y+3, end-max(spread, 0), y+3)
			w.pdf.SetLineType("solid")
		}
		x, l = end, l[n:]
	}
}

func (w *writer) centre(s string, size float64) {
	for _, l := range breakLines(w.glyphs(s, size, 0, ""), textW, 0) {
		h := max(lineGap, size*1.5)
		w.room(h)
		w.put(l, leftM+(textW-sum(l))/2, w.y+h*0.72, size, 0)
		w.y += h
	}
}

// ends puts one text at the left and one at the right.
func (w *writer) ends(left, right string) {
	w.room(lineGap)
	a, b := w.glyphs(left, 12, 0, ""), w.glyphs(right, 12, 0, "")
	w.put(a, leftM, w.y+lineGap*0.72, 12, 0)
	w.put(b, leftM+textW-sum(b), w.y+lineGap*0.72, 12, 0)
	w.y += lineGap
}

func (w *writer) rule(width float64) {
	w.pdf.SetLineWidth(width)
	w.pdf.Line(leftM, w.y+4, leftM+textW, w.y+4)
	w.y += 8
}

// paragraph sets glyphs in lines of the body, the first indented by two characters.
func (w *writer) paragraph(l []glyph, size, spread, height, indent float64) {
	for i, line := range breakLines(l, textW+max(-spread, 0), indent) {
		w.room(height)
		x := leftM
		if i == 0 {
			x += indent
		}
		w.put(line, x, w.y+height*0.72, size, spread)
		w.y += height
	}
}

func (w *writer) section(j *Job, s *Section) {
	spread := tight
	if j.Lang == kernel.English {
		spread = 0
	}
	if s.Heading != "" {
		w.room(3 * lineGap) // a heading does not stand alone at the foot
		w.paragraph(w.glyphs(s.Heading, bodySize, spread, ""), bodySize, spread, lineGap, 2*charGap)
	}
	var l []glyph
	for _, r := range s.Runs {
		l = append(l, w.glyphs(r.Text, bodySize, spread, r.Key)...)
	}
	if len(l) > 0 {
		w.paragraph(l, bodySize, spread, lineGap, 2*charGap)
	}
	if len(s.Row) > 0 {
		w.cells(s.Row, true)
	}
	if len(s.Beads) > 0 {
		w.cells(s.Beads, false)
	}
	for i, c := range s.Table {
		w.room(lineGap)
		size := 14.0
		a, b := w.glyphs(c.Label, size, 0, ""), w.glyphs(c.Text, size, 0, c.Key)
		if i == 0 || i == len(s.Table)-1 {
			w.pdf.SetLineWidth(0.6)
			w.pdf.Line(leftM, w.y, leftM+textW, w.y)
		}
		w.put(a, leftM, w.y+lineGap*0.68, size, 0)
		w.put(b, leftM+textW-sum(b), w.y+lineGap*0.68, size, 0)
		w.y += lineGap
	}
	w.gap(4)
}

// cells sets figures side by side under their labels, shares with what is above and below the line.
func (w *writer) cells(l []Cell, parts bool) {
	width := textW / float64(len(l))
	h := 4 * lineGap
	w.room(h)
	for i, c := range l {
		x, y := leftM+float64(i)*width+4, w.y
		for _, line := range breakLines(w.glyphs(c.Label, 11, 0, ""), width-8, 0) {
			y += 15
			w.put(line, x, y, 11, 0)
		}
		y += 26
		w.put(w.glyphs(c.Text, 20, 0, c.Key), x, y, 20, 0)
		if parts && c.Share {
			w.put(w.glyphs(fmt.Sprintf("%d ÷ %d", c.Num, c.Den), 11, 0, ""), x, y+20, 11, 0)
		}
	}
	w.y += h
}

// appendix says of each figure where it comes from, and ends with the notes and what the font lacked.
func (w *writer) appendix(j *Job) {
	w.gap(lineGap / 2)
	w.rule(0.6)
	for _, n := range j.notes() {
		w.small(n, 0)
	}
	w.gap(6)
	w.small(j.say("数据说明", "About the figures"), 0)
	for i := range j.Figures {
		f := &j.Figures[i]
		s := fmt.Sprintf("%d. %s（%s）", i+1, f.Text, j.meant(f))
		if j.Lang == kernel.English {
			s = fmt.Sprintf("%d. %s (%s)", i+1, f.Text, j.meant(f))
		}
		if b := j.behind(f); b != "" {
			s += j.say("；", "; ") + b
		}
		w.small(s+j.say("：", ": ")+j.source(f), 0)
	}
	w.gap(6)
	w.small(j.foot(), 0)
	w.small(j.Issuer+j.say(" 印发 ", ", issued ")+j.day(j.AsOf), 0)
	if len(w.gone) > 0 {
		var l []string
		for r := range w.gone {
			l = append(l, fmt.Sprintf("U+%04X", r))
		}
		slices.Sort(l)
		w.small(j.say("字体缺下列字，以〓代替，请看网页或 Word 版：", "The font lacks these characters, for which 〓 stands; see the page or the Word file: ")+strings.Join(l, " "), 0)
	}
}

func (w *writer) small(s string, indent float64) {
	w.paragraph(w.glyphs(s, noteSize, 0, ""), noteSize, 0, noteSize*1.6, indent)
}

// number sets the page numbers below the text, odd ones to the right and even ones to the left, one character in.
func (w *writer) number() {
	for n := 1; n <= w.pdf.GetNumberOfPages(); n++ {
		w.fail(w.pdf.SetPage(n))
		l := w.glyphs(fmt.Sprintf("— %d —", n), 14, 0, "")
		x := leftM + 14
		if n%2 == 1 {
			x = leftM + textW - 14 - sum(l)
		}
		w.put(l, x, topM+textH+7*mm+14, 14, 0)
	}
}

package paper

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"

	"sanzhi/internal/kernel"
)

// twip is a twentieth of a point, in which Word measures.
const twip = 1440 / 25.4

func twips(mms float64) int { return int(mms*twip + 0.5) }

// Fonts of official documents, and what stands in for them where they are not installed.
const (
	fangsong = `<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋_GB2312"/>`
	songti   = `<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="方正小标宋简体"/>`
	heiti    = `<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="黑体"/>`
)

const spaces = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"`

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// esc writes text for XML; what XML cannot hold is left out.
func esc(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // into memory
	return b.String()
}

// body gathers the paragraphs of a document.
type docBody struct {
	strings.Builder
	marks int
}

// run is a stretch of text with its properties, in the order that the schema asks for.
func (d *docBody) run(s, fonts string, halfPoints int, figure bool) {
	d.WriteString("<w:r><w:rPr>" + fonts)
	if figure {
		d.WriteString(fmt.Sprintf(`<w:sz w:val="%d"/><w:szCs w:val="%d"/><w:u w:val="dotted"/>`, halfPoints, halfPoints))
	} else {
		d.WriteString(fmt.Sprintf(`<w:sz w:val="%d"/><w:szCs w:val="%d"/>`, halfPoints, halfPoints))
	}
	d.WriteString(`</w:rPr><w:t xml:space="preserve">` + esc(s) + "</w:t></w:r>")
}

// para opens a paragraph, fn fills it.
func (d *docBody) para(props string, fn func()) {
	d.WriteString("<w:p><w:pPr>" + props + "</w:pPr>")
	fn()
	d.WriteString("</w:p>")
}

const (
	centred  = `<w:jc w:val="center"/>`
	indented = `<w:ind w:firstLineChars="200" w:firstLine="640"/><w:jc w:val="both"/>`
	heading  = `<w:keepNext/><w:ind w:firstLineChars="200" w:firstLine="640"/>`
	noted    = `<w:snapToGrid w:val="0"/><w:spacing w:line="300" w:lineRule="exact"/>`
)

func (j *Job) docx() ([]byte, error) {
	d := &docBody{}
	j.docHead(d)
	for i := range j.Sections {
		j.docSection(d, &j.Sections[i])
	}
	j.docNotes(d)
	document := xmlHead + "<w:document " + spaces + "><w:body>" + d.String() + sectionProps() + "</w:body></w:document>"
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes}, {"_rels/.rels", rootRels}, {"word/document.xml", document}, {"word/_rels/document.xml.rels", docRels},
		{"word/styles.xml", docStyles}, {"word/settings.xml", docSettings}, {"word/header1.xml", j.docHeader()},
		{"word/footer1.xml", docFooter("right")}, {"word/footer2.xml", docFooter("left")}, {"docProps/core.xml", j.docCore()}, {"docProps/app.xml", docApp},
	} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: j.When.UTC()})
		if err == nil {
			_, err = w.Write([]byte(p.text))
		}
		if err != nil {
			return nil, kernel.Internal("docx", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, kernel.Internal("docx", err)
	}
	return out.Bytes(), nil
}

// docHead is 版头: the mark of the issuer, the number, a line; then the title.
func (j *Job) docHead(d *docBody) {
	d.para(centred, func() { d.run(j.Title, songti, 52, false) })
	d.para(`<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="6" w:color="auto"/></w:pBdr>`+centred, func() { d.run(j.Number, fangsong, 32, false) })
	d.para(fmt.Sprintf(`<w:tabs><w:tab w:val="right" w:pos="%d"/></w:tabs>`, twips(156)), func() {
		d.run(j.Issuer, fangsong, 28, false)
		d.WriteString("<w:r><w:tab/></w:r>")
		d.run(j.day(j.AsOf), fangsong, 28, false)
	})
	d.para("", func() {})
	d.para(`<w:spacing w:line="640" w:lineRule="exact"/>`+centred, func() { d.run(j.Headline, songti, 44, false) })
	d.para("", func() {})
}

func (j *Job) docSection(d *docBody, s *Section) {
	if s.Heading != "" {
		d.para(heading, func() { d.run(s.Heading, heiti, 32, false) })
	}
	if len(s.Runs) > 0 {
		d.para(indented, func() {
			for _, r := range s.Runs {
				d.run(r.Text, fangsong, 32, r.Key != "")
			}
		})
	}
	for _, l := range [][]Cell{s.Row, s.Beads, s.Table} {
		if len(l) > 0 {
			j.docTable(d, l)
		}
	}
}

// docTable sets label, figure and, of shares, what is above and below the line.
func (j *Job) docTable(d *docBody, l []Cell) {
	widths := []int{twips(78), twips(39), twips(39)}
	d.WriteString(fmt.Sprintf(`<w:tbl><w:tblPr><w:tblW w:w="%d" w:type="dxa"/><w:tblBorders><w:top w:val="single" w:sz="8" w:space="0" w:color="auto"/><w:bottom w:val="single" w:sz="8" w:space="0" w:color="auto"/><w:insideH w:val="single" w:sz="4" w:space="0" w:color="C9C4B8"/></w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`, twips(156)))
	for _, w := range widths {
		d.WriteString(fmt.Sprintf(`<w:gridCol w:w="%d"/>`, w))
	}
	d.WriteString("</w:tblGrid>")
	for _, c := range l {
		parts := ""
		if c.Share {
			parts = fmt.Sprintf("%d ÷ %d", c.Num, c.Den)
		}
		d.WriteString(`<w:tr><w:trPr><w:cantSplit/></w:trPr>`)
		for i, t := range []string{c.Label, c.Text, parts} {
			props := ""
			if i > 0 {
				props = `<w:jc w:val="right"/>`
			}
			d.WriteString(fmt.Sprintf(`<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/></w:tcPr>`, widths[i]))
			d.para(props, func() { d.run(t, fangsong, 28, i == 1 && c.Key != "") })
			d.WriteString("</w:tc>")
		}
		d.WriteString("</w:tr>")
	}
	d.WriteString("</w:tbl>")
	d.para("", func() {})
}

// docNotes says of each figure where it comes from; 版记 ends it.
func (j *Job) docNotes(d *docBody) {
	d.para(`<w:pBdr><w:top w:val="single" w:sz="6" w:space="6" w:color="auto"/></w:pBdr>`+noted, func() { d.run(j.notes()[0], fangsong, 21, false) })
	for _, n := range j.notes()[1:] {
		d.para(noted, func() { d.run(n, fangsong, 21, false) })
	}
	d.para("<w:keepNext/>"+noted, func() { d.run(j.say("数据说明", "About the figures"), heiti, 21, false) })
	for i := range j.Figures {
		f := &j.Figures[i]
		d.para(noted, func() {
			d.run(fmt.Sprintf("%d. ", i+1), fangsong, 21, false)
			d.run(f.Text, fangsong, 21, true)
			s := j.say("（", " (") + j.meant(f) + j.say("）", ")")
			if b := j.behind(f); b != "" {
				s += j.say("；", "; ") + b
			}
			d.run(s+j.say("：", ": ")+j.source(f), fangsong, 21, false)
		})
	}
	d.para(`<w:pBdr><w:top w:val="single" w:sz="8" w:space="4" w:color="auto"/><w:bottom w:val="single" w:sz="8" w:space="4" w:color="auto"/></w:pBdr>`+
		fmt.Sprintf(`<w:tabs><w:tab w:val="right" w:pos="%d"/></w:tabs>`, twips(156)), func() {
		d.run(j.Issuer, fangsong, 28, false)
		d.WriteString("<w:r><w:tab/></w:r>")
		d.run(j.day(j.AsOf)+j.say("印发", ""), fangsong, 28, false)
	})
	d.para(noted, func() { d.run(j.foot(), fangsong, 18, false) })
}

// sectionProps is the page: A4, 37 mm above, 28 mm at the binding, a grid of 22 lines with 28 characters.
func sectionProps() string {
	const right, bottom = 210 - 28 - 156, 297 - 37 - 225
	line := twips(225) / 22
	wide := 156 * mm / 28
	space := int((wide - 16) * 4096) // of a character, in 4096ths of a point
	return fmt.Sprintf(`<w:sectPr><w:headerReference w:type="default" r:id="rId3"/><w:headerReference w:type="even" r:id="rId3"/><w:footerReference w:type="default" r:id="rId4"/><w:footerReference w:type="even" r:id="rId5"/>`+
		`<w:pgSz w:w="%d" w:h="%d"/><w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%d" w:header="851" w:footer="%d" w:gutter="0"/><w:docGrid w:type="linesAndChars" w:linePitch="%d" w:charSpace="%d"/></w:sectPr>`,
		twips(210), twips(297), twips(37), twips(right), twips(bottom), twips(28), twips(bottom-7), line, space)
}

// docHeader holds the watermark: a line in small type, and across the page behind the text.
func (j *Job) docHeader() string {
	d := &docBody{}
	d.para(centred, func() {
		d.run(j.mark(), fangsong, 18, false)
		d.WriteString(`<w:r><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas><v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>` +
			`<v:shape id="mark" o:spid="_x0000_s2049" type="#_x0000_t136" style="position:absolute;margin-left:0;margin-top:0;width:420pt;height:40pt;rotation:-30;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#e8e8e4" stroked="f"><v:textpath style="font-family:&quot;仿宋&quot;;font-size:1pt" string="` + esc(j.mark()) + `"/></v:shape></w:pict></w:r>`)
	})
	return xmlHead + "<w:hdr " + spaces + ">" + d.String() + "</w:hdr>"
}

// docFooter is the page number between dashes, in size 4, one character in from its side.
func docFooter(side string) string {
	d := &docBody{}
	ind := `<w:ind w:rightChars="100" w:right="280"/>`
	if side == "left" {
		ind = `<w:ind w:leftChars="100" w:left="280"/>`
	}
	const font = `<w:rPr><w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体"/><w:sz w:val="28"/><w:szCs w:val="28"/></w:rPr>`
	d.para(ind+`<w:jc w:val="`+side+`"/>`, func() {
		d.WriteString(`<w:r>` + font + `<w:t xml:space="preserve">— </w:t></w:r><w:r>` + font + `<w:fldChar w:fldCharType="begin"/></w:r><w:r>` + font + `<w:instrText xml:space="preserve"> PAGE </w:instrText></w:r><w:r>` + font +
			`<w:fldChar w:fldCharType="separate"/></w:r><w:r>` + font + `<w:t>1</w:t></w:r><w:r>` + font + `<w:fldChar w:fldCharType="end"/></w:r><w:r>` + font + `<w:t xml:space="preserve"> —</w:t></w:r>`)
	})
	return xmlHead + "<w:ftr " + spaces + ">" + d.String() + "</w:ftr>"
}

func (j *Job) docCore() string {
	when := j.When.UTC().Format("2006-01-02T15:04:05Z")
	return xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>` +
		esc(j.Title+" "+j.Number) + `</dc:title><dc:creator>sanzhi</dc:creator><dc:description>` + esc(j.foot()) + `</dc:description><dcterms:created xsi:type="dcterms:W3CDTF">` + when + `</dcterms:created></cp:coreProperties>`
}

const contentTypes = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
	`<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>` +
	`<Override PartName="/word/settings.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml"/><Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/>` +
	`<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/><Override PartName="/word/footer2.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/>` +
	`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/><Override PartName="/docProps/app.xml" ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/></Types>`

const rootRels = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties" Target="docProps/app.xml"/></Relationships>`

const docRels = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/settings" Target="settings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/header" Target="header1.xml"/><Relationship Id="rId4" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" Target="footer1.xml"/><Relationship Id="rId5" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" Target="footer2.xml"/></Relationships>`

const docStyles = xmlHead + `<w:styles ` + spaces + `><w:docDefaults><w:rPrDefault><w:rPr>` + fangsong + `<w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:val="en-GB" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style></w:styles>`

const docSettings = xmlHead + `<w:settings ` + spaces + `><w:evenAndOddHeaders/><w:characterSpacingControl w:val="compressPunctuation"/><w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>`

const docApp = xmlHead + `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>sanzhi</Application></Properties>`

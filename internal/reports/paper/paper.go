// Package paper writes a bulletin for people who do not read it in the program: as a Word document in the layout of GB/T 9704-2012, as
// PDF, as a page that needs no script, and as a workbook. Each copy says over which period, from where, how it is meant and of how
// many, and who took it when. It knows values only; what stands in them was decided before.
package paper

import (
	"fmt"
	"strings"
	"time"

	"sanzhi/internal/kernel"
)

// Job is one copy of a bulletin in one language.
type Job struct {
	Lang                                           kernel.Lang
	Number, Title, Issuer, Headline, Place, Digest string
	From, To, AsOf                                 time.Time
	Draft                                          bool
	Sections                                       []Section
	Figures                                        []Figure
	// Copy names this copy, Who took it (masked) and When.
	Copy, Who string
	When      time.Time
}

// Section is a part of a bulletin.
type Section struct {
	Heading string
	Runs    []Run
	Row     []Cell
	Beads   []Cell
	Table   []Cell // the last is the sum
}

// Run is a stretch of text; Key names the figure that it is.
type Run struct{ Text, Key string }

// Cell is a figure under a label.
type Cell struct {
	Label, Text, Key string
	Num, Den         int
	Share            bool
}

// Figure is a figure with all that makes it checkable.
type Figure struct {
	Key, Query, Title, Leaves, Source, Text, As, Root, Last, Year string
	Version, Num, Den, Size                                       int
	Share, Hidden                                                 bool
	From, To, AsOf                                                time.Time
	Records                                                       []Record
}

// Record is a record behind a figure.
type Record struct {
	ID, Title, Near string
	At              time.Time
	Num, Den        int
}

// Formats lists what Make writes, with the media type of each.
var Formats = map[string]string{
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"pdf":  "application/pdf",
	"html": "text/html; charset=utf-8",
}

// Make writes the copy in a format.
func (j *Job) Make(format string) ([]byte, error) {
	switch format {
	case "docx":
		return j.docx()
	case "pdf":
		return j.pdf()
	case "html":
		return j.html()
	case "xlsx":
		return j.xlsx()
	default:
		return nil, kernel.Invalid("format", kernel.T("只能导出 docx、pdf、html、xlsx", "the formats are docx, pdf, html and xlsx"))
	}
}

func (j *Job) say(zh, en string) string { return kernel.T(zh, en).In(j.Lang) }

// day says a day of Asia/Shanghai in Arabic figures.
func (j *Job) day(t time.Time) string {
	t = t.In(kernel.Shanghai)
	if j.Lang == kernel.English {
		return t.Format("2 January 2006")
	}
	return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
}

// span says a half-open period by its first and last day; what only stands is said by its instant.
func (j *Job) span(from, to, asOf time.Time) string {
	if from.IsZero() {
		return j.say("截至", "as of ") + j.day(asOf)
	}
	return j.day(from) + j.say("至", " to ") + j.day(to.Add(-time.Millisecond))
}

// mark is the watermark: who took this copy, and when.
func (j *Job) mark() string {
	s := j.Who + " " + j.When.In(kernel.Shanghai).Format("2006-01-02 15:04")
	if j.Draft {
		s = j.say("草稿 ", "Draft ") + s
	}
	return s
}

// foot names the copy and what it can be checked by.
func (j *Job) foot() string {
	return j.say("导出：", "Taken by ") + j.mark() + j.say("，副本 ", ", copy ") + j.Copy
}

// check is the bulletin's digest in groups, as the page shows it.
func (j *Job) check() string {
	d := j.Digest
	if len(d) < 16 {
		return d
	}
	return d[:4] + " " + d[4:8] + " " + d[8:12] + " " + d[12:16]
}

// notes are the lines that stand under every copy.
func (j *Job) notes() []string {
	return []string{
		j.say("时间：", "Period: ") + j.span(j.From, j.To, j.AsOf) + j.say("；范围：", "; place: ") + j.Place + j.say("；计数时点：", "; counted on ") + j.day(j.AsOf) + j.AsOf.In(kernel.Shanghai).Format(" 15:04"),
		j.say("“余”是至少，“近”是差一点，“约”是上下一成；比率都注明分子和分母；按人计数不足5的不公布。",
			"“More than” means at least, “nearly” just below, “about” within a tenth. Shares name what is above and below the line. Counts of fewer than 5 people are not shown."),
		j.say("校验码 ", "Check ") + j.check() + j.say("。在核验页打开本期核验文件，可核对每一个数。", ". Open the bulletin's proof on the page “Verify” to check every figure."),
	}
}

// meant says how a figure is meant, with its parts.
func (j *Job) meant(f *Figure) string {
	switch {
	case f.Hidden:
		return j.say("人数太少，不公布", "too few to be told")
	case f.Share:
		return fmt.Sprintf("%d ÷ %d", f.Num, f.Den)
	case f.As == string(kernel.AtLeast):
		return j.say("至少，实数 ", "at least; counted ") + fmt.Sprint(f.Num)
	case f.As == string(kernel.Nearly):
		return j.say("差一点，实数 ", "nearly; counted ") + fmt.Sprint(f.Num)
	case f.As == string(kernel.About):
		return j.say("约数，实数 ", "about; counted ") + fmt.Sprint(f.Num)
	default:
		return j.say("正好", "exact")
	}
}

// behind compares a figure with the period before and with a year ago.
func (j *Job) behind(f *Figure) string {
	var l []string
	if f.Last != "" {
		l = append(l, j.say("上期 ", "before: ")+f.Last)
	}
	if f.Year != "" {
		l = append(l, j.say("去年同期 ", "a year ago: ")+f.Year)
	}
	return strings.Join(l, j.say("，", ", "))
}

// source says in a sentence what is counted, from where, over which time, and what is left out.
func (j *Job) source(f *Figure) string {
	return f.Title + j.say("。来源：", ". Source: ") + f.Source + j.say("；时间：", "; time: ") + j.span(f.From, f.To, f.AsOf) + j.say("；没算：", "; left out: ") + f.Leaves +
		fmt.Sprintf(j.say("；算法：%s 第%d版", "; query: %s, version %d"), f.Query, f.Version)
}

package sheets

import (
	"archive/zip"
	"bytes"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"sanzhi/internal/kernel"
)

// Bounds of a file: its own size, the size of all that it holds unpacked, how many parts it has, its rows and columns.
const (
	MostBytes    = 8 << 20
	mostUnpacked = 40 << 20
	mostParts    = 400
	MostRows     = 10_000
	mostCells    = 120 // columns
	mostLines    = 60_000
	mostCell     = 32_767
	mostTags     = 2_500_000 // of a part: 10,000 rows of 40 columns have less
	mostText     = 32 << 20  // bytes of all cells together, each time that a text is used
)

// FileRow is one row of a file that is not empty. N is as Excel counts.
type FileRow struct {
	N     int
	Cells []string
}

// File is the first sheet of a workbook, cell by cell, as it was kept: dates are numbers.
type File struct {
	Head []string
	Rows []FileRow
	// wrong are the cells whose formula came to an error, by row and column from 0.
	wrong map[[2]int]bool
	text  int // bytes of all cells
	// since1904 tells that days are counted from 1904.
	since1904 bool
}

var (
	sayNoXLSX = t("这不是 .xlsx 文件，或者没有传完整。请用 Excel 或 WPS 另存为 .xlsx 再传", "this is no .xlsx file, or it did not arrive whole; save it as .xlsx and send it again")
	sayHuge   = t("文件展开后太大，请只留要导入的表和行", "unpacked, the file is too large; keep only the sheet and rows to bring in")
	sayActive = t("文件里有宏、外部链接或嵌入的对象，不能导入。请把内容复制到下载的模板里再传", "the file holds macros, links to other files or embedded objects; copy the rows into the template and send that")
	sayLocked = t("文件设了打开密码，请去掉密码再传", "the file is locked by a password; take it off and send it again")
	sayOld    = t("这是旧版 .xls 文件，请用 Excel 或 WPS 另存为 .xlsx 再传", "this is an .xls file of old; save it as .xlsx and send it again")
	sayOdd    = t("文件内部不像 Excel 写的表，请把内容复制到下载的模板里再传", "inside, the file is not as Excel writes tables; copy the rows into the template and send that")
	sayWide   = t("列太多了，请用下载的模板", "there are too many columns; use the template")
	sayLong   = t("行太多了，一次最多 "+strconv.Itoa(MostRows)+" 行，请分几次导入", "there are too many rows; "+strconv.Itoa(MostRows)+" at most at a time")
)

func refuseFile(say kernel.Text, cause error) error {
	return &kernel.Error{Kind: kernel.KindInvalid, Field: "file", Say: say, Cause: cause}
}

// active are the beginnings of parts that a plain table does not have.
var active = []string{"xl/vbaproject", "xl/externallinks/", "xl/macrosheets/", "xl/embeddings/", "xl/activex/", "xl/ctrlprops/", "xl/connections", "xl/querytables/", "xl/dialogsheets/",
	"customui/", "xl/model/", "xl/richdata/"}

// check looks at a workbook before it is opened: what it claims to hold, and what unpacking it really gives. It gives the parts that
// are XML, by their names in small letters.
func check(data []byte) (map[string][]byte, error) {
	if len(data) > MostBytes {
		return nil, kernel.TooLarge("file", t("文件太大了，最大 8 MB", "the file is too large; 8 MB at most"), nil)
	}
	if bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) { // a compound file: a workbook of before 2007, or one with a password
		if bytes.Contains(data, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")) {
			return nil, refuseFile(sayLocked, nil)
		}
		return nil, refuseFile(sayOld, nil)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, refuseFile(sayNoXLSX, err)
	}
	names, err := checkNames(z)
	if err != nil {
		return nil, err
	}
	if names["xl/workbook.xml"] == nil || names["[content_types].xml"] == nil {
		return nil, refuseFile(sayNoXLSX, nil)
	}
	parts, left := map[string][]byte{}, int64(mostUnpacked)
	for name, f := range names {
		if !strings.HasSuffix(name, ".xml") && !strings.HasSuffix(name, ".rels") {
			continue // pictures and the like are not unpacked
		}
		part, err := unpack(f, left)
		if err != nil {
			return nil, err
		}
		parts[name], left = part, left-int64(len(part))
	}
	return parts, nil
}

// checkNames looks at the table of contents.
func checkNames(z *zip.Reader) (map[string]*zip.File, error) {
	if len(z.File) > mostParts {
		return nil, refuseFile(sayHuge, nil)
	}
	var declared uint64
	names := make(map[string]*zip.File, len(z.File))
	for _, f := range z.File {
		name := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))
		for _, a := range active {
			if strings.HasPrefix(name, a) {
				return nil, refuseFile(sayActive, nil)
			}
		}
		if names[name] != nil || strings.Contains(name, "../") {
			return nil, refuseFile(sayOdd, nil)
		}
		if f.Flags&1 != 0 { // a member with a password
			return nil, refuseFile(sayLocked, nil)
		}
		names[name] = f
		if declared += f.UncompressedSize64; declared > mostUnpacked || f.UncompressedSize64 > mostUnpacked {
			return nil, refuseFile(sayHuge, nil)
		}
	}
	return names, nil
}

// unpack gives one part, at most left bytes of it, and looks for what XML of a table does not have.
func unpack(f *zip.File, left int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, refuseFile(sayNoXLSX, err)
	}
	defer func() { _ = r.Close() }()
	var b bytes.Buffer
	b.Grow(int(min(left, int64(f.UncompressedSize64)))) //nolint:gosec // no more than mostUnpacked, see checkNames
	n, err := io.Copy(&b, io.LimitReader(r, left+1))
	switch {
	case n > left:
		return nil, refuseFile(sayHuge, nil)
	case err != nil:
		return nil, refuseFile(sayNoXLSX, err)
	}
	if bytes.Count(b.Bytes(), []byte("<")) > mostTags {
		return nil, refuseFile(sayHuge, nil)
	}
	for _, bad := range []string{"<!DOCTYPE", "<!ENTITY", "macroEnabled"} {
		if bytes.Contains(b.Bytes(), []byte(bad)) {
			return nil, refuseFile(sayActive, nil)
		}
	}
	return b.Bytes(), nil
}

// take keeps one row.
func (f *File) take(n int, cells []string) error {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	switch {
	case n > mostLines && len(cells) > 0:
		return refuseFile(sayLong, nil)
	case len(cells) == 0:
		return nil
	}
	for i, c := range cells {
		if utf8.RuneCountInString(c) > mostCell {
			return refuseFile(t("第 "+strconv.Itoa(n)+" 行有一格太长了", "a cell of row "+strconv.Itoa(n)+" is too long"), nil)
		}
		cells[i] = unquote(plain(c))
	}
	if f.Head == nil {
		f.Head = cells
		return nil
	}
	if len(f.Rows) == MostRows {
		return refuseFile(sayLong, nil)
	}
	f.Rows = append(f.Rows, FileRow{n, cells})
	return nil
}

// cell gives a cell as its column reads it: Excel keeps days as numbers. A number that is a year is no day of 1905.
func (f *File) cell(c *kernel.Column, cell string) string {
	layout := time.DateOnly
	switch {
	case c.Help == minuteHelp:
		layout = minute
	case c.Type != kernel.ColumnDate:
		return cell
	}
	days, err := strconv.ParseFloat(cell, 64)
	if err != nil || days < 20_000 || days > 100_000 {
		return cell
	}
	at, err := excelize.ExcelDateToTime(math.Round(days*1440)/1440, f.since1904)
	if err != nil {
		return cell
	}
	return at.Round(time.Minute).Format(layout)
}

// dangerous tells a text that a table program might take for a formula.
func dangerous(s string) bool { return s != "" && strings.IndexByte("=+-@\t\r", s[0]) >= 0 }

// plain takes out what no cell needs: control characters, and the carriage return of a line's end.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' {
			return -1
		}
		return r
	}, s)
}

// quote puts a ' before what begins like a formula, so that a table that is saved as CSV and opened again is harmless too; and before
// what looks as if that had been done, so that unquote gives back what it was.
func quote(s string) string {
	s = plain(s)
	if dangerous(strings.TrimLeft(s, "'")) {
		return "'" + s
	}
	return s
}

func unquote(s string) string {
	if strings.HasPrefix(s, "'") && dangerous(strings.TrimLeft(s, "'")) {
		return s[1:]
	}
	return s
}

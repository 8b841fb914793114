package sheets

import (
	"archive/zip"
	"bytes"
	"errors"
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
	// since1904 tells that days are counted from 1904.
	since1904 bool
}

var (
	sayNoXLSX = t("这不是 .xlsx 文件，或者没有传完整。请用 Excel 或 WPS 另存为 .xlsx 再传", "this is no .xlsx file, or it did not arrive whole; save it as .xlsx and send it again")
	sayHuge   = t("文件展开后太大，请只留要导入的表和行", "unpacked, the file is too large; keep only the sheet and rows to bring in")
	sayActive = t("文件里有宏、外部链接或嵌入的对象，不能导入。请把内容复制到下载的模板里再传", "the file holds macros, links to other files or embedded objects; copy the rows into the template and send that")
	sayWide   = t("列太多了，请用下载的模板", "there are too many columns; use the template")
	sayLong   = t("行太多了，一次最多 "+strconv.Itoa(MostRows)+" 行，请分几次导入", "there are too many rows; "+strconv.Itoa(MostRows)+" at most at a time")
)

func refuseFile(say kernel.Text, cause error) error {
	return &kernel.Error{Kind: kernel.KindInvalid, Field: "file", Say: say, Cause: cause}
}

// active are the beginnings of parts that a plain table does not have.
var active = []string{"xl/vbaproject", "xl/externallinks/", "xl/macrosheets/", "xl/embeddings/", "xl/activex/", "xl/ctrlprops/", "xl/connections", "xl/querytables/", "xl/dialogsheets/",
	"customui/", "xl/model/", "xl/richdata/"}

// check looks at a workbook before it is opened: what it claims to hold, and what unpacking it really gives.
func check(data []byte) error {
	if len(data) > MostBytes {
		return kernel.TooLarge("file", t("文件太大了，最大 8 MB", "the file is too large; 8 MB at most"), nil)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return refuseFile(sayNoXLSX, err)
	}
	if len(z.File) > mostParts {
		return refuseFile(sayHuge, nil)
	}
	var declared uint64
	names := map[string]bool{}
	for _, f := range z.File {
		name := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))
		for _, a := range active {
			if strings.HasPrefix(name, a) {
				return refuseFile(sayActive, nil)
			}
		}
		if names[name] || strings.Contains(name, "../") {
			return refuseFile(sayNoXLSX, nil)
		}
		names[name] = true
		if declared += f.UncompressedSize64; declared > mostUnpacked || f.UncompressedSize64 > mostUnpacked {
			return refuseFile(sayHuge, nil)
		}
	}
	if !names["xl/workbook.xml"] || !names["[content_types].xml"] {
		return refuseFile(sayNoXLSX, nil)
	}
	left := int64(mostUnpacked)
	for _, f := range z.File {
		n, err := checkPart(f, left)
		if err != nil {
			return err
		}
		if left -= n; left < 0 {
			return refuseFile(sayHuge, nil)
		}
	}
	return nil
}

// checkPart unpacks one part, at most left bytes of it, and looks for what XML of a table does not have.
func checkPart(f *zip.File, left int64) (int64, error) {
	r, err := f.Open()
	if err != nil {
		return 0, refuseFile(sayNoXLSX, err)
	}
	defer func() { _ = r.Close() }()
	var total int64
	buf := make([]byte, 64<<10)
	keep := 0
	for {
		n, err := r.Read(buf[keep:])
		total += int64(n)
		if total > left {
			return total, refuseFile(sayHuge, nil)
		}
		seen := buf[:keep+n]
		if bytes.Contains(seen, []byte("<!DOCTYPE")) || bytes.Contains(seen, []byte("<!ENTITY")) || bytes.Contains(seen, []byte("macroEnabled")) {
			return total, refuseFile(sayActive, nil)
		}
		keep = copy(buf, seen[max(0, len(seen)-16):])
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, refuseFile(sayNoXLSX, err)
		}
	}
}

// ReadFile reads the first sheet of a workbook that somebody sent. Nothing in it is worked out: of a formula the text that was
// kept with it is taken.
func ReadFile(data []byte) (out *File, err error) {
	if err := check(data); err != nil {
		return nil, err
	}
	defer func() { // a broken file must not end the program
		if p := recover(); p != nil {
			out, err = nil, refuseFile(sayNoXLSX, nil)
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: mostUnpacked, UnzipXMLSizeLimit: mostUnpacked, RawCellValue: true})
	if err != nil {
		return nil, refuseFile(sayNoXLSX, err)
	}
	defer func() { _ = f.Close() }()
	list := f.GetSheetList()
	if len(list) == 0 {
		return nil, refuseFile(sayNoXLSX, nil)
	}
	out = &File{}
	if p, err := f.GetWorkbookProps(); err == nil && p.Date1904 != nil {
		out.since1904 = *p.Date1904
	}
	rows, err := f.Rows(list[0])
	if err != nil {
		return nil, refuseFile(sayNoXLSX, err)
	}
	defer func() { _ = rows.Close() }()
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil {
			return nil, refuseFile(sayNoXLSX, err)
		}
		if err := out.take(n, cells); err != nil {
			return nil, err
		}
	}
	if err := rows.Error(); err != nil {
		return nil, refuseFile(sayNoXLSX, err)
	}
	if out.Head == nil {
		return nil, refuseFile(t("表是空的，请用下载的模板填写", "the sheet is empty; fill in the template"), nil)
	}
	return out, nil
}

// take keeps one row.
func (f *File) take(n int, cells []string) error {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	switch {
	case len(cells) > mostCells:
		return refuseFile(sayWide, nil)
	case n > mostLines:
		return refuseFile(sayLong, nil)
	case len(cells) == 0:
		return nil
	}
	for i, c := range cells {
		if utf8.RuneCountInString(c) > mostCell {
			return refuseFile(t("第 "+strconv.Itoa(n)+" 行有一格太长了", "a cell of row "+strconv.Itoa(n)+" is too long"), nil)
		}
		cells[i] = unquote(c)
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

// cell gives a cell as its column reads it: Excel keeps days as numbers.
func (f *File) cell(c *kernel.Column, cell string) string {
	if c.Type != kernel.ColumnDate {
		return cell
	}
	days, err := strconv.ParseFloat(cell, 64)
	if err != nil || days < 1 || days > 200_000 || days != math.Trunc(days) && days < 1000 {
		return cell
	}
	at, err := excelize.ExcelDateToTime(days, f.since1904)
	if err != nil {
		return cell
	}
	return at.Format(time.DateOnly)
}

// dangerous tells a text that a table program might take for a formula.
func dangerous(s string) bool { return s != "" && strings.IndexByte("=+-@\t\r", s[0]) >= 0 }

// quote puts a ' before what begins like a formula, so that a table that is saved as CSV and opened again is harmless too; and before
// what looks as if that had been done, so that unquote gives back what it was.
func quote(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' {
			return -1
		}
		return r
	}, s)
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

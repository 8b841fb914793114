package cases

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"sanzhi/internal/kernel"
)

// Bounds of a table. A line beyond them means that this is no table, or one with a broken quote.
const (
	maxRecord  = 1 << 20 // bytes of one row
	maxColumns = 1000
)

// table reads rows of delimited text (RFC 4180, with any line ends). A fault that leaves the rest readable is the row's; one
// that does not ends the reading.
type table struct {
	r     *bufio.Reader
	delim byte
	line  int // of the next byte, from 1

	header []string
	record []byte
	ends   []int
}

var delimiters = map[string]byte{"comma": ',', "semicolon": ';', "tab": '\t', "pipe": '|'}

// newTable begins to read and takes the header.
func newTable(r io.Reader, delimiter, encoding string) (*table, error) {
	switch encoding {
	case "utf-16":
		r = transform.NewReader(r, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	case "gb18030":
		r = transform.NewReader(r, simplifiedchinese.GB18030.NewDecoder())
	case "windows-1252":
		r = transform.NewReader(r, charmap.Windows1252.NewDecoder())
	}
	t := &table{r: bufio.NewReaderSize(r, 1<<16), delim: delimiters[delimiter], line: 1}
	if mark, _ := t.r.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = t.r.Discard(3)
	}
	header, _, say, err := t.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, kernel.Malformed("line 1", kernel.T("文件是空的", "the file is empty"))
	case err != nil:
		return nil, err
	case !say.IsZero():
		return nil, kernel.Malformed("line 1", kernel.T("第 1 行（表头）："+say.Zh, "line 1 (the header): "+say.En))
	}
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
	}
	t.header = header
	return t, nil
}

func broken(line int, zh, en string) error {
	return kernel.Malformed(fmt.Sprintf("line %d", line), kernel.T(fmt.Sprintf("第 %d 行：%s", line, zh), fmt.Sprintf("line %d: %s", line, en)))
}

// next gives the fields of the next row that is not blank, the line on which it begins, and what is wrong with it if it
// cannot be used. The error is io.EOF at the end, or a fault after which nothing more can be read.
func (t *table) next() (fields []string, line int, say kernel.Text, err error) {
	for {
		line = t.line
		stray, err := t.scan()
		if err != nil {
			return nil, line, say, err
		}
		if len(t.ends) == 1 && len(t.record) == 0 {
			continue // a blank line
		}
		return t.fields(line, stray)
	}
}

func (t *table) fields(line int, stray bool) ([]string, int, kernel.Text, error) {
	if stray {
		return nil, line, kernel.T("引号之后还有字，请检查引号", "something follows a closing quote; check the quotes"), nil
	}
	all := string(t.record)
	if !utf8.ValidString(all) || strings.ContainsRune(all, utf8.RuneError) {
		return nil, line, kernel.T("有读不出的文字，请检查 file.encoding（utf-8、utf-16、gb18030、windows-1252）",
			"has text that cannot be read; check file.encoding (utf-8, utf-16, gb18030, windows-1252)"), nil
	}
	fields, from := make([]string, len(t.ends)), 0
	for i, end := range t.ends {
		fields[i], from = all[from:end], end
	}
	if t.header != nil && len(fields) != len(t.header) {
		return fields, line, kernel.T(fmt.Sprintf("有 %d 列，表头有 %d 列，请检查分隔符和引号", len(fields), len(t.header)),
			fmt.Sprintf("has %d columns and the header has %d; check the delimiter and the quotes", len(fields), len(t.header))), nil
	}
	return fields, line, kernel.Text{}, nil
}

// scan reads one row into record and ends. stray tells of text after a closing quote.
func (t *table) scan() (stray bool, err error) {
	const (
		start  = iota // of a field
		plain         // in a field without quotes
		quoted        // in a field with quotes
		after         // behind a quote within such a field: it ends the field, or is doubled
	)
	began, state := t.line, start
	t.record, t.ends = t.record[:0], t.ends[:0]
	for {
		c, err := t.char(state == quoted)
		if errors.Is(err, io.EOF) {
			return stray, t.atEnd(began, state == quoted, state == start && len(t.ends) == 0)
		}
		if err != nil {
			return stray, kernel.Internal("read", err)
		}
		if c == 0 {
			return stray, broken(t.line, "有空字节，这不是文本文件，或者 file.encoding 应为 utf-16", "has a NUL byte; this is not a text file, or file.encoding should be utf-16")
		}
		if c == '\n' {
			t.line++
		}
		switch {
		case state == quoted && c == '"':
			state = after
		case state == quoted, state == after && c == '"':
			t.record, state = append(t.record, c), quoted
		case c == '\n':
			t.ends = append(t.ends, len(t.record))
			return stray, nil
		case c == t.delim:
			t.ends, state = append(t.ends, len(t.record)), start
		case state == start && c == '"':
			state = quoted
		default:
			stray = stray || state == after && c != ' '
			if state != after {
				t.record, state = append(t.record, c), plain
			}
		}
		if err := t.bounded(began, state == quoted); err != nil {
			return stray, err
		}
	}
}

// char reads one byte. Outside quotes CR LF and a lone CR are line ends as LF is.
func (t *table) char(quoted bool) (byte, error) {
	c, err := t.r.ReadByte()
	if err != nil || c != '\r' || quoted {
		return c, err
	}
	if next, _ := t.r.Peek(1); len(next) == 1 && next[0] == '\n' {
		return t.r.ReadByte()
	}
	return '\n', nil
}

func (t *table) atEnd(began int, open, nothing bool) error {
	switch {
	case open:
		return broken(began, "引号到文件末尾也没有配对", "a quote is never closed")
	case nothing && len(t.record) == 0:
		return io.EOF
	}
	t.ends = append(t.ends, len(t.record))
	return nil
}

func (t *table) bounded(began int, open bool) error {
	if len(t.record) > maxRecord {
		if open {
			return broken(began, "引号打开后 1 MB 之内没有配对", "a quote is opened and not closed within 1 MB")
		}
		return broken(began, "这一行超过 1 MB，不像表格", "the line is over 1 MB; this is no table")
	}
	if len(t.ends) >= maxColumns {
		return broken(began, fmt.Sprintf("超过 %d 列，不像表格，请检查 file.delimiter", maxColumns), fmt.Sprintf("has over %d columns; this is no table, or file.delimiter is wrong", maxColumns))
	}
	return nil
}

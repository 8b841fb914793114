package sheets

import (
	"bytes"
	"errors"
	"math"
	"path"
	"strconv"
	"strings"

	"sanzhi/internal/kernel"
)

// ReadFile reads the first sheet of a workbook that somebody sent. Nothing in it is worked out: of a formula the text that was
// kept with it is taken. What a file can make the reader do is bounded by counting: bytes as sent and unpacked, rows, columns, and the
// bytes of all cells together, where a text that many cells share counts each time.
func ReadFile(data []byte) (*File, error) {
	parts, err := check(data)
	if err != nil {
		return nil, err
	}
	r := &reader{parts: parts, out: &File{wrong: map[[2]int]bool{}}, decoded: map[int]string{}}
	if err := r.read(); err != nil {
		var e *kernel.Error
		switch {
		case errors.As(err, &e):
			return nil, err
		case errors.Is(err, errActive):
			return nil, refuseFile(sayActive, err)
		default:
			return nil, refuseFile(sayOdd, err)
		}
	}
	if r.out.Head == nil {
		return nil, refuseFile(t("表是空的，请用下载的模板填写", "the sheet is empty; fill in the template"), nil)
	}
	return r.out, nil
}

// reader reads one workbook.
type reader struct {
	parts   map[string][]byte
	out     *File
	shared  []byte   // the part with the texts that cells share
	bounds  [][2]int // where each begins and ends in it
	decoded map[int]string
}

func (r *reader) read() error {
	id, err := r.workbook()
	if err != nil {
		return err
	}
	sheet, texts, err := r.related(id)
	if err != nil {
		return err
	}
	if texts != "" {
		if err := r.index(r.parts[texts]); err != nil {
			return err
		}
	}
	part, ok := r.parts[sheet]
	if !ok {
		return errBroken
	}
	return r.rows(part)
}

// workbook gives the relation of the first sheet.
func (r *reader) workbook() (id string, err error) {
	err = walk(r.parts["xl/workbook.xml"], func(_ *scanner, e event) error {
		switch {
		case e.kind != atStart:
		case string(e.name) == "sheet" && id == "":
			id = attr(e.attrs, "id")
		case string(e.name) == "workbookPr":
			v := attr(e.attrs, "date1904")
			r.out.since1904 = v == "1" || v == "true"
		}
		return nil
	})
	if err == nil && id == "" {
		err = errBroken
	}
	return id, err
}

// related gives the names of the parts that hold the sheet and the texts.
func (r *reader) related(id string) (sheet, texts string, err error) {
	err = walk(r.parts["xl/_rels/workbook.xml.rels"], func(_ *scanner, e event) error {
		if e.kind != atStart || string(e.name) != "Relationship" || attr(e.attrs, "TargetMode") == "External" {
			return nil
		}
		to := attr(e.attrs, "Target")
		if !strings.HasPrefix(to, "/") {
			to = path.Join("/xl", to)
		}
		to = strings.ToLower(strings.TrimPrefix(path.Clean(to), "/"))
		switch {
		case attr(e.attrs, "Id") == id:
			if !strings.HasSuffix(attr(e.attrs, "Type"), "/worksheet") {
				return refuseFile(t("第一张工作表是图表，请把要导入的表放到最前面", "the first sheet is a chart; put the table to bring in first"), nil)
			}
			sheet = to
		case strings.HasSuffix(attr(e.attrs, "Type"), "/sharedStrings"):
			texts = to
		}
		return nil
	})
	return sheet, texts, err
}

// walk goes through a part.
func walk(part []byte, each func(*scanner, event) error) error {
	s := newScanner(part)
	for {
		e, err := s.next()
		if err != nil {
			return err
		}
		if err := each(s, e); err != nil {
			return err
		}
		if e.kind == atEnd {
			return nil
		}
	}
}

// index notes where the shared texts stand; they are read when a cell needs them.
func (r *reader) index(part []byte) error {
	from, before := -1, 0
	return walk(part, func(s *scanner, e event) error {
		r.shared = s.b
		switch {
		case string(e.name) != "si":
		case e.kind == atStart:
			from = before
		case e.kind == atStop && from >= 0:
			r.bounds = append(r.bounds, [2]int{from, s.at})
			from = -1
		}
		before = s.at
		return nil
	})
}

// text gives a shared text.
func (r *reader) text(n int) (string, error) {
	if n < 0 || n >= len(r.bounds) {
		return "", errBroken
	}
	if v, ok := r.decoded[n]; ok {
		return v, nil
	}
	b := r.bounds[n]
	v, err := runs(&scanner{b: r.shared[b[0]:b[1]]})
	if err == nil {
		r.decoded[n] = v
	}
	return v, err
}

// runs reads the text of a whole <si>, or of an <is> that has begun, up to its end: its <t>, one behind the other, without the readings (<rPh>).
func runs(s *scanner) (string, error) {
	var out []byte
	deep, reading, inside := 0, 0, false
	for {
		e, err := s.next()
		if err != nil {
			return "", err
		}
		switch e.kind {
		case atStart:
			deep++
			if string(e.name) == "rPh" {
				reading = deep
			}
			inside = string(e.name) == "t"
		case atText:
			if inside && reading == 0 {
				if e.raw {
					out = append(out, e.text...)
				} else if out, err = unescape(out, e.text); err != nil {
					return "", err
				}
			}
		case atStop:
			if deep == reading {
				reading = 0
			}
			if deep--; deep < 0 {
				return plainText(out), nil
			}
			inside = false
		case atEnd:
			return plainText(out), nil
		}
	}
}

// rows reads the rows of a sheet.
func (r *reader) rows(part []byte) error {
	row, col, inside := 0, 0, 0
	var cells []string
	return walk(part, func(s *scanner, e event) error {
		name := string(e.name)
		switch {
		case e.kind == atStart && name == "sheetData":
			inside = s.deep
		case e.kind == atStop && name == "sheetData":
			inside = 0
		case inside == 0:
		case e.kind == atStart && name == "row":
			was := row
			row++
			if at := attr(e.attrs, "r"); at != "" {
				n, err := strconv.Atoi(at)
				if err != nil || n > 1<<20 {
					return errBroken
				}
				row = n
			}
			if row <= was {
				return errBroken
			}
			col, cells = 0, nil
		case e.kind == atStop && name == "row":
			return r.out.take(row, cells)
		case e.kind == atStart && name == "c":
			n, value, err := r.cell(s, e.attrs, row, col)
			if err != nil {
				return err
			}
			if n <= col {
				return errBroken
			}
			if col = n; value == "" {
				return nil
			}
			if col > mostCells {
				return refuseFile(sayWide, nil)
			}
			for len(cells) < col {
				cells = append(cells, "")
			}
			cells[col-1] = value
		}
		return nil
	})
}

// cell reads one cell to its end: its column from 1 and its value.
func (r *reader) cell(s *scanner, attrs []byte, row, before int) (col int, value string, err error) {
	col = before + 1
	if at := attr(attrs, "r"); at != "" {
		if col = column(at); col == 0 {
			return 0, "", errBroken
		}
	}
	kind := attr(attrs, "t")
	var v []byte
	in := ""
	for deep := 1; deep > 0; {
		e, err := s.next()
		if err != nil {
			return 0, "", err
		}
		switch e.kind {
		case atStart:
			deep++
			in = string(e.name)
			if in == "is" && deep == 2 {
				if value, err = runs(s); err != nil {
					return 0, "", err
				}
				deep--
			}
		case atText:
			if in == "v" && deep == 2 {
				if v, err = unescape(v, e.text); err != nil {
					return 0, "", err
				}
			}
		case atStop:
			deep--
			in = ""
		case atEnd:
			return 0, "", errBroken
		}
	}
	if kind != "inlineStr" {
		value, err = r.value(kind, v)
	}
	if err != nil {
		return 0, "", err
	}
	if kind == "e" {
		r.out.wrong[[2]int{row, col - 1}] = true
	}
	if r.out.text += len(value); r.out.text > mostText {
		return 0, "", refuseFile(sayHuge, nil)
	}
	return col, value, nil
}

// value gives what stands in <v> by the type of its cell.
func (r *reader) value(kind string, v []byte) (string, error) {
	switch kind {
	case "s":
		n, err := strconv.Atoi(string(bytes.TrimSpace(v)))
		if err != nil {
			return "", errBroken
		}
		return r.text(n)
	case "b":
		return map[bool]string{true: "TRUE", false: "FALSE"}[string(bytes.TrimSpace(v)) == "1"], nil
	case "", "n":
		return number(string(bytes.TrimSpace(v))), nil
	case "d":
		return strings.TrimSuffix(string(v), "T00:00:00"), nil
	default:
		return plainText(v), nil
	}
}

// number writes a number as people would: Excel keeps 17 digits of which 15 are meant, and large ones with an exponent.
func number(v string) string {
	if len(v) < 15 && !strings.ContainsAny(v, "eE") {
		return v
	}
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || math.Abs(f) >= 1e15 {
		return v
	}
	if f, err = strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64); err != nil {
		return v
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// column gives the column of a cell's name, A1 is 1; 0 when it is no name.
func column(at string) int {
	n, i := 0, 0
	for ; i < len(at) && at[i] >= 'A' && at[i] <= 'Z'; i++ {
		if n = n*26 + int(at[i]-'A') + 1; n > 16_384 {
			return 0
		}
	}
	if i == 0 || i == len(at) {
		return 0
	}
	return n
}

package cli

import (
	"bufio"
	"io"
	"strconv"
)

// table writes a CSV table field by field. The first error ends it and is given by end.
type table struct {
	w    *bufio.Writer
	line []byte
	err  error
}

// newTable begins a table with a line of column names, which more may lengthen.
func newTable(w io.Writer, columns string) *table {
	return &table{w: bufio.NewWriterSize(w, 1<<16), line: []byte(columns)}
}

// begin ends a line and begins the next with its first field.
func (t *table) begin(field []byte) {
	t.flush()
	t.line = appendField(t.line, field)
}

func (t *table) more(field string) { t.line = appendField(append(t.line, ','), []byte(field)) }

// number adds a number with at most so many decimals.
func (t *table) number(v float64, decimals int) {
	t.line = append(t.line, ',')
	t.line = strconv.AppendFloat(t.line, v, 'f', decimals, 64)
	end := len(t.line)
	for t.line[end-1] == '0' {
		end--
	}
	if t.line[end-1] == '.' {
		end--
	}
	t.line = t.line[:end]
}

func (t *table) flag(yes bool) {
	if yes {
		t.line = append(t.line, ",1"...)
	} else {
		t.line = append(t.line, ",0"...)
	}
}

func (t *table) flush() {
	if _, err := t.w.Write(append(t.line, '\n')); t.err == nil {
		t.err = err
	}
	t.line = t.line[:0]
}

func (t *table) end() error {
	t.flush()
	if err := t.w.Flush(); t.err == nil {
		t.err = err
	}
	return t.err
}

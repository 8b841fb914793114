package assign

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"

	"sanzhi/internal/kernel"
)

// Read takes an instance as text: "nL nR nArcs", the supplies of the left nodes, the demands of the right nodes, then "l r cost" an
// arc, numbered from 0, separated by spaces or line breaks. An error is KindInvalid and names the line.
func Read(b []byte) (*Problem, error) {
	r := &reader{b: b, line: 1}
	nL, nR, n := r.number("nL", MaxNodes), r.number("nR", MaxNodes), r.number("nArcs", math.MaxInt32)
	// A number takes two bytes at least, so a header that promises more than there is asks for no memory.
	if r.err == nil && int64(len(b)) < 2*(nL+nR+3*n) {
		r.fail(kernel.T("文件比第一行说的短", "the file is shorter than its first line says"))
	}
	if r.err != nil {
		return nil, r.err
	}
	p := &Problem{Supply: make([]int64, nL), Demand: make([]int64, nR), Arcs: make([]Arc, n)}
	for i := range p.Supply {
		p.Supply[i] = r.number("supply", MaxUnits)
	}
	for i := range p.Demand {
		p.Demand[i] = r.number("demand", MaxUnits)
	}
	for i := range p.Arcs {
		p.Arcs[i] = Arc{int32(r.number("l", nL-1)), int32(r.number("r", nR-1)), r.number("cost", MaxCost)}
		if r.err != nil {
			return nil, r.err
		}
	}
	if r.space(); r.err == nil && r.at < len(b) {
		r.fail(kernel.T("最后一条边后面还有别的内容", "something stands behind the last arc"))
	}
	return p, r.err
}

type reader struct {
	b    []byte
	at   int
	line int
	err  error
}

func (r *reader) fail(say kernel.Text) {
	if r.err == nil {
		r.err = kernel.Invalid(fmt.Sprintf("line %d", r.line), kernel.T(fmt.Sprintf("第 %d 行：", r.line)+say.Zh, fmt.Sprintf("line %d: ", r.line)+say.En))
	}
}

func (r *reader) space() {
	for r.at < len(r.b) {
		switch r.b[r.at] {
		case '\n':
			r.line++
		case ' ', '\t', '\r':
		default:
			return
		}
		r.at++
	}
}

// number reads a whole number from 0 to most.
func (r *reader) number(what string, most int64) int64 {
	if r.err != nil {
		return 0
	}
	r.space()
	from, v := r.at, int64(0)
	for r.at < len(r.b) && r.b[r.at] >= '0' && r.b[r.at] <= '9' && v <= most {
		v = v*10 + int64(r.b[r.at]-'0')
		r.at++
	}
	switch {
	case r.at == len(r.b) && r.at == from:
		r.fail(kernel.T("文件到这里就完了，还缺 "+what, "the file ends here, "+what+" is missing"))
	case r.at == from || v <= most && r.at < len(r.b) && !bytes.ContainsRune([]byte(" \t\r\n"), rune(r.b[r.at])):
		r.fail(kernel.T(what+" 应是不小于 0 的整数", what+" must be a whole number, 0 or more"))
	case v > most:
		r.fail(kernel.T(fmt.Sprintf("%s 太大，最多 %d", what, most), fmt.Sprintf("%s is too large, %d at most", what, most)))
	}
	return v
}

// Write writes the flows of a solution, "l r amount" a line.
func (s *Solution) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, f := range s.Flows {
		if _, err := fmt.Fprintf(b, "%d %d %d\n", f.L, f.R, f.Amount); err != nil {
			return err
		}
	}
	return b.Flush()
}

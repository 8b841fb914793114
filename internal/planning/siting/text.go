package siting

import (
	"fmt"
	"math"

	"sanzhi/internal/kernel"
)

// numbers reads whole numbers from a text, and knows the line of each.
type numbers struct {
	b    []byte
	at   int
	line int
	err  error
}

func (r *numbers) fail(say kernel.Text) {
	if r.err == nil {
		r.err = kernel.Invalid(fmt.Sprintf("line %d", r.line), kernel.T(fmt.Sprintf("第 %d 行：", r.line)+say.Zh, fmt.Sprintf("line %d: ", r.line)+say.En))
	}
}

func (r *numbers) space() {
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

// next reads a whole number from least to most.
func (r *numbers) next(what string, least, most int64) int64 {
	if r.err != nil {
		return least
	}
	r.space()
	from, v := r.at, int64(0)
	for r.at < len(r.b) && r.b[r.at] >= '0' && r.b[r.at] <= '9' && v <= most {
		v = v*10 + int64(r.b[r.at]-'0')
		r.at++
	}
	ended := r.at == len(r.b) || r.b[r.at] == ' ' || r.b[r.at] == '\n' || r.b[r.at] == '\t' || r.b[r.at] == '\r'
	switch {
	case from == len(r.b):
		r.fail(kernel.T("文件到这里就完了，还缺 "+what, "the file ends here, "+what+" is missing"))
	case r.at == from || v <= most && !ended:
		r.fail(kernel.T(what+" 应是整数", what+" must be a whole number"))
	case v > most || v < least:
		r.fail(kernel.T(fmt.Sprintf("%s 应在 %d 到 %d 之间", what, least, most), fmt.Sprintf("%s must lie between %d and %d", what, least, most)))
	default:
		return v
	}
	return least
}

func (r *numbers) end() {
	if r.space(); r.err == nil && r.at < len(r.b) {
		r.fail(kernel.T("最后还有多出来的内容", "something stands behind the last row"))
	}
}

// ReadCovering takes an instance as text: "candidates rows p", then for each row "weight k c1 … ck". Candidates are numbered
// from 0, or from 1 when the file names the number candidates and never 0; first is the number of the first.
func ReadCovering(b []byte) (c *Covering, first int32, err error) {
	r := &numbers{b: b, line: 1}
	n, rows, p := r.next("candidates", 1, maxCandidates), r.next("rows", 0, math.MaxInt32), r.next("p", 1, maxCandidates)
	// Each row takes four bytes at least, so a header that promises more than there is asks for no memory.
	if r.err == nil && int64(len(b)) < 4*rows {
		r.fail(kernel.T("文件比第一行说的短", "the file is shorter than its first line says"))
	}
	if r.err != nil {
		return nil, 0, r.err
	}
	c = &Covering{Candidates: int(n), P: int(p), Weights: make([]int64, rows), Start: make([]int32, rows+1), By: make([]int32, 0, len(b)/4)}
	zero, last := false, false
	for i := range rows {
		c.Weights[i] = r.next("weight", 0, maxWeight)
		for range r.next("k", 0, n) {
			j := r.next("c", 0, n)
			if r.err != nil {
				return nil, 0, r.err
			}
			zero, last = zero || j == 0, last || j == n
			c.By = append(c.By, int32(j))
		}
		if r.err != nil {
			return nil, 0, r.err
		}
		c.Start[i+1] = int32(len(c.By))
	}
	if r.end(); r.err == nil && zero && last {
		r.fail(kernel.T(fmt.Sprintf("候选点的编号有 0 也有 %d：请从 0 或从 1 编起", n), fmt.Sprintf("candidates 0 and %d are both named: number them from 0 or from 1", n)))
	}
	if r.err != nil {
		return nil, 0, r.err
	}
	if last {
		first = 1
		for k := range c.By {
			c.By[k]--
		}
	}
	return c, first, c.Check()
}

// ReadMedian takes a p-median instance of the OR-Library (Beasley 1990): "n edges p", then "i j cost" an edge, numbered from 1. Of
// an edge that stands there twice the last cost counts, as the library says. Distances are shortest paths.
func ReadMedian(b []byte) (*Median, error) {
	r := &numbers{b: b, line: 1}
	n, m, p := r.next("n", 1, maxMedian), r.next("edges", 0, math.MaxInt32), r.next("p", 1, maxMedian)
	if r.err == nil && int64(len(b)) < 6*m {
		r.fail(kernel.T("文件比第一行说的短", "the file is shorter than its first line says"))
	}
	if r.err != nil {
		return nil, r.err
	}
	cost := map[[2]int32]int32{}
	for range m {
		i, j, c := r.next("i", 1, n), r.next("j", 1, n), r.next("cost", 0, maxLength)
		if r.err != nil {
			return nil, r.err
		}
		cost[[2]int32{int32(min(i, j) - 1), int32(max(i, j) - 1)}] = int32(c)
	}
	if r.end(); r.err != nil {
		return nil, r.err
	}
	return fromEdges(int(n), int(p), cost)
}

package territory

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"unicode/utf8"

	"sanzhi/internal/kernel"
)

// ProblemKind is what is wrong with a row of a division file.
type ProblemKind string

// The kinds of problem.
const (
	ProblemMalformed ProblemKind = "malformed" // the row cannot be read
	ProblemDuplicate ProblemKind = "duplicate" // the code stands twice in its file
	ProblemOrphan    ProblemKind = "orphan"    // the parent is in no file, or the row names ancestors that its parent does not have
)

// AllProblemKinds lists the closed set.
var AllProblemKinds = []ProblemKind{ProblemMalformed, ProblemDuplicate, ProblemOrphan}

// Problem is one row that was left out.
type Problem struct {
	Kind ProblemKind
	File string
	Line int // from 1, the header counted
	Say  kernel.Text
}

// DivisionReport is the outcome of reading: rows taken, by level, and rows left out, by kind. Problems holds the first 200
// of them. Missing names the files that were not there.
type DivisionReport struct {
	Taken    map[DivisionLevel]int
	LeftOut  map[ProblemKind]int
	Problems []Problem
	Missing  []string
}

const mostProblems = 200

// divisionFile is one file of the china-division package: its columns for the parent and for the ancestors above.
type divisionFile struct {
	level  DivisionLevel
	name   string
	digits int
	parent string   // column; "" for provinces
	above  []string // columns of the parent's ancestors, nearest first
}

var divisionFiles = []divisionFile{
	{DivisionProvince, "provinces.csv", 2, "", nil},
	{DivisionPrefecture, "cities.csv", 4, "provinceCode", nil},
	{DivisionCounty, "areas.csv", 6, "cityCode", []string{"provinceCode"}},
	{DivisionStreet, "streets.csv", 9, "areaCode", []string{"cityCode", "provinceCode"}},
	{DivisionVillage, "villages.csv", 12, "streetCode", []string{"areaCode", "cityCode", "provinceCode"}},
}

// ReadDivisions streams the CSV files of the china-division package (provinces, cities, areas, streets, villages) in fsys,
// from the top level down, and gives each division of the year to each. Columns are found by their header; quotes are
// optional, a byte order mark is passed over. A file that is missing is reported; rows that cannot be read, repeat a code or
// have no parent are left out and reported. The error is each's own, a failure to read, a header without its columns
// (malformed), or not_found when there is no file at all.
func ReadDivisions(fsys fs.FS, year int, each func(Division) error) (DivisionReport, error) {
	rd := &divisionReader{year: year, each: each,
		report: DivisionReport{Taken: map[DivisionLevel]int{}, LeftOut: map[ProblemKind]int{}}}
	for _, f := range divisionFiles {
		file, err := fsys.Open(f.name)
		if errors.Is(err, fs.ErrNotExist) {
			rd.report.Missing = append(rd.report.Missing, f.name)
			rd.above = append(rd.above, map[string]string{})
			continue
		}
		if err != nil {
			return rd.report, kernel.Internal("open "+f.name, err)
		}
		err = rd.file(f, file)
		if err = errors.Join(err, file.Close()); err != nil {
			return rd.report, err
		}
	}
	if len(rd.report.Missing) == len(divisionFiles) {
		return rd.report, kernel.NotFound(kernel.T("这里没有区划文件（provinces.csv 等五个）", "there are no division files here (provinces.csv and the other four)"))
	}
	return rd.report, nil
}

type divisionReader struct {
	year   int
	each   func(Division) error
	report DivisionReport
	above  []map[string]string // one a level read so far: code to parent's code
}

func (rd *divisionReader) problem(k ProblemKind, t *divisionTable, zh, en string) {
	rd.report.LeftOut[k]++
	if len(rd.report.Problems) < mostProblems {
		rd.report.Problems = append(rd.report.Problems, Problem{k, t.name, t.line, kernel.T(
			fmt.Sprintf("%s 第 %d 行：%s", t.name, t.line, zh), fmt.Sprintf("%s line %d: %s", t.name, t.line, en))})
	}
}

// columns says where the columns of a file stand.
type columns struct {
	code, name, parent int
	above              []int // -1 where the file has no such column
}

func findColumns(f divisionFile, header []string) (columns, error) {
	at := map[string]int{}
	for i, h := range header {
		at[strings.TrimSpace(h)] = i
	}
	get := func(name string) int {
		if i, ok := at[name]; ok {
			return i
		}
		return -1
	}
	c := columns{code: get("code"), name: get("name"), parent: -1}
	if f.parent != "" {
		c.parent = get(f.parent)
	}
	for _, a := range f.above {
		c.above = append(c.above, get(a))
	}
	if c.code < 0 || c.name < 0 || f.parent != "" && c.parent < 0 {
		need := strings.TrimSuffix("code, name, "+f.parent, ", ")
		return c, kernel.Malformed(f.name, kernel.T(f.name+" 的第一行应有这些列："+need, "the first line of "+f.name+" must name the columns "+need))
	}
	return c, nil
}

// mostLine is the longest line taken; a longer one means that this is no division file.
const mostLine = 1 << 16

func (rd *divisionReader) file(f divisionFile, r io.Reader) error {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 0, mostLine), mostLine)
	t := &divisionTable{divisionFile: f, parents: map[string]string{}, seen: make(map[uint64]struct{}, 1<<12)}
	header := ""
	if sc.Scan() {
		header = strings.TrimPrefix(sc.Text(), "\ufeff")
	}
	fields, _ := splitCSV(header, nil)
	cols, err := findColumns(f, fields)
	for t.cols, t.line = cols, 2; err == nil && sc.Scan(); t.line++ {
		if text := sc.Text(); strings.TrimSpace(text) != "" {
			err = rd.take(t, text)
		}
	}
	rd.above = append(rd.above, t.parents)
	switch fault := sc.Err(); {
	case errors.Is(fault, bufio.ErrTooLong):
		return kernel.Malformed(f.name, kernel.T(f.name+" 有一行过长，不像区划文件", f.name+" has a line that is too long for a division file"))
	case fault != nil:
		return kernel.Internal("read "+f.name, fault)
	}
	return err
}

// divisionTable is a file as it is read.
type divisionTable struct {
	divisionFile
	cols    columns
	line    int
	fields  []string            // of the present line, kept to save its memory
	parents map[string]string   // code to parent's code, for the level below
	seen    map[uint64]struct{} // codes as numbers: villages are many
}

// take reads one row and gives its division on. The error is that of each.
func (rd *divisionReader) take(t *divisionTable, text string) error {
	var ok bool
	if t.fields, ok = splitCSV(text, t.fields[:0]); !ok || !utf8.ValidString(text) {
		rd.problem(ProblemMalformed, t, "引号不成对，或不是 UTF-8 文字", "quotes do not pair, or the text is not UTF-8")
		return nil
	}
	d, ok := rd.row(t)
	if !ok {
		return nil
	}
	n, _ := strconv.ParseUint(d.Code, 10, 64) // row has checked the digits
	if _, twice := t.seen[n]; twice {
		rd.problem(ProblemDuplicate, t, "代码 "+d.Code+" 重复", "the code "+d.Code+" stands twice")
		return nil
	}
	t.seen[n] = struct{}{}
	if t.level != DivisionVillage {
		t.parents[d.Code] = d.Parent
	}
	rd.report.Taken[t.level]++
	return rd.each(d)
}

// row makes a division of a row, or reports why not.
func (rd *divisionReader) row(t *divisionTable) (Division, bool) {
	if need := max(t.cols.code, t.cols.name, t.cols.parent); need >= len(t.fields) {
		rd.problem(ProblemMalformed, t, "列数不够", "there are too few columns")
		return Division{}, false
	}
	code, name := strings.TrimSpace(t.fields[t.cols.code]), strings.TrimSpace(t.fields[t.cols.name])
	if len(code) != t.digits || !digits(code) {
		rd.problem(ProblemMalformed, t, fmt.Sprintf("代码“%s”应为 %d 位数字", code, t.digits), fmt.Sprintf("the code %q should have %d digits", code, t.digits))
		return Division{}, false
	}
	if name == "" {
		rd.problem(ProblemMalformed, t, "没有名称", "there is no name")
		return Division{}, false
	}
	d := Division{Code: code, Name: name, Level: t.level, Kind: GuessKind(t.level, name), Year: rd.year}
	if t.parent == "" {
		return d, true
	}
	d.Parent = strings.TrimSpace(t.fields[t.cols.parent])
	return d, rd.ancestors(t, d)
}

// ancestors checks that the parent was read, and that the ancestors that the row names are the parent's.
func (rd *divisionReader) ancestors(t *divisionTable, d Division) bool {
	up := len(rd.above) - 1
	next, ok := rd.above[up][d.Parent]
	if !ok {
		rd.problem(ProblemOrphan, t, "“"+d.Name+"”的上级 "+d.Parent+" 不存在", "the parent "+d.Parent+" of "+d.Name+" is not there")
		return false
	}
	for i, col := range t.cols.above {
		if col >= 0 && col < len(t.fields) && t.fields[col] != next {
			rd.problem(ProblemOrphan, t, fmt.Sprintf("“%s”写的 %s 是 %s，而上级 %s 的是 %s", d.Name, t.above[i], t.fields[col], d.Parent, next),
				fmt.Sprintf("%s names %s %s, but its parent %s has %s", d.Name, t.above[i], t.fields[col], d.Parent, next))
			return false
		}
		up--
		next = rd.above[up][next]
	}
	return true
}

// splitCSV cuts one line at its commas. A field may stand in quotes, a quote within is doubled (RFC 4180; no line breaks
// within fields, so that one broken quote costs one row). ok is false when quotes do not pair.
func splitCSV(line string, out []string) (fields []string, ok bool) {
	line = strings.TrimSuffix(line, "\r")
	for {
		if !strings.HasPrefix(line, `"`) {
			field, rest, more := strings.Cut(line, ",")
			if strings.Contains(field, `"`) {
				return out, false
			}
			if out = append(out, field); !more {
				return out, true
			}
			line = rest
			continue
		}
		end := 1
		for end < len(line) && (line[end] != '"' || end+1 < len(line) && line[end+1] == '"') {
			if line[end] == '"' {
				end++
			}
			end++
		}
		if end >= len(line) || end+1 < len(line) && line[end+1] != ',' {
			return out, false
		}
		out = append(out, strings.ReplaceAll(line[1:end], `""`, `"`))
		if end+1 == len(line) {
			return out, true
		}
		line = line[end+2:]
	}
}

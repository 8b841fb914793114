package territory

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"sanzhi/internal/kernel"
)

// SuccessionKind is how one division came to take the place of another.
type SuccessionKind string

// The kinds of succession.
const (
	Recoded   SuccessionKind = "recoded"   // the same division under another code
	Renamed   SuccessionKind = "renamed"   // another code and another name
	Merged    SuccessionKind = "merged"    // it went up in another
	Moved     SuccessionKind = "moved"     // it went to another parent
	Split     SuccessionKind = "split"     // several took its place
	Abolished SuccessionKind = "abolished" // none did
)

// AllSuccessionKinds lists the closed set.
var AllSuccessionKinds = []SuccessionKind{Recoded, Renamed, Merged, Moved, Split, Abolished}

// Successor is one line of a published table: in the lists from Year on, New stands where Old stood. Year 0 is any year;
// without a kind any number of successors may be given.
type Successor struct {
	Old, New string
	Year     int
	Kind     SuccessionKind
}

// SuccessorsBetween gives the successors that count between the lists of two years: those of the years after from, up to
// to. A code that was abolished is there without any.
func SuccessorsBetween(list []Successor, from, to int) map[string][]string {
	out := map[string][]string{}
	for _, s := range list {
		if s.Year != 0 && (s.Year <= from || s.Year > to) {
			continue
		}
		if out[s.Old] == nil {
			out[s.Old] = []string{}
		}
		if s.New != "" && !slices.Contains(out[s.Old], s.New) {
			out[s.Old] = append(out[s.Old], s.New)
		}
	}
	return out
}

// successorColumns are the columns of a table, by the names that its header may give them.
var successorColumns = map[string]int{"old_code": 0, "old": 0, "原代码": 0, "new_code": 1, "new": 1, "新代码": 1, "year": 2, "年份": 2, "kind": 3, "方式": 3}

// ReadSuccessors reads a published table of successors: CSV with the columns old_code, new_code, year and kind, of which the
// last two may be left out. A split division has a line for each of its successors, an abolished one an empty new_code. Every
// fault is told with its line, as one malformed error.
func ReadSuccessors(r io.Reader) ([]Successor, error) {
	t := &successorTable{at: []int{0, 1, 2, 3}}
	rd := csv.NewReader(r)
	rd.FieldsPerRecord, rd.TrimLeadingSpace = -1, true
	for first := true; ; first = false {
		rec, err := rd.Read()
		if errors.Is(err, io.EOF) {
			return t.finish()
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			t.fault(bad.StartLine, "引号不成对", "the quotes do not match")
			return t.finish()
		}
		if err != nil {
			return nil, err
		}
		line, _ := rd.FieldPos(0)
		if first {
			rec[0] = strings.TrimPrefix(rec[0], "\ufeff")
			if t.header(rec) {
				continue
			}
		}
		t.row(line, rec)
	}
}

type successorTable struct {
	at     []int // where each column stands
	list   []Successor
	lines  []int
	faults []kernel.Error
}

func (t *successorTable) fault(line int, zh, en string) {
	t.faults = append(t.faults, kernel.Error{Kind: kernel.KindMalformed, Field: fmt.Sprintf("line %d", line),
		Say: kernel.T(fmt.Sprintf("第 %d 行：%s", line, zh), fmt.Sprintf("line %d: %s", line, en))})
}

// header reads the names of the columns; false when the first line is none.
func (t *successorTable) header(rec []string) bool {
	at := []int{-1, -1, -1, -1}
	known := false
	for i, name := range rec {
		if c, ok := successorColumns[strings.ToLower(strings.TrimSpace(name))]; ok && at[c] < 0 {
			at[c], known = i, true
		}
	}
	if !known {
		return false
	}
	t.at = at
	if at[0] < 0 || at[1] < 0 {
		t.fault(1, "表头要有 old_code 和 new_code 两列", "the header must name the columns old_code and new_code")
	}
	return true
}

func (t *successorTable) row(line int, rec []string) {
	cell := func(c int) string {
		if i := t.at[c]; i >= 0 && i < len(rec) {
			return strings.TrimSpace(rec[i])
		}
		return ""
	}
	s := Successor{Old: cell(0), New: cell(1), Kind: SuccessionKind(cell(3))}
	switch {
	case s.Kind != "" && !slices.Contains(AllSuccessionKinds, s.Kind):
		t.fault(line, "不认识的方式“"+string(s.Kind)+"”，可填 recoded、renamed、merged、moved、split、abolished", "unknown kind \""+string(s.Kind)+"\"; use recoded, renamed, merged, moved, split or abolished")
		return
	case !isDivisionCode(s.Old) || s.New != "" && !isDivisionCode(s.New) || s.New == "" && s.Kind != Abolished:
		t.fault(line, "应是“旧代码,新代码,年份,方式”，代码是 2 到 12 位数字；撤销的新代码留空，方式填 abolished", "should be \"old_code,new_code,year,kind\" with codes of 2 to 12 digits; an abolished one has no new code and the kind abolished")
		return
	case s.New != "" && s.Kind == Abolished:
		t.fault(line, "撤销的不能有新代码", "an abolished division has no new code")
		return
	case s.Old == s.New:
		t.fault(line, "新旧代码相同", "the two codes are the same")
		return
	}
	if year := cell(2); year != "" {
		n, err := strconv.Atoi(year)
		if err != nil || n < 1949 || n > 2200 {
			t.fault(line, "年份“"+year+"”不对", "the year \""+year+"\" is not one")
			return
		}
		s.Year = n
	}
	t.list, t.lines = append(t.list, s), append(t.lines, line)
}

// finish holds the lines of one code and year against each other: only a split has several successors, and no fewer.
func (t *successorTable) finish() ([]Successor, error) {
	type change struct {
		old  string
		year int
	}
	count := map[change]int{}
	for _, s := range t.list {
		count[change{s.Old, s.Year}]++
	}
	for i, s := range t.list {
		switch n := count[change{s.Old, s.Year}]; {
		case s.Kind == Split && n < 2:
			t.fault(t.lines[i], "拆分的 "+s.Old+" 只有一个去向，请补全或改方式", s.Old+" was split but has one successor only; add the others or change the kind")
		case s.Kind != Split && s.Kind != "" && n > 1:
			t.fault(t.lines[i], s.Old+" 有几个去向，方式应填 split", s.Old+" has several successors, so the kind must be split")
		}
	}
	if len(t.faults) == 0 {
		return t.list, nil
	}
	first := t.faults[0]
	first.More = t.faults[1:]
	return nil, &first
}

func isDivisionCode(s string) bool {
	return len(s) >= 2 && len(s) <= 12 && strings.Trim(s, "0123456789") == ""
}

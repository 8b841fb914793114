package works

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"sanzhi/internal/kernel"
)

// Record is what a row of a register says.
type Record string

// Records lists the closed set.
var Records = Options[Record]{
	{"total", kernel.T("合计", "Total")},         // the declared number of sites in a state
	{"type", kernel.T("类型", "Type")},           // the declared number of sites of a type in a state
	{"site", kernel.T("示范点", "Site")},          // a site by name
	{"project", kernel.T("工程", "Project")},     // a project
	{"item", kernel.T("清单", "Bill of a work")}, // a line of a project's bill
}

// RegisterRow is one row of a works register, in words as somebody wrote them. Readers of other formats make the same rows.
type RegisterRow struct {
	Line      int    `json:"line,omitempty"` // of the file; for errors
	Record    string `json:"record"`
	Type      string `json:"type,omitempty"`  // of a site, or the kind of a project
	State     string `json:"state,omitempty"` // built when left out
	Name      string `json:"name,omitempty"`  // of the site or project; of a line, its project's
	Count     string `json:"count,omitempty"` // of total and type rows
	Place     string `json:"place,omitempty"` // code of a place; the district when left out
	Subject   string `json:"subject,omitempty"`
	Group     string `json:"group,omitempty"`
	Action    string `json:"action,omitempty"`
	Quantity  string `json:"quantity,omitempty"` // 12000余株
	Location  string `json:"location,omitempty"`
	Source    string `json:"source,omitempty"`
	Methods   string `json:"methods,omitempty"` // separated by 、 or ;
	Uses      string `json:"uses,omitempty"`
	Programme string `json:"programme,omitempty"` // its name
	Plan      string `json:"plan,omitempty"`
}

// column is one column of a table and how it may be headed.
type column struct {
	heads []string
	into  func(*RegisterRow) *string
}

var columns = []column{
	{[]string{"record", "记录"}, func(r *RegisterRow) *string { return &r.Record }}, {[]string{"type", "类型"}, func(r *RegisterRow) *string { return &r.Type }},
	{[]string{"state", "状态"}, func(r *RegisterRow) *string { return &r.State }}, {[]string{"name", "名称"}, func(r *RegisterRow) *string { return &r.Name }},
	{[]string{"count", "个数"}, func(r *RegisterRow) *string { return &r.Count }}, {[]string{"place", "地点代码"}, func(r *RegisterRow) *string { return &r.Place }},
	{[]string{"subject", "内容"}, func(r *RegisterRow) *string { return &r.Subject }}, {[]string{"group", "归类"}, func(r *RegisterRow) *string { return &r.Group }},
	{[]string{"action", "做法"}, func(r *RegisterRow) *string { return &r.Action }}, {[]string{"quantity", "数量"}, func(r *RegisterRow) *string { return &r.Quantity }},
	{[]string{"location", "位置"}, func(r *RegisterRow) *string { return &r.Location }}, {[]string{"source", "出处"}, func(r *RegisterRow) *string { return &r.Source }},
	{[]string{"methods", "增绿方式"}, func(r *RegisterRow) *string { return &r.Methods }}, {[]string{"uses", "用途"}, func(r *RegisterRow) *string { return &r.Uses }},
	{[]string{"programme", "计划"}, func(r *RegisterRow) *string { return &r.Programme }}, {[]string{"plan", "规划"}, func(r *RegisterRow) *string { return &r.Plan }},
}

// MaxRows is how many rows one register may have.
const MaxRows = 5000

var sayHead = kernel.T("第一行要写列名：记录、类型、状态、名称、个数、地点代码、内容、归类、做法、数量、位置、出处、增绿方式、用途、计划、规划",
	"the first line names the columns: record, type, state, name, count, place, subject, group, action, quantity, location, source, methods, uses, programme, plan")

// Table makes rows of a table whose first line names the columns, in 中文 or English. An unknown column, and a table without
// the column 记录, are refused.
func Table(cells [][]string) ([]RegisterRow, error) {
	top := slices.IndexFunc(cells, func(line []string) bool { return len(line) > 0 })
	if top < 0 {
		return nil, kernel.Invalid("line 1", sayHead)
	}
	cells = cells[top:]
	into := make([]func(*RegisterRow) *string, len(cells[0]))
	found := false
	for i, head := range cells[0] {
		head = strings.ToLower(strings.TrimSpace(head))
		at := slices.IndexFunc(columns, func(c column) bool { return slices.Contains(c.heads, head) })
		if at < 0 {
			return nil, kernel.Invalid("line 1", kernel.T("没有“"+head+"”这一列。"+sayHead.Zh, "there is no column \""+head+"\"; "+sayHead.En))
		}
		into[i] = columns[at].into
		found = found || at == 0
	}
	if !found {
		return nil, kernel.Invalid("line 1", sayHead)
	}
	var rows []RegisterRow
	for i, line := range cells[1:] {
		r := RegisterRow{Line: top + i + 2}
		empty := true
		for j, v := range line {
			v = strings.TrimSpace(v)
			if j >= len(into) {
				if v != "" {
					return nil, kernel.Invalid(fmt.Sprintf("line %d", r.Line), kernel.T("这一行比列名多出内容", "this line has more cells than there are columns"))
				}
				continue
			}
			empty = empty && v == ""
			*into[j](&r) = v
		}
		if !empty {
			rows = append(rows, r)
		}
	}
	return rows, tooMany(rows)
}

func tooMany(rows []RegisterRow) error {
	if len(rows) > MaxRows {
		return kernel.TooLarge("rows", kernel.T(fmt.Sprintf("一次最多 %d 行，请分开导入", MaxRows), fmt.Sprintf("at most %d rows at a time; import them in parts", MaxRows)), nil)
	}
	return nil
}

// ReadCSV reads a register as CSV in UTF-8, with or without a byte-order mark.
func ReadCSV(text string) ([]RegisterRow, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix([]byte(text), []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	var cells [][]string
	line := 1
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return Table(cells)
		}
		if err != nil {
			var p *csv.ParseError
			if errors.As(err, &p) {
				line = p.Line
			}
			return nil, &kernel.Error{Kind: kernel.KindInvalid, Field: fmt.Sprintf("line %d", line), Cause: err,
				Say: kernel.T("这一行读不懂，多半是引号没有成对", "this line cannot be read; a quotation mark is probably missing")}
		}
		// An empty line is passed over by the reader: rows keep the numbers of the file.
		at, _ := r.FieldPos(0)
		for len(cells) < at-1 {
			cells = append(cells, nil)
		}
		cells = append(cells, rec)
		line = at + 1
		if len(cells) > 4*MaxRows {
			return nil, kernel.TooLarge("csv", kernel.T(fmt.Sprintf("一次最多 %d 行，请分开导入", MaxRows), fmt.Sprintf("at most %d rows at a time; import them in parts", MaxRows)), nil)
		}
	}
}

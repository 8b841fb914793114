package cases

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
	"sanzhi/internal/workflow"
)

// Imported is one row that can become a case.
type Imported struct {
	Line     int
	Source   string // system and id: "nyc-311:64345465"
	Item     string
	Title    string
	Text     string
	Address  string // as in the file, to be sealed
	Agency   string
	Unit     kernel.ID
	OpenedAt time.Time
	ClosedAt time.Time // zero while open
	Step     workflow.Step
	Lon, Lat float64 // WGS84; zero when Placed is false
	Place    territory.At
	// Placed is false when the file gave no point: the case belongs to the district as a whole.
	Placed bool
}

// RowFault is one thing wrong with one row.
type RowFault struct {
	Line   int         `json:"line"`
	Field  string      `json:"field"`            // of the mapping, such as opened_at; empty for the row as a whole
	Column string      `json:"column,omitempty"` // of the file
	Value  string      `json:"value,omitempty"`  // as it stands there, cut; never of an address or text
	Say    kernel.Text `json:"say"`
}

// District is what the rows are read against.
type District struct {
	Flow *workflow.Flow
	// Root is the district as a place; nil where no place was founded.
	Root *territory.Place
	// Index tells where a point lies; nil where the tenant has no shapes, so that every point is outside.
	Index Locator
	// Place finds a place by its code, with all above it; false when there is none.
	Place func(code string) (territory.At, bool)
	// Unit finds an organisation by its name.
	Unit func(name string) (kernel.ID, bool)
	// Items are the items of the menu by id.
	Items map[string]*Item
	// Setup routes open cases; nil leaves them unrouted.
	Setup *Setup
	Now   time.Time
}

// rowReader turns rows into cases by a mapping.
type rowReader struct {
	m     *Mapping
	d     *District
	at    map[string]int // column by name
	steps map[string]workflow.Step
	empty []string
	lines map[string]int // source id to the line that has it

	// of the row at hand
	fields []string
	row    Imported
	faults []RowFault
	skip   bool
}

// Bounds of texts, in characters.
const (
	maxTitle   = 200
	maxAddress = 300
	maxSource  = 100
	maxValue   = 60 // of a value that is shown with a fault
)

// newRowReader joins mapping, header and district, and tells every column that is missing.
func newRowReader(m *Mapping, header []string, d *District) (*rowReader, error) {
	r := &rowReader{m: m, d: d, at: map[string]int{}, empty: m.File.Empty, lines: map[string]int{}}
	c := &mappingCheck{m: m}
	count := map[string]int{}
	for i, h := range header {
		r.at[h] = i
		count[h]++
	}
	for _, col := range m.named() {
		if count[col.column] == 0 {
			c.fault("columns."+col.field, "文件里没有“"+col.column+"”这一列，有的列是："+strings.Join(firstFew(header), "、"), "the file has no column \""+col.column+"\"; it has: "+strings.Join(firstFew(header), ", "))
		} else if count[col.column] > 1 {
			c.fault("columns."+col.field, "文件里有几列都叫“"+col.column+"”，请改名", "the file has several columns named \""+col.column+"\"; rename them")
		}
	}
	for word, item := range m.Items {
		if d.Items[item] == nil {
			c.fault("items."+word, "菜单里没有“"+item+"”", "the menu has no item \""+item+"\"")
		}
	}
	for word, name := range m.Units {
		if _, ok := d.Unit(name); !ok {
			c.fault("units."+word, "没有名为“"+name+"”的单位", "there is no organisation named \""+name+"\"")
		}
	}
	slices.SortFunc(c.faults, func(a, b kernel.Error) int { return strings.Compare(a.Field, b.Field) })
	if err := c.err(); err != nil {
		return nil, err
	}
	var err error
	r.steps, err = m.steps(d.Flow)
	return r, err
}

func firstFew(header []string) []string {
	if len(header) > 40 {
		return append(slices.Clone(header[:40]), "…")
	}
	return header
}

type namedColumn struct{ field, column string }

// named lists the columns that the mapping names.
func (m *Mapping) named() []namedColumn {
	c := &m.Columns
	out := []namedColumn{{"source", c.Source}, {"opened_at", c.OpenedAt}, {"closed_at", c.ClosedAt}, {"status", c.Status}, {"item", c.Item}, {"lon", c.Lon},
		{"lat", c.Lat}, {"point", c.Point}, {"place", c.Place}, {"agency", c.Agency}}
	for _, l := range []struct {
		field string
		names Names
	}{{"title", c.Title}, {"text", c.Text}, {"address", c.Address}} {
		for _, n := range l.names {
			out = append(out, namedColumn{l.field, n})
		}
	}
	return slices.DeleteFunc(out, func(n namedColumn) bool { return n.column == "" })
}

// read takes one row. skipped tells of a row that the mapping leaves out.
func (r *rowReader) read(line int, fields []string) (row Imported, skipped bool, faults []RowFault) {
	r.fields, r.row, r.faults, r.skip = fields, Imported{Line: line}, nil, false
	r.source()
	r.times()
	r.words()
	r.point()
	return r.row, r.skip && len(r.faults) == 0, r.faults
}

func (r *rowReader) fault(field, column, value string, say kernel.Text) {
	if utf8.RuneCountInString(value) > maxValue {
		value = string([]rune(value)[:maxValue]) + "…"
	}
	r.faults = append(r.faults, RowFault{Line: r.row.Line, Field: field, Column: column, Value: value, Say: say})
}

// value gives what stands in a column, without what surrounds it, or the empty text for what stands for nothing.
func (r *rowReader) value(column string) string {
	if column == "" {
		return ""
	}
	s := strings.TrimSpace(r.fields[r.at[column]])
	if slices.Contains(r.empty, s) {
		return ""
	}
	return s
}

// or gives a column's value, or the field's constant when the mapping names no column.
func (r *rowReader) or(column, field string) string {
	if column == "" {
		return r.m.Constants[field]
	}
	return r.value(column)
}

// joined gives the values of several columns as one line or text.
func (r *rowReader) joined(columns Names, field string) string {
	if len(columns) == 0 {
		return r.m.Constants[field]
	}
	var all []string
	for _, c := range columns {
		if v := r.value(c); v != "" && !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return strings.Join(all, " · ")
}

func (r *rowReader) source() {
	col := r.m.Columns.Source
	id := r.value(col)
	switch {
	case id == "":
		r.fault("source", col, "", kernel.T("没有原系统的编号", "there is no id of the other system"))
	case utf8.RuneCountInString(id) > maxSource:
		r.fault("source", col, id, kernel.T("编号超过 100 字", "the id is over 100 characters"))
	case r.lines[id] != 0:
		r.fault("source", col, id, kernel.T(fmt.Sprintf("编号和第 %d 行重复", r.lines[id]), fmt.Sprintf("the id stands on line %d as well", r.lines[id])))
	default:
		r.lines[id] = r.row.Line
		r.row.Source = r.m.System + ":" + id
	}
}

// oldest is before any request system; what is older is a wrong date.
var oldest = time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC)

func (r *rowReader) instant(field, column string) (time.Time, bool) {
	s := r.value(column)
	if s == "" {
		return time.Time{}, false
	}
	t, say := r.m.instant(s)
	switch {
	case !say.IsZero():
	case t.Before(oldest):
		say = kernel.T("“"+s+"”太早，请检查时间的写法", "\""+s+"\" is too long ago; check how times are written")
	case t.After(r.d.Now):
		say = kernel.T("“"+s+"”还没有到，请检查时间的写法和时区", "\""+s+"\" has not come yet; check how times are written, and the zone")
	default:
		return t.Truncate(time.Millisecond), true
	}
	r.fault(field, column, s, say)
	return time.Time{}, true
}

func (r *rowReader) times() {
	m, c := r.m, &r.m.Columns
	opened, has := r.instant("opened_at", c.OpenedAt)
	if !has {
		r.fault("opened_at", c.OpenedAt, "", kernel.T("没有受理时间", "there is no time of opening"))
	}
	closed, hasClosed := r.instant("closed_at", c.ClosedAt)
	r.row.OpenedAt, r.row.ClosedAt = opened, closed
	if !r.step(hasClosed) {
		return
	}
	ended := r.row.Step.End != ""
	switch {
	case ended && !hasClosed && m.ClosedWithoutTime == refuse:
		r.fault("closed_at", c.ClosedAt, "", kernel.T("状态是已办结，却没有办结时间；可在映射里写 closed_without_time: opened_at", "the status is closed but there is no closing time; the mapping may say closed_without_time: opened_at"))
	case ended && !hasClosed:
		r.row.ClosedAt = opened
	case !ended && hasClosed && m.OpenWithClosedTime == refuse:
		r.fault("closed_at", c.ClosedAt, r.value(c.ClosedAt), kernel.T("状态是未办结，却有办结时间；可在映射里写 open_with_closed_time: ignore", "the status is open but there is a closing time; the mapping may say open_with_closed_time: ignore"))
	case !ended:
		r.row.ClosedAt = time.Time{}
	case !opened.IsZero() && !closed.IsZero() && closed.Before(opened):
		r.fault("closed_at", c.ClosedAt, r.value(c.ClosedAt), kernel.T("办结时间早于受理时间", "the closing time is before the time of opening"))
	}
}

// step tells the step by the word of the status.
func (r *rowReader) step(hasClosed bool) bool {
	var word string
	switch {
	case r.m.StatusBy != "" && hasClosed:
		word = statusClosed
	case r.m.StatusBy != "":
		word = statusOpen
	default:
		word = r.or(r.m.Columns.Status, "status")
	}
	s, ok := r.steps[word]
	if !ok {
		r.fault("status", r.m.Columns.Status, word, kernel.T("状态“"+word+"”没有对应，请写进映射的 status", "the status \""+word+"\" has no meaning yet; add it to status in the mapping"))
	}
	r.row.Step = s
	return ok
}

func (r *rowReader) words() {
	m, c := r.m, &r.m.Columns
	r.row.Agency = r.or(c.Agency, "agency")
	if name, ok := m.Units[r.row.Agency]; ok {
		r.row.Unit, _ = r.d.Unit(name)
	}
	if word := r.or(c.Item, "item"); word != "" {
		id, ok := m.Items[word]
		if !ok {
			id = word
		}
		if r.d.Items[id] != nil {
			r.row.Item = id
		} else {
			r.fault("item", c.Item, word, kernel.T("事项“"+word+"”不在菜单里，请写进映射的 items", "the menu has no \""+word+"\"; add it to items in the mapping"))
		}
	}
	r.row.Title = strings.Join(strings.Fields(r.joined(c.Title, "title")), " ")
	if item := r.d.Items[r.row.Item]; r.row.Title == "" && item != nil {
		r.row.Title = item.Title.Zh
	}
	if r.row.Title == "" && (len(c.Title) > 0 || m.Constants["title"] != "") {
		r.fault("title", strings.Join(c.Title, ", "), "", kernel.T("没有标题", "there is no title"))
	}
	r.row.Text, r.row.Address = r.joined(c.Text, "text"), r.joined(c.Address, "address")
	r.bound("title", c.Title, &r.row.Title, maxTitle)
	r.bound("text", c.Text, &r.row.Text, maxText)
	if kernel.HoldsIDNumber(r.row.Text) {
		r.fault("text", strings.Join(c.Text, "、"), "", kernel.T("文字里有身份证号码，请先删掉", "the text holds an identity number; remove it first"))
	}
	r.bound("address", c.Address, &r.row.Address, maxAddress)
	agency := Names{c.Agency}
	r.bound("agency", agency, &r.row.Agency, maxTitle)
}

// bound keeps a text within its length, as the mapping says.
func (r *rowReader) bound(field string, columns Names, s *string, most int) {
	n := utf8.RuneCountInString(*s)
	if n <= most {
		return
	}
	if r.m.LongText == "cut" {
		*s = string([]rune(*s)[:most-1]) + "…"
		return
	}
	r.fault(field, strings.Join(columns, ", "), "", kernel.T(fmt.Sprintf("有 %d 字，最多 %d 字；可在映射里写 long_text: cut", n, most),
		fmt.Sprintf("has %d characters, at most %d are kept; the mapping may say long_text: cut", n, most)))
}

func (r *rowReader) point() {
	p, found := r.coordinates()
	if code := r.or(r.m.Columns.Place, "place"); code != "" {
		at, ok := r.d.Place(code)
		if !ok {
			r.fault("place", r.m.Columns.Place, code, kernel.T("没有代码为“"+code+"”的地点", "there is no place with the code \""+code+"\""))
			return
		}
		r.row.Place = at
	}
	if found {
		r.row.Placed, r.row.Lon, r.row.Lat = true, p[0], p[1]
		if r.d.Index != nil {
			if at := r.d.Index.At(p[0], p[1]); at.County != nil {
				r.row.Place = at
			}
		}
	}
	if r.row.Place.County != nil || len(r.faults) > 0 {
		return
	}
	policy, field, say := r.m.Outside, "lon", kernel.T("地点不在本区；可在映射里写 outside: skip 或 district", "the point is outside the district; the mapping may say outside: skip or district")
	if !found {
		policy, say = r.m.Nowhere, kernel.T("没有坐标；可在映射里写 nowhere: skip 或 district", "there are no coordinates; the mapping may say nowhere: skip or district")
	}
	switch policy {
	case skip:
		r.skip = true
	case toDistrict:
		if r.d.Root != nil {
			r.row.Place = territory.At{County: r.d.Root.Ref(), Path: r.d.Root.Path}
		}
	default:
		r.fault(field, r.pointColumn(), "", say)
	}
}

func (r *rowReader) pointColumn() string {
	if r.m.Columns.Point != "" {
		return r.m.Columns.Point
	}
	return r.m.Columns.Lon
}

// coordinates gives the row's point in WGS84; false when there is none, or when it is wrong, which is told.
func (r *rowReader) coordinates() (orb.Point, bool) {
	c := &r.m.Columns
	lonText, latText, lonCol, latCol := r.value(c.Lon), r.value(c.Lat), c.Lon, c.Lat
	if c.Point != "" {
		s := r.value(c.Point)
		a, b, ok := pair(s, r.m.Points.Decimal == "comma")
		if !ok && s != "" {
			r.fault("point", c.Point, s, kernel.T("读不出两个数，应如 POINT (101.7 36.6) 或 (36.6, 101.7)", "two numbers cannot be read; it should be like POINT (101.7 36.6) or (36.6, 101.7)"))
			return orb.Point{}, false
		}
		if r.m.Points.Order == "lat-lon" {
			a, b = b, a
		}
		lonText, latText, lonCol, latCol = a, b, c.Point, c.Point
	}
	if lonText == "" && latText == "" {
		return orb.Point{}, false
	}
	lon, ok1 := r.degrees("lon", lonCol, lonText, 180)
	lat, ok2 := r.degrees("lat", latCol, latText, 90)
	if !ok1 || !ok2 {
		return orb.Point{}, false
	}
	if lon == 0 && lat == 0 {
		if r.m.Points.Zero == refuse {
			r.fault("lon", lonCol, "0, 0", kernel.T("坐标是 0, 0；若表示不知道，请写 points.zero: unknown", "the point is 0, 0; if that means unknown, say points.zero: unknown"))
		}
		return orb.Point{}, false
	}
	p := r.m.crs.ToWGS84(orb.Point{lon, lat})
	if b := r.m.Points.Bounds; len(b) == 4 && (p[0] < b[0] || p[0] > b[2] || p[1] < b[1] || p[1] > b[3]) {
		r.fault("lon", lonCol, lonText+", "+latText, kernel.T("坐标在 points.bounds 之外，经纬度可能写反", "the point lies beyond points.bounds; longitude and latitude may be swapped"))
		return orb.Point{}, false
	}
	return p, true
}

func (r *rowReader) degrees(field, column, s string, most float64) (float64, bool) {
	text := s
	if r.m.Points.Decimal == "comma" && !strings.Contains(s, ".") {
		text = strings.Replace(s, ",", ".", 1)
	} else if r.m.Points.Decimal == "comma" {
		text = "" // a point in a file that writes commas: a group of thousands, or not what the mapping says
	}
	v, err := strconv.ParseFloat(text, 64)
	switch {
	case s == "":
		r.fault(field, column, "", kernel.T("经度和纬度只有一个", "only one of longitude and latitude is there"))
	case err != nil || math.IsNaN(v) || strings.ContainsAny(text, "xXpP_iI"):
		r.fault(field, column, s, kernel.T("“"+s+"”不是数，请检查 points.decimal", "\""+s+"\" is no number; check points.decimal"))
	case math.Abs(v) > most:
		r.fault(field, column, s, kernel.T(fmt.Sprintf("“%s”超出正负 %g 度，经纬度可能写反，或不是度", s, most), fmt.Sprintf("%q is beyond ±%g degrees; the columns may be swapped, or not in degrees", s, most)))
	default:
		return v, true
	}
	return 0, false
}

// pair takes the two numbers out of POINT (1 2), (1, 2) or 1;2.
func pair(s string, decimalComma bool) (a, b string, ok bool) {
	s = strings.TrimSpace(s)
	if len(s) >= 5 && strings.EqualFold(s[:5], "point") {
		s = s[5:]
	}
	s = strings.Trim(s, " ()[]")
	separators := " ,;\t"
	if decimalComma {
		separators = " ;\t"
	}
	parts := strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(separators, c) })
	if len(parts) != 2 {
		return "", "", false
	}
	return parts[0], parts[1], true
}

package cases

import (
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/workflow"
)

// Mapping says how the rows of another system's file become cases. It is written by hand, in YAML; docs/import.md explains it.
type Mapping struct {
	// System names where the file comes from; it stands before the ids of that system, which are unique within it.
	System string `yaml:"system"`
	Tenant string `yaml:"tenant"`
	Flow   string `yaml:"flow"`
	File   struct {
		Delimiter string   `yaml:"delimiter"` // comma (default), semicolon, tab or pipe
		Encoding  string   `yaml:"encoding"`  // utf-8 (default), utf-16, gb18030 or windows-1252
		Empty     []string `yaml:"empty"`     // what stands for nothing, such as N/A
	} `yaml:"file"`
	Times struct {
		Formats   []string `yaml:"formats"`   // such as DD.MM.YYYY HH:mm, or iso
		Zone      string   `yaml:"zone"`      // such as Europe/Amsterdam; for formats that name no zone themselves
		Ambiguous string   `yaml:"ambiguous"` // an hour that comes twice in autumn: refuse (default), earlier or later
	} `yaml:"times"`
	Points struct {
		CRS     string `yaml:"crs"`
		Decimal string `yaml:"decimal"` // point (default) or comma
		Zero    string `yaml:"zero"`    // a point at 0, 0: refuse (default) or unknown
		Order   string `yaml:"order"`   // of the column point: lon-lat or lat-lon
		// Bounds are west, south, east and north in WGS84 degrees: a point beyond them is wrong, not just outside.
		Bounds []float64 `yaml:"bounds"`
	} `yaml:"points"`
	// Columns names the file's columns for each field; several are joined by " · ".
	Columns struct {
		Source   string `yaml:"source"`
		OpenedAt string `yaml:"opened_at"`
		ClosedAt string `yaml:"closed_at"`
		Status   string `yaml:"status"`
		Item     string `yaml:"item"`
		Title    Names  `yaml:"title"`
		Text     Names  `yaml:"text"`
		Lon      string `yaml:"lon"`
		Lat      string `yaml:"lat"`
		Point    string `yaml:"point"`
		Place    string `yaml:"place"`
		Address  Names  `yaml:"address"`
		Agency   string `yaml:"agency"`
	} `yaml:"columns"`
	// Constants are values for fields that no column has: status, item, title, text, place, agency.
	Constants map[string]string `yaml:"constants"`
	// Status maps each word of the file to open, closed or a step of the flow. StatusBy: closed_at takes a row with a closing
	// time as closed and one without as open, for files that have no such word.
	Status   map[string]string `yaml:"status"`
	StatusBy string            `yaml:"status_by"`
	Items    map[string]string `yaml:"items"` // words of the file to items of the menu
	Units    map[string]string `yaml:"units"` // words of the column agency to names of organisations

	Outside            string `yaml:"outside"`               // a point outside the district: refuse (default), skip or district
	Nowhere            string `yaml:"nowhere"`               // no point and no place: refuse (default), skip or district
	ClosedWithoutTime  string `yaml:"closed_without_time"`   // refuse (default) or opened_at
	OpenWithClosedTime string `yaml:"open_with_closed_time"` // refuse (default) or ignore
	LongText           string `yaml:"long_text"`             // refuse (default) or cut

	times []timeFormat
	zone  zone
	crs   geo.CRS
}

// Names is one name or a list of names.
type Names []string

// UnmarshalYAML takes a text or a list of texts.
func (n *Names) UnmarshalYAML(decode func(any) error) error {
	var one string
	if err := decode(&one); err == nil {
		*n = Names{one}
		return nil
	}
	var all []string
	err := decode(&all)
	*n = all
	return err
}

// What rows that do not fit become.
const (
	refuse     = "refuse"
	skip       = "skip"
	toDistrict = "district"
)

// The values of status that are not steps.
const (
	statusOpen   = "open"
	statusClosed = "closed"
)

var systemName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)

// ParseMapping reads a mapping and checks that it makes sense by itself. All faults are told at once, each with its field.
func ParseMapping(r io.Reader) (*Mapping, error) {
	m := &Mapping{}
	if err := workflow.Decode(r, m); err != nil {
		return nil, err
	}
	c := &mappingCheck{m: m}
	c.check()
	return m, c.err()
}

type mappingCheck struct {
	m      *Mapping
	faults []kernel.Error
}

func (c *mappingCheck) fault(field, zh, en string) {
	c.faults = append(c.faults, kernel.Error{Kind: kernel.KindInvalid, Field: field, Say: kernel.T("映射文件的 "+field+"："+zh, "mapping, "+field+": "+en)})
}

func (c *mappingCheck) err() error {
	if len(c.faults) == 0 {
		return nil
	}
	first := c.faults[0]
	first.More = c.faults[1:]
	return &first
}

// oneOf fills in the first choice and refuses what is none of them.
func (c *mappingCheck) oneOf(field string, v *string, choices ...string) {
	if *v == "" {
		*v = choices[0]
	}
	if !slices.Contains(choices, *v) {
		c.fault(field, "“"+*v+"”不认识，可以写 "+strings.Join(choices, "、"), "\""+*v+"\" is not known; write "+strings.Join(choices, ", "))
	}
}

func (c *mappingCheck) check() {
	m := c.m
	if !systemName.MatchString(m.System) {
		c.fault("system", "请给来源系统起个短名，用小写字母、数字和横线，如 nyc-311", "give the other system a short name of small letters, digits and dashes, such as nyc-311")
	}
	if m.Tenant != "" {
		if _, err := kernel.ParseTenant(m.Tenant); err != nil {
			c.fault("tenant", "区县代码应为 6 位数字，请加引号", "a district code has six digits; put it in quotes")
		}
	}
	if m.Flow == "" {
		m.Flow = "menu"
	}
	c.oneOf("file.delimiter", &m.File.Delimiter, "comma", "semicolon", "tab", "pipe")
	c.oneOf("file.encoding", &m.File.Encoding, "utf-8", "utf-16", "gb18030", "windows-1252")
	c.oneOf("times.ambiguous", &m.Times.Ambiguous, refuse, "earlier", "later")
	c.oneOf("points.decimal", &m.Points.Decimal, "point", "comma")
	c.oneOf("points.zero", &m.Points.Zero, refuse, "unknown")
	c.oneOf("outside", &m.Outside, refuse, skip, toDistrict)
	c.oneOf("nowhere", &m.Nowhere, refuse, skip, toDistrict)
	c.oneOf("closed_without_time", &m.ClosedWithoutTime, refuse, "opened_at")
	c.oneOf("open_with_closed_time", &m.OpenWithClosedTime, refuse, "ignore")
	c.oneOf("long_text", &m.LongText, refuse, "cut")
	var err error
	if m.crs, err = geo.ParseCRS(m.Points.CRS); err != nil {
		c.fault("points.crs", "不认识这个坐标系，请用 wgs84、cgcs2000、gcj02 或 bd09", "unknown coordinate system; use wgs84, cgcs2000, gcj02 or bd09")
	}
	if b := m.Points.Bounds; len(b) > 0 && (len(b) != 4 || b[0] >= b[2] || b[1] >= b[3]) {
		c.fault("points.bounds", "应是四个数：西、南、东、北", "it should be four numbers: west, south, east, north")
	}
	c.columns()
	c.status()
	c.times()
}

// constantFields are the fields that may have a constant.
var constantFields = []string{"status", "item", "title", "text", "place", "agency"}

func (c *mappingCheck) columns() {
	m := c.m
	if m.Columns.Source == "" {
		c.fault("columns.source", "请写明哪一列是原系统的编号，重复导入靠它辨认", "name the column with the other system's id; a second import is known by it")
	}
	if m.Columns.OpenedAt == "" {
		c.fault("columns.opened_at", "请写明哪一列是受理时间", "name the column with the time of opening")
	}
	if len(m.Columns.Title) == 0 && m.Constants["title"] == "" && m.Columns.Item == "" && m.Constants["item"] == "" {
		c.fault("columns.title", "请写明哪一列是标题，或用 constants.title 给一个", "name the column with the title, or give one with constants.title")
	}
	if (m.Columns.Lon == "") != (m.Columns.Lat == "") {
		c.fault("columns.lon", "经度和纬度两列要一起写", "name the columns of longitude and latitude together")
	}
	if m.Columns.Point != "" {
		if m.Columns.Lon != "" {
			c.fault("columns.point", "经纬度两列和合在一列的坐标只能用一种", "use either the columns of longitude and latitude or the one column, not both")
		}
		c.oneOf("points.order", &m.Points.Order, "", "lon-lat", "lat-lon")
		if m.Points.Order == "" {
			c.fault("points.order", "请写明坐标的先后：lon-lat（先经度）或 lat-lon（先纬度）", "say in which order the column holds them: lon-lat or lat-lon")
		}
	} else if m.Points.Order != "" {
		c.fault("points.order", "只有用 columns.point 时才要写", "it belongs to columns.point only")
	}
	for _, f := range slices.Sorted(maps.Keys(m.Constants)) {
		if !slices.Contains(constantFields, f) {
			c.fault("constants."+f, "这一项不能给固定值，可以给的有 "+strings.Join(constantFields, "、"), "this cannot be a constant; these can: "+strings.Join(constantFields, ", "))
		}
	}
}

func (c *mappingCheck) status() {
	m := c.m
	named := m.Columns.Status != "" || m.Constants["status"] != ""
	switch {
	case m.StatusBy != "" && m.StatusBy != "closed_at":
		c.fault("status_by", "只能写 closed_at", "it can only be closed_at")
	case m.StatusBy != "" && (named || len(m.Status) > 0):
		c.fault("status_by", "有了状态列就不用这一项", "leave it out where a column or constant gives the status")
	case m.StatusBy != "" && m.Columns.ClosedAt == "":
		c.fault("columns.closed_at", "按办结时间判断状态，请写明是哪一列", "name the column with the closing time, from which the status is told")
	case m.StatusBy == "" && !named:
		c.fault("columns.status", "请写明哪一列是状态，或写 status_by: closed_at", "name the column with the status, or write status_by: closed_at")
	case m.StatusBy == "" && len(m.Status) == 0:
		c.fault("status", "请写明每种状态对应什么，如 Closed: closed", "say what each status means, such as Closed: closed")
	}
}

func (c *mappingCheck) times() {
	m := c.m
	if len(m.Times.Formats) == 0 {
		c.fault("times.formats", "请写明时间的写法，如 YYYY-MM-DD HH:mm", "say how times are written, such as YYYY-MM-DD HH:mm")
	}
	zoned := true
	for _, f := range m.Times.Formats {
		t, bad := compileTime(f)
		if bad != "" {
			c.fault("times.formats", "“"+f+"”里的“"+bad+"”不认识，请用 YYYY MM DD HH mm ss A Z 等", "\""+f+"\": \""+bad+"\" is not known; use YYYY MM DD HH mm ss A Z and the like")
			continue
		}
		m.times = append(m.times, t)
		zoned = zoned && t.zoned
	}
	if m.Times.Zone == "" {
		if !zoned {
			c.fault("times.zone", "请写明时区，如 Asia/Shanghai", "name the time zone, such as America/New_York")
		}
		return
	}
	if !m.zone.load(m.Times.Zone) {
		c.fault("times.zone", "没有“"+m.Times.Zone+"”这个时区", "there is no time zone \""+m.Times.Zone+"\"")
	}
}

// steps resolves the status map against the flow: the step that each word stands for.
func (m *Mapping) steps(f *workflow.Flow) (map[string]workflow.Step, error) {
	c := &mappingCheck{m: m}
	out := map[string]workflow.Step{}
	words := maps.Clone(m.Status)
	if m.StatusBy != "" {
		words = map[string]string{statusOpen: statusOpen, statusClosed: statusClosed}
	}
	for _, word := range slices.Sorted(maps.Keys(words)) {
		step, ok := stepFor(f, words[word])
		if !ok {
			c.fault("status."+word, "流程“"+f.ID+"”里没有“"+words[word]+"”这一步，请写 open、closed 或流程的一步", "the flow "+f.ID+" has no step \""+words[word]+"\"; write open, closed or a step of the flow")
			continue
		}
		out[strings.TrimSpace(word)] = step
	}
	return out, c.err()
}

// stepFor finds a step by what a mapping calls it. Closed is the step of cases that were never rated, so that they count in
// no rate.
func stepFor(f *workflow.Flow, name string) (workflow.Step, bool) {
	switch name {
	case statusOpen:
		if a, ok := f.Opening(); ok {
			return f.Step(a.To)
		}
		return workflow.Step{}, false
	case statusClosed:
		for _, end := range []string{"unrated", "done"} {
			for _, s := range f.Steps {
				if s.End == end {
					return s, true
				}
			}
		}
		return workflow.Step{}, false
	default:
		return f.Step(name)
	}
}

package geo

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"github.com/paulmach/orb"

	"sanzhi/internal/kernel"
)

// Points is a table of points. Ids are pieces of the bytes that were read.
type Points struct {
	ID    [][]byte
	At    []orb.Point // WGS84
	Count []int64     // thousandths; nil when the table has no such column
}

// maxCount bounds a count, in whole ones, so that sums of millions fit.
const maxCount = 1e9

// ReadPoints reads a CSV table (RFC 4180 without line breaks in fields) whose first line names its columns: id, lon, lat in
// degrees WGS84, and perhaps population, in any order; other columns are passed over. An empty or repeated id, a coordinate
// outside the world or a count below 0 is KindInvalid; what is no such table is KindMalformed. Errors name the line.
func ReadPoints(b []byte) (*Points, error) {
	b = bytes.TrimPrefix(b, []byte("\uFEFF"))
	r := &pointReader{}
	line, rest, _ := bytes.Cut(b, []byte("\n"))
	if err := r.header(line); err != nil {
		return nil, err
	}
	p := &Points{}
	if n := bytes.Count(rest, []byte("\n")) + 1; n > 0 {
		p.ID, p.At = make([][]byte, 0, n), make([]orb.Point, 0, n)
	}
	for n := 2; len(rest) > 0; n++ {
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			continue
		}
		if say, ok := r.row(p, line); !ok {
			return nil, atLine(say, n)
		}
	}
	return p, nil
}

// pointReader knows the columns and which ids were met.
type pointReader struct {
	columns int
	of      [4]int // of id, lon, lat, population; −1 when there is none
	fields  [][]byte
	last    []byte
	seen    map[string]struct{} // from the first id on that does not follow the one before it
}

var pointColumns = [4]string{"id", "lon", "lat", "population"}

func (r *pointReader) header(line []byte) error {
	r.split(bytes.TrimSuffix(line, []byte("\r")))
	r.columns = len(r.fields)
	for i, name := range pointColumns {
		r.of[i] = -1
		for k, f := range r.fields {
			if string(bytes.TrimSpace(f)) != name {
				continue
			}
			if r.of[i] >= 0 {
				return kernel.Malformed("line 1", kernel.T("第 1 行：列名 "+name+" 出现了两次", "line 1: the column "+name+" occurs twice"))
			}
			r.of[i] = k
		}
		if r.of[i] < 0 && name != "population" {
			return kernel.Malformed("line 1", kernel.T("第 1 行：缺少列 "+name+"，应有 id,lon,lat", "line 1: the column "+name+" is missing; id,lon,lat are needed"))
		}
	}
	return nil
}

func atLine(say kernel.Text, n int) error {
	return kernel.Invalid(fmt.Sprintf("line %d", n), kernel.T(fmt.Sprintf("第 %d 行：", n)+say.Zh, fmt.Sprintf("line %d: ", n)+say.En))
}

// row takes one line; when it is wrong it says why.
func (r *pointReader) row(p *Points, line []byte) (say kernel.Text, ok bool) {
	if !r.split(line) || len(r.fields) != r.columns {
		return kernel.T(fmt.Sprintf("应有 %d 列", r.columns), fmt.Sprintf("%d columns are needed", r.columns)), false
	}
	id := r.fields[r.of[0]]
	if len(id) == 0 {
		return kernel.T("id 是空的", "the id is empty"), false
	}
	if !r.fresh(p, id) {
		return kernel.T("id 重复："+string(id), "the id occurs twice: "+string(id)), false
	}
	lon, errLon := strconv.ParseFloat(string(r.fields[r.of[1]]), 64)
	lat, errLat := strconv.ParseFloat(string(r.fields[r.of[2]]), 64)
	if errLon != nil || errLat != nil || !(math.Abs(lon) <= 180 && math.Abs(lat) <= 90) {
		return kernel.T("经纬度不对，应是 WGS84 的度数", "lon and lat must be degrees (WGS84)"), false
	}
	if r.of[3] >= 0 {
		count, err := 0.0, error(nil)
		if f := r.fields[r.of[3]]; len(f) > 0 {
			count, err = strconv.ParseFloat(string(f), 64)
		}
		if err != nil || !(count >= 0 && count <= maxCount) {
			return kernel.T("population 应是不小于 0 的数", "population must be a number, 0 or more"), false
		}
		p.Count = append(p.Count, int64(math.Round(count*1000)))
	}
	p.ID, p.At = append(p.ID, id), append(p.At, orb.Point{lon, lat})
	return say, true
}

// fresh reports whether an id was not met before. While ids ascend, by length and then by bytes as numbers do, none need be
// remembered.
func (r *pointReader) fresh(p *Points, id []byte) bool {
	if r.seen == nil {
		if len(id) > len(r.last) || len(id) == len(r.last) && bytes.Compare(id, r.last) > 0 {
			r.last = id
			return true
		}
		r.seen = make(map[string]struct{}, len(p.ID)*2)
		for _, x := range p.ID {
			r.seen[string(x)] = struct{}{}
		}
	}
	if _, there := r.seen[string(id)]; there {
		return false
	}
	r.seen[string(id)] = struct{}{}
	return true
}

// split cuts a line into its fields; false when quotes do not match.
func (r *pointReader) split(line []byte) bool {
	r.fields = r.fields[:0]
	for {
		if len(line) > 0 && line[0] == '"' {
			f, rest, ok := quoted(line[1:])
			if !ok {
				return false
			}
			r.fields = append(r.fields, f)
			if len(rest) == 0 {
				return true
			}
			line = rest[1:]
			continue
		}
		i := bytes.IndexByte(line, ',')
		if i < 0 {
			r.fields = append(r.fields, line)
			return true
		}
		r.fields = append(r.fields, line[:i])
		line = line[i+1:]
	}
}

// quoted reads a field up to its closing quote, which a comma or the line's end must follow.
func quoted(b []byte) (field, rest []byte, ok bool) {
	double := false
	for i := 0; i < len(b); i++ {
		if b[i] != '"' {
			continue
		}
		if i+1 < len(b) && b[i+1] == '"' {
			double = true
			i++
			continue
		}
		field = b[:i]
		if double {
			field = bytes.ReplaceAll(field, []byte(`""`), []byte(`"`))
		}
		rest = b[i+1:]
		return field, rest, len(rest) == 0 || rest[0] == ','
	}
	return nil, nil, false
}

package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"os"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/planning/locate"
)

type planLocateCmd struct {
	Zones  string `help:"GeoJSON file of areas, each with a property code or id." required:"" type:"path"`
	Points string `help:"CSV file of points: id,lon,lat." required:"" type:"path"`
	Out    string `help:"CSV file to write: id,zone; the zone is empty where there is none." type:"path"`
}

// locateReport is what the command tells.
type locateReport struct {
	Zones   int      `json:"zones"`
	Points  int      `json:"points"`
	Found   int      `json:"found"`
	Outside int      `json:"outside"`
	Several int      `json:"several"` // points inside more than one zone: the lowest code was given
	Exact   bool     `json:"exact"`
	CPU     cpuSplit `json:"cpu"`
}

// Run implements the command.
func (c *planLocateCmd) Run(e *env) error {
	watch := newStopwatch()
	r := locateReport{Exact: true}
	zones, err := readZones(c.Zones)
	if err != nil {
		return err
	}
	raw, err := readInput("--points", c.Points)
	if err != nil {
		return err
	}
	points, err := geo.ReadPoints(raw)
	if err != nil {
		return err
	}
	r.CPU.Reading = watch.lap()
	index, err := locate.New(zones)
	if err != nil {
		return err
	}
	r.CPU.Building = watch.lap()
	zone := make([]int32, len(points.At))
	r.Several = index.All(points.At, zone)
	r.CPU.Solving = watch.lap()
	r.Zones, r.Points = len(zones), len(zone)
	for _, z := range zone {
		if z >= 0 {
			r.Found++
		}
	}
	r.Outside = r.Points - r.Found
	if c.Out != "" {
		if err := writeOutput(c.Out, func(f *os.File) error { return writeZones(f, points, zones, zone) }); err != nil {
			return err
		}
	}
	if e.global.JSON {
		return e.printJSON(r)
	}
	e.printf("%d 个点：%d 个在区内，%d 个在区外，%d 个同在几个区内（取代码最小的）；读 %.3f 秒，建 %.3f 秒，查 %.3f 秒\n%d points: %d in a zone, %d outside, %d in several (the lowest code counts); CPU seconds: reading %.3f, building %.3f, solving %.3f\n",
		r.Points, r.Found, r.Outside, r.Several, r.CPU.Reading, r.CPU.Building, r.CPU.Solving, r.Points, r.Found, r.Outside, r.Several, r.CPU.Reading, r.CPU.Building, r.CPU.Solving)
	return nil
}

// readZones reads the areas of a GeoJSON file, which must be valid, each with a code.
func readZones(name string) ([]locate.Zone, error) {
	raw, err := readInput("--zones", name)
	if err != nil {
		return nil, err
	}
	var zones []locate.Zone
	err = geo.ReadFeatures(bytes.NewReader(raw), "", func(f geo.Feature) error {
		code := featureCode(f)
		if code == "" {
			return atFeature(f, kernel.T("缺少 code 或 id", "code or id is missing"))
		}
		if flaw := geo.Validate(f.Geometry); flaw != nil {
			return atFeature(f, kernel.T("“"+code+"”的形状不对："+flaw.Say.Zh, "the shape of \""+code+"\" is wrong: "+flaw.Say.En))
		}
		zones = append(zones, locate.Zone{Code: code, Shape: f.Geometry})
		return nil
	})
	return zones, err
}

func atFeature(f geo.Feature, say kernel.Text) error {
	at := fmt.Sprintf("features[%d]", f.Index)
	return kernel.Invalid(at, kernel.T(at+"："+say.Zh, at+": "+say.En))
}

// featureCode is a feature's property code, or id, or its own id.
func featureCode(f geo.Feature) string {
	for _, key := range []string{"code", "id"} {
		switch v := f.Properties[key].(type) {
		case nil:
		case string:
			if v != "" {
				return v
			}
		default:
			return fmt.Sprint(v)
		}
	}
	return f.ID
}

func writeZones(f *os.File, points *geo.Points, zones []locate.Zone, zone []int32) error {
	w := bufio.NewWriterSize(f, 1<<16)
	line := append(make([]byte, 0, 256), "id,zone\n"...)
	for i, z := range zone {
		line = appendField(line, points.ID[i])
		line = append(line, ',')
		if z >= 0 {
			line = appendField(line, []byte(zones[z].Code))
		}
		line = append(line, '\n')
		if _, err := w.Write(line); err != nil {
			return err
		}
		line = line[:0]
	}
	if _, err := w.Write(line); err != nil {
		return err
	}
	return w.Flush()
}

// appendField adds a field of a CSV table, in quotes where it needs them.
func appendField(line, field []byte) []byte {
	if !bytes.ContainsAny(field, "\",\r\n") {
		return append(line, field...)
	}
	line = append(line, '"')
	line = append(line, bytes.ReplaceAll(field, []byte(`"`), []byte(`""`))...)
	return append(line, '"')
}

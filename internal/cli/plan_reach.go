package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/planning/reach"
)

type planReachCmd struct {
	Network string    `help:"OpenStreetMap extract (.osm.pbf) with the ways to walk." required:"" type:"path"`
	Sites   string    `help:"GeoJSON file of sites: points, or areas with entrances where known." required:"" type:"path"`
	Points  string    `help:"CSV file of points: id,lon,lat and perhaps population." required:"" type:"path"`
	Minutes []float64 `help:"Minutes of walking." default:"5,10,15"`
	Speed   float64   `help:"Metres a minute." default:"80"`
	Slow    float64   `help:"Metres a minute of elders." default:"50"`
	Out     string    `help:"CSV file to write, a line a point." type:"path"`
	Nodes   string    `help:"CSV file to write, a line a node of the network: its nearest site and the people within the minutes." type:"path"`
}

// reachReport is what the command tells.
type reachReport struct {
	Network    reachNetwork `json:"network"`
	Sites      int          `json:"sites"`
	Points     int          `json:"points"`
	Unreached  int          `json:"unreached"` // points from which no site can be reached
	Population float64      `json:"population"`
	Profiles   []reachSpeed `json:"profiles"`
	Exact      bool         `json:"exact"` // every distance is the shortest; there is nothing to bound
	CPU        cpuSplit     `json:"cpu"`
	Phases     reachPhases  `json:"phases"`
}

type reachNetwork struct {
	Nodes     int     `json:"nodes"`
	Junctions int     `json:"junctions"`
	Chains    int     `json:"chains"`
	Km        float64 `json:"km"`
	Lengths   string  `json:"lengths"`
}

// reachSpeed is the share of the people within each time at one speed.
type reachSpeed struct {
	MetresPerMinute float64      `json:"metresPerMinute"`
	Within          []reachShare `json:"within"`
}

type reachShare struct {
	Minutes float64 `json:"minutes"`
	People  float64 `json:"people"`
	Share   float64 `json:"share"`
}

// reachPhases splits the processor time of solving.
type reachPhases struct {
	EveryNode  float64 `json:"nearestOfEveryNode"`
	Points     float64 `json:"nearestOfPoints"`
	Population float64 `json:"populationOfEveryNode"`
}

// reachJob is one run of the command.
type reachJob struct {
	c      *planReachCmd
	n      *reach.Network
	ids    []int64 // of the network's nodes
	site   []string
	owner  []int32 // site of each location in at
	at     []reach.Location
	points *geo.Points
	feet   []reach.Location
	afar   []bool // points that found no network
	near   []reach.Nearest
	nodes  reach.NodeField
	radius []uint32
	sums   []int64
}

// Run implements the command.
func (c *planReachCmd) Run(e *env) error {
	if err := c.check(); err != nil {
		return err
	}
	watch := newStopwatch()
	r := reachReport{Exact: true}
	j := &reachJob{c: c}
	network, err := readInput("--network", c.Network)
	if err != nil {
		return err
	}
	sites, err := readInput("--sites", c.Sites)
	if err != nil {
		return err
	}
	table, err := readInput("--points", c.Points)
	if err != nil {
		return err
	}
	if j.points, err = geo.ReadPoints(table); err != nil {
		return err
	}
	r.CPU.Reading = watch.lap()
	if j.n, j.ids, err = reach.FromOSM(network); err != nil {
		return err
	}
	if err := j.readSites(sites); err != nil {
		return err
	}
	j.snap()
	r.CPU.Building = watch.lap()
	j.solve(watch, &r)
	j.report(&r)
	if c.Out != "" {
		err = writeOutput(c.Out, j.writePoints)
	}
	if err == nil && c.Nodes != "" {
		err = writeOutput(c.Nodes, j.writeNodes)
	}
	if err != nil {
		return err
	}
	if e.global.JSON {
		return e.printJSON(r)
	}
	r.print(e)
	return nil
}

func (c *planReachCmd) check() error {
	if !(c.Speed > 0 && c.Speed <= 1000 && c.Slow > 0 && c.Slow <= 1000) {
		return kernel.Invalid("speed", kernel.T("--speed 和 --slow 应在 0 到 1000 米每分钟之间", "--speed and --slow must be above 0, at most 1000 metres a minute"))
	}
	for _, m := range c.Minutes {
		if !(m > 0 && m <= 1440) {
			return kernel.Invalid("minutes", kernel.T("--minutes 应在 0 到 1440 分钟之间", "--minutes must be above 0 and at most 1440"))
		}
	}
	slices.Sort(c.Minutes)
	c.Minutes = slices.Compact(c.Minutes)
	return nil
}

// readSites reads the sites and puts them on the network.
func (j *reachJob) readSites(raw []byte) error {
	seen := map[string]bool{}
	err := geo.ReadFeatures(bytes.NewReader(raw), "", func(f geo.Feature) error {
		id := featureCode(f)
		if id == "" {
			id = strconv.Itoa(f.Index)
		}
		if seen[id] {
			return atFeature(f, kernel.T("代码“"+id+"”出现了两次", "the code \""+id+"\" occurs twice"))
		}
		seen[id] = true
		doors, ok := siteDoors(f)
		if !ok {
			return atFeature(f, kernel.T("站点应是点或面，entrances 应是 [[经度, 纬度], …]", "a site must be a point or an area, entrances [[lon, lat], …]"))
		}
		var at []reach.Location
		switch g := f.Geometry.(type) {
		case orb.Polygon, orb.MultiPolygon:
			at = j.n.Doors(g, doors)
		default:
			for _, p := range doors {
				if l, ok := j.n.Snap(p); ok {
					at = append(at, l)
				}
			}
		}
		for _, l := range at {
			j.at, j.owner = append(j.at, l), append(j.owner, int32(len(j.site)))
		}
		j.site = append(j.site, id)
		return nil
	})
	if err == nil && len(j.site) == 0 {
		err = kernel.Invalid("sites", kernel.T("没有站点", "there are no sites"))
	}
	return err
}

// siteDoors gives a site's point or points, or the known entrances of an area.
func siteDoors(f geo.Feature) ([]orb.Point, bool) {
	switch g := f.Geometry.(type) {
	case orb.Point:
		return []orb.Point{g}, true
	case orb.MultiPoint:
		return g, len(g) > 0
	case orb.Polygon, orb.MultiPolygon:
	default:
		return nil, false
	}
	value, there := f.Properties["entrances"]
	if !there || value == nil {
		return nil, true
	}
	var doors []orb.Point
	raw, err := json.Marshal(value)
	if err != nil || json.Unmarshal(raw, &doors) != nil {
		return nil, false
	}
	for _, p := range doors {
		if !(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90) {
			return nil, false
		}
	}
	return doors, true
}

func (j *reachJob) snap() {
	j.feet, j.afar = make([]reach.Location, len(j.points.At)), make([]bool, len(j.points.At))
	for i, p := range j.points.At {
		l, ok := j.n.Snap(p)
		j.feet[i], j.afar[i] = l, !ok
	}
}

func (j *reachJob) solve(watch *stopwatch, r *reachReport) {
	f := reach.NewField(j.n, j.at)
	j.nodes = f.Nodes()
	r.Phases.EveryNode = watch.lap()
	j.near = make([]reach.Nearest, len(j.feet))
	for i, l := range j.feet {
		j.near[i] = reach.Nearest{Site: -1, Distance: reach.Unreachable}
		if !j.afar[i] {
			j.near[i] = f.At(l)
		}
	}
	r.Phases.Points = watch.lap()
	if j.c.Nodes != "" {
		for _, m := range j.c.Minutes {
			j.radius = append(j.radius, reach.Walked(m, j.c.Speed))
		}
		count := make([]int64, len(j.feet))
		for i := range count {
			count[i] = j.count(i)
		}
		j.sums = reach.NewDemand(j.n, j.feet, count).Everywhere(j.radius)
	}
	r.Phases.Population = watch.lap()
	r.CPU.Solving = r.Phases.EveryNode + r.Phases.Points + r.Phases.Population
}

// count is how many people, in thousandths, a point stands for; one where the table does not say.
func (j *reachJob) count(i int) int64 {
	if j.points.Count == nil {
		return 1000
	}
	return j.points.Count[i]
}

func (j *reachJob) report(r *reachReport) {
	n := j.n
	r.Network = reachNetwork{n.Nodes(), n.Junctions(), n.Chains(), n.Length() / 1000, "haversine"}
	r.Sites, r.Points = len(j.site), len(j.near)
	total := int64(0)
	for i := range j.near {
		total += j.count(i)
		if j.near[i].Site < 0 {
			r.Unreached++
		}
	}
	r.Population = float64(total) / 1000
	for _, speed := range []float64{j.c.Speed, j.c.Slow} {
		p := reachSpeed{MetresPerMinute: speed}
		for _, m := range j.c.Minutes {
			within, limit := int64(0), reach.Walked(m, speed)
			for i, x := range j.near {
				if x.Site >= 0 && x.Distance <= limit {
					within += j.count(i)
				}
			}
			p.Within = append(p.Within, reachShare{m, float64(within) / 1000, float64(within) / float64(max(1, total))})
		}
		r.Profiles = append(r.Profiles, p)
	}
}

func (r *reachReport) print(e *env) {
	e.printf("步行网：%d 个节点，%.1f 公里，距离按大圆计；%d 个站点，%d 个点，其中 %d 个走不到；读 %.3f 秒，建 %.3f 秒，解 %.3f 秒\n",
		r.Network.Nodes, r.Network.Km, r.Sites, r.Points, r.Unreached, r.CPU.Reading, r.CPU.Building, r.CPU.Solving)
	e.printf("Network: %d nodes, %.1f km, great-circle lengths; %d sites, %d points, %d of them without a way; CPU seconds: reading %.3f, building %.3f, solving %.3f\n",
		r.Network.Nodes, r.Network.Km, r.Sites, r.Points, r.Unreached, r.CPU.Reading, r.CPU.Building, r.CPU.Solving)
	for _, p := range r.Profiles {
		for _, w := range p.Within {
			e.printf("%g 米/分 m/min，%g 分钟内 within minutes：%.0f 人 people，%.1f %%\n", p.MetresPerMinute, w.Minutes, w.People, 100*w.Share)
		}
	}
}

func (j *reachJob) writePoints(f *os.File) error {
	w := newTable(f, "id,site,metres,minutes")
	for _, m := range j.c.Minutes {
		w.more(fmt.Sprintf("within%g", m))
	}
	w.more("slow_minutes")
	for i, x := range j.near {
		w.begin(j.points.ID[i])
		j.nearest(w, x)
		for _, m := range j.c.Minutes {
			w.flag(x.Site >= 0 && x.Distance <= reach.Walked(m, j.c.Speed))
		}
		if x.Site < 0 {
			w.more("")
		} else {
			w.number(reach.Metres(x.Distance)/j.c.Slow, 3)
		}
	}
	return w.end()
}

// nearest writes the site, metres and minutes of the nearest site, or nothing.
func (j *reachJob) nearest(w *table, x reach.Nearest) {
	if x.Site < 0 {
		w.more("")
		w.more("")
		w.more("")
		return
	}
	w.more(j.site[j.owner[x.Site]])
	w.number(reach.Metres(x.Distance), 4)
	w.number(reach.Metres(x.Distance)/j.c.Speed, 4)
}

func (j *reachJob) writeNodes(f *os.File) error {
	w := newTable(f, "node,site,metres,minutes")
	for _, m := range j.c.Minutes {
		w.more(fmt.Sprintf("people%g", m))
	}
	order := j.n.Order()
	at := make([]int, len(order))
	for i := range at {
		at[i] = i
	}
	slices.SortFunc(at, func(x, y int) int { return cmp.Compare(order[x], order[y]) })
	k := len(j.radius)
	for _, i := range at {
		w.begin(strconv.AppendInt(nil, j.ids[order[i]], 10))
		j.nearest(w, j.nodes.At(i))
		for _, s := range j.sums[i*k : i*k+k] {
			w.number(float64(s)/1000, 3)
		}
	}
	return w.end()
}

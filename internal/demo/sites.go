package demo

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/paulmach/orb"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// What the service centres of each tier do, and when they are open.
var (
	functionsDistrict = []string{"政策咨询", "项目统筹", "教育培训", "人才服务", "法律援助", "志愿服务调度", "诉求受理"}
	functionsStreet   = []string{"诉求受理", "便民服务", "社会保障", "法律咨询", "矛盾调解", "退役军人服务", "教育培训"}
	functionsUnit     = []string{"诉求受理", "便民服务", "助餐", "邻里调解", "志愿服务", "图书阅览"}
	functionsMore     = []string{"日间照料", "儿童托管", "健康小屋", "老年学堂", "法律咨询", "电动车充电", "理发", "心理咨询"}

	hoursDistrict = kernel.T("工作日 8:30–12:00，14:30–18:00", "working days 8:30–12:00, 14:30–18:00")
	hoursStreet   = kernel.T("工作日 8:30–12:00，14:30–18:00；周六 9:00–12:00", "working days 8:30–12:00, 14:30–18:00; Saturday 9:00–12:00")
	hoursUnit     = kernel.T("每天 8:30–12:00，14:30–18:00；周二、周四 8:30–12:00，14:30–20:00", "daily 8:30–12:00, 14:30–18:00; Tue, Thu 8:30–12:00, 14:30–20:00")
)

// stations are the kinds of small stations, each with its functions. 候鸟驿站 keeps no record of who moved where.
var stations = []struct {
	name      string
	functions []string
}{
	{"骑手驿站", []string{"休息饮水", "电动车充电", "法律援助", "教育培训"}},
	{"候鸟驿站", []string{"流动党员报到", "政策咨询", "休息饮水"}},
	{"微综合体", []string{"便民服务", "助餐", "儿童托管", "图书阅览"}},
	{"法律服务站", []string{"法律咨询", "法律援助", "邻里调解"}},
	{"便民充电站", []string{"电动车充电"}},
}

// ground keeps track of the free cells of a unit: neither in a compound, a park nor a green.
type ground struct {
	l    *layout
	free map[int]bool
}

func (l *layout) ground(a *area) *ground {
	g := &ground{l: l, free: set(a.cells)}
	for _, grid := range a.parts {
		for _, c := range grid.compounds {
			g.take(c.span)
		}
		if grid.host != nil && grid.host.kind == hostPark {
			g.take(grid.host.site)
		}
		for _, b := range grid.greens {
			g.take(b)
		}
	}
	for c := range g.free {
		if u, _ := cellUV(c); u == riverU || u == riverU-1 {
			delete(g.free, c)
		}
	}
	return g
}

func (g *ground) take(b span) {
	for _, c := range b.cells() {
		delete(g.free, c)
	}
}

// nearest takes the free cell nearest to a point in metres.
func (g *ground) nearest(x, y float64) (u, v int) {
	best, near := -1, math.Inf(1)
	for c := range g.free {
		cu, cv := cellUV(c)
		cx, cy := g.l.mesh.metres(cu, cv, 0.5, 0.5)
		if d := math.Hypot(cx-x, cy-y); d < near || d == near && c < best {
			best, near = c, d
		}
	}
	delete(g.free, best)
	return cellUV(best)
}

// addSites adds the service centres, the parks and the stations.
func (d *District) addSites() {
	r := d.seed.rng("sites")
	for _, st := range d.layout.county.parts {
		x, y := d.layout.centroid(st.cells)
		var middle *area // the unit in the middle of the street bears the street's centre
		near := math.Inf(1)
		for _, a := range st.parts {
			ax, ay := d.layout.centroid(a.cells)
			if q := math.Hypot(ax-x, ay-y); q < near {
				near, middle = q, a
			}
		}
		for _, a := range st.parts {
			g := d.layout.ground(a)
			unit := d.Place(a.code)
			ax, ay := d.layout.centroid(a.cells)
			if a == middle {
				d.streetCentres(g, st, ax, ay)
			}
			if a.kind != territory.VillageOther {
				p := d.site(g, unit, a.name+"党群服务中心", append(append([]string{}, functionsUnit...), pick(r, functionsMore)), ax, ay)
				d.Centres = append(d.Centres, Centre{p.ID, TierUnit, hoursUnit})
			}
			if a.kind == territory.Community {
				s := pick(r, stations)
				edge := a.parts[r.IntN(len(a.parts))]
				ex, ey := d.layout.centroid(edge.cells)
				d.site(g, unit, strings.TrimSuffix(a.name, "社区")+s.name, s.functions, ex, ey)
			}
			d.parks(a, unit)
		}
	}
	sort.SliceStable(d.Centres, func(i, j int) bool { return tierRank(d.Centres[i].Tier) < tierRank(d.Centres[j].Tier) })
}

func tierRank(t Tier) int {
	for i, x := range AllTiers {
		if x == t {
			return i
		}
	}
	return len(AllTiers)
}

// streetCentres adds the centre of a street, and the district's beside that of 小桥大街街道.
func (d *District) streetCentres(g *ground, st *area, x, y float64) {
	street := d.Place(st.code)
	p := d.site(g, street, st.name+"党建综合服务中心", functionsStreet, x, y)
	d.Centres = append(d.Centres, Centre{p.ID, TierStreet, hoursStreet})
	if st.code == "630105002" {
		p := d.site(g, d.Places[0], "城北区党建综合服务中心", functionsDistrict, x, y)
		d.Centres = append(d.Centres, Centre{p.ID, TierDistrict, hoursDistrict})
	}
}

// site adds a site without area in the free cell nearest to a point.
func (d *District) site(g *ground, parent *territory.Place, name string, functions []string, x, y float64) *territory.Place {
	u, v := g.nearest(x, y)
	p := d.addSite(parent, name, functions, d.layout.mesh.point(u, v, 0.5, 0.5))
	return p
}

// addSite adds a site. Sites of a street are numbered apart from those of its units.
func (d *District) addSite(parent *territory.Place, name string, functions []string, shape orb.Geometry) *territory.Place {
	n := 1
	for d.Place(fmt.Sprintf("%s-S%03d", parent.Code, n)) != nil {
		n++
	}
	p := d.add(parent, territory.Site, fmt.Sprintf("%s-S%03d", parent.Code, n), name, fmt.Sprintf("s%03d", n), shape)
	p.Functions = functions
	return p
}

// parks adds the parks of the unit's dedicated grids as sites with an area, all well over 5,000 m².
func (d *District) parks(a *area, unit *territory.Place) {
	for _, grid := range a.parts {
		if grid.host != nil && grid.host.kind == hostPark {
			d.addSite(unit, grid.host.name, []string{"公园", "休闲娱乐", "运动健身"}, d.layout.mesh.inset(grid.host.site, 0.06))
		}
	}
}

package demo

import (
	"math/rand/v2"
	"strings"

	"sanzhi/internal/territory"
)

// hostKind is what a dedicated grid is.
type hostKind string

const (
	hostMall     hostKind = "mall"
	hostSchool   hostKind = "school"
	hostHospital hostKind = "hospital"
	hostPark     hostKind = "park"
	hostWorks    hostKind = "industrial"
	hostMarket   hostKind = "market"
)

// host is the unit that a dedicated grid belongs to.
type host struct {
	kind hostKind
	name string
	site span // of a park: where it lies
}

var hostNames = map[hostKind][]string{
	hostMall:     {"购物中心", "百货商场", "生活广场"},
	hostSchool:   {"小学", "中学", "职业学校", "第二小学"},
	hostHospital: {"医院", "中医院", "康复医院"},
	hostPark:     {"公园", "湿地公园", "体育公园"},
	hostWorks:    {"产业园", "物流园", "加工园"},
	hostMarket:   {"农贸市场", "综合市场"},
}

// specialWorks are the parts of the industrial park, made up.
var specialWorks = []string{"生物制品园区", "藏药加工园区", "食品加工园区", "中小企业创业园", "检验检测中心", "冷链物流园", "科技孵化中心",
	"包装材料园区", "绒毛纺织园区", "青稞产品园区", "枸杞加工园区", "饮用水园区", "设备制造园区", "会展中心"}

// lodgers is how many people live in a dedicated grid: pupils and staff in dormitories, watchmen, nobody in a park.
func (h *host) lodgers(r *rand.Rand) int {
	switch h.kind {
	case hostPark:
		return 0
	case hostSchool, hostWorks:
		return between(r, 30, 160)
	default:
		return between(r, 5, 40)
	}
}

// hosts gives every dedicated grid its host: parks where the river is near, the rest mixed.
func (l *layout) hosts() {
	r := l.seed.rng("hosts")
	mixes := map[territory.Kind][]hostKind{
		territory.Community: {hostMall, hostSchool, hostHospital, hostMarket, hostSchool, hostMall, hostPark},
		territory.Village:   {hostSchool, hostWorks, hostMarket, hostPark},
	}
	taken := map[string]bool{}
	works := 0
	for _, a := range l.units() {
		mix := mixes[a.kind]
		for _, g := range a.parts {
			if g.kind != territory.GridDedicated {
				continue
			}
			lo, hi := bounds(g.cells)
			switch {
			case mix == nil:
				g.host = &host{kind: hostWorks, name: "生物科技产业园" + specialWorks[works%len(specialWorks)]}
				works++
			case lo.u-6 <= riverU && hi.u+6 >= riverU:
				g.host = &host{kind: hostPark}
			default:
				g.host = &host{kind: pick(r, mix)}
			}
			if g.host.kind == hostPark {
				g.host.site = largest(g.cells, 9, 9, set(g.cells))
			}
			if g.host.name == "" {
				g.host.name = l.hostName(r, a, g.host.kind, taken)
			}
			g.name = strings.TrimSuffix(a.name, "虚拟社区") + "专属网格（" + g.host.name + "）"
		}
	}
}

// hostName makes a name that no other host has.
func (l *layout) hostName(r *rand.Rand, a *area, k hostKind, taken map[string]bool) string {
	base := strings.TrimSuffix(a.name, "社区")
	if len([]rune(base)) > 2 { // 新村 keeps its name whole
		base = strings.TrimSuffix(base, "村")
	}
	for _, s := range append(shuffled(r, hostNames[k]), "北区"+hostNames[k][0], "南区"+hostNames[k][0], "东区"+hostNames[k][0]) {
		if n := base + s; !taken[n] {
			taken[n] = true
			return n
		}
	}
	return base + hostNames[k][0]
}

func shuffled[T any](r *rand.Rand, from []T) []T {
	out := make([]T, len(from))
	for i, j := range r.Perm(len(from)) {
		out[i] = from[j]
	}
	return out
}

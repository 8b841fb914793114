package territory

import (
	"slices"

	"sanzhi/internal/kernel"
)

// kindRule is what the tree knows of a kind: its name and under which kinds it may stand.
type kindRule struct {
	name kernel.Text
	root bool // may stand without a parent
	// under lists the kinds it may stand under, all of them before it in AllKinds' order of ranks, so that a tree that keeps
	// the rule has no cycle.
	under []Kind
}

var (
	streetKinds    = []Kind{Subdistrict, Town, Township, StreetSpecial}
	communityKinds = []Kind{Community, Village, VillageOther}
)

// ruleOf is the table of the tree 区 → 街道、镇、乡 → 社区、村 → 小区、村民组 → 楼栋 → 单元, with grids under a community or
// village only (never straight under a street or district), and sites anywhere above a building. A lone building may stand
// straight under its community. A tenant's tree begins at its county; the levels above are for divisions of the country.
func ruleOf(k Kind) kindRule {
	switch k {
	case Province:
		return kindRule{kernel.T("省", "province"), true, nil}
	case Prefecture:
		return kindRule{kernel.T("市（地级）", "prefecture"), true, []Kind{Province}}
	case County:
		return kindRule{kernel.T("区县", "county"), true, []Kind{Province, Prefecture}}
	case Subdistrict:
		return kindRule{kernel.T("街道", "subdistrict"), false, []Kind{County}}
	case Town:
		return kindRule{kernel.T("镇", "town"), false, []Kind{County}}
	case Township:
		return kindRule{kernel.T("乡", "township"), false, []Kind{County}}
	case StreetSpecial:
		return kindRule{kernel.T("街道级特殊区域", "special area"), false, []Kind{County}}
	case Community:
		return kindRule{kernel.T("社区", "community"), false, streetKinds}
	case Village:
		return kindRule{kernel.T("行政村", "village"), false, streetKinds}
	case VillageOther:
		return kindRule{kernel.T("村级特殊区域", "special area (village)"), false, streetKinds}
	case VillagerGroup:
		return kindRule{kernel.T("村民组", "villager group"), false, communityKinds}
	case Compound:
		return kindRule{kernel.T("小区", "compound"), false, communityKinds}
	case Building:
		return kindRule{kernel.T("楼栋", "building"), false, append([]Kind{Compound, VillagerGroup}, communityKinds...)}
	case Entrance:
		return kindRule{kernel.T("单元", "entrance"), false, []Kind{Building}}
	case GridGeneral:
		return kindRule{kernel.T("综合网格", "grid"), false, communityKinds}
	case GridDedicated:
		return kindRule{kernel.T("专属网格", "dedicated grid"), false, communityKinds}
	case Site:
		return kindRule{kernel.T("站点", "site"), false, slices.Concat([]Kind{County}, streetKinds, communityKinds, []Kind{VillagerGroup, Compound})}
	default:
		return kindRule{}
	}
}

// Text gives the name of the kind in both languages; empty for a kind that is not one.
func (k Kind) Text() kernel.Text { return ruleOf(k).name }

// MayStandUnder reports whether a place of kind k may have a parent of kind parent.
func (k Kind) MayStandUnder(parent Kind) bool { return slices.Contains(ruleOf(k).under, parent) }

// MayBeRoot reports whether a place of kind k may have no parent.
func (k Kind) MayBeRoot() bool { return ruleOf(k).root }

// rank orders kinds so that a parent's is always lower.
func (k Kind) rank() int {
	switch k.Level() {
	case LevelCounty:
		return 2
	case LevelStreet:
		return 3
	case LevelCommunity, LevelVillage:
		return 4
	case LevelGrid:
		return 5
	case LevelNone:
		return k.rankBeside()
	default:
		return 0
	}
}

// rankBeside is the rank of the kinds that belong to no level.
func (k Kind) rankBeside() int {
	switch k {
	case Province:
		return 0
	case Prefecture:
		return 1
	case VillagerGroup, Compound:
		return 5
	case Building:
		return 6
	default: // entrance, site
		return 7
	}
}

// kindNames are the words that files use for kinds, beside the codes.
var kindNames = map[string]Kind{
	"区": County, "县": County, "区县": County, "街道": Subdistrict, "镇": Town, "乡": Township, "社区": Community, "居委会": Community,
	"村": Village, "行政村": Village, "村委会": Village, "村民组": VillagerGroup, "小区": Compound, "楼栋": Building, "楼": Building,
	"单元": Entrance, "网格": GridGeneral, "综合网格": GridGeneral, "专属网格": GridDedicated, "站点": Site,
}

// ParseKind reads a kind by its code ("community") or its Chinese name (社区). Anything else is an invalid "kind".
func ParseKind(s string) (Kind, error) {
	if slices.Contains(AllKinds, Kind(s)) {
		return Kind(s), nil
	}
	if k, ok := kindNames[s]; ok {
		return k, nil
	}
	return "", kernel.Invalid("kind", kernel.T("不认识类型“"+s+"”，请填社区、行政村、综合网格、专属网格、小区、楼栋等",
		"unknown kind \""+s+"\"; use community, village, grid, grid_dedicated, compound, building and so on"))
}

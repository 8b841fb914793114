// Package territory is the district as places: divisions, compounds, buildings, grids and sites, each in a tree and most
// with a shape; which places hold a point; how trees, shapes and official codes are checked. It knows no case and no person.
package territory

import (
	"time"

	"github.com/paulmach/orb"

	"sanzhi/internal/kernel"
)

// Kind is what a place is. It is recorded, never inferred from the digits of a code.
type Kind string

// The kinds of place.
const (
	Province      Kind = "province"
	Prefecture    Kind = "prefecture"
	County        Kind = "county"         // 区、县
	Subdistrict   Kind = "subdistrict"    // 街道
	Town          Kind = "town"           // 镇
	Township      Kind = "township"       // 乡
	StreetSpecial Kind = "street_special" // pseudo-area at street level: development zone, farm, mine
	Community     Kind = "community"      // 社区 (居委会)
	Village       Kind = "village"        // 行政村 (村委会)
	VillageOther  Kind = "village_other"  // pseudo-area at village level
	VillagerGroup Kind = "villager_group" // 村民组
	Compound      Kind = "compound"       // 小区
	Building      Kind = "building"       // 楼栋
	Entrance      Kind = "entrance"       // 单元
	GridGeneral   Kind = "grid"           // 综合网格
	GridDedicated Kind = "grid_dedicated" // 专属网格: has a host unit
	Site          Kind = "site"           // service centre, station, park: a place with functions
)

// AllKinds lists the closed set.
var AllKinds = []Kind{Province, Prefecture, County, Subdistrict, Town, Township, StreetSpecial, Community, Village, VillageOther,
	VillagerGroup, Compound, Building, Entrance, GridGeneral, GridDedicated, Site}

// Level is the tier of the contract's place object that a kind belongs to.
type Level string

// The levels of a point's place, from the smallest. Compounds and buildings stand beside them.
const (
	LevelGrid      Level = "grid"
	LevelCommunity Level = "community"
	LevelVillage   Level = "village"
	LevelStreet    Level = "street"
	LevelCounty    Level = "county"
	LevelNone      Level = ""
)

// Level gives the tier of the kind.
func (k Kind) Level() Level {
	switch k {
	case GridGeneral, GridDedicated:
		return LevelGrid
	case Community:
		return LevelCommunity
	case Village, VillageOther:
		return LevelVillage
	case Subdistrict, Town, Township, StreetSpecial:
		return LevelStreet
	case County:
		return LevelCounty
	default:
		return LevelNone
	}
}

// Place is one node of a tenant's territory.
type Place struct {
	ID     kernel.ID `json:"id"`
	Parent kernel.ID `json:"parent,omitempty"` // empty for the county
	Kind   Kind      `json:"kind"`
	Code   string    `json:"code"` // official where there is one; unique in the tenant
	Name   string    `json:"name"`
	// Path is fixed when the place is founded and survives later changes of codes and names.
	Path kernel.Path `json:"-"`
	// Initials are the pinyin initials of the name, for search.
	Initials string `json:"-"`
	// Shape is in WGS84, or nil. Points of places without area (entrances, sites) are an orb.Point.
	Shape orb.Geometry `json:"-"`
	// Households and People are counts for planning; zero where unknown.
	Households int `json:"households,omitempty"`
	People     int `json:"people,omitempty"`
	// Host is the organisation that a dedicated grid belongs to.
	Host kernel.ID `json:"host,omitempty"`
	// Functions of a site: convenience services, legal aid, charging …
	Functions []string  `json:"functions,omitempty"`
	ValidFrom time.Time `json:"validFrom,omitzero"`
	ValidTo   time.Time `json:"validTo,omitzero"` // zero while it stands
}

// Ref is a place as it stands inside other answers.
type Ref struct {
	ID   kernel.ID `json:"id"`
	Code string    `json:"code"`
	Name string    `json:"name"`
	Kind Kind      `json:"kind"`
}

// Ref gives the short form.
func (p *Place) Ref() *Ref { return &Ref{ID: p.ID, Code: p.Code, Name: p.Name, Kind: p.Kind} }

// At is every place that holds one point, one of each level, nil where there is none.
type At struct {
	Grid      *Ref `json:"grid"`
	Community *Ref `json:"community"`
	Village   *Ref `json:"village"`
	Street    *Ref `json:"street"`
	County    *Ref `json:"county"`
	// Compound and Building stand beside the tiers of the contract.
	Compound *Ref `json:"compound"`
	Building *Ref `json:"building"`
	// Path is the path of the smallest of county, street, community or village, and grid.
	Path kernel.Path `json:"-"`
}

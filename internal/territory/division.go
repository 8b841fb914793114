package territory

import (
	"slices"
	"strings"

	"sanzhi/internal/kernel"
)

// DivisionLevel is the level of an official division, told by the file it stands in and never by its digits.
type DivisionLevel string

// The levels of official divisions, with the length of their codes (GB/T 2260, GB/T 10114; statistical codes for villages).
const (
	DivisionProvince   DivisionLevel = "province"   // 2 digits
	DivisionPrefecture DivisionLevel = "prefecture" // 4
	DivisionCounty     DivisionLevel = "county"     // 6
	DivisionStreet     DivisionLevel = "street"     // 9: subdistricts, towns, townships and what stands beside them
	DivisionVillage    DivisionLevel = "village"    // 12: communities, villages and what stands beside them
)

// AllDivisionLevels lists the closed set from the top.
var AllDivisionLevels = []DivisionLevel{DivisionProvince, DivisionPrefecture, DivisionCounty, DivisionStreet, DivisionVillage}

// Text gives the name of the level in both languages.
func (l DivisionLevel) Text() kernel.Text {
	switch l {
	case DivisionProvince:
		return kernel.T("省级", "province level")
	case DivisionPrefecture:
		return kernel.T("地级", "prefecture level")
	case DivisionCounty:
		return kernel.T("县级", "county level")
	case DivisionStreet:
		return kernel.T("乡级", "street level")
	case DivisionVillage:
		return kernel.T("村级", "village level")
	default:
		return kernel.Text{}
	}
}

// Division is one official division in the list of one year. Divisions are reference data, without tenant.
type Division struct {
	Code   string        `json:"code"`
	Name   string        `json:"name"`
	Level  DivisionLevel `json:"level"`
	Kind   Kind          `json:"kind"`             // guessed from the name, see GuessKind
	Parent string        `json:"parent,omitempty"` // code; empty for a province
	Year   int           `json:"year"`             // of the list
	// Successor is the codes that took its place in a later year's list, when known.
	Successor []string `json:"successor,omitempty"`
}

// nameEndings tell a kind by how the name ends, within one level. Lists of some years shorten 居民委员会 to 居委会, and Inner
// Mongolia has 嘎查 for villages and 苏木 for townships. The longest fitting ending counts, so that 村居委会 is a community.
var nameEndings = map[DivisionLevel][]struct {
	end  string
	kind Kind
}{
	DivisionStreet: {{"街道", Subdistrict}, {"街道办事处", Subdistrict}, {"镇", Town}, {"乡", Township}, {"苏木", Township}},
	DivisionVillage: {{"居民委员会", Community}, {"居委会", Community}, {"家委会", Community}, {"社区委员会", Community}, {"社区", Community}, {"居民委会", Community},
		{"村民委员会", Village}, {"村委会", Village}, {"村委员会", Village}, {"嘎查委员会", Village}, {"嘎查委会", Village}, {"查委会", Village}, {"牧委会", Village},
		{"牧民委员会", Village}, {"渔委会", Village}, {"民委会", Village}, {"村", Village}, {"嘎查", Village}},
}

// GuessKind guesses what a division is from its level and the ending of its name. At street and village level, what ends
// like none of the known ones (development zones, farms, mines, camps) is StreetSpecial or VillageOther. The digits of the
// code are not asked: lists hold villages among the codes of communities and the other way round. Empty for no level.
func GuessKind(level DivisionLevel, name string) Kind {
	switch level {
	case DivisionProvince:
		return Province
	case DivisionPrefecture:
		return Prefecture
	case DivisionCounty:
		return County
	case DivisionStreet:
		return endingOf(level, name, StreetSpecial)
	case DivisionVillage:
		return endingOf(level, name, VillageOther)
	default:
		return ""
	}
}

// endingOf gives the kind of the longest ending of the level that the name has, or guess.
func endingOf(level DivisionLevel, name string, guess Kind) Kind {
	longest := 0
	for _, e := range nameEndings[level] {
		if len(e.end) > longest && strings.HasSuffix(name, e.end) {
			guess, longest = e.kind, len(e.end)
		}
	}
	return guess
}

// DivisionChange is one code in two years' lists.
type DivisionChange struct{ Old, New Division }

// Succession says which new codes took the place of one that is gone.
type Succession struct {
	Old   Division
	New   []Division
	Given bool // from the table of successors, not guessed
}

// DivisionChanges is what differs between two years' lists, each part by code. A code that is both renamed and moved
// stands in both.
type DivisionChanges struct {
	Added   []Division // codes that only the new list has
	Removed []Division // codes that only the old list has
	Renamed []DivisionChange
	Moved   []DivisionChange // another parent
	// Successions cover removed codes whose successor is given or can be guessed; those left need a person.
	Successions []Succession
	// Abolished are removed codes that have no successor, as published.
	Abolished []Division
}

// DiffDivisions compares the lists of two years. given maps codes that are gone to their successors' codes, as published;
// it goes before guesses, and codes in it that the new list lacks are left out; a code that is there without any was abolished. A successor is guessed when exactly one
// removed and one added division of a level bear the same name under a parent of the same name. Of a code that a list holds
// twice the first counts.
func DiffDivisions(before, after []Division, given map[string][]string) DivisionChanges {
	was, is := divisionsByCode(before), divisionsByCode(after)
	var c DivisionChanges
	for code, o := range was {
		n, ok := is[code]
		if !ok {
			c.Removed = append(c.Removed, o)
			continue
		}
		if n.Name != o.Name {
			c.Renamed = append(c.Renamed, DivisionChange{o, n})
		}
		if n.Parent != o.Parent {
			c.Moved = append(c.Moved, DivisionChange{o, n})
		}
	}
	for code, n := range is {
		if _, ok := was[code]; !ok {
			c.Added = append(c.Added, n)
		}
	}
	slices.SortFunc(c.Removed, byDivisionCode)
	slices.SortFunc(c.Added, byDivisionCode)
	byOld := func(a, b DivisionChange) int { return byDivisionCode(a.Old, b.Old) }
	slices.SortFunc(c.Renamed, byOld)
	slices.SortFunc(c.Moved, byOld)
	for _, d := range c.Removed {
		if to, said := given[d.Code]; said && len(to) == 0 {
			c.Abolished = append(c.Abolished, d)
		}
	}
	c.Successions = successions(c, was, is, given)
	return c
}

func byDivisionCode(a, b Division) int { return strings.Compare(a.Code, b.Code) }

func divisionsByCode(list []Division) map[string]Division {
	m := make(map[string]Division, len(list))
	for _, d := range list {
		if _, ok := m[d.Code]; !ok {
			m[d.Code] = d
		}
	}
	return m
}

// likeness is what two codes of one division have in common.
type likeness struct {
	level        DivisionLevel
	name, parent string
}

func successions(c DivisionChanges, was, is map[string]Division, given map[string][]string) []Succession {
	of := func(d Division, in map[string]Division) likeness { return likeness{d.Level, d.Name, in[d.Parent].Name} }
	gone, come := map[likeness]int{}, map[likeness][]Division{}
	for _, d := range c.Removed {
		gone[of(d, was)]++
	}
	for _, d := range c.Added {
		come[of(d, is)] = append(come[of(d, is)], d)
	}
	var out []Succession
	for _, d := range c.Removed {
		var to []Division
		for _, code := range given[d.Code] {
			if n, ok := is[code]; ok {
				to = append(to, n)
			}
		}
		like, said := of(d, was), given[d.Code]
		switch {
		case said != nil && len(said) == 0:
			// Abolished: no guess.
		case len(to) > 0:
			out = append(out, Succession{d, to, true})
		case gone[like] == 1 && len(come[like]) == 1:
			out = append(out, Succession{d, come[like], false})
		}
	}
	return out
}

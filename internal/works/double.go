package works

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"sanzhi/internal/kernel"
)

// Why says what makes two lines look like one figure told twice.
type Why string

// The reasons, the strongest first.
const (
	WhyProject Why = "project" // both lines stand in one project
	WhyNear    Why = "near"    // the projects lie at one place, one within the other, or within nearMetres
	WhyNames   Why = "names"   // locations or projects are named alike
)

// Reasons lists the closed set.
var Reasons = Options[Why]{{WhyProject, kernel.T("同一个工程里", "in one project")}, {WhyNear, kernel.T("地点相近", "near each other")}, {WhyNames, kernel.T("名称相近", "named alike")}}

const (
	nearMetres = 500
	// telling is from which number on a figure is unlikely to be met twice by chance.
	telling = 10
)

// Line is a line of a bill with what is known of its project: all that the search for double counts looks at.
type Line struct {
	Item     *Item
	Name     string // of the project
	Path     kernel.Path
	Lon, Lat float64
}

// Twins finds pairs of lines that may tell one figure twice: the same figure in the same unit of the same thing, and the
// projects are one, near, or named alike. It refuses nothing: somebody looks at each and confirms or dismisses it.
func Twins(lines []Line) []Flag {
	type key struct {
		subject, unit string
		value         float64
	}
	by := map[key][]Line{}
	for _, l := range lines {
		if l.Item.TwinOf == "" && l.Item.Quantity.Value >= telling {
			k := key{plainName(l.Item.Subject), l.Item.Quantity.Unit, l.Item.Quantity.Value}
			by[k] = append(by[k], l)
		}
	}
	var out []Flag
	for _, l := range by {
		slices.SortFunc(l, func(a, b Line) int { return cmp.Compare(a.Item.ID, b.Item.ID) })
		for i, a := range l {
			for _, b := range l[i+1:] {
				if why := alike(a, b); why != "" && SameFigure(a.Item.Quantity, b.Item.Quantity) {
					out = append(out, Flag{A: a.Item.ID, B: b.Item.ID, Why: why, State: FlagOpen, Path: a.Path})
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b Flag) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	return out
}

func alike(a, b Line) Why {
	switch {
	case a.Item.Project == b.Item.Project:
		return WhyProject
	case metres(a, b) <= nearMetres:
		return WhyNear
	case deep(a.Path) && deep(b.Path) && (a.Path.Holds(b.Path) || b.Path.Holds(a.Path)):
		return WhyNear
	case common(a.Item.Location+"\x00"+a.Name, b.Item.Location+"\x01"+b.Name):
		return WhyNames
	default:
		return ""
	}
}

// deep reports whether a place is smaller than the district: that two works lie in one district says nothing.
func deep(p kernel.Path) bool { return strings.Count(string(p), "/") > 1 }

func metres(a, b Line) float64 {
	if a.Lon == 0 && a.Lat == 0 || b.Lon == 0 && b.Lat == 0 {
		return math.Inf(1)
	}
	dy := (a.Lat - b.Lat) * 111_320
	dx := (a.Lon - b.Lon) * 111_320 * math.Cos(a.Lat*math.Pi/180)
	return math.Hypot(dx, dy)
}

// commonWords say nothing of where something is.
var commonWords = strings.NewReplacer("工程", "", "项目", "", "改造", "", "提升", "", "建设", "", "整治", "", "治理", "", "（", "", "）", "", "、", "", " ", "")

func plainName(s string) string { return commonWords.Replace(s) }

// common reports whether two names share a run of two characters, common words aside.
func common(a, b string) bool {
	seen := map[[2]rune]bool{}
	pairs := func(s string, each func([2]rune)) {
		r := []rune(plainName(s))
		for i := 1; i < len(r); i++ {
			if r[i-1] > 1 && r[i] > 1 {
				each([2]rune{r[i-1], r[i]})
			}
		}
	}
	pairs(a, func(p [2]rune) { seen[p] = true })
	found := false
	pairs(b, func(p [2]rune) { found = found || seen[p] })
	return found
}

package territory

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
)

// The unit grid code has 15 digits: the 12 of the community (6+3+3) and 3 of the grid (GB/T 30428.1; DB11).
const (
	communityDigits = 12
	gridDigits      = 3
	mostGrids       = 999
)

// IsGridCode reports whether the code has the form of a unit grid code.
func IsGridCode(code string) bool { return len(code) == communityDigits+gridDigits && digits(code) }

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func checkCommunityCode(community string) error {
	if len(community) != communityDigits || !digits(community) {
		return kernel.Invalid("code", kernel.T("社区代码应为 12 位数字，网格代码由它加 3 位组成", "a community code has twelve digits; a grid code adds three"))
	}
	return nil
}

func fullGrids() error {
	return kernel.Invalid("code", kernel.T("这个社区的网格代码已用到 999，请先调整社区", "the grid codes of this community are used up to 999"))
}

// NextGridCode gives the code of the next grid of a community: one after the highest in use, so that the code of a grid
// that was ended is not given again while a later one stands. Codes of other communities are passed over. The community's
// code must have twelve digits, and fewer than 999 must be used; else an invalid "code".
func NextGridCode(community string, used []string) (string, error) {
	if err := checkCommunityCode(community); err != nil {
		return "", err
	}
	top := 0
	for _, code := range used {
		if IsGridCode(code) && strings.HasPrefix(code, community) {
			n, _ := strconv.Atoi(code[communityDigits:])
			top = max(top, n)
		}
	}
	if top >= mostGrids {
		return "", fullGrids()
	}
	return fmt.Sprintf("%s%03d", community, top+1), nil
}

// NumberGrids gives a code to each shape of a newly cut community, numbered row by row from west to east, rows from north
// to south (DB6101/T 3185-2024, DB11). A row gathers the grids whose label points lie within half a median grid's height
// of its northernmost. The answer is in the order of the shapes. An empty shape is an invalid "shapes[i]".
func NumberGrids(community string, shapes []orb.Geometry) ([]string, error) {
	if err := checkCommunityCode(community); err != nil {
		return nil, err
	}
	if len(shapes) > mostGrids {
		return nil, fullGrids()
	}
	type cell struct {
		at orb.Point
		i  int
	}
	cells := make([]cell, len(shapes))
	heights := make([]float64, len(shapes))
	for i, s := range shapes {
		at, ok := geo.LabelPoint(s)
		if !ok {
			return nil, kernel.Invalid(fmt.Sprintf("shapes[%d]", i), kernel.T("网格没有形状，无法编号", "a grid without a shape cannot be numbered"))
		}
		b := s.Bound()
		cells[i], heights[i] = cell{at, i}, b.Max[1]-b.Min[1]
	}
	slices.SortStableFunc(cells, func(a, b cell) int { return compare(b.at[1], a.at[1]) })
	slices.Sort(heights)
	codes := make([]string, len(shapes))
	for from, n := 0, 1; from < len(cells); {
		to := from + 1
		for to < len(cells) && cells[from].at[1]-cells[to].at[1] <= heights[len(heights)/2]/2 {
			to++
		}
		row := cells[from:to]
		slices.SortStableFunc(row, func(a, b cell) int { return compare(a.at[0], b.at[0]) })
		for _, c := range row {
			codes[c.i] = fmt.Sprintf("%s%03d", community, n)
			n++
		}
		from = to
	}
	return codes, nil
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

package reports

import "slices"

// leastCell is the smallest number of persons that is told.
const leastCell = 5

// hiddenTally reports whether a tally of persons tells of fewer than five of them: those counted, or those missed.
func hiddenTally(share bool, t Tally) bool {
	small := func(n int) bool { return n > 0 && n < leastCell }
	return small(t.Num) || share && (small(t.Den-t.Num) || small(t.Den))
}

// Suppress says which cells of a total must not be told, so that no cell under five can be read or worked out: the small
// ones, and as many more, the smallest first, that those who know the total still cannot tell one from the others. When even all
// cells together are too few, all is hidden, and the total with it. Cells of nothing hide nothing and stay.
func Suppress(cells []int) (hide []bool, total bool) {
	hide = make([]bool, len(cells))
	order := make([]int, 0, len(cells))
	for i, n := range cells {
		if n > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cells[a] - cells[b] })
	hidden, sum := 0, 0
	for _, i := range order {
		// Two hidden cells that sum to ten or more may be any two numbers; fewer could be worked out.
		enough := hidden == 0 || hidden >= 2 && sum >= 2*leastCell
		if cells[i] >= leastCell && enough {
			break
		}
		hide[i] = true
		hidden++
		sum += cells[i]
	}
	return hide, hidden > 0 && (hidden < 2 || sum < 2*leastCell)
}

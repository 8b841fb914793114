package indicators

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"sanzhi/internal/kernel"
)

// maxAmount bounds an amount in smallest steps, so that sums of parts never overflow.
const maxAmount = int64(1e15)

// ParseAmount reads a decimal number into smallest steps. More places than the indicator has are refused, never rounded.
func ParseAmount(field, s string, places int) (int64, error) {
	s = strings.ReplaceAll(strings.TrimSpace(s), ",", "")
	whole, frac, _ := strings.Cut(s, ".")
	if frac = strings.TrimRight(frac, "0"); len(frac) > places {
		return 0, kernel.Invalid(field, kernel.T(fmt.Sprintf("最多 %d 位小数，最小一步是 %s", places, FormatAmount(1, places)),
			fmt.Sprintf("at most %d decimal places; the smallest step is %s", places, FormatAmount(1, places))))
	}
	digits := whole + frac + strings.Repeat("0", places-len(frac))
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || n > maxAmount || whole == "" || strings.HasPrefix(s, "+") {
		return 0, kernel.Invalid(field, kernel.T("请填不小于 0 的数字，例如 120 或 12.5", "give a number that is not below 0, such as 120 or 12.5"))
	}
	return n, nil
}

// FormatAmount writes smallest steps as a decimal number.
func FormatAmount(n int64, places int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := strconv.FormatInt(n, 10)
	if places == 0 {
		return sign + s
	}
	if len(s) <= places {
		s = strings.Repeat("0", places-len(s)+1) + s
	}
	return sign + s[:len(s)-places] + "." + s[len(s)-places:]
}

// toSteps turns a measured number into smallest steps; false when it is no number (nothing was counted).
func toSteps(v float64, places int) (int64, bool) {
	v = math.Round(v * math.Pow10(places))
	if math.IsNaN(v) || math.Abs(v) > float64(maxAmount) {
		return 0, false
	}
	return int64(v), true
}

// Divide splits an amount by weights in whole steps by the largest remainder, so that the parts add up to it exactly. Of equal
// remainders the earlier part gets the step. Weights that are all 0 count as equal; a negative one is KindInvalid.
func Divide(amount int64, weights []int) ([]int64, error) {
	var total int64
	for i, w := range weights {
		if w < 0 || w > 1_000_000_000 {
			return nil, kernel.Invalid(fmt.Sprintf("parts[%d].weight", i), kernel.T("权重不能小于 0", "a weight is not below 0"))
		}
		total += int64(w)
	}
	if len(weights) == 0 {
		return nil, kernel.Invalid("parts", kernel.T("请至少分给一个", "there must be at least one part"))
	}
	if total == 0 {
		weights = slices.Repeat([]int{1}, len(weights))
		total = int64(len(weights))
	}
	out := make([]int64, len(weights))
	rest := make([]int64, len(weights))
	order := make([]int, len(weights))
	left := amount
	for i, w := range weights {
		// In wide numbers: amount times weight may be more than 64 bits hold.
		q, r := new(big.Int).QuoRem(new(big.Int).Mul(big.NewInt(amount), big.NewInt(int64(w))), big.NewInt(total), new(big.Int))
		out[i], rest[i], order[i] = q.Int64(), r.Int64(), i
		left -= out[i]
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case rest[a] > rest[b]:
			return -1
		case rest[a] < rest[b]:
			return 1
		default:
			return 0
		}
	})
	for _, i := range order[:left] {
		out[i]++
	}
	return out, nil
}

// mean is the mean of amounts by weights, rounded half up to a step; weights that are all 0 count as equal.
func mean(amounts []int64, weights []int) int64 {
	var sum, total int64
	for _, w := range weights {
		total += int64(w)
	}
	for i, a := range amounts {
		w := int64(1)
		if total > 0 {
			w = int64(weights[i])
		}
		sum += a * w
	}
	if total == 0 {
		total = int64(len(amounts))
	}
	if total == 0 {
		return 0
	}
	return (2*sum + total) / (2 * total)
}

package kernel

import (
	"math"
	"strconv"
	"strings"
	"unicode"
)

var sayQuantity = T("请填数量和单位，例如 360 个、1.8 万余辆、近 400 条、约 100 块", "give a number and a unit, such as 360 个, 1.8万余辆, 近400条, 约100块")

// ParseQuantity reads a figure as a source gives it: 360个, 1300余名, 1.8万余辆, 30多个, 近400条, 约100块. The step of 余 and 近
// is one unit of the last digit given: 100 for 1300余, 1000 for 1.8万余. It also reads what FormatQuantity writes.
func ParseQuantity(s string) (Quantity, error) {
	fail := func() (Quantity, error) { return Quantity{}, Invalid("", sayQuantity) }
	s = strings.Join(strings.Fields(s), "")
	q := Quantity{Qualifier: Exact}
	for _, p := range []struct {
		word string
		is   Qualifier
	}{{"近", Nearly}, {"约", About}, {"至少", AtLeast}, {"≥", AtLeast}} {
		if rest, ok := strings.CutPrefix(s, p.word); ok {
			s, q.Qualifier = rest, p.is
			break
		}
	}
	end := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) && r != '.' && r != ',' })
	if end <= 0 {
		return fail()
	}
	digits, unit := strings.ReplaceAll(s[:end], ",", ""), s[end:]
	scale, exp := 1.0, ""
	for _, p := range []struct {
		word, exp string
		n         float64
	}{{"万", "e4", 1e4}, {"亿", "e8", 1e8}} {
		if rest, ok := strings.CutPrefix(unit, p.word); ok {
			unit, scale, exp = rest, p.n, p.exp
			break
		}
	}
	v, err := strconv.ParseFloat(digits+exp, 64)
	if err != nil || v > 1e15 {
		return fail()
	}
	for _, word := range []string{"余", "多"} {
		if rest, ok := strings.CutPrefix(unit, word); ok {
			if q.Qualifier != Exact {
				return fail()
			}
			unit, q.Qualifier = rest, AtLeast
			break
		}
	}
	if unit == "" || len([]rune(unit)) > 12 || strings.ContainsAny(unit[:1], "+-") || strings.HasPrefix(unit, "万") || strings.HasPrefix(unit, "亿") || strings.HasPrefix(unit, "余") || strings.HasPrefix(unit, "多") {
		return fail() // a unit that reads like a part of the number
	}
	q.Value, q.Unit = v, unit
	if q.Qualifier == AtLeast || q.Qualifier == Nearly {
		q.Step = lastDigit(digits) * scale
	}
	return q, nil
}

// lastDigit gives one unit of the last digit that is said: 100 of 1300, 0.1 of 1.8, 1 of 718.
func lastDigit(digits string) float64 {
	if _, frac, ok := strings.Cut(digits, "."); ok {
		return math.Pow10(-len(frac))
	}
	n := len(digits) - len(strings.TrimRight(digits, "0"))
	if n == len(digits) {
		return 1
	}
	return math.Pow10(n)
}

// Text gives a figure in words: 1.8万余辆 stays so, and an exact one has its number and unit.
func (q Quantity) Text() Text {
	n, en := sayNumber(q.Value, q.Step), Counted(plainNumber(q.Value), q.Unit)
	switch q.Qualifier {
	case AtLeast:
		return T(n+"余"+q.Unit, "over "+en)
	case Nearly:
		return T("近"+n+q.Unit, "nearly "+en)
	case About:
		return T("约"+n+q.Unit, "about "+en)
	default:
		return T(n+q.Unit, en)
	}
}

// sayNumber writes from ten thousand on in 万, as long as the last digit said stays the same.
func sayNumber(v, step float64) string {
	if v < 1e4 {
		return plainNumber(v)
	}
	s := plainNumber(v / 1e4)
	if p, err := strconv.ParseFloat(s+"e4", 64); err != nil || p != v || step > 0 && math.Abs(lastDigit(s)*1e4-step) > 1e-6 {
		return plainNumber(v)
	}
	return s + "万"
}

// FormatQuantity gives the Chinese words of a figure, which ParseQuantity reads back.
func FormatQuantity(q Quantity) string { return q.Text().Zh }

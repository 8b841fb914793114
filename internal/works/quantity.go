package works

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"sanzhi/internal/kernel"
)

var sayQuantity = kernel.T("数量应写成 40盏、12000余株、近400条、约100块 或 1.8万余辆", "write a quantity like 40盏, 12000余株, 近400条, 约100块 or 1.8万余辆")

// ParseQuantity reads a figure as sources write it: 40盏, 12000余株, 30多个, 近400条, 约100块, 1.8万余辆, 41000余㎡. What stands
// behind 余 and 近 is one unit of the last digit given: 1000 for 12000余 and for 1.8万余. Anything else is KindInvalid for
// the field.
func ParseQuantity(field, s string) (kernel.Quantity, error) {
	bad := kernel.Invalid(field, sayQuantity)
	q := kernel.Quantity{Qualifier: kernel.Exact}
	s = strings.Join(strings.Fields(s), "")
	for _, lead := range []struct {
		word string
		q    kernel.Qualifier
	}{{"近", kernel.Nearly}, {"约", kernel.About}} {
		if rest, ok := strings.CutPrefix(s, lead.word); ok {
			s, q.Qualifier = rest, lead.q
		}
	}
	end := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) && r != '.' && r != ',' })
	if end <= 0 {
		return q, bad
	}
	digits := strings.ReplaceAll(s[:end], ",", "")
	s = s[end:]
	v, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsInf(v, 0) || v < 0 {
		return q, bad
	}
	step := lastDigit(digits)
	more := func() bool {
		for _, w := range []string{"余", "多"} {
			if rest, ok := strings.CutPrefix(s, w); ok && q.Qualifier == kernel.Exact {
				s, q.Qualifier = rest, kernel.AtLeast
				return true
			}
		}
		return false
	}
	said := more()
	if rest, ok := strings.CutPrefix(s, "万"); ok {
		s, v, step = rest, v*1e4, step*1e4
	}
	if !said {
		more()
	}
	if s == "" || strings.HasPrefix(s, "余") || strings.HasPrefix(s, "多") || strings.ContainsAny(s, "0123456789") || len([]rune(s)) > 10 {
		return q, bad
	}
	q.Value, q.Unit = math.Round(v*1e6)/1e6, unitOf(s)
	if q.Qualifier == kernel.AtLeast || q.Qualifier == kernel.Nearly {
		q.Step = math.Round(step*1e6) / 1e6
	}
	return q, nil
}

// unitOf gives one spelling to units that are written in several ways.
func unitOf(s string) string {
	switch s {
	case "㎡", "m²", "m2", "平米", "平方":
		return "平方米"
	case "m":
		return "米"
	default:
		return s
	}
}

// lastDigit gives one unit of the last digit that a number gives: 1000 for 12000, 10 for 290, 0.1 for 1.8.
func lastDigit(digits string) float64 {
	if _, frac, ok := strings.Cut(digits, "."); ok {
		return math.Pow10(-len(frac))
	}
	whole := strings.TrimRight(digits, "0")
	if whole == "" {
		return 1
	}
	return math.Pow10(len(digits) - len(whole))
}

// FormatQuantity writes a figure as sources do: 12000余株, 近400条, 约100块. A sum of unlike figures is 约.
func FormatQuantity(q kernel.Quantity) string {
	n := strconv.FormatFloat(q.Value, 'f', -1, 64)
	switch q.Qualifier {
	case kernel.AtLeast:
		return n + "余" + q.Unit
	case kernel.Nearly:
		return "近" + n + q.Unit
	case kernel.About:
		return "约" + n + q.Unit
	case kernel.Exact:
	}
	return n + q.Unit
}

// SayQuantity gives a figure in both languages: as sources write it, and in English with the word of its unit.
func SayQuantity(q kernel.Quantity) kernel.Text { return kernel.T(FormatQuantity(q), q.Text().En) }

// SameFigure reports whether two figures say the same of the same unit.
func SameFigure(a, b kernel.Quantity) bool {
	plain := func(q kernel.Qualifier) kernel.Qualifier {
		if q == "" {
			return kernel.Exact
		}
		return q
	}
	return a.Value == b.Value && a.Unit == b.Unit && plain(a.Qualifier) == plain(b.Qualifier)
}

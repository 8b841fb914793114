package cases

import (
	"strings"
	"unicode"
)

// Bigrams cuts a text for search: overlapping pairs of Chinese characters, and whole words of other scripts, in lower
// case, each once. A single Chinese character between other things stands alone. Two characters are the shortest Chinese
// words, so that 电梯 and 梯坏 both find 电梯坏了 without a dictionary.
func Bigrams(s string) []string {
	var out []string
	seen := map[string]bool{}
	add := func(w string) {
		if w != "" && !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	var han []rune
	var word strings.Builder
	flushHan := func() {
		if len(han) == 1 {
			add(string(han))
		}
		for i := 0; i+1 < len(han); i++ {
			add(string(han[i : i+2]))
		}
		han = han[:0]
	}
	flushWord := func() { add(word.String()); word.Reset() }
	for _, r := range s {
		r = half(r)
		switch {
		case unicode.Is(unicode.Han, r):
			flushWord()
			han = append(han, r)
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			flushHan()
			word.WriteRune(unicode.ToLower(r))
		default:
			flushHan()
			flushWord()
		}
	}
	flushHan()
	flushWord()
	return out
}

// half folds full-width forms into ASCII.
func half(r rune) rune {
	if r >= 0xFF01 && r <= 0xFF5E {
		return r - 0xFEE0
	}
	return r
}

// Like is how alike two texts are: the Jaccard index of their bigrams, after numerals are written alike (三号楼, 3号楼).
func Like(a, b string) float64 {
	x, y := Bigrams(numerals.Replace(a)), Bigrams(numerals.Replace(b))
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	in := make(map[string]bool, len(x))
	for _, w := range x {
		in[w] = true
	}
	both := 0
	for _, w := range y {
		if in[w] {
			both++
		}
	}
	return float64(both) / float64(len(x)+len(y)-both)
}

var numerals = strings.NewReplacer("一", "1", "二", "2", "两", "2", "三", "3", "四", "4", "五", "5", "六", "6", "七", "7", "八", "8", "九", "9", "零", "0", "〇", "0")

package territory

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

// placeReadings are characters whose reading in names of places is not the one that the dictionary gives first.
var placeReadings = map[rune]byte{'长': 'c', '厦': 'x', '藏': 'z', '弄': 'l'}

// placeWords are names that are read against their characters.
var placeWords = []struct{ word, initials string }{
	{"重庆", "cq"}, {"番禺", "py"}, {"单县", "sx"}, {"乐清", "yq"}, {"朝鲜族", "cxz"}, {"银行", "yh"}, {"尉犁", "yl"}, {"蔚县", "yx"},
	{"解州", "hz"}, {"洪洞", "ht"}, {"莘县", "sx"}, {"荥阳", "xy"}, {"六安", "la"},
}

// Initials gives the pinyin initials of a name for search, in lower case: 小桥社区 is "xqsq". Latin letters and digits stay
// (full-width ones are narrowed), everything else is left out. Characters with several readings take the one usual in
// names of places; a name that is read otherwise is still found by its characters.
func Initials(name string) string {
	var b strings.Builder
	for name != "" {
		if word, initials := wordAt(name); word != "" {
			b.WriteString(initials)
			name = name[len(word):]
			continue
		}
		r, n := utf8.DecodeRuneInString(name)
		b.WriteString(initial(r))
		name = name[n:]
	}
	return b.String()
}

func wordAt(s string) (word, initials string) {
	for _, w := range placeWords {
		if strings.HasPrefix(s, w.word) {
			return w.word, w.initials
		}
	}
	return "", ""
}

// letters is read only: SinglePinyin takes it by value.
var letters = pinyin.Args{Style: pinyin.FirstLetter, Separator: pinyin.Separator, Fallback: pinyin.Fallback}

func initial(r rune) string {
	if r >= '！' && r <= '～' {
		r -= '！' - '!'
	}
	switch first, ok := placeReadings[r]; {
	case ok:
		return string(first)
	case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
		return string(unicode.ToLower(r))
	case unicode.Is(unicode.Han, r):
		if all := pinyin.SinglePinyin(r, letters); len(all) > 0 {
			return all[0]
		}
	}
	return ""
}

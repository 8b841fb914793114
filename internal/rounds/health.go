package rounds

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"sanzhi/internal/kernel"
)

//go:embed words/health.txt
var healthList string

// health are the words that speak of somebody's health, and the everyday words that contain one and do not.
var health = sync.OnceValue(func() (w struct {
	harmless []string
	zh       []string
	en       *regexp.Regexp
}) {
	var en []string
	for line := range strings.Lines(healthList) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "-"):
			w.harmless = append(w.harmless, strings.TrimSpace(line[1:]))
		case line[0] < 0x80:
			if start, cut := strings.CutSuffix(strings.ToLower(line), "*"); cut {
				en = append(en, regexp.QuoteMeta(start)+`[a-z]*`)
			} else {
				en = append(en, regexp.QuoteMeta(start)+`s?\b`)
			}
		default:
			w.zh = append(w.zh, line)
		}
	}
	w.en = regexp.MustCompile(`\b(?:` + strings.Join(en, "|") + `)`)
	return w
})

// HealthWord gives the first word of a text that speaks of health, or the empty text. Spaces, signs and full-width letters between
// or instead of the letters do not hide one.
func HealthWord(text string) string {
	words := health()
	plain := strings.ToLower(strings.Map(func(r rune) rune {
		if r >= 0xFF01 && r <= 0xFF5E {
			return r - 0xFEE0
		}
		return r
	}, text))
	tight := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, plain)
	for _, h := range words.harmless {
		tight = strings.ReplaceAll(tight, h, "\x00")
	}
	for _, w := range words.zh {
		if strings.Contains(tight, w) {
			return w
		}
	}
	return words.en.FindString(plain)
}

// noHealth refuses a text of a visit that speaks of health.
func noHealth(field, text string) error {
	w := HealthWord(text)
	if w == "" {
		return nil
	}
	return kernel.Invalid(field, kernel.T("「"+w+"」说的是身体情况，走访里不记健康。请去掉，只写要帮什么忙；急的请打 120",
		"\""+w+"\" speaks of health, and a visit keeps nothing of that. Leave it out and write only what help is asked for; in an emergency ring 120"))
}

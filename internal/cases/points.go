package cases

import (
	"strings"

	"sanzhi/internal/kernel"
)

// Point is where a case lies and how it stands: what a map of thousands needs.
type Point struct {
	ID       kernel.ID
	Lon, Lat float64
	Flow     string
	Step     string
	Path     kernel.Path
	DueAt    int64 // Unix milliseconds; far ahead when no clock runs
}

// NumberPart is what somebody knows of a number: how it begins, or its last five characters.
type NumberPart struct{ Begin, End string }

// How a number is made: the district, the day, and a part that is unique.
const (
	numberHead = len("630105-20230428-")
	numberTail = 5
)

// ParseNumberPart reads a number, its beginning from the day on, or its end, as people type and say it; ok is false for words.
func ParseNumberPart(tenant, s string) (p NumberPart, ok bool) {
	s = strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(s), " ", ""))
	for _, c := range s {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && c != '-' {
			return p, false
		}
	}
	digits := strings.IndexFunc(s, func(c rune) bool { return c < '0' || c > '9' })
	switch {
	case strings.HasPrefix(s, tenant+"-") && len(s) <= numberHead+numberTail:
		return NumberPart{Begin: s}, true
	case len(s) > 9 && len(s) <= 9+numberTail && digits == 8 && s[8] == '-': // the day and what follows
		return NumberPart{Begin: tenant + "-" + s}, true
	case len(s) == numberTail && !strings.Contains(s, "-"):
		return NumberPart{End: s}, true
	}
	return p, false
}

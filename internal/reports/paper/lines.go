package paper

import (
	"strings"
	"unicode"
)

// neverFirst and neverLast are what no line begins or ends with (避头尾).
const (
	neverFirst = "，。、；：？！）》」』】〕〉〗％%”’…·℃,.;:?!)]}»—"
	neverLast  = "（《「『【〔〈〖“‘([{«￥"
)

// glyph is one character with its width and the figure it belongs to.
type glyph struct {
	r     rune
	width float64
	key   string
}

// atoms cuts a text where lines may break: between 汉字, and between words. What must not part stays together: a word, a number, a
// closing mark with what it closes.
func atoms(l []glyph) [][]glyph {
	var out [][]glyph
	for _, g := range l {
		if n := len(out); n > 0 {
			// A figure is not parted from its 余 and its unit.
			last := out[n-1][len(out[n-1])-1]
			whole := g.key != "" && g.key == last.key && g.r != ' ' && last.r != ' '
			if whole || joined(last.r, g.r) {
				out[n-1] = append(out[n-1], g)
				continue
			}
		}
		out = append(out, []glyph{g})
	}
	return out
}

// joined reports whether no line may break between two characters.
func joined(a, b rune) bool {
	switch {
	case strings.ContainsRune(neverFirst, b) || strings.ContainsRune(neverLast, a):
		return true
	case a == ' ' || b == ' ':
		return b == ' '
	default:
		return inWord(a) && inWord(b)
	}
}

// inWord reports whether a character is part of a word or number that is kept whole.
func inWord(r rune) bool {
	return r < 0x2e80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-./%:@#&_÷+", r))
}

// breakLines fills lines of a width, the first one indented. A last line of one character draws another down to it.
func breakLines(l []glyph, width, indent float64) [][]glyph {
	var out [][]glyph
	var line []glyph
	left := width - indent
	flush := func() {
		out = append(out, trimmed(line))
		line, left = nil, width
	}
	for _, a := range atoms(l) {
		w, visible := sum(a), sum(trimmed(a))
		if len(line) > 0 && visible > left {
			flush()
		}
		for visible > left && len(a) > 1 { // a word wider than the line: cut where it must be
			n := 1
			for n < len(a) && sum(a[:n+1]) <= left {
				n++
			}
			line = append(line, a[:n]...)
			a = a[n:]
			flush()
			w, visible = sum(a), sum(trimmed(a))
		}
		line = append(line, a...)
		left -= w
	}
	if len(line) > 0 {
		out = append(out, trimmed(line))
	}
	return noOrphan(out)
}

// noOrphan moves the last word of the line before down to a last line that would hold one character and its mark alone.
func noOrphan(lines [][]glyph) [][]glyph {
	n := len(lines)
	if n < 2 || letters(lines[n-1]) > 1 {
		return lines
	}
	a := atoms(lines[n-2])
	if len(a) < 3 {
		return lines
	}
	last := a[len(a)-1]
	lines[n-2] = trimmed(lines[n-2][:len(lines[n-2])-len(last)])
	lines[n-1] = append(append([]glyph{}, last...), lines[n-1]...)
	return lines
}

func letters(l []glyph) (n int) {
	for _, g := range l {
		if unicode.IsLetter(g.r) || unicode.IsDigit(g.r) {
			n++
		}
	}
	return n
}

// trimmed leaves out spaces at the end of a line.
func trimmed(l []glyph) []glyph {
	for len(l) > 0 && l[len(l)-1].r == ' ' {
		l = l[:len(l)-1]
	}
	return l
}

func sum(l []glyph) (w float64) {
	for _, g := range l {
		w += g.width
	}
	return w
}

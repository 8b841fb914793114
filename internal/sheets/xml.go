package sheets

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf8"
)

// scanner goes through one XML part of a workbook once, from its first byte to its last, and keeps nothing but the names of the
// elements that are open. It knows what tables are made of and refuses the rest: no document types, no entities but the five and numbers,
// no encoding but UTF-8. Names are given without their prefix.
type scanner struct {
	b    []byte
	at   int
	open [mostDepth][]byte
	deep int
	// shut is an element that ended where it began.
	shut []byte
}

// mostDepth is how deep elements stand in each other at most; in a table it is about eight.
const mostDepth = 48

type eventKind int

const (
	atEnd eventKind = iota
	atStart
	atText
	atStop
)

// event is what the scanner came upon: the beginning of an element with its attributes, text as it stands, the end of an element.
type event struct {
	kind  eventKind
	name  []byte
	attrs []byte
	text  []byte
	raw   bool // the text is CDATA: nothing in it stands for anything else
}

var (
	errBroken = errors.New("no XML as tables have it")
	errDeep   = errors.New("elements stand too deep in each other")
	errActive = errors.New("a document type or an entity")
)

func newScanner(b []byte) *scanner { return &scanner{b: bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))} }

// next gives the next event, atEnd after the last.
func (s *scanner) next() (event, error) {
	if s.shut != nil {
		e := event{kind: atStop, name: s.shut}
		s.shut = nil
		return e, nil
	}
	for s.at < len(s.b) {
		rest := s.b[s.at:]
		if rest[0] != '<' {
			n := bytes.IndexByte(rest, '<')
			if n < 0 {
				n = len(rest)
			}
			s.at += n
			return event{kind: atText, text: rest[:n]}, nil
		}
		switch {
		case bytes.HasPrefix(rest, []byte("<?")):
			if err := s.skip(rest, 2, "?>"); err != nil {
				return event{}, err
			}
		case bytes.HasPrefix(rest, []byte("<!--")):
			if err := s.skip(rest, 4, "-->"); err != nil {
				return event{}, err
			}
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			from := s.at + 9
			if err := s.skip(rest, 9, "]]>"); err != nil {
				return event{}, err
			}
			return event{kind: atText, text: s.b[from : s.at-3], raw: true}, nil
		case bytes.HasPrefix(rest, []byte("<!")):
			return event{}, errActive
		default:
			return s.tag(rest)
		}
	}
	if s.deep > 0 {
		return event{}, errBroken
	}
	return event{kind: atEnd}, nil
}

// skip goes on behind what ends something.
func (s *scanner) skip(rest []byte, from int, end string) error {
	n := bytes.Index(rest[from:], []byte(end))
	if n < 0 {
		return errBroken
	}
	s.at += from + n + len(end)
	return nil
}

func (s *scanner) tag(rest []byte) (event, error) {
	end, quote := -1, byte(0)
	for i := 1; i < len(rest) && end < 0; i++ {
		switch c := rest[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			end = i
		case c == '<':
			return event{}, errBroken
		}
	}
	if end < 2 {
		return event{}, errBroken
	}
	s.at += end + 1
	in := rest[1:end]
	if in[0] == '/' {
		name := bytes.TrimRight(in[1:], " \t\r\n")
		if s.deep == 0 || !bytes.Equal(s.open[s.deep-1], name) {
			return event{}, errBroken
		}
		s.deep--
		return event{kind: atStop, name: local(name)}, nil
	}
	shut := in[len(in)-1] == '/'
	if shut {
		in = in[:len(in)-1]
	}
	name, attrs := in, []byte(nil)
	if i := bytes.IndexAny(in, " \t\r\n"); i >= 0 {
		name, attrs = in[:i], in[i+1:]
	}
	if len(name) == 0 {
		return event{}, errBroken
	}
	if shut {
		s.shut = local(name)
	} else {
		if s.deep == mostDepth {
			return event{}, errDeep
		}
		s.open[s.deep] = name
		s.deep++
	}
	return event{kind: atStart, name: local(name), attrs: attrs}, nil
}

func local(name []byte) []byte { return name[bytes.IndexByte(name, ':')+1:] }

// attr gives an attribute by its name without prefix, empty when there is none.
func attr(attrs []byte, want string) string {
	for len(attrs) > 0 {
		eq := bytes.IndexByte(attrs, '=')
		if eq < 0 {
			return ""
		}
		name := bytes.TrimSpace(attrs[:eq])
		rest := bytes.TrimLeft(attrs[eq+1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return ""
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return ""
		}
		if string(local(name)) == want {
			v, err := unescape(nil, rest[1:1+end])
			if err != nil {
				return ""
			}
			return string(v)
		}
		attrs = rest[end+2:]
	}
	return ""
}

var five = map[string]rune{"lt": '<', "gt": '>', "amp": '&', "quot": '"', "apos": '\''}

// unescape adds text to out with its five entities and its numbers written out; any other entity is refused.
func unescape(out, text []byte) ([]byte, error) {
	for {
		i := bytes.IndexByte(text, '&')
		if i < 0 {
			return append(out, text...), nil
		}
		out = append(out, text[:i]...)
		text = text[i+1:]
		end := bytes.IndexByte(text[:min(len(text), 12)], ';')
		if end < 0 {
			return out, errBroken
		}
		name := string(text[:end])
		text = text[end+1:]
		if r, ok := five[name]; ok {
			out = utf8.AppendRune(out, r)
			continue
		}
		if len(name) < 2 || name[0] != '#' {
			return out, errActive
		}
		digits, base := name[1:], 10
		if digits[0] == 'x' {
			digits, base = digits[1:], 16
		}
		n, err := strconv.ParseUint(digits, base, 21)
		if err != nil || !utf8.ValidRune(rune(n)) { //nolint:gosec // 21 bits
			return out, errBroken
		}
		out = utf8.AppendRune(out, rune(n)) //nolint:gosec // 21 bits
	}
}

// plainText undoes how Excel writes characters that XML does not take: _x000D_ is a carriage return, _x005F_ a line below.
func plainText(b []byte) string {
	if !bytes.Contains(b, []byte("_x")) {
		return string(b)
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '_' && i+7 <= len(b) && b[i+1] == 'x' && b[i+6] == '_' {
			if n, err := strconv.ParseUint(string(b[i+2:i+6]), 16, 16); err == nil && utf8.ValidRune(rune(n)) { //nolint:gosec // 16 bits
				out = utf8.AppendRune(out, rune(n)) //nolint:gosec // 16 bits
				i += 6
				continue
			}
		}
		out = append(out, b[i])
	}
	return string(out)
}

package workflow

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sanzhi/internal/kernel"
)

// Bounds of answers where a field sets no max of its own: characters of a text, items of a list, photos.
const (
	DefaultMaxText   = 2000
	DefaultMaxItems  = 50
	DefaultMaxPhotos = 9
)

// refPattern is what ids of units, accounts, cases and photos look like; whether they exist is for the caller to find out.
var refPattern = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$`)

// CheckForm checks the answers to a form, of an action or of a menu item, as they came from JSON. clean holds the answered
// fields only, as string (text, longtext, choice, date, time, unit, account, case), float64 (number), int (integer), bool
// (boolean) or []string (choices, units, photos). Texts are trimmed and lose control characters; an empty text or list
// counts as not answered. min and max bound the number, the characters of a text, or the items of a list.
//
// All faults come as one *kernel.Error (KindInvalid): the first in the order of the form, the others in More; the Field of
// each is "form." and the id.
func CheckForm(fields []Field, answers map[string]any) (clean map[string]any, err error) {
	var faults []kernel.Error
	fault := func(id string, say kernel.Text) {
		faults = append(faults, kernel.Error{Kind: kernel.KindInvalid, Field: "form." + id, Say: say})
	}
	clean = map[string]any{}
	known := map[string]bool{}
	for _, f := range fields {
		known[f.ID] = true
		v, say := checkAnswer(f, answers[f.ID])
		switch {
		case !say.IsZero():
			fault(f.ID, about(f, say))
		case v != nil:
			clean[f.ID] = v
		case f.Required:
			fault(f.ID, about(f, kernel.T("必须填写", "this must be answered")))
		}
	}
	var unknown []string
	for id := range answers {
		if !known[id] {
			unknown = append(unknown, id)
		}
	}
	sort.Strings(unknown)
	for _, id := range unknown {
		fault(clip(id), kernel.T("表里没有这一项，请去掉", "the form has no such field; leave it out"))
		if len(faults) >= 20 {
			break
		}
	}
	if len(faults) == 0 {
		return clean, nil
	}
	first := faults[0]
	first.More = faults[1:]
	return nil, &first
}

// FormAnswers turns the values of an HTML form into answers that CheckForm takes: numbers and booleans are read from
// their text ("on", "true" and "1" are yes), lists are kept. A text that is no number is kept, for CheckForm to refuse.
func FormAnswers(fields []Field, values map[string][]string) map[string]any {
	kinds := map[string]any{}
	for _, f := range fields {
		kinds[f.ID] = zeroOf(f.Type)
	}
	out := map[string]any{}
	for id, vs := range values {
		if len(vs) == 0 {
			continue
		}
		v := strings.TrimSpace(vs[0])
		switch kinds[id].(type) {
		case []string:
			out[id] = slices.DeleteFunc(slices.Clone(vs), func(s string) bool { return s == "" })
		case bool:
			if b, err := strconv.ParseBool(v); err == nil {
				out[id] = b
			} else if v == "on" {
				out[id] = true
			} else {
				out[id] = vs[0]
			}
		case float64, int:
			out[id] = vs[0]
			if n, err := strconv.ParseFloat(v, 64); err == nil {
				out[id] = n
			} else if v == "" {
				out[id] = nil
			}
		default:
			out[id] = vs[0]
		}
	}
	return out
}

func about(f Field, say kernel.Text) kernel.Text {
	return kernel.T("「"+f.Label.Zh+"」"+say.Zh, f.Label.En+": "+say.En)
}

func clip(id string) string {
	if len(id) > 64 || !utf8.ValidString(id) {
		return "?"
	}
	return id
}

// checkAnswer gives the clean answer, nil when there is none, or what to say of it.
func checkAnswer(f Field, v any) (any, kernel.Text) {
	if v == nil {
		return nil, kernel.Text{}
	}
	switch f.Type {
	case "number", "integer":
		return checkNumber(f, v)
	case "boolean":
		if b, ok := v.(bool); ok {
			return b, kernel.Text{}
		}
		return nil, kernel.T("只能答是或否", "answer yes or no (true or false)")
	case "choices", "units", "photos":
		return checkList(f, v)
	}
	s, ok := v.(string)
	if !ok {
		return nil, kernel.T("应该是一段文字", "this should be a text")
	}
	if s = cleanText(s, f.Type == "longtext"); s == "" {
		return nil, kernel.Text{}
	}
	switch f.Type {
	case "text", "longtext":
		return checkLength(f, s)
	case "choice":
		if !hasChoice(f, s) {
			return nil, kernel.T("请从给出的选项里选", "choose one of the options given")
		}
	case "date":
		if t, err := time.Parse(time.DateOnly, s); err != nil || t.Year() < 1900 || t.Year() > 2200 {
			return nil, kernel.T("日期请写成 2023-04-28 这样", "write the date like 2023-04-28")
		}
	case "time":
		if t, ok := clockTime(s); !ok || t == 24*time.Hour {
			return nil, kernel.T("时间请写成 09:30 这样", "write the time like 09:30")
		}
	default: // unit, account, case
		if !refPattern.MatchString(s) {
			return nil, kernel.T("编号不对，请从列表里选", "this id is not valid; choose from the list")
		}
	}
	return s, kernel.Text{}
}

func checkNumber(f Field, v any) (any, kernel.Text) {
	n, ok := number(v)
	switch {
	case !ok || math.IsNaN(n) || math.IsInf(n, 0):
		return nil, kernel.T("应该是一个数", "this should be a number")
	case f.Type == "integer" && (n != math.Trunc(n) || math.Abs(n) > 1<<53):
		return nil, kernel.T("应该是一个整数", "this should be a whole number")
	case f.Min != nil && n < *f.Min:
		return nil, kernel.T("不能小于 "+figure(*f.Min), "must not be less than "+figure(*f.Min))
	case f.Max != nil && n > *f.Max:
		return nil, kernel.T("不能大于 "+figure(*f.Max), "must not be more than "+figure(*f.Max))
	case f.Type == "integer":
		return int(n), kernel.Text{}
	}
	return n, kernel.Text{}
}

func checkLength(f Field, s string) (any, kernel.Text) {
	n, most := float64(utf8.RuneCountInString(s)), float64(DefaultMaxText)
	if f.Max != nil {
		most = *f.Max
	}
	switch {
	case kernel.HoldsIDNumber(s):
		return nil, kernel.T("里面有身份证号码，这里不需要，也不保存，请删掉", "it holds an identity number, which is not needed here and not kept; remove it")
	case n > most:
		return nil, kernel.T("最多写 "+figure(most)+" 个字，现在 "+figure(n)+" 个", "at most "+figure(most)+" characters; there are "+figure(n))
	case f.Min != nil && n < *f.Min:
		return nil, kernel.T("至少写 "+figure(*f.Min)+" 个字", "at least "+figure(*f.Min)+" characters")
	}
	return s, kernel.Text{}
}

func checkList(f Field, v any) (any, kernel.Text) {
	items, ok := stringList(v)
	if !ok {
		return nil, kernel.T("应该是一个列表", "this should be a list")
	}
	if len(items) == 0 {
		return nil, kernel.Text{}
	}
	most := float64(DefaultMaxItems)
	if f.Type == "photos" {
		most = DefaultMaxPhotos
	}
	if f.Max != nil {
		most = *f.Max
	}
	switch n := float64(len(items)); {
	case n > most:
		return nil, kernel.T("最多 "+figure(most)+" 项，现在 "+figure(n)+" 项", "at most "+figure(most)+" items; there are "+figure(n))
	case f.Min != nil && n < *f.Min:
		return nil, kernel.T("至少 "+figure(*f.Min)+" 项", "at least "+figure(*f.Min)+" items")
	}
	out := make([]string, 0, len(items))
	for i, s := range items {
		s = cleanText(s, false)
		nth := strconv.Itoa(i + 1)
		switch {
		case slices.Contains(out, s):
			return nil, kernel.T("第 "+nth+" 项重复了", "item "+nth+" is there twice")
		case f.Type == "choices" && !hasChoice(f, s):
			return nil, kernel.T("第 "+nth+" 项不在给出的选项里", "item "+nth+" is not one of the options given")
		case f.Type != "choices" && !refPattern.MatchString(s):
			return nil, kernel.T("第 "+nth+" 项的编号不对，请从列表里选", "the id of item "+nth+" is not valid; choose from the list")
		}
		out = append(out, s)
	}
	return out, kernel.Text{}
}

func hasChoice(f Field, id string) bool {
	return slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.ID == id })
}

// Urgent reports whether any of the clean answers is a choice that makes the case urgent.
func Urgent(fields []Field, clean map[string]any) bool {
	for _, f := range fields {
		picked, _ := stringList(clean[f.ID])
		if s, ok := clean[f.ID].(string); ok {
			picked = []string{s}
		}
		for _, c := range f.Choices {
			if c.Urgent && slices.Contains(picked, c.ID) {
				return true
			}
		}
	}
	return false
}

// cleanText trims a text and removes what cannot be seen and could deceive: control characters, and the signs that turn
// the direction of writing or have no width. Line ends become \n, or a space in a text of one line.
func cleanText(s string, lines bool) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(s)
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines:
			return r
		case r == '\n' || r == '\t':
			return ' '
		case unicode.Is(unicode.Cc, r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200B, r == 0xFEFF:
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	case uint64: // what YAML makes of a whole number
		return float64(n), true
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	}
	return 0, false
}

func stringList(v any) ([]string, bool) {
	switch l := v.(type) {
	case []string:
		return l, true
	case []any:
		out := make([]string, len(l))
		for i, x := range l {
			s, ok := x.(string)
			if !ok {
				return nil, false
			}
			out[i] = s
		}
		return out, true
	}
	return nil, false
}

func figure(n float64) string { return fmt.Sprint(n) }

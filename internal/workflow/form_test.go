package workflow

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/kernel"
)

func field(id, kind string, change ...func(*Field)) Field {
	f := Field{ID: id, Type: kind, Label: kernel.T("甲", "A")}
	if kind == "choice" || kind == "choices" {
		f.Choices = []Choice{{ID: "x", Label: kernel.T("一", "one")}, {ID: "y", Label: kernel.T("二", "two"), Urgent: true}}
	}
	for _, c := range change {
		c(&f)
	}
	return f
}

func required(f *Field) { f.Required = true }

func between(lo, hi float64) func(*Field) {
	return func(f *Field) { f.Min, f.Max = new(lo), new(hi) }
}

func TestCheckFormAnswers(t *testing.T) {
	for _, c := range []struct {
		name  string
		f     Field
		given any
		want  any // nil with ok: not answered
		ok    bool
	}{
		{"text is trimmed", field("a", "text"), "  灯 \n坏了 ", "灯  坏了", true},
		{"control characters", field("a", "text"), "a\x00b\x1b[2J\u202ec\u200b", "ab[2Jc", true},
		{"broken UTF-8", field("a", "text"), "a\xff\xfeb", "ab", true},
		{"lines stay in a long text", field("a", "longtext"), "一\r\n二\x07", "一\n二", true},
		{"only blanks", field("a", "text"), " \t\n", nil, true},
		{"only blanks, required", field("a", "text", required), " \u200b", nil, false},
		{"null, required", field("a", "text", required), nil, nil, false},
		{"a number is no text", field("a", "text"), 3.0, nil, false},
		{"2000 characters", field("a", "text"), strings.Repeat("字", 2000), strings.Repeat("字", 2000), true},
		{"2001 characters", field("a", "text"), strings.Repeat("字", 2001), nil, false},
		{"own max", field("a", "text", between(2, 3)), "一二三四", nil, false},
		{"own min", field("a", "text", between(2, 3)), "一", nil, false},
		{"number", field("a", "number", between(0, 1)), 0.5, 0.5, true},
		{"number from storage", field("a", "number"), json.Number("0.5"), 0.5, true},
		{"below", field("a", "number", between(0, 1)), -0.1, nil, false},
		{"above", field("a", "number", between(0, 1)), 1.1, nil, false},
		{"not a number", field("a", "number"), math.NaN(), nil, false},
		{"text is no number", field("a", "number"), "1", nil, false},
		{"integer", field("a", "integer", between(1, 5)), 4.0, 4, true},
		{"half", field("a", "integer"), 4.5, nil, false},
		{"beyond exact", field("a", "integer"), 1e300, nil, false},
		{"no is an answer", field("a", "boolean", required), false, false, true},
		{"yes as text", field("a", "boolean"), "true", nil, false},
		{"choice", field("a", "choice"), "y", "y", true},
		{"no such choice", field("a", "choice"), "z", nil, false},
		{"choices", field("a", "choices"), []any{"y", "x"}, []string{"y", "x"}, true},
		{"choice twice", field("a", "choices"), []any{"y", "y"}, nil, false},
		{"no such choice in a list", field("a", "choices"), []any{"x", "z"}, nil, false},
		{"too few", field("a", "choices", between(2, 2)), []any{"x"}, nil, false},
		{"empty list, required", field("a", "choices", required), []any{}, nil, false},
		{"one is no list", field("a", "units"), "u", nil, false},
		{"mixed list", field("a", "units"), []any{"u", 1.0}, nil, false},
		{"photos", field("a", "photos"), []any{"01HZ"}, []string{"01HZ"}, true},
		{"ten photos", field("a", "photos"), []any{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, nil, false},
		{"unit", field("a", "unit"), " 01HZX ", "01HZX", true},
		{"unit with a path", field("a", "unit"), "../../etc", nil, false},
		{"date", field("a", "date"), "2024-02-29", "2024-02-29", true},
		{"no such date", field("a", "date"), "2023-02-29", nil, false},
		{"time", field("a", "time"), "09:30", "09:30", true},
		{"no such time", field("a", "time"), "24:00", nil, false},
	} {
		clean, err := CheckForm([]Field{c.f}, map[string]any{"a": c.given})
		if (err == nil) != c.ok {
			t.Errorf("%s: error %v", c.name, err)
			continue
		}
		if d := cmp.Diff(c.want, clean["a"]); d != "" {
			t.Errorf("%s:\n%s", c.name, d)
		}
	}
}

func TestCheckFormTellsAllFaults(t *testing.T) {
	_, err := CheckForm([]Field{field("a", "text", required), field("b", "integer"), field("c", "choice")}, map[string]any{"b": "x", "c": "x", "d": 1, "\xff": 2})
	var e *kernel.Error
	if !errors.As(err, &e) || e.Kind != kernel.KindInvalid {
		t.Fatalf("%v", err)
	}
	got := []string{e.Field}
	for _, m := range e.More {
		got = append(got, m.Field)
		if m.Say.Zh == "" || m.Say.En == "" || len(m.More) > 0 {
			t.Errorf("%+v", m)
		}
	}
	if d := cmp.Diff([]string{"form.a", "form.b", "form.d", "form.?"}, got); d != "" {
		t.Error(d)
	}
	if !strings.Contains(e.Say.Zh, "「甲」") || !strings.HasPrefix(e.Say.En, "A: ") {
		t.Errorf("the field is not named: %v", e.Say)
	}
	many := map[string]any{}
	for _, r := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ" {
		many[string(r)] = 1
	}
	if _, err := CheckForm(nil, many); !errors.As(err, &e) || len(e.More) > 20 {
		t.Error("a flood of unknown answers is told in full")
	}
}

func TestFormAnswersFromAPage(t *testing.T) {
	fields := []Field{field("score", "integer", required), field("solved", "boolean"), field("photos", "photos"), field("text", "text"), field("n", "number")}
	got := FormAnswers(fields, map[string][]string{"score": {" 4 "}, "solved": {"on"}, "photos": {"a", "", "b"}, "text": {"好"}, "n": {""}})
	clean, err := CheckForm(fields, got)
	want := map[string]any{"score": 4, "solved": true, "photos": []string{"a", "b"}, "text": "好"}
	if d := cmp.Diff(want, clean); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
	if _, err := CheckForm(fields, FormAnswers(fields, map[string][]string{"score": {"four"}})); err == nil {
		t.Error("a word passes for a number")
	}
}

func TestUrgentAnswers(t *testing.T) {
	fields := []Field{field("a", "choice"), field("b", "choices")}
	for _, c := range []struct {
		clean map[string]any
		want  bool
	}{{nil, false}, {map[string]any{"a": "x"}, false}, {map[string]any{"a": "y"}, true}, {map[string]any{"b": []any{"x", "y"}}, true}, {map[string]any{"c": "y"}, false}} {
		if Urgent(fields, c.clean) != c.want {
			t.Errorf("%v: %v", c.clean, !c.want)
		}
	}
}

func FuzzCheckForm(f *testing.F) {
	f.Add(`{"text": "a", "choices": ["x"], "integer": 3}`)
	f.Add(`{"photos": [], "date": "2023-01-01", "boolean": null}`)
	f.Fuzz(func(t *testing.T, src string) {
		var answers map[string]any
		if json.Unmarshal([]byte(src), &answers) != nil {
			return
		}
		var fields []Field
		for _, kind := range FieldTypes {
			fields = append(fields, field(kind, kind))
		}
		clean, err := CheckForm(fields, answers)
		if err != nil {
			if !kernel.Is(err, kernel.KindInvalid) {
				t.Fatal(err)
			}
			return
		}
		for _, v := range clean {
			if s, ok := v.(string); ok && (!utf8.ValidString(s) || strings.ContainsRune(s, 0) || strings.TrimSpace(s) != s || s == "") {
				t.Fatalf("not clean: %q", s)
			}
		}
		b, err := json.Marshal(clean)
		if err != nil {
			t.Fatal(err)
		}
		var again map[string]any
		if err := json.Unmarshal(b, &again); err != nil {
			t.Fatal(err)
		}
		twice, err := CheckForm(fields, again)
		if d := cmp.Diff(clean, twice); err != nil || d != "" {
			t.Fatalf("clean answers are not clean: %v\n%s", err, d)
		}
	})
}

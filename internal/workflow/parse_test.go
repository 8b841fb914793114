package workflow

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/kernel"
)

func readTest(tb testing.TB, name string) string {
	tb.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		name, src, field string
		kind             kernel.Kind
	}{
		{"empty", "", "line 1", kernel.KindInvalid},
		{"only a remark", "# nothing\n", "line 1", kernel.KindInvalid},
		{"unknown key", "flow: a\nversion: 1\nspeed: 3\n", "line 3", kernel.KindInvalid},
		{"unknown key deep inside", strings.Replace(small, "relation: open", "relatoin: open", 1), "line 16", kernel.KindInvalid},
		{"key twice", "flow: a\nflow: b\n", "line 2", kernel.KindInvalid},
		{"not YAML", "flow: a\n  version: [1\n", "", kernel.KindInvalid},
		{"wrong kind", "flow: a\nversion: many\n", "line 2", kernel.KindInvalid},
		{"list for mapping", "- a\n", "line 1", kernel.KindInvalid},
		{"mapping for list", "flow: a\nsteps: {a: 1}\n", "line 2", kernel.KindInvalid},
		{"two documents", "flow: a\n---\nflow: b\n", "line 1", kernel.KindInvalid},
		{"anchor", "flow: a\ntitle: &t {zh: a, en: b}\n", "line 2", kernel.KindInvalid},
		{"alias", "flow: a\ntitle: *t\n", "line 2", kernel.KindInvalid},
		{"tag", "flow: !!binary a\n", "line 1", kernel.KindInvalid},
		{"deep lists", "flow: a\nsteps: " + strings.Repeat("[", 1000), "line 2", kernel.KindInvalid},
		{"deep dashes", "steps:\n" + strings.Repeat("- ", 1000), "line 2", kernel.KindInvalid},
		{"deep indentation", deep(400), "", kernel.KindInvalid},
		{"too large", strings.Repeat("# filler\n", MaxSource/8), "", kernel.KindTooLarge},
	} {
		_, err := Parse(strings.NewReader(c.src))
		var e *kernel.Error
		if !errors.As(err, &e) || e.Kind != c.kind || c.field != "" && e.Field != c.field || e.Say.Zh == "" || e.Say.En == "" {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func deep(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestParseReadsJSONToo(t *testing.T) {
	f := parsed(t, small)
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	b = []byte(strings.Replace(string(b), `"flow":`, `"flow": `, 1))
	again, err := Parse(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	var direct Flow
	if err := json.Unmarshal(b, &direct); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(f, &direct); d != "" {
		t.Errorf("through JSON:\n%s", d)
	}
	if again.ID != f.ID || len(again.Actions) != len(f.Actions) || len(Lint(again)) != 0 {
		t.Errorf("JSON read as YAML: %v", Lint(again))
	}
}

func FuzzParse(f *testing.F) {
	f.Add(small)
	f.Add("flow: a\nsteps:\n- {id: a}\n- - - b\n? x\n: y\n")
	f.Add("title: |\n  a\n\tb\n")
	f.Add("\"a\": 'b'\n--- \n... \n%YAML 1.2\n")
	f.Fuzz(func(t *testing.T, src string) {
		flow, findings, err := Check(strings.NewReader(src))
		if err != nil {
			var e *kernel.Error
			if !errors.As(err, &e) || e.Kind == kernel.KindInternal || e.Say.Zh == "" || e.Say.En == "" {
				t.Fatalf("an error that nobody understands: %v", err)
			}
			return
		}
		lines := strings.Count(src, "\n") + 1
		for _, x := range findings {
			if x.Line < 1 || x.Line > lines+1 {
				t.Fatalf("line %d of %d: %s", x.Line, lines, x)
			}
		}
		if len(findings) == 0 {
			if _, err := Compile(flow); err != nil {
				t.Fatalf("without findings, yet it does not compile: %v", err)
			}
		}
	})
}

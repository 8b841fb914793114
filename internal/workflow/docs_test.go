package workflow

import (
	"reflect"
	"strings"
	"testing"
)

// blocks gives the YAML examples of a document.
func blocks(t *testing.T, doc string) (out []string) {
	t.Helper()
	for i, part := range strings.Split(doc, "```") {
		if i%2 == 1 {
			out = append(out, strings.TrimPrefix(part, "yaml\n"))
		}
	}
	return out
}

// The guide's example passes the linter and its script runs; the guide names every key, type, effect and rule.
func TestTheGuideIsTrue(t *testing.T) {
	for _, name := range []string{"../../docs/flows.md", "../../docs/flows.zh-CN.md"} {
		doc := readTest(t, name)
		b := blocks(t, doc)
		if len(b) != 2 {
			t.Fatalf("%s: %d examples", name, len(b))
		}
		f, findings, err := Check(strings.NewReader(b[0]))
		if err != nil || len(findings) > 0 {
			t.Fatalf("%s: %v %v", name, err, findings)
		}
		if err := schema(t).Validate(instance(t, b[0])); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		moves, err := simulate(t, f, b[1])
		if err != nil || moves[len(moves)-1].To != "silent" {
			t.Errorf("%s: %v %v", name, told(moves), err)
		}
		words := append(append([]string{}, Rules...), FieldTypes...)
		for _, v := range []any{Flow{}, Bead{}, Step{}, Action{}, Branch{}, Who{}, Field{}, Choice{}, Clock{}} {
			typ := reflect.TypeOf(v)
			for f := range typ.Fields() {
				key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
				words = append(words, key)
			}
		}
		for _, e := range AllEffects {
			words = append(words, string(e))
		}
		for _, u := range AllUnits {
			words = append(words, string(u))
		}
		for key := range (Env{}).vars(nil)["case"].(map[string]any) {
			words = append(words, key)
		}
		words = append(append(words, exprFunctions...), Ends...)
		_, keys, _ := strings.Cut(doc, b[0])
		for _, w := range words {
			if !strings.Contains(keys, w) {
				t.Errorf("%s does not explain %q", name, w)
			}
		}
	}
}

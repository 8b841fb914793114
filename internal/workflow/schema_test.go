package workflow

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"sanzhi/internal/kernel"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("urn:sanzhi:flow", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("urn:sanzhi:flow")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func instance(t *testing.T, src string) any {
	t.Helper()
	b, err := yaml.YAMLToJSON([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestShippedFlowsFitTheSchema(t *testing.T) {
	s := schema(t)
	for name, src := range map[string]string{"menu": readTest(t, "flows/menu.yaml"), "hazard": readTest(t, "flows/hazard.yaml"), "small": small} {
		if err := s.Validate(instance(t, src)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, wrong := range [][2]string{{"version: 1", "version: one"}, {"strand: zi", "strand: ren"}, {"relation: open", "relatoin: open"}, {"warnAt: 0.75", "warnAt: 1"},
		{"effects: [take]", "effects: [fly]"}, {"en: Small}", "fr: Petit}"}, {"id: take", "id: events"}, {"id: again", "id: else"}, {"unit: working_days", "unit: moons"},
		{"starts: [order]", "starts: [order.a.b]"}, {"    guardSay: {zh: 不行, en: \"no\"}\n", ""}} {
		if err := s.Validate(instance(t, strings.Replace(small, wrong[0], wrong[1], 1))); err == nil {
			t.Errorf("%s passes", wrong[1])
		}
	}
}

// The schema and the code must know the same keys and the same closed sets.
func TestSchemaKnowsWhatTheCodeKnows(t *testing.T) {
	type enum struct {
		Enum []any `json:"enum"`
	}
	var doc struct {
		Properties map[string]any `json:"properties"`
		Defs       map[string]struct {
			Enum       []any `json:"enum"`
			Properties map[string]struct {
				Enum  []any `json:"enum"`
				Items enum  `json:"items"`
			} `json:"properties"`
			Items enum `json:"items"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	keys := func(v any) (out []string) {
		typ := reflect.TypeOf(v)
		for f := range typ.Fields() {
			key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			out = append(out, key)
		}
		slices.Sort(out)
		return out
	}
	for def, v := range map[string]any{"bead": Bead{}, "step": Step{}, "action": Action{}, "branch": Branch{}, "who": Who{}, "field": Field{}, "choice": Choice{}, "clock": Clock{}, "limit": Limit{}, "text": kernel.Text{}} {
		var have []string
		for k := range doc.Defs[def].Properties {
			have = append(have, k)
		}
		slices.Sort(have)
		if !slices.Equal(have, keys(v)) {
			t.Errorf("%s: schema %v, code %v", def, have, keys(v))
		}
	}
	var have []string
	for k := range doc.Properties {
		have = append(have, k)
	}
	slices.Sort(have)
	if !slices.Equal(have, keys(Flow{})) {
		t.Errorf("flow: schema %v, code %v", have, keys(Flow{}))
	}
	sets := []struct {
		name string
		have []any
		want any
	}{
		{"role", doc.Defs["role"].Enum, kernel.AllRoles}, {"effects", doc.Defs["effects"].Items.Enum, AllEffects}, {"unit", doc.Defs["limit"].Properties["unit"].Enum, AllUnits},
		{"relation", doc.Defs["who"].Properties["relation"].Enum, AllRelations}, {"type", doc.Defs["field"].Properties["type"].Enum, FieldTypes},
		{"level", doc.Defs["who"].Properties["level"].Enum, Levels}, {"end", doc.Defs["step"].Properties["end"].Enum, append([]string{""}, Ends...)},
		{"measure", doc.Defs["clock"].Properties["measure"].Enum, Measures},
	}
	for _, s := range sets {
		a, err := json.Marshal(s.have)
		b, err2 := json.Marshal(s.want)
		if err != nil || err2 != nil || string(a) != string(b) {
			t.Errorf("%s: schema %s, code %s", s.name, a, b)
		}
	}
}

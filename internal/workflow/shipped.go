package workflow

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"sort"
	"strings"

	"sanzhi/internal/kernel"
)

//go:embed flows/*.yaml
var shippedFS embed.FS

//go:embed flow.schema.json
var schemaJSON []byte

// Shipped gives the flows that come with the program, by id. Each is a fresh copy, parsed and without findings.
func Shipped() ([]*Flow, error) {
	names, err := fs.Glob(shippedFS, "flows/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("workflow.Shipped: %w", err)
	}
	var out []*Flow
	for _, name := range names {
		src, err := shippedFS.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("workflow.Shipped: %w", err)
		}
		f, findings, err := Check(bytes.NewReader(src))
		if err != nil {
			return nil, fmt.Errorf("workflow.Shipped: %s: %w", name, err)
		}
		if len(findings) > 0 {
			return nil, fmt.Errorf("workflow.Shipped: %s:%d: %s", name, findings[0].Line, findings[0])
		}
		out = append(out, f)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out, nil
}

// Schema gives the JSON Schema (2020-12) of the flow format, for editors.
func Schema() []byte { return append([]byte(nil), schemaJSON...) }

// Fill writes the values into the {placeholders} of a text, in one language. A placeholder without a value is left out.
func Fill(t kernel.Text, lang kernel.Lang, values map[string]string) string {
	s := placeholder.ReplaceAllStringFunc(t.In(lang), func(p string) string { return values[strings.Trim(p, "{}")] })
	return strings.TrimSpace(s)
}

// ShippedSources gives the YAML of the shipped flows, in the order of Shipped: what a district stores when it is founded.
func ShippedSources() ([]string, error) {
	names, err := fs.Glob(shippedFS, "flows/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("workflow.ShippedSources: %w", err)
	}
	out := make([]string, len(names))
	for i, name := range names {
		b, err := shippedFS.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("workflow.ShippedSources: %w", err)
		}
		out[i] = string(b)
	}
	return out, nil
}

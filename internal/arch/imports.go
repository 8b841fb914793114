package arch

import (
	"fmt"
	"slices"
	"strings"
)

// importRules checks one Go file's imports against the table of layers.
//
// Test files keep to the layers too: a test that needs a higher room belongs in that room. They are free of the ban on the
// machine (a test may open a golden file or an HTTP recorder), and the tests of store, notify and web may use one another
// and the engines, because HTTP behaviour is checked against real databases.
func importRules(s *source, module string) []Finding {
	from := placeOf(s.dir())
	var found []Finding
	if !from.known {
		found = append(found, Finding{s.path, 1, "unknown",
			fmt.Sprintf("%q is in no layer; give it one in internal/arch/layers.go and in docs/architecture.md", s.dir())})
		return found
	}
	for imp, line := range s.imports() {
		rel, ours := strings.CutPrefix(imp, module+"/")
		if imp == module {
			rel, ours = ".", true
		}
		var rule, say string
		if ours {
			rule, say = s.ownImport(from, placeOf(rel))
		} else if from.pure() && !s.test && under(imp, impure) {
			rule, say = "pure", fmt.Sprintf("rooms up to %s do not import %s; take the value or a small interface, and join it in cli", lastPure, imp)
		}
		if rule != "" {
			found = append(found, Finding{s.path, line, rule, say})
		}
	}
	return found
}

// ownImport judges an import of one of the module's own packages; an empty rule means that it is allowed.
func (s *source) ownImport(from, to place) (rule, say string) {
	if from.sub == to.sub && from.rel == to.rel {
		return "", "" // an external test package and its own package
	}
	if from.room == "arch" || from.room == "" {
		top, _, _ := strings.Cut(from.rel, "/")
		if from.room == "" && outside[top].imports != nil && outside[top].imports(to.rel) {
			return "", ""
		}
		if top == "cmd" {
			return "cmd", "a command imports only internal/cli; " + to.rel + " is joined there"
		}
		return "outside", from.rel + " stands beside the rooms and does not import " + to.rel
	}
	if to.layer < 0 {
		top, _, _ := strings.Cut(to.rel, "/")
		if to.room == "" && slices.Contains(outside[top].importedBy, from.room) {
			return "", ""
		}
		return "outside", fmt.Sprintf("no room of layer %d imports %s", from.layer, to.rel)
	}
	if rule, say = s.engineImport(from, to); rule != "" {
		return rule, say
	}
	if from.room == "planning" && from.sub != "planning" {
		if !slices.Contains(planningMay, to.room) {
			return "planning", fmt.Sprintf("%s is a pure algorithm and imports only kernel and geo, not %s", from.sub, to.sub)
		}
		return "", ""
	}
	switch {
	case from.room == to.room:
		return "", "" // parts of one room; the compiler refuses circles
	case to.layer > from.layer:
		return "layer", fmt.Sprintf("%s stands below %s and does not import it; declare a small interface here and join it in cli", from.room, to.room)
	case to.layer == from.layer && !(s.test && from.layer == layerOf("store")):
		return "sideways", fmt.Sprintf("%s and %s are of one layer and never import each other; declare a small interface and join it in cli", from.room, to.room)
	}
	return "", ""
}

func (s *source) engineImport(from, to place) (rule, say string) {
	byTest := s.test && from.layer >= layerOf("store")
	if under(to.sub, engines) && !under(from.sub, []string{to.sub, conformance}) && from.room != "cli" && !byTest {
		return "engine", "only cli opens an engine; take the store's interfaces instead of " + to.sub
	}
	if forTests(to.sub) && !s.test && !forTests(from.sub) {
		return "engine", to.sub + " is linked into tests only"
	}
	return "", ""
}

// under reports whether p is one of the roots or lies below one.
func under(p string, roots []string) bool {
	for _, r := range roots {
		if p == r || strings.HasPrefix(p, r+"/") {
			return true
		}
	}
	return false
}

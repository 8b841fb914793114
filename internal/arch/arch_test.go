package arch

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// moduleRoot walks up to go.mod and gives its folder and the module's path.
func moduleRoot(t *testing.T) (dir, module string) {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil {
			for line := range strings.Lines(string(mod)) {
				if m, ok := strings.CutPrefix(line, "module "); ok {
					return dir, strings.TrimSpace(m)
				}
			}
			t.Fatalf("%s/go.mod names no module", dir)
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = up
	}
}

func TestTheHouseStands(t *testing.T) {
	dir, module := moduleRoot(t)
	root := os.DirFS(dir)
	found, err := Check(root, module)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Errorf("%s", f)
	}
	all, err := read(root)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(all); n < 10 {
		t.Errorf("only %d files were read; the walk no longer sees the module", n)
	}
	for _, s := range all {
		if n := s.lines(); n > budget && s.counted() {
			t.Logf("%s: %d lines, the budget is %d", s.path, n, budget)
		}
	}
}

// sound is a small module in which nothing is wrong. Each planted fault changes or adds one file of it.
var sound = map[string]string{
	"go.mod":                          "module m\n",
	"README.md":                       "# m\n",
	"cmd/m/main.go":                   "// Command m hands its words to internal/cli and nothing more.\npackage main\n\nimport _ \"m/internal/cli\"\n",
	"ui/embed.go":                     "// Package ui holds the built face of the program.\npackage ui\n",
	"ui/dist/app.go":                  "package broken by the bundler",
	"internal/kernel/doc.go":          "// Package kernel holds the words that all rooms share.\npackage kernel\n",
	"internal/kernel/clock.go":        "package kernel\n\nimport \"time\"\n\nvar now = time.Now\n",
	"internal/geo/geo.go":             "// Package geo is here because orb lacks an index.\npackage geo\n\nimport _ \"m/internal/kernel\"\n",
	"internal/workflow/flow.go":       "// Package workflow holds flows as data for all cases.\npackage workflow\n",
	"internal/workflow/testdata/x.go": "package nonsense !",
	"internal/cases/cases.go": "// Package cases is everything that has a life cycle.\npackage cases\n\n" +
		"import (\n\t_ \"m/internal/kernel\"\n\t_ \"m/internal/workflow\"\n\t_ \"time\"\n)\n",
	"internal/access/accesstest/draw.go": "// Package accesstest draws actors and targets for tests.\npackage accesstest\n",
	"internal/cases/cases_test.go":       "package cases_test\n\nimport (\n\t_ \"os\"\n\t_ \"net/http/httptest\"\n\t_ \"m/internal/cases\"\n)\n",
	"internal/rounds/rounds.go":          "// Package rounds is duties that come back every week.\npackage rounds\n",
	"internal/planning/planning.go": "// Package planning is the problem, its scenarios and their comparison.\npackage planning\n\n" +
		"import _ \"m/internal/planning/reach\"\n",
	"internal/planning/reach/reach.go": "// Package reach finds what can be reached on foot.\npackage reach\n\nimport _ \"m/internal/geo\"\n",
	"internal/store/store.go":          "// Package store is all the SQL that the program speaks.\npackage store\n\nimport _ \"database/sql\"\n",
	"internal/store/sqlite/sqlite.go":  "// Package sqlite opens the store in one file.\npackage sqlite\n\nimport _ \"m/internal/store\"\n",
	"internal/store/storetest/suite.go": "// Package storetest is the suite that every engine passes.\npackage storetest\n\n" +
		"import (\n\t_ \"m/internal/access/accesstest\"\n\t_ \"m/internal/store/sqlite\"\n)\n",
	"internal/store/sqlite/sqlite_test.go": "package sqlite_test\n\nimport _ \"m/internal/store/storetest\"\n",
	"internal/web/web.go":                  "// Package web is the server and its middleware.\npackage web\n\nimport (\n\t_ \"m/internal/cases\"\n\t_ \"m/ui\"\n\t_ \"net/http\"\n)\n",
	"internal/web/web_test.go":             "package web_test\n\nimport (\n\t_ \"m/internal/store\"\n\t_ \"m/internal/store/sqlite\"\n)\n",
	"internal/cli/cli.go": "// Package cli is the only place where things are joined.\npackage cli\n\n" +
		"import (\n\t_ \"m/internal/store/sqlite\"\n\t_ \"m/internal/web\"\n)\n",
}

func tree(change map[string]string) fstest.MapFS {
	files := maps.Clone(sound)
	maps.Copy(files, change)
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// importing gives a file of package pkg that imports imp, without a package comment.
func importing(pkg, imp string) string { return "package " + pkg + "\n\nimport _ \"" + imp + "\"\n" }

// TestPlantedFaults plants one fault for each rule, and near it what the rule must let pass.
func TestPlantedFaults(t *testing.T) {
	long := func(n int) string { return "package kernel\n" + strings.Repeat("\n", n-1) }
	tests := []struct {
		name string
		file string
		text string
		want []string // "file:line rule"
	}{
		{name: "a sound module"},
		{"a room imports a higher one", "internal/cases/x.go", importing("cases", "m/internal/web"), []string{"internal/cases/x.go:3 layer"}},
		{"the lowest room imports its neighbour above", "internal/kernel/x.go", importing("kernel", "m/internal/geo"), []string{"internal/kernel/x.go:3 layer"}},
		{"a test imports a higher room", "internal/cases/x_test.go", importing("cases", "m/internal/store"), []string{"internal/cases/x_test.go:3 layer"}},
		{"rooms of one layer", "internal/cases/x.go", importing("cases", "m/internal/rounds"), []string{"internal/cases/x.go:3 sideways"}},
		{"tests of rooms of one layer", "internal/cases/x_test.go", importing("cases", "m/internal/rounds"), []string{"internal/cases/x_test.go:3 sideways"}},
		{"web imports the store", "internal/web/x.go", importing("web", "m/internal/store"), []string{"internal/web/x.go:3 sideways"}},
		{"a plan's algorithm knows territory", "internal/planning/reach/x.go", importing("reach", "m/internal/workflow"), []string{"internal/planning/reach/x.go:3 planning"}},
		{"a plan's algorithm knows its room", "internal/planning/siting/x.go", "// Package siting chooses where stations stand.\n" + importing("siting", "m/internal/planning"), []string{"internal/planning/siting/x.go:4 planning"}},
		{"SQL in a pure room", "internal/cases/x.go", importing("cases", "database/sql"), []string{"internal/cases/x.go:3 pure"}},
		{"HTTP in a pure room", "internal/kernel/x.go", importing("kernel", "net/http"), []string{"internal/kernel/x.go:3 pure"}},
		{"a package below a banned one", "internal/workflow/x.go", importing("workflow", "log/slog"), []string{"internal/workflow/x.go:3 pure"}},
		{"the machine in the demonstration district", "internal/demo/x.go", "// Package demo is the demonstration district as values.\n" + importing("demo", "os"), []string{"internal/demo/x.go:4 pure"}},
		{"a name that only begins like a banned one", "internal/cases/x.go", importing("cases", "net/url"), nil},
		{"the machine's clock", "internal/cases/x.go", "package cases\n\nimport \"time\"\n\nvar t0 = time.Now()\n", []string{"internal/cases/x.go:5 clock"}},
		{"the store imports its engine", "internal/store/x.go", importing("store", "m/internal/store/sqlite"), []string{"internal/store/x.go:3 engine"}},
		{"web opens an engine", "internal/web/x.go", importing("web", "m/internal/store/sqlite"), []string{"internal/web/x.go:3 engine"}},
		{"the suite in the program", "internal/cli/x.go", importing("cli", "m/internal/store/storetest"), []string{"internal/cli/x.go:3 engine"}},
		{"help for tests in a room", "internal/cases/x.go", importing("cases", "m/internal/access/accesstest"), []string{"internal/cases/x.go:3 engine"}},
		{"help for tests in a test", "internal/cases/x_test.go", importing("cases", "m/internal/access/accesstest"), nil},
		{"the command joins things itself", "cmd/m/x.go", importing("main", "m/internal/web"), []string{"cmd/m/x.go:3 cmd"}},
		{"an unknown room", "internal/helpers/x.go", "// Package helpers is what nobody wanted to name.\npackage helpers\n", []string{"internal/helpers/x.go:1 unknown"}},
		{"an unknown folder", "pkg/x/x.go", "// Package x is what nobody wanted to place.\npackage x\n", []string{"pkg/x/x.go:1 unknown"}},
		{"the face imports a room", "ui/x.go", importing("ui", "m/internal/kernel"), []string{"ui/x.go:3 outside"}},
		{"a low room imports the face", "internal/cases/x.go", importing("cases", "m/ui"), []string{"internal/cases/x.go:3 outside"}},
		{"no package comment", "internal/geo/geo.go", "package geo\n", []string{"internal/geo:0 doc"}},
		{"two package comments", "internal/geo/x.go", "// Package geo is told twice, and differently.\npackage geo\n", []string{"internal/geo/x.go:1 doc"}},
		{"a second package comment under a tag", "ui/noui.go", "//go:build noui\n\n// Package ui is left out of this build.\npackage ui\n", nil},
		{"a comment about something else", "internal/geo/geo.go", "// Copyright of somebody, all rights reserved.\npackage geo\n", []string{"internal/geo/geo.go:1 doc"}},
		{"a comment that says nothing", "internal/geo/geo.go", "// Package geo is geo.\npackage geo\n", []string{"internal/geo/geo.go:1 doc"}},
		{"a file over the limit", "internal/kernel/x.go", long(limit + 1), []string{"internal/kernel/x.go:0 long"}},
		{"a file at the limit", "internal/kernel/x.go", long(limit), nil},
		{"a long test", "internal/kernel/x_test.go", long(limit + 1), nil},
		{"a long generated file", "internal/kernel/x.go", "// Code generated by hand. DO NOT EDIT.\n\n" + long(limit+1), nil},
		{"a test skips", "internal/kernel/x_test.go", "package kernel\n\nimport \"testing\"\n\nfunc TestX(t *testing.T) {\n\tt.Run(\"\", func(t *testing.T) { t.Skip() })\n}\n", []string{"internal/kernel/x_test.go:6 skip"}},
		{"a suite skips", "internal/store/storetest/x.go", "package storetest\n\nimport \"testing\"\n\nfunc Run(tb testing.TB) {\n\ttb.Skipf(\"\")\n}\n", []string{"internal/store/storetest/x.go:6 skip"}},
		{"something else skips", "internal/kernel/x_test.go", "package kernel\n\nfunc f(r interface{ Skip() }) { r.Skip() }\n", nil},
		{"a test of the face skips", "ui/src/x.test.ts", "\nit.only('x', () => {})\n", []string{"ui/src/x.test.ts:2 skip"}},
		{"a browser test skips", "ui/browser/x.spec.mjs", "test('x', { skip: true }, () => {})\n", []string{"ui/browser/x.spec.mjs:1 skip"}},
		{"work left undone", "docs/x.md", "fine\nTO" + "DO: write this\n", []string{"docs/x.md:2 word"}},
		{"a comment that leaves work undone", "internal/geo/x.go", "package geo\n\n// FIX" + "ME later\n", []string{"internal/geo/x.go:3 word"}},
		{"a form of a code", "internal/geo/x.go", "package geo\n\n// F is XXXX-XXX.\nconst F = 1\n", nil},
		{"a stub", "internal/geo/x.go", "package geo\n\nconst F = \"not implemented\"\n", []string{"internal/geo/x.go:3 word"}},
		{"a test that says so", "internal/geo/x_test.go", "package geo\n\nconst F = \"not implemented\"\n", nil},
		{"somebody's machine", "scripts/x.sh", "cp x /ho" + "me/me/x\n", []string{"scripts/x.sh:1 word"}},
		{"a text without 中文", "internal/cases/x.go", "package cases\n\nimport \"m/internal/kernel\"\n\nvar _ = kernel.T(\"\", \"words\")\n", []string{"internal/cases/x.go:5 text"}},
		{"a text about signs", "internal/cases/x.go", "package cases\n\nimport \"m/internal/kernel\"\n\nvar _ = kernel.T(\"不能用 ! 开头\", \"the sign ! is not used\")\n", nil},
		{"a text that shouts", "internal/cases/x.go", "package cases\n\nimport \"m/internal/kernel\"\n\nvar _ = kernel.T(\"好！\", \"good\")\n", []string{"internal/cases/x.go:5 text"}},
	}
	planted := map[string]bool{}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			change := map[string]string{}
			if tt.file != "" {
				change[tt.file] = tt.text
			}
			found, err := Check(tree(change), "m")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				got = append(got, fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Rule))
				planted[f.Rule] = true
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s\n%v", diff, found)
			}
		})
	}
	rules := []string{"layer", "sideways", "planning", "pure", "clock", "engine", "cmd", "unknown", "outside", "doc", "long", "skip", "word", "text"}
	for _, r := range rules {
		if !planted[r] {
			t.Errorf("no fault was planted for the rule %q", r)
		}
	}
	if got := slices.Sorted(maps.Keys(planted)); len(got) != len(rules) {
		t.Errorf("rules found %v, rules listed %v", got, rules)
	}
}

func TestBrokenGoIsAnError(t *testing.T) {
	if _, err := Check(tree(map[string]string{"internal/geo/x.go": "package !"}), "m"); err == nil {
		t.Error("a file that does not parse passed")
	}
}

func TestEveryRoomStandsOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, rooms := range layers {
		for _, r := range rooms {
			if seen[r] {
				t.Errorf("%s stands in two layers", r)
			}
			seen[r] = true
		}
	}
}

package api

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sanzhi/internal/workflow"
)

// namedAct finds the name of an act where a room writes its ledger row.
var namedAct = regexp.MustCompile(`(?:\bAct:\s*"|\.(?:log|logged|record)\([^"\n]*?"|\breturn "[a-z]+_)[a-z_]+"\s*[,})]`)

// What the rooms write into the ledger is read by an auditor as words, never as a key.
func TestEveryActHasItsName(t *testing.T) {
	known := map[string]bool{}
	for act := range actNames {
		known[act] = true
	}
	flows, err := workflow.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range flows {
		for _, a := range f.Actions {
			known[a.ID] = true
		}
	}
	seen := 0
	for _, room := range []string{"access", "cases", "rounds", "activities", "works", "indicators", "ballots", "planning", "registers", "reports", "privacy", "orgs"} {
		files, err := filepath.Glob(filepath.Join("..", "..", room, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files of %s: %v", room, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range namedAct.FindAllString(string(text), -1) {
				seen++
				if act := strings.Split(m, `"`)[1]; !known[act] {
					t.Errorf("%s: the act %q has no name", filepath.Base(file), act)
				}
			}
		}
	}
	if seen < 40 {
		t.Errorf("only %d acts were found: the pattern misses them", seen)
	}
}

package privacy_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/privacy"
)

// sealedIn finds the positions that a file's source seals values for: vault.Field literals whose table and field are written out.
func sealedIn(t *testing.T, src any, name string) (out []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if sel, ok := lit.Type.(*ast.SelectorExpr); !ok || sel.Sel.Name != "Field" {
			return true
		}
		parts := map[string]string{}
		for _, e := range lit.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				if v, ok := kv.Value.(*ast.BasicLit); ok {
					parts[kv.Key.(*ast.Ident).Name], _ = strconv.Unquote(v.Value)
				}
			}
		}
		if parts["Table"] != "" && parts["Field"] != "" {
			out = append(out, parts["Table"]+"."+parts["Field"])
		}
		return true
	})
	return out
}

// Whatever the program seals stands under a purpose: a room that seals a new field registers why, until when and for whom.
func TestEveryUseOfTheVaultHasAPurpose(t *testing.T) {
	var found []string
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			found = append(found, sealedIn(t, nil, path)...)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 8 {
		t.Fatalf("only %v were found", found)
	}
	if got := privacy.Unregistered(found); len(got) > 0 {
		t.Errorf("sealed without a purpose (add them to register.go): %v", got)
	}
	planted := sealedIn(t, `package x; var f = vault.Field{Tenant: t, Table: "visit", ID: id, Field: "belief"}`, "x.go")
	if diff := cmp.Diff([]string{"visit.belief"}, privacy.Unregistered(planted)); diff != "" {
		t.Error(diff)
	}
}

func TestRegisterIsWhole(t *testing.T) {
	seen, fields := map[string]bool{}, map[string]bool{}
	for _, p := range privacy.Register {
		for what, x := range map[string]string{"title": p.Title.Zh + p.Title.En, "why": p.Why.Zh, "why in English": p.Why.En, "from": p.From.Zh, "from in English": p.From.En,
			"who": p.Who.Zh, "who in English": p.Who.En} {
			if x == "" {
				t.Errorf("%s has no %s", p.ID, what)
			}
		}
		if seen[p.ID] || !slices.Contains(privacy.AllBases, p.Basis) || privacy.BasisTitle(p.Basis).En == "" {
			t.Errorf("%s stands twice, or on nothing", p.ID)
		}
		if p.Months == 0 != p.Fixed {
			t.Errorf("%s has neither a clock nor a reason to have none", p.ID)
		}
		seen[p.ID] = true
		for _, f := range p.Fields {
			if fields[f] {
				t.Errorf("%s stands under two purposes", f)
			}
			fields[f] = true
		}
	}
	for id, months := range map[string]int{privacy.PurposeContact: 12, privacy.PurposeVisit: 6} { // the defaults of the boundaries
		if p, _ := privacy.Lookup(id); p.Months != months {
			t.Errorf("%s is kept %d months", id, p.Months)
		}
	}
}

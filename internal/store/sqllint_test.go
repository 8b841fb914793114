package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// acrossTenants names the functions whose SQL touches tables of tenants without naming one itself, each with its reason.
var acrossTenants = map[string]string{
	"ledger_seal.go:LedgerTenants": "lists the tenants themselves, for a check of the whole store",
	"territory.go:places":          "takes a filter that each of its callers begins with the tenant",
	"privacy_phone.go:ByPhone":     "its first condition is the tenant, under the name that each of its three tables has there",
}

var (
	conflictTarget = regexp.MustCompile(`(?i)ON CONFLICT\s*\([^)]*\)`)
	tableNamed     = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)`)
	tenantNamed    = regexp.MustCompile(`\btenant\s*=|\(tenant\s*,|\btenant\s+IN\b`)
)

// dynamic stands in a text for a filter that is built beside it; other stands for any other expression.
const dynamic, other = "\x01", "\x02"

// lintSQL reports the functions of a file with a text that touches tables of tenants more often than it names a tenant.
// A filter that is built counts once, when the function begins it with the tenant.
func lintSQL(t *testing.T, name, src string, tables map[string]bool) (faults []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range file.Decls {
		where := name
		if f, ok := decl.(*ast.FuncDecl); ok {
			where += ":" + f.Name.Name
		}
		filters := beginsWithTenant(decl)
		for _, text := range texts(decl) {
			text = conflictTarget.ReplaceAllString(text, "")
			touched := 0
			for _, m := range tableNamed.FindAllStringSubmatch(text, -1) {
				if tables[m[1]] {
					touched++
				}
			}
			named := len(tenantNamed.FindAllString(text, -1))
			if filters {
				named += min(1, strings.Count(text, dynamic))
			}
			if touched > named && acrossTenants[where] == "" {
				faults = append(faults, where)
			}
		}
	}
	return faults
}

// texts gives the longest string expressions of a declaration.
func texts(decl ast.Node) (out []string) {
	ast.Inspect(decl, func(n ast.Node) bool {
		switch e := n.(type) {
		case *ast.ImportSpec, *ast.Field:
			return false
		case *ast.BinaryExpr:
			if s := flat(e); e.Op == token.ADD && strings.Trim(s, dynamic+other) != "" {
				out = append(out, s)
				return false
			}
		case *ast.BasicLit:
			if e.Kind == token.STRING {
				out = append(out, flat(e))
			}
		}
		return true
	})
	return out
}

func flat(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return flat(e.X) + flat(e.Y)
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return s
		}
	case *ast.CallExpr:
		if sel, ok := e.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "where" {
			return dynamic
		}
	}
	return other
}

// beginsWithTenant reports whether a function builds its filters with the tenant.
func beginsWithTenant(decl ast.Node) (found bool) {
	ast.Inspect(decl, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch f := call.Fun.(type) {
		case *ast.Ident:
			found = found || f.Name == "caseFilter"
		case *ast.SelectorExpr:
			if f.Sel.Name == "and" && len(call.Args) == 2 {
				s := flat(call.Args[0])
				found = found || s == "tenant = ?" || strings.HasSuffix(s, ".tenant = ?")
			}
		}
		return true
	})
	return found
}

func tenantTables(t *testing.T) map[string]bool {
	t.Helper()
	tables := map[string]bool{"case_search": true}
	for name := range sqliteSchema(t, freshSQLite(t)) {
		tables[name] = name != "tenant" && !slices.Contains(noTenant, name)
	}
	return tables
}

func TestSQLNamesTheTenant(t *testing.T) {
	tables := tenantTables(t)
	files, texts := 0, 0
	for _, pattern := range []string{"*.go", "sqlite/*.go", "postgres/*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files++
			texts += len(tableNamed.FindAll(src, -1))
			for _, f := range lintSQL(t, name, string(src), tables) {
				t.Errorf("%s touches a table of tenants without naming the tenant; name it, or list the function in acrossTenants with a reason", f)
			}
		}
	}
	if files < 8 || texts < 40 {
		t.Errorf("only %d files and %d texts were seen", files, texts)
	}
}

// What the lint must see, and what it must let pass.
func TestSQLLint(t *testing.T) {
	src := "package x\nfunc f() {\n%\n}\n"
	tables := map[string]bool{"org": true, "cover": true}
	for body, bad := range map[string]bool{
		"_ = `SELECT id FROM org WHERE id = $1`":                                                                     true,
		"_ = `SELECT id FROM org WHERE tenant = $1 AND id = $2`":                                                     false,
		"_ = \"SELECT \" + cols + \" FROM org WHERE id = $1\"":                                                       true,
		"_ = \"SELECT \" + cols + \" FROM org WHERE tenant = $1\"":                                                   false,
		"_ = `SELECT 1 FROM org o JOIN cover c ON c.org = o.id WHERE o.tenant = $1`":                                 true,
		"_ = `SELECT 1 FROM org o JOIN cover c ON c.tenant = o.tenant AND c.org = o.id WHERE o.tenant = $1`":         false,
		"_ = `INSERT INTO org (id) VALUES ($1) ON CONFLICT (tenant, id) DO NOTHING`":                                 true,
		"_ = `INSERT INTO org (tenant, id) VALUES ($1, $2) ON CONFLICT (tenant, id) DO UPDATE SET id = excluded.id`": false,
		"_ = `DELETE FROM org WHERE tenant = $1 AND id IN (SELECT org FROM cover WHERE place = $2)`":                 true,
		"f := &filter{}; f.and(\"kind = ?\", k); _ = \"SELECT 1 FROM org WHERE \" + f.where()":                       true,
		"f := &filter{}; f.and(\"tenant = ?\", k); _ = \"SELECT 1 FROM org WHERE \" + f.where()":                     false,
		"_ = `SELECT name FROM division WHERE code = $1`":                                                            false,
	} {
		got := lintSQL(t, "x.go", strings.Replace(src, "%", body, 1), tables)
		var want []string
		if bad {
			want = []string{"x.go:f"}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s\n%s", body, diff)
		}
	}
}

package access_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sanzhi/internal/access"
	"sanzhi/internal/access/accesstest"
	"sanzhi/internal/kernel"
)

var caseColumns = access.Columns{Tenant: "c.tenant", Path: "c.path", Case: "c.id", Unit: "c.unit", Assignee: "c.assignee", Requester: "c.requester",
	Confidential: "c.confidential", Cohandler: "EXISTS (h.unit = ?)", Party: "EXISTS (p.account = ?)"}

func holder(r kernel.Role, org kernel.ID, path kernel.Path) kernel.Actor {
	return kernel.Actor{Kind: kernel.ActorAccount, Tenant: "630105", Account: me, Posts: []kernel.Post{{Role: r, Org: org, Path: path}}}
}

func TestPredicate(t *testing.T) {
	own := "(c.requester = $5) OR (EXISTS (p.account = $6))"
	tests := []struct {
		name  string
		scope access.Scope
		cols  access.Columns
		sql   string
		args  []any
	}{
		{"nothing", access.ScopeOf(kernel.Anonymous("630105"), access.CaseRead), caseColumns, "(1 = 0)", nil},
		{"everything in the tenant", access.ScopeOf(kernel.System("630105"), access.CaseRead), caseColumns, "(c.tenant = $4 AND ((1 = 1)))", []any{"630105"}},
		{"one case", access.ScopeOf(kernel.Actor{Kind: kernel.ActorRequester, Tenant: "630105", Case: "C"}, access.CaseRead), caseColumns,
			"(c.tenant = $4 AND ((c.id = $5)))", []any{"630105", "C"}},
		{"clerk", access.ScopeOf(holder(kernel.CommunityClerk, "", "630105/002/204/"), access.CaseRead), caseColumns,
			"(c.tenant = $4 AND (" + own + " OR (c.path >= $7 AND c.path < $8 AND c.confidential = 0) OR (c.path >= $9 AND c.path < $10 AND c.assignee = $11)))",
			[]any{"630105", "ME", "ME", "630105/002/204/", "630105/002/2040", "630105/002/204/", "630105/002/2040", "ME"}},
		{"dispatcher", access.ScopeOf(holder(kernel.UnitDispatcher, unit, "630105/"), access.CaseUnmask), caseColumns,
			"(c.tenant = $4 AND ((c.path >= $5 AND c.path < $6 AND (c.unit = $7 OR EXISTS (h.unit = $8)))))", []any{"630105", "630105/", "6301050", "UNIT", "UNIT"}},
		{"a dispatcher without an organisation", access.ScopeOf(holder(kernel.UnitDispatcher, "", "630105/"), access.CaseUnmask), caseColumns, "(1 = 0)", nil},
		{"places have no units", access.ScopeOf(holder(kernel.SystemAdmin, "", "630105/"), access.PlaceWrite), access.Columns{Tenant: "tenant", Path: "path"},
			"(tenant = $4 AND ((path >= $5 AND path < $6)))", []any{"630105", "630105/", "6301050"}},
		{"a table that lacks what a clause needs shows nothing by it", access.ScopeOf(holder(kernel.UnitDispatcher, unit, "630105/"), access.CaseUnmask),
			access.Columns{Tenant: "tenant", Path: "path"}, "(tenant = $4 AND (1 = 0))", []any{"630105"}},
		{"nor by place", access.ScopeOf(holder(kernel.SystemAdmin, "", "630105/"), access.PlaceWrite), access.Columns{Tenant: "tenant"},
			"(tenant = $4 AND (1 = 0))", []any{"630105"}},
		{"a table without tenant shows nothing", access.ScopeOf(kernel.System("630105"), access.CaseRead), access.Columns{Path: "path"}, "(1 = 0)", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sql, args := tt.scope.Predicate(tt.cols, 4)
			if diff := cmp.Diff(tt.sql, sql); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.args, args); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The text is well formed for any scope: each argument has its placeholder, in order, once; ranges, never LIKE.
func TestPredicateForm(t *testing.T) {
	placeholder := regexp.MustCompile(`\$\d+`)
	rapid.Check(t, func(t *rapid.T) {
		scope := access.ScopeOf(accesstest.Actor().Draw(t, "actor"), accesstest.Permission().Draw(t, "perm"))
		first := rapid.IntRange(1, 20).Draw(t, "first")
		sql, args := scope.Predicate(caseColumns, first)
		found := placeholder.FindAllString(sql, -1)
		if len(found) != len(args) {
			t.Fatalf("%d placeholders for %d arguments: %s", len(found), len(args), sql)
		}
		for i, p := range found {
			if p != fmt.Sprintf("$%d", first+i) {
				t.Fatalf("placeholder %d is %s: %s", i, p, sql)
			}
		}
		if strings.Count(sql, "(") != strings.Count(sql, ")") || strings.Contains(sql, "LIKE") || strings.Contains(sql, "?") || strings.Contains(sql, "()") {
			t.Fatal(sql)
		}
	})
}

// Whether there is anything at all is told without gathering all of it.
func TestSomewhere(t *testing.T) {
	both := map[bool]bool{}
	rapid.Check(t, func(t *rapid.T) {
		actor, perm := accesstest.Actor().Draw(t, "actor"), accesstest.Permission().Draw(t, "perm")
		got, want := access.Somewhere(actor, perm), !access.ScopeOf(actor, perm).IsEmpty()
		if got != want {
			t.Fatalf("somewhere %v, the scope says %v", got, want)
		}
		both[got] = true
	})
	if len(both) != 2 {
		t.Errorf("only %v was drawn", both)
	}
}

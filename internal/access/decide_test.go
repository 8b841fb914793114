package access_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sanzhi/internal/access"
	"sanzhi/internal/access/accesstest"
	"sanzhi/internal/kernel"
)

var update = flag.Bool("update", false, "write testdata/matrix.txt anew")

const (
	me, other   = kernel.ID("ME"), kernel.ID("OTHER")
	unit, unit2 = kernel.ID("UNIT"), kernel.ID("UNIT2")
)

// columns are the targets of the matrix. The post is held at 630105/002/204/.
var columns = []struct {
	name string
	t    access.Target
}{
	{"own", access.Target{Path: "630105/002/204/", Unit: unit}},
	{"below", access.Target{Path: "630105/002/204/017/", Unit: unit}},
	{"sibling", access.Target{Path: "630105/002/205/", Unit: unit}},
	{"near", access.Target{Path: "630105/002/2040/", Unit: unit}}, // a sibling whose code begins with ours
	{"parent", access.Target{Path: "630105/002/", Unit: unit}},
	{"nowhere", access.Target{Unit: unit}},
	{"foreign", access.Target{Tenant: "630104", Path: "630105/002/204/", Unit: unit}},
	{"unit2", access.Target{Path: "630105/002/204/", Unit: unit2}},
	{"cohandle", access.Target{Path: "630105/002/204/", Unit: unit2, Cohandlers: []kernel.ID{unit}}},
	{"assigned", access.Target{Path: "630105/002/204/", Unit: unit2, Assignee: me}},
	{"afar", access.Target{Path: "630105/002/205/", Unit: unit, Assignee: me}}, // assigned, but outside the post's place
	{"secret", access.Target{Path: "630105/002/204/", Unit: unit, Assignee: other, Confidential: true}},
	{"secret2", access.Target{Path: "630105/002/204/", Unit: unit2, Confidential: true}},
	{"secretme", access.Target{Path: "630105/002/204/", Unit: unit, Assignee: me, Confidential: true}},
	{"mine", access.Target{Path: "630105/003/", Unit: unit2, Requester: me, Confidential: true}},
	{"party", access.Target{Path: "630105/003/", Unit: unit2, Parties: []kernel.ID{other, me}, Confidential: true}},
}

func actors() []kernel.Actor {
	all := []kernel.Actor{kernel.Anonymous("630105"), {Kind: kernel.ActorRequester, Tenant: "630105", Case: "CASE"},
		{Kind: kernel.ActorRequester, Tenant: "630105", Case: "CASE2"}, kernel.System("630105"), {Kind: kernel.ActorAccount, Tenant: "630105", Account: me}}
	for _, r := range kernel.AllRoles {
		all = append(all, kernel.Actor{Kind: kernel.ActorAccount, Tenant: "630105", Account: me,
			Posts: []kernel.Post{{Role: r, Org: unit, Place: "P", Path: "630105/002/204/"}}})
	}
	return all
}

func nameOf(a kernel.Actor) string {
	switch {
	case len(a.Posts) > 0:
		return string(a.Posts[0].Role)
	case a.Kind == kernel.ActorAccount:
		return "(no post)"
	case a.Case == "CASE":
		return "(its code)"
	case a.Kind == kernel.ActorRequester:
		return "(other code)"
	default:
		return "(" + string(a.Kind) + ")"
	}
}

func sign(d access.Decision) string {
	switch kind := kernel.KindOf(d.Err()); {
	case d.Allow:
		return "yes"
	case kind == kernel.KindForbidden:
		return "403"
	case kind == kernel.KindUnsigned:
		return "401"
	default:
		return "."
	}
}

// Every permission, kind of actor and place, compared with a table that people read and review.
func TestMatrix(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Who may do what. A post of each role at 630105/002/204/ with the organisation UNIT, asked about cases at these places.\n" +
		"# yes: allowed · 403: readable but not allowed · 401: sign in first · dot: not there for this actor. Made by go test -run TestMatrix -update.\n")
	for _, c := range columns {
		fmt.Fprintf(&b, "# %-9s path %-20q unit %-6s", c.name, c.t.Path, c.t.Unit)
		for _, x := range []struct{ name, value string }{{"tenant", string(c.t.Tenant)}, {"assignee", string(c.t.Assignee)}, {"requester", string(c.t.Requester)}} {
			if x.value != "" {
				fmt.Fprintf(&b, " %s %s", x.name, x.value)
			}
		}
		if len(c.t.Cohandlers)+len(c.t.Parties) > 0 {
			fmt.Fprintf(&b, " cohandlers %v parties %v", c.t.Cohandlers, c.t.Parties)
		}
		if c.t.Confidential {
			b.WriteString(" confidential")
		}
		b.WriteString("\n")
	}
	for _, perm := range access.AllPermissions {
		fmt.Fprintf(&b, "\n%-16s", perm)
		for _, c := range columns {
			fmt.Fprintf(&b, " %-8s", c.name)
		}
		for _, a := range actors() {
			fmt.Fprintf(&b, "\n%-16s", nameOf(a))
			for _, c := range columns {
				target := c.t
				target.Case = "CASE"
				if target.Tenant == "" {
					target.Tenant = "630105"
				}
				fmt.Fprintf(&b, " %-8s", sign(access.Decide(a, perm, target)))
			}
		}
		b.WriteString("\n")
	}
	got := trimLines(b.String())
	const golden = "testdata/matrix.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("the matrix changed (-golden +now); if that is meant, run with -update and review:\n%s", diff)
	}
}

func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// What a list selects is what the decision function allows, for every actor, permission and case.
func TestScopeAgreesWithDecide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		actor, perm := accesstest.Actor().Draw(t, "actor"), accesstest.Permission().Draw(t, "perm")
		scope := access.ScopeOf(actor, perm)
		for _, target := range rapid.SliceOfN(accesstest.Target(), 1, 30).Draw(t, "targets") {
			if m, d := scope.Match(target), access.Decide(actor, perm, target); m != d.Allow {
				t.Fatalf("%s of %+v on %+v: Match %v, Decide %v\nscope %+v", perm, actor, target, m, d.Allow, scope)
			}
		}
	})
}

// The same, for every single post at every place of the small world against every case in it: chance leaves no corner.
func TestScopeAgreesWithDecideEverywhere(t *testing.T) {
	var targets []access.Target
	for _, path := range accesstest.Paths {
		for i := range 16 {
			target := access.Target{Tenant: "630105", Path: path, Unit: accesstest.Orgs[i&1], Confidential: i&2 != 0, Assignee: other}
			if i&4 != 0 {
				target.Assignee = me
			}
			if i&8 != 0 {
				target.Cohandlers = accesstest.Orgs[:1]
			}
			targets = append(targets, target)
		}
	}
	for _, role := range kernel.AllRoles {
		for _, path := range accesstest.Paths {
			for _, org := range []kernel.ID{"", accesstest.Orgs[0]} {
				actor := holder(role, org, path)
				for _, perm := range access.AllPermissions {
					scope := access.ScopeOf(actor, perm)
					for _, target := range targets {
						if m, d := scope.Match(target), access.Decide(actor, perm, target); m != d.Allow {
							t.Fatalf("%s of %s at %s on %+v: Match %v, Decide %v", perm, role, path, target, m, d.Allow)
						}
					}
				}
			}
		}
	}
}

// Laws that hold for any draw: nothing crosses tenants, more posts never take away, and what is allowed is readable.
func TestDecideLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		actor, perm, target := accesstest.Actor().Draw(t, "actor"), accesstest.Permission().Draw(t, "perm"), accesstest.Target().Draw(t, "target")
		d := access.Decide(actor, perm, target)
		if actor.Tenant != target.Tenant && (d.Allow || d.Readable || !kernel.Is(d.Err(), kernel.KindNotFound)) {
			t.Fatalf("crosses tenants: %+v", d)
		}
		if d.Allow != (d.Err() == nil) || d.Allow && !d.Readable {
			t.Fatalf("%+v with error %v", d, d.Err())
		}
		if err := d.Err(); err != nil && (d.Why.Zh == "" || d.Why.En == "") {
			t.Fatalf("refused without words: %+v", d)
		}
		if d.Allow && len(actor.Posts) > 0 {
			richer := actor
			richer.Posts = append(slices.Clone(actor.Posts), accesstest.Actor().Draw(t, "more").Posts...)
			if !access.Decide(richer, perm, target).Allow {
				t.Fatal("one more post takes a right away")
			}
		}
	})
}

func TestUnknownIsRefused(t *testing.T) {
	target := access.Target{Tenant: "630105", Path: "630105/"}
	if access.Decide(kernel.System("630105"), "case.destroy", target).Allow || !access.ScopeOf(kernel.System("630105"), "case.destroy").IsEmpty() {
		t.Error("a permission that does not exist is allowed")
	}
	a := kernel.Actor{Kind: kernel.ActorAccount, Account: me, Tenant: "630105", Posts: []kernel.Post{{Role: kernel.CommunityClerk, Path: "630105/00"}}}
	target.Path = "630105/002/"
	if access.Decide(a, access.CaseRead, target).Allow || access.ScopeOf(a, access.CaseRead).Match(target) {
		t.Error("a path that does not end in / reaches into a place")
	}
	if access.Decide(kernel.Actor{Kind: kernel.ActorSystem}, access.CaseRead, access.Target{}).Allow {
		t.Error("no tenant is a tenant")
	}
	a.Posts[0].Path, a.Posts[0].Role = "630105/", kernel.SystemAdmin
	if !access.Decide(a, access.SettingsWrite, access.Whole("630105")).Allow {
		t.Error("the county's administrator may not change the tenant's settings")
	}
	a.Posts[0].Path = "630105/002/"
	if access.Decide(a, access.SettingsWrite, access.Whole("630105")).Allow {
		t.Error("a street's administrator may change the tenant's settings")
	}
}

// The table of permissions and the bundles cover each other: a permission that nobody holds is dead, one outside the
// table would never be allowed.
func TestBundles(t *testing.T) {
	held := map[access.Permission]bool{}
	for _, p := range access.Public() {
		held[p] = true
	}
	for _, r := range kernel.AllRoles {
		for _, p := range access.Bundle(r) {
			if !slices.Contains(access.AllPermissions, p) {
				t.Errorf("%s holds %s, which is not in the table", r, p)
			}
			held[p] = true
		}
	}
	seen := map[access.Permission]bool{}
	for _, p := range access.AllPermissions {
		if !held[p] {
			t.Errorf("nobody holds %s", p)
		}
		if seen[p] {
			t.Errorf("%s stands twice in the table", p)
		}
		seen[p] = true
	}
	admins := []kernel.Role{kernel.SystemAdmin, kernel.SecurityAdmin, kernel.Auditor}
	for i, a := range admins {
		for _, b := range admins[:i] {
			for _, p := range access.Bundle(a) {
				if slices.Contains(access.Bundle(b), p) && p != access.OrgRead {
					t.Errorf("%s and %s both hold %s", a, b, p)
				}
			}
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	a := kernel.Actor{Kind: kernel.ActorAccount, Tenant: "630105", Account: me, Posts: []kernel.Post{
		{Role: kernel.Resident, Path: "630105/002/"}, {Role: kernel.Cadre, Org: unit, Path: "630105/002/204/"}}}
	t := access.Target{Tenant: "630105", Path: "630105/002/204/017/", Unit: unit2, Cohandlers: []kernel.ID{unit}}
	b.ReportAllocs()
	for b.Loop() {
		if !access.Decide(a, access.CaseAct, t).Allow {
			b.Fatal("refused")
		}
	}
}

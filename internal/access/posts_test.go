package access_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/workflow"
)

func TestValidatePosts(t *testing.T) {
	post := func(r kernel.Role) kernel.Post { return kernel.Post{Role: r, Place: "P", Org: "O"} }
	tests := []struct {
		name   string
		posts  []kernel.Post
		fields []string
	}{
		{"none", nil, nil},
		{"a clerk who is a resident", []kernel.Post{post(kernel.CommunityClerk), post(kernel.Resident)}, nil},
		{"system and security", []kernel.Post{post(kernel.SystemAdmin), post(kernel.SecurityAdmin)}, []string{"posts[1].role"}},
		{"security and audit", []kernel.Post{post(kernel.SecurityAdmin), post(kernel.Cadre), post(kernel.Auditor)}, []string{"posts[2].role"}},
		{"audit and system", []kernel.Post{post(kernel.Auditor), post(kernel.SystemAdmin)}, []string{"posts[1].role"}},
		{"one administrator at two places", []kernel.Post{post(kernel.Auditor), post(kernel.Auditor)}, nil},
		{"no such role", []kernel.Post{post("mayor")}, []string{"posts[0].role"}},
		{"nowhere and for nobody", []kernel.Post{{Role: kernel.Cadre}, {Role: kernel.UnitDispatcher, Place: "P"}, {Role: kernel.Mediator, Place: "P"}},
			[]string{"posts[0].place", "posts[0].org", "posts[1].org"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			if err := access.ValidatePosts(tt.posts); err != nil {
				var e *kernel.Error
				if !errors.As(err, &e) || e.Kind != kernel.KindInvalid {
					t.Fatalf("%v", err)
				}
				for _, f := range append([]kernel.Error{*e}, e.More...) {
					got = append(got, f.Field)
					if f.Say.Zh == "" || f.Say.En == "" {
						t.Errorf("%s: words missing", f.Field)
					}
				}
			}
			if diff := cmp.Diff(tt.fields, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMayAct(t *testing.T) {
	const path = kernel.Path("630105/002/204/")
	level := func(id kernel.ID) string {
		return map[kernel.ID]string{"P-COMMUNITY": "community", "P-STREET": "street"}[id]
	}
	clerk := kernel.Post{Role: kernel.CommunityClerk, Name: "社区副书记", Place: "P-COMMUNITY", Path: path}
	street := kernel.Post{Role: kernel.CommunityClerk, Name: "街道干事", Place: "P-STREET", Path: "630105/002/"}
	away := kernel.Post{Role: kernel.CommunityClerk, Name: "社区副书记", Place: "P-COMMUNITY", Path: "630105/002/205/"}
	cadre := kernel.Post{Role: kernel.Cadre, Org: unit, Place: "P-STREET", Path: "630105/002/"}
	orgless := kernel.Post{Role: kernel.Cadre, Place: "P-STREET", Path: "630105/002/"}
	at := func(f func(*access.Target)) access.Target {
		x := access.Target{Tenant: "630105", Path: path, Case: "CASE", Unit: unit}
		if f != nil {
			f(&x)
		}
		return x
	}
	assigned := func(id kernel.ID) access.Target { return at(func(x *access.Target) { x.Assignee = id }) }
	tests := []struct {
		name      string
		posts     []kernel.Post
		who       []workflow.Who
		t         access.Target
		requester bool
		want      bool
	}{
		{"role at the place", []kernel.Post{clerk}, []workflow.Who{{Role: kernel.CommunityClerk}}, at(nil), false, true},
		{"role above the place", []kernel.Post{street}, []workflow.Who{{Role: kernel.CommunityClerk}}, at(nil), false, true},
		{"role beside the place", []kernel.Post{away}, []workflow.Who{{Role: kernel.CommunityClerk}}, at(nil), false, false},
		{"another role", []kernel.Post{cadre}, []workflow.Who{{Role: kernel.CommunityClerk}}, at(nil), false, false},
		{"the second who", []kernel.Post{cadre}, []workflow.Who{{Role: kernel.CommunityClerk}, {Role: kernel.Cadre}}, at(nil), false, true},
		{"level", []kernel.Post{clerk}, []workflow.Who{{Role: kernel.CommunityClerk, Level: "community"}}, at(nil), false, true},
		{"wrong level", []kernel.Post{street}, []workflow.Who{{Role: kernel.CommunityClerk, Level: "community"}}, at(nil), false, false},
		{"level and place of different posts", []kernel.Post{street, away}, []workflow.Who{{Role: kernel.CommunityClerk, Level: "community"}}, at(nil), false, false},
		{"post by name", []kernel.Post{clerk}, []workflow.Who{{Post: "社区副书记"}}, at(nil), false, true},
		{"post by another name", []kernel.Post{street}, []workflow.Who{{Post: "社区副书记"}}, at(nil), false, false},
		{"unit", []kernel.Post{cadre}, []workflow.Who{{Role: kernel.Cadre, Relation: workflow.RelationUnit}}, at(nil), false, true},
		{"another unit", []kernel.Post{cadre}, []workflow.Who{{Role: kernel.Cadre, Relation: workflow.RelationUnit}}, at(func(x *access.Target) { x.Unit = unit2 }), false, false},
		{"no unit yet", []kernel.Post{orgless}, []workflow.Who{{Role: kernel.Cadre, Relation: workflow.RelationUnit}}, at(func(x *access.Target) { x.Unit = "" }), false, false},
		{"open, nobody assigned", []kernel.Post{cadre}, []workflow.Who{{Role: kernel.Cadre, Relation: workflow.RelationOpen}}, at(nil), false, true},
		{"open, assigned to me", []kernel.Post{cadre}, []workflow.Who{{Role: kernel.Cadre, Relation: workflow.RelationOpen}}, assigned(me), false, true},
		{"open, assigned to another", []kernel.Post{cadre}, []workflow.Who{{Role: kernel.Cadre, Relation: workflow.RelationOpen}}, assigned(other), false, false},
		{"assignee", []kernel.Post{cadre}, []workflow.Who{{Relation: workflow.RelationAssignee}}, assigned(me), false, true},
		{"assignee without a post there", []kernel.Post{away}, []workflow.Who{{Relation: workflow.RelationAssignee}}, assigned(me), false, false},
		{"not the assignee", []kernel.Post{cadre}, []workflow.Who{{Role: kernel.Cadre, Relation: workflow.RelationAssignee}}, assigned(other), false, false},
		{"co-handling", []kernel.Post{cadre}, []workflow.Who{{Role: kernel.Cadre, Relation: workflow.RelationCohandle}},
			at(func(x *access.Target) { x.Unit, x.Cohandlers = unit2, []kernel.ID{unit} }), false, true},
		{"not co-handling", []kernel.Post{cadre}, []workflow.Who{{Role: kernel.Cadre, Relation: workflow.RelationCohandle}}, at(nil), false, false},
		{"a relation that does not exist", []kernel.Post{cadre}, []workflow.Who{{Role: kernel.Cadre, Relation: "cousin"}}, at(nil), false, false},
		{"requester", nil, []workflow.Who{{Requester: true}}, at(nil), true, true},
		{"not the requester", []kernel.Post{clerk}, []workflow.Who{{Requester: true}}, at(nil), false, false},
		{"requester with a role, has both", []kernel.Post{clerk}, []workflow.Who{{Requester: true, Role: kernel.CommunityClerk}}, at(nil), true, true},
		{"requester with a role, lacks it", nil, []workflow.Who{{Requester: true, Role: kernel.CommunityClerk}}, at(nil), true, false},
		{"anyone", nil, []workflow.Who{{Anyone: true}}, at(nil), false, true},
		{"nobody is named", []kernel.Post{clerk}, nil, at(nil), true, false},
		{"an empty who is nobody", []kernel.Post{clerk}, []workflow.Who{{}}, at(nil), true, false},
		{"another tenant", []kernel.Post{clerk}, []workflow.Who{{Anyone: true}}, at(func(x *access.Target) { x.Tenant = "630104" }), true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			actor := kernel.Actor{Kind: kernel.ActorAccount, Tenant: "630105", Account: me, Posts: tt.posts}
			if got := access.MayAct(actor, tt.who, tt.t, tt.requester, level); got != tt.want {
				t.Errorf("MayAct = %v", got)
			}
		})
	}
	posted := kernel.Actor{Kind: kernel.ActorRequester, Tenant: "630105", Case: "CASE", Posts: []kernel.Post{clerk}}
	if access.MayAct(posted, []workflow.Who{{Role: kernel.CommunityClerk}}, at(nil), true, level) {
		t.Error("a tracking code acts as a clerk")
	}
	if !access.MayAct(kernel.System("630105"), []workflow.Who{{Role: kernel.CommunityClerk}}, at(nil), false, nil) {
		t.Error("the program itself may not act")
	}
	// Every relation of the closed set is told apart from one that does not exist.
	for _, r := range workflow.AllRelations {
		x := at(func(x *access.Target) { x.Assignee, x.Cohandlers = me, []kernel.ID{unit} })
		a := kernel.Actor{Kind: kernel.ActorAccount, Tenant: "630105", Account: me, Posts: []kernel.Post{cadre}}
		if !access.MayAct(a, []workflow.Who{{Role: kernel.Cadre, Relation: r}}, x, false, level) {
			t.Errorf("relation %q is not implemented", r)
		}
	}
}

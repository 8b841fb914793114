package registers

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// Each register says all that pages and files need, in both languages, and names only what is there.
func TestCatalogue(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range All() {
		if seen[r.Key] {
			t.Errorf("%s stands there twice", r.Key)
		}
		seen[r.Key] = true
		texts := []kernel.Text{r.Title, r.About}
		keys := map[string]bool{"": true}
		for _, c := range r.Columns {
			if keys[c.Key] {
				t.Errorf("%s: the column %s stands there twice", r.Key, c.Key)
			}
			keys[c.Key] = true
			texts = append(texts, c.Name)
			for _, ch := range c.Choices {
				texts = append(texts, ch.Name)
			}
			if !slices.Contains(kernel.AllColumnTypes, c.Type) || (c.Type == kernel.ColumnChoice || c.Type == kernel.ColumnChoices) == (len(c.Choices) == 0) {
				t.Errorf("%s.%s: the type %s does not go with its choices", r.Key, c.Key, c.Type)
			}
		}
		for _, k := range []string{r.DueColumn, r.FacetColumn, r.NumberColumn, r.QuantityColumn, r.YesColumns[0], r.YesColumns[1]} {
			if !keys[k] {
				t.Errorf("%s names the column %s, which is not there", r.Key, k)
			}
		}
		for _, l := range r.Links {
			texts = append(texts, l.Name)
			if !slices.Contains(AllLinkKinds, l.Kind) || l.Most > 0 && l.Least > l.Most {
				t.Errorf("%s: the role %s", r.Key, l.Key)
			}
		}
		for _, a := range r.acts() {
			texts = append(texts, a.Title, a.Word, a.Note)
		}
		for _, x := range texts {
			if x.Zh == "" || x.En == "" {
				t.Errorf("%s: a text lacks a language: %+v", r.Key, x)
			}
		}
		for _, p := range []access.Permission{r.Read, r.Write} {
			if !slices.Contains(access.AllPermissions, p) {
				t.Errorf("%s asks for the permission %q", r.Key, p)
			}
		}
		if !slices.ContainsFunc(Groups, func(g struct {
			Key  Group
			Name kernel.Text
		}) bool {
			return g.Key == r.Group
		}) {
			t.Errorf("%s stands in no group", r.Key)
		}
		if r.personal() && r.Read == access.PlaceRead {
			t.Errorf("%s shows everybody what is personal", r.Key)
		}
	}
	if p, _ := Find("plan"); len(p.Column("mode").Choices) != 5 {
		t.Error("an industry has five modes")
	}
	if task, _ := Find("task"); len(task.Links) != 4 {
		t.Error("a task has four roles")
	}
	if s, _ := Find("station"); len(s.Column("tier").Choices) != 3 || len(s.Column("level").Choices) != 3 {
		t.Error("there are three tiers of centres and three levels of stations")
	}
}

func TestNeed(t *testing.T) {
	for words, want := range map[string][]string{"充电": {"charging"}, "我要给电动车充电": {"charging"}, "法律援助": {"legal_aid"}, "律师": {"legal_aid", "legal_advice"}, "Training": {"training"}, "培训": {"training"},
		"charging": {"charging"}, "": nil, "飞机": nil, "量血压": {"health"}} {
		if diff := cmp.Diff(want, Need(words)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", words, diff)
		}
	}
	keys := map[string]bool{}
	for _, f := range Functions {
		if keys[f.Key] || f.Name.Zh == "" || f.Name.En == "" {
			t.Errorf("the function %s", f.Key)
		}
		keys[f.Key] = true
		for _, w := range []string{f.Name.Zh, f.Name.En, f.Key} {
			if !slices.Contains(Need(w), f.Key) {
				t.Errorf("%s does not find %s", w, f.Key)
			}
		}
	}
}

func square(path kernel.Path, west, south, size float64) *territory.Place {
	return &territory.Place{Name: string(path), Path: path, Shape: orb.Polygon{{{west, south}, {west + size, south}, {west + size, south + size}, {west, south + size}, {west, south}}}}
}

func TestOverlap(t *testing.T) {
	a := square("630105/001/", 101.70, 36.60, 0.01)
	for name, tt := range map[string]struct {
		b    *territory.Place
		want bool
	}{
		"side by side":     {square("630105/002/", 101.71, 36.60, 0.01), false},
		"far":              {square("630105/002/", 101.80, 36.60, 0.01), false},
		"a corner":         {square("630105/002/", 101.709, 36.609, 0.01), true},
		"inside":           {square("630105/002/", 101.702, 36.602, 0.001), true},
		"the same":         {square("630105/001/", 101.70, 36.60, 0.01), true},
		"below, far drawn": {square("630105/001/001/", 101.80, 36.60, 0.01), true},
		"a drawn line":     {square("630105/002/", 101.7099999999, 36.60, 0.01), false},
		"a point":          {&territory.Place{Path: "630105/002/", Shape: orb.Point{101.705, 36.605}}, false},
	} {
		if got, err := Overlap(a, tt.b); err != nil || got != tt.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if got, err := Overlap(tt.b, a); err != nil || got != tt.want {
			t.Errorf("%s, turned: %v, %v", name, got, err)
		}
	}
}

// Dispatchers of a unit keep to its entries; others to their place.
func TestMayWrite(t *testing.T) {
	r, err := Find("duty")
	if err != nil {
		t.Fatal(err)
	}
	who := func(role kernel.Role, org kernel.ID, path kernel.Path) kernel.Actor {
		return kernel.Actor{Kind: kernel.ActorAccount, Tenant: "630105", Account: "a", Posts: []kernel.Post{{Role: role, Org: org, Path: path, Place: "p"}}}
	}
	for name, tt := range map[string]struct {
		actor kernel.Actor
		org   kernel.ID
		want  kernel.Kind
	}{
		"own dispatcher":     {who(kernel.UnitDispatcher, "u", "630105/"), "u", ""},
		"another dispatcher": {who(kernel.UnitDispatcher, "v", "630105/"), "u", kernel.KindForbidden},
		"no organisation":    {who(kernel.UnitDispatcher, "v", "630105/"), "", ""},
		"clerk of the place": {who(kernel.CommunityClerk, "c", "630105/002/"), "u", ""},
		"clerk elsewhere":    {who(kernel.CommunityClerk, "c", "630105/003/"), "u", kernel.KindNotFound},
		"grid worker":        {who(kernel.GridWorker, "c", "630105/002/"), "u", kernel.KindForbidden},
		"nobody":             {kernel.Anonymous("630105"), "u", kernel.KindUnsigned},
		"another district":   {kernel.Actor{Kind: kernel.ActorAccount, Tenant: "630104", Posts: who(kernel.CommunityClerk, "u", "630105/").Posts}, "u", kernel.KindNotFound},
		"the program itself": {kernel.System("630105"), "u", ""},
	} {
		err := mayWrite(tt.actor, r, "630105", "630105/002/204/", tt.org)
		if got := kernel.KindOf(err); err == nil && tt.want != "" || err != nil && got != tt.want {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

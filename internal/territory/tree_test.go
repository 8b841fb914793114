package territory

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

func TestEveryKindHasARule(t *testing.T) {
	for _, k := range AllKinds {
		if k.Text().Zh == "" || k.Text().En == "" {
			t.Errorf("%s has no name", k)
		}
		if !k.MayBeRoot() && len(ruleOf(k).under) == 0 {
			t.Errorf("%s can stand nowhere", k)
		}
		for _, u := range ruleOf(k).under {
			if u.rank() >= k.rank() {
				t.Errorf("%s under %s: the rank does not fall", k, u)
			}
		}
		if got, err := ParseKind(string(k)); err != nil || got != k {
			t.Errorf("%s is not its own name: %v", k, err)
		}
	}
	for zh, want := range map[string]Kind{"社区": Community, "综合网格": GridGeneral, "村": Village} {
		if got, err := ParseKind(zh); err != nil || got != want {
			t.Errorf("%s is %s, %v", zh, got, err)
		}
	}
	if _, err := ParseKind("gird"); !kernel.Is(err, kernel.KindInvalid) {
		t.Errorf("a wrong kind was taken: %v", err)
	}
	for _, k := range []Kind{County, Subdistrict, Town, Township, StreetSpecial, Compound, Building} {
		if GridGeneral.MayStandUnder(k) || GridDedicated.MayStandUnder(k) {
			t.Errorf("a grid may stand under %s", k)
		}
	}
}

func TestCheckTree(t *testing.T) {
	// The sound tree: county, street, community, grid, compound, building, entrance.
	sound := func() []*Place {
		county := child(County, "630105", "城北区", nil, nil)
		street := child(Subdistrict, "630105002", "小桥大街街道", county, nil)
		community := child(Community, "630105002004", "小桥社区", street, nil)
		compound := child(Compound, "630105002004-x1", "一小区", community, nil)
		building := child(Building, "630105002004-x1-3", "3号楼", compound, nil)
		return []*Place{county, street, community, child(GridGeneral, "630105002004001", "第一网格", community, nil), compound, building,
			child(Entrance, "630105002004-x1-3-1", "1单元", building, nil)}
	}
	if f := CheckTree(sound()); f != nil {
		t.Fatalf("the sound tree has faults: %v", f)
	}
	const county, street, community, grid, compound, building = 0, 1, 2, 3, 4, 5
	for _, c := range []struct {
		name string
		harm func(p []*Place) []*Place
		rule TreeRule
		of   string // name of the place told
	}{
		{"orphan", func(p []*Place) []*Place { p[building].Parent = "gone"; return p }, RuleOrphan, "3号楼"},
		{"grid under street", func(p []*Place) []*Place { p[grid].Parent = p[street].ID; return p }, RuleUnder, "第一网格"},
		{"grid under county", func(p []*Place) []*Place { p[grid].Parent = p[county].ID; return p }, RuleUnder, "第一网格"},
		{"no parent", func(p []*Place) []*Place { p[grid].Parent = ""; return p }, RuleRoot, "第一网格"},
		{"second root", func(p []*Place) []*Place { return append(p, child(County, "630104", "城西区", nil, nil)) }, RuleRoot, "城西区"},
		{"no host", func(p []*Place) []*Place { p[grid].Kind = GridDedicated; return p }, RuleHost, "第一网格"},
		{"unknown kind", func(p []*Place) []*Place { p[compound].Kind = "estate"; return p }, RuleKind, "一小区"},
		{"same code", func(p []*Place) []*Place { p[compound].Code = p[grid].Code; return p }, RuleCode, "一小区"},
		{"no code", func(p []*Place) []*Place { p[compound].Code = ""; return p }, RuleCode, "一小区"},
		{"same path", func(p []*Place) []*Place { p[compound].Path = p[grid].Path; return p }, RulePath, "一小区"},
		{"path elsewhere", func(p []*Place) []*Place { p[grid].Path = "630105/009/"; return p }, RulePath, "第一网格"},
		{"no path", func(p []*Place) []*Place { p[building].Path = ""; return p }, RulePath, "3号楼"},
		{"same id", func(p []*Place) []*Place { p[building].ID = p[grid].ID; return p }, RuleDuplicate, "3号楼"},
		{"cycle", func(p []*Place) []*Place { p[street].Parent = p[community].ID; return p }, RuleCycle, "小桥大街街道"},
		{"own parent", func(p []*Place) []*Place { p[street].Parent = p[street].ID; return p }, RuleCycle, "小桥大街街道"},
	} {
		faults := CheckTree(c.harm(sound()))
		if !slices.ContainsFunc(faults, func(f TreeFault) bool { return f.Rule == c.rule && f.Place.Name == c.of }) {
			t.Errorf("%s: got %v", c.name, faults)
		}
		for _, f := range faults {
			if f.Say.Zh == "" || f.Say.En == "" || !slices.Contains(AllTreeRules, f.Rule) {
				t.Errorf("%s: no words or no rule: %+v", c.name, f)
			}
		}
	}
}

// Whatever a tree looks like, without faults every place leads to the one root.
func TestTreeWithoutFaultsLeadsToTheRoot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		places := make([]*Place, n)
		byID := map[kernel.ID]*Place{}
		for i := range n {
			kind := rapid.SampledFrom([]Kind{County, Subdistrict, Community, Compound, Building, GridGeneral}).Draw(t, "kind")
			places[i] = &Place{ID: kernel.ID(fmt.Sprint(i)), Code: fmt.Sprint(i), Kind: kind, Path: kernel.Path(fmt.Sprint(i) + "/")}
			if up := rapid.IntRange(-1, n-1).Draw(t, "parent"); up >= 0 {
				places[i].Parent = kernel.ID(fmt.Sprint(up))
				if up < i {
					places[i].Path = places[up].Path.Child(fmt.Sprint(i))
				}
			}
			byID[places[i].ID] = places[i]
		}
		sound := len(CheckTree(places)) == 0
		roots := map[*Place]bool{}
		leads := true
		for _, p := range places {
			chain := Chain(p, func(id kernel.ID) *Place { return byID[id] })
			top := chain[len(chain)-1]
			roots[top] = true
			leads = leads && top.Parent == "" && top.Kind == County
		}
		if sound && (!leads || len(roots) != 1) {
			t.Fatalf("no fault, yet %d tops", len(roots))
		}
	})
}

func TestGridCodes(t *testing.T) {
	const community = "630105002004"
	for _, c := range []struct {
		community string
		used      []string
		want      string
	}{
		{community, nil, community + "001"},
		{community, []string{community + "007", community + "001", "630105002005099", "x"}, community + "008"},
		{community, []string{community + "999"}, ""},
		{"630105002", nil, ""},
		{"63010500200A", nil, ""},
	} {
		got, err := NextGridCode(c.community, c.used)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("NextGridCode(%s, %v) = %q, %v", c.community, c.used, got, err)
		}
	}
	// Two rows of three, given in disorder; the northern row comes first although its cells are not level.
	shapes := []orb.Geometry{rect(2, 0, 3, 1), rect(0, 0, 1, 1), rect(1, 1, 2, 2), rect(0, 1.2, 1, 2.2), rect(1, 0.1, 2, 1), rect(2, 0.9, 3, 2)}
	got, err := NumberGrids(community, shapes)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"006", "004", "002", "001", "005", "003"}, []string{got[0][12:], got[1][12:], got[2][12:], got[3][12:], got[4][12:], got[5][12:]}); d != "" {
		t.Error(d)
	}
	if _, err := NumberGrids(community, []orb.Geometry{nil}); !kernel.Is(err, kernel.KindInvalid) {
		t.Errorf("a grid without shape was numbered: %v", err)
	}
	if _, err := NumberGrids(community, make([]orb.Geometry, 1000)); !kernel.Is(err, kernel.KindInvalid) {
		t.Errorf("a thousand grids were numbered: %v", err)
	}
}

func TestInitials(t *testing.T) {
	for in, want := range map[string]string{"小桥社区": "xqsq", "城北区": "cbq", "长安路": "cal", "重庆路": "cql", "厦门街": "xmj",
		"3号楼（Ａ座）": "3hlaz", "朝阳西路": "cyxl", "": "", "·—！": "", "Plaza 8": "plaza8", "二十里铺镇": "eslpz", "洪洞县": "htx"} {
		if got := Initials(in); got != want {
			t.Errorf("Initials(%s) = %s, want %s", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		if got := Initials(rapid.String().Draw(t, "name")); strings.ToLower(got) != got {
			t.Fatalf("%q is not lower case", got)
		}
	})
}

func TestQueryMatch(t *testing.T) {
	p := &Place{Code: "630105002004", Name: "小桥社区", Initials: "xqsq", Kind: Community, Path: "630105/002/004/"}
	for _, c := range []struct {
		q    Query
		want bool
	}{
		{Query{}, true}, {Query{Text: "桥社"}, true}, {Query{Text: " XQ "}, true}, {Query{Text: "630105002"}, true}, {Query{Text: "qs"}, false},
		{Query{Text: "05002"}, false}, {Query{Text: "大桥"}, false}, {Query{Kinds: []Kind{Village}}, false}, {Query{Kinds: []Kind{Village, Community}}, true},
		{Query{Within: "630105/002/"}, true}, {Query{Within: "630105/003/"}, false}, {Query{Text: "小桥", Within: "630105/002/004/"}, true},
	} {
		if got := c.q.Match(p); got != c.want {
			t.Errorf("%+v: %v", c.q, got)
		}
	}
}

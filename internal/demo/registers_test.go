package demo

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/cases"
	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
	"sanzhi/internal/workflow"
)

var registers = sync.OnceValues(func() (*Registers, error) {
	d, err := district()
	if err != nil {
		return nil, err
	}
	return d.Registers()
})

func registered(t *testing.T) *Registers {
	t.Helper()
	g, err := registers()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// coverFaults checks the covers against the compounds: every compound with a branch, exactly one lead paired unit each,
// never two leads of one kind, never the same cover twice.
func coverFaults(g *Registers, covers []*orgs.Cover) []string {
	var out []string
	type way struct {
		kind  orgs.CoverKind
		place kernel.ID
	}
	leads, all, once := map[way]int{}, map[way]int{}, map[string]bool{}
	for _, c := range covers {
		k := fmt.Sprint(c.Kind, c.Org, c.Place)
		if once[k] {
			out = append(out, "twice: "+k)
		}
		once[k] = true
		all[way{c.Kind, c.Place}]++
		if c.Lead {
			leads[way{c.Kind, c.Place}]++
		}
	}
	for _, p := range g.d.Places {
		if p.Kind != territory.Compound {
			continue
		}
		if all[way{orgs.CoverBranch, p.ID}] == 0 {
			out = append(out, p.Name+" has no branch")
		}
		if leads[way{orgs.CoverPaired, p.ID}] != 1 {
			out = append(out, p.Name+" has not exactly one lead unit")
		}
		for _, k := range orgs.AllCoverKinds {
			if leads[way{k, p.ID}] > 1 {
				out = append(out, p.Name+" has two leads")
			}
		}
	}
	return out
}

func TestCoversAreWhole(t *testing.T) {
	g := registered(t)
	for _, f := range coverFaults(g, g.Covers) {
		t.Error(f)
	}
	branches, used, pairs := map[kernel.ID]bool{}, map[kernel.ID]bool{}, 0
	for _, o := range g.Orgs {
		if o.Kind == orgs.Branch {
			branches[o.ID] = true
		}
	}
	for _, c := range g.Covers {
		if c.Kind == orgs.CoverBranch {
			used[c.Org] = true
			pairs++
		}
	}
	if len(branches) != 147 || len(used) != 147 || pairs <= 360 {
		t.Errorf("%d branches, %d of them cover compounds, %d covers; want 147, 147 and more than 360", len(branches), len(used), pairs)
	}
	for i, c := range g.Covers { // planted: one lead taken away
		if c.Kind == orgs.CoverPaired && c.Lead {
			if len(coverFaults(g, append(append([]*orgs.Cover{}, g.Covers[:i]...), g.Covers[i+1:]...))) == 0 {
				t.Error("a compound without a lead unit is not caught")
			}
			break
		}
	}
	if len(coverFaults(g, append([]*orgs.Cover{g.Covers[0]}, g.Covers...))) == 0 {
		t.Error("a cover that is there twice is not caught")
	}
}

func TestEveryGridHasAWorkerAndAMember(t *testing.T) {
	g := registered(t)
	members, people := map[kernel.ID]int{}, map[kernel.ID]bool{}
	for _, r := range g.ReportIns {
		members[r.Grid]++
		if people[r.Person] {
			t.Errorf("%s reports in twice", r.Person)
		}
		people[r.Person] = true
		if g.byID[r.Grid].Parent != r.Community {
			t.Errorf("the grid of %s is not in the community", r.ID)
		}
	}
	for _, p := range g.d.Places {
		if p.Kind.Level() == territory.LevelGrid && (members[p.ID] == 0 || len(g.HoldersAt(kernel.GridWorker, p.ID)) == 0) {
			t.Errorf("%s has %d members and %d workers", p.Name, members[p.ID], len(g.HoldersAt(kernel.GridWorker, p.ID)))
		}
	}
	if len(g.ReportIns) != 1347 {
		t.Errorf("%d members", len(g.ReportIns))
	}
}

func TestPostsAreFilled(t *testing.T) {
	g := registered(t)
	titles := map[string]int{}
	for _, h := range g.Holdings {
		titles[h.Title]++
		if p := g.byID[h.Place]; p == nil || p.Path != h.Path {
			t.Errorf("the post %s of %s has a wrong place", h.Title, h.Person)
		}
	}
	if diff := cmp.Diff([]int{31, 638, 31}, []int{titles["社区副书记"], titles["网格员"], titles["社区书记"]}); diff != "" {
		t.Error(diff)
	}
	for _, p := range g.d.Places {
		if l := p.Kind.Level(); (l == territory.LevelCommunity || l == territory.LevelVillage) && len(g.HoldersAt(kernel.CommunityClerk, p.ID)) < 2 {
			t.Errorf("%s has fewer than two clerks", p.Name)
		}
	}
	roles := map[kernel.Role]bool{kernel.Resident: true} // residents are not staff
	for k := range g.holders {
		roles[k.role] = true
	}
	for _, r := range kernel.AllRoles {
		if !roles[r] {
			t.Errorf("nobody is %s", r)
		}
	}
}

func TestPeopleAreMadeUp(t *testing.T) {
	g := registered(t)
	seen := map[string]bool{}
	for _, p := range g.People {
		if len(p.Phone) != 11 || !strings.HasPrefix(p.Phone, "1380000") || p.Phone >= "13800005000" {
			t.Errorf("the phone %s is not of the made-up range of staff", p.Phone)
		}
		if seen[p.Phone] || seen[p.Name] || seen[string(p.ID)] {
			t.Errorf("%s %s is there twice", p.Name, p.Phone)
		}
		seen[p.Phone], seen[p.Name], seen[string(p.ID)] = true, true, true
	}
}

func TestOrganisationsStandInTheirPlaces(t *testing.T) {
	g := registered(t)
	ids, names := map[kernel.ID]bool{}, map[string]bool{}
	for _, o := range g.Orgs {
		if ids[o.ID] || names[o.Name] {
			t.Errorf("%s is there twice", o.Name)
		}
		if o.Parent != "" && !ids[o.Parent] {
			t.Errorf("%s stands before its parent", o.Name)
		}
		ids[o.ID], names[o.Name] = true, true
		if p := g.byID[o.Place]; p == nil || p.Path != o.Path {
			t.Errorf("%s has a wrong place", o.Name)
		}
	}
	for _, h := range g.d.Hosts {
		if !ids[h.Org] {
			t.Errorf("the host %s is no organisation", h.Name)
		}
	}
	if len(g.d.Hosts) != 105 {
		t.Errorf("%d hosts", len(g.d.Hosts))
	}
}

func TestTheMenuReachesSomebodyEverywhere(t *testing.T) {
	g := registered(t)
	m, err := g.Menu()
	if err != nil {
		t.Fatal(err)
	}
	rules, offered := map[string]int{}, map[territory.Kind]int{}
	units := map[kernel.ID]bool{}
	for _, o := range g.Orgs {
		units[o.ID] = len(g.Holders(kernel.UnitDispatcher, o.ID)) > 0 && len(g.Holders(kernel.Cadre, o.ID)) > 0
	}
	index := territory.NewIndex(slices.Values(g.d.Places), Founded)
	for _, p := range g.d.Places {
		if p.Kind != territory.Building && p.Kind.Level() != territory.LevelGrid {
			continue
		}
		c, _ := geo.LabelPoint(p.Shape)
		at := index.At(c[0], c[1])
		unit := at.Community
		if unit == nil {
			unit = at.Village
		}
		items := m.At(&at)
		offered[unit.Kind] = len(items)
		for _, it := range items {
			r := m.setup.Route(it, &at)
			if !units[r.Unit] {
				t.Fatalf("%s at %s reaches nobody who can dispatch and accept it", it.ID, p.Name)
			}
			rules[r.Rule]++
		}
	}
	for _, r := range []string{"property", "backstop", "town-sanitation-100", "town-road-101", "sector-water"} {
		if rules[r] == 0 {
			t.Errorf("the rule %s never decides", r)
		}
	}
	if offered[territory.Community] < 14 || offered[territory.Village] < 12 || offered[territory.VillageOther] == 0 {
		t.Errorf("items offered: %v", offered)
	}
}

func TestTheMenuIsSaidInBothLanguages(t *testing.T) {
	m, err := registered(t).Menu()
	if err != nil {
		t.Fatal(err)
	}
	both := func(where string, x kernel.Text) {
		if x.Zh == "" || x.En == "" || strings.ContainsAny(x.Zh, ",;!?") || strings.Contains(x.Zh, "！") || strings.Contains(x.En, "!") {
			t.Errorf("%s: %q / %q", where, x.Zh, x.En)
		}
	}
	groups, ids := map[string]bool{}, map[string]bool{}
	for _, it := range m.Items {
		if ids[it.ID] || it.Limit == nil || it.Limit.N <= 0 || len(it.Levels) == 0 || !slices.Contains(workflow.Strands, it.Strand) {
			t.Errorf("%s is there twice, or lacks a limit, levels or a strand", it.ID)
		}
		groups[it.Group.Zh] = true
		both(it.ID, it.Group)
		ids[it.ID] = true
		both(it.ID, it.Title)
		both(it.ID, it.Note)
		both(it.ID, it.Promise)
		for _, f := range it.Form {
			both(it.ID+"."+f.ID, f.Label)
			for _, c := range f.Choices {
				both(it.ID+"."+f.ID+"."+c.ID, c.Label)
			}
		}
	}
	if len(groups) != 6 {
		t.Errorf("%d groups", len(groups))
	}
	for _, e := range m.Emergency {
		both(e.Number, e.Title)
		if len(e.Words) == 0 {
			t.Errorf("%s has no words", e.Number)
		}
	}
}

// One account of each role carries every item of the menu from the order to the end, at the middle and anywhere.
func TestCarriersCanCarryEveryCase(t *testing.T) {
	g := registered(t)
	m, err := g.Menu()
	if err != nil {
		t.Fatal(err)
	}
	p := newPlayer(t, g, m)
	points := []*territory.At{}
	middle := p.index.At(Middle[0], Middle[1])
	points = append(points, &middle)
	for i, x := range g.d.Places {
		if x.Kind.Level() == territory.LevelGrid && i%7 == 0 {
			c, _ := geo.LabelPoint(x.Shape)
			at := p.index.At(c[0], c[1])
			points = append(points, &at)
		}
	}
	for _, at := range points {
		who := map[kernel.Role]kernel.ID{}
		for _, c := range g.Carriers(at) {
			who[c.Role] = c.Person
		}
		for _, it := range m.At(at) {
			unit := m.setup.Route(it, at).Unit
			c := cases.Case{ID: "x", Step: "ordered", Path: at.Path}
			for i, a := range []Act{{By: who[kernel.CommunityClerk], As: kernel.CommunityClerk, Action: "submit", Form: map[string]any{"unit": string(unit)}},
				{By: who[kernel.UnitDispatcher], As: kernel.UnitDispatcher, Action: "dispatch"}, {By: who[kernel.Cadre], As: kernel.Cadre, Action: "accept"},
				{By: who[kernel.Cadre], As: kernel.Cadre, Action: "finish", Form: map[string]any{"result": "好了"}}} {
				if _, err := p.act(p.flows["menu"], &c, a, i+1); err != nil {
					t.Fatalf("%s at %s: %s: %v", it.ID, at.Path, a.Action, err)
				}
			}
		}
		if len(who) < 10 { // the industrial park has no mediator and no team
			t.Errorf("only %d roles at %s", len(who), at.Path)
		}
	}
}

package orgs_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

func chainParts() ([]*territory.Place, []*orgs.Org, []*orgs.Cover) {
	place := func(id, parent string, k territory.Kind) *territory.Place {
		return &territory.Place{ID: kernel.ID(id), Parent: kernel.ID(parent), Kind: k, Name: id}
	}
	org := func(id, parent, at string, k orgs.Kind) *orgs.Org {
		return &orgs.Org{ID: kernel.ID(id), Parent: kernel.ID(parent), Place: kernel.ID(at), Kind: k, Name: id}
	}
	return []*territory.Place{place("630105", "", territory.County), place("street", "630105", territory.Subdistrict), place("community", "street", territory.Community),
			place("yard", "community", territory.Compound), place("b1", "yard", territory.Building), place("b2", "yard", territory.Building)},
		[]*orgs.Org{org("government", "", "630105", orgs.Government), org("office", "government", "street", orgs.Government), org("committee", "office", "community", orgs.Committee),
			org("branch", "committee", "community", orgs.Branch), org("firm", "", "street", orgs.PropertyFirm)},
		[]*orgs.Cover{{Kind: orgs.CoverBranch, Org: "branch", Place: "yard"}}
}

func TestChain(t *testing.T) {
	for _, tt := range []struct {
		name   string
		breaks func(p []*territory.Place, o []*orgs.Org, c []*orgs.Cover)
		want   orgs.Chain
	}{
		{"whole", func([]*territory.Place, []*orgs.Org, []*orgs.Cover) {},
			orgs.Chain{Buildings: orgs.Rate{Num: 2, Den: 2}, Compounds: orgs.Rate{Num: 1, Den: 1}, Branches: orgs.Rate{Num: 1, Den: 1}, Faults: []orgs.ChainFault{}}},
		{"a building without its compound", func(p []*territory.Place, _ []*orgs.Org, _ []*orgs.Cover) { p[4].Parent = "gone" },
			orgs.Chain{Buildings: orgs.Rate{Num: 1, Den: 2}, Compounds: orgs.Rate{Num: 1, Den: 1}, Branches: orgs.Rate{Num: 1, Den: 1}, Faults: []orgs.ChainFault{{Kind: orgs.ChainOrphan, ID: "b1", Name: "b1"}}}},
		{"a circle of places", func(p []*territory.Place, _ []*orgs.Org, _ []*orgs.Cover) { p[1].Parent = "community" },
			orgs.Chain{Buildings: orgs.Rate{Den: 2}, Compounds: orgs.Rate{Den: 1}, Branches: orgs.Rate{Num: 1, Den: 1}, Faults: []orgs.ChainFault{
				{Kind: orgs.ChainCycle, ID: "street", Name: "street"}, {Kind: orgs.ChainCycle, ID: "community", Name: "community"}}}},
		{"a compound at the top", func(p []*territory.Place, _ []*orgs.Org, _ []*orgs.Cover) { p[3].Parent = "" },
			orgs.Chain{Buildings: orgs.Rate{Den: 2}, Compounds: orgs.Rate{Den: 1}, Branches: orgs.Rate{Num: 1, Den: 1}, Faults: []orgs.ChainFault{{Kind: orgs.ChainRoot, ID: "yard", Name: "yard"}}}},
		{"a compound without a branch", func(_ []*territory.Place, _ []*orgs.Org, c []*orgs.Cover) { c[0].Kind = orgs.CoverProperty },
			orgs.Chain{Buildings: orgs.Rate{Num: 2, Den: 2}, Compounds: orgs.Rate{Num: 1, Den: 1}, Branches: orgs.Rate{Num: 1, Den: 1}, Faults: []orgs.ChainFault{{Kind: orgs.ChainUncovered, ID: "yard", Name: "yard"}}}},
		{"an organisation below one that is gone", func(_ []*territory.Place, o []*orgs.Org, _ []*orgs.Cover) { o[2].Parent = "gone" },
			orgs.Chain{Buildings: orgs.Rate{Num: 2, Den: 2}, Compounds: orgs.Rate{Num: 1, Den: 1}, Branches: orgs.Rate{Den: 1}, Faults: []orgs.ChainFault{{Kind: orgs.ChainOrphan, ID: "committee", Name: "committee"}}}},
		{"a circle of organisations", func(_ []*territory.Place, o []*orgs.Org, _ []*orgs.Cover) { o[0].Parent = "branch" },
			orgs.Chain{Buildings: orgs.Rate{Num: 2, Den: 2}, Compounds: orgs.Rate{Num: 1, Den: 1}, Branches: orgs.Rate{Den: 1}, Faults: []orgs.ChainFault{
				{Kind: orgs.ChainCycle, ID: "government", Name: "government"}, {Kind: orgs.ChainCycle, ID: "office", Name: "office"}, {Kind: orgs.ChainCycle, ID: "committee", Name: "committee"},
				{Kind: orgs.ChainCycle, ID: "branch", Name: "branch"}}}},
		{"a branch that stands alone", func(_ []*territory.Place, o []*orgs.Org, _ []*orgs.Cover) { o[3].Parent = "firm" },
			orgs.Chain{Buildings: orgs.Rate{Num: 2, Den: 2}, Compounds: orgs.Rate{Num: 1, Den: 1}, Branches: orgs.Rate{Den: 1}, Faults: []orgs.ChainFault{{Kind: orgs.ChainUnattached, ID: "branch", Name: "branch"}}}},
	} {
		p, o, c := chainParts()
		tt.breaks(p, o, c)
		if diff := cmp.Diff(tt.want, orgs.CheckChain(p, o, c)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}

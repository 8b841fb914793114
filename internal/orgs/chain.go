package orgs

import (
	"slices"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// ChainFaultKind is what breaks the chain of organisation.
type ChainFaultKind string

// The kinds.
const (
	ChainOrphan     ChainFaultKind = "orphan"     // a parent that is not there
	ChainCycle      ChainFaultKind = "cycle"      // something above itself
	ChainRoot       ChainFaultKind = "root"       // the walk ends elsewhere than at the district
	ChainUncovered  ChainFaultKind = "uncovered"  // a compound without a branch
	ChainUnattached ChainFaultKind = "unattached" // a branch under no organisation that leads on to the district's
)

// AllChainFaultKinds lists the closed set.
var AllChainFaultKinds = []ChainFaultKind{ChainOrphan, ChainCycle, ChainRoot, ChainUncovered, ChainUnattached}

// ChainFault is one thing from which the chain does not lead to the district.
type ChainFault struct {
	Kind ChainFaultKind `json:"kind" enum:"orphan,cycle,root,uncovered,unattached"`
	ID   kernel.ID      `json:"id"`
	Name string         `json:"name"`
}

// Chain is the chain of organisation 区 → 镇街 → 社区 → 小区 → 楼栋 as it was walked: from how many buildings and compounds the walk by
// parents ends at the district, and how many branches lead by their organisations to one that stands for the whole district.
type Chain struct {
	Buildings Rate         `json:"buildings"`
	Compounds Rate         `json:"compounds"`
	Branches  Rate         `json:"branches"`
	Faults    []ChainFault `json:"faults"`
}

// CheckChain walks from every building and compound up to the district, from every compound to its branch, and from every branch
// by parents to an organisation at the district. covers are those that last.
func CheckChain(places []*territory.Place, list []*Org, covers []*Cover) Chain {
	c := &chainCheck{places: map[kernel.ID]*territory.Place{}, orgs: map[kernel.ID]*Org{}}
	for _, p := range places {
		c.places[p.ID] = p
		if p.Kind == territory.County {
			c.roots = append(c.roots, p)
		}
	}
	for _, o := range list {
		c.orgs[o.ID] = o
	}
	branched := map[kernel.ID]bool{}
	for _, x := range covers {
		if o := c.orgs[x.Org]; x.Kind == CoverBranch && o != nil {
			branched[x.Place] = true
		}
	}
	c.out.Faults = []ChainFault{}
	for _, p := range places {
		ok := c.place(p)
		switch p.Kind {
		case territory.Building:
			add(&c.out.Buildings, ok)
		case territory.Compound:
			add(&c.out.Compounds, ok)
			if !branched[p.ID] {
				c.fault(ChainUncovered, p.ID, p.Name)
			}
		default:
		}
	}
	for _, o := range list {
		ok := c.org(o)
		if o.Kind == Branch {
			add(&c.out.Branches, ok)
		}
	}
	return c.out
}

type chainCheck struct {
	places map[kernel.ID]*territory.Place
	orgs   map[kernel.ID]*Org
	roots  []*territory.Place
	out    Chain
}

func add(r *Rate, ok bool) {
	r.Den++
	if ok {
		r.Num++
	}
}

func (c *chainCheck) fault(k ChainFaultKind, id kernel.ID, name string) {
	c.out.Faults = append(c.out.Faults, ChainFault{k, id, name})
}

// place walks from a place to the district and tells of its own fault alone: what stands below something broken is not at fault.
func (c *chainCheck) place(p *territory.Place) bool {
	seen := []kernel.ID{p.ID}
	for at := p; ; {
		if at.Parent == "" {
			if at.Kind != territory.County {
				if at == p {
					c.fault(ChainRoot, p.ID, p.Name)
				}
				return false
			}
			return true
		}
		up := c.places[at.Parent]
		switch {
		case up == nil:
			if at == p {
				c.fault(ChainOrphan, p.ID, p.Name)
			}
			return false
		case up == p:
			c.fault(ChainCycle, p.ID, p.Name)
			return false
		case slices.Contains(seen, up.ID):
			return false
		}
		seen = append(seen, up.ID)
		at = up
	}
}

// org walks from an organisation to one without a parent. A branch must come to one that stands for the whole district; others
// may stand alone, as firms and schools do.
func (c *chainCheck) org(o *Org) bool {
	seen := []kernel.ID{o.ID}
	for at := o; ; {
		if at.Parent == "" {
			if o.Kind == Branch && !slices.ContainsFunc(c.roots, func(r *territory.Place) bool { return r.ID == at.Place }) {
				c.fault(ChainUnattached, o.ID, o.Name)
				return false
			}
			return true
		}
		up := c.orgs[at.Parent]
		switch {
		case up == nil:
			if at == o {
				c.fault(ChainOrphan, o.ID, o.Name)
			}
			return false
		case up == o:
			c.fault(ChainCycle, o.ID, o.Name)
			return false
		case slices.Contains(seen, up.ID):
			return false
		}
		seen = append(seen, up.ID)
		at = up
	}
}

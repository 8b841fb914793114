package territory

import (
	"fmt"
	"slices"
	"strings"

	"sanzhi/internal/kernel"
)

// TreeRule is a rule that a tree of places keeps.
type TreeRule string

// The rules.
const (
	RuleKind      TreeRule = "kind"      // the kind is one of AllKinds
	RuleRoot      TreeRule = "root"      // one root, of a kind that may be one
	RuleOrphan    TreeRule = "orphan"    // the parent is there
	RuleCycle     TreeRule = "cycle"     // no place is its own ancestor
	RuleUnder     TreeRule = "under"     // the kind may stand under the parent's
	RuleHost      TreeRule = "host"      // a dedicated grid names its host organisation
	RuleCode      TreeRule = "code"      // codes are there and unique
	RulePath      TreeRule = "path"      // paths are there, unique, and continue the parent's
	RuleDuplicate TreeRule = "duplicate" // ids are unique
)

// AllTreeRules lists the closed set.
var AllTreeRules = []TreeRule{RuleKind, RuleRoot, RuleOrphan, RuleCycle, RuleUnder, RuleHost, RuleCode, RulePath, RuleDuplicate}

// TreeFault is one place that breaks a rule.
type TreeFault struct {
	Rule  TreeRule
	Place *Ref
	Say   kernel.Text
}

// CheckTree reports every place that breaks a rule of the tree, in the order of the places. A tree without faults has one
// root, and from any place the walk by parents ends there.
func CheckTree(places []*Place) []TreeFault {
	c := &treeCheck{byID: make(map[kernel.ID]*Place, len(places)), codes: map[string]*Place{}, paths: map[kernel.Path]*Place{}}
	for _, p := range places {
		if c.byID[p.ID] != nil {
			c.fault(p, RuleDuplicate, "编号与“"+c.byID[p.ID].Name+"”重复", "has the id of "+c.byID[p.ID].Name)
			continue
		}
		c.byID[p.ID] = p
	}
	for _, p := range places {
		c.own(p)
		c.parent(p)
	}
	return c.faults
}

type treeCheck struct {
	byID   map[kernel.ID]*Place
	codes  map[string]*Place
	paths  map[kernel.Path]*Place
	root   *Place
	faults []TreeFault
}

func (c *treeCheck) fault(p *Place, r TreeRule, zh, en string) {
	c.faults = append(c.faults, TreeFault{r, p.Ref(), kernel.T(fmt.Sprintf("“%s”（%s）%s", p.Name, p.Code, zh), fmt.Sprintf("%s (%s) %s", p.Name, p.Code, en))})
}

// own checks what a place says of itself.
func (c *treeCheck) own(p *Place) {
	if p.Kind.Text().IsZero() {
		c.fault(p, RuleKind, "的类型“"+string(p.Kind)+"”不认识", fmt.Sprintf("has the unknown kind %q", p.Kind))
	}
	if p.Kind == GridDedicated && p.Host == "" {
		c.fault(p, RuleHost, "是专属网格，须写明所属单位", "is a dedicated grid and must name its host organisation")
	}
	switch other := c.codes[p.Code]; {
	case p.Code == "":
		c.fault(p, RuleCode, "没有代码", "has no code")
	case other != nil:
		c.fault(p, RuleCode, "与“"+other.Name+"”代码相同", "has the same code as "+other.Name)
	default:
		c.codes[p.Code] = p
	}
	switch other := c.paths[p.Path]; {
	case p.Path == "" || !strings.HasSuffix(string(p.Path), "/"):
		c.fault(p, RulePath, "没有路径", "has no path")
	case other != nil:
		c.fault(p, RulePath, "与“"+other.Name+"”路径相同", "has the same path as "+other.Name)
	default:
		c.paths[p.Path] = p
	}
}

// parent checks a place's position.
func (c *treeCheck) parent(p *Place) {
	if p.Parent == "" {
		switch {
		case !p.Kind.MayBeRoot():
			c.fault(p, RuleRoot, "没有上级，"+p.Kind.Text().Zh+"不能放在最上面", "has no parent; a "+p.Kind.Text().En+" cannot be the top")
		case c.root != nil:
			c.fault(p, RuleRoot, "没有上级，而最上面已有“"+c.root.Name+"”", "has no parent, but "+c.root.Name+" is the top already")
		default:
			c.root = p
		}
		return
	}
	parent := c.byID[p.Parent]
	if parent == nil {
		c.fault(p, RuleOrphan, "的上级不存在", "has a parent that is not there")
		return
	}
	if c.cycles(p) {
		c.fault(p, RuleCycle, "绕了一圈又成了自己的上级", "is its own ancestor")
		return
	}
	if !p.Kind.MayStandUnder(parent.Kind) {
		c.fault(p, RuleUnder, fmt.Sprintf("是%s，不能放在%s“%s”之下%s", p.Kind.Text().Zh, parent.Kind.Text().Zh, parent.Name, hintZh(p.Kind)),
			fmt.Sprintf("is a %s and cannot stand under the %s %s%s", p.Kind.Text().En, parent.Kind.Text().En, parent.Name, hintEn(p.Kind)))
	}
	if p.Path != "" && (!parent.Path.Holds(p.Path) || p.Path == parent.Path) {
		c.fault(p, RulePath, "的路径没有接在上级的路径之后", "has a path that does not continue its parent's")
	}
}

func hintZh(k Kind) string {
	under := ruleOf(k).under
	if len(under) == 0 {
		return ""
	}
	names := make([]string, len(under))
	for i, u := range under {
		names[i] = u.Text().Zh
	}
	return "，应放在" + strings.Join(names, "、") + "之下"
}

func hintEn(k Kind) string {
	under := ruleOf(k).under
	if len(under) == 0 {
		return ""
	}
	names := make([]string, len(under))
	for i, u := range under {
		names[i] = u.Text().En
	}
	return "; put it under a " + strings.Join(names, ", ")
}

func (c *treeCheck) cycles(p *Place) bool {
	up := p
	for range len(c.byID) + 1 {
		up = c.byID[up.Parent]
		if up == nil {
			return false
		}
		if up == p {
			return true
		}
	}
	return false // runs into a cycle above, which is told of its own members
}

// Chain gives the places from p up to the root, p first. find gives a place by id, nil when it is not there. It stops at a
// missing parent or a repeat, so that a broken tree still shows what there is.
func Chain(p *Place, find func(kernel.ID) *Place) []*Place {
	var out []*Place
	for p != nil && !slices.Contains(out, p) {
		out = append(out, p)
		if p.Parent == "" {
			break
		}
		p = find(p.Parent)
	}
	return out
}

package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/workflow"
)

// FlowFinding is one thing that the linter has to say about a flow.
type FlowFinding struct {
	Line  int    `json:"line,omitempty" doc:"Of the source"`
	Where string `json:"where" example:"actions.submit.guard"`
	Rule  string `json:"rule" example:"guard"`
	Level string `json:"level" example:"warning"`
	Say   string `json:"say"`
}

// FlowChecked answers a flow that was sent.
type FlowChecked struct {
	ID        string        `json:"id"`
	Version   int           `json:"version"`
	Published bool          `json:"published"`
	Findings  []FlowFinding `json:"findings" doc:"What the linter has to say; an error keeps a flow from being published"`
	Change    *FlowChange   `json:"change,omitempty" doc:"What differs from the version in force, and what becomes of running cases"`
	Sheet     *FlowSheet    `json:"sheet,omitempty" doc:"The flow as it is drawn, when it was only checked"`
}

type flowIn struct {
	ID string `path:"id" maxLength:"40" example:"menu"`
}

type publishIn struct {
	Key     string `header:"Idempotency-Key"`
	Dry     bool   `query:"dry" doc:"Check only"`
	RawBody []byte
	Body    struct {
		Source string `json:"source" maxLength:"262144" doc:"The flow as YAML; see docs/flows.md"`
	}
}

// MenuItems are the services that can be ordered, as the district keeps them.
type MenuItems struct {
	Items []*cases.Item `json:"items" maxItems:"500"`
	Mark  string        `json:"mark,omitempty" maxLength:"40" doc:"Of what was read: a change is refused when somebody else has changed the menu since"`
	// Names of the places that the items name, by path.
	Names map[string]string `json:"names,omitempty" doc:"The places that the items name, by path; not read"`
}

// Rules are the routing rules, as the district keeps them.
type Rules struct {
	Rules []cases.Rule      `json:"rules" maxItems:"5000"`
	Mark  string            `json:"mark,omitempty" maxLength:"40" doc:"Of what was read: a change is refused when somebody else has changed the rules since"`
	Names map[string]string `json:"names,omitempty" doc:"The places that the rules name, by path; not read"`
	Units map[string]string `json:"units,omitempty" doc:"The organisations that the rules name, by id; not read"`
}

type menuItemsIn struct{ Body MenuItems }

type rulesIn struct{ Body Rules }

type tryIn struct {
	Key  string `header:"Idempotency-Key" doc:"Accepted; trying has no effect"`
	Body struct {
		Rules []cases.Rule `json:"rules" maxItems:"5000"`
		Cases int          `json:"cases,omitempty" minimum:"1" maximum:"5000" default:"1000" doc:"How many of the newest cases to try them on"`
	}
}

// Tried tells how the rules that were sent would have routed past cases. Cases themselves are not shown.
type Tried struct {
	Cases   int          `json:"cases" doc:"How many were tried"`
	Changed int          `json:"changed" doc:"How many would have gone to another unit"`
	Moves   []TriedMoves `json:"moves" doc:"From which unit to which, most first"`
	// Hits tell of each rule how many of the cases it would have matched.
	Hits []TriedHits `json:"hits"`
}

// TriedMoves are cases of one item that would have gone to another unit.
type TriedMoves struct {
	Item  string `json:"item" example:"street-lamp"`
	From  *Named `json:"from"`
	To    *Named `json:"to"`
	Rule  string `json:"rule" doc:"The rule that sends them there"`
	Cases int    `json:"cases"`
	// Where are the places with most of them.
	Where []TriedWhere `json:"where" doc:"The three communities with most of them"`
}

// TriedWhere is how many cases of a move lie in a community.
type TriedWhere struct {
	Place string `json:"place" example:"小桥社区"`
	Cases int    `json:"cases"`
}

// TriedHits is how many past cases a rule would have matched.
type TriedHits struct {
	Rule  string `json:"rule"`
	Cases int    `json:"cases"`
}

func (s *Server) setupRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/flows/{id}", perm: access.FlowRead, sum: "A flow in force", errors: []int{401, 404}}, s.flowByID)
	handle(s, api, op{method: "POST", path: "/flows", perm: access.FlowWrite, sum: "Check a flow and publish it as a new version", status: http.StatusCreated, errors: []int{401, 403, 409}, max: 600 << 10}, s.publish)
	handle(s, api, op{method: "GET", path: "/menu/items", perm: access.MenuWrite, sum: "The menu as it is kept", errors: []int{401, 403}}, s.menuItems)
	handle(s, api, op{method: "PUT", path: "/menu/items", perm: access.MenuWrite, sum: "Replace the menu", errors: []int{401, 403}, max: 1 << 20}, s.putMenuItems)
	handle(s, api, op{method: "GET", path: "/routing/rules", perm: access.RoutingWrite, sum: "The routing rules as they are kept", errors: []int{401, 403}}, s.rules)
	handle(s, api, op{method: "PUT", path: "/routing/rules", perm: access.RoutingWrite, sum: "Replace the routing rules", errors: []int{401, 403}, max: 2 << 20}, s.putRules)
	handle(s, api, op{method: "POST", path: "/routing/try", perm: access.RoutingWrite, sum: "Try routing rules on past cases", errors: []int{401, 403}, max: 2 << 20}, s.tryRules)
}

func (s *Server) flowByID(ctx context.Context, in *flowIn) (*body[FlowInfo], error) {
	v, err := s.view(ctx, CallerOf(ctx).Actor)
	if err != nil {
		return nil, err
	}
	f, err := v.set.Flow(in.ID, 0)
	if err != nil {
		return nil, kernel.NotFound(kernel.T("没有这个流程", "there is no such flow"))
	}
	return &body[FlowInfo]{v.flow(f.Flow)}, nil
}

func (s *Server) publish(ctx context.Context, in *publishIn) (*body[FlowChecked], error) {
	a, err := s.whole(ctx, access.FlowWrite)
	if err != nil {
		return nil, err
	}
	f, findings, err := workflow.Check(strings.NewReader(in.Body.Source))
	if err != nil {
		return nil, err
	}
	out := &FlowChecked{ID: f.ID, Version: f.Version, Findings: findingRows(LangOf(ctx), findings)}
	if in.Dry {
		return s.checkedDry(ctx, a, f, out)
	}
	if err := publishable(f, findings); err != nil {
		return nil, err
	}
	out.Published = true
	done, err := once(ctx, s, in.Key, "POST /flows", in.RawBody, func(tx kernel.Tx) (*FlowChecked, error) {
		set, err := s.Cases.Setups.Of(ctx, a.Tenant)
		if err != nil {
			return nil, err
		}
		if was := set.Latest[f.ID]; f.Version < was {
			return nil, kernel.Conflict(kernel.T(fmt.Sprintf("已经有更新的版本 %d 了，请用 %d", was, was+1), fmt.Sprintf("version %d is in force already; use %d", was, was+1)))
		}
		if err := s.Desk.PutFlow(tx, f.ID, f.Version, in.Body.Source); err != nil {
			return nil, err
		}
		return out, s.changed(tx, a, "flow_published", map[string]any{"flow": f.ID, "version": f.Version})
	})
	s.renew(a.Tenant)
	return done, err
}

func findingRows(lang kernel.Lang, findings []workflow.Finding) []FlowFinding {
	out := []FlowFinding{}
	for _, x := range findings {
		out = append(out, FlowFinding{Line: x.Line, Where: x.Where, Rule: x.Rule, Level: string(x.Level), Say: x.Say.In(lang)})
	}
	return out
}

// publishable gives all faults that keep a flow from being published, each with its line.
func publishable(f *workflow.Flow, findings []workflow.Finding) error {
	var faults []kernel.Error
	for _, x := range findings {
		if x.Level == workflow.LevelError {
			faults = append(faults, kernel.Error{Kind: kernel.KindInvalid, Field: fmt.Sprintf("line %d: %s", x.Line, x.Where), Say: x.Say})
		}
	}
	if len(faults) > 0 {
		faults[0].More = faults[1:]
		return &faults[0]
	}
	_, err := workflow.Compile(f)
	return err
}

// changed tells every process that the district's setup changed, and the ledger who did it.
func (s *Server) changed(tx kernel.Tx, by kernel.Actor, act string, public map[string]any) error {
	public["by"] = by.Ref()
	if _, err := s.Cases.Ledger.Append(tx, ledger.Entry{Actor: by, Act: act, Object: kernel.ID(tx.Tenant()), Public: public}); err != nil {
		return err
	}
	return s.Desk.Touch(tx)
}

func (s *Server) renew(t kernel.Tenant) {
	if s.Renew != nil {
		s.Renew(t)
	}
}

func (s *Server) menuItems(ctx context.Context, _ *struct{}) (*body[MenuItems], error) {
	out := &body[MenuItems]{MenuItems{}}
	err := s.Store.View(ctx, CallerOf(ctx).Actor.Tenant, func(tx kernel.Tx) error {
		items, err := s.Admin.Setup.Items(tx)
		if err != nil {
			return err
		}
		var paths []kernel.Path
		for _, i := range items {
			paths = append(paths, i.Places...)
		}
		out.Body.Items, out.Body.Mark = append([]*cases.Item{}, items...), markOf(items)
		out.Body.Names, err = s.pathNames(tx, paths)
		return err
	})
	return out, err
}

func (s *Server) pathNames(tx kernel.Tx, paths []kernel.Path) (map[string]string, error) {
	slices.Sort(paths)
	names, err := s.Admin.Setup.PathNames(tx, slices.Compact(paths))
	out := map[string]string{}
	for p, n := range names {
		out[string(p)] = n
	}
	return out, err
}

func (s *Server) putMenuItems(ctx context.Context, in *menuItemsIn) (*body[MenuItems], error) {
	a, err := s.whole(ctx, access.MenuWrite)
	if err != nil {
		return nil, err
	}
	set, err := s.Cases.Setups.Of(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	if err := checkItems(set, in.Body.Items); err != nil {
		return nil, err
	}
	off := 0
	for _, i := range in.Body.Items {
		if i.Off {
			off++
		}
	}
	if err := s.replaced(ctx, a, in.Body.Mark, func(tx kernel.Tx) (any, error) { return s.Admin.Setup.Items(tx) },
		func(tx kernel.Tx) error { return s.Desk.PutItems(tx, in.Body.Items) }, "menu_changed", map[string]any{"items": len(in.Body.Items), "off": off}); err != nil {
		return nil, err
	}
	return s.menuItems(ctx, nil)
}

// checkItems finds what would leave an item that nobody can order or read.
func checkItems(set *cases.Setup, items []*cases.Item) error {
	seen := map[string]bool{}
	for i, x := range items {
		field := func(name string) string { return fmt.Sprintf("items[%d].%s", i, name) }
		switch {
		case x == nil || x.ID == "" || len(x.ID) > 80:
			return kernel.Invalid(field("id"), kernel.T("请给每项服务一个编号，最多 80 个字符", "give each item an id of at most 80 characters"))
		case seen[x.ID]:
			return kernel.Invalid(field("id"), kernel.T("编号「"+x.ID+"」用了两次，请改一个", "the id \""+x.ID+"\" is used twice; change one"))
		case x.Title.Zh == "" || x.Title.En == "":
			return kernel.Invalid(field("title"), kernel.T("请用两种语言写标题", "give the title in both languages"))
		case set.Flows[x.Flow] == nil:
			return kernel.Invalid(field("flow"), kernel.T("没有「"+x.Flow+"」这个流程", "there is no flow \""+x.Flow+"\""))
		}
		if err := checkItem(field, x, set.Item(x.ID)); err != nil {
			return err
		}
		seen[x.ID] = true
	}
	return nil
}

func (s *Server) rules(ctx context.Context, _ *struct{}) (*body[Rules], error) {
	a := CallerOf(ctx).Actor
	set, err := s.Cases.Setups.Of(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	out := &body[Rules]{Rules{Units: map[string]string{}}}
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		rules, err := s.Admin.Setup.Rules(tx)
		if err != nil {
			return err
		}
		var paths []kernel.Path
		for _, r := range rules {
			if r.Place != "" {
				paths = append(paths, r.Place)
			}
			if n := set.OrgName(r.Unit); n != "" {
				out.Body.Units[string(r.Unit)] = n
			}
		}
		out.Body.Rules, out.Body.Mark = append([]cases.Rule{}, rules...), markOf(rules)
		out.Body.Names, err = s.pathNames(tx, paths)
		return err
	})
	return out, err
}

func (s *Server) putRules(ctx context.Context, in *rulesIn) (*body[Rules], error) {
	a, err := s.whole(ctx, access.RoutingWrite)
	if err != nil {
		return nil, err
	}
	set, err := s.Cases.Setups.Of(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	if err := checkRules(set, in.Body.Rules); err != nil {
		return nil, err
	}
	if err := s.replaced(ctx, a, in.Body.Mark, func(tx kernel.Tx) (any, error) { return s.Admin.Setup.Rules(tx) },
		func(tx kernel.Tx) error { return s.Desk.PutRules(tx, in.Body.Rules) }, "routing_changed", map[string]any{"rules": len(in.Body.Rules)}); err != nil {
		return nil, err
	}
	return s.rules(ctx, nil)
}

// checkRules finds rules that can never send anything anywhere.
func checkRules(set *cases.Setup, rules []cases.Rule) error {
	seen := map[string]bool{}
	for i, r := range rules {
		field := func(name string) string { return fmt.Sprintf("rules[%d].%s", i, name) }
		switch {
		case r.ID == "" || len(r.ID) > 120:
			return kernel.Invalid(field("id"), kernel.T("请给每条规则一个编号，最多 120 个字符", "give each rule an id of at most 120 characters"))
		case seen[r.ID]:
			return kernel.Invalid(field("id"), kernel.T("编号「"+r.ID+"」用了两次，请改一个", "the id \""+r.ID+"\" is used twice; change one"))
		case !slices.Contains(cases.AllVias, r.Via):
			return kernel.Invalid(field("via"), kernel.T("只能是 unit、property、paired 或 backstop", "it must be unit, property, paired or backstop"))
		case r.Via == cases.ViaUnit && set.Orgs[r.Unit] == nil:
			return kernel.Invalid(field("unit"), kernel.T("没有这个单位，请从列表里选", "there is no such organisation; choose one from the list"))
		case r.Via != cases.ViaBackstop && len(r.Items) == 0 && len(r.Sectors) == 0:
			return kernel.Invalid(field("items"), kernel.T("请写明是哪些服务或哪些行业", "name the items or the sectors"))
		case r.Title.Zh == "" || r.Title.En == "":
			return kernel.Invalid(field("title"), kernel.T("请用两种语言写标题", "give the title in both languages"))
		}
		for _, id := range r.Items {
			if set.Item(id) == nil {
				return kernel.Invalid(field("items"), kernel.T("菜单里没有「"+id+"」", "the menu has no \""+id+"\""))
			}
		}
		seen[r.ID] = true
	}
	return nil
}

// tryRules routes past cases by other rules. Who keeps the rules need not read the cases: only sums leave.
func (s *Server) tryRules(ctx context.Context, in *tryIn) (*body[Tried], error) {
	a, err := s.whole(ctx, access.RoutingWrite)
	if err != nil {
		return nil, err
	}
	v, err := s.view(ctx, a)
	if err != nil {
		return nil, err
	}
	if err := checkRules(v.set, in.Body.Rules); err != nil {
		return nil, err
	}
	most := in.Body.Cases
	if most == 0 {
		most = 1000
	}
	var past []*cases.Case
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		all := access.ScopeOf(kernel.System(a.Tenant), access.CaseRead)
		for i := range all.Clauses {
			all.Clauses[i].ExcludeConfidential = true
		}
		past, _, err = s.Cases.Cases.List(tx, cases.Query{Now: tx.Now(), Allow: all, Page: kernel.Page{Limit: most}})
		return err
	})
	if err != nil {
		return nil, err
	}
	return &body[Tried]{v.tried(in.Body.Rules, past)}, nil
}

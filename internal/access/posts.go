package access

import (
	"fmt"
	"slices"

	"sanzhi/internal/kernel"
	"sanzhi/internal/workflow"
)

// administrators are kept apart (三员分立, GB/T 22239-2019 §8.1.4): who runs the system, who gives rights, who watches both.
var administrators = []kernel.Role{kernel.SystemAdmin, kernel.SecurityAdmin, kernel.Auditor}

// ValidatePosts checks the posts of one account as they would stand together: known roles, a place each, an organisation
// where the role works for one, and at most one of the three administrators. All faults are told at once, each by its row
// (posts[1].org).
func ValidatePosts(posts []kernel.Post) error {
	var faults []kernel.Error
	fault := func(i int, field string, say kernel.Text) {
		faults = append(faults, kernel.Error{Kind: kernel.KindInvalid, Field: fmt.Sprintf("posts[%d].%s", i, field), Say: say})
	}
	admin := kernel.Role("")
	for i, p := range posts {
		switch {
		case !slices.Contains(kernel.AllRoles, p.Role):
			fault(i, "role", kernel.T("没有这个角色，请从列表里选", "there is no such role; choose one from the list"))
		case slices.Contains(administrators, p.Role) && admin != "" && admin != p.Role:
			fault(i, "role", kernel.T("系统管理员、安全管理员和审计员不能由同一人担任，请换一个账号", "one account may not hold two of system, security and audit administrator; choose another account"))
		case slices.Contains(administrators, p.Role):
			admin = p.Role
		}
		if p.Place == "" {
			fault(i, "place", kernel.T("请选岗位所在的地方", "choose the place of the post"))
		}
		if s := sights[p.Role]; (s == sightUnit || s == sightCadre) && p.Org == "" {
			fault(i, "org", kernel.T("请选岗位所在的单位", "choose the organisation of the post"))
		}
	}
	if len(faults) == 0 {
		return nil
	}
	first := faults[0]
	first.More = faults[1:]
	return &first
}

// MayAct reports whether the actor may take an action that the flow gives to who, in the case t. It is asked after Decide
// has allowed CaseAct (or CaseOpen): it narrows, and says nothing of confidentiality. isRequester says that the actor
// opened the case or holds its tracking code; levelOf gives the level of a place by its id ("community", "street" …).
func MayAct(actor kernel.Actor, who []workflow.Who, t Target, isRequester bool, levelOf func(place kernel.ID) string) bool {
	if t.Tenant == "" || actor.Tenant != t.Tenant {
		return false
	}
	if actor.Kind == kernel.ActorSystem {
		return true
	}
	return slices.ContainsFunc(who, func(w workflow.Who) bool { return isWho(actor, w, t, isRequester, levelOf) })
}

func isWho(actor kernel.Actor, w workflow.Who, t Target, isRequester bool, levelOf func(kernel.ID) string) bool {
	if w.Requester && !isRequester {
		return false
	}
	if w.Role == "" && w.Post == "" && w.Level == "" && w.Relation == workflow.RelationPlace {
		// Nothing is asked of a post. A Who that asks nothing at all is nobody, never everybody.
		return w.Anyone || w.Requester
	}
	if actor.Kind != kernel.ActorAccount {
		return false
	}
	return slices.ContainsFunc(actor.Posts, func(p kernel.Post) bool {
		return (w.Role == "" || p.Role == w.Role) &&
			(w.Post == "" || p.Name == w.Post) &&
			holds(p, t) &&
			related(actor, p, w.Relation, t) &&
			(w.Level == "" || levelOf != nil && levelOf(p.Place) == w.Level)
	})
}

// related implements workflow.Relation for a post whose place holds the case.
func related(actor kernel.Actor, p kernel.Post, r workflow.Relation, t Target) bool {
	assigned := actor.Account != "" && t.Assignee == actor.Account
	inCharge := p.Org != "" && p.Org == t.Unit
	switch r {
	case workflow.RelationPlace:
		return true
	case workflow.RelationUnit:
		return inCharge
	case workflow.RelationAssignee:
		return assigned
	case workflow.RelationOpen:
		return inCharge && (t.Assignee == "" || assigned)
	case workflow.RelationCohandle:
		return p.Org != "" && slices.Contains(t.Cohandlers, p.Org)
	default:
		return false
	}
}

// IsAdministrator reports whether the role is one of the three administrators, of which an account holds one at most.
func IsAdministrator(r kernel.Role) bool { return slices.Contains(administrators, r) }

// NeedsOrg reports whether a post with the role is held at an organisation.
func NeedsOrg(r kernel.Role) bool { return sights[r] == sightUnit || sights[r] == sightCadre }

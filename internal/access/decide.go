package access

import (
	"slices"
	"strings"

	"sanzhi/internal/kernel"
)

// Target is what a permission is asked for: a case, a place, an organisation, or the tenant itself (see Whole). Fields that
// do not apply stay empty.
type Target struct {
	Tenant kernel.Tenant
	// Path of the place that the target belongs to.
	Path kernel.Path

	// Of cases only.
	Case       kernel.ID
	Unit       kernel.ID   // the unit in charge, once known
	Cohandlers []kernel.ID // organisations that handle it together with the unit
	Assignee   kernel.ID   // an account
	// Requester is the account that the case was opened for, empty for anonymous orders. A clerk who writes down what
	// somebody else asks for is not the requester.
	Requester    kernel.ID
	Confidential bool
	Parties      []kernel.ID // accounts that are parties to a dispute
}

// Whole is the target of what concerns a tenant as a whole, such as its settings: its county, whose path is the root.
func Whole(t kernel.Tenant) Target { return Target{Tenant: t, Path: kernel.Path(t + "/")} }

// Decision is the answer of Decide.
type Decision struct {
	Allow bool
	// Readable says whether the actor may know of the target at all.
	Readable bool
	// SignIn says that signing in could change a refusal.
	SignIn bool
	// Why tells the person why not.
	Why kernel.Text
}

var (
	whyAbsent = kernel.T("没有找到，或者您无权查看", "not found, or not yours to see")
	whyPost   = kernel.T("您的岗位没有这项权限，如有需要请联系管理员", "your post does not allow this; ask an administrator if you need it")
	whyPlace  = kernel.T("这不在您岗位负责的范围内", "this is outside what your post is responsible for")
	whySignIn = kernel.T("请先登录", "please sign in first")
)

// Decide says whether the actor may do what perm names to the target. It is asked on every path: page, API, export,
// stream, file. An unknown permission is refused.
func Decide(actor kernel.Actor, perm Permission, t Target) Decision {
	r, ok := ruleOf(perm)
	if !ok || t.Tenant == "" || actor.Tenant != t.Tenant {
		return Decision{Why: whyAbsent}
	}
	if permits(actor, r, t) {
		return Decision{Allow: true, Readable: true}
	}
	if actor.Kind == kernel.ActorAnonymous {
		return Decision{SignIn: true, Why: whySignIn}
	}
	if !readable(actor, r, t) {
		return Decision{Why: whyAbsent}
	}
	d := Decision{Readable: true, Why: whyPost}
	for _, p := range actor.Posts {
		if slices.Contains(bundles[p.Role], perm) {
			d.Why = whyPlace
		}
	}
	return d
}

func readable(actor kernel.Actor, r rule, t Target) bool {
	if r.reads == "" {
		return actor.Kind == kernel.ActorAccount
	}
	reading, _ := ruleOf(r.reads)
	return permits(actor, reading, t)
}

// Err turns a refusal into the error that people see: not signed in, not found when the target may not be known of, else
// forbidden. It is nil when the decision allows.
func (d Decision) Err() error {
	switch {
	case d.Allow:
		return nil
	case d.SignIn:
		return kernel.Unsigned()
	case !d.Readable:
		return kernel.NotFound(d.Why)
	default:
		return kernel.Forbidden(d.Why)
	}
}

// permits applies the rule to an actor and a target of one tenant.
func permits(actor kernel.Actor, r rule, t Target) bool {
	if actor.Kind == kernel.ActorSystem || r.reach == reachPublic {
		return true
	}
	if r.reach == reachCase && isOwn(actor, t) && slices.Contains(ownCase, r.perm) {
		return true
	}
	if actor.Kind != kernel.ActorAccount {
		return false
	}
	for _, p := range actor.Posts {
		if !slices.Contains(bundles[p.Role], r.perm) {
			continue
		}
		if r.reach == reachTenant || holds(p, t) && (r.reach == reachPlace || sees(p, actor.Account, t)) {
			return true
		}
	}
	return false
}

// isOwn reports whether the actor opened the case, is a party to it, or holds its tracking code.
func isOwn(actor kernel.Actor, t Target) bool {
	switch actor.Kind {
	case kernel.ActorRequester:
		return actor.Case != "" && actor.Case == t.Case
	case kernel.ActorAccount:
		return actor.Account != "" && (actor.Account == t.Requester || slices.Contains(t.Parties, actor.Account))
	default:
		return false
	}
}

// sees applies the role's sight to a case at the post's place.
func sees(p kernel.Post, account kernel.ID, t Target) bool {
	assigned := account != "" && t.Assignee == account
	switch sights[p.Role] {
	case sightPlace:
		return !t.Confidential || assigned
	case sightMediator:
		return true
	case sightUnit:
		return ofUnit(p, t)
	case sightCadre:
		return assigned || !t.Confidential && ofUnit(p, t)
	default:
		return false
	}
}

func ofUnit(p kernel.Post, t Target) bool {
	return p.Org != "" && (p.Org == t.Unit || slices.Contains(t.Cohandlers, p.Org))
}

// holds reports whether the post's place holds the target's. A path that does not end in "/" is no place and holds
// nothing: taken as a prefix it would reach into siblings.
func holds(p kernel.Post, t Target) bool { return isPlace(p.Path) && p.Path.Holds(t.Path) }

func isPlace(p kernel.Path) bool { return len(p) > 1 && strings.HasSuffix(string(p), "/") }

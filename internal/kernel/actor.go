package kernel

import "strings"

// Role is a closed bundle of permissions. Posts are open data, each mapped to one role.
type Role string

// The roles.
const (
	Resident       Role = "resident"
	GridWorker     Role = "grid_worker"
	CommunityClerk Role = "community_clerk"
	UnitDispatcher Role = "unit_dispatcher"
	Cadre          Role = "cadre"
	Supervisor     Role = "supervisor"
	Mediator       Role = "mediator"
	Volunteer      Role = "volunteer"
	Planner        Role = "planner"
	DistrictLeader Role = "district_leader"
	SystemAdmin    Role = "system_admin"
	SecurityAdmin  Role = "security_admin"
	Auditor        Role = "auditor"
)

// AllRoles lists the closed set.
var AllRoles = []Role{Resident, GridWorker, CommunityClerk, UnitDispatcher, Cadre, Supervisor, Mediator, Volunteer,
	Planner, DistrictLeader, SystemAdmin, SecurityAdmin, Auditor}

// Path is a place's position in its tenant's tree: the segments of its ancestors and its own, each ended by "/", from the
// county down ("630105/002/204/017/"). A place holds all places whose path begins with its own, so that scope is a
// half-open range of text in byte order (COLLATE "C").
type Path string

// Holds reports whether the place at p is the place at o or one of its ancestors. A path that does not end in "/", the empty
// one included, is no place and holds nothing.
func (p Path) Holds(o Path) bool {
	return strings.HasSuffix(string(p), "/") && strings.HasPrefix(string(o), string(p))
}

// Range gives the half-open range [lo, hi) of the paths that p holds; "0" is the byte after "/". A path that holds nothing
// gives a range in which nothing lies, with lo above hi. lo is never empty, so that an empty one may stand for "anywhere".
func (p Path) Range() (lo, hi string) {
	s, ok := strings.CutSuffix(string(p), "/")
	if !ok {
		return "0", ""
	}
	return string(p), s + "0"
}

// Child gives the path of a child with the given segment.
func (p Path) Child(segment string) Path { return p + Path(segment) + "/" }

// Post is one post that an account holds now: a role, at an organisation (may be empty), at a place and below.
type Post struct {
	ID    ID     `json:"id"`
	Role  Role   `json:"role"`
	Name  string `json:"name"` // the post's own title, such as 社区副书记
	Org   ID     `json:"org,omitempty"`
	Place ID     `json:"place"`
	Path  Path   `json:"-"`
	// Level is the tier of the place: grid, community, village, street or county.
	Level string `json:"-"`
}

// ActorKind tells a signed-in person from a holder of a tracking code and from the program itself.
type ActorKind string

// The kinds of actor.
const (
	ActorAccount   ActorKind = "account"
	ActorRequester ActorKind = "requester" // whoever holds the tracking code of the case
	ActorAnonymous ActorKind = "anonymous"
	ActorSystem    ActorKind = "system" // clocks and jobs
)

// Actor is who acts, with the posts that count at this moment. It may be kept for two seconds, and is dropped with
// any change of what it may.
type Actor struct {
	Kind    ActorKind
	Tenant  Tenant
	Account ID
	Name    string // masked
	Posts   []Post
	Lang    Lang
	// Case is the one case that an ActorRequester speaks for.
	Case ID
}

// System is the program itself, acting in a tenant.
func System(t Tenant) Actor { return Actor{Kind: ActorSystem, Tenant: t, Lang: Chinese} }

// Anonymous is a caller who has not signed in.
func Anonymous(t Tenant) Actor { return Actor{Kind: ActorAnonymous, Tenant: t, Lang: Chinese} }

// Ref names the actor in the ledger without naming a person: the account's id, or the kind.
func (a Actor) Ref() string {
	switch a.Kind {
	case ActorAccount:
		return "account:" + string(a.Account)
	case ActorRequester:
		return "requester:" + string(a.Case)
	default:
		return string(a.Kind)
	}
}

// Has reports whether the actor holds any post with the role.
func (a Actor) Has(r Role) bool {
	for _, p := range a.Posts {
		if p.Role == r {
			return true
		}
	}
	return false
}

package access

import (
	"slices"

	"sanzhi/internal/kernel"
)

// Permission is one thing that a post may allow. The set is closed.
type Permission string

// The permissions.
const (
	CaseOpen    Permission = "case.open"
	CaseRead    Permission = "case.read"
	CaseAct     Permission = "case.act" // take an action of the flow; the flow says which (see MayAct)
	CaseComment Permission = "case.comment"
	CaseTag     Permission = "case.tag"    // say which strands (自治、法治、德治、智治) a case bears
	CaseUnmask  Permission = "case.unmask" // read personal fields in clear, with a reason that is logged

	PlaceRead    Permission = "place.read"
	PlaceWrite   Permission = "place.write"
	MenuRead     Permission = "menu.read"
	MenuWrite    Permission = "menu.write"
	OrgRead      Permission = "org.read"
	OrgWrite     Permission = "org.write"
	FlowRead     Permission = "flow.read"
	FlowWrite    Permission = "flow.write"
	RoutingWrite Permission = "routing.write"
	StatsRead    Permission = "stats.read"
	PlanRead     Permission = "plan.read"
	PlanWrite    Permission = "plan.write"

	RoundRead      Permission = "round.read"  // duties that recur, and what was found
	RoundDo        Permission = "round.do"    // record the results of a duty of one's own
	RoundWrite     Permission = "round.write" // templates: who goes where, and how often
	ActivityRead   Permission = "activity.read"
	ActivityWrite  Permission = "activity.write"
	WorkRead       Permission = "work.read"
	WorkWrite      Permission = "work.write"
	IndicatorRead  Permission = "indicator.read"
	IndicatorWrite Permission = "indicator.write"
	BallotRead     Permission = "ballot.read"
	BallotWrite    Permission = "ballot.write"
	RegisterRead   Permission = "register.read" // duty lists, pledges, plans, links: what organisations keep of their own work
	RegisterWrite  Permission = "register.write"
	// Entries about how an official's faults were judged: seen by few.
	DisciplineRead  Permission = "discipline.read"
	DisciplineWrite Permission = "discipline.write"
	ReportRead      Permission = "report.read"
	ReportWrite     Permission = "report.write"
	ReportPublish   Permission = "report.publish"
	ExportRun       Permission = "export.run"
	PrivacyRead     Permission = "privacy.read"  // the purpose register, and the requests of the people concerned
	PrivacyWrite    Permission = "privacy.write" // answer such requests; change purposes and retention

	AccountRead   Permission = "account.read"
	AccountWrite  Permission = "account.write"
	PostWrite     Permission = "post.write" // give and end posts
	SessionRevoke Permission = "session.revoke"
	KeyRotate     Permission = "key.rotate"

	SettingsWrite Permission = "settings.write"
	ImportRun     Permission = "import.run"
	OutboxRead    Permission = "outbox.read"
	OutboxRetry   Permission = "outbox.retry"

	AuditRead    Permission = "audit.read"
	LedgerVerify Permission = "ledger.verify"
)

// reach is what a permission's holder must have to do with the target.
type reach int

const (
	// reachPublic: anyone in the tenant, signed in or not, everywhere in it.
	reachPublic reach = iota
	// reachTenant: the holder of a post that allows it, everywhere in the tenant: directories that one must see whole to
	// work (a case may go to any unit of the district).
	reachTenant
	// reachPlace: the post's place holds the target's.
	reachPlace
	// reachCase: as reachPlace, narrowed by unit and confidentiality, widened to one's own cases.
	reachCase
)

// rule is what must hold for a permission beside the role's bundle.
type rule struct {
	perm  Permission
	reach reach
	// reads is the permission that tells whether the target may be seen at all; empty for functions of the program (a
	// report, an import), whose existence is no secret to who is signed in.
	reads Permission
}

var rules = []rule{
	{CaseOpen, reachPublic, CaseOpen},
	{CaseRead, reachCase, CaseRead},
	{CaseAct, reachCase, CaseRead},
	{CaseComment, reachCase, CaseRead},
	{CaseTag, reachCase, CaseRead},
	{CaseUnmask, reachCase, CaseRead},

	{PlaceRead, reachPublic, PlaceRead},
	{PlaceWrite, reachPlace, PlaceRead},
	{MenuRead, reachPublic, MenuRead},
	{MenuWrite, reachPlace, MenuRead},
	{OrgRead, reachTenant, OrgRead},
	{OrgWrite, reachPlace, OrgRead},
	{FlowRead, reachTenant, FlowRead},
	{FlowWrite, reachPlace, FlowRead},
	{RoutingWrite, reachPlace, ""},
	{StatsRead, reachPlace, ""},
	{PlanRead, reachPlace, PlanRead},
	{PlanWrite, reachPlace, PlanRead},

	{RoundRead, reachPlace, RoundRead},
	{RoundDo, reachPlace, ""},
	{RoundWrite, reachPlace, RoundRead},
	{ActivityRead, reachPublic, ActivityRead},
	{ActivityWrite, reachPlace, ActivityRead},
	{WorkRead, reachPublic, WorkRead},
	{WorkWrite, reachPlace, WorkRead},
	{IndicatorRead, reachPlace, IndicatorRead},
	{IndicatorWrite, reachPlace, IndicatorRead},
	{BallotRead, reachPublic, BallotRead},
	{BallotWrite, reachPlace, BallotRead},
	{RegisterRead, reachPlace, RegisterRead},
	{RegisterWrite, reachPlace, RegisterRead},
	{DisciplineRead, reachPlace, DisciplineRead},
	{DisciplineWrite, reachPlace, DisciplineRead},
	{ReportRead, reachPlace, ReportRead},
	{ReportWrite, reachPlace, ReportRead},
	{ReportPublish, reachPlace, ReportRead},
	{ExportRun, reachPlace, ""},
	{PrivacyRead, reachPlace, ""},
	{PrivacyWrite, reachPlace, ""},

	{AccountRead, reachPlace, AccountRead},
	{AccountWrite, reachPlace, AccountRead},
	{PostWrite, reachPlace, AccountRead},
	{SessionRevoke, reachPlace, AccountRead},
	{KeyRotate, reachPlace, ""},

	{SettingsWrite, reachPlace, ""},
	{ImportRun, reachPlace, ""},
	{OutboxRead, reachPlace, ""},
	{OutboxRetry, reachPlace, ""},

	{AuditRead, reachPlace, ""},
	{LedgerVerify, reachPlace, ""},
}

// AllPermissions lists the closed set, in the order of the table.
var AllPermissions = func() []Permission {
	all := make([]Permission, len(rules))
	for i, r := range rules {
		all[i] = r.perm
	}
	return all
}()

// bundles is what the posts of each role allow. Public permissions, and what everyone may do in a case of their own (see
// ownCase), are not repeated. The three administrators of 等保 (三员分立) share nothing but the directories they need.
var bundles = map[kernel.Role][]Permission{
	kernel.Resident:  {},
	kernel.Volunteer: {OrgRead, FlowRead, RoundDo},

	kernel.GridWorker: {CaseRead, CaseAct, CaseComment, CaseUnmask, OrgRead, FlowRead, StatsRead, RoundRead, RoundDo, RegisterRead},
	kernel.CommunityClerk: {CaseRead, CaseAct, CaseComment, CaseTag, CaseUnmask, OrgRead, FlowRead, StatsRead, MenuWrite, RoundRead, RoundDo, RoundWrite,
		ActivityWrite, WorkWrite, IndicatorRead, BallotWrite, RegisterRead, RegisterWrite, ReportRead, ReportWrite, ExportRun, PrivacyRead, PrivacyWrite},
	kernel.UnitDispatcher: {CaseRead, CaseAct, CaseComment, CaseTag, CaseUnmask, OrgRead, FlowRead, StatsRead, RoundRead, RoundDo, RoundWrite, ActivityWrite,
		WorkWrite, IndicatorRead, RegisterRead, RegisterWrite, ReportRead, ReportWrite, ExportRun},
	kernel.Cadre:    {CaseRead, CaseAct, CaseComment, CaseUnmask, OrgRead, FlowRead, RoundRead, RoundDo, RegisterRead},
	kernel.Mediator: {CaseRead, CaseAct, CaseComment, CaseTag, CaseUnmask, OrgRead, FlowRead, RegisterRead},
	kernel.Supervisor: {CaseRead, CaseAct, CaseComment, CaseTag, CaseUnmask, OrgRead, FlowRead, StatsRead, PlanRead, RoundRead, IndicatorRead, IndicatorWrite,
		RegisterRead, DisciplineRead, DisciplineWrite, ReportRead, ReportWrite, ReportPublish, ExportRun},
	kernel.DistrictLeader: {CaseRead, CaseAct, CaseComment, OrgRead, FlowRead, StatsRead, PlanRead, RoundRead, IndicatorRead, RegisterRead, DisciplineRead, ReportRead,
		ReportPublish},
	kernel.Planner: {OrgRead, FlowRead, StatsRead, PlanRead, PlanWrite, WorkWrite, IndicatorRead, RegisterRead, ReportRead},

	kernel.SystemAdmin: {OrgRead, FlowRead, SettingsWrite, FlowWrite, MenuWrite, RoutingWrite, PlaceWrite, OrgWrite, ImportRun, OutboxRead, OutboxRetry,
		RoundWrite, IndicatorRead, IndicatorWrite, ReportWrite},
	kernel.SecurityAdmin: {OrgRead, AccountRead, AccountWrite, PostWrite, SessionRevoke, KeyRotate, PrivacyRead, PrivacyWrite},
	kernel.Auditor:       {AuditRead, LedgerVerify, ReportRead},
}

// ownCase is what everyone may do, whatever their posts, in a case that they opened or are a party to.
var ownCase = []Permission{CaseRead, CaseAct, CaseComment}

// Bundle gives the permissions that a post with the role carries, beside the public ones.
func Bundle(r kernel.Role) []Permission { return slices.Clone(bundles[r]) }

// Public gives the permissions that need no sign-in.
func Public() []Permission {
	var all []Permission
	for _, r := range rules {
		if r.reach == reachPublic {
			all = append(all, r.perm)
		}
	}
	return all
}

// sight is which cases a role's posts see within their place.
type sight int

const (
	sightNone     sight = iota
	sightPlace          // all but confidential ones; those only when assigned to the actor
	sightMediator       // all
	sightUnit           // those of the post's organisation, as unit in charge or co-handling
	sightCadre          // as sightUnit without confidential ones, and those assigned to the actor
)

var sights = map[kernel.Role]sight{
	kernel.GridWorker:     sightPlace,
	kernel.CommunityClerk: sightPlace,
	kernel.Supervisor:     sightPlace,
	kernel.DistrictLeader: sightPlace,
	kernel.Mediator:       sightMediator,
	kernel.UnitDispatcher: sightUnit,
	kernel.Cadre:          sightCadre,
}

// ConfidentialRoles lists the roles whose posts see confidential cases that are not assigned to them. The flow linter
// holds a confidential flow to them: any other role could never find the case it is asked to act in.
var ConfidentialRoles = []kernel.Role{kernel.Mediator, kernel.UnitDispatcher}

func ruleOf(p Permission) (rule, bool) {
	for _, r := range rules {
		if r.perm == p {
			return r, true
		}
	}
	return rule{}, false
}

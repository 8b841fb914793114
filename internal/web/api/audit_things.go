package api

import (
	"slices"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

// AuditThing is what a row is about, as far as the reader may know it.
type AuditThing struct {
	Kind string `json:"kind" example:"case" doc:"What kind of thing; empty when it is not kept any more"`
	What string `json:"what" example:"办件" doc:"The kind in words"`
	Name string `json:"name,omitempty" doc:"Its number, title or name; left out where the reader may not read it, or where it would tell of a person"`
	Read bool   `json:"read,omitempty" doc:"Whether the reader may read the thing itself"`
}

// thingKind is what a kind is called, and by which permission a thing of it is read; draft is the one for what is not published.
type thingKind struct {
	what        kernel.Text
	read, draft access.Permission
}

var thingKinds = map[string]thingKind{
	"case":        {what: kernel.T("办件", "Case"), read: access.CaseRead},
	"place":       {what: kernel.T("地方", "Place"), read: access.PlaceRead},
	"org":         {what: kernel.T("机构", "Organisation"), read: access.OrgRead},
	"account":     {what: kernel.T("账号", "Account"), read: access.AccountRead},
	"activity":    {what: kernel.T("活动", "Activity"), read: access.ActivityRead, draft: access.ActivityWrite},
	"series":      {what: kernel.T("系列活动", "Series"), read: access.ActivityRead},
	"venue":       {what: kernel.T("场地", "Venue"), read: access.ActivityRead},
	"team":        {what: kernel.T("服务队", "Team"), read: access.ActivityRead},
	"volunteer":   {what: kernel.T("登记的志愿者或学员", "Registration")},
	"signup":      {what: kernel.T("报名", "Sign-up")},
	"certificate": {what: kernel.T("服务证明", "Certificate")},
	"work":        {what: kernel.T("工程", "Work"), read: access.WorkRead, draft: access.WorkWrite},
	"programme":   {what: kernel.T("项目", "Programme"), read: access.WorkRead},
	"sites":       {what: kernel.T("示范点名册", "Register of sites"), read: access.WorkRead},
	"ballot":      {what: kernel.T("评议", "Decision"), read: access.BallotRead, draft: access.BallotWrite},
	"post":        {what: kernel.T("评议里的意见", "Opinion in a decision")},
	"award":       {what: kernel.T("评选", "Award"), read: access.BallotRead},
	"nomination":  {what: kernel.T("提名", "Nomination")},
	"target":      {what: kernel.T("指标", "Target"), read: access.IndicatorRead},
	"constraint":  {what: kernel.T("制约因素", "Constraint"), read: access.IndicatorRead},
	"contest":     {what: kernel.T("竞赛", "Contest"), read: access.IndicatorRead},
	"rule":        {what: kernel.T("制度", "Rule"), read: access.IndicatorRead},
	"template":    {what: kernel.T("巡查模板", "Round template"), read: access.RoundRead},
	"duty":        {what: kernel.T("巡查任务", "Round"), read: access.RoundRead},
	"shift":       {what: kernel.T("班次", "Shift"), read: access.RoundRead},
	"care":        {what: kernel.T("入户关爱的约定", "Agreement on care visits")},
	"measure":     {what: kernel.T("处置记录", "Measure"), read: access.RoundRead},
	"entry":       {what: kernel.T("登记", "Entry in a register"), read: access.RegisterRead},
	"report":      {what: kernel.T("简报", "Bulletin"), read: access.ReportRead},
	"plan":        {what: kernel.T("规划", "Plan"), read: access.PlanRead},
	"privacy":     {what: kernel.T("个人信息的申请", "Request over personal data")},
	"webhook":     {what: kernel.T("网络通知", "Webhook"), read: access.OutboxRead},
	"import":      {what: kernel.T("表格导入", "Import of a sheet"), read: access.ImportRun},
}

// settled are objects that are no rows of their own, such as the district's settings: the id says what.
func settled(t kernel.Tenant, id kernel.ID) (AuditThing, kernel.Text) {
	if id == kernel.ID(t) {
		return AuditThing{Kind: "district", Read: true}, kernel.T("本区的设置", "The district's settings")
	}
	return AuditThing{}, kernel.Text{}
}

// thingsOf tells what the rows are about. Cases go by the scope of the reader's lists; the rest by a decision for each. A thing that the
// reader may not read has its kind alone; but an account has its user name and a case its number, as the rows themselves tell them.
func (s *Server) thingsOf(tx kernel.Tx, a kernel.Actor, lang kernel.Lang, rows []*ledger.Row) (map[kernel.ID]*AuditThing, error) {
	var ids []kernel.ID
	for _, r := range rows {
		if r.Object != "" && !slices.Contains(ids, r.Object) {
			ids = append(ids, r.Object)
		}
	}
	known, err := s.Desk.Things(tx, ids, access.ScopeOf(a, access.CaseRead))
	if err != nil {
		return nil, err
	}
	out := make(map[kernel.ID]*AuditThing, len(ids))
	for _, id := range ids {
		x, ok := known[id]
		kind := thingKinds[x.Kind]
		if !ok {
			if thing, what := settled(a.Tenant, id); thing.Kind != "" {
				thing.What = what.In(lang)
				out[id] = &thing
			}
			continue
		}
		thing := &AuditThing{Kind: x.Kind, What: kind.what.In(lang), Read: s.mayRead(a, x, kind)}
		if thing.Read || x.Kind == "account" || x.Kind == "case" {
			thing.Name = x.Name.In(lang)
		}
		out[id] = thing
	}
	return out, nil
}

func (s *Server) mayRead(a kernel.Actor, x ledger.Thing, kind thingKind) bool {
	if x.Kind == "case" {
		return x.Shown // within the scope, see Things
	}
	perm := kind.read
	if !x.Shown && kind.draft != "" {
		perm = kind.draft
	}
	if perm == "" {
		return false
	}
	at := access.Whole(a.Tenant)
	if x.Path != "" {
		at.Path = x.Path
	}
	return access.Decide(a, perm, at).Allow
}

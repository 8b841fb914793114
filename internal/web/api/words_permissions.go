package api

import (
	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// permissionNames say what a permission lets somebody do. A test keeps them complete.
var permissionNames = map[access.Permission]kernel.Text{
	access.CaseOpen: kernel.T("点单、报事", "open a case"), access.CaseRead: kernel.T("看办件", "see cases"), access.CaseAct: kernel.T("办轮到自己的一步", "take the step that is theirs"),
	access.CaseComment: kernel.T("在办件里留言", "comment on cases"), access.CaseUnmask: kernel.T("写明理由后看联系方式", "see contacts in full (with a reason)"),

	access.CaseTag: kernel.T("改办件的三治标记", "change the strands of cases"),

	access.PlaceRead: kernel.T("看地点", "see places"), access.PlaceWrite: kernel.T("改地点台账", "change the register of places"), access.MenuRead: kernel.T("看菜单", "see the menu"),
	access.MenuWrite: kernel.T("管菜单", "keep the menu"), access.OrgRead: kernel.T("看机构", "see organisations"), access.OrgWrite: kernel.T("改机构", "change organisations"),
	access.FlowRead: kernel.T("看流程", "see flows"), access.FlowWrite: kernel.T("发布流程", "publish flows"), access.RoutingWrite: kernel.T("改派单规则", "change routing rules"),
	access.StatsRead: kernel.T("看统计", "see figures"), access.PlanRead: kernel.T("看规划", "see plans"), access.PlanWrite: kernel.T("做规划", "make plans"),

	access.RoundRead: kernel.T("看巡查", "see rounds"), access.RoundDo: kernel.T("巡查走访", "make rounds"), access.RoundWrite: kernel.T("安排巡查", "set up rounds"),
	access.ActivityRead: kernel.T("看活动", "see activities"), access.ActivityWrite: kernel.T("办活动", "hold activities"), access.WorkRead: kernel.T("看工程", "see works"),
	access.WorkWrite: kernel.T("登记工程", "register works"), access.IndicatorRead: kernel.T("看指标", "see targets"), access.IndicatorWrite: kernel.T("定指标", "set targets"),
	access.BallotRead: kernel.T("看评议", "see votes"), access.BallotWrite: kernel.T("办评议", "hold votes"), access.RegisterRead: kernel.T("看登记", "see registers"),
	access.RegisterWrite: kernel.T("做登记", "keep registers"), access.DisciplineRead: kernel.T("看容错纠错登记", "see how faults of officials were judged"),
	access.DisciplineWrite: kernel.T("做容错纠错登记", "record how faults of officials were judged"), access.ReportRead: kernel.T("看简报", "see bulletins"),
	access.ReportWrite: kernel.T("拟简报", "draft bulletins"), access.ReportPublish: kernel.T("发布简报", "publish bulletins"), access.ExportRun: kernel.T("导出", "export"),
	access.PrivacyRead: kernel.T("看个人信息申请", "see requests about personal data"), access.PrivacyWrite: kernel.T("答复申请、定保存期限", "answer requests, set retention"),

	access.AccountRead: kernel.T("看账号", "see accounts"), access.AccountWrite: kernel.T("开账号、停账号", "make and disable accounts"), access.PostWrite: kernel.T("给岗位、收岗位", "give and end posts"),
	access.SessionRevoke: kernel.T("结束别人的登录", "end other people's sign-ins"), access.KeyRotate: kernel.T("管密钥", "keep the keys"),

	access.SettingsWrite: kernel.T("改设置", "change settings"), access.ImportRun: kernel.T("导入", "import"), access.OutboxRead: kernel.T("看没送到的消息", "see messages that were not delivered"),
	access.OutboxRetry: kernel.T("重新投递消息", "send messages again"),

	access.AuditRead: kernel.T("查审计记录", "read the audit record"), access.LedgerVerify: kernel.T("核验台账", "verify the ledger"),
}

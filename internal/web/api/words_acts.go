package api

import "sanzhi/internal/kernel"

// actNames say what the ledger's own acts are called; those of flows bear the titles of their actions.
var actNames = map[string]kernel.Text{
	"sign_in": kernel.T("登录", "Signed in"), "sign_in_failed": kernel.T("登录没有成功", "Failed to sign in"), "sign_out": kernel.T("退出登录", "Signed out"),
	"session_revoked": kernel.T("结束了一次登录", "Ended a sign-in"), "all_revoked": kernel.T("结束了全部登录", "Ended all sign-ins"),
	"token_made": kernel.T("做了令牌", "Made a token"), "token_revoked": kernel.T("作废了令牌", "Ended a token"),
	"account_made": kernel.T("开了账号", "Made an account"), "account_disabled": kernel.T("停用了账号", "Disabled an account"), "account_enabled": kernel.T("启用了账号", "Enabled an account"),
	"password_set": kernel.T("换了密码", "Set a password"), "post_given": kernel.T("给了岗位", "Gave a post"), "post_ended": kernel.T("结束了岗位", "Ended a post"),
	"post_changed": kernel.T("改了岗位", "Changed a post"),

	"flow_published": kernel.T("发布了流程", "Published a flow"), "menu_changed": kernel.T("改了菜单", "Changed the menu"), "routing_changed": kernel.T("改了派单规则", "Changed the routing rules"),
	"settings_changed": kernel.T("改了设置", "Changed settings"), "webhook_added": kernel.T("加了通知地址", "Named a webhook"), "webhook_removed": kernel.T("删了通知地址", "Removed a webhook"),
	"webhook_tested": kernel.T("试了通知地址", "Tested a webhook"), "outbox_retried": kernel.T("重新投递了消息", "Sent a message again"), "audit_exported": kernel.T("导出了审计记录", "Took a copy of the audit record"), "cases_exported": kernel.T("导出了办件", "Took a copy of cases"),
	"unmask": kernel.T("看了联系方式", "Looked at a contact"), "care_unmasked": kernel.T("看了走访对象的信息", "Looked at data of somebody visited"),

	"import": kernel.T("导入", "Import"), "sheet": kernel.T("导入表格", "Brought a sheet in"), "purpose_term": kernel.T("改了保存期限", "Changed a retention term"),
	"privacy_asked": kernel.T("申请行使权利", "Asked about personal data"), "privacy_answered": kernel.T("答复了申请", "Answered a request"), "retention": kernel.T("到期删除", "Deleted at the end of its term"),

	"round_published": kernel.T("发布了巡查", "Published a round"), "round_stopped": kernel.T("停了巡查", "Stopped a round"), "round_planned": kernel.T("排了巡查", "Planned a round"),
	"round_done": kernel.T("做了巡查", "Made a round"), "round_missed": kernel.T("漏了巡查", "Missed a round"), "care_agreed": kernel.T("同意走访", "Agreed to visits"),
	"care_withdrawn": kernel.T("不再走访", "Withdrew from visits"), "shift_planned": kernel.T("排了班", "Planned a shift"), "shift_joined": kernel.T("加入班组", "Joined a shift"),
	"shift_opened": kernel.T("开工", "Opened a shift"), "shift_closed": kernel.T("收工", "Closed a shift"), "measure_recorded": kernel.T("登记了措施", "Recorded a measure"),

	"award_begun": kernel.T("开始评选", "Began an award"), "award_closed": kernel.T("结束评选", "Closed an award"), "nominated": kernel.T("提名", "Nominated"), "objected": kernel.T("提出异议", "Objected"),
	"objection_answered": kernel.T("答复异议", "Answered an objection"), "ballot_proposed": kernel.T("提议", "Proposed a vote"), "ballot_codes": kernel.T("发了投票码", "Gave voting codes"),
	"indicator_defined": kernel.T("定了指标", "Defined an indicator"), "target_set": kernel.T("下了目标", "Set a target"), "target_split": kernel.T("分解了目标", "Split a target"),
	"value_reported": kernel.T("报了数", "Reported a value"), "indicator_alert": kernel.T("指标预警", "A target fell behind"), "constraint_found": kernel.T("发现越线", "Found a breach"),
	"contest_opened": kernel.T("开了竞赛", "Opened a contest"), "rule_revised": kernel.T("改了规则", "Revised a rule"),

	"plan_created": kernel.T("做了方案", "Made a plan"), "plan_adopted": kernel.T("采用了方案", "Adopted a plan"), "plan_undone": kernel.T("收回了方案", "Took a plan back"),
	"plan_cancelled": kernel.T("取消了方案", "Cancelled a plan"),

	"work_created": kernel.T("登记了工程", "Registered a work"), "work_programme": kernel.T("改了工程进度", "Changed the programme of a work"), "work_items": kernel.T("改了工程量", "Changed a bill of quantities"),
	"work_photos": kernel.T("加了工程照片", "Added photos of a work"), "work_case": kernel.T("工程关联了办件", "Linked a work with a case"), "work_flag": kernel.T("处理了疑似重复", "Settled a flag"),
	"works_imported": kernel.T("导入了工程", "Brought works in"), "site_entered": kernel.T("登记了点位", "Registered a site"), "site_moved": kernel.T("移动了点位", "Moved a site"),
	"activity_import": kernel.T("导入了活动", "Brought activities in"),

	"register.add": kernel.T("做了登记", "Entered into a register"), "register.change": kernel.T("改了登记", "Changed an entry"), "register.fulfil": kernel.T("兑现了承诺", "Kept a pledge"),
	"register.lapse": kernel.T("登记到期", "An entry lapsed"), "register.link": kernel.T("登记关联了记录", "Linked an entry"), "register.check_in": kernel.T("签到", "Checked in"),
	"register.reveal": kernel.T("看了登记里的人名", "Looked at a name in a register"),
	"report.issue":    kernel.T("拟了简报", "Drafted a bulletin"), "report.publish": kernel.T("发布了简报", "Published a bulletin"), "report.discard": kernel.T("收起了简报", "Put a bulletin away"),
	"report.export": kernel.T("导出了简报", "Took a copy of a bulletin"), "sheet.import": kernel.T("导入了表格", "Brought a sheet in"), "sheet.undo": kernel.T("撤销了导入", "Took an import back"),
	"sheet.reveal": kernel.T("看了表格里的人名", "Looked at names in a sheet"),

	"vote": kernel.T("投票", "Voted"), "ballot_taken_up": kernel.T("受理提议", "Took up a proposal"), "ballot_opened": kernel.T("开始投票", "Opened a vote"), "ballot_counted": kernel.T("计票", "Counted a vote"),
	"ballot_resolved": kernel.T("形成决议", "Resolved"), "ballot_post": kernel.T("议事发言", "Spoke in a deliberation"), "notice_begun": kernel.T("开始公示", "Began a notice"),
	"nomination_decided": kernel.T("评定", "Decided on a nomination"), "consent_slip": kernel.T("发了同意书", "Gave a consent slip"), "consent_given": kernel.T("同意了", "Gave consent"),
	"consent_refused": kernel.T("没有同意", "Refused consent"), "consent_withdrawn": kernel.T("撤回了同意", "Withdrew consent"),
	"constraint_measured": kernel.T("量了约束指标", "Measured a constraint"), "constraint_solved": kernel.T("越线已解决", "Solved a breach"), "work_published": kernel.T("公开了工程", "Published a work"),
	"activity_register": kernel.T("登记了志愿者或劳务", "Registered a volunteer or worker"), "activity_programme": kernel.T("改了活动安排", "Changed the programme of activities"), "team_grid": kernel.T("队伍对接网格", "Gave a team its grid"),

	"warn": kernel.T("提醒快到时限", "Warned that time runs out"), "overdue": kernel.T("提醒已经超时", "Told that it is overdue"),
	"activity_draft": kernel.T("写了活动", "Drafted an activity"), "activity_setting": kernel.T("改了活动设置", "Changed the settings of activities"), "activity_series": kernel.T("改了活动系列", "Changed a series"),
	"activity_venue": kernel.T("改了场地", "Changed a venue"), "activity_signup": kernel.T("报名活动", "Signed up for an activity"), "activity_withdraw": kernel.T("取消报名", "Withdrew from an activity"),
	"activity_match": kernel.T("排了活动岗位", "Placed people at an activity"), "activity_weigh": kernel.T("记了劳务的量", "Weighed work done"),
	"activity_open": kernel.T("公布了活动", "Announced an activity"), "activity_hold": kernel.T("活动开始", "Began an activity"), "activity_close": kernel.T("活动结束", "Closed an activity"),
	"activity_cancel": kernel.T("取消了活动", "Called an activity off"), "activity_in": kernel.T("签到", "Checked in"), "activity_out": kernel.T("签退", "Checked out"),
	"ballot_post_waiting": kernel.T("发言等着看", "A word waits to be read"), "ballot_post_shown": kernel.T("放出了发言", "Let a word be seen"), "ballot_post_held": kernel.T("收起了发言", "Held a word back"),
	"activity_edit": kernel.T("改了活动内容", "Edited an activity"), "work_photo_dropped": kernel.T("撤了工程照片", "Dropped a photo of a work"), "streets_imported": kernel.T("导入了道路", "Brought streets in"),
	"activity_precaution": kernel.T("记了活动的安全准备", "Recorded an activity's precautions"),
	"team_join":           kernel.T("加入队伍", "Joined a team"), "team_leave": kernel.T("离开队伍", "Left a team"), "volunteer_team": kernel.T("改了志愿队伍", "Changed a volunteers' team"),
	"volunteer_certificate": kernel.T("开了志愿服务证明", "Gave a certificate of service"), "work_item_dropped": kernel.T("撤了一行工程量", "Dropped a line of a bill"),
}

package privacy

import (
	"slices"

	"sanzhi/internal/kernel"
)

// Purpose is one reason to keep something about people: PIPL articles 6 (clear purpose, least scope), 13 (basis), 19 (shortest time).
type Purpose struct {
	ID    string
	Title kernel.Text
	Basis Basis
	// Why says why it is needed: which act would fail without it.
	Why kernel.Text
	// Months is the default length of the retention clock; 0 for what lasts as long as From says.
	Months int
	// From says when the clock begins.
	From kernel.Text
	// Who may see it.
	Who kernel.Text
	// Fields are the columns, table.column, as the store names them.
	Fields []string
	// Fixed says that a district cannot set another length: a law or the thing itself decides it.
	Fixed bool
}

// Basis is why it may be kept, PIPL article 13.
type Basis string

// The bases that a district's program may stand on.
const (
	BasisDuty     Basis = "duty"     // 13(3): needed for a duty under law
	BasisConsent  Basis = "consent"  // 13(1), 14–15: given, and withdrawn at any time
	BasisContract Basis = "contract" // 13(2): needed for what the person asked for, or for their post
)

// AllBases lists the closed set.
var AllBases = []Basis{BasisDuty, BasisConsent, BasisContract}

// BasisTitle says a basis.
func BasisTitle(b Basis) kernel.Text {
	return map[Basis]kernel.Text{
		BasisDuty:     kernel.T("履行法定职责（个人信息保护法第十三条第三项）", "a duty under law (Personal Information Protection Law, art. 13(3))"),
		BasisConsent:  kernel.T("本人同意，随时可以撤回（个人信息保护法第十三条第一项）", "your consent, which you can withdraw at any time (Personal Information Protection Law, art. 13(1))"),
		BasisContract: kernel.T("办您点的事或岗位所需（个人信息保护法第十三条第二项）", "needed for what you asked for, or for the post (Personal Information Protection Law, art. 13(2))"),
	}[b]
}

// The purposes that code names.
const (
	PurposeContact = "request_contact"
	PurposeWords   = "request_words"
	PurposeAccount = "account"
	PurposeAccess  = "access_log"
	PurposeLooks   = "looks"
	PurposeVoice   = "deliberation"
	PurposeHonour  = "honour"
	PurposeRights  = "rights"
	PurposeReplay  = "replay"
	// PurposeVisit is for notes of care visits: no health, no finances, no belief.
	PurposeVisit = "visit_notes"
	// PurposeCare is for whom a care visit is agreed with, and PurposeCrew for who is checked before a shift.
	PurposeCare   = "care_visits"
	PurposeCrew   = "shift_checks"
	PurposeSignup = "activity_contact"
	// PurposeService is for volunteers and workers who are registered.
	PurposeService   = "volunteers"
	PurposeEntry     = "register_names"
	PurposeHousehold = "household_link"
)

// Register is every purpose. A sealed or personal column of the store that stands under none of them fails a test.
var Register = []Purpose{
	{ID: PurposeContact, Basis: BasisConsent, Months: 12, Title: kernel.T("办单联系", "Reaching you about an order"),
		Why:    kernel.T("上门、约时间和告诉您结果要用；不留也能点单", "to come to you, agree a time and tell you the result; you can order without it"),
		From:   kernel.T("办结之日起", "from the day the case is closed"),
		Who:    kernel.T("经手的人看到遮住的；要看全的须写理由，您能看到是谁、为什么", "who works on it sees it masked; to see it whole they give a reason, and you see who and why"),
		Fields: []string{"case_record.contact", "case_record.address", "case_record.phone_index", "case_record.form", "case_record.requester"}},
	{ID: PurposeWords, Basis: BasisContract, Months: 36, Title: kernel.T("您说的事和办的结果", "What you said and what was done"),
		Why:    kernel.T("办事要看，办完可以复查和追问", "needed to do it, to look again and to ask further"),
		From:   kernel.T("办结之日起", "from the day the case is closed"),
		Who:    kernel.T("这件事的社区、单位、承办人和督办人", "the community, the unit, who does it and who oversees it"),
		Fields: []string{"case_record.body", "case_record.result", "rating.body", "ledger.personal", "blob.bytes"}},
	{ID: PurposeAccount, Basis: BasisContract, Months: 0, Title: kernel.T("账号和岗位", "Account and posts"),
		Why:    kernel.T("知道谁在办事、谁能看什么", "to know who acts, and who may see what"),
		From:   kernel.T("账号注销为止", "until the account is closed"),
		Who:    kernel.T("安全管理员；别人只看到姓", "the security administrator; others see the surname alone"),
		Fields: []string{"account.name_sealed", "account.name_masked", "account.user_name", "person.name", "person.phone", "person.phone_index", "case_record.assignee_name", "session.device"}, Fixed: true},
	{ID: PurposeAccess, Basis: BasisDuty, Months: 12, Title: kernel.T("登录记录", "Sign-in records"),
		Why:    kernel.T("查有没有人冒用您的账号；法律要求至少留六个月", "to find misuse of your account; the law asks for six months at least"),
		From:   kernel.T("登录之日起", "from the day of the sign-in"),
		Who:    kernel.T("审计员", "the auditor"),
		Fields: []string{"ledger.salt"}},
	{ID: PurposeLooks, Basis: BasisDuty, Months: 36, Title: kernel.T("谁看过您的信息", "Who looked at your data"),
		Why:    kernel.T("让您和审计员知道谁看过、为什么", "so that you and the auditor know who looked, and why"),
		From:   kernel.T("查看之日起", "from the day of the look"),
		Who:    kernel.T("您本人和审计员", "you and the auditor"),
		Fields: []string{"unmasking.who", "unmasking.reason"}},
	{ID: PurposeVoice, Basis: BasisContract, Months: 36, Title: kernel.T("议事发言", "Speaking in a deliberation"),
		Why:    kernel.T("大家知道是邻居在说话；只显示姓", "so that neighbours know a neighbour speaks; the surname alone is shown"),
		From:   kernel.T("发言之日起", "from the day you spoke"),
		Who:    kernel.T("通过审核后所有人", "everyone, once the community has let it stand"),
		Fields: []string{"ballot.proposer_name", "ballot_post.author_name", "ballot_post.body", "ballot_post.author"}},
	{ID: PurposeHonour, Basis: BasisConsent, Months: 6, Title: kernel.T("评选表彰", "Awards"),
		Why:    kernel.T("公示和公布要用；没有本人或家人同意不公布，随时可以撤回", "for the board; nothing is published without consent, which can be withdrawn at any time"),
		From:   kernel.T("没有授予的，决定之日起；授予的，同意撤回为止", "where it was not granted, from the decision; where it was, until the consent is withdrawn"),
		Who:    kernel.T("同意以前只有提名人和评选小组；同意以后所有人", "before the consent its nominator and committee; afterwards everyone"),
		Fields: []string{"nomination.name", "nomination.why", "objection.body", "objection.answer"}},
	{ID: PurposeRights, Basis: BasisDuty, Months: 36, Title: kernel.T("行使权利的申请", "Requests about your data"),
		Why:    kernel.T("按期答复，事后可查", "to answer in time, and to look it up afterwards"),
		From:   kernel.T("答复之日起", "from the day of the answer"),
		Who:    kernel.T("办理的社区工作者和安全管理员", "the clerk who handles it and the security administrator"),
		Fields: []string{"privacy_request.words", "privacy_request.changes", "privacy_request.answer"}},
	{ID: PurposeReplay, Basis: BasisContract, Months: 0, Title: kernel.T("防止重复提交", "Not doing things twice"),
		Why:    kernel.T("网络断了再发一次也只办一次", "so that what is sent again after a broken line is done once"),
		From:   kernel.T("48 小时后删除", "deleted after 48 hours"),
		Who:    kernel.T("没有人，只有程序自己", "nobody but the program itself"),
		Fields: []string{"idempotency.answer"}, Fixed: true},
	{ID: PurposeVisit, Basis: BasisConsent, Months: 6, Title: kernel.T("入户关爱记录", "Notes of care visits"),
		Why:    kernel.T("下次来的人知道要带什么；不记健康、财产和信仰", "so that who comes next knows what to bring; no health, money or belief"),
		From:   kernel.T("走访之日起", "from the day of the visit"),
		Who:    kernel.T("负责走访的人和社区", "who visits, and the community"),
		Fields: []string{"round_result.notes"}},
	{ID: "sheet_undo", Basis: BasisDuty, Months: 0, Title: kernel.T("撤销导入", "Undoing imports"),
		Why:    kernel.T("导错了的表格能整批改回去", "so that a sheet brought in by mistake can be put back as a whole"),
		From:   kernel.T("导入 30 天后自动删除", "deleted thirty days after the import"),
		Who:    kernel.T("没有人能看，只用来改回去", "nobody sees it; it only serves to put things back"),
		Fields: []string{"sheet_change.body"}, Fixed: true},
	{ID: PurposeCare, Basis: BasisConsent, Months: 0, Title: kernel.T("入户关爱", "Care visits"),
		Why: kernel.T("知道去看谁、住哪里、怎么联系；单独同意，不说为什么。卫生院入户另要一份单独的同意，才把这些告诉卫生院",
			"to know whom to see, where and how to call; a consent of its own, and no reason is kept. Visits by the clinic need one more of their own, before the clinic is told any of it"),
		From:   kernel.T("说不来了就停止走访并删除", "until you say no more: the visits stop and this is deleted"),
		Who:    kernel.T("来看望的人和社区工作者，平时是遮住的", "who visits and the community's clerks, masked as a rule"),
		Fields: []string{"round_care.name", "round_care.phone", "round_care.address", "round_care.visitor", "round_care.partner"}, Fixed: true},
	{ID: PurposeCrew, Basis: BasisDuty, Months: 6, Title: kernel.T("班前自检", "Checks before a shift"),
		Why:    kernel.T("每个人都查过才能开工（安全生产法）", "a shift opens only when everybody is checked (work safety law)"),
		From:   kernel.T("应查之日起", "from the day of the check"),
		Who:    kernel.T("带班的人和单位，名字遮住", "who leads the crew and the unit, the name masked"),
		Fields: []string{"round_duty.subject"}},
	{ID: PurposeSignup, Basis: BasisConsent, Months: 12, Title: kernel.T("活动报名", "Signing up for activities"),
		Why:    kernel.T("改时间、排到了能通知您", "to tell you of a changed time or a place that became free"),
		From:   kernel.T("活动结束之日起", "from the day the activity is over"),
		Who:    kernel.T("办活动的单位，平时是遮住的", "who holds the activity, masked as a rule"),
		Fields: []string{"activity_signup.contact", "activity_signup.shown", "activity_signup.account"}},
	{ID: PurposeService, Basis: BasisContract, Months: 0, Title: kernel.T("志愿者和劳务登记", "Volunteers and workers"),
		Why:    kernel.T("排班、记服务时长、开证明、结算（志愿服务条例第七、十九条）", "for shifts, hours of service, certificates and wages (Regulations on Voluntary Service, art. 7 and 19)"),
		From:   kernel.T("退出登记为止", "until you leave the register"),
		Who:    kernel.T("管登记的社区；队友只看到姓", "the community that keeps the register; team-mates see the surname alone"),
		Fields: []string{"activity_person.name", "activity_person.phone", "activity_person.shown", "activity_person.account", "volunteer_certificate.body"}, Fixed: true},
	{ID: PurposeEntry, Basis: BasisContract, Months: 12, Title: kernel.T("登记里的人名", "Names in registers"),
		Why:    kernel.T("知道这一岗、这一项由谁负责", "to know who is responsible for a post or a matter"),
		From:   kernel.T("这一条撤销之日起", "from the day the entry ends"),
		Who:    kernel.T("填登记的单位；别人只看到姓", "the organisation that keeps the entry; others see the surname alone"),
		Fields: []string{"register_entry.sealed"}},
	{ID: PurposeHousehold, Basis: BasisConsent, Months: 12, Title: kernel.T("联户连心", "Member and household"),
		Why:    kernel.T("党员知道联系的是哪一户；户里同意了才记", "so that the member knows the household; it is noted only when the household agrees"),
		From:   kernel.T("这一条撤销之日起", "from the day the entry ends"),
		Who:    kernel.T("填登记的村、社区", "the village or community that keeps the entry"),
		Fields: []string{"register_link.sealed"}},
}

// NotPersonal are sealed columns that hold nothing about a person, each with the reason.
var NotPersonal = map[string]string{"webhook.secret": "a key shared with another program"}

// Aliases are names that fields are sealed under where the column bears another.
var Aliases = map[string]string{"accounts.name": "account.name_sealed", "rating.text": "rating.body", "register_entry.personal": "register_entry.sealed", "register_link.door": "register_link.sealed"}

// PurposeOf gives the purpose that a column belongs to.
func PurposeOf(field string) (Purpose, bool) {
	if a := Aliases[field]; a != "" {
		field = a
	}
	for _, p := range Register {
		if slices.Contains(p.Fields, field) {
			return p, true
		}
	}
	return Purpose{}, false
}

// Lookup gives a purpose by its id.
func Lookup(id string) (Purpose, bool) {
	for _, p := range Register {
		if p.ID == id {
			return p, true
		}
	}
	return Purpose{}, false
}

// Unregistered gives those of the columns that stand under no purpose and are not marked as impersonal.
func Unregistered(fields []string) []string {
	var out []string
	for _, f := range fields {
		if _, ok := PurposeOf(f); !ok && NotPersonal[f] == "" && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

package demo

import (
	"time"

	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
	"sanzhi/internal/privacy"
)

// Session is a service session of the last weeks at which people were checked in one by one, so that their hours are settled.
type Session struct {
	Form, Title, Post, Words string
	Strand                   activities.Strand
	Ago                      int // how many days
	Hours                    int
	Came                     []int // which of the Neighbours came
	Times, People            int   // who had the good of it
}

// Neighbours are volunteers of the community at the centre, made up.
func Neighbours() []activities.Contact {
	return []activities.Contact{{Name: "马建国", Phone: "13801110301"}, {Name: "李玉兰", Phone: "13801110302"}, {Name: "王海生", Phone: "13801110303"}, {Name: "韩梅", Phone: "13801110304"}}
}

// Served gives the sessions of the last weeks, the oldest first.
func Served() []Session {
	return []Session{
		{"care", "帮老人取暖气片前的杂物", "帮手", "六户老人家里的暖气片前都清开了，顺手换了两盏灯。", activities.Virtue, 23, 2, []int{0, 1, 3}, 6, 6},
		{"clean", "清一清消防通道", "帮手", "三栋楼的楼道和通道清完了，拉走一车旧家具。", activities.SelfRule, 12, 3, []int{0, 1, 2}, 210, 210},
		{"care", "陪独居老人说说话", "陪同", "看了四位老人，一位的血压计坏了，已经报给社区。", activities.Virtue, 5, 2, []int{0, 3}, 4, 4},
	}
}

// Certified is which of the Neighbours asked for a certificate of service.
const Certified = 0

// AskedPrivacy is a request about one's own data: by which neighbour, how long ago, and what the clerk answered, if anything.
type AskedPrivacy struct {
	Who    int
	Ago    int
	Asking privacy.Asking
	Answer string
}

// PrivacyAsked gives the requests at the counter of the community: two wait, one is answered.
func PrivacyAsked() []AskedPrivacy {
	return []AskedPrivacy{
		{2, 9, privacy.Asking{Kind: privacy.KindAccess, Words: "我报名用的电话都给了谁看？"}, "只有办活动的社区工作者看得到，默认遮住中间四位；目前没有人打开过全文。"},
		{3, 4, privacy.Asking{Kind: privacy.KindCorrection, Words: "换了号码，旧号不用了。", Changes: map[string]string{"phone": "13801110399"}}, ""},
		{1, 1, privacy.Asking{Kind: privacy.KindAccess, Words: "我的服务时长要保存到什么时候？"}, ""},
	}
}

// SessionTimes give when a session was announced, held and over.
func SessionTimes(now time.Time, s Session) (announced, from, to time.Time) {
	from = Day(now, -s.Ago)
	return Day(now, -s.Ago-4), from, from.Add(time.Duration(s.Hours) * time.Hour)
}

// ReachPlan is what the planner asked for at the centre: the plan stands worked out in the studio.
var ReachPlan = kernel.T("小桥社区走得到哪里", "What is in reach in Xiaoqiao")

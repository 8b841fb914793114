package registers

import (
	"strings"

	"sanzhi/internal/kernel"
)

// Function is something that a station does for people, with the words by which it is asked for.
type Function struct {
	Key   string
	Name  kernel.Text
	Words []string
}

// Functions are what stations do. 充电赋能, 法律援助 and 教育培训 stand first: they are asked for most.
var Functions = []Function{
	{"charging", kernel.T("充电", "Charging"), []string{"充电赋能", "电动车充电", "换电", "charge", "e-bike"}},
	{"legal_aid", kernel.T("法律援助", "Legal aid"), []string{"法律", "打官司", "律师", "legal", "lawyer"}},
	{"training", kernel.T("教育培训", "Training"), []string{"培训", "学习", "技能", "class", "course"}},
	{"legal_advice", kernel.T("法律咨询", "Legal advice"), []string{"法律", "律师", "legal", "lawyer"}},
	{"rest", kernel.T("休息饮水", "Rest and water"), []string{"休息", "喝水", "热水", "歇脚", "water"}},
	{"convenience", kernel.T("便民服务", "Everyday services"), []string{"便民", "代办", "打印", "证明", "errands"}},
	{"requests", kernel.T("诉求受理", "Requests and complaints"), []string{"反映", "投诉", "诉求", "complaint"}},
	{"meals", kernel.T("助餐", "Meals"), []string{"吃饭", "食堂", "老年餐", "meal", "canteen"}},
	{"day_care", kernel.T("日间照料", "Day care"), []string{"照料", "养老", "老人", "elder"}},
	{"children", kernel.T("儿童托管", "Child care"), []string{"托管", "托育", "孩子", "child"}},
	{"health", kernel.T("健康小屋", "Health corner"), []string{"量血压", "健康", "看病", "blood pressure"}},
	{"reading", kernel.T("图书阅览", "Reading room"), []string{"看书", "图书", "借书", "library", "books"}},
	{"mediation", kernel.T("矛盾调解", "Mediation"), []string{"调解", "邻里调解", "纠纷", "dispute"}},
	{"volunteering", kernel.T("志愿服务", "Volunteering"), []string{"志愿", "志愿服务调度", "volunteer"}},
	{"policy", kernel.T("政策咨询", "Policy advice"), []string{"政策", "咨询", "policy"}},
	{"social", kernel.T("社会保障", "Social security"), []string{"社保", "医保", "低保", "养老保险", "insurance"}},
	{"veterans", kernel.T("退役军人服务", "Services for veterans"), []string{"退役军人", "老兵", "veteran"}},
	{"talent", kernel.T("人才服务", "Jobs and talent"), []string{"找工作", "就业", "人才", "job"}},
	{"projects", kernel.T("项目统筹", "Project office"), []string{"项目", "project"}},
	{"mobile", kernel.T("流动党员报到", "Check-in for mobile members"), []string{"候鸟", "流动党员", "报到", "check-in"}},
	{"mind", kernel.T("心理咨询", "Counselling"), []string{"心理", "倾诉", "counselling"}},
	{"haircut", kernel.T("理发", "Haircut"), []string{"剪头", "理发", "hair"}},
	{"elder_school", kernel.T("老年学堂", "School for elders"), []string{"老年大学", "学堂", "elder"}},
}

// Need gives the functions that words ask for: those whose key, name or words begin or hold them, the nearest first.
func Need(words string) []string {
	w := strings.ToLower(strings.TrimSpace(words))
	if w == "" {
		return nil
	}
	var exact, near []string
	for _, f := range Functions {
		switch {
		case w == f.Key || w == f.Name.Zh || w == strings.ToLower(f.Name.En):
			exact = append(exact, f.Key)
		case f.says(w):
			near = append(near, f.Key)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return near
}

func (f *Function) says(w string) bool {
	for _, s := range append([]string{f.Name.Zh, strings.ToLower(f.Name.En)}, f.Words...) {
		if strings.Contains(s, w) || len([]rune(s)) > 1 && strings.Contains(w, s) {
			return true
		}
	}
	return false
}

func functionChoices() []kernel.Choice {
	out := make([]kernel.Choice, len(Functions))
	for i, f := range Functions {
		out[i] = kernel.Choice{Key: f.Key, Name: f.Name}
	}
	return out
}

package activities

import (
	"slices"
	"strconv"
	"strings"

	"sanzhi/internal/kernel"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Choice is one of a set that a programme closes.
type Choice struct {
	ID    string      `json:"id"`
	Title kernel.Text `json:"title"`
}

// Programme is a kind of activity with the set of forms that it may take. The set is data: a locality has its own, and what is
// not in it is refused.
type Programme struct {
	ID    string      `json:"id"`
	Title kernel.Text `json:"title"`
	Forms []Choice    `json:"forms"`
	// Exactly is how many forms the programme has by its own definition (4 of 教讲推议, 6 of 讲评帮乐庆赛); 0 for any number.
	Exactly int      `json:"exactly,omitempty"`
	Classes []Choice `json:"classes,omitempty"`
	Posts   []Choice `json:"posts,omitempty"`
	// Service: its activities are 志愿服务. Labour: its posts are paid.
	Service bool `json:"service,omitempty"`
	Labour  bool `json:"labour,omitempty"`
}

func has(set []Choice, id string) bool {
	return slices.ContainsFunc(set, func(c Choice) bool { return c.ID == id })
}

func (p *Programme) hasForm(id string) bool { return has(p.Forms, id) }
func (p *Programme) hasClass(id string) bool {
	return id == "" && len(p.Classes) == 0 || has(p.Classes, id)
}
func (p *Programme) hasPostKind(id string) bool { return id == "" || has(p.Posts, id) }

func (p *Programme) formNames() kernel.Text {
	var zh, en []string
	for _, f := range p.Forms {
		zh, en = append(zh, f.Title.Zh), append(en, f.Title.En)
	}
	return kernel.T(strings.Join(zh, "、"), strings.Join(en, ", "))
}

// Check refuses a programme that is not whole.
func (p *Programme) Check() error {
	if p.ID == "" || len(p.ID) > 40 || strings.Trim(p.ID, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return kernel.Invalid("id", kernel.T("编号用小写字母、数字和下划线", "an id is made of a-z, 0-9 and _"))
	}
	if p.Title.Zh == "" || p.Title.En == "" {
		return kernel.Invalid("title", kernel.T("名称要有中文和英文", "the title needs both languages"))
	}
	if len(p.Forms) == 0 || p.Exactly != 0 && len(p.Forms) != p.Exactly {
		return kernel.Invalid("forms", kernel.T("这个项目正好有 "+itoa(max(1, p.Exactly))+" 种形式，现在是 "+itoa(len(p.Forms))+" 种",
			"this programme has exactly "+itoa(max(1, p.Exactly))+" forms, not "+itoa(len(p.Forms))))
	}
	for field, set := range map[string][]Choice{"forms": p.Forms, "classes": p.Classes, "posts": p.Posts} {
		seen := map[string]bool{}
		for _, c := range set {
			if c.ID == "" || c.Title.Zh == "" || c.Title.En == "" || seen[c.ID] {
				return kernel.Invalid(field, kernel.T("每一项要有编号和两种语言的名称，编号不能重复", "each entry has an id of its own and a name in both languages"))
			}
			seen[c.ID] = true
			for _, w := range []string{c.ID, c.Title.Zh, c.Title.En} {
				if r, ok := kernel.RefusedIn(w); ok {
					return kernel.Invalid(field, kernel.T("活动不按"+r.Say.Zh+"来分，请去掉“"+c.Title.Zh+"”", "activities are not told apart by "+r.Say.En+"; leave out \""+c.Title.En+"\""))
				}
			}
		}
	}
	if p.Service && p.Labour {
		return kernel.Invalid("labour", kernel.T("志愿服务不付酬", "volunteering is not paid"))
	}
	return nil
}

func choice(id, zh, en string) Choice { return Choice{ID: id, Title: kernel.T(zh, en)} }

// ServicePosts are the kinds of post of volunteers. The source names the first two; a locality changes the others.
func ServicePosts() []Choice {
	return []Choice{choice("policy", "政策宣传岗", "Policy post"), choice("environment", "卫生环境整治岗", "Environment post"),
		choice("care", "关爱帮扶岗", "Care post"), choice("safety", "平安守护岗", "Safety post")}
}

// Shipped gives the programmes that every district begins with.
func Shipped() []*Programme {
	teach := []Choice{choice("teach", "教", "Teach"), choice("tell", "讲", "Tell"), choice("push", "推", "Push"), choice("discuss", "议", "Discuss")}
	return []*Programme{
		{ID: "service", Title: kernel.T("志愿服务", "Volunteering"), Service: true, Posts: ServicePosts(), Forms: []Choice{
			choice("service", "志愿服务", "Volunteering"), choice("care", "入户关爱", "Home care"), choice("clean", "卫生整治", "Clean-up"), choice("harvest", "农忙帮手", "Harvest help")}},
		{ID: "teaching", Title: kernel.T("教讲推议", "Teach, tell, push, discuss"), Exactly: 4, Forms: teach},
		{ID: "school", Title: kernel.T("党校课堂", "School classes"), Exactly: 4, Forms: teach, Classes: []Choice{
			choice("outer", "远郊", "Outer suburbs"), choice("near", "近郊", "Near suburbs"), choice("town", "城区", "Town")}},
		{ID: "forum", Title: kernel.T("论坛", "Forum"), Forms: []Choice{choice("forum", "论坛", "Forum")}},
		{ID: "six", Title: kernel.T("讲评帮乐庆赛", "Six forms"), Exactly: 6, Forms: []Choice{choice("tell", "讲", "Tell"), choice("commend", "评", "Commend"),
			choice("help", "帮", "Help"), choice("play", "乐", "Play"), choice("celebrate", "庆", "Celebrate"), choice("contest", "赛", "Contest")}},
		{ID: "station", Title: kernel.T("候鸟驿站", "Station for mobile members"), Forms: []Choice{choice("meet", "相聚", "Meet"), choice("class", "上课", "Class")}},
		{ID: "training", Title: kernel.T("培训", "Training"), Forms: []Choice{choice("class", "课堂", "Class"), choice("onsite", "现场", "On site"), choice("online", "网络", "Online"), choice("gathered", "集中", "Gathered")}},
		{ID: "meeting", Title: kernel.T("会议", "Meeting"), Forms: []Choice{choice("meeting", "会议", "Meeting")}},
		{ID: "labour", Title: kernel.T("劳务", "Labour call"), Labour: true, Forms: []Choice{choice("tea", "采茶", "Tea picking"), choice("harvest", "采收", "Harvest"), choice("odd", "零工", "Odd job")}},
	}
}

package demo

import (
	"fmt"
	"math/rand/v2"
	"time"

	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// Counts that stand for the source's 志愿服务1500余次, 活动100余次 and 论坛14期.
const (
	numService  = 1537
	numSchool   = 113
	numSessions = 14
)

// ForumTitle is the series of the forum.
const ForumTitle = "三治融合论坛"

// Occasion is one title with the form that fits it.
type Occasion struct {
	Form, Title, Done string
	Strands           []activities.Strand
}

// Where is a place with the organisation that does something there.
type Where struct {
	Place *territory.Place
	Host  kernel.ID
	Class string
}

// Run is many sessions of one programme over a time, as an import would bring them: how many, of what, where, and how many
// came to each. Any locality's past is told by a few of them.
type Run struct {
	Key       string
	Programme string
	Service   bool
	Pay       activities.Pay
	N         int
	From, To  time.Time
	Occasions []Occasion
	Wheres    []Where
	// Came is from how many to how many took part in a session; Good how many had the good of it.
	Came, Good [2]int
	Series     kernel.ID // numbered from 1 in the order of time
}

// Sessions gives the sessions of a run: the same for the same seed, in the order of time, all over before To.
func Sessions(seed string, run Run) []*activities.Activity {
	s := seeded(seed)
	r := s.rng("activities " + run.Key)
	out := make([]*activities.Activity, run.N)
	days := int(run.To.Sub(run.From) / (24 * time.Hour))
	for i := range out {
		// Spread evenly, so that no week is empty, by a day of the span that belongs to the session.
		day := run.From.In(kernel.Shanghai).AddDate(0, 0, min(days-1, i*days/run.N+r.IntN(max(1, days/run.N))))
		from := time.Date(day.Year(), day.Month(), day.Day(), between(r, 8, 18), 30*r.IntN(2), 0, 0, kernel.Shanghai).UTC()
		o, w := pick(r, run.Occasions), run.Wheres[i%len(run.Wheres)]
		came := between(r, run.Came[0], run.Came[1])
		a := &activities.Activity{ID: s.id(fmt.Sprintf("activity %s %d", run.Key, i)), Programme: run.Programme, Form: o.Form, Class: w.Class, Service: run.Service, Title: o.Title,
			Strands: o.Strands, Place: w.Place.ID, Path: w.Place.Path, Spot: w.Place.Name, Host: w.Host, Series: run.Series, Stage: activities.Closed, Version: 1,
			From: from, To: from.Add(time.Duration(between(r, 2, 5)) * 30 * time.Minute), Source: "演示导入", Created: from.AddDate(0, 0, -3)}
		a.ClosedAt = a.To
		a.Outcome = activities.Outcome{Words: o.Done, TookPart: came, People: between(r, run.Good[0], run.Good[1])}
		a.Outcome.Times = a.Outcome.People + r.IntN(a.Outcome.People/3+1)
		a.Posts = []*activities.Post{{ID: s.id(fmt.Sprintf("activity post %s %d", run.Key, i)), Pay: run.Pay, Title: postTitle(run.Pay), Capacity: came, Filled: came, From: a.From, To: a.To}}
		if run.Series != "" {
			a.Number = i + 1
		}
		out[i] = a
	}
	return out
}

func postTitle(p activities.Pay) string {
	if p == activities.Unpaid {
		return "志愿者"
	}
	return "座位"
}

// Volunteer is a made-up volunteer or worker in the clear; whoever stores it seals name and telephone.
type Volunteer struct {
	Person  activities.Person
	Contact activities.Contact
}

// Volunteers makes n registrations of a kind at a path.
func Volunteers(seed, key string, kind activities.PersonKind, n int, path kernel.Path) []Volunteer {
	s := seeded(seed)
	r := s.rng("volunteers " + key)
	out := make([]Volunteer, n)
	for i := range out {
		out[i] = Volunteer{activities.Person{Kind: kind, Path: path}, activities.Contact{Name: madeUpName(r), Phone: fmt.Sprintf("1380%07d", between(r, 2000000, 9999999))}}
	}
	return out
}

// Activities are the activities of the district with what they rest on.
type Activities struct {
	Series  *activities.Series
	Venues  []*activities.Venue
	Past    []*activities.Activity
	Coming  []*activities.Activity // announced, from now on
	Teams   []*activities.Team     // the brigade first
	Village *territory.Place
	Groups  []kernel.ID // villager groups of the village
	People  []Volunteer // of the brigade
	Workers []Volunteer // of the labour call
}

func strands(s ...activities.Strand) []activities.Strand { return s }

var serviceOccasions = []Occasion{
	{"clean", "楼道清洁日", "清了楼道里的杂物", strands(activities.SelfRule)}, {"clean", "河岸捡垃圾", "沿河捡了一遍", strands(activities.Virtue)},
	{"clean", "清理小广告", "铲掉了楼门口的小广告", strands(activities.SelfRule)}, {"care", "陪独居老人说说话", "上门看望，帮着换了灯泡", strands(activities.Virtue)},
	{"care", "帮老人理发", "在院里支了摊子，理到中午", strands(activities.Virtue)}, {"service", "反诈宣传进小区", "发了材料，讲了三种骗法", strands(activities.Law)},
	{"service", "教老人用手机", "教会了视频和挂号", strands(activities.Digital, activities.Virtue)}, {"service", "义务修小家电", "修了电饭锅和台灯", strands(activities.Virtue)},
	{"service", "法律咨询摆摊", "答了邻里和租房的问题", strands(activities.Law)}, {"service", "文明出行劝导", "早晚在路口各站了一班", strands(activities.SelfRule)},
	{"service", "放学后看护", "陪孩子们写作业", strands(activities.Virtue)}, {"harvest", "农忙搭把手", "帮着收完了一块地", strands(activities.SelfRule)},
}

var schoolOccasions = []Occasion{
	{"teach", "专家上门教种植", "在地头讲了一上午", strands(activities.Digital)}, {"tell", "老党员讲过去的事", "讲了修渠的那几年", strands(activities.Virtue)},
	{"push", "把课推到群里", "录成短视频发到群里", strands(activities.Digital)}, {"discuss", "院坝里议一议", "议定了停车的规矩", strands(activities.SelfRule, activities.Law)},
}

var forumOccasions = []Occasion{{"forum", "三治融合论坛", "各社区轮流讲做法", strands(activities.SelfRule, activities.Law, activities.Virtue)}}

// Activities makes the district's activities. Those to come depend on now.
func (g *Registers) Activities(now time.Time) (*Activities, error) {
	d, seed := g.d, g.d.Seed
	home := d.Place("630105002004")
	if home == nil {
		return nil, fmt.Errorf("there is no home community")
	}
	var all, classes []Where
	for _, st := range d.layout.county.parts {
		for _, a := range st.parts {
			team := g.org["team "+a.code]
			if team == nil {
				continue
			}
			w := Where{Place: d.Place(a.code), Host: team.ID}
			all = append(all, w)
			w.Class = map[bool]string{true: "town", false: "near"}[a.kind == territory.Community]
			if a.kind == territory.Village && len(classes)%2 == 0 {
				w.Class = "outer"
			}
			w.Host = g.org["committee "+a.code].ID
			classes = append(classes, w)
		}
	}
	county := Where{Place: d.Places[0], Host: g.org["government"].ID}
	out := &Activities{Series: &activities.Series{ID: d.seed.id("series forum"), Title: ForumTitle, Programme: "forum", Path: d.Places[0].Path, Planned: numSessions, Held: numSessions}}
	out.Past = append(out.Past, Sessions(seed, Run{Key: "service", Programme: "service", Service: true, Pay: activities.Unpaid, N: numService, From: PeriodFrom, To: PeriodTo,
		Occasions: serviceOccasions, Wheres: all, Came: [2]int{4, 18}, Good: [2]int{8, 60}})...)
	out.Past = append(out.Past, Sessions(seed, Run{Key: "school", Programme: "school", Pay: activities.Seat, N: numSchool, From: PeriodFrom, To: PeriodTo,
		Occasions: schoolOccasions, Wheres: classes, Came: [2]int{15, 60}, Good: [2]int{15, 60}})...)
	out.Past = append(out.Past, Sessions(seed, Run{Key: "forum", Programme: "forum", Pay: activities.Seat, N: numSessions, From: PeriodFrom, To: PeriodTo, Series: out.Series.ID,
		Occasions: forumOccasions, Wheres: []Where{county}, Came: [2]int{60, 120}, Good: [2]int{60, 120}})...)
	g.pool(out, home)
	g.coming(out, home, now)
	return out, g.brigade(out)
}

// pool makes venues at home.
func (g *Registers) pool(out *Activities, home *territory.Place) {
	for _, v := range []struct {
		kind, title string
		seats       int
	}{{"party_room", "党员活动室", 40}, {"square", "文化广场", 300}, {"library", "书屋", 24}} {
		out.Venues = append(out.Venues, &activities.Venue{ID: g.d.seed.id("venue " + v.kind), Title: home.Name + v.title, Kind: v.kind, Place: home.ID, Path: home.Path, Seats: v.seats})
	}
}

// coming makes what is announced for the next days at home and for the whole district.
func (g *Registers) coming(out *Activities, home *territory.Place, now time.Time) {
	county := g.d.Places[0]
	day := now.In(kernel.Shanghai)
	for i, c := range []struct {
		programme, form, title, about, post string
		pay                                 activities.Pay
		venue, days, hour, hours, capacity  int
		risk, wide                          bool
		strands                             []activities.Strand
	}{
		{"service", "clean", "一起来扫楼道", "带上手套，工具社区准备。扫完在院里喝口热茶。", "扫楼道", activities.Unpaid, -1, 2, 9, 2, 12, false, false, strands(activities.SelfRule)},
		{"service", "care", "陪老人去体检", "陪楼里的老人去卫生服务中心，排队、填表、回家。", "陪同", activities.Unpaid, -1, 3, 8, 3, 6, true, false, strands(activities.Virtue)},
		{"six", "tell", "家风故事会", "老街坊讲自家的故事，来听就行。", "座位", activities.Seat, 0, 4, 15, 2, 36, false, false, strands(activities.Virtue)},
		{"six", "play", "院里电影夜", "自带小板凳，天冷多穿一件。", "座位", activities.Seat, 1, 5, 19, 2, 200, false, false, strands(activities.Virtue)},
		{"teaching", "discuss", "停车怎么停，大家来议", "先说难处，再议办法，议定了贴出来。", "座位", activities.Seat, 2, 6, 19, 2, 20, false, false, strands(activities.SelfRule, activities.Law)},
		{"training", "class", "急救培训", "学心肺复苏，学会发证。", "座位", activities.Seat, -1, 8, 9, 3, 80, false, true, strands(activities.Digital)},
	} {
		from := time.Date(day.Year(), day.Month(), day.Day()+c.days, c.hour, 0, 0, 0, kernel.Shanghai).UTC()
		at, host := home, g.org["committee "+home.Code].ID
		if c.wide {
			at, host = county, g.org["government"].ID
		}
		a := &activities.Activity{ID: g.d.seed.id(fmt.Sprintf("coming %d", i)), Programme: c.programme, Form: c.form, Service: c.programme == "service", Title: c.title, About: c.about,
			Strands: c.strands, Place: at.ID, Path: at.Path, Spot: at.Name, Host: host, Stage: activities.Open, Version: 1, Risk: c.risk, From: from, To: from.Add(time.Duration(c.hours) * time.Hour), Created: now}
		a.Posts = []*activities.Post{{ID: g.d.seed.id(fmt.Sprintf("coming post %d", i)), Pay: c.pay, Title: c.post, Capacity: c.capacity, From: a.From, To: a.To}}
		if c.venue >= 0 {
			v := out.Venues[c.venue]
			a.Venue, a.Spot = v.ID, v.Title
		}
		out.Coming = append(out.Coming, a)
	}
}

// brigade makes the volunteers of one village: a brigade with four teams, grids over its villager groups, and workers with
// the hours at which they can leave home, for a call in the harvest.
func (g *Registers) brigade(out *Activities) error {
	for _, p := range g.d.Places {
		if p.Kind == territory.Village && out.Village == nil {
			out.Village = p
		}
	}
	if out.Village == nil {
		return fmt.Errorf("there is no village")
	}
	v := out.Village
	for _, p := range g.d.Places {
		if p.Kind == territory.VillagerGroup && p.Parent == v.ID {
			out.Groups = append(out.Groups, p.ID)
		}
	}
	lead := &activities.Team{ID: g.d.seed.id("brigade"), Title: v.Name + "志愿服务总队", Place: v.ID, Path: v.Path, LeadTitle: "村书记"}
	if l := g.titled("村书记", v.ID); l != "" {
		lead.Lead = l
	}
	out.Teams = []*activities.Team{lead}
	for _, k := range activities.TeamKinds[1:] {
		out.Teams = append(out.Teams, &activities.Team{ID: g.d.seed.id("team " + k.ID), Parent: lead.ID, Title: v.Name + k.Title.Zh + "支队", Kind: k.ID, Place: v.ID, Path: v.Path})
	}
	out.People = Volunteers(g.d.Seed, "brigade", activities.VolunteerKind, 26, v.Path)
	out.Workers = Volunteers(g.d.Seed, "workers", activities.WorkerKind, 12, v.Path)
	return nil
}

// titled finds who holds a post with the title at a place.
func (g *Registers) titled(title string, place kernel.ID) kernel.ID {
	for _, h := range g.Holdings {
		if h.Title == title && h.Place == place {
			return h.Person
		}
	}
	return ""
}

// Call makes a labour call in the village for the days after now: a shift in the morning and one in the afternoon, short enough
// for whoever has somebody to look after at home.
func (g *Registers) Call(a *Activities, now time.Time) *activities.Activity {
	day := now.In(kernel.Shanghai)
	at := func(days, hour int) time.Time {
		return time.Date(day.Year(), day.Month(), day.Day()+days, hour, 0, 0, 0, kernel.Shanghai).UTC()
	}
	c := &activities.Activity{ID: g.d.seed.id("call"), Programme: "labour", Form: "harvest", Title: "大棚采收", About: "按斤计酬，当天结算。时间短，不耽误接送孩子。", Strands: strands(activities.SelfRule),
		Place: a.Village.ID, Path: a.Village.Path, Spot: a.Village.Name + "蔬菜大棚", Host: g.org["committee "+a.Village.Code].ID, Stage: activities.Open, Version: 1, From: at(3, 8), To: at(5, 18), Created: now}
	r := rand.New(rand.NewPCG(1, 7)) //nolint:gosec // made-up data, the same on every machine
	for i := range 3 {
		for j, hour := range []int{8, 15} {
			c.Posts = append(c.Posts, &activities.Post{ID: g.d.seed.id(fmt.Sprintf("call %d %d", i, j)), Pay: activities.Paid, Title: []string{"上午班", "下午班"}[j], Capacity: 4, RateFen: 160,
				From: at(3+i, hour), To: at(3+i, hour+3), Employment: activities.Flexible})
		}
	}
	for i := range a.Workers {
		w := &a.Workers[i].Person
		w.Employment, w.Most = activities.Flexible, between(r, 1, 3)
		for d := range 3 {
			if from := 8 + 7*r.IntN(2); r.IntN(4) > 0 {
				w.Windows = append(w.Windows, activities.Span{From: at(3+d, from-1), To: at(3+d, from+4)})
			}
		}
	}
	return c
}

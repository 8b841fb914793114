// Package activities is events and shifts with places to fill: talks, meetings, volunteering, training and labour calls;
// who signed up, who came, the hours and wages that follow, and the venues, series and teams they rest on. It never scores
// or ranks anybody, and shows no volunteer to the public.
package activities

import (
	"slices"
	"strings"
	"time"

	"sanzhi/internal/kernel"
)

// Stage is where an activity stands in its life.
type Stage string

// The stages.
const (
	Draft     Stage = "draft"     // seen by those who prepare it only
	Open      Stage = "open"      // announced: people sign up
	Held      Stage = "held"      // it has begun: people check in
	Closed    Stage = "closed"    // its outcome is written and its hours are settled
	Cancelled Stage = "cancelled" // it was called off before it was held
)

// AllStages lists the closed set.
var AllStages = []Stage{Draft, Open, Held, Closed, Cancelled}

// Strand is one of the strands of governance; an activity may have several.
type Strand string

// The strands: 自治 法治 德治 智治.
const (
	SelfRule Strand = "zi"
	Law      Strand = "fa"
	Virtue   Strand = "de"
	Digital  Strand = "zhi"
)

// AllStrands lists the closed set.
var AllStrands = []Strand{SelfRule, Law, Virtue, Digital}

// Pay tells the three ways to take part apart: they never mix.
type Pay string

// The ways to take part.
const (
	Seat   Pay = "seat"   // comes to listen or to join in; no service, no wage
	Unpaid Pay = "unpaid" // volunteers: the hours count
	Paid   Pay = "paid"   // piece work: kg × rate
)

// AllPays lists the closed set.
var AllPays = []Pay{Seat, Unpaid, Paid}

// Employment keeps steady jobs (counted in 人) and odd jobs (counted in 人次) apart.
type Employment string

// The kinds of employment of a paid post.
const (
	NoEmployment Employment = ""
	Stable       Employment = "stable"   // 稳定就业
	Flexible     Employment = "flexible" // 灵活就业
)

// Post is a kind of place to fill at an activity, with its own hours: a shift is a post.
type Post struct {
	ID       kernel.ID
	Pay      Pay
	Kind     string // of the programme's kinds of post, or empty
	Title    string
	Capacity int
	Filled   int
	Waiting  int
	Skills   []string // that whoever fills it must have
	From, To time.Time
	// RateFen is the wage for a kilogram, in fen; of paid posts only.
	RateFen    int64
	Employment Employment
}

// Free is how many places are left.
func (p *Post) Free() int { return max(0, p.Capacity-p.Filled) }

// Day is the calendar day of the post: one person fills one place a day in an activity.
func (p *Post) Day() string { return p.From.In(kernel.Shanghai).Format(time.DateOnly) }

// Precautions is what must be on record before people check in: accident insurance and the briefing on risks where an
// activity has any (志愿服务条例 13, 17), and the quality standard of piece work.
type Precautions struct {
	Insurance string // insurer and policy
	InsuredAt time.Time
	Briefing  string
	BriefedAt time.Time
	Quality   string // such as 一芽一叶，提采不掐采
	QualityAt time.Time
}

// Outcome is what came of an activity. Times are person-times (人次), People persons (人): they are never added.
type Outcome struct {
	Words  string
	Times  int
	People int
	// TookPart is the 人次 of those who came, as told where nobody was checked in one by one (an import).
	TookPart int
}

// Activity is an event, or a call for labour.
type Activity struct {
	ID        kernel.ID
	Programme string
	Form      string
	Class     string // of the programme's classes, such as 远郊 of a school, or empty
	Service   bool   // it counts as 志愿服务
	Title     string
	About     string
	Strands   []Strand
	Place     kernel.ID
	Path      kernel.Path
	Spot      string // the place in words
	Venue     kernel.ID
	Host      kernel.ID
	Series    kernel.ID
	Number    int // in its series, from 1; given when it is held, 0 before
	Stage     Stage
	Version   int
	From, To  time.Time
	// TravelOut and TravelBack are the minutes of the way at the beginning and at the end of the time between check-in and
	// check-out, where people gather elsewhere.
	TravelOut, TravelBack int
	Risk                  bool
	Precautions           Precautions
	Outcome               Outcome
	Source                string // of an import
	Created, ClosedAt     time.Time
	Posts                 []*Post
}

// Post gives the post with the id.
func (a *Activity) Post(id kernel.ID) (*Post, bool) {
	i := slices.IndexFunc(a.Posts, func(p *Post) bool { return p.ID == id })
	if i < 0 {
		return nil, false
	}
	return a.Posts[i], true
}

// Labour reports whether the activity has paid posts.
func (a *Activity) Labour() bool {
	return slices.ContainsFunc(a.Posts, func(p *Post) bool { return p.Pay == Paid })
}

// Limits of what people write.
const (
	mostTitle    = 80
	mostWords    = 4000
	mostPosts    = 60
	mostCapacity = 5000
	mostDays     = 14
)

// check refuses what no activity may be. p is its programme.
func (a *Activity) check(p *Programme) error {
	a.Title, a.About, a.Spot = strings.TrimSpace(a.Title), strings.TrimSpace(a.About), strings.TrimSpace(a.Spot)
	switch {
	case a.Title == "" || len([]rune(a.Title)) > mostTitle:
		return kernel.Invalid("title", kernel.T("请写一个名称，最多 80 个字", "give it a title of at most 80 characters"))
	case len([]rune(a.About)) > mostWords || len([]rune(a.Spot)) > 200:
		return kernel.Invalid("about", kernel.T("写得太长了，请写短一些", "it is too long; shorten it"))
	case !p.hasForm(a.Form):
		return kernel.Invalid("form", kernel.T("“"+p.Title.Zh+"”没有这种形式，请从 "+p.formNames().Zh+" 里选一种",
			"“"+p.Title.En+"” has no such form; choose one of "+p.formNames().En))
	case !p.hasClass(a.Class):
		return kernel.Invalid("class", kernel.T("请从列出的类别里选一个", "choose one of the classes listed"))
	case a.From.IsZero() || !a.To.After(a.From):
		return kernel.Invalid("to", kernel.T("结束时间要晚于开始时间", "it must end after it begins"))
	case a.To.Sub(a.From) > mostDays*24*time.Hour:
		return kernel.Invalid("to", kernel.T("一场活动最长 14 天，更长的请分成几场", "an activity lasts 14 days at most; make several of a longer one"))
	case a.TravelOut < 0 || a.TravelBack < 0 || a.TravelOut > 600 || a.TravelBack > 600:
		return kernel.Invalid("travel_out", kernel.T("路上的时间要在 0 到 600 分钟之间", "the way takes from 0 to 600 minutes"))
	case len(a.Posts) == 0 || len(a.Posts) > mostPosts:
		return kernel.Invalid("posts", kernel.T("请列出 1 到 60 个岗位（或座位）", "list from 1 to 60 posts, or seats"))
	}
	for _, s := range a.Strands {
		if !slices.Contains(AllStrands, s) {
			return kernel.Invalid("strands", kernel.T("三治标签只有自治、法治、德治、智治", "a strand is one of zi, fa, de, zhi"))
		}
	}
	a.Strands = slices.Compact(slices.Sorted(slices.Values(a.Strands)))
	a.Service = p.Service
	for i, post := range a.Posts {
		if err := a.checkPost(p, post, "posts["+itoa(i)+"]"); err != nil {
			return err
		}
	}
	return nil
}

func (a *Activity) checkPost(p *Programme, post *Post, field string) error {
	if post.From.IsZero() {
		post.From = a.From
	}
	if post.To.IsZero() {
		post.To = a.To
	}
	post.Title = strings.TrimSpace(post.Title)
	for i, s := range post.Skills {
		post.Skills[i] = strings.Join(strings.Fields(s), "-")
	}
	post.Skills = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(post.Skills))), func(s string) bool { return s == "" })
	switch {
	case post.Title == "" || len([]rune(post.Title)) > mostTitle:
		return kernel.Invalid(field+".title", kernel.T("请写岗位名称，最多 80 个字", "name the post in at most 80 characters"))
	case post.Capacity < 1 || post.Capacity > mostCapacity:
		return kernel.Invalid(field+".capacity", kernel.T("人数要在 1 到 5000 之间", "the number of places is from 1 to 5000"))
	case !slices.Contains(AllPays, post.Pay):
		return kernel.Invalid(field+".pay", kernel.T("请说明是参加、志愿还是计酬", "say whether it is a seat, unpaid or paid"))
	case !p.hasPostKind(post.Kind):
		return kernel.Invalid(field+".kind", kernel.T("请从列出的岗位类别里选一个", "choose one of the kinds of post listed"))
	case post.From.Before(a.From) || post.To.After(a.To) || !post.To.After(post.From):
		return kernel.Invalid(field+".from", kernel.T("岗位的时间要在活动的时间以内", "a post lies within the time of its activity"))
	case p.Labour != (post.Pay == Paid):
		return kernel.Invalid(field+".pay", kernel.T("计酬的班次只放在劳务里，劳务里也只有计酬的班次", "paid shifts belong to labour calls, and labour calls have paid shifts only"))
	case p.Service && post.Pay == Paid:
		return kernel.Invalid(field+".pay", kernel.T("志愿服务不付酬", "volunteering is not paid"))
	case post.Pay == Paid && (post.RateFen < 1 || post.RateFen > 1_000_000):
		return kernel.Invalid(field+".rate_fen", kernel.T("请写每公斤多少钱，按分计", "give the wage for a kilogram, in fen"))
	case post.Pay == Paid && post.Employment != Stable && post.Employment != Flexible:
		return kernel.Invalid(field+".employment", kernel.T("请说明是稳定就业还是灵活就业", "say whether the job is stable or flexible"))
	case post.Pay == Paid && post.From.In(kernel.Shanghai).YearDay() != post.To.Add(-time.Millisecond).In(kernel.Shanghai).YearDay():
		return kernel.Invalid(field+".to", kernel.T("一个班次不能跨天", "a shift ends on the day it begins"))
	case post.Pay != Paid && (post.RateFen != 0 || post.Employment != NoEmployment):
		return kernel.Invalid(field+".rate_fen", kernel.T("不计酬的岗位没有单价", "a post without pay has no rate"))
	}
	return nil
}

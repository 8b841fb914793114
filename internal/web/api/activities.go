package api

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
)

// ActivityPost is a kind of place to fill.
type ActivityPost struct {
	ID         kernel.ID `json:"id"`
	Pay        string    `json:"pay" enum:"seat,unpaid,paid"`
	Kind       string    `json:"kind,omitempty" example:"environment"`
	KindTitle  string    `json:"kind_title,omitempty" example:"卫生环境整治岗"`
	Title      string    `json:"title" example:"扫楼道"`
	Capacity   int       `json:"capacity"`
	Filled     int       `json:"filled"`
	Waiting    int       `json:"waiting"`
	Skills     []string  `json:"skills" example:"[]"`
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
	RateFen    int64     `json:"rate_fen,omitempty" doc:"Wage for a kilogram, in fen; of paid posts"`
	Employment string    `json:"employment,omitempty" enum:"stable,flexible"`
}

// ActivityRow is an activity as lists show it. It names nobody.
type ActivityRow struct {
	ID             kernel.ID `json:"id"`
	Programme      string    `json:"programme" example:"service"`
	ProgrammeTitle string    `json:"programme_title" example:"志愿服务"`
	Form           string    `json:"form" example:"clean"`
	FormTitle      string    `json:"form_title" example:"卫生整治"`
	ClassTitle     string    `json:"class_title,omitempty" example:"远郊"`
	Title          string    `json:"title" example:"周末一起扫楼道"`
	Strands        []string  `json:"strands" enum:"zi,fa,de,zhi"`
	Spot           string    `json:"spot" example:"小桥社区文化广场"`
	Host           *Named    `json:"host"`
	Series         *Named    `json:"series"`
	Number         int       `json:"number,omitempty" doc:"In its series; given when it is held"`
	Stage          string    `json:"stage" enum:"draft,open,held,closed,cancelled"`
	StageTitle     string    `json:"stage_title" example:"报名中"`
	Version        int       `json:"version"`
	From           time.Time `json:"from"`
	To             time.Time `json:"to"`
	Pay            string    `json:"pay" enum:"seat,unpaid,paid" doc:"What its first post is"`
	Capacity       int       `json:"capacity"`
	Filled         int       `json:"filled"`
	Waiting        int       `json:"waiting"`
	Writable       bool      `json:"writable,omitempty" doc:"The reader keeps it"`
}

// ActivityList is one keyset page of activities.
type ActivityList struct {
	Items []ActivityRow `json:"items"`
	Next  string        `json:"next,omitempty"`
}

// ActivityPrecautions is what is on record before people check in. The words are for those who keep the activity.
type ActivityPrecautions struct {
	Insured   bool   `json:"insured"`
	Briefed   bool   `json:"briefed"`
	Quality   bool   `json:"quality"`
	Insurance string `json:"insurance,omitempty" example:"人保 意外险 2023-0001"`
	Briefing  string `json:"briefing,omitempty" example:"湿滑路面、防护手套"`
	Standard  string `json:"standard,omitempty" example:"一芽一叶，提采不掐采"`
}

// ActivityDetail is one activity.
type ActivityDetail struct {
	ActivityRow
	About       string              `json:"about"`
	Place       kernel.ID           `json:"place"`
	Class       string              `json:"class,omitempty"`
	Venue       *Named              `json:"venue"`
	TravelOut   int                 `json:"travel_out" doc:"Minutes of the way at the beginning, which are no service"`
	TravelBack  int                 `json:"travel_back"`
	Risk        bool                `json:"risk"`
	Precautions ActivityPrecautions `json:"precautions"`
	Posts       []ActivityPost      `json:"posts"`
	Outcome     string              `json:"outcome,omitempty" doc:"What came of it, or why it was called off"`
	Times       int                 `json:"benefit_times" doc:"受益人次"`
	People      int                 `json:"benefit_people" doc:"受益人数; never added to person-times"`
	Receipt     *Receipt            `json:"receipt,omitempty" doc:"Of the act that is answered"`
}

// ActivityIn is an activity as it is written.
type ActivityIn struct {
	Programme  string           `json:"programme" maxLength:"40" example:"service"`
	Form       string           `json:"form" maxLength:"40" example:"clean"`
	Class      string           `json:"class,omitempty" maxLength:"40"`
	Title      string           `json:"title" maxLength:"200"`
	About      string           `json:"about,omitempty" maxLength:"8000"`
	Strands    []string         `json:"strands,omitempty" maxItems:"4"`
	Place      kernel.ID        `json:"place,omitempty" doc:"Left out with a venue"`
	Spot       string           `json:"spot,omitempty" maxLength:"400"`
	Venue      kernel.ID        `json:"venue,omitempty"`
	Host       kernel.ID        `json:"host,omitempty"`
	Series     kernel.ID        `json:"series,omitempty"`
	From       time.Time        `json:"from"`
	To         time.Time        `json:"to"`
	TravelOut  int              `json:"travel_out,omitempty"`
	TravelBack int              `json:"travel_back,omitempty"`
	Risk       bool             `json:"risk,omitempty"`
	Posts      []ActivityPostIn `json:"posts" maxItems:"60"`
}

// ActivityPostIn is a post as it is written.
type ActivityPostIn struct {
	ID         kernel.ID `json:"id,omitempty" doc:"Of a post that stands already"`
	Pay        string    `json:"pay" example:"unpaid"`
	Kind       string    `json:"kind,omitempty" maxLength:"40"`
	Title      string    `json:"title" maxLength:"200"`
	Capacity   int       `json:"capacity"`
	Skills     []string  `json:"skills,omitempty" maxItems:"20"`
	From       time.Time `json:"from,omitzero" required:"false"`
	To         time.Time `json:"to,omitzero" required:"false"`
	RateFen    int64     `json:"rate_fen,omitempty"`
	Employment string    `json:"employment,omitempty"`
}

func (in *ActivityIn) activity() *activities.Activity {
	a := &activities.Activity{Programme: in.Programme, Form: in.Form, Class: in.Class, Title: in.Title, About: in.About, Place: in.Place, Spot: in.Spot, Venue: in.Venue,
		Host: in.Host, Series: in.Series, From: in.From.UTC(), To: in.To.UTC(), TravelOut: in.TravelOut, TravelBack: in.TravelBack, Risk: in.Risk}
	for _, s := range in.Strands {
		a.Strands = append(a.Strands, activities.Strand(s))
	}
	for _, p := range in.Posts {
		a.Posts = append(a.Posts, &activities.Post{ID: p.ID, Pay: activities.Pay(p.Pay), Kind: p.Kind, Title: p.Title, Capacity: p.Capacity, Skills: p.Skills,
			From: p.From.UTC(), To: p.To.UTC(), RateFen: p.RateFen, Employment: activities.Employment(p.Employment)})
	}
	return a
}

// activityView renders activities for one reader.
type activityView struct {
	*view
	programmes map[string]*activities.Programme
	series     map[kernel.ID]string
}

func (v *activityView) choice(set []activities.Choice, id string) string {
	for _, c := range set {
		if c.ID == id {
			return c.Title.In(v.lang)
		}
	}
	return id
}

func (v *activityView) row(tx kernel.Tx, a *activities.Activity) (ActivityRow, error) {
	r := ActivityRow{ID: a.ID, Programme: a.Programme, ProgrammeTitle: a.Programme, Form: a.Form, FormTitle: a.Form, Title: a.Title, Strands: []string{}, Spot: a.Spot,
		Host: v.named(a.Host), Number: a.Number, Stage: string(a.Stage), StageTitle: capital(activities.StageNames[a.Stage].In(v.lang)), Version: a.Version, From: a.From, To: a.To,
		Pay: string(activities.Seat), Writable: activities.MayWrite(v.who, a.Path)}
	if p := v.programmes[a.Programme]; p != nil {
		r.ProgrammeTitle, r.FormTitle, r.ClassTitle = p.Title.In(v.lang), v.choice(p.Forms, a.Form), v.choice(p.Classes, a.Class)
	}
	for _, s := range a.Strands {
		r.Strands = append(r.Strands, string(s))
	}
	for _, p := range a.Posts {
		r.Capacity, r.Filled, r.Waiting = r.Capacity+p.Capacity, r.Filled+p.Filled, r.Waiting+p.Waiting
	}
	if len(a.Posts) > 0 {
		r.Pay = string(a.Posts[0].Pay)
	}
	if a.Series != "" {
		if _, known := v.series[a.Series]; !known {
			s, err := v.s.Activities.Repo.SeriesOf(tx, a.Series)
			if err != nil {
				return r, err
			}
			v.series[a.Series] = s.Title
		}
		r.Series = &Named{ID: a.Series, Name: v.series[a.Series]}
	}
	return r, nil
}

func (v *activityView) detail(tx kernel.Tx, a *activities.Activity) (*ActivityDetail, error) {
	row, err := v.row(tx, a)
	if err != nil {
		return nil, err
	}
	c := a.Precautions
	d := &ActivityDetail{ActivityRow: row, About: a.About, Place: a.Place, Class: a.Class, TravelOut: a.TravelOut, TravelBack: a.TravelBack, Risk: a.Risk, Posts: []ActivityPost{},
		Precautions: ActivityPrecautions{Insured: !c.InsuredAt.IsZero(), Briefed: !c.BriefedAt.IsZero(), Quality: !c.QualityAt.IsZero(), Standard: c.Quality},
		Outcome:     a.Outcome.Words, Times: a.Outcome.Times, People: a.Outcome.People}
	if row.Writable {
		d.Precautions.Insurance, d.Precautions.Briefing = c.Insurance, c.Briefing
	}
	if a.Venue != "" {
		x, err := v.s.Activities.Venues.Venue(tx, a.Venue)
		if err != nil {
			return nil, err
		}
		d.Venue = &Named{ID: x.ID, Name: x.Title}
	}
	for _, p := range a.Posts {
		d.Posts = append(d.Posts, v.post(a, p))
	}
	return d, nil
}

func (v *activityView) post(a *activities.Activity, p *activities.Post) ActivityPost {
	out := ActivityPost{ID: p.ID, Pay: string(p.Pay), Kind: p.Kind, Title: p.Title, Capacity: p.Capacity, Filled: p.Filled, Waiting: p.Waiting, Skills: p.Skills,
		From: p.From, To: p.To, RateFen: p.RateFen, Employment: string(p.Employment)}
	if out.Skills == nil {
		out.Skills = []string{}
	}
	if g := v.programmes[a.Programme]; g != nil && p.Kind != "" {
		out.KindTitle = v.choice(g.Posts, p.Kind)
	}
	return out
}

func (s *Server) activityRoutes(api huma.API) {
	const code = "the code that the sign-up was given is the key"
	read, write := access.ActivityRead, access.ActivityWrite
	handle(s, api, op{method: "GET", path: "/activities", perm: read, sum: "Activities by time"}, s.activityList)
	handle(s, api, op{method: "GET", path: "/activities/near", perm: read, sum: "What is open near a place: at its street or town, and of the whole district"}, s.activitiesNear)
	handle(s, api, op{method: "GET", path: "/activities/programmes", perm: read, sum: "Programmes with their forms, classes and kinds of post"}, s.activityProgrammes)
	handle(s, api, op{method: "GET", path: "/activities/figures", perm: read, sum: "Sessions, person-times and persons, kept apart"}, s.activityFigures)
	handle(s, api, op{method: "GET", path: "/activities/{id}", perm: read, sum: "One activity", errors: []int{404}}, s.activity)
	handle(s, api, op{method: "POST", path: "/activities/{id}/signups", perm: read, sum: "Sign up, or stand in the line", status: 201, errors: []int{404, 409, 429}}, s.activitySignUp)
	handle(s, api, op{method: "GET", path: "/activity-signups", signed: true, sum: "My sign-ups", errors: []int{401}}, s.mySignups)
	handle(s, api, op{method: "GET", path: "/activity-signups/{code}", open: code, sum: "One sign-up, by its code or, signed in, by its id", errors: []int{404, 429}}, s.mySignup)
	handle(s, api, op{method: "GET", path: "/activity-signups/{code}/pass", open: code, sum: "The short-lived code to show to the host, as a square code", errors: []int{404, 409, 429}}, s.myPass)
	handle(s, api, op{method: "POST", path: "/activity-signups/{code}/withdraw", open: code, sum: "Cancel: the first in the line moves up", errors: []int{404, 409, 429}}, s.myWithdraw)
	handle(s, api, op{method: "POST", path: "/activity-signups/{code}/turns", open: code, sum: "Check in or out with the code that the host shows", errors: []int{404, 409, 429}}, s.myTurn)
	handle(s, api, op{method: "GET", path: "/activity-record", signed: true, sum: "My hours and stars", errors: []int{401, 404}}, s.myRecord)

	handle(s, api, op{method: "POST", path: "/activities", perm: write, sum: "Write a draft", status: 201, errors: []int{401, 403, 404, 409}}, s.activityCreate)
	handle(s, api, op{method: "PUT", path: "/activities/{id}", perm: write, sum: "Change a draft or an open activity", errors: []int{401, 403, 404, 409}}, s.activityEdit)
	handle(s, api, op{method: "POST", path: "/activities/{id}/{act}", perm: write, sum: "Take the next step of its life: open, hold, close, cancel, prepare", errors: []int{401, 403, 404, 409}}, s.activityAct)
	handle(s, api, op{method: "GET", path: "/activities/{id}/signups", perm: write, sum: "Who signed up, in the order in which they did; names masked", errors: []int{401, 403, 404}}, s.activitySignups)
	handle(s, api, op{method: "POST", path: "/activities/{id}/turns", perm: write, sum: "Check somebody in or out at the host's desk", errors: []int{401, 403, 404, 409}}, s.activityTurn)
	handle(s, api, op{method: "POST", path: "/activities/{id}/removals", perm: write, sum: "Cancel somebody's sign-up for them", errors: []int{401, 403, 404, 409}}, s.activityRemove)
	handle(s, api, op{method: "GET", path: "/activities/{id}/code", perm: write, sum: "The square code to check in or out by, which changes every minute", errors: []int{401, 403, 404, 409}}, s.activityCode)
	handle(s, api, op{method: "POST", path: "/activities/{id}/matching", perm: write, sum: "Match workers to shifts; written only when apply is set", errors: []int{401, 403, 404, 409}}, s.activityMatch)
	handle(s, api, op{method: "POST", path: "/activities/{id}/weighings", perm: write, sum: "Record what a worker brought in", status: 201, errors: []int{401, 403, 404, 409}}, s.activityWeigh)
	handle(s, api, op{method: "GET", path: "/activities/{id}/wages", perm: write, sum: "What each worker of a call earned", errors: []int{401, 403, 404}}, s.activityWages)
	s.activityPoolRoutes(api)
	s.certificateRoutes(api)
}

package api

import (
	"context"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
)

type activitiesIn struct {
	Stage     []string  `query:"stage" doc:"draft, open, held, closed, cancelled; all when left out"`
	Programme string    `query:"programme" maxLength:"40"`
	Series    kernel.ID `query:"series" maxLength:"26"`
	Venue     kernel.ID `query:"venue" maxLength:"26"`
	Place     kernel.ID `query:"place" maxLength:"26" doc:"At it and below"`
	From      string    `query:"from" format:"date" doc:"First day (Asia/Shanghai)"`
	To        string    `query:"to" format:"date" doc:"Last day"`
	Newest    bool      `query:"newest" doc:"The latest first"`
	Mine      bool      `query:"mine" doc:"At the places of the reader's posts"`
	After     string    `query:"after" maxLength:"80"`
	Limit     int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type nearIn struct {
	Lon   float64   `query:"lon" minimum:"-180" maximum:"180"`
	Lat   float64   `query:"lat" minimum:"-90" maximum:"90"`
	CRS   string    `query:"crs" enum:"wgs84,cgcs2000,gcj02,bd09"`
	Place kernel.ID `query:"place" maxLength:"26" doc:"Instead of a point"`
	After string    `query:"after" maxLength:"80"`
	Limit int       `query:"limit" minimum:"1" maximum:"100" default:"30"`
}

type activityFiguresIn struct {
	Place kernel.ID `query:"place" maxLength:"26"`
	From  string    `query:"from" format:"date"`
	To    string    `query:"to" format:"date"`
}

// ActivityFigures are sums over activities that were held. Person-times (人次) and persons (人) are never added.
type ActivityFigures struct {
	Sessions      kernel.Quantity `json:"sessions"`
	CameTimes     kernel.Quantity `json:"came_times"`
	CamePeople    kernel.Quantity `json:"came_people" doc:"Distinct persons who were checked in"`
	BenefitTimes  kernel.Quantity `json:"benefit_times"`
	BenefitPeople kernel.Quantity `json:"benefit_people"`
	Stable        kernel.Quantity `json:"stable_jobs" doc:"稳定就业, persons"`
	Flexible      kernel.Quantity `json:"flexible_jobs" doc:"灵活就业, person-times"`
}

// ChoiceRow is one of a set that a programme closes, in the reader's language.
type ChoiceRow struct {
	ID    string `json:"id" example:"teach"`
	Title string `json:"title" example:"教"`
}

// ProgrammeRow is a programme in the reader's language.
type ProgrammeRow struct {
	ID      string      `json:"id" example:"teaching"`
	Title   string      `json:"title" example:"教讲推议"`
	Forms   []ChoiceRow `json:"forms"`
	Classes []ChoiceRow `json:"classes"`
	Posts   []ChoiceRow `json:"posts"`
	Service bool        `json:"service,omitempty"`
	Labour  bool        `json:"labour,omitempty"`
}

// ProgrammeList are the programmes of the district.
type ProgrammeList struct {
	Items      []ProgrammeRow `json:"items"`
	VenueKinds []ChoiceRow    `json:"venue_kinds"`
	TeamKinds  []ChoiceRow    `json:"team_kinds"`
	Rule       string         `json:"hours_rule" example:"时长按签到签退累计到分钟"`
	Travel     bool           `json:"count_travel"`
}

func (s *Server) activityView(ctx context.Context, tx kernel.Tx, who kernel.Actor) (*activityView, error) {
	v, err := s.view(ctx, who)
	if err != nil {
		return nil, err
	}
	l, err := s.Activities.Programmes(tx)
	out := &activityView{view: v, programmes: map[string]*activities.Programme{}, series: map[kernel.ID]string{}}
	for _, p := range l {
		out.programmes[p.ID] = p
	}
	return out, err
}

func (s *Server) activityList(ctx context.Context, in *activitiesIn) (*body[ActivityList], error) {
	actor := CallerOf(ctx).Actor
	q := activities.Query{Programme: in.Programme, Series: in.Series, Venue: in.Venue, Newest: in.Newest}
	for _, st := range in.Stage {
		q.Stages = append(q.Stages, activities.Stage(st))
	}
	var err error
	if q.From, err = day("from", in.From, 0); err != nil {
		return nil, err
	}
	if q.To, err = day("to", in.To, 1); err != nil {
		return nil, err
	}
	if in.Place != "" {
		if q.Path, err = s.pathNow(ctx, actor.Tenant, in.Place); err != nil {
			return nil, err
		}
	} else if in.Mine {
		q.Path = widest(actor)
	}
	return s.activityPage(ctx, actor, q, kernel.Page{After: in.After, Limit: in.Limit}.Clamp(50, 200))
}

// widest is the highest place at which the reader keeps activities.
func widest(actor kernel.Actor) (path kernel.Path) {
	for _, p := range actor.Posts {
		if activities.MayWrite(actor, p.Path) && (path == "" || len(p.Path) < len(path)) {
			path = p.Path
		}
	}
	return path
}

// pathNow gives the path of a place in a unit of work of its own.
func (s *Server) pathNow(ctx context.Context, t kernel.Tenant, id kernel.ID) (path kernel.Path, err error) {
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		path, err = s.pathOf(tx, id)
		return err
	})
	return path, err
}

func (s *Server) activityPage(ctx context.Context, actor kernel.Actor, q activities.Query, page kernel.Page) (*body[ActivityList], error) {
	l, next, err := s.Activities.List(ctx, actor, q, page)
	if err != nil {
		return nil, err
	}
	out := &body[ActivityList]{ActivityList{Items: []ActivityRow{}, Next: next}}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		v, err := s.activityView(ctx, tx, actor)
		if err != nil {
			return err
		}
		for _, a := range l {
			r, err := v.row(tx, a)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, r)
		}
		return nil
	})
	return out, err
}

// activitiesNear lists what is open, or under way, at the street or town of a place and for the whole district.
func (s *Server) activitiesNear(ctx context.Context, in *nearIn) (*body[ActivityList], error) {
	actor := CallerOf(ctx).Actor
	set, err := s.Cases.Setups.Of(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	at, err := s.locate(ctx, set, &menuIn{Lon: in.Lon, Lat: in.Lat, CRS: in.CRS, Place: in.Place})
	if err != nil {
		return nil, err
	}
	if at.Street == nil || at.County == nil {
		return &body[ActivityList]{ActivityList{Items: []ActivityRow{}}}, nil
	}
	q := activities.Query{Stages: []activities.Stage{activities.Open, activities.Held}, From: s.Clock.Now(), Or: []kernel.Path{kernel.Path(string(actor.Tenant) + "/")}}
	if q.Path, err = s.pathNow(ctx, actor.Tenant, at.Street.ID); err != nil {
		return nil, err
	}
	return s.activityPage(ctx, kernel.Anonymous(actor.Tenant), q, kernel.Page{After: in.After, Limit: in.Limit}.Clamp(30, 100))
}

func (s *Server) activity(ctx context.Context, in *idIn) (out *body[ActivityDetail], err error) {
	actor := CallerOf(ctx).Actor
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		a, err := s.Activities.Read(tx, actor, in.ID)
		if err != nil {
			return err
		}
		v, err := s.activityView(ctx, tx, actor)
		if err != nil {
			return err
		}
		d, err := v.detail(tx, a)
		if err == nil {
			out = &body[ActivityDetail]{*d}
		}
		return err
	})
	return out, err
}

func (v *view) choices(l []activities.Choice) []ChoiceRow {
	out := make([]ChoiceRow, len(l))
	for i, c := range l {
		out[i] = ChoiceRow{c.ID, c.Title.In(v.lang)}
	}
	return out
}

func (s *Server) activityProgrammes(ctx context.Context, _ *struct{}) (*body[ProgrammeList], error) {
	actor := CallerOf(ctx).Actor
	v, err := s.view(ctx, actor)
	if err != nil {
		return nil, err
	}
	out := &body[ProgrammeList]{ProgrammeList{Items: []ProgrammeRow{}, VenueKinds: v.choices(activities.VenueKinds), TeamKinds: v.choices(activities.TeamKinds), Rule: activities.RoundingSay.In(v.lang)}}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, err := s.Activities.Programmes(tx)
		if err != nil {
			return err
		}
		for _, p := range l {
			out.Body.Items = append(out.Body.Items, ProgrammeRow{ID: p.ID, Title: p.Title.In(v.lang), Forms: v.choices(p.Forms), Classes: v.choices(p.Classes),
				Posts: v.choices(p.Posts), Service: p.Service, Labour: p.Labour})
		}
		set, err := s.Activities.Repo.Settings(tx)
		out.Body.Travel = set.CountTravel
		return err
	})
	return out, err
}

func (s *Server) activityFigures(ctx context.Context, in *activityFiguresIn) (*body[ActivityFigures], error) {
	actor := CallerOf(ctx).Actor
	from, err := day("from", in.From, 0)
	if err != nil {
		return nil, err
	}
	to, err := day("to", in.To, 1)
	if err != nil {
		return nil, err
	}
	path := access.Whole(actor.Tenant).Path
	if in.Place != "" {
		if path, err = s.pathNow(ctx, actor.Tenant, in.Place); err != nil {
			return nil, err
		}
	}
	out := &body[ActivityFigures]{}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		t, err := s.Activities.Counts(tx, path, from, to)
		if err != nil {
			return err
		}
		j, err := s.Activities.JobsAt(tx, path)
		out.Body = ActivityFigures{t.Sessions, t.CameTimes, t.CamePeople, t.BenefitTimes, t.BenefitPeople, j.Stable, j.Flexible}
		return err
	})
	return out, err
}

// SignupRow is a sign-up as the host's desk shows it. Name and telephone are masked; the order is that of signing up.
type SignupRow struct {
	ID      kernel.ID  `json:"id"`
	Post    kernel.ID  `json:"post"`
	Who     string     `json:"who" example:"李*"`
	Phone   string     `json:"phone,omitempty" example:"138****5678"`
	State   string     `json:"state" enum:"in,waiting,off"`
	Day     string     `json:"day" example:"2023-04-28"`
	At      time.Time  `json:"at"`
	In      *time.Time `json:"in,omitempty"`
	Out     *time.Time `json:"out,omitempty"`
	Present bool       `json:"present,omitempty" doc:"Checked in and not out"`
	Minutes int        `json:"minutes,omitempty" doc:"That count at this activity"`
}

// SignupList is one keyset page of sign-ups.
type SignupList struct {
	Items []SignupRow `json:"items"`
	Next  string      `json:"next,omitempty"`
}

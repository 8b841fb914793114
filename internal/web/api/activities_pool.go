package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
)

// SeriesRow is a series of activities with numbers.
type SeriesRow struct {
	ID        kernel.ID `json:"id"`
	Title     string    `json:"title" example:"三治论坛"`
	Programme string    `json:"programme" example:"forum"`
	Planned   int       `json:"planned"`
	Held      int       `json:"held"`
}

// SeriesList is one keyset page of series.
type SeriesList struct {
	Items []SeriesRow `json:"items"`
	Next  string      `json:"next,omitempty"`
}

// VenueRow is a venue of the pool.
type VenueRow struct {
	ID        kernel.ID `json:"id"`
	Title     string    `json:"title" example:"小桥社区文化广场"`
	Kind      string    `json:"kind" example:"square"`
	KindTitle string    `json:"kind_title" example:"文化广场"`
	Place     kernel.ID `json:"place"`
	Seats     int       `json:"seats"`
}

// VenueList is one keyset page of venues.
type VenueList struct {
	Items []VenueRow `json:"items"`
	Next  string     `json:"next,omitempty"`
}

// TeamRow is a team of volunteers. Members are counted once however many teams they are in.
type TeamRow struct {
	ID        kernel.ID `json:"id"`
	Parent    kernel.ID `json:"parent,omitempty"`
	Title     string    `json:"title" example:"孝美查塘"`
	Kind      string    `json:"kind"`
	KindTitle string    `json:"kind_title" example:"党员"`
	LeadTitle string    `json:"lead_title,omitempty" example:"村党总支书记"`
	Members   int       `json:"members" doc:"Distinct persons in it and below"`
	Writable  bool      `json:"writable,omitempty"`
}

// TeamList is one keyset page of teams.
type TeamList struct {
	Items []TeamRow `json:"items"`
	Next  string    `json:"next,omitempty"`
}

// TeamDetail is a team for whoever keeps it.
type TeamDetail struct {
	TeamRow
	Grids   int         `json:"grids"`
	Covered int         `json:"covered" doc:"Villager groups that are in a grid"`
	Groups  int         `json:"groups" doc:"Villager groups of the place"`
	People  []MemberRow `json:"people"`
	Next    string      `json:"next,omitempty"`
}

// MemberRow is one member, masked.
type MemberRow struct {
	Person    kernel.ID `json:"person"`
	Who       string    `json:"who" example:"李*"`
	Post      string    `json:"post,omitempty"`
	PostTitle string    `json:"post_title,omitempty" example:"政策宣传岗"`
}

// PersonRow is a registration, masked, in the order of registering. Hours stand on the person's own page only.
type PersonRow struct {
	ID         kernel.ID `json:"id"`
	Kind       string    `json:"kind" enum:"volunteer,worker"`
	Number     string    `json:"number" example:"V630105-2023-7K3M9"`
	Who        string    `json:"who" example:"李*"`
	Skills     []string  `json:"skills" example:"[]"`
	Windows    []Window  `json:"windows"`
	Most       int       `json:"most"`
	Employment string    `json:"employment,omitempty" enum:"stable,flexible"`
}

// Window is a time at which somebody can come.
type Window struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// PersonList is one keyset page of registrations.
type PersonList struct {
	Items []PersonRow `json:"items"`
	Next  string      `json:"next,omitempty"`
}

// PersonIn is a registration as it is written.
type PersonIn struct {
	Kind       string   `json:"kind" example:"worker"`
	Skills     []string `json:"skills,omitempty" maxItems:"20"`
	Windows    []Window `json:"windows,omitempty" maxItems:"60"`
	Most       int      `json:"most,omitempty" doc:"Shifts at most; 0 for any number"`
	Employment string   `json:"employment,omitempty"`
}

func (in *PersonIn) person() *activities.Person {
	p := &activities.Person{Kind: activities.PersonKind(in.Kind), Skills: in.Skills, Most: in.Most, Employment: activities.Employment(in.Employment)}
	for _, w := range in.Windows {
		p.Windows = append(p.Windows, activities.Span{From: w.From.UTC(), To: w.To.UTC()})
	}
	return p
}

// CertificateView is a certificate as it is printed.
type CertificateView struct {
	ID        kernel.ID            `json:"id"`
	Number    string               `json:"number" example:"630105-20230428-7K3M9"`
	Name      string               `json:"name" example:"李小桥"`
	Volunteer string               `json:"volunteer" example:"V630105-2023-7K3M9"`
	Hours     float64              `json:"hours"`
	Content   []CertificateContent `json:"content"`
	Issuer    string               `json:"issuer" example:"小桥居委会"`
	InCharge  string               `json:"in_charge" example:"王书记"`
	Handler   string               `json:"handler" example:"李小桥"`
	Contact   string               `json:"contact" example:"0971-5500000"`
	Issued    time.Time            `json:"issued"`
	From      *time.Time           `json:"from,omitempty"`
	To        *time.Time           `json:"to,omitempty"`
	Rule      string               `json:"rule"`
}

// CertificateContent is one activity of a certificate.
type CertificateContent struct {
	Title   string    `json:"title"`
	Day     time.Time `json:"day"`
	Minutes int       `json:"minutes"`
}

type pooledIn struct {
	After string `query:"after" maxLength:"400"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"100"`
}

func (p pooledIn) page() kernel.Page {
	return kernel.Page{After: p.After, Limit: p.Limit}.Clamp(100, 200)
}

func (s *Server) activityPoolRoutes(api huma.API) {
	read, write, set := access.ActivityRead, access.ActivityWrite, access.SettingsWrite
	bad := []int{401, 403, 404, 409}
	handle(s, api, op{method: "GET", path: "/activity-series", perm: read, sum: "Series with how many sessions were held"}, s.seriesList)
	handle(s, api, op{method: "POST", path: "/activity-series", perm: write, sum: "Open a series", status: 201, errors: bad}, s.seriesCreate)
	handle(s, api, op{method: "GET", path: "/activity-venues", perm: read, sum: "Venues of the pool"}, s.venueList)
	handle(s, api, op{method: "POST", path: "/activity-venues", perm: write, sum: "Add a venue to the pool", status: 201, errors: bad}, s.venueCreate)
	handle(s, api, op{method: "GET", path: "/activity-teams", perm: read, sum: "Teams of volunteers; who is in them is not said here"}, s.teamList)
	handle(s, api, op{method: "POST", path: "/activity-teams", perm: write, sum: "Found a team", status: 201, errors: bad}, s.teamCreate)
	handle(s, api, op{method: "GET", path: "/activity-teams/{id}", perm: write, sum: "A team with its members and grids", errors: bad}, s.team)
	handle(s, api, op{method: "POST", path: "/activity-teams/{id}/members", perm: write, sum: "Put volunteers into a team", errors: bad}, s.teamJoin)
	handle(s, api, op{method: "POST", path: "/activity-teams/{id}/leavers", perm: write, sum: "Take a volunteer out of a team", errors: bad}, s.teamLeave)
	handle(s, api, op{method: "POST", path: "/activity-teams/{id}/grids", perm: write, sum: "Put villager groups into a grid of a brigade", errors: bad}, s.teamGrid)
	handle(s, api, op{method: "GET", path: "/activity-people", perm: write, sum: "Registered volunteers or workers, masked, in the order of registering", errors: bad}, s.people)
	handle(s, api, op{method: "POST", path: "/activity-people", perm: write, sum: "Register a volunteer or a worker", status: 201, errors: bad}, s.personCreate)
	handle(s, api, op{method: "PUT", path: "/activity-people/{id}", signed: true, sum: "Change when and what for somebody is available: one's own, or one that the reader keeps", errors: bad}, s.personChange)
	handle(s, api, op{method: "GET", path: "/activity-people/{id}/record", signed: true, sum: "The hours and stars of one volunteer", errors: bad}, s.personRecord)
	handle(s, api, op{method: "POST", path: "/activity-certificates", perm: write, sum: "Certify hours of service", status: 201, errors: bad}, s.certify)
	handle(s, api, op{method: "GET", path: "/activity-certificates/{id}", signed: true, sum: "A certificate, for the volunteer and for whoever keeps the volunteers of its place", errors: bad}, s.certificate)
	handle(s, api, op{method: "PUT", path: "/activities/programmes/{id}", perm: set, sum: "Keep a programme of the district's own", errors: bad}, s.programmePut)
	handle(s, api, op{method: "PUT", path: "/activities/settings", perm: set, sum: "How hours are counted", errors: bad}, s.activitySettings)
}

func (s *Server) seriesList(ctx context.Context, in *pooledIn) (*body[SeriesList], error) {
	out := &body[SeriesList]{SeriesList{Items: []SeriesRow{}}}
	err := s.Store.View(ctx, CallerOf(ctx).Actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Activities.Repo.SeriesList(tx, in.page())
		for _, x := range l {
			out.Body.Items = append(out.Body.Items, SeriesRow{x.ID, x.Title, x.Programme, x.Planned, x.Held})
		}
		out.Body.Next = next
		return err
	})
	return out, err
}

type seriesIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Title     string    `json:"title" maxLength:"200"`
		Programme string    `json:"programme" maxLength:"40"`
		Place     kernel.ID `json:"place"`
		Planned   int       `json:"planned,omitempty"`
	}
}

func (s *Server) seriesCreate(ctx context.Context, in *seriesIn) (*body[SeriesRow], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /activity-series", in.RawBody, func(tx kernel.Tx) (*SeriesRow, error) {
		x := &activities.Series{Title: in.Body.Title, Programme: in.Body.Programme, Planned: in.Body.Planned}
		err := s.Activities.PutSeries(tx, actor, in.Body.Place, x)
		return &SeriesRow{x.ID, x.Title, x.Programme, x.Planned, 0}, err
	})
}

func (v *view) venue(x *activities.Venue) VenueRow {
	r := VenueRow{ID: x.ID, Title: x.Title, Kind: x.Kind, KindTitle: x.Kind, Place: x.Place, Seats: x.Seats}
	for _, c := range activities.VenueKinds {
		if c.ID == x.Kind {
			r.KindTitle = c.Title.In(v.lang)
		}
	}
	return r
}

func (s *Server) venueList(ctx context.Context, in *pooledIn) (*body[VenueList], error) {
	actor, out := CallerOf(ctx).Actor, &body[VenueList]{VenueList{Items: []VenueRow{}}}
	v, err := s.view(ctx, actor)
	if err != nil {
		return nil, err
	}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Activities.Venues.VenueList(tx, in.page())
		for _, x := range l {
			out.Body.Items = append(out.Body.Items, v.venue(x))
		}
		out.Body.Next = next
		return err
	})
	return out, err
}

type venueIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Title string    `json:"title" maxLength:"200"`
		Kind  string    `json:"kind" example:"square"`
		Place kernel.ID `json:"place"`
		Seats int       `json:"seats,omitempty"`
	}
}

func (s *Server) venueCreate(ctx context.Context, in *venueIn) (*body[VenueRow], error) {
	actor := CallerOf(ctx).Actor
	v, err := s.view(ctx, actor)
	if err != nil {
		return nil, err
	}
	return once(ctx, s, in.Key, "POST /activity-venues", in.RawBody, func(tx kernel.Tx) (*VenueRow, error) {
		x := &activities.Venue{Title: in.Body.Title, Kind: in.Body.Kind, Place: in.Body.Place, Seats: in.Body.Seats}
		err := s.Activities.PutVenue(tx, actor, x)
		r := v.venue(x)
		return &r, err
	})
}

func (v *view) team(x *activities.Team) TeamRow {
	r := TeamRow{ID: x.ID, Parent: x.Parent, Title: x.Title, Kind: x.Kind, LeadTitle: x.LeadTitle, Members: x.Members, Writable: activities.MayWrite(v.who, x.Path)}
	for _, c := range activities.TeamKinds {
		if c.ID == x.Kind {
			r.KindTitle = c.Title.In(v.lang)
		}
	}
	return r
}

func (s *Server) teamList(ctx context.Context, in *pooledIn) (*body[TeamList], error) {
	actor, out := CallerOf(ctx).Actor, &body[TeamList]{TeamList{Items: []TeamRow{}}}
	v, err := s.view(ctx, actor)
	if err != nil {
		return nil, err
	}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Activities.Teams.TeamList(tx, in.page())
		for _, x := range l {
			out.Body.Items = append(out.Body.Items, v.team(x))
		}
		out.Body.Next = next
		return err
	})
	return out, err
}

type teamIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Title     string    `json:"title" maxLength:"200"`
		Kind      string    `json:"kind,omitempty" doc:"party, women, law, green; empty for a brigade"`
		Parent    kernel.ID `json:"parent,omitempty"`
		Place     kernel.ID `json:"place"`
		Lead      kernel.ID `json:"lead,omitempty" doc:"A person of the registers"`
		LeadTitle string    `json:"lead_title,omitempty" maxLength:"80" doc:"The post that the lead must hold, such as 村党总支书记"`
	}
}

func (s *Server) teamCreate(ctx context.Context, in *teamIn) (*body[TeamRow], error) {
	actor, b := CallerOf(ctx).Actor, in.Body
	v, err := s.view(ctx, actor)
	if err != nil {
		return nil, err
	}
	return once(ctx, s, in.Key, "POST /activity-teams", in.RawBody, func(tx kernel.Tx) (*TeamRow, error) {
		x := &activities.Team{Title: b.Title, Kind: b.Kind, Parent: b.Parent, Place: b.Place, Lead: b.Lead, LeadTitle: b.LeadTitle}
		err := s.Activities.PutTeam(tx, actor, x)
		r := v.team(x)
		return &r, err
	})
}

func (s *Server) team(ctx context.Context, in *struct {
	ID    kernel.ID `path:"id"`
	After string    `query:"after" maxLength:"26"`
	Limit int       `query:"limit" minimum:"1" maximum:"500" default:"200"`
},
) (out *body[TeamDetail], err error) {
	err = s.Store.View(ctx, CallerOf(ctx).Actor.Tenant, func(tx kernel.Tx) error {
		d, err := s.teamDetail(ctx, tx, in.ID, kernel.Page{After: in.After, Limit: in.Limit}.Clamp(200, 500))
		if err == nil {
			out = &body[TeamDetail]{*d}
		}
		return err
	})
	return out, err
}

func (s *Server) teamDetail(ctx context.Context, tx kernel.Tx, id kernel.ID, p kernel.Page) (*TeamDetail, error) {
	actor := CallerOf(ctx).Actor
	t, cover, err := s.Activities.TeamFor(tx, actor, id)
	if err != nil {
		return nil, err
	}
	v, err := s.activityView(ctx, tx, actor)
	if err != nil {
		return nil, err
	}
	d := &TeamDetail{TeamRow: v.team(t), Grids: cover.Grids, Covered: cover.In, Groups: cover.Groups, People: []MemberRow{}}
	l, next, err := s.Activities.Teams.Members(tx, id, p)
	for _, m := range l {
		r := MemberRow{Person: m.Person, Who: m.Shown, Post: m.Post}
		if g := v.programmes["service"]; g != nil && m.Post != "" {
			r.PostTitle = v.choice(g.Posts, m.Post)
		}
		d.People = append(d.People, r)
	}
	d.Next = next
	return d, err
}

type joinIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		People []kernel.ID `json:"people" minItems:"1" maxItems:"500"`
		Post   string      `json:"post,omitempty" example:"policy"`
	}
}

func (s *Server) teamJoin(ctx context.Context, in *joinIn) (*body[TeamDetail], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /activity-teams/"+string(in.ID)+"/members", in.RawBody, func(tx kernel.Tx) (*TeamDetail, error) {
		if err := s.Activities.Join(tx, actor, in.ID, in.Body.People, in.Body.Post); err != nil {
			return nil, err
		}
		return s.teamDetail(ctx, tx, in.ID, kernel.Page{Limit: 200})
	})
}

type leaveIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Person kernel.ID `json:"person"`
	}
}

func (s *Server) teamLeave(ctx context.Context, in *leaveIn) (*body[TeamDetail], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /activity-teams/"+string(in.ID)+"/leavers", in.RawBody, func(tx kernel.Tx) (*TeamDetail, error) {
		if err := s.Activities.Leave(tx, actor, in.ID, in.Body.Person); err != nil {
			return nil, err
		}
		return s.teamDetail(ctx, tx, in.ID, kernel.Page{Limit: 200})
	})
}

type gridIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Grid   int         `json:"grid"`
		Groups []kernel.ID `json:"groups" minItems:"1" maxItems:"200"`
	}
}

func (s *Server) teamGrid(ctx context.Context, in *gridIn) (*body[TeamDetail], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /activity-teams/"+string(in.ID)+"/grids", in.RawBody, func(tx kernel.Tx) (*TeamDetail, error) {
		if err := s.Activities.PutGrid(tx, actor, in.ID, in.Body.Grid, in.Body.Groups); err != nil {
			return nil, err
		}
		return s.teamDetail(ctx, tx, in.ID, kernel.Page{Limit: 200})
	})
}

package api

import (
	"context"
	"time"

	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
)

func personRow(p *activities.Person) PersonRow {
	r := PersonRow{ID: p.ID, Kind: string(p.Kind), Number: p.Number, Who: p.Shown, Skills: p.Skills, Windows: []Window{}, Most: p.Most, Employment: string(p.Employment)}
	if r.Skills == nil {
		r.Skills = []string{}
	}
	for _, w := range p.Windows {
		r.Windows = append(r.Windows, Window{w.From, w.To})
	}
	return r
}

func (s *Server) people(ctx context.Context, in *struct {
	Kind  string `query:"kind" enum:"volunteer,worker" default:"volunteer"`
	After string `query:"after" maxLength:"26"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"100"`
},
) (*body[PersonList], error) {
	actor, out := CallerOf(ctx).Actor, &body[PersonList]{PersonList{Items: []PersonRow{}}}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Activities.PersonList(tx, actor, activities.PersonKind(in.Kind), kernel.Page{After: in.After, Limit: in.Limit}.Clamp(100, 200))
		for _, p := range l {
			out.Body.Items = append(out.Body.Items, personRow(p))
		}
		out.Body.Next = next
		return err
	})
	return out, err
}

type personIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		PersonIn
		Place   kernel.ID `json:"place" doc:"Where the registration is kept"`
		Contact Contact   `json:"contact" doc:"Kept sealed"`
	}
}

func (s *Server) personCreate(ctx context.Context, in *personIn) (*body[PersonRow], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /activity-people", in.RawBody, func(tx kernel.Tx) (*PersonRow, error) {
		p := in.Body.person()
		err := s.Activities.Register(tx, actor, in.Body.Place, p, activities.Contact{Name: in.Body.Contact.Name, Phone: in.Body.Contact.Phone})
		r := personRow(p)
		return &r, err
	})
}

func (s *Server) personChange(ctx context.Context, in *struct {
	ID   kernel.ID `path:"id"`
	Body PersonIn
},
) (*body[PersonRow], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, "", "PUT /activity-people/"+string(in.ID), nil, func(tx kernel.Tx) (*PersonRow, error) {
		p, err := s.Activities.ChangePerson(tx, actor, in.ID, in.Body.person())
		if err != nil {
			return nil, err
		}
		r := personRow(p)
		return &r, nil
	})
}

func (s *Server) personRecord(ctx context.Context, in *idIn) (out *body[MyRecord], err error) {
	actor := CallerOf(ctx).Actor
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		r, err := s.Activities.Record(tx, actor, in.ID)
		if err == nil {
			out = &body[MyRecord]{*recordOf(LangOf(ctx), r)}
		}
		return err
	})
	return out, err
}

type certifyIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Person   kernel.ID `json:"person"`
		Place    kernel.ID `json:"place" doc:"The issuer's: what was served there and below is certified"`
		From     string    `json:"from,omitempty" format:"date" doc:"First day"`
		To       string    `json:"to,omitempty" format:"date" doc:"Last day"`
		Issuer   string    `json:"issuer" maxLength:"200"`
		InCharge string    `json:"in_charge" maxLength:"200"`
		Handler  string    `json:"handler" maxLength:"200"`
		Contact  string    `json:"contact" maxLength:"200"`
	}
}

func certificateView(lang kernel.Lang, c *activities.Certificate) *CertificateView {
	out := &CertificateView{ID: c.ID, Number: c.Number, Name: c.Proof.Name, Volunteer: c.Proof.Volunteer, Hours: float64(activities.Tenths(c.Minutes)) / 10,
		Content: []CertificateContent{}, Issuer: c.Proof.Issuer, InCharge: c.Proof.InCharge, Handler: c.Proof.Handler, Contact: c.Proof.Contact, Issued: c.Issued,
		Rule: activities.RoundingSay.In(lang)}
	for _, x := range c.Proof.Content {
		out.Content = append(out.Content, CertificateContent{x.Title, x.Day, x.Minutes})
	}
	if !c.Proof.From.IsZero() {
		out.From = &c.Proof.From
	}
	if !c.Proof.To.IsZero() {
		last := c.Proof.To.Add(-time.Second)
		out.To = &last
	}
	return out
}

func (s *Server) certify(ctx context.Context, in *certifyIn) (*body[CertificateView], error) {
	actor, lang, b := CallerOf(ctx).Actor, LangOf(ctx), in.Body
	from, err := day("from", b.From, 0)
	if err != nil {
		return nil, err
	}
	to, err := day("to", b.To, 1)
	if err != nil {
		return nil, err
	}
	return once(ctx, s, in.Key, "POST /activity-certificates", in.RawBody, func(tx kernel.Tx) (*CertificateView, error) {
		c, err := s.Activities.Certify(tx, actor, activities.Issue{Person: b.Person, Place: b.Place, From: from.UTC(), To: to.UTC(), Issuer: b.Issuer, InCharge: b.InCharge,
			Handler: b.Handler, Contact: b.Contact})
		if err != nil {
			return nil, err
		}
		return certificateView(lang, c), nil
	})
}

func (s *Server) certificate(ctx context.Context, in *idIn) (out *body[CertificateView], err error) {
	actor := CallerOf(ctx).Actor
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		c, err := s.Activities.CertificateOf(tx, actor, in.ID)
		if err == nil {
			out = &body[CertificateView]{*certificateView(LangOf(ctx), c)}
		}
		return err
	})
	return out, err
}

// ProgrammeChoice is one of a set that a programme closes, in both languages.
type ProgrammeChoice struct {
	ID    string      `json:"id" maxLength:"40"`
	Title kernel.Text `json:"title"`
}

func chosen(l []ProgrammeChoice) []activities.Choice {
	out := make([]activities.Choice, len(l))
	for i, c := range l {
		out[i] = activities.Choice(c)
	}
	return out
}

// ActivitySettings is how hours are counted.
type ActivitySettings struct {
	CountTravel bool `json:"count_travel" doc:"The way counts as service"`
}

// ProgrammeIn is a programme as it is written, with names in both languages.
type ProgrammeIn struct {
	Title   kernel.Text       `json:"title"`
	Forms   []ProgrammeChoice `json:"forms" minItems:"1" maxItems:"60"`
	Exactly int               `json:"exactly,omitempty" minimum:"0" maximum:"60" doc:"How many forms it has by its own definition"`
	Classes []ProgrammeChoice `json:"classes,omitempty" maxItems:"60"`
	Posts   []ProgrammeChoice `json:"posts,omitempty" maxItems:"60"`
	Service bool              `json:"service,omitempty"`
	Labour  bool              `json:"labour,omitempty"`
}

func (s *Server) programmePut(ctx context.Context, in *struct {
	ID   string `path:"id" maxLength:"40"`
	Body ProgrammeIn
},
) (*body[ProgrammeIn], error) {
	actor, b := CallerOf(ctx).Actor, in.Body
	return once(ctx, s, "", "PUT /activities/programmes/"+in.ID, nil, func(tx kernel.Tx) (*ProgrammeIn, error) {
		return &b, s.Activities.PutProgramme(tx, actor, &activities.Programme{ID: in.ID, Title: b.Title, Forms: chosen(b.Forms), Exactly: b.Exactly, Classes: chosen(b.Classes), Posts: chosen(b.Posts),
			Service: b.Service, Labour: b.Labour})
	})
}

func (s *Server) activitySettings(ctx context.Context, in *struct{ Body ActivitySettings }) (*body[ActivitySettings], error) {
	actor, b := CallerOf(ctx).Actor, in.Body
	return once(ctx, s, "", "PUT /activities/settings", nil, func(tx kernel.Tx) (*ActivitySettings, error) {
		return &b, s.Activities.PutSettings(tx, actor, activities.Settings(b))
	})
}

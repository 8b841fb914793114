package activities

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
)

func personField(t kernel.Tenant, id kernel.ID, field string) vault.Field {
	return vault.Field{Tenant: t, Table: "activity_person", ID: id, Field: field}
}

// fill seals name and phone of a person, masks the name, and gives number and id.
func (s *Service) fill(tx kernel.Tx, p *Person, c Contact) error {
	p.ID, p.At = kernel.NewID(tx.Now()), tx.Now()
	suffix, err := vault.NewCaseSuffix(random)
	if err != nil {
		return kernel.Internal("number", err)
	}
	more, err := vault.NewCaseSuffix(random) // one suffix alone is not enough for ten thousand people of a year
	if err != nil {
		return kernel.Internal("number", err)
	}
	suffix += more
	p.Number = map[PersonKind]string{VolunteerKind: "V", WorkerKind: "W"}[p.Kind] + string(tx.Tenant()) + "-" + tx.Now().In(kernel.Shanghai).Format("2006") + "-" + suffix
	if c.Name == "" {
		return nil
	}
	p.Shown = vault.MaskName(c.Name)
	if p.NameSealed, err = s.Sealer.SealText(c.Name, personField(tx.Tenant(), p.ID, "name")); err != nil {
		return kernel.Internal("name", err)
	}
	if c.Phone == "" {
		return nil
	}
	p.PhoneSealed, err = s.Sealer.SealText(c.Phone, personField(tx.Tenant(), p.ID, "phone"))
	return err
}

// register writes a registration with its ledger row.
func (s *Service) register(tx kernel.Tx, actor kernel.Actor, p *Person, c Contact) error {
	if err := s.fill(tx, p, c); err != nil {
		return err
	}
	if err := s.People.Register(tx, []*Person{p}); err != nil {
		return err
	}
	_, err := s.log(tx, actor, "activity_register", p.ID, 1, map[string]any{"kind": string(p.Kind), "number": p.Number})
	return err
}

// Register writes down a volunteer or a worker at the committee's desk.
func (s *Service) Register(tx kernel.Tx, actor kernel.Actor, place kernel.ID, p *Person, c Contact) error {
	at, err := s.Places.Place(tx, place)
	if err != nil {
		return err
	}
	p.Path = at.Path
	if err := mayWrite(tx, actor, p.Path); err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	if p.Who, err = s.byContact(tx.Tenant(), &c); err != nil {
		return err
	}
	return s.register(tx, actor, p, c)
}

const mostWindows = 60

func (p *Person) check() error {
	for i, k := range p.Skills {
		p.Skills[i] = strings.Join(strings.Fields(k), "-")
	}
	p.Skills = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(p.Skills))), func(s string) bool { return s == "" })
	switch {
	case p.Kind != VolunteerKind && p.Kind != WorkerKind:
		return kernel.Invalid("kind", kernel.T("请说明是志愿者还是计酬劳务", "say whether it is a volunteer or a worker"))
	case p.Kind == WorkerKind && p.Employment != Stable && p.Employment != Flexible:
		return kernel.Invalid("employment", kernel.T("请说明是稳定就业还是灵活就业", "say whether the job is stable or flexible"))
	case p.Kind == VolunteerKind && p.Employment != NoEmployment:
		return kernel.Invalid("employment", kernel.T("志愿者没有就业类型", "a volunteer has no kind of employment"))
	case p.Most < 0 || p.Most > 60 || len(p.Windows) > mostWindows || len(p.Skills) > 20:
		return kernel.Invalid("windows", kernel.T("时间段和班次太多了", "there are too many windows or shifts"))
	}
	for i, w := range p.Windows {
		if !w.To.After(w.From) || w.To.Sub(w.From) > 24*time.Hour {
			return kernel.Invalid("windows["+itoa(i)+"]", kernel.T("每段时间要有先后，不超过一天", "each window ends after it begins, within a day"))
		}
	}
	return nil
}

// personFor gives a registration that the actor may keep, or that is the actor's own.
func (s *Service) personFor(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Person, error) {
	p, err := s.People.PersonByID(tx, id)
	if err != nil {
		return nil, err
	}
	own := actor.Kind == kernel.ActorAccount && p.Account == actor.Account
	if !own && !MayWrite(actor, p.Path) {
		return nil, kernel.NotFound(kernel.T("没有这个登记，或者不归您管", "there is no such registration, or it is not yours to keep"))
	}
	return p, nil
}

// ChangePerson writes when and what for somebody is available. Who changes from volunteer to worker, or back, must have no open
// sign-up of the kind before.
func (s *Service) ChangePerson(tx kernel.Tx, actor kernel.Actor, id kernel.ID, n *Person) (*Person, error) {
	p, err := s.personFor(tx, actor, id)
	if err != nil {
		return nil, err
	}
	if n.Kind != p.Kind {
		pay := Unpaid
		if p.Kind == WorkerKind {
			pay = Paid
		}
		open, err := s.People.OpenSignups(tx, p.Who, pay)
		if err != nil {
			return nil, err
		}
		if open > 0 {
			return nil, kernel.Conflict(kernel.T("还有没结束的报名，结束或取消后才能改登记", "there are sign-ups that are not over; cancel them first, or wait"))
		}
	}
	p.Kind, p.Skills, p.Windows, p.Most, p.Employment = n.Kind, n.Skills, n.Windows, n.Most, n.Employment
	if err := p.check(); err != nil {
		return nil, err
	}
	if err := s.People.Change(tx, p); err != nil {
		return nil, err
	}
	_, err = s.log(tx, actor, "activity_register", p.ID, 2, map[string]any{"kind": string(p.Kind)})
	return p, err
}

// PersonList gives registrations that the actor keeps, in the order in which they were made: never by hours.
func (s *Service) PersonList(tx kernel.Tx, actor kernel.Actor, kind PersonKind, p kernel.Page) ([]*Person, string, error) {
	return s.People.PersonList(tx, kind, access.ScopeOf(actor, access.ActivityWrite), p)
}

// Record is what one volunteer served.
type Record struct {
	Person  *Person
	Minutes int
	Stars   int
}

// Record gives the service of one volunteer to whoever keeps the registration, and to the person.
func (s *Service) Record(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Record, error) {
	p, err := s.personFor(tx, actor, id)
	if err != nil {
		return nil, err
	}
	return s.record(tx, p)
}

// MyRecord gives the actor's own, nil without one.
func (s *Service) MyRecord(tx kernel.Tx, actor kernel.Actor) (*Record, error) {
	p, err := s.People.ByWho(tx, "account:"+string(actor.Account))
	if err != nil || p == nil {
		return nil, err
	}
	return s.record(tx, p)
}

func (s *Service) record(tx kernel.Tx, p *Person) (*Record, error) {
	set, err := s.Repo.Settings(tx)
	if err != nil {
		return nil, err
	}
	stays, err := s.Attendances.StaysOf(tx, p.Who, "", time.Time{}, time.Time{})
	if err != nil {
		return nil, err
	}
	m := Minutes(Served(stays, set))
	return &Record{Person: p, Minutes: m, Stars: Stars(m)}, nil
}

// Certificate is the proof of service that a volunteer asks for (MCA Decree 67): free of charge, with what the form needs and
// no more.
type Certificate struct {
	ID      kernel.ID
	Number  string
	Who     string
	Path    kernel.Path
	Minutes int
	Issued  time.Time
	Body    string // sealed JSON of Proof
	Proof   Proof  // opened
}

// Proof is what the certificate says.
type Proof struct {
	Name      string    `json:"name"`
	Volunteer string    `json:"volunteer"` // the volunteer's number
	Content   []Content `json:"content"`
	Issuer    string    `json:"issuer"`
	InCharge  string    `json:"in_charge"`
	Handler   string    `json:"handler"`
	Contact   string    `json:"contact"`
	From      time.Time `json:"from,omitzero"`
	To        time.Time `json:"to,omitzero"`
}

// Content is one activity of a certificate with the minutes served at it. Where activities overlap, the sum is less than its parts.
type Content struct {
	Title   string    `json:"title"`
	Day     time.Time `json:"day"`
	Minutes int       `json:"minutes"`
}

// Issue is what a certificate is asked with.
type Issue struct {
	Person                             kernel.ID
	From, To                           time.Time
	Place                              kernel.ID // the issuer's
	Issuer, InCharge, Handler, Contact string
}

func certField(t kernel.Tenant, id kernel.ID) vault.Field {
	return vault.Field{Tenant: t, Table: "volunteer_certificate", ID: id, Field: "body"}
}

// Certify issues a certificate over what the volunteer served at the issuer's place.
func (s *Service) Certify(tx kernel.Tx, actor kernel.Actor, in Issue) (*Certificate, error) {
	at, err := s.Places.Place(tx, in.Place)
	if err != nil {
		return nil, err
	}
	if err := mayWrite(tx, actor, at.Path); err != nil {
		return nil, err
	}
	p, err := s.personFor(tx, actor, in.Person)
	if err != nil {
		return nil, err
	}
	for field, v := range map[string]string{"issuer": in.Issuer, "in_charge": in.InCharge, "handler": in.Handler, "contact": in.Contact} {
		if strings.TrimSpace(v) == "" || len([]rune(v)) > 80 {
			return nil, kernel.Invalid(field, kernel.T("证明上要写全：出具单位、负责人、经办人和联系方式", "a certificate names issuer, person in charge, handler and contact"))
		}
	}
	if p.NameSealed == "" || p.Kind != VolunteerKind {
		return nil, kernel.Invalid("person", kernel.T("这个登记没有志愿者的姓名，请先补登记", "the registration has no volunteer's name; complete it first"))
	}
	set, err := s.Repo.Settings(tx)
	if err != nil {
		return nil, err
	}
	stays, err := s.Attendances.StaysOf(tx, p.Who, at.Path, in.From, in.To)
	if err != nil {
		return nil, err
	}
	c := &Certificate{ID: kernel.NewID(tx.Now()), Who: p.Who, Path: at.Path, Minutes: Minutes(Served(stays, set)), Issued: tx.Now()}
	if c.Minutes == 0 {
		return nil, kernel.Conflict(kernel.T("这段时间里没有已结束活动的服务时长，开不出证明", "no closed activity of that time gave any hours; there is nothing to certify"))
	}
	c.Proof = Proof{Volunteer: p.Number, Content: contents(stays, set), Issuer: in.Issuer, InCharge: in.InCharge, Handler: in.Handler, Contact: in.Contact, From: in.From, To: in.To}
	if c.Proof.Name, err = s.Sealer.OpenText(p.NameSealed, personField(tx.Tenant(), p.ID, "name")); err != nil {
		return nil, kernel.Internal("name", err)
	}
	suffix, err := vault.NewCaseSuffix(random)
	if err != nil {
		return nil, kernel.Internal("number", err)
	}
	c.Number = string(tx.Tenant()) + "-" + tx.Now().In(kernel.Shanghai).Format("20060102") + "-" + suffix
	b, err := json.Marshal(c.Proof)
	if err != nil {
		return nil, kernel.Internal("certificate", err)
	}
	if c.Body, err = s.Sealer.Seal(b, certField(tx.Tenant(), c.ID)); err != nil {
		return nil, kernel.Internal("certificate", err)
	}
	if err := s.People.PutCertificate(tx, c); err != nil {
		return nil, err
	}
	_, err = s.log(tx, actor, "volunteer_certificate", c.ID, 1, map[string]any{"number": c.Number, "minutes": c.Minutes})
	return c, err
}

// contents gives the minutes of each activity.
func contents(stays []*Stay, set Settings) (out []Content) {
	by := map[kernel.ID][]*Stay{}
	var order []kernel.ID
	for _, x := range stays {
		if by[x.Activity] == nil {
			order = append(order, x.Activity)
		}
		by[x.Activity] = append(by[x.Activity], x)
	}
	for _, id := range order {
		if m := Minutes(Served(by[id], set)); m > 0 {
			out = append(out, Content{Title: by[id][0].Title, Day: by[id][0].Begins, Minutes: m})
		}
	}
	slices.SortStableFunc(out, func(a, b Content) int { return a.Day.Compare(b.Day) })
	return out
}

// CertificateOf opens a certificate for whoever keeps the volunteers of its place, and for the volunteer.
func (s *Service) CertificateOf(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Certificate, error) {
	c, err := s.People.Certificate(tx, id)
	if err != nil {
		return nil, err
	}
	own := actor.Kind == kernel.ActorAccount && c.Who == "account:"+string(actor.Account)
	if !own && !MayWrite(actor, c.Path) {
		return nil, kernel.NotFound(sayNoCertificate)
	}
	return c, s.openProof(tx, c)
}

// Enrolment is a registration that an import brings.
type Enrolment struct {
	Person  Person
	Contact Contact
}

// Enrol registers many at a path, with one ledger row for all.
func (s *Service) Enrol(tx kernel.Tx, path kernel.Path, list []Enrolment) ([]*Person, error) {
	out := make([]*Person, len(list))
	for i := range list {
		p, c := list[i].Person, list[i].Contact
		p.Path = path
		if err := p.check(); err != nil {
			return nil, err
		}
		var err error
		if p.Who, err = s.byContact(tx.Tenant(), &c); err != nil {
			return nil, err
		}
		if err := s.fill(tx, &p, c); err != nil {
			return nil, err
		}
		out[i] = &p
	}
	if err := s.People.Register(tx, out); err != nil {
		return nil, err
	}
	_, err := s.log(tx, kernel.System(tx.Tenant()), "activity_register", "activities", 0, map[string]any{"registered": len(out)})
	return out, err
}

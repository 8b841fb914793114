package activities

import (
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/vault"
)

var random = rand.Reader

// Wish is what somebody who signs up says.
type Wish struct {
	Post    kernel.ID
	Contact Contact // of whoever has no account
	Skills  []string
}

// Got is what a sign-up gave.
type Got struct {
	Signup  *Signup
	Code    vault.TrackCode // by which the person finds, uses and cancels it
	Waiting int             // the number in the line; 0 with a place
	Row     *ledger.Row
}

// whoIs tells who signs up: the account, or the telephone of whoever has none.
func (s *Service) whoIs(t kernel.Tenant, actor kernel.Actor, c *Contact) (who string, err error) {
	if actor.Kind == kernel.ActorAccount {
		return "account:" + string(actor.Account), nil
	}
	return s.byContact(t, c)
}

func (s *Service) byContact(t kernel.Tenant, c *Contact) (string, error) {
	c.Name = strings.TrimSpace(c.Name)
	if c.Name == "" || len([]rune(c.Name)) > 60 {
		return "", kernel.Invalid("contact.name", kernel.T("请留下怎么称呼您", "say how to address you"))
	}
	var err error
	if c.Phone, err = vault.NormalisePhone("contact.phone", c.Phone); err != nil {
		return "", err
	}
	return "phone:" + s.Keyring.PhoneIndex(t, c.Phone), nil
}

// PhoneIndex gives the blind index by which a caller's limit is kept.
func (s *Service) PhoneIndex(t kernel.Tenant, phone string) string {
	p, err := vault.NormalisePhone("", phone)
	if err != nil {
		return ""
	}
	return s.Keyring.PhoneIndex(t, p)
}

// SignUp takes a place for the person, or one in the line for it.
func (s *Service) SignUp(tx kernel.Tx, actor kernel.Actor, id kernel.ID, w Wish) (*Got, error) {
	a, err := s.Read(tx, actor, id)
	if err != nil {
		return nil, err
	}
	p, ok := a.Post(w.Post)
	if !ok {
		return nil, kernel.Invalid("post", kernel.T("没有这个岗位，请重新打开活动再选", "there is no such post; open the activity again"))
	}
	if a.Stage != Open || !p.To.After(tx.Now()) {
		return nil, kernel.Conflict(kernel.T("这个活动现在不能报名", "this activity takes no sign-ups now"))
	}
	who, err := s.whoIs(tx.Tenant(), actor, &w.Contact)
	if err != nil {
		return nil, err
	}
	skills := make([]string, 0, len(w.Skills))
	for _, k := range w.Skills {
		skills = append(skills, strings.Join(strings.Fields(k), "-"))
	}
	person, err := s.fit(tx, actor, a, p, who, w.Contact, skills)
	if err != nil {
		return nil, err
	}
	g := &Got{Signup: &Signup{Who: who, Account: actor.Account, Shown: actor.Name}}
	if actor.Kind != kernel.ActorAccount {
		g.Signup.Shown = vault.MaskName(w.Contact.Name)
	} else {
		w.Contact = Contact{}
	}
	if person != nil {
		g.Signup.Shown = person.Shown
	}
	return g, s.enter(tx, actor, a, p, g, w.Contact)
}

// fit holds a person against a post: the registration that it needs, never the other one, and the skills. Whoever is not
// registered yet is registered by signing up.
func (s *Service) fit(tx kernel.Tx, actor kernel.Actor, a *Activity, p *Post, who string, c Contact, skills []string) (*Person, error) {
	need := kindFor(p.Pay)
	if need == "" {
		return nil, nil
	}
	person, err := s.People.ByWho(tx, who)
	if err != nil {
		return nil, err
	}
	if person == nil {
		if need == WorkerKind && actor.Kind != kernel.ActorAccount {
			return nil, kernel.Conflict(kernel.T("劳务要先登记，请找村社区登记您能来的时间", "paid shifts need a registration first: ask the committee to note when you can come"))
		}
		person = &Person{Who: who, Kind: need, Account: actor.Account, Shown: actor.Name, Path: a.Path, Skills: skills, Employment: p.Employment}
		if err := s.register(tx, actor, person, c); err != nil {
			return nil, err
		}
	}
	if person.Kind != need {
		return nil, kindConflict(need)
	}
	for _, k := range p.Skills {
		if !slices.Contains(person.Skills, k) && !slices.Contains(skills, k) {
			return nil, kernel.Invalid("skills", kernel.T("这个岗位要会"+k, "this post needs the skill "+k))
		}
	}
	return person, nil
}

func kindConflict(need PersonKind) error {
	if need == WorkerKind {
		return kernel.Conflict(kernel.T("登记为志愿者的人不上计酬的班，志愿服务不领酬", "whoever is registered as an unpaid volunteer fills no paid post"))
	}
	return kernel.Conflict(kernel.T("登记为计酬劳务的人不占志愿岗", "whoever is registered for paid work fills no volunteer's post"))
}

// enter takes the place and writes the sign-up with its ledger row, which names no person.
func (s *Service) enter(tx kernel.Tx, actor kernel.Actor, a *Activity, p *Post, g *Got, c Contact) error {
	x := g.Signup
	x.ID, x.Activity, x.Post, x.Day, x.At = kernel.NewID(tx.Now()), a.ID, p.ID, p.Day(), tx.Now()
	var err error
	if x.State, g.Waiting, err = s.Signups.Take(tx, a.ID, p.ID); err != nil {
		return err
	}
	if g.Code, err = vault.NewTrackCode(tx.Tenant(), random); err != nil {
		return kernel.Internal("sign-up code", err)
	}
	x.CodeHash = s.Keyring.TrackHash(g.Code)
	if c != (Contact{}) {
		b, err := json.Marshal(c)
		if err != nil {
			return kernel.Internal("contact", err)
		}
		if x.Contact, err = s.Sealer.Seal(b, contactField(tx.Tenant(), x.ID)); err != nil {
			return kernel.Internal("contact", err)
		}
	}
	if err := s.Signups.InsertSignup(tx, x); err != nil {
		return err
	}
	g.Row, err = s.log(tx, actor, "activity_signup", a.ID, a.Version, map[string]any{"signup": string(x.ID), "post": string(p.ID), "state": string(x.State)})
	return err
}

func contactField(t kernel.Tenant, id kernel.ID) vault.Field {
	return vault.Field{Tenant: t, Table: "activity_signup", ID: id, Field: "contact"}
}

// ContactOf opens the contact of a sign-up; what shows it masks it.
func (s *Service) ContactOf(t kernel.Tenant, x *Signup) (c Contact, err error) {
	if x.Contact == "" {
		return c, nil
	}
	b, err := s.Sealer.Open(x.Contact, contactField(t, x.ID))
	if err != nil {
		return c, kernel.Internal("contact", err)
	}
	return c, json.Unmarshal(b, &c)
}

var sayNoSignup = kernel.T("没有这个报名，请核对报名码", "there is no such sign-up; check the code")

// Mine gives a sign-up by its code, or by its id to the account that it is of.
func (s *Service) Mine(tx kernel.Tx, actor kernel.Actor, code string) (*Signup, error) {
	if actor.Kind == kernel.ActorAccount && len(code) == 26 {
		if x, err := s.Signups.Signup(tx, kernel.ID(code)); err == nil && x.Account == actor.Account {
			return x, nil
		}
	}
	c, t, err := vault.ParseTrackCode(code)
	if err != nil {
		return nil, err
	}
	if t != tx.Tenant() {
		return nil, kernel.NotFound(sayNoSignup)
	}
	return s.Signups.ByCode(tx, s.Keyring.TrackHash(c))
}

// self is who acts with the code of a sign-up.
func self(actor kernel.Actor, x *Signup) kernel.Actor {
	if actor.Kind == kernel.ActorAccount {
		return actor
	}
	return kernel.Actor{Kind: kernel.ActorRequester, Tenant: actor.Tenant, Case: x.ID, Lang: actor.Lang}
}

// Withdraw cancels a sign-up; the first in the line moves up.
func (s *Service) Withdraw(tx kernel.Tx, actor kernel.Actor, x *Signup) (moved *Signup, err error) {
	a, err := s.Repo.Activity(tx, x.Activity)
	if err != nil {
		return nil, err
	}
	if a.Stage != Open {
		return nil, kernel.Conflict(kernel.T("活动已经开始或结束，不能再取消报名", "the activity has begun or is over; the sign-up stays"))
	}
	ended, moved, err := s.Signups.End(tx, x)
	if err != nil {
		return nil, err
	}
	if !ended {
		return nil, kernel.Conflict(kernel.T("这个报名已经取消了", "this sign-up was cancelled before"))
	}
	public := map[string]any{"signup": string(x.ID), "post": string(x.Post)}
	if moved != nil {
		public["moved_up"] = string(moved.ID)
	}
	_, err = s.log(tx, actor, "activity_withdraw", x.Activity, a.Version, public)
	return moved, err
}

// WithdrawMine is Withdraw by whoever holds the code.
func (s *Service) WithdrawMine(tx kernel.Tx, actor kernel.Actor, x *Signup) (*Signup, error) {
	return s.Withdraw(tx, self(actor, x), x)
}

// Remove cancels somebody's sign-up at the host's desk, such as when they rang.
func (s *Service) Remove(tx kernel.Tx, actor kernel.Actor, activity, signup kernel.ID) (*Signup, error) {
	if _, err := s.forWriting(tx, actor, activity); err != nil {
		return nil, err
	}
	x, err := s.signupOf(tx, activity, signup)
	if err != nil {
		return nil, err
	}
	return s.Withdraw(tx, actor, x)
}

func (s *Service) signupOf(tx kernel.Tx, activity, signup kernel.ID) (*Signup, error) {
	x, err := s.Signups.Signup(tx, signup)
	if err == nil && x.Activity != activity {
		err = kernel.NotFound(sayNoSignup)
	}
	return x, err
}

// SignupsOf gives those who signed up, in the order in which they did, to whoever keeps the activity.
func (s *Service) SignupsOf(tx kernel.Tx, actor kernel.Actor, activity kernel.ID, p kernel.Page) (*Activity, []*Signup, string, error) {
	a, err := s.forWriting(tx, actor, activity)
	if err != nil {
		return nil, nil, "", err
	}
	l, next, err := s.Signups.OfActivity(tx, activity, p)
	return a, l, next, err
}

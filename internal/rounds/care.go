package rounds

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/vault"
)

// Care is somebody who agreed to be visited. Why is not kept: neither need nor health.
type Care struct {
	ID       kernel.ID
	Template string
	// Name, Phone and Address are sealed; all three are empty once consent was withdrawn.
	Name, Phone, Address string
	Place                kernel.ID
	PlaceName            string
	Path                 kernel.Path
	Visitor              kernel.ID // the account that visits
	VisitorName          string    // masked
	// Partner is the institution that visits, by a consent of its own; empty for visits that the community arranges.
	Partner     kernel.ID
	PartnerName string
	Every       int // days
	Part        PartOfDay
	// Consent: which text was agreed to, by whom, how, and when.
	ConsentText string
	ConsentBy   ConsentBy
	ConsentHow  ConsentHow
	AgreedAt    time.Time
	RecordedBy  kernel.ID
	EndedAt     time.Time // when consent was withdrawn
	// LastAt and NextDue are of the visits; zero when there is none.
	LastAt, NextDue time.Time
	Missed          int // visits missed since the last one
}

// PartOfDay is when a visit is welcome.
type PartOfDay string

// The parts of the day.
const (
	AnyTime   PartOfDay = "any"
	Morning   PartOfDay = "morning"
	Afternoon PartOfDay = "afternoon"
	Evening   PartOfDay = "evening"
)

// AllParts lists the closed set.
var AllParts = []PartOfDay{AnyTime, Morning, Afternoon, Evening}

// ConsentBy is who agreed: the person, or the guardian of somebody who cannot.
type ConsentBy string

// Who agreed.
const (
	BySelf     ConsentBy = "self"
	ByGuardian ConsentBy = "guardian"
)

// AllConsentBys lists the closed set.
var AllConsentBys = []ConsentBy{BySelf, ByGuardian}

// ConsentHow is how the agreement was given.
type ConsentHow string

// How it was given.
const (
	InWriting ConsentHow = "written"
	Aloud     ConsentHow = "spoken" // read out and agreed to, a second member of staff beside
)

// AllConsentHows lists the closed set.
var AllConsentHows = []ConsentHow{InWriting, Aloud}

// ConsentVersion names the text that is agreed to; a changed text gets the next name.
const ConsentVersion = "care-1"

// ConsentText is what is read out or signed, apart from any other consent (个人信息保护法 14, 29).
var ConsentText = kernel.T("我同意社区按约好的间隔派人来看望我。社区为此保存我的称呼、电话和住址，只有来看望我的人和社区工作者能看到，不记我的身体情况，不拍照。每次走访记的话，六个月后删除。我随时可以说不来了，说了就停止走访并删除这些信息，不影响我得到别的服务。",
	"I agree that the community sends somebody to see me, as often as agreed. For this it keeps my name, telephone and address; only who visits me and the community's clerks can see them. Nothing of my health is kept and no photos are taken. What is noted at a visit is deleted after six months. I may end it at any time: the visits stop, this information is deleted, and no other service depends on it.")

// Enrol is somebody who agrees.
type Enrol struct {
	// Template is which visits are agreed to; empty for those that the community arranges.
	Template             string
	Name, Phone, Address string
	Place                kernel.ID
	Visitor              kernel.ID
	Every                int
	Part                 PartOfDay
	Text                 string // ConsentVersion
	By                   ConsentBy
	How                  ConsentHow
	Agreed               bool
}

// Person is the sealed part, opened.
type Person struct{ Name, Phone, Address string }

// Cares keeps who agreed to visits.
type Cares interface {
	PutCare(tx kernel.Tx, c *Care) error
	Care(tx kernel.Tx, id kernel.ID) (*Care, error)
	// ListCares gives those who are visited, by id.
	ListCares(tx kernel.Tx, allow access.Scope, p kernel.Page) ([]*Care, string, error)
	// Agreed gives all who are visited by a template.
	Agreed(tx kernel.Tx, template string) ([]*Care, error)
	// Withdraw erases name, phone and address, ends the open visits and erases the notes of all visits; false when it was done.
	Withdraw(tx kernel.Tx, id kernel.ID) (bool, error)
}

// Bounds of what was agreed.
const (
	leastEvery, mostEvery = 1, 90
	maxName, maxAddress   = 60, 200
)

func careField(t kernel.Tenant, id kernel.ID, name string) vault.Field {
	return vault.Field{Tenant: t, Table: "round_care", ID: id, Field: name}
}

func (s *Service) openCare(t kernel.Tenant, c *Care) (p Person, err error) {
	for _, f := range []struct {
		name, sealed string
		into         *string
	}{{"name", c.Name, &p.Name}, {"phone", c.Phone, &p.Phone}, {"address", c.Address, &p.Address}} {
		if f.sealed == "" {
			continue
		}
		if *f.into, err = s.Sealer.OpenText(f.sealed, careField(t, c.ID, f.name)); err != nil {
			return p, kernel.Internal("open "+f.name, err)
		}
	}
	return p, nil
}

// MaskedCare gives the sealed part as lists show it.
func (s *Service) MaskedCare(t kernel.Tenant, c *Care) (Person, error) {
	p, err := s.openCare(t, c)
	return Person{vault.MaskName(p.Name), vault.MaskPhone(p.Phone), vault.MaskAddress(p.Address)}, err
}

// CareTemplates gives the templates of care visits in force, those of the community first.
func (s *Service) CareTemplates(tx kernel.Tx) (out []*Template, err error) {
	l, err := s.inForce(tx, false)
	for _, x := range l {
		if x.Template.Kind == CareVisit {
			out = append(out, x.Template)
		}
	}
	slices.SortStableFunc(out, func(a, b *Template) int { return strings.Compare(string(a.Consent), string(b.Consent)) })
	return out, err
}

// careTemplate gives the template of care visits with the id; without one, the first that the community arranges.
func (s *Service) careTemplate(tx kernel.Tx, id string) (*Template, error) {
	l, err := s.CareTemplates(tx)
	if err != nil {
		return nil, err
	}
	for _, t := range l {
		if id == "" && t.Consent == ToCommunity || id != "" && t.ID == id {
			return t, nil
		}
	}
	return nil, kernel.Invalid("template", kernel.T("本区还没有这种上门看望的模板，请先发布一个", "the district has no such template of visits yet; publish one first"))
}

// Agree writes down that somebody agreed to be visited, in the caller's unit of work, and makes the first visit a duty. Only the
// community's clerk writes it down.
func (s *Service) Agree(tx kernel.Tx, actor kernel.Actor, in Enrol) (*Care, error) {
	place, err := s.Ground.Place(tx, in.Place)
	if err != nil {
		return nil, kernel.Invalid("place", kernel.T("没有这个地方，请从列表里选", "there is no such place; choose one from the list"))
	}
	if err := mayEnrol(actor, place.Path); err != nil {
		return nil, err
	}
	t, err := s.careTemplate(tx, in.Template)
	if err != nil {
		return nil, err
	}
	if err := in.check(t); err != nil {
		return nil, err
	}
	if err := s.mayVisit(tx, in.Visitor, place.Path); err != nil {
		return nil, err
	}
	partner := kernel.ID("")
	if t.Consent == ToPartner {
		if partner, err = s.partnerOf(tx, t, in.Visitor, place.Path); err != nil {
			return nil, err
		}
	}
	c := &Care{ID: kernel.NewID(tx.Now()), Template: t.ID, Partner: partner, Place: place.ID, PlaceName: place.Name, Path: place.Path, Visitor: in.Visitor, Every: in.Every, Part: in.Part,
		ConsentText: in.Text, ConsentBy: in.By, ConsentHow: in.How, AgreedAt: tx.Now(), RecordedBy: actor.Account}
	for name, f := range map[string]struct{ plain, into *string }{"name": {&in.Name, &c.Name}, "phone": {&in.Phone, &c.Phone}, "address": {&in.Address, &c.Address}} {
		if *f.plain == "" {
			continue
		}
		if *f.into, err = s.Sealer.SealText(*f.plain, careField(tx.Tenant(), c.ID, name)); err != nil {
			return nil, kernel.Internal("seal "+name, err)
		}
	}
	if err := s.Cares.PutCare(tx, c); err != nil {
		return nil, err
	}
	if _, err := s.Duties.AddDuties(tx, []*Duty{visit(tx, t, c, Day(tx.Now()))}); err != nil {
		return nil, err
	}
	_, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "care_agreed", Object: c.ID, Public: map[string]any{"text": in.Text, "by": string(in.By), "how": string(in.How), "every": in.Every, "unit": string(partner)}})
	return c, err
}

// mayEnrol lets the community's clerk, and nobody else, write down and end what was agreed.
func mayEnrol(actor kernel.Actor, path kernel.Path) error {
	if err := access.Decide(actor, access.RoundWrite, access.Target{Tenant: actor.Tenant, Path: path}).Err(); err != nil {
		return err
	}
	if slices.ContainsFunc(actor.Posts, func(p kernel.Post) bool { return p.Role == kernel.CommunityClerk && p.Path.Holds(path) }) {
		return nil
	}
	return kernel.Forbidden(kernel.T("入户关爱由社区工作者登记", "only the community's clerk writes down who agreed to visits"))
}

func (in *Enrol) check(t *Template) error {
	in.Name, in.Phone, in.Address = strings.TrimSpace(in.Name), strings.TrimSpace(in.Phone), strings.TrimSpace(in.Address)
	version, _ := t.ConsentText()
	switch {
	case !in.Agreed:
		return kernel.Invalid("agreed", kernel.T("本人没有同意，不能登记", "without consent nobody is written down"))
	case in.Text != version:
		return kernel.Invalid("consent_text", kernel.T("同意书已经更新，请刷新后重新念给本人听", "the text of consent has changed; reload and read it out again"))
	case !slices.Contains(AllConsentBys, in.By):
		return kernel.Invalid("consent_by", kernel.T("请选谁同意的：本人或监护人", "choose who agreed: the person or the guardian"))
	case !slices.Contains(AllConsentHows, in.How):
		return kernel.Invalid("consent_how", kernel.T("请选怎么同意的：签字或口头", "choose how: in writing or aloud"))
	case in.Name == "" || utf8.RuneCountInString(in.Name) > maxName:
		return kernel.Invalid("name", kernel.T("请填怎么称呼，最多 60 字", "fill in the name, 60 characters at most"))
	case in.Address == "" || utf8.RuneCountInString(in.Address) > maxAddress:
		return kernel.Invalid("address", kernel.T("请填住在哪里，最多 200 字", "fill in the address, 200 characters at most"))
	case in.Every < leastEvery || in.Every > mostEvery:
		return kernel.Invalid("every", kernel.T("间隔要在 1 到 90 天之间", "the interval is between 1 and 90 days"))
	case in.Part == "":
		in.Part = AnyTime
	case !slices.Contains(AllParts, in.Part):
		return kernel.Invalid("part", kernel.T("请选上午、下午、晚上或都行", "choose morning, afternoon, evening or any"))
	}
	err := CareText("name", in.Name)
	if err == nil {
		err = CareText("address", in.Address)
	}
	if err == nil && in.Phone != "" {
		in.Phone, err = vault.NormalisePhone("phone", in.Phone)
	}
	return err
}

// mayVisit asks whether an account may make visits at a place now.
func (s *Service) mayVisit(tx kernel.Tx, visitor kernel.ID, path kernel.Path) error {
	posts, err := s.Ground.PostsOf(tx, visitor)
	if err != nil {
		return err
	}
	who := kernel.Actor{Kind: kernel.ActorAccount, Tenant: tx.Tenant(), Account: visitor, Posts: posts}
	if !access.Decide(who, access.RoundDo, access.Target{Tenant: tx.Tenant(), Path: path}).Allow {
		return kernel.Invalid("visitor", kernel.T("这位现在不在这里任职，请另选一位", "this person holds no post here now; choose another one"))
	}
	return nil
}

// Visitors lists who may be asked to visit somebody at a place, for the community's clerk.
func (s *Service) Visitors(ctx context.Context, actor kernel.Actor, place kernel.ID, template string) (l []Visitor, err error) {
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		p, err := s.Ground.Place(tx, place)
		if err != nil {
			return err
		}
		if err := mayEnrol(actor, p.Path); err != nil {
			return err
		}
		t, err := s.careTemplate(tx, template)
		if err != nil {
			return err
		}
		if l, err = s.Ground.Visitors(tx, p.Path, t.visitRoles(), t.visitKinds()); err != nil {
			return err
		}
		for i := range l {
			if l[i].Name, err = s.personName(tx, l[i].Person.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return l, err
}

// visit makes the duty of one visit.
func visit(tx kernel.Tx, t *Template, c *Care, day time.Time) *Duty {
	begin := TurnOf(day, c.AgreedAt, c.Every)
	due, miss := t.Times(begin)
	// A visit is never missed later than the next one begins.
	if next := begin.AddDate(0, 0, c.Every).Add(-time.Millisecond); next.Before(miss) {
		miss = next
		if miss.Before(due) {
			due = miss
		}
	}
	return &Duty{ID: kernel.NewID(tx.Now()), Template: t.ID, Version: t.Version, Kind: t.Kind, Target: c.ID, Period: dayKey(begin), Place: c.Place, Path: c.Path,
		Unit: c.Partner, Assignee: c.Visitor, Confidential: true, From: begin, Due: due, Miss: miss, State: Open}
}

// visits makes the visits of the turns that all who agreed are in on a day.
func (s *Service) visits(tx kernel.Tx, t *Template, day time.Time) ([]*Duty, error) {
	l, err := s.Cares.Agreed(tx, t.ID)
	if err != nil {
		return nil, err
	}
	var out []*Duty
	for _, c := range l {
		if d := visit(tx, t, c, day); d.Miss.After(tx.Now()) {
			out = append(out, d)
		}
	}
	return out, nil
}

// care gives somebody whom the actor may see.
func (s *Service) care(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Care, error) {
	c, err := s.Cares.Care(tx, id)
	if err != nil {
		return nil, err
	}
	if !Sight(actor).Match(access.Target{Tenant: tx.Tenant(), Path: c.Path, Assignee: c.Visitor, Confidential: true}) {
		return nil, errNoCare
	}
	return c, nil
}

var errNoCare = kernel.NotFound(kernel.T("没有这位，或者您不能看", "there is nobody of that id, or they are not yours to see"))

// ListCares lists who is visited, for who visits them and the community's clerk.
func (s *Service) ListCares(ctx context.Context, actor kernel.Actor, p kernel.Page) (l []*Care, next string, err error) {
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		if l, next, err = s.Cares.ListCares(tx, Sight(actor), p); err != nil {
			return err
		}
		for _, c := range l {
			if c.VisitorName, err = s.personName(tx, c.Visitor); err != nil {
				return err
			}
		}
		return nil
	})
	return l, next, err
}

func (s *Service) personName(tx kernel.Tx, id kernel.ID) (string, error) {
	p, err := s.Ground.Person(tx, id)
	if kernel.Is(err, kernel.KindNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	name, err := s.Sealer.OpenText(p.NameSealed, vault.Field{Tenant: tx.Tenant(), Table: "person", ID: id, Field: "name"})
	return vault.MaskName(name), err
}

// Withdraw ends the visits of somebody who no longer wishes them, and erases what was kept about the person.
func (s *Service) Withdraw(tx kernel.Tx, actor kernel.Actor, id kernel.ID) error {
	c, err := s.care(tx, actor, id)
	if err != nil {
		return err
	}
	if err := mayEnrol(actor, c.Path); err != nil {
		return err
	}
	ok, err := s.Cares.Withdraw(tx, id)
	if err != nil {
		return err
	}
	if !ok {
		return kernel.Conflict(kernel.T("已经停止走访并删除了", "the visits have ended and all was deleted already"))
	}
	_, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "care_withdrawn", Object: id})
	return err
}

// Unmask gives name, phone and address in clear to who visits or the clerk, with a reason that is kept in the ledger.
func (s *Service) Unmask(tx kernel.Tx, actor kernel.Actor, id kernel.ID, reason string) (p Person, err error) {
	c, err := s.care(tx, actor, id)
	if err != nil {
		return p, err
	}
	if reason = strings.TrimSpace(reason); utf8.RuneCountInString(reason) < 2 || utf8.RuneCountInString(reason) > 200 {
		return p, kernel.Invalid("reason", kernel.T("请写为什么要看，2 到 200 字", "say why, in 2 to 200 characters"))
	}
	if err := noHealth("reason", reason); err != nil {
		return p, err
	}
	if p, err = s.openCare(tx.Tenant(), c); err != nil {
		return p, err
	}
	_, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "care_unmasked", Object: id, Public: map[string]any{"fields": []any{"name", "phone", "address"}},
		Personal: map[string]any{"who": actor.Name, "reason": reason}})
	return p, err
}

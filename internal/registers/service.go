package registers

import (
	"context"
	"slices"
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
	"sanzhi/internal/vault"
)

// Query asks for entries. Empty members ask nothing.
type Query struct {
	Register string
	Org      kernel.ID
	Path     kernel.Path
	Subject  kernel.ID
	Linked   kernel.ID // a link leads there
	State    string    // "" for all that has not ended, "all" for all
	Facet    string
	Text     string
	// Overdue: due before the day of the Tx and still open.
	Overdue bool
	Scope   access.Scope
}

// AnyState asks for entries in every state.
const AnyState = "all"

// Total is what the entries of one group of a register come to.
type Total struct {
	Facet  string
	Count  int
	Number float64
	Yes    [2]int
}

// Repo keeps entries and links. Every list is keyset-paged; every method touches only the tenant of the Tx.
type Repo interface {
	// Insert writes a new entry with its links: KindConflict when its key, or what a link holds, is taken.
	Insert(tx kernel.Tx, e *Entry, links []Link) error
	Get(tx kernel.Tx, id kernel.ID) (*Entry, error)
	// Save writes an entry over the version before its own; false when that is no longer the one kept. KindConflict as Insert.
	Save(tx kernel.Tx, e *Entry) (bool, error)
	Links(tx kernel.Tx, entries []kernel.ID) (map[kernel.ID][]Link, error)
	PutLinks(tx kernel.Tx, l []Link) error
	DropLinks(tx kernel.Tx, entry kernel.ID, ids []kernel.ID) (int, error)
	// Release lets go of all that the links of an entry hold.
	Release(tx kernel.Tx, entry kernel.ID) error
	// List gives entries, the newest first.
	List(tx kernel.Tx, q Query, p kernel.Page) ([]*Entry, string, error)
	Totals(tx kernel.Tx, q Query) ([]Total, error)
	// Hold lets one unit of work after the other look at what is held: whoever holds goes on when the one before is committed.
	Hold(tx kernel.Tx) error
	// Held gives the targets of a role that standing entries of the register hold.
	Held(tx kernel.Tx, register, role string) ([]Link, error)
	// Count adds one visitor of an entry on a day; Counted gives how many there were from one day to another, both counted.
	Count(tx kernel.Tx, entry kernel.ID, day string) error
	Counted(tx kernel.Tx, entry kernel.ID, from, to string) (int, error)
}

// OrgSource finds organisations.
type OrgSource interface {
	Org(tx kernel.Tx, id kernel.ID) (*orgs.Org, error)
}

// PlaceSource finds places, without and with their shape.
type PlaceSource interface {
	Place(tx kernel.Tx, id kernel.ID) (*territory.Place, error)
	Shape(tx kernel.Tx, id kernel.ID) (*territory.Place, error)
}

// Found is what a link leads to: its name as the actor may see it, and where it lies.
type Found struct {
	Name  string
	Org   kernel.ID
	Place kernel.ID
}

// Finder finds the target of a link for an actor: not_found when it is not there or not readable.
type Finder func(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (Found, error)

// Ports are what the service stands on.
type Ports struct {
	Store  kernel.Store
	Repo   Repo
	Counts Counts
	Ledger *ledger.Log
	Orgs   OrgSource
	Places PlaceSource
	// Find knows the targets in other rooms, by the kind of link. A kind that nobody finds cannot be linked.
	Find      map[LinkKind]Finder
	Sealer    *vault.Sealer
	Calendars Calendars
	// Walk measures ways; nil measures straight lines.
	Walk Walk
}

// Service adds and changes entries, and reads them for who may.
type Service struct{ Ports }

// NewService joins the service to its ports.
func NewService(p Ports) *Service { return &Service{p} }

// Draft is an entry as somebody enters it.
type Draft struct {
	Register string
	Org      kernel.ID
	Place    kernel.ID
	Subject  kernel.ID
	Values   map[string]string
	Links    []LinkDraft
}

// LinkDraft is a link as somebody enters it. Door is the door of a household, Consent the day on which it agreed.
type LinkDraft struct {
	Role    string
	Target  kernel.ID
	Door    string
	Consent string
}

var sayAbsent = t("没有这条登记，或者您看不到它", "there is no such entry, or you may not see it")

// mayWrite asks for the decision, and narrows dispatchers to the entries of their own organisation: their place is often the
// whole district.
func mayWrite(actor kernel.Actor, r *Register, tenant kernel.Tenant, path kernel.Path, org kernel.ID) error {
	at := access.Target{Tenant: tenant, Path: path}
	if d := access.Decide(actor, r.Write, at); !d.Allow {
		if !d.SignIn && access.Decide(actor, r.Read, at).Allow {
			return kernel.Forbidden(t("这不在您岗位负责的范围内", "this is outside what your post is responsible for"))
		}
		return d.Err()
	}
	if actor.Kind != kernel.ActorAccount {
		return nil
	}
	for _, p := range actor.Posts {
		if p.Path.Holds(path) && slices.Contains(access.Bundle(p.Role), r.Write) && (p.Role != kernel.UnitDispatcher || org == "" || p.Org == org) {
			return nil
		}
	}
	return kernel.Forbidden(t("这是别的单位的登记，请让它自己来填", "this is another organisation's entry; let them enter it"))
}

// MayWrite tells whether the actor may change the entry.
func (s *Service) MayWrite(tx kernel.Tx, actor kernel.Actor, r *Register, e *Entry) bool {
	return mayWrite(actor, r, tx.Tenant(), e.Path, e.Org) == nil
}

// Readable lists the registers of which the actor may read something.
func Readable(actor kernel.Actor) []*Register {
	var out []*Register
	for _, r := range catalogue {
		if !access.ScopeOf(actor, r.Read).IsEmpty() {
			out = append(out, r)
		}
	}
	return out
}

// refuse says why an actor reads nothing of a register.
func refuse(actor kernel.Actor) error {
	if actor.Kind != kernel.ActorAccount {
		return kernel.Unsigned()
	}
	return kernel.NotFound(t("没有这本登记，或者您看不到它", "there is no such register, or you may not see it"))
}

// List gives a page of entries that the actor may read.
func (s *Service) List(tx kernel.Tx, actor kernel.Actor, q Query, p kernel.Page) ([]*Entry, string, error) {
	r, err := Find(q.Register)
	if err != nil {
		return nil, "", err
	}
	if q.Scope = access.ScopeOf(actor, r.Read); q.Scope.IsEmpty() {
		return nil, "", refuse(actor)
	}
	return s.Repo.List(tx, q, p)
}

// Totals gives what the entries that the actor may read come to.
func (s *Service) Totals(tx kernel.Tx, actor kernel.Actor, q Query) ([]Total, error) {
	r, err := Find(q.Register)
	if err != nil {
		return nil, err
	}
	if q.Scope = access.ScopeOf(actor, r.Read); q.Scope.IsEmpty() {
		return nil, refuse(actor)
	}
	return s.Repo.Totals(tx, q)
}

// Get gives an entry that the actor may read, with its register and links.
func (s *Service) Get(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Entry, *Register, []Link, error) {
	e, err := s.Repo.Get(tx, id)
	if err != nil {
		return nil, nil, nil, err
	}
	r, err := Find(e.Register)
	if err != nil {
		return nil, nil, nil, err
	}
	if d := access.Decide(actor, r.Read, access.Target{Tenant: tx.Tenant(), Path: e.Path}); !d.Allow {
		if d.SignIn {
			return nil, nil, nil, d.Err()
		}
		return nil, nil, nil, kernel.NotFound(sayAbsent)
	}
	links, err := s.Repo.Links(tx, []kernel.ID{id})
	return e, r, links[id], err
}

// Add writes a new entry.
func (s *Service) Add(tx kernel.Tx, actor kernel.Actor, d Draft) (*Entry, *ledger.Row, error) {
	r, err := Find(d.Register)
	if err != nil {
		return nil, nil, err
	}
	if access.ScopeOf(actor, r.Write).IsEmpty() && access.ScopeOf(actor, r.Read).IsEmpty() {
		return nil, nil, refuse(actor)
	}
	e := &Entry{ID: kernel.NewID(tx.Now()), Register: r.Key, State: Open, Version: 1, By: actor.Ref(), Created: tx.Now(), Updated: tx.Now()}
	c := &Checked{Entry: e, Now: tx.Now()}
	if err := s.stand(tx, actor, r, c, d); err != nil {
		return nil, nil, err
	}
	if err := mayWrite(actor, r, tx.Tenant(), e.Path, e.Org); err != nil {
		return nil, nil, err
	}
	if c.Links, err = s.draftLinks(tx, actor, r, e, d.Links); err != nil {
		return nil, nil, err
	}
	if err := s.value(tx, r, c, d.Values); err != nil {
		return nil, nil, err
	}
	if err := s.Repo.Insert(tx, e, c.Links); err != nil {
		return nil, nil, err
	}
	row, err := s.record(tx, actor, r, "register.add", c, nil)
	return e, row, err
}

// stand finds whose entry it is, what it is about, and where it lies.
func (s *Service) stand(tx kernel.Tx, actor kernel.Actor, r *Register, c *Checked, d Draft) (err error) {
	e := c.Entry
	if r.NeedOrg {
		if d.Org == "" {
			return kernel.Invalid("org", t("请选单位", "choose the organisation"))
		}
		if c.Org, err = s.Orgs.Org(tx, d.Org); err != nil {
			return fieldOf("org", err)
		}
		if !kindOK(r.OrgKinds, c.Org.Kind) {
			return kernel.Invalid("org", t("“"+c.Org.Name+"”不是这本登记要的那类单位，请另选", c.Org.Name+" is not the kind of organisation that this register takes; choose another"))
		}
		e.Org = c.Org.ID
		if d.Place == "" {
			d.Place = c.Org.Place
		}
	}
	if r.Subject != "" {
		found, err := s.find(tx, actor, r.Subject, d.Subject)
		if err != nil {
			return fieldOf("subject", err)
		}
		e.Subject, d.Place = d.Subject, found.Place
	}
	if d.Place == "" {
		return kernel.Invalid("place", t("请选地方", "choose the place"))
	}
	return s.lie(tx, r, c, d.Place)
}

// lie finds the place of an entry and the one above it.
func (s *Service) lie(tx kernel.Tx, r *Register, c *Checked, id kernel.ID) (err error) {
	if c.Place, err = s.Places.Place(tx, id); err != nil {
		return fieldOf("place", err)
	}
	if !kindOK(r.PlaceKinds, c.Place.Kind) {
		return kernel.Invalid("place", t("“"+c.Place.Name+"”不是这本登记要的那类地方，请另选", c.Place.Name+" is not the kind of place that this register takes; choose another"))
	}
	if c.Place.Parent != "" {
		if c.Parent, err = s.Places.Place(tx, c.Place.Parent); err != nil {
			return err
		}
	}
	c.Entry.Place, c.Entry.Path = c.Place.ID, c.Place.Path
	return nil
}

// fieldOf says at which field something was not found.
func fieldOf(field string, err error) error {
	if kernel.Is(err, kernel.KindNotFound) {
		return kernel.Invalid(field, t("没有找到，请从列表里重新选", "not found; choose it again from the list"))
	}
	return err
}

func (s *Service) find(tx kernel.Tx, actor kernel.Actor, kind LinkKind, id kernel.ID) (Found, error) {
	switch kind {
	case ToOrg:
		o, err := s.Orgs.Org(tx, id)
		if err != nil {
			return Found{}, err
		}
		return Found{Name: o.Name, Org: o.ID, Place: o.Place}, nil
	case ToPlace, ToDoor:
		p, err := s.Places.Place(tx, id)
		if err != nil {
			return Found{}, err
		}
		return Found{Name: p.Name, Place: p.ID}, nil
	default:
		f := s.Find[kind]
		if f == nil {
			return Found{}, kernel.Invalid("", t("这里还连不到这一类", "this kind cannot be linked here yet"))
		}
		return f(tx, actor, id)
	}
}

// Name gives the name of what a link leads to, empty when the actor may not see it.
func (s *Service) Name(tx kernel.Tx, actor kernel.Actor, r *Register, l Link) (string, error) {
	role := r.Role(l.Role)
	if role == nil {
		return "", nil
	}
	f, err := s.find(tx, actor, role.Kind, l.Target)
	if kernel.Is(err, kernel.KindNotFound) || kernel.Is(err, kernel.KindUnsigned) || kernel.Is(err, kernel.KindForbidden) || kernel.Is(err, kernel.KindInvalid) {
		return "", nil
	}
	return f.Name, err
}

// value reads the values and asks the rules. Personal values that are shown masked and sent back so stay what they were.
func (s *Service) value(tx kernel.Tx, r *Register, c *Checked, cells map[string]string) error {
	e := c.Entry
	v, err := r.Parse(0, cells)
	if err != nil {
		return err
	}
	e.Values = v
	if r.personal() {
		if err := s.seal(tx, r, e); err != nil {
			return err
		}
	}
	return s.settle(tx, r, c)
}

// settle works out what follows from the values and links, and asks the rules.
func (s *Service) settle(tx kernel.Tx, r *Register, c *Checked) error {
	e := c.Entry
	if err := r.counts(c.Links); err != nil {
		return err
	}
	if r.Rule != nil {
		if err := r.Rule(c); err != nil {
			return err
		}
	}
	e.derive(r, c)
	if r.Partition {
		return s.apart(tx, r, c)
	}
	return nil
}

// derive fills what totals, searches and unique keys are made of.
func (e *Entry) derive(r *Register, c *Checked) {
	e.Key = ""
	if r.Unique != nil {
		e.Key = r.Unique(c)
	}
	e.Facet, e.Number = e.Values[r.FacetColumn], 0
	if r.NumberColumn != "" {
		e.Number = parseNumber(e.Values[r.NumberColumn])
	}
	if r.NumberLinks != "" {
		e.Number = float64(len(c.Of(r.NumberLinks)))
	}
	for i, k := range r.YesColumns {
		e.Yes[i] = k != "" && e.Values[k] == "yes"
	}
	e.Due = time.Time{}
	if d := e.Values[r.DueColumn]; r.DueColumn != "" && d != "" {
		if day, err := time.ParseInLocation(time.DateOnly, d, kernel.Shanghai); err == nil {
			e.Due = day.AddDate(0, 0, 1).Add(-time.Millisecond).UTC()
		}
	}
	var words []string
	for i := range r.Columns {
		if col := &r.Columns[i]; !col.Personal {
			words = append(words, col.Print(e.Values[col.Key], kernel.Chinese))
		}
	}
	if c.Org != nil {
		words = append(words, c.Org.Name)
	}
	if c.Place != nil {
		words = append(words, c.Place.Name)
	}
	e.Words = strings.ToLower(strings.Join(words, " "))
}

// apart refuses a partition whose places overlap, within the entry or with what others hold, also with what is entered at the same moment.
func (s *Service) apart(tx kernel.Tx, r *Register, c *Checked) error {
	for _, role := range r.Links {
		if !role.Alone || role.Kind != ToPlace {
			continue
		}
		if err := s.Repo.Hold(tx); err != nil {
			return err
		}
		held, err := s.Repo.Held(tx, r.Key, role.Key)
		if err != nil {
			return err
		}
		var all []*territory.Place
		own := len(c.Of(role.Key))
		for _, l := range append(c.Of(role.Key), held...) {
			if l.Entry == c.Entry.ID && len(all) >= own {
				continue
			}
			p, err := s.Places.Shape(tx, l.Target)
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		for i := range own {
			for j := i + 1; j < len(all); j++ {
				over, err := Overlap(all[i], all[j])
				if err != nil {
					return err
				}
				if over {
					return kernel.Conflict(t("“"+all[i].Name+"”和已经划好的“"+all[j].Name+"”重叠，请改正", all[i].Name+" overlaps "+all[j].Name+", which belongs to a block already; please correct it"))
				}
			}
		}
	}
	return nil
}

// View runs fn on a snapshot of the actor's tenant.
func (s *Service) View(ctx context.Context, actor kernel.Actor, fn func(kernel.Tx) error) error {
	return s.Store.View(ctx, actor.Tenant, fn)
}

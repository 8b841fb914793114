package reports

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/territory"
)

// Status is where a bulletin stands.
type Status string

// The states: a draft is seen at the desk only; a discarded one keeps its number, so that none is given twice.
const (
	Draft     Status = "draft"
	Published Status = "published"
	Discarded Status = "discarded"
)

// AllStatuses lists the closed set.
var AllStatuses = []Status{Draft, Published, Discarded}

// Acts of the ledger.
const (
	ActIssue   = "report.issue"
	ActPublish = "report.publish"
	ActDiscard = "report.discard"
	ActExport  = "report.export"
)

// Issued is a bulletin as the store keeps it.
type Issued struct {
	ID          kernel.ID
	Template    string
	Year, N     int
	Path        kernel.Path
	From, To    time.Time
	AsOf        time.Time
	Status      Status
	Version     int
	Auto        string
	Body        string // canonical JSON of Doc
	Digest      string
	Row         kernel.ID // ledger row of the issue
	PublishedAt time.Time
}

// Doc reads the frozen bulletin.
func (i *Issued) Doc() (*Doc, error) {
	d, err := ParseDoc(i.Body)
	if err != nil {
		return nil, kernel.Internal("bulletin "+string(i.ID), err)
	}
	return d, nil
}

// ListQuery selects bulletins, the newest first.
type ListQuery struct {
	Template string
	Status   Status
	Allow    access.Scope
	// OrPublished adds the published ones to what the scope holds.
	OrPublished bool
	// Before narrows to those as of an earlier instant.
	Before time.Time
	Path   kernel.Path // exactly this place; empty for any
	Page   kernel.Page
}

// Repo keeps bulletins and what their figures counted.
type Repo interface {
	// Insert stores a bulletin; false when its number or its automatic name is taken.
	Insert(tx kernel.Tx, i *Issued, entries map[string][]Entry) (bool, error)
	Get(tx kernel.Tx, id kernel.ID) (*Issued, error)
	List(tx kernel.Tx, q ListQuery) ([]*Issued, string, error)
	// Move sets the status and raises the version if both are still as given, else reports false.
	Move(tx kernel.Tx, id kernel.ID, was, to Status, version int) (bool, error)
	// Entries gives what a figure counted, by record, after the one given.
	Entries(tx kernel.Tx, id kernel.ID, figure string, after kernel.ID, limit int) ([]Entry, error)
	LastNumber(tx kernel.Tx, template string, year int) (int, error)
	HasAuto(tx kernel.Tx, auto string) (bool, error)
	// LastRows gives the last ledger row about each object at an instant, for those that have one.
	LastRows(tx kernel.Tx, objects []kernel.ID, asOf time.Time) (map[kernel.ID]*ledger.Row, error)
}

// Places finds places.
type Places interface {
	Place(tx kernel.Tx, id kernel.ID) (*territory.Place, error)
	Children(tx kernel.Tx, parent kernel.ID, page kernel.Page) ([]*territory.Place, string, error)
}

// Ports are what the service stands on.
type Ports struct {
	Store     kernel.Store
	Repo      Repo
	Places    Places
	Ledger    *ledger.Log
	Queries   *Registry
	Templates *Shelf
	District  func(ctx context.Context, t kernel.Tenant) (kernel.Text, error)
	Clock     kernel.Clock
}

// Service issues bulletins and reads them for who may.
type Service struct {
	Ports
	looked lastLook
}

// NewService joins the service to its ports.
func NewService(p Ports) *Service { return &Service{Ports: p} }

var noReport = kernel.T("没有这份简报，或者您看不到它", "there is no such bulletin, or you may not see it")

// Commit writes a prepared bulletin down: its number, its frozen text, what its figures counted, and the ledger row that commits to
// all of it, in the caller's unit of work.
func (s *Service) Commit(tx kernel.Tx, actor kernel.Actor, p *Prepared) (*Issued, error) {
	d := *p.Doc
	if err := access.Decide(actor, access.ReportWrite, access.Target{Tenant: tx.Tenant(), Path: d.Path}).Err(); err != nil {
		return nil, err
	}
	d.Year = d.AsOf.In(kernel.Shanghai).Year()
	last, err := s.Repo.LastNumber(tx, d.Template, d.Year)
	if err != nil {
		return nil, err
	}
	d.N = last + 1
	number := strings.NewReplacer("{year}", strconv.Itoa(d.Year), "{n}", strconv.Itoa(d.N))
	d.Number = kernel.T(number.Replace(p.tpl.Number.Zh), number.Replace(p.tpl.Number.En))
	i := &Issued{ID: d.ID, Template: d.Template, Year: d.Year, N: d.N, Path: d.Path, From: d.From, To: d.To, AsOf: d.AsOf, Status: Draft, Version: 1, Auto: p.auto}
	if i.Body, i.Digest, err = d.Canonical(); err != nil {
		return nil, kernel.Internal("bulletin", err)
	}
	row, err := s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: ActIssue, Object: i.ID, Version: i.Version, Public: publicOf(&d, i.Digest)})
	if err != nil {
		return nil, err
	}
	i.Row = row.ID
	ok, err := s.Repo.Insert(tx, i, p.Entries)
	if err == nil && !ok {
		err = kernel.Conflict(kernel.T("刚有人发了另一期，请再试一次", "another bulletin was issued in the same moment; try again"))
	}
	return i, err
}

// publicOf is what the ledger row of an issue says.
func publicOf(d *Doc, digest string) map[string]any {
	figures := make([]any, len(d.Figures))
	for i := range d.Figures {
		f := &d.Figures[i]
		m := map[string]any{"key": f.Key, "query": f.Query, "version": f.Version, "hidden": f.Hidden}
		if !f.Hidden {
			m["num"], m["den"], m["size"], m["root"] = f.Num, f.Den, f.Size, f.Root
		}
		figures[i] = m
	}
	return map[string]any{"template": d.Template, "template_version": d.TemplateVersion, "number": d.Number.Zh, "place": string(d.Path), "from": d.From.UnixMilli(),
		"to": d.To.UnixMilli(), "as_of": d.AsOf.UnixMilli(), "digest": digest, "figures": figures}
}

// Get gives a bulletin that the actor may read: one of a place that a post holds, or any that is published.
func (s *Service) Get(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Issued, error) {
	i, err := s.Repo.Get(tx, id)
	if err != nil {
		return nil, err
	}
	if d := access.Decide(actor, access.ReportRead, access.Target{Tenant: tx.Tenant(), Path: i.Path}); !d.Allow && i.Status != Published {
		if d.SignIn {
			return nil, d.Err()
		}
		return nil, kernel.NotFound(noReport)
	}
	return i, nil
}

// Open gives a published bulletin to anyone.
func (s *Service) Open(tx kernel.Tx, id kernel.ID) (*Issued, error) {
	i, err := s.Repo.Get(tx, id)
	if err == nil && i.Status != Published {
		err = kernel.NotFound(noReport)
	}
	return i, err
}

var errMoved = kernel.Conflict(kernel.T("这一期刚被别人处理过，请刷新后再看", "somebody else has just dealt with this bulletin; reload and look again"))

// Publish makes a draft public, once.
func (s *Service) Publish(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int) (*Issued, error) {
	return s.move(tx, actor, id, version, access.ReportPublish, Published, ActPublish)
}

// Discard puts a draft away, once.
func (s *Service) Discard(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int) (*Issued, error) {
	return s.move(tx, actor, id, version, access.ReportPublish, Discarded, ActDiscard)
}

func (s *Service) move(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, perm access.Permission, to Status, act string) (*Issued, error) {
	i, err := s.Get(tx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := access.Decide(actor, perm, access.Target{Tenant: tx.Tenant(), Path: i.Path}).Err(); err != nil {
		return nil, err
	}
	if i.Status != Draft || i.Version != version {
		return nil, errMoved
	}
	ok, err := s.Repo.Move(tx, id, Draft, to, version)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errMoved
	}
	i.Status, i.Version = to, version+1
	if to == Published {
		i.PublishedAt = tx.Now()
	}
	_, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: act, Object: id, Version: i.Version, Public: map[string]any{"digest": i.Digest}})
	return i, err
}

// List gives a page of the bulletins that the actor may read.
func (s *Service) List(tx kernel.Tx, actor kernel.Actor, q ListQuery) ([]*Issued, string, error) {
	q.Allow, q.OrPublished = access.ScopeOf(actor, access.ReportRead), true
	return s.Repo.List(tx, q)
}

// Public gives a page of the published bulletins.
func (s *Service) Public(tx kernel.Tx, p kernel.Page) ([]*Issued, string, error) {
	return s.Repo.List(tx, ListQuery{Status: Published, Allow: access.ScopeOf(kernel.System(tx.Tenant()), access.ReportRead), Page: p})
}

// previous gives the published bulletin of the same kind and place before one; nil when there is none.
func (s *Service) previous(tx kernel.Tx, d *Doc) (*Doc, error) {
	l, _, err := s.Repo.List(tx, ListQuery{Template: d.Template, Status: Published, Path: d.Path, Before: d.AsOf,
		Allow: access.ScopeOf(kernel.System(tx.Tenant()), access.ReportRead), Page: kernel.Page{Limit: 1}})
	if err != nil || len(l) == 0 {
		return nil, err
	}
	return l[0].Doc()
}

// Export writes down that a bulletin leaves the program, and gives the row by which the paper names its copy.
func (s *Service) Export(tx kernel.Tx, actor kernel.Actor, id kernel.ID, format string, lang kernel.Lang) (*ledger.Row, error) {
	i, err := s.Get(tx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := access.Decide(actor, access.ExportRun, access.Target{Tenant: tx.Tenant(), Path: i.Path}).Err(); err != nil {
		return nil, err
	}
	personal := map[string]any{}
	if actor.Name != "" {
		personal["who"] = actor.Name
	}
	return s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: ActExport, Object: id, Version: i.Version, Personal: personal,
		Public: map[string]any{"format": format, "lang": string(lang), "digest": i.Digest}})
}

// FigureOf gives a figure of a bulletin and its query; the query is nil when it is registered no more, or in another version.
func (s *Service) FigureOf(d *Doc, key string) (*Figure, *Query, error) {
	f := d.Figure(key)
	if f == nil {
		return nil, nil, kernel.NotFound(kernel.T("这一期没有这个数", "this bulletin has no such figure"))
	}
	if q := s.Queries.Get(f.Query); q != nil && q.Version == f.Version {
		return f, q, nil
	}
	return f, nil, nil
}

// Change is how the set behind a figure differs now from the one that was frozen.
type Change struct {
	Now Printed
	// Tally now.
	Tally Tally
	// Same: figure and set are as they were. Added, Gone and Moved count records that came, that left, and that are still counted but
	// have changed since.
	Same               bool
	Added, Gone, Moved int
}

var errOld = errors.New("the query is registered in another version")

// Now asks a figure's question again and compares. It is for the desk; a suppressed figure is not compared.
func (s *Service) Now(tx kernel.Tx, i *Issued, f *Figure, q *Query) (*Change, error) {
	if q == nil {
		return nil, kernel.Unavailable(kernel.T("这个数的算法已经换了版本，不能重算", "the query behind this figure has another version now; it cannot be asked again"), errOld)
	}
	if f.Hidden {
		return &Change{Same: true, Now: Printed{Text: f.Text}}, nil
	}
	a := f.Ask()
	a.AsOf = tx.Now()
	set, err := s.setOf(tx, q, a)
	if err != nil {
		return nil, err
	}
	c := &Change{Tally: set.tally, Now: Print(f.Share, f.Unit, f.Rule, set.tally)}
	if share, of := q.counts(set.tally); q.Persons && hiddenTally(share, of) {
		g := *f
		g.hide()
		return &Change{Now: Printed{Text: g.Text}}, nil
	}
	now := make(map[kernel.ID]string, len(set.entries))
	for _, e := range set.entries {
		now[e.Record] = e.Text
	}
	err = s.eachEntry(tx, i.ID, f.Key, func(e Entry) {
		text, ok := now[e.Record]
		delete(now, e.Record)
		switch {
		case !ok:
			c.Gone++
		case text != e.Text:
			c.Moved++
		}
	})
	c.Added = len(now)
	c.Same = c.Added+c.Gone+c.Moved == 0
	return c, err
}

func (s *Service) eachEntry(tx kernel.Tx, id kernel.ID, figure string, each func(Entry)) error {
	after := kernel.ID("")
	for {
		l, err := s.Repo.Entries(tx, id, figure, after, walkPage)
		if err != nil {
			return err
		}
		for _, e := range l {
			each(e)
		}
		if len(l) < walkPage {
			return nil
		}
		after = l[len(l)-1].Record
	}
}

// Behind gives a page of the records behind a figure now, as far as the actor may see them. Was tells which of them the frozen
// figure counted.
func (s *Service) Behind(tx kernel.Tx, actor kernel.Actor, i *Issued, f *Figure, q *Query, p kernel.Page) (l []*Record, was map[kernel.ID]bool, next string, err error) {
	was = map[kernel.ID]bool{}
	if f.Hidden || q == nil {
		return nil, was, "", nil
	}
	a := f.Ask()
	a.AsOf, a.Allow = tx.Now(), access.ScopeOf(actor, q.Reads)
	if l, next, err = q.Records(tx, a, p); err != nil || len(l) == 0 {
		return nil, was, "", err
	}
	lo, hi := l[0].ID, l[len(l)-1].ID
	if lo > hi {
		lo, hi = hi, lo
	}
	ids := make(map[kernel.ID]bool, len(l))
	for _, r := range l {
		ids[r.ID] = true
	}
	// The page and the frozen set are both in the order of ids.
	after := beforeID(lo)
	for {
		es, err := s.Repo.Entries(tx, i.ID, f.Key, after, walkPage)
		if err != nil {
			return nil, nil, "", err
		}
		for _, e := range es {
			if ids[e.Record] {
				was[e.Record] = true
			}
		}
		if len(es) < walkPage || es[len(es)-1].Record >= hi {
			return l, was, next, nil
		}
		after = es[len(es)-1].Record
	}
}

// beforeID is a text right before an id in byte order.
func beforeID(id kernel.ID) kernel.ID {
	if id == "" {
		return ""
	}
	return id[:len(id)-1] + kernel.ID([]byte{id[len(id)-1] - 1}) + "~"
}

// EntriesOf gives the commitments of a figure as they stand in a bundle, sorted by their bytes.
func (s *Service) EntriesOf(tx kernel.Tx, id kernel.ID, figure string) ([]string, error) {
	out := []string{}
	err := s.eachEntry(tx, id, figure, func(e Entry) { out = append(out, e.Text) })
	slices.Sort(out)
	return out, err
}

// Package sheets brings registers in from Excel files and gives them out as such: templates, exports, imports that are tried
// first, and an undo that puts back exactly what an import wrote. It describes each register as a kernel.Sheet; reading and
// writing go through the rooms, so that a row of a file is held to the same rules as an entry on a page.
package sheets

import (
	"context"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/activities"
	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	"sanzhi/internal/registers"
	"sanzhi/internal/territory"
	"sanzhi/internal/vault"
	"sanzhi/internal/works"
)

var t = kernel.T

// Row is one row of a register as it stands. Personal cells are in clear; whoever shows them masks them first.
type Row struct {
	ID     kernel.ID
	Path   kernel.Path // where it lies
	Mark   string      // changes with whatever happens to it beside its cells, such as its version
	Values kernel.Values
}

// Opened is a register within a unit of work, for one actor.
type Opened struct {
	Sheet *kernel.Sheet
	// Key are the columns by which a row without a number is known again; none: all columns.
	Key []string
	// Each gives the rows that the actor may read.
	Each func(each func(Row) error) error
	// Add, Change and Remove write a row through its room. Without Change rows are only added.
	Add    func(v kernel.Values) (kernel.ID, error)
	Change func(id kernel.ID, v kernel.Values) error
	Remove func(id kernel.ID) error
	// Fill writes out what a row leaves to be understood, so that it is compared and written as it will stand.
	Fill func(v kernel.Values) error
	// Words write a cell of a column so that it can be read again in either language.
	Words map[string]func(cell string, lang kernel.Lang) string
	// Name is by what other rows of the file call a row, and Under what it calls the one above it, which is written first.
	Name, Under func(v kernel.Values) string
	// Together says with which others a row must be written at once, such as the parts of a split; such rows go to AddAll.
	Together func(v kernel.Values) string
	AddAll   func(l []kernel.Values) ([]kernel.ID, error)
	// Written is called once after all rows of a file.
	Written func() error
}

// Kind is a register that has a sheet.
type Kind struct {
	Key   string
	Title kernel.Text
	About kernel.Text
	Group kernel.Text
	Read  access.Permission
	Write access.Permission
	// OnlyOut: rows are given out, but entered on their page.
	OnlyOut bool
	// Personal: it has personal cells.
	Personal bool
	// table is where its rows are kept.
	table string
	open  func(s *Service, tx kernel.Tx, actor kernel.Actor, names *Names) (*Opened, error)
}

// Import is one file that was brought in.
type Import struct {
	ID       kernel.ID
	Sheet    string
	File     string
	By       string
	At       time.Time
	Added    int
	Changed  int
	Same     int
	UndoneAt time.Time
	Left     int // rows that undoing left as they are
}

// Change is what an import did to one row. Body is sealed for the id.
type Change struct {
	ID     kernel.ID
	N      int
	Row    int // of the file
	Object kernel.ID
	Body   string
}

// Repo keeps imports and what they did.
type Repo interface {
	PutImport(tx kernel.Tx, i *Import, changes []Change) error
	Import(tx kernel.Tx, id kernel.ID) (*Import, error)
	// Imports lists the imports of the sheets, the newest first.
	Imports(tx kernel.Tx, sheets []string, p kernel.Page) ([]*Import, string, error)
	Changes(tx kernel.Tx, id kernel.ID) ([]Change, error)
	// Undone marks an import, of which some rows were left as they are; false when it was undone before.
	Undone(tx kernel.Tx, id kernel.ID, left int) (bool, error)
	// Forget drops what imports before the instant did, so that they can no longer be undone.
	Forget(tx kernel.Tx, before time.Time) error
	// Old tells whether there is anything that Forget would drop.
	Old(tx kernel.Tx, before time.Time) (bool, error)
	// Known tells whether a table has the row, whoever may see it.
	Known(tx kernel.Tx, table string, id kernel.ID) (bool, error)
	// Used gives, of the rows that an import touched, those on which something hangs: rows of the same table by their ids, others by "".
	Used(tx kernel.Tx, table string, id kernel.ID) (map[kernel.ID][]kernel.ID, error)
	// Remove takes a row of a table out on which nothing hangs.
	Remove(tx kernel.Tx, table string, id kernel.ID) error
}

// OrgRepo finds and keeps organisations and posts.
type OrgRepo interface {
	All(tx kernel.Tx) ([]*orgs.Org, error)
	PutOrgs(tx kernel.Tx, o []*orgs.Org) error
	PutPeople(tx kernel.Tx, p []*orgs.Person) error
	PutHoldings(tx kernel.Tx, h []*orgs.Holding) error
	// Held gives the posts that are held now or later, with who holds them.
	Held(tx kernel.Tx) ([]*orgs.Holding, map[kernel.ID]*orgs.Person, error)
}

// Ports are what the service stands on.
type Ports struct {
	Store      kernel.Store
	Repo       Repo
	Ledger     *ledger.Log
	Sealer     *vault.Sealer
	Index      func(t kernel.Tenant, phone string) string
	Orgs       OrgRepo
	Places     territory.Repo
	Registers  *registers.Service
	Works      *works.Service
	Targets    *indicators.Service
	Activities *activities.Service
	// Touch tells every process that the district's setup changed.
	Touch func(tx kernel.Tx) error
	// Told makes the sessions of an account ask for their right again.
	Told func(tx kernel.Tx, account kernel.ID) error
}

// Service gives sheets out and takes them in.
type Service struct {
	Ports
	kinds []Kind
}

// NewService joins the service to its ports.
func NewService(p Ports) *Service { return &Service{Ports: p, kinds: allKinds()} }

// allKinds lists the sheets in the order in which they are shown.
func allKinds() []Kind {
	groups := map[registers.Group]kernel.Text{}
	for _, g := range registers.Groups {
		groups[g.Key] = g.Name
	}
	out := []Kind{orgKind(), holdingKind(), placeKind(), volunteerKind(), workKind(), targetKind(), activityKind()}
	for _, r := range registers.All() {
		out = append(out, registerKind(r, groups[r.Group]))
	}
	return out
}

var sayNoSheet = t("没有这张表，或者您看不到它", "there is no such sheet, or you may not see it")

// MayExport tells whether the actor may take the rows of a kind out in a file.
func (k *Kind) MayExport(actor kernel.Actor) bool {
	return actor.Kind != kernel.ActorAnonymous && access.Somewhere(actor, k.Read) &&
		(access.Somewhere(actor, access.ExportRun) || access.Somewhere(actor, access.ImportRun) || access.Somewhere(actor, k.Write))
}

// MayImport tells whether the actor may bring rows of the kind in.
func (k *Kind) MayImport(actor kernel.Actor) bool {
	return !k.OnlyOut && access.Somewhere(actor, k.Write)
}

// Kinds lists the sheets that the actor may take out or bring in.
func (s *Service) Kinds(actor kernel.Actor) []Kind {
	var out []Kind
	for _, k := range s.kinds {
		if k.MayExport(actor) || k.MayImport(actor) {
			out = append(out, k)
		}
	}
	return out
}

// Kind finds a sheet that the actor may use.
func (s *Service) Kind(actor kernel.Actor, key string) (*Kind, error) {
	for i := range s.kinds {
		if k := &s.kinds[i]; k.Key == key && (k.MayExport(actor) || k.MayImport(actor)) {
			return k, nil
		}
	}
	if actor.Kind == kernel.ActorAnonymous {
		return nil, kernel.Unsigned()
	}
	return nil, kernel.NotFound(sayNoSheet)
}

// Open opens a sheet within a unit of work. Its first column is the number by which a row of an export is known again.
func (s *Service) Open(tx kernel.Tx, actor kernel.Actor, k *Kind) (*Opened, error) {
	names, err := s.names(tx)
	if err != nil {
		return nil, err
	}
	o, err := k.open(s, tx, actor, names)
	if err != nil {
		return nil, err
	}
	sheet := *o.Sheet
	sheet.Key, sheet.Title = k.Key, k.Title
	sheet.Columns = append([]kernel.Column{{Key: idColumn, Type: kernel.ColumnText, Max: 26, Name: t("系统编号", "System number"),
		Help: t("导出的行自带编号，不要改；新加的行留空", "Rows of an export carry it, leave it alone; leave it empty in new rows")}}, sheet.Columns...)
	o.Sheet = &sheet
	return o, nil
}

const idColumn = "id"

// View runs fn on a snapshot.
func (s *Service) View(ctx context.Context, tenant kernel.Tenant, fn func(kernel.Tx) error) error {
	return s.Store.View(ctx, tenant, fn)
}

// record appends to the ledger.
func (s *Service) record(tx kernel.Tx, actor kernel.Actor, act string, object kernel.ID, public, personal map[string]any) error {
	_, err := s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: act, Object: object, Public: public, Personal: personal})
	return err
}

// Sweep forgets what imports did that can no longer be undone.
func (s *Service) Sweep(ctx context.Context, tenant kernel.Tenant, now time.Time) error {
	before, old := now.AddDate(0, 0, -UndoDays), false
	err := s.Store.View(ctx, tenant, func(tx kernel.Tx) (err error) {
		old, err = s.Repo.Old(tx, before)
		return err
	})
	if err != nil || !old {
		return err
	}
	return s.Store.Update(ctx, tenant, func(tx kernel.Tx) error { return s.Repo.Forget(tx, before) })
}

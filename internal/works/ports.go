package works

import (
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

// Query narrows a list of projects. Empty members ask nothing.
type Query struct {
	Kind      Kind
	State     State
	Programme kernel.ID
	Host      kernel.ID
	Within    kernel.Path
	Text      string // a part of the name
	Case      kernel.ID
	// Drafts is where the reader sees projects that are not published; published ones are everybody's.
	Drafts access.Scope
	Page   kernel.Page
}

// KindCount is how many projects of a kind are in a state.
type KindCount struct {
	Kind  Kind
	State State
	N     int
}

// Repo keeps projects and what belongs to them. Every method touches only the tenant of the Tx.
type Repo interface {
	InsertProject(tx kernel.Tx, p *Project) error
	// UpdateProject stores the changed project if its stored version is still the given one, else reports false.
	UpdateProject(tx kernel.Tx, p *Project, was int) (bool, error)
	Project(tx kernel.Tx, id kernel.ID) (*Project, error)
	// ProjectNamed gives the project with exactly the name, or nil.
	ProjectNamed(tx kernel.Tx, name string) (*Project, error)
	// Projects lists the newest first.
	Projects(tx kernel.Tx, q Query) ([]*Project, string, error)
	CountByKind(tx kernel.Tx, q Query) ([]KindCount, error)
	PutItems(tx kernel.Tx, items []*Item) error
	Items(tx kernel.Tx, project kernel.ID) ([]*Item, error)
	// Lines gives the lines of all projects that the query finds, whatever its page: for sums and for the search for doubles.
	Lines(tx kernel.Tx, q Query) ([]Line, error)
	PutPhotos(tx kernel.Tx, photos []*Photo) error
	Photos(tx kernel.Tx, project kernel.ID) ([]*Photo, error)
	// DropPhoto takes a photo out of a project; false when it is not there.
	DropPhoto(tx kernel.Tx, project, photo kernel.ID) (bool, error)
}

// ProgrammeRepo keeps programmes.
type ProgrammeRepo interface {
	// PutProgramme stores a new programme; false when one has the name already.
	PutProgramme(tx kernel.Tx, p *Programme) (bool, error)
	Programme(tx kernel.Tx, id kernel.ID) (*Programme, error)
	Programmes(tx kernel.Tx, p kernel.Page) ([]*Programme, string, error)
}

// SiteQuery narrows a list of sites.
type SiteQuery struct {
	Type   SiteType
	State  State
	Use    Use
	Plan   string // name of the plan whose layer a site keeps to
	Within kernel.Path
	Text   string
	Page   kernel.Page
}

// SiteRepo keeps demonstration sites and the registers that they came with.
type SiteRepo interface {
	// InsertRegister stores a new register; false when there is one of that name and day.
	InsertRegister(tx kernel.Tx, r *Register) (bool, error)
	// LatestRegister gives the register with the latest day, or nil.
	LatestRegister(tx kernel.Tx) (*Register, error)
	// PutSites stores new sites; false when one of that type and name is there already.
	PutSites(tx kernel.Tx, l []*Site) (bool, error)
	Site(tx kernel.Tx, id kernel.ID) (*Site, error)
	UpdateSite(tx kernel.Tx, s *Site, was int) (bool, error)
	// Sites lists by type and name.
	Sites(tx kernel.Tx, q SiteQuery) ([]*Site, string, error)
	// Tally counts sites by type, by the state they have, and by the state that the register counts them with.
	Tally(tx kernel.Tx, register kernel.ID) ([]SiteTally, error)
}

// SiteTally is how many sites of a type have a state and are counted by their register with another.
type SiteTally struct {
	Type     SiteType
	State    State
	Entered  State // empty: by hand
	Register kernel.ID
	N        int
}

// FlagRepo keeps likely double counts and what was decided.
type FlagRepo interface {
	// PutFlags stores the pairs that are not stored yet and gives how many those were.
	PutFlags(tx kernel.Tx, l []*Flag) (int, error)
	Flag(tx kernel.Tx, id kernel.ID) (*Flag, error)
	// Flags lists those in the state, oldest first, that lie in the scope.
	Flags(tx kernel.Tx, s FlagState, scope access.Scope, p kernel.Page) ([]*Flag, string, error)
	FlagsOf(tx kernel.Tx, items []kernel.ID) ([]*Flag, error)
	// Settle changes a flag that is still in the state was, else reports false.
	Settle(tx kernel.Tx, f *Flag, was FlagState) (bool, error)
	// SetTwin says that a line tells the figure of another again; an empty of takes it back.
	SetTwin(tx kernel.Tx, item, of kernel.ID) error
	Item(tx kernel.Tx, id kernel.ID) (*Item, error)
	// ChangeItem stores a line anew; the caller has raised the version of its project.
	ChangeItem(tx kernel.Tx, it *Item) error
	DropItem(tx kernel.Tx, id kernel.ID) error
	// DropFlags forgets the pairs that a line stands in; lines that were taken for the same figure as it count again.
	DropFlags(tx kernel.Tx, item kernel.ID) error
}

// LinkRepo keeps which cases led to which works.
type LinkRepo interface {
	// LinkCase links them; false when they are linked already.
	LinkCase(tx kernel.Tx, work, caseID kernel.ID, at time.Time) (bool, error)
	CasesOf(tx kernel.Tx, work kernel.ID) ([]kernel.ID, error)
}

// CaseRef is a case as a work shows it.
type CaseRef struct {
	ID     kernel.ID
	Number string
	Title  kernel.Text
	Closed bool
}

// Cases finds the cases that an actor may read.
type Cases interface {
	// CaseRef gives the case, or kernel.NotFound when it is not there or not the actor's to read.
	CaseRef(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (CaseRef, error)
}

// Uploads lets a project take photos that were uploaded within the last hour.
type Uploads interface {
	Take(tx kernel.Tx, ids []kernel.ID, owner kernel.ID) error
}

// Orgs finds organisations.
type Orgs interface {
	Org(tx kernel.Tx, id kernel.ID) (*orgs.Org, error)
}

// Places finds places.
type Places interface {
	Place(tx kernel.Tx, id kernel.ID) (*territory.Place, error)
	PlaceByCode(tx kernel.Tx, code string) (*territory.Place, error)
}

// Ports are what the service stands on.
type Ports struct {
	Works      Repo
	Programmes ProgrammeRepo
	Sites      SiteRepo
	Flags      FlagRepo
	Links      LinkRepo
	Cases      Cases
	Uploads    Uploads
	Orgs       Orgs
	Places     Places
	Ledger     *ledger.Log
}

// Service reads and changes works for who may. Its methods are given the unit of work of whoever calls.
type Service struct{ Ports }

// NewService joins the service to its ports.
func NewService(p Ports) *Service { return &Service{p} }

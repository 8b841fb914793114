package rounds

import (
	"context"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

// State is how a duty stands.
type State string

// The states of a duty. What is open and past its time is over, and counts against who should have done it.
const (
	Open   State = "open"
	Done   State = "done"
	Missed State = "missed"
	Ended  State = "ended" // the reason for it fell away: somebody withdrew, a worker was stood down
)

// AllStates lists the closed set.
var AllStates = []State{Open, Done, Missed, Ended}

// Duty is one turn of a template at one target: a place, a person who agreed to visits, or a worker of a shift.
type Duty struct {
	ID       kernel.ID
	Template string
	Version  int
	Kind     Kind
	// Target and Period make it unique within its template.
	Target kernel.ID
	Period string // the day on which its turn begins, 2026-11-23
	Place  kernel.ID
	Path   kernel.Path
	// Who does it: a role, at a unit when one is given; or the one account that is named.
	Role     kernel.Role
	Post     string
	Unit     kernel.ID
	Assignee kernel.ID
	Shift    kernel.ID
	// Subject is the sealed name of a worker who is checked.
	Subject      string
	Confidential bool
	From         time.Time
	Due          time.Time
	Miss         time.Time
	State        State
	Passed       bool // all that was looked at is all right
	Late         bool
	DoneAt       time.Time
	DoneBy       kernel.ID

	// Of the place, as it is now.
	PlaceName string
	PlaceKind territory.Kind
	Lon, Lat  float64
	Located   bool
}

// Target is the duty as access decides about it.
func (d *Duty) target(t kernel.Tenant) access.Target {
	return access.Target{Tenant: t, Path: d.Path, Unit: d.Unit, Assignee: d.Assignee, Confidential: d.Confidential}
}

// Over reports whether a duty is past its time and not done.
func (d *Duty) Over(now time.Time) bool {
	return d.State == Missed || d.State == Open && now.After(d.Due)
}

// Result is what was recorded for a duty. It tells the place and the time of the duty; no way, no position.
type Result struct {
	Duty    kernel.ID
	At      time.Time
	By      kernel.ID
	Key     string // names the request that recorded it, so that sending it again after days gives the same answer
	Answers map[string]any
	// Notes is the sealed JSON of what was written in words; it is erased after its time.
	Notes    string
	Photos   []kernel.ID
	Good     int
	NotGood  int
	NotesEnd time.Time // when the notes were erased
}

// Found is a finding, and the case that it raised.
type Found struct {
	ID        kernel.ID
	Duty      kernel.ID
	Template  string
	Item      string
	Say       kernel.Text // the item's label as it was
	Place     kernel.ID
	PlaceName string
	Path      kernel.Path
	At        time.Time
	Flow      string
	Case      kernel.ID
	Number    string
	// CaseEnded is how the case ended, empty while it is open.
	CaseEnded string
}

// StoredTemplate is a template as it is kept.
type StoredTemplate struct {
	ID        string
	Version   int
	Source    string
	Published time.Time
	By        kernel.ID
	Stopped   time.Time // zero while it is in force
}

// Turn is one way in which a duty may be somebody's to do.
type Turn struct {
	Role           kernel.Role
	Post           string // the title of the post that is held
	PathLo, PathHi string
	Org            kernel.ID // the post's organisation
	Assignee       kernel.ID // when given, the duty must be this account's by name
}

// DutyQuery selects duties. Empty members do not narrow.
type DutyQuery struct {
	Path     kernel.Path
	Template string
	Unit     kernel.ID
	Shift    kernel.ID
	State    State
	Late     bool // of those done
	Overdue  bool // open and past their time, or missed
	From, To time.Time
	Now      time.Time
	// Allow is what the reader may see; Mine, when not nil, narrows to open duties that are the reader's to do now.
	Allow access.Scope
	Mine  []Turn
	Page  kernel.Page
}

// Tally counts duties: of those that are due, how many were done in time, done late, missed, or are over and still open. Open ones
// that are not due yet stand beside.
type Tally struct {
	Due, Done, Late, Missed, Over, Open int
}

// TallyRow is the tally of one template, place or unit.
type TallyRow struct {
	ID   string
	Name string
	Tally
}

// By says what a tally is made for.
type By string

// What tallies are made for.
const (
	ByTemplate By = "template"
	ByPlace    By = "place" // the places right below the one asked for
	ByUnit     By = "unit"
)

// Templates keeps templates.
type Templates interface {
	// PutTemplate stores a new version; false when it is there.
	PutTemplate(tx kernel.Tx, t *StoredTemplate) (bool, error)
	TemplateOf(tx kernel.Tx, id string, version int) (*StoredTemplate, error)
	// InForce gives the latest version of each template that was not stopped, and of all when stopped ones are asked for too.
	InForce(tx kernel.Tx, stopped bool) ([]*StoredTemplate, error)
	// StopTemplate stops the latest version; false when it was stopped or is not there.
	StopTemplate(tx kernel.Tx, id string) (bool, error)
	// Plan marks that a template's duties of a day are made; false when they were.
	Plan(tx kernel.Tx, template string, version int, day string) (bool, error)
	// Planned lists the templates, as "id version", whose duties of the day are made.
	Planned(tx kernel.Tx, day string) ([]string, error)
}

// Duties keeps duties and what was found.
type Duties interface {
	// AddDuties stores those of whose target and period there is none yet, and tells how many these were.
	AddDuties(tx kernel.Tx, l []*Duty) (int, error)
	Duty(tx kernel.Tx, id kernel.ID) (*Duty, error)
	// ListDuties gives a page, the latest due first.
	ListDuties(tx kernel.Tx, q DutyQuery) ([]*Duty, string, error)
	// Finish marks an open duty as done; false when it is not open.
	Finish(tx kernel.Tx, d *Duty) (bool, error)
	// Overdue gives open duties whose time to be done late is over too.
	Overdue(tx kernel.Tx, limit int) ([]*Duty, error)
	// SetState moves a duty from one state to missed or ended; false when it is not in that state.
	SetState(tx kernel.Tx, id kernel.ID, from, to State) (bool, error)
	PutResult(tx kernel.Tx, r *Result) error
	Result(tx kernel.Tx, duty kernel.ID) (*Result, error)
	PutFound(tx kernel.Tx, l []*Found) error
	ListFound(tx kernel.Tx, q FoundQuery) ([]*Found, string, error)
	Tallies(tx kernel.Tx, q DutyQuery, by By, parent kernel.ID) ([]TallyRow, error)
}

// FoundQuery selects findings.
type FoundQuery struct {
	Path  kernel.Path
	Case  kernel.ID
	Duty  kernel.ID
	Allow access.Scope
	Page  kernel.Page
}

// Spot is a place to be visited, with the units that may be asked for it.
type Spot struct {
	ID   kernel.ID
	Path kernel.Path
	Host kernel.ID
}

// Pairing is a unit with the compounds that it leads.
type Pairing struct {
	Unit      kernel.ID
	Name      string
	Compounds []Named
}

// Visitor is somebody who may be asked to visit.
type Visitor struct {
	Person *orgs.Person
	Title  string // of the post
	Name   string // masked
}

// Named is a place or a unit by its name.
type Named struct {
	ID   kernel.ID
	Name string
}

// Ground is the district as rounds need it.
type Ground interface {
	// Spots gives the standing places of the kinds at a path and below.
	Spots(tx kernel.Tx, kinds []territory.Kind, below kernel.Path) ([]Spot, error)
	Place(tx kernel.Tx, id kernel.ID) (*territory.Place, error)
	PlaceByCode(tx kernel.Tx, code string) (*territory.Place, error)
	// Leads gives the lead unit of each compound that has one, by compound.
	Leads(tx kernel.Tx, kind orgs.CoverKind) (map[kernel.ID]kernel.ID, error)
	// OrgNamed gives the organisation with exactly this name, or not_found.
	OrgNamed(tx kernel.Tx, name string) (kernel.ID, error)
	PostsOf(tx kernel.Tx, person kernel.ID) ([]kernel.Post, error)
	// Visitors gives those who hold a post with one of the roles at a place that holds the path: at a community or below it, or, when
	// kinds are given, at an organisation of one of them, wherever it serves from.
	Visitors(tx kernel.Tx, path kernel.Path, roles []kernel.Role, kinds []orgs.Kind) ([]Visitor, error)
	OrgKind(tx kernel.Tx, id kernel.ID) (orgs.Kind, error)
	Person(tx kernel.Tx, id kernel.ID) (*orgs.Person, error)
	// Pairings gives the units that lead compounds at the path, the compounds without a lead, and how many compounds there are.
	Pairings(tx kernel.Tx, path kernel.Path) (units []Pairing, without []Named, all int, err error)
}

// Uploads lets a result take photos that were just uploaded.
type Uploads interface {
	Take(tx kernel.Tx, ids []kernel.ID, owner kernel.ID) error
}

// Outbox tells others after the commit.
type Outbox interface {
	Put(tx kernel.Tx, topic, target string, body map[string]any) error
}

// Report is what a finding says to whoever opens cases.
type Report struct {
	Flow, Item string
	Form       map[string]any
	Urgent     bool
	Text       string
	Address    string
	Lon, Lat   float64
	Photos     []kernel.ID
	// Source names the finding, so that the case leads back to it.
	Source string
}

// CaseOpener raises cases: the room of cases, joined from outside.
type CaseOpener interface {
	// Prepare checks a report and gives the case that is ready to be opened.
	Prepare(ctx context.Context, actor kernel.Actor, r Report) (RaisedCase, error)
	// Known reports whether the district has the flow, the item and its answers.
	Known(ctx context.Context, t kernel.Tenant, r Raise) error
}

// RaisedCase is a case that is ready to be opened, in the unit of work of the result.
type RaisedCase interface {
	Open(tx kernel.Tx, actor kernel.Actor) (id kernel.ID, number, flow string, err error)
}

// Package privacy keeps the rights that people have over what is known about them: the register of purposes that every personal field
// belongs to, with its legal basis, its retention clock and who may see it; consents and their withdrawal; requests to see, correct
// or erase, each with a deadline and an answer; and the duty that ends what its clock has ended. What other rooms keep about people
// they register here through small interfaces.
package privacy

import (
	"context"
	"strings"
	"time"

	"sanzhi/internal/kernel"
)

// Subject is whose data it is: an account, whoever holds the code of a case, a nomination or a sign-up, or somebody with neither, known by
// what was written down about them: a care visit or a register's entry.
type Subject struct {
	Kind SubjectKind
	ID   kernel.ID
}

// SubjectKind is what a subject is known by.
type SubjectKind string

// The kinds of subject.
const (
	OfAccount    SubjectKind = "account"
	OfCase       SubjectKind = "case"
	OfNomination SubjectKind = "nomination"
	OfSignup     SubjectKind = "signup"
	OfPerson     SubjectKind = "person" // registered as a volunteer or worker at the desk, without an account or a code
	OfCare       SubjectKind = "care"
	OfEntry      SubjectKind = "entry"
)

// AllSubjectKinds lists the closed set.
var AllSubjectKinds = []SubjectKind{OfAccount, OfCase, OfNomination, OfSignup, OfPerson, OfCare, OfEntry}

// Ref names the subject in the store: account:ID.
func (s Subject) Ref() string { return string(s.Kind) + ":" + string(s.ID) }

// ParseSubject reads what Ref wrote.
func ParseSubject(ref string) Subject {
	kind, id, _ := strings.Cut(ref, ":")
	return Subject{SubjectKind(kind), kernel.ID(id)}
}

// Item is one thing that is kept about a subject.
type Item struct {
	Field   string      // table.column, as in the register
	Label   kernel.Text // what it is called
	Value   string      // in clear: whoever shows it masks it where the reader has not shown to be the person
	Purpose string      // id of the purpose
	Until   time.Time   // when its clock ends; zero while it has not begun
	Object  kernel.ID   // the case or other thing that it stands in
	Key     string      // of a form's answer, the field's id
	Mask    Mask        // how it is masked
	// Withdraw says that it rests on a consent, which the subject may take back.
	Withdraw string
}

// Mask is how a value is shown to who has not shown to be the person.
type Mask string

// The ways.
const (
	MaskNone    Mask = ""
	MaskName    Mask = "name"
	MaskPhone   Mask = "phone"
	MaskAddress Mask = "address"
	MaskWhole   Mask = "whole"
)

// Look is one look at masked data.
type Look struct {
	At     time.Time
	Who    string // masked
	Fields []string
	Reason string
	Object kernel.ID
}

// Source is a room that keeps something about people.
type Source interface {
	// Kept lists what is kept about a subject: nothing when the subject is not of the room's kind.
	Kept(tx kernel.Tx, s Subject, months func(purpose string) int) ([]Item, error)
	// Correct replaces fields by name ("name", "phone", "address") and says which it knew.
	Correct(tx kernel.Tx, s Subject, changes map[string]string) ([]string, error)
	// Erase removes what is personal and leaves what counts; it gives how many things were touched.
	Erase(tx kernel.Tx, s Subject) (int, error)
	// Withdraw ends what rests on consent alone, at once.
	Withdraw(tx kernel.Tx, s Subject) (int, error)
}

// Looks tells who looked at masked data of a subject.
type Looks interface {
	LooksAt(tx kernel.Tx, s Subject) ([]Look, error)
}

// What looking at the counter is called in the ledger: that somebody searched by a telephone, and that a file was opened in full.
const (
	ActFound  = "privacy_found"
	ActOpened = "privacy_opened"
)

// Hit is something that is kept under a telephone: enough to choose it by, nothing that names anybody.
type Hit struct {
	Subject
	Title  kernel.Text
	Number string
	At     time.Time
	Path   kernel.Path
}

// Keeper ends what the clock of one purpose has ended. Rooms that keep personal data register one for each purpose.
type Keeper interface {
	Purpose() string
	// Forget de-identifies at most limit records whose clock began before the instant, and gives how many; statistics stay.
	Forget(tx kernel.Tx, before time.Time, limit int) (int, error)
}

// Consent is one agreement, by the version of the words that were shown.
type Consent struct {
	ID        kernel.ID
	Subject   string
	Purpose   string
	Text      int
	By        string // self, family, guardian
	Given     time.Time
	Withdrawn time.Time // zero while it lasts
}

// Kind is what a person asks for.
type Kind string

// The kinds of request.
const (
	KindAccess     Kind = "access"     // tell me what the page does not
	KindCorrection Kind = "correction" // this is wrong
	KindErasure    Kind = "erasure"
	KindWithdrawal Kind = "withdrawal" // of consent: done at once
)

// AllKinds lists the closed set.
var AllKinds = []Kind{KindAccess, KindCorrection, KindErasure, KindWithdrawal}

// State is where a request stands.
type State string

// The states.
const (
	StateOpen    State = "open"
	StateDone    State = "done"
	StateRefused State = "refused" // with the reason and where to complain
)

// AllStates lists the closed set.
var AllStates = []State{StateOpen, StateDone, StateRefused}

// Days is the deadline of a request, in working days.
const Days = 15

// Request is one request of a person. Words, changes and answer are sealed.
type Request struct {
	ID          kernel.ID
	Subject     Subject
	Path        kernel.Path // where it is handled
	Kind        Kind
	Words       string
	Changes     string // JSON of field → value, of a correction
	State       State
	Answer      string
	Handler     kernel.ID
	Version     int
	At          time.Time
	DueAt       time.Time
	Provisional bool
	AnsweredAt  time.Time
}

// Term is how long a district keeps what a purpose covers.
type Term struct {
	Purpose string
	Version int
	Months  int
	Reason  string
	At      time.Time
}

// Query selects requests: open ones by what is due first.
type Query struct {
	Open  bool
	Paths []kernel.Path // where the reader handles requests
	Page  kernel.Page
}

// Repo keeps requests, consents and terms.
type Repo interface {
	InsertRequest(tx kernel.Tx, r *Request) error
	// UpdateRequest stores the answered request if its version is still the given one.
	UpdateRequest(tx kernel.Tx, r *Request, was int) (bool, error)
	Request(tx kernel.Tx, id kernel.ID) (*Request, error)
	Requests(tx kernel.Tx, q Query) ([]*Request, string, error)
	RequestsOf(tx kernel.Tx, s Subject) ([]*Request, error)
	// EraseRequests empties what a subject's requests say; that they were made and how they ended stays.
	EraseRequests(tx kernel.Tx, s Subject) error
	PutConsent(tx kernel.Tx, c *Consent) error
	// EndConsent ends the consents of a subject to a purpose (all purposes when empty), and gives how many lasted.
	EndConsent(tx kernel.Tx, subject, purpose string) (int, error)
	ConsentsOf(tx kernel.Tx, subject string) ([]*Consent, error)
	PutTerm(tx kernel.Tx, t *Term) error
	// Terms gives the last term of each purpose that a district has set.
	Terms(tx kernel.Tx) (map[string]Term, error)
}

// Runs keeps what retention did.
type Runs interface {
	// RunOn tells whether a purpose's records were all looked at on the day.
	RunOn(tx kernel.Tx, purpose, day string) (bool, error)
	PutRun(tx kernel.Tx, purpose, day string, n int) error
	// ErasePersonal empties the personal parts, with their salts, of an object's rows in the ledger.
	ErasePersonal(tx kernel.Tx, object kernel.ID) (int, error)
}

// Offices tells the working calendar.
type Offices interface {
	// Due gives the instant at which n working days from start are over, and whether the calendar may still change it.
	Due(ctx context.Context, t kernel.Tenant, start time.Time, days int) (time.Time, bool, error)
}

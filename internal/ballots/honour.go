package ballots

import (
	"time"

	"sanzhi/internal/kernel"
)

// Kind is what is awarded.
type Kind string

// The kinds of award.
const (
	GoodDaughter Kind = "good_daughter_in_law" // 好媳妇
	GoodMother   Kind = "good_mother_in_law"   // 好婆婆
	TenStars     Kind = "ten_stars"            // 十星级文明户: a household, by exactly ten criteria
	OtherAward   Kind = "other"
)

// AllKinds lists the closed set.
var AllKinds = []Kind{GoodDaughter, GoodMother, TenStars, OtherAward}

// Household reports whether a household is honoured, not a person.
func (k Kind) Household() bool { return k == TenStars }

// TenCriteria is how many criteria a household with stars is held against: 十星.
const TenCriteria = 10

// Criterion is one star.
type Criterion struct {
	ID    string      `json:"id"`
	Title kernel.Text `json:"title"`
	Note  kernel.Text `json:"note"`
}

// CriteriaSet is one version of what stars are given for. A round keeps the version that it began with.
type CriteriaSet struct {
	ID      string
	Version int
	Title   kernel.Text
	Items   []Criterion
	MadeAt  time.Time
}

// Award is one round of nominations at a place.
type Award struct {
	ID              kernel.ID
	Place           kernel.ID
	Path            kernel.Path
	Kind            Kind
	Title, Note     kernel.Text
	Criteria        string // of TenStars
	CriteriaVersion int
	// NoticeDays is how long a nomination stands on the board before it may be decided, in working days.
	NoticeDays int
	Closed     bool // takes no more nominations
	CreatedAt  time.Time
}

// Consent is whether whom a nomination names wants it.
type Consent string

// The consents.
const (
	ConsentAsked     Consent = "asked"
	ConsentGiven     Consent = "given"
	ConsentRefused   Consent = "refused"
	ConsentWithdrawn Consent = "withdrawn"
)

// AllConsents lists the closed set.
var AllConsents = []Consent{ConsentAsked, ConsentGiven, ConsentRefused, ConsentWithdrawn}

// By is who gave a consent.
type By string

// Who may.
const (
	BySelf   By = "self"
	ByFamily By = "family"
)

// AllBys lists the closed set.
var AllBys = []By{BySelf, ByFamily}

// Stage is where a nomination stands.
type Stage string

// The stages.
const (
	StageNominated Stage = "nominated" // seen by its nominator and the committee alone
	StageConsented Stage = "consented"
	StageNotice    Stage = "notice"  // on the board
	StageGranted   Stage = "granted" // decided for it; on the board while the consent lasts
	StageNot       Stage = "not_granted"
	StageEnded     Stage = "ended" // refused or withdrawn before it was decided
)

// AllStages lists the closed set.
var AllStages = []Stage{StageNominated, StageConsented, StageNotice, StageGranted, StageNot, StageEnded}

// Nomination names somebody for an award. Name and reasons are sealed, and erased when the consent is refused or withdrawn.
type Nomination struct {
	ID        kernel.ID
	Award     kernel.ID
	Path      kernel.Path
	Nominator kernel.ID // an account
	// Subject is the account of whom it names, known once they consented signed in.
	Subject kernel.ID
	Name    string // sealed
	Why     string // sealed
	// CodeHash belongs to the slip that the committee hands to whom it names: with it they consent, and withdraw.
	CodeHash    string
	Consent     Consent
	ConsentBy   By
	ConsentText int  // version of the words that were agreed to
	ShowName    bool // the full name on the board; masked when not
	Stage       Stage
	NoticeFrom  time.Time
	NoticeUntil time.Time
	Provisional bool     // NoticeUntil rests on a calendar that is not published yet
	Stars       []string // ids of the criteria met
	StarCount   int      // stays when the names go
	Version     int
	CreatedAt   time.Time
	UpdatedAt   time.Time
	DecidedAt   time.Time
}

// OnBoard reports whether anyone may see the nomination: never without a consent that lasts, and never one that was turned down.
func (n *Nomination) OnBoard() bool {
	return n.Consent == ConsentGiven && (n.Stage == StageNotice || n.Stage == StageGranted)
}

// ObjectionState is whether an objection was answered, and how.
type ObjectionState string

// The states.
const (
	ObjectionOpen      ObjectionState = "open"
	ObjectionUpheld    ObjectionState = "upheld"
	ObjectionDismissed ObjectionState = "dismissed"
)

// AllObjectionStates lists the closed set.
var AllObjectionStates = []ObjectionState{ObjectionOpen, ObjectionUpheld, ObjectionDismissed}

// Objection is what somebody has against a nomination on the board. Only the committee and whoever made it read its words.
type Objection struct {
	ID         kernel.ID
	Nomination kernel.ID
	By         kernel.ID // an account, empty when made without one
	Body       string    // sealed
	State      ObjectionState
	Answer     string // sealed
	At         time.Time
	AnsweredAt time.Time
}

// AwardCounts are what is told of a round without telling of anyone. They stay when consents go.
type AwardCounts struct {
	Nominated int         `json:"nominated"`
	Consented int         `json:"consented" doc:"Ever, also where the consent was withdrawn later"`
	Granted   int         `json:"granted"`
	Objected  int         `json:"objected"`
	Stars     map[int]int `json:"stars" doc:"Households granted, by number of stars"`
}

// HonourQuery selects nominations, newest first.
type HonourQuery struct {
	Award kernel.ID
	Path  kernel.Path
	// Board narrows to what anyone may see. Otherwise those are given that the account named or made, and all at the paths of Manage.
	Board   bool
	Manage  []kernel.Path
	Account kernel.ID
	Stages  []Stage
	Page    kernel.Page
}

// Honours keeps awards, nominations and objections.
type Honours interface {
	PutCriteria(tx kernel.Tx, c *CriteriaSet) error
	// Criteria gives a version; 0 is the last.
	Criteria(tx kernel.Tx, id string, version int) (*CriteriaSet, error)
	InsertAward(tx kernel.Tx, a *Award) error
	Award(tx kernel.Tx, id kernel.ID) (*Award, error)
	CloseAward(tx kernel.Tx, id kernel.ID) (bool, error)
	Awards(tx kernel.Tx, path kernel.Path, p kernel.Page) ([]*Award, string, error)
	AwardCounts(tx kernel.Tx, id kernel.ID) (AwardCounts, error)
	InsertNomination(tx kernel.Tx, n *Nomination) error
	UpdateNomination(tx kernel.Tx, n *Nomination, was int) (bool, error)
	Nomination(tx kernel.Tx, id kernel.ID) (*Nomination, error)
	NominationByCode(tx kernel.Tx, hash string) (*Nomination, error)
	Nominations(tx kernel.Tx, q HonourQuery) ([]*Nomination, string, error)
}

// Objections keeps what people have against nominations.
type Objections interface {
	InsertObjection(tx kernel.Tx, o *Objection) error
	Objection(tx kernel.Tx, id kernel.ID) (*Objection, error)
	// AnswerObjection answers one that is open; false when it was answered before.
	AnswerObjection(tx kernel.Tx, id kernel.ID, state ObjectionState, answer string, at time.Time) (bool, error)
	// ObjectionsTo gives a nomination's, oldest first.
	ObjectionsTo(tx kernel.Tx, nomination kernel.ID) ([]*Objection, error)
	// EraseObjections empties the words of a nomination's, which may name who left the board.
	EraseObjections(tx kernel.Tx, nomination kernel.ID) error
}

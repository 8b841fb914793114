// Package ballots is what a place decides together. A proposal is talked over, voted on by whoever lives there, written down as a
// resolution and handed on as a task. A nomination (好媳妇, 十星级文明户) needs the consent of whom it names, stands on the board for the
// time of publicity, waits for every objection to be answered, and is decided; the consent can be withdrawn at any time, and the name
// is gone everywhere at once while the counts stay. Ballots are secret: who has voted and what was voted are kept apart.
package ballots

import (
	"time"

	"sanzhi/internal/kernel"
)

// About is what a ballot decides on. There is none about persons: people are neither elected nor judged here.
type About string

// The subjects.
const (
	AboutWorks   About = "works"   // something built, mended, planted
	AboutMoney   About = "money"   // how common money is spent
	AboutRules   About = "rules"   // 村规民约, 居民公约
	AboutEvents  About = "events"  // what is done together
	AboutService About = "service" // property management, opening hours, care
)

// AllAbouts lists the closed set.
var AllAbouts = []About{AboutWorks, AboutMoney, AboutRules, AboutEvents, AboutService}

// Step is where a ballot stands.
type Step string

// The steps, and the ways out.
const (
	StepProposed     Step = "proposed"     // known to its proposer and the community alone
	StepDeliberating Step = "deliberating" // on the page, talked over
	StepVoting       Step = "voting"
	StepCounted      Step = "counted" // closed; the result is known
	StepResolved     Step = "resolved"
	StepDeclined     Step = "declined" // not taken up, with the reason
)

// AllSteps lists the closed set.
var AllSteps = []Step{StepProposed, StepDeliberating, StepVoting, StepCounted, StepResolved, StepDeclined}

// Mode is what a voter chooses from.
type Mode string

// The modes.
const (
	ModeYesNo  Mode = "yesno"  // yes, no or abstain
	ModeChoice Mode = "choice" // one of two to twelve, or abstain
)

// AllModes lists the closed set.
var AllModes = []Mode{ModeYesNo, ModeChoice}

// The choices that need no words of the ballot's own.
const (
	Yes     = "yes"
	No      = "no"
	Abstain = "abstain"
)

// Outcome is what a count came to.
type Outcome string

// The outcomes.
const (
	OutcomePassed  Outcome = "passed"
	OutcomeFailed  Outcome = "failed"    // enough voted, too few for it
	OutcomeTooFew  Outcome = "no_quorum" // too few voted
	OutcomeTie     Outcome = "tie"       // of several options two lead
	OutcomeUnknown Outcome = ""          // not counted yet
)

// Option is one of several.
type Option struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// Ballot is one matter from its proposal to its resolution. Words are public once it is talked over, and are the proposer's own
// language; no personal field is asked for.
type Ballot struct {
	ID           kernel.ID
	Place        kernel.ID
	Path         kernel.Path
	About        About
	Title, Body  string
	Proposer     kernel.ID // an account
	ProposerName string    // masked
	Step         Step
	Mode         Mode
	Options      []Option // of ModeChoice
	// Quorum is the share of the roll, in per cent, that must vote; Need the share of the votes that must be exceeded.
	Quorum, Need int
	OpenedAt     time.Time
	ClosesAt     time.Time
	Outcome      Outcome
	// Resolution is what was resolved, in words.
	Resolution string
	Reason     string // why it was declined
	TaskKind   string
	Task       kernel.ID
	Version    int
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Choices lists what can be voted, in order.
func (b *Ballot) Choices() []string {
	if b.Mode == ModeYesNo {
		return []string{Yes, No, Abstain}
	}
	var out []string
	for _, o := range b.Options {
		out = append(out, o.ID)
	}
	return append(out, Abstain)
}

// Post is one contribution to the deliberation. Posts are never voted on, and stand on the page once the community has let them.
type Post struct {
	ID         kernel.ID
	Ballot     kernel.ID
	Author     kernel.ID
	AuthorName string // masked
	Body       string
	State      PostState
	Reason     string // why it was held back, told to its author
	At         time.Time
}

// PostState is whether a post is shown.
type PostState string

// The states.
const (
	PostWaiting PostState = "waiting"
	PostShown   PostState = "shown"
	PostHeld    PostState = "held"
)

// AllPostStates lists the closed set.
var AllPostStates = []PostState{PostWaiting, PostShown, PostHeld}

// Voter is one entry of a ballot's roll: a keyed hash of the account or the code, and the group that a breakdown counts it in.
type Voter struct {
	Hash   string
	Group  string
	ByCode bool
	// Person is whom the entry stands for, as a keyed hash; empty where nobody knows.
	Person string
}

// Turnout is how many may vote and how many have.
type Turnout struct {
	Voted    int `json:"voted"`
	Eligible int `json:"eligible"`
}

// Tally is how often each choice was voted in a group.
type Tally struct {
	Group  string
	Choice string
	N      int
}

// Query selects ballots, newest first.
type Query struct {
	Path  kernel.Path
	Steps []Step
	// Manage is where the reader manages ballots and so sees those not taken up yet; Account is the reader's own.
	Manage  []kernel.Path
	Account kernel.ID
	Page    kernel.Page
}

// Repo keeps ballots and what was said about them.
type Repo interface {
	InsertBallot(tx kernel.Tx, b *Ballot) error
	// UpdateBallot stores the changed ballot if its stored version is still the given one, else reports false.
	UpdateBallot(tx kernel.Tx, b *Ballot, was int) (bool, error)
	Ballot(tx kernel.Tx, id kernel.ID) (*Ballot, error)
	Ballots(tx kernel.Tx, q Query) ([]*Ballot, string, error)
	// Closing gives the ballots whose time to vote is over and that are not counted.
	Closing(tx kernel.Tx, limit int) ([]kernel.ID, error)
	InsertPost(tx kernel.Tx, p *Post) error
	Post(tx kernel.Tx, id kernel.ID) (*Post, error)
	// SetPost moves a post to a state from another; false when it stands elsewhere by now.
	SetPost(tx kernel.Tx, id kernel.ID, from, to PostState, reason string) (bool, error)
	// Posts gives a ballot's posts, oldest first: those shown, those of the author, or all.
	Posts(tx kernel.Tx, ballot kernel.ID, all bool, author kernel.ID, p kernel.Page) ([]*Post, string, error)
}

// Rolls keeps who may vote and what was voted, apart from each other.
type Rolls interface {
	// AddVoters puts people on the roll; one who is on it stays as they are.
	AddVoters(tx kernel.Tx, ballot kernel.ID, l []Voter) error
	// Cast marks a voter as having voted and gives the group; ok is false for who is not on the roll or has voted.
	Cast(tx kernel.Tx, ballot kernel.ID, hash string) (group string, ok bool, err error)
	// OnRoll tells whether a voter is on the roll, and has voted.
	OnRoll(tx kernel.Tx, ballot kernel.ID, hash string) (on, voted bool, err error)
	// PersonOn tells whether a person is on the roll, and whether by a code.
	PersonOn(tx kernel.Tx, ballot kernel.ID, person string) (on, byCode bool, err error)
	// Count raises one counter by one; it makes the counter when there is none.
	Count(tx kernel.Tx, ballot kernel.ID, group, choice string) error
	// Turnouts gives the roll by group.
	Turnouts(tx kernel.Tx, ballot kernel.ID) (map[string]Turnout, error)
	Tallies(tx kernel.Tx, ballot kernel.ID) ([]Tally, error)
	// CodesOf counts the voters by code, in all.
	CodesOf(tx kernel.Tx, ballot kernel.ID) (int, error)
}

// Resident is an account that lives at a place.
type Resident struct {
	Account kernel.ID
	Place   string // name of the place that the resident's post stands at
	Path    kernel.Path
	// PhoneIndex is the blind index of the person's number; empty when none is known.
	PhoneIndex string
}

// Residents tells who lives at a place by their post.
type Residents interface {
	ResidentsAt(tx kernel.Tx, path kernel.Path) ([]Resident, error)
}

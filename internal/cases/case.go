// Package cases is anything with a life cycle: menu orders, hazards, and whatever a flow describes. It opens cases at a
// place, routes them to a unit, lets the right people take the flow's actions, keeps their clocks, and writes each act to
// the ledger in the act's own unit of work. It implements the effects of flows; what the steps are is data.
package cases

import (
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
	"sanzhi/internal/workflow"
)

// Never is the deadline of a case without a running clock: it sorts behind all others.
const Never = int64(1) << 62

// Case is one case as the store keeps it. Names, phones and addresses are sealed.
type Case struct {
	ID          kernel.ID
	Number      string
	TrackHash   string // keyed hash of the tracking code
	Flow        string
	FlowVersion int
	Item        string      // menu item, or empty
	Title       kernel.Text // the item's title, else the flow's, as it was when the case was opened
	Text        string
	Address     string // sealed
	Contact     string // sealed JSON of Contact
	PhoneIndex  string
	Form        string // sealed JSON of the answers to the opening form
	Photos      []kernel.ID
	Lon, Lat    float64
	Place       territory.At
	Path        kernel.Path

	Step         string
	StepAt       time.Time // since when it rests there
	PrevStep     string
	Ended        string // how it ended, empty while open
	Version      int
	Round        int
	Strands      Strands
	Confidential bool
	Unit         kernel.ID // fixed by submit; before that the routed one stands in Route
	Assignee     kernel.ID
	AssigneeName string // masked
	Cohandles    []kernel.ID
	Urgent       bool
	Supervised   bool
	Held         bool
	Route        Route
	Clocks       []workflow.ClockState
	Result       Result
	MergedInto   kernel.ID
	OpenedBy     string    // kernel.Actor.Ref of who opened it
	Requester    kernel.ID // the resident's account that it was opened for, empty for anonymous orders
	Source       string    // id in another system, for imports

	OpenedAt   time.Time
	UpdatedAt  time.Time
	ClosedAt   time.Time
	FinishedAt time.Time
	RatedAt    time.Time
	Score      int // of the last rating, 0 when none
	Solved     bool
	Measures   Measures
	// TickAt is when the program must look at the clocks next; zero when it need not.
	TickAt time.Time

	// Kept is the case as the store gave it to an act, for the store alone: it writes back what differs. Nobody changes it.
	Kept *Case
}

// Contact is how to reach the requester.
type Contact struct {
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// Route is what routing proposed and why.
type Route struct {
	Unit kernel.ID `json:"unit"`
	Rule string    `json:"rule"`
}

// Result is what was done.
type Result struct {
	Text   string      `json:"text,omitempty"`
	Photos []kernel.ID `json:"photos,omitempty"`
}

// Measures count the kept and broken promises that the rates are made of: 响应 (response) and 按期 (finish). Due is the
// deadline of the promise that runs now, zero when none does.
type Measures struct {
	RespKept, RespMissed int
	RespDue              time.Time
	FinKept, FinMissed   int
	FinDue               time.Time
}

// Measure derives the measures from the clocks.
func Measure(f *workflow.Flow, states []workflow.ClockState) Measures {
	var m Measures
	for _, s := range states {
		for _, c := range f.Clocks {
			if c.ID != s.ID || c.Measure == "" {
				continue
			}
			kept, missed, due := s.Kept, s.Missed, time.Time{}
			if s.OnTime != nil && *s.OnTime {
				kept++
			} else if s.OnTime != nil {
				missed++
			}
			if s.Running() && !s.Paused() {
				due = s.DueAt
			}
			if s.Paused() && s.PausedAt.After(s.DueAt) {
				due = s.DueAt // it was over before the work was suspended
			}
			if c.Measure == "response" {
				m.RespKept, m.RespMissed, m.RespDue = kept, missed, due
			} else {
				m.FinKept, m.FinMissed, m.FinDue = kept, missed, due
			}
		}
	}
	return m
}

// DueAt is the earliest deadline that runs, in Unix milliseconds, or Never.
func (c *Case) DueAt() int64 {
	due := Never
	for i := range c.Clocks {
		if s := &c.Clocks[i]; s.Running() && !s.Paused() {
			due = min(due, s.DueAt.UnixMilli())
		}
	}
	return due
}

// Rating is one requester's rating of one round.
type Rating struct {
	Case      kernel.ID
	Round     int
	Requester kernel.ID // the case that the requester opened: itself, or one merged into it
	Score     int
	Solved    bool
	Text      string // sealed
	At        time.Time
}

// Unmasking is one look at masked data, which the requester sees.
type Unmasking struct {
	ID      kernel.ID
	Case    kernel.ID
	Account kernel.ID
	Who     string // masked
	Fields  []string
	Reason  string
	At      time.Time
}

// Query selects cases. Empty members do not narrow.
type Query struct {
	Flow, Step, Item string
	Strand           string
	Path             kernel.Path
	Unit             kernel.ID
	MergedInto       kernel.ID
	Words            []string // bigrams of the search
	Number           string
	NumberPart       NumberPart
	IDs              []kernel.ID // these alone, when any
	Overdue          bool
	Open, Closed     bool
	From, To         time.Time // of OpenedAt, half-open
	Now              time.Time
	// Allow is what the reader may see.
	Allow access.Scope
	// Mine, when not nil, narrows to cases whose next act is the reader's: those that match any of the turns.
	Mine []Turn
	// ByDue sorts open cases by what runs out first; otherwise the newest come first.
	ByDue bool
	Page  kernel.Page
}

// Turn is one way in which the next act may be somebody's: a case of the flow in the step, at a place, and as the rest says.
type Turn struct {
	Flow, Step     string
	PathLo, PathHi string    // half-open range of paths
	Unit           kernel.ID // must be the case's unit, when given
	Cohandle       kernel.ID // must be a co-handling unit, when given
	Assignee       kernel.ID // must be the assignee, when given
	// Free widens Assignee to cases without an assignee.
	Free bool
}

// Rate is a share with what it is made of.
type Rate struct{ Num, Den int }

// Rates are 响应, 解决, 满意 and 按期 over the cases opened in a period.
type Rates struct{ Response, Resolution, Satisfaction, OnTime Rate }

// RateQuery selects the cases that rates are made of.
type RateQuery struct {
	Path     kernel.Path
	Unit     kernel.ID
	From, To time.Time
	Now      time.Time
	Allow    access.Scope
}

// Repo keeps cases.
type Repo interface {
	// Insert stores a new case; false when its number is taken.
	Insert(tx kernel.Tx, c *Case, words []string) (bool, error)
	// Update stores the changed case if its stored version is still the given one, else reports false.
	Update(tx kernel.Tx, c *Case, was int) (bool, error)
	Get(tx kernel.Tx, id kernel.ID) (*Case, error)
	ByTrack(tx kernel.Tx, hash string) (*Case, error)
	List(tx kernel.Tx, q Query) ([]*Case, string, error)
	// Count counts what List would give, up to most.
	Count(tx kernel.Tx, q Query, most int) (int, error)
	// Due gives the open cases whose next warning or deadline has come.
	Due(tx kernel.Tx, before time.Time, limit int) ([]kernel.ID, error)
	Near(tx kernel.Tx, flow, item string, lon, lat, metres float64, since time.Time, limit int) ([]*Case, error)
	// Load counts the open cases in an account's hands.
	Load(tx kernel.Tx, assignee kernel.ID) (int, error)
	// Rate stores a rating; false when this requester has rated this round.
	Rate(tx kernel.Tx, r *Rating) (bool, error)
	Ratings(tx kernel.Tx, id kernel.ID) ([]*Rating, error)
	Rates(tx kernel.Tx, q RateQuery) (Rates, error)
}

// Looks keeps who looked at masked data.
type Looks interface {
	PutUnmasking(tx kernel.Tx, u *Unmasking) error
	Unmaskings(tx kernel.Tx, id kernel.ID) ([]*Unmasking, error)
}

// Uploads lets a case take photos that were uploaded within the last hour.
type Uploads interface {
	// Take binds the photos to the case; an id that is unknown, taken or too old is an error naming it.
	Take(tx kernel.Tx, ids []kernel.ID, caseID kernel.ID) error
}

// Outbox tells others after the commit, through a row of the same unit of work.
type Outbox interface {
	Put(tx kernel.Tx, topic, target string, body map[string]any) error
}

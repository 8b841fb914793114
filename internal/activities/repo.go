package activities

import (
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// Query selects activities for a list.
type Query struct {
	Stages    []Stage
	Programme string
	Series    kernel.ID
	Venue     kernel.ID
	Path      kernel.Path // at it and below; empty for anywhere
	// Or are paths whose own activities are wanted too, such as those of the whole district for a community's residents.
	Or       []kernel.Path
	From, To time.Time // that touch [From, To)
	Newest   bool      // the latest first
	// Drafts says whose drafts may be seen: lists and counts hold no other.
	Drafts access.Scope
}

// Repo keeps activities. Every list is keyset-paged; every method touches only the tenant of the Tx.
type Repo interface {
	Insert(tx kernel.Tx, list []*Activity) error
	// Update writes an activity on condition that its version is still the one before; posts keep their counts.
	Update(tx kernel.Tx, a *Activity) (bool, error)
	// Activity gives one with its posts.
	Activity(tx kernel.Tx, id kernel.ID) (*Activity, error)
	// List gives a page with posts.
	List(tx kernel.Tx, q Query, p kernel.Page) ([]*Activity, string, error)
	Programmes(tx kernel.Tx) ([]*Programme, error)
	PutProgramme(tx kernel.Tx, p *Programme) error
	Settings(tx kernel.Tx) (Settings, error)
	PutSettings(tx kernel.Tx, s Settings) error
	PutSeries(tx kernel.Tx, s *Series) error
	SeriesOf(tx kernel.Tx, id kernel.ID) (*Series, error)
	SeriesList(tx kernel.Tx, p kernel.Page) ([]*Series, string, error)
	// NextNumber takes the next number of a series, as long as the unit of work is committed.
	NextNumber(tx kernel.Tx, series kernel.ID) (int, error)
}

// Series is activities with numbers, such as 论坛 1…14.
type Series struct {
	ID        kernel.ID
	Title     string
	Programme string
	Path      kernel.Path
	Planned   int // sessions planned, 0 when open
	Held      int
}

// Venue is a room or ground that several organisations share.
type Venue struct {
	ID    kernel.ID
	Title string
	Kind  string
	Place kernel.ID
	Path  kernel.Path
	Seats int
}

// VenueKinds are the pooled kinds: 党员活动室、文化广场、农家书屋, and any other.
var VenueKinds = []Choice{choice("party_room", "党员活动室", "Party members' room"), choice("square", "文化广场", "Culture square"),
	choice("library", "农家书屋", "Village library"), choice("other", "其他", "Other")}

// SlotLength is the grain of bookings: a venue is taken by whole quarters of an hour.
const SlotLength = 15 * time.Minute

// Slots gives the quarters that [from, to) touches, as numbers since 1970.
func Slots(from, to time.Time) []int64 {
	var out []int64
	for s := from.Unix() / int64(SlotLength/time.Second); s*int64(SlotLength/time.Second) < to.Unix(); s++ {
		out = append(out, s)
	}
	return out
}

// Venues keeps venues and what they are booked for.
type Venues interface {
	PutVenue(tx kernel.Tx, v *Venue) error
	Venue(tx kernel.Tx, id kernel.ID) (*Venue, error)
	VenueList(tx kernel.Tx, p kernel.Page) ([]*Venue, string, error)
	// Book takes the quarters for the activity in place of what it had before; KindConflict when another has one of them.
	Book(tx kernel.Tx, venue, activity kernel.ID, slots []int64) error
	Release(tx kernel.Tx, activity kernel.ID) error
}

// SignState is how a sign-up stands.
type SignState string

// The states of a sign-up.
const (
	In      SignState = "in"      // has a place
	Waiting SignState = "waiting" // moves up by itself
	Off     SignState = "off"     // cancelled, by the person or with the activity
)

// Signup is one person's place at a post, or in the line for it.
type Signup struct {
	ID, Activity, Post kernel.ID
	Who                string // account:ID or phone:INDEX
	Account            kernel.ID
	Shown              string // the masked name
	Contact            string // sealed JSON of Contact
	CodeHash           string
	Day                string
	State              SignState
	At                 time.Time
}

// Contact is who signed up without an account.
type Contact struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
}

// Signups keeps sign-ups and attendance.
type Signups interface {
	// Take takes a place of the post, or one in its line: the state that was got, and the number in the line. KindConflict
	// when the activity is not open (any more).
	Take(tx kernel.Tx, activity, post kernel.ID) (state SignState, waiting int, err error)
	// Insert adds a sign-up; KindConflict when the person has a place in the activity that day.
	InsertSignup(tx kernel.Tx, s *Signup) error
	Signup(tx kernel.Tx, id kernel.ID) (*Signup, error)
	ByCode(tx kernel.Tx, hash string) (*Signup, error)
	// End cancels a sign-up that lasts: false when it had ended. The first in the line moves up into the place; its sign-up
	// is given.
	End(tx kernel.Tx, s *Signup) (ended bool, moved *Signup, err error)
	EndAll(tx kernel.Tx, activity kernel.ID) error
	// MoveUp gives places that became free, such as when a post grew, to the first in the line; it tells how many moved.
	MoveUp(tx kernel.Tx, activity kernel.ID) (int, error)
	OfActivity(tx kernel.Tx, activity kernel.ID, p kernel.Page) ([]*Signup, string, error)
	OfPerson(tx kernel.Tx, who string, p kernel.Page) ([]*Signup, string, error)
	// Ahead is how many wait before the sign-up, in its line.
	Ahead(tx kernel.Tx, s *Signup) (int, error)
}

// Attendances keeps who came, and how long they stayed.
type Attendances interface {
	// CheckIn begins a stay; KindConflict when one is open, or when the activity is not under way (any more).
	CheckIn(tx kernel.Tx, s *Stay) error
	// CheckOut ends the open stay of a sign-up at the instant; false when none is open.
	CheckOut(tx kernel.Tx, signup kernel.ID, at time.Time) (bool, error)
	// CloseAll ends the open stays of an activity.
	CloseAll(tx kernel.Tx, activity kernel.ID, at time.Time) error
	// StaysAt gives the stays of an activity by sign-up.
	StaysAt(tx kernel.Tx, activity kernel.ID) ([]*Stay, error)
	// StaysOf gives a person's stays at closed activities that are at path, in [from, to); zero ends are open.
	StaysOf(tx kernel.Tx, who string, path kernel.Path, from, to time.Time) ([]*Stay, error)
	// Take counts what activities held or closed at path in [from, to) were to people.
	Counts(tx kernel.Tx, path kernel.Path, from, to time.Time) (Take, error)
}

// PersonKind tells volunteers from workers. Nobody is both.
type PersonKind string

// The kinds of person.
const (
	VolunteerKind PersonKind = "volunteer"
	WorkerKind    PersonKind = "worker"
)

// kindFor is the registration that a way to take part needs; none for a seat.
func kindFor(p Pay) PersonKind {
	switch p {
	case Unpaid:
		return VolunteerKind
	case Paid:
		return WorkerKind
	default:
		return ""
	}
}

// Person is a registered volunteer or worker. Name and phone are sealed; Shown is the masked name.
type Person struct {
	ID          kernel.ID
	Who         string
	Kind        PersonKind
	Number      string
	Account     kernel.ID
	Shown       string
	NameSealed  string
	PhoneSealed string
	Path        kernel.Path // where the registration is kept
	Skills      []string
	Windows     []Span
	Most        int
	Employment  Employment
	At          time.Time
}

// People keeps the registrations of volunteers and workers.
type People interface {
	// Register adds a registration; KindConflict when the person has one.
	Register(tx kernel.Tx, list []*Person) error
	// Change writes skills, windows, most, employment and kind.
	Change(tx kernel.Tx, p *Person) error
	PersonByID(tx kernel.Tx, id kernel.ID) (*Person, error)
	// ByWho gives nil when the person is not registered.
	ByWho(tx kernel.Tx, who string) (*Person, error)
	PersonList(tx kernel.Tx, kind PersonKind, scope access.Scope, p kernel.Page) ([]*Person, string, error)
	// OpenSignups counts the person's lasting sign-ups at posts with the pay whose activity is not over.
	OpenSignups(tx kernel.Tx, who string, pay Pay) (int, error)
	PutCertificate(tx kernel.Tx, c *Certificate) error
	Certificate(tx kernel.Tx, id kernel.ID) (*Certificate, error)
	// Certificates gives those of one person at places in scope, the newest first.
	Certificates(tx kernel.Tx, who string, scope access.Scope, p kernel.Page) ([]*Certificate, string, error)
}

// Labour keeps weighings.
type Labour interface {
	AddWeighing(tx kernel.Tx, w *Weighing) error
	Weighings(tx kernel.Tx, activity kernel.ID) ([]*Weighing, error)
	// Jobs counts steady jobs in persons and odd jobs in shifts that were paid, at path.
	Jobs(tx kernel.Tx, path kernel.Path) (stable, flexible int, err error)
}

// Team is volunteers who work together; a brigade has teams below it, and grids.
type Team struct {
	ID     kernel.ID
	Parent kernel.ID
	Title  string
	Kind   string
	Place  kernel.ID
	Path   kernel.Path
	// Lead is the person of the registers who leads it, and must hold a post called LeadTitle where that is set.
	Lead      kernel.ID
	LeadTitle string
	Members   int // distinct persons in it and in the teams below it
}

// TeamKinds are the kinds of the source; a brigade has none.
var TeamKinds = []Choice{choice("", "总队", "Brigade"), choice("party", "党员", "Party members"), choice("women", "巾帼", "Women"),
	choice("law", "法律", "Law"), choice("green", "环保公益", "Environment")}

// Member is one person in a team, at one of the kinds of post.
type Member struct {
	ID, Team, Person kernel.ID
	Post             string
	Shown            string
	From, To         time.Time
}

// GridCover is how villager groups stand in a brigade's grids: each group in exactly one.
type GridCover struct {
	Grids  int
	In     int // groups that are in a grid
	Groups int // groups at the brigade's place
}

// Teams keeps teams.
type Teams interface {
	PutTeam(tx kernel.Tx, t *Team) error
	Team(tx kernel.Tx, id kernel.ID) (*Team, error)
	TeamList(tx kernel.Tx, p kernel.Page) ([]*Team, string, error)
	// Join adds members; KindConflict when one is in the team.
	Join(tx kernel.Tx, list []*Member) error
	// Leave ends a membership; false when it had ended.
	Leave(tx kernel.Tx, team, person kernel.ID) (bool, error)
	Members(tx kernel.Tx, team kernel.ID, p kernel.Page) ([]*Member, string, error)
	// PutGrid puts villager groups into a grid of a brigade; KindConflict when one is in a grid.
	PutGrid(tx kernel.Tx, team kernel.ID, grid int, groups []kernel.ID) error
	Cover(tx kernel.Tx, team *Team) (GridCover, error)
}

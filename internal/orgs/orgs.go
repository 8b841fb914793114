// Package orgs holds the organisations that serve the places, the posts that people hold at them for a time, which
// organisation covers which compound, and serving members' report-in. Party organisations are one kind among others, so
// that everything works where none is set.
package orgs

import (
	"fmt"
	"time"

	"sanzhi/internal/kernel"
)

// Kind is what an organisation is.
type Kind string

// The kinds of organisation.
const (
	Government    Kind = "government"     // a street office, a town government, the district government
	Department    Kind = "department"     // a department of the district, a unit in charge of sectors
	Committee     Kind = "committee"      // residents' or villagers' committee
	Branch        Kind = "branch"         // Party branch of a compound, a building, a village or a unit
	PropertyFirm  Kind = "property_firm"  // 物业
	PublicUtility Kind = "public_utility" // water, power, gas, heat
	PoliceStation Kind = "police_station"
	VolunteerTeam Kind = "volunteer_team"
	Enterprise    Kind = "enterprise"
	SocialOrg     Kind = "social_org"
	JointBody     Kind = "joint_body" // 党建联合体: an alliance of at least two members
	Mediation     Kind = "mediation"  // people's mediation committee
	Institution   Kind = "institution"
)

// AllKinds lists the closed set.
var AllKinds = []Kind{Government, Department, Committee, Branch, PropertyFirm, PublicUtility, PoliceStation, VolunteerTeam,
	Enterprise, SocialOrg, JointBody, Mediation, Institution}

// Org is one organisation in its tenant's tree of organisations.
type Org struct {
	ID     kernel.ID `json:"id"`
	Parent kernel.ID `json:"parent,omitempty"`
	Kind   Kind      `json:"kind"`
	Name   string    `json:"name"`
	// Initials are the pinyin initials of the name, for search.
	Initials string `json:"-"`
	// Place is where it serves: its posts and its cases lie at this place and below.
	Place kernel.ID   `json:"place"`
	Path  kernel.Path `json:"-"`
	// Sectors that it is in charge of (lighting, water, civil affairs …), for routing.
	Sectors []string `json:"sectors,omitempty"`
	// Phone is its public number.
	Phone string `json:"phone,omitempty"`
}

// Person is somebody who holds posts or reports in. The name and phone are sealed; the id is also the id of the person's
// account, when there is one.
type Person struct {
	ID          kernel.ID
	NameSealed  string
	PhoneSealed string
	PhoneIndex  string // blind index of the exact phone
}

// Holding is one post held by a person at an organisation and place, from From until To (zero: until further notice).
type Holding struct {
	ID     kernel.ID   `json:"id"`
	Person kernel.ID   `json:"person"`
	Title  string      `json:"title"` // the post's own name: 社区副书记, 网格长
	Role   kernel.Role `json:"role"`
	Org    kernel.ID   `json:"org,omitempty"`
	Place  kernel.ID   `json:"place"`
	Path   kernel.Path `json:"-"`
	Level  string      `json:"-"` // tier of the place, as kernel.Post.Level
	From   time.Time   `json:"from"`
	To     time.Time   `json:"to,omitzero"`
}

// CoverKind is in which way an organisation covers a compound.
type CoverKind string

// The kinds of cover.
const (
	CoverBranch   CoverKind = "branch"   // 党支部 covers the compound
	CoverProperty CoverKind = "property" // property firm serves the compound
	CoverPaired   CoverKind = "paired"   // 包联 unit
)

// AllCoverKinds lists the closed set.
var AllCoverKinds = []CoverKind{CoverBranch, CoverProperty, CoverPaired}

// Cover links an organisation to a compound. Many to many, but a compound has exactly one lead among its paired units.
type Cover struct {
	ID    kernel.ID
	Kind  CoverKind
	Org   kernel.ID
	Place kernel.ID
	Lead  bool
	From  time.Time
	To    time.Time // zero while it lasts
}

// ReportIn is a serving member's registration (在职党员进社区): their unit, their community, and exactly one grid.
type ReportIn struct {
	ID        kernel.ID
	Person    kernel.ID
	Unit      kernel.ID
	Community kernel.ID
	Grid      kernel.ID
	From      time.Time
	To        time.Time
}

// Rate is a share with its numerator and denominator, never the one without the other.
type Rate struct {
	Num int `json:"num"`
	Den int `json:"den"`
}

// Percent gives the rate in per cent with two decimals as people print it, or "—" when nothing is counted.
func (r Rate) Percent() string {
	if r.Den == 0 {
		return "—"
	}
	// Integer arithmetic, rounded half up, so that 359/360 is 99.72 everywhere.
	h := (r.Num*20000 + r.Den) / (2 * r.Den)
	return fmt.Sprintf("%d.%02d %%", h/100, h%100)
}

// Repo keeps organisations. Every list is keyset-paged; every method touches only the tenant of the Tx.
type Repo interface {
	PutOrgs(tx kernel.Tx, o []*Org) error
	Org(tx kernel.Tx, id kernel.ID) (*Org, error)
	// Orgs lists by name: those whose name or initials contain q, of the kinds given (all when empty).
	Orgs(tx kernel.Tx, q string, kinds []Kind, p kernel.Page) ([]*Org, string, error)
	PutPeople(tx kernel.Tx, p []*Person) error
	Person(tx kernel.Tx, id kernel.ID) (*Person, error)
	PutHoldings(tx kernel.Tx, h []*Holding) error
	// PostsOf gives the posts that the person holds at the instant of the Tx.
	PostsOf(tx kernel.Tx, person kernel.ID) ([]kernel.Post, error)
	// Staff gives those who hold a post with the role at the organisation now, at a place that holds path. Who has an account
	// that is disabled is left out.
	Staff(tx kernel.Tx, org kernel.ID, role kernel.Role, path kernel.Path) ([]*Person, error)
	PutCovers(tx kernel.Tx, c []*Cover) error
	// CoversOf gives the organisations that cover a place now, in the given way.
	CoversOf(tx kernel.Tx, place kernel.ID, kind CoverKind) ([]*Org, error)
	PutReportIns(tx kernel.Tx, r []*ReportIn) error
}

// Counts answers the coverage questions of the dashboard from the records.
type Counts interface {
	// Coverage is the compounds covered by at least one organisation in the given way ÷ all compounds at path.
	Coverage(tx kernel.Tx, kind CoverKind, path kernel.Path) (Rate, error)
	// PostCoverage is the places of the kind at path with a holder of a post titled title ÷ all such places.
	PostCoverage(tx kernel.Tx, placeKind, title string, path kernel.Path) (Rate, error)
	// OrgCount counts organisations of a kind that cover at least one compound in the given way.
	OrgCount(tx kernel.Tx, kind Kind, cover CoverKind) (int, error)
	// ReportIns counts members reported in, how many of them stand in a grid, and grids that have at least one.
	ReportIns(tx kernel.Tx) (members, inGrid, gridsServed int, err error)
}

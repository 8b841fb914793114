package registers

import (
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

// Entry is one row of a register as the store keeps it.
type Entry struct {
	ID       kernel.ID
	Register string
	Org      kernel.ID // whose entry it is; empty where the register has none
	Place    kernel.ID
	Path     kernel.Path
	Subject  kernel.ID // what else it is about, such as a report-in
	State    string
	Due      time.Time
	// Key is borne by one standing entry of the register only; empty asks nothing.
	Key    string
	Values kernel.Values
	// Sealed is the JSON of the personal values, sealed; empty when there are none.
	Sealed string
	// What totals are made of: a group, a number and two answers.
	Facet  string
	Number float64
	Yes    [2]bool
	Words  string // what a search finds it by, in lower case
	// Note is what was told with the last act, at StateAt.
	Note    string
	StateAt time.Time
	Version int
	By      string // kernel.Actor.Ref of who added it
	Created time.Time
	Updated time.Time
}

// Open is the state of an entry that stands; Ended that of one that no longer counts. Registers may have more.
const (
	Open  = "open"
	Ended = "ended"
)

// Link ties an entry to something else in a role.
type Link struct {
	ID     kernel.ID
	Entry  kernel.ID
	Role   string
	Target kernel.ID
	// Note is what may be known of it: the day of a consent, a remark.
	Note string
	// Sealed is a personal text, such as the door of a household.
	Sealed string
	// Hold is borne by one standing link of the tenant only: a place that belongs to one block.
	Hold string
	At   time.Time
}

// LinkKind is what a link leads to.
type LinkKind string

// The kinds of target.
const (
	ToOrg      LinkKind = "org"
	ToPlace    LinkKind = "place"
	ToDoor     LinkKind = "door" // a household: the building or group is the target, the door itself is sealed
	ToReportIn LinkKind = "report_in"
	ToCase     LinkKind = "case"
	ToActivity LinkKind = "activity"
	ToWork     LinkKind = "work"
	ToRound    LinkKind = "round"
)

// AllLinkKinds lists the closed set.
var AllLinkKinds = []LinkKind{ToOrg, ToPlace, ToDoor, ToReportIn, ToCase, ToActivity, ToWork, ToRound}

// LinkRole says what may be linked in a role, and how many of them an entry needs at least and holds at most (0: any number).
type LinkRole struct {
	Key         string
	Name        kernel.Text
	Kind        LinkKind
	Least, Most int
	// Alone: a target is held by one standing entry of the register in this role.
	Alone bool
	// Consent: each link tells the day on which the household agreed.
	Consent bool
}

// Act is a change of state, beside changing values and links.
type Act struct {
	Key   string
	Title kernel.Text
	From  []string
	To    string
	// Word is the state's name in lists.
	Word kernel.Text
	// Note must be told; its text asks for it.
	Note kernel.Text
}

// Group is the part of the list of registers that one stands in.
type Group string

// The groups.
const (
	GroupDuty   Group = "duty"   // 职责与承诺
	GroupJoin   Group = "join"   // 双报到、联合体
	GroupPlace  Group = "place"  // 阵地、片区
	GroupNew    Group = "new"    // 两新
	GroupFarm   Group = "farm"   // 乡村
	GroupCheck  Group = "check"  // 容错与问责
	GroupFigure Group = "figure" // 登记数
)

// Groups lists the groups in order with their names.
var Groups = []struct {
	Key  Group
	Name kernel.Text
}{
	{GroupDuty, kernel.T("职责与承诺", "Duties and pledges")}, {GroupJoin, kernel.T("双报到与联建", "Report-in and joint work")},
	{GroupPlace, kernel.T("阵地与片区", "Stations and blocks")}, {GroupNew, kernel.T("两新与任务", "New organisations and tasks")},
	{GroupFarm, kernel.T("乡村", "Villages")}, {GroupFigure, kernel.T("汇总", "Sums")}, {GroupCheck, kernel.T("容错与问责", "Tolerance and accountability")},
}

// Register is one kind of entry: what it holds and which rules it keeps.
type Register struct {
	kernel.Sheet
	About kernel.Text
	Group Group
	// Standing is the word for an open entry; "in force" when left out.
	Standing kernel.Text
	Read     access.Permission
	Write    access.Permission
	// Confidential entries leave no values in the open part of the ledger.
	Confidential bool
	// NeedOrg asks for an organisation, of the kinds given (any when empty). Without a place the entry lies where it serves.
	NeedOrg  bool
	OrgKinds []orgs.Kind
	// PlaceKinds asks for a place of these kinds.
	PlaceKinds []territory.Kind
	// Subject asks for what the entry is about; it lies at the subject's place.
	Subject LinkKind
	Links   []LinkRole
	Acts    []Act
	// DueColumn is the column that tells until when; FacetColumn, NumberColumn and YesColumns feed the totals.
	DueColumn, FacetColumn, NumberColumn, QuantityColumn string
	YesColumns                                           [2]string
	// NumberLinks counts the links of a role instead of a column.
	NumberLinks string
	// Partition: no two places that its entries hold overlap on the ground.
	Partition bool
	// CheckIns: those who come may be counted by the day, never by the person.
	CheckIns bool
	// Unique gives what only one standing entry may bear.
	Unique func(c *Checked) string
	// Rule is asked of an entry before it is written.
	Rule func(c *Checked) error
}

// Checked is an entry with all that its rule may look at.
type Checked struct {
	Entry  *Entry
	Org    *orgs.Org // nil when there is none
	Place  *territory.Place
	Parent *territory.Place // of the place; nil for the county
	Links  []Link
	Now    time.Time
}

// Of gives the links in a role.
func (c *Checked) Of(role string) []Link {
	var out []Link
	for _, l := range c.Links {
		if l.Role == role {
			out = append(out, l)
		}
	}
	return out
}

// Role gives the register's role of links, or nil.
func (r *Register) Role(key string) *LinkRole {
	for i := range r.Links {
		if r.Links[i].Key == key {
			return &r.Links[i]
		}
	}
	return nil
}

// endAct is what every register has.
var endAct = Act{Key: "end", Title: kernel.T("不再用了", "End"), From: []string{Open}, To: Ended, Word: kernel.T("已结束", "ended"),
	Note: kernel.T("为什么不再用", "Why it ends")}

// Act gives an act by its key.
func (r *Register) Act(key string) (Act, bool) {
	for _, a := range r.acts() {
		if a.Key == key {
			return a, true
		}
	}
	return Act{}, false
}

func (r *Register) acts() []Act { return append(append([]Act{}, r.Acts...), endAct) }

// ActsFrom gives the acts that lead on from a state.
func (r *Register) ActsFrom(state string) []Act {
	var out []Act
	for _, a := range r.acts() {
		for _, f := range a.From {
			if f == state {
				out = append(out, a)
			}
		}
	}
	return out
}

// StateName gives the word for a state.
func (r *Register) StateName(state string) kernel.Text {
	for _, a := range r.acts() {
		if a.To == state {
			return a.Word
		}
	}
	if state == Open && !r.Standing.IsZero() {
		return r.Standing
	}
	return kernel.T("在用", "in force")
}

// personal tells whether any column is sealed.
func (r *Register) personal() bool {
	for i := range r.Columns {
		if r.Columns[i].Personal {
			return true
		}
	}
	return false
}

// All lists the registers of the program in the order of their groups.
func All() []*Register { return catalogue }

// Find gives a register by its key.
func Find(key string) (*Register, error) {
	for _, r := range catalogue {
		if r.Key == key {
			return r, nil
		}
	}
	return nil, kernel.NotFound(kernel.T("没有这本登记", "there is no such register"))
}

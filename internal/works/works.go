// Package works keeps what is built and renewed: projects with stages, programme, bill of quantities and photos of before and
// after, and demonstration sites by type. It exists so that a figure such as 7000余株 stands with its unit, what was done,
// where, and the line it comes from, and so that nothing is counted twice unseen. It holds no person.
package works

import (
	"slices"
	"time"

	"sanzhi/internal/kernel"
)

// Option is one value of a closed set with its name.
type Option[T ~string] struct {
	ID   T
	Name kernel.Text
}

// Options is a closed set in its order.
type Options[T ~string] []Option[T]

// Has reports whether v is in the set.
func (l Options[T]) Has(v T) bool {
	return slices.ContainsFunc(l, func(o Option[T]) bool { return o.ID == v })
}

// Name gives the name of v, or v itself when it is not in the set.
func (l Options[T]) Name(v T) kernel.Text {
	for _, o := range l {
		if o.ID == v {
			return o.Name
		}
	}
	return kernel.T(string(v), string(v))
}

// Find gives the value whose id or name (in either language) is s.
func (l Options[T]) Find(s string) (T, bool) {
	for _, o := range l {
		if string(o.ID) == s || o.Name.Zh == s || o.Name.En == s {
			return o.ID, true
		}
	}
	return "", false
}

// Say lists the names, for errors.
func (l Options[T]) Say() kernel.Text {
	var t kernel.Text
	for i, o := range l {
		if i > 0 {
			t.Zh += "、"
			t.En += ", "
		}
		t.Zh += o.Name.Zh
		t.En += o.Name.En
	}
	return t
}

// Kind is what a project is.
type Kind string

// JointBody is the kind of project that is run by an alliance (党建联合体): it has at least two members.
const JointBody Kind = "joint_body"

// Kinds lists the closed set.
var Kinds = Options[Kind]{
	{"rural", kernel.T("三乡工程", "Rural programme work")}, {"complex", kernel.T("农旅综合体", "Agri-tourism complex")},
	{"street", kernel.T("文化街", "Culture street")}, {"renewal", kernel.T("老旧小区改造", "Compound renewal")},
	{"greening", kernel.T("增绿", "Greening")}, {"road", kernel.T("道路街巷", "Roads and lanes")}, {"pipes", kernel.T("地下管网", "Underground pipes")},
	{"parking", kernel.T("停车场", "Parking")}, {"shed", kernel.T("车棚充电桩", "Sheds and charging")}, {"toilet", kernel.T("公厕", "Public toilets")},
	{"lighting", kernel.T("亮化", "Lighting")}, {"facade", kernel.T("外立面", "Façades")}, {"river", kernel.T("河道治理", "River works")},
	{"wires", kernel.T("飞线整治", "Dangling cables")}, {"registering", kernel.T("登记上牌", "Registration")}, {JointBody, kernel.T("党建联合体", "Joint body")},
	{"other", kernel.T("其他", "Other")},
}

// State is how far a stage, and from its stages a project, has come.
type State string

// The states.
const (
	Planned State = "planned"
	Active  State = "active"
	Done    State = "done"
	Stopped State = "stopped"
)

// States lists the closed set.
var States = Options[State]{{Planned, kernel.T("计划", "planned")}, {Active, kernel.T("在建", "under way")}, {Done, kernel.T("建成", "built")}, {Stopped, kernel.T("停建", "stopped")}}

// Action is what was done to the things of a line. The stock changes by what is new and what is removed, by nothing else.
type Action string

// Actions lists the closed set.
var Actions = Options[Action]{
	{"plant", kernel.T("新植", "planted")}, {"build", kernel.T("新建", "built")}, {"add", kernel.T("新增", "added")},
	{"replant", kernel.T("补植", "replanted")}, {"replace", kernel.T("更换", "replaced")}, {"renew", kernel.T("改造", "renewed")},
	{"rebuild", kernel.T("新改建", "built or rebuilt")}, {"treat", kernel.T("整治", "treated")}, {"register", kernel.T("登记", "registered")},
	{"remove", kernel.T("拆除", "removed")},
}

// Stock tells what the action does to how many there are: 1 for what is new, -1 for what is removed, 0 for all else.
func (a Action) Stock() int {
	switch a {
	case "plant", "build", "add":
		return 1
	case "remove":
		return -1
	default:
		return 0
	}
}

// Method is a way of greening.
type Method string

// Methods lists the closed set: the five.
var Methods = Options[Method]{
	{"plant_trees", kernel.T("新植鲜花树木", "New flowers and trees")}, {"fence_out", kernel.T("拆围见绿", "Fences out, green in sight")},
	{"leave_space", kernel.T("留白增绿", "Spare land made green")}, {"open_wall", kernel.T("破墙透绿", "Walls opened to green")},
	{"fill_gaps", kernel.T("见缝插绿", "Green in the gaps")},
}

// Use is what a green space is good for.
type Use string

// Uses lists the closed set: the four.
var Uses = Options[Use]{
	{"leisure", kernel.T("休闲娱乐", "Leisure")}, {"sport", kernel.T("运动健身", "Sport")}, {"tourism", kernel.T("旅游观光", "Sightseeing")},
	{"learning", kernel.T("科普教育", "Popular science")},
}

// Part is in which way an organisation takes part in a project (共筑共管共治共享).
type Part string

// Parts lists the closed set: the four.
var Parts = Options[Part]{{"build", kernel.T("共筑", "Builds")}, {"manage", kernel.T("共管", "Manages")}, {"govern", kernel.T("共治", "Governs")}, {"share", kernel.T("共享", "Shares")}}

// Level is who set up a programme.
type Level string

// Levels lists the closed set.
var Levels = Options[Level]{{"city", kernel.T("市级", "City")}, {"county", kernel.T("区县级", "County")}}

// Programme is a plan of some years that projects belong to.
type Programme struct {
	ID       kernel.ID `json:"id"`
	Name     string    `json:"name"`
	Level    Level     `json:"level"`
	FromYear int       `json:"from_year"`
	ToYear   int       `json:"to_year"`
	Support  []string  `json:"support,omitempty"` // measures that support its projects
}

// Stage is one part of a project in time. Days are the instants at which they begin in Shanghai; zero is not set.
type Stage struct {
	Name  string    `json:"name"`
	State State     `json:"state"`
	From  time.Time `json:"from,omitzero"`
	To    time.Time `json:"to,omitzero"`    // planned end
	Done  time.Time `json:"done,omitzero"`  // when it was done
	Note  string    `json:"note,omitempty"` // why it went back or stopped
}

// Plan is the layer of a plan that a project or site keeps to.
type Plan struct {
	Name  string `json:"name"`            // 绿地系统规划
	Layer string `json:"layer,omitempty"` // the layer or map sheet in it
	Code  string `json:"code,omitempty"`  // of the parcel there
}

// Stake is one organisation's part in a project.
type Stake struct {
	Part Part      `json:"part"`
	Org  kernel.ID `json:"org,omitempty"`
	Name string    `json:"name,omitempty"` // of a group that is no organisation of ours, such as 居民代表会
}

// Partner is the body of another tenant that a project is shared with.
type Partner struct {
	Tenant kernel.Tenant `json:"tenant"`
	Name   string        `json:"name"`
}

// Shared says that a project is one work with bodies of other tenants. Each counts its own part, so that sums over tenants
// count each part once.
type Shared struct {
	Key      string    `json:"key"` // the same in each tenant
	With     []Partner `json:"with"`
	OwnShare int       `json:"own_share,omitempty"` // in per cent of each line that does not say its own part; 0: every line says it
}

// Body is what the store need not look into.
type Body struct {
	Summary string      `json:"summary,omitempty"`
	Address string      `json:"address,omitempty"` // of a public place, in words
	Stages  []Stage     `json:"stages,omitempty"`
	Support []string    `json:"support,omitempty"` // measures for this project
	Methods []Method    `json:"methods,omitempty"`
	Uses    []Use       `json:"uses,omitempty"`
	Plan    *Plan       `json:"plan,omitempty"`
	Stakes  []Stake     `json:"stakes,omitempty"`
	Members []kernel.ID `json:"members,omitempty"` // of a joint body
	Pilot   bool        `json:"pilot,omitempty"`
	Shared  *Shared     `json:"shared,omitempty"`
	Source  string      `json:"source,omitempty"`
}

// Project is one work.
type Project struct {
	ID        kernel.ID
	Kind      Kind
	Name      string
	Place     kernel.ID
	Path      kernel.Path
	Lon, Lat  float64   // WGS84; both 0 when not known
	Host      kernel.ID // the organisation that is responsible
	Programme kernel.ID
	State     State // of its stages
	Published bool
	Version   int
	Created   time.Time
	Updated   time.Time
	Body      Body
}

// StateOf derives a project's state from its stages: built when all are, stopped when one is and none runs, under way when
// any is or has been.
func StateOf(stages []Stage) State {
	n := map[State]int{}
	for _, s := range stages {
		n[s.State]++
	}
	switch {
	case len(stages) == 0 || n[Planned] == len(stages):
		return Planned
	case n[Done] == len(stages):
		return Done
	case n[Stopped] > 0 && n[Active] == 0:
		return Stopped
	default:
		return Active
	}
}

// Item is a line of the bill of quantities.
type Item struct {
	ID      kernel.ID
	Project kernel.ID
	Line    int    // in the bill, from 1
	Subject string // what: 花卉, 路灯, 口袋公园
	Group   string // what it is summed with: 绿地 for 口袋公园 and 小微绿地
	Action  Action
	// Quantity is what this tenant counts: of a shared project its own part.
	Quantity kernel.Quantity
	// Whole is the line's figure for all who share the project; zero value when the project is not shared.
	Whole    kernel.Quantity
	Location string
	Source   string    // the line it comes from
	TwinOf   kernel.ID // the line that tells the same figure, once somebody has confirmed it; it counts in no sum
}

// Moment is when a photo was taken.
type Moment string

// Moments lists the closed set.
var Moments = Options[Moment]{{"before", kernel.T("改造前", "Before")}, {"during", kernel.T("施工中", "During")}, {"after", kernel.T("改造后", "After")}}

// Photo is one photo of a project; those of one spot are shown side by side. ID is the upload's.
type Photo struct {
	ID      kernel.ID
	Project kernel.ID
	Spot    string
	Moment  Moment
	Taken   time.Time
	Caption string
}

// SiteType is what a demonstration site is.
type SiteType string

// SiteTypes lists the closed set: the seven.
var SiteTypes = Options[SiteType]{
	{"town", kernel.T("城镇", "Town")}, {"community", kernel.T("社区", "Community")}, {"village", kernel.T("乡村", "Village")}, {"traffic", kernel.T("交通", "Roads")},
	{"river", kernel.T("河湖", "Rivers and lakes")}, {"school", kernel.T("校园", "School")}, {"scenic", kernel.T("景区", "Scenic area")},
}

// SiteStates are the states that a demonstration site may have.
var SiteStates = Options[State]{{Done, kernel.T("建成", "built")}, {Planned, kernel.T("计划", "planned")}}

// Site is one demonstration site that is known by name.
type Site struct {
	ID       kernel.ID
	Register kernel.ID // the register that it came with; empty when it was entered by hand
	Type     SiteType
	Name     string
	State    State
	// Entered is the state that its register counts it with; empty when it was entered by hand.
	Entered  State
	Place    kernel.ID
	Path     kernel.Path
	Lon, Lat float64
	AsOf     time.Time
	Methods  []Method
	Uses     []Use
	Plan     *Plan
	Source   string
	Version  int
}

// Register is a list of sites that was declared as of a day: how many of each type are built and planned.
type Register struct {
	ID      kernel.ID                  `json:"id"`
	Name    string                     `json:"name"`
	AsOf    time.Time                  `json:"as_of"`
	Source  string                     `json:"source,omitempty"`
	Built   map[SiteType]int           `json:"built"`
	Planned map[SiteType]int           `json:"planned"`
	Total   map[State]int              `json:"total"`
	Named   map[State]map[SiteType]int `json:"-"`
}

// Counts gives the declared numbers of a state.
func (r *Register) Counts(s State) map[SiteType]int {
	if s == Planned {
		return r.Planned
	}
	return r.Built
}

// FlagState is what has been decided about a likely double count.
type FlagState string

// The states of a flag.
const (
	FlagOpen      FlagState = "open"
	FlagConfirmed FlagState = "confirmed" // the same figure, told twice: it counts once
	FlagDismissed FlagState = "dismissed" // two figures: both count
)

// Flag is a likely double count: two lines with the same figure of the same thing, near each other or named alike.
type Flag struct {
	ID     kernel.ID
	A, B   kernel.ID // lines; A is the one that stays in the sums when it is confirmed
	Why    Why
	State  FlagState
	Reason string
	By     string // kernel.Actor.Ref
	At     time.Time
	Path   kernel.Path // of A's project
}

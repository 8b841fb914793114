// Package api is the REST surface of contract.md: its bodies, its routes on the standard mux through huma, and nothing of
// the rules, which live in the rooms. The bodies here are the frozen contract; adding a member is fine, renaming is not.
package api

import (
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
	"sanzhi/internal/workflow"
)

// Texts in answers are in the reader's language (Accept-Language, or ?lang=zh|en). Instants are RFC 3339 in UTC.

// Named is an organisation, person or other thing as it stands inside other answers. A person's name is masked.
type Named struct {
	ID   kernel.ID `json:"id"`
	Name string    `json:"name"`
	// Proposed is told of a case's unit alone.
	Proposed bool `json:"proposed,omitempty" doc:"Of a case's unit: routing proposes it, nobody has handed the case over yet"`
}

// Field is one question of a form, in the reader's language.
type Field struct {
	ID       string   `json:"id"`
	Label    string   `json:"label"`
	Help     string   `json:"help,omitempty"`
	Type     string   `json:"type" enum:"text,longtext,number,integer,boolean,choice,choices,date,time,unit,units,account,case,photos"`
	Required bool     `json:"required,omitempty"`
	Choices  []Choice `json:"choices,omitempty"`
	Min      *float64 `json:"min,omitempty"`
	Max      *float64 `json:"max,omitempty"`
}

// Choice is one answer of a choice field.
type Choice struct {
	ID     string `json:"id"`
	Label  string `json:"label"`
	Urgent bool   `json:"urgent,omitempty" doc:"Choosing it makes the case urgent: shorter limits apply"`
}

// MenuItem is one service that can be ordered at a place.
type MenuItem struct {
	ID      string  `json:"id" example:"stair-light"`
	Title   string  `json:"title" example:"楼道灯不亮"`
	Group   string  `json:"group" example:"修一修"`
	Note    string  `json:"note" example:"物业修，不收钱"`
	Promise string  `json:"promise" example:"2 天内修好"`
	Strand  string  `json:"strand" enum:"zi,fa,de,zhi"`
	Flow    string  `json:"flow" example:"menu"`
	Form    []Field `json:"form"`
	Unit    *Named  `json:"unit" doc:"The unit that would get it at this place; null when the community handles it"`
}

// Menu is what can be ordered at a point, and where that is.
type Menu struct {
	Items []MenuItem `json:"items"`
	// More are other matters that residents may open here: flows that no item leads to. Their id is empty.
	More  []MenuItem   `json:"more"`
	Place territory.At `json:"place"`
	// Emergency lists what to ring first; words in an order that match show them at once.
	Emergency []EmergencyLine `json:"emergency"`
	// Point is where an order of this menu lies: lon, lat.
	Point []float64 `json:"point" doc:"The point that was asked for, or one inside the place: lon, lat, WGS84"`
}

// EmergencyLine is one emergency number with the words that make the page show it.
type EmergencyLine struct {
	Number string   `json:"number" example:"119"`
	Title  string   `json:"title" example:"火警"`
	Words  []string `json:"words"`
}

// Contact is how to reach the requester. In answers both are masked.
type Contact struct {
	Name  string `json:"name,omitempty" maxLength:"60"`
	Phone string `json:"phone,omitempty" maxLength:"30"`
}

// NewCase is an order, or any other case that is opened.
type NewCase struct {
	Flow    string         `json:"flow" example:"menu" maxLength:"40"`
	Item    string         `json:"item,omitempty" example:"stair-light" maxLength:"80"`
	Text    string         `json:"text" example:"三楼到五楼都黑" maxLength:"4000"`
	Lon     float64        `json:"lon" minimum:"-180" maximum:"180" example:"101.7593426"`
	Lat     float64        `json:"lat" minimum:"-90" maximum:"90" example:"36.6484989"`
	CRS     string         `json:"crs,omitempty" enum:"wgs84,cgcs2000,gcj02,bd09" doc:"wgs84 when left out"`
	Address string         `json:"address,omitempty" maxLength:"200" doc:"Words that help to find it: building, entrance, floor"`
	Contact *Contact       `json:"contact,omitempty"`
	Photos  []string       `json:"photos,omitempty" maxItems:"6"`
	Form    map[string]any `json:"form,omitempty" doc:"Answers to the item's form by field id"`
}

// Created answers an order.
type Created struct {
	ID        kernel.ID    `json:"id"`
	Number    string       `json:"number" example:"630105-20230428-7K3M9"`
	TrackCode string       `json:"track_code" example:"K7ND-4Q2M-9XAB-C0T"`
	Step      string       `json:"step" example:"ordered"`
	Version   int          `json:"version" example:"1"`
	Place     territory.At `json:"place"`
	Receipt   Receipt      `json:"receipt"`
	// Emergency is set when words of the order ask for an emergency service; the order stands all the same.
	Emergency []EmergencyLine `json:"emergency,omitempty"`
}

// Receipt is the signed promise that the ledger row of an act will be sealed.
type Receipt struct {
	Tenant    string    `json:"tenant" example:"630105" doc:"The district that signs"`
	Ledger    kernel.ID `json:"ledger" doc:"The ledger row's id"`
	Leaf      string    `json:"leaf" doc:"SHA-256 of the row's canonical JSON, in hexadecimal"`
	Signature string    `json:"signature,omitempty" doc:"Ed25519 by the tenant's key over the leaf, base64"`
}

// Clock is one promise of a case.
type Clock struct {
	ID          string     `json:"id" example:"finish"`
	Title       string     `json:"title" example:"修好"`
	Limit       string     `json:"limit" example:"2 个工作日"`
	State       string     `json:"state" enum:"running,late,over,paused,stopped" doc:"late: in its last quarter; over: past its deadline"`
	StartedAt   time.Time  `json:"started_at"`
	DueAt       time.Time  `json:"due_at"`
	StoppedAt   *time.Time `json:"stopped_at,omitempty"`
	Used        float64    `json:"used" doc:"Share of the time used, 0 to 1 and beyond when over"`
	Provisional bool       `json:"provisional,omitempty" doc:"The year's calendar is not known yet"`
	OnTime      *bool      `json:"on_time,omitempty"`
}

// CaseRow is a case as lists show it.
type CaseRow struct {
	ID         kernel.ID `json:"id"`
	Number     string    `json:"number"`
	Flow       string    `json:"flow"`
	Item       string    `json:"item,omitempty"`
	Title      string    `json:"title" doc:"The item's title, or the flow's"`
	Text       string    `json:"text" doc:"The first words of what was said"`
	Where      string    `json:"where" example:"小桥社区 · 建设巷 12 号院 3 号楼"`
	Step       string    `json:"step" example:"submitted"`
	StepTitle  string    `json:"step_title"`
	Bead       int       `json:"bead" doc:"The bead that is now, from 1"`
	End        string    `json:"end,omitempty" doc:"How the case ended; empty while it is open"`
	Version    int       `json:"version"`
	Round      int       `json:"round"`
	Strand     string    `json:"strand" doc:"The first of its strands"`
	Strands    []string  `json:"strands" enum:"zi,fa,de,zhi" doc:"自治 zi, 法治 fa, 德治 de, 智治 zhi: a case may bear several"`
	Unit       *Named    `json:"unit"`
	Waits      string    `json:"waits,omitempty" example:"社区工作者或督办员" doc:"Who has the next act, in words: the unit, the resident, or those whose posts may take it"`
	Assignee   *Named    `json:"assignee"`
	OpenedAt   time.Time `json:"opened_at"`
	Clock      *Clock    `json:"clock" doc:"The running clock that ends first; null when none runs"`
	Overdue    bool      `json:"overdue"`
	Supervised bool      `json:"supervised,omitempty"`
	Held       bool      `json:"held,omitempty"`
	Urgent     bool      `json:"urgent,omitempty"`
	Mine       bool      `json:"mine" doc:"The next act is the reader's"`
	Lon        float64   `json:"lon"`
	Lat        float64   `json:"lat"`
}

// CaseList is one keyset page of cases.
type CaseList struct {
	Items []CaseRow `json:"items"`
	Next  string    `json:"next,omitempty" doc:"Give it as after= for the next page; empty on the last"`
}

// Answer is one answered question of a form.
type Answer struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Value any    `json:"value"`
	Said  string `json:"said" doc:"The value as people read it"`
}

// Photo is a stored picture.
type Photo struct {
	ID    string `json:"id"`
	URL   string `json:"url"`
	Thumb string `json:"thumb"`
	W     int    `json:"w"`
	H     int    `json:"h"`
}

// ActionForm is an act that the reader may take on the case now.
type ActionForm struct {
	ID    string  `json:"id" example:"submit"`
	Title string  `json:"title" example:"交给单位"`
	Form  []Field `json:"form"`
	// Main marks the act that moves the loop forward.
	Main bool `json:"main,omitempty"`
}

// CaseDetail is a whole case.
type CaseDetail struct {
	CaseRow
	FlowTitle string       `json:"flow_title"`
	Beads     []Bead       `json:"beads"`
	FullText  string       `json:"full_text"`
	Address   string       `json:"address,omitempty"`
	Place     territory.At `json:"place"`
	Contact   *Contact     `json:"contact" doc:"Masked; null when none was left"`
	Form      []Answer     `json:"form"`
	Photos    []Photo      `json:"photos"`
	Result    *Result      `json:"result"`
	Clocks    []Clock      `json:"clocks"`
	Actions   []ActionForm `json:"actions"`
	Cohandles []Named      `json:"cohandles"`
	Route     Route        `json:"route"`
	Similar   []CaseRow    `json:"similar" doc:"Open cases near by with like words"`
	Merged    *Named       `json:"merged,omitempty" doc:"The case that this one was merged into"`
	// Parties tells of a matter between parties, each of whom follows it by a code of its own.
	Parties *CaseParties `json:"parties,omitempty"`
	MayTag  bool         `json:"may_tag" doc:"The reader may say which strands the case bears"`
	// Rating is shown to those who oversee units, never to the one worker on the case.
	Rating *Rating `json:"rating,omitempty"`
}

// CaseParties is how many parties follow a confidential matter by a code of their own.
type CaseParties struct {
	Joined int  `json:"joined" doc:"Beside the one who opened it"`
	MayAdd bool `json:"may_add" doc:"Whether the reader may give another party a code now"`
}

// Bead is one character of the flow's string.
type Bead struct {
	Char string `json:"char" example:"点"`
	En   string `json:"en" example:"O"`
	Name string `json:"name" example:"点单"`
	// Who holds this step, as a resident would say it: 您, the community's, the unit's or the worker's masked name.
	Who string     `json:"who,omitempty"`
	At  *time.Time `json:"at,omitempty" doc:"When the step was done"`
}

// Result is what was done.
type Result struct {
	Text   string    `json:"text"`
	Photos []Photo   `json:"photos"`
	At     time.Time `json:"at"`
	// Former and Round tell a result from that of the present round.
	Former bool `json:"former,omitempty" doc:"It is of a former round: the case was opened again since"`
	Round  int  `json:"round"`
}

// Route is the unit that routing proposes and the rule that says so.
type Route struct {
	Unit *Named `json:"unit"`
	Rule string `json:"rule" example:"lighting@630105/002/"`
	Say  string `json:"say" example:"按行业主管：城市管理局"`
}

// Rating is one round's rating.
type Rating struct {
	Score  int       `json:"score" minimum:"1" maximum:"5"`
	Solved bool      `json:"solved"`
	Text   string    `json:"text,omitempty"`
	At     time.Time `json:"at"`
	Round  int       `json:"round"`
}

// Act is the body of an action: the version that the actor saw, and the answers of the action's form. The contract lets the
// answers stand beside version as well as inside form.
type Act struct {
	Version int            `json:"version"`
	Form    map[string]any `json:"form,omitempty"`
}

// Acted answers an action.
type Acted struct {
	ID      kernel.ID `json:"id"`
	Step    string    `json:"step"`
	Version int       `json:"version"`
	Round   int       `json:"round,omitempty"`
}

// Event is one line of the time line.
type Event struct {
	ID    kernel.ID `json:"id"`
	At    time.Time `json:"at"`
	Act   string    `json:"act" example:"submit"`
	Title string    `json:"title" example:"交单"`
	Line  string    `json:"line" example:"小桥社区 李* 收到，交给了物业"`
	Bead  int       `json:"bead"`
	Actor string    `json:"actor" doc:"Masked name, or who in words"`
	Words string    `json:"words,omitempty" doc:"Reason, comment or result that was given"`
	Auto  bool      `json:"auto,omitempty" doc:"The program did it when a clock ran out"`
}

// Events is a case's time line, oldest first.
type Events struct {
	Items []Event `json:"items"`
}

// Track is what the holder of a tracking code sees.
type Track struct {
	Number    string       `json:"number"`
	Flow      string       `json:"flow"`
	Title     string       `json:"title"`
	Text      string       `json:"text"`
	Where     string       `json:"where"`
	Step      string       `json:"step"`
	StepTitle string       `json:"step_title"`
	End       string       `json:"end,omitempty"`
	Bead      int          `json:"bead"`
	Beads     []Bead       `json:"beads"`
	Say       string       `json:"say" example:"王* 接了单，今天上门换灯"`
	Clock     *Clock       `json:"clock"`
	Round     int          `json:"round"`
	Version   int          `json:"version"`
	UnitPhone string       `json:"unit_phone,omitempty"`
	Chosen    []Answer     `json:"chosen" doc:"What the requester chose on the order's form; what was typed there stays sealed"`
	Photos    []Photo      `json:"photos"`
	Result    *Result      `json:"result"`
	Events    []Event      `json:"events"`
	Actions   []ActionForm `json:"actions" doc:"rate, reopen, comment, cancel: what the requester may do now"`
	Rating    *Rating      `json:"rating"`
	Seen      []Unmasking  `json:"seen" doc:"Who looked at the contact, when and why"`
	Receipt   Receipt      `json:"receipt"`
}

// Unmasking is one look at masked data.
type Unmasking struct {
	At     time.Time `json:"at"`
	Who    string    `json:"who"`
	Fields []string  `json:"fields"`
	Reason string    `json:"reason"`
}

// PlaceNode is one row of the tree of places.
type PlaceNode struct {
	ID       kernel.ID      `json:"id"`
	Parent   kernel.ID      `json:"parent,omitempty"`
	Code     string         `json:"code"`
	Name     string         `json:"name"`
	Path     kernel.Path    `json:"path" example:"630105/002/001/" doc:"Its position in the tree, by which menus and rules name it"`
	Kind     territory.Kind `json:"kind"`
	KindName string         `json:"kind_name"`
	Children bool           `json:"children" doc:"Whether it has places below"`
	Lon      *float64       `json:"lon,omitempty"`
	Lat      *float64       `json:"lat,omitempty"`
	People   int            `json:"people,omitempty"`
	Homes    int            `json:"households,omitempty"`
	Above    string         `json:"above,omitempty" doc:"The names of the places above, for search results"`
}

// PlaceList is one keyset page of places.
type PlaceList struct {
	Items []PlaceNode `json:"items"`
	Next  string      `json:"next,omitempty"`
}

// Ratio is a rate with what it is made of; rate is null when nothing is counted.
type Ratio struct {
	Num  int      `json:"num"`
	Den  int      `json:"den"`
	Rate *float64 `json:"rate"`
	// Comparable is false below 30 in the denominator: no comparison, no ranking.
	Comparable bool `json:"comparable"`
}

// Rates are the three rates and the on-time rate.
type Rates struct {
	Response     Ratio `json:"response"`
	Resolution   Ratio `json:"resolution"`
	Satisfaction Ratio `json:"satisfaction"`
	OnTime       Ratio `json:"on_time"`
}

// Me is who is signed in and what they may do.
type Me struct {
	ID       kernel.ID `json:"id"`
	User     string    `json:"user"`
	Name     string    `json:"name" doc:"Masked"`
	Tenant   string    `json:"tenant"`
	District string    `json:"district"`
	Demo     bool      `json:"demo" doc:"The district is demonstration data"`
	// MustChange: the posts count once the password is the person's own.
	MustChange bool     `json:"must_change" doc:"The password was given by somebody else and must be changed first; until then there are no posts"`
	Posts      []MePost `json:"posts"`
	May        []string `json:"may" doc:"Permissions by name"`
}

// MePost is one post of the person who is signed in.
type MePost struct {
	Role      kernel.Role `json:"role"`
	RoleTitle string      `json:"role_title"`
	Title     string      `json:"title"`
	Org       *Named      `json:"org"`
	Place     *Named      `json:"place"`
}

// QueueSummary is the sentence that opens the desk.
type QueueSummary struct {
	Mine    int `json:"mine" doc:"Cases whose next act is the reader's"`
	Overdue int `json:"overdue" doc:"of these, over their time"`
	Today   int `json:"today" doc:"of these, due today"`
}

// FlowInfo is a flow as pages need it.
type FlowInfo struct {
	ID      string          `json:"id"`
	Version int             `json:"version"`
	Title   string          `json:"title"`
	Strand  string          `json:"strand"`
	Beads   []Bead          `json:"beads"`
	Steps   []StepInfo      `json:"steps"`
	Opens   []Field         `json:"opens" doc:"The form of the opening action"`
	Units   []workflow.Unit `json:"-"`
}

// StepInfo is one step of a flow.
type StepInfo struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Bead  int    `json:"bead"`
	End   string `json:"end,omitempty"`
}

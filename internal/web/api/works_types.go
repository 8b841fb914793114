package api

import (
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/works"
)

// WorkOption is one value of a closed set, in the reader's language.
type WorkOption struct {
	ID   string `json:"id" example:"street"`
	Name string `json:"name" example:"文化街"`
}

// WorkFigure is a figure as it was told: 7000余株.
type WorkFigure struct {
	Value     float64          `json:"value" example:"7000"`
	Unit      string           `json:"unit" example:"株"`
	Qualifier kernel.Qualifier `json:"qualifier" example:"at_least"`
	Text      string           `json:"text" example:"7000余株"`
}

// WorkWords are the closed sets of this room.
type WorkWords struct {
	Kinds     []WorkOption `json:"kinds"`
	States    []WorkOption `json:"states"`
	Actions   []WorkOption `json:"actions"`
	Methods   []WorkOption `json:"methods"`
	Uses      []WorkOption `json:"uses"`
	Parts     []WorkOption `json:"parts"`
	Moments   []WorkOption `json:"moments"`
	Levels    []WorkOption `json:"levels"`
	SiteTypes []WorkOption `json:"site_types"`
	MayWrite  bool         `json:"may_write" doc:"Whether the reader may write works anywhere"`
	MayImport bool         `json:"may_import" doc:"Whether the reader may import a register of the district"`
}

// WorkRow is one project in a list.
type WorkRow struct {
	ID        kernel.ID `json:"id"`
	Kind      string    `json:"kind" example:"street"`
	KindName  string    `json:"kind_name" example:"文化街"`
	Name      string    `json:"name" example:"小桥文化街"`
	State     string    `json:"state" example:"active"`
	StateName string    `json:"state_name" example:"在建"`
	Place     *Named    `json:"place"`
	Host      *Named    `json:"host"`
	Published bool      `json:"published"`
	Updated   time.Time `json:"updated_at"`
	Shared    bool      `json:"shared" doc:"With bodies of other districts"`
}

// WorkList is one keyset page of projects, the newest first.
type WorkList struct {
	Items []WorkRow `json:"items"`
	Next  string    `json:"next,omitempty"`
}

// WorkStage is one part of a project in time; days are those of Asia/Shanghai.
type WorkStage struct {
	Name      string `json:"name" maxLength:"60" example:"路面施工"`
	State     string `json:"state" enum:"planned,active,done,stopped"`
	StateName string `json:"state_name,omitempty" example:"在建"`
	From      string `json:"from,omitempty" format:"date"`
	To        string `json:"to,omitempty" format:"date" doc:"Planned end"`
	Done      string `json:"done,omitempty" format:"date"`
	Note      string `json:"note,omitempty" maxLength:"200" doc:"Why it went back or stopped; asked for then"`
}

// WorkItem is a line of a bill of quantities.
type WorkItem struct {
	ID         kernel.ID   `json:"id"`
	Line       int         `json:"line"`
	Subject    string      `json:"subject" example:"花卉"`
	Group      string      `json:"group,omitempty" example:"绿化"`
	Action     string      `json:"action" example:"replace"`
	ActionName string      `json:"action_name" example:"更换"`
	Stock      int         `json:"stock" doc:"1: adds to the stock, -1: takes from it, 0: changes nothing"`
	Quantity   WorkFigure  `json:"quantity"`
	Whole      *WorkFigure `json:"whole,omitempty" doc:"Of a shared work: the figure for all; quantity is the own part"`
	Location   string      `json:"location,omitempty"`
	Source     string      `json:"source" example:"2023年3月通报 第 4 行"`
	TwinOf     string      `json:"twin_of,omitempty" doc:"Told by that line already: it counts in no sum"`
}

// WorkTotal is a sum by thing and unit.
type WorkTotal struct {
	Group   string      `json:"group,omitempty"`
	Subject string      `json:"subject,omitempty"`
	Unit    string      `json:"unit" example:"株"`
	Added   *WorkFigure `json:"added,omitempty"`
	Removed *WorkFigure `json:"removed,omitempty"`
	Other   *WorkFigure `json:"other,omitempty" doc:"Replaced, replanted, renewed: no change of the stock"`
	Net     WorkFigure  `json:"net" doc:"Change of the stock"`
	All     WorkFigure  `json:"all" doc:"All that was handled"`
	Lines   int         `json:"lines"`
	Flagged int         `json:"flagged" doc:"Lines that may tell a figure twice and wait for a decision"`
}

// WorkPhoto is one photo of a project.
type WorkPhoto struct {
	Photo
	Spot       string `json:"spot" example:"东口"`
	Moment     string `json:"moment" example:"before"`
	MomentName string `json:"moment_name" example:"改造前"`
	Taken      string `json:"taken,omitempty" format:"date"`
	Caption    string `json:"caption,omitempty"`
}

// WorkProgramme is a programme of some years.
type WorkProgramme struct {
	ID        kernel.ID `json:"id"`
	Name      string    `json:"name" example:"党建引领基层治理三年行动"`
	Level     string    `json:"level" example:"city"`
	LevelName string    `json:"level_name" example:"市级"`
	FromYear  int       `json:"from_year" example:"2022"`
	ToYear    int       `json:"to_year" example:"2024"`
	Support   []string  `json:"support"`
}

// WorkProgrammes is one keyset page of programmes, by name.
type WorkProgrammes struct {
	Items []WorkProgramme `json:"items"`
	Next  string          `json:"next,omitempty"`
}

// WorkStake is one organisation's or group's part.
type WorkStake struct {
	Part     string    `json:"part" enum:"build,manage,govern,share"`
	PartName string    `json:"part_name,omitempty" example:"共筑"`
	Org      kernel.ID `json:"org,omitempty"`
	Name     string    `json:"name,omitempty" maxLength:"60"`
}

// WorkPlan is the layer of a plan.
type WorkPlan struct {
	Name  string `json:"name" maxLength:"80" example:"城北区绿地系统规划"`
	Layer string `json:"layer,omitempty" maxLength:"80"`
	Code  string `json:"code,omitempty" maxLength:"40"`
}

// WorkPartner is the body of another district.
type WorkPartner struct {
	Tenant string `json:"tenant" minLength:"6" maxLength:"6" example:"150123"`
	Name   string `json:"name" maxLength:"60"`
}

// WorkShared says that the project is one work with bodies of other districts.
type WorkShared struct {
	Key      string        `json:"key" maxLength:"60"`
	With     []WorkPartner `json:"with" maxItems:"20"`
	OwnShare int           `json:"own_share,omitempty" minimum:"0" maximum:"100" doc:"Per cent of each line that does not say its own part"`
}

// WorkCase is a case that led to a work, or a work that a case led to.
type WorkCase struct {
	ID     kernel.ID `json:"id"`
	Number string    `json:"number"`
	Title  string    `json:"title"`
	Closed bool      `json:"closed"`
}

// WorkDetail is a project with all that belongs to it.
type WorkDetail struct {
	WorkRow
	Version   int            `json:"version"`
	Lon       float64        `json:"lon,omitempty"`
	Lat       float64        `json:"lat,omitempty"`
	Summary   string         `json:"summary,omitempty"`
	Address   string         `json:"address,omitempty"`
	Programme *WorkProgramme `json:"programme"`
	Support   []string       `json:"support"`
	Stages    []WorkStage    `json:"stages"`
	Methods   []WorkOption   `json:"methods"`
	Uses      []WorkOption   `json:"uses"`
	Plan      *WorkPlan      `json:"plan,omitempty"`
	Stakes    []WorkStake    `json:"stakes"`
	Members   []Named        `json:"members" doc:"Of a joint body"`
	Pilot     bool           `json:"pilot"`
	SharedBy  *WorkShared    `json:"shared_by,omitempty"`
	Source    string         `json:"source,omitempty"`
	Bill      []WorkItem     `json:"bill"`
	Totals    []WorkTotal    `json:"totals"`
	Photos    []WorkPhoto    `json:"photos"`
	Cases     []WorkCase     `json:"cases" doc:"That the reader may read"`
	Flags     int            `json:"flags" doc:"Open flags of its lines; 0 for who may not write"`
	MayWrite  bool           `json:"may_write"`
}

// WorkKindCount is how many projects of a kind there are.
type WorkKindCount struct {
	Kind     string         `json:"kind" example:"street"`
	KindName string         `json:"kind_name" example:"文化街"`
	All      int            `json:"all"`
	States   map[string]int `json:"states" doc:"By state"`
}

// WorkTotals are the sums over the projects that the reader may read.
type WorkTotals struct {
	Kinds    []WorkKindCount `json:"kinds"`
	Subjects []WorkTotal     `json:"subjects"`
	Groups   []WorkTotal     `json:"groups"`
	Open     int             `json:"open" doc:"Likely double counts that nobody has decided"`
}

// WorkFlagSide is one line of a pair.
type WorkFlagSide struct {
	Work WorkRow  `json:"work"`
	Item WorkItem `json:"item"`
}

// WorkFlag is a pair of lines that may tell one figure twice.
type WorkFlag struct {
	ID      kernel.ID    `json:"id"`
	State   string       `json:"state" example:"open"`
	Why     string       `json:"why" example:"names"`
	WhyName string       `json:"why_name" example:"名称相近"`
	Reason  string       `json:"reason,omitempty"`
	At      time.Time    `json:"at"`
	A       WorkFlagSide `json:"a"`
	B       WorkFlagSide `json:"b" doc:"When it is confirmed, this line counts in no sum"`
	May     bool         `json:"may_settle"`
}

// WorkFlags is one keyset page of pairs, oldest first.
type WorkFlags struct {
	Items []WorkFlag `json:"items"`
	Next  string     `json:"next,omitempty"`
}

// SiteRow is one demonstration site.
type SiteRow struct {
	ID        kernel.ID    `json:"id"`
	Type      string       `json:"type" example:"community"`
	TypeName  string       `json:"type_name" example:"社区"`
	Name      string       `json:"name"`
	State     string       `json:"state" example:"done"`
	StateName string       `json:"state_name" example:"建成"`
	Place     *Named       `json:"place"`
	Lon       float64      `json:"lon,omitempty"`
	Lat       float64      `json:"lat,omitempty"`
	AsOf      string       `json:"as_of" format:"date"`
	Methods   []WorkOption `json:"methods"`
	Uses      []WorkOption `json:"uses"`
	Plan      *WorkPlan    `json:"plan,omitempty"`
	Source    string       `json:"source,omitempty"`
	Version   int          `json:"version"`
	MayWrite  bool         `json:"may_write"`
}

// SiteList is one keyset page of sites, by type and name.
type SiteList struct {
	Items []SiteRow `json:"items"`
	Next  string    `json:"next,omitempty"`
}

// SiteTypeCount is how many sites of a type there are.
type SiteTypeCount struct {
	Type     string `json:"type" example:"community"`
	TypeName string `json:"type_name" example:"社区"`
	Built    int    `json:"built" example:"8"`
	Planned  int    `json:"planned" example:"18"`
	Named    int    `json:"named" doc:"Of these, known by name"`
}

// SiteTotals are the sites by type. What is planned is never added to what is built.
type SiteTotals struct {
	Types    []SiteTypeCount `json:"types"`
	Built    int             `json:"built" example:"50"`
	Planned  int             `json:"planned" example:"18"`
	Register string          `json:"register,omitempty" doc:"The register that declared them"`
	AsOf     string          `json:"as_of,omitempty" format:"date"`
	Source   string          `json:"source,omitempty"`
}

// WorkPair is a likely double count that an import would bring.
type WorkPair struct {
	Why string `json:"why"`
	A   string `json:"a" doc:"Work, thing, figure and location in words"`
	B   string `json:"b"`
}

// WorksImported tells what an import wrote, or would write.
type WorksImported struct {
	Dry      bool       `json:"dry"`
	Built    int        `json:"built"`
	Planned  int        `json:"planned"`
	Sites    int        `json:"sites" doc:"Known by name"`
	Projects int        `json:"projects"`
	Items    int        `json:"items"`
	Flags    int        `json:"flags" doc:"Likely double counts: to confirm or dismiss, nothing is refused"`
	Pairs    []WorkPair `json:"pairs" doc:"In a dry run"`
}

func workOptions[T ~string](l works.Options[T], lang kernel.Lang) []WorkOption {
	out := make([]WorkOption, len(l))
	for i, o := range l {
		out[i] = WorkOption{ID: string(o.ID), Name: o.Name.In(lang)}
	}
	return out
}

func workChosen[T ~string](l works.Options[T], of []T, lang kernel.Lang) []WorkOption {
	out := make([]WorkOption, len(of))
	for i, v := range of {
		out[i] = WorkOption{ID: string(v), Name: l.Name(v).In(lang)}
	}
	return out
}

func workFigure(q kernel.Quantity, lang kernel.Lang) WorkFigure {
	f := WorkFigure{Value: q.Value, Unit: q.Unit, Qualifier: q.Qualifier, Text: works.SayQuantity(q).In(lang)}
	if f.Qualifier == "" {
		f.Qualifier = kernel.Exact
	}
	return f
}

// workDay writes the Shanghai day of an instant; the zero instant is the empty text.
func workDay(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(kernel.Shanghai).Format(time.DateOnly)
}

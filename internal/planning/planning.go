// Package planning is the problem, its scenarios, their comparison and their adoption: grids drawn by population, convenience,
// resources and functions; where stations stand; who serves which grid; who reaches what on foot. The algorithms are its sub-rooms;
// this room turns a territory into their problems, keeps what was asked and what came out, and makes a plan the district's own.
package planning

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// Kind is what a plan plans.
type Kind string

// The kinds of plan.
const (
	Partition  Kind = "partition"  // 划网格
	Siting     Kind = "siting"     // 选站点
	Assignment Kind = "assignment" // 配人
	Reach      Kind = "reach"      // 看可达
)

// AllKinds lists the closed set.
var AllKinds = []Kind{Partition, Siting, Assignment, Reach}

// Text gives the name of the kind in both languages.
func (k Kind) Text() kernel.Text {
	switch k {
	case Partition:
		return kernel.T("划网格", "Draw grids")
	case Siting:
		return kernel.T("选站点", "Site stations")
	case Assignment:
		return kernel.T("给网格配人", "Staff grids")
	case Reach:
		return kernel.T("看走得到哪里", "Walking reach")
	default:
		return kernel.Text{}
	}
}

// State is how far a plan is.
type State string

// The states of a plan.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// AllStates lists the closed set.
var AllStates = []State{Waiting, Running, Done, Failed, Cancelled}

// Text gives the name of the state in both languages.
func (s State) Text() kernel.Text {
	switch s {
	case Waiting:
		return kernel.T("等着算", "waiting")
	case Running:
		return kernel.T("正在算", "being worked out")
	case Done:
		return kernel.T("算好了", "ready")
	case Failed:
		return kernel.T("没算成", "failed")
	case Cancelled:
		return kernel.T("已取消", "cancelled")
	default:
		return kernel.Text{}
	}
}

// Weights say how much each of the four criteria counts, 0 to 100.
type Weights struct {
	Scale      int `json:"scale"`      // 人口规模
	Convenient int `json:"convenient"` // 管理便捷
	Resources  int `json:"resources"`  // 资源配置
	Functions  int `json:"functions"`  // 功能齐全
}

// Params are what is asked of a plan. Members that do not concern the kind are zero.
type Params struct {
	Weights   Weights `json:"weights"`
	Grids     int     `json:"grids,omitempty"`     // how many in all, the locked and dedicated ones counted in; 0: as many as now
	Tolerance int     `json:"tolerance,omitempty"` // ± per cent of the mean
	// Whole keeps compounds in one piece; Water lets no grid cross a river or railway; Dedicated leaves dedicated grids as they are.
	Whole     bool `json:"whole,omitempty"`
	Water     bool `json:"water,omitempty"`
	Dedicated bool `json:"dedicated,omitempty"`
	// Base is the plan whose grids this one begins from; empty for today's. Locked names grids of it, by code, that stay as they are.
	Base   kernel.ID `json:"base,omitempty"`
	Locked []string  `json:"locked,omitempty"`
	Seed   uint64    `json:"seed"`
	// Stations is how many are to be added, Radius how far in metres one walks to them.
	Stations int `json:"stations,omitempty"`
	Radius   int `json:"radius,omitempty"`
	// Load is how many grids one person may serve at most.
	Load int `json:"load,omitempty"`
}

// Limits of what is asked.
const (
	MostGrids    = 5000
	MostStations = 200
)

// Check refuses what cannot be asked.
func (p *Params) Check(k Kind) error {
	within := func(field string, v, lo, hi int, zh, en string) error {
		if v < lo || v > hi {
			return kernel.Invalid(field, kernel.T(zh, en))
		}
		return nil
	}
	var faults []error
	switch k {
	case Partition:
		w := p.Weights
		for _, c := range []struct {
			name string
			v    int
		}{{"scale", w.Scale}, {"convenient", w.Convenient}, {"resources", w.Resources}, {"functions", w.Functions}} {
			faults = append(faults, within("weights."+c.name, c.v, 0, 100, "看重的程度应在 0 到 100 之间", "how much a criterion counts lies between 0 and 100"))
		}
		faults = append(faults, within("tolerance", p.Tolerance, 1, 50, "人数上下应在 1% 到 50% 之间", "the tolerance lies between 1 and 50 per cent"),
			within("grids", p.Grids, 0, MostGrids, "网格数应在 1 到 5000 之间", "the number of grids lies between 1 and 5000"))
	case Siting:
		faults = append(faults, within("stations", p.Stations, 1, MostStations, "新增站点应在 1 到 200 个之间", "between 1 and 200 stations can be added"),
			within("radius", p.Radius, 100, 5000, "步行距离应在 100 到 5000 米之间", "the walking distance lies between 100 and 5000 m"))
	case Assignment:
		faults = append(faults, within("load", p.Load, 1, 20, "每人最多管 1 到 20 个网格", "one person serves between 1 and 20 grids at most"))
	case Reach:
	default:
		return kernel.Invalid("kind", kernel.T("没有这种方案，请选划网格、选站点、配人或可达", "there is no such kind of plan; choose partition, siting, assignment or reach"))
	}
	for _, f := range faults {
		if f != nil {
			return f
		}
	}
	return nil
}

// Plan is one scenario.
type Plan struct {
	ID       kernel.ID
	Kind     Kind
	Name     string
	Place    kernel.ID
	Path     kernel.Path
	State    State
	Progress int // 0 to 100
	Params   Params
	Fault    kernel.Text // why it failed
	Summary  Summary     // of what came out, for lists
	By       string
	Created  time.Time
	Updated  time.Time
	// Holder works it out until Lease.
	Holder string
	Lease  time.Time
}

// Summary is what a list tells of a plan that is ready: the figures that people compare by.
type Summary struct {
	Num     int     `json:"num"`
	Den     int     `json:"den"`
	Percent float64 `json:"percent,omitempty"`
}

// Part is which of a plan's large parts is meant.
type Part string

// The parts.
const (
	PartInput  Part = "input"
	PartResult Part = "result"
)

// Query narrows a list of plans.
type Query struct {
	Kind   Kind
	State  State
	Within kernel.Path
	Scope  access.Scope
	Page   kernel.Page
}

// Adoption is one plan made the district's own, and what is needed to take it back.
type Adoption struct {
	ID     kernel.ID
	Plan   kernel.ID
	Kind   Kind
	Place  kernel.ID
	Path   kernel.Path
	At     time.Time
	By     string
	Undone time.Time
	Body   Change
}

// Change is what an adoption did to the territory: places that ended, places that began, and whose posts went where.
type Change struct {
	Ended []kernel.ID `json:"ended"`
	Made  []kernel.ID `json:"made"`
	// Heirs tells for each place that ended which one took its place.
	Heirs map[kernel.ID]kernel.ID `json:"heirs,omitempty"`
	// Went tells for each place that ended which posts and report-ins went to its heir.
	Went  map[kernel.ID][]kernel.ID `json:"went,omitempty"`
	Cases int                       `json:"cases"`
	Posts int                       `json:"posts"`
	// Given are holdings that began with it.
	Given []kernel.ID `json:"given,omitempty"`
}

// Repo keeps plans. Every method touches only the tenant of the Tx.
type Repo interface {
	Insert(tx kernel.Tx, p *Plan) error
	Plan(tx kernel.Tx, id kernel.ID) (*Plan, error)
	// Plans lists the newest first.
	Plans(tx kernel.Tx, q Query) ([]*Plan, string, error)
	// Claim gives a plan that waits, or whose holder's lease is over, to the holder until the lease ends; nil when there is none.
	Claim(tx kernel.Tx, holder string, until time.Time) (*Plan, error)
	// Advance writes progress and lengthens the lease; false when the holder has it no longer, or it was cancelled.
	Advance(tx kernel.Tx, id kernel.ID, holder string, progress int, until time.Time) (bool, error)
	// Finish ends a run of the holder; false as above.
	Finish(tx kernel.Tx, p *Plan, holder string) (bool, error)
	// Cancel ends a plan that is not ready; false when it is.
	Cancel(tx kernel.Tx, id kernel.ID) (bool, error)
	PutPart(tx kernel.Tx, plan kernel.ID, part Part, body []byte) error
	// Part gives a part, nil when there is none.
	Part(tx kernel.Tx, plan kernel.ID, part Part) ([]byte, error)
}

// Adoptions keeps what was adopted.
type Adoptions interface {
	Adopt(tx kernel.Tx, a *Adoption) error
	Adoption(tx kernel.Tx, id kernel.ID) (*Adoption, error)
	// AdoptionsOf lists those of a plan, the newest first.
	AdoptionsOf(tx kernel.Tx, plan kernel.ID) ([]*Adoption, error)
	// Undo marks an adoption as taken back; false when it is already.
	Undo(tx kernel.Tx, id kernel.ID) (bool, error)
}

// Target is the plan as access decides about it.
func (p *Plan) Target(t kernel.Tenant) access.Target { return access.Target{Tenant: t, Path: p.Path} }

// Spot is a point on Earth as parts keep it.
type Spot = orb.Point

func pack(v any) ([]byte, error) { return json.Marshal(v) }

func locked(l []string, code string) bool { return slices.Contains(l, code) }

package ballots

import (
	"context"
	"slices"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/territory"
	"sanzhi/internal/vault"
	"sanzhi/internal/workflow"
)

// Ports are what the service stands on.
type Ports struct {
	Store      kernel.Store
	Ballots    Repo
	Rolls      Rolls
	Honours    Honours
	Objections Objections
	Residents  Residents
	Places     Places
	Ledger     *ledger.Log
	Sealer     *vault.Sealer
	Keyring    *vault.Keyring
	// Consents keeps consents for the register of personal rights; Forget erases personal parts of the ledger.
	Consents Consents
	// Tasks take up what was resolved, by kind ("case", "work"); a kind that is not here is refused.
	Tasks map[string]Tasks
}

// Places finds places.
type Places interface {
	Place(tx kernel.Tx, id kernel.ID) (*territory.Place, error)
}

// Consents is where every consent is kept, whichever room asked for it.
type Consents interface {
	Given(tx kernel.Tx, subject, purpose string, text int, by string) error
	Withdrawn(tx kernel.Tx, subject, purpose string) error
	// Erase empties the personal parts of an object's rows in the ledger; every proof stays whole.
	Erase(tx kernel.Tx, object kernel.ID) error
}

// Tasks makes a case or a work of a resolution.
type Tasks interface {
	// Prepare checks the task outside any unit of work; what it gives stores the task and tells its id.
	Prepare(ctx context.Context, actor kernel.Actor, t Task) (func(tx kernel.Tx) (kernel.ID, error), error)
}

// Task is what a resolution asks to be done.
type Task struct {
	Place kernel.ID
	Title string
	Text  string
	Item  string // of the menu, for a case
}

// Office is the working calendar that a time of publicity runs by.
type Office struct {
	Calendar *workflow.Calendar
	Hours    workflow.OfficeHours
}

// Service takes what people do with ballots and nominations, and reads them for who may.
type Service struct{ Ports }

// NewService joins the service to its ports.
func NewService(p Ports) *Service { return &Service{p} }

// PurposeHonour is the purpose that a consent to an award is kept under.
const PurposeHonour = "honour"

// ConsentText is the version of the words that people agree to now; see the face's words "honour.consent".
const ConsentText = 1

var (
	errStale  = kernel.Conflict(kernel.T("刚被别人办过一步，请刷新后再看", "somebody else has just moved this; reload and look again"))
	errAbsent = kernel.NotFound(kernel.T("没有找到，或者您无权查看", "not found, or not yours to see"))
)

// manages asks whether the actor runs ballots at a place.
func manages(actor kernel.Actor, t kernel.Tenant, p kernel.Path) bool {
	return access.Decide(actor, access.BallotWrite, access.Target{Tenant: t, Path: p}).Allow
}

// manage is manages as an error.
func manage(actor kernel.Actor, t kernel.Tenant, p kernel.Path) error {
	return access.Decide(actor, access.BallotWrite, access.Target{Tenant: t, Path: p}).Err()
}

// reads asks whether the actor may read what is public here.
func reads(actor kernel.Actor, t kernel.Tenant, p kernel.Path) error {
	return access.Decide(actor, access.BallotRead, access.Target{Tenant: t, Path: p}).Err()
}

// ManagedPaths gives where the actor manages ballots.
func ManagedPaths(actor kernel.Actor) []kernel.Path {
	var out []kernel.Path
	for _, p := range actor.Posts {
		if slices.Contains(access.Bundle(p.Role), access.BallotWrite) && p.Path != "" && !slices.Contains(out, p.Path) {
			out = append(out, p.Path)
		}
	}
	return out
}

// LivesAt reports whether the actor is a resident of the place: holds a resident's post at it or below.
func LivesAt(actor kernel.Actor, p kernel.Path) bool {
	return actor.Kind == kernel.ActorAccount && slices.ContainsFunc(actor.Posts, func(x kernel.Post) bool {
		return x.Role == kernel.Resident && p.Holds(x.Path)
	})
}

// record writes one row of the ledger. Personal parts are for what may have to be erased.
func (s *Service) record(tx kernel.Tx, actor kernel.Actor, act string, object kernel.ID, version int, public, personal map[string]any) (*ledger.Row, error) {
	return s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: act, Object: object, Version: version, Public: public, Personal: personal})
}

// endOfDay gives the last instant of a Shanghai day that a date names.
func endOfDay(t time.Time) time.Time {
	t = t.In(kernel.Shanghai)
	return time.Date(t.Year(), t.Month(), t.Day(), 23, 59, 59, int(999*time.Millisecond), kernel.Shanghai).UTC()
}

func (s *Service) seal(t kernel.Tenant, table string, id kernel.ID, field, plain string) (string, error) {
	if plain == "" {
		return "", nil
	}
	sealed, err := s.Sealer.SealText(plain, vault.Field{Tenant: t, Table: table, ID: id, Field: field})
	if err != nil {
		return "", kernel.Internal("seal "+field, err)
	}
	return sealed, nil
}

func (s *Service) open(t kernel.Tenant, table string, id kernel.ID, field, sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	plain, err := s.Sealer.OpenText(sealed, vault.Field{Tenant: t, Table: table, ID: id, Field: field})
	if err != nil {
		return "", kernel.Internal("open "+field, err)
	}
	return plain, nil
}

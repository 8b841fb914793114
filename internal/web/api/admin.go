package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
)

// AdminDeps are what the pages of administrators stand on, beside Desk.
type AdminDeps struct {
	Setup  SetupReader
	Flows  FlowReader
	People PeopleReader
	Ledger LedgerState
	// Keys tells of the keys that this process holds; nil tells nothing.
	Keys func() KeyState
}

// SetupReader reads what a district has set up as it is kept, and changes its own settings.
type SetupReader interface {
	Items(tx kernel.Tx) ([]*cases.Item, error)
	Rules(tx kernel.Tx) ([]cases.Rule, error)
	// Revision grows with each change; TouchFrom says there is one, unless there was another since.
	Revision(tx kernel.Tx) (int64, error)
	TouchFrom(tx kernel.Tx, revision int64) (bool, error)
	Own(tx kernel.Tx) (*cases.Own, error)
	PutOwn(tx kernel.Tx, o *cases.Own, revision int64) (bool, error)
	// PathNames names the places at the paths; those that are gone are missing.
	PathNames(tx kernel.Tx, paths []kernel.Path) (map[kernel.Path]string, error)
}

// FlowReader reads published flows and how many open cases run which version.
type FlowReader interface {
	FlowVersions(tx kernel.Tx, id string) ([]cases.FlowVersion, error)
	FlowSource(tx kernel.Tx, id string, version int) (string, error)
	OpenByVersion(tx kernel.Tx, flow string) (map[int]int, error)
}

// PeopleReader finds accounts and who holds which post.
type PeopleReader interface {
	PostsHeld(tx kernel.Tx, q orgs.PostQuery, p kernel.Page) ([]orgs.HeldPost, error)
	AccountsLike(tx kernel.Tx, q string, p kernel.Page) ([]access.Account, error)
	AccountsByID(tx kernel.Tx, ids []kernel.ID) (map[kernel.ID]access.Account, error)
}

// LedgerState tells how far the ledger is sealed.
type LedgerState interface {
	Row(tx kernel.Tx, id kernel.ID) (*ledger.Row, error)
	Size(tx kernel.Tx) (int64, error)
	Pending(tx kernel.Tx, most int) (n int, oldest kernel.ID, err error)
	LastMark(tx kernel.Tx) (*ledger.Mark, error)
}

func (s *Server) adminRoutes(api huma.API) {
	s.flowDeskRoutes(api)
	s.settingsRoutes(api)
	s.peopleRoutes(api)
	s.auditRoutes(api)
}

// markOf is a short name of what somebody saw: what they send back is refused when it has changed since.
func markOf(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

var errStale = kernel.Conflict(kernel.T("别人刚改过这里。请看看最新的内容，再改一次", "somebody changed this meanwhile; look at how it stands now and change it again"))

// replaced writes the change of a part of the setup. now gives the part as it stands in the unit of work, which must still bear the mark
// that the reader saw; an empty mark replaces whatever is there.
func (s *Server) replaced(ctx context.Context, a kernel.Actor, mark string, now func(kernel.Tx) (any, error), put func(kernel.Tx) error, act string, public map[string]any) error {
	err := s.Store.Update(ctx, a.Tenant, func(tx kernel.Tx) error {
		revision, err := s.Admin.Setup.Revision(tx)
		if err != nil {
			return err
		}
		was, err := now(tx)
		if err != nil {
			return err
		}
		if mark != "" && mark != markOf(was) {
			return errStale
		}
		if err := put(tx); err != nil {
			return err
		}
		ok, err := s.Admin.Setup.TouchFrom(tx, revision)
		if err == nil && !ok {
			err = errStale
		}
		if err != nil {
			return err
		}
		return s.changed(tx, a, act, public)
	})
	s.renew(a.Tenant)
	return err
}

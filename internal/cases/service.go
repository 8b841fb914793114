package cases

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	"sanzhi/internal/vault"
	"sanzhi/internal/workflow"
)

// Ports are what the service stands on.
type Ports struct {
	Store   kernel.Store
	Cases   Repo
	Looks   Looks
	Tending Tending
	Uploads Uploads
	Outbox  Outbox
	Ledger  *ledger.Log
	People  People
	Setups  Setups
	Sealer  *vault.Sealer
	Keyring *vault.Keyring
	Clock   kernel.Clock
}

// People finds who may be assigned and what they are called.
type People interface {
	Person(tx kernel.Tx, id kernel.ID) (*orgs.Person, error)
	Staff(tx kernel.Tx, org kernel.ID, role kernel.Role, path kernel.Path) ([]*orgs.Person, error)
	// Staffed reports whether Staff would find anybody.
	Staffed(tx kernel.Tx, org kernel.ID, role kernel.Role, path kernel.Path) (bool, error)
}

// Service opens cases, takes actions on them, and reads them for who may.
type Service struct{ Ports }

// NewService joins the service to its ports.
func NewService(p Ports) *Service { return &Service{p} }

// Target is the case as access decides about it.
func (c *Case) Target(t kernel.Tenant) access.Target {
	return access.Target{Tenant: t, Path: c.Path, Case: c.ID, Unit: c.Unit, Cohandlers: c.Cohandles, Assignee: c.Assignee,
		Requester: c.Requester, Confidential: c.Confidential}
}

// read gives a case that the actor may read.
func (s *Service) read(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Case, error) {
	c, err := s.Cases.Get(tx, id)
	if err != nil {
		return nil, err
	}
	if d := access.Decide(actor, access.CaseRead, c.Target(tx.Tenant())); !d.Allow {
		if d.SignIn {
			return nil, d.Err()
		}
		return nil, kernel.NotFound(kernel.T("没有这件事，或者您看不到它", "there is no such case, or you may not see it"))
	}
	return c, nil
}

// Get gives a case that the actor may read.
func (s *Service) Get(ctx context.Context, actor kernel.Actor, id kernel.ID) (c *Case, err error) {
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		c, err = s.read(tx, actor, id)
		return err
	})
	return c, err
}

// isRequester reports whether the actor is whom the case was opened for.
func isRequester(actor kernel.Actor, c *Case) bool {
	switch actor.Kind {
	case kernel.ActorRequester:
		return actor.Case == c.ID
	case kernel.ActorAccount:
		return c.Requester != "" && c.Requester == actor.Account
	default:
		return false
	}
}

// may reports whether the actor is one of those who may take the action on the case.
func may(tx kernel.Tenant, actor kernel.Actor, a *workflow.Action, c *Case) bool {
	if actor.Kind == kernel.ActorSystem {
		return a.Auto != ""
	}
	level := func(place kernel.ID) string {
		for _, p := range actor.Posts {
			if p.Place == place {
				return p.Level
			}
		}
		return ""
	}
	return access.MayAct(actor, a.Actors, c.Target(tx), isRequester(actor, c), level)
}

// Offers gives the actions that the actor may take on the case now, in the order of the flow.
func (s *Service) Offers(set *Setup, actor kernel.Actor, c *Case, tx kernel.Tx) ([]*workflow.Action, error) {
	f, err := set.Flow(c.Flow, c.FlowVersion)
	if err != nil {
		return nil, err
	}
	var out []*workflow.Action
	env := environment(actor, c, nil, tx)
	for _, a := range f.Flow.ActionsFrom(c.Step) {
		if a.Auto != "" || !may(tx.Tenant(), actor, a, c) || !f.Offer(a.ID, env) {
			continue
		}
		if st, _ := f.Flow.Step(a.To); st.End == endCancelled {
			if joined, err := s.joined(tx, c); err != nil {
				return nil, err
			} else if joined {
				continue
			}
		}
		out = append(out, a)
	}
	return out, nil
}

// IsTurn reports whether the act that leads on from the case's step is the actor's.
func IsTurn(set *Setup, actor kernel.Actor, c *Case) bool {
	f, err := set.Flow(c.Flow, c.FlowVersion)
	if err != nil || c.Ended != "" {
		return false
	}
	a, ok := f.Flow.Leading(c.Step)
	return ok && may(set.Tenant, actor, a, c)
}

// Turns gives the ways in which the next act of a case may be the actor's: IsTurn as conditions for a list.
func Turns(set *Setup, actor kernel.Actor) []Turn {
	turns := []Turn{}
	for id, versions := range set.Flows {
		seen := map[string]bool{}
		for _, f := range versions {
			for _, st := range f.Flow.Steps {
				a, ok := f.Flow.Leading(st.ID)
				if !ok || seen[st.ID] || st.End != "" {
					continue
				}
				seen[st.ID] = true
				for _, w := range a.Actors {
					turns = append(turns, turnsOf(actor, id, st.ID, w)...)
				}
			}
		}
	}
	return turns
}

func turnsOf(actor kernel.Actor, flow, step string, w workflow.Who) []Turn {
	var out []Turn
	for _, p := range actor.Posts {
		if w.Role == "" && w.Post == "" || w.Role != "" && p.Role != w.Role || w.Post != "" && p.Name != w.Post || p.Path == "" {
			continue
		}
		if w.Level != "" && p.Level != w.Level {
			continue
		}
		t := Turn{Flow: flow, Step: step}
		t.PathLo, t.PathHi = p.Path.Range()
		switch w.Relation {
		case workflow.RelationUnit:
			t.Unit = p.Org
		case workflow.RelationOpen:
			t.Unit, t.Assignee, t.Free = p.Org, actor.Account, true
		case workflow.RelationAssignee:
			t.Assignee = actor.Account
		case workflow.RelationCohandle:
			t.Cohandle = p.Org
		case workflow.RelationPlace:
		}
		if (w.Relation == workflow.RelationUnit || w.Relation == workflow.RelationOpen || w.Relation == workflow.RelationCohandle) && p.Org == "" {
			continue
		}
		out = append(out, t)
	}
	return out
}

// environment is what guards may look at.
func environment(actor kernel.Actor, c *Case, form map[string]any, tx kernel.Tx) workflow.Env {
	co := make([]string, len(c.Cohandles))
	for i, u := range c.Cohandles {
		co[i] = string(u)
	}
	env := workflow.Env{Form: form, Now: tx.Now(), Case: workflow.CaseEnv{ID: string(c.ID), Flow: c.Flow, Step: c.Step, Prev: c.PrevStep, Round: c.Round,
		Item: c.Item, Unit: string(c.Unit), Assignee: string(c.Assignee), Cohandlers: co, Supervised: c.Supervised, Urgent: c.Urgent,
		Overdue: overdue(c, tx), Place: string(smallest(c)), OpenedAt: c.OpenedAt, StepSince: c.StepAt, OpenedBy: strings.TrimPrefix(c.OpenedBy, "account:"), Photos: len(c.Photos)}}
	env.Actor = workflow.ActorEnv{Kind: string(actor.Kind), Account: string(actor.Account)}
	if n := len(actor.Posts); n > 0 {
		env.Actor.Roles, env.Actor.Orgs = make([]string, 0, n), make([]string, 0, n)
	}
	for _, p := range actor.Posts {
		if !p.Path.Holds(c.Path) {
			continue
		}
		env.Actor.Roles = append(env.Actor.Roles, string(p.Role))
		if p.Org != "" {
			env.Actor.Orgs = append(env.Actor.Orgs, string(p.Org))
			env.Actor.Unit = string(p.Org)
		}
	}
	return env
}

func overdue(c *Case, tx kernel.Tx) bool {
	for i := range c.Clocks {
		if c.Clocks[i].Running() && c.Clocks[i].Overdue(tx.Now()) {
			return true
		}
	}
	return false
}

func smallest(c *Case) kernel.ID {
	p := c.Place
	if p.Grid != nil {
		return p.Grid.ID
	}
	if p.Community != nil {
		return p.Community.ID
	}
	if p.Village != nil {
		return p.Village.ID
	}
	return ""
}

// sealJSON seals a value in a field of the case; the empty text stands for nothing to keep.
func (s *Service) sealJSON(t kernel.Tenant, id kernel.ID, field string, v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", kernel.Internal("seal "+field, err)
	}
	return s.Sealer.Seal(b, vault.Field{Tenant: t, Table: "case_record", ID: id, Field: field})
}

// openJSON opens what sealJSON sealed; the empty text leaves v as it is.
func (s *Service) openJSON(t kernel.Tenant, id kernel.ID, field, sealed string, v any) error {
	if sealed == "" {
		return nil
	}
	b, err := s.Sealer.Open(sealed, vault.Field{Tenant: t, Table: "case_record", ID: id, Field: field})
	if err != nil {
		return kernel.Internal("open "+field, err)
	}
	return json.Unmarshal(b, v)
}

// Private are the sealed parts of a case, opened for who may read it. Contact is masked by whoever shows it.
type Private struct {
	Address string
	Contact Contact
	Form    map[string]any
}

// Open opens the sealed parts of a case.
func (s *Service) Open(t kernel.Tenant, c *Case) (Private, error) {
	var p Private
	if err := s.openJSON(t, c.ID, "address", c.Address, &p.Address); err != nil {
		return p, err
	}
	if err := s.openJSON(t, c.ID, "contact", c.Contact, &p.Contact); err != nil {
		return p, err
	}
	return p, s.openJSON(t, c.ID, "form", c.Form, &p.Form)
}

// personName gives the masked name of a person.
func (s *Service) personName(tx kernel.Tx, id kernel.ID) (string, error) {
	p, err := s.People.Person(tx, id)
	if err != nil {
		return "", err
	}
	name, err := s.Sealer.OpenText(p.NameSealed, vault.Field{Tenant: tx.Tenant(), Table: "person", ID: id, Field: "name"})
	if err != nil {
		return "", kernel.Internal("open name", err)
	}
	return vault.MaskName(name), nil
}

var random = rand.Reader

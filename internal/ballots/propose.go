package ballots

import (
	"context"
	"slices"

	"sanzhi/internal/kernel"
)

// Bounds of what people write.
const (
	maxTitle = 60
	maxBody  = 2000
	maxPost  = 500
)

// Proposal is what somebody wants the place to decide.
type Proposal struct {
	Place kernel.ID
	About About
	Title string
	Body  string
}

// Propose stores a proposal: by whoever lives at the place, or by its community.
func (s *Service) Propose(tx kernel.Tx, actor kernel.Actor, p Proposal) (*Ballot, error) {
	if actor.Kind != kernel.ActorAccount {
		return nil, kernel.Unsigned()
	}
	place, err := s.Places.Place(tx, p.Place)
	if err != nil {
		return nil, err
	}
	if !LivesAt(actor, place.Path) {
		if err := manage(actor, tx.Tenant(), place.Path); err != nil {
			return nil, kernel.Forbidden(kernel.T("只有住在这里的居民和社区可以提议", "only residents of this place and its community may propose"))
		}
	}
	if !slices.Contains(AllAbouts, p.About) {
		return nil, kernel.Invalid("about", kernel.T("请选议题的类别；不对人投票", "choose what it is about; there are no votes on persons"))
	}
	b := &Ballot{ID: kernel.NewID(tx.Now()), Place: place.ID, Path: place.Path, About: p.About, Proposer: actor.Account, ProposerName: actor.Name,
		Step: StepProposed, Mode: ModeYesNo, Version: 1, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
	if b.Title, err = kernel.Clean("title", p.Title, 4, maxTitle); err != nil {
		return nil, err
	}
	if b.Body, err = kernel.Clean("body", p.Body, 0, maxBody); err != nil {
		return nil, err
	}
	if err := s.Ballots.InsertBallot(tx, b); err != nil {
		return nil, err
	}
	_, err = s.record(tx, actor, "ballot_proposed", b.ID, b.Version, map[string]any{"about": string(b.About)}, map[string]any{"title": b.Title})
	return b, err
}

// Ballot gives a ballot that the actor may read: one not taken up only to its proposer and the community.
func (s *Service) Ballot(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Ballot, error) {
	b, err := s.Ballots.Ballot(tx, id)
	if err != nil {
		return nil, err
	}
	if err := reads(actor, tx.Tenant(), b.Path); err != nil {
		return nil, err
	}
	if b.Step == StepProposed || b.Step == StepDeclined {
		mine := actor.Account != "" && actor.Account == b.Proposer
		if !mine && !manages(actor, tx.Tenant(), b.Path) {
			return nil, errAbsent
		}
	}
	return b, nil
}

// List gives the ballots that the actor may read.
func (s *Service) List(tx kernel.Tx, actor kernel.Actor, q Query) ([]*Ballot, string, error) {
	if err := reads(actor, tx.Tenant(), q.Path); err != nil {
		return nil, "", err
	}
	q.Manage, q.Account = ManagedPaths(actor), actor.Account
	return s.Ballots.Ballots(tx, q)
}

// run loads a ballot that the actor runs, in the version and one of the steps that the act needs.
func (s *Service) run(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, steps ...Step) (*Ballot, error) {
	b, err := s.Ballot(tx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := manage(actor, tx.Tenant(), b.Path); err != nil {
		return nil, err
	}
	if b.Version != version {
		return nil, errStale
	}
	if !slices.Contains(steps, b.Step) {
		return nil, kernel.Conflict(kernel.T("现在不到这一步，请刷新后再看", "this is not its turn now; reload and look again"))
	}
	return b, nil
}

// save stores a ballot's next version with the row of the act.
func (s *Service) save(tx kernel.Tx, actor kernel.Actor, b *Ballot, act string, public, personal map[string]any) error {
	was := b.Version
	b.Version, b.UpdatedAt = was+1, tx.Now()
	if ok, err := s.Ballots.UpdateBallot(tx, b, was); err != nil {
		return err
	} else if !ok {
		return errStale
	}
	_, err := s.record(tx, actor, act, b.ID, b.Version, public, personal)
	return err
}

// TakeUp puts a proposal on the page, to be talked over.
func (s *Service) TakeUp(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int) (*Ballot, error) {
	b, err := s.run(tx, actor, id, version, StepProposed)
	if err != nil {
		return nil, err
	}
	b.Step = StepDeliberating
	return b, s.save(tx, actor, b, "ballot_taken_up", map[string]any{"title": b.Title}, nil)
}

// Decline says that a proposal is not taken up, or a deliberation ends without a vote, with the reason that its proposer reads.
func (s *Service) Decline(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, reason string) (*Ballot, error) {
	b, err := s.run(tx, actor, id, version, StepProposed, StepDeliberating)
	if err != nil {
		return nil, err
	}
	if b.Reason, err = kernel.Clean("reason", reason, 4, maxPost); err != nil {
		return nil, err
	}
	b.Step = StepDeclined
	return b, s.save(tx, actor, b, "ballot_declined", nil, map[string]any{"reason": b.Reason})
}

// Say adds a contribution to a deliberation. It waits until the community lets it stand; the community's own stands at once.
func (s *Service) Say(tx kernel.Tx, actor kernel.Actor, id kernel.ID, text string) (*Post, error) {
	if actor.Kind != kernel.ActorAccount {
		return nil, kernel.Unsigned()
	}
	b, err := s.Ballot(tx, actor, id)
	if err != nil {
		return nil, err
	}
	runs := manages(actor, tx.Tenant(), b.Path)
	if !runs && !LivesAt(actor, b.Path) {
		return nil, kernel.Forbidden(kernel.T("只有住在这里的居民和社区可以发言", "only residents of this place and its community may speak here"))
	}
	if b.Step != StepDeliberating {
		return nil, kernel.Conflict(kernel.T("现在不是讨论的时候", "this is not being talked over now"))
	}
	p := &Post{ID: kernel.NewID(tx.Now()), Ballot: b.ID, Author: actor.Account, AuthorName: actor.Name, State: PostWaiting, At: tx.Now()}
	if runs {
		p.State = PostShown
	}
	if p.Body, err = kernel.Clean("text", text, 2, maxPost); err != nil {
		return nil, err
	}
	if err := s.Ballots.InsertPost(tx, p); err != nil {
		return nil, err
	}
	_, err = s.record(tx, actor, "ballot_post", p.ID, 1, map[string]any{"ballot": string(b.ID), "state": string(p.State)}, map[string]any{"text": p.Body})
	return p, err
}

// Moderate lets a post stand, or holds it back with a reason that its author reads. What stood may be held back later.
func (s *Service) Moderate(tx kernel.Tx, actor kernel.Actor, post kernel.ID, show bool, reason string) (*Post, error) {
	p, err := s.Ballots.Post(tx, post)
	if err != nil {
		return nil, err
	}
	b, err := s.Ballot(tx, actor, p.Ballot)
	if err != nil {
		return nil, err
	}
	if err := manage(actor, tx.Tenant(), b.Path); err != nil {
		return nil, err
	}
	from, to := p.State, PostShown
	if !show {
		to = PostHeld
		if p.Reason, err = kernel.Clean("reason", reason, 2, 200); err != nil {
			return nil, err
		}
	}
	if from == to {
		return nil, errStale
	}
	if ok, err := s.Ballots.SetPost(tx, p.ID, from, to, p.Reason); err != nil {
		return nil, err
	} else if !ok {
		return nil, errStale
	}
	p.State = to
	_, err = s.record(tx, actor, "ballot_post_"+string(to), p.ID, 2, map[string]any{"ballot": string(b.ID)}, nil)
	return p, err
}

// Posts gives the posts of a ballot that the actor may read: those shown, and the actor's own; all of them to the community.
func (s *Service) Posts(tx kernel.Tx, actor kernel.Actor, id kernel.ID, page kernel.Page) ([]*Post, string, error) {
	b, err := s.Ballot(tx, actor, id)
	if err != nil {
		return nil, "", err
	}
	return s.Ballots.Posts(tx, b.ID, manages(actor, tx.Tenant(), b.Path), actor.Account, page)
}

// Resolve writes down what was resolved.
func (s *Service) Resolve(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, words string) (*Ballot, error) {
	b, err := s.run(tx, actor, id, version, StepCounted)
	if err != nil {
		return nil, err
	}
	if b.Resolution, err = kernel.Clean("resolution", words, 4, maxBody); err != nil {
		return nil, err
	}
	b.Step = StepResolved
	return b, s.save(tx, actor, b, "ballot_resolved", map[string]any{"outcome": string(b.Outcome), "resolution": b.Resolution}, nil)
}

// HandOn makes a task of a resolution that was passed: once.
func (s *Service) HandOn(ctx context.Context, actor kernel.Actor, id kernel.ID, kind, item string) (func(tx kernel.Tx, version int) (*Ballot, error), error) {
	tasks := s.Tasks[kind]
	if tasks == nil {
		return nil, kernel.Invalid("kind", kernel.T("这里还不能转成这一类任务，请换一种", "tasks of this kind cannot be made here; choose another"))
	}
	var b *Ballot
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) (err error) {
		if b, err = s.Ballot(tx, actor, id); err != nil {
			return err
		}
		return manage(actor, tx.Tenant(), b.Path)
	})
	if err != nil {
		return nil, err
	}
	put, err := tasks.Prepare(ctx, actor, Task{Place: b.Place, Title: b.Title, Text: b.Title + "：" + b.Resolution, Item: item})
	if err != nil {
		return nil, err
	}
	return func(tx kernel.Tx, version int) (*Ballot, error) {
		b, err := s.run(tx, actor, id, version, StepResolved)
		if err != nil {
			return nil, err
		}
		if b.Outcome != OutcomePassed || b.Task != "" {
			return nil, kernel.Conflict(kernel.T("没有通过，或者已经转成任务", "it did not pass, or was handed on already"))
		}
		if b.Task, err = put(tx); err != nil {
			return nil, err
		}
		b.TaskKind = kind
		return b, s.save(tx, actor, b, "ballot_handed_on", map[string]any{"kind": kind, "task": string(b.Task)}, nil)
	}, nil
}

package ballots

import (
	"crypto/rand"
	"slices"

	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
	"sanzhi/internal/workflow"
)

// Naming is who is named, and why.
type Naming struct {
	Name string
	Why  string
}

// Nominate names somebody: by whoever lives at the place, or by its committee. Until whom it names agrees, only these see it.
func (s *Service) Nominate(tx kernel.Tx, actor kernel.Actor, award kernel.ID, in Naming) (*Nomination, error) {
	if actor.Kind != kernel.ActorAccount {
		return nil, kernel.Unsigned()
	}
	a, err := s.Award(tx, actor, award)
	if err != nil {
		return nil, err
	}
	if !LivesAt(actor, a.Path) && !manages(actor, tx.Tenant(), a.Path) {
		return nil, kernel.Forbidden(kernel.T("只有住在这里的居民和评选小组可以提名", "only residents of this place and its committee may nominate"))
	}
	if a.Closed {
		return nil, kernel.Conflict(kernel.T("这一轮提名已经截止", "this round takes no more nominations"))
	}
	name, err := kernel.Clean("name", in.Name, 1, 40)
	if err != nil {
		return nil, err
	}
	why, err := kernel.Clean("why", in.Why, 4, maxPost)
	if err != nil {
		return nil, err
	}
	n := &Nomination{ID: kernel.NewID(tx.Now()), Award: a.ID, Path: a.Path, Nominator: actor.Account, Consent: ConsentAsked, Stage: StageNominated,
		Version: 1, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
	if n.Name, err = s.seal(tx.Tenant(), "nomination", n.ID, "name", name); err != nil {
		return nil, err
	}
	if n.Why, err = s.seal(tx.Tenant(), "nomination", n.ID, "why", why); err != nil {
		return nil, err
	}
	if err := s.Honours.InsertNomination(tx, n); err != nil {
		return nil, err
	}
	_, err = s.record(tx, actor, "nominated", n.ID, n.Version, map[string]any{"award": string(a.ID)}, nil)
	return n, err
}

// Nomination gives a nomination that the actor may see: on the board anyone, else its nominator, whom it names, and the committee.
func (s *Service) Nomination(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Nomination, error) {
	n, err := s.Honours.Nomination(tx, id)
	if err != nil {
		return nil, err
	}
	if !n.OnBoard() && !s.inside(tx, actor, n) {
		return nil, errAbsent
	}
	return n, nil
}

// inside reports whether the actor is one of those who know of a nomination that is not on the board.
func (s *Service) inside(tx kernel.Tx, actor kernel.Actor, n *Nomination) bool {
	mine := actor.Kind == kernel.ActorAccount && actor.Account != "" && (actor.Account == n.Nominator || actor.Account == n.Subject)
	return mine || manages(actor, tx.Tenant(), n.Path)
}

// Shown is a nomination's words as a reader may see them.
type Shown struct {
	Name string
	Why  string
	// Inside says that the reader knows more than the board.
	Inside  bool
	Manages bool
}

// Show opens a nomination for a reader: the name in full to its nominator and its committee and where the consent says so; masked
// otherwise.
func (s *Service) Show(tx kernel.Tx, actor kernel.Actor, n *Nomination) (Shown, error) {
	out := Shown{Inside: s.inside(tx, actor, n), Manages: manages(actor, tx.Tenant(), n.Path)}
	if !out.Inside && !n.OnBoard() {
		return Shown{}, errAbsent
	}
	return out, s.opened(tx, n, &out, out.Inside || n.ShowName)
}

func (s *Service) opened(tx kernel.Tx, n *Nomination, out *Shown, full bool) (err error) {
	if out.Name, err = s.open(tx.Tenant(), "nomination", n.ID, "name", n.Name); err != nil {
		return err
	}
	if !full && out.Name != "" {
		out.Name = vault.MaskName(out.Name)
	}
	out.Why, err = s.open(tx.Tenant(), "nomination", n.ID, "why", n.Why)
	return err
}

// Nominations lists what the actor may see.
func (s *Service) Nominations(tx kernel.Tx, actor kernel.Actor, q HonourQuery) ([]*Nomination, string, error) {
	if err := reads(actor, tx.Tenant(), q.Path); err != nil {
		return nil, "", err
	}
	q.Manage, q.Account = ManagedPaths(actor), actor.Account
	return s.Honours.Nominations(tx, q)
}

// Slip makes the code that the committee hands, on paper, to whom a nomination names. A new slip ends the one before. It is told
// once. Neither the nominator nor the page of the nomination ever shows it.
func (s *Service) Slip(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int) (*Nomination, vault.TrackCode, error) {
	n, err := s.committee(tx, actor, id, version, StageNominated, StageConsented, StageNotice, StageGranted)
	if err != nil {
		return nil, "", err
	}
	if n.Consent != ConsentAsked && n.Consent != ConsentGiven {
		return nil, "", kernel.Conflict(kernel.T("本人已经回复不愿意", "the person has said no"))
	}
	code, err := vault.NewTrackCode(tx.Tenant(), rand.Reader)
	if err != nil {
		return nil, "", kernel.Internal("consent code", err)
	}
	n.CodeHash = s.consentHash(tx.Tenant(), code)
	return n, code, s.saveNomination(tx, actor, n, "consent_slip", nil, nil)
}

func (s *Service) consentHash(t kernel.Tenant, code vault.TrackCode) string {
	return s.Keyring.VoterHash(t, "consent", code.Grouped())
}

// saveNomination stores the next version with the row of the act.
func (s *Service) saveNomination(tx kernel.Tx, actor kernel.Actor, n *Nomination, act string, public, personal map[string]any) error {
	was := n.Version
	n.Version, n.UpdatedAt = was+1, tx.Now()
	if ok, err := s.Honours.UpdateNomination(tx, n, was); err != nil {
		return err
	} else if !ok {
		return errStale
	}
	_, err := s.record(tx, actor, act, n.ID, n.Version, public, personal)
	return err
}

// Publish puts a nomination on the board, with its stars, for the working days of its round. Without a consent that lasts it cannot be.
func (s *Service) Publish(tx kernel.Tx, actor kernel.Actor, office Office, id kernel.ID, version int, stars []string) (*Nomination, error) {
	n, err := s.committee(tx, actor, id, version, StageConsented)
	if err != nil {
		return nil, err
	}
	if n.Consent != ConsentGiven {
		return nil, kernel.Conflict(kernel.T("本人还没有同意，不能公示", "without the person's consent it cannot be published"))
	}
	a, err := s.Honours.Award(tx, n.Award)
	if err != nil {
		return nil, err
	}
	if n.Stars, err = s.stars(tx, a, stars); err != nil {
		return nil, err
	}
	n.StarCount = len(n.Stars)
	n.Stage, n.NoticeFrom = StageNotice, tx.Now()
	n.NoticeUntil, n.Provisional = office.Calendar.Due(tx.Now(), workflow.Limit{N: a.NoticeDays, Unit: workflow.WorkingDays}, office.Hours)
	return n, s.saveNomination(tx, actor, n, "notice_begun", map[string]any{"until": n.NoticeUntil.UnixMilli(), "stars": n.StarCount}, nil)
}

// stars keeps of the criteria met those of the round's version, in its order.
func (s *Service) stars(tx kernel.Tx, a *Award, ids []string) ([]string, error) {
	if a.Kind != TenStars {
		if len(ids) > 0 {
			return nil, kernel.Invalid("stars", kernel.T("这一项评选没有星", "this award has no stars"))
		}
		return nil, nil
	}
	set, err := s.Honours.Criteria(tx, a.Criteria, a.CriteriaVersion)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, c := range set.Items {
		if slices.Contains(ids, c.ID) {
			out = append(out, c.ID)
		}
	}
	if len(out) == 0 || len(out) != len(ids) {
		return nil, kernel.Invalid("stars", kernel.T("请从这一轮的 10 条里选出达到的，每条一次", "choose the criteria met from the ten of this round, each once"))
	}
	return out, nil
}

// Decide ends a nomination once its publicity is over and every objection is answered. One with an objection upheld is not granted.
func (s *Service) Decide(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, granted bool, reason string) (*Nomination, error) {
	n, err := s.committee(tx, actor, id, version, StageNotice)
	if err != nil {
		return nil, err
	}
	if tx.Now().Before(n.NoticeUntil) {
		return nil, kernel.Conflict(kernel.T("公示期还没有结束", "the time of publicity is not over"))
	}
	objections, err := s.Objections.ObjectionsTo(tx, n.ID)
	if err != nil {
		return nil, err
	}
	for _, o := range objections {
		if o.State == ObjectionOpen {
			return nil, kernel.Conflict(kernel.T("还有异议没有答复，答复以后才能决定", "an objection waits for its answer; answer it before deciding"))
		}
		if granted && o.State == ObjectionUpheld {
			return nil, kernel.Conflict(kernel.T("有异议成立，不能授予", "an objection was upheld, so it cannot be granted"))
		}
	}
	personal := map[string]any{}
	if !granted {
		if reason, err = kernel.Clean("reason", reason, 4, maxPost); err != nil {
			return nil, err
		}
		personal["reason"] = reason
	}
	n.Stage, n.DecidedAt = StageNot, tx.Now()
	if granted {
		n.Stage = StageGranted
	}
	return n, s.saveNomination(tx, actor, n, "nomination_decided", map[string]any{"granted": granted, "stars": n.StarCount}, personal)
}

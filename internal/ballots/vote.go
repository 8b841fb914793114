package ballots

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
)

// Bounds of a vote.
const (
	maxOptions = 12
	maxCodes   = 3000 // on one roll
	atOnce     = 500  // codes of one printing
	maxOpen    = 60 * 24 * time.Hour
)

// Opening is how a ballot is opened for votes.
type Opening struct {
	Mode         Mode
	Options      []string // titles, of ModeChoice
	Quorum, Need int
	ClosesOn     time.Time // the last day
}

// Open opens a ballot for votes: options and roll are fixed, but for codes that are still handed out. The accounts that live at the
// place at this moment are on the roll.
func (s *Service) Open(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, o Opening) (*Ballot, error) {
	b, err := s.run(tx, actor, id, version, StepDeliberating)
	if err != nil {
		return nil, err
	}
	if err := b.take(o, tx.Now()); err != nil {
		return nil, err
	}
	b.Step, b.OpenedAt = StepVoting, tx.Now()
	living, err := s.Residents.ResidentsAt(tx, b.Path)
	if err != nil {
		return nil, err
	}
	voters := make([]Voter, len(living))
	for i, r := range living {
		voters[i] = Voter{Hash: s.accountVoter(tx.Tenant(), b.ID, r.Account), Person: s.personOf(tx.Tenant(), b.ID, r.PhoneIndex)}
		if r.Path != b.Path {
			voters[i].Group = r.Place
		}
	}
	if err := s.Rolls.AddVoters(tx, b.ID, voters); err != nil {
		return nil, err
	}
	return b, s.save(tx, actor, b, "ballot_opened", map[string]any{"mode": string(b.Mode), "choices": len(b.Choices()), "quorum": b.Quorum, "need": b.Need,
		"closes": b.ClosesAt.In(kernel.Shanghai).Format(time.DateOnly), "accounts": len(voters)}, nil)
}

// take checks how a ballot is to be opened.
func (b *Ballot) take(o Opening, now time.Time) error {
	if !slices.Contains(AllModes, o.Mode) {
		return kernel.Invalid("mode", kernel.T("请选投票方式", "choose how to vote"))
	}
	b.Mode, b.Options = o.Mode, nil
	if o.Mode == ModeChoice {
		if len(o.Options) < 2 || len(o.Options) > maxOptions {
			return kernel.Invalid("options", kernel.T("选项应有 2 到 12 个", "give 2 to 12 options"))
		}
		for i, title := range o.Options {
			title, err := kernel.Clean(fmt.Sprintf("options[%d]", i), title, 1, maxTitle)
			if err != nil {
				return err
			}
			b.Options = append(b.Options, Option{ID: fmt.Sprintf("o%d", i+1), Title: title})
		}
	}
	if o.Quorum < 0 || o.Quorum > 100 {
		return kernel.Invalid("quorum", kernel.T("参加比例应在 0 到 100 之间", "the share that must vote is between 0 and 100"))
	}
	if o.Need < 0 || o.Need > 99 {
		return kernel.Invalid("need", kernel.T("通过比例应在 0 到 99 之间，得票要超过它", "the share to exceed is between 0 and 99"))
	}
	b.Quorum, b.Need = o.Quorum, o.Need
	b.ClosesAt = endOfDay(o.ClosesOn)
	if !b.ClosesAt.After(now) || b.ClosesAt.After(now.Add(maxOpen)) {
		return kernel.Invalid("closes_on", kernel.T("截止日期应在今天到 60 天之间", "the last day is between today and 60 days from now"))
	}
	return nil
}

func (s *Service) accountVoter(t kernel.Tenant, ballot, account kernel.ID) string {
	return s.Keyring.VoterHash(t, ballot, "account:"+string(account))
}

func (s *Service) codeVoter(t kernel.Tenant, ballot kernel.ID, code vault.TrackCode) string {
	return s.Keyring.VoterHash(t, ballot, "code:"+code.Grouped())
}

// Codes puts n people without an account on the roll and gives a code for each, to be printed and handed to one person each. They
// are told once: the roll keeps their hashes. With telephone numbers, one for each person, nobody gets two, nor one beside an account.
func (s *Service) Codes(tx kernel.Tx, actor kernel.Actor, id kernel.ID, group string, n int, phones []string) ([]vault.TrackCode, error) {
	b, err := s.Ballot(tx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := manage(actor, tx.Tenant(), b.Path); err != nil {
		return nil, err
	}
	if b.Step != StepVoting || !tx.Now().Before(b.ClosesAt) {
		return nil, kernel.Conflict(kernel.T("投票开始以后、截止以前才能发投票码", "codes are handed out while the vote is open"))
	}
	if len(phones) > 0 {
		if n != 0 && n != len(phones) {
			return nil, kernel.Invalid("count", kernel.T("写了电话就按电话发，一个电话一个投票码，个数不用填", "with telephone numbers each gets one code; leave the number of codes out"))
		}
		n = len(phones)
	}
	if n < 1 || n > atOnce {
		return nil, kernel.Invalid("count", kernel.T("一次发 1 到 500 个投票码", "between 1 and 500 codes at a time"))
	}
	if group, err = kernel.Clean("group", group, 0, 40); err != nil {
		return nil, err
	}
	have, err := s.Rolls.CodesOf(tx, b.ID)
	if err != nil {
		return nil, err
	}
	if have+n > maxCodes {
		return nil, kernel.Invalid("count", kernel.T("一次投票最多 3000 个投票码", "a ballot has at most 3000 codes"))
	}
	persons, err := s.persons(tx, b.ID, phones)
	if err != nil {
		return nil, err
	}
	codes, voters := make([]vault.TrackCode, n), make([]Voter, n)
	for i := range codes {
		if codes[i], err = vault.NewTrackCode(tx.Tenant(), rand.Reader); err != nil {
			return nil, kernel.Internal("voting code", err)
		}
		voters[i] = Voter{Hash: s.codeVoter(tx.Tenant(), b.ID, codes[i]), Group: group, ByCode: true}
		if len(persons) > 0 {
			voters[i].Person = persons[i]
		}
	}
	if err := s.Rolls.AddVoters(tx, b.ID, voters); err != nil {
		return nil, err
	}
	_, err = s.record(tx, actor, "ballot_codes", b.ID, b.Version, map[string]any{"group": group, "n": n, "named": len(persons)}, nil)
	return codes, err
}

var (
	errNoVote  = kernel.NotFound(kernel.T("这个投票码不对，或者不是这次投票的，请对照纸条再输一遍", "this code is wrong, or for another ballot; compare it with your slip"))
	errNotHere = kernel.Forbidden(kernel.T("名册上没有您：投票开始时住在这里的居民才能投。没有账号的请向社区要投票码", "you are not on the roll: it holds who lived here when the vote began. Without an account, ask the community for a code"))
	errVoted   = kernel.Conflict(kernel.T("已经投过了，一人一票", "this vote has been cast already: one person, one vote"))
	errClosed  = kernel.Conflict(kernel.T("投票还没开始，或者已经截止", "the vote is not open"))
)

// Vote casts the vote of an account.
func (s *Service) Vote(tx kernel.Tx, actor kernel.Actor, id kernel.ID, choice string) (*Ballot, error) {
	if actor.Kind != kernel.ActorAccount {
		return nil, kernel.Unsigned()
	}
	return s.cast(tx, actor, id, s.accountVoter(tx.Tenant(), id, actor.Account), choice, errNotHere)
}

// VoteByCode casts the vote that a code stands for. actor is whoever sends it.
func (s *Service) VoteByCode(tx kernel.Tx, actor kernel.Actor, id kernel.ID, code vault.TrackCode, choice string) (*Ballot, error) {
	if err := s.besideAccount(tx, actor, id); err != nil {
		return nil, err
	}
	return s.cast(tx, kernel.Anonymous(tx.Tenant()), id, s.codeVoter(tx.Tenant(), id, code), choice, errNoVote)
}

// cast marks the voter, raises the counter, and writes a row of the ledger that says neither who nor what: as many rows as votes.
func (s *Service) cast(tx kernel.Tx, actor kernel.Actor, id kernel.ID, hash, choice string, absent error) (*Ballot, error) {
	b, err := s.Ballot(tx, actor, id)
	if err != nil {
		return nil, err
	}
	if b.Step != StepVoting || !tx.Now().Before(b.ClosesAt) {
		return nil, errClosed
	}
	if !slices.Contains(b.Choices(), choice) {
		return nil, kernel.Invalid("choice", kernel.T("请选一项", "choose one of the options"))
	}
	group, ok, err := s.Rolls.Cast(tx, b.ID, hash)
	if err != nil {
		return nil, err
	}
	if !ok {
		if on, _, err := s.Rolls.OnRoll(tx, b.ID, hash); err != nil {
			return nil, err
		} else if on {
			return nil, errVoted
		}
		return nil, absent
	}
	if err := s.Rolls.Count(tx, b.ID, group, choice); err != nil {
		return nil, err
	}
	_, err = s.record(tx, kernel.Anonymous(tx.Tenant()), "vote", b.ID, b.Version, nil, nil)
	return b, err
}

// MayVote tells whether the account is on the roll, and has voted.
func (s *Service) MayVote(tx kernel.Tx, actor kernel.Actor, b *Ballot) (on, voted bool, err error) {
	if actor.Kind != kernel.ActorAccount || b.OpenedAt.IsZero() {
		return false, false, nil
	}
	return s.Rolls.OnRoll(tx, b.ID, s.accountVoter(tx.Tenant(), b.ID, actor.Account))
}

// Tick counts the ballots whose time is over. It is the program's duty, in units of work of its own.
func (s *Service) Tick(ctx context.Context, t kernel.Tenant, limit int) (n int, err error) {
	var due []kernel.ID
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		due, err = s.Ballots.Closing(tx, limit)
		return err
	})
	for _, id := range due {
		if err != nil {
			break
		}
		err = s.Store.Update(ctx, t, func(tx kernel.Tx) error { return s.count(tx, id) })
		if err == nil {
			n++
		}
	}
	return n, err
}

// count closes a ballot and writes its result into the ledger.
func (s *Service) count(tx kernel.Tx, id kernel.ID) error {
	b, err := s.Ballots.Ballot(tx, id)
	if err != nil {
		return err
	}
	if b.Step != StepVoting || tx.Now().Before(b.ClosesAt) {
		return nil // another process was first
	}
	all, err := s.tally(tx, b)
	if err != nil {
		return err
	}
	b.Step, b.Outcome = StepCounted, b.outcome(all.Turnout, all.Votes)
	votes := map[string]any{}
	if all.Turnout.Voted >= Few {
		for c, n := range all.Votes {
			votes[c] = n
		}
	}
	return s.save(tx, kernel.System(tx.Tenant()), b, "ballot_counted",
		map[string]any{"outcome": string(b.Outcome), "eligible": all.Turnout.Eligible, "voted": all.Turnout.Voted, "votes": votes}, nil)
}

package cli

import (
	"context"
	"fmt"
	"time"

	"sanzhi/internal/ballots"
	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/privacy"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
	"sanzhi/internal/vault"
)

// demoVillage is the village whose round of ten stars is shown: 小桥村.
const demoVillage = "630105002204"

// demoBallots plays ballots in the community at the district's centre, and a round of ten stars in one village.
func demoBallots(ctx context.Context, l *loader) error {
	// The demonstration's past is older than the clock of a real district lets words be.
	if err := l.a.db.Update(ctx, demoTenant, func(tx kernel.Tx) error {
		return store.Privacy{}.PutTerm(tx, &privacy.Term{Purpose: privacy.PurposeWords, Version: 1, Months: 60, Reason: "演示数据，留得久一些", At: tx.Now()})
	}); err != nil {
		return err
	}
	set, err := l.a.setups.Of(ctx, demoTenant)
	if err != nil {
		return err
	}
	at := set.Index.At(demo.Middle[0], demo.Middle[1])
	centre := at.Community
	if centre == nil {
		centre = at.Village
	}
	for _, p := range l.d.Places {
		if p.Code == demoVillage {
			if err := playHonours(ctx, l, p, ballots.TenStars, kernel.T("十星级文明户", "Ten-star households"), demo.TenStarHonours()); err != nil {
				return fmt.Errorf("ten stars: %w", err)
			}
		}
		if p.ID == centre.ID {
			if err := playBallots(ctx, l, p, demo.VillageBallots(demo.VillageGroups())); err != nil {
				return fmt.Errorf("ballots: %w", err)
			}
			if err := playHonours(ctx, l, p, ballots.GoodDaughter, kernel.T("好媳妇", "Good daughters-in-law"), demo.GoodDaughters()); err != nil {
				return fmt.Errorf("good daughters-in-law: %w", err)
			}
		}
	}
	return nil
}

// stage is an app with a clock set by hand, and the clerk of a place who acts on it.
type stage struct {
	ctx   context.Context
	a     *app
	now   time.Time
	clock *kernel.ManualClock
	clerk kernel.Actor
	place *territory.Place
}

// stageAt makes a stage at a place; the clerk is the first who holds that post there.
func (l *loader) stageAt(ctx context.Context, place *territory.Place) (*stage, error) {
	holders := l.g.HoldersAt(kernel.CommunityClerk, place.ID)
	if len(holders) == 0 {
		return nil, fmt.Errorf("%s has no clerk", place.Name)
	}
	who := holders[0]
	return newStage(ctx, l.a, l.now, kernel.Actor{Kind: kernel.ActorAccount, Tenant: demoTenant, Account: who, Name: l.masked[who], Posts: l.posts[who]}, place)
}

// newStage makes a stage at a place of the clerk's tenant.
func newStage(ctx context.Context, base *app, now time.Time, clerk kernel.Actor, place *territory.Place) (*stage, error) {
	clock := kernel.NewManualClock(now)
	a, err := join(base.engine, base.keys, clock, "")
	if err != nil {
		return nil, err
	}
	a.cases.Setups = base.setups
	return &stage{ctx, a, now, clock, clerk, place}, nil
}

// act runs an act at a day that counts from now.
func (s *stage) act(day int, fn func(tx kernel.Tx) error) error {
	s.clock.Set(demo.Day(s.now, day))
	return s.a.db.Update(s.ctx, s.clerk.Tenant, fn)
}

func playBallots(ctx context.Context, l *loader, place *territory.Place, scripts []demo.BallotScript) error {
	s, err := l.stageAt(ctx, place)
	if err != nil {
		return err
	}
	for _, x := range scripts {
		if err := s.ballot(x); err != nil {
			return fmt.Errorf("%s: %w", x.Key, err)
		}
	}
	return nil
}

func (s *stage) ballot(x demo.BallotScript) error {
	var b *ballots.Ballot
	err := s.act(x.Proposed, func(tx kernel.Tx) (err error) {
		if b, err = s.a.ballots.Propose(tx, s.clerk, ballots.Proposal{Place: s.place.ID, About: x.About, Title: x.Title, Body: x.Body}); err != nil {
			return err
		}
		b, err = s.a.ballots.TakeUp(tx, s.clerk, b.ID, b.Version)
		return err
	})
	for i, words := range x.Posts {
		if err != nil {
			return err
		}
		err = s.act(x.Proposed+1+i, func(tx kernel.Tx) error {
			_, err := s.a.ballots.Say(tx, s.clerk, b.ID, words)
			return err
		})
	}
	if err != nil || x.Opened == 0 {
		return err
	}
	if err := s.votes(b, x); err != nil || x.Closes > 0 {
		return err
	}
	s.clock.Set(demo.Day(s.now, x.Closes+1))
	if _, err := s.a.ballots.Tick(s.ctx, s.clerk.Tenant, 10); err != nil || x.Resolution == "" {
		return err
	}
	return s.act(x.Closes+2, func(tx kernel.Tx) error {
		b, err := s.a.ballots.Ballot(tx, s.clerk, b.ID)
		if err == nil {
			_, err = s.a.ballots.Resolve(tx, s.clerk, b.ID, b.Version, x.Resolution)
		}
		return err
	})
}

// votes opens a ballot and casts its votes by codes.
func (s *stage) votes(b *ballots.Ballot, x demo.BallotScript) error {
	err := s.act(x.Opened, func(tx kernel.Tx) error {
		_, err := s.a.ballots.Open(tx, s.clerk, b.ID, b.Version, ballots.Opening{Mode: x.Mode, Options: x.Options, Quorum: x.Quorum, Need: x.Need, ClosesOn: demo.Day(s.now, x.Closes)})
		return err
	})
	for _, g := range x.Groups {
		if err != nil {
			return err
		}
		var codes []vault.TrackCode
		if err = s.act(x.Opened, func(tx kernel.Tx) error {
			codes, err = s.a.ballots.Codes(tx, s.clerk, b.ID, g.Name, g.Codes, nil)
			return err
		}); err != nil {
			return err
		}
		err = s.act(x.Opened+1, func(tx kernel.Tx) error {
			open, err := s.a.ballots.Ballot(tx, s.clerk, b.ID)
			if err != nil {
				return err
			}
			left := codes
			for i, choice := range open.Choices() {
				for range g.Votes[i] {
					if _, err := s.a.ballots.VoteByCode(tx, kernel.Anonymous(s.clerk.Tenant), b.ID, left[0], choice); err != nil {
						return err
					}
					left = left[1:]
				}
			}
			return nil
		})
	}
	return err
}

func playHonours(ctx context.Context, l *loader, place *territory.Place, kind ballots.Kind, what kernel.Text, scripts []demo.HonourScript) error {
	s, err := l.stageAt(ctx, place)
	if err != nil {
		return err
	}
	return s.round(kind, what, scripts)
}

// round plays one round of an award.
func (s *stage) round(kind ballots.Kind, what kernel.Text, scripts []demo.HonourScript) error {
	set, err := s.a.cases.Setups.Of(s.ctx, s.clerk.Tenant)
	if err != nil {
		return err
	}
	office := ballots.Office{Calendar: set.Calendar, Hours: set.Office}
	var award *ballots.Award
	year := s.now.In(kernel.Shanghai).Year()
	if err := s.act(-80, func(tx kernel.Tx) (err error) {
		award, err = s.a.ballots.Begin(tx, s.clerk, ballots.NewAward{Place: s.place.ID, Kind: kind, NoticeDays: 5,
			Title: kernel.T(fmt.Sprintf("%d 年%s%s", year, s.place.Name, what.Zh), fmt.Sprintf("%s %d", what.En, year)),
			Note:  kernel.T("邻里提名，本人同意才公示，随时可以撤回。", "Named by neighbours; on the board only with consent, which can be withdrawn at any time.")})
		return err
	}); err != nil {
		return err
	}
	for _, x := range scripts {
		if err := s.honour(award, office, x); err != nil {
			return fmt.Errorf("%s: %w", x.Why, err)
		}
	}
	return nil
}

// honour plays one nomination: those that end on the board now begin late.
func (s *stage) honour(award *ballots.Award, office ballots.Office, x demo.HonourScript) error {
	day := -76
	if x.Stage == ballots.StageNotice {
		day = -4
	}
	if x.Ripe {
		day = -30
	}
	var n *ballots.Nomination
	var code vault.TrackCode
	err := s.act(day, func(tx kernel.Tx) (err error) {
		if n, err = s.a.ballots.Nominate(tx, s.clerk, award.ID, ballots.Naming{Name: x.Name, Why: x.Why}); err != nil || x.Consent == ballots.ConsentAsked {
			return err
		}
		if n, code, err = s.a.ballots.Slip(tx, s.clerk, n.ID, n.Version); err != nil {
			return err
		}
		n, err = s.a.ballots.Answer(tx, kernel.Anonymous(s.clerk.Tenant), code, ballots.Agreement{Agree: x.Consent != ballots.ConsentRefused, By: x.By, ShowName: x.Full, Text: ballots.ConsentText})
		return err
	})
	if err != nil || x.Stage != ballots.StageNotice && x.Stage != ballots.StageGranted && x.Stage != ballots.StageNot {
		return err
	}
	if err := s.act(day+2, func(tx kernel.Tx) (err error) {
		n, err = s.a.ballots.Publish(tx, s.clerk, office, n.ID, n.Version, x.Stars)
		return err
	}); err != nil || x.Stage == ballots.StageNotice {
		return err
	}
	return s.act(day+30, func(tx kernel.Tx) (err error) {
		if n, err = s.a.ballots.Decide(tx, s.clerk, n.ID, n.Version, x.Stage == ballots.StageGranted, "星级没有达到这一轮的要求"); err != nil || x.Consent != ballots.ConsentWithdrawn {
			return err
		}
		_, err = s.a.ballots.WithdrawByCode(tx, code)
		return err
	})
}

package activities

import (
	"crypto/subtle"
	"strconv"
	"strings"
	"time"

	"sanzhi/internal/kernel"
)

// Turn is what a code of a check-in does.
type Turn string

// The turns.
const (
	TurnIn  Turn = "in"
	TurnOut Turn = "out"
)

// Codes are short-lived: the host's changes every minute and holds for two, a volunteer's own holds for five.
const (
	codeGrain = time.Minute
	hostHolds = 2
	selfHolds = 5
	markChars = 16
)

// code is a signed short-lived code: the minute in base 36, a dash, and the beginning of a keyed hash over purpose and minute.
func (s *Service) code(at time.Time, purpose string, parts ...string) string {
	minute := strconv.FormatInt(at.Unix()/int64(codeGrain/time.Second), 36)
	return minute + "-" + s.Keyring.Mark(purpose, append(parts, minute)...)[:markChars]
}

// holds reports whether a code was made in the last minutes.
func (s *Service) holds(now time.Time, code string, minutes int64, purpose string, parts ...string) bool {
	minute, _, ok := strings.Cut(code, "-")
	n, err := strconv.ParseInt(minute, 36, 64)
	if !ok || err != nil {
		return false
	}
	age := now.Unix()/int64(codeGrain/time.Second) - n
	if age < 0 || age >= minutes {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(code), []byte(s.code(time.Unix(n*int64(codeGrain/time.Second), 0), purpose, parts...))) == 1
}

// HostCode gives the code that the host shows for people to check in or out, and until when it holds.
func (s *Service) HostCode(tx kernel.Tx, actor kernel.Actor, id kernel.ID, turn Turn) (code string, until time.Time, err error) {
	a, err := s.forWriting(tx, actor, id)
	if err != nil {
		return "", until, err
	}
	if a.Stage != Held {
		return "", until, kernel.Conflict(kernel.T("活动开始以后才有签到码", "there is a code once the activity has begun"))
	}
	if turn != TurnIn && turn != TurnOut {
		return "", until, kernel.Invalid("turn", kernel.T("请说明是签到还是签退", "say whether it is in or out"))
	}
	return s.code(tx.Now(), "activity-host", string(a.ID), string(turn)), tx.Now().Truncate(codeGrain).Add(hostHolds * codeGrain), nil
}

// SelfCode gives the code that a volunteer shows to the host: the sign-up's id and a signed code.
func (s *Service) SelfCode(tx kernel.Tx, x *Signup) (code string, until time.Time) {
	return string(x.ID) + "." + s.code(tx.Now(), "activity-self", string(x.ID)), tx.Now().Truncate(codeGrain).Add(selfHolds * codeGrain)
}

var sayCode = kernel.T("签到码过期了或不对，请扫现场最新的码", "the code is out of date or wrong; scan the one shown now")

// ByHostCode checks the person of a sign-up in or out with the code that the host shows.
func (s *Service) ByHostCode(tx kernel.Tx, actor kernel.Actor, x *Signup, turn Turn, code string) error {
	if !s.holds(tx.Now(), code, hostHolds, "activity-host", string(x.Activity), string(turn)) {
		return kernel.Invalid("code", sayCode)
	}
	a, err := s.Repo.Activity(tx, x.Activity)
	if err != nil {
		return err
	}
	return s.turn(tx, self(actor, x), a, x, turn)
}

// BySelfCode checks a person in or out at the host's desk with the code that the person shows. It gives the sign-up.
func (s *Service) BySelfCode(tx kernel.Tx, actor kernel.Actor, id kernel.ID, turn Turn, code string) (*Signup, error) {
	a, err := s.forWriting(tx, actor, id)
	if err != nil {
		return nil, err
	}
	signup, mark, _ := strings.Cut(code, ".")
	if !s.holds(tx.Now(), mark, selfHolds, "activity-self", signup) {
		return nil, kernel.Invalid("code", sayCode)
	}
	x, err := s.signupOf(tx, id, kernel.ID(signup))
	if err != nil {
		return nil, err
	}
	return x, s.turn(tx, actor, a, x, turn)
}

// ByHand checks a person in or out at the host's desk, for whoever has no telephone.
func (s *Service) ByHand(tx kernel.Tx, actor kernel.Actor, id, signup kernel.ID, turn Turn) (*Signup, error) {
	a, err := s.forWriting(tx, actor, id)
	if err != nil {
		return nil, err
	}
	x, err := s.signupOf(tx, id, signup)
	if err != nil {
		return nil, err
	}
	return x, s.turn(tx, actor, a, x, turn)
}

// turn begins or ends a stay. Nobody is checked in where the precautions that the law or the work asks for are not on record.
func (s *Service) turn(tx kernel.Tx, actor kernel.Actor, a *Activity, x *Signup, turn Turn) error {
	p, ok := a.Post(x.Post)
	if !ok || x.State != In {
		return kernel.Conflict(kernel.T("这个报名还没有名额，或者已经取消", "this sign-up has no place, or was cancelled"))
	}
	if a.Stage != Held {
		return kernel.Conflict(kernel.T("活动还没开始，或者已经结束", "the activity has not begun, or is over"))
	}
	switch turn {
	case TurnIn:
		if err := a.ready(p); err != nil {
			return err
		}
		if err := s.Attendances.CheckIn(tx, &Stay{ID: kernel.NewID(tx.Now()), Activity: a.ID, Signup: x.ID, Who: x.Who, Pay: p.Pay, In: tx.Now()}); err != nil {
			return err
		}
	case TurnOut:
		ok, err := s.Attendances.CheckOut(tx, x.ID, tx.Now())
		if err != nil {
			return err
		}
		if !ok {
			return kernel.Conflict(kernel.T("还没有签到，或者已经签退", "not checked in, or checked out before"))
		}
	default:
		return kernel.Invalid("turn", kernel.T("请说明是签到还是签退", "say whether it is in or out"))
	}
	_, err := s.log(tx, actor, "activity_"+string(turn), a.ID, a.Version, map[string]any{"signup": string(x.ID)})
	return err
}

// ready refuses a check-in before insurance and briefing of an activity with risks (志愿服务条例 17, 13), and before the briefing
// on quality of paid work.
func (a *Activity) ready(p *Post) error {
	c := a.Precautions
	switch {
	case a.Risk && c.InsuredAt.IsZero():
		return kernel.Conflict(kernel.T("这个活动有人身风险，要先登记意外保险才能签到", "this activity has risks: accident insurance must be on record before anybody checks in"))
	case a.Risk && c.BriefedAt.IsZero():
		return kernel.Conflict(kernel.T("这个活动有人身风险，要先登记安全说明才能签到", "this activity has risks: the safety briefing must be on record before anybody checks in"))
	case p.Pay == Paid && c.QualityAt.IsZero():
		return kernel.Conflict(kernel.T("上第一个班以前，要先登记质量要求讲过了", "before the first shift the briefing on quality must be on record"))
	}
	return nil
}

// Counts gives what activities at a path were to people.
func (s *Service) Counts(tx kernel.Tx, path kernel.Path, from, to time.Time) (Take, error) {
	return s.Attendances.Counts(tx, path, from, to)
}

package ballots

import (
	"fmt"

	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
)

// One person, one vote. A person on a roll is known by an account, or by the telephone number that a code was handed out for; both leave the same
// keyed hash, which differs from ballot to ballot. So nobody gets a code beside an account with their number, nor two codes for one number. A code that
// was handed out for nobody in particular is a slip of paper: whoever holds it votes, and that each person got one is for those who hand them
// out to see to. The program says how many such codes there are.

// personOf is what the roll keeps of a telephone number; empty for none.
func (s *Service) personOf(t kernel.Tenant, ballot kernel.ID, phoneIndex string) string {
	if phoneIndex == "" {
		return ""
	}
	return s.Keyring.VoterHash(t, ballot, "phone:"+phoneIndex)
}

// persons checks the telephone numbers that codes are handed out for: each is somebody else's, and nobody's who votes with an account.
func (s *Service) persons(tx kernel.Tx, ballot kernel.ID, phones []string) ([]string, error) {
	out, seen := make([]string, len(phones)), map[string]int{}
	for i, said := range phones {
		field := fmt.Sprintf("phones[%d]", i)
		n, err := vault.NormalisePhone(field, said)
		if err != nil {
			return nil, err
		}
		p := s.personOf(tx.Tenant(), ballot, s.Keyring.PhoneIndex(tx.Tenant(), n))
		if first, twice := seen[p]; twice {
			return nil, kernel.Invalid(field, kernel.T(fmt.Sprintf("和第 %d 个是同一个号码，一个人一个投票码", first+1), fmt.Sprintf("this is the number of line %d: one person, one code", first+1)))
		}
		seen[p], out[i] = i, p
		on, byCode, err := s.Rolls.PersonOn(tx, ballot, p)
		switch {
		case err != nil:
			return nil, err
		case on && byCode:
			return nil, kernel.Invalid(field, kernel.T("这个号码已经领过投票码了，一个人一个", "this number was given a code already: one person, one code"))
		case on:
			return nil, kernel.Invalid(field, kernel.T("这个号码有账号，在名册上，请用账号投票，不另发投票码", "this number has an account on the roll: vote with the account; no code is given beside it"))
		}
	}
	return out, nil
}

var errByAccount = kernel.Conflict(kernel.T("您登录着，您的账号在名册上，请直接用账号投。帮家里人用投票码投，请先退出登录", "you are signed in and your account is on the roll: vote with it. To help somebody vote by a code, sign out first"))

// besideAccount refuses a code to whoever is signed in with an account that votes here itself, voted or not.
func (s *Service) besideAccount(tx kernel.Tx, actor kernel.Actor, ballot kernel.ID) error {
	if actor.Kind != kernel.ActorAccount || actor.Tenant != tx.Tenant() {
		return nil
	}
	on, _, err := s.Rolls.OnRoll(tx, ballot, s.accountVoter(tx.Tenant(), ballot, actor.Account))
	if err == nil && on {
		err = errByAccount
	}
	return err
}

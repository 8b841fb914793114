package access

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
)

// NewAccount is what an account is made of.
type NewAccount struct {
	User, Name, Password string
	// MustChange says that somebody else has chosen the password: until it is changed the posts do not count.
	MustChange bool
}

// CreateAccount makes an account that can sign in at once; its posts are given by orgs. by is who does it. Errors: Invalid
// for the field user, name or password; Conflict when the user name is taken.
func (s *Service) CreateAccount(ctx context.Context, by kernel.Actor, in NewAccount) (Account, error) {
	user, err := ParseUser(in.User)
	if err != nil {
		return Account{}, err
	}
	name := strings.TrimSpace(in.Name)
	if name == "" || utf8.RuneCountInString(name) > 60 {
		return Account{}, kernel.Invalid("name", kernel.T("请填姓名，最多 60 个字", "give the person's name, at most 60 characters"))
	}
	if err := CheckPassword(user, in.Password); err != nil {
		return Account{}, err
	}
	now := s.Clock.Now()
	a := Account{ID: kernel.NewID(now), Tenant: by.Tenant, User: user, NameMasked: vault.MaskName(name), MustChange: in.MustChange, Created: now}
	if a.NameSealed, err = s.Sealer.SealText(name, NameField(a.Tenant, a.ID)); err != nil {
		return Account{}, kernel.Internal("access.CreateAccount", err)
	}
	if a.PasswordPHC, err = s.Hasher.Hash(ctx, in.Password); err != nil {
		return Account{}, err
	}
	err = s.Store.Update(ctx, by.Tenant, func(tx kernel.Tx) error {
		if err := s.Accounts.InsertAccount(tx, a); err != nil {
			return err
		}
		return s.record(tx, by, AccountMade, a.ID)
	})
	if err != nil {
		return Account{}, err
	}
	return a, nil
}

// SetPassword replaces the password of an account and ends all its sessions and tokens: whoever knew the old password
// is out. Changing one's own needs the old one; see ChangePassword.
func (s *Service) SetPassword(ctx context.Context, by kernel.Actor, account kernel.ID, password string) error {
	a, err := s.account(ctx, by.Tenant, account)
	if err != nil {
		return err
	}
	if err := CheckPassword(a.User, password); err != nil {
		return err
	}
	return s.putPassword(ctx, by, a, password, by.Account != account && a.MustChange)
}

// GivePassword gives an account a one-time password, which must be changed at the next sign-in, and ends all its sessions and tokens.
// The password is told this once.
func (s *Service) GivePassword(ctx context.Context, by kernel.Actor, account kernel.ID) (string, error) {
	a, err := s.account(ctx, by.Tenant, account)
	if err != nil {
		return "", err
	}
	password := OncePassword()
	return password, s.putPassword(ctx, by, a, password, true)
}

// putPassword stores a password. must says that it has to be changed at the next sign-in.
func (s *Service) putPassword(ctx context.Context, by kernel.Actor, a Account, password string, must bool) error {
	phc, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.Store.Update(ctx, by.Tenant, func(tx kernel.Tx) error {
		if err := s.Accounts.SetPasswordPHC(tx, a.ID, phc); err != nil {
			return err
		}
		if a.MustChange != must {
			if err := s.Accounts.SetMustChange(tx, a.ID, must); err != nil {
				return err
			}
		}
		if err := s.revokeAll(tx, a.ID); err != nil {
			return err
		}
		return s.record(tx, by, PasswordSet, a.ID)
	})
}

// ChangePassword sets one's own password, given the old one. Guessing the old one is slowed down like signing in.
func (s *Service) ChangePassword(ctx context.Context, by kernel.Actor, address, old, password string) error {
	a, err := s.account(ctx, by.Tenant, by.Account)
	if err != nil {
		return err
	}
	try, err := s.Throttle.Begin(by.Tenant, a.User, address)
	if err != nil {
		return err
	}
	outcome := (*Attempt).Cancelled
	defer func() { outcome(try) }()
	ok, err := s.Hasher.Verify(ctx, a.PasswordPHC, old)
	if err != nil {
		return err
	}
	if !ok {
		outcome = (*Attempt).Failed
		return kernel.Invalid("old", kernel.T("原密码不对", "the old password is wrong"))
	}
	outcome = (*Attempt).Succeeded
	if old == password {
		return kernel.Invalid("password", kernel.T("新密码和原来的一样，请换一个", "the new password is the old one; choose another"))
	}
	return s.SetPassword(ctx, by, a.ID, password)
}

// SetDisabled turns an account off, ending all its sessions and tokens at once, or on again.
func (s *Service) SetDisabled(ctx context.Context, by kernel.Actor, account kernel.ID, disabled bool) error {
	return s.Store.Update(ctx, by.Tenant, func(tx kernel.Tx) error {
		if err := s.Accounts.SetDisabled(tx, account, disabled); err != nil {
			return err
		}
		if !disabled {
			return s.record(tx, by, AccountOn, account)
		}
		if err := s.revokeAll(tx, account); err != nil {
			return err
		}
		return s.record(tx, by, AccountOff, account)
	})
}

// SignOut ends the session that is asking.
func (s *Service) SignOut(ctx context.Context, signed Signed) error {
	if signed.Session == "" {
		return kernel.Unsigned()
	}
	return s.Store.Update(ctx, signed.Actor.Tenant, func(tx kernel.Tx) error {
		if err := s.Sessions.RevokeSession(tx, signed.Actor.Account, signed.Session, tx.Now()); err != nil {
			return err
		}
		return s.record(tx, signed.Actor, SignedOut, signed.Actor.Account)
	})
}

// RevokeSession ends one session of an account.
func (s *Service) RevokeSession(ctx context.Context, by kernel.Actor, account, session kernel.ID) error {
	return s.Store.Update(ctx, by.Tenant, func(tx kernel.Tx) error {
		if err := s.Sessions.RevokeSession(tx, account, session, tx.Now()); err != nil {
			return err
		}
		return s.record(tx, by, SessionRevoked, account)
	})
}

// RevokeAll ends all sessions and personal tokens of an account.
func (s *Service) RevokeAll(ctx context.Context, by kernel.Actor, account kernel.ID) error {
	return s.Store.Update(ctx, by.Tenant, func(tx kernel.Tx) error {
		if err := s.revokeAll(tx, account); err != nil {
			return err
		}
		return s.record(tx, by, AllRevoked, account)
	})
}

// CreateToken makes a personal access token for an account and gives it; only its hash is kept. life is at most the
// policy's.
func (s *Service) CreateToken(ctx context.Context, by kernel.Actor, account kernel.ID, name string, life time.Duration) (string, Token, error) {
	name = clip(strings.TrimSpace(name), 80)
	if name == "" {
		return "", Token{}, kernel.Invalid("name", kernel.T("请给令牌起个名字，以后好认", "name the token, to know it again later"))
	}
	if life <= 0 || life > s.Policy.MaxToken {
		return "", Token{}, kernel.Invalid("expires", kernel.T("有效期太长或已过，请另选日期", "the token would last too long or has ended already; choose another date"))
	}
	bearer, hash := newBearer(tokenPrefix, by.Tenant)
	var token Token
	err := s.Store.Update(ctx, by.Tenant, func(tx kernel.Tx) error {
		a, err := s.Accounts.AccountByID(tx, account)
		if err != nil {
			return err
		}
		if a.Disabled {
			return kernel.Conflict(kernel.T("这个账号已停用，请先启用", "this account is disabled; enable it first"))
		}
		now := tx.Now()
		token = Token{ID: kernel.NewID(now), Hash: hash, Account: account, Name: name, Created: now, LastSeen: now, Expires: now.Add(life)}
		if err := s.Tokens.InsertToken(tx, token); err != nil {
			return err
		}
		return s.record(tx, by, TokenMade, account)
	})
	if err != nil {
		return "", Token{}, err
	}
	return bearer, token, nil
}

// RevokeToken ends one personal token of an account.
func (s *Service) RevokeToken(ctx context.Context, by kernel.Actor, account, token kernel.ID) error {
	return s.Store.Update(ctx, by.Tenant, func(tx kernel.Tx) error {
		if err := s.Tokens.RevokeToken(tx, account, token, tx.Now()); err != nil {
			return err
		}
		return s.record(tx, by, TokenRevoked, account)
	})
}

// NameOf opens the name of an account, for who may read it in clear.
func (s *Service) NameOf(a Account) (string, error) {
	name, err := s.Sealer.OpenText(a.NameSealed, NameField(a.Tenant, a.ID))
	if err != nil {
		return "", kernel.Internal("access.NameOf", err)
	}
	return name, nil
}

func (s *Service) revokeAll(tx kernel.Tx, account kernel.ID) error {
	if _, err := s.Sessions.RevokeSessions(tx, account, tx.Now()); err != nil {
		return err
	}
	_, err := s.Tokens.RevokeTokens(tx, account, tx.Now())
	return err
}

func (s *Service) record(tx kernel.Tx, by kernel.Actor, what EventKind, account kernel.ID) error {
	return s.Journal.RecordAccess(tx, Event{What: what, Account: account, By: by.Ref()})
}

func (s *Service) account(ctx context.Context, t kernel.Tenant, id kernel.ID) (a Account, err error) {
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		a, err = s.Accounts.AccountByID(tx, id)
		return err
	})
	return a, err
}

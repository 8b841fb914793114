package access

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
)

// Policy is how long sessions and tokens hold.
type Policy struct {
	Idle     time.Duration // a session that is not used this long ends
	Absolute time.Duration // a session ends this long after the sign-in, used or not
	// Touch is how stale LastSeen may become: one write in so long instead of one a request. It shortens Idle by at most
	// as much.
	Touch time.Duration
	// MaxToken is the longest life of a personal token.
	MaxToken time.Duration
}

// DefaultPolicy is half an hour idle, twelve hours in all, personal tokens up to a year.
var DefaultPolicy = Policy{Idle: 30 * time.Minute, Absolute: 12 * time.Hour, Touch: time.Minute, MaxToken: 365 * 24 * time.Hour}

// Store opens units of work.
type Store interface {
	kernel.Store
	// Look runs fn, which reads a few rows, on what is committed, without one snapshot for all that it reads: whatever ends a
	// right between two of them might as well have come after.
	Look(ctx context.Context, t kernel.Tenant, fn func(kernel.Tx) error) error
}

// Parts are what a Service is joined from. All are needed.
type Parts struct {
	Store    Store
	Accounts Accounts
	Sessions Sessions
	Tokens   Tokens
	Posts    PostSource
	Journal  Journal
	Hasher   *Hasher
	Throttle *Throttle
	Sealer   *vault.Sealer
	Clock    kernel.Clock
	Policy   Policy
	// Refuse, when given, may refuse all accounts of a tenant, at the sign-in and at each request after it.
	Refuse func(ctx context.Context, t kernel.Tenant) error
}

// Service signs people in and out and tells who is asking. It asks for no permission itself: its callers ask Decide
// before they manage other people's accounts.
type Service struct{ Parts }

// NewService joins a service.
func NewService(p Parts) *Service { return &Service{p} }

// SignIn is what a person gives to sign in.
type SignIn struct {
	Tenant   kernel.Tenant
	User     string
	Password string
	Address  string // of the caller
	Device   string // shown in the person's list of sessions
}

func wrongPassword() error {
	return &kernel.Error{Kind: kernel.KindUnsigned, Say: kernel.T("用户名或密码不对", "the user name or the password is wrong")}
}

func accountOff() error {
	return &kernel.Error{Kind: kernel.KindUnsigned, Say: kernel.T("这个账号已停用，请联系管理员", "this account is disabled; ask an administrator")}
}

// SignIn checks the password and begins a session. It gives the bearer token, which is not kept. Errors: TooMany (with
// RetryAfter), not signed in for a wrong name or password or a disabled account. Hashing runs outside of any transaction.
func (s *Service) SignIn(ctx context.Context, in SignIn) (string, Session, error) {
	if err := s.refused(ctx, in.Tenant); err != nil {
		return "", Session{}, err
	}
	try, err := s.Throttle.Begin(in.Tenant, in.User, in.Address)
	if err != nil {
		return "", Session{}, err
	}
	outcome := (*Attempt).Cancelled
	defer func() { outcome(try) }()

	account, err := s.accountByUser(ctx, in.Tenant, in.User)
	if err != nil {
		return "", Session{}, err
	}
	ok, err := s.Hasher.Verify(ctx, account.PasswordPHC, in.Password)
	if err != nil {
		return "", Session{}, err
	}
	if !ok {
		outcome = (*Attempt).Failed
		return "", Session{}, s.refuse(ctx, in, account.ID)
	}
	fresh := ""
	if !account.Disabled && s.Hasher.NeedsRehash(account.PasswordPHC) {
		if fresh, err = s.Hasher.Hash(ctx, in.Password); err != nil {
			return "", Session{}, err
		}
	}
	bearer, session, err := s.begin(ctx, in, account, fresh)
	if err == nil {
		outcome = (*Attempt).Succeeded
	}
	return bearer, session, err
}

func (s *Service) refused(ctx context.Context, t kernel.Tenant) error {
	if s.Refuse == nil {
		return nil
	}
	return s.Refuse(ctx, t)
}

// accountByUser gives the account, or the zero account when there is none.
func (s *Service) accountByUser(ctx context.Context, t kernel.Tenant, user string) (a Account, err error) {
	name, err := ParseUser(user)
	if err != nil {
		return Account{}, nil
	}
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		a, err = s.Accounts.AccountByUser(tx, name)
		return err
	})
	if kernel.Is(err, kernel.KindNotFound) {
		return Account{}, nil
	}
	return a, err
}

// refuse records a failed sign-in. When the record cannot be written that is the error: no sign-in goes unrecorded.
func (s *Service) refuse(ctx context.Context, in SignIn, account kernel.ID) error {
	err := s.Store.Update(ctx, in.Tenant, func(tx kernel.Tx) error {
		return s.Journal.RecordAccess(tx, Event{What: SignInFailed, Account: account, By: kernel.Anonymous(in.Tenant).Ref(), Address: in.Address, Device: in.Device})
	})
	if err != nil {
		return err
	}
	return wrongPassword()
}

// begin stores the session of an account whose password was right a moment ago.
func (s *Service) begin(ctx context.Context, in SignIn, checked Account, fresh string) (string, Session, error) {
	bearer, hash := newBearer(sessionPrefix, in.Tenant)
	var session Session
	off := false
	err := s.Store.Update(ctx, in.Tenant, func(tx kernel.Tx) error {
		a, err := s.Accounts.AccountByID(tx, checked.ID)
		if err != nil {
			return err
		}
		// Between the check and now the password may have been changed, or the account disabled.
		if a.PasswordPHC != checked.PasswordPHC {
			return wrongPassword()
		}
		if off = a.Disabled; off {
			return s.Journal.RecordAccess(tx, Event{What: SignInFailed, Account: a.ID, By: "account:" + string(a.ID), Address: in.Address, Device: in.Device})
		}
		if fresh != "" {
			if err := s.Accounts.SetPasswordPHC(tx, a.ID, fresh); err != nil {
				return err
			}
		}
		now := tx.Now()
		session = Session{ID: kernel.NewID(now), Hash: hash, Account: a.ID, Created: now, LastSeen: now, Expires: now.Add(s.Policy.Absolute), Device: clip(in.Device, 80)}
		if err := s.Sessions.InsertSession(tx, session); err != nil {
			return err
		}
		return s.Journal.RecordAccess(tx, Event{What: SignedIn, Account: a.ID, By: "account:" + string(a.ID), Address: in.Address, Device: in.Device})
	})
	switch {
	case err != nil:
		return "", Session{}, err
	case off:
		return "", Session{}, accountOff()
	}
	return bearer, session, nil
}

// Signed is who a bearer token speaks for.
type Signed struct {
	Actor kernel.Actor
	// Session or Token is what the token is, by its id; the other is empty.
	Session, Token kernel.ID
	// MustChange says that the password must be changed first: until then the actor has no posts.
	MustChange bool
	// Expires is when the right ends at the latest: a stream that is open longer is closed then.
	Expires time.Time
}

// Authenticate gives the actor of a bearer token, with the posts that count now. It fails with "not signed in" for a token
// that is malformed, unknown, ended or revoked, or whose account is disabled; which of these is not told.
func (s *Service) Authenticate(ctx context.Context, bearer string) (Signed, error) {
	tenant, personal, ok := parseBearer(bearer)
	if !ok {
		return Signed{}, kernel.Unsigned()
	}
	if err := s.refused(ctx, tenant); err != nil {
		return Signed{}, err
	}
	hash := hashBearer(bearer)
	var signed Signed
	var touch func(kernel.Tx) error
	err := s.Store.Look(ctx, tenant, func(tx kernel.Tx) (err error) {
		var account kernel.ID
		if personal {
			account, touch, err = s.byToken(tx, hash, &signed)
		} else {
			account, touch, err = s.bySession(tx, hash, &signed)
		}
		if err != nil {
			return err
		}
		return s.actor(tx, account, &signed)
	})
	if kernel.Is(err, kernel.KindNotFound) {
		err = kernel.Unsigned()
	}
	if err != nil {
		return Signed{}, err
	}
	if touch != nil {
		if err := s.Store.Update(ctx, tenant, touch); err != nil {
			return Signed{}, err
		}
	}
	return signed, nil
}

func (s *Service) bySession(tx kernel.Tx, hash string, signed *Signed) (kernel.ID, func(kernel.Tx) error, error) {
	x, err := s.Sessions.SessionByHash(tx, hash)
	if err != nil {
		return "", nil, err
	}
	now := tx.Now()
	if !x.Revoked.IsZero() || !now.Before(x.Expires) || now.Sub(x.LastSeen) >= s.Policy.Idle {
		return "", nil, kernel.Unsigned()
	}
	signed.Session, signed.Expires = x.ID, x.Expires
	if now.Sub(x.LastSeen) < s.Policy.Touch {
		return x.Account, nil, nil
	}
	return x.Account, func(tx kernel.Tx) error { return s.Sessions.TouchSession(tx, hash, tx.Now()) }, nil
}

func (s *Service) byToken(tx kernel.Tx, hash string, signed *Signed) (kernel.ID, func(kernel.Tx) error, error) {
	x, err := s.Tokens.TokenByHash(tx, hash)
	if err != nil {
		return "", nil, err
	}
	now := tx.Now()
	if !x.Revoked.IsZero() || !now.Before(x.Expires) {
		return "", nil, kernel.Unsigned()
	}
	signed.Token, signed.Expires = x.ID, x.Expires
	if now.Sub(x.LastSeen) < s.Policy.Touch {
		return x.Account, nil, nil
	}
	return x.Account, func(tx kernel.Tx) error { return s.Tokens.TouchToken(tx, hash, tx.Now()) }, nil
}

func (s *Service) actor(tx kernel.Tx, account kernel.ID, signed *Signed) error {
	a, err := s.Accounts.AccountByID(tx, account)
	if err != nil {
		return err
	}
	if a.Disabled {
		return kernel.Unsigned()
	}
	posts, err := s.Posts.PostsOf(tx, account)
	if err != nil {
		return err
	}
	if signed.MustChange = a.MustChange; a.MustChange {
		posts = nil
	}
	signed.Actor = kernel.Actor{Kind: kernel.ActorAccount, Tenant: tx.Tenant(), Account: a.ID, Name: a.NameMasked, Posts: posts, Lang: kernel.Chinese}
	return nil
}

// clip cuts what a client sent to at most n characters, without control characters.
func clip(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

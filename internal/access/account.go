package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
)

// Account is a person who can sign in. It belongs to the tenant as a whole (see Whole); where the person works is in the
// posts, which orgs keeps.
type Account struct {
	ID     kernel.ID
	Tenant kernel.Tenant
	// User is the name to sign in with, in lower case, unique in the tenant.
	User string
	// NameSealed is the person's name, sealed for NameField; NameMasked is what lists and time lines show (张*).
	NameSealed string
	NameMasked string
	// PasswordPHC is the argon2id hash, empty for who cannot sign in with a password.
	PasswordPHC string
	Disabled    bool
	// MustChange says that somebody else chose the password: until it is changed the account has no posts.
	MustChange bool
	Created    time.Time
}

// NameField is where an account's sealed name belongs.
func NameField(t kernel.Tenant, account kernel.ID) vault.Field {
	return vault.Field{Tenant: t, Table: "accounts", ID: account, Field: "name"}
}

// ParseUser gives a user name as it is stored: 2 to 64 letters (of any script), digits, and . _ - @, in lower case.
func ParseUser(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	n := utf8.RuneCountInString(s)
	ok := n >= 2 && n <= 64
	for _, r := range s {
		ok = ok && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-@", r))
	}
	if !ok {
		return "", kernel.Invalid("user", kernel.T("用户名应为 2 到 64 个字，可用文字、数字和 . _ - @", "a user name has 2 to 64 letters, digits or . _ - @"))
	}
	return s, nil
}

// Session is one sign-in on one device.
type Session struct {
	ID kernel.ID
	// Hash is the SHA-256 of the bearer token in hex. The token itself is kept nowhere.
	Hash     string
	Account  kernel.ID
	Created  time.Time
	LastSeen time.Time
	Expires  time.Time // absolute end
	Device   string    // what the person recognises the device by
	Revoked  time.Time // zero while it holds
}

// Token is a personal access token: a session for a program, with a name and an end of its own, and no idle limit. It can
// do what its owner's posts can do.
type Token struct {
	ID       kernel.ID
	Hash     string
	Account  kernel.ID
	Name     string
	Created  time.Time
	LastSeen time.Time
	Expires  time.Time
	Revoked  time.Time
}

// The prefixes of bearer tokens. After one stand the tenant's six digits, "_" and 32 random bytes in base64url; the tenant
// is no secret, and tells where to look before anything is looked up.
const (
	sessionPrefix = "szs_"
	tokenPrefix   = "szt_"
	bearerLen     = len(sessionPrefix) + 6 + 1 + 43
)

// newBearer makes a bearer token and the hash that it is stored by.
func newBearer(prefix string, t kernel.Tenant) (bearer, hash string) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	bearer = prefix + string(t) + "_" + base64.RawURLEncoding.EncodeToString(b[:])
	return bearer, hashBearer(bearer)
}

// hashBearer needs no salt and no slowness: the token has 256 random bits.
func hashBearer(bearer string) string {
	sum := sha256.Sum256([]byte(bearer))
	return hex.EncodeToString(sum[:])
}

// parseBearer tells whose data a bearer token is looked up in and whether it is a personal token.
func parseBearer(bearer string) (t kernel.Tenant, personal, ok bool) {
	if len(bearer) != bearerLen || bearer[10] != '_' {
		return "", false, false
	}
	prefix := bearer[:len(sessionPrefix)]
	if prefix != sessionPrefix && prefix != tokenPrefix {
		return "", false, false
	}
	t, err := kernel.ParseTenant(bearer[4:10])
	return t, prefix == tokenPrefix, err == nil
}

// Accounts keeps accounts. Every call touches the tenant of the Tx only. A thing that is not there is kernel.NotFound.
type Accounts interface {
	// InsertAccount adds an account; kernel.Conflict when the user name is taken.
	InsertAccount(tx kernel.Tx, a Account) error
	AccountByID(tx kernel.Tx, account kernel.ID) (Account, error)
	AccountByUser(tx kernel.Tx, user string) (Account, error)
	// ListAccounts gives accounts by user name after page.After.
	ListAccounts(tx kernel.Tx, page kernel.Page) ([]Account, error)
	SetPasswordPHC(tx kernel.Tx, account kernel.ID, phc string) error
	SetDisabled(tx kernel.Tx, account kernel.ID, disabled bool) error
	SetMustChange(tx kernel.Tx, account kernel.ID, must bool) error
	// SetName replaces the sealed and the masked name (on correction, erasure and key rotation).
	SetName(tx kernel.Tx, account kernel.ID, sealed, masked string) error
}

// Sessions keeps sessions. SessionByHash runs once a request.
type Sessions interface {
	InsertSession(tx kernel.Tx, s Session) error
	// SessionByHash gives a session in whatever state; kernel.NotFound when there is none.
	SessionByHash(tx kernel.Tx, hash string) (Session, error)
	TouchSession(tx kernel.Tx, hash string, seen time.Time) error
	// SessionsOf gives the account's sessions that are neither revoked nor past Expires, newest first.
	SessionsOf(tx kernel.Tx, account kernel.ID, now time.Time) ([]Session, error)
	// RevokeSession ends one session of the account; kernel.NotFound when it has no such session that holds.
	RevokeSession(tx kernel.Tx, account, session kernel.ID, at time.Time) error
	// RevokeSessions ends all of the account's and gives their number.
	RevokeSessions(tx kernel.Tx, account kernel.ID, at time.Time) (int, error)
	// DropSessions deletes at most limit sessions that ended before the instant, and gives their number.
	DropSessions(tx kernel.Tx, before time.Time, limit int) (int, error)
}

// Tokens keeps personal access tokens, as Sessions does.
type Tokens interface {
	InsertToken(tx kernel.Tx, t Token) error
	TokenByHash(tx kernel.Tx, hash string) (Token, error)
	TouchToken(tx kernel.Tx, hash string, seen time.Time) error
	TokensOf(tx kernel.Tx, account kernel.ID, now time.Time) ([]Token, error)
	RevokeToken(tx kernel.Tx, account, token kernel.ID, at time.Time) error
	RevokeTokens(tx kernel.Tx, account kernel.ID, at time.Time) (int, error)
}

// PostSource tells which posts an account holds at tx.Now, with their places' paths.
type PostSource interface {
	PostsOf(tx kernel.Tx, account kernel.ID) ([]kernel.Post, error)
}

// Event is something that happened to an account's access, for the record.
type Event struct {
	What    EventKind
	Account kernel.ID // empty for a sign-in with an unknown name: what was typed may be a password
	By      string    // kernel.Actor.Ref of who did it
	Address string
	Device  string
}

// EventKind is what happened. The set is closed.
type EventKind string

// The events.
const (
	SignedIn       EventKind = "sign_in"
	SignInFailed   EventKind = "sign_in_failed"
	SignedOut      EventKind = "sign_out"
	SessionRevoked EventKind = "session_revoked"
	AllRevoked     EventKind = "all_revoked"
	TokenMade      EventKind = "token_made"
	TokenRevoked   EventKind = "token_revoked"
	AccountMade    EventKind = "account_made"
	PasswordSet    EventKind = "password_set"
	AccountOff     EventKind = "account_disabled"
	AccountOn      EventKind = "account_enabled"
)

// AllEvents lists the closed set.
var AllEvents = []EventKind{SignedIn, SignInFailed, SignedOut, SessionRevoked, AllRevoked, TokenMade, TokenRevoked, AccountMade,
	PasswordSet, AccountOff, AccountOn}

// Journal records events in the act's own transaction.
type Journal interface {
	RecordAccess(tx kernel.Tx, e Event) error
}

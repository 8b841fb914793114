package access

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
)

// memory keeps everything in maps, with transactions that are undone on error: enough to test the service without SQL.
type memory struct {
	mu       sync.Mutex
	clock    kernel.Clock
	state    state
	writing  bool
	posts    map[kernel.ID][]kernel.Post
	failNext error // of the next record
}

type state struct {
	accounts map[kernel.ID]Account
	sessions map[string]Session
	tokens   map[string]Token
	events   []Event
}

func (s state) clone() state {
	return state{maps.Clone(s.accounts), maps.Clone(s.sessions), maps.Clone(s.tokens), append([]Event(nil), s.events...)}
}

type memTx struct {
	tenant kernel.Tenant
	now    time.Time
}

func (t memTx) Tenant() kernel.Tenant { return t.tenant }
func (t memTx) Now() time.Time        { return t.now }

func (m *memory) Look(ctx context.Context, t kernel.Tenant, fn func(kernel.Tx) error) error {
	return m.View(ctx, t, fn)
}

func (m *memory) View(_ context.Context, t kernel.Tenant, fn func(kernel.Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return fn(memTx{t, m.clock.Now()})
}

func (m *memory) Update(_ context.Context, t kernel.Tenant, fn func(kernel.Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.writing = true
	defer func() { m.writing = false }()
	before := m.state.clone()
	// Twice, as the contract of Store allows: what fn keeps outside the Tx must not add up.
	for range 2 {
		m.state = before.clone()
		if err := fn(memTx{t, m.clock.Now()}); err != nil {
			m.state = before
			return err
		}
	}
	return nil
}

func (m *memory) mustWrite() {
	if !m.writing {
		panic("a write outside Update")
	}
}

var errAbsent = kernel.NotFound(kernel.T("没有", "absent"))

func (m *memory) InsertAccount(tx kernel.Tx, a Account) error {
	m.mustWrite()
	if _, err := m.AccountByUser(tx, a.User); err == nil {
		return kernel.Conflict(kernel.T("用户名已有", "user name taken"))
	}
	m.state.accounts[a.ID] = a
	return nil
}

func (m *memory) AccountByID(tx kernel.Tx, id kernel.ID) (Account, error) {
	if a, ok := m.state.accounts[id]; ok && a.Tenant == tx.Tenant() {
		return a, nil
	}
	return Account{}, errAbsent
}

func (m *memory) AccountByUser(tx kernel.Tx, user string) (Account, error) {
	for _, a := range m.state.accounts {
		if a.User == user && a.Tenant == tx.Tenant() {
			return a, nil
		}
	}
	return Account{}, errAbsent
}

func (m *memory) ListAccounts(kernel.Tx, kernel.Page) ([]Account, error) {
	return nil, errors.New("not used")
}

func (m *memory) change(tx kernel.Tx, id kernel.ID, f func(*Account)) error {
	m.mustWrite()
	a, err := m.AccountByID(tx, id)
	if err != nil {
		return err
	}
	f(&a)
	m.state.accounts[id] = a
	return nil
}

func (m *memory) SetPasswordPHC(tx kernel.Tx, id kernel.ID, phc string) error {
	return m.change(tx, id, func(a *Account) { a.PasswordPHC = phc })
}

func (m *memory) SetMustChange(tx kernel.Tx, id kernel.ID, must bool) error {
	return m.change(tx, id, func(a *Account) { a.MustChange = must })
}

func (m *memory) SetDisabled(tx kernel.Tx, id kernel.ID, disabled bool) error {
	return m.change(tx, id, func(a *Account) { a.Disabled = disabled })
}

func (m *memory) SetName(tx kernel.Tx, id kernel.ID, sealed, masked string) error {
	return m.change(tx, id, func(a *Account) { a.NameSealed, a.NameMasked = sealed, masked })
}

func (m *memory) InsertSession(_ kernel.Tx, s Session) error {
	m.mustWrite()
	m.state.sessions[s.Hash] = s
	return nil
}

func (m *memory) SessionByHash(_ kernel.Tx, hash string) (Session, error) {
	if s, ok := m.state.sessions[hash]; ok {
		return s, nil
	}
	return Session{}, errAbsent
}

func (m *memory) TouchSession(_ kernel.Tx, hash string, seen time.Time) error {
	m.mustWrite()
	s := m.state.sessions[hash]
	s.LastSeen = seen
	m.state.sessions[hash] = s
	return nil
}

func (m *memory) SessionsOf(kernel.Tx, kernel.ID, time.Time) ([]Session, error) {
	return nil, errors.New("not used")
}

func (m *memory) RevokeSession(_ kernel.Tx, account, id kernel.ID, at time.Time) error {
	m.mustWrite()
	for h, s := range m.state.sessions {
		if s.ID == id && s.Account == account && s.Revoked.IsZero() {
			s.Revoked = at
			m.state.sessions[h] = s
			return nil
		}
	}
	return errAbsent
}

func (m *memory) RevokeSessions(_ kernel.Tx, account kernel.ID, at time.Time) (n int, _ error) {
	m.mustWrite()
	for h, s := range m.state.sessions {
		if s.Account == account && s.Revoked.IsZero() {
			s.Revoked = at
			m.state.sessions[h] = s
			n++
		}
	}
	return n, nil
}

func (m *memory) DropSessions(kernel.Tx, time.Time, int) (int, error) {
	return 0, errors.New("not used")
}

func (m *memory) InsertToken(_ kernel.Tx, t Token) error {
	m.mustWrite()
	m.state.tokens[t.Hash] = t
	return nil
}

func (m *memory) TokenByHash(_ kernel.Tx, hash string) (Token, error) {
	if t, ok := m.state.tokens[hash]; ok {
		return t, nil
	}
	return Token{}, errAbsent
}

func (m *memory) TouchToken(_ kernel.Tx, hash string, seen time.Time) error {
	m.mustWrite()
	t := m.state.tokens[hash]
	t.LastSeen = seen
	m.state.tokens[hash] = t
	return nil
}

func (m *memory) TokensOf(kernel.Tx, kernel.ID, time.Time) ([]Token, error) {
	return nil, errors.New("not used")
}

func (m *memory) RevokeToken(_ kernel.Tx, account, id kernel.ID, at time.Time) error {
	m.mustWrite()
	for h, t := range m.state.tokens {
		if t.ID == id && t.Account == account && t.Revoked.IsZero() {
			t.Revoked = at
			m.state.tokens[h] = t
			return nil
		}
	}
	return errAbsent
}

func (m *memory) RevokeTokens(_ kernel.Tx, account kernel.ID, at time.Time) (n int, _ error) {
	m.mustWrite()
	for h, t := range m.state.tokens {
		if t.Account == account && t.Revoked.IsZero() {
			t.Revoked = at
			m.state.tokens[h] = t
			n++
		}
	}
	return n, nil
}

func (m *memory) PostsOf(_ kernel.Tx, account kernel.ID) ([]kernel.Post, error) {
	return m.posts[account], nil
}

func (m *memory) RecordAccess(_ kernel.Tx, e Event) error {
	m.mustWrite()
	if m.failNext != nil {
		return m.failNext
	}
	m.state.events = append(m.state.events, e)
	return nil
}

var (
	_ kernel.Store = (*memory)(nil)
	_ Accounts     = (*memory)(nil)
	_ Sessions     = (*memory)(nil)
	_ Tokens       = (*memory)(nil)
	_ PostSource   = (*memory)(nil)
	_ Journal      = (*memory)(nil)
)

// desk is a service on a memory with one account, 王小明 (wang).
type desk struct {
	*Service
	mem     *memory
	clock   *kernel.ManualClock
	account Account
}

const goodPassword = "湟水河边八棵树" + "7"

func newDesk(t *testing.T) *desk {
	t.Helper()
	clock := kernel.NewManualClock(noon)
	mem := &memory{clock: clock, posts: map[kernel.ID][]kernel.Post{},
		state: state{accounts: map[kernel.ID]Account{}, sessions: map[string]Session{}, tokens: map[string]Token{}}}
	ring, err := vault.NewKeyring(nil)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{mem: mem, clock: clock, Service: NewService(Parts{Store: mem, Accounts: mem, Sessions: mem, Tokens: mem, Posts: mem, Journal: mem,
		Hasher: hasher(t, cheap, 1, 4), Throttle: NewThrottle(DefaultSignInLimits, clock), Sealer: vault.NewSealer(ring), Clock: clock, Policy: DefaultPolicy})}
	d.account, err = d.CreateAccount(context.Background(), kernel.System("630105"), NewAccount{User: "Wang", Name: "王小明", Password: goodPassword})
	if err != nil {
		t.Fatal(err)
	}
	mem.posts[d.account.ID] = []kernel.Post{{Role: kernel.CommunityClerk, Path: "630105/002/"}}
	return d
}

func (d *desk) signIn(t *testing.T) string {
	t.Helper()
	bearer, _, err := d.SignIn(context.Background(), SignIn{Tenant: "630105", User: "wang", Password: goodPassword, Address: "10.0.0.1", Device: "手机"})
	if err != nil {
		t.Fatal(err)
	}
	return bearer
}

// out fails unless the token is refused as not signed in.
func (d *desk) out(t *testing.T, bearer, why string) {
	t.Helper()
	if _, err := d.Authenticate(context.Background(), bearer); !kernel.Is(err, kernel.KindUnsigned) {
		t.Errorf("%s: %v", why, err)
	}
}

func (d *desk) in(t *testing.T, bearer, when string) Signed {
	t.Helper()
	s, err := d.Authenticate(context.Background(), bearer)
	if err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	return s
}

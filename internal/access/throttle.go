package access

import (
	"container/list"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"sanzhi/internal/kernel"
)

// Limit lets Burst events pass at once and one more each Every. A Burst of 0 or less is no limit.
type Limit struct {
	Every time.Duration
	Burst int
}

// WaitError is the cause of a TooMany error: how long to wait before the next try can succeed.
type WaitError struct{ For time.Duration }

func (w *WaitError) Error() string { return "wait " + w.For.String() }

// RetryAfter gives how long an error asks to wait, for the Retry-After header.
func RetryAfter(err error) (time.Duration, bool) {
	var w *WaitError
	if errors.As(err, &w) {
		return w.For, true
	}
	return 0, false
}

func tooMany(d time.Duration) error {
	n := int((d + time.Second - 1) / time.Second)
	return &kernel.Error{Kind: kernel.KindTooMany, Cause: &WaitError{For: d},
		Say: kernel.T(fmt.Sprintf("操作太频繁，请 %d 秒后再试", max(n, 1)), fmt.Sprintf("too many tries; wait %d seconds and try again", max(n, 1)))}
}

// AddressKey is the key that an address is limited by: an IPv4 address as it is, of IPv6 the /64 that one household or
// host is given. An address that cannot be read shares one key with all others of its kind.
func AddressKey(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		ap, err := netip.ParseAddrPort(address)
		if err != nil {
			return "?"
		}
		a = ap.Addr()
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return "?"
	}
	return p.String()
}

// SignInLimits says how sign-in slows down. Failures are counted by user; addresses are only kept from flooding, because a
// whole community may stand behind one.
type SignInLimits struct {
	// Free failures cost nothing; the next waits First, and each further one twice as long, up to Most.
	Free        int
	First, Most time.Duration
	// Forget is how long after the last failure the count starts anew.
	Forget  time.Duration
	Address Limit
	// Keys is how many users, and how many addresses, are remembered.
	Keys int
}

// DefaultSignInLimits are for a county: five failures are free, then 2 s, 4 s … up to 5 min; a hundred tries at once from one address and
// one more a second.
var DefaultSignInLimits = SignInLimits{Free: 5, First: 2 * time.Second, Most: 5 * time.Minute, Forget: time.Hour,
	Address: Limit{Every: time.Second, Burst: 100}, Keys: 20_000}

// together is how many tries of one user may be under way at once while failures are free; afterwards it is one.
const together = 8

// Throttle slows down guessing at sign-in.
type Throttle struct {
	mu        sync.Mutex
	clock     kernel.Clock
	limits    SignInLimits
	users     *lru[*tries]
	addresses *lru[*rate.Limiter]
}

// tries is what is known of one user's sign-ins.
type tries struct {
	failed   int
	underway int
	last     time.Time // of the last failure
	until    time.Time // no try before
}

// NewThrottle makes a throttle.
func NewThrottle(limits SignInLimits, clock kernel.Clock) *Throttle {
	return &Throttle{clock: clock, limits: limits, users: newLRU[*tries](limits.Keys), addresses: newLRU[*rate.Limiter](limits.Keys)}
}

// Attempt is one try that the throttle let pass. Exactly one of its methods is called when the outcome is known.
type Attempt struct {
	t   *Throttle
	key string
}

// Begin lets a try pass, or says how long to wait. The try counts as under way until its outcome is told, so that many
// guesses at once do not slip through together.
func (t *Throttle) Begin(tenant kernel.Tenant, user, address string) (*Attempt, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	key := string(tenant) + "|" + strings.ToLower(user)
	u, ok := t.users.get(key)
	if !ok {
		u = &tries{}
		t.users.put(key, u)
	}
	if u.failed > 0 && now.Sub(u.last) >= t.limits.Forget {
		u.failed = 0
	}
	if wait := u.until.Sub(now); wait > 0 {
		return nil, tooMany(wait)
	}
	if most := together; u.underway >= most || u.failed >= t.limits.Free && u.underway >= 1 {
		return nil, tooMany(time.Second)
	}
	if r := reserve(t.addresses, AddressKey(address), t.limits.Address, now); r.wait > 0 {
		return nil, tooMany(r.wait)
	}
	u.underway++
	return &Attempt{t: t, key: key}, nil
}

// Failed says that the password was wrong or the user unknown.
func (a *Attempt) Failed() {
	a.end(func(u *tries, now time.Time) {
		u.failed++
		u.last = now
		if over := u.failed - a.t.limits.Free; over >= 0 {
			d := a.t.limits.Most
			if over < 30 { // beyond, the shift would overflow long after the cap
				d = min(d, a.t.limits.First<<over)
			}
			u.until = now.Add(d)
		}
	})
}

// Succeeded says that the password was right: the count starts anew.
func (a *Attempt) Succeeded() {
	a.end(func(u *tries, _ time.Time) { u.failed, u.until = 0, time.Time{} })
}

// Cancelled says that the try did not come to an outcome.
func (a *Attempt) Cancelled() { a.end(func(*tries, time.Time) {}) }

func (a *Attempt) end(f func(*tries, time.Time)) {
	a.t.mu.Lock()
	defer a.t.mu.Unlock()
	u, ok := a.t.users.get(a.key)
	if !ok { // forgotten meanwhile
		u = &tries{underway: 1}
		a.t.users.put(a.key, u)
	}
	u.underway = max(u.underway-1, 0)
	f(u, a.t.clock.Now())
}

// OrderLimits says how many orders may come without an account.
type OrderLimits struct {
	Address, Phone, All Limit
	Keys                int
}

// DefaultOrderLimits are for a county: sixty at once from one address (a community's wireless network) and one more each 10 s; three for
// one contact number and one more each 10 min; for all together 300 at once and 20 more a second.
var DefaultOrderLimits = OrderLimits{Address: Limit{10 * time.Second, 60}, Phone: Limit{10 * time.Minute, 3}, All: Limit{50 * time.Millisecond, 300}, Keys: 50_000}

// OrderLimiter keeps orders without an account from flooding the communities.
type OrderLimiter struct {
	mu        sync.Mutex
	clock     kernel.Clock
	limits    OrderLimits
	addresses *lru[*rate.Limiter]
	phones    *lru[*rate.Limiter]
	all       *lru[*rate.Limiter]
}

// NewOrderLimiter makes a limiter.
func NewOrderLimiter(limits OrderLimits, clock kernel.Clock) *OrderLimiter {
	return &OrderLimiter{clock: clock, limits: limits, addresses: newLRU[*rate.Limiter](limits.Keys), phones: newLRU[*rate.Limiter](limits.Keys),
		all: newLRU[*rate.Limiter](1)}
}

// Allow lets an order pass or says how long to wait. phoneIndex is the blind index of the contact number, never the number
// itself; empty when none is given. What one limit refuses is not counted by the others.
func (o *OrderLimiter) Allow(address, phoneIndex string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.clock.Now()
	taken := []reservation{reserve(o.all, "", o.limits.All, now), reserve(o.addresses, AddressKey(address), o.limits.Address, now)}
	if phoneIndex != "" {
		taken = append(taken, reserve(o.phones, phoneIndex, o.limits.Phone, now))
	}
	var wait time.Duration
	for _, r := range taken {
		wait = max(wait, r.wait)
	}
	if wait == 0 {
		return nil
	}
	for _, r := range taken {
		if r.wait == 0 {
			r.undo()
		}
	}
	return tooMany(wait)
}

// reservation is a token taken from a limiter, or how long until there is one.
type reservation struct {
	wait time.Duration
	undo func()
}

func reserve(from *lru[*rate.Limiter], key string, l Limit, now time.Time) reservation {
	if l.Burst <= 0 {
		return reservation{undo: func() {}}
	}
	limiter, ok := from.get(key)
	if !ok {
		limiter = rate.NewLimiter(rate.Every(l.Every), l.Burst)
		from.put(key, limiter)
	}
	r := limiter.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
	}
	return reservation{wait: wait, undo: func() { r.CancelAt(now) }}
}

// lru is a map that keeps the most recently used keys, so that an endless row of keys cannot fill the memory.
type lru[V any] struct {
	most  int
	order *list.List // of string keys, the most recently used first
	byKey map[string]*entry[V]
}

type entry[V any] struct {
	place *list.Element
	value V
}

func newLRU[V any](most int) *lru[V] {
	return &lru[V]{most: max(most, 1), order: list.New(), byKey: map[string]*entry[V]{}}
}

func (l *lru[V]) get(key string) (V, bool) {
	e, ok := l.byKey[key]
	if !ok {
		var none V
		return none, false
	}
	l.order.MoveToFront(e.place)
	return e.value, true
}

func (l *lru[V]) put(key string, v V) {
	l.byKey[key] = &entry[V]{l.order.PushFront(key), v}
	if l.order.Len() > l.most {
		if last, ok := l.order.Remove(l.order.Back()).(string); ok {
			delete(l.byKey, last)
		}
	}
}

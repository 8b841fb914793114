package api

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// TopicAccess is the outbox's topic of what happened to an account: its target is the account, whose open streams then ask
// for their right again, in every process.
const TopicAccess = "access"

// How long, and how many, answers of Authenticate are kept. A post that begins or ends by the calendar is noticed so much
// later at most.
const (
	signedFor  = 2 * time.Second
	signedMost = 20_000
)

// Changed reports whether anything happened to an account within the last minute, in whatever process.
type Changed func(ctx context.Context, t kernel.Tenant, account kernel.ID) (bool, error)

// SignedCache keeps for a moment whom a token speaks for: every request would read the same rows, a cadre's posts among them.
// Whatever this process changes is forgotten at once. Where others change accounts and posts too (PostgreSQL), what is kept
// is used only after asking whether anything happened to the account, which leaves a row in the outbox for much longer than
// anything is kept here.
type SignedCache struct {
	// Changed is nil where this process alone changes accounts and posts (SQLite).
	Changed Changed

	mu    sync.Mutex
	known map[[sha256.Size]byte]signedEntry
	turn  uint64 // grows with each Forget, so that what was read before it is not kept after it
}

type signedEntry struct {
	signed access.Signed
	until  time.Time
}

// NewSignedCache makes an empty cache.
func NewSignedCache() *SignedCache {
	return &SignedCache{known: map[[sha256.Size]byte]signedEntry{}}
}

func (c *SignedCache) get(key [sha256.Size]byte, now time.Time) (signed access.Signed, turn uint64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.known[key]
	ok = ok && now.Before(e.until) && now.Before(e.signed.Expires)
	return e.signed, c.turn, ok
}

func (c *SignedCache) put(key [sha256.Size]byte, s access.Signed, now time.Time, turn uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if turn != c.turn {
		return
	}
	if len(c.known) >= signedMost {
		clear(c.known)
	}
	c.known[key] = signedEntry{s, now.Add(signedFor)}
}

func (c *SignedCache) forget(account kernel.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn++
	for k, e := range c.known {
		if e.signed.Actor.Account == account {
			delete(c.known, k)
		}
	}
}

// Forget drops what is known of an account's tokens: a right of it changed.
func (d Deps) Forget(account kernel.ID) {
	if d.Signed != nil {
		d.Signed.forget(account)
	}
}

// authenticate gives whom a token speaks for, from the cache where there is one.
func (s *Server) authenticate(ctx context.Context, token string) (access.Signed, error) {
	if s.Signed == nil {
		return s.Access.Authenticate(ctx, token)
	}
	key, now := sha256.Sum256([]byte(token)), s.Clock.Now()
	signed, turn, ok := s.Signed.get(key, now)
	if ok && s.Signed.Changed != nil {
		changed, err := s.Signed.Changed(ctx, signed.Actor.Tenant, signed.Actor.Account)
		if err != nil {
			return access.Signed{}, err
		}
		ok = !changed
	}
	if ok {
		return signed, nil
	}
	signed, err := s.Access.Authenticate(ctx, token)
	if err == nil {
		s.Signed.put(key, signed, now, turn)
	}
	return signed, err
}

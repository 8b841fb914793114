package api

import (
	"net"
	"sync"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// How many codes that do not exist one address may try: so many at once, and one more in each pause. A code has 50 random
// bits, so this is far from what guessing takes, and far above what mistyping does.
const (
	missesAtOnce = 60
	missPause    = time.Second
	missKeys     = 20_000
)

// misses slow down whoever tries many tracking codes. Codes that exist are never counted.
type misses struct {
	mu   sync.Mutex
	free map[string]time.Time // by address: when all of its misses are forgotten
}

// wait is how long the address must wait before the next try, zero when it need not. The machine itself passes: a proxy on it
// is told to name its clients.
func (m *misses) wait(address string, now time.Time) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := m.free[access.AddressKey(address)]
	if !at.After(now) {
		return 0
	}
	return max(0, at.Sub(now)-(missesAtOnce-1)*missPause)
}

func (m *misses) count(address string, now time.Time) {
	if ip := net.ParseIP(address); ip != nil && ip.IsLoopback() {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.free == nil || len(m.free) >= missKeys {
		m.free = map[string]time.Time{}
	}
	key, from := access.AddressKey(address), now
	if at := m.free[key]; at.After(now) {
		from = at
	}
	m.free[key] = from.Add(missPause)
}

// errMisses says that an address has tried too many codes.
var errMisses = kernel.TooMany(kernel.T("输错的次数太多，请过一会儿再试", "too many wrong codes; please wait a little and try again"))

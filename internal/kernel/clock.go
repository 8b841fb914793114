package kernel

import (
	"sync"
	"time"
)

// Clock tells the time. Rooms never call time.Now.
type Clock interface{ Now() time.Time }

// SystemClock is the machine's clock, in UTC, cut to the millisecond that the store keeps.
type SystemClock struct{}

// Now gives the present instant in UTC.
func (SystemClock) Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// ManualClock is a clock that is set by hand: for tests, the simulator and the demo district's past.
type ManualClock struct {
	mu sync.Mutex
	t  time.Time
}

// NewManualClock starts a manual clock at t.
func NewManualClock(t time.Time) *ManualClock { return &ManualClock{t: t.UTC()} }

// Now gives the instant that was set last.
func (c *ManualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

// Set moves the clock to t.
func (c *ManualClock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t.UTC()
}

// Advance moves the clock on by d.
func (c *ManualClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// Shanghai is the zone of calendars and deadlines (UTC+8 without daylight saving since 1991).
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

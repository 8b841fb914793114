package store

import (
	"slices"
	"sync"
	"time"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
)

// Bounds of what is remembered of cases. Who acts on a case has mostly just read it, or another has just acted on it.
const (
	recentMost = 512
	recentFor  = 10 * time.Minute
)

// recentCases remembers cases as they were last read or written by this process, for acts that are worked out ahead. It may
// be behind: another process may have moved the case. So what rests on it counts only when the conditional update that
// follows finds the case as it is remembered, and a refusal is never drawn from it (see DB.Ahead).
type recentCases struct {
	mu      sync.Mutex
	byID    map[recentKey]recentCase
	byTrack map[recentKey]recentKey
}

type recentKey struct {
	tenant kernel.Tenant
	key    string
}

type recentCase struct {
	kept  *cases.Case // nobody changes it
	until time.Time
}

// keep gives c its likeness for Update and remembers it.
func (m *recentCases) keep(t kernel.Tenant, c *cases.Case, now time.Time) {
	kept := *c
	kept.Kept, kept.Clocks, kept.Place.Path = nil, slices.Clone(c.Clocks), c.Path
	c.Kept = &kept
	m.put(t, c.Kept, now)
}

func (m *recentCases) put(t kernel.Tenant, kept *cases.Case, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byID == nil || len(m.byID) >= recentMost {
		m.byID, m.byTrack = map[recentKey]recentCase{}, map[recentKey]recentKey{}
	}
	id := recentKey{t, string(kept.ID)}
	if was := m.byID[id].kept; was != nil && was.Version > kept.Version {
		return // read before the other was written
	}
	m.byID[id] = recentCase{kept, now.Add(recentFor)}
	if kept.TrackHash != "" {
		m.byTrack[recentKey{t, kept.TrackHash}] = id
	}
}

func (m *recentCases) forget(t kernel.Tenant, id kernel.ID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.byID, recentKey{t, string(id)})
}

// get gives a case of one's own, made from what is remembered; nil when nothing is.
func (m *recentCases) get(t kernel.Tenant, id kernel.ID, now time.Time) *cases.Case {
	m.mu.Lock()
	e := m.byID[recentKey{t, string(id)}]
	m.mu.Unlock()
	if e.kept == nil || !now.Before(e.until) {
		return nil
	}
	c := *e.kept
	c.Kept, c.Clocks = e.kept, slices.Clone(e.kept.Clocks)
	return &c
}

// tracked is get by the hash of the tracking code.
func (m *recentCases) tracked(t kernel.Tenant, hash string, now time.Time) *cases.Case {
	m.mu.Lock()
	id := m.byTrack[recentKey{t, hash}]
	m.mu.Unlock()
	if id.key == "" {
		return nil
	}
	return m.get(t, kernel.ID(id.key), now)
}

// recalls reports whether an act may begin from a remembered case.
func (t *tx) recalls() bool { return t.plan != nil && t.plan.recall }

// whole remembers a case that was read outside of Update, where it might yet be undone. An act that is worked out ahead
// gets with it what it was like.
func (t *tx) whole(c *cases.Case) *cases.Case {
	switch {
	case c == nil:
	case t.plan != nil:
		t.db.recent.keep(t.tenant, c, t.now)
	case t.reads:
		seen := *c
		t.db.recent.keep(t.tenant, &seen, t.now)
	}
	return c
}

// remember keeps a case that is written, once it is committed. What Update wrote is forgotten: its columns that were not
// written over are not known.
func (t *tx) remember(c *cases.Case) {
	if t.plan == nil {
		id := c.ID
		t.after = append(t.after, func() { t.db.recent.forget(t.tenant, id) })
		return
	}
	written := *c
	t.after = append(t.after, func() { t.db.recent.keep(t.tenant, &written, t.now) })
}

package store

import (
	"slices"
	"sync"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// postsFor is how long posts that were read are used again, as a setup is: another process that changes them is noticed
// after at most this long. What this process changes is noticed with its commit.
const postsFor = lookAfter

// memoMost bounds what is remembered; a full memory begins anew.
const memoMost = 4096

// postsMemo remembers the posts of who is asking: they are read for each request and change a few times a year.
type postsMemo struct {
	mu sync.Mutex
	// turn grows when posts change. What a snapshot from before that read must not be remembered after it.
	turn  uint64
	known map[personKey]knownPosts
}

type personKey struct {
	tenant kernel.Tenant
	person kernel.ID
}

type knownPosts struct {
	posts []kernel.Post
	read  time.Time
}

// now gives the turn that a snapshot which is about to begin belongs to.
func (m *postsMemo) now() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.turn
}

// changed forgets all posts: a commit changed some.
func (m *postsMemo) changed() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn++
	clear(m.known)
}

func (m *postsMemo) get(k personKey, now time.Time) ([]kernel.Post, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, ok := m.known[k]
	if age := now.Sub(p.read); !ok || age < 0 || age >= postsFor {
		return nil, false
	}
	return slices.Clone(p.posts), true
}

func (m *postsMemo) put(turn uint64, k personKey, posts []kernel.Post, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if turn != m.turn {
		return
	}
	if m.known == nil || len(m.known) >= memoMost {
		m.known = map[personKey]knownPosts{}
	}
	m.known[k] = knownPosts{posts: slices.Clone(posts), read: now}
}

// placeMemo remembers what the text of a case's place column means. It never grows stale: the same text has one meaning.
type placeMemo struct {
	mu    sync.RWMutex
	known map[string]territory.At
}

// parse gives the places that the text names. The refs are shared by all who read the same text: nobody changes them.
func (m *placeMemo) parse(text string) (at territory.At, err error) {
	m.mu.RLock()
	at, ok := m.known[text]
	m.mu.RUnlock()
	if ok {
		return at, nil
	}
	if err := parse(text, &at); err != nil {
		return at, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= memoMost {
		m.known = map[string]territory.At{}
	}
	m.known[text] = at
	return at, nil
}

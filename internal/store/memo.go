package store

import (
	"sync"

	"sanzhi/internal/territory"
)

// memoMost bounds what is remembered; a full memory begins anew.
const memoMost = 4096

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

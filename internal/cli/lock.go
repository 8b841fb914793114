package cli

import (
	"os"

	"sanzhi/internal/store/sqlite"
)

// lockForServing keeps a second server, and imports, off a SQLite file that is served. It gives what unlocks it again.
func (e *env) lockForServing() (unlock func() error, err error) {
	if e.global.Database != "" {
		return func() error { return nil }, nil
	}
	if err := os.MkdirAll(e.global.Data, 0o700); err != nil {
		return nil, err
	}
	l, err := sqlite.Lock(e.global.sqlitePath())
	if err != nil {
		return nil, err
	}
	return l.Release, nil
}

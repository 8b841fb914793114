//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package sqlite

import (
	"errors"
	"os"
)

// flock refuses: without a lock that dies with its holder, two programs could serve one file.
func flock(*os.File, bool) (busy bool, err error) {
	return false, errors.New("sqlite: this system has no advisory file locks; use PostgreSQL")
}

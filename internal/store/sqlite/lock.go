package sqlite

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"sanzhi/internal/kernel"
)

// ServeLock is the right to serve a file, or to put another in its place. One program holds it at a time; it ends with
// Release or with the program, however that dies.
type ServeLock struct{ f *os.File }

// Lock takes the right to serve the file at path. When another program has it, the error is KindConflict and names the
// other's process id. The lock lies on a file of its own beside the database, path + ".lock", which stays when it is
// released: opening the database file itself would, when it is closed again, drop the locks that SQLite holds on it.
func Lock(path string) (*ServeLock, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, noLock(path, err)
	}
	// Locked holds the lock for a moment while it looks; that is no reason to refuse.
	for try := 0; ; try++ {
		busy, err := flock(f, false)
		if err != nil {
			_ = f.Close()
			return nil, noLock(path, err)
		}
		if !busy {
			break
		}
		if try == 5 {
			pid := holder(f)
			_ = f.Close()
			return nil, kernel.Conflict(kernel.T("另一个 sanzhi（进程 "+pid+"）正在使用 "+path+"，请先停止它，或换一个目录",
				"another sanzhi (process "+pid+") is using "+path+"; stop it first, or choose another folder"))
		}
		time.Sleep(10 * time.Millisecond)
	}
	l := &ServeLock{f: f}
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		_ = l.Release()
		return nil, noLock(path, err)
	}
	return l, nil
}

func noLock(path string, err error) error {
	return kernel.Unavailable(kernel.T("不能锁定 "+path+"，请检查目录是否存在、能否写入", "cannot lock "+path+"; check that its folder exists and can be written to"), err)
}

// holder reads who has the lock.
func holder(f *os.File) string {
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 32))
	if pid := strings.TrimSpace(string(b)); err == nil && pid != "" {
		return pid
	}
	return "?"
}

// Release gives the right back.
func (l *ServeLock) Release() error {
	_ = l.f.Truncate(0)
	return l.f.Close()
}

// Locked reports whether a program, this one included, serves the file at path: imports refuse while it does. A lock that
// cannot be looked at counts as held.
func Locked(path string) bool {
	f, err := os.Open(path + ".lock")
	if errors.Is(err, os.ErrNotExist) {
		return false
	}
	if err != nil {
		return true
	}
	defer func() { _ = f.Close() }()
	busy, err := flock(f, true)
	return busy || err != nil
}

// lockFolder waits for the lock of a folder, which keeps two migrations apart.
func lockFolder(ctx context.Context, dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, noLock(dir, err)
	}
	for {
		busy, err := flock(f, false)
		if err == nil && !busy {
			return func() { _ = f.Close() }, nil
		}
		if err == nil {
			select {
			case <-ctx.Done():
				err = ctx.Err()
			case <-time.After(10 * time.Millisecond):
				continue
			}
		}
		_ = f.Close()
		return nil, noLock(dir, err)
	}
}

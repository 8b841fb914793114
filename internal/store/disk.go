package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"sanzhi/internal/files"
	"sanzhi/internal/kernel"
)

// Disk keeps contents as files beside a SQLite file, at TENANT/ab/cdef… under its folder. One program serves such a folder,
// so that a lock of the program keeps a sweep from removing what is put again at the same moment. A file's time of change
// is when it was put last.
type Disk struct {
	dir   string
	clock kernel.Clock
	mu    sync.Mutex
}

var _ files.Blobs = (*Disk)(nil)

// NewDisk keeps contents under dir, which is made when the first one is put.
func NewDisk(dir string, clock kernel.Clock) *Disk { return &Disk{dir: dir, clock: clock} }

// file gives where a content lies. Names are made of a tenant's digits and a hash only, so that none leads elsewhere.
func (d *Disk) file(t kernel.Tenant, sha string) (string, error) {
	if _, err := kernel.ParseTenant(string(t)); err != nil {
		return "", err
	}
	if len(sha) != 64 || strings.Trim(sha, "0123456789abcdef") != "" {
		return "", kernel.NotFound(noUpload)
	}
	return filepath.Join(d.dir, string(t), sha[:2], sha[2:]), nil
}

// Put implements files.Blobs: the content is whole on disk, under its name, before it returns.
func (d *Disk) Put(_ context.Context, t kernel.Tenant, sha string, data []byte) error {
	name, err := d.file(t, sha)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.clock.Now()
	if err := os.Chtimes(name, now, now); err == nil {
		return nil // it is there; names are hashes of contents
	}
	folder := filepath.Dir(name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		if err = os.Chtimes(f.Name(), now, now); err == nil {
			err = os.Rename(f.Name(), name)
		}
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncFolders(folder, d.dir)
}

// syncFolders makes the names from folder up to top durable.
func syncFolders(folder, top string) error {
	for {
		f, err := os.Open(folder)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
		if folder == top || folder == filepath.Dir(folder) {
			return nil
		}
		folder = filepath.Dir(folder)
	}
}

// Get implements files.Blobs.
func (d *Disk) Get(_ context.Context, t kernel.Tenant, sha string) ([]byte, error) {
	name, err := d.file(t, sha)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, kernel.NotFound(noUpload)
	}
	return data, err
}

// Delete implements files.Blobs.
func (d *Disk) Delete(_ context.Context, t kernel.Tenant, sha string, unlessPutSince time.Time) error {
	name, err := d.file(t, sha)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || !info.ModTime().Before(unlessPutSince) {
		return err
	}
	return os.Remove(name)
}

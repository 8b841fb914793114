package store

import (
	"bytes"
	"context"
	"io"
	"os"
	"sync"

	"sanzhi/internal/files"
	"sanzhi/internal/kernel"
)

// Basemap names the content that is the district's base map; empty when none was brought in.
func (d Desk) Basemap(k kernel.Tx) (string, error) {
	row, err := d.Tenants.Get(k)
	if err != nil {
		return "", err
	}
	return row.Settings.Basemap, nil
}

// Basemaps opens base maps, which are read by many small ranges: on disk a range is read from the file; from a database the
// whole of one is fetched once and kept.
type Basemaps struct {
	Blobs files.Blobs

	mu   sync.Mutex
	kept map[kernel.Tenant]keptMap
}

type keptMap struct {
	sha  string
	data []byte
}

// mostKept is how many base maps of a database are kept in memory.
const mostKept = 4

type inMemory struct{ *bytes.Reader }

// Close implements io.Closer.
func (inMemory) Close() error { return nil }

// Open gives a base map for reading.
func (b *Basemaps) Open(ctx context.Context, t kernel.Tenant, sha string) (io.ReadSeekCloser, error) {
	if disk, ok := b.Blobs.(DiskBlobs); ok {
		path, err := disk.path(t, sha)
		if err != nil {
			return nil, err
		}
		f, err := os.Open(path)
		if os.IsNotExist(err) {
			return nil, kernel.NotFound(kernel.T("底图文件不见了，请重新导入地图", "the base map's file is gone; import the map again"))
		}
		return f, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if m, ok := b.kept[t]; ok && m.sha == sha {
		return inMemory{bytes.NewReader(m.data)}, nil
	}
	data, err := b.Blobs.Get(ctx, t, sha)
	if err != nil {
		return nil, err
	}
	if len(b.kept) >= mostKept || b.kept == nil {
		b.kept = map[kernel.Tenant]keptMap{}
	}
	b.kept[t] = keptMap{sha, data}
	return inMemory{bytes.NewReader(data)}, nil
}

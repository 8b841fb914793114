package pmtiles

import (
	"io"
	"sort"
)

// Reader reads an archive by ranges.
type Reader struct {
	Header
	from io.ReaderAt
	root []Entry
}

// Open reads the header and the root directory.
func Open(from io.ReaderAt) (*Reader, error) {
	b := make([]byte, HeaderLen)
	if _, err := from.ReadAt(b, 0); err != nil {
		return nil, errFormat
	}
	h, err := parseHeader(b)
	if err != nil {
		return nil, err
	}
	r := &Reader{Header: *h, from: from}
	r.root, err = r.entries(h.Root)
	return r, err
}

func (r *Reader) read(s Section) ([]byte, error) {
	if s.Length > mostUnpacked {
		return nil, errDirectory
	}
	b := make([]byte, s.Length)
	n, err := r.from.ReadAt(b, int64(s.Offset))
	if n == len(b) {
		err = nil
	}
	return b, err
}

func (r *Reader) entries(s Section) ([]Entry, error) {
	b, err := r.read(s)
	if err != nil {
		return nil, err
	}
	if b, err = unpacked(b, r.Internal); err != nil {
		return nil, err
	}
	return parseDirectory(b)
}

// About gives the metadata, which is JSON.
func (r *Reader) About() ([]byte, error) {
	b, err := r.read(r.Metadata)
	if err != nil {
		return nil, err
	}
	return unpacked(b, r.Internal)
}

// Tile gives the content of a tile as it is packed; nil when the archive has none there.
func (r *Reader) Tile(z, x, y uint32) ([]byte, error) {
	id, dir := ID(z, x, y), r.root
	for range 4 { // the format allows no deeper tree
		i := sort.Search(len(dir), func(i int) bool { return dir[i].ID > id }) - 1
		if i < 0 {
			return nil, nil
		}
		e := dir[i]
		if e.Run > 0 {
			if id >= e.ID+uint64(e.Run) {
				return nil, nil
			}
			return r.read(Section{r.Data.Offset + e.Offset, uint64(e.Length)})
		}
		var err error
		if dir, err = r.entries(Section{r.Leaves.Offset + e.Offset, uint64(e.Length)}); err != nil {
			return nil, err
		}
	}
	return nil, errDirectory
}

// Each calls fn for every tile in the order of ids.
func (r *Reader) Each(fn func(z, x, y uint32, content []byte) error) error {
	return r.each(r.root, 0, fn)
}

func (r *Reader) each(dir []Entry, depth int, fn func(z, x, y uint32, content []byte) error) error {
	if depth > 3 {
		return errDirectory
	}
	for _, e := range dir {
		if e.Run == 0 {
			below, err := r.entries(Section{r.Leaves.Offset + e.Offset, uint64(e.Length)})
			if err == nil {
				err = r.each(below, depth+1, fn)
			}
			if err != nil {
				return err
			}
			continue
		}
		b, err := r.read(Section{r.Data.Offset + e.Offset, uint64(e.Length)})
		if err != nil {
			return err
		}
		for i := range uint64(e.Run) {
			z, x, y, ok := ZXY(e.ID + i)
			if !ok {
				return errDirectory
			}
			if err := fn(z, x, y, b); err != nil {
				return err
			}
		}
	}
	return nil
}

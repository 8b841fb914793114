package pmtiles

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Archive gathers tiles and writes them as one file. Equal contents are kept once.
type Archive struct {
	// Bounds are west, south, east, north in degrees; Metadata is JSON.
	Bounds           [4]float64
	Metadata         []byte
	MinZoom, MaxZoom byte
	// Compression is how the tiles are packed that Add takes.
	Compression byte

	entries []Entry
	data    bytes.Buffer
	seen    map[[32]byte]Section
}

// Add takes the content of a tile, already packed.
func (a *Archive) Add(z, x, y uint32, content []byte) error {
	if z > MostZoom || x>>z > 0 || y>>z > 0 {
		return fmt.Errorf("there is no tile %d/%d/%d", z, x, y)
	}
	if len(content) == 0 {
		return errors.New("a tile without content is left out, not added")
	}
	if a.seen == nil {
		a.seen = map[[32]byte]Section{}
	}
	sum := sha256.Sum256(content)
	s, ok := a.seen[sum]
	if !ok {
		s = Section{uint64(a.data.Len()), uint64(len(content))}
		a.data.Write(content)
		a.seen[sum] = s
	}
	a.entries = append(a.entries, Entry{ID: ID(z, x, y), Offset: s.Offset, Length: uint32(s.Length), Run: 1})
	return nil
}

// Tiles is how many tiles were added.
func (a *Archive) Tiles() int { return len(a.entries) }

// lay puts the contents into the order of the ids, so that what lies near each other on the map does so in the file.
func (a *Archive) lay() ([]Entry, []byte, error) {
	slices.SortFunc(a.entries, func(p, q Entry) int {
		switch {
		case p.ID < q.ID:
			return -1
		case p.ID > q.ID:
			return 1
		}
		return 0
	})
	old, moved := a.data.Bytes(), map[uint64]uint64{}
	data := make([]byte, 0, len(old))
	var out []Entry
	for i, e := range a.entries {
		if i > 0 && e.ID == a.entries[i-1].ID {
			return nil, nil, fmt.Errorf("tile %d was added twice", e.ID)
		}
		to, ok := moved[e.Offset]
		if !ok {
			to = uint64(len(data))
			moved[e.Offset] = to
			data = append(data, old[e.Offset:e.Offset+uint64(e.Length)]...)
		}
		e.Offset = to
		if n := len(out); n > 0 && out[n-1].Offset == e.Offset && out[n-1].ID+uint64(out[n-1].Run) == e.ID {
			out[n-1].Run++
			continue
		}
		out = append(out, e)
	}
	return out, data, nil
}

// leafEntries is how many entries one leaf directory takes at first.
const leafEntries = 4096

// directories gives the root, which must fit into the first read of a client, and the leaves below it when it does not.
func directories(l []Entry) (root, leaves []byte, err error) {
	if root, err = packed(directory(l)); err != nil || HeaderLen+len(root) <= RootMost {
		return root, nil, err
	}
	for size := leafEntries; ; size *= 2 {
		var top []Entry
		leaves = leaves[:0]
		for part := range slices.Chunk(l, size) {
			b, err := packed(directory(part))
			if err != nil {
				return nil, nil, err
			}
			top = append(top, Entry{ID: part[0].ID, Offset: uint64(len(leaves)), Length: uint32(len(b))})
			leaves = append(leaves, b...)
		}
		if root, err = packed(directory(top)); err != nil || HeaderLen+len(root) <= RootMost {
			return root, leaves, err
		}
	}
}

// WriteTo writes the archive. It implements io.WriterTo.
func (a *Archive) WriteTo(w io.Writer) (int64, error) {
	entries, data, err := a.lay()
	if err != nil {
		return 0, err
	}
	root, leaves, err := directories(entries)
	if err != nil {
		return 0, err
	}
	meta := a.Metadata
	if len(meta) == 0 {
		meta = []byte("{}")
	}
	if meta, err = packed(meta); err != nil {
		return 0, err
	}
	h := &Header{Addressed: uint64(len(a.entries)), Entries: uint64(len(entries)), Contents: uint64(len(a.seen)), Clustered: true, Internal: Gzip,
		Compression: a.Compression, Kind: MVT, MinZoom: a.MinZoom, MaxZoom: a.MaxZoom, Bounds: a.Bounds, CentreZoom: a.MinZoom,
		Centre: [2]float64{(a.Bounds[0] + a.Bounds[2]) / 2, (a.Bounds[1] + a.Bounds[3]) / 2}}
	at := uint64(HeaderLen)
	for _, s := range []struct {
		to *Section
		n  int
	}{{&h.Root, len(root)}, {&h.Metadata, len(meta)}, {&h.Leaves, len(leaves)}, {&h.Data, len(data)}} {
		*s.to = Section{at, uint64(s.n)}
		at += uint64(s.n)
	}
	var n int64
	for _, b := range [][]byte{h.bytes(), root, meta, leaves, data} {
		k, err := w.Write(b)
		if n += int64(k); err != nil {
			return n, err
		}
	}
	return n, nil
}

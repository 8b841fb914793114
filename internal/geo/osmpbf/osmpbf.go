// Package osmpbf reads OpenStreetMap extracts in the PBF format, because a district's walking network, buildings and greens
// come from there. It exists instead of a library so that a hostile file costs no more than one block of memory, and so that
// what is not asked for is not decoded. Format: wiki.openstreetmap.org/wiki/PBF_Format.
package osmpbf

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/paulmach/orb"

	"sanzhi/internal/kernel"
)

// The limits of the format.
const (
	maxHeader = 64 << 10
	maxBlob   = 32 << 20
)

// Tags are the tags of one element. They are valid only during the call that gives them; the strings they return are not
// shared with anything.
type Tags struct {
	table [][]byte
	kv    []uint32 // key, value, key, value …
}

// Find gives the value of a key, "" when there is none.
func (t Tags) Find(key string) string {
	for i := 0; i+1 < len(t.kv); i += 2 {
		if string(t.table[t.kv[i]]) == key {
			return string(t.table[t.kv[i+1]])
		}
	}
	return ""
}

// Len is the number of tags.
func (t Tags) Len() int { return len(t.kv) / 2 }

// Member is one member of a relation.
type Member struct {
	Type byte // 'n', 'w' or 'r'
	Ref  int64
	Role string
}

// Handler takes the elements of a file; kinds whose function is nil are passed over. Slices and tags are valid only during
// the call. An error ends the reading and is returned as it is.
type Handler struct {
	Node     func(id int64, at orb.Point, tags Tags) error
	Way      func(id int64, refs []int64, tags Tags) error
	Relation func(id int64, members []Member, tags Tags) error
}

// Scan reads a whole file and gives its elements, in the order of the file, to h. A file that is not PBF, is cut off or asks
// for features that this reader lacks is malformed; the error names the block and its place in the file.
func Scan(file []byte, h Handler) error {
	d := &decoder{h: h}
	if len(file) == 0 {
		return broken(0, 0, errors.New("the file is empty"))
	}
	for at, n := 0, 1; at < len(file); n++ {
		kind, blob, next, err := frame(file, at)
		if err == nil {
			err = d.block(kind, blob, n == 1)
		}
		if err != nil {
			var e *kernel.Error
			if d.handled || errors.As(err, &e) {
				return err
			}
			return broken(n, at, err)
		}
		at = next
	}
	return nil
}

func broken(n, at int, err error) error {
	return &kernel.Error{Kind: kernel.KindMalformed, Field: fmt.Sprintf("block %d", n), Cause: err, Say: kernel.T(
		fmt.Sprintf("这不是完整的 OSM PBF 文件：第 %d 块（第 %d 字节起）读不通，请重新下载", n, at),
		fmt.Sprintf("this is not a whole OSM PBF file: block %d, from byte %d, cannot be read; download it again", n, at))}
}

// frame reads the header of the block at a place: its kind, its blob, and where the next one begins.
func frame(file []byte, at int) (kind string, blob []byte, next int, err error) {
	if len(file)-at < 4 {
		return "", nil, 0, errors.New("cut off in a block's length")
	}
	n := int(binary.BigEndian.Uint32(file[at:]))
	if at += 4; n > maxHeader || n > len(file)-at {
		return "", nil, 0, errors.New("a block's header is longer than allowed or than the file")
	}
	m := message{b: file[at : at+n]}
	size := uint64(0)
	for m.next() {
		switch {
		case m.num == 1 && m.typ == 2:
			kind = string(m.sub)
		case m.num == 3 && m.typ == 0:
			size = m.val
		}
	}
	if at += n; m.err == nil && (size > maxBlob || size > uint64(len(file)-at)) {
		m.err = errors.New("a block is longer than allowed or than the file")
	}
	if m.err != nil {
		return "", nil, 0, m.err
	}
	return kind, file[at : at+int(size)], at + int(size), nil
}

// decoder keeps the memory that blocks use one after another.
type decoder struct {
	h       Handler
	raw     bytes.Buffer
	inflate io.ReadCloser
	table   [][]byte
	kv      []uint32
	refs    []int64
	members []Member
	handled bool // the error is the handler's
	// Of the block that is read.
	granularity, latOffset, lonOffset int64
}

func (d *decoder) block(kind string, blob []byte, first bool) error {
	if first != (kind == "OSMHeader") {
		if first {
			return errors.New("the first block is no OSMHeader")
		}
		return errors.New("a second OSMHeader")
	}
	if kind != "OSMHeader" && kind != "OSMData" {
		return nil // the format says to skip what is not known
	}
	data, err := d.unpack(blob)
	if err != nil {
		return err
	}
	if first {
		return header(data)
	}
	return d.primitive(data)
}

// unpack gives the bytes of a blob. Memory grows with what comes out, never with what the blob promises.
func (d *decoder) unpack(blob []byte) ([]byte, error) {
	m := message{b: blob}
	var raw, packed []byte
	size := uint64(0)
	for m.next() {
		switch {
		case m.num == 1 && m.typ == 2:
			raw = m.sub
		case m.num == 2 && m.typ == 0:
			size = m.val
		case m.num == 3 && m.typ == 2:
			packed = m.sub
		case m.typ == 2:
			return nil, errors.New("compressed in another way than zlib")
		}
	}
	if m.err != nil || packed == nil {
		return raw, m.err
	}
	if size > maxBlob {
		return nil, errors.New("a block is larger than allowed")
	}
	var err error
	if d.inflate == nil {
		d.inflate, err = zlib.NewReader(bytes.NewReader(packed))
	} else {
		err = d.inflate.(zlib.Resetter).Reset(bytes.NewReader(packed), nil)
	}
	if err != nil {
		return nil, err
	}
	d.raw.Reset()
	n, err := d.raw.ReadFrom(io.LimitReader(d.inflate, int64(size)+1))
	if err != nil {
		return nil, err
	}
	if uint64(n) != size {
		return nil, errors.New("a block unpacks to another size than it says")
	}
	return d.raw.Bytes(), nil
}

func header(b []byte) error {
	m := message{b: b}
	for m.next() {
		if m.num != 4 || m.typ != 2 {
			continue
		}
		if f := string(m.sub); f != "OsmSchema-V0.6" && f != "DenseNodes" {
			return errors.New("the file needs the feature " + fmt.Sprintf("%.40q", f))
		}
	}
	return m.err
}

func (d *decoder) primitive(b []byte) error {
	d.table, d.granularity, d.latOffset, d.lonOffset = d.table[:0], 100, 0, 0
	m := message{b: b}
	for m.next() {
		switch {
		case m.num == 1 && m.typ == 2:
			t := message{b: m.sub}
			for t.next() {
				if t.num == 1 && t.typ == 2 {
					d.table = append(d.table, t.sub)
				}
			}
			if t.err != nil {
				return t.err
			}
		case m.num == 17 && m.typ == 0:
			d.granularity = int64(m.val)
		case m.num == 19 && m.typ == 0:
			d.latOffset = int64(m.val)
		case m.num == 20 && m.typ == 0:
			d.lonOffset = int64(m.val)
		}
	}
	if m.err != nil {
		return m.err
	}
	if d.granularity <= 0 || d.granularity > 1e9 {
		return errors.New("a granularity out of range")
	}
	for m = (message{b: b}); m.next(); {
		if m.num == 2 && m.typ == 2 {
			if err := d.group(m.sub); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *decoder) group(b []byte) error {
	m := message{b: b}
	for m.next() {
		if m.typ != 2 {
			continue
		}
		var err error
		switch {
		case m.num == 1 && d.h.Node != nil:
			err = d.node(m.sub)
		case m.num == 2 && d.h.Node != nil:
			err = d.dense(m.sub)
		case m.num == 3 && d.h.Way != nil:
			err = d.way(m.sub)
		case m.num == 4 && d.h.Relation != nil:
			err = d.relation(m.sub)
		}
		if err != nil {
			return err
		}
	}
	return m.err
}

// point turns the file's whole numbers into degrees.
func (d *decoder) point(lat, lon int64) (orb.Point, error) {
	p := orb.Point{float64(d.lonOffset+d.granularity*lon) / 1e9, float64(d.latOffset+d.granularity*lat) / 1e9}
	if !(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90) {
		return p, errors.New("a node lies outside the world")
	}
	return p, nil
}

// give hands over what a handler's function made of an element.
func (d *decoder) give(err error) error {
	d.handled = err != nil
	return err
}

package osmpbf

import (
	"encoding/binary"
	"errors"
)

// errWire is any breach of the protocol buffer encoding; the caller knows where it stands in the file.
var errWire = errors.New("not a valid protocol buffer message")

// message walks the fields of one protocol buffer message (protobuf.dev, Encoding). It shares the bytes that it is given.
type message struct {
	b   []byte
	num int
	typ int
	val uint64 // of varint and fixed fields
	sub []byte // of length-delimited fields
	err error
}

// next goes to the next field and reports whether there is one.
func (m *message) next() bool {
	if len(m.b) == 0 || m.err != nil {
		return false
	}
	key := m.varint()
	m.num, m.typ = int(key>>3), int(key&7)
	switch m.typ {
	case 0:
		m.val = m.varint()
	case 1:
		m.fixed(8)
	case 2:
		n := m.varint()
		if m.err != nil || n > uint64(len(m.b)) {
			m.err = errWire
			return false
		}
		m.sub, m.b = m.b[:n], m.b[n:]
	case 5:
		m.fixed(4)
	default:
		m.err = errWire
	}
	if m.num == 0 {
		m.err = errWire
	}
	return m.err == nil
}

func (m *message) fixed(n int) {
	if len(m.b) < n {
		m.err = errWire
		return
	}
	m.b = m.b[n:]
}

func (m *message) varint() uint64 {
	if len(m.b) > 0 && m.b[0] < 0x80 {
		v := uint64(m.b[0])
		m.b = m.b[1:]
		return v
	}
	v, n := binary.Uvarint(m.b)
	if n <= 0 {
		m.err, m.b = errWire, nil
		return 0
	}
	m.b = m.b[n:]
	return v
}

// packed walks a packed list of varints.
type packed struct {
	b   []byte
	err error
}

func (p *packed) more() bool { return len(p.b) > 0 && p.err == nil }

func (p *packed) uint() uint64 {
	if len(p.b) > 0 && p.b[0] < 0x80 {
		v := uint64(p.b[0])
		p.b = p.b[1:]
		return v
	}
	v, n := binary.Uvarint(p.b)
	if n <= 0 {
		p.err, p.b = errWire, nil
		return 0
	}
	p.b = p.b[n:]
	return v
}

// zigzag is a signed number of type sint32 or sint64.
func (p *packed) zigzag() int64 { return unzigzag(p.uint()) }

func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

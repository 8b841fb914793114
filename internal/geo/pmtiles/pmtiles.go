// Package pmtiles writes and reads PMTiles archives, version 3: all tiles of a map in one file that is read by ranges, so that a
// district's base map needs no tile server. It exists because the format is small and no maintained library could be had.
// Format: github.com/protomaps/PMTiles, spec/v3.
package pmtiles

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// HeaderLen is the length of a header; RootMost is up to where the root directory may reach.
const (
	HeaderLen = 127
	RootMost  = 16384
)

// Compressions and kinds of tile that the format knows and this package uses.
const (
	None = 1
	Gzip = 2
	MVT  = 1
)

// MostZoom is the deepest level whose tiles are numbered here; ids of deeper ones would not fit comfortably.
const MostZoom = 26

// Header tells where the parts of an archive lie and what it holds.
type Header struct {
	Root, Metadata, Leaves, Data Section
	Addressed, Entries, Contents uint64
	Clustered                    bool
	Internal, Compression, Kind  byte
	MinZoom, MaxZoom             byte
	Bounds                       [4]float64 // west, south, east, north
	Centre                       [2]float64
	CentreZoom                   byte
}

// Section is a part of the file.
type Section struct{ Offset, Length uint64 }

// Entry is one line of a directory: run tiles from id on share one content; a run of 0 names a leaf directory instead.
type Entry struct {
	ID     uint64
	Offset uint64
	Length uint32
	Run    uint32
}

// ID gives the number of a tile: all tiles of a zoom after those of the zooms before, in the order of a Hilbert curve.
func ID(z, x, y uint32) uint64 {
	var first uint64
	for i := range z {
		first += 1 << (2 * i)
	}
	var d uint64
	for s := uint32(1) << z >> 1; s > 0; s >>= 1 {
		var rx, ry uint32
		if x&s > 0 {
			rx = 1
		}
		if y&s > 0 {
			ry = 1
		}
		d += uint64(s) * uint64(s) * uint64((3*rx)^ry)
		x, y = turned(s, x, y, rx, ry)
	}
	return first + d
}

// turned turns a quadrant so that the curve goes on.
func turned(s, x, y, rx, ry uint32) (uint32, uint32) {
	if ry != 0 {
		return x, y
	}
	if rx == 1 {
		x, y = s-1-x&(s-1), s-1-y&(s-1)
	}
	return y, x
}

// ZXY gives the tile of a number; ok is false for numbers beyond MostZoom.
func ZXY(id uint64) (z, x, y uint32, ok bool) {
	var first uint64
	for z = 0; z <= MostZoom; z++ {
		n := uint64(1) << (2 * z)
		if id < first+n {
			d := id - first
			for s := uint64(1); s < 1<<z; s <<= 1 {
				rx := uint32(d / 2 & 1)
				ry := uint32((d ^ uint64(rx)) & 1)
				if ry == 0 {
					if rx == 1 {
						x, y = uint32(s)-1-x, uint32(s)-1-y
					}
					x, y = y, x
				}
				x, y = x+uint32(s)*rx, y+uint32(s)*ry
				d /= 4
			}
			return z, x, y, true
		}
		first += n
	}
	return 0, 0, 0, false
}

// bytes gives the header as it stands in the file.
func (h *Header) bytes() []byte {
	b := make([]byte, HeaderLen)
	copy(b, "PMTiles\x03")
	at := 8
	for _, v := range []uint64{h.Root.Offset, h.Root.Length, h.Metadata.Offset, h.Metadata.Length, h.Leaves.Offset, h.Leaves.Length, h.Data.Offset, h.Data.Length,
		h.Addressed, h.Entries, h.Contents} {
		binary.LittleEndian.PutUint64(b[at:], v)
		at += 8
	}
	if h.Clustered {
		b[96] = 1
	}
	b[97], b[98], b[99], b[100], b[101] = h.Internal, h.Compression, h.Kind, h.MinZoom, h.MaxZoom
	for i, v := range h.Bounds {
		binary.LittleEndian.PutUint32(b[102+4*i:], uint32(int32(math.Round(v*1e7))))
	}
	b[118] = h.CentreZoom
	binary.LittleEndian.PutUint32(b[119:], uint32(int32(math.Round(h.Centre[0]*1e7))))
	binary.LittleEndian.PutUint32(b[123:], uint32(int32(math.Round(h.Centre[1]*1e7))))
	return b
}

var errFormat = errors.New("not a PMTiles archive of version 3")

func parseHeader(b []byte) (*Header, error) {
	if len(b) < HeaderLen || string(b[:8]) != "PMTiles\x03" {
		return nil, errFormat
	}
	u := func(i int) uint64 { return binary.LittleEndian.Uint64(b[8+8*i:]) }
	deg := func(at int) float64 { return float64(int32(binary.LittleEndian.Uint32(b[at:]))) / 1e7 }
	h := &Header{Root: Section{u(0), u(1)}, Metadata: Section{u(2), u(3)}, Leaves: Section{u(4), u(5)}, Data: Section{u(6), u(7)},
		Addressed: u(8), Entries: u(9), Contents: u(10), Clustered: b[96] == 1, Internal: b[97], Compression: b[98], Kind: b[99], MinZoom: b[100], MaxZoom: b[101],
		Bounds: [4]float64{deg(102), deg(106), deg(110), deg(114)}, CentreZoom: b[118], Centre: [2]float64{deg(119), deg(123)}}
	if h.Internal != Gzip && h.Internal != None {
		return nil, fmt.Errorf("directories are compressed in a way (%d) that is not known here", h.Internal)
	}
	return h, nil
}

// directory gives entries as columns of varints: differences of ids, runs, lengths, and offsets (0 for "right behind the one before").
func directory(l []Entry) []byte {
	b := binary.AppendUvarint(nil, uint64(len(l)))
	var last uint64
	for _, e := range l {
		b = binary.AppendUvarint(b, e.ID-last)
		last = e.ID
	}
	for _, e := range l {
		b = binary.AppendUvarint(b, uint64(e.Run))
	}
	for _, e := range l {
		b = binary.AppendUvarint(b, uint64(e.Length))
	}
	for i, e := range l {
		if i > 0 && e.Offset == l[i-1].Offset+uint64(l[i-1].Length) {
			b = binary.AppendUvarint(b, 0)
			continue
		}
		b = binary.AppendUvarint(b, e.Offset+1)
	}
	return b
}

var errDirectory = errors.New("a directory of the archive cannot be read")

// parseDirectory reads entries. Memory grows with the bytes that are there, never with the number that they promise.
func parseDirectory(b []byte) ([]Entry, error) {
	bad := false
	next := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			bad, b = true, nil
			return 0
		}
		b = b[n:]
		return v
	}
	n := next()
	if n > uint64(len(b)) {
		return nil, errDirectory
	}
	l := make([]Entry, n)
	var last uint64
	for i := range l {
		last += next()
		l[i].ID = last
	}
	for i := range l {
		l[i].Run = uint32(min(next(), math.MaxUint32))
	}
	for i := range l {
		l[i].Length = uint32(min(next(), math.MaxUint32))
	}
	for i := range l {
		switch v := next(); {
		case v == 0 && i > 0:
			l[i].Offset = l[i-1].Offset + uint64(l[i-1].Length)
		case v == 0:
			bad = true
		default:
			l[i].Offset = v - 1
		}
	}
	if bad {
		return nil, errDirectory
	}
	return l, nil
}

func packed(b []byte) ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(b)
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}

// mostUnpacked bounds what one directory or the metadata may unpack to.
const mostUnpacked = 64 << 20

func unpacked(b []byte, how byte) ([]byte, error) {
	if how == None {
		return b, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(r, mostUnpacked+1))
	if err == nil && len(out) > mostUnpacked {
		err = errDirectory
	}
	return out, err
}

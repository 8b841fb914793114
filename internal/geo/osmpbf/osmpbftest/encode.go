// Package osmpbftest writes small OpenStreetMap files in the PBF format, so that tests need no file of the real world.
package osmpbftest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"math"

	"sanzhi/internal/geo/osmpbf"
)

// Node is a node to write.
type Node struct {
	ID       int64
	Lon, Lat float64
	Tags     []string // key, value, key, value …
}

// Way is a way to write.
type Way struct {
	ID   int64
	Refs []int64
	Tags []string
}

// Relation is a relation to write.
type Relation struct {
	ID      int64
	Members []osmpbf.Member
	Tags    []string
}

type out struct{ b []byte }

func (o *out) uint(num int, v uint64) {
	o.b = binary.AppendUvarint(binary.AppendUvarint(o.b, uint64(num)<<3), v)
}

func (o *out) bytes(num int, v []byte) {
	o.b = binary.AppendUvarint(binary.AppendUvarint(o.b, uint64(num)<<3|2), uint64(len(v)))
	o.b = append(o.b, v...)
}

func zigzag(b []byte, v int64) []byte { return binary.AppendUvarint(b, uint64(v<<1)^uint64(v>>63)) }

// table is a block's table of strings; the first is empty, as the format asks.
type table struct {
	index map[string]uint64
	list  []string
}

func newTable() *table { return &table{map[string]uint64{"": 0}, []string{""}} }

func (t *table) of(s string) uint64 {
	i, ok := t.index[s]
	if !ok {
		i = uint64(len(t.list))
		t.index[s], t.list = i, append(t.list, s)
	}
	return i
}

func (t *table) tags(o *out, tags []string) {
	var k, v []byte
	for i := 0; i+1 < len(tags); i += 2 {
		k, v = binary.AppendUvarint(k, t.of(tags[i])), binary.AppendUvarint(v, t.of(tags[i+1]))
	}
	o.bytes(2, k)
	o.bytes(3, v)
}

// perBlock is how many elements stand in a block.
const perBlock = 8000

// Encode writes a whole file: dense nodes, then ways, then relations, in blocks packed with zlib.
func Encode(nodes []Node, ways []Way, relations []Relation) []byte {
	return encode(Block, nodes, ways, relations)
}

// EncodePlain is Encode without packing, so that a broken byte reaches what reads the elements.
func EncodePlain(nodes []Node, ways []Way, relations []Relation) []byte {
	return encode(func(kind string, content []byte) []byte {
		var blob out
		blob.bytes(1, content)
		return frame(kind, blob.b)
	}, nodes, ways, relations)
}

func encode(block func(kind string, content []byte) []byte, nodes []Node, ways []Way, relations []Relation) []byte {
	var h out
	h.bytes(4, []byte("OsmSchema-V0.6"))
	h.bytes(4, []byte("DenseNodes"))
	file := block("OSMHeader", h.b)
	for ; len(nodes) > 0; nodes = nodes[min(perBlock, len(nodes)):] {
		file = append(file, data(block, func(t *table, g *out) { dense(t, g, nodes[:min(perBlock, len(nodes))]) })...)
	}
	for ; len(ways) > 0; ways = ways[min(perBlock, len(ways)):] {
		file = append(file, data(block, func(t *table, g *out) {
			for _, w := range ways[:min(perBlock, len(ways))] {
				var x out
				x.uint(1, uint64(w.ID))
				t.tags(&x, w.Tags)
				var refs []byte
				last := int64(0)
				for _, r := range w.Refs {
					refs, last = zigzag(refs, r-last), r
				}
				x.bytes(8, refs)
				g.bytes(3, x.b)
			}
		})...)
	}
	if len(relations) > 0 {
		file = append(file, data(block, func(t *table, g *out) {
			for _, r := range relations {
				g.bytes(4, relation(t, r))
			}
		})...)
	}
	return file
}

func relation(t *table, r Relation) []byte {
	var x out
	x.uint(1, uint64(r.ID))
	t.tags(&x, r.Tags)
	var roles, refs, types []byte
	last := int64(0)
	for _, m := range r.Members {
		roles, refs, last = binary.AppendUvarint(roles, t.of(m.Role)), zigzag(refs, m.Ref-last), m.Ref
		types = append(types, byte(bytes.IndexByte([]byte("nwr"), m.Type)))
	}
	x.bytes(8, roles)
	x.bytes(9, refs)
	x.bytes(10, types)
	return x.b
}

func dense(t *table, g *out, nodes []Node) {
	var ids, lats, lons, kvs []byte
	var id, lat, lon int64
	for _, n := range nodes {
		y, x := int64(math.Round(n.Lat*1e7)), int64(math.Round(n.Lon*1e7))
		ids, lats, lons = zigzag(ids, n.ID-id), zigzag(lats, y-lat), zigzag(lons, x-lon)
		id, lat, lon = n.ID, y, x
		for _, s := range n.Tags {
			kvs = binary.AppendUvarint(kvs, t.of(s))
		}
		kvs = append(kvs, 0)
	}
	var d out
	d.bytes(1, ids)
	d.bytes(8, lats)
	d.bytes(9, lons)
	d.bytes(10, kvs)
	g.bytes(2, d.b)
}

func data(block func(kind string, content []byte) []byte, fill func(*table, *out)) []byte {
	t := newTable()
	var g, s, b out
	fill(t, &g)
	for _, x := range t.list {
		s.bytes(1, []byte(x))
	}
	b.bytes(1, s.b)
	b.bytes(2, g.b)
	return block("OSMData", b.b)
}

// Block packs one block of a kind.
func Block(kind string, content []byte) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = w.Write(content) // a buffer takes everything
	_ = w.Close()
	var blob out
	blob.uint(2, uint64(len(content)))
	blob.bytes(3, z.Bytes())
	return frame(kind, blob.b)
}

func frame(kind string, blob []byte) []byte {
	var head out
	head.bytes(1, []byte(kind))
	head.uint(3, uint64(len(blob)))
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(head.b))), head.b...), blob...)
}

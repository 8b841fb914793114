package basemap

import "encoding/binary"

// The kinds of geometry of a vector tile. Format: github.com/mapbox/vector-tile-spec, version 2.1.
const (
	point   = 1
	line    = 2
	polygon = 3
)

// tile gathers the layers of one tile; layer encodes features as they come.
type tile struct{ layers map[Layer]*layer }

type layer struct {
	features []byte
	keys     []string
	values   []string
	keyAt    map[string]uint64
	valueAt  map[string]uint64
}

func (t *tile) add(f *Feature, kind byte, parts [][][2]int) {
	l := t.layers[f.Layer]
	if l == nil {
		l = &layer{keyAt: map[string]uint64{}, valueAt: map[string]uint64{}}
		t.layers[f.Layer] = l
	}
	var tags []byte
	for _, kv := range [][2]string{{"class", f.Class}, {"name", f.Name}} {
		if kv[1] != "" {
			tags = binary.AppendUvarint(tags, at(&l.keys, l.keyAt, kv[0]))
			tags = binary.AppendUvarint(tags, at(&l.values, l.valueAt, kv[1]))
		}
	}
	var b []byte
	if len(tags) > 0 {
		b = field(b, 2, tags)
	}
	b = append(b, 3<<3, kind)
	b = field(b, 4, commands(kind, parts))
	l.features = field(l.features, 2, b)
}

func at(list *[]string, index map[string]uint64, s string) uint64 {
	i, ok := index[s]
	if !ok {
		i = uint64(len(*list))
		index[s] = i
		*list = append(*list, s)
	}
	return i
}

// commands draws parts as the format's moves and lines, in differences.
func commands(kind byte, parts [][][2]int) []byte {
	const moveTo, lineTo, closePath = 1, 2, 7
	var b []byte
	x, y := 0, 0
	to := func(p [2]int) {
		b = binary.AppendUvarint(b, zigzag(p[0]-x))
		b = binary.AppendUvarint(b, zigzag(p[1]-y))
		x, y = p[0], p[1]
	}
	for _, l := range parts {
		b = binary.AppendUvarint(b, 1<<3|moveTo)
		to(l[0])
		if len(l) > 1 {
			b = binary.AppendUvarint(b, uint64(len(l)-1)<<3|lineTo)
			for _, p := range l[1:] {
				to(p)
			}
		}
		if kind == polygon {
			b = binary.AppendUvarint(b, 1<<3|closePath)
		}
	}
	return b
}

func zigzag(v int) uint64 { return uint64(v<<1) ^ uint64(v>>63) }

// field appends a field that is bytes.
func field(b []byte, num byte, v []byte) []byte {
	b = append(b, num<<3|2)
	b = binary.AppendUvarint(b, uint64(len(v)))
	return append(b, v...)
}

// encode gives the tile, its layers in the order of drawing.
func (t *tile) encode() []byte {
	var out []byte
	for _, name := range Layers {
		l := t.layers[name]
		if l == nil {
			continue
		}
		b := field(nil, 1, []byte(name))
		b = append(b, l.features...)
		for _, k := range l.keys {
			b = field(b, 3, []byte(k))
		}
		for _, v := range l.values {
			b = field(b, 4, field(nil, 1, []byte(v)))
		}
		b = append(b, 5<<3)
		b = binary.AppendUvarint(b, Extent)
		b = append(b, 15<<3, 2) // the format's version
		out = field(out, 3, b)
	}
	return out
}

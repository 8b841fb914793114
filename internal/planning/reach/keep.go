package reach

import (
	"encoding/binary"
	"math"

	"github.com/paulmach/orb"

	"sanzhi/internal/kernel"
)

// keptAs names the form in which networks are kept: the numbers of nodes and of chains, then for each node its place, then for each
// chain its ends and how many nodes lie inside it. Places are whole ten-millionths of a degree, as OpenStreetMap has them, and
// each is told by what differs from the one before, in varints.
const keptAs = "sanzhi walk 1\n"

// grain is how many steps of a kept place make a degree.
const grain = 1e7

// Keep gives the network in a form that is small and can be read by Kept.
func (n *Network) Keep() []byte {
	out := append([]byte(nil), keptAs...)
	out = binary.AppendUvarint(out, uint64(len(n.at)))
	out = binary.AppendUvarint(out, uint64(n.junction))
	out = binary.AppendUvarint(out, uint64(len(n.chains)))
	var last [2]int64
	for _, p := range n.at {
		for k, v := range p {
			x := int64(math.Round(v * grain))
			out = binary.AppendVarint(out, x-last[k])
			last[k] = x
		}
	}
	a := int32(0)
	for i := range n.chains {
		c := &n.chains[i]
		out = binary.AppendVarint(out, int64(c.a-a))
		out = binary.AppendVarint(out, int64(c.b-c.a))
		out = binary.AppendUvarint(out, uint64(c.to-c.from))
		a = c.a
	}
	return out
}

var errKept = kernel.T("存着的路网读不出来，请重新导入地图", "the walking network that is kept cannot be read; import the map again")

// keptReader reads varints until one is broken.
type keptReader struct {
	raw    []byte
	broken bool
}

func (r *keptReader) uint(most int) int {
	v, n := binary.Uvarint(r.raw)
	if n <= 0 || v > uint64(most) {
		r.broken = true
		return 0
	}
	r.raw = r.raw[n:]
	return int(v)
}

func (r *keptReader) int() int64 {
	v, n := binary.Varint(r.raw)
	if n <= 0 {
		r.broken = true
		return 0
	}
	r.raw = r.raw[n:]
	return v
}

// Kept reads a network that Keep gave: KindInvalid when it is none.
func Kept(raw []byte) (*Network, error) {
	broken := kernel.Invalid("network", errKept)
	if len(raw) < len(keptAs) || string(raw[:len(keptAs)]) != keptAs {
		return nil, broken
	}
	r := &keptReader{raw: raw[len(keptAs):]}
	// Each node takes two bytes at least and each chain three: no count makes more than what is there.
	count := r.uint(len(raw) / 2)
	junctions, chains := r.uint(count), r.uint(len(raw)/3)
	nodes := make([]orb.Point, count)
	var at [2]int64
	for i := range nodes {
		at[0] += r.int()
		at[1] += r.int()
		nodes[i] = orb.Point{float64(at[0]) / grain, float64(at[1]) / grain}
	}
	sides, inner, a := make([]Side, 0, count+chains), int32(junctions), int64(0)
	for range chains {
		a += r.int()
		b := a + r.int()
		n := r.uint(count - int(inner))
		if r.broken || a < 0 || b < 0 || a >= int64(count) || b >= int64(count) {
			return nil, broken
		}
		last := int32(a)
		for range n {
			sides = append(sides, Side{last, inner})
			last, inner = inner, inner+1
		}
		sides = append(sides, Side{last, int32(b)})
	}
	if r.broken {
		return nil, broken
	}
	return New(nodes, sides)
}

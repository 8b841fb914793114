// Package reach answers how far people walk: the nearest site of every point of a walking network, what lies within some
// minutes of a place, how many people do, and whether homes have green within 300 m and a park within 500 m. It exists so
// that access is measured along the streets and not as the crow flies, exactly, for a whole district in one pass.
//
// Lengths are whole tenths of a millimetre, so that sums do not depend on their order and a distance is the same by every
// way of computing it. A side's length is the great-circle distance of its ends (haversine on the mean sphere).
package reach

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
)

// UnitsPerMetre is how many of the package's units of length make a metre.
const UnitsPerMetre = 10000

// Unreachable is the distance of what no path leads to, and the end of the scale: nothing farther than 214 km is reached.
const Unreachable = uint32(1) << 31

// Walking speeds in metres a minute.
const (
	Speed     = 80.0 // grown people
	SlowSpeed = 50.0 // elders
)

// Units gives a length in metres in whole units, at most Unreachable.
func Units(metres float64) uint32 {
	v := math.Round(metres * UnitsPerMetre)
	if !(v < float64(Unreachable)) {
		return Unreachable
	}
	return uint32(max(0, v))
}

// Metres gives a length in units in metres; +Inf for Unreachable and beyond.
func Metres(units uint32) float64 {
	if units >= Unreachable {
		return math.Inf(1)
	}
	return float64(units) / UnitsPerMetre
}

// Network is an undirected walking network, immutable and safe for concurrent use. Nodes of degree 2 are contracted: what is
// left are junctions, joined by chains that keep the nodes between with their distances from the chain's first end.
//
// Nodes are numbered anew: junctions first, along a Hilbert curve so that near ones lie near in memory, then the nodes of one
// chain after another.
type Network struct {
	at       []orb.Point // by new number
	old      []int32     // old number of a new one
	now      []int32     // new number of an old one
	junction int32       // how many junctions
	chains   []chain
	along    []uint32 // of nodes inside chains, from number junction on: distance from the chain's end a
	inChain  []int32  // of the same: their chain
	// Arcs of junction u are arcs[first[u]:first[u+1]]; a chain from u to u stands there once.
	first []int32
	arcs  []arc
	hops  []hop // the same arcs as far as a search needs them, so that more of them fit into the cache
	index sideIndex
	shift uint // of the queue's buckets
	less  *elimination
}

// chain joins two junctions, a ≤ b; its inner nodes are from … to−1.
type chain struct {
	a, b     int32
	length   uint32
	from, to int32
}

type hop struct {
	to     int32
	length uint32
}

type arc struct {
	to     int32
	length uint32
	chain  int32
	back   bool // it runs from the chain's end b to a
}

// Side joins two nodes that can be walked between, either way.
type Side struct{ A, B int32 }

// maxLength keeps the sum of two lengths within 32 bits.
const maxLength = Unreachable - 1

// New makes a network of nodes (WGS84) and sides. Sides from a node to itself are passed over; of parallel ones each counts.
// A coordinate that is no place on Earth, or a side whose end is not there, is KindInvalid.
func New(nodes []orb.Point, sides []Side) (*Network, error) {
	if len(nodes) >= math.MaxInt32 || len(sides) >= math.MaxInt32/2 {
		return nil, kernel.TooLarge("network", kernel.T("路网太大", "the network is too large"), nil)
	}
	for i, p := range nodes {
		if !(math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90) {
			return nil, kernel.Invalid(fmt.Sprintf("node %d", i), kernel.T("路网节点的经纬度不对", "a node of the network has no place on Earth"))
		}
	}
	g := &rawGraph{nodes: nodes, first: make([]int32, len(nodes)+1)}
	for i, s := range sides {
		if s.A < 0 || s.B < 0 || int(s.A) >= len(nodes) || int(s.B) >= len(nodes) {
			return nil, kernel.Invalid(fmt.Sprintf("side %d", i), kernel.T("路段的端点不存在", "a side of the network ends at a node that is not there"))
		}
		if s.A != s.B {
			g.first[s.A+1]++
			g.first[s.B+1]++
		}
	}
	for i := range nodes {
		g.first[i+1] += g.first[i]
	}
	g.fill(sides)
	n := &Network{}
	n.contract(g)
	n.link()
	n.index.build(n)
	return n, nil
}

// rawGraph is the network as it was given.
type rawGraph struct {
	nodes []orb.Point
	first []int32
	to    []int32
	side  []int32
	size  []uint32 // by side
}

func (g *rawGraph) fill(sides []Side) {
	total := g.first[len(g.nodes)]
	g.to, g.side, g.size = make([]int32, total), make([]int32, total), make([]uint32, len(sides))
	next := slices.Clone(g.first[:len(g.nodes)])
	for i, s := range sides {
		if s.A == s.B {
			continue
		}
		g.size[i] = min(maxLength, max(1, Units(geo.Distance(g.nodes[s.A], g.nodes[s.B]))))
		g.to[next[s.A]], g.side[next[s.A]] = s.B, int32(i)
		next[s.A]++
		g.to[next[s.B]], g.side[next[s.B]] = s.A, int32(i)
		next[s.B]++
	}
}

func (g *rawGraph) degree(v int32) int32 { return g.first[v+1] - g.first[v] }

// Nodes is the number of nodes.
func (n *Network) Nodes() int { return len(n.at) }

// Junctions is the number of nodes that are not contracted.
func (n *Network) Junctions() int { return int(n.junction) }

// Chains is the number of chains.
func (n *Network) Chains() int { return len(n.chains) }

// Length is the length of all sides in metres.
func (n *Network) Length() float64 {
	sum := uint64(0)
	for i := range n.chains {
		sum += uint64(n.chains[i].length)
	}
	return float64(sum) / UnitsPerMetre
}

// Order gives for each position of this package's answers "for every node" the number of the node as it was given to New.
// It must not be changed.
func (n *Network) Order() []int32 { return n.old }

// Location is a point of the network: on a chain, so far from its end a, and how far beside it the point stands from which
// the walk begins.
type Location struct {
	Chain  int32
	Along  uint32 // units from the chain's end a
	Beside uint32 // units
}

// NodeLocation gives the location of a node by its number as given to New; ok is false for a node without sides.
func (n *Network) NodeLocation(node int) (l Location, ok bool) {
	return n.locationOf(n.now[node])
}

func (n *Network) locationOf(v int32) (Location, bool) {
	if v >= n.junction {
		return Location{Chain: n.inChain[v-n.junction], Along: n.along[v-n.junction]}, true
	}
	if n.first[v] == n.first[v+1] {
		return Location{}, false
	}
	c := n.arcs[n.first[v]].chain
	if n.chains[c].a == v {
		return Location{Chain: c}, true
	}
	return Location{Chain: c, Along: n.chains[c].length}, true
}

// corner gives the k-th node of a chain and its distance from the end a; the ends are the first and the last.
func (n *Network) corner(c *chain, k int32) (at orb.Point, along uint32) {
	switch inner := c.to - c.from; {
	case k == 0:
		return n.at[c.a], 0
	case k <= inner:
		return n.at[c.from+k-1], n.along[c.from+k-1-n.junction]
	default:
		return n.at[c.b], c.length
	}
}

package planning

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"sanzhi/internal/kernel"
	"sanzhi/internal/planning/reach"
)

// Streets are the walking network of a district, as one import brought it.
type Streets struct {
	ID     kernel.ID
	At     time.Time
	Source string // who is to be named beside it
	Digest string // of the body, so that the same import twice is one
	Nodes  int
	Metres float64
}

// Paved keeps walking networks. An older one stays, for the plans that were worked out on it.
type Paved interface {
	PutStreets(tx kernel.Tx, s *Streets, body []byte) error
	// Streets gives the newest, nil when none was imported.
	Streets(tx kernel.Tx) (*Streets, error)
	StreetBody(tx kernel.Tx, id kernel.ID) ([]byte, error)
}

// networks remembers the networks that were read last: they are large, never change, and are asked for again and again.
type networks struct {
	mu   sync.Mutex
	kept []remembered
}

type remembered struct {
	tenant kernel.Tenant
	id     kernel.ID
	n      *reach.Network
}

// mostNetworks is how many networks are remembered.
const mostNetworks = 4

func (c *networks) get(t kernel.Tenant, id kernel.ID) *reach.Network {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, r := range c.kept {
		if r.tenant == t && r.id == id {
			copy(c.kept[1:i+1], c.kept[:i])
			c.kept[0] = r
			return r.n
		}
	}
	return nil
}

func (c *networks) put(t kernel.Tenant, id kernel.ID, n *reach.Network) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = append([]remembered{{t, id, n}}, c.kept[:min(len(c.kept), mostNetworks-1)]...)
}

// Network gives the walking network of a district; nil with its zero Streets when none was imported. Distances are then straight lines.
func (s *Service) Network(tx kernel.Tx) (*reach.Network, *Streets, error) {
	if s.Paved == nil {
		return nil, nil, nil
	}
	x, err := s.Paved.Streets(tx)
	if err != nil || x == nil {
		return nil, nil, err
	}
	n, err := s.networkOf(tx, x.ID)
	return n, x, err
}

// networkOf gives one network by its id.
func (s *Service) networkOf(tx kernel.Tx, id kernel.ID) (*reach.Network, error) {
	if n := s.networks.get(tx.Tenant(), id); n != nil {
		return n, nil
	}
	raw, err := s.Paved.StreetBody(tx, id)
	if err != nil {
		return nil, err
	}
	n, err := reach.Kept(raw)
	if err != nil {
		return nil, err
	}
	s.networks.put(tx.Tenant(), id, n)
	return n, nil
}

// Pave keeps a network as the newest of the district. The same as the newest is not kept again: its Streets are given, and false.
func (s *Service) Pave(tx kernel.Tx, actor kernel.Actor, n *reach.Network, source string) (*Streets, bool, error) {
	body := n.Keep()
	sum := sha256.Sum256(body)
	x := &Streets{ID: kernel.NewID(tx.Now()), At: tx.Now(), Source: source, Digest: hex.EncodeToString(sum[:]), Nodes: n.Nodes(), Metres: n.Length()}
	last, err := s.Paved.Streets(tx)
	if err != nil || last != nil && last.Digest == x.Digest {
		return last, false, err
	}
	if err := s.Paved.PutStreets(tx, x, body); err != nil {
		return nil, false, err
	}
	return x, true, s.record(tx, actor, "streets_imported", x.ID, map[string]any{"nodes": x.Nodes, "metres": int(x.Metres), "digest": x.Digest, "source": x.Source})
}

// walks answers how far people walk, along streets where the district has them.
type walks struct {
	n    *reach.Network
	feet []reach.Location // of places, as they were given
	on   []bool
}

// farFromStreets is how far beside the streets a place may lie, in metres, so that its way along them means anything.
const farFromStreets = 500

// put places points on the network.
func put(n *reach.Network, count int, at func(int) orb.Point) *walks {
	w := &walks{n: n, feet: make([]reach.Location, count), on: make([]bool, count)}
	for i := range count {
		l, ok := n.Snap(at(i))
		w.feet[i], w.on[i] = l, ok && l.Beside <= reach.Units(farFromStreets)
	}
	return w
}

// placed lists the locations of those that lie by a street, and which they are.
func (w *walks) placed() (at []reach.Location, which []int) {
	for i, ok := range w.on {
		if ok {
			at, which = append(at, w.feet[i]), append(which, i)
		}
	}
	return at, which
}

// toNearest gives how far each place walks to the nearest of others, in metres; +Inf when none can be reached.
func (w *walks) toNearest(others *walks) []float64 {
	at, _ := others.placed()
	f := reach.NewField(w.n, at)
	out := make([]float64, len(w.feet))
	for i := range out {
		out[i] = reach.Metres(reach.Unreachable)
		if x := f.At(w.feet[i]); w.on[i] && x.Site >= 0 {
			out[i] = reach.Metres(x.Distance)
		}
	}
	return out
}

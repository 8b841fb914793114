package planning

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/planning/assign"
	"sanzhi/internal/planning/reach"
)

// Hand is somebody of a unit who may take orders: the posts held now, and the orders in hand. Nothing of how orders were rated, and no
// position but that of posts and of orders.
type Hand struct {
	ID         kernel.ID
	NameSealed string
	Posts      []HandPost
	Load       int         // open orders in hand, of any unit
	Held       []orb.Point // where those of this unit are, but for confidential ones
}

// HandPost is a post by which somebody may take orders: at this place and below.
type HandPost struct {
	Title string
	Place kernel.ID
	Path  kernel.Path
	// At is the middle of the place; only of places small enough to tell where somebody works.
	At    orb.Point
	Known bool
}

// Order is one that waits to be dispatched.
type Order struct {
	ID   kernel.ID
	At   orb.Point
	Path kernel.Path
}

// Crew are the hands of a unit.
type Crew interface {
	// Hands gives who holds a role at an organisation now and may sign in, with posts and orders in hand, ordered by id.
	Hands(tx kernel.Tx, org kernel.ID, role kernel.Role) ([]*Hand, error)
}

// From is where the way to an order begins.
type From string

// Where ways begin.
const (
	FromPost  From = "post"  // the middle of the place of a post
	FromOrder From = "order" // another order in hand
	FromNone  From = ""      // neither is known
)

// Suggestion is one who could take an order, and why.
type Suggestion struct {
	Hand   *Hand
	Title  string // the post by which this is so
	Place  kernel.ID
	Load   int // open orders in hand
	From   From
	Metres int
	OnFoot bool // along the streets; else a straight line
	cost   int64
}

// What the order of suggestions weighs, in metres of walking.
const (
	loadMetres    = 600  // an order more in hand
	unknownMetres = 1500 // a way that nobody can tell
	mostMetres    = 20000
	tierMetres    = 100 // a place one tier larger: whose own patch it is comes before whose district it is
)

// DefaultCapacity is how many open orders one person should have at most, unless told otherwise.
const DefaultCapacity = 8

// Suggest lists who could take an order, the most fitting first. Who may not take it is not among them.
func Suggest(n *reach.Network, o Order, hands []*Hand) []Suggestion {
	return newWeighing(n, []Order{o}, hands).of(0)
}

// weighing knows how far everybody is from every order.
type weighing struct {
	n      *reach.Network
	orders []Order
	hands  []*Hand
	starts []start
	metres map[[2]int32]uint32 // by order and start, on foot
}

// start is where somebody's way may begin.
type start struct {
	at   orb.Point
	hand int
	post int // of the hand; -1 for an order in hand
	on   bool
}

func newWeighing(n *reach.Network, orders []Order, hands []*Hand) *weighing {
	w := &weighing{n: n, orders: orders, hands: hands}
	for h, x := range hands {
		for p, post := range x.Posts {
			if post.Known {
				w.starts = append(w.starts, start{post.At, h, p, false})
			}
		}
		for _, at := range x.Held {
			w.starts = append(w.starts, start{at, h, -1, false})
		}
	}
	if n == nil || len(w.starts) == 0 {
		return w
	}
	feet := put(n, len(w.starts), func(i int) orb.Point { return w.starts[i].at })
	for i, ok := range feet.on {
		w.starts[i].on = ok
	}
	at, which := feet.placed()
	spots, search := reach.NewSpots(n, at), reach.NewSearch(n)
	w.metres = make(map[[2]int32]uint32, len(orders)*len(at))
	there := put(n, len(orders), func(i int) orb.Point { return orders[i].At })
	for i := range orders {
		if there.on[i] {
			search.Within(spots, there.feet[i], reach.Units(mostMetres), func(s int32, units uint32) {
				w.metres[[2]int32{int32(i), int32(which[s])}] = units
			})
		}
	}
	return w
}

// away gives how far a start is from an order.
func (w *weighing) away(order, s int) (metres int, onFoot bool) {
	if units, ok := w.metres[[2]int32{int32(order), int32(s)}]; ok {
		return int(math.Round(reach.Metres(units))), true
	}
	return int(math.Round(geo.Distance(w.orders[order].At, w.starts[s].at))), false
}

// of lists who could take an order.
func (w *weighing) of(order int) []Suggestion {
	o := w.orders[order]
	best := make([]Suggestion, len(w.hands))
	for h, x := range w.hands {
		b := &best[h]
		for _, p := range x.Posts {
			if p.Path.Holds(o.Path) && (b.Hand == nil || len(p.Path) > len(w.pathOf(b))) {
				b.Hand, b.Title, b.Place, b.Load = x, p.Title, p.Place, x.Load
			}
		}
	}
	for s, x := range w.starts {
		b := &best[x.hand]
		if b.Hand == nil {
			continue
		}
		metres, foot := w.away(order, s)
		from := FromOrder
		if x.post >= 0 {
			if from = FromPost; !w.hands[x.hand].Posts[x.post].Path.Holds(o.Path) {
				continue
			}
		}
		if b.From == FromNone || metres < b.Metres {
			b.From, b.Metres, b.OnFoot = from, metres, foot
		}
	}
	var out []Suggestion
	for i := range best {
		if b := &best[i]; b.Hand != nil {
			b.cost = w.cost(b, o)
			out = append(out, *b)
		}
	}
	slices.SortStableFunc(out, func(a, b Suggestion) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.Hand.ID, b.Hand.ID))
	})
	return out
}

func (w *weighing) pathOf(b *Suggestion) kernel.Path {
	for _, p := range b.Hand.Posts {
		if p.Place == b.Place {
			return p.Path
		}
	}
	return ""
}

func (w *weighing) cost(b *Suggestion, o Order) int64 {
	c := int64(unknownMetres)
	if b.From != FromNone {
		c = int64(min(b.Metres, mostMetres))
	}
	tiers := 0 // how many tiers lie between the post's place and the order's
	for _, r := range string(o.Path[len(w.pathOf(b)):]) {
		if r == '/' {
			tiers++
		}
	}
	return c + int64(b.Load)*loadMetres + int64(tiers)*tierMetres
}

// Proposal gives orders to hands, as many as can be, at the least walking and the evenest load. Proven says that nothing better exists.
type Proposal struct {
	Capacity int
	Given    []Given
	Left     []Left
	Proven   bool
}

// Given is one order and who would take it.
type Given struct {
	Order int
	To    Suggestion
}

// Left is an order that nobody can take, with the reason.
type Left struct {
	Order int
	Why   kernel.Text
}

// Propose works out who takes which of many orders, nobody ending with more than capacity in hand. A person's second new order weighs as
// one more in hand than the first, and so on: seats of growing cost, so that the load is even.
func Propose(ctx context.Context, n *reach.Network, orders []Order, hands []*Hand, capacity int) (*Proposal, error) {
	if capacity < 1 || capacity > 50 {
		return nil, kernel.Invalid("capacity", kernel.T("每人最多 1 到 50 件", "between 1 and 50 orders for one person"))
	}
	w := newWeighing(n, orders, hands)
	first, seats := make([]int32, len(hands)+1), 0 // seats of hand h are first[h] … first[h+1]−1
	for h, x := range hands {
		first[h] = int32(seats)
		seats += max(0, min(capacity-x.Load, len(orders)))
	}
	first[len(hands)] = int32(seats)
	at := make(map[*Hand]int, len(hands))
	for h, x := range hands {
		at[x] = h
	}
	p := &assign.Problem{Supply: slices.Repeat([]int64{1}, seats), Demand: slices.Repeat([]int64{1}, len(orders))}
	options := make([][]Suggestion, len(orders))
	for o := range orders {
		options[o] = w.of(o)
		for _, s := range options[o] {
			h := at[s.Hand]
			for k := first[h]; k < first[h+1]; k++ {
				p.Arcs = append(p.Arcs, assign.Arc{L: k, R: int32(o), Cost: s.cost + int64(k-first[h])*loadMetres})
			}
		}
	}
	s, err := assign.Solve(ctx, p)
	if err != nil {
		return nil, err
	}
	out := &Proposal{Capacity: capacity, Proven: s.Cost == s.Bound}
	taken := make([]bool, len(orders))
	for _, f := range s.Flows {
		h, _ := slices.BinarySearchFunc(first, f.L, func(a, b int32) int {
			if a <= b {
				return -1
			}
			return 1
		})
		who := hands[h-1]
		taken[f.R] = true
		k := slices.IndexFunc(options[f.R], func(s Suggestion) bool { return s.Hand == who })
		out.Given = append(out.Given, Given{int(f.R), options[f.R][k]})
	}
	for o, ok := range taken {
		if !ok {
			out.Left = append(out.Left, Left{o, whyLeft(options[o], s.Lack, capacity)})
		}
	}
	return out, nil
}

// whyLeft says why nobody takes an order.
func whyLeft(options []Suggestion, lack *assign.Lack, capacity int) kernel.Text {
	if len(options) == 0 {
		return kernel.T("本单位没有管这个地方的办事人员，请补上岗位或转给别的单位。", "Nobody of the unit holds a post at this place; give somebody one, or pass the order on.")
	}
	if lack == nil {
		return kernel.Text{}
	}
	return kernel.T(fmt.Sprintf("能接的 %d 人手里都满了（每人最多 %d 件）：有 %d 件要派，只接得下 %d 件。", len(options), capacity, lack.Asked, lack.There),
		fmt.Sprintf("The %d who could take it are full (%d each at most): %d orders wait, %d can be taken.", len(options), capacity, lack.Asked, lack.There))
}

// Why says why somebody is suggested, in a sentence.
func (s *Suggestion) Why() kernel.Text {
	load := kernel.T("手里没有别的单", "nothing else in hand")
	if s.Load > 0 {
		load = kernel.T(fmt.Sprintf("手里 %d 件", s.Load), fmt.Sprintf("%d in hand", s.Load))
	}
	way, wayEn := "", ""
	how, howEn := "直线", "in a straight line"
	if s.OnFoot {
		how, howEn = "沿街走", "on foot along the streets"
	}
	switch s.From {
	case FromPost:
		way, wayEn = fmt.Sprintf("，从所管的地方过来%s约 %d 米", how, s.Metres), fmt.Sprintf(", about %d m %s from the place served", s.Metres, howEn)
	case FromOrder:
		way, wayEn = fmt.Sprintf("，手里有一件离这里%s约 %d 米", how, s.Metres), fmt.Sprintf(", with an order in hand about %d m %s from here", s.Metres, howEn)
	case FromNone:
	}
	return kernel.T(load.Zh+way, load.En+wayEn)
}

// Gather gives the hands of a unit with the middles of the places of their posts, for Suggest and Propose.
func (s *Service) Gather(tx kernel.Tx, unit kernel.ID, role kernel.Role) ([]*Hand, error) {
	hands, err := s.Crew.Hands(tx, unit, role)
	if err != nil {
		return nil, err
	}
	at := map[kernel.ID]*HandPost{}
	for _, h := range hands {
		for i := range h.Posts {
			p := &h.Posts[i]
			known, ok := at[p.Place]
			if !ok {
				if err := s.locate(tx, p); err != nil {
					return nil, err
				}
				at[p.Place] = p
				continue
			}
			p.At, p.Known = known.At, known.Known
		}
	}
	return hands, nil
}

// mostPatch is how large a place may be, in m², so that its middle tells where somebody works: about a community in a town.
const mostPatch = 9e6

func (s *Service) locate(tx kernel.Tx, p *HandPost) error {
	shape, err := s.Places.Shape(tx, p.Place)
	if err != nil || shape.Shape == nil {
		return err
	}
	if a := areas(shape.Shape); a == nil || geo.Area(a) <= mostPatch {
		p.At, p.Known = geo.LabelPoint(shape.Shape)
	}
	return nil
}

// Walk gives how far it is from a place to others, in metres, and whether each way goes along streets; else it is a straight line.
func (s *Service) Walk(tx kernel.Tx, from orb.Point, to []orb.Point) (metres []float64, onFoot []bool, err error) {
	metres, onFoot = make([]float64, len(to)), make([]bool, len(to))
	n, _, err := s.Network(tx)
	if err != nil {
		return nil, nil, err
	}
	for i, p := range to {
		metres[i] = geo.Distance(from, p)
	}
	if n == nil {
		return metres, onFoot, nil
	}
	start := put(n, 1, func(int) orb.Point { return from })
	for i, m := range put(n, len(to), func(i int) orb.Point { return to[i] }).toNearest(start) {
		if !math.IsInf(m, 1) {
			metres[i], onFoot[i] = m, true
		}
	}
	return metres, onFoot, nil
}

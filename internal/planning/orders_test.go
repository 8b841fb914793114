package planning

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

// sharing draws orders and hands over a few places.
func sharing(t *rapid.T) ([]Order, []*Hand) {
	paths := []kernel.Path{"630105/", "630105/", "630105/", "630105/001/", "630105/001/a/", "630105/002/"}
	var orders []Order
	for i := range rapid.IntRange(0, 6).Draw(t, "orders") {
		orders = append(orders, Order{ID: kernel.ID(fmt.Sprint(i)), At: orb.Point{101.7 + 0.001*float64(rapid.IntRange(0, 8).Draw(t, "x")), 36.6},
			Path: rapid.SampledFrom(paths[3:]).Draw(t, "at")})
	}
	var hands []*Hand
	for i := range rapid.IntRange(0, 3).Draw(t, "hands") {
		h := &Hand{ID: kernel.ID(fmt.Sprint("h", i)), Load: rapid.IntRange(0, 3).Draw(t, "load")}
		for range rapid.IntRange(0, 2).Draw(t, "posts") {
			p := rapid.SampledFrom(paths).Draw(t, "post")
			h.Posts = append(h.Posts, HandPost{Title: "t", Place: kernel.ID(p), Path: p, At: orb.Point{101.7 + 0.001*float64(rapid.IntRange(0, 8).Draw(t, "px")), 36.6}, Known: rapid.Bool().Draw(t, "known")})
		}
		for range min(h.Load, rapid.IntRange(0, 2).Draw(t, "held")) {
			h.Held = append(h.Held, orb.Point{101.7 + 0.001*float64(rapid.IntRange(0, 40).Draw(t, "hx")), 36.6})
		}
		hands = append(hands, h)
	}
	return orders, hands
}

// best tries every sharing: as many as can be, then the least cost.
func best(orders []Order, hands []*Hand, capacity int) (given int, cost int64) {
	cost = -1
	w := newWeighing(nil, orders, hands)
	new := make([]int, len(hands))
	var try func(o, n int, sum int64)
	try = func(o, n int, sum int64) {
		if o == len(orders) {
			if n > given || n == given && (cost < 0 || sum < cost) {
				given, cost = n, sum
			}
			return
		}
		try(o+1, n, sum)
		for _, s := range w.of(o) {
			h := slices.Index(hands, s.Hand)
			if hands[h].Load+new[h] < capacity {
				new[h]++
				try(o+1, n+1, sum+s.cost+int64(new[h]-1)*loadMetres)
				new[h]--
			}
		}
	}
	try(0, 0, 0)
	return given, cost
}

func TestProposeIsTheBestSharing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		orders, hands := sharing(t)
		capacity := rapid.IntRange(1, 4).Draw(t, "capacity")
		p, err := Propose(context.Background(), nil, orders, hands, capacity)
		if err != nil {
			t.Fatal(err)
		}
		given, cost := best(orders, hands, capacity)
		sum, load, seen := int64(0), map[*Hand]int{}, map[int]bool{}
		for _, g := range p.Given {
			sum += g.To.cost + int64(load[g.To.Hand])*loadMetres
			load[g.To.Hand]++
			seen[g.Order] = true
			if !slices.ContainsFunc(g.To.Hand.Posts, func(x HandPost) bool { return x.Path.Holds(orders[g.Order].Path) }) {
				t.Fatalf("order %d goes to somebody without a post there", g.Order)
			}
		}
		for _, l := range p.Left {
			seen[l.Order] = true
			if l.Why.Zh == "" || l.Why.En == "" {
				t.Fatalf("order %d is left without a reason", l.Order)
			}
		}
		for h, n := range load {
			if h.Load+n > capacity {
				t.Fatalf("%s gets %d beside %d", h.ID, n, h.Load)
			}
		}
		if len(p.Given) != given || given > 0 && sum != cost || !p.Proven || len(seen) != len(orders) {
			t.Fatalf("%d given at %d, the best is %d at %d; proven %v, %d of %d told", len(p.Given), sum, given, cost, p.Proven, len(seen), len(orders))
		}
	})
}

func TestSuggestNamesNobodyWithoutAPost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		orders, hands := sharing(t)
		for _, o := range orders {
			list := Suggest(nil, o, hands)
			want := 0
			for _, h := range hands {
				want += b2i(slices.ContainsFunc(h.Posts, func(x HandPost) bool { return x.Path.Holds(o.Path) }))
			}
			if len(list) != want || !slices.IsSortedFunc(list, func(a, b Suggestion) int { return int(a.cost - b.cost) }) {
				t.Fatalf("%d suggested, %d may: %v", len(list), want, list)
			}
			for _, s := range list {
				if w := s.Why(); w.Zh == "" || w.En == "" {
					t.Fatal("no reason")
				}
			}
		}
	})
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

package demo

import (
	"fmt"
	"time"

	"sanzhi/internal/kernel"
)

// homeUnit is the community in the middle of the town.
const homeUnit = "630105002004"

// standing says how many cases stand how at the moment of loading.
var standing = []struct {
	plan  plan
	n     int
	stale int // days of rest before now beyond the usual, to be over their time
}{
	{plan{stop: "ordered"}, 18, 0}, {plan{stop: "ordered"}, 4, 3},
	{plan{stop: "ordered", turn: givenBack}, 5, 0}, {plan{stop: "submitted"}, 20, 0}, {plan{stop: "submitted"}, 3, 4},
	{plan{stop: "submitted", turn: passedOn}, 5, 0}, {plan{stop: "submitted", turn: notSolved}, 7, 0},
	{plan{stop: "submitted", turn: transferred}, 4, 0},
	{plan{stop: "dispatched"}, 18, 0}, {plan{stop: "dispatched"}, 3, 5}, {plan{stop: "dispatched", turn: notSolved}, 2, 0},
	{plan{stop: "accepted"}, 42, 0}, {plan{stop: "accepted"}, 7, 12}, {plan{stop: "accepted", turn: supervisedBy}, 6, 9},
	{plan{stop: "accepted", turn: talked}, 6, 0}, {plan{stop: "accepted", turn: notSolved}, 4, 0},
	{plan{stop: "suspended", turn: suspended}, 8, 0}, {plan{stop: "done"}, 28, 0}, {plan{stop: "done", turn: notSolved}, 2, 0},
	{plan{stop: "cancelled"}, 3, 1}, {plan{stop: "rated"}, 75, 0}, {plan{stop: "rated", turn: talked}, 8, 0},
	{plan{stop: "rated", turn: notSolved}, 6, 0}, {plan{stop: "rated", late: true}, 4, 0},
}

// recent writes the cases of the last weeks, which lead up to now. What rests in a step without being stale was taken there
// lately; what is rated spreads over four weeks.
func (c *cast) recent(now time.Time) []*Script {
	r := c.g.d.seed.rng("recent")
	var out []*Script
	for i, st := range standing {
		for n := range st.n {
			key := fmt.Sprintf("recent-%02d-%02d", i, n)
			back := minutes(r, 3, 90)
			st.plan.home = n%3 == 0 && st.plan.stop != "rated"
			if st.plan.stop == "rated" {
				back = minutes(r, 3*24*60, 28*24*60)
			}
			back += time.Duration(st.stale) * 24 * time.Hour
			before := now.Add(-time.Duration(st.stale) * 24 * time.Hour)
			out = append(out, c.upTo(key, now.Add(-back), before, st.plan))
		}
	}
	return out
}

// upTo tells a case whose last act lies before the instant, begun at start or as many hours earlier as it takes.
func (c *cast) upTo(key string, start, before time.Time, p plan) *Script {
	for {
		if h := start.In(kernel.Shanghai).Hour(); h >= 7 && h < 22 {
			if s := c.tell(key, start, p); s.Acts[len(s.Acts)-1].At.Before(before) {
				return s
			}
		}
		start = start.Add(-100 * time.Minute)
	}
}

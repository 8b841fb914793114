package demo

import (
	"fmt"
	"time"

	"sanzhi/internal/kernel"
)

// hazards are the hazards found and closed in the period: each rechecked by somebody other than who put it right, one in
// ten only at the second time.
func (c *cast) hazards() []*Script {
	r := c.g.d.seed.rng("hazards")
	span := int(PeriodTo.Sub(PeriodFrom)/time.Minute) - 50*24*60 // all are closed within fifty days
	var out []*Script
	for n := range numHazards {
		at := office(PeriodFrom.Add(time.Duration(r.IntN(span))*time.Minute), minutes(r, 1, 300))
		out = append(out, c.hazard(fmt.Sprintf("hazard-%03d", n), at, r.IntN(10) == 0))
	}
	return out
}

func (c *cast) hazard(key string, at time.Time, failed bool) *Script {
	r := c.g.d.seed.rng("case " + key)
	h := pick(r, c.words.Hazards)
	w := &teller{cast: c, r: r, s: &Script{Key: key, Flow: "hazard", Step: "rechecked", Text: h.Text}, spot: c.spot(r), t: at}
	w.s.At, w.s.Place = w.spot.at, w.spot.place.ID
	w.urgent = r.IntN(8) == 0
	w.s.Form = map[string]any{"severity": "general"}
	if w.urgent {
		w.s.Form["severity"] = "urgent"
	}
	worker := c.g.HoldersAt(kernel.GridWorker, w.spot.grid.ID)[0]
	w.unit = c.m.Route(h.Sector, w.spot.where).Unit
	w.act("report", worker, kernel.GridWorker, nil)
	w.wait(10, 200)
	clerk := pick(r, c.g.HoldersAt(kernel.CommunityClerk, w.spot.unit.ID))
	w.act("assign", clerk, kernel.CommunityClerk, map[string]any{"unit": string(w.unit)})
	w.wait(20, 380)
	w.cadre = pick(r, c.g.Holders(kernel.Cadre, w.unit))
	w.act("start", w.cadre, kernel.Cadre, nil)
	if failed {
		w.putRight(h.Fixed)
		w.act("recheck", worker, kernel.GridWorker, map[string]any{"passed": false, "words": pick(r, c.words.Failed)})
	}
	w.putRight(h.Fixed)
	w.act("recheck", worker, kernel.GridWorker, map[string]any{"passed": true, "words": h.Seen})
	return w.s
}

// putRight ends the work within the flow's seven working days, with a picture, and lets a day pass before the recheck.
func (w *teller) putRight(result string) {
	w.wait(120, 6*7*60)
	w.act("finish", w.cadre, kernel.Cadre, map[string]any{"result": result})
	w.s.Acts[len(w.s.Acts)-1].Photos = 1
	w.wait(30, 2*7*60)
}

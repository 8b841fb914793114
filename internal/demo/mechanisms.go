package demo

import (
	"fmt"
	"time"

	"sanzhi/internal/kernel"
)

// numDisputes is the count of disputes resolved in the period that stands for the source's 290余.
const numDisputes = 296

// mechanismWords is data/flows.json: what is said in the cases of the flows beside menu and hazard.
type mechanismWords struct {
	Disputes []disputeWords `json:"disputes"`
	Records  []string       `json:"records"`
	Hotline  []struct {
		Urgency string `json:"urgency"`
		Kind    string `json:"kind"`
		Text    string `json:"text"`
		Sector  string `json:"sector"`
		Result  string `json:"result"`
	} `json:"hotline"`
	Civility []struct {
		Kind   string `json:"kind"`
		Text   string `json:"text"`
		Result string `json:"result"`
	} `json:"civility"`
	Paired []struct {
		Text   string `json:"text"`
		Result string `json:"result"`
	} `json:"paired"`
}

type disputeWords struct {
	Kind        string `json:"kind"`
	Text        string `json:"text"`
	Facts       string `json:"facts"`
	Result      string `json:"result"`
	Performance string `json:"performance"`
}

// mechanisms are the cases of the other flows: the disputes resolved in the period, and of each flow some that are recent or open.
func (c *cast) mechanisms(now time.Time) ([]*Script, error) {
	var w mechanismWords
	if err := readJSON("flows.json", &w); err != nil {
		return nil, err
	}
	out := c.disputes(&w)
	for n := range 24 {
		out = append(out, c.call(&w, n, now), c.finding(&w, n, now))
	}
	for n := range 16 {
		out = append(out, c.pairedRequest(&w, n, now))
	}
	for n := range 9 {
		out = append(out, c.openDispute(&w, n, now))
	}
	return out, nil
}

func (c *cast) disputes(words *mechanismWords) []*Script {
	r := c.g.d.seed.rng("disputes")
	span := int(PeriodTo.Sub(PeriodFrom)/time.Minute) - 75*24*60 // all are resolved within seventy-five days
	var out []*Script
	for n := range numDisputes {
		at := office(PeriodFrom.Add(time.Duration(r.IntN(span))*time.Minute), minutes(r, 1, 300))
		w := c.disputeAt(words, fmt.Sprintf("dispute-%03d", n), at)
		w.agree(words, 20)
		w.wait(2*7*60, 12*7*60)
		w.act("settle", w.cadre, kernel.Mediator, map[string]any{"kept": true})
		w.s.Step = "resolved"
		out = append(out, w.s)
	}
	return out
}

// disputeAt begins a dispute: a party asks, two in three times through the mediator's desk, and the mediator takes it up.
func (c *cast) disputeAt(words *mechanismWords, key string, at time.Time) *teller {
	r := c.g.d.seed.rng("case " + key)
	w := &teller{cast: c, r: r, spot: c.spot(r), t: at}
	w.said.Form = map[string]any{}
	d := words.Disputes[r.IntN(len(words.Disputes))]
	w.s = &Script{Key: key, Flow: "dispute", Text: d.Text, At: w.spot.at, Place: w.spot.place.ID, Contact: c.contact(r), Form: map[string]any{"kind": d.Kind}}
	w.said.Form["facts"], w.said.Form["result"], w.said.Form["performance"] = d.Facts, d.Result, d.Performance
	w.cadre = c.g.HoldersAt(kernel.Mediator, w.spot.unit.ID)[0]
	if r.IntN(3) == 0 {
		w.act("ask", "", "", nil)
	} else {
		w.act("ask", w.cadre, kernel.Mediator, nil)
	}
	w.wait(20, 2*7*60)
	w.act("accept", w.cadre, kernel.Mediator, map[string]any{"rights": true, "willing": true})
	w.s.Step = "mediating"
	return w
}

// agree lets the parties talk, for at most the given number of days, and come to an agreement: two in five are oral.
func (w *teller) agree(words *mechanismWords, days int) {
	w.wait(60, days/2*7*60)
	w.act("record", w.cadre, kernel.Mediator, map[string]any{"date": w.t.In(kernel.Shanghai).Format(time.DateOnly), "words": pick(w.r, words.Records)})
	w.wait(60, 3*7*60)
	form := map[string]any{"kind": "written", "signed": true, "sealed": true, "copies": true, "deadline": w.t.AddDate(0, 0, between(w.r, 3, 30)).In(kernel.Shanghai).Format(time.DateOnly)}
	if w.r.IntN(5) < 2 {
		form = map[string]any{"kind": "oral", "deadline": form["deadline"]}
	}
	for k, v := range w.said.Form {
		form[k] = v
	}
	w.act("agree", w.cadre, kernel.Mediator, form)
	w.s.Step = "agreed"
}

// openDispute is one of the last weeks: being mediated, agreed, before the court, or not resolved.
func (c *cast) openDispute(words *mechanismWords, n int, now time.Time) *Script {
	for back := 20; ; back += 3 {
		w := c.disputeAt(words, fmt.Sprintf("dispute-open-%d-%d", n, back), office(now.AddDate(0, 0, -back), time.Hour))
		switch n % 4 {
		case 1:
			w.agree(words, 6)
		case 2:
			w.agree(words, 6)
			w.wait(60, 400)
			w.act("apply_confirmation", w.cadre, kernel.Mediator, map[string]any{"both": true})
			w.s.Step = "confirming"
		case 3:
			w.wait(7*60, 3*7*60)
			w.act("fail", w.cadre, kernel.Mediator, map[string]any{"ways": "可以到劳动人事争议仲裁委员会申请仲裁，也可以向人民法院起诉；法律援助在区公共法律服务中心。"})
			w.s.Step = "unresolved"
		}
		if w.t.Before(now) {
			return w.s
		}
	}
}

// call is a call of the last weeks to the hotline.
func (c *cast) call(words *mechanismWords, n int, now time.Time) *Script {
	for back := 9 + n; ; back += 3 {
		key := fmt.Sprintf("hotline-%d-%d", n, back)
		r := c.g.d.seed.rng("case " + key)
		said := words.Hotline[n%len(words.Hotline)]
		w := &teller{cast: c, r: r, spot: c.spot(r), t: office(now.AddDate(0, 0, -back), minutes(r, 10, 300)), urgent: said.Urgency == "danger"}
		w.unit = c.m.Route(said.Sector, w.spot.where).Unit
		if len(c.g.Holders(kernel.UnitDispatcher, w.unit)) == 0 {
			w.unit = c.g.Org("urban").ID
		}
		w.s = &Script{Key: key, Flow: "hotline", Text: said.Text, At: w.spot.at, Place: w.spot.place.ID, Contact: c.contact(r), Step: "received",
			Form: map[string]any{"urgency": said.Urgency, "kind": said.Kind}}
		agent := pick(r, c.g.Holders(kernel.GridWorker, c.g.Org("hotline").ID))
		w.act("call", agent, kernel.GridWorker, nil)
		w.on(n > 1, "dispatch", agent, kernel.GridWorker, map[string]any{"unit": string(w.unit)}, "dispatched", 5, 60)
		w.on(n > 3, "accept", w.dispatcher(), kernel.UnitDispatcher, map[string]any{"contacted": true}, "handling", 10, 200)
		w.on(n > 7, "answer", w.dispatcher(), kernel.UnitDispatcher, map[string]any{"result": said.Result}, "answered", 60, 5*7*60)
		w.on(n > 9 && n%6 == 0, "unheard", agent, kernel.GridWorker, map[string]any{"why": "unreached"}, "unheard", 60, 7*60)
		w.on(n > 9 && n%6 != 0, "callback", agent, kernel.GridWorker, map[string]any{"score": float64(between(r, 4, 5)), "solved": true}, "closed", 60, 7*60)
		if w.t.Before(now) {
			return w.s
		}
	}
}

// on takes an act, after a span of office time, when the script goes that far.
func (w *teller) on(far bool, action string, by kernel.ID, as kernel.Role, form map[string]any, step string, lo, hi int) {
	if far {
		w.wait(lo, hi)
		w.act(action, by, as, form)
		w.s.Step = step
	}
}

// finding is a civility finding of the last weeks.
func (c *cast) finding(words *mechanismWords, n int, now time.Time) *Script {
	for back := 8 + n; ; back += 3 {
		key := fmt.Sprintf("civility-%d-%d", n, back)
		r := c.g.d.seed.rng("case " + key)
		said := words.Civility[n%len(words.Civility)]
		w := &teller{cast: c, r: r, spot: c.spot(r), t: office(now.AddDate(0, 0, -back), minutes(r, 10, 300))}
		w.unit = c.g.Org("urban").ID
		w.s = &Script{Key: key, Flow: "civility", Text: said.Text, At: w.spot.at, Place: w.spot.place.ID, Step: "found", Form: map[string]any{"kind": said.Kind}}
		worker := c.g.HoldersAt(kernel.GridWorker, w.spot.grid.ID)[0]
		clerk := pick(r, c.g.HoldersAt(kernel.CommunityClerk, w.spot.unit.ID))
		w.cadre = pick(r, c.g.Holders(kernel.Cadre, w.unit))
		w.act("find", worker, kernel.GridWorker, nil)
		if n%3 == 0 {
			w.on(true, "settle", worker, kernel.GridWorker, map[string]any{"result": said.Result}, "settled", 5, 60)
		} else {
			w.on(n > 2, "assign", clerk, kernel.CommunityClerk, map[string]any{"unit": string(w.unit)}, "assigned", 10, 120)
			w.on(n > 5, "finish", w.cadre, kernel.Cadre, map[string]any{"result": said.Result}, "done", 60, 2*7*60)
			if n > 5 {
				w.s.Acts[len(w.s.Acts)-1].Photos = 1
			}
			w.on(n > 8, "verify", worker, kernel.GridWorker, map[string]any{"passed": true}, "verified", 30, 7*60)
		}
		if w.t.Before(now) {
			return w.s
		}
	}
}

// pairedRequest is what a compound asks of the unit that is paired with it.
func (c *cast) pairedRequest(words *mechanismWords, n int, now time.Time) *Script {
	for back := 12 + 2*n; ; back += 3 {
		key := fmt.Sprintf("paired-%d-%d", n, back)
		r := c.g.d.seed.rng("case " + key)
		said := words.Paired[n%len(words.Paired)]
		w := &teller{cast: c, r: r, spot: c.spot(r), t: awake(r, now.AddDate(0, 0, -back))}
		w.unit = c.m.setup.Paired[w.spot.compound]
		if w.unit == "" || len(c.g.Holders(kernel.Cadre, w.unit)) == 0 {
			continue
		}
		w.s = &Script{Key: key, Flow: "paired", Text: said.Text, At: w.spot.at, Place: w.spot.place.ID, Contact: c.contact(r), Step: "asked"}
		w.cadre = pick(r, c.g.Holders(kernel.Cadre, w.unit))
		w.act("ask", "", "", nil)
		w.on(n > 2, "take", w.cadre, kernel.Cadre, nil, "taken", 30, 7*60)
		w.on(n > 5, "finish", w.cadre, kernel.Cadre, map[string]any{"result": said.Result}, "done", 7*60, 4*7*60)
		if n > 7 {
			w.t = awake(r, w.t.Add(minutes(r, 60, 2*24*60)))
			w.on(true, "rate", "", "", map[string]any{"score": float64(between(r, 4, 5)), "solved": true}, "rated", 0, 1)
		}
		if w.t.Before(now) {
			return w.s
		}
	}
}

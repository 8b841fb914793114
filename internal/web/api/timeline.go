package api

import (
	"encoding/json"
	"slices"
	"strings"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/workflow"
)

// line is one act of the time line with what was said in it.
type line struct {
	row      *ledger.Row
	event    string
	from, to string
	round    int
	strands  []string
	personal map[string]any
}

func (l *line) text(key string) string { s, _ := l.personal[key].(string); return s }

func (l *line) form(key string) string {
	m, _ := l.personal["form"].(map[string]any)
	s, _ := m[key].(string)
	return s
}

// lines reads the time line of a case from the ledger.
func (v *view) lines(rows []*ledger.Row) ([]line, error) {
	out := make([]line, 0, len(rows))
	for _, r := range rows {
		var pub struct {
			Event string `json:"event"`
			From  string `json:"from"`
			To    string `json:"to"`
			Round int    `json:"round"`
			// Of the act that says which strands the case bears.
			Strands []string `json:"strands"`
		}
		if err := json.Unmarshal([]byte(r.Public), &pub); err != nil {
			return nil, kernel.Internal("ledger row "+string(r.ID), err)
		}
		personal, err := v.s.Cases.Ledger.Personal(v.who.Tenant, r)
		if err != nil {
			return nil, kernel.Internal("ledger row "+string(r.ID), err)
		}
		out = append(out, line{row: r, event: pub.Event, from: pub.From, to: pub.To, round: pub.Round, strands: pub.Strands, personal: personal})
	}
	return out, nil
}

// overseesRatings reports whether the reader may see a single rating: the requester, the community, who supervises, but
// never the unit or the one worker on the case (they see monthly totals).
func (v *view) overseesRatings(c *cases.Case) bool {
	if v.who.Kind == kernel.ActorRequester || c.Requester != "" && c.Requester == v.who.Account {
		return true
	}
	if c.Assignee == v.who.Account {
		return false
	}
	for _, p := range v.who.Posts {
		if p.Org != "" && (p.Org == c.Unit || slices.Contains(c.Cohandles, p.Org)) {
			return false // who works for the unit sees totals, whatever else the person oversees
		}
	}
	for _, p := range v.who.Posts {
		switch p.Role {
		case kernel.CommunityClerk, kernel.Supervisor, kernel.DistrictLeader, kernel.Auditor:
			if p.Path.Holds(c.Path) {
				return true
			}
		default: // the others oversee nobody
		}
	}
	return false
}

// events renders the time line. The public one leaves out acts without a public line; both leave out what the reader may
// not know of a rating.
func (v *view) events(c *cases.Case, lines []line, public bool) []Event {
	f, err := v.set.Flow(c.Flow, c.FlowVersion)
	if err != nil {
		return []Event{}
	}
	out := []Event{}
	for i := range lines {
		l := &lines[i]
		a, ok := f.Flow.Action(l.row.Act)
		if l.row.Act == cases.ActStrands && !public {
			st, _ := f.Flow.Step(l.to)
			out = append(out, v.taggedLine(l, st.Bead))
		}
		if !ok {
			continue
		}
		text := lineText(a, l.event)
		own := strings.HasPrefix(l.row.Actor, string(kernel.ActorRequester)) || l.row.Actor == string(kernel.ActorAnonymous)
		if text.IsZero() && public && !own {
			continue
		}
		e := Event{ID: l.row.ID, At: l.row.At, Act: a.ID, Title: a.Title.In(v.lang), Auto: l.row.Actor == string(kernel.ActorSystem)}
		if st, ok := f.Flow.Step(l.to); ok {
			e.Bead = beadDone(f.Flow, l.from, st)
		}
		e.Actor = v.actorName(l)
		rating := rates(a)
		if !rating || v.overseesRatings(c) {
			e.Words = firstOf(l.form("reason"), l.form("words"), l.form("text"), l.form("result"))
		}
		if rating && !v.overseesRatings(c) {
			l.personal = map[string]any{"unit": l.personal["unit"], "who": l.personal["who"], "org": l.personal["org"]}
		}
		e.Line = v.lineSay(a, text, l)
		out = append(out, e)
	}
	return out
}

// rates reports whether the action is a rating.
func rates(a *workflow.Action) bool { return slices.Contains(a.Effects, workflow.EffectRate) }

func firstOf(l ...string) string {
	for _, s := range l {
		if s != "" {
			return s
		}
	}
	return ""
}

// beadDone is the bead that an act filled: the one before where the case now waits, or its last when it ended.
func beadDone(f *workflow.Flow, from string, to workflow.Step) int {
	if from == "" {
		return 1
	}
	if st, ok := f.Step(from); ok {
		return st.Bead
	}
	return to.Bead
}

func lineText(a *workflow.Action, event string) kernel.Text {
	for _, b := range a.Branches {
		if a.ID+"."+b.ID == event && !b.Line.IsZero() {
			return b.Line
		}
	}
	return a.Line
}

func (v *view) actorName(l *line) string {
	if who := l.text("who"); who != "" {
		return strings.TrimSpace(l.text("org") + " " + who)
	}
	switch {
	case l.row.Actor == string(kernel.ActorSystem):
		return kernel.T("系统", "The program").In(v.lang)
	case v.who.Kind == kernel.ActorRequester:
		return kernel.T("您", "You").In(v.lang)
	default:
		return kernel.T("居民", "The resident").In(v.lang)
	}
}

func (v *view) lineSay(a *workflow.Action, text kernel.Text, l *line) string {
	if text.IsZero() {
		return a.Title.In(v.lang)
	}
	values := map[string]string{"unit": l.text("unit"), "assignee": firstOf(l.text("assignee"), kernel.T("办事人员", "a worker").In(v.lang)), "actor": v.actorName(l)}
	if m, ok := l.personal["form"].(map[string]any); ok {
		for k, val := range m {
			if s, ok := val.(string); ok && values[k] == "" {
				values[k] = s
			}
		}
	}
	say := workflow.Fill(text, v.lang, values)
	if v.who.Kind != kernel.ActorRequester {
		say = ofResident(say, v.lang)
	}
	return say
}

var youAsPerson = strings.NewReplacer("You ", "The resident ", "with you", "with the resident", "your community", "the community")

// ofResident turns what a flow says to the resident into what the desk reads of the resident.
func ofResident(say string, lang kernel.Lang) string {
	if lang == kernel.English {
		return youAsPerson.Replace(say)
	}
	return strings.ReplaceAll(strings.ReplaceAll(say, "您", "居民"), "居民居民", "居民")
}

// beads renders the string of the flow with who holds each step, from the acts that were done.
func (v *view) beads(f *workflow.Flow, c *cases.Case, lines []line) []Bead {
	out := make([]Bead, len(f.Beads))
	for i, b := range f.Beads {
		out[i] = Bead{Char: b.Char, En: b.En, Name: b.Name.In(v.lang)}
	}
	now, _ := f.Step(c.Step)
	for i := range lines {
		l := &lines[i]
		a, ok := f.Action(l.row.Act)
		if !ok || l.from == l.to {
			continue
		}
		from, _ := f.Step(l.from)
		n := from.Bead
		if a.Opens {
			n = 1
		}
		if n < 1 || n > len(out) || l.round != c.Round && n != 1 || n >= now.Bead && c.Ended == "" && !a.Opens {
			continue
		}
		at := l.row.At
		out[n-1].At, out[n-1].Who = &at, firstOf(l.text("org"), v.actorName(l))
	}
	return out
}

// track renders a case for the holder of its code.
func (v *view) track(own, c *cases.Case, rows []*ledger.Row, offers []*workflow.Action, looks []*cases.Unmasking, code string) (*Track, error) {
	f, err := v.set.Flow(c.Flow, c.FlowVersion)
	if err != nil {
		return nil, err
	}
	lines, err := v.lines(rows)
	if err != nil {
		return nil, err
	}
	r := v.row(c)
	st, _ := f.Flow.Step(c.Step)
	clock := v.stepClock(f.Flow, st, c)
	t := &Track{Number: own.Number, Flow: c.Flow, Title: own.Title.In(v.lang), Text: own.Text, Where: where(own.Place), Step: c.Step, StepTitle: r.StepTitle,
		End: c.Ended, Bead: r.Bead, Beads: v.beads(f.Flow, c, lines), Clock: clock, Round: c.Round, Version: c.Version, Say: v.say(st, c, clock),
		Photos: v.photos(own.Photos, code), Events: v.events(c, lines, true), Actions: v.actions(f.Flow, c, offers), Seen: []Unmasking{}}
	if o := v.set.Orgs[c.Unit]; o != nil {
		t.UnitPhone = o.Phone
	}
	if t.Result, err = v.result(c, lines, code); err != nil {
		return nil, err
	}
	if t.Chosen, err = v.chosen(own); err != nil {
		return nil, err
	}
	if own.ID == c.ID {
		t.Rating = v.rating(c, lines)
	}
	for _, l := range looks {
		t.Seen = append(t.Seen, Unmasking{At: l.At, Who: l.Who, Fields: l.Fields, Reason: l.Reason})
	}
	if len(rows) > 0 {
		t.Receipt, err = v.s.receipt(v.who.Tenant, rows[0])
	}
	return t, err
}

// chosen gives what the requester chose on the form, so that they see it went along. What they typed there may name persons and is
// not shown to whoever holds the code.
func (v *view) chosen(own *cases.Case) ([]Answer, error) {
	f, err := v.set.Flow(own.Flow, own.FlowVersion)
	if err != nil {
		return nil, err
	}
	private, err := v.s.Cases.Open(v.who.Tenant, own)
	if err != nil {
		return nil, err
	}
	fields := slices.DeleteFunc(slices.Clone(v.formOf(f.Flow, own)), func(x workflow.Field) bool { return len(x.Choices) == 0 || x.Personal })
	return v.answers(fields, private.Form), nil
}

// say is the sentence under the beads.
func (v *view) say(st workflow.Step, c *cases.Case, k *Clock) string {
	values := map[string]string{"unit": v.set.OrgName(c.Unit), "assignee": firstOf(c.AssigneeName, kernel.T("办事人员", "a worker").In(v.lang)), "place": where(c.Place),
		"due": kernel.T("尽快", "soon").In(v.lang)}
	if k != nil {
		values["due"] = When(v.lang, k.DueAt, v.now)
	}
	return workflow.Fill(st.Say, v.lang, values)
}

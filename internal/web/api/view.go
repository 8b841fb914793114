package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/vault"
	"sanzhi/internal/workflow"
)

// view renders cases for one reader at one instant.
type view struct {
	s    *Server
	set  *cases.Setup
	lang kernel.Lang
	who  kernel.Actor
	now  time.Time
}

func (s *Server) view(ctx context.Context, who kernel.Actor) (*view, error) {
	set, err := s.Cases.Setups.Of(ctx, who.Tenant)
	if err != nil {
		return nil, err
	}
	return &view{s: s, set: set, lang: LangOf(ctx), who: who, now: s.Clock.Now()}, nil
}

func (v *view) named(org kernel.ID) *Named {
	if n := v.set.OrgName(org); n != "" {
		return &Named{ID: org, Name: n}
	}
	return nil
}

// row renders a case as lists show it.
func (v *view) row(c *cases.Case) CaseRow {
	r := CaseRow{ID: c.ID, Number: c.Number, Flow: c.Flow, Item: c.Item, Title: c.Title.In(v.lang), Text: cut(c.Text, 60), Where: where(c.Place),
		Step: c.Step, End: c.Ended, Version: c.Version, Round: c.Round, Strand: c.Strands.First(), Strands: orNone(c.Strands), Unit: v.named(c.Unit), OpenedAt: c.OpenedAt,
		Supervised: c.Supervised, Held: c.Held, Urgent: c.Urgent, Lon: c.Lon, Lat: c.Lat, Mine: cases.IsTurn(v.set, v.who, c)}
	if c.Assignee != "" {
		r.Assignee = &Named{ID: c.Assignee, Name: c.AssigneeName}
	}
	f, err := v.set.Flow(c.Flow, c.FlowVersion)
	if err != nil {
		return r
	}
	st, _ := f.Flow.Step(c.Step)
	r.StepTitle, r.Bead = st.Title.In(v.lang), st.Bead
	r.Clock = v.nextClock(f.Flow, c)
	r.Waits = v.waits(f.Flow, c)
	r.Overdue = c.Ended == "" && c.DueAt() < v.now.UnixMilli() // as the list's filter has it
	return r
}

// waits says in words whose act the case waits for: the unit once the next act is its own, the resident, else the posts that may
// take it. The unit that did the work is not whom a case waits for that somebody else has to look at again.
func (v *view) waits(f *workflow.Flow, c *cases.Case) string {
	a, ok := f.Leading(c.Step)
	if !ok || c.Ended != "" {
		return ""
	}
	var posts []string
	for _, w := range a.Actors {
		name := w.Post
		switch {
		case w.Relation != workflow.RelationPlace && w.Relation != workflow.RelationCohandle && c.Unit != "":
			return v.set.OrgName(c.Unit)
		case w.Requester:
			name = roleNames[kernel.Resident].In(v.lang)
		case name == "":
			name = roleNames[w.Role].In(v.lang)
		}
		if name != "" && !slices.Contains(posts, name) {
			posts = append(posts, name)
		}
	}
	if len(posts) < 2 {
		return strings.Join(posts, "")
	}
	last := len(posts) - 1
	return strings.Join(posts[:last], kernel.T("、", ", ").In(v.lang)) + kernel.T("或", " or ").In(v.lang) + posts[last]
}

func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n]) + "…"
}

// nextClock is the clock that ends first, as lists are sorted by it; a paused one when none runs.
func (v *view) nextClock(f *workflow.Flow, c *cases.Case) *Clock {
	id, _ := workflow.NextDue(c.Clocks)
	return v.clockNamed(f, c, id)
}

// stepClock is the clock that the flow shows at a step, as its words speak of it; else the one that ends first.
func (v *view) stepClock(f *workflow.Flow, st workflow.Step, c *cases.Case) *Clock {
	id, _ := workflow.StepDue(st, c.Clocks)
	return v.clockNamed(f, c, id)
}

func (v *view) clockNamed(f *workflow.Flow, c *cases.Case, id string) *Clock {
	if c.Ended != "" {
		return nil
	}
	for _, l := range v.clocks(f, c) {
		if l.ID == id || id == "" && l.State == "paused" {
			return &l
		}
	}
	return nil
}

func (v *view) clocks(f *workflow.Flow, c *cases.Case) []Clock {
	out := []Clock{}
	for _, def := range f.Clocks {
		for i := range c.Clocks {
			if s := &c.Clocks[i]; s.ID == def.ID && !s.StartedAt.IsZero() {
				out = append(out, v.clock(def, s))
			}
		}
	}
	return out
}

func (v *view) clock(def workflow.Clock, s *workflow.ClockState) Clock {
	k := Clock{ID: s.ID, Title: def.Title.In(v.lang), Limit: limitSay(v.lang, s.Limit), State: "running", StartedAt: s.StartedAt, DueAt: s.DueAt,
		Provisional: s.Provisional, OnTime: s.OnTime}
	until := v.now
	switch {
	case !s.Running():
		k.State, k.StoppedAt, until = "stopped", &s.StoppedAt, s.StoppedAt
	case s.Paused():
		k.State, until = "paused", s.PausedAt
	}
	// Pauses moved the deadline, so the whole and the used time are both counted without them.
	paused := s.PausedFor
	whole := v.set.Calendar.Elapsed(s.StartedAt, s.DueAt, s.Limit, v.set.Office) - paused
	used := v.set.Calendar.Elapsed(s.StartedAt, until, s.Limit, v.set.Office) - paused
	if whole > 0 {
		k.Used = max(0, min(9, float64(used)/float64(whole)))
	} else if until.After(s.DueAt) {
		k.Used = 1
	}
	if k.State == "running" {
		if v.now.After(s.DueAt) {
			k.State, k.Used = "over", max(1, k.Used)
		} else if k.Used >= 0.75 {
			k.State = "late"
		}
	}
	return k
}

// form renders questions in the reader's language.
func (v *view) form(fields []workflow.Field) []Field {
	out := make([]Field, len(fields))
	for i, f := range fields {
		out[i] = Field{ID: f.ID, Label: f.Label.In(v.lang), Help: f.Help.In(v.lang), Type: f.Type, Required: f.Required, Min: f.Min, Max: f.Max}
		for _, c := range f.Choices {
			out[i].Choices = append(out[i].Choices, Choice{ID: c.ID, Label: c.Label.In(v.lang), Urgent: c.Urgent})
		}
	}
	return out
}

// answers renders given answers with their questions.
func (v *view) answers(fields []workflow.Field, form map[string]any) []Answer {
	out := []Answer{}
	for _, f := range fields {
		val, ok := form[f.ID]
		if !ok {
			continue
		}
		out = append(out, Answer{ID: f.ID, Label: f.Label.In(v.lang), Value: val, Said: v.said(f, val)})
	}
	return out
}

func (v *view) said(f workflow.Field, val any) string {
	switch x := val.(type) {
	case bool:
		if x {
			return kernel.T("是", "yes").In(v.lang)
		}
		return kernel.T("否", "no").In(v.lang)
	case string:
		for _, c := range f.Choices {
			if c.ID == x {
				return c.Label.In(v.lang)
			}
		}
		if n := v.set.OrgName(kernel.ID(x)); f.Type == "unit" && n != "" {
			return n
		}
		return x
	case []any:
		l := make([]string, len(x))
		for i := range x {
			l[i] = v.said(f, x[i])
		}
		return strings.Join(l, kernel.T("、", ", ").In(v.lang))
	case float64:
		return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.6f", x), "0"), ".")
	default:
		return fmt.Sprint(val)
	}
}

// detail renders a whole case for staff.
func (v *view) detail(c *cases.Case, rows []*ledger.Row, offers []*workflow.Action, similar []*cases.Case) (*CaseDetail, error) {
	f, err := v.set.Flow(c.Flow, c.FlowVersion)
	if err != nil {
		return nil, err
	}
	lines, err := v.lines(rows)
	if err != nil {
		return nil, err
	}
	private, err := v.s.Cases.Open(v.who.Tenant, c)
	if err != nil {
		return nil, err
	}
	d := &CaseDetail{CaseRow: v.row(c), FlowTitle: f.Flow.Title.In(v.lang), Beads: v.beads(f.Flow, c, lines), FullText: c.Text, Address: private.Address,
		Place: c.Place, Form: v.answers(v.formOf(f.Flow, c), private.Form), Photos: v.photos(c.Photos, ""), Clocks: v.clocks(f.Flow, c),
		Actions: v.actions(f.Flow, c, offers), Cohandles: []Named{}, Similar: []CaseRow{}, Route: v.route(c),
		MayTag: cases.MayTag(v.who, v.who.Tenant, c)}
	if private.Contact != (cases.Contact{}) {
		d.Contact = &Contact{Name: vault.MaskName(private.Contact.Name), Phone: vault.MaskPhone(private.Contact.Phone)}
	}
	for _, u := range c.Cohandles {
		if n := v.named(u); n != nil {
			d.Cohandles = append(d.Cohandles, *n)
		}
	}
	for _, x := range similar {
		d.Similar = append(d.Similar, v.row(x))
	}
	if d.Unit == nil && c.Ended == "" {
		d.Unit = proposed(d.Route.Unit) // until somebody submits it, the unit is the one that routing proposes
	}
	if c.MergedInto != "" {
		d.Merged = &Named{ID: c.MergedInto}
	}
	if d.Result, err = v.result(c, lines, ""); err != nil {
		return nil, err
	}
	if v.overseesRatings(c) {
		d.Rating = v.rating(c, lines)
	}
	return d, nil
}

// joined tells of the case that this one was merged into: its name to who may read it, and to the requester what may be done
// there.
func (v *view) joined(tx kernel.Tx, c *cases.Case, d *CaseDetail) error {
	into, err := v.s.Cases.Cases.Get(tx, c.MergedInto)
	if err != nil {
		return err
	}
	d.Merged = &Named{ID: into.ID, Name: kernel.T("另一件事", "another case").In(v.lang)}
	if access.Decide(v.who, access.CaseRead, into.Target(v.who.Tenant)).Allow {
		d.Merged.Name = into.Title.In(v.lang) + " " + into.Number
	}
	target, offers, err := v.s.Cases.OffersJoined(v.set, v.who, c, tx)
	if err != nil || target == nil {
		return err
	}
	f, err := v.set.Flow(target.Flow, target.FlowVersion)
	if err == nil {
		d.Actions = v.actions(f.Flow, target, offers)
	}
	return err
}

// formOf is the opening form of a case: the flow's and its item's.
func (v *view) formOf(f *workflow.Flow, c *cases.Case) []workflow.Field {
	var fields []workflow.Field
	if a, ok := f.Opening(); ok {
		fields = append(fields, a.Form...)
	}
	if item := v.set.Item(c.Item); item != nil {
		fields = append(fields, item.Form...)
	}
	return fields
}

func (v *view) actions(f *workflow.Flow, c *cases.Case, offers []*workflow.Action) []ActionForm {
	out := []ActionForm{}
	lead, _ := f.Leading(c.Step)
	for _, a := range offers {
		x := ActionForm{ID: a.ID, Title: a.Title.In(v.lang), Form: v.form(a.Form), Main: a == lead}
		if x.Main {
			out = append([]ActionForm{x}, out...)
			continue
		}
		out = append(out, x)
	}
	return out
}

func (v *view) route(c *cases.Case) Route {
	r := Route{Unit: v.named(c.Route.Unit), Rule: c.Route.Rule}
	if c.Route.Rule == string(cases.ViaBackstop) {
		r.Say = kernel.T("属地兜底：由社区先办", "Backstop: the community sees to it").In(v.lang)
		return r
	}
	for i := range v.set.Rules {
		if v.set.Rules[i].ID == c.Route.Rule {
			r.Say = v.set.Rules[i].Title.In(v.lang)
		}
	}
	return r
}

func (v *view) photos(ids []kernel.ID, code string) []Photo {
	out := []Photo{}
	q := ""
	if code != "" {
		q = "?code=" + code
	}
	for _, id := range ids {
		out = append(out, Photo{ID: string(id), URL: "/api/v1/photos/" + string(id) + q, Thumb: "/api/v1/photos/" + string(id) + "/thumb" + q})
	}
	return out
}

// proposed marks a unit as one that nobody has handed the case to yet.
func proposed(u *Named) *Named {
	if u == nil {
		return nil
	}
	return &Named{ID: u.ID, Name: u.Name, Proposed: true}
}

func (v *view) result(c *cases.Case, lines []line, code string) (*Result, error) {
	if c.FinishedAt.IsZero() {
		return nil, nil
	}
	text, err := v.s.Cases.ResultText(v.who.Tenant, c)
	r := &Result{Text: text, Photos: v.photos(c.Result.Photos, code), At: c.FinishedAt, Round: c.Round}
	for i := range lines {
		if lines[i].round > 0 && lines[i].row.At.Equal(c.FinishedAt) {
			r.Round = lines[i].round
			break
		}
	}
	r.Former = r.Round < c.Round
	return r, err
}

func (v *view) rating(c *cases.Case, lines []line) *Rating {
	for i := len(lines) - 1; i >= 0; i-- {
		if lines[i].row.Act == "rate" {
			return &Rating{Score: c.Score, Solved: c.Solved, Text: lines[i].form("text"), At: lines[i].row.At, Round: lines[i].round}
		}
	}
	return nil
}

// may lists the permissions that the reader holds anywhere in the tenant.
func may(a kernel.Actor) []string {
	out := []string{}
	for _, p := range access.AllPermissions {
		if !access.ScopeOf(a, p).IsEmpty() {
			out = append(out, string(p))
		}
	}
	return out
}

package demo

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
	"sanzhi/internal/workflow"
)

var today = time.Date(2026, 11, 23, 2, 30, 0, 0, time.UTC) // a Monday, 10:30 in Shanghai

func told(t *testing.T, now time.Time) ([]*Script, *Registers, *Menu) {
	t.Helper()
	g := registered(t)
	m, err := g.Menu()
	if err != nil {
		t.Fatal(err)
	}
	s, err := g.Past(m, now)
	if err != nil {
		t.Fatal(err)
	}
	return s, g, m
}

// played is a case after its script: where it rests, its clocks, and the first fault of the script, or "".
type played struct {
	c      cases.Case
	clocks []workflow.ClockState
	flow   *workflow.Flow
	fault  string
}

// player plays scripts through the shipped flows with the program's own guards, forms, permissions, clocks and calendar.
type player struct {
	g      *Registers
	m      *Menu
	flows  map[string]*workflow.Compiled
	office workflow.OfficeHours
	posts  map[kernel.ID][]kernel.Post
	index  *territory.Index
}

func newPlayer(t *testing.T, g *Registers, m *Menu) *player {
	t.Helper()
	p := &player{g: g, m: m, flows: map[string]*workflow.Compiled{}, posts: map[kernel.ID][]kernel.Post{},
		index: territory.NewIndex(slices.Values(g.d.Places), today)}
	flows, err := workflow.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range flows {
		if p.flows[f.ID], err = workflow.Compile(f); err != nil {
			t.Fatal(err)
		}
	}
	if p.office, err = workflow.ParseOfficeHours("08:30-12:00,14:30-18:00"); err != nil {
		t.Fatal(err)
	}
	for _, h := range g.Holdings {
		p.posts[h.Person] = append(p.posts[h.Person], kernel.Post{ID: h.ID, Role: h.Role, Name: h.Title, Org: h.Org, Place: h.Place, Path: h.Path,
			Level: string(g.byID[h.Place].Kind.Level())})
	}
	return p
}

func (p *player) play(s *Script, now time.Time) (out played) {
	f := p.flows[s.Flow]
	out.flow = f.Flow
	c := &out.c
	c.Place = p.index.At(s.At[0], s.At[1])
	c.Path, c.ID, c.Round = c.Place.Path, kernel.ID(s.Key), 1
	limits := workflow.LimitContext{}
	fields := f.Flow.Actions[0].Form
	if it := p.m.setup.Item(s.Item); it != nil {
		limits.Item, fields = it.Limit, append(slices.Clone(fields), it.Form...)
		if !it.At(&c.Place) {
			out.fault = it.ID + " cannot be ordered there"
			return out
		}
	}
	form, err := workflow.CheckForm(fields, s.Form)
	if err != nil {
		out.fault = err.Error()
		return out
	}
	limits.Urgent = workflow.Urgent(fields, form)
	for i, a := range s.Acts {
		if !a.At.Before(now) || i > 0 && a.At.Before(s.Acts[i-1].At) {
			out.fault = a.Action + " in the future or back in time"
			return out
		}
		event, err := p.act(f, c, a, i)
		if err != nil {
			out.fault = fmt.Sprintf("%s at %s: %v", a.Action, c.Step, err)
			return out
		}
		out.clocks = workflow.Apply(f.Flow, out.clocks, event, a.At, limits, workflow.China(), p.office)
	}
	if c.Step != s.Step {
		out.fault = "rests in " + c.Step
	}
	return out
}

// level gives the tier of the places where an actor holds posts.
func level(actor kernel.Actor) func(kernel.ID) string {
	return func(place kernel.ID) string {
		for _, p := range actor.Posts {
			if p.Place == place {
				return p.Level
			}
		}
		return ""
	}
}

// act takes one act and gives its event.
func (p *player) act(f *workflow.Compiled, c *cases.Case, a Act, i int) (string, error) {
	def, ok := f.Flow.Action(a.Action)
	if !ok || def.Opens != (i == 0) {
		return "", fmt.Errorf("no such action here")
	}
	actor := kernel.Actor{Kind: kernel.ActorRequester, Tenant: Tenant, Case: c.ID}
	if i == 0 {
		actor = kernel.Anonymous(Tenant)
	}
	if a.By != "" {
		actor = kernel.Actor{Kind: kernel.ActorAccount, Tenant: Tenant, Account: a.By, Posts: p.posts[a.By]}
		if !actor.Has(a.As) {
			return "", fmt.Errorf("does not hold %s", a.As)
		}
	}
	if !access.MayAct(actor, def.Actors, c.Target(Tenant), a.By == "", level(actor)) {
		return "", fmt.Errorf("not allowed")
	}
	answers := maps.Clone(a.Form)
	if a.Photos > 0 {
		answers["photos"] = []any{"01FR8KGA00HRSGDGC069KRKH45"}
	}
	form := map[string]any{}
	if i > 0 {
		var err error
		if form, err = workflow.CheckForm(def.Form, answers); err != nil {
			return "", err
		}
	}
	env := workflow.Env{Form: form, Now: a.At, Actor: workflow.ActorEnv{Kind: string(actor.Kind), Account: string(a.By)},
		Case: workflow.CaseEnv{ID: string(c.ID), Step: c.Step, Unit: string(c.Unit), Assignee: string(c.Assignee)}}
	for _, post := range actor.Posts {
		env.Actor.Roles = append(env.Actor.Roles, string(post.Role))
	}
	o, err := f.Take(a.Action, env)
	if err != nil {
		return "", err
	}
	to, err := f.Flow.Resolve(c.Step, c.PrevStep, o.Event)
	if err != nil {
		return "", err
	}
	if to != c.Step {
		c.PrevStep, c.Step = c.Step, to
	}
	for _, e := range o.Effects {
		p.effect(f.Flow, c, e, a.By, form)
	}
	return o.Event, nil
}

func (p *player) effect(f *workflow.Flow, c *cases.Case, e workflow.Effect, by kernel.ID, form map[string]any) {
	id := func(field string) kernel.ID { s, _ := form[field].(string); return kernel.ID(s) }
	switch e {
	case workflow.EffectFixUnit:
		if c.Unit = id("unit"); c.Unit == "" {
			c.Unit = p.m.setup.Route(&cases.Item{Sector: f.Sector}, &c.Place).Unit
		}
	case workflow.EffectTransferUnit:
		c.Unit, c.Assignee = id("unit"), ""
	case workflow.EffectAssign:
		if a := id("assignee"); a != "" {
			c.Assignee = a
		}
	case workflow.EffectTake:
		c.Assignee = by
	case workflow.EffectRelease:
		c.Assignee = ""
	case workflow.EffectClearUnit:
		c.Unit = ""
	case workflow.EffectReopen:
		c.Round++
	case workflow.EffectCohandle, workflow.EffectResult, workflow.EffectRate, workflow.EffectSupervise, workflow.EffectMerge, workflow.EffectKeepHelpers:
		// nothing that a later act depends on
	}
}

func TestScriptsCanBePlayed(t *testing.T) {
	for _, now := range []time.Time{today, today.Add(-17 * time.Hour), today.AddDate(0, 0, -2), today.AddDate(0, -4, 3)} {
		scripts, g, m := told(t, now)
		p := newPlayer(t, g, m)
		keys := map[string]bool{}
		for _, s := range scripts {
			if out := p.play(s, now); out.fault != "" {
				t.Errorf("%v %s: %s", now, s.Key, out.fault)
			}
			if keys[s.Key] || s.Text == "" || strings.Contains(s.Text, "{") {
				t.Errorf("%s is there twice, or its text is %q", s.Key, s.Text)
			}
			keys[s.Key] = true
		}
	}
}

func TestPlantedFaultsOfScriptsAreCaught(t *testing.T) {
	scripts, g, m := told(t, today)
	p := newPlayer(t, g, m)
	for name, plant := range map[string]func(*Script){
		"a step left out":  func(s *Script) { s.Acts = append(s.Acts[:1:1], s.Acts[2:]...) },
		"wrong rest":       func(s *Script) { s.Step = "done" },
		"future":           func(s *Script) { s.Acts[len(s.Acts)-1].At = today.Add(time.Hour) },
		"back in time":     func(s *Script) { s.Acts[2].At = s.Acts[0].At.Add(-time.Hour) },
		"wrong dispatcher": func(s *Script) { s.Acts[2].By = s.Acts[1].By },
		"nobody":           func(s *Script) { s.Acts[1].By = "" },
		"no such answer":   func(s *Script) { s.Form = map[string]any{"nonsense": true} },
		"elsewhere":        func(s *Script) { s.Item = "channel" },
	} {
		for _, from := range scripts {
			if p.g.byID[from.Place].Kind != territory.Building {
				continue
			}
			s := *from
			s.Acts = append([]Act{}, s.Acts...)
			plant(&s)
			if p.play(&s, today).fault == "" {
				t.Errorf("the fault %q is not caught", name)
			}
			break
		}
	}
}

// The promises of the past are kept as the program counts them: nine in ten and more in time, and of what is open now, some
// is over its time and most is not.
func TestPromisesAreKeptPlausibly(t *testing.T) {
	scripts, g, m := told(t, today)
	p := newPlayer(t, g, m)
	var issues, open cases.Measures
	n, over := 0, 0
	for _, s := range scripts {
		out := p.play(s, today)
		x := cases.Measure(out.flow, out.clocks)
		if s.Issue {
			issues.RespKept, issues.RespMissed = issues.RespKept+x.RespKept, issues.RespMissed+x.RespMissed
			issues.FinKept, issues.FinMissed = issues.FinKept+x.FinKept, issues.FinMissed+x.FinMissed
		}
		step, _ := out.flow.Step(s.Step)
		if step.End != "" || s.Step == "done" {
			continue
		}
		n++
		open.FinMissed += x.FinMissed
		for i := range out.clocks {
			if out.clocks[i].Overdue(today) {
				over++
				break
			}
		}
	}
	share := func(kept, missed int) float64 { return float64(kept) / float64(kept+missed) }
	t.Logf("response %.3f, on time %.3f, open %d, over %d", share(issues.RespKept, issues.RespMissed), share(issues.FinKept, issues.FinMissed), n, over)
	if a, b := share(issues.RespKept, issues.RespMissed), share(issues.FinKept, issues.FinMissed); a < 0.9 || b < 0.88 || b > 0.98 {
		t.Errorf("response %.3f, on time %.3f", a, b)
	}
	if n < 120 || over < 20 || over > n/3 {
		t.Errorf("%d open, %d over their time", n, over)
	}
}

func TestTheIssuesOfThePeriod(t *testing.T) {
	scripts, _, _ := told(t, today)
	issues, hazards, disputes, satisfied, total, rest := 0, 0, 0, 0, 0, map[string]int{}
	for _, s := range scripts {
		last := s.Acts[len(s.Acts)-1]
		inside := !s.Acts[0].At.Before(PeriodFrom) && last.At.Before(PeriodTo)
		switch {
		case s.Flow == "hazard":
			hazards++
			if !inside {
				t.Errorf("%s lies outside the period", s.Key)
			}
		case s.Flow == "dispute" && s.Step == "resolved":
			if disputes++; !inside {
				t.Errorf("%s lies outside the period", s.Key)
			}
		case s.Issue:
			issues++
			if !inside || last.Action != "rate" || last.Form["solved"] != true {
				t.Errorf("%s is not solved within the period", s.Key)
			}
			total++
			if last.Form["score"].(float64) >= 4 {
				satisfied++
			}
		default:
			rest[s.Step]++
			if s.Acts[0].At.Before(PeriodTo) {
				t.Errorf("%s belongs to the period and is no issue", s.Key)
			}
		}
	}
	if share := float64(satisfied) / float64(total); issues != 718 || hazards != numHazards || disputes != numDisputes || share < 0.92 || share > 0.96 {
		t.Errorf("%d issues, %d hazards, %.3f satisfied", issues, hazards, share)
	}
	for _, step := range []string{"ordered", "submitted", "dispatched", "accepted", "suspended", "done", "rated", "cancelled"} {
		if rest[step] == 0 {
			t.Errorf("no case rests in %s", step)
		}
	}
}

func TestOnlyTheLastWeeksDependOnNow(t *testing.T) {
	a, _, _ := told(t, today)
	b, _, _ := told(t, today)
	c, _, _ := told(t, today.AddDate(0, 0, 9))
	said := func(scripts []*Script) string {
		var b strings.Builder
		for _, s := range scripts {
			fmt.Fprintf(&b, "%+v\n", *s)
		}
		return b.String()
	}
	if said(a) != said(b) {
		t.Error("two runs differ")
	}
	const fixed = numSolved + numHazards
	if said(a[:fixed]) != said(c[:fixed]) {
		t.Error("the period depends on now")
	}
	if said(a[fixed:]) == said(c[fixed:]) {
		t.Error("the open cases do not follow now")
	}
	if len(Timeline(a)) < 5000 {
		t.Errorf("only %d acts", len(Timeline(a)))
	}
	cues := Timeline(a)
	for i := 1; i < len(cues); i++ {
		if a[cues[i].Script].Acts[cues[i].Act].At.Before(a[cues[i-1].Script].Acts[cues[i-1].Act].At) {
			t.Fatal("the timeline goes back")
		}
	}
	if _, err := registered(t).Past(&Menu{}, PeriodTo); !kernel.Is(err, kernel.KindInvalid) {
		t.Errorf("a today within the period: %v", err)
	}
}

func TestCasesLieWhereTheySay(t *testing.T) {
	scripts, g, _ := told(t, today)
	texts := map[string]bool{}
	for _, s := range scripts {
		p := g.byID[s.Place]
		if !planar.PolygonContains(p.Shape.(orb.Polygon), s.At) {
			t.Errorf("%s does not lie in %s", s.Key, p.Name)
		}
		texts[s.Text] = true
		if unit := g.byID[p.Parent]; p.Kind == territory.Building && unit.Kind != territory.Compound {
			t.Errorf("%s stands in a building outside a compound", s.Key)
		}
	}
	if len(texts) < 500 {
		t.Errorf("only %d different texts", len(texts))
	}
}

func TestPicturesAreReal(t *testing.T) {
	b, err := Picture(DefaultSeed, 3)
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil || m.Bounds().Dx() != 640 {
		t.Errorf("%v %v", m.Bounds(), err)
	}
	if c, _ := Picture(DefaultSeed, 4); bytes.Equal(b, c) {
		t.Error("two pictures are the same")
	}
}

func TestTheFiguresHold(t *testing.T) {
	d, g := built(t), registered(t)
	scripts, _, _ := told(t, today)
	n := count(d)
	got := map[string]float64{"compounds": float64(n[territory.Compound]), "communities": float64(n[territory.Community]),
		"villages": float64(n[territory.Village]), "grids_general": float64(n[territory.GridGeneral]), "grids_dedicated": float64(n[territory.GridDedicated]),
		"grids": float64(n[territory.GridGeneral] + n[territory.GridDedicated]), "members": float64(len(g.ReportIns))}
	for _, s := range scripts {
		if s.Flow == "hazard" {
			got["hazards_closed"]++
		}
		if s.Flow == "dispute" && s.Step == "resolved" {
			got["disputes_resolved"]++
		}
		if s.Issue {
			got["issues_solved"]++
		}
	}
	ids := map[string]bool{}
	for _, f := range Figures() {
		if ids[f.ID] || f.Title.En == "" || f.Quantity.Unit == "" {
			t.Errorf("%s is there twice or not said", f.ID)
		}
		ids[f.ID] = true
		v, ok := got[f.ID]
		if ok && !f.Quantity.Holds(v) {
			t.Errorf("%s: %v does not hold", f.ID, v)
		}
		// 余 holds from the figure to the next one that would be told, and an exact figure for itself alone.
		low, next := f.Quantity.Value-1, f.Quantity.Value+max(1, f.Quantity.Step)
		if ok && (f.Quantity.Holds(low) || f.Quantity.Holds(next)) {
			t.Errorf("%s holds for %v or %v as well", f.ID, low, next)
		}
		delete(got, f.ID)
	}
	if len(got) > 0 {
		t.Errorf("no figure for %v", got)
	}
}

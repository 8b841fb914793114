package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
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

// moves is what the flows allow, kept apart from them so that a script that breaks a flow is seen here first: the steps an
// action may be taken from, and where it leads ("" stays).
var moves = map[string]struct {
	from []string
	to   string
}{
	"menu submit": {[]string{"ordered"}, "submitted"}, "menu dispatch": {[]string{"submitted"}, "dispatched"},
	"menu accept": {[]string{"dispatched"}, "accepted"}, "menu finish": {[]string{"accepted"}, "done"},
	"menu return": {[]string{"submitted", "dispatched", "accepted"}, "submitted"}, "menu transfer": {[]string{"submitted"}, "submitted"},
	"menu suspend": {[]string{"accepted"}, "suspended"}, "menu resume": {[]string{"suspended"}, "accepted"},
	"menu supervise": {[]string{"accepted"}, ""}, "menu comment": {[]string{"accepted"}, ""}, "menu rate": {[]string{"done"}, "rated"},
	"menu cancel":   {[]string{"ordered"}, "cancelled"},
	"hazard assign": {[]string{"found"}, "assigned"}, "hazard start": {[]string{"assigned"}, "rectifying"},
	"hazard finish": {[]string{"rectifying"}, "rectified"}, "hazard recheck": {[]string{"rectified"}, "rechecked"},
}

// play walks a script through the moves and gives its first fault, or "".
func play(g *Registers, s *Script, now time.Time) string {
	step, unit, assignee := "ordered", "", kernel.ID("")
	if s.Flow == "hazard" {
		step = "found"
	}
	for i, a := range s.Acts {
		switch {
		case !a.At.Before(now):
			return "acts in the future"
		case i > 0 && a.At.Before(s.Acts[i-1].At):
			return a.Action + " goes back in time"
		case i == 0:
			if a.Action != "order" && a.Action != "report" {
				return "begins with " + a.Action
			}
			continue
		}
		m, ok := moves[s.Flow+" "+a.Action]
		if !ok || !slices.Contains(m.from, step) {
			return a.Action + " at " + step
		}
		if f := right(g, a, unit, assignee); f != "" {
			return f
		}
		was := step
		if m.to != "" {
			step = m.to
		}
		switch a.Action {
		case "submit", "assign", "transfer":
			unit, assignee = a.Form["unit"].(string), ""
		case "dispatch":
			if x, ok := a.Form["assignee"].(string); ok {
				assignee = kernel.ID(x)
			}
		case "accept", "start":
			assignee = a.By
		case "return":
			if assignee = ""; was == "submitted" {
				step, unit = "ordered", ""
			}
		case "rate":
			if a.Form["solved"] == false {
				step, assignee = "submitted", ""
			}
		case "recheck":
			if a.Form["passed"] == false {
				step = "rectifying"
			}
		case "finish":
			if a.Form["result"] == "" || s.Flow == "hazard" && a.Photos == 0 {
				return "finishes without a result or its picture"
			}
		}
	}
	if step != s.Step {
		return "rests in " + step
	}
	return ""
}

// right says why the actor of an act may not take it, or "".
func right(g *Registers, a Act, unit string, assignee kernel.ID) string {
	holds := func(org string) bool {
		return slices.ContainsFunc(g.Holdings, func(h *orgs.Holding) bool {
			return h.Person == a.By && h.Role == a.As && (org == "" || string(h.Org) == org)
		})
	}
	switch {
	case a.By == "" && !slices.Contains([]string{"rate", "comment", "cancel"}, a.Action):
		return a.Action + " by nobody"
	case a.As == kernel.UnitDispatcher && !holds(unit), a.As == kernel.Cadre && !holds(unit):
		return fmt.Sprintf("%s by a %s of another unit", a.Action, a.As)
	case a.By != "" && !holds(""):
		return a.Action + " without the post"
	case a.Action == "accept" && assignee != "" && assignee != a.By, a.Action == "finish" && assignee != a.By, a.Action == "suspend" && assignee != a.By:
		return a.Action + " by another than the assignee"
	case a.Action == "recheck" && assignee == a.By:
		return "rechecked by who put it right"
	}
	return ""
}

func TestScriptsCanBePlayed(t *testing.T) {
	for _, now := range []time.Time{today, today.Add(-17 * time.Hour), today.AddDate(0, 0, -2), today.AddDate(0, -4, 3)} {
		scripts, g, _ := told(t, now)
		keys := map[string]bool{}
		for _, s := range scripts {
			if f := play(g, s, now); f != "" {
				t.Errorf("%v %s: %s", now, s.Key, f)
			}
			if keys[s.Key] || s.Text == "" || strings.Contains(s.Text, "{") {
				t.Errorf("%s is there twice, or its text is %q", s.Key, s.Text)
			}
			keys[s.Key] = true
		}
	}
}

func TestPlantedFaultsOfScriptsAreCaught(t *testing.T) {
	scripts, g, _ := told(t, today)
	for name, plant := range map[string]func(*Script){
		"a step left out":  func(s *Script) { s.Acts = append(s.Acts[:1:1], s.Acts[2:]...) },
		"wrong rest":       func(s *Script) { s.Step = "done" },
		"future":           func(s *Script) { s.Acts[len(s.Acts)-1].At = today.Add(time.Hour) },
		"back in time":     func(s *Script) { s.Acts[2].At = s.Acts[0].At.Add(-time.Hour) },
		"wrong dispatcher": func(s *Script) { s.Acts[2].By = s.Acts[1].By },
		"nobody":           func(s *Script) { s.Acts[1].By = "" },
	} {
		s := *scripts[0]
		s.Acts = append([]Act{}, s.Acts...)
		plant(&s)
		if play(g, &s, today) == "" {
			t.Errorf("the fault %q is not caught", name)
		}
	}
}

func TestTheIssuesOfThePeriod(t *testing.T) {
	scripts, _, _ := told(t, today)
	issues, hazards, satisfied, total, rest := 0, 0, 0, 0, map[string]int{}
	for _, s := range scripts {
		last := s.Acts[len(s.Acts)-1]
		inside := !s.Acts[0].At.Before(PeriodFrom) && last.At.Before(PeriodTo)
		switch {
		case s.Flow == "hazard":
			hazards++
			if !inside {
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
	if share := float64(satisfied) / float64(total); issues != 718 || hazards != numHazards || share < 0.92 || share > 0.96 {
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
	js := func(s []*Script) string {
		x, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(x)
	}
	if js(a) != js(b) {
		t.Error("two runs differ")
	}
	const fixed = numSolved + numHazards
	if js(a[:fixed]) != js(c[:fixed]) {
		t.Error("the period depends on now")
	}
	if js(a[fixed:]) == js(c[fixed:]) {
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
	scripts, g, m := told(t, today)
	texts := map[string]bool{}
	for _, s := range scripts {
		p := g.byID[s.Place]
		if !planar.PolygonContains(p.Shape.(orb.Polygon), s.At) {
			t.Errorf("%s does not lie in %s", s.Key, p.Name)
		}
		texts[s.Text] = true
		if s.Flow == "hazard" {
			continue
		}
		it := m.Item(s.Item)
		for _, f := range it.Form {
			if _, ok := s.Form[f.ID]; f.Required && !ok {
				t.Errorf("%s lacks %s", s.Key, f.ID)
			}
		}
		for k, v := range s.Form {
			i := slices.IndexFunc(it.Form, func(f workflow.Field) bool { return f.ID == k })
			if i < 0 {
				t.Errorf("%s answers %s, which %s does not ask", s.Key, k, it.ID)
			} else if f := it.Form[i]; f.Type == "choice" && !slices.ContainsFunc(f.Choices, func(c workflow.Choice) bool { return c.ID == v }) {
				t.Errorf("%s: %v is no choice of %s", s.Key, v, k)
			}
		}
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
		if v, ok := got[f.ID]; ok && !f.Quantity.Holds(v) {
			t.Errorf("%s: %v does not hold", f.ID, v)
		}
		delete(got, f.ID)
	}
	if len(got) > 0 {
		t.Errorf("no figure for %v", got)
	}
}

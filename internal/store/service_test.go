package store_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
	"sanzhi/internal/vault"
	"sanzhi/internal/workflow"
)

// The service of cases is tried here, on a real store: its acts are units of work, and what they leave behind is what a
// reader finds.

const (
	worldTenant kernel.Tenant = "630105"
	worldPath   kernel.Path   = "630105/1/2/3/"
	unitA       kernel.ID     = "unit-a"
	unitB       kernel.ID     = "unit-b"
)

// world is a district of one grid, two units and the people who carry a case through the menu flow.
type world struct {
	db    *store.DB
	clock *kernel.ManualClock
	svc   *cases.Service
	set   *cases.Setup
	flow  *workflow.Compiled
	staff map[string]kernel.Actor
}

// Of implements cases.Setups.
func (w *world) Of(context.Context, kernel.Tenant) (*cases.Setup, error) { return w.set, nil }

// At implements cases.Locator: everything east of 0 lies in the grid.
func (w *world) At(lon, _ float64) territory.At {
	if lon <= 0 {
		return territory.At{}
	}
	ref := func(id string, k territory.Kind) *territory.Ref {
		return &territory.Ref{ID: kernel.ID(id), Code: id, Name: id, Kind: k}
	}
	return territory.At{Grid: ref("grid", territory.GridGeneral), Community: ref("community", territory.Community),
		Street: ref("street", territory.Subdistrict), County: ref("county", territory.County), Path: worldPath}
}

// Take implements cases.Uploads.
func (w *world) Take(kernel.Tx, []kernel.ID, kernel.ID) error { return nil }

func newWorld(t testing.TB) *world {
	t.Helper()
	// A Monday morning in office hours.
	w := &world{clock: kernel.NewManualClock(time.Date(2026, 6, 1, 2, 0, 0, 0, time.UTC)), staff: map[string]kernel.Actor{}}
	w.db = store.New(freshSQLite(t).Engine, w.clock)
	office, err := workflow.ParseOfficeHours("08:30-12:00,14:30-18:00")
	if err != nil {
		t.Fatal(err)
	}
	flows, err := workflow.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	w.set = &cases.Setup{Tenant: worldTenant, District: kernel.T("城北区", "Chengbei"), Flows: map[string]map[int]*workflow.Compiled{}, Latest: map[string]int{},
		Items: []*cases.Item{{ID: "lamp", Flow: "menu", Title: kernel.T("路灯不亮", "Street light out"), Sector: "lighting"}},
		Rules: []cases.Rule{{ID: "sector-lighting", Sectors: []string{"lighting"}, Via: cases.ViaUnit, Unit: unitA}},
		Orgs:  map[kernel.ID]*orgs.Org{unitA: {ID: unitA, Name: "甲"}, unitB: {ID: unitB, Name: "乙"}}, Calendar: workflow.China(), Office: office, Index: w}
	for _, f := range flows {
		c, err := workflow.Compile(f)
		if err != nil {
			t.Fatal(err)
		}
		w.set.Flows[f.ID], w.set.Latest[f.ID] = map[int]*workflow.Compiled{f.Version: c}, f.Version
	}
	w.flow = w.set.Flows["menu"][w.set.Latest["menu"]]
	ring, err := vault.NewKeyring(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sealer := vault.NewSealer(ring)
	w.svc = cases.NewService(cases.Ports{Store: w.db, Cases: store.Cases{}, Looks: store.Cases{}, Tending: store.Cases{}, Uploads: w, Outbox: store.Outbox{DB: w.db},
		Ledger: ledger.NewLog(store.Ledger{}, sealer), People: store.Orgs{}, Setups: w, Sealer: sealer, Keyring: ring, Clock: w.clock})
	var people []*orgs.Person
	var held []*orgs.Holding
	for _, p := range []struct {
		name string
		role kernel.Role
		org  kernel.ID
		path kernel.Path
	}{{"clerk", kernel.CommunityClerk, "", "630105/1/2/"}, {"dispatcher", kernel.UnitDispatcher, unitA, "630105/"}, {"cadre", kernel.Cadre, unitA, "630105/"},
		{"other cadre", kernel.Cadre, unitA, "630105/"}, {"dispatcher b", kernel.UnitDispatcher, unitB, "630105/"}, {"cadre b", kernel.Cadre, unitB, "630105/"},
		{"far clerk", kernel.CommunityClerk, "", "630105/9/"}} {
		w.staff[p.name] = kernel.Actor{Kind: kernel.ActorAccount, Tenant: worldTenant, Account: kernel.ID(p.name), Name: p.name,
			Posts: []kernel.Post{{ID: kernel.ID(p.name), Role: p.role, Org: p.org, Place: "place", Path: p.path}}}
		// The register knows them too: a case goes only to units that have somebody for it.
		people = append(people, &orgs.Person{ID: kernel.ID(p.name)})
		held = append(held, &orgs.Holding{ID: kernel.ID(p.name), Person: kernel.ID(p.name), Role: p.role, Org: p.org, Place: "place", Path: p.path,
			From: w.clock.Now().Add(-time.Hour)})
	}
	if err := w.db.Update(context.Background(), worldTenant, func(tx kernel.Tx) error {
		if err := (store.Orgs{}).PutPeople(tx, people); err != nil {
			return err
		}
		return store.Orgs{}.PutHoldings(tx, held)
	}); err != nil {
		t.Fatal(err)
	}
	return w
}

// order opens a case at the grid.
func (w *world) order(t fataler, text string) (*cases.Case, vault.TrackCode) {
	t.Helper()
	ctx := context.Background()
	d, err := w.svc.Prepare(ctx, kernel.Anonymous(worldTenant), cases.Order{Flow: "menu", Item: "lamp", Text: text, Lon: 101, Lat: 36})
	if err != nil {
		t.Fatalf("order: %v", err)
	}
	var o *cases.Opened
	if err := w.db.Update(ctx, worldTenant, func(tx kernel.Tx) (err error) {
		o, err = w.svc.StoreDraft(tx, kernel.Anonymous(worldTenant), d)
		return err
	}); err != nil {
		t.Fatalf("order: %v", err)
	}
	return o.Case, o.Code
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// act takes an action as staff.
func (w *world) act(who string, c *cases.Case, action string, form map[string]any) (*cases.Case, error) {
	var out *cases.Case
	err := w.db.Update(context.Background(), worldTenant, func(tx kernel.Tx) error {
		d, err := w.svc.Act(tx, w.set, w.staff[who], c.ID, action, c.Version, form)
		if err == nil {
			out = d.Case
		}
		return err
	})
	return out, err
}

// byCode takes an action as who holds the code.
func (w *world) byCode(code vault.TrackCode, action string, form map[string]any) (*cases.Case, error) {
	var out *cases.Case
	err := w.db.Update(context.Background(), worldTenant, func(tx kernel.Tx) error {
		d, err := w.svc.ActByCode(tx, w.set, code, action, 0, form)
		if err == nil {
			out = d.Case
		}
		return err
	})
	return out, err
}

// stored reads a case and its rows back.
func (w *world) stored(t fataler, id kernel.ID) (c *cases.Case, rows []*ledger.Row) {
	t.Helper()
	if err := w.db.View(context.Background(), worldTenant, func(tx kernel.Tx) (err error) {
		c, rows, err = w.svc.Read(tx, kernel.System(worldTenant), id)
		return err
	}); err != nil {
		t.Fatalf("read: %v", err)
	}
	return c, rows
}

// said is one act of a script.
type said struct {
	who, action string
	form        map[string]any
	wait        time.Duration // before it
}

// play takes a case through a script.
func (w *world) play(t *testing.T, c *cases.Case, code vault.TrackCode, script []said) *cases.Case {
	t.Helper()
	for _, s := range script {
		w.clock.Set(w.clock.Now().Add(s.wait))
		var err error
		var next *cases.Case
		if s.who == "" {
			next, err = w.byCode(code, s.action, s.form)
		} else {
			next, err = w.act(s.who, c, s.action, s.form)
		}
		if err != nil {
			t.Fatalf("%s %s: %v", s.who, s.action, err)
		}
		c = next
	}
	return c
}

var (
	toDispatched = []said{{who: "clerk", action: "submit"}, {who: "dispatcher", action: "dispatch"}}
	toDone       = append(slices.Clone(toDispatched), said{who: "cadre", action: "accept"}, said{who: "cadre", action: "finish", form: map[string]any{"result": "修好了"}})
	good         = map[string]any{"score": 5, "solved": true}
)

func TestServiceMeasures(t *testing.T) {
	const days = 24 * time.Hour
	for _, c := range []struct {
		name   string
		script []said
		step   string
		want   cases.Measures // without what is due
	}{
		{"in time", toDone, "done", cases.Measures{RespKept: 1, FinKept: 1}},
		{"accepted late", slices.Concat(toDispatched, []said{{who: "cadre", action: "accept", wait: 3 * days}, toDone[3]}), "done", cases.Measures{RespMissed: 1, FinKept: 1}},
		{"finished late", slices.Concat(toDone[:3], []said{{who: "cadre", action: "finish", form: toDone[3].form, wait: 20 * days}}), "done", cases.Measures{RespKept: 1, FinMissed: 1}},
		{"suspended in between", slices.Concat(toDone[:3], []said{{who: "cadre", action: "suspend", form: map[string]any{"reason": "等配件"}},
			{who: "cadre", action: "resume", wait: 20 * days}, toDone[3]}), "done", cases.Measures{RespKept: 1, FinKept: 1}},
		{"transferred in time counts for nobody", slices.Concat(toDispatched, []said{{who: "dispatcher", action: "transfer", form: map[string]any{"unit": string(unitB), "reason": "归他们"}}}),
			"submitted", cases.Measures{}},
		{"two rounds", slices.Concat(toDone, []said{{action: "rate", form: map[string]any{"score": 1, "solved": false}}}, toDone[1:]), "done", cases.Measures{RespKept: 2, FinKept: 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			opened, code := w.order(t, "路灯不亮")
			w.play(t, opened, code, c.script)
			got, rows := w.stored(t, opened.ID)
			m := got.Measures
			m.RespDue, m.FinDue = time.Time{}, time.Time{}
			if got.Step != c.step || m != c.want {
				t.Errorf("rests in %s with %+v, want %s with %+v", got.Step, m, c.step, c.want)
			}
			if len(rows) != got.Version || got.Version != len(c.script)+1 {
				t.Errorf("%d rows, version %d, after %d acts", len(rows), got.Version, len(c.script)+1)
			}
		})
	}
}

func TestServiceOpens(t *testing.T) {
	w := newWorld(t)
	c, _ := w.order(t, "路灯不亮")
	got, rows := w.stored(t, c.ID)
	if got.Route != (cases.Route{Unit: unitA, Rule: "sector-lighting"}) || got.Step != "ordered" || got.Version != 1 || got.Round != 1 || len(rows) != 1 || rows[0].Act != "order" {
		t.Errorf("opened as %+v with %d rows", got, len(rows))
	}
	for _, bad := range []struct {
		field string
		o     cases.Order
	}{
		{"lon", cases.Order{Flow: "menu", Item: "lamp", Text: "x", Lon: -1}},
		{"item", cases.Order{Flow: "menu", Item: "nothing", Text: "x", Lon: 1}},
		{"flow", cases.Order{Flow: "nothing", Text: "x", Lon: 1}},
		{"contact.phone", cases.Order{Flow: "menu", Item: "lamp", Text: "x", Lon: 1, Contact: cases.Contact{Phone: "12"}}},
		{"photos", cases.Order{Flow: "menu", Item: "lamp", Text: "x", Lon: 1, Photos: []kernel.ID{"a", "a"}}},
	} {
		_, err := w.svc.Prepare(context.Background(), kernel.Anonymous(worldTenant), bad.o)
		var e *kernel.Error
		if !errors.As(err, &e) || e.Field != bad.field {
			t.Errorf("%+v: %v, want an error that names the field %q", bad.o, err, bad.field)
		}
	}
}

func TestServiceRefuses(t *testing.T) {
	w := newWorld(t)
	c, code := w.order(t, "路灯不亮")
	refuse := func(what string, want kernel.Kind, err error) {
		t.Helper()
		if !kernel.Is(err, want) {
			t.Errorf("%s: %v, want %s", what, err, want)
		}
	}
	_, err := w.act("far clerk", c, "submit", nil)
	refuse("a clerk of another community", kernel.KindNotFound, err)
	_, err = w.act("clerk", c, "dispatch", nil)
	refuse("another's act", kernel.KindForbidden, err)
	_, err = w.act("clerk", c, "fly", nil)
	refuse("no such act", kernel.KindNotFound, err)
	_, err = w.act("clerk", c, "submit", map[string]any{"unit": "nobody"})
	refuse("no such unit", kernel.KindInvalid, err)
	_, err = w.act("clerk", &cases.Case{ID: c.ID, Version: 9}, "submit", nil)
	refuse("a stale version", kernel.KindConflict, err)
	_, err = w.byCode(code, "rate", good)
	refuse("rating too early", kernel.KindConflict, err)
	c = w.play(t, c, code, toDone)
	_, err = w.act("cadre", c, "finish", toDone[3].form)
	refuse("finishing twice", kernel.KindConflict, err)
	w.play(t, c, code, []said{{action: "rate", form: good}})
	_, err = w.byCode(code, "rate", good)
	refuse("rating twice", kernel.KindConflict, err)
	if _, rows := w.stored(t, c.ID); len(rows) != 6 {
		t.Errorf("what was refused left rows: %d, want 6", len(rows))
	}
}

func TestServiceMerge(t *testing.T) {
	w := newWorld(t)
	first, code1 := w.order(t, "路灯不亮")
	second, code2 := w.order(t, "路灯坏了")
	if _, err := w.act("clerk", second, "merge", map[string]any{"into": string(second.ID)}); !kernel.Is(err, kernel.KindInvalid) {
		t.Errorf("into itself: %v", err)
	}
	w.play(t, second, code2, []said{{who: "clerk", action: "merge", form: map[string]any{"into": string(first.ID)}}})
	first, _ = w.stored(t, first.ID) // being joined moved it on
	first = w.play(t, first, code1, toDone)
	if err := w.db.View(context.Background(), worldTenant, func(tx kernel.Tx) error {
		f, err := w.svc.Follow(tx, code2)
		if err != nil || f.Case.ID != first.ID || f.Own.ID != second.ID {
			t.Errorf("the second requester follows %+v, %v", f, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	w.play(t, first, code1, []said{{action: "rate", form: good}})
	if _, err := w.byCode(code2, "rate", map[string]any{"score": 2, "solved": true}); err != nil {
		t.Errorf("the second requester rates: %v", err)
	}
	if _, err := w.byCode(code2, "rate", good); !kernel.Is(err, kernel.KindConflict) {
		t.Errorf("and once more: %v", err)
	}
	got, _ := w.stored(t, first.ID)
	if got.Score != 5 {
		t.Errorf("the score of the case is %d", got.Score)
	}
}

// What a unit gives back is routed by the rules of that day, and the new proposal is kept.
func TestServiceRoutesAnew(t *testing.T) {
	w := newWorld(t)
	c, code := w.order(t, "路灯不亮")
	c = w.play(t, c, code, []said{{who: "clerk", action: "submit"}})
	w.set.Rules = []cases.Rule{{ID: "lighting-elsewhere", Sectors: []string{"lighting"}, Via: cases.ViaUnit, Unit: unitB}}
	w.play(t, c, code, []said{{who: "dispatcher", action: "return", form: map[string]any{"reason": "不归我们"}}})
	got, _ := w.stored(t, c.ID)
	if want := (cases.Route{Unit: unitB, Rule: "lighting-elsewhere"}); got.Route != want || got.Unit != "" {
		t.Errorf("given back, it is proposed to %+v with unit %q, want %+v", got.Route, got.Unit, want)
	}
}

func TestServiceTick(t *testing.T) {
	w := newWorld(t)
	c, code := w.order(t, "路灯不亮")
	count := func(act string) (n int) {
		_, rows := w.stored(t, c.ID)
		for _, r := range rows {
			if r.Act == act {
				n++
			}
		}
		return n
	}
	tick := func(after time.Duration) {
		t.Helper()
		w.clock.Set(w.clock.Now().Add(after))
		for range 2 { // the second changes nothing
			if _, err := w.svc.Tick(context.Background(), worldTenant, 100); err != nil {
				t.Fatal(err)
			}
		}
	}
	tick(0)
	if count("warn")+count("overdue") != 0 {
		t.Error("it warns of what has just begun")
	}
	tick(48 * time.Hour)
	if n := count("overdue"); n != 1 {
		t.Errorf("told %d times that the submission is overdue, want once", n)
	}
	got, _ := w.stored(t, c.ID)
	if got.Version != 1 {
		t.Errorf("a warning made version %d", got.Version)
	}
	w.play(t, got, code, toDone)
	tick(30 * 24 * time.Hour)
	if got, _ = w.stored(t, c.ID); got.Step != "unrated" || got.Ended == "" || !got.TickAt.IsZero() {
		t.Errorf("not rated, it rests in %q, ended %q, looked at again %v", got.Step, got.Ended, got.TickAt)
	}
}

// A random legal walk keeps what must hold after every act.
func TestServiceWalks(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(r *rapid.T) {
		c, code := w.order(r, "路灯不亮")
		k := &walk{w: w, code: code, count: map[string]int{}}
		for i := range rapid.IntRange(1, 14).Draw(r, "acts") {
			w.clock.Set(w.clock.Now().Add(time.Duration(rapid.IntRange(0, 60).Draw(r, fmt.Sprint("hours ", i))) * time.Hour))
			if c = k.step(r, c); c == nil {
				return
			}
		}
	})
}

type walk struct {
	w     *world
	code  vault.TrackCode
	count map[string]int
}

// step takes one of the offered acts; nil when none is.
func (k *walk) step(r *rapid.T, c *cases.Case) *cases.Case {
	type offer struct {
		who string
		a   *workflow.Action
	}
	var offers []offer
	names := []string{""}
	for n := range k.w.staff {
		names = append(names, n)
	}
	slices.Sort(names)
	if err := k.w.db.View(context.Background(), worldTenant, func(tx kernel.Tx) error {
		for _, who := range names {
			actor := k.w.staff[who]
			if who == "" {
				actor = kernel.Actor{Kind: kernel.ActorRequester, Tenant: worldTenant, Case: c.ID}
			}
			l, err := k.w.svc.Offers(k.w.set, actor, c, tx)
			if err != nil {
				return err
			}
			for _, a := range l {
				if a.ID != "merge" {
					offers = append(offers, offer{who, a})
				}
			}
		}
		return nil
	}); err != nil {
		r.Fatalf("offers: %v", err)
	}
	if len(offers) == 0 {
		return nil
	}
	slices.SortFunc(offers, func(a, b offer) int { return cmp.Or(cmp.Compare(a.who, b.who), cmp.Compare(a.a.ID, b.a.ID)) })
	o := rapid.SampledFrom(offers).Draw(r, "offer")
	form := fillForm(r, o.a, c)
	var next *cases.Case
	var err error
	if o.who == "" {
		next, err = k.w.byCode(k.code, o.a.ID, form)
	} else {
		next, err = k.w.act(o.who, c, o.a.ID, form)
	}
	if err != nil {
		r.Fatalf("%s %s in %s with %v, though offered: %v", o.who, o.a.ID, c.Step, form, err)
	}
	k.count[o.a.ID]++
	k.check(r, o.a.ID, c, next)
	return next
}

// check says what must hold after every act.
func (k *walk) check(r *rapid.T, act string, before, c *cases.Case) {
	got, rows := k.w.stored(r, c.ID)
	if d := gocmp.Diff([]any{c.Step, c.Version, c.Round, c.Unit, c.Assignee, c.Measures}, []any{got.Step, got.Version, got.Round, got.Unit, got.Assignee, got.Measures}); d != "" {
		r.Fatalf("%s: stored otherwise (-said +stored)\n%s", act, d)
	}
	if len(rows) != c.Version || c.Version != before.Version+1 {
		r.Fatalf("%s: version %d after %d, %d rows", act, c.Version, before.Version, len(rows))
	}
	for i, row := range rows {
		if row.Version != i+1 {
			r.Fatalf("%s: row %d has version %d", act, i, row.Version)
		}
	}
	was, _ := k.w.flow.Flow.Step(before.Step)
	is, _ := k.w.flow.Flow.Step(c.Step)
	back := slices.Contains([]string{"return", "transfer", "reopen"}, act)
	if is.Bead < was.Bead && !back && c.Round == before.Round {
		r.Fatalf("%s: the beads go back from %d to %d within a round", act, was.Bead, is.Bead)
	}
	m, b := c.Measures, before.Measures
	if m.RespKept < b.RespKept || m.RespMissed < b.RespMissed || m.FinKept < b.FinKept || m.FinMissed < b.FinMissed {
		r.Fatalf("%s: measures shrink from %+v to %+v", act, b, m)
	}
	if n := m.RespKept + m.RespMissed; n < k.count["accept"] || n > k.count["dispatch"] {
		r.Fatalf("%s: %d responses counted, %d accepted, %d dispatched", act, n, k.count["accept"], k.count["dispatch"])
	}
	if n := m.FinKept + m.FinMissed; n < k.count["finish"] || n > k.count["dispatch"] {
		r.Fatalf("%s: %d finishes counted, %d finished, %d dispatched", act, n, k.count["finish"], k.count["dispatch"])
	}
	if c.Ended != "" && (!m.RespDue.IsZero() || !m.FinDue.IsZero() || !c.TickAt.IsZero() || c.DueAt() != cases.Never) {
		r.Fatalf("%s: ended, and a promise still runs: %+v", act, m)
	}
}

// fillForm answers what an action must know.
func fillForm(r *rapid.T, a *workflow.Action, c *cases.Case) map[string]any {
	form := map[string]any{}
	for _, f := range a.Form {
		other := unitB
		if c.Unit == unitB {
			other = unitA
		}
		switch {
		case !f.Required && f.Type != "text":
		case f.Type == "unit":
			form[f.ID] = string(other)
		case f.Type == "units":
			form[f.ID] = []any{string(other)}
		case f.Type == "boolean":
			form[f.ID] = rapid.Bool().Draw(r, f.ID)
		case f.Type == "integer":
			form[f.ID] = rapid.IntRange(1, 5).Draw(r, f.ID)
		default:
			form[f.ID] = "说明一下"
		}
	}
	return form
}

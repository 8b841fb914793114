package planning

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
)

var drawn = Params{Weights: Weights{Scale: 80, Convenient: 50, Resources: 20, Functions: 20}, Tolerance: 10, Seed: 1}

func work(t *testing.T, s *Service) {
	t.Helper()
	if did, err := s.Work(context.Background(), here, "me"); !did || err != nil {
		t.Fatalf("%v, %v", did, err)
	}
}

// TestALongSolveTellsAndKeepsItsLease: within each solve, not only between them, the plan says how far it is and renews its lease.
func TestALongSolveTellsAndKeepsItsLease(t *testing.T) {
	for _, tt := range []struct {
		kind     Kind
		p        Params
		from, to int // of the solve
	}{
		{Partition, drawn, 45, 60},
		{Siting, Params{Stations: 9, Radius: 150, Seed: 1}, 60, 90},
	} {
		s, m := district(t, 2, 24)
		id := m.ask(tt.kind, tt.p)
		work(t, s)
		if p := m.plans[id]; p.State != Done || p.Progress != 100 || p.Holder != "" {
			t.Errorf("%s: %+v", tt.kind, p)
		}
		inside := 0
		for i, x := range m.told {
			if x.percent > tt.from && x.percent < tt.to {
				inside++
			}
			if i > 0 && (x.percent < m.told[i-1].percent || !x.until.After(m.told[i-1].until)) {
				t.Errorf("%s: %v after %v", tt.kind, x, m.told[i-1])
			}
		}
		if inside < 2 {
			t.Errorf("%s: nothing is told within a solve: %v", tt.kind, m.told)
		}
	}
}

// TestCancelledInsideASolve: a plan cancelled while it is solved stops there and leaves nothing.
func TestCancelledInsideASolve(t *testing.T) {
	for _, tt := range []struct {
		kind Kind
		p    Params
		past int
	}{{Partition, drawn, 46}, {Siting, Params{Stations: 9, Radius: 150, Seed: 1}, 61}} {
		s, m := district(t, 2, 24)
		id := m.ask(tt.kind, tt.p)
		after := 0
		m.advance = func(m *memory, percent int) {
			if m.plans[id].State == Cancelled {
				after++
			}
			if percent >= tt.past && m.plans[id].State == Running {
				if _, err := s.Cancel(unit{m.clock.Now()}, planner(), id); err != nil {
					t.Error(err)
				}
			}
		}
		work(t, s)
		if p := m.plans[id]; p.State != Cancelled || m.parts[string(id)+string(PartResult)] != nil {
			t.Errorf("%s: %+v", tt.kind, p)
		}
		if after > 0 {
			t.Errorf("%s: told %d times more after it was cancelled", tt.kind, after)
		}
		if len(m.rows) != 1 || m.rows[0].Act != "plan_cancelled" {
			t.Errorf("%s: %v", tt.kind, m.rows)
		}
	}
}

// TestALeaseTakenByAnotherEndsTheRun: two processes never both write.
func TestALeaseTakenByAnotherEndsTheRun(t *testing.T) {
	s, m := district(t, 2, 24)
	id := m.ask(Partition, drawn)
	m.advance = func(m *memory, percent int) {
		if percent > 46 {
			m.plans[id].Holder = "another"
		}
	}
	work(t, s)
	if p := m.plans[id]; p.State != Running || p.Holder != "another" || m.parts[string(id)+string(PartResult)] != nil {
		t.Errorf("%+v", p)
	}
}

// TestAnotherProcessGoesOn: what a shutdown left is taken up once the lease is over, from the same ground.
func TestAnotherProcessGoesOn(t *testing.T) {
	s, m := district(t, 1, 12)
	id := m.ask(Partition, drawn)
	ctx, stop := context.WithCancel(context.Background())
	m.advance = func(*memory, int) { stop() }
	if did, err := s.Work(ctx, here, "first"); !did || err != nil {
		t.Fatalf("%v, %v", did, err)
	}
	ground := string(m.parts[string(id)+string(PartInput)])
	if p := m.plans[id]; p.State != Running || p.Holder != "first" || ground == "" {
		t.Fatalf("%+v", p)
	}
	m.advance = nil
	if did, err := s.Work(context.Background(), here, "second"); did || err != nil {
		t.Fatalf("taken before the lease was over: %v, %v", did, err)
	}
	m.places = nil // the district changes meanwhile: the plan is of what was
	m.clock.t = m.clock.t.Add(lease)
	work(t, s)
	if p := m.plans[id]; p.State != Done || string(m.parts[string(id)+string(PartInput)]) != ground {
		t.Errorf("%+v", p)
	}
}

// TestAStoreThatFailsForAWhile: a renewal that fails is tried again while the lease holds, and not beyond it.
func TestAStoreThatFailsForAWhile(t *testing.T) {
	for _, tt := range []struct {
		name string
		fail time.Duration
		want State
	}{{"a while", 30 * time.Second, Done}, {"beyond half the lease", 150 * time.Second, Running}} {
		s, m := district(t, 2, 24)
		id, since := m.ask(Partition, drawn), time.Time{}
		m.broken = func() error {
			if m.plans[id].Progress < 46 {
				return nil
			}
			if since.IsZero() {
				since = m.clock.t
			}
			if m.clock.t.Sub(since) < tt.fail {
				return errors.New("disk")
			}
			return nil
		}
		m.clock.step = 10 * time.Second
		_, err := s.Work(context.Background(), here, "me")
		if p := m.plans[id]; p.State != tt.want || (tt.want == Done) != (err == nil) || since.IsZero() {
			t.Errorf("%s: %v, %+v", tt.name, err, p)
		}
	}
}

func TestWhatCannotBePlannedSaysWhy(t *testing.T) {
	for _, tt := range []struct {
		name  string
		kind  Kind
		p     Params
		spoil func(*memory)
		say   string
	}{
		{"a grid to lock that is not here", Partition, Params{Tolerance: 10, Locked: []string{"x"}}, nil, "要锁的网格 x 不在这里"},
		{"fewer grids than communities", Partition, Params{Tolerance: 10, Grids: 1}, nil, "网格数要在 2 到"},
		{"no homes", Partition, Params{Tolerance: 10}, func(m *memory) { m.places = m.places[:3] }, "没有可以重划的地方"},
		{"nobody to serve", Assignment, Params{Load: 3}, func(m *memory) { m.staff = nil }, "还没有网格员"},
	} {
		s, m := district(t, 2, 6)
		if tt.spoil != nil {
			tt.spoil(m)
		}
		id := m.ask(tt.kind, tt.p)
		work(t, s)
		if p := m.plans[id]; p.State != Failed || !strings.Contains(p.Fault.Zh, tt.say) || p.Fault.En == "" {
			t.Errorf("%s: %+v", tt.name, p)
		}
	}
}

func TestWhatIsAskedIsChecked(t *testing.T) {
	for _, tt := range []struct {
		kind  Kind
		p     Params
		field string
	}{
		{Partition, Params{Tolerance: 0}, "tolerance"}, {Partition, Params{Tolerance: 51}, "tolerance"}, {Partition, drawn, ""},
		{Partition, Params{Tolerance: 10, Grids: MostGrids + 1}, "grids"}, {Partition, Params{Tolerance: 10, Weights: Weights{Scale: -1}}, "weights.scale"},
		{Partition, Params{Tolerance: 10, Weights: Weights{Functions: 101}}, "weights.functions"},
		{Siting, Params{Stations: 0, Radius: 500}, "stations"}, {Siting, Params{Stations: 1, Radius: 99}, "radius"}, {Siting, Params{Stations: 200, Radius: 5000}, ""},
		{Assignment, Params{}, "load"}, {Assignment, Params{Load: 20}, ""}, {Reach, Params{}, ""}, {"tunnel", Params{}, "kind"},
	} {
		err := tt.p.Check(tt.kind)
		var e *kernel.Error
		if tt.field == "" && err != nil || tt.field != "" && (!errors.As(err, &e) || e.Kind != kernel.KindInvalid || e.Field != tt.field) {
			t.Errorf("%s %+v: %v", tt.kind, tt.p, err)
		}
	}
}

func TestAskingForAPlan(t *testing.T) {
	s, m := district(t, 1, 6)
	ready := m.ask(Partition, drawn)
	work(t, s)
	with := func(f func(*Draft)) Draft {
		d := Draft{Kind: Partition, Name: "重划", Place: "street", Params: drawn}
		f(&d)
		return d
	}
	clerk := kernel.Actor{Kind: kernel.ActorAccount, Tenant: here, Account: "c", Posts: []kernel.Post{{Role: kernel.Planner, Path: "630105/002/"}}}
	for _, tt := range []struct {
		name  string
		actor kernel.Actor
		d     Draft
		want  kernel.Kind
	}{
		{"as asked", planner(), with(func(*Draft) {}), ""},
		{"without a name", planner(), with(func(d *Draft) { d.Name = " " }), kernel.KindInvalid},
		{"nowhere", planner(), with(func(d *Draft) { d.Place = "moon" }), kernel.KindInvalid},
		{"for a house", planner(), with(func(d *Draft) { d.Place = "home0-0" }), kernel.KindInvalid},
		{"from a plan that is ready", planner(), with(func(d *Draft) { d.Params.Base = ready }), ""},
		{"from no plan", planner(), with(func(d *Draft) { d.Params.Base = "none" }), kernel.KindInvalid},
		{"from another place's", planner(), with(func(d *Draft) { d.Place, d.Params.Base = "community0", ready }), kernel.KindInvalid},
		{"by whose place it is not", clerk, with(func(*Draft) {}), kernel.KindNotFound},
	} {
		p, err := s.Create(unit{m.clock.Now()}, tt.actor, tt.d)
		if tt.want == "" && (err != nil || p.State != Waiting) || tt.want != "" && !kernel.Is(err, tt.want) {
			t.Errorf("%s: %v, %+v", tt.name, err, p)
		}
	}
	if _, err := s.Cancel(unit{m.clock.Now()}, planner(), ready); !kernel.Is(err, kernel.KindConflict) {
		t.Errorf("cancelled what is ready: %v", err)
	}
	if _, err := s.Cancel(unit{m.clock.Now()}, clerk, ready); !kernel.Is(err, kernel.KindNotFound) {
		t.Errorf("cancelled by a stranger: %v", err)
	}
}

// TestDrawnGrids counts every drawing again: each home in one grid of its own community, nobody lost, locked grids as they were, the
// same grids from the same seed.
func TestDrawnGrids(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s, m := district(t, rapid.IntRange(1, 2).Draw(rt, "communities"), rapid.IntRange(4, 7).Draw(rt, "wide"))
		p := drawn
		p.Seed = rapid.Uint64().Draw(rt, "seed")
		p.Weights.Convenient, p.Weights.Resources = rapid.IntRange(0, 100).Draw(rt, "convenient"), rapid.IntRange(0, 100).Draw(rt, "resources")
		if rapid.Bool().Draw(rt, "locked") {
			p.Locked = []string{"630105001000002"}
		}
		id, again := m.ask(Partition, p), m.ask(Partition, p)
		work(t, s)
		work(t, s)
		r, g := m.result(t, id)
		if other, _ := m.result(t, again); !slices.Equal(other.Of, r.Of) {
			rt.Fatal("another plan from the same seed")
		}
		people, total := make([]int, len(r.Lots)), 0
		for h, l := range r.Of {
			if l < 0 || l >= len(r.Lots) || r.Lots[l].Area != g.Homes[h].Area {
				rt.Fatalf("home %d of area %d is in grid %d", h, g.Homes[h].Area, l)
			}
			if was := g.Homes[h].Lot; was >= 0 && g.Lots[was].Code == "630105001000002" && p.Locked != nil && r.Lots[l].Code != g.Lots[was].Code {
				rt.Fatalf("home %d left a grid that is locked", h)
			}
			people[l] += g.Homes[h].People
			total += g.Homes[h].People
		}
		codes := map[string]bool{}
		for i, l := range r.Lots {
			if l.People != people[i] || codes[l.Code] || l.Shape == nil {
				rt.Fatalf("grid %s says %d people, counted %d", l.Code, l.People, people[i])
			}
			codes[l.Code] = true
		}
		if r.Plan.People != total || r.Plan.Broken != 0 || r.Plan.Within < r.Now.Within || len(r.Lots) != len(g.Lots) {
			rt.Fatalf("%+v from %+v", r.Plan, r.Now)
		}
	})
}

func TestSitedStations(t *testing.T) {
	s, m := district(t, 2, 10)
	id := m.ask(Siting, Params{Stations: 4, Radius: 250, Seed: 1})
	work(t, s)
	all, g := m.result(t, id)
	r := all.Siting
	covered, gains := 0, 0
	for _, h := range g.Homes {
		near := func(s Station) bool { return geo.Distance(s.At, h.At) <= 250 }
		if slices.ContainsFunc(r.Added, near) || geo.Distance(g.Stands[0].At, h.At) <= 250 {
			covered += h.People
		}
	}
	for i, a := range r.Added {
		gains += a.Gain
		if i > 0 && a.Gain > r.Added[i-1].Gain {
			t.Errorf("%d gains more than the one before it", i)
		}
	}
	if r.After != covered || r.Before+gains != r.After || r.Bound < r.After || r.After > r.People || r.Before >= r.After || len(r.Added) != 4 {
		t.Errorf("%+v, counted %d, gains %d", r, covered, gains)
	}
}

func TestStaffedGrids(t *testing.T) {
	s, m := district(t, 2, 5)
	for _, load := range []int{1, 2} {
		id := m.ask(Assignment, Params{Load: load})
		work(t, s)
		all, g := m.result(t, id)
		r, serves := all.Staff, map[int]int{}
		for _, d := range r.Rows {
			if d.Worker >= 0 {
				serves[d.Worker]++
				if kept := slices.Contains(g.Staff[d.Worker].Lots, d.Lot); kept == d.New {
					t.Errorf("load %d: %+v", load, d)
				}
			}
			if d.Why.Zh == "" || d.Why.En == "" {
				t.Errorf("no reason: %+v", d)
			}
		}
		for w, n := range serves {
			if n > load {
				t.Errorf("load %d: worker %d serves %d", load, w, n)
			}
		}
		if want := min(r.Grids, load*len(g.Staff)); r.Given != want || r.Kept != len(g.Staff) {
			t.Errorf("load %d: %+v", load, r)
		}
	}
}

func TestReachedPeople(t *testing.T) {
	s, m := district(t, 2, 8)
	m.water = `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"kind":"park"},"geometry":{"type":"Polygon","coordinates":[[[101.501,36.501],[101.502,36.501],[101.502,36.502],[101.501,36.502],[101.501,36.501]]]}}]}`
	id := m.ask(Reach, Params{})
	work(t, s)
	all, g := m.result(t, id)
	r := all.Reach
	people := 0
	for _, h := range g.Homes {
		people += h.People
	}
	sum := ReachRow{}
	for _, x := range r.Rows[1:] {
		sum.People += x.People
		for i := range x.Station {
			sum.Station[i] += x.Station[i]
		}
		if x.Green[0] > x.Green[1] || x.Station[0] > x.Station[1] || x.Station[1] > x.Station[2] {
			t.Errorf("%+v", x)
		}
	}
	if top := r.Rows[0]; top.People != people || sum.People != people || sum.Station != top.Station || top.Green[1] == 0 || top.Station[0] == 0 {
		t.Errorf("%+v, sum %+v, people %d", r.Rows[0], sum, people)
	}
}

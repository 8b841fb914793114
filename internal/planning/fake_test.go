package planning

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

const here = kernel.Tenant("630105")

// ticking is a clock that goes on a little with every look at it, as a real one does during a long solve.
type ticking struct {
	mu   sync.Mutex
	t    time.Time
	step time.Duration
}

func (c *ticking) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(c.step)
	return c.t
}

type unit struct{ now time.Time }

func (unit) Tenant() kernel.Tenant { return here }
func (u unit) Now() time.Time      { return u.now }

// told1 is one renewal of a lease.
type told1 struct {
	percent int
	until   time.Time
}

// memory is everything that the service stands on, in memory.
type memory struct {
	clock   *ticking
	plans   map[kernel.ID]*Plan
	parts   map[string][]byte
	places  []*territory.Place
	staff   []*orgs.Holding
	water   string
	rows    []*ledger.Row
	told    []told1
	broken  func() error       // an error of the store, or nil
	advance func(*memory, int) // runs before a lease is renewed
}

func (m *memory) View(ctx context.Context, _ kernel.Tenant, fn func(kernel.Tx) error) error {
	return errors.Join(ctx.Err(), fn(unit{m.clock.Now()}))
}

func (m *memory) Update(ctx context.Context, _ kernel.Tenant, fn func(kernel.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if m.broken != nil {
		if err := m.broken(); err != nil {
			return err
		}
	}
	return fn(unit{m.clock.Now()})
}

func (m *memory) Insert(_ kernel.Tx, p *Plan) error {
	c := *p
	m.plans[p.ID] = &c
	return nil
}

func (m *memory) Plan(_ kernel.Tx, id kernel.ID) (*Plan, error) {
	p, ok := m.plans[id]
	if !ok {
		return nil, kernel.NotFound(noPlan)
	}
	c := *p
	return &c, nil
}

func (m *memory) Plans(kernel.Tx, Query) ([]*Plan, string, error) { return nil, "", nil }

func (m *memory) Claim(tx kernel.Tx, holder string, until time.Time) (*Plan, error) {
	ids := []kernel.ID{}
	for id, p := range m.plans {
		if p.State == Waiting || p.State == Running && p.Lease.Before(tx.Now()) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	p := m.plans[slices.Min(ids)]
	p.State, p.Holder, p.Lease = Running, holder, until
	c := *p
	return &c, nil
}

func (m *memory) Advance(_ kernel.Tx, id kernel.ID, holder string, percent int, until time.Time) (bool, error) {
	if m.advance != nil {
		m.advance(m, percent)
	}
	p := m.plans[id]
	if p.State != Running || p.Holder != holder {
		return false, nil
	}
	p.Progress, p.Lease = percent, until
	m.told = append(m.told, told1{percent, until})
	return true, nil
}

func (m *memory) Finish(_ kernel.Tx, p *Plan, holder string) (bool, error) {
	was := m.plans[p.ID]
	if was.State != Running || was.Holder != holder {
		return false, nil
	}
	c := *p
	c.Holder, c.Lease = "", time.Time{}
	m.plans[p.ID] = &c
	return true, nil
}

func (m *memory) Cancel(_ kernel.Tx, id kernel.ID) (bool, error) {
	p := m.plans[id]
	if p.State != Waiting && p.State != Running {
		return false, nil
	}
	p.State, p.Holder = Cancelled, ""
	return true, nil
}

func (m *memory) PutPart(_ kernel.Tx, plan kernel.ID, part Part, body []byte) error {
	m.parts[string(plan)+string(part)] = body
	return nil
}

func (m *memory) Part(_ kernel.Tx, plan kernel.ID, part Part) ([]byte, error) {
	return m.parts[string(plan)+string(part)], nil
}

func (m *memory) Place(_ kernel.Tx, id kernel.ID) (*territory.Place, error) {
	for _, p := range m.places {
		if p.ID == id {
			return p, nil
		}
	}
	return nil, kernel.NotFound(kernel.T("没有", "none"))
}

// Shape gives a place with its shape: here all have theirs.
func (m *memory) Shape(tx kernel.Tx, id kernel.ID) (*territory.Place, error) { return m.Place(tx, id) }

func (m *memory) EachPlace(_ kernel.Tx, each func(*territory.Place) error) error {
	for _, p := range m.places {
		if err := each(p); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) UpsertPlaces(kernel.Tx, []*territory.Place) error { return errors.New("not here") }
func (m *memory) Features(kernel.Tx) (string, error)               { return m.water, nil }
func (m *memory) GridStaff(kernel.Tx, kernel.Path) ([]*orgs.Holding, error) {
	return m.staff, nil
}
func (m *memory) MovePosts(kernel.Tx, *territory.Place, *territory.Place, []kernel.ID) ([]kernel.ID, error) {
	return nil, errors.New("not here")
}
func (m *memory) PutHoldings(kernel.Tx, []*orgs.Holding) error { return errors.New("not here") }
func (m *memory) EndHoldings(kernel.Tx, []kernel.ID) error     { return errors.New("not here") }
func (m *memory) Append(_ kernel.Tx, r *ledger.Row) error      { m.rows = append(m.rows, r); return nil }
func (m *memory) OfObject(kernel.Tx, kernel.ID) ([]*ledger.Row, error) {
	return m.rows, nil
}

var began = time.Date(2026, 5, 6, 9, 0, 0, 0, time.UTC)

// district makes a street with communities side by side, each of wide × wide homes in four grids of unequal people, a station in the
// first, and a grid worker for two of three grids.
func district(t *testing.T, communities, wide int) (*Service, *memory) {
	t.Helper()
	m := &memory{clock: &ticking{t: began, step: time.Second}, plans: map[kernel.ID]*Plan{}, parts: map[string][]byte{}}
	square := func(x0, y0, x1, y1 float64) orb.Polygon {
		return orb.Polygon{{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}, {x0, y0}}}
	}
	add := func(id, parent, path string, k territory.Kind, code string, people int, g orb.Geometry) {
		m.places = append(m.places, &territory.Place{ID: kernel.ID(id), Parent: kernel.ID(parent), Kind: k, Code: code, Name: id, Path: kernel.Path(path), Shape: g, People: people})
	}
	const size = 0.01
	add("county", "", "630105/", territory.County, "630105", 0, square(101, 36, 102, 37))
	add("street", "county", "630105/001/", territory.Subdistrict, "630105001", 0, square(101, 36, 102, 37))
	n := 0
	for c := range communities {
		x, com, path := 101.5+size*float64(c), fmt.Sprintf("community%d", c), fmt.Sprintf("630105/001/%03d/", c)
		add(com, "street", path, territory.Community, fmt.Sprintf("630105001%03d", c), 0, square(x, 36.5, x+size, 36.5+size))
		for g := range 4 {
			gx, gy, half := x+size/2*float64(g%2), 36.5+size/2*float64(g/2), size/2
			id := fmt.Sprintf("grid%d-%d", c, g)
			add(id, com, fmt.Sprintf("%s%03d/", path, g), territory.GridGeneral, fmt.Sprintf("630105001%03d%03d", c, g+1), 0, square(gx, gy, gx+half, gy+half))
			if n++; n%3 != 0 {
				m.staff = append(m.staff, &orgs.Holding{ID: kernel.ID("h" + id), Person: kernel.ID("p" + id), Title: "网格员", Place: kernel.ID(id)})
			}
		}
		for i := range wide * wide {
			at := orb.Point{x + size*(float64(i%wide)+0.5)/float64(wide), 36.5 + size*(float64(i/wide)+0.5)/float64(wide)}
			add(fmt.Sprintf("home%d-%d", c, i), com, fmt.Sprintf("%s%04d/", path, i), territory.Building, "", 10+(i*7+c)%23+2*(i%wide), at)
		}
	}
	add("station", "community0", "630105/001/000/s/", territory.Site, "", 0, orb.Point{101.5005, 36.5005})
	s := NewService(Ports{Store: m, Plans: m, Places: m, Features: m, Posts: m, Ledger: ledger.NewLog(m, nil), Clock: m.clock})
	return s, m
}

// ask puts a plan there that waits.
func (m *memory) ask(k Kind, p Params) kernel.ID {
	id := kernel.NewID(m.clock.Now())
	m.plans[id] = &Plan{ID: id, Kind: k, Name: "方案", Place: "street", Path: "630105/001/", State: Waiting, Params: p}
	return id
}

func (m *memory) result(t *testing.T, id kernel.ID) (*Result, *Ground) {
	t.Helper()
	r, g := &Result{}, &Ground{}
	for part, v := range map[Part]any{PartResult: r, PartInput: g} {
		if err := json.Unmarshal(m.parts[string(id)+string(part)], v); err != nil {
			t.Fatal(part, err)
		}
	}
	return r, g
}

func planner() kernel.Actor {
	return kernel.Actor{Kind: kernel.ActorAccount, Tenant: here, Account: "a", Posts: []kernel.Post{{Role: kernel.Planner, Path: "630105/"}}}
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
	"sanzhi/internal/workflow"
)

// TenantRow is a founded district.
type TenantRow struct {
	Tenant   kernel.Tenant
	Name     kernel.Text
	Demo     bool
	Settings Settings
	// Revision grows with each change of what Setup holds, so that every process notices.
	Revision int64
	Created  time.Time
}

// Settings are what a district sets for itself.
type Settings struct {
	Office    string            `json:"office,omitempty"` // office hours, "09:00-12:00,14:00-18:00"
	Emergency []cases.Emergency `json:"emergency,omitempty"`
	Centre    [2]float64        `json:"centre"` // lon, lat
	Bounds    [4]float64        `json:"bounds"` // west, south, east, north
	// Features are what a map draws beside places, as GeoJSON.
	Features string `json:"features,omitempty"`
	// Calendar holds years that the district keeps itself; Limits are its own limits of orders.
	Calendar cases.OwnDays    `json:"calendar,omitzero"`
	Limits   *cases.OwnLimits `json:"limits,omitempty"`
	// Basemap names the content (by its hash) that is the base map; one is made of the places and Features when it is empty.
	Basemap string `json:"basemap,omitempty"`
	// DemoSeed is the public seed of a demonstration district's passwords.
	DemoSeed string `json:"demoSeed,omitempty"`
}

// Tenants keeps the districts and what each has set up.
type Tenants struct{ DB *DB }

// Put founds a district, or changes it.
func (Tenants) Put(k kernel.Tx, r *TenantRow) error {
	_, err := on(k).Exec(`INSERT INTO tenant (tenant, name, name_en, demo, settings, revision, created_at) VALUES ($1, $2, $3, $4, $5, 1, $6)
		ON CONFLICT (tenant) DO UPDATE SET name = excluded.name, name_en = excluded.name_en, demo = excluded.demo, settings = excluded.settings,
		revision = tenant.revision + 1`, string(on(k).tenant), r.Name.Zh, r.Name.En, flag(r.Demo), text(r.Settings), ms(on(k).now))
	return err
}

// Found founds a district; false when it is founded already.
func (Tenants) Found(k kernel.Tx, r *TenantRow) (bool, error) {
	return one(k, `INSERT INTO tenant (tenant, name, name_en, demo, settings, revision, created_at) VALUES ($1, $2, $3, $4, $5, 1, $6)
		ON CONFLICT DO NOTHING`, string(on(k).tenant), r.Name.Zh, r.Name.En, flag(r.Demo), text(r.Settings), ms(on(k).now))
}

// Touch says that something of the setup has changed, in the unit of work that changed it.
func (Tenants) Touch(k kernel.Tx) error {
	_, err := on(k).Exec(`UPDATE tenant SET revision = revision + 1 WHERE tenant = $1`, string(on(k).tenant))
	return err
}

func scanTenant(r scanner) (*TenantRow, error) {
	t := &TenantRow{}
	var settings string
	var created int64
	if err := r.Scan(&t.Tenant, &t.Name.Zh, &t.Name.En, &t.Demo, &settings, &t.Revision, &created); err != nil {
		return nil, err
	}
	t.Created = at(created)
	return t, parse(settings, &t.Settings)
}

const tenantCols = `tenant, name, name_en, demo, settings, revision, created_at`

// Get gives the district of the unit of work.
func (Tenants) Get(k kernel.Tx) (*TenantRow, error) {
	t, err := scanTenant(on(k).QueryRow("SELECT "+tenantCols+" FROM tenant WHERE tenant = $1", string(on(k).tenant)))
	return t, notFound(err, kernel.T("还没有这个区县的数据", "this district has not been founded here"))
}

// List gives all districts of the store, by code.
func (s Tenants) List(ctx context.Context) (out []*TenantRow, err error) {
	err = s.DB.View(ctx, "", func(k kernel.Tx) error {
		rows, err := on(k).Query("SELECT " + tenantCols + " FROM tenant ORDER BY tenant")
		out, err = scanAll(rows, err, func(r *sql.Rows) (*TenantRow, error) { return scanTenant(r) })
		return err
	})
	return out, err
}

// PutFlow publishes a version of a flow. A version that stands is never changed: running cases keep it.
func (s Tenants) PutFlow(k kernel.Tx, id string, version int, body string) error {
	ok, err := one(k, `INSERT INTO flow (tenant, id, version, body, published_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		string(on(k).tenant), id, version, body, ms(on(k).now))
	if err != nil || ok {
		return err
	}
	var was string
	if err := on(k).QueryRow(`SELECT body FROM flow WHERE tenant = $1 AND id = $2 AND version = $3`, string(on(k).tenant), id, version).Scan(&was); err != nil {
		return err
	}
	if was != body {
		return kernel.Conflict(kernel.T("流程「"+id+"」的这个版本已经发布，不能再改，请用下一个版本号", "this version of flow \""+id+"\" is published and cannot change; use the next number"))
	}
	return nil
}

// PutItems replaces the menu.
func (s Tenants) PutItems(k kernel.Tx, items []*cases.Item) error {
	t := string(on(k).tenant)
	if _, err := on(k).Exec(`DELETE FROM menu_item WHERE tenant = $1`, t); err != nil {
		return err
	}
	sort := 0
	return bulk(k, "INSERT INTO menu_item (tenant, id, sort, active, body)", 5, "", items, func(i *cases.Item) []any {
		sort++
		return []any{t, i.ID, sort, 1, text(i)}
	})
}

// PutRules replaces the routing rules.
func (s Tenants) PutRules(k kernel.Tx, rules []cases.Rule) error {
	t := string(on(k).tenant)
	if _, err := on(k).Exec(`DELETE FROM route_rule WHERE tenant = $1`, t); err != nil {
		return err
	}
	return bulk(k, "INSERT INTO route_rule (tenant, id, sort, active, body)", 5, "", rules, func(r cases.Rule) []any {
		return []any{t, r.ID, r.Sort, 1, text(r)}
	})
}

// Setups gives each district's setup, read once and read again when its revision has grown.
type Setups struct {
	Tenants Tenants
	Clock   kernel.Clock

	mu    sync.Mutex
	known map[kernel.Tenant]*knownSetup
}

type knownSetup struct {
	set      *cases.Setup
	revision int64
	looked   time.Time
}

var _ cases.Setups = (*Setups)(nil)

// lookAfter is how long a setup is used before its revision is looked at again.
const lookAfter = time.Second

// Of implements cases.Setups.
func (s *Setups) Of(ctx context.Context, t kernel.Tenant) (*cases.Setup, error) {
	s.mu.Lock()
	k := s.known[t]
	now := s.Clock.Now()
	if k != nil && now.Sub(k.looked) < lookAfter && !now.Before(k.looked) {
		s.mu.Unlock()
		return k.set, nil
	}
	var mark *knownSetup
	was := k
	if k != nil && !now.Before(k.looked) && now.Sub(k.looked) < 2*lookAfter {
		// One looks; who comes meanwhile goes on with what is known, as a moment ago.
		mark = &knownSetup{set: k.set, revision: k.revision, looked: now}
		s.known[t] = mark
	}
	s.mu.Unlock()
	row, err := s.revision(ctx, t)
	if err != nil {
		s.unmark(t, mark, was)
		return nil, err
	}
	if k == nil || k.revision != row.Revision {
		k = &knownSetup{revision: row.Revision}
		if k.set, err = s.load(ctx, row); err != nil {
			s.unmark(t, mark, was)
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[kernel.Tenant]*knownSetup{}
	}
	s.known[t] = &knownSetup{set: k.set, revision: k.revision, looked: now}
	return k.set, nil
}

// unmark lets the next one look, after a look that failed.
func (s *Setups) unmark(t kernel.Tenant, mark, was *knownSetup) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if mark != nil && s.known[t] == mark {
		s.known[t] = was
	}
}

// Forget makes the next Of read everything again.
func (s *Setups) Forget(t kernel.Tenant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, t)
}

func (s *Setups) revision(ctx context.Context, t kernel.Tenant) (row *TenantRow, err error) {
	err = s.Tenants.DB.View(ctx, t, func(k kernel.Tx) error {
		row, err = s.Tenants.Get(k)
		return err
	})
	return row, err
}

func (s *Setups) load(ctx context.Context, row *TenantRow) (*cases.Setup, error) {
	set := &cases.Setup{Tenant: row.Tenant, District: row.Name, Demo: row.Demo, Centre: row.Settings.Centre, Bounds: row.Settings.Bounds,
		Emergency: row.Settings.Emergency, Flows: map[string]map[int]*workflow.Compiled{}, Latest: map[string]int{},
		Orgs: map[kernel.ID]*orgs.Org{}, Committee: map[kernel.ID]kernel.ID{}, Property: map[kernel.ID]kernel.ID{}, Paired: map[kernel.ID]kernel.ID{}}
	if row.Settings.Office != "" {
		office, err := workflow.ParseOfficeHours(row.Settings.Office)
		if err != nil {
			return nil, err
		}
		set.Office = office
	}
	calendar, err := cases.CalendarOf(row.Settings.Calendar)
	if err != nil {
		return nil, err
	}
	set.Calendar, set.Limits = calendar, row.Settings.Limits
	err = s.Tenants.DB.View(ctx, row.Tenant, func(k kernel.Tx) error {
		if err := loadFlows(k, set); err != nil {
			return err
		}
		if err := loadBodies(k, "menu_item", func(body string) error {
			i := &cases.Item{}
			set.Items = append(set.Items, i)
			return parse(body, i)
		}); err != nil {
			return err
		}
		if err := loadBodies(k, "route_rule", func(body string) error {
			var r cases.Rule
			err := parse(body, &r)
			set.Rules = append(set.Rules, r)
			return err
		}); err != nil {
			return err
		}
		if err := loadOrgs(k, set); err != nil {
			return err
		}
		var places []*territory.Place
		if err := (Territory{}).EachPlace(k, func(p *territory.Place) error { places = append(places, p); return nil }); err != nil {
			return err
		}
		set.Index = territory.NewIndex(func(yield func(*territory.Place) bool) {
			for _, p := range places {
				if !yield(p) {
					return
				}
			}
		}, on(k).now)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("setup of %s: %w", row.Tenant, err)
	}
	return set, nil
}

func loadFlows(k kernel.Tx, set *cases.Setup) error {
	rows, err := on(k).Query(`SELECT body FROM flow WHERE tenant = $1 ORDER BY id, version`, string(on(k).tenant))
	bodies, err := scanAll(rows, err, func(r *sql.Rows) (s string, err error) { return s, r.Scan(&s) })
	if err != nil {
		return err
	}
	for _, b := range bodies {
		f, err := workflow.Parse(strings.NewReader(b))
		if err != nil {
			return err
		}
		c, err := workflow.Compile(f)
		if err != nil {
			return err
		}
		if set.Flows[f.ID] == nil {
			set.Flows[f.ID] = map[int]*workflow.Compiled{}
		}
		set.Flows[f.ID][f.Version] = c
		set.Latest[f.ID] = max(set.Latest[f.ID], f.Version)
	}
	return nil
}

// loadBodies reads the JSON of the active rows of menu_item or route_rule in their order.
func loadBodies(k kernel.Tx, table string, each func(string) error) error {
	if table != "menu_item" && table != "route_rule" {
		return errors.New("store: no such table of bodies")
	}
	rows, err := on(k).Query("SELECT body FROM "+table+" WHERE tenant = $1 AND active = 1 ORDER BY sort, id", string(on(k).tenant))
	bodies, err := scanAll(rows, err, func(r *sql.Rows) (s string, err error) { return s, r.Scan(&s) })
	if err != nil {
		return err
	}
	for _, b := range bodies {
		if err := each(b); err != nil {
			return err
		}
	}
	return nil
}

func loadOrgs(k kernel.Tx, set *cases.Setup) error {
	list, err := (Orgs{}).All(k)
	if err != nil {
		return err
	}
	for _, o := range list {
		set.Orgs[o.ID] = o
		// A committee stands for its community or village, the office for its street, the government for the district.
		if o.Kind == orgs.Committee || o.Kind == orgs.Government {
			set.Committee[o.Place] = o.ID
		}
	}
	for _, c := range []struct {
		kind orgs.CoverKind
		into map[kernel.ID]kernel.ID
	}{{orgs.CoverProperty, set.Property}, {orgs.CoverPaired, set.Paired}} {
		covers, err := (Orgs{}).Covers(k, c.kind)
		if err != nil {
			return err
		}
		for _, x := range covers {
			if _, ok := c.into[x.Place]; !ok { // the lead comes first
				c.into[x.Place] = x.Org
			}
		}
	}
	return nil
}

// Middles gives a point inside each place that has a shape, as lon, lat in WGS84.
func (Territory) Middles(k kernel.Tx, list []kernel.ID) (map[kernel.ID][2]float64, error) {
	out := map[kernel.ID][2]float64{}
	if len(list) == 0 {
		return out, nil
	}
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.conds = append(f.conds, "lon IS NOT NULL", "id IN ("+f.in(list)+")")
	rows, err := on(k).Query("SELECT id, lon, lat FROM place WHERE "+f.where(), f.args...)
	_, err = scanAll(rows, err, func(r *sql.Rows) (bool, error) {
		var id kernel.ID
		var p [2]float64
		err := r.Scan(&id, &p[0], &p[1])
		out[id] = p
		return true, err
	})
	return out, err
}

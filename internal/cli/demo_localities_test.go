package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/reports"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
)

// localStore is a store with the seven localities and without the district.
func localStore(t *testing.T) (*env, *app, *bytes.Buffer) {
	t.Helper()
	e, out := commandAt(t, t.TempDir())
	a := opened(t, e, true)
	t.Cleanup(func() { closed(t, a) })
	n, err := e.fillLocalities(a)
	if err != nil || n != 7 {
		t.Fatalf("made %d localities: %v", n, err)
	}
	if n, err := e.fillLocalities(a); err != nil || n != 0 {
		t.Fatalf("the second time made %d: %v", n, err)
	}
	return e, a, out
}

func (e *env) localRows(t *testing.T, a *app) map[string]figureRow {
	t.Helper()
	out := map[string]figureRow{}
	for _, l := range demo.Localities() {
		rows, err := e.checkLocality(a, l)
		if err != nil {
			t.Fatalf("%s: %v", l.Tenant, err)
		}
		for _, r := range rows {
			out[r.Tenant+" "+r.ID] = r
		}
	}
	return out
}

func TestEveryFigureOfTheSevenArticlesHolds(t *testing.T) {
	e, a, _ := localStore(t)
	rows := e.localRows(t, a)
	if len(rows) < 60 {
		t.Errorf("only %d figures", len(rows))
	}
	for key, r := range rows {
		if !r.Holds {
			t.Errorf("%s: want %s, got %v (%d/%d)", key, r.Want, r.Got, r.Num, r.Den)
		}
	}
	each := func(sql string) func(*testing.T) {
		return func(t *testing.T) {
			t.Helper()
			if err := a.engine.Write(t.Context(), func(c dialect.Conn) error { _, err := c.Exec(sql); return err }); err != nil {
				t.Fatal(err)
			}
		}
	}
	// Each figure comes from its records: take one away, and it no longer holds.
	for _, x := range []struct {
		key   string
		plant func(*testing.T)
	}{
		{"530925 sites_built", each("UPDATE work_site SET state = 'planned' WHERE tenant = '530925' AND name = '绿美城镇示范点 1'")},
		{"530925 flowers_replaced", each("UPDATE work_item SET twin_of = '' WHERE tenant = '530925'")},
		{"150123 lanes", each(`UPDATE work_item SET quantity = REPLACE(quantity, 'nearly', 'exact') WHERE tenant = '150123'`)},
		{"150123 paired_coverage", each("DELETE FROM cover WHERE tenant = '150123' AND place = (SELECT id FROM place WHERE tenant = '150123' AND code = '150123100003C01')")},
		{"150123 green_sites", each("DELETE FROM work_item WHERE tenant = '150123' AND subject = '小微绿地'")},
		{"610632 quarter_met", each("UPDATE indicator_value SET amount = 1 WHERE tenant = '610632' AND target = (SELECT MIN(t.id) FROM indicator_target t WHERE t.tenant = '610632' AND t.def = 'accidents' AND t.parent <> '')")},
		{"610632 targets_split", each("UPDATE indicator_target SET amount = amount + 1 WHERE tenant = '610632' AND id = (SELECT MIN(t.id) FROM indicator_target t WHERE t.tenant = '610632' AND t.def = 'output' AND t.parent <> '')")},
		{"990051 safety_measures", each("DELETE FROM round_record WHERE tenant = '990051' AND measure = 'drill'")},
		{"990051 shift_checks", each("UPDATE round_duty SET passed = 0 WHERE tenant = '990051' AND id = (SELECT MIN(d.id) FROM round_duty d WHERE d.tenant = '990051' AND d.shift <> '')")},
		{"522622 jobs_stable", each("UPDATE activity_wage SET employment = 'flexible' WHERE tenant = '522622'")},
		{"522622 picked_a_day", each("UPDATE activity_wage SET grams = grams + 500 WHERE tenant = '522622'")},
		{"522622 wage_a_day", each("UPDATE activity_wage SET rate_fen = rate_fen * 2 WHERE tenant = '522622'")},
		{"341002 volunteers", each("UPDATE team_member SET to_at = 1 WHERE tenant = '341002' AND person = (SELECT MIN(m.person) FROM team_member m WHERE m.tenant = '341002')")},
		{"341002 groups_in_grids", each("DELETE FROM volunteer_grid WHERE tenant = '341002' AND grid = 3")},
		{"620723 activity_forms", each("UPDATE activity SET form = 'tell' WHERE tenant = '620723' AND form = 'help'")},
		{"620723 varieties", each("UPDATE register_entry SET state = 'ended' WHERE tenant = '620723' AND facet = '蔬菜品种'")},
	} {
		x.plant(t)
		if r := e.localRows(t, a)[x.key]; r.ID == "" || r.Holds {
			t.Errorf("%s still holds: %+v", x.key, r)
		}
	}
}

// TestFiguresThatAreNeverAdded: steady jobs are persons and odd ones person-times; 余 and 近 do not become exact.
func TestToldQuantitiesStayAsTheyAreTold(t *testing.T) {
	_, a, _ := localStore(t)
	for _, x := range []struct {
		tenant kernel.Tenant
		key    string
		want   string
	}{
		{"530925", "planted", "12000余株"}, {"530925", "replaced", "7000余株"}, {"530925", "facade", "41000余平方米"}, {"530925", "lamps", "40盏"}, {"530925", "built", "50个"}, {"530925", "planned", "18个"},
		{"150123", "lanes", "近400条"}, {"150123", "bikes", "18000余辆"}, {"150123", "green", "7处"}, {"522622", "area", "1000余亩"}, {"522622", "stable", "50余人"}, {"522622", "flexible", "600余人次"}, {"522622", "picked", "约5.5斤"}, {"522622", "earned", "约100元"},
		{"341002", "people", "61人"}, {"341002", "sessions", "30余次"}, {"341002", "good", "1000余人次"}, {"341002", "special", "10余次"}, {"620723", "varieties", "30余个"}, {"620723", "sessions", "90余场次"},
		{"620723", "times", "1000余人次"}, {"610632", "met", "100%"}, {"990051", "measures", "6项"},
	} {
		doc := publishedDoc(t, a, x.tenant)
		if f := doc.Figure(x.key); f == nil || f.Text.Zh != x.want {
			t.Errorf("%s %s: %+v, want %s", x.tenant, x.key, f, x.want)
		}
	}
	q := func(s string) kernel.Quantity {
		v, err := kernel.ParseQuantity(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, pair := range [][2]string{{"12000余株", "19株"}, {"近400条", "7条"}, {"约100块", "3块"}, {"12000余株", "近400株"}} {
		sum, err := q(pair[0]).Add(q(pair[1]))
		if err != nil || sum.Qualifier == kernel.Exact || sum.Qualifier == "" {
			t.Errorf("%s + %s = %+v, %v", pair[0], pair[1], sum, err)
		}
	}
	if _, err := q("50余人").Add(q("600余人次")); !kernel.Is(err, kernel.KindInvalid) {
		t.Errorf("persons and person-times were added: %v", err)
	}
}

// publishedDoc gives the bulletin that the demonstration published for a tenant.
func publishedDoc(t *testing.T, a *app, tenant kernel.Tenant) *reports.Doc {
	t.Helper()
	doc := &reports.Doc{}
	err := a.db.View(t.Context(), tenant, func(tx kernel.Tx) error {
		l, _, err := store.Reports{}.List(tx, reports.ListQuery{OrPublished: true, Page: kernel.Page{Limit: 10}})
		if err != nil {
			return err
		}
		if len(l) != 1 || l[0].Status != reports.Published {
			t.Fatalf("%s: %d bulletins", tenant, len(l))
		}
		return json.Unmarshal([]byte(l[0].Body), doc)
	})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestEveryBulletinReadsWhole: each article's bulletin has every figure that its template names, with the records behind it.
func TestEveryBulletinReadsWhole(t *testing.T) {
	_, a, _ := localStore(t)
	for _, l := range demo.Localities() {
		doc := publishedDoc(t, a, l.Tenant)
		if doc.Template != l.Bulletin || len(doc.Figures) < 3 {
			t.Errorf("%s: %s with %d figures", l.Tenant, doc.Template, len(doc.Figures))
		}
		for _, f := range doc.Figures {
			if f.Size == 0 || f.Hidden || f.Num == 0 {
				t.Errorf("%s: %s counts nothing: %+v", l.Tenant, f.Key, f)
			}
		}
	}
}

// TestEachTenantIsReachedByItsOwnSigns: sign-ins name their tenant, the default stays 630105, and every one is marked as demonstration.
func TestEachLocalityHasSignInsOfItsOwn(t *testing.T) {
	e, a, out := localStore(t)
	if got, err := e.tenant(context.Background(), a); err != nil || got != demoTenant {
		t.Errorf("the default is %s, %v", got, err)
	}
	for _, l := range demo.Localities() {
		set, err := a.setups.Of(t.Context(), l.Tenant)
		if err != nil || !set.Demo {
			t.Fatalf("%s is not marked as a demonstration: %v", l.Tenant, err)
		}
		at := set.Index.At(l.Middle[0]+1e-5, l.Middle[1]+1e-5)
		if at.County == nil || at.County.Code != string(l.Tenant) || at.Street == nil {
			t.Errorf("%s: the middle lies in %+v", l.Tenant, at)
		}
		e.global.Tenant, e.global.JSON = string(l.Tenant), true
		out.Reset()
		if err := e.printAccounts(a, ""); err != nil {
			t.Fatalf("%s: %v", l.Tenant, err)
		}
		var list []account
		if err := json.Unmarshal(out.Bytes(), &list); err != nil || len(list) < 8 {
			t.Fatalf("%s: %d sign-ins, %v", l.Tenant, len(list), err)
		}
		roles := map[kernel.Role]bool{}
		for _, x := range list {
			roles[x.Role] = true
			if !strings.HasSuffix(x.User, "@"+string(l.Tenant)) || x.Place == "" || x.Password == "" {
				t.Errorf("%+v", x)
			}
		}
		for _, r := range []kernel.Role{kernel.CommunityClerk, kernel.UnitDispatcher, kernel.Cadre, kernel.Supervisor, kernel.DistrictLeader} {
			if !roles[r] {
				t.Errorf("%s: nobody is %s", l.Tenant, r)
			}
		}
	}
	e.global.Tenant = "990099"
	if err := e.printAccounts(a, ""); !kernel.Is(err, kernel.KindNotFound) {
		t.Errorf("a place that is not there: %v", err)
	}
}

// villageMiddle gives a point inside a place.
func (e *env) villageMiddle(a *app, t kernel.Tenant, code string) (at [2]float64, err error) {
	err = a.db.View(e.ctx, t, func(tx kernel.Tx) error {
		p, err := store.Territory{}.PlaceByCode(tx, code)
		if err != nil {
			return err
		}
		m, err := store.Territory{}.Middles(tx, []kernel.ID{p.ID})
		at = m[p.ID]
		return err
	})
	return at, err
}

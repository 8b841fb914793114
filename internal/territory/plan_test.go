package territory

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
)

var importDay = time.Date(2023, 4, 28, 0, 0, 0, 0, time.UTC)

func options() ImportOptions {
	n := 0
	return ImportOptions{At: importDay, NewID: func() kernel.ID { n++; return kernel.ID(fmt.Sprintf("new-%d", n)) }}
}

// town is a district without grids: a county, a street and a community of 2 × 1 degrees with its shape.
func town() []*Place {
	county := child(County, "630105", "城北区", nil, nil)
	street := child(Subdistrict, "630105002", "小桥大街街道", county, nil)
	return []*Place{county, street, child(Community, "630105002004", "小桥社区", street, rect(0, 0, 2, 1))}
}

func feature(i int, shape orb.Geometry, props ...any) geo.Feature {
	f := geo.Feature{Index: i, Geometry: shape, Properties: map[string]any{}}
	for k := 0; k < len(props); k += 2 {
		f.Properties[props[k].(string)] = props[k+1]
	}
	return f
}

func grid(i int, code string, shape orb.Geometry) geo.Feature {
	return feature(i, shape, "code", code, "name", "网格"+code[12:], "kind", "综合网格", "parent", "630105002004")
}

func TestPlanImportMakesPlaces(t *testing.T) {
	existing := town()
	features := []geo.Feature{ // children before their parents, to be put right
		feature(0, orb.Point{0.5, 0.5}, "代码", "b3", "名称", "3号楼", "类型", "楼栋", "上级", "630105002004-x1"),
		feature(1, rect(0.1, 0.1, 0.9, 0.9), "code", "630105002004-x1", "name", "一小区", "kind", "compound", "parent", "630105002004", "households", 321.0, "people", "870"),
		grid(2, "630105002004001", rect(0, 0, 1, 1)), grid(3, "630105002004002", rect(1, 0, 2, 1)),
		feature(4, orb.Point{0.2, 0.2}, "code", "s1", "name", "服务站", "kind", "site", "parent", 630105002004.0, "functions", []any{"法律援助", 7.0}),
	}
	plan := PlanImport(features, existing, options())
	if err := plan.Refused(); err != nil {
		t.Fatal(err)
	}
	type made struct {
		Code, Parent string
		Path         kernel.Path
	}
	var got []made
	for _, p := range plan.Upsert {
		got = append(got, made{p.Code, string(p.Parent), p.Path})
		if !p.ValidFrom.Equal(importDay) || p.Initials == "" {
			t.Errorf("%s: %+v", p.Code, p)
		}
	}
	want := []made{{"630105002004-x1", "id-630105002004", "630105/002/004/-x1/"}, {"630105002004001", "id-630105002004", "630105/002/004/001/"},
		{"630105002004002", "id-630105002004", "630105/002/004/002/"}, {"b3", "new-1", "630105/002/004/-x1/b3/"}, {"s1", "id-630105002004", "630105/002/004/s1/"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if p := plan.Upsert[0]; p.Households != 321 || p.People != 870 || plan.New != 5 {
		t.Errorf("compound %+v, %d new", p, plan.New)
	}
	if d := cmp.Diff([]string{"法律援助"}, plan.Upsert[4].Functions); d != "" {
		t.Error(d)
	}
	// The same file again changes nothing.
	if again := PlanImport(features, append(existing, plan.Upsert...), options()); len(again.Upsert) != 0 || again.Refused() != nil {
		t.Errorf("a second import would write %d places: %v", len(again.Upsert), again.Refused())
	}
}

func TestPlanImportChangesOnlyWhatIsStated(t *testing.T) {
	existing := town()
	existing[2].Households = 500
	before := *existing[2]
	plan := PlanImport([]geo.Feature{feature(0, nil, "code", "630105002004", "name", "小桥南社区")}, existing, options())
	if err := plan.Refused(); err != nil || len(plan.Upsert) != 1 || plan.New != 0 {
		t.Fatalf("%v, %+v", err, plan)
	}
	want := before
	want.Name, want.Initials = "小桥南社区", "xqnsq"
	if d := cmp.Diff(want, *plan.Upsert[0]); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(before, *existing[2]); d != "" {
		t.Errorf("the argument was changed: %s", d)
	}
}

func TestPlanImportRefuses(t *testing.T) {
	ok := rect(0, 0, 2, 1)
	bow := orb.Polygon{{{0, 0}, {2, 1}, {2, 0}, {0, 1}, {0, 0}}}
	for _, c := range []struct {
		name     string
		features []geo.Feature
		field    string
		say      string
	}{
		{"no code", []geo.Feature{feature(0, nil, "name", "x", "kind", "grid")}, "features[0].properties.code", "代码"},
		{"path in code", []geo.Feature{feature(0, nil, "code", "a/b", "kind", "grid")}, "features[0].properties.code", "代码"},
		{"code twice", []geo.Feature{grid(0, "630105002004001", ok), grid(1, "630105002004001", ok)}, "features[1].properties.code", "第 1 个要素重复"},
		{"no kind", []geo.Feature{feature(0, ok, "code", "x", "name", "x", "parent", "630105002004")}, "features[0].properties.kind", "类型"},
		{"other kind", []geo.Feature{feature(0, ok, "code", "630105002004", "kind", "村")}, "features[0].properties.kind", "不能改变类型"},
		{"no name", []geo.Feature{feature(0, ok, "code", "x", "kind", "grid", "parent", "630105002004")}, "features[0].properties.name", "名称"},
		{"no parent", []geo.Feature{feature(0, ok, "code", "x", "name", "x", "kind", "grid")}, "features[0].properties.parent", "上级"},
		{"unknown parent", []geo.Feature{feature(0, ok, "code", "x", "name", "x", "kind", "grid", "parent", "y")}, "features[0].properties.parent", "y 不存在"},
		{"grid under street", []geo.Feature{feature(0, ok, "code", "x", "name", "x", "kind", "grid", "parent", "630105002")}, "features[0].properties.parent", "不能放在街道"},
		{"moved", []geo.Feature{feature(0, ok, "code", "630105002004", "parent", "630105")}, "features[0].properties.parent", "不能改变上级"},
		{"second county", []geo.Feature{feature(0, nil, "code", "630104", "name", "城西区", "kind", "区")}, "features[0].properties.parent", "城北区"},
		{"dedicated without host", []geo.Feature{feature(0, ok, "code", "x", "name", "x", "kind", "专属网格", "parent", "630105002004")}, "features[0].properties.host", "所属单位"},
		{"bad host", []geo.Feature{feature(0, ok, "code", "x", "name", "x", "kind", "专属网格", "parent", "630105002004", "host", "7")}, "features[0].properties.host", "编号"},
		{"negative count", []geo.Feature{feature(0, nil, "code", "630105002004", "households", -1.0)}, "features[0].properties.households", "户数"},
		{"point as grid", []geo.Feature{grid(0, "630105002004001", orb.Point{1, 1})}, "features[0].geometry", "应是面"},
		{"grid without shape", []geo.Feature{grid(0, "630105002004001", nil)}, "features[0].geometry", "没有形状"},
		{"bow tie", []geo.Feature{grid(0, "630105002004001", bow)}, "features[0].geometry", "自相交"},
		{"gap", []geo.Feature{grid(0, "630105002004001", rect(0, 0, 1, 1))}, "features", "空隙"},
		{"overlap", []geo.Feature{grid(0, "630105002004001", ok), grid(1, "630105002004002", rect(1, 0, 2, 1))}, "features", "重叠"},
		{"beyond", []geo.Feature{grid(0, "630105002004001", rect(0, 0, 3, 1))}, "features", "超出"},
	} {
		plan := PlanImport(c.features, town(), options())
		var e *kernel.Error
		if !errors.As(plan.Refused(), &e) {
			t.Errorf("%s: not refused", c.name)
			continue
		}
		all := append([]kernel.Error{*e}, e.More...)
		if !slices.ContainsFunc(all, func(e kernel.Error) bool {
			return e.Field == c.field && strings.Contains(e.Say.Zh, c.say) && e.Say.En != ""
		}) {
			t.Errorf("%s: %+v", c.name, all)
		}
	}
	ended := town()
	ended[2].ValidTo = importDay
	if err := PlanImport([]geo.Feature{feature(0, nil, "code", "630105002004", "name", "x")}, ended, options()).Refused(); err == nil || !strings.Contains(err.Error(), "no longer in force") {
		t.Errorf("an ended place was changed: %v", err)
	}
}

func TestPlanImportDrawsTheFaults(t *testing.T) {
	bow := orb.Polygon{{{0, 0}, {1, 1}, {1, 0}, {0, 1}, {0, 0}}}
	plan := PlanImport([]geo.Feature{grid(0, "630105002004001", rect(0, 0, 1, 1)), grid(1, "630105002004002", rect(1.5, 0, 2, 1))}, town(), options())
	var b bytes.Buffer
	if err := geo.WriteFeatures(&b, slices.Values(geo.FaultMap(plan.Coverage))); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"kind":"gap"`) || !strings.Contains(b.String(), "小桥社区：有空隙") {
		t.Errorf("the map is %s", b.String())
	}
	plan = PlanImport([]geo.Feature{grid(0, "630105002004001", bow)}, town(), options())
	if len(plan.Coverage) != 1 || plan.Coverage[0].Kind != geo.FaultInvalid || len(plan.Faults) != 1 {
		t.Errorf("a bow tie is drawn as %+v, told as %v", plan.Coverage, plan.Faults)
	}
	var e *kernel.Error
	if !errors.As(plan.Refused(), &e) || len(e.More) != 0 {
		t.Errorf("a bow tie is told twice: %v", e)
	}
}

func TestPlanImportSliver(t *testing.T) {
	features := []geo.Feature{grid(0, "630105002004001", rect(0, 0, 1, 1)), grid(1, "630105002004002", rect(1+1e-14, 0, 2, 1))}
	o := options()
	if PlanImport(features, town(), o).Refused() == nil {
		t.Error("a sliver passed")
	}
	if o.Sliver = 0.01; PlanImport(features, town(), o).Refused() != nil {
		t.Error("a sliver below what is allowed was refused")
	}
}

// A community that the import does not touch may be as it is; one whose border moves must still be tiled.
func TestPlanImportChecksWhatItTouches(t *testing.T) {
	existing := town()
	half := child(GridGeneral, "630105002004001", "半", existing[2], rect(0, 0, 1, 1))
	other := child(Community, "630105002005", "别的社区", existing[1], rect(2, 0, 4, 1))
	existing = append(existing, half, other)
	all := grid(0, "630105002005001", rect(2, 0, 4, 1))
	all.Properties["parent"] = "630105002005"
	if err := PlanImport([]geo.Feature{all}, existing, options()).Refused(); err != nil {
		t.Errorf("an older gap elsewhere forbids the import: %v", err)
	}
	border := feature(0, rect(0, 0, 1, 1), "code", "630105002004")
	if err := PlanImport([]geo.Feature{border}, existing, options()).Refused(); err != nil {
		t.Errorf("mending the border is refused: %v", err)
	}
	border = feature(0, rect(0, 0, 1.5, 1), "code", "630105002004")
	if PlanImport([]geo.Feature{border}, existing, options()).Refused() == nil {
		t.Error("a border that leaves a gap passed")
	}
}

// A code may pass from a place that ended to one that stands; the import speaks of the latter, in whatever order they come.
func TestPlanImportTakesThePlaceThatStands(t *testing.T) {
	old := child(GridGeneral, "630105002004001", "旧网格", town()[2], rect(0, 0, 1, 1))
	old.ID, old.Path, old.ValidTo = "old", "630105/002/004/old/", importDay.AddDate(0, -1, 0)
	stands := child(GridGeneral, "630105002004001", "网格001", town()[2], rect(0, 0, 1, 1))
	for _, existing := range [][]*Place{append(town(), old, stands), append(town(), stands, old)} {
		plan := PlanImport([]geo.Feature{grid(0, "630105002004001", rect(0, 0, 2, 1))}, existing, options())
		if err := plan.Refused(); err != nil || len(plan.Upsert) != 1 || plan.Upsert[0].ID != stands.ID {
			t.Errorf("%v, %+v", err, plan.Upsert)
		}
	}
}

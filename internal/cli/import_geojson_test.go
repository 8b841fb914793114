package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
)

const town = kernel.Tenant("990002")

// feature is a rectangle with properties.
func feature(code, name, more string, west, south, east, north float64) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"name":%q%s},"geometry":{"type":"Polygon","coordinates":[[[%g,%g],[%g,%g],[%g,%g],[%g,%g],[%g,%g]]]}}`,
		code, name, more, west, south, east, south, east, north, west, north, west, south)
}

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

var (
	townPlaces = collection(
		feature("990002", "Town", `,"kind":"county"`, 0, 0, 1, 1),
		feature("990002001", "West", `,"kind":"subdistrict","parent":"990002"`, 0, 0, 0.5, 1),
		feature("990002001001", "Quarter", `,"kind":"社区","上级":"990002001","户数":300`, 0, 0, 0.5, 0.5))
	grids = collection(
		feature("990002001001001", "Grid 1", "", 0, 0, 0.25, 0.5),
		feature("990002001001002", "Grid 2", "", 0.25, 0, 0.5, 0.5))
	gridsWithGap = collection(
		feature("990002001001001", "Grid 1", "", 0, 0, 0.25, 0.5),
		feature("990002001001002", "Grid 2", "", 0.3, 0, 0.5, 0.5))
)

func foundTown(t *testing.T, a *app) {
	t.Helper()
	if err := a.db.Update(context.Background(), town, func(tx kernel.Tx) error {
		return a.tenants.Put(tx, &store.TenantRow{Tenant: town, Name: kernel.T("镇", "Town")})
	}); err != nil {
		t.Fatal(err)
	}
}

func TestPlacesAreImportedWhole(t *testing.T) {
	eachStore(t, func(t *testing.T, db *store.DB, clock *kernel.ManualClock) {
		a, ctx := joined(t, db, clock), context.Background()
		foundTown(t, a)
		under := PlacesOptions{Kind: territory.GridGeneral, Under: "990002001001"}
		dry := under
		dry.DryRun = true
		count := func() (n int) {
			if err := db.View(ctx, town, func(tx kernel.Tx) (err error) { n, err = store.Territory{}.CountPlaces(tx, "", ""); return err }); err != nil {
				t.Fatal(err)
			}
			return n
		}
		for i, step := range []struct {
			file               string
			o                  PlacesOptions
			new, changed, same int
			refused            bool
			places             int
		}{
			{townPlaces, PlacesOptions{}, 3, 0, 0, false, 3},
			{grids, PlacesOptions{}, 0, 0, 0, true, 3}, // no kind is given
			{gridsWithGap, under, 2, 0, 0, true, 3},
			{grids, dry, 2, 0, 0, false, 3},
			{grids, under, 2, 0, 0, false, 5},
			{grids, under, 0, 0, 2, false, 5},
			{strings.Replace(grids, "Grid 2", "Second grid", 1), under, 0, 1, 1, false, 5},
			{gridsWithGap, under, 0, 2, 0, true, 5}, // the name changed back, and the shape
		} {
			r, err := ImportPlaces(ctx, db, a.cases.Ledger, town, strings.NewReader(step.file), step.o)
			if r == nil {
				t.Fatal(i, err)
			}
			if (err != nil) != step.refused || (len(r.Faults) > 0) != step.refused || !step.refused && (r.New != step.new || r.Changed != step.changed || r.Same != step.same) || count() != step.places {
				t.Errorf("step %d: %+v, %v, %d places", i, r, err, count())
			}
		}
		set, err := a.setups.Of(ctx, town)
		if err != nil {
			t.Fatal(err)
		}
		if at := set.Index.At(0.3, 0.1); at.Grid == nil || at.Grid.Name != "Second grid" || at.Path != "990002/001/001/002/" {
			t.Errorf("the point lies in %+v", at)
		}
		if _, err := ImportPlaces(ctx, db, a.cases.Ledger, town, strings.NewReader("{"), under); !kernel.Is(err, kernel.KindMalformed) {
			t.Errorf("a broken file gives %v", err)
		}
	})
}

func TestFaultMapIsDrawn(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	run := func(want int, args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if got := Main(append([]string{"import"}, append(args, "--data", data, "--tenant", string(town))...), nil, &out, &errs); got != want {
			t.Fatalf("%v gives %d, want %d: %s%s", args, got, want, out.String(), errs.String())
		}
		return out.String()
	}
	m := write("m.yaml", small)
	run(exitDone, "cases", write("none.csv", "id,at,done,status,what,where\n"), "--mapping", m, "--create", "Town")
	// The district's place was founded with it; its streets and communities are new.
	run(exitDone, "geojson", write("town.geojson", townPlaces))
	gap := write("gap.geojson", gridsWithGap)
	out := run(exitNot, "geojson", gap, "--kind", "网格", "--under", "990002001001")
	drawn, err := os.ReadFile(gap + ".faults.geojson")
	var v struct {
		Features []struct {
			Geometry struct{ Type string }
		}
	}
	if err != nil || json.Unmarshal(drawn, &v) != nil || len(v.Features) == 0 || !strings.Contains(out, gap+".faults.geojson") {
		t.Errorf("fault map %v %s\n%s", err, drawn, out)
	}
	if out := run(exitDone, "geojson", write("good.geojson", grids), "--kind", "grid", "--under", "990002001001"); !strings.Contains(out, "新增 2") {
		t.Errorf("%s", out)
	}
	run(exitNot, "geojson", gap, "--kind", "castle")
	run(exitNot, "geojson", gap, "--crs", "mars")
}

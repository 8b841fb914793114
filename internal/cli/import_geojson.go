package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
)

type importGeoJSONCmd struct {
	File   string  `arg:"" help:"GeoJSON file with a FeatureCollection." type:"existingfile"`
	Kind   string  `help:"What the places are, where a feature does not say: community, village, grid, compound, building, site …"`
	Under  string  `help:"Code of the place that they stand under, where a feature does not say."`
	CRS    string  `help:"Coordinate system, where the file does not say: wgs84, cgcs2000, gcj02 or bd09." name:"crs"`
	Sliver float64 `help:"Let gaps and overlaps below this many square metres pass." default:"0"`
	Faults string  `help:"Where to draw what is wrong; FILE.faults.geojson when left out."`
	DryRun bool    `help:"Check only; write nothing into the store."`
}

// Run implements the command.
func (c *importGeoJSONCmd) Run(e *env) error {
	o := PlacesOptions{Under: c.Under, Sliver: c.Sliver, DryRun: c.DryRun}
	var err error
	if o.CRS, err = geo.ParseCRS(c.CRS); err != nil {
		return e.refused(err)
	}
	if c.CRS == "" {
		o.CRS = "" // what the file says
	}
	if c.Kind != "" {
		if o.Kind, err = territory.ParseKind(c.Kind); err != nil {
			return e.refused(err)
		}
	}
	return e.running(false, func(a *app) error {
		t, err := e.tenant(e.ctx, a)
		if err != nil {
			return err
		}
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		r, refusal := ImportPlaces(e.ctx, a.db, a.cases.Ledger, t, f, o)
		if r == nil {
			return e.refused(refusal)
		}
		if len(r.Coverage) > 0 {
			name := c.Faults
			if name == "" {
				name = c.File + ".faults.geojson"
			}
			if err := writeFaultMap(name, r.Coverage); err != nil {
				return err
			}
			r.FaultMap = name
		}
		if e.global.JSON {
			err = e.printJSON(r)
		} else {
			err = r.Print(e.out)
		}
		if err == nil && refusal != nil {
			return errNotSo
		}
		return err
	})
}

func writeFaultMap(name string, faults []geo.Fault) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := geo.WriteFeatures(f, slices.Values(geo.FaultMap(faults))); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// PlacesOptions are what an import of places is told.
type PlacesOptions struct {
	Kind   territory.Kind // of features that name none
	Under  string         // code of the parent of features that name none
	CRS    geo.CRS        // where the file says nothing; empty is WGS84
	Sliver float64        // m²
	DryRun bool
}

// PlacesReport is what an import of places found and did.
type PlacesReport struct {
	DryRun   bool         `json:"dryRun"`
	Features int          `json:"features"`
	New      int          `json:"new"`
	Changed  int          `json:"changed"`
	Same     int          `json:"same"`
	Faults   []PlaceFault `json:"faults"`
	// FaultMap is the file in which the places where grids do not close are drawn.
	FaultMap string      `json:"faultMap,omitempty"`
	Coverage []geo.Fault `json:"-"`
}

// PlaceFault is one thing wrong with the file.
type PlaceFault struct {
	Field string      `json:"field"`
	Say   kernel.Text `json:"say"`
}

// importPlacesAct is the act under which the ledger records an import of places, at the district's root.
const importPlacesAct = "import_places"

// ImportPlaces reads places from GeoJSON and stores them in one unit of work: all or, when anything is wrong, none. The
// error is then the refusal, and the report tells every fault; without a report the file could not be read at all.
func ImportPlaces(ctx context.Context, db *store.DB, log *ledger.Log, t kernel.Tenant, file io.Reader, o PlacesOptions) (*PlacesReport, error) {
	features, err := readPlaces(file, o)
	if err != nil {
		return nil, err
	}
	var existing []*territory.Place
	opts := territory.ImportOptions{Sliver: o.Sliver}
	repo := store.Territory{}
	err = db.View(ctx, t, func(tx kernel.Tx) error {
		opts.At = tx.Now()
		return repo.EachPlace(tx, func(p *territory.Place) error { existing = append(existing, p); return nil })
	})
	if err != nil {
		return nil, err
	}
	opts.NewID = func() kernel.ID { return kernel.NewID(opts.At) }
	plan := territory.PlanImport(features, existing, opts)
	r := &PlacesReport{DryRun: o.DryRun, Features: len(features), New: plan.New, Changed: len(plan.Upsert) - plan.New, Faults: []PlaceFault{}, Coverage: plan.Coverage}
	r.Same = r.Features - len(plan.Upsert)
	if refusal := plan.Refused(); refusal != nil {
		for _, f := range plan.Faults {
			r.Faults = append(r.Faults, PlaceFault{f.Field, f.Say})
		}
		for _, f := range plan.Coverage {
			r.Faults = append(r.Faults, PlaceFault{"features", f.Say})
		}
		r.Same = 0
		return r, refusal
	}
	if o.DryRun || len(plan.Upsert) == 0 {
		return r, nil
	}
	root := plan.Upsert[0].ID
	for _, p := range append(existing, plan.Upsert...) {
		if p.Parent == "" {
			root = p.ID
		}
	}
	return r, db.Update(ctx, t, func(tx kernel.Tx) error {
		if err := repo.UpsertPlaces(tx, plan.Upsert); err != nil {
			return err
		}
		_, err := log.Append(tx, ledger.Entry{Actor: kernel.System(t), Act: importPlacesAct, Object: root, Public: map[string]any{"new": r.New, "changed": r.Changed}})
		if err != nil {
			return err
		}
		if err := frame(tx, plan.Upsert); err != nil {
			return err
		}
		return store.Tenants{}.Touch(tx)
	})
}

// frame gives the maps of a district that has none yet their bounds and centre, those of its first shapes.
func frame(tx kernel.Tx, places []*territory.Place) error {
	row, err := store.Tenants{}.Get(tx)
	if kernel.Is(err, kernel.KindNotFound) || err == nil && row.Settings.Bounds != [4]float64{} {
		return nil
	}
	if err != nil {
		return err
	}
	var all orb.Bound
	for _, p := range places {
		if p.Shape == nil {
			continue
		}
		if b := p.Shape.Bound(); all == (orb.Bound{}) {
			all = b
		} else {
			all = all.Union(b)
		}
	}
	if all == (orb.Bound{}) {
		return nil
	}
	row.Settings.Bounds = [4]float64{all.Min[0], all.Min[1], all.Max[0], all.Max[1]}
	row.Settings.Centre = [2]float64{all.Center()[0], all.Center()[1]}
	return store.Tenants{}.Put(tx, row)
}

func readPlaces(file io.Reader, o PlacesOptions) ([]geo.Feature, error) {
	var features []geo.Feature
	err := geo.ReadFeatures(file, o.CRS, func(f geo.Feature) error {
		if f.Properties == nil {
			f.Properties = map[string]any{}
		}
		fill := func(en, zh, value string) {
			if value != "" && f.Properties[en] == nil && f.Properties[zh] == nil {
				f.Properties[en] = value
			}
		}
		fill("kind", "类型", string(o.Kind))
		fill("parent", "上级", o.Under)
		features = append(features, f)
		return nil
	})
	return features, err
}

// Print tells the report in both languages.
func (r *PlacesReport) Print(w io.Writer) error {
	p := &printer{w: w}
	for _, f := range r.Faults {
		p.say(kernel.T(f.Field+"："+f.Say.Zh, f.Field+": "+f.Say.En))
	}
	switch {
	case len(r.Faults) > 0:
		p.say(kernel.T(fmt.Sprintf("%d 处不对，一个也没有写入", len(r.Faults)), fmt.Sprintf("%d faults; nothing was stored", len(r.Faults))))
		if r.FaultMap != "" {
			p.say(kernel.T("对不上的地方画在 "+r.FaultMap, "where grids do not close is drawn in "+r.FaultMap))
		}
	case r.DryRun:
		p.say(kernel.T(fmt.Sprintf("只试算，没有写入：将新增 %d，更新 %d，不变 %d", r.New, r.Changed, r.Same), fmt.Sprintf("dry run, nothing stored: %d new, %d changed, %d the same", r.New, r.Changed, r.Same)))
	case r.New+r.Changed == 0:
		p.say(kernel.T("和库里的一样，没有改动", "the store has all of it already; nothing was changed"))
	default:
		p.say(kernel.T(fmt.Sprintf("新增 %d，更新 %d，不变 %d", r.New, r.Changed, r.Same), fmt.Sprintf("%d new, %d changed, %d the same", r.New, r.Changed, r.Same)))
	}
	return p.err
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
	"sanzhi/internal/workflow"
)

type importCasesCmd struct {
	File    string `arg:"" help:"CSV file." type:"existingfile"`
	Mapping string `help:"YAML file that says what the columns mean; see docs/import.md." required:"" type:"existingfile"`
	Create  string `help:"Found the district under this name if it is not there." placeholder:"NAME"`
	Partly  bool   `help:"Import the rows without fault although others have some."`
	DryRun  bool   `help:"Check only; write nothing."`
}

// Run implements the command.
func (c *importCasesCmd) Run(e *env) error {
	f, err := os.Open(c.Mapping)
	if err != nil {
		return err
	}
	m, err := cases.ParseMapping(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return e.refused(err)
	}
	if c.Create != "" && m.Tenant == "" && e.global.Tenant == "" {
		return e.refused(kernel.Invalid("tenant", kernel.T("新建区县要写明代码，请加 --tenant 或在映射里写 tenant", "name the code of the district to found, with --tenant or in the mapping")))
	}
	return e.running(c.Create != "", func(a *app) error {
		t, err := e.founded(e.ctx, a, m.Tenant)
		if err != nil {
			return e.refused(err)
		}
		at, end := e.counter()
		r, err := ImportCases(e.ctx, a, t, openFile(c.File), m, CasesOptions{Create: c.Create,
			ImportOptions: cases.ImportOptions{DryRun: c.DryRun, Partly: c.Partly, Done: at}})
		end()
		if err != nil {
			return e.refused(err)
		}
		if e.global.JSON {
			err = e.printJSON(r)
		} else {
			err = printCases(e.out, r, c.Partly)
		}
		if err == nil && r.Refused() {
			return errNotSo
		}
		return err
	})
}

// CasesOptions are what an import of cases is told.
type CasesOptions struct {
	cases.ImportOptions
	// Create founds the district under this name if it is not there.
	Create string
}

// ImportCases imports a file into a district. A district that is founded for it gets the shipped flows, itself as a place
// without shape, and the bounds of the file's points for its map.
func ImportCases(ctx context.Context, a *app, t kernel.Tenant, open func() (io.ReadCloser, error), m *cases.Mapping, o CasesOptions) (*cases.ImportReport, error) {
	im := &cases.Importer{Store: a.db, Cases: store.Cases{}, Sources: store.Cases{}, Ledger: a.cases.Ledger, Sealer: a.sealer}
	set, err := a.setups.Of(ctx, t)
	if kernel.Is(err, kernel.KindNotFound) && o.Create != "" {
		return foundAndImport(ctx, a, im, t, open, m, o)
	}
	if kernel.Is(err, kernel.KindNotFound) {
		err = kernel.Invalid("tenant", kernel.T("还没有 "+string(t)+" 这个区县，要新建请加 --create 名称", "the district "+string(t)+" has not been founded here; to found it, add --create NAME"))
	}
	if err != nil {
		return nil, err
	}
	f, err := set.Flow(m.Flow, 0)
	if err != nil {
		return nil, err
	}
	d := &cases.District{Flow: f.Flow, Index: set.Index, Setup: set, Now: a.clock.Now(), Items: map[string]*cases.Item{}}
	for _, i := range set.Items {
		if i.Flow == m.Flow {
			d.Items[i.ID] = i
		}
	}
	units := map[string]kernel.ID{}
	for id, org := range set.Orgs {
		units[org.Name] = id
	}
	d.Unit = func(name string) (kernel.ID, bool) { id, ok := units[name]; return id, ok }
	d.Place = placeFinder(ctx, a.db, t)
	if err := a.db.View(ctx, t, func(tx kernel.Tx) error {
		roots, _, err := store.Territory{}.Children(tx, "", kernel.Page{Limit: 1})
		if len(roots) == 1 {
			d.Root = roots[0]
		}
		return err
	}); err != nil {
		return nil, err
	}
	return im.Import(ctx, t, open, m, d, o.ImportOptions)
}

// foundAndImport imports into a district that does not exist yet: it is founded only when the file is fit.
func foundAndImport(ctx context.Context, a *app, im *cases.Importer, t kernel.Tenant, open func() (io.ReadCloser, error), m *cases.Mapping, o CasesOptions) (*cases.ImportReport, error) {
	now := a.clock.Now()
	root := &territory.Place{ID: kernel.NewID(now), Kind: territory.County, Code: string(t), Name: o.Create, Path: kernel.Path("").Child(string(t)), ValidFrom: now}
	sources, err := workflow.ShippedSources()
	if err != nil {
		return nil, err
	}
	flows := map[string]*workflow.Flow{}
	for _, s := range sources {
		f, err := workflow.Parse(strings.NewReader(s))
		if err != nil {
			return nil, err
		}
		flows[f.ID] = f
	}
	f := flows[m.Flow]
	if f == nil {
		return nil, kernel.Invalid("flow", kernel.T("没有「"+m.Flow+"」这个流程", "there is no flow \""+m.Flow+"\""))
	}
	d := &cases.District{Flow: f, Root: root, Now: now, Unit: func(string) (kernel.ID, bool) { return "", false },
		Place: func(code string) (territory.At, bool) {
			return territory.At{County: root.Ref(), Path: root.Path}, code == root.Code
		}}
	checked := o.ImportOptions
	checked.DryRun = true
	r, err := im.Import(ctx, t, open, m, d, checked)
	if err != nil || o.DryRun || r.Refused() && !o.Partly {
		if r != nil {
			r.DryRun = o.DryRun
		}
		return r, err
	}
	b := r.Bounds
	row := &store.TenantRow{Tenant: t, Name: kernel.T(o.Create, o.Create), Settings: store.Settings{Office: "09:00-12:00,13:00-18:00", Bounds: b,
		Centre: [2]float64{(b[0] + b[2]) / 2, (b[1] + b[3]) / 2}}}
	err = a.db.Update(ctx, t, func(tx kernel.Tx) error {
		if err := a.tenants.Put(tx, row); err != nil {
			return err
		}
		for i, s := range sources {
			f, err := workflow.Parse(strings.NewReader(sources[i]))
			if err != nil {
				return err
			}
			if err := a.tenants.PutFlow(tx, f.ID, f.Version, s); err != nil {
				return err
			}
		}
		return store.Territory{}.UpsertPlaces(tx, []*territory.Place{root})
	})
	if err != nil {
		return nil, err
	}
	return im.Import(ctx, t, open, m, d, o.ImportOptions)
}

// placeFinder finds places by code with all above them, each once.
func placeFinder(ctx context.Context, db *store.DB, t kernel.Tenant) func(string) (territory.At, bool) {
	type answer struct {
		at territory.At
		ok bool
	}
	known := map[string]answer{}
	return func(code string) (territory.At, bool) {
		if a, ok := known[code]; ok {
			return a.at, a.ok
		}
		a := answer{}
		err := db.View(ctx, t, func(tx kernel.Tx) error {
			p, err := store.Territory{}.PlaceByCode(tx, code)
			if err != nil {
				return err
			}
			for _, up := range territory.Chain(p, func(id kernel.ID) *territory.Place { q, _ := store.Territory{}.Place(tx, id); return q }) {
				hold(&a.at, up)
			}
			a.ok = a.at.County != nil
			return nil
		})
		if err != nil {
			a.ok = false
		}
		known[code] = a
		return a.at, a.ok
	}
}

// hold puts a place where it belongs; the chain begins at the smallest, whose path counts.
func hold(at *territory.At, p *territory.Place) {
	switch p.Kind.Level() {
	case territory.LevelGrid:
		at.Grid = p.Ref()
	case territory.LevelCommunity:
		at.Community = p.Ref()
	case territory.LevelVillage:
		at.Village = p.Ref()
	case territory.LevelStreet:
		at.Street = p.Ref()
	case territory.LevelCounty:
		at.County = p.Ref()
	default:
		switch p.Kind {
		case territory.Compound:
			at.Compound = p.Ref()
		case territory.Building:
			at.Building = p.Ref()
		default:
		}
		return
	}
	if at.Path == "" {
		at.Path = p.Path
	}
}

const mostPrinted = 200 // faults; --json has more

func printCases(w io.Writer, r *cases.ImportReport, partly bool) error {
	p := &printer{w: w}
	for _, f := range r.Faults[:min(len(r.Faults), mostPrinted)] {
		where := f.Field
		if f.Column != "" {
			where += " ← " + f.Column
		}
		p.say(kernel.T(fmt.Sprintf("第 %d 行 %s：%s", f.Line, where, f.Say.Zh), fmt.Sprintf("line %d %s: %s", f.Line, where, f.Say.En)))
	}
	if n := r.FaultCount - mostPrinted; n > 0 {
		p.say(kernel.T(fmt.Sprintf("还有 %s 处，用 --json 看", thousands(n)), fmt.Sprintf("and %s more; see them with --json", thousands(n))))
	}
	if words := r.UnknownStatuses(); len(words) > 0 {
		p.say(kernel.T("没有对应的状态："+strings.Join(words, "、"), "statuses without a meaning: "+strings.Join(words, ", ")))
	}
	p.say(kernel.T(fmt.Sprintf("共 %s 行：可用 %s（未办结 %s，已办结 %s），略去 %s，有错 %s", thousands(r.Rows), thousands(r.Fit), thousands(r.Open), thousands(r.Closed), thousands(r.Skipped), thousands(r.Faulty)),
		fmt.Sprintf("%s rows: %s fit (%s open, %s closed), %s left out, %s with faults", thousands(r.Rows), thousands(r.Fit), thousands(r.Open), thousands(r.Closed), thousands(r.Skipped), thousands(r.Faulty))))
	for _, s := range slices.Sorted(maps.Keys(r.Steps)) {
		p.say(kernel.T(fmt.Sprintf("  %s %s", s, thousands(r.Steps[s])), fmt.Sprintf("  %s %s", s, thousands(r.Steps[s]))))
	}
	if r.Changed > 0 {
		p.say(kernel.T(fmt.Sprintf("已导入过的有 %s 件如今在文件里是另一种状态，没有改动", thousands(r.Changed)), fmt.Sprintf("%s imported before have another status in the file now; they were left as they are", thousands(r.Changed))))
	}
	switch {
	case r.DryRun:
		p.say(kernel.T(fmt.Sprintf("只试算，没有写入：将导入 %s，已有 %s", thousands(r.New), thousands(r.Here)), fmt.Sprintf("dry run, nothing stored: %s to import, %s here already", thousands(r.New), thousands(r.Here))))
	case r.Refused() && !partly:
		p.say(kernel.T("有错，一行也没有导入。改好再来；或加 --partly，只导入没有错的行", "there are faults and nothing was imported; mend them, or add --partly to import the rows without"))
	default:
		p.say(kernel.T(fmt.Sprintf("导入 %s，已有 %s", thousands(r.Stored), thousands(r.Here)), fmt.Sprintf("%s imported, %s here already", thousands(r.Stored), thousands(r.Here))))
	}
	return p.err
}

package cases

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/vault"
)

// ImportAct is the act under which the ledger records an imported case.
const ImportAct = "import"

// Sources knows which rows of other systems are here already.
type Sources interface {
	// StepsBySource gives the step of each case that came from one of the sources, by source.
	StepsBySource(tx kernel.Tx, sources []string) (map[string]string, error)
}

// Importer brings requests of other systems in as cases: a row once, its ledger row in the same unit of work, nothing into
// the outbox, no clock running, so that imported cases count in no rate.
type Importer struct {
	Store   kernel.Store
	Cases   Repo
	Sources Sources
	Ledger  *ledger.Log
	Sealer  *vault.Sealer
}

// ImportOptions are what an import is told beside its mapping.
type ImportOptions struct {
	DryRun bool
	// Partly imports the rows without fault when others have some; otherwise one fault keeps all out.
	Partly bool
	// Done is told how many rows are done, in checking and again in storing; nil for no word.
	Done func(rows int)
}

// ImportReport is what an import found and did.
type ImportReport struct {
	DryRun  bool `json:"dryRun"`
	Rows    int  `json:"rows"`    // of the file, without the header and blank lines
	Fit     int  `json:"fit"`     // rows without fault that are not skipped
	Skipped int  `json:"skipped"` // left out as the mapping says: outside or nowhere
	Faulty  int  `json:"faulty"`
	Here    int  `json:"here"`     // of the fit ones, those imported before
	Changed int  `json:"changed"`  // of those here, those whose step in the file is another now; they stay as they are
	New     int  `json:"new"`      // of the fit ones, those not here yet
	Stored  int  `json:"imported"` // of the new ones, those that this run stored
	Open    int  `json:"open"`     // of the fit ones
	Closed  int  `json:"closed"`
	// Steps counts the fit ones by step, Agencies by agency.
	Steps    map[string]int `json:"steps"`
	Agencies map[string]int `json:"agencies"`
	Unplaced int            `json:"unplaced"` // of the fit ones, those without a point
	// Bounds are west, south, east and north of the points, zero when there are none.
	Bounds [4]float64 `json:"bounds"`
	First  time.Time  `json:"first,omitzero"`
	Last   time.Time  `json:"last,omitzero"`
	// Faults are the first mostFaults of all, by line; FaultCount is how many there are.
	Faults     []RowFault `json:"faults"`
	FaultCount int        `json:"faultCount"`
}

const (
	importBatch = 500 // rows a unit of work
	mostFaults  = 10_000
)

// Refused reports whether faults kept rows out.
func (r *ImportReport) Refused() bool { return r.Faulty > 0 }

// Import reads the file twice: once to check every row, and, when all fit (or Partly) and it is no dry run, to store. open is
// called for each reading. A report comes with every error that is about rows; a *kernel.Error about the file as a whole
// (its field is "line N") or the mapping comes without.
func (im *Importer) Import(ctx context.Context, t kernel.Tenant, open func() (io.ReadCloser, error), m *Mapping, d *District, o ImportOptions) (*ImportReport, error) {
	rep := &ImportReport{DryRun: o.DryRun, Steps: map[string]int{}, Agencies: map[string]int{}, Faults: []RowFault{}}
	err := im.pass(ctx, open, m, d, o, rep, func(batch []Imported) error {
		return im.Store.View(ctx, t, func(tx kernel.Tx) error {
			here, err := im.here(tx, batch)
			rep.compare(batch, here)
			return err
		})
	})
	if err != nil || o.DryRun || rep.Refused() && !o.Partly {
		return rep, err
	}
	return rep, im.pass(ctx, open, m, d, o, nil, func(batch []Imported) error {
		n, err := im.put(ctx, t, d, batch)
		rep.Stored += n
		return err
	})
}

// pass reads the file once and gives the fit rows in batches; rep, if any, is told of every row.
func (im *Importer) pass(ctx context.Context, open func() (io.ReadCloser, error), m *Mapping, d *District, o ImportOptions, rep *ImportReport, each func([]Imported) error) (err error) {
	f, err := open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	tab, err := newTable(f, m.File.Delimiter, m.File.Encoding)
	if err != nil {
		return err
	}
	rows, err := newRowReader(m, tab.header, d)
	if err != nil {
		return err
	}
	batch := make([]Imported, 0, importBatch)
	for n := 1; ; n++ {
		fields, line, say, err := tab.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		row, skipped, faults := Imported{}, false, []RowFault{{Line: line, Say: say}}
		if say.IsZero() {
			row, skipped, faults = rows.read(line, fields)
		}
		rep.add(&row, skipped, faults)
		if len(faults) == 0 && !skipped {
			batch = append(batch, row)
		}
		if len(batch) == importBatch {
			if err := each(batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
		if o.Done != nil {
			o.Done(n)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if len(batch) == 0 {
		return nil
	}
	return each(batch)
}

// add counts a row.
func (r *ImportReport) add(row *Imported, skipped bool, faults []RowFault) {
	if r == nil {
		return
	}
	r.Rows++
	switch {
	case len(faults) > 0:
		r.Faulty++
		r.FaultCount += len(faults)
		r.Faults = append(r.Faults, faults[:min(len(faults), mostFaults-len(r.Faults))]...)
		return
	case skipped:
		r.Skipped++
		return
	}
	r.Fit++
	r.Steps[row.Step.ID]++
	if row.Agency != "" {
		r.Agencies[row.Agency]++
	}
	if row.Step.End == "" {
		r.Open++
	} else {
		r.Closed++
	}
	if !row.Placed {
		r.Unplaced++
	} else if b := &r.Bounds; *b == ([4]float64{}) {
		*b = [4]float64{row.Lon, row.Lat, row.Lon, row.Lat}
	} else {
		b[0], b[1], b[2], b[3] = min(b[0], row.Lon), min(b[1], row.Lat), max(b[2], row.Lon), max(b[3], row.Lat)
	}
	if r.First.IsZero() || row.OpenedAt.Before(r.First) {
		r.First = row.OpenedAt
	}
	if row.OpenedAt.After(r.Last) {
		r.Last = row.OpenedAt
	}
}

func (im *Importer) here(tx kernel.Tx, batch []Imported) (map[string]string, error) {
	sources := make([]string, len(batch))
	for i := range batch {
		sources[i] = batch[i].Source
	}
	return im.Sources.StepsBySource(tx, sources)
}

func (r *ImportReport) compare(batch []Imported, here map[string]string) {
	for i := range batch {
		step, there := here[batch[i].Source]
		switch {
		case !there:
			r.New++
		case step != batch[i].Step.ID:
			r.Changed++
			r.Here++
		default:
			r.Here++
		}
	}
}

// put stores the rows of a batch that are not here yet, in one unit of work, and tells how many.
func (im *Importer) put(ctx context.Context, t kernel.Tenant, d *District, batch []Imported) (int, error) {
	cases := make([]*Case, len(batch))
	for i := range batch {
		c, err := im.caseOf(t, d, &batch[i])
		if err != nil {
			return 0, err
		}
		cases[i] = c
	}
	stored := 0
	err := im.Store.Update(ctx, t, func(tx kernel.Tx) error {
		stored = 0
		here, err := im.here(tx, batch)
		if err != nil {
			return err
		}
		for i, c := range cases {
			if _, there := here[c.Source]; there {
				continue
			}
			if err := im.store(tx, c, &batch[i]); err != nil {
				return err
			}
			stored++
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return stored, nil
}

// caseOf makes the case of a row. Its clocks are empty and its measures zero: nothing was promised here.
func (im *Importer) caseOf(t kernel.Tenant, d *District, row *Imported) (*Case, error) {
	c := &Case{ID: kernel.NewID(row.OpenedAt), Flow: d.Flow.ID, FlowVersion: d.Flow.Version, Item: row.Item, Title: kernel.T(row.Title, row.Title), Text: row.Text,
		Lon: row.Lon, Lat: row.Lat, Place: row.Place, Path: row.Place.Path, Step: row.Step.ID, StepAt: row.OpenedAt, Ended: row.Step.End, Version: 1, Round: 1,
		Strands: StrandsOf(d.Flow.Strand), Confidential: d.Flow.Confidential, Unit: row.Unit, OpenedBy: kernel.System(t).Ref(), Source: row.Source,
		OpenedAt: row.OpenedAt, UpdatedAt: row.OpenedAt}
	item := d.Items[row.Item]
	if item != nil {
		c.Strands = StrandsOf(item.Strand)
		if item.Title.Zh == row.Title {
			c.Title = item.Title
		}
	}
	if c.Ended != "" {
		c.StepAt, c.UpdatedAt, c.ClosedAt, c.FinishedAt = row.ClosedAt, row.ClosedAt, row.ClosedAt, row.ClosedAt
	} else if d.Setup != nil {
		c.Route = d.Setup.Route(item, &c.Place)
	}
	if row.Address == "" {
		return c, nil
	}
	s := &Service{Ports{Sealer: im.Sealer}}
	var err error
	c.Address, err = s.sealJSON(t, c.ID, "address", row.Address)
	return c, err
}

// store puts one case and its ledger row in.
func (im *Importer) store(tx kernel.Tx, c *Case, row *Imported) error {
	words := Bigrams(c.Title.Zh + " " + c.Title.En + " " + c.Text)
	for try := 0; ; try++ {
		suffix, err := vault.NewCaseSuffix(random)
		if err != nil {
			return kernel.Internal("number", err)
		}
		c.Number = string(tx.Tenant()) + "-" + c.OpenedAt.In(kernel.Shanghai).Format("20060102") + "-" + suffix
		ok, err := im.Cases.Insert(tx, c, words)
		if err != nil {
			return err
		}
		if ok {
			break
		}
		if try == 8 {
			return kernel.Unavailable(kernel.T("这一天的单号用完了", "no number could be found for that day"), nil)
		}
	}
	public := map[string]any{"flow": c.Flow, "number": c.Number, "from": "", "to": c.Step, "event": "", "round": c.Round, "unit": string(c.Unit),
		"opened_at": c.OpenedAt.UnixMilli()}
	if !c.ClosedAt.IsZero() {
		public["closed_at"] = c.ClosedAt.UnixMilli()
	}
	if row.Agency != "" {
		public["agency"] = row.Agency
	}
	_, err := im.Ledger.Append(tx, ledger.Entry{Actor: kernel.System(tx.Tenant()), Act: ImportAct, Object: c.ID, Version: c.Version, Public: public,
		Personal: map[string]any{"source": c.Source, "title": c.Title.Zh, "text": c.Text}})
	return err
}

// UnknownStatuses counts the words of the status that have no meaning yet, the most frequent first.
func (r *ImportReport) UnknownStatuses() []string {
	count := map[string]int{}
	for _, f := range r.Faults {
		if f.Field == "status" {
			count[f.Value]++
		}
	}
	words := slices.Sorted(maps.Keys(count))
	slices.SortStableFunc(words, func(a, b string) int { return count[b] - count[a] })
	return words
}

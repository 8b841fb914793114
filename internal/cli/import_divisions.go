package cli

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
)

type importDivisionsCmd struct {
	Dir        string `arg:"" help:"Folder with provinces.csv, cities.csv, areas.csv, streets.csv and villages.csv." type:"existingdir"`
	Year       int    `help:"Year of the list; china-division's last one is 2023's." default:"2023"`
	Source     string `help:"Where the files come from, for the record." default:"china-division"`
	Successors string `help:"CSV of codes that are gone and the codes that took their place: old_code,new_code,year,kind." type:"existingfile"`
	DryRun     bool   `help:"Compare only; write nothing."`
}

// Run implements the command.
func (c *importDivisionsCmd) Run(e *env) error {
	o := DivisionsOptions{Year: c.Year, Source: c.Source, DryRun: c.DryRun}
	if c.Successors != "" {
		f, err := os.Open(c.Successors)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		if o.Successors, err = territory.ReadSuccessors(f); err != nil {
			return e.refused(err)
		}
	}
	return e.running(true, func(a *app) error {
		at, end := e.counter()
		r, err := ImportDivisions(e.ctx, a.db, os.DirFS(c.Dir), o, at)
		end()
		if err != nil {
			return e.refused(err)
		}
		if e.global.JSON {
			err = e.printJSON(r)
		} else {
			err = r.Print(e.out)
		}
		if err == nil && !r.Sound() {
			return errNotSo
		}
		return err
	})
}

// DivisionsOptions are what an import of official divisions is told.
type DivisionsOptions struct {
	// Year is the year of the list, such as 2023.
	Year int
	// Source says where the files come from, for the record ("china-division 2.7.0").
	Source string
	DryRun bool
	// Successors says which codes took the place of codes that are gone, as published; see ReadSuccessors.
	Successors []territory.Successor
}

// DivisionsReport is what an import of divisions found and did.
type DivisionsReport struct {
	Year    int                             `json:"year"`
	DryRun  bool                            `json:"dryRun"`
	Rows    int                             `json:"rows"` // taken from the files
	ByLevel map[territory.DivisionLevel]int `json:"byLevel"`
	New     int                             `json:"new"`
	Changed int                             `json:"changed"`
	Same    int                             `json:"same"`
	// Kept is how many codes the store has for the year that the files do not have; an import removes none.
	Kept       int                           `json:"kept"`
	LeftOut    map[territory.ProblemKind]int `json:"leftOut"`
	Problems   []DivisionProblem             `json:"problems"` // the first 200
	Missing    []string                      `json:"missing"`  // files that were not there
	Successors []DivisionStep                `json:"successors,omitempty"`
}

// DivisionProblem is one row that was left out.
type DivisionProblem struct {
	Kind territory.ProblemKind `json:"kind"`
	File string                `json:"file"`
	Line int                   `json:"line"`
	Say  kernel.Text           `json:"say"`
}

// DivisionStep is the step from one year's list to the next that is loaded. Renames and moves are those above villages.
type DivisionStep struct {
	From      int `json:"from"`
	To        int `json:"to"`
	Added     int `json:"added"`
	Removed   int `json:"removed"`
	Renamed   int `json:"renamed"`
	Moved     int `json:"moved"`
	Successor int `json:"successor"` // removed codes whose successor is known now
	Abolished int `json:"abolished"` // removed codes that have none, as published
	Open      int `json:"open"`      // removed codes without
	Written   int `json:"written"`   // successors that this run stored
}

const divisionBatch = 2000 // rows a unit of work

// noTenant opens units of work on reference data.
const noTenant = kernel.Tenant("")

// ImportDivisions reads the china-division files in fsys and stores what is new or changed in the year's list. A second run
// changes nothing. Codes that are gone since the list before get their successors, given or found.
func ImportDivisions(ctx context.Context, db *store.DB, fsys fs.FS, o DivisionsOptions, done func(rows int)) (*DivisionsReport, error) {
	if o.Year < 1949 || o.Year > 2200 {
		return nil, kernel.Invalid("year", kernel.T("请写明名录的年份，如 --year 2023", "name the year of the list, such as --year 2023"))
	}
	im := &divisionImport{ctx: ctx, db: db, o: o, done: done, known: map[uint64]uint64{}, report: &DivisionsReport{Year: o.Year, DryRun: o.DryRun}}
	err := db.View(ctx, noTenant, func(tx kernel.Tx) error {
		return im.repo.EachDivision(tx, o.Year, func(d territory.Division) { im.known[codeKey(d.Code)] = digest(d) })
	})
	if err != nil {
		return nil, err
	}
	read, err := territory.ReadDivisions(fsys, o.Year, im.take)
	if err == nil {
		err = im.flush()
	}
	if err != nil {
		return nil, err
	}
	r := im.report
	r.Kept, r.ByLevel, r.LeftOut, r.Missing, r.Problems = len(im.known), read.Taken, read.LeftOut, read.Missing, []DivisionProblem{}
	for _, x := range read.Problems {
		r.Problems = append(r.Problems, DivisionProblem{x.Kind, x.File, x.Line, x.Say})
	}
	if o.DryRun {
		return r, nil
	}
	if r.New+r.Changed > 0 {
		y := store.DivisionYear{Year: o.Year, Source: o.Source, Rows: r.Rows}
		if err := db.Update(ctx, noTenant, func(tx kernel.Tx) error { return im.repo.PutDivisionYear(tx, y) }); err != nil {
			return nil, err
		}
	}
	return r, im.steps()
}

type divisionImport struct {
	ctx    context.Context
	db     *store.DB
	repo   store.Territory
	o      DivisionsOptions
	done   func(int)
	known  map[uint64]uint64 // code to digest of what the store has and the files have not shown yet
	batch  []territory.Division
	report *DivisionsReport
}

// codeKey makes a number of a code; the 1 in front keeps leading zeros.
func codeKey(code string) uint64 {
	n, _ := strconv.ParseUint("1"+code, 10, 64) // the reader has checked the digits
	return n
}

// digest stands for what a list says of a division, so that the whole country is compared in some 20 MB. A successor is not
// the list's own word and does not count.
func digest(d territory.Division) uint64 {
	h := fnv.New64a()
	for _, s := range []string{d.Name, string(d.Level), string(d.Kind), d.Parent} {
		_, _ = io.WriteString(h, s)
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}

func (im *divisionImport) take(d territory.Division) error {
	r := im.report
	r.Rows++
	if im.done != nil {
		im.done(r.Rows)
	}
	key := codeKey(d.Code)
	old, there := im.known[key]
	delete(im.known, key)
	switch {
	case !there:
		r.New++
	case old != digest(d):
		r.Changed++
	default:
		r.Same++
		return nil
	}
	if im.batch = append(im.batch, d); len(im.batch) >= divisionBatch {
		return im.flush()
	}
	return nil
}

func (im *divisionImport) flush() error {
	if err := im.ctx.Err(); err != nil || im.o.DryRun || len(im.batch) == 0 {
		im.batch = im.batch[:0]
		return err
	}
	err := im.db.Update(im.ctx, noTenant, func(tx kernel.Tx) error { return im.repo.UpsertDivisions(tx, im.batch) })
	im.batch = im.batch[:0]
	return err
}

// steps finds the successors from the list before this one, and from this one to the next.
func (im *divisionImport) steps() error {
	var years []store.DivisionYear
	err := im.db.View(im.ctx, noTenant, func(tx kernel.Tx) (err error) {
		years, err = im.repo.DivisionYears(tx)
		return err
	})
	if err != nil {
		return err
	}
	for i := 1; i < len(years); i++ {
		if years[i-1].Year == im.o.Year || years[i].Year == im.o.Year {
			if err := im.step(years[i-1].Year, years[i].Year); err != nil {
				return err
			}
		}
	}
	return nil
}

func (im *divisionImport) step(from, to int) error {
	var was, is []territory.Division
	given := territory.SuccessorsBetween(im.o.Successors, from, to)
	err := im.db.View(im.ctx, noTenant, func(tx kernel.Tx) (err error) {
		was, is, err = im.repo.DivisionsForDiff(tx, from, to, given)
		return err
	})
	if err != nil {
		return err
	}
	c := territory.DiffDivisions(was, is, given)
	s := DivisionStep{From: from, To: to, Added: len(c.Added), Removed: len(c.Removed), Renamed: len(c.Renamed), Moved: len(c.Moved),
		Successor: len(c.Successions), Abolished: len(c.Abolished),
		Open: len(c.Removed) - len(c.Successions) - len(c.Abolished)}
	var write []territory.Division
	for _, x := range c.Successions {
		codes := make([]string, len(x.New))
		for i, n := range x.New {
			codes[i] = n.Code
		}
		// What was published before is not undone by a guess.
		if d := x.Old; strings.Join(d.Successor, " ") != strings.Join(codes, " ") && (x.Given || len(d.Successor) == 0) {
			d.Successor = codes
			write = append(write, d)
		}
	}
	s.Written = len(write)
	for ; len(write) > 0; write = write[min(len(write), divisionBatch):] {
		part := write[:min(len(write), divisionBatch)]
		if err := im.db.Update(im.ctx, noTenant, func(tx kernel.Tx) error { return im.repo.UpsertDivisions(tx, part) }); err != nil {
			return err
		}
	}
	im.report.Successors = append(im.report.Successors, s)
	return nil
}

// Sound reports whether every row of every file was taken.
func (r *DivisionsReport) Sound() bool { return len(r.LeftOut) == 0 && len(r.Missing) == 0 }

// Print tells the report in both languages.
func (r *DivisionsReport) Print(w io.Writer) error {
	p := &printer{w: w}
	p.say(kernel.T(fmt.Sprintf("%d 年名录：读到 %s 条", r.Year, thousands(r.Rows)), fmt.Sprintf("list of %d: %s divisions read", r.Year, thousands(r.Rows))))
	for _, l := range territory.AllDivisionLevels {
		if n := r.ByLevel[l]; n > 0 {
			p.say(kernel.T("  "+l.Text().Zh+" "+thousands(n), "  "+l.Text().En+" "+thousands(n)))
		}
	}
	switch {
	case r.DryRun:
		p.say(kernel.T(fmt.Sprintf("只试算，没有写入：将新增 %s，更新 %s，不变 %s", thousands(r.New), thousands(r.Changed), thousands(r.Same)),
			fmt.Sprintf("dry run, nothing written: %s new, %s changed, %s the same", thousands(r.New), thousands(r.Changed), thousands(r.Same))))
	case r.New+r.Changed == 0:
		p.say(kernel.T("和库里的一样，没有改动", "the store has all of it already; nothing was changed"))
	default:
		p.say(kernel.T(fmt.Sprintf("新增 %s，更新 %s，不变 %s", thousands(r.New), thousands(r.Changed), thousands(r.Same)),
			fmt.Sprintf("%s new, %s changed, %s the same", thousands(r.New), thousands(r.Changed), thousands(r.Same))))
	}
	if r.Kept > 0 {
		p.say(kernel.T(fmt.Sprintf("库里这一年另有 %s 条不在文件里，已保留", thousands(r.Kept)), fmt.Sprintf("the store has %s more for this year that the files do not have; they were kept", thousands(r.Kept))))
	}
	for _, f := range r.Missing {
		p.say(kernel.T("没有文件 "+f, "the file "+f+" is not there"))
	}
	for _, k := range territory.AllProblemKinds {
		if n := r.LeftOut[k]; n > 0 {
			p.say(kernel.T(fmt.Sprintf("略去 %s 行：%s", thousands(n), problemText(k).Zh), fmt.Sprintf("%s rows left out: %s", thousands(n), problemText(k).En)))
		}
	}
	for _, x := range r.Problems {
		p.say(kernel.T("  "+x.Say.Zh, "  "+x.Say.En))
	}
	for _, s := range r.Successors {
		p.say(kernel.T(fmt.Sprintf("%d → %d：新增代码 %d，撤销 %d，其中查到去向 %d、公布为撤销 %d、待人工核对 %d；乡级以上改名 %d，改隶 %d", s.From, s.To, s.Added, s.Removed, s.Successor, s.Abolished, s.Open, s.Renamed, s.Moved),
			fmt.Sprintf("%d → %d: %d codes added, %d gone, of which %d have a successor, %d were abolished and %d need a person; above villages %d renamed, %d moved", s.From, s.To, s.Added, s.Removed, s.Successor, s.Abolished, s.Open, s.Renamed, s.Moved)))
	}
	return p.err
}

func problemText(k territory.ProblemKind) kernel.Text {
	switch k {
	case territory.ProblemMalformed:
		return kernel.T("读不懂", "cannot be read")
	case territory.ProblemDuplicate:
		return kernel.T("代码重复", "code stands twice")
	case territory.ProblemOrphan:
		return kernel.T("上级不存在或不一致", "parent not there or not the same")
	default:
		return kernel.T(string(k), string(k))
	}
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
)

// importCmd brings in what stands in files of others.
type importCmd struct {
	Divisions importDivisionsCmd `cmd:"" help:"Official divisions of a year, from china-division's CSV files."`
	GeoJSON   importGeoJSONCmd   `cmd:"" name:"geojson" help:"Places with their shapes."`
	Cases     importCasesCmd     `cmd:"" help:"Requests of another system, from a CSV file and a mapping."`
	OSM       importOSMCmd       `cmd:"" name:"osm" help:"Buildings, sites and greens of an OpenStreetMap extract; founds the district where it is not there."`
	Sheet     importSheetCmd     `cmd:"" default:"withargs" help:"Rows of a register, from an Excel file made of its template."`
}

// running joins the program for an import and keeps a server off a SQLite file meanwhile.
func (e *env) running(makeNew bool, do func(*app) error) (err error) {
	unlock, err := e.lockForServing()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	a, err := e.open(makeNew)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	return do(a)
}

// counter shows how many rows are done, over and over on a terminal's line, once it has lasted a second. end leaves the line.
func (e *env) counter() (at func(rows int), end func()) {
	begin := time.Now()
	last, wrote := begin, false
	f, _ := e.err.(*os.File)
	if f != nil {
		if st, err := f.Stat(); err != nil || st.Mode()&fs.ModeCharDevice == 0 {
			f = nil
		}
	}
	at = func(rows int) {
		if f == nil || rows%100 != 0 {
			return
		}
		if now := time.Now(); now.Sub(begin) > time.Second && now.Sub(last) > 200*time.Millisecond {
			last, wrote = now, true
			_, _ = fmt.Fprintf(f, "\r已处理 %s 行 rows", thousands(rows))
		}
	}
	return at, func() {
		if wrote {
			_, _ = fmt.Fprintln(f)
		}
	}
}

// refused tells what is wrong with a file or mapping, every fault of it, and gives errNotSo. Other errors stay as they are.
func (e *env) refused(err error) error {
	var k *kernel.Error
	if !errors.As(err, &k) || k.Kind != kernel.KindInvalid && k.Kind != kernel.KindMalformed && k.Kind != kernel.KindTooLarge {
		return err
	}
	if !e.global.JSON {
		say(e.err, err)
		for i := range k.More {
			say(e.err, &k.More[i])
		}
		return errNotSo
	}
	first := *k
	first.More = nil
	faults := []cases.RowFault{}
	for _, f := range append([]kernel.Error{first}, k.More...) {
		r := cases.RowFault{Field: f.Field, Say: f.Say}
		if n, ok := strings.CutPrefix(f.Field, "line "); ok {
			r.Line, _ = strconv.Atoi(n)
			r.Field = ""
		}
		faults = append(faults, r)
	}
	return errors.Join(e.printJSON(map[string]any{"refused": true, "faults": faults, "faultCount": len(faults)}), errNotSo)
}

// thousands writes a number with commas.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// printer writes lines in both languages and keeps the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) say(t kernel.Text) {
	if p.err == nil {
		_, p.err = fmt.Fprintln(p.w, t.Zh)
	}
	if p.err == nil && t.En != t.Zh {
		_, p.err = fmt.Fprintln(p.w, "  "+t.En)
	}
}

// openFile gives what opens a file again and again, and its name when it cannot be.
func openFile(name string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		f, err := os.Open(name)
		if err != nil {
			return nil, kernel.Invalid("file", kernel.T("打不开文件 "+name, "the file "+name+" cannot be opened"))
		}
		return f, nil
	}
}

// founded gives the district that an import is for: that of the options, else that of the mapping, else as everywhere.
func (e *env) founded(ctx context.Context, a *app, mapped string) (kernel.Tenant, error) {
	if mapped != "" && e.global.Tenant != "" && mapped != e.global.Tenant {
		return "", kernel.Invalid("tenant", kernel.T("--tenant 是 "+e.global.Tenant+"，映射文件写的是 "+mapped, "--tenant is "+e.global.Tenant+" and the mapping says "+mapped))
	}
	if mapped != "" {
		return kernel.ParseTenant(mapped)
	}
	return e.tenant(ctx, a)
}

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
)

const nyc = kernel.Tenant("990001")

// joined makes the program over a test's store.
func joined(t *testing.T, db *store.DB, clock kernel.Clock) *app {
	t.Helper()
	dir := t.TempDir()
	k, err := (&globals{Data: dir}).makeKeys(filepath.Join(dir, "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := join(db.Engine, k, clock, dir)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func mapping(t *testing.T, text string) *cases.Mapping {
	t.Helper()
	m, err := cases.ParseMapping(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func nycMapping(t *testing.T) *cases.Mapping {
	t.Helper()
	b, err := os.ReadFile("../../docs/examples/nyc-311.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return mapping(t, string(b))
}

func text(s string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }
}

var nycFile = openFile("testdata/nyc311/requests.csv")

// everyCase gives every case of a tenant, as its leaders see it.
func everyCase(t *testing.T, a *app, tenant kernel.Tenant, q cases.Query) []*cases.Case {
	t.Helper()
	q.Allow = access.ScopeOf(kernel.System(tenant), access.CaseRead)
	q.Page.Limit = 100
	var out []*cases.Case
	for {
		var list []*cases.Case
		err := a.db.View(context.Background(), tenant, func(tx kernel.Tx) (err error) {
			list, q.Page.After, err = store.Cases{}.List(tx, q)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if out = append(out, list...); q.Page.After == "" {
			return out
		}
	}
}

func TestRequestsOfNewYorkAreImportedOnce(t *testing.T) {
	eachStore(t, func(t *testing.T, db *store.DB, clock *kernel.ManualClock) {
		a, ctx := joined(t, db, clock), context.Background()
		m := nycMapping(t)
		run := func(o CasesOptions) *cases.ImportReport {
			t.Helper()
			r, err := ImportCases(ctx, a, nyc, nycFile, m, o)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		if _, err := ImportCases(ctx, a, nyc, nycFile, m, CasesOptions{}); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("a district that nobody founded gives %v", err)
		}
		for _, step := range []struct {
			o                 CasesOptions
			new, here, stored int
		}{
			{CasesOptions{Create: "New York animals", ImportOptions: cases.ImportOptions{DryRun: true}}, 300, 0, 0},
			{CasesOptions{Create: "New York animals"}, 300, 0, 300},
			{CasesOptions{}, 0, 300, 0},
		} {
			r := run(step.o)
			if d := cmp.Diff([]int{300, 300, 0, step.new, step.here, step.stored, 96, 204, 3}, []int{r.Rows, r.Fit, r.Faulty, r.New, r.Here, r.Stored, r.Open, r.Closed, r.Unplaced}); d != "" {
				t.Errorf("%+v: %s", step.o, d)
			}
			if d := cmp.Diff(map[string]int{"DSNY": 106, "DPR": 78, "NYPD": 73, "DOHMH": 43}, r.Agencies); d != "" {
				t.Error(d)
			}
			if step.stored == 0 && step.here == 0 {
				if list, err := a.tenants.List(ctx); err != nil || len(list) != 0 {
					t.Errorf("a dry run founded %v, %v", list, err)
				}
			}
		}
		all := everyCase(t, a, nyc, cases.Query{})
		open := everyCase(t, a, nyc, cases.Query{Open: true})
		if len(all) != 300 || len(open) != 96 {
			t.Errorf("%d cases, %d open; want 300 and 96", len(all), len(open))
		}
		for i, c := range all {
			if len(c.Clocks) != 0 || c.DueAt() != cases.Never || c.Measures != (cases.Measures{}) || c.Score != 0 || c.Address != "" || c.TrackHash != "" {
				t.Fatalf("an imported case has clocks, measures or more: %+v", c)
			}
			if i > 0 && c.OpenedAt.After(all[i-1].OpenedAt) {
				t.Errorf("%s opened after the one before it in the list", c.Number)
			}
			if (c.Ended == "") != (c.Step == "ordered") || (c.Ended == "") != c.ClosedAt.IsZero() || c.Path != "990001/" {
				t.Errorf("%s rests in %s, ended %q at %v, path %s", c.Number, c.Step, c.Ended, c.ClosedAt, c.Path)
			}
		}
		newest := all[0]
		if newest.Source != "nyc-311:64345465" || newest.Title.Zh != "Animal-Abuse · Neglected" || !newest.OpenedAt.Equal(time.Date(2025, 3, 14, 5, 20, 0, 0, time.UTC)) ||
			newest.Lon != -73.882 || newest.Lat != 40.657 || !strings.HasPrefix(newest.Number, "990001-20250314-") {
			t.Errorf("the newest is %+v", newest)
		}
		checkTraces(t, a, newest)
	})
}

// checkTraces: each case has one row in the ledger, nothing went out, and no rate counts it.
func checkTraces(t *testing.T, a *app, c *cases.Case) {
	t.Helper()
	err := a.db.View(context.Background(), nyc, func(tx kernel.Tx) error {
		rows, err := a.cases.Ledger.OfObject(tx, c.ID)
		if err != nil {
			return err
		}
		if len(rows) != 1 || rows[0].Act != cases.ImportAct || rows[0].Actor != "system" {
			t.Fatalf("ledger rows %+v", rows)
		}
		if strings.Contains(rows[0].Public, "64345465") || !strings.Contains(rows[0].Public, `"agency":"NYPD"`) {
			t.Errorf("public part %s", rows[0].Public)
		}
		personal, err := a.cases.Ledger.Personal(nyc, rows[0])
		if err != nil || personal["source"] != c.Source {
			t.Errorf("personal part %v, %v", personal, err)
		}
		rates, err := store.Cases{}.Rates(tx, cases.RateQuery{Path: "990001/", Now: importAt, Allow: access.ScopeOf(kernel.System(nyc), access.CaseRead)})
		if d := cmp.Diff(cases.Rates{}, rates); d != "" {
			t.Error(d)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	messages, err := a.outbox.Claim(context.Background(), nyc, "case", "test", time.Minute, 10)
	if err != nil || len(messages) != 0 {
		t.Errorf("the outbox holds %d messages, %v", len(messages), err)
	}
}

const small = `
system: s
times: {formats: [YYYY-MM-DD], zone: UTC}
columns: {source: id, opened_at: at, closed_at: done, status: status, title: what, address: where}
status: {open: open, closed: closed}
nowhere: district
`

func TestOneFaultKeepsAllOut(t *testing.T) {
	eachStore(t, func(t *testing.T, db *store.DB, clock *kernel.ManualClock) {
		a, ctx := joined(t, db, clock), context.Background()
		m := mapping(t, small)
		file := text("id,at,done,status,what,where\n1,2025-01-02,,open,lamp,Street 1\n2,2025-01-32,,lost,lamp,Street 2\n3,2025-01-02,2025-01-03,closed,bin,\n")
		var r *cases.ImportReport
		var err error
		for _, before := range []string{"not founded", "founded"} {
			r, err = ImportCases(ctx, a, nyc, file, m, CasesOptions{Create: "N"})
			if err != nil || !r.Refused() || r.Stored != 0 || r.Fit != 2 || r.FaultCount != 2 || len(everyCase(t, a, nyc, cases.Query{})) != 0 {
				t.Fatalf("%s: %+v, %v", before, r, err)
			}
			if list, err := a.tenants.List(ctx); err != nil || len(list) != 0 && before == "not founded" {
				t.Errorf("a refused import founded %v, %v", list, err)
			}
			if _, err := ImportCases(ctx, a, nyc, text("id,at,done,status,what,where\n"), m, CasesOptions{Create: "N"}); err != nil {
				t.Fatal(err)
			}
		}
		if d := cmp.Diff([]string{"lost"}, r.UnknownStatuses()); d != "" {
			t.Error(d)
		}
		var b bytes.Buffer
		if err := printCases(&b, r, false); err != nil || !strings.Contains(b.String(), "第 3 行 opened_at ← at") || !strings.Contains(b.String(), "line 3 status ← status") {
			t.Errorf("%v\n%s", err, b.String())
		}
		r, err = ImportCases(ctx, a, nyc, file, m, CasesOptions{Create: "N", ImportOptions: cases.ImportOptions{Partly: true}})
		if err != nil || r.Stored != 2 || r.Faulty != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		// A later file: one closed since, one new. The one that is here stays as it is, and that is told.
		later := text("id,at,done,status,what,where\n1,2025-01-02,2025-02-01,closed,lamp,Street 1\n2,2025-01-30,,open,lamp,Street 2\n")
		r, err = ImportCases(ctx, a, nyc, later, m, CasesOptions{})
		if err != nil || r.Stored != 1 || r.Here != 1 || r.Changed != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		// Addresses are sealed and open again.
		for _, c := range everyCase(t, a, nyc, cases.Query{Open: true}) {
			p, err := a.cases.Open(nyc, c)
			if want := "Street " + strings.TrimPrefix(c.Source, "s:"); err != nil || p.Address != want || strings.Contains(c.Address, "Street") {
				t.Errorf("address %q sealed as %q, %v", p.Address, c.Address, err)
			}
		}
	})
}

// TestInterruptedImportIsTakenUp: a run that is stopped between batches has stored whole batches, and the next stores the rest.
func TestInterruptedImportIsTakenUp(t *testing.T) {
	eachStore(t, func(t *testing.T, db *store.DB, clock *kernel.ManualClock) {
		a := joined(t, db, clock)
		var b strings.Builder
		b.WriteString("id,at,done,status,what,where\n")
		for i := range 1200 {
			fmt.Fprintf(&b, "%d,2025-01-02,,open,lamp,\n", i)
		}
		m, file := mapping(t, small), text(b.String())
		if _, err := ImportCases(context.Background(), a, nyc, text("id,at,done,status,what,where\n"), m, CasesOptions{Create: "N"}); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		seen := 0
		_, err := ImportCases(ctx, a, nyc, file, m, CasesOptions{ImportOptions: cases.ImportOptions{Done: func(n int) {
			if seen++; seen == 1200+700 { // in the second reading
				stop()
			}
		}}})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("a stopped import gives %v", err)
		}
		if n := len(everyCase(t, a, nyc, cases.Query{})); n != 500 {
			t.Errorf("%d cases after the stop, want the first batch", n)
		}
		r, err := ImportCases(context.Background(), a, nyc, file, m, CasesOptions{})
		if err != nil || r.Here != 500 || r.Stored != 700 || len(everyCase(t, a, nyc, cases.Query{})) != 1200 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// TestImportCommand runs the command line itself: statuses, JSON, and that a server is kept off meanwhile.
func TestImportCommand(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.csv")
	if err := os.WriteFile(bad, []byte("Unique Key,Created Date\n\"1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	base := []string{"--data", filepath.Join(dir, "data"), "--json"}
	run := func(want int, args ...string) map[string]any {
		t.Helper()
		var out, errs bytes.Buffer
		if got := Main(append(args, base...), strings.NewReader(""), &out, &errs); got != want {
			t.Fatalf("%v gives %d, want %d: %s%s", args, got, want, out.String(), errs.String())
		}
		v := map[string]any{}
		if out.Len() > 0 {
			if err := json.Unmarshal(out.Bytes(), &v); err != nil {
				t.Fatalf("%v: %v\n%s", args, err, out.String())
			}
		}
		return v
	}
	file, with := "testdata/nyc311/requests.csv", []string{"--mapping", "../../docs/examples/nyc-311.yaml"}
	cmdline := func(file string, more ...string) []string {
		return append(append([]string{"import", "cases", file}, with...), more...)
	}
	if v := run(exitDone, cmdline(file, "--create", "New York animals")...); v["imported"] != 300.0 {
		t.Errorf("%v", v)
	}
	if v := run(exitDone, cmdline(file)...); v["imported"] != 0.0 || v["here"] != 300.0 {
		t.Errorf("%v", v)
	}
	v := run(exitNot, cmdline(bad)...)
	if v["refused"] != true || len(v["faults"].([]any)) == 0 {
		t.Errorf("%v", v)
	}
	run(exitNot, cmdline(file, "--tenant", "990002")...)
	run(exitUsage, "import", "cases", file)
	unnamed := filepath.Join(dir, "unnamed.yaml")
	if err := os.WriteFile(unnamed, []byte(small), 0o600); err != nil {
		t.Fatal(err)
	}
	if v := run(exitNot, "import", "cases", file, "--mapping", unnamed, "--create", "X"); !strings.Contains(fmt.Sprint(v["faults"]), "--tenant") {
		t.Errorf("%v", v)
	}
	served, err := (&env{global: &globals{Data: filepath.Join(dir, "data")}}).lockForServing()
	if err != nil {
		t.Fatal(err)
	}
	run(exitFailed, cmdline(file)...)
	if err := served(); err != nil {
		t.Fatal(err)
	}
}

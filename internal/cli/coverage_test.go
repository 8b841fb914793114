package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sanzhi/internal/access"
	"sanzhi/internal/activities"
	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/reports"
	"sanzhi/internal/store"
)

// coverageFaults reads the table of coverage and names what is wrong with it. has tells whether a package has a test.
func coverageFaults(doc string, has func(pkg, test string) bool) (faults []string, rows, missing int) {
	articles := map[string]int{}
	seen := map[string]bool{}
	for line := range strings.SplitSeq(doc, "\n") {
		if !strings.HasPrefix(line, "| 1.") {
			continue
		}
		rows++
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if len(cells) != 5 {
			faults = append(faults, "not five cells: "+line)
			continue
		}
		for _, c := range cells {
			if strings.TrimSpace(c) == "" {
				faults = append(faults, "an empty cell: "+line)
			}
		}
		if seen[cells[0]] {
			faults = append(faults, "twice: "+cells[0])
		}
		seen[cells[0]] = true
		articles[cells[0][:3]]++
		if cells[4] == "missing" {
			missing++
			continue
		}
		for one := range strings.SplitSeq(cells[4], ", ") {
			if pkg, test, ok := strings.Cut(one, " "); !ok || !has(pkg, test) {
				faults = append(faults, cells[0]+": no such test: "+one)
			}
		}
	}
	for article, least := range map[string]int{"1.0": 3, "1.1": 32, "1.2": 9, "1.3": 6, "1.4": 3, "1.5": 7, "1.6": 9, "1.7": 10, "1.8": 7} {
		if articles[article] < least {
			faults = append(faults, fmt.Sprintf("%s has %d rows of at least %d", article, articles[article], least))
		}
	}
	if want := fmt.Sprintf("Rows: %d. Missing: %d.", rows, missing); !strings.Contains(doc, want) {
		faults = append(faults, "the head does not say: "+want)
	}
	return faults, rows, missing
}

func TestCoverageTableIsTrue(t *testing.T) {
	b, err := os.ReadFile("../../docs/coverage.md")
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{}
	has := func(pkg, test string) bool {
		if _, ok := sources[pkg]; !ok {
			files, err := filepath.Glob(filepath.Join("../..", pkg, "*.go"))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				if !strings.HasSuffix(f, "_test.go") && !strings.HasSuffix(pkg, "storetest") {
					continue // storetest is the suite itself
				}
				src, err := os.ReadFile(f) //nolint:gosec // files of this repository
				if err != nil {
					t.Fatal(err)
				}
				sources[pkg] += string(src)
			}
		}
		// A part of the conformance suite must also be in its list, or it is never run.
		listed := !strings.HasSuffix(pkg, "storetest") || regexp.MustCompile(`(?m)^\t\t\{".*[ (]`+regexp.QuoteMeta(test)+`\)?\},$`).MatchString(sources[pkg])
		return listed && regexp.MustCompile(`(?m)^func `+regexp.QuoteMeta(test)+`\(t \*testing\.T`).MatchString(sources[pkg])
	}
	doc := string(b)
	faults, rows, missing := coverageFaults(doc, has)
	for _, f := range faults {
		t.Error(f)
	}
	t.Logf("%d rows, %d missing", rows, missing)
	for name, broken := range map[string]string{
		"a test that is not there":         strings.Replace(doc, "TestWage,", "TestWages,", 1),
		"an empty cell":                    strings.Replace(doc, "| 微综合体 |", "|  |", 1),
		"a row taken out":                  regexp.MustCompile(`(?m)^\| 1\.4\.1 .*\n`).ReplaceAllString(doc, ""),
		"one of several that is not there": strings.Replace(doc, ", internal/store/storetest casesStrands", ", internal/store/storetest casesStrand", 1),
		"a missing row not counted":        strings.Replace(doc, "internal/web TestBrand", "missing", 1),
	} {
		if f, _, _ := coverageFaults(broken, has); broken == doc || len(f) == 0 {
			t.Errorf("%s is not seen", name)
		}
	}
}

// TestTotalsByStrandAreAtLeastTheDistinctTotal: an activity may have several strands, so that the totals by strand together are at
// least the number of activities, and more as soon as one has two.
func TestTotalsByStrandAreAtLeastTheDistinctTotal(t *testing.T) {
	_, a, _ := localStore(t)
	queries, err := store.ReportQueries()
	if err != nil {
		t.Fatal(err)
	}
	l := demo.LocalityOf("341002")
	q := queries.Get("activities")
	count := func(strand string) (n int) {
		if err := a.db.View(t.Context(), l.Tenant, func(tx kernel.Tx) error {
			got, err := q.Count(tx, reports.Ask{Path: "341002/", AsOf: tx.Now(), Period: kernel.Period{From: l.From.UTC(), To: l.To.UTC()}, Params: map[string]string{"strand": strand},
				Allow: access.ScopeOf(kernel.System(l.Tenant), q.Reads)})
			n = got.Num
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	totals := func() (sum int) {
		for _, s := range activities.AllStrands {
			sum += count(string(s))
		}
		return sum
	}
	distinct := count("")
	if distinct == 0 || totals() != distinct {
		t.Fatalf("%d activities with one strand each, %d by strand", distinct, totals())
	}
	if err := a.db.Update(t.Context(), l.Tenant, func(tx kernel.Tx) error {
		list, _, err := store.Activities{}.List(tx, activities.Query{From: l.From, To: l.To}, kernel.Page{Limit: 1})
		if err != nil {
			return err
		}
		x := list[0]
		x.Strands, x.Version = []activities.Strand{activities.Law, activities.Virtue}, x.Version+1
		_, err = store.Activities{}.Update(tx, x)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if sum := totals(); sum != distinct+1 || count("") != distinct {
		t.Errorf("with two strands on one: %d by strand, %d distinct, want %d and %d", sum, count(""), distinct+1, distinct)
	}
}

// TestMisprintsAreReadAsTheyAreMeant: the source prints 人格 for 入格 and 忙禄河 for 忙糯河; what is told says which reading is taken,
// and nothing else bears the misprint.
func TestMisprintsAreReadAsTheyAreMeant(t *testing.T) {
	l := demo.LocalityOf("530925")
	found := false
	for _, w := range l.Works.Works {
		if strings.Contains(w.Name, "忙禄河") {
			t.Errorf("%s bears the misprint as its name", w.Name)
		}
		found = found || w.Name == "忙糯河治理" && strings.Contains(w.Summary, "印作“忙禄河”")
	}
	if !found {
		t.Error("the river's reading is not told")
	}
	twice := 0
	for _, w := range l.Works.Works {
		for _, i := range w.Items {
			if i.Quantity == "7000余株" {
				twice++
			}
		}
	}
	if twice != 2 || !l.Settled {
		t.Errorf("the figure that is told twice stands in %d lines", twice)
	}
}

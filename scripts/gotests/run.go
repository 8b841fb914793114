package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// event is one line of go test -json (go doc test2json); build events carry an ImportPath instead of a Package.
type event struct {
	Action     string  `json:"Action"`
	Package    string  `json:"Package"`
	ImportPath string  `json:"ImportPath"`
	Test       string  `json:"Test"`
	Elapsed    float64 `json:"Elapsed"` // seconds
	Output     string  `json:"Output"`
}

// pkgRun is what is known of one package so far.
type pkgRun struct {
	tops                    []string // top-level tests, in the order they ended
	passed, failed, skipped int
	output                  map[string][]string // by test; "" is the package itself
}

// testRun gathers a whole stream.
type testRun struct {
	out                     io.Writer
	passed, failed, skipped int
	untested                []string // packages without a test
	pkgs                    map[string]*pkgRun
}

func newRun(out io.Writer) *testRun { return &testRun{out: out, pkgs: map[string]*pkgRun{}} }

// read takes events until the stream ends. Lines that are no event are passed on as they are: the go command also writes
// plain text, for example when go.mod is wrong.
func (r *testRun) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			var e event
			if json.Unmarshal([]byte(line), &e) != nil || e.Action == "" {
				r.printf("%s", line)
			} else {
				r.take(e)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *testRun) take(e event) {
	if e.Action == "build-output" {
		r.printf("%s", e.Output)
		return
	}
	if e.Package == "" {
		return
	}
	p := r.pkgs[e.Package]
	if p == nil {
		p = &pkgRun{output: map[string][]string{}}
		r.pkgs[e.Package] = p
	}
	switch e.Action {
	case "output":
		p.output[e.Test] = append(p.output[e.Test], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.endPackage(e, p)
		} else {
			r.endTest(e, p)
		}
	}
}

func (r *testRun) endTest(e event, p *pkgRun) {
	switch e.Action {
	case "pass":
		p.passed++
	case "fail":
		p.failed++
		r.printf("--- FAILED %s %s\n%s", e.Package, e.Test, strings.Join(p.output[e.Test], ""))
	case "skip":
		p.skipped++
		r.printf("--- SKIPPED %s %s\n%s", e.Package, e.Test, strings.Join(p.output[e.Test], ""))
	}
	if !strings.Contains(e.Test, "/") {
		p.tops = append(p.tops, e.Test)
	}
	delete(p.output, e.Test)
}

// endPackage adds the package up. A package that failed while none of its tests did (it did not build, it panicked, it ran
// out of time) counts as one failure.
func (r *testRun) endPackage(e event, p *pkgRun) {
	if e.Action == "fail" && p.failed == 0 {
		p.failed = 1
		r.printf("--- FAILED %s\n%s", e.Package, strings.Join(p.output[""], ""))
		for test, lines := range p.output {
			if test != "" { // began and never ended
				r.printf("--- UNFINISHED %s %s\n%s", e.Package, test, strings.Join(lines, ""))
			}
		}
	}
	r.passed += p.passed
	r.failed += p.failed
	r.skipped += p.skipped
	delete(r.pkgs, e.Package)
	if p.passed+p.failed+p.skipped == 0 {
		r.untested = append(r.untested, e.Package)
		return
	}
	word := "ok  "
	if p.failed+p.skipped > 0 {
		word = "FAIL"
	}
	r.printf("%s %-36s %4d tests %6.2f s  %s\n", word, e.Package, p.passed+p.failed+p.skipped, e.Elapsed, strings.Join(p.tops, " "))
}

// close prints the counts and reports whether the run may be called green.
func (r *testRun) close() bool {
	for name, p := range r.pkgs {
		r.failed += max(1, p.failed)
		r.passed += p.passed
		r.printf("--- FAILED %s: the stream ended before the package did\n", name)
	}
	if len(r.untested) > 0 {
		r.printf("without tests: %s\n", strings.Join(r.untested, " "))
	}
	if r.passed+r.failed == 0 {
		r.printf("no test ran\n")
		r.failed++
	}
	if r.skipped > 0 {
		r.printf("%d skipped: a skipped test counts as failed\n", r.skipped)
		r.failed += r.skipped
	}
	r.printf("%d passed, %d failed\n", r.passed, r.failed)
	return r.failed == 0
}

func (r *testRun) printf(format string, args ...any) { fmt.Fprintf(r.out, format, args...) }

// Command gotests reads the event stream of "go test -json", shows which tests ran and what failed, and ends with one
// line of counts. It exists because go test calls a run with skipped or missing tests a success, and this project does not.
//
//	go test -json ./... | go run ./scripts/gotests [-counts FILE]
//
// The exit status is 0 only if something ran, nothing failed and nothing was skipped. With -counts it writes
// "PASSED FAILED" to the file, so that a script can add them to its other parts.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	counts := flag.String("counts", "", "write \"PASSED FAILED\" to this `file`")
	flag.Parse()
	os.Exit(run(os.Stdin, os.Stdout, *counts))
}

func run(in io.Reader, out io.Writer, counts string) int {
	r := newRun(out)
	if err := r.read(in); err != nil {
		fmt.Fprintf(out, "gotests: %v\n", err)
		r.failed++
	}
	ok := r.close()
	if counts != "" {
		if err := os.WriteFile(counts, fmt.Appendf(nil, "%d %d\n", r.passed, r.failed), 0o600); err != nil {
			fmt.Fprintf(out, "gotests: %v\n", err)
			return 1
		}
	}
	if !ok {
		return 1
	}
	return 0
}

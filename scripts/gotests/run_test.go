package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	const passed = `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestA/x","Elapsed":0}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0}
`
	tests := []struct {
		name, stream string
		code         int
		counts       string
		shows        []string
	}{
		{"green", passed + `{"Action":"pass","Package":"p","Elapsed":0.1}`, 0, "2 0\n", []string{"TestA", "2 passed, 0 failed"}},
		{"a failure", passed + `{"Action":"output","Package":"p","Test":"TestB","Output":"want 1\n"}
{"Action":"fail","Package":"p","Test":"TestB"}
{"Action":"fail","Package":"p","Elapsed":0.1}`, 1, "2 1\n", []string{"FAILED p TestB\nwant 1", "2 passed, 1 failed"}},
		{"a skip", passed + `{"Action":"skip","Package":"p","Test":"TestB"}
{"Action":"pass","Package":"p"}`, 1, "2 1\n", []string{"SKIPPED p TestB", "2 passed, 1 failed"}},
		{"does not build", `{"ImportPath":"p","Action":"build-output","Output":"undefined: x\n"}
{"ImportPath":"p","Action":"build-fail"}
{"Action":"fail","Package":"p","Elapsed":0,"FailedBuild":"p"}`, 1, "0 1\n", []string{"undefined: x", "0 passed, 1 failed"}},
		{"panics", `{"Action":"run","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestB","Output":"panic: no\n"}
{"Action":"fail","Package":"p"}`, 1, "0 1\n", []string{"UNFINISHED p TestB\npanic: no"}},
		{"cut off", passed, 1, "2 1\n", []string{"the stream ended"}},
		{"nothing ran", `{"Action":"skip","Package":"p"}`, 1, "0 1\n", []string{"no test ran", "without tests: p"}},
		{"no stream", "go: errors parsing go.mod\n", 1, "0 1\n", []string{"errors parsing go.mod"}},
		{"a package without tests beside one with", passed + `{"Action":"pass","Package":"p"}
{"Action":"skip","Package":"q"}`, 0, "2 0\n", []string{"without tests: q"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			counts := filepath.Join(t.TempDir(), "counts")
			var out bytes.Buffer
			if code := run(strings.NewReader(tt.stream), &out, counts); code != tt.code {
				t.Errorf("exit status %d, want %d", code, tt.code)
			}
			for _, s := range tt.shows {
				if !strings.Contains(out.String(), s) {
					t.Errorf("%q is not shown in:\n%s", s, &out)
				}
			}
			if got, err := os.ReadFile(counts); err != nil || string(got) != tt.counts {
				t.Errorf("counts %q (%v), want %q", got, err, tt.counts)
			}
		})
	}
}

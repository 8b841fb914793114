#!/usr/bin/env bash
# The Go benchmarks of all rooms. Figures of one machine say little alone: compare two runs, interleaved, with benchstat.
#   make bench BENCH=Reach      only those whose name matches
. "$(dirname "$0")/lib.sh"

need go "Go 1.26"
go test -run '^$' -bench "${BENCH:-.}" -benchmem -count "${COUNT:-1}" ./...

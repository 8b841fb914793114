#!/usr/bin/env bash
# The desk under a great city's numbers, in a real browser: a tree of 500,000 places, a map of 638 grids, lists and search over a
# million past cases. What is prepared stays in bench/.cache (12 GB of disk; a quarter of an hour the first time).
#   make bench-web                 everything
#   make bench-web ARGS=20000      on so many past cases
. "$(dirname "$0")/lib.sh"

need go "Go 1.26"
need node "Node 20"
scripts/build.sh
past=${ARGS:-1000000}
mkdir -p bench/.cache
CGO_ENABLED=0 go build -o bench/.cache/loop ./bench/loop
bench/.cache/loop -program bin/sanzhi -engines sqlite -past "$past" -prepare
node ui/bench/web.mjs "bench/.cache/sqlite-$past"

#!/usr/bin/env bash
# The resident's pages on a slow telephone, and the desk under a great city's numbers, in a real browser: a tree of 500,000 places, a map of
# 638 grids, lists and search over a million past cases. What is prepared stays in bench/.cache (20 GB of disk; half an hour the first
# time, then five minutes). Close what else runs: the times are of the whole machine.
#   make bench-web                 everything
#   make bench-web ARGS=20000      on so many past cases
#   ONLY=tree,map make bench-web   only these of list, finder, tree, map
#   IN_PLACE=1 make bench-web      saves a copy of ten gigabytes: the places are added to what bench/loop prepared
#   SMALL=1 make bench-web         the tree and the map alone, over the demonstration district and no past cases: 300 MB, some minutes
. "$(dirname "$0")/lib.sh"

need go "Go 1.26"
need node "Node 20"
scripts/build.sh
past=${ARGS:-1000000}
if [ -n "${SMALL:-}" ]; then
	small=bench/.cache/small
	mkdir -p "$small"
	[ -f "$small/sanzhi.db" ] || bin/sanzhi demo --data "$small"
	IN_PLACE=1 ONLY="${ONLY:-tree,map}" exec node ui/bench/web.mjs "$small"
fi
mkdir -p bench/.cache
CGO_ENABLED=0 go build -o bench/.cache/loop ./bench/loop
bench/.cache/loop -program bin/sanzhi -engines sqlite -past "$past" -prepare
failed=0
node ui/bench/resident.mjs || failed=1
node ui/bench/web.mjs "bench/.cache/sqlite-$past" || failed=1
exit $failed

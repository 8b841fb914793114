#!/usr/bin/env bash
# Whole five-step loops over HTTP against servers of its own: SQLite and PostgreSQL, an empty district and one with a million
# past cases, PocketBase beside them, a probe of the disk before and after each. What is prepared stays in bench/.cache.
#   make bench-loop                    everything, a quarter of an hour and 25 GB of disk
#   make bench-loop ARGS=-quick        one short round on 20,000 past cases
#   make bench-loop ARGS="-engines sqlite -rounds 5 -profile /tmp/loop"
. "$(dirname "$0")/lib.sh"

need go "Go 1.26"
scripts/build.sh
mkdir -p bench/.cache
CGO_ENABLED=0 go build -o bench/.cache/loop ./bench/loop
args=(-program bin/sanzhi)
if (cd bench/pocketbase && CGO_ENABLED=0 go build -o ../.cache/pocketbase.bin .); then
	args+=(-pocketbase bench/.cache/pocketbase.bin)
else
	say "PocketBase could not be built: it is left out."
fi
if [ -z "${SANZHI_BENCH_POSTGRES:-}" ] && { command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }; then
	cluster=$(mktemp -d)
	trap 'scripts/postgres.sh stop "$cluster/pg"; rm -rf -- "$cluster"' EXIT
	chmod 755 "$cluster"
	SANZHI_BENCH_POSTGRES=$(scripts/postgres.sh start "$cluster/pg")
	export SANZHI_BENCH_POSTGRES
fi
# shellcheck disable=SC2086
bench/.cache/loop "${args[@]}" ${ARGS:-}

#!/usr/bin/env bash
# Ten thousand live-update streams on a server of its own: how long until all who may read a new order were told, and what a
# stream costs in memory.
#   make bench-streams ARGS="-streams 2000 -orders 5"
. "$(dirname "$0")/lib.sh"

need go "Go 1.26"
scripts/build.sh
mkdir -p bench/.cache
CGO_ENABLED=0 go build -o bench/.cache/streams ./bench/streams
# shellcheck disable=SC2086
bench/.cache/streams -program bin/sanzhi ${ARGS:-}

#!/usr/bin/env bash
# Whole five-step loops over HTTP against a server of its own. bench/loop prints a probe of the disk before and after:
# without it a figure of durable commits means nothing.
. "$(dirname "$0")/lib.sh"

[ -d bench/loop ] || die "bench/loop is not there: nothing to measure with."
scripts/build.sh
go run ./bench/loop -program bin/sanzhi ${ARGS:-}

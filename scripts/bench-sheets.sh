#!/usr/bin/env bash
# 10,000 rows of each register as an Excel file, tried, brought in and sent again, and files that are there to do harm.
#   make bench-sheets                     everything, some minutes
#   make bench-sheets ARGS="-only duty"
. "$(dirname "$0")/lib.sh"

need go "Go 1.26"
scripts/build.sh
mkdir -p bench/.cache
CGO_ENABLED=0 go build -o bench/.cache/sheets ./bench/sheets
# shellcheck disable=SC2086
bench/.cache/sheets -program bin/sanzhi ${ARGS:-}

#!/usr/bin/env bash
# Formats all Go files, and the face where it has a formatter.
. "$(dirname "$0")/lib.sh"

need go "Go 1.26"
gofmt -w $(git ls-files -co --exclude-standard '*.go')
whole
ui_install
(cd ui && npm run --silent --if-present format)

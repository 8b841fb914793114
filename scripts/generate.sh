#!/usr/bin/env bash
# Makes anew what is made from the code: api/openapi.json, and the TypeScript types that come from it.
. "$(dirname "$0")/lib.sh"

need go "Go 1.26"
whole
mkdir -p api
go run ./cmd/sanzhi openapi >.cache/openapi.json
mv .cache/openapi.json api/openapi.json
ui_install
(cd ui && npm run --silent types)

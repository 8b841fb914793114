#!/usr/bin/env bash
# Makes anew what is made from the code: api/openapi.json, and the TypeScript types that come from it.
. "$(dirname "$0")/lib.sh"

need go "Go 1.26"
have_program || die "cmd/sanzhi is not there: nothing to generate from."
mkdir -p api
go run -tags "$(go_tags)" ./cmd/sanzhi openapi >.cache/openapi.json
mv .cache/openapi.json api/openapi.json
if have_ui; then
	ui_install
	(cd ui && npm run --silent types)
fi

#!/usr/bin/env bash
# Builds ui/dist and bin/sanzhi. What is newer than its sources is left as it is.
. "$(dirname "$0")/lib.sh"

need go "Go 1.26"
have_program || die "cmd/sanzhi is not there: nothing to build."
if have_ui; then
	ui_build
else
	say "ui/package.json is not there: building the program without its face (tag noui)."
fi

version=$(git describe --tags --always --dirty 2>/dev/null || echo unknown)
stamp="$version $(go_tags)"
if newer bin/sanzhi cmd internal api docs ui/dist go.mod go.sum $(ls ui/*.go 2>/dev/null) ||
	[ "$(cat .cache/built 2>/dev/null)" != "$stamp" ]; then
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags "$(go_tags)" \
		-ldflags "-s -w -X sanzhi/internal/cli.version=$version" -o bin/sanzhi ./cmd/sanzhi
	touch bin/sanzhi # the go command leaves an unchanged file, and its time, alone
	printf '%s' "$stamp" >.cache/built
	say "bin/sanzhi $version"
fi

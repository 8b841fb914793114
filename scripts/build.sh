#!/usr/bin/env bash
# Builds ui/dist and bin/sanzhi. What is newer than its sources is left as it is.
. "$(dirname "$0")/lib.sh"

need go "Go 1.26"
whole
ui_build

version=$(git describe --tags --always --dirty 2>/dev/null || echo unknown)
if newer bin/sanzhi cmd internal api docs ui/dist go.mod go.sum ui/*.go ||
	[ "$(cat .cache/built 2>/dev/null)" != "$version" ]; then
	CGO_ENABLED=0 go build -trimpath -buildvcs=false \
		-ldflags "-s -w -X sanzhi/internal/cli.version=$version" -o bin/sanzhi ./cmd/sanzhi
	touch bin/sanzhi # the go command leaves an unchanged file, and its time, alone
	printf '%s' "$version" >.cache/built
	say "bin/sanzhi $version"
fi

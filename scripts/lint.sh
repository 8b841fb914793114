#!/usr/bin/env bash
# golangci-lint at the pinned version, in this project's own cache; the scripts' syntax; the face's linter; licences.
. "$(dirname "$0")/lib.sh"

version=v2.15.0
need go "Go 1.26"
lint=.cache/bin/golangci-lint
if [ "$(cat .cache/bin/golangci-lint.version 2>/dev/null)" != "$version" ] || [ ! -x "$lint" ]; then
	say "installing golangci-lint $version (once, a minute or two)"
	GOBIN="$PWD/.cache/bin" go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$version"
	printf '%s' "$version" >.cache/bin/golangci-lint.version
fi
"$lint" run ./...
for script in scripts/*.sh .ci/run; do bash -n "$script"; done
whole
ui_install
(cd ui && npm run --silent --if-present lint)
scripts/licences.sh
